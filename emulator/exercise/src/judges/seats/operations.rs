//! What entries mean for seats: operations at flights, dates and classes, read from what is typed at
//! the sets and from what they are told.
//!
//! An operation begins when its entry is accepted. Of a sell, the flight is known by then: it is
//! typed, or it stands on the line of the air information sheet that the last availability lit, and
//! sheets are printed for everybody. What a cancellation, an IGNORE or an END gives back is what the
//! set was told it holds.
//!
//! Where this is not certain (an entry was given up, and nobody was told what it did), an operation
//! begins at every flight that may be meant, and ends *not done* where an answer tells it was not,
//! *untold* where nobody ever learns. So the operations of a history are always at least those that
//! happened. A set is *blind* if even that is not known: a booking may have been brought in that
//! nobody saw. If it ends one, the flights of that booking are no longer judged.

use std::collections::{BTreeMap, BTreeSet};

use clock::Instant;
use serde::{Deserialize, Serialize};

use crate::day::Today;
use crate::history::{Entry, Function, Outcome as Told, Value};
use crate::judges::booking_model::{
    Model, SeatChange, SeatKey, Standing, ToldSegment, shown_segment,
};
use crate::judges::ledger::{Completed, Ledger, OpenEntry};
use crate::layout::locator_ordinal;
use crate::linearisability::{Deed, Event, Id, Outcome, Step};
use crate::schedule::Schedule;

/// In place of a serial, which has 12 bits: nobody entered it.
const LAPSE: u16 = 1 << 12;

/// An air information sheet lit for a day: number of the sheet, place of the day.
pub type Display = (u16, u16);

/// Lights asked for: the display, and for how many seats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Sheet and place of the day.
    pub display: Display,
    /// A light says whether at least so many seats are left.
    pub seats: u16,
}

/// One part of an operation: it may concern this flight, date and class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Part {
    key: SeatKey,
    deed: Deed,
}

/// An entry on its way that concerns seats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Open {
    function: Function,
    /// What was asked for, as a history tells it.
    value: Value,
    parts: Vec<Part>,
    /// Nobody will be told of it; it ends with the set's next answer.
    untold: bool,
}

/// The operations on their way, and what may be behind what was never told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operations {
    /// What day it was at the last entry or answer.
    today: Today,
    /// What may be lit at each set; one unless nobody was told.
    displays: Vec<Vec<Display>>,
    /// The entries on their way, by set and serial.
    open: BTreeMap<(u16, u16), Open>,
    /// What a set may hold besides what it was told, while it cannot be known.
    may_hold: BTreeMap<u16, Vec<ToldSegment>>,
    /// The same of bookings on file, by ordinal.
    doubtful: BTreeMap<u32, Vec<ToldSegment>>,
    /// The same of bookings filed under locators nobody was told.
    nameless: Vec<ToldSegment>,
    /// Sets that may hold anything.
    blind: BTreeSet<u16>,
    /// Seats that may come back because nobody touched a set's booking, by set.
    lapsing: BTreeMap<u16, Vec<(usize, Part)>>,
    /// What began and ended since somebody last took it.
    pub events: Vec<(SeatKey, Event)>,
    /// The same as a history tells it.
    pub entries: Vec<Entry>,
    /// What more may have happened than was ever begun.
    pub out_of_sight: Vec<SeatChange>,
    /// Answers that did what was not asked for, in words.
    pub not_asked: Vec<String>,
}

/// Splits off the number a text begins with.
fn number(text: &str) -> Option<(u16, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    Some((number.parse().ok()?, rest))
}

/// Seats left, of a refusal `UNABLE 2 LEFT`.
fn left(answer: &str) -> Option<u16> {
    let count = answer.strip_prefix("UNABLE ")?.strip_suffix(" LEFT")?;
    count.trim().parse().ok()
}

