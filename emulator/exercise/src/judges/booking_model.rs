//! What the terminals were told: the booking each set holds and each booking filed, followed from
//! the acknowledged entries and their answers alone.
//!
//! A sell's answer names flight, class, date, cities and seats; `OK` acknowledges items and
//! cancellations; `OK ABACDH` acknowledges a booking filed under that locator. Nothing here looks
//! at the machines or the storage; the judges compare the two.
//!
//! When an answer does not tell enough (a booking is brought in whose contents nobody was told), the
//! set is *unsure* until the agent ends or ignores the booking; nothing is claimed about it, nor which
//! seats its entries gave back.
//!
//! Time takes things away, told to nobody. At midnight segments of departed flights leave the
//! bookings, and a booking with none left is forgotten: its record may be used for another. A set's
//! booking that nobody touched for half an hour, or with a departed flight, may be ignored by the
//! system: it *lapses*. Its seats may be given back from then on, and the set is unsure until it must
//! have happened.

use std::collections::BTreeMap;

use clock::{Instant, Shared, Span};
use serde::{Deserialize, Serialize};

use super::promise::may_update;
use crate::day::{DAYS_MAX, Today};
use crate::layout::{Booking, Segment, SegmentStatus, locator_ordinal};
use crate::schedule::Schedule;

/// Seats of one class on one flight and day: flight ordinal, place of the day, class (0 first, 1 coach).
pub type SeatKey = (u16, u16, u8);

/// How a segment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Standing {
    /// Sold, booking open.
    Sold,
    /// On the wait-list, booking open.
    Wait,
    /// Filed, confirmed.
    Filed,
    /// Filed, on the wait-list.
    FiledWait,
    /// Filed, to be cancelled at the end.
    Leaving,
    /// Filed on the wait-list, to be cancelled at the end.
    LeavingWait,
}

/// A segment as told to the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ToldSegment {
    /// Flight, day, class.
    pub key: SeatKey,
    /// Seats.
    pub seats: u16,
    /// How it stands.
    pub standing: Standing,
}

/// A booking as told to the agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldBooking {
    /// Segments in order.
    pub segments: Vec<ToldSegment>,
    /// Persons named.
    pub persons: u16,
    /// Items by their mark (`-`, `9`, `7`, `6`, `5`): the text without the mark.
    pub items: BTreeMap<char, String>,
    /// The booking of before that this one changes.
    pub of: Option<u32>,
}

impl ToldBooking {
    /// No booking.
    const NOTHING: ToldBooking = ToldBooking {
        segments: Vec::new(),
        persons: 0,
        items: BTreeMap::new(),
        of: None,
    };
    /// As it stands on file when it has ended.
    fn filed(mut self) -> ToldBooking {
        for segment in &mut self.segments {
            segment.standing = match segment.standing {
                Standing::Wait | Standing::FiledWait | Standing::LeavingWait => Standing::FiledWait,
                _ => Standing::Filed,
            };
        }
        self.of = None;
        self
    }

    /// Nothing in it?
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty() && self.items.is_empty() && self.of.is_none()
    }
}

/// What became of a booking by an END of this run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Filed {
    /// It stands so.
    Booking(ToldBooking),
    /// It was cancelled whole.
    Cancelled,
    /// Nobody was told. The day's number, and what it may hold.
    Untold(u16, ToldBooking),
}

/// Bookings in sets that the system may ignore from now on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lapses {
    /// Sets, and what they were told they hold.
    pub begin: Vec<(u16, Vec<ToldSegment>)>,
    /// Sets in which it must have happened.
    pub over: Vec<u16>,
}

/// When a set was used last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Used {
    /// An entry that surely changed its booking was accepted.
    changed: Instant,
    /// Any entry was accepted or answered.
    at_all: Instant,
    /// Its booking may be ignored since then.
    lapsing: bool,
}

/// Open bookings older than this may be ignored.
pub const IDLE: Span = Span::from_secs(30 * 60);
/// And older than this they must have been.
pub const IDLE_AT_MOST: Span = Span::from_secs(60 * 60);

