//! First pass: read the deck, expand macros, give every card its location and every symbol its
//! value.
//!
//! What decides about locations must be known when the card is read: the variable fields of ORG,
//! LOC, BSS, BES, EQU, SET, DUP, IFT, IFF, and the field lengths of VFD. Everything else may refer
//! to symbols defined later and is left to the second pass.

use super::card::{Card, Extent, Variable};
use super::constant;
use super::deck::{Deck, Excess, Source};
use super::expression::{Fault, FaultKind, Scope, arithmetic, boolean};
use super::macros::{Macro, expand, split_list};
use super::mistake::{Mistakes, Place, nearest};
use super::pseudo::{DATA_COMMANDS, PREFIXES, PSEUDOS, Pseudo};
use super::symbols::{Origin, Symbols, fault_of_name};
use super::vfd;
use crate::channel_command::{self, ChannelCommand, channel_commands};
use crate::operation::{self, Operation};
use std::collections::BTreeMap;

/// One past the last location of core.
pub(super) const CORE: i64 = 0o100000;

/// What the name in an operation field means.
#[derive(Clone, Copy, Debug)]
pub(super) enum Meaning {
    Machine(&'static Operation),
    Channel(&'static ChannelCommand),
    /// A word with every field zero, for address, tag and decrement; whether `*` is allowed.
    Word {
        bits: u64,
        indirectable: bool,
    },
    /// A 7607 channel command.
    DataCommand(u64),
    Macro(usize),
    Pseudo(Pseudo),
}

/// What the second pass does with a card.
#[derive(Clone, Debug)]
pub(super) enum Action {
    /// Nothing; the card is only listed.
    None,
    /// A value was given to a symbol; listed.
    Value(i64),
    /// SET: the symbol has this value from here on.
    Set(String, i64),
    /// An instruction, command or prefixed word.
    Instruction(Meaning),
    /// Words already known.
    Words(Vec<u64>),
    /// Packed fields.
    Vfd,
    /// A word with an address alone, from CALL: its subfield.
    Argument(usize),
    /// Space without words.
    Space,
    /// The literals of this pool.
    Literals(usize),
    /// END or TCD: the start address, if any.
    Start,
    /// Listing control.
    List(bool),
    Eject,
}

/// One card with what the first pass found.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub card: Card,
    pub variable: Variable,
    pub action: Action,
    /// Location of its first word.
    pub location: i64,
    /// Value of `*`.
    pub here: i64,
    /// Words it occupies.
    pub size: i64,
    /// Number of its literal.
    pub literal: Option<usize>,
}

/// One literal.
#[derive(Clone, Debug)]
pub(super) struct Literal {
    pub word: u64,
    pub text: String,
    pub pool: usize,
    pub location: i64,
}

/// What the first pass leaves.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub lines: Vec<Line>,
    pub symbols: Symbols,
    pub literals: Vec<Literal>,
    /// Labels by location, in order of definition.
    pub labels: Vec<(i64, String)>,
}

/// A symbol that a first-pass value needed too early.
struct Early {
    place: Place,
    name: String,
    operation: String,
}

struct Pass<'a> {
    deck: Deck,
    mistakes: &'a mut Mistakes,
    out: Outcome,
    user: BTreeMap<String, Meaning>,
    macros: Vec<Macro>,
    /// Next location, and how far the value of `*` is from it (LOC).
    location: i64,
    shift: i64,
    pool: usize,
    pooled: BTreeMap<(usize, u64), usize>,
    remote: Vec<Card>,
    created: u32,
    early: Vec<Early>,
    /// A condition whose next card is to be skipped or taken; with the combination asked for.
    condition: Option<Condition>,
    beyond: bool,
    ended: bool,
}

#[derive(Clone, Copy, Debug)]
struct Condition {
    holds: bool,
    /// AND or OR with the condition that follows.
    joined: Option<bool>,
}

