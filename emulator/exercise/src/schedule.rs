//! The airline's schedule: one day's departures, the same every day, and the air information
//! sheets printed from it.
//!
//! In 1962 an agent took a printed card, the *air information sheet*, for a pair of cities from a
//! well beside the set and slid it into the holder; holes along its edge told the set which sheet
//! it was, and sixteen lights stood along its lines. A sheet here has eight flights on sixteen
//! lines, each flight once for first class and once for coach, in order of departure.
//!
//! The schedule is read from comma-separated text, one departure a row:
//!
//! | column | content |
//! |---|---|
//! | designator | carrier, two characters, and number, one to four digits: `AA1` |
//! | origin, destination | three letters each |
//! | departure, arrival | local time, four digits, `0000` to `2359` |
//! | distance | statute miles |
//! | aircraft_1962 | a name; the seats count, not the name |
//! | first_seats, coach_seats | seats for sale in each class, together at most 150 |
//!
//! Rows that begin with `#` and empty rows are skipped; the first other row names the columns.
//!
//! Source: SABRE's sheets and lights: IBM 9000 Series Airlines Reservation System, remote
//! equipment manual. Assumed: eight flights of two classes a sheet; the assignment of aircraft
//! in [`aircraft_for`] (see `sites/sabre/SOURCES.md`).

use crate::layout::bcd;

/// Most seats an aircraft may have ("up to 150": Plugge and Perry 1961).
pub const SEATS_MAX: u16 = 150;
/// Flights on one air information sheet: sixteen lines of two classes each.
pub const FLIGHTS_PER_SHEET: usize = 8;
/// Most departures a schedule may have: a flight ordinal has 12 bits and 7777 octal means none.
pub const FLIGHTS_MAX: usize = 0o7777;
/// Most rows read from a schedule before it is refused as absurd.
const ROWS_MAX: usize = 100_000;

/// First class (`F`) or coach (`Y`); the number of the class in inventory words is its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// First class, `F`.
    First = 0,
    /// Coach, `Y`.
    Coach = 1,
}

impl Class {
    /// Both classes in the order of the records.
    pub const ALL: [Class; 2] = [Class::First, Class::Coach];

    /// The letter agents type.
    pub fn letter(self) -> char {
        match self {
            Class::First => 'F',
            Class::Coach => 'Y',
        }
    }
}

/// An aircraft type of 1962 and the seats we give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aircraft {
    /// Name as written in the schedule.
    pub name: &'static str,
    /// First-class seats.
    pub first_seats: u16,
    /// Coach seats.
    pub coach_seats: u16,
}

/// Aircraft and cabins assigned by us, within the ranges the literature gives; the 34 first-class
/// seats of the Convair 990 are documented.
pub const AIRCRAFT: [Aircraft; 7] = [
    Aircraft {
        name: "Boeing 707-123",
        first_seats: 44,
        coach_seats: 68,
    },
    Aircraft {
        name: "Boeing 720B",
        first_seats: 38,
        coach_seats: 66,
    },
    Aircraft {
        name: "Convair 990",
        first_seats: 34,
        coach_seats: 62,
    },
    Aircraft {
        name: "Lockheed Electra",
        first_seats: 26,
        coach_seats: 54,
    },
    Aircraft {
        name: "Douglas DC-7",
        first_seats: 20,
        coach_seats: 52,
    },
    Aircraft {
        name: "Douglas DC-6",
        first_seats: 16,
        coach_seats: 44,
    },
    Aircraft {
        name: "Convair 240",
        first_seats: 8,
        coach_seats: 32,
    },
];

/// The aircraft we assign to a departure: by distance, and propellers for the carriers that are
/// regional carriers in the data. Range is not considered.
pub fn aircraft_for(carrier: &str, distance_miles: u16) -> &'static Aircraft {
    let regional = matches!(carrier, "9E" | "EV" | "MQ" | "OO" | "YV");
    let row = match (regional, distance_miles) {
        (false, 2000..) => 0,
        (false, 1200..) => 1,
        (false, 700..) => 2,
        (false, 400..) => 3,
        (false, 200..) => 4,
        (false, _) => 5,
        (true, 900..) => 4,
        (true, 350..) => 5,
        (true, _) => 6,
    };
    &AIRCRAFT[row]
}

/// One scheduled departure, daily.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight {
    /// Carrier and number without blanks, at most six characters.
    pub designator: String,
    /// City of departure, three letters.
    pub origin: String,
    /// City of arrival, three letters.
    pub destination: String,
    /// Minute of the local day of departure, 0-1439.
    pub departure_minute: u16,
    /// Minute of the local day of arrival, 0-1439 (may be the next day's).
    pub arrival_minute: u16,
    /// Statute miles.
    pub distance_miles: u16,
    /// Name of the aircraft.
    pub aircraft: String,
    /// Seats by class, `[first, coach]`.
    pub seats: [u16; 2],
}

