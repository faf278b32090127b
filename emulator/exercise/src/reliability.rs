//! Thousands of years of a duplex pair, to see how often both machines are down.
//!
//! Instruction by instruction nobody can watch two thousand years; here, and nowhere else, a
//! machine is only up, in repair, or in maintenance. What a takeover is worth is taken from runs in
//! which the machines execute their programs ([`Takeovers::measured`]).
//!
//! | event | what follows |
//! |---|---|
//! | the active machine fails | the other takes over after a gap; if it is in maintenance it is called back, if it is in repair the site is down until one of them works |
//! | the other fails | repair |
//! | maintenance, once a day | the standby goes out for some hours, unless a machine is in repair |
//!
//! Failures of each machine are a Poisson process, repairs last exponentially. Assumed: a machine in
//! maintenance does not fail; a maintenance that cannot begin is left out that day; a machine that
//! comes back to a site without an active one is active at once; a failure in the gap of a
//! takeover ends the gap. Each history has random streams of its own.
//!
//! *Both down* is the time in which no machine could have served; *no service* has the gaps of
//! takeovers besides.

use clock::random::Stream;
use clock::{Instant, Span};
use serde::{Deserialize, Serialize};
use site::Machine;
use site::source::Mistake;

use crate::campaign::UnitResult;

/// Format number of these files.
pub const FORMAT: u32 = 1;

/// A year of 365 days.
pub const YEAR: Span = Span::from_secs(365 * 24 * 3600);

const DAY: Span = Span::from_secs(24 * 3600);
/// Longer histories do not fit into the clock.
const HISTORY_YEARS_MAX: u32 = 500;
const YEARS_MAX: u32 = 1_000_000;
/// Half the width of a 95 % interval, in standard errors of many years.
const NORMAL_95: f64 = 1.96;

/// What is to be played.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reliability {
    /// 1.
    pub format: u32,
    /// In reports.
    pub name: String,
    /// All histories together.
    pub years: u32,
    /// Length of one.
    pub history_years: u32,
    /// Of one machine, h.
    pub mean_time_between_failures_h: f64,
    /// Min.
    pub mean_repair_min: f64,
    /// Of the standby, once a day.
    pub maintenance: Maintenance,
    /// What takeovers are worth, where nobody has measured it.
    pub takeovers: Takeovers,
    /// Share of time both down, as it is remembered of the real system; 0.00043 is 0.043 %.
    #[serde(default)]
    pub remembered: Option<f64>,
}

/// A daily absence of the standby.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Maintenance {
    /// Hours a day.
    pub hours: f64,
    /// Min until a machine in maintenance can serve.
    pub recall_min: f64,
}

/// How takeovers end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Takeovers {
    /// Share of those that succeed by themselves.
    pub coverage: f64,
    /// Gaps of service of those, ms; each is as likely as the others.
    pub gaps_ms: Vec<f64>,
    /// Min until people have the other machine serve where one does not.
    pub uncovered_min: f64,
}

/// Results from which nothing follows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no run of these results has a takeover with its gap; expected results of a campaign in which \
     the active machine is lost"
)]
pub struct NoTakeover;

impl Takeovers {
    /// Coverage and gaps as runs have shown them: a run in which a machine was lost and all verdicts
    /// hold is a success. Void runs say nothing.
    pub fn measured<'a>(
        &self,
        results: impl Iterator<Item = &'a UnitResult>,
    ) -> Result<Takeovers, NoTakeover> {
        const VOID: u8 = 5;
        let (mut runs, mut good, mut gaps_ms) = (0u32, 0u32, Vec::new());
        for result in results.filter(|r| r.status != VOID && !r.faults.is_empty()) {
            runs += 1;
            if result.status == 0 && !result.outages_ms.is_empty() {
                good += 1;
                gaps_ms.extend_from_slice(&result.outages_ms);
            }
        }
        match gaps_ms.is_empty() {
            true => Err(NoTakeover),
            false => Ok(Takeovers {
                coverage: f64::from(good) / f64::from(runs),
                gaps_ms,
                uncovered_min: self.uncovered_min,
            }),
        }
    }
}

