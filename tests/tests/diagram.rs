//! A diagram shows what the records hold, all of it, and nothing else.
//!
//! Each diagram is checked as its reader gets it: the page is parsed, the numbers in it are
//! decoded again, and held against the records and the report of the same run.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use clock::journal::{JournalWriter, State};
use clock::{Instant, Span};
use exercise::agents::Key;
use exercise::air;
use exercise::diagram::signs::{Arrow, Ending, Fate, Mark};
use exercise::diagram::{CenterDiagram, Diagram};
use exercise::driver::{self, Onlooker, Options, Outcome, Plan};
use exercise::entries_csv::{Entry, RESET};
use exercise::inputs::{Inputs, load_script};
use exercise::script::{FaultKind, OrderedFault, Script, Target, When, Workload};
use exercise::world::{self, Planned};
use serde_json::Value;
use site::Record;
use site::center::record::Record as CenterRecord;
use site::record::{Direction, Effect, FrameKind, FrameRecord, Hit};
use site::source::{SourceMap, render};
use tests::{fetch, planting, repository, site, site_file_with_files};

/// A run, what it left, and its diagram.
struct Seen {
    plan: Plan,
    outcome: Outcome,
    records: Vec<(Instant, Record)>,
    diagram: Diagram,
    page: String,
}

#[derive(Default)]
struct Log(Vec<(Instant, Record)>);

impl Onlooker for Log {
    fn typed(&mut self, _at: Instant, _set: u16, _key: &Key) {}

    fn observe(&mut self, at: Instant, record: &Record) {
        self.0.push((at, record.clone()));
    }
}

fn seen(plan: Plan) -> Seen {
    let mut run = plan.begin().expect("the files fit the site");
    let mut diagram = Diagram::new(&plan, &run);
    let mut log = Log::default();
    let mut journal = JournalWriter::headless(Vec::new(), State::new());
    let mut both: Vec<&mut dyn Onlooker> = vec![&mut diagram, &mut log];
    let outcome = driver::finish(&plan, &mut run, &mut journal, &mut both, &mut |_| {});
    let page = diagram.clone().page(&plan, &outcome);
    Seen {
        plan,
        outcome,
        records: log.0,
        diagram,
        page,
    }
}

fn script(path: &str) -> Script {
    let mut map = SourceMap::new();
    fetch(&mut map, path);
    load_script(&map, path, None).unwrap_or_else(|found| panic!("{}", render(&found, &map)))
}

fn plan(inputs: Inputs, script: Script, list: Vec<Entry>, seed: u64) -> Plan {
    let options = Options {
        seed,
        cut: None,
        keep_entries: false,
    };
    Plan::new(inputs, script, list, options).expect("the opening files can be drawn")
}

/// Two minutes at the large site with a takeover in the middle.
fn two_minutes() -> &'static Seen {
    static SEEN: OnceLock<Seen> = OnceLock::new();
    SEEN.get_or_init(|| {
        seen(plan(
            site("sabre"),
            script("scripts/two-minutes.ron"),
            Vec::new(),
            1,
        ))
    })
}

/// An evening at three sets: what is typed, what fails.
fn evening(typed: &[(u64, u16, &str)], faults: &[(u64, FaultKind)], settle: Span) -> Seen {
    let list = typed.iter().map(|(ms, set, text)| Entry {
        at: Instant::ZERO + Span::from_millis(*ms),
        set: *set,
        text: (*text).to_owned(),
    });
    let mut script = script("scripts/tiny-minute.ron");
    script.workload = Workload::File("typed".to_owned());
    script.expectations.clear();
    script.duration = Span::from_secs(30);
    script.settle = settle;
    script.faults = (faults.iter())
        .map(|(ms, fault)| OrderedFault {
            at: When::Fixed(Span::from_millis(*ms)),
            fault: fault.clone(),
        })
        .collect();
    seen(plan(site("tiny"), script, list.collect(), 1))
}

