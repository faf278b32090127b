//! Which track is which aircraft: what stands on the scopes held against what really flies.
//!
//! A track on a scope is a point with a number. Whose it is nobody says; it is the aircraft's it
//! stays with. Once in each display the judge looks at all points and at the truth:
//!
//! * a track stays its aircraft's as long as the point is within the gate of it;
//! * tracks and aircraft that have nobody find each other by distance, the nearest first;
//! * a track whose aircraft has left the air is nobody's from then on;
//! * where another aircraft is clearly nearer ([`CLEARLY`]) for [`PERSISTS`] displays, the track has
//!   gone over to it: an exchange.
//!
//! From that come delay, continuity and error. Tentative and lost tracks (categories 14 and 15) are
//! none yet, or no longer.

use std::collections::{BTreeMap, BTreeSet};

use clock::{Instant, Span};
use serde::{Deserialize, Serialize};
use site::center::air::{Kind, Target};

use crate::judges::{Verdict, Violations};
use crate::script::air::AirBounds;

/// Number of a track: the characters A1 to A4, as codes.
pub type Number = [u8; 4];

/// A track as a scope shows it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Its number.
    pub number: Number,
    /// East, n.mi.
    pub x: f64,
    /// North, n.mi.
    pub y: f64,
    /// Category, 0 to 31.
    pub category: u8,
    /// Where its message stands.
    pub slot: u16,
    /// The whole text, codes.
    pub characters: [u8; 16],
}

/// Categories (assigned by us).
pub mod category {
    #![allow(missing_docs)]
    pub const PENDING: u8 = 3;
    pub const FRIENDLY: u8 = 4;
    pub const HOSTILE: u8 = 5;
    pub const SPECIAL: u8 = 6;
    pub const FAKER: u8 = 7;
    pub const INTERCEPTOR: u8 = 8;
    pub const CROSSTOLD: u8 = 12;
    pub const OFFERED: u8 = 13;
    pub const LOST: u8 = 14;
    pub const TENTATIVE: u8 = 15;
}

impl Point {
    /// A track that is established here, or told by a neighbour.
    pub fn is_track(&self) -> bool {
        (category::PENDING..=category::INTERCEPTOR).contains(&self.category) || self.is_told()
    }

    /// A neighbour owns it, and tells it.
    pub fn is_told(&self) -> bool {
        matches!(self.category, category::CROSSTOLD | category::OFFERED)
    }

    /// Its number as text.
    pub fn name(&self) -> String {
        crate::judges::text_of(&self.number)
    }
}

/// So much nearer is clearly nearer, n.mi.
pub const CLEARLY: f64 = 2.0;
/// Displays in which it is.
pub const PERSISTS: u32 = 12;
/// Looks after which a position is judged.
pub const LOOKS: u32 = 10;

/// What is known of an aircraft.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Watched {
    /// In good cover since then.
    cover_since: Option<Instant>,
    /// Its track.
    pub track: Option<Number>,
    /// The one it has, or had last.
    last: Option<Number>,
    /// From cover to its first track.
    pub delay: Option<Span>,
    /// From cover to the first look that found it.
    pub detection: Option<Span>,
    /// Its track is another than before.
    pub renumbered: u32,
    /// Looks since its track began.
    looks: u32,
    /// Displays in which it should have had a track, and had one.
    pub due: u64,
    /// See `due`.
    pub held: u64,
}

/// Sums over all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Errors {
    /// Distances, n.mi.
    pub sum: f64,
    /// How many.
    pub count: u64,
    /// The greatest.
    pub worst: f64,
}

/// The judge's state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sky {
    /// By number of the aircraft.
    pub aircraft: BTreeMap<u16, Watched>,
    /// Whose each track is.
    owners: BTreeMap<Number, Owner>,
    /// Tracks whose aircraft has left the air: whoever comes by does not inherit them.
    orphans: BTreeSet<Number>,
    /// Errors of position after [`LOOKS`] looks.
    pub errors: Errors,
    /// Tracks that went over to another aircraft.
    pub exchanges: u64,
    /// Tracks of nobody, displays of them.
    pub ghosts: u64,
    /// The first aircraft without a track when it should have had one.
    missing: Violations,
    /// Displays looked at.
    displays: u64,
    /// Greatest number of tracks on show.
    pub most_tracks: usize,
    /// Aircraft of the truth that are none: chaff.
    chaff: Vec<u16>,
}

/// Whose a track is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Owner {
    /// Number of the aircraft.
    pub aircraft: u16,
    /// Since when the track has been on show.
    pub since: Instant,
    /// Where it was shown last.
    at: (f64, f64),
    /// Displays in which this other was clearly nearer.
    nearer: u32,
    /// In the last display nobody else came near, and the aircraft had no second track, nor one of
    /// nobody beside it: whose it is is beyond doubt.
    pub sure: bool,
}

