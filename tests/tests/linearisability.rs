//! Our checker of terminal histories against somebody else's.
//!
//! A thousand small histories at one flight, date and class are made by a counter of seats that does
//! what a good one does, or has one of six habits of a bad one. Each is judged by the checker the
//! judges use and by the linearisability tester of `stateright`, which knows nothing of ours: it
//! tries every order. The rule of the seats is written here a second time, for it.
//!
//! A bad counter makes many good histories: a sale that was lost shows only when somebody is told a
//! count that it should have changed. So it is counted how many are really bad.
//!
//! And the history a run writes holds enough for others: read again, it is judged as the run was.

use std::collections::BTreeMap;

use clock::Instant;
use clock::journal::JournalWriter;
use clock::random::Stream;
use exercise::driver::{self, Options, Plan};
use exercise::history::{Format, Writer};
use exercise::inputs::load_script;
use exercise::linearisability::{Checker, Deed, Event, Id, Outcome, Step};
use serde_json::{Value, json};
use site::source::SourceMap;
use stateright::semantics::{ConsistencyTester, LinearizabilityTester, SequentialSpec};

/// Histories compared.
const HISTORIES: u64 = 1_000;

/// Seats left.
#[derive(Clone, Debug)]
struct Seats(u16);

/// What one is told.
#[derive(Clone, Debug, PartialEq)]
enum Told {
    Done,
    Left(u16),
}

impl SequentialSpec for Seats {
    type Op = Deed;
    type Ret = Told;

    fn invoke(&mut self, deed: &Deed) -> Told {
        match *deed {
            Deed::Sell(seats) if seats > self.0 => return Told::Left(self.0),
            Deed::Sell(seats) => self.0 -= seats,
            Deed::Back(seats) => self.0 += seats,
        }
        Told::Done
    }
}

/// What a counter of seats does wrong, now and then.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Habit {
    None,
    /// What was done is not kept.
    LosesWrites,
    /// The count told, and looked at, is an old one.
    ReadsStale,
    /// Says one more or less than are left.
    Miscounts,
    /// Refuses when the last seats are asked for.
    KeepsTheLast,
    /// Answers, and does it later.
    AnswersFirst,
    /// Does it twice.
    Repeats,
}

const HABITS: [Habit; 10] = [
    Habit::None,
    Habit::LosesWrites,
    Habit::ReadsStale,
    Habit::Miscounts,
    Habit::LosesWrites,
    Habit::KeepsTheLast,
    Habit::AnswersFirst,
    Habit::Repeats,
    Habit::Miscounts,
    Habit::None,
];

/// An entry at a set.
struct Entry {
    id: Id,
    deed: Deed,
    told: Option<Told>,
    /// Answered, and not done yet.
    owed: bool,
}

/// A history and the seats at its begin.
struct History {
    free: u16,
    events: Vec<Event>,
    habit: Habit,
}

