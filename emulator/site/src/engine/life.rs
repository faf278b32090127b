//! How machines start and stop, and how the active role moves.
//!
//! | | core | channels | relays |
//! |---|---|---|---|
//! | fail-stop | stays | stop, transfers torn | stay until the switch decides |
//! | hang, stall | stays | go on | stay |
//! | power off | zeros | stop, transfers torn | drop out |
//! | power of one side off | zeros | stop, transfers torn | stay until the switch decides |
//! | RESET, START | stays | new, and the adapters if its relays are closed | stay |
//! | return to service | from the deck | new | open until the role is given |
//!
//! Startover: nobody is active and core is empty. The switch closes the relays of the first machine
//! that has power; its LOAD DRUM key puts a list of channel commands into core from 77760 (octal)
//! that reads record 0 of track 0 of drum 0 to 77600, starts channel A, and starts the processor at
//! 77600 when the channel is idle again. When drum 0 is lost it is drum 3 and channel B.

use clock::{Instant, Span};
use device::file_control::Unit;
pub use ibm7090::console::BOOT;
use ibm7090::console::{BOOT_LIST, BOOT_WORDS, load_drum_list};

use super::{Event, STATION_OUTSIDE, STATION_SWITCH, Site};
use crate::machine::{CHANNELS, LINE_CHANNEL, Machine, Mode};
use crate::record::{Cause, Record, Start, Stop};
use crate::relays::Role;

impl Site {
    /// Clears the machine's core, loads its deck and lets it start.
    pub(super) fn load_deck(&mut self, machine: Machine, now: Instant) {
        let computer = &mut self.computers[machine.index()];
        computer.power_up(now);
        for (location, word) in &self.deck {
            computer.cpu.core.write(*location, *word);
        }
        computer.cpu.go(self.start);
        computer.mode = Mode::Running;
        self.record_start(machine, now, Start::Deck);
        self.appoint_tick(machine);
    }

    /// What a machine's channels had under way is cut off; the adapters forget it.
    fn stop_channels(&mut self, machine: Machine, now: Instant) {
        for number in 0..CHANNELS {
            self.with_channel(machine, number, now, |channel, now, port| {
                channel.reset(now, port);
            });
        }
    }

    fn reset_adapters(&mut self, now: Instant) {
        for control in &mut self.storage.controls {
            control.reset();
        }
        self.network.reset(now);
        self.drain_lines();
        for number in 0..CHANNELS {
            self.appoint_adapter(number, now);
        }
    }

    /// Processor and channels stop at the same instant.
    pub(super) fn fail_stop(&mut self, machine: Machine, now: Instant, why: Stop) {
        self.catch_up(machine, now);
        let connected = self.switch.closed(machine);
        self.record_stop(machine, now, why);
        self.stop_channels(machine, now);
        let computer = &mut self.computers[machine.index()];
        computer.mode = Mode::Stopped;
        computer.broken = why == Stop::FailStop;
        computer.new_life();
        self.switch.machine_stopped(machine);
        if connected {
            for control in &mut self.storage.controls {
                control.reset();
            }
            for number in 0..CHANNELS {
                self.appoint_adapter(number, now);
            }
        }
        self.decide(now);
    }

    /// RESET and START: a stopped machine begins its program again with the core it had, as standby
    /// unless the role is still its own. RESET reaches channels and what hangs on their cables: lines
    /// that went on polling have events for a program that knows nothing of them (ours).
    /// False if it does not stand still.
    pub(super) fn restart(&mut self, now: Instant, machine: Machine) -> bool {
        let computer = &mut self.computers[machine.index()];
        if computer.mode != Mode::Stopped {
            return false;
        }
        computer.bring_forward(now);
        computer.cpu.reset();
        computer.cpu.go(self.start);
        computer.mode = Mode::Running;
        computer.broken = false;
        (computer.ticking_since, computer.ticks) = (now, 0);
        if self.switch.closed(machine) {
            self.reset_adapters(now);
        }
        self.record_start(machine, now, Start::StaleCore);
        self.appoint_tick(machine);
        self.stand_by(now, machine);
        true
    }

    /// A machine that has begun its program stands by, unless the role is its own or nobody's.
    fn stand_by(&mut self, now: Instant, machine: Machine) {
        match self.switch.active() {
            Some(active) if active == machine => {}
            Some(_) => self.switch.set_role(machine, Role::Standby),
            None => {
                self.switch.set_role(machine, Role::Standby);
                self.move_role(now, machine, Cause::Startover);
            }
        }
    }

    /// The processor alone stands still.
    pub(super) fn hang(&mut self, machine: Machine, now: Instant, mode: Mode, why: Stop) {
        self.catch_up(machine, now);
        let computer = &mut self.computers[machine.index()];
        computer.mode = mode;
        self.record_stop(machine, now, why);
    }

    pub(super) fn stall(&mut self, machine: Machine, now: Instant, span: Span) {
        self.hang(machine, now, Mode::Stalled, Stop::Stall);
        let life = self.computers[machine.index()].life;
        let event = Event::StallEnds { machine, life };
        self.calendar.schedule(now + span, STATION_OUTSIDE, event);
    }

