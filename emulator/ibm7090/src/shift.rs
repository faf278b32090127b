//! Shifts of the accumulator and multiplier-quotient as pure functions.
//!
//! The count is the effective address modulo 256; counts beyond the register give zeros. A one
//! that enters position P on the way left turns AC overflow on.
//!
//! ```text
//!  ALS ARS    AC Q,P,1-35                       sign kept
//!  LLS LRS    AC Q,P,1-35 and MQ 1-35           sign copied to AC (left) or to MQ (right)
//!  LGL LGR    AC Q,P,1-35 and MQ S,1-35         AC sign kept
//!  RQL        MQ S,1-35, circular
//! ```
//!
//! Source: A22-6528; single-instruction vectors.

use crate::arithmetic::{AC_MAGNITUDE, AC_SIGN};
use word::{MAGNITUDE, SIGN, WORD};

/// True if a one enters position P when `long`, whose P is bit `p`, shifts left `count` places.
fn enters_p(long: u128, p: u32, count: u32) -> bool {
    // The bits that pass are the `count` ones below P.
    let below = long & ((1 << p) - 1);
    if count >= p {
        below != 0
    } else {
        below >> (p - count) != 0
    }
}

/// ALS: AC and whether overflow turned on.
pub fn accumulator_left(ac: u64, count: u32) -> (u64, bool) {
    let overflow = enters_p(u128::from(ac), 35, count);
    let shifted = if count > 36 {
        0
    } else {
        (ac << count) & AC_MAGNITUDE
    };
    (ac & AC_SIGN | shifted, overflow)
}

/// ARS.
pub fn accumulator_right(ac: u64, count: u32) -> u64 {
    let shifted = if count > 36 {
        0
    } else {
        (ac & AC_MAGNITUDE) >> count
    };
    ac & AC_SIGN | shifted
}

/// LLS: AC, MQ, overflow.
pub fn long_left(ac: u64, mq: u64, count: u32) -> (u64, u64, bool) {
    let long = u128::from(ac & AC_MAGNITUDE) << 35 | u128::from(mq & MAGNITUDE);
    let overflow = enters_p(long, 70, count);
    let shifted = if count > 71 { 0 } else { long << count };
    let sign = (mq & SIGN) << 2;
    (
        sign | (shifted >> 35) as u64 & AC_MAGNITUDE,
        mq & SIGN | shifted as u64 & MAGNITUDE,
        overflow,
    )
}

/// LRS: AC, MQ.
pub fn long_right(ac: u64, mq: u64, count: u32) -> (u64, u64) {
    let long = u128::from(ac & AC_MAGNITUDE) << 35 | u128::from(mq & MAGNITUDE);
    let shifted = if count > 71 { 0 } else { long >> count };
    let sign = (ac & AC_SIGN) >> 2;
    (
        ac & AC_SIGN | (shifted >> 35) as u64 & AC_MAGNITUDE,
        sign | shifted as u64 & MAGNITUDE,
    )
}

/// LGL: AC, MQ, overflow.
pub fn logical_left(ac: u64, mq: u64, count: u32) -> (u64, u64, bool) {
    let long = u128::from(ac & AC_MAGNITUDE) << 36 | u128::from(mq & WORD);
    let overflow = enters_p(long, 71, count);
    let shifted = if count > 72 { 0 } else { long << count };
    (
        ac & AC_SIGN | (shifted >> 36) as u64 & AC_MAGNITUDE,
        shifted as u64 & WORD,
        overflow,
    )
}

/// LGR: AC, MQ.
pub fn logical_right(ac: u64, mq: u64, count: u32) -> (u64, u64) {
    let long = u128::from(ac & AC_MAGNITUDE) << 36 | u128::from(mq & WORD);
    let shifted = if count > 72 { 0 } else { long >> count };
    (
        ac & AC_SIGN | (shifted >> 36) as u64 & AC_MAGNITUDE,
        shifted as u64 & WORD,
    )
}

/// RQL.
pub fn rotate_left(mq: u64, count: u32) -> u64 {
    let count = count % 36;
    (mq << count | mq >> (36 - count)) & WORD
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overflow_is_a_one_passing_from_1_to_p() {
        assert_eq!(accumulator_left(1 << 34, 0), (1 << 34, false));
        assert_eq!(accumulator_left(1 << 34, 1), (1 << 35, true));
        assert_eq!(accumulator_left(1 << 34, 3), (0, true));
        // What already stands in P and Q does not count.
        assert_eq!(accumulator_left(3 << 35, 1), (1 << 36, false));
        assert!(long_left(0, 1, 70).2);
        assert!(!long_left(0, 1, 69).2);
        assert!(!logical_left(0, SIGN, 35).2);
        assert!(logical_left(0, SIGN, 36).2);
    }

    #[test]
    fn great_counts_clear() {
        assert_eq!(accumulator_left(AC_SIGN | 7, 255), (AC_SIGN, true));
        assert_eq!(accumulator_right(AC_SIGN | 7, 64), AC_SIGN);
        assert_eq!(long_right(7, 7, 255), (0, 0));
        assert_eq!(logical_right(7, 7, 200), (0, 0));
        assert_eq!(rotate_left(0o400000000001, 37), 0o3);
    }
}
