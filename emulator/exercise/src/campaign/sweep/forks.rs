//! One point tried: a fork, a crash, and on until everything held is answered.

use std::sync::Arc;

use clock::journal::JournalWriter;
use clock::{Instant, Span};
use device::agent_set::SetOutput;
use site::record::Stop;
use site::{Fault, Machine, Record, Role};

use super::points::{Crash, Point, Sort, Stage, Sweeping};
use crate::campaign::{Place, Unit, UnitResult};
use crate::driver::{Onlooker, Plan, Run, SLICE};
use crate::judges::Verdict;

/// Points tried from one state in one job, at most: the jobs stay small.
const JOB: usize = 64;

/// Points with the state they are tried from.
pub(super) struct Job {
    parent: Arc<Run>,
    first: Option<Crash>,
    points: Vec<Point>,
}

/// The jobs of all stages in order. Each stage's run is played along while jobs are taken.
pub(super) fn jobs<'a>(
    plan: &'a Plan,
    sweeping: &'a Sweeping,
    wanted: &'a impl Fn(&Point) -> bool,
) -> impl Iterator<Item = Job> + 'a {
    let of_stage = move |stage: &'a Stage| {
        let mut run = stage.start.clone();
        let mut journal = JournalWriter::digest_only();
        stage.groups.iter().flat_map(move |group| {
            let points: Vec<Point> = group.points.iter().copied().filter(wanted).collect();
            let mut jobs = Vec::new();
            if !points.is_empty() {
                while run.now() < group.slice {
                    run.slice(plan, &[], &mut journal, &mut ());
                }
                let parent = Arc::new(run.clone());
                jobs.extend(points.chunks(JOB).map(|points| Job {
                    parent: parent.clone(),
                    first: group.first,
                    points: points.to_vec(),
                }));
            }
            jobs
        })
    };
    sweeping.stages.iter().flat_map(of_stage)
}

/// Tries the points of a job.
pub(super) fn work(plan: &Plan, sweeping: &Sweeping, unit: &Unit, job: Job) -> Vec<UnitResult> {
    let mut base = Run::clone(&job.parent);
    let mut journal = JournalWriter::digest_only();
    if let Some(first) = job.first {
        strike(&mut base, first);
    }
    let mut results = Vec::new();
    for point in &job.points {
        while base.now() < point.slice {
            base.slice(plan, &[], &mut journal, &mut ());
        }
        let unit = Unit {
            point: Some(point.number),
            ..unit.clone()
        };
        results.push(try_point(plan, sweeping, unit, base.clone(), point));
    }
    results
}

/// Orders a crash.
pub(super) fn strike(run: &mut Run, crash: Crash) {
    let (at, fault) = match crash {
        Crash::Instruction { machine, number } => {
            let (machine, n) = (machine.into(), number);
            (run.now(), Fault::FailStopAtInstruction { machine, n })
        }
        Crash::Instant { machine, at } => {
            let machine = machine.into();
            (at, Fault::FailStop { machine })
        }
    };
    run.site.fault(at, fault);
}

/// What was seen of a fork.
pub(super) struct Seen {
    machine: Machine,
    /// Where it stopped.
    pub location: Option<u32>,
    /// Complete answers since then.
    answers: u64,
    shown: blake3::Hasher,
}

impl Seen {
    /// Of the machine that is to be lost.
    pub fn new(machine: Machine) -> Seen {
        Seen {
            machine,
            location: None,
            answers: 0,
            shown: blake3::Hasher::new(),
        }
    }
}

impl Onlooker for Seen {
    fn observe(&mut self, _at: Instant, record: &Record) {
        match record {
            Record::MachineStopped {
                machine,
                why: Stop::FailStop,
                location,
                ..
            } if *machine == self.machine => {
                self.location.get_or_insert(*location);
            }
            Record::Set(SetOutput::Answer {
                set,
                serial,
                text,
                lights,
                complete,
                ..
            }) => {
                // All since the fork: what a set shows does not wait for a machine that waits itself.
                let since_crash = self.location.is_some();
                self.answers += u64::from(*complete && since_crash);
                self.shown.update(&set.to_le_bytes());
                self.shown.update(&serial.to_le_bytes());
                self.shown.update(&lights.unwrap_or(0).to_le_bytes());
                self.shown.update(text);
            }
            _ => {}
        }
    }
}

