//! What a script leaves to the seed is drawn here, once, at the begin of a run.
//!
//! Every ordered fault has a random stream of its own, and so has every component that fails at a
//! rate, by its path (`drum/3/UnitLoss`): a fault added at the end, a component added, moves no
//! other.

use clock::{Span, Stream};
use serde::{Deserialize, Serialize};
use site::center::CenterDescription;
use site::{SiteDescription, Unit};

use crate::world::Kind;

use super::{
    Before, CorePlace, DrumPlace, FaultKind, GroupTarget, Life, Rate, Script, SetTarget, Target,
    UnitPlace, UnitTarget, When,
};

/// What there is at a site to be hit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Equipment {
    /// What is done there.
    pub kind: Kind,
    /// How many drums.
    pub drums: u8,
    /// How many disk units.
    pub disks: u8,
    /// How many lines.
    pub lines: u8,
    /// How many radars.
    pub radars: u8,
    /// How many trenches lines lie in.
    pub trenches: u8,
    /// How many agent sets, or consoles.
    pub sets: u16,
    /// Numbers of the consoles.
    pub consoles: Vec<u8>,
    /// Units on each power bus.
    pub power_buses: Vec<Vec<Unit>>,
    /// Units cooled by each air conditioner.
    pub air_conditioners: Vec<Vec<Unit>>,
}

impl From<&SiteDescription> for Equipment {
    fn from(site: &SiteDescription) -> Equipment {
        let units = |causes: Vec<site::description::CommonCause>| {
            causes.into_iter().map(|cause| cause.units).collect()
        };
        Equipment {
            kind: Kind::Reservation,
            drums: site.drums.units,
            disks: site.disks.units,
            lines: site.lines.count,
            radars: 0,
            trenches: 0,
            sets: site.sets() as u16,
            consoles: Vec::new(),
            power_buses: units(site.power_buses()),
            air_conditioners: units(site.cooling()),
        }
    }
}

impl From<&CenterDescription> for Equipment {
    fn from(site: &CenterDescription) -> Equipment {
        // What a bus or a conditioner has of radars is no unit that damage could be aimed at.
        let nothing = |count: usize| vec![Vec::new(); count];
        Equipment {
            kind: Kind::Direction,
            drums: 0,
            disks: 0,
            lines: site.lines().len() as u8,
            radars: site.radars.len() as u8,
            trenches: site.trenches.len() as u8,
            sets: site.consoles.len() as u16,
            consoles: site.consoles.iter().map(|c| c.number).collect(),
            power_buses: nothing(site.buses().len()),
            air_conditioners: nothing(site.cooling().len()),
        }
    }
}

/// A fault with everything drawn: what is given to the site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawnFault {
    /// Its instant; `AfterEntries` stays as it is.
    pub at: When,
    /// After that instant.
    #[serde(default, with = "clock::time::span_text")]
    pub after: Span,
    /// No `Choose`, `Sequence`, `Several`, `Healed`, nothing that is `Any`.
    pub fault: FaultKind,
    /// For `FailStopAtInstruction`: instructions after the fault's instant (0 when `Nth`). For a bit
    /// turned over: what picks it.
    #[serde(default)]
    pub pick: u64,
    /// It waits for a moment at which it can take effect.
    #[serde(default)]
    pub waits: bool,
    /// It is mended so long after it took effect.
    #[serde(default, with = "clock::time::optional_span_text")]
    pub heals_after: Option<Span>,
}

/// Failures of one component at most.
const FAILURES_MAX: usize = 10_000;

