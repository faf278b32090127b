//! An evening shift at a small site: a machine fails, the other takes over, the drum tells.

use std::fmt::Write as _;

use clock::{Instant, Span};
use ibm7090::assembler::{Assembly, SourceFile, assemble};
use site::fault::Order;
use site::record::{Log, Nobody};
use site::{Fault, Machine, Record, Role, Site, SiteDescription, Target, Unit};

const SITE: &str = r#"(format: 1, name: "pulse", machine: (programs: ["pulse.fap"]),
    interchanges: [(name: "Elm Street", line: 0, address: 1, sets: 3)])"#;

fn assembly() -> Assembly {
    let text = include_str!("pulse.fap");
    let name = "pulse.fap";
    match assemble(&[SourceFile { name, text }], &[]) {
        Ok(assembly) => assembly,
        Err(mistakes) => panic!("{mistakes:?}"),
    }
}

fn site_with(change: impl FnOnce(&mut SiteDescription)) -> Site {
    let mut description: SiteDescription = ron::from_str(SITE).unwrap();
    change(&mut description);
    assert_eq!(description.validate(), []);
    Site::new(&description, &assembly())
}

fn seconds(s: f64) -> Instant {
    Instant((s * 1e9) as u64)
}

/// Runs a site with faults; the log, and the site as it is at the end.
fn shift(site: &mut Site, faults: &[(f64, Fault)], until: f64) -> Log {
    let mut log = Log::default();
    for (at, fault) in faults {
        site.fault(seconds(*at), *fault);
    }
    site.run_until(seconds(until), &mut log);
    log
}

/// The log without transfers, as lines.
fn story(log: &Log) -> String {
    let mut text = String::new();
    for (at, record) in &log.0 {
        let line = match record {
            Record::Transfer { torn: false, .. } => continue,
            Record::Decision { from, to, cause } => {
                let from = from.map_or("nobody".to_string(), |m| m.to_string());
                format!("decision {from} -> {to}: {cause}")
            }
            other => format!("{other:?}"),
        };
        let _ = writeln!(text, "{at} {line}");
    }
    text
}

fn transfers(log: &Log, machine: Machine) -> usize {
    let made =
        |record: &Record| matches!(record, Record::Transfer { machine: m, .. } if *m == machine);
    log.0.iter().filter(|(_, record)| made(record)).count()
}

#[test]
fn the_active_machine_writes_and_the_standby_does_not() {
    let mut site = site_with(|_| {});
    let log = shift(&mut site, &[], 2.0);
    assert!(transfers(&log, Machine::A) > 15, "{}", story(&log));
    assert_eq!(transfers(&log, Machine::B), 0);
    let record = site.media().record(Unit::Drum(0), 1, 2).unwrap();
    assert!(record[0] > 15);
    assert_eq!(record[79], record[0]);
    assert_eq!(site.role(Machine::B), Role::Standby);
    let statistics = site.statistics();
    assert_eq!(statistics.machines[0].active_time, Span::from_secs(2));
    assert!(statistics.machines[1].instructions > 100_000);
}

#[test]
fn a_stopped_machine_is_replaced_within_its_bound() {
    let mut site = site_with(|_| {});
    let stop = Fault::FailStop {
        machine: Target::Active,
    };
    let log = shift(&mut site, &[(1.0, stop)], 3.0);
    let find = |wanted: &dyn Fn(&Record) -> bool| {
        let found = log.0.iter().find(|(_, record)| wanted(record));
        found.unwrap_or_else(|| panic!("{}", story(&log))).0
    };
    let decided = find(&|r| matches!(r, Record::Decision { .. }));
    let taken = find(&|r| {
        matches!(
            r,
            Record::RoleTaken {
                machine: Machine::B,
                ..
            }
        )
    });
    // 500 ms after the last pulse, and the standby's next look.
    assert!(
        decided > seconds(1.4) && decided < seconds(1.55),
        "{decided}"
    );
    assert_eq!(taken - decided, Span::from_millis(150));
    let wrote = find(&|r| {
        matches!(
            r,
            Record::Transfer {
                machine: Machine::B,
                ..
            }
        )
    });
    assert!(wrote - taken < Span::from_millis(200));
    assert_eq!(site.role(Machine::A), Role::Off);
}

