//! What running an exercise has to know of a site, whatever is done there: seats are sold, or aircraft
//! are followed.
//!
//! Every kind of site has a *plan* (what never changes: site, exercise, seed) and a *run* (what
//! changes, plain data between two slices). Whoever runs them - command, campaign, replay,
//! exhibit - needs no more than these two traits; what a kind of site is about stands in its own
//! part of this room.
//!
//! | kind of site | plan | run |
//! |---|---|---|
//! | [`Kind::Reservation`] | [`crate::driver::Plan`] | [`crate::driver::Run`] |
//! | [`Kind::Direction`] | [`crate::air::Plan`] | [`crate::air::Run`] |
//!
//! *To add a kind of site*: a variant of [`Kind`], both traits for its plan and run, and an arm
//! wherever the command asks for the kind.

use std::io::Write;

use clock::Instant;
use clock::journal::{self, JournalWriter};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::driver::{Live, Onlooker, Options, Progress, StartError};
use crate::judges::Verdict;
use crate::report::{FaultReport, Met};
use crate::script::{DrawnFault, Script};

/// What is done at a site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Seats are sold: two IBM 7090s, drums, disks, agent sets.
    #[default]
    Reservation,
    /// Aircraft are followed: two AN/FSQ-7s, radars, consoles.
    Direction,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(match self {
            Kind::Reservation => "reservation site",
            Kind::Direction => "direction center",
        })
    }
}

impl Kind {
    /// The kind of site a site file describes: one with radars is a direction center.
    pub fn of_site(text: &str) -> Kind {
        match site::source::Locator::new(text).find(&["radars"]) {
            Some(_) => Kind::Direction,
            None => Kind::Reservation,
        }
    }

    /// The kind of site whose plan this is; `json` is what [`Planned::to_json`] wrote.
    pub fn of(json: &[u8]) -> Result<Kind, String> {
        /// The other fields are the plan's own.
        #[derive(Deserialize)]
        struct Named {
            #[serde(default)]
            kind: Kind,
        }
        let named: Named = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        Ok(named.kind)
    }
}

/// Site, exercise and seed of a run. A clone copies little.
pub trait Planned: Clone + Send + Sync {
    /// What it is a plan of.
    const KIND: Kind;
    /// Its runs.
    type Run: World<Plan = Self>;

    /// Path and name of the site.
    fn site(&self) -> (&str, &str);
    /// The exercise.
    fn script(&self) -> &Script;
    /// Seed and cut.
    fn options(&self) -> &Options;
    /// The same with another seed.
    fn with_seed(&self, seed: u64) -> Self;
    /// The faults of the exercise, with everything drawn from the seed.
    fn draw_faults(&self) -> Vec<DrawnFault>;
    /// The run at instant 0.
    fn begin(&self) -> Result<Self::Run, StartError>;
    /// Everything the run is made from, as JSON, so that it can be made again after the files were
    /// edited. A kind other than the first stands in its field `kind`.
    fn to_json(&self) -> Vec<u8>;
    /// The plan that [`Planned::to_json`] wrote; what is wrong with it, in words.
    fn from_json(bytes: &[u8]) -> Result<Self, String>;
    /// What tells this site from others, and this exercise from others whatever its seed: two texts
    /// to be digested.
    fn identity(&self) -> (Vec<u8>, Vec<u8>);

    /// When the exercise is over, without settling.
    fn end(&self) -> Instant {
        self.options().end(self.script())
    }
}

/// A run between two slices: plain data, to be saved, restored, and forked by `clone`.
pub trait World: Clone + Serialize + DeserializeOwned + Send + Sync {
    /// What it is made from.
    type Plan: Planned<Run = Self>;
    /// Everything it showed, when it is over.
    type Outcome;
    /// Figures and verdicts, made from that.
    type Report: Reported;
    /// What people of the exercise do, as it stands in a journal.
    type Action: DeserializeOwned + std::fmt::Debug;

