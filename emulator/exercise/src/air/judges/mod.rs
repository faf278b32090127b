//! The judges of a direction center: they watch scopes, lines and what really flies.
//!
//! | verdict | what must be so |
//! |---|---|
//! | tracked | of all aircraft in good cover, looked at once a display, enough hold a track |
//! | position | after ten looks a track stands where its aircraft is, in the mean |
//! | identity | not too many tracks are shown for what they are not |
//! | switchover-bound | no automatic switchover takes longer than its bound, and none comes without a cause |
//! | no-track-lost | every track on show two frames before the role was lost is at its own aircraft in the new machine's first display, and two frames later |
//! | output-gap | the scopes do not stand still for longer than their bound when the role moves |
//! | no-order-twice | no order to a base, a pilot or a neighbour leaves twice |
//! | light-gun | a gun sees only what shines |
//! | in-time-or-counted | what came late or was left out the program counted |
//! | fenced | no word leaves, and none comes onto a drum, at a machine whose relays are open |
//! | live-again | the scopes are written to the end, and soon after the last repair |
//!
//! They see the records of the run, the actions of people, and the truth of the sky; of the machines
//! they see nothing but the counts that the program keeps for everybody.
//!
//! *To add a judge*: a file here with its state, a field of [`AirJudges`], calls in `observe` or
//! `display` and in `verdicts`, a row above and in the README.

pub mod gun;
pub mod identity;
pub mod in_time;
pub mod live;
pub mod orders;
pub mod sky;
pub mod switchover;

use clock::Instant;
use serde::{Deserialize, Serialize};
use site::center::air::{Target, weapon};
use site::center::message::UNITS;
use site::center::record::{Fate, OutputFate, Record as CenterRecord, ShownTrack};
use site::fault::{Fault, Model};
use site::record::{Start, Stop};
use site::{Machine, Record};

use crate::judges::Verdict;
use crate::judges::fencing::Fencing;
use crate::judges::takeovers::Fired;
use crate::script::Bounds;
use crate::script::air::AirBounds;
use gun::Gun;
use identity::Identity;
use in_time::InTime;
use live::Live;
use orders::Orders;
use sky::{Point, Sky};
use switchover::Switchovers;

/// What no fault excuses, inside the failure model or outside it.
const ALWAYS: [&str; 1] = ["fenced"];

/// At most this many lines of the log are kept.
const LOG_MAX: usize = 1_000;

/// What the scopes show from an instant on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Display {
    /// When.
    pub at: Instant,
    /// By which machine.
    pub machine: Machine,
    /// All track messages.
    pub points: Vec<Point>,
}

/// All judges of a run; plain data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AirJudges {
    /// Tracks and aircraft.
    pub sky: Sky,
    /// Moves of the role.
    pub switchovers: Switchovers,
    /// Orders that left.
    pub orders: Orders,
    /// Light guns.
    pub gun: Gun,
    /// Identities.
    pub identity: Identity,
    /// Displays in time.
    pub in_time: InTime,
    fencing: Fencing,
    /// Repairs.
    pub live: Live,
    /// Faults in order.
    pub faults: Vec<Fired>,
    /// What people read.
    pub log: Vec<(Instant, String)>,
    /// Where machines halted themselves.
    pub halted: Vec<(Machine, u32)>,
    /// The machine whose relays are closed.
    active: Option<Machine>,
    /// Displays of this slice, not yet held against the truth.
    fresh: Vec<Display>,
    /// Raiders shot down.
    pub splashes: u64,
    /// What the scopes show now.
    pub shown: Vec<Point>,
    /// Something happened that the failure model excludes.
    outside_model: bool,
}

/// A track message as a point on the plane.
pub fn point(track: &ShownTrack) -> Point {
    let message = &track.message;
    let [a1, a2, a3, a4, ..] = message.characters;
    Point {
        number: [a1, a2, a3, a4],
        x: f64::from(message.x) / UNITS,
        y: f64::from(message.y) / UNITS,
        category: message.category,
        slot: track.slot,
        characters: message.characters,
    }
}