/// What an acknowledged entry did to seats: positive sold, negative given back.
pub type SeatChange = (SeatKey, i32);

/// The model of all sets and of all bookings told of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// What day it is.
    pub today: Today,
    sets: Vec<ToldBooking>,
    unsure: Vec<bool>,
    used: Vec<Used>,
    /// Some passenger records may still have segments of yesterday.
    pub being_swept: bool,
    /// Bookings filed or changed by acknowledged ENDs in this run, by ordinal.
    filed: BTreeMap<u32, Filed>,
    /// Bookings on file when the run began; those of `filed` are not looked at any more.
    pub before: Shared<BTreeMap<u32, ToldBooking>>,
    /// ENDs of which nobody knows whether they were done: so many bookings may be on file.
    pub undecided_ends: usize,
    /// ENDs told of a record that another booking has: ordinal and set, until somebody takes them.
    pub given_twice: Vec<(u32, u16)>,
}

impl ToldBooking {
    /// A booking on file as it stands there.
    pub fn of_file(booking: &Booking) -> ToldBooking {
        let standing = |segment: &Segment| match segment.status() {
            Some(SegmentStatus::FiledConfirmed) => Some(Standing::Filed),
            Some(SegmentStatus::FiledWait) => Some(Standing::FiledWait),
            _ => None,
        };
        let told = |segment: &Segment| {
            Some(ToldSegment {
                key: (segment.flight, segment.day, segment.class),
                seats: segment.seats,
                standing: standing(segment)?,
            })
        };
        let items = [
            ('-', &booking.names),
            ('9', &booking.phone),
            ('7', &booking.ticketing),
            ('6', &booking.received),
            ('5', &booking.remark),
        ];
        ToldBooking {
            segments: booking.segments.iter().filter_map(told).collect(),
            persons: booking.persons,
            items: items
                .into_iter()
                .filter(|(_, text)| !text.is_empty())
                .map(|(mark, text)| (mark, text.clone()))
                .collect(),
            of: None,
        }
    }
}

/// Parses a segment as it is shown, `1 AA1    Y 12JUL LGALAX HK1`: flight, day, class; seats; how it
/// stands.
pub fn shown_segment<'a>(
    text: &'a str,
    today: Today,
    schedule: &Schedule,
) -> Option<(SeatKey, u16, &'a str)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [_, designator, class, date, _, action, ..] = words[..] else {
        return None;
    };
    let flight = schedule.flight(designator)?;
    let class = match class {
        "F" => 0,
        "Y" => 1,
        _ => return None,
    };
    let day = today.place_of(date)?;
    let (how, seats) = action.split_at_checked(2)?;
    Some(((flight, day, class), seats.parse().ok()?, how))
}

/// Parses a sell's answer: `1 AA1    Y 12JUL LGALAX SS1  0900 1130`.
pub fn told_segment(answer: &str, today: Today, schedule: &Schedule) -> Option<ToldSegment> {
    let (key, seats, how) = shown_segment(answer, today, schedule)?;
    let standing = match how {
        "SS" => Standing::Sold,
        "LL" => Standing::Wait,
        _ => return None,
    };
    Some(ToldSegment {
        key,
        seats,
        standing,
    })
}

/// Persons in a name item without its mark: the number in front, or one.
fn persons(text: &str) -> u16 {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(1)
}

impl Model {
    /// No bookings anywhere.
    pub fn new(sets: u16, today: Today) -> Model {
        Model {
            today,
            sets: vec![ToldBooking::default(); usize::from(sets)],
            unsure: vec![false; usize::from(sets)],
            used: vec![Used::default(); usize::from(sets)],
            being_swept: false,
            filed: BTreeMap::new(),
            before: Shared::default(),
            undecided_ends: 0,
            given_twice: Vec::new(),
        }
    }

    /// The booking a set holds, as told; `None` when it cannot be known.
    pub fn of_set(&self, set: u16) -> Option<&ToldBooking> {
        let index = usize::from(set);
        (!*self.unsure.get(index)?).then(|| &self.sets[index])
    }

