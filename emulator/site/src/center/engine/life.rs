//! How machines start and stop, and how the active role moves.
//!
//! | | core | transfer | drums | relays |
//! |---|---|---|---|---|
//! | fail-stop | stays | broken off | turn on | stay until the switch decides |
//! | stopped by an alarm, halted, hung, stalled | stays | goes on | turn on | stay |
//! | power off | zeros | broken off | keep what they have | stay until the switch decides |
//! | out of service | zeros | - | loaded again | open until the role is given |
//!
//! A machine comes back by START OVER: the bootstrap on its plugboard reads the program from its
//! own drums. One that nobody could take over from is started over by its operators after a while.

use clock::{Instant, Span};
use fsq7::alarm::Alarm;
use fsq7::central;
use fsq7::codes;

use super::{Center, Event, STATION_OUTSIDE};
use crate::center::record as center;
use crate::machine::{Machine, Mode};
use crate::record::{Cause, Record, Start, Stop};
use crate::relays::Role;

impl Center {
    /// Loads drums and plugboard of a machine and presses START OVER.
    pub(super) fn load_and_start(&mut self, machine: Machine, now: Instant) {
        let computer = &mut self.computers[machine.index()];
        computer.load(&self.deck);
        computer.power_up(now, &self.deck);
        computer.start_over();
        self.switch.alarmed[machine.index()] = false;
        self.switch.locked[machine.index()] = false;
        self.record_start(machine, now, Start::Deck);
        self.tell_roles();
    }

    /// The conditions of both machines that follow from switch and alarms.
    pub(super) fn tell_roles(&mut self) {
        for machine in Machine::BOTH {
            let (own, other) = (machine.index(), machine.other().index());
            let relays = &self.switch.relays;
            let active = relays.closed(machine);
            let partner = relays.closed(machine.other());
            let alarm = self.switch.alarmed[other];
            let central = &mut self.computers[own].fsq7.central;
            central.set_condition(codes::ACTIVE, active);
            central.set_condition(codes::PARTNER_ACTIVE, partner);
            central.set_condition(codes::PARTNER_ALARM, alarm);
        }
    }

    /// Both machines are brought to the present before their conditions change.
    fn catch_up_both(&mut self, now: Instant) {
        for machine in Machine::BOTH {
            self.catch_up(machine, now);
        }
    }

    /// A machine raises an alarm that counts.
    pub(super) fn alarm(&mut self, machine: Machine, now: Instant, alarm: center::Alarm) {
        self.switch.alarmed[machine.index()] = true;
        self.note(now, center::Record::Alarm { machine, alarm });
        self.catch_up_both(now);
        self.tell_roles();
        self.decide(now);
        self.appoint_start_over(machine, now);
    }

    /// If nobody takes over from it, its operators start it over.
    fn appoint_start_over(&mut self, machine: Machine, now: Instant) {
        let life = self.computers[machine.index()].life;
        let stays = self.switch.relays.active() == Some(machine);
        if stays && self.computers[machine.index()].has_power() {
            let event = Event::StartOver { machine, life };
            let at = now.max(self.calendar.now()) + self.start_over;
            self.calendar.schedule(at, STATION_OUTSIDE, event);
        }
    }

    /// A machine stands still: HLT, or an alarm whose switch is at stop.
    pub(super) fn stopped_itself(&mut self, machine: Machine, now: Instant) {
        let computer = &mut self.computers[machine.index()];
        let location = computer.fsq7.central.pc;
        let why = match computer.fsq7.central.stopped {
            Some(central::Stop::Alarm(Alarm::MemoryParity1 | Alarm::MemoryParity2)) => Stop::Parity,
            Some(central::Stop::Alarm(Alarm::IllegalInstruction)) => Stop::IllegalInstruction,
            Some(central::Stop::Alarm(Alarm::Address)) => Stop::Address,
            Some(central::Stop::Alarm(_)) => Stop::Alarm,
            _ => {
                computer.mode = Mode::Halted;
                self.record(now, Record::MachineHalted { machine, location });
                return;
            }
        };
        computer.mode = Mode::Hung;
        self.record_stop(machine, now, why);
        self.lost_standby(machine);
        self.alarm(machine, now, center::Alarm::Stopped);
    }

