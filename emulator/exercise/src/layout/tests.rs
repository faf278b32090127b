//! Layouts round trip, and a program without them is refused in words.

use super::*;

fn assembly(historical: i64) -> ibm7090::assembler::Assembly {
    let text = include_str!("../../../../sites/sabre/programs/layout.fap");
    // Only this part of the deck: what its fixed locations branch to stands in other parts.
    let elsewhere = [
        "START", "CLKTRP", "TRAPA", "TRAPB", "TRAPC", "TRAPD", "TRAPE", "ATTA", "ATTB", "ATTC",
        "ATTD", "ATTE",
    ]
    .map(|name| (name.to_string(), 0));
    let mode = [("HISTOR".to_string(), historical)];
    let file = ibm7090::assembler::SourceFile {
        name: "layout.fap",
        text,
    };
    let end = ibm7090::assembler::SourceFile {
        name: "end",
        text: "       END\n",
    };
    let parameters = [&elsewhere[..], &mode].concat();
    ibm7090::assembler::assemble(&[file, end], &parameters).expect("layout.fap assembles")
}

/// The layout of the site's own control program.
pub(crate) fn test_layout() -> Layout {
    Layout::from(&assembly(0)).expect("layout.fap defines the layout")
}

#[test]
fn the_programs_layout_is_read() {
    let layout = test_layout();
    assert_eq!(layout.words, [80, 40, 40, 80, 80, 80, 465, 80]);
    assert_eq!(layout.at.bkcnt, 27);
    let place = layout.place(FileAddress::new(Kind::Set, 31), Copy::C1);
    assert_eq!(
        place,
        Place {
            module: 1,
            track: 5,
            record: 0
        }
    );
}

#[test]
fn in_historical_mode_passenger_records_are_single() {
    let [hot, historical] = [0, 1].map(|mode| Layout::from(&assembly(mode)).expect("a layout"));
    for kind in Kind::ALL {
        assert_eq!(hot.copies(kind), Copy::BOTH);
        let single = kind == Kind::Passenger;
        assert_eq!(historical.copies(kind).len(), if single { 1 } else { 2 });
    }
    let modules = |layout: &Layout| layout.map_of(Kind::Passenger, Copy::C1).divisor;
    assert_eq!(
        (modules(&hot), modules(&historical)),
        (16, 32),
        "they use both halves"
    );
    places_tell_their_copies(&hot);
    places_tell_their_copies(&historical);
}

fn places_tell_their_copies(layout: &Layout) {
    let counts = [1_100, 3_700, 400, 50_000, NAME_BUCKETS, 1, SLOTS, 8_192];
    for (kind, count) in Kind::ALL.into_iter().zip(counts) {
        for ordinal in 0..count {
            let address = FileAddress::new(kind, ordinal);
            for &copy in layout.copies(kind) {
                let place = layout.place(address, copy);
                assert_eq!(layout.kept_at(place), Some((address, copy)), "{place:?}");
            }
        }
    }
    let nowhere = Place {
        module: 0,
        track: 0,
        record: 0,
    };
    assert_eq!(layout.kept_at(nowhere), None, "the start record");
}

#[test]
fn no_two_copies_share_a_unit() {
    let layout = test_layout();
    for kind in Kind::ALL {
        for ordinal in 0..200 {
            let unit = |copy| {
                let place = layout.place(FileAddress::new(kind, ordinal), copy);
                StorageUnit::of_module(place.module)
            };
            assert_ne!(unit(Copy::C1), unit(Copy::C2), "{} {ordinal}", kind.name());
        }
    }
}

#[test]
fn a_missing_symbol_is_named() {
    let mut assembly = assembly(0);
    assembly.symbols.remove("BKNAM");
    let error = Layout::from(&assembly).expect_err("no BKNAM");
    assert!(error.to_string().contains("no symbol BKNAM"), "{error}");
    assembly.symbols.insert("BKNAM".to_string(), 500);
    let error = Layout::from(&assembly).expect_err("BKNAM out of range");
    assert!(error.to_string().contains("BKNAM is 500"), "{error}");
}

#[test]
fn sets_and_bookings_round_trip() {
    let layout = test_layout();
    let segment = |flight, status| Segment {
        seats: 2,
        status,
        class: 1,
        flight,
        day: 61,
        cities: bcd("LGALAX"),
    };
    let record = SetRecord {
        version: 7,
        set: 1_099,
        last: 4_095,
        form: AnswerForm::Text,
        answer: "OK ABACDH".to_string(),
        sheet: Some(221),
        day: 61,
        lines: [0, 1, 2, 922, 4_094, 5, 6, NO_FLIGHT],
        pnr: 40_001,
        pnr_version: 3,
        booking: Booking {
            persons: 2,
            segments: vec![segment(922, 1), segment(0, 6)],
            names: "2KALBOR/MENA MRS/TILO MR".to_string(),
            phone: "212-555-0142-H".to_string(),
            ticketing: "TAW12JUL/".to_string(),
            received: "MRS KALBOR".to_string(),
            remark: String::new(),
        },
    };
    let words = layout.write_set(&record);
    assert_eq!(
        layout.version_of(FileAddress::new(Kind::Set, 1_099), &words),
        Ok(7)
    );
    assert_eq!(layout.read_set(&words), record);
    assert_eq!(words[layout.at.bkrmk], 0);
    // Seats 02, status 01, class 01, flight 922 = 1632, day 61 = 75, all octal.
    assert_eq!(words[layout.at.bkseg], 0o020101163275);
}

