//! What each fault does when its instant has come, and what mends it.

use clock::{Instant, Span};
use device::contacts::Contacts;
use ibm7090::core_store::CORE_WORDS;

use super::{Event, STATION_OUTSIDE, Site};
use crate::description::CommonCause;
use crate::fault::{CoreBit, Fault, Order, Target, Unit, UnitBit, WrongSwitch};
use crate::machine::{Machine, Mode};
use crate::record::{Cause, Record, Stop};
use crate::relays::Role;

/// A fault that could change nothing is tried again after this.
const LOOK_AGAIN: Span = Span::from_millis(1);

impl Site {
    fn target(&self, target: Target) -> Option<Machine> {
        match target {
            Target::A => Some(Machine::A),
            Target::B => Some(Machine::B),
            Target::Active => self.switch.active(),
            Target::Standby => Machine::BOTH
                .into_iter()
                .find(|machine| self.switch.role(*machine) == Role::Standby),
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
        // Whom it hits is known before it does.
        let machine = order.fault.machine().and_then(|m| self.target(m));
        let fault = machine.map_or(order.fault, |machine| order.fault.on(machine));
        let (took_effect, hit) = match order.disabled {
            true => (false, "disabled".to_string()),
            false => self.act(now, fault, machine),
        };
        let waits = self.waiting.iter().position(|f| *f == order.fault);
        let waiting = order.waits || matches!(fault, Fault::TornWrite { .. });
        if waiting && !took_effect && !order.disabled {
            if waits.is_none() {
                self.waiting.push(order.fault);
            }
            self.order(now + LOOK_AGAIN, Event::Fault(order));
            return;
        }
        if let (true, Some(place)) = (waiting, waits) {
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

    fn act(&mut self, now: Instant, fault: Fault, machine: Option<Machine>) -> (bool, String) {
        if let Some(machine) = machine {
            return self.strike_machine(now, machine, fault);
        }
        match fault {
            Fault::UnitLoss { unit } => (self.lose_unit(now, unit), unit.to_string()),
            Fault::UnitReturn { unit, blank } => {
                (self.return_unit(now, unit, blank), unit.to_string())
            }
            Fault::PowerOffBoth { r#for } => {
                let powered = self.computers.iter().any(|c| c.mode != Mode::Off);
                if powered {
                    self.power_off(now, r#for);
                }
                (powered, "both machines".to_string())
            }
            Fault::UnitParity { unit, bit } => self.turn_unit_bit(unit, bit),
            Fault::TornWrite { unit } => (self.tear_write(now, unit), unit.to_string()),
            Fault::LyingTerminal { set } => {
                let changed = self.network.set_contacts(set, Contacts::late());
                (changed, format!("set {set}"))
            }
            Fault::OperatorError {
                switch: WrongSwitch::Roles,
            } => self.turn_key(now, Cause::ManualSwitchover, false),
            Fault::OperatorError {
                switch: WrongSwitch::Unit(unit),
            } => (self.lose_unit(now, unit), unit.to_string()),
            Fault::PowerBus { bus, r#for } => {
                let cause = self.power_buses.get(usize::from(bus)).cloned();
                self.strike_together(now, cause, r#for, Stop::Power)
            }
            Fault::AirConditioning { unit, r#for } => {
                let cause = self.cooling.get(usize::from(unit)).cloned();
                self.strike_together(now, cause, r#for, Stop::Heat)
            }
            Fault::PlannedSwitchover => {
                let asked = self.switch.request();
                let hit = self.switch.active().map_or("nobody".to_string(), name);
                if asked {
                    self.decide(now);
                }
                (asked, hit)
            }
            Fault::ManualSwitchover => self.turn_key(now, Cause::ManualSwitchover, true),
            Fault::Line(_) => (false, "no such line".to_string()),
            // Those of a machine, when there is none in that role.
            _ => (false, "no such machine".to_string()),
        }
    }

    /// What the fault broke is mended, if nobody has done it before.
    pub(super) fn heal(&mut self, now: Instant, fault: Fault) {
        self.healing -= 1;
        let place = self.fresh.len();
        let machine = fault.machine().and_then(|m| self.target(m));
        let mended = match (fault, machine) {
            (
                Fault::FailStop { .. }
                | Fault::FailStopAtInstruction { .. }
                | Fault::Hang { .. }
                | Fault::CoreParity { .. }
                | Fault::OperatorError { .. },
                Some(machine),
            ) => self.service(now, machine),
            (Fault::HeartbeatCut { .. }, Some(machine)) => self.switch.mend_heartbeat(machine),
            (Fault::SlowMachine { .. }, Some(machine)) => {
                self.catch_up(machine, now);
                self.computers[machine.index()].set_pace(now, 1)
            }
            (Fault::StaleRestart { .. }, Some(machine)) => self.restart(now, machine),
            (Fault::ClockDrift { .. }, Some(machine)) => self.set_drift(now, machine, 0),
            (Fault::BrokenAdder { .. }, Some(machine)) => self.set_adder(now, machine, 0),
            (Fault::LyingTerminal { set }, _) => {
                self.network.set_contacts(set, Contacts::default())
            }
            (
                Fault::UnitLoss { unit }
                | Fault::OperatorError {
                    switch: WrongSwitch::Unit(unit),
                },
                _,
            ) => self.return_unit(now, unit, false),
            // Whoever did not come back by itself.
            (Fault::PowerOffBoth { .. }, _) => Machine::BOTH
                .map(|machine| self.service(now, machine))
                .contains(&true),
            // The others are over by themselves.
            _ => false,
        };
        let record = Record::Healed { fault, mended };
        self.fresh.insert(place, (now, record));
    }

    /// A machine that does not work, halted by its program or has no role, is loaded from its deck.
    /// False if it needs no service.
    fn service(&mut self, now: Instant, machine: Machine) -> bool {
        let computer = &self.computers[machine.index()];
        // One whose power is away is loaded when it is back.
        if computer.mode == Mode::Loading || computer.dark_until > now {
            return false;
        }
        let role = self.switch.role(machine);
        // Its clock wakes it, and it halts again.
        let halted = computer.halted_at == Some(computer.cpu.instructions);
        let works = computer.at_work() && !halted;
        let needs = !(works && matches!(role, Role::Active | Role::Standby));
        if needs {
            self.begin_reload(machine, now);
        }
        needs
    }

    fn strike_machine(&mut self, now: Instant, machine: Machine, fault: Fault) -> (bool, String) {
        let mut hit = name(machine);
        let computer = &mut self.computers[machine.index()];
        let took_effect = match fault {
            Fault::FailStop { .. } if computer.channels_work() => {
                if self.switch.closed(machine) && self.lines_served() {
                    hit += ", its lines served";
                }
                self.fail_stop(machine, now, Stop::FailStop);
                true
            }
            Fault::FailStopAtInstruction { n, .. } if computer.channels_work() => {
                self.catch_up(machine, now);
                let computer = &mut self.computers[machine.index()];
                let ahead = computer.cpu.instructions <= n;
                if ahead {
                    computer.cpu.stop_before_instruction = Some(n);
                }
                ahead
            }
            Fault::Hang { .. } if computer.at_work() || computer.mode == Mode::Stalled => {
                self.hang(machine, now, Mode::Hung, Stop::Hang);
                true
            }
            Fault::Stall { r#for, .. } if computer.at_work() => {
                self.stall(machine, now, r#for);
                true
            }
            Fault::HeartbeatCut { .. } if computer.channels_work() => {
                self.switch.cut_heartbeat(machine)
            }
            Fault::ReturnToService { .. } => self.service(now, machine),
            Fault::SlowMachine { times, .. } if computer.channels_work() => {
                self.catch_up(machine, now);
                self.computers[machine.index()].set_pace(now, times)
            }
            Fault::CoreParity { bit, .. } if computer.channels_work() => {
                self.catch_up(machine, now);
                let cpu = &mut self.computers[machine.index()].cpu;
                let (next, core) = (cpu.ic, &mut cpu.core);
                let (location, bit) = match bit {
                    CoreBit::At { location, bit } => (location, bit),
                    CoreBit::Next(n) => (next, (n >> 32) as u8 % 36),
                    CoreBit::Picked(n) => {
                        let place = (n % CORE_WORDS as u64) as u16;
                        let good = (0..CORE_WORDS as u16)
                            .map(|further| (place + further) % CORE_WORDS as u16)
                            .find(|place| !core.is_bad(*place));
                        (good.unwrap_or(place), (n >> 32) as u8 % 36)
                    }
                };
                let good = !core.is_bad(location);
                if good {
                    core.flip(location, bit);
                }
                hit += &format!(", location {location:05o}, bit {bit}");
                good
            }
            Fault::StaleRestart { r#for, .. } if computer.channels_work() => {
                self.fail_stop(machine, now, Stop::FailStop);
                self.heal_after(now, r#for, fault);
                true
            }
            Fault::ClockOffset { ticks, .. } if computer.at_work() && ticks != 0 => {
                self.catch_up(machine, now);
                self.computers[machine.index()].cpu.set_clock(ticks);
                self.wake(machine, now);
                true
            }
            Fault::ClockDrift {
                parts_per_million, ..
            } if computer.channels_work() => self.set_drift(now, machine, parts_per_million),
            Fault::BrokenAdder { bits, .. } if computer.channels_work() => {
                self.set_adder(now, machine, bits)
            }
            Fault::OperatorError {
                switch: WrongSwitch::Reset(_),
            } if computer.channels_work() => {
                self.fail_stop(machine, now, Stop::WrongKey);
                true
            }
            Fault::OperatorError {
                switch: WrongSwitch::Load(_),
            } if computer.channels_work() => {
                self.begin_reload(machine, now);
                true
            }
            Fault::PowerOff { r#for, .. } if computer.mode != Mode::Off => {
                self.power_off_side(machine, now, r#for);
                true
            }
            _ => false,
        };
        (took_effect, hit)
    }

    fn turn_unit_bit(&mut self, unit: Unit, bit: UnitBit) -> (bool, String) {
        let Some(module) = self.storage.module(unit).filter(|unit| unit.available) else {
            return (false, unit.to_string());
        };
        let place = match bit {
            UnitBit::At {
                track,
                record,
                word,
                bit,
            } => Some((track, record, word, bit)),
            UnitBit::Picked(n) => {
                let tracks: Vec<u16> = module.store.written().collect();
                let track = (!tracks.is_empty()).then(|| tracks[n as usize % tracks.len()]);
                track.map(|track| {
                    let there = |record: &u16| module.geometry.record(track, *record).is_some();
                    let records = (0..).take_while(there).count() as u64;
                    let record = ((n >> 16) % records.max(1)) as u16;
                    let length = module.geometry.record(track, record).map_or(1, |r| r.1);
                    let word = ((n >> 32) % length as u64) as u16;
                    (track, record, word, (n >> 48) as u8 % 36)
                })
            }
        };
        let Some((track, record, word, bit)) = place else {
            return (false, unit.to_string());
        };
        let turned = self.storage.flip(unit, track, record, word, bit);
        let place = format!("track {track}, record {record}, word {word}, bit {bit}");
        (turned, format!("{unit}, {place}"))
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
        let mut mend = Vec::new();
        for unit in cause.units {
            if self.lose_unit(now, unit) {
                hit.push(unit.to_string());
                mend.push(Fault::UnitLoss { unit });
            }
        }
        for machine in cause.machines {
            let mode = self.computers[machine.index()].mode;
            if why == Stop::Power && mode != Mode::Off {
                self.power_off_side(machine, now, span);
                hit.push(name(machine));
            } else if why != Stop::Power && self.computers[machine.index()].channels_work() {
                self.fail_stop(machine, now, why);
                hit.push(name(machine));
                let machine = machine.into();
                mend.push(Fault::FailStop { machine });
            }
        }
        for fault in mend {
            self.heal_after(now, span, fault);
        }
        (!hit.is_empty(), hit.join(", "))
    }

    fn heal_after(&mut self, now: Instant, span: Span, fault: Fault) {
        self.healing += 1;
        let event = Event::Heal(fault);
        self.calendar.schedule(now + span, STATION_OUTSIDE, event);
    }

    fn set_drift(&mut self, now: Instant, machine: Machine, parts_per_million: i32) -> bool {
        let changed = self.computers[machine.index()].set_drift(now, parts_per_million);
        if changed {
            self.appoint_tick(machine);
        }
        changed
    }

    fn set_adder(&mut self, now: Instant, machine: Machine, bits: u64) -> bool {
        self.catch_up(machine, now);
        let cpu = &mut self.computers[machine.index()].cpu;
        let before = std::mem::replace(&mut cpu.broken_adder, bits);
        before != bits
    }

    /// The operator's key: the other machine gets the role, ready or not. With `careful` it is
    /// turned only when the other stands by.
    pub(super) fn turn_key(&mut self, now: Instant, cause: Cause, careful: bool) -> (bool, String) {
        let Some(active) = self.switch.active() else {
            return (false, "nobody".to_string());
        };
        let to = active.other();
        let mode = self.computers[to.index()].mode;
        let stands_by =
            self.switch.role(to) == Role::Standby && self.computers[to.index()].channels_work();
        let careless = !careful && !matches!(mode, Mode::Loading | Mode::Off);
        let possible = self.switch.moving().is_none() && (stands_by || careless);
        if possible {
            if self.load_drum && cause == Cause::ManualTakeover {
                self.empty_for_drum(to, now);
            }
            self.move_role(now, to, cause);
        }
        (possible, name(active))
    }
}

fn name(machine: Machine) -> String {
    format!("machine {machine}")
}
