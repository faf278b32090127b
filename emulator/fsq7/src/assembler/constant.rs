//! Constants: halves as integers and fractions, octal, packed fields, text.
//!
//! | written | half |
//! |---|---|
//! | `5`, `-3`, `TABLE+1` | an integer in units of 2^-15 |
//! | `-0` | -0, all ones |
//! | `.75`, `-.4` | a fraction of full scale, rounded |
//! | `1.5B3` | fixed point; the binary point is right of bit 3 |
//! | `177776` in OCT, `177776B` | octal |
//!
//! A whole expression of 17 bits may stand in a half if it fits in 16. *Assigned by us*, all of it:
//! the machine's own assembler is not known.

use std::ops::Range;

use ::assembly::{Fault, Scope, Variable, Wrong, arithmetic, boolean};
use word::twin::{Half, Twin};

use super::instruction;

/// A word of an expression that is a number: decimal, octal with a B, or an address with its
/// prefix digit. `None` if it begins with no digit.
pub(super) fn number(word: &str) -> Option<Result<i64, String>> {
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let octal = |digits: &str| i64::from_str_radix(digits, 8).ok();
    let value = if let Some(digits) = word.strip_suffix('B') {
        octal(digits).filter(|value| *value < 1 << 32)
    } else if let Some((prefix, digits)) = word.split_once('.') {
        match (octal(prefix), octal(digits)) {
            (Some(prefix @ 0..=3), Some(digits)) if word.len() == 7 => Some(prefix << 15 | digits),
            _ => None,
        }
    } else {
        word.parse().ok().filter(|value| *value < 1 << 32)
    };
    Some(value.ok_or_else(|| {
        format!("{word} is no number: 100, 144B (octal) or 0.00144 (an address) is expected")
    }))
}

/// One half: an expression or a fraction.
pub(super) fn half(chars: &[char], range: Range<usize>, scope: &mut Scope) -> Result<Half, Fault> {
    let text: String = chars[range.clone()].iter().collect();
    let (start, width) = (range.start, range.len().max(1));
    let (sign, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (text.starts_with('-'), digits),
        None => (false, text.as_str()),
    };
    if digits == "0" {
        return Ok(if sign { Half::MINUS_ZERO } else { Half::ZERO });
    }
    let Some(magnitude) = fraction(digits) else {
        let value = arithmetic(chars, range, scope)?;
        if !(-0o77777..=0o177777).contains(&value) {
            let message = format!("{value} does not fit in a half: -32767 to 65535 is expected");
            return Err(Fault::new(start, width, message));
        }
        return Ok(Half(instruction::half(value) as u16));
    };
    match magnitude {
        Some(magnitude) if sign => Ok(Half(magnitude).complement()),
        Some(magnitude) => Ok(Half(magnitude)),
        None => {
            let message = "the number does not fit left of its binary point in 15 bits";
            Err(Fault::new(start, width, message))
        }
    }
}

/// `.75` or `1.5B3`: `None` if it is written like neither, `Some(None)` if it is too large.
fn fraction(digits: &str) -> Option<Option<u16>> {
    let (number, point) = match digits.split_once('B') {
        Some((_, point)) if !point.chars().all(|c| c.is_ascii_digit()) => return None,
        Some((number, point)) => (number, point.parse::<i32>().ok()?),
        None if digits.starts_with('.') => (digits, 0),
        None => return None,
    };
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    if !number.chars().all(is_number) || number.len() > 20 {
        return None;
    }
    let value: f64 = number.parse().ok()?;
    if point > 30 {
        return Some(None);
    }
    // Powers of two are exact.
    let scaled = (value * f64::from(1u32 << 15) / 2f64.powi(point) + 0.5).floor();
    Some((scaled < 32_768.0).then_some(scaled as u16))
}

/// One half in octal, with a sign or without.
pub(super) fn octal(chars: &[char], range: Range<usize>, _: &mut Scope) -> Result<Half, Fault> {
    let text: String = chars[range.clone()].iter().collect();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.as_str()),
    };
    let all_digits = !digits.is_empty() && digits.chars().all(|c| c.is_digit(8));
    match u16::from_str_radix(digits, 8).ok().filter(|_| all_digits) {
        Some(value) if negative => Ok(Half(value).complement()),
        Some(value) => Ok(Half(value)),
        None => {
            let message = format!("{text} is not an octal half, 0 to 177777");
            Err(Fault::new(range.start, range.len().max(1), message))
        }
    }
}

/// `=r` or `=l/r`, without symbols.
pub(super) fn literal(chars: &[char]) -> Result<u64, Fault> {
    let (left, right) = match chars.iter().position(|c| *c == '/') {
        Some(slash) => (literal_half(chars, 1..slash)?, slash + 1),
        None => (Half::ZERO, 1),
    };
    let right = literal_half(chars, right..chars.len())?;
    Ok(Twin::new(left, right).0.into())
}

