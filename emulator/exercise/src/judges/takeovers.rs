//! Takeovers, switchovers and startovers, second by second, and the bounds on what was felt.
//!
//! | figure | from | to |
//! |---|---|---|
//! | detected | the fault | the switch's decision |
//! | outage | the fault | the first answer made by the new active machine |
//! | held entry answered | the fault | its complete answer, for each entry waiting at the fault |
//!
//! The fault of a takeover is the latest one before the decision that took effect on a machine; a
//! takeover without one (the program stopped itself) counts from the decision, and is broken: a
//! machine to which nothing had happened was taken for dead. Bounds apply to automatic takeovers; a
//! startover's outage counts from the return of power. A switch thrown by hand has bounds of its own, one
//! of them for the part after it was thrown. When the new machine fails in its turn, what is still
//! held counts from then on for the move that follows, and until then for this one.
//!
//! Nobody can say when an entry is answered whose line is in trouble: no bound counts those that wait
//! then or are entered meanwhile. Nor does any count what a machine answers that is many times slower
//! than it should be; what it has not answered when it is mended, counts from then. That all are answered
//! in the end is the judge's of `live-again`.

use std::collections::{BTreeMap, BTreeSet};

use clock::{Instant, Span};
use serde::{Deserialize, Serialize};
use site::fault::{Fault, Target, WrongSwitch};
use site::record::{FrameRecord, Start, Stop};
use site::{Cause, Machine, Record};

use super::ledger::Ledger;
use super::{Verdict, Violations};
use crate::script::Bounds;

/// One move of the active role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Takeover {
    /// Who had the role.
    pub from: Option<Machine>,
    /// Who got it.
    pub to: Machine,
    /// Why.
    pub cause: Cause,
    /// The fault's instant.
    pub fault_at: Instant,
    /// The switch's decision.
    pub decided_at: Instant,
    /// The new machine's relays closed.
    pub taken_at: Option<Instant>,
    /// First character or light made by the new machine.
    pub first_answer_at: Option<Instant>,
    /// The first entry accepted after the fault that the old machine did not answer; known when
    /// the new one has answered.
    pub first_entry_at: Option<Instant>,
    /// Since when that first answer could have come: the decision, or its entry if that came later.
    pub answerable_at: Option<Instant>,
    /// Until then those accepted and not answered, by set and serial.
    asked: BTreeMap<(u16, u16), Instant>,
    /// Entries waiting at the fault.
    pub held: u64,
    /// Those of them not yet answered: set and serial.
    waiting: BTreeSet<(u16, u16)>,
    /// Entries that were with the old machine and are lost (historical mode).
    pub lost: u64,
    /// The last of them was answered.
    pub held_answered_at: Option<Instant>,
    /// Power came back (startover).
    pub power_at: Option<Instant>,
    /// The new machine was last fit to take over then: it had been started, or mended.
    pub fit_at: Option<Instant>,
    /// Its first answer came while it was slow.
    slow: bool,
    /// A later move came before it had answered anything.
    overtaken: bool,
}

impl Takeover {
    /// From the fault to the decision.
    pub fn detected(&self) -> Span {
        self.decided_at.saturating_since(self.fault_at)
    }

    /// From the fault to the first answer; `None` if there was none.
    pub fn outage(&self) -> Option<Span> {
        Some(self.first_answer_at?.saturating_since(self.fault_at))
    }

    /// What somebody felt of the outage: from the fault if an entry was waiting then, else from
    /// the first entry after it. `None` while nobody has been answered; zero if nobody asked.
    pub fn felt(&self) -> Option<Span> {
        self.felt_since(Instant::ZERO)
    }

    /// The same, counted from `earliest` at the earliest: no machine could answer before.
    fn felt_since(&self, earliest: Instant) -> Option<Span> {
        let from = match (self.held, self.first_entry_at) {
            (0, None) if self.asked.is_empty() => return Some(Span::ZERO),
            (0, None) => return None,
            (0, Some(first)) => first,
            _ => self.fault_at,
        };
        Some(self.first_answer_at?.saturating_since(from.max(earliest)))
    }

    /// It moved by itself because a machine failed.
    pub fn automatic(&self) -> bool {
        self.cause == Cause::HeartbeatSilent
    }

    /// It moved because a machine failed, by itself or by the operators' hands.
    pub fn is_takeover(&self) -> bool {
        self.automatic() || self.cause == Cause::ManualTakeover
    }

