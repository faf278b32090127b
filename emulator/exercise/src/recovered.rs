//! What is recoverable: the newest valid version of every record, as a takeover would find it.
//!
//! Judges ask the storage itself what the system still knows. A record's state is the newest valid
//! version among its two copies and the images in the slots; of a slot's two copies the valid one
//! with the higher sequence counts. The same question with one unit left out answers whether a
//! promise would outlive the loss of that unit.
//!
//! Nothing here asks the control program or a machine: only the words on drums and disks count.
//!
//! Source: ours, the protocol of the hot takeover, steps c and e.

use std::collections::{BTreeMap, BTreeSet};

use crate::layout::{
    Copy, FileAddress, Invalid, Kind, Layout, PassengerRecord, Place, SLOTS, SetRecord, SlotImages,
    StorageUnit,
};

/// The storage as a judge sees it: cells as they stand on the surface, parity syndrome in bit 36.
pub trait Media {
    /// The cells of a record; `None` if its track was never written or there is no such record.
    fn cells(&self, place: Place) -> Option<&[u64]>;
}

impl Media for BTreeMap<Place, Vec<u64>> {
    fn cells(&self, place: Place) -> Option<&[u64]> {
        self.get(&place).map(Vec::as_slice)
    }
}

/// Where the newest version was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundIn {
    /// In a copy of the record.
    Copy(Copy),
    /// In the image of a committed slot.
    Slot(u32),
}

/// The newest valid version of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'m> {
    /// Its version.
    pub version: u64,
    /// Its words.
    pub words: &'m [u64],
    /// Where it stands.
    pub found_in: FoundIn,
}

/// A committed change that does not yet stand in both copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unapplied {
    /// Slot that holds the image.
    pub slot: u32,
    /// Record concerned.
    pub address: FileAddress,
    /// Version of the image.
    pub version: u64,
}

/// The recoverable state of some media. Cheap to make for a single question; for many questions
/// at one instant call [`Recovered::with_index`] first.
#[derive(Clone)]
pub struct Recovered<'m, M: Media> {
    layout: &'m Layout,
    media: &'m M,
    without: Option<StorageUnit>,
    index: Option<BTreeMap<FileAddress, Found<'m>>>,
}

impl<'m, M: Media> Recovered<'m, M> {
    /// What all units together still know.
    pub fn new(layout: &'m Layout, media: &'m M) -> Self {
        Recovered {
            layout,
            media,
            without: None,
            index: None,
        }
    }

    /// What is known when one unit is lost.
    pub fn without(layout: &'m Layout, media: &'m M, unit: StorageUnit) -> Self {
        Recovered {
            layout,
            media,
            without: Some(unit),
            index: None,
        }
    }

    /// Reads all slots now, so that each question that follows looks only at two copies.
    pub fn with_index(mut self) -> Self {
        let mut index: BTreeMap<FileAddress, Found<'m>> = BTreeMap::new();
        for slot in 0..SLOTS {
            for (address, words) in self.slot(slot).map_or(Vec::new(), |(_, images)| images) {
                let image = Found {
                    version: words[0],
                    words,
                    found_in: FoundIn::Slot(slot),
                };
                let known = index.entry(address).or_insert(image);
                if image.version > known.version {
                    *known = image;
                }
            }
        }
        self.index = Some(index);
        self
    }

