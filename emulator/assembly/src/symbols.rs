//! The symbol table: one space of names for the whole deck.
//!
//! A symbol is one to six letters, digits and points, not all digits. It is defined once: as the
//! location of a card, by EQU, SYN or BOOL, or as a parameter from outside; only SET may redefine.

use crate::mistake::nearest;
use std::collections::BTreeMap;

/// How a symbol came by its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A location field.
    Label,
    /// EQU, SYN, BOOL.
    Definition,
    /// SET.
    Set,
    /// Given with the call of the assembler.
    Parameter,
    /// A name the dialect knows; the program may give it another value.
    Standard,
}

/// One entry of the table.
#[derive(Clone, Debug)]
pub(crate) struct Symbol {
    pub value: i64,
    pub origin: Origin,
    /// File and line of the definition.
    pub defined: (usize, usize),
    /// Files and lines of the uses, in order.
    pub uses: Vec<(usize, usize)>,
}

/// The table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Symbols {
    pub table: BTreeMap<String, Symbol>,
}

impl Symbols {
    /// Enters a symbol; `Err` gives the entry that is in the way.
    pub fn define(
        &mut self,
        name: &str,
        value: i64,
        origin: Origin,
        defined: (usize, usize),
    ) -> Result<(), &Symbol> {
        // Two lookups because a borrowed entry cannot be returned and replaced in one.
        let may_redefine = match self.table.get(name) {
            Some(old) if old.origin != Origin::Standard => {
                old.origin == Origin::Set && origin == Origin::Set
            }
            _ => {
                let uses = Vec::new();
                let symbol = Symbol {
                    value,
                    origin,
                    defined,
                    uses,
                };
                self.table.insert(name.to_string(), symbol);
                return Ok(());
            }
        };
        let Some(old) = self.table.get_mut(name) else {
            return Ok(());
        };
        if may_redefine {
            old.value = value;
            return Ok(());
        }
        Err(old)
    }

    /// The value of a symbol, noting the use.
    pub fn look_up(&mut self, name: &str, at: (usize, usize)) -> Option<i64> {
        let symbol = self.table.get_mut(name)?;
        if symbol.uses.last() != Some(&at) {
            symbol.uses.push(at);
        }
        Some(symbol.value)
    }

    /// What to say of a symbol that is nowhere defined.
    pub fn undefined(&self, name: &str) -> String {
        match nearest(name, self.table.keys().map(String::as_str)) {
            Some(near) => format!("undefined symbol {name}; did you mean {near}?"),
            None => format!("undefined symbol {name}"),
        }
    }
}

/// What is wrong with a name, if it is no symbol.
pub fn fault_of_name(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("a symbol is expected")
    } else if name.chars().any(|c| c.is_ascii_lowercase()) {
        Some("symbols are written in capitals")
    } else if !name.chars().all(is_symbol_character) {
        Some("a symbol has letters, digits and points only")
    } else if name.len() > 6 {
        Some("a symbol has at most 6 characters")
    } else if name.chars().all(|c| c.is_ascii_digit()) {
        Some("a symbol has at least one character that is not a digit")
    } else {
        None
    }
}

/// Letters, digits and the point.
pub(crate) fn is_symbol_character(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit() || c == '.'
}
