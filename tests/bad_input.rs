//! A thousand files with mistakes: whatever a person writes into a site, its schedule, its program
//! or an exercise, it is read or its mistakes are told with their places. Nothing panics.
//!
//! Mutants of the tiny site and a script are made by cutting, doubling, swapping and replacing
//! pieces, from a fixed seed, so the thousand are the same everywhere. A mutant that is still in
//! order is built and not run.

use std::cell::RefCell;
use std::collections::BTreeMap;

use exercise::inputs::{Inputs, Loading, load, load_script};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use site::Site;
use site::source::{Mistakes, SourceMap, render};
use tests::{fetch, site_file_with_files, site_with_files};

const SITE: &str = "sites/tiny/site.ron";
const HISTORICAL: &str = "sites/tiny/site-historical.ron";
const SCRIPT: &str = "scripts/tiny-minute.ron";

/// What people and editors put into files.
const PIECES: [&str; 24] = [
    "-1",
    "0",
    "1e300",
    "99999999999999999999",
    "4294967296",
    "0.5",
    "NaN",
    "\"\"",
    "\"a\"",
    "None",
    "Some(",
    "(",
    ")",
    "[",
    "]",
    "{",
    ",",
    ":",
    "\"",
    "//",
    "/*",
    "\n",
    "\u{e9}\u{1F4A5}",
    "name: \"x\",",
];

/// One change; positions are shares of the file in 65,536ths.
#[derive(Clone, Debug)]
enum Change {
    Cut(u16, u8),
    Double(u16, u8),
    Put(u16, usize),
    Replace(u16, usize),
    Byte(u16, u8),
    EndAt(u16),
    SwapLines(u16, u16),
}

fn change() -> impl Strategy<Value = Change> {
    let (at, piece) = (any::<u16>, 0..PIECES.len());
    prop_oneof![
        (at(), 1..40u8).prop_map(|(a, n)| Change::Cut(a, n)),
        (at(), 1..80u8).prop_map(|(a, n)| Change::Double(a, n)),
        (at(), piece.clone()).prop_map(|(a, p)| Change::Put(a, p)),
        (at(), piece.clone()).prop_map(|(a, p)| Change::Replace(a, p)),
        (at(), piece).prop_map(|(a, p)| Change::Replace(a, p)),
        (at(), any::<u8>()).prop_map(|(a, b)| Change::Byte(a, b)),
        at().prop_map(Change::EndAt),
        (at(), at()).prop_map(|(a, b)| Change::SwapLines(a, b)),
    ]
}

fn place(text: &[u8], share: u16) -> usize {
    text.len() * usize::from(share) / 65_536
}

/// The word or number around a place.
fn word_at(text: &[u8], at: usize) -> std::ops::Range<usize> {
    let inside = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    let before = text[..at].iter().rev().take_while(|b| inside(b)).count();
    let after = text[at..].iter().take_while(|b| inside(b)).count();
    at - before..at + after
}

fn apply(text: &mut Vec<u8>, change: &Change) {
    match *change {
        Change::Cut(at, n) => {
            let at = place(text, at);
            text.drain(at..text.len().min(at + usize::from(n)));
        }
        Change::Double(at, n) => {
            let at = place(text, at);
            let piece = text[at..text.len().min(at + usize::from(n))].to_vec();
            text.splice(at..at, piece);
        }
        Change::Put(at, piece) => {
            let at = place(text, at);
            text.splice(at..at, PIECES[piece].bytes());
        }
        Change::Replace(at, piece) => {
            let word = word_at(text, place(text, at));
            text.splice(word, PIECES[piece].bytes());
        }
        Change::Byte(at, byte) => {
            let at = place(text, at);
            if let Some(old) = text.get_mut(at) {
                *old = byte;
            }
        }
        Change::EndAt(at) => text.truncate(place(text, at)),
        Change::SwapLines(a, b) => {
            let line = |share| {
                let before = &text[..place(text, share)];
                before.iter().filter(|&&b| b == b'\n').count()
            };
            let (a, b) = (line(a), line(b));
            let mut lines: Vec<&[u8]> = text.split(|&b| b == b'\n').collect();
            lines.swap(a, b);
            *text = lines.join(&b'\n');
        }
    }
}