    /// Records of which a committed slot holds an image; known with the index only.
    pub fn named(&self) -> impl Iterator<Item = FileAddress> + '_ {
        self.index.iter().flat_map(|index| index.keys().copied())
    }

    fn cells(&self, place: Place) -> Option<&'m [u64]> {
        if self.without == Some(StorageUnit::of_module(place.module)) {
            return None;
        }
        self.media.cells(place)
    }

    fn slot_cells(&self, slot: u32, copy: Copy) -> Option<&'m [u64]> {
        self.cells(self.layout.place(FileAddress::new(Kind::Slot, slot), copy))
    }

    /// The committed content of a slot: sequence and images of its valid copy with the higher
    /// sequence; `None` if neither is valid.
    pub fn slot(&self, slot: u32) -> Option<(u64, SlotImages<'m>)> {
        let valid = |copy| {
            self.layout
                .slot_images(slot, self.slot_cells(slot, copy)?)
                .ok()
        };
        let copies = Copy::BOTH.into_iter().filter_map(valid);
        copies.max_by_key(|(q, _)| *q)
    }

    /// Version of one copy of a record, or why it is not valid.
    pub fn copy(&self, address: FileAddress, copy: Copy) -> Result<Found<'m>, Invalid> {
        let length = self.layout.words_of(address.kind);
        let cells = self
            .cells(self.layout.place(address, copy))
            .ok_or(Invalid::NeverWritten)?;
        let words = cells.get(..length).ok_or(Invalid::Address)?;
        let version = self.layout.version_of(address, words)?;
        Ok(Found {
            version,
            words,
            found_in: FoundIn::Copy(copy),
        })
    }

    /// The newest valid version of a record.
    pub fn newest(&self, address: FileAddress) -> Option<Found<'m>> {
        let copies = self.layout.copies(address.kind).iter();
        let copies = copies.filter_map(|&copy| self.copy(address, copy).ok());
        let image = match &self.index {
            Some(index) => index.get(&address).copied(),
            None => self.newest_image(address),
        };
        // Of equal versions the first is taken: a copy before an image.
        copies.chain(image).reduce(|best, next| {
            if next.version > best.version {
                next
            } else {
                best
            }
        })
    }

    fn newest_image(&self, address: FileAddress) -> Option<Found<'m>> {
        let naming = (0..SLOTS).filter(|&slot| self.names(slot, address));
        let image = |slot: u32| {
            let (_, images) = self.slot(slot)?;
            let (_, words) = images.into_iter().find(|(named, _)| *named == address)?;
            Some(Found {
                version: words[0],
                words,
                found_in: FoundIn::Slot(slot),
            })
        };
        naming.filter_map(image).max_by_key(|found| found.version)
    }

    /// True if the header of either copy of a slot names the record.
    fn names(&self, slot: u32, address: FileAddress) -> bool {
        let header = |copy| {
            self.layout
                .read_slot_header(slot, self.slot_cells(slot, copy)?)
                .ok()
        };
        let mut headers = Copy::BOTH.into_iter().filter_map(header);
        headers.any(|(_, addresses)| addresses.contains(&address))
    }

    /// What is left of a record whichever single unit is lost: the oldest of the versions found
    /// with each unit left out in turn; `None` if a single loss would leave nothing.
    pub fn newest_without_any_one(&self, address: FileAddress) -> Option<Found<'m>> {
        let mut units: BTreeSet<StorageUnit> = BTreeSet::new();
        let mut add = |address: FileAddress| {
            for &copy in self.layout.copies(address.kind) {
                units.insert(StorageUnit::of_module(
                    self.layout.place(address, copy).module,
                ));
            }
        };
        add(address);
        for slot in (0..SLOTS).filter(|&slot| self.names(slot, address)) {
            add(FileAddress::new(Kind::Slot, slot));
        }
        let mut worst: Option<Found<'m>> = None;
        for unit in units {
            let left = Recovered::without(self.layout, self.media, unit).newest(address)?;
            if worst.is_none_or(|worst| left.version < worst.version) {
                worst = Some(left);
            }
        }
        worst
    }

    /// Committed changes that do not yet stand in both copies of their record. Empty at a quiet
    /// point. A copy on a unit that was lost counts as not standing.
    pub fn unapplied(&self) -> Vec<Unapplied> {
        let mut found = Vec::new();
        for slot in 0..SLOTS {
            for (address, words) in self.slot(slot).map_or(Vec::new(), |(_, images)| images) {
                let version = words[0];
                let stands = |copy| self.copy(address, copy).is_ok_and(|c| c.version >= version);
                if !self.layout.copies(address.kind).iter().copied().all(stands) {
                    found.push(Unapplied {
                        slot,
                        address,
                        version,
                    });
                }
            }
        }
        found
    }

    /// The record of an agent set.
    pub fn set(&self, set: u32) -> Option<SetRecord> {
        let found = self.newest(FileAddress::new(Kind::Set, set))?;
        Some(self.layout.read_set(found.words))
    }

    /// A booking on file.
    pub fn passenger(&self, ordinal: u32) -> Option<PassengerRecord> {
        let found = self.newest(FileAddress::new(Kind::Passenger, ordinal))?;
        Some(self.layout.read_passenger(found.words))
    }

    /// Number of today by the keypoint, and of the day the files are in order for.
    pub fn today(&self) -> Option<(u16, u16)> {
        let found = self.newest(FileAddress::new(Kind::Keypoint, 0))?;
        let at = &self.layout.at;
        Some((
            word::address(found.words[at.kyday]),
            word::address(found.words[at.kyswp]),
        ))
    }

    /// First PNR ordinal of the next range: no PNR has this ordinal or a greater one.
    pub fn first_free_pnr(&self) -> Option<u32> {
        let found = self.newest(FileAddress::new(Kind::Keypoint, 0))?;
        Some((found.words[self.layout.at.kypol] & 0o777777) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Slot, seal, test_layout};

    type Store = BTreeMap<Place, Vec<u64>>;
    const SET: FileAddress = FileAddress {
        kind: Kind::Set,
        ordinal: 3,
    };

    fn image(layout: &Layout, version: u64) -> Vec<u64> {
        let mut words = layout.write_set(&SetRecord::new(3));
        words[layout.at.srlast] = version;
        seal(&mut words, version);
        words
    }

    fn put(layout: &Layout, store: &mut Store, copy: Copy, version: u64) {
        store.insert(layout.place(SET, copy), image(layout, version));
    }

    fn commit(layout: &Layout, store: &mut Store, copy: Copy, q: u64, version: u64) -> Place {
        let images = vec![(SET, image(layout, version))];
        let slot = Slot {
            ordinal: 4,
            q,
            set: SET,
            serial: 1,
            images,
        };
        let place = layout.place(FileAddress::new(Kind::Slot, 4), copy);
        store.insert(place, layout.write_slot(&slot).expect("it fits"));
        place
    }

    /// Version found, asking once lazily and once with the index.
    fn version(layout: &Layout, store: &Store) -> Option<u64> {
        let lazily = Recovered::new(layout, store)
            .newest(SET)
            .map(|found| found.version);
        let indexed = Recovered::new(layout, store).with_index().newest(SET);
        assert_eq!(lazily, indexed.map(|found| found.version));
        lazily
    }

    #[test]
    fn the_newest_valid_version_wins() {
        let layout = test_layout();
        let mut store = Store::new();
        assert_eq!(version(&layout, &store), None);
        put(&layout, &mut store, Copy::C1, 5);
        put(&layout, &mut store, Copy::C2, 4);
        assert_eq!(version(&layout, &store), Some(5));
        if let Some(words) = store.get_mut(&layout.place(SET, Copy::C1)) {
            words[50] ^= 1;
        }
        assert_eq!(version(&layout, &store), Some(4));
        commit(&layout, &mut store, Copy::C1, 10, 6);
        assert_eq!(version(&layout, &store), Some(6));
    }

    #[test]
    fn a_torn_slot_was_never_committed() {
        let layout = test_layout();
        let mut store = Store::new();
        put(&layout, &mut store, Copy::C1, 5);
        let place = commit(&layout, &mut store, Copy::C1, 11, 6);
        if let Some(words) = store.get_mut(&place) {
            words[96] = 10;
        }
        assert_eq!(version(&layout, &store), Some(5));
    }

    #[test]
    fn of_a_slots_copies_the_higher_sequence_counts() {
        let layout = test_layout();
        let mut store = Store::new();
        put(&layout, &mut store, Copy::C1, 5);
        commit(&layout, &mut store, Copy::C1, 10, 8);
        commit(&layout, &mut store, Copy::C2, 11, 6);
        assert_eq!(version(&layout, &store), Some(6));
        commit(&layout, &mut store, Copy::C2, 9, 6);
        assert_eq!(version(&layout, &store), Some(8));
    }

    #[test]
    fn one_unit_may_be_lost() {
        let layout = test_layout();
        let mut store = Store::new();
        put(&layout, &mut store, Copy::C1, 5);
        put(&layout, &mut store, Copy::C2, 5);
        let worst = |store: &Store| {
            let recovered = Recovered::new(&layout, store);
            recovered
                .newest_without_any_one(SET)
                .map(|found| found.version)
        };
        assert_eq!(worst(&store), Some(5));
        commit(&layout, &mut store, Copy::C1, 10, 6);
        assert_eq!(
            worst(&store),
            Some(5),
            "one copy of the slot is not a promise"
        );
        commit(&layout, &mut store, Copy::C2, 10, 6);
        assert_eq!(worst(&store), Some(6));
        let unapplied = Recovered::new(&layout, &store).unapplied();
        assert_eq!(
            unapplied,
            [Unapplied {
                slot: 4,
                address: SET,
                version: 6
            }]
        );
        put(&layout, &mut store, Copy::C1, 6);
        put(&layout, &mut store, Copy::C2, 6);
        assert_eq!(Recovered::new(&layout, &store).unapplied(), []);
        store.remove(&layout.place(SET, Copy::C2));
        store.retain(|place, _| place.track < 300);
        assert_eq!(worst(&store), None);
    }
}
