//! The report of a run: figures and verdicts for programs ([`Report`], as JSON) and for people
//! ([`text::write`]).
//!
//! Keys of the JSON stay; more may be added.

pub mod comparison;
pub mod expectations;
pub mod text;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::driver::Outcome;
use crate::inputs::Inputs;
use crate::judges::Verdict;
use crate::script::Script;
use crate::statistics::per_cent;
use crate::world;
pub use expectations::Met;

/// Entries, by how they ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entries {
    /// Accepted by the interchanges: the sum of the others.
    pub sent: u64,
    /// Answered.
    pub answered: u64,
    /// Answered with a refusal or an error reply.
    pub refused: u64,
    /// Given up for ever.
    pub lost: u64,
    /// Still on their way at the end.
    pub pending: u64,
}

/// Response times in milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Response {
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub longest: f64,
}

/// A move of the active role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TakeoverReport {
    /// The site.
    pub site: String,
    /// Who had the role; empty when nobody had.
    pub from: String,
    /// Who got it.
    pub to: String,
    /// Why.
    pub cause: String,
    /// The fault, seconds.
    pub at_s: f64,
    /// From the fault to the decision.
    pub detected_ms: f64,
    /// From the fault to the first answer.
    pub outage_ms: Option<f64>,
    /// What somebody felt of it: not counted before anybody asked.
    pub felt_ms: Option<f64>,
    /// Entries held at the fault.
    pub held: u64,
    /// Entries with the old machine that are lost (historical mode).
    pub lost: u64,
    /// From the fault until all of them were answered.
    pub held_answered_ms: Option<f64>,
}

/// Share of set-time in which sets were not locked for want of the system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Availability {
    pub measured: f64,
    pub predicted: Option<f64>,
}

/// A fault and what it did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct FaultReport {
    pub at_s: f64,
    pub fault: String,
    pub took_effect: bool,
    pub hit: String,
}

/// One machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MachineReport {
    /// Seconds in the active role.
    pub active_s: f64,
    /// Share of the instructions executed meanwhile that did not wait, 0 to 1.
    pub busy: f64,
    /// Share of the time it was running, in whatever role, that it only waited and was moved on in
    /// one step from event to event, 0 to 1.
    pub skipped: f64,
}

/// How much is on file, once in twenty-four hours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DayReport {
    /// When.
    pub at_s: f64,
    /// Passenger records in which a booking stands.
    pub on_file: u32,
    /// That are free and were used before.
    pub free: u32,
    /// Used or reserved so far: the file's size.
    pub reached: u32,
    /// Bytes of the journal's records in these twenty-four hours.
    pub journal_bytes: u64,
}

/// Load of one line, 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct LineReport {
    pub line: u8,
    pub down: f64,
    pub up: f64,
    pub polls: u64,
    /// Times a trouble of the line hit a transmission.
    pub hits: u64,
    /// Dropped for its check.
    pub check_errors: u64,
    /// Accepted although wrong: outside the failure model.
    pub undetected_errors: u64,
}

/// Figures of traffic that have no key of their own in the contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct TrafficReport {
    pub entries_a_second: f64,
    pub sells_refused: u64,
    pub hold_waits: u64,
    pub sent_again: u64,
    pub reentered: u64,
    pub given_up: u64,
    pub stored_answers_again: u64,
    pub copies_dropped: u64,
    pub told_done: u64,
    pub told_not_done: u64,
    pub mean_answer_characters: Option<f64>,
    pub light_answers: u64,
    pub calls: Option<u64>,
    pub bookings: Option<u64>,
}

/// The whole report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Name of the site.
    pub network: String,
    /// What the site promises of an entry: `hot` or `historical`.
    pub mode: String,
    /// Name of the exercise.
    pub script: String,
    /// Seed.
    pub seed: u64,
    /// Digest of the journal's records: the run's identity.
    pub digest: String,
    /// Virtual time run.
    pub virtual_seconds: f64,
    /// Time it took.
    pub wall_seconds: f64,
    /// Instructions executed, by site and machine.
    pub instructions: BTreeMap<String, u64>,
    /// Entries.
    pub entries: Entries,
    /// Response times.
    pub response_ms: Response,
    /// Moves of the active role.
    pub takeovers: Vec<TakeoverReport>,
    /// Availability.
    pub availability: Availability,
    /// What the judges say.
    pub verdicts: Vec<Verdict>,
    /// Expectations of the script.
    pub expectations: Vec<Met>,
    /// Points reached and points possible.
    pub points: (u32, u32),
    /// Faults that came due.
    pub faults: Vec<FaultReport>,
    /// Faults never reached.
    pub not_reached: Vec<String>,
    /// Traffic.
    pub traffic: TrafficReport,
    /// Machines by name.
    pub machines: BTreeMap<String, MachineReport>,
    /// Instructions of the active machine outside the wait loop, per entry answered.
    pub mean_path: Option<f64>,
    /// Passenger records and journal, every twenty-four hours.
    pub days: Vec<DayReport>,
    /// Lines.
    pub lines: Vec<LineReport>,
    /// Seats that the inventory counts and no booking has, at the end.
    pub seats_left_over: u64,
    /// Counters of the control program.
    pub counters: BTreeMap<String, u64>,
    /// Exit status of the command.
    pub exit_status: u8,
}

