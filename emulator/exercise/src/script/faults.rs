//! Faults as scripts name them: what is ordered, of whom, and what is left to the seed.
//!
//! A script speaks of "the active machine" and "any drum"; what is drawn from the seed becomes one
//! thing in [`super::drawing`], and what depends on the moment when it is given to the site. The table
//! of kinds, with what each does and what heals it, is [`site::fault::KINDS`].

use clock::Span;
use serde::{Deserialize, Serialize};
use site::fault::{Trouble, Way};

use crate::world::Kind;

use super::{DURATION_MAX, Equipment, Mistakes};

/// Which machine: an identity, or whichever plays the role at that instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Target {
    /// Machine A.
    A,
    /// Machine B.
    B,
    /// The machine in the active role.
    Active,
    /// The machine in the standby role.
    Standby,
    /// The machine that is out of service: stopped, hung or switched out.
    Lost,
}

/// Which storage unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum UnitTarget {
    /// Drum unit, 0-based.
    Drum(u8),
    /// Disk unit, 0-based.
    Disk(u8),
    /// A drum drawn from the seed.
    AnyDrum,
    /// A disk drawn from the seed.
    AnyDisk,
    /// Any unit, drawn from the seed.
    Any,
    /// The unit that was lost last.
    Lost,
}

/// Before which instruction a machine stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Before {
    /// Before the machine's N-th instruction since power on.
    Nth(u64),
    /// Before one of the next N instructions, drawn from the seed.
    Within(u64),
}

/// Which bit of core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum CorePlace {
    /// This one.
    At {
        /// Location, 0 to 32767; at a direction center one of Memory 1, 0 to 65535.
        location: u16,
        /// 0 (position 35) to 35 (the sign); at a direction center 0 (R15) to 31 (LS).
        bit: u8,
    },
    /// Any, drawn from the seed: it may be one that nobody reads.
    #[default]
    Any,
    /// Of the instruction that the machine executes next: it stops.
    Next,
}

/// Which bit on a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum UnitPlace {
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
    /// Any of the tracks ever written, drawn from the seed.
    #[default]
    Any,
}

/// Which bit of a machine's own drums.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum DrumPlace {
    /// This one.
    At {
        /// Drum field as the program selects it.
        field: u8,
        /// Register, 0 to 2047.
        register: u16,
        /// 0 (R15) to 31 (LS).
        bit: u8,
    },
    /// Any of those that hold programs, drawn from the seed.
    #[default]
    Any,
}

/// Which set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum SetTarget {
    /// By its number in the site, from 0.
    Set(u16),
    /// Any, drawn from the seed.
    #[default]
    Any,
}

/// Which power bus or air conditioner of the site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum GroupTarget {
    /// By its number in the site, from 0.
    Number(u8),
    /// Any, drawn from the seed.
    #[default]
    Any,
}

/// A switch thrown by mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum WrongSwitch {
    /// RESET at the console of a machine at work.
    Reset(Target),
    /// Its load key.
    Load(Target),
    /// The key that exchanges the roles, whatever the state of the other machine.
    Roles,
    /// The ready switch of a unit.
    Unit(UnitTarget),
}

/// How long something works until it fails, drawn from the seed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Life {
    /// Failures at random: exponentially distributed.
    Exponential {
        /// Mean time between failures.
        #[serde(with = "clock::time::span_text")]
        mtbf: Span,
    },
    /// Early failures (shape below 1) or wear (above 1).
    Weibull {
        /// Characteristic life: 63 % have failed by then.
        #[serde(with = "clock::time::span_text")]
        scale: Span,
        /// The shape.
        shape: f64,
    },
}

/// A fault that comes again and again, at a rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// What fails, each component by itself: `AnyDrum` is every drum, with a stream of its own.
    pub fault: FaultKind,
    /// How long each works until it does.
    pub life: Life,
}