/// The place of a date as it is typed, if it is for sale, and what follows it.
fn date(text: &str, today: Today) -> Option<(u16, &str)> {
    let (day, after) = number(text)?;
    let (date, rest) = text.split_at_checked(text.len() - after.len() + 3)?;
    let place = today.place_of(date)?;
    // Of dates further away it is not the place.
    let month = date.get(date.len() - 3..)?;
    let is_there = !today.departed(place) && today.date(place) == format!("{day}{month}");
    is_there.then_some((place, rest))
}

/// The locator an END was answered with.
pub fn filed_under(done: &Completed) -> Option<u32> {
    let locator = done.entry.answer.trim_end().strip_prefix("OK ")?;
    let end = done.entry.text.starts_with('E');
    locator_ordinal(locator).filter(|_| end)
}

/// What an availability asks for: `112JULLGALAX3P/2`. Of the sheets of two cities it is the last
/// whose first departure is not after the time asked.
pub fn asked(text: &str, today: Today, schedule: &Schedule) -> Option<Asked> {
    let (day, rest) = date(text.strip_prefix('1')?, today)?;
    let (cities, rest) = rest.split_at_checked(6)?;
    let pair = schedule.pair(cities)?;
    let (time, seats) = rest.split_once('/').unwrap_or((rest, "1"));
    let minute = match number(time) {
        None => 0,
        Some((time, half)) => {
            let hours = if time < 25 { time } else { time / 100 };
            let minute = hours * 60 + if time < 25 { 0 } else { time % 100 };
            minute + if half == "P" && minute < 720 { 720 } else { 0 }
        }
    };
    let begins = |n: u16| {
        let sheet = schedule.sheets.get(usize::from(pair.first_sheet + n))?;
        let flight = schedule.flights.get(usize::from(*sheet.flights.first()?))?;
        Some(flight.departure_minute)
    };
    let later = (1..pair.sheets).take_while(|&n| begins(n).is_some_and(|at| at <= minute));
    Some(Asked {
        display: (pair.first_sheet + later.count() as u16, day),
        seats: seats.parse().ok()?,
    })
}

/// What a sell asks for that names its flight: `0AA9Y14JULLGALAXNN1`.
fn direct(text: &str, today: Today, schedule: &Schedule) -> Option<((SeatKey, u16), bool)> {
    let text = text.strip_prefix('0')?;
    let (_, rest) = number(text.get(2..)?)?;
    let designator = &text[..text.len() - rest.len()];
    let class = match rest.bytes().next()? {
        b'F' => 0,
        b'Y' => 1,
        _ => return None,
    };
    let (day, rest) = date(&rest[1..], today)?;
    let (_, rest) = rest.split_at_checked(6)?;
    let (action, seats) = rest.split_at_checked(2)?;
    let key = (schedule.flight(designator)?, day, class);
    Some(((key, seats.parse().ok()?), action == "LL"))
}

/// A display, as a history tells it.
fn shown(text: &str, answer: &str, today: Today, schedule: &Schedule) -> Value {
    if !matches!(text, "*A" | "*I") {
        return Value::Text(answer.to_owned());
    }
    let segments = answer.split('/').filter_map(|piece| {
        // In front of the first may stand the locator.
        let piece = piece.trim();
        let after = piece.split_once(' ').map_or(piece, |(_, after)| after);
        let begins = piece.starts_with(|c: char| c.is_ascii_digit());
        let piece = if begins { piece } else { after };
        let (key, seats, how) = shown_segment(piece, today, schedule)?;
        Some((key, seats, how.to_owned()))
    });
    Value::Segments(segments.collect())
}

impl Operations {
    /// Nothing on its way at so many sets.
    pub fn new(sets: u16) -> Operations {
        Operations {
            displays: vec![Vec::new(); usize::from(sets)],
            ..Operations::default()
        }
    }

