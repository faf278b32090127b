//! The AN/FSQ-7 at its maintenance console: registers, media, load buttons.
//!
//! | unit | medium, as text |
//! |---|---|
//! | `reader` | a card a line; `BINARY` and up to 24 words in octal for a card that is no text |
//! | `punch`, `printer` | blank; what they made can be taken off, a form feed is a new page |
//! | `tape1` - `tape6` | `record` and words in octal, or `mark`, one a line |
//! | `ama0` - `amh5`, `lri1` ... | drum fields: `register left right`, octal; what is not named is +0 |
//! | `start-over` | none: the button that goes to test memory |
//!
//! Source: console and load buttons recalled in concept, as described here assigned by us.

use std::collections::BTreeSet;
use std::fmt::Write;

use ::console::{Outcome, Program, wrong_line};
use clock::{Instant, Span};
use word::twin::{Half, Twin};

use crate::alarm::{Alarm, Response};
use crate::assembler::{SourceFile, assemble};
use crate::central::Stop;
use crate::codes::{self, Selection};
use crate::drum::REGISTERS;
use crate::machine::{Event, Machine};
use crate::memory::{ADDRESS, CLOCK_REGISTER, Configuration, LIVE_REGISTER, written};
use crate::operation;
use crate::unit::{Block, CARD_WORDS, Card, Tape, card_of, text_of};

/// A machine that has just been switched on.
pub fn new(configuration: Configuration) -> Machine {
    Machine::new(configuration, Instant::ZERO)
}

/// How long an instruction may wait at the interlock in a single step.
const STEP_SPAN: Span = Span(10_000_000_000);

/// The registers with their width in bits; then come the alarm switches.
const REGISTERS_SHOWN: [(&str, u32); 19] = [
    ("pc", 17),
    ("ac", 32),
    ("a", 32),
    ("link", 1),
    ("b", 32),
    ("x1", 16),
    ("x2", 16),
    ("x4", 16),
    ("x5", 16),
    ("overflow", 2),
    ("lights", 4),
    ("switches", 4),
    ("ff", 4),
    ("ioac", 17),
    ("iowc", 16),
    ("select", 7),
    ("drum", 15),
    ("clock", 16),
    ("live", 32),
];

/// The name of an alarm's switch: 0 ignore, 1 stop, 2 branch.
fn switch_of(name: &str) -> Option<Alarm> {
    let all = Alarm::ALL.into_iter();
    let found = all.zip(SWITCHES).find(|(_, switch)| *switch == name);
    found.map(|((alarm, _), _)| alarm)
}

/// Names of the alarm switches, in the order of [`Alarm::ALL`].
const SWITCHES: [&str; Alarm::ALL.len()] = [
    "on-memory-parity-1",
    "on-memory-parity-2",
    "on-drum-parity",
    "on-io-parity",
    "on-tape",
    "on-left-overflow",
    "on-right-overflow",
    "on-illegal-instruction",
    "on-illegal-index",
    "on-address",
    "on-interlock",
    "on-inactivity",
    "on-power",
    "on-air",
];

/// The drum fields with their symbols in the assembler; at the console in small letters.
fn fields() -> impl Iterator<Item = (String, u8)> {
    let is_field = |symbol: &str| {
        symbol.starts_with("AM") && symbol.len() == 4
            || codes::FIELDS.iter().any(|row| row.symbol == symbol)
    };
    let symbols = codes::symbols().into_iter();
    symbols.filter(move |(symbol, _)| is_field(symbol))
}

fn field_of(unit: &str) -> Option<u8> {
    let found = fields().find(|(symbol, _)| symbol.eq_ignore_ascii_case(unit));
    found.map(|(_, field)| field)
}

fn tape_of(unit: &str) -> Option<usize> {
    let number: usize = unit.strip_prefix("tape")?.parse().ok()?;
    (1..=6).contains(&number).then(|| number - 1)
}

/// A word of its two halves, six octal digits each.
fn word_of(left: &str, right: &str) -> Option<Twin> {
    let half = |text: &str| {
        let digits = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
        u16::from_str_radix(text, 8).ok().filter(|_| digits)
    };
    Some(Twin::of(half(left)?, half(right)?))
}

fn words_of<'a>(mut halves: impl Iterator<Item = &'a str>) -> Option<Vec<Twin>> {
    let mut words = Vec::new();
    while let Some(left) = halves.next() {
        words.push(word_of(left, halves.next()?)?);
    }
    Some(words)
}

