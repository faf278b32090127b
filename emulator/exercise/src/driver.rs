//! The run itself: one site, one exercise, one seed, in slices of ten milliseconds.
//!
//! In each slice the agents' actions and the faults that are due are given to the site at their
//! instants, the site runs to the slice's end, and what the sets showed is shown to the agents,
//! who act in a later slice. Every record goes to the journal and to the judges, in one order.
//!
//! After the script's duration nobody types any more; the run goes on until every entry held is
//! answered, at most the script's settling time.
//!
//! | part | what it is |
//! |---|---|
//! | [`Plan`] | what never changes: site, exercise, seed |
//! | [`Run`] | what changes, between two slices: saved, restored, forked |
//! | [`Onlooker`] | somebody besides the judges who looks on |
//! | [`Live`] | what a person outside the exercise does |

mod counters;
mod entry_list;
mod faults;
mod operators;
mod plan;
mod world;

use std::collections::BTreeMap;
use std::io::Write;

use clock::journal::{self, JournalWriter};
use clock::{Instant, Span};
use device::agent_set::SetOutput;
use serde::{Deserialize, Serialize};
use site::center::engine::Action;
use site::{Machine, Record, Site, SiteStatistics, View, Watcher};

use crate::agents::{AgentCounts, Agents, Key, SetEvent};
use crate::entries_csv::Answered;
use crate::history;
use crate::inputs::Inputs;
use crate::judges::files_audit::Kept;
use crate::judges::ledger::Traffic;
use crate::judges::takeovers::{Fired, Takeover};
use crate::judges::{Judges, Verdict, text_of};
use crate::script::{self, Script};
use crate::workload::{Player, Workload};
pub use crate::world::finish;
use counters::CounterWatch;
use entry_list::EntryList;
pub use faults::Faults;
use operators::Operators;
pub use plan::{Plan, StartError};

/// Length of a slice.
pub const SLICE: Span = Span::from_millis(10);

const DAY: Span = Span::from_secs(24 * 3600);

/// Journal record kinds.
pub mod kind {
    /// A record of the site.
    pub const SITE: u8 = 1;
    /// An agent's action, given to the site.
    pub const ACTION: u8 = 2;
    /// What a person outside the exercise did, as [`super::Live`].
    pub const LIVE: u8 = 3;
}

/// Options of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Options {
    /// Seed of everything the exercise draws.
    pub seed: u64,
    /// Cuts the script short.
    pub cut: Option<Span>,
    /// Keep every entry with its answer (for `--entries`).
    pub keep_entries: bool,
}

impl Options {
    /// When nobody types any more.
    pub fn end(&self, script: &Script) -> Instant {
        let whole = script.duration;
        Instant::ZERO + self.cut.map_or(whole, |cut| cut.min(whole))
    }

    /// The script is cut short.
    pub fn is_cut(&self, script: &Script) -> bool {
        self.cut.is_some_and(|cut| cut < script.duration)
    }
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Virtual time.
    pub now: Instant,
    /// Its end, without settling.
    pub end: Instant,
    /// So many, of what: `(12, "answered")`.
    pub counted: (u64, &'static str),
    /// Moves of the active role.
    pub takeovers: usize,
    /// The script is over; waiting for what is held.
    pub settling: bool,
}

/// How much is on file, once in twenty-four hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// When somebody looked.
    pub at: Instant,
    /// Passenger records.
    pub kept: Kept,
    /// Bytes of the journal's records so far.
    pub journal: u64,
}

/// Everything a run showed; the report is written from it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Digest of the journal's records.
    pub digest: String,
    /// Records in it.
    pub records: u64,
    /// Virtual time run.
    pub time: Span,
    /// The site's own counts.
    pub statistics: SiteStatistics,
    /// Entries.
    pub traffic: Traffic,
    /// Entries without an answer.
    pub pending: u64,
    /// Mean characters of printed answers.
    pub mean_answer: Option<f64>,
    /// What the agents did, if there were any.
    pub agents: Option<AgentCounts>,
    /// Moves of the active role.
    pub takeovers: Vec<Takeover>,
    /// Faults that came due.
    pub faults: Vec<Fired>,
    /// Faults the script orders that never came due, in words.
    pub not_reached: Vec<String>,
    /// What happened around faults and takeovers.
    pub log: Vec<(Instant, String)>,
    /// The program's own counters, by symbol, both machines together.
    pub counters: BTreeMap<String, u64>,
    /// What the judges say.
    pub verdicts: Vec<Verdict>,
    /// The script was cut short.
    pub cut: bool,
    /// Entries with answers, if asked for.
    pub entries: Vec<Answered>,
    /// Seats that the inventory counts and no booking has.
    pub seats_left_over: u64,
    /// Passenger records used or reserved, at the end.
    pub passenger_records: u32,
    /// Every twenty-four hours.
    pub days: Vec<Day>,
}