    /// The flights, dates and classes a sell may mean, for how many seats, and whether they are only
    /// waited for: `02Y3`, `02Y3LL`, `0AA9Y14JULLGALAXNN1`.
    fn wanted(
        &self,
        set: u16,
        text: &str,
        today: Today,
        schedule: &Schedule,
    ) -> (Vec<(SeatKey, u16)>, bool) {
        let (seats, line) = match text.as_bytes() {
            [b'0', seats @ b'1'..=b'9', b'F' | b'Y', ..] => (seats - b'0', number(&text[3..])),
            _ => {
                let direct = direct(text, today, schedule);
                return direct.map_or_else(Default::default, |(one, waits)| (vec![one], waits));
            }
        };
        let Some((line, rest)) = line.filter(|line| line.0 > 0) else {
            return Default::default();
        };
        let place = line - 1;
        let flight = |&(sheet, day): &Display| {
            let flights = &schedule.sheets.get(usize::from(sheet))?.flights;
            let flight = *flights.get(usize::from(place / 2))?;
            Some(((flight, day, (place % 2) as u8), u16::from(seats)))
        };
        let displays = self.displays.get(usize::from(set)).into_iter().flatten();
        (displays.filter_map(flight).collect(), rest == "LL")
    }

    /// A day is opened in this place; nothing is on its way for the day that had it.
    pub fn open_day(&mut self, place: u16) {
        let held = self.may_hold.values_mut().chain(self.doubtful.values_mut());
        for held in held.chain([&mut self.nameless]) {
            held.retain(|segment| segment.key.1 != place);
        }
        for parts in self.lapsing.values_mut() {
            parts.retain(|(_, part)| part.key.1 != place);
        }
        self.doubtful.retain(|_, held| !held.is_empty());
    }

    /// A set's booking may be ignored from now on, told to nobody; `told` is what the set was told it
    /// holds. Gives what may come back.
    pub fn lapses(&mut self, at: Instant, set: u16, told: &[ToldSegment]) -> Vec<SeatChange> {
        self.may_come_back_no_more(at, set);
        let may_hold = self.may_hold.entry(set).or_default();
        may_hold.extend(told);
        let sold = may_hold.iter().filter(|s| s.standing == Standing::Sold);
        let back = |segment: &ToldSegment| Part {
            key: segment.key,
            deed: Deed::Back(segment.seats),
        };
        let parts: Vec<(usize, Part)> = sold.map(back).enumerate().collect();
        for (number, part) in &parts {
            self.tell(at, (set, LAPSE), *number, part, Step::Begin(part.deed));
        }
        let freed = parts.iter().map(|(_, part)| (part.key, part.deed.change()));
        let freed = freed.map(|(key, change)| (key, -change)).collect();
        self.lapsing.insert(set, parts);
        freed
    }

    /// The set holds nothing, and everybody knows it.
    pub fn is_left(&mut self, at: Instant, set: u16) {
        self.may_come_back_no_more(at, set);
        self.may_hold.remove(&set);
        self.blind.remove(&set);
    }

    fn may_come_back_no_more(&mut self, at: Instant, set: u16) {
        let parts = self.lapsing.remove(&set).unwrap_or_default();
        for (number, part) in &parts {
            self.tell(at, (set, LAPSE), *number, part, Step::End(Outcome::Untold));
        }
    }

    /// Everything a set may hold: what it was told, and what it may besides.
    fn may_hold(&self, set: u16, model: &Model) -> impl Iterator<Item = ToldSegment> {
        let told = model.told_of(set).segments.clone();
        let besides = self.may_hold.get(&set).cloned().unwrap_or_default();
        told.into_iter().chain(besides)
    }

    /// It is known what a set holds.
    pub fn is_sure(&self, set: u16, model: &Model) -> bool {
        model.of_set(set).is_some() && !self.may_hold.contains_key(&set)
    }

