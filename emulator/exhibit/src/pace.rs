//! How fast virtual time goes by the clock on the wall.
//!
//! A host that falls behind a little runs faster until it has caught up. What it falls behind more
//! than [`SLACK`] is lost for good: otherwise a laptop that slept a night would rush through a
//! night of bookings under the visitors' fingers. Time lost is counted and told, at most
//! twice a minute. Times by the wall are counted from the begin; nothing here looks at the clock.

use std::time::Duration;

use clock::{Instant, Span};

/// The host may be behind by so much and catch up.
pub const SLACK: Duration = Duration::from_millis(500);
/// So much must be lost before anybody is told.
const TELL: Duration = Duration::from_secs(1);
/// After one was told, nobody is told for so long.
const TELL_EVERY: Duration = Duration::from_secs(30);

/// Virtual time held to a multiple of the wall's.
#[derive(Clone, Debug, PartialEq)]
pub struct Pace {
    times: f64,
    first: Instant,
    /// Time by the wall that was given up.
    lost: Duration,
    told: Duration,
    next_telling: Duration,
}

impl Pace {
    /// `times` virtual seconds a second, from the instant `first` on.
    pub fn new(times: f64, first: Instant) -> Pace {
        Pace {
            times,
            first,
            lost: Duration::ZERO,
            told: Duration::ZERO,
            next_telling: Duration::ZERO,
        }
    }

    /// When the virtual instant `now` is due.
    pub fn due(&self, now: Instant) -> Duration {
        let passed = (now - self.first).as_seconds_f64();
        self.lost + Duration::from_secs_f64(passed / self.times)
    }

    /// It is `wall`, and virtual time has reached `now`. Gives the virtual time lost since the last
    /// telling and altogether, if there is something to tell.
    pub fn reached(&mut self, now: Instant, wall: Duration) -> Option<(Span, Span)> {
        let behind = wall.saturating_sub(self.due(now));
        self.lost += behind.saturating_sub(SLACK);
        let untold = self.lost - self.told;
        if untold < TELL || wall < self.next_telling {
            return None;
        }
        self.told = self.lost;
        self.next_telling = wall + TELL_EVERY;
        Some((self.virtual_time(untold), self.virtual_time(self.lost)))
    }

    /// Virtual time that was given up.
    pub fn lost(&self) -> Span {
        self.virtual_time(self.lost)
    }

    fn virtual_time(&self, wall: Duration) -> Span {
        Span::from_seconds_f64(wall.as_secs_f64() * self.times)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(n: f64) -> Duration {
        Duration::from_secs_f64(n)
    }

    #[test]
    fn a_small_delay_is_caught_up() {
        let mut pace = Pace::new(2.0, Instant(1_000_000_000));
        assert_eq!(pace.due(Instant(5_000_000_000)), seconds(2.0));
        assert_eq!(pace.reached(Instant(5_000_000_000), seconds(2.2)), None);
        assert_eq!(pace.due(Instant(7_000_000_000)), seconds(3.0));
        assert_eq!(pace.lost, Duration::ZERO);
    }

    #[test]
    fn a_night_asleep_is_given_up_and_told_once() {
        let mut pace = Pace::new(2.0, Instant::ZERO);
        let night = seconds(8.0 * 3600.0);
        let told = pace.reached(Instant(2_000_000_000), seconds(1.0) + night);
        let lost = Span::from_secs(16 * 3600 - 1);
        assert_eq!(told, Some((lost, lost)));
        // But for the slack, it goes at its speed again.
        assert_eq!(
            pace.due(Instant(4_000_000_000)),
            seconds(2.0) + night - SLACK
        );
        assert_eq!(
            pace.reached(Instant(4_000_000_000), seconds(2.0) + night),
            None
        );
        assert_eq!(pace.lost(), lost);
    }

    #[test]
    fn a_host_too_slow_for_ever_is_told_of_now_and_then() {
        let mut pace = Pace::new(1.0, Instant::ZERO);
        let tellings = (1..=100).filter(|&second| {
            // Half a virtual second a second.
            let now = Instant(second * 500_000_000);
            pace.reached(now, Duration::from_secs(second)).is_some()
        });
        assert_eq!(tellings.collect::<Vec<u64>>(), [3, 33, 63, 93]);
        assert_eq!(pace.lost(), Span::from_millis(49_500));
    }
}
