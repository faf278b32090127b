//! A site in time: two machines, the switch, storage and lines, each acting when its turn comes.
//!
//! Nothing here has a loop of its own. Whatever happens by itself (a channel's words have passed,
//! a seek's record comes near, a line's last bit, a relay, a tick of an interval clock, a key) is
//! an appointment in one calendar, in the order of instant, station and the station's own count.
//! Between appointments the machines execute instructions.
//!
//! | station | |
//! |---|---|
//! | 0, 1 | machines A, B: channels, interval clock, sense lines presented |
//! | 2 | duplex switch |
//! | 3-6 | file controls A to D |
//! | 7 | line adapter, lines and sets |
//! | 8 | operator, power, agents: what was ordered from outside |
//!
//! The order of what happens at one instant: an input-output effect of an instruction that ended
//! then, appointments, instructions that start then. The machine with the earlier clock runs next
//! and never passes the other by more than the 100 us of the sense lines, their only contact. A
//! machine that only waits stays behind until something concerns it, and is then brought forward in
//! one step with every cycle and instruction counted.
//!
//! An appointment that was overtaken (a channel reset, a machine stopped) stays in the calendar
//! and is recognised when it comes: it no longer matches what its owner expects.

mod events;
mod faults;
mod life;
mod line_faults;
mod trace;

use clock::{Calendar, Instant, Span};
use device::adapter::Adapter;
use device::communication_network::CommunicationNetwork;
use ibm7090::assembler::Assembly;
use ibm7090::cpu::{Cpu, Exit};
use serde::{Deserialize, Serialize};

use crate::centre_clock::CentreClock;
use crate::description::{CommonCause, SiteDescription};
use crate::fault::{Fault, Order};
use crate::line_fault::LineFaults;
use crate::machine::{CHANNELS, Computer, Machine, Mode};
use crate::record::{Record, Start, Stop, Watcher, show};
use crate::relays::Role;
use crate::statistics::{ActiveAccount, LineStatistics, SiteStatistics, UnitStatistics};
use crate::storage::Storage;
use crate::switch::{LINE_DELAY, Switch};
pub use trace::{Actor, Step};

const STATION_SWITCH: u32 = 2;
const STATION_CONTROLS: u32 = 3;
const STATION_OUTSIDE: u32 = 8;

/// An appointment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Event {
    /// A channel of a machine is due.
    Channel { machine: Machine, channel: u8 },
    /// An adapter (by channel number) is due.
    Adapter(u8),
    /// The interval clock of a machine ticks.
    Tick { machine: Machine, life: u32 },
    /// A presented word reaches the switch.
    Presented { machine: Machine, word: u16 },
    /// The heartbeat may be silent.
    Watchdog,
    /// The relays of the new active machine close.
    Close,
    /// A stall ends.
    StallEnds { machine: Machine, life: u32 },
    /// A machine's deck has been read.
    DeckRead { machine: Machine, life: u32 },
    /// Power comes back.
    PowerReturns,
    /// Power of one side comes back.
    SidePowerReturns(Machine),
    /// An agent presses ENTER.
    Enter { set: u16, text: Vec<u8> },
    /// An agent presses RESET.
    ResetKey { set: u16 },
    /// A fault strikes.
    Fault(Order),
    /// What a fault broke is mended; machines are named by identity.
    Heal(Fault),
    /// The operators throw the switch.
    Thrown,
    /// A trouble of a line is over.
    LineMended(u32),
}

/// A site: plain data, to be cloned, saved and restored at any instant between two runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Site {
    now: Instant,
    calendar: Calendar<Event>,
    computers: [Computer; 2],
    switch: Switch,
    centre_clock: CentreClock,
    storage: Storage,
    network: CommunicationNetwork,
    /// When each adapter's next appointment is.
    adapter_appointments: [Option<Instant>; CHANNELS],
    watchdog_appointment: Option<Instant>,
    accounts: [ActiveAccount; 2],
    deck: Vec<(u16, u64)>,
    start: u16,
    reload: Span,
    power_buses: Vec<CommonCause>,
    cooling: Vec<CommonCause>,
    /// Faults that wait for something they can change.
    waiting: Vec<Fault>,
    /// Faults whose healing is still to come.
    healing: u32,
    /// The standby's program is loaded when the switch is thrown.
    load_drum: bool,
    line_faults: LineFaults,
    fresh: Vec<(Instant, Record)>,
    #[serde(skip)]
    trace: Option<Vec<Step>>,
}