    /// One that stood by does no longer.
    fn lost_standby(&mut self, machine: Machine) {
        self.switch.relays.machine_stopped(machine);
        self.switch.locked[machine.index()] = false;
    }

    /// Processor and transfer stop at the same instant.
    pub(super) fn fail_stop(&mut self, machine: Machine, now: Instant, why: Stop) {
        self.catch_up(machine, now);
        self.record_stop(machine, now, why);
        let computer = &mut self.computers[machine.index()];
        computer.fsq7.stop();
        computer.mode = Mode::Stopped;
        computer.broken = why == Stop::FailStop;
        computer.new_life();
        self.lost_standby(machine);
        match why {
            Stop::Power => self.alarm(machine, now, center::Alarm::Power),
            Stop::Heat => self.alarm(machine, now, center::Alarm::Heat),
            // Nobody hears of it before its program has been silent for six seconds.
            _ => {}
        }
    }

    /// The program stands still, transfers go on.
    pub(super) fn hang(&mut self, machine: Machine, now: Instant, mode: Mode, why: Stop) {
        self.catch_up(machine, now);
        self.record_stop(machine, now, why);
        let computer = &mut self.computers[machine.index()];
        computer.fsq7.central.stopped = Some(central::Stop::Console);
        computer.mode = mode;
    }

    pub(super) fn stall(&mut self, machine: Machine, now: Instant, span: Span) {
        self.hang(machine, now, Mode::Stalled, Stop::Stall);
        let life = self.computers[machine.index()].life;
        let event = Event::StallEnds { machine, life };
        self.calendar.schedule(now + span, STATION_OUTSIDE, event);
    }

    pub(super) fn stall_ends(&mut self, now: Instant, machine: Machine, life: u32) {
        let computer = &self.computers[machine.index()];
        if computer.life == life && computer.mode == Mode::Stalled {
            self.catch_up(machine, now);
            let computer = &mut self.computers[machine.index()];
            computer.fsq7.central.stopped = None;
            computer.mode = Mode::Running;
            self.record_start(machine, now, Start::StallEnded);
        }
    }

    /// START OVER at a machine that stands still, by its operators.
    pub(super) fn start_over_button(&mut self, now: Instant, machine: Machine, life: u32) {
        let computer = &self.computers[machine.index()];
        let same = computer.life == life && computer.has_power();
        let stands = self.switch.alarmed[machine.index()] && !computer.broken;
        let needed = self.switch.relays.active() == Some(machine);
        if same && stands && needed {
            self.restart(now, machine);
        }
    }

    /// A machine that has power starts over with the core it has. False if it runs.
    pub(super) fn restart(&mut self, now: Instant, machine: Machine) -> bool {
        let computer = &self.computers[machine.index()];
        if !computer.has_power() || computer.mode == Mode::Running && !computer.inactive {
            return false;
        }
        self.catch_up(machine, now);
        let computer = &mut self.computers[machine.index()];
        computer.new_life();
        computer.start_over();
        self.switch.alarmed[machine.index()] = false;
        self.record_start(machine, now, Start::StartOver);
        self.stand_by(now, machine);
        true
    }

    /// A machine that has begun its program stands by, unless the role is its own or nobody's.
    fn stand_by(&mut self, now: Instant, machine: Machine) {
        if self.switch.relays.active() != Some(machine) {
            self.switch.relays.set_role(machine, Role::Standby);
        }
        self.catch_up_both(now);
        self.tell_roles();
        self.decide(now);
    }

    /// The switch looks whether the role has to move.
    pub(super) fn decide(&mut self, now: Instant) {
        if let Some((to, cause)) = self.switch.decide() {
            self.move_role(now, to, cause);
        }
    }

    /// The role moves as planned, if it can. Who had it.
    pub(super) fn planned_switchover(&mut self, now: Instant, cause: Cause) -> Option<Machine> {
        let from = self.switch.relays.active();
        let to = self.switch.planned()?;
        self.move_role(now, to, cause);
        from
    }

