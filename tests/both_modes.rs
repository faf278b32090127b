//! The hot and the historical mode: the same evening, one machine lost, and what each has promised.

use clock::Span;
use exercise::report::comparison::Comparison;
use exercise::script::{FaultKind, Target};
use site::Cause;
use site::Machine::{A, B};
use site::description::{Delay, OperatorsDescription};
use tests::{Evening, Morning, site_at};

const HOT: &str = "sites/tiny/site.ron";
const HISTORICAL: &str = "sites/tiny/site-historical.ron";

/// An entry that takes seats, so near to the crash that it is with the machine.
fn sell_and_crash() -> Evening {
    let crash = FaultKind::FailStop {
        machine: Target::Active,
    };
    Evening::new(240.0)
        .enter(10.0, 0, "0AA1Y12JULLGALAXNN2")
        .enter(30.0, 0, "-2SMIVO/ADA MRS/MAX MR$9212-555-0100-H$7T-$6MRS")
        .enter(40.0, 0, "E")
        .enter(60.0, 1, "0AA1Y12JULLGALAXNN1")
        .fault(60.35, crash)
        .reset(200.0, 1)
        .enter(201.0, 1, "*I")
        .enter(210.0, 2, "*-SMIVO")
}

fn at(path: &str, evening: &Evening) -> Morning {
    evening.twice(&site_at(path))
}

#[test]
fn an_entry_with_the_machine_is_answered_in_one_mode_and_lost_in_the_other() {
    let hot = at(HOT, &sell_and_crash());
    hot.all_held();
    assert_eq!(hot.moves(), [(Some(A), B, Cause::HeartbeatSilent)]);
    assert!(hot.answer(1, 0).starts_with("1 AA1 "), "{}", hot.log());

    let historical = at(HISTORICAL, &sell_and_crash());
    historical.kept_its_promise();
    let moves = historical.moves();
    assert_eq!(moves, [(Some(A), B, Cause::ManualTakeover)]);
    assert_eq!(historical.answer(1, 0), "", "{}", historical.log());
    let entries = &historical.report.entries;
    assert_eq!((entries.lost, entries.pending), (1, 0));
    let takeover = &historical.report.takeovers[0];
    assert_eq!((takeover.held, takeover.lost), (1, 1));
    // What was answered before stands on file, and is found again by the other machine.
    let found = historical.answer(2, 0);
    assert!(found.contains("SMIVO"), "{found}");
    // Nobody did the lost entry again: the set goes on with the next serial, in no doubt.
    let shown = historical.answer(1, 1);
    assert!(!shown.contains("LAST ENTRY"), "{shown}");

    let compared = Comparison::new(vec![hot.report, historical.report]);
    assert_eq!(compared.exit_status, 0);
    let text = compared.text();
    let row = |name: &str| {
        let line = text.lines().find(|line| line.trim().starts_with(name));
        let cells = line.expect("a row").trim()[name.len()..].split("  ");
        let cells = cells.map(str::trim).filter(|cell| !cell.is_empty());
        cells.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(row("mode"), ["hot", "historical"]);
    assert_eq!(row("lost with the machine"), ["0", "1"]);
    assert_eq!(row("lost, still on their way"), ["0, 0", "1, 0"]);
    assert_eq!(row("verdicts that hold"), ["11 of 11", "11 of 11"]);
}

#[test]
fn nothing_is_lost_when_nothing_is_with_the_machine() {
    let mut evening = sell_and_crash();
    evening.script.faults.clear();
    let quiet = at(HISTORICAL, &evening);
    quiet.all_held();
    let report = &quiet.report;
    assert_eq!((report.takeovers.len(), report.seats_left_over), (0, 0));
}

#[test]
fn operators_slower_than_three_minutes_break_the_bound() {
    for (seconds, holds) in [(165, true), (185, false)] {
        let mut site = site_at(HISTORICAL);
        site.description.switch.operators = Some(OperatorsDescription {
            throw_after: Delay::Fixed(Span::from_secs(seconds)),
            load_drum: true,
        });
        let crash = FaultKind::FailStop {
            machine: Target::Active,
        };
        let morning = Evening::new(400.0)
            .enter(60.0, 0, "112JULLGALAX")
            .fault(60.1, crash)
            // Before the keyboards lock; it waits in its interchange.
            .enter(61.0, 1, "112JULLGALAX")
            .once(&site);
        let verdicts = morning.outcome.verdicts.iter();
        let broken: Vec<_> = verdicts.filter(|v| !v.holds).map(|v| &v.name).collect();
        let expected: &[&str] = if holds { &[] } else { &["takeover-bound"] };
        assert_eq!(broken, expected, "{}", morning.log());
    }
}

#[test]
fn the_operators_wait_until_the_alarm_and_stay_away_when_it_falls() {
    let site = site_at(HISTORICAL);
    let stall = FaultKind::Stall {
        machine: Target::Active,
        lasting: Span::from_secs(8),
    };
    let morning = Evening::new(240.0)
        .enter(30.0, 0, "112JULLGALAX")
        .fault(60.0, stall)
        .enter(200.0, 0, "112JULLGALAX")
        .once(&site);
    morning.all_held();
    assert!(morning.log().contains("alarm"), "{}", morning.log());
    assert_eq!(morning.moves(), [], "{}", morning.log());
}
