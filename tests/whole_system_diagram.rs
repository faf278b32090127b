//! Diagrams, as users of the command meet them.

mod command;

use std::path::Path;

use command::{duplex, errors, said, status};

const RUN: [&str; 4] = ["run", "sites/tiny", "--script", "scripts/tiny-minute.ron"];

#[test]
fn a_run_and_the_replay_of_its_journal_draw_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (journal, one, two) = (path("run.journal"), path("run.html"), path("replay.html"));
    let mut arguments = RUN.to_vec();
    arguments.extend(["--journal", &journal, "--diagram", &one, "--quiet"]);
    let output = duplex(&arguments);
    assert_eq!(status(&output), 0, "{}", errors(&output));
    let output = duplex(&["replay", &journal, "--diagram", &two]);
    assert_eq!(status(&output), 0, "{}", errors(&output));
    let read = |path: &str| std::fs::read_to_string(path).expect("a page");
    assert!(read(&one).starts_with("<!DOCTYPE html>"));
    assert!(read(&one) == read(&two));
    // A diagram changes nothing in the run.
    let plain = path("plain.journal");
    let mut arguments = RUN.to_vec();
    arguments.extend(["--journal", &plain, "--quiet"]);
    assert_eq!(duplex(&arguments).status.code(), Some(0));
    let bytes = |path: &str| std::fs::read(path).expect("a journal");
    assert!(bytes(&journal) == bytes(&plain));
}

#[test]
fn a_place_that_cannot_be_written_is_told_before_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("report.json").display().to_string();
    for place in ["none/such.html", "."] {
        let place = folder.path().join(place).display().to_string();
        let mut arguments = RUN.to_vec();
        arguments.extend(["--diagram", &place, "--report", &report]);
        let output = duplex(&arguments);
        let wrong = errors(&output);
        assert_eq!(status(&output), 2, "{wrong}");
        assert!(
            wrong.contains(&format!("{place}: cannot be written")),
            "{wrong}"
        );
        let shown = said(&output);
        assert!(!shown.contains("Verdicts"), "{shown}");
        assert!(!Path::new(&report).exists(), "nothing has run");
    }
}