#[test]
fn lights_and_counts_round_trip() {
    let layout = test_layout();
    let mut summary = SummaryRecord {
        version: 1,
        ordinal: 443,
        flights: [NO_FLIGHT; 8],
        days: [[0; 16]; 32],
    };
    summary.flights[0] = 17;
    summary.days[30][0] = 3;
    summary.days[30][15] = 2;
    let words = layout.write_summary(&summary);
    assert_eq!(words[layout.at.smday + 30], 0o600000000000 | 2 << 4);
    assert_eq!(layout.read_summary(&words), summary);
    let counts = Counts {
        authorised: 68,
        opening: 40,
        sold: 67,
        waiting: 511,
    };
    assert_eq!(Counts::from_word(counts.word()), counts);
    assert_eq!(counts.word(), 0o104050103777);
    assert_eq!(counts.open(), 1);
}

#[test]
fn a_damaged_record_is_told_from_a_good_one() {
    let layout = test_layout();
    let address = FileAddress::new(Kind::Set, 3);
    let good = layout.write_set(&SetRecord::new(3));
    let damaged = |change: &dyn Fn(&mut Vec<u64>)| {
        let mut words = good.clone();
        change(&mut words);
        layout.version_of(address, &words)
    };
    assert_eq!(damaged(&|_| ()), Ok(1));
    assert_eq!(damaged(&|w| w[40] |= PARITY_SYNDROME), Err(Invalid::Parity));
    assert_eq!(damaged(&|w| w[1] += 1), Err(Invalid::Address));
    assert_eq!(damaged(&|w| w[79] += 1), Err(Invalid::Versions));
    assert_eq!(damaged(&|w| w[40] ^= 1), Err(Invalid::Check));
    assert_eq!(damaged(&|w| w.fill(0)), Err(Invalid::NeverWritten));
}

#[test]
fn slots_round_trip_and_show_tears() {
    let layout = test_layout();
    let set = FileAddress::new(Kind::Set, 3);
    let slot = Slot {
        ordinal: 29,
        q: 1_000_000,
        set,
        serial: 4_095,
        images: vec![(set, layout.write_set(&SetRecord::new(3)))],
    };
    let words = layout.write_slot(&slot).expect("it fits");
    assert_eq!(words.len(), 465);
    assert_eq!(layout.read_slot(29, &words), Ok(slot));
    assert_eq!(layout.read_slot(28, &words), Err(Invalid::Address));
    let mut torn = words.clone();
    torn[SLOT_HEADER + 80] -= 1;
    assert_eq!(layout.read_slot(29, &torn), Err(Invalid::Versions));
    let mut torn = words.clone();
    torn[60] ^= 1;
    assert_eq!(layout.read_slot(29, &torn), Err(Invalid::Check));
    let mut torn = words;
    torn[4] ^= 1;
    assert_eq!(layout.read_slot(29, &torn), Err(Invalid::Check));
}

#[test]
fn locators_are_ordinals_in_letters() {
    assert_eq!(locator(0), "AAAAAA");
    assert_eq!(locator(0o102037), "BACADH");
    for ordinal in [1, 40_000, 0o777777] {
        assert_eq!(locator_ordinal(&locator(ordinal)), Some(ordinal));
    }
    assert_eq!(locator_ordinal("ABACDI"), None);
    assert_eq!(locator_ordinal("ABACD"), None);
    assert_eq!(locator_ordinal("ABÄCD"), None);
}

#[test]
fn modules_are_arms_of_units() {
    assert_eq!(StorageUnit::of_module(5), StorageUnit::Drum(5));
    assert_eq!(StorageUnit::of_module(6), StorageUnit::Disk(0));
    assert_eq!(StorageUnit::of_module(14), StorageUnit::Disk(0));
    assert_eq!(StorageUnit::of_module(22), StorageUnit::Disk(8));
    assert_eq!(StorageUnit::of_module(37), StorageUnit::Disk(15));
    let accesses = [5, 6, 13, 14, 21, 22, 29, 30, 37].map(access_of_module);
    assert_eq!(accesses, [0, 0, 0, 1, 1, 0, 0, 1, 1]);
}