impl Site {
    /// The site at instant 0: both machines loaded from their decks and about to execute the first
    /// instruction, A active, B standing by, blank storage.
    ///
    /// # Panics
    /// If the description does not pass [`SiteDescription::validate`].
    pub fn new(description: &SiteDescription, assembly: &Assembly) -> Site {
        let network = CommunicationNetwork::new(&description.communication())
            .expect("a validated description has a possible network");
        let mut site = Site {
            now: Instant::ZERO,
            calendar: Calendar::new(),
            computers: [Computer::new(Machine::A), Computer::new(Machine::B)],
            switch: Switch::new(&description.switch),
            centre_clock: CentreClock::default(),
            storage: Storage::new(description),
            network,
            adapter_appointments: [None; CHANNELS],
            watchdog_appointment: None,
            accounts: [ActiveAccount::default(); 2],
            deck: assembly.words.clone(),
            start: assembly.start.unwrap_or(0),
            reload: Span::from_secs(description.switch.reload_s),
            power_buses: description.power_buses(),
            cooling: description.cooling(),
            waiting: Vec::new(),
            healing: 0,
            load_drum: (description.switch.operators).is_some_and(|crew| crew.load_drum),
            line_faults: LineFaults::default(),
            fresh: Vec::new(),
            trace: None,
        };
        for machine in Machine::BOTH {
            site.load_deck(machine, Instant::ZERO);
        }
        site.open_account(Machine::A, Instant::ZERO);
        site.appoint_watchdog();
        for adapter in 0..CHANNELS {
            site.appoint_adapter(adapter, Instant::ZERO);
        }
        site
    }

    /// The present: what lies before it has happened.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Processor and core of a machine, for symbols and counters in reports.
    pub fn cpu(&self, machine: Machine) -> &Cpu {
        &self.computers[machine.index()].cpu
    }

    /// A machine with its channels.
    pub fn computer(&self, machine: Machine) -> &Computer {
        &self.computers[machine.index()]
    }

    /// The role of a machine.
    pub fn role(&self, machine: Machine) -> Role {
        self.switch.role(machine)
    }

    /// The duplex switch.
    pub fn switch(&self) -> &Switch {
        &self.switch
    }

    /// Drums and disks.
    pub fn media(&self) -> &Storage {
        &self.storage
    }

    /// Drums and disks, to load what they hold at first.
    pub fn media_mut(&mut self) -> &mut Storage {
        &mut self.storage
    }

    /// Lines, interchanges and sets.
    pub fn network(&self) -> &CommunicationNetwork {
        &self.network
    }

    /// Sets the clock of the centre, before the run begins.
    pub fn set_centre_clock(&mut self, centre_clock: CentreClock) {
        self.centre_clock = centre_clock;
    }

    /// Whether waiting loops are skipped in one step; changes speed, nothing else.
    pub fn set_skip_waits(&mut self, on: bool) {
        for computer in &mut self.computers {
            computer.cpu.skip_waits = on;
        }
    }

    /// An agent presses ENTER at `at` (not before now) with this text on the keyboard. Letters the
    /// keyboard lacks are refused when the instant comes.
    pub fn enter(&mut self, at: Instant, set: u16, text: &str) {
        // 77 octal is on no keyboard: the set refuses it.
        let text = text
            .chars()
            .map(|c| word::bcd::from_char(c).unwrap_or(0o77))
            .collect();
        self.order(at, Event::Enter { set, text });
    }

    /// An agent presses RESET at `at` (not before now).
    pub fn reset(&mut self, at: Instant, set: u16) {
        self.order(at, Event::ResetKey { set });
    }

    /// Orders a fault for `at` (not before now).
    pub fn fault(&mut self, at: Instant, order: impl Into<Order>) {
        self.order(at, Event::Fault(order.into()));
    }

    /// Faults that have come due and wait for something they can change.
    pub fn waiting_faults(&self) -> &[Fault] {
        &self.waiting
    }

    /// Whether something broken is still to be mended, or a machine is on its way back.
    pub fn is_healing(&self) -> bool {
        let comes_back = |computer: &Computer| {
            matches!(
                computer.mode,
                Mode::Loading | Mode::LoadingDrum | Mode::Stalled
            ) || computer.dark_until > self.now
        };
        self.healing > 0 || self.computers.iter().any(comes_back)
    }

