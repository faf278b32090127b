//! A machine is lost while a line is in trouble: whatever the line does, the promise holds.
//!
//! The evening is short: calls come in at eighty sets on two lines; ten seconds in, line 0 is cut,
//! loses, repeats, delays, exchanges or damages transmissions, in one direction or both; two seconds
//! later the active machine stops. The line is mended, and everything is answered in the end.

use clock::Span;
use exercise::script::{FaultKind, Target};
use site::Record;
use site::fault::{Fault, Trouble, Way};
use site::record::{Direction, Effect};
use tests::transcript::transcript;
use tests::{Evening, Morning, site, site_at};

const LINE: u8 = 0;

fn line_fault(way: Way, trouble: Trouble, seed: Option<u64>) -> FaultKind {
    FaultKind::Line {
        line: Some(LINE),
        way,
        lasting: Span::from_secs(8),
        trouble,
        seed,
    }
}

fn evening(seed: u64, fault: FaultKind) -> Evening {
    let machine = Target::Active;
    let mut evening = Evening::calls(30.0, 30_000)
        .fault(10.0, fault)
        .fault(12.0, FaultKind::FailStop { machine });
    evening.seed = seed;
    evening
}

fn troubles() -> [Trouble; 8] {
    let by = Span::from_millis(700);
    [
        Trouble::Cut,
        Trouble::Loss { one_in: 4 },
        Trouble::Noise { one_bit_in: 1500 },
        Trouble::Bursts {
            one_bit_in: 2500,
            mean_bits: 5,
        },
        Trouble::Duplicate { one_in: 3 },
        Trouble::Reorder { one_in: 4, by },
        Trouble::Delay {
            one_in: 4,
            by: Span::from_secs(3),
        },
        Trouble::Jitter { up_to: by },
    ]
}

fn hits(morning: &Morning) -> Vec<(u8, Direction, Effect)> {
    let records = morning.records().into_iter();
    let hits = records.filter_map(|(_, record)| match record {
        Record::LineHit {
            line,
            direction,
            hit,
        } => Some((line, direction, hit.effect)),
        _ => None,
    });
    hits.collect()
}

#[test]
fn the_promise_holds_when_a_machine_is_lost_and_a_line_is_in_trouble() {
    let site = site_at("tests/planted/site.ron");
    for (number, trouble) in troubles().into_iter().enumerate() {
        for way in [Way::Both, Way::Down, Way::Up] {
            let seed = 1 + number as u64;
            let morning = evening(seed, line_fault(way, trouble, None)).once(&site);
            let told = format!("{trouble:?} {way:?}, seed {seed}\n{}", morning.log());
            assert_eq!(morning.outcome.takeovers.len(), 1, "{told}");
            let fired = |faults: &[exercise::judges::takeovers::Fired]| {
                let of_line = faults.iter().filter(|f| matches!(f.fault, Fault::Line(_)));
                of_line
                    .filter(|f| f.took_effect && !f.hit.is_empty())
                    .count()
            };
            assert_eq!(fired(&morning.outcome.faults), 1, "{told}");
            let hits = hits(&morning);
            let there =
                |hit: &(u8, Direction, Effect)| hit.0 == LINE && way.directions().contains(&hit.1);
            assert!(!hits.is_empty() && hits.iter().all(there), "{told}");
            let unmarked = morning.outcome.statistics.lines.iter();
            let unmarked = unmarked.map(|line| line.undetected_errors).sum::<u64>();
            for verdict in &morning.outcome.verdicts {
                assert!(verdict.holds, "{verdict:?} {told}");
                assert!(unmarked > 0 || !verdict.outside_model, "{verdict:?} {told}");
            }
            assert_eq!(morning.report.exit_status, 0, "{told}");
        }
    }
}

/// A line so noisy that its check of six bits lets something through: the run knows it, marks it,
/// counts it, and is outside the failure model.
#[test]
fn what_the_check_does_not_tell_is_marked_and_counted() {
    let site = site_at("tests/planted/site.ron");
    let trouble = Trouble::Noise { one_bit_in: 40 };
    let morning = (1..40)
        .map(|seed| evening(1, line_fault(Way::Both, trouble, Some(seed))).once(&site))
        .find(|morning| {
            let lines = &morning.outcome.statistics.lines;
            lines[usize::from(LINE)].undetected_errors > 0
        });
    let morning = morning.expect("of so many damaged frames one passes its check");
    let undetected = morning.records().into_iter().filter(
        |(_, record)| matches!(record, Record::LineUndetectedError { line, .. } if *line == LINE),
    );
    let counted = morning.outcome.statistics.lines[usize::from(LINE)].undetected_errors;
    assert_eq!(undetected.count() as u64, counted);
    let status = morning.report.exit_status;
    assert_eq!(
        status,
        0,
        "{:?}\n{}",
        morning.outcome.verdicts,
        morning.log()
    );
}

#[test]
fn a_line_in_trouble_is_the_same_twice_and_saved_in_the_middle() {
    let site = site_at("tests/planted/site.ron");
    let by = Span::from_secs(2);
    let fault = line_fault(Way::Both, Trouble::Delay { one_in: 3, by }, None);
    let morning = evening(3, fault).twice(&site);
    assert!(hits(&morning).len() > 10);
}

/// What goes to the centre within so many milliseconds is eight seconds late.
fn late(milliseconds: u64) -> FaultKind {
    FaultKind::Line {
        line: Some(LINE),
        way: Way::Up,
        lasting: Span::from_millis(milliseconds),
        trouble: Trouble::Delay {
            one_in: 1,
            by: Span::from_secs(8),
        },
        seed: None,
    }
}

/// So short a transmission that it arrives between a poll and its reply, and is taken for that.
#[test]
fn what_was_told_not_done_is_not_done_when_it_comes_late() {
    let evening = Evening::new(45.0)
        .enter(2.0, 0, "112JULLGALAX")
        .fault(9.9, late(3000))
        .enter(10.0, 0, "01Y2")
        .reset(11.0, 0)
        .enter(11.1, 0, "*I")
        .enter(30.0, 0, "*I");
    let morning = evening.twice(&site("tiny"));
    let log = transcript("", &morning) + &morning.log();
    let printed = morning.printed(0);
    assert!(printed.contains("LAST ENTRY NOT DONE/NO BOOKING"), "{log}");
    assert!(!printed.contains("AA1"), "sold after all: {log}");
    assert!(hits(&morning).len() > 2, "{log}");
    morning.all_held();
}

#[test]
fn what_was_refused_is_not_done_when_it_comes_again() {
    let evening = Evening::new(45.0)
        .enter(1.0, 0, "11JULLGAALB")
        .enter(3.0, 1, "11JULLGAALB")
        .enter(7.0, 0, "01Y2")
        .fault(9.95, late(200))
        .enter(10.0, 1, "01Y2")
        .enter(14.0, 0, "I")
        .enter(30.0, 1, "*I");
    let morning = evening.twice(&site("tiny"));
    let log = transcript("", &morning) + &morning.log();
    let printed = morning.printed(1);
    assert!(printed.contains("UNABLE 0 LEFT"), "{log}");
    assert!(!printed.contains("AA205"), "sold after all: {log}");
    assert!(!hits(&morning).is_empty(), "{log}");
    morning.all_held();
}
