//! Second pass: the words, now that every symbol has its value, and the listing.

use crate::card::Card;
use crate::expression::{FaultKind, Scope, arithmetic};
use crate::fields::{Fields, Wrong};
use crate::first_pass::{Action, Line, Literal, Outcome};
use crate::listing::{Listing, octal_value};
use crate::mistake::Mistakes;
use crate::symbols::Symbols;
use crate::{Dialect, ListingLine};

/// What the second pass leaves.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub lines: Vec<ListingLine>,
    pub start: Option<u32>,
    pub listing: String,
}

/// Runs the second pass.
pub(crate) fn run<D: Dialect>(
    dialect: &D,
    first: &mut Outcome<D::Operation>,
    names: &[String],
    mistakes: &mut Mistakes,
) -> Words {
    let mut listing = Listing::new(names, D::location);
    let mut lines = Vec::new();
    let mut start = None;
    // Which line of the listing filled a location.
    let mut filled: Vec<Option<usize>> = vec![None; D::LOCATIONS as usize];
    let outcome = &mut *first;
    // A block over another block is one mistake, not one for each word.
    let mut overlaps = false;
    for (number, line) in outcome.lines.iter().enumerate() {
        if let Action::Set(name, value) = &line.action
            && let Some(symbol) = outcome.symbols.table.get_mut(name)
        {
            symbol.value = *value;
        }
        let words = words_of(
            dialect,
            line,
            &mut outcome.symbols,
            &outcome.literals,
            mistakes,
        );
        if let Action::Start = line.action {
            start = start_of::<D>(line, &mut outcome.symbols, mistakes).or(start);
        }
        if words.len() as i64 != line.size
            && !matches!(line.action, Action::Space)
            && mistakes.is_empty()
        {
            let message = "the card has another length in the second pass (phase error)";
            mistakes.add(line.card.place_of_operation(), message);
        }
        for (offset, word) in (0i64..).zip(&words) {
            let location = line.location + offset;
            let Some(place) = usize::try_from(location)
                .ok()
                .and_then(|at| filled.get_mut(at))
            else {
                continue;
            };
            if let Some(before) = place.and_then(|before| outcome.lines.get(before)) {
                if !overlaps {
                    let before = place_of(&before.card, line.card.file, names);
                    let location = D::location(location);
                    let message =
                        format!("location {location} (octal) is filled before, by {before}");
                    mistakes.add(line.card.place_of_operation(), message);
                }
                overlaps = true;
                break;
            }
            if !D::is_memory(location) {
                let location = D::location(location);
                let message = format!("there is no memory at {location} (octal)");
                mistakes.add(line.card.place_of_operation(), message);
                break;
            }
            overlaps = false;
            *place = Some(number);
            lines.push(ListingLine {
                location: location as u32,
                word: *word,
                file: line.card.file,
                line: line.card.line,
            });
        }
        list::<D>(line, &words, &outcome.literals, &mut listing);
    }
    lines.sort_by_key(|line| line.location);
    listing.summary(&lines, start);
    listing.symbols(&outcome.symbols);
    Words {
        lines,
        start,
        listing: listing.text,
    }
}

fn place_of(card: &Card, file: usize, names: &[String]) -> String {
    match names.get(card.file).filter(|_| card.file != file) {
        Some(name) => format!("line {} of {name}", card.line),
        None => format!("line {}", card.line),
    }
}

fn scope<'a, D: Dialect>(line: &Line<D::Operation>, symbols: &'a mut Symbols) -> Scope<'a> {
    Scope {
        symbols,
        here: line.here,
        at: (line.card.file, line.card.line),
        number: D::number,
    }
}

fn report<O>(wrong: Wrong, line: &Line<O>, symbols: &Symbols, mistakes: &mut Mistakes) {
    match wrong {
        Wrong::Operation(message) => mistakes.add(line.card.place_of_operation(), message),
        Wrong::Field(fault) => {
            let place = line.variable.place(fault.start, fault.width);
            match fault.kind {
                FaultKind::Message(message) => mistakes.add(place, message),
                FaultKind::Undefined(name) => {
                    mistakes.add_undefined(place, &name, symbols.undefined(&name));
                }
            }
        }
    }
}

fn words_of<D: Dialect>(
    dialect: &D,
    line: &Line<D::Operation>,
    symbols: &mut Symbols,
    literals: &[Literal],
    mistakes: &mut Mistakes,
) -> Vec<u64> {
    let made = match &line.action {
        Action::Literals(pool) => {
            let pool = literals.iter().filter(|literal| literal.pool == *pool);
            return pool.map(|literal| literal.word).collect();
        }
        Action::Words(operation) => {
            let literal = line.literal.and_then(|number| literals.get(number));
            let fields = Fields {
                name: &line.card.operation.text,
                indirect: line.card.indirect,
                variable: &line.variable,
                subfields: line.variable.subfields(),
                literal: literal.map(|literal| literal.location),
                scope: &mut scope::<D>(line, symbols),
            };
            dialect.words(*operation, fields)
        }
        _ => return Vec::new(),
    };
    made.unwrap_or_else(|wrong| {
        report(wrong, line, symbols, mistakes);
        vec![0; line.size as usize]
    })
}

fn start_of<D: Dialect>(
    line: &Line<D::Operation>,
    symbols: &mut Symbols,
    mistakes: &mut Mistakes,
) -> Option<u32> {
    if line.variable.is_empty() {
        return None;
    }
    let chars = &line.variable.chars;
    let value = arithmetic(chars, 0..chars.len(), &mut scope::<D>(line, symbols));
    match value {
        Ok(value) if (0..D::LOCATIONS).contains(&value) => Some(value as u32),
        Ok(value) => {
            let last = D::LOCATIONS - 1;
            let message = format!("the start is {value}; a location, 0 to {last}, is expected");
            mistakes.add(line.variable.place_of_all(), message);
            None
        }
        Err(fault) => {
            report(Wrong::Field(fault), line, symbols, mistakes);
            None
        }
    }
}

fn list<D: Dialect>(
    line: &Line<D::Operation>,
    words: &[u64],
    literals: &[Literal],
    listing: &mut Listing,
) {
    let operation = match line.action {
        Action::Words(operation) => Some(operation),
        _ => None,
    };
    let location = match &line.action {
        Action::None | Action::List(_) | Action::Eject => None,
        Action::Value(_) | Action::Set(..) => None,
        _ => Some(line.location),
    };
    let words: Vec<String> = words.iter().map(|word| D::show(operation, *word)).collect();
    match &line.action {
        Action::List(on) => listing.on = *on,
        Action::Eject => listing.blank(),
        Action::Value(value) | Action::Set(_, value) => {
            let value = octal_value(*value);
            listing.card(&line.card, None, &format!("{value:>15}"));
        }
        Action::Literals(pool) => {
            if !line.card.generated {
                listing.card(&line.card, None, "");
            }
            let pool = literals.iter().filter(|literal| literal.pool == *pool);
            for (literal, word) in pool.zip(&words) {
                listing.literal(literal.location, word, &literal.text);
            }
        }
        _ => {
            let mut words = words.iter();
            let first = words.next().map_or("", String::as_str);
            listing.card(&line.card, location, first);
            for (offset, word) in (1i64..).zip(words) {
                listing.word(line.location + offset, word);
            }
        }
    }
}
