//! The word of an instruction, a channel command or a prefixed constant, from its variable field.
//!
//! | kind | subfields |
//! |---|---|
//! | A (TIX, TXL, ...) | address, tag, decrement |
//! | B (CLA, TRA, ...) | address, tag |
//! | C (VLM, CVR, ...) | address, tag, count |
//! | D (SIL, RNT, ...) | mask, octal |
//! | E (SWT, RTBA, ...) | number, tag |
//! | PZE to MTH, OPD | address, tag, decrement |
//! | IOCD to IOST | address, tag, count; `*` sets bit 18 |
//! | 7909 commands | see `channel_command` |
//!
//! *Assigned by us*, to catch slips: where an operation cannot be meant without a field, the field
//! must be written, if only as 0: the address of CLA, the tag of AXT, tag and decrement of TIX.

use super::{CORE, Meaning};
use crate::channel_command::{self, ChannelCommand, Layout};
use crate::operation::{Format, Method, Operation};
use ::assembly::{Fault, Fields, Wrong};

/// Bits 12 and 13: indirect address.
const INDIRECT: u64 = 0o60000000;

/// Makes the word.
pub(super) fn word(meaning: Meaning, fields: &mut Fields) -> Result<u64, Wrong> {
    match meaning {
        Meaning::Machine(operation) => machine(operation, fields),
        Meaning::Channel(command) => channel(command, fields),
        Meaning::Word { bits, indirectable } => {
            let flag = fields.indirect(indirectable, INDIRECT)?;
            Ok(bits | flag | fields.prefixed()?)
        }
        Meaning::DataCommand(bits) => {
            let flag = fields.indirect(true, channel_command::INDIRECT)?;
            Ok(bits | flag | fields.prefixed()?)
        }
        Meaning::Data(_) => Ok(0),
    }
}

/// The words of CALL: TSX to the routine with tag 4, then its arguments as TSX without tag.
pub(super) fn linkage(fields: &mut Fields) -> Result<Vec<u64>, Wrong> {
    let words = (0..fields.count()).map(|index| {
        let address = fields.bounded(index, (0, CORE - 1), "the address")?;
        let tag = if index == 0 { 4 << 15 } else { 0 };
        Ok(0o007400000000 | tag | address as u64)
    });
    words.collect()
}

/// The fields of this machine's words.
trait WordFields {
    fn number(&mut self, index: usize, bounds: (i64, i64), what: &str) -> Result<u64, Wrong>;

    /// 15 bits; negative values modulo 2^15.
    fn address(&mut self, index: usize) -> Result<u64, Wrong> {
        self.number(index, (-32_767, 32_767), "the address")
    }

    fn decrement(&mut self, index: usize) -> Result<u64, Wrong> {
        let value = self.number(index, (-32_767, 32_767), "the decrement")?;
        Ok(value << 18)
    }

    fn tag(&mut self, index: usize) -> Result<u64, Wrong> {
        Ok(self.number(index, (0, 7), "the tag")? << 15)
    }

    /// Address, tag and decrement, none of them needed.
    fn prefixed(&mut self) -> Result<u64, Wrong>;
    /// Operations without an address take none by name; unused bits may be given as numbers.
    fn only_numbers(&self) -> Result<(), Wrong>;
}

impl WordFields for Fields<'_, '_> {
    fn number(&mut self, index: usize, bounds: (i64, i64), what: &str) -> Result<u64, Wrong> {
        Ok(self.bounded(index, bounds, what)? as u64 & 0o77777)
    }

    fn prefixed(&mut self) -> Result<u64, Wrong> {
        self.at_most(3, "address,tag,decrement")?;
        Ok(self.address(0)? | self.tag(1)? | self.decrement(2)?)
    }

    fn only_numbers(&self) -> Result<(), Wrong> {
        let chars = &self.variable.chars;
        match self.range(0) {
            Some(range) if !chars[range.start].is_ascii_digit() => {
                let message = format!("{} has no address", self.name);
                Err(Fault::new(range.start, range.len(), message).into())
            }
            _ => Ok(()),
        }
    }
}

/// Operations whose tag names the index register they work on.
fn works_on_index_register(method: Method) -> bool {
    use Method::*;
    matches!(
        method,
        Lxa | Lxd
            | Lac
            | Ldc
            | Axt
            | Axc
            | Pax
            | Pdx
            | Pac
            | Pdc
            | Pxa
            | Pxd
            | Sxa
            | Sxd
            | Txi
            | Tix
            | Tnx
            | Txh
            | Txl
            | Tsx
    )
}

