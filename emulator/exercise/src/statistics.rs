//! Sums for reports: percentiles of response times and shares.
//!
//! Response times are kept whole (one number an entry; a rush hour has some ninety thousand), so
//! the percentiles are exact and do not depend on the order in which answers came.

use serde::{Deserialize, Serialize};

use clock::Span;

/// Response times, nanoseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Responses {
    times_ns: Vec<u64>,
}

impl Responses {
    /// One more.
    pub fn add(&mut self, time: Span) {
        self.times_ns.push(time.0);
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.times_ns.len()
    }

    /// None yet?
    pub fn is_empty(&self) -> bool {
        self.times_ns.is_empty()
    }

    /// The smallest time that at least `percent` of all do not exceed (nearest rank); 0 for none.
    pub fn percentile(&self, percent: u32) -> Span {
        self.percentiles(&[percent])[0]
    }

    /// Several percentiles by one sorting.
    pub fn percentiles(&self, percents: &[u32]) -> Vec<Span> {
        let mut sorted = self.times_ns.clone();
        sorted.sort_unstable();
        percents
            .iter()
            .map(|&percent| {
                if sorted.is_empty() {
                    return Span::ZERO;
                }
                let rank = (sorted.len() * percent as usize).div_ceil(100);
                Span(sorted[rank.clamp(1, sorted.len()) - 1])
            })
            .collect()
    }

    /// The longest; 0 for none.
    pub fn longest(&self) -> Span {
        Span(self.times_ns.iter().copied().max().unwrap_or(0))
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
    fn shares() {
        assert_eq!(per_cent(1, 3), 33.3);
        assert_eq!(per_cent(1, 0), 0.0);
    }
}
