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
                self.oldest.told()
            ),
        };
        let checked = format!(
            "{} lights of {} answers were true{late}",
            self.lights, self.answers
        );
        self.violations.verdict("availability-fresh", checked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linearisability::{Deed, Event, Id, Outcome, Step};

    const KEY: SeatKey = (0, 0, 0);

    fn at(ms: u64) -> Instant {
        Instant(ms * 1_000_000)
    }

    /// One flight with two seats, both sold by an entry from 10 s to 11 s.
    fn seats() -> Linearisable {
        let mut seats = Linearisable::of(vec![[2, 2], [0, 0]]);
        let id = Id {
            set: 3,
            serial: 1,
            part: 0,
        };
        let name = |_| String::new();
        for (ms, step) in [
            (10_000, Step::Begin(Deed::Sell(2))),
            (11_000, Step::End(Outcome::Done)),
        ] {
            let at = at(ms);
            seats.hear(KEY, Event { at, id, step }, &name);
        }
        seats
    }

    /// What is said of a light shown, of an entry that took so long.
    fn said(lit: bool, asked: u16, entered: u64, shown: u64) -> (Verdict, u64) {
        let mut fresh = Fresh::default();
        let shown = Shown {
            set: 1,
            asked: Asked {
                display: (0, 0),
                seats: asked,
            },
            lights: 0,
            entered: at(entered),
            at: at(shown),
        };
        let name = |_| "AA1 1JUL F".to_owned();
        fresh.shown(&shown, &[(KEY, lit)], &seats(), &name);
        (fresh.verdict(), fresh.late)
    }

    #[test]
    fn a_light_may_be_two_seconds_late() {
        for (lit, asked, shown, good) in [
            (false, 1, 11_500, true),
            (true, 1, 11_500, true),
            (true, 2, 12_900, true),
            (true, 1, 13_001, false),
            (true, 3, 11_500, false),
            (false, 3, 11_500, true),
            (false, 3, 20_000, true),
        ] {
            let (verdict, _) = said(lit, asked, shown - 500, shown);
            assert_eq!(
                verdict.holds, good,
                "{lit} {asked} {shown}: {}",
                verdict.detail
            );
        }
        let (verdict, late) = said(true, 1, 11_100, 11_500);
        let detail =
            "1 lights of 1 answers were true, but 1 that had been so until 500 ms before at most";
        assert_eq!((verdict.detail.as_str(), late), (detail, 1));
        let (verdict, _) = said(true, 1, 20_000, 20_500);
        let detail = "00:00:20.500 set 1: AA1 1JUL F was lit for 1 or more, asked at 00:00:20.000: \
                      0 seats left, and 0 to 2 seats were last left at 00:00:11.000";
        assert_eq!(verdict.detail, detail);
    }

    #[test]
    fn an_answer_held_up_was_right_while_it_was_on_its_way() {
        assert!(said(true, 1, 10_500, 19_000).0.holds);
        assert!(!said(true, 1, 12_000, 19_000).0.holds);
    }

    #[test]
    fn lines_of_a_sheet_have_their_lights() {
        let text = "designator,origin,destination,departure,arrival,distance,aircraft_1962,first_seats,coach_seats\n\
                    AA1,LGA,LAX,0900,1130,2475,Boeing 707-123,34,78\n\
                    AA3,LGA,LAX,0800,1030,2475,Boeing 707-123,34,78\n";
        let schedule = Schedule::read("schedule.csv", text).expect("a good schedule");
        let shown = Shown {
            set: 1,
            asked: Asked {
                display: (0, 5),
                seats: 1,
            },
            lights: 0b1001_0000_0000_0000,
            entered: at(0),
            at: at(1),
        };
        let lines: Vec<_> = lines(&shown, &schedule).collect();
        // Earlier flights first, whatever their numbers.
        let expected = [
            ((1, 5, 0), true),
            ((1, 5, 1), false),
            ((0, 5, 0), false),
            ((0, 5, 1), true),
        ];
        assert_eq!(lines, expected);
    }
}
