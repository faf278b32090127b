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

use clock::Span;
use serde::{Deserialize, Serialize};
use site::fault::KINDS;

use crate::world::Kind;

pub mod air;
mod drawing;
mod faults;

use air::Air;
pub use drawing::{DrawnFault, Equipment};
pub use faults::{
    Before, CorePlace, DrumPlace, FaultKind, GroupTarget, Later, Life, Rate, SetTarget, Target,
    UnitPlace, UnitTarget, WrongSwitch,
};
use faults::{validate_fault, validate_rate};

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
    /// Faults that come at a rate; none may come.
    #[serde(default)]
    pub rates: Vec<Rate>,
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
    /// Faults with everything drawn, as a reduced exercise names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drawn: Vec<DrawnFault>,
    /// A campaign loses a machine at every point of a window.
    #[serde(default)]
    pub sweep: Option<Sweep>,
    /// What flies, if that is the workload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub air: Option<Air>,
}

/// A window of an exercise in which a campaign loses a machine at every point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sweep {
    /// Its begin: nothing may be held then.
    #[serde(with = "clock::time::span_text")]
    pub from: Span,
    /// Its end.
    #[serde(with = "clock::time::span_text")]
    pub to: Span,
    /// Double faults: first crashes tried for each routine reached.
    #[serde(default)]
    pub first_crashes: u32,
    /// Double faults: also the standby first, then the active machine.
    #[serde(default)]
    pub standby_first: bool,
    /// Double faults: where the second crash strikes.
    #[serde(default)]
    pub second_crashes: SecondCrashes,
    /// So long after the second crash the first machine begins to be loaded.
    #[serde(default = "default_returns_after", with = "clock::time::span_text")]
    pub returns_after: Span,
}

/// Where the second crash of a double fault strikes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SecondCrashes {
    /// At one instruction of each stretch between two effects outside the processor, another one each
    /// time.
    #[default]
    OneOfEachStretch,
    /// Before every instruction outside waits.
    BeforeEveryInstruction,
}

fn default_returns_after() -> Span {
    Span::from_millis(200)
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
    /// Longest outage felt when the operators throw the switch, from the fault.
    #[serde(with = "clock::time::span_text")]
    pub by_hand: Span,
    /// Of this, from the switch thrown to the first answer.
    #[serde(with = "clock::time::span_text")]
    pub once_thrown: Span,
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
            by_hand: Span::from_secs(180),
            once_thrown: Span::from_secs(30),
            audit_every: Span::from_secs(600),
        }
    }
}

