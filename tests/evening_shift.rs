//! The log of several evening shifts: machines fail, are switched, come back; units are lost. Each
//! evening runs twice with the same journal, every judge holds, every entry is answered.
//!
//! They are played at the tiny site with as many calls as its three agents can take, so that
//! entries are under way whenever something happens.

use clock::Span;
use exercise::script::{FaultKind, Target, UnitTarget};
use site::Machine::{A, B};
use site::{Cause, Record};
use tests::{Evening, Morning, site};

/// Last seed of each evening.
const SEEDS: u64 = 5;

/// Calls a day that keep three agents typing.
const BUSY: u32 = 9000;

fn shift(seconds: f64) -> Evening {
    Evening::calls(seconds, BUSY)
}

/// Seed 1 twice, the others once.
fn held(evening: &Evening) -> Morning {
    let site = site("tiny");
    let morning = evening.twice(&site);
    morning.all_held();
    for seed in 2..=SEEDS {
        let evening = Evening {
            seed,
            ..evening.clone()
        };
        evening.once(&site).all_held();
    }
    assert!(morning.report.entries.answered > 20, "{}", morning.log());
    morning
}

fn fail_stop(machine: Target) -> FaultKind {
    FaultKind::FailStop { machine }
}

fn back(machine: Target) -> FaultKind {
    FaultKind::ReturnToService { machine }
}

fn at_most(morning: &Morning, seconds: u64) {
    let outage = morning.longest_outage();
    let within = outage.is_some_and(|felt| felt <= Span::from_secs(seconds));
    assert!(within, "{outage:?}\n{}", morning.log());
}

#[test]
fn the_daily_switchover_is_planned() {
    // 60 s: the operator asks A to finish and release; B goes on.
    let morning = held(&shift(120.0).fault(60.0, FaultKind::PlannedSwitchover));
    assert_eq!(morning.moves(), [(Some(A), B, Cause::PlannedSwitchover)]);
    assert_eq!(morning.report.takeovers[0].cause, "planned switchover");
    at_most(&morning, 5);
}

#[test]
fn the_operator_turns_the_key() {
    // 60 s: without asking.
    let morning = held(&shift(120.0).fault(60.0, FaultKind::ManualSwitchover));
    assert_eq!(morning.moves(), [(Some(A), B, Cause::ManualSwitchover)]);
    assert_eq!(morning.report.takeovers[0].cause, "manual switchover");
    at_most(&morning, 5);
}

#[test]
fn a_failed_machine_comes_back_and_takes_over_again() {
    // 60 s: A stops, B takes over. 90 s: A is loaded, half a minute, and stands by. 150 s: B stops.
    let morning = held(
        &shift(220.0)
            .fault(60.0, fail_stop(Target::A))
            .fault(90.0, back(Target::A))
            .fault(150.0, fail_stop(Target::B)),
    );
    let silent = Cause::HeartbeatSilent;
    assert_eq!(
        morning.moves(),
        [(Some(A), B, silent), (Some(B), A, silent)]
    );
    at_most(&morning, 5);
}

#[test]
fn a_stalled_machine_goes_on_convinced_and_is_fenced() {
    // 60 s: A stops for three seconds and goes on in the middle of what it did.
    let machine = Target::Active;
    let lasting = Span::from_secs(3);
    let morning = held(&shift(120.0).fault(60.0, FaultKind::Stall { machine, lasting }));
    assert_eq!(morning.moves(), [(Some(A), B, Cause::HeartbeatSilent)]);
    at_most(&morning, 5);
    // Nothing of A's reaches a unit after its relays have opened.
    let records = morning.records();
    let opened = |r: &Record| {
        matches!(
            r,
            Record::Relays {
                machine: A,
                closed: false
            }
        )
    };
    let opened = records.iter().position(|(_, r)| opened(r)).expect("relays");
    let by_a = |r: &Record| matches!(r, Record::Transfer { machine: A, .. });
    let before = records[..opened].iter().filter(|(_, r)| by_a(r)).count();
    let after = records[opened..].iter().filter(|(_, r)| by_a(r)).count();
    assert!(before > 100 && after == 0, "{before} and {after} transfers");
}

#[test]
fn a_short_stall_is_no_takeover() {
    // 60 s: A stops for a fifth of a second, less than the silence alarm.
    let machine = Target::Active;
    let lasting = Span::from_millis(200);
    let morning = held(&shift(120.0).fault(60.0, FaultKind::Stall { machine, lasting }));
    assert_eq!(morning.moves(), []);
}

#[test]
fn a_machine_hangs() {
    // 60 s: A's processor stops; what its channels had begun they finish.
    let machine = Target::Active;
    let morning = held(&shift(120.0).fault(60.0, FaultKind::Hang { machine }));
    assert_eq!(morning.moves(), [(Some(A), B, Cause::HeartbeatSilent)]);
    at_most(&morning, 5);
}

