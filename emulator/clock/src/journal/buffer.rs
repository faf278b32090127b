//! Records of one site, kept until they can be put into the journal in the order of time.
//!
//! Sites run side by side, and within a site one machine may be some instructions ahead of the
//! other. Each site therefore writes into a buffer of its own; at the end of a window what lies
//! before the end of the window is merged: by instant, then by the number of the site, then by
//! the site's own order. The result depends neither on threads nor on the length of windows.

use std::io::Write;

use serde::{Deserialize, Serialize};

use super::{JournalWriter, encode};
use crate::time::Instant;

/// Encoded records in the order in which one site produced them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordBuffer {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    at: Instant,
    kind: u8,
    start: usize,
    end: usize,
}

impl RecordBuffer {
    /// An empty buffer.
    pub fn new() -> RecordBuffer {
        RecordBuffer::default()
    }

    /// Adds a record of `kind` that happened at `at`. Instants need not rise.
    pub fn append<T: Serialize + ?Sized>(&mut self, at: Instant, kind: u8, payload: &T) {
        let start = self.bytes.len();
        self.bytes = encode(std::mem::take(&mut self.bytes), payload);
        let end = self.bytes.len();
        self.entries.push(Entry {
            at,
            kind,
            start,
            end,
        });
    }

    /// The records: instant, kind and postcard bytes, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (Instant, u8, &[u8])> {
        self.entries
            .iter()
            .map(|e| (e.at, e.kind, &self.bytes[e.start..e.end]))
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Moves the records of `other` behind these and leaves it empty.
    pub fn take_from(&mut self, other: &mut RecordBuffer) {
        if self.is_empty() {
            std::mem::swap(self, other);
            return;
        }
        let moved = self.bytes.len();
        self.bytes.append(&mut other.bytes);
        self.entries.extend(other.entries.drain(..).map(|e| Entry {
            start: e.start + moved,
            end: e.end + moved,
            ..e
        }));
    }

    /// Forgets the records before `until`, keeps the others and the space.
    fn keep_from(&mut self, until: Instant) {
        let mut kept = Vec::new();
        self.entries.retain_mut(|e| {
            let keep = e.at >= until;
            if keep {
                let start = kept.len();
                kept.extend_from_slice(&self.bytes[e.start..e.end]);
                (e.start, e.end) = (start, kept.len());
            }
            keep
        });
        self.bytes.clear();
        self.bytes.extend_from_slice(&kept);
    }
}

impl<W: Write> JournalWriter<W> {
    /// Moves the records before `until` out of the buffers (one per site, in the order of sites)
    /// into the journal: by instant, then by site, then by the site's own order.
    pub fn append_merged(&mut self, buffers: &mut [RecordBuffer], until: Instant) {
        let mut order: Vec<(Instant, usize, usize)> = Vec::new();
        for (site, buffer) in buffers.iter().enumerate() {
            let due = buffer.entries.iter().enumerate();
            let due = due.filter(|(_, e)| e.at < until);
            order.extend(due.map(|(place, e)| (e.at, site, place)));
        }
        order.sort_unstable();
        for (at, site, place) in order {
            let buffer = &buffers[site];
            let entry = buffer.entries[place];
            self.append_encoded(at, entry.kind, &buffer.bytes[entry.start..entry.end]);
        }
        for buffer in buffers {
            buffer.keep_from(until);
        }
    }
}
