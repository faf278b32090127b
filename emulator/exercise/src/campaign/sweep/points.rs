//! Every point at which a machine can be lost, numbered in one fixed order.

use std::collections::{BTreeMap, BTreeSet};

use clock::journal::JournalWriter;
use clock::{Instant, Span};
use site::engine::{Actor, Step};
use site::{Machine, Record, Role};

use super::{SweepError, forks, ordered};
use crate::driver::{Onlooker, Plan, Run};
use crate::judges::fork_audit::Parent;
use crate::script::SecondCrashes;

/// How a machine is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// Before the instruction with this number since power on.
    Instruction {
        /// Which machine.
        machine: Machine,
        /// The first is 0.
        number: u64,
    },
    /// At an instant, after everything else that happens then.
    Instant {
        /// Which machine.
        machine: Machine,
        /// When.
        at: Instant,
    },
}

impl Crash {
    /// Which machine.
    pub fn machine(self) -> Machine {
        match self {
            Crash::Instruction { machine, .. } | Crash::Instant { machine, .. } => machine,
        }
    }
}

/// What kind of point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// Before an instruction.
    Instruction,
    /// Before or after an appointment.
    Appointment,
    /// At a word of a transfer.
    Word,
    /// In the takeover after a first crash.
    SecondCrash,
    /// With the standby lost before.
    StandbyFirst,
}

impl Sort {
    /// As the table names it; `of` is the role the machine had.
    pub fn name(self, machine: Machine, active: Option<Machine>) -> String {
        let role = match active == Some(machine) {
            true => "active",
            false => "standby",
        };
        match self {
            Sort::Instruction => format!("instruction, {role} machine"),
            Sort::Appointment => format!("appointment, {role} machine"),
            Sort::Word => "word of a transfer".to_owned(),
            Sort::SecondCrash => "second crash in the takeover".to_owned(),
            Sort::StandbyFirst => "standby lost first".to_owned(),
        }
    }
}

/// One point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// In the fixed order, from 0.
    pub number: u64,
    /// The slice it lies in begins here.
    pub slice: Instant,
    /// How the machine is lost.
    pub crash: Crash,
    /// What kind of point.
    pub sort: Sort,
    /// Which machine is loaded again afterwards.
    pub returns: Option<Machine>,
    /// Number of its stretch; single crashes before an instruction only.
    pub stretch: Option<u64>,
    /// Instructions it stands for: those of its stretch, for the sorts that try one of each.
    pub stands_for: u64,
}

/// Points tried from one state.
#[derive(Clone, Debug)]
pub struct Group {
    /// The slice at whose begin the state is taken.
    pub slice: Instant,
    /// The crash before that of the points.
    pub first: Option<Crash>,
    /// In order of their slices.
    pub points: Vec<Point>,
}

/// Groups along one run.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The run at the window's begin.
    pub start: Run,
    /// In order of their slices.
    pub groups: Vec<Group>,
}

/// All points of an exercise.
#[derive(Clone, Debug)]
pub struct Sweeping {
    /// Single crashes; second crashes; the standby first.
    pub stages: Vec<Stage>,
    /// The state forks are held against.
    pub parent: Parent,
    /// After each fork look at the whole of storage too, and insist that both audits agree: slow.
    pub whole_audits: bool,
    /// Points in all.
    pub count: u64,
    /// Instructions that the points stand for.
    pub stands_for: u64,
    /// Stretches in which there is a first crash of double faults.
    pub first_stretches: u64,
    /// Of them, those that a routine has instructions in.
    pub first_crashes: BTreeMap<String, u64>,
}

/// Instructions of one machine between two effects outside it.
struct Stretch {
    slice: Instant,
    machine: Machine,
    /// Number and location.
    executed: Vec<(u64, u16)>,
}

/// What a slice was made of.
struct Slice {
    begin: Instant,
    active: Option<Machine>,
    steps: Vec<Step>,
    transfers: Vec<(Machine, Instant, Instant, u16)>,
}

#[derive(Default)]
struct Transfers(Vec<(Machine, Instant, Instant, u16)>);

