//! The judges of a direction center can fail: faults planted in its program or in its switch, and the
//! judge that has to find each of them.
//!
//! As at the reservation site the exercise is run with seed after seed until the judge whose promise
//! is concerned says *broken*, and within ten seeds it must. Without a planted fault the exercises
//! hold.
//!
//! *To add one*: a patch `center-*.patch` in `tests/planted`, a row in [`PLANTED`].

use clock::journal::JournalWriter;
use exercise::air::{Inputs, Plan};
use exercise::driver::{Options, finish};
use exercise::inputs::load_script;
use exercise::judges::Verdict;
use exercise::script::{Equipment, Script};
use exercise::world::Planned;
use site::source::{SourceMap, render};
use tests::planting::{center, folder, read};

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

fn exercise(name: &str, inputs: &Inputs) -> Script {
    let path = format!("{name}.ron");
    let mut map = SourceMap::new();
    map.insert(path.as_str(), read(&folder().join(&path)));
    load_script(&map, &path, Some(&Equipment::from(&inputs.description)))
        .unwrap_or_else(|found| panic!("{}", render(&found, &map)))
}

/// The verdicts that do not hold.
fn broken(inputs: &Inputs, script: &Script, seed: u64) -> Vec<Verdict> {
    let options = Options {
        seed,
        cut: None,
        keep_entries: false,
    };
    let plan = Plan::new(inputs.clone(), script.clone(), Vec::new(), options);
    let plan = plan.expect("a plan");
    let mut run = plan.begin().expect("it begins");
    let mut journal = JournalWriter::digest_only();
    let outcome = finish(&plan, &mut run, &mut journal, &mut (), &mut |_| {});
    assert_eq!(
        outcome.not_reached, [""; 0],
        "seed {seed}: every fault came"
    );
    let took_effect = outcome.faults.iter().all(|fault| fault.took_effect);
    assert!(took_effect, "seed {seed}: {:?}", outcome.faults);
    let verdicts = outcome.verdicts.into_iter();
    verdicts.filter(|v| !v.holds && !v.outside_model).collect()
}

fn is_found(name: &str) {
    let row = PLANTED.iter().find(|row| row.0 == name);
    let (_, exercise_name, judge) = row.expect("a row");
    let inputs = center(SITE, Some(name));
    let script = exercise(exercise_name, &inputs);
    let mut others = Vec::new();
    for seed in 1..=SEEDS {
        let said = broken(&inputs, &script, seed);
        if let Some(found) = said.iter().find(|v| v.name == *judge) {
            println!("{name}: seed {seed}: {judge} says: {}", found.detail);
            return;
        }
        let also = said
            .iter()
            .map(|v| format!("seed {seed}: {}: {}", v.name, v.detail));
        others.extend(also);
    }
    panic!(
        "{name}: {judge} did not find it within {SEEDS} seeds; others said:\n{}",
        others.join("\n")
    );
}

#[test]
fn every_patch_has_a_row_and_every_row_a_patch() {
    let mut patches: Vec<String> = std::fs::read_dir(folder())
        .expect("the folder")
        .filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            let name = name.strip_suffix(".patch")?.to_owned();
            name.starts_with("center-").then_some(name)
        })
        .collect();
    patches.sort();
    let mut rows: Vec<&str> = PLANTED.iter().map(|row| row.0).collect();
    rows.sort_unstable();
    assert_eq!(patches, rows);
}

#[test]
fn without_a_planted_fault_they_hold() {
    let inputs = center(SITE, None);
    let mut names: Vec<&str> = PLANTED.iter().map(|row| row.1).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let script = exercise(name, &inputs);
        for seed in 1..=3 {
            let said = broken(&inputs, &script, seed);
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
