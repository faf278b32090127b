//! The run of a direction center: one site, one exercise, one seed, in slices of ten milliseconds.
//!
//! In each slice what players, visitors and faults do is given to the site at its instant, the site
//! runs to the slice's end, and what the scopes showed is held against what really flies. Every
//! record goes to the journal and to the judges, in one order.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use clock::journal::{self, JournalWriter};
use clock::{Instant, Span};
use fsq7::assembler::Assembly;
use serde::{Deserialize, Serialize};
use site::center::Center;
use site::center::engine::Action;
use site::center::engine::CenterStatistics;
use site::{Machine, Record, Role, View, Watcher};

use super::judges::AirJudges;
use super::judges::sky::Watched;
use super::judges::switchover::Move;
use super::plan::Plan;
use super::players::{Players, aimed};
use super::report::Report;
use super::{situation, text};
use crate::agents::Key;
use crate::driver::{Faults, Live, Onlooker, Progress, SLICE, kind};
use crate::judges::Verdict;
use crate::judges::takeovers::Fired;
use crate::script::air::AirBounds;
use crate::world::{Planned, World};

/// What the program counts, by symbol; the table `COUNTS` of its compool. The first of them are times
/// that it was late or left something out.
pub const COUNTS: [&str; 19] = [
    "CLATE", "CMISS", "CDROPR", "CDROPT", "CDROPI", "CDROPD", "CUNCOR", "CFRAME", "CSUBFR",
    "CREPOR", "CUNKNO", "CINIT", "CNOROM", "CLOST", "CTENT", "CSMOTH", "CDISPL", "CCOLD", "CWARM",
];

/// How many of [`COUNTS`] say that something was late or left out.
const OVERLOAD: usize = 7;

/// Where the counts stand in core, if the program has them.
pub type Locations = [Option<u32>; COUNTS.len()];

/// Follows counts in core; only those of the machine in the active role are added up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    last: [[u64; COUNTS.len()]; 2],
    sums: [u64; COUNTS.len()],
}

impl Counts {
    /// The locations in an assembled program.
    pub fn locations(assembly: &Assembly) -> Locations {
        COUNTS.map(|name| u32::try_from(assembly.symbol(name)?).ok())
    }

    /// Looks at the counts now.
    fn sample(&mut self, center: &Center, locations: &Locations) {
        for machine in Machine::BOTH {
            let active = center.role(machine) == Role::Active;
            let core = &center.machine(machine).central.memory;
            for (n, location) in locations.iter().enumerate() {
                let Some(word) = location.and_then(|location| core.peek(location)) else {
                    continue;
                };
                let value = u64::from(word.right().0);
                let last = &mut self.last[machine.index()][n];
                if active {
                    // A machine that was started over counts from 0 again.
                    self.sums[n] += value.checked_sub(*last).unwrap_or(value);
                }
                *last = value;
            }
        }
    }

    /// Totals by symbol.
    pub fn totals(&self) -> BTreeMap<String, u64> {
        let named = COUNTS.iter().zip(self.sums);
        named.map(|(name, sum)| ((*name).to_owned(), sum)).collect()
    }

    /// Times that something was late or left out.
    pub fn overload(&self) -> u64 {
        self.sums[..OVERLOAD].iter().sum()
    }
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
    pub statistics: CenterStatistics,
    /// The program's own counts, by symbol.
    pub counts: BTreeMap<String, u64>,
    /// Every aircraft that was in the air: number, name, what is known of it.
    pub aircraft: Vec<(u16, String, Watched)>,
    /// Moves of the active role.
    pub moves: Vec<Move>,
    /// Faults that came due.
    pub faults: Vec<Fired>,
    /// Faults the script orders that never came due, in words.
    pub not_reached: Vec<String>,
    /// What happened.
    pub log: Vec<(Instant, String)>,
    /// Where machines halted themselves.
    pub halted: Vec<(Machine, u32)>,
    /// What the judges say.
    pub verdicts: Vec<Verdict>,
    /// The script was cut short.
    pub cut: bool,
    /// The judges, for figures.
    pub judges: AirJudges,
    /// Actions of players.
    pub actions: u64,
    /// Times the program counted that it was late or left something out.
    pub overload: u64,
}

