//! The matrix of faults: every kind a reservation centre has, one row each, seen to do something.
//!
//! A fault that never fires is the commonest lie in this field. So each kind of the table
//! `site::fault::KINDS` has an exercise of its own here, and of each this is held:
//!
//! * it fires: its record says that it took effect, and what it hit;
//! * it changes the world: the run differs from the same run without it in more than that record;
//! * the site lives on: every promise is kept (after a fault outside the failure model, what was
//!   lost is told and breaks none), and everything is answered;
//! * disabled, it does nothing, and the exercise is void (exit 5), not passed.
//!
//! *To add one*: a row in [`exercise_of`]; a kind without one fails here.

use std::collections::BTreeSet;

use clock::{Instant, Span};
use exercise::inputs::{Inputs, load_script};
use exercise::judges::takeovers::{Fired, Takeover};
use exercise::layout::{Copy, FileAddress, Kind};
use exercise::script::{
    Before, CorePlace, Equipment, FaultKind, GroupTarget, Later, Script, SetTarget, Target,
    UnitPlace, UnitTarget, WrongSwitch,
};
use site::fault::{KINDS, Model, Place, Trouble, Way};
use site::source::SourceMap;
use site::{Cause, Machine, Record};
use tests::{Evening, Morning, fetch, repository, site_at, site_with_files};

fn seconds(n: u64) -> Span {
    Span::from_secs(n)
}

/// The exercise of a kind: what is ordered, ten seconds into the run (and not at a tick of the
/// interval clocks, whose trap sets the count anew).
fn exercise_of(kind: &str, site: &Inputs) -> FaultKind {
    let machine = Target::Active;
    let after = |first: FaultKind, later: u64, second: FaultKind| {
        let part = |after, fault| Later { after, fault };
        FaultKind::Sequence(vec![part(Span::ZERO, first), part(seconds(later), second)])
    };
    let unit = UnitTarget::Drum(0);
    let late = Span::from_millis(400);
    let line = |trouble| FaultKind::Line {
        line: None,
        way: Way::Both,
        lasting: seconds(5),
        trouble,
        seed: None,
    };
    match kind {
        "FailStop" => FaultKind::FailStop { machine },
        "FailStopAtInstruction" => FaultKind::FailStopAtInstruction {
            machine,
            before: Before::Within(1000),
        },
        "Hang" => FaultKind::Hang { machine },
        "Stall" => FaultKind::Stall {
            machine,
            lasting: seconds(2),
        },
        "HeartbeatCut" => FaultKind::HeartbeatCut { machine },
        "UnitLoss" => FaultKind::UnitLoss { unit },
        "UnitReturn" => after(
            FaultKind::UnitLoss { unit },
            5,
            FaultKind::UnitReturn { unit, blank: true },
        ),
        "PowerOffBoth" => FaultKind::PowerOffBoth {
            lasting: seconds(2),
        },
        "ReturnToService" => after(
            FaultKind::FailStop { machine },
            5,
            FaultKind::ReturnToService {
                machine: Target::Lost,
            },
        ),
        "PlannedSwitchover" => FaultKind::PlannedSwitchover,
        "ManualSwitchover" => FaultKind::ManualSwitchover,
        "SlowMachine" => FaultKind::SlowMachine { machine, times: 4 },
        "PowerOff" => FaultKind::PowerOff {
            machine,
            lasting: seconds(5),
        },
        // The dispatcher's first instruction; a record that is often read.
        "CoreParity" => FaultKind::CoreParity {
            machine,
            place: CorePlace::At {
                location: site.assembly.symbol("DISP").expect("the dispatcher") as u16,
                bit: 0,
            },
        },
        "UnitParity" => FaultKind::UnitParity {
            unit,
            place: set_record(site, 0),
        },
        "TornWrite" => FaultKind::TornWrite { unit },
        "StaleRestart" => FaultKind::StaleRestart {
            machine,
            lasting: seconds(3),
        },
        "ClockOffset" => FaultKind::ClockOffset {
            machine,
            ticks: -60,
        },
        "ClockDrift" => FaultKind::ClockDrift {
            machine,
            parts_per_million: -50_000,
        },
        "BrokenAdder" => FaultKind::BrokenAdder { machine, bit: 20 },
        "LyingTerminal" => FaultKind::LyingTerminal {
            set: SetTarget::Set(7),
        },
        "OperatorError" => FaultKind::OperatorError(WrongSwitch::Load(machine)),
        "PowerBus" => FaultKind::PowerBus {
            bus: GroupTarget::Number(0),
            lasting: seconds(3),
        },
        "AirConditioning" => FaultKind::AirConditioning {
            unit: GroupTarget::Number(0),
            lasting: seconds(3),
        },
        "Line(Cut)" => line(Trouble::Cut),
        "Line(Loss)" => line(Trouble::Loss { one_in: 4 }),
        "Line(Noise)" => line(Trouble::Noise { one_bit_in: 2000 }),
        "Line(Bursts)" => line(Trouble::Bursts {
            one_bit_in: 2000,
            mean_bits: 4,
        }),
        "Line(Duplicate)" => line(Trouble::Duplicate { one_in: 4 }),
        "Line(Reorder)" => line(Trouble::Reorder {
            one_in: 4,
            by: late,
        }),
        "Line(Delay)" => line(Trouble::Delay {
            one_in: 4,
            by: late,
        }),
        "Line(Jitter)" => line(Trouble::Jitter { up_to: late }),
        other => panic!("{other} has no exercise: it would never be seen to do anything"),
    }
}

