//! What a set is to a visitor, whatever is done at the site: keys in, characters out.
//!
//! A run whose sets can be sat at says how many there are, which keys they have, what a record
//! shows at which of them, and how the keyboard of one is. The thread, the seats, the network and
//! the journals know no more of a kind of site than these answers.
//!
//! | kind of site | position |
//! |---|---|
//! | reservation site | [`crate::agent_set`] |
//! | direction center | [`crate::manual_input`] |
//!
//! *To add another kind of position*: a file that implements [`Positions`] for the run of that kind.

use clock::Instant;
use exercise::agents::Key;
use exercise::world::World;
use site::Record;

/// The keyboard of a kind of position.
#[derive(Clone, Copy, Debug)]
pub struct Keys {
    /// The letter that a key of a visitor's terminal strikes; `None`: there is no such key.
    pub letter: fn(u8) -> Option<char>,
    /// Most characters of an entry.
    pub line_max: usize,
    /// What is typed here, for who has never seen one.
    pub help: &'static str,
}

/// How a position's keyboard is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyState {
    /// No key goes down.
    pub locked: bool,
    /// The same for people, told when it changes.
    pub told: &'static str,
}

/// Something seen at a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A text being printed; character k of n at `first` + k (`last` - `first`) / n.
    Print {
        /// The text, without an end of line.
        text: String,
        /// The first character's instant.
        first: Instant,
        /// The last character's instant.
        last: Instant,
    },
    /// Something told in words, on a line of its own.
    Line(String),
}

/// A run with positions at which visitors can sit.
pub trait Positions: World {
    /// The keys of each.
    const KEYS: Keys;

    /// What the site is called.
    fn title(plan: &Self::Plan) -> String;
    /// How many there are; their numbers begin at 0.
    fn count(plan: &Self::Plan) -> u16;
    /// Which one it is, in words: "agent set 3, Boston counter".
    fn place(plan: &Self::Plan, set: u16) -> String;
    /// What a record shows, and at which of them.
    fn heard(plan: &Self::Plan, record: &Record) -> Option<(u16, Heard)>;
    /// How the keyboard of one is.
    fn keyboard(&self, set: u16) -> KeyState;
    /// Nobody of the exercise is at work there.
    fn is_at_rest(&self, plan: &Self::Plan, set: u16) -> bool;
    /// Why a key has no effect there, where that is known before the site hears of it.
    fn refuses(&self, _plan: &Self::Plan, _set: u16, _key: &Key) -> Option<String> {
        None
    }
    /// What stands on its tube, row by row: rows are told when they change, all of them to who asks.
    /// Nothing where there is none.
    fn page(&self, _plan: &Self::Plan, _set: u16) -> Vec<String> {
        Vec::new()
    }
    /// What a visitor is told who sits down where somebody was at work.
    const LEFT_BEHIND: &str;
    /// How things stand at the site, in a line.
    fn stands(&self) -> String;
}
