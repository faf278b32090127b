//! What a direction center's site file says: sector, radars, lines, bases, consoles, the switch.
//!
//! ```ron
//! (format: 1, name: "tiny", letter: "B", centre: (north: 42.6, west: 71.0),
//!  building: (north: 42.6, west: 71.0),
//!  machine: (model: "AN/FSQ-7", programs: ["watch.fsq"]),
//!  radars: [(site: "Z-10", name: "North Truro", place: (north: 42.03, west: 70.05), channel: 1)],
//!  consoles: [(number: 1, name: "senior director")])
//! ```
//!
//! What the shape of the file cannot show (two radars on one channel, a type of weapon nobody has)
//! is found by [`CenterDescription::validate`], each with its place in the file. Which of its figures
//! are history stands in the site's `SOURCES.md`.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use clock::Span;
use clock::time::optional_span_text;
use serde::{Deserialize, Serialize};

use super::air::weapon;
use super::console::ConsoleDescription;
use super::gap_filler::GapFillerDescription;
use super::neighbour::Zone;
use super::plane::{Place, Plane};
use super::radar::RadarDescription;
use crate::description::{Mistake, Mistakes};
use crate::fault::{Fault, Place as SitePlace, WrongSwitch};
use crate::machine::Machine;

/// The type of its machines, as the site file names it.
pub const MODEL: &str = "AN/FSQ-7";

/// A whole direction center.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CenterDescription {
    /// Format of the file.
    pub format: u32,
    /// Short name, used in reports.
    pub name: String,
    /// What a visitor reads.
    #[serde(default)]
    pub title: String,
    /// The sector's letter in track numbers.
    pub letter: String,
    /// Number of the sector in crosstell, 0 to 31.
    #[serde(default)]
    pub sector: u8,
    /// Where the sector plane touches the earth.
    pub centre: Place,
    /// Where the building stands: lines are as long as they are.
    pub building: Place,
    /// The two machines, alike.
    pub machine: MachineDescription,
    /// The duplex switch.
    #[serde(default)]
    pub switch: SwitchDescription,
    /// Corners of the sector, in order; none: all of the plane.
    #[serde(default)]
    pub boundary: Vec<Place>,
    /// Height of a target of which it is not known, feet.
    #[serde(default = "default_height_ft")]
    pub default_height_ft: f64,
    /// Long-range radar sites.
    #[serde(default)]
    pub radars: Vec<RadarDescription>,
    /// Gap fillers.
    #[serde(default)]
    pub gap_fillers: Vec<GapFillerDescription>,
    /// Direction centers beside this one.
    #[serde(default)]
    pub neighbours: Vec<NeighbourDescription>,
    /// Types of interceptors and missiles.
    #[serde(default)]
    pub weapons: Vec<weapon::Performance>,
    /// Where they stand.
    #[serde(default)]
    pub bases: Vec<BaseDescription>,
    /// Situation-display consoles.
    #[serde(default)]
    pub consoles: Vec<ConsoleDescription>,
    /// What loses power together, by number from 0. None given: a bus for each machine.
    #[serde(default)]
    pub power_buses: Vec<CommonCause>,
    /// What becomes too hot together, by number from 0. None given: a unit for each machine.
    #[serde(default)]
    pub air_conditioners: Vec<CommonCause>,
    /// Lines that lie in one trench, by number from 0: names as [`CenterDescription::lines`] has them.
    #[serde(default)]
    pub trenches: Vec<Vec<String>>,
}

fn default_height_ft() -> f64 {
    30_000.0
}

/// The machines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachineDescription {
    /// The type.
    pub model: String,
    /// Source files, assembled in this order as one deck; the site's own data come after the first.
    pub programs: Vec<String>,
    /// Symbols defined for the assembly.
    #[serde(default)]
    pub parameters: BTreeMap<String, i64>,
}

/// A fault built into the equipment, to try the judges with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Planted {
    /// The relays of the machine that is switched out stay closed.
    NoFencing,
    /// A light gun on dark glass tells the message nearest to its place, painted or not.
    GunSeesDark,
}

