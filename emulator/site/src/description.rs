//! What a site file says about the building: how many machines' worth of equipment, how fast, and
//! how long people and relays take.
//!
//! A site of 1964 was ordered from a catalogue; every figure here that the catalogue or the
//! literature gives is the default, and every one of ours can be changed in the file.
//!
//! ```ron
//! (format: 1, name: "tiny",
//!  machine: (programs: ["programs/pulse.fap"]),
//!  drums: (units: 2, formats: [(first_track: 0, records: 5, words: 80)]),
//!  interchanges: [(name: "Elm Street", line: 0, address: 1, sets: 3)])
//! ```
//!
//! Mistakes the shape of the file cannot show (a line that does not exist, records that do not fit
//! their track) are found by [`SiteDescription::validate`], each with its place in the file.

use std::collections::BTreeMap;

use clock::time::span_text;
use clock::{Span, Stream};
use device::communication_network::{CommunicationOptions, InterchangeOptions};
use device::file_control::Unit;
use device::geometry::{Geometry, TrackFormat};
use device::line::LineOptions;
use serde::{Deserialize, Serialize};

use crate::machine::Machine;

/// The only format of site files this program knows.
pub const FORMAT: u32 = 1;

/// A whole site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteDescription {
    /// Format of the file.
    pub format: u32,
    /// Short name, used in reports.
    pub name: String,
    /// What a visitor reads.
    #[serde(default)]
    pub title: String,
    /// What it promises of an entry.
    #[serde(default)]
    pub mode: Mode,
    /// The two machines, alike.
    pub machine: MachineDescription,
    /// The duplex switch.
    #[serde(default)]
    pub switch: SwitchDescription,
    /// The drums.
    #[serde(default)]
    pub drums: DrumDescription,
    /// The disk units.
    #[serde(default)]
    pub disks: DiskDescription,
    /// The lines.
    #[serde(default)]
    pub lines: LineDescription,
    /// Where the agent sets are.
    #[serde(default)]
    pub interchanges: Vec<InterchangeDescription>,
    /// What hangs on each power bus, by number from 0. None given: one bus for machine A and the
    /// first drum, one for B and the last.
    #[serde(default)]
    pub power_buses: Vec<CommonCause>,
    /// What each air conditioner cools, by number from 0. None given: one for machine A and the
    /// first disk unit, one for B and the last.
    #[serde(default)]
    pub air_conditioners: Vec<CommonCause>,
    /// File that says what the storage holds at first; not read here.
    #[serde(default)]
    pub files: Option<String>,
}

/// What a site promises of an entry when a machine is lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// Ours: every entry is done once or not at all, and an interchange keeps it until it is
    /// answered; every record has two copies.
    #[default]
    Hot,
    /// In the manner of the historical centre: an entry without an answer is lost, passenger
    /// records are single.
    Historical,
}

impl std::fmt::Display for Mode {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(match self {
            Mode::Hot => "hot",
            Mode::Historical => "historical",
        })
    }
}

/// Symbol of the control program that tells the mode: 0 hot, 1 historical.
pub const MODE_SYMBOL: &str = "HISTOR";

/// The machines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachineDescription {
    /// The type.
    #[serde(default = "model")]
    pub model: String,
    /// Length of a core cycle, ns.
    #[serde(default = "cycle_ns")]
    pub cycle_ns: u64,
    /// Source files, assembled in this order as one deck.
    pub programs: Vec<String>,
    /// Symbols defined for the assembly.
    #[serde(default)]
    pub parameters: BTreeMap<String, i64>,
}

fn model() -> String {
    "IBM 7090".to_string()
}

fn cycle_ns() -> u64 {
    2_180
}

/// What fails together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommonCause {
    /// Machines.
    #[serde(default)]
    pub machines: Vec<Machine>,
    /// Drums and disk units.
    #[serde(default)]
    pub units: Vec<Unit>,
}