    /// What an entry may give back. `before` was given up for it, and may have been done.
    fn gives_back(&self, set: u16, text: &str, model: &Model, before: &[Part]) -> Vec<Part> {
        let back = |key, seats| Part {
            key,
            deed: Deed::Back(seats),
        };
        if before.is_empty() && self.is_sure(set, model) {
            let freed = model.gives_back(set, text).into_iter();
            return freed
                .map(|(key, n)| back(key, n.unsigned_abs() as u16))
                .collect();
        }
        let ends = text.starts_with('E');
        let held = self
            .may_hold(set, model)
            .filter(|segment| match segment.standing {
                Standing::Sold => !ends,
                Standing::Filed | Standing::Leaving => ends,
                Standing::Wait | Standing::FiledWait | Standing::LeavingWait => false,
            });
        let sold = before.iter().filter_map(|part| match part.deed {
            Deed::Sell(seats) if !ends => Some(back(part.key, seats)),
            _ => None,
        });
        held.map(|segment| back(segment.key, segment.seats))
            .chain(sold)
            .collect()
    }

    /// An entry was accepted. `ledger` and `model` know of the set what was told before.
    pub fn begun(
        &mut self,
        at: Instant,
        set: u16,
        ledger: &Ledger,
        model: &Model,
        schedule: &Schedule,
    ) {
        let Some(entry) = ledger.open(set) else {
            return;
        };
        self.today = model.today;
        let doubtful = ledger.doubtful(set);
        let before = doubtful.and_then(|before| self.open.get(&(set, before.serial)));
        let before = before.map_or(Vec::new(), |open| open.parts.clone());
        let text = entry.text.as_str();
        let mut value = Value::Text(text.to_owned());
        let (function, parts) = match text.chars().next() {
            Some('0') => {
                let (wanted, waits) = self.wanted(set, text, model.today, schedule);
                value = Value::Seats(wanted.clone());
                let sell = |(key, seats)| Part {
                    key,
                    deed: Deed::Sell(seats),
                };
                match waits {
                    true => (Function::WaitList, Vec::new()),
                    false => (Function::Sell, wanted.into_iter().map(sell).collect()),
                }
            }
            Some(first @ ('X' | 'I' | 'E')) => {
                let parts = self.gives_back(set, text, model, &before);
                let seats = parts.iter().map(|part| (part.key, part.deed.seats()));
                value = Value::Seats(seats.collect());
                let function = match first {
                    'X' => Function::Cancel,
                    'I' => Function::Ignore,
                    _ => Function::End,
                };
                (function, parts)
            }
            Some('1') => (Function::Availability, Vec::new()),
            Some('*') => (Function::Display, Vec::new()),
            _ => return,
        };
        for (number, part) in parts.iter().enumerate() {
            self.tell(
                at,
                (set, entry.serial),
                number,
                part,
                Step::Begin(part.deed),
            );
        }
        let open = Open {
            function,
            value: value.clone(),
            parts,
            untold: false,
        };
        self.write(at, (set, entry.serial), function, Told::Invoke, value);
        self.open.insert((set, entry.serial), open);
    }

    fn tell(&mut self, at: Instant, entry: (u16, u16), number: usize, part: &Part, step: Step) {
        let id = Id {
            set: entry.0,
            serial: entry.1,
            part: number as u8,
        };
        self.events.push((part.key, Event { at, id, step }));
    }

    fn write(
        &mut self,
        at: Instant,
        (set, serial): (u16, u16),
        function: Function,
        outcome: Told,
        value: Value,
    ) {
        self.entries.push(Entry {
            at,
            today: self.today,
            set,
            serial,
            outcome,
            function,
            value,
        });
    }

    /// Nobody will be told what an entry did. Its operations end with the set's next answer.
    pub fn undecided(&mut self, set: u16, entry: &OpenEntry, model: &Model, schedule: &Schedule) {
        let mut sold = Vec::new();
        if let Some(open) = self.open.get_mut(&(set, entry.serial)) {
            open.untold = true;
            sold.extend(open.parts.iter().filter_map(|part| match part.deed {
                Deed::Sell(seats) => Some(ToldSegment {
                    key: part.key,
                    seats,
                    standing: Standing::Sold,
                }),
                Deed::Back(_) => None,
            }));
        }
        match entry.text.chars().next() {
            Some('1') => {
                let asked = asked(&entry.text, model.today, schedule);
                let displays = self.displays.get_mut(usize::from(set));
                if let (Some(asked), Some(displays)) = (asked, displays) {
                    displays.push(asked.display);
                }
                return;
            }
            Some('E') => {
                let filed = self.filed(set, model);
                match model.told_of(set).of {
                    Some(ordinal) => self.doubtful.entry(ordinal).or_default().extend(filed),
                    None => self.nameless.extend(filed),
                }
            }
            Some('*') if !matches!(entry.text.as_str(), "*A" | "*I") => {
                self.blind.insert(set);
            }
            _ => {}
        }
        self.may_hold.entry(set).or_default().extend(sold);
    }

