//! What is magnetised on a drum or disk module: paged, copied on write.
//!
//! A drum of the site held 200,000 words, a disk module five million; a reservation centre's disks
//! together are gigabytes, while an evening's work touches a few thousand tracks. The store keeps
//! one page for each track that was ever written; a track never written reads as zeros. Pages are
//! shared between a run and its forks until one of them writes.
//!
//! | bits of a cell | |
//! |---|---|
//! | 35-0 | the word, sign in bit 35 |
//! | 36 | syndrome: the parity written with the word disagrees with it |
//!
//! This is the one place of a run that shares memory (`Arc`); it is saved as plain words.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Words a track can hold, at most.
pub const TRACK_WORDS: usize = 500;

/// The syndrome bit of a cell.
pub const SYNDROME: u64 = 1 << 36;

/// The bits of a word.
pub const WORD: u64 = (1 << 36) - 1;

/// Tracks in a chapter, the unit of sharing above the page.
const CHAPTER: usize = 64;

type Page = Vec<u64>;
type Chapter = Vec<Option<Arc<Page>>>;

/// The surface of one unit. Cloning it copies one pointer for each 64 tracks.
#[derive(Clone, Debug, Default)]
pub struct Store {
    chapters: Vec<Option<Arc<Chapter>>>,
}

impl Store {
    /// A blank surface.
    pub fn new() -> Self {
        Self::default()
    }

    fn page(&self, track: u16) -> Option<&Arc<Page>> {
        let track = usize::from(track);
        let chapter = self.chapters.get(track / CHAPTER)?.as_ref()?;
        chapter[track % CHAPTER].as_ref()
    }

    fn page_mut(&mut self, track: u16) -> &mut Page {
        let track = usize::from(track);
        let chapter = track / CHAPTER;
        if self.chapters.len() <= chapter {
            self.chapters.resize(chapter + 1, None);
        }
        let chapter = self.chapters[chapter].get_or_insert_with(|| Arc::new(vec![None; CHAPTER]));
        let page = &mut Arc::make_mut(chapter)[track % CHAPTER];
        Arc::make_mut(page.get_or_insert_with(|| Arc::new(vec![0; TRACK_WORDS])))
    }

    /// The cell at `place` (0-499) of `track`; 0 past the end.
    pub fn cell(&self, track: u16, place: usize) -> u64 {
        self.page(track)
            .and_then(|page| page.get(place).copied())
            .unwrap_or(0)
    }

    /// All 500 cells of a track, or `None` if it was never written.
    pub fn track(&self, track: u16) -> Option<&[u64]> {
        self.page(track).map(|page| page.as_slice())
    }

    /// Copies cells from `first` of `track` to `into`; places past the end give 0.
    pub fn read(&self, track: u16, first: usize, into: &mut [u64]) {
        into.fill(0);
        if let Some(page) = self.page(track) {
            for (to, cell) in into.iter_mut().zip(page.iter().skip(first)) {
                *to = *cell;
            }
        }
    }

    /// Writes cells from `first` of `track`; those past the track's end are dropped.
    pub fn write(&mut self, track: u16, first: usize, cells: &[u64]) {
        let page = self.page_mut(track);
        for (to, cell) in page.iter_mut().skip(first).zip(cells) {
            *to = cell & (WORD | SYNDROME);
        }
    }

    /// Turns over one bit (0-35) of a word; its parity stays what it was. False if there is no such
    /// cell, or its parity is wrong already.
    pub fn flip(&mut self, track: u16, place: usize, bit: u8) -> bool {
        let good = self.page(track).and_then(|page| page.get(place)).copied();
        if good.is_none_or(|cell| cell & SYNDROME != 0) {
            return false;
        }
        self.page_mut(track)[place] ^= 1 << (bit % 36) | SYNDROME;
        true
    }

