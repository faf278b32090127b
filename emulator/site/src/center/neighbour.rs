//! A direction center beside this one, as crosstell knows it.
//!
//! Next to every sector lay others, and an aircraft that left one came into the next: so the centers
//! told each other their tracks near the boundary over telephone lines, by program and without
//! people. Until whole networks are emulated a neighbour is a station that speaks the protocol.
//!
//! | it | |
//! |---|---|
//! | owns | what appeared in its part of the plane, and what it accepted |
//! | tells | a third of what is within 40 n.mi of our boundary or crosses it in 10 min, each 5 s |
//! | offers | what it owns and has come into our sector, again each 5 s, three times more |
//! | gives away | at our acceptance; keeps at refusal or silence, and offers anew after a minute |
//! | answers an offer | accepts what we told it in the last minute, refuses what it never heard of |
//! | forgets | a track of ours not told for a minute |
//!
//! A point outside our boundary belongs to the neighbour whose plane's centre is nearest. It knows
//! its aircraft from radars of its own, which are not emulated: from the truth, half a mile wrong.
//!
//! Source: existence of lateral telling documented, protocol assigned by us. Not emulated: seizing a
//! track whose owner is silent, radar relay, time checks, the neighbour's own switchover.

use clock::{Instant, Span, Stream};
use serde::{Deserialize, Serialize};

use super::air::{Fix, Kind, Sky};
use super::message::{Crosstell, Told, miles, position};
use super::plane::Plane;
use super::record::Tell;

/// It acts so often.
pub const BEAT: Span = Span::from_secs(5);
/// Its positions are wrong by this much, standard deviation, n.mi.
const ERROR_NMI: f64 = 0.5;
/// It tells what is so near to the boundary, n.mi, or crosses it in so many seconds.
const NEAR_NMI: f64 = 40.0;
const SOON_S: f64 = 600.0;
/// Offers of a track, the first included.
const OFFERS: u8 = 4;
/// After an offer came to nothing, and for how long a track told stays known.
const MINUTE: Span = Span::from_secs(60);
/// A track we offer is its own aircraft within this distance, n.mi.
const SAME_NMI: f64 = 10.0;

/// A sector on the plane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Zone {
    /// Its corners; none: all of the plane.
    pub corners: Vec<(f64, f64)>,
    /// Where the planes of the neighbours touch the earth.
    pub others: Vec<(f64, f64)>,
}

impl Zone {
    /// Its edges, from corner to corner.
    pub fn edges(&self) -> impl Iterator<Item = ((f64, f64), (f64, f64))> + '_ {
        let next = self.corners.iter().cycle().skip(1);
        self.corners.iter().copied().zip(next.copied())
    }

    /// The first corner at which the boundary turns the other way than at most.
    pub fn bends_inward(&self) -> Option<usize> {
        let edges: Vec<_> = self.edges().collect();
        // Turn at the corner where an edge ends.
        let turn = |n: usize| {
            let ((ax, ay), (bx, by)) = edges[n % edges.len()];
            let (_, (cx, cy)) = edges[(n + 1) % edges.len()];
            (bx - ax) * (cy - by) - (by - ay) * (cx - bx)
        };
        let all: f64 = (0..edges.len()).map(turn).map(f64::signum).sum();
        let bent = (0..edges.len()).find(|n| turn(*n) * all <= 0.0);
        bent.map(|n| (n + 1) % edges.len())
    }

    /// Whether a point lies in the sector.
    pub fn contains(&self, x: f64, y: f64) -> bool {
        if self.corners.is_empty() {
            return true;
        }
        // A ray eastward crosses the boundary an odd number of times.
        let crossed = |((ax, ay), (bx, by)): &((f64, f64), (f64, f64))| {
            (*ay > y) != (*by > y) && x < ax + (y - ay) / (by - ay) * (bx - ax)
        };
        self.edges().filter(crossed).count() % 2 == 1
    }

    /// How far a point is from the boundary, n.mi.
    pub fn distance(&self, x: f64, y: f64) -> f64 {
        let to_edge = |((ax, ay), (bx, by)): ((f64, f64), (f64, f64))| {
            let (dx, dy) = (bx - ax, by - ay);
            let along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy).max(1e-9);
            let along = along.clamp(0.0, 1.0);
            let (px, py) = (ax + along * dx - x, ay + along * dy - y);
            libm::sqrt(px * px + py * py)
        };
        self.edges().map(to_edge).fold(f64::INFINITY, f64::min)
    }

    /// The neighbour to which a point outside the sector belongs.
    pub fn owner(&self, x: f64, y: f64) -> Option<usize> {
        let square = |(ox, oy): &(f64, f64)| (ox - x) * (ox - x) + (oy - y) * (oy - y);
        let all = self.others.iter().enumerate();
        let nearest = all.min_by(|a, b| square(a.1).total_cmp(&square(b.1)));
        nearest.map(|(number, _)| number)
    }
}

