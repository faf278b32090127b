//! The exercise script: what a run does to a site, written by people in RON.
//!
//! In a control room of 1962 a drill was a sheet of paper: who is to pull which switch at what
//! time, what the others are supposed to notice, and how many points the crew gets for it. This is
//! that sheet. It names a workload (calls by the day's profile, a list of entries, or nothing),
//! faults at fixed instants or drawn from the seed, and expectations with a name, points and text
//! in one or more languages.
//!
//! ```ron
//! (
//!     format: 1,
//!     name: "two-minutes",
//!     title: {"en": "Two minutes of a morning"},
//!     duration: "2m",
//!     workload: Calls(calls_per_day: 84000, starts_at: "10:00"),
//!     faults: [(at: Drawn("30s", "60s"), fault: FailStop(machine: Active))],
//!     expectations: [(name: "one takeover", points: 10, condition: Takeovers(1))],
//! )
//! ```
//!
//! A fault is given to the site at its instant; whether it *took effect* the site itself tells, and
//! a script with a fault that did not is void. Everything here is checked by [`Script::validate`].

use std::collections::BTreeMap;

use clock::{Span, Stream};
use serde::{Deserialize, Serialize};
use site::fault::KINDS;

/// Text for people by language code (`"en"`, `"de"`).
pub type Text = BTreeMap<String, String>;

/// The script's format this program reads.
pub const FORMAT: u32 = 1;

/// Longest exercise, virtual time.
pub const DURATION_MAX: Span = Span::from_secs(100 * 24 * 3600);

/// Calls a set takes in a day: 84,000 calls at 1,100 sets (reference Sabre 2.2).
const CALLS_A_SET_AND_DAY: u32 = 76;

/// One exercise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Format number of the file, 1.
    pub format: u32,
    /// Short name, as in reports.
    pub name: String,
    /// Title for people, by language.
    #[serde(default)]
    pub title: Text,
    /// How long entries are made, virtual time; the settling follows.
    #[serde(with = "clock::time::span_text")]
    pub duration: Span,
    /// What the agents do.
    pub workload: Workload,
    /// Time of day at which a run without calls begins, `"10:00"`.
    #[serde(default = "default_start")]
    pub starts_at: String,
    /// Faults, in any order.
    #[serde(default)]
    pub faults: Vec<OrderedFault>,
    /// Kinds of fault that come due and do nothing, so that the exercise is void: to see that it is
    /// not passed without them.
    #[serde(default)]
    pub disabled: Vec<String>,
    /// What the crew is expected to show.
    #[serde(default)]
    pub expectations: Vec<Expectation>,
    /// Longest time, after the last entry, in which what is held must be answered.
    #[serde(default = "default_settle", with = "clock::time::span_text")]
    pub settle: Span,
    /// The bounds the judges hold the site to.
    #[serde(default)]
    pub bounds: Bounds,
    /// First and last seed of a campaign that names none.
    #[serde(default)]
    pub seeds: Option<(u64, u64)>,
}

fn default_settle() -> Span {
    Span::from_secs(60)
}

/// Bounds of the judges.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bounds {
    /// Longest outage felt in an automatic takeover: from the fault to the first answer by the new
    /// active machine to an entry then waiting or entered later.
    #[serde(with = "clock::time::span_text")]
    pub outage: Span,
    /// Longest outage felt when both machines lost their core, from the return of power.
    #[serde(with = "clock::time::span_text")]
    pub startover: Span,
    /// Every entry held at a crash is answered within this.
    #[serde(with = "clock::time::span_text")]
    pub answered_within: Span,
    /// After the last repair the run goes on for so long, and what was held then is answered within
    /// it. Zero: it need not.
    #[serde(with = "clock::time::span_text")]
    pub live: Span,
    /// How often the whole of storage is checked.
    #[serde(with = "clock::time::span_text")]
    pub audit_every: Span,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            outage: Span::from_secs(5),
            startover: Span::from_secs(30),
            answered_within: Span::from_secs(20),
            live: Span::ZERO,
            audit_every: Span::from_secs(600),
        }
    }
}

