//! Faults planted in the control program or in the switch: textual patches of their sources.
//!
//! A patch whose place cannot be found is an error: a fault that is not planted is not found.

use std::path::{Path, PathBuf};

use clock::journal::JournalWriter;
use exercise::air;
use exercise::inputs::{Inputs, Loading, load, load_script};
use exercise::judges::Verdict;
use exercise::script::{Equipment, Script};
use exercise::world::{self, Planned, Reported, World};
use site::source::{Mistakes, SourceMap, render};

/// The folder of the patches.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("planted")
}

/// Reads a file.
///
/// # Panics
/// If it cannot be read.
pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// An exercise of that folder, for a site that has this.
///
/// # Panics
/// If it cannot be read, or does not fit the site.
pub fn exercise(name: &str, equipment: &Equipment) -> Script {
    let path = format!("{name}.ron");
    let mut map = SourceMap::new();
    map.insert(path.as_str(), read(&folder().join(&path)));
    load_script(&map, &path, Some(equipment))
        .unwrap_or_else(|found| panic!("{}", render(&found, &map)))
}

/// The report of a plan's run in which every fault came and took effect.
///
/// # Panics
/// If it cannot begin, or a fault did not.
pub fn report<P: Planned>(plan: &P) -> world::Report<P> {
    let seed = plan.options().seed;
    let mut run = plan.begin().expect("it begins");
    let mut journal = JournalWriter::digest_only();
    let outcome = world::finish(plan, &mut run, &mut journal, &mut (), &mut |_| {});
    let report = P::Run::report(plan, &outcome, 0.0);
    assert_eq!(
        report.not_reached(),
        [""; 0],
        "seed {seed}: every fault came"
    );
    let took_effect = report.faults().iter().all(|fault| fault.took_effect);
    assert!(took_effect, "seed {seed}: {:?}", report.faults());
    report
}

/// The verdicts that do not hold.
pub fn broken(verdicts: &[Verdict]) -> impl Iterator<Item = &Verdict> {
    verdicts.iter().filter(|v| !v.holds && !v.outside_model)
}

/// Runs seed after seed until the judge finds the fault of this name.
///
/// # Panics
/// If it does not within so many seeds.
pub fn is_found(name: &str, judge: &str, seeds: u64, verdicts: impl Fn(u64) -> Vec<Verdict>) {
    let mut others = Vec::new();
    for seed in 1..=seeds {
        let verdicts = verdicts(seed);
        if let Some(found) = broken(&verdicts).find(|v| v.name == judge) {
            println!("{name}: seed {seed}: {judge} says: {}", found.detail);
            return;
        }
        others.extend(broken(&verdicts).map(|v| format!("seed {seed}: {}: {}", v.name, v.detail)));
    }
    panic!(
        "{name}: {judge} did not find it within {seeds} seeds; others said:\n{}",
        others.join("\n")
    );
}

/// Names of the patches there, in order: those of centers, or all others.
pub fn patches(of_centers: bool) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .expect("the folder")
        .filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            let name = name.strip_suffix(".patch")?.to_owned();
            (name.starts_with("center-") == of_centers).then_some(name)
        })
        .collect();
    names.sort();
    names
}

/// One place of a patch: the file, the lines that must stand there, the lines that shall.
#[derive(Debug, PartialEq)]
struct Hunk {
    file: String,
    old: String,
    new: String,
}

/// Reads a patch: `# prose`, `--- file` before the places in it, then lines marked in column 1 with
/// a blank (stands and stays), `-` (goes) or `+` (comes); `@@` parts two places of a file.
fn hunks(patch: &str) -> Vec<Hunk> {
    let mut hunks: Vec<Hunk> = Vec::new();
    let empty = |file: &str| Hunk {
        file: file.to_owned(),
        old: String::new(),
        new: String::new(),
    };
    for line in patch.lines() {
        if let Some(file) = line.strip_prefix("--- ") {
            hunks.push(empty(file));
            continue;
        }
        if line.starts_with('#') && hunks.is_empty() {
            continue;
        }
        let hunk = hunks.last_mut().expect("a file before its lines");
        if line == "@@" {
            let next = empty(&hunk.file);
            hunks.push(next);
            continue;
        }
        let (mark, text) = line.split_at_checked(1).expect("a mark in column 1");
        if mark == " " || mark == "-" {
            hunk.old.push_str(&format!("{text}\n"));
        }
        if mark == " " || mark == "+" {
            hunk.new.push_str(&format!("{text}\n"));
        }
        assert!(" -+".contains(mark), "no such mark: `{line}`");
    }
    hunks
}

/// Changes a file; `None` if the place is not there, or there twice.
fn change(text: &str, hunk: &Hunk) -> Option<String> {
    // Whole lines only.
    let text = format!("\n{text}");
    let (old, new) = (format!("\n{}", hunk.old), format!("\n{}", hunk.new));
    (text.matches(&old).count() == 1).then(|| text.replacen(&old, &new, 1)[1..].to_owned())
}

/// How a kind of site is read.
type Load<T> = fn(&SourceMap, &str) -> Result<Loading<T>, Mistakes>;

/// A reservation site, with a fault planted in it: the patch of that name.
///
/// # Panics
/// If the patch does not find its place.
pub fn site(path: &str, patch: Option<&str>) -> Inputs {
    planted(path, patch, load)
}

/// The same of a direction center.
///
/// # Panics
/// If the patch does not find its place.
pub fn center(path: &str, patch: Option<&str>) -> air::Inputs {
    planted(path, patch, air::inputs::load)
}

fn planted<T>(path: &str, patch: Option<&str>, load: Load<T>) -> T {
    let mut map = SourceMap::new();
    let mut hunks = patch.map_or(Vec::new(), |name| {
        hunks(&read(&folder().join(format!("{name}.patch"))))
    });
    let change_something = patch.is_none() || !hunks.is_empty();
    assert!(change_something, "an empty patch: {patch:?}");
    let mut fetch = |map: &mut SourceMap, path: &str| {
        let mut text = read(&folder().join("../..").join(path));
        hunks.retain(|hunk| {
            let here = path.ends_with(&format!("/{}", hunk.file));
            if here {
                text = change(&text, hunk)
                    .unwrap_or_else(|| panic!("{patch:?}: not once in {path}:\n{}", hunk.old));
            }
            !here
        });
        map.insert(path, text);
    };
    fetch(&mut map, path);
    let inputs = loop {
        match load(&map, path).unwrap_or_else(|found| panic!("{}", render(&found, &map))) {
            Loading::Ready(inputs) => break *inputs,
            Loading::Needs(needs) => needs.iter().for_each(|need| fetch(&mut map, &need.path)),
        }
    };
    assert_eq!(hunks, [], "every part of the fault is planted");
    inputs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_is_planted_where_it_says_and_nowhere_else() {
        let patch = "# Prose.\n--- a.fap\n        CLA    A\n-       TRA    B\n+       TRA    C\n";
        let [hunk] = &hunks(patch)[..] else {
            panic!("one place")
        };
        let program = "START  EQU    *\n       CLA    A\n       TRA    B\n       END\n";
        let changed = change(program, hunk).expect("it is there");
        assert_eq!(changed, program.replace("TRA    B", "TRA    C"));
        assert_eq!(change(&changed, hunk), None, "it is not there any more");
        assert_eq!(change(&program.repeat(2), hunk), None, "which of the two");
    }
}