    /// Everything a set may hold, as it stands when it is filed.
    fn filed(&self, set: u16, model: &Model) -> Vec<ToldSegment> {
        let filed = |segment: ToldSegment| ToldSegment {
            standing: match segment.standing {
                Standing::Sold | Standing::Filed | Standing::Leaving => Standing::Filed,
                _ => Standing::FiledWait,
            },
            ..segment
        };
        self.may_hold(set, model).map(filed).collect()
    }

    /// An answer arrived at a set: of what it was never told, it never will be.
    pub fn answered(&mut self, at: Instant, set: u16) {
        let those = self.open.range((set, 0)..=(set, u16::MAX));
        let untold = those.filter(|(_, open)| open.untold);
        let untold: Vec<u16> = untold.map(|(&(_, serial), _)| serial).collect();
        for serial in untold {
            self.ended(at, set, serial, Outcome::Untold);
        }
    }

    /// Seats that an entry on its way may give back.
    pub fn may_free(&self, set: u16, serial: u16) -> Vec<SeatChange> {
        let open = self.open.get(&(set, serial));
        let parts = open.into_iter().flat_map(|open| &open.parts);
        let freed = parts.filter_map(|part| match part.deed {
            Deed::Back(seats) => Some((part.key, -i32::from(seats))),
            Deed::Sell(_) => None,
        });
        freed.collect()
    }

    /// An entry is over without an answer, with one outcome for all its parts.
    pub fn ended(&mut self, at: Instant, set: u16, serial: u16, outcome: Outcome) {
        let Some(open) = self.open.remove(&(set, serial)) else {
            return;
        };
        for (number, part) in open.parts.iter().enumerate() {
            self.tell(at, (set, serial), number, part, Step::End(outcome));
        }
        let told = match outcome {
            Outcome::NotDone => Told::Fail("LAST ENTRY NOT DONE".to_owned()),
            _ => Told::Info,
        };
        self.write(at, (set, serial), open.function, told, open.value);
    }

    /// An entry was answered, and the model has not yet taken from its answer what it did. Gives
    /// whether it is known what the set holds.
    pub fn completing(&mut self, done: &Completed, model: &Model) -> bool {
        let set = done.set;
        self.today = model.today;
        let sure = self.is_sure(set, model);
        let Some(ordinal) = filed_under(done) else {
            return sure;
        };
        if self.blind.contains(&set) {
            // Whatever the booking held before, some of it may have been given back.
            let doubtful = self.doubtful.get(&ordinal).into_iter().flatten();
            let held = model.segments_on_file(ordinal).iter().chain(doubtful);
            let held = held.filter(|segment| segment.standing == Standing::Filed);
            let freed = |segment: &ToldSegment| (segment.key, -i32::from(segment.seats));
            self.out_of_sight.extend(held.map(freed));
        }
        match sure {
            true => drop(self.doubtful.remove(&ordinal)),
            false => {
                let filed = self.filed(set, model);
                self.doubtful.entry(ordinal).or_default().extend(filed);
            }
        }
        sure
    }