/// What it has with a target of its own.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Own {
    target: u16,
    /// It has told it, and has not dropped it since.
    told: bool,
    /// Offers made of the present round.
    offers: u8,
    /// Not offered before.
    not_before: Instant,
    /// Times told.
    tells: u16,
}

/// A track of ours as it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Heard {
    frame: Crosstell,
    at: Instant,
    /// It has accepted it.
    accepted: bool,
}

/// What it did with a track: number, target, what.
pub type Note = (u16, Option<u16>, Tell);

/// A neighbouring center.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Neighbour {
    /// Its place in the site file.
    number: usize,
    /// Number of its sector.
    sector: u8,
    /// Its plane, and ours.
    planes: [Plane; 2],
    own: Vec<Own>,
    /// Targets looked at: whose they are was settled when they appeared.
    settled: Vec<bool>,
    heard: Vec<Heard>,
    /// Answers for the next beat.
    answers: Vec<(Told, u16)>,
    sequence: u8,
    beats: u64,
    chance: Stream,
}

/// The number under which a neighbour tells a target.
fn track_of(target: u16) -> u16 {
    1 + target % 999
}

impl Neighbour {
    /// One that begins to watch at instant 0.
    pub fn new(number: usize, sector: u8, planes: [Plane; 2], chance: Stream) -> Neighbour {
        Neighbour {
            number,
            sector,
            planes,
            own: Vec::new(),
            settled: Vec::new(),
            heard: Vec::new(),
            answers: Vec::new(),
            sequence: 0,
            beats: 0,
            chance,
        }
    }

    /// A frame of ours has come, its parity good.
    pub fn hears(&mut self, now: Instant, halves: [u16; 5], sky: &Sky) -> Vec<Note> {
        let Some(frame) = Crosstell::of(halves) else {
            return Vec::new();
        };
        let track = frame.track;
        let known = self
            .heard
            .iter()
            .position(|heard| heard.frame.track == track);
        let own = (self.own.iter()).position(|own| own.offers > 0 && track_of(own.target) == track);
        match frame.told {
            Told::Position => {
                match known {
                    Some(place) => {
                        self.heard[place].frame = frame;
                        self.heard[place].at = now;
                    }
                    None => self.heard.push(Heard {
                        frame,
                        at: now,
                        accepted: false,
                    }),
                }
                Vec::new()
            }
            Told::Identity => Vec::new(),
            Told::Drop => {
                self.heard.retain(|heard| heard.frame.track != track);
                Vec::new()
            }
            Told::Offer => self.offered(now, track, known, sky),
            Told::Accept => match own {
                Some(place) => {
                    let given = self.own.remove(place);
                    vec![(track, Some(given.target), Tell::GaveAway)]
                }
                None => Vec::new(),
            },
            Told::Refuse => match own {
                Some(place) => {
                    self.own[place].offers = 0;
                    self.own[place].not_before = now + MINUTE;
                    vec![(track, Some(self.own[place].target), Tell::Keeps)]
                }
                None => Vec::new(),
            },
        }
    }

