//! A long-range radar site with its AN/FST-2: antenna, target reports, line to the center.
//!
//! Search radars such as the AN/FPS-20 saw beyond 200 miles. The AN/FST-2 (134 of them, 6,900 tubes
//! each) counted the echoes of each target as the beam passed, made a report of range and azimuth,
//! and sent it over a telephone line of 1,300 bits a second; a transponder's answer came along. On
//! request from the center a height finder nodded at a target and its operator read the height.
//!
//! ```text
//!  beam passes --- seen? --- report --- queue --- 1,300 bit/s, main and alternate line --- center
//!                  |                      |
//!            blip/scan, horizon,      full: lost
//!            jammers
//! ```
//!
//! | | |
//! |---|---|
//! | turn | 12 s, phase from the seed |
//! | range | units of 1/4 n.mi, error 1/4 n.mi |
//! | azimuth | 4096 parts of a circle, error 0.25 degrees |
//! | blip/scan | 0.85 inside 150 n.mi, falling to 0 at 230 |
//! | false alarms | 15 a turn |
//! | line | 53 bits a report: 24 a second |
//!
//! Source: AN/FST-2 documented, its precision too; figures assigned by us. Assumed: a target whose
//! transponder answered makes one report, of label beacon; two targets close together make two
//! reports; a jammer hides what lies behind its bearing from the search radar, itself too beyond
//! the burn-through range, and is reported as a strobe (range 0) once a turn; a height takes 8 to
//! 16 s, one after the other, four requests wait; nothing found, no reply.

use std::collections::VecDeque;

use clock::{Instant, Span, Stream};
use serde::{Deserialize, Serialize};

use super::air::Sky;
use super::antenna::Antenna;
use super::message::{AZIMUTHS, Label, RANGE_UNITS, Report};
use super::plane::Place;

/// How well a radar sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Performance {
    /// Turns a minute.
    pub rpm: u16,
    /// Looks that give a report, parts of 100, near.
    pub blip_percent: f64,
    /// So far they are that many, n.mi.
    pub full_nmi: f64,
    /// Here they are none, n.mi.
    pub none_nmi: f64,
    /// Answers of a transponder, parts of 100.
    pub beacon_percent: f64,
    /// Standard deviation of a range, n.mi.
    pub range_error_nmi: f64,
    /// Standard deviation of an azimuth, degrees.
    pub azimuth_error_deg: f64,
    /// Reports of nothing, mean of a turn.
    pub false_alarms: f64,
    /// Half the sector a jammer hides, degrees.
    pub jammed_deg: f64,
    /// Within this range it sees through jamming, n.mi.
    pub burn_through_nmi: f64,
    /// Standard deviation of a height, feet.
    pub height_error_ft: f64,
    /// Reports that can wait for the line.
    pub queue: u16,
}

impl Default for Performance {
    fn default() -> Performance {
        Performance {
            rpm: 5,
            blip_percent: 85.0,
            full_nmi: 150.0,
            none_nmi: 230.0,
            beacon_percent: 95.0,
            range_error_nmi: 0.25,
            azimuth_error_deg: 0.25,
            false_alarms: 15.0,
            jammed_deg: 1.5,
            burn_through_nmi: 25.0,
            height_error_ft: 1_000.0,
            queue: 96,
        }
    }
}

/// A radar site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RadarDescription {
    /// Its number among sites: "Z-10".
    pub site: String,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// Its antenna above the sea, feet.
    #[serde(default = "antenna_ft")]
    pub height_ft: f64,
    /// Its channel at the center, 1 to 63.
    pub channel: u8,
    /// Long-range input field its channel writes, 1 or 2.
    #[serde(default = "field")]
    pub field: u8,
    /// There is a second line by another way.
    #[serde(default = "yes")]
    pub alternate: bool,
    /// How well it sees.
    #[serde(default)]
    pub performance: Performance,
}

fn antenna_ft() -> f64 {
    200.0
}

fn field() -> u8 {
    1
}

fn yes() -> bool {
    true
}

/// A report as it leaves the AN/FST-2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Echo {
    /// When the beam passed.
    pub at: Instant,
    /// What it says.
    pub report: Report,
    /// Whose it is; none: nothing is there.
    pub target: Option<u16>,
}

