//! Bookings on file, as they were shown: each is a register, written by ENDs and read when a display
//! brings it into a set.
//!
//! What was read is shown later, by `*I` or `*A`, before the set changes it. It must be what was on
//! file at some instant while the display that brought it was on its way: filed by an END that had
//! begun by then, and not by one that another was surely after, which was answered before. Once a
//! display has shown what an END filed, that END has happened, answered or not.
//!
//! Of a booking changed by an END of which nobody was told nothing is said any more, until its record
//! has another.

use std::collections::{BTreeMap, BTreeSet};

use clock::Instant;
use serde::{Deserialize, Serialize};

use crate::day::Today;
use crate::judges::Violations;
use crate::judges::booking_model::{SeatKey, Standing, ToldBooking};
use crate::layout::locator;

/// Versions of a booking that are remembered.
const VERSIONS_MAX: usize = 8;

/// What a booking holds on file: seats, and whether they are confirmed; sorted.
type Held = Vec<(SeatKey, u16, bool)>;

/// What an END filed, and when it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Version {
    held: Held,
    begun: Instant,
    /// By then it had happened.
    ended: Instant,
}

/// A booking brought into a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Brought {
    ordinal: u32,
    begun: Instant,
    ended: Instant,
}

/// The judge's state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filed {
    /// What ENDs of this run filed, oldest first.
    versions: BTreeMap<u32, Vec<Version>>,
    /// ENDs on their way that change a booking on file, by set.
    ending: BTreeMap<u16, (u32, Version)>,
    brought: BTreeMap<u16, Brought>,
    unjudged: BTreeSet<u32>,
    /// Places in which a day was opened since the run began.
    opened: BTreeSet<u16>,
    /// Bookings shown and compared.
    pub shown: u64,
    /// What was shown and was not on file.
    pub violations: Violations,
}

/// A booking as it will be on file when it has been filed.
fn held(booking: &ToldBooking) -> Held {
    let held = booking.segments.iter().filter_map(|segment| {
        let confirmed = match segment.standing {
            Standing::Sold | Standing::Filed => true,
            Standing::Wait | Standing::FiledWait => false,
            Standing::Leaving | Standing::LeavingWait => return None,
        };
        Some((segment.key, segment.seats, confirmed))
    });
    let mut held: Held = held.collect();
    held.sort_unstable();
    held
}

impl Filed {
    /// An END was accepted that would file this.
    pub fn end_begun(&mut self, at: Instant, set: u16, booking: &ToldBooking) {
        if let Some(ordinal) = booking.of {
            let version = Version {
                held: held(booking),
                begun: at,
                ended: Instant::MAX,
            };
            self.ending.insert(set, (ordinal, version));
        }
    }

    /// An END was answered: `filed` under its locator if it was done.
    pub fn end_answered(
        &mut self,
        begun: Instant,
        at: Instant,
        set: u16,
        filed: Option<(u32, &ToldBooking)>,
    ) {
        self.ending.remove(&set);
        let Some((ordinal, booking)) = filed else {
            return;
        };
        // What is on file is known again: the record has another booking.
        self.unjudged.remove(&ordinal);
        let versions = self.versions.entry(ordinal).or_default();
        let held = held(booking);
        // A display may have shown that it had happened.
        let seen = versions
            .iter_mut()
            .find(|v| v.begun == begun && v.held == held);
        match seen {
            Some(version) => version.ended = version.ended.min(at),
            None => versions.push(Version {
                held,
                begun,
                ended: at,
            }),
        }
        if versions.len() > VERSIONS_MAX {
            versions.remove(0);
        }
    }

    /// Nobody is told what an END did, or what it filed.
    pub fn end_undecided(&mut self, set: u16, ordinal: Option<u32>) {
        let ending = self.ending.remove(&set).map(|(ordinal, _)| ordinal);
        self.unjudged.extend(ordinal.or(ending));
    }

    /// A display has brought a booking into a set, or the set holds none any more.
    pub fn brings(&mut self, begun: Instant, at: Instant, set: u16, ordinal: Option<u32>) {
        match ordinal {
            Some(ordinal) => {
                let ended = at;
                let brought = Brought {
                    ordinal,
                    begun,
                    ended,
                };
                self.brought.insert(set, brought);
            }
            None => drop(self.brought.remove(&set)),
        }
    }

    /// A day is opened in this place: what had it has departed.
    pub fn open_day(&mut self, place: u16) {
        let versions = self.versions.values_mut().flatten();
        let ending = self.ending.values_mut().map(|(_, version)| version);
        for version in versions.chain(ending) {
            version.held.retain(|one| one.0.1 != place);
        }
        self.opened.insert(place);
    }