/// Somebody besides the judges who looks on: a diagram, a history. Changes nothing.
pub trait Onlooker {
    /// A key is about to be pressed at a set.
    fn typed(&mut self, _at: Instant, _set: u16, _key: &Key) {}
    /// A record of the site.
    fn observe(&mut self, _at: Instant, _record: &Record) {}
    /// Something is about to be done at a console.
    fn acted(&mut self, _at: Instant, _action: &Action) {}
    /// An entry that concerns seats was accepted, or its fate is known. Entries of a slice come at its
    /// end, in order of time.
    fn entry(&mut self, _entry: &history::Entry) {}
}

/// Nobody looks on.
impl Onlooker for () {}

/// Several who look on.
impl Onlooker for Vec<&mut dyn Onlooker> {
    fn typed(&mut self, at: Instant, set: u16, key: &Key) {
        self.iter_mut().for_each(|one| one.typed(at, set, key));
    }

    fn observe(&mut self, at: Instant, record: &Record) {
        self.iter_mut().for_each(|one| one.observe(at, record));
    }

    fn acted(&mut self, at: Instant, action: &Action) {
        self.iter_mut().for_each(|one| one.acted(at, action));
    }

    fn entry(&mut self, entry: &history::Entry) {
        self.iter_mut().for_each(|one| one.entry(entry));
    }
}

/// What a person outside the exercise does, accepted at the begin of a slice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Live {
    /// Sits down at a set; its agent stands up.
    Sit {
        /// The set.
        set: u16,
    },
    /// Leaves a set; its agent comes back.
    Leave {
        /// The set.
        set: u16,
    },
    /// Presses ENTER or RESET; at most once a set in a slice, for it would be at the same instant.
    Key {
        /// The set.
        set: u16,
        /// What.
        key: Key,
    },
    /// Sends everybody home before the script's end: nobody types from here on.
    Close,
}

/// A run between two slices: plain data, to be saved, restored, and forked by `clone`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Run {
    /// The site.
    pub site: Site,
    /// Who watch it.
    pub judges: Judges,
    /// Faults still to be given.
    pub faults: Faults,
    workload: Workload,
    counters: CounterWatch,
    entries: EntryList,
    days: Vec<Day>,
    operators: Operators,
    /// The machine lost last.
    lost: Option<Machine>,
    now: Instant,
    /// Nobody types from then on, though the exercise is not over: a fork, or [`Live::Close`].
    stops: Option<Instant>,
}

/// Hears every record of a slice.
struct Ears<'a, W: Write> {
    inputs: &'a Inputs,
    judges: &'a mut Judges,
    journal: &'a mut JournalWriter<W>,
    onlooker: &'a mut dyn Onlooker,
    operators: &'a mut Operators,
    shown: Vec<(Instant, SetOutput)>,
    lost: &'a mut Option<Machine>,
}

impl<W: Write> Watcher for Ears<'_, W> {
    fn observe(&mut self, at: Instant, record: &Record, view: &View) {
        self.journal.append(at, kind::SITE, record);
        self.judges.observe(self.inputs, at, record, view);
        self.onlooker.observe(at, record);
        self.operators.observe(at, record);
        match record {
            Record::Set(output) => self.shown.push((at, output.clone())),
            Record::MachineStopped { machine, .. } => *self.lost = Some(*machine),
            Record::Decision {
                from: Some(from), ..
            } => *self.lost = Some(*from),
            _ => {}
        }
    }
}

impl Run {
    /// A run at instant 0 at a site that has its opening files.
    pub(super) fn new(plan: &Plan, site: Site) -> Run {
        let inputs = &plan.inputs;
        let drawn = plan.draw_faults();
        Run {
            judges: Judges::new(
                inputs,
                &plan.script.bounds,
                site.media(),
                plan.script.start_minute(),
            ),
            site,
            faults: Faults::new(drawn),
            workload: workload(plan),
            counters: CounterWatch::default(),
            entries: EntryList::default(),
            days: Vec::new(),
            operators: Operators::new(inputs.description.switch.operators, plan.options.seed),
            lost: None,
            now: Instant::ZERO,
            stops: None,
        }
    }

