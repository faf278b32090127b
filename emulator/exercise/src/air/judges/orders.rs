//! No order is given twice: what left for bases, interceptors and neighbours.
//!
//! Every order carries a serial. Two groups of words with one serial and one content to one channel
//! within [`MEMORY`] are the same order again: a pilot told twice to attack, a Bomarc base told twice
//! to fire. So is a second *scramble* or *fire* for a weapon and a track, whatever its serial, unless
//! in between it was cancelled or the weapon has done with its first one.
//!
//! Hand-over frames of crosstell may be repeated (three times, 5 s apart) until they are answered;
//! more is too many.
//!
//! Only what left through the output element counts: what a line doubles is not the center's order.

use std::collections::BTreeMap;

use clock::{Instant, Span};
use serde::{Deserialize, Serialize};
use site::Machine;

use crate::judges::{Verdict, Violations};

/// Serials come round again; what is older than this is another order.
pub const MEMORY: Span = Span::from_secs(600);
/// A hand-over frame is sent at most so often.
const TOLD_AT_MOST: u32 = 4;

/// Output sections (assigned by us).
pub mod section {
    #![allow(missing_docs)]
    pub const CROSSTELL: u8 = 0;
    pub const HEIGHT: u8 = 1;
    pub const DATA_LINK: u8 = 2;
    pub const WEAPONS: u8 = 3;
}

/// Codes of orders to a base.
const SCRAMBLE: u16 = 1;
const FIRE: u16 = 2;
const CANCEL: u16 = 3;

/// A group of words that left.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Group {
    section: u8,
    channel: u8,
    words: Vec<u16>,
}

/// The judge's state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orders {
    /// When each order last left, and from whom.
    sent: BTreeMap<Group, (Instant, Machine)>,
    /// Weapons under orders: base, weapon, track, to the code.
    standing: BTreeMap<(u8, u16, u16), (u16, Instant)>,
    /// Hand-over frames and how often each was told.
    told: BTreeMap<Group, (Instant, u32)>,
    /// Orders that left.
    pub orders: u64,
    /// Orders and offers that left a second time.
    pub repeated: u64,
    violations: Violations,
}

impl Orders {
    /// A group of words of one burst has left.
    pub fn output(
        &mut self,
        at: Instant,
        machine: Machine,
        section: u8,
        channel: u8,
        words: &[u16],
    ) {
        let group = Group {
            section,
            channel,
            words: words.to_vec(),
        };
        match section {
            section::DATA_LINK | section::WEAPONS => self.order(at, machine, group),
            section::CROSSTELL => self.tell(at, group),
            _ => {}
        }
    }

    fn again(&mut self, at: Instant, text: impl FnOnce() -> String) {
        self.repeated += 1;
        self.violations.add(at, text);
    }

    fn order(&mut self, at: Instant, machine: Machine, group: Group) {
        self.orders += 1;
        let before = self.sent.insert(group.clone(), (at, machine));
        let before = before.filter(|(then, _)| at.saturating_since(*then) < MEMORY);
        if let Some((then, by)) = before {
            return self.again(at, || {
                format!(
                    "the order {:?} to channel {} of section {} left again from machine \
                     {machine:?}: machine {by:?} had given it at {then}",
                    group.words, group.channel, group.section
                )
            });
        }
        let (section::WEAPONS, [first, track, ..]) = (group.section, &group.words[..]) else {
            return;
        };
        let (weapon, code) = (first >> 3 & 0o77, first & 7);
        match code {
            // Weapon 0 leaves the choice to the base: only the serial tells two of them apart.
            SCRAMBLE | FIRE if weapon != 0 => {
                let place = (group.channel, weapon, *track);
                let standing = self.standing.insert(place, (code, at));
                if let Some((_, then)) = standing.filter(|(before, _)| *before == code) {
                    self.again(at, || {
                        format!(
                            "weapon {weapon} of base {} was sent against track {track} a second \
                             time, the first at {then}",
                            group.channel
                        )
                    });
                }
            }
            CANCEL => self.free(weapon),
            _ => {}
        }
    }

