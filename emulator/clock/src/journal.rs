//! The journal: the append-only record of a run, from which every view can be rebuilt.
//!
//! The real centres kept such a record on tape and on the console printer: what came in, what
//! failed, which machine had the lines. This one is a file of framed records, so that a torn tail
//! (the host lost power) costs the last records and nothing else.
//!
//! ```text
//! header   "DUPLEXJ\n"  format u32  length u64  packed length u64  crc32 u32
//!          zstd(postcard(Option<State>, header payload))
//! record   length u32   crc32 u32   kind u8     instant, payload (postcard)
//! end      a record of kind 255: instant, number of records, their digest
//! ```
//!
//! Numbers are least significant byte first. A record's `length` counts kind and postcard bytes;
//! its `crc32` covers length and these bytes; the header's covers format, lengths and packed
//! payload. What the header payload holds (seed, network, exercise, programs) is the caller's
//! business.
//!
//! The *digest* of a run covers all record frames, without header and end. It is a chain: frames are
//! gathered into pieces of at least 64 KiB, whole frames each, and a piece's link is the BLAKE3 hash
//! of the link before it and the piece. So a run can be saved in the middle ([`State`]) and go on in
//! another journal, and its digest is the same as if it had never stopped. Such a journal has the
//! state at its begin in the header.
//!
//! | found | told as |
//! |---|---|
//! | another file, unknown format, damage in the header | [`SealError`] |
//! | all records and the end that counts them | [`Ending::Whole`] |
//! | anything else: cut, flipped bit, junk behind the end | [`Ending::Cut`] with the last good instant |
//!
//! A journal cut exactly between two records is noticed by the missing end. Bytes go to a writer
//! given from outside; without one ([`JournalWriter::digest_only`]) only the digest is kept.

use std::fmt;
use std::io::{Sink, Write, sink};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::sealed::{self, SealError};
use crate::time::Instant;

mod buffer;

pub use buffer::RecordBuffer;

/// What a journal begins with.
const HEADER: sealed::Kind = sealed::Kind {
    magic: b"DUPLEXJ\n",
    // 1 had another digest and no state in its header.
    format: 2,
    name: "journal",
};
/// Record kind reserved for the end of a journal.
pub const END: u8 = 255;

const FRAME_FIXED: usize = 4 + 4;
/// Records above this many bytes are refused; the largest real ones are far below.
const RECORD_MAX: usize = 16 << 20;
/// Frames are hashed and written in pieces of at least this many bytes.
const PIECE: usize = 64 << 10;

/// The digest of a run so far, and how many records it covers: plain data, saved with the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Link of the last whole piece.
    link: [u8; 32],
    /// Frames behind it.
    piece: Vec<u8>,
    /// Bytes of the frames before the piece.
    bytes: u64,
    records: u64,
    last: Instant,
}

impl State {
    /// Before the first record.
    pub fn new() -> State {
        State {
            link: [0; 32],
            piece: Vec::new(),
            bytes: 0,
            records: 0,
            last: Instant::ZERO,
        }
    }

    /// Number of records so far.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Bytes of their frames.
    pub fn bytes(&self) -> u64 {
        self.bytes + self.piece.len() as u64
    }

    /// Instant of the last record; 0 when there is none.
    pub fn last(&self) -> Instant {
        self.last
    }

    /// Identity of the run so far, 64 hexadecimal digits.
    pub fn digest(&self) -> String {
        self.link_behind(&self.piece).to_hex().to_string()
    }

    fn link_behind(&self, piece: &[u8]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.link).update(piece);
        hasher.finalize()
    }

    /// A frame at `at` has been added to the piece. True if that made it whole: it then is empty
    /// again.
    fn added(&mut self, at: Instant) {
        self.records += 1;
        self.last = at;
        if self.piece.len() >= PIECE {
            self.link = *self.link_behind(&self.piece).as_bytes();
            self.bytes += self.piece.len() as u64;
            self.piece.clear();
        }
    }
}

impl Default for State {
    fn default() -> State {
        State::new()
    }
}

/// Writes a journal. The first write error is kept, ends the writing (not the digest) and is
/// reported by [`JournalWriter::flush`] and [`JournalWriter::finish`].
#[derive(Debug)]
pub struct JournalWriter<W: Write> {
    out: W,
    error: Option<std::io::Error>,
    state: State,
    /// Bytes of the state's piece that were written already.
    written: usize,
}

impl JournalWriter<Sink> {
    /// A journal of which only the digest is kept.
    pub fn digest_only() -> JournalWriter<Sink> {
        JournalWriter::digest_from(State::new())
    }

