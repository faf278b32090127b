//! Room `assembly`: what the assemblers of both machines have in common.
//!
//! The programs of these machines were written on cards: a symbol for the location, an operation,
//! a variable field of expressions. FAP, the assembler of the 7090, is the pattern here. What does
//! not depend on the word of the machine is done once: cards, symbols, expressions, macros, DUP,
//! conditions, remote cards, literals, the two passes, the listing, mistakes with their places.
//! What does is a [`Dialect`]: the operations, the words they make, how locations and words are
//! written, constants.
//!
//! Two passes: the first expands macros and gives every card its location, the second makes the
//! words and the listing.
//!
//! Source: the project's reference on the 7090, section 20. *Not emulated*: relocation and linkage
//! between decks. Several files are assembled as one absolute deck with one space of symbols; END
//! closes a file and is needed only in the last. What each file departs in from FAP stands at its
//! head, marked *Assigned by us*.
//!
//! *To add a pseudo-operation*: its name in `pseudo.rs`, its arm in `first_pass.rs`; one that makes
//! words goes to the dialects instead.

mod card;
mod deck;
mod expression;
mod fields;
mod first_pass;
mod listing;
mod macros;
mod mistake;
mod pseudo;
mod second_pass;
mod symbols;

use std::collections::BTreeMap;

pub use card::{Extent, Variable};
pub use expression::{Fault, FaultKind, Scope, arithmetic, boolean};
pub use fields::{Fields, Wrong};
pub use mistake::{MISTAKES_MAX, Mistake};
pub use symbols::fault_of_name;

use card::Card;
use mistake::{Mistakes, Place};
use symbols::{Origin, Symbols};

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
    pub location: u32,
    /// The word.
    pub word: u64,
    /// Index into the files.
    pub file: usize,
    /// Line in that file, from 1; for a card made by a macro, the line of the call.
    pub line: usize,
}

/// A card of the dialect, in the first pass.
pub struct Given<'a, 'b> {
    /// The operation as written.
    pub name: &'a str,
    /// The symbol in its location field, or nothing.
    pub label: &'a str,
    /// Its variable field.
    pub variable: &'a Variable,
    /// What its expressions may refer to now.
    pub scope: &'a mut Scope<'b>,
}

/// What a card of the dialect does in the first pass. A pair is a further symbol and its value.
#[derive(Clone, Debug)]
pub enum Placed<O> {
    /// It makes so many words.
    Words(i64),
    /// It keeps so many locations free.
    Space(i64, Option<(String, i64)>),
    /// It gives its symbol this value.
    Value(i64, Option<(String, i64)>),
    /// It gives the name in its location field this meaning as an operation.
    Operation(O),
}

/// What an assembler has of its machine. A value of it lives as long as one assembly and may
/// remember what cards have said.
pub trait Dialect {
    /// An operation of the machine, or a pseudo-operation that makes words.
    type Operation: Copy + std::fmt::Debug;
    /// One past the last location.
    const LOCATIONS: i64;
    /// Bits of a Boolean expression.
    const BOOLEAN_BITS: u32;
    /// Bits of a word.
    const WORD_BITS: u32;

    /// The operation of a name.
    fn find(name: &str) -> Option<Self::Operation>;
    /// Every name, for "did you mean".
    fn names() -> Vec<&'static str>;
    /// Names that have a value unless the program gives them another.
    fn standard_symbols() -> Vec<(String, i64)> {
        Vec::new()
    }
    /// How far the variable field reaches.
    fn extent(operation: Self::Operation) -> Extent;
    /// Whether `=` in the variable field is a literal.
    fn takes_literal(operation: Self::Operation) -> bool;
    /// What the card does in the first pass.
    fn place(
        &mut self,
        operation: Self::Operation,
        card: Given,
    ) -> Result<Placed<Self::Operation>, Wrong>;
    /// The word of a literal; `chars` begin with its `=`, faults count from there.
    fn literal(&self, chars: &[char]) -> Result<u64, Fault>;
    /// The words of a card that [`Dialect::place`] said makes words, as many as it said.
    fn words(&self, operation: Self::Operation, fields: Fields) -> Result<Vec<u64>, Wrong>;
    /// A location as listings write it.
    fn location(location: i64) -> String;
    /// Whether a word can be loaded there.
    fn is_memory(_location: i64) -> bool {
        true
    }
    /// A word as listings write it; `None` for a literal.
    fn show(operation: Option<Self::Operation>, word: u64) -> String;
    /// A word of an expression as a number, if the dialect has its own way of writing them.
    fn number(_word: &str) -> Option<Result<i64, String>> {
        None
    }
    /// What is wrong with a symbol, if it is none.
    fn fault_of_name(name: &str) -> Option<&'static str> {
        fault_of_name(name)
    }
}

