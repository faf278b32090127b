//! The report of a run of a direction center: figures and verdicts for programs, as JSON.
//!
//! Keys it shares with the report of a reservation site mean the same. Keys of the JSON stay; more
//! may be added.

use std::collections::BTreeMap;

use clock::Span;
use serde::{Deserialize, Serialize};
use site::Cause;

use super::flights::Aircraft;
use super::plan::Plan;
use super::run::Outcome;
use crate::judges::Verdict;
use crate::report::expectations::{self, no_figure};
use crate::report::{FaultReport, MachineReport, Met};
use crate::script::Condition;
use crate::world::{self, reported};

/// What the machine did at most in a second, by its makers (reference AN/FSQ-7).
pub const INSTRUCTIONS_A_SECOND: f64 = 75_000.0;

/// What was followed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TracksReport {
    /// Aircraft in the air at some time, chaff apart.
    pub aircraft: u64,
    /// Of them in good cover long enough to be followed.
    pub in_cover: u64,
    /// Per cent of them, looked at once a display, that held a track.
    pub held_percent: Option<f64>,
    /// Those that held one for 95 % of their time in good cover, per cent of them.
    pub followed_percent: Option<f64>,
    /// From good cover to the first report, seconds: half, 90 %, longest.
    pub detection_s: [f64; 3],
    /// From good cover to the first track, seconds: half, 90 %, longest.
    pub initiation_s: [f64; 3],
    /// Never had a track although they were in good cover long enough.
    pub never: u64,
    /// Times that an aircraft's track got another number.
    pub renumbered: u64,
    /// Tracks that went over to another aircraft.
    pub exchanged: u64,
    /// Displays of tracks that were nobody's.
    pub ghosts: u64,
    /// Greatest number of tracks on the scopes.
    pub most: u64,
    /// Mean error of position after ten looks, n.mi.
    pub mean_error: Option<f64>,
    /// The worst.
    pub worst_error: f64,
    /// Tracks told for what they are, and told wrong.
    pub told: u64,
    /// See `told`.
    pub told_wrong: u64,
}

/// A move of the active role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MoveReport {
    /// The site.
    pub site: String,
    /// Who had the role; empty when nobody had.
    pub from: String,
    /// Who got it.
    pub to: String,
    /// Why.
    pub cause: String,
    /// The loss, seconds.
    pub at_s: f64,
    /// From the loss to the decision.
    pub detected_ms: f64,
    /// From the loss to the new machine's first display.
    pub outage_ms: Option<f64>,
    /// From the loss until the relays had closed.
    pub switched_ms: Option<f64>,
    /// Without displays or outputs.
    pub gap_ms: Option<f64>,
    /// Tracks that had to come across.
    pub tracks: u64,
    /// Of them lost.
    pub lost: u64,
    /// Of them exchanged.
    pub exchanged: u64,
    /// Tracks beside these that were off their aircraft, or beside another's, before.
    #[serde(default)]
    pub doubtful: u64,
}

/// How busy the program was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadReport {
    /// Frames the active machine worked.
    pub frames: u64,
    /// Its instructions a frame of 15 s, waiting apart.
    pub instructions_a_frame: f64,
    /// Of what 75,000 instructions a second make in a frame, per cent.
    pub of_capacity_percent: f64,
    /// Share of the time it waited, per cent.
    pub waiting_percent: f64,
    /// Times the program counted that it was late or left something out.
    pub overload: u64,
    /// Displays that came late, as seen from outside.
    pub late_displays: u64,
    /// Displays.
    pub displays: u64,
}

/// The whole report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Name of the site.
    pub network: String,
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
    /// Virtual seconds a second.
    pub times_real: f64,
    /// Instructions executed, by site and machine.
    pub instructions: BTreeMap<String, u64>,
    /// What was followed.
    pub tracks: TracksReport,
    /// Moves of the active role.
    pub takeovers: Vec<MoveReport>,
    /// How busy the program was.
    pub load: LoadReport,
    /// Orders to bases and pilots that left; of them twice.
    pub orders: u64,
    /// See `orders`.
    pub orders_repeated: u64,
    /// Raiders shot down.
    pub splashes: u64,
    /// Actions at consoles that reached the drum, and whose gun saw nothing.
    pub actions: u64,
    /// See `actions`.
    pub dark_actions: u64,
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
    /// Machines by name.
    pub machines: BTreeMap<String, MachineReport>,
    /// Counts of the program.
    pub counters: BTreeMap<String, u64>,
    /// Exit status of the command.
    pub exit_status: u8,
}