fn card_text(card: &Card) -> String {
    let text = text_of(card);
    if card_of(&text).as_ref() == Some(card) && !text.starts_with("BINARY") {
        return text;
    }
    let words: Vec<String> = card.iter().map(Twin::to_string).collect();
    format!("BINARY {}", words.join(" "))
}

fn parse_card(line: &str) -> Option<Card> {
    let Some(rest) = line.strip_prefix("BINARY") else {
        return card_of(line);
    };
    let mut card = [Twin::ZERO; CARD_WORDS];
    let words = words_of(rest.split_whitespace())?;
    if words.len() > CARD_WORDS {
        return None;
    }
    card[..words.len()].copy_from_slice(&words);
    Some(card)
}

impl Machine {
    /// Runs to an instant or the next thing an operator hears of.
    fn operate_until(&mut self, until: Instant) -> Option<Outcome> {
        loop {
            return match self.run(until) {
                Event::Horizon => Some(Outcome::Done),
                Event::StoppedByCount => None,
                Event::Stopped(stop) => Some(Outcome::Stopped(match stop {
                    Stop::Halt => "HLT".to_owned(),
                    Stop::Alarm(alarm) => format!("alarm {}", alarm.name()),
                    Stop::Console => "at the console".to_owned(),
                })),
                // Bells ring and displays change: the program goes on.
                Event::Operate(_) | Event::Telling | Event::StartedOver => continue,
            };
        }
    }

    /// The START button; a load under way goes on.
    fn press_start(&mut self) {
        if !self.is_loading() {
            self.central.stopped = None;
        }
    }

    fn number(&self, name: &str) -> Option<u64> {
        let central = &self.central;
        let met = |condition: u8| u64::from(central.condition(condition));
        Some(match name {
            "pc" => central.pc.into(),
            "ac" => central.ac.0.into(),
            "a" => central.a.0.into(),
            "link" => central.link.into(),
            "b" => central.b.0.into(),
            "x1" | "x2" | "x4" | "x5" => {
                let register = usize::from(name.as_bytes()[1] - b'0');
                central.index[register].0.into()
            }
            "overflow" => met(codes::LEFT_OVERFLOW) << 1 | met(codes::RIGHT_OVERFLOW),
            "lights" => central.conditions >> codes::LIGHT_1 & 0o17,
            "switches" => central.conditions >> codes::SWITCH_1 & 0o17,
            "ff" => central.intercommunication.into(),
            "ioac" => central.ioac.into(),
            "iowc" => central.iowc.into(),
            "select" => central.selection.0.into(),
            "drum" => central.drum_address.into(),
            "clock" => central.memory.clock().0.into(),
            "live" => central.memory.peek(LIVE_REGISTER)?.0.into(),
            _ => match central.alarms.switch(switch_of(name)?) {
                Response::Ignore => 0,
                Response::Stop => 1,
                Response::Branch => 2,
            },
        })
    }
}