/// A run between two slices: plain data, to be saved, restored, and forked by `clone`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Run {
    /// The site.
    pub center: Center,
    /// Who watch it.
    pub judges: AirJudges,
    faults: Faults,
    players: Players,
    /// Actions of the sheet that are still to come, the last one first.
    actions: Vec<(Instant, u8, String)>,
    counts: Counts,
    /// Consoles at which visitors sit.
    visitors: BTreeSet<u8>,
    bounds: AirBounds,
    /// The machine lost last.
    lost: Option<Machine>,
    now: Instant,
    /// Nobody does anything from then on, though the exercise is not over.
    stops: Option<Instant>,
}

/// Hears every record of a slice.
struct Ears<'a, W: Write> {
    bounds: &'a AirBounds,
    judges: &'a mut AirJudges,
    journal: &'a mut JournalWriter<W>,
    onlooker: &'a mut dyn Onlooker,
    lost: &'a mut Option<Machine>,
}

impl<W: Write> Watcher for Ears<'_, W> {
    fn observe(&mut self, at: Instant, record: &Record, _view: &View) {
        self.journal.append(at, kind::SITE, record);
        self.judges.observe(at, record, self.bounds);
        self.onlooker.observe(at, record);
        match record {
            Record::MachineStopped { machine, .. } => *self.lost = Some(*machine),
            Record::Decision {
                from: Some(from), ..
            } => *self.lost = Some(*from),
            _ => {}
        }
    }
}

impl Run {
    pub(super) fn new(plan: &Plan, center: Center) -> Run {
        let air = plan.air();
        let mut actions: Vec<_> = air
            .actions
            .iter()
            .map(|action| {
                let at = Instant::ZERO + action.at;
                (at, action.console, action.r#do.clone())
            })
            .collect();
        actions.sort_by_key(|(at, console, _)| std::cmp::Reverse((*at, *console)));
        Run {
            center,
            judges: AirJudges::new(plan.chaff()),
            faults: Faults::new(plan.draw_faults()),
            players: Players::new(&air.players, &plan.aircraft, plan.options.seed),
            actions,
            counts: Counts::default(),
            visitors: BTreeSet::new(),
            bounds: air.bounds.clone(),
            lost: None,
            now: Instant::ZERO,
            stops: None,
        }
    }

    fn end(&self, plan: &Plan) -> Instant {
        self.stops.map_or(plan.end(), |stops| stops.min(plan.end()))
    }

    /// Nobody of the exercise works at this console.
    pub fn is_at_rest(&self, console: u8) -> bool {
        !self.players.works_at(console)
    }

    fn act<W: Write>(
        &mut self,
        at: Instant,
        action: Action,
        journal: &mut JournalWriter<W>,
        onlooker: &mut dyn Onlooker,
    ) {
        let at = at.max(self.now);
        journal.append(at, kind::ACTION, &action);
        onlooker.acted(at, &action);
        self.center.action(at, action);
    }

    /// What is typed at a console becomes an action, if it is one and what it is about is shown.
    fn typed(&self, console: u8, line: &str) -> Option<Action> {
        let typed = situation::parse(line).ok()?;
        aimed(&typed, console, &self.judges.shown)
    }

    /// What a visitor does; positions are numbered from 0 in the order of the site's consoles.
    fn live(&mut self, plan: &Plan, input: &Live) -> Option<Action> {
        let consoles = &plan.inputs.description.consoles;
        let console = |set: u16| Some(consoles.get(usize::from(set))?.number);
        match input {
            Live::Sit { set } => {
                self.visitors.extend(console(*set));
                None
            }
            Live::Leave { set } => {
                self.visitors.remove(&console(*set)?);
                None
            }
            Live::Key {
                set,
                key: Key::Enter(line),
            } => self.typed(console(*set)?, line),
            Live::Key { .. } => None,
            Live::Close => {
                self.stops = Some(self.now);
                None
            }
        }
    }
}

impl World for Run {
    type Plan = Plan;
    type Outcome = Outcome;
    type Report = Report;
    type Action = Action;

    fn now(&self) -> Instant {
        self.now
    }

    fn is_over(&self, plan: &Plan) -> bool {
        let live = plan.script.bounds.live;
        let healed = self.judges.live.healed_at().filter(|_| live > Span::ZERO);
        let end = self
            .end(plan)
            .max(healed.map_or(Instant::ZERO, |at| at + live));
        let healing = live > Span::ZERO && self.center.is_healing() && !plan.is_cut();
        self.now >= end && !healing
    }

