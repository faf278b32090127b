//! The role moves: how long it took, what the scopes missed, and whether every track came across.
//!
//! | figure | from | to |
//! |---|---|---|
//! | switchover | the loss of the active machine | the other's relays have closed |
//! | gap | the last display of the old machine | the first of the new one |
//! | pause | the old machine's last crosstell | the new one's first |
//! | behind | - | how old what the new machine first shows is: it must know every track that was on show [`AirBounds::frames_behind`] frames before the loss |
//!
//! When the role is lost the judge notes which track is which aircraft's. Twice it looks for them: in
//! the new machine's first display, and [`AirBounds::frames_behind`] frames later, when its own
//! radar inputs have had their say. Each must be on show, with its number, near its own aircraft;
//! otherwise it is *lost*, or, with another aircraft near it, *exchanged*. Aircraft that left the
//! good cover meanwhile do not count. If the role moves again before the second look, the tracks
//! have to come across that move too.
//!
//! The gap has its bound; the pause may be a frame longer, because neighbours are told once a frame.
//! Only crosstell is regular enough to have pauses, and only if it left within the last frame before
//! the loss; that none leaves any more is no fault by itself: there may be nothing to tell.
//!
//! A planned switchover counts from the decision: the key, the daily hour, or the program asked for
//! it. A move without any fault before it, that nobody asked for, is broken: a machine to which
//! nothing had happened was taken for dead.

use std::collections::BTreeMap;

use clock::{Instant, Span};
use serde::{Deserialize, Serialize};
use site::center::air::Target;
use site::{Cause, Machine};

use super::sky::{Number, Point, Sky, distance};
use crate::judges::{Verdict, Violations, text_of};
use crate::script::air::AirBounds;

/// A frame of the program (assigned by us).
pub const FRAME: Span = Span::from_secs(15);
/// So long after something happened to a machine a move may be its consequence.
const EXCUSED: Span = Span::from_secs(15);

/// One move of the active role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Move {
    /// Who had the role.
    pub from: Option<Machine>,
    /// Who got it.
    pub to: Machine,
    /// Why.
    pub cause: Cause,
    /// The loss; of a planned one the decision.
    pub lost_at: Instant,
    /// The switch's decision.
    pub decided_at: Instant,
    /// The relays of the new machine have closed.
    pub taken_at: Option<Instant>,
    /// The last display before.
    pub last_at: Instant,
    /// The new machine's first display.
    pub shown_at: Option<Instant>,
    /// The last crosstell in the frame before.
    pub told_at: Option<Instant>,
    /// From then to the first after.
    pub pause: Option<Span>,
    /// Tracks on show at the loss, long enough to be known, and beyond doubt their aircraft's.
    pub tracks: u64,
    /// Others that were off their aircraft, or beside another's, before: nothing is asked of them.
    pub doubtful: u64,
    /// Of them not on show in the first display, or two frames later.
    pub lost: u64,
    /// Of them on show at another aircraft.
    pub exchanged: u64,
    /// So often it was looked at, twice at most.
    pub looks: u32,
    /// Tracks that have to come across, and their aircraft.
    held: BTreeMap<Number, u16>,
}

/// Moves that somebody wants while both machines work.
fn asked_for(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::PlannedSwitchover | Cause::ManualSwitchover | Cause::Requested | Cause::Daily
    )
}

impl Move {
    /// Somebody wanted it, with both machines at work.
    pub fn asked_for(&self) -> bool {
        asked_for(self.cause)
    }

    /// By itself, because a machine failed.
    pub fn automatic(&self) -> bool {
        !self.asked_for() && self.cause != Cause::ManualTakeover && self.from.is_some()
    }

    /// From the loss until the relays had closed.
    pub fn took(&self) -> Option<Span> {
        Some(self.taken_at?.saturating_since(self.lost_at))
    }

    /// Longest time without displays.
    fn longest(&self, bounds: &AirBounds) -> Span {
        match self.asked_for() {
            true => bounds.planned_gap,
            false => bounds.automatic_gap,
        }
    }

    /// Without displays.
    pub fn gap(&self) -> Option<Span> {
        Some(self.shown_at?.saturating_since(self.last_at))
    }
}