    /// This run, still at instant 0, with the seed of another plan of the same site and exercise.
    pub fn reseeded(&self, plan: &Plan) -> Run {
        debug_assert_eq!(self.now, Instant::ZERO, "what was drawn has not been used");
        let drawn = plan.draw_faults();
        Run {
            faults: Faults::new(drawn),
            workload: workload(plan),
            ..self.clone()
        }
    }

    /// Goes on with the faults of another script: a fork asks what would have happened instead. Those
    /// for which it is too late are told as not reached.
    pub fn fork(&mut self, plan: &Plan) {
        let drawn = plan.draw_faults();
        let sent = self.judges.ledger.traffic.sent;
        self.faults.fork(drawn, self.now, sent);
        self.judges.set_bounds(&plan.script.bounds);
    }

    /// What lies before it has happened.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Nobody of the exercise is at work at this set.
    pub fn is_at_rest(&self, set: u16) -> bool {
        self.workload.is_at_rest(set)
    }

    /// Nobody types any more, what is to be mended was mended the script's time ago, and nothing is
    /// held and no fault waits for its occasion, or the settling time has ended.
    pub fn is_over(&self, plan: &Plan) -> bool {
        let live = plan.script.bounds.live;
        let healed = self.judges.live.healed_at().filter(|_| live > Span::ZERO);
        let end = self
            .end(plan)
            .max(healed.map_or(Instant::ZERO, |at| at + live));
        if self.now < end {
            return false;
        }
        let whole = !plan.is_cut();
        if whole && live > Span::ZERO && self.site.is_healing() {
            return false;
        }
        let waiting = whole && !self.site.waiting_faults().is_empty();
        self.now >= end + plan.script.settle || self.judges.ledger.pending() == 0 && !waiting
    }

    fn end(&self, plan: &Plan) -> Instant {
        self.stops.map_or(plan.end(), |stops| stops.min(plan.end()))
    }

    /// Nobody types from `at` on.
    pub fn stop_typing(&mut self, at: Instant) {
        self.stops = Some(at);
    }

    /// When somebody acts next.
    pub fn next_action(&self) -> Instant {
        self.workload.due()
    }

    /// How far it is.
    pub fn progress(&self, plan: &Plan) -> Progress {
        let traffic = &self.judges.ledger.traffic;
        Progress {
            now: self.now,
            end: plan.end(),
            counted: (traffic.answered + traffic.refused, "answered"),
            takeovers: self.judges.takeovers.moves.len(),
            settling: self.now >= plan.end(),
        }
    }

    /// The next ten milliseconds (less if the script's end comes before). `live` happens at its
    /// begin.
    pub fn slice<W: Write>(
        &mut self,
        plan: &Plan,
        live: &[Live],
        journal: &mut JournalWriter<W>,
        onlooker: &mut dyn Onlooker,
    ) {
        let now = self.now;
        for input in live {
            journal.append(now, kind::LIVE, input);
            match input {
                Live::Sit { set } => self.workload.sit(now, *set),
                Live::Leave { set } => self.workload.leave(*set),
                Live::Key { set, key } => self.press(plan, now, *set, key, onlooker),
                Live::Close => self.stop_typing(now),
            }
        }
        let end = self.end(plan);
        let typing = now < end;
        let until = match typing {
            true => (now + SLICE).min(end),
            false => now + SLICE,
        };
        let mut actions = Vec::new();
        if typing {
            self.workload.actions(until, &plan.knowledge, &mut actions);
        }
        for action in &actions {
            let at = action.at.max(now);
            journal.append(at, kind::ACTION, action);
            self.press(plan, at, action.set, &action.key, onlooker);
        }
        if typing {
            let sent = self.judges.ledger.traffic.sent;
            let disabled = &plan.script.disabled;
            self.faults
                .give(now, until, sent, self.lost, disabled, &mut self.site);
        }
        self.operators.act(until, &mut self.site);
        let mut ears = Ears {
            inputs: &plan.inputs,
            judges: &mut self.judges,
            journal,
            onlooker,
            operators: &mut self.operators,
            shown: Vec::new(),
            lost: &mut self.lost,
        };
        self.site.run_until(until, &mut ears);
        for (at, output) in ears.shown {
            for (set, event) in events(&output, &plan.first_sets) {
                self.workload.show(at, set, &event, until, &plan.knowledge);
            }
        }
        if plan.options.keep_entries {
            self.entries.answered(&self.judges.completed);
        }
        self.judges.completed.clear();
        for entry in self.judges.seats.operations.entries.drain(..) {
            onlooker.entry(&entry);
        }
        self.now = until;
        if until.0.is_multiple_of(1_000_000_000) {
            self.counters.sample(&self.site, &plan.counters);
        }
        self.judges
            .time_passes(&plan.inputs, until, self.site.media());
        if until.0.is_multiple_of(DAY.0) {
            self.judges.audit(&plan.inputs, until, self.site.media());
            self.days.push(Day {
                at: until,
                kept: self.judges.files.kept,
                journal: journal.state().bytes(),
            });
        }
    }

