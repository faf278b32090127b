//! The calendar of one site: what will happen, in a total order.
//!
//! Everything in a machine room that is not an instruction happens because something scheduled
//! it: a drum word passes the heads, the last bit of a frame arrives, a relay closes. The calendar
//! holds these appointments and hands out the earliest.
//!
//! Order: by instant; then by the station that scheduled the event; then by that station's own
//! counter. So two stations that schedule for the same instant get the same order whichever of
//! them was simulated first, and neither threads nor hash seeds can change it.
//!
//! | part of the key | bits | |
//! |---|---|---|
//! | instant | 64 | nanoseconds |
//! | station | 24 | a network has fewer than 16,777,216 stations |
//! | counter | 40 | a station schedules fewer than 10^12 events in one run |
//!
//! The heap moves only these keys and a slot number; the events themselves stay where they were
//! put. Time never runs backwards: scheduling before the instant last taken out is our own fault
//! and panics.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

use crate::time::Instant;

const COUNTER_BITS: u32 = 40;
const COUNTER_MAX: u64 = (1 << COUNTER_BITS) - 1;
const STATION_MAX: u32 = (1 << (64 - COUNTER_BITS)) - 1;

/// A key in the heap: instant, then station and counter in one word, then the event's slot.
/// No two keys are equal before the slot, so the slot never decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    at: u64,
    tie: u64,
    slot: u32,
}

/// Pending events of type `E`, taken out in the order of instant, station and counter.
#[derive(Clone, Debug)]
pub struct Calendar<E> {
    heap: BinaryHeap<Reverse<Key>>,
    /// Events by slot; `None` is a free slot.
    events: Vec<Option<E>>,
    free: Vec<u32>,
    /// Next counter of each station, by station number.
    counters: Vec<u64>,
    now: Instant,
}

impl<E> Default for Calendar<E> {
    fn default() -> Self {
        Calendar {
            heap: BinaryHeap::new(),
            events: Vec::new(),
            free: Vec::new(),
            counters: Vec::new(),
            now: Instant::ZERO,
        }
    }
}

impl<E> Calendar<E> {
    /// An empty calendar at instant 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts `event` at `at`, in the name of `station` (the one that schedules, not the one it
    /// concerns). Panics if `at` is before [`Calendar::now`].
    pub fn schedule(&mut self, at: Instant, station: u32, event: E) {
        assert!(
            at >= self.now,
            "station {station} scheduled an event at {at:#}, before the present {:#}",
            self.now
        );
        let tie = self.next_tie(station);
        let slot = match self.free.pop() {
            Some(slot) => {
                self.events[slot as usize] = Some(event);
                slot
            }
            None => {
                self.events.push(Some(event));
                u32::try_from(self.events.len() - 1).expect("fewer than 2^32 pending events")
            }
        };
        self.heap.push(Reverse(Key {
            at: at.0,
            tie,
            slot,
        }));
    }

    fn next_tie(&mut self, station: u32) -> u64 {
        assert!(
            station <= STATION_MAX,
            "station number {station} is too large"
        );
        let index = station as usize;
        if index >= self.counters.len() {
            self.counters.resize(index + 1, 0);
        }
        let counter = self.counters[index];
        assert!(
            counter < COUNTER_MAX,
            "station {station} scheduled too many events"
        );
        self.counters[index] = counter + 1;
        u64::from(station) << COUNTER_BITS | counter
    }

    /// The instant of the earliest event.
    pub fn peek(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse(key)| Instant(key.at))
    }

    /// Takes the earliest event out: its instant, the station that scheduled it, and itself.
    pub fn pop(&mut self) -> Option<(Instant, u32, E)> {
        let Reverse(key) = self.heap.pop()?;
        let at = Instant(key.at);
        assert!(at >= self.now, "time ran backwards to {at:#}");
        self.now = at;
        let event = self.events[key.slot as usize]
            .take()
            .expect("a pending key has its event");
        self.free.push(key.slot);
        Some((at, (key.tie >> COUNTER_BITS) as u32, event))
    }

    /// Takes the earliest event out if it is not after `until`.
    pub fn pop_until(&mut self, until: Instant) -> Option<(Instant, u32, E)> {
        if self.peek()? <= until {
            self.pop()
        } else {
            None
        }
    }

    /// The instant of the event last taken out, or the one given to [`Calendar::advance`].
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Says that the present is `to` although no event happened then. Panics if that is earlier
    /// than the present or would pass over a pending event.
    pub fn advance(&mut self, to: Instant) {
        assert!(to >= self.now, "time ran backwards to {to:#}");
        assert!(
            self.peek().is_none_or(|next| next >= to),
            "an event before {to:#} was passed over"
        );
        self.now = to;
    }

    /// Number of pending events.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// Pending events in the order in which they will be taken out; for views and snapshots.
    pub fn pending(&self) -> Vec<(Instant, u32, &E)> {
        let keys = self.sorted_keys();
        keys.into_iter()
            .map(|key| {
                let event = self.events[key.slot as usize].as_ref();
                let event = event.expect("a pending key has its event");
                (Instant(key.at), (key.tie >> COUNTER_BITS) as u32, event)
            })
            .collect()
    }

    fn sorted_keys(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = self.heap.iter().map(|Reverse(key)| *key).collect();
        keys.sort_unstable();
        keys
    }
}

