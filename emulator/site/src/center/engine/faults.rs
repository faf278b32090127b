//! What each fault does at a direction center, and what mends it.
//!
//! The kinds are those of every site (`fault::KINDS`), as far as there is something here that they
//! can hit; [`super::super::CenterDescription::refuses`] says which there are not.

use clock::{Instant, Span, Stream};
use device::link::{Hit, Trouble};
use fsq7::drum::REGISTERS;
use fsq7::memory::CORE_WORDS;
use word::twin::Twin;

use super::{Center, Event, STATION_OUTSIDE};
use crate::center::description::CommonCause;
use crate::fault::{CoreBit, DrumBit, Fault, Order, Target, WrongSwitch};
use crate::line_fault::{LineFault, Way, hit_text};
use crate::machine::{Machine, Mode};
use crate::record::{Cause, Direction, Record, Stop};
use crate::relays::Role;

/// A fault that could change nothing is tried again after this.
const LOOK_AGAIN: Span = Span::from_millis(1);
/// Silence after which a machine's life is missed.
const SILENCE: Span = Span::from_secs(6);

impl Center {
    fn target(&self, target: Target) -> Option<Machine> {
        let relays = &self.switch.relays;
        match target {
            Target::A => Some(Machine::A),
            Target::B => Some(Machine::B),
            Target::Active => relays.active(),
            Target::Standby => {
                let mut both = Machine::BOTH.into_iter();
                both.find(|machine| relays.role(*machine) == Role::Standby)
            }
        }
    }

    /// A fault comes due: it acts, and its record says what it hit. One that waits and could
    /// change nothing comes again.
    pub(super) fn strike(&mut self, now: Instant, order: Order) {
        if let (Fault::Line(fault), false) = (order.fault, order.disabled)
            && self.trouble_line(now, fault)
        {
            // Its record is made when it hits something.
            return;
        }
        // The record stands before what follows from the fault.
        let place = self.fresh.len();
        let machine = order.fault.machine().and_then(|m| self.target(m));
        let fault = machine.map_or(order.fault, |machine| order.fault.on(machine));
        let (took_effect, hit) = match (order.disabled, machine) {
            (true, _) => (false, "disabled".to_string()),
            (_, Some(machine)) => self.strike_machine(now, machine, fault),
            _ => self.strike_other(now, fault),
        };
        let waits = self.waiting.iter().position(|f| *f == order.fault);
        if order.waits && !took_effect && !order.disabled {
            if waits.is_none() {
                self.waiting.push(order.fault);
            }
            self.order(now + LOOK_AGAIN, Event::Fault(order));
            return;
        }
        if let (true, Some(place)) = (order.waits, waits) {
            self.waiting.remove(place);
        }
        if let (true, Some(after)) = (took_effect, order.heals_after) {
            self.heal_after(now, after, fault);
        }
        let record = Record::Fault {
            fault: order.fault,
            took_effect,
            hit,
        };
        self.fresh.insert(place, (now, record));
    }