#[test]
fn a_write_under_way_at_the_stop_is_torn() {
    // The words pass for 2.4 ms in each 100 ms: try instants until one hits.
    let mut torn = 0;
    for n in 0..60u32 {
        let mut site = site_with(|_| {});
        let stop = Fault::FailStop { machine: Target::A };
        let at = 1.0 + f64::from(n) * 0.002;
        let log = shift(&mut site, &[(at, stop)], 1.2);
        for (when, record) in &log.0 {
            if let Record::Transfer {
                torn: true, words, ..
            } = record
            {
                torn += 1;
                assert_eq!(*when, seconds(at));
                let cells = site.media().record(Unit::Drum(0), 1, 2).unwrap();
                if *words < 80 {
                    let bad = cells[usize::from(*words)] & device::store::SYNDROME;
                    assert_ne!(bad, 0, "the word under way has bad parity");
                }
            }
        }
    }
    assert!(torn > 0, "no stop fell into a transfer");
}

#[test]
fn a_hung_machine_is_fenced_and_a_stalled_one_learns_its_role() {
    let mut site = site_with(|_| {});
    let stall = Fault::Stall {
        machine: Target::A,
        r#for: Span::from_secs(2),
    };
    let log = shift(&mut site, &[(1.0, stall)], 5.0);
    assert_eq!(site.role(Machine::B), Role::Active, "{}", story(&log));
    assert_eq!(site.role(Machine::A), Role::Standby);
    let back = seconds(3.0);
    let late = |(at, record): &&(Instant, Record)| {
        *at > back
            && matches!(
                record,
                Record::Transfer {
                    machine: Machine::A,
                    ..
                }
            )
    };
    assert_eq!(log.0.iter().find(late), None);
    // It is ready again, so it can take over in its turn.
    let stop = Fault::FailStop { machine: Target::B };
    let log = shift(&mut site, &[(5.5, stop)], 8.0);
    assert_eq!(site.role(Machine::A), Role::Active, "{}", story(&log));
}

#[test]
fn a_planned_switchover_takes_the_relays_time() {
    let mut site = site_with(|_| {});
    let log = shift(&mut site, &[(1.0, Fault::PlannedSwitchover)], 3.0);
    assert_eq!(site.role(Machine::B), Role::Active, "{}", story(&log));
    assert_eq!(site.role(Machine::A), Role::Standby);
    assert!(story(&log).contains("planned switchover"));
}

#[test]
fn a_machine_returned_to_service_stands_by() {
    let mut site = site_with(|d| d.switch.reload_s = 2);
    let faults = [
        (1.0, Fault::FailStop { machine: Target::A }),
        (3.0, Fault::ReturnToService { machine: Target::A }),
        (6.0, Fault::ReturnToService { machine: Target::A }),
        (6.5, Fault::FailStop { machine: Target::B }),
    ];
    let log = shift(&mut site, &faults, 9.0);
    let effects: Vec<bool> = (log.0.iter())
        .filter_map(|(_, record)| match record {
            Record::Fault { took_effect, .. } => Some(*took_effect),
            _ => None,
        })
        .collect();
    assert_eq!(effects, [true, true, false, true], "{}", story(&log));
    assert_eq!(site.role(Machine::A), Role::Active);
}

#[test]
fn after_the_power_failed_machine_a_starts_from_drum() {
    let mut site = site_with(|_| {});
    // HTR at 77601 after storing 77602 nowhere: the boot record only halts.
    let halt = 0o000000_077601;
    let words = [0o076100_000000, halt];
    assert!(site.media_mut().write_record(Unit::Drum(0), 0, 0, &words));
    let off = Fault::PowerOffBoth {
        r#for: Span::from_secs(3),
    };
    let log = shift(&mut site, &[(1.0, off)], 6.0);
    let text = story(&log);
    assert!(text.contains("decision nobody -> A: startover"), "{text}");
    assert!(
        text.contains("MachineStarted { machine: A, how: Drum }"),
        "{text}"
    );
    assert!(
        text.contains("MachineHalted { machine: A, location: 32641 }"),
        "{text}"
    );
}

