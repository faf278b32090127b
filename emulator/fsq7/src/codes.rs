//! The numbers of operates, conditions, units and drum fields.
//!
//! PER, BSN, SEL and SDR name what they act on by the six bits of the auxiliary part. IBM's tables
//! were not found, so **every number here is assigned by us**; a table found later is put here and
//! nowhere else. Numbers that no table has do nothing: an operate is no operation, a condition is
//! never met, a unit or field is none.

use serde::{Deserialize, Serialize};

/// What PER does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operate {
    /// Lights condition light 1-4.
    SetLight(u8),
    /// Puts it out.
    ClearLight(u8),
    /// Sets intercommunication flip-flop 1-4.
    SetIntercommunication(u8),
    /// Clears all four.
    ClearIntercommunication,
    /// Clears the latches and lamps of the alarms.
    ClearAlarms,
    /// Forbids switchover.
    LockStandby,
    /// Allows it again.
    UnlockStandby,
    /// Starts this machine over.
    StartOver,
    /// Rings the console bell.
    Bell,
    /// Starts an area-discriminator cycle.
    AreaDiscriminator,
    /// Releases the light-gun latch.
    ReleaseLightGun,
    /// Asks the duplex switch for a switchover.
    RequestSwitchover,
    /// Rewinds the selected tape.
    Rewind,
    /// Moves it one record back.
    Backspace,
    /// Writes an end of file on it.
    WriteEndOfFile,
    /// Moves the selected reader or punch to its next card.
    FeedCard,
    /// Moves the printer to its next page.
    EjectPage,
    /// Shows the RD field just written and takes the oldest for writing.
    SwapRadarDisplay,
    /// Shows the TD field just written and takes the next for writing.
    SwapTrackDisplay,
    /// Nothing.
    Nothing,
}

impl Operate {
    /// Waits at the interlock while a transfer runs (it moves a unit).
    pub fn waits(self) -> bool {
        use Operate::*;
        matches!(
            self,
            Rewind | Backspace | WriteEndOfFile | FeedCard | EjectPage
        )
    }
}

/// PER 01-xx: number, symbol in the assembler, what it does.
#[rustfmt::skip]
pub const OPERATES: &[(u8, &str, Operate, &str)] = &[
    (0o01, "SETLT1", Operate::SetLight(1), "set condition light 1"),
    (0o02, "SETLT2", Operate::SetLight(2), "set condition light 2"),
    (0o03, "SETLT3", Operate::SetLight(3), "set condition light 3"),
    (0o04, "SETLT4", Operate::SetLight(4), "set condition light 4"),
    (0o05, "CLRLT1", Operate::ClearLight(1), "clear condition light 1"),
    (0o06, "CLRLT2", Operate::ClearLight(2), "clear condition light 2"),
    (0o07, "CLRLT3", Operate::ClearLight(3), "clear condition light 3"),
    (0o10, "CLRLT4", Operate::ClearLight(4), "clear condition light 4"),
    (0o11, "BELL", Operate::Bell, "ring the console bell"),
    (0o12, "CLRALM", Operate::ClearAlarms, "clear alarms"),
    (0o13, "AREA", Operate::AreaDiscriminator, "start an area-discriminator cycle"),
    (0o14, "RELGUN", Operate::ReleaseLightGun, "release the light-gun latch"),
    (0o15, "SETFF1", Operate::SetIntercommunication(1), "set intercommunication flip-flop 1"),
    (0o16, "SETFF2", Operate::SetIntercommunication(2), "set intercommunication flip-flop 2"),
    (0o17, "SETFF3", Operate::SetIntercommunication(3), "set intercommunication flip-flop 3"),
    (0o20, "SETFF4", Operate::SetIntercommunication(4), "set intercommunication flip-flop 4"),
    (0o21, "CLRFF", Operate::ClearIntercommunication, "clear all four intercommunication flip-flops"),
    (0o22, "LOCK", Operate::LockStandby, "lock standby: forbid switchover"),
    (0o23, "UNLOCK", Operate::UnlockStandby, "unlock standby"),
    (0o24, "SWITCH", Operate::RequestSwitchover, "request switchover"),
    (0o25, "STARTO", Operate::StartOver, "start over"),
    (0o30, "REWIND", Operate::Rewind, "rewind the selected tape"),
    (0o31, "BACKSP", Operate::Backspace, "backspace the selected tape"),
    (0o32, "WEOF", Operate::WriteEndOfFile, "write an end of file"),
    (0o33, "FEED", Operate::FeedCard, "feed a card"),
    (0o34, "EJPAGE", Operate::EjectPage, "eject the page"),
    (0o40, "SWAPRD", Operate::SwapRadarDisplay, "swap display RD field"),
    (0o41, "SWAPTD", Operate::SwapTrackDisplay, "swap display TD field"),
    (0o77, "NOOP", Operate::Nothing, "no operation"),
];