/// A fault as scripts name it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum FaultKind {
    /// Processor and channels stop at the same instant.
    FailStop {
        /// Which machine.
        machine: Target,
    },
    /// The same before a certain instruction.
    FailStopAtInstruction {
        /// Which machine.
        machine: Target,
        /// Before which instruction.
        before: Before,
    },
    /// The processor stops answering, but the machine keeps its state.
    Hang {
        /// Which machine.
        machine: Target,
    },
    /// The processor stops for a time, then goes on, convinced that nothing happened.
    Stall {
        /// Which machine.
        machine: Target,
        /// How long it stops.
        #[serde(with = "clock::time::span_text")]
        lasting: Span,
    },
    /// The machine works on, but its heartbeat is not heard.
    HeartbeatCut {
        /// Which machine.
        machine: Target,
    },
    /// A drum or disk unit is lost.
    UnitLoss {
        /// Which unit.
        unit: UnitTarget,
    },
    /// A lost unit comes back, with what it had or blank.
    UnitReturn {
        /// Which unit.
        unit: UnitTarget,
        /// With nothing on it.
        #[serde(default)]
        blank: bool,
    },
    /// Both machines lose power and so their core.
    PowerOffBoth {
        /// How long the power is away.
        #[serde(with = "clock::time::span_text")]
        lasting: Span,
    },
    /// A failed machine comes back.
    ReturnToService {
        /// Which machine.
        machine: Target,
    },
    /// The daily exchange of roles.
    PlannedSwitchover,
    /// The operator turns the key.
    ManualSwitchover,
    /// One of these, drawn from the seed.
    Choose(Vec<FaultKind>),
    /// Several, each so long after the first's instant.
    Sequence(Vec<Later>),
    /// Each cycle of the machine takes so many times as long.
    SlowMachine {
        /// Which machine.
        machine: Target,
        /// 2 to 100.
        times: u8,
    },
    /// One side loses power: its machine stops, its core is lost.
    PowerOff {
        /// Which machine.
        machine: Target,
        /// How long the power is away.
        #[serde(with = "clock::time::span_text")]
        lasting: Span,
    },
    /// A bit of core turns over; who next reads the word stops.
    CoreParity {
        /// Which machine.
        machine: Target,
        /// Which bit.
        #[serde(default)]
        place: CorePlace,
    },
    /// A bit on a drum or disk turns over.
    UnitParity {
        /// Which unit.
        unit: UnitTarget,
        /// Which bit.
        #[serde(default)]
        place: UnitPlace,
    },
    /// The next write on the unit that can be met is torn in its middle and ends unusually.
    TornWrite {
        /// Which unit.
        unit: UnitTarget,
    },
    /// A machine stops, and begins again later with the core it had.
    StaleRestart {
        /// Which machine.
        machine: Target,
        /// How long it stands.
        #[serde(with = "clock::time::span_text")]
        lasting: Span,
    },
    /// The interval clock of a machine jumps.
    ClockOffset {
        /// Which machine.
        machine: Target,
        /// Sixtieths of a second; less than 0 is back.
        ticks: i32,
    },
    /// The interval clock of a machine ticks faster or slower.
    ClockDrift {
        /// Which machine.
        machine: Target,
        /// By so much; less than 0 is slower.
        parts_per_million: i32,
    },
    /// The sums of a machine's adder have a bit turned over.
    BrokenAdder {
        /// Which machine.
        machine: Target,
        /// 0 (position 35) to 34.
        bit: u8,
    },
    /// A set sends another digit than is typed last.
    LyingTerminal {
        /// Which set.
        #[serde(default)]
        set: SetTarget,
    },
    /// The operator throws the wrong switch.
    OperatorError(WrongSwitch),
    /// Everything on a power bus loses power.
    PowerBus {
        /// Which bus.
        #[serde(default)]
        bus: GroupTarget,
        /// How long.
        #[serde(with = "clock::time::span_text")]
        lasting: Span,
    },
    /// Everything that an air conditioner cools stops.
    AirConditioning {
        /// Which.
        #[serde(default)]
        unit: GroupTarget,
        /// How long.
        #[serde(with = "clock::time::span_text")]
        lasting: Span,
    },
    /// A line is cut, noisy, late, or else in trouble:
    /// `Line(line: 3, way: Up, lasting: "10s", trouble: Noise(one_bit_in: 500))`.
    Line {
        /// Number of the line; drawn from the seed if none.
        #[serde(default)]
        line: Option<u8>,
        /// One-way or two-way.
        #[serde(default)]
        way: Way,
        /// How long after its first hit it lasts.
        #[serde(with = "clock::time::span_text")]
        lasting: Span,
        /// What is wrong.
        trouble: Trouble,
        /// Seed of its chances; drawn if none.
        #[serde(default)]
        seed: Option<u64>,
    },
    /// A bit on a machine's own drums turns over: who reads the word stops. Direction centers only.
    DrumParity {
        /// Which machine.
        machine: Target,
        /// Which bit.
        #[serde(default)]
        place: DrumPlace,
    },
    /// A radar site sends nothing. Direction centers only.
    RadarOut {
        /// By its place in the site file, from 0; drawn from the seed if none.
        #[serde(default)]
        radar: Option<u8>,
    },
    /// A console's light gun tells another message than it saw. Direction centers only.
    LyingLightGun {
        /// Number of the console.
        console: u8,
    },
    /// Every line that lies in a trench is cut. Direction centers only.
    Trench {
        /// By its number in the site file, from 0; drawn from the seed if none.
        #[serde(default)]
        trench: Option<u8>,
        /// How long.
        #[serde(with = "clock::time::span_text")]
        lasting: Span,
    },
    /// A fault that is mended so long after it took effect.
    Healed {
        /// How long after.
        #[serde(with = "clock::time::span_text")]
        after: Span,
        /// What is mended.
        fault: Box<FaultKind>,
    },
    /// Some of these, drawn from the seed: how many, which (none twice), and when each strikes.
    /// Each waits, if it must, for a moment at which it can take effect. Those that damage storage
    /// all hit one unit.
    Several {
        /// How many at least.
        least: u8,
        /// And at most.
        most: u8,
        /// All within so long.
        #[serde(with = "clock::time::span_text")]
        within: Span,
        /// Of these.
        of: Vec<FaultKind>,
    },
}