    /// The same, going on from a saved run's journal.
    pub fn digest_from(state: State) -> JournalWriter<Sink> {
        JournalWriter::headless(sink(), state)
    }
}

impl<W: Write> JournalWriter<W> {
    /// Writes records alone, going on from `state`: no header, so nothing that could be read again.
    pub fn headless(out: W, state: State) -> JournalWriter<W> {
        JournalWriter {
            out,
            error: None,
            written: state.piece.len(),
            state,
        }
    }

    /// Begins a journal: writes the header with the caller's payload, packed by zstd.
    pub fn new(out: W, header: &[u8]) -> std::io::Result<JournalWriter<W>> {
        JournalWriter::begin_with(out, header, None)
    }

    /// Begins a journal that goes on from a saved run's `state`.
    pub fn resume(out: W, header: &[u8], state: State) -> std::io::Result<JournalWriter<W>> {
        JournalWriter::begin_with(out, header, Some(state))
    }

    fn begin_with(mut out: W, header: &[u8], state: Option<State>) -> std::io::Result<Self> {
        let header = encode(Vec::with_capacity(header.len() + 16), &(&state, header));
        out.write_all(&sealed::seal(HEADER, &header)?)?;
        Ok(JournalWriter::headless(out, state.unwrap_or_default()))
    }

    /// Adds a record of `kind` (not [`END`]) that happened at `at`.
    pub fn append<T: Serialize + ?Sized>(&mut self, at: Instant, kind: u8, payload: &T) {
        let frame = self.begin(kind);
        let piece = encode(std::mem::take(&mut self.state.piece), &at);
        self.state.piece = encode(piece, payload);
        self.close(frame, at);
    }

    /// Adds a record whose postcard bytes (instant not included) exist already.
    pub fn append_encoded(&mut self, at: Instant, kind: u8, payload: &[u8]) {
        let frame = self.begin(kind);
        self.state.piece = encode(std::mem::take(&mut self.state.piece), &at);
        self.state.piece.extend_from_slice(payload);
        self.close(frame, at);
    }

    fn begin(&mut self, kind: u8) -> usize {
        assert_ne!(kind, END, "record kind {END} is reserved for the end");
        open_frame(&mut self.state.piece, kind)
    }

    fn close(&mut self, frame: usize, at: Instant) {
        close_frame(&mut self.state.piece, frame);
        if self.state.piece.len() >= PIECE {
            self.write_piece();
        }
        self.state.added(at);
        self.written = self.written.min(self.state.piece.len());
    }

    fn write_piece(&mut self) {
        if self.error.is_none() {
            let fresh = &self.state.piece[self.written..];
            self.error = self.out.write_all(fresh).err();
        }
        self.written = self.state.piece.len();
    }

    /// Number of records so far.
    pub fn records(&self) -> u64 {
        self.state.records
    }

    /// Digest of all records so far: the identity of the run.
    pub fn digest(&self) -> String {
        self.state.digest()
    }

    /// What must be saved to go on elsewhere.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Where the bytes go.
    pub fn out(&self) -> &W {
        &self.out
    }

    /// Hands everything to the writer, and tells the first write error if there was one.
    pub fn flush(&mut self) -> std::io::Result<()> {
        self.write_piece();
        if self.error.is_none() {
            self.error = self.out.flush().err();
        }
        match &self.error {
            Some(error) => Err(std::io::Error::new(error.kind(), error.to_string())),
            None => Ok(()),
        }
    }

    /// Ends the journal: writes the end, flushes, and gives digest and writer back.
    pub fn finish(mut self) -> std::io::Result<(String, W)> {
        self.flush()?;
        let digest = self.state.link_behind(&self.state.piece);
        let mut end = Vec::new();
        let frame = open_frame(&mut end, END);
        let content = (self.state.last, self.state.records, *digest.as_bytes());
        end = encode(end, &content);
        close_frame(&mut end, frame);
        self.out.write_all(&end)?;
        self.out.flush()?;
        Ok((digest.to_hex().to_string(), self.out))
    }
}

fn open_frame(bytes: &mut Vec<u8>, kind: u8) -> usize {
    let start = bytes.len();
    bytes.extend_from_slice(&[0; FRAME_FIXED]);
    bytes.push(kind);
    start
}

