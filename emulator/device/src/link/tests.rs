//! A link in good order, and what each trouble does and does not do to it.

use super::*;
use proptest::prelude::*;

const MS: u64 = 1_000_000;

fn options() -> LinkOptions {
    LinkOptions {
        bits_per_second: 1_000,
        character_bits: 10,
        frame_bits: 20,
        propagation: Span::from_millis(5),
        turn_round: Span::from_millis(25),
        queue_bits_max: 200,
    }
}

/// A link with one trouble, number 7.
fn troubled(trouble: Trouble) -> Link {
    let mut link = Link::new(LinkOptions {
        queue_bits_max: u64::MAX,
        ..options()
    });
    link.trouble(7, trouble, Stream::new(1, "link"));
    link
}

/// Sends frames of 100 bits (100 ms) one behind the other.
fn send(link: &mut Link, frames: usize) -> Vec<Passage> {
    let passages = (0..frames).map(|_| link.send(Instant::ZERO, 100).expect("room"));
    passages.collect()
}

fn hits(link: &mut Link) -> Vec<(u64, Effect)> {
    let hits = link.take_hits().map(|hit| {
        assert_eq!(hit.trouble, 7);
        (hit.start.0 / (100 * MS), hit.effect)
    });
    hits.collect()
}

/// `count` of `of` is near one in `one_in`: within five standard deviations.
fn near(count: usize, of: usize, one_in: usize) {
    let mean = of as f64 / one_in as f64;
    let off = (count as f64 - mean).abs();
    assert!(off < 5.0 * mean.sqrt(), "{count} of {of}, one in {one_in}");
}

#[test]
fn bits_take_their_time_and_frames_wait_for_each_other() {
    let mut link = Link::new(options());
    assert_eq!(link.options.bits(8), 100);
    let arrivals: Vec<_> = (0..3)
        .map(|_| link.send(Instant::ZERO, 100).expect("room"))
        .map(|passage| passage.arrivals(&options()))
        .collect();
    let at = |ms| [Some(Instant(ms * MS)), None];
    assert_eq!(arrivals, [at(105), at(205), at(305)]);
    // 300 bits would wait: more than 200.
    assert_eq!(link.send(Instant::ZERO, 100), None);
    assert_eq!((link.count.frames, link.count.refused), (3, 1));
    assert_eq!(link.count.busy, Span::from_millis(300));
    assert_eq!(link.reply_from(Instant(290 * MS)), Instant(315 * MS));
    assert_eq!(link.reply_from(Instant(100 * MS)), Instant(300 * MS));
    let later = link.send(Instant(100 * MS), 100).expect("room again");
    assert_eq!(later.start, Instant(300 * MS));
}

#[test]
fn a_silent_sender_frees_the_link() {
    let mut link = Link::new(options());
    let one = link.send(Instant::ZERO, 100).expect("room");
    link.silent(one.start, Instant(30 * MS));
    assert_eq!(link.count.busy, Span::from_millis(30));
    assert_eq!(link.free_from(Instant(30 * MS)), Instant(30 * MS));
}

#[test]
fn a_cut_link_lets_nothing_pass_until_it_is_mended() {
    let mut link = troubled(Trouble::Cut);
    assert!(link.is_cut());
    assert!(send(&mut link, 3).iter().all(|one| one.lost));
    let lost = [0, 1, 2].map(|frame| (frame, Effect::Lost));
    assert_eq!(hits(&mut link), lost);
    link.mend(8);
    assert!(link.is_cut(), "another trouble was mended");
    link.mend(7);
    assert_eq!(send(&mut link, 1)[0].arrivals(&options())[1], None);
    assert!(!link.is_cut() && hits(&mut link).is_empty());
}