/// From and to of the picture for readers without a script.
fn still_window(page: &str) -> (Instant, Instant) {
    let label = "aria-label=\"Space-time diagram, ";
    let told = page.split(label).nth(1).expect("a label");
    let told = told.split('"').next().unwrap_or("");
    let (begin, end) = told.split_once(" to ").expect("from and to");
    let instant = |text: &str| text.parse::<Instant>().expect("an instant");
    (instant(begin), instant(end))
}

/// The numbers in a page.
fn data(page: &str) -> Value {
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..Default::default()
    };
    let page = roxmltree::Document::parse_with_options(page, options).expect("the page is XML");
    let mut scripts = page
        .descendants()
        .filter(|n| n.has_tag_name(("http://www.w3.org/1999/xhtml", "script")));
    let data = scripts.find(|script| script.attribute("id") == Some("data"));
    let text = data
        .and_then(|data| data.text())
        .expect("a page has its data");
    serde_json::from_str(text).expect("the data are JSON")
}

fn numbers(data: &Value, table: &str, column: &str) -> Vec<i64> {
    let column = data[table][column].as_array().expect("a column");
    column
        .iter()
        .map(|n| n.as_i64().expect("a number"))
        .collect()
}

fn summed(differences: &[i64]) -> Vec<i64> {
    let mut sum = 0;
    let sums = differences.iter().map(|d| {
        sum += d;
        sum
    });
    sums.collect()
}

fn micros(at: Instant) -> i64 {
    (at.0 / 1000) as i64
}

/// Marks of one kind: their instants.
fn marks(data: &Value, kind: Mark) -> Vec<i64> {
    let marks = data["marks"].as_array().expect("marks").iter();
    let marks = marks.filter(|mark| mark[0] == kind as u64);
    marks
        .map(|mark| mark[1].as_i64().expect("an instant"))
        .collect()
}

