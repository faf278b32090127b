//! Shrinking: a run that fails, reduced to the fewest faults and entries that still fail in the same
//! way.
//!
//! First the workload becomes a list: what the agents typed, when and where. Played again it is the
//! same run. Then faults are left out, and entries, as long as the same judge still says broken:
//!
//! 1. faults: every subset, the smallest first (more than [`EXHAUSTIVE`] of them: by halves);
//! 2. entries: whole sets, then single entries, in chunks that are halved ([`fewest`]);
//! 3. the duration, down to the last entry or fault, and what was idle before the first entry;
//! 4. from 1 again until nothing more can go.
//!
//! With fewer entries the machine comes to the same place at another instant, so with few entries
//! left all faults together may move a little ([`SHIFTS`] steps of [`SHIFT`]).
//!
//! Faults are taken as they were drawn, each for itself ([`Script::drawn`](crate::script::Script)):
//! what the seed decided is written down.
//!
//! Source: the chunks are Zeller and Hildebrandt's ddmin (2002), complements only.

use std::collections::BTreeSet;

use clock::journal::JournalWriter;
use clock::{Instant, Span, pool};

use crate::driver::{self, Plan, Run, StartError};
use crate::entries_csv::Entry;
use crate::report::Report;
use crate::script::{DrawnFault, When, Workload};

/// Up to so many faults every subset is tried.
const EXHAUSTIVE: usize = 10;

/// Faults are moved for lists of so many entries at most,
const SHIFTED: usize = 80;

/// in steps of this,
const SHIFT: Span = Span::from_millis(25);

/// so many steps to either side.
const SHIFTS: i64 = 40;

/// A reduced exercise begins at this time.
const FIRST_ENTRY: Span = Span::from_secs(2);

/// What fails and is kept failing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Exit status.
    pub status: u8,
    /// The verdict or expectation.
    pub name: String,
    /// In words.
    pub detail: String,
}

/// The smallest run found.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// Its script names the list `Workload::File`; its list is [`Plan::list`].
    pub plan: Plan,
    /// What it still does.
    pub failure: Failure,
    /// Faults and entries before.
    pub before: (usize, usize),
    /// Runs it took.
    pub runs: u64,
}

/// Why nothing was shrunk.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShrinkError {
    /// The site does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// It passes.
    #[error("the run passes (exit 0): there is nothing to shrink; expected one that fails")]
    Passes,
    /// A fault never took effect: nothing failed.
    #[error("the run is void (exit 5): there is nothing to shrink; expected one that fails")]
    Void,
    /// With its entries as a list it is another run.
    #[error(
        "played from the list of its entries the run does not fail in the same way: `{0}` holds \
         there"
    )]
    OtherRun(String),
}

/// Faults and entries of a candidate.
#[derive(Clone, Debug, PartialEq)]
struct Candidate {
    faults: Vec<DrawnFault>,
    list: Vec<Entry>,
    duration: Span,
}

/// Runs candidates.
struct Shrinker<'a> {
    plan: &'a Plan,
    first: Run,
    name: String,
    status: u8,
    jobs: usize,
    runs: u64,
}