impl Bounds {
    /// Those stated that are asked of a reservation site only.
    fn of_reservation(&self) -> impl Iterator<Item = &'static str> {
        let usual = Bounds::default();
        [
            ("outage", self.outage != usual.outage),
            ("startover", self.startover != usual.startover),
            (
                "answered_within",
                self.answered_within != usual.answered_within,
            ),
            ("by_hand", self.by_hand != usual.by_hand),
            ("once_thrown", self.once_thrown != usual.once_thrown),
            ("audit_every", self.audit_every != usual.audit_every),
        ]
        .into_iter()
        .filter_map(|(name, stated)| stated.then_some(name))
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
    /// Aircraft, as `air` says: for a direction center.
    Air,
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
    /// Exactly so many takeovers, automatic or by hand (switchovers and startovers are none).
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
    /// Never more than so many passenger records are used or reserved.
    PassengerRecordsAtMost(u32),
    /// A flight, or every aircraft of a raid, has a track so long after it came into good cover:
    /// `TrackWithin(aircraft: "R1", within: "60s")`.
    TrackWithin {
        /// The flight or raid.
        aircraft: String,
        /// From good cover to the first track.
        #[serde(with = "clock::time::span_text")]
        within: Span,
    },
    /// Of all aircraft in good cover at least so many per cent hold a track.
    HeldAtLeast(f64),
    /// The mean error of position after ten looks is at most so many n.mi.
    MeanErrorAtMost(f64),
    /// At least so many aircraft were in good cover long enough to be followed.
    Aircraft(u64),
    /// At least so many tracks were on the scopes at one time.
    Tracks(u64),
    /// At least so many orders left for bases and pilots.
    Orders(u64),
    /// At least so many raiders were shot down.
    Splashes(u64),
    /// No order left twice.
    NoDuplicateOrder,
    /// Every automatic switchover was over within this, from the loss to the relays.
    SwitchoverWithin(#[serde(with = "clock::time::span_text")] Span),
    /// The scopes never stood still for longer when the role moved.
    GapAtMost(#[serde(with = "clock::time::span_text")] Span),
    /// The program was late, or left something out, at least so often.
    Overload(u64),
    /// It was so at most so often.
    OverloadAtMost(u64),
}

/// Conditions of a reservation site, for people.
const OF_RESERVATION: &str = "Takeovers, Switchovers, BusyAtMost, OutageAtMost, AnsweredWithin, \
    ResponseP90AtMost, PassengerRecordsAtMost, Refusals, HoldWaits, SentAgain, StoredAnswersAgain \
    or Answered";

/// Conditions of a direction center, for people.
const OF_DIRECTION: &str = "Takeovers, Switchovers, BusyAtMost, SwitchoverWithin, GapAtMost, \
    NoDuplicateOrder, HeldAtLeast, MeanErrorAtMost, TrackWithin, OverloadAtMost, Aircraft, Tracks, \
    Orders, Splashes or Overload";

impl Condition {
    /// The kind of site that has such a figure; none: every kind.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Condition::Takeovers(_) | Condition::Switchovers(_) | Condition::BusyAtMost(_) => None,
            Condition::Refusals(_)
            | Condition::HoldWaits(_)
            | Condition::SentAgain(_)
            | Condition::StoredAnswersAgain(_)
            | Condition::OutageAtMost(_)
            | Condition::AnsweredWithin(_)
            | Condition::ResponseP90AtMost(_)
            | Condition::Answered(_)
            | Condition::PassengerRecordsAtMost(_) => Some(Kind::Reservation),
            Condition::TrackWithin { .. }
            | Condition::HeldAtLeast(_)
            | Condition::MeanErrorAtMost(_)
            | Condition::Aircraft(_)
            | Condition::Tracks(_)
            | Condition::Orders(_)
            | Condition::Splashes(_)
            | Condition::NoDuplicateOrder
            | Condition::SwitchoverWithin(_)
            | Condition::GapAtMost(_)
            | Condition::Overload(_)
            | Condition::OverloadAtMost(_) => Some(Kind::Direction),
        }
    }
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
            rates: Vec::new(),
            disabled: Vec::new(),
            expectations: Vec::new(),
            settle: default_settle(),
            bounds: Bounds::default(),
            seeds: None,
            drawn: Vec::new(),
            sweep: None,
            air: None,
        }
    }

    /// A quiet watch: civil traffic for ten minutes.
    pub fn quiet_watch() -> Script {
        Script {
            name: "quiet-watch".to_owned(),
            title: Text::from([("en".to_owned(), "A quiet ten minutes".to_owned())]),
            workload: Workload::Air,
            air: Some(Air::traffic(80)),
            ..Script::quiet()
        }
    }

    /// A watch without end, for visitors: civil traffic, and nothing fails.
    pub fn open_watch() -> Script {
        Script {
            name: "open-watch".to_owned(),
            title: Text::from([("en".to_owned(), "An open day".to_owned())]),
            duration: Span::from_secs(30 * 24 * 3600),
            ..Script::quiet_watch()
        }
    }

    /// The kind of site it is written for; none: any.
    pub fn kind(&self) -> Option<Kind> {
        match self.workload {
            Workload::Air => Some(Kind::Direction),
            Workload::Calls { .. } | Workload::File(_) => Some(Kind::Reservation),
            Workload::Quiet => self.expectations.iter().find_map(|e| e.condition.kind()),
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

    /// Everything that is wrong in meaning. `equipment` is the site's when known.
    pub fn validate(&self, equipment: Option<&Equipment>) -> Vec<Mistake> {
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
        if let Some(sweep) = &self.sweep {
            if sweep.from >= sweep.to || sweep.to >= self.duration {
                found.add(
                    &["sweep"],
                    &format!("there is no window from {} to {}", sweep.from, sweep.to),
                    &format!(
                        "a begin, a later end, before the exercise's {}",
                        self.duration
                    ),
                );
            }
            if sweep.first_crashes > 100 {
                found.add(
                    &["sweep", "first_crashes"],
                    &format!(
                        "{} first crashes a routine are too many",
                        sweep.first_crashes
                    ),
                    "at most 100",
                );
            }
            let doubles = sweep.first_crashes > 0 || sweep.standby_first;
            if !doubles && sweep.second_crashes != SecondCrashes::default() {
                found.add(
                    &["sweep", "second_crashes"],
                    "no double fault is tried",
                    "`first_crashes: 3` or `standby_first: true` beside it",
                );
            }
            if sweep.returns_after >= self.settle {
                found.add(
                    &["sweep", "returns_after"],
                    &format!(
                        "the machine returns after {}, and the exercise settles in {}",
                        sweep.returns_after, self.settle
                    ),
                    "less than `settle`",
                );
            }
            if !self.faults.is_empty() {
                found.add(
                    &["faults"],
                    "a sweep loses machines itself",
                    "no faults beside `sweep`",
                );
            }
        }
        self.validate_workload(&mut found);
        self.validate_kind(equipment, &mut found);
        for (index, ordered) in self.faults.iter().enumerate() {
            let at = index.to_string();
            self.validate_when(&ordered.at, &["faults", &at, "at"], &mut found);
            validate_fault(
                &ordered.fault,
                &["faults".into(), at.clone(), "fault".into()],
                equipment,
                0,
                &mut found,
            );
        }
        for (index, drawn) in self.drawn.iter().enumerate() {
            let at = index.to_string();
            let place = ["drawn".into(), at.clone(), "fault".into()];
            validate_fault(&drawn.fault, &place, equipment, 0, &mut found);
            if !drawn.fault.parts().is_empty() || matches!(drawn.at, When::Drawn(..)) {
                found.add(
                    &["drawn", &at],
                    "this leaves something to be drawn",
                    "one fault at a fixed instant; `faults` is for what is drawn or has parts",
                );
            }
        }
        for (index, rate) in self.rates.iter().enumerate() {
            validate_rate(rate, index, equipment, &mut found);
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
            let wrong = match &expectation.condition {
                Condition::HeldAtLeast(percent) if !(0.0..=100.0).contains(percent) => {
                    Some((format!("{percent} is no share"), "0 to 100 per cent"))
                }
                Condition::MeanErrorAtMost(miles) if !(0.0..=50.0).contains(miles) => {
                    Some((format!("{miles} is no error of position"), "0 to 50 n.mi"))
                }
                Condition::TrackWithin { aircraft, .. }
                    if self.air.as_ref().is_some_and(|air| !air.names(aircraft)) =>
                {
                    let message = format!("nothing called \"{aircraft}\" flies here");
                    Some((message, "the name of a flight or a raid of this script"))
                }
                _ => None,
            };
            if let Some((message, help)) = wrong {
                found.add(&["expectations", &at, "condition"], &message, help);
            }
        }
        found.0
    }

    /// Minute of the day at which the run begins.
    pub fn start_minute(&self) -> u32 {
        let starts_at = match &self.workload {
            Workload::Calls { starts_at, .. } => starts_at,
            _ => &self.starts_at,
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
            Workload::Air => match &self.air {
                Some(air) => air::validate(air, self.duration, found),
                None => found.add(
                    &["workload"],
                    "the script does not say what flies",
                    "`air: (...)` beside `workload: Air`",
                ),
            },
            Workload::File(_) | Workload::Quiet => {}
        }
        if self.air.is_some() && self.workload != Workload::Air {
            found.add(
                &["air"],
                "aircraft fly, and the workload is another",
                "`workload: Air`",
            );
        }
    }

    /// Whatever only one kind of site has must be asked of that kind.
    fn validate_kind(&self, equipment: Option<&Equipment>, found: &mut Mistakes) {
        let kind = equipment.map(|equipment| equipment.kind).or(self.kind());
        let Some(kind) = kind else { return };
        if self.kind().is_some_and(|own| own != kind) && self.workload != Workload::Quiet {
            found.add(
                &["workload"],
                &format!("this is no workload of a {kind}"),
                match kind {
                    Kind::Reservation => "Calls(...), File(\"...\") or Quiet",
                    Kind::Direction => "Air or Quiet",
                },
            );
        }
        for (index, expectation) in self.expectations.iter().enumerate() {
            if expectation.condition.kind().is_some_and(|own| own != kind) {
                found.add(
                    &["expectations", &index.to_string(), "condition"],
                    &format!("a {kind} has no such figure"),
                    match kind {
                        Kind::Reservation => OF_RESERVATION,
                        Kind::Direction => OF_DIRECTION,
                    },
                );
            }
        }
        if kind == Kind::Direction {
            for (index, ordered) in self.faults.iter().enumerate() {
                if matches!(ordered.at, When::AfterEntries(_)) {
                    found.add(
                        &["faults", &index.to_string(), "at"],
                        "a direction center has no entries",
                        "Fixed(...) or Drawn(...)",
                    );
                }
            }
        }
        if kind == Kind::Direction {
            for name in self.bounds.of_reservation() {
                found.add(
                    &["bounds", name],
                    "nobody holds a direction center to this bound",
                    "`live` here, the others in `air: (bounds: (...))`",
                );
            }
        }
        if kind == Kind::Direction && self.sweep.is_some() {
            found.add(
                &["sweep"],
                "points of a program are tried at a reservation site only",
                "no `sweep`; `seeds` runs an exercise many times",
            );
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

    fn equipment() -> Equipment {
        Equipment {
            drums: 6,
            disks: 16,
            ..Equipment::default()
        }
    }

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
        assert_eq!(script.validate(Some(&equipment())), []);
        let mut kinds = BTreeMap::new();
        for seed in 1..=200 {
            let drawn = script.draw_faults(seed, &equipment());
            assert_eq!(drawn, script.draw_faults(seed, &equipment()));
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
        let found = script.validate(Some(&equipment()));
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
    fn a_sweep_that_cannot_be_meant_is_told() {
        let mut script = rush();
        script.faults.clear();
        script.sweep = Some(Sweep {
            from: Span::from_secs(15),
            to: Span::from_secs(26),
            first_crashes: 0,
            standby_first: false,
            second_crashes: SecondCrashes::BeforeEveryInstruction,
            returns_after: script.settle,
        });
        let paths = |script: &Script| -> Vec<String> {
            let found = script.validate(Some(&equipment()));
            found.iter().map(|m| m.path.join(".")).collect()
        };
        assert_eq!(
            paths(&script),
            ["sweep.second_crashes", "sweep.returns_after"]
        );
        let sweep = script.sweep.as_mut().expect("a sweep");
        sweep.standby_first = true;
        sweep.returns_after = Span::from_millis(200);
        assert_eq!(paths(&script), [""; 0]);
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
