//! A campaign: one exercise run many times, each time with another seed or another crash point,
//! and all the results in one table.
//!
//! A unit of work ([`Unit`]) says by digest which site and exercise, and which seed and point; its
//! result ([`UnitResult`]) says how that run ended. Both are plain records: a unit done twice gives
//! the same result, so a campaign that was killed goes on where its results end, and results of
//! several computers can be put together.
//!
//! | part | what it is |
//! |---|---|
//! | [`seeds`] | the runs of an exercise over a range of seeds |
//! | [`sweep`] | an exercise with a machine lost at every point of it |
//! | [`results`] | results as lines of a file that outlives a kill |
//! | [`shrink`] | a failing run reduced to the fewest faults and entries |
//! | [`summary`] | the table for people, JSON and JUnit for graders |

pub mod results;
pub mod shrink;
pub mod summary;
pub mod sweep;

use std::ops::RangeInclusive;

use clock::journal::JournalWriter;
use clock::pool;
use serde::{Deserialize, Serialize};

use crate::driver::StartError;
use crate::world::{self, Planned, Reported, World};

/// What is run once: the same unit always gives the same result.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Digest of the site: description, files, schedule, programs (16 hexadecimal digits).
    pub network: String,
    /// Digest of the exercise with its list of entries.
    pub script: String,
    /// Seed of everything drawn.
    pub seed: u64,
    /// Number of the crash point in a sweep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<u64>,
}

/// How a unit's run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitResult {
    /// What was run.
    pub unit: Unit,
    /// Exit status as of the command `run`.
    pub status: u8,
    /// Identity of the run; of a fork, of what it showed.
    pub digest: String,
    /// Names of the verdicts that do not hold.
    pub broken: Vec<String>,
    /// The first of them in words, or why it is void or what was not met; empty for status 0.
    pub detail: String,
    /// Moves of the active role.
    pub takeovers: u64,
    /// How long each of them left the site without an answer, ms, where somebody could tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outages_ms: Vec<f64>,
    /// Faults that came due.
    pub faults: Vec<String>,
    /// Where a crash point lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// Where a crash point lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// What kind of point.
    pub sort: String,
    /// The entry held at the crash.
    pub entry: String,
    /// The routine of the listing in which the machine stopped.
    pub routine: String,
    /// The stretch between two outside effects to which it belongs, where all of it is tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stretch: Option<u64>,
    /// Instructions it stands for.
    pub stands_for: u64,
}

/// The unit of a plan: its site and exercise by digest, its seed.
pub fn unit_of<P: Planned>(plan: &P) -> Unit {
    let (network, script) = plan.identity();
    let digest = |bytes: &[u8]| blake3::hash(bytes).to_hex()[..16].to_owned();
    Unit {
        network: digest(&network),
        script: digest(&script),
        seed: plan.options().seed,
        point: None,
    }
}

/// Runs `plan` once for every seed on `jobs` threads. `each` gets the results in the order of the
/// seeds, whatever the number of threads.
pub fn seeds<P: Planned>(
    plan: &P,
    seeds: RangeInclusive<u64>,
    skip: impl Fn(&Unit) -> bool,
    jobs: usize,
    mut each: impl FnMut(UnitResult),
) -> Result<(), StartError> {
    let first = plan.begin()?;
    let unit = unit_of(plan);
    let units = seeds.map(|seed| Unit {
        seed,
        ..unit.clone()
    });
    let left = units.filter(|unit| !skip(unit));
    pool::for_each(
        jobs,
        left,
        |_, unit| one(&plan.with_seed(unit.seed), &first, unit),
        |_, result| each(result),
    );
    Ok(())
}

/// One whole run from the site's opening.
fn one<P: Planned>(plan: &P, first: &P::Run, unit: Unit) -> UnitResult {
    let mut run = first.reseeded(plan);
    let mut journal = JournalWriter::digest_only();
    let outcome = world::finish(plan, &mut run, &mut journal, &mut (), &mut |_| {});
    result_of(unit, &P::Run::report(plan, &outcome, 0.0))
}

/// What a campaign keeps of a run's report.
pub fn result_of(unit: Unit, report: &impl Reported) -> UnitResult {
    let broken: Vec<_> = report.verdicts().iter().filter(|v| !v.holds).collect();
    let unmet = report.expectations().iter().find(|e| !e.met);
    let unstruck = report.faults().iter().find(|f| !f.took_effect);
    let detail = match (
        broken.first(),
        unstruck,
        report.not_reached().first(),
        unmet,
    ) {
        (Some(verdict), ..) => format!("{}: {}", verdict.name, verdict.detail),
        (_, Some(fault), ..) => format!("{} at {} s had no effect", fault.fault, fault.at_s),
        (_, _, Some(fault), _) => format!("{fault} was not reached"),
        (_, _, _, Some(unmet)) => format!("{}: {}", unmet.name, unmet.found),
        _ => String::new(),
    };
    let status = report.exit_status();
    UnitResult {
        unit,
        status,
        digest: report.digest().to_owned(),
        broken: broken.iter().map(|v| v.name.clone()).collect(),
        detail: if status == 0 { String::new() } else { detail },
        takeovers: report.takeovers() as u64,
        outages_ms: report.outages_ms(),
        faults: report
            .faults()
            .iter()
            .map(|f| format!("{} at {:.3} s: {}", f.fault, f.at_s, f.hit))
            .collect(),
        place: None,
    }
}
