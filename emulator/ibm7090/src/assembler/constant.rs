//! Constants: decimal, octal and text, as machine words.
//!
//! | written | word |
//! |---|---|
//! | `5`, `-3` | integer, sign and magnitude |
//! | `25B17`, `1.5B17`, `1.5E1B17` | fixed point; the binary point is right of position 17 |
//! | `1.5`, `1.5E3`, `15E2` | single-precision floating point, rounded |
//! | `777`, `-1` in OCT | octal, sign in position S |
//! | text | six characters a word, core BCD code |
//!
//! Source: the project's reference on the 7090, sections 2, 19 and 20.3. *Not emulated*: double
//! precision (EE), a 7094 feature.

use ::assembly::Fault;

/// Sign bit of a word.
pub(super) const SIGN: u64 = word::SIGN;

/// A blank in core code.
const BLANK: u64 = word::bcd::BLANK as u64;

/// One decimal item; `base` is the place of its first character in the variable field.
pub(super) fn decimal(chars: &[char], base: usize) -> Result<u64, Fault> {
    let whole = |message: &str| Fault::new(base, chars.len().max(1), message);
    let mut rest = chars;
    let negative = rest.first() == Some(&'-');
    if let Some('+' | '-') = rest.first() {
        rest = &rest[1..];
    }
    let digits_of = |chars: &[char]| chars.iter().take_while(|c| c.is_ascii_digit()).count();
    let whole_digits = digits_of(rest);
    let mut number: String = rest[..whole_digits].iter().collect();
    rest = &rest[whole_digits..];
    let mut point = false;
    if rest.first() == Some(&'.') {
        point = true;
        let fraction = digits_of(&rest[1..]);
        number.push('.');
        number.extend(&rest[1..=fraction]);
        rest = &rest[1 + fraction..];
    }
    if chars.first().is_some_and(char::is_ascii_uppercase) {
        return Err(whole("a decimal number is expected; PZE takes symbols"));
    }
    if !number.contains(|c: char| c.is_ascii_digit()) {
        return Err(whole("a decimal number is expected"));
    }
    let (mut exponent, mut binary_point) = (None, None);
    while let Some(letter @ ('E' | 'B')) = rest.first() {
        let slot = if *letter == 'E' {
            &mut exponent
        } else {
            &mut binary_point
        };
        let signed = matches!(rest.get(1), Some('+' | '-'));
        let first = 1 + usize::from(signed);
        let digits = digits_of(rest.get(first..).unwrap_or(&[]));
        let text: String = rest[first..first + digits].iter().collect();
        let value = text.parse::<i32>().ok().filter(|value| *value < 200);
        let Some(value) = value.filter(|_| slot.is_none()) else {
            let at = base + (chars.len() - rest.len());
            let message = if rest.get(1) == Some(&'E') {
                "double precision (EE) is a feature of the 7094".to_string()
            } else {
                format!("one {letter} with a number of at most three digits is expected")
            };
            return Err(Fault::new(at, 1, message));
        };
        let minus = rest.get(1) == Some(&'-');
        *slot = Some(if minus { -value } else { value });
        rest = &rest[first + digits..];
    }
    if let Some(c) = rest.first() {
        let at = base + (chars.len() - rest.len());
        let message = format!("{c} does not belong to a decimal number");
        return Err(Fault::new(at, 1, message));
    }
    let magnitude = if !point && exponent.is_none() && binary_point.is_none() {
        let value = number.parse().ok().filter(|value| *value < SIGN);
        value.ok_or_else(|| whole("an integer has at most 35 bits (34359738367)"))?
    } else {
        let text = format!("{number}e{}", exponent.unwrap_or(0));
        let value: f64 = text
            .parse()
            .map_err(|_| whole("a decimal number is expected"))?;
        match binary_point {
            Some(point) => fixed(value, point).ok_or_else(|| {
                whole("the number does not fit left of its binary point in 35 bits")
            })?,
            None => floating(value)
                .ok_or_else(|| whole("the number is outside the range 1E-38 to 1E38"))?,
        }
    };
    Ok(magnitude | if negative { SIGN } else { 0 })
}

/// Times a power of two; exact unless the result leaves the range of f64.
fn scale(mut value: f64, power: i32) -> f64 {
    for _ in 0..power.unsigned_abs() {
        value *= if power > 0 { 2.0 } else { 0.5 };
    }
    value
}

/// Magnitude with the binary point to the right of position `point`, rounded.
fn fixed(value: f64, point: i32) -> Option<u64> {
    let scaled = (scale(value, 35 - point) + 0.5).floor();
    (scaled < SIGN as f64).then_some(scaled as u64)
}

