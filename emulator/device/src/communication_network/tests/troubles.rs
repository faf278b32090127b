//! Each trouble of a line on an entry and its answer: what happens to them, what is recorded, and
//! that both come through in the end.

use clock::Stream;

use super::rig::*;
use super::*;
use crate::link::{Effect, Trouble};

/// Lets the line suffer for three seconds while two sets enter something each half second, then
/// mends it and waits. Gives what was recorded of hits.
fn evening(down: Option<Trouble>, up: Option<Trouble>) -> (Rig, Vec<(Direction, Effect)>) {
    let mut rig = Rig::polling();
    let mut waiting: Vec<(u64, u64, u64)> = Vec::new();
    let mut answered = [0, 0];
    let mut entered = [0, 0];
    rig.pass(100);
    for (direction, trouble) in [(Direction::Down, down), (Direction::Up, up)] {
        if let Some(trouble) = trouble {
            let chance = Stream::new(1, "line");
            let at_once = rig.net.trouble(rig.now, (0, direction), 1, trouble, chance);
            assert_eq!(at_once, trouble == Trouble::Cut);
        }
    }
    for step in 0..6_000 {
        if step == 300 {
            rig.net.mend(0, Direction::Down, 1);
            rig.net.mend(0, Direction::Up, 1);
        }
        for (set, entered) in entered.iter_mut().enumerate() {
            let text = format!("ENTRY {step}");
            if step < 300 && step % 50 == 0 && rig.enter(set as u16, &text).is_ok() {
                *entered += 1;
            }
        }
        rig.pass(10);
        while let Some(event) = rig.levt() {
            if event[0] == fields(1, 0) {
                waiting.push((event[1] & 0o77, event[2] >> 18 & 0o7777, event[2] & 0o77));
            }
        }
        if let Some(&(terminal, serial, block)) = waiting.first()
            && rig.lout(terminal, serial, block, 0, "DONE").is_ok()
        {
            waiting.remove(0);
        }
        for said in rig.lines() {
            for (set, answered) in answered.iter_mut().enumerate() {
                let set = format!("set {set} ");
                *answered += usize::from(said.contains(&set) && said.contains("prints DONE"));
            }
        }
    }
    assert!(entered[0] > 0 && entered[1] > 0);
    assert_eq!(answered, entered, "each answer is shown, and once");
    let hits = std::mem::take(&mut rig.hits);
    (rig, hits)
}

fn all(hits: &[(Direction, Effect)], direction: Direction, effect: fn(&Effect) -> bool) {
    let count = hits
        .iter()
        .filter(|hit| hit.0 == direction && effect(&hit.1))
        .count();
    assert!(count > 0, "{hits:?}");
    let others = hits.iter().filter(|hit| !effect(&hit.1));
    assert_eq!(others.count(), 0, "{hits:?}");
}

#[test]
fn a_line_in_good_order_records_no_hit() {
    assert_eq!(evening(None, None).1, []);
}

#[test]
fn a_cut_either_way_or_both() {
    let cut = Some(Trouble::Cut);
    let lost = |e: &Effect| matches!(e, Effect::Lost | Effect::Torn);
    for (down, up) in [(cut, None), (None, cut), (cut, cut)] {
        let (rig, hits) = evening(down, up);
        if down.is_some() {
            all(&hits, Direction::Down, lost);
        } else {
            all(&hits, Direction::Up, lost);
        }
        assert!(rig.net.lines()[0].time_outs > 5, "polls without a reply");
    }
}

#[test]
fn what_arrives_when_the_line_is_cut_is_torn() {
    // At each tenth of a millisecond of an entry's way: 21 characters and 5 ms.
    for tenth in 0..575u64 {
        let mut rig = Rig::polling();
        rig.until(100);
        rig.enter(1, "A12JULLGALAX").unwrap();
        rig.until_ns(Instant(165 * MS + tenth * MS / 10));
        let chance = Stream::new(1, "line");
        rig.net
            .trouble(rig.now, (0, Direction::Up), 1, Trouble::Cut, chance);
        rig.pass(60);
        assert!(rig.levt().is_none_or(|event| event[0] != fields(1, 0)));
        rig.pass(500);
        rig.drain();
        rig.net.mend(0, Direction::Up, 1);
        rig.pass(11_000);
        let event = rig.levt().expect("the entry, sent again");
        assert_eq!(event[0], fields(1, 0), "cut {tenth} tenths in");
    }
}

#[test]
fn noise_is_dropped_by_its_check() {
    for trouble in [
        Trouble::Noise { one_bit_in: 200 },
        Trouble::Bursts {
            one_bit_in: 400,
            mean_bits: 6,
        },
    ] {
        let (rig, hits) = evening(Some(trouble), Some(trouble));
        let wrong = |e: &Effect| matches!(e, Effect::Wrong { .. });
        all(&hits, Direction::Down, wrong);
        all(&hits, Direction::Up, wrong);
        let line = &rig.net.lines()[0];
        assert!(line.check_errors > 3);
        assert_eq!(line.undetected_errors, 0, "with this seed");
    }
}

#[test]
fn lost_late_repeated_and_overtaken() {
    let by = Span::from_millis(700);
    let both = |trouble| evening(Some(trouble), Some(trouble)).1;
    let hits = both(Trouble::Loss { one_in: 4 });
    all(&hits, Direction::Down, |e| *e == Effect::Lost);
    all(&hits, Direction::Up, |e| *e == Effect::Lost);
    let hits = both(Trouble::Duplicate { one_in: 3 });
    all(&hits, Direction::Down, |e| *e == Effect::Repeated);
    all(&hits, Direction::Up, |e| *e == Effect::Repeated);
    let hits = both(Trouble::Delay { one_in: 3, by });
    all(&hits, Direction::Down, |e| matches!(e, Effect::Late { .. }));
    all(&hits, Direction::Up, |e| matches!(e, Effect::Late { .. }));
    let hits = both(Trouble::Reorder { one_in: 4, by });
    all(&hits, Direction::Down, |e| *e == Effect::Overtaken);
    all(&hits, Direction::Up, |e| *e == Effect::Overtaken);
    let up_to = Span::from_millis(40);
    let hits = both(Trouble::Jitter { up_to });
    all(&hits, Direction::Up, |e| matches!(e, Effect::Late { .. }));
}