/// Reduces the run of `plan`. `list_name` is the file that the list will be written to; `progress`
/// is told faults and entries left.
pub fn shrink(
    plan: &Plan,
    list_name: &str,
    jobs: usize,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Shrunk, ShrinkError> {
    let mut whole = plan.clone();
    whole.options.keep_entries = true;
    let first = whole.begin()?;
    let (failure, typed) = run(&whole, &first, None);
    let Some(failure) = failure else {
        return Err(ShrinkError::Passes);
    };
    if failure.status == 5 {
        return Err(ShrinkError::Void);
    }
    let mut listed = plan.clone();
    listed.script.workload = Workload::File(list_name.to_owned());
    listed
        .script
        .expectations
        .retain(|e| e.name == failure.name);
    listed.list = typed;
    listed.options.keep_entries = false;
    listed.script.drawn = plan.draw_faults();
    listed.script.faults.clear();
    let mut shrinker = Shrinker {
        plan: &listed,
        first: listed.begin()?,
        name: failure.name.clone(),
        status: failure.status,
        jobs,
        runs: 1,
    };
    let mut best = Candidate {
        faults: listed.script.drawn.clone(),
        list: listed.list.clone(),
        duration: listed.script.duration,
    };
    if !shrinker.all_fail(&best) {
        return Err(ShrinkError::OtherRun(failure.name));
    }
    let before = (best.faults.len(), best.list.len());
    loop {
        let size = (best.faults.len(), best.list.len(), best.duration);
        shrinker.fewer_faults(&mut best);
        progress(best.faults.len(), best.list.len());
        shrinker.shorter(&mut best);
        shrinker.fewer_entries(&mut best);
        progress(best.faults.len(), best.list.len());
        shrinker.shorter(&mut best);
        if (best.faults.len(), best.list.len(), best.duration) == size {
            break;
        }
    }
    let (plan, failure) = shrinker.of(&best);
    Ok(Shrunk {
        failure: failure.expect("the smallest candidate was seen to fail"),
        plan,
        before,
        runs: shrinker.runs,
    })
}

/// Runs a plan: what fails (`named`, or the first that does), and what was typed.
fn run(plan: &Plan, first: &Run, named: Option<&str>) -> (Option<Failure>, Vec<Entry>) {
    let mut run = first.reseeded(plan);
    let mut journal = JournalWriter::digest_only();
    let outcome = driver::finish(plan, &mut run, &mut journal, &mut (), &mut |_| {});
    let report = Report::new(&plan.inputs, &plan.script, plan.options.seed, &outcome, 0.0);
    let verdicts = report
        .verdicts
        .iter()
        .filter(|v| !v.holds && !v.outside_model);
    let verdicts = verdicts.map(|v| (&v.name, &v.detail));
    let unmet = report.expectations.iter().filter(|e| !e.met);
    let failing = verdicts.chain(unmet.map(|e| (&e.name, &e.found)));
    let mut failing = failing.filter(|(name, _)| named.is_none_or(|named| *name == named));
    let failure = failing.next().map(|(name, detail)| Failure {
        status: report.exit_status,
        name: name.clone(),
        detail: detail.clone(),
    });
    let typed = outcome.entries.into_iter().map(|row| row.entry);
    (failure, typed.collect())
}

impl Shrinker<'_> {
    fn plan_of(&self, candidate: &Candidate) -> Plan {
        let mut plan = self.plan.clone();
        plan.script.drawn = candidate.faults.clone();
        plan.script.duration = candidate.duration;
        plan.list = candidate.list.clone();
        plan
    }

    fn all_fail(&mut self, candidate: &Candidate) -> bool {
        self.first_failing(std::slice::from_ref(candidate))
            .is_some()
    }

    /// A candidate's plan and how it fails.
    fn of(&mut self, candidate: &Candidate) -> (Plan, Option<Failure>) {
        self.runs += 1;
        let plan = self.plan_of(candidate);
        let (failure, _) = run(&plan, &self.first, Some(&self.name));
        (plan, failure)
    }

    /// The first of the candidates that still fails in the same way.
    fn first_failing(&mut self, candidates: &[Candidate]) -> Option<usize> {
        for (turn, batch) in candidates.chunks(self.jobs.max(1)).enumerate() {
            self.runs += batch.len() as u64;
            let fails = pool::map(self.jobs, batch, |_, candidate| {
                let plan = self.plan_of(candidate);
                let (failure, _) = run(&plan, &self.first, Some(&self.name));
                failure.is_some_and(|failure| failure.status == self.status)
            });
            if let Some(found) = fails.into_iter().position(|fails| fails) {
                return Some(turn * self.jobs.max(1) + found);
            }
        }
        None
    }

    /// Keeps the first of the candidates that fails.
    fn take(&mut self, best: &mut Candidate, candidates: Vec<Candidate>) -> bool {
        let found = self.first_failing(&candidates);
        if let Some(index) = found {
            *best = candidates[index].clone();
        }
        found.is_some()
    }

    fn fewer_faults(&mut self, best: &mut Candidate) {
        let count = best.faults.len();
        let with = |best: &Candidate, kept: &[usize]| Candidate {
            faults: kept
                .iter()
                .map(|&index| best.faults[index].clone())
                .collect(),
            ..best.clone()
        };
        if count > EXHAUSTIVE {
            let all: Vec<usize> = (0..count).collect();
            let whole = best.clone();
            let kept = fewest(all, |kept| {
                let candidates: Vec<_> = kept.iter().map(|kept| with(&whole, kept)).collect();
                self.first_failing(&candidates)
            });
            *best = with(&whole, &kept);
        }
        let count = best.faults.len();
        if count <= EXHAUSTIVE {
            let mut subsets: Vec<Vec<usize>> = (0..1usize << count)
                .map(|bits| (0..count).filter(|index| bits >> index & 1 == 1).collect())
                .collect();
            subsets.sort_by_key(Vec::len);
            subsets.pop();
            let candidates = subsets.iter().map(|kept| with(best, kept)).collect();
            self.take(best, candidates);
        }
    }

    fn fewer_entries(&mut self, best: &mut Candidate) {
        // Whole sets first: most of them have nothing to do with it; the verdict may name one.
        let sets: BTreeSet<u16> = best.list.iter().map(|entry| entry.set).collect();
        let (_, failure) = self.of(best);
        let named = failure.map_or(BTreeSet::new(), |failure| named_sets(&failure.detail));
        let of_sets = |best: &Candidate, kept: &dyn Fn(u16) -> bool| Candidate {
            list: best.list.iter().filter(|e| kept(e.set)).cloned().collect(),
            ..best.clone()
        };
        let only_named = of_sets(best, &|set| named.contains(&set));
        if named.is_empty() || !self.take_shifted(best, vec![only_named]) {
            let whole = best.clone();
            let kept = fewest(sets.into_iter().collect(), |kept| {
                let candidates = kept
                    .iter()
                    .map(|kept| of_sets(&whole, &|s| kept.contains(&s)));
                self.first_failing(&candidates.collect::<Vec<_>>())
            });
            *best = of_sets(&whole, &|set| kept.contains(&set));
        }
        self.sooner(best);
        let mut whole = best.clone();
        let list = fewest(best.list.clone(), |kept| {
            let with = |list: &Vec<Entry>| Candidate {
                list: list.clone(),
                ..whole.clone()
            };
            let candidates: Vec<_> = kept.iter().map(with).collect();
            let mut found = whole.clone();
            if !self.take_shifted(&mut found, candidates) {
                return None;
            }
            let index = kept.iter().position(|list| *list == found.list);
            whole = found;
            index
        });
        *best = Candidate { list, ..whole };
    }

    /// Keeps the first of the candidates that fails, its faults as they are or all of them a little
    /// earlier or later: with fewer entries the machine comes to the same place at another instant.
    fn take_shifted(&mut self, best: &mut Candidate, candidates: Vec<Candidate>) -> bool {
        if self.take(best, candidates.clone()) {
            return true;
        }
        let few = candidates.into_iter().filter(|c| c.list.len() <= SHIFTED);
        for candidate in few {
            let shifted = (1..=SHIFTS).flat_map(|turn| {
                let by = SHIFT.0 as i64 * turn;
                [shifted(&candidate, -by), shifted(&candidate, by)]
            });
            if self.take(best, shifted.collect()) {
                return true;
            }
        }
        false
    }

    /// Ends a little after the last fault or the last entry, whichever still fails.
    fn shorter(&mut self, best: &mut Candidate) {
        let faults = best.faults.iter().filter_map(|fault| match fault.at {
            When::Fixed(at) => Some(at + fault.after),
            _ => None,
        });
        let entries = best.list.iter().map(|entry| entry.at - Instant::ZERO);
        let mut ends = BTreeSet::new();
        for last in [faults.max(), entries.max()].into_iter().flatten() {
            ends.extend([1, 3, 10, 30, 90].map(|seconds| last + Span::from_secs(seconds)));
        }
        let candidates = ends
            .into_iter()
            .filter(|end| *end < best.duration)
            .map(|end| Candidate {
                duration: end,
                list: best
                    .list
                    .iter()
                    .filter(|entry| entry.at - Instant::ZERO < end)
                    .cloned()
                    .collect(),
                ..best.clone()
            })
            .collect();
        self.take(best, candidates);
    }

    /// Begins soon: what happened before the first entry is left out.
    fn sooner(&mut self, best: &mut Candidate) {
        let first = best.list.iter().map(|entry| entry.at).min();
        let Some(idle) = first.map(|at| at.saturating_since(Instant::ZERO + FIRST_ENTRY)) else {
            return;
        };
        let mut sooner = best.clone();
        for entry in &mut sooner.list {
            entry.at = Instant::ZERO + (entry.at - (Instant::ZERO + idle));
        }
        sooner = shifted(&sooner, -(idle.0 as i64));
        sooner.duration = sooner.duration.saturating_sub(idle);
        if idle > FIRST_ENTRY {
            self.take_shifted(best, vec![sooner]);
        }
    }
}

