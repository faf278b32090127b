//! No double sale, counted from the terminals' answers.
//!
//! Sold at least = opening count + seats acknowledged as sold - seats that may have been given
//! back. A cancellation or an IGNORE may take effect any time after it was entered, so its seats
//! count as given back from then on; if its answer says otherwise they count again. Where nobody is
//! told what was given back (a booking was brought in that nobody saw, and some of it cancelled), all
//! that may have been counts as given back for ever. So the figure
//! is never above what is truly sold, and one above the authorised number is a double sale.

use std::collections::BTreeMap;

use clock::Instant;
use serde::{Deserialize, Serialize};

use super::booking_model::{SeatChange, SeatKey};
use super::files_audit::FilesAudit;
use super::ledger::Completed;
use super::{Verdict, Violations};
use crate::day::PLACES;
use crate::inputs::Inputs;
use crate::layout::Layout;
use crate::recovered::{Media, Recovered};
use crate::schedule::Class;

/// The judge's state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sales {
    /// By flight, place of the day and class: authorised seats and seats sold at least.
    counts: Vec<[i32; 2]>,
    /// Seats that entries on their way may give back, by set and serial.
    may_free: BTreeMap<(u16, u16), Vec<SeatChange>>,
    sells: u64,
    violations: Violations,
}

impl Sales {
    /// With the opening counts as they stand in storage.
    pub fn new<M: Media>(inputs: &Inputs, recovered: &Recovered<'_, M>) -> Sales {
        let mut counts = Vec::new();
        for flight in 0..inputs.schedule.flights.len() as u16 {
            for day in 0..PLACES {
                let found = recovered.newest(Layout::inventory_address(flight, day));
                for class in Class::ALL {
                    let count = found.map(|f| inputs.layout.counts(f.words, day, class));
                    counts.push(
                        count.map_or([0, 0], |c| [i32::from(c.authorised), i32::from(c.sold)]),
                    );
                }
            }
        }
        Sales {
            counts,
            may_free: BTreeMap::new(),
            sells: 0,
            violations: Violations::default(),
        }
    }

    /// A day is opened in this place: nothing is sold.
    pub fn open_day(&mut self, place: u16) {
        let flights = self.counts.chunks_exact_mut(2 * usize::from(PLACES));
        for flight in flights {
            for class in 0..2 {
                flight[2 * usize::from(place) + class][1] = 0;
            }
        }
        for changes in self.may_free.values_mut() {
            changes.retain(|((_, day, _), _)| *day != place);
        }
    }

    fn count(&mut self, (flight, day, class): SeatKey) -> Option<&mut [i32; 2]> {
        let index =
            (usize::from(flight) * usize::from(PLACES) + usize::from(day)) * 2 + usize::from(class);
        self.counts.get_mut(index)
    }

    /// An entry that may give seats back was accepted.
    pub fn may_free(&mut self, set: u16, serial: u16, freed: Vec<SeatChange>) {
        if freed.is_empty() {
            return;
        }
        for &(key, change) in &freed {
            if let Some(count) = self.count(key) {
                count[1] += change;
            }
        }
        self.may_free.insert((set, serial), freed);
    }

    /// The fate of an entry is known; what it really did follows in `acknowledged`.
    pub fn resolve(&mut self, set: u16, serial: u16) {
        for (key, change) in self.may_free.remove(&(set, serial)).unwrap_or_default() {
            if let Some(count) = self.count(key) {
                count[1] -= change;
            }
        }
    }

    /// Nobody will know what an entry gave back: its seats count as given back for ever.
    pub fn keep(&mut self, set: u16, serial: u16) {
        self.may_free.remove(&(set, serial));
    }

    /// Seats may have been given back, told to nobody.
    pub fn may_have_freed(&mut self, changes: &[SeatChange]) {
        for &(key, change) in changes {
            if let Some(count) = self.count(key) {
                count[1] += change.min(0);
            }
        }
    }

    /// An entry was acknowledged and changed seats so.
    pub fn acknowledged(&mut self, at: Instant, done: &Completed, changes: &[SeatChange]) {
        for &(key, change) in changes {
            self.sells += u64::from(change > 0);
            let Some(count) = self.count(key) else {
                continue;
            };
            count[1] += change;
            let [authorised, sold] = *count;
            if sold > authorised {
                self.violations.add(at, || {
                    format!(
                        "set {}: `{}` was answered `{}`: {sold} seats sold of {authorised} \
                         (flight ordinal {}, place {}, class {})",
                        done.set, done.entry.text, done.entry.answer, key.0, key.1, key.2
                    )
                });
            }
        }
    }

    /// The verdict, together with what the audits of storage found.
    pub fn verdict(&self, files: &FilesAudit) -> Verdict {
        let mut all = self.violations.clone();
        all.join(&files.oversold);
        let checked = format!(
            "{} acknowledged sells, none beyond the authorised",
            self.sells
        );
        all.verdict("no-double-sale", checked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judges::ledger::OpenEntry;

    fn sold(set: u16, serial: u16) -> Completed {
        Completed {
            set,
            entry: OpenEntry {
                text: "01Y2".to_owned(),
                serial,
                accepted_at: Instant(0),
                answer: "1 AA1    Y 12JUL LGALAX SS1  0900 1130".to_owned(),
                first_shown_at: None,
            },
            lights: None,
            completed_at: Instant(1),
            told_later: false,
        }
    }

    /// One flight, one day; a single coach seat left.
    fn one_seat() -> Sales {
        Sales {
            counts: vec![[10, 0], [80, 79]],
            may_free: BTreeMap::new(),
            sells: 0,
            violations: Violations::default(),
        }
    }

    #[test]
    fn the_last_seat_can_be_sold_once() {
        let key = (0, 0, 1);
        let mut judge = one_seat();
        judge.acknowledged(Instant(1), &sold(0, 1), &[(key, 1)]);
        assert_eq!(judge.violations.count, 0);
        judge.acknowledged(Instant(2), &sold(1, 1), &[(key, 1)]);
        assert_eq!(judge.violations.count, 1);
        assert!(
            judge
                .violations
                .kept
                .iter()
                .any(|text| text.contains("81 seats sold of 80"))
        );
    }

    #[test]
    fn a_cancellation_on_its_way_may_already_have_freed_its_seat() {
        let key = (0, 0, 1);
        let mut judge = one_seat();
        judge.acknowledged(Instant(1), &sold(0, 1), &[(key, 1)]);
        judge.may_free(0, 2, vec![(key, -1)]);
        judge.acknowledged(Instant(2), &sold(1, 1), &[(key, 1)]);
        assert_eq!(
            judge.violations.count, 0,
            "sold again after it was given back"
        );
        // The answer says it was not given back: the next sell is one too many.
        judge.resolve(0, 2);
        judge.acknowledged(Instant(3), &sold(2, 1), &[(key, 1)]);
        assert_eq!(judge.violations.count, 1);
    }

    #[test]
    fn what_nobody_knows_may_have_been_given_back() {
        let key = (0, 0, 1);
        let mut judge = one_seat();
        judge.may_free(0, 2, vec![(key, -1)]);
        judge.keep(0, 2);
        judge.may_have_freed(&[(key, -1), (key, 1)]);
        for set in 1..=3 {
            judge.acknowledged(Instant(3), &sold(set, 1), &[(key, 1)]);
            assert_eq!(judge.violations.count, 0, "set {set}");
        }
        judge.acknowledged(Instant(4), &sold(4, 1), &[(key, 1)]);
        assert_eq!(judge.violations.count, 1);
    }
}