/// What PER of a number does.
pub fn operate(number: u8) -> Operate {
    let row = OPERATES.iter().find(|(known, ..)| *known == number);
    row.map_or(Operate::Nothing, |row| row.2)
}

/// The conditions BSN can test, by number; a successful BSN resets those marked `resets`.
#[derive(Clone, Copy, Debug)]
pub struct Condition {
    /// Auxiliary part of BSN.
    pub number: u8,
    /// Symbol in the assembler.
    pub symbol: &'static str,
    /// What it is.
    pub name: &'static str,
    /// A successful BSN resets it.
    pub resets: bool,
}

/// Condition light 1; 2 to 4 follow.
pub const LIGHT_1: u8 = 0o01;
/// The condition light whose test restarts the inactivity timer.
pub const LIGHT_4: u8 = 0o04;
/// Console sense switch 1; 2 to 4 follow.
pub const SWITCH_1: u8 = 0o05;
/// Left overflow flip-flop.
pub const LEFT_OVERFLOW: u8 = 0o11;
/// Right overflow flip-flop.
pub const RIGHT_OVERFLOW: u8 = 0o12;
/// A memory parity alarm was raised.
pub const MEMORY_PARITY: u8 = 0o13;
/// A drum parity alarm was raised.
pub const DRUM_PARITY: u8 = 0o14;
/// A tape parity alarm was raised.
pub const TAPE_PARITY: u8 = 0o15;
/// A transfer runs.
pub const IO_BUSY: u8 = 0o16;
/// The selected unit is not ready.
pub const NOT_READY: u8 = 0o17;
/// The last transfer met the end of its file or card deck.
pub const END_OF_FILE: u8 = 0o20;
/// The other machine of the pair is active.
pub const PARTNER_ACTIVE: u8 = 0o21;
/// The other machine has an alarm.
pub const PARTNER_ALARM: u8 = 0o22;
/// This machine is active.
pub const ACTIVE: u8 = 0o23;
/// The partner's intercommunication flip-flop 1; 2 to 4 follow.
pub const PARTNER_1: u8 = 0o24;
/// A word waits on the manual-input field.
pub const MANUAL_INPUT: u8 = 0o30;
/// A light gun has latched a symbol.
pub const LIGHT_GUN: u8 = 0o31;
/// The clock register has advanced.
pub const CLOCK_TICKED: u8 = 0o32;
/// The output equipment met a word of wrong parity.
pub const OUTPUT_PARITY: u8 = 0o33;
/// A message waits on the crosstell field.
pub const CROSSTELL: u8 = 0o34;
/// Always met.
pub const ALWAYS: u8 = 0o77;

/// BSN 52-xx.
#[rustfmt::skip]
pub const CONDITIONS: &[Condition] = &[
    condition(0o00, "NEVER", "never", false),
    condition(0o01, "LIGHT1", "condition light 1", true),
    condition(0o02, "LIGHT2", "condition light 2", true),
    condition(0o03, "LIGHT3", "condition light 3", true),
    condition(LIGHT_4, "LIGHT4", "condition light 4; lit or not, restarts the inactivity timer", true),
    condition(0o05, "SW1", "console sense switch 1", false),
    condition(0o06, "SW2", "console sense switch 2", false),
    condition(0o07, "SW3", "console sense switch 3", false),
    condition(0o10, "SW4", "console sense switch 4", false),
    condition(LEFT_OVERFLOW, "LOVF", "left overflow", true),
    condition(RIGHT_OVERFLOW, "ROVF", "right overflow", true),
    condition(MEMORY_PARITY, "MEMPAR", "memory parity", true),
    condition(DRUM_PARITY, "DRMPAR", "drum parity", true),
    condition(TAPE_PARITY, "TAPPAR", "tape parity", true),
    condition(IO_BUSY, "IOBUSY", "I/O busy", false),
    condition(NOT_READY, "NOTRDY", "selected unit not ready", false),
    condition(END_OF_FILE, "EOF", "end of file", true),
    condition(PARTNER_ACTIVE, "PRTACT", "partner active", false),
    condition(PARTNER_ALARM, "PRTALM", "partner alarm", false),
    condition(ACTIVE, "ACTIVE", "this machine active", false),
    condition(0o24, "PRTFF1", "partner's intercommunication flip-flop 1", false),
    condition(0o25, "PRTFF2", "partner's intercommunication flip-flop 2", false),
    condition(0o26, "PRTFF3", "partner's intercommunication flip-flop 3", false),
    condition(0o27, "PRTFF4", "partner's intercommunication flip-flop 4", false),
    condition(MANUAL_INPUT, "MIWAIT", "manual-input word waiting", false),
    condition(LIGHT_GUN, "LGUN", "light-gun latch", false),
    condition(CLOCK_TICKED, "TICK", "clock ticked", true),
    condition(OUTPUT_PARITY, "OUTPAR", "output buffer parity alarm", true),
    condition(CROSSTELL, "XTWAIT", "crosstell input waiting", false),
    condition(ALWAYS, "ALWAYS", "always", false),
];

