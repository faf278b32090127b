//! Saved, rewound, forked, replayed: the command as its users meet it.

mod command;

use serde_json::Value;

use command::{errors, said, status};

/// The command, and the exit status expected of it; its standard output and error.
fn duplex(expected: i32, arguments: &[&str]) -> (String, String) {
    let output = command::duplex(arguments);
    let (said, wrong) = (said(&output), errors(&output));
    assert!(!wrong.contains("panicked"), "{arguments:?}: {wrong}");
    assert_eq!(status(&output), expected, "{arguments:?}: {wrong}");
    (said, wrong)
}

struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Desk {
        Desk(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn report(&self, name: &str) -> Value {
        let text = std::fs::read_to_string(self.path(name)).expect("a report");
        serde_json::from_str(&text).expect("a report is JSON")
    }

    /// Another exercise for the same minute of calls.
    fn script(&self, name: &str, calls: u32, faults: &str) -> String {
        let text = format!(
            "(format: 1, name: \"other\", duration: \"1m\", \
             workload: Calls(calls_per_day: {calls}, starts_at: \"10:00\"), faults: [{faults}])"
        );
        std::fs::write(self.path(name), text).expect("written");
        self.path(name)
    }

    /// The minute at the tiny site, saved at `at`: its report and snapshot.
    fn saved_at(&self, at: &str) -> Value {
        let (snapshot, report) = (self.path("saved"), self.path("whole.json"));
        let mut arguments = MINUTE.to_vec();
        arguments.extend(["--save", &snapshot, "--at", at, "--report", &report]);
        duplex(0, &arguments);
        self.report("whole.json")
    }
}

/// A minute at three sets in which the active machine is lost; it ends well.
const MINUTE: [&str; 7] = [
    "run",
    "sites/tiny",
    "--script",
    "scripts/tiny-minute.ron",
    "--seed",
    "5",
    "--quiet",
];

#[test]
fn a_run_goes_on_from_where_it_was_saved_to_the_same_end() {
    let desk = Desk::new();
    // Before the takeover, in the midst of it, after it, and between two slices' instants.
    for at in ["0s", "20s", "28s", "29s", "31s5ms", "1m"] {
        let whole = desk.saved_at(at);
        let (snapshot, report) = (desk.path("saved"), desk.path("rest.json"));
        duplex(
            0,
            &["run", "--from", &snapshot, "--report", &report, "--quiet"],
        );
        let mut rest = desk.report("rest.json");
        rest["wall_seconds"] = whole["wall_seconds"].clone();
        assert_eq!(rest["digest"], whole["digest"], "saved at {at}");
        assert_eq!(rest, whole, "saved at {at}");
    }
}

#[test]
fn the_journal_of_the_rest_replays_alone() {
    let desk = Desk::new();
    let whole = desk.saved_at("20s");
    let (snapshot, journal) = (desk.path("saved"), desk.path("rest.journal"));
    duplex(
        0,
        &["run", "--from", &snapshot, "--journal", &journal, "--quiet"],
    );
    std::fs::remove_file(&snapshot).expect("it is there");
    let (said, _) = duplex(0, &["replay", &journal, "--verify"]);
    let digest = whole["digest"].as_str().expect("a digest");
    assert!(said.contains(digest), "{said}");
    let (_, wrong) = duplex(2, &["replay", &journal, "--at", "10s"]);
    assert!(wrong.contains("begins at 00:00:20.000"), "{wrong}");
}

#[test]
fn a_fork_asks_what_if_the_other_had_failed() {
    let desk = Desk::new();
    let whole = desk.saved_at("20s");
    assert_eq!(whole["takeovers"].as_array().map(Vec::len), Some(1));
    let snapshot = desk.path("saved");
    let report = desk.path("fork.json");
    let fork = |script: &str| {
        duplex(
            0,
            &[
                "run", "--from", &snapshot, "--script", script, "--report", &report, "--quiet",
            ],
        );
        desk.report("fork.json")
    };
    let standby = desk.script(
        "standby.ron",
        3000,
        "(at: Fixed(\"40s\"), fault: FailStop(machine: B))",
    );
    let other = fork(&standby);
    assert_eq!(other["takeovers"].as_array().map(Vec::len), Some(0));
    assert_eq!(other["faults"][0]["at_s"], 40.0);
    assert_ne!(other["digest"], whole["digest"]);
    let nothing = desk.script("nothing.ron", 3000, "");
    let none = fork(&nothing);
    assert_ne!(none["digest"], other["digest"]);
    assert_eq!(
        none["digest"],
        fork(&nothing)["digest"],
        "the same fork is the same run"
    );
    // A fork changes what fails, not who calls.
    let calls = desk.script("calls.ron", 3001, "");
    let (_, wrong) = duplex(2, &["run", "--from", &snapshot, "--script", &calls]);
    assert!(wrong.contains("another workload"), "{wrong}");
}

#[test]
fn a_fork_whose_fault_had_passed_is_void_unless_it_had_struck() {
    let desk = Desk::new();
    let fault = |name: &str, at: &str| {
        let fault = format!("(at: {at}, fault: FailStop(machine: A))");
        desk.script(name, 3000, &fault)
    };
    let report = desk.path("fork.json");
    for at in ["Fixed(\"10s\")", "AfterEntries(1)"] {
        let first = fault("first.ron", at);
        let snapshot = desk.path("saved");
        let mut arguments = vec!["run", "sites/tiny", "--script", &first, "--quiet"];
        arguments.extend(["--seed", "5", "--report", &report]);
        arguments.extend(["--save", &snapshot, "--at", "40s"]);
        duplex(0, &arguments);
        let whole = desk.report("fork.json");
        let fork = |status: i32, script: &str| {
            let mut arguments = vec!["run", "--from", &snapshot, "--script", script];
            arguments.extend(["--report", &report, "--quiet"]);
            duplex(status, &arguments);
            desk.report("fork.json")
        };
        // The same fault again: it has struck, and strikes no second time.
        let same = fork(0, &first);
        assert_eq!(same["digest"], whole["digest"], "{at}");
        let late = fork(5, &fault("late.ron", "Fixed(\"11s\")"));
        let told = late["not_reached"][0].as_str().expect("a text");
        assert!(told.contains("had passed at the fork"), "{told}");
        fork(5, &fault("late.ron", "AfterEntries(2)"));
        let more = format!(
            "(at: {at}, fault: FailStop(machine: A)), (at: Fixed(\"45s\"), fault: ReturnToService(machine: A))"
        );
        let more = fork(0, &desk.script("more.ron", 3000, &more));
        assert_eq!(more["faults"].as_array().map(Vec::len), Some(2), "{at}");
    }
}

#[test]
fn a_journal_replays_whatever_came_of_its_run() {
    let desk = Desk::new();
    let journal = desk.path("journal");
    let mut void = MINUTE.to_vec();
    void.extend(["--for", "10s", "--journal", &journal]);
    duplex(5, &void);
    duplex(0, &["replay", &journal, "--verify"]);

    let report = desk.path("report.json");
    let mut minute = MINUTE[..6].to_vec();
    minute.extend(["--journal", &journal, "--report", &report]);
    let (told, _) = duplex(0, &minute);
    let digest = desk.report("report.json")["digest"].to_string();
    let (said, _) = duplex(0, &["replay", &journal, "--verify"]);
    assert!(said.contains(digest.trim_matches('"')), "{said}");
    // Without options: the report as the run itself printed it, all but the wall clock's time.
    let (again, _) = duplex(0, &["replay", &journal]);
    let lines = |text: &str| -> Vec<String> {
        // The line before it tells the wall clock's time.
        let body = text
            .lines()
            .skip_while(|line| !line.contains("digest of the run"));
        body.map(str::to_owned).collect()
    };
    assert_eq!(lines(&again), lines(&told));
    // What stood there in the midst of it.
    let (before, _) = duplex(0, &["replay", &journal, "--at", "10s"]);
    assert!(before.contains("machine A  active"), "{before}");
    let (after, _) = duplex(0, &["replay", &journal, "--at", "50s"]);
    assert!(after.contains("machine A  off"), "{after}");
    assert!(after.contains("machine B  active"), "{after}");
    assert!(after.contains("FAULT fail-stop"), "{after}");
    let (_, wrong) = duplex(2, &["replay", &journal, "--at", "3h"]);
    assert!(wrong.contains("it ends at"), "{wrong}");
}

#[test]
fn a_journal_cut_or_damaged_names_the_last_good_instant() {
    let desk = Desk::new();
    let journal = desk.path("journal");
    let mut minute = MINUTE.to_vec();
    minute.extend(["--journal", &journal]);
    duplex(0, &minute);
    let whole = std::fs::read(&journal).expect("a journal");
    let damaged = desk.path("damaged");
    let told = |bytes: &[u8]| {
        std::fs::write(&damaged, bytes).expect("written");
        let (_, verified) = duplex(2, &["replay", &damaged, "--verify"]);
        let (_, replayed) = duplex(2, &["replay", &damaged]);
        for wrong in [&verified, &replayed] {
            assert!(wrong.contains("good instant"), "{wrong}");
        }
        verified
    };
    let mut instants = Vec::new();
    // Of the first two parts nothing can be made again: they end within the header.
    for part in [0, 100, 700, 850, 999] {
        let wrong = told(&whole[..whole.len() * part / 1000]);
        instants.push(
            wrong
                .split("last good instant is ")
                .nth(1)
                .map(str::to_owned),
        );
    }
    assert_eq!(&instants[..1], [None]);
    let known: Vec<&String> = instants.iter().flatten().collect();
    assert!(known.len() >= 2, "{instants:?}");
    assert!(known.is_sorted(), "{instants:?}");
    assert!(
        known.iter().all(|at| at.starts_with("00:0")),
        "{instants:?}"
    );
    for (part, bit) in [(1, 0), (20, 3), (300, 7), (600, 1), (900, 4), (999, 6)] {
        let mut wrong = whole.clone();
        let place = (whole.len() - 1) * part / 1000;
        wrong[place] ^= 1 << bit;
        told(&wrong);
    }
    duplex(2, &["replay", &desk.path("none")]);
}

#[test]
fn snapshots_that_cannot_be_used_are_told() {
    let desk = Desk::new();
    desk.saved_at("5s");
    let snapshot = desk.path("saved");
    let whole = std::fs::read(&snapshot).expect("a snapshot");
    let wrong = desk.path("wrong");
    let refused = |bytes: &[u8]| {
        std::fs::write(&wrong, bytes).expect("written");
        let (_, said) = duplex(2, &["run", "--from", &wrong]);
        assert!(said.contains(&wrong), "{said}");
    };
    refused(&[]);
    refused(&whole[..whole.len() / 2]);
    refused(b"(format: 1, name: \"tiny\")");
    for part in [1, 500, 999] {
        let mut damaged = whole.clone();
        damaged[whole.len() * part / 1000] ^= 16;
        refused(&damaged);
    }
    // What does not go together.
    let mut late = MINUTE.to_vec();
    late.extend(["--save", &wrong, "--at", "2m"]);
    let (_, said) = duplex(2, &late);
    assert!(
        said.contains("expected 00:00:00.000 to 00:01:00.000"),
        "{said}"
    );
    let mut never = MINUTE.to_vec();
    never.extend(["--save", &wrong]);
    duplex(2, &never);
    duplex(2, &["run", "sites/tiny", "--from", &snapshot]);
    duplex(2, &["run", "--from", &snapshot, "--seed", "9"]);
    let (_, said) = duplex(
        2,
        &["run", "--from", &snapshot, "--save", &wrong, "--at", "1s"],
    );
    assert!(said.contains("expected 00:00:05.000"), "{said}");
}

#[test]
fn entries_written_in_a_takeover_play_again_to_the_same_bookings() {
    let desk = Desk::new();
    let (first, again) = (desk.path("first.csv"), desk.path("again.csv"));
    let mut minute = MINUTE.to_vec();
    minute.extend(["--entries", &first]);
    duplex(0, &minute);
    // The list instead of the calls, the same machine lost at the same instant.
    let mut report = MINUTE.to_vec();
    let json = desk.path("report.json");
    report.extend(["--report", &json]);
    duplex(0, &report);
    let at = desk.report("report.json")["faults"][0]["at_s"].as_f64();
    let at = (at.expect("a fault") * 1e9).round() as u64;
    let script = format!(
        "(format: 1, name: \"list\", duration: \"1m\", workload: File(\"first.csv\"), \
         faults: [(at: Fixed(\"{at}ns\"), fault: FailStop(machine: Active))])"
    );
    std::fs::write(desk.path("list.ron"), script).expect("written");
    let list = desk.path("list.ron");
    duplex(
        0,
        &[
            "run",
            "sites/tiny",
            "--script",
            &list,
            "--entries",
            &again,
            "--quiet",
        ],
    );
    let read = |path: &str| std::fs::read_to_string(path).expect("entries");
    assert!(read(&first).lines().count() > 10);
    assert_eq!(read(&first), read(&again));
}