/// What becomes of a height request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// It is under way, and the height will be read then.
    ReadAt(Instant),
    /// It waits for those before it.
    Waits,
    /// Too many wait, or the site is out: it is lost.
    Lost,
}

/// Height requests that can wait.
const REQUESTS: usize = 4;

/// The site at work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Radar {
    /// Its antenna.
    pub antenna: Antenna,
    /// How well it sees.
    pub performance: Performance,
    /// It is out of order until somebody mends it.
    pub out: bool,
    /// Times its beam passed a target it could have seen.
    pub looked: u64,
    /// Reports made.
    pub reported: u64,
    seed: u64,
    site: String,
    /// Chances of the looks at each target.
    looks: Vec<Stream>,
    noise: Stream,
    next_false: Instant,
    heights: Stream,
    /// Azimuth and range of what is to be measured; the first is under way.
    requests: VecDeque<(u16, u16)>,
}

impl Radar {
    /// A site that works from instant 0 on.
    pub fn new(description: &RadarDescription, antenna: Antenna, seed: u64) -> Radar {
        let site = description.site.clone();
        let mut noise = Stream::new(seed, &format!("radar/{site}/noise"));
        let performance = description.performance.clone();
        let next_false = next_false(&performance, &antenna, Instant::ZERO, &mut noise);
        Radar {
            antenna,
            performance,
            out: false,
            looked: 0,
            reported: 0,
            seed,
            looks: Vec::new(),
            noise,
            next_false,
            heights: Stream::new(seed, &format!("radar/{site}/heights")),
            requests: VecDeque::new(),
            site,
        }
    }

    /// Where it sees most of its looks.
    pub fn covers(&self, x: f64, y: f64, altitude_ft: f64) -> bool {
        let sight = self.antenna.station.sees(x, y, altitude_ft);
        sight.visible && sight.range <= self.performance.full_nmi
    }

    /// The next sector; what is reported, in order of time.
    pub fn sweep(&mut self, sky: &Sky) -> Vec<Echo> {
        let (_, to, looks) = self.antenna.sweep(sky);
        let known = self.looks.len();
        for number in known..sky.len() {
            let path = format!("radar/{}/{}", self.site, sky.name(number));
            self.looks.push(Stream::new(self.seed, &path));
        }
        let p = &self.performance;
        let jams = |look: &&super::antenna::Look| sky.jams(usize::from(look.target), look.at);
        let jammed: Vec<f64> = looks.iter().filter(jams).map(|l| l.sight.bearing).collect();
        let mut echoes = Vec::new();
        for look in &looks {
            let number = usize::from(look.target);
            let chance = &mut self.looks[number];
            // As many draws for every look, so that none moves the next.
            let blip = chance.unit();
            let answer = chance.unit();
            let range = chance.normal(look.sight.range, p.range_error_nmi);
            let azimuth = chance.normal(look.sight.bearing.to_degrees(), p.azimuth_error_deg);
            let run_length = 6 + chance.below(6) as u8;
            let far = (p.none_nmi - look.sight.range) / (p.none_nmi - p.full_nmi).max(1e-9);
            let near = far.clamp(0.0, 1.0) / 100.0;
            let code = sky.code(number);
            let beacon = code.is_some() && answer < p.beacon_percent * near;
            let hidden = look.sight.range > p.burn_through_nmi
                && jammed.iter().any(|bearing| {
                    let off = (bearing - look.sight.bearing).to_degrees().abs();
                    off.min(360.0 - off) <= p.jammed_deg
                });
            let seen = !hidden && blip < p.blip_percent * near;
            let report = |label: Label, range: f64, code: u16| Report {
                label: label.code(),
                range: (range * RANGE_UNITS + 0.5).clamp(0.0, 2_047.0) as u16,
                azimuth: azimuth_units(azimuth),
                run_length,
                code,
                simulated: sky.simulated(number),
            };
            let mut echo = |report| {
                echoes.push(Echo {
                    at: look.at,
                    report,
                    target: Some(look.target),
                });
            };
            if beacon {
                echo(report(Label::Beacon, range, code.unwrap_or(0)));
            } else if seen {
                echo(report(Label::Search, range, 0));
            }
            if sky.jams(number, look.at) {
                echo(report(Label::Jam, 0.0, 0));
            }
        }
        while self.next_false < to {
            let at = self.next_false;
            let range = 5.0 + 195.0 * self.noise.unit();
            let report = Report {
                label: Label::Search.code(),
                range: (range * RANGE_UNITS) as u16,
                azimuth: azimuth_units(self.antenna.bearing(at).to_degrees()),
                run_length: 3 + self.noise.below(3) as u8,
                code: 0,
                simulated: false,
            };
            echoes.push(Echo {
                at,
                report,
                target: None,
            });
            self.next_false = next_false(&self.performance, &self.antenna, at, &mut self.noise);
        }
        if self.out {
            echoes.clear();
        }
        echoes.sort_by_key(|echo| echo.at);
        self.looked += looks.len() as u64;
        self.reported += echoes.len() as u64;
        echoes
    }