/// The judge's state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Switchovers {
    /// Moves in order.
    pub moves: Vec<Move>,
    /// The first of the things that happened to each machine lately and may cost it the role.
    hurt: [Option<Instant>; 2],
    /// Since when each machine does not work.
    down: [Option<Instant>; 2],
    /// The last display.
    last_at: Instant,
    /// Whose it was.
    shown_by: Option<Machine>,
    /// The last crosstell.
    told_at: Option<Instant>,
    /// Both machines were out: nothing could come across.
    none_left: bool,
    /// Machines that run.
    runs: [bool; 2],
    /// When each machine last began to run.
    started: [Instant; 2],
    slow: Violations,
    lost: Violations,
    gaps: Violations,
    /// Moves of which nothing could be asked, because the standby had not been one long enough.
    pub excused: u64,
}

impl Default for Switchovers {
    fn default() -> Switchovers {
        Switchovers {
            moves: Vec::new(),
            hurt: [None; 2],
            down: [None; 2],
            last_at: Instant::ZERO,
            shown_by: None,
            told_at: None,
            none_left: false,
            runs: [true; 2],
            started: [Instant::ZERO; 2],
            slow: Violations::default(),
            lost: Violations::default(),
            gaps: Violations::default(),
            excused: 0,
        }
    }
}

/// A machine that was loaded again is told everything within this (requirement 4 of reference SAGE
/// 3): before, it cannot take over with all tracks.
pub const SYNCHRONISED: Span = Span::from_secs(120);

impl Switchovers {
    /// Something happened to a machine.
    pub fn hurt(&mut self, at: Instant, machine: Machine) {
        let hurt = &mut self.hurt[machine.index()];
        // An alarm does not make a loss later than it was.
        *hurt = hurt.filter(|before| at.saturating_since(*before) <= EXCUSED);
        hurt.get_or_insert(at);
    }

    /// A machine stopped.
    pub fn stopped(&mut self, at: Instant, machine: Machine) {
        self.hurt(at, machine);
        self.down[machine.index()].get_or_insert(at);
        self.runs[machine.index()] = false;
        self.none_left |= self.runs == [false; 2];
    }

    /// A machine began to run, anew unless it only `went_on`.
    pub fn started(&mut self, at: Instant, machine: Machine, went_on: bool) {
        self.runs[machine.index()] = true;
        self.down[machine.index()] = None;
        if !went_on {
            self.started[machine.index()] = at;
        }
    }

    /// The switch has decided.
    pub fn decision(
        &mut self,
        at: Instant,
        from: Option<Machine>,
        to: Machine,
        cause: Cause,
        sky: &Sky,
        bounds: &AirBounds,
    ) {
        // A machine that was taken out had no role any more when the switch decided.
        let lately = at.saturating_since(self.last_at) <= EXCUSED;
        let from = from.or(self.shown_by.filter(|by| *by != to && lately));
        let hurt = from.and_then(|from| self.hurt[from.index()]);
        let hurt = hurt.filter(|hurt| at.saturating_since(*hurt) <= EXCUSED);
        let lost_at = match asked_for(cause) {
            true => at,
            false => from
                .and_then(|from| self.down[from.index()])
                .or(hurt)
                .unwrap_or(at),
        };
        let known = Span(FRAME.0 * u64::from(bounds.frames_behind));
        // Nothing is asked of a machine that has just come back, or that has no one to know from.
        let ready = at.saturating_since(self.started[to.index()]) >= SYNCHRONISED
            || self.started[to.index()] == Instant::ZERO;
        let fresh = self.none_left || !ready || from.is_none();
        let owners = sky
            .owners()
            .filter(|(_, owner)| !fresh && owner.since + known <= lost_at);
        let doubtful = owners.clone().filter(|(_, owner)| !owner.sure).count() as u64;
        let mut held: BTreeMap<Number, u16> = owners
            .filter(|(_, owner)| owner.sure)
            .map(|(number, owner)| (*number, owner.aircraft))
            .collect();
        if let Some(before) = self.moves.last_mut().filter(|_| !fresh) {
            held.append(&mut before.held);
        }
        self.excused += u64::from(fresh);
        self.none_left = false;
        let moved = Move {
            from,
            to,
            cause,
            lost_at,
            decided_at: at,
            taken_at: None,
            last_at: self.last_at,
            shown_at: None,
            told_at: self.told_at.filter(|told| *told + FRAME >= lost_at),
            pause: None,
            tracks: held.len() as u64,
            doubtful,
            lost: 0,
            exchanged: 0,
            looks: 0,
            held,
        };
        if moved.automatic() && hurt.is_none() {
            self.slow.add(at, || {
                let from = from.map_or("nobody".to_owned(), |from| format!("machine {from}"));
                format!("the role was taken from {from}, to which nothing had happened")
            });
        }
        self.moves.push(moved);
    }