    /// What lies before it has happened.
    fn now(&self) -> Instant;
    /// Nothing more is to be done or waited for.
    fn is_over(&self, plan: &Self::Plan) -> bool;
    /// How far it is.
    fn progress(&self, plan: &Self::Plan) -> Progress;
    /// The next ten milliseconds (less if the script's end comes before). `live` happens at its
    /// begin.
    fn slice<W: Write>(
        &mut self,
        plan: &Self::Plan,
        live: &[Live],
        journal: &mut JournalWriter<W>,
        onlooker: &mut dyn Onlooker,
    );
    /// This run, still at instant 0, with the seed of another plan of the same site and exercise.
    fn reseeded(&self, plan: &Self::Plan) -> Self;
    /// Goes on with the faults of another script, as far as they are not due yet: a fork asks what
    /// would have happened instead.
    fn fork(&mut self, plan: &Self::Plan);
    /// The run is over: a last audit, and everything it showed. `journal` is its journal's state.
    fn outcome(&mut self, plan: &Self::Plan, journal: &journal::State) -> Self::Outcome;
    /// The report of a run that took so long.
    fn report(plan: &Self::Plan, outcome: &Self::Outcome, wall_seconds: f64) -> Self::Report;
    /// The report for people.
    fn told(plan: &Self::Plan, report: &Self::Report, outcome: &Self::Outcome) -> String;
    /// What stands there at this instant, for people: machines, what is under way, what happened.
    fn state(&self, plan: &Self::Plan) -> String;
}

/// What every report has, whatever it is about.
pub trait Reported: Serialize {
    /// Exit status of the command.
    fn exit_status(&self) -> u8;
    /// Digest of the journal's records.
    fn digest(&self) -> &str;
    /// What the judges say.
    fn verdicts(&self) -> &[Verdict];
    /// Expectations of the script.
    fn expectations(&self) -> &[Met];
    /// Points reached and points possible.
    fn points(&self) -> (u32, u32);
    /// Faults that came due.
    fn faults(&self) -> &[FaultReport];
    /// Faults that never came due, in words.
    fn not_reached(&self) -> &[String];
    /// How often the active role moved.
    fn takeovers(&self) -> usize;
    /// How long each of them left the site without service, ms, where somebody could tell.
    fn outages_ms(&self) -> Vec<f64>;
}

/// Every kind of report keeps what all reports have in fields of the same names: this reads them.
macro_rules! reported {
    ($report:ty) => {
        impl $crate::world::Reported for $report {
            fn exit_status(&self) -> u8 {
                self.exit_status
            }

            fn digest(&self) -> &str {
                &self.digest
            }

            fn verdicts(&self) -> &[$crate::judges::Verdict] {
                &self.verdicts
            }

            fn expectations(&self) -> &[$crate::report::Met] {
                &self.expectations
            }

            fn points(&self) -> (u32, u32) {
                self.points
            }

            fn faults(&self) -> &[$crate::report::FaultReport] {
                &self.faults
            }

            fn not_reached(&self) -> &[String] {
                &self.not_reached
            }

            fn takeovers(&self) -> usize {
                self.takeovers.len()
            }

            fn outages_ms(&self) -> Vec<f64> {
                self.takeovers.iter().filter_map(|t| t.outage_ms).collect()
            }
        }
    };
}
pub(crate) use reported;

/// Exit status of a report, of a run that was `cut` short or not: 1 before 5 before 4; `live-again`
/// broken is 4.
pub fn status(report: &impl Reported, cut: bool) -> u8 {
    let broken = |v: &&Verdict| !v.holds && !v.outside_model;
    let broken: Vec<&Verdict> = report.verdicts().iter().filter(broken).collect();
    if broken.iter().any(|v| v.name != "live-again") {
        return 1;
    }
    let unmet = report.expectations().iter().any(|e| !e.met);
    let void = report.faults().iter().any(|f| !f.took_effect)
        || !report.not_reached().is_empty()
        || (cut && unmet);
    match void {
        true => 5,
        false if unmet || !broken.is_empty() => 4,
        false => 0,
    }
}

/// What a run of this plan showed.
pub type Outcome<P> = <<P as Planned>::Run as World>::Outcome;

/// Figures and verdicts of a run of this plan.
pub type Report<P> = <<P as Planned>::Run as World>::Report;

/// Runs `run` to its end; the journal goes on in `journal`. `progress` is called after every slice.
pub fn finish<P: Planned, W: Write>(
    plan: &P,
    run: &mut P::Run,
    journal: &mut JournalWriter<W>,
    onlooker: &mut dyn Onlooker,
    progress: &mut dyn FnMut(&Progress),
) -> Outcome<P> {
    while !run.is_over(plan) {
        run.slice(plan, &[], journal, onlooker);
        progress(&run.progress(plan));
    }
    run.outcome(plan, journal.state())
}