    /// An entry was answered, and the model has taken `changes` from its answer; `sure` is what
    /// [`completing`](Operations::completing) gave. Gives whether nobody knows what it gave back.
    pub fn completed(
        &mut self,
        at: Instant,
        done: &Completed,
        changes: &[SeatChange],
        sure: bool,
        model: &Model,
        schedule: &Schedule,
    ) -> bool {
        let (set, entry) = (done.set, (done.set, done.entry.serial));
        let (text, answer) = (done.entry.text.as_str(), done.entry.answer.trim_end());
        let Some(open) = self.open.remove(&entry) else {
            return false;
        };
        let good = ["OK", "IGNORED"]
            .iter()
            .any(|good| answer.starts_with(good));
        let guess = good && !sure && open.function.gives_back();
        let mut changes = changes.to_vec();
        let mut told = Told::Fail(answer.to_owned());
        for (number, part) in open.parts.iter().enumerate() {
            let change = (part.key, -part.deed.change());
            let place = changes.iter().position(|&one| one == change);
            let outcome = match (place, left(answer)) {
                _ if guess => Outcome::Untold,
                (Some(place), _) => {
                    changes.remove(place);
                    Outcome::Done
                }
                (None, Some(left)) if open.parts.len() == 1 => {
                    told = Told::Refused(left);
                    Outcome::Refused { left }
                }
                (None, _) => Outcome::NotDone,
            };
            self.tell(at, entry, number, part, Step::End(outcome));
        }
        if !guess {
            if let (false, [_]) = (changes.is_empty(), &open.parts[..]) {
                let said = format!("set {set}: `{text}` was answered `{answer}`");
                self.not_asked
                    .push(format!("{said}: that was not asked for"));
            }
            self.out_of_sight.extend(changes);
        }
        let shown = match open.function {
            _ if guess => None,
            Function::Availability => None,
            Function::Display => Some(shown(text, answer, model.today, schedule)).filter(|_| {
                let refused = ["NO ", "FORMAT", "FINISH OR", "UNABLE"];
                !refused.iter().any(|start| answer.starts_with(start))
            }),
            Function::Sell | Function::WaitList => {
                let segment = shown_segment(answer, model.today, schedule);
                segment.map(|(key, seats, _)| Value::Seats(vec![(key, seats)]))
            }
            Function::Cancel | Function::Ignore | Function::End => good.then(|| {
                let parts = open.parts.iter().map(|part| (part.key, part.deed.seats()));
                Value::Seats(parts.collect())
            }),
        };
        let (told, value) = match shown {
            Some(shown) => (Told::Ok, shown),
            None if guess => (Told::Info, open.value),
            None => (told, open.value),
        };
        if done.lights.is_none() || open.function != Function::Availability {
            self.write(at, entry, open.function, told, value);
        }
        self.now_holds(done, good, model, schedule);
        guess
    }

    /// What is lit at the set, and what it may hold, after an answer.
    fn now_holds(&mut self, done: &Completed, good: bool, model: &Model, schedule: &Schedule) {
        let (set, text) = (done.set, done.entry.text.as_str());
        match text.chars().next() {
            Some('1') if done.lights.is_some() || done.told_later => {
                let asked = asked(text, model.today, schedule);
                let displays = self.displays.get_mut(usize::from(set));
                if let (Some(asked), Some(displays)) = (asked, displays) {
                    *displays = vec![asked.display];
                }
            }
            Some('I' | 'E') if good => self.is_left(done.completed_at, set),
            Some('*') if model.of_set(set).is_none() => {
                let locator = done.entry.answer.split_once(' ').map(|(first, _)| first);
                let doubtful = locator.and_then(locator_ordinal);
                let doubtful = doubtful.and_then(|ordinal| self.doubtful.get(&ordinal));
                let held = doubtful.unwrap_or(&self.nameless).clone();
                self.may_hold.entry(set).or_default().extend(held);
            }
            _ => {}
        }
    }

    /// Lights were shown, for the history.
    pub fn lit(&mut self, at: Instant, done: &Completed, lines: Vec<(SeatKey, bool)>) {
        let entry = (done.set, done.entry.serial);
        let value = Value::Lights(lines);
        self.write(at, entry, Function::Availability, Told::Ok, value);
    }
}
