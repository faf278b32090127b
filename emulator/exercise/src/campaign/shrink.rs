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

use crate::air;
use crate::driver::{Plan, StartError};
use crate::entries_csv::Entry;
use crate::script::{DrawnFault, Script, When, Workload};
use crate::world::{self, Outcome, Planned, Reported, World};

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

/// A plan whose work can be left out piece by piece: entries, or aircraft.
pub trait Reducible: Planned {
    /// A piece of the work.
    type Piece: Clone + PartialEq + std::fmt::Debug + Send + Sync;
    /// What pieces are called, many of them.
    const PIECES: &'static str;

    /// The same, so that a run tells its pieces.
    fn telling(&self) -> Self;
    /// The pieces of a run, in order of time.
    fn pieces(&self, outcome: &Outcome<Self>) -> Vec<Self::Piece>;
    /// The same with exactly these pieces, in a list of this name if one is needed.
    fn with_pieces(&self, pieces: &[Self::Piece], list: &str) -> Self;
    /// The exercise.
    fn script_mut(&mut self) -> &mut Script;
    /// When a piece comes.
    fn at(piece: &Self::Piece) -> Instant;
    /// The same so much sooner, if a piece can be moved.
    fn sooner(piece: &Self::Piece, by: Span) -> Option<Self::Piece>;
    /// What belongs together: the set of an entry, the raid of an aircraft.
    fn group(piece: &Self::Piece) -> String;
    /// Whether a verdict's text names a group.
    fn names(text: &str, group: &str) -> bool;
}

impl Reducible for Plan {
    type Piece = Entry;
    const PIECES: &'static str = "entries";

    fn telling(&self) -> Plan {
        let mut plan = self.clone();
        plan.options.keep_entries = true;
        plan
    }

    fn pieces(&self, outcome: &Outcome<Plan>) -> Vec<Entry> {
        outcome
            .entries
            .iter()
            .map(|row| row.entry.clone())
            .collect()
    }

    fn with_pieces(&self, pieces: &[Entry], list: &str) -> Plan {
        let mut plan = self.clone();
        plan.script.workload = Workload::File(list.to_owned());
        plan.list = pieces.to_vec();
        plan.options.keep_entries = false;
        plan
    }

    fn script_mut(&mut self) -> &mut Script {
        &mut self.script
    }

    fn at(piece: &Entry) -> Instant {
        piece.at
    }

    fn sooner(piece: &Entry, by: Span) -> Option<Entry> {
        Some(Entry {
            at: Instant::ZERO + (piece.at - (Instant::ZERO + by)),
            ..piece.clone()
        })
    }

    fn group(piece: &Entry) -> String {
        piece.set.to_string()
    }

    fn names(text: &str, group: &str) -> bool {
        text.split("set ").skip(1).any(|part| {
            let end = part.find(|c: char| !c.is_ascii_digit());
            part[..end.unwrap_or(part.len())] == *group
        })
    }
}

/// An aircraft of an exercise: name, what it belongs to, when it enters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flying {
    /// Its name.
    pub name: String,
    /// Flight, raid or traffic.
    pub of: String,
    /// When.
    pub enters: Instant,
}

impl Reducible for air::Plan {
    type Piece = Flying;
    const PIECES: &'static str = "aircraft";

    fn telling(&self) -> air::Plan {
        self.clone()
    }

    fn pieces(&self, _outcome: &Outcome<air::Plan>) -> Vec<Flying> {
        let flying = |aircraft: &air::flights::Aircraft| Flying {
            name: aircraft.flight.name.clone(),
            of: aircraft.of.clone(),
            enters: aircraft.flight.enters,
        };
        let mut all: Vec<Flying> = self.aircraft.iter().map(flying).collect();
        all.sort_by_key(|one| one.enters);
        all
    }

    fn with_pieces(&self, pieces: &[Flying], _list: &str) -> air::Plan {
        self.with_only(pieces.iter().map(|one| one.name.clone()).collect())
    }

    fn script_mut(&mut self) -> &mut Script {
        &mut self.script
    }

    fn at(piece: &Flying) -> Instant {
        piece.enters
    }

    fn sooner(_piece: &Flying, _by: Span) -> Option<Flying> {
        None
    }

    fn group(piece: &Flying) -> String {
        piece.of.clone()
    }