    /// A height is asked for.
    pub fn request_height(&mut self, now: Instant, azimuth: u16, range: u16) -> Request {
        if self.out || self.requests.len() > REQUESTS {
            return Request::Lost;
        }
        self.requests.push_back((azimuth % AZIMUTHS, range));
        match self.requests.len() {
            1 => Request::ReadAt(self.read_at(now)),
            _ => Request::Waits,
        }
    }

    fn read_at(&mut self, now: Instant) -> Instant {
        now + Span::from_millis(8_000 + self.heights.below(8_001))
    }

    /// The operator reads the height under way: the reply, and when the next is read.
    pub fn read_height(&mut self, now: Instant, sky: &Sky) -> (Option<Echo>, Option<Instant>) {
        let Some((azimuth, range)) = self.requests.pop_front() else {
            return (None, None);
        };
        let error = self.heights.normal(0.0, self.performance.height_error_ft);
        let run_length = 8;
        let off = |number: usize| {
            let fix = sky.fix(number, now)?;
            let station = &self.antenna.station;
            let sight = station.sees(fix.x, fix.y, fix.altitude_ft);
            let turn = sight.bearing.to_degrees() - f64::from(azimuth) * 360.0 / 4_096.0;
            let turn = turn - 360.0 * libm::round(turn / 360.0);
            let along = sight.range - f64::from(range) / RANGE_UNITS;
            let across = sight.range * turn.to_radians();
            let distance = libm::sqrt(along * along + across * across);
            // While he looked it flew on: up to 3 miles.
            (sight.visible && distance <= 6.0).then_some((distance, number, fix.altitude_ft))
        };
        let nearest = (0..sky.len())
            .filter_map(off)
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let echo = nearest
            .filter(|_| !self.out)
            .map(|(_, number, altitude)| Echo {
                at: now,
                report: Report {
                    label: Label::Height.code(),
                    range,
                    azimuth,
                    run_length,
                    code: ((altitude + error) / 100.0 + 0.5).clamp(0.0, 4_095.0) as u16,
                    simulated: sky.simulated(number),
                },
                target: Some(number as u16),
            });
        let next = (!self.requests.is_empty()).then(|| self.read_at(now));
        (echo, next)
    }
}

fn next_false(
    performance: &Performance,
    antenna: &Antenna,
    after: Instant,
    noise: &mut Stream,
) -> Instant {
    if performance.false_alarms <= 0.0 {
        return Instant(u64::MAX);
    }
    let mean = antenna.turn().as_seconds_f64() / performance.false_alarms;
    after.saturating_add(noise.exponential_span(Span::from_seconds_f64(mean)))
}

fn azimuth_units(degrees: f64) -> u16 {
    let parts = libm::round(degrees / 360.0 * f64::from(AZIMUTHS));
    let parts = parts - f64::from(AZIMUTHS) * libm::floor(parts / f64::from(AZIMUTHS));
    parts as u16 % AZIMUTHS
}

#[cfg(test)]
mod tests {
    use super::super::air::{Flight, Kind, Leg};
    use super::super::plane::Plane;
    use super::*;

    const PLACE: Place = Place {
        north: 42.03,
        west: 70.05,
    };

    fn plane() -> Plane {
        Plane::at(Place {
            north: 42.6,
            west: 71.0,
        })
    }