    /// From the fault to the last answer to an entry then waiting; `None` while one still waits.
    /// Those that a later move has, because the new machine failed in its turn, count there.
    pub fn held_answered(&self) -> Option<Span> {
        self.held_answered_since(self.fault_at)
    }

    fn held_answered_since(&self, from: Instant) -> Option<Span> {
        if !self.waiting.is_empty() {
            return None;
        }
        let last = self.held_answered_at.unwrap_or(self.fault_at);
        Some(last.saturating_since(from))
    }

    /// The earliest instant from which a bound can count: the fault, or when the new machine was
    /// fit to take over, power was back.
    fn counts_from(&self) -> Instant {
        let startover = self.cause == Cause::Startover;
        let power_at = self.power_at.filter(|_| startover);
        let fit = self.fit_at.max(power_at);
        self.fault_at.max(fit.unwrap_or(self.fault_at))
    }
}

/// A fault that came due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fired {
    /// When.
    pub at: Instant,
    /// What.
    pub fault: Fault,
    /// It changed something.
    pub took_effect: bool,
    /// What it hit.
    pub hit: String,
}

/// The judge's state and the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Takeovers {
    /// Moves of the role in order.
    pub moves: Vec<Takeover>,
    /// Faults in order.
    pub faults: Vec<Fired>,
    /// What people read: instant and text.
    pub log: Vec<(Instant, String)>,
    /// The machine in the active role, as its taking was recorded; A at the begin.
    active: Option<Machine>,
    /// The last thing that happened to a machine and may silence a heartbeat for a while.
    excused_from: Option<Instant>,
    /// Machines whose heartbeat may be late, or is not heard, until they are mended or loaded.
    troubled: BTreeSet<Machine>,
    /// Machines that are slow, until they are mended or loaded.
    slow: BTreeSet<Machine>,
    /// Automatic takeovers to which nothing led: decided when, from which machine.
    unfounded: Vec<(Instant, Machine)>,
    /// The last fault on the active machine and the entries then waiting, until a move takes it.
    hit: Option<(Instant, BTreeSet<(u16, u16)>)>,
    /// Entries accepted after it and not answered.
    asked_after_hit: BTreeMap<(u16, u16), Instant>,
    /// When each machine was last fit to take over.
    fit_since: [Instant; 2],
    /// Power returns then.
    power_returns: Option<Instant>,
    /// When a machine last began to run: a startover cannot begin before there is one.
    last_started: Option<Instant>,
    /// Maker and instant of the last frame to each set.
    last_frame: Vec<Option<(u16, u8, Instant)>>,
    /// Where machines halted themselves.
    pub halted: Vec<(Machine, u32)>,
    locked: BTreeSet<u16>,
    /// The line of each set.
    line_of: Vec<u8>,
    /// Lines in trouble, and by how many faults.
    lines_in_trouble: BTreeMap<u8, u32>,
}

/// So long after something happened to a machine a takeover may be its consequence.
const EXCUSED: Span = Span::from_secs(5);

/// At most this many lines are kept.
const LOG_MAX: usize = 400;

impl Takeovers {
    /// For sets on these lines.
    pub fn new(line_of: Vec<u8>) -> Takeovers {
        Takeovers {
            moves: Vec::new(),
            faults: Vec::new(),
            log: Vec::new(),
            active: Some(Machine::A),
            excused_from: None,
            troubled: BTreeSet::new(),
            slow: BTreeSet::new(),
            unfounded: Vec::new(),
            hit: None,
            asked_after_hit: BTreeMap::new(),
            fit_since: [Instant::ZERO; 2],
            power_returns: None,
            last_started: None,
            last_frame: vec![None; line_of.len()],
            halted: Vec::new(),
            locked: BTreeSet::new(),
            line_of,
            lines_in_trouble: BTreeMap::new(),
        }
    }

    /// The machine in the active role, as its taking was recorded.
    pub fn active(&self) -> Option<Machine> {
        self.active
    }

    fn write(&mut self, at: Instant, text: String) {
        if self.log.len() < LOG_MAX {
            self.log.push((at, text));
        }
    }