/// Where entries come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Workload {
    /// Telephone calls by the day's profile, taken by the agents of the site.
    Calls {
        /// Calls in a whole day (84,000 documented for the design size).
        calls_per_day: u32,
        /// Time of day at which the run begins, `"10:00"`.
        #[serde(default = "default_start")]
        starts_at: String,
    },
    /// A list of entries: `time,set,entry` (see `entries_csv`).
    File(String),
    /// Nobody calls.
    Quiet,
}

fn default_start() -> String {
    "10:00".to_owned()
}

/// A fault and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderedFault {
    /// Its instant.
    pub at: When,
    /// What happens.
    pub fault: FaultKind,
}

/// When a fault strikes; all spans count from the begin of the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum When {
    /// At this instant.
    Fixed(#[serde(with = "clock::time::span_text")] Span),
    /// At an instant drawn from the seed, each nanosecond between the two equally likely.
    Drawn(
        #[serde(with = "clock::time::span_text")] Span,
        #[serde(with = "clock::time::span_text")] Span,
    ),
    /// After so many entries were accepted by the interchanges.
    AfterEntries(u64),
}

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

/// What is expected, for how many points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Short name.
    pub name: String,
    /// Points when met.
    #[serde(default = "default_points")]
    pub points: u32,
    /// Text for people, by language.
    #[serde(default)]
    pub text: Text,
    /// What must be so at the end.
    pub condition: Condition,
}

fn default_points() -> u32 {
    1
}

/// A condition over the run's figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Condition {
    /// At least so many sells refused for want of seats.
    Refusals(u64),
    /// At least so many waits on a held record.
    HoldWaits(u64),
    /// At least so many entries sent again by interchanges.
    SentAgain(u64),
    /// At least so many stored answers given again by the centre.
    StoredAnswersAgain(u64),
    /// Exactly so many takeovers (switchovers and startovers are not takeovers).
    Takeovers(u64),
    /// Exactly so many planned or manual switchovers.
    Switchovers(u64),
    /// No automatic takeover is felt longer than this.
    OutageAtMost(#[serde(with = "clock::time::span_text")] Span),
    /// Every entry held at a crash is answered within this.
    AnsweredWithin(#[serde(with = "clock::time::span_text")] Span),
    /// The 90th percentile of response is at most this.
    ResponseP90AtMost(#[serde(with = "clock::time::span_text")] Span),
    /// The active machine is at most so busy, per cent.
    BusyAtMost(u32),
    /// At least so many entries answered.
    Answered(u64),
}

/// A fault with everything drawn: what is given to the site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DrawnFault {
    /// Its instant; `AfterEntries` stays as it is.
    pub at: When,
    /// After that instant.
    pub after: Span,
    /// No `Choose`, `Sequence`, `Several`, `Healed`, no `Any` unit.
    pub fault: FaultKind,
    /// For `FailStopAtInstruction`: instructions after the fault's instant (0 when `Nth`).
    pub instructions_later: u64,
    /// It waits for a moment at which it can take effect.
    pub waits: bool,
    /// It is mended so long after it took effect.
    pub heals_after: Option<Span>,
}

/// A mistake of meaning: path in the file (field names and indices), message, help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// For instance `["faults", "0", "at"]`.
    pub path: Vec<String>,
    /// What is wrong.
    pub message: String,
    /// What was expected.
    pub help: String,
}

impl Script {
    /// The site's own quiet workload: ten minutes in which nobody calls.
    pub fn quiet() -> Script {
        Script {
            format: FORMAT,
            name: "quiet".to_owned(),
            title: Text::from([("en".to_owned(), "A quiet ten minutes".to_owned())]),
            duration: Span::from_secs(600),
            workload: Workload::Quiet,
            starts_at: default_start(),
            faults: Vec::new(),
            disabled: Vec::new(),
            expectations: Vec::new(),
            settle: default_settle(),
            bounds: Bounds::default(),
            seeds: None,
        }
    }

