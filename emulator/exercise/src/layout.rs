//! Records of the reservation files, as the control program lays them out.
//!
//! Everything the system promised stands in records of a few fixed kinds on drums and disks:
//! a set record for each agent set, an inventory record for each flight and sixteen days, a
//! summary for each sheet and month, a passenger name record (PNR) for each booking, buckets of
//! the name index, one keypoint, and the slots in which an entry's changes are committed. Where a
//! field stands is decided by the control program alone: its symbols are read from the assembled
//! deck, so that the two can never disagree.
//!
//! Every record but the slot:
//!
//! | word | content |
//! |---|---|
//! | 0 | version, one more at each filing |
//! | 1 | file address: kind x 2^18 + ordinal |
//! | 2 | check: the sum of all other words, carries added in at the right (ACL) |
//! | 3 ... | content |
//! | last | version again: a torn write leaves the two unequal |
//!
//! Every record has two copies, C1 and C2, on different units; the program's file map says where, and
//! of which kind there is no C2 (passenger records in historical mode).
//!
//! Source: that SABRE kept duplicate copies is documented (Copeland and McKenney 1988). Assumed:
//! everything in this layout; see `sites/sabre/SOURCES.md`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

mod booking;
mod inventory;
mod set_record;
mod slot;

pub use booking::{Booking, PassengerRecord, Segment, SegmentStatus};
pub use inventory::{
    Counts, InventoryRecord, NameBucket, SummaryRecord, index_word, name_bucket_of,
};
pub use set_record::{AnswerForm, SetRecord};
pub use slot::{Slot, SlotImages};

/// Bit 36 of a stored cell: the stored parity disagrees with the word.
pub const PARITY_SYNDROME: u64 = 1 << 36;
/// File addresses of one kind of record lie this far apart.
pub const ADDRESSES_PER_KIND: u64 = 1 << 18;
/// Buckets of the name index.
pub const NAME_BUCKETS: u32 = 8192;
/// Days covered by one inventory record.
pub const DAYS_PER_INVENTORY: u16 = 16;
/// Inventory records of one flight.
pub const INVENTORIES_PER_FLIGHT: u32 = 4;
/// Days covered by one summary record.
pub const DAYS_PER_SUMMARY: u16 = 32;
/// Summary records of one sheet.
pub const SUMMARIES_PER_SHEET: u32 = 2;
/// Slots: entries in progress at once.
pub const SLOTS: u32 = 30;
/// A line of a display without a flight.
pub const NO_FLIGHT: u16 = 0o7777;
/// First word of the images in a slot.
pub const SLOT_HEADER: usize = 16;
/// Most images a slot can name.
pub const SLOT_IMAGES_MAX: usize = 8;

/// One word of six characters: the text, blank filled, cut off after six.
pub fn bcd(text: &str) -> u64 {
    word::bcd::pack(text)
        .first()
        .copied()
        .unwrap_or(0o606060606060)
}

/// Text of some words, the blanks at its end removed.
pub fn text_of(words: &[u64]) -> String {
    word::bcd::unpack(words).trim_end().to_string()
}

/// The kinds of records; the value is the kind's number in file addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// SET: the booking in progress at one agent set, its last serial and answer.
    Set = 1,
    /// INV: seats of one flight on sixteen days.
    Inventory = 2,
    /// SUM: what the availability lights show for one sheet in 31 days.
    Summary = 3,
    /// PNR: one booking.
    Passenger = 4,
    /// NAM: one bucket of the name index.
    Name = 5,
    /// KEY: the keypoint.
    Keypoint = 6,
    /// SLT: the committed changes of one entry.
    Slot = 7,
    /// PDR: passenger records that are free.
    Directory = 8,
}

impl Kind {
    /// All kinds in the order of their numbers.
    pub const ALL: [Kind; 8] = [
        Kind::Set,
        Kind::Inventory,
        Kind::Summary,
        Kind::Passenger,
        Kind::Name,
        Kind::Keypoint,
        Kind::Slot,
        Kind::Directory,
    ];

    /// The program's three letters for it.
    pub fn name(self) -> &'static str {
        ["SET", "INV", "SUM", "PNR", "NAM", "KEY", "SLT", "PDR"][self as usize - 1]
    }

    fn index(self) -> usize {
        self as usize - 1
    }
}

/// The name of a record wherever it stands: its kind and its number among its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileAddress {
    /// Kind of record.
    pub kind: Kind,
    /// Number among its kind, below 2^18.
    pub ordinal: u32,
}

