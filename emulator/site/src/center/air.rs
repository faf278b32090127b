//! What really flies: the truth that radars see through their errors.
//!
//! An aircraft of a flight plan or a raid flies its legs, straight lines on the sector plane at a
//! steady speed, climbing evenly from the height of one to that of the next. Interceptors and
//! missiles stand at their bases until they are ordered, and then fly by what they are told
//! (`weapon`). The truth is known to radars, pilots and judges, and to no machine.
//!
//! Assumed: no wind; turns of planned aircraft take no time.

pub mod weapon;

use clock::time::instant_text;
use clock::{Instant, Span};
use serde::{Deserialize, Serialize};

use weapon::Weapon;

/// What an aircraft is to the people it flies by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Airline or private.
    Civil,
    /// Of our own side, not under the center's orders.
    Friendly,
    /// A raider.
    Hostile,
    /// An interceptor of a base.
    Interceptor,
    /// A Bomarc.
    Missile,
}

/// A corner of a flight: the first is where it appears.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leg {
    /// East of the sector's centre, n.mi.
    pub x: f64,
    /// North of it, n.mi.
    pub y: f64,
    /// Height, feet.
    pub altitude_ft: f64,
    /// Speed from here to the next, knots.
    pub speed_kn: f64,
}

/// An aircraft that flies where it was planned to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flight {
    /// Call sign or raid and number.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// When it appears at its first corner.
    #[serde(with = "instant_text")]
    pub enters: Instant,
    /// Its corners, at least two; at the last it is gone.
    pub legs: Vec<Leg>,
    /// What its transponder answers, 12 bits; none: it has none, or keeps silent.
    #[serde(default)]
    pub code: Option<u16>,
    /// It does not fly: the radar sites put it into their reports for an exercise, and mark them.
    #[serde(default)]
    pub simulated: bool,
    /// From when to when it jams.
    #[serde(default)]
    pub jams: Vec<(Instant, Instant)>,
}

/// Where something is and how it moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// East, n.mi.
    pub x: f64,
    /// North, n.mi.
    pub y: f64,
    /// Height, feet.
    pub altitude_ft: f64,
    /// Eastward, n.mi a second.
    pub vx: f64,
    /// Northward, n.mi a second.
    pub vy: f64,
}

/// A target as judges see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// Its number in the run.
    pub number: u16,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// East, n.mi.
    pub x: f64,
    /// North, n.mi.
    pub y: f64,
    /// Height, feet.
    pub altitude_ft: f64,
    /// Radars in whose good cover it is: above their horizon, where they see most looks.
    pub cover: u8,
}

/// One thing in the air, or that can come there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Body {
    Planned {
        flight: Flight,
        /// When it passes each corner.
        passes: Vec<Instant>,
    },
    Weapon(Weapon),
}

/// Everything that flies or can fly.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sky {
    bodies: Vec<Body>,
    /// When each was shot down.
    gone: Vec<Option<Instant>>,
}

impl Sky {
    /// Flights first, then weapons; numbers are places in this order.
    pub fn new(flights: Vec<Flight>, weapons: Vec<Weapon>) -> Sky {
        let planned = flights.into_iter().map(|flight| {
            let mut at = flight.enters;
            let mut passes = vec![at];
            for pair in flight.legs.windows(2) {
                let (dx, dy) = (pair[1].x - pair[0].x, pair[1].y - pair[0].y);
                let way = libm::sqrt(dx * dx + dy * dy);
                let speed = pair[0].speed_kn.max(1.0) / 3_600.0;
                at = at.saturating_add(Span::from_seconds_f64(way / speed));
                passes.push(at);
            }
            Body::Planned { flight, passes }
        });
        let bodies: Vec<Body> = planned
            .chain(weapons.into_iter().map(Body::Weapon))
            .collect();
        let gone = vec![None; bodies.len()];
        Sky { bodies, gone }
    }

    /// How many there are, flying or not.
    pub fn len(&self) -> usize {
        self.bodies.len()
    }

    /// Whether there is nothing that could fly.
    pub fn is_empty(&self) -> bool {
        self.bodies.is_empty()
    }

    /// Where one is, if it is in the air. Weapons: at an instant not before their last step.
    pub fn fix(&self, number: usize, at: Instant) -> Option<Fix> {
        if self.gone[number].is_some_and(|gone| gone <= at) {
            return None;
        }
        match &self.bodies[number] {
            Body::Planned { flight, passes } => planned(flight, passes, at),
            Body::Weapon(weapon) => weapon.fix(at),
        }
    }