/// Everything about a page that is not so in the records and in the report of its run.
fn mistakes(page: &str, records: &[(Instant, Record)], outcome: &Outcome) -> Vec<String> {
    let data = data(page);
    let mut found = Vec::new();
    let mut same = |what: &str, drawn: Vec<i64>, is: Vec<i64>| {
        if drawn != is {
            found.push(format!(
                "{what}: {} drawn, {} there are",
                drawn.len(),
                is.len()
            ));
        }
    };
    let kinds = numbers(&data, "arrows", "kind");
    let leaves = summed(&numbers(&data, "arrows", "t"));
    let durations = numbers(&data, "arrows", "d");
    let frames = |up: bool| {
        let is = |kind: i64| kind < 7 && (kind < 4) == up;
        let drawn = kinds.iter().zip(&leaves).filter(|(kind, _)| is(**kind));
        drawn.map(|(_, leaves)| *leaves).collect::<Vec<i64>>()
    };
    let recorded = |is: &dyn Fn(&Record) -> bool| {
        let records = records.iter().filter(|(_, record)| is(record));
        records.map(|(at, _)| micros(*at)).collect::<Vec<i64>>()
    };
    same(
        "frames up",
        frames(true),
        recorded(&|r| matches!(r, Record::FrameUp(_))),
    );
    same(
        "frames down",
        frames(false),
        recorded(&|r| matches!(r, Record::FrameDown(_))),
    );
    let units = data["transfers"].as_array().expect("units").iter();
    let transfers = units.flat_map(|unit| unit.as_array().expect("seconds"));
    let transfers: i64 = transfers.filter_map(Value::as_i64).sum();
    let is = records
        .iter()
        .filter(|(_, r)| matches!(r, Record::Transfer { .. }));
    same("transfers", vec![transfers], vec![is.count() as i64]);
    same(
        "arrows back in time",
        durations.into_iter().filter(|d| *d < 0).collect(),
        Vec::new(),
    );
    same(
        "leaves in order",
        leaves.iter().copied().filter(|t| *t < 0).collect(),
        Vec::new(),
    );

    let mut moves = Vec::new();
    for kind in [Mark::Takeover, Mark::Switchover, Mark::Startover] {
        moves.extend(marks(&data, kind));
    }
    moves.sort();
    let told = outcome.takeovers.iter().map(|t| micros(t.decided_at));
    same("moves of the role", moves, told.collect());
    let told = outcome.takeovers.iter().map(|t| micros(t.fault_at));
    let drawn = data["takeovers"].as_array().expect("takeovers").iter();
    same(
        "their faults",
        drawn.filter_map(|t| t["fault"].as_i64()).collect(),
        told.collect(),
    );
    let mut struck = marks(&data, Mark::Fault);
    struck.extend(marks(&data, Mark::NoFault));
    struck.sort();
    same(
        "faults",
        struck,
        outcome.faults.iter().map(|f| micros(f.at)).collect(),
    );

    let endings = numbers(&data, "entries", "ending");
    let ended = |ending: Ending| endings.iter().filter(|e| **e == ending as i64).count() as i64;
    let count = |kind: Mark| marks(&data, kind).len() as i64;
    let traffic = &outcome.traffic;
    // Where nobody keeps an entry, one given up is lost at once.
    let kept = match traffic.lost {
        0 => traffic.given_up,
        _ => 0,
    };
    for (what, drawn, is) in [
        ("entries", endings.len() as i64, traffic.sent),
        ("given up", count(Mark::GivenUp), kept),
        ("lost", count(Mark::Lost), traffic.lost),
        ("ended as lost", ended(Ending::Lost), traffic.lost),
        ("told done", count(Mark::ToldDone), traffic.told_done),
        (
            "ended as told done",
            ended(Ending::ToldDone),
            traffic.told_done,
        ),
        ("no answer", count(Mark::NoAnswer), outcome.pending),
        (
            "ended without answer",
            ended(Ending::NoAnswer),
            outcome.pending,
        ),
    ] {
        same(what, vec![drawn], vec![is as i64]);
    }
    same(
        "never told",
        vec![count(Mark::NeverTold)],
        vec![ended(Ending::NeverTold)],
    );
    same(
        "not done",
        vec![count(Mark::ToldNotDone)],
        vec![ended(Ending::ToldNotDone)],
    );
    let doubtful = ended(Ending::ToldDone) + ended(Ending::ToldNotDone) + ended(Ending::NeverTold);
    let given = numbers(&data, "entries", "given")
        .into_iter()
        .filter(|g| *g >= 0)
        .count() as i64;
    let open = numbers(&data, "entries", "d")
        .into_iter()
        .zip(numbers(&data, "entries", "given"));
    let open = open.filter(|(d, given)| *d < 0 && *given >= 0).count() as i64;
    same(
        "doubtful entries that ended so",
        vec![doubtful + open],
        vec![given],
    );
    found
}

