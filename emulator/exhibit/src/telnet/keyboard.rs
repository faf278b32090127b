//! The keyboard of a set, under somebody's fingers.
//!
//! A visitor's keys become a line, the line an entry. Which letters there are the set's [`Keys`]
//! say. While the keyboard is locked no key goes down: what is typed then is not entered, the bell
//! rings.
//!
//! | typed | means |
//! |---|---|
//! | a line and RETURN | the line, and ENTER |
//! | RETURN alone | nothing |
//! | backspace, control-U | takes back a character, the line (ours: a Selectric prints what it prints) |
//! | `RESET`, or control-C | the RESET button |
//! | `HELP`, `SITE`, `BYE` (or control-D) | spoken to the exhibit, not typed at the set (ours) |
//!
//! No entry begins like one of these words. A terminal that echoes for itself (a plain connection
//! without telnet's options) works too: then nothing is echoed here.

use super::nvt::Event;
use crate::position::Keys;

/// What a visitor wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// The line, and ENTER.
    Enter(String),
    /// The RESET button.
    Reset,
    /// What can be done here?
    Help,
    /// What has happened at the site?
    Site,
    /// Gets up.
    Bye,
    /// RETURN on an empty line.
    Nothing,
    /// A line that cannot be entered.
    Refused(Refusal),
}

/// Why a line cannot be entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Some of it was typed on a locked keyboard.
    #[error("THE KEYBOARD WAS LOCKED - NOTHING ENTERED (CONTROL-C OR THE WORD RESET: RESET)")]
    Locked,
    /// A character is none of the set's.
    #[error("A CHARACTER OF THAT LINE IS NOT ON THIS KEYBOARD - NOTHING ENTERED")]
    NoSuchKey,
    /// Longer than an entry may be.
    #[error("AN ENTRY HAS AT MOST {0} CHARACTERS - NOTHING ENTERED")]
    TooLong(usize),
}

/// The keys, and what stands on the line.
#[derive(Clone, Debug)]
pub struct Keyboard {
    keys: Keys,
    /// The terminal leaves the echo to us.
    pub echoes: bool,
    /// What was typed since the last RETURN: letters of the set, at most as many as an entry may have.
    line: String,
    locked: bool,
    /// Why the line will not be entered.
    refused: Option<Refusal>,
}

/// BEL.
const BELL: u8 = 7;
/// Takes one character from a screen.
const RUB: &[u8] = b"\x08 \x08";

impl Keyboard {
    /// A keyboard with nothing typed.
    pub fn new(keys: Keys) -> Keyboard {
        Keyboard {
            keys,
            echoes: false,
            line: String::new(),
            locked: false,
            refused: None,
        }
    }

    /// What stands on the line for everybody to see.
    pub fn line(&self) -> &str {
        match self.echoes && self.refused.is_none() {
            true => &self.line,
            false => "",
        }
    }

    /// The keyboard is locked or unlocked. What was typed while it was locked is forgotten.
    pub fn lock(&mut self, locked: bool) {
        if self.echoes && self.refused == Some(Refusal::Locked) && !locked {
            self.clear();
        }
        self.locked = locked;
    }

    /// Something happened at the keyboard. What the terminal is to show of it goes to `echo`.
    pub fn press(&mut self, event: &Event, echo: &mut Vec<u8>) -> Option<Typed> {
        match event {
            Event::Character(byte) => self.character(*byte, echo),
            Event::Return => return self.end_of_line(echo),
            Event::Erase => {
                if self.line.pop().is_some() && self.shows() {
                    echo.extend_from_slice(RUB);
                }
            }
            Event::EraseLine => self.take_back(echo),
            Event::Interrupt => {
                self.take_back(echo);
                return Some(Typed::Reset);
            }
            Event::EndOfFile => return Some(Typed::Bye),
            Event::AreYouThere
            | Event::Window { .. }
            | Event::TerminalType(_)
            | Event::Option { .. } => {}
        }
        None
    }

    /// What is typed now is shown by us.
    fn shows(&self) -> bool {
        self.echoes && self.refused.is_none()
    }

    fn clear(&mut self) {
        self.line.clear();
        self.refused = None;
    }

    fn take_back(&mut self, echo: &mut Vec<u8>) {
        if self.shows() {
            echo.extend(RUB.repeat(self.line.len()));
        }
        self.clear();
    }

