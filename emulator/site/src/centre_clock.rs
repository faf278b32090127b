//! The centre's clock: date and time of day, which both machines read.
//!
//! A 7090 knows how long it has run, not what day it is. Installations that had to know it read a
//! clock on the wall; a Chronolog clock answered like a tape unit. We have no tape, so the clock
//! hangs on the direct data connections of channels G and H, ten sense lines each, and every machine
//! stores them with SSLG and SSLH:
//!
//! | channel | lines, octal | meaning |
//! |---|---|---|
//! | G | 777 | day of the year, 1-365, binary |
//! | G | 1000 | after noon |
//! | H | 1777 | minutes since midnight or noon, 0-719, binary |
//!
//! It is equipment of the building and always right; what a machine's own interval clock loses is
//! the machine's. A program reads G, H and G again, for the minute may pass in between.
//!
//! Source: that clocks were attached to 7090s: Chronolog clock, IBM 7090 reference. Assumed: this
//! connection and its code, a year of 365 days.

use clock::{Instant, Span};
use serde::{Deserialize, Serialize};

/// Channel of the day.
pub const DAY_CHANNEL: u8 = 6;
/// Channel of the minute.
pub const MINUTE_CHANNEL: u8 = 7;
/// Minutes of a day.
pub const MINUTES_PER_DAY: u32 = 1440;
/// Days of a year.
pub const DAYS_PER_YEAR: u32 = 365;

const AFTER_NOON: u16 = 0o1000;

/// What it showed at instant 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CentreClock {
    /// Since the year began.
    at_zero: Span,
}

impl CentreClock {
    /// Shows minute `minute` of day `day_of_year`, from 0, at instant 0.
    pub fn new(day_of_year: u16, minute: u32) -> Self {
        let minutes = u64::from(day_of_year) * u64::from(MINUTES_PER_DAY) + u64::from(minute);
        CentreClock {
            at_zero: Span::from_secs(60 * minutes),
        }
    }

    /// Day of the year, from 0, and minute of the day.
    pub fn shows(&self, now: Instant) -> (u16, u16) {
        let minutes = (self.at_zero.0 + now.0) / (60 * 1_000_000_000);
        let day = minutes / u64::from(MINUTES_PER_DAY) % u64::from(DAYS_PER_YEAR);
        (day as u16, (minutes % u64::from(MINUTES_PER_DAY)) as u16)
    }

    /// What a channel's sense lines store; no lines where no clock hangs.
    pub fn lines(&self, channel: u8, now: Instant) -> u16 {
        let (day, minute) = self.shows(now);
        let after_noon = if minute >= 720 { AFTER_NOON } else { 0 };
        match channel {
            DAY_CHANNEL => (day + 1) | after_noon,
            MINUTE_CHANNEL => minute % 720,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_turns_over() {
        let clock = CentreClock::new(364, 1439);
        let at = |seconds: u64| Instant(seconds * 1_000_000_000);
        assert_eq!(clock.lines(DAY_CHANNEL, at(59)), 365 | AFTER_NOON);
        assert_eq!(clock.lines(MINUTE_CHANNEL, at(59)), 719);
        assert_eq!(clock.lines(DAY_CHANNEL, at(60)), 1);
        assert_eq!(clock.lines(MINUTE_CHANNEL, at(60)), 0);
        assert_eq!(clock.lines(5, at(60)), 0);
    }
}