/// Distance of two places.
pub fn distance(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dy) = (a.0 - b.0, a.1 - b.1);
    libm::sqrt(dx * dx + dy * dy)
}

impl Sky {
    /// A sky in which these are no aircraft.
    pub fn new(chaff: Vec<u16>) -> Sky {
        Sky {
            chaff,
            ..Sky::default()
        }
    }

    /// Whose a track is.
    pub fn owner(&self, number: &Number) -> Option<&Owner> {
        self.owners.get(number)
    }

    /// All tracks and whose they are.
    pub fn owners(&self) -> impl Iterator<Item = (&Number, &Owner)> + Clone {
        self.owners.iter()
    }

    /// A look of a radar found an aircraft, and the report went out.
    pub fn look(&mut self, at: Instant, aircraft: u16) {
        if let Some(watched) = self.aircraft.get_mut(&aircraft) {
            if watched.track.is_some() {
                watched.looks += 1;
            }
            if watched.detection.is_none()
                && let Some(since) = watched.cover_since
            {
                watched.detection = Some(at.saturating_since(since));
            }
        }
    }

    /// What the scopes show at an instant, and what flies then.
    pub fn display(&mut self, at: Instant, points: &[Point], truth: &[Target], bounds: &AirBounds) {
        self.displays += 1;
        let truth: Vec<&Target> = truth
            .iter()
            .filter(|t| t.kind != Kind::Missile && !self.chaff.contains(&t.number))
            .collect();
        let where_is: BTreeMap<u16, (f64, f64)> =
            truth.iter().map(|t| (t.number, (t.x, t.y))).collect();
        let points: Vec<&Point> = points.iter().filter(|p| p.is_track()).collect();
        self.most_tracks = self.most_tracks.max(points.len());
        self.keep(at, &points, &where_is, bounds.gate);
        self.match_new(at, &points, &where_is, bounds.gate);
        self.count(at, &points, &truth, bounds);
    }

    /// Tracks that stay with their aircraft, go over to another, or lose theirs.
    fn keep(
        &mut self,
        at: Instant,
        points: &[&Point],
        where_is: &BTreeMap<u16, (f64, f64)>,
        gate: f64,
    ) {
        let shown: BTreeMap<Number, &Point> = points.iter().map(|p| (p.number, *p)).collect();
        let mut exchanges = 0;
        let orphans = &mut self.orphans;
        orphans.retain(|number| shown.contains_key(number));
        self.owners.retain(|number, owner| {
            let Some(point) = shown.get(number) else {
                return false;
            };
            let Some(&own) = where_is.get(&owner.aircraft) else {
                orphans.insert(*number);
                return false;
            };
            owner.at = (point.x, point.y);
            let far = distance(owner.at, own);
            let other = where_is
                .iter()
                .filter(|(aircraft, _)| **aircraft != owner.aircraft)
                .map(|(aircraft, place)| (distance(owner.at, *place), *aircraft))
                .min_by(|a, b| a.0.total_cmp(&b.0));
            owner.sure = far <= gate / 2.0 && other.is_none_or(|(near, _)| near > far + CLEARLY);
            match other.filter(|(near, _)| *near + CLEARLY < far && *near <= gate) {
                Some((_, aircraft)) => {
                    owner.nearer += 1;
                    if owner.nearer >= PERSISTS || far > gate {
                        owner.aircraft = aircraft;
                        owner.since = at;
                        owner.nearer = 0;
                        exchanges += 1;
                    }
                    true
                }
                None => {
                    owner.nearer = 0;
                    far <= gate
                }
            }
        });
        self.exchanges += exchanges;
        let mut tracks: BTreeMap<u16, u32> = BTreeMap::new();
        for owner in self.owners.values() {
            *tracks.entry(owner.aircraft).or_default() += 1;
        }
        let nobodys: Vec<(f64, f64)> = points
            .iter()
            .filter(|point| !self.owners.contains_key(&point.number))
            .map(|point| (point.x, point.y))
            .collect();
        for owner in self.owners.values_mut() {
            let own = where_is[&owner.aircraft];
            owner.sure &= tracks[&owner.aircraft] == 1
                && nobodys
                    .iter()
                    .all(|place| distance(*place, own) > gate / 2.0);
        }
    }