impl Report {
    /// The report of a run that took so long.
    pub fn new(
        inputs: &Inputs,
        script: &Script,
        seed: u64,
        outcome: &Outcome,
        wall_seconds: f64,
    ) -> Report {
        let site = &inputs.description.name;
        let statistics = &outcome.statistics;
        let traffic = &outcome.traffic;
        let seconds = outcome.time.as_seconds_f64();
        let percentiles = traffic.responses.percentiles(&[50, 90, 99]);
        let answered = traffic.answered + traffic.refused;
        let active: u64 = statistics
            .machines
            .iter()
            .map(|m| m.active_instructions - m.active_waiting_instructions)
            .sum();
        let share = |busy: clock::Span| {
            if seconds > 0.0 {
                busy.as_seconds_f64() / seconds
            } else {
                0.0
            }
        };
        let counter = |name: &str| outcome.counters.get(name).copied().unwrap_or(0);
        let mut report = Report {
            network: site.clone(),
            mode: inputs.description.mode.to_string(),
            script: script.name.clone(),
            seed,
            digest: outcome.digest.clone(),
            virtual_seconds: seconds,
            wall_seconds,
            instructions: statistics
                .machines
                .iter()
                .map(|m| (format!("{site}/{:?}", m.machine), m.instructions))
                .collect(),
            entries: Entries {
                sent: traffic.sent,
                answered: traffic.answered,
                refused: traffic.refused,
                lost: traffic
                    .sent
                    .saturating_sub(traffic.answered + traffic.refused + outcome.pending),
                pending: outcome.pending,
            },
            response_ms: Response {
                p50: percentiles[0].as_millis_f64(),
                p90: percentiles[1].as_millis_f64(),
                p99: percentiles[2].as_millis_f64(),
                longest: traffic.responses.longest().as_millis_f64(),
            },
            takeovers: outcome
                .takeovers
                .iter()
                .map(|t| TakeoverReport {
                    site: site.clone(),
                    from: t.from.map(|m| format!("{m:?}")).unwrap_or_default(),
                    to: format!("{:?}", t.to),
                    cause: t.cause.to_string(),
                    at_s: t.fault_at.as_seconds_f64(),
                    detected_ms: t.detected().as_millis_f64(),
                    outage_ms: t.outage().map(|o| o.as_millis_f64()),
                    felt_ms: t.felt().map(|o| o.as_millis_f64()),
                    held: t.held,
                    lost: t.lost,
                    held_answered_ms: t.held_answered().map(|o| o.as_millis_f64()),
                })
                .collect(),
            availability: Availability {
                measured: statistics.availability(),
                predicted: None,
            },
            verdicts: outcome.verdicts.clone(),
            expectations: Vec::new(),
            points: (0, 0),
            faults: outcome
                .faults
                .iter()
                .map(|f| FaultReport {
                    at_s: f.at.as_seconds_f64(),
                    fault: f.fault.to_string(),
                    took_effect: f.took_effect,
                    hit: f.hit.clone(),
                })
                .collect(),
            not_reached: outcome.not_reached.clone(),
            traffic: TrafficReport {
                entries_a_second: if seconds > 0.0 {
                    traffic.sent as f64 / seconds
                } else {
                    0.0
                },
                sells_refused: traffic.sells_refused,
                hold_waits: counter("CNTHLD"),
                sent_again: sent_again(outcome),
                reentered: traffic.retyped + traffic.given_up,
                given_up: traffic.given_up,
                stored_answers_again: counter("CNTAGN"),
                copies_dropped: counter("CNTDUP"),
                told_done: traffic.told_done,
                told_not_done: traffic.told_not_done,
                mean_answer_characters: outcome.mean_answer,
                light_answers: traffic.light_answers,
                calls: outcome.agents.as_ref().map(|a| a.calls),
                bookings: outcome.agents.as_ref().map(|a| a.bookings),
            },
            machines: statistics
                .machines
                .iter()
                .map(|m| {
                    let machine = MachineReport {
                        active_s: m.active_time.as_seconds_f64(),
                        busy: m.busy_share,
                        skipped: m.waiting_cycles as f64 / (m.cycles as f64).max(1.0),
                    };
                    (format!("{:?}", m.machine), machine)
                })
                .collect(),
            mean_path: (answered > 0).then(|| active as f64 / answered as f64),
            days: days(outcome),
            lines: statistics
                .lines
                .iter()
                .map(|l| LineReport {
                    line: l.line,
                    down: share(l.down_busy),
                    up: share(l.up_busy),
                    polls: l.polls,
                    hits: l.hits,
                    check_errors: l.check_errors,
                    undetected_errors: l.undetected_errors,
                })
                .collect(),
            seats_left_over: outcome.seats_left_over,
            counters: outcome.counters.clone(),
            exit_status: 0,
        };
        let holds = |condition: &_| expectations::holds(condition, &report, outcome);
        report.expectations = expectations::judge(script, &holds);
        report.points = expectations::points(script, &report.expectations);
        report.exit_status = world::status(&report, outcome.cut);
        report
    }

    /// The figure as a share of all sends, for people.
    pub fn refused_per_cent(&self) -> f64 {
        per_cent(self.entries.refused, self.entries.sent)
    }
}

fn days(outcome: &Outcome) -> Vec<DayReport> {
    let mut journal = 0;
    let days = outcome.days.iter().map(|day| DayReport {
        at_s: day.at.as_seconds_f64(),
        on_file: day.kept.on_file,
        free: day.kept.free,
        reached: day.kept.reached,
        journal_bytes: day.journal - std::mem::replace(&mut journal, day.journal),
    });
    days.collect()
}

/// Entries sent again by the interchanges without anybody's doing.
pub fn sent_again(outcome: &Outcome) -> u64 {
    outcome.traffic.sent_again
}
