//! The operation table of the IBM 7090: one row per operation, read by everything.
//!
//! The operation part of a 7090 instruction is the sign and positions 1-11. Five shapes exist:
//!
//! ```text
//!  A   prefix S12 | decrement 3-17 | tag 18-20 | address 21-35      index transfers, STR
//!  B   operation S,1-11 | flag 12-13 | tag | address                most operations; flag 11 = indirect
//!  C   operation | count 12-17 (10-17 for convert) | tag | address  variable length, convert
//!  D   operation | mask 18-35                                       immediate sense indicators
//!  E   operation | tag | address part of the operation              PSE (+0760), MSE (-0760)
//! ```
//!
//! Execution, timing, disassembly, assembly and listings read the rows of `operation/table.rs`.
//! Decoding uses a dense array built once from them; building it asserts that no two rows collide.
//!
//! Source: A22-6528, 7090 Data Processing System reference manual; mnemonics as in FAP.
//! Not emulated: 7094 operations, the extended-precision feature of the 709, the printer-tube
//! selects DRS and TRS, time-sharing modifications.
//! Assumed: an address of PSE or MSE that names nothing is a no-operation.
//!
//! To add an operation: a row in `operation/table.rs`, a `Method`, its arm in `execute.rs`, its
//! cycles in `timing.rs` if they vary, and a case in `tests/cases.txt` (a test insists on that).

mod disassembly;
#[rustfmt::skip] // One row a line.
mod table;

use std::collections::BTreeMap;
use std::sync::LazyLock;

pub use disassembly::{disassemble, disassemble_source, operation_source};

/// The sign bit of a 12-bit operation code: `MINUS | 0o500` is the manual's -0500.
pub const MINUS: u16 = 0o4000;

/// Shape of an instruction word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Prefix, decrement, tag, address.
    A,
    /// Operation, indirect flag, tag, address.
    B,
    /// Operation, count, tag, address. The count occupies the low `bits` positions left of the
    /// tag: 6 (positions 12-17) for variable length, 8 (positions 10-17) for convert.
    C { bits: u8 },
    /// Operation and an 18-bit mask in the right half.
    D,
    /// PSE or MSE: the address is part of the operation. With `numbers = (first, last)` other
    /// than (0, 0) the operand n, `first <= n <= last`, is added to `address`.
    E { address: u16, numbers: (u16, u16) },
    /// A select (RDS, WRS, ...) of a kind of unit on a channel: as `E`, over the select operation.
    Select { address: u16, numbers: (u16, u16) },
}

/// What executes the operation; one name per distinct effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
#[rustfmt::skip]
#[allow(missing_docs)]
pub enum Method {
    // Not an operation of this machine.
    Undefined,
    // Load and store.
    Cla, Cal, Cls, Ldq, Sto, Slw, Stq, Stz, Slq, Sta, Std, Stt, Stp, Stl, Sti, Ldi, Xca, Xcl, Enk,
    // Fixed point.
    Add, Adm, Sub, Sbm, Acl, Mpy, Mpr, Vlm, Dvh, Dvp, Vdh, Vdp, Rnd, Chs, Ssp, Ssm, Clm,
    // Logic.
    Ana, Ans, Ora, Ors, Era, Com,
    // Shift.
    Als, Ars, Lls, Lrs, Lgl, Lgr, Rql,
    // Floating point.
    Fad, Fsb, Fam, Fsm, Ufa, Ufs, Uam, Usm, Fmp, Ufm, Fdh, Fdp, Frn,
    // Indexing.
    Lxa, Lxd, Lac, Ldc, Axt, Axc, Pax, Pdx, Pac, Pdc, Pxa, Pxd, Sxa, Sxd,
    Txi, Tix, Tnx, Txh, Txl, Str,
    // Transfer.
    Tra, Ttr, Tze, Tnz, Tpl, Tmi, Tov, Tno, Tqo, Tqp, Tlq, Tsx, Tio, Tif, Xec, Nop, Htr, Hpr,
    Tco, Tcn, Trc, Tef,
    // Skip.
    Cas, Las, Zet, Nzt, Lbt, Pbt, Dct, Iot, Swt, Slf, Sln, Slt, Btt, Ett, Rtt,
    // Sense indicators.
    Pai, Pia, Oai, Osi, Ria, Ris, Iia, Iis, Sil, Ril, Iil, Sir, Rir, Iir,
    Lft, Rft, Lnt, Rnt, Oft, Ont,
    // Convert.
    Cvr, Crq, Caq,
    // Mode and control.
    Etm, Ltm, Eftm, Lftm, Estm, Ectm, Esnt, Lsnm, Enb, Rct,
    // Channels and selects.
    Rch, Lch, Sch, Scd, Ssl, Psl, Rds, Wrs, Bsr, Bsf, Wef, Rew, Run, Sdn, Spu, Spt, Spr, Rdc, Ric,
    // 704 relics: trapped, or answered with input-output check.
    Cpy, Cad, Lda,
    // Groups whose effective address is decoded further.
    Pse, Mse,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// Name in FAP, with the channel letter for the channel families (`TCOA`).
    pub mnemonic: &'static str,
    /// Operation code: bit 11 is S, bits 10-0 are positions 1-11. Type A: prefix in bits 11-9.
    pub code: u16,
    /// Further codes that the machine decodes as this row.
    pub also: &'static [u16],
    /// Shape of the word.
    pub format: Format,
    /// Flag bits 12-13 ask for an indirect cycle.
    pub indirectable: bool,
    /// The tag modifies the address. (Otherwise it names a register to operate on, or nothing.)
    pub indexable: bool,
    /// Least number of cycles; `timing.rs` adds what depends on the operands.
    pub cycles: u8,
    /// What executes it.
    pub execute: Method,
    /// Channel 0-7 (A-H) for the channel families, else 0.
    pub channel: u8,
    /// Chapter of the manual.
    pub reference: &'static str,
}

