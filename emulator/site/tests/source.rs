//! Reading site files: every mistake has a place, and nothing a file holds makes the reader panic.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Deserialize;
use site::source::{Mistake, Mistakes, Path, SourceMap, read, render};

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    format: u32,
    name: String,
    drums: Vec<Drum>,
    #[serde(default)]
    faults: Vec<Fault>,
    #[serde(default)]
    limits: BTreeMap<String, u8>,
    #[serde(default)]
    speed: Option<f64>,
    #[serde(default, with = "clock::time::span_text")]
    silence: clock::Span,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Drum {
    name: String,
    words: u32,
    #[serde(default)]
    turn: Option<Turn>,
    #[serde(default)]
    spare: bool,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Turn(u32);

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
enum Fault {
    Quiet,
    Stop { machine: String },
    Cut(Line),
    Pair(u8, u8),
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    line: String,
    both: bool,
}

const GOOD: &str = r#"// A sample of a site: (not real)
(
    format: 1,
    name: "Briarcliff",
    drums: [
        (name: "D1", words: 16384, turn: 17500),
        Drum(name: "D2", words: 0o20000, turn: Some(20000), spare: true), /* [the /* spare */ */
    ],
    faults: [Stop(machine: "A"), Cut((line: "L1", both: false)), Pair(1, 2), Quiet],
    limits: { "agents": 30, "lines": 4 },
    speed: 1.5,
    silence: "500ms",
)
"#;

fn map_of(text: &str) -> SourceMap {
    let mut map = SourceMap::new();
    map.insert("site.ron", text);
    map
}

fn mistakes_of(text: &str) -> (Mistakes, String) {
    let map = map_of(text);
    let mistakes = read::<Sample>(&map, "site.ron").unwrap_err();
    let shown = render(&mistakes, &map);
    (mistakes, shown)
}

/// Changes `from` to `to` in the sample, and asks for the place, the word under the caret, and
/// parts of what is said.
#[track_caller]
fn expect(from: &str, to: &str, place: &str, under: &str, says: &[&str]) {
    assert!(GOOD.contains(from), "{from}");
    let text = GOOD.replacen(from, to, 1);
    let (_, shown) = mistakes_of(&text);
    println!("{shown}");
    assert!(
        shown.contains(&format!("--> site.ron:{place}\n")),
        "not at {place}:\n{shown}"
    );
    let lines: Vec<&str> = shown.lines().collect();
    let caret_line = lines.iter().position(|l| l.contains('^')).expect("a caret");
    let (column, carets) = (
        lines[caret_line].find('^').unwrap(),
        lines[caret_line].matches('^').count(),
    );
    assert_eq!(
        &lines[caret_line - 1][column..column + carets],
        under,
        "\n{shown}"
    );
    for part in says {
        assert!(shown.contains(part), "does not say {part:?}:\n{shown}");
    }
}

#[test]
fn the_sample_is_read() {
    let sample: Sample = read(&map_of(GOOD), "site.ron").unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(sample.drums[0].turn, Some(Turn(17500)));
    assert_eq!(sample.drums[1].words, 8192);
    assert_eq!(sample.silence, clock::Span::from_millis(500));
    // A byte order mark and Windows line ends change nothing.
    let windows = format!("\u{feff}{}", GOOD.replace('\n', "\r\n"));
    assert_eq!(
        read::<Sample>(&map_of(&windows), "site.ron").unwrap(),
        sample
    );
}

#[test]
fn a_mistake_is_shown_as_promised() {
    let (_, shown) = mistakes_of(&GOOD.replacen("words", "wrods", 1));
    assert_eq!(
        shown,
        "\
error: unknown field `wrods`
 --> site.ron:6:22
  |
6 |         (name: \"D1\", wrods: 16384, turn: 17500),
  |                      ^^^^^ expected one of `name`, `words`, `turn`, `spare`
  |
  = note: in drums[0].wrods
  = help: did you mean `words`?
"
    );
}

#[test]
fn names_that_do_not_exist_or_stand_twice() {
    expect(
        "machine",
        "maschine",
        "9:19",
        "maschine",
        &["did you mean `machine`"],
    );
    expect(
        "Stop(",
        "Stpo(",
        "9:14",
        "Stpo",
        &["one of `Quiet`", "did you mean `Stop`"],
    );
    expect(
        "Quiet",
        "Silent",
        "9:78",
        "Silent",
        &["unknown variant `Silent`"],
    );
    expect(
        "words: 16384",
        "name: \"D9\"",
        "6:22",
        "name",
        &["a second time"],
    );
    expect(
        "\"lines\"",
        "\"agents\"",
        "10:29",
        "\"agents\"",
        &["already", "line 10"],
    );
    expect(
        "words: 16384, ",
        "",
        "6:9",
        "(",
        &["field `words`", "missing"],
    );
    expect(
        "Drum(name: \"D2\", ",
        "Drum(",
        "7:9",
        "Drum(",
        &["field `name`", "missing"],
    );
    expect(
        "Drum(",
        "Drumm(",
        "7:9",
        "Drumm(",
        &["expected `Drum( ... )`"],
    );
}

#[test]
fn values_of_the_wrong_type() {
    expect(
        "16384",
        "\"many\"",
        "6:29",
        "\"many\"",
        &["a whole number", "in drums[0].words"],
    );
    expect(
        "16384",
        "/* how many? */ \"x\"",
        "6:45",
        "\"x\"",
        &["a whole number"],
    );
    expect("16384", "1.5", "6:29", "1.5", &["a whole number"]);
    expect("16384", "-5", "6:29", "-5", &["out of range", "a larger"]);
    expect(
        "16384",
        "99999999999",
        "6:29",
        "99999999999",
        &["out of range"],
    );
    expect("16384", "[1]", "6:29", "[", &["a whole number"]);
    expect(
        "\"Briarcliff\"",
        "5",
        "4:11",
        "5",
        &["text in double quotes"],
    );
    expect(
        "\"Briarcliff\"",
        "Briarcliff",
        "4:11",
        "Briarcliff",
        &["text in double quotes"],
    );
    expect(
        "spare: true",
        "spare: yes",
        "7:68",
        "yes",
        &["`true` or `false`"],
    );
    expect(
        "\"agents\": 30",
        "\"agents\": 300",
        "10:25",
        "300",
        &["out of range"],
    );
    expect(
        "speed: 1.5",
        "speed: \"fast\"",
        "11:12",
        "\"fast\"",
        &["a number"],
    );
    expect(
        "(line: \"L1\", both: false)",
        "5",
        "9:38",
        "5",
        &["( ... )"],
    );
    expect("Some(20000)", "Some([1])", "7:53", "[", &["a whole number"]);
    expect("[\n        (name", "5, [\n (name", "5:12", "5", &["a list"]);
    expect(
        "{ \"agents\": 30, \"lines\": 4 }",
        "[]",
        "10:13",
        "[",
        &["a map"],
    );
    expect(
        "\"500ms\"",
        "\"500 parsecs\"",
        "12:14",
        "\"500 parsecs\"",
        &["` parsecs` is not a unit"],
    );
}

#[test]
fn the_form_of_the_file() {
    expect(
        "[Stop",
        "[[Stop",
        "13:1",
        ")",
        &["does not close", "of 9:13"],
    );
    expect("16384, turn", "16384 turn", "6:35", "turn", &["a comma"]);
    expect(
        "name: \"D1\"",
        "name \"D1\"",
        "6:15",
        "\"D1\"",
        &["a colon"],
    );
    expect("500ms\"", "500ms", "12:14", "\"", &["never closed"]);
    expect(
        "*/ */",
        "*/",
        "7:75",
        "/*",
        &["this comment is never closed"],
    );
}

#[test]
fn the_end_of_the_file() {
    let (mistakes, shown) = mistakes_of(&GOOD[..GOOD.len() - 2]);
    assert_eq!(mistakes.0.len(), 1, "{shown}");
    assert!(shown.contains("--> site.ron:2:1\n") && shown.contains("this `(` is never closed"));
    let (_, shown) = mistakes_of(&format!("{GOOD}\n/* and */ more"));
    assert!(shown.contains("--> site.ron:15:11\n") && shown.contains("expected nothing more"));
}

#[test]
fn an_unknown_format_is_refused_by_name_before_all_else() {
    let text = "(format: 7, planets: 9)";
    let (_, shown) = mistakes_of(text);
    assert!(
        shown.contains("format 7 is not known; this duplex reads format 1"),
        "{shown}"
    );
    assert!(shown.contains("--> site.ron:1:10\n"));
    let (_, shown) = mistakes_of(&GOOD.replacen("format: 1,", "", 1));
    assert!(
        shown.contains("the field `format`") && shown.contains("is missing"),
        "{shown}"
    );
}

#[test]
fn files_that_are_none() {
    let shown = |bytes: &[u8]| {
        let mut map = SourceMap::new();
        map.insert("site.ron", bytes);
        let mistakes = read::<Sample>(&map, "site.ron").unwrap_err();
        render(&mistakes, &map)
    };
    assert!(shown(b"").contains("the file is empty"));
    assert!(shown(b" // nothing\n\n").contains("the file is empty"));
    let binary = shown(b"(format: 1,\n  \xff\xfe\x00)");
    assert!(
        binary.contains("--> site.ron:2:3\n") && binary.contains("not text"),
        "{binary}"
    );
    let zero = shown(b"(format: 1,\n  \x00)");
    assert!(zero.contains("--> site.ron:2:3\n"), "{zero}");
    assert!(shown(&vec![b' '; (16 << 20) + 1]).contains("at most 16777216 bytes"));
    let deep = shown("(".repeat(100_000).as_bytes());
    assert!(deep.contains("never closed"), "{deep}");
    let both = format!(
        "(format: 1, name: {}5{}",
        "[".repeat(5000),
        "]".repeat(5000)
    );
    assert!(shown(both.as_bytes()).contains("--> site.ron:1:"));
    let map = SourceMap::new();
    let none = read::<Sample>(&map, "nowhere.ron").unwrap_err();
    assert!(render(&none, &map).contains("there is no such file"));
}

#[test]
fn nesting_beyond_the_limit_is_refused_and_does_not_overflow_the_stack() {
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Deep {
        #[allow(dead_code)]
        format: u32,
        #[allow(dead_code)]
        inner: Nest,
    }
    #[derive(Debug, Deserialize)]
    enum Nest {
        List(#[allow(dead_code)] Vec<Nest>),
    }
    let text = |n: usize| {
        format!(
            "(format: 1, inner: {}{})",
            "List([".repeat(n),
            "])".repeat(n)
        )
    };
    read::<Deep>(&map_of(&text(20)), "site.ron").unwrap();
    let map = map_of(&text(50_000));
    let shown = render(&read::<Deep>(&map, "site.ron").unwrap_err(), &map);
    assert!(shown.contains("nested too deeply"), "{shown}");
}

#[test]
fn mistakes_across_the_file_have_places_too() {
    let map = map_of(GOOD);
    let mut mistakes = Mistakes::new();
    let path = Path::from(["faults", "1"]).field("Cut").field("line");
    mistakes.push(
        Mistake::at("site.ron", path, "the fault names an unknown line `L1`")
            .expected("one of `L2`, `L3`")
            .nearest("L1", &["L2", "X"]),
    );
    mistakes.push(Mistake::at_key(
        "site.ron",
        ["limits", "lines"],
        "unknown limit",
    ));
    let shown = render(&mistakes, &map);
    assert!(shown.contains("--> site.ron:9:45\n"), "{shown}");
    assert!(shown.contains("^^^^ expected one of `L2`, `L3`") && shown.contains("mean `L2`"));
    assert!(shown.contains("--> site.ron:10:29\n") && shown.contains("^^^^^^^"));
    assert!(mistakes.or(()).is_err());
}

#[test]
fn a_very_long_line_is_cut_around_the_caret() {
    let text = format!("(format: 1, name: \"{}\", drms: [])", "é".repeat(100_000));
    let (_, shown) = mistakes_of(&text);
    assert!(
        shown.contains("--> site.ron:1:100023\n"),
        "{}",
        &shown[..200]
    );
    assert!(
        shown.contains("^^^^") && shown.len() < 3000,
        "{}",
        shown.len()
    );
}

/// A change to the sample: bytes or whole tokens taken out, doubled, replaced or put in.
fn mutate(text: &str, kind: u8, at: usize, length: usize, with: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let at = at % bytes.len();
    let end = (at + length).min(bytes.len());
    let (before, part, after) = (&bytes[..at], &bytes[at..end], &bytes[end..]);
    match kind {
        0 => [before, after].concat(),
        1 => [before, part, part, after].concat(),
        2 => [before, with.as_bytes(), after].concat(),
        3 => [before, with.as_bytes(), part, after].concat(),
        4 => [before, &[with.len() as u8 ^ 0xc3], after].concat(),
        _ => before.to_vec(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_changed_file_gives_a_value_or_a_mistake_with_a_place(
        changes in proptest::collection::vec(
            (0..6u8, 0..10_000usize, 0..12usize, prop_oneof![
                "[()\\[\\]{},:\"'#/*-]{1,3}",
                "[a-z0-9.]{1,4}",
                "(r#\"|b'|/\\*|'|Some\\(|0x|1e9|-|#!\\[)",
                "\\PC{1,3}",
            ]),
            1..4,
        )
    ) {
        let mut text = GOOD.to_owned();
        let mut bytes = Vec::new();
        for (kind, at, length, with) in &changes {
            if text.is_empty() {
                break;
            }
            bytes = mutate(&text, *kind, *at, *length, with);
            text = String::from_utf8_lossy(&bytes).into_owned();
        }
        let mut map = SourceMap::new();
        map.insert("site.ron", bytes.clone());
        if let Err(mistakes) = read::<Sample>(&map, "site.ron") {
            prop_assert!(!mistakes.is_empty());
            let lines = String::from_utf8_lossy(&bytes).split('\n').count();
            for mistake in &mistakes.0 {
                let position = mistake.position(&map);
                let line = text.split('\n').nth(position.line - 1);
                prop_assert!(position.line <= lines, "{position} of {lines} lines");
                let width = line.unwrap_or_default().chars().count();
                prop_assert!(position.column <= width + 1, "{position} of {width}");
            }
            let shown = render(&mistakes, &map);
            prop_assert!(shown.contains("--> site.ron:"), "{}", shown);
            prop_assert!(shown.contains('^'), "{}", shown);
        }
    }
}
