//! `duplex reliability` as somebody meets it who asks how often both machines are down.

mod command;

use command::{duplex, errors, said, status};
use serde_json::Value;

const FILE: &str = "scripts/sage-reliability.ron";

/// A file in a new folder.
fn written(name: &str, text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, text).expect("a file");
    let path = path.display().to_string();
    (folder, path)
}

#[test]
fn two_thousand_years_lie_about_what_arithmetic_says() {
    let (_folder, report) = written("figures.json", "");
    let output = duplex(&["reliability", FILE, "--report", &report]);
    assert_eq!(status(&output), 0, "{}", errors(&output));
    let shown = said(&output);
    for part in [
        "2000 years",
        "only up or down",
        "assumed",
        "remembered  0.0430 %",
    ] {
        assert!(shown.contains(part), "{part:?} is missing in\n{shown}");
    }
    let json = std::fs::read_to_string(&report).expect("a report");
    let figures: Value = serde_json::from_str(&json).expect("JSON");
    let of = |path: &str| {
        figures
            .pointer(path)
            .and_then(Value::as_f64)
            .expect("a figure")
    };
    let (low, high) = (of("/both_down/low"), of("/both_down/high"));
    assert!(low < of("/both_down/mean") && of("/both_down/mean") < high);
    assert!((high - low) < 0.05 * high, "two thousand years are many");
    let far = (of("/both_down/mean") - of("/predicted")).abs();
    assert!(far < 2.0 * (high - low), "{json}");
    assert!(of("/histories/least") < of("/histories/median"));
    let again = duplex(&["reliability", FILE]);
    assert_eq!(said(&again), shown, "the same seed");
    let other = duplex(&["reliability", FILE, "--seed", "2"]);
    assert_ne!(said(&other), shown);
}

#[test]
fn takeovers_come_from_the_results_of_a_campaign() {
    let line = |seed: u64, status: u8, outages: &str| {
        format!(
            "{{\"unit\":{{\"network\":\"n\",\"script\":\"s\",\"seed\":{seed}}},\"status\":{status},\
             \"digest\":\"d\",\"broken\":[],\"detail\":\"\",\"takeovers\":1{outages},\
             \"faults\":[\"fail-stop\"]}}\n"
        )
    };
    let good = line(1, 0, ",\"outages_ms\":[1250.0]") + &line(2, 4, "");
    let (_folder, results) = written("results.jsonl", &good);
    let output = duplex(&["reliability", FILE, "--takeovers", &results]);
    assert_eq!(status(&output), 0, "{}", errors(&output));
    let shown = said(&output);
    assert!(
        shown.contains(
            "measured in runs of the emulated programs: 50.00 % succeed, mean gap 1.25 s"
        ),
        "{shown}"
    );
    for (text, place) in [
        (line(1, 5, ""), ":1:1: "),
        (
            line(1, 0, ",\"outages_ms\":[1.0]") + "{\"unit\":3}\n",
            ":2:",
        ),
    ] {
        let (_folder, results) = written("wrong.jsonl", &text);
        let output = duplex(&["reliability", FILE, "--takeovers", &results]);
        assert_eq!(status(&output), 2);
        assert!(errors(&output).contains(place), "{}", errors(&output));
    }
}

#[test]
fn a_wrong_figure_is_told_with_its_place() {
    let good = std::fs::read_to_string(command::repository().join(FILE)).expect("the file");
    for (from, to) in [
        ("years: 2000", "years: 2001"),
        ("mean_repair_min: 25.0", "mean_repair_min: 0.0"),
        ("coverage: 1.0", "coverage: 1.5"),
        ("recall_min: 5.0", "recall_mins: 5.0"),
    ] {
        assert!(good.contains(from), "{from}");
        let before = good.split(from).next().unwrap_or_default();
        let line = before.lines().count();
        let (_folder, path) = written("wrong.ron", &good.replace(from, to));
        for command in ["reliability", "check"] {
            let output = duplex(&[command, &path]);
            assert_eq!(status(&output), 2, "{command} {to}");
            let told = errors(&output);
            assert!(
                told.contains(&format!("{path}:{line}:")),
                "{command} {to}: {told}"
            );
        }
    }
    let output = duplex(&["check", FILE]);
    assert_eq!(status(&output), 0, "{}", errors(&output));
    assert!(said(&output).contains("2000 years"));
}
