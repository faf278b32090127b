//! The direction-center program on one or two machines whose drums the test fills and reads.
//!
//! Everything outside the computer is a few lines here: aircraft on straight lines, radars that
//! turn, a partner's drum. The site itself, with its lines, consoles and switch, has its own tests.

mod direction;

use direction::{Aircraft, Radar, Rig};
use fsq7::codes;

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
        let at = (
            noise.uniform() * 320.0 - 160.0,
            noise.uniform() * 320.0 - 160.0,
        );
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
    for (seed, lost_at) in [(0, 131.0), (1, 134.9), (2, 140.3), (3, 143.7)] {
        let mut rig = sky(60).with_standby();
        rig.run(lost_at + f64::from(seed) * 0.001);
        let before = rig.followed();
        assert!(before.len() > 55, "{}", before.len());
        // The machine stands still; the alarm comes after 6 s, the relays take their time.
        rig.dead[0] = true;
        rig.run(6.2);
        rig.switch();
        rig.run(0.9);
        assert!(rig.shown_at > lost_at + 6.0, "no display at {}", rig.now);
        assert_eq!(rig.count("CWARM"), 1);
        let gone = lost(&rig, &before);
        assert!(gone.len() <= 1, "{gone:?} of {before:?}");
        rig.run(45.0);
        let gone = lost(&rig, &before);
        assert!(gone.len() <= 2, "{gone:?}");
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