fn is_true(seen: &Seen) {
    let found = mistakes(&seen.page, &seen.records, &seen.outcome);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_takeover_among_1100_sets_is_drawn_as_the_records_have_it() {
    let seen = two_minutes();
    is_true(seen);
    assert_eq!(marks(&data(&seen.page), Mark::Takeover).len(), 1);
    assert_eq!(marks(&data(&seen.page), Mark::FirstAnswer).len(), 1);
    let first = seen.outcome.takeovers[0].first_answer_at.map(micros);
    assert_eq!(
        marks(&data(&seen.page), Mark::FirstAnswer).first().copied(),
        first
    );
    assert!(seen.outcome.traffic.sent > 1000);
}

#[test]
fn arrivals_computed_are_those_recorded_where_there_are_records() {
    let seen = two_minutes();
    let lines = &seen.plan.inputs.description.lines;
    let mut compared = 0;
    for flight in &seen.diagram.flights {
        // Synchronising group, address, terminal, block, serial, text, end, check; lights begin so.
        let around = match flight.kind as usize {
            4 | 5 => 9,
            6 => 10,
            _ => continue,
        };
        if flight.fate != Fate::Recorded {
            continue;
        }
        let bits = (u64::from(flight.size) + around) * 6;
        let travels = bits * 1_000_000_000 / u64::from(lines.bits_per_second)
            + lines.propagation_ms * 1_000_000;
        assert_eq!(flight.arrives, flight.leaves + Span(travels), "{flight:?}");
        compared += 1;
    }
    assert!(compared > 1000, "{compared}");
}

#[test]
fn what_the_machine_let_go_of_is_cut_or_torn() {
    let seen = two_minutes();
    let fates = numbers(&data(&seen.page), "arrows", "fate");
    let count = |fate: Fate| fates.iter().filter(|f| **f == fate as i64).count();
    let cut = seen
        .records
        .iter()
        .filter(|(_, r)| matches!(r, Record::FrameCut(_)));
    assert_eq!(count(Fate::Cut), cut.count());
    let torn = seen
        .records
        .iter()
        .filter(|(_, r)| matches!(r, Record::Transfer { torn: true, .. }));
    assert_eq!(count(Fate::Torn), torn.count());
}

#[test]
fn an_entry_on_the_line_when_the_machine_stops_is_unheard_and_sent_again() {
    let typed = [(5_000, 0, "112JULLGALAX")];
    let quiet = evening(&typed, &[], Span::from_secs(60));
    let up = |record: &Record| matches!(record, Record::FrameUp(_));
    let first = quiet.records.iter().find(|(_, record)| up(record));
    let leaves = first.expect("the entry is sent").0;
    let fault = FaultKind::FailStop {
        machine: Target::Active,
    };
    let seen = evening(
        &typed,
        &[(leaves.0 / 1_000_000 + 10, fault)],
        Span::from_secs(60),
    );
    is_true(&seen);
    let fates = numbers(&data(&seen.page), "arrows", "fate");
    let kinds = numbers(&data(&seen.page), "arrows", "kind");
    let up: Vec<(i64, i64)> = kinds
        .into_iter()
        .zip(fates)
        .filter(|(kind, _)| *kind < 4)
        .collect();
    let (entry, again) = (Arrow::Entry as i64, Arrow::Again as i64);
    let (unheard, heard) = (Fate::Unheard as i64, Fate::Computed as i64);
    assert_eq!(up, [(entry, unheard), (again, heard)]);
}

#[test]
fn the_same_run_makes_the_same_page() {
    let once = evening(
        &[(1000, 0, "112JULLGALAX"), (4000, 0, "02Y2")],
        &[],
        Span::from_secs(60),
    );
    let twice = evening(
        &[(1000, 0, "112JULLGALAX"), (4000, 0, "02Y2")],
        &[],
        Span::from_secs(60),
    );
    assert!(once.page == twice.page);
    is_true(&once);
}

#[test]
fn entries_given_up_are_marked_and_so_is_what_was_told_of_them() {
    let typed = [
        (1000, 0, "112JULLGALAX"),
        (4000, 0, "02Y2"),
        (9_990, 1, "112JULLGALAX"),
        (10_000, 0, "-2SMITHSON/ALMA MRS/BEN MR"),
        (10_600, 0, RESET),
        (10_700, 0, "9212-555-0100-H"),
        (10_650, 1, RESET),
        (10_750, 1, "*I"),
        (10_900, 1, RESET),
        (11_000, 1, "I"),
    ];
    let fault = FaultKind::FailStop {
        machine: Target::Active,
    };
    let seen = evening(&typed, &[(10_050, fault)], Span::from_secs(60));
    is_true(&seen);
    let data = data(&seen.page);
    assert_eq!(
        marks(&data, Mark::GivenUp).len(),
        3,
        "{:?}",
        seen.diagram.notes
    );
    assert_eq!(marks(&data, Mark::NeverTold).len(), 1);
    let told = marks(&data, Mark::ToldDone).len() + marks(&data, Mark::ToldNotDone).len();
    assert_eq!(told, 2);
}

#[test]
fn entries_that_never_get_an_answer_are_marked() {
    let typed = [
        (9_000, 0, "112JULLGALAX"),
        (11_000, 1, "112JULLGALAX"),
        (12_000, 2, "*I"),
    ];
    let faults = [
        (
            10_000,
            FaultKind::FailStop {
                machine: Target::Standby,
            },
        ),
        (
            10_500,
            FaultKind::FailStop {
                machine: Target::Active,
            },
        ),
    ];
    let seen = evening(&typed, &faults, Span::from_secs(5));
    is_true(&seen);
    assert_eq!(marks(&data(&seen.page), Mark::NoAnswer).len(), 2);
}

#[test]
fn entries_lost_in_historical_mode_are_marked() {
    let inputs = site_file_with_files("sites/tiny/site-historical.ron").1;
    let mut script = script("scripts/tiny-by-hand.ron");
    script.workload = Workload::File("typed".to_owned());
    let fault = FaultKind::FailStop {
        machine: Target::Active,
    };
    script.faults = vec![OrderedFault {
        at: When::Fixed(Span::from_millis(10_100)),
        fault,
    }];
    let typed = [
        (5_000, 0, "112JULLGALAX"),
        // One is with the machine when it stops; one waits in vain and is given up.
        (10_000, 1, "112JULLGALAX"),
        (12_000, 0, "02Y2"),
        (20_000, 0, RESET),
        (21_000, 0, "*I"),
    ];
    let list = typed.iter().map(|(ms, set, text)| Entry {
        at: Instant::ZERO + Span::from_millis(*ms),
        set: *set,
        text: (*text).to_owned(),
    });
    let seen = seen(plan(inputs, script, list.collect(), 1));
    is_true(&seen);
    assert_eq!(marks(&data(&seen.page), Mark::Takeover).len(), 1);
    assert!(seen.outcome.traffic.lost >= 1, "{:?}", seen.outcome.traffic);
    // An outage is shown whole, however long.
    let (begin, end) = still_window(&seen.page);
    let takeover = &seen.outcome.takeovers[0];
    assert!(begin <= takeover.fault_at, "{begin}");
    assert!(takeover.first_answer_at.is_some_and(|first| first < end));
}

#[test]
fn a_diagram_that_says_something_else_is_found_out() {
    let seen = two_minutes();
    let wrong = |what: &str, spoil: &dyn Fn(&mut Diagram)| {
        let mut diagram = seen.diagram.clone();
        spoil(&mut diagram);
        let page = diagram.page(&seen.plan, &seen.outcome);
        let found = mistakes(&page, &seen.records, &seen.outcome);
        assert!(!found.is_empty(), "{what} is not found out");
    };
    wrong("a frame left out", &|d| {
        d.flights.retain({
            let mut n = 0;
            move |_| {
                n += 1;
                n != 500
            }
        });
    });
    wrong("an arrow back in time", &|d| {
        let flight = &mut d.flights[300];
        flight.arrives = Instant(flight.leaves.0 - 2_000);
    });
    wrong("a takeover left out", &|d| {
        d.notes.retain(|note| note.kind != Mark::Takeover)
    });
    wrong("a takeover too early", &|d| {
        for note in d
            .notes
            .iter_mut()
            .filter(|note| note.kind == Mark::Takeover)
        {
            note.at = Instant(note.at.0 - 1_000_000);
        }
    });
    wrong("a fault left out", &|d| {
        d.notes.retain(|note| note.kind != Mark::Fault)
    });
    wrong("an entry left out", &|d| drop(d.lives.pop()));
    wrong("a doubt made up", &|d| d.lives[7].ending = Ending::ToldDone);
    wrong("an answer forgotten", &|d| {
        d.lives[7].ending = Ending::NoAnswer;
    });
}

#[test]
fn the_page_needs_nothing_else_and_texts_cannot_break_it() {
    let mut inputs = site("tiny");
    let title = "A <b> & ]]> </script> {{seed}} \u{7}";
    inputs.description.title = title.to_owned();
    inputs.description.name = "</title><tiny> &".to_owned();
    inputs.description.interchanges[0].name = "]]></script><b>&".to_owned();
    let script = script("scripts/tiny-minute.ron");
    let seen = seen(plan(inputs, script, Vec::new(), 5));
    is_true(&seen);
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..Default::default()
    };
    let page = roxmltree::Document::parse_with_options(&seen.page, options).expect("XML");
    for node in page.descendants().filter(|n| n.is_element()) {
        for attribute in node.attributes() {
            let loads = ["src", "href", "srcset", "data", "action"].contains(&attribute.name());
            assert!(!loads, "{} {}", node.tag_name().name(), attribute.name());
        }
    }
    for text in ["url(", "@import", "fetch(", "XMLHttpRequest", "import("] {
        assert!(!seen.page.contains(text), "{text}");
    }
    let places = seen
        .page
        .match_indices("http")
        .filter(|(at, _)| !seen.page[*at..].starts_with("http://www.w3.org/"));
    assert_eq!(places.count(), 0);
    let stills: Vec<_> = (page.descendants())
        .filter(|n| n.has_tag_name(("http://www.w3.org/2000/svg", "svg")))
        .filter(|n| n.attribute("role") == Some("img"))
        .collect();
    let [still] = stills[..] else {
        panic!("one picture for readers without a script");
    };
    // Every frame of its minute is in it.
    let (begin, end) = still_window(&seen.page);
    assert_eq!(end - begin, Span::from_secs(60));
    let frames = seen.records.iter().filter(|(at, record)| {
        matches!(record, Record::FrameUp(_) | Record::FrameDown(_)) && *at >= begin && *at < end
    });
    let drawn = still.descendants().filter(|n| {
        n.attribute("class")
            .is_some_and(|c| c.starts_with("flight"))
    });
    let drawn: usize = drawn
        .map(|n| n.attribute("d").unwrap_or("").matches('M').count())
        .sum();
    assert_eq!(drawn, frames.count());
    assert!(drawn > 20, "{drawn}");
}