/// The duplex switch and the people around it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SwitchDescription {
    /// The role moves by itself when the active machine has an alarm.
    pub automatic: bool,
    /// Time the relays take, ms.
    pub relays_ms: u64,
    /// A stopped machine nobody can take over from is started over after, s.
    pub start_over_s: u64,
    /// Time until a machine out of service has its drums loaded again, s.
    pub reload_s: u64,
    /// Flip-flop, 1 to 4, that a standby's program sets when it has everything: without it nothing
    /// planned is done. None given: it is not asked for.
    pub ready: Option<u8>,
    /// When the daily switchover is, from the beginning of the run and each day after.
    #[serde(with = "optional_span_text")]
    pub daily: Option<Span>,
    /// A line whose main way is silent is listened to on the alternate after, s.
    pub alternate_s: u64,
    /// Faults built in.
    pub planted: Vec<Planted>,
}

impl Default for SwitchDescription {
    fn default() -> SwitchDescription {
        SwitchDescription {
            automatic: true,
            relays_ms: 150,
            start_over_s: 20,
            reload_s: 60,
            ready: None,
            daily: None,
            alternate_s: 5,
            planted: Vec::new(),
        }
    }
}

/// A direction center beside this one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NeighbourDescription {
    /// Its name.
    pub name: String,
    /// Its letter in track numbers.
    pub letter: String,
    /// Its number in crosstell, 0 to 31.
    pub sector: u8,
    /// Where its plane touches the earth.
    pub centre: Place,
    /// Where its building stands.
    pub building: Place,
}

/// A base of interceptors or missiles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseDescription {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub place: Place,
    /// Type of its weapons.
    pub weapons: String,
    /// How many.
    pub count: u8,
}

/// What fails together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommonCause {
    /// Machines.
    #[serde(default)]
    pub machines: Vec<Machine>,
    /// Radar sites, by their site names.
    #[serde(default)]
    pub radars: Vec<String>,
}

/// What hangs on one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// A radar by its place in the list, over its main or alternate line.
    Radar {
        /// Place in the list.
        radar: u8,
        /// The second way.
        alternate: bool,
    },
    /// A gap filler by its place in the list.
    GapFiller(u8),
    /// A neighbour by its place in the list.
    Neighbour(u8),
    /// A base by its place in the list.
    Base(u8),
    /// The ground-air site of the data link.
    DataLink,
}

/// Channels a site can number.
const CHANNELS: u8 = 63;
/// Bases, radars and gap fillers that the tables of a program have room for.
const BASES: usize = 24;
const RADARS: usize = 32;
const GAP_FILLERS: usize = 16;
/// An antenna stands on the ground, feet above the sea.
const ANTENNA_FT: RangeInclusive<f64> = 0.0..=15_000.0;

impl CenterDescription {
    /// The sector plane.
    pub fn plane(&self) -> Plane {
        Plane::at(self.centre)
    }

    /// The sector on the plane.
    pub fn zone(&self) -> Zone {
        let plane = self.plane();
        let corners = self.boundary.iter().map(|corner| plane.project(*corner));
        let others = self.neighbours.iter().map(|n| plane.project(n.centre));
        Zone {
            corners: corners.collect(),
            others: others.collect(),
        }
    }

    /// The type of a base's weapons.
    pub fn weapons_of(&self, base: &BaseDescription) -> Option<&weapon::Performance> {
        self.weapons.iter().find(|kind| kind.name == base.weapons)
    }

    /// Channel of the first weapon of each base; the others of it follow. All interceptors come
    /// first, then all missiles.
    pub fn first_channels(&self) -> Vec<u8> {
        let mut first = vec![0; self.bases.len()];
        let mut next = 1;
        for missile in [false, true] {
            for (number, base) in self.bases.iter().enumerate() {
                if self
                    .weapons_of(base)
                    .is_some_and(|kind| kind.missile == missile)
                {
                    first[number] = next;
                    next += base.count;
                }
            }
        }
        first
    }