    fn strike_other(&mut self, now: Instant, fault: Fault) -> (bool, String) {
        match fault {
            Fault::PowerOffBoth { r#for } => {
                let mut hit = false;
                for machine in Machine::BOTH {
                    if self.computers[machine.index()].mode != Mode::Off {
                        self.power_off(machine, now, r#for);
                        hit = true;
                    }
                }
                (hit, "both machines".to_string())
            }
            Fault::PlannedSwitchover => {
                let active = self.switch.relays.active();
                let moved = self.planned_switchover(now, Cause::PlannedSwitchover);
                (moved.is_some(), active.map_or("nobody".to_string(), name))
            }
            Fault::ManualSwitchover
            | Fault::OperatorError {
                switch: WrongSwitch::Roles,
            } => self.turn_key(now),
            Fault::PowerBus { bus, r#for } => {
                let cause = self.power_buses.get(usize::from(bus)).cloned();
                self.strike_together(now, cause, r#for, Stop::Power)
            }
            Fault::AirConditioning { unit, r#for } => {
                let cause = self.cooling.get(usize::from(unit)).cloned();
                self.strike_together(now, cause, r#for, Stop::Heat)
            }
            Fault::Trench { trench, r#for } => self.cut_trench(now, trench, r#for),
            Fault::RadarOut { radar } => {
                let changed = self.set_radar(radar, true);
                (changed, format!("radar {radar}"))
            }
            Fault::LyingLightGun { console } => {
                let changed = self.set_gun(console, true);
                (changed, format!("console {console}"))
            }
            Fault::Line(_) => (false, "no such line".to_string()),
            _ => (false, "nothing here that it could hit".to_string()),
        }
    }

    fn set_radar(&mut self, radar: u8, out: bool) -> bool {
        let found = self.radars.get_mut(usize::from(radar));
        found.is_some_and(|radar| std::mem::replace(&mut radar.out, out) != out)
    }

    fn set_gun(&mut self, console: u8, lies: bool) -> bool {
        let found = self.consoles.iter_mut().find(|c| c.number == console);
        found.is_some_and(|found| std::mem::replace(&mut found.lies, lies) != lies)
    }

    fn strike_machine(&mut self, now: Instant, machine: Machine, fault: Fault) -> (bool, String) {
        let mut hit = name(machine);
        let index = machine.index();
        let (transfers, power) = {
            let computer = &self.computers[index];
            (computer.transfers(), computer.has_power())
        };
        self.catch_up(machine, now);
        let computer = &mut self.computers[index];
        let mode = computer.mode;
        let central = &mut computer.fsq7.central;
        let took_effect = match fault {
            Fault::FailStop { .. } if transfers => {
                self.fail_stop(machine, now, Stop::FailStop);
                true
            }
            Fault::FailStopAtInstruction { n, .. } if mode == Mode::Running => {
                let ahead = central.instructions <= n;
                if ahead {
                    central.stop_before_instruction = Some(n);
                }
                ahead
            }
            Fault::Hang { .. } if matches!(mode, Mode::Running | Mode::Stalled) => {
                self.hang(machine, now, Mode::Hung, Stop::Hang);
                true
            }
            Fault::Stall { r#for, .. } if mode == Mode::Running => {
                self.stall(machine, now, r#for);
                true
            }
            Fault::HeartbeatCut { .. } if power => {
                let whole = self.switch.deaf[index].is_none();
                if whole {
                    self.switch.deaf[index] = Some(now);
                    let event = Event::Deaf {
                        machine,
                        since: now,
                    };
                    self.order(now + SILENCE, event);
                }
                whole
            }
            Fault::ReturnToService { .. } => self.service(now, machine),
            Fault::SlowMachine { times, .. } if power => computer.fsq7.set_pace(times),
            Fault::CoreParity { bit, .. } if power => {
                let (location, bit) = match bit {
                    CoreBit::At { location, bit } => (u32::from(location), bit),
                    CoreBit::Next(n) => (central.pc, (n >> 32) as u8 % 32),
                    CoreBit::Picked(n) => ((n % CORE_WORDS as u64) as u32, (n >> 32) as u8 % 32),
                };
                let word = central.memory.peek(location);
                let parity = central.memory.parity_bit(location);
                let good = word.is_some_and(|w| Some(w.parity()) == parity);
                if good {
                    central.memory.flip(location, bit);
                }
                hit += &format!(", location {}, bit {bit}", fsq7::memory::written(location));
                good
            }
            Fault::DrumParity { bit, .. } if power => {
                let (field, register, bit) = match bit {
                    DrumBit::At {
                        field,
                        register,
                        bit,
                    } => (field, register, bit),
                    DrumBit::Picked(n) => {
                        let register = (n >> 16) as u16 % REGISTERS;
                        (n as u8 % 0o60, register, (n >> 32) as u8 % 32)
                    }
                };
                let drums = &mut computer.fsq7.drums;
                let good = !drums.peek(field, register).bad;
                if good {
                    drums.flip(field, register, bit);
                }
                hit += &format!(", field {field:02o}, register {register}, bit {bit}");
                good
            }
            Fault::StaleRestart { r#for, .. } if transfers => {
                self.fail_stop(machine, now, Stop::FailStop);
                self.heal_after(now, r#for, fault);
                true
            }
            Fault::ClockOffset { ticks, .. } if power && ticks != 0 => {
                central.set_clock_forward(ticks);
                true
            }
            Fault::ClockDrift {
                parts_per_million, ..
            } if power => central.set_clock_drift(parts_per_million),
            Fault::BrokenAdder { bits, .. } if power => {
                let bits = Twin(bits as u32);
                std::mem::replace(&mut central.broken_adder, bits) != bits
            }
            Fault::OperatorError {
                switch: WrongSwitch::Reset(_),
            } if transfers => {
                self.fail_stop(machine, now, Stop::WrongKey);
                true
            }
            Fault::OperatorError {
                switch: WrongSwitch::Load(_),
            } if transfers => {
                self.begin_reload(machine, now);
                true
            }
            Fault::PowerOff { r#for, .. } if mode != Mode::Off => {
                self.power_off(machine, now, r#for);
                true
            }
            _ => false,
        };
        (took_effect, hit)
    }

    /// What the fault broke is mended, if nobody has done it before.
    pub(super) fn heal(&mut self, now: Instant, fault: Fault) {
        self.healing -= 1;
        let place = self.fresh.len();
        let machine = fault.machine().and_then(|m| self.target(m));
        if let Some(machine) = machine {
            self.catch_up(machine, now);
        }
        let mended = match (fault, machine) {
            (
                Fault::FailStop { .. }
                | Fault::FailStopAtInstruction { .. }
                | Fault::Hang { .. }
                | Fault::CoreParity { .. }
                | Fault::DrumParity { .. }
                | Fault::OperatorError { .. },
                Some(machine),
            ) => self.service(now, machine),
            (Fault::HeartbeatCut { .. }, Some(machine)) => {
                let deaf = self.switch.deaf[machine.index()].take().is_some();
                let computer = &self.computers[machine.index()];
                if deaf && computer.at_work() && !computer.inactive {
                    self.switch.alarmed[machine.index()] = false;
                    self.tell_roles();
                    self.decide(now);
                }
                deaf
            }
            (Fault::SlowMachine { .. }, Some(machine)) => {
                self.computers[machine.index()].fsq7.set_pace(1)
            }
            (Fault::StaleRestart { .. }, Some(machine)) => self.restart(now, machine),
            (Fault::ClockDrift { .. }, Some(machine)) => {
                let central = &mut self.computers[machine.index()].fsq7.central;
                central.set_clock_drift(0)
            }
            (Fault::BrokenAdder { .. }, Some(machine)) => {
                let central = &mut self.computers[machine.index()].fsq7.central;
                std::mem::replace(&mut central.broken_adder, Twin::ZERO) != Twin::ZERO
            }
            (Fault::RadarOut { radar }, _) => self.set_radar(radar, false),
            (Fault::LyingLightGun { console }, _) => self.set_gun(console, false),
            (Fault::PowerOffBoth { .. }, _) => {
                let mut both = Machine::BOTH.into_iter();
                both.any(|machine| self.service(now, machine))
            }
            // The others are over by themselves.
            _ => false,
        };
        let record = Record::Healed { fault, mended };
        self.fresh.insert(place, (now, record));
    }

    /// A machine that does not work, or has no role, has its drums loaded again. False if it needs
    /// no service.
    fn service(&mut self, now: Instant, machine: Machine) -> bool {
        let computer = &self.computers[machine.index()];
        // One whose power is away is loaded when it is back.
        if computer.mode == Mode::Loading || computer.dark_until > now {
            return false;
        }
        let role = self.switch.relays.role(machine);
        let works = computer.at_work() && !computer.inactive;
        let needs = !(works && matches!(role, Role::Active | Role::Standby));
        if needs {
            self.begin_reload(machine, now);
        }
        needs
    }

    /// Everything that has one cause fails at once. It took effect if something did.
    fn strike_together(
        &mut self,
        now: Instant,
        cause: Option<CommonCause>,
        span: Span,
        why: Stop,
    ) -> (bool, String) {
        let Some(cause) = cause else {
            return (false, "the site has none of this number".to_string());
        };
        let mut hit = Vec::new();
        for site in cause.radars {
            let radar = self.sites.iter().position(|known| *known == site);
            let radar = radar.expect("a validated cause names radars that are there") as u8;
            if self.set_radar(radar, true) {
                hit.push(site);
                self.heal_after(now, span, Fault::RadarOut { radar });
            }
        }
        for machine in cause.machines {
            let computer = &self.computers[machine.index()];
            if why == Stop::Power && computer.mode != Mode::Off {
                self.power_off(machine, now, span);
                hit.push(name(machine));
            } else if why != Stop::Power && computer.transfers() {
                self.fail_stop(machine, now, why);
                hit.push(name(machine));
                let machine = machine.into();
                self.heal_after(now, span, Fault::FailStop { machine });
            }
        }
        (!hit.is_empty(), hit.join(", "))
    }

    fn heal_after(&mut self, now: Instant, span: Span, fault: Fault) {
        self.healing += 1;
        let event = Event::Heal(fault);
        self.calendar.schedule(now + span, STATION_OUTSIDE, event);
    }

    /// The key turned by force: the other machine gets the role, whatever it does.
    fn turn_key(&mut self, now: Instant) -> (bool, String) {
        let Some(active) = self.switch.relays.active() else {
            return (false, "nobody".to_string());
        };
        let to = active.other();
        let possible =
            self.switch.relays.moving().is_none() && self.computers[to.index()].has_power();
        if possible {
            self.move_role(now, to, Cause::ManualSwitchover);
        }
        (possible, name(active))
    }

    // Lines.

    /// A trouble comes to a line. False if there is no such line.
    fn trouble_line(&mut self, now: Instant, fault: LineFault) -> bool {
        if usize::from(fault.line) >= self.lines.len() {
            return false;
        }
        let number = self.line_faults.begin(fault);
        self.waiting.push(Fault::Line(fault));
        for &direction in fault.way.directions() {
            let chance = Stream::new(fault.seed, &format!("line/{direction:?}"));
            let link = self.lines[usize::from(fault.line)].link(direction);
            link.trouble(number, fault.trouble, chance);
        }
        if fault.trouble == Trouble::Cut {
            self.line_fault_fires(now, number, "the line, whole until then".to_string());
        }
        true
    }

    /// A transmission was hit.
    pub(super) fn line_hit(&mut self, at: Instant, line: u8, direction: Direction, hit: Hit) {
        self.line_fault_fires(at, hit.trouble, hit_text(line, direction, &hit));
        let record = Record::LineHit {
            line,
            direction,
            hit,
        };
        self.record(at, record);
    }

    fn line_fault_fires(&mut self, at: Instant, number: u32, hit: String) {
        let Some(fault) = self.line_faults.fires(number) else {
            return;
        };
        let mut waiting = self.waiting.iter();
        if let Some(place) = waiting.position(|f| *f == Fault::Line(fault)) {
            self.waiting.remove(place);
        }
        self.healing += 1;
        let over = (at + fault.r#for).max(self.calendar.now());
        let event = Event::LineMended(number);
        self.calendar.schedule(over, STATION_OUTSIDE, event);
        let record = Record::Fault {
            fault: Fault::Line(fault),
            took_effect: true,
            hit,
        };
        self.record(at, record);
    }

    /// A trouble is over.
    pub(super) fn mend_line(&mut self, now: Instant, number: u32) {
        let Some(fault) = self.line_faults.over(number) else {
            return;
        };
        self.healing -= 1;
        for &direction in fault.way.directions() {
            let link = self.lines[usize::from(fault.line)].link(direction);
            link.mend(number);
        }
        let fault = Fault::Line(fault);
        let mended = true;
        self.record(now, Record::Healed { fault, mended });
    }

    /// A digger: every line of a trench is cut at once.
    fn cut_trench(&mut self, now: Instant, trench: u8, span: Span) -> (bool, String) {
        let Some(lines) = self.trenches.get(usize::from(trench)).cloned() else {
            return (false, "the site has none of this number".to_string());
        };
        let mut hit = Vec::new();
        for line in lines {
            let fault = LineFault {
                line,
                way: Way::Both,
                r#for: span,
                trouble: Trouble::Cut,
                seed: 0,
            };
            if self.trouble_line(now, fault) {
                hit.push(format!("line {line}"));
            }
        }
        (!hit.is_empty(), hit.join(", "))
    }
}

fn name(machine: Machine) -> String {
    format!("machine {machine}")
}
