//! One high-speed line: two channels of bits, one in each direction.
//!
//! Nine leased telephone lines tied the reservation offices to the centre, about a dozen terminal
//! interchanges on each. Data sets at both ends turned six-bit characters into tones, bit after
//! bit, at 1,200 and later 2,400 bits a second.
//!
//! Source: reference Sabre 2.4-2.5. Assumed: four wires, so that both directions carry at once
//! (with two wires the documented load does not fit); one propagation delay for every interchange
//! of a line; bits leave without gaps, the first bit of a transmission at any instant.
//!
//! *Not emulated*: the data sets themselves, and two interchanges talking at once (a transmission
//! then waits for the one before it).
//!
//! Instants of a transmission are computed from its first bit, so that a line whose character time
//! is not a whole number of nanoseconds does not drift.

use std::collections::VecDeque;

use clock::{Instant, Span, periodic};
use serde::{Deserialize, Serialize};

/// Bits of one character on the line.
const BITS: u64 = 6;

/// From the centre or to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Direction {
    /// From the centre to the interchanges.
    Down,
    /// From an interchange to the centre.
    Up,
}

/// What one line is made of; every figure is the site's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineOptions {
    /// Bits per second in each direction, at least 6.
    pub bits_per_second: u32,
    /// From one end to the other.
    pub propagation: Span,
    /// From a go-ahead's arrival to the first bit of the reply.
    pub turn_round: Span,
}

impl Default for LineOptions {
    fn default() -> Self {
        LineOptions {
            bits_per_second: 2_400,
            propagation: Span::from_millis(5),
            turn_round: Span::from_millis(25),
        }
    }
}

/// Characters on their way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transmission {
    /// The first bit leaves.
    pub start: Instant,
    /// Six-bit characters, as they will arrive.
    pub characters: Vec<u8>,
    /// As they were sent, if noise has changed them since.
    pub sent: Option<Vec<u8>>,
    /// Its leaving is in the record, or need not be.
    pub announced: bool,
    /// Characters the receiver has dealt with.
    pub received: usize,
    /// The receiver has something to do when this many characters have arrived.
    pub next: usize,
}

impl Transmission {
    /// Whether noise changed any of the characters `from..to`.
    pub fn disturbed(&self, from: usize, to: usize) -> bool {
        self.sent
            .as_ref()
            .is_some_and(|sent| sent.get(from..to) != self.characters.get(from..to))
    }
}

/// Work done by one direction of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireCount {
    /// Time in which bits were leaving.
    pub busy: Span,
    /// Transmissions begun.
    pub transmissions: u64,
    /// Characters sent, synchronising and check characters included.
    pub characters: u64,
}

/// One direction of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wire {
    bits_per_second: u32,
    propagation: Span,
    in_flight: VecDeque<Transmission>,
    /// The last bit of everything so far has left.
    free_at: Instant,
    /// What it has carried.
    pub count: WireCount,
}

impl Wire {
    fn new(options: &LineOptions) -> Self {
        Wire {
            bits_per_second: options.bits_per_second.max(BITS as u32),
            propagation: options.propagation,
            in_flight: VecDeque::new(),
            free_at: Instant::ZERO,
            count: WireCount::default(),
        }
    }

    /// When the last bit of the first `characters` characters of something begun at `start` has
    /// left.
    pub fn left(&self, start: Instant, characters: usize) -> Instant {
        let bits = characters as u64 * BITS;
        periodic(start, bits, u64::from(self.bits_per_second), 1)
    }

    /// When it has arrived.
    pub fn arrived(&self, start: Instant, characters: usize) -> Instant {
        self.left(start, characters) + self.propagation
    }

    /// When the next transmission can begin.
    pub fn free_at(&self) -> Instant {
        self.free_at
    }

    /// Puts a transmission on the line. `next`: how many characters must arrive before the
    /// receiver has something to do. Returns when its last bit has left.
    pub fn send(
        &mut self,
        start: Instant,
        characters: Vec<u8>,
        announced: bool,
        next: usize,
    ) -> Instant {
        let end = self.left(start, characters.len());
        self.free_at = end;
        self.count.busy += end - start;
        self.count.transmissions += 1;
        self.count.characters += characters.len() as u64;
        self.in_flight.push_back(Transmission {
            start,
            characters,
            sent: None,
            announced,
            received: 0,
            next,
        });
        end
    }

    /// When the transmission in front next needs attention.
    pub fn due(&self) -> Option<Instant> {
        self.in_flight.front().map(|front| {
            if front.announced {
                self.arrived(front.start, front.next)
            } else {
                front.start
            }
        })
    }

    /// The transmission in front, if it is due.
    pub fn front_due(&mut self, now: Instant) -> Option<&mut Transmission> {
        if self.due()? <= now {
            self.in_flight.front_mut()
        } else {
            None
        }
    }

    /// Takes the transmission in front off the line.
    pub fn take_front(&mut self) -> Option<Transmission> {
        self.in_flight.pop_front()
    }

    /// Whether nothing is on the way.
    pub fn is_quiet(&self) -> bool {
        self.in_flight.is_empty()
    }