impl AirJudges {
    /// Judges of a center at its begin; these targets are chaff.
    pub fn new(chaff: Vec<u16>) -> AirJudges {
        AirJudges {
            sky: Sky::new(chaff),
            switchovers: Switchovers::default(),
            orders: Orders::default(),
            gun: Gun::default(),
            identity: Identity::default(),
            in_time: InTime::default(),
            fencing: Fencing::default(),
            live: Live::default(),
            faults: Vec::new(),
            log: Vec::new(),
            halted: Vec::new(),
            active: Some(Machine::A),
            fresh: Vec::new(),
            splashes: 0,
            shown: Vec::new(),
            outside_model: false,
        }
    }

    fn write(&mut self, at: Instant, text: String) {
        if self.log.len() < LOG_MAX {
            self.log.push((at, text));
        }
    }

    /// A record of the run.
    pub fn observe(&mut self, at: Instant, record: &Record, bounds: &AirBounds) {
        self.fencing.observe(at, record);
        match record {
            Record::Fault {
                fault,
                took_effect,
                hit,
            } => self.fault(at, fault, *took_effect, hit),
            Record::MachineStopped {
                machine,
                why,
                location,
                ..
            } => {
                if *why != Stop::Reload {
                    self.switchovers.stopped(at, *machine);
                }
                self.in_time.broken_off();
                self.write(
                    at,
                    format!("machine {machine} stops at {location:o}: {why}"),
                );
            }
            Record::MachineHalted { machine, location } => {
                self.switchovers.stopped(at, *machine);
                self.halted.push((*machine, *location));
                self.in_time.broken_off();
                self.write(
                    at,
                    format!("machine {machine} halted itself at {location:o}"),
                );
            }
            Record::MachineStarted { machine, how } => {
                let went_on = matches!(how, Start::StallEnded);
                self.switchovers.started(at, *machine, went_on);
                self.live.healed(at);
                if at > Instant::ZERO {
                    self.write(at, format!("machine {machine} runs {how}"));
                }
            }
            Record::Healed {
                fault,
                mended: true,
            } => {
                self.live.healed(at);
                self.write(at, format!("mended: {fault}"));
            }
            Record::Decision { from, to, cause } => {
                let sky = &self.sky;
                self.switchovers
                    .decision(at, *from, *to, *cause, sky, bounds);
                self.in_time.broken_off();
                self.write(
                    at,
                    format!("the switch moves the role to machine {to} ({cause})"),
                );
            }
            Record::RoleTaken { machine, cause } => {
                self.switchovers.taken(at, *machine, bounds);
                self.write(at, format!("machine {machine} is active ({cause})"));
            }
            Record::Relays { machine, closed } => {
                match (closed, self.active) {
                    (true, _) => self.active = Some(*machine),
                    (false, Some(active)) if active == *machine => self.active = None,
                    _ => {}
                }
                let done = if *closed { "closed" } else { "opened" };
                self.write(at, format!("relays of machine {machine} {done}"));
            }
            Record::Center(record) => self.center(at, record, bounds),
            _ => {}
        }
    }

