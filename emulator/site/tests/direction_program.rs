//! The direction-center program on one or two machines whose drums the test fills and reads.
//!
//! Everything outside the computer is a few lines here: aircraft on straight lines, radars that
//! turn, a partner's drum. The site itself, with its lines, consoles and switch, has its own tests.

mod direction;

use direction::{Aircraft, Gun, Output, Radar, Rig};
use fsq7::codes;
use fsq7::unit::{Block, Tape};
use word::twin::{Half, Twin};

fn two_radars() -> Vec<Radar> {
    vec![Radar::new(5, -30.0, 20.0), Radar::new(17, 60.0, -40.0)]
}

#[test]
fn aircraft_seen_by_two_radars_are_tracked_within_a_mile() {
    let aircraft = vec![
        Aircraft::new((-80.0, 30.0), (480.0, 90.0)),
        Aircraft::new((40.0, -90.0), (400.0, 10.0)),
        Aircraft::new((10.0, 60.0), (550.0, 200.0)),
        Aircraft::new((-10.0, 5.0), (300.0, 310.0)),
        Aircraft::new((90.0, 40.0), (600.0, 260.0)),
    ];
    let mut rig = Rig::new(two_radars(), aircraft, 1);
    rig.run(150.0);
    let worst = rig.errors().into_iter().fold(0.0, f64::max);
    assert_eq!(rig.tracks().len(), 5, "{:?}", rig.tracks());
    assert!(worst < 1.0, "{:?}", rig.errors());
}

/// Five radars and so many aircraft, spread and directed evenly.
fn sky(count: usize) -> Rig {
    sky_within(count, 160.0)
}

/// The same within so many miles of the centre, x and y.
fn sky_within(count: usize, reach: f64) -> Rig {
    let mut radars: Vec<Radar> = [
        (5, -30.0, 20.0),
        (17, 60.0, -40.0),
        (20, 120.0, 80.0),
        (33, -120.0, 70.0),
        (41, -60.0, -110.0),
    ]
    .into_iter()
    .map(|(channel, x, y)| Radar {
        false_alarms: 15.0,
        ..Radar::new(channel, x, y)
    })
    .collect();
    for radar in &mut radars[3..] {
        radar.field = codes::LRI_2;
    }
    let mut rig = Rig::new(radars, Vec::new(), 7);
    let noise = &mut rig.noise;
    let aircraft = (0..count).map(|_| {
        let mut at = || (noise.uniform() * 2.0 - 1.0) * reach;
        let at = (at(), at());
        let way = (250.0 + noise.uniform() * 350.0, noise.uniform() * 360.0);
        Aircraft::new(at, way)
    });
    rig.aircraft = aircraft.collect();
    rig
}

#[test]
fn four_hundred_aircraft_are_tracked_in_time_or_the_overload_is_counted() {
    let mut rig = sky(400);
    let (instructions, waiting) = rig.instructions();
    rig.run(300.0);
    let errors = rig.errors();
    let tracked = errors.iter().filter(|error| **error < 1.0).count();
    let (after, waited) = rig.instructions();
    eprintln!(
        "400 aircraft: {tracked} within a mile, {} tracks, {} shown lost, {} instructions a frame \
         and {} waiting; counts {:?}",
        rig.tracks().len(),
        rig.shown.iter().filter(|t| t.category == 14).count(),
        (after - instructions) / 20,
        (waited - waiting) / 20,
        rig.counts(),
    );
    assert!(tracked > 330, "{tracked}");
    let behind = rig.count("CLATE") + rig.count("CMISS") + rig.count("CUNCOR");
    assert_eq!(rig.count("CFRAME"), 20);
    assert_eq!(behind, 0, "{:?}", rig.counts());
}

/// Prints the table of the programs' README: run with `--nocapture`.
#[test]
fn where_the_instructions_of_a_frame_go() {
    for count in [200, 400] {
        let mut rig = sky(count);
        rig.run(150.0);
        let counts = rig.profile(15.0);
        let work: u64 = counts
            .iter()
            .filter(|(name, _)| *name != "waiting")
            .map(|n| n.1)
            .sum();
        println!("{count} aircraft: {work} instructions of a frame: {counts:#?}");
        assert!(work < 15 * 75_000);
    }
}

