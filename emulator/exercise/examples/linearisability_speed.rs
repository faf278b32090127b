//! How long the linearisability checker takes over a million operations.
//!
//! `cargo run --release -p duplex-exercise --example linearisability_speed`
//!
//! Sets sell seats, are refused and give seats back, each entry taking 0.2 to 3 s, at flights that
//! are nearly full, so that who was first matters. Of one in a thousand nobody is
//! told whether it was done. The
//! histories are made first, by a counter that does each entry at some instant while it is on its
//! way; the time told is that of the checker alone.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Instant as WallInstant;

use clock::Instant;
use clock::random::Stream;
use exercise::linearisability::{Checker, Deed, Event, Id, Outcome, Step};

const OPERATIONS: u64 = 1_000_000;
const SEATS: u16 = 6;
const MS: u64 = 1_000_000;

/// What happens to an entry next: 0 it is entered, 1 it is done, 2 it is answered.
type Due = Reverse<(u64, u16, u8)>;

/// A history at so many flights, with so many sets busy at each.
fn history(flights: usize, sets: u16) -> Vec<(usize, Event)> {
    let mut chance = Stream::new(1, "examples/linearisability_speed");
    let mut left = vec![SEATS; flights];
    let mut held = vec![0u16; usize::from(sets) * flights];
    let mut serials = vec![0u16; held.len()];
    let mut open: BTreeMap<u16, (Deed, Outcome)> = BTreeMap::new();
    let mut due: BinaryHeap<Due> = (0..held.len() as u16)
        .map(|set| Reverse((0, set, 0)))
        .collect();
    let mut events = Vec::new();
    let mut begun = 0;
    while let Some(Reverse((at, set, what))) = due.pop() {
        let desk = usize::from(set);
        let flight = desk % flights;
        let id = Id {
            set,
            serial: serials[desk],
            part: 0,
        };
        let event = |step| {
            let at = Instant(at);
            (flight, Event { at, id, step })
        };
        match what {
            0 if begun == OPERATIONS => {}
            0 => {
                begun += 1;
                let back = held[desk] > 0 && chance.chance(0.6);
                let deed = match back {
                    true => Deed::Back(std::mem::take(&mut held[desk])),
                    false => Deed::Sell(1 + chance.below(4) as u16),
                };
                open.insert(set, (deed, Outcome::Unanswered));
                events.push(event(Step::Begin(deed)));
                due.push(Reverse((at + (100 + chance.below(1_400)) * MS, set, 1)));
            }
            1 => {
                let one = open.get_mut(&set).expect("an entry is on its way");
                let seats = i32::from(left[flight]) + one.0.change();
                one.1 = match u16::try_from(seats) {
                    Ok(seats) => {
                        left[flight] = seats;
                        Outcome::Done
                    }
                    Err(_) => Outcome::Refused { left: left[flight] },
                };
                due.push(Reverse((at + (100 + chance.below(1_400)) * MS, set, 2)));
            }
            _ => {
                let (deed, outcome) = open.remove(&set).expect("an entry is on its way");
                if let (Deed::Sell(seats), Outcome::Done) = (deed, outcome) {
                    held[desk] += seats;
                }
                let told = !chance.chance(0.001);
                let outcome = if told { outcome } else { Outcome::Untold };
                events.push(event(Step::End(outcome)));
                serials[desk] = (serials[desk] + 1) % 4096;
                due.push(Reverse((at + chance.below(2_000) * MS, set, 0)));
            }
        }
    }
    events
}

fn main() {
    println!("flights  sets at each  operations   seconds  operations a second");
    for (flights, sets) in [(1000, 3), (100, 6), (10, 8), (1, 8), (1, 12)] {
        let events = history(flights, sets);
        let mut checkers = vec![Checker::new(i32::from(SEATS)); flights];
        let begun = WallInstant::now();
        for &(flight, event) in &events {
            if let Err(failure) = checkers[flight].hear(event) {
                panic!("a good history, and yet: {failure}");
            }
        }
        let seconds = begun.elapsed().as_secs_f64();
        let lost = checkers.iter().filter(|checker| checker.given_up()).count();
        assert_eq!(lost, 0, "all can be followed");
        let rate = OPERATIONS as f64 / seconds;
        println!("{flights:7}  {sets:12}  {OPERATIONS:10}  {seconds:8.2}  {rate:19.0}");
    }
}
