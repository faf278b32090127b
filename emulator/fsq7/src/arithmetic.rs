//! The arithmetic element: shifts, multiplication, division, rounding, on AC and B of one side.
//!
//! AC and B of an element form one string of 32 bits, AC sign first. Everything here is a pure
//! function of such strings; the two elements do the same with their own.
//!
//! Source: multiplication without rounding and the divide-then-shift contract are inferred from
//! Whirlwind practice; the exact rules of shifting, of signs and of divide overflow are assigned
//! by us.

use word::twin::Half;

/// AC in bits 31-16, B in bits 15-0.
pub fn string(ac: Half, b: Half) -> u32 {
    u32::from(ac.0) << 16 | u32::from(b.0)
}

/// AC and B of a string.
pub fn parts(string: u32) -> (Half, Half) {
    (Half((string >> 16) as u16), Half(string as u16))
}

/// Left: the first bit stays, the others move, vacated places take the sign.
#[inline]
pub fn shift_left(string: u32, places: u32) -> u32 {
    let sign = (string as i32 >> 31) as u32;
    if places >= 31 {
        return sign;
    }
    // Of the magnitude what moves in is zero.
    ((string ^ sign) << places & 0o17777777777) ^ sign
}

/// Right: all bits move, the sign is copied in, what leaves is lost.
#[inline]
pub fn shift_right(string: u32, places: u32) -> u32 {
    (string as i32 >> places.min(31)) as u32
}

/// [`shift_left`] of a string of 16 bits, AC alone.
#[inline]
pub fn shift_half_left(half: Half, places: u32) -> Half {
    let sign = (half.0 as i16 >> 15) as u16;
    if places >= 15 {
        return Half(sign);
    }
    Half(((half.0 ^ sign) << places & 0o77777) ^ sign)
}

/// [`shift_right`] of a string of 16 bits, AC alone.
#[inline]
pub fn shift_half_right(half: Half, places: u32) -> Half {
    Half((half.0 as i16 >> places.min(15)) as u16)
}

/// The product as a string: twice the product of the magnitudes, complemented if the signs
/// differ, zeros included.
#[inline]
pub fn multiply(ac: Half, operand: Half) -> u32 {
    let product = 2 * u32::from(ac.magnitude().0) * u32::from(operand.magnitude().0);
    if ac.is_minus() != operand.is_minus() {
        !product
    } else {
        product
    }
}

/// AC and B after a division of AC:B by the divisor: B the quotient in 16 bits, AC a zero of its
/// sign. `None` is a divide overflow: the magnitude of AC is not below the divisor's.
#[inline]
pub fn divide(ac: Half, b: Half, divisor: Half) -> Option<(Half, Half)> {
    let (high, by) = (ac.magnitude().0, divisor.magnitude().0);
    if high >= by {
        return None;
    }
    let low = if ac.is_minus() { b.complement() } else { b };
    let dividend = u32::from(high) << 16 | u32::from(low.0);
    let quotient = Half((dividend / u32::from(by)) as u16);
    Some(if ac.is_minus() != divisor.is_minus() {
        (Half::MINUS_ZERO, quotient.complement())
    } else {
        (Half::ZERO, quotient)
    })
}

/// Rounds a string to AC: one unit more in magnitude if the first bit of B differs from the sign.
/// The flag is an overflow.
#[inline]
pub fn round(string: u32) -> (Half, bool) {
    let (ac, b) = parts(string);
    if b.is_minus() == ac.is_minus() {
        return (ac, false);
    }
    ac.plus(if ac.is_minus() {
        Half(0o177776)
    } else {
        Half(1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worked_examples() {
        // 0.75 x 8193/32768 and its negative, then rounding.
        let left = multiply(Half(0o60000), Half(0o20001));
        assert_eq!(parts(left), (Half(0o14000), Half(0o140000)));
        assert_eq!(round(left), (Half(0o14001), false));
        let right = multiply(Half(0o117777), Half(0o20001));
        assert_eq!(parts(right), (Half(0o163777), Half(0o37777)));
        assert_eq!(round(right), (Half(0o163776), false));
        // 8192/24576 and -8192/20480.
        let third = divide(Half(0o20000), Half::ZERO, Half(0o60000));
        assert_eq!(third, Some((Half::ZERO, Half(0o52525))));
        let negative = divide(Half(0o157777), Half(0o177777), Half(0o50000));
        assert_eq!(negative, Some((Half::MINUS_ZERO, Half(0o114631))));
        assert_eq!(divide(Half::ZERO, Half::ZERO, Half::MINUS_ZERO), None);
    }

    #[test]
    fn shifts_lose_and_fill() {
        assert_eq!(shift_left(0o20000000001, 31), 0o37777777777);
        assert_eq!(shift_left(0o00000000001, 30), 0o10000000000);
        assert_eq!(shift_right(0o20000000000, 63), 0o37777777777);
        assert_eq!(shift_half_left(Half(0o100001), 1), Half(0o100003));
        assert_eq!(shift_half_left(Half(0o40001), 1), Half(0o2));
        assert_eq!(shift_half_right(Half(0o100000), 15), Half::MINUS_ZERO);
    }
}