/// Tracks of before that follow another aircraft now, or none.
fn lost(rig: &Rig, before: &[(u16, usize)]) -> Vec<(u16, usize)> {
    let now = rig.followed();
    before
        .iter()
        .filter(|track| !now.contains(track))
        .copied()
        .collect()
}

#[test]
fn the_standby_goes_on_with_the_tracks_of_the_lost_machine() {
    // At 16 instants of a frame.
    let mut warm = sky(60).with_standby();
    warm.run(126.0);
    for n in 0..16 {
        let mut rig = warm.clone();
        rig.run(f64::from(n) * 0.971);
        let (lost_at, before) = (rig.now, rig.followed());
        assert!(before.len() > 55, "{}", before.len());
        // The machine stands still; the alarm comes after 6 s, the relays take their time.
        rig.dead[0] = true;
        rig.run(6.2);
        rig.switch();
        rig.run(0.9);
        assert!(rig.shown_at > lost_at + 6.0, "no display at {}", rig.now);
        assert_eq!(rig.count("CWARM"), 1);
        assert_eq!(lost(&rig, &before), [], "{lost_at}");
        rig.run(25.0);
        // Who is out of sight of all radars by now may be gone.
        let gone = lost(&rig, &before);
        assert!(gone.len() <= 1, "{lost_at}: {gone:?}");
        assert_eq!(rig.count("CLATE"), 0);
    }
}

#[test]
fn a_planned_switch_and_a_machine_that_returns() {
    let mut rig = sky(60).with_standby();
    rig.run(100.0);
    rig.switch();
    rig.run(1.0);
    let before = rig.followed();
    assert!(before.len() > 55);
    // B is active; A is switched off and on again, with blank core.
    rig.dead[0] = true;
    rig.run(30.0);
    rig.power_on(0);
    rig.run(90.0);
    assert_eq!(
        rig.core_of(0, "STSTEP", 0).right().value(),
        1,
        "not in step"
    );
    assert_eq!(rig.count("CCOLD"), 0);
    let before = rig.followed();
    rig.switch();
    rig.run(4.0);
    assert_eq!(rig.count("CWARM"), 1);
    assert_eq!(lost(&rig, &before), []);
    rig.run(60.0);
    assert!(lost(&rig, &before).len() <= 2);
}

/// Two radars that miss nothing and see nothing that is not there.
fn clear_sky(aircraft: Vec<Aircraft>) -> Rig {
    let radars = two_radars().into_iter();
    let radars = radars.map(|radar| Radar { blip: 1.0, ..radar }).collect();
    Rig::new(radars, aircraft, 3)
}

#[test]
fn light_guns_begin_drop_and_identify_tracks() {
    let mut rig = clear_sky(vec![
        Aircraft::new((-80.0, 30.0), (480.0, 90.0)),
        Aircraft::new((10.0, 60.0), (300.0, 200.0)),
    ]);
    // No automatic initiation around the second: boxes of 16 n.mi, x 0 and y 2 to 3.
    for (x, y) in [
        (0u16, 3u16),
        (0, 2),
        (-1i8 as u8 as u16, 3),
        (-1i8 as u8 as u16, 2),
    ] {
        rig.act(7, 0o12, x << 8 | y, None);
    }
    rig.run(100.0);
    assert_eq!(rig.tracks().len(), 1, "{:?}", rig.shown);
    assert_eq!(rig.count("CMANUA"), 4);
    let first = rig.track_of(0);
    assert_eq!((first.category, &first.text[..6]), (3, "B001P "));
    // The gun on a return without a track.
    let (x, y) = rig.aircraft[1].position(90.0);
    let seen = rig.return_near(x, y).expect("a return is shown");
    rig.act(7, 1, 0, Some(Gun::Return(seen)));
    rig.run(40.0);
    assert_eq!(rig.tracks().len(), 2, "{:?} {:?}", rig.shown, rig.counts());
    assert!(rig.errors()[1] < 1.5, "{:?}", rig.errors());
    rig.act(9, 3, 2, rig.gun(1));
    rig.run(10.0);
    let second = rig.track_of(1);
    assert_eq!((second.category, &second.text[4..5]), (5, "H"));
    // Dark glass, no such identity, an action nobody knows.
    rig.act(7, 2, 0, None);
    rig.act(9, 3, 6, rig.gun(1));
    rig.act(9, 0o77, 0, None);
    rig.act(7, 2, 0, rig.gun(0));
    rig.run(6.0);
    assert_eq!(rig.count("CMANBA"), 3);
    assert!(rig.shown.iter().all(|track| track.number != first.number));
}

