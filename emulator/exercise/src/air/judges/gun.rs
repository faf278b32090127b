//! The light gun sees only what is being painted.
//!
//! A photocell cannot see what does not shine: a message that a gun has latched must be in the
//! display that was on the glass then, and where nothing was painted nothing may be latched. The
//! judge keeps the places of all track messages shown last; an action that was delivered with a
//! place where no message stood saw dark glass. So did one that was delivered though its gun is
//! said to have seen nothing and its action needs a gun.

use std::collections::BTreeSet;

use clock::Instant;
use serde::{Deserialize, Serialize};

use super::sky::Point;
use crate::air::situation::code;
use crate::judges::{Verdict, Violations};

/// The judge's state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gun {
    /// Places of the track messages of the last two displays.
    shown: [BTreeSet<u16>; 2],
    /// Actions that reached the drum.
    pub delivered: u64,
    /// Actions whose gun saw nothing, and which went nowhere.
    pub dark: u64,
    violations: Violations,
}

/// Whether an action is nothing without a gun that has seen a track.
pub fn needs_track(action: u8) -> bool {
    matches!(
        action,
        code::DROP
            | code::IDENTITY
            | code::HEIGHT
            | code::HAND_OVER
            | code::ASSIGN
            | code::FIRE
            | code::CANCEL
    )
}

impl Gun {
    /// What is shown from now on.
    pub fn display(&mut self, points: &[Point]) {
        self.shown.swap(0, 1);
        self.shown[0] = points.iter().map(|point| point.slot).collect();
    }

    /// An action at a console; `track` is the place of the track message that the gun saw.
    pub fn action(
        &mut self,
        at: Instant,
        console: u8,
        action: u8,
        track: Option<u16>,
        delivered: bool,
    ) {
        if !delivered {
            self.dark += 1;
            return;
        }
        self.delivered += 1;
        match track {
            Some(slot) if !self.shown.iter().any(|shown| shown.contains(&slot)) => {
                self.violations.add(at, || {
                    format!(
                        "the gun of console {console} saw message {slot}, and the glass was dark \
                         there"
                    )
                });
            }
            None if needs_track(action) => self.violations.add(at, || {
                format!(
                    "action {action:o} of console {console} was taken though its gun saw nothing"
                )
            }),
            _ => {}
        }
    }

    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        let checked = format!(
            "{} actions, every gun saw what shone; {} saw nothing and did nothing",
            self.delivered, self.dark
        );
        self.violations.verdict("light-gun", checked)
    }
}

#[cfg(test)]
mod tests {
    use super::super::sky::tests::{at, point};
    use super::*;

    #[test]
    fn a_gun_sees_what_shines_and_nothing_else() {
        let mut judge = Gun::default();
        judge.display(&[point(7, 0.0, 0.0, 4)]);
        judge.action(at(1.0), 2, code::DROP, Some(7), true);
        judge.action(at(1.0), 2, code::DROP, None, false);
        judge.action(at(1.0), 2, code::SUMMARY, None, true);
        assert!(judge.verdict().holds);
        assert_eq!((judge.delivered, judge.dark), (2, 1));
        judge.action(at(2.0), 2, code::DROP, Some(8), true);
        assert!(!judge.verdict().holds);
    }

    #[test]
    fn an_action_without_what_it_is_about() {
        let mut judge = Gun::default();
        judge.action(at(1.0), 2, code::FIRE, None, true);
        assert!(!judge.verdict().holds);
    }

    #[test]
    fn a_message_gone_two_displays_ago_is_dark() {
        let mut judge = Gun::default();
        judge.display(&[point(7, 0.0, 0.0, 4)]);
        judge.display(&[]);
        judge.action(at(1.0), 2, code::DROP, Some(7), true);
        assert!(judge.verdict().holds, "it was on the glass until just now");
        judge.display(&[]);
        judge.action(at(2.0), 2, code::DROP, Some(7), true);
        assert!(!judge.verdict().holds);
    }
}