#[test]
fn what_a_trouble_of_a_line_hits_is_marked_before_or_after_it_leaves() {
    let plan = plan(
        site("tiny"),
        script("scripts/tiny-minute.ron"),
        Vec::new(),
        5,
    );
    let mut run = plan.begin().expect("the files fit the site");
    let mut diagram = Diagram::new(&plan, &run);
    let frame = |direction, serial| FrameRecord {
        line: 0,
        direction,
        kind: match direction {
            Direction::Up => FrameKind::Entry { in_doubt: false },
            Direction::Down => FrameKind::Complete,
        },
        interchange: 1,
        terminal: 0,
        set: Some(0),
        serial,
        block: 0,
        characters: 10,
        maker: Some(0),
    };
    let hit = |direction, start, effect| Record::LineHit {
        line: 0,
        direction,
        hit: Hit {
            trouble: 1,
            start: Instant(start),
            effect,
        },
    };
    let (up, down) = (Direction::Up, Direction::Down);
    let by = Span::from_millis(300);
    let records = [
        // Told before they leave: two entries in one transmission. One hit was on a go-ahead.
        (1_000, hit(down, 1_000, Effect::Lost)),
        (1_000, hit(up, 2_000, Effect::Lost)),
        (2_000, Record::FrameUp(frame(up, 1))),
        (2_000, Record::FrameUp(frame(up, 2))),
        // Told after.
        (5_000, Record::FrameDown(frame(down, 1))),
        (5_000, hit(down, 5_000, Effect::Late { by })),
        (9_000, Record::FrameDown(frame(down, 2))),
    ];
    for (at, record) in &records {
        diagram.observe(Instant(*at), record);
    }
    let fates: Vec<Fate> = diagram.flights.iter().map(|flight| flight.fate).collect();
    let on_time = Fate::Computed;
    assert_eq!(fates, [Fate::Lost, Fate::Lost, on_time, on_time]);
    let travels = |n: usize| diagram.flights[n].arrives - diagram.flights[n].leaves;
    assert_eq!(travels(2), travels(3) + by);
    let mut journal = JournalWriter::headless(Vec::new(), State::new());
    let outcome = driver::finish(&plan, &mut run, &mut journal, &mut (), &mut |_| {});
    let page = diagram.page(&plan, &outcome);
    assert_eq!(marks(&data(&page), Mark::LineHit), [2, 2, 5]);
    assert!(
        page.contains("1 of line troubles that hit a go-ahead"),
        "it is counted"
    );
}

