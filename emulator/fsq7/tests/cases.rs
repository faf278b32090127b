//! The cases worked out apart from the emulator: the emulator agrees with each, each names rules
//! that exist with the marks they have, and every instruction has its twenty.

mod reasoning;

use std::collections::{BTreeMap, BTreeSet};

use fsq7::evidence::Mark;
use fsq7::operation::operations;
use fsq7::rules;

const CASES: &str = include_str!("cases.txt");

fn lines() -> impl Iterator<Item = &'static str> {
    CASES.lines().filter(|line| !line.starts_with('#'))
}

/// The rules named by a line.
fn named(line: &str) -> Vec<(&str, &str)> {
    let (_, remark) = line.split_once(" ; ").expect("rules after a semicolon");
    remark
        .split(", ")
        .map(|rule| rule.split_once(' ').expect("a rule and its mark"))
        .collect()
}

#[test]
fn the_emulator_agrees() {
    let report = fsq7::vectors::run(CASES).unwrap();
    assert!(report.disagreements.is_empty(), "{report}");
    assert_eq!(report.total, lines().count());
}

#[test]
fn the_file_is_what_the_reasoning_gives() {
    let worked = reasoning::cases();
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases.txt");
        std::fs::write(path, worked).unwrap();
        return;
    }
    assert!(
        worked == CASES,
        "cases.txt is old: make it again with UPDATE_GOLDEN=1"
    );
}

#[test]
fn rules_exist_with_the_marks_they_have() {
    for line in lines() {
        for (name, mark) in named(line) {
            let rule = rules::find(name).unwrap_or_else(|| panic!("{name}: {line}"));
            assert_eq!(Some(rule.mark), Mark::of_letter(mark), "{name}: {line}");
        }
    }
}

#[test]
fn every_instruction_has_twenty_cases_and_its_edges() {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    let mut rules: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut different = BTreeSet::new();
    for line in lines() {
        let name = &line[..3];
        *count.entry(name).or_default() += 1;
        rules
            .entry(name)
            .or_default()
            .extend(named(line).iter().map(|rule| rule.0));
        assert!(different.insert(line), "stands twice: {line}");
    }
    for row in operations() {
        let name = row.mnemonic;
        assert!(count.get(name).is_some_and(|count| *count >= 20), "{name}");
        let mut wanted: Vec<&str> = match name {
            "ADD" | "SUB" | "TAD" | "TSU" | "ADB" | "CDM" | "CDF" | "CDR" | "CDL" => {
                vec!["overflow", "end-around", "minus-zero"]
            }
            "AOR" => vec!["overflow", "minus-zero", "add"],
            "SLR" => vec!["round-overflow"],
            "DVD" | "TDV" => vec!["divide-overflow", "quotient"],
            "ADX" => vec!["end-around", "minus-zero"],
            "BPX" => vec!["index-minus-zero", "branch-not-taken"],
            _ => Vec::new(),
        };
        if row.format.is_indexable() {
            wanted.extend(["index-add", "index-zero", "index-before", "index-bank"]);
        }
        for rule in wanted {
            assert!(rules[name].contains(rule), "{name} has no case of {rule}");
        }
    }
}