#[test]
fn after_a_power_failure_the_crew_loads_both_machines_though_one_has_stopped_again() {
    let mut site = site_with(|_| {});
    let power = Fault::PowerOffBoth {
        r#for: Span::from_secs(1),
    };
    let order = Order {
        heals_after: Some(Span::from_secs(3)),
        ..power.into()
    };
    site.fault(seconds(1.0), order);
    let stop = Fault::FailStop { machine: Target::A };
    let log = shift(&mut site, &[(3.0, stop)], 60.0);
    let roles = Machine::BOTH.map(|machine| site.role(machine));
    assert!(roles.contains(&Role::Active), "{}", story(&log));
    assert!(roles.contains(&Role::Standby), "{}", story(&log));
}

#[test]
fn a_counted_stop_is_exact() {
    let mut site = site_with(|_| {});
    let fault = Fault::FailStopAtInstruction {
        machine: Target::A,
        n: 123_456,
    };
    let log = shift(&mut site, &[(0.0, fault)], 4.0);
    let stopped = log.0.iter().find_map(|(_, record)| match record {
        Record::MachineStopped { instructions, .. } => Some(*instructions),
        _ => None,
    });
    assert_eq!(stopped, Some(123_456), "{}", story(&log));
    assert_eq!(site.role(Machine::B), Role::Active);
}

#[test]
fn two_shifts_are_the_same_with_waits_skipped_and_not() {
    let faults = [
        (
            0.7,
            Fault::UnitLoss {
                unit: Unit::Drum(0),
            },
        ),
        (
            0.9,
            Fault::UnitReturn {
                unit: Unit::Drum(0),
                blank: false,
            },
        ),
        (1.003, Fault::FailStop { machine: Target::A }),
        (2.5, Fault::ManualSwitchover),
    ];
    let run = |skip: bool| {
        let mut site = site_with(|_| {});
        site.set_skip_waits(skip);
        let log = shift(&mut site, &faults, 4.0);
        (log, site.statistics())
    };
    let first = run(true);
    for other in [run(true), run(false)] {
        let differs = first.0.0.iter().zip(&other.0.0).position(|(a, b)| a != b);
        assert_eq!(differs, None);
        assert_eq!(first.0.0.len(), other.0.0.len());
        assert_eq!(first.1, other.1);
    }
}

#[test]
fn a_saved_site_goes_on_as_the_first() {
    let mut site = site_with(|_| {});
    site.fault(seconds(2.0), Fault::Hang { machine: Target::A });
    site.run_until(seconds(1.5), &mut Nobody);
    let bytes = postcard::to_allocvec(&site).unwrap();
    let mut saved: Site = postcard::from_bytes(&bytes).unwrap();
    let mut fork = site.clone();
    let logs = [&mut site, &mut saved, &mut fork].map(|site| shift(site, &[], 4.0));
    assert!(logs[0].0.len() > 10);
    assert_eq!(logs[0], logs[1]);
    assert_eq!(logs[0], logs[2]);
}

#[test]
fn welded_relays_let_two_machines_write() {
    let mut site = site_with(|d| d.switch.planted.push(site::description::Planted::NoFencing));
    let cut = Fault::HeartbeatCut { machine: Target::A };
    let log = shift(&mut site, &[(1.0, cut)], 4.0);
    let decided = log
        .0
        .iter()
        .find(|(_, r)| matches!(r, Record::Decision { .. }));
    let decided = decided.unwrap_or_else(|| panic!("{}", story(&log))).0;
    let after = |machine: Machine| {
        let wrote = |(at, record): &&(Instant, Record)| {
            let made = matches!(record, Record::Transfer { machine: m, .. } if *m == machine);
            made && *at > decided + Span::from_millis(200)
        };
        log.0.iter().filter(wrote).count()
    };
    assert!(after(Machine::A) > 0, "the planted fault shows");
    assert!(after(Machine::B) > 0);
}
