//! The agent set of a reservation site, as a visitor has it before him.
//!
//! A keyboard, a printer, and the air information device with its sixteen lights; the keyboard
//! locks when ENTER goes down and is free when the answer is complete. There are capitals only.
//! All that this room knows of a reservation site stands here.

use device::agent_set::{Lock, SetOutput};
use device::frame::{TEXT_MAX, is_text};
use exercise::driver::{Plan, Run};
use site::{Machine, Record};

use crate::position::{Heard, KeyState, Keys, Positions};

/// The keyboard of an agent set.
pub const KEYS: Keys = Keys {
    letter,
    line_max: TEXT_MAX,
    help: HELP,
};

const HELP: &str = "\
** Type an entry and press RETURN, which is ENTER on the set. The keyboard locks until the
** answer is complete. An example:
**   112JULLGALAX               12 July, LaGuardia to Los Angeles: lights for lines with seats
**   02Y2                       sell two seats in class Y, line 2
**   -2SMITH/JOHN MR/MARY MRS   the names; the number is how many
**   9212-555-0100-H            a telephone
**   7TAW5JUL                   tickets to be written on 5 July
**   6MR SMITH                  received from
**   E                          end: the booking is filed and its locator printed
** *A shows all, *I the itinerary, X1 cancels line 1, I ignores what was begun.
** *AAAAFB finds a booking by its locator, *-SMITH by name.
** RESET (or control-C) unlocks a keyboard that waits too long; the same entry typed again is
** done once. SITE tells how things stand. BYE (or control-D) ends your visit.
";

fn letter(key: u8) -> Option<char> {
    word::bcd::from_char(char::from(key))
        .filter(|&code| is_text(code))
        .map(word::bcd::to_char)
}

impl Positions for Run {
    const KEYS: Keys = KEYS;
    const LEFT_BEHIND: &str = "** an agent was at work here: I (ignore) clears what was begun";

    fn title(plan: &Plan) -> String {
        plan.inputs.description.title.to_string()
    }

    fn count(plan: &Plan) -> u16 {
        plan.inputs.description.sets() as u16
    }

    fn place(plan: &Plan, set: u16) -> String {
        let mut first = 0;
        for interchange in &plan.inputs.description.interchanges {
            first += u16::from(interchange.sets);
            if set < first {
                return format!("agent set {set}, {}", interchange.name);
            }
        }
        format!("agent set {set}")
    }

    fn heard(_plan: &Plan, record: &Record) -> Option<(u16, Heard)> {
        heard(record)
    }

    fn keyboard(&self, set: u16) -> KeyState {
        // A set that prints is a set locked.
        let (locked, told) = match self.site.network().lock(set).unwrap_or_default() {
            None => (false, "[keyboard unlocked]"),
            Some(Lock::Waiting | Lock::Printing) => (true, "[keyboard locked]"),
            Some(Lock::NotAvailable) => (true, "[SYSTEM NOT AVAILABLE: keyboard locked]"),
        };
        KeyState { locked, told }
    }

    fn is_at_rest(&self, _plan: &Plan, set: u16) -> bool {
        Run::is_at_rest(self, set)
    }

    fn stands(&self) -> String {
        let roles = Machine::BOTH.map(|machine| {
            let role = format!("{:?}", self.site.role(machine)).to_lowercase();
            format!("machine {machine} {role}")
        });
        let ledger = &self.judges.ledger;
        format!(
            "{}; {} moves of the active role so far; {} entries answered, {} under way",
            roles.join(", "),
            self.judges.takeovers.moves.len(),
            ledger.traffic.answered + ledger.traffic.refused,
            ledger.pending(),
        )
    }
}

fn heard(record: &Record) -> Option<(u16, Heard)> {
    match record {
        Record::Set(SetOutput::Answer {
            set,
            lights: Some(lights),
            ..
        }) => Some((*set, Heard::Line(lights_text(*lights)))),
        Record::Set(SetOutput::Answer {
            set,
            text,
            first_character_at,
            printed_at,
            ..
        }) if !text.is_empty() => {
            let print = Heard::Print {
                text: text.iter().map(|&code| word::bcd::to_char(code)).collect(),
                first: *first_character_at,
                last: *printed_at,
            };
            Some((*set, print))
        }
        Record::Set(SetOutput::Accepted {
            set,
            in_doubt: true,
            ..
        }) => Some((*set, line("[the entry before is in doubt]"))),
        Record::Set(SetOutput::Accepted {
            set, again: true, ..
        }) => Some((*set, line("[the entry before stands]"))),
        Record::KeyRefused { set, why } => Some((*set, line(&format!("[no effect: {why}]")))),
        _ => None,
    }
}

fn line(text: &str) -> Heard {
    Heard::Line(text.to_owned())
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

#[cfg(test)]
mod tests {
    use clock::Instant;

    use super::*;

    fn answer(lights: Option<u16>, text: &str) -> Record {
        Record::Set(SetOutput::Answer {
            set: 7,
            serial: 1,
            block: 0,
            lights,
            text: text.chars().filter_map(word::bcd::from_char).collect(),
            complete: true,
            first_character_at: Instant(5),
            printed_at: Instant(9),
        })
    }

    #[test]
    fn lights_are_told_by_their_numbers_and_texts_as_they_are_printed() {
        let lights = heard(&answer(Some(0b1010_0000_0000_0001), ""));
        let told = "LIGHTS 1 - 3 - - - - - - - - - - - - 16";
        assert_eq!(lights, Some((7, line(told))));
        let print = Heard::Print {
            text: "OKAY".to_owned(),
            first: Instant(5),
            last: Instant(9),
        };
        assert_eq!(heard(&answer(None, "OKAY")), Some((7, print)));
        assert_eq!(heard(&answer(None, "")), None);
    }

    #[test]
    fn letters_are_capitals_and_few() {
        assert_eq!([letter(b'a'), letter(b'Z')], [Some('A'), Some('Z')]);
        assert_eq!([letter(b'{'), letter(7), letter(200)], [None; 3]);
    }
}