    /// A set shows the booking it has brought in and not changed; `before` was on file when the run
    /// began.
    pub fn shows(
        &mut self,
        at: Instant,
        set: u16,
        shown: &[(SeatKey, u16, String)],
        before: &BTreeMap<u32, ToldBooking>,
        today: Today,
        name: &dyn Fn(SeatKey) -> String,
    ) {
        let Some(brought) = self.brought.get(&set).copied() else {
            return;
        };
        let Brought {
            ordinal,
            begun,
            ended,
        } = brought;
        let mut seen: Held = Vec::new();
        for (key, seats, how) in shown {
            match how.as_str() {
                "HK" => seen.push((*key, *seats, true)),
                "HL" => seen.push((*key, *seats, false)),
                _ => return,
            }
        }
        // Of what has departed nothing is said.
        let to_come = |held: &mut Held| held.retain(|one| !today.departed(one.0.1));
        seen.sort_unstable();
        to_come(&mut seen);
        let mut versions: Vec<Version> = Vec::new();
        if let Some(before) = before.get(&ordinal) {
            let mut held = held(before);
            held.retain(|one| !self.opened.contains(&one.0.1));
            versions.push(Version {
                held,
                begun: Instant::ZERO,
                ended: Instant::ZERO,
            });
        }
        let filed = self.versions.get(&ordinal).into_iter().flatten();
        versions.extend(filed.cloned());
        let forgotten = versions.len() > VERSIONS_MAX;
        let ending = self.ending.values().filter(|one| one.0 == ordinal);
        versions.extend(ending.map(|one| one.1.clone()));
        versions.iter_mut().for_each(|one| to_come(&mut one.held));
        if self.unjudged.contains(&ordinal) || versions.is_empty() || forgotten {
            return;
        }
        self.shown += 1;
        let gone = |one: &Version| {
            let after = |other: &Version| other.begun >= one.ended && other.ended <= begun;
            versions.iter().any(|other| other != one && after(other))
        };
        let there = |one: &&Version| one.begun <= ended && !gone(one);
        let mut agree = versions.iter().filter(there).filter(|one| one.held == seen);
        match (agree.next(), agree.next()) {
            (Some(only), None) => {
                let known = self.versions.entry(ordinal).or_default();
                match known.iter_mut().find(|one| one.begun == only.begun) {
                    Some(one) => one.ended = one.ended.min(ended),
                    None if only.begun > Instant::ZERO => known.push(Version {
                        ended,
                        ..only.clone()
                    }),
                    None => {}
                }
            }
            (Some(_), Some(_)) => {}
            (None, _) => self.violations.add(at, || {
                let list = |held: &Held| match held.is_empty() {
                    true => "nothing".to_owned(),
                    false => {
                        let one = |&(key, seats, confirmed): &(SeatKey, u16, bool)| {
                            let how = if confirmed { "HK" } else { "HL" };
                            format!("{} {how}{seats}", name(key))
                        };
                        held.iter().map(one).collect::<Vec<_>>().join(" and ")
                    }
                };
                let may: Vec<String> = versions
                    .iter()
                    .filter(there)
                    .map(|v| list(&v.held))
                    .collect();
                format!(
                    "set {set} was shown {} of booking {}, brought in between {begun} and {ended}, \
                     when {} was on file",
                    list(&seen),
                    locator(ordinal),
                    may.join(", or ")
                )
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judges::booking_model::ToldSegment;

    const KEY: SeatKey = (0, 11, 1);

    fn at(seconds: u64) -> Instant {
        Instant(seconds * 1_000_000_000)
    }

    fn booking(seats: u16) -> ToldBooking {
        ToldBooking {
            segments: vec![ToldSegment {
                key: KEY,
                seats,
                standing: Standing::Filed,
            }],
            of: Some(9),
            ..ToldBooking::default()
        }
    }

    /// Set 1 files two seats in 10 to 12, set 2 three in 20 to 22; one was on file before. What a
    /// display between two instants may show.
    fn shown(filed: &mut Filed, from: u64, to: u64, seats: u16) -> Option<String> {
        filed.brings(at(from), at(to), 7, Some(9));
        let shown = [(KEY, seats, "HK".to_owned())];
        let name = |_| "AA1 12JUL Y".to_owned();
        filed.violations = Violations::default();
        let before = BTreeMap::from([(9, booking(1))]);
        filed.shows(at(to + 5), 7, &shown, &before, Today::default(), &name);
        filed.violations.kept.pop()
    }

    fn two_ends() -> Filed {
        let mut filed = Filed::default();
        filed.end_begun(at(10), 1, &booking(2));
        filed.end_answered(at(10), at(12), 1, Some((9, &booking(2))));
        filed.end_begun(at(20), 2, &booking(3));
        filed.end_answered(at(20), at(22), 2, Some((9, &booking(3))));
        filed
    }

    #[test]
    fn a_display_shows_what_was_on_file_while_it_was_on_its_way() {
        for (from, to, good) in [
            (1, 2, &[1][..]),
            (1, 11, &[1, 2]),
            (11, 11, &[1, 2]),
            (13, 14, &[2]),
            (13, 21, &[2, 3]),
            (5, 30, &[1, 2, 3]),
            (23, 24, &[3]),
        ] {
            for seats in 1..=4 {
                let said = shown(&mut two_ends(), from, to, seats);
                assert_eq!(
                    said.is_none(),
                    good.contains(&seats),
                    "{from} {to} {seats}: {said:?}"
                );
            }
        }
        let said = shown(&mut two_ends(), 23, 24, 2).expect("it is gone");
        assert_eq!(
            said,
            "00:00:29.000 set 7 was shown AA1 12JUL Y HK2 of booking AAAABB, brought in between \
             00:00:23.000 and 00:00:24.000, when AA1 12JUL Y HK3 was on file"
        );
    }

    #[test]
    fn what_was_seen_once_has_happened() {
        let mut filed = Filed::default();
        filed.end_begun(at(10), 1, &booking(2));
        assert_eq!(
            shown(&mut filed, 11, 12, 2),
            None,
            "not yet answered, and done"
        );
        assert!(
            shown(&mut filed, 13, 14, 1).is_some(),
            "the old one is gone"
        );
        filed.end_answered(at(10), at(30), 1, Some((9, &booking(2))));
        assert!(shown(&mut filed, 15, 16, 1).is_some(), "and stays gone");
        assert_eq!(shown(&mut filed, 40, 41, 2), None);
    }

    #[test]
    fn of_an_end_nobody_was_told_of_nothing_is_said() {
        let mut filed = two_ends();
        filed.end_begun(at(40), 1, &booking(4));
        filed.end_undecided(1, None);
        assert_eq!(shown(&mut filed, 50, 51, 1), None);
        assert_eq!(filed.shown, 0);
    }
}
