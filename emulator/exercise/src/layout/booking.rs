//! A booking: what one customer asked for, in the set record while it is being made and in a
//! passenger name record (PNR) once it is filed.
//!
//! | word | content |
//! |---|---|
//! | BKCNT | decrement: segments, 0-3; address: persons named |
//! | BKSEG, two words a segment | S-5 seats, 6-11 status, 12-17 class (0 first, 1 coach), right half: flight x 64 + day; then the cities |
//! | BKNAM, BKPHN, BKTKT, BKRCV, BKRMK | names (8 words), phone (4), ticketing (2), received from (4), remark (6): zeros when absent, else text filled with blanks |
//!
//! Assumed: all of it; the five fields a booking must have are those of the later Sabre courses.

use super::{
    FileAddress, Invalid, Kind, Layout, NAME_WORDS, PHONE_WORDS, RECEIVED_WORDS, REMARK_WORDS,
    SEGMENTS_MAX, TICKET_WORDS, bcd, index_word, seal, text_of,
};
use crate::schedule::Class;

/// Status of a segment; the value is the code in the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SegmentStatus {
    /// Sold in a booking not yet ended: the seats are held.
    SoldOpen = 1,
    /// Filed, holds confirmed seats (HK).
    FiledConfirmed = 2,
    /// Asked for from the wait-list in a booking not yet ended.
    WaitOpen = 3,
    /// Filed, holds a place on the wait-list (HL).
    FiledWait = 4,
    /// Filed and confirmed, to be cancelled when the booking is ended.
    CancelConfirmed = 5,
    /// Filed on the wait-list, to be cancelled when the booking is ended.
    CancelWait = 6,
}

impl SegmentStatus {
    /// From the code in a record.
    pub fn from_code(code: u64) -> Option<SegmentStatus> {
        use SegmentStatus::*;
        let all = [
            SoldOpen,
            FiledConfirmed,
            WaitOpen,
            FiledWait,
            CancelConfirmed,
            CancelWait,
        ];
        all.into_iter().find(|&status| status as u64 == code)
    }
}

/// One segment: some seats on one flight on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Seats, 1-63.
    pub seats: u16,
    /// Code of the status; see [`SegmentStatus`].
    pub status: u8,
    /// Code of the class: 0 first, 1 coach.
    pub class: u8,
    /// Flight ordinal.
    pub flight: u16,
    /// Day index, 0-61.
    pub day: u16,
    /// Cities as six characters.
    pub cities: u64,
}

impl Segment {
    /// The status, `None` if the code is none.
    pub fn status(&self) -> Option<SegmentStatus> {
        SegmentStatus::from_code(u64::from(self.status))
    }

    /// The class, `None` if the code is none.
    pub fn class(&self) -> Option<Class> {
        Class::ALL
            .into_iter()
            .find(|&class| class as u8 == self.class)
    }

    fn from_words(a: u64, cities: u64) -> Segment {
        Segment {
            seats: (a >> 30 & 0o77) as u16,
            status: (a >> 24 & 0o77) as u8,
            class: (a >> 18 & 0o77) as u8,
            flight: (a >> 6 & 0o7777) as u16,
            day: (a & 0o77) as u16,
            cities,
        }
    }

    fn words(&self) -> [u64; 2] {
        let a = u64::from(self.seats & 0o77) << 30
            | u64::from(self.status & 0o77) << 24
            | u64::from(self.class & 0o77) << 18
            | u64::from(self.flight & 0o7777) << 6
            | u64::from(self.day & 0o77);
        [a, self.cities]
    }
}

/// A booking. Texts are empty when the field is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Booking {
    /// Persons named.
    pub persons: u16,
    /// Segments in order, at most three.
    pub segments: Vec<Segment>,
    /// Names as typed after the `-`.
    pub names: String,
    /// Phone as typed after the `9`.
    pub phone: String,
    /// Ticketing as typed after the `7`.
    pub ticketing: String,
    /// Received from, as typed after the `6`.
    pub received: String,
    /// Remark as typed after the `5`.
    pub remark: String,
}