/// Equal if the present, the counters and the pending events with their order are equal; how they
/// happen to lie in the heap does not matter.
impl<E: PartialEq> PartialEq for Calendar<E> {
    fn eq(&self, other: &Self) -> bool {
        let ties = |c: &Self| -> Vec<u64> { c.sorted_keys().iter().map(|k| k.tie).collect() };
        self.now == other.now
            && self.counters == other.counters
            && self.pending() == other.pending()
            && ties(self) == ties(other)
    }
}

/// Saved in pending order, so that equal calendars give equal bytes.
impl<E: Serialize> Serialize for Calendar<E> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let events: Vec<(u64, u64, &E)> = self
            .sorted_keys()
            .into_iter()
            .map(|key| {
                let event = self.events[key.slot as usize].as_ref();
                (key.at, key.tie, event.expect("a pending key has its event"))
            })
            .collect();
        (self.now, &self.counters, events).serialize(to)
    }
}

impl<'de, E: Deserialize<'de>> Deserialize<'de> for Calendar<E> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        type Saved<E> = (Instant, Vec<u64>, Vec<(u64, u64, E)>);
        let (now, counters, saved): Saved<E> = Deserialize::deserialize(from)?;
        let mut calendar = Calendar {
            heap: BinaryHeap::with_capacity(saved.len()),
            events: Vec::with_capacity(saved.len()),
            free: Vec::new(),
            counters,
            now,
        };
        let mut before = (now.0, None);
        for (at, tie, event) in saved {
            let counter = calendar.counters.get((tie >> COUNTER_BITS) as usize);
            let issued = counter.is_some_and(|&next| tie & COUNTER_MAX < next);
            if (at, Some(tie)) <= before || !issued {
                return Err(D::Error::custom("the saved calendar is out of order"));
            }
            before = (at, Some(tie));
            let slot = u32::try_from(calendar.events.len()).map_err(D::Error::custom)?;
            calendar.events.push(Some(event));
            calendar.heap.push(Reverse(Key { at, tie, slot }));
        }
        Ok(calendar)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    fn drain<E>(mut calendar: Calendar<E>) -> Vec<(u64, u32, E)> {
        std::iter::from_fn(|| calendar.pop().map(|(at, s, e)| (at.0, s, e))).collect()
    }

    #[test]
    fn order_is_instant_then_station_then_the_stations_own_order() {
        let mut one = Calendar::new();
        one.schedule(Instant(9), 1, "late");
        one.schedule(Instant(5), 2, "2 first");
        one.schedule(Instant(5), 2, "2 second");
        one.schedule(Instant(5), 1, "1 first");
        // The same appointments, with the stations' turns exchanged.
        let mut other = Calendar::new();
        other.schedule(Instant(5), 2, "2 first");
        other.schedule(Instant(9), 1, "late");
        other.schedule(Instant(5), 1, "1 first");
        other.schedule(Instant(5), 2, "2 second");
        let expected = [
            (5, 1, "1 first"),
            (5, 2, "2 first"),
            (5, 2, "2 second"),
            (9, 1, "late"),
        ];
        assert_eq!(one, other);
        assert_eq!(drain(one), expected);
        assert_eq!(drain(other), expected);
    }

    #[test]
    #[should_panic(expected = "before the present")]
    fn time_never_runs_backwards() {
        let mut calendar = Calendar::new();
        calendar.schedule(Instant(5), 0, ());
        calendar.pop();
        calendar.schedule(Instant(4), 0, ());
    }

    #[test]
    #[should_panic(expected = "passed over")]
    fn no_event_is_passed_over() {
        let mut calendar = Calendar::new();
        calendar.schedule(Instant(5), 0, ());
        calendar.advance(Instant(6));
    }

    #[test]
    fn a_restored_calendar_goes_on_as_the_first() {
        let mut draw = Stream::new(1, "calendar");
        let mut calendar = Calendar::new();
        for n in 0..500u32 {
            let at = calendar.now() + crate::Span(draw.below(50));
            calendar.schedule(at, draw.below(7) as u32, n);
            if draw.chance(0.4) {
                calendar.pop();
            }
        }
        let bytes = postcard::to_allocvec(&calendar).unwrap();
        let mut restored: Calendar<u32> = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(restored, calendar);
        let at = calendar.now();
        calendar.schedule(at, 3, 1000);
        restored.schedule(at, 3, 1000);
        assert_eq!(drain(restored), drain(calendar));
    }

    #[test]
    fn a_damaged_saved_calendar_is_refused() {
        let bad = (Instant(10), vec![1u64], vec![(5u64, 0u64, ())]);
        let bytes = postcard::to_allocvec(&bad).unwrap();
        assert!(postcard::from_bytes::<Calendar<()>>(&bytes).is_err());
        let never_issued = (Instant(0), vec![1u64], vec![(5u64, 1u64, ())]);
        let bytes = postcard::to_allocvec(&never_issued).unwrap();
        assert!(postcard::from_bytes::<Calendar<()>>(&bytes).is_err());
    }

    #[test]
    fn slots_are_used_again() {
        let mut calendar = Calendar::new();
        for n in 0..10_000u64 {
            calendar.schedule(Instant(n), 0, n);
            calendar.schedule(Instant(n), 1, n);
            calendar.pop();
            calendar.pop();
        }
        assert_eq!(calendar.events.len(), 2);
    }
}
