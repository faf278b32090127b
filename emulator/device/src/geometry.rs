//! Where things are on a drum or disk, and when they pass the heads.
//!
//! Nothing turns in the emulator: an angle is a function of the instant, and each unit has its own
//! phase, since no two motors were started together.
//!
//! | | drum (7320 kin) | disk unit (1301 model 2) |
//! |---|---|---|
//! | tracks of an access | 400 | 250 cylinders x 40 heads |
//! | accesses | 1 | 2, each with its own comb of arms and tracks (1301 model 2) |
//! | one turn | 17.2 ms (twice the 8.6 ms mean wait) | 33.333 ms |
//! | one word | 29,586 ns (202,800 characters/s) | 66,667 ns (90,000 characters/s) |
//! | seek | none | 0 in the cylinder; 50 ms to the next, 180 ms over all |
//!
//! Tracks of a unit are numbered through its accesses: those of access 1 follow those of access 0
//! (track t of access 1 of a whole disk unit is track 10,000 + t of the unit).
//!
//! Source: reference IBM 7090, section 16; reference SABRE, 2.2 and 2.3. Assumed: the straight
//! line between the two documented seek times; records spaced evenly over the turn; phases.

use clock::{Instant, Span};
use serde::{Deserialize, Serialize};

use crate::store::TRACK_WORDS;

/// Layout of the tracks from `first_track` to the next format's first track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrackFormat {
    /// First track laid out so.
    pub first_track: u16,
    /// Records on each track (1-100).
    pub records: u16,
    /// Words in each record.
    pub words: u16,
}

/// What kind of unit stands behind a module number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum UnitKind {
    /// Magnetic drum with a head for every track.
    Drum,
    /// Disk module with a comb of arms.
    Disk,
}

/// Size, speed and track layout of one unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Geometry {
    /// Drum or disk.
    pub kind: UnitKind,
    /// Number of accesses, each with its own tracks on the same spindle.
    pub accesses: u8,
    /// Number of tracks of one access.
    pub tracks: u16,
    /// Time of one turn.
    pub rotation: Span,
    /// Time one word takes to pass.
    pub word: Span,
    /// How long before the record ATTENTION rises.
    pub lead: Span,
    /// Layout by first track, in rising order; the first begins at track 0.
    pub formats: Vec<TrackFormat>,
}

/// ATTENTION falls this long before the record begins: later is too late for this turn.
pub const TOO_LATE: Span = Span(60_000);

/// Tracks in one cylinder of a disk module.
pub const CYLINDER: u16 = 40;

impl Geometry {
    /// A drum of `tracks` tracks.
    pub fn drum(tracks: u16, lead: Span, formats: Vec<TrackFormat>) -> Self {
        Geometry {
            kind: UnitKind::Drum,
            accesses: 1,
            tracks,
            rotation: Span(17_200_000),
            word: Span(29_586),
            lead,
            formats,
        }
    }

    /// A disk unit of `accesses` accesses with `tracks` tracks each (2 and 10,000 when whole).
    pub fn disk(accesses: u8, tracks: u16, lead: Span, formats: Vec<TrackFormat>) -> Self {
        Geometry {
            kind: UnitKind::Disk,
            accesses,
            tracks,
            rotation: Span(33_333_333),
            word: Span(66_667),
            lead,
            formats,
        }
    }

    /// The unit's number of track `track` of an access; `None` if there is no such track.
    pub fn track(&self, access: u8, track: u16) -> Option<u16> {
        let exists = access < self.accesses && track < self.tracks;
        exists.then(|| u16::from(access) * self.tracks + track)
    }

    /// Layout of `track` of the unit, if there is such a track and it was formatted. The layout is
    /// the same under every access.
    pub fn format(&self, track: u16) -> Option<TrackFormat> {
        if self.tracks == 0 || track / self.tracks >= u16::from(self.accesses) {
            return None;
        }
        let track = track % self.tracks;
        let fitting = self.formats.iter().rev();
        fitting.copied().find(|f| f.first_track <= track)
    }

    /// Place of the first word of `record` on its track, and its length in words; `None` if there
    /// is no such track or record.
    pub fn record(&self, track: u16, record: u16) -> Option<(usize, usize)> {
        let format = self.format(track)?;
        let words = usize::from(format.words);
        let first = usize::from(record) * words;
        (record < format.records && first + words <= TRACK_WORDS).then_some((first, words))
    }

    /// Time the arms need from `from` to `to` (tracks of one access).
    pub fn seek(&self, from: u16, to: u16) -> Span {
        let distance = u64::from((from / CYLINDER).abs_diff(to / CYLINDER));
        match (self.kind, distance) {
            (UnitKind::Drum, _) | (_, 0) => Span(0),
            (UnitKind::Disk, d) => Span(50_000_000 + 130_000_000 * (d - 1) / 248),
        }
    }