    /// Offer, accept and refuse of a hand-over.
    fn tell(&mut self, at: Instant, group: Group) {
        let Some(first) = group.words.first() else {
            return;
        };
        if !(3..=5).contains(&(first >> 12)) {
            return;
        }
        let (since, times) = self.told.entry(group.clone()).or_insert((at, 0));
        if at.saturating_since(*since) >= MEMORY {
            (*since, *times) = (at, 0);
        }
        *times += 1;
        if *times > TOLD_AT_MOST {
            let (times, since) = (*times, *since);
            self.again(at, || {
                format!(
                    "the frame {:?} left on line {} for the {times}th time since {since}",
                    group.words, group.channel
                )
            });
        }
    }

    /// A weapon is under no orders any more.
    pub fn free(&mut self, weapon: u16) {
        self.standing.retain(|(_, one, _), _| *one != weapon);
    }

    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        let checked = format!("{} orders left, each once", self.orders);
        self.violations.verdict("no-order-twice", checked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant(seconds * 1_000_000_000)
    }

    fn scramble(serial: u16, weapon: u16) -> [u16; 3] {
        [serial * 512 + weapon * 8 + SCRAMBLE, 45, 0o1020]
    }

    #[test]
    fn orders_with_serials_of_their_own_are_orders() {
        let mut judge = Orders::default();
        judge.output(at(1), Machine::A, 3, 2, &scramble(1, 7));
        judge.output(at(2), Machine::A, 3, 2, &scramble(2, 8));
        for serial in 3..20u16 {
            let vector = [serial * 512 + 1, 1024, 30 * 256 + 55];
            judge.output(at(serial.into()), Machine::A, 2, 7, &vector);
        }
        assert!(judge.verdict().holds, "{:?}", judge.verdict());
        assert_eq!(judge.orders, 19);
    }

    #[test]
    fn the_new_machine_gives_an_order_again() {
        let mut judge = Orders::default();
        judge.output(at(1), Machine::A, 3, 2, &scramble(1, 7));
        judge.output(at(9), Machine::B, 3, 2, &scramble(1, 7));
        let verdict = judge.verdict();
        assert!(!verdict.holds && verdict.detail.contains("machine A had given it"));
        // The same weapon with another serial is no better,
        let mut judge = Orders::default();
        judge.output(at(1), Machine::A, 3, 2, &scramble(1, 7));
        judge.output(at(9), Machine::B, 3, 2, &scramble(2, 7));
        assert!(!judge.verdict().holds);
        // unless it was called home.
        let mut judge = Orders::default();
        judge.output(at(1), Machine::A, 3, 2, &scramble(1, 7));
        judge.output(at(5), Machine::A, 3, 2, &[2 * 512 + 7 * 8 + CANCEL, 45, 0]);
        judge.output(at(9), Machine::B, 3, 2, &scramble(3, 7));
        assert!(judge.verdict().holds);
    }

    #[test]
    fn serials_come_round_after_a_while() {
        let vector = [5 * 512 + 1, 1024, 77];
        let mut judge = Orders::default();
        judge.output(at(1), Machine::A, 2, 7, &vector);
        judge.output(at(700), Machine::A, 2, 7, &vector);
        assert!(judge.verdict().holds);
        judge.output(at(710), Machine::A, 2, 7, &vector);
        assert!(!judge.verdict().holds);
    }

    #[test]
    fn offers_may_be_repeated_three_times() {
        let offer = [3 << 12 | 2 << 7 | 9, 45, 0, 0, 0];
        let mut judge = Orders::default();
        for n in 0..4 {
            judge.output(at(5 * n), Machine::A, 0, 1, &offer);
        }
        assert!(judge.verdict().holds);
        judge.output(at(20), Machine::B, 0, 1, &offer);
        assert!(!judge.verdict().holds);
        // Positions are told every frame.
        let mut judge = Orders::default();
        for n in 0..40 {
            judge.output(at(15 * n), Machine::A, 0, 1, &[1 << 12, 45, 0, 0, 0]);
        }
        assert!(judge.verdict().holds);
    }

    #[test]
    fn a_weapon_that_has_landed_may_go_again() {
        let mut judge = Orders::default();
        judge.output(at(1), Machine::A, 3, 2, &scramble(1, 7));
        judge.free(7);
        judge.output(at(3_000), Machine::A, 3, 2, &scramble(9, 7));
        assert!(judge.verdict().holds);
        judge.free(8);
        judge.output(at(6_000), Machine::A, 3, 2, &scramble(17, 7));
        assert!(!judge.verdict().holds);
    }
}
