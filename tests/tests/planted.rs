//! The judges can fail: faults planted in the control program or in the switch, and the judge that
//! has to find each of them.
//!
//! A judge that never says *broken* proves nothing. So the control program is spoilt here, one
//! fault at a time, as a programmer in a hurry might have spoilt it; the exercise is run with seed
//! after seed until the judge whose promise is concerned says so, and within fifty seeds it must.
//! The same exercises without a planted fault hold.
//!
//! The faults are the patches in `tests/planted/`; what each is about stands at its head. A patch
//! whose place in the program cannot be found is an error: a fault that is not planted is not found.
//!
//! *To add one*: a patch there, a row in [`PLANTED`], a test that names it.

use exercise::driver::{Options, Plan};
use exercise::inputs::Inputs;
use exercise::judges::Verdict;
use exercise::script::{Equipment, Script};
use tests::planting::{self, broken, site};

/// Within so many seeds a planted fault must be found.
const SEEDS: u64 = 50;

/// The site on which faults are tried.
const MIDDLING: &str = "tests/planted/site.ron";

/// The same in historical mode.
const HISTORICAL: &str = "tests/planted/site-historical.ron";

/// The site of full size, whose processor is busy.
const FULL: &str = "sites/sabre/site.ron";

/// A planted fault.
struct Planted {
    /// Name of its patch in `tests/planted`.
    name: &'static str,
    /// The site.
    site: &'static str,
    /// Name of the exercise there.
    exercise: &'static str,
    /// The judge it offends.
    judge: &'static str,
}

/// The table of planted faults.
const PLANTED: [Planted; 19] = [
    Planted {
        name: "answer-before-commit",
        site: MIDDLING,
        exercise: "no-fault",
        judge: "promise-on-two-units",
    },
    Planted {
        name: "answer-after-one-copy",
        site: MIDDLING,
        exercise: "no-fault",
        judge: "promise-on-two-units",
    },
    Planted {
        name: "both-copies-at-once",
        site: MIDDLING,
        exercise: "no-fault",
        judge: "copies-in-turn",
    },
    Planted {
        name: "no-fencing",
        site: MIDDLING,
        exercise: "stall",
        judge: "fenced",
    },
    Planted {
        name: "serial-not-checked",
        site: MIDDLING,
        exercise: "crash",
        judge: "nothing-acknowledged-lost",
    },
    Planted {
        name: "hold-not-taken",
        site: MIDDLING,
        exercise: "no-fault",
        judge: "inventory-adds-up",
    },
    Planted {
        name: "keypoint-not-written",
        site: MIDDLING,
        exercise: "crash",
        judge: "nothing-acknowledged-lost",
    },
    Planted {
        name: "reopen-before-holds",
        site: MIDDLING,
        exercise: "crash",
        judge: "nothing-acknowledged-lost",
    },
    Planted {
        name: "slot-reused-too-early",
        site: MIDDLING,
        exercise: "no-fault",
        judge: "promise-on-two-units",
    },
    Planted {
        name: "second-copy-not-written",
        site: MIDDLING,
        exercise: "unit-loss",
        judge: "nothing-acknowledged-lost",
    },
    Planted {
        name: "heartbeat-when-idle",
        site: FULL,
        exercise: "rush",
        judge: "takeover-bound",
    },
    Planted {
        name: "answer-before-filing",
        site: HISTORICAL,
        exercise: "no-fault",
        judge: "promise-on-two-units",
    },
    Planted {
        name: "seats-taken-last",
        site: HISTORICAL,
        exercise: "crash",
        judge: "inventory-adds-up",
    },
    Planted {
        name: "refuses-the-last-seats",
        site: MIDDLING,
        exercise: "no-fault",
        judge: "linearisable",
    },
    Planted {
        name: "summary-not-raised",
        site: MIDDLING,
        exercise: "no-fault",
        judge: "availability-fresh",
    },
    Planted {
        name: "idle-seats-kept",
        site: MIDDLING,
        exercise: "midnight",
        judge: "inventory-adds-up",
    },
    Planted {
        name: "purged-too-early",
        site: MIDDLING,
        exercise: "midnight",
        judge: "nothing-acknowledged-lost",
    },
    Planted {
        name: "reused-before-commit",
        site: MIDDLING,
        exercise: "midnight",
        judge: "files-in-order",
    },
    Planted {
        name: "in-order-too-early",
        site: MIDDLING,
        exercise: "midnight",
        judge: "files-in-order",
    },
];

fn exercise(name: &str, inputs: &Inputs) -> Script {
    planting::exercise(name, &Equipment::from(&inputs.description))
}

fn verdicts(inputs: &Inputs, script: &Script, seed: u64) -> Vec<Verdict> {
    let options = Options {
        seed,
        cut: None,
        keep_entries: false,
    };
    let plan = Plan::new(inputs.clone(), script.clone(), Vec::new(), options);
    let report = planting::report(&plan.expect("the opening files can be drawn"));
    assert!(report.entries.sent > 100, "seed {seed}: it is a busy room");
    report.verdicts
}

/// Runs seed after seed until the judge finds the fault.
fn is_found(name: &str) {
    let planted = PLANTED.iter().find(|p| p.name == name).expect("a row");
    let inputs = site(planted.site, Some(name));
    let script = exercise(planted.exercise, &inputs);
    planting::is_found(name, planted.judge, SEEDS, |seed| {
        verdicts(&inputs, &script, seed)
    });
}