    /// Its name.
    pub fn name(&self, number: usize) -> String {
        match &self.bodies[number] {
            Body::Planned { flight, .. } => flight.name.clone(),
            Body::Weapon(weapon) => weapon.name.clone(),
        }
    }

    /// What it is.
    pub fn kind(&self, number: usize) -> Kind {
        match &self.bodies[number] {
            Body::Planned { flight, .. } => flight.kind,
            Body::Weapon(weapon) => weapon.kind(),
        }
    }

    /// What its transponder answers.
    pub fn code(&self, number: usize) -> Option<u16> {
        match &self.bodies[number] {
            Body::Planned { flight, .. } => flight.code,
            Body::Weapon(weapon) => weapon.code(),
        }
    }

    /// Whether it is only put into the reports.
    pub fn simulated(&self, number: usize) -> bool {
        match &self.bodies[number] {
            Body::Planned { flight, .. } => flight.simulated,
            Body::Weapon(_) => false,
        }
    }

    /// Whether it jams.
    pub fn jams(&self, number: usize, at: Instant) -> bool {
        match &self.bodies[number] {
            Body::Planned { flight, .. } => {
                let mut jams = flight.jams.iter();
                jams.any(|(from, to)| *from <= at && at < *to)
            }
            Body::Weapon(_) => false,
        }
    }

    /// It is shot down. False if it was before.
    pub fn destroy(&mut self, number: usize, at: Instant) -> bool {
        let gone = &mut self.gone[number];
        let first = gone.is_none();
        gone.get_or_insert(at);
        first
    }

    /// The weapons with their numbers.
    pub fn weapons(&self) -> impl Iterator<Item = (usize, &Weapon)> {
        let bodies = self.bodies.iter().enumerate();
        bodies.filter_map(|(number, body)| match body {
            Body::Weapon(weapon) => Some((number, weapon)),
            Body::Planned { .. } => None,
        })
    }

    /// A weapon by its number among all bodies.
    pub fn weapon_mut(&mut self, number: usize) -> Option<&mut Weapon> {
        match self.bodies.get_mut(number) {
            Some(Body::Weapon(weapon)) => Some(weapon),
            _ => None,
        }
    }
}

fn planned(flight: &Flight, passes: &[Instant], at: Instant) -> Option<Fix> {
    let next = passes.partition_point(|pass| *pass <= at);
    if next == 0 || next >= passes.len() {
        return None;
    }
    let (from, to) = (flight.legs[next - 1], flight.legs[next]);
    let whole = (passes[next] - passes[next - 1]).as_seconds_f64();
    let share = (at - passes[next - 1]).as_seconds_f64() / whole;
    let between = |a: f64, b: f64| a + (b - a) * share;
    Some(Fix {
        x: between(from.x, to.x),
        y: between(from.y, to.y),
        altitude_ft: between(from.altitude_ft, to.altitude_ft),
        vx: (to.x - from.x) / whole,
        vy: (to.y - from.y) / whole,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leg(x: f64, y: f64, altitude_ft: f64) -> Leg {
        Leg {
            x,
            y,
            altitude_ft,
            speed_kn: 360.0,
        }
    }

    #[test]
    fn a_flight_keeps_its_legs() {
        let flight = Flight {
            name: "CIV101".into(),
            kind: Kind::Civil,
            enters: Instant(10_000_000_000),
            legs: vec![
                leg(0.0, 0.0, 10_000.0),
                leg(0.0, 10.0, 20_000.0),
                leg(5.0, 10.0, 20_000.0),
            ],
            code: Some(0o1234),
            simulated: false,
            jams: vec![],
        };
        let mut sky = Sky::new(vec![flight], vec![]);
        let at = |seconds: u64| Instant(seconds * 1_000_000_000);
        assert_eq!(sky.fix(0, at(9)), None);
        // 360 knots are a tenth of a mile a second.
        let fix = sky.fix(0, at(60)).unwrap();
        assert!((fix.y - 5.0).abs() < 1e-9 && fix.x == 0.0);
        assert!((fix.altitude_ft - 15_000.0).abs() < 1e-6);
        assert!((fix.vy - 0.1).abs() < 1e-12);
        let fix = sky.fix(0, at(130)).unwrap();
        assert!((fix.x - 2.0).abs() < 1e-9 && (fix.y - 10.0).abs() < 1e-9);
        assert_eq!(sky.fix(0, at(160)), None);
        assert!(sky.destroy(0, at(50)) && !sky.destroy(0, at(55)));
        assert_eq!(sky.fix(0, at(60)), None);
        assert!(sky.fix(0, at(49)).is_some());
    }
}