impl Script {
    /// Draws everything the script leaves to the seed.
    pub fn draw_faults(&self, seed: u64, equipment: &Equipment) -> Vec<DrawnFault> {
        let mut drawn = self.drawn.clone();
        for (index, ordered) in self.faults.iter().enumerate() {
            let mut drawing = Drawing {
                stream: Stream::new(seed, &format!("script/fault/{index}")),
                equipment,
                drawn: &mut drawn,
            };
            let at = match &ordered.at {
                When::Drawn(from, to) => {
                    let later = drawing.stream.below((to.0 - from.0).max(1));
                    When::Fixed(Span(from.0 + later))
                }
                other => other.clone(),
            };
            drawing.draw(&ordered.fault, &at, Mode::default());
        }
        let mut paths: Vec<String> = Vec::new();
        for rate in &self.rates {
            for (component, fault) in components(rate, equipment) {
                // Two rates of one kind and component have two streams.
                let path = format!("{component}/{}", rate.kind_name());
                let before = paths.iter().filter(|before| **before == path).count();
                let mut drawing = Drawing {
                    stream: Stream::new(seed, &format!("{path}/{before}")),
                    equipment,
                    drawn: &mut drawn,
                };
                drawing.draw_failures(&fault, rate.life, self.duration);
                paths.push(path);
            }
        }
        drawn
    }
}

impl Rate {
    fn kind_name(&self) -> String {
        let fault = match &self.fault {
            FaultKind::Healed { fault, .. } => fault,
            other => other,
        };
        let text = format!("{fault:?}");
        let end = text.find(|c: char| !c.is_alphanumeric());
        text[..end.unwrap_or(text.len())].to_owned()
    }
}

/// The components a rate is about, each with its fault.
fn components(rate: &Rate, equipment: &Equipment) -> Vec<(String, FaultKind)> {
    let (inner, healed) = match &rate.fault {
        FaultKind::Healed { after, fault } => ((**fault).clone(), Some(*after)),
        other => (other.clone(), None),
    };
    let whole = |fault: FaultKind| match healed {
        Some(after) => FaultKind::Healed {
            after,
            fault: Box::new(fault),
        },
        None => fault,
    };
    if let FaultKind::Line { line: None, .. } = inner {
        let on = |n: u8| {
            let mut fault = inner.clone();
            if let FaultKind::Line { line, .. } = &mut fault {
                *line = Some(n);
            }
            (fault.component(), whole(fault))
        };
        return (0..equipment.lines).map(on).collect();
    }
    let Some(unit) = inner.unit() else {
        let component = inner.component();
        return vec![(component, whole(inner))];
    };
    let drums = (0..equipment.drums).map(|n| (format!("drum/{n}"), UnitTarget::Drum(n)));
    let disks = (0..equipment.disks).map(|n| (format!("disk/{n}"), UnitTarget::Disk(n)));
    let units: Vec<(String, UnitTarget)> = match unit {
        UnitTarget::Drum(n) => vec![(format!("drum/{n}"), unit)],
        UnitTarget::Disk(n) => vec![(format!("disk/{n}"), unit)],
        UnitTarget::AnyDrum => drums.collect(),
        UnitTarget::AnyDisk => disks.collect(),
        UnitTarget::Any => drums.chain(disks).collect(),
        UnitTarget::Lost => vec![("unit".to_owned(), unit)],
    };
    let on = |unit| {
        let mut fault = inner.clone();
        if let Some(place) = fault.unit_mut() {
            *place = unit;
        }
        whole(fault)
    };
    units
        .into_iter()
        .map(|(path, unit)| (path, on(unit)))
        .collect()
}

fn later(at: Span, by: Span) -> Span {
    Span(at.0.saturating_add(by.0))
}

/// How a part of a fault is drawn.
#[derive(Clone, Copy, Default)]
struct Mode {
    /// After the instant of the whole.
    after: Span,
    waits: bool,
    heals_after: Option<Span>,
    /// The unit that any damage to storage hits.
    unit: Option<UnitTarget>,
    /// The number of any power bus or air conditioner.
    group: Option<u8>,
}

struct Drawing<'a> {
    stream: Stream,
    equipment: &'a Equipment,
    drawn: &'a mut Vec<DrawnFault>,
}

