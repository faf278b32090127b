//! Inventory, availability summary and name index.
//!
//! An inventory record has the seats of one flight on sixteen days, two words a day:
//!
//! | bits | S-8 | 9-17 | 18-26 | 27-35 |
//! |---|---|---|---|---|
//! | content | authorised | opening | sold | wait-list |
//!
//! *Opening* are the seats sold before our records begin; sold includes them. A summary record
//! has, for one sheet and each of 32 days, two bits a line from the left: how many seats are open,
//! at most three. An index bucket has pairs of words: the first six letters of a surname and the
//! PNR's ordinal.
//!
//! Source: inventory and summary on the drums: Copeland and McKenney 1988 and the practice of
//! later systems. Assumed: the layouts and the bucket function.

use super::set_record::{lines_words, read_lines};
use super::{
    BUCKET_ENTRIES_MAX, DAYS_PER_INVENTORY, DAYS_PER_SUMMARY, FileAddress, INVENTORIES_PER_FLIGHT,
    Kind, Layout, NAME_BUCKETS, SUMMARIES_PER_SHEET, bcd, seal, text_of,
};
use crate::schedule::Class;

/// Seats of one flight, day and class, each below 512.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Seats that may be sold.
    pub authorised: u16,
    /// Seats sold before our records begin.
    pub opening: u16,
    /// Seats sold, the opening count included.
    pub sold: u16,
    /// Seats asked for on the wait-list.
    pub waiting: u16,
}

impl Counts {
    /// From the word of the record.
    pub fn from_word(word: u64) -> Counts {
        let field = |shift: u32| (word >> shift & 0o777) as u16;
        Counts {
            authorised: field(27),
            opening: field(18),
            sold: field(9),
            waiting: field(0),
        }
    }

    /// As the word of the record.
    pub fn word(&self) -> u64 {
        let field = |value: u16, shift: u32| u64::from(value & 0o777) << shift;
        field(self.authorised, 27)
            | field(self.opening, 18)
            | field(self.sold, 9)
            | field(self.waiting, 0)
    }

    /// Seats still open.
    pub fn open(&self) -> u16 {
        self.authorised.saturating_sub(self.sold)
    }
}

/// The inventory of one flight on sixteen days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventoryRecord {
    /// Version of the record.
    pub version: u64,
    /// Ordinal: flight x 4 + day / 16.
    pub ordinal: u32,
    /// Designator, without blanks.
    pub designator: String,
    /// Cities, `LGALAX`.
    pub cities: String,
    /// Minute of departure.
    pub departure_minute: u16,
    /// Minute of arrival.
    pub arrival_minute: u16,
    /// Its sheet.
    pub sheet: u16,
    /// Its place on the sheet, 0-7.
    pub position: u16,
    /// Counts by day of the record and class.
    pub days: [[Counts; 2]; DAYS_PER_INVENTORY as usize],
}

/// What the lights of one sheet show on 32 days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryRecord {
    /// Version of the record.
    pub version: u64,
    /// Ordinal: sheet x 2 + day / 32.
    pub ordinal: u32,
    /// Flights of the sheet.
    pub flights: [u16; 8],
    /// By day of the record: open seats of each of the sixteen lines, at most 3.
    pub days: [[u8; 16]; DAYS_PER_SUMMARY as usize],
}

/// One bucket of the name index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameBucket {
    /// Version of the record.
    pub version: u64,
    /// Its number.
    pub ordinal: u32,
    /// First six letters of a surname, blank filled, and PNR ordinal.
    pub entries: Vec<(u64, u32)>,
}

/// The index word of a name field: the first six letters of its first surname.
pub fn index_word(names: &str) -> u64 {
    let letters = names.trim_start_matches(|c: char| c.is_ascii_digit());
    bcd(letters.split('/').next().unwrap_or(""))
}

/// First bucket to look in for a name word.
pub fn name_bucket_of(name: u64) -> u32 {
    let folded = ((name >> 18) & 0o777777) + (name & 0o777777);
    ((folded ^ folded >> 6) % u64::from(NAME_BUCKETS)) as u32
}

impl Layout {
    /// Inventory record of a flight and day.
    pub fn inventory_address(flight: u16, day: u16) -> FileAddress {
        let ordinal =
            u32::from(flight) * INVENTORIES_PER_FLIGHT + u32::from(day / DAYS_PER_INVENTORY);
        FileAddress::new(Kind::Inventory, ordinal)
    }

    /// Summary record of a sheet and day.
    pub fn summary_address(sheet: u16, day: u16) -> FileAddress {
        let ordinal = u32::from(sheet) * SUMMARIES_PER_SHEET + u32::from(day / DAYS_PER_SUMMARY);
        FileAddress::new(Kind::Summary, ordinal)
    }

