//! The site's drums and disks behind their four file controls.
//!
//! | control (channel) | units |
//! |---|---|
//! | A (0), B (1) | the drums, the lower half of their numbers on A |
//! | C (2), D (3) | the disk units, the lower half on C |
//!
//! With six drums and sixteen disk units: drums 0-2 on A, 3-5 on B, disks 0-7 on C, 8-15 on D. The
//! module number is the unit's place on its control; a disk unit has two accesses. Tracks are
//! numbered through the accesses of a unit ([`Storage::track`]). The units belong to the site, not to a
//! machine: what is written stays when both machines are gone.

use device::file_control::{FileControl, Module, Unit};
use device::store::{SYNDROME, Store, WORD};
use serde::{Deserialize, Serialize};

use crate::description::SiteDescription;

/// File controls A to D with their units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Storage {
    /// By channel number.
    pub controls: Vec<FileControl>,
    drums: u8,
    disks: u8,
}

impl Storage {
    /// Blank units as the description says.
    pub fn new(description: &SiteDescription) -> Self {
        let (drums, disks) = (description.drums.units, description.disks.units);
        let drum = |n| Module::new(Unit::Drum(n), description.drum_geometry());
        let disk = |n| Module::new(Unit::Disk(n), description.disk_geometry());
        let (drum_half, disk_half) = (drums.div_ceil(2), disks.div_ceil(2));
        Storage {
            controls: vec![
                FileControl::new((0..drum_half).map(drum).collect()),
                FileControl::new((drum_half..drums).map(drum).collect()),
                FileControl::new((0..disk_half).map(disk).collect()),
                FileControl::new((disk_half..disks).map(disk).collect()),
            ],
            drums,
            disks,
        }
    }

    /// That of a site whose machines share no units.
    pub fn none() -> Self {
        Storage {
            controls: Vec::new(),
            drums: 0,
            disks: 0,
        }
    }

    /// Control (channel number) and module number of a unit.
    pub fn place(&self, unit: Unit) -> Option<(usize, usize)> {
        let (number, count, first) = match unit {
            Unit::Drum(n) => (n, self.drums, 0),
            Unit::Disk(n) => (n, self.disks, 2),
        };
        let half = count.div_ceil(2);
        match number {
            n if n >= count => None,
            n if n < half => Some((first, usize::from(n))),
            n => Some((first + 1, usize::from(n - half))),
        }
    }

    /// The channel whose first drum LOAD DRUM reads: A, or B when drum 0 is lost or came back
    /// blank, or the record is damaged, and so nothing is loaded.
    pub fn load_channel(&self) -> usize {
        let lost = self.module(Unit::Drum(0)).is_some_and(|m| !m.available);
        let whole = match self.record_cells(Unit::Drum(0), 0, 0) {
            Some(Some(cells)) => cells.iter().all(|cell| cell & SYNDROME == 0),
            Some(None) => false,
            None => true,
        };
        usize::from((lost || !whole) && self.module(Unit::Drum(3)).is_some())
    }

    /// The unit with its account and surface.
    pub fn module(&self, unit: Unit) -> Option<&Module> {
        let (control, module) = self.place(unit)?;
        self.controls[control].modules.get(module)
    }

    fn module_mut(&mut self, unit: Unit) -> Option<&mut Module> {
        let (control, module) = self.place(unit)?;
        self.controls[control].modules.get_mut(module)
    }

    /// The unit's number of a track under one of its accesses: access 1 of a disk unit begins
    /// where access 0 ends.
    pub fn track(&self, unit: Unit, access: u8, track: u16) -> Option<u16> {
        self.module(unit)?.geometry.track(access, track)
    }

    /// All units, drums first.
    pub fn units(&self) -> impl Iterator<Item = &Module> {
        self.controls.iter().flat_map(|control| &control.modules)
    }

    /// What is magnetised on a unit, lost or not.
    pub fn surface(&self, unit: Unit) -> Option<&Store> {
        self.module(unit).map(|module| &module.store)
    }

    /// Words of a record; `None` if there is no such record. Bit 36 of a cell is on where the
    /// stored parity is wrong (`device::store::SYNDROME`).
    pub fn record(&self, unit: Unit, track: u16, record: u16) -> Option<Vec<u64>> {
        let module = self.module(unit)?;
        let (first, length) = module.geometry.record(track, record)?;
        let mut words = vec![0; length];
        module.store.read(track, first, &mut words);
        Some(words)
    }

    /// The same without a copy: `Some(None)` is a record of a track never written (zeros).
    pub fn record_cells(&self, unit: Unit, track: u16, record: u16) -> Option<Option<&[u64]>> {
        let module = self.module(unit)?;
        let (first, length) = module.geometry.record(track, record)?;
        let track = module.store.track(track);
        Some(track.map(|cells| &cells[first..first + length]))
    }

    /// Turns over a bit of a word of a record; its parity stays. False if there is no such word, or
    /// its parity is wrong already.
    pub fn flip(&mut self, unit: Unit, track: u16, record: u16, word: u16, bit: u8) -> bool {
        let Some(module) = self.module_mut(unit) else {
            return false;
        };
        match module.geometry.record(track, record) {
            Some((first, length)) if usize::from(word) < length => {
                module.store.flip(track, first + usize::from(word), bit)
            }
            _ => false,
        }
    }

    /// Puts words in a record before or between runs (shorter: the rest is zeros; longer: refused).
    /// False if there is no such record.
    pub fn write_record(&mut self, unit: Unit, track: u16, record: u16, words: &[u64]) -> bool {
        let Some(module) = self.module_mut(unit) else {
            return false;
        };
        match module.geometry.record(track, record) {
            Some((first, length)) if words.len() <= length => {
                let mut cells: Vec<u64> = words.iter().map(|word| word & WORD).collect();
                cells.resize(length, 0);
                module.store.write(track, first, &cells);
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn storage(drums: u8, disks: u8) -> Storage {
        let text = r#"(format: 1, name: "s", machine: (programs: ["p"]))"#;
        let mut site: SiteDescription = ron::from_str(text).unwrap();
        (site.drums.units, site.disks.units) = (drums, disks);
        Storage::new(&site)
    }

    #[test]
    fn units_are_where_the_manual_puts_them() {
        let full = storage(6, 16);
        assert_eq!(full.place(Unit::Drum(2)), Some((0, 2)));
        assert_eq!(full.place(Unit::Drum(3)), Some((1, 0)));
        assert_eq!(full.place(Unit::Disk(7)), Some((2, 7)));
        assert_eq!(full.place(Unit::Disk(15)), Some((3, 7)));
        assert_eq!(full.place(Unit::Drum(6)), None);
        let small = storage(2, 2);
        assert_eq!(small.place(Unit::Drum(1)), Some((1, 0)));
        assert_eq!(small.place(Unit::Disk(1)), Some((3, 0)));
    }

    #[test]
    fn a_record_is_filled_up_and_one_too_long_refused() {
        let mut storage = storage(2, 2);
        assert!(storage.write_record(Unit::Drum(1), 5, 4, &[7; 80]));
        assert!(storage.write_record(Unit::Drum(1), 5, 4, &[8, 9]));
        let words = storage.record(Unit::Drum(1), 5, 4).unwrap();
        assert_eq!((words[0], words[1], words[2], words.len()), (8, 9, 0, 80));
        assert!(!storage.write_record(Unit::Drum(1), 5, 4, &[0; 81]));
        assert!(!storage.write_record(Unit::Drum(1), 5, 5, &[0]));
        assert!(!storage.write_record(Unit::Drum(9), 5, 0, &[0]));
    }
}
