//! The twin word of the AN/FSQ-7: 32 bits, two halves, each a ones' complement fraction.
//!
//! ```text
//!  LS  L1 ............ L15 | RS  R1 ............ R15
//!  bit 31  30 ......... 16 | 15  14 ............. 0      of the integer here
//! ```
//!
//! A half is a sign and 15 bits; a negative number is the complement of the positive one, so there
//! are two zeros, 000000 and 177777. The two arithmetic elements work on the halves side by side:
//! a position in the air is one word, x on the left, y on the right.
//!
//! Parity is not here: each store keeps its own.
//!
//! Source: Ulmann 2014, ch. 6 and 12 (form of the word, ones' complement: documented). The
//! end-around carry and "a difference is a sum with the complement" are recalled, the overflow
//! rule recalled, names of bits recalled.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A half-word: sign and 15 bits, ones' complement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Half(pub u16);

impl Half {
    /// 000000.
    pub const ZERO: Half = Half(0);
    /// 177777.
    pub const MINUS_ZERO: Half = Half(0o177777);

    /// The sign bit; -0 is minus.
    #[inline(always)]
    pub fn is_minus(self) -> bool {
        self.0 >> 15 != 0
    }

    /// +0 or -0.
    #[inline(always)]
    pub fn is_zero(self) -> bool {
        self.0 == 0 || self.0 == 0o177777
    }

    /// All bits turned over: the negative.
    #[inline(always)]
    #[must_use]
    pub fn complement(self) -> Half {
        Half(!self.0)
    }

    /// The value without its sign; of -0 it is +0.
    #[inline(always)]
    #[must_use]
    pub fn magnitude(self) -> Half {
        if self.is_minus() {
            self.complement()
        } else {
            self
        }
    }

    /// The sum with end-around carry, and whether it overflowed: equal signs gave the other sign.
    #[inline(always)]
    pub fn plus(self, other: Half) -> (Half, bool) {
        let sum = u32::from(self.0) + u32::from(other.0);
        // The carry out of the sign position comes in again at the right.
        let sum = (sum + (sum >> 16)) as u16;
        let overflow = (self.0 ^ sum) & (other.0 ^ sum) & 0o100000 != 0;
        (Half(sum), overflow)
    }

    /// The difference: the sum with the complement, so that equal halves give -0.
    #[inline(always)]
    pub fn minus(self, other: Half) -> (Half, bool) {
        self.plus(other.complement())
    }

    /// The value as an integer, -32767 to 32767; both zeros are 0.
    pub fn value(self) -> i32 {
        if self.is_minus() {
            -i32::from(!self.0)
        } else {
            i32::from(self.0)
        }
    }

    /// The half of an integer from -32767 to 32767; 0 gives +0.
    pub fn from_value(value: i32) -> Option<Half> {
        let magnitude = u16::try_from(value.unsigned_abs()).ok()?;
        let half = Half(magnitude);
        (magnitude <= 0o77777).then_some(if value < 0 { half.complement() } else { half })
    }
}

/// Six octal digits, the sign first: `177776`.
impl fmt::Display for Half {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{:06o}", self.0)
    }
}

/// A word: left half in bits 31-16, right half in bits 15-0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Twin(pub u32);

/// Which halves overflowed: [`LEFT_OVERFLOW`] and [`RIGHT_OVERFLOW`] together.
pub type Overflow = u8;
/// The left half overflowed.
pub const LEFT_OVERFLOW: Overflow = 2;
/// The right half overflowed.
pub const RIGHT_OVERFLOW: Overflow = 1;

impl Twin {
    /// +0 in both halves.
    pub const ZERO: Twin = Twin(0);

    /// A word of two halves.
    #[inline(always)]
    pub fn new(left: Half, right: Half) -> Twin {
        Twin(u32::from(left.0) << 16 | u32::from(right.0))
    }

    /// A word of two sixteen-bit patterns.
    pub const fn of(left: u16, right: u16) -> Twin {
        Twin((left as u32) << 16 | right as u32)
    }

    /// LS to L15.
    #[inline(always)]
    pub fn left(self) -> Half {
        Half((self.0 >> 16) as u16)
    }

    /// RS to R15.
    #[inline(always)]
    pub fn right(self) -> Half {
        Half(self.0 as u16)
    }

    /// The word with another left half.
    #[inline(always)]
    #[must_use]
    pub fn with_left(self, left: Half) -> Twin {
        Twin::new(left, self.right())
    }