fn close_frame(bytes: &mut [u8], start: usize) {
    let length = bytes.len() - start - FRAME_FIXED;
    assert!(length <= RECORD_MAX, "a record of {length} bytes");
    let length = (length as u32).to_le_bytes();
    let crc = crc_of(&[&length, &bytes[start + FRAME_FIXED..]]);
    bytes[start..start + 4].copy_from_slice(&length);
    bytes[start + 4..start + 8].copy_from_slice(&crc.to_le_bytes());
}

fn encode<T: Serialize + ?Sized>(bytes: Vec<u8>, value: &T) -> Vec<u8> {
    postcard::to_extend(value, bytes).expect("a record is data that postcard can write")
}

fn crc_of(parts: &[&[u8]]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize()
}

/// A journal in memory, its header read and checked.
#[derive(Clone, Debug)]
pub struct Journal<'a> {
    state: Option<State>,
    header: Vec<u8>,
    bytes: &'a [u8],
    first_record: usize,
}

/// One record of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Number of the record, from 0.
    pub index: u64,
    /// Where its frame begins, in bytes from the begin of the journal.
    pub offset: usize,
    /// When it happened.
    pub at: Instant,
    /// What it is; the rooms above say which number means what.
    pub kind: u8,
    /// Postcard bytes behind the instant.
    pub payload: &'a [u8],
}

impl Record<'_> {
    /// The payload as `T`; bytes left over are an error too.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, postcard::Error> {
        match postcard::take_from_bytes(self.payload)? {
            (value, []) => Ok(value),
            _ => Err(postcard::Error::DeserializeBadEncoding),
        }
    }
}

/// How a journal ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Every record is there, and the digest is the one written at the end.
    Whole {
        /// Number of records.
        records: u64,
        /// BLAKE3 of the records, hexadecimal.
        digest: String,
    },
    /// Cut or damaged.
    Cut {
        /// Where the first bad frame begins, in bytes from the begin of the journal.
        offset: usize,
        /// Number of good records before it.
        records: u64,
        /// Instant of the last good record; none if there is no good record.
        last_good: Option<Instant>,
        /// What is wrong there.
        reason: &'static str,
    },
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ending::Whole { records, digest } => write!(f, "{records} records, digest {digest}"),
            Ending::Cut {
                offset,
                records,
                last_good,
                reason,
            } => {
                write!(
                    f,
                    "cut at byte {offset} after {records} records: {reason}; "
                )?;
                match last_good {
                    Some(at) => write!(f, "the last good instant is {at:#}"),
                    None => write!(f, "there is no good instant"),
                }
            }
        }
    }
}

impl<'a> Journal<'a> {
    /// Reads the header of a journal and checks it; records are checked as they are read.
    pub fn open(bytes: &'a [u8]) -> Result<Journal<'a>, SealError> {
        let (payload, first_record) = sealed::open(HEADER, bytes)?;
        let (state, header) = postcard::from_bytes(&payload).map_err(|_| SealError::Damaged {
            name: HEADER.name,
            reason: "it holds something else",
        })?;
        Ok(Journal {
            state,
            header,
            bytes,
            first_record,
        })
    }

    /// The header payload that was given to [`JournalWriter::new`].
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// The state from which this journal goes on, if it was begun by [`JournalWriter::resume`].
    pub fn begins_from(&self) -> Option<&State> {
        self.state.as_ref()
    }

    /// The records in order, up to the first bad frame or the end.
    pub fn records(&self) -> Records<'a> {
        Records {
            bytes: self.bytes,
            offset: self.first_record,
            state: self.state.clone().unwrap_or_default(),
            found: 0,
            ending: None,
        }
    }

    /// Reads through the whole journal and says how it ends.
    pub fn ending(&self) -> Ending {
        let mut records = self.records();
        records.by_ref().for_each(drop);
        records.ending().clone()
    }
}

/// Iterates over the records of a journal; stops at the first bad frame.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    bytes: &'a [u8],
    offset: usize,
    state: State,
    /// Records found in this journal.
    found: u64,
    ending: Option<Ending>,
}

