//! Availability lags, and how far it may.
//!
//! The lights of an air information sheet say, for sixteen lines, whether at least so many seats are
//! left (the summary counts to three). They are no part of a linearisable history: an agent
//! who looks at lights is promised only that what they say was so within the last two seconds, or while
//! the entry was on its way (an answer that a takeover held up was right when it was made).
//!
//! How many seats were left is known from what the terminals were told, within bounds: see
//! [`Linearisable::ranges`]. A lit line must lie within the reach of the most that may have been
//! left, a dark one of the least.

use clock::{Instant, Span};
use serde::{Deserialize, Serialize};

use super::linearisable::Linearisable;
use super::operations::Asked;
use crate::judges::booking_model::SeatKey;
use crate::judges::{Verdict, Violations};
use crate::linearisability::Range;
use crate::schedule::{Class, Schedule};

/// A count shown was true so long ago at most.
pub const LAG: Span = Span::from_secs(2);

/// The summary counts no further.
const COUNTED: u16 = 3;

/// The judge's state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fresh {
    answers: u64,
    /// Lights, lit or dark, that say something of a flight.
    lights: u64,
    /// Those that were not true any more when they were shown, and by how much the worst.
    late: u64,
    oldest: Span,
    violations: Violations,
}

/// Lights shown at a set.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// The set.
    pub set: u16,
    /// What was asked for.
    pub asked: Asked,
    /// The lights, line 1 leftmost.
    pub lights: u16,
    /// When the entry was accepted.
    pub entered: Instant,
    /// When they were shown.
    pub at: Instant,
}

/// Flight and light of each line of a sheet.
pub fn lines(shown: &Shown, schedule: &Schedule) -> impl Iterator<Item = (SeatKey, bool)> {
    let (sheet, day) = shown.asked.display;
    let sheet = schedule.sheets.get(usize::from(sheet));
    let flights = sheet.map_or(&[][..], |sheet| &sheet.flights);
    let lights = shown.lights;
    let flights = flights.iter().enumerate();
    flights.flat_map(move |(place, &flight)| {
        Class::ALL.map(|class| {
            let line = place * 2 + class as usize;
            ((flight, day, class as u8), lights << line & 0x8000 != 0)
        })
    })
}

impl Fresh {
    /// Lights were shown.
    pub fn shown(
        &mut self,
        shown: &Shown,
        lines: &[(SeatKey, bool)],
        seats: &Linearisable,
        name: &dyn Fn(SeatKey) -> String,
    ) {
        self.answers += 1;
        let asked = i32::from(shown.asked.seats.min(COUNTED));
        let since = Instant(shown.at.0.saturating_sub(LAG.0)).min(shown.entered);
        for &(key, lit) in lines {
            self.lights += 1;
            let agrees = |left: Range| match lit {
                true => left.most >= asked,
                false => left.least < asked,
            };
            let then = seats.ranges(key, shown.at).find(|&(_, left)| agrees(left));
            match then {
                Some((until, _)) if until >= shown.at => continue,
                Some((until, _)) if until >= since => {
                    self.late += 1;
                    self.oldest = self.oldest.max(shown.at - until);
                    continue;
                }
                _ if since < seats.known_since(shown.at) => continue,
                _ => {}
            }
            let now = seats.range(key);
            self.violations.add(shown.at, || {
                let light = if lit { "lit" } else { "dark" };
                let last = match then {
                    Some((until, left)) => format!("{left} were last left at {until}"),
                    None => format!("it was not so at any time since {}", seats.known_since(shown.at)),
                };
                format!(
                    "set {}: {} was {light} for {asked} or more, asked at {}: {now} left, and {last}",
                    shown.set,
                    name(key),
                    shown.entered
                )
            });
        }
    }

    /// The verdict, at the end.
    pub fn verdict(&self) -> Verdict {
        let late = match self.late {
            0 => String::new(),
            late => format!(
                ", but {late} that had been so until {} before at most",
                self.oldest
            ),
        };
        let checked = format!(
            "{} lights of {} answers were true{late}",
            self.lights, self.answers
        );
        self.violations.verdict("availability-fresh", checked)
    }
}
