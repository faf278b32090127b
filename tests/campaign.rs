//! `duplex campaign` as its users meet it: killed and resumed, on one job or two, red and green.

mod command;

use std::path::Path;

use command::{duplex, errors, said, status};

const TINY: [&str; 4] = [
    "campaign",
    "sites/tiny",
    "--script",
    "scripts/tiny-minute.ron",
];

fn campaign(more: &[&str]) -> std::process::Output {
    let arguments: Vec<&str> = TINY.iter().chain(more).copied().collect();
    duplex(&arguments)
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a file that was written")
}

#[test]
fn a_campaign_that_was_killed_goes_on_where_it_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = folder.path().join("whole.jsonl");
    let torn = folder.path().join("torn.jsonl");
    let output = campaign(&[
        "--seeds",
        "1..6",
        "--jobs",
        "1",
        "--resume",
        &whole.display().to_string(),
    ]);
    assert_eq!(status(&output), 0, "{}", errors(&output));
    let text = read(&whole);
    assert_eq!(text.lines().count(), 6);

    // A kill in the middle of the fourth line.
    let three: usize = text.lines().take(3).map(|line| line.len() + 1).sum();
    std::fs::write(&torn, &text[..three + 40]).expect("a torn file");
    let output = campaign(&[
        "--seeds",
        "1..6",
        "--jobs",
        "2",
        "--resume",
        &torn.display().to_string(),
    ]);
    assert_eq!(status(&output), 0, "{}", errors(&output));
    assert!(said(&output).contains("3 results already known"));
    assert_eq!(read(&torn), text, "the same results, in the same order");
}

#[test]
fn results_of_another_exercise_are_refused_with_their_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("results.jsonl");
    let path = file.display().to_string();
    let output = campaign(&["--seeds", "1..1", "--resume", &path]);
    assert_eq!(status(&output), 0, "{}", errors(&output));
    let other = ["campaign", "sites/tiny", "--script", "scripts/quiet.ron"];
    let output = duplex(&[&other[..], &["--resume", &path]].concat());
    assert_eq!(status(&output), 2);
    let told = errors(&output);
    assert!(told.contains("results.jsonl:1:1"), "{told}");
    assert!(told.contains("another exercise"), "{told}");
    assert_eq!(read(&file).lines().count(), 1, "nothing is lost");
}

#[test]
fn a_failing_seed_is_told_with_the_command_that_repeats_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("too-much.ron");
    let text = r#"(format: 1, name: "too much", duration: "5s", workload: Quiet, seeds: (3, 4),
        expectations: [(name: "answers", condition: Answered(1))])"#;
    std::fs::write(&script, text).expect("a script");
    let (report, junit) = (
        folder.path().join("report.json"),
        folder.path().join("junit.xml"),
    );
    let script = script.display().to_string();
    let output = duplex(&[
        "campaign",
        "sites/tiny",
        "--script",
        &script,
        "--report",
        &report.display().to_string(),
        "--junit",
        &junit.display().to_string(),
    ]);
    assert_eq!(status(&output), 4, "{}", errors(&output));
    let report: serde_json::Value = serde_json::from_str(&read(&report)).expect("JSON");
    let counts = ["runs", "passed", "failed", "void"].map(|key| report[key].as_u64());
    assert_eq!(counts, [2, 0, 2, 0].map(Some));
    let again = report["failing"][0]["command"].as_str().expect("a command");
    let expected = format!("duplex run sites/tiny --script {script} --seed 3");
    assert_eq!(again, expected);
    assert!(said(&output).contains(&expected));
    let arguments: Vec<&str> = again.split(' ').skip(1).collect();
    assert_eq!(status(&duplex(&arguments)), 4, "it fails the same way");
    assert_eq!(read(&junit).matches("<failure").count(), 2);
}

#[test]
fn wrong_options_are_told() {
    for (more, expected) in [
        (&["--seeds", "5..1"][..], "no seed from 5 to 1"),
        (&["--seeds", "many"], "such as 1..50"),
        (&["--jobs", "0"], "--jobs"),
        (&["--resume", "/"], "cannot be read"),
        (&["--report", "/no/such/folder/x.json"], "cannot be written"),
    ] {
        let output = campaign(more);
        assert_eq!(status(&output), 2, "{more:?}");
        assert!(errors(&output).contains(expected), "{}", errors(&output));
    }
}
