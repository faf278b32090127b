//! The history of the terminals, for checkers of other people: Jepsen's EDN, and JSON.
//!
//! ```edn
//! {:index 4, :type :invoke, :process 17, :f :sell, :value [["AA1 12JUL Y" 2]], :time 4000000000, :serial 2}
//! {:index 5, :type :ok, :process 17, :f :sell, :value [["AA1 12JUL Y" 2]], :time 4295155960, :serial 2}
//! ```
//!
//! | key | is |
//! |---|---|
//! | `:type` | `:invoke` an entry was accepted; `:ok` it was done; `:fail` it was not done; `:info` nobody was told |
//! | `:process` | the set. After an entry that was given up or never answered the set goes on under another number (so many sets more), as Jepsen's processes do |
//! | `:time` | nanoseconds of virtual time |
//! | `:f`, `:value` | see below; each seat is named by flight, date and class |
//! | `:error` | of a `:fail` what the set was told; of a sell refused for want of seats `[:left n]` |
//! | `:serial` | serial of the entry |
//!
//! | `:f` | `:value` |
//! |---|---|
//! | `:open` | seats left when the run began (or the day was opened), told once for each flight, date and class before its first mention, by the process `:files` |
//! | `:sell`, `:wait-list` | seats asked for; in an `:invoke` all flights that may be meant |
//! | `:cancel`, `:ignore`, `:end` | seats given back; in an `:invoke` all that may be |
//! | `:display` | the booking as shown: seats and how they stand, `HK` and `HL` on file, `SS` and `LL` open, `XX` and `XL` to be cancelled; of a booking brought in the line shown |
//! | `:availability` | `[flight true]` if at least so many seats as asked for were shown to be left; it lags by design |
//!
//! A `:fail` of a sell has happened like any other operation, and changed nothing: a checker that uses
//! its `:error` sees more than one that leaves failed operations out.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use clock::Instant;

use crate::day::Today;
use crate::driver::{Onlooker, Plan, Run};
use crate::judges::booking_model::SeatKey;
use crate::judges::seats;
use crate::judges::seats::linearisable::Linearisable;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Function {
    /// Sells seats.
    Sell,
    /// Puts somebody on the wait-list.
    WaitList,
    /// Cancels segments.
    Cancel,
    /// Ignores an unfinished booking.
    Ignore,
    /// Files a booking.
    End,
    /// Shows a booking.
    Display,
    /// Asks for the lights.
    Availability,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Outcome {
    /// It is entered.
    Invoke,
    /// It was done.
    Ok,
    /// It was not done; what the set was told.
    Fail(String),
    /// A sell was refused; so many seats were left.
    Refused(u16),
    /// Nobody was told.
    Info,
}

/// What is asked for or told.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Value {
    /// So many seats.
    Seats(Vec<(SeatKey, u16)>),
    /// Segments of a booking: seats, and how they stand.
    Segments(Vec<(SeatKey, u16, String)>),
    /// Light or none for each.
    Lights(Vec<(SeatKey, bool)>),
    /// What was typed or shown.
    Text(String),
}

/// An entry of a history.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Entry {
    /// When.
    pub at: Instant,
    /// What day it is then.
    pub today: Today,
    /// The set.
    pub set: u16,
    /// Serial of the entry.
    pub serial: u16,
    /// What became of it.
    pub outcome: Outcome,
    /// What it is.
    pub function: Function,
    /// What is asked for or told.
    pub value: Value,
}

impl Function {
    /// It may give seats back.
    pub fn gives_back(self) -> bool {
        matches!(self, Function::Cancel | Function::Ignore | Function::End)
    }

    fn name(self) -> &'static str {
        match self {
            Function::Sell => "sell",
            Function::WaitList => "wait-list",
            Function::Cancel => "cancel",
            Function::Ignore => "ignore",
            Function::End => "end",
            Function::Display => "display",
            Function::Availability => "availability",
        }
    }
}

