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

pub use crate::line_fault::{LineFault, Trouble, Way};
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

/// A switch that an operator throws and should not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum WrongSwitch {
    /// RESET at the console of a machine at work: it stops.
    Reset(Target),
    /// The load key of a machine at work: it is taken out and loaded from its deck.
    Load(Target),
    /// The key that exchanges the roles, whatever the state of the other machine.
    Roles,
    /// The ready switch of a drum or disk unit.
    Unit(Unit),
}

/// Which stored bit of core is turned over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CoreBit {
    /// This one.
    At {
        /// Location, 15 bits.
        location: u16,
        /// 0 (position 35) to 35 (the sign).
        bit: u8,
    },
    /// One that this random number picks among all words of good parity.
    Picked(u64),
    /// Of the instruction that the machine executes next; this random number picks the bit.
    Next(u64),
}

/// Which bit on a drum of a direction center's machine is turned over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DrumBit {
    /// This one.
    At {
        /// Drum field as SDR numbers it.
        field: u8,
        /// Register, 0 to 2047.
        register: u16,
        /// 0 (R15) to 31 (LS).
        bit: u8,
    },
    /// One that this random number picks on the auxiliary-memory drums.
    Picked(u64),
}

/// Which bit magnetised on a unit is turned over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnitBit {
    /// This one.
    At {
        /// Track of the unit.
        track: u16,
        /// Record on the track.
        record: u16,
        /// Word of the record.
        word: u16,
        /// 0 (position 35) to 35 (the sign).
        bit: u8,
    },
    /// One that this random number picks among the tracks ever written.
    Picked(u64),
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
    /// A bit of core turns over. Whoever next reads the word, processor or channel, finds its
    /// parity wrong, and the machine stops.
    CoreParity {
        /// Which machine.
        machine: Target,
        /// Which bit.
        bit: CoreBit,
    },
    /// A bit on a drum or disk turns over: the record reads with a parity check until it is
    /// written again.
    UnitParity {
        /// Which unit.
        unit: Unit,
        /// Which bit.
        bit: UnitBit,
    },
    /// The circuits of a unit give out in the middle of a write: the record is torn at that word,
    /// and the order ends unusually. It waits for a write.
    TornWrite {
        /// Which unit.
        unit: Unit,
    },
    /// A machine stops, transfers torn; after a time RESET and START are pressed, and it begins its
    /// program again with what was in core.
    StaleRestart {
        /// Which machine.
        machine: Target,
        /// How long it stands.
        #[serde(with = "span_text")]
        r#for: Span,
    },
    /// The interval clock's count jumps. Back: for so long it does not trap.
    ClockOffset {
        /// Which machine.
        machine: Target,
        /// Sixtieths of a second; less than 0 is back.
        ticks: i32,
    },
    /// The interval clock of the machine ticks faster or slower.
    ClockDrift {
        /// Which machine.
        machine: Target,
        /// By so much; less than 0 is slower.
        parts_per_million: i32,
    },
    /// Every sum of the machine's adder has these bits turned over.
    BrokenAdder {
        /// Which machine.
        machine: Target,
        /// 36 bits of the sum.
        bits: u64,
    },
    /// The contacts of a set are late: the last digit of each entry is sent as the next one.
    LyingTerminal {
        /// The set's number in the site.
        set: u16,
    },
    /// The operator throws the wrong switch.
    OperatorError {
        /// Which.
        switch: WrongSwitch,
    },
    /// A power bus fails: its machines lose power and core, its units go away, all at once.
    PowerBus {
        /// Its number in the site, from 0.
        bus: u8,
        /// How long.
        #[serde(with = "span_text")]
        r#for: Span,
    },
    /// An air conditioner fails: what it cools stops, all at once; machines keep their core.
    AirConditioning {
        /// Its number in the site, from 0.
        unit: u8,
        /// How long.
        #[serde(with = "span_text")]
        r#for: Span,
    },
    /// A line is cut, noisy, late, or else in trouble.
    Line(LineFault),
    /// A bit on a drum of a machine turns over: who reads the register finds its parity wrong.
    DrumParity {
        /// Which machine.
        machine: Target,
        /// Which bit.
        bit: DrumBit,
    },
    /// A radar site sends nothing any more.
    RadarOut {
        /// Its number in the site, from 0.
        radar: u8,
    },
    /// The light gun of a console tells another message than it saw.
    LyingLightGun {
        /// Number of the console.
        console: u8,
    },
    /// A digger cuts every line of a trench.
    Trench {
        /// Its number in the site, from 0.
        trench: u8,
        /// How long until they are spliced.
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

/// At which kind of site there is something that a fault can hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// At every one.
    Everywhere,
    /// At a reservation centre.
    Reservation,
    /// At a direction center.
    Direction,
}