    /// The role begins to move: the old machine is fenced at once.
    pub(super) fn move_role(&mut self, now: Instant, to: Machine, cause: Cause) {
        let from = self.switch.relays.active();
        self.record(now, Record::Decision { from, to, cause });
        let old = &self.computers[to.other().index()];
        let alive = old.at_work() && !old.inactive;
        if let Some(machine) = self.switch.relays.begin(now, to, cause, alive) {
            self.close_account(machine, now);
            let closed = false;
            self.record(now, Record::Relays { machine, closed });
        }
        self.catch_up_both(now);
        self.tell_roles();
        let closes = self
            .switch
            .relays
            .moving()
            .map_or(now, |moving| moving.closes);
        self.appoint_close(closes.max(self.calendar.now()));
    }

    pub(super) fn close_relays(&mut self, now: Instant) {
        let Some((machine, cause)) = self.switch.close(now) else {
            return;
        };
        self.catch_up_both(now);
        let computer = &mut self.computers[machine.index()];
        // Its program is heard from now on.
        computer.fsq7.central.alarms.clear_one(Alarm::Inactivity);
        computer.fsq7.central.restart_inactivity();
        computer.inactive = false;
        self.open_account(machine, now);
        let closed = true;
        self.record(now, Record::Relays { machine, closed });
        self.record(now, Record::RoleTaken { machine, cause });
        self.tell_roles();
        for input in std::mem::take(&mut self.held) {
            self.put_in(now, input);
        }
        if !self.computers[machine.index()].at_work() {
            self.appoint_start_over(machine, now);
        }
    }

    /// A machine loses power and what was in core.
    pub(super) fn power_off(&mut self, machine: Machine, now: Instant, span: Span) {
        self.fail_stop(machine, now, Stop::Power);
        let computer = &mut self.computers[machine.index()];
        computer.mode = Mode::Off;
        computer.dark_until = now + span;
        let event = Event::PowerReturns(machine);
        self.calendar.schedule(now + span, STATION_OUTSIDE, event);
        // Relays of a machine without power hold; it is the switch that moves them.
        self.tell_roles();
    }

    /// Power comes back: the machine starts itself over from its drums.
    pub(super) fn power_returns(&mut self, now: Instant, machine: Machine) {
        let computer = &mut self.computers[machine.index()];
        if computer.mode != Mode::Off || computer.dark_until > now {
            return;
        }
        computer.power_up(now, &self.deck);
        if computer.broken {
            self.begin_reload(machine, now);
            return;
        }
        computer.start_over();
        self.switch.alarmed[machine.index()] = false;
        self.record_start(machine, now, Start::StartOver);
        self.stand_by(now, machine);
    }

    /// Takes a machine out to load its drums again.
    pub(super) fn begin_reload(&mut self, machine: Machine, now: Instant) {
        if self.computers[machine.index()].transfers() {
            self.fail_stop(machine, now, Stop::Reload);
        }
        let computer = &mut self.computers[machine.index()];
        computer.mode = Mode::Loading;
        computer.broken = false;
        computer.new_life();
        let life = computer.life;
        self.switch.alarmed[machine.index()] = true;
        if self.switch.relays.take_out(machine) {
            self.close_account(machine, now);
            let closed = false;
            self.record(now, Record::Relays { machine, closed });
        }
        self.catch_up_both(now);
        self.tell_roles();
        self.decide(now);
        let event = Event::Loaded { machine, life };
        let at = now + self.reload;
        self.calendar.schedule(at, STATION_OUTSIDE, event);
    }

    pub(super) fn loaded(&mut self, now: Instant, machine: Machine, life: u32) {
        let computer = &self.computers[machine.index()];
        if computer.life != life || computer.mode != Mode::Loading {
            return;
        }
        self.load_and_start(machine, now);
        self.stand_by(now, machine);
    }

    /// The switch has not heard a machine's life for six seconds.
    pub(super) fn not_heard(&mut self, now: Instant, machine: Machine, since: Instant) {
        let index = machine.index();
        let deaf = self.switch.deaf[index] == Some(since);
        if deaf && self.computers[index].has_power() && !self.switch.alarmed[index] {
            self.alarm(machine, now, center::Alarm::Inactivity);
        }
    }
}
