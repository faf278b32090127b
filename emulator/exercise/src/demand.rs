//! Which flights and dates people want.
//!
//! Demand is uneven: a few flights everybody asks for, a long tail, and most trips within some
//! weeks. The same weights fill the opening files and lead the callers of a run, so that the
//! flights that are nearly full are those that are asked for.
//!
//! Flight of rank r (from 0, ranks dealt out by the files' seed): weight seats / (r + 12).
//! Day d (from 0): weight 1 / (d + 8). Assumed: both curves; no source gives demand by flight.

use clock::random::Stream;

use crate::files::FilesDescription;
use crate::schedule::Schedule;

/// Weights are whole numbers, these times the curves above.
const SCALE: u64 = 100_000;

/// Weights of flights and days, and the popular flights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// Rank of each flight, 0 the most wanted.
    pub rank: Vec<u16>,
    /// Flights in order of rank.
    pub by_rank: Vec<u16>,
    /// Sums of the weights of flights 0 to n.
    flight_sums: Vec<u64>,
    /// Sums of the weights of days 0 to n.
    day_sums: Vec<u64>,
    /// The popular flights, most wanted first.
    pub popular_flights: Vec<u16>,
    /// Popular on the days below this.
    pub popular_days: u16,
}

impl Demand {
    /// The demand for a schedule; drawn from the files' own seed.
    pub fn new(schedule: &Schedule, files: &FilesDescription) -> Demand {
        let mut stream = Stream::new(files.seed, "files/demand");
        let mut by_rank: Vec<u16> = (0..schedule.flights.len() as u16).collect();
        stream.shuffle(&mut by_rank);
        let mut rank = vec![0; by_rank.len()];
        for (index, &flight) in by_rank.iter().enumerate() {
            rank[usize::from(flight)] = index as u16;
        }
        let flight_weights = schedule.flights.iter().zip(&rank).map(|(flight, &rank)| {
            SCALE * u64::from(flight.seats[0] + flight.seats[1]) / (u64::from(rank) + 12)
        });
        let day_weights = (0..u64::from(files.days)).map(|day| SCALE / (day + 8));
        Demand {
            popular_flights: by_rank
                .iter()
                .copied()
                .take(files.popular.flights.into())
                .collect(),
            popular_days: files.popular.days,
            flight_sums: running_sums(flight_weights),
            day_sums: running_sums(day_weights),
            rank,
            by_rank,
        }
    }

    /// Draws a flight by its weight.
    pub fn flight(&self, stream: &mut Stream) -> u16 {
        draw(&self.flight_sums, stream)
    }

    /// Draws a day by its weight.
    pub fn day(&self, stream: &mut Stream) -> u16 {
        draw(&self.day_sums, stream)
    }

    /// True for the flights and dates that open nearly full.
    pub fn is_popular(&self, flight: u16, day: u16) -> bool {
        let rank = self
            .rank
            .get(usize::from(flight))
            .copied()
            .unwrap_or(u16::MAX);
        usize::from(rank) < self.popular_flights.len() && day < self.popular_days
    }
}

fn running_sums(weights: impl Iterator<Item = u64>) -> Vec<u64> {
    weights
        .scan(0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        })
        .collect()
}

fn draw(sums: &[u64], stream: &mut Stream) -> u16 {
    let total = sums.last().copied().unwrap_or(0).max(1);
    let point = stream.below(total);
    sums.partition_point(|&sum| sum <= point)
        .min(sums.len().saturating_sub(1)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_follows_its_weights() {
        let sums = running_sums([1, 0, 3].into_iter());
        let mut stream = Stream::new(1, "test/demand");
        let mut hits = [0; 3];
        for _ in 0..4000 {
            hits[usize::from(draw(&sums, &mut stream))] += 1;
        }
        assert_eq!(hits[1], 0);
        assert!((2800..3200).contains(&hits[2]), "{hits:?}");
    }
}
