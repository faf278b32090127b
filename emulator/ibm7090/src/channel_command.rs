//! Commands of the 7909 data channel: one table for assembling, executing and printing them.
//!
//! A 7909 is a small computer of its own. It fetches commands from the core of its machine, sends
//! orders to a control unit such as the 7631 file control, copies words between core and the unit,
//! branches on conditions, counts, and interrupts itself; the processor only starts it (RSC),
//! sends it on (STC) or resets it (RIC). A command is one word:
//!
//! ```text
//!  S 1 2 | 3 ............ 17 | 18 | 19 | 20 | 21 ........ 35
//!  code    code or decrement    I   code  -      address
//! ```
//!
//! S,1,2,3 and 19 are the operation (bit 3 belongs to the count where a command has one); bit 18
//! is the indirect flag, written as `*` after the mnemonic. The field layouts:
//!
//! | layout | written | bits |
//! |---|---|---|
//! | `Nothing` | `LIP`, `SNS` | none |
//! | `Address` | `TCH Y` | 21-35 address |
//! | `AddressCount` | `CPYP Y,,N` | 21-35 address, 3-17 count of words |
//! | `Condition` | `TCM Y,C,MASK` | 21-35 address, 3-5 character selector C, 12-17 mask (octal) |
//! | `Count` | `LCC N` | 30-35 count, 0 to 63 |
//! | `SystemMask` | `SMS MASK` | 29-35 mask (octal) |
//! | `Character` | `ICC C` | 3-5 character of the assembly register, 0 to 7 |
//!
//! Source: the project's reference on the 7090, section 15.
//!
//! *Assumed*: LIP is told from LCC by bit 3 being off. *Assigned by us*: the field order of TCM and
//! octal masks in TCM and SMS; the mnemonic TCMB for a TCM in mode B (bit 11: all mask bits on,
//! instead of equal to the mask). The three control commands have an N variant (bit 4: no orders
//! are sent, only the preparation is made).

use std::fmt::Write as _;
use std::sync::LazyLock;

const BIT_3: u64 = 1 << 32;
const BIT_4: u64 = 1 << 31;
const BIT_11: u64 = 1 << 24;
const BIT_18: u64 = 1 << 17;
const BIT_19: u64 = 1 << 16;

/// What a command does, for the channel's `match`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Command {
    /// Wait: the channel is idle until STC.
    Wtr,
    /// Transmit: copy words that follow in the command list to an address.
    Xmt,
    /// Transfer in channel.
    Tch,
    /// Leave interrupt program and transfer.
    Lipt,
    /// Control: send orders.
    Ctl,
    /// Control and read: send orders, prepare to read.
    Ctlr,
    /// Control and write: send orders, prepare to write.
    Ctlw,
    /// Sense: prepare to read status.
    Sns,
    /// Load assembly register.
    Lar,
    /// Store assembly register.
    Sar,
    /// Trap and wait.
    Twt,
    /// Copy and proceed.
    Cpyp,
    /// Copy and disconnect.
    Cpyd,
    /// Transfer on condition met: the tested character equals the mask.
    Tcm,
    /// Transfer on condition met, mode B: all mask bits are on.
    Tcmb,
    /// Leave interrupt program.
    Lip,
    /// Transfer and decrement counter.
    Tdc,
    /// Load control counter.
    Lcc,
    /// Set mode and select.
    Sms,
    /// Insert control counter.
    Icc,
}

/// Which fields a command has and how its variable field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// No field at all.
    Nothing,
    /// A core address.
    Address,
    /// A core address and a count of words (15 bits).
    AddressCount,
    /// A core address, a character selector (3 bits) and a mask (6 bits).
    Condition,
    /// A count of 6 bits in the address part.
    Count,
    /// A mask of 7 bits in the address part.
    SystemMask,
    /// A character selector of 3 bits in the decrement.
    Character,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelCommand {
    /// The name as written in a program.
    pub mnemonic: &'static str,
    /// What it does.
    pub command: Command,
    /// Bits S,1,2.
    pub prefix: u8,
    /// Bit 3, when it is part of the operation.
    pub bit_3: Option<bool>,
    /// Bit 4, when it is part of the operation: on in the N variants, which send no orders.
    pub bit_4: Option<bool>,
    /// Bit 11, when it is part of the operation: mode B of TCM.
    pub bit_11: Option<bool>,
    /// Bit 19.
    pub bit_19: bool,
    /// Whether `*` (bit 18) is allowed.
    pub indirectable: bool,
    /// Its fields.
    pub layout: Layout,
}