    /// An open day: the calls of an ordinary day at each set, from ten in the morning on, and
    /// nothing fails. It ends after ten years.
    pub fn open_day(sets: usize) -> Script {
        Script {
            name: "open-day".to_owned(),
            title: Text::from([("en".to_owned(), "An open day".to_owned())]),
            duration: Span::from_secs(3650 * 24 * 3600),
            workload: Workload::Calls {
                calls_per_day: CALLS_A_SET_AND_DAY * sets as u32,
                starts_at: default_start(),
            },
            ..Script::quiet()
        }
    }

    /// Everything that is wrong in meaning. `drums` and `disks` are the site's units when known.
    pub fn validate(&self, units: Option<(u8, u8)>) -> Vec<Mistake> {
        let mut found = Mistakes::default();
        if self.format != FORMAT {
            found.add(
                &["format"],
                &format!("format {} of an exercise is not known", self.format),
                "this duplex reads format 1",
            );
        }
        if self.name.is_empty() || self.name.len() > 80 {
            found.add(
                &["name"],
                "the name is empty or too long",
                "1 to 80 characters",
            );
        }
        if self.duration == Span::ZERO || self.duration > DURATION_MAX {
            found.add(
                &["duration"],
                &format!("an exercise cannot last {}", self.duration),
                "more than 0 and at most 31 days",
            );
        }
        if self.settle > Span::from_secs(3600) {
            found.add(&["settle"], "the settling time is too long", "at most 1h");
        }
        if self.bounds.live > Span::from_secs(3600) {
            found.add(
                &["bounds", "live"],
                "the run cannot go on so long after a repair",
                "at most 1h",
            );
        }
        if self.bounds.audit_every < Span::from_secs(1) {
            found.add(
                &["bounds", "audit_every"],
                "storage cannot be checked so often",
                "at least 1s",
            );
        }
        if let Some((first, last)) = self.seeds
            && first > last
        {
            found.add(
                &["seeds"],
                &format!("there is no seed from {first} to {last}"),
                "the first seed and the last, such as (1, 50)",
            );
        }
        self.validate_workload(&mut found);
        for (index, ordered) in self.faults.iter().enumerate() {
            let at = index.to_string();
            self.validate_when(&ordered.at, &["faults", &at, "at"], &mut found);
            validate_fault(
                &ordered.fault,
                &["faults".into(), at.clone(), "fault".into()],
                units,
                0,
                &mut found,
            );
        }
        for (index, name) in self.disabled.iter().enumerate() {
            if !KINDS.iter().any(|kind| kind.name == name) {
                let known: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
                found.add(
                    &["disabled", &index.to_string()],
                    &format!("there is no kind of fault \"{name}\""),
                    &known.join(", "),
                );
            }
        }
        let mut names = BTreeMap::new();
        for (index, expectation) in self.expectations.iter().enumerate() {
            let at = index.to_string();
            if expectation.name.is_empty() {
                found.add(
                    &["expectations", &at, "name"],
                    "an expectation needs a name",
                    "a short text",
                );
            }
            if let Some(first) = names.insert(expectation.name.clone(), index) {
                found.add(
                    &["expectations", &at, "name"],
                    &format!(
                        "the name \"{}\" is taken by expectation {first}",
                        expectation.name
                    ),
                    "each expectation has a name of its own",
                );
            }
            if let Condition::BusyAtMost(percent) = expectation.condition
                && percent > 100
            {
                found.add(
                    &["expectations", &at, "condition"],
                    "no machine is more than 100 % busy",
                    "0 to 100",
                );
            }
        }
        found.0
    }

    /// Minute of the day at which the run begins.
    pub fn start_minute(&self) -> u32 {
        let starts_at = match &self.workload {
            Workload::Calls { starts_at, .. } => starts_at,
            Workload::File(_) | Workload::Quiet => &self.starts_at,
        };
        minute_of_day(starts_at).unwrap_or(600)
    }