    fn press(
        &mut self,
        plan: &Plan,
        at: Instant,
        set: u16,
        key: &Key,
        onlooker: &mut dyn Onlooker,
    ) {
        match key {
            Key::Enter(text) => {
                self.site.enter(at, set, text);
                self.judges.typed(at, set, text);
            }
            Key::Reset => self.site.reset(at, set),
        }
        if plan.options.keep_entries {
            self.entries.typed(at, set, key);
        }
        onlooker.typed(at, set, key);
    }

    /// The run is over: a last audit, and everything it showed. `digest` and `records` are its
    /// journal's.
    pub fn outcome(&mut self, plan: &Plan, journal: &journal::State) -> Outcome {
        self.counters.sample(&self.site, &plan.counters);
        self.judges.audit(&plan.inputs, self.now, self.site.media());
        let judges = &self.judges;
        Outcome {
            digest: journal.digest(),
            records: journal.records(),
            time: self.now - Instant::ZERO,
            statistics: self.site.statistics(),
            pending: judges.ledger.pending(),
            mean_answer: judges.ledger.mean_answer(),
            traffic: judges.ledger.traffic.clone(),
            agents: match &self.workload {
                Workload::Calls(agents) => Some(agents.counts.clone()),
                _ => None,
            },
            takeovers: judges.takeovers.moves.clone(),
            faults: judges.takeovers.faults.clone(),
            not_reached: self.faults.not_given(&self.site),
            log: judges.takeovers.log.clone(),
            counters: self.counters.sums(),
            verdicts: judges.verdicts(&plan.inputs, self.now),
            cut: plan.is_cut(),
            entries: self.entries.rows.clone(),
            seats_left_over: judges.seats_left_over(),
            passenger_records: judges.files.kept.reached,
            days: self.days.clone(),
        }
    }
}

/// The workload of a run at its begin.
fn workload(plan: &Plan) -> Workload {
    match &plan.script.workload {
        script::Workload::Calls { calls_per_day, .. } => {
            let start = plan.script.start_minute();
            let sets = plan.inputs.description.sets() as u16;
            let agents = Agents::new(plan.options.seed, sets, *calls_per_day, start);
            Workload::Calls(Box::new(agents))
        }
        script::Workload::File(_) => Workload::List(Player::new(plan.list.clone())),
        script::Workload::Quiet | script::Workload::Air => Workload::Quiet,
    }
}

/// What an output means for the agents: a lock of an interchange concerns all its sets.
fn events(output: &SetOutput, first_sets: &[(u16, u16)]) -> Vec<(u16, SetEvent)> {
    let all = |interchange: u16, event: SetEvent| -> Vec<(u16, SetEvent)> {
        let (first, count) = first_sets
            .get(usize::from(interchange))
            .copied()
            .unwrap_or_default();
        (first..first + count)
            .map(|set| (set, event.clone()))
            .collect()
    };
    match output {
        SetOutput::Accepted { set, .. } => vec![(*set, SetEvent::Accepted)],
        SetOutput::Answer {
            set,
            lights,
            text,
            complete,
            printed_at,
            ..
        } => {
            let answer = SetEvent::Answer {
                text: text_of(text),
                lights: *lights,
                complete: *complete,
                printed_at: *printed_at,
            };
            vec![(*set, answer)]
        }
        SetOutput::Unlocked { set } => vec![(*set, SetEvent::Unlocked)],
        SetOutput::NotAvailable { interchange } => all(*interchange, SetEvent::NotAvailable),
        SetOutput::Available { interchange } => all(*interchange, SetEvent::Available),
        _ => Vec::new(),
    }
}
