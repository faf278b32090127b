//! Line adapter: the centre's end of the high-speed lines, on channel E.
//!
//! Between the 7909 channel and the lines stood a box that turned words into bits and back, and
//! kept every line moving: it went through a list of interchange addresses in the machine's core,
//! sent each a go-ahead, gathered what came back as *events* for the program, and sent the answer
//! blocks the program gave it. The program was told by ATTENTION that an event waits.
//!
//! Source: none survives for Sabre's adapter; orders, list, events and blocks are assigned by us,
//! in the manner of reference IBM 7090, sections 15-17 (ten-digit orders; the 7750 and its message
//! words).
//!
//! | order | code | first word | second word |
//! |---|---|---|---|
//! | LPOL | 10 | 1 0 l l 0 0 | start polling line l: address of the poll list; sign: REOPEN |
//! | LSTP | 11 | 1 1 l l 0 0 | stop polling line l |
//! | LEVT | 20 | 2 0 0 0 0 0 | under CTLR: the oldest event, 24 words (zeros behind it) |
//! | LOUT | 30 | 3 0 l l 0 0 | under CTLW: one answer block for line l |
//!
//! | poll list word | |
//! |---|---|
//! | sign on | skipped |
//! | prefix 0 | poll the interchange whose address stands in the address |
//! | prefix 1 | go on at the address |
//!
//! | event word | decrement | address | sign |
//! |---|---|---|---|
//! | 0 | 1 message, 2 block sent, 3 time-out, 4 check error | line | |
//! | 1 | interchange | terminal (0 for kinds 3 and 4) | |
//! | 2 | serial | block wanted | IN DOUBT |
//! | 3 | | characters | |
//! | 4... | text, core BCD, blank filled | | |
//!
//! Kind 2 has words 0-2 of the block sent as its words 1-3. Terminals count from 0.
//!
//! | block word | decrement | address | prefix |
//! |---|---|---|---|
//! | 0 | interchange | terminal | |
//! | 1 | serial | block number | 0 complete, 1 incomplete, 2 lights |
//! | 2 | | characters (0-100) | |
//! | 3... | text; lights: the first 18 bits, line 1 leftmost, the last two unused | | |
//!
//! | sense digit | 8 | 4 | 2 | 1 |
//! |---|---|---|---|---|
//! | 1 | program check | | | |
//! | 2 | invalid sequence | invalid code | format check | no record found |
//! | 3 | invalid address | | | |
//! | 6 | an event waits | | | |
//!
//! *Assumed*: errors stand until the next order. LEVT takes the event away even if it is not
//! copied. LOUT while a block of that line has not wholly left is an invalid sequence. A block is
//! handed over as soon as the words that its count asks for have come. A list without an address
//! in 32 words, or a machine whose core does not answer, is tried again later. REOPEN go-aheads go
//! to each interchange until it has answered one, so that none misses it for a damaged poll.

use std::collections::VecDeque;

use clock::{Instant, Span};
use serde::{Deserialize, Serialize};
use word::{SIGN, address, bcd, decrement, from_fields, prefix};

use crate::adapter::{Chunk, CoreAccess, ORDER_TIME, Prepare, UnusualEnd};
use crate::frame::{AnswerFrame, Ending, EntryFrame, TEXT_MAX};
use crate::line::ADDRESSES;
use crate::store::WORD;

/// Time for one word between channel and adapter (assigned by us).
pub const WORD_TIME: Span = Span(15_000);
/// Words of an event as LEVT gives them.
pub const EVENT_WORDS: usize = 24;
/// Message events of a line that may wait before its polling stalls.
pub const MESSAGES_WAITING_MAX: u8 = 4;
/// Words of a block, at most: three and 100 characters.
pub const BLOCK_WORDS: usize = 3 + TEXT_MAX.div_ceil(6);

/// Words of the poll list looked at for one poll.
const SEARCH_WORDS: usize = 32;
/// Pause after a poll list without an address.
const SEARCH_AGAIN: Span = Span::from_millis(10);
/// Pause while no core answers.
const CORE_AGAIN: Span = Span::from_millis(100);

