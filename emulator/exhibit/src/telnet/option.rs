//! Telnet options: who does what, agreed on without ever going round in circles.
//!
//! Each side may ask the other to do something (DO), or offer to do it (WILL); the other agrees or
//! refuses. Two programs that answer every word with a word can argue for ever; so an answer is
//! given only when something changes, and a change of mind while an answer is awaited is kept until
//! it has come.
//!
//! Source: RFC 854, 855; the states and what follows from them are RFC 1143, the "Q method", with
//! its queue of one. Of the two sides of an option one is ours (WILL, WONT go out, DO, DONT come
//! in), the other the peer's (DO, DONT go out, WILL, WONT come in); the rules are the same.
//!
//! | code | option | our side | the peer's side | source |
//! |---|---|---|---|---|
//! | 0 | BINARY | if asked | if offered | RFC 856 |
//! | 1 | ECHO | offered | never | RFC 857 |
//! | 3 | SUPPRESS GO AHEAD | offered | if offered | RFC 858 |
//! | 24 | TERMINAL TYPE | never | asked for | RFC 1091 |
//! | 31 | WINDOW SIZE (NAWS) | never | asked for | RFC 1073 |
//!
//! Anything else is refused.

/// An option of the table, by its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Opt {
    Binary = 0,
    Echo = 1,
    SuppressGoAhead = 3,
    TerminalType = 24,
    WindowSize = 31,
}

impl Opt {
    /// All of the table, in its order.
    pub const ALL: [Opt; 5] = [
        Opt::Binary,
        Opt::Echo,
        Opt::SuppressGoAhead,
        Opt::TerminalType,
        Opt::WindowSize,
    ];

    /// The option with this code, if it is in the table.
    pub fn of_code(code: u8) -> Option<Opt> {
        Opt::ALL.into_iter().find(|&opt| opt as u8 == code)
    }
}

/// What is wanted of a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Off; the peer's asking is refused.
    Never,
    /// On if the peer asks.
    IfAsked,
    /// On; the peer is asked at the begin.
    Ask,
}

/// What is wanted of both sides of every option, in the order of [`Opt::ALL`]: ours, the peer's.
pub type Wishes = [(Wish, Wish); Opt::ALL.len()];

/// What a server of keyboard terminals wants.
pub const SERVER: Wishes = [
    (Wish::IfAsked, Wish::IfAsked),
    (Wish::Ask, Wish::Never),
    (Wish::Ask, Wish::IfAsked),
    (Wish::Never, Wish::Ask),
    (Wish::Never, Wish::Ask),
];

/// Where one side of an option stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Off, by default or by agreement.
    No,
    /// On.
    Yes,
    /// We asked for off; the answer has not come.
    WantNo,
    /// The same, but we have changed our mind.
    WantNoThenYes,
    /// We asked for on; the answer has not come.
    WantYes,
    /// The same, but we have changed our mind.
    WantYesThenNo,
}

/// One side of one option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// Where it stands.
    pub state: State,
    /// It is off because the peer said so, not because nobody asked.
    pub refused: bool,
    wish: Wish,
}

impl Side {
    /// Before anything was said.
    pub fn new(wish: Wish) -> Side {
        Side {
            state: State::No,
            refused: false,
            wish,
        }
    }

    /// It is on.
    pub fn is_on(&self) -> bool {
        self.state == State::Yes
    }

    /// The peer said yes (DO for our side, WILL for his) or no. Gives what is to be said: yes or
    /// no.
    pub fn hear(&mut self, yes: bool) -> Option<bool> {
        use State::{No, WantNo, WantNoThenYes, WantYes, WantYesThenNo, Yes};
        let (state, answer) = match (self.state, yes) {
            (No, true) if self.wish == Wish::Never => (No, Some(false)),
            (No, true) => (Yes, Some(true)),
            (No, false) => (No, None),
            (Yes, true) => (Yes, None),
            (Yes, false) => (No, Some(false)),
            // A yes in answer to our no is an error of the peer; RFC 1143 says what to make of it.
            (WantNo, true) => (No, None),
            (WantNo, false) => (No, None),
            (WantNoThenYes, true) => (Yes, None),
            (WantNoThenYes, false) => (WantYes, Some(true)),
            (WantYes, true) => (Yes, None),
            (WantYes, false) => (No, None),
            (WantYesThenNo, true) => (WantNo, Some(false)),
            (WantYesThenNo, false) => (No, None),
        };
        self.state = state;
        self.refused = state == No && !yes;
        answer
    }

    /// We want it on or off from now on. Gives what is to be said: yes or no.
    pub fn want(&mut self, on: bool) -> Option<bool> {
        use State::{No, WantNo, WantNoThenYes, WantYes, WantYesThenNo, Yes};
        let (state, said) = match (self.state, on) {
            (No, true) => (WantYes, Some(true)),
            (Yes, false) => (WantNo, Some(false)),
            (WantNo, true) => (WantNoThenYes, None),
            (WantNoThenYes, false) => (WantNo, None),
            (WantYes, false) => (WantYesThenNo, None),
            (WantYesThenNo, true) => (WantYes, None),
            (same, _) => (same, None),
        };
        self.state = state;
        said
    }
}
