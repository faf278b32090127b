//! The faults of an exercise, given to the site when they are due.
//!
//! A script names machines and units by what they are at the moment (the machine lost last); here
//! these become identities, and each fault is ordered for its instant.

use clock::Instant;
use serde::{Deserialize, Serialize};
use site::center::Center;
use site::fault::{CoreBit, DrumBit, Fault, LineFault, Order, UnitBit};
use site::{Machine, Role, Site};

use crate::script::{
    self, Before, CorePlace, DrawnFault, DrumPlace, FaultKind, GroupTarget, SetTarget, UnitPlace,
    UnitTarget, When, WrongSwitch,
};

/// What faults are given to.
pub trait Struck {
    /// Orders a fault for an instant.
    fn strike(&mut self, at: Instant, order: Order);
    /// Faults that came due and wait for something they can change.
    fn waiting(&self) -> &[Fault];
    /// The role of a machine.
    fn role_of(&self, machine: Machine) -> Role;
    /// Instructions a machine has executed.
    fn executed(&self, machine: Machine) -> u64;
}

impl Struck for Site {
    fn strike(&mut self, at: Instant, order: Order) {
        self.fault(at, order);
    }

    fn waiting(&self) -> &[Fault] {
        self.waiting_faults()
    }

    fn role_of(&self, machine: Machine) -> Role {
        self.role(machine)
    }

    fn executed(&self, machine: Machine) -> u64 {
        self.cpu(machine).instructions
    }
}

impl Struck for Center {
    fn strike(&mut self, at: Instant, order: Order) {
        self.fault(at, order);
    }

    fn waiting(&self) -> &[Fault] {
        self.waiting_faults()
    }

    fn role_of(&self, machine: Machine) -> Role {
        self.role(machine)
    }

    fn executed(&self, machine: Machine) -> u64 {
        self.machine(machine).central.instructions
    }
}

/// Faults still to be given; plain data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Faults {
    left: Vec<Ordered>,
    /// Those that came due.
    given: Vec<DrawnFault>,
    /// Those that a fork orders for a time that had passed when it began.
    missed: Vec<DrawnFault>,
    /// The unit lost last.
    lost_unit: Option<site::Unit>,
}

/// A fault still to be given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Ordered {
    drawn: DrawnFault,
    /// When so many entries had been accepted as it waits for.
    reached: Option<Instant>,
}

impl Ordered {
    fn due(&self) -> Option<Instant> {
        let from = match self.drawn.at {
            When::Fixed(at) => Some(Instant::ZERO + at),
            _ => self.reached,
        };
        Some(from? + self.drawn.after)
    }
}

impl Faults {
    /// All of them are still to come.
    pub fn new(drawn: Vec<DrawnFault>) -> Faults {
        let ordered = |drawn| Ordered {
            drawn,
            reached: None,
        };
        Faults {
            left: drawn.into_iter().map(ordered).collect(),
            given: Vec::new(),
            missed: Vec::new(),
            lost_unit: None,
        }
    }

    /// Others from `now` on, when `sent` entries have been accepted. What both have ordered and has
    /// come due came due; what would have come due and did not never will.
    pub fn fork(&mut self, drawn: Vec<DrawnFault>, now: Instant, sent: u64) {
        let before = std::mem::replace(self, Faults::new(drawn));
        self.lost_unit = before.lost_unit;
        for ordered in std::mem::take(&mut self.left) {
            let passed = match ordered.drawn.at {
                When::AfterEntries(n) => sent >= n,
                _ => ordered.due().is_some_and(|due| due < now),
            };
            let is = |other: &&Ordered| other.drawn == ordered.drawn;
            match before.left.iter().find(is) {
                Some(same) => self.left.push(same.clone()),
                None if before.given.contains(&ordered.drawn) => self.given.push(ordered.drawn),
                None if passed => self.missed.push(ordered.drawn),
                None => self.left.push(ordered),
            }
        }
    }