#[test]
fn who_flies_by_plan_or_answers_by_code_is_identified() {
    let mut rig = clear_sky(vec![
        Aircraft::new((-80.0, 32.0), (480.0, 90.0)),
        Aircraft::new((40.0, 80.0), (400.0, 180.0)),
        Aircraft {
            code: 0o1234,
            ..Aircraft::new((-60.0, -60.0), (400.0, 45.0))
        },
        Aircraft {
            code: 0o7002,
            ..Aircraft::new((30.0, -60.0), (500.0, 0.0))
        },
    ]);
    rig.run(2.0);
    // Plan 77: at (-72, 32) in one minute, east with 480 knots, friendly.
    rig.act(14, 0o16, 77, None);
    rig.act(14, 0o17, (-18i8 as u8 as u16) << 8 | 8, None);
    rig.act(14, 0o20, 64 << 8 | 48, None);
    rig.act(14, 0o21, 25 << 8 | 4, None);
    rig.act(14, 0o22, 1 << 12, None);
    // Plan 78: code 1234 somewhere near, special.
    rig.act(15, 0o16, 78, None);
    rig.act(
        15,
        0o17,
        (-16i8 as u8 as u16) << 8 | (-14i8 as u8 as u16),
        None,
    );
    rig.act(15, 0o20, 32 << 8 | 40, None);
    rig.act(15, 0o21, 25 << 8, None);
    rig.act(15, 0o22, 3 << 12 | 0o1234, None);
    rig.run(150.0);
    let categories: Vec<u16> = (0..4).map(|n| rig.track_of(n).category).collect();
    assert_eq!(categories, [4, 3, 6, 8], "{:?}", rig.shown);
    assert_eq!(rig.count("CIDENT"), 2);
    assert_eq!(
        rig.core("WPTRK", 2).right().value(),
        rig.track_of(3).slot as i32
    );
    // A plan cancelled is gone; the track keeps what it is.
    rig.act(14, 0o23, 77, None);
    rig.act(14, 0o23, 99, None);
    rig.run(20.0);
    assert_eq!(rig.count("CMANBA"), 1);
    assert_eq!(rig.track_of(0).category, 4);
}

#[test]
fn heights_are_asked_for_and_shown() {
    let mut rig = clear_sky(vec![Aircraft::new((-50.0, 40.0), (300.0, 90.0))]);
    rig.run(70.0);
    let asked = rig.sent(1, 5);
    assert!(!asked.is_empty() && rig.sent(1, 17).is_empty());
    let [azimuth, range] = asked[asked.len() - 1].words[..] else {
        panic!("{asked:?}")
    };
    let (x, y) = rig.aircraft[0].position(rig.now);
    let (x, y) = (x + 30.0, y - 20.0);
    assert!(
        (f64::from(range) / 4.0 - x.hypot(y)).abs() < 6.0,
        "{range} {asked:?}"
    );
    let degrees = x.atan2(y).to_degrees().rem_euclid(360.0);
    assert!(
        (f64::from(azimuth) * 360.0 / 4096.0 - degrees).abs() < 6.0,
        "{azimuth} {degrees}"
    );
    // Another's answer first, then the right one: 24,300 feet.
    for (azimuth, height) in [(azimuth ^ 1, 100), (azimuth, 243)] {
        let label = 2 << 6 | 5 << 9;
        let words = [Twin::of(label, range), Twin::of(azimuth << 4, height << 1)];
        rig.put(codes::LRI_1, &words);
    }
    rig.run(10.0);
    assert_eq!(rig.count("CHTREP"), 1);
    assert_eq!(&rig.track_of(0).text[6..8], "24");
}