/// Runs the first pass.
pub(super) fn run(files: Vec<Vec<Card>>, symbols: Symbols, mistakes: &mut Mistakes) -> Outcome {
    let last = files.iter().rev().find_map(|cards| cards.last().cloned());
    let mut pass = Pass {
        deck: Deck::new(files),
        mistakes,
        out: Outcome {
            symbols,
            ..Outcome::default()
        },
        user: BTreeMap::new(),
        macros: Vec::new(),
        location: 0,
        shift: 0,
        pool: 0,
        pooled: BTreeMap::new(),
        remote: Vec::new(),
        created: 0,
        early: Vec::new(),
        condition: None,
        beyond: false,
        ended: false,
    };
    loop {
        match pass.deck.next_card() {
            Ok(Some(card)) => pass.card(card),
            Ok(None) => break,
            Err(excess) => {
                let place = pass
                    .out
                    .lines
                    .last()
                    .map(|line| line.card.place_of_operation());
                pass.excess(excess, place);
                if excess == Excess::Cards {
                    pass.ended = true;
                    break;
                }
            }
        }
    }
    if !pass.ended {
        let place = last.map_or_else(|| Card::default().place(1, 1), |card| card.place(1, 1));
        pass.mistakes.add(place, "the END card is missing");
    }
    pass.report_early();
    for (name, place) in std::mem::take(&mut pass.deck.lost) {
        let message = format!("no later card here has {name} in its location field");
        pass.mistakes.add(place, message);
    }
    pass.out
}