/// An error: the bit of digit 1, and one more bit as (digit, bit).
type Error = (u8, (usize, u8));
const INVALID_SEQUENCE: Error = (8, (2, 8));
const INVALID_CODE: Error = (8, (2, 4));
const FORMAT_CHECK: Error = (8, (2, 2));
const NO_RECORD_FOUND: Error = (8, (2, 1));
const INVALID_ADDRESS: Error = (8, (3, 8));
const PARITY_CHECK: Error = (4, (3, 1));

/// Something the program is to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Event {
    line: u8,
    message: bool,
    words: Vec<u64>,
}

/// An answer block given to the adapter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Its first three words, for the event that it was sent.
    pub words: [u64; 3],
    /// What goes on the line.
    pub frame: AnswerFrame,
    /// The machine that gave it.
    pub maker: u8,
}

/// What is leaving on the down side of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sending {
    /// The last bit leaves.
    pub until: Instant,
    /// A poll if none.
    pub block: Option<Block>,
}

/// A poll whose reply has not wholly come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaiting {
    /// Address polled.
    pub interchange: u8,
    /// When it is given up, unless a reply has begun.
    pub time_out: Option<Instant>,
    /// Good frames of the reply so far.
    pub good: u8,
    /// Something in the reply was wrong; what follows is dropped.
    pub spoiled: bool,
}

/// The adapter's part for one line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Port {
    /// LPOL given, LSTP not.
    pub polling: bool,
    /// Next word of the poll list.
    list: u16,
    /// Addresses that get REOPEN go-aheads, one bit each.
    reopening: u64,
    /// Addresses whose time-out has been reported, one bit each.
    silent: u64,
    /// Good frames of each address's last reply; empty before the first.
    good: Vec<u8>,
    /// The poll under way.
    pub awaiting: Option<Awaiting>,
    /// A block not yet begun.
    pub block: Option<Block>,
    /// What is leaving.
    pub sending: Option<Sending>,
    /// When both are ready, a poll and a block take turns.
    pub polled_last: bool,
    /// Message events not yet read.
    messages: u8,
    /// Something may have become possible.
    pub wake: Option<Instant>,
}

fn bit(interchange: u8) -> u64 {
    1 << (interchange & 0o77)
}

impl Port {
    /// When the port wants to look at its line.
    pub fn due(&self) -> Option<Instant> {
        // The end of a poll matters only to a block behind it.
        let sent = self
            .sending
            .as_ref()
            .filter(|sending| sending.block.is_some() || self.block.is_some())
            .map(|sending| sending.until);
        let time_out = self.awaiting.and_then(|awaiting| awaiting.time_out);
        [sent, time_out, self.wake].into_iter().flatten().min()
    }

    fn wake_at(&mut self, at: Instant) {
        self.wake = Some(self.wake.map_or(at, |before| before.min(at)));
    }

    /// Whether a poll may be sent, as far as the port knows.
    pub fn may_poll(&self) -> bool {
        self.polling && self.awaiting.is_none() && self.messages < MESSAGES_WAITING_MAX
    }