    fn names(text: &str, group: &str) -> bool {
        let inside = |c: char| c.is_ascii_alphanumeric();
        // R10-1 is not of R1, but CIV17/2 is of CIV.
        let numbered = group.ends_with(|c: char| c.is_ascii_digit());
        let belongs = |rest: &str| {
            !(numbered && rest.starts_with(|c: char| c.is_ascii_digit()))
                && rest.chars().all(|c| !c.is_ascii_alphabetic())
        };
        text.split(|c: char| !inside(c) && c != '-' && c != '/')
            .any(|word| word.strip_prefix(group).is_some_and(belongs))
    }
}

/// The smallest run found.
#[derive(Clone, Debug)]
pub struct Shrunk<P: Reducible> {
    /// Of a reservation site its script names the list `Workload::File`; its list is
    /// [`Plan::list`].
    pub plan: P,
    /// Its pieces.
    pub pieces: Vec<P::Piece>,
    /// What it still does.
    pub failure: Failure,
    /// Faults and pieces before.
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

/// Faults and pieces of a candidate.
#[derive(Clone, Debug, PartialEq)]
struct Candidate<T> {
    faults: Vec<DrawnFault>,
    list: Vec<T>,
    duration: Span,
}

/// Runs candidates.
struct Shrinker<'a, P: Reducible> {
    plan: &'a P,
    first: P::Run,
    list_name: &'a str,
    name: String,
    status: u8,
    jobs: usize,
    runs: u64,
}

/// Reduces the run of `plan`. `list_name` is the file that the list will be written to; `progress`
/// is told faults and entries left.
pub fn shrink<P: Reducible>(
    plan: &P,
    list_name: &str,
    jobs: usize,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Shrunk<P>, ShrinkError> {
    let whole = plan.telling();
    let first = whole.begin()?;
    let (failure, pieces) = run(&whole, &first, None);
    let Some(failure) = failure else {
        return Err(ShrinkError::Passes);
    };
    if failure.status == 5 {
        return Err(ShrinkError::Void);
    }
    let mut listed = plan.with_pieces(&pieces, list_name);
    let drawn = plan.draw_faults();
    let script = listed.script_mut();
    script.expectations.retain(|e| e.name == failure.name);
    script.drawn = drawn.clone();
    script.faults.clear();
    script.rates.clear();
    let duration = script.duration;
    let mut shrinker = Shrinker {
        plan: &listed,
        first: listed.begin()?,
        list_name,
        name: failure.name.clone(),
        status: failure.status,
        jobs,
        runs: 1,
    };
    let mut best = Candidate {
        faults: drawn,
        list: pieces,
        duration,
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
        pieces: best.list,
        before,
        runs: shrinker.runs,
    })
}

/// Runs a plan: what fails (`named`, or the first that does), and its pieces.
fn run<P: Reducible>(
    plan: &P,
    first: &P::Run,
    named: Option<&str>,
) -> (Option<Failure>, Vec<P::Piece>) {
    let mut run = first.reseeded(plan);
    let mut journal = JournalWriter::digest_only();
    let outcome = world::finish(plan, &mut run, &mut journal, &mut (), &mut |_| {});
    let report = P::Run::report(plan, &outcome, 0.0);
    let verdicts = report
        .verdicts()
        .iter()
        .filter(|v| !v.holds && !v.outside_model);
    let verdicts = verdicts.map(|v| (&v.name, &v.detail));
    let unmet = report.expectations().iter().filter(|e| !e.met);
    let failing = verdicts.chain(unmet.map(|e| (&e.name, &e.found)));
    let mut failing = failing.filter(|(name, _)| named.is_none_or(|named| *name == named));
    let failure = failing.next().map(|(name, detail)| Failure {
        status: report.exit_status(),
        name: name.clone(),
        detail: detail.clone(),
    });
    (failure, plan.pieces(&outcome))
}

