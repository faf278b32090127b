//! What flies in an exercise, and who sits at the consoles of the direction center.
//!
//! The System Training Program prepared its problems in advance: which aircraft fly where, which of
//! them filed a plan, what the role players on the telephones know, who is to do what and how soon.
//! Such a sheet is this one:
//!
//! ```ron
//! workload: Air,
//! air: (
//!     civil: [(prefix: "CIV", in_the_air: 180)],
//!     flights: [(name: "MATS7", kind: Friendly, enters: "5m", altitude_ft: 12000, speed_kn: 240,
//!                path: [(at: Earth(40.6, 73.8)), (at: Earth(42.4, 71.0))])],
//!     raids: [(name: "R1", aircraft: 4, cell: 2, spacing: 3, enters: "10m", altitude_ft: 35000,
//!              speed_kn: 440, path: [(at: Plane(150, 200)), (at: Earth(44, 70), altitude_ft: 500),
//!                                    (at: Earth(42.3, 71.0))],
//!              jams: [("20m", "25m")], chaff: [(at: "22m", miles: 40)])],
//!     players: [(console: 2, duty: Identification, answers_in: "45s")],
//! )
//! ```
//!
//! Source: what such a sheet must be able to say, reference SAGE 8.1 (assigned by us); all names and
//! figures of aircraft are ours.

use std::collections::BTreeSet;

use clock::Span;
use clock::time::span_text;
use serde::{Deserialize, Serialize};
use site::center::air::Kind;

use super::Mistakes;

/// Most aircraft of an exercise.
pub const AIRCRAFT_MAX: usize = 4_000;

/// What flies, and who is at the consoles.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Air {
    /// Flights by name.
    pub flights: Vec<PlannedFlight>,
    /// Raids.
    pub raids: Vec<Raid>,
    /// Civil traffic, drawn from the seed.
    pub civil: Vec<Civil>,
    /// Flights as they were recorded: a list beside the script (see `air::recorded`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded: Option<String>,
    /// Who sits at which console.
    pub players: Vec<Player>,
    /// Single actions at consoles.
    pub actions: Vec<PlannedAction>,
    /// Radars that are not as in the site file.
    pub radars: Vec<RadarSetting>,
    /// The bounds the judges hold the center to.
    pub bounds: AirBounds,
    /// Exactly these aircraft and no others, as a reduced exercise names them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only: Option<Vec<String>>,
}

/// A place.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Spot {
    /// Degrees north and west.
    Earth(f64, f64),
    /// Nautical miles east and north of the sector's centre.
    Plane(f64, f64),
}

/// A corner of a path.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Corner {
    /// Where.
    pub at: Spot,
    /// Height there, feet; as before if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub altitude_ft: Option<f64>,
    /// Speed from there on, knots; as before if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed_kn: Option<f64>,
}

/// A flight that the script names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedFlight {
    /// Call sign.
    pub name: String,
    /// What it is.
    #[serde(default = "civil")]
    pub kind: Kind,
    /// When it appears at its first corner.
    #[serde(with = "span_text")]
    pub enters: Span,
    /// Height, feet.
    pub altitude_ft: f64,
    /// Speed, knots.
    pub speed_kn: f64,
    /// Its corners.
    pub path: Vec<Corner>,
    /// A flight plan was filed.
    #[serde(default)]
    pub plan: bool,
    /// Its transponder answers this, 12 bits, octal digits as `0o1200`; a civil flight's is drawn
    /// if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
    /// It is only put into the reports of the radar sites.
    #[serde(default)]
    pub simulated: bool,
    /// From when to when it jams.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jams: Vec<Jam>,
}

/// From when to when noise comes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Jam(
    #[serde(with = "span_text")] pub Span,
    #[serde(with = "span_text")] pub Span,
);

/// Chaff dropped by a raid.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chaff {
    /// When the first bundle falls.
    #[serde(with = "span_text")]
    pub at: Span,
    /// Length of the trail, n.mi.
    pub miles: f64,
}

fn civil() -> Kind {
    Kind::Civil
}

/// A raid: several aircraft on one path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raid {
    /// Its name; its aircraft are `R1-1`, `R1-2` and so on.
    pub name: String,
    /// How many aircraft.
    pub aircraft: u16,
    /// How many of them fly abreast.
    #[serde(default = "one")]
    pub cell: u16,
    /// So many n.mi from each other.
    #[serde(default = "five")]
    pub spacing: f64,
    /// The next cell follows so much later.
    #[serde(default = "two_minutes", with = "span_text")]
    pub cells_apart: Span,
    /// When the first cell appears at the first corner.
    #[serde(with = "span_text")]
    pub enters: Span,
    /// Height, feet.
    pub altitude_ft: f64,
    /// Speed, knots.
    pub speed_kn: f64,
    /// Its corners.
    pub path: Vec<Corner>,
    /// When they jam.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jams: Vec<Jam>,
    /// What they drop.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chaff: Vec<Chaff>,
    /// It does not fly: the radar sites put it into their reports.
    #[serde(default)]
    pub simulated: bool,
}

