//! The journal: the append-only record of a run, from which every view can be rebuilt.
//!
//! The real centres kept such a record on tape and on the console printer: what came in, what
//! failed, which machine had the lines. This one is a file of framed records, so that a torn tail
//! (the host lost power) costs the last records and nothing else.
//!
//! ```text
//! header   "DUPLEXJ\n"  format u32  length u64  packed length u64  crc32 u32  zstd(header payload)
//! record   length u32   crc32 u32   kind u8     instant, payload (postcard)
//! end      a record of kind 255: instant, number of records, their digest
//! ```
//!
//! Numbers are least significant byte first. A record's `length` counts kind and postcard bytes;
//! its `crc32` covers length and these bytes; the header's covers format, lengths and packed
//! payload. What the header payload holds (seed, network, exercise, programs) is the caller's
//! business. The *digest* of a run is the BLAKE3 hash of all record frames, without header and
//! end.
//!
//! | found | told as |
//! |---|---|
//! | another file, unknown format, damage in the header | [`HeaderError`] |
//! | all records and the end that counts them | [`Ending::Whole`] |
//! | anything else: cut, flipped bit, junk behind the end | [`Ending::Cut`] with the last good instant |
//!
//! A journal cut exactly between two records is noticed by the missing end. Bytes go to a writer
//! given from outside; without one ([`JournalWriter::digest_only`]) only the digest is kept.

use std::fmt;
use std::io::{Read, Sink, Write, sink};

use serde::{Serialize, de::DeserializeOwned};

use crate::time::Instant;

mod buffer;

pub use buffer::RecordBuffer;

const MAGIC: &[u8; 8] = b"DUPLEXJ\n";
/// The journal format this code writes, and the only one it reads.
pub const FORMAT: u32 = 1;
/// Record kind reserved for the end of a journal.
pub const END: u8 = 255;

const HEADER_FIXED: usize = 8 + 4 + 8 + 8 + 4;
const FRAME_FIXED: usize = 4 + 4;
/// Records above this many bytes are refused; the largest real ones are far below.
const RECORD_MAX: usize = 16 << 20;
/// A header payload above this many bytes is refused.
const HEADER_MAX: u64 = 1 << 30;
/// Frames are hashed and written in pieces of about this many bytes.
const PIECE: usize = 64 << 10;

/// Why a file cannot be read as a journal at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// The first bytes are not those of a journal.
    #[error("this is not a journal of duplex")]
    NotAJournal,
    /// A format this code does not know.
    #[error("journal format {0} is not known; this duplex reads format {FORMAT}")]
    UnknownFormat(u32),
    /// Cut or damaged within the header: nothing can be replayed, there is no good instant.
    #[error("the header of the journal is damaged: {0}; there is no good instant")]
    Damaged(&'static str),
}

/// Writes a journal. The first write error is kept, ends the writing (not the digest) and is
/// reported by [`JournalWriter::flush`] and [`JournalWriter::finish`].
#[derive(Debug)]
pub struct JournalWriter<W: Write> {
    out: W,
    error: Option<std::io::Error>,
    hasher: blake3::Hasher,
    /// Frames not yet hashed and written.
    piece: Vec<u8>,
    records: u64,
    last: Instant,
}

impl JournalWriter<Sink> {
    /// A journal of which only the digest is kept.
    pub fn digest_only() -> JournalWriter<Sink> {
        JournalWriter::without_header(sink())
    }
}

impl<W: Write> JournalWriter<W> {
    /// Begins a journal: writes the header with the caller's payload, packed by zstd.
    pub fn new(mut out: W, header: &[u8]) -> std::io::Result<JournalWriter<W>> {
        assert!(
            header.len() as u64 <= HEADER_MAX,
            "a header of less than 1 GiB"
        );
        let packed = zstd::encode_all(header, 3)?;
        let mut fixed = Vec::with_capacity(HEADER_FIXED);
        fixed.extend_from_slice(MAGIC);
        fixed.extend_from_slice(&FORMAT.to_le_bytes());
        fixed.extend_from_slice(&(header.len() as u64).to_le_bytes());
        fixed.extend_from_slice(&(packed.len() as u64).to_le_bytes());
        let crc = crc_of(&[&fixed[MAGIC.len()..], &packed]);
        fixed.extend_from_slice(&crc.to_le_bytes());
        out.write_all(&fixed)?;
        out.write_all(&packed)?;
        Ok(JournalWriter::without_header(out))
    }

    fn without_header(out: W) -> JournalWriter<W> {
        JournalWriter {
            out,
            error: None,
            hasher: blake3::Hasher::new(),
            piece: Vec::with_capacity(PIECE + 4096),
            records: 0,
            last: Instant::ZERO,
        }
    }

    /// Adds a record of `kind` (not [`END`]) that happened at `at`.
    pub fn append<T: Serialize + ?Sized>(&mut self, at: Instant, kind: u8, payload: &T) {
        let frame = self.begin(kind);
        self.piece = encode(std::mem::take(&mut self.piece), &at);
        self.piece = encode(std::mem::take(&mut self.piece), payload);
        self.close(frame, at);
    }

