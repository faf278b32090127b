//! What no site of two machines can survive, and whether the judges tell exactly what it cost.
//!
//! `scripts/outside-model.ron` has three misfortunes. Each is tried alone here, with the others left
//! out, so that whatever the judges tell is its doing; then all together.

use std::collections::BTreeSet;

use exercise::inputs::{Inputs, load_script};
use exercise::layout::{Copy, FileAddress, Kind, StorageUnit, locator};
use exercise::script::{FaultKind, Script};
use tests::{Evening, Morning, fetch, site_with_files};

/// A misfortune of the script.
#[derive(Clone, Copy, PartialEq)]
enum Misfortune {
    Lies,
    WrongSums,
    BothCopies,
}

use Misfortune::{BothCopies, Lies, WrongSums};

fn misfortune(fault: &FaultKind) -> Misfortune {
    match fault {
        FaultKind::LyingTerminal { .. } => Lies,
        FaultKind::UnitLoss { .. } | FaultKind::UnitReturn { .. } => BothCopies,
        _ => WrongSums,
    }
}

/// The exercise with only these misfortunes.
fn evening(these: &[Misfortune], seed: u64) -> (Inputs, Morning) {
    let (mut map, site) = site_with_files("sabre");
    fetch(&mut map, "scripts/outside-model.ron");
    let script = load_script(&map, "scripts/outside-model.ron", None).expect("a script in order");
    let mut faults = script.faults.clone();
    faults.retain(|ordered| these.contains(&misfortune(&ordered.fault)));
    let script = Script { faults, ..script };
    let entries = Vec::new();
    let evening = Evening {
        script,
        entries,
        seed,
    };
    let morning = evening.once(&site);
    assert_eq!(morning.report.exit_status, 0, "{}", morning.log());
    (site, morning)
}

/// What a judge tells of losses.
fn told<'a>(morning: &'a Morning, judge: &str) -> &'a [String] {
    let verdicts = &mut morning.outcome.verdicts.iter();
    let verdict = verdicts.find(|v| v.name == judge);
    let verdict = verdict.unwrap_or_else(|| panic!("there is no judge {judge}"));
    assert!(verdict.holds, "{judge}: {}", verdict.detail);
    assert_eq!(verdict.outside_model, !verdict.violations.is_empty());
    &verdict.violations
}

/// What follows `before` in a text, up to a blank or a colon.
fn word_after<'a>(text: &'a str, before: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split([' ', ':']).next()
}

#[test]
fn a_lie_is_told_where_it_was_told() {
    let (_, morning) = evening(&[Lies], 1);
    let lies = |set: u16| set < 12;
    let set = |text: &str| word_after(text, "set ").and_then(|set| set.parse().ok());
    // Bookings that the lying sets had filed.
    let entries = morning.outcome.entries.iter();
    let theirs = entries.filter(|entry| lies(entry.entry.set));
    let theirs: BTreeSet<&str> = theirs
        .filter_map(|entry| entry.answer.strip_prefix("OK "))
        .map(str::trim_end)
        .collect();
    let lost = told(&morning, "nothing-acknowledged-lost");
    assert!(!lost.is_empty(), "{}", morning.log());
    for text in lost {
        let booking = word_after(text, "booking ");
        let known = set(text).is_some_and(lies) || booking.is_some_and(|b| theirs.contains(b));
        assert!(known, "no lying set: {text}");
    }
    // Other seats were sold than were asked for, and nowhere else.
    let asked = told(&morning, "linearisable").iter();
    let asked: Vec<&String> = asked
        .filter(|text| text.contains("not asked for"))
        .collect();
    assert!(!asked.is_empty(), "{}", morning.log());
    for text in asked {
        assert!(set(text).is_some_and(lies), "no lying set: {text}");
    }
    // The centre itself did what it was told.
    for judge in [
        "inventory-adds-up",
        "promise-on-two-units",
        "copies-in-turn",
    ] {
        assert_eq!(told(&morning, judge), [""; 0]);
    }
}

#[test]
fn wrong_sums_are_told_by_what_they_spoil() {
    let judges = [
        "nothing-acknowledged-lost",
        "inventory-adds-up",
        "promise-on-two-units",
        "copies-in-turn",
    ];
    // Most sums of a machine are made while it waits: in one evening of five nothing is spoiled.
    let told_of = |seed| {
        let (_, morning) = evening(&[WrongSums], seed);
        let told: usize = judges.iter().map(|j| told(&morning, j).len()).sum();
        told
    };
    let told: Vec<usize> = (1..=3).map(told_of).collect();
    assert!(told.iter().any(|&told| told > 0), "{told:?}");
}

#[test]
fn of_both_copies_exactly_those_bookings_are_gone_that_stood_there() {
    let (site, morning) = evening(&[BothCopies], 1);
    let pair = [StorageUnit::Disk(0), StorageUnit::Disk(8)];
    let on_the_pair = |ordinal: &u32| {
        let address = FileAddress::new(Kind::Passenger, *ordinal);
        let unit = |copy| StorageUnit::of_module(site.layout.place(address, copy).module);
        Copy::BOTH.map(unit) == pair
    };
    let before = 1..site.files.first_free_pnr();
    let of_before: BTreeSet<String> = before.clone().map(locator).collect();
    let stood: BTreeSet<String> = before.filter(on_the_pair).map(locator).collect();
    let lost = told(&morning, "nothing-acknowledged-lost");
    let gone: BTreeSet<String> = lost
        .iter()
        .filter_map(|text| word_after(text, "booking ").map(str::to_owned))
        .filter(|name| of_before.contains(name))
        .collect();
    assert!(gone.is_subset(&stood), "{:?}", gone.difference(&stood));
    // Of a booking that somebody was changing without an answer nobody knows what was on file, so
    // nothing is said.
    let silent = stood.difference(&gone).count();
    assert!(silent <= 5, "{silent} of {}", stood.len());
    // Besides, only what was filed there since.
    for text in lost {
        let known = text.ends_with("was acknowledged and cannot be recovered");
        assert!(known, "{text}");
    }
    assert!(!told(&morning, "inventory-adds-up").is_empty());
}

#[test]
fn all_three_together_break_no_promise() {
    let (_, morning) = evening(&[Lies, WrongSums, BothCopies], 1);
    for judge in [
        "nothing-acknowledged-lost",
        "inventory-adds-up",
        "linearisable",
    ] {
        assert!(!told(&morning, judge).is_empty(), "{}", morning.log());
    }
    assert_eq!(told(&morning, "fenced"), [""; 0]);
}
