//! Linearisability of what the terminals were told of seats, by flight, date and class.
//!
//! Each flight, date and class is an object of its own for the [`Checker`]. One at which nothing is on
//! its way is a number; only while entries are on their way are the orders still possible kept. After
//! its first failure a flight is no longer judged.
//!
//! Beside the verdict this judge knows how many seats may have been left, and when, for a minute back:
//! see [`fresh`](super::fresh).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use clock::{Instant, Shared, Span};
use serde::{Deserialize, Serialize};

use super::filed::Filed;
use crate::day::PLACES;
use crate::inputs::Inputs;
use crate::judges::booking_model::SeatKey;
use crate::judges::{Verdict, Violations};
use crate::layout::Layout;
use crate::linearisability::{Checker, Event, Failure, Outcome, Range, Step};
use crate::recovered::{Media, Recovered};
use crate::schedule::Class;

/// So far back it is known how many seats may have been left.
const REMEMBERED: Span = Span::from_secs(60);

/// Seats that may have been left until an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Earlier {
    until: Instant,
    key: SeatKey,
    left: Range,
}

/// The judge's state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linearisable {
    /// Seats left and seats authorised when the run began, by flight, place of the day and class.
    opening: Shared<Vec<[u16; 2]>>,
    /// Places in which a day was opened since.
    opened: BTreeSet<u16>,
    /// Seats left since, where nothing is on its way.
    left: BTreeMap<SeatKey, i32>,
    /// Where something is.
    moving: BTreeMap<SeatKey, Checker>,
    /// No longer judged.
    unjudged: BTreeSet<SeatKey>,
    earlier: VecDeque<Earlier>,
    done: u64,
    refused: u64,
    untold: u64,
    violations: Violations,
}

impl Linearisable {
    /// With the opening counts as they stand in storage.
    pub fn new<M: Media>(inputs: &Inputs, recovered: &Recovered<'_, M>) -> Linearisable {
        let mut opening = Vec::new();
        for flight in 0..inputs.schedule.flights.len() as u16 {
            for day in 0..PLACES {
                let found = recovered.newest(Layout::inventory_address(flight, day));
                for class in Class::ALL {
                    let counts = found.map(|f| inputs.layout.counts(f.words, day, class));
                    opening.push(counts.map_or([0, 0], |c| [c.open(), c.authorised]));
                }
            }
        }
        Linearisable::of(opening)
    }

    /// With seats left and authorised by flight, then place of the day, then class.
    pub fn of(opening: Vec<[u16; 2]>) -> Linearisable {
        Linearisable {
            opening: Shared::new(opening),
            ..Linearisable::default()
        }
    }

    /// A day is opened in this place: nothing is sold, and of the day that had it nothing is said any
    /// more.
    pub fn open_day(&mut self, place: u16) {
        self.opened.insert(place);
        self.left.retain(|key, _| key.1 != place);
        self.moving.retain(|key, _| key.1 != place);
        self.unjudged.retain(|key| key.1 != place);
        self.earlier.retain(|one| one.key.1 != place);
    }

    /// Seats left when the run began, or when the day was opened.
    pub fn at_first(&self, (flight, place, class): SeatKey) -> u16 {
        let day = usize::from(flight) * usize::from(PLACES) + usize::from(place);
        let counts = self.opening.get(day * 2 + usize::from(class));
        let [left, authorised] = counts.copied().unwrap_or([0, 0]);
        if self.opened.contains(&place) {
            authorised
        } else {
            left
        }
    }

    fn left_at_rest(&self, key: SeatKey) -> i32 {
        let left = self.left.get(&key).copied();
        left.unwrap_or_else(|| i32::from(self.at_first(key)))
    }

    /// Seats that may be left now.
    pub fn range(&self, key: SeatKey) -> Range {
        if self.unjudged.contains(&key) {
            return Range::ANY;
        }
        match self.moving.get(&key) {
            Some(checker) => checker.range(),
            None => Range::exactly(self.left_at_rest(key)),
        }
    }

    /// Seats that may have been left, newest first, each with the instant until which it was so; now
    /// for the first.
    pub fn ranges(&self, key: SeatKey, now: Instant) -> impl Iterator<Item = (Instant, Range)> {
        let earlier = self.earlier.iter().rev().filter(move |one| one.key == key);
        let earlier = earlier.map(|one| (one.until, one.left));
        std::iter::once((now, self.range(key))).chain(earlier)
    }

    /// It is not known any more how many seats were left before this.
    pub fn known_since(&self, now: Instant) -> Instant {
        Instant(now.0.saturating_sub(REMEMBERED.0))
    }

    /// An operation begins or ends. `name` says the flight in words.
    pub fn hear(&mut self, key: SeatKey, event: Event, name: &dyn Fn(SeatKey) -> String) {
        let before = self.range(key);
        if let Step::End(outcome) = event.step {
            match outcome {
                Outcome::Done => self.done += 1,
                Outcome::Refused { .. } => self.refused += 1,
                Outcome::Untold | Outcome::Unanswered => self.untold += 1,
                Outcome::NotDone => {}
            }
        }
        if self.unjudged.contains(&key) {
            return;
        }
        let left = self.left_at_rest(key);
        let checker = self.moving.entry(key).or_insert_with(|| Checker::new(left));
        if let Err(failure) = checker.hear(event) {
            self.violations.add(event.at, || said(key, &failure, name));
        }
        if checker.given_up() {
            self.moving.remove(&key);
            self.unjudged.insert(key);
        } else if let Some(left) = checker.certain() {
            self.moving.remove(&key);
            self.left.insert(key, left);
        }
        if self.range(key) != before {
            let until = event.at;
            let left = before;
            self.earlier.push_back(Earlier { until, key, left });
            let known_since = self.known_since(until);
            let old = self.earlier.partition_point(|one| one.until < known_since);
            self.earlier.drain(..old);
        }
    }

    /// What happened there cannot be followed any more.
    pub fn lose_sight(&mut self, key: SeatKey) {
        self.moving.remove(&key);
        self.unjudged.insert(key);
    }

    /// Something was told that nobody had asked for.
    pub fn not_asked(&mut self, at: Instant, text: String) {
        self.violations.add(at, || text);
    }

    /// The verdict, at the end; what is still on its way is unanswered.
    pub fn verdict(
        &self,
        now: Instant,
        filed: &Filed,
        name: &dyn Fn(SeatKey) -> String,
    ) -> Verdict {
        let mut violations = self.violations.clone();
        violations.join(&filed.violations);
        for (&key, checker) in &self.moving {
            if let Err(failure) = checker.clone().close(now) {
                violations.add(now, || said(key, &failure, name));
            }
        }
        let unjudged = match self.unjudged.len() {
            0 => String::new(),
            1 => "; 1 flight could not be followed".to_owned(),
            n => format!("; {n} flights could not be followed"),
        };
        let checked = format!(
            "{} sells and returns of seats, {} refusals with their count and {} entries untold have an \
             order at every flight, date and class; {} bookings shown were on file{unjudged}",
            self.done, self.refused, self.untold, filed.shown
        );
        violations.verdict("linearisable", checked)
    }
}

fn said(key: SeatKey, failure: &Failure, name: &dyn Fn(SeatKey) -> String) -> String {
    format!("{}: {failure}", name(key))
}
