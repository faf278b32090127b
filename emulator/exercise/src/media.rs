//! The site's drums and disks as the record layout names them: module, track, record.
//!
//! The control program counts storage modules 0-37, drums first, then the arms of the disks; the
//! site knows drum and disk units. This is the one place where the two meet.

use site::{Storage, Unit};

use crate::layout::{Place, StorageUnit};
use crate::recovered::Media;

/// The site's unit of a module.
pub fn unit_of(unit: StorageUnit) -> Unit {
    match unit {
        StorageUnit::Drum(n) => Unit::Drum(n),
        StorageUnit::Disk(n) => Unit::Disk(n),
    }
}

/// Storage read by places.
pub struct SiteMedia<'a>(pub &'a Storage);

impl Media for SiteMedia<'_> {
    fn cells(&self, place: Place) -> Option<&[u64]> {
        let unit = unit_of(StorageUnit::of_module(place.module));
        self.0
            .record_cells(unit, place.track, u16::from(place.record))?
    }
}

/// Writes a record by its place; false if the site has no such record.
pub fn write(storage: &mut Storage, place: Place, words: &[u64]) -> bool {
    let unit = unit_of(StorageUnit::of_module(place.module));
    storage.write_record(unit, place.track, u16::from(place.record), words)
}