    fn character(&mut self, byte: u8, echo: &mut Vec<u8>) {
        let most = self.keys.line_max;
        let refusal = match (self.keys.letter)(byte) {
            None => Some(Refusal::NoSuchKey),
            Some(_) if self.line.len() >= most => Some(Refusal::TooLong(most)),
            Some(letter) => {
                self.line.push(letter);
                self.locked.then_some(Refusal::Locked)
            }
        };
        match refusal {
            None if self.shows() => echo.push(self.line.as_bytes()[self.line.len() - 1]),
            None => {}
            // Who sees by the echo that the key did not go down can go on typing.
            Some(Refusal::NoSuchKey | Refusal::TooLong(_)) if self.echoes => echo.push(BELL),
            Some(refusal) => {
                self.refused.get_or_insert(refusal);
                if self.echoes {
                    echo.push(BELL);
                }
            }
        }
    }

    fn end_of_line(&mut self, echo: &mut Vec<u8>) -> Option<Typed> {
        if self.shows() && !self.line.is_empty() {
            echo.push(b'\n');
        }
        let refused = self.refused;
        let line = std::mem::take(&mut self.line);
        self.clear();
        match (line.trim(), refused) {
            ("RESET", _) => Some(Typed::Reset),
            ("HELP", _) => Some(Typed::Help),
            ("SITE", _) => Some(Typed::Site),
            ("BYE", _) => Some(Typed::Bye),
            (_, Some(refusal)) => Some(Typed::Refused(refusal)),
            ("", None) => Some(Typed::Nothing),
            _ => Some(Typed::Enter(line)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent_set::KEYS;

    fn keyboard(echoes: bool) -> Keyboard {
        Keyboard {
            echoes,
            ..Keyboard::new(KEYS)
        }
    }

    fn typed(keyboard: &mut Keyboard, text: &str) -> (Vec<Typed>, String) {
        let mut echo = Vec::new();
        let events = text.bytes().map(|byte| match byte {
            b'\n' => Event::Return,
            8 => Event::Erase,
            3 => Event::Interrupt,
            byte => Event::Character(byte),
        });
        let typed = events
            .filter_map(|event| keyboard.press(&event, &mut echo))
            .collect();
        (typed, String::from_utf8(echo).expect("ASCII"))
    }

    fn enter(text: &str) -> Vec<Typed> {
        vec![Typed::Enter(text.to_owned())]
    }

    #[test]
    fn small_letters_are_capitals_and_echo_as_such() {
        let mut keyboard = keyboard(true);
        let (said, echo) = typed(&mut keyboard, "112julx\x08lgalax\n");
        assert_eq!(said, enter("112JULLGALAX"));
        assert_eq!(echo, "112JULX\x08 \x08LGALAX\n");
        // A key that does not exist does not go down.
        assert_eq!(typed(&mut keyboard, "E~\n"), (enter("E"), "E\x07\n".into()));
        let nothing = (vec![Typed::Nothing], String::new());
        assert_eq!(typed(&mut keyboard, "\n"), nothing);
    }

    #[test]
    fn without_echo_a_line_is_whole_or_refused() {
        let mut keyboard = keyboard(false);
        assert_eq!(typed(&mut keyboard, "*a\n"), (enter("*A"), String::new()));
        let refused = |refusal| (vec![Typed::Refused(refusal)], String::new());
        assert_eq!(
            typed(&mut keyboard, "E{\n"),
            refused(Refusal::NoSuchKey),
            "what the terminal shows is not what would be entered"
        );
        let long = "A".repeat(101) + "\n";
        assert_eq!(typed(&mut keyboard, &long), refused(Refusal::TooLong(100)));
        assert_eq!(typed(&mut keyboard, &long[1..]).0, enter(&long[1..101]));
    }

    #[test]
    fn a_locked_keyboard_takes_reset_and_nothing_else() {
        for echoes in [false, true] {
            let mut keyboard = keyboard(echoes);
            keyboard.lock(true);
            let locked = vec![Typed::Refused(Refusal::Locked)];
            assert_eq!(typed(&mut keyboard, "*A\n").0, locked);
            assert_eq!(typed(&mut keyboard, "reset\n").0, [Typed::Reset]);
            assert_eq!(typed(&mut keyboard, "12\x03").0, [Typed::Reset]);
            let (_, echo) = typed(&mut keyboard, "AB");
            assert_eq!(echo, if echoes { "\x07\x07" } else { "" });
            keyboard.lock(false);
            // Half a line was typed too early: with echo nobody saw it, without it stands there.
            let late = if echoes { enter("*A") } else { locked };
            assert_eq!(typed(&mut keyboard, "*A\n").0, late);
        }
    }
}
