//! How well a rule of this machine is known.
//!
//! No AN/FSQ-7 runs, and IBM's manuals could not be read for this project. So every code and rule
//! carries one of four marks, and nothing but *documented* may be told as history.

use std::fmt;

/// Strength of the evidence for a rule or code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Read in a source.
    Documented,
    /// A published fact, remembered with confidence and not read again.
    Recalled,
    /// Remembered, without confidence.
    RecalledWeakly,
    /// Follows from documented or recalled facts.
    Inferred,
    /// Nothing was found: defined by this project.
    Assigned,
}

impl Mark {
    /// Every mark, strongest first.
    pub const ALL: [Mark; 5] = [
        Mark::Documented,
        Mark::Recalled,
        Mark::RecalledWeakly,
        Mark::Inferred,
        Mark::Assigned,
    ];

    /// The letters of the tables: D, R, R-, I, A.
    pub fn letter(self) -> &'static str {
        match self {
            Mark::Documented => "D",
            Mark::Recalled => "R",
            Mark::RecalledWeakly => "R-",
            Mark::Inferred => "I",
            Mark::Assigned => "A",
        }
    }

    /// The mark of its letters.
    pub fn of_letter(letter: &str) -> Option<Mark> {
        Mark::ALL.into_iter().find(|mark| mark.letter() == letter)
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Mark::Documented => "documented",
            Mark::Recalled => "recalled",
            Mark::RecalledWeakly => "recalled, shaky",
            Mark::Inferred => "inferred",
            Mark::Assigned => "assigned by us",
        })
    }
}