    fn radar(change: impl FnOnce(&mut Performance)) -> Radar {
        let mut performance = Performance::default();
        change(&mut performance);
        let description = RadarDescription {
            site: "Z-10".into(),
            name: "North Truro".into(),
            place: PLACE,
            height_ft: 200.0,
            channel: 1,
            field: 1,
            alternate: true,
            performance,
        };
        let station = plane().station(PLACE, 200.0);
        let mut chance = Stream::new(3, "phase");
        let north = plane().north_correction(PLACE);
        let reach = description.performance.none_nmi;
        let antenna = Antenna::new(station, north, (5, reach), &mut chance);
        Radar::new(&description, antenna, 3)
    }

    /// Flies so slowly that it stands still.
    fn stands(x: f64, y: f64, altitude_ft: f64, code: Option<u16>) -> Flight {
        let leg = |x: f64| Leg {
            x,
            y,
            altitude_ft,
            speed_kn: 1.0,
        };
        Flight {
            name: format!("at {x} {y}"),
            kind: Kind::Civil,
            enters: Instant::ZERO,
            legs: vec![leg(x), leg(x + 10.0)],
            code,
            simulated: false,
            jams: vec![],
        }
    }

    fn turns(radar: &mut Radar, sky: &Sky, turns: u64) -> Vec<Echo> {
        (0..turns * 64).flat_map(|_| radar.sweep(sky)).collect()
    }

    #[test]
    fn errors_have_the_deviation_of_the_reference() {
        let mut radar = radar(|p| p.false_alarms = 0.0);
        let station = radar.antenna.station;
        let (x, y) = (station.x + 60.0, station.y + 80.0);
        let sky = Sky::new(vec![stands(x, y, 30_000.0, None)], vec![]);
        let truth = station.sees(x, y, 30_000.0);
        let echoes = turns(&mut radar, &sky, 2_000);
        // Blip/scan: 1,700 of 2,000 looks, deviation 16.
        assert!((1_640..1_760).contains(&echoes.len()), "{}", echoes.len());
        let count = echoes.len() as f64;
        // It moves 6.6 miles in the time: along the line of sight the truth is taken for each.
        let off = |echo: &Echo| {
            let fix = sky.fix(0, echo.at).unwrap();
            let sight = station.sees(fix.x, fix.y, fix.altitude_ft);
            let range = f64::from(echo.report.range) / 4.0 - sight.range;
            let azimuth = f64::from(echo.report.azimuth) * 360.0 / 4_096.0;
            (range, azimuth - sight.bearing.to_degrees())
        };
        let sum =
            |f: &dyn Fn((f64, f64)) -> f64| echoes.iter().map(|e| f(off(e))).sum::<f64>() / count;
        // 1/4 n.mi and the rounding to quarters: sqrt(0.25^2 + 0.25^2 / 12) = 0.260.
        let deviation = sum(&|o| o.0 * o.0).sqrt();
        assert!((deviation - 0.260).abs() < 0.015, "{deviation}");
        assert!(sum(&|o| o.0).abs() < 0.03);
        let deviation = sum(&|o| o.1 * o.1).sqrt();
        assert!((deviation - 0.251).abs() < 0.015, "{deviation}");
        assert!(sum(&|o| o.1).abs() < 0.03);
        assert!((truth.range - 100.1).abs() < 0.3);
        // Once a turn: the looks lie 12 s apart.
        let gaps = echoes
            .windows(2)
            .map(|pair| (pair[1].at - pair[0].at).as_seconds_f64());
        for gap in gaps {
            let turns = gap / 12.0;
            assert!((turns - turns.round()).abs() < 0.01, "{gap}");
        }
    }

    #[test]
    fn far_targets_are_seen_less_and_beyond_230_never() {
        let share = |miles: f64| {
            let mut radar = radar(|p| p.false_alarms = 0.0);
            let station = radar.antenna.station;
            let flight = stands(station.x, station.y - miles, 60_000.0, None);
            let sky = Sky::new(vec![flight], vec![]);
            turns(&mut radar, &sky, 400).len() as f64 / 400.0
        };
        assert!((share(50.0) - 0.85).abs() < 0.06);
        // Half way down: 0.425.
        assert!((share(190.0) - 0.425).abs() < 0.08);
        assert_eq!(share(232.0), 0.0);
    }

