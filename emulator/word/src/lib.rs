//! Room `word`: machine words and codes.
//!
//! The IBM 704-7094 family keeps 36 bits in a word. IBM numbers them from the left, `S,1..35`;
//! here a word is a `u64` with S in bit 35 and position 35 in bit 0, and nothing above.
//!
//! ```text
//!  S 1 2 | 3 .......... 17 | 18 19 20 | 21 ............ 35
//!  prefix   decrement (15)    tag (3)     address (15)
//! ```
//!
//! `bcd` has the six-bit characters and the codes of tape and line, `card` the punched code,
//! `octal` printing and reading. `twin` is the other family's word: two halves of 16 bits in ones'
//! complement, with their sums.
//!
//! To add a code: a file here with a table, both directions, and a test that they agree.

pub mod bcd;
pub mod card;
pub mod octal;
pub mod twin;

/// All 36 bits.
pub const WORD: u64 = 0o777777777777;
/// Position S.
pub const SIGN: u64 = 0o400000000000;
/// Positions 1-35.
pub const MAGNITUDE: u64 = 0o377777777777;
/// Positions S,1,2.
pub const PREFIX: u64 = 0o700000000000;
/// Positions 3-17.
pub const DECREMENT: u64 = 0o077777000000;
/// Positions 18-20.
pub const TAG: u64 = 0o000000700000;
/// Positions 21-35.
pub const ADDRESS: u64 = 0o000000077777;
/// Positions S,1-17.
pub const LEFT: u64 = 0o777777000000;
/// Positions 18-35.
pub const RIGHT: u64 = 0o000000777777;

/// Prefix of a word, 0-7 (S is the 4).
pub fn prefix(word: u64) -> u8 {
    (word >> 33 & 7) as u8
}

/// Decrement of a word, 15 bits.
pub fn decrement(word: u64) -> u16 {
    (word >> 18 & 0o77777) as u16
}

/// Tag of a word, 0-7.
pub fn tag(word: u64) -> u8 {
    (word >> 15 & 7) as u8
}

/// Address of a word, 15 bits.
pub fn address(word: u64) -> u16 {
    (word & ADDRESS) as u16
}

/// A word from its four fields; what does not fit a field is cut off.
pub fn from_fields(prefix: u8, decrement: u16, tag: u8, address: u16) -> u64 {
    u64::from(prefix & 7) << 33
        | u64::from(decrement & 0o77777) << 18
        | u64::from(tag & 7) << 15
        | u64::from(address & 0o77777)
}

/// `word` with its address replaced.
pub fn with_address(word: u64, address: u16) -> u64 {
    word & !ADDRESS | u64::from(address) & ADDRESS
}

/// `word` with its decrement replaced.
pub fn with_decrement(word: u64, decrement: u16) -> u64 {
    word & !DECREMENT | (u64::from(decrement) & 0o77777) << 18
}

/// Value of a fixed-point word; both zeros are 0.
pub fn to_integer(word: u64) -> i64 {
    let magnitude = (word & MAGNITUDE) as i64;
    if word & SIGN != 0 {
        -magnitude
    } else {
        magnitude
    }
}

/// Fixed-point word of a value, `None` if it needs more than 35 bits. Zero is +0.
pub fn from_integer(value: i64) -> Option<u64> {
    let magnitude = value.unsigned_abs();
    let sign = if value < 0 { SIGN } else { 0 };
    (magnitude <= MAGNITUDE).then_some(sign | magnitude)
}

/// Sum of two 36-bit logical words with the carry out of the left end added in at the right
/// (what ACL does; the check sum of a binary card).
pub fn end_around_add(left: u64, right: u64) -> u64 {
    let sum = (left & WORD) + (right & WORD);
    (sum & WORD) + (sum >> 36)
}

/// True if the number of one bits of a word is odd.
pub fn parity(word: u64) -> bool {
    (word & WORD).count_ones() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_go_together_and_come_apart() {
        let word = from_fields(5, 0o12345, 6, 0o54321);
        assert_eq!(word, 0o512345654321);
        assert_eq!(
            (prefix(word), decrement(word), tag(word), address(word)),
            (5, 0o12345, 6, 0o54321)
        );
        assert_eq!(with_address(word, 7), 0o512345600007);
        assert_eq!(with_decrement(word, 7), 0o500007654321);
    }

    #[test]
    fn integers_keep_sign_and_magnitude() {
        for value in [0, 1, -1, 0o377777777777, -0o377777777777] {
            assert_eq!(from_integer(value).map(to_integer), Some(value));
        }
        assert_eq!(from_integer(-5), Some(0o400000000005));
        assert_eq!(to_integer(SIGN), 0);
        assert_eq!(from_integer(0o400000000000), None);
        assert_eq!(from_integer(i64::MIN), None);
    }

    #[test]
    fn the_carry_goes_around() {
        assert_eq!(end_around_add(0o777777777777, 1), 1);
        assert_eq!(
            end_around_add(0o777777777777, 0o777777777777),
            0o777777777777
        );
        assert_eq!(end_around_add(2, 3), 5);
    }

    #[test]
    fn parity_counts_ones() {
        assert!(parity(0o7) && !parity(0o3) && !parity(0));
    }
}
