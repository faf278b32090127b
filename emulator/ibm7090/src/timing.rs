//! Cycles that depend on operands, over the minimum in the operation table.
//!
//! A cycle is 2.18 us: I (instruction), E (reference for an operand), L (internal work).
//!
//! ```text
//!  shifts            2 for up to 16 places, +1 for each further 12 begun (255 places: 22)
//!  MPY MPR VLM       2 (zero) to 14     three add steps a cycle, up to 12 shifts over zeros
//!  DVH DVP VDH VDP   3 (check) to 14    three steps a cycle
//!  FAD class         6 to 15            UFA class the same less normalizing
//!  FMP UFM           2 to 13            FDH FDP 3 to 14
//!  CVR CRQ CAQ       2 + n              indirect addressing 1
//! ```
//!
//! Source: A22-6528, instruction timing. Assumed: how the extremes of multiplication, division
//! and floating point are reached (the manual gives ranges); the functions here stay inside them.

/// Shift of `count` places (0-255).
pub fn shift(count: u32) -> u64 {
    u64::from(count.saturating_sub(16).div_ceil(12))
}

/// Multiplication by the low `count` bits of `multiplier`.
pub fn multiply(multiplier: u64, count: u32) -> u64 {
    let mut place = 0;
    let mut cycles = 0;
    while place < count {
        let zeros = (multiplier >> place.min(63)).trailing_zeros();
        place += if zeros >= 3 { zeros.min(12) } else { 3 };
        cycles += 1;
    }
    cycles.min(12)
}

/// Division of `count` steps, beyond the three cycles of a divide check.
pub fn divide(count: u32) -> u64 {
    u64::from(count.div_ceil(3)).saturating_sub(1).min(11)
}

/// Floating addition: places of alignment and of normalizing together.
pub fn floating_add(places: u32) -> u64 {
    u64::from(places.div_ceil(12)).min(9)
}

/// Floating multiplication by the 27 fraction bits of `multiplier`; `steps` 0 for a zero operand.
pub fn floating_multiply(multiplier: u64, steps: u32) -> u64 {
    if steps == 0 {
        0
    } else {
        multiply(multiplier, 27) + 2
    }
}

/// Floating division of `steps` steps, 0 for a zero dividend, beyond three cycles.
pub fn floating_divide(steps: u32) -> u64 {
    u64::from(steps.div_ceil(3)) + u64::from(steps > 27)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn within_the_manuals_ranges() {
        assert_eq!(
            [0, 16, 17, 28, 29, 255].map(|n| 2 + shift(n)),
            [2, 2, 3, 3, 4, 22]
        );
        assert_eq!([0, (1 << 35) - 1].map(|mq| 2 + multiply(mq, 35)), [5, 14]);
        assert_eq!([1, 3, 35, 63].map(|n| 3 + divide(n)), [3, 3, 14, 14]);
        assert_eq!([0, 1, 54, 108].map(|n| 6 + floating_add(n)), [6, 7, 11, 15]);
        assert_eq!(2 + floating_multiply((1 << 27) - 1, 27), 13);
        assert_eq!([0, 27, 28].map(|n| 3 + floating_divide(n)), [3, 12, 14]);
    }
}
