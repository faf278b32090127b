//! Second pass: the words, now that every symbol has its value, and the listing.

use super::ListingLine;
use super::card::Card;
use super::expression::{FaultKind, Scope, arithmetic};
use super::first_pass::{Action, CORE, Line, Literal, Meaning, Outcome};
use super::instruction::{self, Instruction, Wrong};
use super::listing::{Grouping, Listing};
use super::mistake::Mistakes;
use super::symbols::Symbols;
use super::vfd;
use crate::operation::Format;

/// What the second pass leaves.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub lines: Vec<ListingLine>,
    pub start: Option<u16>,
    pub listing: String,
}

/// Runs the second pass.
pub(super) fn run(first: &mut Outcome, names: &[String], mistakes: &mut Mistakes) -> Words {
    let mut listing = Listing::new(names);
    let mut lines = Vec::new();
    let mut start = None;
    // Which line of the listing filled a location.
    let mut filled: Vec<Option<usize>> = vec![None; CORE as usize];
    let outcome = &mut *first;
    // A block over another block is one mistake, not one for each word.
    let mut overlaps = false;
    for (number, line) in outcome.lines.iter().enumerate() {
        if let Action::Set(name, value) = &line.action
            && let Some(symbol) = outcome.symbols.table.get_mut(name)
        {
            symbol.value = *value;
        }
        let words = words_of(line, &mut outcome.symbols, &outcome.literals, mistakes);
        if let Action::Start = line.action {
            start = start_of(line, &mut outcome.symbols, mistakes).or(start);
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
                    let message =
                        format!("location {location:05o} (octal) is filled before, by {before}");
                    mistakes.add(line.card.place_of_operation(), message);
                }
                overlaps = true;
                break;
            }
            overlaps = false;
            *place = Some(number);
            lines.push(ListingLine {
                location: location as u16,
                word: *word,
                file: line.card.file,
                line: line.card.line,
            });
        }
        list(line, &words, &outcome.literals, &mut listing);
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

fn scope<'a>(line: &Line, symbols: &'a mut Symbols) -> Scope<'a> {
    Scope {
        symbols,
        here: line.here,
        at: (line.card.file, line.card.line),
    }
}

fn report(wrong: Wrong, line: &Line, symbols: &Symbols, mistakes: &mut Mistakes) {
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

fn words_of(
    line: &Line,
    symbols: &mut Symbols,
    literals: &[Literal],
    mistakes: &mut Mistakes,
) -> Vec<u64> {
    let made = match &line.action {
        Action::Words(words) => return words.clone(),
        Action::Literals(pool) => {
            let pool = literals.iter().filter(|literal| literal.pool == *pool);
            return pool.map(|literal| literal.word).collect();
        }
        Action::Instruction(meaning) => {
            let literal = line.literal.and_then(|number| literals.get(number));
            let instruction = Instruction {
                name: &line.card.operation.text,
                indirect: line.card.indirect,
                variable: &line.variable,
                literal: literal.map(|literal| literal.location),
                scope: &mut scope(line, symbols),
            };
            instruction::word(*meaning, instruction).map(|word| vec![word])
        }
        Action::Argument(index) => argument(line, *index, symbols).map(|word| vec![word]),
        Action::Vfd => {
            let mut scope = scope(line, symbols);
            vfd::fields(&line.variable, &mut scope)
                .and_then(|fields| vfd::pack(&fields, &line.variable, &mut scope))
                .map_err(Wrong::Field)
        }
        _ => return Vec::new(),
    };
    made.unwrap_or_else(|wrong| {
        report(wrong, line, symbols, mistakes);
        vec![0; line.size as usize]
    })
}

/// The words of CALL: TSX to the routine with tag 4, then its arguments as TSX without tag.
fn argument(line: &Line, index: usize, symbols: &mut Symbols) -> Result<u64, Wrong> {
    let Some(range) = line.variable.subfields().get(index).cloned() else {
        return Ok(0);
    };
    let (start, width) = (range.start, range.len().max(1));
    let value = arithmetic(&line.variable.chars, range, &mut scope(line, symbols))?;
    if !(0..CORE).contains(&value) {
        let message = format!("the address is {value}; 0 to 32767 is expected");
        return Err(super::expression::Fault::new(start, width, message).into());
    }
    let tag = if index == 0 { 4 << 15 } else { 0 };
    Ok(0o007400000000 | tag | value as u64)
}

fn start_of(line: &Line, symbols: &mut Symbols, mistakes: &mut Mistakes) -> Option<u16> {
    if line.variable.is_empty() {
        return None;
    }
    let chars = &line.variable.chars;
    let value = arithmetic(chars, 0..chars.len(), &mut scope(line, symbols));
    match value {
        Ok(value) if (0..CORE).contains(&value) => Some(value as u16),
        Ok(value) => {
            let message = format!("the start is {value}; a location, 0 to 32767, is expected");
            mistakes.add(line.variable.place_of_all(), message);
            None
        }
        Err(fault) => {
            report(Wrong::Field(fault), line, symbols, mistakes);
            None
        }
    }
}

fn list(line: &Line, words: &[u64], literals: &[Literal], listing: &mut Listing) {
    let grouping = match &line.action {
        Action::Instruction(Meaning::Machine(operation)) => match operation.format {
            Format::A => Grouping::Prefix,
            _ => Grouping::Operation,
        },
        Action::Instruction(_) => Grouping::Prefix,
        Action::Argument(_) => Grouping::Operation,
        _ => Grouping::Data,
    };
    let location = match &line.action {
        Action::None | Action::List(_) | Action::Eject => None,
        Action::Value(_) | Action::Set(..) => None,
        _ => Some(line.location),
    };
    let words: Vec<String> = words.iter().map(|word| grouping.show(*word)).collect();
    match &line.action {
        Action::List(on) => listing.on = *on,
        Action::Eject => listing.blank(),
        Action::Value(value) | Action::Set(_, value) => {
            let value = super::listing::octal_value(*value);
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
