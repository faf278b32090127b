//! Copies in turn: never are both copies of a record in transfer at the same time.
//!
//! A machine that stops tears whatever it is writing. If it writes only one copy at a time, at most
//! one copy is torn and the other is whole, old or new. So a record's copies are written in turn,
//! the second begun when the first has ended; slots likewise (rule 8 of the protocol).
//!
//! ```text
//! in turn    C1 |======|            C2      |======|
//! at once    C1 |======|            C2   |======|        a stop here tears both
//!                   ^--------------------^
//! ```
//!
//! The judge sees when each transfer began and ended and finds by the file map which copy of which
//! record it wrote. Reads tear nothing and are not looked at.

use std::collections::BTreeMap;

use clock::Instant;
use serde::{Deserialize, Serialize};

use super::{Verdict, Violations};
use crate::layout::{Copy, FileAddress};

/// The judge's state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turns {
    /// When the last writing of each copy ended, by record; first C1, then C2.
    ended: BTreeMap<FileAddress, [Option<Instant>; 2]>,
    writes: u64,
    violations: Violations,
}

impl Turns {
    /// A copy was written from `began` to `at`; transfers come in the order of their ends.
    pub fn wrote(&mut self, began: Instant, at: Instant, address: FileAddress, copy: Copy) {
        self.writes += 1;
        let ended = self.ended.entry(address).or_default();
        let other = ended[1 - copy as usize];
        ended[copy as usize] = Some(at);
        if let Some(other) = other.filter(|&other| other > began) {
            self.violations.add(at, || {
                format!(
                    "{copy:?} of {address} was written from {began}, the other copy until {other}: \
                     a stop between would have torn both"
                )
            });
        }
    }

    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        let checked = format!(
            "{} writings of copies, never both of a record at once",
            self.writes
        );
        self.violations.verdict("copies-in-turn", checked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Copy, Kind};

    /// Violations found when these copies of slot 4 are written from and to these times.
    fn found(writes: &[(Copy, u64, u64)]) -> u64 {
        let mut judge = Turns::default();
        for &(copy, began, ended) in writes {
            let slot = FileAddress::new(Kind::Slot, 4);
            judge.wrote(Instant(began), Instant(ended), slot, copy);
            // Another record meanwhile is another matter.
            let other = FileAddress::new(Kind::Slot, 5);
            judge.wrote(Instant(0), Instant(ended), other, Copy::C1);
        }
        assert_eq!(judge.verdict().holds, judge.violations.count == 0);
        judge.violations.count
    }

    #[test]
    fn the_second_copy_may_begin_when_the_first_has_ended() {
        let [first, second] = Copy::BOTH;
        assert_eq!(
            found(&[(first, 10, 20), (second, 20, 30), (first, 40, 50)]),
            0
        );
        assert_eq!(found(&[(first, 10, 20), (second, 19, 30)]), 1);
        assert_eq!(
            found(&[(second, 12, 18), (first, 10, 20)]),
            1,
            "one inside the other"
        );
        assert_eq!(
            found(&[(first, 10, 20), (first, 15, 25)]),
            0,
            "the same copy twice"
        );
    }
}