/// Two to four sets, seven to fourteen entries; at each step a set enters, an entry is done, or one is
/// answered (or, rarely, never is).
fn history(number: u64) -> History {
    let mut chance = Stream::new(number, "tests/histories");
    let habit = HABITS[number as usize % HABITS.len()];
    let free = chance.below(4) as u16;
    let (sets, entries) = (2 + chance.below(3), 7 + chance.below(8));
    let mut seats = Seats(free);
    let mut old = free;
    let mut open: Vec<Entry> = Vec::new();
    let (mut events, mut begun) = (Vec::new(), 0);
    while begun < entries || open.iter().any(|entry| entry.told.is_some()) {
        let at = Instant(events.len() as u64 * 1_000_000_000);
        let set = chance.below(sets) as u16;
        let place = open
            .iter()
            .position(|entry| entry.id.set == set && !entry.owed);
        let errs = chance.chance(0.6);
        match place {
            None if begun < entries => {
                let seats = 1 + chance.below(3) as u16;
                let deed = match chance.below(3) {
                    0 => Deed::Back(seats),
                    _ => Deed::Sell(seats),
                };
                begun += 1;
                let id = Id {
                    set,
                    serial: begun as u16,
                    part: 0,
                };
                let step = Step::Begin(deed);
                events.push(Event { at, id, step });
                open.push(Entry {
                    id,
                    deed,
                    told: None,
                    owed: false,
                });
            }
            None => {}
            Some(place) if open[place].told.is_none() => {
                let deed = open[place].deed;
                let before = seats.0;
                let told = match (habit, errs, deed) {
                    (Habit::ReadsStale, true, _) => {
                        let told = Seats(old).invoke(&deed);
                        if told == Told::Done {
                            seats.0 = seats.0.saturating_add_signed(deed.change() as i16);
                        }
                        told
                    }
                    (Habit::KeepsTheLast, true, Deed::Sell(n)) if n == seats.0 => Told::Left(n),
                    (Habit::AnswersFirst, true, _) => {
                        open[place].owed = true;
                        seats.clone().invoke(&deed)
                    }
                    _ => seats.invoke(&deed),
                };
                let told = match (habit, errs, told) {
                    (Habit::Miscounts, true, Told::Left(n)) => Told::Left(if chance.chance(0.5) {
                        n + 1
                    } else {
                        n.saturating_sub(1)
                    }),
                    (_, _, told) => told,
                };
                match habit {
                    Habit::LosesWrites if errs => seats.0 = before,
                    Habit::Repeats if errs => drop(seats.invoke(&deed)),
                    _ => {}
                }
                if chance.chance(0.3) {
                    old = before;
                }
                open[place].told = Some(told);
                if open[place].owed {
                    let id = open[place].id;
                    let step = Step::End(outcome(open[place].told.as_ref()));
                    events.push(Event { at, id, step });
                }
            }
            Some(place) if chance.chance(0.12) => {
                // Nobody is told.
                let entry = open.remove(place);
                let step = Step::End(match errs {
                    true => Outcome::Unanswered,
                    false => Outcome::Untold,
                });
                events.push(Event {
                    at,
                    id: entry.id,
                    step,
                });
            }
            Some(place) => {
                let entry = open.remove(place);
                let step = Step::End(outcome(entry.told.as_ref()));
                events.push(Event {
                    at,
                    id: entry.id,
                    step,
                });
            }
        }
        // What was answered too early is done at last.
        if chance.chance(0.3)
            && let Some(place) = open.iter().position(|entry| entry.owed)
        {
            let entry = open.remove(place);
            seats.invoke(&entry.deed);
        }
    }
    History {
        free,
        events,
        habit,
    }
}

fn outcome(told: Option<&Told>) -> Outcome {
    match told {
        Some(Told::Done) => Outcome::Done,
        Some(Told::Left(left)) => Outcome::Refused { left: *left },
        None => Outcome::Unanswered,
    }
}

/// What the checker of the judges says, and why.
fn ours(history: &History) -> Result<(), String> {
    let mut checker = Checker::new(i32::from(history.free));
    for &event in &history.events {
        checker.hear(event).map_err(|failure| failure.to_string())?;
    }
    let end = Instant(history.events.len() as u64 * 1_000_000_000);
    checker.close(end).map_err(|failure| failure.to_string())?;
    assert!(!checker.given_up(), "a small history can be followed");
    Ok(())
}

/// What stateright says. It knows entries never answered, and none that happened by their end or
/// never will: so it is asked for each way in which these can have gone.
fn theirs(history: &History) -> bool {
    let is_untold = |event: &&Event| event.step == Step::End(Outcome::Untold);
    let untold: Vec<Id> = history
        .events
        .iter()
        .filter(is_untold)
        .map(|e| e.id)
        .collect();
    let ways = 0..1usize << untold.len();
    ways.into_iter().any(|way| {
        let fate = |id: Id| {
            untold
                .iter()
                .position(|&one| one == id)
                .map(|n| way >> n & 1 == 1)
        };
        can_be_serialised(history, &fate)
    })
}

