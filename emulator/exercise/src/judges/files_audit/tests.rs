//! Audits of a small set of files that somebody has spoilt: each kind of damage is found, and what
//! is only on its way is not taken for damage.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::inputs::{Loading, load};
use crate::layout::{Copy, PassengerRecord, Place, Segment, bcd, locator, seal};
use crate::opening::Opening;
use site::source::SourceMap;

const NOW: Instant = Instant(5_000_000_000);

/// The tiny site: three sets, four flights, forty bookings.
fn tiny() -> Inputs {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut map = SourceMap::new();
    let site = "sites/tiny/site.ron";
    let read = |path: &str| std::fs::read(folder.join(path)).expect("a file of the project");
    map.insert(site, read(site));
    loop {
        match load(&map, site).expect("no mistake in it") {
            Loading::Ready(inputs) => return *inputs,
            Loading::Needs(needs) => needs
                .iter()
                .for_each(|need| map.insert(&*need.path, read(&need.path))),
        }
    }
}

/// Files, what was told of them, and who audits them.
struct Office {
    inputs: Inputs,
    store: BTreeMap<Place, Vec<u64>>,
    model: Model,
    ledger: Ledger,
    judge: FilesAudit,
}

impl Office {
    fn new() -> Office {
        let inputs = tiny();
        let mut store = BTreeMap::new();
        let opening = Opening::draw(&inputs.schedule, &inputs.files).expect("opening files");
        let sets = inputs.description.sets() as u32;
        let mut write = |place: Place, words: &[u64]| {
            store.insert(place, words.to_vec());
        };
        opening
            .write(&inputs.layout, &inputs.schedule, sets, &mut write)
            .expect("records");
        let recovered = Recovered::new(&inputs.layout, &store).with_index();
        let mut model = Model::new(sets as u16, inputs.files.today());
        for ordinal in 1..inputs.files.first_free_pnr() {
            let record = recovered.passenger(ordinal).expect("a booking of before");
            let told = ToldBooking::of_file(&record.booking);
            model.before.make_mut().insert(ordinal, told);
        }
        let judge = FilesAudit::new(&inputs, &recovered);
        Office {
            inputs,
            ledger: Ledger::new(sets as u16),
            store,
            model,
            judge,
        }
    }

    /// Audits: what is said to be lost, and what does not add up.
    fn audit(&mut self) -> (Option<String>, Option<String>) {
        let recovered = Recovered::new(&self.inputs.layout, &self.store).with_index();
        self.judge.audit(
            NOW,
            &self.inputs,
            &recovered,
            (&self.model, &self.ledger),
            (0, true),
        );
        let [lost, sums, _] = &self.judge.verdicts()[..] else {
            panic!("three verdicts")
        };
        let said = |v: &Verdict| (!v.holds).then(|| v.detail.clone());
        (said(lost), said(sums))
    }

    fn put(&mut self, address: FileAddress, mut words: Vec<u64>) {
        let before = self.store.get(&self.inputs.layout.place(address, Copy::C1));
        let version = before.map_or(1, |words| words[0] + 1);
        seal(&mut words, version);
        for copy in Copy::BOTH {
            let place = self.inputs.layout.place(address, copy);
            self.store.insert(place, words.clone());
        }
    }

    fn words(&self, address: FileAddress) -> Vec<u64> {
        self.store[&self.inputs.layout.place(address, Copy::C1)].clone()
    }

    /// Changes the seats sold on AA1 of the first day in coach, by the inventory.
    fn change_sold(&mut self, by: i16) {
        let address = Layout::inventory_address(0, 0);
        let mut record = self.inputs.layout.read_inventory(&self.words(address));
        let count = &mut record.days[0][1];
        count.sold = count.sold.checked_add_signed(by).expect("a count");
        self.put(address, self.inputs.layout.write_inventory(&record));
    }

    /// Puts one coach seat on AA1 of the first day into a set's booking.
    fn sell_to_set(&mut self, set: u32) {
        let address = FileAddress::new(Kind::Set, set);
        let mut record = self.inputs.layout.read_set(&self.words(address));
        record.booking.segments.push(segment(1));
        self.put(address, self.inputs.layout.write_set(&record));
    }

    /// Files a new booking of that seat.
    fn file(&mut self, ordinal: u32) {
        let record = PassengerRecord {
            version: 1,
            ordinal,
            locator: locator(ordinal),
            state: 1,
            booking: Booking {
                segments: vec![segment(2)],
                persons: 1,
                ..Booking::default()
            },
        };
        let address = FileAddress::new(Kind::Passenger, ordinal);
        self.put(address, self.inputs.layout.write_passenger(&record));
    }

    fn entered(&mut self, set: u16, text: &str) {
        self.ledger.typed(NOW, set, text);
        self.ledger.accepted(NOW, set, 1, false);
    }

    fn told(&mut self, set: u16, text: &str, answer: &str) {
        self.model.apply(set, text, answer, &self.inputs.schedule);
    }
}

fn segment(status: u8) -> Segment {
    Segment {
        seats: 1,
        status,
        class: 1,
        flight: 0,
        day: 0,
        cities: bcd("LGALAX"),
    }
}

const SOLD: &str = "1 AA1    Y 1JUL LGALAX SS1  0900 1130";

#[test]
fn files_as_they_were_drawn_hold() {
    let mut office = Office::new();
    assert_eq!(office.audit(), (None, None));
    let checked = office.judge.verdicts();
    assert!(checked[0].detail.contains("40 bookings"), "{checked:?}");
    assert!(checked[1].detail.contains("496 counts"), "{checked:?}");
}