    /// The relays of the new machine have closed.
    pub fn taken(&mut self, at: Instant, machine: Machine, bounds: &AirBounds) {
        let Some(last) = self.moves.last_mut().filter(|m| m.to == machine) else {
            return;
        };
        last.taken_at = Some(at);
        let took = at.saturating_since(last.lost_at);
        if last.automatic() && took > bounds.switchover {
            let text = format!(
                "machine {machine:?} took over {} after the loss; at most {}",
                took.told(),
                bounds.switchover.told()
            );
            self.slow.add(at, || text);
        }
    }

    /// Crosstell has left a machine.
    pub fn told(&mut self, at: Instant, machine: Machine, bounds: &AirBounds) {
        self.told_at = Some(at);
        let last = self.moves.last_mut().filter(|m| m.to == machine);
        let Some((last, before)) = last.and_then(|last| last.told_at.map(|at| (last, at))) else {
            return;
        };
        if last.pause.is_none() {
            let pause = at.saturating_since(before);
            last.pause = Some(pause);
            let most = last.longest(bounds) + FRAME;
            if pause > most && last.from.is_some() {
                self.gaps.add(at, || {
                    let (pause, most) = (pause.told(), most.told());
                    format!("neighbours were told nothing for {pause}; at most {most}")
                });
            }
        }
    }

    /// What the scopes show; `sky` has looked at it already.
    pub fn display(
        &mut self,
        at: Instant,
        machine: Machine,
        points: &[Point],
        truth: &[Target],
        bounds: &AirBounds,
    ) {
        self.last_at = at;
        self.shown_by = Some(machine);
        let Some(last) = self.moves.last_mut().filter(|m| m.to == machine) else {
            return;
        };
        if last.shown_at.is_none() {
            last.shown_at = Some(at);
            let gap = at.saturating_since(last.last_at);
            let most = last.longest(bounds);
            if gap > most && last.from.is_some() {
                let (gap, most) = (gap.told(), most.told());
                let text = format!("nothing was shown for {gap}; at most {most}");
                self.gaps.add(at, || text);
            }
        }
        let shown_at = last.shown_at.unwrap_or(at);
        let due = match last.looks {
            0 => shown_at,
            1 => shown_at + Span(FRAME.0 * u64::from(bounds.frames_behind)),
            _ => return,
        };
        if at < due {
            return;
        }
        last.looks += 1;
        let shown: BTreeMap<Number, &Point> = points.iter().map(|p| (p.number, p)).collect();
        for (number, aircraft) in std::mem::take(&mut last.held) {
            let own = truth.iter().find(|t| t.number == aircraft);
            let Some(own) = own.filter(|own| own.cover > 0) else {
                last.tracks = last.tracks.saturating_sub(1);
                continue;
            };
            let name = text_of(&number);
            // Its number changes when its owner does, and a neighbour numbers as it likes.
            let passed = |point: &&Point| {
                let place = (point.x, point.y);
                let other = point.number[0] != number[0] || point.is_told();
                point.is_track() && other && distance(place, (own.x, own.y)) <= bounds.gate
            };
            let same = shown.get(&number).copied().filter(|p| p.is_track());
            let Some(point) = same.or_else(|| points.iter().find(passed)) else {
                last.lost += 1;
                self.lost.add(at, || {
                    format!("track {name} of {} was lost at the switchover", own.name)
                });
                continue;
            };
            let place = (point.x, point.y);
            let far = distance(place, (own.x, own.y));
            if far <= bounds.gate {
                if last.looks == 1 {
                    last.held.insert(point.number, aircraft);
                }
                continue;
            }
            let near = |t: &&Target| distance(place, (t.x, t.y)) <= bounds.gate;
            let text = match truth.iter().find(near) {
                Some(other) => {
                    last.exchanged += 1;
                    format!("track {name} of {} is at {} now", own.name, other.name)
                }
                None => {
                    last.lost += 1;
                    format!(
                        "track {name} is {far:.1} n.mi from its aircraft {}",
                        own.name
                    )
                }
            };
            self.lost.add(at, || text);
        }
    }