/// An assembled deck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deck {
    /// The words with the cards they came from, in order of location, no location twice.
    pub lines: Vec<ListingLine>,
    /// Every symbol with its value (SET symbols: the last).
    pub symbols: BTreeMap<String, i64>,
    /// Where END (or TCD) says the program starts.
    pub start: Option<u32>,
    /// The listing, with symbols and cross-references.
    pub listing: String,
    /// Names of the files, in the order given.
    pub files: Vec<String>,
    /// Symbols of location fields with their location, in order of location.
    pub labels: Vec<(u32, String)>,
}

/// The nearest label at or before a location; of several there the one that stands first.
pub fn routine_of<T: Copy + PartialOrd>(labels: &[(T, String)], location: T) -> Option<&str> {
    let after = labels.partition_point(|(at, _)| *at <= location);
    let (nearest, _) = labels.get(after.checked_sub(1)?)?;
    let first = labels.partition_point(|(at, _)| at < nearest);
    labels.get(first).map(|(_, name)| name.as_str())
}

/// Assembles the files in order as one deck. `parameters` are symbols known beforehand.
///
/// All mistakes found are reported, at most [`MISTAKES_MAX`], in order of the deck.
pub fn assemble<D: Dialect>(
    dialect: &mut D,
    files: &[SourceFile],
    parameters: &[(String, i64)],
) -> Result<Deck, Vec<Mistake>> {
    let mut names: Vec<String> = files.iter().map(|file| file.name.to_string()).collect();
    let mut mistakes = Mistakes::default();
    let symbols = known_symbols::<D>(files.len(), parameters, &mut mistakes);
    let mut decks = Vec::new();
    for (number, file) in files.iter().enumerate() {
        let lines = file.text.lines().enumerate();
        decks.push(
            lines
                .filter_map(|(line, text)| Card::read(number, line + 1, text, &mut mistakes))
                .collect(),
        );
    }
    let mut first = first_pass::run(dialect, decks, &names, symbols, &mut mistakes);
    let second = second_pass::run(dialect, &mut first, &names, &mut mistakes);
    if !mistakes.is_empty() {
        names.push("parameters".to_string());
        return Err(mistakes.finish(&names));
    }
    let mut labels: Vec<(u32, String)> = first
        .labels
        .into_iter()
        .filter(|(_, name)| !name.starts_with(".."))
        .filter_map(|(location, name)| Some((u32::try_from(location).ok()?, name)))
        .collect();
    labels.sort_by_key(|(location, _)| *location);
    let table = first.symbols.table.into_iter();
    let table = table.filter(|(_, symbol)| symbol.origin != Origin::Standard);
    Ok(Deck {
        lines: second.lines,
        symbols: table.map(|(name, symbol)| (name, symbol.value)).collect(),
        start: second.start,
        listing: second.listing,
        files: names,
        labels,
    })
}

/// The dialect's own symbols and the parameters; a mistake in a parameter stands in a file called
/// `parameters`.
fn known_symbols<D: Dialect>(
    file: usize,
    parameters: &[(String, i64)],
    mistakes: &mut Mistakes,
) -> Symbols {
    let mut symbols = Symbols::default();
    for (name, value) in D::standard_symbols() {
        let defined = symbols.define(&name, value, Origin::Standard, (0, 0));
        debug_assert!(defined.is_ok());
    }
    for (index, (name, value)) in parameters.iter().enumerate() {
        let line = index + 1;
        let place = Place {
            file,
            line,
            column: 1,
            width: name.chars().count(),
            within: None,
        };
        if let Some(fault) = D::fault_of_name(name) {
            mistakes.add(place, format!("parameter {name:?}: {fault}"));
        } else if value.unsigned_abs() >= 1 << D::WORD_BITS {
            let bits = D::WORD_BITS;
            let message = format!("parameter {name} is {value}: that is no word of {bits} bits");
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