    /// The first instant not before `from` at which `record` of `track` begins to pass, on the
    /// unit whose motor runs `phase` ahead.
    pub fn next_pass(&self, from: Instant, phase: Span, track: u16, record: u16) -> Instant {
        let records = self
            .format(track)
            .map_or(1, |f| u64::from(f.records.max(1)));
        let turn = self.rotation.0;
        let angle = turn * (u64::from(record) % records) / records;
        let now = (from.0 + phase.0) % turn;
        from + Span((angle + turn - now) % turn)
    }

    /// The phase of the unit with this number, spread evenly by the golden ratio (ours).
    pub fn phase(&self, number: u8) -> Span {
        Span(u64::from(number) * 618_034 % 1_000_000 * self.rotation.0 / 1_000_000)
    }

    /// What is wrong with the formats, in words; empty when they can be used.
    pub fn mistakes(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        let mut last = None;
        for (n, format) in self.formats.iter().enumerate() {
            if n == 0 && format.first_track != 0 {
                found.push((n, "the first format must begin at track 0".to_string()));
            }
            if last.is_some_and(|last| format.first_track <= last) {
                let words = "formats must be in rising order of their first track";
                found.push((n, words.to_string()));
            }
            last = Some(format.first_track);
            let (records, words) = (u64::from(format.records), u64::from(format.words));
            if format.first_track >= self.tracks {
                let tracks = self.tracks;
                found.push((n, format!("the unit has only {tracks} tracks")));
            }
            if records == 0 || words == 0 || records > 100 {
                found.push((
                    n,
                    "expected 1 to 100 records of at least 1 word".to_string(),
                ));
            } else if records * words > TRACK_WORDS as u64 {
                let words = format!("{records} records of {words} words do not fit the 500");
                found.push((n, words + " words of a track"));
            } else if words * self.word.0 > self.rotation.0 / records + self.word.0 {
                found.push((n, "the records overlap in time".to_string()));
            }
        }
        if self.formats.is_empty() {
            found.push((0, "expected at least one format".to_string()));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(first_track: u16, records: u16, words: u16) -> TrackFormat {
        TrackFormat {
            first_track,
            records,
            words,
        }
    }

    #[test]
    fn documented_seek_times_are_met_at_both_ends() {
        let disk = Geometry::disk(2, 10_000, Span(900_000), vec![format(0, 1, 465)]);
        assert_eq!(disk.seek(0, 39), Span(0));
        assert_eq!(disk.seek(0, 40), Span(50_000_000));
        assert_eq!(disk.seek(9_999, 0), Span(180_000_000));
    }

    #[test]
    fn tracks_are_numbered_through_the_accesses() {
        let disk = Geometry::disk(2, 10_000, Span(900_000), vec![format(0, 5, 80)]);
        assert_eq!(disk.track(1, 7), Some(10_007));
        assert_eq!(disk.track(1, 10_000), None);
        assert_eq!(disk.track(2, 0), None);
        assert_eq!(disk.record(19_999, 4), Some((320, 80)));
        assert_eq!(disk.record(20_000, 0), None);
    }

    #[test]
    fn a_record_passes_once_a_turn_at_its_own_angle() {
        let drum = Geometry::drum(
            400,
            Span(600_000),
            vec![format(0, 5, 80), format(10, 1, 500)],
        );
        let phase = drum.phase(3);
        let first = drum.next_pass(Instant(1), phase, 0, 2);
        assert_eq!((first.0 + phase.0) % 17_200_000, 6_880_000);
        assert_eq!(drum.next_pass(first, phase, 0, 2), first);
        let again = drum.next_pass(first + Span(1), phase, 0, 2);
        assert_eq!(again - first, Span(17_200_000));
        assert_eq!(drum.record(9, 4), Some((320, 80)));
        assert_eq!(drum.record(10, 1), None);
        assert_eq!(drum.record(400, 0), None);
        assert!(drum.mistakes().is_empty());
    }

    #[test]
    fn formats_that_cannot_be_are_named() {
        let bad = |formats: Vec<TrackFormat>| {
            let drum = Geometry::drum(400, Span(600_000), formats);
            drum.mistakes().len()
        };
        assert_eq!(bad(vec![]), 1);
        assert_eq!(bad(vec![format(1, 1, 1)]), 1);
        assert_eq!(bad(vec![format(0, 6, 100)]), 1);
        assert_eq!(bad(vec![format(0, 1, 1), format(0, 1, 1)]), 1);
        assert_eq!(bad(vec![format(0, 1, 1), format(400, 1, 1)]), 1);
        assert_eq!(bad(vec![format(0, 0, 1)]), 1);
    }
}