impl ::console::Machine for Machine {
    fn registers(&self) -> Vec<&'static str> {
        let shown = REGISTERS_SHOWN.iter().map(|row| row.0);
        shown.chain(["alarms"]).chain(SWITCHES).collect()
    }

    fn register(&self, name: &str) -> Option<String> {
        if name == "alarms" {
            let raised: Vec<&str> = self.central.alarms.raised().map(Alarm::name).collect();
            return Some(raised.join(", "));
        }
        let value = self.number(name)?;
        let bits = REGISTERS_SHOWN.iter().find(|row| row.0 == name);
        Some(match bits.map_or(2, |row| row.1) {
            32 => Twin(value as u32).to_string(),
            17 => written(value as u32),
            bits => format!("{value:0width$o}", width = bits.div_ceil(3) as usize),
        })
    }

    fn set_register(&mut self, name: &str, text: &str) -> Result<(), String> {
        if name == "alarms" {
            return Err("alarms are cleared by PER 12 and set by the machine".to_owned());
        }
        let bits = REGISTERS_SHOWN.iter().find(|row| row.0 == name);
        let bits = bits.map_or(2, |row| row.1);
        let value = match bits {
            32 => Self::parse_word(text),
            17 => Self::parse_location(text).map(u64::from),
            _ => u64::from_str_radix(text, 8).ok(),
        };
        let Some(value) = value.filter(|value| *value < 1 << bits) else {
            let example = self.register(name).unwrap_or_default();
            return Err(format!(
                "expected an octal value such as {example}, found {text}"
            ));
        };
        let central = &mut self.central;
        let half = Half(value as u16);
        match name {
            "pc" => central.pc = value as u32,
            "ac" => central.ac = Twin(value as u32),
            "a" => central.a = Twin(value as u32),
            "link" => central.link = value != 0,
            "b" => central.b = Twin(value as u32),
            "x1" => central.index[1] = half,
            "x2" => central.index[2] = half,
            "x4" => central.index[4] = half,
            "x5" => central.index[5] = half,
            "overflow" => {
                central.set_condition(codes::LEFT_OVERFLOW, value & 2 != 0);
                central.set_condition(codes::RIGHT_OVERFLOW, value & 1 != 0);
            }
            "lights" | "switches" => {
                let first = if name == "lights" {
                    codes::LIGHT_1
                } else {
                    codes::SWITCH_1
                };
                for bit in 0..4 {
                    central.set_condition(first + bit, value >> bit & 1 != 0);
                }
            }
            "ff" => central.intercommunication = value as u8,
            "ioac" => central.ioac = value as u32,
            "iowc" => central.iowc = value as u16,
            "select" => central.selection = Selection(value as u8),
            "drum" => central.drum_address = value as u16,
            "clock" => {
                central
                    .memory
                    .deposit(CLOCK_REGISTER, Twin::ZERO.with_right(half));
            }
            "live" => {
                central.memory.deposit(LIVE_REGISTER, Twin(value as u32));
            }
            _ => {
                let Some(alarm) = switch_of(name) else {
                    return Err(format!("{name} is no register"));
                };
                let response = match value {
                    0 => Response::Ignore,
                    1 => Response::Stop,
                    2 => Response::Branch,
                    _ => return Err("expected 0 (ignore), 1 (stop) or 2 (branch)".to_owned()),
                };
                central.alarms.set_switch(alarm, response);
            }
        }
        Ok(())
    }

    fn pc(&self) -> u32 {
        self.central.pc
    }

    fn go(&mut self, location: u32) {
        self.central.go(location);
    }

    fn show_location(location: u32) -> String {
        written(location & ADDRESS)
    }

    fn parse_location(text: &str) -> Option<u32> {
        let (prefix, digits) = match text.split_once('.') {
            Some((prefix, digits)) if digits.len() == 5 => (prefix, digits),
            Some(_) => return None,
            None => ("0", text),
        };
        let all = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let prefix = u32::from_str_radix(prefix, 8)
            .ok()
            .filter(|prefix| *prefix < 4)?;
        let digits = u32::from_str_radix(digits, 8)
            .ok()
            .filter(|digits| all && *digits <= ADDRESS)?;
        let location = prefix << 15 | digits;
        (prefix == 0 || digits < 1 << 15).then_some(location)
    }

    fn word(&self, location: u32) -> Option<u64> {
        self.central.memory.peek(location).map(|word| word.0.into())
    }

    fn deposit(&mut self, location: u32, word: u64) -> bool {
        self.central.memory.deposit(location, Twin(word as u32))
    }

    fn show_word(word: u64) -> String {
        Twin(word as u32).to_string()
    }

    fn parse_word(digits: &str) -> Option<u64> {
        let (left, right) = digits.split_at_checked(6)?;
        word_of(left, right).map(|word| word.0.into())
    }

    fn disassemble(word: u64) -> String {
        operation::disassemble(word as u32)
    }

    fn assemble(files: &[(String, String)], symbols: &[(String, i64)]) -> Result<Program, String> {
        let files: Vec<SourceFile> = files
            .iter()
            .map(|(name, text)| SourceFile { name, text })
            .collect();
        match assemble(&files, symbols) {
            Ok(assembly) => Ok(Program {
                words: assembly
                    .words
                    .iter()
                    .map(|(at, word)| (*at, word.0.into()))
                    .collect(),
                symbols: assembly.symbols,
                start: assembly.start,
            }),
            Err(mistakes) => {
                let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
                Err(lines.join("\n"))
            }
        }
    }

    fn step(&mut self) -> Outcome {
        self.press_start();
        let until = self.now() + STEP_SPAN;
        self.central.stop_before_instruction = Some(self.central.instructions + 1);
        let outcome = self.operate_until(until);
        self.central.stop_before_instruction = None;
        outcome.unwrap_or(Outcome::Done)
    }

    fn run(&mut self, span: Span, breakpoints: &BTreeSet<u32>) -> Outcome {
        self.press_start();
        let until = self.now().saturating_add(span);
        if breakpoints.is_empty() {
            return self.operate_until(until).unwrap_or(Outcome::Done);
        }
        let outcome = loop {
            self.central.stop_before_instruction = Some(self.central.instructions + 1);
            match self.operate_until(until) {
                Some(outcome) => break outcome,
                None if breakpoints.contains(&self.central.pc) => break Outcome::Breakpoint,
                None => {}
            }
        };
        self.central.stop_before_instruction = None;
        outcome
    }

    fn units() -> Vec<String> {
        let single = ["reader", "punch", "printer", "start-over"];
        let mut units: Vec<String> = single.map(String::from).into();
        units.extend((1..=6).map(|drive| format!("tape{drive}")));
        units.extend(fields().map(|(symbol, _)| symbol.to_lowercase()));
        units
    }

    fn attach(&mut self, unit: &str, text: &str) -> Result<(), String> {
        if unit == "reader" {
            for (number, line) in text.lines().enumerate() {
                let card = parse_card(line).ok_or_else(|| {
                    wrong_line(
                        number + 1,
                        "a card of at most 64 characters, or BINARY and words",
                    )
                })?;
                self.units.reader.push_back(card);
            }
            return Ok(());
        }
        if let Some(drive) = tape_of(unit) {
            let mut tape = Tape::default();
            for (number, line) in text.lines().enumerate() {
                let mut fields = line.split_whitespace();
                let block = match fields.next() {
                    None => continue,
                    Some("mark") => Some(Block::Mark),
                    Some("record") => {
                        words_of(fields).map(|words| Block::Record { words, bad: false })
                    }
                    Some(_) => None,
                };
                let expected = "`record` and words such as 000001 177776, or `mark`";
                tape.blocks
                    .push(block.ok_or_else(|| wrong_line(number + 1, expected))?);
            }
            self.units.tapes[drive] = Some(tape);
            return Ok(());
        }
        let Some(field) = field_of(unit) else {
            return Err(format!(
                "{unit} takes no medium: it makes one, to be detached"
            ));
        };
        for register in 0..REGISTERS {
            self.drums.deposit(field, register, Twin::ZERO.into());
        }
        for (number, line) in text.lines().enumerate() {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let place = |text: &str| {
                let register = u16::from_str_radix(text, 8).ok();
                register.filter(|register| *register < REGISTERS)
            };
            let parsed = match fields.as_slice() {
                [] => continue,
                [register, left, right] => place(register).zip(word_of(left, right)),
                _ => None,
            };
            let expected = "`register left right` in octal, such as 0017 000001 177776";
            let (register, word) = parsed.ok_or_else(|| wrong_line(number + 1, expected))?;
            self.drums.deposit(field, register, word.into());
        }
        Ok(())
    }

    fn detach(&mut self, unit: &str) -> Result<String, String> {
        let mut text = String::new();
        match unit {
            "reader" => {
                for card in std::mem::take(&mut self.units.reader) {
                    let _ = writeln!(text, "{}", card_text(&card));
                }
            }
            "punch" => {
                for card in std::mem::take(&mut self.units.punched) {
                    let _ = writeln!(text, "{}", card_text(&card));
                }
            }
            "printer" => {
                for line in std::mem::take(&mut self.units.printed) {
                    match line {
                        Some(line) => {
                            let _ = writeln!(text, "{}", text_of(&line));
                        }
                        None => text.push('\u{c}'),
                    }
                }
            }
            _ => {
                if let Some(drive) = tape_of(unit) {
                    let Some(tape) = self.units.tapes[drive].take() else {
                        return Err(format!("there is no tape on {unit}"));
                    };
                    for block in tape.blocks {
                        match block {
                            Block::Mark => text.push_str("mark"),
                            Block::Record { words, .. } => {
                                text.push_str("record");
                                for word in words {
                                    let _ = write!(text, " {word}");
                                }
                            }
                        }
                        text.push('\n');
                    }
                } else if let Some(field) = field_of(unit) {
                    for register in 0..REGISTERS {
                        let word = self.drums.peek(field, register).word;
                        if word != Twin::ZERO {
                            let _ = writeln!(text, "{register:04o} {word}");
                        }
                    }
                }
            }
        }
        Ok(text)
    }

    fn boot(&mut self, unit: &str) -> Result<(), String> {
        match (unit, field_of(unit)) {
            ("reader", _) => self.load_from_cards(),
            ("start-over", _) => self.start_over(),
            (_, Some(field)) => self.load_from_drum(field),
            _ => return Err("a program is loaded from `reader` or a drum field".to_owned()),
        }
        Ok(())
    }

    fn save(&self) -> Vec<u8> {
        ::console::pack("fsq7", self)
    }

    fn restore(bytes: &[u8]) -> Result<Self, String> {
        ::console::unpack("fsq7", bytes)
    }

    fn counts(&self) -> (u64, Span) {
        let span = Span(self.central.pulses * crate::central::PULSE_NS);
        (self.central.instructions, span)
    }
}