/// Runs seed after seed until the judge finds the fault; no other judge says anything of it.
fn is_found_by_it_alone(name: &str) {
    let planted = PLANTED.iter().find(|p| p.name == name).expect("a row");
    let inputs = site(planted.site, Some(name));
    let script = exercise(planted.exercise, &inputs);
    let found = (1..=SEEDS).find_map(|seed| {
        let verdicts = verdicts(&inputs, &script, seed);
        let said: Vec<Verdict> = broken(&verdicts).cloned().collect();
        (!said.is_empty()).then_some((seed, said))
    });
    let (seed, said) = found.unwrap_or_else(|| panic!("{name}: not within {SEEDS} seeds"));
    let judges: Vec<&str> = said.iter().map(|verdict| verdict.name.as_str()).collect();
    assert_eq!(judges, [planted.judge], "{name}, seed {seed}: {said:#?}");
    println!(
        "{name}: seed {seed}: {} says: {}",
        judges[0], said[0].detail
    );
}

/// Without a planted fault the exercise holds.
fn holds(path: &str, name: &str, seeds: u64) {
    let inputs = site(path, None);
    let script = exercise(name, &inputs);
    for seed in 1..=seeds {
        let verdicts = verdicts(&inputs, &script, seed);
        let said: Vec<_> = broken(&verdicts).collect();
        assert!(said.is_empty(), "{name}, seed {seed}: {said:#?}");
    }
}

#[test]
fn every_patch_has_a_row_and_every_row_a_patch() {
    let mut rows: Vec<&str> = PLANTED.iter().map(|p| p.name).collect();
    rows.sort_unstable();
    // Those of direction centers have a table of their own.
    assert_eq!(planting::patches(false), rows);
}

#[test]
fn without_a_planted_fault_three_busy_minutes_hold() {
    holds(MIDDLING, "no-fault", 5);
}

#[test]
fn without_a_planted_fault_a_crash_holds() {
    holds(MIDDLING, "crash", 5);
}

#[test]
fn without_a_planted_fault_the_historical_mode_holds() {
    holds(HISTORICAL, "no-fault", 5);
    holds(HISTORICAL, "crash", 10);
}

#[test]
fn without_a_planted_fault_a_stall_holds() {
    holds(MIDDLING, "stall", 5);
}

#[test]
fn without_a_planted_fault_the_loss_of_a_unit_holds() {
    holds(MIDDLING, "unit-loss", 5);
}

#[test]
fn without_a_planted_fault_the_rush_holds() {
    holds(FULL, "rush", 2);
}

#[test]
fn outside_the_failure_model_what_is_lost_is_told_and_fencing_still_judged() {
    for patch in [None, Some("no-fencing")] {
        let inputs = site(MIDDLING, patch);
        let script = exercise("two-units", &inputs);
        let verdicts = verdicts(&inputs, &script, 1);
        let told = verdicts.iter().filter(|v| v.outside_model).count();
        assert!(
            told > 0,
            "both copies of the keypoint are gone: {verdicts:#?}"
        );
        let broken: Vec<&str> = broken(&verdicts).map(|v| v.name.as_str()).collect();
        let expected: &[&str] = if patch.is_some() { &["fenced"] } else { &[] };
        assert_eq!(broken, expected, "{patch:?}");
    }
}

#[test]
fn answer_before_the_commit() {
    is_found("answer-before-commit");
}

#[test]
fn answer_after_one_copy_of_the_slot() {
    is_found("answer-after-one-copy");
}

#[test]
fn both_copies_written_at_once() {
    is_found("both-copies-at-once");
}

#[test]
fn no_fencing() {
    is_found("no-fencing");
}

#[test]
fn serial_not_checked() {
    is_found("serial-not-checked");
}

#[test]
fn hold_not_taken() {
    is_found("hold-not-taken");
}

#[test]
fn keypoint_not_written() {
    is_found("keypoint-not-written");
}

#[test]
fn reopen_before_the_holds() {
    is_found("reopen-before-holds");
}

#[test]
fn slot_reused_too_early() {
    is_found("slot-reused-too-early");
}

#[test]
fn second_copy_not_written() {
    is_found("second-copy-not-written");
}

#[test]
fn historical_answer_before_filing() {
    is_found("answer-before-filing");
}

#[test]
fn historical_seats_taken_last() {
    is_found("seats-taken-last");
}

#[test]
fn heartbeat_only_when_idle() {
    is_found("heartbeat-when-idle");
}

#[test]
fn refuses_the_last_seats() {
    is_found_by_it_alone("refuses-the-last-seats");
}

#[test]
fn summary_not_raised() {
    is_found_by_it_alone("summary-not-raised");
}

#[test]
fn without_a_planted_fault_midnight_holds() {
    holds(MIDDLING, "midnight", 3);
}

#[test]
fn seats_of_an_idle_booking_are_kept() {
    is_found("idle-seats-kept");
}

#[test]
fn a_booking_is_purged_too_early() {
    is_found("purged-too-early");
}

#[test]
fn a_record_is_used_again_before_it_is_freed() {
    is_found("reused-before-commit");
}

#[test]
fn the_files_are_called_in_order_too_early() {
    is_found("in-order-too-early");
}