/// A set that was never answered does not type again under its number. `fate` of an untold entry:
/// whether it was done.
fn can_be_serialised(history: &History, fate: &dyn Fn(Id) -> Option<bool>) -> bool {
    let mut tester = LinearizabilityTester::new(Seats(history.free));
    for &Event { id, step, .. } in &history.events {
        let thread = (id.set, history.lives_before(id));
        let told = match step {
            _ if fate(id) == Some(false) => continue,
            Step::Begin(deed) => {
                tester.on_invoke(thread, deed).expect("in turn");
                continue;
            }
            Step::End(Outcome::Done | Outcome::Untold) => Told::Done,
            Step::End(Outcome::Refused { left }) => Told::Left(left),
            Step::End(Outcome::NotDone | Outcome::Unanswered) => continue,
        };
        tester.on_return(thread, told).expect("in turn");
    }
    tester.is_consistent()
}

impl History {
    /// How many entries of the set before this one were never answered.
    fn lives_before(&self, id: Id) -> usize {
        let unanswered = |event: &&Event| {
            event.id.set == id.set
                && event.id.serial < id.serial
                && event.step == Step::End(Outcome::Unanswered)
        };
        self.events.iter().filter(unanswered).count()
    }
}

#[test]
fn a_thousand_small_histories_are_judged_as_stateright_judges_them() {
    let (mut good, mut bad, mut unnoticed) = (0, 0, 0);
    for number in 0..HISTORIES {
        let history = history(number);
        let (ours, theirs) = (ours(&history), theirs(&history));
        let (free, events, habit) = (history.free, &history.events, history.habit);
        assert_eq!(
            ours.is_ok(),
            theirs,
            "history {number} ({habit:?}), {free} left at first: ours says {ours:?} of {events:#?}"
        );
        match theirs {
            true => good += 1,
            false => bad += 1,
        }
        let honest = habit == Habit::None;
        assert!(
            theirs || !honest,
            "history {number}: a good counter's: {ours:?}"
        );
        unnoticed += u64::from(theirs && !honest);
    }
    println!("{good} can be ordered, {unnoticed} of them a bad counter's; {bad} cannot");
    assert!(good >= 300 && bad >= 300, "{good} good, {bad} bad");
    assert!(unnoticed >= 50, "{unnoticed} bad counters go unnoticed");
}

/// Two minutes at the large site, as it writes its history.
fn written(format: Format) -> String {
    let mut map = SourceMap::new();
    tests::fetch(&mut map, "scripts/two-minutes.ron");
    let script = load_script(&map, "scripts/two-minutes.ron", None).expect("in order");
    let options = Options {
        seed: 7,
        cut: None,
        keep_entries: false,
    };
    let plan = Plan::new(tests::site("sabre"), script, Vec::new(), options).expect("files");
    let mut run = plan.begin().expect("they fit the site");
    let mut history = Writer::new(&plan, &run, format, Vec::new());
    let mut journal = JournalWriter::digest_only();
    let outcome = driver::finish(&plan, &mut run, &mut journal, &mut history, &mut |_| {});
    let broken: Vec<_> = outcome.verdicts.iter().filter(|v| !v.holds).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    let bytes = history
        .finish(run.now())
        .expect("a vector takes everything");
    String::from_utf8(bytes).expect("text")
}

/// One value of EDN, as JSON; keywords become texts. Gives what follows it.
fn edn(text: &str) -> (Value, &str) {
    let text = text.trim_start_matches([' ', ',', '\n']);
    let close = |text: &str, mark: char| {
        text.trim_start_matches([' ', ','])
            .strip_prefix(mark)
            .map(str::len)
    };
    if let Some(mut rest) = text.strip_prefix('[') {
        let mut all = Vec::new();
        loop {
            if let Some(length) = close(rest, ']') {
                return (Value::Array(all), &rest[rest.len() - length..]);
            }
            let (one, after) = edn(rest);
            all.push(one);
            rest = after;
        }
    }
    if let Some(mut rest) = text.strip_prefix('{') {
        let mut map = serde_json::Map::new();
        loop {
            if let Some(length) = close(rest, '}') {
                return (Value::Object(map), &rest[rest.len() - length..]);
            }
            let (key, after) = edn(rest);
            let (value, after) = edn(after);
            map.insert(key.as_str().expect("a keyword").to_owned(), value);
            rest = after;
        }
    }
    if let Some(rest) = text.strip_prefix('"') {
        let (text, rest) = rest.split_once('"').expect("its end");
        return (json!(text), rest);
    }
    let end = text.find([' ', ',', ']', '}']).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let value = match word.strip_prefix(':') {
        Some(word) => json!(word),
        None => word.parse().expect("a number or a truth"),
    };
    (value, rest)
}

