//! An interceptor or a missile: it stands at its base, is ordered off, flies by what it is told.
//!
//! The pilot of an F-101B or F-106 sat on alert five minutes from the runway. In the air the data
//! link showed him heading, height and speed; within reach of his own radar he took over, shot, and
//! went home. A Bomarc stood erect two minutes after the order (type B: half a minute), flew at more
//! than twice the speed of sound, and found its target with its own radar at the end.
//!
//! ```text
//!  ready -- scramble/fire --> preparing -- delay --> airborne: ordered course | own radar on a target
//!    ^                                                  |         | shot          | told home, no fuel
//!    +------------- turn-round on the ground <----------+---------+---------------+
//! ```
//!
//! People and missiles do what arrives: an order that comes twice is obeyed twice, and a base that
//! is told twice to scramble sends two. That nobody tells them twice is the program's promise.
//!
//! Source: types and use documented, figures assigned by us. Assumed: turns and climbs at a steady
//! rate; own radar sees what lies ahead within its range; pilots shoot at raiders only, having
//! looked; a shot hits with the chance the site file gives.

use clock::{Instant, Span, Stream};
use serde::{Deserialize, Serialize};

use word::twin::Half;

use super::super::message::miles;
use super::{Fix, Kind};

/// How it flies. Speeds in knots, distances in n.mi.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Performance {
    /// Type.
    pub name: String,
    /// A missile, used once.
    #[serde(default)]
    pub missile: bool,
    /// Speed unless told otherwise.
    pub cruise_kn: f64,
    /// Highest speed.
    pub dash_kn: f64,
    /// Highest altitude, feet.
    pub ceiling_ft: f64,
    /// Feet a second.
    pub climb_ft_s: f64,
    /// Degrees a second.
    pub turn_deg_s: f64,
    /// From the order until it is in the air, s.
    pub delay_s: u64,
    /// Time in the air, s.
    pub endurance_s: u64,
    /// On the ground until it can fly again, s.
    #[serde(default)]
    pub turn_round_s: u64,
    /// Its own radar's range, n.mi.
    pub sees_nmi: f64,
    /// Chance that its shot hits, parts of 100.
    pub hits_percent: u8,
}

/// Knots gained or lost in a second.
const ACCELERATION_KN: f64 = 10.0;
/// A shot is taken within this distance, n.mi, and this difference of height, feet.
const SHOT_NMI: f64 = 1.0;
const SHOT_FT: f64 = 6_000.0;
/// It is home within this distance, n.mi.
const HOME_NMI: f64 = 3.0;
/// Half the angle its own radar looks at, degrees.
const LOOKS_DEG: f64 = 60.0;
/// The code its transponder answers, with its channel in the last six bits.
const CODE: u16 = 0o7000;

/// What it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// Take off or be fired, and fly towards the middle of a box of 4 n.mi.
    Go {
        /// First eight bits of its position, east.
        x: u8,
        /// North.
        y: u8,
    },
    /// Fly so.
    Vector {
        /// 4096 parts of a circle from the plane's north.
        heading: u16,
        /// Thousands of feet.
        altitude: u8,
        /// Tens of knots.
        speed: u8,
        /// And shoot at the raider its radar sees.
        attack: bool,
    },
    /// Come home; a missile destroys itself.
    Home,
}

