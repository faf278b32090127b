//! What the lines and the sets leave in the record of a run.
//!
//! A judge or a diagram sees a frame when it leaves, what was cut or damaged on the way, and what a
//! set showed. Go-aheads and "nothing to send" are counted, not recorded.

use serde::{Deserialize, Serialize};

use crate::agent_set::SetOutput;
use crate::line::Direction;
use crate::link::Hit;

/// What a frame carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FrameKind {
    /// Up: an entry, or the demand for the next block of its answer.
    Entry {
        /// Marked IN DOUBT.
        in_doubt: bool,
    },
    /// Down: the last block of an answer.
    Complete,
    /// Down: a block that others follow.
    Incomplete,
    /// Down: for the lights.
    Lights,
}

/// A frame on a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameRecord {
    /// Number of the line.
    pub line: u8,
    /// Which way.
    pub direction: Direction,
    /// What it carries.
    pub kind: FrameKind,
    /// Address of the interchange on the line.
    pub interchange: u8,
    /// Terminal at the interchange.
    pub terminal: u8,
    /// The set, numbered through the site, if there is such a terminal.
    pub set: Option<u16>,
    /// Serial of the entry.
    pub serial: u16,
    /// Block carried (down) or wanted (up).
    pub block: u8,
    /// Characters of text.
    pub characters: u16,
    /// The machine whose order made it; none for what an interchange made.
    pub maker: Option<u8>,
}

/// One line of the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LineRecord {
    /// The first bit of the transmission that carries it leaves.
    Left(FrameRecord),
    /// The adapter was reset while it was leaving: it never arrives.
    Cut(FrameRecord),
    /// A poll got no reply in time. Recorded once until the interchange answers again.
    TimeOut {
        /// Number of the line.
        line: u8,
        /// Address polled.
        interchange: u8,
    },
    /// Something was dropped for its check.
    CheckError {
        /// Number of the line.
        line: u8,
        /// Which way it went.
        direction: Direction,
    },
    /// Noise changed a frame and its check did not tell: outside the failure model.
    UndetectedError {
        /// Number of the line.
        line: u8,
        /// Which way it went.
        direction: Direction,
    },
    /// Shown by a set or an interchange.
    Set(SetOutput),
    /// A trouble of the line hit a transmission.
    Hit {
        /// Number of the line.
        line: u8,
        /// Which way it went.
        direction: Direction,
        /// Which trouble, which transmission, what it did.
        hit: Hit,
    },
}