    #[test]
    fn low_flyers_come_over_the_horizon() {
        let count = |miles: f64| {
            let mut radar = radar(|p| p.false_alarms = 0.0);
            let station = radar.antenna.station;
            let flight = stands(station.x, station.y - miles, 500.0, None);
            turns(&mut radar, &Sky::new(vec![flight], vec![]), 50).len()
        };
        // 1.23 (sqrt(200) + sqrt(500)) = 44.9.
        assert!(count(43.0) > 30);
        assert_eq!(count(46.5), 0);
    }

    #[test]
    fn false_alarms_are_fifteen_a_turn() {
        let mut radar = radar(|_| {});
        let echoes = turns(&mut radar, &Sky::default(), 200);
        // 3,000, deviation 55.
        assert!((2_800..3_200).contains(&echoes.len()), "{}", echoes.len());
        assert!(echoes.windows(2).all(|pair| pair[0].at <= pair[1].at));
        assert!(echoes.iter().all(|echo| echo.target.is_none()));
    }

    #[test]
    fn a_transponder_answers_with_its_code_in_one_report() {
        let mut radar = radar(|p| p.false_alarms = 0.0);
        let flight = stands(20.0, 20.0, 20_000.0, Some(0o1200));
        let echoes = turns(&mut radar, &Sky::new(vec![flight], vec![]), 200);
        let beacons = echoes.iter().filter(|e| e.report.label == 1).count();
        assert!((180..=200).contains(&beacons), "{beacons}");
        assert!(
            echoes
                .iter()
                .all(|e| e.report.label == 0 || e.report.code == 0o1200)
        );
        assert!(echoes.len() <= 200);
    }

    #[test]
    fn a_jammer_hides_what_lies_behind_it_and_shows_its_bearing() {
        let mut radar = radar(|p| p.false_alarms = 0.0);
        let station = radar.antenna.station;
        let mut jammer = stands(station.x, station.y - 100.0, 30_000.0, None);
        jammer.jams = vec![(Instant::ZERO, Instant(600_000_000_000))];
        let behind = stands(station.x + 1.0, station.y - 120.0, 30_000.0, None);
        let beside = stands(station.x + 40.0, station.y - 100.0, 30_000.0, None);
        let sky = Sky::new(vec![jammer, behind, beside], vec![]);
        let echoes = turns(&mut radar, &sky, 50);
        let of = |target: u16, label: u8| {
            let mine = echoes.iter().filter(|e| e.target == Some(target));
            mine.filter(|e| e.report.label == label).count()
        };
        assert_eq!((of(0, 0), of(0, 3), of(1, 0)), (0, 50, 0));
        assert!(of(2, 0) > 30);
    }

    #[test]
    fn heights_are_read_one_after_the_other() {
        let mut radar = radar(|_| {});
        let station = radar.antenna.station;
        let flight = stands(station.x, station.y - 80.0, 30_000.0, None);
        let sky = Sky::new(vec![flight], vec![]);
        let sight = station.sees(station.x, station.y - 80.0, 30_000.0);
        let azimuth = azimuth_units(sight.bearing.to_degrees());
        let range = (sight.range * 4.0) as u16;
        let now = Instant::ZERO;
        let Request::ReadAt(read) = radar.request_height(now, azimuth, range) else {
            panic!("nothing waits before it");
        };
        let span = read - now;
        assert!(span >= Span::from_secs(8) && span <= Span::from_secs(16));
        for _ in 0..4 {
            let other = radar.request_height(now, azimuth + 512, range);
            assert_eq!(other, Request::Waits);
        }
        let sixth = radar.request_height(now, azimuth, range);
        assert_eq!(sixth, Request::Lost);
        let (echo, next) = radar.read_height(read, &sky);
        let report = echo.unwrap().report;
        assert_eq!(
            (report.label, report.azimuth, report.range),
            (2, azimuth, range)
        );
        assert!((report.code as i32 - 300).abs() < 40, "{}", report.code);
        // Nothing is where the second was asked for.
        let (echo, _) = radar.read_height(next.unwrap(), &sky);
        assert_eq!(echo, None);
    }
}