const fn condition(
    number: u8,
    symbol: &'static str,
    name: &'static str,
    resets: bool,
) -> Condition {
    Condition {
        number,
        symbol,
        name,
        resets,
    }
}

/// The conditions that a successful BSN resets: bit n is condition n.
pub const RESETTABLE: u64 = {
    let mut mask = 0;
    let mut row = 0;
    while row < CONDITIONS.len() {
        if CONDITIONS[row].resets {
            mask |= 1 << CONDITIONS[row].number;
        }
        row += 1;
    }
    mask
};

/// No unit.
pub const UNIT_NONE: u8 = 0o00;
/// Card reader.
pub const CARD_READER: u8 = 0o01;
/// Card punch.
pub const CARD_PUNCH: u8 = 0o02;
/// Line printer.
pub const PRINTER: u8 = 0o03;
/// The I/O register at the console.
pub const IO_REGISTER: u8 = 0o04;
/// Manual-input matrix.
pub const INPUT_MATRIX: u8 = 0o10;
/// Tape drive 1; 2 to 6 follow.
pub const TAPE_1: u8 = 0o11;
/// Burst time counters of the output equipment.
pub const BURST_COUNTERS: u8 = 0o20;
/// Warning-light matrix.
pub const WARNING_LIGHTS: u8 = 0o21;

/// SEL 62-xx: number, symbol in the assembler, what it is.
#[rustfmt::skip]
pub const UNITS: &[(u8, &str, &str)] = &[
    (UNIT_NONE, "NOUNIT", "none"),
    (CARD_READER, "READER", "card reader"),
    (CARD_PUNCH, "PUNCH", "card punch"),
    (PRINTER, "PRINT", "line printer"),
    (IO_REGISTER, "IOREG", "I/O register at the console"),
    (INPUT_MATRIX, "MATRIX", "manual-input matrix"),
    (0o11, "TAPE1", "tape drive 1"),
    (0o12, "TAPE2", "tape drive 2"),
    (0o13, "TAPE3", "tape drive 3"),
    (0o14, "TAPE4", "tape drive 4"),
    (0o15, "TAPE5", "tape drive 5"),
    (0o16, "TAPE6", "tape drive 6"),
    (BURST_COUNTERS, "BURST", "burst time counters"),
    (WARNING_LIGHTS, "LAMPS", "warning-light matrix"),
];

/// A drum field as SDR numbers it.
#[derive(Clone, Copy, Debug)]
pub struct FieldCode {
    /// Auxiliary part of SDR.
    pub number: u8,
    /// Name in the assembler (at most six characters).
    pub symbol: &'static str,
    /// What it holds.
    pub name: &'static str,
    /// Registers of one message: other devices write whole messages, and a reading by status
    /// begins at the first register of one.
    pub message: u16,
}

/// Long-range radar input 1.
pub const LRI_1: u8 = 0o60;
/// Long-range radar input 2.
pub const LRI_2: u8 = 0o61;
/// Gap-filler input.
pub const GFI: u8 = 0o62;
/// Output buffer 1.
pub const OB_1: u8 = 0o63;
/// Output buffer 2.
pub const OB_2: u8 = 0o64;
/// Manual input.
pub const MI: u8 = 0o66;
/// Intercommunication, written by this machine.
pub const IC_OWN: u8 = 0o67;
/// Intercommunication, the partner's.
pub const IC_OTHER: u8 = 0o70;
/// Crosstell.
pub const XTL: u8 = 0o71;
/// Digital display.
pub const DD: u8 = 0o73;
/// Radar display, the field now written.
pub const RD: u8 = 0o75;
/// Track display, the field now written.
pub const TD: u8 = 0o76;
/// No field.
pub const FIELD_NONE: u8 = 0o77;

