//! Midnight: the date moves, what has departed goes, a day is opened, and nothing that was promised is
//! lost by it, whenever a machine stops.
//!
//! Forty days are an exercise (`scripts/forty-days.ron`); here are two midnights at three sets.

use clock::Span;
use clock::journal::JournalWriter;
use exercise::driver::{Options, Outcome, Plan, Run, finish};
use exercise::inputs::{Inputs, load_script};
use exercise::script::{FaultKind, Script, Target, Workload};
use site::source::{SourceMap, render};
use tests::transcript::transcript;
use tests::{Evening, fetch, golden, site, site_at};

fn script(path: &str) -> Script {
    let mut map = SourceMap::new();
    fetch(&mut map, path);
    load_script(&map, path, None).unwrap_or_else(|f| panic!("{}", render(&f, &map)))
}

fn begun(inputs: Inputs, script: Script, seed: u64) -> (Plan, Run) {
    let options = Options {
        seed,
        cut: None,
        keep_entries: false,
    };
    let plan = Plan::new(inputs, script, Vec::new(), options).expect("opening files");
    let run = plan.begin().expect("they fit");
    (plan, run)
}

fn ends(plan: &Plan, run: &mut Run) -> Outcome {
    let mut journal = JournalWriter::digest_only();
    let outcome = finish(plan, run, &mut journal, &mut (), &mut |_| {});
    let broken: Vec<_> = outcome.verdicts.iter().filter(|v| !v.holds).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    outcome
}

#[test]
fn the_date_moves_and_a_day_is_opened() {
    let evening = Evening::new(180.0)
        .at("23:59")
        .enter_all(
            1.0,
            0,
            &["11JULLGALAX", "131AUGLGALAX", "11SEPLGALAX", "11JULLGALAX"],
        )
        .enter_all(
            90.0,
            0,
            &[
                "01Y2",
                "11JULLGALAX",
                "12JULLGALAX",
                "11SEPLGALAX",
                "01Y2",
                "*I",
                "I",
            ],
        );
    let morning = evening.twice(&site("tiny"));
    golden(
        "midnight.txt",
        &transcript(
            "Midnight, a minute after the beginning. Before it 1 July to 31 August are for sale, after it\n\
             2 July to 1 September; lines of a display of 1 July cannot be sold from any more.",
            &morning,
        ),
    );
    morning.all_held();
}

#[test]
fn a_booking_nobody_touches_for_half_an_hour_gives_its_seats_back() {
    let evening = Evening::new(2300.0)
        .enter_all(1.0, 0, &["11JULLGAALB", "01Y2", "9212-555-0100-H"])
        .enter(60.0, 1, "0AA205Y1JULLGAALBNN1")
        .enter(1800.0, 1, "0AA205Y1JULLGAALBNN1")
        .enter(2100.0, 1, "0AA205Y1JULLGAALBNN1")
        .enter(2200.0, 0, "*A");
    let morning = evening.twice(&site("tiny"));
    golden(
        "idle.txt",
        &transcript(
            "Set 0 takes the last seat and leaves it. Set 1 asks for it after a minute, just before\n\
             half an hour is over, and later: then it is free again.",
            &morning,
        ),
    );
    morning.all_held();
}

#[test]
fn a_machine_that_took_over_finds_the_bookings_nobody_touches() {
    // Whoever takes over does not know how old they are. The last seat is taken before 0 min 4 s; B
    // takes over when 20 minutes have passed, and again A when 29 have.
    let lost = |machine| FaultKind::FailStop { machine };
    let evening = Evening::new(2500.0)
        .enter_all(1.0, 0, &["11JULLGAALB", "01Y2", "9212-555-0100-H"])
        .fault(1200.0, lost(Target::A))
        .fault(1300.0, FaultKind::ReturnToService { machine: Target::A })
        .fault(1740.0, lost(Target::B))
        .enter(1790.0, 1, "0AA205Y1JULLGAALBNN1")
        .enter(2450.0, 1, "0AA205Y1JULLGAALBNN1");
    let morning = evening.twice(&site("tiny"));
    assert_eq!(morning.moves().len(), 2);
    assert_eq!(morning.answer(1, 0), "UNABLE 0 LEFT");
    assert!(morning.answer(1, 1).contains(" SS1 "), "{}", morning.log());
    morning.all_held();
}

#[test]
fn nobody_is_held_to_half_an_hour_while_all_stands_still() {
    // From 20 to 65 minutes there is no power. The booking is older than an hour then, and who starts
    // finds it when its turn comes.
    let lasting = Span::from_secs(45 * 60);
    let dark = Evening::new(5400.0)
        .enter_all(1.0, 0, &["11JULLGAALB", "01Y2"])
        .fault(1200.0, FaultKind::PowerOffBoth { lasting })
        .enter(5300.0, 1, "0AA205Y1JULLGAALBNN1");
    let morning = dark.twice(&site("tiny"));
    morning.all_held();
    assert!(morning.answer(1, 0).contains(" SS1 "), "{}", morning.log());
}

#[test]
fn two_midnights_at_three_sets_and_records_are_used_again() {
    let script = Script {
        name: "two-midnights".to_owned(),
        duration: Span::from_secs(25 * 3600),
        workload: Workload::Calls {
            calls_per_day: 300,
            starts_at: "23:55".to_owned(),
        },
        ..Script::quiet()
    };
    let (plan, mut run) = begun(site("tiny"), script, 1);
    let outcome = ends(&plan, &mut run);
    let count = |name: &str| outcome.counters[name];
    assert_eq!(count("CNTDAY"), 2);
    assert!(count("CNTPRG") > 25, "freed: {}", count("CNTPRG"));
    assert!(count("CNTREU") > 0, "used again: {}", count("CNTREU"));
}

#[test]
fn machines_lost_at_midnight_lose_nothing() {
    for seed in 1..=2 {
        let (plan, mut run) = begun(site("tiny"), script("scripts/midnight.ron"), seed);
        let outcome = ends(&plan, &mut run);
        assert_eq!(outcome.takeovers.len(), 3);
        assert_eq!(outcome.counters["CNTDAY"], 1);
    }
}

#[test]
fn at_eighty_sets_records_are_used_again_within_the_hour() {
    let inputs = site_at("tests/planted/site.ron");
    let (plan, mut run) = begun(inputs, script("tests/planted/midnight.ron"), 1);
    let outcome = ends(&plan, &mut run);
    let reused = outcome.counters["CNTREU"];
    assert!(reused > 20, "used again: {reused}");
}
