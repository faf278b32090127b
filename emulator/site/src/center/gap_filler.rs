//! A gap filler with its AN/FST-1: a small radar that looks under the horizon of the big ones.
//!
//! Sets such as the AN/FPS-14 stood unattended in the valleys between the long-range radars and saw
//! 60 miles. Their picture was written on a storage tube of 256 azimuths by 64 ranges and read off
//! so slowly that it went over a telephone line; no heights, no transponders, no time.
//!
//! Source: cells documented, figures assigned by us. Assumed: turns as the long-range sets do; a hit
//! is 16 bits at 1,600 bits a second, sent as the beam passes; nobody maps its clutter away.

use clock::{Instant, Span, Stream};
use serde::{Deserialize, Serialize};

use super::air::Sky;
use super::antenna::Antenna;
use super::plane::Place;

/// Bits of a hit on the line.
pub const HIT_BITS: u64 = 16;
/// Bits a second.
pub const BIT_RATE: u32 = 1_600;
/// How far it sees, n.mi.
pub const REACH: f64 = 60.0;

/// A gap filler.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GapFillerDescription {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// Its antenna above the sea, feet.
    #[serde(default = "antenna_ft")]
    pub height_ft: f64,
    /// Its number in input words, 1 to 255.
    pub number: u8,
    /// Turns a minute.
    #[serde(default = "rpm")]
    pub rpm: u16,
    /// Looks that give a hit, parts of 100.
    #[serde(default = "blip")]
    pub blip_percent: f64,
    /// Hits of nothing, mean of a turn.
    #[serde(default = "clutter")]
    pub false_alarms: f64,
}

fn antenna_ft() -> f64 {
    100.0
}

fn rpm() -> u16 {
    5
}

fn blip() -> f64 {
    80.0
}

fn clutter() -> f64 {
    4.0
}

/// A hit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// When the beam passed.
    pub at: Instant,
    /// 256 parts of a circle from true north.
    pub azimuth: u8,
    /// Range cell of a mile.
    pub cell: u8,
    /// Whose it is; none: nothing is there.
    pub target: Option<u16>,
}

/// The set at work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GapFiller {
    /// Its antenna.
    pub antenna: Antenna,
    /// Its number in input words.
    pub number: u8,
    blip: f64,
    mean: Option<Span>,
    next_false: Instant,
    seed: u64,
    name: String,
    looks: Vec<Stream>,
    noise: Stream,
}

impl GapFiller {
    /// A set that works from instant 0 on.
    pub fn new(description: &GapFillerDescription, antenna: Antenna, seed: u64) -> GapFiller {
        let name = description.name.clone();
        let seconds = antenna.turn().as_seconds_f64() / description.false_alarms;
        let mean = (description.false_alarms > 0.0).then(|| Span::from_seconds_f64(seconds));
        let mut set = GapFiller {
            antenna,
            number: description.number,
            blip: description.blip_percent / 100.0,
            mean,
            next_false: Instant::ZERO,
            seed,
            looks: Vec::new(),
            noise: Stream::new(seed, &format!("gap filler/{name}/noise")),
            name,
        };
        set.next_false = set.after(Instant::ZERO);
        set
    }

    fn after(&mut self, at: Instant) -> Instant {
        match self.mean {
            Some(mean) => at.saturating_add(self.noise.exponential_span(mean)),
            None => Instant(u64::MAX),
        }
    }

    /// The next sector; hits in order of time.
    pub fn sweep(&mut self, sky: &Sky) -> Vec<Hit> {
        let (_, to, looks) = self.antenna.sweep(sky);
        for number in self.looks.len()..sky.len() {
            let path = format!("gap filler/{}/{}", self.name, sky.name(number));
            self.looks.push(Stream::new(self.seed, &path));
        }
        let cell = |miles: f64| miles.clamp(0.0, 63.0) as u8;
        let part = |radians: f64| (radians / std::f64::consts::TAU * 256.0) as u16 as u8;
        let mut hits = Vec::new();
        for look in looks {
            if self.looks[usize::from(look.target)].unit() < self.blip {
                hits.push(Hit {
                    at: look.at,
                    azimuth: part(look.sight.bearing),
                    cell: cell(look.sight.range),
                    target: Some(look.target),
                });
            }
        }
        while self.next_false < to {
            let at = self.next_false;
            hits.push(Hit {
                at,
                azimuth: part(self.antenna.bearing(at)),
                cell: cell(self.noise.unit() * REACH),
                target: None,
            });
            self.next_false = self.after(at);
        }
        hits.sort_by_key(|hit| hit.at);
        hits
    }
}

#[cfg(test)]
mod tests {
    use super::super::air::{Flight, Kind, Leg};
    use super::super::plane::Plane;
    use super::*;

    #[test]
    fn it_sees_low_flyers_in_its_cells() {
        let place = Place {
            north: 42.66,
            west: 70.62,
        };
        let plane = Plane::at(place);
        let description = GapFillerDescription {
            name: "Rockport".into(),
            place,
            height_ft: 100.0,
            number: 1,
            rpm: 5,
            blip_percent: 80.0,
            false_alarms: 0.0,
        };
        let mut chance = Stream::new(1, "phase");
        let station = plane.station(place, 100.0);
        let antenna = Antenna::new(station, 0.0, (5, REACH), &mut chance);
        let mut set = GapFiller::new(&description, antenna, 1);
        let leg = |x: f64| Leg {
            x,
            y: 0.0,
            altitude_ft: 500.0,
            speed_kn: 1.0,
        };
        let flight = Flight {
            name: "R1".into(),
            kind: Kind::Hostile,
            enters: Instant::ZERO,
            legs: vec![leg(30.5), leg(31.5)],
            code: None,
            simulated: false,
            jams: vec![],
        };
        let sky = Sky::new(vec![flight], vec![]);
        let hits: Vec<Hit> = (0..64 * 100).flat_map(|_| set.sweep(&sky)).collect();
        assert!((65..95).contains(&hits.len()), "{}", hits.len());
        // East: 64 parts, or the one before.
        let good = |hit: &Hit| (63..=64).contains(&hit.azimuth) && (30..=31).contains(&hit.cell);
        assert!(hits.iter().all(good));
    }
}