impl Records<'_> {
    /// How the journal ended; meaningful when the iterator has given its last record. Panics
    /// before that.
    pub fn ending(&self) -> &Ending {
        self.ending.as_ref().expect("all records were read")
    }

    /// Where the next frame begins, in bytes from the begin of the journal.
    pub fn offset(&self) -> usize {
        self.offset
    }

    fn cut(&mut self, reason: &'static str) {
        self.ending = Some(Ending::Cut {
            offset: self.offset,
            records: self.found,
            last_good: (self.state.records > 0).then_some(self.state.last),
            reason,
        });
    }

    fn end(&mut self, body: &[u8], after: usize) {
        let digest = self.state.link_behind(&self.state.piece);
        let end: Result<(Instant, u64, [u8; 32]), _> = postcard::from_bytes(body);
        match end {
            Ok((_, records, _)) if records != self.state.records => {
                self.cut("the end counts other records")
            }
            Ok((_, _, written)) if written != *digest.as_bytes() => {
                self.cut("the digest is not that of the records")
            }
            Ok(_) if after != self.bytes.len() => {
                self.offset = after;
                self.cut("something follows the end");
            }
            Ok(_) => {
                self.ending = Some(Ending::Whole {
                    records: self.state.records,
                    digest: digest.to_hex().to_string(),
                });
            }
            Err(_) => self.cut("the end is no end"),
        }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        if self.ending.is_some() {
            return None;
        }
        let bytes = self.bytes;
        let (body, after) = match frame_at(bytes, self.offset) {
            Ok(found) => found,
            Err(reason) => {
                self.cut(reason);
                return None;
            }
        };
        let (kind, content) = (body[0], &body[1..]);
        if kind == END {
            self.end(content, after);
            return None;
        }
        let Ok((at, payload)) = postcard::take_from_bytes::<Instant>(content) else {
            self.cut("the record has no instant");
            return None;
        };
        let record = Record {
            index: self.state.records,
            offset: self.offset,
            at,
            kind,
            payload,
        };
        self.state
            .piece
            .extend_from_slice(&bytes[self.offset..after]);
        self.state.added(at);
        self.offset = after;
        self.found += 1;
        Some(record)
    }
}

/// Kind and content of the frame at `offset`, never empty, and where the next frame begins.
fn frame_at(bytes: &[u8], offset: usize) -> Result<(&[u8], usize), &'static str> {
    let rest = &bytes[offset..];
    if rest.is_empty() {
        return Err("the end is missing");
    }
    let fixed = rest
        .first_chunk::<FRAME_FIXED>()
        .ok_or("a frame is cut in its length")?;
    let length = u32_at(fixed, 0) as usize;
    if length == 0 || length > RECORD_MAX {
        return Err("a frame has an impossible length");
    }
    let body = rest[FRAME_FIXED..]
        .get(..length)
        .ok_or("a frame is cut in its content")?;
    if crc_of(&[&fixed[..4], body]) != u32_at(fixed, 4) {
        return Err("a frame's checksum is wrong");
    }
    Ok((body, offset + FRAME_FIXED + length))
}

fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    u32::from_le_bytes(bytes[offset..offset + 4].try_into().expect("four bytes"))
}

/// The first record in which two journals differ; `None` on a side that has no such record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstDifference {
    /// Number of the record, from 0.
    pub index: u64,
    /// Its instant: the earlier one if they differ.
    pub at: Instant,
    /// Instant in the first journal.
    pub at_a: Option<Instant>,
    /// Instant in the second journal.
    pub at_b: Option<Instant>,
    /// Kind in the first journal.
    pub kind_a: Option<u8>,
    /// Kind in the second journal.
    pub kind_b: Option<u8>,
}

impl fmt::Display for FirstDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side =
            |f: &mut fmt::Formatter<'_>, at: Option<Instant>, kind: Option<u8>| match (at, kind) {
                (Some(at), Some(kind)) => write!(f, "kind {kind} at {at:#}"),
                _ => write!(f, "no record"),
            };
        write!(f, "record {} differs: ", self.index)?;
        side(f, self.at_a, self.kind_a)?;
        write!(f, " against ")?;
        side(f, self.at_b, self.kind_b)
    }
}

/// The first record in which two journals differ; headers and ends are not compared.
pub fn compare(a: &Journal<'_>, b: &Journal<'_>) -> Option<FirstDifference> {
    let (mut left, mut right) = (a.records(), b.records());
    let mut index = 0;
    loop {
        let (x, y) = (left.next(), right.next());
        if x.is_none() && y.is_none() {
            return None;
        }
        let same = matches!((&x, &y), (Some(x), Some(y))
            if x.at == y.at && x.kind == y.kind && x.payload == y.payload);
        if !same {
            let (at_a, at_b) = (x.map(|r| r.at), y.map(|r| r.at));
            let at = at_a.into_iter().chain(at_b).min();
            return Some(FirstDifference {
                index,
                at: at.expect("one side has a record"),
                at_a,
                at_b,
                kind_a: x.map(|r| r.kind),
                kind_b: y.map(|r| r.kind),
            });
        }
        index += 1;
    }
}

#[cfg(test)]
mod tests;
