//! Single-precision floating point as pure functions.
//!
//! ```text
//!  S | characteristic 1-8 (exponent + 128) | fraction 9-35 (27 bits, point on its left)
//! ```
//!
//! Results are double length: the high half in AC, the low half in MQ with a characteristic 27
//! less. In AC, positions Q and P extend the characteristic to ten bits. A characteristic that
//! leaves 0-255 *spills*; the floating-point trap then tells the program where and how.
//!
//! ```text
//!  spill code   1 MQ   2 AC   4 overflow (else underflow)   10 division
//! ```
//!
//! Source: A22-6528; floating-point diagnostic 9M05; single-instruction vectors (which alone tell what Q and P do to a sum).
//! Assumed: an unnormalized sum of two normal zeros
//! spills in MQ like any other characteristic below 27; UFM with a zero in MQ computes
//! characteristics.

use crate::arithmetic::{AC_MAGNITUDE, AC_P, AC_SIGN};
use word::{MAGNITUDE, SIGN};

const FRACTION: u64 = (1 << 27) - 1;
/// Leading bit of a double-length fraction.
const TOP: u64 = 1 << 53;

/// What a floating operation leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Floated {
    /// New accumulator, 38 positions.
    pub ac: u64,
    /// New multiplier-quotient register.
    pub mq: u64,
    /// Spill code, 0 for none.
    pub spill: u8,
    /// Places shifted or steps taken; only timing looks at it.
    pub shifts: u32,
}

fn spill(ac_characteristic: i32, mq_characteristic: i32) -> u8 {
    let ac = if (0..256).contains(&ac_characteristic) {
        0
    } else {
        2
    };
    let mq = if (0..256).contains(&mq_characteristic) {
        0
    } else {
        1
    };
    let over = if ac_characteristic > 255 || mq_characteristic > 255 {
        4
    } else {
        0
    };
    ac | mq | over
}

/// AC and MQ of a sign, a characteristic of the high half and a 54-bit fraction.
fn assemble(minus: bool, characteristic: i32, fraction: u64, shifts: u32) -> Floated {
    let ac_sign = if minus { AC_SIGN } else { 0 };
    let mq_sign = if minus { SIGN } else { 0 };
    let high = (characteristic as u64 & 0o1777) << 27;
    let low = ((characteristic - 27) as u64 & 0o377) << 27;
    Floated {
        ac: ac_sign | high | fraction >> 27,
        mq: mq_sign | low | fraction & FRACTION,
        spill: spill(characteristic, characteristic - 27),
        shifts,
    }
}

fn zero(minus: bool) -> Floated {
    Floated {
        ac: if minus { AC_SIGN } else { 0 },
        mq: if minus { SIGN } else { 0 },
        spill: 0,
        shifts: 0,
    }
}

/// Sum of AC and a word (FAD and, with the operand's sign changed, its relatives).
pub fn add(ac: u64, operand: u64, normalize: bool) -> Floated {
    let ac_characteristic = (ac >> 27 & 0o1777) as i32;
    let operand_characteristic = (operand >> 27 & 0o377) as i32;
    let difference = ac_characteristic - operand_characteristic;
    let (mut large_minus, mut small_minus) = (operand & SIGN != 0, ac & AC_SIGN != 0);
    let (mut large, mut small) = (operand & FRACTION, ac & FRACTION);
    let mut characteristic = operand_characteristic;
    if difference > 0 {
        // The registers are interchanged; P joins the sign and Q is lost on the way.
        (large_minus, small_minus) = (small_minus || ac & AC_P != 0, large_minus);
        (large, small) = (small, large);
        characteristic = ac_characteristic & 0o377;
    }
    // The shift counter has eight bits: with Q or P on in AC a great difference may look small.
    let align = difference.unsigned_abs() & 0o377;
    let small = if align < 54 { small << 27 >> align } else { 0 };
    let large = large << 27;
    let mut fraction;
    let minus;
    if large_minus == small_minus {
        minus = large_minus;
        fraction = large + small;
        if fraction > (TOP << 1) - 1 {
            fraction >>= 1;
            characteristic += 1;
        }
    } else {
        minus = if large > small {
            large_minus
        } else {
            small_minus
        };
        fraction = large.abs_diff(small);
    }
    let mut shifts = align.min(54);
    if normalize {
        if fraction == 0 {
            return Floated {
                shifts,
                ..zero(minus)
            };
        }
        let places = fraction.leading_zeros() - 10;
        fraction <<= places;
        characteristic -= places as i32;
        shifts += places;
    }
    assemble(minus, characteristic, fraction, shifts)
}