    /// Tracks and aircraft that have nobody.
    fn match_new(
        &mut self,
        at: Instant,
        points: &[&Point],
        where_is: &BTreeMap<u16, (f64, f64)>,
        gate: f64,
    ) {
        let mut taken: Vec<u16> = self.owners.values().map(|owner| owner.aircraft).collect();
        taken.sort_unstable();
        let mut pairs = Vec::new();
        for point in points
            .iter()
            .filter(|p| !self.owners.contains_key(&p.number))
            .filter(|p| !self.orphans.contains(&p.number))
        {
            let place = (point.x, point.y);
            for (aircraft, &there) in where_is {
                let far = distance(place, there);
                if far <= gate && taken.binary_search(aircraft).is_err() {
                    pairs.push((far, point.number, *aircraft, place));
                }
            }
        }
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let mut found: Vec<u16> = Vec::new();
        for (_, number, aircraft, place) in pairs {
            if self.owners.contains_key(&number) || found.contains(&aircraft) {
                continue;
            }
            found.push(aircraft);
            let owner = Owner {
                aircraft,
                since: at,
                at: place,
                nearer: 0,
                sure: false,
            };
            self.owners.insert(number, owner);
        }
    }

    /// Every aircraft in the air, once a display.
    fn count(&mut self, at: Instant, points: &[&Point], truth: &[&Target], bounds: &AirBounds) {
        let mut tracks: BTreeMap<u16, (Number, (f64, f64))> = BTreeMap::new();
        for (number, owner) in &self.owners {
            tracks.entry(owner.aircraft).or_insert((*number, owner.at));
        }
        let owned = points
            .iter()
            .filter(|p| self.owners.contains_key(&p.number));
        self.ghosts += (points.len() - owned.count()) as u64;
        for target in truth {
            let watched = self.aircraft.entry(target.number).or_default();
            match target.cover {
                0 => watched.cover_since = None,
                _ => {
                    watched.cover_since.get_or_insert(at);
                }
            }
            let track = tracks.get(&target.number);
            let number = track.map(|(number, _)| *number);
            if number.is_some() && number != watched.track {
                // Another center's letter: it has been handed over.
                let letter = |number: Option<Number>| number.map(|number| number[0]);
                if letter(watched.last) == letter(number) {
                    watched.renumbered += 1;
                }
                watched.last = number;
                watched.looks = 0;
            }
            // A neighbour may have told it before it came into cover.
            if number.is_some()
                && watched.delay.is_none()
                && let Some(since) = watched.cover_since
            {
                watched.delay = Some(at.saturating_since(since));
            }
            watched.track = number;
            if let Some((_, place)) = track
                && watched.looks >= LOOKS
            {
                let error = distance(*place, (target.x, target.y));
                self.errors.sum += error;
                self.errors.count += 1;
                self.errors.worst = self.errors.worst.max(error);
            }
            let covered = watched.cover_since.map(|since| at.saturating_since(since));
            if covered.is_some_and(|covered| covered >= bounds.initiation) {
                watched.due += 1;
                match number {
                    Some(_) => watched.held += 1,
                    None => self.missing.add(at, || {
                        format!(
                            "{} at {:.1} {:.1}, {} ft, in good cover for {}, has no track",
                            target.name,
                            target.x,
                            target.y,
                            target.altitude_ft as i64,
                            covered.unwrap_or_default().told()
                        )
                    }),
                }
            }
        }
        // Who is no longer in the air is in no cover.
        for (number, watched) in &mut self.aircraft {
            if watched.cover_since.is_some() && !truth.iter().any(|t| t.number == *number) {
                watched.cover_since = None;
                watched.track = None;
            }
        }
    }

    /// Displays looked at.
    pub fn displays(&self) -> u64 {
        self.displays
    }

    /// Of all aircraft in good cover, once a display, per cent that held a track.
    pub fn held(&self) -> Option<f64> {
        let due: u64 = self.aircraft.values().map(|w| w.due).sum();
        let held: u64 = self.aircraft.values().map(|w| w.held).sum();
        (due > 0).then(|| held as f64 * 100.0 / due as f64)
    }

    /// Mean error of position, n.mi.
    pub fn mean_error(&self) -> Option<f64> {
        (self.errors.count > 0).then(|| self.errors.sum / self.errors.count as f64)
    }

    /// `tracked`: a track for each aircraft in good cover.
    pub fn tracked(&self, bounds: &AirBounds) -> Verdict {
        let Some(held) = self.held() else {
            let checked = "no aircraft was in good cover long enough".to_owned();
            return Violations::default().verdict("tracked", checked);
        };
        let told = format!(
            "{held:.1} % of aircraft in good cover held a track (at least {} % must), {} displays",
            bounds.held, self.displays
        );
        let mut verdict = Violations::default().verdict("tracked", told.clone());
        if held < bounds.held {
            verdict.holds = false;
            let first = self.missing.kept.first().cloned().unwrap_or_default();
            verdict.detail = format!("{told}; the first: {first}");
        }
        verdict
    }

