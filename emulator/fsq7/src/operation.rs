//! The operation table of the AN/FSQ-7: one row an operation, read by everything.
//!
//! ```text
//!  LS   L1 L2 L3   L4 L5 L6   L7 L8 L9 L10 ... L15        RS R1 ........ R15
//!  a16  index ind.  class      variation, auxiliary part   address a15 ... a0
//! ```
//!
//! A code is written as three octal digits, L4 to L12. Ordinary codes use L4 to L10; an operation
//! with an auxiliary part (a unit, a condition, a bit number, a decrement) uses L4 to L9 and has
//! the part in L10 to L15; the eight compares use L4 to L12. Bits that are neither code nor
//! auxiliary part must be 0.
//!
//! | form | operand in the assembler |
//! |---|---|
//! | `Memory` | address, index register |
//! | `MemoryBit` | address, index register, number of the bit |
//! | `Count`, `Words` | a number |
//! | `Operate`, `Select` | a number: what to do, which unit |
//! | `Sense` | target, number of the condition |
//! | `Branch` | target |
//! | `IndexBranch` | target, index register, decrement |
//! | `Drum` | field, drum address, mode |
//! | `Immediate` | value, index register |
//! | `Index` | index register |
//!
//! Execution, timing, disassembly, assembly and listings read the rows of `operation/table.rs`.
//! Decoding uses a dense array built once from them; building it asserts that no two rows collide.
//!
//! Source: the totals (59 operations in eight classes) are documented; list and codes are recalled
//! or assigned, row by row (column `mark`). Assumed: bits outside the code that are not 0 make an
//! illegal instruction.
//!
//! To add an operation: a row in `operation/table.rs`, a `Method`, its arm in `execute.rs`, and
//! cases worked by hand in `tests/cases` (a test insists).

mod disassembly;
#[rustfmt::skip] // One row a line.
mod table;

use std::collections::BTreeMap;
use std::sync::LazyLock;

pub use disassembly::{disassemble, operation_source};

use crate::evidence::Mark;

/// What the fields of the instruction mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Format {
    Nothing,
    Memory,
    MemoryBit,
    Count,
    Operate,
    Sense,
    Branch,
    IndexBranch,
    Drum,
    Select,
    Words,
    Immediate,
    Index,
}

impl Format {
    /// L10 to L15 are an auxiliary part.
    pub fn has_auxiliary(self) -> bool {
        use Format::*;
        matches!(
            self,
            MemoryBit | Operate | Sense | IndexBranch | Drum | Select
        )
    }

    /// The index indicator modifies the address.
    pub fn is_indexable(self) -> bool {
        matches!(self, Format::Memory | Format::MemoryBit)
    }

    /// The index indicator names the register worked on.
    pub fn names_index_register(self) -> bool {
        use Format::*;
        matches!(self, IndexBranch | Immediate | Index)
    }

    /// LS and the right half are an address of 17 bits.
    pub fn has_address(self) -> bool {
        use Format::*;
        matches!(self, Memory | MemoryBit | Sense | Branch | IndexBranch)
    }
}

/// What executes the operation; one name for each distinct effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[rustfmt::skip]
#[allow(missing_docs)]
pub enum Method {
    // Not an operation of this machine.
    Undefined,
    Hlt, Etr, Per, Csw, Slr, Ldb, Compare, Tob, Ttb,
    Cad, Add, Tad, Adb, Csu, Sub, Tsu, Cam, Dim, Cac,
    Mul, Tmu, Dvd, Tdv,
    Fst, Lst, Rst, Sta, Aor, Ech, Dep,
    Dsl, Dsr, Asl, Asr, Lsr, Rsr, Dcl, Fcl,
    Bpx, Bsn, Bfz, Bfm, Blm, Brm,
    Ldc, Sdr, Sel, Rds, Wrt,
    Xin, Xac, Adx,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// Name in the assembler.
    pub mnemonic: &'static str,
    /// L4 to L12.
    pub code: u16,
    /// What the fields mean.
    pub format: Format,
    /// Time in pulses of 0.5 us, without the places of a shift and without waiting.
    pub pulses: u8,
    /// What executes it.
    pub execute: Method,
    /// Evidence for the code.
    pub mark: Mark,
    /// The name in words.
    pub title: &'static str,
}

