//! The command as its users meet it: what it says, what it writes, how it exits.

mod command;

use std::path::Path;

use command::{duplex, errors, said, status};
use tests::repository;

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
        // The list this one names is fetched, not kept.
        .filter(|path| path.ends_with(".ron") && !path.ends_with("recorded-traffic.ron"))
        .collect();
    assert!(scripts.len() >= 4);
    let mut arguments = vec!["check", "sites/sabre", "sites/tiny", HISTORICAL];
    arguments.push("sites/sage-boston");
    arguments.push("sites/sabre/site-historical.ron");
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
fn threads_and_speed_change_nothing() {
    let digest = |more: &[&str]| {
        let mut arguments = vec!["--for", "15s"];
        arguments.extend(more);
        run_tiny(&arguments)["digest"].clone()
    };
    let plain = digest(&[]);
    for more in [
        ["--threads", "1"],
        ["--threads", "2"],
        ["--speed", "x20"],
        ["--speed", "max"],
    ] {
        assert_eq!(digest(&more), plain, "{more:?}");
    }
}

/// A copy of the tiny site with its program and a script, to be spoiled.
struct Spoiled {
    folder: tempfile::TempDir,
}

impl Spoiled {
    fn new() -> Spoiled {
        let folder = tempfile::tempdir().expect("a folder");
        for part in ["sites/tiny", "sites/sabre/programs", "scripts"] {
            let into = folder.path().join(part);
            std::fs::create_dir_all(&into).expect("a folder");
            for entry in std::fs::read_dir(repository().join(part)).expect("a folder") {
                let from = entry.expect("a file").path();
                std::fs::copy(&from, into.join(from.file_name().expect("a name"))).expect("a copy");
            }
        }
        Spoiled { folder }
    }

    fn path(&self, file: &str) -> String {
        self.folder.path().join(file).display().to_string()
    }

    /// What the command says when one file holds this.
    fn said(&self, command: &str, file: &str, bytes: &[u8]) -> (i32, String) {
        let path = self.folder.path().join(file);
        let kept = std::fs::read(&path).expect("the file");
        std::fs::write(&path, bytes).expect("written");
        let site = if file == HISTORICAL {
            HISTORICAL
        } else {
            "sites/tiny"
        };
        let [site, script] = [self.path(site), self.path(SCRIPT)];
        let output = match command {
            "check" => duplex(&["check", &site, &script]),
            _ => duplex(&["run", &site, "--script", &script, "--for", "1s", "--quiet"]),
        };
        std::fs::write(&path, kept).expect("written");
        (status(&output), errors(&output))
    }
}

const SITE: &str = "sites/tiny/site.ron";
const HISTORICAL: &str = "sites/tiny/site-historical.ron";
const FILES: &str = "sites/tiny/files.ron";
const SCHEDULE: &str = "sites/tiny/schedule.csv";
const PROGRAM: &str = "sites/sabre/programs/lines.fap";
const SCRIPT: &str = "scripts/tiny-minute.ron";