impl Reliability {
    /// Everything that is wrong in meaning; `path` is the file's.
    pub fn validate(&self, path: &str) -> Vec<Mistake> {
        let mut found = Vec::new();
        let mut wrong = |good: bool, at: &[&str], message: String, expected: &str| {
            if !good {
                found.push(Mistake::at(path, at, message).expected(expected));
            }
        };
        let span = |value: f64, most: f64| value > 0.0 && value <= most;
        wrong(
            self.format == FORMAT,
            &["format"],
            format!("format {} is not known", self.format),
            "this duplex reads format 1",
        );
        wrong(
            (1..=HISTORY_YEARS_MAX).contains(&self.history_years),
            &["history_years"],
            format!("a history of {} years", self.history_years),
            "1 to 500",
        );
        wrong(
            (1..=YEARS_MAX).contains(&self.years)
                && self.years.is_multiple_of(self.history_years.max(1)),
            &["years"],
            format!("{} years are no whole number of histories", self.years),
            "a multiple of history_years, at most 1,000,000",
        );
        for (at, value, most) in [
            (
                &["mean_time_between_failures_h"][..],
                self.mean_time_between_failures_h,
                1e6,
            ),
            (&["mean_repair_min"], self.mean_repair_min, 1e6),
        ] {
            wrong(
                span(value, most),
                at,
                format!("{value} is no mean time"),
                "more than 0 and at most 1,000,000",
            );
        }
        let Maintenance { hours, recall_min } = self.maintenance;
        wrong(
            (0.0..24.0).contains(&hours),
            &["maintenance", "hours"],
            format!("{hours} hours a day"),
            "0 or more, less than 24",
        );
        wrong(
            (0.0..=1440.0).contains(&recall_min),
            &["maintenance", "recall_min"],
            format!("{recall_min} minutes"),
            "0 to 1,440",
        );
        let takeovers = &self.takeovers;
        wrong(
            (0.0..=1.0).contains(&takeovers.coverage),
            &["takeovers", "coverage"],
            format!("a share of {}", takeovers.coverage),
            "0 to 1",
        );
        let good = |gap: &f64| (0.0..=1e9).contains(gap);
        wrong(
            !takeovers.gaps_ms.is_empty() && takeovers.gaps_ms.iter().all(good),
            &["takeovers", "gaps_ms"],
            "no gaps, or one that is no time".to_owned(),
            "one or more gaps in ms, each 0 or more",
        );
        wrong(
            (0.0..=1e6).contains(&takeovers.uncovered_min),
            &["takeovers", "uncovered_min"],
            format!("{} minutes", takeovers.uncovered_min),
            "0 to 1,000,000",
        );
        wrong(
            self.remembered
                .is_none_or(|share| (0.0..=1.0).contains(&share)),
            &["remembered"],
            "no share".to_owned(),
            "0 to 1",
        );
        found
    }

    /// Share of time both are down by arithmetic: the active machine fails while the other is in
    /// maintenance and out until recalled or the first is repaired, or both are in repair, which
    /// cannot be while one is in maintenance.
    pub fn predicted(&self) -> f64 {
        let rate = 1.0 / self.mean_time_between_failures_h;
        let repair = self.mean_repair_min / 60.0;
        let recall = self.maintenance.recall_min / 60.0;
        // The mean of the shorter of the recall and a repair.
        let out = repair * (1.0 - libm::exp(-recall / repair));
        let in_repair = repair * rate / (1.0 + repair * rate);
        let maintained = self.maintenance.hours / 24.0;
        rate * maintained * out + in_repair * in_repair * (1.0 - maintained)
    }

    /// Plays all histories.
    pub fn play(&self, seed: u64) -> Histories {
        let mut histories = Histories::default();
        for number in 0..self.years / self.history_years {
            histories.add(History::new(self, seed, number).play());
        }
        histories
    }
}

/// A share of time, of many years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Mean.
    pub mean: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// How single histories lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The best.
    pub least: f64,
    /// 5 of 100 are better.
    pub p5: f64,
    /// Half of them are better.
    pub median: f64,
    /// 95 of 100 are better.
    pub p95: f64,
    /// The worst.
    pub most: f64,
}

