//! The assembler: symbolic decks in FAP column style into words of core.
//!
//! FAP, the FORTRAN Assembly Program, was how a 709 or 7090 was programmed outside FORTRAN: one
//! card, one instruction, with symbols for locations, macros, and literals. This one reads the same
//! cards. It makes two passes: the first expands macros and gives every card its location, the
//! second makes the words and the listing.
//!
//! Source: the project's reference on the 7090, section 20; operations come from the operation
//! table (`operation`) and the table of 7909 commands (`channel_command`).
//!
//! *Not emulated*: relocation and linkage between decks. Several files are assembled as one
//! absolute deck with one space of symbols; END closes a file and is needed only in the last.
//! What each file of this folder departs in from FAP stands at its head, marked *Assigned by us*.
//!
//! *To add a pseudo-operation*: its name in `pseudo.rs`, its arm in `first_pass.rs`, and, if it
//! makes words, in `second_pass.rs`.

mod card;
mod constant;
mod deck;
mod expression;
mod first_pass;
mod instruction;
mod listing;
mod macros;
mod mistake;
mod pseudo;
mod second_pass;
mod symbols;
#[cfg(test)]
mod tests;
mod vfd;

pub use mistake::{MISTAKES_MAX, Mistake};

use card::Card;
use mistake::{Mistakes, Place};
use std::collections::BTreeMap;
use symbols::{Origin, Symbols, fault_of_name};

/// One file of the deck.
#[derive(Clone, Copy, Debug)]
pub struct SourceFile<'a> {
    /// Its name, for mistakes and the listing.
    pub name: &'a str,
    /// Its cards, one a line.
    pub text: &'a str,
}

/// One word with the card it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListingLine {
    /// Location in core.
    pub location: u16,
    /// The word, 36 bits.
    pub word: u64,
    /// Index into [`Assembly::files`].
    pub file: usize,
    /// Line in that file, from 1; for a card made by a macro, the line of the call.
    pub line: usize,
}

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
    pub fn routine_of(&self, location: u16) -> Option<&str> {
        let after = self.labels.partition_point(|(at, _)| *at <= location);
        let (nearest, _) = self.labels.get(after.checked_sub(1)?)?;
        let first = self.labels.partition_point(|(at, _)| at < nearest);
        self.labels.get(first).map(|(_, name)| name.as_str())
    }
}

/// Assembles the files in order as one deck. `parameters` are symbols known beforehand.
///
/// All mistakes found are reported, at most [`MISTAKES_MAX`], in order of the deck.
pub fn assemble(
    files: &[SourceFile],
    parameters: &[(String, i64)],
) -> Result<Assembly, Vec<Mistake>> {
    let mut names: Vec<String> = files.iter().map(|file| file.name.to_string()).collect();
    let mut mistakes = Mistakes::default();
    let symbols = parameter_symbols(files.len(), parameters, &mut mistakes);
    let mut decks = Vec::new();
    for (number, file) in files.iter().enumerate() {
        let lines = file.text.lines().enumerate();
        decks.push(
            lines
                .filter_map(|(line, text)| Card::read(number, line + 1, text, &mut mistakes))
                .collect(),
        );
    }
    let mut first = first_pass::run(decks, &names, symbols, &mut mistakes);
    let second = second_pass::run(&mut first, &names, &mut mistakes);
    if !mistakes.is_empty() {
        names.push("parameters".to_string());
        return Err(mistakes.finish(&names));
    }
    let mut labels: Vec<(u16, String)> = first
        .labels
        .into_iter()
        .filter(|(_, name)| !name.starts_with(".."))
        .filter_map(|(location, name)| Some((u16::try_from(location).ok()?, name)))
        .collect();
    labels.sort_by_key(|(location, _)| *location);
    let table = first.symbols.table.into_iter();
    Ok(Assembly {
        words: second
            .lines
            .iter()
            .map(|line| (line.location, line.word))
            .collect(),
        symbols: table.map(|(name, symbol)| (name, symbol.value)).collect(),
        start: second.start,
        listing: second.listing,
        lines: second.lines,
        files: names,
        labels,
    })
}

/// The parameters as symbols; a mistake in one stands in a file called `parameters`.
fn parameter_symbols(
    file: usize,
    parameters: &[(String, i64)],
    mistakes: &mut Mistakes,
) -> Symbols {
    let mut symbols = Symbols::default();
    for (index, (name, value)) in parameters.iter().enumerate() {
        let line = index + 1;
        let place = Place {
            file,
            line,
            column: 1,
            width: name.chars().count(),
            within: None,
        };
        if let Some(fault) = fault_of_name(name) {
            mistakes.add(place, format!("parameter {name:?}: {fault}"));
        } else if value.unsigned_abs() >= 1 << 36 {
            let message = format!("parameter {name} is {value}: that is no word of 36 bits");
            mistakes.add(place, message);
        } else if symbols
            .define(name, *value, Origin::Parameter, (file, line))
            .is_err()
        {
            mistakes.add(place, format!("parameter {name} is given twice"));
        }
    }
    symbols
}