impl Drawing<'_> {
    fn draw(&mut self, fault: &FaultKind, at: &When, mode: Mode) {
        match fault {
            FaultKind::Choose(kinds) => {
                let kind = self.stream.choose(kinds).clone();
                self.draw(&kind, at, mode);
            }
            FaultKind::Sequence(parts) => {
                for part in parts {
                    let after = mode.after + part.after;
                    self.draw(&part.fault, at, Mode { after, ..mode });
                }
            }
            FaultKind::Healed { after, fault } => {
                let heals_after = Some(*after);
                let mode = Mode {
                    heals_after,
                    ..mode
                };
                self.draw(fault, at, mode);
            }
            FaultKind::Several {
                least,
                most,
                within,
                of,
            } => self.several((*least, *most), *within, of, at, mode),
            single => self.single(single.clone(), at, mode),
        }
    }

    /// Some of `of`, each at its time. So that they stay inside the failure model, all damage to
    /// storage is done to one unit; power buses and air conditioners have one number.
    fn several(
        &mut self,
        (least, most): (u8, u8),
        within: Span,
        of: &[FaultKind],
        at: &When,
        mode: Mode,
    ) {
        let mut kinds: Vec<&FaultKind> = of.iter().collect();
        self.stream.shuffle(&mut kinds);
        let more = u64::from(most.saturating_sub(least));
        kinds.truncate(usize::from(least) + self.stream.below(more + 1) as usize);
        let number = self.group();
        let any = self.unit(UnitTarget::Any);
        let hits_group = kinds.iter().any(|kind| kind.hits_group());
        let of_group = self.equipment.power_buses.get(usize::from(number));
        let unit = match of_group.and_then(|units| units.first()) {
            Some(Unit::Drum(n)) if hits_group => UnitTarget::Drum(*n),
            Some(Unit::Disk(n)) if hits_group => UnitTarget::Disk(*n),
            _ => any,
        };
        for kind in kinds {
            let mode = Mode {
                after: mode.after + Span(self.stream.below(within.0.max(1))),
                waits: true,
                unit: Some(unit),
                group: Some(number),
                ..mode
            };
            self.draw(kind, at, mode);
        }
    }

    fn single(&mut self, mut fault: FaultKind, at: &When, mode: Mode) {
        let pick = match &fault {
            FaultKind::FailStopAtInstruction {
                before: Before::Within(n),
                ..
            } => 1 + self.stream.below((*n).max(1)),
            FaultKind::CoreParity {
                place: CorePlace::Any | CorePlace::Next,
                ..
            }
            | FaultKind::UnitParity {
                place: UnitPlace::Any,
                ..
            }
            | FaultKind::DrumParity {
                place: DrumPlace::Any,
                ..
            } => self.stream.next_u64(),
            _ => 0,
        };
        if let Some(unit) = fault.unit_mut() {
            *unit = match mode.unit {
                Some(one) if *unit != UnitTarget::Lost => one,
                _ => self.unit(*unit),
            };
        }
        if let Some(group) = fault.group_mut() {
            let number = match (*group, mode.group) {
                (GroupTarget::Number(number), _) | (_, Some(number)) => number,
                (GroupTarget::Any, None) => self.group(),
            };
            *group = GroupTarget::Number(number);
        }
        if let FaultKind::LyingTerminal { set } = &mut fault
            && *set == SetTarget::Any
        {
            let sets = u64::from(self.equipment.sets.max(1));
            *set = SetTarget::Set(self.stream.below(sets) as u16);
        }
        match &mut fault {
            FaultKind::RadarOut { radar } => {
                let radars = u64::from(self.equipment.radars.max(1));
                radar.get_or_insert_with(|| self.stream.below(radars) as u8);
            }
            FaultKind::Trench { trench, .. } => {
                let trenches = u64::from(self.equipment.trenches.max(1));
                trench.get_or_insert_with(|| self.stream.below(trenches) as u8);
            }
            _ => {}
        }
        if let FaultKind::Line { line, seed, .. } = &mut fault {
            let lines = u64::from(self.equipment.lines.max(1));
            line.get_or_insert_with(|| self.stream.below(lines) as u8);
            seed.get_or_insert_with(|| self.stream.next_u64());
        }
        self.drawn.push(DrawnFault {
            at: at.clone(),
            after: mode.after,
            fault,
            pick,
            waits: mode.waits,
            heals_after: mode.heals_after,
        });
    }

    /// The failures of one component within the duration; the next life begins when it is mended.
    fn draw_failures(&mut self, fault: &FaultKind, life: Life, duration: Span) {
        let mut at = Span::ZERO;
        for _ in 0..FAILURES_MAX {
            let seconds = match life {
                Life::Exponential { mtbf } => self.stream.exponential(mtbf.as_seconds_f64()),
                Life::Weibull { scale, shape } => {
                    self.stream.weibull(scale.as_seconds_f64(), shape)
                }
            };
            at = later(at, Span::from_seconds_f64(seconds));
            if at >= duration {
                return;
            }
            let mode = Mode {
                waits: true,
                ..Mode::default()
            };
            self.draw(fault, &When::Fixed(at), mode);
            if let FaultKind::Healed { after, .. } = fault {
                at = later(at, *after);
            }
        }
    }

    /// A number that both a power bus and an air conditioner have.
    fn group(&mut self) -> u8 {
        let groups = [
            self.equipment.power_buses.len(),
            self.equipment.air_conditioners.len(),
        ];
        let count = groups.into_iter().min().unwrap_or(0).max(1);
        self.stream.below(count as u64) as u8
    }

    fn unit(&mut self, unit: UnitTarget) -> UnitTarget {
        let (drums, disks) = (
            u64::from(self.equipment.drums),
            u64::from(self.equipment.disks),
        );
        match unit {
            UnitTarget::AnyDrum => UnitTarget::Drum(self.stream.below(drums.max(1)) as u8),
            UnitTarget::AnyDisk => UnitTarget::Disk(self.stream.below(disks.max(1)) as u8),
            UnitTarget::Any => match self.stream.below((drums + disks).max(1)) {
                n if n < drums => UnitTarget::Drum(n as u8),
                n => UnitTarget::Disk((n - drums) as u8),
            },
            named => named,
        }
    }
}