    fn offered(&mut self, now: Instant, track: u16, known: Option<usize>, sky: &Sky) -> Vec<Note> {
        let Some(place) = known else {
            self.answers.push((Told::Refuse, track));
            return vec![(track, None, Tell::Refuses)];
        };
        self.answers.push((Told::Accept, track));
        if std::mem::replace(&mut self.heard[place].accepted, true) {
            // The answer was lost: it is given again.
            return Vec::new();
        }
        // It was told in the receiver's plane.
        let frame = self.heard[place].frame;
        let [own, ours] = &self.planes;
        let (x, y) = ours.project(own.place(miles(frame.x), miles(frame.y)));
        let distance = |number: usize| {
            let fix = sky.fix(number, now)?;
            let (dx, dy) = (fix.x - x, fix.y - y);
            let distance = libm::sqrt(dx * dx + dy * dy);
            (distance <= SAME_NMI).then_some((distance, number as u16))
        };
        let nearest = (0..sky.len()).filter_map(distance);
        let nearest = nearest.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let target = nearest.map(|(_, target)| target);
        if let Some(target) = target.filter(|t| self.own.iter().all(|own| own.target != *t)) {
            self.own.push(Own {
                target,
                told: false,
                offers: 0,
                not_before: now + MINUTE,
                tells: 0,
            });
        }
        vec![(track, target, Tell::Accepts)]
    }

    /// Every five seconds: the frames it sends, and what it did.
    pub fn beat(&mut self, now: Instant, sky: &Sky, zone: &Zone) -> (Vec<[u16; 5]>, Vec<Note>) {
        self.settle(now, sky, zone);
        self.heard.retain(|heard| now <= heard.at + MINUTE);
        let third = self.beats % 3;
        self.beats += 1;
        let mut frames = Vec::new();
        let mut notes = Vec::new();
        for (told, track) in std::mem::take(&mut self.answers) {
            let frame = self.frame(told, track, None);
            frames.push(frame);
        }
        for place in 0..self.own.len() {
            let mut own = self.own[place];
            let number = usize::from(own.target);
            let track = track_of(own.target);
            let fix = sky.fix(number, now);
            let near = fix.filter(|fix| {
                let later = zone.contains(fix.x + fix.vx * SOON_S, fix.y + fix.vy * SOON_S);
                later || zone.contains(fix.x, fix.y) || zone.distance(fix.x, fix.y) <= NEAR_NMI
            });
            let Some(fix) = near else {
                if std::mem::take(&mut own.told) {
                    frames.push(self.frame(Told::Drop, track, None));
                }
                self.own[place] = own;
                continue;
            };
            if u64::from(track) % 3 == third {
                let about = Some((fix, sky.kind(number)));
                frames.push(self.frame(Told::Position, track, about));
                if own.tells.is_multiple_of(4) {
                    frames.push(self.frame(Told::Identity, track, about));
                }
                own.tells = own.tells.wrapping_add(1);
                own.told = true;
            }
            let inside = zone.contains(fix.x, fix.y) && !zone.corners.is_empty();
            if inside && own.told && now >= own.not_before {
                let target = Some(own.target);
                if own.offers >= OFFERS {
                    own.offers = 0;
                    own.not_before = now + MINUTE;
                    notes.push((track, target, Tell::Keeps));
                } else {
                    let about = Some((fix, sky.kind(number)));
                    frames.push(self.frame(Told::Offer, track, about));
                    let first = own.offers == 0;
                    own.offers += 1;
                    let tell = if first {
                        Tell::Offers
                    } else {
                        Tell::OffersAgain
                    };
                    notes.push((track, target, tell));
                }
            }
            self.own[place] = own;
        }
        // What has left the air is nobody's.
        self.own
            .retain(|own| own.told || sky.fix(usize::from(own.target), now).is_some());
        (frames, notes)
    }

    /// Whose a target is is settled when it appears.
    fn settle(&mut self, now: Instant, sky: &Sky, zone: &Zone) {
        self.settled.resize(sky.len(), false);
        for number in 0..sky.len() {
            if self.settled[number] {
                continue;
            }
            let Some(fix) = sky.fix(number, now) else {
                continue;
            };
            self.settled[number] = true;
            let flies_by_plan = !matches!(sky.kind(number), Kind::Interceptor | Kind::Missile);
            let outside = !zone.contains(fix.x, fix.y);
            if flies_by_plan && outside && zone.owner(fix.x, fix.y) == Some(self.number) {
                self.own.push(Own {
                    target: number as u16,
                    told: false,
                    offers: 0,
                    not_before: now,
                    tells: 0,
                });
            }
        }
    }