    /// The operators throw the switch at `at` (not before now) because they heard the alarm.
    /// Nothing happens if it stands no more, or if the other machine cannot be given the role.
    pub fn throw_switch(&mut self, at: Instant) {
        self.order(at, Event::Thrown);
    }

    fn order(&mut self, at: Instant, event: Event) {
        self.calendar
            .schedule(at.max(self.now), STATION_OUTSIDE, event);
    }

    /// Lets time pass until `until`: every appointment up to and at it, every instruction that
    /// starts before it.
    pub fn run_until(&mut self, until: Instant, watcher: &mut dyn Watcher) {
        self.show(watcher);
        while self.step(until) {
            self.show(watcher);
        }
        for machine in Machine::BOTH {
            self.catch_up(machine, until);
        }
        self.show(watcher);
        self.now = self.now.max(until);
    }

    /// Makes the watcher see what was recorded since it last looked.
    fn show(&mut self, watcher: &mut dyn Watcher) {
        show(&mut self.fresh, &self.storage, watcher);
    }

    fn record(&mut self, at: Instant, record: Record) {
        self.fresh.push((at, record));
    }

    /// The clock of a machine that has something to do by itself.
    fn ready(&self, machine: Machine) -> Option<Instant> {
        let computer = &self.computers[machine.index()];
        let does = computer.stop_due
            || computer.mode == Mode::Running
                && (computer.pending.is_some() || !computer.is_lazy());
        does.then(|| computer.clock())
    }

    /// One appointment, one input-output effect, or one stretch of instructions. False when there
    /// is nothing left to do up to `until`.
    fn step(&mut self, until: Instant) -> bool {
        let event = self.calendar.peek().filter(|at| *at <= until);
        let limit = event.unwrap_or(until);
        let [a, b] = Machine::BOTH.map(|machine| self.ready(machine));
        let (machine, clock, other) = match (a, b) {
            (Some(a), Some(b)) if b < a => (Machine::B, b, Some(a)),
            (Some(a), b) => (Machine::A, a, b),
            (None, Some(b)) => (Machine::B, b, None),
            (None, None) => return self.next_event(event),
        };
        let computer = &mut self.computers[machine.index()];
        if computer.mode == Mode::Running && computer.pending.is_some() || computer.stop_due {
            if clock > limit {
                return self.next_event(event);
            }
            self.now = clock;
            if computer.stop_due {
                self.fail_stop(machine, clock, Stop::FailStop);
            } else if let Some(operation) = computer.pending.take() {
                self.trace_outside(clock, Actor::Machine(machine));
                self.input_output(machine, clock, operation);
            }
            return true;
        }
        if clock >= limit {
            return self.next_event(event);
        }
        let horizon = other.map_or(limit, |other| limit.min(other + LINE_DELAY));
        self.execute(machine, horizon);
        true
    }

    fn next_event(&mut self, at: Option<Instant>) -> bool {
        if at.is_none() {
            return false;
        }
        let (at, _, event) = self.calendar.pop().expect("an appointment was seen");
        self.now = at;
        self.trace_outside(at, event.whose());
        self.handle(at, event);
        true
    }

    /// Executes instructions of a running machine that start before `horizon`.
    fn execute(&mut self, machine: Machine, horizon: Instant) {
        let computer = &mut self.computers[machine.index()];
        let until = computer.cycles_at(horizon);
        let exit = computer.cpu.run(until);
        let clock = computer.clock();
        self.trace_executed(machine);
        let computer = &mut self.computers[machine.index()];
        match exit {
            Exit::Horizon => {}
            Exit::Io(operation) => computer.pending = Some(operation),
            Exit::Stalled { channel } => computer.mode = Mode::Waiting(channel),
            Exit::Halted => {
                computer.mode = Mode::Halted;
                let instructions = computer.cpu.instructions;
                let location = computer.cpu.ic.into();
                if computer.halted_at.replace(instructions) != Some(instructions) {
                    self.record(clock, Record::MachineHalted { machine, location });
                }
            }
            Exit::Parity(_) => {
                computer.mode = Mode::Hung;
                self.record_stop(machine, clock, Stop::Parity);
            }
            Exit::StoppedByCount => {
                computer.cpu.stop_before_instruction = None;
                computer.stop_due = true;
            }
        }
    }