/// What is wrong, the file, what is replaced, by what, and what is said among other things.
const WRONG: [(&str, &str, &str, &str, &str); 49] = [
    (
        "unknown field",
        SITE,
        "relays_ms:",
        "relais_ms:",
        "relays_ms",
    ),
    (
        "unknown field",
        FILES,
        "first_date:",
        "frist_date:",
        "first_date",
    ),
    (
        "unknown field",
        SCRIPT,
        "duration:",
        "durations:",
        "duration",
    ),
    (
        "wrong type",
        SITE,
        "relays_ms: 150",
        "relays_ms: \"150\"",
        "expected",
    ),
    ("wrong type", FILES, "days: 62", "days: many", "expected"),
    (
        "wrong type",
        SCRIPT,
        "calls_per_day: 3000",
        "calls_per_day: \"3000\"",
        "expected",
    ),
    ("wrong type", SCRIPT, "\"1m\"", "60", "expected"),
    ("no such choice", SCRIPT, "FailStop", "FallStop", "FailStop"),
    (
        "no duration",
        SCRIPT,
        "\"1m\"",
        "\"1 fortnight\"",
        "fortnight",
    ),
    (
        "duplicate field",
        SITE,
        "name: \"tiny\",",
        "name: \"tiny\", name: \"tiny\",",
        "name",
    ),
    (
        "duplicate name",
        SITE,
        "sets: 3),",
        "sets: 3), (name: \"La Guardia counter\", line: 0, address: 2, sets: 3),",
        "La Guardia counter",
    ),
    (
        "duplicate name",
        SCRIPT,
        "expectations: [",
        "expectations: [(name: \"one takeover\", condition: Takeovers(1)), ",
        "one takeover",
    ),
    ("duplicate name", SCHEDULE, "AA3,", "AA1,", "AA1"),
    (
        "dangling reference",
        SITE,
        "line: 0, address",
        "line: 7, address",
        "line",
    ),
    (
        "dangling reference",
        SITE,
        "\"files.ron\"",
        "\"flies.ron\"",
        "flies.ron",
    ),
    (
        "dangling reference",
        FILES,
        "\"schedule.csv\"",
        "\"none.csv\"",
        "none.csv",
    ),
    (
        "dangling reference",
        SCRIPT,
        "FailStop(machine: Active)",
        "UnitLoss(unit: Drum(9))",
        "9",
    ),
    (
        "negative rate",
        SITE,
        "bits_per_second: 2400",
        "bits_per_second: -2400",
        "expected",
    ),
    (
        "no rate",
        SITE,
        "bits_per_second: 2400",
        "bits_per_second: 0",
        "bits",
    ),
    ("negative rate", SCRIPT, "3000", "-3000", "expected"),
    (
        "negative size",
        FILES,
        "passenger_records: 40",
        "passenger_records: -40",
        "expected",
    ),
    (
        "absurd size",
        SITE,
        "tracks: 10000",
        "tracks: 4000000000",
        "tracks",
    ),
    ("absurd size", SITE, "sets: 3)", "sets: 255)", "sets"),
    (
        "absurd size",
        FILES,
        "passenger_records: 40",
        "passenger_records: 400000000",
        "40",
    ),
    ("absurd size", SCRIPT, "3000", "2000000000", "at most"),
    (
        "absurd size",
        SCRIPT,
        "\"40s\"",
        "\"99999999999h\"",
        "99999999999h",
    ),
    (
        "missing program",
        SITE,
        "programs/layout.fap",
        "programs/none.fap",
        "none.fap",
    ),
    (
        "assembler error",
        PROGRAM,
        "TSX    LNOUT,4",
        "TSX    LNUOT,4",
        "LNUOT",
    ),
    (
        "assembler error",
        PROGRAM,
        "       CLA    ",
        "       CLAA   ",
        "CLAA",
    ),
    (
        "mode misspelt",
        HISTORICAL,
        "mode: Historical",
        "mode: Historic",
        "did you mean `Historical`?",
    ),
    (
        "mode misspelt",
        HISTORICAL,
        "mode: Historical",
        "mode: hot",
        "did you mean `Hot`?",
    ),
    (
        "mode in quotes",
        HISTORICAL,
        "mode: Historical",
        "mode: \"Historical\"",
        "a name without quotes",
    ),
    (
        "mode at the wrong place",
        HISTORICAL,
        "relays_ms: 150,",
        "relays_ms: 150, mode: Historical,",
        "unknown field `mode`",
    ),
    (
        "unknown field",
        HISTORICAL,
        "operators:",
        "operator:",
        "did you mean `operators`?",
    ),
    (
        "unknown field",
        HISTORICAL,
        "throw_after:",
        "thrown_after:",
        "did you mean `throw_after`?",
    ),
    (
        "missing field",
        HISTORICAL,
        "throw_after: Drawn(\"20s\", \"100s\"), ",
        "",
        "the field `throw_after` is missing",
    ),
    (
        "no such choice",
        HISTORICAL,
        "Drawn(",
        "Between(",
        "`Fixed`, `Drawn`",
    ),
    (
        "no choice",
        HISTORICAL,
        "Drawn(\"20s\", \"100s\")",
        "\"20s\"",
        "a name without quotes",
    ),
    (
        "half a choice",
        HISTORICAL,
        "Drawn(\"20s\", \"100s\")",
        "Drawn(\"20s\")",
        "expected 2 values in parentheses, found 1",
    ),
    (
        "negative delay",
        HISTORICAL,
        "\"20s\"",
        "\"-20s\"",
        "`-20s` is negative",
    ),
    (
        "negative delay",
        HISTORICAL,
        "Drawn(\"20s\", \"100s\")",
        "Fixed(\"-1m\")",
        "`-1m` is negative",
    ),
    (
        "delay without unit",
        HISTORICAL,
        "\"100s\"",
        "\"100\"",
        "needs a unit",
    ),
    (
        "delay backwards",
        HISTORICAL,
        "Drawn(\"20s\", \"100s\")",
        "Drawn(\"100s\", \"20s\")",
        "the shorter time first",
    ),
    (
        "absurd delay",
        HISTORICAL,
        "\"100s\"",
        "\"100h\"",
        "at most 1h",
    ),
    (
        "negative bound",
        SCRIPT,
        "duration: \"1m\",",
        "duration: \"1m\", bounds: (by_hand: \"-3m\"),",
        "`-3m` is negative",
    ),
    (
        "unknown field",
        SCRIPT,
        "duration: \"1m\",",
        "duration: \"1m\", bounds: (byhand: \"3m\"),",
        "did you mean `by_hand`?",
    ),
    (
        "unknown format",
        SITE,
        "format: 1,",
        "format: 7,",
        "format 7",
    ),
    (
        "unknown format",
        FILES,
        "format: 1,",
        "format: 7,",
        "format 7",
    ),
    (
        "unknown format",
        SCRIPT,
        "format: 1,",
        "format: 7,",
        "format 7",
    ),
];

