//! The punched card code: twelve rows a column.
//!
//! A column is a `u16`; row 12 is bit 11, then 11, 0, 1, ... 9, which is bit 0. The zone of a
//! core code (20, 40, 60) is a punch in row 12, 11 or 0; digits 1-9 are their row, 12-17 rows 8
//! and 2-7.
//!
//! ```text
//!  core zzdddd   zone 00 none, 20 row 12, 40 row 11, 60 row 0;  60 = no punch, 00 = row 0
//! ```
//!
//! Source: reference manual A22-6528. Assumed: digit 12 is rows 8-2, and zone 60 with digit 12
//! is rows 0-8-2 (single card codes of the +0 and -0 characters differ between shops).

/// Punches of a core code.
pub fn from_core(core: u8) -> u16 {
    match core & 0o77 {
        0o00 => row(0),
        0o60 => 0,
        code => zone(code >> 4) | digit(code & 0o17),
    }
}

/// Core code of the punches of a column, `None` if they are no character.
pub fn to_core(punches: u16) -> Option<u8> {
    (0..64).find(|&code| from_core(code) == punches)
}

fn row(number: u16) -> u16 {
    1 << (9 - number)
}

fn zone(zone: u8) -> u16 {
    match zone {
        1 => 1 << 11,
        2 => 1 << 10,
        3 => row(0),
        _ => 0,
    }
}

fn digit(digit: u8) -> u16 {
    match digit {
        0 => 0,
        1..=9 => row(u16::from(digit)),
        _ => row(8) | row(u16::from(digit - 8)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_has_its_own_punches() {
        for code in 0..64 {
            assert_eq!(to_core(from_core(code)), Some(code), "code {code:o}");
        }
        assert_eq!(to_core(0o7777), None);
    }

    #[test]
    fn known_punches() {
        assert_eq!(from_core(0o21), 1 << 11 | 1 << 8); // A: 12-1
        assert_eq!(from_core(0o00), 1 << 9); // 0
        assert_eq!(from_core(0o13), 1 << 6 | 1 << 1); // =: 8-3
        assert_eq!(from_core(0o61), 1 << 9 | 1 << 8); // /: 0-1
        assert_eq!(from_core(0o20), 1 << 11); // +: 12
    }
}
