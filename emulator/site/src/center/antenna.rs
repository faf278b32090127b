//! A turning antenna: which targets its beam passes, and when.
//!
//! An antenna of 1958 turned five times a minute, day and night. Here a turn is 64 sectors, each an
//! appointment; what the beam passes in a sector is found at its beginning, with the instant at
//! which the beam points there. Where the antenna points at instant 0 is drawn from the seed.

use std::f64::consts::PI;

use clock::{Instant, Span, Stream, periodic};
use serde::{Deserialize, Serialize};

use super::air::{Fix, Sky};
use super::plane::{Sight, Station};

/// Sectors of a turn.
pub const SECTORS: u64 = 64;
const CIRCLE: f64 = 2.0 * PI;
/// The plane's bearings differ from true ones, north corrected, by less than this.
const MARGIN: f64 = 0.03;

/// An antenna.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Antenna {
    /// Where it stands.
    pub station: Station,
    /// The bearing of its true north on the plane, radians.
    pub north: f64,
    /// Turns a minute.
    rpm: u16,
    /// Parts of a turn it points to at instant 0.
    phase: f64,
    /// Sectors passed.
    sector: u64,
    /// Farther it does not see, n.mi.
    reach: f64,
    /// When each target was last passed, in sectors from 1; 0: never.
    passed: Vec<u64>,
}

/// The beam passes a target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// When.
    pub at: Instant,
    /// The target's number.
    pub target: u16,
    /// Where the target is.
    pub fix: Fix,
    /// How it is seen from here.
    pub sight: Sight,
}

impl Antenna {
    /// An antenna that begins to turn at instant 0; `chance` says where it points.
    pub fn new(
        station: Station,
        north: f64,
        (rpm, reach): (u16, f64),
        chance: &mut Stream,
    ) -> Antenna {
        Antenna {
            station,
            north,
            rpm: rpm.max(1),
            phase: chance.unit(),
            sector: 0,
            reach,
            passed: Vec::new(),
        }
    }

    /// How long a turn takes.
    pub fn turn(&self) -> Span {
        Span(60_000_000_000 / u64::from(self.rpm))
    }

    fn begin_of(&self, sector: u64) -> Instant {
        periodic(Instant::ZERO, sector, SECTORS * u64::from(self.rpm), 60)
    }

    /// When the next sector begins.
    pub fn due(&self) -> Instant {
        self.begin_of(self.sector)
    }

    /// Where the beam points, radians of true bearing.
    pub fn bearing(&self, at: Instant) -> f64 {
        let turns = self.phase + at.as_seconds_f64() * f64::from(self.rpm) / 60.0;
        (turns - libm::floor(turns)) * CIRCLE
    }

    /// The next sector: when it begins and ends, and what the beam passes in it, in that order.
    pub fn sweep(&mut self, sky: &Sky) -> (Instant, Instant, Vec<Look>) {
        let from = self.begin_of(self.sector);
        let to = self.begin_of(self.sector + 1);
        self.sector += 1;
        self.passed.resize(sky.len(), 0);
        let first = self.bearing(from);
        let width = CIRCLE / SECTORS as f64;
        let edge = |bearing: f64| (libm::sin(bearing), libm::cos(bearing));
        let left = edge(first + self.north - MARGIN);
        let right = edge(first + width + self.north + MARGIN);
        let reach = (self.reach + 5.0) * (self.reach + 5.0);
        let mut looks = Vec::new();
        for number in 0..sky.len() {
            let Some(fix) = sky.fix(number, from) else {
                continue;
            };
            let (dx, dy) = (fix.x - self.station.x, fix.y - self.station.y);
            let inside = dx * left.1 - dy * left.0 >= 0.0 && right.0 * dy - right.1 * dx >= 0.0;
            if !inside || dx * dx + dy * dy > reach {
                continue;
            }
            let sight = self.station.sees(fix.x, fix.y, fix.altitude_ft);
            let ahead = sight.bearing - first;
            let ahead = ahead - CIRCLE * libm::floor(ahead / CIRCLE);
            // One that moved into the next sector just behind the beam is not seen twice.
            let again = self.passed[number] + SECTORS / 2 > self.sector && self.passed[number] > 0;
            if ahead >= width || again {
                continue;
            }
            self.passed[number] = self.sector;
            let at = from + Span(((to - from).0 as f64 * (ahead / width)) as u64);
            let Some(fix) = sky.fix(number, at) else {
                continue;
            };
            let sight = self.station.sees(fix.x, fix.y, fix.altitude_ft);
            if sight.visible && sight.range <= self.reach {
                looks.push(Look {
                    at,
                    target: number as u16,
                    fix,
                    sight,
                });
            }
        }
        looks.sort_by_key(|look| (look.at, look.target));
        (from, to, looks)
    }
}