impl Onlooker for Transfers {
    fn observe(&mut self, at: Instant, record: &Record) {
        if let Record::Transfer {
            machine,
            words,
            started,
            ..
        } = record
        {
            self.0.push((*machine, *started, at, *words));
        }
    }
}

impl Sweeping {
    /// Plays the exercise undisturbed and numbers its points.
    pub fn new(plan: &Plan) -> Result<Sweeping, SweepError> {
        let sweep = ordered(plan)?;
        let (from, to) = (Instant::ZERO + sweep.from, Instant::ZERO + sweep.to);
        let mut run = plan.begin()?;
        let mut journal = JournalWriter::digest_only();
        while run.now() < from {
            run.slice(plan, &[], &mut journal, &mut ());
        }
        let (inputs, now) = (&plan.inputs, run.now());
        let parent = run.judges.parent(inputs, now, run.site.media());
        let parent = parent.ok_or(SweepError::NotQuiet(now))?;
        let mut sweeping = Sweeping {
            stages: Vec::new(),
            parent,
            whole_audits: false,
            count: 0,
            stands_for: 0,
            first_stretches: 0,
            first_crashes: BTreeMap::new(),
        };
        let slices = traced(plan, &run, to);
        sweeping.singles(&run, &slices);
        if sweep.first_crashes > 0 {
            sweeping.doubles(plan, &run, &slices);
        }
        if sweep.standby_first {
            let mut alone = run.clone();
            alone.site.fault(
                now,
                site::Fault::FailStop {
                    machine: site::Target::Standby,
                },
            );
            let slices = traced(plan, &alone, to);
            sweeping.standby_first(plan, alone, &slices);
        }
        Ok(sweeping)
    }

    fn point(&mut self, slice: Instant, crash: Crash, sort: Sort) -> Point {
        self.count += 1;
        self.stands_for += 1;
        Point {
            number: self.count - 1,
            slice,
            crash,
            sort,
            returns: None,
            stretch: None,
            stands_for: 1,
        }
    }

    fn singles(&mut self, run: &Run, slices: &[Slice]) {
        let mut groups: BTreeMap<Instant, Vec<Point>> = BTreeMap::new();
        for (number, stretch) in stretches(slices).iter().enumerate() {
            for &(executed, _) in &stretch.executed {
                let crash = Crash::Instruction {
                    machine: stretch.machine,
                    number: executed,
                };
                let mut point = self.point(stretch.slice, crash, Sort::Instruction);
                point.stretch = Some(number as u64);
                groups.entry(stretch.slice).or_default().push(point);
            }
        }
        let first = slices.first().map_or(Instant::ZERO, |slice| slice.begin);
        let slice_of = |at: Instant| {
            let found = slices.partition_point(|slice| slice.begin <= at);
            slices[found.saturating_sub(1)].begin
        };
        for (sort, instants) in [
            (Sort::Appointment, appointments(slices)),
            (Sort::Word, words(slices)),
        ] {
            for (at, machine) in instants {
                if at >= first {
                    let slice = slice_of(at);
                    let point = self.point(slice, Crash::Instant { machine, at }, sort);
                    groups.entry(slice).or_default().push(point);
                }
            }
        }
        self.stages.push(stage(run, groups));
    }

    /// For each routine the active machine reaches, some first crashes; for each of them every
    /// stretch of the survivor until what is held is answered.
    fn doubles(&mut self, plan: &Plan, run: &Run, slices: &[Slice]) {
        let wanted = plan.script.sweep.as_ref().map_or(0, |s| s.first_crashes);
        let chosen = first_crashes(plan, slices, wanted as usize);
        let mut run = run.clone();
        let start = run.clone();
        let mut journal = JournalWriter::digest_only();
        let mut groups = Vec::new();
        for (turn, first_crash) in chosen.into_iter().enumerate() {
            let (slice, first) = (first_crash.slice, first_crash.crash);
            while run.now() < slice {
                run.slice(plan, &[], &mut journal, &mut ());
            }
            self.first_stretches += 1;
            for routine in first_crash.routines {
                *self.first_crashes.entry(routine).or_default() += 1;
            }
            let survivor = first.machine().other();
            let mut points = Vec::new();
            let followed = stretches(&followed(plan, &run, first));
            let of_survivor = followed.iter().filter(|s| s.machine == survivor);
            for (index, stretch) in of_survivor.enumerate() {
                let returns = first.machine();
                points.extend(self.second(plan, stretch, turn + index, Sort::SecondCrash, returns));
            }
            groups.push(Group {
                slice,
                first: Some(first),
                points,
            });
        }
        self.stages.push(Stage { start, groups });
    }