/// Characteristic and fraction of a positive number, rounded to 27 bits.
fn floating(value: f64) -> Option<u64> {
    if value == 0.0 {
        return Some(0);
    }
    if !(1e-60..1e60).contains(&value) {
        return None;
    }
    let (mut fraction, mut characteristic) = (value, 128u64);
    while fraction >= 1.0 {
        fraction /= 2.0;
        characteristic += 1;
    }
    while fraction < 0.5 {
        fraction *= 2.0;
        characteristic = characteristic.checked_sub(1)?;
    }
    let mut bits = (scale(fraction, 27) + 0.5).floor() as u64;
    if bits == 1 << 27 {
        bits >>= 1;
        characteristic += 1;
    }
    (characteristic <= 0o377).then_some(characteristic << 27 | bits)
}

/// One octal item: an optional sign and at most twelve digits.
pub(super) fn octal(chars: &[char], base: usize) -> Result<u64, Fault> {
    let signed = matches!(chars.first(), Some('+' | '-'));
    let digits = &chars[usize::from(signed)..];
    let text: String = digits.iter().collect();
    let is_octal = digits.iter().all(|c| ('0'..='7').contains(c));
    let value = u64::from_str_radix(&text, 8);
    let Ok(value) = value.map_err(drop).and_then(|value| {
        let fits = is_octal && digits.len() <= 12;
        if fits { Ok(value) } else { Err(()) }
    }) else {
        let message = "an octal number of at most 12 digits is expected";
        return Err(Fault::new(base, chars.len().max(1), message));
    };
    Ok(value | if chars[0] == '-' { SIGN } else { 0 })
}

/// The core code of a character, if it has one. Small letters have none: a card that shows one
/// would be read as another.
fn core_code(c: char) -> Option<u64> {
    let code = word::bcd::from_char(c).map(u64::from);
    code.filter(|_| !c.is_ascii_lowercase())
}

/// `count` words of text, left-justified and filled with blanks; what is beyond them is a comment.
pub(super) fn text(chars: &[char], base: usize, count: usize) -> Result<Vec<u64>, Fault> {
    let mut words = vec![0; count];
    for (index, word) in words.iter_mut().enumerate() {
        for at in index * 6..index * 6 + 6 {
            let code = match chars.get(at) {
                Some(c) => core_code(*c).ok_or_else(|| {
                    let message = format!("{c} has no punch and no code on this machine");
                    Fault::new(base + at, 1, message)
                })?,
                None => BLANK,
            };
            *word = *word << 6 | code;
        }
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    fn dec(text: &str) -> u64 {
        decimal(&chars(text), 0).unwrap()
    }

    #[test]
    fn decimal_constants() {
        assert_eq!(dec("5"), 5);
        assert_eq!(dec("-3"), 0o400000000003);
        assert_eq!(dec("-0"), 0o400000000000);
        assert_eq!(dec("34359738367"), 0o377777777777);
        assert_eq!(dec("25B17"), 25 << 18);
        assert_eq!(dec("1.5B17"), 3 << 17);
        assert_eq!(dec("1.5E1B17"), 15 << 18);
        assert_eq!(dec("B17".replace('B', "1B").as_str()), 1 << 18);
    }

    #[test]
    fn floating_constants_of_the_reference() {
        assert_eq!(dec("1."), 0o201400000000);
        assert_eq!(dec("1.5"), 0o201600000000);
        assert_eq!(dec("0.00390625"), 0o171400000000);
        assert_eq!(dec("10.0"), 0o204500000000);
        assert_eq!(dec("44E0"), 0o206540000000);
        assert_eq!(dec("2.32E2"), 0o210720000000);
        assert_eq!(dec("-1.0"), 0o601400000000);
        assert_eq!(dec("0.1"), 0o175631463146);
    }

    #[test]
    fn what_is_no_decimal_number() {
        for bad in [
            "",
            "-",
            "A",
            "1.5X",
            "34359738368",
            "1B0B1",
            "1EE5",
            "1E",
            "5B1",
            "1E39",
            ".",
            "1.E-40",
        ] {
            assert!(decimal(&chars(bad), 0).is_err(), "{bad}");
        }
    }

    #[test]
    fn octal_and_text() {
        assert_eq!(octal(&chars("-1"), 0).unwrap(), 0o400000000001);
        assert_eq!(octal(&chars("777777777777"), 0).unwrap(), 0o777777777777);
        assert!(octal(&chars("8"), 0).is_err());
        assert!(octal(&chars(""), 0).is_err());
        assert!(octal(&chars("++1"), 0).is_err());
        assert!(octal(&chars("1234567012345"), 0).is_err());
        let words = text(&chars("A 1=("), 0, 2).unwrap();
        assert_eq!(words, [0o216001137460, 0o606060606060]);
        assert!(text(&chars("a"), 0, 1).is_err());
    }
}
