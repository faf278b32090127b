//! Pseudo-operations: what the assembler does at assembly time instead of the machine later.
//!
//! | group | names |
//! |---|---|
//! | place | ORG, LOC, BSS, BES, EVEN, LORG (LITORG), END, TCD |
//! | names | EQU (SYN), BOOL, SET, NULL |
//! | words | DEC, OCT, BCI, BCD, VFD, PZE to MTH and their other names |
//! | repetition | DUP, MACRO with END or ENDM, IRP, RMT, ETC |
//! | condition | IFT, IFF, GOTO |
//! | operations | OPD, OPSYN, OPVFD |
//! | linkage | CALL |
//! | listing | TTL, TITLE, EJECT, SPACE, LIST, UNLIST, REM and others without effect here |
//!
//! Source: the project's reference on the 7090, section 20.3. *Not emulated*: linkage between
//! separately assembled decks (EXTERN, SAVE, RETURN, COMMON, USE), HEAD and QUAL, double
//! precision constants, MAX and MIN tests. Assembly is absolute: ABS, FUL, REL and ENTRY are
//! accepted and change nothing.

/// What a pseudo-operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pseudo {
    Org,
    Loc,
    Equ,
    Bool,
    Set,
    Bss,
    Bes,
    Even,
    Null,
    Dec,
    Oct,
    Bci,
    Bcd,
    Vfd,
    Literals,
    End,
    TransferCard,
    Dup,
    Macro,
    EndOfMacro,
    Repeat,
    Remote,
    IfTrue,
    IfFalse,
    Goto,
    Continued,
    Define,
    DefineByFields,
    Synonym,
    Call,
    List,
    Unlist,
    Eject,
    /// Listing and output control without effect here.
    Ignored,
    /// Known, but not done by this assembler: the name gets its own message.
    Absent,
}

/// Every name.
pub(super) const PSEUDOS: &[(&str, Pseudo)] = &[
    ("ORG", Pseudo::Org),
    ("LOC", Pseudo::Loc),
    ("EQU", Pseudo::Equ),
    ("SYN", Pseudo::Equ),
    ("BOOL", Pseudo::Bool),
    ("SET", Pseudo::Set),
    ("BSS", Pseudo::Bss),
    ("BES", Pseudo::Bes),
    ("EVEN", Pseudo::Even),
    ("NULL", Pseudo::Null),
    ("DEC", Pseudo::Dec),
    ("OCT", Pseudo::Oct),
    ("BCI", Pseudo::Bci),
    ("BCD", Pseudo::Bcd),
    ("VFD", Pseudo::Vfd),
    ("LORG", Pseudo::Literals),
    ("LITORG", Pseudo::Literals),
    ("END", Pseudo::End),
    ("TCD", Pseudo::TransferCard),
    ("DUP", Pseudo::Dup),
    ("MACRO", Pseudo::Macro),
    ("ENDM", Pseudo::EndOfMacro),
    ("IRP", Pseudo::Repeat),
    ("RMT", Pseudo::Remote),
    ("IFT", Pseudo::IfTrue),
    ("IFF", Pseudo::IfFalse),
    ("GOTO", Pseudo::Goto),
    ("ETC", Pseudo::Continued),
    ("OPD", Pseudo::Define),
    ("OPVFD", Pseudo::DefineByFields),
    ("OPSYN", Pseudo::Synonym),
    ("CALL", Pseudo::Call),
    ("LIST", Pseudo::List),
    ("UNLIST", Pseudo::Unlist),
    ("EJECT", Pseudo::Eject),
    ("ABS", Pseudo::Ignored),
    ("FUL", Pseudo::Ignored),
    ("REL", Pseudo::Ignored),
    ("COUNT", Pseudo::Ignored),
    ("LBL", Pseudo::Ignored),
    ("TTL", Pseudo::Ignored),
    ("TITLE", Pseudo::Ignored),
    ("SPACE", Pseudo::Ignored),
    ("PCC", Pseudo::Ignored),
    ("PMC", Pseudo::Ignored),
    ("DETAIL", Pseudo::Ignored),
    ("INDEX", Pseudo::Ignored),
    ("REF", Pseudo::Ignored),
    ("REM", Pseudo::Ignored),
    ("ENTRY", Pseudo::Ignored),
    ("EXTERN", Pseudo::Absent),
    ("SAVE", Pseudo::Absent),
    ("RETURN", Pseudo::Absent),
    ("COMMON", Pseudo::Absent),
    ("USE", Pseudo::Absent),
    ("BEGIN", Pseudo::Absent),
    ("HEAD", Pseudo::Absent),
    ("QUAL", Pseudo::Absent),
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
