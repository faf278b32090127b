//! The pace of something that counts: cycles of a processor, pulses of a computer.
//!
//! A machine's own time is a count; its instant follows from how long one unit takes, and since
//! when. A slow machine is one whose unit is longer from some count on.

use serde::{Deserialize, Serialize};

use crate::time::{Instant, Span};

/// How long a unit takes, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// The instant at which the count stood at `count`.
    since: Instant,
    /// The count then.
    count: u64,
    /// Length of a unit since then.
    unit: Span,
}

impl Pace {
    /// A count of 0 at an instant. A unit takes at least a nanosecond.
    pub fn new(since: Instant, unit: Span) -> Pace {
        let unit = unit.max(Span(1));
        Pace {
            since,
            count: 0,
            unit,
        }
    }

    /// How long a unit takes now.
    pub fn unit(&self) -> Span {
        self.unit
    }

    /// The instant of a count not before the last [`Pace::set`].
    pub fn at(&self, count: u64) -> Instant {
        self.since + self.unit * (count - self.count)
    }

    /// The count at an instant or, between two, the next.
    pub fn count_at(&self, at: Instant) -> u64 {
        self.count + at.saturating_since(self.since).0.div_ceil(self.unit.0)
    }

    /// From `count` on, which is now, a unit takes so long. False if it did before.
    pub fn set(&mut self, count: u64, unit: Span) -> bool {
        let unit = unit.max(Span(1));
        let changed = self.unit != unit;
        if changed {
            *self = Pace {
                since: self.at(count),
                count,
                unit,
            };
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_machine_takes_longer_from_then_on() {
        let mut pace = Pace::new(Instant(1_000), Span(500));
        assert_eq!(pace.at(4), Instant(3_000));
        assert_eq!(pace.count_at(Instant(2_999)), 4);
        assert_eq!(pace.count_at(Instant(3_000)), 4);
        assert_eq!(pace.count_at(Instant(3_001)), 5);
        assert!(pace.set(4, Span(1_500)) && !pace.set(4, Span(1_500)));
        assert_eq!(pace.at(4), Instant(3_000));
        assert_eq!(pace.at(6), Instant(6_000));
        assert!(pace.set(6, Span(500)));
        assert_eq!(pace.count_at(Instant(6_500)), 7);
    }
}
