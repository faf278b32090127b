//! What is written down while a site runs, and who may look.
//!
//! A watcher (a judge, the agents of an exercise, a journal) is called at the instant of every
//! record. It sees the record and what is stored on drums and disks at that moment, and nothing of
//! the machines: so no judge can read the state it guards.
//!
//! Variants are only ever added at the end: journals of earlier runs must stay readable.

use clock::Instant;
use device::agent_set::SetOutput;
pub use device::line::Direction;
pub use device::line_record::{FrameKind, FrameRecord};
pub use device::link::{Effect, Hit};
use serde::{Deserialize, Serialize};

use crate::center::record as center;
use crate::fault::{Fault, Unit};
use crate::machine::Machine;
use crate::storage::Storage;

/// Why the active role moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// The active machine's heartbeat was silent.
    HeartbeatSilent,
    /// The active machine was asked to release, and did.
    PlannedSwitchover,
    /// The operator turned the key.
    ManualSwitchover,
    /// No machine was active.
    Startover,
    /// The operators threw the switch because the alarm stood.
    ManualTakeover,
    /// The active machine of a direction center raised an alarm or stopped.
    Alarm,
    /// The program of the active machine asked for it.
    Requested,
    /// It was the hour of the daily exchange.
    Daily,
}

impl std::fmt::Display for Cause {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(match self {
            Cause::HeartbeatSilent => "heartbeat silent",
            Cause::PlannedSwitchover => "planned switchover",
            Cause::ManualSwitchover => "manual switchover",
            Cause::Startover => "startover",
            Cause::ManualTakeover => "takeover by hand",
            Cause::Alarm => "alarm of the active machine",
            Cause::Requested => "switchover asked for by the program",
            Cause::Daily => "daily switchover",
        })
    }
}

/// Why a machine stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stop {
    /// Processor and channels at the same instant.
    FailStop,
    /// The processor alone.
    Hang,
    /// The processor, for a time.
    Stall,
    /// Power went off.
    Power,
    /// A word of bad parity in core.
    Parity,
    /// The operator stopped it to load its deck.
    Reload,
    /// It became too hot.
    Heat,
    /// The operator pressed the wrong key.
    WrongKey,
    /// An instruction that does not exist.
    IllegalInstruction,
    /// An address without memory.
    Address,
    /// Another alarm whose switch stands at stop.
    Alarm,
}

/// How a machine came to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Start {
    /// Loaded from its deck.
    Deck,
    /// The LOAD DRUM key.
    Drum,
    /// A stall ended.
    StallEnded,
    /// RESET and START, with the core it had.
    StaleCore,
    /// The START OVER button or its program.
    StartOver,
}

impl std::fmt::Display for Stop {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(match self {
            Stop::FailStop => "fail-stop",
            Stop::Hang => "hang",
            Stop::Stall => "stall",
            Stop::Power => "no power",
            Stop::Parity => "bad parity in core",
            Stop::Reload => "its deck is to be loaded",
            Stop::Heat => "too hot",
            Stop::WrongKey => "wrong key",
            Stop::IllegalInstruction => "illegal instruction",
            Stop::Address => "address without memory",
            Stop::Alarm => "alarm",
        })
    }
}