/// SDR 61-xx from 60 on; 00 to 57 are the auxiliary-memory drums A to H, six fields each.
#[rustfmt::skip]
pub const FIELDS: &[FieldCode] = &[
    field(LRI_1, "LRI1", "LOG drum: long-range radar input 1", 2),
    field(LRI_2, "LRI2", "LOG drum: long-range radar input 2", 2),
    field(GFI, "GFI", "LOG drum: gap-filler input", 1),
    field(OB_1, "OB1", "LOG drum: output buffer 1", 1),
    field(OB_2, "OB2", "LOG drum: output buffer 2", 1),
    field(0o65, "LOGSP", "LOG drum: spare", 1),
    field(MI, "MI", "MIXD drum: manual input", 2),
    field(IC_OWN, "ICOWN", "MIXD drum: intercommunication, this machine's", 1),
    field(IC_OTHER, "ICOTH", "MIXD drum: intercommunication, the partner's", 1),
    field(XTL, "XTL", "MIXD drum: crosstell", 3),
    field(0o72, "XTLSP", "MIXD drum: crosstell, spare", 3),
    field(DD, "DD", "MIXD drum: digital display", 1),
    field(0o74, "MIXSP", "MIXD drum: spare auxiliary-memory field", 1),
    field(RD, "RD", "RD drum: radar display, the field now written", 1),
    field(TD, "TD", "TD drum: track display, the field now written", 1),
];

const fn field(number: u8, symbol: &'static str, name: &'static str, message: u16) -> FieldCode {
    FieldCode {
        number,
        symbol,
        name,
        message,
    }
}

/// The drum field or unit selected: a drum field has 100 (octal) added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection(pub u8);

impl Selection {
    /// A unit, selected by SEL.
    pub fn unit(number: u8) -> Selection {
        Selection(number & 0o77)
    }

    /// A drum field, selected by SDR.
    pub fn field(number: u8) -> Selection {
        Selection(0o100 | number & 0o77)
    }

    /// The drum field, if one is selected.
    pub fn as_field(self) -> Option<u8> {
        (self.0 & 0o100 != 0).then_some(self.0 & 0o77)
    }

    /// Neither a unit nor a field: no transfer can run.
    pub fn is_nothing(self) -> bool {
        match self.as_field() {
            Some(field) => field >= 0o60 && !FIELDS.iter().any(|row| row.number == field),
            None => self.0 == UNIT_NONE || !UNITS.iter().any(|unit| unit.0 == self.0),
        }
    }
}

/// The auxiliary-memory drums, six fields each from 00 on.
pub const AUXILIARY_DRUMS: &str = "ABCDEFGH";
/// Fields of a drum.
pub const DRUM_FIELDS: u8 = 6;
/// SDR: the transfer begins at the drum address.
pub const MODE_ADDRESS: u8 = 0;
/// SDR: the transfer takes or fills registers by their status marks.
pub const MODE_STATUS: u8 = 1;

/// Every symbol the assembler knows for a number of these tables.
pub fn symbols() -> Vec<(String, u8)> {
    let mut symbols = vec![("STATUS".to_owned(), MODE_STATUS)];
    symbols.extend(OPERATES.iter().map(|row| (row.1.to_owned(), row.0)));
    symbols.extend(
        CONDITIONS
            .iter()
            .map(|row| (row.symbol.to_owned(), row.number)),
    );
    symbols.extend(UNITS.iter().map(|row| (row.1.to_owned(), row.0)));
    symbols.extend(FIELDS.iter().map(|row| (row.symbol.to_owned(), row.number)));
    for (drum, letter) in (0..).zip(AUXILIARY_DRUMS.chars()) {
        let fields = 0..DRUM_FIELDS;
        symbols
            .extend(fields.map(|field| (format!("AM{letter}{field}"), drum * DRUM_FIELDS + field)));
    }
    symbols
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_stands_twice() {
        assert!(OPERATES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(CONDITIONS.is_sorted_by(|a, b| a.number < b.number));
        assert!(UNITS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(FIELDS.is_sorted_by(|a, b| a.number < b.number));
    }

    #[test]
    fn no_symbol_stands_twice() {
        let mut names: Vec<String> = symbols().into_iter().map(|symbol| symbol.0).collect();
        names.sort();
        assert!(names.iter().all(|name| name.len() <= 6));
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    }

    #[test]
    fn what_is_nothing() {
        assert!(Selection::default().is_nothing() && Selection::field(FIELD_NONE).is_nothing());
        assert!(Selection::unit(0o55).is_nothing() && !Selection::unit(TAPE_1).is_nothing());
        assert!(!Selection::field(0).is_nothing() && !Selection::field(TD).is_nothing());
        assert_eq!(operate(0o55), Operate::Nothing);
    }
}
