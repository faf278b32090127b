//! The word of an instruction from its variable field.
//!
//! *Assigned by us*, to catch slips: where an operation cannot be meant without a field, the field
//! must be written, if only as 0: the address of CAD, the condition of BSN, the index register of
//! XIN. Index registers are 0 to 5. A negative address or value is its ones' complement.

use ::assembly::{Fault, Fields, Wrong};

use super::form;
use crate::operation::{Format, Operation};

/// Makes the word.
pub(super) fn word(row: &Operation, fields: &mut Fields) -> Result<u32, Wrong> {
    let bits = row.bits();
    let form = form(row.format);
    let count = match row.format {
        // Unused bits may be given as a number.
        Format::Nothing => 1,
        _ => form.split(',').count(),
    };
    fields.at_most(count, form)?;
    let operands = match row.format {
        Format::Nothing => number(fields, 0, 0o177777, "the right half")?,
        Format::Memory => {
            fields.need(0, "an address")?;
            address(fields, 0)? | index(fields, 1)?
        }
        Format::MemoryBit => {
            fields.need(0, "an address")?;
            fields.need(2, "the number of a bit as third subfield")?;
            address(fields, 0)? | index(fields, 1)? | auxiliary(fields, 2, "the bit")?
        }
        Format::Count => {
            fields.need(0, "a number of places")?;
            number(fields, 0, 0o77, "the number of places")?
        }
        Format::Words => {
            fields.need(0, "a number of words")?;
            number(fields, 0, 0o177777, "the number of words")?
        }
        Format::Operate => {
            fields.need(0, "the number of an operate")?;
            auxiliary(fields, 0, "the operate")?
        }
        Format::Select => {
            fields.need(0, "the number of a unit")?;
            auxiliary(fields, 0, "the unit")?
        }
        Format::Branch => {
            fields.need(0, "a target")?;
            address(fields, 0)?
        }
        Format::Sense => {
            fields.need(0, "a target")?;
            fields.need(1, "a condition as second subfield")?;
            address(fields, 0)? | auxiliary(fields, 1, "the condition")?
        }
        Format::IndexBranch => {
            fields.need(0, "a target")?;
            if fields.count() > 1 {
                fields.need(2, "a decrement as third subfield")?;
            }
            address(fields, 0)? | index(fields, 1)? | auxiliary(fields, 2, "the decrement")?
        }
        Format::Drum => {
            fields.need(0, "a drum field")?;
            let register = number(fields, 1, 0o3777, "the register")?;
            let mode = number(fields, 2, 0o17, "the mode")?;
            auxiliary(fields, 0, "the drum field")? | register | mode << 11
        }
        Format::Immediate => {
            fields.need(0, "a value")?;
            fields.need(1, "an index register as second subfield, or 0")?;
            let value = fields.bounded(0, (-0o77777, 0o177777), "the value")?;
            half(value) | index(fields, 1)?
        }
        Format::Index => {
            fields.need(0, "an index register, or 0")?;
            index(fields, 0)?
        }
    };
    Ok(bits | operands)
}

fn number(fields: &mut Fields, index: usize, most: i64, what: &str) -> Result<u32, Wrong> {
    Ok(fields.bounded(index, (0, most), what)? as u32)
}

/// L10 to L15.
fn auxiliary(fields: &mut Fields, index: usize, what: &str) -> Result<u32, Wrong> {
    Ok(number(fields, index, 0o77, what)? << 16)
}

/// L1 to L3.
pub(super) fn index(fields: &mut Fields, index: usize) -> Result<u32, Wrong> {
    Ok(number(fields, index, 5, "the index register")? << 28)
}

/// LS and the right half; a negative value has LS 0.
pub(super) fn address(fields: &mut Fields, index: usize) -> Result<u32, Wrong> {
    let value = fields.value(index)?;
    match value {
        0..=0o377777 => Ok((value as u32 >> 16) << 31 | value as u32 & 0o177777),
        -0o77777..0 => Ok(half(value)),
        _ => {
            let range = fields.range(index).unwrap_or(0..1);
            let message = format!("the address is {value}; 0 to 131071 is expected");
            Err(Fault::new(range.start, range.len(), message).into())
        }
    }
}

/// Sixteen bits; a negative value is complemented.
pub(super) fn half(value: i64) -> u32 {
    let bits = if value < 0 { !-value } else { value };
    bits as u32 & 0o177777
}
