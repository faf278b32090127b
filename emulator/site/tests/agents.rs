//! Agents at their sets, a program that answers with what they typed, and a machine that fails.

use clock::{Instant, Span};
use device::agent_set::SetOutput;
use ibm7090::assembler::{SourceFile, assemble};
use site::record::{Log, Nobody};
use site::{Fault, Record, Site, SiteDescription, Target};

const SITE: &str = r#"(format: 1, name: "echo", machine: (programs: ["echo.fap"]),
    interchanges: [(name: "Elm Street", line: 0, address: 1, sets: 3)])"#;

fn site() -> Site {
    let description: SiteDescription = ron::from_str(SITE).unwrap();
    let text = include_str!("echo.fap");
    let name = "echo.fap";
    let assembly = assemble(&[SourceFile { name, text }], &[]);
    Site::new(&description, &assembly.unwrap_or_else(|m| panic!("{m:?}")))
}

fn seconds(s: f64) -> Instant {
    Instant((s * 1e9) as u64)
}

/// Answers shown: when, which set, which serial, what.
fn answers(log: &Log) -> Vec<(Instant, u16, u16, String)> {
    let shown = |(_, record): &(Instant, Record)| match record {
        Record::Set(SetOutput::Answer {
            set,
            serial,
            text,
            first_character_at,
            ..
        }) => {
            let text = text.iter().map(|c| word::bcd::to_char(*c)).collect();
            Some((*first_character_at, *set, *serial, text))
        }
        _ => None,
    };
    log.0.iter().filter_map(shown).collect()
}

#[test]
fn an_entry_is_answered_over_the_line() {
    let mut site = site();
    site.enter(seconds(1.0), 1, "A12MAY SEATS 2");
    site.enter(seconds(1.1), 2, "HELLO");
    let mut log = Log::default();
    site.run_until(seconds(5.0), &mut log);
    let answers = answers(&log);
    assert_eq!(answers.len(), 2, "{:#?}", log.0);
    let (at, set, serial, text) = &answers[0];
    assert_eq!((*set, *serial, text.as_str()), (1, 1, "A12MAY SEATS 2"));
    assert!(*at - seconds(1.0) < Span::from_millis(600), "{at}");
    assert_eq!(answers[1].3, "HELLO");
    let down = |record: &Record| matches!(record, Record::FrameDown(f) if f.maker == Some(0));
    assert_eq!(log.0.iter().filter(|(_, r)| down(r)).count(), 2);
    let statistics = site.statistics();
    assert!(statistics.lines[0].polls > 20);
    assert!(statistics.availability() > 0.99);
}

#[test]
fn an_entry_waiting_at_a_takeover_is_answered_by_the_other_machine() {
    let mut site = site();
    site.run_until(seconds(1.0), &mut Nobody);
    site.fault(
        seconds(1.0),
        Fault::FailStop {
            machine: Target::Active,
        },
    );
    site.enter(seconds(1.01), 0, "STILL THERE");
    let mut log = Log::default();
    site.run_until(seconds(20.0), &mut log);
    let answers = answers(&log);
    assert_eq!(answers.len(), 1, "{:#?}", log.0);
    assert_eq!(answers[0].3, "STILL THERE");
    let by = |maker: u8| {
        let down = |r: &Record| matches!(r, Record::FrameDown(f) if f.maker == Some(maker));
        log.0.iter().filter(|(_, record)| down(record)).count()
    };
    assert_eq!((by(0), by(1)), (0, 1));
}

#[test]
fn a_key_on_a_locked_keyboard_is_refused_and_said() {
    let mut site = site();
    site.enter(seconds(1.0), 0, "ONE");
    site.enter(seconds(1.01), 0, "TWO");
    site.enter(seconds(1.02), 9, "NOBODY");
    let mut log = Log::default();
    site.run_until(seconds(3.0), &mut log);
    let refused = |record: &Record| matches!(record, Record::KeyRefused { .. });
    assert_eq!(log.0.iter().filter(|(_, r)| refused(r)).count(), 2);
}

#[test]
fn an_evening_is_the_same_twice_and_with_waits_executed() {
    let run = |skip: bool| {
        let mut site = site();
        site.set_skip_waits(skip);
        for n in 0..12u16 {
            site.enter(seconds(0.5 + f64::from(n) * 0.37), n % 3, "SAME AGAIN");
            site.reset(seconds(0.8 + f64::from(n) * 0.41), n % 3);
        }
        site.fault(
            seconds(2.345_678),
            Fault::FailStop {
                machine: Target::Active,
            },
        );
        let mut log = Log::default();
        site.run_until(seconds(8.0), &mut log);
        (log, site.statistics())
    };
    let first = run(true);
    assert!(answers(&first.0).len() > 3);
    assert_eq!(first, run(true));
    assert_eq!(first, run(false));
}