const fn row(
    mnemonic: &'static str,
    command: Command,
    (prefix, bit_3, bit_19): (u8, Option<bool>, bool),
    layout: Layout,
) -> ChannelCommand {
    ChannelCommand {
        mnemonic,
        command,
        prefix,
        bit_3,
        bit_4: None,
        bit_11: None,
        bit_19,
        indirectable: matches!(
            layout,
            Layout::Address | Layout::AddressCount | Layout::Condition
        ),
        layout,
    }
}

const fn with_bit_4(mut row: ChannelCommand, on: bool) -> ChannelCommand {
    row.bit_4 = Some(on);
    row
}

const fn with_bit_11(mut row: ChannelCommand, on: bool) -> ChannelCommand {
    row.bit_11 = Some(on);
    row
}

const OFF: Option<bool> = Some(false);
const ON: Option<bool> = Some(true);

/// The table (reference section 15).
static COMMANDS: [ChannelCommand; 23] = {
    use Command::*;
    use Layout::*;
    [
        row("WTR", Wtr, (0, None, false), Address),
        row("XMT", Xmt, (0, None, true), AddressCount),
        row("TCH", Tch, (1, None, false), Address),
        row("LIPT", Lipt, (1, None, true), Address),
        with_bit_4(row("CTL", Ctl, (2, OFF, false), Address), false),
        with_bit_4(row("CTLN", Ctl, (2, OFF, false), Address), true),
        with_bit_4(row("CTLR", Ctlr, (2, OFF, true), Address), false),
        with_bit_4(row("CTLRN", Ctlr, (2, OFF, true), Address), true),
        with_bit_4(row("CTLW", Ctlw, (2, ON, false), Address), false),
        with_bit_4(row("CTLWN", Ctlw, (2, ON, false), Address), true),
        row("SNS", Sns, (2, ON, true), Nothing),
        row("LAR", Lar, (3, OFF, false), Address),
        row("SAR", Sar, (3, OFF, true), Address),
        row("TWT", Twt, (3, ON, false), Address),
        row("CPYP", Cpyp, (4, None, false), AddressCount),
        row("CPYD", Cpyd, (5, None, false), AddressCount),
        with_bit_11(row("TCM", Tcm, (5, None, true), Condition), false),
        with_bit_11(row("TCMB", Tcmb, (5, None, true), Condition), true),
        row("LIP", Lip, (6, OFF, true), Nothing),
        row("TDC", Tdc, (6, ON, false), Address),
        row("LCC", Lcc, (6, ON, true), Count),
        row("SMS", Sms, (7, OFF, false), SystemMask),
        row("ICC", Icc, (7, None, true), Character),
    ]
};

/// The decoder: index S,1,2 then 3, 4, 11, 19, as seven bits.
static DECODER: LazyLock<[Option<u8>; 128]> = LazyLock::new(|| {
    let mut decoder = [None; 128];
    for (number, row) in COMMANDS.iter().enumerate() {
        for (index, place) in decoder.iter_mut().enumerate() {
            let agrees = |wanted: Option<bool>, bit: usize| match wanted {
                Some(on) => on == (index >> bit & 1 == 1),
                None => true,
            };
            let prefix = index >> 4;
            if prefix == usize::from(row.prefix)
                && agrees(row.bit_3, 3)
                && agrees(row.bit_4, 2)
                && agrees(row.bit_11, 1)
                && agrees(Some(row.bit_19), 0)
            {
                assert!(
                    place.is_none(),
                    "channel command {} collides with another row",
                    row.mnemonic
                );
                *place = u8::try_from(number).ok();
            }
        }
    }
    decoder
});

/// All rows, in the order of the reference.
pub fn channel_commands() -> &'static [ChannelCommand] {
    &COMMANDS
}

/// The row of a mnemonic.
pub fn find(mnemonic: &str) -> Option<&'static ChannelCommand> {
    COMMANDS.iter().find(|row| row.mnemonic == mnemonic)
}

/// The row a word of 36 bits decodes to; `None` for the few unassigned patterns.
pub fn decode(word: u64) -> Option<&'static ChannelCommand> {
    let bit = |mask: u64| usize::from(word & mask != 0);
    let prefix = (word >> 33 & 7) as usize;
    let index = prefix << 4 | bit(BIT_3) << 3 | bit(BIT_4) << 2 | bit(BIT_11) << 1 | bit(BIT_19);
    DECODER[index].map(|number| &COMMANDS[usize::from(number)])
}