impl Booking {
    /// True if nothing stands in it.
    pub fn is_empty(&self) -> bool {
        *self == Booking::default()
    }
}

/// A filed booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassengerRecord {
    /// Version of the record.
    pub version: u64,
    /// Ordinal, from 1.
    pub ordinal: u32,
    /// Locator, six letters.
    pub locator: String,
    /// 1 filed, 2 cancelled whole.
    pub state: u8,
    /// The booking.
    pub booking: Booking,
}

impl Layout {
    /// Reads a booking from the words of a set record or a PNR.
    pub fn read_booking(&self, words: &[u64]) -> Booking {
        let at = &self.at;
        let count = words[at.bkcnt];
        let segments = usize::from(word::decrement(count)).min(SEGMENTS_MAX);
        let segment = |index: usize| {
            let first = at.bkseg + 2 * index;
            Segment::from_words(words[first], words[first + 1])
        };
        let text = |first: usize, length: usize| {
            let field = &words[first..first + length];
            if field.iter().all(|&word| word == 0) {
                String::new()
            } else {
                text_of(field)
            }
        };
        Booking {
            persons: word::address(count),
            segments: (0..segments).map(segment).collect(),
            names: text(at.bknam, NAME_WORDS),
            phone: text(at.bkphn, PHONE_WORDS),
            ticketing: text(at.bktkt, TICKET_WORDS),
            received: text(at.bkrcv, RECEIVED_WORDS),
            remark: text(at.bkrmk, REMARK_WORDS),
        }
    }

    /// Writes a booking into the words of a set record or a PNR.
    pub fn write_booking(&self, booking: &Booking, words: &mut [u64]) {
        let at = &self.at;
        let segments = booking.segments.len().min(SEGMENTS_MAX);
        words[at.bkcnt] = word::from_fields(0, segments as u16, 0, booking.persons);
        for (index, segment) in booking.segments.iter().take(SEGMENTS_MAX).enumerate() {
            let first = at.bkseg + 2 * index;
            words[first..first + 2].copy_from_slice(&segment.words());
        }
        let mut text = |first: usize, length: usize, content: &str| {
            if content.is_empty() {
                return;
            }
            let field = &mut words[first..first + length];
            field.fill(bcd(""));
            for (to, from) in field.iter_mut().zip(word::bcd::pack(content)) {
                *to = from;
            }
        };
        text(at.bknam, NAME_WORDS, &booking.names);
        text(at.bkphn, PHONE_WORDS, &booking.phone);
        text(at.bktkt, TICKET_WORDS, &booking.ticketing);
        text(at.bkrcv, RECEIVED_WORDS, &booking.received);
        text(at.bkrmk, REMARK_WORDS, &booking.remark);
    }

    /// Reads a PNR; the words must be valid.
    pub fn read_passenger(&self, words: &[u64]) -> PassengerRecord {
        PassengerRecord {
            version: words[0],
            ordinal: FileAddress::from_word(words[1]).map_or(0, |address| address.ordinal),
            locator: text_of(&words[self.at.prloc..=self.at.prloc]),
            state: (words[self.at.prsta] & 0o77) as u8,
            booking: self.read_booking(words),
        }
    }

    /// The words of a PNR.
    pub fn write_passenger(&self, record: &PassengerRecord) -> Vec<u64> {
        let mut words = self.blank(FileAddress::new(Kind::Passenger, record.ordinal));
        words[self.at.prloc] = bcd(&record.locator);
        words[self.at.prsta] = u64::from(record.state);
        words[self.at.prnam] = index_word(&record.booking.names);
        self.write_booking(&record.booking, &mut words);
        seal(&mut words, record.version);
        words
    }

    /// Reads a PNR as stored, judging it first.
    pub fn passenger(&self, ordinal: u32, words: &[u64]) -> Result<PassengerRecord, Invalid> {
        self.version_of(FileAddress::new(Kind::Passenger, ordinal), words)?;
        Ok(self.read_passenger(words))
    }
}
