//! Seats, as the terminals were told of them: the judges `linearisable` and `availability-fresh`.
//!
//! | part | what it is |
//! |---|---|
//! | [`operations`] | entries and answers become operations at flights, dates and classes |
//! | [`linearisable`] | the answers can be put in an order, flight by flight |
//! | [`filed`] | bookings shown were on file |
//! | [`fresh`] | what the lights show was so within two seconds |

pub mod filed;
pub mod fresh;
pub mod linearisable;
pub mod operations;
#[cfg(test)]
mod tests;

use clock::Instant;
use serde::{Deserialize, Serialize};

use super::Verdict;
use super::booking_model::{Lapses, Model, SeatChange, SeatKey, ToldBooking};
use super::ledger::{Completed, Ledger, OpenEntry};
use crate::day::Today;
use crate::history::{self, Value};
use crate::inputs::Inputs;
use crate::layout::locator_ordinal;
use crate::linearisability::Outcome;
use crate::recovered::{Media, Recovered};
use crate::schedule::Class;
use filed::Filed;
use fresh::{Fresh, Shown};
use linearisable::Linearisable;
use operations::Operations;

/// The two judges and the operations they hear of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seats {
    /// What the entries mean.
    pub operations: Operations,
    /// In what order they may have been.
    pub linearisable: Linearisable,
    filed: Filed,
    fresh: Fresh,
}

/// What an answered entry did to seats.
pub struct Done {
    /// What it did for certain.
    pub changes: Vec<SeatChange>,
    /// What it gave back is not known: all that it may have, it may have.
    pub untold: bool,
    /// What more it may have given back.
    pub besides: Vec<SeatChange>,
}

/// A flight, date and class in words: `AA1 12JUL Y`.
pub fn name(inputs: &Inputs, today: Today, (flight, place, class): SeatKey) -> String {
    let flight = inputs.schedule.flights.get(usize::from(flight));
    let designator = flight.map_or("?", |flight| &flight.designator);
    let class = Class::ALL
        .get(usize::from(class))
        .map_or('?', |c| c.letter());
    format!("{designator} {} {class}", today.date(place))
}

impl Seats {
    /// With the opening counts as they stand in storage.
    pub fn new<M: Media>(inputs: &Inputs, recovered: &Recovered<'_, M>) -> Seats {
        let sets = inputs.description.sets() as u16;
        Seats {
            operations: Operations::new(sets),
            linearisable: Linearisable::new(inputs, recovered),
            filed: Filed::default(),
            fresh: Fresh::default(),
        }
    }

    /// A day is opened in this place.
    pub fn open_day(&mut self, place: u16) {
        self.operations.open_day(place);
        self.linearisable.open_day(place);
        self.filed.open_day(place);
    }

    /// Bookings in sets may be ignored, told to nobody, or must have been. Gives the seats that may
    /// come back.
    pub fn lapse(
        &mut self,
        inputs: &Inputs,
        at: Instant,
        lapses: &Lapses,
        today: Today,
    ) -> Vec<SeatChange> {
        let mut freed = Vec::new();
        for (set, told) in &lapses.begin {
            freed.extend(self.operations.lapses(at, *set, told));
            self.filed.brings(at, at, *set, None);
        }
        for set in &lapses.over {
            self.operations.is_left(at, *set);
        }
        self.hear(inputs, at, today);
        freed
    }

    /// An entry was given up of which nobody will be told.
    pub fn undecided(&mut self, inputs: &Inputs, set: u16, entry: &OpenEntry, model: &Model) {
        if entry.text.starts_with('E') {
            self.filed.end_undecided(set, model.told_of(set).of);
        }
        self.operations
            .undecided(set, entry, model, &inputs.schedule);
    }

    /// An entry was accepted.
    pub fn begun(
        &mut self,
        inputs: &Inputs,
        at: Instant,
        set: u16,
        ledger: &Ledger,
        model: &Model,
    ) {
        if ledger
            .open(set)
            .is_some_and(|open| open.text.starts_with('E'))
        {
            let sure = self.operations.is_sure(set, model) && ledger.doubtful(set).is_none();
            match sure {
                true => self.filed.end_begun(at, set, model.told_of(set)),
                false => self.filed.end_undecided(set, model.told_of(set).of),
            }
        }
        self.operations
            .begun(at, set, ledger, model, &inputs.schedule);
        self.hear(inputs, at, model.today);
    }