/// Product of MQ and a word (FMP; UFM without normalizing).
pub fn multiply(mq: u64, operand: u64, normalize: bool) -> Floated {
    let minus = (mq ^ operand) & SIGN != 0;
    if operand & MAGNITUDE == 0 || (normalize && mq & MAGNITUDE == 0) {
        return zero(minus);
    }
    let mut characteristic = (mq >> 27 & 0o377) as i32 + (operand >> 27 & 0o377) as i32 - 128;
    let mut fraction = (mq & FRACTION) * (operand & FRACTION);
    if normalize {
        if fraction & TOP == 0 {
            fraction <<= 1;
            characteristic -= 1;
        }
        if fraction >> 27 == 0 {
            let low = fraction & FRACTION;
            let result = zero(minus);
            return Floated {
                mq: result.mq | low,
                shifts: 27,
                ..result
            };
        }
    }
    assemble(minus, characteristic, fraction, 27)
}

/// Quotient of AC and a word: `Err` carries the MQ of a divide check, whose AC is unchanged.
pub fn divide(ac: u64, operand: u64) -> Result<Floated, u64> {
    let dividend_minus = ac & AC_SIGN != 0;
    let quotient_sign = if dividend_minus != (operand & SIGN != 0) {
        SIGN
    } else {
        0
    };
    let dividend = ac & FRACTION;
    let divisor = operand & FRACTION;
    if dividend >= 2 * divisor {
        return Err(quotient_sign);
    }
    if dividend == 0 {
        return Ok(Floated {
            ac: 0,
            mq: quotient_sign,
            spill: 0,
            shifts: 0,
        });
    }
    let mut characteristic = (ac >> 27 & 0o377) as i32;
    let mut long = dividend << 27;
    let mut shifts = 27;
    if dividend >= divisor {
        long >>= 1;
        characteristic += 1;
        shifts += 1;
    }
    let quotient_characteristic = characteristic - (operand >> 27 & 0o377) as i32 + 128;
    let remainder_characteristic = characteristic - 27;
    let code = spill(remainder_characteristic, quotient_characteristic);
    Ok(Floated {
        ac: ac & AC_SIGN | (remainder_characteristic as u64 & 0o1777) << 27 | (long % divisor),
        mq: quotient_sign | (quotient_characteristic as u64 & 0o377) << 27 | (long / divisor),
        spill: if code == 0 { 0 } else { code | 0o10 },
        shifts,
    })
}

/// FRN: AC rounded by the leading bit of the fraction in MQ. Only AC and the spill code change.
/// It spills only from Q and P off (9M05).
pub fn round(ac: u64, mq: u64) -> (u64, u8) {
    if mq & 1 << 26 == 0 {
        return (ac, 0);
    }
    if ac & FRACTION != FRACTION {
        return (ac + 1, 0);
    }
    let sum = (ac & AC_MAGNITUDE) + 1;
    let rounded = ac & AC_SIGN | (sum & AC_MAGNITUDE) | 1 << 26;
    (rounded, if ac >> 27 & 0o1777 == 0o377 { 6 } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers() {
        let one = 0o201400000000;
        let ten = 0o204500000000;
        assert_eq!(add(one, one, true).ac, 0o202400000000);
        assert_eq!(multiply(ten, ten, true).ac, 0o207620000000);
        assert_eq!(divide(ten, ten).unwrap().mq, one);
        assert_eq!(divide(ten, 0), Err(0));
        assert_eq!(
            add(one, one | SIGN, true),
            Floated {
                ac: 0,
                mq: 0,
                spill: 0,
                shifts: 0
            }
        );
    }

    #[test]
    fn spills_are_told_apart() {
        let huge = 0o377400000000;
        assert_eq!(add(huge, huge, true).spill, 6);
        assert_eq!(add(0o001400000000, 0o001400000000, true).spill, 1);
        assert_eq!(multiply(huge, huge, true).spill, 7);
        assert_eq!(divide(huge, 0o001400000000).unwrap().spill, 0o15);
        assert_eq!(round(0o377777777777, 1 << 26), (0o400400000000, 6));
    }
}
