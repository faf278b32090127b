//! First pass: read the deck, expand macros, give every card its location and every symbol its
//! value.
//!
//! What decides about locations must be known when the card is read: the variable fields of ORG,
//! LOC, BSS, BES, EQU, SET, DUP, IFT, IFF, and what a dialect needs (field lengths of VFD). Everything else may refer
//! to symbols defined later and is left to the second pass.

mod cards;

use crate::card::{Card, Extent, Variable};
use crate::deck::{Deck, Excess, Source};
use crate::expression::{Fault, FaultKind, Scope, arithmetic, boolean};
use crate::macros::Macro;
use crate::mistake::{Mistakes, Place, nearest};
use crate::pseudo::{PSEUDOS, Pseudo};
use crate::symbols::{Origin, Symbols};
use crate::{Dialect, Given, Placed};
use std::collections::BTreeMap;

/// What the name in an operation field means.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Meaning<O> {
    /// The dialect's: an instruction, or words of data.
    Operation(O),
    Macro(usize),
    Pseudo(Pseudo),
}

/// What the second pass does with a card.
#[derive(Clone, Debug)]
pub(crate) enum Action<O> {
    /// Nothing; the card is only listed.
    None,
    /// A value was given to a symbol; listed.
    Value(i64),
    /// SET: the symbol has this value from here on.
    Set(String, i64),
    /// The dialect makes the words.
    Words(O),
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
pub(crate) struct Line<O> {
    pub card: Card,
    pub variable: Variable,
    pub action: Action<O>,
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
pub(crate) struct Literal {
    pub word: u64,
    pub text: String,
    pub pool: usize,
    pub location: i64,
}

/// What the first pass leaves.
#[derive(Debug)]
pub(crate) struct Outcome<O> {
    pub lines: Vec<Line<O>>,
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

struct Pass<'a, D: Dialect> {
    dialect: &'a mut D,
    names: &'a [String],
    deck: Deck,
    mistakes: &'a mut Mistakes,
    out: Outcome<D::Operation>,
    user: BTreeMap<String, Meaning<D::Operation>>,
    macros: Vec<Macro>,
    /// Next location, and how far the value of `*` is from it (LOC).
    location: i64,
    shift: i64,
    pool: usize,
    pooled: BTreeMap<(usize, u64), usize>,
    remote: Vec<Card>,
    created: u32,
    early: Vec<Early>,
    /// Operations that had no meaning yet, and the lines that give names one.
    unknown: Vec<(Place, String)>,
    given: BTreeMap<String, usize>,
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
pub(crate) fn run<D: Dialect>(
    dialect: &mut D,
    files: Vec<Vec<Card>>,
    names: &[String],
    symbols: Symbols,
    mistakes: &mut Mistakes,
) -> Outcome<D::Operation> {
    let last = files.iter().rev().find_map(|cards| cards.last().cloned());
    let mut pass = Pass {
        dialect,
        names,
        deck: Deck::new(files),
        mistakes,
        out: Outcome {
            lines: Vec::new(),
            symbols,
            literals: Vec::new(),
            labels: Vec::new(),
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
        unknown: Vec::new(),
        given: BTreeMap::new(),
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

impl<D: Dialect> Pass<'_, D> {
    fn here(&self) -> i64 {
        self.location + self.shift
    }

    /// What an expression on a card may refer to.
    fn scope(&mut self, card: &Card) -> Scope<'_> {
        Scope {
            here: self.here(),
            symbols: &mut self.out.symbols,
            at: (card.file, card.line),
            number: D::number,
        }
    }

    fn meaning(&self, name: &str) -> Option<Meaning<D::Operation>> {
        if let Some(meaning) = self.user.get(name) {
            return Some(*meaning);
        }
        if let Some((_, pseudo)) = PSEUDOS.iter().find(|(known, _)| *known == name) {
            return Some(Meaning::Pseudo(*pseudo));
        }
        D::find(name).map(Meaning::Operation)
    }

    /// What to say of an operation that does not exist.
    fn say_unknown(&self, name: &str) -> String {
        if let Some(line) = self.given.get(name) {
            return format!("{name} is defined only later, at line {line}; move the definition up");
        }
        if name.chars().any(|c| c.is_ascii_lowercase()) {
            return format!("operation {name}: operations are written in capitals");
        }
        let known = self.user.keys().map(String::as_str);
        let known = known.chain(D::names());
        let known = known.chain(PSEUDOS.iter().map(|(name, _)| *name));
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
        for (place, name) in std::mem::take(&mut self.unknown) {
            let message = self.say_unknown(&name);
            self.mistakes.add(place, message);
        }
        for early in std::mem::take(&mut self.early) {
            let (name, operation) = (&early.name, &early.operation);
            let message = match self.out.symbols.table.get(name) {
                Some(symbol) => format!(
                    "{operation} needs the value of {name} at once, but {name} is defined later, at line {}",
                    symbol.defined.1
                ),
                None => {
                    let message = self.out.symbols.undefined(name);
                    self.mistakes.add_undefined(early.place, name, message);
                    continue;
                }
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
            Some(Meaning::Macro(_)) => Extent::BlankOutsideParentheses,
            Some(Meaning::Operation(operation)) => D::extent(operation),
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
                self.unknown.push((card.place_of_operation(), name));
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
            Some(Meaning::Operation(operation)) => self.place(operation, card, variable),
        }
        for card in more {
            self.list(card);
        }
    }

    /// A card of the dialect: its words, or what it says of names.
    fn place(&mut self, operation: D::Operation, card: Card, variable: Variable) {
        let mut scope = Scope {
            here: self.location + self.shift,
            symbols: &mut self.out.symbols,
            at: (card.file, card.line),
            number: D::number,
        };
        let given = Given {
            name: &card.operation.text,
            label: &card.location.text,
            variable: &variable,
            scope: &mut scope,
        };
        let placed = match self.dialect.place(operation, given) {
            Ok(placed) => placed,
            Err(wrong) => {
                match wrong {
                    crate::Wrong::Field(fault) => {
                        let name = card.operation.text.clone();
                        self.fault(&variable, fault, &name);
                    }
                    crate::Wrong::Operation(message) => {
                        self.mistakes.add(self.missing(&card, &variable), message);
                    }
                }
                self.label(&card);
                return self.line(card, variable, Action::None, 0);
            }
        };
        match placed {
            Placed::Words(size) => {
                self.label(&card);
                let literal = self.literal(operation, &variable);
                self.line(card, variable, Action::Words(operation), size);
                if let Some(line) = self.out.lines.last_mut() {
                    line.literal = literal;
                }
            }
            Placed::Space(size, further) => {
                self.label(&card);
                self.further(&card, further);
                self.line(card, variable, Action::Space, size);
            }
            Placed::Value(value, further) => {
                self.further(&card, further);
                self.named(card, variable, value, Origin::Definition);
            }
            Placed::Operation(meaning) => {
                let name = card.location.text.clone();
                self.give(name, Meaning::Operation(meaning), &card);
                self.list(card);
            }
        }
    }

    /// A further symbol a card defines beside its location symbol.
    fn further(&mut self, card: &Card, further: Option<(String, i64)>) {
        if let Some((name, value)) = further {
            let mut card = card.clone();
            card.location.text = name;
            self.define(&card, value, Origin::Definition);
        }
    }

    /// Gives an operation name a meaning.
    fn give(&mut self, name: String, meaning: Meaning<D::Operation>, card: &Card) {
        if let Some(fault) = D::fault_of_name(&name) {
            let message = format!(
                "{} names an operation in columns 1-6: {fault}",
                card.operation.text
            );
            self.mistakes.add(card.place_of_operation(), message);
        }
        self.given.insert(name.clone(), card.line);
        self.user.insert(name, meaning);
    }

    /// Enters the literal of an address subfield, if there is one.
    fn literal(&mut self, operation: D::Operation, variable: &Variable) -> Option<usize> {
        if variable.chars.first() != Some(&'=') || !D::takes_literal(operation) {
            return None;
        }
        let subfield = variable.subfields().into_iter().next()?;
        let chars = &variable.chars[subfield];
        let word = match self.dialect.literal(chars) {
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

    /// A card that is only listed.
    fn list(&mut self, card: Card) {
        self.line(card, Variable::default(), Action::None, 0);
    }

    /// A card with `size` words from the present location.
    fn line(&mut self, card: Card, variable: Variable, action: Action<D::Operation>, size: i64) {
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
        if self.location + size > D::LOCATIONS {
            if !self.beyond {
                let last = D::location(D::LOCATIONS - 1);
                let message = format!("this goes beyond the last location of core, {last} (octal)");
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
        if let Some(fault) = D::fault_of_name(name) {
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
                match self.names.get(file).filter(|_| file != card.file) {
                    Some(file) => format!("{name} is defined before, at line {line} of {file}"),
                    None => format!("{name} is defined before, at line {line}"),
                }
            };
            self.mistakes.add(card.place_of_location(), message);
            return false;
        }
        true
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
        let mut scope = self.scope(card);
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
                if !(0..D::LOCATIONS).contains(&value) {
                    let last = D::LOCATIONS - 1;
                    let message = format!("{value} is no location of core, 0 to {last}");
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
                let mut scope = self.scope(&card);
                let range = 0..variable.chars.len();
                let value = match boolean(&variable.chars, range, D::BOOLEAN_BITS, &mut scope) {
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
                if !(0..=D::LOCATIONS).contains(&size) {
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
            Pseudo::Null | Pseudo::Ignored => {
                self.label(&card);
                self.line(card, variable, Action::None, 0);
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
                if let Some(fault) = D::fault_of_name(&wanted) {
                    let message = format!("GOTO {wanted}: {fault}");
                    self.mistakes.add(self.missing(&card, &variable), message);
                } else {
                    self.deck.goto = Some((wanted, variable.place_of_all()));
                }
                self.list(card);
            }
            Pseudo::IfTrue | Pseudo::IfFalse => self.condition(pseudo, card, &variable),
            Pseudo::Remote => self.remote(card, &variable),
            Pseudo::Synonym => self.synonym(card, &variable),
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
}
