//! What can be made to fail at a site, and what the operator's keys do.
//!
//! A fault is ordered for an instant and wraps nothing: it changes a machine, a unit, the switch
//! or the power, at that instant, from outside. It *took effect* if it changed something; stopping
//! a stopped machine is no fault.

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
}
