//! What can be made to fail at a site, and what the operator's keys do.
//!
//! A fault is ordered for an instant: at that instant it changes a machine, a unit, the switch or
//! the power, from outside. What it breaks does not know of faults: a slow machine is a machine
//! whose cycle is longer. It *took effect* if it changed something; stopping a stopped machine is
//! no fault.
//!
//! [`KINDS`] is the table of all kinds: how scripts name them, whether the site promises to survive
//! them, what they hit, and what heals them. The kinds whose heal is "lasting" or "power" heal by
//! themselves; the others when an [`Order`] says so, or never.
//!
//! *To add a kind*: a variant of [`Fault`] at the end, its row in [`KINDS`], its arms in
//! [`Fault::name`], `Display`, `engine/faults.rs` (strike, heal).

use clock::Span;
use clock::time::span_text;
pub use device::file_control::Unit;
use serde::{Deserialize, Serialize};

use crate::machine::Machine;

/// Which machine is hit: by name, or by what it does when the fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// Machine A.
    A,
    /// Machine B.
    B,
    /// The one in the active role then.
    Active,
    /// The one standing by then.
    Standby,
}

impl From<Machine> for Target {
    fn from(machine: Machine) -> Target {
        match machine {
            Machine::A => Target::A,
            Machine::B => Target::B,
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(match self {
            Target::A => "machine A",
            Target::B => "machine B",
            Target::Active => "the active machine",
            Target::Standby => "the standby machine",
        })
    }
}

/// One fault or one turn of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Fault {
    /// Processor and channels stop at the same instant; transfers are torn.
    FailStop {
        /// Which machine.
        machine: Target,
    },
    /// The same, before the machine executes its instruction number `n` since power on (the first
    /// is 0). Took effect if that many have not been executed yet when it is ordered.
    FailStopAtInstruction {
        /// Which machine.
        machine: Target,
        /// Instructions executed before it stops.
        n: u64,
    },
    /// The processor stops executing; channels and core stay.
    Hang {
        /// Which machine.
        machine: Target,
    },
    /// The same for a time, then it goes on as if nothing had been.
    Stall {
        /// Which machine.
        machine: Target,
        /// How long.
        #[serde(with = "span_text")]
        r#for: Span,
    },
    /// Heartbeat pulses of the machine no longer reach the switch.
    HeartbeatCut {
        /// Which machine.
        machine: Target,
    },
    /// A drum or disk unit goes away with what is on it.
    UnitLoss {
        /// Which unit.
        unit: Unit,
    },
    /// A lost unit comes back.
    UnitReturn {
        /// Which unit.
        unit: Unit,
        /// With nothing on it.
        #[serde(default)]
        blank: bool,
    },
    /// Both machines lose power and what is in core; machine A comes back first and starts itself
    /// from drum.
    PowerOffBoth {
        /// How long.
        #[serde(with = "span_text")]
        r#for: Span,
    },
    /// A stopped machine is loaded from its own deck and stands by.
    ReturnToService {
        /// Which machine.
        machine: Target,
    },
    /// The daily switchover: the active machine is asked to finish and release.
    PlannedSwitchover,
    /// The operator's key: roles are exchanged without asking.
    ManualSwitchover,
    /// A cycle of the machine takes so many times as long; its channels and interval clock keep
    /// their time.
    SlowMachine {
        /// Which machine.
        machine: Target,
        /// How many times slower, 2 or more.
        times: u8,
    },
    /// One side of the building loses power: its machine stops, and what was in core is gone.
    PowerOff {
        /// Which machine.
        machine: Target,
        /// How long. Then the machine is loaded from its deck, or starts itself from drum if
        /// nobody is active.
        #[serde(with = "span_text")]
        r#for: Span,
    },
}

/// Whether the site promises to survive it (`takeover-protocol`, the failure model).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// It survives it, and judges hold it to that.
    Inside,
    /// It does not; what was lost is told, and breaks no promise.
    Outside,
}

impl std::fmt::Display for Model {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(match self {
            Model::Inside => "inside",
            Model::Outside => "outside",
        })
    }
}

/// A row of the table of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its name in scripts.
    pub name: &'static str,
    /// Inside or outside the failure model.
    pub model: Model,
    /// What it hits.
    pub hits: &'static str,
    /// What it does, for people.
    pub does: &'static str,
    /// What heals it.
    pub heals: &'static str,
}

const fn inside(
    name: &'static str,
    hits: &'static str,
    does: &'static str,
    heals: &'static str,
) -> Kind {
    Kind {
        name,
        model: Model::Inside,
        hits,
        does,
        heals,
    }
}