/// A fault built into the equipment, to try the judges with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Planted {
    /// The relays of the machine that is switched out stay closed.
    NoFencing,
}

/// The duplex switch and the people around it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SwitchDescription {
    /// Silence of the active machine's heartbeat after which the alarm stands, ms.
    pub silence_alarm_ms: u64,
    /// Time the relays take, ms.
    pub relays_ms: u64,
    /// Time until a stopped machine is loaded from its deck, s.
    pub reload_s: u64,
    /// The people who move the active role by hand when the alarm stands; without them it moves
    /// by itself.
    pub operators: Option<OperatorsDescription>,
    /// Faults built in.
    pub planted: Vec<Planted>,
}

/// The people at the switch panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorsDescription {
    /// From the alarm until they have thrown the switch.
    pub throw_after: Delay,
    /// The standby does other work until then: with the switch they press its LOAD DRUM key, which
    /// brings the program into its core.
    #[serde(default)]
    pub load_drum: bool,
}

/// How long somebody takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delay {
    /// Always as long.
    Fixed(#[serde(with = "span_text")] Span),
    /// Drawn each time, every nanosecond from the first to before the second equally likely.
    Drawn(
        #[serde(with = "span_text")] Span,
        #[serde(with = "span_text")] Span,
    ),
}

impl Delay {
    /// The next one.
    pub fn draw(self, stream: &mut Stream) -> Span {
        match self {
            Delay::Fixed(span) => span,
            Delay::Drawn(least, most) => least + Span(stream.below((most - least).0)),
        }
    }
}

impl Default for SwitchDescription {
    fn default() -> Self {
        SwitchDescription {
            silence_alarm_ms: 500,
            relays_ms: 150,
            reload_s: 30,
            operators: None,
            planted: Vec::new(),
        }
    }
}

/// The drums, half of them on channel A, half on B.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DrumDescription {
    /// How many.
    pub units: u8,
    /// Tracks on each.
    pub tracks: u16,
    /// Layout of the tracks.
    pub formats: Vec<TrackFormat>,
    /// How long before a sought record attention rises, microseconds.
    pub lead_us: u64,
}

impl Default for DrumDescription {
    fn default() -> Self {
        DrumDescription {
            units: 2,
            tracks: 400,
            formats: one_format(),
            lead_us: 600,
        }
    }
}

/// The disk units, half of them on channel C, half on D.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DiskDescription {
    /// How many.
    pub units: u8,
    /// Accesses of each, every one with its own arms and tracks.
    pub accesses: u8,
    /// Tracks of each access, 40 to the cylinder.
    pub tracks: u16,
    /// Layout of the tracks.
    pub formats: Vec<TrackFormat>,
    /// How long before a sought record attention rises, microseconds.
    pub lead_us: u64,
}

impl Default for DiskDescription {
    fn default() -> Self {
        DiskDescription {
            units: 2,
            accesses: 2,
            tracks: 10_000,
            formats: one_format(),
            lead_us: 900,
        }
    }
}

fn one_format() -> Vec<TrackFormat> {
    vec![TrackFormat {
        first_track: 0,
        records: 5,
        words: 80,
    }]
}

/// The lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LineDescription {
    /// How many.
    pub count: u8,
    /// Bits a second, each way.
    pub bits_per_second: u32,
    /// One way, ms.
    pub propagation_ms: u64,
    /// From a poll's end to the reply's beginning, ms.
    pub turn_round_ms: u64,
    /// A poll without reply is given up after, ms.
    pub reply_time_out_ms: u64,
    /// Without a go-ahead so long, an interchange's sets are locked, ms.
    pub not_available_after_ms: u64,
    /// An entry without complete answer is sent again after, s.
    pub resend_after_s: u64,
    /// An entry waiting longer than this counts as time without the system, s.
    pub waiting_counts_after_s: u64,
}