impl FileAddress {
    /// The record `ordinal` of `kind`.
    pub fn new(kind: Kind, ordinal: u32) -> FileAddress {
        FileAddress { kind, ordinal }
    }

    /// As it stands in word 1 of the record.
    pub fn word(self) -> u64 {
        self.kind as u64 * ADDRESSES_PER_KIND + u64::from(self.ordinal)
    }

    /// From a word; `None` if there is no such kind.
    pub fn from_word(word: u64) -> Option<FileAddress> {
        let kind = Kind::ALL
            .into_iter()
            .find(|&k| k as u64 == word / ADDRESSES_PER_KIND)?;
        Some(FileAddress {
            kind,
            ordinal: (word % ADDRESSES_PER_KIND) as u32,
        })
    }
}

impl std::fmt::Display for FileAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind.name(), self.ordinal)
    }
}

/// First or second copy of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Copy {
    /// Written first.
    C1 = 0,
    /// Written second.
    C2 = 1,
}

impl Copy {
    /// Both, in the order in which they are written.
    pub const BOTH: [Copy; 2] = [Copy::C1, Copy::C2];

    /// The only one of a record that is single.
    const FIRST: [Copy; 1] = [Copy::C1];
}

/// Where a copy stands. Modules 0-5 are the drums, 6-37 the arms of the disks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Storage module, 0-37.
    pub module: u8,
    /// Track of the module.
    pub track: u16,
    /// Record on the track.
    pub record: u8,
}

/// Number of drums; modules from here on are disk arms.
pub const DRUMS: u8 = 6;
/// Number of storage modules.
pub const MODULES: u8 = 38;

/// A cabinet that fails as one: a drum, or a disk unit with its two arms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum StorageUnit {
    /// Drum 0-5.
    Drum(u8),
    /// Disk unit 0-15 (1301 model 2).
    Disk(u8),
}

impl StorageUnit {
    /// The unit that holds a module.
    pub fn of_module(module: u8) -> StorageUnit {
        match module.checked_sub(DRUMS) {
            None => StorageUnit::Drum(module),
            Some(arm) => StorageUnit::Disk(arm / 16 * 8 + arm % 8),
        }
    }
}

/// Access of its unit that a module is: a disk unit has two, each with its own arms and tracks;
/// a drum has one.
pub fn access_of_module(module: u8) -> u8 {
    module.checked_sub(DRUMS).map_or(0, |arm| arm % 16 / 8)
}

/// Why a stored record is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// All words zero.
    #[error("never written")]
    NeverWritten,
    /// A word's stored parity disagrees.
    #[error("parity error")]
    Parity,
    /// Word 1 is not the address asked for.
    #[error("wrong file address")]
    Address,
    /// First and last word disagree: a torn write.
    #[error("versions differ")]
    Versions,
    /// The check does not agree with the words.
    #[error("check wrong")]
    Check,
    /// A slot whose count or addresses make no sense.
    #[error("slot header wrong")]
    Header,
}

/// The control program lacks something that the host side must know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// A symbol is not defined.
    #[error("the control program defines no symbol {0}; expected the {1}")]
    MissingSymbol(&'static str, &'static str),
    /// A table has no word where one was expected.
    #[error("the control program has no word at {table}+{offset}; expected the {what}")]
    MissingWord {
        /// Symbol of the table.
        table: &'static str,
        /// Words from its start.
        offset: usize,
        /// What should stand there.
        what: &'static str,
    },
    /// A value lies outside what the files can hold.
    #[error("the control program's {name} is {value}; expected {expected}")]
    OutOfRange {
        /// Symbol or table entry.
        name: String,
        /// Its value.
        value: i64,
        /// What it may be.
        expected: String,
    },
}

/// Where the copies of one kind stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapEntry {
    /// Ordinals are dealt out over this many modules.
    pub divisor: u32,
    /// First of these modules.
    pub first_module: u8,
    /// First track used on each.
    pub base_track: u16,
    /// Records on a track.
    pub records_per_track: u8,
}