    fn validate_workload(&self, found: &mut Mistakes) {
        match &self.workload {
            Workload::Calls {
                calls_per_day,
                starts_at,
            } => {
                if *calls_per_day > 2_000_000 {
                    found.add(
                        &["workload", "calls_per_day"],
                        &format!("{calls_per_day} calls a day are too many"),
                        "at most 2000000",
                    );
                }
                if minute_of_day(starts_at).is_none() {
                    found.add(
                        &["workload", "starts_at"],
                        &format!("\"{starts_at}\" is no time of day"),
                        "hours and minutes, such as \"10:00\"",
                    );
                }
            }
            _ if minute_of_day(&self.starts_at).is_none() => {
                found.add(
                    &["starts_at"],
                    &format!("\"{}\" is no time of day", self.starts_at),
                    "hours and minutes, such as \"10:00\"",
                );
            }
            Workload::File(name) if name.is_empty() => {
                found.add(
                    &["workload"],
                    "the file name is empty",
                    "the path of a CSV file beside the script",
                );
            }
            Workload::File(_) | Workload::Quiet => {}
        }
    }

    fn validate_when(&self, when: &When, path: &[&str], found: &mut Mistakes) {
        match when {
            When::Fixed(at) if *at > self.duration => found.add(
                path,
                &format!(
                    "the fault is due at {at}, after the exercise's {}",
                    self.duration
                ),
                "an instant within the duration",
            ),
            When::Drawn(from, to) if from >= to => found.add(
                path,
                &format!("no instant lies from {from} to {to}"),
                "two spans, the first less than the second",
            ),
            When::Drawn(_, to) if *to > self.duration => found.add(
                path,
                &format!(
                    "the fault may be drawn as late as {to}, after the exercise's {}",
                    self.duration
                ),
                "instants within the duration",
            ),
            _ => {}
        }
    }

    /// Draws everything the script leaves to the seed; one stream a fault, so that a fault added
    /// at the end moves no other. `drums` and `disks` are the numbers of the site's units.
    pub fn draw_faults(&self, seed: u64, drums: u8, disks: u8) -> Vec<DrawnFault> {
        let mut drawn = Vec::new();
        for (index, ordered) in self.faults.iter().enumerate() {
            let mut drawing = Drawing {
                stream: Stream::new(seed, &format!("script/fault/{index}")),
                units: (drums, disks),
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
        drawn
    }
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
}

struct Drawing<'a> {
    stream: Stream,
    units: (u8, u8),
    drawn: &'a mut Vec<DrawnFault>,
}

impl Drawing<'_> {
    fn draw(&mut self, fault: &FaultKind, at: &When, mode: Mode) {
        let mut fault = fault.clone();
        let mut instructions_later = 0;
        match &mut fault {
            FaultKind::Choose(kinds) => {
                let kind = self.stream.choose(kinds).clone();
                return self.draw(&kind, at, mode);
            }
            FaultKind::Sequence(parts) => {
                for part in parts.iter() {
                    let after = mode.after + part.after;
                    self.draw(&part.fault, at, Mode { after, ..mode });
                }
                return;
            }
            FaultKind::Healed { after, fault } => {
                let heals_after = Some(*after);
                return self.draw(
                    fault,
                    at,
                    Mode {
                        heals_after,
                        ..mode
                    },
                );
            }
            FaultKind::Several {
                least,
                most,
                within,
                of,
            } => {
                self.stream.shuffle(of);
                let more = u64::from(most.saturating_sub(*least));
                let count = usize::from(*least) + self.stream.below(more + 1) as usize;
                let unit = Some(self.unit(UnitTarget::Any));
                for fault in of.iter().take(count) {
                    let after = mode.after + Span(self.stream.below(within.0.max(1)));
                    let waits = true;
                    let mode = Mode {
                        after,
                        waits,
                        unit,
                        ..mode
                    };
                    self.draw(fault, at, mode);
                }
                return;
            }
            FaultKind::FailStopAtInstruction {
                before: Before::Within(n),
                ..
            } => instructions_later = 1 + self.stream.below((*n).max(1)),
            _ => {}
        }
        if let Some(unit) = fault.unit_mut() {
            *unit = match mode.unit {
                Some(one) if *unit != UnitTarget::Lost => one,
                _ => self.unit(*unit),
            };
        }
        self.drawn.push(DrawnFault {
            at: at.clone(),
            after: mode.after,
            fault,
            instructions_later,
            waits: mode.waits,
            heals_after: mode.heals_after,
        });
    }