impl std::fmt::Display for Place {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(match self {
            Place::Everywhere => "every site",
            Place::Reservation => "a reservation centre",
            Place::Direction => "a direction center",
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
    /// Where there is something that it can hit.
    pub place: Place,
}

impl Kind {
    /// Whether a site of this kind has something that it can hit.
    pub fn is_at(&self, place: Place) -> bool {
        [Place::Everywhere, place].contains(&self.place)
    }

    const fn only(mut self, place: Place) -> Kind {
        self.place = place;
        self
    }
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
        place: Place::Everywhere,
    }
}

const fn outside(
    name: &'static str,
    hits: &'static str,
    does: &'static str,
    heals: &'static str,
) -> Kind {
    Kind {
        model: Model::Outside,
        ..inside(name, hits, does, heals)
    }
}

/// Every kind of fault, and of key turned.
#[rustfmt::skip]
pub const KINDS: [Kind; 36] = [
    inside("FailStop", "machine", "processor and channels stop, transfers are torn", "deck loaded"),
    inside("FailStopAtInstruction", "machine", "the same before a certain instruction", "deck loaded"),
    inside("Hang", "machine", "the processor stands still, channels go on", "deck loaded"),
    inside("Stall", "machine", "the same for a time, then it goes on", "lasting"),
    inside("HeartbeatCut", "switch", "pulses of the machine are not heard", "wire mended"),
    inside("UnitLoss", "unit", "a drum or disk unit goes away", "back with what it had").only(Place::Reservation),
    inside("UnitReturn", "unit", "a lost unit comes back, as it was or blank", "-").only(Place::Reservation),
    inside("PowerOffBoth", "power", "both machines lose power and core", "lasting"),
    inside("ReturnToService", "machine", "a machine out of service is loaded from its deck", "-"),
    inside("PlannedSwitchover", "switch", "the daily exchange of roles", "-"),
    inside("ManualSwitchover", "switch", "the operator's key exchanges the roles", "-"),
    inside("SlowMachine", "machine", "each cycle takes several times as long", "full speed"),
    inside("PowerOff", "power", "one side loses power: its machine stops, core is lost", "lasting"),
    inside("CoreParity", "machine", "a bit of core turns over: who reads the word stops", "deck loaded"),
    inside("UnitParity", "unit", "a bit on a drum or disk turns over", "record written again").only(Place::Reservation),
    inside("TornWrite", "unit", "a write is torn in its middle and ends unusually", "record written again").only(Place::Reservation),
    inside("StaleRestart", "machine", "it stops, and later begins again with the core it had", "lasting"),
    inside("ClockOffset", "clock", "the interval clock jumps, forward or back", "-"),
    inside("ClockDrift", "clock", "the interval clock ticks faster or slower", "clock set right"),
    outside("BrokenAdder", "machine", "sums have bits turned over", "adder mended"),
    outside("LyingTerminal", "terminal", "the last digit of each entry is sent as another", "contacts mended").only(Place::Reservation),
    inside("OperatorError", "switch", "RESET, load, role or unit switch thrown by mistake", "put right"),
    inside("PowerBus", "several", "machines and units on one power bus lose power together", "lasting"),
    inside("AirConditioning", "several", "machines and units cooled together stop together", "lasting"),
    inside("Line(Cut)", "line", "nothing passes, what is on the way is torn", "lasting"),
    inside("Line(Loss)", "line", "transmissions vanish", "lasting"),
    inside("Line(Noise)", "line", "single bits are wrong; outside where the check does not tell", "lasting"),
    inside("Line(Bursts)", "line", "runs of bits are wrong; outside where the check does not tell", "lasting"),
    inside("Line(Duplicate)", "line", "transmissions arrive twice", "lasting"),
    inside("Line(Reorder)", "line", "transmissions are held back and overtaken", "lasting"),
    inside("Line(Delay)", "line", "transmissions are late", "lasting"),
    inside("Line(Jitter)", "line", "every transmission is late by chance, in order", "lasting"),
    inside("DrumParity", "machine", "a bit on a machine's own drum turns over", "deck loaded").only(Place::Direction),
    inside("RadarOut", "radar", "a radar site sends nothing", "site mended").only(Place::Direction),
    outside("LyingLightGun", "console", "the gun tells another message than it saw", "gun mended").only(Place::Direction),
    inside("Trench", "several", "every line in one trench is cut", "lasting").only(Place::Direction),
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
            Fault::CoreParity { .. } => "CoreParity",
            Fault::UnitParity { .. } => "UnitParity",
            Fault::TornWrite { .. } => "TornWrite",
            Fault::StaleRestart { .. } => "StaleRestart",
            Fault::ClockOffset { .. } => "ClockOffset",
            Fault::ClockDrift { .. } => "ClockDrift",
            Fault::BrokenAdder { .. } => "BrokenAdder",
            Fault::LyingTerminal { .. } => "LyingTerminal",
            Fault::OperatorError { .. } => "OperatorError",
            Fault::PowerBus { .. } => "PowerBus",
            Fault::AirConditioning { .. } => "AirConditioning",
            Fault::Line(fault) => fault.name(),
            Fault::DrumParity { .. } => "DrumParity",
            Fault::RadarOut { .. } => "RadarOut",
            Fault::LyingLightGun { .. } => "LyingLightGun",
            Fault::Trench { .. } => "Trench",
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
            | Fault::PowerOff { machine, .. }
            | Fault::CoreParity { machine, .. }
            | Fault::StaleRestart { machine, .. }
            | Fault::ClockOffset { machine, .. }
            | Fault::ClockDrift { machine, .. }
            | Fault::BrokenAdder { machine, .. }
            | Fault::DrumParity { machine, .. }
            | Fault::OperatorError {
                switch: WrongSwitch::Reset(machine) | WrongSwitch::Load(machine),
            } => Some(machine),
            Fault::UnitLoss { .. }
            | Fault::UnitParity { .. }
            | Fault::TornWrite { .. }
            | Fault::LyingTerminal { .. }
            | Fault::OperatorError { .. }
            | Fault::PowerBus { .. }
            | Fault::AirConditioning { .. }
            | Fault::UnitReturn { .. }
            | Fault::PowerOffBoth { .. }
            | Fault::PlannedSwitchover
            | Fault::ManualSwitchover
            | Fault::RadarOut { .. }
            | Fault::LyingLightGun { .. }
            | Fault::Trench { .. }
            | Fault::Line(_) => None,
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
            Fault::Stall { machine, r#for } => {
                write!(to, "stall of {machine} for {}", r#for.told())
            }
            Fault::HeartbeatCut { machine } => write!(to, "heartbeat of {machine} cut"),
            Fault::UnitLoss { unit } => write!(to, "loss of {unit}"),
            Fault::UnitReturn { unit, .. } => write!(to, "return of {unit}"),
            Fault::PowerOffBoth { r#for } => write!(to, "power off for {}", r#for.told()),
            Fault::ReturnToService { machine } => write!(to, "return of {machine} to service"),
            Fault::PlannedSwitchover => to.write_str("planned switchover"),
            Fault::ManualSwitchover => to.write_str("manual switchover"),
            Fault::SlowMachine { machine, times } => write!(to, "{machine} {times} times slower"),
            Fault::PowerOff { machine, r#for } => {
                write!(to, "power of {machine} off for {}", r#for.told())
            }
            Fault::CoreParity { machine, .. } => write!(to, "a bit of core of {machine} turned"),
            Fault::UnitParity { unit, .. } => write!(to, "a bit on {unit} turned"),
            Fault::TornWrite { unit } => write!(to, "torn write on {unit}"),
            Fault::StaleRestart { machine, r#for } => {
                write!(
                    to,
                    "{machine} stopped and begins again after {}",
                    r#for.told()
                )
            }
            Fault::ClockOffset { machine, ticks } => {
                write!(to, "clock of {machine} jumps by {ticks} ticks")
            }
            Fault::ClockDrift {
                machine,
                parts_per_million,
            } => write!(
                to,
                "clock of {machine} drifts by {parts_per_million} in a million"
            ),
            Fault::BrokenAdder { machine, bits } => {
                write!(to, "adder of {machine} broken, bits {bits:012o}")
            }
            Fault::LyingTerminal { set } => write!(to, "contacts of set {set} late"),
            Fault::OperatorError { switch } => match switch {
                WrongSwitch::Reset(machine) => write!(to, "RESET by mistake at {machine}"),
                WrongSwitch::Load(machine) => write!(to, "load key by mistake at {machine}"),
                WrongSwitch::Roles => to.write_str("role key by mistake"),
                WrongSwitch::Unit(unit) => write!(to, "{unit} switched off by mistake"),
            },
            Fault::PowerBus { bus, r#for } => {
                write!(to, "power bus {bus} off for {}", r#for.told())
            }
            Fault::AirConditioning { unit, r#for } => {
                write!(to, "air conditioner {unit} off for {}", r#for.told())
            }
            Fault::Line(fault) => fault.fmt(to),
            Fault::DrumParity { machine, .. } => {
                write!(to, "a bit on a drum of {machine} turned")
            }
            Fault::RadarOut { radar } => write!(to, "radar {radar} out"),
            Fault::LyingLightGun { console } => write!(to, "light gun of console {console} lies"),
            Fault::Trench { trench, r#for } => {
                write!(to, "lines of trench {trench} cut for {}", r#for.told())
            }
        }
    }
}