    /// Finds the next address in the poll list. `None`: nothing now, tried again later.
    pub fn search(&mut self, now: Instant, core: Option<&mut (dyn CoreAccess + '_)>) -> Option<u8> {
        let Some(core) = core else {
            self.wake_at(now + CORE_AGAIN);
            return None;
        };
        for _ in 0..SEARCH_WORDS {
            let Some(word) = core.fetch(self.list) else {
                break;
            };
            self.list = (self.list + 1) & 0o77777;
            match prefix(word) {
                0 if usize::from(address(word)) < ADDRESSES => return Some(address(word) as u8),
                1 => self.list = address(word),
                _ => {}
            }
        }
        self.wake_at(now + SEARCH_AGAIN);
        None
    }

    /// Whether this address gets a REOPEN go-ahead.
    pub fn reopens(&self, interchange: u8) -> bool {
        self.reopening & bit(interchange) != 0
    }

    /// N for the next poll of this address.
    pub fn acknowledged(&self, interchange: u8) -> u8 {
        self.good
            .get(usize::from(interchange))
            .copied()
            .unwrap_or(0)
    }

    fn acknowledge(&mut self, interchange: u8, good: u8) {
        if self.good.is_empty() {
            self.good = vec![0; ADDRESSES];
        }
        if let Some(place) = self.good.get_mut(usize::from(interchange)) {
            *place = good;
        }
    }

    /// The reply has wholly arrived.
    pub fn reply_ended(&mut self, awaiting: Awaiting) {
        self.acknowledge(awaiting.interchange, awaiting.good);
        if !awaiting.spoiled || awaiting.good > 0 {
            self.reopening &= !bit(awaiting.interchange);
            self.silent &= !bit(awaiting.interchange);
        }
        self.awaiting = None;
    }

    /// No reply came. Returns whether that is news.
    pub fn reply_missing(&mut self, interchange: u8) -> bool {
        self.acknowledge(interchange, 0);
        self.awaiting = None;
        let news = self.silent & bit(interchange) == 0;
        self.silent |= bit(interchange);
        news
    }
}

/// A COPY command's chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Copying {
    start: Instant,
    last: bool,
}

/// What the last order prepared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Prepared {
    #[default]
    Nothing,
    /// LEVT: the event's words and how many have been read.
    Event { words: Vec<u64>, read: usize },
    /// LOUT: the words so far.
    Block { line: u8, words: Vec<u64> },
}

/// The adapter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineAdapter {
    /// One for each line.
    pub ports: Vec<Port>,
    /// The machine it is connected to; stamped on the blocks it gives.
    pub maker: u8,
    events: VecDeque<Event>,
    prepared: Prepared,
    copying: Option<Copying>,
    /// Digits 1-10 of the sense data, without what is computed.
    errors: [u8; 10],
}

impl LineAdapter {
    /// An adapter at rest.
    pub fn new(lines: usize) -> Self {
        LineAdapter {
            ports: vec![Port::default(); lines],
            maker: 0,
            events: VecDeque::new(),
            prepared: Prepared::Nothing,
            copying: None,
            errors: [0; 10],
        }
    }

    /// Forgets everything: polling, events, blocks.
    pub fn reset(&mut self) {
        *self = LineAdapter {
            maker: self.maker,
            ..LineAdapter::new(self.ports.len())
        };
    }

    fn fail<T>(&mut self, (summary, (digit, bit)): Error) -> Result<T, UnusualEnd> {
        self.errors[0] |= summary;
        self.errors[digit - 1] |= bit;
        self.prepared = Prepared::Nothing;
        self.copying = None;
        Err(UnusualEnd)
    }

    /// Takes an order.
    pub fn control(
        &mut self,
        now: Instant,
        order: [u64; 2],
        prepare: Prepare,
    ) -> Result<Span, UnusualEnd> {
        self.errors = [0; 10];
        self.prepared = Prepared::Nothing;
        self.copying = None;
        let after = now + ORDER_TIME;
        let digits = bcd::characters(order[0]).map(|character| match character & 0o17 {
            0o12 => 0,
            digit => digit,
        });
        let line = digits[2].saturating_mul(10).saturating_add(digits[3]);
        let is_line = usize::from(line) < self.ports.len();
        match (digits[0], digits[1]) {
            (1, 0 | 1) if !is_line => self.fail(INVALID_ADDRESS),
            (3, 0) if !is_line => self.fail(INVALID_ADDRESS),
            (1, 0) => {
                let port = &mut self.ports[usize::from(line)];
                port.polling = true;
                port.list = address(order[1]);
                port.reopening = if order[1] & SIGN != 0 { u64::MAX } else { 0 };
                port.wake_at(after);
                Ok(ORDER_TIME)
            }
            (1, 1) => {
                self.ports[usize::from(line)].polling = false;
                Ok(ORDER_TIME)
            }
            (2, 0) if prepare != Prepare::Read => self.fail(INVALID_SEQUENCE),
            (2, 0) => {
                let Some(event) = self.events.pop_front() else {
                    return self.fail(NO_RECORD_FOUND);
                };
                if event.message {
                    let port = &mut self.ports[usize::from(event.line)];
                    port.messages = port.messages.saturating_sub(1);
                    port.wake_at(after);
                }
                let mut words = event.words;
                words.resize(EVENT_WORDS, 0);
                self.prepared = Prepared::Event { words, read: 0 };
                Ok(ORDER_TIME)
            }
            (3, 0) if prepare != Prepare::Write => self.fail(INVALID_SEQUENCE),
            (3, 0) => {
                let port = &self.ports[usize::from(line)];
                let leaving = port.sending.as_ref();
                if port.block.is_some() || leaving.is_some_and(|sending| sending.block.is_some()) {
                    return self.fail(INVALID_SEQUENCE);
                }
                let words = Vec::with_capacity(BLOCK_WORDS);
                self.prepared = Prepared::Block { line, words };
                Ok(ORDER_TIME)
            }
            _ => self.fail(INVALID_CODE),
        }
    }