fn literal_half(chars: &[char], range: Range<usize>) -> Result<Half, Fault> {
    let text: String = chars[range.clone()].iter().collect();
    let wrong = |message: &str| Fault::new(range.start, range.len().max(1), message);
    let (sign, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (text.starts_with('-'), digits),
        None => (false, text.as_str()),
    };
    let magnitude = match (fraction(digits), number(digits)) {
        (Some(magnitude), _) => magnitude.map(i64::from),
        (None, Some(Ok(value))) => Some(value),
        _ => {
            return Err(wrong(
                "a literal is =5, =144B, =.5, =left/right, or =M and the name of an item",
            ));
        }
    };
    match magnitude {
        Some(value @ 0..=0o77777) if sign => Ok(Half(value as u16).complement()),
        Some(value @ 0..=0o177777) if !sign => Ok(Half(value as u16)),
        _ => Err(wrong("the number does not fit in a half")),
    }
}

/// Bits of all fields of a VFD.
pub(super) fn widths(variable: &Variable, scope: &mut Scope) -> Result<u32, Wrong> {
    if variable.is_empty() {
        let message = "VFD needs fields of the form bits/value".to_owned();
        return Err(Wrong::Operation(message));
    }
    let mut bits = 0;
    for range in variable.subfields() {
        bits += width(variable, range, scope)?.0;
    }
    Ok(bits)
}

/// Width of a field, whether it is octal, and where its value stands.
fn width(
    variable: &Variable,
    range: Range<usize>,
    scope: &mut Scope,
) -> Result<(u32, bool, Range<usize>), Fault> {
    let chars = &variable.chars;
    let octal = chars.get(range.start).filter(|_| !range.is_empty()) == Some(&'O');
    let first = range.start + usize::from(octal);
    let slash = chars[range.clone()].iter().position(|c| *c == '/');
    let Some(slash) = slash.map(|at| range.start + at).filter(|at| *at >= first) else {
        let message = "a VFD field is written bits/value or Obits/octal";
        return Err(Fault::new(range.start, range.len().max(1), message));
    };
    let bits = arithmetic(chars, first..slash, scope)?;
    if !(1..=32).contains(&bits) {
        let message = format!("{bits} bits: a field has 1 to 32 bits");
        return Err(Fault::new(first, (slash - first).max(1), message));
    }
    Ok((bits as u32, octal, slash + 1..range.end))
}

/// The packed words; a negative value is complemented in its field.
pub(super) fn pack(variable: &Variable, scope: &mut Scope) -> Result<Vec<u64>, Fault> {
    let chars = &variable.chars;
    let mut words = Vec::new();
    let (mut word, mut used) = (0u64, 0);
    for range in variable.subfields() {
        let (bits, octal, place) = width(variable, range, scope)?;
        let (start, length) = (place.start, place.len().max(1));
        let value = if octal {
            boolean(chars, place, bits, scope)?
        } else {
            let value = arithmetic(chars, place, scope)?;
            if value.unsigned_abs() >= 1 << bits {
                let message = format!("{value} does not fit in {bits} bits");
                return Err(Fault::new(start, length, message));
            }
            (if value < 0 { !-value } else { value }) as u64 & ((1 << bits) - 1)
        };
        for bit in (0..bits).rev() {
            word = word << 1 | value >> bit & 1;
            used += 1;
            if used == 32 {
                words.push(word);
                (word, used) = (0, 0);
            }
        }
    }
    if used > 0 {
        words.push(word << (32 - used));
    }
    Ok(words)
}

/// BCI n,text: number of words, and where the text begins.
pub(super) fn text_field(chars: &[char]) -> Result<(usize, usize), Wrong> {
    let comma = chars.iter().position(|c| *c == ',');
    let count: String = chars.iter().take(comma.unwrap_or(0)).collect();
    match (count.trim().parse(), comma) {
        (Ok(count @ 1..=40), Some(comma)) => Ok((count, comma + 1)),
        _ => Err(Wrong::Operation(
            "BCI is written n,text with n words of four characters, 1 to 40".to_owned(),
        )),
    }
}

/// Four characters a word, in core code, filled with blanks.
pub(super) fn text(chars: &[char], base: usize, count: usize) -> Result<Vec<u64>, Fault> {
    let mut words = Vec::new();
    for word in 0..count {
        let mut value = 0;
        for place in 4 * word..4 * word + 4 {
            let character = chars.get(place).copied().unwrap_or(' ');
            let Some(code) = word::bcd::from_char(character) else {
                let message = format!("{character} is not a character of the machine");
                return Err(Fault::new(base + place, 1, message));
            };
            value = value << 8 | u64::from(code);
        }
        words.push(value);
    }
    Ok(words)
}