    pub(super) fn stall_ends(&mut self, now: Instant, machine: Machine, life: u32) {
        let computer = &mut self.computers[machine.index()];
        if computer.life == life && computer.mode == Mode::Stalled {
            computer.bring_forward(now);
            computer.mode = Mode::Running;
            self.record_start(machine, now, Start::StallEnded);
        }
    }

    /// The switch looks whether the role has to move.
    pub(super) fn decide(&mut self, now: Instant) {
        if let Some((to, cause)) = self.switch.decide() {
            self.move_role(now, to, cause);
        }
    }

    /// The role begins to move: the old machine is fenced at once.
    pub(super) fn move_role(&mut self, now: Instant, to: Machine, cause: Cause) {
        let from = self.switch.active();
        self.record(now, Record::Decision { from, to, cause });
        let old = from.unwrap_or(to.other());
        let alive = self.computers[old.index()].channels_work();
        // While the relays are still closed: the transfers under way are torn.
        if !self.switch.fences() {
            // Planted: the relays stay closed and nothing is cut.
        } else if let Some(old) = self.switch.connected() {
            self.fence(old, now);
        }
        if let Some(opened) = self.switch.begin(now, to, cause, alive) {
            self.close_account(opened, now);
            let (machine, closed) = (opened, false);
            self.record(now, Record::Relays { machine, closed });
            self.reset_adapters(now);
        }
        let closes = self.switch.moving().map_or(now, |moving| moving.closes);
        self.calendar.schedule(closes, STATION_SWITCH, Event::Close);
    }

    /// Cuts what the machine's channels have under way; they find no adapter any more.
    fn fence(&mut self, machine: Machine, now: Instant) {
        if !self.computers[machine.index()].channels_work() {
            return;
        }
        for number in 0..CHANNELS {
            self.with_channel(machine, number, now, |channel, now, port| {
                channel.fence(now, port)
            });
        }
    }

    pub(super) fn close_relays(&mut self, now: Instant) {
        let Some(moving) = self.switch.close(now) else {
            return;
        };
        let (machine, cause) = (moving.to, moving.cause);
        self.catch_up(machine, now);
        self.open_account(machine, now);
        self.network.connect(machine.index() as u8);
        let closed = true;
        self.record(now, Record::Relays { machine, closed });
        self.record(now, Record::RoleTaken { machine, cause });
        self.appoint_watchdog();
        if self.computers[machine.index()].mode == Mode::LoadingDrum {
            self.load_drum(machine, now);
        } else {
            for number in 0..CHANNELS {
                self.look(number, now);
            }
        }
    }

    /// Both machines lose power and what was in core.
    pub(super) fn power_off(&mut self, now: Instant, span: Span) {
        for machine in Machine::BOTH {
            self.catch_up(machine, now);
            if self.computers[machine.index()].mode != Mode::Off {
                self.record_stop(machine, now, Stop::Power);
            }
            if self.computers[machine.index()].channels_work() {
                self.stop_channels(machine, now);
            }
            let computer = &mut self.computers[machine.index()];
            computer.cpu.clear();
            computer.mode = Mode::Off;
            computer.dark_until = computer.dark_until.max(now + span);
            computer.new_life();
        }
        if let Some(machine) = self.switch.power_off() {
            self.close_account(machine, now);
            let closed = false;
            self.record(now, Record::Relays { machine, closed });
        }
        self.reset_adapters(now);
        let event = Event::PowerReturns;
        self.calendar.schedule(now + span, STATION_OUTSIDE, event);
    }

    /// Machine A, or B if A is broken, is first: the switch gives it the role, and it starts itself
    /// from drum.
    pub(super) fn power_returns(&mut self, now: Instant) {
        let whole = |machine: &Machine| {
            let computer = &self.computers[machine.index()];
            computer.mode == Mode::Off && !computer.broken && computer.dark_until <= now
        };
        let Some(machine) = Machine::BOTH.into_iter().find(whole) else {
            return;
        };
        if self.switch.active().is_some() {
            return;
        }
        self.start_over(now, machine);
    }

    /// The machine, with nothing in core, gets the role and starts itself from drum.
    fn start_over(&mut self, now: Instant, machine: Machine) {
        self.computers[machine.index()].power_up(now);
        // While it is still off: what the relays cut is no end of its loading.
        self.move_role(now, machine, Cause::Startover);
        self.computers[machine.index()].mode = Mode::LoadingDrum;
        self.appoint_tick(machine);
    }

    /// The LOAD DRUM key of a machine is pressed: its core is empty, and it is loaded when its relays
    /// have closed.
    pub(super) fn empty_for_drum(&mut self, machine: Machine, now: Instant) {
        self.catch_up(machine, now);
        let computer = &mut self.computers[machine.index()];
        computer.power_up(now);
        computer.mode = Mode::LoadingDrum;
        self.appoint_tick(machine);
    }