/// Half, 90 % and the longest of some times, seconds.
fn percentiles(mut spans: Vec<Span>) -> [f64; 3] {
    spans.sort_unstable();
    let at = |per_cent: usize| {
        let place = (spans.len() * per_cent).div_ceil(100).saturating_sub(1);
        spans.get(place).map_or(0.0, |span| span.as_seconds_f64())
    };
    [at(50), at(90), at(100)]
}

fn tracks(plan: &Plan, outcome: &Outcome) -> TracksReport {
    let chaff = |number: u16| {
        plan.aircraft
            .get(usize::from(number))
            .is_some_and(|a| a.chaff)
    };
    let all = outcome.aircraft.iter().filter(|(n, ..)| !chaff(*n));
    let all: Vec<_> = all.map(|(_, _, watched)| watched).collect();
    let due: Vec<_> = all.iter().filter(|w| w.due > 0).collect();
    let followed = due.iter().filter(|w| w.held * 100 >= w.due * 95).count();
    let sky = &outcome.judges.sky;
    let (told, told_wrong) = outcome.judges.identity.counts();
    TracksReport {
        aircraft: all.len() as u64,
        in_cover: due.len() as u64,
        held_percent: sky.held(),
        followed_percent: (!due.is_empty()).then(|| followed as f64 * 100.0 / due.len() as f64),
        detection_s: percentiles(all.iter().filter_map(|w| w.detection).collect()),
        initiation_s: percentiles(all.iter().filter_map(|w| w.delay).collect()),
        never: due.iter().filter(|w| w.held == 0).count() as u64,
        renumbered: all.iter().map(|w| u64::from(w.renumbered)).sum(),
        exchanged: sky.exchanges,
        ghosts: sky.ghosts,
        most: sky.most_tracks as u64,
        mean_error: sky.mean_error(),
        worst_error: sky.errors.worst,
        told,
        told_wrong,
    }
}

fn load(outcome: &Outcome) -> LoadReport {
    let machines = &outcome.statistics.machines;
    let sum = |pick: fn(&site::statistics::MachineStatistics) -> u64| -> u64 {
        machines.iter().map(pick).sum()
    };
    let working = sum(|m| m.active_instructions) - sum(|m| m.active_waiting_instructions);
    let active: f64 = machines
        .iter()
        .map(|m| m.active_time.as_seconds_f64())
        .sum();
    let busy: f64 = machines
        .iter()
        .map(|m| m.busy_share * m.active_time.as_seconds_f64())
        .sum();
    let frames = outcome.counts.get("CFRAME").copied().unwrap_or(0);
    let a_frame = match active > 0.0 {
        true => working as f64 / active * 15.0,
        false => 0.0,
    };
    let in_time = &outcome.judges.in_time;
    LoadReport {
        frames,
        instructions_a_frame: a_frame,
        of_capacity_percent: a_frame * 100.0 / (INSTRUCTIONS_A_SECOND * 15.0),
        waiting_percent: match active > 0.0 {
            true => 100.0 - busy * 100.0 / active,
            false => 0.0,
        },
        overload: outcome.overload,
        late_displays: in_time.late,
        displays: in_time.displays,
    }
}

impl Report {
    /// The report of a run that took so long.
    pub fn new(plan: &Plan, outcome: &Outcome, wall_seconds: f64) -> Report {
        let site = &plan.inputs.description.name;
        let machines = &outcome.statistics.machines;
        let seconds = outcome.time.as_seconds_f64();
        let moves = outcome.moves.iter().map(|m| MoveReport {
            site: site.clone(),
            from: m.from.map(|m| format!("{m:?}")).unwrap_or_default(),
            to: format!("{:?}", m.to),
            cause: m.cause.to_string(),
            at_s: m.lost_at.as_seconds_f64(),
            detected_ms: m.decided_at.saturating_since(m.lost_at).as_millis_f64(),
            outage_ms: m
                .shown_at
                .map(|at| at.saturating_since(m.lost_at).as_millis_f64()),
            switched_ms: m.took().map(|span| span.as_millis_f64()),
            gap_ms: m.gap().map(|span| span.as_millis_f64()),
            tracks: m.tracks,
            lost: m.lost,
            exchanged: m.exchanged,
            doubtful: m.doubtful,
        });
        let mut report = Report {
            network: site.clone(),
            script: plan.script.name.clone(),
            seed: plan.options.seed,
            digest: outcome.digest.clone(),
            virtual_seconds: seconds,
            wall_seconds,
            times_real: match wall_seconds > 0.0 {
                true => seconds / wall_seconds,
                false => 0.0,
            },
            instructions: machines
                .iter()
                .map(|m| (format!("{site}/{:?}", m.machine), m.instructions))
                .collect(),
            tracks: tracks(plan, outcome),
            takeovers: moves.collect(),
            load: load(outcome),
            orders: outcome.judges.orders.orders,
            orders_repeated: outcome.judges.orders.repeated,
            splashes: outcome.judges.splashes,
            actions: outcome.judges.gun.delivered,
            dark_actions: outcome.judges.gun.dark,
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
            machines: machines
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
            counters: outcome.counts.clone(),
            exit_status: 0,
        };
        let holds = |condition: &_| holds(condition, plan, &report, outcome);
        report.expectations = expectations::judge(&plan.script, &holds);
        report.points = expectations::points(&plan.script, &report.expectations);
        report.exit_status = world::status(&report, outcome.cut);
        report
    }
}