    /// `switchover-bound`, `no-track-lost`, `output-gap`.
    pub fn verdicts(&self, now: Instant, bounds: &AirBounds) -> [Verdict; 3] {
        let automatic = self.moves.iter().filter(|m| m.automatic());
        let slowest = automatic.filter_map(Move::took).max().unwrap_or_default();
        let count = self.moves.len();
        let mut slow = self.slow.clone();
        let mut gaps = self.gaps.clone();
        if let Some(last) = self.moves.last() {
            if last.taken_at.is_none()
                && last.automatic()
                && now.saturating_since(last.lost_at) > bounds.switchover
            {
                slow.add(now, || {
                    format!("machine {:?} has not taken over yet", last.to)
                });
            }
            if last.shown_at.is_none() && now.saturating_since(last.last_at) > bounds.automatic_gap
            {
                gaps.add(now, || format!("nothing was shown since {}", last.last_at));
            }
        }
        let tracks: u64 = self.moves.iter().map(|m| m.tracks).sum();
        let longest = self.moves.iter().filter_map(Move::gap).max();
        let paused = self.moves.iter().filter_map(|m| m.pause).max();
        [
            slow.verdict(
                "switchover-bound",
                format!(
                    "{count} moves of the role, the slowest automatic one {}",
                    slowest.told()
                ),
            ),
            self.lost.verdict(
                "no-track-lost",
                format!(
                    "{tracks} tracks came across {count} moves of the role ({} of them without \
                     anything to bring)",
                    self.excused
                ),
            ),
            gaps.verdict(
                "output-gap",
                format!(
                    "when the role moved the scopes stood still for {} at most, crosstell for {}",
                    longest.unwrap_or_default().told(),
                    paused.unwrap_or_default().told()
                ),
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::super::sky::tests::{at, point, target};
    use super::*;

    /// A minute of displays by A, a loss, B's displays: what it shows from the first on.
    fn moved(
        cause: Cause,
        closes: f64,
        first: f64,
        after: impl Fn(f64) -> Vec<Point>,
    ) -> Switchovers {
        let bounds = AirBounds::default();
        let (mut sky, mut judge) = (Sky::default(), Switchovers::default());
        let truth = |t: f64| vec![target(0, 0.1 * t, 0.0), target(1, 0.1 * t, 30.0)];
        for n in 0..40 {
            let t = 2.5 * f64::from(n);
            let points = [point(1, 0.1 * t, 0.0, 4), point(2, 0.1 * t, 30.0, 4)];
            sky.display(at(t), &points, &truth(t), &bounds);
            judge.display(at(t), Machine::A, &points, &truth(t), &bounds);
        }
        judge.stopped(at(99.0), Machine::A);
        // The alarm comes when it has been silent for a while.
        judge.hurt(at(105.0), Machine::A);
        judge.decision(
            at(105.0),
            Some(Machine::A),
            Machine::B,
            cause,
            &sky,
            &bounds,
        );
        judge.taken(at(closes), Machine::B, &bounds);
        for n in 0..20 {
            let t = first + 2.5 * f64::from(n);
            let points = after(t);
            sky.display(at(t), &points, &truth(t), &bounds);
            judge.display(at(t), Machine::B, &points, &truth(t), &bounds);
        }
        judge
    }

    fn holds(judge: &Switchovers) -> [bool; 3] {
        let verdicts = judge.verdicts(at(300.0), &AirBounds::default());
        verdicts.map(|verdict| verdict.holds)
    }

    fn both(t: f64) -> Vec<Point> {
        vec![point(1, 0.1 * t, 0.5, 4), point(2, 0.1 * t, 30.0, 4)]
    }

    #[test]
    fn a_good_switchover() {
        let judge = moved(Cause::HeartbeatSilent, 105.2, 107.0, both);
        assert_eq!(holds(&judge), [true; 3]);
        let last = &judge.moves[0];
        assert_eq!((last.tracks, last.lost, last.exchanged), (2, 0, 0));
        assert_eq!(last.took(), Some(Span::from_millis(6_200)));
        assert_eq!(last.gap(), Some(Span::from_millis(9_500)));
    }

    #[test]
    fn a_slow_one_and_a_long_silence() {
        let judge = moved(Cause::Alarm, 110.0, 120.0, both);
        assert_eq!(holds(&judge), [false, true, true]);
        let judge = moved(Cause::HeartbeatSilent, 105.2, 130.0, both);
        assert_eq!(holds(&judge), [true, true, false]);
        // A planned one has one frame, and no bound from the loss.
        let judge = moved(Cause::PlannedSwitchover, 110.0, 114.0, both);
        assert_eq!(holds(&judge), [true, true, false]);
        for cause in [Cause::PlannedSwitchover, Cause::Requested, Cause::Daily] {
            let judge = moved(cause, 110.0, 112.0, both);
            assert_eq!(holds(&judge), [true; 3], "{cause}");
        }
    }

    #[test]
    fn crosstell_that_pauses_too_long() {
        let bounds = AirBounds::default();
        for (first, fine) in [(120.0, true), (150.0, false)] {
            let (mut judge, sky) = (Switchovers::default(), Sky::default());
            judge.told(at(99.0), Machine::A, &bounds);
            judge.display(at(99.5), Machine::A, &[], &[], &bounds);
            let cause = Cause::PlannedSwitchover;
            let from = Some(Machine::A);
            judge.decision(at(100.0), from, Machine::B, cause, &sky, &bounds);
            judge.display(at(102.0), Machine::B, &[], &[], &bounds);
            judge.told(at(first), Machine::B, &bounds);
            assert_eq!(holds(&judge), [true, true, fine]);
            assert_eq!(judge.moves[0].pause.unwrap().as_seconds_f64(), first - 99.0);
        }
    }

    #[test]
    fn a_track_lost_and_tracks_exchanged() {
        let judge = moved(Cause::HeartbeatSilent, 105.2, 107.0, |t| {
            both(t)[..1].to_vec()
        });
        assert_eq!((judge.moves[0].lost, judge.moves[0].exchanged), (1, 0));
        assert_eq!(holds(&judge), [true, false, true]);
        let judge = moved(Cause::HeartbeatSilent, 105.2, 107.0, |t| {
            vec![point(2, 0.1 * t, 0.5, 4), point(1, 0.1 * t, 30.0, 4)]
        });
        assert_eq!((judge.moves[0].lost, judge.moves[0].exchanged), (0, 2));
        assert_eq!(holds(&judge), [true, false, true]);
        // Exchanged only when the new machine's own returns are matched.
        let judge = moved(Cause::HeartbeatSilent, 105.2, 107.0, |t| match t < 130.0 {
            true => both(t),
            false => vec![point(2, 0.1 * t, 0.5, 4), point(1, 0.1 * t, 30.0, 4)],
        });
        assert_eq!((judge.moves[0].lost, judge.moves[0].exchanged), (0, 2));
        // In the first display only.
        let judge = moved(Cause::HeartbeatSilent, 105.2, 107.0, |t| match t < 108.0 {
            true => both(t)[1..].to_vec(),
            false => both(t),
        });
        assert_eq!((judge.moves[0].lost, judge.moves[0].exchanged), (1, 0));
        // Renumbered is lost.
        let judge = moved(Cause::HeartbeatSilent, 105.2, 107.0, |t| {
            vec![point(3, 0.1 * t, 0.5, 4), point(2, 0.1 * t, 30.0, 4)]
        });
        assert_eq!((judge.moves[0].lost, judge.moves[0].exchanged), (1, 0));
        assert!(judge.lost.kept[0].contains("was lost"));
    }

    #[test]
    fn nothing_is_asked_of_a_machine_that_has_just_come_back() {
        let bounds = AirBounds::default();
        let (mut sky, mut judge) = (Sky::default(), Switchovers::default());
        for n in 0..40 {
            let t = 2.5 * f64::from(n);
            sky.display(at(t), &both(t), &[target(0, 0.1 * t, 0.0)], &bounds);
        }
        judge.started(at(60.0), Machine::B, false);
        judge.stopped(at(99.0), Machine::A);
        let cause = Cause::HeartbeatSilent;
        judge.decision(
            at(105.0),
            Some(Machine::A),
            Machine::B,
            cause,
            &sky,
            &bounds,
        );
        assert_eq!((judge.moves[0].tracks, judge.excused), (0, 1));
    }

    #[test]
    fn a_machine_taken_for_dead() {
        let mut judge = Switchovers::default();
        let (sky, bounds) = (Sky::default(), AirBounds::default());
        let cause = Cause::HeartbeatSilent;
        judge.decision(
            at(105.0),
            Some(Machine::A),
            Machine::B,
            cause,
            &sky,
            &bounds,
        );
        assert!(!judge.verdicts(at(106.0), &bounds)[0].holds);
    }
}
