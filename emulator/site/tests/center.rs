//! A direction center with a small watch program of this test: what radars see comes on the drums of
//! the machine that is active, what the program shows is recorded, and the role moves.

use clock::{Instant, Span};
use fsq7::assembler::{Assembly, SourceFile, assemble};
use site::center::air::{Flight, Kind, Leg};
use site::center::console::{Aim, Mark};
use site::center::message::Label;
use site::center::record::{self as center, Fate};
use site::center::{Action, Center, CenterDescription};
use site::fault::{Fault, Target};
use site::record::Log;
use site::source::{SourceMap, read};
use site::{Cause, Machine, Record, Role, View, Watcher};

/// Shows each report it reads, raw, in the next of eight places; counts actions of consoles; sets
/// flip-flop 1 when it is active.
const WATCH: &str = "
       ORG     3.77740
       LDC     0.00000
       SDR     AMA0,0
       RDS     2048
       BSN     *,IOBUSY
       BPX     START
       ORG     0.00100
START  BSN     *+1,LIGHT4           alive
       BSN     READ,ACTIVE
       BSN     START,TICK
       BPX     START
READ   PER     SETFF1
       LDC     INPUT
       SDR     LRI1,0,STATUS
       RDS     2
       BSN     *,IOBUSY
       CSW                          -(words not read)
       ADD     TWO
       BFZ     NONE
       CAD     INPUT
       FST     MSG
       LDC     MSG
PLACE  SDR     TD,0
       WRT     8
       BSN     *,IOBUSY
       PER     SWAPTD
NONE   BSN     KEYS,MIWAIT
       BPX     START
KEYS   LDC     MANUAL
       SDR     MI,0,STATUS
       RDS     2
       BSN     *,IOBUSY
       CAD     COUNT
       ADD     ONE
       FST     COUNT
       CAD     MANUAL
       FST     SHOW
       LDC     SHOW
       SDR     OB1,0,STATUS
       WRT     1
       BSN     *,IOBUSY
       BPX     START
ONE    HALF    0,1
TWO    HALF    0,2
COUNT  HALF    0,0
SHOW   HALF    0,0
INPUT  BSS     2
MANUAL BSS     2
MSG    HALF    0,0
       HALF    3072,8               category 3, bright
       BSS     6
       END     START
";

const SITE: &str = r#"(
    format: 1, name: "watch", letter: "B",
    centre: (north: 42.6, west: 71.0),
    building: (north: 41.5, west: 74.1),
    machine: (model: "AN/FSQ-7", programs: ["watch.fsq"]),
    radars: [
        (site: "Z-10", name: "North Truro", place: (north: 42.03, west: 70.05), channel: 1),
        (site: "Z-14", name: "St Albans", place: (north: 44.78, west: 73.07), channel: 2, field: 2),
    ],
    consoles: [(number: 1, name: "senior director", settings: (expansion: 1))],
    trenches: [["Z-10 main", "Z-10 alternate"]],
)"#;

fn description() -> CenterDescription {
    let mut map = SourceMap::new();
    map.insert("site.ron", SITE);
    let description: CenterDescription =
        read(&map, "site.ron").unwrap_or_else(|m| panic!("{}", site::source::render(&m, &map)));
    assert_eq!(description.validate(), []);
    description
}