    /// Counts of one day and class, from the words of the right inventory record.
    pub fn counts(&self, words: &[u64], day: u16, class: Class) -> Counts {
        let offset = 2 * usize::from(day % DAYS_PER_INVENTORY) + class as usize;
        Counts::from_word(words[self.at.ivcnt + offset])
    }

    /// Reads an inventory record; the words must be valid.
    pub fn read_inventory(&self, words: &[u64]) -> InventoryRecord {
        let at = &self.at;
        let day = |day: usize| Class::ALL.map(|class| self.counts(words, day as u16, class));
        InventoryRecord {
            version: words[0],
            ordinal: FileAddress::from_word(words[1]).map_or(0, |address| address.ordinal),
            designator: text_of(&words[at.ivflt..=at.ivflt]),
            cities: text_of(&words[at.ivcty..=at.ivcty]),
            departure_minute: word::decrement(words[at.ivtim]),
            arrival_minute: word::address(words[at.ivtim]),
            sheet: word::decrement(words[at.ivsht]),
            position: word::address(words[at.ivsht]),
            days: std::array::from_fn(day),
        }
    }

    /// The words of an inventory record.
    pub fn write_inventory(&self, record: &InventoryRecord) -> Vec<u64> {
        let at = &self.at;
        let mut words = self.blank(FileAddress::new(Kind::Inventory, record.ordinal));
        words[at.ivflt] = bcd(&record.designator);
        words[at.ivcty] = bcd(&record.cities);
        words[at.ivtim] = word::from_fields(0, record.departure_minute, 0, record.arrival_minute);
        words[at.ivsht] = word::from_fields(0, record.sheet, 0, record.position);
        for (index, counts) in record.days.iter().flatten().enumerate() {
            words[at.ivcnt + index] = counts.word();
        }
        seal(&mut words, record.version);
        words
    }

    /// Reads a summary record; the words must be valid.
    pub fn read_summary(&self, words: &[u64]) -> SummaryRecord {
        let at = &self.at;
        let line = |day: usize, line: usize| (words[at.smday + day] >> (34 - 2 * line) & 3) as u8;
        SummaryRecord {
            version: words[0],
            ordinal: FileAddress::from_word(words[1]).map_or(0, |address| address.ordinal),
            flights: read_lines(&words[at.smlin..at.smlin + 3]),
            days: std::array::from_fn(|day| std::array::from_fn(|n| line(day, n))),
        }
    }

    /// The words of a summary record.
    pub fn write_summary(&self, record: &SummaryRecord) -> Vec<u64> {
        let at = &self.at;
        let mut words = self.blank(FileAddress::new(Kind::Summary, record.ordinal));
        words[at.smlin..at.smlin + 3].copy_from_slice(&lines_words(&record.flights));
        for (day, lines) in record.days.iter().enumerate() {
            let bits = lines
                .iter()
                .fold(0, |bits, &open| bits << 2 | u64::from(open.min(3)));
            words[at.smday + day] = bits << 4;
        }
        seal(&mut words, record.version);
        words
    }

    /// Entries a bucket of the name index can hold.
    pub fn bucket_entries_max(&self) -> usize {
        let room = (self.words_of(Kind::Name) - 1 - self.at.nment) / 2;
        room.min(BUCKET_ENTRIES_MAX)
    }

    /// Reads a bucket of the name index; the words must be valid.
    pub fn read_names(&self, words: &[u64]) -> NameBucket {
        let at = &self.at;
        let count = usize::from(word::address(words[at.nmcnt])).min(self.bucket_entries_max());
        let entry = |n: usize| {
            (
                words[at.nment + 2 * n],
                (words[at.nment + 2 * n + 1] & 0o777777) as u32,
            )
        };
        NameBucket {
            version: words[0],
            ordinal: FileAddress::from_word(words[1]).map_or(0, |address| address.ordinal),
            entries: (0..count).map(entry).collect(),
        }
    }

    /// The words of a bucket of the name index.
    pub fn write_names(&self, bucket: &NameBucket) -> Vec<u64> {
        let at = &self.at;
        let mut words = self.blank(FileAddress::new(Kind::Name, bucket.ordinal));
        let entries = bucket.entries.iter().take(self.bucket_entries_max());
        words[at.nmcnt] = entries.len() as u64;
        for (index, &(name, ordinal)) in entries.enumerate() {
            words[at.nment + 2 * index] = name;
            words[at.nment + 2 * index + 1] = u64::from(ordinal);
        }
        seal(&mut words, bucket.version);
        words
    }
}