impl Flight {
    /// Origin and destination as agents type them: `LGALAX`.
    pub fn cities(&self) -> String {
        format!("{}{}", self.origin, self.destination)
    }
}

/// A pair of cities and its sheets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// `LGALAX`.
    pub cities: String,
    /// Number of its first sheet.
    pub first_sheet: u16,
    /// How many sheets it has, one after another.
    pub sheets: u16,
}

/// One air information sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Index of its pair in [`Schedule::pairs`].
    pub pair: u16,
    /// Flight ordinals in order of departure, one to eight.
    pub flights: Vec<u16>,
}

/// The whole schedule; a flight's ordinal is its index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Flights in ascending order of their designators as 36-bit words.
    pub flights: Vec<Flight>,
    /// Pairs in ascending order of their cities as 36-bit words.
    pub pairs: Vec<Pair>,
    /// Sheets, those of one pair together.
    pub sheets: Vec<Sheet>,
}

/// Something wrong in a schedule, where, and what was expected. Line and column count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct ScheduleMistake {
    /// Name of the file as given.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// Characters concerned, at least 1.
    pub width: usize,
    /// What is wrong and what was expected.
    pub message: String,
}

const COLUMNS: [&str; 9] = [
    "designator",
    "origin",
    "destination",
    "departure",
    "arrival",
    "distance",
    "aircraft_1962",
    "first_seats",
    "coach_seats",
];

impl Schedule {
    /// Reads a schedule; `file` is its name for messages. All mistakes are told, at most fifty.
    pub fn read(file: &str, text: &str) -> Result<Schedule, Vec<ScheduleMistake>> {
        let mut reader = Reader {
            file,
            mistakes: Vec::new(),
        };
        let mut flights: Vec<(usize, Flight)> = Vec::new();
        let mut heading_seen = false;
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            if reader.mistakes.len() >= 50 {
                break;
            }
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            if !heading_seen {
                heading_seen = true;
                if line.trim_end() != COLUMNS.join(",") {
                    let expected = format!("expected the column names `{}`", COLUMNS.join(","));
                    reader.mistake(number, 1, line.chars().count(), expected);
                    break;
                }
                continue;
            }
            if flights.len() >= ROWS_MAX {
                reader.mistake(number, 1, 1, format!("more than {ROWS_MAX} rows"));
                break;
            }
            if let Some(flight) = reader.row(number, line) {
                flights.push((number, flight));
            }
        }
        if reader.mistakes.is_empty() && flights.is_empty() {
            let message = "no departures: expected column names and at least one row".to_string();
            reader.mistake(text.lines().count().max(1), 1, 1, message);
        }
        flights.sort_by_key(|(number, flight)| (bcd(&flight.designator), *number));
        for pair in flights.windows(2) {
            if pair[0].1.designator == pair[1].1.designator {
                let (first, second) = (pair[0].0, &pair[1]);
                let message = format!(
                    "designator `{}` stands also in line {first}; expected each once",
                    second.1.designator
                );
                reader.mistake(second.0, 1, second.1.designator.len(), message);
            }
        }
        if flights.len() > FLIGHTS_MAX {
            let number = flights.iter().map(|(number, _)| *number).max().unwrap_or(1);
            let message = format!("{} departures; at most {FLIGHTS_MAX}", flights.len());
            reader.mistake(number, 1, 1, message);
        }
        if !reader.mistakes.is_empty() {
            return Err(reader.mistakes);
        }
        Ok(Schedule::of(
            flights.into_iter().map(|(_, flight)| flight).collect(),
        ))
    }

    /// Makes the sheets for flights already in order of their designators.
    fn of(flights: Vec<Flight>) -> Schedule {
        let mut order: Vec<u16> = (0..flights.len() as u16).collect();
        let key = |&ordinal: &u16| {
            let flight = &flights[ordinal as usize];
            (bcd(&flight.cities()), flight.departure_minute, ordinal)
        };
        order.sort_by_key(key);
        let mut pairs: Vec<Pair> = Vec::new();
        let mut sheets: Vec<Sheet> = Vec::new();
        for group in order.chunk_by(|a, b| key(a).0 == key(b).0) {
            let first_sheet = sheets.len() as u16;
            for flights in group.chunks(FLIGHTS_PER_SHEET) {
                sheets.push(Sheet {
                    pair: pairs.len() as u16,
                    flights: flights.to_vec(),
                });
            }
            pairs.push(Pair {
                cities: flights[group[0] as usize].cities(),
                first_sheet,
                sheets: sheets.len() as u16 - first_sheet,
            });
        }
        Schedule {
            flights,
            pairs,
            sheets,
        }
    }

    /// The sheet a flight is printed on and its position there, 0-7.
    pub fn sheet_of(&self, flight: u16) -> Option<(u16, u8)> {
        let cities = self.flights.get(flight as usize)?.cities();
        let pair = self.pair(&cities)?;
        let first = pair.first_sheet as usize;
        let sheets = self.sheets.get(first..first + pair.sheets as usize)?;
        sheets.iter().enumerate().find_map(|(index, sheet)| {
            let position = sheet.flights.iter().position(|&other| other == flight)?;
            Some(((first + index) as u16, position as u8))
        })
    }

    /// The pair of cities written `LGALAX`.
    pub fn pair(&self, cities: &str) -> Option<&Pair> {
        let key = bcd(cities);
        let index = self
            .pairs
            .binary_search_by_key(&key, |pair| bcd(&pair.cities))
            .ok()?;
        Some(&self.pairs[index])
    }

    /// Ordinal of the flight with this designator, `AA1`.
    pub fn flight(&self, designator: &str) -> Option<u16> {
        let key = bcd(designator);
        let by_key = |flight: &Flight| bcd(&flight.designator);
        let index = self.flights.binary_search_by_key(&key, by_key).ok()?;
        Some(index as u16)
    }

    /// Seats for sale on one day, all flights and classes.
    pub fn seats_a_day(&self) -> u64 {
        let seats = self
            .flights
            .iter()
            .map(|f| u64::from(f.seats[0] + f.seats[1]));
        seats.sum()
    }
}

