//! One machine at its console, through the command: the sessions of `tests/console` for both
//! machines, every kind of wrong command with its place, assertions, and the AN/FSQ-7's tables.

mod command;

use std::io::Write;
use std::process::{Command, Stdio};

use command::{duplex, status, told};
use tests::repository;

/// The commands given from a file: status, and everything said.
fn commands(machine: &str, text: &str) -> (i32, String) {
    let mut file = tempfile::NamedTempFile::with_suffix(".do").expect("a file");
    file.write_all(text.as_bytes()).expect("written");
    let path = file.path().display().to_string();
    let output = duplex(&["machine", machine, "--do", &path]);
    (status(&output), told(&output).replace(&path, "FILE"))
}

#[test]
fn both_machines_do_their_sessions() {
    for (machine, shows) in [("fsq7", "the sum is right"), ("7090", "breakpoint 00102")] {
        let file = format!("tests/console/{machine}.do");
        let output = duplex(&["machine", machine, "--do", &file]);
        let text = told(&output);
        assert_eq!(status(&output), 0, "{text}");
        assert!(text.contains(shows), "{text}");
    }
}

#[test]
fn commands_come_from_standard_input_too() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_duplex"))
        .args(["machine", "fsq7"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut input = child.stdin.take().expect("a pipe");
    input
        .write_all(b"deposit 0.00100 017540 000005\ngo 100\nstep\nexamine x1\nquit\nnonsense\n")
        .expect("written");
    drop(input);
    let output = child.wait_with_output().expect("an end");
    assert_eq!(status(&output), 0);
    let text = told(&output);
    assert!(
        text.contains("XIN 5B,1") && text.contains("x1 000005"),
        "{text}"
    );
}

#[test]
fn an_assertion_that_does_not_hold_gives_4_and_its_line() {
    for (machine, text, message) in [
        (
            "fsq7",
            "# first\nassert x1 000001\n",
            "FILE:2: x1 is 000000, not 000001",
        ),
        (
            "fsq7",
            "assert 2.00000 000000 000001\n",
            "FILE:1: 2.00000 is 000000 000000, not 000000 000001",
        ),
        ("7090", "assert mq 1\n", "FILE:1: mq is 000000000000, not 1"),
    ] {
        let (status, said) = commands(machine, text);
        assert_eq!(status, 4, "{said}");
        assert!(said.contains(message), "{said}");
    }
}

#[test]
fn a_wrong_command_gives_2_with_line_column_and_what_was_expected() {
    for (machine, line, column, expected) in [
        ("fsq7", "frobnicate", 1, "is no command"),
        ("fsq7", "examine", 9, "expected `registers`, a register"),
        ("fsq7", "examine 0.00100 0", 17, "a count from 1"),
        (
            "fsq7",
            "examine 0.00100 1 2",
            19,
            "expected the end of the line",
        ),
        (
            "fsq7",
            "examine 2.10000",
            9,
            "there is no memory at 2.10000",
        ),
        ("fsq7", "examine FORK", 9, "a location in octal or a symbol"),
        ("fsq7", "examine 9", 9, "a location in octal or a symbol"),
        (
            "fsq7",
            "deposit 0.00100 12",
            17,
            "words in octal such as 000000 000000",
        ),
        ("fsq7", "deposit 0.00100 = CAX 5", 17, "did you mean CAC?"),
        ("fsq7", "deposit ac 9", 12, "an octal value such as"),
        (
            "fsq7",
            "deposit on-address 3",
            20,
            "0 (ignore), 1 (stop) or 2 (branch)",
        ),
        ("fsq7", "deposit alarms 1", 16, "cleared by PER 12"),
        ("fsq7", "run fast", 5, "a duration such as 5us"),
        ("fsq7", "unbreak 100", 9, "there is no breakpoint here"),
        (
            "fsq7",
            "attach tape7 x",
            8,
            "expected a unit (reader, punch",
        ),
        ("fsq7", "attach tape1 no-such-file", 14, "cannot be read"),
        (
            "fsq7",
            "attach tape1 tests/console/sums.fsq",
            14,
            "line 1: expected `record`",
        ),
        (
            "fsq7",
            "attach ama0 tests/console/sums.fsq",
            13,
            "line 1: expected `register left right`",
        ),
        (
            "fsq7",
            "attach printer tests/console/sums.fsq",
            16,
            "takes no medium",
        ),
        ("fsq7", "detach tape1", 8, "there is no tape on tape1"),
        (
            "fsq7",
            "boot printer",
            6,
            "loaded from `reader` or a drum field",
        ),
        (
            "fsq7",
            "load tests/console/sums.fsq",
            6,
            "expected `location word`",
        ),
        ("fsq7", "asm tests/console/sums.fap", 5, "unknown operation"),
        (
            "fsq7",
            "restore tests/console/sums.fsq",
            9,
            "begins with \"duplex console fsq7 1\"",
        ),
        ("7090", "boot drum1", 6, "LOAD DRUM reads `drum0`"),
        (
            "7090",
            "attach drum0 tests/console/sums.fap",
            14,
            "a track, 0 to 399",
        ),
        (
            "7090",
            "examine 100000",
            9,
            "a location in octal or a symbol",
        ),
        (
            "7090",
            "deposit xr1 100000",
            13,
            "an octal value such as 00000",
        ),
    ] {
        let (status, said) = commands(machine, &format!("# a comment\n{line}\n"));
        assert_eq!(status, 2, "{line}: {said}");
        assert!(
            said.contains(&format!("FILE:2:{column}\n")),
            "{line}: {said}"
        );
        assert!(said.contains(expected), "{line}: {said}");
    }
}

#[test]
fn a_damaged_snapshot_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state");
    let name = path.display().to_string();
    for machine in ["fsq7", "7090"] {
        let (status, said) = commands(machine, &format!("save {name}\nrestore {name}\n"));
        assert_eq!(status, 0, "{said}");
        let mut bytes = std::fs::read(&path).expect("saved");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, &bytes).expect("written");
        let (status, said) = commands(machine, &format!("restore {name}\n"));
        assert_eq!(status, 2, "{said}");
        assert!(said.contains("the file is damaged"), "{said}");
    }
    let (status, said) = commands("fsq7", &format!("restore {name}\n"));
    assert!(
        status == 2 && said.contains("duplex console fsq7 1"),
        "{said}"
    );
}

