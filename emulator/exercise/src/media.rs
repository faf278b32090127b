//! The site's drums and disks as the record layout names them: module, track, record.
//!
//! The control program counts storage modules 0-37, drums first, then the arms of the disks; the
//! site knows drum and disk units. This is the one place where the two meet.

use site::{Storage, Unit};

use crate::layout::{DRUMS, Place, StorageUnit, access_of_module};
use crate::recovered::Media;

/// The site's unit of a module.
pub fn unit_of(unit: StorageUnit) -> Unit {
    match unit {
        StorageUnit::Drum(n) => Unit::Drum(n),
        StorageUnit::Disk(n) => Unit::Disk(n),
    }
}

/// The site's unit of a place and the unit's number of its track: the tracks of a disk unit's
/// second access follow those of the first.
fn unit_and_track(storage: &Storage, place: Place) -> Option<(Unit, u16)> {
    let unit = unit_of(StorageUnit::of_module(place.module));
    let geometry = &storage.module(unit)?.geometry;
    let track = geometry.track(access_of_module(place.module), place.track)?;
    Some((unit, track))
}

/// The place of a record of a unit, the unit's tracks counted through its accesses.
pub fn place_of(storage: &Storage, unit: Unit, track: u16, record: u16) -> Option<Place> {
    let record = u8::try_from(record).ok()?;
    let tracks = storage.module(unit)?.geometry.tracks.max(1);
    let (module, track) = match unit {
        Unit::Drum(n) => (n, track),
        Unit::Disk(n) => {
            let access = u8::try_from(track / tracks).ok()?;
            (DRUMS + n / 8 * 16 + access * 8 + n % 8, track % tracks)
        }
    };
    Some(Place {
        module,
        track,
        record,
    })
}

/// Storage read by places. What is magnetised on a lost unit nobody can read.
pub struct SiteMedia<'a>(pub &'a Storage);

impl Media for SiteMedia<'_> {
    fn cells(&self, place: Place) -> Option<&[u64]> {
        let (unit, track) = unit_and_track(self.0, place)?;
        if !self.0.module(unit)?.available {
            return None;
        }
        self.0.record_cells(unit, track, u16::from(place.record))?
    }
}

/// Writes a record by its place; false if the site has no such record.
pub fn write(storage: &mut Storage, place: Place, words: &[u64]) -> bool {
    let at = unit_and_track(storage, place);
    at.is_some_and(|(unit, track)| {
        storage.write_record(unit, track, u16::from(place.record), words)
    })
}