impl Default for LineDescription {
    fn default() -> Self {
        LineDescription {
            count: 1,
            bits_per_second: 2_400,
            propagation_ms: 5,
            turn_round_ms: 25,
            reply_time_out_ms: 150,
            not_available_after_ms: 2_000,
            resend_after_s: 10,
            waiting_counts_after_s: 5,
        }
    }
}

/// One terminal interchange and its agent sets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterchangeDescription {
    /// Name of the office.
    pub name: String,
    /// Number of its line, from 0.
    pub line: u8,
    /// Its address on the line.
    pub address: u8,
    /// How many sets.
    pub sets: u8,
}

/// A mistake and where it is: the path of field names and element numbers in the file.
pub type Mistake = (Vec<String>, String);

impl SiteDescription {
    /// Number of agent sets.
    pub fn sets(&self) -> usize {
        self.interchanges.iter().map(|i| usize::from(i.sets)).sum()
    }

    /// What hangs on each power bus.
    pub fn power_buses(&self) -> Vec<CommonCause> {
        stated_or(&self.power_buses, self.drums.units, Unit::Drum)
    }

    /// What each air conditioner cools.
    pub fn cooling(&self) -> Vec<CommonCause> {
        stated_or(&self.air_conditioners, self.disks.units, Unit::Disk)
    }

    /// Size and speed of a drum.
    pub fn drum_geometry(&self) -> Geometry {
        let lead = Span::from_micros(self.drums.lead_us);
        Geometry::drum(self.drums.tracks, lead, self.drums.formats.clone())
    }

    /// Size and speed of a disk module.
    pub fn disk_geometry(&self) -> Geometry {
        let lead = Span::from_micros(self.disks.lead_us);
        Geometry::disk(
            self.disks.accesses,
            self.disks.tracks,
            lead,
            self.disks.formats.clone(),
        )
    }

    /// What the communication network is made of.
    pub fn communication(&self) -> CommunicationOptions {
        let lines = &self.lines;
        let line = LineOptions {
            bits_per_second: lines.bits_per_second,
            propagation: Span::from_millis(lines.propagation_ms),
            turn_round: Span::from_millis(lines.turn_round_ms),
        };
        let mut options = CommunicationOptions {
            lines: vec![line; usize::from(lines.count)],
            interchanges: (self.interchanges.iter())
                .map(|i| InterchangeOptions {
                    line: i.line,
                    address: i.address,
                    sets: i.sets,
                })
                .collect(),
            reply_time_out: Span::from_millis(lines.reply_time_out_ms),
            ..CommunicationOptions::default()
        };
        options.sets.not_available_after = Span::from_millis(lines.not_available_after_ms);
        options.sets.resend_after = Span::from_secs(lines.resend_after_s);
        options.sets.waiting_counts_after = Span::from_secs(lines.waiting_counts_after_s);
        options.sets.keeps_entries = self.mode == Mode::Hot;
        options
    }

    /// Everything that is wrong with it although its shape is right; empty when a site can be
    /// built from it.
    pub fn validate(&self) -> Vec<Mistake> {
        let mut found = Mistakes::default();
        let models = (self.machine.model.as_str(), &*model());
        found.head(self.format, &self.name, models, &self.machine.programs);
        self.validate_machine(&mut found);
        self.validate_storage(&mut found);
        self.validate_lines(&mut found);
        found.0
    }

    fn validate_machine(&self, found: &mut Mistakes) {
        if self.machine.cycle_ns != cycle_ns() {
            let message = "expected 2180, the core cycle of a 7090".to_string();
            found.add(&["machine", "cycle_ns"], message);
        }
        for name in self.machine.parameters.keys() {
            let letters = name.bytes().any(|b| b.is_ascii_uppercase());
            let good = name
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
            if !letters || !good || name.len() > 6 {
                let message = "expected a symbol of 1 to 6 capital letters and digits";
                found.add(&["machine", "parameters", name], message.to_string());
            }
        }
        let switch = &self.switch;
        let silence = switch.silence_alarm_ms;
        found.within(&["switch", "silence_alarm_ms"], silence, 1, 600_000);
        found.within(&["switch", "relays_ms"], switch.relays_ms, 1, 60_000);
        found.within(&["switch", "reload_s"], switch.reload_s, 1, 86_400);
        self.validate_operators(found);
    }

