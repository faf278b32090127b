//! The command as its users meet it: what it says, what it writes, how it exits.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn duplex(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_duplex"))
        .args(arguments)
        .current_dir(repository())
        .output()
        .expect("the command starts")
}

fn status(output: &Output) -> i32 {
    output.status.code().expect("no signal")
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn run_tiny(more: &[&str]) -> serde_json::Value {
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("report.json");
    let report = report.display().to_string();
    let mut arguments = vec!["run", "sites/tiny", "--script", "scripts/tiny-minute.ron"];
    arguments.extend(["--report", report.as_str(), "--quiet"]);
    arguments.extend(more);
    let output = duplex(&arguments);
    assert_ne!(status(&output), 2, "{}", errors(&output));
    assert_ne!(status(&output), 3, "{}", errors(&output));
    assert!(output.stdout.is_empty(), "--quiet says nothing");
    let text = std::fs::read_to_string(&report).expect("the report is written");
    serde_json::from_str(&text).expect("the report is JSON")
}

#[test]
fn the_sites_and_scripts_of_the_project_are_in_order() {
    let scripts: Vec<String> = std::fs::read_dir(repository().join("scripts"))
        .expect("scripts")
        .map(|entry| entry.expect("a file").path().display().to_string())
        .filter(|path| path.ends_with(".ron"))
        .collect();
    assert!(scripts.len() >= 4);
    let mut arguments = vec!["check", "sites/sabre", "sites/tiny"];
    arguments.extend(scripts.iter().map(String::as_str));
    let output = duplex(&arguments);
    assert_eq!(status(&output), 0, "{}", errors(&output));
}

#[test]
fn the_same_seed_gives_the_same_digest_and_another_does_not() {
    let one = run_tiny(&["--seed", "7", "--threads", "1"]);
    let two = run_tiny(&["--seed", "7", "--threads", "2", "--speed", "x1000"]);
    assert_eq!(one["digest"], two["digest"]);
    let other = run_tiny(&["--seed", "8"]);
    assert_ne!(one["digest"], other["digest"]);
}

#[test]
fn a_report_has_the_keys_of_the_contract_and_adds_up() {
    let report = run_tiny(&[]);
    for key in [
        "network",
        "script",
        "seed",
        "digest",
        "virtual_seconds",
        "wall_seconds",
        "instructions",
        "entries",
        "response_ms",
        "takeovers",
        "availability",
        "verdicts",
    ] {
        assert!(!report[key].is_null(), "{key} is missing");
    }
    let entries = &report["entries"];
    let count = |key: &str| entries[key].as_u64().expect("a number");
    assert!(count("sent") > 5, "{entries}");
    assert_eq!(
        count("sent"),
        count("answered") + count("refused") + count("lost") + count("pending")
    );
    let takeover = &report["takeovers"][0];
    assert_eq!(takeover["from"], "A");
    assert_eq!(takeover["to"], "B");
    assert_eq!(takeover["cause"], "heartbeat silent");
    assert!(report["instructions"]["tiny/A"].as_u64().expect("a number") > 1000);
}

#[test]
fn an_exercise_cut_before_its_fault_is_void() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("report.json").display().to_string();
    let output = duplex(&[
        "run",
        "sites/tiny",
        "--script",
        "scripts/tiny-minute.ron",
        "--for",
        "10s",
        "--report",
        &report,
        "--quiet",
    ]);
    assert_eq!(status(&output), 5, "{}", errors(&output));
    assert!(Path::new(&report).exists());
}

#[test]
fn wrong_input_is_told_with_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("script.ron");
    let site = folder.path().join("site.ron");
    let good = std::fs::read_to_string(repository().join("scripts/tiny-minute.ron")).expect("text");
    let tiny = std::fs::read_to_string(repository().join("sites/tiny/site.ron")).expect("text");
    let cases: [(&Path, Vec<u8>); 10] = [
        (&script, good.replace("duration:", "durations:").into()),
        (&script, good.replace("\"1m\"", "7").into()),
        (&script, good.replace("\"1m\"", "\"1 fortnight\"").into()),
        (&script, good.replace("format: 1", "format: 7").into()),
        (&script, good.replace("\"40s\"", "\"4000s\"").into()),
        (&script, good.replace("3000", "-1").into()),
        (&script, Vec::new()),
        (&script, vec![0, 159, 146, 150, 255, 10, 200]),
        (
            &site,
            tiny.replace("../sabre/programs/layout.fap", "none.fap")
                .into(),
        ),
        (&site, tiny.replace("sets: 3", "set: 3").into()),
    ];
    for (number, (path, text)) in cases.into_iter().enumerate() {
        std::fs::write(path, &text).expect("written");
        let name = path.display().to_string();
        let output = duplex(&["check", &name]);
        let said = errors(&output);
        assert_eq!(status(&output), 2, "case {number}: {said}");
        assert!(said.contains(&format!("{name}:")), "case {number}: {said}");
        let place = said.split(&format!("{name}:")).nth(1).unwrap_or("");
        let line: String = place.chars().take_while(char::is_ascii_digit).collect();
        assert!(line.parse::<u32>().is_ok(), "case {number}: {said}");
        assert!(!said.contains("panicked"), "case {number}: {said}");
    }
}

#[test]
fn an_assembler_error_has_a_caret() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("wrong.fap");
    std::fs::write(
        &source,
        "START  CLA    LOPO\nLOOP   TRA    LOOP\n       END    START\n",
    )
    .expect("written");
    let name = source.display().to_string();
    let output = duplex(&["asm", "7090", &name]);
    let said = errors(&output);
    assert_eq!(status(&output), 2);
    assert!(said.contains(&format!("{name}:1:15")), "{said}");
    assert!(said.contains("did you mean LOOP"), "{said}");
    assert!(said.contains('^'), "{said}");
}

#[test]
fn entries_written_play_again_to_the_same_answers() {
    let folder = tempfile::tempdir().expect("a folder");
    let csv = folder.path().join("entries.csv").display().to_string();
    let again = folder.path().join("again.csv").display().to_string();
    let script = folder.path().join("list.ron");
    let quiet = "(format: 1, name: \"list\", duration: \"30s\", workload: File(\"entries.csv\"))";
    std::fs::write(&script, quiet).expect("written");
    let script = script.display().to_string();
    let calls = folder.path().join("calls.ron");
    let text =
        "(format: 1, name: \"calls\", duration: \"30s\", workload: Calls(calls_per_day: 5000))";
    std::fs::write(&calls, text).expect("written");
    let calls = calls.display().to_string();
    let first = duplex(&["run", "sites/tiny", "--script", &calls, "--entries", &csv]);
    assert_ne!(status(&first), 2, "{}", errors(&first));
    let second = duplex(&[
        "run",
        "sites/tiny",
        "--script",
        &script,
        "--entries",
        &again,
    ]);
    assert_ne!(status(&second), 2, "{}", errors(&second));
    let read = |path: &str| std::fs::read_to_string(path).expect("entries");
    assert!(read(&csv).lines().count() > 3);
    assert_eq!(read(&csv), read(&again));
}
