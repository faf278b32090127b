//! Cards about other cards: DUP, macro definition and call, conditions, remote cards, and new
//! names of operations.

use super::{Condition, Meaning, Pass};
use crate::Dialect;
use crate::card::{Card, Variable};
use crate::deck::Source;
use crate::expression::arithmetic;
use crate::first_pass::Action;
use crate::macros::{Macro, expand, split_list};
use crate::pseudo::Pseudo;

/// DUP repeats its cards at most so often.
const TIMES_MAX: i64 = 32_768;

impl<D: Dialect> Pass<'_, D> {
    pub(crate) fn dup(&mut self, card: Card, variable: Variable) {
        let cards = self.value(&card, &variable, 0);
        let times = self.value(&card, &variable, 1);
        let place = variable.place_of_all();
        self.line(card, variable, Action::None, 0);
        let (Some(count), Some(times)) = (cards, times) else {
            return;
        };
        if !(1..=1_000).contains(&count) || !(0..=TIMES_MAX).contains(&times) {
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

    pub(crate) fn definition(&mut self, card: Card, variable: Variable) {
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
            if let Some(fault) = D::fault_of_name(symbol) {
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
            self.given.insert(name.clone(), place.line);
            self.user
                .insert(name.clone(), Meaning::Macro(self.macros.len()));
            self.macros.push(Macro { name, formal, body });
        }
    }

    pub(crate) fn call(&mut self, number: usize, card: Card, variable: &Variable) {
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

    pub(crate) fn condition(&mut self, pseudo: Pseudo, card: Card, variable: &Variable) {
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
    pub(crate) fn compare(
        &mut self,
        card: &Card,
        variable: &Variable,
    ) -> Option<(bool, Option<bool>)> {
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
            let mut scope = self.scope(card);
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
    pub(crate) fn remote(&mut self, card: Card, variable: &Variable) {
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

    /// OPSYN: a name for an operation that has one.
    pub(super) fn synonym(&mut self, card: Card, variable: &Variable) {
        let old = variable.text();
        let name = card.location.text.clone();
        match self.meaning(&old) {
            Some(meaning) => self.give(name, meaning, &card),
            None => {
                let message = self.say_unknown(&old);
                self.mistakes.add(self.missing(&card, variable), message);
            }
        }
        self.list(card);
    }
}