    /// The two sense words.
    pub fn sense(&self) -> [u64; 2] {
        let mut digits = self.errors;
        if !self.events.is_empty() {
            digits[5] |= 8;
        }
        let first = std::array::from_fn(|place| digits[place]);
        let second = std::array::from_fn(|place| digits.get(6 + place).copied().unwrap_or(0));
        [bcd::from_characters(first), bcd::from_characters(second)]
    }

    /// Begins to copy `words` words.
    pub fn begin_copy(
        &mut self,
        now: Instant,
        words: usize,
        last: bool,
    ) -> Result<Chunk, UnusualEnd> {
        if self.prepared == Prepared::Nothing {
            return self.fail(INVALID_SEQUENCE);
        }
        self.copying = Some(Copying { start: now, last });
        let end = now + WORD_TIME * words as u64;
        Ok(Chunk { start: now, end })
    }

    /// Words of an event have passed to core.
    pub fn end_read(&mut self, into: &mut [u64]) -> Result<usize, UnusualEnd> {
        let (Some(copying), Prepared::Event { words, read }) = (self.copying, &mut self.prepared)
        else {
            return self.fail(INVALID_SEQUENCE);
        };
        let there = words.get(*read..).unwrap_or(&[]);
        let moved = there.len().min(into.len());
        into[..moved].copy_from_slice(&there[..moved]);
        *read += moved;
        self.copying = None;
        if copying.last {
            self.prepared = Prepared::Nothing;
        }
        Ok(moved)
    }

    /// Words of a block have passed from core.
    pub fn end_write(&mut self, now: Instant, from: &[u64]) -> Result<(), UnusualEnd> {
        let (Some(copying), Prepared::Block { line, words }) = (self.copying, &mut self.prepared)
        else {
            return self.fail(INVALID_SEQUENCE);
        };
        self.copying = None;
        if from.iter().any(|cell| cell & !WORD != 0) {
            self.prepared = Prepared::Nothing;
            return self.fail(PARITY_CHECK);
        }
        let line = usize::from(*line);
        let room = BLOCK_WORDS - words.len();
        words.extend(from.iter().take(room));
        let asked_for = words.get(2).map_or(BLOCK_WORDS, |count| {
            3 + usize::from(address(*count)).div_ceil(6)
        });
        if words.len() < asked_for.min(BLOCK_WORDS) && !copying.last {
            return Ok(());
        }
        let words = std::mem::take(words);
        self.prepared = Prepared::Nothing;
        match block(&words, self.maker) {
            Ok(block) => {
                let port = &mut self.ports[line];
                if port.sending.as_ref().is_some_and(|poll| poll.until <= now) {
                    port.sending = None; // LOUT was taken, so this can only be a poll
                }
                port.block = Some(block);
                port.wake_at(now);
                Ok(())
            }
            Err(error) => self.fail(error),
        }
    }