#[test]
fn a_machine_works_on_unheard() {
    // 60 s: the wire of A's heartbeat is cut; A works until its relays open.
    let machine = Target::Active;
    let morning = held(&shift(120.0).fault(60.0, FaultKind::HeartbeatCut { machine }));
    assert_eq!(morning.moves(), [(Some(A), B, Cause::HeartbeatSilent)]);
    at_most(&morning, 5);
}

#[test]
fn the_standby_fails_and_nobody_notices() {
    let morning = held(&shift(120.0).fault(60.0, fail_stop(Target::Standby)));
    assert_eq!(morning.moves(), []);
}

#[test]
fn each_drum_may_be_lost() {
    for drum in 0..6 {
        let unit = UnitTarget::Drum(drum);
        let morning = held(&shift(100.0).fault(50.0, FaultKind::UnitLoss { unit }));
        assert_eq!(morning.moves(), [], "drum {drum}");
    }
}

#[test]
fn a_disk_may_be_lost() {
    for disk in [0, 1, 8, 15] {
        let unit = UnitTarget::Disk(disk);
        let morning = held(&shift(100.0).fault(50.0, FaultKind::UnitLoss { unit }));
        assert_eq!(morning.moves(), [], "disk {disk}");
    }
}

#[test]
fn a_unit_is_lost_and_then_the_machine() {
    // 40 s: a unit goes. 60 s: the active machine stops; B finds the unit gone and goes on.
    for unit in [
        UnitTarget::Drum(0),
        UnitTarget::Drum(4),
        UnitTarget::Disk(0),
    ] {
        let morning = held(
            &shift(120.0)
                .fault(40.0, FaultKind::UnitLoss { unit })
                .fault(60.0, fail_stop(Target::Active)),
        );
        assert_eq!(morning.moves(), [(Some(A), B, Cause::HeartbeatSilent)]);
        at_most(&morning, 5);
    }
}

#[test]
fn a_drum_comes_back_and_then_its_partner_is_lost() {
    // 40 s: drum 0 goes. 60 s: it is back, as it was or with nothing on it, and is written from the
    // other copies. 200 s: drum 3, which holds the keypoint's other copy, goes. 240 s: so does A.
    for blank in [false, true] {
        let (unit, other) = (UnitTarget::Drum(0), UnitTarget::Drum(3));
        let evening = shift(300.0)
            .fault(40.0, FaultKind::UnitLoss { unit })
            .fault(60.0, FaultKind::UnitReturn { unit, blank })
            .fault(200.0, FaultKind::UnitLoss { unit: other })
            .fault(240.0, fail_stop(Target::Active));
        let morning = held(&evening);
        assert_eq!(morning.moves(), [(Some(A), B, Cause::HeartbeatSilent)]);
        at_most(&morning, 5);
    }
}

#[test]
fn a_drum_is_being_rebuilt_when_the_machine_stops() {
    // 60 s: drum 0 is back; a moment later the machine stops in the middle of rebuilding it. 200 s:
    // the partner goes.
    for later in [0.5, 2.0, 5.0] {
        let (unit, other) = (UnitTarget::Drum(0), UnitTarget::Drum(3));
        let blank = true;
        let evening = shift(260.0)
            .fault(40.0, FaultKind::UnitLoss { unit })
            .fault(60.0, FaultKind::UnitReturn { unit, blank })
            .fault(60.0 + later, fail_stop(Target::Active))
            .fault(220.0, FaultKind::UnitLoss { unit: other });
        let morning = held(&evening);
        assert_eq!(morning.moves(), [(Some(A), B, Cause::HeartbeatSilent)]);
    }
}

#[test]
fn a_disk_comes_back_and_then_its_partner_is_lost() {
    let (unit, other) = (UnitTarget::Disk(0), UnitTarget::Disk(8));
    let blank = true;
    let evening = shift(900.0)
        .fault(40.0, FaultKind::UnitLoss { unit })
        .fault(60.0, FaultKind::UnitReturn { unit, blank })
        .fault(800.0, FaultKind::UnitLoss { unit: other });
    held(&evening);
}

#[test]
fn both_machines_lose_their_core() {
    // 60 s: the power is away for two seconds; A starts itself from drum.
    let lasting = Span::from_secs(2);
    let morning = held(&shift(150.0).fault(60.0, FaultKind::PowerOffBoth { lasting }));
    let startovers = morning
        .moves()
        .iter()
        .filter(|m| m.2 == Cause::Startover)
        .count();
    assert_eq!(startovers, 1, "{}", morning.log());
    at_most(&morning, 30);
}
