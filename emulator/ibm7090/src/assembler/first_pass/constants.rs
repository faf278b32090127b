//! Cards that make words whose number must be known: DEC, OCT, BCI, VFD, CALL, and the literals.

use super::super::card::{Card, Variable};
use super::super::constant;
use super::super::expression::Fault;
use super::super::pseudo::Pseudo;
use super::super::vfd;
use super::{Action, Literal, Pass};

impl Pass<'_> {
    /// Enters the literal of an address subfield, if there is one.
    pub(super) fn literal(&mut self, variable: &Variable) -> Option<usize> {
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
    pub(super) fn place_literals(&mut self, card: Card, variable: Variable) {
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

    pub(super) fn numbers(&mut self, pseudo: Pseudo, card: Card, variable: Variable) {
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
    pub(super) fn text(&mut self, pseudo: Pseudo, card: Card, variable: Variable) {
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

    pub(super) fn vfd_bits(&mut self, card: &Card, variable: &Variable) -> u64 {
        if variable.is_empty() {
            let message = "VFD needs fields of the form bits/value";
            self.mistakes.add(card.place_of_operation(), message);
        }
        let fields = vfd::fields(variable, &mut self.scope(card));
        match fields {
            Ok(fields) => fields.iter().map(|field| u64::from(field.bits)).sum(),
            Err(fault) => {
                self.fault(variable, fault, "VFD");
                0
            }
        }
    }

    /// CALL name,a,b: TSX name,4 and a word TSX a,0 for each argument.
    pub(super) fn linkage(&mut self, card: Card, variable: Variable) {
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
