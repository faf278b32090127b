//! Fixed-point arithmetic as pure functions: what the adders and shift paths compute.
//!
//! The accumulator has 38 positions, two more than a word. Q and P stand left of position 1 and
//! catch what overflows.
//!
//! ```text
//!  bit      37   36   35   34 ........ 0
//!  AC        S    Q    P    1 ....... 35
//!  MQ, SI              S    1 ....... 35
//! ```
//!
//! Source: A22-6528; single-instruction vectors. Assumed: an addition of unlike signs never turns
//! overflow on (two independent emulators differ when P is on before).

use word::{MAGNITUDE, SIGN};

/// AC sign.
pub const AC_SIGN: u64 = 1 << 37;
/// AC position Q.
pub const AC_Q: u64 = 1 << 36;
/// AC position P.
pub const AC_P: u64 = 1 << 35;
/// AC Q,P,1-35.
pub const AC_MAGNITUDE: u64 = AC_SIGN - 1;
/// AC P,1-35: the logical word.
pub const AC_LOGICAL: u64 = AC_Q - 1;

/// Positions 1-35 of a word, as a number of bits.
const BITS: u32 = 35;

/// AC as CLA leaves it: sign and 1-35 of a word, Q and P off.
#[inline(always)]
pub fn ac_from_word(word: u64) -> u64 {
    (word & SIGN) << 2 | word & MAGNITUDE
}

/// The word STO stores: AC S,1-35.
#[inline(always)]
pub fn word_from_ac(ac: u64) -> u64 {
    (ac & AC_SIGN) >> 2 | ac & MAGNITUDE
}

/// Algebraic sum of AC and a word; true if position P changed in an addition of like signs.
#[inline(always)]
pub fn add(ac: u64, operand: u64) -> (u64, bool) {
    let sign = ac & AC_SIGN;
    let operand_sign = (operand & SIGN) << 2;
    let left = ac & AC_MAGNITUDE;
    let right = operand & MAGNITUDE;
    if sign == operand_sign {
        let sum = (left + right) & AC_MAGNITUDE;
        (sign | sum, (sum ^ left) & AC_P != 0)
    } else if left >= right {
        (sign | (left - right), false)
    } else {
        (operand_sign | (right - left), false)
    }
}

/// `count` multiplication steps of |operand| by MQ: AC magnitude and MQ 1-35 afterwards. Each
/// step adds the operand to AC if MQ 35 is one, then shifts both right one place.
pub fn multiply(mq: u64, operand: u64, count: u32) -> (u64, u64) {
    let mut multiplier = mq & MAGNITUDE;
    let multiplicand = operand & MAGNITUDE;
    if count <= BITS {
        let taken = multiplier & ((1 << count) - 1);
        let product = u128::from(multiplicand) * u128::from(taken);
        let ac = (product >> count) as u64;
        let low = (product << (BITS - count)) as u64 & MAGNITUDE;
        return (ac, low | multiplier >> count);
    }
    let mut ac = 0;
    for _ in 0..count {
        if multiplier & 1 == 1 {
            ac = (ac + multiplicand) & AC_MAGNITUDE;
        }
        multiplier = multiplier >> 1 | (ac & 1) << (BITS - 1);
        ac >>= 1;
    }
    (ac, multiplier)
}

/// `count` division steps of AC magnitude and MQ by |operand|: remainder and MQ 1-35 afterwards,
/// `None` for a divide check (AC magnitude not less than the operand).
pub fn divide(ac: u64, mq: u64, operand: u64, count: u32) -> Option<(u64, u64)> {
    let divisor = operand & MAGNITUDE;
    let mut remainder = ac & AC_MAGNITUDE;
    let mut low = mq & MAGNITUDE;
    if remainder >= divisor {
        return None;
    }
    if count <= BITS {
        let dividend = u128::from(remainder) << count | u128::from(low >> (BITS - count));
        let quotient = (dividend / u128::from(divisor)) as u64;
        let remainder = (dividend % u128::from(divisor)) as u64;
        return Some((remainder, (low << count) & MAGNITUDE | quotient));
    }
    for _ in 0..count {
        remainder = remainder << 1 | low >> (BITS - 1);
        low = (low << 1) & MAGNITUDE;
        if remainder >= divisor {
            remainder -= divisor;
            low |= 1;
        }
    }
    Some((remainder, low))
}

/// AC compared algebraically with a word; Q and P count, and +0 is greater than -0.
pub fn compare(ac: u64, operand: u64) -> std::cmp::Ordering {
    use std::cmp::Ordering::{Greater, Less};
    let magnitudes = (ac & AC_MAGNITUDE).cmp(&(operand & MAGNITUDE));
    match (ac & AC_SIGN != 0, operand & SIGN != 0) {
        (false, false) => magnitudes,
        (true, true) => magnitudes.reverse(),
        (false, true) => Greater,
        (true, false) => Less,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The manual's step-by-step multiplication.
    fn multiply_by_steps(mq: u64, operand: u64, count: u32) -> (u64, u64) {
        let (mut ac, mut mq) = (0, mq & MAGNITUDE);
        for _ in 0..count {
            if mq & 1 == 1 {
                ac += operand & MAGNITUDE;
            }
            mq = mq >> 1 | (ac & 1) << 34;
            ac >>= 1;
        }
        (ac, mq)
    }

    fn divide_by_steps(ac: u64, mq: u64, operand: u64, count: u32) -> (u64, u64) {
        let (mut ac, mut mq) = (ac, mq & MAGNITUDE);
        for _ in 0..count {
            ac = ac << 1 | mq >> 34;
            mq = (mq << 1) & MAGNITUDE;
            if ac >= operand {
                ac -= operand;
                mq |= 1;
            }
        }
        (ac, mq)
    }

    #[test]
    fn closed_forms_equal_the_steps() {
        for count in 1..64 {
            for (mq, operand) in [
                (0o123456701234, 0o345670123456),
                (MAGNITUDE, MAGNITUDE),
                (1, 1),
                (0, 7),
            ] {
                assert_eq!(
                    multiply(mq, operand, count),
                    multiply_by_steps(mq, operand, count),
                    "count {count}"
                );
                let ac = operand - 1;
                assert_eq!(
                    divide(ac, mq, operand, count),
                    Some(divide_by_steps(ac, mq, operand, count)),
                    "count {count}"
                );
            }
        }
    }

    #[test]
    fn zero_keeps_the_sign_of_the_accumulator() {
        assert_eq!(add(5, SIGN | 5), (0, false));
        assert_eq!(add(AC_SIGN | 5, 5), (AC_SIGN, false));
        assert_eq!(add(MAGNITUDE, 1), (AC_P, true));
    }
}
