//! The units beside the drums: card reader and punch, line printer, tapes, and four single ones.
//!
//! A card is 24 words of 32 bits: twelve rows of 64 columns, two words a row, from row 12 down. The
//! printer takes the same image for a line. A tape is a row of records and file marks.
//!
//! | unit | a transfer moves | pace |
//! |---|---|---|
//! | card reader | up to 24 words of the next card | 10 ms a word, a card each 400 ms |
//! | card punch | up to 24 words to a new card | 10 ms a word, a card each 600 ms |
//! | line printer | up to 24 words to a new line | 10 ms a word, a line each 400 ms |
//! | tape | a record | 10 ms to start, 400 us a word (6 frames at 200 an inch and 75 in/s) |
//! | I/O register | words of the console switches, or to its lamps | 100 us a word |
//! | input matrix | its 128 words from the first on | 100 us a word |
//! | burst counters | the burst number, modulo 128, one each 70 ms | 100 us a word |
//! | warning lights | to its 32 words from the first on | 100 us a word |
//!
//! A transfer with more words than the card or record ends with it. A reader without cards, and a
//! tape at a file mark or behind its last record, set the end-of-file condition and end at once.
//!
//! Source: which units there were, and tapes of 1 to 6, recalled. Assumed, all assigned by us: card
//! image, speeds, how a matrix is addressed, that a tape that is not mounted keeps a transfer
//! waiting.

use std::collections::VecDeque;

use clock::{Instant, Span};
use serde::{Deserialize, Serialize};
use word::twin::Twin;

use crate::codes;

/// Words of a card or a printed line.
pub const CARD_WORDS: usize = 24;
/// Columns of a card.
pub const CARD_COLUMNS: usize = 64;
/// Words of the manual-input matrix: 4,096 bits.
pub const MATRIX_WORDS: usize = 128;
/// Words of the warning-light matrix.
pub const LIGHT_WORDS: usize = 32;
/// Length of a burst, one frame of 91 bits at 1,300 bit/s.
pub const BURST: Span = Span(70_000_000);

/// A card image: row 12, 11, 0, ... 9, two words each.
pub type Card = [Twin; CARD_WORDS];

/// One thing on a tape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Block {
    /// A record, and whether a frame of it has wrong parity.
    Record {
        /// Its words.
        words: Vec<Twin>,
        /// Reading it raises the tape alarm.
        bad: bool,
    },
    /// End of file.
    Mark,
}

/// A tape on its drive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tape {
    /// From the load point on.
    pub blocks: Vec<Block>,
    /// The next block to pass the head.
    pub position: usize,
    /// Writes are refused.
    pub protected: bool,
}

/// All units of one machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Units {
    /// Cards to be read.
    pub reader: VecDeque<Card>,
    /// Cards punched.
    pub punched: Vec<Card>,
    /// Lines printed; `None` is a new page.
    pub printed: Vec<Option<Card>>,
    /// Tapes on drives 1 to 6.
    pub tapes: [Option<Tape>; 6],
    /// The switches of the console's I/O register.
    pub register_switches: Twin,
    /// Its lamps.
    pub register_lamps: Twin,
    /// The manual-input matrix, set by the consoles.
    pub matrix: Vec<Twin>,
    /// The warning lights.
    pub lights: Vec<Twin>,
    /// When each unit has done its mechanical work and can begin another.
    free_at: Vec<Instant>,
}

/// How a unit answers a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pace {
    /// When the first word moves.
    pub first: Instant,
    /// Between two words.
    pub word: Span,
    /// It ends after so many words.
    pub most: usize,
}

/// How a transfer begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Words move.
    Moves(Pace),
    /// Not until somebody makes the unit ready.
    NotReady,
    /// Nothing is there to be read: end of file.
    EndOfFile,
    /// It cannot do this; the transfer ends.
    Refuses,
}

const REGISTER_PACE: Span = Span(100_000);
const CARD_WORD: Span = Span(10_000_000);
const READ_CYCLE: Span = Span(400_000_000);
const PUNCH_CYCLE: Span = Span(600_000_000);
const TAPE_WORD: Span = Span(400_000);
const TAPE_START: Span = Span(10_000_000);
/// A rewind takes a tenth of the time that reading takes.
const REWIND_FACTOR: u64 = 10;

impl Units {
    /// Units with nothing in them.
    pub fn new() -> Units {
        Units {
            matrix: vec![Twin::ZERO; MATRIX_WORDS],
            lights: vec![Twin::ZERO; LIGHT_WORDS],
            free_at: vec![Instant::ZERO; 64],
            ..Units::default()
        }
    }

    /// The tape of a unit number, if it is a drive with one.
    pub fn tape(&mut self, unit: u8) -> Option<&mut Tape> {
        let drive = usize::from(unit.checked_sub(codes::TAPE_1)?);
        self.tapes.get_mut(drive)?.as_mut()
    }

