//! The assembler: symbolic decks in FAP column style into words of core.
//!
//! FAP, the FORTRAN Assembly Program, was how a 709 or 7090 was programmed outside FORTRAN: one
//! card, one instruction, with symbols for locations, macros, and literals. This one reads the same
//! cards. What does not depend on the 7090 is the room `assembly`; here is its dialect.
//!
//! Source: the project's reference on the 7090, section 20; operations come from the operation
//! table (`operation`) and the table of 7909 commands (`channel_command`).
//!
//! *To add a pseudo-operation that makes words*: its row in `pseudo.rs`, its arms in `place` and
//! `words` here.

mod constant;
mod instruction;
mod pseudo;
#[cfg(test)]
mod tests;
mod vfd;

use std::collections::BTreeMap;

use ::assembly::{Dialect, Extent, Fault, Fields, Given, Placed, Wrong};
pub use ::assembly::{ListingLine, MISTAKES_MAX, Mistake, SourceFile};

use crate::channel_command::{self, ChannelCommand, channel_commands};
use crate::operation::{self, Format, Operation};
use pseudo::{DATA, DATA_COMMANDS, Data, PREFIXES};

/// An assembled deck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assembly {
    /// Location and word (36 bits), in order of location, no location twice.
    pub words: Vec<(u16, u64)>,
    /// Every symbol with its value (SET symbols: the last).
    pub symbols: BTreeMap<String, i64>,
    /// Where END (or TCD) says the program starts.
    pub start: Option<u16>,
    /// The listing, with symbols and cross-references.
    pub listing: String,
    /// The words with the cards they came from, in order of location.
    pub lines: Vec<ListingLine>,
    /// Names of the files, in the order given.
    pub files: Vec<String>,
    /// Symbols of location fields with their location, in order of location.
    pub labels: Vec<(u16, String)>,
}

impl Assembly {
    /// The value of a symbol.
    pub fn symbol(&self, name: &str) -> Option<i64> {
        self.symbols.get(name).copied()
    }

    /// The nearest label at or before a location; of several there the one that stands first.
    pub fn routine_of(&self, location: impl TryInto<u16>) -> Option<&str> {
        ::assembly::routine_of(&self.labels, location.try_into().ok()?)
    }
}

/// Assembles the files in order as one deck. `parameters` are symbols known beforehand.
///
/// All mistakes found are reported, at most [`MISTAKES_MAX`], in order of the deck.
pub fn assemble(
    files: &[SourceFile],
    parameters: &[(String, i64)],
) -> Result<Assembly, Vec<Mistake>> {
    let deck = ::assembly::assemble(&mut Fap, files, parameters)?;
    let words = deck.lines.iter();
    let labels = deck.labels.into_iter();
    Ok(Assembly {
        words: words
            .map(|line| (line.location as u16, line.word))
            .collect(),
        symbols: deck.symbols,
        start: deck.start.map(|start| start as u16),
        listing: deck.listing,
        lines: deck.lines,
        files: deck.files,
        labels: labels.map(|(at, name)| (at as u16, name)).collect(),
    })
}

/// One past the last location of core.
const CORE: i64 = 0o100000;

