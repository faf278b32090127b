//! Expressions of the variable field.
//!
//! Arithmetic: decimal integers and symbols joined by `+ - * /`, `*` and `/` first, left to right;
//! `*` where a term is expected is the location of the card, `**` is zero (a field that the
//! program itself will fill). Division truncates; division by zero gives the dividend.
//!
//! Boolean: octal integers and symbols joined by `+` or, `-` exclusive or, `*` and (first), with
//! `/` before a term for its complement.
//!
//! Source: the project's reference on the 7090, section 20.2. There are no parentheses in FAP.

use crate::symbols::{Symbols, fault_of_name, is_symbol_character};
use std::ops::Range;

/// What went wrong, at which characters of the variable field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// First character.
    pub start: usize,
    /// Number of characters.
    pub width: usize,
    /// What is wrong there.
    pub kind: FaultKind,
}

/// The kinds of [`Fault`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// This symbol has no value (yet).
    Undefined(String),
    /// Anything else.
    Message(String),
}

impl Fault {
    /// A fault that says what is expected.
    pub fn new(start: usize, width: usize, message: impl Into<String>) -> Fault {
        let kind = FaultKind::Message(message.into());
        Fault { start, width, kind }
    }
}

/// What an expression may refer to.
pub struct Scope<'a> {
    /// The symbols; a use is noted.
    pub(crate) symbols: &'a mut Symbols,
    /// Value of `*`.
    pub here: i64,
    /// File and line, for the cross-references.
    pub at: (usize, usize),
    /// How the machine's dialect reads a word that may be a number.
    pub(crate) number: fn(&str) -> Option<Result<i64, String>>,
}

struct Reader<'a, 'b> {
    chars: &'a [char],
    next: usize,
    end: usize,
    scope: &'a mut Scope<'b>,
}

/// The value of the arithmetic expression in `range`.
pub fn arithmetic(chars: &[char], range: Range<usize>, scope: &mut Scope) -> Result<i64, Fault> {
    let mut reader = Reader::new(chars, range, scope);
    let value = reader.sum()?;
    reader.expect_end()?;
    Ok(value)
}

/// The value of the Boolean expression in `range`, complements being taken in `bits` bits.
pub fn boolean(
    chars: &[char],
    range: Range<usize>,
    bits: u32,
    scope: &mut Scope,
) -> Result<u64, Fault> {
    let whole = range.clone();
    let mut reader = Reader::new(chars, range, scope);
    let value = reader.either(bits)?;
    reader.expect_end()?;
    if value >> bits != 0 {
        let message = format!("{value:o} (octal) does not fit in {bits} bits");
        return Err(Fault::new(whole.start, whole.len(), message));
    }
    Ok(value)
}

/// Values larger than this cannot be meant: a word has 36 bits.
const VALUE_MAX: i64 = 1 << 36;

impl<'a, 'b> Reader<'a, 'b> {
    fn new(chars: &'a [char], range: Range<usize>, scope: &'a mut Scope<'b>) -> Self {
        let end = range.end.min(chars.len());
        Reader {
            chars,
            next: range.start,
            end,
            scope,
        }
    }

    fn peek(&self) -> Option<char> {
        self.char_at(self.next)
    }

    fn char_at(&self, index: usize) -> Option<char> {
        if index < self.end {
            self.chars.get(index).copied()
        } else {
            None
        }
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.next += usize::from(found);
        found
    }

    fn expect_end(&self) -> Result<(), Fault> {
        match self.peek() {
            None => Ok(()),
            Some('(' | ')') => Err(self.fault("expressions have no parentheses")),
            Some(c) => Err(self.fault(format!("+ - * / or the end is expected, not {c}"))),
        }
    }

    fn fault(&self, message: impl Into<String>) -> Fault {
        Fault::new(self.next, 1, message)
    }

    fn bounded(&self, start: usize, value: Option<i64>) -> Result<i64, Fault> {
        match value {
            Some(value) if value.abs() <= VALUE_MAX => Ok(value),
            _ => {
                let message = "the value does not fit in a word of 36 bits";
                Err(Fault::new(start, self.next - start, message))
            }
        }
    }

