//! The assembler of the AN/FSQ-7: symbolic decks into words of core.
//!
//! What SAGE's programmers wrote was read by a compiler of Lincoln Laboratory's that is not
//! described where we could read it; so the form is that of the 7090's assembler (the room
//! `assembly`: cards, symbols, macros, literals), and what this machine needs more is assigned by
//! us:
//!
//! | written | means |
//! |---|---|
//! | `100`, `144B`, `0.00144` | decimal, octal, an address as the console shows it |
//! | `=5`, `=3/-3`, `=.5/.5` | literal: right half; both halves |
//! | `=MTKNUM` | literal: ones in the bits of item TKNUM |
//! | `OCT l,r` | halves in octal, in pairs |
//! | `DEC l,r` (`HALF`) | halves: expressions, `.75` of full scale, `1.5B3` with the point after bit 3 |
//! | `ADR a,x` | a word with an address of 17 bits and an index indicator |
//! | `VFD n/e,On/o` | fields packed into words of 32 bits |
//! | `BCI n,text` | four characters a word, each at the right of eight bits |
//! | `TABLE n`, `ITEM`, `ITEM f,l` | the compool: see `compool` |
//!
//! Operands stand in the order address, index register, auxiliary part; see `operation`. Symbols
//! begin with a letter or a point. The numbers of conditions, operates, units and drum fields have
//! names (`codes`), which a program may give other values.
//!
//! *To add a pseudo-operation that makes words*: its row in [`DATA`], its arms in `place` and
//! `words` here.

mod compool;
mod constant;
mod instruction;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use ::assembly::{Dialect, Extent, Fault, Fields, Given, Placed, Wrong};
pub use ::assembly::{ListingLine, MISTAKES_MAX, Mistake, SourceFile};
use word::twin::Twin;

use crate::codes;
use crate::memory::{BIG_WORDS, CLOCK_REGISTER, LITTLE_WORDS, TEST_MEMORY, written};
use crate::operation::{self, Format, Operation};
pub use compool::{Compool, Item};

/// An assembled deck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assembly {
    /// Location (17 bits) and word, in order of location, no location twice.
    pub words: Vec<(u32, Twin)>,
    /// Every symbol of the program with its value (SET symbols: the last).
    pub symbols: BTreeMap<String, i64>,
    /// The items of its tables.
    pub compool: Compool,
    /// Where END (or TCD) says the program starts.
    pub start: Option<u32>,
    /// The listing, with symbols and cross-references.
    pub listing: String,
    /// The words with the cards they came from, in order of location.
    pub lines: Vec<ListingLine>,
    /// Names of the files, in the order given.
    pub files: Vec<String>,
    /// Symbols of location fields with their location, in order of location.
    pub labels: Vec<(u32, String)>,
}

impl Assembly {
    /// The value of a symbol.
    pub fn symbol(&self, name: &str) -> Option<i64> {
        self.symbols.get(name).copied()
    }

    /// The nearest label at or before a location; of several there the one that stands first.
    pub fn routine_of(&self, location: u32) -> Option<&str> {
        ::assembly::routine_of(&self.labels, location)
    }
}

/// Assembles the files in order as one deck. `parameters` are symbols known beforehand.
///
/// All mistakes found are reported, at most [`MISTAKES_MAX`], in order of the deck.
pub fn assemble(
    files: &[SourceFile],
    parameters: &[(String, i64)],
) -> Result<Assembly, Vec<Mistake>> {
    let mut cards = Cards::default();
    let deck = ::assembly::assemble(&mut cards, files, parameters)?;
    let words = deck.lines.iter();
    Ok(Assembly {
        words: words
            .map(|line| (line.location, Twin(line.word as u32)))
            .collect(),
        symbols: deck.symbols,
        compool: cards.compool,
        start: deck.start,
        listing: deck.listing,
        lines: deck.lines,
        files: deck.files,
        labels: deck.labels,
    })
}

/// What a pseudo-operation makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Data {
    Octal,
    Halves,
    Address,
    Fields,
    Text,
    Table,
    Item,
}

/// Every name.
const DATA: &[(&str, Data)] = &[
    ("OCT", Data::Octal),
    ("DEC", Data::Halves),
    ("HALF", Data::Halves),
    ("ADR", Data::Address),
    ("VFD", Data::Fields),
    ("BCI", Data::Text),
    ("TABLE", Data::Table),
    ("ITEM", Data::Item),
];

/// What the name in an operation field means.
#[derive(Clone, Copy, Debug)]
enum Meaning {
    Machine(&'static Operation),
    Data(Data),
}

/// This machine's side of the assembler.
#[derive(Default)]
struct Cards {
    compool: Compool,
}

impl Dialect for Cards {
    type Operation = Meaning;
    const LOCATIONS: i64 = 0o400000;
    const BOOLEAN_BITS: u32 = 32;
    const WORD_BITS: u32 = 32;

    fn find(name: &str) -> Option<Meaning> {
        let data = DATA.iter().find(|(known, _)| *known == name);
        match data {
            Some((_, data)) => Some(Meaning::Data(*data)),
            None => operation::find(name).map(Meaning::Machine),
        }
    }