/// Whether a condition is met, and what was found.
fn holds(condition: &Condition, plan: &Plan, report: &Report, outcome: &Outcome) -> (bool, String) {
    let at_least = |found: u64, wanted: u64| (found >= wanted, found.to_string());
    let per_cent = |found: Option<f64>| found.map_or("nothing".to_owned(), |f| format!("{f:.1} %"));
    let automatic = || outcome.moves.iter().filter(|m| m.automatic());
    let longest = |spans: &mut dyn Iterator<Item = Option<Span>>, bound: Span| {
        let mut longest = Span::ZERO;
        for span in spans {
            match span {
                Some(span) => longest = longest.max(span),
                None => return (false, "it is not over".to_owned()),
            }
        }
        (longest <= bound, longest.told())
    };
    match condition {
        Condition::Takeovers(n) => {
            let asked = |m: &&super::judges::switchover::Move| {
                m.automatic() || m.cause == Cause::ManualTakeover
            };
            let found = outcome.moves.iter().filter(asked).count() as u64;
            (found == *n, found.to_string())
        }
        Condition::Switchovers(n) => {
            let found = outcome.moves.iter().filter(|m| m.asked_for()).count() as u64;
            (found == *n, found.to_string())
        }
        Condition::BusyAtMost(percent) => {
            let busy = 100.0 - report.load.waiting_percent;
            (busy <= f64::from(*percent), format!("{busy:.1} %"))
        }
        Condition::TrackWithin { aircraft, within } => {
            let of = |a: &Aircraft| !a.chaff && (a.of == *aircraft || a.flight.name == *aircraft);
            let mut slowest = Span::ZERO;
            let mut seen = 0;
            for (number, flying) in plan.aircraft.iter().enumerate().filter(|(_, a)| of(a)) {
                let watched = outcome.judges.sky.aircraft.get(&(number as u16));
                match watched.map(|w| w.delay) {
                    Some(Some(delay)) => slowest = slowest.max(delay),
                    _ => return (false, format!("{} never had a track", flying.flight.name)),
                }
                seen += 1;
            }
            let found = format!("{} at most, {seen} aircraft", slowest.told());
            (seen > 0 && slowest <= *within, found)
        }
        Condition::HeldAtLeast(percent) => {
            let held = report.tracks.held_percent;
            (held.is_some_and(|held| held >= *percent), per_cent(held))
        }
        Condition::MeanErrorAtMost(miles) => match report.tracks.mean_error {
            Some(mean) => (mean <= *miles, format!("{mean:.2} n.mi")),
            None => (false, "no position".to_owned()),
        },
        Condition::Aircraft(n) => at_least(report.tracks.in_cover, *n),
        Condition::Tracks(n) => at_least(report.tracks.most, *n),
        Condition::Orders(n) => at_least(report.orders, *n),
        Condition::Splashes(n) => at_least(report.splashes, *n),
        Condition::NoDuplicateOrder => {
            let repeated = report.orders_repeated;
            (repeated == 0, format!("{repeated} of {}", report.orders))
        }
        Condition::SwitchoverWithin(bound) => longest(&mut automatic().map(|m| m.took()), *bound),
        Condition::GapAtMost(bound) => longest(&mut outcome.moves.iter().map(|m| m.gap()), *bound),
        Condition::Overload(n) => at_least(report.load.overload, *n),
        Condition::OverloadAtMost(n) => {
            let found = report.load.overload;
            (found <= *n, found.to_string())
        }
        other => (false, no_figure(other)),
    }
}

reported!(Report);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_times() {
        let seconds = |n: u64| Span::from_secs(n);
        assert_eq!(percentiles(Vec::new()), [0.0; 3]);
        assert_eq!(
            percentiles((1..=10).map(seconds).collect()),
            [5.0, 9.0, 10.0]
        );
        assert_eq!(percentiles(vec![seconds(4)]), [4.0; 3]);
    }
}