/// A crosstell message of a type about a track, on line 1.
fn told(kind: u16, number: u16, (x, y): (f64, f64), way: u16) -> [Twin; 3] {
    let half = |miles: f64| Half::from_value((miles * 64.0) as i32).unwrap().0;
    [
        Twin::of(1, kind << 12 | 1 << 7),
        Twin::of(number << 6 | 1 << 3 | 2, half(x)),
        Twin::of(half(y), way),
    ]
}

#[test]
fn a_neighbour_tells_a_track_and_hands_it_over() {
    // 400 knots to the west; our radars do not see so far.
    let mut rig = clear_sky(vec![Aircraft::new((190.0, 20.0), (400.0, 270.0))]);
    for radar in &mut rig.radars {
        radar.range = 60.0;
    }
    for _ in 0..4 {
        let place = rig.aircraft[0].position(rig.now);
        rig.put(codes::XTL, &told(1, 321, place, 48 << 10 | 16 << 4 | 5));
        rig.run(15.0);
    }
    assert!(rig.errors()[0] < 1.0, "{:?}", rig.shown);
    let track = rig.track_of(0);
    assert_eq!(
        (track.category, track.text.trim_end()),
        (12, "A321F 2508    A2")
    );
    // Not told for a minute, and not seen: gone. Told again, offered, accepted.
    rig.run(70.0);
    assert_eq!(rig.count("CXTSEI"), 1);
    assert!(rig.shown.is_empty(), "{:?}", rig.shown);
    let place = rig.aircraft[0].position(rig.now);
    rig.put(codes::XTL, &told(1, 321, place, 48 << 10 | 16 << 4 | 5));
    rig.run(5.0);
    rig.put(codes::XTL, &told(3, 321, place, 48 << 10 | 16 << 4 | 5));
    rig.run(5.0);
    rig.act(11, 0o14, 0, None);
    rig.act(11, 6, 322, None);
    rig.run(11.0);
    assert_eq!(rig.count("CMANBA"), 1);
    assert!(
        rig.text(11)
            .contains(&"OFFERED TO US, THEIR    0321".to_owned()),
        "{:?}",
        rig.text(11)
    );
    rig.act(11, 6, 321, None);
    rig.run(6.0);
    let answers: Vec<&Output> = rig
        .sent(0, 1)
        .into_iter()
        .filter(|o| o.words[0] >> 12 == 4)
        .collect();
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].words[1] >> 6, 321);
    assert_eq!(&rig.track_of(0).text[..1], "B");
    // They have not heard it and offer once more.
    rig.put(codes::XTL, &told(3, 321, place, 48 << 10 | 16 << 4 | 5));
    rig.run(6.0);
    let answers = rig.sent(0, 1).into_iter().filter(|o| o.words[0] >> 12 == 4);
    assert_eq!(answers.count(), 2);
}

#[test]
fn tracks_near_the_edge_are_told_and_given_away() {
    // One outward bound, one far inside that stays there.
    let mut rig = clear_sky(vec![
        Aircraft::new((20.0, 10.0), (480.0, 90.0)),
        Aircraft::new((-80.0, 0.0), (480.0, 0.0)),
    ]);
    rig.run(150.0);
    let told: Vec<Output> = rig.sent(0, 1).into_iter().cloned().collect();
    assert!((3..10).contains(&told.len()), "{told:?}");
    let last = told.last().unwrap();
    let track = rig.track_of(0);
    assert_eq!((last.words[0] >> 12, last.words[0] >> 7 & 0o37), (1, 2));
    assert_eq!(last.words[1] >> 6, track.number);
    // In their plane, whose north is turned by two degrees.
    let (x, y) = rig.aircraft[0].position(last.at);
    let (sine, cosine) = f64::to_radians(2.0).sin_cos();
    let (dx, dy) = (x - 150.0, y);
    let place = |half: u16| f64::from(Half(half).value()) / 64.0;
    let theirs = (place(last.words[2]), place(last.words[3]));
    assert!(
        (theirs.0 - (dx * cosine + dy * sine)).abs() < 1.5,
        "{theirs:?} {dx} {dy}"
    );
    assert!(
        (theirs.1 - (dy * cosine - dx * sine)).abs() < 1.5,
        "{theirs:?} {dx} {dy}"
    );
    // Heading 88 degrees there, 480 knots.
    let way = last.words[4];
    assert!(
        (14..18).contains(&(way >> 10)) && (17..22).contains(&(way >> 4 & 0o77)),
        "{way:o}"
    );
    // Offered three times without an answer.
    rig.act(11, 5, 1, rig.gun(0));
    rig.run(30.0);
    let offers = rig.sent(0, 1).into_iter().filter(|o| o.words[0] >> 12 == 3);
    assert_eq!(offers.count(), 3);
    rig.act(11, 5, 1, rig.gun(0));
    rig.run(8.0);
    let (number, place) = (track.number, (x - 150.0, y));
    rig.put(codes::XTL, &self::told(4, number, place, 0));
    rig.run(8.0);
    assert_eq!(rig.track_of(0).category, 12);
    let before = rig.sent(0, 1).len();
    rig.run(30.0);
    assert_eq!(rig.sent(0, 1).len(), before, "told although it is theirs");
}

