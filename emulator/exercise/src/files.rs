//! What the files hold when a run begins: the part of a site's description that only a
//! reservation system has (`files.ron`).
//!
//! The dates for sale, how full the flights are, how many bookings are on file. The opening files
//! are drawn from a seed of their own, so that they are the same for every run of the site.
//!
//! Source: 62 days of inventory, load factors of 53 to 56 per cent on domestic trunk lines in
//! 1961-1963 (literature). Assumed: everything else here.

use serde::{Deserialize, Serialize};

use crate::day::{DAYS_MAX, Today};

/// Most passenger records a site may open with.
pub const PASSENGER_RECORDS_MAX: u32 = 100_000;
/// Passenger records the file map has room for.
pub const PASSENGER_POOL_MAX: u32 = 160_000;

/// Days in the months of a year that is no leap year; the schedule's year, 1962, is none.
const MONTHS: [(&str, u16); 12] = [
    ("JAN", 31),
    ("FEB", 28),
    ("MAR", 31),
    ("APR", 30),
    ("MAY", 31),
    ("JUN", 30),
    ("JUL", 31),
    ("AUG", 31),
    ("SEP", 30),
    ("OCT", 31),
    ("NOV", 30),
    ("DEC", 31),
];

/// Description of the opening files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilesDescription {
    /// Format of this description, 1.
    pub format: u32,
    /// File with the schedule, beside this one.
    pub schedule: String,
    /// First date for sale, as agents type it: `1JUL`.
    pub first_date: String,
    /// Dates for sale, at most 62.
    #[serde(default = "default_days")]
    pub days: u16,
    /// Share of all seats on all dates that are sold when the run begins.
    #[serde(default = "default_load_factor")]
    pub load_factor: f64,
    /// Bookings on file when the run begins.
    pub passenger_records: u32,
    /// Passenger records the files have room for.
    #[serde(default = "default_pool")]
    pub passenger_pool: u32,
    /// Flights that are nearly full on the first dates.
    #[serde(default)]
    pub popular: PopularDescription,
    /// Seed of the opening files, apart from the seed of the run.
    #[serde(default = "default_seed")]
    pub seed: u64,
}

/// Popular flights: those with the greatest demand, on the soonest dates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PopularDescription {
    /// How many flights.
    pub flights: u16,
    /// On how many dates, from the first.
    pub days: u16,
    /// Seats left in coach on each, at most; drawn from 1 up to this.
    pub seats_left_at_most: u16,
}

impl Default for PopularDescription {
    fn default() -> Self {
        PopularDescription {
            flights: 0,
            days: 0,
            seats_left_at_most: 4,
        }
    }
}

fn default_days() -> u16 {
    DAYS_MAX
}

fn default_pool() -> u32 {
    PASSENGER_POOL_MAX
}

fn default_load_factor() -> f64 {
    0.55
}

fn default_seed() -> u64 {
    1962
}

impl FilesDescription {
    /// What is wrong with the values, each with the name of its field.
    pub fn validate(&self) -> Vec<(String, String)> {
        let mut mistakes = Vec::new();
        let mut wrong = |field: &str, message: String| mistakes.push((field.to_string(), message));
        if self.format != 1 {
            wrong("format", format!("format {}; expected 1", self.format));
        }
        if day_of_year(&self.first_date).is_none() {
            let message = format!(
                "date `{}`; expected a day and a month, as `1JUL`",
                self.first_date
            );
            wrong("first_date", message);
        }
        if !(1..=DAYS_MAX).contains(&self.days) {
            wrong(
                "days",
                format!("{} days; expected 1 to {DAYS_MAX}", self.days),
            );
        }
        if !(0.0..=0.9).contains(&self.load_factor) {
            let message = format!("load factor {}; expected 0 to 0.9", self.load_factor);
            wrong("load_factor", message);
        }
        if self.passenger_records > PASSENGER_RECORDS_MAX {
            let message = format!(
                "{} passenger records; at most {PASSENGER_RECORDS_MAX}",
                self.passenger_records
            );
            wrong("passenger_records", message);
        }
        // Beside those on file the program reserves at least two ranges of 64.
        let least = self.passenger_records.saturating_add(130);
        if !(least..=PASSENGER_POOL_MAX).contains(&self.passenger_pool) {
            let message = format!(
                "room for {} passenger records; expected {least} to {PASSENGER_POOL_MAX}",
                self.passenger_pool
            );
            wrong("passenger_pool", message);
        }
        if self.popular.days > self.days {
            let message = format!(
                "{} days; only {} are for sale",
                self.popular.days, self.days
            );
            wrong("popular.days", message);
        }
        if !(1..=100).contains(&self.popular.seats_left_at_most) {
            let message = format!(
                "{} seats; expected 1 to 100",
                self.popular.seats_left_at_most
            );
            wrong("popular.seats_left_at_most", message);
        }
        mistakes
    }