#[test]
fn a_seat_in_the_inventory_alone_or_in_a_booking_alone_does_not_add_up() {
    let mut office = Office::new();
    office.change_sold(1);
    let (lost, sums) = office.audit();
    assert_eq!(lost, None);
    assert!(sums.expect("broken").contains("AA1 1JUL class Y"));

    let mut office = Office::new();
    office.told(1, "01Y2", SOLD);
    office.sell_to_set(1);
    let (lost, sums) = office.audit();
    assert_eq!(lost, None);
    assert!(sums.is_some(), "sold, and the inventory was not told");

    let mut office = Office::new();
    office.told(1, "01Y2", SOLD);
    office.sell_to_set(1);
    office.change_sold(1);
    assert_eq!(office.audit(), (None, None), "both");
}

#[test]
fn waits_are_counted_too() {
    let mut office = Office::new();
    let address = Layout::inventory_address(0, 0);
    let mut record = office.inputs.layout.read_inventory(&office.words(address));
    record.days[0][1].waiting += 1;
    office.put(address, office.inputs.layout.write_inventory(&record));
    assert!(office.audit().1.expect("broken").contains("waiting"));
}

#[test]
fn the_opening_count_is_the_one_of_the_opening() {
    // Sold and opening count both one too high: the sum alone would come out right.
    let mut office = Office::new();
    let address = Layout::inventory_address(0, 0);
    let mut record = office.inputs.layout.read_inventory(&office.words(address));
    record.days[0][1].opening += 1;
    record.days[0][1].sold += 1;
    office.put(address, office.inputs.layout.write_inventory(&record));
    assert!(office.audit().1.expect("broken").contains("at the opening"));
}

#[test]
fn what_was_acknowledged_at_a_set_stands_there_unless_something_is_on_its_way() {
    let mut office = Office::new();
    office.told(1, "01Y2", SOLD);
    let (lost, _) = office.audit();
    assert!(lost.expect("broken").contains("set 1"));

    let mut office = Office::new();
    office.sell_to_set(1);
    office.change_sold(1);
    office.entered(1, "01Y2");
    assert_eq!(office.audit(), (None, None), "its answer may be on its way");
    let mut office = Office::new();
    office.sell_to_set(1);
    office.change_sold(1);
    let (lost, _) = office.audit();
    assert!(lost.is_some(), "done, and nobody asked for it: done twice?");
}

#[test]
fn a_booking_acknowledged_is_on_file_though_the_keypoint_knows_nothing_of_it() {
    let mut office = Office::new();
    let ordinal = office.inputs.files.first_free_pnr();
    office.told(1, "01Y2", SOLD);
    office.told(1, "-ARDO/MINA MRS", "OK");
    let answer = format!("OK {}", locator(ordinal));
    office.told(1, "E", &answer);
    let (lost, _) = office.audit();
    assert!(lost.expect("broken").contains(&locator(ordinal)));
}

#[test]
fn a_booking_of_before_stands_as_it_stood() {
    let mut office = Office::new();
    let address = FileAddress::new(Kind::Passenger, 7);
    let mut record = office.inputs.layout.read_passenger(&office.words(address));
    record.booking.persons += 1;
    office.put(address, office.inputs.layout.write_passenger(&record));
    let (lost, sums) = office.audit();
    assert!(lost.expect("broken").contains(&locator(7)));
    assert_eq!(sums, None);

    let mut office = Office::new();
    office.store.retain(|place, _| {
        let kept = office.inputs.layout.kept_at(*place);
        kept.is_none_or(|(kept, _)| kept != address)
    });
    let (lost, _) = office.audit();
    assert!(lost.expect("broken").contains(&locator(7)));
}

#[test]
fn a_booking_nobody_was_told_of_is_one_too_many() {
    let mut office = Office::new();
    let ordinal = office.inputs.files.first_free_pnr();
    let keypoint = FileAddress::new(Kind::Keypoint, 0);
    let mut words = office.words(keypoint);
    words[office.inputs.layout.at.kypol] += 64;
    office.put(keypoint, words);
    office.file(ordinal);
    office.change_sold(1);
    office.entered(2, "E");
    assert_eq!(office.audit(), (None, None), "an END is on its way");
    office
        .ledger
        .answer(NOW, 2, 1, "NEED NAME - USE -", None, true);
    let (lost, sums) = office.audit();
    assert!(lost.expect("broken").contains("told to nobody"));
    assert_eq!(sums, None);
}

#[test]
fn a_unit_is_rebuilt_when_its_last_record_is() {
    let mut office = Office::new();
    let unit = StorageUnit::Drum(1);
    let rebuilt = |office: &Office| {
        let recovered = Recovered::new(&office.inputs.layout, &office.store).with_index();
        super::rebuilt(unit, &office.inputs, &recovered)
    };
    assert!(rebuilt(&office));
    let address = FileAddress::new(Kind::Set, 1);
    let place = office.inputs.layout.place(address, Copy::C1);
    assert_eq!(StorageUnit::of_module(place.module), unit);
    let old = office.store.get(&place).cloned().expect("a record");
    office.sell_to_set(1);
    let new = office.store.insert(place, old).expect("a record");
    assert!(!rebuilt(&office), "one record is old");
    office.store.insert(place, new);
    assert!(rebuilt(&office));
}