/// A center that loses a machine: its records and its page.
fn center() -> &'static (Vec<(Instant, Record)>, String) {
    static SEEN: OnceLock<(Vec<(Instant, Record)>, String)> = OnceLock::new();
    SEEN.get_or_init(|| {
        let inputs = planting::center("sites/sage-boston/site.ron", None);
        let mut script = script("scripts/center-faults.ron");
        script.duration = Span::from_secs(240);
        let options = Options {
            seed: 1,
            cut: None,
            keep_entries: false,
        };
        let plan = air::Plan::new(inputs, script, Vec::new(), options).expect("a plan");
        let mut run = plan.begin().expect("it begins");
        let mut diagram = CenterDiagram::new(&plan, &run);
        let mut log = Log::default();
        let mut journal = JournalWriter::digest_only();
        let mut both: Vec<&mut dyn Onlooker> = vec![&mut diagram, &mut log];
        let outcome = world::finish(&plan, &mut run, &mut journal, &mut both, &mut |_| {});
        (log.0, diagram.page(&plan, &outcome))
    })
}

#[test]
fn what_comes_to_a_center_and_leaves_it_is_drawn_as_the_records_have_it() {
    let (records, page) = center();
    let data = data(page);
    let kinds = numbers(&data, "arrows", "kind");
    let drawn = |kind: Arrow| kinds.iter().filter(|k| **k == kind as i64).count();
    let recorded = |is: &dyn Fn(&CenterRecord) -> bool| {
        let of_center = records.iter().filter_map(|(_, record)| match record {
            Record::Center(record) => Some(record),
            _ => None,
        });
        of_center.filter(|record| is(record)).count()
    };
    let out = recorded(&|r| matches!(r, CenterRecord::Output { .. }));
    let told = recorded(&|r| matches!(r, CenterRecord::CrosstellIn { .. }));
    assert_eq!(drawn(Arrow::Crosstell) + drawn(Arrow::Order), out + told);
    let actions = recorded(&|r| matches!(r, CenterRecord::Action { fate: Some(_), .. }));
    assert_eq!(drawn(Arrow::Action), actions);
    let dark = recorded(&|r| matches!(r, CenterRecord::Action { fate: None, .. }));
    assert_eq!(marks(&data, Mark::DarkGlass).len(), dark);
    let displays = recorded(&|r| matches!(r, CenterRecord::TracksShown { .. }));
    assert_eq!(drawn(Arrow::Display), displays);
    let heard =
        |r: &CenterRecord| matches!(r, CenterRecord::Report { .. } | CenterRecord::GapHit { .. });
    let counted = data["transfers"].as_array().expect("stations").iter();
    let counted = counted.flat_map(|station| station.as_array().expect("seconds"));
    let counted: u64 = counted.filter_map(Value::as_u64).sum();
    assert_eq!(counted, recorded(&heard) as u64);
    assert!(drawn(Arrow::Report) > 0 && out > 0 && told > 0 && actions > 0 && dark > 0);
    for kind in [Mark::Takeover, Mark::Fault, Mark::Stopped] {
        assert_eq!(marks(&data, kind).len(), 1, "{kind:?}");
    }
}

