//! Were the script's expectations met?

use clock::Span;
use serde::{Deserialize, Serialize};

use super::Report;
use crate::driver::Outcome;
use crate::script::{Condition, Script, Text};

/// An expectation and whether it was met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Met {
    /// Its name.
    pub name: String,
    /// Text for people, by language.
    pub text: Text,
    /// Met.
    pub met: bool,
    /// Points it is worth.
    pub points: u32,
    /// What was found.
    pub found: String,
}

/// Points reached and possible.
pub fn points(script: &Script, met: &[Met]) -> (u32, u32) {
    let possible = script.expectations.iter().map(|e| e.points);
    let reached = met.iter().filter(|m| m.met).map(|m| m.points);
    let sum =
        |points: &mut dyn Iterator<Item = u32>| points.fold(0u32, |sum, p| sum.saturating_add(p));
    (sum(&mut { reached }), sum(&mut { possible }))
}

/// Every expectation of the script; `holds` says whether a condition is met and what was found.
pub fn judge(script: &Script, holds: &dyn Fn(&Condition) -> (bool, String)) -> Vec<Met> {
    let expectations = script.expectations.iter();
    expectations
        .map(|expectation| {
            let (met, found) = holds(&expectation.condition);
            Met {
                name: expectation.name.clone(),
                text: expectation.text.clone(),
                met,
                points: expectation.points,
                found,
            }
        })
        .collect()
}

/// Whether a condition is met at a reservation site, and what was found.
pub fn holds(condition: &Condition, report: &Report, outcome: &Outcome) -> (bool, String) {
    let at_least = |found: u64, wanted: u64| (found >= wanted, found.to_string());
    let automatic = || outcome.takeovers.iter().filter(|t| t.automatic());
    match condition {
        Condition::Refusals(n) => at_least(report.traffic.sells_refused, *n),
        Condition::HoldWaits(n) => at_least(report.traffic.hold_waits, *n),
        Condition::SentAgain(n) => at_least(report.traffic.sent_again, *n),
        Condition::StoredAnswersAgain(n) => at_least(report.traffic.stored_answers_again, *n),
        Condition::Answered(n) => at_least(report.entries.answered, *n),
        Condition::Takeovers(n) => {
            let found = outcome.takeovers.iter().filter(|t| t.is_takeover());
            let found = found.count() as u64;
            (found == *n, found.to_string())
        }
        Condition::Switchovers(n) => {
            let planned = |cause: &str| cause.ends_with("switchover");
            let moves = report.takeovers.iter();
            let found = moves.filter(|t| planned(&t.cause)).count() as u64;
            (found == *n, found.to_string())
        }
        Condition::OutageAtMost(bound) => {
            let mut longest = Span::ZERO;
            for takeover in automatic() {
                match takeover.felt() {
                    Some(outage) => longest = longest.max(outage),
                    None => return (false, "no answer after a takeover".to_owned()),
                }
            }
            (longest <= *bound, longest.told())
        }
        Condition::AnsweredWithin(bound) => {
            let mut longest = Span::ZERO;
            for takeover in automatic() {
                match takeover.held_answered() {
                    Some(time) => longest = longest.max(time),
                    None => return (false, "an entry is still held".to_owned()),
                }
            }
            (longest <= *bound, longest.told())
        }
        Condition::PassengerRecordsAtMost(most) => {
            let found = outcome.passenger_records;
            (found <= *most, found.to_string())
        }
        Condition::ResponseP90AtMost(bound) => {
            let found = outcome.traffic.responses.percentile(90);
            (found <= *bound, found.told())
        }
        Condition::BusyAtMost(percent) => {
            let busiest = report
                .machines
                .values()
                .filter(|m| m.active_s > 0.0)
                .map(|m| m.busy)
                .fold(0.0, f64::max);
            (
                busiest * 100.0 <= f64::from(*percent),
                format!("{:.1} %", busiest * 100.0),
            )
        }
        other => (false, no_figure(other)),
    }
}

/// The site is of another kind; scripts that ask this are refused before.
pub fn no_figure(condition: &Condition) -> String {
    format!("there is no such figure here: {condition:?}")
}
