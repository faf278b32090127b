//! The judges of a direction center can fail: faults planted in its program or in its switch, and the
//! judge that has to find each of them.
//!
//! As at the reservation site the exercise is run with seed after seed until the judge whose promise
//! is concerned says *broken*, and within ten seeds it must. Without a planted fault the exercises
//! hold.
//!
//! *To add one*: a patch `center-*.patch` in `tests/planted`, a row in [`PLANTED`].

use exercise::air::{Inputs, Plan};
use exercise::driver::Options;
use exercise::judges::Verdict;
use exercise::script::Equipment;
use tests::planting::{self, broken, center};

/// Within so many seeds a planted fault must be found.
const SEEDS: u64 = 10;

const SITE: &str = "tests/planted/center.ron";

/// Name of the patch, of the exercise, and the judge it offends.
const PLANTED: [(&str, &str, &str); 10] = [
    // The standby takes a record that is still being written, and nobody adds it up.
    ("center-partial-record", "center-crash", "no-track-lost"),
    // The other machine is not told which weapons are under orders.
    ("center-orders-forgotten", "center-crash", "no-order-twice"),
    // The gun delivers a place although nothing shines there.
    ("center-gun-on-dark-glass", "center-calm", "light-gun"),
    // A count that is -0 is taken for less than nothing.
    ("center-minus-zero", "center-lone", "tracked"),
    // A radar's true north is taken for the plane's.
    ("center-north", "center-calm", "position"),
    // The relays of the machine that was switched out are welded.
    ("center-no-fencing", "center-stall", "fenced"),
    // The standby never believes that its tables are good, and begins cold.
    ("center-cold-start", "center-crash", "no-track-lost"),
    // The program forgets to say that it is alive.
    ("center-silent", "center-calm", "switchover-bound"),
    // What is late is not counted.
    (
        "center-late-not-counted",
        "center-slow",
        "in-time-or-counted",
    ),
    // Friend for foe.
    ("center-friend-for-foe", "center-calm", "identity"),
];

fn verdicts(inputs: &Inputs, name: &str, seed: u64) -> Vec<Verdict> {
    let options = Options {
        seed,
        cut: None,
        keep_entries: false,
    };
    let script = planting::exercise(name, &Equipment::from(&inputs.description));
    let plan = Plan::new(inputs.clone(), script, Vec::new(), options);
    planting::report(&plan.expect("a plan")).verdicts
}

fn is_found(name: &str) {
    let row = PLANTED.iter().find(|row| row.0 == name);
    let (_, exercise, judge) = row.expect("a row");
    let inputs = center(SITE, Some(name));
    planting::is_found(name, judge, SEEDS, |seed| verdicts(&inputs, exercise, seed));
}

#[test]
fn every_patch_has_a_row_and_every_row_a_patch() {
    let mut rows: Vec<&str> = PLANTED.iter().map(|row| row.0).collect();
    rows.sort_unstable();
    assert_eq!(planting::patches(true), rows);
}

#[test]
fn without_a_planted_fault_they_hold() {
    let inputs = center(SITE, None);
    let mut names: Vec<&str> = PLANTED.iter().map(|row| row.1).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        for seed in 1..=3 {
            let verdicts = verdicts(&inputs, name, seed);
            let said: Vec<_> = broken(&verdicts).collect();
            assert!(said.is_empty(), "{name}, seed {seed}: {said:#?}");
        }
    }
}

#[test]
fn a_record_that_is_not_whole() {
    is_found("center-partial-record");
}

#[test]
fn an_order_given_again() {
    is_found("center-orders-forgotten");
}

#[test]
fn a_gun_on_dark_glass() {
    is_found("center-gun-on-dark-glass");
}

#[test]
fn a_wrong_sign_at_minus_zero() {
    is_found("center-minus-zero");
}

#[test]
fn a_wrong_north() {
    is_found("center-north");
}

#[test]
fn relays_that_stay_closed() {
    is_found("center-no-fencing");
}

#[test]
fn a_standby_that_begins_cold() {
    is_found("center-cold-start");
}

#[test]
fn a_program_that_says_nothing() {
    is_found("center-silent");
}

#[test]
fn lateness_that_nobody_counts() {
    is_found("center-late-not-counted");
}

#[test]
fn friend_for_foe() {
    is_found("center-friend-for-foe");
}