    /// One machine loses power and what was in core; the switch has power of its own.
    pub(super) fn power_off_side(&mut self, machine: Machine, now: Instant, span: Span) {
        if self.computers[machine.index()].channels_work() {
            self.fail_stop(machine, now, Stop::Power);
        } else {
            self.record_stop(machine, now, Stop::Power);
        }
        let computer = &mut self.computers[machine.index()];
        computer.cpu.clear();
        computer.mode = Mode::Off;
        computer.dark_until = now + span;
        computer.new_life();
        let event = Event::SidePowerReturns(machine);
        self.calendar.schedule(now + span, STATION_OUTSIDE, event);
    }

    /// Power of one side comes back: if nobody else has the role, the machine starts itself from
    /// drum; else it is loaded from its deck.
    pub(super) fn side_power_returns(&mut self, now: Instant, machine: Machine) {
        let computer = &self.computers[machine.index()];
        if computer.mode != Mode::Off || computer.dark_until > now {
            return;
        }
        let other = self.switch.active() == Some(machine.other());
        if other || computer.broken {
            self.begin_reload(machine, now);
        } else {
            self.start_over(now, machine);
        }
    }

    /// The LOAD DRUM key.
    fn load_drum(&mut self, machine: Machine, now: Instant) {
        // The key has taken notice of the relays for a machine that cannot ask.
        self.switch.ask(machine);
        let number = self.storage.load_channel();
        let drum = self.storage.module(Unit::Drum(0));
        let length = drum
            .and_then(|module| module.geometry.record(0, 0))
            .map_or(BOOT_WORDS, |(_, length)| length.min(BOOT_WORDS));
        let computer = &mut self.computers[machine.index()];
        let core = &mut computer.cpu.core;
        for (place, word) in load_drum_list(length) {
            core.write(place, word);
        }
        self.with_channel(machine, number, now, |channel, now, port| {
            channel.start(now, BOOT_LIST, port);
        });
    }

    /// Takes a machine out to load its deck.
    pub(super) fn begin_reload(&mut self, machine: Machine, now: Instant) {
        if self.computers[machine.index()].channels_work() {
            self.fail_stop(machine, now, Stop::Reload);
        }
        let computer = &mut self.computers[machine.index()];
        computer.mode = Mode::Loading;
        computer.broken = false;
        computer.new_life();
        let life = computer.life;
        if self.switch.take_out(machine) {
            self.close_account(machine, now);
            let closed = false;
            self.record(now, Record::Relays { machine, closed });
            self.reset_adapters(now);
        }
        let event = Event::DeckRead { machine, life };
        let at = now + self.reload;
        self.calendar.schedule(at, STATION_OUTSIDE, event);
    }

    /// The deck has been read: the machine starts, as standby, or as active if nobody is.
    pub(super) fn deck_read(&mut self, now: Instant, machine: Machine, life: u32) {
        let computer = &self.computers[machine.index()];
        if computer.life != life || computer.mode != Mode::Loading {
            return;
        }
        self.load_deck(machine, now);
        self.stand_by(now, machine);
    }

    /// A unit goes away: a transfer with it is torn and ends unusually.
    pub(super) fn lose_unit(&mut self, now: Instant, unit: Unit) -> bool {
        let Some((number, module)) = self.storage.place(unit) else {
            return false;
        };
        let using = self.storage.controls[number].transferring() == Some(module);
        let holder = Machine::BOTH.into_iter().find(|machine| {
            let computer = &self.computers[machine.index()];
            computer.channels_work() && computer.channels[number].holds_adapter()
        });
        if let (true, Some(machine)) = (using, holder) {
            self.with_channel(machine, number, now, |channel, now, port| {
                channel.lose_unit(now, port)
            });
            self.storage.controls[number].note_inoperative();
        }
        let changed = self.storage.controls[number].lose(module);
        if changed {
            let available = false;
            self.record(now, Record::Unit { unit, available });
            self.look(number, now);
        }
        self.appoint_adapter(number, now);
        changed
    }

    /// A unit's circuits give out while a write passes: it is torn and ends unusually. False if
    /// no write passes now.
    pub(super) fn tear_write(&mut self, now: Instant, unit: Unit) -> bool {
        let Some((number, module)) = self.storage.place(unit) else {
            return false;
        };
        let writing = self.storage.controls[number].is_writing(now, module);
        let (true, Some(machine)) = (writing, self.holder(number)) else {
            return false;
        };
        self.with_channel(machine, number, now, |channel, now, port| {
            channel.lose_unit(now, port)
        });
        self.storage.controls[number].note_circuit_check();
        self.look(number, now);
        self.appoint_adapter(number, now);
        true
    }

    pub(super) fn return_unit(&mut self, now: Instant, unit: Unit, blank: bool) -> bool {
        let Some((number, module)) = self.storage.place(unit) else {
            return false;
        };
        let changed = self.storage.controls[number].restore(module, blank);
        if changed {
            let available = true;
            self.record(now, Record::Unit { unit, available });
        }
        changed
    }

    /// Whether the lines are served by a machine; for what a fault hit.
    pub(super) fn lines_served(&self) -> bool {
        self.connected().is_some() && self.adapter_appointments[LINE_CHANNEL].is_some()
    }
}