/// How a history is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Jepsen's: a map on each line.
    Edn,
    /// An array of objects with the same keys.
    Json,
}

/// A value of either format.
enum Datum {
    Keyword(&'static str),
    Text(String),
    Number(u64),
    Truth(bool),
    Vector(Vec<Datum>),
}

impl Datum {
    fn write(&self, format: Format, to: &mut String) {
        match self {
            Datum::Keyword(word) if format == Format::Edn => *to += &format!(":{word}"),
            Datum::Keyword(word) => *to += &format!("\"{word}\""),
            // No character of a set needs more.
            Datum::Text(text) => {
                *to += &format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
            }
            Datum::Number(number) => *to += &number.to_string(),
            Datum::Truth(truth) => *to += &truth.to_string(),
            Datum::Vector(all) => {
                to.push('[');
                for (place, one) in all.iter().enumerate() {
                    if place > 0 {
                        *to += if format == Format::Edn { " " } else { ", " };
                    }
                    one.write(format, to);
                }
                to.push(']');
            }
        }
    }
}

/// Writes a history while the run goes on.
pub struct Writer<'a, W: Write> {
    plan: &'a Plan,
    format: Format,
    to: W,
    failed: Option<io::Error>,
    today: Today,
    /// Knows how many seats were left at first.
    at_first: Linearisable,
    /// Flights mentioned.
    mentioned: BTreeSet<SeatKey>,
    /// Entries on their way, by set and serial: process and what was asked.
    open: BTreeMap<(u16, u16), (u64, Function, Value)>,
    /// The process a set goes on as.
    processes: Vec<u64>,
    index: u64,
}

