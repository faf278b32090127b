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

use clock::{Instant, Span, Stream};
use serde::{Deserialize, Serialize};

use crate::link::{Effect, Hit, Link, LinkOptions, Trouble};

/// Bits of one character on the line.
const BITS: u32 = 6;

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

impl LineOptions {
    /// One direction of it. The sender waits until the line is free: nothing is refused.
    fn link(&self) -> Link {
        Link::new(LinkOptions {
            bits_per_second: self.bits_per_second.max(BITS),
            character_bits: BITS,
            frame_bits: 0,
            propagation: self.propagation,
            turn_round: self.turn_round,
            queue_bits_max: u64::MAX,
        })
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
    /// It never arrives.
    pub lost: bool,
    /// It arrives so much later than it would on a line in good order.
    pub late: Span,
    /// The line was cut while it arrived: its end is missing.
    pub torn: bool,
}

impl Transmission {
    /// As it was sent.
    pub fn as_sent(&self) -> &[u8] {
        self.sent.as_deref().unwrap_or(&self.characters)
    }

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
    /// Times a trouble hit a transmission.
    pub hits: u64,
}

/// One direction of a line: a link, and the characters on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wire {
    link: Link,
    in_flight: Vec<Transmission>,
}

impl Wire {
    fn new(options: &LineOptions) -> Self {
        Wire {
            link: options.link(),
            in_flight: Vec::new(),
        }
    }

    /// What it has carried.
    pub fn count(&self) -> WireCount {
        WireCount {
            busy: self.link.count.busy,
            transmissions: self.link.count.frames,
            characters: self.link.count.bits / u64::from(BITS),
            hits: self.link.count.hits,
        }
    }

    /// When the last bit of the first `characters` characters of something begun at `start` has
    /// left.
    pub fn left(&self, start: Instant, characters: usize) -> Instant {
        let options = &self.link.options;
        options.left(start, options.bits(characters))
    }

    /// When it has arrived on a line in good order.
    pub fn arrived(&self, start: Instant, characters: usize) -> Instant {
        self.left(start, characters) + self.link.options.propagation
    }

    /// When the first bit of a reply to something heard at `now` leaves.
    pub fn reply_from(&self, now: Instant) -> Instant {
        self.link.reply_from(now)
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
        let bits = self.link.options.bits(characters.len());
        let passage = self.link.send(start, bits);
        let passage = passage.expect("a line refuses nothing");
        let mut one = Transmission {
            start: passage.start,
            characters,
            sent: None,
            announced,
            received: 0,
            next,
            lost: passage.lost,
            late: passage.late,
            torn: false,
        };
        if !passage.wrong.is_empty() {
            one.sent = Some(one.characters.clone());
            for bit in passage.wrong {
                let place = (bit / u64::from(BITS)) as usize;
                // The highest bit of a character leaves first.
                one.characters[place] ^= 0o40 >> (bit % u64::from(BITS));
            }
        }
        if passage.repeated {
            let copy = Transmission {
                announced: true,
                late: one.late + (passage.left - passage.start),
                ..one.clone()
            };
            self.in_flight.push(copy);
        }
        self.in_flight.push(one);
        passage.left
    }

    fn due_of(&self, one: &Transmission) -> Instant {
        match one.announced {
            true => self.arrived(one.start, one.next) + one.late,
            false => one.start,
        }
    }

    /// When something on the way next needs attention.
    pub fn due(&self) -> Option<Instant> {
        self.in_flight.iter().map(|one| self.due_of(one)).min()
    }

    /// Which transmission is due next, if it is by `now`.
    pub fn next_due(&self, now: Instant) -> Option<usize> {
        let due = |place: &usize| self.due_of(&self.in_flight[*place]);
        let first = (0..self.in_flight.len()).min_by_key(due)?;
        (due(&first) <= now).then_some(first)
    }

    /// A transmission on its way.
    pub fn at(&mut self, place: usize) -> &mut Transmission {
        &mut self.in_flight[place]
    }

    /// Takes a transmission off the line.
    pub fn take(&mut self, place: usize) -> Transmission {
        self.in_flight.remove(place)
    }

    /// The first bit of it has arrived.
    fn begun(&self, one: &Transmission, now: Instant) -> bool {
        !one.lost && one.start + self.link.options.propagation + one.late <= now
    }