    /// Whether a transfer or operate of this unit would begin at once.
    pub fn is_ready(&self, unit: u8, at: Instant) -> bool {
        if self.free_at[usize::from(unit & 0o77)] > at {
            return false;
        }
        match unit {
            codes::CARD_READER => !self.reader.is_empty(),
            _ => self.is_mounted(unit),
        }
    }

    /// Whether a unit can do anything at all: a drive needs a tape.
    pub(crate) fn is_mounted(&self, unit: u8) -> bool {
        match unit {
            codes::TAPE_1..=0o16 => self.tapes[usize::from(unit - codes::TAPE_1)].is_some(),
            _ => true,
        }
    }

    /// When a unit that works mechanically is free.
    pub(crate) fn free_at(&self, unit: u8) -> Instant {
        self.free_at[usize::from(unit & 0o77)]
    }

    fn occupy(&mut self, unit: u8, until: Instant) {
        self.free_at[usize::from(unit & 0o77)] = until;
    }

    /// A transfer begins at an instant at which the unit is free.
    pub(crate) fn begin(&mut self, unit: u8, reads: bool, at: Instant) -> Answer {
        let moves = |first: Span, word: Span, most: usize| {
            let first = at + first;
            Answer::Moves(Pace { first, word, most })
        };
        match (unit, reads) {
            (codes::CARD_READER, true) if self.reader.is_empty() => Answer::EndOfFile,
            (codes::CARD_READER, true) => {
                self.occupy(unit, at + READ_CYCLE);
                moves(CARD_WORD, CARD_WORD, CARD_WORDS)
            }
            (codes::CARD_PUNCH, false) => {
                self.punched.push([Twin::ZERO; CARD_WORDS]);
                self.occupy(unit, at + PUNCH_CYCLE);
                moves(CARD_WORD, CARD_WORD, CARD_WORDS)
            }
            (codes::PRINTER, false) => {
                self.printed.push(Some([Twin::ZERO; CARD_WORDS]));
                self.occupy(unit, at + READ_CYCLE);
                moves(CARD_WORD, CARD_WORD, CARD_WORDS)
            }
            (codes::TAPE_1..=0o16, _) => {
                let Some(tape) = self.tape(unit) else {
                    return Answer::NotReady;
                };
                if reads {
                    match tape.blocks.get(tape.position) {
                        Some(Block::Record { words, .. }) => {
                            moves(TAPE_START, TAPE_WORD, words.len())
                        }
                        Some(Block::Mark) => {
                            tape.position += 1;
                            Answer::EndOfFile
                        }
                        None => Answer::EndOfFile,
                    }
                } else if tape.protected {
                    Answer::Refuses
                } else {
                    // What lay behind is gone.
                    tape.blocks.truncate(tape.position);
                    let words = Vec::new();
                    tape.blocks.push(Block::Record { words, bad: false });
                    moves(TAPE_START, TAPE_WORD, usize::MAX)
                }
            }
            (codes::IO_REGISTER, _) => moves(REGISTER_PACE, REGISTER_PACE, usize::MAX),
            (codes::INPUT_MATRIX, true) => moves(REGISTER_PACE, REGISTER_PACE, MATRIX_WORDS),
            (codes::BURST_COUNTERS, true) => moves(REGISTER_PACE, REGISTER_PACE, 1),
            (codes::WARNING_LIGHTS, false) => moves(REGISTER_PACE, REGISTER_PACE, LIGHT_WORDS),
            _ => Answer::Refuses,
        }
    }

    /// The word at place `index` of a reading transfer.
    pub(crate) fn read(&mut self, unit: u8, index: usize, at: Instant) -> Twin {
        let word = match unit {
            codes::CARD_READER => self.reader.front().and_then(|card| card.get(index)),
            codes::INPUT_MATRIX => self.matrix.get(index),
            codes::IO_REGISTER => Some(&self.register_switches),
            codes::BURST_COUNTERS => return Twin::of(0, burst_number(at)),
            _ => match self.tape(unit) {
                Some(tape) => match tape.blocks.get(tape.position) {
                    Some(Block::Record { words, .. }) => words.get(index),
                    _ => None,
                },
                None => None,
            },
        };
        word.copied().unwrap_or_default()
    }

    /// Takes the word at place `index` of a writing transfer.
    pub(crate) fn write(&mut self, unit: u8, index: usize, word: Twin) {
        let place = match unit {
            codes::CARD_PUNCH => self.punched.last_mut().and_then(|card| card.get_mut(index)),
            codes::PRINTER => match self.printed.last_mut() {
                Some(Some(line)) => line.get_mut(index),
                _ => None,
            },
            codes::WARNING_LIGHTS => self.lights.get_mut(index),
            codes::IO_REGISTER => Some(&mut self.register_lamps),
            _ => {
                let tape = self.tape(unit);
                let block = tape.and_then(|tape| tape.blocks.get_mut(tape.position));
                if let Some(Block::Record { words, .. }) = block {
                    words.push(word);
                }
                return;
            }
        };
        if let Some(place) = place {
            *place = word;
        }
    }