    /// Sets that hold a booking, as told.
    pub fn sets_at_work(&self) -> impl Iterator<Item = u16> + '_ {
        let sets = self.sets.iter().enumerate();
        sets.filter_map(|(set, booking)| (!booking.is_empty()).then_some(set as u16))
    }

    /// What a set was told it holds, though it may hold something else.
    pub fn told_of(&self, set: u16) -> &ToldBooking {
        const NOTHING: &ToldBooking = &ToldBooking::NOTHING;
        self.sets.get(usize::from(set)).unwrap_or(NOTHING)
    }

    /// Segments of a booking on file, as told last.
    pub fn segments_on_file(&self, ordinal: u32) -> &[ToldSegment] {
        let told = match self.filed.get(&ordinal) {
            Some(Filed::Booking(told) | Filed::Untold(_, told)) => Some(told),
            Some(Filed::Cancelled) => None,
            None => self.before.get(&ordinal),
        };
        told.map_or(&[], |booking| &booking.segments)
    }

    /// A booking on file as told last; `None` if there is none or nobody was told.
    pub fn told(&self, ordinal: u32) -> Option<&ToldBooking> {
        match self.filed.get(&ordinal) {
            Some(Filed::Booking(booking)) => Some(booking),
            Some(_) => None,
            None => self.before.get(&ordinal),
        }
    }

    /// Somebody has heard of a booking in this record.
    pub fn heard_of(&self, ordinal: u32) -> bool {
        self.filed.contains_key(&ordinal) || self.before.contains_key(&ordinal)
    }

    /// The bookings filed or changed by an END of this run.
    pub fn ordinals_filed(&self) -> impl Iterator<Item = u32> + '_ {
        self.filed.keys().copied()
    }

    /// No booking that somebody has heard of has this ordinal or a greater one.
    pub fn ordinals_end(&self) -> u32 {
        let filed = self.filed.last_key_value().map(|(last, _)| last + 1);
        let before = self.before.last_key_value().map(|(last, _)| last + 1);
        filed.max(before).unwrap_or(0)
    }

    /// An entry of a set was accepted or answered.
    pub fn used(&mut self, at: Instant, set: u16) {
        if let Some(used) = self.used.get_mut(usize::from(set)) {
            used.at_all = at;
        }
    }

    /// An entry accepted then was not refused. One that changed the set's booking, or began it, has
    /// touched it.
    pub fn changed(&mut self, at: Instant, set: u16, text: &str) {
        let index = usize::from(set);
        let begins = self.sets.get(index).is_some_and(ToldBooking::is_empty);
        let changes = may_update(text);
        if let Some(used) = self.used.get_mut(index).filter(|_| begins || changes) {
            used.changed = at;
        }
    }

    /// The system may ignore the set's booking from now on. Gives the set and what it was told it
    /// holds.
    fn may_lapse(&mut self, index: usize) -> (u16, Vec<ToldSegment>) {
        let booking = std::mem::take(&mut self.sets[index]);
        self.unsure[index] = true;
        self.used[index].lapsing = true;
        (index as u16, booking.segments)
    }

    /// The set holds nothing, and everybody knows it.
    fn is_left(&mut self, index: usize) -> ToldBooking {
        self.unsure[index] = false;
        self.used[index].lapsing = false;
        std::mem::take(&mut self.sets[index])
    }

    /// Bookings that nobody has touched: some may be ignored from now on, and those that must have
    /// been, if the system had the time for it (`served`), are gone.
    pub fn time_passes(&mut self, now: Instant, served: impl Fn(u16) -> bool) -> Lapses {
        let mut lapses = Lapses::default();
        for index in 0..self.sets.len() {
            let (set, used) = (index as u16, self.used[index]);
            let unsure = self.unsure[index];
            let may_hold = !self.sets[index].is_empty() || unsure && !used.lapsing;
            if may_hold && now.saturating_since(used.changed) >= IDLE {
                lapses.begin.push(self.may_lapse(index));
            }
            if unsure && now.saturating_since(used.at_all) >= IDLE_AT_MOST && served(set) {
                self.is_left(index);
                lapses.over.push(set);
            }
        }
        lapses
    }

    /// It is a day later. What has departed is forgotten; open bookings may be ignored for it.
    pub fn next_day(&mut self) -> Lapses {
        self.today.number += 1;
        let today = self.today;
        let stands = |booking: &mut ToldBooking| {
            let segments = &mut booking.segments;
            segments.retain(|segment| !today.departed(segment.key.1));
            !segments.is_empty()
        };
        let filed = &self.filed;
        self.before
            .make_mut()
            .retain(|ordinal, booking| !filed.contains_key(ordinal) && stands(booking));
        self.filed.retain(|_, filed| match filed {
            Filed::Booking(booking) => stands(booking),
            Filed::Cancelled => false,
            Filed::Untold(day, booking) => {
                stands(booking);
                *day + DAYS_MAX > today.number
            }
        });
        let departed = |booking: &ToldBooking| {
            let mut segments = booking.segments.iter();
            segments.any(|segment| today.departed(segment.key.1))
        };
        let mut lapses = Lapses::default();
        for index in 0..self.sets.len() {
            if departed(&self.sets[index]) {
                lapses.begin.push(self.may_lapse(index));
            }
        }
        lapses
    }

    /// Seats an entry gives back if it is done; none if it cannot be known.
    pub fn gives_back(&self, set: u16, text: &str) -> Vec<SeatChange> {
        let Some(booking) = self.of_set(set) else {
            return Vec::new();
        };
        let back = |standing: Standing| -> Vec<SeatChange> {
            let those = booking.segments.iter().filter(|s| s.standing == standing);
            those.map(|s| (s.key, -i32::from(s.seats))).collect()
        };
        match text {
            "I" | "IG" | "XI" => back(Standing::Sold),
            "E" | "ET" => back(Standing::Leaving),
            _ => {
                let segment = text
                    .strip_prefix('X')
                    .and_then(|n| n.parse::<usize>().ok())
                    .and_then(|n| booking.segments.get(n.wrapping_sub(1)));
                let sold = segment.filter(|s| s.standing == Standing::Sold);
                sold.map(|s| (s.key, -i32::from(s.seats)))
                    .into_iter()
                    .collect()
            }
        }
    }

    /// Applies an acknowledged entry. Gives the seats it sold and gave back; of a set that cannot be
    /// known only what it sold.
    pub fn apply(
        &mut self,
        set: u16,
        text: &str,
        answer: &str,
        schedule: &Schedule,
    ) -> Vec<SeatChange> {
        let index = usize::from(set);
        if index >= self.sets.len() {
            return Vec::new();
        }
        let freed = self.gives_back(set, text);
        let booking = &mut self.sets[index];
        match text.chars().next() {
            Some('0') => match told_segment(answer, self.today, schedule) {
                Some(segment) => {
                    booking.segments.push(segment);
                    if self.today.departed(segment.key.1) {
                        // Sold before midnight, told of after it.
                        self.may_lapse(index);
                        return Vec::new();
                    }
                    if segment.standing == Standing::Sold {
                        return vec![(segment.key, i32::from(segment.seats))];
                    }
                    Vec::new()
                }
                None => Vec::new(),
            },
            Some('-' | '9' | '7' | '6' | '5') if answer == "OK" => {
                for item in text.split('$') {
                    let mut letters = item.chars();
                    let Some(mark) = letters.next() else { continue };
                    let rest: String = letters.collect();
                    if mark == '-' {
                        booking.persons = persons(&rest);
                    }
                    booking.items.insert(mark, rest);
                }
                Vec::new()
            }
            // Which segment it was cannot be known.
            Some('X') if self.unsure[index] => freed,
            Some('X') if answer == "OK" => {
                let chosen = text[1..].parse::<usize>().ok();
                let mut number = 0;
                booking.segments.retain_mut(|segment| {
                    number += 1;
                    if chosen.is_some_and(|chosen| chosen != number) {
                        return true;
                    }
                    match segment.standing {
                        Standing::Sold | Standing::Wait => false,
                        Standing::Filed | Standing::Leaving => {
                            segment.standing = Standing::Leaving;
                            true
                        }
                        Standing::FiledWait | Standing::LeavingWait => {
                            segment.standing = Standing::LeavingWait;
                            true
                        }
                    }
                });
                freed
            }
            Some('I') if answer == "IGNORED" => {
                self.is_left(index);
                freed
            }
            Some('E') if answer.starts_with("OK ") => {
                self.end(index, &answer[3..]);
                freed
            }
            Some('*') => {
                self.shown(index, text, answer);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn end(&mut self, index: usize, locator: &str) {
        let unsure = self.unsure[index];
        let mut booking = self.is_left(index);
        let Some(ordinal) = locator_ordinal(locator.trim()) else {
            return;
        };
        if unsure {
            let filed = Filed::Untold(self.today.number, booking.filed());
            self.filed.insert(ordinal, filed);
            return;
        }
        if self.told(ordinal).is_some() && booking.of != Some(ordinal) {
            self.given_twice.push((ordinal, index as u16));
        }
        booking
            .segments
            .retain(|s| !matches!(s.standing, Standing::Leaving | Standing::LeavingWait));
        let filed = match booking.segments.is_empty() {
            true => Filed::Cancelled,
            false => Filed::Booking(booking.filed()),
        };
        self.filed.insert(ordinal, filed);
    }

    /// A display: of this set's booking, or of a booking filed before. The latter begins with its
    /// locator and its names; a list of locators brings nothing into the set.
    fn shown(&mut self, index: usize, text: &str, answer: &str) {
        if matches!(text, "*A" | "*I") {
            return;
        }
        let Some((locator, names)) = answer.trim().split_once(' ') else {
            return;
        };
        let Some(ordinal) = locator_ordinal(locator).filter(|_| names.contains('/')) else {
            return;
        };
        let told = self.told(ordinal);
        let may_be = match self.filed.get(&ordinal) {
            Some(Filed::Untold(_, booking)) => Some(booking),
            _ => told,
        };
        let unsure = self.being_swept || told.is_none();
        self.sets[index] = ToldBooking {
            of: Some(ordinal),
            ..may_be.cloned().unwrap_or_default()
        };
        self.unsure[index] = unsure;
    }

    /// An entry may or may not have been done, or did what nobody is told: nothing is claimed of
    /// the set until its booking is ended or ignored.
    pub fn undecided(&mut self, set: u16, text: &str) {
        let index = usize::from(set);
        if index >= self.sets.len() || text.starts_with('1') {
            return;
        }
        if text.starts_with('E') {
            self.undecided_ends += 1;
            if let Some(of) = self.sets[index].of {
                let booking = self.sets[index].clone().filed();
                let filed = Filed::Untold(self.today.number, booking);
                self.filed.insert(of, filed);
            }
        }
        self.unsure[index] = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Today {
        Today {
            first_day: 181,
            number: 0,
        }
    }

    fn schedule() -> Schedule {
        let text = "designator,origin,destination,departure,arrival,distance,aircraft_1962,first_seats,coach_seats\n\
                    AA1,LGA,LAX,0900,1130,2475,Boeing 707-123,34,78\n\
                    AA2,LAX,LGA,1200,2030,2475,Boeing 707-123,34,78\n";
        Schedule::read("schedule.csv", text).expect("a good schedule")
    }

    #[test]
    fn a_booking_is_followed_from_the_answers() {
        let schedule = schedule();
        let mut model = Model::new(2, today());
        let sold = "1 AA1    Y 12JUL LGALAX SS2  0900 1130";
        let key = (0, 11, 1);
        assert_eq!(model.apply(0, "02Y2", sold, &schedule), [(key, 2)]);
        assert_eq!(
            model.apply(0, "02Y2", "UNABLE 0 LEFT", &schedule),
            [],
            "a refusal sells nothing"
        );
        let wait = "2 AA2    F 13JUL LAXLGA LL2  1200 2030";
        assert_eq!(model.apply(0, "02F3LL", wait, &schedule), []);
        model.apply(0, "-2SMIVO/ADA MRS/MAX MR$9212-555-0100-H", "OK", &schedule);
        let told = model.of_set(0).unwrap();
        assert_eq!((told.segments.len(), told.persons), (2, 2));
        assert_eq!(told.items[&'9'], "212-555-0100-H");
        assert_eq!(model.gives_back(0, "IG"), [(key, -2)]);
        assert_eq!(model.gives_back(0, "X2"), []);
        assert_eq!(model.apply(0, "E", "OK AAAABC", &schedule), []);
        assert!(model.of_set(0).unwrap().is_empty());
        let filed = model.told(0o12).unwrap();
        assert_eq!(filed.segments[1].standing, Standing::FiledWait);

        // Brought into another set, one segment cancelled, ended: the seats go back at the end.
        model.apply(1, "*AAAABC", "AAAABC 2SMIVO/ADA", &schedule);
        assert_eq!(model.apply(1, "X1", "OK", &schedule), []);
        assert_eq!(model.apply(1, "E", "OK AAAABC", &schedule), [(key, -2)]);
        assert_eq!(model.told(0o12).unwrap().segments.len(), 1);
        assert_eq!(model.given_twice, [], "it was the same booking");

        // Another booking filed under the same locator: one of the two is lost.
        model.apply(1, "02Y2", sold, &schedule);
        model.apply(1, "E", "OK AAAABC", &schedule);
        assert_eq!(model.given_twice, [(0o12, 1)]);
    }

    #[test]
    fn an_unknown_booking_makes_a_set_unsure_until_it_is_left() {
        let schedule = schedule();
        let mut model = Model::new(1, today());
        model.apply(0, "*-SMIVO", "AAAABC AAAABD", &schedule);
        assert!(model.of_set(0).is_some(), "a list brings nothing");
        model.apply(0, "*-SMIVO", "AAAABC SMIVO/ADA", &schedule);
        assert_eq!(model.of_set(0), None);
        model.apply(0, "I", "IGNORED", &schedule);
        assert!(model.of_set(0).unwrap().is_empty());
    }

    #[test]
    fn an_undecided_entry_leaves_a_set_unsure_until_it_is_left() {
        let schedule = schedule();
        let mut model = Model::new(1, today());
        model.apply(
            0,
            "02Y2",
            "1 AA1    Y 12JUL LGALAX SS2  0900 1130",
            &schedule,
        );
        model.undecided(0, "112JULLGALAX");
        assert!(model.of_set(0).is_some(), "to look changes nothing");
        model.undecided(0, "X1");
        assert_eq!(model.of_set(0), None);
        assert_eq!(model.gives_back(0, "X1"), [], "nobody knows");
        assert_eq!(model.apply(0, "IG", "IGNORED", &schedule), []);
        assert!(model.of_set(0).is_some());
        model.undecided(0, "E");
        assert_eq!(model.undecided_ends, 1);
    }

    #[test]
    fn a_booking_left_alone_may_be_ignored_and_after_an_hour_it_must_have_been() {
        let (schedule, minute) = (schedule(), |n: u64| Instant(n * 60_000_000_000));
        let mut model = Model::new(2, today());
        let sold = "1 AA1    Y 12JUL LGALAX SS2  0900 1130";
        model.used(minute(5), 0);
        model.changed(minute(5), 0, "02Y2");
        model.apply(0, "02Y2", sold, &schedule);
        assert_eq!(model.time_passes(minute(34), |_| true), Lapses::default());
        let begin = model.time_passes(minute(35), |_| true).begin;
        let [(0, held)] = &begin[..] else {
            panic!("set 0, not {begin:?}")
        };
        assert_eq!((held[0].key, held[0].seats), ((0, 11, 1), 2));
        assert_eq!(model.of_set(0), None);
        let later = model.time_passes(minute(64), |_| true);
        assert_eq!(later, Lapses::default(), "it is told once");
        let down = model.time_passes(minute(65), |_| false);
        assert_eq!(down, Lapses::default(), "nobody had the time for it");
        assert_eq!(model.time_passes(minute(66), |_| true).over, [0]);
        assert!(model.of_set(0).expect("known").is_empty());
    }
}