/// A part of a sequence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Later {
    /// After the instant of the sequence.
    #[serde(with = "clock::time::span_text")]
    pub after: Span,
    /// What happens then.
    pub fault: FaultKind,
}

impl FaultKind {
    /// The faults it is made of.
    pub(super) fn parts(&self) -> Vec<&FaultKind> {
        match self {
            FaultKind::Choose(kinds) | FaultKind::Several { of: kinds, .. } => {
                kinds.iter().collect()
            }
            FaultKind::Sequence(parts) => parts.iter().map(|part| &part.fault).collect(),
            FaultKind::Healed { fault, .. } => vec![fault],
            _ => Vec::new(),
        }
    }

    /// The unit it hits, if it hits one.
    pub(super) fn unit(&self) -> Option<UnitTarget> {
        self.clone().unit_mut().copied()
    }

    pub(super) fn unit_mut(&mut self) -> Option<&mut UnitTarget> {
        match self {
            FaultKind::UnitLoss { unit }
            | FaultKind::UnitReturn { unit, .. }
            | FaultKind::UnitParity { unit, .. }
            | FaultKind::TornWrite { unit }
            | FaultKind::OperatorError(WrongSwitch::Unit(unit)) => Some(unit),
            _ => None,
        }
    }

    /// The group it hits, if it hits one.
    pub(super) fn group_mut(&mut self) -> Option<&mut GroupTarget> {
        match self {
            FaultKind::PowerBus { bus: group, .. }
            | FaultKind::AirConditioning { unit: group, .. } => Some(group),
            _ => None,
        }
    }

    /// Whether it, or a part of it, hits a group.
    pub(super) fn hits_group(&self) -> bool {
        self.clone().group_mut().is_some() || self.parts().iter().any(|part| part.hits_group())
    }
}

/// How deep choices, sequences and the like may be nested.
const DEPTH_MAX: usize = 8;

/// Everything wrong with a fault; `equipment` is the site's when known.
pub(super) fn validate_fault(
    fault: &FaultKind,
    path: &[String],
    equipment: Option<&Equipment>,
    depth: usize,
    found: &mut Mistakes,
) {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    if depth > DEPTH_MAX {
        return found.add(&names, "faults are nested too deep", "at most 8 deep");
    }
    if let Some((message, help)) = wrong_by_itself(fault) {
        found.add(&names, &message, help);
    }
    let missing = equipment.and_then(|equipment| no_such_thing(fault, equipment));
    if let Some((message, help)) = missing {
        found.add(&names, &message, &help);
    }
    for (index, part) in fault.parts().into_iter().enumerate() {
        let index = index.to_string();
        let place: &[&str] = match fault {
            FaultKind::Sequence(_) => &[&index, "fault"],
            FaultKind::Several { .. } => &["of", &index],
            FaultKind::Healed { .. } => &["fault"],
            _ => &[&index],
        };
        let below = path.iter().cloned();
        let below: Vec<String> = below.chain(place.iter().map(|s| (*s).to_owned())).collect();
        validate_fault(part, &below, equipment, depth + 1, found);
    }
}

