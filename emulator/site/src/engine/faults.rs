//! What each fault does when its instant has come.

use clock::Instant;

use super::Site;
use crate::fault::{Fault, Target};
use crate::machine::{Machine, Mode};
use crate::record::{Cause, Record, Stop};
use crate::switch::Role;

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

    /// A fault comes due: it acts, and its record says what it hit.
    pub(super) fn strike(&mut self, now: Instant, fault: Fault) {
        // The record stands before what follows from the fault.
        let place = self.fresh.len();
        let (took_effect, hit) = match fault {
            Fault::FailStop { machine }
            | Fault::FailStopAtInstruction { machine, .. }
            | Fault::Hang { machine }
            | Fault::Stall { machine, .. }
            | Fault::HeartbeatCut { machine }
            | Fault::ReturnToService { machine } => match self.target(machine) {
                Some(machine) => self.strike_machine(now, machine, fault),
                None => (false, "no such machine".to_string()),
            },
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
        };
        let record = Record::Fault {
            fault,
            took_effect,
            hit,
        };
        self.fresh.insert(place, (now, record));
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
            Fault::ReturnToService { .. } if computer.mode != Mode::Loading => {
                // A machine that works and has a role needs no service.
                let role = self.switch.role(machine);
                let serves = matches!(role, Role::Active | Role::Standby);
                let needs = !(computer.at_work() && serves);
                if needs {
                    self.begin_reload(machine, now);
                }
                needs
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
