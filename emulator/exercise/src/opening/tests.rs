//! What the opening files promise: seats add up, lights agree with seats, nobody is lost.

use std::collections::BTreeMap;

use super::*;
use crate::layout::{Copy, test_layout};

fn files() -> FilesDescription {
    FilesDescription {
        format: 1,
        schedule: "schedule.csv".to_string(),
        first_date: "1JUL".to_string(),
        days: 62,
        load_factor: 0.55,
        passenger_records: 40_000,
        passenger_pool: 160_000,
        popular: crate::files::PopularDescription {
            flights: 24,
            days: 6,
            seats_left_at_most: 4,
        },
        seed: 1962,
    }
}

fn schedule() -> Schedule {
    let text = include_str!("../../../../sites/sabre/schedule.csv");
    Schedule::read("schedule.csv", text).expect("the site's own schedule")
}

#[test]
fn seats_add_up_and_load_is_as_described() {
    let (schedule, files) = (schedule(), files());
    let opening = Opening::draw(&schedule, &files).expect("opening files");
    assert_eq!(opening.passengers.len(), 40_000);
    let (seats, sold) = opening.totals();
    assert_eq!(seats, schedule.seats_a_day() * 62);
    let load = sold as f64 / seats as f64;
    assert!((load - 0.55).abs() < 0.01, "load factor {load}");

    let mut confirmed: BTreeMap<(u16, u16, u8), u16> = BTreeMap::new();
    let mut waiting: BTreeMap<(u16, u16, u8), u16> = BTreeMap::new();
    for segment in opening.passengers.iter().flat_map(|p| &p.booking.segments) {
        let of = match segment.status() {
            Some(SegmentStatus::FiledConfirmed) => &mut confirmed,
            Some(SegmentStatus::FiledWait) => &mut waiting,
            other => panic!("status {other:?} in a PNR"),
        };
        *of.entry((segment.flight, segment.day, segment.class))
            .or_default() += segment.seats;
    }
    for flight in 0..schedule.flights.len() as u16 {
        for day in 0..62 {
            for class in Class::ALL {
                let counts = opening.counts(flight, day, class);
                let key = (flight, day, class as u8);
                let filed = confirmed.get(&key).copied().unwrap_or(0);
                assert_eq!(
                    counts.sold,
                    counts.opening + filed,
                    "flight {flight} day {day}"
                );
                assert_eq!(counts.waiting, waiting.get(&key).copied().unwrap_or(0));
                assert!(counts.sold <= counts.authorised);
            }
        }
    }
    assert!(!waiting.is_empty());
}

#[test]
fn popular_dates_are_nearly_full_and_not_quite() {
    let (schedule, files) = (schedule(), files());
    let opening = Opening::draw(&schedule, &files).expect("opening files");
    assert!(opening.popular.len() >= 20);
    for popular in &opening.popular {
        let open = opening
            .counts(popular.flight, popular.day, Class::Coach)
            .open();
        assert_eq!(open, popular.left);
        assert!((1..5).contains(&open));
    }
}

#[test]
fn records_read_back_as_they_were_drawn() {
    let (layout, schedule, files) = (test_layout(), schedule(), files());
    let opening = Opening::draw(&schedule, &files).expect("opening files");
    let mut store: BTreeMap<Place, Vec<u64>> = BTreeMap::new();
    let mut writes = 0;
    let mut write = |place: Place, words: &[u64]| {
        writes += 1;
        assert!(
            store.insert(place, words.to_vec()).is_none(),
            "written twice: {place:?}"
        );
    };
    opening
        .write(&layout, &schedule, 1_100, &mut write)
        .expect("records");
    let records = 1_100 + 923 * 4 + 222 * 2 + 40_000 + 8_192 + 1;
    assert_eq!(writes, 2 * records);

    let read = |kind: Kind, ordinal: u32, copy: Copy| {
        let address = FileAddress::new(kind, ordinal);
        let words = store.get(&layout.place(address, copy)).expect("a record");
        assert_eq!(layout.version_of(address, words), Ok(1), "{address}");
        words
    };
    for copy in Copy::BOTH {
        let set = layout.read_set(read(Kind::Set, 1_099, copy));
        assert_eq!(set, SetRecord::new(1_099));
        let keypoint = read(Kind::Keypoint, 0, copy);
        assert_eq!(keypoint[layout.at.kypol], 40_001);
        for record in opening.passengers.iter().step_by(777) {
            assert_eq!(
                layout.read_passenger(read(Kind::Passenger, record.ordinal, copy)),
                *record
            );
        }
        for sheet in 0..schedule.sheets.len() as u16 {
            for day in [0, 30, 31, 32, 61, 63] {
                let address = Layout::summary_address(sheet, day);
                let summary = layout.read_summary(read(address.kind, address.ordinal, copy));
                for (line, &open) in summary.days[usize::from(day % 32)].iter().enumerate() {
                    let flight = summary.flights[line / 2];
                    let expected = if flight == NO_FLIGHT {
                        0
                    } else {
                        let address = Layout::inventory_address(flight, day);
                        let words = read(address.kind, address.ordinal, copy);
                        layout
                            .counts(words, day, Class::ALL[line % 2])
                            .open()
                            .min(3)
                    };
                    assert_eq!(
                        u16::from(open),
                        expected,
                        "sheet {sheet} day {day} line {line}"
                    );
                }
            }
        }
        for record in opening.passengers.iter().step_by(501) {
            let name = index_word(&record.booking.names);
            let found = (0..NAME_BUCKETS).find(|n| {
                let bucket = (name_bucket_of(name) + n) % NAME_BUCKETS;
                let names = layout.read_names(read(Kind::Name, bucket, copy));
                let here = names.entries.contains(&(name, record.ordinal));
                assert!(here || names.entries.len() == layout.bucket_entries_max());
                here
            });
            assert!(found.is_some());
        }
    }
}

#[test]
fn a_seed_gives_the_same_files_and_another_other_files() {
    let schedule = schedule();
    let draw = |seed| Opening::draw(&schedule, &FilesDescription { seed, ..files() });
    assert_eq!(draw(7), draw(7));
    assert_ne!(draw(7), draw(8));
}

#[test]
fn too_many_bookings_are_refused() {
    let files = FilesDescription {
        load_factor: 0.0,
        ..files()
    };
    let none = FilesDescription {
        popular: Default::default(),
        ..files
    };
    let refused = Opening::draw(&schedule(), &none);
    assert_eq!(refused, Err(OpeningError::TooManyPassengers(40_000, 0)));
}