impl std::fmt::Display for Start {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(match self {
            Start::Deck => "from its deck",
            Start::Drum => "from drum",
            Start::StallEnded => "the stall is over",
            Start::StaleCore => "with the core it had",
            Start::StartOver => "started over",
        })
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant)]
pub enum Record {
    /// A frame's first bit left the centre.
    FrameDown(FrameRecord),
    /// A frame's first bit left an interchange.
    FrameUp(FrameRecord),
    /// A frame was cut while it was leaving: it never arrives.
    FrameCut(FrameRecord),
    /// A transfer between a machine's core and a unit ended.
    Transfer {
        /// The machine that made it.
        machine: Machine,
        /// The unit.
        unit: Unit,
        /// Track on it.
        track: u16,
        /// Record on the track.
        record: u16,
        /// Whole words that passed.
        words: u16,
        /// Core to unit.
        write: bool,
        /// Cut in the middle.
        torn: bool,
        /// When its first word began to pass.
        started: Instant,
    },
    /// A machine's relays have closed or opened.
    Relays {
        /// The machine.
        machine: Machine,
        /// Closed.
        closed: bool,
    },
    /// The silence alarm rose or fell.
    Alarm {
        /// The active machine, whose heartbeat it is.
        machine: Machine,
        /// It stands.
        on: bool,
    },
    /// The switch decided that the active role moves.
    Decision {
        /// Who had it.
        from: Option<Machine>,
        /// Who gets it.
        to: Machine,
        /// Why.
        cause: Cause,
    },
    /// The relays of the new active machine have closed.
    RoleTaken {
        /// The machine.
        machine: Machine,
        /// Why.
        cause: Cause,
    },
    /// A set showed something.
    Set(SetOutput),
    /// A fault came due.
    Fault {
        /// The fault.
        fault: Fault,
        /// It changed something.
        took_effect: bool,
        /// What it hit, in words.
        hit: String,
    },
    /// A machine stopped.
    MachineStopped {
        /// The machine.
        machine: Machine,
        /// Why.
        why: Stop,
        /// Location of the instruction it would have executed next.
        location: u32,
        /// Instructions executed since power on.
        instructions: u64,
    },
    /// A machine began to execute.
    MachineStarted {
        /// The machine.
        machine: Machine,
        /// How.
        how: Start,
    },
    /// A program stopped itself (HTR, HPR).
    MachineHalted {
        /// The machine.
        machine: Machine,
        /// The instruction counter.
        location: u32,
    },
    /// A poll got no reply.
    LineTimeOut {
        /// The line.
        line: u8,
        /// The address polled.
        interchange: u8,
    },
    /// Something on a line was dropped for its check.
    LineCheckError {
        /// The line.
        line: u8,
        /// Which way it went.
        direction: Direction,
    },
    /// Noise changed a frame and its check did not tell.
    LineUndetectedError {
        /// The line.
        line: u8,
        /// Which way it went.
        direction: Direction,
    },
    /// The keyboard was locked when the agent pressed ENTER or RESET, or the text was impossible.
    KeyRefused {
        /// The set.
        set: u16,
        /// Why, in words.
        why: String,
    },
    /// A unit was lost (false) or came back (true).
    Unit {
        /// The unit.
        unit: Unit,
        /// It can be used.
        available: bool,
    },
    /// A trouble of a line hit a transmission.
    LineHit {
        /// The line.
        line: u8,
        /// Which way it went.
        direction: Direction,
        /// Which trouble, which transmission (by when it leaves), what it did.
        hit: Hit,
    },
    /// What a fault broke was to be mended now.
    Healed {
        /// The fault; a machine is named by its identity.
        fault: Fault,
        /// There was something to mend.
        mended: bool,
    },
    /// A direction center: something its stations or machines did.
    Center(center::Record),
}

/// What a watcher may look at besides the record.
pub struct View<'a> {
    /// Drums and disks as they are magnetised now.
    pub storage: &'a Storage,
}

/// Someone who looks on.
pub trait Watcher {
    /// `record` has just been made, at `at`.
    fn observe(&mut self, at: Instant, record: &Record, view: &View);
}

/// Shows the watcher what was written down since it last looked.
pub(crate) fn show(
    fresh: &mut Vec<(Instant, Record)>,
    storage: &Storage,
    watcher: &mut dyn Watcher,
) {
    let view = View { storage };
    for (at, record) in fresh.drain(..) {
        watcher.observe(at, &record, &view);
    }
}

/// Looks away.
pub struct Nobody;

impl Watcher for Nobody {
    fn observe(&mut self, _at: Instant, _record: &Record, _view: &View) {}
}

/// Keeps every record; for tests and small reports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log(pub Vec<(Instant, Record)>);

impl Watcher for Log {
    fn observe(&mut self, at: Instant, record: &Record, _view: &View) {
        self.0.push((at, record.clone()));
    }
}