impl Operation {
    /// The instruction word with all fields but the code zero.
    pub fn bits(&self) -> u32 {
        u32::from(self.code) << 19
    }

    /// The code as it is written: `100`, and `51-` where an auxiliary part follows.
    pub fn written_code(&self) -> String {
        if self.format.has_auxiliary() {
            format!("{:02o}-", self.code >> 3)
        } else {
            format!("{:03o}", self.code)
        }
    }
}

/// Names of the eight classes.
pub const CLASSES: [&str; 8] = [
    "miscellaneous",
    "add",
    "multiply",
    "store",
    "shift",
    "branch",
    "input and output",
    "reset",
];

/// All rows in order of code.
pub fn operations() -> &'static [Operation] {
    &table::ROWS
}

/// The row of a mnemonic.
pub fn find(mnemonic: &str) -> Option<&'static Operation> {
    TABLE.names.get(mnemonic).copied()
}

/// The row of an instruction word; `None` for an illegal instruction.
pub fn decode(word: u32) -> Option<&'static Operation> {
    match TABLE.dense[place(word)] {
        NONE => None,
        row => Some(&table::ROWS[usize::from(row)]),
    }
}

/// What the processor needs of a row, for each pattern of L4 to L15.
#[derive(Clone, Copy)]
pub(crate) struct Decoded {
    pub method: Method,
    pub pulses: u8,
    pub indexable: bool,
}

/// The dense array the processor decodes with: 4,096 patterns of L4 to L15.
pub(crate) fn decoding() -> &'static [Decoded; 4096] {
    &TABLE.decoding
}

/// L4 to L15 of an instruction.
#[inline(always)]
pub(crate) fn place(word: u32) -> usize {
    (word >> 16 & 0o7777) as usize
}

const NONE: u8 = u8::MAX;

struct Table {
    names: BTreeMap<&'static str, &'static Operation>,
    dense: Vec<u8>,
    decoding: Box<[Decoded; 4096]>,
}

static TABLE: LazyLock<Table> = LazyLock::new(build);

fn build() -> Table {
    let mut names = BTreeMap::new();
    let mut dense = vec![NONE; 4096];
    let undefined = Decoded {
        method: Method::Undefined,
        pulses: 12,
        indexable: false,
    };
    let mut decoding = Box::new([undefined; 4096]);
    for (index, row) in table::ROWS.iter().enumerate() {
        let name = row.mnemonic;
        assert!(names.insert(name, row).is_none(), "{name} stands twice");
        let first = usize::from(row.code) << 3;
        let patterns = if row.format.has_auxiliary() { 64 } else { 1 };
        for pattern in first..first + patterns {
            assert_eq!(dense[pattern], NONE, "{name} collides at {pattern:04o}");
            dense[pattern] = index as u8;
            decoding[pattern] = Decoded {
                method: row.execute,
                pulses: row.pulses,
                indexable: row.format.is_indexable(),
            };
        }
    }
    Table {
        names,
        dense,
        decoding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_have_their_documented_number() {
        let mut counts = [0; 8];
        for row in operations() {
            counts[usize::from(row.code >> 6)] += 1;
        }
        assert_eq!(counts, [16, 10, 4, 7, 8, 6, 5, 3]);
        assert!(operations().is_sorted_by_key(|row| row.code));
    }

    #[test]
    fn words_decode_to_rows() {
        for (left, name) in [
            (0o001000, "CAD"),
            (0o101040, "ADD"),
            (0o111044, ""),
            (0o101001, ""),
            (0o115101, "BPX"),
            (0o000470, "CDF"),
            (0o000471, ""),
            (0o000577, "TOB"),
            (0o007540, "XIN"),
            (0o007550, ""),
            (0o000140, "PER"),
        ] {
            let found = decode(left << 16).map_or("", |row| row.mnemonic);
            assert_eq!(found, name, "{left:06o}");
        }
    }
}