/// What happened in all histories.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histories {
    /// Both down, share of each year.
    years: Vec<f64>,
    /// No service, share of each year.
    silent_years: Vec<f64>,
    /// Both down, share of each history.
    histories: Vec<f64>,
    /// Failures of machines.
    pub failures: u64,
    /// Takeovers.
    pub takeovers: u64,
    /// Of them, those that people had to help.
    pub uncovered: u64,
    /// Times both were down.
    pub both_down: u64,
}

impl Histories {
    fn add(&mut self, history: Lived) {
        let share = |time: &Span| time.as_seconds_f64() / YEAR.as_seconds_f64();
        let years: Vec<f64> = history.down.iter().map(share).collect();
        let mean = years.iter().sum::<f64>() / years.len() as f64;
        self.histories.push(mean);
        let gaps = history.gaps.iter().map(share);
        let silent = years.iter().zip(gaps).map(|(down, gap)| down + gap);
        self.silent_years.extend(silent);
        self.years.extend(years);
        self.failures += history.failures;
        self.takeovers += history.takeovers;
        self.uncovered += history.uncovered;
        self.both_down += history.both_down;
    }

    /// Share of time both were down.
    pub fn down(&self) -> Share {
        share(&self.years)
    }

    /// Share of time without service.
    pub fn silent(&self) -> Share {
        share(&self.silent_years)
    }

    /// Both down, history by history.
    pub fn spread(&self) -> Spread {
        let mut sorted = self.histories.clone();
        sorted.sort_by(f64::total_cmp);
        let at = |per_cent: usize| sorted[(sorted.len() - 1) * per_cent / 100];
        Spread {
            least: at(0),
            p5: at(5),
            median: at(50),
            p95: at(95),
            most: at(100),
        }
    }
}

fn share(years: &[f64]) -> Share {
    let count = years.len() as f64;
    let mean = years.iter().sum::<f64>() / count;
    let squares = years.iter().map(|year| (year - mean) * (year - mean));
    let variance = squares.sum::<f64>() / (count - 1.0).max(1.0);
    let half = NORMAL_95 * libm::sqrt(variance / count);
    Share {
        mean,
        low: mean - half,
        high: mean + half,
    }
}

/// What a machine is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    Up,
    Repair {
        until: Instant,
    },
    /// Comes back by itself, or sooner when it is called.
    Maintenance {
        until: Instant,
    },
}

/// One history under way.
struct History<'a> {
    reliability: &'a Reliability,
    failures: [Stream; 2],
    repairs: Stream,
    takeovers: Stream,
    condition: [Condition; 2],
    /// When each, being up, fails.
    fails: [Instant; 2],
    active: Option<Machine>,
    now: Instant,
    maintenance: Instant,
    end: Instant,
    /// Since when both are down.
    down_since: Option<Instant>,
    /// The gap of the last takeover ends.
    gap_until: Instant,
    lived: Lived,
}

/// What happened in one history.
struct Lived {
    /// Both down, by year.
    down: Vec<Span>,
    /// Gaps of takeovers, by year.
    gaps: Vec<Span>,
    failures: u64,
    takeovers: u64,
    uncovered: u64,
    both_down: u64,
}