    /// What hangs on each line, by its number.
    pub fn ends(&self) -> Vec<End> {
        let mut ends = Vec::new();
        for (radar, description) in (0..).zip(&self.radars) {
            let end = |alternate| End::Radar { radar, alternate };
            ends.push(end(false));
            if description.alternate {
                ends.push(end(true));
            }
        }
        let numbers = |count: usize| 0..count.min(255) as u8;
        ends.extend(numbers(self.gap_fillers.len()).map(End::GapFiller));
        ends.extend(numbers(self.neighbours.len()).map(End::Neighbour));
        ends.extend(numbers(self.bases.len()).map(End::Base));
        if !self.bases.is_empty() {
            ends.push(End::DataLink);
        }
        ends
    }

    /// The names of its lines, by their numbers.
    pub fn lines(&self) -> Vec<String> {
        let name = |end: End| match end {
            End::Radar { radar, alternate } => {
                let way = if alternate { "alternate" } else { "main" };
                format!("{} {way}", self.radars[usize::from(radar)].site)
            }
            End::GapFiller(n) => self.gap_fillers[usize::from(n)].name.clone(),
            End::Neighbour(n) => self.neighbours[usize::from(n)].name.clone(),
            End::Base(n) => self.bases[usize::from(n)].name.clone(),
            End::DataLink => "data link".to_string(),
        };
        self.ends().into_iter().map(name).collect()
    }

    /// What loses power together.
    pub fn buses(&self) -> Vec<CommonCause> {
        stated_or_each(&self.power_buses)
    }

    /// What becomes too hot together.
    pub fn cooling(&self) -> Vec<CommonCause> {
        stated_or_each(&self.air_conditioners)
    }

    /// Why this kind of site has no such fault; none if it has.
    pub fn refuses(&self, fault: &Fault) -> Option<String> {
        let kind = fault.kind();
        if !kind.is_at(SitePlace::Direction) {
            let place = kind.place;
            return Some(format!(
                "{} can hit only {place}, and this is none",
                kind.name
            ));
        }
        let numbered = |what: &str, number: u8, count: usize| {
            let most = count.saturating_sub(1);
            (usize::from(number) >= count).then(|| match count {
                0 => format!("the center has no {what}s"),
                _ => format!("there is no {what} {number}; expected 0 to {most}"),
            })
        };
        match fault {
            Fault::OperatorError {
                switch: WrongSwitch::Unit(_),
            } => Some("a direction center has no drums or disks that both machines share".into()),
            Fault::Line(fault) => numbered("line", fault.line, self.ends().len()),
            Fault::RadarOut { radar } => numbered("radar", *radar, self.radars.len()),
            Fault::PowerBus { bus, .. } => numbered("power bus", *bus, self.buses().len()),
            Fault::AirConditioning { unit, .. } => {
                numbered("air conditioner", *unit, self.cooling().len())
            }
            Fault::Trench { trench, .. } => numbered("trench", *trench, self.trenches.len()),
            Fault::LyingLightGun { console } => {
                let known = self.consoles.iter().any(|c| c.number == *console);
                (!known).then(|| format!("there is no console {console}"))
            }
            _ => None,
        }
    }

    /// Everything that is wrong with it although its shape is right; empty when a center can be
    /// built from it.
    pub fn validate(&self) -> Vec<Mistake> {
        let mut found = Mistakes::default();
        let models = (self.machine.model.as_str(), MODEL);
        found.head(self.format, &self.name, models, &self.machine.programs);
        self.validate_machine(&mut found);
        self.validate_places(&mut found);
        self.validate_radars(&mut found);
        self.validate_weapons(&mut found);
        self.validate_consoles(&mut found);
        self.validate_causes(&mut found);
        found.0
    }

