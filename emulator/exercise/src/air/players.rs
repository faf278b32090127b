//! Who sits at the consoles: people who see a scope, think for a while, and press a switch.
//!
//! A role player has the problem sheet on the knee: which aircraft is what. Beyond that a player
//! knows what the console shows. What is seen for the first time is answered after the player's own
//! time; one thing after the other, [`PAUSE`] apart; and where nothing came of it (the gun saw dark
//! glass, the message was lost) it is done once more.
//!
//! Assumed: everything here. How the crews of a direction center shared their work was not found in
//! such detail.

use std::collections::BTreeMap;

use clock::{Instant, Span, Stream};
use serde::{Deserialize, Serialize};
use site::center::air::{Kind, Target};
use site::center::console::Aim;
use site::center::engine::Action;
use site::center::message::UNITS;

use super::flights::Aircraft;
use super::judges::sky::{Number, Point, category, distance};
use super::situation::{About, Typed, code};
use crate::script::air::{Duty, Player};

/// Between two actions of one player.
pub const PAUSE: Span = Span::from_secs(2);

/// A player's eyes: what lies within so many n.mi of a point is what the point means.
const NEAR: f64 = 6.0;

/// Two characters that say nothing.
fn blank(characters: &[u8]) -> bool {
    characters
        .iter()
        .all(|code| *code == 0 || *code == word::bcd::BLANK)
}

/// A plan is filed so long before its flight enters.
const FILED_BEFORE: Span = Span::from_secs(600);
/// Between two cards of the reader.
const CARD: Span = Span::from_millis(250);

/// The cards of all flight plans, in order: each piece of a plan is a card.
///
/// | action | data |
/// |---|---|
/// | 16 | number of the plan |
/// | 17 | where it enters: x, y, 8 bits each, 4 n.mi |
/// | 20 | heading, 256 parts of a circle; speed, 10 knots |
/// | 21 | height, 1,000 feet; time until it enters, 15 s |
/// | 22 | what it is (1 friendly), 4 bits; beacon code, 12 bits: this files it |
fn plans(clerk: &Player, aircraft: &[Aircraft]) -> Vec<(Instant, Action)> {
    let mut filed: Vec<(Instant, u16, &Aircraft)> = (1..)
        .zip(aircraft.iter().filter(|aircraft| aircraft.plan))
        .map(|(number, aircraft)| {
            let before = aircraft.flight.enters.0.saturating_sub(FILED_BEFORE.0);
            (Instant(before), number, aircraft)
        })
        .collect();
    filed.sort_by_key(|(at, number, _)| (*at, *number));
    let mut cards = Vec::new();
    let mut at = Instant::ZERO + clerk.answers_in;
    for (due, number, aircraft) in filed {
        at = at.max(due);
        for (code, data) in pieces(number, aircraft, at) {
            let action = Action {
                console: clerk.console,
                code,
                data,
                gun: None,
            };
            cards.push((at, action));
            at += CARD;
        }
    }
    cards
}

/// The pieces of one plan, filed at an instant.
fn pieces(number: u16, aircraft: &Aircraft, at: Instant) -> [(u8, u16); 5] {
    let legs = &aircraft.flight.legs;
    let (first, next) = (legs[0], legs[1]);
    let byte = |value: f64| (libm::round(value) as i64 & 0xff) as u16;
    let pair = |left: u16, right: u16| left << 8 | right;
    let turn = libm::atan2(next.x - first.x, next.y - first.y) / std::f64::consts::TAU;
    let until = aircraft.flight.enters.saturating_since(at);
    let until = (until.as_seconds_f64() / 15.0).min(255.0);
    let code = aircraft.flight.code.unwrap_or(0) & 0o7777;
    [
        (code::PLAN, number),
        (
            code::PLAN_ENTRY,
            pair(byte(first.x / 4.0), byte(first.y / 4.0)),
        ),
        (
            code::PLAN_COURSE,
            pair(byte(turn * 256.0), byte((first.speed_kn / 10.0).min(255.0))),
        ),
        (
            code::PLAN_TIME,
            pair(byte((first.altitude_ft / 1_000.0).min(255.0)), byte(until)),
        ),
        (code::PLAN_FILED, 1 << 12 | code),
    ]
}