#[test]
fn people_assign_weapons_and_each_order_is_sent_once() {
    let mut rig = clear_sky(vec![
        Aircraft::new((-40.0, 80.0), (480.0, 160.0)),
        Aircraft::new((60.0, 80.0), (480.0, 200.0)),
    ])
    .with_standby();
    rig.run(80.0);
    rig.act(9, 3, 2, rig.gun(0));
    rig.act(9, 3, 2, rig.gun(1));
    rig.act(2, 0o14, 1, None);
    rig.run(35.0);
    let text = rig.text(2);
    let proposed = text
        .iter()
        .filter(|row| row.starts_with("PROPOSED BASE"))
        .count();
    assert_eq!(proposed, 2, "{text:?}");
    // Interceptors are not fired, missiles only by the senior director.
    rig.act(1, 0o10, 1, rig.gun(0));
    rig.act(2, 0o10, 2, rig.gun(1));
    rig.act(2, 7, 2, rig.gun(1));
    rig.run(6.0);
    assert_eq!(rig.count("CMANBA"), 3);
    assert_eq!(rig.count("CORDER"), 0);
    rig.act(2, 7, 1, rig.gun(0));
    rig.run(6.0);
    rig.act(1, 0o10, 2, rig.gun(1));
    rig.run(10.0);
    let scrambles: Vec<Output> = rig.sent(3, 1).into_iter().cloned().collect();
    assert_eq!(
        scrambles.len(),
        1,
        "{scrambles:?} {:?} {:?}",
        rig.counts(),
        rig.shown
    );
    assert_eq!(scrambles[0].words[0], 1 << 9 | 1 << 3 | 1);
    assert_eq!(scrambles[0].words[1], rig.track_of(0).number);
    let fired: Vec<Output> = rig.sent(3, 2).into_iter().cloned().collect();
    assert_eq!(fired.len(), 1);
    assert_eq!(fired[0].words[0], 1 << 9 | 4 << 3 | 2);
    assert_eq!(&rig.track_of(0).text[10..14], "W001");
    // The machine is lost; the other sends neither order again, but guides both.
    rig.dead[0] = true;
    rig.run(6.2);
    rig.switch();
    rig.run(60.0);
    assert_eq!(rig.sent(3, 1).len() + rig.sent(3, 2).len(), 2);
    let guided = rig.sent(2, 1);
    assert!(guided.len() > 2);
    let mut serials: Vec<u16> = guided.iter().map(|o| o.words[0] >> 9).collect();
    serials.dedup();
    assert_eq!(serials.len(), guided.len());
    // From (20, -30) to a target that is north-west and comes nearer: a heading between.
    let heading = f64::from(guided[0].words[1]) * 360.0 / 4096.0;
    assert!((300.0..360.0).contains(&heading), "{heading}");
    assert_eq!(guided[0].words[2], 30 << 8 | 95);
    rig.act(2, 0o11, 0, rig.gun(0));
    rig.run(8.0);
    assert_eq!(rig.sent(2, 1).last().unwrap().words[0] & 0o777, 3);
    assert_eq!(&rig.track_of(0).text[10..14], "    ");
}