/// Whether a machine, channel or pseudo-operation has this name.
fn built_in(name: &str) -> Option<Meaning> {
    if let Some((_, pseudo)) = PSEUDOS.iter().find(|(known, _)| *known == name) {
        return Some(Meaning::Pseudo(*pseudo));
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

impl Pass<'_> {
    fn here(&self) -> i64 {
        self.location + self.shift
    }

    fn meaning(&self, name: &str) -> Option<Meaning> {
        self.user.get(name).copied().or_else(|| built_in(name))
    }

    /// What to say of an operation that does not exist.
    fn unknown(&self, name: &str) -> String {
        if name.chars().any(|c| c.is_ascii_lowercase()) {
            return format!("operation {name}: operations are written in capitals");
        }
        let known = self.user.keys().map(String::as_str);
        let known = known.chain(operation::names().map(|(name, _)| name));
        let known = known.chain(channel_commands().iter().map(|row| row.mnemonic));
        let known = known.chain(PSEUDOS.iter().map(|(name, _)| *name));
        let known = known.chain(PREFIXES.iter().map(|(name, _)| *name));
        match nearest(name, known) {
            Some(near) => format!("unknown operation {name}; did you mean {near}?"),
            None => format!("unknown operation {name}"),
        }
    }

    fn excess(&mut self, excess: Excess, place: Option<Place>) {
        let place = place.unwrap_or_else(|| Card::default().place(1, 1));
        let message = match excess {
            Excess::Depth => "macros and DUPs are nested too deep; does a macro call itself?",
            Excess::Cards => "the deck expands to too many cards",
        };
        self.mistakes.add(place, message);
        self.deck.drop_to_file();
    }

    fn fault(&mut self, variable: &Variable, fault: Fault, operation: &str) {
        let place = variable.place(fault.start, fault.width);
        match fault.kind {
            FaultKind::Message(message) => self.mistakes.add(place, message),
            FaultKind::Undefined(name) => self.early.push(Early {
                place,
                name,
                operation: operation.to_string(),
            }),
        }
    }

    fn report_early(&mut self) {
        for early in std::mem::take(&mut self.early) {
            let (name, operation) = (&early.name, &early.operation);
            let message = match self.out.symbols.table.get(name) {
                Some(symbol) => format!(
                    "{operation} needs the value of {name} at once, but {name} is defined later, at line {}",
                    symbol.defined.1
                ),
                None => self.out.symbols.undefined(name),
            };
            self.mistakes.add(early.place, message);
        }
    }

    /// One logical card: itself and the ETC cards after it.
    fn card(&mut self, card: Card) {
        if card.is_comment {
            return self.list(card);
        }
        if let Some((wanted, _)) = &self.deck.goto {
            if card.location.text != *wanted {
                return;
            }
            self.deck.goto = None;
        }
        let name = card.operation.text.clone();
        let meaning = self.meaning(&name);
        let extent = match meaning {
            Some(Meaning::Macro(_)) | Some(Meaning::Pseudo(Pseudo::Call)) => {
                Extent::BlankOutsideParentheses
            }
            Some(Meaning::Pseudo(Pseudo::Bci | Pseudo::Bcd)) => Extent::Card,
            _ => Extent::Blank,
        };
        let mut variable = Variable::of(&card, extent);
        let mut more = Vec::new();
        let is_continued = |card: &Card| card.operation.text == "ETC";
        while self.deck.peek().is_some_and(is_continued) && !is_continued(&card) {
            let Some(next) = self.deck.next_here() else {
                break;
            };
            variable.add(&next, extent);
            more.push(next);
        }
        if let Some(condition) = self
            .condition
            .take_if(|condition| condition.joined.is_none())
            && !condition.holds
        {
            return;
        }
        match meaning {
            None => {
                let message = self.unknown(&name);
                self.mistakes.add(card.place_of_operation(), message);
                self.label(&card);
                self.line(card, variable, Action::None, 0);
            }
            Some(Meaning::Pseudo(pseudo)) => {
                if card.indirect {
                    let message = format!("{name} cannot be indirect");
                    self.mistakes.add(card.place_of_operation(), message);
                }
                self.pseudo(pseudo, card, variable);
            }
            Some(Meaning::Macro(number)) => self.call(number, card, &variable),
            Some(meaning) => {
                self.label(&card);
                let literal = self.literal(&variable);
                self.line(card, variable, Action::Instruction(meaning), 1);
                if let Some(line) = self.out.lines.last_mut() {
                    line.literal = literal;
                }
            }
        }
        for card in more {
            self.list(card);
        }
    }

    /// A card that is only listed.
    fn list(&mut self, card: Card) {
        self.line(card, Variable::default(), Action::None, 0);
    }

    /// A card with `size` words from the present location.
    fn line(&mut self, card: Card, variable: Variable, action: Action, size: i64) {
        let place = card.place_of_operation();
        self.out.lines.push(Line {
            card,
            variable,
            action,
            location: self.location,
            here: self.here(),
            size,
            literal: None,
        });
        self.advance(size, place);
    }

    fn advance(&mut self, size: i64, place: Place) {
        if self.location + size > CORE {
            if !self.beyond {
                let message = "this goes beyond the last location of core, 77777 (octal)";
                self.mistakes.add(place, message);
            }
            self.beyond = true;
            return;
        }
        self.location += size;
    }

    /// Defines the location symbol of a card as the present location.
    fn label(&mut self, card: &Card) {
        let here = self.here();
        if self.define(card, here, Origin::Label) {
            let name = card.location.text.clone();
            self.out.labels.push((self.location, name));
        }
    }

    /// Defines the location symbol of a card; false if there is none or it cannot be.
    fn define(&mut self, card: &Card, value: i64, origin: Origin) -> bool {
        let name = &card.location.text;
        if name.is_empty() {
            return false;
        }
        if let Some(fault) = fault_of_name(name) {
            let message = format!("{name}: {fault}");
            self.mistakes.add(card.place_of_location(), message);
            return false;
        }
        let at = (card.file, card.line);
        if let Err(first) = self.out.symbols.define(name, value, origin, at) {
            let message = if first.origin == Origin::Parameter {
                format!("{name} is given from outside, as a parameter")
            } else {
                let (file, line) = first.defined;
                let elsewhere = if file == card.file {
                    String::new()
                } else {
                    format!(" of file {}", file + 1)
                };
                format!("{name} is defined before, at line {line}{elsewhere}")
            };
            self.mistakes.add(card.place_of_location(), message);
            return false;
        }
        true
    }

    /// Enters the literal of an address subfield, if there is one.
    fn literal(&mut self, variable: &Variable) -> Option<usize> {
        if variable.chars.first() != Some(&'=') {
            return None;
        }
        let subfield = variable.subfields().into_iter().next()?;
        let chars = &variable.chars[subfield];
        let word = match chars.get(1) {
            Some('O') => constant::octal(&chars[2..], 2),
            Some('H') if chars.len() > 8 => {
                let message = "a text literal has at most six characters, without blank or comma";
                Err(Fault::new(0, chars.len(), message))
            }
            Some('H') => constant::text(&chars[2..], 2, 1).map(|words| words[0]),
            _ => constant::decimal(&chars[1..], 1),
        };
        let word = match word {
            Ok(word) => word,
            Err(fault) => {
                self.fault(variable, fault, "a literal");
                return None;
            }
        };
        let next = self.out.literals.len();
        let number = *self.pooled.entry((self.pool, word)).or_insert(next);
        if number == next {
            self.out.literals.push(Literal {
                word,
                text: chars.iter().collect(),
                pool: self.pool,
                location: 0,
            });
        }
        Some(number)
    }

    /// Places the literals collected so far.
    fn place_literals(&mut self, card: Card, variable: Variable) {
        let pool = self.pool;
        let mut size = 0;
        let first = self.here();
        for literal in &mut self.out.literals {
            if literal.pool == pool {
                literal.location = first + size;
                size += 1;
            }
        }
        self.pool += 1;
        self.line(card, variable, Action::Literals(pool), size);
    }

    /// The value of a subfield, needed now; `None` if there is a mistake.
    fn value(&mut self, card: &Card, variable: &Variable, index: usize) -> Option<i64> {
        let operation = &card.operation.text;
        let subfields = variable.subfields();
        let Some(range) = subfields.get(index).cloned() else {
            let message = format!("{operation} needs a value in its variable field");
            self.mistakes.add(self.missing(card, variable), message);
            return None;
        };
        let mut scope = Scope {
            here: self.location + self.shift,
            symbols: &mut self.out.symbols,
            at: (card.file, card.line),
        };
        match arithmetic(&variable.chars, range, &mut scope) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.fault(variable, fault, operation);
                None
            }
        }
    }

    /// Where a missing variable field should have been.
    fn missing(&self, card: &Card, variable: &Variable) -> Place {
        if variable.is_empty() {
            card.place_of_operation()
        } else {
            variable.place_of_all()
        }
    }

    fn single(&mut self, card: &Card, variable: &Variable) -> Option<i64> {
        if variable.subfields().len() > 1 {
            let message = format!("{} takes one value", card.operation.text);
            self.mistakes.add(variable.place_of_all(), message);
            return None;
        }
        self.value(card, variable, 0)
    }

    fn pseudo(&mut self, pseudo: Pseudo, card: Card, variable: Variable) {
        match pseudo {
            Pseudo::Org | Pseudo::Loc => {
                let value = self.single(&card, &variable).unwrap_or(self.location);
                if !(0..CORE).contains(&value) {
                    let message = format!("{value} is no location of core, 0 to 32767");
                    self.mistakes.add(variable.place_of_all(), message);
                } else if pseudo == Pseudo::Org {
                    (self.location, self.shift) = (value, 0);
                } else {
                    self.shift = value - self.location;
                }
                self.label(&card);
                self.line(card, variable, Action::Space, 0);
            }
            Pseudo::Equ => {
                let value = self.single(&card, &variable).unwrap_or(0);
                self.named(card, variable, value, Origin::Definition);
            }
            Pseudo::Set => {
                let value = self.single(&card, &variable).unwrap_or(0);
                self.named(card, variable, value, Origin::Set);
            }
            Pseudo::Bool => {
                let mut scope = Scope {
                    here: self.location + self.shift,
                    symbols: &mut self.out.symbols,
                    at: (card.file, card.line),
                };
                let range = 0..variable.chars.len();
                let value = match boolean(&variable.chars, range, 18, &mut scope) {
                    Ok(value) => value as i64,
                    Err(fault) => {
                        self.fault(&variable, fault, "BOOL");
                        0
                    }
                };
                self.named(card, variable, value, Origin::Definition);
            }
            Pseudo::Bss | Pseudo::Bes => {
                let size = self.single(&card, &variable).unwrap_or(0);
                if !(0..=CORE).contains(&size) {
                    let message = format!("{size} words cannot be reserved");
                    self.mistakes.add(variable.place_of_all(), message);
                    self.label(&card);
                    return self.line(card, variable, Action::Space, 0);
                }
                if pseudo == Pseudo::Bss {
                    self.label(&card);
                    self.line(card, variable, Action::Space, size);
                } else {
                    let name_card = card.clone();
                    self.line(card, variable, Action::Space, size);
                    self.label(&name_card);
                }
            }
            Pseudo::Even => {
                let odd = self.here() & 1;
                self.label(&card);
                // AXT 0,0, so that a program may run through it.
                let words = vec![0o077400000000; odd as usize];
                self.line(card, variable, Action::Words(words), odd);
            }
            Pseudo::Null | Pseudo::Ignored => {
                self.label(&card);
                self.line(card, variable, Action::None, 0);
            }
            Pseudo::Dec | Pseudo::Oct => self.numbers(pseudo, card, variable),
            Pseudo::Bci | Pseudo::Bcd => self.text(pseudo, card, variable),
            Pseudo::Vfd => {
                self.label(&card);
                let bits = self.vfd_bits(&card, &variable);
                let size = bits.div_ceil(36) as i64;
                self.line(card, variable, Action::Vfd, size);
            }
            Pseudo::Literals => {
                self.label(&card);
                self.place_literals(card, variable);
            }
            Pseudo::TransferCard => self.line(card, variable, Action::Start, 0),
            Pseudo::End => self.end(card, variable),
            Pseudo::Dup => self.dup(card, variable),
            Pseudo::Macro => self.definition(card, variable),
            Pseudo::Goto => {
                let wanted = variable.text();
                if let Some(fault) = fault_of_name(&wanted) {
                    let message = format!("GOTO {wanted}: {fault}");
                    self.mistakes.add(self.missing(&card, &variable), message);
                } else {
                    self.deck.goto = Some((wanted, variable.place_of_all()));
                }
                self.list(card);
            }
            Pseudo::IfTrue | Pseudo::IfFalse => self.condition(pseudo, card, &variable),
            Pseudo::Remote => self.remote(card, &variable),
            Pseudo::Define | Pseudo::DefineByFields | Pseudo::Synonym => {
                self.operation(pseudo, card, &variable);
            }
            Pseudo::Call => self.linkage(card, variable),
            Pseudo::List | Pseudo::Unlist => {
                self.line(card, variable, Action::List(pseudo == Pseudo::List), 0);
            }
            Pseudo::Eject => self.line(card, variable, Action::Eject, 0),
            Pseudo::EndOfMacro | Pseudo::Repeat | Pseudo::Continued | Pseudo::Absent => {
                let name = &card.operation.text;
                let message = match pseudo {
                    Pseudo::EndOfMacro => "ENDM without a MACRO before it".to_string(),
                    Pseudo::Repeat => "IRP belongs inside a macro".to_string(),
                    Pseudo::Continued => "ETC has no card before it to continue".to_string(),
                    _ => format!("{name} is not done here: the deck is assembled as one, absolute"),
                };
                self.mistakes.add(card.place_of_operation(), message);
                self.list(card);
            }
        }
    }

    /// EQU, BOOL, SET.
    fn named(&mut self, card: Card, variable: Variable, value: i64, origin: Origin) {
        if card.location.text.is_empty() {
            let message = format!("{} needs a symbol in columns 1-6", card.operation.text);
            self.mistakes.add(card.place_of_operation(), message);
        }
        let defined = self.define(&card, value, origin);
        let action = if defined && origin == Origin::Set {
            Action::Set(card.location.text.clone(), value)
        } else {
            Action::Value(value)
        };
        self.line(card, variable, action, 0);
    }

    fn numbers(&mut self, pseudo: Pseudo, card: Card, variable: Variable) {
        self.label(&card);
        if variable.is_empty() {
            let message = format!(
                "{} needs numbers in its variable field",
                card.operation.text
            );
            self.mistakes.add(card.place_of_operation(), message);
        }
        let mut words = Vec::new();
        for range in variable.subfields() {
            let chars = &variable.chars[range.clone()];
            let word = if pseudo == Pseudo::Dec {
                constant::decimal(chars, range.start)
            } else {
                constant::octal(chars, range.start)
            };
            match word {
                Ok(word) => words.push(word),
                Err(fault) => {
                    self.fault(&variable, fault, "DEC");
                    words.push(0);
                }
            }
        }
        let size = words.len() as i64;
        self.line(card, variable, Action::Words(words), size);
    }

    /// BCI n,text and BCD ntext.
    fn text(&mut self, pseudo: Pseudo, card: Card, variable: Variable) {
        self.label(&card);
        let chars = &variable.chars;
        let (length, start) = if pseudo == Pseudo::Bci {
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
        let Some(count) = count.filter(|_| start > 0 && start <= chars.len()) else {
            let message = if pseudo == Pseudo::Bci {
                "BCI is written n,text with n words of six characters, 1 to 40"
            } else {
                "BCD is written ntext with n words of six characters, one digit"
            };
            self.mistakes.add(self.missing(&card, &variable), message);
            return self.line(card, variable, Action::None, 0);
        };
        let words = match constant::text(&chars[start..], start, count) {
            Ok(words) => words,
            Err(fault) => {
                self.fault(&variable, fault, "BCI");
                vec![0; count]
            }
        };
        self.line(card, variable, Action::Words(words), count as i64);
    }

    fn vfd_bits(&mut self, card: &Card, variable: &Variable) -> u64 {
        let mut scope = Scope {
            here: self.location + self.shift,
            symbols: &mut self.out.symbols,
            at: (card.file, card.line),
        };
        if variable.is_empty() {
            let message = "VFD needs fields of the form bits/value";
            self.mistakes.add(card.place_of_operation(), message);
        }
        match vfd::fields(variable, &mut scope) {
            Ok(fields) => fields.iter().map(|field| u64::from(field.bits)).sum(),
            Err(fault) => {
                self.fault(variable, fault, "VFD");
                0
            }
        }
    }

    fn end(&mut self, card: Card, variable: Variable) {
        if !self.deck.in_last_file() {
            self.line(card, variable, Action::Start, 0);
            return self.finish_file();
        }
        if !self.remote.is_empty() {
            // The remote cards come first, then this END again.
            let mut cards = std::mem::take(&mut self.remote);
            cards.push(card);
            let place = variable.place_of_all();
            if let Err(excess) = self.deck.push(Source::Remote, cards, 1) {
                self.excess(excess, Some(place));
            }
            return;
        }
        self.ended = true;
        self.line(card.clone(), variable, Action::Start, 0);
        let mut pool = card;
        pool.location.text.clear();
        pool.image.clear();
        pool.generated = true;
        self.place_literals(pool, Variable::default());
        self.finish_file();
    }

    fn finish_file(&mut self) {
        let rest = self.deck.end_file();
        if let Some(card) = rest.iter().find(|card| !card.is_comment) {
            let message = "this card stands after the END of its file";
            self.mistakes.add(card.place_of_operation(), message);
        }
    }

    fn dup(&mut self, card: Card, variable: Variable) {
        let cards = self.value(&card, &variable, 0);
        let times = self.value(&card, &variable, 1);
        let place = variable.place_of_all();
        self.line(card, variable, Action::None, 0);
        let (Some(count), Some(times)) = (cards, times) else {
            return;
        };
        if !(1..=1_000).contains(&count) || !(0..=CORE).contains(&times) {
            let message = "DUP m,n repeats the next m cards (1 to 1000) n times (0 to 32768)";
            return self.mistakes.add(place, message);
        }
        let mut repeated = Vec::new();
        let mut counted = 0;
        while let Some(next) = self.deck.peek() {
            let counts = !next.is_comment && next.operation.text != "ETC";
            if counts && counted == count {
                break;
            }
            counted += i64::from(counts);
            repeated.extend(self.deck.next_here());
        }
        if counted < count {
            let message = format!("DUP wants {count} cards, but only {counted} follow");
            self.mistakes.add(place.clone(), message);
        }
        if let Err(excess) = self.deck.push(Source::Dup, repeated, times as usize) {
            self.excess(excess, Some(place));
        }
    }

    fn definition(&mut self, card: Card, variable: Variable) {
        let mut formal: Vec<String> = variable
            .subfields()
            .into_iter()
            .map(|range| variable.chars[range].iter().collect())
            .collect();
        let name = if !card.location.text.is_empty() {
            card.location.text.clone()
        } else if formal.is_empty() {
            String::new()
        } else {
            formal.remove(0)
        };
        let mut faulty = false;
        for symbol in formal.iter().chain([&name]) {
            if let Some(fault) = fault_of_name(symbol) {
                let message = format!("in this macro, {symbol:?}: {fault}");
                self.mistakes.add(card.place_of_operation(), message);
                faulty = true;
            }
        }
        let mut body = Vec::new();
        let mut depth = 0usize;
        let place = card.place_of_operation();
        self.list(card);
        loop {
            let Some(next) = self.deck.next_here() else {
                let message = format!("macro {name} has no END or ENDM");
                return self.mistakes.add(place, message);
            };
            let operation = next.operation.text.as_str();
            let ends = !next.is_comment && (operation == "END" || operation == "ENDM");
            if ends && operation == "END" && !next.rest.text.is_empty() {
                let message = format!("macro {name} has no END or ENDM before the END of the deck");
                self.mistakes.add(place, message);
                return self.card(next);
            }
            if !next.is_comment && operation == "MACRO" {
                depth += 1;
            }
            if ends && depth == 0 {
                self.list(next);
                break;
            }
            depth -= usize::from(ends);
            self.list(next.clone());
            body.push(next);
        }
        if !faulty {
            self.user
                .insert(name.clone(), Meaning::Macro(self.macros.len()));
            self.macros.push(Macro { name, formal, body });
        }
    }

    fn call(&mut self, number: usize, card: Card, variable: &Variable) {
        self.label(&card);
        let Some(definition) = self.macros.get(number) else {
            return;
        };
        let actual = split_list(&variable.text());
        let pushed = match expand(definition, &card, &actual, &mut self.created) {
            Ok(cards) => self.deck.push(Source::Macro, cards, 1),
            Err(message) => {
                self.mistakes.add(card.place_of_operation(), message);
                Ok(())
            }
        };
        let place = card.place_of_operation();
        self.list(card);
        if let Err(excess) = pushed {
            self.excess(excess, Some(place));
        }
    }

    fn condition(&mut self, pseudo: Pseudo, card: Card, variable: &Variable) {
        let holds = self.compare(&card, variable);
        let (holds, joined) = holds.unwrap_or((true, None));
        let mut holds = holds == (pseudo == Pseudo::IfTrue);
        if let Some(earlier) = self.condition.take() {
            holds = match earlier.joined {
                Some(true) => holds && earlier.holds,
                Some(false) => holds || earlier.holds,
                None => holds,
            };
        }
        self.condition = Some(Condition { holds, joined });
        self.list(card);
    }

    /// Whether the two sides are equal, and whether AND (true) or OR (false) follows.
    fn compare(&mut self, card: &Card, variable: &Variable) -> Option<(bool, Option<bool>)> {
        let chars = &variable.chars;
        let operation = &card.operation.text;
        let mut end = chars.len();
        let mut joined = None;
        for (word, and) in [(",AND", true), (",OR", false)] {
            let word: Vec<char> = word.chars().collect();
            if chars.ends_with(&word) {
                end = chars.len() - word.len();
                joined = Some(and);
            }
        }
        let Some(equals) = chars[..end].iter().position(|c| *c == '=') else {
            let message = format!("{operation} compares two values: e1=e2 or /text/=/text/");
            self.mistakes.add(self.missing(card, variable), message);
            return None;
        };
        let (left, right) = (0..equals, equals + 1..end);
        if chars.first() == Some(&'/') {
            return Some((chars[left] == chars[right], joined));
        }
        let mut values = [0; 2];
        for (value, range) in values.iter_mut().zip([left, right]) {
            let mut scope = Scope {
                here: self.location + self.shift,
                symbols: &mut self.out.symbols,
                at: (card.file, card.line),
            };
            match arithmetic(chars, range, &mut scope) {
                Ok(found) => *value = found,
                Err(fault) => {
                    self.fault(variable, fault, operation);
                    return None;
                }
            }
        }
        Some((values[0] == values[1], joined))
    }

    /// RMT ... RMT puts the cards between aside; RMT * brings them back here.
    fn remote(&mut self, card: Card, variable: &Variable) {
        let place = card.place_of_operation();
        let brings_back = variable.chars.first() == Some(&'*');
        self.list(card);
        if brings_back {
            let cards = std::mem::take(&mut self.remote);
            if let Err(excess) = self.deck.push(Source::Remote, cards, 1) {
                self.excess(excess, Some(place));
            }
            return;
        }
        loop {
            let Some(next) = self.deck.next_here() else {
                let message = "this RMT has no second RMT that ends the remote cards";
                return self.mistakes.add(place, message);
            };
            if next.operation.text == "RMT" {
                return self.list(next);
            }
            self.remote.push(next);
        }
    }

    /// OPD, OPVFD, OPSYN.
    fn operation(&mut self, pseudo: Pseudo, card: Card, variable: &Variable) {
        let name = card.location.text.clone();
        if let Some(fault) = fault_of_name(&name) {
            let message = format!(
                "{} names an operation in columns 1-6: {fault}",
                card.operation.text
            );
            self.mistakes.add(card.place_of_operation(), message);
        }
        let meaning = match pseudo {
            Pseudo::Synonym => {
                let old = variable.text();
                let meaning = self.meaning(&old);
                if meaning.is_none() {
                    let message = self.unknown(&old);
                    self.mistakes.add(self.missing(&card, variable), message);
                }
                meaning
            }
            Pseudo::Define => match constant::octal(&variable.chars, 0) {
                Ok(bits) => Some(Meaning::Word {
                    bits,
                    indirectable: true,
                }),
                Err(fault) => {
                    self.fault(variable, fault, "OPD");
                    None
                }
            },
            _ => {
                let mut scope = Scope {
                    here: self.location + self.shift,
                    symbols: &mut self.out.symbols,
                    at: (card.file, card.line),
                };
                let words = vfd::fields(variable, &mut scope)
                    .and_then(|fields| vfd::pack(&fields, variable, &mut scope));
                match words {
                    Ok(words) => words.first().map(|bits| Meaning::Word {
                        bits: *bits,
                        indirectable: true,
                    }),
                    Err(fault) => {
                        self.fault(variable, fault, "OPVFD");
                        None
                    }
                }
            }
        };
        if let Some(meaning) = meaning {
            self.user.insert(name, meaning);
        }
        self.list(card);
    }

    /// CALL name,a,b: TSX name,4 and a word TSX a,0 for each argument.
    fn linkage(&mut self, card: Card, variable: Variable) {
        self.label(&card);
        let subfields = variable.subfields().len();
        if subfields == 0 {
            let message = "CALL needs the name of a routine";
            self.mistakes.add(card.place_of_operation(), message);
        }
        let mut shown = card;
        for index in 0..subfields {
            let action = Action::Argument(index);
            self.line(shown.clone(), variable.clone(), action, 1);
            shown.image.clear();
            shown.generated = true;
        }
    }
}