/// What a player has seen and not yet done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Seat {
    player: Player,
    /// When each track was first seen to want something.
    wants: BTreeMap<Number, Instant>,
    /// The same of aircraft nobody follows, by number.
    unseen: BTreeMap<u16, (Instant, f64, f64)>,
    next: Instant,
    chance: Stream,
}

/// All players; plain data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Players {
    seats: Vec<Seat>,
    /// Cards of flight plans still to be read, the first last.
    cards: Vec<(Instant, Action)>,
    /// What is on the scopes.
    shown: Vec<Point>,
    /// What the problem sheet says of the tracks shown.
    known: BTreeMap<Number, Kind>,
    /// Actions done.
    pub done: u64,
}

impl Players {
    /// Players of an exercise in which these fly.
    pub fn new(players: &[Player], aircraft: &[Aircraft], seed: u64) -> Players {
        let seats = players.iter().enumerate().map(|(n, player)| Seat {
            player: player.clone(),
            wants: BTreeMap::new(),
            unseen: BTreeMap::new(),
            next: Instant::ZERO,
            chance: Stream::new(seed, &format!("air/player/{n}")),
        });
        let clerks = players.iter().filter(|p| p.duty == Duty::FlightPlans);
        let mut cards: Vec<_> = clerks.flat_map(|clerk| plans(clerk, aircraft)).collect();
        cards.reverse();
        Players {
            seats: seats.collect(),
            cards,
            shown: Vec::new(),
            known: BTreeMap::new(),
            done: 0,
        }
    }

    /// Somebody does something at this console.
    pub fn works_at(&self, console: u8) -> bool {
        self.seats.iter().any(|seat| seat.player.console == console)
    }

    /// The scopes show something else, at `at`; nobody acts on it before `not_before`.
    pub fn look(&mut self, points: &[Point], truth: &[Target], not_before: Instant) {
        self.known = points
            .iter()
            .filter_map(|point| {
                let place = (point.x, point.y);
                let far = |t: &Target| distance(place, (t.x, t.y));
                let nearest = truth.iter().min_by(|a, b| far(a).total_cmp(&far(b)))?;
                (far(nearest) <= NEAR).then_some((point.number, nearest.kind))
            })
            .collect();
        for seat in &mut self.seats {
            let duty = seat.player.duty;
            let wanting = points.iter().filter(|point| wants(duty, point));
            let wanting: Vec<Number> = wanting.map(|point| point.number).collect();
            seat.wants.retain(|number, _| wanting.contains(number));
            for number in wanting {
                seat.wants.entry(number).or_insert(not_before);
            }
            if duty == Duty::Initiation {
                let alone = |target: &&Target| {
                    target.cover > 0
                        && !points
                            .iter()
                            .any(|p| distance((p.x, p.y), (target.x, target.y)) <= NEAR)
                };
                let alone: Vec<&Target> = truth.iter().filter(alone).collect();
                seat.unseen
                    .retain(|number, _| alone.iter().any(|t| t.number == *number));
                for target in alone {
                    let seen = seat
                        .unseen
                        .entry(target.number)
                        .or_insert((not_before, 0.0, 0.0));
                    (seen.1, seen.2) = (target.x, target.y);
                }
            }
        }
        self.shown = points.to_vec();
    }

    /// Everything done before `until`, in order of time; players at consoles that are `taken` by
    /// visitors rest.
    pub fn actions(
        &mut self,
        until: Instant,
        taken: &dyn Fn(u8) -> bool,
        into: &mut Vec<(Instant, Action)>,
    ) {
        let before = into.len();
        while let Some(card) = self.cards.pop_if(|(at, _)| *at < until) {
            if !taken(card.1.console) {
                into.push(card);
            }
        }
        for seat in &mut self.seats {
            if taken(seat.player.console) {
                continue;
            }
            let wait = seat.player.answers_in;
            while let Some((at, action)) = seat.next_action(&self.shown, &self.known) {
                if at >= until {
                    break;
                }
                seat.next = at + PAUSE;
                match action {
                    Done::At(number, mut action) => {
                        // Once more if it is still wanted when it could have been done again.
                        seat.wants.insert(number, at + wait);
                        let one_in = u64::from(seat.player.wrong_one_in);
                        if let Some(action) = action.as_mut().filter(|a| a.code == code::IDENTITY)
                            && one_in > 0
                            && seat.chance.below(one_in) == 0
                        {
                            // Friend for foe.
                            action.data = 3 - action.data;
                        }
                        into.extend(action.map(|action| (at, action)));
                    }
                    Done::Place(number, action) => {
                        if let Some(seen) = seat.unseen.get_mut(&number) {
                            seen.0 = at + wait;
                        }
                        into.push((at, action));
                    }
                }
            }
        }
        into[before..].sort_by_key(|(at, action)| (*at, action.console));
        self.done += (into.len() - before) as u64;
    }
}