/// What happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The order to go has come.
    Ordered,
    /// It has left the ground.
    Airborne,
    /// Its own radar has a target.
    LockedOn,
    /// The target is shot down.
    Splash,
    /// It shot and did not hit.
    Missed,
    /// It goes home.
    GoesHome,
    /// It has landed.
    Landed,
    /// It can go again.
    Ready,
    /// A missile has come to its end.
    Spent,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum State {
    Ready,
    Preparing { until: Instant, x: f64, y: f64 },
    Flying(Flying),
    OnGround { until: Instant },
    Spent,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Flying {
    /// When it was there.
    at: Instant,
    fix: Fix,
    /// Radians from the plane's north.
    heading: f64,
    speed_kn: f64,
    course: Course,
    altitude_ft: f64,
    ordered_kn: f64,
    attacks: bool,
    target: Option<u16>,
    fuel_until: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum Course {
    Towards { x: f64, y: f64 },
    Heading(f64),
    Home,
}

/// A weapon.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weapon {
    /// What people call it.
    pub name: String,
    /// Its channel, 1 to 63.
    pub channel: u8,
    /// Number of its base, from 0.
    pub base: u8,
    performance: Performance,
    home: (f64, f64),
    state: State,
    chance: Stream,
}

/// What a weapon's radar can see: number, place, whether a raider.
pub struct Ahead {
    /// Number among all bodies.
    pub number: u16,
    /// Where it is.
    pub fix: Fix,
}

impl Weapon {
    /// One that stands ready at its base.
    pub fn new(
        name: String,
        (channel, base): (u8, u8),
        performance: Performance,
        home: (f64, f64),
        chance: Stream,
    ) -> Weapon {
        Weapon {
            name,
            channel,
            base,
            performance,
            home,
            state: State::Ready,
            chance,
        }
    }

    /// Interceptor or missile.
    pub fn kind(&self) -> Kind {
        match self.performance.missile {
            true => Kind::Missile,
            false => Kind::Interceptor,
        }
    }

    /// What its transponder answers; missiles have none.
    pub fn code(&self) -> Option<u16> {
        (!self.performance.missile).then_some(CODE | u16::from(self.channel))
    }

    /// It stands ready.
    pub fn is_ready(&self) -> bool {
        self.state == State::Ready
    }

    /// It has to be looked at each second.
    pub fn is_busy(&self) -> bool {
        !matches!(self.state, State::Ready | State::Spent)
    }

    /// Where it is, if it flies.
    pub fn fix(&self, at: Instant) -> Option<Fix> {
        let State::Flying(flying) = &self.state else {
            return None;
        };
        let since = at.saturating_since(flying.at).as_seconds_f64();
        Some(Fix {
            x: flying.fix.x + flying.fix.vx * since,
            y: flying.fix.y + flying.fix.vy * since,
            ..flying.fix
        })
    }

    /// An order has come. False if it can do nothing with it.
    pub fn order(&mut self, now: Instant, order: Order) -> bool {
        match (order, &mut self.state) {
            (Order::Go { x, y }, State::Ready) => {
                let middle = |n: u8| miles(Half(u16::from(n) << 8)) + 2.0;
                self.state = State::Preparing {
                    until: now + Span::from_secs(self.performance.delay_s),
                    x: middle(x),
                    y: middle(y),
                };
                true
            }
            (
                Order::Vector {
                    heading,
                    altitude,
                    speed,
                    attack,
                },
                State::Flying(flying),
            ) if flying.course != Course::Home => {
                let turn = std::f64::consts::PI * 2.0;
                flying.course = Course::Heading(f64::from(heading) / 4096.0 * turn);
                flying.altitude_ft = f64::from(altitude) * 1_000.0;
                flying.ordered_kn = f64::from(speed) * 10.0;
                flying.attacks = attack;
                if !attack {
                    flying.target = None;
                }
                true
            }
            (Order::Home, State::Flying(flying)) => {
                if self.performance.missile {
                    self.state = State::Spent;
                } else {
                    flying.course = Course::Home;
                    (flying.attacks, flying.target) = (false, None);
                }
                true
            }
            (Order::Home, State::Preparing { .. }) => {
                self.state = State::Ready;
                true
            }
            _ => false,
        }
    }

    /// A second has passed. `ahead`: the raiders in the air. What happened, with the target.
    pub fn step(&mut self, now: Instant, ahead: &[Ahead]) -> Vec<(Event, Option<u16>)> {
        let mut events = Vec::new();
        match &mut self.state {
            State::Ready | State::Spent => {}
            State::OnGround { until } => {
                if *until <= now {
                    self.state = State::Ready;
                    events.push((Event::Ready, None));
                }
            }
            State::Preparing { until, x, y } => {
                if *until <= now {
                    let (dx, dy) = (*x - self.home.0, *y - self.home.1);
                    let missile = self.performance.missile;
                    self.state = State::Flying(Flying {
                        at: now,
                        fix: Fix {
                            x: self.home.0,
                            y: self.home.1,
                            ..Fix::default()
                        },
                        heading: libm::atan2(dx, dy),
                        speed_kn: 200.0,
                        course: Course::Towards { x: *x, y: *y },
                        altitude_ft: self.performance.ceiling_ft * 0.75,
                        ordered_kn: self.performance.cruise_kn,
                        attacks: missile,
                        target: None,
                        fuel_until: now + Span::from_secs(self.performance.endurance_s),
                    });
                    events.push((Event::Airborne, None));
                }
            }
            State::Flying(_) => self.fly(now, ahead, &mut events),
        }
        events
    }

    fn fly(&mut self, now: Instant, ahead: &[Ahead], events: &mut Vec<(Event, Option<u16>)>) {
        let Some(mut here) = self.fix(now) else {
            return;
        };
        let performance = &self.performance;
        let State::Flying(flying) = &mut self.state else {
            return;
        };
        let seconds = now.saturating_since(flying.at).as_seconds_f64();
        let way = |fix: &Fix| {
            let (dx, dy) = (fix.x - here.x, fix.y - here.y);
            (libm::sqrt(dx * dx + dy * dy), libm::atan2(dx, dy))
        };
        // Its own radar.
        let seen = |one: &&Ahead| {
            let (distance, bearing) = way(&one.fix);
            let off = turned(bearing - flying.heading).abs();
            distance <= performance.sees_nmi
                && (off <= LOOKS_DEG.to_radians() || distance <= SHOT_NMI)
        };
        if flying.attacks {
            let held = flying
                .target
                .filter(|t| ahead.iter().any(|a| a.number == *t));
            if held.is_none() {
                let nearest = |a: &&Ahead, b: &&Ahead| way(&a.fix).0.total_cmp(&way(&b.fix).0);
                flying.target = ahead.iter().filter(seen).min_by(nearest).map(|a| a.number);
                if flying.target.is_some() {
                    events.push((Event::LockedOn, flying.target));
                }
            }
        }
        let target = flying
            .target
            .and_then(|t| ahead.iter().find(|a| a.number == t));
        if let Some(target) = target {
            let (distance, _) = way(&target.fix);
            let level = (target.fix.altitude_ft - here.altitude_ft).abs() <= SHOT_FT;
            if distance <= SHOT_NMI && level {
                let hit = self.chance.below(100) < u64::from(performance.hits_percent);
                let what = if hit { Event::Splash } else { Event::Missed };
                events.push((what, Some(target.number)));
                (flying.attacks, flying.target) = (false, None);
                if performance.missile {
                    self.state = State::Spent;
                    events.push((Event::Spent, None));
                    return;
                }
                flying.course = Course::Home;
                events.push((Event::GoesHome, None));
            }
        }
        if now >= flying.fuel_until && flying.course != Course::Home {
            if performance.missile {
                self.state = State::Spent;
                events.push((Event::Spent, None));
                return;
            }
            flying.course = Course::Home;
            (flying.attacks, flying.target) = (false, None);
            events.push((Event::GoesHome, None));
        }
        // Where to.
        let home = Fix {
            x: self.home.0,
            y: self.home.1,
            ..Fix::default()
        };
        let target = target.filter(|t| flying.target == Some(t.number));
        let (wanted, speed_kn, altitude_ft) = match (target, flying.course) {
            (Some(target), _) => {
                let dash = performance.dash_kn;
                let time = way(&target.fix).0 / (dash / 3_600.0);
                let met = Fix {
                    x: target.fix.x + target.fix.vx * time,
                    y: target.fix.y + target.fix.vy * time,
                    ..target.fix
                };
                (way(&met).1, dash, target.fix.altitude_ft)
            }
            (None, Course::Heading(heading)) => (heading, flying.ordered_kn, flying.altitude_ft),
            (None, Course::Towards { x, y }) => {
                let there = Fix { x, y, ..home };
                (way(&there).1, flying.ordered_kn, flying.altitude_ft)
            }
            (None, Course::Home) => {
                let (distance, bearing) = way(&home);
                if distance <= HOME_NMI {
                    let ground = Span::from_secs(performance.turn_round_s);
                    self.state = State::OnGround {
                        until: now + ground,
                    };
                    events.push((Event::Landed, None));
                    return;
                }
                (
                    bearing,
                    performance.cruise_kn,
                    (distance * 1_000.0).clamp(2_000.0, 30_000.0),
                )
            }
        };
        let most = performance.turn_deg_s.to_radians() * seconds;
        flying.heading += turned(wanted - flying.heading).clamp(-most, most);
        let gain = ACCELERATION_KN * seconds;
        let speed_kn = speed_kn.clamp(150.0, performance.dash_kn);
        flying.speed_kn += (speed_kn - flying.speed_kn).clamp(-gain, gain);
        let climb = performance.climb_ft_s * seconds;
        let altitude_ft = altitude_ft.clamp(0.0, performance.ceiling_ft);
        here.altitude_ft += (altitude_ft - here.altitude_ft).clamp(-climb, climb);
        let speed = flying.speed_kn / 3_600.0;
        here.vx = speed * libm::sin(flying.heading);
        here.vy = speed * libm::cos(flying.heading);
        flying.fix = here;
        flying.at = now;
    }
}

/// An angle between minus and plus half a circle.
fn turned(angle: f64) -> f64 {
    let circle = 2.0 * std::f64::consts::PI;
    angle - circle * libm::round(angle / circle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn f106() -> Performance {
        Performance {
            name: "F-106".into(),
            missile: false,
            cruise_kn: 530.0,
            dash_kn: 1_000.0,
            ceiling_ft: 55_000.0,
            climb_ft_s: 400.0,
            turn_deg_s: 3.0,
            delay_s: 300,
            endurance_s: 5_400,
            turn_round_s: 1_800,
            sees_nmi: 15.0,
            hits_percent: 100,
        }
    }

    fn weapon(performance: Performance) -> Weapon {
        let chance = Stream::new(1, "weapon");
        Weapon::new("OLD-1".into(), (1, 0), performance, (0.0, 0.0), chance)
    }

    fn at(seconds: u64) -> Instant {
        Instant(seconds * 1_000_000_000)
    }

    /// A raider that comes straight down the y axis.
    fn raider(seconds: u64) -> Vec<Ahead> {
        let fix = Fix {
            x: 0.0,
            y: 150.0 - seconds as f64 / 8.0,
            altitude_ft: 35_000.0,
            vx: 0.0,
            vy: -1.0 / 8.0,
        };
        vec![Ahead { number: 7, fix }]
    }

    #[test]
    fn an_interceptor_scrambles_flies_by_orders_shoots_and_comes_home() {
        let mut one = weapon(f106());
        assert!(!one.order(at(0), Order::Home));
        assert!(one.order(at(0), Order::Go { x: 0, y: 32 }));
        assert!(!one.order(at(1), Order::Go { x: 0, y: 32 }));
        let mut log = Vec::new();
        for second in 1..7_200 {
            if second == 330 {
                let order = Order::Vector {
                    heading: 0,
                    altitude: 35,
                    speed: 60,
                    attack: true,
                };
                assert!(one.order(at(second), order));
            }
            let shot = log.iter().any(|(_, event, _)| *event == Event::Splash);
            let ahead = if shot { vec![] } else { raider(second) };
            for (event, target) in one.step(at(second), &ahead) {
                log.push((second, event, target));
            }
        }
        let events: Vec<Event> = log.iter().map(|row| row.1).collect();
        assert_eq!(
            events,
            [
                Event::Airborne,
                Event::LockedOn,
                Event::Splash,
                Event::GoesHome,
                Event::Landed,
                Event::Ready
            ],
            "{log:?}"
        );
        assert_eq!((log[0].0, log[2].2), (300, Some(7)));
    }

    #[test]
    fn a_turn_takes_its_time_and_fuel_ends() {
        let mut one = weapon(Performance {
            endurance_s: 600,
            ..f106()
        });
        one.order(at(0), Order::Go { x: 0, y: 127 });
        for second in 1..=310 {
            one.step(at(second), &[]);
        }
        let east = Order::Vector {
            heading: 1024,
            altitude: 30,
            speed: 53,
            attack: false,
        };
        one.order(at(310), east);
        for second in 311..=325 {
            one.step(at(second), &[]);
        }
        // Half of the quarter circle after 15 s at 3 degrees a second.
        let fix = one.fix(at(325)).unwrap();
        let heading = libm::atan2(fix.vx, fix.vy).to_degrees();
        assert!((heading - 45.0).abs() < 5.0, "{heading}");
        let mut log = Vec::new();
        for second in 326..3_000 {
            log.extend(one.step(at(second), &[]).into_iter().map(|e| (second, e.0)));
        }
        assert_eq!(log[0], (900, Event::GoesHome));
        assert_eq!(log[1].1, Event::Landed);
    }

    #[test]
    fn a_missile_is_used_once() {
        let mut one = weapon(Performance {
            missile: true,
            delay_s: 30,
            endurance_s: 700,
            turn_round_s: 0,
            cruise_kn: 1_700.0,
            dash_kn: 1_700.0,
            ..f106()
        });
        assert_eq!((one.kind(), one.code()), (Kind::Missile, None));
        one.order(at(0), Order::Go { x: 0, y: 32 });
        let mut log = Vec::new();
        for second in 1..1_000 {
            log.extend(
                one.step(at(second), &raider(second))
                    .into_iter()
                    .map(|e| e.0),
            );
        }
        let expected = [
            Event::Airborne,
            Event::LockedOn,
            Event::Splash,
            Event::Spent,
        ];
        assert_eq!(log, expected);
        assert!(!one.order(at(1_000), Order::Go { x: 0, y: 32 }));
    }
}