    /// Gives the site every fault due before `until`; `sent` entries were accepted so far, `lost`
    /// is the machine lost last; kinds that are `disabled` come due and do nothing.
    pub fn give(
        &mut self,
        now: Instant,
        until: Instant,
        sent: u64,
        lost: Option<Machine>,
        disabled: &[String],
        site: &mut impl Struck,
    ) {
        for fault in &mut self.left {
            // After so many entries means from now on.
            if matches!(fault.drawn.at, When::AfterEntries(n) if sent >= n) {
                fault.reached.get_or_insert(now);
            }
        }
        let due = |fault: &mut Ordered| fault.due().is_some_and(|due| due < until);
        let due = self.left.extract_if(.., due);
        let mut due: Vec<(Instant, DrawnFault)> = due
            .filter_map(|fault| Some((fault.due()?, fault.drawn)))
            .collect();
        due.sort_by_key(|d| d.0);
        for (at, drawn) in due {
            let fault = site_fault(&drawn, lost, self.lost_unit, site);
            if let Fault::UnitLoss { unit }
            | Fault::OperatorError {
                switch: site::fault::WrongSwitch::Unit(unit),
            } = fault
            {
                self.lost_unit = Some(unit);
            }
            let order = Order {
                fault,
                waits: drawn.waits,
                heals_after: drawn.heals_after,
                disabled: disabled.iter().any(|name| name == fault.name()),
            };
            site.strike(at.max(now), order);
            self.given.push(drawn);
        }
    }

    /// Those that never came due, or found nothing they could change, in words.
    pub fn not_given(&self, site: &impl Struck) -> Vec<String> {
        let waiting = site.waiting().iter();
        let waiting = waiting.map(|fault| format!("{fault}, for which there was no occasion"));
        let told = |f: &DrawnFault| match &f.at {
            When::Fixed(at) => {
                let due = (*at + f.after).told();
                format!("{:?}, due {due} into the run", f.fault)
            }
            at => format!("{:?}, due {at:?}", f.fault),
        };
        let missed = self.missed.iter();
        let missed = missed.map(|f| format!("{}, which had passed at the fork", told(f)));
        let left = self.left.iter().map(|ordered| told(&ordered.drawn));
        left.chain(missed).chain(waiting).collect()
    }
}

fn target(machine: script::Target, lost: Option<Machine>) -> site::Target {
    match machine {
        script::Target::A => site::Target::A,
        script::Target::B => site::Target::B,
        script::Target::Active => site::Target::Active,
        script::Target::Standby => site::Target::Standby,
        // When nothing was lost the fault will not take effect on the standby, and the run is void.
        script::Target::Lost => lost.map_or(site::Target::Standby, site::Target::from),
    }
}