/// Two hostile tracks, and a standby in step with what people did.
fn under_attack() -> Rig {
    let mut rig = clear_sky(vec![
        Aircraft::new((-40.0, 80.0), (480.0, 160.0)),
        Aircraft::new((60.0, 80.0), (480.0, 200.0)),
    ])
    .with_standby();
    rig.run(80.0);
    rig.act(9, 3, 2, rig.gun(0));
    rig.act(9, 3, 2, rig.gun(1));
    rig.run(35.0);
    rig
}

#[test]
fn an_order_leaves_when_the_standby_has_taken_its_record() {
    let mut rig = under_attack();
    rig.act(2, 7, 1, rig.gun(0));
    while rig.count("CORDER") == 0 {
        rig.run(0.01);
    }
    // The record of this subframe comes with a word spoilt.
    let last = |rig: &Rig| {
        let drums = &rig.machines[1].drums;
        drums.peek(codes::IC_OTHER, 2046).word.right().value()
    };
    let number = last(&rig) + 1;
    while last(&rig) < number {
        rig.run(0.01);
    }
    rig.machines[1].drums.flip(codes::IC_OTHER, 1700, 3);
    while rig.sent(3, 1).is_empty() {
        rig.run(0.01);
    }
    assert!(rig.core_of(1, "CBADRC", 0).right().value() > 0);
    assert_eq!(rig.count("CAGAIN"), 1);
    // The machine is lost as soon as the order is out.
    rig.dead[0] = true;
    rig.run(6.2);
    rig.switch();
    rig.run(5.0);
    assert_eq!(
        rig.core("WPST", 1).left().0 & 7,
        1,
        "nobody knows the order"
    );
    // It is known: there is nothing to assign.
    rig.act(2, 7, 1, rig.gun(0));
    rig.run(20.0);
    assert_eq!(rig.sent(3, 1).len(), 1);
    assert_eq!(rig.count("CMANBA"), 1);
    assert_eq!(rig.count("CGAPS"), 0);
}

#[test]
fn a_standby_that_is_silent_holds_up_two_subframes_and_no_more() {
    let mut rig = under_attack();
    let before = rig.count("CDEAF");
    rig.dead[1] = true;
    rig.run(60.0);
    assert_eq!((before, rig.count("CDEAF")), (0, 1));
    assert_eq!((rig.count("CAGAIN"), rig.count("CLATE")), (1, 0));
    rig.act(2, 7, 1, rig.gun(0));
    rig.run(7.0);
    assert_eq!(rig.sent(3, 1).len(), 1);
    // It comes back, is in step after two frames or three, and is waited for again.
    rig.power_on(1);
    rig.run(45.0);
    assert_eq!(rig.core_of(1, "STSTEP", 0).right().value(), 1);
    assert!(rig.core("DXDEAF", 0).right().is_zero());
    assert_eq!(rig.count("CDEAF"), 1);
}

#[test]
fn gap_fillers_and_jammers() {
    let mut rig = clear_sky(Vec::new());
    // Range 30 miles due east of (10, 10); a jammer at 45 degrees from radar 17; idle words.
    for _ in 0..8 {
        rig.put(codes::GFI, &[Twin::of(7 << 8 | 64, 30)]);
        rig.put(codes::GFI, &[Twin::of(9 << 8 | 64, 30)]);
        rig.put(
            codes::LRI_1,
            &[Twin::of(17 << 9 | 3 << 6, 0), Twin::of(512 << 4, 0)],
        );
        rig.put(
            codes::LRI_1,
            &[Twin::of(17 << 9 | 7 << 6, 0), Twin::of(0, 0)],
        );
        rig.run(5.0);
    }
    let tracks = rig.tracks();
    let track = tracks.iter().find(|t| t.slot < 400).expect("a track");
    assert!((track.x - 40.5).hypot(track.y - 10.0) < 1.0, "{track:?}");
    let strobe = tracks.iter().find(|t| t.category == 11).expect("a strobe");
    assert!((strobe.x - 60.0).hypot(strobe.y + 40.0) < 0.1, "{strobe:?}");
    assert_eq!((rig.count("CSTROB"), rig.count("CUNKNO")), (8, 16));
}