#[test]
fn so_many_are_lost_repeated_or_late_as_was_said() {
    for one_in in [1, 3, 50] {
        let by = Span::from_millis(7);
        for trouble in [
            Trouble::Loss { one_in },
            Trouble::Duplicate { one_in },
            Trouble::Delay { one_in, by },
        ] {
            let mut link = troubled(trouble);
            let sent = send(&mut link, 20_000);
            let count = |hit: fn(&Passage) -> bool| sent.iter().filter(|one| hit(one)).count();
            let found = [
                count(|one| one.lost),
                count(|one| one.repeated),
                count(|one| one.late == Span::from_millis(7)),
            ];
            let place = match trouble {
                Trouble::Loss { .. } => 0,
                Trouble::Duplicate { .. } => 1,
                _ => 2,
            };
            near(found[place], sent.len(), one_in as usize);
            assert_eq!(
                found.iter().sum::<usize>(),
                found[place],
                "and nothing else"
            );
            assert_eq!(link.count.hits, found[place] as u64);
        }
    }
}

#[test]
fn a_copy_arrives_when_the_first_has() {
    let mut link = troubled(Trouble::Duplicate { one_in: 1 });
    let arrivals = send(&mut link, 1)[0].arrivals(&options());
    assert_eq!(arrivals, [105, 205].map(|ms| Some(Instant(ms * MS))));
    assert_eq!(hits(&mut link), [(0, Effect::Repeated)]);
}

#[test]
fn independent_errors_stand_alone_and_bursts_together() {
    let frames = 20_000;
    let mut single = troubled(Trouble::Noise { one_bit_in: 500 });
    let sent = send(&mut single, frames);
    let wrong: usize = sent.iter().map(|one| one.wrong.len()).sum();
    near(wrong, frames * 100, 500);
    let next_to = |one: &Passage| one.wrong.windows(2).filter(|w| w[1] == w[0] + 1).count();
    let pairs: usize = sent.iter().map(next_to).sum();
    // Of bits that follow a wrong one, one in 500 is wrong too.
    assert!(pairs < 40, "{pairs} pairs among {wrong}");

    let mut burst = troubled(Trouble::Bursts {
        one_bit_in: 500,
        mean_bits: 9,
    });
    let sent = send(&mut burst, frames);
    let wrong: usize = sent.iter().map(|one| one.wrong.len()).sum();
    // A burst has one wrong bit and half of eight more.
    let bursts = wrong / 5;
    let expected = frames * 100 / (500 + 8);
    assert!(
        bursts.abs_diff(expected) < expected / 20,
        "{bursts} bursts, not {expected}"
    );
    let pairs: usize = sent.iter().map(next_to).sum();
    assert!(pairs * 3 > wrong, "{pairs} pairs among {wrong}");
    let marked = hits(&mut burst).len();
    assert_eq!(
        marked,
        sent.iter().filter(|one| !one.wrong.is_empty()).count()
    );
}

#[test]
fn a_frame_held_back_counts_when_another_has_passed_it() {
    let by = Span::from_millis(30);
    let one_in = 1;
    let mut link = troubled(Trouble::Reorder { one_in, by });
    let one = link.send(Instant::ZERO, 10).expect("room");
    assert_eq!(one.late, by);
    link.mend(7);
    assert!(hits(&mut link).is_empty(), "nothing has passed it");

    let mut link = troubled(Trouble::Reorder { one_in: 2, by });
    let sent: Vec<Passage> = (0..200u64)
        .map(|n| link.send(Instant(n * 20 * MS), 10).expect("room"))
        .collect();
    let overtaken = sent.windows(3).filter(|w| {
        let arrives = |n: usize| w[n].arrivals(&options())[0].expect("none is lost");
        arrives(1) < arrives(0) || arrives(2) < arrives(0)
    });
    let overtaken = overtaken.count();
    let counted = hits(&mut link);
    assert!(counted.iter().all(|hit| hit.1 == Effect::Overtaken));
    assert!(overtaken > 10);
    // The last two have not two behind them.
    assert!(
        counted.len().abs_diff(overtaken) <= 2,
        "{} of {overtaken}",
        counted.len()
    );
}