/// Words that only one kind of site has.
const OF_RESERVATIONS: &str = "agent agents entry entries interchange interchanges keyboard \
    keyboards disk disks answer answers answered lights booking bookings seat seats serial set sets \
    held doubt doubtful push-buttons";
const OF_CENTERS: &str = "radar radars antenna gap filler console consoles crosstell neighbour \
    neighbours neighbouring base bases weapon weapons pilot pilots scope scopes tracks aircraft gun \
    center centers";

/// The words of a text, in small letters.
fn words(text: &str) -> BTreeSet<String> {
    let parts = text.split(|c: char| !c.is_alphabetic() && c != '-');
    let parts = parts.filter(|part| !part.is_empty());
    parts.map(str::to_lowercase).collect()
}

/// All that a page says to whoever reads it, points at it, or hears it read.
fn said(page: &str) -> String {
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..Default::default()
    };
    let parsed = roxmltree::Document::parse_with_options(page, options).expect("XML");
    let mut said = String::new();
    for node in parsed.descendants() {
        let parent = node.parent().map_or("", |parent| parent.tag_name().name());
        if node.is_text() && !["script", "style"].contains(&parent) {
            said += node.text().unwrap_or("");
            said.push('\n');
        }
        for name in ["title", "aria-label", "placeholder", "alt"] {
            said += node.attribute(name).unwrap_or("");
            said.push('\n');
        }
    }
    // Of the data, all texts but names of colours and shapes.
    fn texts(value: &Value, said: &mut String) {
        match value {
            Value::String(text) => *said += &format!("{text}\n"),
            Value::Array(list) => list.iter().for_each(|one| texts(one, said)),
            Value::Object(object) => object
                .iter()
                .filter(|(key, _)| !["colour", "shape", "class", "kind"].contains(&key.as_str()))
                .for_each(|(_, one)| texts(one, said)),
            _ => {}
        }
    }
    texts(&data(page), &mut said);
    said
}