    /// Day of the year, from 0, of the first date.
    pub fn day0(&self) -> u16 {
        day_of_year(&self.first_date).unwrap_or(0)
    }

    /// The date of a day index as agents type it: `12JUL`.
    pub fn date(&self, day: u16) -> String {
        date_text(self.day0() + day)
    }

    /// Day number 0.
    pub fn today(&self) -> Today {
        Today {
            first_day: self.day0(),
            number: 0,
        }
    }

    /// First PNR ordinal not used by the opening files; 0 is no PNR.
    pub fn first_free_pnr(&self) -> u32 {
        self.passenger_records + 1
    }

    /// The symbols given to the assembler with the control program.
    pub fn parameters(&self) -> Vec<(String, i64)> {
        vec![
            ("DAY0".to_string(), i64::from(self.day0())),
            ("NDAYS".to_string(), i64::from(self.days)),
            ("PNR0".to_string(), i64::from(self.first_free_pnr())),
            ("PNRMX".to_string(), i64::from(self.passenger_pool)),
        ]
    }
}

/// Day of the year, from 0, of a date written `1JUL`.
pub fn day_of_year(date: &str) -> Option<u16> {
    let digits = date.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=2).contains(&digits) {
        return None;
    }
    let day: u16 = date[..digits].parse().ok()?;
    let month = MONTHS
        .iter()
        .position(|(name, _)| *name == &date[digits..])?;
    let before: u16 = MONTHS[..month].iter().map(|(_, days)| days).sum();
    (1..=MONTHS[month].1)
        .contains(&day)
        .then(|| before + day - 1)
}

/// Date of a day of the year, from 0; after December comes January.
pub fn date_text(day_of_year: u16) -> String {
    let mut day = day_of_year % 365;
    for (name, days) in MONTHS {
        if day < days {
            return format!("{}{name}", day + 1);
        }
        day -= days;
    }
    unreachable!("the months have 365 days")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_go_there_and_back() {
        assert_eq!(day_of_year("1JAN"), Some(0));
        assert_eq!(day_of_year("1JUL"), Some(181));
        assert_eq!(day_of_year("31DEC"), Some(364));
        for day in 0..365 {
            assert_eq!(day_of_year(&date_text(day)), Some(day));
        }
        assert_eq!(date_text(365), "1JAN");
        for text in ["", "JUL", "0JUL", "31JUN", "29FEB", "1JUl", "100JUL", "1É"] {
            assert_eq!(day_of_year(text), None, "{text}");
        }
    }

    #[test]
    fn absurd_descriptions_are_refused_field_by_field() {
        let files = FilesDescription {
            format: 2,
            schedule: String::new(),
            first_date: "32JUL".to_string(),
            days: 63,
            load_factor: f64::NAN,
            passenger_records: u32::MAX,
            passenger_pool: PASSENGER_POOL_MAX,
            popular: PopularDescription {
                flights: 1,
                days: 64,
                seats_left_at_most: 0,
            },
            seed: 0,
        };
        let mistakes = files.validate();
        let fields: Vec<&str> = mistakes.iter().map(|(field, _)| field.as_str()).collect();
        let expected = [
            "format",
            "first_date",
            "days",
            "load_factor",
            "passenger_records",
            "passenger_pool",
            "popular.days",
            "popular.seats_left_at_most",
        ];
        assert_eq!(fields, expected);
    }
}
