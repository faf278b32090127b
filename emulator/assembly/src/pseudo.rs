//! Pseudo-operations: what the assembler does at assembly time instead of the machine later.
//!
//! | group | names |
//! |---|---|
//! | place | ORG, LOC, BSS, BES, LORG (LITORG), END, TCD |
//! | names | EQU (SYN), BOOL, SET, NULL |
//! | repetition | DUP, MACRO with END or ENDM, IRP, RMT, ETC |
//! | condition | IFT, IFF, GOTO |
//! | operations | OPSYN |
//! | listing | TTL, TITLE, EJECT, SPACE, LIST, UNLIST, REM and others without effect here |
//!
//! What makes words (DEC, OCT, VFD ...) depends on the word and belongs to the dialects.
//!
//! Source: the project's reference on the 7090, section 20.3. *Not emulated*: linkage between
//! separately assembled decks (EXTERN, SAVE, RETURN, COMMON, USE), HEAD and QUAL, double
//! precision constants, MAX and MIN tests. Assembly is absolute: ABS, FUL, REL and ENTRY are
//! accepted and change nothing.

/// What a pseudo-operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pseudo {
    Org,
    Loc,
    Equ,
    Bool,
    Set,
    Bss,
    Bes,
    Null,
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
    Synonym,
    List,
    Unlist,
    Eject,
    /// Listing and output control without effect here.
    Ignored,
    /// Known, but not done by this assembler: the name gets its own message.
    Absent,
}

/// Every name.
pub(crate) const PSEUDOS: &[(&str, Pseudo)] = &[
    ("ORG", Pseudo::Org),
    ("LOC", Pseudo::Loc),
    ("EQU", Pseudo::Equ),
    ("SYN", Pseudo::Equ),
    ("BOOL", Pseudo::Bool),
    ("SET", Pseudo::Set),
    ("BSS", Pseudo::Bss),
    ("BES", Pseudo::Bes),
    ("NULL", Pseudo::Null),
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
    ("OPSYN", Pseudo::Synonym),
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