    fn standby_first(&mut self, plan: &Plan, run: Run, slices: &[Slice]) {
        let mut groups: BTreeMap<Instant, Vec<Point>> = BTreeMap::new();
        let all = stretches(slices);
        for returns in Machine::BOTH {
            for (index, stretch) in all.iter().enumerate() {
                let active = slices.iter().find_map(|slice| slice.active);
                if Some(stretch.machine) != active {
                    continue;
                }
                let points = self.second(plan, stretch, index, Sort::StandbyFirst, returns);
                groups.entry(stretch.slice).or_default().extend(points);
            }
        }
        self.stages.push(stage(&run, groups));
    }

    /// Second crashes in a stretch: before each of its instructions, or before one, another one each
    /// `turn`, which stands for all: together they come by all of it.
    fn second(
        &mut self,
        plan: &Plan,
        stretch: &Stretch,
        turn: usize,
        sort: Sort,
        returns: Machine,
    ) -> Vec<Point> {
        let choice = plan.script.sweep.as_ref().map(|s| s.second_crashes);
        let length = stretch.executed.len();
        let (struck, stands_for) = match choice.unwrap_or_default() {
            SecondCrashes::OneOfEachStretch => (&stretch.executed[turn % length..][..1], length),
            SecondCrashes::BeforeEveryInstruction => (&stretch.executed[..], 1),
        };
        let point = |&(number, _): &(u64, u16)| {
            let machine = stretch.machine;
            let crash = Crash::Instruction { machine, number };
            let mut point = self.point(stretch.slice, crash, sort);
            point.returns = Some(returns);
            point.stands_for = stands_for as u64;
            self.stands_for += point.stands_for - 1;
            point
        };
        struck.iter().map(point).collect()
    }
}

fn stage(run: &Run, groups: BTreeMap<Instant, Vec<Point>>) -> Stage {
    let groups = groups.into_iter().map(|(slice, points)| Group {
        slice,
        first: None,
        points,
    });
    Stage {
        start: run.clone(),
        groups: groups.collect(),
    }
}

/// The slices of a run up to `to`, traced.
fn traced(plan: &Plan, run: &Run, to: Instant) -> Vec<Slice> {
    let mut run = run.clone();
    run.site.set_trace(true);
    let mut slices = Vec::new();
    while run.now() < to {
        slices.push(trace(plan, &mut run));
    }
    slices
}

/// One slice, traced. The run must be tracing.
fn trace(plan: &Plan, run: &mut Run) -> Slice {
    let mut journal = JournalWriter::digest_only();
    let begin = run.now();
    let mut transfers = Transfers::default();
    run.slice(plan, &[], &mut journal, &mut transfers);
    Slice {
        begin,
        active: Machine::BOTH
            .into_iter()
            .find(|&machine| run.site.role(machine) == Role::Active),
        steps: run.site.take_trace(),
        transfers: transfers.0,
    }
}

/// The slices after a crash until what is held is answered.
fn followed(plan: &Plan, run: &Run, first: Crash) -> Vec<Slice> {
    let mut run = run.clone();
    let mut seen = forks::Seen::new(first.machine());
    forks::strike(&mut run, first);
    let mut journal = JournalWriter::digest_only();
    for _ in 0..2 {
        if seen.location.is_none() {
            run.slice(plan, &[], &mut journal, &mut seen);
        }
    }
    run.site.set_trace(true);
    let mut slices = Vec::new();
    let now = run.now();
    forks::aftermath(plan, &mut run, now, |run| slices.push(trace(plan, run)));
    slices
}