    /// A transfer is over. True if the record had a frame of wrong parity.
    pub(crate) fn end(&mut self, unit: u8, reads: bool) -> bool {
        match unit {
            codes::CARD_READER if reads => {
                self.reader.pop_front();
                false
            }
            _ => match self.tape(unit) {
                Some(tape) => {
                    let block = tape.blocks.get(tape.position);
                    let bad = reads && matches!(block, Some(Block::Record { bad: true, .. }));
                    tape.position = (tape.position + 1).min(tape.blocks.len());
                    bad
                }
                None => false,
            },
        }
    }

    /// PER 30 to 34 on the selected unit; without effect where it makes no sense.
    pub(crate) fn operate(&mut self, unit: u8, operate: codes::Operate, at: Instant) {
        use codes::Operate::*;
        let at = at.max(self.free_at(unit));
        match (operate, unit) {
            (FeedCard, codes::CARD_READER) => {
                self.reader.pop_front();
                self.occupy(unit, at + READ_CYCLE);
            }
            (FeedCard, codes::CARD_PUNCH) => {
                self.punched.push([Twin::ZERO; CARD_WORDS]);
                self.occupy(unit, at + PUNCH_CYCLE);
            }
            (EjectPage, codes::PRINTER) => {
                self.printed.push(None);
                self.occupy(unit, at + READ_CYCLE);
            }
            _ => {
                let Some(tape) = self.tape(unit) else {
                    return;
                };
                let time = match operate {
                    Rewind => {
                        let passed = tape.blocks[..tape.position].iter().map(length_of);
                        let time = passed.map(|span| span.0).sum::<u64>() / REWIND_FACTOR;
                        tape.position = 0;
                        Span(time)
                    }
                    Backspace if tape.position > 0 => {
                        tape.position -= 1;
                        length_of(&tape.blocks[tape.position])
                    }
                    WriteEndOfFile if !tape.protected => {
                        tape.blocks.truncate(tape.position);
                        tape.blocks.push(Block::Mark);
                        tape.position += 1;
                        length_of(&Block::Mark)
                    }
                    _ => return,
                };
                self.occupy(unit, at + time);
            }
        }
    }
}

/// How long a block takes to pass.
fn length_of(block: &Block) -> Span {
    let words = match block {
        Block::Record { words, .. } => words.len() as u64,
        Block::Mark => 0,
    };
    TAPE_START + Span(words * TAPE_WORD.0)
}

/// The number of the burst that passes at an instant.
pub fn burst_number(at: Instant) -> u16 {
    (at.0 / BURST.0 % 128) as u16
}

/// The text of a card or a printed line; what is no character shows as `?`.
pub fn text_of(card: &Card) -> String {
    let text: String = (0..CARD_COLUMNS)
        .map(|column| {
            let punches = (0..12).fold(0, |punches, row| {
                let word = card[2 * row + column / 32];
                punches << 1 | u16::from(word.bit(column as u32 % 32))
            });
            word::card::to_core(punches).map_or('?', word::bcd::to_char)
        })
        .collect();
    text.trim_end().to_owned()
}

/// A card with a text from column 1 on; `None` if a character has no punches or it is too long.
pub fn card_of(text: &str) -> Option<Card> {
    let mut card = [Twin::ZERO; CARD_WORDS];
    for (column, character) in text.chars().enumerate() {
        if column >= CARD_COLUMNS {
            return None;
        }
        let punches = word::card::from_core(word::bcd::from_char(character)?);
        for row in 0..12 {
            if punches >> (11 - row) & 1 != 0 {
                card[2 * row + column / 32].0 |= 1 << (31 - column % 32);
            }
        }
    }
    Some(card)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_carry_text() {
        let card = card_of("TRACK 17, OK.").unwrap();
        assert_eq!(text_of(&card), "TRACK 17, OK.");
        assert!(card_of("~").is_none() && card_of(&"A".repeat(65)).is_none());
    }

    #[test]
    fn a_tape_is_written_and_read_back() {
        let mut units = Units::new();
        units.tapes[0] = Some(Tape::default());
        let unit = codes::TAPE_1;
        for record in 0..2 {
            let answer = units.begin(unit, false, Instant::ZERO);
            assert!(matches!(answer, Answer::Moves(_)));
            units.write(unit, 0, Twin::of(record, 7));
            units.end(unit, false);
        }
        units.operate(unit, codes::Operate::WriteEndOfFile, Instant::ZERO);
        units.operate(unit, codes::Operate::Rewind, Instant::ZERO);
        assert!(!units.is_ready(unit, Instant::ZERO));
        let later = Instant(100_000_000);
        assert!(units.is_ready(unit, later));
        for record in 0..2 {
            units.begin(unit, true, later);
            assert_eq!(units.read(unit, 0, later), Twin::of(record, 7));
            units.end(unit, true);
        }
        assert_eq!(units.begin(unit, true, later), Answer::EndOfFile);
        assert_eq!(units.begin(unit, true, later), Answer::EndOfFile);
        assert_eq!(
            units.begin(codes::TAPE_1 + 1, true, later),
            Answer::NotReady
        );
    }
}