/// What is done next, and about whom.
enum Done {
    /// About a track; nothing if the sheet says nothing of it.
    At(Number, Option<Action>),
    /// About an aircraft nobody follows.
    Place(u16, Action),
}

/// Whether a track wants something of a player.
fn wants(duty: Duty, point: &Point) -> bool {
    let hostile = point.category == category::HOSTILE;
    match duty {
        Duty::Identification => point.category == category::PENDING,
        Duty::Height => point.is_track() && blank(&point.characters[6..8]),
        Duty::Weapons { .. } | Duty::Bomarc { .. } => hostile && blank(&point.characters[10..14]),
        Duty::Handover => point.category == category::OFFERED,
        Duty::Initiation | Duty::FlightPlans => false,
    }
}

impl Seat {
    fn next_action(
        &mut self,
        shown: &[Point],
        known: &BTreeMap<Number, Kind>,
    ) -> Option<(Instant, Done)> {
        let console = self.player.console;
        let answers = |seen: Instant, next: Instant, wait| (seen + wait).max(next);
        let wait = self.player.answers_in;
        if self.player.duty == Duty::Initiation {
            let (number, &(seen, x, y)) = self
                .unseen
                .iter()
                .min_by_key(|(number, s)| (s.0, **number))?;
            let action = Action {
                console,
                code: code::INITIATE,
                data: 0,
                gun: Some(place(x, y)),
            };
            return Some((answers(seen, self.next, wait), Done::Place(*number, action)));
        }
        let (&number, &seen) = self
            .wants
            .iter()
            .min_by_key(|(number, at)| (**at, **number))?;
        let at = answers(seen, self.next, wait);
        let slot = shown.iter().find(|p| p.number == number).map(|p| p.slot);
        let (code, data) = match self.player.duty {
            Duty::Identification => {
                let Some(kind) = known.get(&number) else {
                    return Some((at, Done::At(number, None)));
                };
                let hostile = *kind == Kind::Hostile;
                (code::IDENTITY, if hostile { 2 } else { 1 })
            }
            Duty::Height => (code::HEIGHT, 0),
            Duty::Weapons { base } => (code::ASSIGN, base),
            Duty::Bomarc { base } => (code::FIRE, base),
            // Whose track it is the number says; no gun is needed.
            Duty::Handover => (code::ACCEPT, told(&number)),
            Duty::Initiation | Duty::FlightPlans => return None,
        };
        let gun = |slot| (code != code::ACCEPT).then_some(Aim::Track(slot));
        let action = slot.map(|slot| Action {
            console,
            code,
            data,
            gun: gun(slot),
        });
        Some((at, Done::At(number, action)))
    }
}

/// The number a neighbour gives a track: the three digits behind its letter.
fn told(number: &Number) -> u16 {
    let digits = number[1..].iter();
    digits.fold(0, |sum, digit| sum * 10 + u16::from(*digit % 10))
}

/// The gun is held at a place, n.mi.
fn place(x: f64, y: f64) -> Aim {
    let units = |miles: f64| libm::round(miles * UNITS) as i32;
    Aim::Place {
        x: units(x),
        y: units(y),
    }
}

/// A typed line as an action at a console; none if no such track is shown.
pub fn aimed(typed: &Typed, console: u8, shown: &[Point]) -> Option<Action> {
    let gun = match &typed.about {
        About::Nothing => None,
        About::Place(x, y) => Some(place(*x, *y)),
        About::Track(name) => {
            let point = shown.iter().find(|point| point.name().trim() == name)?;
            Some(Aim::Track(point.slot))
        }
    };
    Some(Action {
        console,
        code: typed.code,
        data: typed.data,
        gun,
    })
}

#[cfg(test)]
mod tests {
    use site::center::air::{Flight, Leg};

    use super::super::judges::sky::tests::{at, point, target};
    use super::*;