fn site_fault(
    drawn: &DrawnFault,
    lost: Option<Machine>,
    lost_unit: Option<site::Unit>,
    site: &impl Struck,
) -> Fault {
    let target = |machine| target(machine, lost);
    let unit = |unit: UnitTarget| match unit {
        UnitTarget::Drum(n) => site::Unit::Drum(n),
        UnitTarget::Disk(n) => site::Unit::Disk(n),
        // Those of any kind were drawn before; when nothing was lost nothing comes back, and the
        // run is void.
        UnitTarget::AnyDrum | UnitTarget::Any => site::Unit::Drum(0),
        UnitTarget::AnyDisk => site::Unit::Disk(0),
        UnitTarget::Lost => lost_unit.unwrap_or(site::Unit::Drum(0)),
    };
    let number = |group: GroupTarget| match group {
        GroupTarget::Number(number) => number,
        GroupTarget::Any => 0,
    };
    match &drawn.fault {
        FaultKind::FailStop { machine } => Fault::FailStop {
            machine: target(*machine),
        },
        FaultKind::FailStopAtInstruction { machine, before } => {
            let machine = target(*machine);
            let executed = |m: Machine| site.executed(m);
            let n = match before {
                Before::Nth(n) => n - 1,
                Before::Within(_) => {
                    let active = Machine::BOTH
                        .into_iter()
                        .find(|&m| site.role_of(m) == Role::Active)
                        .unwrap_or(Machine::A);
                    let of = match machine {
                        site::Target::A => Machine::A,
                        site::Target::B => Machine::B,
                        site::Target::Active => active,
                        site::Target::Standby => active.other(),
                    };
                    // Some thousand instructions may pass before the fault is ordered.
                    executed(of) + 10_000 + drawn.pick
                }
            };
            Fault::FailStopAtInstruction { machine, n }
        }
        FaultKind::Hang { machine } => Fault::Hang {
            machine: target(*machine),
        },
        FaultKind::Stall { machine, lasting } => Fault::Stall {
            machine: target(*machine),
            r#for: *lasting,
        },
        FaultKind::HeartbeatCut { machine } => Fault::HeartbeatCut {
            machine: target(*machine),
        },
        FaultKind::UnitLoss { unit: target } => Fault::UnitLoss {
            unit: unit(*target),
        },
        FaultKind::UnitReturn {
            unit: target,
            blank,
        } => Fault::UnitReturn {
            unit: unit(*target),
            blank: *blank,
        },
        FaultKind::PowerOffBoth { lasting } => Fault::PowerOffBoth { r#for: *lasting },
        FaultKind::ReturnToService { machine } => Fault::ReturnToService {
            machine: target(*machine),
        },
        FaultKind::PlannedSwitchover => Fault::PlannedSwitchover,
        FaultKind::ManualSwitchover => Fault::ManualSwitchover,
        FaultKind::SlowMachine { machine, times } => Fault::SlowMachine {
            machine: target(*machine),
            times: *times,
        },
        FaultKind::PowerOff { machine, lasting } => Fault::PowerOff {
            machine: target(*machine),
            r#for: *lasting,
        },
        FaultKind::CoreParity { machine, place } => Fault::CoreParity {
            machine: target(*machine),
            bit: match *place {
                CorePlace::At { location, bit } => CoreBit::At { location, bit },
                CorePlace::Any => CoreBit::Picked(drawn.pick),
                CorePlace::Next => CoreBit::Next(drawn.pick),
            },
        },
        FaultKind::UnitParity {
            unit: target,
            place,
        } => Fault::UnitParity {
            unit: unit(*target),
            bit: match *place {
                UnitPlace::At {
                    track,
                    record,
                    word,
                    bit,
                } => UnitBit::At {
                    track,
                    record,
                    word,
                    bit,
                },
                UnitPlace::Any => UnitBit::Picked(drawn.pick),
            },
        },
        FaultKind::TornWrite { unit: target } => Fault::TornWrite {
            unit: unit(*target),
        },
        FaultKind::StaleRestart { machine, lasting } => Fault::StaleRestart {
            machine: target(*machine),
            r#for: *lasting,
        },
        FaultKind::ClockOffset { machine, ticks } => Fault::ClockOffset {
            machine: target(*machine),
            ticks: *ticks,
        },
        FaultKind::ClockDrift {
            machine,
            parts_per_million,
        } => Fault::ClockDrift {
            machine: target(*machine),
            parts_per_million: *parts_per_million,
        },
        FaultKind::BrokenAdder { machine, bit } => Fault::BrokenAdder {
            machine: target(*machine),
            bits: 1 << bit,
        },
        FaultKind::LyingTerminal { set } => Fault::LyingTerminal {
            set: match *set {
                SetTarget::Set(set) => set,
                SetTarget::Any => 0,
            },
        },
        FaultKind::OperatorError(switch) => Fault::OperatorError {
            switch: match *switch {
                WrongSwitch::Reset(machine) => site::fault::WrongSwitch::Reset(target(machine)),
                WrongSwitch::Load(machine) => site::fault::WrongSwitch::Load(target(machine)),
                WrongSwitch::Roles => site::fault::WrongSwitch::Roles,
                WrongSwitch::Unit(target) => site::fault::WrongSwitch::Unit(unit(target)),
            },
        },
        FaultKind::PowerBus { bus, lasting } => Fault::PowerBus {
            bus: number(*bus),
            r#for: *lasting,
        },
        FaultKind::AirConditioning {
            unit: group,
            lasting,
        } => Fault::AirConditioning {
            unit: number(*group),
            r#for: *lasting,
        },
        FaultKind::Line {
            line,
            way,
            lasting,
            trouble,
            seed,
        } => Fault::Line(LineFault {
            // Both were drawn.
            line: line.unwrap_or(0),
            way: *way,
            r#for: *lasting,
            trouble: *trouble,
            seed: seed.unwrap_or(0),
        }),
        FaultKind::DrumParity { machine, place } => Fault::DrumParity {
            machine: target(*machine),
            bit: match *place {
                DrumPlace::At {
                    field,
                    register,
                    bit,
                } => DrumBit::At {
                    field,
                    register,
                    bit,
                },
                DrumPlace::Any => DrumBit::Picked(drawn.pick),
            },
        },
        FaultKind::RadarOut { radar } => Fault::RadarOut {
            radar: radar.unwrap_or(0),
        },
        FaultKind::LyingLightGun { console } => Fault::LyingLightGun { console: *console },
        FaultKind::Trench { trench, lasting } => Fault::Trench {
            trench: trench.unwrap_or(0),
            r#for: *lasting,
        },
        FaultKind::Choose(_)
        | FaultKind::Sequence(_)
        | FaultKind::Healed { .. }
        | FaultKind::Several { .. } => unreachable!("drawn faults are single ones"),
    }
}