/// Exit status 2, place, caret; gives the place behind the file's name.
fn told(what: &str, file: &str, (status, said): &(i32, String)) -> (u32, u32) {
    assert_eq!(*status, 2, "{what} in {file}: {said}");
    assert!(!said.contains("panicked"), "{what} in {file}: {said}");
    assert!(said.contains('^'), "{what} in {file}, no caret: {said}");
    let name = format!("{file}:");
    let place = said.split(&name).nth(1).unwrap_or("");
    let mut numbers = place.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(line)), Some(Ok(column))) if line > 0 && column > 0 => (line, column),
        _ => panic!("{what} in {file}, no place: {said}"),
    }
}

#[test]
fn wrong_input_is_told_with_its_place() {
    let spoiled = Spoiled::new();
    for (what, file, from, to, says) in WRONG {
        let good = std::fs::read_to_string(spoiled.path(file)).expect("text");
        let at = good.find(from);
        let at = at.unwrap_or_else(|| panic!("{what}: {file} has no {from}"));
        let bad = good.replacen(from, to, 1);
        // Only a run knows which site an exercise is meant for.
        let command = if what == "dangling reference" {
            "run"
        } else {
            "check"
        };
        let found = spoiled.said(command, file, bad.as_bytes());
        let (line, _) = told(what, file, &found);
        assert!(found.1.contains(says), "{what} in {file}: {}", found.1);
        // The first of several places may be another one (a name that stands twice).
        if what != "duplicate name" {
            let expected = 1 + good[..at].matches('\n').count() as u32;
            assert_eq!(line, expected, "{what} in {file}: {}", found.1);
        }
    }
}

#[test]
fn a_historical_site_must_say_who_throws_the_switch() {
    let spoiled = Spoiled::new();
    let good = std::fs::read_to_string(spoiled.path(HISTORICAL)).expect("text");
    let lines = good.lines().filter(|line| !line.contains("operators: ("));
    let bad: String = lines.map(|line| format!("{line}\n")).collect();
    assert!(bad.len() < good.len());
    let found = spoiled.said("check", HISTORICAL, bad.as_bytes());
    let (line, _) = told("no operators", HISTORICAL, &found);
    let switch = 1 + bad
        .lines()
        .position(|line| line.contains("switch: ("))
        .expect("a line");
    assert_eq!(line as usize, switch, "{}", found.1);
    assert!(found.1.contains("expected operators:"), "{}", found.1);
}