    fn officer(duty: Duty) -> Players {
        let player = Player {
            console: 3,
            duty,
            answers_in: Span::from_secs(45),
            wrong_one_in: 0,
        };
        Players::new(&[player], &[], 1)
    }

    fn until(players: &mut Players, seconds: f64) -> Vec<(Instant, u8, u16)> {
        let mut done = Vec::new();
        players.actions(at(seconds), &|_| false, &mut done);
        done.iter().map(|(at, a)| (*at, a.code, a.data)).collect()
    }

    #[test]
    fn an_identification_officer_answers_in_his_own_time() {
        let mut players = officer(Duty::Identification);
        let mut raider = target(1, 30.0, 0.0);
        raider.kind = Kind::Hostile;
        let truth = [target(0, 0.0, 0.0), raider];
        let shown = [
            point(1, 0.0, 0.0, category::PENDING),
            point(2, 30.0, 0.0, category::PENDING),
            point(3, 60.0, 0.0, category::FRIENDLY),
        ];
        players.look(&shown, &truth, at(10.0));
        assert_eq!(until(&mut players, 54.0), []);
        let one = (at(55.0), code::IDENTITY, 1);
        let two = (at(57.0), code::IDENTITY, 2);
        assert_eq!(until(&mut players, 60.0), [one, two]);
        // One of them was not heard: after another 45 s it is done again.
        players.look(&shown[1..], &truth, at(65.0));
        assert_eq!(until(&mut players, 146.0), []);
        assert_eq!(until(&mut players, 150.0), [(at(147.0), code::IDENTITY, 2)]);
        players.look(&[], &truth, at(150.0));
        assert_eq!(until(&mut players, 999.0), []);
        assert_eq!(players.done, 3);
    }

    #[test]
    fn who_initiates_points_at_what_nobody_follows() {
        let mut players = officer(Duty::Initiation);
        let truth = [target(0, 0.0, 0.0), target(1, 30.0, 0.0)];
        players.look(&[point(1, 0.0, 0.0, 15)], &truth, at(0.0));
        let mut done = Vec::new();
        players.actions(at(60.0), &|_| false, &mut done);
        assert_eq!(done[0].1.gun, Some(place(30.0, 0.0)));
    }

    #[test]
    fn flight_plans_are_cards_in_order() {
        let leg = |x: f64, y: f64| Leg {
            x,
            y,
            altitude_ft: 21_000.0,
            speed_kn: 450.0,
        };
        let flies = |name: &str, enters: f64, plan| Aircraft {
            flight: Flight {
                name: name.into(),
                kind: Kind::Civil,
                enters: at(enters),
                legs: vec![leg(-100.0, 40.0), leg(0.0, 40.0)],
                code: Some(0o1234),
                simulated: false,
                jams: Vec::new(),
            },
            of: name.into(),
            plan,
            chaff: false,
        };
        let aircraft = [
            flies("LATE", 1_500.0, true),
            flies("NONE", 0.0, false),
            flies("NOW", 0.0, true),
        ];
        let clerk = Player {
            console: 14,
            duty: Duty::FlightPlans,
            answers_in: Span::from_secs(1),
            wrong_one_in: 0,
        };
        let mut players = Players::new(&[clerk], &aircraft, 1);
        let done = until(&mut players, 1_000.0);
        assert_eq!(done.len(), 10);
        let first: Vec<_> = done.iter().take(5).map(|card| (card.1, card.2)).collect();
        // Eastward is 64 of 256; 25 boxes of 4 n.mi west, 10 north.
        let expected = [
            (0o16, 2),
            (0o17, 0xe7 << 8 | 10),
            (0o20, 64 << 8 | 45),
            (0o21, 21 << 8),
            (0o22, 1 << 12 | 0o1234),
        ];
        assert_eq!(first, expected);
        assert_eq!(done[0].0, at(1.0));
        // The other one is filed ten minutes before: 40 times 15 s.
        assert_eq!((done[5].0, done[5].2), (at(900.0), 1));
        assert_eq!(done[8].2, 21 << 8 | 40);
    }

    #[test]
    fn a_visitor_at_the_console_does_it_alone() {
        let mut players = officer(Duty::Height);
        players.look(&[point(1, 0.0, 0.0, 4)], &[target(0, 0.0, 0.0)], at(0.0));
        let mut done = Vec::new();
        players.actions(at(100.0), &|console| console == 3, &mut done);
        assert!(done.is_empty());
    }
}
