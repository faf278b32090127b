//! The sites that come with the project: their descriptions, their schedules and their opening
//! files fit each other and the control program's file map.

use exercise::files::FilesDescription;
use exercise::layout::{
    Copy, DRUMS, FileAddress, INVENTORIES_PER_FLIGHT, Kind, Layout, NAME_BUCKETS, SLOTS,
    SUMMARIES_PER_SHEET,
};
use exercise::opening::Opening;
use exercise::schedule::Schedule;
use exercise::tables_deck::{INTERCHANGES_PER_LINE, InterchangePlace, tables_deck};
use ibm7090::assembler::{SourceFile, assemble};
use site::SiteDescription;
use site::source::{SourceMap, read};

const LAYOUT: &str = include_str!("../../../sites/sabre/programs/layout.fap");
const SABRE: [&str; 3] = [
    include_str!("../../../sites/sabre/site.ron"),
    include_str!("../../../sites/sabre/files.ron"),
    include_str!("../../../sites/sabre/schedule.csv"),
];
const TINY: [&str; 3] = [
    include_str!("../../../sites/tiny/site.ron"),
    include_str!("../../../sites/tiny/files.ron"),
    include_str!("../../../sites/tiny/schedule.csv"),
];

struct Centre {
    site: SiteDescription,
    files: FilesDescription,
    schedule: Schedule,
    layout: Layout,
}

fn centre([site, files, schedule]: [&str; 3]) -> Centre {
    let mut map = SourceMap::new();
    map.insert("site.ron", site);
    map.insert("files.ron", files);
    let site: SiteDescription = read(&map, "site.ron").expect("site.ron");
    assert_eq!(site.validate(), []);
    let files: FilesDescription = read(&map, "files.ron").expect("files.ron");
    assert_eq!(files.validate(), []);
    assert_eq!(files.schedule, "schedule.csv");
    let schedule = Schedule::read("schedule.csv", schedule).expect("schedule.csv");
    // What the layout branches to stands in other parts of the deck.
    let elsewhere = [
        "START", "CLKTRP", "TRAPA", "TRAPB", "TRAPC", "TRAPD", "TRAPE", "ATTA", "ATTB", "ATTC",
        "ATTD", "ATTE", "HISTOR",
    ];
    let parameters = elsewhere.map(|name| (name.to_string(), 0));
    let program = SourceFile {
        name: "layout.fap",
        text: LAYOUT,
    };
    let end = SourceFile {
        name: "end",
        text: "       END\n",
    };
    let assembly = assemble(&[program, end], &parameters).expect("layout.fap");
    let layout = Layout::from(&assembly).expect("a layout");
    Centre {
        site,
        files,
        schedule,
        layout,
    }
}

/// Every copy of every record stands on a track with records of its length.
fn file_map_fits_the_tracks(centre: &Centre) {
    let flights = centre.schedule.flights.len() as u32;
    let sheets = centre.schedule.sheets.len() as u32;
    let counts = [
        (Kind::Set, centre.site.sets() as u32),
        (Kind::Inventory, flights * INVENTORIES_PER_FLIGHT),
        (Kind::Summary, sheets * SUMMARIES_PER_SHEET),
        (Kind::Passenger, 3 * centre.files.passenger_records + 10_000),
        (Kind::Name, NAME_BUCKETS),
        (Kind::Keypoint, 1),
        (Kind::Slot, SLOTS),
    ];
    let (drum, disk) = (centre.site.drum_geometry(), centre.site.disk_geometry());
    let mut taken = std::collections::BTreeMap::new();
    for (kind, count) in counts {
        for ordinal in 0..count {
            for copy in Copy::BOTH {
                let place = centre.layout.place(FileAddress::new(kind, ordinal), copy);
                let geometry = if place.module < DRUMS { &drum } else { &disk };
                let record = geometry.record(place.track, u16::from(place.record));
                let length = record.map(|(_, length)| length);
                let expected = centre.layout.words_of(kind);
                assert_eq!(length, Some(expected), "{} {ordinal} {copy:?}", kind.name());
                let before = taken.insert(place, (kind, ordinal));
                assert_eq!(
                    before,
                    None,
                    "{} {ordinal} {copy:?} at {place:?}",
                    kind.name()
                );
            }
        }
    }
}

fn deck_and_files_can_be_made(centre: &Centre) {
    let place = |i: &site::description::InterchangeDescription| InterchangePlace {
        line: i.line,
        address: i.address,
        sets: u16::from(i.sets),
    };
    let places: Vec<InterchangePlace> = centre.site.interchanges.iter().map(place).collect();
    assert!(tables_deck(&centre.schedule, centre.site.lines.count, &places).is_ok());
    let opening = Opening::draw(&centre.schedule, &centre.files).expect("opening files");
    let mut records = 0;
    let sets = centre.site.sets() as u32;
    let mut count = |_, _: &[u64]| records += 1;
    opening
        .write(&centre.layout, &centre.schedule, sets, &mut count)
        .expect("records");
    assert!(records > 0);
}

#[test]
fn the_full_site_has_its_documented_size() {
    let centre = centre(SABRE);
    assert_eq!(centre.site.lines.count, 9);
    assert_eq!(centre.site.interchanges.len(), 110);
    assert_eq!(centre.site.sets(), 1_100);
    assert_eq!((centre.site.drums.units, centre.site.disks.units), (6, 16));
    assert_eq!(centre.files.days, 62);
    assert!(centre.files.passenger_records >= 40_000);
    for line in 0..9 {
        let on_line = centre.site.interchanges.iter().filter(|i| i.line == line);
        let sets: u32 = on_line.clone().map(|i| u32::from(i.sets)).sum();
        assert!((120..=125).contains(&sets), "line {line} has {sets} sets");
        assert!(on_line.count() <= usize::from(INTERCHANGES_PER_LINE));
    }
    file_map_fits_the_tracks(&centre);
    deck_and_files_can_be_made(&centre);
}

#[test]
fn the_tiny_site_has_three_sets() {
    let centre = centre(TINY);
    assert_eq!(centre.site.sets(), 3);
    assert!(centre.schedule.flight("AA1").is_some());
    file_map_fits_the_tracks(&centre);
    deck_and_files_can_be_made(&centre);
}