    /// Brings a machine that was left waiting to `now`.
    fn catch_up(&mut self, machine: Machine, now: Instant) {
        let computer = &self.computers[machine.index()];
        let behind =
            computer.mode == Mode::Running && computer.pending.is_none() && !computer.stop_due;
        if behind && computer.clock() < now {
            debug_assert!(computer.is_lazy(), "only a waiting machine is left behind");
            self.execute(machine, now);
        }
    }

    fn record_stop(&mut self, machine: Machine, at: Instant, why: Stop) {
        let cpu = &self.computers[machine.index()].cpu;
        let record = Record::MachineStopped {
            machine,
            why,
            location: cpu.ic.into(),
            instructions: cpu.instructions,
        };
        self.record(at, record);
    }

    fn record_start(&mut self, machine: Machine, at: Instant, how: Start) {
        self.record(at, Record::MachineStarted { machine, how });
    }

    /// Makes or renews the appointment of an adapter.
    fn appoint_adapter(&mut self, number: usize, now: Instant) {
        let due = match self.storage.controls.get(number) {
            Some(control) => control.due(now),
            None => self.network.next_due(),
        };
        if due == self.adapter_appointments[number] {
            return;
        }
        self.adapter_appointments[number] = due;
        if let Some(at) = due {
            let station = STATION_CONTROLS + number as u32;
            let event = Event::Adapter(number as u8);
            self.calendar.schedule(at.max(now), station, event);
        }
    }

    /// Makes or renews the appointment of a channel.
    fn appoint_channel(&mut self, machine: Machine, channel: usize, now: Instant) {
        let computer = &mut self.computers[machine.index()];
        let due = computer.channels[channel].due();
        if due == computer.appointments[channel] {
            return;
        }
        computer.appointments[channel] = due;
        if let Some(at) = due {
            let channel = channel as u8;
            let event = Event::Channel { machine, channel };
            let station = machine.index() as u32;
            self.calendar.schedule(at.max(now), station, event);
        }
    }

    fn appoint_watchdog(&mut self) {
        let due = self.switch.watchdog_due();
        // A later due is found when the earlier appointment comes.
        if let (Some(due), None) = (due, self.watchdog_appointment) {
            let at = due.max(self.now);
            self.watchdog_appointment = Some(at);
            self.calendar.schedule(at, STATION_SWITCH, Event::Watchdog);
        }
    }

    fn appoint_tick(&mut self, machine: Machine) {
        let computer = &self.computers[machine.index()];
        let (at, life) = (computer.next_tick(), computer.life);
        let event = Event::Tick { machine, life };
        self.calendar.schedule(at, machine.index() as u32, event);
    }

    fn open_account(&mut self, machine: Machine, now: Instant) {
        let totals = self.computers[machine.index()].totals();
        self.accounts[machine.index()].open(now, totals);
    }

    fn close_account(&mut self, machine: Machine, now: Instant) {
        let totals = self.computers[machine.index()].totals();
        self.accounts[machine.index()].close(now, totals);
    }

    /// What the site did until now.
    pub fn statistics(&self) -> SiteStatistics {
        let machines = Machine::BOTH.map(|machine| {
            let computer = &self.computers[machine.index()];
            let account = &self.accounts[machine.index()];
            let channels = computer.channels.iter().map(|c| c.counts).collect();
            account.statistics(machine, self.now, computer.totals(), channels)
        });
        let lines = self.network.lines().iter().enumerate();
        let lines = lines.map(|(number, line)| LineStatistics {
            line: number as u8,
            down_busy: line.down.count().busy,
            up_busy: line.up.count().busy,
            down_transmissions: line.down.count().transmissions,
            up_transmissions: line.up.count().transmissions,
            polls: line.polls,
            empty_replies: line.empty_replies,
            time_outs: line.time_outs,
            check_errors: line.check_errors,
            undetected_errors: line.undetected_errors,
            hits: line.down.count().hits + line.up.count().hits,
        });
        let units = self.storage.units().map(|module| UnitStatistics {
            unit: module.unit,
            counts: module.counts,
        });
        SiteStatistics {
            time: self.now - Instant::ZERO,
            machines: machines.into(),
            lines: lines.collect(),
            units: units.collect(),
            sets: *self.network.count(),
            set_number: self.network.sets().len() as u64,
            sets_locked: self.network.locked_time_of_all(self.now),
        }
    }
}