fn one() -> u16 {
    1
}

fn five() -> f64 {
    5.0
}

fn two_minutes() -> Span {
    Span::from_secs(120)
}

/// Civil traffic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Civil {
    /// What their names begin with.
    pub prefix: String,
    /// How many are in the air at any time.
    pub in_the_air: u16,
    /// Per cent of them that filed a plan.
    #[serde(default = "most")]
    pub plans: u8,
    /// Only places within so many n.mi of the sector's centre are flown from and to.
    #[serde(default = "reach")]
    pub within: f64,
}

fn most() -> u8 {
    90
}

fn reach() -> f64 {
    220.0
}

/// What a player does at a console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Duty {
    /// Says of each pending track what it is.
    Identification,
    /// Asks for the height of tracks that show none.
    Height,
    /// Assigns an interceptor to each hostile track.
    Weapons {
        /// Number of the base, from 1 in the order of the site file.
        base: u16,
    },
    /// Fires a Bomarc at each hostile track; only the senior director's console is obeyed.
    Bomarc {
        /// Number of the base, from 1 in the order of the site file.
        base: u16,
    },
    /// Begins tracks at returns that nobody follows.
    Initiation,
    /// Accepts every track that a neighbour offers.
    Handover,
    /// Files the flight plans of the exercise, ten minutes before the flight enters or at the begin.
    FlightPlans,
}

/// Somebody at a console.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Player {
    /// Number of the console.
    pub console: u8,
    /// What is done there.
    pub duty: Duty,
    /// How long it takes from the first sight to the action.
    #[serde(with = "span_text")]
    pub answers_in: Span,
    /// One answer in so many is wrong; 0: none.
    #[serde(default)]
    pub wrong_one_in: u32,
}

/// What is pressed at a console.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedAction {
    /// When.
    #[serde(with = "span_text")]
    pub at: Span,
    /// Number of the console.
    pub console: u8,
    /// As it is typed at a manual-input position (see `air::situation`): `DROP B001`.
    pub r#do: String,
}

/// A radar that is not as in the site file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RadarSetting {
    /// Its name: `Z-10`.
    pub name: String,
    /// Looks that see their target, of 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blip_percent: Option<f64>,
    /// Looks that its beacon is answered, of 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beacon_percent: Option<f64>,
    /// Reports of nothing, a turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub false_alarms: Option<f64>,
    /// Turns of the antenna a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rpm: Option<u16>,
}

/// Bounds of the judges of a direction center.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AirBounds {
    /// Longest time from the loss of the active machine until the other's relays have closed.
    #[serde(with = "span_text")]
    pub switchover: Span,
    /// Longest time without displays and outputs around a planned switchover: one frame.
    #[serde(with = "span_text")]
    pub planned_gap: Span,
    /// The same around an automatic one.
    #[serde(with = "span_text")]
    pub automatic_gap: Span,
    /// So long after it came into good cover an aircraft may still be without a track.
    #[serde(with = "span_text")]
    pub initiation: Span,
    /// Of all aircraft in good cover, looked at once a frame, at least so many per cent hold a
    /// track.
    pub held: f64,
    /// Greatest mean error of position after ten looks, n.mi.
    pub error: f64,
    /// A track counts as an aircraft's within so many n.mi of it.
    pub gate: f64,
    /// Frames that a track may be behind after a switchover.
    pub frames_behind: u32,
    /// Of the tracks whose identity was told, at most so many per cent are told wrong.
    pub identity: f64,
}

impl Default for AirBounds {
    fn default() -> AirBounds {
        AirBounds {
            switchover: Span::from_secs(10),
            planned_gap: Span::from_secs(15),
            automatic_gap: Span::from_secs(25),
            initiation: Span::from_secs(120),
            held: 95.0,
            error: 1.0,
            gate: 5.0,
            frames_behind: 2,
            identity: 5.0,
        }
    }
}

impl Air {
    /// Civil traffic and nothing else.
    pub fn traffic(in_the_air: u16) -> Air {
        Air {
            civil: vec![Civil {
                prefix: "CIV".to_owned(),
                in_the_air,
                plans: most(),
                within: reach(),
            }],
            ..Air::default()
        }
    }
}

