//! The center of this repository with its own program: an evening of five radars and some dozens of
//! aircraft, read like a log.

use std::path::Path;

use clock::{Instant, Span};
use fsq7::assembler::{Assembly, SourceFile, assemble};
use site::center::air::{Flight, Kind, Leg};
use site::center::engine::Action;
use site::center::record as center;
use site::center::{Center, CenterDescription};
use site::fault::{Fault, Order, Target};
use site::record::Log;
use site::source::{SourceMap, read, render};
use site::{Cause, Machine, Record, Role};

fn repository(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn description() -> CenterDescription {
    let mut map = SourceMap::new();
    map.insert("site.ron", repository("sites/sage-boston/site.ron"));
    read(&map, "site.ron").unwrap_or_else(|m| panic!("{}", render(&m, &map)))
}

/// The deck: the first program (the compool), the site's data, the others.
fn deck(description: &CenterDescription) -> Assembly {
    let programs = description.machine.programs.iter();
    let read = |name: &String| {
        (
            name.clone(),
            repository(&format!("sites/sage-boston/{name}")),
        )
    };
    let mut texts: Vec<(String, String)> = programs.map(read).collect();
    texts.insert(1, ("site data".into(), description.data_deck()));
    let files: Vec<SourceFile> = texts
        .iter()
        .map(|(name, text)| SourceFile { name, text })
        .collect();
    assemble(&files, &[]).unwrap_or_else(|m| panic!("{}", m[0]))
}

/// Airliners with transponders, 30 miles from each other, all on their way to the north-east.
fn airliners() -> Vec<Flight> {
    let flight = |n: u64| {
        let (column, row) = ((n % 8) as f64, (n / 8) as f64);
        let (x, y) = (-130.0 + 30.0 * column, -80.0 + 30.0 * row);
        let leg = |x: f64, y: f64| Leg {
            x,
            y,
            altitude_ft: 25_000.0,
            speed_kn: 360.0,
        };
        Flight {
            name: format!("AIR {n}"),
            kind: Kind::Civil,
            enters: Instant::ZERO,
            legs: vec![leg(x, y), leg(x + 50.0, y + 50.0)],
            code: Some(0o2100),
            simulated: false,
            jams: vec![],
        }
    };
    (0..40).map(flight).collect()
}

fn boston(seed: u64) -> Center {
    let description = description();
    let deck = deck(&description);
    Center::new(&description, &deck, airliners(), seed)
}

fn at(seconds: u64) -> Instant {
    Instant::ZERO + Span::from_secs(seconds)
}

/// Tracks shown last before an instant: established and not lost, or told by a neighbour whose they
/// are, with their places in miles.
fn shown(log: &Log, before: Instant) -> Vec<(String, f64, f64)> {
    let mut records = log.0.iter().rev();
    let last = records.find_map(|(at, record)| match record {
        Record::Center(center::Record::TracksShown { tracks, .. }) if *at <= before => Some(tracks),
        _ => None,
    });
    let tracks = last.into_iter().flatten();
    let established = tracks.filter(|track| matches!(track.message.category, 3..=8 | 12 | 13));
    let place = |units: i32| f64::from(units) / 64.0;
    established
        .map(|track| {
            let message = &track.message;
            let number = message.text()[..4].to_string();
            (number, place(message.x), place(message.y))
        })
        .collect()
}

/// For each target the nearest track within 5 n.mi: its number and distance.
fn followed(center: &Center, log: &Log, now: Instant) -> Vec<(String, Option<(String, f64)>)> {
    let tracks = shown(log, now);
    let of = |target: site::center::air::Target| {
        let distance = |x: f64, y: f64| (x - target.x).hypot(y - target.y);
        let near = tracks
            .iter()
            .map(|(number, x, y)| (number.clone(), distance(*x, *y)));
        let nearest = near.min_by(|a, b| a.1.total_cmp(&b.1));
        (target.name, nearest.filter(|(_, miles)| *miles < 5.0))
    };
    center.truth(now).into_iter().map(of).collect()
}

#[test]
fn airliners_are_followed_within_a_mile() {
    let mut center = boston(1);
    let mut log = Log::default();
    center.run_until(at(180), &mut log);
    let followed = followed(&center, &log, at(180));
    let errors: Vec<f64> = followed
        .iter()
        .filter_map(|(_, f)| Some(f.as_ref()?.1))
        .collect();
    assert!(errors.len() >= 38, "{} of {}", errors.len(), followed.len());
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    assert!(mean < 1.0, "{mean}");
    assert_eq!(center.role(Machine::A), Role::Active);
    let stopped = log.0.iter().any(|(_, r)| {
        matches!(
            r,
            Record::MachineStopped { .. } | Record::MachineHalted { .. }
        )
    });
    assert!(!stopped);
}

#[test]
fn no_track_is_lost_or_exchanged_when_the_role_moves() {
    let mut center = boston(2);
    let mut log = Log::default();
    center.run_until(at(150), &mut log);
    let before = followed(&center, &log, at(150));
    let known = before.iter().filter(|(_, track)| track.is_some()).count();
    assert!(known >= 36, "{known}");
    // Planned, as soon as the standby has everything; later the machine is lost in which it is now.
    let planned = Order {
        waits: true,
        ..Fault::PlannedSwitchover.into()
    };
    center.fault(at(150), planned);
    center.fault(
        at(200),
        Fault::FailStop {
            machine: Target::Active,
        },
    );
    for (until, active) in [(180, Machine::B), (230, Machine::A)] {
        center.run_until(at(until), &mut log);
        assert_eq!(center.role(active), Role::Active);
        let after = followed(&center, &log, at(until));
        for (target, track) in &before {
            let Some((number, _)) = track else { continue };
            let now = after.iter().find(|(name, _)| name == target);
            let Some((_, Some((now, _)))) = now else {
                panic!("{target} was {number} and is followed no more at {until}");
            };
            // The letter is its owner's: a neighbour may have handed it over meanwhile.
            let owner = |number: &str| number.chars().next();
            assert!(
                number == now || owner(number) != owner(now),
                "{target} at {until}: {number} is {now}"
            );
        }
    }
    let decided: Vec<Cause> = log
        .0
        .iter()
        .filter_map(|(_, r)| match r {
            Record::RoleTaken { cause, .. } => Some(*cause),
            _ => None,
        })
        .collect();
    assert_eq!(decided, [Cause::PlannedSwitchover, Cause::Alarm]);
    // Ten seconds from the loss to tracks on the glass again.
    let again = log.0.iter().find_map(|(when, r)| match r {
        Record::Center(center::Record::TracksShown {
            machine: Machine::A,
            ..
        }) if *when > at(200) => Some(*when),
        _ => None,
    });
    let gap = again.expect("A shows tracks") - at(200);
    assert!(gap < Span::from_secs(10), "{gap}");
}

#[test]
fn the_standby_takes_every_record() {
    let description = description();
    let deck = deck(&description);
    let between = airliners().into_iter().map(|mut flight| {
        flight.name += " B";
        for leg in &mut flight.legs {
            leg.x += 15.0;
            leg.y += 15.0;
        }
        flight
    });
    let flights: Vec<Flight> = airliners().into_iter().chain(between).collect();
    for seed in 1..=4 {
        let mut center = Center::new(&description, &deck, flights.clone(), seed);
        // People ask for texts and file plans meanwhile.
        for n in 0..280 {
            for (console, code) in [(2, 0o14), (14, 0o16), (14, 0o17), (14, 0o20)] {
                let data = n as u16 % 3 + 1;
                let gun = None;
                let action = Action {
                    console,
                    code,
                    data,
                    gun,
                };
                center.action(at(10 + n), action);
            }
        }
        center.run_until(at(300), &mut Log::default());
        let count = |machine: Machine, symbol: &str| {
            let location = deck.symbol(symbol).expect(symbol) as u32;
            let word = center.machine(machine).central.memory.peek(location);
            word.expect("in core").right().value()
        };
        assert_eq!(count(Machine::B, "CGAPS"), 0, "seed {seed}");
        assert_eq!(count(Machine::B, "CBADRC"), 0, "seed {seed}");
        assert_eq!(count(Machine::B, "CRECOR"), count(Machine::A, "DXNUM"));
        assert_eq!(count(Machine::B, "STSTEP"), 1, "seed {seed}");
        assert_eq!(count(Machine::A, "CAGAIN"), 0, "seed {seed}");
        assert!(count(Machine::A, "CMANUA") > 800, "seed {seed}");
    }
}

#[test]
fn a_machine_that_stops_is_heard_whatever_the_slices_of_the_run() {
    let mut warm = boston(3);
    warm.run_until(at(60), &mut Log::default());
    // Wherever in a second it stops: the alarm comes six seconds after its last sign of life, which
    // may be the very instant at which a slice ends.
    let slice = Span(31_250_000);
    for n in 0..32 {
        let mut center = warm.clone();
        let stops = at(60) + Span(slice.0 * n);
        let fault = Fault::FailStop {
            machine: Target::Active,
        };
        center.fault(stops, fault);
        while center.now() < at(70) {
            center.run_until(center.now() + slice, &mut Log::default());
        }
        assert_eq!(center.role(Machine::B), Role::Active, "stopped at {stops}");
    }
}
