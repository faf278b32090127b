//! The compool: tables that all programs share, described once.
//!
//! SAGE's programs, written by hundreds of people, took every table and its items from one common
//! description, so that a table could change without changing the programs. Here a compool is a
//! source file of TABLE and ITEM cards; each deck begins with it. It makes no words.
//!
//! ```text
//! TRACKS TABLE   400            a table of 400 entries begins here
//! TKPOS  ITEM                   a block of 400 words: the word of entry n is TKPOS+n
//! TKST   ITEM                   the next block
//! TKNUM  ITEM    6,15           bits L6 to L15 of each word of that block
//! TKTIM  ITEM    16,31          its right half
//! ```
//!
//! Bits count from 0 (LS) to 31 (R15). An item within a word lies in one half. Tables are
//! *parallel*: with the number of an entry in an index register, `CAD TKPOS,1` fetches its item.
//! An item of bits defines three things: its symbol, the location of its block; the symbol with a
//! point before it, the places from the end of the item to the end of its half; and the literal
//! `=MTKNUM`, ones in its bits. So `CAD TKST,1`, `ETR =MTKNUM`, `ASR .TKNUM` fetch it (without the
//! sign), and `LDB =MTKNUM`, `DEP TKST,1` store it.
//!
//! Source: that SAGE had a common pool of data descriptions is recalled; this form of it is
//! assigned by us.

use std::collections::BTreeMap;

use ::assembly::{Fault, Given, Placed, Wrong, arithmetic};

/// One item of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The table's symbol.
    pub table: String,
    /// Location of its block: the word of entry n stands n further.
    pub location: u32,
    /// Entries of the table.
    pub entries: u32,
    /// First and last bit, 0 (LS) to 31 (R15).
    pub bits: (u8, u8),
}

impl Item {
    /// Ones in its bits.
    pub fn mask(&self) -> u32 {
        let (first, last) = self.bits;
        u32::MAX >> first & u32::MAX << (31 - last)
    }

    /// The item as it stands in a word, at the right end.
    pub fn of(&self, word: u32) -> u32 {
        (word & self.mask()) >> (31 - self.bits.1)
    }
}

/// All items by their symbols.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compool {
    /// Items by symbol.
    pub items: BTreeMap<String, Item>,
    /// The table whose items follow, its entries, and its latest block.
    table: Option<(String, u32, Option<u32>)>,
}

impl Compool {
    pub(super) fn table<O>(&mut self, card: Given) -> Result<Placed<O>, Wrong> {
        if card.label.is_empty() {
            let message = "TABLE needs a symbol in columns 1-6".to_owned();
            return Err(Wrong::Operation(message));
        }
        let [entries] = values(card.variable, card.scope, "TABLE is written TABLE entries")?;
        if !(1..=0o200000).contains(&entries) {
            let message = format!("a table of {entries} entries: 1 to 65536 is expected");
            return Err(Fault::new(0, card.variable.chars.len(), message).into());
        }
        self.table = Some((card.label.to_owned(), entries as u32, None));
        Ok(Placed::Space(0, None))
    }

    pub(super) fn item<O>(&mut self, card: Given) -> Result<Placed<O>, Wrong> {
        let wrong = |message: &str| Err(Wrong::Operation(message.to_owned()));
        if card.label.is_empty() {
            return wrong("ITEM needs a symbol in columns 1-6");
        }
        let Some((table, entries, block)) = &mut self.table else {
            return wrong("ITEM belongs after a TABLE");
        };
        let (location, bits, placed) = if card.variable.is_empty() {
            let location = card.scope.here as u32;
            *block = Some(location);
            (location, (0, 31), Placed::Space((*entries).into(), None))
        } else {
            let Some(location) = *block else {
                return wrong("the first ITEM of a table has the whole word: no variable field");
            };
            let form = "ITEM is written ITEM first,last with bits 0 (LS) to 31 (R15)";
            let [first, last] = values(card.variable, card.scope, form)?;
            if !(0..=last).contains(&first) || last > 31 || first / 16 != last / 16 {
                let message =
                    format!("bits {first} to {last}: 0 to 15 (left) or 16 to 31 (right) expected");
                return Err(Fault::new(0, card.variable.chars.len(), message).into());
            }
            if card.label.len() > 5 {
                return wrong("the symbol of an item of bits has at most 5 characters");
            }
            let places = 15 - last % 16;
            let further = Some((format!(".{}", card.label), places));
            let value = Placed::Value(location.into(), further);
            (location, (first as u8, last as u8), value)
        };
        let item = Item {
            table: table.clone(),
            location,
            entries: *entries,
            bits,
        };
        self.items.insert(card.label.to_owned(), item);
        Ok(placed)
    }
}

/// The values of exactly so many subfields.
fn values<const N: usize>(
    variable: &::assembly::Variable,
    scope: &mut ::assembly::Scope,
    form: &str,
) -> Result<[i64; N], Wrong> {
    let subfields = variable.subfields();
    if subfields.len() != N {
        return Err(Wrong::Operation(form.to_owned()));
    }
    let mut values = [0; N];
    for (value, range) in values.iter_mut().zip(subfields) {
        *value = arithmetic(&variable.chars, range, scope)?;
    }
    Ok(values)
}