    fn frame(&mut self, told: Told, track: u16, about: Option<(Fix, Kind)>) -> [u16; 5] {
        self.sequence = (self.sequence + 1) % 128;
        let (fix, kind) = about.unwrap_or((Fix::default(), Kind::Friendly));
        let speed = libm::sqrt(fix.vx * fix.vx + fix.vy * fix.vy) * 3_600.0;
        let turns = libm::atan2(fix.vx, fix.vy) / std::f64::consts::TAU;
        let heading = libm::floor((turns - libm::floor(turns)) * 64.0 + 0.5) as u8 % 64;
        let (x, y) = match about {
            Some(_) => (
                self.chance.normal(fix.x, ERROR_NMI),
                self.chance.normal(fix.y, ERROR_NMI),
            ),
            None => (0.0, 0.0),
        };
        let frame = Crosstell {
            told,
            sector: self.sector,
            sequence: self.sequence,
            track,
            identity: match kind {
                Kind::Civil | Kind::Friendly => 1,
                Kind::Hostile => 2,
                Kind::Interceptor | Kind::Missile => 5,
            },
            raid: u8::from(about.is_some()),
            x: position(x),
            y: position(y),
            heading,
            speed: libm::round(speed / 25.0).min(63.0) as u8,
            altitude: libm::round(fix.altitude_ft / 5_000.0).clamp(0.0, 15.0) as u8,
        };
        frame.halves()
    }
}

#[cfg(test)]
mod tests {
    use super::super::air::{Flight, Leg};
    use super::super::plane::Place;
    use super::*;

    fn zone() -> Zone {
        Zone {
            corners: vec![
                (-100.0, -100.0),
                (-100.0, 100.0),
                (100.0, 100.0),
                (100.0, -100.0),
            ],
            others: vec![(300.0, 0.0), (-300.0, 0.0)],
        }
    }

    /// Comes from the east, 600 knots.
    fn sky() -> Sky {
        let leg = |x: f64| Leg {
            x,
            y: 0.0,
            altitude_ft: 30_000.0,
            speed_kn: 600.0,
        };
        Sky::new(
            vec![Flight {
                name: "R1".into(),
                kind: Kind::Hostile,
                enters: Instant::ZERO,
                legs: vec![leg(250.0), leg(-250.0)],
                code: None,
                simulated: false,
                jams: vec![],
            }],
            vec![],
        )
    }

    fn plane() -> Plane {
        Plane::at(Place {
            north: 42.6,
            west: 71.4,
        })
    }