#[test]
fn the_options_of_the_fsq7() {
    let output = duplex(&["machine", "fsq7", "--assigned"]);
    let document = std::fs::read_to_string(repository().join("emulator/fsq7/ASSIGNED.md"));
    assert_eq!(command::said(&output), document.expect("the document"));
    assert_eq!(status(&duplex(&["machine", "7090", "--assigned"])), 2);

    let cases = "emulator/fsq7/tests/cases.txt";
    let output = duplex(&["machine", "fsq7", "--vectors", cases]);
    assert_eq!(status(&output), 0, "{}", told(&output));
    let lines = told(&output);
    assert!(lines.trim_end().ends_with("agree"), "{lines}");

    let mut file = tempfile::NamedTempFile::with_suffix(".do").expect("a file");
    // Illegal instruction 000003, then a place that the early machine does not have.
    let text = "deposit 0.00100 000003 000000 000000 000000\ngo 100\nrun 1ms\nassert pc 0.00102\n\
                examine 0.10000\n";
    file.write_all(text.as_bytes()).expect("written");
    let path = file.path().display().to_string();
    let output = duplex(&[
        "machine",
        "fsq7",
        "--do",
        &path,
        "--memory",
        "early",
        "--illegal",
        "nop",
    ]);
    assert_eq!(status(&output), 2);
    assert!(
        told(&output).contains("there is no memory at 0.10000"),
        "{}",
        told(&output)
    );
    let output = duplex(&["machine", "fsq7", "--do", &path]);
    assert_eq!(status(&output), 4, "{}", told(&output));
    assert!(
        told(&output).contains("stopped: alarm ILLEGAL INSTRUCTION"),
        "{}",
        told(&output)
    );
}

#[test]
fn the_assembler_of_the_fsq7_writes_and_complains() {
    let output = duplex(&["asm", "fsq7", "tests/console/sums.fsq"]);
    assert_eq!(status(&output), 0, "{}", told(&output));
    let text = told(&output);
    assert!(text.starts_with("0.00100 017540 000002\n"), "{text}");
    assert!(text.ends_with("start 0.00100\n"), "{text}");
    let output = duplex(&["asm", "fsq7", "tests/console/sums.fap"]);
    assert_eq!(status(&output), 2);
    assert!(told(&output).contains("sums.fap:3:8"), "{}", told(&output));
}