    /// A record that is no frame and no answer.
    pub fn observe(
        &mut self,
        at: Instant,
        record: &Record,
        ledger: &Ledger,
        routine_of: &dyn Fn(u32) -> String,
    ) {
        match record {
            Record::Fault {
                fault,
                took_effect,
                hit,
            } => self.fault(at, fault, *took_effect, hit, ledger),
            Record::Alarm { machine, on: true } => {
                let text = format!("the switch hears no heartbeat of machine {machine:?}: alarm");
                self.write(at, text);
            }
            Record::Decision { from, to, cause } => self.decision(at, *from, *to, *cause, ledger),
            Record::Relays { machine, closed } => {
                let done = if *closed { "closed" } else { "opened" };
                self.write(at, format!("relays of machine {machine:?} {done}"));
            }
            Record::RoleTaken { machine, cause } => {
                self.active = Some(*machine);
                if let Some(last) = self.moves.last_mut() {
                    last.taken_at = Some(at);
                }
                self.write(at, format!("machine {machine:?} is active ({cause})"));
            }
            Record::MachineStopped {
                machine,
                why,
                location,
                instructions,
            } => {
                self.excused_from = Some(at);
                // A stop before a certain instruction comes later than it was ordered.
                let sudden = match why {
                    Stop::FailStop
                    | Stop::Parity
                    | Stop::Power
                    | Stop::Heat
                    | Stop::WrongKey
                    | Stop::IllegalInstruction
                    | Stop::Address
                    | Stop::Alarm => true,
                    // Told by their faults.
                    Stop::Hang | Stop::Stall | Stop::Reload => false,
                };
                if self.active == Some(*machine) && sudden {
                    self.machine_hit(at, ledger);
                }
                let text = format!(
                    "machine {machine:?} stopped ({why}) at {location:05o}{}, after \
                     {instructions} instructions",
                    routine_of(*location)
                );
                self.write(at, text);
            }
            Record::MachineStarted { machine, how } => {
                self.halted.retain(|(halted, _)| halted != machine);
                self.becomes_fit(at, *machine);
                self.excused_from = Some(at);
                self.last_started = Some(at);
                if *how != Start::StallEnded {
                    self.troubled.remove(machine);
                    self.slow.remove(machine);
                }
                if *how == Start::StallEnded && self.active == Some(*machine) {
                    // It went on before anybody took its place.
                    self.hit = None;
                }
                self.write(at, format!("machine {machine:?} started ({how})"));
            }
            // Its channels go on and wake it to halt again: said once.
            Record::MachineHalted { machine, location }
                if !self.halted.contains(&(*machine, *location)) =>
            {
                self.halted.push((*machine, *location));
                let routine = routine_of(*location);
                let what = "halted by its program at";
                self.write(
                    at,
                    format!("machine {machine:?} {what} {location:05o}{routine}"),
                );
            }
            Record::Healed { fault, mended } => {
                if let Some(machine) = self.identity(fault.machine()) {
                    self.troubled.remove(&machine);
                    self.slow.remove(&machine);
                    self.becomes_fit(at, machine);
                }
                if let Fault::Line(fault) = fault {
                    self.line_is_sound(fault.line);
                } else if *mended {
                    self.excused_from = Some(at);
                }
                if *mended {
                    self.write(at, format!("MENDED {fault}"));
                }
            }
            Record::Unit { unit, available } => {
                let state = if *available { "is back" } else { "is lost" };
                self.write(at, format!("{unit} {state}"));
            }
            Record::Set(output) => {
                use device::agent_set::SetOutput;
                match output {
                    SetOutput::NotAvailable { interchange } => {
                        if self.locked.is_empty() {
                            let text = "the first interchanges hear no go-ahead: keyboards lock";
                            self.write(at, text.to_owned());
                        }
                        self.locked.insert(*interchange);
                    }
                    SetOutput::Available { interchange } => {
                        let was = self.locked.remove(interchange);
                        if was && self.locked.is_empty() {
                            self.write(at, "all keyboards can be used again".to_owned());
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn fault(&mut self, at: Instant, fault: &Fault, took_effect: bool, hit: &str, ledger: &Ledger) {
        self.faults.push(Fired {
            at,
            fault: *fault,
            took_effect,
            hit: hit.to_owned(),
        });
        let effect = if took_effect { "" } else { " (no effect)" };
        self.write(at, format!("FAULT {}: {hit}{effect}", fault));
        let hits = |machine: &Target| match machine {
            Target::Active => true,
            Target::Standby => false,
            Target::A => self.active == Some(Machine::A),
            Target::B => self.active == Some(Machine::B),
        };
        let on_active = match fault {
            Fault::FailStop { machine }
            | Fault::Hang { machine }
            | Fault::Stall { machine, .. }
            | Fault::HeartbeatCut { machine }
            | Fault::PowerOff { machine, .. } => hits(machine),
            Fault::PowerOffBoth { .. }
            | Fault::PlannedSwitchover
            | Fault::ManualSwitchover
            | Fault::OperatorError {
                switch: WrongSwitch::Roles,
            } => true,
            Fault::OperatorError {
                switch: WrongSwitch::Load(machine),
            } => hits(machine),
            // The machine's stop is recorded by itself, or it works on.
            Fault::FailStopAtInstruction { .. }
            | Fault::SlowMachine { .. }
            | Fault::CoreParity { .. }
            | Fault::StaleRestart { .. }
            | Fault::ClockOffset { .. }
            | Fault::ClockDrift { .. }
            | Fault::BrokenAdder { .. }
            | Fault::LyingTerminal { .. }
            | Fault::OperatorError { .. }
            | Fault::PowerBus { .. }
            | Fault::AirConditioning { .. }
            | Fault::UnitParity { .. }
            | Fault::TornWrite { .. }
            | Fault::UnitLoss { .. }
            | Fault::UnitReturn { .. }
            | Fault::ReturnToService { .. }
            | Fault::DrumParity { .. }
            | Fault::RadarOut { .. }
            | Fault::LyingLightGun { .. }
            | Fault::Trench { .. }
            | Fault::Line(_) => false,
        };
        if took_effect && on_active {
            self.machine_hit(at, ledger);
        }
        if let (Fault::Line(fault), true) = (fault, took_effect) {
            self.line_in_trouble(fault.line);
        }
        // A unit's or a line's trouble is no reason to take a machine for dead.
        if took_effect && !["unit", "line"].contains(&fault.kind().hits) {
            self.excused_from = Some(at);
        }
        if let (
            Fault::HeartbeatCut { machine }
            | Fault::SlowMachine { machine, .. }
            | Fault::ClockDrift { machine, .. }
            | Fault::BrokenAdder { machine, .. },
            true,
        ) = (fault, took_effect)
        {
            self.troubled.extend(self.identity(Some(*machine)));
        }
        if let (Fault::SlowMachine { machine, .. }, true) = (fault, took_effect) {
            self.slow.extend(self.identity(Some(*machine)));
        }
        if let (Fault::ClockOffset { machine, ticks }, true) = (fault, took_effect)
            && let Some(machine) = self.identity(Some(*machine))
        {
            // A clock set back does not trap until it is where it was.
            let deaf = u64::from(ticks.min(&0).unsigned_abs()) * 1_000_000_000 / 60;
            self.becomes_fit(at + Span(deaf), machine);
        }
        if let (Fault::PowerOffBoth { r#for }, true) = (fault, took_effect) {
            self.power_returns = Some(at + *r#for);
        }
    }

    /// The machine a target names now.
    fn identity(&self, target: Option<Target>) -> Option<Machine> {
        let active = self.active.unwrap_or(Machine::A);
        target.map(|target| match target {
            Target::A => Machine::A,
            Target::B => Machine::B,
            Target::Active => active,
            Target::Standby => active.other(),
        })
    }

    /// From `at` on the machine can take over.
    fn becomes_fit(&mut self, at: Instant, machine: Machine) {
        self.fit_since[machine.index()] = at;
        if let Some(last) = self.moves.last_mut()
            && last.to == machine
            // Loading the machine is part of a takeover by hand, and of its bound.
            && last.cause != Cause::ManualTakeover
            && (last.first_answer_at.is_none() || !last.waiting.is_empty())
        {
            last.fit_at = last.fit_at.max(Some(at));
        }
    }

    /// Nobody can say when what waits there will be answered.
    fn line_in_trouble(&mut self, line: u8) {
        *self.lines_in_trouble.entry(line).or_default() += 1;
        let line_of = &self.line_of;
        let elsewhere = |(set, _): &(u16, u16)| line_of.get(usize::from(*set)) != Some(&line);
        if let Some((_, waiting)) = &mut self.hit {
            waiting.retain(elsewhere);
        }
        self.asked_after_hit.retain(|one, _| elsewhere(one));
        for earlier in &mut self.moves {
            let before = earlier.waiting.len();
            earlier.waiting.retain(elsewhere);
            earlier.asked.retain(|one, _| elsewhere(one));
            if earlier.first_answer_at.is_none() {
                earlier.held -= (before - earlier.waiting.len()) as u64;
            }
        }
    }

    fn line_is_sound(&mut self, line: u8) {
        if let Some(faults) = self.lines_in_trouble.get_mut(&line) {
            *faults -= 1;
            if *faults == 0 {
                self.lines_in_trouble.remove(&line);
            }
        }
    }

    fn on_a_sound_line(&self, set: u16) -> bool {
        let line = self.line_of.get(usize::from(set));
        line.is_none_or(|line| !self.lines_in_trouble.contains_key(line))
    }

    /// Entries held, on lines in good order: set and serial.
    fn held(&self, ledger: &Ledger) -> BTreeSet<(u16, u16)> {
        let waiting = ledger.all_open().map(|(set, open)| (set, open.serial));
        waiting
            .filter(|(set, _)| self.on_a_sound_line(*set))
            .collect()
    }

    /// The active machine was hit now; what waits now was held at the fault.
    fn machine_hit(&mut self, at: Instant, ledger: &Ledger) {
        self.hit = Some((at, self.held(ledger)));
        self.asked_after_hit.clear();
    }

    fn decision(
        &mut self,
        at: Instant,
        from: Option<Machine>,
        to: Machine,
        cause: Cause,
        ledger: &Ledger,
    ) {
        if let (Cause::HeartbeatSilent, None, Some(from)) = (cause, &self.hit, from) {
            let recent = self.excused_from.is_some_and(|e| at <= e + EXCUSED);
            if !recent && !self.troubled.contains(&from) {
                self.unfounded.push((at, from));
            }
        }
        self.active = Some(to);
        let hit = self.hit.take();
        let (fault_at, waiting) = hit.unwrap_or_else(|| (at, self.held(ledger)));
        if let Some(last) = self.moves.last_mut() {
            last.overtaken |= last.first_answer_at.is_none();
        }
        if matches!(cause, Cause::HeartbeatSilent | Cause::Startover) {
            for earlier in self.moves.iter_mut().filter(|m| !m.waiting.is_empty()) {
                earlier.waiting.clear();
                earlier.held_answered_at = Some(fault_at);
            }
        }
        let held = waiting.len() as u64;
        self.write(
            at,
            format!("the switch gives the active role to machine {to:?}: {cause}"),
        );
        self.moves.push(Takeover {
            from,
            to,
            cause,
            fault_at,
            decided_at: at,
            taken_at: None,
            first_answer_at: None,
            first_entry_at: None,
            answerable_at: None,
            asked: std::mem::take(&mut self.asked_after_hit),
            held,
            waiting,
            lost: 0,
            held_answered_at: None,
            power_at: self.power_returns.take().or(self.last_started),
            fit_at: Some(self.fit_since[to.index()]),
            slow: false,
            overtaken: false,
        });
    }

    /// A frame leaves the centre.
    pub fn frame_down(&mut self, at: Instant, frame: &FrameRecord) {
        if let (Some(set), Some(maker)) = (frame.set, frame.maker)
            && let Some(last) = self.last_frame.get_mut(usize::from(set))
        {
            *last = Some((frame.serial, maker, at));
        }
    }

    /// A block is shown at a set.
    pub fn answer(&mut self, at: Instant, set: u16, serial: u16, complete: bool) {
        let frame = self.last_frame.get(usize::from(set)).copied().flatten();
        let mut lines = Vec::new();
        if let (Some((_, waiting)), true) = (&mut self.hit, complete) {
            // The fault had come, but this answer was on its way.
            waiting.remove(&(set, serial));
            self.asked_after_hit.remove(&(set, serial));
        }
        let Some(last) = self.moves.last_mut() else {
            return;
        };
        let by_new = frame.is_some_and(|(of, maker, left)| {
            of == serial && usize::from(maker) == last.to.index() && left >= last.decided_at
        });
        if by_new && last.first_answer_at.is_none() {
            last.first_answer_at = Some(at);
            last.slow = self.slow.contains(&last.to);
            last.first_entry_at = last.asked.values().min().copied();
            let entered = last.asked.get(&(set, serial)).copied();
            last.answerable_at = Some(entered.unwrap_or(last.decided_at).max(last.decided_at));
            last.asked.clear();
            lines.push(format!(
                "first answer of machine {:?}, at set {set}",
                last.to
            ));
        }
        if complete {
            last.asked.remove(&(set, serial));
            let mut all_answered = None;
            for earlier in &mut self.moves {
                if earlier.waiting.remove(&(set, serial)) {
                    earlier.held_answered_at = Some(at);
                    all_answered = earlier.waiting.is_empty().then_some(earlier.lost);
                }
            }
            if let Some(lost) = all_answered {
                let or_lost = if lost > 0 { " or lost" } else { "" };
                lines.push(format!(
                    "every entry held at the fault is answered{or_lost}"
                ));
            }
        }
        for line in lines {
            self.write(at, line);
        }
    }

    /// An entry was accepted.
    pub fn accepted(&mut self, at: Instant, set: u16, serial: u16) {
        if !self.on_a_sound_line(set) {
            return;
        }
        if self.hit.is_some() {
            self.asked_after_hit.insert((set, serial), at);
        } else if let Some(last) = self.moves.last_mut()
            && last.first_answer_at.is_none()
        {
            last.asked.insert((set, serial), at);
        }
    }

    /// A set gave up an entry for other text; nobody waits for its answer any more.
    pub fn given_up(&mut self, at: Instant, set: u16, serial: u16) {
        self.asked_after_hit.remove(&(set, serial));
        if let Some(last) = self.moves.last_mut() {
            last.asked.remove(&(set, serial));
        }
        for earlier in &mut self.moves {
            if earlier.waiting.remove(&(set, serial)) {
                earlier.held_answered_at = Some(at);
            }
        }
        if let Some((_, waiting)) = &mut self.hit {
            waiting.remove(&(set, serial));
        }
    }

    /// So many entries were with the machine that lost the role, and nobody does them any more.
    pub fn lost(&mut self, at: Instant, entries: u64) {
        if let (Some(last), true) = (self.moves.last_mut(), entries > 0) {
            last.lost += entries;
            self.write(at, format!("{entries} entries in work are lost"));
        }
    }

    /// The verdict.
    pub fn verdict(&self, bounds: &Bounds) -> Verdict {
        let mut violations = Violations::default();
        let mut felt = Vec::new();
        for &(at, from) in &self.unfounded {
            violations.add(at, || {
                format!("machine {from:?}, to which nothing had happened, was taken for dead")
            });
        }
        for takeover in self.moves.iter().filter(|t| !t.overtaken) {
            let bound = match takeover.cause {
                Cause::HeartbeatSilent => bounds.outage,
                Cause::ManualTakeover => bounds.by_hand,
                Cause::Startover => bounds.startover,
                _ => continue,
            };
            // Nothing is promised of a slow machine before it is mended.
            if takeover.slow && takeover.fit_at <= takeover.first_answer_at {
                continue;
            }
            let from = takeover.counts_from();
            match takeover.felt_since(from) {
                None => violations.add(takeover.fault_at, || {
                    format!("machine {:?} never answered an entry", takeover.to)
                }),
                Some(outage) => {
                    felt.push(outage.told());
                    if outage > bound {
                        violations.add(takeover.fault_at, || {
                            format!(
                                "the outage was felt {}, the bound is {}",
                                outage.told(),
                                bound.told()
                            )
                        });
                    }
                }
            }
            if takeover.cause == Cause::ManualTakeover
                && let (Some(first), Some(from)) =
                    (takeover.first_answer_at, takeover.answerable_at)
            {
                let span = first.saturating_since(from);
                if span > bounds.once_thrown {
                    violations.add(takeover.decided_at, || {
                        format!(
                            "the first answer came {} after the switch was thrown, the bound is {}",
                            span.told(),
                            bounds.once_thrown.told()
                        )
                    });
                }
            }
            if takeover.automatic() {
                let late = takeover
                    .held_answered_since(from)
                    .is_none_or(|t| t > bounds.answered_within);
                if late {
                    violations.add(takeover.fault_at, || {
                        format!(
                            "entries held at the fault were not all answered within {}",
                            bounds.answered_within.told()
                        )
                    });
                }
            }
        }
        let checked = match felt.len() {
            0 => "no takeover".to_owned(),
            n => format!("{n} felt {}", felt.join(", ")),
        };
        violations.verdict("takeover-bound", checked)
    }
}

#[cfg(test)]
mod tests;