    /// Adds a record whose postcard bytes (instant not included) exist already.
    pub fn append_encoded(&mut self, at: Instant, kind: u8, payload: &[u8]) {
        let frame = self.begin(kind);
        self.piece = encode(std::mem::take(&mut self.piece), &at);
        self.piece.extend_from_slice(payload);
        self.close(frame, at);
    }

    fn begin(&mut self, kind: u8) -> usize {
        assert_ne!(kind, END, "record kind {END} is reserved for the end");
        open_frame(&mut self.piece, kind)
    }

    fn close(&mut self, frame: usize, at: Instant) {
        close_frame(&mut self.piece, frame);
        self.records += 1;
        self.last = at;
        if self.piece.len() >= PIECE {
            self.write_piece();
        }
    }

    fn write_piece(&mut self) {
        self.hasher.update(&self.piece);
        if self.error.is_none() {
            self.error = self.out.write_all(&self.piece).err();
        }
        self.piece.clear();
    }

    /// Number of records so far.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// BLAKE3 of all records so far, 64 hexadecimal digits: the identity of the run.
    pub fn digest(&self) -> String {
        let mut hasher = self.hasher.clone();
        hasher.update(&self.piece);
        hasher.finalize().to_hex().to_string()
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
        let digest = self.hasher.finalize();
        let frame = open_frame(&mut self.piece, END);
        let end = (self.last, self.records, *digest.as_bytes());
        self.piece = encode(std::mem::take(&mut self.piece), &end);
        close_frame(&mut self.piece, frame);
        self.out.write_all(&self.piece)?;
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
    pub fn open(bytes: &'a [u8]) -> Result<Journal<'a>, HeaderError> {
        let Some(fixed) = bytes.first_chunk::<HEADER_FIXED>() else {
            let begun = bytes.len() >= 4 && MAGIC.starts_with(&bytes[..bytes.len().min(8)]);
            return Err(match begun {
                true => HeaderError::Damaged("it is cut"),
                false => HeaderError::NotAJournal,
            });
        };
        if !fixed.starts_with(MAGIC) {
            return Err(HeaderError::NotAJournal);
        }
        let format = u32_at(fixed, 8);
        if format != FORMAT {
            return Err(HeaderError::UnknownFormat(format));
        }
        let (length, packed) = (u64_at(fixed, 12), u64_at(fixed, 20));
        let rest = &bytes[HEADER_FIXED..];
        let packed = usize::try_from(packed)
            .ok()
            .and_then(|length| rest.get(..length))
            .ok_or(HeaderError::Damaged("it is cut"))?;
        if crc_of(&[&fixed[8..28], packed]) != u32_at(fixed, 28) {
            return Err(HeaderError::Damaged("its checksum is wrong"));
        }
        if length > HEADER_MAX {
            return Err(HeaderError::Damaged("it is longer than 1 GiB"));
        }
        let mut header = Vec::new();
        zstd::Decoder::new(packed)
            .and_then(|decoder| decoder.take(length + 1).read_to_end(&mut header))
            .map_err(|_| HeaderError::Damaged("it cannot be unpacked"))?;
        if header.len() as u64 != length {
            return Err(HeaderError::Damaged("it has another length than it says"));
        }
        Ok(Journal {
            header,
            bytes,
            first_record: HEADER_FIXED + packed.len(),
        })
    }

    /// The header payload that was given to [`JournalWriter::new`].
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// The records in order, up to the first bad frame or the end.
    pub fn records(&self) -> Records<'a> {
        Records {
            bytes: self.bytes,
            offset: self.first_record,
            hasher: blake3::Hasher::new(),
            hashed: self.first_record,
            records: 0,
            last_good: None,
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
    hasher: blake3::Hasher,
    hashed: usize,
    records: u64,
    last_good: Option<Instant>,
    ending: Option<Ending>,
}

impl Records<'_> {
    /// How the journal ended; meaningful when the iterator has given its last record. Panics
    /// before that.
    pub fn ending(&self) -> &Ending {
        self.ending.as_ref().expect("all records were read")
    }

    fn cut(&mut self, reason: &'static str) {
        self.ending = Some(Ending::Cut {
            offset: self.offset,
            records: self.records,
            last_good: self.last_good,
            reason,
        });
    }

    fn digest_to(&mut self, offset: usize) -> blake3::Hash {
        self.hasher.update(&self.bytes[self.hashed..offset]);
        self.hashed = offset;
        self.hasher.finalize()
    }

    fn end(&mut self, body: &[u8], after: usize) {
        let digest = self.digest_to(self.offset);
        let end: Result<(Instant, u64, [u8; 32]), _> = postcard::from_bytes(body);
        match end {
            Ok((_, records, _)) if records != self.records => {
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
                    records: self.records,
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
            index: self.records,
            offset: self.offset,
            at,
            kind,
            payload,
        };
        self.offset = after;
        self.records += 1;
        self.last_good = Some(at);
        if after - self.hashed >= PIECE {
            self.hasher.update(&bytes[self.hashed..after]);
            self.hashed = after;
        }
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

fn u64_at(bytes: &[u8], offset: usize) -> u64 {
    u64::from_le_bytes(bytes[offset..offset + 8].try_into().expect("eight bytes"))
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