    /// `position`: where a track stands is where its aircraft is.
    pub fn position(&self, bounds: &AirBounds) -> Verdict {
        let told = match self.mean_error() {
            None => "no track was looked at long enough".to_owned(),
            Some(mean) => format!(
                "mean error {mean:.2} n.mi, the worst {:.1}, after {LOOKS} looks, {} positions (at \
                 most {} in the mean)",
                self.errors.worst, self.errors.count, bounds.error
            ),
        };
        let mut verdict = Violations::default().verdict("position", told);
        verdict.holds = self.mean_error().is_none_or(|mean| mean <= bounds.error);
        verdict
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn point(number: u8, x: f64, y: f64, category: u8) -> Point {
        Point {
            number: [0, 0, 0, number],
            x,
            y,
            category,
            slot: number.into(),
            characters: [0; 16],
        }
    }

    pub(crate) fn target(number: u16, x: f64, y: f64) -> Target {
        Target {
            number,
            name: format!("F{number}"),
            kind: Kind::Civil,
            x,
            y,
            altitude_ft: 20_000.0,
            cover: 1,
        }
    }

    pub(crate) fn at(seconds: f64) -> Instant {
        Instant::ZERO + Span::from_seconds_f64(seconds)
    }

    /// Two aircraft flying east, 30 n.mi apart, 0.1 n.mi/s.
    fn truth(t: f64) -> Vec<Target> {
        vec![target(0, 0.1 * t, 0.0), target(1, 0.1 * t, 30.0)]
    }

    fn run(points: impl Fn(f64) -> Vec<Point>) -> Sky {
        let mut sky = Sky::default();
        let bounds = AirBounds::default();
        for n in 0..240 {
            let t = 2.5 * f64::from(n);
            for aircraft in 0..2 {
                sky.look(at(t), aircraft);
            }
            sky.display(at(t), &points(t), &truth(t), &bounds);
        }
        sky
    }

    #[test]
    fn everybody_has_a_track_near_by() {
        let sky = run(|t| {
            if t < 40.0 {
                return Vec::new();
            }
            vec![point(1, 0.1 * t + 0.3, 0.4, 4), point(2, 0.1 * t, 30.0, 3)]
        });
        let bounds = AirBounds::default();
        assert_eq!(sky.held(), Some(100.0));
        assert!((sky.mean_error().unwrap() - 0.25).abs() < 0.01);
        assert!(sky.tracked(&bounds).holds && sky.position(&bounds).holds);
        assert_eq!(sky.aircraft[&0].delay, Some(Span::from_secs(40)));
        assert_eq!((sky.exchanges, sky.aircraft[&0].renumbered), (0, 0));
    }

    #[test]
    fn one_without_a_track_is_missed() {
        let sky = run(|t| vec![point(1, 0.1 * t, 0.0, 4)]);
        let verdict = sky.tracked(&AirBounds::default());
        assert!(!verdict.holds);
        assert!(verdict.detail.contains("F1 at"), "{}", verdict.detail);
        // A tentative track is none.
        let sky = run(|t| vec![point(1, 0.1 * t, 0.0, 4), point(2, 0.1 * t, 30.0, 15)]);
        assert!(!sky.tracked(&AirBounds::default()).holds);
    }

    #[test]
    fn a_point_beside_its_aircraft_is_an_error() {
        let sky = run(|t| vec![point(1, 0.1 * t, 2.0, 4), point(2, 0.1 * t, 30.0, 4)]);
        assert!((sky.mean_error().unwrap() - 1.0).abs() < 0.01);
        let strict = AirBounds {
            error: 0.9,
            ..AirBounds::default()
        };
        assert!(sky.position(&AirBounds::default()).holds && !sky.position(&strict).holds);
    }

    #[test]
    fn tracks_that_change_places_are_exchanged() {
        let sky = run(|t| {
            let (a, b) = if t < 300.0 { (0.0, 30.0) } else { (30.0, 0.0) };
            vec![point(1, 0.1 * t, a, 4), point(2, 0.1 * t, b, 4)]
        });
        assert_eq!(sky.exchanges, 2);
        assert_eq!(sky.aircraft[&0].renumbered, 1);
    }

    #[test]
    fn who_leaves_the_cover_need_not_be_followed() {
        let mut sky = Sky::default();
        let bounds = AirBounds::default();
        for n in 0..200 {
            let t = 2.5 * f64::from(n);
            let mut one = target(0, 0.0, 0.0);
            one.cover = u8::from(t < 200.0);
            let points = match t < 200.0 {
                true => vec![point(1, 0.0, 0.0, 4)],
                false => Vec::new(),
            };
            sky.display(at(t), &points, &[one], &bounds);
        }
        assert_eq!(sky.held(), Some(100.0));
    }
}