    fn validate_machine(&self, found: &mut Mistakes) {
        if !is_letter(&self.letter) {
            found.add(&["letter"], "expected one letter A to Z");
        }
        if self.sector > 31 {
            found.add(&["sector"], "expected 0 to 31, five bits of crosstell");
        }
        let switch = &self.switch;
        if !(1..=10_000).contains(&switch.relays_ms) {
            found.add(&["switch", "relays_ms"], "expected 1 to 10000");
        }
        for (name, seconds) in [
            ("start_over_s", switch.start_over_s),
            ("reload_s", switch.reload_s),
            ("alternate_s", switch.alternate_s),
        ] {
            if !(1..=86_400).contains(&seconds) {
                found.add(&["switch", name], "expected 1 to 86400");
            }
        }
        if switch.ready.is_some_and(|n| !(1..=4).contains(&n)) {
            found.add(&["switch", "ready"], "expected 1 to 4");
        }
        let day = Span::from_secs(86_400);
        if switch.daily.is_some_and(|daily| daily >= day) {
            found.add(&["switch", "daily"], "expected less than 24h");
        }
    }

    fn validate_places(&self, found: &mut Mistakes) {
        if !(-60.0..=80.0).contains(&self.centre.north) || !self.centre.west.is_finite() {
            found.add(&["centre", "north"], "expected a latitude of -60 to 80");
            return;
        }
        let plane = self.plane();
        let mut near = |path: &[&str], place: Place| {
            let (x, y) = plane.project(place);
            if !(x.is_finite() && y.is_finite() && x.abs() < 511.0 && y.abs() < 511.0) {
                found.add(
                    path,
                    "expected a place within 511 n.mi of the centre, each way",
                );
            }
        };
        near(&["building"], self.building);
        for (n, corner) in self.boundary.iter().enumerate() {
            near(&["boundary", &n.to_string()], *corner);
        }
        for (n, radar) in self.radars.iter().enumerate() {
            near(&["radars", &n.to_string(), "place"], radar.place);
        }
        for (n, set) in self.gap_fillers.iter().enumerate() {
            near(&["gap_fillers", &n.to_string(), "place"], set.place);
        }
        for (n, base) in self.bases.iter().enumerate() {
            near(&["bases", &n.to_string(), "place"], base.place);
        }
        match self.boundary.len() {
            0 => {}
            1 | 2 => found.add(&["boundary"], "expected at least three corners"),
            3..=16 => {
                if let Some(corner) = self.zone().bends_inward() {
                    let path = ["boundary", &corner.to_string()];
                    found.add(
                        &path,
                        "expected corners in order around a sector without dents",
                    );
                }
            }
            _ => found.add(&["boundary"], "expected at most 16 corners"),
        }
        if !(0.0..=100_000.0).contains(&self.default_height_ft) {
            found.add(&["default_height_ft"], "expected 0 to 100000 feet");
        }
    }

