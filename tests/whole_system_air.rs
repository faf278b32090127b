//! A direction center through the same command as a reservation site: run, saved, forked, replayed,
//! drawn, tried with many seeds, made small.

mod command;

use std::process::Command;

use command::{duplex, errors, repository, said, status};
use serde_json::Value;

const SITE: &str = "sites/sage-boston";

/// Two minutes and a half of a small sky in which the active machine is lost.
const SCRIPT: &str = r#"(
    format: 1, name: "small-sky", duration: "150s", workload: Air,
    air: (
        flights: [(name: "F1", enters: "0s", altitude_ft: 21000, speed_kn: 280, plan: true,
                   path: [(at: Plane(-40, 30)), (at: Plane(60, 70))]),
                  (name: "F2", enters: "0s", altitude_ft: 18000, speed_kn: 260, plan: true,
                   path: [(at: Plane(60, -20)), (at: Plane(-60, -10))]),
                  (name: "F3", enters: "0s", altitude_ft: 25000, speed_kn: 320, plan: true,
                   path: [(at: Plane(-50, -60)), (at: Plane(60, -70))])],
        raids: [(name: "R1", aircraft: 2, spacing: 15, enters: "0s", altitude_ft: 32000,
                 speed_kn: 440, path: [(at: Plane(60, 80)), (at: Plane(0, 0)), (at: Plane(-90, -90))])],
        players: [(console: 14, duty: FlightPlans, answers_in: "2s"),
                  (console: 9, duty: Identification, answers_in: "20s")],
    ),
    faults: [FAULTS],
    expectations: [EXPECTATIONS],
)"#;

const LOSS: &str = "(at: Fixed(\"100s\"), fault: FailStop(machine: Active))";

struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Desk {
        Desk(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn script(&self, name: &str, faults: &str, expectations: &str) -> String {
        let text = SCRIPT
            .replace("FAULTS", faults)
            .replace("EXPECTATIONS", expectations);
        std::fs::write(self.path(name), text).expect("written");
        self.path(name)
    }

    fn json(&self, name: &str) -> Value {
        let text = std::fs::read_to_string(self.path(name)).expect("a report");
        serde_json::from_str(&text).expect("a report is JSON")
    }
}

/// The command, and the exit status expected of it; its standard output.
fn run(expected: i32, arguments: &[&str]) -> String {
    let output = duplex(arguments);
    let wrong = errors(&output);
    assert!(!wrong.contains("panicked"), "{arguments:?}: {wrong}");
    assert_eq!(
        status(&output),
        expected,
        "{arguments:?}: {wrong}{}",
        said(&output)
    );
    said(&output)
}

/// What the command says of bad input.
fn refused(arguments: &[&str]) -> String {
    let output = duplex(arguments);
    assert_eq!(status(&output), 2, "{arguments:?}: {}", said(&output));
    errors(&output)
}

#[test]
fn a_run_is_saved_forked_replayed_and_drawn() {
    let desk = Desk::new();
    let script = desk.script("loss.ron", LOSS, "");
    let [journal, saved, report, diagram, scope] =
        ["journal", "saved", "r.json", "d.html", "s.svg"].map(|name| desk.path(name));
    let arguments = [
        "run",
        SITE,
        "--script",
        &script,
        "--journal",
        &journal,
        "--save",
        &saved,
        "--at",
        "90s",
        "--report",
        &report,
        "--diagram",
        &diagram,
        "--scope",
        &scope,
        "--console",
        "9",
    ];
    let text = run(0, &arguments);
    assert!(text.contains("All verdicts hold."), "{text}");
    let whole = desk.json("r.json");
    assert_eq!(whole["takeovers"].as_array().map(Vec::len), Some(1));
    assert_eq!(whole["takeovers"][0]["lost"], 0);
    let digest = whole["digest"].as_str().expect("a digest").to_owned();

    // The journal replays, and so does the rest of the run from the snapshot.
    let verified = run(0, &["replay", &journal, "--verify"]);
    assert!(verified.contains(&digest), "{verified}");
    run(
        0,
        &["run", "--from", &saved, "--report", &report, "--quiet"],
    );
    assert_eq!(desk.json("r.json")["digest"], digest.as_str());

    // What stood there.
    let state = run(0, &["replay", &journal, "--at", "95s"]);
    assert!(state.contains("machine A  active"), "{state}");
    assert!(
        state.contains("tracks on the scopes") && state.contains("R1-1"),
        "{state}"
    );

    // What if the other had failed?
    let other = desk.script(
        "other.ron",
        "(at: Fixed(\"100s\"), fault: FailStop(machine: Standby))",
        "(name: \"nothing moved\", condition: Takeovers(0))",
    );
    run(
        0,
        &[
            "run", "--from", &saved, "--script", &other, "--report", &report, "--quiet",
        ],
    );
    let fork = desk.json("r.json");
    assert_ne!(fork["digest"], digest.as_str());
    assert_eq!(fork["takeovers"].as_array().map(Vec::len), Some(0));
    // A fork changes what fails, not what flies.
    let text = std::fs::read_to_string(&other).expect("the script");
    std::fs::write(&other, text.replace("aircraft: 2", "aircraft: 3")).expect("written");
    let wrong = refused(&["run", "--from", &saved, "--script", &other]);
    assert!(wrong.contains("another workload"), "{wrong}");

    // The picture: a round glass with points, characters and vectors on it, and no more.
    let svg = std::fs::read_to_string(&scope).expect("a picture");
    let count = |what: &str| svg.matches(what).count();
    assert!(
        count("class=\"c\"") > 20 && count("class=\"v\"") > 2,
        "{svg}"
    );
    assert_eq!(count("class=\"glass\""), 1);
    let drawn = [
        "<circle",
        "<line",
        "<text",
        "<clipPath",
        "<title",
        "<style",
        "<g ",
        "<svg",
    ];
    let all: usize = drawn.iter().map(|element| count(element)).sum();
    let closing = svg.matches("</").count();
    assert_eq!(
        svg.matches('<').count(),
        all + closing,
        "nothing else is drawn"
    );

    // The diagram has the center's stations and the loss.
    let page = std::fs::read_to_string(&diagram).expect("a page");
    for word in [
        "Z-10",
        "machine B",
        "radar report",
        "tracks shown",
        "fail-stop",
    ] {
        assert!(page.contains(word), "{word}");
    }
}

#[test]
fn many_seeds_and_the_smallest_exercise() {
    let desk = Desk::new();
    let unmet = "(name: \"impossible\", condition: Takeovers(9))";
    let script = desk.script("loss.ron", LOSS, "");
    let [results, report] = ["results", "c.json"].map(|name| desk.path(name));
    let arguments = [
        "campaign", SITE, "--script", &script, "--seeds", "1..2", "--resume", &results, "--report",
        &report, "--quiet",
    ];
    run(0, &arguments);
    assert_eq!(desk.json("c.json")["passed"], 2);
    run(0, &arguments);
    let lines = std::fs::read_to_string(&results).expect("results");
    assert_eq!(lines.lines().count(), 2, "known results are not run again");

    let failing = desk.script("fails.ron", LOSS, unmet);
    let least = desk.path("least.ron");
    let text = run(
        0,
        &[
            "shrink", SITE, "--script", &failing, "--seed", "3", "-o", &least,
        ],
    );
    assert!(text.contains("0 of 1 faults, 0 of"), "{text}");
    run(
        4,
        &["run", SITE, "--script", &least, "--seed", "3", "--quiet"],
    );
}

#[test]
fn what_a_center_has_not_is_told() {
    let desk = Desk::new();
    let script = desk.script("loss.ron", LOSS, "");
    let entries = desk.path("e.csv");
    let wrong = refused(&["run", SITE, "--script", &script, "--entries", &entries]);
    assert!(
        wrong.contains("--entries") && wrong.contains("reservation site"),
        "{wrong}"
    );
    let scope = desk.path("s.svg");
    let wrong = refused(&[
        "run",
        SITE,
        "--script",
        &script,
        "--scope",
        &scope,
        "--console",
        "99",
    ]);
    assert!(wrong.contains("no such console"), "{wrong}");
    let wrong = refused(&["run", "sites/tiny", "--scope", &scope]);
    assert!(wrong.contains("situation display"), "{wrong}");
    let wrong = refused(&["run", "sites/tiny", "--script", &script]);
    assert!(
        wrong.contains("no workload of a reservation site"),
        "{wrong}"
    );
    let wrong = refused(&["run", SITE, "--script", "scripts/two-minutes.ron"]);
    assert!(
        wrong.contains("no workload of a direction center"),
        "{wrong}"
    );
    let calls = desk.script(
        "unit.ron",
        "(at: Fixed(\"9s\"), fault: UnitLoss(unit: Drum(0)))",
        "",
    );
    let wrong = refused(&["run", SITE, "--script", &calls]);
    assert!(
        wrong.contains("no drums or disks that both machines share"),
        "{wrong}"
    );
}

#[test]
fn mistakes_in_a_sheet_have_a_place() {
    let desk = Desk::new();
    let path = desk.path("wrong.ron");
    for (change, told) in [
        (
            ("speed_kn: 440", "speed_kn: 9440"),
            "nothing flies at that speed",
        ),
        (("aircraft: 2", "aircraft: 0"), "0 aircraft in cells of 1"),
        (("name: \"R1\"", "name: \"F1\""), "the name \"F1\" is taken"),
        (("console: 9", "console: 99"), "the site has no console 99"),
        (
            ("Plane(60, 80)", "Plane(60, 8000)"),
            "there is no such place",
        ),
        (
            ("answers_in: \"20s\"", "answers_in: \"0s\""),
            "nobody answers so",
        ),
        (
            ("duty: Identification", "duty: Bomarc(base: 9)"),
            "the site has no base 9",
        ),
        (
            ("console: 9", "console: 14"),
            "somebody sits at console 14 already",
        ),
        (
            ("Plane(60, 70)", "Plane(-40, 30)"),
            "the path does not go on from here",
        ),
        (
            ("faults: [", "bounds: (outage: \"9s\"),\n faults: ["),
            "nobody holds a direction center to this bound",
        ),
    ] {
        let text = SCRIPT.replace("FAULTS", "").replace("EXPECTATIONS", "");
        let wrong_text = text.replacen(change.0, change.1, 1);
        std::fs::write(&path, wrong_text).expect("written");
        let before = text.find(change.0).expect("what is changed");
        let place = format!("wrong.ron:{}:", text[..before].matches('\n').count() + 1);
        let wrong = refused(&["run", SITE, "--script", &path]);
        assert!(wrong.contains(told), "{change:?}: {wrong}");
        assert!(wrong.contains(&place), "{change:?}: {wrong}");
    }
    let text = SCRIPT.replace("FAULTS", "").replace("EXPECTATIONS", "");
    let text = text.replace("workload: Air,", "workload: Quiet,");
    std::fs::write(&path, text).expect("written");
    let wrong = refused(&["check", &path]);
    assert!(wrong.contains("wrong.ron:3:"), "{wrong}");
    assert!(
        wrong.contains("aircraft fly, and the workload is another"),
        "{wrong}"
    );
    let list = desk.path("flights.csv");
    std::fs::write(
        &list,
        "time,flight,north,west,altitude_ft\n1,AB1,99,71,100\n",
    )
    .expect("written");
    std::fs::write(
        &path,
        "(format: 1, name: \"x\",\nduration: \"1m\", workload: Air,\nair: (recorded: \"flights.csv\"))",
    )
    .expect("written");
    let wrong = refused(&["check", &path]);
    assert!(
        wrong.contains("flights.csv:2:7") && wrong.contains("degrees north"),
        "{wrong}"
    );
    std::fs::remove_file(&list).expect("it was there");
    let wrong = refused(&["check", &path]);
    assert!(
        wrong.contains("wrong.ron:3:") && wrong.contains("flights.csv"),
        "{wrong}"
    );
}

/// Flights as they were recorded, fetched now; skipped where they cannot be had.
#[test]
fn recorded_flights_are_followed() {
    let desk = Desk::new();
    let list = desk.path("recorded-flights.csv");
    let fetched = Command::new("python3")
        .args(["tests/fetch_recorded_flights.py", &list])
        .current_dir(repository())
        .output();
    let why = match fetched {
        Err(error) => Some(format!("python3: {error}")),
        Ok(output) if !output.status.success() => {
            Some(String::from_utf8_lossy(&output.stderr).trim().to_owned())
        }
        Ok(_) => None,
    };
    if let Some(why) = why {
        use std::io::Write;
        let _ = writeln!(
            std::io::stderr(),
            "skipped: recorded flights cannot be fetched: {why}"
        );
        return;
    }
    let script = desk.path("recorded-traffic.ron");
    std::fs::copy(repository().join("scripts/recorded-traffic.ron"), &script).expect("copied");
    let report = desk.path("r.json");
    run(
        0,
        &[
            "run", SITE, "--script", &script, "--report", &report, "--quiet",
        ],
    );
    assert!(desk.json("r.json")["tracks"]["in_cover"].as_u64() >= Some(10));
}

/// A run twice over has the same records, and a damaged journal is told.
#[test]
fn a_run_is_the_same_twice_and_a_damaged_journal_is_refused() {
    let desk = Desk::new();
    let script = desk.script("loss.ron", LOSS, "");
    let [one, two] = ["one", "two"].map(|name| desk.path(name));
    for journal in [&one, &two] {
        let arguments = [
            "run",
            SITE,
            "--script",
            &script,
            "--seed",
            "4",
            "--journal",
            journal,
            "--quiet",
        ];
        run(0, &arguments);
    }
    let whole = std::fs::read(&one).expect("a journal");
    assert!(
        whole == std::fs::read(&two).expect("another"),
        "two journals differ"
    );
    for n in 1..8 {
        let place = whole.len() * n / 8;
        std::fs::write(&two, &whole[..place]).expect("written");
        refused(&["replay", &two, "--verify"]);
        let mut flipped = whole.clone();
        flipped[place] ^= 0x10;
        std::fs::write(&two, &flipped).expect("written");
        let wrong = refused(&["replay", &two, "--verify"]);
        assert!(wrong.contains("two"), "{wrong}");
    }
    run(0, &["replay", &one, "--verify"]);
}

/// What a student writes wrongly into a site file.
#[test]
fn mistakes_in_a_site_file_have_a_place() {
    let desk = Desk::new();
    let path = desk.path("center.ron");
    let good = std::fs::read_to_string(repository().join("tests/planted/center.ron"))
        .expect("a center")
        .replace(
            "../../sites",
            &repository().join("sites").display().to_string(),
        );
    for (from, to) in [
        ("channel: 3, field: 1", "channel: 1, field: 1"),
        ("field: 2", "field: 3"),
        ("expansion: 2", "expansion: 3"),
        ("letter: \"B\"", "letter: \"BB\""),
        ("weapons: \"F-101B\"", "weapons: \"F-999\""),
        ("relays_ms: 150", "relays_ms: \"soon\""),
        ("automatic: true", "automatik: true"),
        ("north: 42.39", "north: 142.39"),
        ("input.fsq", "imput.fsq"),
    ] {
        let text = good.replacen(from, to, 1);
        std::fs::write(&path, &text).expect("written");
        let before = good.find(from).expect("what is changed");
        let place = format!("center.ron:{}:", good[..before].matches('\n').count() + 1);
        let wrong = refused(&["check", &path]);
        assert!(wrong.contains(&place), "{to}: {wrong}");
    }
    std::fs::write(&path, &good).expect("written");
    run(0, &["check", &path]);
}