    /// Whether nothing is on the way that the receiver could know of: what is late is not expected
    /// any more.
    pub fn is_quiet(&self, now: Instant) -> bool {
        let expected = |one: &Transmission| !one.lost && one.late == Span::ZERO;
        let mut on_the_way = self.in_flight.iter();
        !on_the_way.any(|one| expected(one) || self.begun(one, now))
    }

    /// Whether the first bit of anything has arrived.
    pub fn arriving(&self, now: Instant) -> bool {
        self.in_flight.iter().any(|one| self.begun(one, now))
    }

    /// The sender falls silent: what has not wholly left never arrives.
    pub fn cut(&mut self, now: Instant) {
        let leaving = |wire: &Wire, one: &Transmission| {
            let end = wire.left(one.start, one.characters.len());
            (end > now).then_some(one.start)
        };
        let silent = self.in_flight.iter().find_map(|one| leaving(self, one));
        if let Some(start) = silent {
            self.link.silent(start, now);
            let all = std::mem::take(&mut self.in_flight);
            let left = |one: &Transmission| leaving(self, one).is_none();
            self.in_flight = all.into_iter().filter(left).collect();
        }
    }

    /// Noise: changes the bits of `mask` in the character at `place` of the transmission that left
    /// last. False if it has not begun to leave, or that character has arrived already.
    pub fn disturb(&mut self, now: Instant, place: usize, mask: u8) -> bool {
        let Some((start, characters)) = self
            .in_flight
            .last()
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
        let Some(last) = self.in_flight.last_mut() else {
            return false;
        };
        if last.sent.is_none() {
            last.sent = Some(last.characters.clone());
        }
        last.characters[place] ^= mask & 0o77;
        true
    }

    /// Puts a trouble on the line; a cut tears what is on the way. True if that changed something
    /// at once.
    pub fn trouble(&mut self, now: Instant, number: u32, trouble: Trouble, chance: Stream) -> bool {
        let cuts = trouble == Trouble::Cut && !self.link.is_cut();
        self.link.trouble(number, trouble, chance);
        if cuts {
            self.tear(now, number);
        }
        cuts
    }

    fn tear(&mut self, now: Instant, number: u32) {
        let mut all = std::mem::take(&mut self.in_flight);
        // What has not begun to leave will be lost as a whole.
        for one in all.iter_mut().filter(|one| !one.lost) {
            let arrived = (one.received..one.characters.len())
                .take_while(|&place| self.arrived(one.start, place + 1) + one.late <= now)
                .count();
            if self.begun(one, now) {
                // A character half received is received, wrong or right.
                one.characters.truncate((one.received + arrived).max(1));
                (one.next, one.torn) = (one.characters.len(), true);
                // That nothing follows is noticed now.
                let end = self.arrived(one.start, one.next) + one.late;
                one.late += now.saturating_since(end);
            } else {
                one.lost = true;
            }
            self.link.hit(number, one.start, Effect::Torn);
        }
        self.in_flight = all;
    }

    /// Takes a trouble away.
    pub fn mend(&mut self, number: u32) {
        self.link.mend(number);
    }

    /// Transmissions hit since the last call.
    pub fn take_hits(&mut self) -> std::vec::Drain<'_, Hit> {
        self.link.take_hits()
    }

    /// Everything on the way, the oldest first.
    pub fn in_flight(&self) -> impl DoubleEndedIterator<Item = &Transmission> {
        self.in_flight.iter()
    }

    /// The transmission that left last, if it is still on its way.
    pub fn back_mut(&mut self) -> Option<&mut Transmission> {
        self.in_flight.last_mut()
    }
}

/// A line and what hangs on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// From the centre.
    pub down: Wire,
    /// To the centre.
    pub up: Wire,
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
        assert_eq!(wire.count().busy, Span::from_secs(3));
    }

    #[test]
    fn what_is_cut_does_not_arrive_and_what_has_left_does() {
        let mut wire = Wire::new(&LineOptions::default());
        wire.send(Instant(0), vec![0; 6], true, 6);
        let end = wire.send(Instant(15_000_000), vec![0; 40], true, 40);
        assert_eq!(end, Instant(115_000_000));
        wire.cut(Instant(65_000_000));
        assert_eq!(wire.count().busy, Span::from_millis(65));
        assert_eq!(wire.due(), Some(Instant(20_000_000)));
        let left: Vec<usize> = wire.in_flight().map(|one| one.characters.len()).collect();
        assert_eq!(left, [6]);
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
        let one = wire.take(0);
        assert_eq!(one.characters[3], 0o41);
        assert!(one.disturbed(0, 6));
        assert!(!one.disturbed(4, 6));
    }
}
