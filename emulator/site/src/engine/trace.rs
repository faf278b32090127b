//! What a stretch of a run was made of, for exercises that want to strike at every point of it.
//!
//! Tracing is no part of the run: it changes nothing, stands in no record and is not saved.

use clock::Instant;

use super::{Event, Site};
use crate::machine::{LINE_CHANNEL, Machine};

/// One thing that happened inside a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A machine executed an instruction outside the passes of a wait added up in one step.
    Executed {
        /// The machine.
        machine: Machine,
        /// Instructions it had executed before since power on.
        number: u64,
        /// Where it stands.
        location: u16,
    },
    /// Something acted outside a processor: an appointment was kept, or an input-output
    /// instruction took effect. Between two of these a machine changes only its own core and
    /// registers.
    Outside {
        /// When.
        at: Instant,
        /// Whose act it was.
        whose: Actor,
    },
}

/// Who acts outside a processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A machine's instruction, channel, interval clock or operator.
    Machine(Machine),
    /// A file control with its drums or disks.
    Storage,
    /// Lines, interchanges and sets.
    Lines,
    /// The switch, power, whoever types, and who orders faults.
    Others,
}

impl Event {
    /// Whose appointment it is.
    pub(super) fn whose(&self) -> Actor {
        match self {
            Event::Channel { machine, .. }
            | Event::Tick { machine, .. }
            | Event::Presented { machine, .. }
            | Event::StallEnds { machine, .. }
            | Event::DeckRead { machine, .. } => Actor::Machine(*machine),
            Event::Adapter(number) if usize::from(*number) == LINE_CHANNEL => Actor::Lines,
            Event::Adapter(_) => Actor::Storage,
            _ => Actor::Others,
        }
    }
}

impl Site {
    /// Begins or ends tracing.
    pub fn set_trace(&mut self, on: bool) {
        self.trace = on.then(Vec::new);
        for computer in &mut self.computers {
            computer.cpu.trace = on.then(Vec::new);
        }
    }

    /// What happened since it was last asked, in order; empty when not tracing.
    pub fn take_trace(&mut self) -> Vec<Step> {
        self.trace.as_mut().map(std::mem::take).unwrap_or_default()
    }

    pub(super) fn trace_outside(&mut self, at: Instant, whose: Actor) {
        if let Some(trace) = &mut self.trace {
            trace.push(Step::Outside { at, whose });
        }
    }

    pub(super) fn trace_executed(&mut self, machine: Machine) {
        let Some(trace) = &mut self.trace else { return };
        let executed = &mut self.computers[machine.index()].cpu.trace;
        for (number, location) in executed.iter_mut().flat_map(|steps| steps.drain(..)) {
            trace.push(Step::Executed {
                machine,
                number,
                location,
            });
        }
    }
}