    fn progress(&self, plan: &Plan) -> Progress {
        let held = self.judges.shown.iter().filter(|p| p.is_track()).count();
        Progress {
            now: self.now,
            end: plan.end(),
            counted: (held as u64, "tracks"),
            takeovers: self.judges.switchovers.moves.len(),
            settling: self.now >= plan.end(),
        }
    }

    fn slice<W: Write>(
        &mut self,
        plan: &Plan,
        live: &[Live],
        journal: &mut JournalWriter<W>,
        onlooker: &mut dyn Onlooker,
    ) {
        let now = self.now;
        for input in live {
            journal.append(now, kind::LIVE, input);
            if let Some(action) = self.live(plan, input) {
                // It follows from what was typed, and so is no record of its own.
                onlooker.acted(now, &action);
                self.center.action(now, action);
            }
        }
        let end = self.end(plan);
        let acting = now < end;
        let until = match acting {
            true => (now + SLICE).min(end),
            false => now + SLICE,
        };
        if acting {
            let mut due = Vec::new();
            while let Some((at, console, line)) = self.actions.pop_if(|(at, ..)| *at < until) {
                due.extend(self.typed(console, &line).map(|action| (at, action)));
            }
            let visitors = &self.visitors;
            self.players
                .actions(until, &|console| visitors.contains(&console), &mut due);
            for (at, action) in due {
                self.act(at, action, journal, onlooker);
            }
            let disabled = &plan.script.disabled;
            let shown = self.judges.in_time.displays;
            self.faults
                .give(now, until, shown, self.lost, disabled, &mut self.center);
        }
        let mut ears = Ears {
            bounds: &self.bounds,
            judges: &mut self.judges,
            journal,
            onlooker,
            lost: &mut self.lost,
        };
        self.center.run_until(until, &mut ears);
        if self.judges.has_displays() {
            let center = &self.center;
            self.judges.look(&self.bounds, &|at| center.truth(at));
            let truth = center.truth(until);
            self.players.look(&self.judges.shown, &truth, until);
        }
        self.now = until;
        if until.0.is_multiple_of(1_000_000_000) {
            self.counts.sample(&self.center, &plan.counts);
        }
    }

    fn reseeded(&self, plan: &Plan) -> Run {
        debug_assert_eq!(self.now, Instant::ZERO, "what was drawn has not been used");
        // Radars and traffic are drawn from the seed: it is another site.
        plan.begin().unwrap_or_else(|_| self.clone())
    }

    fn fork(&mut self, plan: &Plan) {
        let drawn = plan.draw_faults();
        self.faults
            .fork(drawn, self.now, self.judges.in_time.displays);
        self.bounds = plan.air().bounds.clone();
    }

    fn outcome(&mut self, plan: &Plan, journal: &journal::State) -> Outcome {
        self.counts.sample(&self.center, &plan.counts);
        let judges = &self.judges;
        let names = |number: u16| {
            let aircraft = plan.aircraft.get(usize::from(number));
            aircraft.map_or(String::new(), |a| a.flight.name.clone())
        };
        let aircraft = judges.sky.aircraft.iter();
        Outcome {
            digest: journal.digest(),
            records: journal.records(),
            time: self.now - Instant::ZERO,
            statistics: self.center.statistics(),
            counts: self.counts.totals(),
            aircraft: aircraft
                .map(|(number, watched)| (*number, names(*number), watched.clone()))
                .collect(),
            moves: judges.switchovers.moves.clone(),
            faults: judges.faults.clone(),
            not_reached: self.faults.not_given(&self.center),
            log: judges.log.clone(),
            halted: judges.halted.clone(),
            verdicts: judges.verdicts(
                self.now,
                &self.bounds,
                &plan.script.bounds,
                self.counts.overload(),
            ),
            cut: plan.is_cut(),
            judges: judges.clone(),
            actions: self.players.done,
            overload: self.counts.overload(),
        }
    }

    fn report(plan: &Plan, outcome: &Outcome, wall_seconds: f64) -> Report {
        Report::new(plan, outcome, wall_seconds)
    }

    fn told(plan: &Plan, report: &Report, outcome: &Outcome) -> String {
        text::write(plan, report, outcome)
    }

    fn state(&self, plan: &Plan) -> String {
        text::state(self, plan)
    }
}