    fn validate_operators(&self, found: &mut Mistakes) {
        let Some(operators) = &self.switch.operators else {
            if self.mode == Mode::Historical {
                let message = "in mode Historical somebody throws the switch: expected \
                               operators: (throw_after: Drawn(\"20s\", \"90s\"))";
                found.add(&["switch"], message.to_string());
            }
            return;
        };
        let most = Span::from_secs(3600);
        let message = match operators.throw_after {
            Delay::Fixed(span) | Delay::Drawn(_, span) if span > most => {
                format!("expected at most {most}, found {span}")
            }
            Delay::Drawn(least, most) if least >= most => {
                format!("expected the shorter time first, found {least} and {most}")
            }
            _ => return,
        };
        found.add(&["switch", "operators", "throw_after"], message);
    }

    fn validate_storage(&self, found: &mut Mistakes) {
        let (drums, disks) = (&self.drums, &self.disks);
        found.within(&["drums", "units"], drums.units.into(), 1, 6);
        found.within(&["drums", "tracks"], drums.tracks.into(), 1, 400);
        found.within(&["drums", "lead_us"], drums.lead_us, 100, 10_000);
        found.within(&["disks", "units"], disks.units.into(), 0, 16);
        found.within(&["disks", "accesses"], disks.accesses.into(), 1, 2);
        found.within(&["disks", "tracks"], disks.tracks.into(), 1, 10_000);
        found.within(&["disks", "lead_us"], disks.lead_us, 100, 20_000);
        let causes = [
            ("power_buses", &self.power_buses),
            ("air_conditioners", &self.air_conditioners),
        ];
        for (field, causes) in causes {
            found.within(&[field], causes.len() as u64, 0, 16);
            for (n, cause) in causes.iter().enumerate() {
                for (m, unit) in cause.units.iter().enumerate() {
                    let there = match *unit {
                        Unit::Drum(number) => number < drums.units,
                        Unit::Disk(number) => number < disks.units,
                    };
                    if !there {
                        let path = [field, &n.to_string(), "units", &m.to_string()];
                        found.add(&path, format!("the site has no {unit}"));
                    }
                }
            }
        }
        let geometries = [
            ("drums", self.drum_geometry()),
            ("disks", self.disk_geometry()),
        ];
        for (name, geometry) in geometries {
            for (n, message) in geometry.mistakes() {
                found.add(&[name, "formats", &n.to_string()], message);
            }
        }
    }

    fn validate_lines(&self, found: &mut Mistakes) {
        let lines = &self.lines;
        found.within(&["lines", "count"], lines.count.into(), 1, 9);
        let rate = lines.bits_per_second.into();
        found.within(&["lines", "bits_per_second"], rate, 50, 100_000);
        found.within(&["lines", "propagation_ms"], lines.propagation_ms, 0, 1_000);
        found.within(&["lines", "turn_round_ms"], lines.turn_round_ms, 0, 10_000);
        let times = [
            ("reply_time_out_ms", lines.reply_time_out_ms, 3_600_000),
            (
                "not_available_after_ms",
                lines.not_available_after_ms,
                3_600_000,
            ),
            ("resend_after_s", lines.resend_after_s, 86_400),
            (
                "waiting_counts_after_s",
                lines.waiting_counts_after_s,
                86_400,
            ),
        ];
        for (name, value, most) in times {
            found.within(&["lines", name], value, 1, most);
        }
        let mut names = BTreeMap::new();
        let mut addresses = BTreeMap::new();
        for (n, interchange) in self.interchanges.iter().enumerate() {
            let place = n.to_string();
            let at = |field| ["interchanges", place.as_str(), field];
            if interchange.line >= lines.count {
                let message = format!(
                    "there is no line {}; the site has {}",
                    interchange.line, lines.count
                );
                found.add(&at("line"), message);
            }
            found.within(&at("address"), interchange.address.into(), 0, 63);
            found.within(&at("sets"), interchange.sets.into(), 1, 30);
            if let Some(first) = names.insert(interchange.name.as_str(), n) {
                let message = format!("interchange {first} has the same name");
                found.add(&at("name"), message);
            }
            let address = (interchange.line, interchange.address);
            if let Some(first) = addresses.insert(address, n) {
                let message = format!("interchange {first} has the same address on this line");
                found.add(&at("address"), message);
            }
        }
    }
}