fn machine(operation: &Operation, fields: &mut Fields) -> Result<u64, Wrong> {
    use Method::*;
    let code = u64::from(operation.code) << 24;
    let method = operation.execute;
    let flag = fields.indirect(operation.indirectable, INDIRECT)?;
    match operation.format {
        Format::A if fields.name != operation.mnemonic => {
            // BRA, BRN, NTR: without index register.
            fields.at_most(1, "address")?;
            fields.need(0, "an address")?;
            Ok(code | fields.address(0)?)
        }
        Format::A => {
            if method != Str {
                fields.need(0, "an address, a tag and a decrement")?;
                fields.need(1, "an index register as second subfield, or 0")?;
                fields.need(2, "a decrement as third subfield")?;
            }
            Ok(code | fields.prefixed()?)
        }
        Format::B => {
            fields.at_most(2, "address,tag")?;
            let indexes = works_on_index_register(method);
            let is_free = matches!(
                method,
                Htr | Hpr | Nop | Pse | Mse | Pax | Pdx | Pac | Pdc | Pxa | Pxd
            );
            if (operation.indexable || indexes) && !is_free {
                fields.need(0, "an address")?;
            }
            if indexes && !matches!(method, Pxa | Pxd) {
                fields.need(1, "an index register as second subfield, or 0")?;
            }
            if !operation.indexable && !indexes {
                fields.only_numbers()?;
            }
            Ok(code | flag | fields.address(0)? | fields.tag(1)?)
        }
        Format::C { bits } => {
            fields.at_most(3, "address,tag,count")?;
            fields.need(0, "an address")?;
            fields.need(2, "a count as third subfield")?;
            let most = (1 << bits) - 1;
            let count = fields.number(2, (0, most), "the count")?;
            Ok(code | fields.address(0)? | fields.tag(1)? | count << 18)
        }
        Format::D => {
            fields.at_most(1, "mask")?;
            fields.need(0, "a mask, in octal")?;
            Ok(code | fields.mask(0, 18)?)
        }
        Format::E { address, numbers } | Format::Select { address, numbers } => {
            fields.at_most(2, "number,tag")?;
            let (low, high) = (i64::from(numbers.0), i64::from(numbers.1));
            if high > 0 {
                fields.need(0, &format!("a number from {low} to {high}"))?;
            }
            let number = fields.number(0, (low, high), "the number")?;
            Ok(code | (u64::from(address) + number) | fields.tag(1)?)
        }
    }
}

fn channel(command: &ChannelCommand, fields: &mut Fields) -> Result<u64, Wrong> {
    let flag = fields.indirect(command.indirectable, channel_command::INDIRECT)?;
    let bits = command.bits() | flag;
    match command.layout {
        Layout::Nothing => {
            fields.at_most(0, "")?;
            Ok(bits)
        }
        Layout::Address => {
            fields.at_most(1, "address")?;
            fields.need(0, "an address")?;
            Ok(bits | fields.address(0)?)
        }
        Layout::AddressCount => {
            fields.at_most(3, "address,,count")?;
            fields.need(0, "an address")?;
            fields.need(2, "a count of words as third subfield")?;
            fields.number(1, (0, 0), "the tag")?;
            Ok(bits | fields.address(0)? | fields.decrement(2)?)
        }
        Layout::Condition => {
            fields.at_most(3, "address,character,mask")?;
            fields.need(0, "an address")?;
            fields.need(1, "a character selector, 0 to 7, as second subfield")?;
            fields.need(2, "a mask in octal as third subfield")?;
            let character = fields.number(1, (0, 7), "the character selector")?;
            let mask = fields.mask(2, 6)?;
            Ok(bits | fields.address(0)? | character << 30 | mask << 18)
        }
        Layout::Count => {
            fields.at_most(1, "count")?;
            fields.need(0, "a count, 0 to 63")?;
            Ok(bits | fields.number(0, (0, 63), "the count")?)
        }
        Layout::SystemMask => {
            fields.at_most(1, "mask")?;
            fields.need(0, "a mask, in octal")?;
            Ok(bits | fields.mask(0, 7)?)
        }
        Layout::Character => {
            fields.at_most(1, "character")?;
            fields.need(0, "a character selector, 0 to 7")?;
            Ok(bits | fields.number(0, (0, 7), "the character selector")? << 30)
        }
    }
}