    fn center(&mut self, at: Instant, record: &CenterRecord, bounds: &AirBounds) {
        match record {
            CenterRecord::Report {
                target: Some(target),
                looked,
                fate: Fate::OnDrum { .. },
                ..
            } => self.sky.look(*looked, *target),
            CenterRecord::TracksShown { machine, tracks } => {
                let points: Vec<Point> = tracks.iter().map(point).collect();
                self.in_time.display(at, *machine);
                self.gun.display(&points);
                self.live.display(at);
                self.fresh.push(Display {
                    at,
                    machine: *machine,
                    points,
                });
            }
            CenterRecord::Output {
                machine,
                section,
                channel,
                words,
                fate: OutputFate::Left,
                ..
            } => {
                self.orders.output(at, *machine, *section, *channel, words);
                if *section == orders::section::CROSSTELL {
                    self.switchovers.told(at, *machine, bounds);
                }
            }
            CenterRecord::Action { action, seen, fate } => {
                let delivered = matches!(fate, Some(Fate::OnDrum { .. }));
                self.gun.action(at, action, *seen, delivered);
            }
            CenterRecord::Alarm { machine, alarm } => {
                // An alarm is what the switch heard, not what happened to the machine.
                self.write(at, format!("machine {machine}: alarm, {alarm:?}"));
            }
            CenterRecord::Weapon {
                weapon,
                event,
                raider,
                ..
            } => {
                self.splashes += u64::from(*event == weapon::Event::Splash);
                if matches!(event, weapon::Event::Ready | weapon::Event::Spent) {
                    self.orders.free((*weapon).into());
                }
                let at_whom = raider.map_or(String::new(), |raider| format!(", target {raider}"));
                self.write(at, format!("weapon {weapon}: {event:?}{at_whom}"));
            }
            _ => {}
        }
    }

    fn fault(&mut self, at: Instant, fault: &Fault, took_effect: bool, hit: &str) {
        self.faults.push(Fired {
            at,
            fault: *fault,
            took_effect,
            hit: hit.to_owned(),
        });
        let effect = if took_effect { hit } else { "without effect" };
        self.write(at, format!("{fault}: {effect}"));
        if !took_effect {
            return;
        }
        self.outside_model |= fault.kind().model == Model::Outside;
        for machine in Machine::BOTH {
            if self.concerns(fault, machine) {
                self.switchovers.hurt(at, machine);
            }
        }
    }

    /// Whether a fault may cost a machine its role.
    fn concerns(&self, fault: &Fault, machine: Machine) -> bool {
        match fault.machine() {
            Some(site::Target::A) => machine == Machine::A,
            Some(site::Target::B) => machine == Machine::B,
            Some(site::Target::Active) => self.active == Some(machine),
            Some(site::Target::Standby) => self.active != Some(machine),
            None => !matches!(
                fault,
                Fault::Line(_)
                    | Fault::Trench { .. }
                    | Fault::RadarOut { .. }
                    | Fault::LyingLightGun { .. }
            ),
        }
    }

    /// Something was shown in this slice.
    pub fn has_displays(&self) -> bool {
        !self.fresh.is_empty()
    }

    /// What was shown in the slice that has ended is held against what really flies.
    pub fn look(&mut self, bounds: &AirBounds, truth: &dyn Fn(Instant) -> Vec<Target>) {
        for display in std::mem::take(&mut self.fresh) {
            let truth = truth(display.at);
            let (at, points) = (display.at, &display.points);
            self.sky.display(at, points, &truth, bounds);
            self.switchovers
                .display(at, display.machine, points, &truth, bounds);
            self.identity.display(at, points, &truth, &self.sky);
            self.shown = display.points;
        }
    }

    /// The verdicts at the end. `counted` is what the program counted of late and dropped work.
    pub fn verdicts(
        &self,
        now: Instant,
        bounds: &AirBounds,
        common: &Bounds,
        counted: u64,
    ) -> Vec<Verdict> {
        let [slow, lost, gap] = self.switchovers.verdicts(now, bounds);
        let mut verdicts = vec![
            self.sky.tracked(bounds),
            self.sky.position(bounds),
            self.identity.verdict(bounds),
            slow,
            lost,
            gap,
            self.orders.verdict(),
            self.gun.verdict(),
            self.in_time.verdict(counted),
            self.fencing.verdict(),
            self.live.verdict(now, common.live),
        ];
        if self.outside_model {
            // Judged for what was lost, never as a broken promise.
            let excused = |v: &&mut Verdict| !v.holds && !ALWAYS.contains(&v.name.as_str());
            for verdict in verdicts.iter_mut().filter(excused) {
                (verdict.holds, verdict.outside_model) = (true, true);
            }
        }
        verdicts
    }
}
