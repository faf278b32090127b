//! Linearisability of the seats of one flight, date and class, as the terminals saw them.
//!
//! Every entry takes time: it is entered, and later answered. Between the two it *happened*, at one
//! instant; that is what an agent who trusts the system believes. The history of all terminals is
//! **linearisable** when such instants can be chosen for all entries so that one agent alone, working
//! in that order, would have got the same answers. A history is given flight by flight: it is
//! linearisable as a whole when it is so for each flight, date and class (Herlihy and Wing 1990,
//! locality), and only few entries meet at one.
//!
//! | operation | happens | is possible when |
//! |---|---|---|
//! | sold n | n seats fewer | n are left |
//! | given back n (cancel, ignore, end) | n seats more | always |
//! | refused n, k left | nothing | exactly k are left, and k < n |
//! | unanswered | as if sold or given back, or not at all | from when it was entered, for ever |
//! | untold | as if sold or given back, or not at all | while it is on its way |
//!
//! | part | what it is |
//! |---|---|
//! | [`Checker`] | hears what begins and ends at one flight, date and class, and says whether it can be ordered |
//! | [`Failure`] | the smallest window that cannot, in words |
//!
//! The method is the *just-in-time* linearisation of Lowe (2017): all orders still possible are
//! carried along; when an operation ends, each is continued by as many open ones as are needed for it
//! to have happened. Three things keep them few. An operation is looked at only when its outcome is
//! known, so nothing is guessed. A refusal changes nothing, so it happens as soon as its count is
//! there. And an order is dropped when another has done less and can still do the same.

mod checker;
mod explain;
mod orders;
#[cfg(test)]
mod tests;

pub use checker::{Checker, Event, Step};
pub use explain::Failure;
pub use orders::Range;

use serde::{Deserialize, Serialize};

/// Name of an operation: the entry it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Id {
    /// The set.
    pub set: u16,
    /// Serial of the entry.
    pub serial: u16,
    /// An entry may give back several times seats of one flight: which, from 0.
    pub part: u8,
}

/// What is asked of the seats of one flight, date and class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Deed {
    /// To sell so many seats.
    Sell(u16),
    /// To give so many back.
    Back(u16),
}

impl Deed {
    /// So many seats.
    pub fn seats(self) -> u16 {
        match self {
            Deed::Sell(seats) | Deed::Back(seats) => seats,
        }
    }

    /// Change of the seats left.
    pub fn change(self) -> i32 {
        match self {
            Deed::Sell(seats) => -i32::from(seats),
            Deed::Back(seats) => i32::from(seats),
        }
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Outcome {
    /// It was done.
    Done,
    /// Refused, because so many seats were left.
    Refused {
        /// Seats left.
        left: u16,
    },
    /// It was not done, and nothing is told of the seats.
    NotDone,
    /// Nobody will be told: it may have happened, at any time since it was entered.
    Unanswered,
    /// Nobody will be told whether it has happened; by now it has, or it never will.
    Untold,
}
