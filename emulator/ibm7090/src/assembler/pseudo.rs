//! Pseudo-operations of the 7090's assembler that make words; the others are in `assembly`.
//!
//! | group | names |
//! |---|---|
//! | words | DEC, OCT, BCI, BCD, VFD, PZE to MTH and their other names, IOCD to IOST, EVEN |
//! | operations | OPD, OPVFD |
//! | linkage | CALL |
//!
//! Source: the project's reference on the 7090, section 20.3.

/// What a pseudo-operation makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Data {
    Even,
    Dec,
    Oct,
    Bci,
    Bcd,
    Vfd,
    Define,
    DefineByFields,
    Call,
}

/// Every name.
pub(super) const DATA: &[(&str, Data)] = &[
    ("EVEN", Data::Even),
    ("DEC", Data::Dec),
    ("OCT", Data::Oct),
    ("BCI", Data::Bci),
    ("BCD", Data::Bcd),
    ("VFD", Data::Vfd),
    ("OPD", Data::Define),
    ("OPVFD", Data::DefineByFields),
    ("CALL", Data::Call),
];

/// Words made of a prefix, address, tag and decrement: name and prefix (S,1,2).
pub(super) const PREFIXES: &[(&str, u8)] = &[
    ("PZE", 0),
    ("ZERO", 0),
    ("PON", 1),
    ("ONE", 1),
    ("PTW", 2),
    ("TWO", 2),
    ("PTH", 3),
    ("THREE", 3),
    ("MZE", 4),
    ("FOR", 4),
    ("FOUR", 4),
    ("MON", 5),
    ("FVE", 5),
    ("FIVE", 5),
    ("MTW", 6),
    ("SIX", 6),
    ("MTH", 7),
    ("SVN", 7),
    ("SEVEN", 7),
];

/// The 7607 channel commands: name and prefix; with N after it bit 19, no transmission.
pub(super) const DATA_COMMANDS: &[(&str, u8)] = &[
    ("IOCD", 0),
    ("IORP", 2),
    ("IORT", 3),
    ("IOCP", 4),
    ("IOCT", 5),
    ("IOSP", 6),
    ("IOST", 7),
];