fn program() -> Assembly {
    let file = SourceFile {
        name: "watch.fsq",
        text: WATCH,
    };
    assemble(&[file], &[]).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

fn flight(name: &str, y: f64) -> Flight {
    let leg = |x: f64| Leg {
        x,
        y,
        altitude_ft: 30_000.0,
        speed_kn: 400.0,
    };
    Flight {
        name: name.into(),
        kind: Kind::Civil,
        enters: Instant::ZERO,
        legs: vec![leg(-100.0), leg(200.0)],
        code: Some(0o1200),
        simulated: false,
        jams: vec![],
    }
}

fn center(seed: u64) -> Center {
    let flights = vec![flight("CIV1", 0.0), flight("CIV2", -40.0)];
    Center::new(&description(), &program(), flights, seed)
}

fn at(seconds: u64) -> Instant {
    Instant::ZERO + Span::from_secs(seconds)
}

fn reports(log: &Log) -> Vec<(Instant, center::Record)> {
    let all = log.0.iter().filter_map(|(at, record)| match record {
        Record::Center(record @ center::Record::Report { .. }) => Some((*at, record.clone())),
        _ => None,
    });
    all.collect()
}

#[test]
fn what_a_radar_sees_comes_on_the_drum_and_is_shown() {
    let mut center = center(1);
    let mut log = Log::default();
    center.run_until(at(60), &mut log);
    let reports = reports(&log);
    // Five turns of two radars, two aircraft, 15 false alarms a turn each.
    assert!((120..220).contains(&reports.len()), "{}", reports.len());
    for (came, record) in &reports {
        let center::Record::Report { looked, fate, .. } = record else {
            panic!("{record:?}");
        };
        assert!(
            matches!(
                fate,
                Fate::OnDrum {
                    machine: Machine::A,
                    ..
                }
            ),
            "{record:?}"
        );
        // 53 bits and the line take 53 ms at least.
        let took = *came - *looked;
        assert!(
            took >= Span::from_millis(50) && took < Span::from_millis(500),
            "{took}"
        );
    }
    let beacons = reports.iter().filter(|(_, record)| {
        matches!(record, center::Record::Report { report, target: Some(_), .. }
            if report.label == Label::Beacon.code() && report.code == 0o1200)
    });
    assert!(beacons.count() >= 16);
    let shown = log.0.iter().filter_map(|(at, record)| match record {
        Record::Center(center::Record::TracksShown { machine, tracks }) => {
            Some((at, machine, tracks))
        }
        _ => None,
    });
    let shown: Vec<_> = shown.collect();
    let field_1 = reports
        .iter()
        .filter(|(_, record)| matches!(record, center::Record::Report { radar: 0, .. }));
    let of_field_1 = field_1.count();
    assert!(shown.len() + 2 >= of_field_1 && shown.len() <= of_field_1);
    assert!(
        shown
            .iter()
            .all(|(_, machine, tracks)| **machine == Machine::A && tracks.len() == 1)
    );
    let picture = center.painted(1);
    let points = picture.items.iter().filter(|item| item.mark == Mark::Point);
    assert_eq!(points.count(), 1, "{picture:?}");
}

#[test]
fn a_time_tag_is_the_instant_of_the_look() {
    let mut center = center(2);
    let mut log = Log::default();
    center.run_until(at(30), &mut log);
    for (_, record) in reports(&log) {
        let center::Record::Report {
            radar: 1,
            looked,
            fate,
            ..
        } = record
        else {
            continue;
        };
        let Fate::OnDrum { machine, register } = fate else {
            panic!("{fate:?}");
        };
        // Nobody reads field 2: it is all still there.
        let word = center
            .machine(machine)
            .drums
            .peek(fsq7::codes::LRI_2, register)
            .word;
        let tag = u64::from(word.left().0 & 0o77);
        let eighths = looked.0 / 125_000_000 % 64;
        assert!(tag == eighths || (tag + 1) % 64 == eighths || tag == (eighths + 1) % 64);
        assert_eq!(word.left().0 >> 9 & 0o77, 2);
    }
}

/// Keeps records that tell of the switch.
#[derive(Default)]
struct Roles(Vec<String>);

impl Watcher for Roles {
    fn observe(&mut self, at: Instant, record: &Record, _view: &View) {
        let text = match record {
            Record::Decision { to, cause, .. } => format!("{at:.2} {to} is to be active: {cause}"),
            Record::RoleTaken { machine, .. } => format!("{at:.2} {machine} is active"),
            Record::MachineStopped { machine, why, .. } => {
                format!("{at:.2} {machine} stops: {why}")
            }
            Record::MachineStarted { machine, how } => format!("{at:.2} {machine} starts {how}"),
            _ => return,
        };
        self.0.push(text);
    }
}

#[test]
fn a_silent_machine_is_taken_over_from_in_ten_seconds() {
    let mut center = center(3);
    let mut roles = Roles::default();
    center.run_until(at(20), &mut roles);
    center.fault(
        at(20),
        Fault::FailStop {
            machine: Target::Active,
        },
    );
    center.run_until(at(40), &mut roles);
    assert_eq!(center.role(Machine::B), Role::Active);
    assert_eq!(center.role(Machine::A), Role::Off);
    let text = roles.0.join("\n");
    assert!(text.contains("A stops: fail-stop"), "{text}");
    assert!(
        text.contains("B is to be active: alarm of the active machine"),
        "{text}"
    );
    let mut log = Log::default();
    center.run_until(at(60), &mut log);
    let all_b = reports(&log).iter().all(|(_, record)| {
        matches!(
            record,
            center::Record::Report {
                fate: Fate::OnDrum {
                    machine: Machine::B,
                    ..
                },
                ..
            }
        )
    });
    assert!(all_b);
    let taken = roles
        .0
        .iter()
        .find(|line| line.ends_with("B is active"))
        .unwrap();
    println!("{text}\n{taken}");
}

#[test]
fn a_gun_sees_what_is_painted_and_nothing_on_dark_glass() {
    let mut center = center(4);
    let mut log = Log::default();
    center.run_until(at(20), &mut log);
    let gun = |aim| Action {
        console: 1,
        code: 2,
        data: 0,
        gun: Some(aim),
    };
    center.action(at(20), gun(Aim::Track(0)));
    center.action(at(20), gun(Aim::Track(5)));
    center.action(
        at(20),
        gun(Aim::Place {
            x: 20_000,
            y: 20_000,
        }),
    );
    let mut log = Log::default();
    center.run_until(at(30), &mut log);
    let actions: Vec<_> = log
        .0
        .iter()
        .filter_map(|(_, record)| match record {
            Record::Center(center::Record::Action { action, seen, fate }) => {
                Some((action.gun, seen, fate))
            }
            _ => None,
        })
        .collect();
    assert_eq!(actions.len(), 3);
    for (aim, seen, fate) in actions {
        let lit = aim == Some(Aim::Track(0));
        assert_eq!(seen.is_some(), lit, "{aim:?}");
        assert_eq!(matches!(fate, Some(Fate::OnDrum { .. })), lit);
    }
}

#[test]
fn a_planted_gun_tells_what_is_not_painted() {
    let text = SITE.replace(
        "radars: [",
        "switch: (planted: [GunSeesDark]),\n    radars: [",
    );
    let mut map = SourceMap::new();
    map.insert("site.ron", text);
    let description: CenterDescription = read(&map, "site.ron").unwrap();
    let mut center = Center::new(&description, &program(), vec![flight("CIV1", 0.0)], 4);
    let mut log = Log::default();
    center.run_until(at(20), &mut log);
    let action = Action {
        console: 1,
        code: 2,
        data: 0,
        gun: Some(Aim::Track(5)),
    };
    center.action(at(20), action);
    let mut log = Log::default();
    center.run_until(at(23), &mut log);
    let told = log.0.iter().find_map(|(_, record)| match record {
        Record::Center(center::Record::Action { seen, fate, .. }) => Some((*seen, *fate)),
        _ => None,
    });
    let (seen, fate) = told.expect("the action");
    assert_eq!(seen.map(|seen| seen.register), Some(40));
    assert!(matches!(fate, Some(Fate::OnDrum { .. })));
}

#[test]
fn the_same_seed_is_the_same_run_also_from_a_snapshot() {
    let run = |cuts: &[u64]| {
        let mut center = center(5);
        center.fault(
            at(12),
            Fault::FailStop {
                machine: Target::Active,
            },
        );
        center.fault(
            at(30),
            Fault::Trench {
                trench: 0,
                r#for: Span::from_secs(8),
            },
        );
        let mut log = Log::default();
        for cut in cuts {
            center.run_until(Instant(*cut * 1_000_000), &mut log);
            let saved = postcard::to_allocvec(&center).unwrap();
            center = postcard::from_bytes(&saved).unwrap();
        }
        center.run_until(at(50), &mut log);
        log
    };
    let whole = run(&[]);
    assert!(whole.0.len() > 100);
    for cuts in [&[17_003][..], &[3, 999, 18_155, 18_156, 33_333]] {
        let cut = run(cuts);
        let differ = whole.0.iter().zip(&cut.0).position(|(a, b)| a != b);
        assert_eq!(
            differ,
            None,
            "{:?}\n{:?}",
            whole.0[differ.unwrap()],
            cut.0[differ.unwrap()]
        );
        assert_eq!(whole.0.len(), cut.0.len());
    }
    assert_ne!(run(&[]).0, {
        let mut log = Log::default();
        center(6).run_until(at(50), &mut log);
        log.0
    });
}

#[test]
fn skipped_waits_change_nothing() {
    let run = |skip: bool| {
        let mut center = center(7);
        center.set_skip_waits(skip);
        center.fault(at(5), Fault::PlannedSwitchover);
        let mut log = Log::default();
        center.run_until(at(12), &mut log);
        let counts = Machine::BOTH.map(|m| center.machine(m).central.instructions);
        (log, counts)
    };
    let (skipped, executed) = (run(true), run(false));
    assert_eq!(skipped.1, executed.1);
    assert_eq!(skipped.0, executed.0);
    let planned = |(_, record): &(Instant, Record)| {
        matches!(
            record,
            Record::RoleTaken {
                cause: Cause::PlannedSwitchover,
                ..
            }
        )
    };
    assert!(skipped.0.0.iter().any(planned));
}

#[test]
fn a_line_carries_24_reports_a_second_and_its_queue_has_an_end() {
    let text = SITE.replace(
        "channel: 1)",
        "channel: 1, performance: (false_alarms: 600))",
    );
    let mut map = SourceMap::new();
    map.insert("site.ron", text);
    let description: CenterDescription = read(&map, "site.ron").unwrap();
    let mut center = Center::new(&description, &program(), vec![], 1);
    let mut log = Log::default();
    center.run_until(at(60), &mut log);
    let (mut came, mut lost, mut longest) = (Vec::new(), 0, Span::ZERO);
    for (at, record) in reports(&log) {
        let center::Record::Report {
            radar: 0,
            looked,
            fate,
            ..
        } = record
        else {
            continue;
        };
        match fate {
            Fate::OnDrum { .. } => {
                came.push(at);
                longest = longest.max(at - looked);
            }
            Fate::QueueFull => lost += 1,
            other => panic!("{other:?}"),
        }
    }
    // 50 a second are reported, 1,300 / 53 pass.
    let passed = came.iter().filter(|at| **at >= self::at(10)).count();
    assert!((1_220..=1_228).contains(&passed), "{passed}");
    let asked = came.len() + lost;
    assert!((2_850..3_150).contains(&asked), "{asked}");
    // 96 wait: four seconds.
    assert!(
        longest > Span::from_millis(3_850) && longest < Span::from_millis(4_050),
        "{longest}"
    );
    let apart = came.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap();
    assert!(apart >= Span(40_769_230), "{apart}");
}

#[test]
fn a_silent_main_line_is_replaced_by_the_alternate() {
    let mut center = center(8);
    let mut log = Log::default();
    center.fault(
        at(20),
        Fault::Trench {
            trench: 0,
            r#for: Span::from_secs(10),
        },
    );
    center.fault(
        at(50),
        Fault::Line(site::fault::LineFault {
            line: 0,
            way: site::fault::Way::Both,
            r#for: Span::from_secs(30),
            trouble: site::fault::Trouble::Cut,
            seed: 1,
        }),
    );
    center.run_until(at(120), &mut log);
    let listens: Vec<(u64, bool)> = log
        .0
        .iter()
        .filter_map(|(at, record)| match record {
            Record::Center(center::Record::Listens {
                radar: 0,
                alternate,
            }) => Some((at.0 / 1_000_000_000, *alternate)),
            _ => None,
        })
        .collect();
    // Both in the trench: nothing helps. The main alone: after 5 s, and back after 5 s.
    assert_eq!(listens, [(55, true), (85, false)]);
    let lost = |from: u64, to: u64| {
        reports(&log)
            .iter()
            .filter(|(when, record)| {
                *when >= at(from)
                    && *when < at(to)
                    && matches!(
                        record,
                        center::Record::Report {
                            radar: 0,
                            fate: Fate::LineLost,
                            ..
                        }
                    )
            })
            .count()
    };
    assert_eq!(lost(0, 20), 0);
    assert!(lost(20, 30) > 8 && lost(50, 56) > 3);
    assert_eq!(lost(57, 84), 0);
}

#[test]
fn each_fault_of_this_kind_of_site_takes_effect() {
    use site::fault::{CoreBit, DrumBit, KINDS, LineFault, Place, Trouble, Way, WrongSwitch};
    let second = Span::from_secs(1);
    let line = |trouble| {
        Fault::Line(LineFault {
            line: 0,
            way: Way::Up,
            r#for: second,
            trouble,
            seed: 1,
        })
    };
    let active = Target::Active;
    for kind in KINDS.iter().filter(|kind| kind.is_at(Place::Direction)) {
        let fault = match kind.name {
            "FailStop" => Fault::FailStop { machine: active },
            "FailStopAtInstruction" => Fault::FailStopAtInstruction {
                machine: active,
                n: 3_000_000,
            },
            "Hang" => Fault::Hang { machine: active },
            "Stall" => Fault::Stall {
                machine: active,
                r#for: second,
            },
            "HeartbeatCut" => Fault::HeartbeatCut { machine: active },
            "PowerOffBoth" => Fault::PowerOffBoth { r#for: second },
            "ReturnToService" => Fault::ReturnToService { machine: Target::B },
            "PlannedSwitchover" => Fault::PlannedSwitchover,
            "ManualSwitchover" => Fault::ManualSwitchover,
            "SlowMachine" => Fault::SlowMachine {
                machine: active,
                times: 3,
            },
            "PowerOff" => Fault::PowerOff {
                machine: active,
                r#for: second,
            },
            "CoreParity" => Fault::CoreParity {
                machine: active,
                bit: CoreBit::At {
                    location: 0o101,
                    bit: 3,
                },
            },
            "StaleRestart" => Fault::StaleRestart {
                machine: active,
                r#for: second,
            },
            "ClockOffset" => Fault::ClockOffset {
                machine: active,
                ticks: 100,
            },
            "ClockDrift" => Fault::ClockDrift {
                machine: active,
                parts_per_million: 500,
            },
            "BrokenAdder" => Fault::BrokenAdder {
                machine: active,
                bits: 4,
            },
            "OperatorError" => Fault::OperatorError {
                switch: WrongSwitch::Reset(active),
            },
            "PowerBus" => Fault::PowerBus {
                bus: 0,
                r#for: second,
            },
            "AirConditioning" => Fault::AirConditioning {
                unit: 0,
                r#for: second,
            },
            "Line(Cut)" => line(Trouble::Cut),
            "Line(Loss)" => line(Trouble::Loss { one_in: 2 }),
            "Line(Noise)" => line(Trouble::Noise { one_bit_in: 100 }),
            "Line(Bursts)" => line(Trouble::Bursts {
                one_bit_in: 200,
                mean_bits: 8,
            }),
            "Line(Duplicate)" => line(Trouble::Duplicate { one_in: 2 }),
            "Line(Reorder)" => line(Trouble::Reorder {
                one_in: 4,
                by: Span::from_secs(3),
            }),
            "Line(Delay)" => line(Trouble::Delay {
                one_in: 2,
                by: second,
            }),
            "Line(Jitter)" => line(Trouble::Jitter { up_to: second }),
            "DrumParity" => Fault::DrumParity {
                machine: active,
                bit: DrumBit::At {
                    field: 0,
                    register: 0o101,
                    bit: 1,
                },
            },
            "RadarOut" => Fault::RadarOut { radar: 0 },
            "LyingLightGun" => Fault::LyingLightGun { console: 1 },
            "Trench" => Fault::Trench {
                trench: 0,
                r#for: second,
            },
            other => panic!("no fault of kind {other} here"),
        };
        let mut center = center(9);
        let mut log = Log::default();
        if kind.name == "ReturnToService" {
            center.fault(at(5), Fault::FailStop { machine: Target::B });
        }
        center.fault(Instant(10_000_003_000), fault);
        center.run_until(at(100), &mut log);
        let fired: Vec<_> = log
            .0
            .iter()
            .filter_map(|(_, record)| match record {
                Record::Fault {
                    fault,
                    took_effect,
                    hit,
                } if fault.name() == kind.name => Some((*took_effect, hit.clone())),
                _ => None,
            })
            .collect();
        assert!(
            matches!(&fired[..], [(true, hit), ..] if !hit.is_empty()),
            "{}: {fired:?}",
            kind.name
        );
        assert_eq!(center.waiting_faults(), [], "{}", kind.name);
        assert!(!center.is_healing(), "{}", kind.name);
        let active = Machine::BOTH
            .into_iter()
            .find(|m| center.role(*m) == Role::Active);
        assert!(active.is_some(), "{}", kind.name);
    }
}