/// A unit, set or group that the site does not have; and what it has.
fn no_such_thing(fault: &FaultKind, equipment: &Equipment) -> Option<(String, String)> {
    let mut copy = fault.clone();
    let of_centers = matches!(
        fault,
        FaultKind::DrumParity { .. }
            | FaultKind::RadarOut { .. }
            | FaultKind::LyingLightGun { .. }
            | FaultKind::Trench { .. }
    );
    if equipment.kind == Kind::Reservation && of_centers {
        let what = "a reservation site has no radars, consoles or drums of one machine's own";
        let help = "a fault of a machine, a unit, a line, the switch or the power";
        return Some((what.to_owned(), help.to_owned()));
    }
    if equipment.kind == Kind::Direction
        && (fault.unit().is_some() || matches!(fault, FaultKind::LyingTerminal { .. }))
    {
        let what = "a direction center has no drums or disks that both machines share, and no sets";
        let help = "a fault of a machine, a line, the switch or the power";
        return Some((what.to_owned(), help.to_owned()));
    }
    if let FaultKind::CoreParity {
        place: CorePlace::At { location, bit },
        ..
    } = fault
    {
        let (most, bits, help) = match equipment.kind {
            Kind::Reservation => (0o77777, 36, "locations 0 to 32767, bits 0 to 35"),
            Kind::Direction => (u16::MAX, 32, "locations 0 to 65535, bits 0 to 31"),
        };
        // No word at all has bits beyond 35: that is told without a site.
        if *location > most || (*bit >= bits && *bit <= 35) {
            let what = format!("core has no bit {bit} at location {location}");
            return Some((what, help.to_owned()));
        }
    }
    if let FaultKind::LyingLightGun { console } = fault
        && !equipment.consoles.contains(console)
    {
        let what = format!("the site has no console {console}");
        return Some((what, format!("one of {:?}", equipment.consoles)));
    }
    if equipment.kind == Kind::Direction
        && let FaultKind::BrokenAdder { bit, .. } = fault
        && (32..=34).contains(bit)
    {
        let what = format!("a sum of an AN/FSQ-7 has no bit {bit}");
        return Some((what, "0 to 31".to_owned()));
    }
    let (n, what, count) = match (fault.unit(), copy.group_mut(), fault) {
        (Some(UnitTarget::Drum(n)), ..) => (n.into(), "drum unit", equipment.drums.into()),
        (Some(UnitTarget::Disk(n)), ..) => (n.into(), "disk unit", equipment.disks.into()),
        (_, Some(GroupTarget::Number(n)), FaultKind::PowerBus { .. }) => {
            ((*n).into(), "power bus", equipment.power_buses.len())
        }
        (_, Some(GroupTarget::Number(n)), _) => {
            let count = equipment.air_conditioners.len();
            ((*n).into(), "air conditioner", count)
        }
        (
            ..,
            FaultKind::LyingTerminal {
                set: SetTarget::Set(n),
            },
        ) => (usize::from(*n), "set", equipment.sets.into()),
        (.., FaultKind::RadarOut { radar: Some(n) }) => {
            ((*n).into(), "radar", equipment.radars.into())
        }
        (
            ..,
            FaultKind::Trench {
                trench: Some(n), ..
            },
        ) => ((*n).into(), "trench", equipment.trenches.into()),
        (.., FaultKind::Trench { trench: None, .. }) => (0, "trench", equipment.trenches.into()),
        (.., FaultKind::Line { line: Some(n), .. }) => {
            ((*n).into(), "line", equipment.lines.into())
        }
        _ => return None,
    };
    let message = format!("the site has no {what} {n}");
    (n >= count).then(|| (message, format!("0 to {}", count.saturating_sub(1))))
}