/// A history's seats, flight by flight: seats left at first, and the events.
fn flights(history: &[Value]) -> BTreeMap<String, (u16, Vec<Event>)> {
    let number = |value: &Value| value.as_u64().expect("a number");
    let mut flights: BTreeMap<String, (u16, Vec<Event>)> = BTreeMap::new();
    let mut open: BTreeMap<u64, Vec<(String, Id)>> = BTreeMap::new();
    for line in history {
        let (kind, function) = (line["type"].as_str().unwrap(), line["f"].as_str().unwrap());
        let value = line["value"].as_array().cloned().unwrap_or_default();
        if function == "open" {
            let (name, left) = (value[0][0].as_str().unwrap(), number(&value[0][1]));
            flights.entry(name.to_owned()).or_default().0 = left as u16;
            continue;
        }
        if ["availability", "display", "wait-list"].contains(&function) {
            continue;
        }
        let (at, process) = (Instant(number(&line["time"])), number(&line["process"]));
        if kind == "invoke" {
            let mut parts = Vec::new();
            for (part, asked) in value.iter().enumerate() {
                let (name, seats) = (asked[0].as_str().unwrap(), number(&asked[1]) as u16);
                let id = Id {
                    set: process as u16,
                    serial: number(&line["serial"]) as u16,
                    part: part as u8,
                };
                let step = Step::Begin(match function {
                    "sell" => Deed::Sell(seats),
                    _ => Deed::Back(seats),
                });
                flights
                    .get_mut(name)
                    .expect("opened")
                    .1
                    .push(Event { at, id, step });
                parts.push((name.to_owned(), id));
            }
            let before = open.insert(process, parts);
            assert!(before.is_none(), "one at a time: {line}");
            continue;
        }
        for (name, id) in open.remove(&process).expect("it was invoked") {
            let left = line["error"][1].as_u64();
            let outcome = match (kind, left) {
                ("ok", _) => Outcome::Done,
                ("fail", Some(left)) => Outcome::Refused { left: left as u16 },
                ("fail", None) => Outcome::NotDone,
                _ => Outcome::Unanswered,
            };
            let step = Step::End(outcome);
            flights
                .get_mut(&name)
                .expect("opened")
                .1
                .push(Event { at, id, step });
        }
    }
    assert!(open.is_empty(), "all are over: {open:?}");
    flights
}

#[test]
fn a_history_written_is_judged_as_the_run_was() {
    let history: Vec<Value> = serde_json::from_str(&written(Format::Json)).expect("JSON");
    let edn: Vec<Value> = written(Format::Edn)
        .lines()
        .map(|line| edn(line).0)
        .collect();
    assert_eq!(edn.len(), history.len());
    for (edn, json) in edn.iter().zip(&history) {
        assert_eq!(edn, json);
    }
    let judged = |history: &[Value]| -> (usize, Vec<String>) {
        let mut found = Vec::new();
        let flights = flights(history);
        for (name, (left, events)) in &flights {
            let mut checker = Checker::new(i32::from(*left));
            let failure = events.iter().find_map(|&event| checker.hear(event).err());
            found.extend(failure.map(|failure| format!("{name}: {failure}")));
        }
        (flights.values().map(|flight| flight.1.len()).sum(), found)
    };
    let (events, found) = judged(&history);
    assert!(events > 300, "{events} events");
    assert_eq!(found, [""; 0]);
    // Somebody is told one seat less than is left.
    let mut spoilt = history.clone();
    let refused = spoilt
        .iter_mut()
        .find(|line| line["error"][1].as_u64() > Some(0));
    let refused = refused.expect("some sell is refused with seats left");
    refused["error"][1] = json!(refused["error"][1].as_u64().unwrap() - 1);
    let (_, found) = judged(&spoilt);
    assert_eq!(found.len(), 1, "{found:?}");
}