    fn names() -> Vec<&'static str> {
        let machine = operation::operations().iter().map(|row| row.mnemonic);
        machine.chain(DATA.iter().map(|(name, _)| *name)).collect()
    }

    fn standard_symbols() -> Vec<(String, i64)> {
        let symbols = codes::symbols().into_iter();
        symbols
            .map(|(name, number)| (name, number.into()))
            .collect()
    }

    fn extent(meaning: Meaning) -> Extent {
        match meaning {
            Meaning::Data(Data::Text) => Extent::Card,
            _ => Extent::Blank,
        }
    }

    fn takes_literal(meaning: Meaning) -> bool {
        match meaning {
            Meaning::Machine(row) => row.format.is_indexable(),
            Meaning::Data(data) => data == Data::Address,
        }
    }

    fn place(&mut self, meaning: Meaning, card: Given) -> Result<Placed<Meaning>, Wrong> {
        let Meaning::Data(data) = meaning else {
            return Ok(Placed::Words(1));
        };
        let name = card.name;
        let subfields = card.variable.subfields().len();
        Ok(match data {
            Data::Address => Placed::Words(1),
            Data::Octal | Data::Halves => {
                if subfields == 0 || !subfields.is_multiple_of(2) {
                    let message = format!("{name} needs halves in pairs, left,right");
                    return Err(Wrong::Operation(message));
                }
                Placed::Words(subfields as i64 / 2)
            }
            Data::Fields => {
                let bits = constant::widths(card.variable, card.scope)?;
                Placed::Words(i64::from(bits.div_ceil(32)))
            }
            Data::Text => Placed::Words(constant::text_field(&card.variable.chars)?.0 as i64),
            Data::Table => self.compool.table(card)?,
            Data::Item => self.compool.item(card)?,
        })
    }

    fn literal(&self, chars: &[char]) -> Result<u64, Fault> {
        if let Some('M') = chars.get(1) {
            let name: String = chars[2..].iter().collect();
            return match self.compool.items.get(&name) {
                Some(item) => Ok(item.mask().into()),
                None => {
                    let message = format!(
                        "no ITEM called {name} stands before this card; =M and an item is its mask"
                    );
                    Err(Fault::new(1, chars.len() - 1, message))
                }
            };
        }
        constant::literal(chars)
    }

    fn words(&self, meaning: Meaning, mut fields: Fields) -> Result<Vec<u64>, Wrong> {
        fields.indirect(false, 0)?;
        let data = match meaning {
            Meaning::Machine(row) => return Ok(vec![instruction::word(row, &mut fields)?.into()]),
            Meaning::Data(data) => data,
        };
        match data {
            Data::Address => {
                fields.at_most(2, "address,index")?;
                fields.need(0, "an address")?;
                let word = instruction::address(&mut fields, 0)?;
                Ok(vec![(word | instruction::index(&mut fields, 1)?).into()])
            }
            Data::Octal | Data::Halves => {
                let half = match data {
                    Data::Octal => constant::octal,
                    _ => constant::half,
                };
                let mut words = Vec::new();
                for pair in fields.variable.subfields().chunks(2) {
                    let mut word = 0;
                    for range in pair {
                        let chars = &fields.variable.chars;
                        word = word << 16 | u64::from(half(chars, range.clone(), fields.scope)?.0);
                    }
                    words.push(word);
                }
                Ok(words)
            }
            Data::Fields => Ok(constant::pack(fields.variable, fields.scope)?),
            Data::Text => {
                let (count, start) = constant::text_field(&fields.variable.chars)?;
                Ok(constant::text(
                    &fields.variable.chars[start..],
                    start,
                    count,
                )?)
            }
            Data::Table | Data::Item => Ok(Vec::new()),
        }
    }

    fn location(location: i64) -> String {
        written(location as u32)
    }

    fn is_memory(location: i64) -> bool {
        let core = i64::from(BIG_WORDS + LITTLE_WORDS);
        location < core || (TEST_MEMORY.into()..CLOCK_REGISTER.into()).contains(&location)
    }

    fn show(_: Option<Meaning>, word: u64) -> String {
        Twin(word as u32).to_string()
    }

    fn number(word: &str) -> Option<Result<i64, String>> {
        constant::number(word)
    }

    fn fault_of_name(name: &str) -> Option<&'static str> {
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            return Some("a symbol begins with a letter or a point");
        }
        ::assembly::fault_of_name(name)
    }
}

/// How an operand is written, for mistakes.
fn form(format: Format) -> &'static str {
    match format {
        Format::Nothing => "",
        Format::Memory => "address,index",
        Format::MemoryBit => "address,index,bit",
        Format::Count => "places",
        Format::Operate => "operate",
        Format::Sense => "target,condition",
        Format::Branch => "target",
        Format::IndexBranch => "target,index,decrement",
        Format::Drum => "field,register,mode",
        Format::Select => "unit",
        Format::Words => "words",
        Format::Immediate => "value,index",
        Format::Index => "index",
    }
}
