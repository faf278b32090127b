//! Live again: after the last repair the system must answer again.
//!
//! What broke was mended, a machine was loaded, a unit came back: from that instant, within a
//! stated time, every entry then held must be answered (or given up by its agent for other text),
//! and at the end of the run nothing may be held. A later repair starts the time anew: only the
//! last one counts.

use std::collections::BTreeSet;

use clock::{Instant, Span};
use serde::{Deserialize, Serialize};
use site::Record;

use super::ledger::Ledger;
use super::{Verdict, Violations};

/// The judge's state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Live {
    /// The last repair.
    healed_at: Option<Instant>,
    /// Entries held then and not yet answered: set and serial.
    held: BTreeSet<(u16, u16)>,
    /// The last of them was answered.
    answered_at: Option<Instant>,
}

/// Whether something that was broken works again from now on.
fn heals(record: &Record) -> bool {
    matches!(
        record,
        Record::Healed { mended: true, .. }
            | Record::MachineStarted { .. }
            | Record::Unit {
                available: true,
                ..
            }
    )
}

impl Live {
    /// A record of the run.
    pub fn observe(&mut self, at: Instant, record: &Record, ledger: &Ledger) {
        // Both machines start when the run does: nothing was broken.
        if at > Instant::ZERO && heals(record) {
            let held = ledger.all_open().map(|(set, open)| (set, open.serial));
            self.held = held.collect();
            self.healed_at = Some(at);
            self.answered_at = None;
        }
    }

    /// An entry was answered, or given up.
    pub fn over(&mut self, at: Instant, set: u16, serial: u16) {
        if self.held.remove(&(set, serial)) && self.held.is_empty() {
            self.answered_at = Some(at);
        }
    }

    /// The last repair.
    pub fn healed_at(&self) -> Option<Instant> {
        self.healed_at
    }

    /// The verdict at the end of the run; `within` is the time allowed, zero for no bound.
    pub fn verdict(&self, within: Span, ledger: &Ledger) -> Verdict {
        let mut violations = Violations::default();
        let mut unanswered: Vec<_> = ledger.unanswered().collect();
        unanswered.sort_by_key(|(set, entry)| (entry.accepted_at, *set));
        for (set, entry) in unanswered {
            violations.add(entry.accepted_at, || {
                format!(
                    "`{}` of set {set}, serial {}, was still without an answer when the settling \
                     time ended",
                    entry.text, entry.serial
                )
            });
        }
        let mut checked = "everything held was answered".to_owned();
        if let (Some(healed), true) = (self.healed_at, within > Span::ZERO) {
            let took = self.answered_at.map_or(Span::ZERO, |at| at - healed);
            if !self.held.is_empty() {
                violations.add(healed, || {
                    format!("{} entries held at the last repair", self.held.len())
                        + " were never answered"
                });
            } else if took > within {
                violations.add(healed, || {
                    format!(
                        "what was held at the last repair was answered after {}, the bound is {}",
                        took.told(),
                        within.told()
                    )
                });
            } else {
                checked.push_str("; all held at the last repair after ");
                checked.push_str(&took.told());
            }
        }
        violations.verdict("live-again", checked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use site::fault::{Fault, Target};

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Span::from_secs(seconds)
    }

    fn healed() -> Record {
        let machine = Target::A;
        Record::Healed {
            fault: Fault::SlowMachine { machine, times: 3 },
            mended: true,
        }
    }

    /// An entry of set 1 held at a repair at 20 s is answered at `answered`.
    fn judge(answered: u64) -> Verdict {
        let mut ledger = Ledger::new(2);
        ledger.typed(at(10), 1, "E");
        ledger.accepted(at(10), 1, 1, false);
        let mut live = Live::default();
        live.observe(at(20), &healed(), &ledger);
        ledger.answer(at(answered), 1, 1, "OK", None, true);
        live.over(at(answered), 1, 1);
        live.verdict(Span::from_secs(15), &ledger)
    }

    #[test]
    fn what_is_held_at_the_last_repair_must_be_answered_in_time() {
        let good = judge(35);
        assert!(good.holds, "{}", good.detail);
        assert!(good.detail.contains("after 15 s"), "{}", good.detail);
        let late = judge(36);
        assert!(!late.holds);
        assert!(late.detail.contains("after 16 s"), "{}", late.detail);
    }

    #[test]
    fn what_is_never_answered_breaks_it_whenever_it_was_entered() {
        let mut ledger = Ledger::new(2);
        let mut live = Live::default();
        live.observe(at(20), &healed(), &ledger);
        ledger.typed(at(30), 1, "E");
        ledger.accepted(at(30), 1, 1, false);
        let verdict = live.verdict(Span::ZERO, &ledger);
        assert!(!verdict.holds);
        assert!(
            verdict.detail.contains("`E` of set 1"),
            "{}",
            verdict.detail
        );
    }
}