/// After a crash: whatever is held is to be answered; if nothing is, the next entry. `step` is
/// called with the run to take it a slice further.
pub(super) fn aftermath(
    plan: &Plan,
    run: &mut Run,
    not_before: Instant,
    mut step: impl FnMut(&mut Run),
) {
    let mut asked = false;
    loop {
        if !asked && run.judges.ledger.pending() > 0 {
            asked = true;
            run.stop_typing(run.now().max(not_before));
        }
        if run.is_over(plan) {
            return;
        }
        step(run);
    }
}

fn try_point(
    plan: &Plan,
    sweeping: &Sweeping,
    unit: Unit,
    mut fork: Run,
    point: &Point,
) -> UnitResult {
    let mut journal = JournalWriter::digest_only();
    let machine = point.crash.machine();
    let active = Machine::BOTH
        .into_iter()
        .find(|&machine| fork.site.role(machine) == Role::Active);
    let mut seen = Seen::new(machine);
    strike(&mut fork, point.crash);
    for _ in 0..2 {
        if seen.location.is_none() {
            fork.slice(plan, &[], &mut journal, &mut seen);
        }
    }
    let held = fork.judges.ledger.all_open().next();
    let entry = held.map_or("nothing held".to_owned(), |(_, open)| open.text.clone());
    let mut not_before = fork.now();
    if let Some(machine) = point.returns {
        let after = plan
            .script
            .sweep
            .as_ref()
            .map_or(Span::ZERO, |s| s.returns_after);
        let machine = machine.into();
        not_before = fork.now() + after + SLICE;
        let fault = Fault::ReturnToService { machine };
        fork.site.fault(fork.now() + after, fault);
    }
    aftermath(plan, &mut fork, not_before, |run| {
        run.slice(plan, &[], &mut journal, &mut seen);
    });
    let (inputs, now) = (&plan.inputs, fork.now());
    let storage = fork.site.media();
    let whole = sweeping.whole_audits.then(|| {
        let mut judges = fork.judges.clone();
        judges.audit(inputs, now, storage);
        judges.verdicts(inputs, now)
    });
    fork.judges
        .audit_fork(inputs, now, storage, &sweeping.parent);
    let verdicts = fork.judges.verdicts(inputs, now);
    if let Some(whole) = whole {
        let holds = |verdicts: &[Verdict]| verdicts.iter().map(|v| v.holds).collect::<Vec<_>>();
        assert_eq!(holds(&whole), holds(&verdicts), "{whole:#?} {verdicts:#?}");
    }
    let broken: Vec<_> = verdicts.iter().filter(|v| !v.holds).collect();
    let unstruck = fork.judges.takeovers.faults.iter().find(|f| !f.took_effect);
    let (status, detail) = match (broken.first(), seen.location, unstruck) {
        (Some(verdict), ..) => {
            let live_only = broken.iter().all(|v| v.name == "live-again");
            let text = format!("{}: {}", verdict.name, verdict.detail);
            (if live_only { 4 } else { 1 }, text)
        }
        (None, None, _) => (5, format!("machine {machine} was never lost")),
        (None, _, Some(fault)) => (5, format!("no effect: {:?}", fault.fault)),
        _ if seen.answers == 0 => (5, "nothing was asked after the crash".to_owned()),
        _ => (0, String::new()),
    };
    let routine = seen
        .location
        .and_then(|location| inputs.assembly.routine_of(location));
    UnitResult {
        unit,
        status,
        digest: seen.shown.finalize().to_hex()[..16].to_owned(),
        broken: broken.iter().map(|v| v.name.clone()).collect(),
        detail,
        takeovers: fork.judges.takeovers.moves.len() as u64,
        outages_ms: Vec::new(),
        faults: vec![match point.crash {
            Crash::Instruction { machine, number } => {
                format!("machine {machine} lost before its instruction {number}")
            }
            Crash::Instant { machine, at } => format!("machine {machine} lost at {at}"),
        }],
        place: Some(Place {
            sort: match point.sort {
                // The role it had is the first crash's affair.
                Sort::SecondCrash | Sort::StandbyFirst => point.sort.name(machine, None),
                sort => sort.name(machine, active),
            },
            entry,
            routine: routine.unwrap_or("-").to_owned(),
            stretch: point.stretch,
            stands_for: point.stands_for,
        }),
    }
}