/// A bit in the first copy of the record of the first set that has it on this drum.
fn set_record(site: &Inputs, drum: u8) -> UnitPlace {
    let places = (0..).map(|set| {
        site.layout
            .place(FileAddress::new(Kind::Set, set), Copy::C1)
    });
    let place = places.into_iter().find(|place| place.module == drum);
    let place = place.expect("a set record on each drum");
    UnitPlace::At {
        track: place.track,
        record: place.record.into(),
        word: 20,
        bit: 3,
    }
}

/// The evening of a kind: calls come in, the fault comes, and everything is answered in the end.
fn evening(site: &Inputs, ordered: &FaultKind, disabled: &[&str]) -> Evening {
    let mut evening = Evening::calls(25.0, 30_000).fault(10.005, ordered.clone());
    evening.script.disabled = disabled.iter().map(|name| (*name).to_owned()).collect();
    evening.script.bounds.live = seconds(20);
    let equipment = Equipment::from(&site.description);
    assert_eq!(evening.script.validate(Some(&equipment)), []);
    assert_eq!(evening.script.validate(None), []);
    evening
}

/// What happened at the site, without the records of the faults themselves.
fn world(morning: &Morning) -> Vec<(Instant, Record)> {
    let mut records = morning.records();
    let of_faults = |record: &Record| {
        matches!(
            record,
            Record::Fault { .. } | Record::Healed { .. } | Record::LineHit { .. }
        )
    };
    records.retain(|(_, record)| !of_faults(record));
    records
}

#[test]
fn every_kind_fires_changes_the_world_and_is_missed_when_disabled() {
    let site = site_at("tests/planted/site.ron");
    for kind in KINDS.iter().filter(|kind| kind.is_at(Place::Reservation)) {
        let ordered = exercise_of(kind.name, &site);
        let with = evening(&site, &ordered, &[]).once(&site);
        let of_kind = |morning: &Morning| -> Vec<Fired> {
            let fired = morning.outcome.faults.iter();
            let of_kind = fired.filter(|fired| fired.fault.name() == kind.name);
            of_kind.cloned().collect()
        };
        let [fired] = &of_kind(&with)[..] else {
            panic!("{} came once: {}", kind.name, with.log());
        };
        assert!(fired.took_effect, "{fired:?}\n{}", with.log());
        assert!(!fired.hit.is_empty(), "{} says what it hit", kind.name);
        let status = with.report.exit_status;
        let verdicts = &with.outcome.verdicts;
        assert_eq!(status, 0, "{}: {verdicts:#?}\n{}", kind.name, with.log());
        let outside = verdicts.iter().any(|v| v.outside_model);
        assert!(
            !outside || kind.model == Model::Outside,
            "{}: {verdicts:#?}",
            kind.name
        );

        let without = evening(&site, &ordered, &[kind.name]).once(&site);
        assert_ne!(with.outcome.digest, without.outcome.digest, "{}", kind.name);
        let differs = world(&with) != world(&without);
        assert!(differs, "{} changed its own record only", kind.name);
        let status = without.report.exit_status;
        assert_eq!(status, 5, "{} disabled:\n{}", kind.name, without.log());
        let idle = of_kind(&without).iter().all(|fired| !fired.took_effect);
        assert!(idle, "{} is disabled:\n{}", kind.name, without.log());
    }
}