/// What is wrong with a fault, parts and site apart; and what was expected.
fn wrong_by_itself(fault: &FaultKind) -> Option<(String, &'static str)> {
    let wrong = |message: String, help| Some((message, help));
    match fault {
        FaultKind::Stall { lasting, .. }
        | FaultKind::PowerOffBoth { lasting }
        | FaultKind::PowerOff { lasting, .. }
        | FaultKind::StaleRestart { lasting, .. }
        | FaultKind::PowerBus { lasting, .. }
        | FaultKind::AirConditioning { lasting, .. }
        | FaultKind::Trench { lasting, .. }
        | FaultKind::Line { lasting, .. }
        | FaultKind::Healed { after: lasting, .. }
            if *lasting == Span::ZERO || *lasting > Span::from_secs(24 * 3600) =>
        {
            let message = format!("it cannot last {lasting}");
            wrong(message, "more than 0 and at most 24h")
        }
        FaultKind::FailStopAtInstruction {
            before: Before::Nth(0) | Before::Within(0),
            ..
        } => wrong(
            "there is no instruction 0".to_owned(),
            "a number of at least 1",
        ),
        FaultKind::UnitParity {
            place: UnitPlace::At { bit, .. },
            ..
        } if *bit > 35 => wrong(format!("a word has no bit {bit}"), "0 to 35"),
        FaultKind::CoreParity {
            place: CorePlace::At { location, bit },
            ..
        } if *bit > 35 => wrong(
            format!("core has no bit {bit} at location {location}"),
            "bits 0 to 35, at a direction center 0 to 31",
        ),
        FaultKind::DrumParity {
            place:
                DrumPlace::At {
                    field,
                    register,
                    bit,
                },
            ..
        } if *register > 2047 || *bit > 31 || *field > 0o77 => wrong(
            format!("a drum has no bit {bit} at register {register} of field {field}"),
            "fields 0 to 63, registers 0 to 2047, bits 0 to 31",
        ),
        FaultKind::SlowMachine { times, .. } if !(2..=100).contains(times) => {
            let message = format!("a machine is not {times} times slower");
            wrong(message, "2 to 100")
        }
        FaultKind::ClockOffset { ticks, .. } if *ticks == 0 || ticks.unsigned_abs() > 60 * 3600 => {
            let message = format!("a clock does not jump by {ticks} ticks");
            wrong(message, "-216000 to 216000 (an hour), not 0")
        }
        FaultKind::ClockDrift {
            parts_per_million: drift,
            ..
        } if *drift == 0 || !(-999_999..=9_000_000).contains(drift) => {
            let message = format!("a clock does not drift by {drift} in a million");
            wrong(message, "-999999 to 9000000, not 0")
        }
        FaultKind::BrokenAdder { bit, .. } if *bit > 34 => wrong(
            format!("a sum has no bit {bit}"),
            "0 (position 35) to 34 (position 1)",
        ),
        FaultKind::Line { trouble, .. } => trouble.mistake(),
        FaultKind::Choose(kinds) if kinds.is_empty() => {
            wrong("nothing to choose from".to_owned(), "at least one fault")
        }
        FaultKind::Sequence(parts) if parts.is_empty() => {
            wrong("the sequence is empty".to_owned(), "at least one fault")
        }
        FaultKind::Sequence(parts) if parts.iter().any(|part| part.after > DURATION_MAX) => {
            wrong("its parts lie too far apart".to_owned(), "at most 31 days")
        }
        FaultKind::Several {
            least, most, of, ..
        } if least > most || *most == 0 || usize::from(*most) > of.len() => wrong(
            format!("{least} to {most} of {} faults cannot be drawn", of.len()),
            "least at most most, most at least 1 and not more than there are",
        ),
        FaultKind::Several { within, .. } if *within > DURATION_MAX => {
            wrong("they lie too far apart".to_owned(), "at most 31 days")
        }
        _ => None,
    }
}

/// Everything wrong with a rate.
pub(super) fn validate_rate(
    rate: &Rate,
    index: usize,
    equipment: Option<&Equipment>,
    found: &mut Mistakes,
) {
    let at = index.to_string();
    let path: Vec<String> = ["rates", &at, "fault"].map(str::to_owned).into();
    validate_fault(&rate.fault, &path, equipment, 0, found);
    let single = match &rate.fault {
        FaultKind::Healed { fault, .. } => fault.parts().is_empty(),
        other => other.parts().is_empty(),
    };
    if !single {
        found.add(
            &["rates", &at, "fault"],
            "several faults have no rate",
            "one kind of fault, or one that is Healed",
        );
    }
    let (life, shape) = match rate.life {
        Life::Exponential { mtbf } => (mtbf, 1.0),
        Life::Weibull { scale, shape } => (scale, shape),
    };
    if life < Span::from_millis(1) {
        found.add(
            &["rates", &at, "life"],
            "nothing fails so soon",
            "at least 1ms",
        );
    }
    if !(0.05..=50.0).contains(&shape) {
        found.add(
            &["rates", &at, "life"],
            &format!("no life has the shape {shape}"),
            "0.05 to 50",
        );
    }
}