struct Reader<'a> {
    file: &'a str,
    mistakes: Vec<ScheduleMistake>,
}

impl Reader<'_> {
    fn mistake(&mut self, line: usize, column: usize, width: usize, message: String) {
        let file = self.file.to_string();
        let width = width.max(1);
        self.mistakes.push(ScheduleMistake {
            file,
            line,
            column,
            width,
            message,
        });
    }

    /// Reads one row; `None` if it had a mistake.
    fn row(&mut self, line: usize, text: &str) -> Option<Flight> {
        let before = self.mistakes.len();
        let mut fields: Vec<(usize, &str)> = Vec::new();
        let mut column = 1;
        for field in text.split(',') {
            fields.push((column, field.trim()));
            column += field.chars().count() + 1;
        }
        if fields.len() != COLUMNS.len() {
            let message = format!("{} fields; expected {}", fields.len(), COLUMNS.len());
            self.mistake(line, 1, text.chars().count(), message);
            return None;
        }
        let designator = self.designator(line, fields[0]);
        let origin = self.city(line, fields[1], "origin");
        let destination = self.city(line, fields[2], "destination");
        let departure_minute = self.time(line, fields[3], "departure");
        let arrival_minute = self.time(line, fields[4], "arrival");
        let distance_miles = self.number(line, fields[5], "distance", 1, 12_000);
        let first = self.number(line, fields[7], "first_seats", 0, SEATS_MAX);
        let coach = self.number(line, fields[8], "coach_seats", 0, SEATS_MAX);
        if (1..=2 * SEATS_MAX).contains(&(first + coach)) && first + coach > SEATS_MAX {
            let message = format!(
                "{} seats; an aircraft has at most {SEATS_MAX}",
                first + coach
            );
            self.mistake(line, fields[7].0, 1, message);
        }
        (self.mistakes.len() == before).then(|| Flight {
            designator,
            origin,
            destination,
            departure_minute,
            arrival_minute,
            distance_miles,
            aircraft: fields[6].1.to_string(),
            seats: [first, coach],
        })
    }

    fn designator(&mut self, line: usize, (column, text): (usize, &str)) -> String {
        let carrier = text.bytes().take(2);
        let number = text.bytes().skip(2);
        let good = (3..=6).contains(&text.len())
            && carrier
                .clone()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
            && number.clone().all(|c| c.is_ascii_digit());
        if !good {
            let message = format!(
                "designator `{text}`; expected two letters or digits for the carrier and one to four digits, as `AA1`"
            );
            self.mistake(line, column, text.chars().count(), message);
        }
        text.to_string()
    }

    fn city(&mut self, line: usize, (column, text): (usize, &str), what: &str) -> String {
        if text.len() != 3 || !text.bytes().all(|c| c.is_ascii_uppercase()) {
            let message = format!("{what} `{text}`; expected three capital letters, as `LGA`");
            self.mistake(line, column, text.chars().count(), message);
        }
        text.to_string()
    }

    fn time(&mut self, line: usize, (column, text): (usize, &str), what: &str) -> u16 {
        let digits = text.len() == 4 && text.bytes().all(|c| c.is_ascii_digit());
        let value: u16 = if digits {
            text.parse().unwrap_or(9999)
        } else {
            9999
        };
        let (hour, minute) = (value / 100, value % 100);
        if hour > 23 || minute > 59 {
            let message = format!("{what} `{text}`; expected a time of day from 0000 to 2359");
            self.mistake(line, column, text.chars().count(), message);
            return 0;
        }
        hour * 60 + minute
    }

    fn number(
        &mut self,
        line: usize,
        (column, text): (usize, &str),
        what: &str,
        least: u16,
        most: u16,
    ) -> u16 {
        match text.parse::<u16>() {
            Ok(value) if (least..=most).contains(&value) => value,
            _ => {
                let message = format!("{what} `{text}`; expected a number from {least} to {most}");
                self.mistake(line, column, text.chars().count(), message);
                least
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = include_str!("../../../sites/sabre/schedule.csv");

    fn mistakes(rows: &str) -> Vec<String> {
        let text = format!("{}\n{rows}\n", COLUMNS.join(","));
        let found = Schedule::read("x.csv", &text).expect_err("a mistake");
        found.iter().map(|mistake| mistake.to_string()).collect()
    }

    #[test]
    fn the_sites_schedule_has_a_days_departures() {
        let schedule = Schedule::read("schedule.csv", TEXT).expect("the site's schedule");
        assert_eq!(schedule.flights.len(), 923);
        assert_eq!((schedule.pairs.len(), schedule.sheets.len()), (180, 222));
        for (index, flight) in schedule.flights.iter().enumerate() {
            assert_eq!(schedule.flight(&flight.designator), Some(index as u16));
            let carrier = &flight.designator[..2];
            let aircraft = aircraft_for(carrier, flight.distance_miles);
            assert_eq!(flight.aircraft, aircraft.name);
            assert_eq!(flight.seats, [aircraft.first_seats, aircraft.coach_seats]);
            let (sheet, position) = schedule.sheet_of(index as u16).expect("a sheet");
            let flights = &schedule.sheets[usize::from(sheet)].flights;
            assert_eq!(flights[usize::from(position)], index as u16);
        }
        for pair in &schedule.pairs {
            let first = usize::from(pair.first_sheet);
            let sheets = &schedule.sheets[first..first + usize::from(pair.sheets)];
            let flights: Vec<&Flight> = sheets
                .iter()
                .flat_map(|s| &s.flights)
                .map(|&f| &schedule.flights[usize::from(f)])
                .collect();
            assert!(
                flights
                    .windows(2)
                    .all(|w| w[0].departure_minute <= w[1].departure_minute)
            );
            assert!(flights.iter().all(|flight| flight.cities() == pair.cities));
        }
    }

    #[test]
    fn mistakes_have_their_place() {
        let good = "AA1,LGA,LAX,0900,1130,2475,Boeing 707-123,44,68";
        assert_eq!(
            mistakes(&format!(
                "{good}\nAA1,LGA,ORD,0900,1130,733,Convair 990,34,62"
            )),
            ["x.csv:3:1: designator `AA1` stands also in line 2; expected each once"]
        );
        assert_eq!(
            mistakes("AA1,LGA,LAX,2460,1130,2475,Boeing 707-123,44,68"),
            ["x.csv:2:13: departure `2460`; expected a time of day from 0000 to 2359"]
        );
        assert_eq!(
            mistakes("AA1,LGA,LAX,0900,1130,2475,Boeing 707-123,-4,68"),
            ["x.csv:2:43: first_seats `-4`; expected a number from 0 to 150"]
        );
        assert_eq!(
            mistakes("AA1,LGA,LAX,0900,1130,2475,Boeing 707-123,144,68"),
            ["x.csv:2:43: 212 seats; an aircraft has at most 150"]
        );
        assert_eq!(mistakes("AA1,LGA"), ["x.csv:2:1: 2 fields; expected 9"]);
        assert_eq!(
            mistakes("AA,LÄ,LAX,0900,1130,2475,Boeing 707-123,44,68").len(),
            2
        );
        for text in ["", "# only\n", "a,b\n\0\u{1}"] {
            assert_eq!(Schedule::read("x.csv", text).expect_err("empty").len(), 1);
        }
    }
}