    /// An answer is complete; it says that the entry before was not done.
    pub fn answered(&mut self, at: Instant, set: u16, not_done: Option<&OpenEntry>) {
        if let Some(before) = not_done {
            self.operations
                .ended(at, set, before.serial, Outcome::NotDone);
            if before.text.starts_with('E') {
                self.filed.end_answered(before.accepted_at, at, set, None);
            }
        }
        self.operations.answered(at, set);
    }

    /// An entry was answered; the model takes what it did from its answer.
    pub fn completed(
        &mut self,
        inputs: &Inputs,
        at: Instant,
        done: &Completed,
        model: &mut Model,
    ) -> Done {
        let (schedule, today) = (&inputs.schedule, model.today);
        let sure = self.operations.completing(done, model);
        let (text, answer) = (&done.entry.text, done.entry.answer.trim_end());
        let mut changes = model.apply(done.set, text, answer, schedule);
        let untold = self
            .operations
            .completed(at, done, &changes, sure, model, schedule);
        if untold {
            changes.clear();
        }
        let besides = self.operations.out_of_sight.clone();
        self.hear(inputs, at, model.today);
        self.file(inputs, at, done, sure, model);
        if let (Some(lights), Some(asked)) = (done.lights, operations::asked(text, today, schedule))
        {
            let shown = Shown {
                set: done.set,
                asked,
                lights,
                entered: done.entry.accepted_at,
                at,
            };
            let lines: Vec<_> = fresh::lines(&shown, schedule).collect();
            let name = |key| name(inputs, today, key);
            self.fresh.shown(&shown, &lines, &self.linearisable, &name);
            self.operations.lit(at, done, lines);
        }
        Done {
            changes,
            untold,
            besides,
        }
    }

    /// An entry that files, brings in or shows a booking was answered.
    fn file(&mut self, inputs: &Inputs, at: Instant, done: &Completed, sure: bool, model: &Model) {
        let (set, begun, today) = (done.set, done.entry.accepted_at, model.today);
        let (text, answer) = (done.entry.text.as_str(), done.entry.answer.trim_end());
        match text.chars().next() {
            Some('I') if answer == "IGNORED" => self.filed.brings(begun, at, set, None),
            Some('E') => match operations::filed_under(done) {
                None => self.filed.end_answered(begun, at, set, None),
                Some(ordinal) if !sure => self.filed.end_undecided(set, Some(ordinal)),
                Some(ordinal) => {
                    let nothing = ToldBooking::default();
                    let filed = model.told(ordinal);
                    let filed = Some((ordinal, filed.unwrap_or(&nothing)));
                    self.filed.end_answered(begun, at, set, filed);
                    self.filed.brings(begun, at, set, None);
                }
            },
            Some('*') => match (model.of_set(set), self.operations.entries.last()) {
                (None, _) => self.filed.brings(begun, at, set, None),
                (Some(_), Some(entry)) => match (&entry.outcome, &entry.value) {
                    (history::Outcome::Ok, Value::Segments(shown)) => {
                        let name = |key| name(inputs, today, key);
                        self.filed
                            .shows(at, set, shown, &model.before, today, &name);
                    }
                    (history::Outcome::Ok, Value::Text(_)) => {
                        let locator = answer.split(' ').next().and_then(locator_ordinal);
                        let brought = model.told_of(set).of;
                        if brought.is_some() && locator == brought {
                            self.filed.brings(begun, at, set, brought);
                        }
                    }
                    _ => {}
                },
                _ => {}
            },
            _ => {}
        }
    }

    /// The judge hears what has begun and ended.
    fn hear(&mut self, inputs: &Inputs, at: Instant, today: Today) {
        let name = |key| name(inputs, today, key);
        for (key, event) in self.operations.events.drain(..) {
            self.linearisable.hear(key, event, &name);
        }
        for (key, _) in self.operations.out_of_sight.drain(..) {
            self.linearisable.lose_sight(key);
        }
        for text in self.operations.not_asked.drain(..) {
            self.linearisable.not_asked(at, text);
        }
    }

    /// Both verdicts, at the end.
    pub fn verdicts(&self, inputs: &Inputs, now: Instant, today: Today) -> [Verdict; 2] {
        let name = |key| name(inputs, today, key);
        [
            self.linearisable.verdict(now, &self.filed, &name),
            self.fresh.verdict(),
        ]
    }
}
