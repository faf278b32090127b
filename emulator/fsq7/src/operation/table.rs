//! The 59 rows. A code found in a better source later is corrected here and nowhere else.

use super::Format::*;
use super::Method::*;
use super::{Method, Operation};
use crate::evidence::Mark::{self, *};

/// One cycle of core, in pulses of 0.5 us.
const C1: u8 = 12;
const C2: u8 = 24;
const C3: u8 = 36;
/// Two cycles and the arithmetic pause, about 16.5 us.
const MULTIPLY: u8 = 33;
/// The same for a division, about 51 us.
const DIVIDE: u8 = 102;

pub(super) const ROWS: [Operation; 59] = [
    // Class 0, miscellaneous.
    row("HLT", 0o000, Nothing, C1, Hlt, Recalled, "halt"),
    row("ETR", 0o004, Memory, C2, Etr, Recalled, "extract"),
    row("PER", 0o010, Operate, C1, Per, Recalled, "operate"),
    row("CSW", 0o020, Nothing, C1, Csw, Recalled, "clear and subtract word counter"),
    row("SLR", 0o024, Count, C1, Slr, Recalled, "shift left and round"),
    row("LDB", 0o030, Memory, C2, Ldb, Recalled, "load B registers"),
    row("CMM", 0o040, Memory, C2, Compare, RecalledWeakly, "compare masked"),
    row("CDM", 0o041, Memory, C2, Compare, RecalledWeakly, "compare difference masked"),
    row("CMR", 0o042, Memory, C2, Compare, RecalledWeakly, "compare right half-words"),
    row("CDR", 0o043, Memory, C2, Compare, RecalledWeakly, "compare difference right half-words"),
    row("CML", 0o044, Memory, C2, Compare, RecalledWeakly, "compare left half-words"),
    row("CDL", 0o045, Memory, C2, Compare, RecalledWeakly, "compare difference left half-words"),
    row("CMF", 0o046, Memory, C2, Compare, RecalledWeakly, "compare full words"),
    row("CDF", 0o047, Memory, C2, Compare, RecalledWeakly, "compare difference full words"),
    row("TOB", 0o050, MemoryBit, C2, Tob, Assigned, "test one bit"),
    row("TTB", 0o060, MemoryBit, C2, Ttb, Assigned, "test two bits"),
    // Class 1, add.
    row("CAD", 0o100, Memory, C2, Cad, Recalled, "clear and add"),
    row("ADD", 0o104, Memory, C2, Add, Recalled, "add"),
    row("TAD", 0o110, Memory, C2, Tad, Recalled, "twin and add"),
    row("ADB", 0o114, Nothing, C1, Adb, Recalled, "add B registers"),
    row("CSU", 0o130, Memory, C2, Csu, Recalled, "clear and subtract"),
    row("SUB", 0o134, Memory, C2, Sub, Recalled, "subtract"),
    row("TSU", 0o140, Memory, C2, Tsu, Recalled, "twin and subtract"),
    row("CAM", 0o160, Memory, C2, Cam, Recalled, "clear and add magnitudes"),
    row("DIM", 0o164, Memory, C2, Dim, Recalled, "difference magnitudes"),
    row("CAC", 0o170, Nothing, C1, Cac, Recalled, "clear and add clock"),
    // Class 2, multiply.
    row("MUL", 0o250, Memory, MULTIPLY, Mul, Recalled, "multiply"),
    row("TMU", 0o254, Memory, MULTIPLY, Tmu, Recalled, "twin and multiply"),
    row("DVD", 0o260, Memory, DIVIDE, Dvd, Recalled, "divide"),
    row("TDV", 0o264, Memory, DIVIDE, Tdv, Recalled, "twin and divide"),
    // Class 3, store.
    row("FST", 0o324, Memory, C2, Fst, Recalled, "full store"),
    row("LST", 0o330, Memory, C3, Lst, Recalled, "left store"),
    row("RST", 0o334, Memory, C3, Rst, Recalled, "right store"),
    row("STA", 0o340, Memory, C3, Sta, Recalled, "store address"),
    row("AOR", 0o344, Memory, C3, Aor, Recalled, "add one right"),
    row("ECH", 0o350, Memory, C3, Ech, Recalled, "exchange"),
    row("DEP", 0o360, Memory, C3, Dep, Recalled, "deposit"),
    // Class 4, shift.
    row("DSL", 0o400, Count, C1, Dsl, Recalled, "dual shift left"),
    row("DSR", 0o404, Count, C1, Dsr, Recalled, "dual shift right"),
    row("ASL", 0o420, Count, C1, Asl, Recalled, "accumulators shift left"),
    row("ASR", 0o424, Count, C1, Asr, Recalled, "accumulators shift right"),
    row("LSR", 0o440, Count, C1, Lsr, Recalled, "left element shift right"),
    row("RSR", 0o444, Count, C1, Rsr, Recalled, "right element shift right"),
    row("DCL", 0o460, Count, C1, Dcl, Recalled, "dual cycle left"),
    row("FCL", 0o470, Count, C1, Fcl, Recalled, "full cycle left"),
    // Class 5, branch.
    row("BPX", 0o510, IndexBranch, C1, Bpx, Recalled, "branch on positive index"),
    row("BSN", 0o520, Sense, C1, Bsn, Recalled, "branch on sense"),
    row("BFZ", 0o540, Branch, C1, Bfz, Recalled, "branch on full zero"),
    row("BFM", 0o544, Branch, C1, Bfm, Recalled, "branch on full minus"),
    row("BLM", 0o550, Branch, C1, Blm, Recalled, "branch on left minus"),
    row("BRM", 0o554, Branch, C1, Brm, Recalled, "branch on right minus"),
    // Class 6, input and output.
    row("LDC", 0o600, Memory, C1, Ldc, Recalled, "load I/O address counter"),
    row("SDR", 0o610, Drum, C1, Sdr, Recalled, "select drum"),
    row("SEL", 0o620, Select, C1, Sel, Recalled, "select"),
    row("RDS", 0o670, Words, C1, Rds, Recalled, "read"),
    row("WRT", 0o674, Words, C1, Wrt, Recalled, "write"),
    // Class 7, reset.
    row("XIN", 0o754, Immediate, C1, Xin, Recalled, "reset index register"),
    row("XAC", 0o764, Index, C1, Xac, Recalled, "reset index register from right accumulator"),
    row("ADX", 0o770, Immediate, C1, Adx, Recalled, "add index register"),
];

const fn row(
    mnemonic: &'static str,
    code: u16,
    format: super::Format,
    pulses: u8,
    execute: Method,
    mark: Mark,
    title: &'static str,
) -> Operation {
    Operation {
        mnemonic,
        code,
        format,
        pulses,
        execute,
        mark,
        title,
    }
}