impl<'a, W: Write> Writer<'a, W> {
    /// The history of `run`, which has not begun.
    pub fn new(plan: &'a Plan, run: &Run, format: Format, to: W) -> Writer<'a, W> {
        Writer {
            plan,
            format,
            to,
            failed: None,
            today: run.judges.model.today,
            at_first: run.judges.seats.linearisable.clone(),
            mentioned: BTreeSet::new(),
            open: BTreeMap::new(),
            processes: (0..plan.inputs.description.sets() as u64).collect(),
            index: 0,
        }
    }

    fn name(&self, key: SeatKey) -> Datum {
        Datum::Text(seats::name(&self.plan.inputs, self.today, key))
    }

    fn value(&self, value: &Value) -> Datum {
        let vector = Datum::Vector;
        match value {
            Value::Seats(all) => vector(
                all.iter()
                    .map(|&(key, n)| vector(vec![self.name(key), Datum::Number(n.into())]))
                    .collect(),
            ),
            Value::Segments(all) => vector(
                all.iter()
                    .map(|(key, n, how)| {
                        let how = Datum::Text(how.clone());
                        vector(vec![self.name(*key), Datum::Number((*n).into()), how])
                    })
                    .collect(),
            ),
            Value::Lights(all) => vector(
                all.iter()
                    .map(|&(key, lit)| vector(vec![self.name(key), Datum::Truth(lit)]))
                    .collect(),
            ),
            Value::Text(text) => Datum::Text(text.clone()),
        }
    }

    fn line(
        &mut self,
        kind: &'static str,
        process: Datum,
        at: Instant,
        rest: Vec<(&'static str, Datum)>,
    ) {
        let mut all = vec![
            ("index", Datum::Number(self.index)),
            ("type", Datum::Keyword(kind)),
            ("process", process),
            ("time", Datum::Number(at.0)),
        ];
        all.extend(rest);
        let mut text = match (self.format, self.index) {
            (Format::Edn, _) => "{".to_owned(),
            (Format::Json, 0) => "[\n{".to_owned(),
            (Format::Json, _) => ",\n{".to_owned(),
        };
        for (place, (key, datum)) in all.iter().enumerate() {
            if place > 0 {
                text += ", ";
            }
            match self.format {
                Format::Edn => text += &format!(":{key} "),
                Format::Json => text += &format!("\"{key}\": "),
            }
            datum.write(self.format, &mut text);
        }
        text += if self.format == Format::Edn {
            "}\n"
        } else {
            "}"
        };
        self.index += 1;
        if self.failed.is_none() {
            self.failed = self.to.write_all(text.as_bytes()).err();
        }
    }

    /// Seats left at first, when a flight is mentioned for the first time.
    fn mention(&mut self, at: Instant, value: &Value) {
        let keys: Vec<SeatKey> = match value {
            Value::Seats(all) => all.iter().map(|one| one.0).collect(),
            Value::Segments(all) => all.iter().map(|one| one.0).collect(),
            Value::Lights(all) => all.iter().map(|one| one.0).collect(),
            Value::Text(_) => Vec::new(),
        };
        for key in keys {
            if !self.mentioned.insert(key) {
                continue;
            }
            let left = self.at_first.at_first(key);
            for kind in ["invoke", "ok"] {
                let value = self.value(&Value::Seats(vec![(key, left)]));
                let rest = vec![("f", Datum::Keyword("open")), ("value", value)];
                self.line(kind, Datum::Keyword("files"), at, rest);
            }
        }
    }

    fn entry(&mut self, entry: &Entry) {
        while self.today.number < entry.today.number {
            self.today.number += 1;
            let place = self.today.last_place();
            self.at_first.open_day(place);
            self.mentioned.retain(|key| key.1 != place);
        }
        self.mention(entry.at, &entry.value);
        let key = (entry.set, entry.serial);
        let process = match &entry.outcome {
            Outcome::Invoke => {
                let sets = self.processes.len() as u64;
                let process = &mut self.processes[usize::from(entry.set)];
                let mut those = self.open.range((entry.set, 0)..=(entry.set, u16::MAX));
                if those.any(|(_, open)| open.0 == *process) {
                    *process += sets;
                }
                let open = (*process, entry.function, entry.value.clone());
                self.open.insert(key, open);
                self.processes[usize::from(entry.set)]
            }
            _ => match self.open.remove(&key) {
                Some((process, ..)) => process,
                None => return,
            },
        };
        if entry.outcome == Outcome::Info && self.processes[usize::from(entry.set)] == process {
            self.processes[usize::from(entry.set)] += self.processes.len() as u64;
        }
        let kind = match &entry.outcome {
            Outcome::Invoke => "invoke",
            Outcome::Ok => "ok",
            Outcome::Fail(_) | Outcome::Refused(_) => "fail",
            Outcome::Info => "info",
        };
        let mut rest = vec![
            ("f", Datum::Keyword(entry.function.name())),
            ("value", self.value(&entry.value)),
            ("serial", Datum::Number(entry.serial.into())),
        ];
        match &entry.outcome {
            Outcome::Fail(told) => rest.push(("error", Datum::Text(told.clone()))),
            Outcome::Refused(left) => {
                let left = vec![Datum::Keyword("left"), Datum::Number((*left).into())];
                rest.push(("error", Datum::Vector(left)));
            }
            _ => {}
        }
        self.line(kind, Datum::Number(process), entry.at, rest);
    }

    /// The run is over: what is still open was never answered.
    pub fn finish(mut self, now: Instant) -> io::Result<W> {
        let open: Vec<_> = self
            .open
            .iter()
            .map(|(key, open)| (*key, open.clone()))
            .collect();
        for ((set, serial), (_, function, value)) in open {
            self.entry(&Entry {
                at: now,
                today: self.today,
                set,
                serial,
                outcome: Outcome::Info,
                function,
                value,
            });
        }
        let end = match (self.format, self.index) {
            (Format::Edn, _) => "",
            (Format::Json, 0) => "[]\n",
            (Format::Json, _) => "\n]\n",
        };
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.to.write_all(end.as_bytes())?;
        self.to.flush()?;
        Ok(self.to)
    }
}

impl<W: Write> Onlooker for Writer<'_, W> {
    fn entry(&mut self, entry: &Entry) {
        Writer::entry(self, entry);
    }
}