/// Stretches of both machines in order of their begin.
fn stretches(slices: &[Slice]) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = Vec::new();
    for slice in slices {
        // By machine: the stretch that goes on.
        let mut open: [Option<usize>; 2] = [None; 2];
        for step in &slice.steps {
            match *step {
                Step::Outside { whose, .. } => match whose {
                    Actor::Machine(machine) => open[machine.index()] = None,
                    _ => open = [None; 2],
                },
                Step::Executed {
                    machine,
                    number,
                    location,
                } => {
                    let at = *open[machine.index()].get_or_insert_with(|| {
                        found.push(Stretch {
                            slice: slice.begin,
                            machine,
                            executed: Vec::new(),
                        });
                        found.len() - 1
                    });
                    found[at].executed.push((number, location));
                }
            }
        }
    }
    found
}

/// Just before and just after each appointment, with the machine to be struck.
fn appointments(slices: &[Slice]) -> Vec<(Instant, Machine)> {
    let mut found = Vec::new();
    for slice in slices {
        let active = slice.active.unwrap_or(Machine::A);
        for step in &slice.steps {
            if let Step::Outside { at, whose } = step {
                let machine = match whose {
                    Actor::Machine(machine) => *machine,
                    _ => active,
                };
                found.push((Instant(at.0.saturating_sub(1)), machine));
                found.push((*at, machine));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// When each word of each transfer passes, with the machine that transfers.
fn words(slices: &[Slice]) -> Vec<(Instant, Machine)> {
    let mut found = Vec::new();
    for &(machine, started, ended, words) in slices.iter().flat_map(|slice| &slice.transfers) {
        let length = ended.saturating_since(started).0;
        for word in 0..u64::from(words) {
            let at = started + Span(length * word / u64::from(words));
            found.push((at, machine));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// A first crash of double faults.
struct FirstCrash {
    slice: Instant,
    crash: Crash,
    /// Routines of whose instructions its stretch is made: to crash before any of them is the same.
    routines: BTreeSet<String>,
}

/// First crashes of the active machine in as few stretches as will do: for each routine it
/// executes `wanted` stretches, as far apart as they are, or all there are.
fn first_crashes(plan: &Plan, slices: &[Slice], wanted: usize) -> Vec<FirstCrash> {
    let active = slices.iter().find_map(|slice| slice.active);
    let all = stretches(slices);
    let mine: Vec<&Stretch> = all.iter().filter(|s| Some(s.machine) == active).collect();
    let routine = |location| plan.inputs.assembly.routine_of(location);
    let mut by_routine: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, stretch) in mine.iter().enumerate() {
        let names: BTreeSet<&str> = stretch
            .executed
            .iter()
            .filter_map(|e| routine(e.1))
            .collect();
        for name in names {
            by_routine.entry(name).or_default().push(index);
        }
    }
    // The rarest routine first: its stretches often do for others.
    let mut rarest: Vec<(&str, Vec<usize>)> = by_routine.into_iter().collect();
    rarest.sort_by_key(|(_, at)| at.len());
    let mut chosen: BTreeMap<usize, u64> = BTreeMap::new();
    for (name, at) in rarest {
        let there = at.iter().filter(|index| chosen.contains_key(index)).count();
        let left: Vec<usize> = at.into_iter().filter(|i| !chosen.contains_key(i)).collect();
        let more = wanted.saturating_sub(there).min(left.len());
        for turn in 0..more {
            // First, middle, last; with one only, the middle.
            let index = match more {
                1 => left.len() / 2,
                _ => (left.len() - 1) * turn / (more - 1),
            };
            let executed = &mine[left[index]].executed;
            let of_routine = executed.iter().find(|e| routine(e.1) == Some(name));
            chosen.insert(left[index], of_routine.unwrap_or(&executed[0]).0);
        }
    }
    let first = |(index, number): (usize, u64)| {
        let stretch = mine[index];
        let names = stretch.executed.iter().filter_map(|e| routine(e.1));
        FirstCrash {
            slice: stretch.slice,
            crash: Crash::Instruction {
                machine: stretch.machine,
                number,
            },
            routines: names.map(str::to_owned).collect(),
        }
    };
    chosen.into_iter().map(first).collect()
}