/// All rows: the plain ones in the manual's order, then the families channel by channel.
pub fn operations() -> &'static [Operation] {
    &TABLE.rows
}

/// The row of a mnemonic or synonym (`RSCA` is `RCHA`), without a trailing `*`.
pub fn find(mnemonic: &str) -> Option<&'static Operation> {
    TABLE.names.get(mnemonic).map(|&row| &TABLE.rows[row])
}

/// Every accepted name with the row it means, in alphabetical order.
pub fn names() -> impl Iterator<Item = (&'static str, &'static Operation)> {
    TABLE
        .names
        .iter()
        .map(|(&name, &row)| (name, &TABLE.rows[row]))
}

/// The row of an instruction word. PSE, MSE and selects are looked up by their address field as
/// it stands (the tag is not known here); addresses that name nothing give the group's own row.
pub fn decode(word: u64) -> Option<&'static Operation> {
    let code = (word >> 24 & 0o7777) as usize;
    let address = (word & 0o77777) as u16;
    let row = TABLE.dense[code];
    if row == NONE {
        return None;
    }
    let group = &TABLE.rows[row as usize];
    Some(
        TABLE
            .within
            .get(&(group.code, address))
            .map_or(group, |&row| &TABLE.rows[row]),
    )
}

/// What the processor needs of a row, one per operation code, 4,096 in all.
#[derive(Clone, Copy)]
pub(crate) struct Decoded {
    pub method: Method,
    pub flags: u8,
    pub cycles: u8,
    pub channel: u8,
}

pub(crate) const INDEXABLE: u8 = 1;
pub(crate) const INDIRECTABLE: u8 = 2;

/// The dense array the processor decodes with.
pub(crate) fn decoding() -> &'static [Decoded; 4096] {
    &TABLE.decoding
}

/// Method and operand number of a PSE or MSE (`group` is its code) at effective address `y`.
pub(crate) fn within(group: Method, y: u16) -> (Method, u8, u16) {
    let index = if group == Method::Mse { 1 } else { 0 };
    TABLE.sense[index]
        .get(y as usize)
        .copied()
        .unwrap_or((Method::Nop, 0, 0))
}

const NONE: u16 = u16::MAX;
/// One past the greatest address a sense operation uses (channel H is 10000).
const SENSE_ADDRESSES: usize = 0o11000;