#[test]
fn jitter_adds_and_keeps_the_order() {
    let up_to = Span::from_millis(300);
    let mut link = troubled(Trouble::Jitter { up_to });
    let sent = send(&mut link, 2_000);
    let arrivals: Vec<Instant> = sent
        .iter()
        .map(|one| one.arrivals(&options())[0].expect("none is lost"))
        .collect();
    assert!(arrivals.is_sorted());
    assert!(
        sent.iter()
            .all(|one| one.late > Span::ZERO && one.late <= up_to)
    );
    let mean = sent.iter().map(|one| one.late.0).sum::<u64>() / sent.len() as u64;
    // Frames behind a late one are late as well: above the 150 ms of the draw.
    assert!((150 * MS..300 * MS).contains(&mean), "{mean}");
}

#[test]
fn impossible_troubles_are_told() {
    let by = Span::ZERO;
    let wrong = [
        Trouble::Loss { one_in: 0 },
        Trouble::Noise { one_bit_in: 0 },
        Trouble::Bursts {
            one_bit_in: 9,
            mean_bits: 0,
        },
        Trouble::Delay { one_in: 1, by },
        Trouble::Reorder {
            one_in: 1,
            by: Span::from_secs(601),
        },
        Trouble::Jitter { up_to: by },
    ];
    for trouble in wrong {
        assert!(trouble.mistake().is_some(), "{trouble:?}");
    }
    let by = Span::from_millis(1);
    for right in [Trouble::Cut, Trouble::Delay { one_in: 1, by }] {
        assert_eq!(right.mistake(), None);
    }
}

fn any_trouble() -> impl Strategy<Value = Trouble> {
    let by = (1u64..200).prop_map(Span::from_millis);
    (0..8, 1u32..20, by).prop_map(|(kind, n, by)| match kind {
        0 => Trouble::Cut,
        1 => Trouble::Loss { one_in: n },
        2 => Trouble::Noise { one_bit_in: n * 9 },
        3 => Trouble::Bursts {
            one_bit_in: n * 50,
            mean_bits: n,
        },
        4 => Trouble::Duplicate { one_in: n },
        5 => Trouble::Reorder { one_in: n, by },
        6 => Trouble::Delay { one_in: n, by },
        _ => Trouble::Jitter { up_to: by },
    })
}

proptest! {
    #[test]
    fn any_troubles_only_add_and_a_saved_link_goes_on(
        troubles in prop::collection::vec(any_trouble(), 0..5),
        sends in prop::collection::vec((0u64..300, 1u64..400), 1..60),
        saved_at in 0usize..60,
    ) {
        let mut link = Link::new(options());
        for (number, trouble) in troubles.iter().enumerate() {
            let stream = Stream::new(3, &number.to_string());
            link.trouble(number as u32, *trouble, stream);
        }
        let mut now = Instant::ZERO;
        let mut other = link.clone();
        for (n, (pause, bits)) in sends.into_iter().enumerate() {
            if n == saved_at {
                let bytes = postcard::to_allocvec(&link).unwrap();
                other = postcard::from_bytes(&bytes).unwrap();
            }
            now += Span::from_millis(pause);
            let sent = link.send(now, bits);
            prop_assert_eq!(&sent, &other.send(now, bits));
            let Some(sent) = sent else { continue };
            let soonest = link.options.left(now, bits) + link.options.propagation;
            prop_assert!(sent.arrivals(&link.options).iter().flatten().all(|at| *at >= soonest));
            prop_assert!(sent.wrong.iter().all(|bit| *bit < bits));
            let quiet = !sent.lost && !sent.repeated && sent.late == Span::ZERO;
            prop_assert!(!troubles.is_empty() || quiet && sent.wrong.is_empty());
        }
        prop_assert_eq!(link.count.hits, link.take_hits().count() as u64);
    }
}