impl Air {
    /// Whether something may fly under this name: of a recorded list the names are not known here.
    pub fn names(&self, name: &str) -> bool {
        let raids = self.raids.iter().map(|raid| &raid.name);
        let drawn = self.civil.iter().map(|civil| &civil.prefix);
        self.recorded.is_some()
            || self.flights.iter().any(|flight| flight.name == name)
            || raids
                .chain(drawn)
                .any(|group| name.starts_with(group.as_str()))
    }
}

/// Everything wrong with it, whatever the site is.
pub(super) fn validate(air: &Air, duration: Span, found: &mut Mistakes) {
    let mut names = BTreeSet::new();
    let mut name = |name: &str, path: &[&str], found: &mut Mistakes| {
        let fine = (1..=16).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_graphic() && b != b',');
        if !fine {
            let help = "1 to 16 printing characters, no comma and no blank";
            found.add(path, &format!("\"{name}\" is no name of aircraft"), help);
        } else if !names.insert(name.to_owned()) {
            let help = "each flight, raid and prefix has a name of its own";
            found.add(path, &format!("the name \"{name}\" is taken"), help);
        }
    };
    for (index, flight) in air.flights.iter().enumerate() {
        let index = index.to_string();
        let path = ["air", "flights", &index];
        name(&flight.name, &[&path[..], &["name"]].concat(), found);
        course(
            &flight.path,
            (flight.altitude_ft, flight.speed_kn),
            flight.enters,
            duration,
            &path,
            found,
        );
        jams(&flight.jams, &path, found);
        if flight.code.is_some_and(|code| code > 0o7777) {
            let help = "0 to 0o7777";
            let place = [&path[..], &["code"]].concat();
            found.add(&place, "a transponder answers twelve bits", help);
        }
        if matches!(flight.kind, Kind::Interceptor | Kind::Missile) {
            found.add(
                &[&path[..], &["kind"]].concat(),
                "interceptors and missiles fly when the center orders it",
                "Civil, Friendly or Hostile",
            );
        }
    }
    for (index, raid) in air.raids.iter().enumerate() {
        let index = index.to_string();
        let path = ["air", "raids", &index];
        name(&raid.name, &[&path[..], &["name"]].concat(), found);
        let figures = (raid.altitude_ft, raid.speed_kn);
        course(&raid.path, figures, raid.enters, duration, &path, found);
        jams(&raid.jams, &path, found);
        if raid.aircraft == 0 || raid.aircraft > 500 || raid.cell == 0 {
            found.add(
                &path,
                &format!("{} aircraft in cells of {}", raid.aircraft, raid.cell),
                "1 to 500 aircraft, at least one in a cell",
            );
        }
        if !(0.0..=50.0).contains(&raid.spacing) {
            let place = [&path[..], &["spacing"]].concat();
            found.add(&place, "aircraft do not fly so far apart", "0 to 50 n.mi");
        }
        for (number, chaff) in raid.chaff.iter().enumerate() {
            if !(1.0..=200.0).contains(&chaff.miles) {
                let number = number.to_string();
                let place = [&path[..], &["chaff", &number]].concat();
                found.add(&place, "a trail of chaff is not so long", "1 to 200 n.mi");
            }
        }
    }
    for (index, civil) in air.civil.iter().enumerate() {
        let index = index.to_string();
        let path = ["air", "civil", &index];
        name(&civil.prefix, &[&path[..], &["prefix"]].concat(), found);
        if civil.in_the_air == 0 || civil.in_the_air > 1_000 {
            let place = [&path[..], &["in_the_air"]].concat();
            found.add(&place, "that is no traffic", "1 to 1000 aircraft");
        }
        if civil.plans > 100 {
            let place = [&path[..], &["plans"]].concat();
            found.add(&place, "not more than all file a plan", "0 to 100 per cent");
        }
        if !(20.0..=450.0).contains(&civil.within) {
            let place = [&path[..], &["within"]].concat();
            found.add(&place, "traffic needs room", "20 to 450 n.mi");
        }
    }
    let mut seats = BTreeSet::new();
    for (index, player) in air.players.iter().enumerate() {
        let index = index.to_string();
        if !seats.insert(player.console) {
            let message = format!("somebody sits at console {} already", player.console);
            let help = "each player at a console of their own";
            found.add(&["air", "players", &index, "console"], &message, help);
        }
        let answers = ["air", "players", &index, "answers_in"];
        if player.answers_in < Span::from_secs(1) || player.answers_in > Span::from_secs(3600) {
            found.add(&answers, "nobody answers so", "1s to 1h");
        }
    }
    for (index, action) in air.actions.iter().enumerate() {
        let index = index.to_string();
        let path = ["air", "actions", &index];
        if action.at > duration {
            let place = [&path[..], &["at"]].concat();
            let message = format!("it is due at {}, after the exercise", action.at);
            found.add(&place, &message, &format!("at most {duration}"));
        }
        if let Err(error) = crate::air::situation::parse(&action.r#do) {
            let place = [&path[..], &["do"]].concat();
            found.add(&place, &error.to_string(), crate::air::situation::GRAMMAR);
        }
    }
    for (index, radar) in air.radars.iter().enumerate() {
        let index = index.to_string();
        let path = ["air", "radars", &index];
        for (name, value, most) in [
            ("blip_percent", radar.blip_percent, 100.0),
            ("beacon_percent", radar.beacon_percent, 100.0),
            ("false_alarms", radar.false_alarms, 500.0),
        ] {
            if let Some(value) = value.filter(|value| !(0.0..=most).contains(value)) {
                let place = [&path[..], &[name]].concat();
                let message = format!("no radar sees so: {value}");
                found.add(&place, &message, &format!("0 to {most}"));
            }
        }
        if radar.rpm.is_some_and(|rpm| !(1..=20).contains(&rpm)) {
            let place = [&path[..], &["rpm"]].concat();
            found.add(&place, "no antenna turns so", "1 to 20 turns a minute");
        }
    }
    let bounds = &air.bounds;
    for (name, value, range) in [
        ("held", bounds.held, 0.0..=100.0),
        ("error", bounds.error, 0.01..=50.0),
        ("gate", bounds.gate, 0.5..=50.0),
        ("identity", bounds.identity, 0.0..=100.0),
    ] {
        if !range.contains(&value) {
            let help = format!("{} to {}", range.start(), range.end());
            let message = format!("{value} is no bound");
            found.add(&["air", "bounds", name], &message, &help);
        }
    }
    let most = air.raids.iter().map(|raid| usize::from(raid.aircraft));
    let traffic = air.civil.iter().map(|civil| usize::from(civil.in_the_air));
    let all = most.sum::<usize>() + traffic.sum::<usize>() + air.flights.len();
    if all > AIRCRAFT_MAX {
        let message = format!("{all} aircraft are too many");
        found.add(&["air"], &message, &format!("at most {AIRCRAFT_MAX}"));
    }
}

