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
