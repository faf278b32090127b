//! Instruction words back into text.
//!
//! One text serves people and the assembler: addresses and counts in octal with the prefix digit
//! of the console (`2.00100`) or a B after it (`17B`), both of which the assembler reads.

use super::{Format, Operation, decode};

/// A word as text: `CAD 0.00110,1`. A word that is no instruction is `OCT` and its two halves.
pub fn disassemble(word: u32) -> String {
    operation_source(word)
        .unwrap_or_else(|| format!("OCT {:06o},{:06o}", word >> 16, word & 0o177777))
}

/// As [`disassemble`], `None` where the word is no instruction or has bits that no source can
/// set: the text always assembles to the same word.
pub fn operation_source(word: u32) -> Option<String> {
    let row = decode(word)?;
    let index = word >> 28 & 7;
    let right = word & 0o177777;
    if index > 5 || rebuilt(row, word) != word {
        return None;
    }
    let auxiliary = word >> 16 & 0o77;
    let address = address(word);
    let indexed = |text: String| match index {
        0 => text,
        _ => format!("{text},{index}"),
    };
    let operands = match row.format {
        Format::Nothing => String::new(),
        Format::Memory => indexed(address),
        Format::MemoryBit => format!("{address},{index},{auxiliary:o}B"),
        Format::Count | Format::Words => format!("{right:o}B"),
        Format::Operate | Format::Select => format!("{auxiliary:o}B"),
        Format::Sense => format!("{address},{auxiliary:o}B"),
        Format::Branch => address,
        Format::IndexBranch if index == 0 && auxiliary == 0 => address,
        Format::IndexBranch => format!("{address},{index},{auxiliary:o}B"),
        Format::Drum => {
            let (register, mode) = (right & 0o3777, right >> 11);
            match mode {
                0 => format!("{auxiliary:o}B,{register:o}B"),
                _ => format!("{auxiliary:o}B,{register:o}B,{mode:o}B"),
            }
        }
        Format::Immediate => format!("{right:o}B,{index}"),
        Format::Index => format!("{index}"),
    };
    let blank = if operands.is_empty() { "" } else { " " };
    Some(format!("{}{blank}{operands}", row.mnemonic))
}

/// LS and the right half as an address: `2.00100`.
fn address(word: u32) -> String {
    crate::memory::written(word >> 31 << 16 | word & 0o177777)
}

/// What the text can say of the word: the fields its form uses.
fn rebuilt(row: &Operation, word: u32) -> u32 {
    let mut mask = 0o007777 << 16;
    if row.format.is_indexable() || row.format.names_index_register() {
        mask |= 0o070000 << 16;
    }
    mask |= match row.format {
        Format::Nothing | Format::Index | Format::Operate | Format::Select => 0,
        // Places are counted modulo 64; no source says more.
        Format::Count => 0o77,
        Format::Words | Format::Immediate => 0o177777,
        // RS is not read.
        Format::Drum => 0o077777,
        _ => 0o177777 | 1 << 31,
    };
    word & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_words() {
        for (left, right, text) in [
            (0o001000, 0o000104, "CAD 0.00104"),
            (0o111040, 0o000110, "ADD 2.00110,1"),
            (0o015101, 0o000102, "BPX 0.00102,1,1B"),
            (0o005100, 0o100300, "BPX 1.00300"),
            (0o000240, 0o000017, "SLR 17B"),
            (0o004000, 0o000077, "DSL 77B"),
            (0o004000, 0o000100, "OCT 004000,000100"),
            (0o006160, 0o004005, "SDR 60B,5B,1B"),
            (0o017540, 0o177777, "XIN 177777B,1"),
            (0o000000, 0o000000, "HLT"),
            (0o000000, 0o000001, "OCT 000000,000001"),
            (0o000003, 0o000000, "OCT 000003,000000"),
            (0o061000, 0o000000, "OCT 061000,000000"),
        ] {
            assert_eq!(disassemble(left << 16 | right), text);
        }
    }
}