struct Table {
    rows: Vec<Operation>,
    names: BTreeMap<&'static str, usize>,
    dense: Vec<u16>,
    decoding: Box<[Decoded; 4096]>,
    /// (group code, address) -> row, for E and select rows.
    within: BTreeMap<(u16, u16), usize>,
    /// PSE and MSE by effective address: method, channel, operand number.
    sense: [Vec<(Method, u8, u16)>; 2],
}

static TABLE: LazyLock<Table> = LazyLock::new(build);

fn build() -> Table {
    let rows = table::rows();
    let mut names = BTreeMap::new();
    let mut dense = vec![NONE; 4096];
    let mut within = BTreeMap::new();
    let mut sense = [
        vec![(Method::Nop, 0, 0); SENSE_ADDRESSES],
        vec![(Method::Nop, 0, 0); SENSE_ADDRESSES],
    ];
    for (index, row) in rows.iter().enumerate() {
        assert!(
            names.insert(row.mnemonic, index).is_none(),
            "{} stands twice in the table",
            row.mnemonic
        );
        if let Format::E { address, numbers } | Format::Select { address, numbers } = row.format {
            for number in numbers.0..=numbers.1 {
                let key = (row.code, address + number);
                assert!(
                    within.insert(key, index).is_none(),
                    "{} collides",
                    row.mnemonic
                );
                if let Format::E { .. } = row.format {
                    sense[usize::from(row.code >> 11)][usize::from(address + number)] =
                        (row.execute, row.channel, number);
                }
            }
            continue;
        }
        for code in codes(row) {
            let place = &mut dense[usize::from(code)];
            assert!(
                *place == NONE,
                "{} collides with another row at {code:04o}",
                row.mnemonic
            );
            *place = index as u16;
        }
    }
    for (synonym, mnemonic) in table::synonyms() {
        let row = names[mnemonic];
        assert!(
            names.insert(synonym, row).is_none(),
            "{synonym} stands twice in the table"
        );
    }
    let undefined = Decoded {
        method: Method::Undefined,
        flags: 0,
        cycles: 2,
        channel: 0,
    };
    let mut decoding = Box::new([undefined; 4096]);
    for (code, &row) in dense.iter().enumerate() {
        if row != NONE {
            let row = &rows[row as usize];
            let flags = if row.indexable { INDEXABLE } else { 0 }
                | if row.indirectable { INDIRECTABLE } else { 0 };
            decoding[code] = Decoded {
                method: row.execute,
                flags,
                cycles: row.cycles,
                channel: row.channel,
            };
        }
    }
    Table {
        rows,
        names,
        dense,
        decoding,
        within,
        sense,
    }
}

/// Every operation code a row answers to.
fn codes(row: &Operation) -> Vec<u16> {
    let mut codes = Vec::new();
    for &code in std::iter::once(&row.code).chain(row.also) {
        match row.format {
            Format::A => codes.extend(code..code + 0o1000),
            // Two of the eight count bits lie in the operation part.
            Format::C { bits: 8 } => codes.extend(code..code + 4),
            _ => codes.push(code),
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_and_synonyms_are_found() {
        let row = find("TCOC").unwrap();
        assert_eq!((row.code, row.channel, row.execute), (0o62, 2, Method::Tco));
        let row = find("RCHB").unwrap();
        assert_eq!((row.code, row.channel), (MINUS | 0o540, 1));
        assert_eq!(find("RSCB").unwrap().code, row.code);
        assert_eq!(find("BRA").unwrap().mnemonic, "TXL");
        assert!(matches!(
            find("WTBB").unwrap().format,
            Format::Select {
                address: 0o2220,
                numbers: (1, 10)
            }
        ));
        assert!(find("DFAD").is_none());
    }

    #[test]
    fn words_decode_to_rows() {
        for (word, name) in [
            (0o050000000200, "CLA"),
            (0o477777777777 | 0o300000000000, "TXL"),
            (0o200001100100, "TIX"),
            (0o076000000163, "SWT"),
            (0o476000000141, "SLT"),
            (0o076600002362, "WPBB"),
            (0o076600007777, "WRS"),
            (0o076000007777, "PSE"),
            (0o011706000100, "CVR"),
            (0o400000000000, "HTR"),
        ] {
            assert_eq!(
                decode(word).map(|row| row.mnemonic),
                Some(name),
                "{word:012o}"
            );
        }
        assert!(decode(0o777 << 24).is_none());
    }
}