impl<P: Reducible> Shrinker<'_, P> {
    fn plan_of(&self, candidate: &Candidate<P::Piece>) -> P {
        let mut plan = self.plan.clone();
        plan.script_mut().drawn = candidate.faults.clone();
        plan.script_mut().duration = candidate.duration;
        plan.with_pieces(&candidate.list, self.list_name)
    }

    fn all_fail(&mut self, candidate: &Candidate<P::Piece>) -> bool {
        self.first_failing(std::slice::from_ref(candidate))
            .is_some()
    }

    /// A candidate's plan and how it fails.
    fn of(&mut self, candidate: &Candidate<P::Piece>) -> (P, Option<Failure>) {
        self.runs += 1;
        let plan = self.plan_of(candidate);
        let (failure, _) = run(&plan, &self.first, Some(&self.name));
        (plan, failure)
    }

    /// The first of the candidates that still fails in the same way.
    fn first_failing(&mut self, candidates: &[Candidate<P::Piece>]) -> Option<usize> {
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
    fn take(
        &mut self,
        best: &mut Candidate<P::Piece>,
        candidates: Vec<Candidate<P::Piece>>,
    ) -> bool {
        let found = self.first_failing(&candidates);
        if let Some(index) = found {
            *best = candidates[index].clone();
        }
        found.is_some()
    }

    fn fewer_faults(&mut self, best: &mut Candidate<P::Piece>) {
        let count = best.faults.len();
        let with = |best: &Candidate<P::Piece>, kept: &[usize]| Candidate {
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

    fn fewer_entries(&mut self, best: &mut Candidate<P::Piece>) {
        // Whole sets first: most of them have nothing to do with it; the verdict may name one.
        let groups: BTreeSet<String> = best.list.iter().map(P::group).collect();
        let (_, failure) = self.of(best);
        let text = failure.map_or(String::new(), |failure| failure.detail);
        let named = groups.iter().filter(|group| P::names(&text, group));
        let named: BTreeSet<String> = named.cloned().collect();
        let of_groups = |best: &Candidate<P::Piece>, kept: &dyn Fn(&String) -> bool| Candidate {
            list: best
                .list
                .iter()
                .filter(|piece| kept(&P::group(piece)))
                .cloned()
                .collect(),
            ..best.clone()
        };
        let only_named = of_groups(best, &|group| named.contains(group));
        if named.is_empty() || !self.take_shifted(best, vec![only_named]) {
            let whole = best.clone();
            let kept = fewest(groups.into_iter().collect(), |kept| {
                let candidates = kept
                    .iter()
                    .map(|kept| of_groups(&whole, &|group| kept.contains(group)));
                self.first_failing(&candidates.collect::<Vec<_>>())
            });
            *best = of_groups(&whole, &|group| kept.contains(group));
        }
        self.sooner(best);
        let mut whole = best.clone();
        let list = fewest(best.list.clone(), |kept| {
            let with = |list: &Vec<P::Piece>| Candidate {
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
    fn take_shifted(
        &mut self,
        best: &mut Candidate<P::Piece>,
        candidates: Vec<Candidate<P::Piece>>,
    ) -> bool {
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
    fn shorter(&mut self, best: &mut Candidate<P::Piece>) {
        let faults = best.faults.iter().filter_map(|fault| match fault.at {
            When::Fixed(at) => Some(at + fault.after),
            _ => None,
        });
        let entries = best.list.iter().map(|piece| P::at(piece) - Instant::ZERO);
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
                    .filter(|piece| P::at(piece) - Instant::ZERO < end)
                    .cloned()
                    .collect(),
                ..best.clone()
            })
            .collect();
        self.take(best, candidates);
    }

    /// Begins soon: what happened before the first entry is left out.
    fn sooner(&mut self, best: &mut Candidate<P::Piece>) {
        let first = best.list.iter().map(P::at).min();
        let Some(idle) = first.map(|at| at.saturating_since(Instant::ZERO + FIRST_ENTRY)) else {
            return;
        };
        let mut sooner = shifted(best, -(idle.0 as i64));
        let moved = best.list.iter().map(|piece| P::sooner(piece, idle));
        let Some(moved) = moved.collect() else {
            return;
        };
        sooner.list = moved;
        sooner.duration = sooner.duration.saturating_sub(idle);
        if idle > FIRST_ENTRY {
            self.take_shifted(best, vec![sooner]);
        }
    }
}

/// A candidate with all its faults so many nanoseconds later.
fn shifted<T: Clone>(candidate: &Candidate<T>, by: i64) -> Candidate<T> {
    let mut candidate = candidate.clone();
    for fault in &mut candidate.faults {
        if let When::Fixed(at) = &mut fault.at {
            *at = Span(at.0.saturating_add_signed(by));
        }
    }
    candidate
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
    fn what_a_verdict_names() {
        assert!(<Plan as Reducible>::names("set 72: sold twice", "72"));
        assert!(!<Plan as Reducible>::names("set 720, flight 72", "72"));
        let names = <air::Plan as Reducible>::names;
        assert!(names("track B012 of R1-3 was lost", "R1"));
        assert!(names("track B012 of CIV17/2 is at R2-1 now", "CIV"));
        assert!(!names("track R12X of R10-1", "R1"));
    }

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
