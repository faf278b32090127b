//! Whole-system tests, vectors, golden files and benches: what they share.
//!
//! A whole system is a site with its control program, people at its sets, faults, and judges. An
//! evening here is one run of it: entries typed at given times, faults at given times, and then the
//! log that lies on the supervisor's desk in the morning. Every evening runs twice, and the first
//! record in which the two journals differ is named if there is one.
//!
//! | part | what it is |
//! |---|---|
//! | [`Evening`] | what is typed and what fails, in the order of a log |
//! | [`Morning`] | what came of it: outcome, journal, records |
//! | [`transcript`] | the evening as people at the sets saw it |
//! | [`planting`] | faults planted in the programs, for judges to find |
//! | [`golden`] | a text that a person has judged, kept to be compared with |
//!
//! *To make the golden files anew*: `UPDATE_GOLDEN=1 cargo test -p tests`, then read every line
//! that changed as if you sat at the set. A golden file is changed with the program that made it
//! say something else, in the same commit, never to silence a test.

pub mod evening;
pub mod planting;
pub mod transcript;

use std::path::{Path, PathBuf};

use exercise::inputs::{Inputs, Loading, load};
use site::source::{SourceMap, render};

pub use evening::{Evening, Morning};

/// The folder of the whole project.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Reads a file of the project into a map, under its path from the project's folder.
///
/// # Panics
/// If it cannot be read.
pub fn fetch(map: &mut SourceMap, path: &str) {
    let bytes = std::fs::read(repository().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
    map.insert(path, bytes);
}

/// All files of a site of the project, and the site made from them.
///
/// # Panics
/// If there is a mistake in them.
pub fn site_with_files(name: &str) -> (SourceMap, Inputs) {
    site_file_with_files(&format!("sites/{name}/site.ron"))
}

/// The same for a site file by its path.
///
/// # Panics
/// If there is a mistake in them.
pub fn site_file_with_files(path: &str) -> (SourceMap, Inputs) {
    let mut map = SourceMap::new();
    fetch(&mut map, path);
    loop {
        match load(&map, path).unwrap_or_else(|found| panic!("{}", render(&found, &map))) {
            Loading::Ready(inputs) => return (map, *inputs),
            Loading::Needs(needs) => needs.iter().for_each(|need| fetch(&mut map, &need.path)),
        }
    }
}

/// A site by the path of its file.
///
/// # Panics
/// If there is a mistake in its files.
pub fn site_at(path: &str) -> Inputs {
    site_file_with_files(path).1
}

/// A site of the project.
pub fn site(name: &str) -> Inputs {
    site_with_files(name).1
}

/// Compares a text with `tests/golden/NAME`; with UPDATE_GOLDEN=1 in the environment writes it.
///
/// # Panics
/// At the first line that differs.
pub fn golden(name: &str, text: &str) {
    let path = repository().join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        std::fs::write(&path, text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        return;
    }
    let kept = std::fs::read_to_string(&path)
        .unwrap_or_else(|e| panic!("{}: {e}; UPDATE_GOLDEN=1 writes it", path.display()));
    for (number, (kept, made)) in kept.lines().zip(text.lines()).enumerate() {
        assert!(
            kept == made,
            "tests/golden/{name} line {}:\n  kept {kept}\n  made {made}\nUPDATE_GOLDEN=1 rewrites the file",
            number + 1
        );
    }
    assert_eq!(
        kept.lines().count(),
        text.lines().count(),
        "tests/golden/{name} has another number of lines; the text now made is:\n{text}"
    );
}