    /// The chunk is cut; see [`crate::adapter::Adapter::cut`]. A block under way is forgotten.
    pub fn cut(&mut self, now: Instant, chunk: &mut [u64]) -> usize {
        let prepared = std::mem::take(&mut self.prepared);
        let Some(copying) = self.copying.take() else {
            return 0;
        };
        let passed = now.saturating_since(copying.start).0 / WORD_TIME.0;
        let passed = usize::try_from(passed)
            .unwrap_or(usize::MAX)
            .min(chunk.len());
        if let Prepared::Event { words, read } = prepared {
            let there = words.get(read..).unwrap_or(&[]);
            let moved = there.len().min(passed);
            chunk[..moved].copy_from_slice(&there[..moved]);
            return moved;
        }
        passed
    }

    /// ATTENTION 1.
    pub fn attention(&self) -> bool {
        !self.events.is_empty()
    }

    fn push(&mut self, line: u8, message: bool, words: Vec<u64>) {
        if message && let Some(port) = self.ports.get_mut(usize::from(line)) {
            port.messages += 1;
        }
        self.events.push_back(Event {
            line,
            message,
            words,
        });
    }

    /// Event 1: an entry has arrived.
    pub fn message(&mut self, line: u8, frame: &EntryFrame) {
        let doubt = if frame.in_doubt { 4 } else { 0 };
        let mut words = vec![
            from_fields(0, 1, 0, line.into()),
            from_fields(0, frame.interchange.into(), 0, frame.terminal.into()),
            from_fields(doubt, frame.serial, 0, frame.block.into()),
            from_fields(0, 0, 0, frame.text.len() as u16),
        ];
        words.extend(frame.text.chunks(6).map(|six| {
            let character = |place: usize| six.get(place).copied().unwrap_or(bcd::BLANK);
            bcd::from_characters(std::array::from_fn(character))
        }));
        self.push(line, true, words);
    }

    /// Event 2: the last bit of a block has left.
    pub fn block_sent(&mut self, line: u8, block: &Block) {
        let [first, second, third] = block.words;
        let words = vec![from_fields(0, 2, 0, line.into()), first, second, third];
        self.push(line, false, words);
    }

    /// Event 3: no reply.
    pub fn time_out(&mut self, line: u8, interchange: u8) {
        self.trouble(3, line, interchange);
    }

    /// Event 4: a reply that could not be used. Not reported while an earlier one of this line
    /// waits, so that noise cannot fill the adapter.
    pub fn check_error(&mut self, line: u8, interchange: u8) {
        let kind = from_fields(0, 4, 0, line.into());
        if !self.events.iter().any(|event| event.words[0] == kind) {
            self.trouble(4, line, interchange);
        }
    }

    fn trouble(&mut self, kind: u16, line: u8, interchange: u8) {
        let words = vec![
            from_fields(0, kind, 0, line.into()),
            from_fields(0, interchange.into(), 0, 0),
        ];
        self.push(line, false, words);
    }
}

/// Makes a frame of the words of a block; those that did not come are zeros.
fn block(given: &[u64], maker: u8) -> Result<Block, Error> {
    let word = |place: usize| given.get(place).copied().unwrap_or(0);
    let words = [word(0), word(1), word(2)];
    let address_code = |value: u16| {
        u8::try_from(value)
            .ok()
            .filter(|&code| usize::from(code) < ADDRESSES)
            .ok_or(INVALID_ADDRESS)
    };
    let ending = match prefix(words[1]) {
        0 => Ending::Complete,
        1 => Ending::Incomplete,
        2 => Ending::Lights,
        _ => return Err(FORMAT_CHECK),
    };
    let characters = match ending {
        Ending::Lights => 3,
        _ => usize::from(address(words[2])),
    };
    if characters > TEXT_MAX {
        return Err(FORMAT_CHECK);
    }
    let text = (0..characters)
        .map(|place| bcd::characters(word(3 + place / 6))[place % 6])
        .collect();
    Ok(Block {
        words,
        frame: AnswerFrame {
            interchange: address_code(decrement(words[0]))?,
            terminal: address_code(address(words[0]))?,
            serial: decrement(words[1]) & 0o7777,
            block: address_code(address(words[1]))?,
            ending,
            text,
        },
        maker,
    })
}
