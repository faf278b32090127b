//! An evening as the people at the sets saw it.
//!
//! What a set shows: the sixteen lights of the air information device, the printed lines, and
//! whether the keyboard can be used; what the operator hears of the machines stands between, at the
//! left. Times are virtual, in seconds, to ten milliseconds.
//!
//! ```text
//!    10.00  set 0  > 112JULLGALAX          typed, and ENTER pressed
//!    10.46         LIGHTS 1 2 - 4          line 3 is dark
//!    12.00         1 AA1    Y 12JUL ...    printing begins
//!    14.61         keyboard unlocked       the last character is struck
//!    20.00  site   FailStop ...            what only the operator saw
//! ```

use std::fmt::Write;

use clock::Instant;
use device::agent_set::{Again, SetOutput};
use exercise::agents::Key;
use exercise::judges::text_of;
use site::Record;

use crate::evening::{Happened, Morning};

/// Characters of a printed line: a whole block.
const LINE: usize = 100;

struct Paper {
    text: String,
    set: Option<u16>,
}

impl Paper {
    fn line(&mut self, at: Instant, set: Option<u16>, text: &str) {
        let centiseconds = at.0.div_ceil(10_000_000);
        let who = match set {
            Some(set) => format!("set {set}"),
            None => "site ".to_owned(),
        };
        // One after another of the same set: the name stands once.
        let who = if set.is_some() && self.set == set {
            ""
        } else {
            &who
        };
        self.set = set;
        writeln!(
            self.text,
            "{:5}.{:02}  {who:5}  {text}",
            centiseconds / 100,
            centiseconds % 100
        )
        .expect("a string grows");
    }
}

/// The sixteen lights, line 1 first; a dark one is a dash.
pub fn lights_text(lights: u16) -> String {
    let light = |line: u16| match lights >> (16 - line) & 1 {
        1 => line.to_string(),
        _ => "-".to_owned(),
    };
    let lines: Vec<String> = (1..=16).map(light).collect();
    format!("LIGHTS {}", lines.join(" "))
}

/// The evening under a heading that says what to look for.
pub fn transcript(heading: &str, morning: &Morning) -> String {
    let mut paper = Paper {
        text: format!("{}\n\n", heading.trim_end()),
        set: None,
    };
    for (at, happened) in morning.happened() {
        match happened {
            Happened::Action(action) => {
                let text = match &action.key {
                    Key::Enter(text) => format!("> {text}"),
                    Key::Reset => "> RESET".to_owned(),
                };
                paper.line(at, Some(action.set), &text);
            }
            Happened::Site(Record::Set(output)) => shown(&mut paper, at, &output),
            Happened::Site(record) => {
                if let Some(text) = heard(&record) {
                    paper.line(at, None, &text);
                }
            }
        }
    }
    paper.text
}

fn shown(paper: &mut Paper, at: Instant, output: &SetOutput) {
    match output {
        SetOutput::Answer {
            set,
            lights,
            text,
            complete,
            ..
        } => {
            if let Some(lights) = lights {
                return paper.line(at, Some(*set), &lights_text(*lights));
            }
            let text = text_of(text);
            let characters: Vec<char> = text.chars().collect();
            for piece in characters.chunks(LINE) {
                paper.line(at, Some(*set), &piece.iter().collect::<String>());
            }
            if !complete {
                paper.line(at, Some(*set), "(more follows when this is printed)");
            }
        }
        SetOutput::Unlocked { set } => paper.line(at, Some(*set), "keyboard unlocked"),
        SetOutput::Reset { set } => paper.line(at, Some(*set), "keyboard unlocked by RESET"),
        SetOutput::Accepted {
            set,
            again,
            in_doubt,
            ..
        } => {
            let text = match (again, in_doubt) {
                (true, _) => "keyboard locked, the entry before stands",
                (_, true) => "keyboard locked, the entry before is in doubt",
                _ => "keyboard locked",
            };
            paper.line(at, Some(*set), text);
        }
        SetOutput::NotAvailable { .. } => paper.line(at, None, "SYSTEM NOT AVAILABLE at the sets"),
        SetOutput::Available { .. } => paper.line(at, None, "system available at the sets"),
        SetOutput::Requeued { set, why, .. } => {
            let why = match why {
                Again::Reopen => "the lines are opened again",
                Again::TimeOut => "too long without an answer",
                Again::Refused => "its answer came damaged",
                Again::NotAcknowledged => "nobody acknowledged it",
                Again::SameTextAgain | Again::NextBlock => return,
            };
            paper.line(at, None, &format!("set {set}'s entry is sent again: {why}"));
        }
        SetOutput::Discarded { .. } => {}
    }
}

/// What the operator hears.
fn heard(record: &Record) -> Option<String> {
    match record {
        Record::Fault { fault, hit, .. } => Some(format!("{fault}: {hit}")),
        Record::Decision { to, cause, .. } => Some(format!(
            "the switch gives the active role to {to:?}: {cause}"
        )),
        Record::RoleTaken { machine, .. } => Some(format!("{machine:?}'s relays have closed")),
        Record::KeyRefused { set, why } => Some(format!("set {set}: no effect, {why}")),
        Record::MachineHalted { machine, location } => {
            Some(format!("{machine:?} has halted at {location:05o}"))
        }
        _ => None,
    }
}