/// Offsets of fields, in words from the start of a record, under the program's own symbols.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Offsets {
    pub srlast: usize,
    pub srans: usize,
    pub srdsp: usize,
    pub srlin: usize,
    pub srpnr: usize,
    pub srpvr: usize,
    pub srtim: usize,
    pub bkcnt: usize,
    pub bkseg: usize,
    pub bknam: usize,
    pub bkphn: usize,
    pub bktkt: usize,
    pub bkrcv: usize,
    pub bkrmk: usize,
    pub prloc: usize,
    pub prsta: usize,
    pub prnam: usize,
    pub ivflt: usize,
    pub ivcty: usize,
    pub ivtim: usize,
    pub ivsht: usize,
    pub ivcnt: usize,
    pub smlin: usize,
    pub smday: usize,
    pub nmcnt: usize,
    pub nment: usize,
    pub kypol: usize,
    pub kyunt: usize,
    pub kyday: usize,
    pub kyswp: usize,
    pub slset: usize,
    pub slser: usize,
    pub slcnt: usize,
    pub sladr: usize,
}

/// Words of the fields that have a fixed size.
pub(crate) const ANSWER_WORDS: usize = 17;
pub(crate) const NAME_WORDS: usize = 8;
pub(crate) const PHONE_WORDS: usize = 4;
pub(crate) const TICKET_WORDS: usize = 2;
pub(crate) const RECEIVED_WORDS: usize = 4;
pub(crate) const REMARK_WORDS: usize = 6;
pub(crate) const SEGMENTS_MAX: usize = 3;
pub(crate) const BUCKET_ENTRIES_MAX: usize = 37;

/// The layout of all records and the file map, read from the assembled control program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// Words of a record, by kind number less one.
    pub words: [usize; 8],
    /// File map, by kind number less one and copy; `None` where the records are single.
    pub map: [[Option<MapEntry>; 2]; 8],
    /// Offsets of fields.
    pub at: Offsets,
}

impl Layout {
    /// Reads the layout from the assembled control program.
    pub fn from(program: &ibm7090::assembler::Assembly) -> Result<Layout, LayoutError> {
        Layout::read(&program.symbols, &program.words)
    }

    /// Reads the layout from the symbols of the program and its words, each with its location.
    pub fn read(
        symbols: &BTreeMap<String, i64>,
        words: &[(u16, u64)],
    ) -> Result<Layout, LayoutError> {
        let deck = Deck { symbols, words };
        let mut lengths = [0; 8];
        let mut map = [[None; 2]; 8];
        for kind in Kind::ALL {
            let index = kind.index();
            let name = |what: &str| format!("{what} of {}", kind.name());
            let length = deck.word("RLEN", index, "words of a record of each kind")?;
            lengths[index] = within(name("record length"), length, 5, 500)? as usize;
            for copy in Copy::BOTH {
                let base = index * 8 + copy as usize * 4;
                let entry = |offset| deck.word("FMAP", base + offset, "file map");
                if copy == Copy::C2 && entry(0)? == 0 {
                    continue;
                }
                let modules = i64::from(MODULES);
                let divisor = within(name("file map divisor"), entry(0)?, 1, modules)?;
                let first = within(
                    name("file map first module"),
                    entry(1)?,
                    0,
                    modules - divisor,
                )?;
                let base_track = within(name("file map base track"), entry(2)?, 0, 9_999)?;
                let per_track = within(name("file map records per track"), entry(3)?, 1, 100)?;
                map[index][copy as usize] = Some(MapEntry {
                    divisor: divisor as u32,
                    first_module: first as u8,
                    base_track: base_track as u16,
                    records_per_track: per_track as u8,
                });
            }
        }
        let layout = Layout {
            words: lengths,
            map,
            at: deck.offsets()?,
        };
        layout.check_extents()?;
        Ok(layout)
    }

    /// The end of every field lies before the last word of its record.
    fn check_extents(&self) -> Result<(), LayoutError> {
        let at = &self.at;
        let ends = [
            (Kind::Set, "SRANS", at.srans + ANSWER_WORDS),
            (Kind::Set, "SRLIN", at.srlin + 3),
            (
                Kind::Set,
                "SRPVR",
                at.srpvr.max(at.srpnr).max(at.srdsp).max(at.srlast) + 1,
            ),
            (Kind::Set, "SRTIM", at.srtim + 1),
            (Kind::Set, "BKRMK", at.bkrmk + REMARK_WORDS),
            (Kind::Set, "BKSEG", at.bkseg + 2 * SEGMENTS_MAX),
            (
                Kind::Passenger,
                "PRNAM",
                at.prnam.max(at.prsta).max(at.prloc) + 1,
            ),
            (Kind::Passenger, "BKRMK", at.bkrmk + REMARK_WORDS),
            (
                Kind::Inventory,
                "IVCNT",
                at.ivcnt + 2 * DAYS_PER_INVENTORY as usize,
            ),
            (Kind::Summary, "SMLIN", at.smlin + 3),
            (Kind::Summary, "SMDAY", at.smday + DAYS_PER_SUMMARY as usize),
            (Kind::Name, "NMENT", at.nment.max(at.nmcnt) + 2),
            (
                Kind::Keypoint,
                "KYSWP",
                at.kyunt.max(at.kypol).max(at.kyday).max(at.kyswp) + 1,
            ),
        ];
        for (kind, name, end) in ends {
            let last = self.words_of(kind) - 1;
            within(
                format!("end of field {name} in {}", kind.name()),
                end as i64,
                0,
                last as i64,
            )?;
        }
        let header = at.sladr + SLOT_IMAGES_MAX;
        within(
            "end of field SLADR in SLT".to_string(),
            header as i64,
            0,
            SLOT_HEADER as i64,
        )?;
        Ok(())
    }