/// The longest time between two displays, in seconds.
fn longest_wait(displays: &[f64]) -> f64 {
    let waits = displays.windows(2).map(|pair| pair[1] - pair[0]);
    waits.fold(0.0, f64::max)
}

#[test]
fn a_machine_four_times_slower_keeps_its_beat_and_its_displays() {
    for (aircraft, times) in [(80, 4), (80, 5), (120, 5)] {
        let mut rig = sky(aircraft).with_standby();
        rig.run(100.0);
        rig.act(2, 0o14, 0, None);
        rig.run(20.0);
        let (frames, before) = (rig.count("CFRAME"), rig.followed().len());
        rig.machines[0].set_pace(times);
        rig.run(120.0);
        let counts = rig.counts();
        // Eight frames: a subframe that was left out is counted, and counted as one of them.
        let behind = frames + 8 - rig.count("CFRAME");
        assert!((0..=1).contains(&behind), "{behind} {counts:?}");
        assert!(longest_wait(&rig.displays) < 10.0, "{:?}", rig.displays);
        assert!(rig.followed().len() * 10 > before * 8, "{counts:?}");
        assert_eq!(rig.core_of(1, "CGAPS", 0).right().value(), 0);
        // As fast as before, it leaves nothing out after a minute and a half.
        rig.machines[0].set_pace(1);
        rig.run(90.0);
        let counts = rig.counts();
        assert!(rig.core("LEVEL", 0).left().is_zero(), "{counts:?}");
        rig.run(60.0);
        let dropped = |rig: &Rig| rig.count("CDROPR") + rig.count("CDROPD") + rig.count("CLATE");
        let so_far = dropped(&rig);
        rig.run(30.0);
        assert_eq!(dropped(&rig), so_far);
        assert!(longest_wait(&rig.displays[rig.displays.len() - 20..]) < 2.8);
        assert!(rig.followed().len() * 10 > before * 8, "{counts:?}");
    }
}

#[test]
fn what_is_too_much_is_left_out_in_order_and_counted() {
    // 400 aircraft within 12 miles of the centre, on lines that hold nothing back.
    let mut rig = sky_within(400, 12.0).with_standby();
    rig.line_rate = 1_000.0;
    rig.run(150.0);
    let before = rig.followed().len();
    rig.run(90.0);
    let after = rig.followed().len();
    assert!(after * 10 >= before * 9, "{after} of {before}");
    let counts = rig.counts();
    // Recording, threats, initiation, once a frame each: what comes first is dropped most.
    let dropped = ["CDROPR", "CDROPT", "CDROPI"].map(|symbol| rig.count(symbol));
    assert!(
        dropped[0] > 0 && dropped.is_sorted_by(|a, b| a >= b),
        "{counts:?}"
    );
    assert!(longest_wait(&rig.displays) < 10.0, "{:?}", rig.displays);
    assert!(
        rig.count("CUNCOR") > 0 && rig.count("CLATE") > 0,
        "{counts:?}"
    );
    // The frames keep their beat and the standby has heard of each subframe.
    assert_eq!(rig.count("CFRAME"), 16);
    let heard = rig.core_of(1, "CRECOR", 0).right().value();
    assert!(
        heard + rig.count("CMISS") + 1 >= rig.count("CSUBFR"),
        "{heard} {counts:?}"
    );
}

#[test]
fn a_word_of_wrong_parity_costs_one_reading() {
    let mut rig = clear_sky(vec![Aircraft::new((-40.0, 30.0), (480.0, 90.0))]).with_standby();
    rig.run(60.0);
    for field in [codes::LRI_1, codes::MI, codes::XTL, codes::GFI] {
        rig.put(field, &[Twin::of(1, 2), Twin::of(3, 4), Twin::of(5, 6)]);
        let marks = *rig.machines[0].drums.waiting(field);
        let register = (0..2048).find(|register| marks.is_set(*register)).unwrap();
        rig.machines[0].drums.flip(field, register, 7);
    }
    // And one in a record for the standby.
    rig.machines[1].drums.flip(codes::IC_OTHER, 1700, 3);
    rig.run(30.0);
    assert_eq!(rig.count("CPARIT"), 4);
    assert!(rig.errors()[0] < 1.0, "{:?}", rig.errors());
    assert_eq!(rig.core_of(1, "STSTEP", 0).right().value(), 1);
}