fn jams(jams: &[Jam], path: &[&str], found: &mut Mistakes) {
    for (index, Jam(from, to)) in jams.iter().enumerate() {
        if from >= to {
            let index = index.to_string();
            let place = [path, &["jams", &index]].concat();
            let message = format!("no time lies from {from} to {to}");
            found.add(
                &place,
                &message,
                "two spans, the first less than the second",
            );
        }
    }
}

/// A path, its height and speed.
fn course(
    corners: &[Corner],
    (altitude_ft, speed_kn): (f64, f64),
    enters: Span,
    duration: Span,
    path: &[&str],
    found: &mut Mistakes,
) {
    if corners.len() < 2 || corners.len() > 100 {
        let place = [path, &["path"]].concat();
        let message = format!("a path has no {} corners", corners.len());
        found.add(&place, &message, "2 to 100 corners");
    }
    if enters > duration {
        let place = [path, &["enters"]].concat();
        let message = format!("it enters at {enters}, after the exercise's {duration}");
        found.add(&place, &message, "an instant within the duration");
    }
    let high = |feet: &f64| (0.0..=100_000.0).contains(feet);
    let fast = |knots: &f64| (10.0..=3_000.0).contains(knots);
    if !high(&altitude_ft) {
        let place = [path, &["altitude_ft"]].concat();
        found.add(&place, "nothing flies at that height", "0 to 100000 feet");
    }
    if !fast(&speed_kn) {
        let place = [path, &["speed_kn"]].concat();
        found.add(&place, "nothing flies at that speed", "10 to 3000 knots");
    }
    for (number, corner) in corners.iter().enumerate() {
        let index = number.to_string();
        let place = [path, &["path", &index]].concat();
        let (fine, help) = match corner.at {
            Spot::Earth(north, west) => (
                (-90.0..=90.0).contains(&north) && (-180.0..=180.0).contains(&west),
                "degrees north and west, such as Earth(42.4, 71.0)",
            ),
            Spot::Plane(x, y) => (
                x.abs() <= 1_000.0 && y.abs() <= 1_000.0,
                "n.mi east and north of the centre, at most 1000 away",
            ),
        };
        if !fine {
            found.add(&place, "there is no such place", help);
        }
        if number > 0 && corners[number - 1].at == corner.at {
            let help = "a corner at another place than the one before";
            found.add(&place, "the path does not go on from here", help);
        }
        if !corner.altitude_ft.iter().all(high) || !corner.speed_kn.iter().all(fast) {
            let help = "0 to 100000 feet, 10 to 3000 knots";
            found.add(&place, "nothing flies so", help);
        }
    }
}