    /// Words of a record of this kind.
    pub fn words_of(&self, kind: Kind) -> usize {
        self.words[kind.index()]
    }

    /// The file map's entry for a kind and copy.
    ///
    /// # Panics
    /// If records of the kind have no such copy: see [`Layout::copies`].
    pub fn map_of(&self, kind: Kind, copy: Copy) -> &MapEntry {
        let entry = &self.map[kind.index()][copy as usize];
        entry
            .as_ref()
            .expect("only copies that exist are asked for")
    }

    /// The copies that a record of this kind has, in the order in which they are written.
    pub fn copies(&self, kind: Kind) -> &'static [Copy] {
        match self.map[kind.index()] {
            [_, Some(_)] => &Copy::BOTH,
            [_, None] => &Copy::FIRST,
        }
    }

    /// Where a copy of a record stands.
    ///
    /// # Panics
    /// If the record has no such copy: see [`Layout::copies`].
    pub fn place(&self, address: FileAddress, copy: Copy) -> Place {
        let entry = self.map_of(address.kind, copy);
        let q = address.ordinal / entry.divisor;
        let per_track = u32::from(entry.records_per_track);
        let track = u32::from(entry.base_track) + q / per_track;
        Place {
            module: entry.first_module + (address.ordinal % entry.divisor) as u8,
            track: u16::try_from(track).unwrap_or(u16::MAX),
            record: (q % per_track) as u8,
        }
    }

    /// Which copy of which record stands at a place, by the file map alone; `None` where no record
    /// of the files is kept. A track belongs to the kind whose first track comes last before it.
    pub fn kept_at(&self, place: Place) -> Option<(FileAddress, Copy)> {
        let mut found: Option<(Kind, Copy)> = None;
        for kind in Kind::ALL {
            for &copy in self.copies(kind) {
                let entry = self.map_of(kind, copy);
                let modules =
                    u32::from(entry.first_module)..u32::from(entry.first_module) + entry.divisor;
                let later =
                    found.is_none_or(|(k, c)| self.map_of(k, c).base_track < entry.base_track);
                if modules.contains(&u32::from(place.module))
                    && entry.base_track <= place.track
                    && later
                {
                    found = Some((kind, copy));
                }
            }
        }
        let (kind, copy) = found?;
        let entry = self.map_of(kind, copy);
        let q = u32::from(place.track - entry.base_track) * u32::from(entry.records_per_track)
            + u32::from(place.record);
        let module = u32::from(place.module - entry.first_module);
        let address = FileAddress::new(kind, q * entry.divisor + module);
        (self.place(address, copy) == place).then_some((address, copy))
    }

    /// The version of a stored record, or why it is not valid. `words` are cells as stored, with
    /// their parity syndrome. Slots are judged by [`Layout::read_slot`].
    pub fn version_of(&self, address: FileAddress, words: &[u64]) -> Result<u64, Invalid> {
        let (Some(&first), Some(&last)) = (words.first(), words.last()) else {
            return Err(Invalid::NeverWritten);
        };
        if words.iter().any(|&cell| cell & PARITY_SYNDROME != 0) {
            return Err(Invalid::Parity);
        }
        if words.len() != self.words_of(address.kind) || words[1] != address.word() {
            let never = words.iter().all(|&word| word == 0);
            return Err(if never {
                Invalid::NeverWritten
            } else {
                Invalid::Address
            });
        }
        if first != last {
            return Err(Invalid::Versions);
        }
        if words[2] != record_check(words) {
            return Err(Invalid::Check);
        }
        Ok(first)
    }

    /// A record of zeros with its address, version 1, but without its check; content to be filled
    /// in, then [`seal`].
    pub(crate) fn blank(&self, address: FileAddress) -> Vec<u64> {
        let mut words = vec![0; self.words_of(address.kind)];
        words[1] = address.word();
        words
    }
}