impl ChannelCommand {
    /// The word of this command with every field zero.
    pub fn bits(&self) -> u64 {
        let optional = |wanted: Option<bool>, mask| if wanted == Some(true) { mask } else { 0 };
        u64::from(self.prefix) << 33
            | optional(self.bit_3, BIT_3)
            | optional(self.bit_4, BIT_4)
            | optional(self.bit_11, BIT_11)
            | optional(Some(self.bit_19), BIT_19)
    }

    /// Whether orders are sent to the adapter (false in the N variants).
    pub fn sends_orders(&self) -> bool {
        self.bit_4 != Some(true)
    }
}

/// Bit 18: the address names a word whose address part is meant.
pub fn is_indirect(word: u64) -> bool {
    word & BIT_18 != 0
}

/// Bit 18 alone, to be set in a word.
pub const INDIRECT: u64 = BIT_18;

/// Address part, bits 21-35.
pub fn address(word: u64) -> u16 {
    (word & 0o77777) as u16
}

/// Count of words, bits 3-17, of CPYP, CPYD and XMT.
pub fn count(word: u64) -> u16 {
    (word >> 18 & 0o77777) as u16
}

/// Character selector, bits 3-5, of TCM and ICC.
pub fn character(word: u64) -> u8 {
    (word >> 30 & 7) as u8
}

/// Mask, bits 12-17, of TCM.
pub fn condition_mask(word: u64) -> u8 {
    (word >> 18 & 0o77) as u8
}

/// The word as a programmer would write it; unassigned patterns as an octal constant.
pub fn disassemble(word: u64) -> String {
    let Some(row) = decode(word) else {
        return format!("OCT    {word:012o}");
    };
    let star = if row.indirectable && is_indirect(word) {
        "*"
    } else {
        ""
    };
    let mut text = format!("{:<7}", format!("{}{star}", row.mnemonic));
    let address = address(word);
    match row.layout {
        Layout::Nothing => {}
        Layout::Address => {
            let _ = write!(text, "{address}");
        }
        Layout::AddressCount => {
            let _ = write!(text, "{address},,{}", count(word));
        }
        Layout::Condition => {
            let (character, mask) = (character(word), condition_mask(word));
            let _ = write!(text, "{address},{character},{mask:o}");
        }
        Layout::Count => {
            let _ = write!(text, "{}", address & 0o77);
        }
        Layout::SystemMask => {
            let _ = write!(text, "{:o}", address & 0o177);
        }
        Layout::Character => {
            let _ = write!(text, "{}", character(word));
        }
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_decodes_to_itself() {
        for row in channel_commands() {
            let found = decode(row.bits()).map(|row| row.mnemonic);
            assert_eq!(found, Some(row.mnemonic));
        }
    }

    #[test]
    fn words_of_the_reference() {
        let bits = |mnemonic| find(mnemonic).unwrap().bits();
        assert_eq!(bits("XMT"), 0o000000200000);
        assert_eq!(bits("TCH"), 0o100000000000);
        assert_eq!(bits("CTLR"), 0o200000200000);
        assert_eq!(bits("CTLW"), 0o240000000000);
        assert_eq!(bits("CTLWN"), 0o260000000000);
        assert_eq!(bits("SNS"), 0o240000200000);
        assert_eq!(bits("TWT"), 0o340000000000);
        assert_eq!(bits("TCM"), 0o500000200000);
        assert_eq!(bits("TCMB"), 0o500100200000);
        assert_eq!(bits("LCC"), 0o640000200000);
        assert_eq!(bits("ICC"), 0o700000200000);
    }

    #[test]
    fn fields_do_not_disturb_the_operation() {
        let word = find("TCM").unwrap().bits() | 7 << 30 | 0o77 << 18 | 0o77777;
        assert_eq!(decode(word).unwrap().mnemonic, "TCM");
        assert_eq!(disassemble(word), "TCM    32767,7,77");
        let word = find("CPYD").unwrap().bits() | 0o77777 << 18 | INDIRECT;
        assert_eq!(disassemble(word), "CPYD*  0,,32767");
        assert_eq!(disassemble(0o600000000000), "OCT    600000000000");
    }
}