/// A candidate with all its faults so many nanoseconds later.
fn shifted(candidate: &Candidate, by: i64) -> Candidate {
    let mut candidate = candidate.clone();
    for fault in &mut candidate.faults {
        if let When::Fixed(at) = &mut fault.at {
            *at = Span(at.0.saturating_add_signed(by));
        }
    }
    candidate
}

/// The sets a text names: `set 72`.
fn named_sets(text: &str) -> BTreeSet<u16> {
    let mut named = BTreeSet::new();
    for part in text.split("set ").skip(1) {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        named.extend(digits.parse::<u16>());
    }
    named
}

/// The fewest items of which `failing` still finds a failing list: it is given lists and says which
/// of them, the first, fails.
fn fewest<T: Clone>(
    mut items: Vec<T>,
    mut failing: impl FnMut(&[Vec<T>]) -> Option<usize>,
) -> Vec<T> {
    if failing(&[Vec::new()]).is_some() {
        return Vec::new();
    }
    let mut chunks = 2;
    while items.len() > 1 {
        chunks = chunks.min(items.len());
        let length = items.len().div_ceil(chunks);
        let without: Vec<Vec<T>> = (0..items.len())
            .step_by(length)
            .map(|from| {
                let to = (from + length).min(items.len());
                [&items[..from], &items[to..]].concat()
            })
            .collect();
        // A half alone, then all but a chunk.
        match failing(&without) {
            Some(index) => {
                items = without[index].clone();
                chunks = chunks.saturating_sub(1).max(2);
            }
            None if length == 1 => break,
            None => chunks *= 2,
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_items_are_found() {
        for needed in [&[][..], &[3], &[0, 99], &[17, 18, 60], &[5, 50, 51, 52, 98]] {
            let mut tried = 0;
            let found = fewest((0..100).collect(), |lists: &[Vec<i32>]| {
                tried += lists.len();
                let fails = |list: &Vec<i32>| needed.iter().all(|n| list.contains(n));
                lists.iter().position(fails)
            });
            assert_eq!(found, needed);
            assert!(tried < 300, "{needed:?}: {tried} runs");
        }
    }
}