/// Check of a record: the sum of all words but word 2, carries added in at the right.
pub fn record_check(words: &[u64]) -> u64 {
    let others = words.iter().enumerate().filter(|&(index, _)| index != 2);
    others.fold(0, |sum, (_, &word)| word::end_around_add(sum, word))
}

/// Gives a record its version, first and last, and its check.
pub fn seal(words: &mut [u64], version: u64) {
    if let [first, _, _, .., last] = words {
        *first = version;
        *last = version;
        words[2] = record_check(words);
    }
}

/// Locator of a PNR: six letters A-H, one for each octal digit of its ordinal.
pub fn locator(ordinal: u32) -> String {
    let digit = |place: u32| (b'A' + (ordinal >> (3 * place) & 7) as u8) as char;
    (0..6).rev().map(digit).collect()
}

/// Ordinal of the PNR with this locator; `None` if it is no locator.
pub fn locator_ordinal(locator: &str) -> Option<u32> {
    if locator.len() != 6 {
        return None;
    }
    locator.bytes().try_fold(0, |ordinal, letter| {
        (b'A'..=b'H')
            .contains(&letter)
            .then(|| ordinal << 3 | u32::from(letter - b'A'))
    })
}

fn within(name: String, value: i64, least: i64, most: i64) -> Result<i64, LayoutError> {
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    let expected = format!("a number from {least} to {most}");
    Err(LayoutError::OutOfRange {
        name,
        value,
        expected,
    })
}

struct Deck<'a> {
    symbols: &'a BTreeMap<String, i64>,
    words: &'a [(u16, u64)],
}

impl Deck<'_> {
    fn symbol(&self, name: &'static str, what: &'static str) -> Result<i64, LayoutError> {
        let value = self.symbols.get(name).copied();
        value.ok_or(LayoutError::MissingSymbol(name, what))
    }

    fn word(
        &self,
        table: &'static str,
        offset: usize,
        what: &'static str,
    ) -> Result<i64, LayoutError> {
        let location = self.symbol(table, what)? + offset as i64;
        let found = self
            .words
            .binary_search_by_key(&location, |&(at, _)| i64::from(at));
        let index = found.map_err(|_| LayoutError::MissingWord {
            table,
            offset,
            what,
        })?;
        Ok(word::to_integer(self.words[index].1))
    }

    fn offset(&self, name: &'static str) -> Result<usize, LayoutError> {
        let value = self.symbol(name, "offset of a field in a record")?;
        Ok(within(format!("field {name}"), value, 3, 499)? as usize)
    }

    fn offsets(&self) -> Result<Offsets, LayoutError> {
        Ok(Offsets {
            srlast: self.offset("SRLAST")?,
            srans: self.offset("SRANS")?,
            srdsp: self.offset("SRDSP")?,
            srlin: self.offset("SRLIN")?,
            srpnr: self.offset("SRPNR")?,
            srpvr: self.offset("SRPVR")?,
            srtim: self.offset("SRTIM")?,
            bkcnt: self.offset("BKCNT")?,
            bkseg: self.offset("BKSEG")?,
            bknam: self.offset("BKNAM")?,
            bkphn: self.offset("BKPHN")?,
            bktkt: self.offset("BKTKT")?,
            bkrcv: self.offset("BKRCV")?,
            bkrmk: self.offset("BKRMK")?,
            prloc: self.offset("PRLOC")?,
            prsta: self.offset("PRSTA")?,
            prnam: self.offset("PRNAM")?,
            ivflt: self.offset("IVFLT")?,
            ivcty: self.offset("IVCTY")?,
            ivtim: self.offset("IVTIM")?,
            ivsht: self.offset("IVSHT")?,
            ivcnt: self.offset("IVCNT")?,
            smlin: self.offset("SMLIN")?,
            smday: self.offset("SMDAY")?,
            nmcnt: self.offset("NMCNT")?,
            nment: self.offset("NMENT")?,
            kypol: self.offset("KYPOL")?,
            kyunt: self.offset("KYUNT")?,
            kyday: self.offset("KYDAY")?,
            kyswp: self.offset("KYSWP")?,
            slset: self.offset("SLSET")?,
            slser: self.offset("SLSER")?,
            slcnt: self.offset("SLCNT")?,
            sladr: self.offset("SLADR")?,
        })
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::test_layout;