/// The causes stated, or one for each machine with the first and the last of so many units.
fn stated_or(stated: &[CommonCause], count: u8, unit: fn(u8) -> Unit) -> Vec<CommonCause> {
    if !stated.is_empty() {
        return stated.to_vec();
    }
    let numbers = [(Machine::A, 0), (Machine::B, count.saturating_sub(1))];
    let cause = |(machine, number)| CommonCause {
        machines: vec![machine],
        units: (number < count).then(|| unit(number)).into_iter().collect(),
    };
    numbers.map(cause).into()
}

/// What is found wrong with a description.
#[derive(Default)]
pub(crate) struct Mistakes(pub Vec<Mistake>);

impl Mistakes {
    /// At a path of names.
    pub fn add(&mut self, path: &[&str], message: impl Into<String>) {
        self.at(path.iter().map(|step| step.to_string()), message);
    }

    /// At a path.
    pub fn at(&mut self, path: impl IntoIterator<Item = String>, message: impl Into<String>) {
        self.0.push((path.into_iter().collect(), message.into()));
    }

    /// Any kind of site: its format is known, its machine is `model` and has programs.
    pub fn head(&mut self, format: u32, name: &str, model: (&str, &str), programs: &[String]) {
        if format != FORMAT {
            let message =
                format!("format {format} is not known; this duplex reads format {FORMAT}");
            self.add(&["format"], message);
        }
        if name.trim().is_empty() {
            self.add(&["name"], "expected a name");
        }
        let (found, expected) = model;
        if found != expected {
            let message = format!("expected {expected:?}, found {found:?}");
            self.add(&["machine", "model"], message);
        }
        if programs.is_empty() {
            self.add(
                &["machine", "programs"],
                "expected at least one source file",
            );
        }
    }

    fn within(&mut self, path: &[&str], value: u64, least: u64, most: u64) {
        if value < least || value > most {
            self.add(path, format!("expected {least} to {most}, found {value}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TINY: &str = r#"(format: 1, name: "tiny", machine: (programs: ["pulse.fap"]),
        interchanges: [(name: "Elm Street", line: 0, address: 1, sets: 3)])"#;

    fn tiny() -> SiteDescription {
        ron::from_str(TINY).unwrap()
    }

    #[test]
    fn a_tiny_site_is_short_and_right() {
        assert_eq!(tiny().validate(), []);
        assert_eq!(tiny().sets(), 3);
    }

    #[test]
    fn mistakes_name_their_place() {
        let mut site = tiny();
        site.format = 7;
        site.interchanges[0].line = 4;
        site.interchanges.push(site.interchanges[0].clone());
        site.drums.formats[0].words = 200;
        site.machine.parameters.insert("too long".to_string(), 1);
        let paths: Vec<String> = site
            .validate()
            .into_iter()
            .map(|(p, _)| p.join("/"))
            .collect();
        let expected = [
            "format",
            "machine/parameters/too long",
            "drums/formats/0",
            "interchanges/0/line",
            "interchanges/1/line",
            "interchanges/1/name",
            "interchanges/1/address",
        ];
        assert_eq!(paths, expected);
    }

    #[test]
    fn unknown_fields_are_refused() {
        assert!(ron::from_str::<SiteDescription>(&TINY.replace("name:", "nom:")).is_err());
    }
}