/// Each mistake names a file of the map and a place in it; the text for people can be made.
fn has_places(found: &Mistakes, map: &SourceMap) {
    assert!(!found.is_empty(), "an error without a mistake");
    for mistake in &found.0 {
        let bytes = map.get(&mistake.file);
        let lines = bytes.map(|b| b.split(|&b| b == b'\n').count());
        let position = mistake.position(map);
        let last = lines.unwrap_or_else(|| panic!("{} is not in the map", mistake.file));
        assert!(
            (1..=last + 1).contains(&position.line) && position.column >= 1,
            "{position} of {} with {last} lines: {}",
            mistake.file,
            mistake.message
        );
        assert!(!mistake.message.trim().is_empty());
    }
    let text = render(found, map);
    let first = &found.0[0];
    let place = format!("{}:{}", first.file, first.position(map));
    assert!(text.contains(&place), "{place} is not in:\n{text}");
}

/// Reads a site as the command does; files come from `all` and from nowhere else.
fn read_site(all: &SourceMap, path: &str) -> Result<Inputs, Mistakes> {
    let mut map = SourceMap::new();
    map.insert(path, all.get(path).expect("the site file"));
    loop {
        match load(&map, path)? {
            Loading::Ready(inputs) => return Ok(*inputs),
            Loading::Needs(needs) => {
                let known = |path: &str| all.get(path).is_some();
                let missing = needs.iter().filter(|need| !known(&need.path));
                let missing: Vec<_> = missing.map(|need| need.missing.clone()).collect();
                if !missing.is_empty() {
                    return Err(Mistakes(missing));
                }
                for need in needs {
                    map.insert(need.path.clone(), all.get(&need.path).expect("known"));
                }
            }
        }
    }
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1962),
        ..Config::default()
    })
}

/// Changes files of the map; each is in order or its mistakes have places. Gives how many of each
/// there were.
fn mutate(
    all: &SourceMap,
    files: &[&str],
    cases: u32,
    read: &dyn Fn(&SourceMap) -> Result<(), Mistakes>,
) -> (u32, u32) {
    let counts = RefCell::new((0, 0));
    let mutants = (0..files.len(), prop::collection::vec(change(), 1..4));
    let result = runner(cases).run(&mutants, |(file, changes)| {
        let path = files[file];
        let mut text = all.get(path).expect("a file").to_vec();
        changes.iter().for_each(|change| apply(&mut text, change));
        let mut map = all.clone();
        map.insert(path, text);
        match read(&map) {
            Ok(()) => counts.borrow_mut().0 += 1,
            Err(found) => {
                has_places(&found, &map);
                counts.borrow_mut().1 += 1;
            }
        }
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    counts.into_inner()
}

#[test]
fn a_thousand_mutants_are_read_or_told() {
    let (all, _) = site_with_files("tiny");
    let files = [SITE, "sites/tiny/files.ron", "sites/tiny/schedule.csv"];
    let read = |map: &SourceMap| {
        let inputs = read_site(map, SITE)?;
        // In order: the site can be built.
        drop(Site::new(&inputs.description, &inputs.assembly));
        Ok(())
    };
    let (good, bad) = mutate(&all, &files, 600, &read);
    assert!(bad > 200 && good > 5, "{good} in order, {bad} wrong");

    let (historical, _) = site_file_with_files(HISTORICAL);
    let read = |map: &SourceMap| {
        let inputs = read_site(map, HISTORICAL)?;
        drop(Site::new(&inputs.description, &inputs.assembly));
        Ok(())
    };
    let (good, bad) = mutate(&historical, &[HISTORICAL], 200, &read);
    assert!(bad > 60 && good > 1, "{good} in order, {bad} wrong");

    let mut scripts = BTreeMap::new();
    for path in [
        SCRIPT,
        "scripts/both-modes.ron",
        "scripts/rush-faults.ron",
        "scripts/morning-rush.ron",
    ] {
        let mut map = SourceMap::new();
        fetch(&mut map, path);
        scripts.insert(path, map);
    }
    for (path, all) in scripts {
        let read = |map: &SourceMap| load_script(map, path, None).map(drop);
        let (good, bad) = mutate(&all, &[path], 100, &read);
        assert!(bad > 30 && good > 1, "{path}: {good} in order, {bad} wrong");
    }

    let programs: Vec<String> = all
        .paths()
        .filter(|p| p.ends_with(".fap"))
        .map(str::to_owned)
        .collect();
    let programs: Vec<&str> = programs.iter().map(String::as_str).collect();
    let (good, bad) = mutate(&all, &programs, 100, &|map| read_site(map, SITE).map(drop));
    assert!(
        bad > 30 && good > 1,
        "programs: {good} in order, {bad} wrong"
    );
}