impl<'a> History<'a> {
    fn new(reliability: &'a Reliability, seed: u64, number: u32) -> History<'a> {
        let stream = |what: &str| Stream::new(seed, &format!("reliability/{number}/{what}"));
        let years = reliability.history_years as usize;
        let mut history = History {
            reliability,
            failures: [stream("A"), stream("B")],
            repairs: stream("repairs"),
            takeovers: stream("takeovers"),
            condition: [Condition::Up; 2],
            fails: [Instant::ZERO; 2],
            active: Some(Machine::A),
            now: Instant::ZERO,
            maintenance: Instant::ZERO,
            end: Instant(YEAR.0 * years as u64),
            down_since: None,
            gap_until: Instant::ZERO,
            lived: Lived {
                down: vec![Span::ZERO; years],
                gaps: vec![Span::ZERO; years],
                failures: 0,
                takeovers: 0,
                uncovered: 0,
                both_down: 0,
            },
        };
        for machine in Machine::BOTH {
            history.appoint_failure(machine);
        }
        history
    }

    fn play(mut self) -> Lived {
        loop {
            let [a, b] = Machine::BOTH.map(|machine| (self.due(machine), Some(machine)));
            let maintenance = (self.maintenance, None);
            let (at, whose) = [a, b, maintenance]
                .into_iter()
                .min_by_key(|(at, _)| *at)
                .expect("there are three");
            if at >= self.end {
                self.now = self.end;
                self.up_again();
                self.gap_until = self.gap_until.min(self.end);
                return self.lived;
            }
            self.now = at;
            match whose {
                None => self.maintain(),
                Some(machine) if self.condition(machine) == Condition::Up => self.fail(machine),
                Some(machine) => self.comes_back(machine),
            }
        }
    }

    fn condition(&self, machine: Machine) -> Condition {
        self.condition[machine.index()]
    }

    /// When something happens to a machine.
    fn due(&self, machine: Machine) -> Instant {
        match self.condition(machine) {
            Condition::Up => self.fails[machine.index()],
            Condition::Repair { until } | Condition::Maintenance { until } => until,
        }
    }

    fn appoint_failure(&mut self, machine: Machine) {
        let mean = hours(self.reliability.mean_time_between_failures_h);
        let further = self.failures[machine.index()].exponential_span(mean);
        self.fails[machine.index()] = self.now + further;
    }

    fn fail(&mut self, machine: Machine) {
        self.lived.failures += 1;
        let mean = minutes(self.reliability.mean_repair_min);
        let until = self.now + self.repairs.exponential_span(mean);
        self.condition[machine.index()] = Condition::Repair { until };
        if self.active != Some(machine) {
            return;
        }
        // A gap that had not ended yet goes over into what follows.
        self.cut_gap();
        let other = machine.other();
        self.active = None;
        match self.condition(other) {
            Condition::Up => self.take_over(other),
            Condition::Repair { .. } => self.down(),
            Condition::Maintenance { until } => {
                let recall = minutes(self.reliability.maintenance.recall_min);
                let until = until.min(self.now + recall);
                self.condition[other.index()] = Condition::Maintenance { until };
                self.down();
            }
        }
    }

    fn take_over(&mut self, to: Machine) {
        self.active = Some(to);
        self.lived.takeovers += 1;
        let takeovers = &self.reliability.takeovers;
        let gap = match self.takeovers.chance(takeovers.coverage) {
            true => Span::from_seconds_f64(self.takeovers.choose(&takeovers.gaps_ms) / 1_000.0),
            false => {
                self.lived.uncovered += 1;
                minutes(takeovers.uncovered_min)
            }
        };
        self.gap_until = self.now + gap;
        let year = self.year(self.now);
        self.lived.gaps[year] += gap;
    }

    /// What is left of the gap under way does not count.
    fn cut_gap(&mut self) {
        let left = self.gap_until.saturating_since(self.now);
        let year = self.year(self.now);
        self.lived.gaps[year] = self.lived.gaps[year].saturating_sub(left);
        self.gap_until = self.now;
    }

    fn down(&mut self) {
        self.lived.both_down += 1;
        self.down_since = Some(self.now);
    }

    /// Some machine can serve, or nobody looks any more.
    fn up_again(&mut self) {
        if let Some(since) = self.down_since.take() {
            let year = self.year(since);
            self.lived.down[year] += self.now - since;
        }
    }

    fn comes_back(&mut self, machine: Machine) {
        self.condition[machine.index()] = Condition::Up;
        self.appoint_failure(machine);
        if self.active.is_none() {
            self.active = Some(machine);
            self.up_again();
        }
    }

    fn maintain(&mut self) {
        self.maintenance = self.now + DAY;
        let standby = self.active.map(Machine::other);
        let both = self.condition == [Condition::Up; 2];
        if let (Some(standby), true) = (standby, both) {
            let until = self.now + hours(self.reliability.maintenance.hours);
            self.condition[standby.index()] = Condition::Maintenance { until };
        }
    }

    fn year(&self, at: Instant) -> usize {
        let year = (at.0 / YEAR.0) as usize;
        year.min(self.lived.down.len() - 1)
    }
}

fn hours(hours: f64) -> Span {
    Span::from_seconds_f64(hours * 3_600.0)
}

fn minutes(minutes: f64) -> Span {
    Span::from_seconds_f64(minutes * 60.0)
}

#[cfg(test)]
mod tests;