    fn unit(&mut self, unit: UnitTarget) -> UnitTarget {
        let (drums, disks) = (u64::from(self.units.0), u64::from(self.units.1));
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
    /// The unit it hits, if it hits one.
    fn unit_mut(&mut self) -> Option<&mut UnitTarget> {
        match self {
            FaultKind::UnitLoss { unit } | FaultKind::UnitReturn { unit, .. } => Some(unit),
            _ => None,
        }
    }
}

fn validate_fault(
    fault: &FaultKind,
    path: &[String],
    units: Option<(u8, u8)>,
    depth: usize,
    found: &mut Mistakes,
) {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    let below = |more: &[&str]| -> Vec<String> {
        path.iter()
            .cloned()
            .chain(more.iter().map(|s| (*s).to_owned()))
            .collect()
    };
    match fault {
        FaultKind::Stall { lasting, .. }
        | FaultKind::PowerOffBoth { lasting }
        | FaultKind::PowerOff { lasting, .. }
        | FaultKind::Healed { after: lasting, .. }
            if *lasting == Span::ZERO || *lasting > Span::from_secs(24 * 3600) =>
        {
            found.add(
                &names,
                &format!("it cannot last {lasting}"),
                "more than 0 and at most 24h",
            );
        }
        FaultKind::FailStopAtInstruction {
            before: Before::Nth(0) | Before::Within(0),
            ..
        } => found.add(
            &names,
            "there is no instruction 0",
            "a number of at least 1",
        ),
        FaultKind::UnitLoss { unit } | FaultKind::UnitReturn { unit, .. } => {
            if let Some((drums, disks)) = units {
                let missing = match *unit {
                    UnitTarget::Drum(n) => (n >= drums).then_some((n, "drum", drums)),
                    UnitTarget::Disk(n) => (n >= disks).then_some((n, "disk", disks)),
                    _ => None,
                };
                if let Some((n, what, count)) = missing {
                    found.add(
                        &names,
                        &format!("the site has no {what} unit {n}"),
                        &format!("0 to {}", count.saturating_sub(1)),
                    );
                }
            }
        }
        FaultKind::Choose(kinds) => {
            if kinds.is_empty() {
                found.add(&names, "nothing to choose from", "at least one fault");
            }
            if depth > 8 {
                return found.add(&names, "choices are nested too deep", "at most 8");
            }
            for (index, kind) in kinds.iter().enumerate() {
                validate_fault(kind, &below(&[&index.to_string()]), units, depth + 1, found);
            }
        }
        FaultKind::Sequence(parts) => {
            if parts.is_empty() {
                found.add(&names, "the sequence is empty", "at least one fault");
            }
            if depth > 8 {
                return found.add(&names, "sequences are nested too deep", "at most 8");
            }
            for (index, part) in parts.iter().enumerate() {
                let path = below(&[&index.to_string(), "fault"]);
                validate_fault(&part.fault, &path, units, depth + 1, found);
            }
        }
        FaultKind::SlowMachine { times, .. } if !(2..=100).contains(times) => found.add(
            &names,
            &format!("a machine is not {times} times slower"),
            "2 to 100",
        ),
        FaultKind::Healed { fault, .. } => {
            if depth > 8 {
                return found.add(&names, "faults are nested too deep", "at most 8");
            }
            validate_fault(fault, &below(&["fault"]), units, depth + 1, found);
        }
        FaultKind::Several {
            least,
            most,
            within,
            of,
        } => {
            if least > most || *most == 0 || usize::from(*most) > of.len() {
                found.add(
                    &names,
                    &format!("{least} to {most} of {} faults cannot be drawn", of.len()),
                    "least at most most, most at least 1 and not more than there are",
                );
            }
            if *within > DURATION_MAX {
                found.add(&names, "they lie too far apart", "at most 31 days");
            }
            if depth > 8 {
                return found.add(&names, "faults are nested too deep", "at most 8");
            }
            for (index, kind) in of.iter().enumerate() {
                let path = below(&["of", &index.to_string()]);
                validate_fault(kind, &path, units, depth + 1, found);
            }
        }
        _ => {}
    }
}

/// Minutes since midnight of `"hh:mm"`.
pub fn minute_of_day(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |s: &str| -> Option<u32> {
        (!s.is_empty() && s.len() <= 2 && s.bytes().all(|b| b.is_ascii_digit()))
            .then(|| s.parse().ok())?
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

#[derive(Default)]
struct Mistakes(Vec<Mistake>);

impl Mistakes {
    fn add(&mut self, path: &[&str], message: &str, help: &str) {
        self.0.push(Mistake {
            path: path.iter().map(|s| (*s).to_owned()).collect(),
            message: message.to_owned(),
            help: help.to_owned(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rush() -> Script {
        Script {
            duration: Span::from_secs(3600),
            workload: Workload::Calls {
                calls_per_day: 84_000,
                starts_at: "10:00".to_owned(),
            },
            faults: vec![OrderedFault {
                at: When::Drawn(Span::from_secs(60), Span::from_secs(3000)),
                fault: FaultKind::Choose(vec![
                    FaultKind::FailStop {
                        machine: Target::Active,
                    },
                    FaultKind::UnitLoss {
                        unit: UnitTarget::Any,
                    },
                    FaultKind::Sequence(vec![
                        Later {
                            after: Span::ZERO,
                            fault: FaultKind::Hang { machine: Target::A },
                        },
                        Later {
                            after: Span::from_secs(40),
                            fault: FaultKind::ReturnToService {
                                machine: Target::Lost,
                            },
                        },
                    ]),
                ]),
            }],
            ..Script::quiet()
        }
    }

    #[test]
    fn what_is_drawn_lies_inside_and_names_one_thing() {
        let script = rush();
        assert_eq!(script.validate(Some((6, 16))), []);
        let mut kinds = BTreeMap::new();
        for seed in 1..=200 {
            let drawn = script.draw_faults(seed, 6, 16);
            assert_eq!(drawn, script.draw_faults(seed, 6, 16));
            for fault in &drawn {
                let When::Fixed(at) = fault.at else {
                    panic!("seed {seed}: nothing drawn: {fault:?}")
                };
                assert!(at >= Span::from_secs(60) && at < Span::from_secs(3000));
                *kinds
                    .entry(format!("{:?}", fault.fault).chars().take(8).collect())
                    .or_insert(0) += 1;
                if let FaultKind::UnitLoss { unit } = fault.fault {
                    assert!(match unit {
                        UnitTarget::Drum(n) => n < 6,
                        UnitTarget::Disk(n) => n < 16,
                        _ => false,
                    });
                }
            }
        }
        let kinds: Vec<(String, i32)> = kinds.into_iter().collect();
        assert_eq!(kinds.len(), 4, "{kinds:?}");
        assert!(kinds.iter().all(|k| k.1 > 40), "{kinds:?}");
    }

    #[test]
    fn mistakes_of_meaning_are_found_where_they_stand() {
        let mut script = rush();
        script.format = 7;
        script.workload = Workload::Calls {
            calls_per_day: 1,
            starts_at: "25:00".to_owned(),
        };
        script.faults.push(OrderedFault {
            at: When::Fixed(Span::from_secs(7200)),
            fault: FaultKind::UnitLoss {
                unit: UnitTarget::Drum(9),
            },
        });
        let same = Expectation {
            name: "one".to_owned(),
            points: 1,
            text: Text::new(),
            condition: Condition::Takeovers(1),
        };
        script.expectations = vec![same.clone(), same];
        let found = script.validate(Some((6, 16)));
        let paths: Vec<String> = found.iter().map(|m| m.path.join(".")).collect();
        assert_eq!(
            paths,
            [
                "format",
                "workload.starts_at",
                "faults.1.at",
                "faults.1.fault",
                "expectations.1.name"
            ]
        );
        assert!(found[0].message.contains("format 7"));
    }

    #[test]
    fn times_of_day() {
        assert_eq!(minute_of_day("10:00"), Some(600));
        assert_eq!(minute_of_day("9:05"), Some(545));
        for wrong in ["", "10", "24:00", "10:60", "+1:00", "1a:00", "10:000"] {
            assert_eq!(minute_of_day(wrong), None, "{wrong}");
        }
    }
}
