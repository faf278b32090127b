//! What each fault does when its instant has come, and what mends it.

use clock::{Instant, Span};

use super::{Event, STATION_OUTSIDE, Site};
use crate::fault::{Fault, Order, Target};
use crate::machine::{Machine, Mode};
use crate::record::{Cause, Record, Stop};
use crate::switch::Role;

/// A fault that could change nothing is tried again after this.
const LOOK_AGAIN: Span = Span::from_millis(10);

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
        if order.waits && !took_effect && !order.disabled {
            if waits.is_none() {
                self.waiting.push(order.fault);
            }
            self.order(now + LOOK_AGAIN, Event::Fault(order));
            return;
        }
        if let (true, Some(waits)) = (order.waits, waits) {
            self.waiting.remove(waits);
        }
        if let (true, Some(after)) = (took_effect, order.heals_after) {
            self.healing += 1;
            let event = Event::Heal(fault);
            self.calendar.schedule(now + after, STATION_OUTSIDE, event);
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
            Fault::PlannedSwitchover => {
                let asked = self.switch.request();
                let hit = self.switch.active().map_or("nobody".to_string(), name);
                if asked {
                    self.decide(now);
                }
                (asked, hit)
            }
            Fault::ManualSwitchover => self.turn_key(now),
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
                Fault::FailStop { .. } | Fault::FailStopAtInstruction { .. } | Fault::Hang { .. },
                Some(machine),
            ) => self.service(now, machine),
            (Fault::HeartbeatCut { .. }, Some(machine)) => self.switch.mend_heartbeat(machine),
            (Fault::SlowMachine { .. }, Some(machine)) => {
                self.catch_up(machine, now);
                self.computers[machine.index()].set_pace(now, 1)
            }
            (Fault::UnitLoss { unit }, _) => self.return_unit(now, unit, false),
            // Whoever did not come back by itself.
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

    /// A machine that does not work, or has no role, is loaded from its deck. False if it needs
    /// no service.
    fn service(&mut self, now: Instant, machine: Machine) -> bool {
        let computer = &self.computers[machine.index()];
        // One whose power is away is loaded when it is back.
        if computer.mode == Mode::Loading || computer.dark_until > now {
            return false;
        }
        let role = self.switch.role(machine);
        let needs = !(computer.at_work() && matches!(role, Role::Active | Role::Standby));
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
            Fault::PowerOff { r#for, .. } if computer.mode != Mode::Off => {
                self.power_off_side(machine, now, r#for);
                true
            }
            _ => false,
        };
        (took_effect, hit)
    }

    /// The operator's key: the other machine gets the role, ready or not.
    fn turn_key(&mut self, now: Instant) -> (bool, String) {
        let Some(active) = self.switch.active() else {
            return (false, "nobody".to_string());
        };
        let to = active.other();
        let possible = self.switch.moving().is_none()
            && self.switch.role(to) == Role::Standby
            && self.computers[to.index()].channels_work();
        if possible {
            self.move_role(now, to, Cause::ManualSwitchover);
        }
        (possible, name(active))
    }
}

fn name(machine: Machine) -> String {
    format!("machine {machine}")
}
