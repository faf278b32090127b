//! In time, or counted: every display comes when it is due, and what the program leaves out when it
//! has too much to do it counts.
//!
//! The scopes are written anew each 2.5 s. The judge sees when they are; a display later than
//! [`LATE`] after that, while the role does not move, is late. A program that is late must say so:
//! its own counts (late subframes, displays dropped, subframes left out) must account for at least as
//! many. What it counted is in the report.

use clock::{Instant, Span};
use serde::{Deserialize, Serialize};
use site::Machine;

use crate::judges::{Verdict, Violations};

/// Displays are due so often.
pub const DISPLAY: Span = Span::from_millis(2_500);
/// Later by more than this is late.
pub const LATE: Span = Span::from_secs(1);

/// The judge's state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InTime {
    last: Option<(Instant, Machine)>,
    /// Displays.
    pub displays: u64,
    /// Displays that were late, or left out.
    pub late: u64,
    /// The longest time between two.
    pub longest: Span,
    first: Violations,
}

impl InTime {
    /// The scopes are written anew.
    pub fn display(&mut self, at: Instant, machine: Machine) {
        self.displays += 1;
        if let Some((before, same)) = self.last.replace((at, machine))
            && same == machine
        {
            let since = at.saturating_since(before);
            self.longest = self.longest.max(since);
            if since > DISPLAY + LATE {
                // Each whole period in between was left out.
                self.late += (since.0 - LATE.0) / DISPLAY.0;
                self.first.add(at, || {
                    format!("machine {machine:?} wrote no display for {}", since.told())
                });
            }
        }
    }

    /// The machine does not work any more: what it shows next is another matter.
    pub fn broken_off(&mut self) {
        self.last = None;
    }

    /// The verdict; `counted` is what the program counted of late and dropped work.
    pub fn verdict(&self, counted: u64) -> Verdict {
        let told = format!(
            "{} displays, {} late or left out, {counted} times the program counted that it was \
             late or left something out; the longest wait {}",
            self.displays,
            self.late,
            self.longest.told()
        );
        let mut verdict = Violations::default().verdict("in-time-or-counted", told.clone());
        if self.late > counted {
            verdict.holds = false;
            let first = self.first.kept.first().cloned().unwrap_or_default();
            verdict.detail = format!("{told}; the first: {first}");
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::super::sky::tests::at;
    use super::*;

    #[test]
    fn late_displays_must_be_counted() {
        let mut judge = InTime::default();
        for t in [0.0, 2.5, 5.2, 7.5, 15.0, 17.5] {
            judge.display(at(t), Machine::A);
        }
        assert_eq!((judge.displays, judge.late), (6, 2));
        assert!(judge.verdict(2).holds && !judge.verdict(1).holds);
        assert_eq!(judge.longest, Span::from_millis(7_500));
    }

    #[test]
    fn a_move_of_the_role_is_no_lateness() {
        let mut judge = InTime::default();
        judge.display(at(0.0), Machine::A);
        judge.display(at(9.0), Machine::B);
        judge.broken_off();
        judge.display(at(30.0), Machine::B);
        assert_eq!(judge.late, 0);
        assert!(judge.verdict(0).holds);
    }
}