#[test]
fn the_readers_table_is_the_programs() {
    let (begin, end) = ("<!-- kinds: begin -->\n", "<!-- kinds: end -->");
    let path = repository().join("README.md");
    let text = std::fs::read_to_string(&path).expect("the guide");
    let (before, rest) = text.split_once(begin).expect("where the table begins");
    let (table, after) = rest.split_once(end).expect("where the table ends");
    let mut made = "| kind | failure model | at | hits | what it does | healed by |\n".to_owned();
    made.push_str("|---|---|---|---|---|---|\n");
    for kind in &KINDS {
        let (name, model, place) = (kind.name, kind.model, kind.place);
        let row = [kind.hits, kind.does, kind.heals].join(" | ");
        made.push_str(&format!("| `{name}` | {model} | {place} | {row} |\n"));
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        let text = format!("{before}{begin}{made}{end}{after}");
        std::fs::write(&path, text).expect("the guide can be written");
        return;
    }
    assert_eq!(table, made, "UPDATE_GOLDEN=1 writes the table anew");
}

/// The names of the kinds a fault is made of.
fn kinds_of(fault: &FaultKind, found: &mut BTreeSet<String>) {
    let parts: Vec<&FaultKind> = match fault {
        FaultKind::Choose(of) | FaultKind::Several { of, .. } => of.iter().collect(),
        FaultKind::Sequence(parts) => parts.iter().map(|part| &part.fault).collect(),
        FaultKind::Healed { fault, .. } => vec![fault],
        FaultKind::Line { trouble, .. } => {
            let text = format!("{trouble:?}");
            let name = text.split(' ').next().unwrap_or("");
            found.insert(format!("Line({name})"));
            return;
        }
        single => {
            let text = format!("{single:?}");
            let end = text.find(|c: char| !c.is_alphanumeric());
            found.insert(text[..end.unwrap_or(text.len())].to_owned());
            return;
        }
    };
    parts.into_iter().for_each(|part| kinds_of(part, found));
}

#[test]
fn any_fault_is_any_fault_inside_the_model() {
    let script = |path: &str| {
        let mut map = SourceMap::new();
        fetch(&mut map, path);
        load_script(&map, path, None).expect("a script in order")
    };
    let kinds = |script: &Script| {
        let mut found = BTreeSet::new();
        let faults = script.faults.iter();
        faults.for_each(|ordered| kinds_of(&ordered.fault, &mut found));
        found
    };
    let any = kinds(&script("scripts/any-fault.ron"));
    let outside = kinds(&script("scripts/outside-model.ron"));
    for kind in KINDS.iter().filter(|kind| kind.is_at(Place::Reservation)) {
        // The crew's repairs are no faults; each fault there is mended by its own.
        let repair = kind.name == "ReturnToService";
        let inside = kind.model == Model::Inside && !repair;
        assert_eq!(
            any.contains(kind.name),
            inside,
            "{} in any-fault",
            kind.name
        );
        let there = outside.contains(kind.name) || kind.model == Model::Inside;
        assert!(there, "{} in outside-model", kind.name);
    }
}

#[test]
fn seeds_of_any_fault_hold_and_live_again() {
    let (mut map, site) = site_with_files("sabre");
    fetch(&mut map, "scripts/any-fault.ron");
    let script = load_script(&map, "scripts/any-fault.ron", None).expect("a script in order");
    for seed in 1..=3 {
        let evening = Evening {
            script: script.clone(),
            entries: Vec::new(),
            seed,
        };
        evening.once(&site).all_held();
    }
}

#[test]
fn a_machine_alone_starts_over_when_its_power_is_back() {
    let site = site_at("tests/planted/site.ron");
    let machine = Target::Active;
    let off = FaultKind::PowerOff {
        machine,
        lasting: seconds(3),
    };
    let mut evening = Evening::calls(30.0, 30_000)
        .fault(5.0, FaultKind::FailStop { machine })
        .fault(10.0, off);
    evening.script.bounds.live = seconds(20);
    let morning = evening.once(&site);
    morning.all_held();
    let last = morning.moves().pop().expect("a startover");
    assert_eq!(last, (Some(Machine::B), Machine::B, Cause::Startover));
    let felt = morning.outcome.takeovers.last().and_then(Takeover::outage);
    assert!(felt.is_some_and(|felt| felt < seconds(8)), "{felt:?}");
}

#[test]
fn a_machine_alone_begins_again_with_the_core_it_had() {
    // Meanwhile its lines went on polling, and have events for a program that is no more.
    let site = site_at("tests/planted/site.ron");
    for tenths in 0..5 {
        let mut evening = Evening::calls(30.0, 60_000)
            .fault(5.0, FaultKind::FailStop { machine: Target::B })
            .fault(
                10.0 + f64::from(tenths) / 10.0,
                FaultKind::StaleRestart {
                    machine: Target::A,
                    lasting: seconds(3),
                },
            );
        evening.script.bounds.live = seconds(20);
        let morning = evening.once(&site);
        morning.all_held();
        let halted =
            |(_, record): &(Instant, Record)| matches!(record, Record::MachineHalted { .. });
        assert!(!morning.records().iter().any(halted), "{}", morning.log());
    }
}
