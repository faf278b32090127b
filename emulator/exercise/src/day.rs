//! Days as the files count them.
//!
//! A *day number* counts from the first day of the files, on which a run begins. Inventory and
//! summaries have 64 *places* for days; a day's place is its number modulo 64, and a segment has the
//! place. At most 62 days are for sale, today first: so a place tells its day as soon as it is known
//! what day it is.
//!
//! | place | days ahead of today |
//! |---|---|
//! | today's and the 61 after it | 0 to 61 |
//! | yesterday's | -1 |
//! | the day's before, made ready for the day to be opened at midnight | -2 |
//!
//! Assumed: all of it.

use serde::{Deserialize, Serialize};

use crate::files::{date_text, day_of_year};

/// Places for days.
pub const PLACES: u16 = 64;
/// Most days for sale.
pub const DAYS_MAX: u16 = 62;

/// The place of a day.
pub fn place(number: u16) -> u16 {
    number % PLACES
}

/// What day it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Today {
    /// Day of the year, from 0, of day number 0.
    pub first_day: u16,
    /// Number of today.
    pub number: u16,
}

impl Today {
    /// Days from today to the day of a place, -2 to 61.
    pub fn ahead(self, of: u16) -> i32 {
        let ahead = i32::from((of + PLACES - place(self.number)) % PLACES);
        match ahead < i32::from(DAYS_MAX) {
            true => ahead,
            false => ahead - i32::from(PLACES),
        }
    }

    /// The day of a place has passed.
    pub fn departed(self, of: u16) -> bool {
        self.ahead(of) < 0
    }

    /// Place of the day whose number is greatest: the last that may be for sale.
    pub fn last_place(self) -> u16 {
        place(self.number + DAYS_MAX - 1)
    }

    /// Place of the day for which the next midnight opens the files.
    pub fn next_place(self) -> u16 {
        place(self.number + DAYS_MAX)
    }

    /// Place of a date as typed and printed, `12JUL`; of the days of that date it is the one next to
    /// today, at most two days ago.
    pub fn place_of(self, date: &str) -> Option<u16> {
        let year = 365;
        let wanted = u32::from(day_of_year(date)?);
        let first = u32::from(self.first_day) + u32::from(self.number) + year - 2;
        let after = (wanted + year - first % year) % year;
        Some(place(
            (u32::from(self.number) + PLACES as u32 - 2 + after) as u16,
        ))
    }

    /// The date of a place: `12JUL`.
    pub fn date(self, of: u16) -> String {
        let days = i32::from(self.first_day) + i32::from(self.number) + self.ahead(of);
        date_text(days.rem_euclid(365) as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_dates_agree_at_any_time_of_the_year() {
        for number in 0..800 {
            let today = Today {
                first_day: 181,
                number,
            };
            for of in 0..PLACES {
                assert_eq!(today.place_of(&today.date(of)), Some(of), "day {number}");
            }
            assert_eq!(today.ahead(place(number)), 0);
            assert_eq!(today.ahead(today.last_place()), 61);
            assert_eq!(today.ahead(today.next_place()), -2);
            assert!(today.departed(today.next_place()));
        }
        assert_eq!(
            Today {
                first_day: 181,
                number: 0
            }
            .date(11),
            "12JUL"
        );
    }
}