    /// The word with another right half.
    #[inline(always)]
    #[must_use]
    pub fn with_right(self, right: Half) -> Twin {
        Twin::new(self.left(), right)
    }

    /// The left half in both places: what the twin instructions work with.
    #[inline(always)]
    #[must_use]
    pub fn left_twice(self) -> Twin {
        Twin::new(self.left(), self.left())
    }

    /// Both halves complemented.
    #[inline(always)]
    #[must_use]
    pub fn complement(self) -> Twin {
        Twin(!self.0)
    }

    /// The magnitude of each half.
    #[inline(always)]
    #[must_use]
    pub fn magnitude(self) -> Twin {
        Twin::new(self.left().magnitude(), self.right().magnitude())
    }

    /// The sums of the halves; no carry passes between them.
    #[inline(always)]
    pub fn plus(self, other: Twin) -> (Twin, Overflow) {
        let (left, over_left) = self.left().plus(other.left());
        let (right, over_right) = self.right().plus(other.right());
        let overflow = u8::from(over_left) << 1 | u8::from(over_right);
        (Twin::new(left, right), overflow)
    }

    /// The differences of the halves.
    #[inline(always)]
    pub fn minus(self, other: Twin) -> (Twin, Overflow) {
        self.plus(other.complement())
    }

    /// Bit `number` counted from the left: 0 is LS, 15 L15, 16 RS, 31 R15; taken modulo 32.
    #[inline(always)]
    pub fn bit(self, number: u32) -> bool {
        self.0 >> (31 - number % 32) & 1 != 0
    }

    /// The parity bit that belongs to the word: word and bit together have an odd number of ones.
    /// (Assigned by us: whether the machine's parity was odd or even is not known.)
    pub fn parity(self) -> bool {
        self.0.count_ones().is_multiple_of(2)
    }
}

/// Two halves of six octal digits: `000003 177774`.
impl fmt::Display for Twin {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} {}", self.left(), self.right())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_as_the_rule_says() {
        // 4: +0 + +0 = +0; +0 + -0 = -0; -0 + -0 = -0; x + ~x = -0; 077777 + 1 overflows.
        for (a, b, sum, overflow) in [
            (0, 0, 0, false),
            (0, 0o177777, 0o177777, false),
            (0o177777, 0o177777, 0o177777, false),
            (0o12345, 0o165432, 0o177777, false),
            (0o77777, 1, 0o100000, true),
            (0o100000, 0o177776, 0o77777, true),
            (5, 0o177775, 3, false),
            (0o177776, 0o177776, 0o177775, false),
        ] {
            assert_eq!(Half(a).plus(Half(b)), (Half(sum), overflow), "{a:o} {b:o}");
        }
        assert_eq!(Half(7).minus(Half(7)).0, Half::MINUS_ZERO);
        assert_eq!(Half::ZERO.minus(Half::MINUS_ZERO).0, Half::ZERO);
    }

    #[test]
    fn every_sum_of_values_that_fits_is_the_sum() {
        for a in (-32_767..=32_767).step_by(611) {
            for b in (-32_767..=32_767).step_by(577) {
                let (sum, overflow) = Half::from_value(a)
                    .unwrap()
                    .plus(Half::from_value(b).unwrap());
                assert_eq!(overflow, (a + b).abs() > 32_767, "{a} {b}");
                if !overflow {
                    assert_eq!(sum.value(), a + b);
                }
            }
        }
        assert_eq!(Half::from_value(32_768), None);
        assert_eq!(Half::from_value(-32_767), Some(Half(0o100000)));
    }

    #[test]
    fn halves_do_not_touch() {
        let (sum, overflow) = Twin::of(0o77777, 0o177777).plus(Twin::of(1, 0o177777));
        assert_eq!(
            (sum, overflow),
            (Twin::of(0o100000, 0o177777), LEFT_OVERFLOW)
        );
        assert_eq!(sum.to_string(), "100000 177777");
        assert_eq!(Twin::of(0o177775, 3).magnitude(), Twin::of(2, 3));
    }

    #[test]
    fn bits_count_from_the_left() {
        let word = Twin::of(0o100000, 1);
        assert!(word.bit(0) && word.bit(31) && word.bit(32) && !word.bit(15));
        assert!(word.parity() && !Twin::of(0, 1).parity());
    }
}