#[test]
fn files_that_are_none_are_told_by_check_and_run() {
    let spoiled = Spoiled::new();
    let garbage: Vec<u8> = (0..4000u32).map(|n| (n * n * 31 + n / 7) as u8).collect();
    for file in [SITE, FILES, SCHEDULE, PROGRAM, SCRIPT] {
        for command in ["check", "run"] {
            for (what, bytes) in [("empty", &b""[..]), ("garbage", &garbage[..])] {
                let found = spoiled.said(command, file, bytes);
                // A program's part may be empty: what it defined is then missing elsewhere.
                if (what, file) == ("empty", PROGRAM) {
                    assert_eq!(found.0, 2, "{}", found.1);
                    assert!(!found.1.contains("panicked"), "{}", found.1);
                    continue;
                }
                told(what, file, &found);
            }
        }
    }
    let nothing = duplex(&["run", "sites/none"]);
    assert_eq!(status(&nothing), 2, "{}", errors(&nothing));
}

#[test]
fn two_sites_are_run_in_turn_and_set_side_by_side() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("report.json").display().to_string();
    let sites = ["sites/tiny", HISTORICAL];
    let script = ["--script", "scripts/tiny-by-hand.ron", "--report", &report];
    let output = duplex(&[&["run"], &sites[..], &script].concat());
    assert_eq!(status(&output), 0, "{}", errors(&output));
    let said = said(&output);
    let table = said.split("Side by side").nth(1).expect("the table");
    for part in ["heartbeat silent", "takeover by hand", "Not promised:"] {
        assert!(table.contains(part), "no {part}: {table}");
    }
    let text = std::fs::read_to_string(&report).expect("the report is written");
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(json["exit_status"], 0);
    let modes: Vec<_> = (0..2).map(|n| json["runs"][n]["mode"].clone()).collect();
    assert_eq!(modes, ["hot", "historical"]);
    // Alone the site's run is the same.
    let alone = duplex(&[
        "run", HISTORICAL, script[0], script[1], script[2], script[3],
    ]);
    assert_eq!(status(&alone), 0);
    let text = std::fs::read_to_string(&report).expect("the report is written");
    let alone: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(alone["digest"], json["runs"][1]["digest"]);
}

#[test]
fn what_fits_one_site_only_is_refused_for_two() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file").display().to_string();
    let two = ["run", "sites/tiny", HISTORICAL];
    for more in [
        &["--journal", &file][..],
        &["--entries", &file],
        &["--save", &file, "--at", "1s"],
    ] {
        let output = duplex(&[&two[..], more].concat());
        assert_eq!(status(&output), 2, "{more:?}: {}", errors(&output));
        let said = errors(&output);
        assert!(
            said.contains(more[0]) && said.contains("one site"),
            "{said}"
        );
        assert!(!Path::new(&file).exists(), "{more:?}");
    }
    // A mistake in the second is told before the first is run.
    let output = duplex(&["run", "sites/tiny", "sites/none", "--report", &file]);
    assert_eq!(status(&output), 2, "{}", errors(&output));
    assert!(errors(&output).contains("sites/none"));
    assert!(output.stdout.is_empty(), "nothing was run");
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

#[test]
fn a_history_is_written_as_its_name_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let run = |history: &str| {
        let script = "scripts/tiny-minute.ron";
        duplex(&[
            "run",
            "sites/tiny",
            "--script",
            script,
            "--quiet",
            "--history",
            history,
        ])
    };
    let read = |name: &str| std::fs::read_to_string(path(name)).expect("a history");
    for name in ["history.edn", "history.json"] {
        let output = run(&path(name));
        assert_eq!(status(&output), 0, "{}", errors(&output));
    }
    let json: Vec<serde_json::Value> = serde_json::from_str(&read("history.json")).expect("JSON");
    assert!(json.len() > 10, "{json:?}");
    let edn = read("history.edn");
    assert_eq!(edn.lines().count(), json.len());
    assert!(
        edn.starts_with("{:index 0, :type :invoke, :process "),
        "{edn}"
    );
    for (name, said) in [
        ("history.csv", "expected a name that ends in .edn or .json"),
        ("no/such/folder.edn", "folder.edn"),
    ] {
        let output = run(&path(name));
        assert_eq!(status(&output), 2, "{name}");
        assert!(errors(&output).contains(said), "{}", errors(&output));
    }
}
