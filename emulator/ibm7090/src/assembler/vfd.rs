//! VFD: fields of any width packed into words, left to right.
//!
//! | written | field |
//! |---|---|
//! | `n/e` | arithmetic expression in n bits |
//! | `On/x` | Boolean expression (octal) in n bits |
//! | `Hn/text` | characters, six bits each, filled with blanks on the right |
//!
//! Fields may run over the end of a word; the last word is filled with zeros. A negative value is
//! a sign-magnitude word if n is 36, else the low n bits of its two's complement, as in an address.
//!
//! Source: the project's reference on the 7090, section 20.3. *Assigned by us*: the rule for
//! negative values; the width of a text field is a multiple of six.

use super::constant;
use ::assembly::{Fault, Scope, Variable, arithmetic, boolean};
use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Arithmetic,
    Boolean,
    Text,
}

/// One field: its width and where its value stands in the variable field.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub kind: Kind,
    pub bits: u32,
    pub value: Range<usize>,
}

/// More bits than this are not packed by one card.
const BITS_MAX: i64 = 36 * 100;

/// The fields with their widths; values are not evaluated.
pub(super) fn fields(variable: &Variable, scope: &mut Scope) -> Result<Vec<Field>, Fault> {
    let chars = &variable.chars;
    let mut fields = Vec::new();
    for range in variable.subfields() {
        let (kind, first) = match chars.get(range.start).filter(|_| !range.is_empty()) {
            Some('O') => (Kind::Boolean, range.start + 1),
            Some('H') => (Kind::Text, range.start + 1),
            _ => (Kind::Arithmetic, range.start),
        };
        let slash = chars[range.clone()].iter().position(|c| *c == '/');
        let Some(slash) = slash.map(|at| range.start + at).filter(|at| *at >= first) else {
            let message = "a VFD field is written bits/value, Obits/octal or Hbits/text";
            return Err(Fault::new(range.start, range.len().max(1), message));
        };
        let width = first..slash;
        let (start, length) = (width.start, width.len().max(1));
        let bits = arithmetic(chars, width, scope)?;
        let limit = if kind == Kind::Text { BITS_MAX } else { 36 };
        if !(1..=limit).contains(&bits) || kind == Kind::Text && bits % 6 != 0 {
            let message = if kind == Kind::Text {
                format!("{bits} bits: a text field has a multiple of 6 bits, at most {limit}")
            } else {
                format!("{bits} bits: a field has 1 to {limit} bits")
            };
            return Err(Fault::new(start, length, message));
        }
        fields.push(Field {
            kind,
            bits: bits as u32,
            value: slash + 1..range.end,
        });
    }
    Ok(fields)
}

/// The packed words.
pub(super) fn pack(
    fields: &[Field],
    variable: &Variable,
    scope: &mut Scope,
) -> Result<Vec<u64>, Fault> {
    let chars = &variable.chars;
    let mut bits: Vec<bool> = Vec::new();
    for field in fields {
        let (start, width) = (field.value.start, field.value.len().max(1));
        let value = match field.kind {
            Kind::Boolean => boolean(chars, field.value.clone(), field.bits, scope)?,
            Kind::Arithmetic => {
                let value = arithmetic(chars, field.value.clone(), scope)?;
                let limit = 1 << field.bits.min(if value < 0 { 35 } else { 36 });
                if value.abs() >= limit {
                    let message = format!("{value} does not fit in {} bits", field.bits);
                    return Err(Fault::new(start, width, message));
                }
                match (value < 0, field.bits) {
                    (true, 36) => constant::SIGN | value.unsigned_abs(),
                    (true, bits) => (value as u64) & ((1 << bits) - 1),
                    (false, _) => value as u64,
                }
            }
            Kind::Text => {
                let text = &chars[field.value.clone()];
                let characters = field.bits as usize / 6;
                if text.len() > characters {
                    let message = format!("{} bits hold {characters} characters", field.bits);
                    return Err(Fault::new(start, width, message));
                }
                let words = constant::text(text, start, characters.div_ceil(6))?;
                let all = words
                    .iter()
                    .flat_map(|word| (0..36).rev().map(move |bit| word >> bit & 1 == 1));
                bits.extend(all.take(field.bits as usize));
                continue;
            }
        };
        bits.extend((0..field.bits).rev().map(|bit| value >> bit & 1 == 1));
    }
    let word = |chunk: &[bool]| {
        let value = chunk
            .iter()
            .fold(0, |word, bit| word << 1 | u64::from(*bit));
        value << (36 - chunk.len())
    };
    Ok(bits.chunks(36).map(word).collect())
}
