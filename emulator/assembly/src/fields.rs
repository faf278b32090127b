//! The subfields of a card as values: what every dialect asks of them.

use std::ops::Range;

use crate::card::Variable;
use crate::expression::{Fault, Scope, arithmetic, boolean};

/// A mistake at some characters of the variable field, or of the card as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// At some characters.
    Field(Fault),
    /// Of the whole card.
    Operation(String),
}

impl From<Fault> for Wrong {
    fn from(fault: Fault) -> Wrong {
        Wrong::Field(fault)
    }
}

/// The variable field of a card that makes words.
pub struct Fields<'a, 'b> {
    /// The operation as it is written on the card.
    pub name: &'a str,
    /// The operation has a `*` after it.
    pub indirect: bool,
    /// The field.
    pub variable: &'a Variable,
    /// What its expressions may refer to.
    pub scope: &'a mut Scope<'b>,
    /// The location of its literal, if it has one.
    pub(crate) literal: Option<i64>,
    pub(crate) subfields: Vec<Range<usize>>,
}

impl Fields<'_, '_> {
    /// Number of subfields.
    pub fn count(&self) -> usize {
        self.subfields.len()
    }

    /// Where subfield `index` stands; `None` if it is missing or empty.
    pub fn range(&self, index: usize) -> Option<Range<usize>> {
        let range = self.subfields.get(index)?;
        (!range.is_empty()).then(|| range.clone())
    }

    /// No more than `count` subfields, which are written like `form`.
    pub fn at_most(&self, count: usize, form: &str) -> Result<(), Wrong> {
        let Some(extra) = self.subfields.get(count) else {
            return Ok(());
        };
        let name = self.name;
        let message = match count {
            0 => format!("{name} has no variable field"),
            _ => format!("{name} is written {name} {form}"),
        };
        let start = if count == 0 {
            extra.start
        } else {
            extra.start - 1
        };
        let width = self.variable.chars.len() - start;
        Err(Fault::new(start, width.max(1), message).into())
    }

    /// Subfield `index` must be there; `what` is the rest of "X needs ...".
    pub fn need(&self, index: usize, what: &str) -> Result<(), Wrong> {
        if self.range(index).is_some() {
            return Ok(());
        }
        let name = self.name;
        let mut message = format!("{name} needs {what}");
        if self.subfields.is_empty() {
            message += "; the variable field begins in column 16 at the latest";
        }
        Err(Wrong::Operation(message))
    }

    /// The value of a subfield, 0 if it is missing; that of a literal is its location.
    pub fn value(&mut self, index: usize) -> Result<i64, Wrong> {
        let Some(range) = self.range(index) else {
            return Ok(0);
        };
        let chars = &self.variable.chars;
        if chars[range.start] == '=' && index == 0 {
            // Without a location its literal is a mistake already reported.
            return Ok(self.literal.unwrap_or(0));
        }
        Ok(arithmetic(chars, range, self.scope)?)
    }

    /// A value between two bounds.
    pub fn bounded(&mut self, index: usize, bounds: (i64, i64), what: &str) -> Result<i64, Wrong> {
        let value = self.value(index)?;
        let (low, high) = bounds;
        if (low..=high).contains(&value) {
            return Ok(value);
        }
        let range = self.range(index).unwrap_or(0..1);
        let message = format!("{what} is {value}; {} to {high} is expected", low.max(0));
        Err(Fault::new(range.start, range.len(), message).into())
    }

    /// The Boolean value of a subfield in so many bits, 0 if it is missing.
    pub fn mask(&mut self, index: usize, bits: u32) -> Result<u64, Wrong> {
        let Some(range) = self.range(index) else {
            return Ok(0);
        };
        Ok(boolean(&self.variable.chars, range, bits, self.scope)?)
    }

    /// `flag` if the operation is written indirect and may be.
    pub fn indirect(&self, allowed: bool, flag: u64) -> Result<u64, Wrong> {
        match (self.indirect, allowed) {
            (false, _) => Ok(0),
            (true, true) => Ok(flag),
            (true, false) => {
                let message = format!("{} cannot be indirect", self.name);
                Err(Wrong::Operation(message))
            }
        }
    }
}