/// Words of a text that a page of its kind of site must not have, and of those it must have.
fn strange(text: &str, own: &str, others: &str) -> (Vec<String>, usize) {
    let (text, own, others) = (words(text), words(own), words(others));
    let found = text.intersection(&others).cloned().collect();
    (found, text.intersection(&own).count())
}

#[test]
fn each_kind_of_site_has_its_own_words() {
    let none = Vec::<String>::new();
    let center = said(&center().1);
    let (found, own) = strange(&center, OF_CENTERS, OF_RESERVATIONS);
    assert_eq!(found, none);
    assert!(own > 15, "{own}");
    let reservations = said(&two_minutes().page);
    let (found, own) = strange(&reservations, OF_RESERVATIONS, OF_CENTERS);
    assert_eq!(found, none);
    assert!(own > 15, "{own}");
    // Every word of one kind is found out at the other.
    for (text, own, others) in [
        (&center, OF_CENTERS, OF_RESERVATIONS),
        (&reservations, OF_RESERVATIONS, OF_CENTERS),
    ] {
        for word in words(others) {
            let spoiled = format!("{text}\nThe {word}.");
            assert_eq!(strange(&spoiled, own, others).0, [word]);
        }
    }
}

/// What a page's script says and writes, where there is something that runs it: Node.js.
fn script_says(page: &str, frames: usize) -> Option<String> {
    let tried = Command::new("node")
        .arg(repository().join("tests/diagram_page.mjs"))
        .arg(frames.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut node) = tried else {
        println!("skipped: there is no node to run the page's script");
        return None;
    };
    let mut stdin = node.stdin.take().expect("a pipe");
    stdin.write_all(page.as_bytes()).expect("it reads");
    drop(stdin);
    let output = node.wait_with_output().expect("it ends");
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{wrong}");
    Some(String::from_utf8(output.stdout).expect("text"))
}

#[test]
fn the_pages_script_draws_and_tells_everything() {
    let seen = two_minutes();
    let frames = seen.records.iter();
    let frames = frames.filter(|(_, r)| matches!(r, Record::FrameUp(_) | Record::FrameDown(_)));
    let Some(said) = script_says(&seen.page, frames.count()) else {
        return;
    };
    let (found, own) = strange(&said, OF_RESERVATIONS, OF_CENTERS);
    assert_eq!(found, Vec::<String>::new());
    assert!(own > 10, "{said}");
}

#[test]
fn the_script_of_a_centers_page_speaks_of_what_is_there() {
    let (_, page) = center();
    let many = [Arrow::Report, Arrow::GapHit].map(|kind| kind as i64);
    let kinds = numbers(&data(page), "arrows", "kind");
    let messages = kinds.iter().filter(|kind| !many.contains(kind));
    let Some(said) = script_says(page, messages.count()) else {
        return;
    };
    let (found, own) = strange(&said, OF_CENTERS, OF_RESERVATIONS);
    assert_eq!(found, Vec::<String>::new());
    assert!(own > 10, "{said}");
}