#[test]
fn tracks_cross_the_axes_of_the_plane() {
    // Slowly through the centre in four directions, and along both axes: -0 and +0 are met.
    let mut aircraft: Vec<Aircraft> = (0..4)
        .map(|n| {
            let heading = f64::from(n) * 90.0 + 45.0;
            let (sine, cosine) = f64::to_radians(heading).sin_cos();
            let back = 7.0 + f64::from(n) * 3.0;
            Aircraft::new((-back * sine, -back * cosine), (240.0, heading))
        })
        .collect();
    aircraft.push(Aircraft::new((-20.0, 0.0), (300.0, 90.0)));
    aircraft.push(Aircraft::new((0.0, 40.0), (300.0, 180.0)));
    let mut rig = clear_sky(aircraft);
    rig.run(90.0);
    let before = rig.followed();
    for _ in 0..15 {
        rig.run(15.0);
        let worst = rig.errors().into_iter().fold(0.0, f64::max);
        assert!(worst < 1.5, "{} {:?}", rig.now, rig.errors());
    }
    assert_eq!(rig.tracks().len(), before.len(), "{:?}", rig.shown);
}

#[test]
fn a_machine_started_over_goes_on_with_its_tables() {
    let mut rig = sky(40);
    rig.run(97.3);
    let before = rig.followed();
    rig.machines[0].start_over();
    rig.run(5.0);
    assert_eq!((rig.count("CWARM"), rig.count("CCOLD")), (1, 1));
    assert_eq!(lost(&rig, &before), []);
    // Switched off, nothing is left: it says that it begins cold, and finds the aircraft again.
    rig.power_on(0);
    rig.machines[0].central.set_condition(codes::ACTIVE, true);
    rig.run(4.0);
    assert!(rig.tracks().is_empty());
    assert_eq!(rig.count("CCOLD"), 1);
    assert_eq!(rig.machines[0].units.lights[0], Twin::of(0, 1));
    rig.run(90.0);
    assert!(rig.followed().len() > 35);
}

#[test]
fn a_record_that_is_not_whole_is_not_taken() {
    let mut rig = sky(40).with_standby();
    rig.run(100.0);
    let taken = rig.core_of(1, "CRECOR", 0).right().value();
    let before = rig.followed().len();
    // The machine dies while it writes: the body is new, head and sum are not.
    for register in 0..400 {
        let word = rig.machines[1].drums.peek(codes::IC_OTHER, register).word;
        let other = Twin(word.0 ^ 0o177 << 16);
        rig.machines[1]
            .drums
            .deposit(codes::IC_OTHER, register, other.into());
    }
    rig.dead[0] = true;
    rig.run(6.2);
    rig.switch();
    rig.run(1.0);
    assert_eq!(rig.count("CRECOR"), taken);
    let errors = rig.errors();
    let kept = errors.iter().filter(|error| **error < 3.0).count();
    assert!(kept + 1 >= before, "{kept} of {before}: {errors:?}");
}

#[test]
fn each_frame_is_recorded_if_there_is_a_tape() {
    let aircraft = (0..3).map(|n| Aircraft::new((f64::from(n) * 20.0, 0.0), (400.0, 0.0)));
    let mut rig = clear_sky(aircraft.collect());
    rig.machines[0].units.tapes[0] = Some(Tape::default());
    rig.run(62.0);
    let tape = rig.machines[0].units.tapes[0].as_ref().unwrap();
    assert_eq!(tape.blocks.len(), 4);
    assert_eq!(rig.count("CRECRD"), 4);
    let Block::Record { words, bad: false } = &tape.blocks[3] else {
        panic!("{:?}", tape.blocks[3]);
    };
    assert_eq!(words.len(), 800);
    // The left half of a state is minus where there is no track.
    let tracks = words[..400].iter().filter(|word| !word.left().is_minus());
    assert_eq!(tracks.count(), 3);
    assert_eq!(rig.count("CLATE"), 0);
}