    /// Whether the first bit of anything has arrived.
    pub fn arriving(&self, now: Instant) -> bool {
        self.in_flight
            .iter()
            .any(|one| one.start + self.propagation <= now)
    }

    /// The sender falls silent: what has not wholly left never arrives. Returns what was cut.
    pub fn cut(&mut self, now: Instant) -> Option<Transmission> {
        let last = self.in_flight.back()?;
        let end = self.left(last.start, last.characters.len());
        if end <= now {
            return None;
        }
        let rest = end - last.start.max(now);
        self.count.busy = self.count.busy.saturating_sub(rest);
        self.free_at = now;
        self.in_flight.pop_back()
    }

    /// Noise: changes the bits of `mask` in the character at `place` of the transmission that left
    /// last. False if it has not begun to leave, or that character has arrived already.
    pub fn disturb(&mut self, now: Instant, place: usize, mask: u8) -> bool {
        let Some((start, characters)) = self
            .in_flight
            .back()
            .map(|last| (last.start, last.characters.len()))
        else {
            return false;
        };
        if place >= characters || mask & 0o77 == 0 {
            return false;
        }
        if start > now || self.arrived(start, place + 1) <= now {
            return false;
        }
        let Some(last) = self.in_flight.back_mut() else {
            return false;
        };
        if last.sent.is_none() {
            last.sent = Some(last.characters.clone());
        }
        last.characters[place] ^= mask & 0o77;
        true
    }

    /// Everything on the way, the oldest first.
    pub fn in_flight(&self) -> impl DoubleEndedIterator<Item = &Transmission> {
        self.in_flight.iter()
    }

    /// The transmission that left last, if it is still on its way.
    pub fn back_mut(&mut self) -> Option<&mut Transmission> {
        self.in_flight.back_mut()
    }
}

/// A line and what hangs on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// From the centre.
    pub down: Wire,
    /// To the centre.
    pub up: Wire,
    /// See [`LineOptions::turn_round`].
    pub turn_round: Span,
    /// Interchange (number in the whole site) by its address on this line.
    pub interchanges: Vec<Option<u16>>,
    /// Go-aheads sent.
    pub polls: u64,
    /// Go-aheads answered by "nothing to send".
    pub empty_replies: u64,
    /// Go-aheads without an answer in time.
    pub time_outs: u64,
    /// Frames dropped at either end for a wrong check.
    pub check_errors: u64,
    /// Frames accepted although noise had changed them.
    pub undetected_errors: u64,
}

/// Addresses on a line: one character.
pub const ADDRESSES: usize = 64;

impl Line {
    /// A quiet line with nothing on it.
    pub fn new(options: &LineOptions) -> Self {
        Line {
            down: Wire::new(options),
            up: Wire::new(options),
            turn_round: options.turn_round,
            interchanges: vec![None; ADDRESSES],
            polls: 0,
            empty_replies: 0,
            time_outs: 0,
            check_errors: 0,
            undetected_errors: 0,
        }
    }

    /// One of its directions.
    pub fn wire(&mut self, direction: Direction) -> &mut Wire {
        match direction {
            Direction::Down => &mut self.down,
            Direction::Up => &mut self.up,
        }
    }

    /// When something next arrives at either end, or is to be put in the record.
    pub fn due(&self) -> Option<Instant> {
        [self.down.due(), self.up.due()].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_takes_six_bits_and_the_line_does_not_drift() {
        let mut wire = Wire::new(&LineOptions {
            bits_per_second: 1_300,
            propagation: Span::from_millis(5),
            ..LineOptions::default()
        });
        let end = wire.send(Instant(7), vec![0; 650], true, 650);
        assert_eq!(end, Instant(7) + Span::from_secs(3));
        assert_eq!(wire.due(), Some(end + Span::from_millis(5)));
        assert_eq!(wire.count.busy, Span::from_secs(3));
    }

    #[test]
    fn what_is_cut_does_not_arrive_and_what_has_left_does() {
        let mut wire = Wire::new(&LineOptions::default());
        wire.send(Instant(0), vec![0; 6], true, 6);
        let end = wire.send(Instant(15_000_000), vec![0; 40], true, 40);
        assert_eq!(end, Instant(115_000_000));
        let cut = wire.cut(Instant(65_000_000)).unwrap();
        assert_eq!(cut.characters.len(), 40);
        assert_eq!(wire.count.busy, Span::from_millis(65));
        assert_eq!(wire.due(), Some(Instant(20_000_000)));
        assert_eq!(wire.cut(Instant(65_000_000)), None);
    }

    #[test]
    fn noise_is_remembered() {
        let mut wire = Wire::new(&LineOptions::default());
        assert!(!wire.disturb(Instant(0), 0, 1));
        wire.send(Instant(0), vec![0; 6], true, 6);
        let at = Instant(10_000_000);
        assert!(wire.disturb(at, 3, 0o41));
        assert!(
            !wire.disturb(Instant(15_000_000), 3, 0o41),
            "it has arrived"
        );
        assert!(!wire.disturb(at, 6, 1), "beyond the end");
        let one = wire.take_front().unwrap();
        assert_eq!(one.characters[3], 0o41);
        assert!(one.disturbed(0, 6));
        assert!(!one.disturbed(4, 6));
    }
}