/// What the name in an operation field means.
#[derive(Clone, Copy, Debug)]
enum Meaning {
    Machine(&'static Operation),
    Channel(&'static ChannelCommand),
    /// A word with every field zero, for address, tag and decrement; whether `*` is allowed.
    Word {
        bits: u64,
        indirectable: bool,
    },
    /// A 7607 channel command.
    DataCommand(u64),
    Data(Data),
}

/// The 7090's side of the assembler.
struct Fap;

impl Dialect for Fap {
    type Operation = Meaning;
    const LOCATIONS: i64 = CORE;
    const BOOLEAN_BITS: u32 = 18;
    const WORD_BITS: u32 = 36;

    fn find(name: &str) -> Option<Meaning> {
        if let Some((_, data)) = DATA.iter().find(|(known, _)| *known == name) {
            return Some(Meaning::Data(*data));
        }
        if let Some(operation) = operation::find(name) {
            return Some(Meaning::Machine(operation));
        }
        if let Some(command) = channel_command::find(name) {
            return Some(Meaning::Channel(command));
        }
        if let Some((_, prefix)) = PREFIXES.iter().find(|(known, _)| *known == name) {
            let bits = u64::from(*prefix) << 33;
            let indirectable = false;
            return Some(Meaning::Word { bits, indirectable });
        }
        let (plain, transmits) = match name.strip_suffix('N') {
            Some(plain) => (plain, false),
            None => (name, true),
        };
        let command = DATA_COMMANDS.iter().find(|(known, _)| *known == plain)?;
        let no_transmission = if transmits { 0 } else { 1 << 16 };
        Some(Meaning::DataCommand(
            u64::from(command.1) << 33 | no_transmission,
        ))
    }

    fn names() -> Vec<&'static str> {
        let known = operation::names().map(|(name, _)| name);
        let known = known.chain(channel_commands().iter().map(|row| row.mnemonic));
        let known = known.chain(DATA.iter().map(|(name, _)| *name));
        known
            .chain(PREFIXES.iter().map(|(name, _)| *name))
            .collect()
    }

    fn extent(meaning: Meaning) -> Extent {
        match meaning {
            Meaning::Data(Data::Call) => Extent::BlankOutsideParentheses,
            Meaning::Data(Data::Bci | Data::Bcd) => Extent::Card,
            _ => Extent::Blank,
        }
    }

    fn takes_literal(meaning: Meaning) -> bool {
        !matches!(meaning, Meaning::Data(_))
    }

    fn place(&mut self, meaning: Meaning, card: Given) -> Result<Placed<Meaning>, Wrong> {
        let Meaning::Data(data) = meaning else {
            return Ok(Placed::Words(1));
        };
        let name = card.name;
        let subfields = card.variable.subfields().len();
        let needs = |what: &str| match subfields {
            0 => Err(Wrong::Operation(format!("{name} needs {what}"))),
            _ => Ok(()),
        };
        Ok(Placed::Words(match data {
            Data::Even => card.scope.here & 1,
            Data::Dec | Data::Oct => {
                needs("numbers in its variable field")?;
                subfields as i64
            }
            Data::Bci | Data::Bcd => text_field(data, &card.variable.chars)?.0 as i64,
            Data::Vfd => {
                needs("fields of the form bits/value")?;
                let fields = vfd::fields(card.variable, card.scope)?;
                let bits: u64 = fields.iter().map(|field| u64::from(field.bits)).sum();
                bits.div_ceil(36) as i64
            }
            Data::Call => {
                needs("the name of a routine")?;
                subfields as i64
            }
            Data::Define => {
                let bits = constant::octal(&card.variable.chars, 0)?;
                return Ok(Placed::Operation(Meaning::Word {
                    bits,
                    indirectable: true,
                }));
            }
            Data::DefineByFields => {
                let fields = vfd::fields(card.variable, card.scope)?;
                let words = vfd::pack(&fields, card.variable, card.scope)?;
                return Ok(Placed::Operation(Meaning::Word {
                    bits: words.first().copied().unwrap_or(0),
                    indirectable: true,
                }));
            }
        }))
    }

    fn literal(&self, chars: &[char]) -> Result<u64, Fault> {
        match chars.get(1) {
            Some('O') => constant::octal(&chars[2..], 2),
            Some('H') if chars.len() > 8 => {
                let message = "a text literal has at most six characters, without blank or comma";
                Err(Fault::new(0, chars.len(), message))
            }
            Some('H') => constant::text(&chars[2..], 2, 1).map(|words| words[0]),
            _ => constant::decimal(&chars[1..], 1),
        }
    }

    fn words(&self, meaning: Meaning, mut fields: Fields) -> Result<Vec<u64>, Wrong> {
        let Meaning::Data(data) = meaning else {
            return Ok(vec![instruction::word(meaning, &mut fields)?]);
        };
        fields.indirect(false, 0)?;
        let (variable, chars) = (fields.variable, &fields.variable.chars);
        match data {
            // AXT 0,0, so that a program may run through it.
            Data::Even => Ok(vec![0o077400000000; (fields.scope.here & 1) as usize]),
            Data::Dec | Data::Oct => {
                let number = match data {
                    Data::Dec => constant::decimal,
                    _ => constant::octal,
                };
                let words = variable.subfields().into_iter();
                let words = words.map(|range| Ok(number(&chars[range.clone()], range.start)?));
                words.collect()
            }
            Data::Bci | Data::Bcd => {
                let (count, start) = text_field(data, chars)?;
                Ok(constant::text(&chars[start..], start, count)?)
            }
            Data::Vfd => {
                let packed = vfd::fields(variable, fields.scope)?;
                Ok(vfd::pack(&packed, variable, fields.scope)?)
            }
            Data::Call => instruction::linkage(&mut fields),
            Data::Define | Data::DefineByFields => Ok(Vec::new()),
        }
    }

    fn location(location: i64) -> String {
        format!("{location:05o}")
    }

    /// Instructions are grouped as on the console: operation, flag, tag, address; words with a
    /// decrement as prefix, decrement, tag, address; data stays in one piece.
    fn show(meaning: Option<Meaning>, word: u64) -> String {
        match meaning {
            Some(Meaning::Machine(operation)) if operation.format != Format::A => {
                word::octal::instruction(word)
            }
            Some(Meaning::Data(Data::Call)) => word::octal::instruction(word),
            None | Some(Meaning::Data(_)) => word::octal::word(word),
            Some(_) => word::octal::fields(word),
        }
    }
}

/// BCI n,text and BCD ntext: number of words, and where the text begins.
fn text_field(data: Data, chars: &[char]) -> Result<(usize, usize), Wrong> {
    let (length, start) = if data == Data::Bci {
        let comma = chars.iter().position(|c| *c == ',');
        (comma.unwrap_or(0), comma.map_or(0, |comma| comma + 1))
    } else {
        (1, 1)
    };
    let count: String = chars.iter().take(length).collect();
    let count = match count.trim() {
        "" => Some(10),
        digits => digits.parse().ok().filter(|count| *count <= 40),
    };
    match count.filter(|_| start > 0 && start <= chars.len()) {
        Some(count) => Ok((count, start)),
        None => Err(Wrong::Operation(String::from(if data == Data::Bci {
            "BCI is written n,text with n words of six characters, 1 to 40"
        } else {
            "BCD is written ntext with n words of six characters, one digit"
        }))),
    }
}
