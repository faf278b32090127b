//! The light gun sees only what is being painted.
//!
//! A photocell cannot see what does not shine: a track message that a gun has latched must be in the
//! display that was on the glass then, and under the gun. The judge keeps the places of all track
//! messages of the last two displays. An action saw dark glass if it was delivered with a message
//! that was not shown, with one [`REACH`] from the place that the gun was held at, with another than
//! the gun followed; or with none though it is nothing without a gun.
//!
//! *Not judged*: radar returns, of which the records of a run have the number and not the places.

use std::collections::BTreeMap;

use clock::Instant;
use serde::{Deserialize, Serialize};
use site::center::console::Aim;
use site::center::engine::Action;
use site::center::message::{Seen, TRACK_WORDS, UNITS};

use super::sky::{Point, distance};
use crate::air::situation::code;
use crate::judges::{Verdict, Violations};

/// A gun's aperture is smaller at every console, n.mi (a fortieth of the glass's radius).
const REACH: f64 = 8.0;

/// The judge's state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Gun {
    /// The track messages of the last two displays: where they stand in the buffer, and on the
    /// plane.
    shown: [BTreeMap<u16, (f64, f64)>; 2],
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
        let places = points.iter().map(|point| (point.slot, (point.x, point.y)));
        self.shown[0] = places.collect();
    }

    /// An action at a console, and what its gun saw.
    pub fn action(&mut self, at: Instant, action: &Action, seen: Option<Seen>, delivered: bool) {
        if !delivered {
            self.dark += 1;
            return;
        }
        self.delivered += 1;
        let track = seen.filter(|seen| seen.track);
        let track = track.map(|seen| seen.register / TRACK_WORDS);
        let wrong = match track {
            Some(slot) => self.dark_at(slot, action.gun),
            None if needs_track(action.code) => Some("nothing".to_owned()),
            None => None,
        };
        if let Some(wrong) = wrong {
            self.violations.add(at, || {
                format!(
                    "action {:o} of console {} was taken though its gun saw {wrong}",
                    action.code, action.console
                )
            });
        }
    }

    /// Why a gun so aimed cannot have seen the message of this slot.
    fn dark_at(&self, slot: u16, gun: Option<Aim>) -> Option<String> {
        let mut places = self.shown.iter().filter_map(|shown| shown.get(&slot));
        let Some(first) = places.next() else {
            return Some(format!("message {slot}, and the glass was dark there"));
        };
        match gun {
            Some(Aim::Track(followed)) if followed != slot => Some(format!(
                "message {slot}, and it was held at message {followed}"
            )),
            Some(Aim::Place { x, y }) => {
                let aimed = (f64::from(x) / UNITS, f64::from(y) / UNITS);
                let far = |place: &(f64, f64)| distance(*place, aimed);
                let near = places.map(far).fold(far(first), f64::min);
                (near > REACH).then(|| {
                    format!("message {slot}, {near:.0} n.mi from where it was held, on dark glass")
                })
            }
            _ => None,
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

    fn action(code: u8, gun: Option<Aim>) -> Action {
        Action {
            console: 2,
            code,
            data: 0,
            gun,
        }
    }

    fn saw(slot: u16) -> Option<Seen> {
        Some(Seen {
            track: true,
            register: slot * TRACK_WORDS,
        })
    }

    fn at_track(slot: u16) -> Action {
        action(code::DROP, Some(Aim::Track(slot)))
    }

    #[test]
    fn a_gun_sees_what_shines_and_nothing_else() {
        let mut judge = Gun::default();
        judge.display(&[point(7, 0.0, 0.0, 4)]);
        judge.action(at(1.0), &at_track(7), saw(7), true);
        judge.action(at(1.0), &at_track(7), None, false);
        judge.action(at(1.0), &action(code::SUMMARY, None), None, true);
        assert!(judge.verdict().holds);
        assert_eq!((judge.delivered, judge.dark), (2, 1));
        judge.action(at(2.0), &at_track(8), saw(8), true);
        assert!(!judge.verdict().holds);
    }

    #[test]
    fn a_gun_sees_what_it_is_held_at() {
        let place = |x: i32| {
            let x = x * UNITS as i32;
            action(code::DROP, Some(Aim::Place { x, y: 0 }))
        };
        let mut judge = Gun::default();
        judge.display(&[point(7, 20.0, 0.0, 4), point(8, 40.0, 0.0, 4)]);
        judge.action(at(1.0), &place(21), saw(7), true);
        assert!(judge.verdict().holds);
        judge.action(at(1.0), &place(60), saw(8), true);
        assert!(judge.verdict().detail.contains("20 n.mi from"));
        let mut judge = Gun::default();
        judge.display(&[point(7, 20.0, 0.0, 4), point(8, 40.0, 0.0, 4)]);
        judge.action(at(1.0), &at_track(7), saw(8), true);
        assert!(!judge.verdict().holds);
    }

    #[test]
    fn an_action_without_what_it_is_about() {
        let mut judge = Gun::default();
        judge.action(at(1.0), &action(code::FIRE, None), None, true);
        assert!(!judge.verdict().holds);
    }

    #[test]
    fn a_message_gone_two_displays_ago_is_dark() {
        let mut judge = Gun::default();
        judge.display(&[point(7, 0.0, 0.0, 4)]);
        judge.display(&[]);
        judge.action(at(1.0), &at_track(7), saw(7), true);
        assert!(judge.verdict().holds, "it was on the glass until just now");
        judge.display(&[]);
        judge.action(at(2.0), &at_track(7), saw(7), true);
        assert!(!judge.verdict().holds);
    }
}
