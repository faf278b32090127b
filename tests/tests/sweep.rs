//! A machine lost at every so-manieth point of a booking: nothing acknowledged is lost, nothing is
//! done twice; and a control program that was spoilt is found out.
//!
//! The whole sweep is `duplex campaign sites/sabre --script scripts/crash-every-instruction.ron`;
//! here a fixed stride of it is tried.

use exercise::campaign::UnitResult;
use exercise::campaign::sweep::{self, Strided, Sweeping};
use exercise::driver::{Options, Plan};
use exercise::entries_csv;
use exercise::inputs::{Inputs, load_script};
use exercise::script::SecondCrashes;
use site::source::{SourceMap, render};
use tests::{planting, repository};

/// The plan of a sweep: script and list, named from the project's folder.
fn plan(inputs: Inputs, script: &str, list: &str) -> Plan {
    let mut map = SourceMap::new();
    tests::fetch(&mut map, script);
    let script = load_script(&map, script, None);
    let script = script.unwrap_or_else(|found| panic!("{}", render(&found, &map)));
    let text = planting::read(&repository().join(list));
    let sets = inputs.description.sets() as u16;
    let entries = entries_csv::read(&text, sets).expect("a list of entries");
    let options = Options {
        seed: 1,
        cut: None,
        keep_entries: false,
    };
    Plan::new(inputs, script, entries, options).expect("the opening files can be drawn")
}

/// `whole`: of each fork the whole storage is looked at too, and both audits must agree.
fn tried(plan: &Plan, taken: Strided, jobs: usize, whole: bool) -> (Sweeping, Vec<UnitResult>) {
    let mut sweeping = Sweeping::new(plan).unwrap_or_else(|error| panic!("{error}"));
    sweeping.whole_audits = whole;
    let mut results = Vec::new();
    sweep::run(plan, &sweeping, taken, |_| false, jobs, |r| results.push(r));
    (sweeping, results)
}

#[test]
fn a_machine_lost_at_every_131st_point_of_a_booking_loses_nothing() {
    let plan = plan(
        tests::site("sabre"),
        "scripts/crash-every-instruction.ron",
        "scripts/one-booking.csv",
    );
    let taken = Strided {
        stride: 131,
        offset: 7,
    };
    let (sweeping, results) = tried(&plan, taken, 2, false);
    assert!(sweeping.count > 100_000, "{} points", sweeping.count);
    assert_eq!(results.len() as u64, (sweeping.count - 7).div_ceil(131));
    for result in &results {
        assert_eq!(result.status, 0, "{result:#?}");
    }
    let sorts: std::collections::BTreeSet<&str> = results
        .iter()
        .filter_map(|r| Some(r.place.as_ref()?.sort.as_str()))
        .collect();
    assert!(sorts.len() >= 6, "points of every sort: {sorts:?}");
    let takeovers: u64 = results.iter().map(|r| r.takeovers).sum();
    assert!(takeovers as usize > results.len() / 2);

    let again = Strided {
        stride: 131 * 20,
        offset: 7,
    };
    let (_, again) = tried(&plan, again, 1, false);
    let every_20th: Vec<&UnitResult> = results
        .iter()
        .filter(|r| r.unit.point.is_some_and(|point| point % (131 * 20) == 7))
        .collect();
    assert_eq!(
        again.iter().collect::<Vec<_>>(),
        every_20th,
        "the same on one job"
    );
}

/// Spoils the program and looks whether a sweep finds it out.
fn is_found(patch: &str, stride: u64) {
    let inputs = planting::site("tests/planted/site.ron", Some(patch));
    let plan = plan(inputs, "tests/planted/sweep.ron", "tests/planted/sweep.csv");
    let taken = Strided { stride, offset: 0 };
    let (sweeping, results) = tried(&plan, taken, 2, true);
    let found = results.iter().find(|r| r.status == 1);
    let found = found.unwrap_or_else(|| {
        let tried = results.len();
        panic!("{patch}: not found at {tried} of {} points", sweeping.count)
    });
    println!("{patch}: {:?}: {}", found.place, found.detail);
}

#[test]
fn without_a_planted_fault_the_small_sweep_holds() {
    let inputs = planting::site("tests/planted/site.ron", None);
    let plan = plan(inputs, "tests/planted/sweep.ron", "tests/planted/sweep.csv");
    let taken = Strided {
        stride: 101,
        offset: 0,
    };
    for result in tried(&plan, taken, 2, true).1 {
        assert_eq!(result.status, 0, "{result:#?}");
    }
}

#[test]
fn second_crashes_strike_before_every_instruction_if_so_ordered() {
    let second = |second_crashes| {
        let inputs = planting::site("tests/planted/site.ron", None);
        let mut plan = plan(inputs, "tests/planted/sweep.ron", "tests/planted/sweep.csv");
        let sweep = plan.script.sweep.as_mut().expect("a sweep");
        sweep.second_crashes = second_crashes;
        sweep.standby_first = true;
        let taken = Strided {
            stride: 1009,
            offset: 0,
        };
        tried(&plan, taken, 2, true)
    };
    let (one, _) = second(SecondCrashes::OneOfEachStretch);
    let (every, results) = second(SecondCrashes::BeforeEveryInstruction);
    assert!(one.count < one.stands_for);
    assert_eq!(
        (every.count, every.stands_for),
        (one.stands_for, one.stands_for)
    );
    for result in &results {
        assert_eq!(result.status, 0, "{result:#?}");
    }
    let of_sort = |sort: &str| {
        results
            .iter()
            .filter(|r| r.place.as_ref().is_some_and(|p| p.sort == sort))
            .count()
    };
    assert!(of_sort("second crash in the takeover") > 10);
    assert!(of_sort("standby lost first") > 10);
}

#[test]
fn an_entry_done_twice_is_found_by_the_sweep() {
    is_found("serial-not-checked", 31);
}

#[test]
fn a_range_of_records_given_out_twice_is_found_by_the_sweep() {
    is_found("keypoint-not-written", 31);
}

#[test]
fn a_sweep_that_begins_while_something_is_held_is_refused() {
    let mut plan = plan(
        tests::site("tiny"),
        "tests/planted/sweep.ron",
        "tests/planted/sweep.csv",
    );
    let sweep = plan.script.sweep.as_mut().expect("a sweep");
    sweep.from = clock::Span::from_millis(4_100);
    let error = Sweeping::new(&plan).expect_err("the availability is on its way");
    assert!(error.to_string().contains("not quiet"), "{error}");
}