    fn validate_radars(&self, found: &mut Mistakes) {
        let mut channels = Once::default();
        let mut sites = Once::default();
        for (n, radar) in self.radars.iter().enumerate() {
            let n = n.to_string();
            let at = |field: &'static str| ["radars".to_string(), n.clone(), field.to_string()];
            if !(1..=CHANNELS).contains(&radar.channel) {
                found.at(at("channel"), format!("expected 1 to {CHANNELS}"));
            }
            channels.take(found, at("channel"), radar.channel.to_string(), "channel");
            sites.take(found, at("site"), radar.site.clone(), "site");
            if !(1..=2).contains(&radar.field) {
                found.at(at("field"), "expected 1 or 2");
            }
            if !ANTENNA_FT.contains(&radar.height_ft) {
                found.at(at("height_ft"), "expected 0 to 15000 feet");
            }
            let p = &radar.performance;
            let part = |field: &'static str| {
                let [a, b, _] = at("");
                vec![a, b, "performance".to_string(), field.to_string()]
            };
            let mut ranged = |field, value: f64, least: f64, most: f64| {
                if !(least..=most).contains(&value) {
                    found.at(part(field), format!("expected {least} to {most}"));
                }
            };
            ranged("rpm", p.rpm.into(), 1.0, 20.0);
            ranged("blip_percent", p.blip_percent, 0.0, 100.0);
            ranged("beacon_percent", p.beacon_percent, 0.0, 100.0);
            ranged("none_nmi", p.none_nmi, 1.0, 500.0);
            ranged("full_nmi", p.full_nmi, 0.0, p.none_nmi.min(500.0));
            ranged("range_error_nmi", p.range_error_nmi, 0.0, 10.0);
            ranged("azimuth_error_deg", p.azimuth_error_deg, 0.0, 10.0);
            ranged("false_alarms", p.false_alarms, 0.0, 10_000.0);
            ranged("jammed_deg", p.jammed_deg, 0.0, 180.0);
            ranged("burn_through_nmi", p.burn_through_nmi, 0.0, 500.0);
            ranged("height_error_ft", p.height_error_ft, 0.0, 50_000.0);
            // The delay a report carries has eight bits of 1/32 s: 195 reports of 53 bits.
            ranged("queue", p.queue.into(), 1.0, 180.0);
        }
        let mut numbers = Once::default();
        for (n, set) in self.gap_fillers.iter().enumerate() {
            let n = n.to_string();
            let at =
                |field: &'static str| ["gap_fillers".to_string(), n.clone(), field.to_string()];
            if set.number == 0 {
                found.at(at("number"), "expected 1 to 255");
            }
            numbers.take(found, at("number"), set.number.to_string(), "number");
            if !ANTENNA_FT.contains(&set.height_ft) {
                found.at(at("height_ft"), "expected 0 to 15000 feet");
            }
            if !(1..=20).contains(&set.rpm) {
                found.at(at("rpm"), "expected 1 to 20");
            }
            if !(0.0..=100.0).contains(&set.blip_percent) {
                found.at(at("blip_percent"), "expected 0 to 100");
            }
            if !(0.0..=10_000.0).contains(&set.false_alarms) {
                found.at(at("false_alarms"), "expected 0 to 10000");
            }
        }
        let (mut sectors, mut letters) = (Once::default(), Once::default());
        sectors.names.push(self.sector.to_string());
        letters.names.push(self.letter.clone());
        for (n, neighbour) in self.neighbours.iter().enumerate() {
            let n = n.to_string();
            let at = |field: &'static str| ["neighbours".to_string(), n.clone(), field.to_string()];
            if neighbour.sector > 31 {
                found.at(at("sector"), "expected 0 to 31, five bits of crosstell");
            }
            sectors.take(found, at("sector"), neighbour.sector.to_string(), "sector");
            if !is_letter(&neighbour.letter) {
                found.at(at("letter"), "expected one letter A to Z");
            }
            letters.take(found, at("letter"), neighbour.letter.clone(), "letter");
        }
        if self.neighbours.len() > 8 {
            found.add(
                &["neighbours"],
                "expected at most 8, the lines of crosstell",
            );
        }
        if self.radars.len() > RADARS {
            found.add(&["radars"], format!("expected at most {RADARS} radars"));
        }
        if self.gap_fillers.len() > GAP_FILLERS {
            let message = format!("expected at most {GAP_FILLERS} gap fillers");
            found.add(&["gap_fillers"], message);
        }
    }

    fn validate_weapons(&self, found: &mut Mistakes) {
        for (n, kind) in self.weapons.iter().enumerate() {
            let n = n.to_string();
            let mut ranged = |field: &'static str, value: f64, least: f64, most: f64| {
                if !(least..=most).contains(&value) {
                    found.add(
                        &["weapons", &n, field],
                        format!("expected {least} to {most}"),
                    );
                }
            };
            ranged("cruise_kn", kind.cruise_kn, 150.0, 2_550.0);
            ranged(
                "dash_kn",
                kind.dash_kn,
                kind.cruise_kn.min(2_550.0),
                2_550.0,
            );
            ranged("ceiling_ft", kind.ceiling_ft, 1_000.0, 100_000.0);
            ranged("climb_ft_s", kind.climb_ft_s, 1.0, 5_000.0);
            ranged("turn_deg_s", kind.turn_deg_s, 0.1, 45.0);
            ranged("endurance_s", kind.endurance_s as f64, 1.0, 86_400.0);
            ranged("sees_nmi", kind.sees_nmi, 0.0, 200.0);
            ranged("hits_percent", kind.hits_percent.into(), 0.0, 100.0);
        }
        for (n, base) in self.bases.iter().enumerate() {
            let known: Vec<&str> = self.weapons.iter().map(|kind| kind.name.as_str()).collect();
            if !known.contains(&base.weapons.as_str()) {
                let expected = crate::source::one_of(&known);
                let message = format!("no type of weapon has this name; expected {expected}");
                found.add(&["bases", &n.to_string(), "weapons"], message);
            }
            if base.count == 0 {
                found.add(&["bases", &n.to_string(), "count"], "expected at least 1");
            }
        }
        let count: usize = self.bases.iter().map(|base| usize::from(base.count)).sum();
        if count > usize::from(CHANNELS) {
            found.add(
                &["bases"],
                format!("{count} weapons; expected at most {CHANNELS}, their channels"),
            );
        }
        if self.bases.len() > BASES {
            found.add(&["bases"], format!("expected at most {BASES} bases"));
        }
    }

    fn validate_consoles(&self, found: &mut Mistakes) {
        let mut numbers = Once::default();
        for (n, console) in self.consoles.iter().enumerate() {
            let n = n.to_string();
            let at = |field: &'static str| ["consoles".to_string(), n.clone(), field.to_string()];
            if !(1..=128).contains(&console.number) {
                found.at(at("number"), "expected 1 to 128");
            }
            numbers.take(found, at("number"), console.number.to_string(), "number");
            for (field, message) in console.settings.mistakes() {
                let [a, b, _] = at("");
                found.at([a, b, "settings".to_string(), field.to_string()], message);
            }
        }
    }

    fn validate_causes(&self, found: &mut Mistakes) {
        let sites: Vec<&str> = self
            .radars
            .iter()
            .map(|radar| radar.site.as_str())
            .collect();
        for (list, causes) in [
            ("power_buses", &self.power_buses),
            ("air_conditioners", &self.air_conditioners),
        ] {
            for (n, cause) in causes.iter().enumerate() {
                for (r, radar) in cause.radars.iter().enumerate() {
                    if !sites.contains(&radar.as_str()) {
                        let expected = crate::source::one_of(&sites);
                        let path = [list, &n.to_string(), "radars", &r.to_string()];
                        found.add(&path, format!("no such radar site; expected {expected}"));
                    }
                }
            }
        }
        let lines = self.lines();
        for (n, trench) in self.trenches.iter().enumerate() {
            for (l, line) in trench.iter().enumerate() {
                if !lines.contains(line) {
                    let near = crate::source::nearest(line, &lines);
                    let hint = near.map_or(String::new(), |n| format!("; did you mean {n:?}?"));
                    let path = ["trenches", &n.to_string(), &l.to_string()];
                    found.add(&path, format!("no such line{hint}"));
                }
            }
        }
    }
}

fn stated_or_each(stated: &[CommonCause]) -> Vec<CommonCause> {
    if !stated.is_empty() {
        return stated.to_vec();
    }
    let each = |machine| CommonCause {
        machines: vec![machine],
        radars: Vec::new(),
    };
    Machine::BOTH.map(each).into()
}

fn is_letter(text: &str) -> bool {
    text.len() == 1 && text.bytes().all(|b| b.is_ascii_uppercase())
}

/// Names that may stand once.
#[derive(Default)]
struct Once {
    names: Vec<String>,
}

impl Once {
    fn take(&mut self, found: &mut Mistakes, path: [String; 3], name: String, what: &str) {
        if self.names.contains(&name) {
            found.at(path, format!("{what} {name} is another's already"));
        }
        self.names.push(name);
    }
}