    fn neighbour(number: usize) -> Neighbour {
        let (x, y) = zone().others[number];
        let planes = [Plane::at(plane().place(x, y)), plane()];
        Neighbour::new(number, 5, planes, Stream::new(1, "neighbour"))
    }

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Span::from_secs(seconds)
    }

    #[test]
    fn a_sector_has_an_inside_and_a_boundary() {
        let zone = zone();
        assert!(zone.contains(0.0, 0.0) && zone.contains(99.0, -99.0));
        assert!(!zone.contains(101.0, 0.0) && !zone.contains(0.0, -101.0));
        assert_eq!(zone.bends_inward(), None);
        let mut dented = zone.clone();
        dented.corners.insert(1, (-50.0, 0.0));
        assert_eq!(dented.bends_inward(), Some(1));
        assert_eq!(zone.distance(140.0, 0.0), 40.0);
        assert_eq!(zone.distance(0.0, 90.0), 10.0);
        assert_eq!(
            (zone.owner(150.0, 0.0), zone.owner(-150.0, 0.0)),
            (Some(0), Some(1))
        );
    }

    #[test]
    fn a_track_is_told_offered_and_given_away() {
        let (sky, zone) = (sky(), zone());
        let (mut east, mut west) = (neighbour(0), neighbour(1));
        let mut log = Vec::new();
        for second in (0..1_500).step_by(5) {
            assert!(west.beat(at(second), &sky, &zone).0.is_empty());
            let (frames, notes) = east.beat(at(second), &sky, &zone);
            let frames = frames.into_iter().filter_map(Crosstell::of);
            log.extend(frames.map(|frame| (second, frame)));
            for (track, target, tell) in notes {
                assert_eq!((track, target, tell), (1, Some(0), Tell::Offers));
                let accept = Crosstell {
                    told: Told::Accept,
                    sector: 2,
                    ..log[0].1
                };
                let notes = east.hears(at(second + 1), accept.halves(), &sky);
                assert_eq!(notes, [(1, Some(0), Tell::GaveAway)]);
            }
        }
        // In 10 minutes over the boundary from 200 on, at second 300: and then each 15 s.
        let positions = log.iter().filter(|(_, frame)| frame.told == Told::Position);
        let seconds: Vec<u64> = positions.clone().map(|(second, _)| *second).collect();
        assert!((295..320).contains(&seconds[0]), "{seconds:?}");
        assert!(seconds.windows(2).all(|pair| pair[1] - pair[0] == 15));
        for (second, frame) in positions {
            let truth = 250.0 - *second as f64 / 6.0;
            assert!((miles(frame.x) - truth).abs() < 2.5 && miles(frame.y).abs() < 2.5);
            assert_eq!((frame.identity, frame.speed, frame.heading), (2, 24, 48));
        }
        // Over the boundary at second 900.
        let offers: Vec<u64> = (log.iter())
            .filter(|(_, frame)| frame.told == Told::Offer)
            .map(|(second, _)| *second)
            .collect();
        assert_eq!(offers, [905]);
    }

    #[test]
    fn an_offer_without_answer_is_made_four_times_and_anew_after_a_minute() {
        let (sky, zone) = (sky(), zone());
        let mut east = neighbour(0);
        let mut offers = Vec::new();
        for second in (0..1_010).step_by(5) {
            let (_, notes) = east.beat(at(second), &sky, &zone);
            offers.extend(notes.into_iter().map(|note| (second, note.2)));
        }
        assert_eq!(
            offers[..6],
            [
                (905, Tell::Offers),
                (910, Tell::OffersAgain),
                (915, Tell::OffersAgain),
                (920, Tell::OffersAgain),
                (925, Tell::Keeps),
                (985, Tell::Offers),
            ]
        );
    }

    #[test]
    fn it_accepts_what_it_was_told_and_refuses_what_it_never_heard_of() {
        let (sky, zone) = (sky(), zone());
        let mut east = neighbour(0);
        // 100 miles east of our centre, on its own plane.
        let (x, y) = east.planes[0].project(plane().place(100.0, 0.0));
        assert!((x + 199.0).abs() < 1.0 && (y - 16.0).abs() < 1.0, "{x} {y}");
        let offer = Crosstell {
            told: Told::Offer,
            sector: 2,
            sequence: 1,
            track: 17,
            identity: 2,
            raid: 1,
            x: position(x),
            y: position(y),
            heading: 48,
            speed: 24,
            altitude: 6,
        };
        // The raider appears at 250, in this neighbour's part: it is its own from then on.
        east.beat(at(0), &Sky::default(), &zone);
        let notes = east.hears(at(899), offer.halves(), &sky);
        assert_eq!(notes, [(17, None, Tell::Refuses)]);
        let told = Crosstell {
            told: Told::Position,
            ..offer
        };
        east.hears(at(900), told.halves(), &sky);
        let notes = east.hears(at(901), offer.halves(), &sky);
        assert_eq!(notes, [(17, Some(0), Tell::Accepts)]);
        // Once more: the same answer, nothing new.
        assert_eq!(east.hears(at(902), offer.halves(), &sky), []);
        let (frames, _) = east.beat(at(905), &sky, &zone);
        let answers: Vec<Told> = frames
            .iter()
            .filter_map(|f| Some(Crosstell::of(*f)?.told))
            .collect();
        assert_eq!(answers[..3], [Told::Refuse, Told::Accept, Told::Accept]);
        // A minute without a word, and it is forgotten.
        east.beat(at(965), &sky, &zone);
        let notes = east.hears(at(966), offer.halves(), &sky);
        assert_eq!(notes, [(17, None, Tell::Refuses)]);
    }
}