/// Every kind of fault, and of key turned.
#[rustfmt::skip]
pub const KINDS: [Kind; 13] = [
    inside("FailStop", "machine", "processor and channels stop, transfers are torn", "deck loaded"),
    inside("FailStopAtInstruction", "machine", "the same before a certain instruction", "deck loaded"),
    inside("Hang", "machine", "the processor stands still, channels go on", "deck loaded"),
    inside("Stall", "machine", "the same for a time, then it goes on", "lasting"),
    inside("HeartbeatCut", "switch", "pulses of the machine are not heard", "wire mended"),
    inside("UnitLoss", "unit", "a drum or disk unit goes away", "back with what it had"),
    inside("UnitReturn", "unit", "a lost unit comes back, as it was or blank", "-"),
    inside("PowerOffBoth", "power", "both machines lose power and core", "lasting"),
    inside("ReturnToService", "machine", "a machine out of service is loaded from its deck", "-"),
    inside("PlannedSwitchover", "switch", "the daily exchange of roles", "-"),
    inside("ManualSwitchover", "switch", "the operator's key exchanges the roles", "-"),
    inside("SlowMachine", "machine", "each cycle takes several times as long", "full speed"),
    inside("PowerOff", "power", "one side loses power: its machine stops, core is lost", "lasting"),
];

/// A fault with what the exercise wants of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// What.
    pub fault: Fault,
    /// While it could change nothing it waits for a moment at which it can.
    pub waits: bool,
    /// What it broke is mended so long after it took effect.
    pub heals_after: Option<Span>,
    /// It comes due and does nothing: its kind is disabled, to see that somebody notices.
    pub disabled: bool,
}

impl From<Fault> for Order {
    /// Strikes at its instant or not at all, and is not mended.
    fn from(fault: Fault) -> Order {
        Order {
            fault,
            waits: false,
            heals_after: None,
            disabled: false,
        }
    }
}

impl Fault {
    /// The kind's name.
    pub fn name(&self) -> &'static str {
        match self {
            Fault::FailStop { .. } => "FailStop",
            Fault::FailStopAtInstruction { .. } => "FailStopAtInstruction",
            Fault::Hang { .. } => "Hang",
            Fault::Stall { .. } => "Stall",
            Fault::HeartbeatCut { .. } => "HeartbeatCut",
            Fault::UnitLoss { .. } => "UnitLoss",
            Fault::UnitReturn { .. } => "UnitReturn",
            Fault::PowerOffBoth { .. } => "PowerOffBoth",
            Fault::ReturnToService { .. } => "ReturnToService",
            Fault::PlannedSwitchover => "PlannedSwitchover",
            Fault::ManualSwitchover => "ManualSwitchover",
            Fault::SlowMachine { .. } => "SlowMachine",
            Fault::PowerOff { .. } => "PowerOff",
        }
    }

    /// Its row in [`KINDS`].
    ///
    /// # Panics
    /// If the table lacks it.
    pub fn kind(&self) -> &'static Kind {
        let name = self.name();
        KINDS
            .iter()
            .find(|kind| kind.name == name)
            .unwrap_or_else(|| panic!("{name} is not in the table of kinds"))
    }

    /// The machine it names, if it hits one.
    pub fn machine(&self) -> Option<Target> {
        let mut copy = *self;
        copy.machine_mut().copied()
    }

    /// The same fault on a machine named by its identity.
    pub fn on(mut self, machine: Machine) -> Fault {
        if let Some(target) = self.machine_mut() {
            *target = machine.into();
        }
        self
    }

    fn machine_mut(&mut self) -> Option<&mut Target> {
        match self {
            Fault::FailStop { machine }
            | Fault::FailStopAtInstruction { machine, .. }
            | Fault::Hang { machine }
            | Fault::Stall { machine, .. }
            | Fault::HeartbeatCut { machine }
            | Fault::ReturnToService { machine }
            | Fault::SlowMachine { machine, .. }
            | Fault::PowerOff { machine, .. } => Some(machine),
            Fault::UnitLoss { .. }
            | Fault::UnitReturn { .. }
            | Fault::PowerOffBoth { .. }
            | Fault::PlannedSwitchover
            | Fault::ManualSwitchover => None,
        }
    }
}

impl std::fmt::Display for Fault {
    /// The fault in words.
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::FailStop { machine } => write!(to, "fail-stop of {machine}"),
            Fault::FailStopAtInstruction { machine, n } => {
                write!(to, "fail-stop of {machine} before instruction {n}")
            }
            Fault::Hang { machine } => write!(to, "hang of {machine}"),
            Fault::Stall { machine, r#for } => write!(to, "stall of {machine} for {}", r#for),
            Fault::HeartbeatCut { machine } => write!(to, "heartbeat of {machine} cut"),
            Fault::UnitLoss { unit } => write!(to, "loss of {unit}"),
            Fault::UnitReturn { unit, .. } => write!(to, "return of {unit}"),
            Fault::PowerOffBoth { r#for } => write!(to, "power off for {}", r#for),
            Fault::ReturnToService { machine } => write!(to, "return of {machine} to service"),
            Fault::PlannedSwitchover => to.write_str("planned switchover"),
            Fault::ManualSwitchover => to.write_str("manual switchover"),
            Fault::SlowMachine { machine, times } => write!(to, "{machine} {times} times slower"),
            Fault::PowerOff { machine, r#for } => {
                write!(to, "power of {machine} off for {}", r#for)
            }
        }
    }
}