    /// Whether `track` is certainly the same here and in `other`: both unwritten, or one page
    /// still shared. `false` says nothing.
    pub fn shares(&self, other: &Store, track: u16) -> bool {
        match (self.page(track), other.page(track)) {
            (None, None) => true,
            (Some(mine), Some(theirs)) => Arc::ptr_eq(mine, theirs),
            _ => false,
        }
    }

    /// Tracks of which no page is shared with `other`, in order: all that may differ.
    pub fn unshared<'a>(&'a self, other: &'a Store) -> impl Iterator<Item = u16> + 'a {
        let chapters = self.chapters.len().max(other.chapters.len());
        let same = move |chapter: usize| {
            let of = |store: &'a Store| store.chapters.get(chapter).and_then(Option::as_ref);
            match (of(self), of(other)) {
                (None, None) => true,
                (Some(mine), Some(theirs)) => Arc::ptr_eq(mine, theirs),
                _ => false,
            }
        };
        let chapters = (0..chapters).filter(move |&chapter| !same(chapter));
        let tracks = chapters.flat_map(|chapter| chapter * CHAPTER..(chapter + 1) * CHAPTER);
        tracks
            .map(|track| track as u16)
            .filter(move |&track| !self.shares(other, track))
    }

    /// Tracks that were ever written, in order.
    pub fn written(&self) -> impl Iterator<Item = u16> + '_ {
        let tracks = self.chapters.len() * CHAPTER;
        (0..tracks as u32)
            .map(|track| track as u16)
            .filter(|track| self.page(*track).is_some())
    }

    /// Blanks the whole surface.
    pub fn erase(&mut self) {
        self.chapters.clear();
    }
}

impl PartialEq for Store {
    fn eq(&self, other: &Self) -> bool {
        let last = self.chapters.len().max(other.chapters.len()) * CHAPTER;
        (0..last as u32).all(|track| {
            let track = track as u16;
            self.shares(other, track)
                || (0..TRACK_WORDS).all(|place| self.cell(track, place) == other.cell(track, place))
        })
    }
}

impl Serialize for Store {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let pages: Vec<(u16, &[u64])> = self
            .written()
            .map(|track| (track, self.track(track).unwrap_or_default()))
            .collect();
        pages.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Store {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let pages: Vec<(u16, Vec<u64>)> = Deserialize::deserialize(from)?;
        let mut store = Store::new();
        for (track, cells) in pages {
            store.write(track, 0, &cells);
        }
        Ok(store)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unwritten_track_reads_as_zeros_and_takes_no_page() {
        let mut store = Store::new();
        store.write(130, 498, &[1, 2, 3]);
        let mut words = [9; 4];
        store.read(130, 497, &mut words);
        assert_eq!(words, [0, 1, 2, 0]);
        store.read(7, 0, &mut words);
        assert_eq!(words, [0; 4]);
        assert_eq!(store.written().collect::<Vec<_>>(), [130]);
    }

    #[test]
    fn a_copy_shares_pages_until_one_side_writes() {
        let mut store = Store::new();
        store.write(1, 0, &[5]);
        store.write(2, 0, &[6]);
        let fork = store.clone();
        assert!(store.shares(&fork, 1));
        store.write(1, 0, &[7]);
        assert!(!store.shares(&fork, 1));
        assert!(store.shares(&fork, 2));
        store.write(700, 0, &[1]);
        assert_eq!(store.unshared(&fork).collect::<Vec<_>>(), [1, 700]);
        assert_eq!(fork.unshared(&store).collect::<Vec<_>>(), [1, 700]);
        assert_eq!(fork.cell(1, 0), 5);
        assert_ne!(store, fork);
    }

    #[test]
    fn a_saved_store_is_the_same_when_read_again() {
        let mut store = Store::new();
        store.write(9_999, 3, &[WORD | SYNDROME]);
        let bytes = postcard::to_allocvec(&store).unwrap();
        let again: Store = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(again, store);
    }
}
