//! Octal, printed and read as operators did it.
//!
//! The console shows twelve digits; an instruction is easier read in groups.

/// Twelve digits without grouping: `050000100200`.
pub fn word(word: u64) -> String {
    format!("{:012o}", word & crate::WORD)
}

/// Sign and operation, flag, tag, address: `0500 00 1 00200`.
pub fn instruction(word: u64) -> String {
    let word = word & crate::WORD;
    format!(
        "{:04o} {:02o} {:o} {:05o}",
        word >> 24,
        word >> 18 & 0o77,
        word >> 15 & 7,
        word & 0o77777
    )
}

/// Prefix, decrement, tag, address: `2 00001 1 00100`.
pub fn fields(word: u64) -> String {
    let word = word & crate::WORD;
    format!(
        "{:o} {:05o} {:o} {:05o}",
        word >> 33,
        word >> 18 & 0o77777,
        word >> 15 & 7,
        word & 0o77777
    )
}

/// Four groups of three: `050 000 100 200`.
pub fn triples(word: u64) -> String {
    let word = word & crate::WORD;
    format!(
        "{:03o} {:03o} {:03o} {:03o}",
        word >> 27,
        word >> 18 & 0o777,
        word >> 9 & 0o777,
        word & 0o777
    )
}

/// Five digits of a location.
pub fn location(location: u16) -> String {
    format!("{location:05o}")
}

/// Reads octal digits, blanks between them allowed (any grouping above reads back), an optional
/// sign in front setting position S. Why it is not a word, otherwise.
pub fn parse(text: &str) -> Result<u64, OctalError> {
    let trimmed = text.trim();
    let (minus, digits) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let mut word = 0;
    let mut count = 0;
    for character in digits.chars() {
        let Some(digit) = character.to_digit(8) else {
            if character == ' ' {
                continue;
            }
            return Err(OctalError::NotADigit(character));
        };
        count += 1;
        if word >> 33 != 0 {
            return Err(OctalError::TooLong);
        }
        word = word << 3 | u64::from(digit);
    }
    match (count, minus) {
        (0, _) => Err(OctalError::Empty),
        (_, true) if word & crate::SIGN != 0 => Err(OctalError::TwoSigns),
        (_, true) => Ok(word | crate::SIGN),
        (_, false) => Ok(word),
    }
}

/// Why a text is not an octal word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OctalError {
    /// No digit at all.
    Empty,
    /// Something that is neither an octal digit nor a blank.
    NotADigit(char),
    /// More than 36 bits.
    TooLong,
    /// A minus sign before a word whose sign position is on already.
    TwoSigns,
}

impl std::fmt::Display for OctalError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            OctalError::Empty => write!(f, "expected octal digits, found nothing"),
            OctalError::NotADigit(character) => {
                write!(f, "expected an octal digit 0-7, found {character:?}")
            }
            OctalError::TooLong => write!(f, "expected at most 36 bits (twelve octal digits)"),
            OctalError::TwoSigns => write!(
                f,
                "expected a magnitude after the minus sign, its sign position is on"
            ),
        }
    }
}

impl std::error::Error for OctalError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grouping_reads_back() {
        let value = 0o512345654321;
        for print in [word, instruction, fields, triples] {
            assert_eq!(parse(&print(value)), Ok(value), "{}", print(value));
        }
        assert_eq!(instruction(0o450060100200), "4500 60 1 00200");
        assert_eq!(fields(0o200001100100), "2 00001 1 00100");
        assert_eq!(parse("-5"), Ok(0o400000000005));
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(parse(" "), Err(OctalError::Empty));
        assert_eq!(parse("128"), Err(OctalError::NotADigit('8')));
        assert_eq!(parse("1234567654321"), Err(OctalError::TooLong));
        assert_eq!(parse("-400000000000"), Err(OctalError::TwoSigns));
    }
}
