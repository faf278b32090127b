//! Six-bit characters of the 709/7090: core code, and the code of tape and line.
//!
//! A word holds six characters, the first in S,1-5. The high two bits are the *zone* (B and A on
//! tape), the low four the *digit* (8, 4, 2, 1).
//!
//! ```text
//!       x0 x1 x2 x3 x4 x5 x6 x7
//!  0x    0  1  2  3  4  5  6  7
//!  1x    8  9  _  =  '  :  >  "
//!  2x    +  A  B  C  D  E  F  G
//!  3x    H  I  ?  .  )  [  <  @
//!  4x    -  J  K  L  M  N  O  P
//!  5x    Q  R  !  $  *  ]  ;  ^
//!  6x blank /  S  T  U  V  W  X
//!  7x    Y  Z  #  ,  (  %  \  &
//! ```
//!
//! On tape and on the line digit zero is 12 (an all-zero character would leave no mark on the
//! tape) and the zones of letters are the other way about: core 20 is tape 60, core 60 is tape 20.
//!
//! Source: reference manual A22-6528 (H, or FORTRAN, glyphs). Assumed: codes without a glyph in
//! that set (12, 15-17, 32, 35-37, 52, 55-57, 72, 75-77) have ASCII glyphs assigned by us, so
//! that the 64 codes print as 64 different characters; core 12 is tape 00.

/// The glyph of each core code.
const GLYPHS: &[u8; 64] = b"0123456789_=':>\"+ABCDEFGHI?.)[<@-JKLMNOPQR!$*];^ /STUVWXYZ#,(%\\&";

/// Core code of blank.
pub const BLANK: u8 = 0o60;

/// Glyph of a core code; only its low six bits count.
pub fn to_char(core: u8) -> char {
    GLYPHS[usize::from(core & 0o77)] as char
}

/// Core code of a character; small letters count as capitals. `None` for any other character.
pub fn from_char(character: char) -> Option<u8> {
    let upper = u8::try_from(character).ok()?.to_ascii_uppercase();
    GLYPHS
        .iter()
        .position(|&glyph| glyph == upper)
        .map(|code| code as u8)
}

/// Tape and line code (BA8421) of a core code.
pub fn core_to_line(core: u8) -> u8 {
    match core & 0o77 {
        0o00 => 0o12,
        0o12 => 0o00,
        code if code & 0o20 != 0 => code ^ 0o40,
        code => code,
    }
}

/// Core code of a tape or line code: the same exchange once more.
pub fn line_to_core(line: u8) -> u8 {
    core_to_line(line)
}

/// Six core codes of a word, leftmost first.
pub fn characters(word: u64) -> [u8; 6] {
    std::array::from_fn(|n| (word >> (30 - 6 * n) & 0o77) as u8)
}

/// Word of six core codes, leftmost first.
pub fn from_characters(characters: [u8; 6]) -> u64 {
    characters
        .iter()
        .fold(0, |word, &code| word << 6 | u64::from(code & 0o77))
}

/// Text in words of six characters, the last filled with blanks. A character without a code
/// becomes a blank; ask [`from_char`] first where that matters.
pub fn pack(text: &str) -> Vec<u64> {
    let codes: Vec<u8> = text
        .chars()
        .map(|character| from_char(character).unwrap_or(BLANK))
        .collect();
    let word = |six: &[u8]| {
        from_characters(std::array::from_fn(|n| {
            six.get(n).copied().unwrap_or(BLANK)
        }))
    };
    codes.chunks(6).map(word).collect()
}

/// Text of some words, six characters each, blanks kept.
pub fn unpack(words: &[u64]) -> String {
    words
        .iter()
        .flat_map(|&word| characters(word))
        .map(to_char)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_four_codes_have_sixty_four_glyphs() {
        for code in 0..64 {
            assert_eq!(from_char(to_char(code)), Some(code), "code {code:o}");
            assert_eq!(line_to_core(core_to_line(code)), code);
        }
        assert_eq!(from_char('a'), Some(0o21));
        assert_eq!(from_char('é'), None);
        assert_eq!(from_char('~'), None);
    }

    #[test]
    fn known_codes() {
        for (character, core, line) in [
            ('0', 0o00, 0o12),
            ('9', 0o11, 0o11),
            ('A', 0o21, 0o61),
            ('J', 0o41, 0o41),
            ('S', 0o62, 0o22),
            (' ', 0o60, 0o20),
            (',', 0o73, 0o33),
        ] {
            assert_eq!(from_char(character), Some(core));
            assert_eq!(core_to_line(core), line);
        }
    }

    #[test]
    fn text_goes_six_to_a_word() {
        let words = pack("HELLO, 7");
        assert_eq!(words, [0o302543434673, 0o600760606060]);
        assert_eq!(unpack(&words), "HELLO, 7    ");
        assert_eq!(pack(""), []);
    }
}
