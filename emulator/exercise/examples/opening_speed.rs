//! How long the opening files of the full site take, and a look at everything in them.
//!
//! `cargo run --release -p duplex-exercise --example opening_speed` in the project's folder.

use std::collections::BTreeMap;
use std::time::Instant;

use exercise::files::{FilesDescription, PopularDescription};
use exercise::layout::{FileAddress, Kind, Layout, Place};
use exercise::opening::Opening;
use exercise::recovered::Recovered;
use exercise::schedule::Schedule;
use ibm7090::assembler::{SourceFile, assemble};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let start = Instant::now();
    let text = std::fs::read_to_string("sites/sabre/schedule.csv")?;
    let schedule = Schedule::read("schedule.csv", &text).map_err(|found| found[0].clone())?;
    println!("schedule       {:?}", start.elapsed());

    let program = std::fs::read_to_string("sites/sabre/programs/layout.fap")?;
    let branches = "START CLKTRP TRAPA TRAPB TRAPC TRAPD TRAPE ATTA ATTB ATTC ATTD ATTE HISTOR";
    let elsewhere: Vec<(String, i64)> = branches
        .split(' ')
        .map(|name| (name.to_string(), 0))
        .collect();
    let sources = [
        SourceFile {
            name: "layout.fap",
            text: &program,
        },
        SourceFile {
            name: "end",
            text: "       END\n",
        },
    ];
    let assembly = assemble(&sources, &elsewhere).map_err(|found| found[0].message.clone())?;
    let layout = Layout::from(&assembly)?;

    let files = FilesDescription {
        format: 1,
        schedule: "schedule.csv".to_string(),
        first_date: "1JUL".to_string(),
        days: 62,
        load_factor: 0.55,
        passenger_records: 40_000,
        passenger_pool: 160_000,
        popular: PopularDescription {
            flights: 24,
            days: 6,
            seats_left_at_most: 4,
        },
        seed: 1962,
    };
    let start = Instant::now();
    let opening = Opening::draw(&schedule, &files)?;
    println!("drawn          {:?}", start.elapsed());

    let start = Instant::now();
    let mut store: BTreeMap<Place, Vec<u64>> = BTreeMap::new();
    opening.write(&layout, &schedule, 1_100, &mut |place, words| {
        store.insert(place, words.to_vec());
    })?;
    println!(
        "written        {:?}, {} records",
        start.elapsed(),
        store.len()
    );

    let start = Instant::now();
    let recovered = Recovered::new(&layout, &store).with_index();
    let kinds = [
        (Kind::Set, 0..1_100),
        (Kind::Inventory, 0..923 * 4),
        (Kind::Summary, 0..222 * 2),
        (Kind::Passenger, 1..40_001),
        (Kind::Name, 0..8_192),
        (Kind::Keypoint, 0..1),
    ];
    let all = kinds
        .into_iter()
        .flat_map(|(kind, of)| of.map(move |n| FileAddress::new(kind, n)));
    let found = all
        .filter(|&address| recovered.newest(address).is_some())
        .count();
    println!("all looked at  {:?}, {found} valid", start.elapsed());

    let start = Instant::now();
    for set in 0..1_000 {
        let address = FileAddress::new(Kind::Set, set);
        Recovered::new(&layout, &store)
            .newest_without_any_one(address)
            .ok_or("lost")?;
    }
    println!("one at a time  {:?} each", start.elapsed() / 1_000);

    let (seats, sold) = opening.totals();
    let full = opening
        .counts
        .iter()
        .flatten()
        .filter(|counts| counts.open() < 5)
        .count();
    println!(
        "{seats} seats, {sold} sold, {:.4}; {} popular flight-dates; {full} flight-date-classes with fewer than five seats",
        sold as f64 / seats as f64,
        opening.popular.len()
    );
    let mut surnames: BTreeMap<u64, u32> = BTreeMap::new();
    for passenger in &opening.passengers {
        *surnames
            .entry(exercise::layout::index_word(&passenger.booking.names))
            .or_default() += 1;
    }
    let most = surnames.values().max().copied().unwrap_or(0);
    println!("{} surnames, at most {most} bookings each", surnames.len());
    for passenger in opening.passengers.iter().step_by(8_000) {
        println!("{} {:?}", passenger.locator, passenger.booking);
    }
    Ok(())
}
