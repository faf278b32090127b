//! Instruction words back into text.
//!
//! Two dialects: for people at the console numbers are octal, as the lamps are; for the assembler
//! they are decimal, as FAP reads them (masks stay octal there too).

use super::{Format, Method, Operation, decode};

/// A word as the console reader wants it: `CLA* 00200,1`, numbers in octal. A word that is no
/// instruction is `OCT` and its twelve digits.
pub fn disassemble(word: u64) -> String {
    match decode(word) {
        Some(row) => text(row, word, true),
        None => format!("OCT {word:012o}"),
    }
}

/// A word as FAP source that assembles to the same word: numbers decimal (masks octal), operation
/// and operands separated by one blank. Words with bits no source can set come out as `OCT`.
pub fn disassemble_source(word: u64) -> String {
    operation_source(word).unwrap_or_else(|| format!("OCT {word:012o}"))
}

/// As [`disassemble_source`], `None` where it would write `OCT`.
pub fn operation_source(word: u64) -> Option<String> {
    let row = decode(word)?;
    (rebuilt(row, word) == word).then(|| text(row, word, false))
}

/// The word that the text of `word` assembles to.
fn rebuilt(row: &Operation, word: u64) -> u64 {
    let code = u64::from(row.code) << 24;
    match row.format {
        Format::A => code | word & 0o077777777777,
        Format::B => {
            let flag = if indirect(row, word) {
                0o000060000000
            } else {
                0
            };
            code | flag | word & 0o777777
        }
        Format::C { bits } => code | word & (0o777777 | ((1 << bits) - 1) << 18),
        Format::D => code | word & 0o777777,
        Format::E { .. } | Format::Select { .. } => code | word & 0o777777,
    }
}

fn indirect(row: &Operation, word: u64) -> bool {
    row.indirectable && word >> 22 & 3 == 3
}

/// Whether the tag names the register operated on, so that it is always written.
fn works_on_index_register(row: &Operation) -> bool {
    row.reference.ends_with("indexing operations") || row.execute == Method::Tsx
}

fn text(row: &Operation, word: u64, octal: bool) -> String {
    let address = word & 0o77777;
    let tag = word >> 15 & 7;
    let number = |value: u64, digits: usize| {
        if octal {
            format!("{value:0digits$o}")
        } else {
            value.to_string()
        }
    };
    let mut operands: Vec<String> = Vec::new();
    match row.format {
        Format::D => operands.push(format!("{:06o}", word & 0o777777)),
        Format::E {
            address: base,
            numbers,
        }
        | Format::Select {
            address: base,
            numbers,
        } => {
            if numbers != (0, 0) {
                operands.push(number(address - u64::from(base), 1));
            } else if tag != 0 {
                operands.push(number(0, 1));
            }
            if tag != 0 {
                operands.push(tag.to_string());
            }
        }
        Format::B => {
            let names_register = works_on_index_register(row);
            if address != 0 || tag != 0 || row.indexable || names_register {
                operands.push(number(address, 5));
            }
            if tag != 0 || names_register {
                operands.push(tag.to_string());
            }
        }
        Format::A | Format::C { .. } => {
            let third = match row.format {
                Format::C { bits } => word >> 18 & ((1 << bits) - 1),
                _ => word >> 18 & 0o77777,
            };
            operands.push(number(address, 5));
            operands.push(tag.to_string());
            operands.push(number(third, 1));
        }
    }
    let star = if row.format == Format::B && indirect(row, word) {
        "*"
    } else {
        ""
    };
    let joined = operands.join(",");
    let blank = if joined.is_empty() { "" } else { " " };
    format!("{}{star}{blank}{joined}", row.mnemonic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_dialects() {
        for (word, console, source) in [
            (0o050060100200, "CLA* 00200,1", "CLA* 128,1"),
            (0o200001100100, "TIX 00100,1,1", "TIX 64,1,1"),
            (0o076000000163, "SWT 3", "SWT 3"),
            (0o076200001232, "RTBA 12", "RTBA 10"),
            (0o013100000000, "XCA", "XCA"),
            (0o005500000777, "SIR 000777", "SIR 000777"),
            (0o020421000123, "VLM 00123,0,21", "VLM 83,0,17"),
            (0o777777777777, "TXL 77777,7,77777", "TXL 32767,7,32767"),
            (0o010700000000, "OCT 010700000000", "OCT 010700000000"),
            (0o050001000200, "CLA 00200", "OCT 050001000200"),
        ] {
            assert_eq!(disassemble(word), console);
            assert_eq!(disassemble_source(word), source);
        }
    }
}