    fn sum(&mut self) -> Result<i64, Fault> {
        let start = self.next;
        let mut value = if self.take('-') {
            -self.product()?
        } else {
            self.take('+');
            self.product()?
        };
        loop {
            let next = if self.take('+') {
                self.product()?
            } else if self.take('-') {
                -self.product()?
            } else {
                return Ok(value);
            };
            value = self.bounded(start, value.checked_add(next))?;
        }
    }

    fn product(&mut self) -> Result<i64, Fault> {
        let start = self.next;
        let mut value = self.term()?;
        loop {
            if self.take('*') {
                let next = self.term()?;
                value = self.bounded(start, value.checked_mul(next))?;
            } else if self.take('/') {
                let next = self.term()?;
                value = if next == 0 { value } else { value / next };
            } else {
                return Ok(value);
            }
        }
    }

    fn term(&mut self) -> Result<i64, Fault> {
        if self.take('*') {
            let after = self.char_at(self.next + 1);
            let starts_term = after.is_some_and(|c| is_symbol_character(c) || c == '*');
            if self.peek() == Some('*') && !starts_term {
                self.next += 1;
                return Ok(0);
            }
            return Ok(self.scope.here);
        }
        let (start, word) = self.word()?;
        if let Some(number) = (self.scope.number)(&word) {
            let number = number.map_err(|message| Fault::new(start, word.len(), message))?;
            return self.bounded(start, Some(number));
        }
        if word.chars().all(|c| c.is_ascii_digit()) {
            return self.bounded(start, word.parse().ok());
        }
        self.symbol(start, &word)
    }

    fn word(&mut self) -> Result<(usize, String), Fault> {
        let start = self.next;
        let mut word = String::new();
        while let Some(c) = self.peek() {
            if !(is_symbol_character(c) || c.is_ascii_lowercase()) {
                break;
            }
            word.push(c);
            self.next += 1;
        }
        if !word.is_empty() {
            return Ok((start, word));
        }
        Err(match self.peek() {
            None => self.fault("a symbol or a number is expected"),
            Some('(' | ')') => self.fault("expressions have no parentheses"),
            Some('=') => self.fault("a literal can only be the whole address subfield"),
            Some(c) => self.fault(format!("a symbol or a number is expected, not {c}")),
        })
    }

    fn symbol(&mut self, start: usize, name: &str) -> Result<i64, Fault> {
        let width = name.len();
        if let Some(fault) = fault_of_name(name) {
            return Err(Fault::new(start, width, format!("{name}: {fault}")));
        }
        let value = self.scope.symbols.look_up(name, self.scope.at);
        value.ok_or_else(|| Fault {
            start,
            width,
            kind: FaultKind::Undefined(name.to_string()),
        })
    }

    fn either(&mut self, bits: u32) -> Result<u64, Fault> {
        let mut value = self.both(bits)?;
        loop {
            if self.take('+') {
                value |= self.both(bits)?;
            } else if self.take('-') {
                value ^= self.both(bits)?;
            } else {
                return Ok(value);
            }
        }
    }

    fn both(&mut self, bits: u32) -> Result<u64, Fault> {
        let mut value = self.boolean_term(bits)?;
        while self.take('*') {
            value &= self.boolean_term(bits)?;
        }
        Ok(value)
    }

    fn boolean_term(&mut self, bits: u32) -> Result<u64, Fault> {
        // Each / turns the term over once more; a loop, so that a long row of them is no recursion.
        let mut complement = false;
        while self.take('/') {
            complement = !complement;
        }
        let value = self.boolean_value()?;
        Ok(if complement {
            !value & ((1 << bits) - 1)
        } else {
            value
        })
    }

    fn boolean_value(&mut self) -> Result<u64, Fault> {
        if self.peek() == Some('*') && self.char_at(self.next + 1) == Some('*') {
            self.next += 2;
            return Ok(0);
        }
        let (start, word) = self.word()?;
        let width = word.len();
        if word.chars().all(|c| c.is_ascii_digit()) {
            let value = u64::from_str_radix(&word, 8);
            let value = value.ok().filter(|value| *value < 1 << 36);
            let message = format!("{word} is not an octal number of at most 12 digits");
            return value.ok_or_else(|| Fault::new(start, width, message));
        }
        let value = self.symbol(start, &word)?;
        let message = format!("{word} is {value}: a Boolean expression has no negative values");
        u64::try_from(value).map_err(|_| Fault::new(start, width, message))
    }
}
