//! Live again: after the last repair the scopes must be written anew, and go on being.
//!
//! A display at least within the stated time after each repair that is the last one, and one not
//! longer ago than a frame when the run ends.

use clock::{Instant, Span};
use serde::{Deserialize, Serialize};

use super::switchover::FRAME;
use crate::judges::{Verdict, Violations};

/// The judge's state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Live {
    healed_at: Option<Instant>,
    shown_after: Option<Instant>,
    shown_at: Option<Instant>,
}

impl Live {
    /// Something that was broken works again.
    pub fn healed(&mut self, at: Instant) {
        if at > Instant::ZERO {
            self.healed_at = Some(at);
            self.shown_after = None;
        }
    }

    /// The last repair.
    pub fn healed_at(&self) -> Option<Instant> {
        self.healed_at
    }

    /// The scopes are written anew.
    pub fn display(&mut self, at: Instant) {
        self.shown_at = Some(at);
        self.shown_after.get_or_insert(at);
    }

    /// The verdict at the end; `within` is the time allowed after a repair, zero for no bound.
    pub fn verdict(&self, now: Instant, within: Span) -> Verdict {
        let mut violations = Violations::default();
        let since = |at: Option<Instant>| now.saturating_since(at.unwrap_or(Instant::ZERO));
        if since(self.shown_at) > FRAME {
            violations.add(now, || match self.shown_at {
                Some(at) => format!("the last display was at {at}, and the run is over"),
                None => "nothing was ever shown".to_owned(),
            });
        } else if let Some(healed) = self.healed_at.filter(|_| within > Span::ZERO) {
            let due = healed + within;
            if self.shown_after.map_or(now > due, |at| at > due) {
                violations.add(healed, || {
                    format!(
                        "nothing was shown within {} of the last repair",
                        within.told()
                    )
                });
            }
        }
        let checked = match self.healed_at {
            None => "nothing had to be mended, and the scopes were written to the end".to_owned(),
            Some(at) => {
                format!("the last repair was at {at}, and the scopes were written to the end")
            }
        };
        violations.verdict("live-again", checked)
    }
}

#[cfg(test)]
mod tests {
    use super::super::sky::tests::at;
    use super::*;

    #[test]
    fn the_scopes_must_be_written_to_the_end() {
        let mut judge = Live::default();
        assert!(!judge.verdict(at(60.0), Span::ZERO).holds);
        judge.display(at(50.0));
        assert!(judge.verdict(at(60.0), Span::ZERO).holds);
        assert!(!judge.verdict(at(70.0), Span::ZERO).holds);
    }

    #[test]
    fn and_soon_after_a_repair() {
        let mut judge = Live::default();
        judge.display(at(5.0));
        judge.healed(at(10.0));
        judge.display(at(45.0));
        judge.display(at(58.0));
        assert!(judge.verdict(at(60.0), Span::from_secs(40)).holds);
        assert!(!judge.verdict(at(60.0), Span::from_secs(30)).holds);
    }
}
