//! The set record: what the system remembers of one agent set (the *agent assembly area*).
//!
//! | word | content |
//! |---|---|
//! | SRLAST | address: LAST, the serial last applied; decrement: characters of ANSWER; prefix: 0 text, 2 lights |
//! | SRANS | ANSWER, 17 words |
//! | SRDSP | decrement: sheet + 1 of the last display, 0 none; address: its day |
//! | SRLIN | flights of the display: eight ordinals of 12 bits, three a word; 7777 none |
//! | SRPNR, SRPVR | PNR brought into the set and its version then |
//! | BKCNT ... | the booking in progress |
//!
//! Assumed: all of it.

use super::{ANSWER_WORDS, Booking, FileAddress, Kind, Layout, NO_FLIGHT, seal};

/// Form of the last answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerForm {
    /// Printed.
    Text,
    /// Sixteen lights.
    Lights,
}

/// The record of one agent set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetRecord {
    /// Version of the record.
    pub version: u64,
    /// Number of the set.
    pub set: u32,
    /// LAST: serial of the entry last applied, 12 bits.
    pub last: u16,
    /// Form of ANSWER.
    pub form: AnswerForm,
    /// ANSWER, as many characters as were sent (blanks at its end kept).
    pub answer: String,
    /// Sheet of the last display.
    pub sheet: Option<u16>,
    /// Day of the last display.
    pub day: u16,
    /// Flight of each of the eight pairs of lines of the display.
    pub lines: [u16; 8],
    /// Ordinal of the PNR brought into the set, 0 none.
    pub pnr: u32,
    /// Version of that PNR when it was brought in.
    pub pnr_version: u64,
    /// The booking in progress.
    pub booking: Booking,
}

impl SetRecord {
    /// The record of a set at which nothing was ever entered.
    pub fn new(set: u32) -> SetRecord {
        SetRecord {
            version: 1,
            set,
            last: 0,
            form: AnswerForm::Text,
            answer: String::new(),
            sheet: None,
            day: 0,
            lines: [NO_FLIGHT; 8],
            pnr: 0,
            pnr_version: 0,
            booking: Booking::default(),
        }
    }
}

/// Eight flight ordinals of 12 bits from three words, left to right.
pub(super) fn read_lines(words: &[u64]) -> [u16; 8] {
    std::array::from_fn(|n| (words[n / 3] >> (24 - 12 * (n % 3)) & 0o7777) as u16)
}

/// Eight flight ordinals into three words; the ninth place says none.
pub(super) fn lines_words(lines: &[u16]) -> [u64; 3] {
    let line = |n: usize| u64::from(lines.get(n).copied().unwrap_or(NO_FLIGHT) & 0o7777);
    std::array::from_fn(|w| line(3 * w) << 24 | line(3 * w + 1) << 12 | line(3 * w + 2))
}

impl Layout {
    /// Reads a set record; the words must be valid.
    pub fn read_set(&self, words: &[u64]) -> SetRecord {
        let at = &self.at;
        let last = words[at.srlast];
        let characters = usize::from(word::decrement(last)).min(6 * ANSWER_WORDS);
        let answer = word::bcd::unpack(&words[at.srans..at.srans + ANSWER_WORDS]);
        let display = words[at.srdsp];
        SetRecord {
            version: words[0],
            set: FileAddress::from_word(words[1]).map_or(0, |address| address.ordinal),
            last: word::address(last) & 0o7777,
            form: if word::prefix(last) & 2 != 0 {
                AnswerForm::Lights
            } else {
                AnswerForm::Text
            },
            answer: answer.chars().take(characters).collect(),
            sheet: word::decrement(display).checked_sub(1),
            day: word::address(display),
            lines: read_lines(&words[at.srlin..at.srlin + 3]),
            pnr: (words[at.srpnr] & 0o777777) as u32,
            pnr_version: words[at.srpvr],
            booking: self.read_booking(words),
        }
    }

    /// The words of a set record. An answer of lights is given as its three characters.
    pub fn write_set(&self, record: &SetRecord) -> Vec<u64> {
        let at = &self.at;
        let mut words = self.blank(FileAddress::new(Kind::Set, record.set));
        let prefix = if record.form == AnswerForm::Lights {
            2
        } else {
            0
        };
        let characters = record.answer.chars().count().min(6 * ANSWER_WORDS) as u16;
        words[at.srlast] = word::from_fields(prefix, characters, 0, record.last & 0o7777);
        let answer = word::bcd::pack(&record.answer);
        for (to, from) in words[at.srans..at.srans + ANSWER_WORDS]
            .iter_mut()
            .zip(answer)
        {
            *to = from;
        }
        let sheet = record.sheet.map_or(0, |sheet| sheet + 1);
        words[at.srdsp] = word::from_fields(0, sheet, 0, record.day);
        words[at.srlin..at.srlin + 3].copy_from_slice(&lines_words(&record.lines));
        words[at.srpnr] = u64::from(record.pnr);
        words[at.srpvr] = record.pnr_version;
        self.write_booking(&record.booking, &mut words);
        seal(&mut words, record.version);
        words
    }
}