impl FaultKind {
    /// The path of the component it hits, when that is no unit.
    fn component(&self) -> String {
        let machine = |machine: &Target| match machine {
            Target::A => "machine/A",
            Target::B => "machine/B",
            Target::Active => "role/active",
            Target::Standby => "role/standby",
            Target::Lost => "machine/lost",
        };
        match self {
            FaultKind::FailStop { machine: m }
            | FaultKind::FailStopAtInstruction { machine: m, .. }
            | FaultKind::Hang { machine: m }
            | FaultKind::Stall { machine: m, .. }
            | FaultKind::HeartbeatCut { machine: m }
            | FaultKind::ReturnToService { machine: m }
            | FaultKind::SlowMachine { machine: m, .. }
            | FaultKind::PowerOff { machine: m, .. }
            | FaultKind::CoreParity { machine: m, .. }
            | FaultKind::StaleRestart { machine: m, .. }
            | FaultKind::ClockOffset { machine: m, .. }
            | FaultKind::ClockDrift { machine: m, .. }
            | FaultKind::DrumParity { machine: m, .. }
            | FaultKind::BrokenAdder { machine: m, .. } => machine(m).to_owned(),
            FaultKind::RadarOut { radar: Some(n) } => format!("radar/{n}"),
            FaultKind::Trench {
                trench: Some(n), ..
            } => format!("trench/{n}"),
            FaultKind::LyingLightGun { console } => format!("console/{console}"),
            FaultKind::Line { line: Some(n), .. } => format!("line/{n}"),
            FaultKind::PowerBus {
                bus: GroupTarget::Number(n),
                ..
            } => format!("power-bus/{n}"),
            FaultKind::AirConditioning {
                unit: GroupTarget::Number(n),
                ..
            } => format!("air-conditioner/{n}"),
            FaultKind::LyingTerminal {
                set: SetTarget::Set(n),
            } => format!("set/{n}"),
            _ => "site".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn equipment() -> Equipment {
        Equipment {
            kind: Kind::Reservation,
            drums: 6,
            disks: 16,
            lines: 2,
            radars: 0,
            trenches: 0,
            sets: 80,
            consoles: Vec::new(),
            power_buses: vec![vec![Unit::Drum(0)], vec![Unit::Drum(5)]],
            air_conditioners: vec![vec![Unit::Drum(0)], vec![Unit::Drum(5)]],
        }
    }

    fn rates(rates: Vec<Rate>) -> Script {
        Script {
            duration: Span::from_secs(3600),
            rates,
            ..Script::quiet()
        }
    }

    fn loss(unit: UnitTarget, mtbf: u64) -> Rate {
        Rate {
            fault: FaultKind::Healed {
                after: Span::from_secs(10),
                fault: Box::new(FaultKind::UnitLoss { unit }),
            },
            life: Life::Exponential {
                mtbf: Span::from_secs(mtbf),
            },
        }
    }

    fn instants(drawn: &[DrawnFault], unit: UnitTarget) -> Vec<When> {
        let of_unit = drawn.iter().filter(|d| d.fault.unit() == Some(unit));
        of_unit.map(|d| d.at.clone()).collect()
    }

    #[test]
    fn a_component_fails_by_its_own_stream() {
        let alone = rates(vec![loss(UnitTarget::Drum(3), 600)]);
        let all = rates(vec![loss(UnitTarget::AnyDrum, 600)]);
        let (mut failures, mut drums) = (0, 0);
        for seed in 1..=100 {
            let one = alone.draw_faults(seed, &equipment());
            let many = all.draw_faults(seed, &equipment());
            let drum = UnitTarget::Drum(3);
            assert_eq!(instants(&one, drum), instants(&many, drum));
            assert!(many.iter().all(|d| d.waits && d.heals_after.is_some()));
            failures += many.len();
            drums += usize::from(
                many.iter()
                    .any(|d| d.fault.unit() == Some(UnitTarget::Drum(0))),
            );
        }
        // 3,600 s and a mean of 600 s and 10 s of repair: 5.9 failures a drum.
        assert!((3300..3800).contains(&failures), "{failures}");
        assert!(drums > 95, "{drums}");
    }

    #[test]
    fn wear_comes_late_and_early_failures_early() {
        let life = |shape| {
            let fault = FaultKind::FailStop { machine: Target::A };
            let scale = Span::from_secs(3600);
            let life = Life::Weibull { scale, shape };
            rates(vec![Rate { fault, life }])
        };
        let before = |shape: f64, within: u64| {
            let script = life(shape);
            let soon = |drawn: &DrawnFault| match drawn.at {
                When::Fixed(at) => at < Span::from_secs(within),
                _ => panic!("an instant"),
            };
            let runs = (1..=300).filter(|&seed| {
                let drawn = script.draw_faults(seed, &equipment());
                drawn.first().is_some_and(soon)
            });
            runs.count()
        };
        // 1 - exp(-(0.1)^shape) of 300 runs: 128 and 0.3.
        assert!(
            (100..160).contains(&before(0.25, 360)),
            "{}",
            before(0.25, 360)
        );
        assert!(before(3.0, 360) <= 3);
    }

    fn line(line: Option<u8>) -> FaultKind {
        FaultKind::Line {
            line,
            way: Default::default(),
            lasting: Span::from_secs(10),
            trouble: site::fault::Trouble::Cut,
            seed: None,
        }
    }

    #[test]
    fn a_line_not_named_is_drawn_and_each_fails_by_itself() {
        let drawn = |fault: FaultKind, seed| {
            let at = When::Fixed(Span::from_secs(10));
            let script = Script {
                faults: vec![super::super::OrderedFault { at, fault }],
                ..Script::quiet()
            };
            match script.draw_faults(seed, &equipment())[..] {
                [
                    DrawnFault {
                        fault:
                            FaultKind::Line {
                                line: Some(line),
                                seed: Some(seed),
                                ..
                            },
                        ..
                    },
                ] => (line, seed),
                ref other => panic!("one line: {other:?}"),
            }
        };
        let any: Vec<(u8, u64)> = (1..=40).map(|seed| drawn(line(None), seed)).collect();
        let second = any.iter().filter(|(line, _)| *line == 1).count();
        assert!((10..=30).contains(&second), "{second} of 40");
        assert!(any.windows(2).all(|two| two[0].1 != two[1].1));
        assert!((1..=40).all(|seed| drawn(line(Some(1)), seed).0 == 1));

        let life = Life::Exponential {
            mtbf: Span::from_secs(600),
        };
        let at_a_rate = |fault| {
            let script = rates(vec![Rate { fault, life }]);
            let drawn = script.draw_faults(7, &equipment());
            let of_second =
                |one: &&DrawnFault| matches!(one.fault, FaultKind::Line { line: Some(1), .. });
            let second: Vec<When> = drawn
                .iter()
                .filter(of_second)
                .map(|d| d.at.clone())
                .collect();
            (drawn.len(), second)
        };
        let (all, of_all) = at_a_rate(line(None));
        let (one, of_one) = at_a_rate(line(Some(1)));
        assert!(one > 1 && all > one, "{all}, {one}");
        assert_eq!(of_all, of_one, "by its own stream");
    }

    #[test]
    fn several_faults_hit_one_unit_and_none_comes_twice() {
        let lasting = Span::from_secs(5);
        let of = vec![
            FaultKind::UnitLoss {
                unit: UnitTarget::Any,
            },
            FaultKind::TornWrite {
                unit: UnitTarget::AnyDisk,
            },
            FaultKind::PowerBus {
                bus: GroupTarget::Any,
                lasting,
            },
            FaultKind::AirConditioning {
                unit: GroupTarget::Any,
                lasting,
            },
            FaultKind::ManualSwitchover,
        ];
        let fault = FaultKind::Several {
            least: 1,
            most: 4,
            within: Span::from_secs(60),
            of,
        };
        let at = When::Fixed(Span::from_secs(10));
        let script = Script {
            faults: vec![super::super::OrderedFault { at, fault }],
            ..Script::quiet()
        };
        let mut counts = [0; 5];
        for seed in 1..=400 {
            let drawn = script.draw_faults(seed, &equipment());
            counts[drawn.len()] += 1;
            let mut kinds: Vec<String> = Vec::new();
            let mut units: Vec<UnitTarget> = Vec::new();
            for one in &drawn {
                assert!(one.waits && one.after < Span::from_secs(60));
                kinds.push(format!("{:?}", std::mem::discriminant(&one.fault)));
                units.extend(one.fault.unit());
                let mut fault = one.fault.clone();
                if let Some(GroupTarget::Number(n)) = fault.group_mut() {
                    units.push(UnitTarget::Drum([0, 5][usize::from(*n)]));
                }
            }
            units.dedup();
            assert!(units.len() <= 1, "seed {seed}: {drawn:?}");
            kinds.sort();
            let all = kinds.len();
            kinds.dedup();
            assert_eq!(kinds.len(), all, "seed {seed}: {drawn:?}");
        }
        assert!(counts[1..].iter().all(|n| *n > 60), "{counts:?}");
    }
}
