//! Sums for reports: percentiles of response times and shares.
//!
//! Response times are counted in classes a thousandth wide, so that a run of months needs no more room
//! than one of minutes and the percentiles do not depend on the order in which answers came. A class
//! is given by the ten leading bits of the time in nanoseconds; a percentile is the end of its class,
//! at most 0.2 % too much, and never more than the longest time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use clock::Span;

/// Leading bits that tell a class.
const BITS: u32 = 10;

/// Response times.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Responses {
    /// How many by the last nanosecond of their class.
    classes: BTreeMap<u64, u64>,
    all: u64,
    longest: Span,
}

/// The last nanosecond of the class of a time.
fn class_of(ns: u64) -> u64 {
    let dropped = (u64::BITS - ns.leading_zeros()).saturating_sub(BITS);
    ns | ((1 << dropped) - 1)
}

impl Responses {
    /// One more.
    pub fn add(&mut self, time: Span) {
        *self.classes.entry(class_of(time.0)).or_default() += 1;
        self.all += 1;
        self.longest = self.longest.max(time);
    }

    /// How many.
    pub fn len(&self) -> u64 {
        self.all
    }

    /// None yet?
    pub fn is_empty(&self) -> bool {
        self.all == 0
    }

    /// The smallest time that at least `percent` of all do not exceed (nearest rank); 0 for none.
    pub fn percentile(&self, percent: u32) -> Span {
        let rank = (self.all * u64::from(percent)).div_ceil(100).max(1);
        let mut seen = 0;
        let class = self.classes.iter().find(|&(_, count)| {
            seen += count;
            seen >= rank
        });
        class.map_or(Span::ZERO, |(&end, _)| Span(end).min(self.longest))
    }

    /// Several percentiles.
    pub fn percentiles(&self, percents: &[u32]) -> Vec<Span> {
        percents
            .iter()
            .map(|&percent| self.percentile(percent))
            .collect()
    }

    /// The longest; 0 for none.
    pub fn longest(&self) -> Span {
        self.longest
    }
}

/// `part` of `whole` in per cent with one decimal; 0 when there is no whole.
pub fn per_cent(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    let tenths = u128::from(part) * 1000 / u128::from(whole);
    tenths as f64 / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let mut responses = Responses::default();
        assert_eq!(responses.percentile(90), Span::ZERO);
        for n in (1..=10).rev() {
            responses.add(Span(n));
        }
        assert_eq!(
            responses.percentiles(&[0, 50, 90, 99, 100]),
            [1, 5, 9, 10, 10].map(Span)
        );
        assert_eq!(responses.longest(), Span(10));
    }

    #[test]
    fn a_class_is_narrow_and_long_runs_need_no_more_room() {
        let mut responses = Responses::default();
        for n in 0..100_000 {
            responses.add(Span(1_000_000 + n * 10_000));
        }
        let half = responses.percentile(50).0 as f64;
        let exact = 1_000_000.0 + 49_999.0 * 10_000.0;
        assert!((half / exact - 1.0).abs() < 0.002, "{half}");
        assert!(
            responses.classes.len() < 6_000,
            "{}",
            responses.classes.len()
        );
        assert_eq!(
            (responses.len(), responses.percentile(100)),
            (100_000, responses.longest())
        );
    }

    #[test]
    fn shares() {
        assert_eq!(per_cent(1, 3), 33.3);
        assert_eq!(per_cent(1, 0), 0.0);
    }
}
