//! The duplex switch: which machine the shared equipment belongs to.
//!
//! Relays connect drums, disks and lines to the machine in the active role and to no other. The
//! machines talk to the switch by ten sense lines on channel F: a word presented with PSLF, a word
//! stored with SSLF. A change is seen at the other end 100 us later.
//!
//! | presented (PSLF) | octal | | stored (SSLF) | octal |
//! |---|---|---|---|---|
//! | HEARTBEAT, a pulse | 1 | | ROLE ACTIVE: my relays are closed | 1 |
//! | SEIZE | 2 | | ROLE STANDBY | 2 |
//! | RELEASE | 4 | | ALARM: the active one is silent | 4 |
//! | READY | 10 | | SWITCHOVER REQUESTED (to the active) | 10 |
//! | | | | OTHER READY | 20 |
//! | | | | identity: 0 = A, 1 = B | 40 |
//! | | | | RELAYS MOVED: my relays have closed since I last asked | 100 |
//!
//! The active role moves when the other machine presents SEIZE while the alarm stands or the
//! active machine has released or is off; when the active machine has released and the other is
//! ready; and when the operator turns the key. The old relays open at once, the new ones close
//! `relays` later (`relays`).
//!
//! A machine's orders reach the equipment only when it has asked (SSLF) since its relays closed: one
//! that slept while it lost the role and got it back hears of it before it can do anything.
//!
//! With operators the switch is a panel and moves the role by hand: SEIZE is not honoured while some
//! machine has the role, and they turn the key after the alarm.
//!
//! Assumed: levels stay until the next PSLF, but the switch forgets both machines' levels when the
//! role moves; the alarm falls when pulses come again.

use clock::{Instant, Span};
use serde::{Deserialize, Serialize};

use crate::description::{Planted, SwitchDescription};
use crate::machine::Machine;
use crate::record::Cause;
use crate::relays::{Moving, Relays, Role};

/// Time until a change on a sense line is seen.
pub const LINE_DELAY: Span = Span(100_000);

/// Presented: one heartbeat pulse.
pub const HEARTBEAT: u16 = 0o1;
/// Presented: the machine wants the active role.
pub const SEIZE: u16 = 0o2;
/// Presented: the active machine asks to be switched out.
pub const RELEASE: u16 = 0o4;
/// Presented: the machine can take over.
pub const READY: u16 = 0o10;

/// Stored: my relays are closed.
pub const ROLE_ACTIVE: u16 = 0o1;
/// Stored: I stand by.
pub const ROLE_STANDBY: u16 = 0o2;
/// Stored: the active machine's heartbeat is silent.
pub const ALARM: u16 = 0o4;
/// Stored: finish and release.
pub const SWITCHOVER_REQUESTED: u16 = 0o10;
/// Stored: the other machine can take over.
pub const OTHER_READY: u16 = 0o20;
/// Stored: I am B.
pub const IDENTITY: u16 = 0o40;
/// Stored: my relays have closed since I last asked.
pub const RELAYS_MOVED: u16 = 0o100;

/// The switch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Switch {
    relays: Relays,
    /// Relays have closed since the machine last asked.
    moved: [bool; 2],
    /// The machine has asked for its role since its relays closed.
    asked: [bool; 2],
    presented: [u16; 2],
    heartbeat: Instant,
    heartbeat_cut: [bool; 2],
    alarm: bool,
    requested: bool,
    silence: Span,
    by_hand: bool,
}

impl Switch {
    /// A active, B standing by, A's relays closed.
    pub fn new(description: &SwitchDescription) -> Self {
        let no_fencing = description.planted.contains(&Planted::NoFencing);
        Switch {
            relays: Relays::new(Span::from_millis(description.relays_ms), no_fencing),
            moved: [false; 2],
            asked: [false; 2],
            presented: [0; 2],
            heartbeat: Instant::ZERO,
            heartbeat_cut: [false; 2],
            alarm: false,
            requested: false,
            silence: Span::from_millis(description.silence_alarm_ms),
            by_hand: description.operators.is_some(),
        }
    }

    /// The role of a machine.
    pub fn role(&self, machine: Machine) -> Role {
        self.relays.role(machine)
    }

    /// Gives a machine a role that moves no relays.
    pub fn set_role(&mut self, machine: Machine, role: Role) {
        self.relays.set_role(machine, role);
        self.presented[machine.index()] = 0;
    }

    /// The machine in the active role, or the one about to be.
    pub fn active(&self) -> Option<Machine> {
        self.relays.active()
    }

    /// Whether the machine's relays are closed.
    pub fn closed(&self, machine: Machine) -> bool {
        self.relays.closed(machine)
    }

    /// Whose relays the switch has closed; never two.
    pub fn connected(&self) -> Option<Machine> {
        self.relays.connected()
    }

    /// Whether it opens the old relays when the role moves (it does, unless planted otherwise).
    pub fn fences(&self) -> bool {
        self.relays.fences()
    }

    /// The alarm stands.
    pub fn alarm(&self) -> bool {
        self.alarm
    }

    /// The role on its way.
    pub fn moving(&self) -> Option<Moving> {
        self.relays.moving()
    }

    /// Whether a machine's orders reach the adapters: its relays are closed, and it has asked for
    /// its role since. So a machine that slept through a loss of its role and got it back cannot go
    /// on where it was: it first hears what happened.
    pub fn reaches(&self, machine: Machine) -> bool {
        let index = machine.index();
        self.connected() == Some(machine) && self.asked[index] || self.relays.is_welded(machine)
    }

    /// What SSLF stores in a machine, which now has asked.
    pub fn ask(&mut self, machine: Machine) -> u16 {
        let lines = self.lines(machine);
        self.moved[machine.index()] = false;
        self.asked[machine.index()] |= self.closed(machine);
        lines
    }

    /// The state of a machine's sense lines.
    pub fn lines(&self, machine: Machine) -> u16 {
        let on = |condition: bool, line: u16| if condition { line } else { 0 };
        let role = self.role(machine);
        let other_ready = self.presented[machine.other().index()] & READY != 0;
        on(self.closed(machine), ROLE_ACTIVE)
            | on(role == Role::Standby, ROLE_STANDBY)
            | on(self.alarm, ALARM)
            | on(self.requested && role == Role::Active, SWITCHOVER_REQUESTED)
            | on(other_ready, OTHER_READY)
            | on(machine == Machine::B, IDENTITY)
            | on(self.moved[machine.index()], RELAYS_MOVED)
    }

    /// A machine's presented word arrives. Returns true if the alarm fell.
    pub fn sees(&mut self, now: Instant, machine: Machine, word: u16) -> bool {
        self.presented[machine.index()] = word & !HEARTBEAT;
        let pulse = word & HEARTBEAT != 0 && !self.heartbeat_cut[machine.index()];
        if pulse && self.connected() == Some(machine) {
            self.heartbeat = now;
            return std::mem::take(&mut self.alarm);
        }
        false
    }

    /// When the alarm rises if no pulse comes.
    pub fn watchdog_due(&self) -> Option<Instant> {
        let watching = self.connected().is_some() && !self.alarm;
        watching.then(|| self.heartbeat + self.silence)
    }

    /// Time is now `now`: returns the silent machine if the alarm has just risen.
    pub fn watchdog(&mut self, now: Instant) -> Option<Machine> {
        if self.watchdog_due().is_some_and(|due| due <= now) {
            self.alarm = true;
            self.connected()
        } else {
            None
        }
    }

    /// Whether the role has to move now, and why.
    pub fn decide(&self) -> Option<(Machine, Cause)> {
        if self.moving().is_some() {
            return None;
        }
        let active = self.active();
        let released = |machine: Machine| self.presented[machine.index()] & RELEASE != 0;
        for machine in Machine::BOTH {
            if Some(machine) == active || self.role(machine) != Role::Standby {
                continue;
            }
            let presented = self.presented[machine.index()];
            match active {
                Some(active) if released(active) && presented & (SEIZE | READY) != 0 => {
                    return Some((machine, Cause::PlannedSwitchover));
                }
                Some(_) if self.alarm && !self.by_hand && presented & SEIZE != 0 => {
                    return Some((machine, Cause::HeartbeatSilent));
                }
                None if presented & SEIZE != 0 => {
                    let lost = self.alarm;
                    let cause = if lost {
                        Cause::HeartbeatSilent
                    } else {
                        Cause::Startover
                    };
                    return Some((machine, cause));
                }
                _ => {}
            }
        }
        None
    }

    /// The role begins to move: opens the old relays. `alive`: the old machine runs and will stand
    /// by. Returns the old one if its relays really opened.
    pub fn begin(
        &mut self,
        now: Instant,
        to: Machine,
        cause: Cause,
        alive: bool,
    ) -> Option<Machine> {
        let opened = self.relays.begin(now, to, cause, alive);
        self.presented = [0; 2];
        self.alarm = false;
        self.requested = false;
        opened
    }

    /// The new relays close, if they are due.
    pub fn close(&mut self, now: Instant) -> Option<Moving> {
        let moving = self.relays.close(now)?;
        self.moved[moving.to.index()] = true;
        self.asked[moving.to.index()] = false;
        self.heartbeat = now;
        self.alarm = false;
        Some(moving)
    }

    /// Power is gone: every relay drops out. Returns whose were closed.
    pub fn power_off(&mut self) -> Option<Machine> {
        self.presented = [0; 2];
        self.alarm = false;
        self.requested = false;
        self.relays.power_off()
    }

    /// A machine stopped: nothing is presented by it any more.
    pub fn machine_stopped(&mut self, machine: Machine) {
        self.presented[machine.index()] = 0;
        self.relays.machine_stopped(machine);
    }

    /// A machine is taken out for loading, whatever it was. Returns true if its relays opened.
    pub fn take_out(&mut self, machine: Machine) -> bool {
        self.presented[machine.index()] = 0;
        self.heartbeat_cut[machine.index()] = false;
        let closed = self.relays.take_out(machine);
        if closed {
            // Nobody has the role: whoever stands by shall seize it.
            self.alarm = true;
            self.requested = false;
        }
        closed
    }

    /// Pulses of the machine no longer arrive. False if they did not before.
    pub fn cut_heartbeat(&mut self, machine: Machine) -> bool {
        !std::mem::replace(&mut self.heartbeat_cut[machine.index()], true)
    }

    /// Its pulses arrive again. False if they did before.
    pub fn mend_heartbeat(&mut self, machine: Machine) -> bool {
        std::mem::take(&mut self.heartbeat_cut[machine.index()])
    }

    /// The daily switchover is asked for. False if there is nobody to ask or to take over.
    pub fn request(&mut self) -> bool {
        let Some(active) = self.active() else {
            return false;
        };
        let other = active.other();
        let ready = self.presented[other.index()] & READY != 0;
        if self.moving().is_some() || self.requested || !ready || self.role(other) != Role::Standby
        {
            return false;
        }
        self.requested = true;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn switch() -> Switch {
        Switch::new(&SwitchDescription::default())
    }

    const MS: u64 = 1_000_000;

    #[test]
    fn silence_raises_the_alarm_and_only_then_a_seizure_is_honoured() {
        let mut switch = switch();
        switch.sees(Instant(100 * MS), Machine::A, HEARTBEAT);
        switch.sees(Instant(200 * MS), Machine::B, SEIZE | READY);
        assert_eq!(switch.decide(), None);
        assert_eq!(switch.watchdog(Instant(599 * MS)), None);
        assert_eq!(switch.watchdog(Instant(600 * MS)), Some(Machine::A));
        assert_eq!(switch.lines(Machine::B), ROLE_STANDBY | ALARM | IDENTITY);
        assert_eq!(switch.decide(), Some((Machine::B, Cause::HeartbeatSilent)));
        let now = Instant(600 * MS);
        let opened = switch.begin(now, Machine::B, Cause::HeartbeatSilent, true);
        assert_eq!(opened, Some(Machine::A));
        assert!(!switch.closed(Machine::A) && !switch.closed(Machine::B));
        assert_eq!(switch.close(Instant(749 * MS)), None);
        assert!(switch.close(Instant(750 * MS)).is_some());
        assert!(switch.closed(Machine::B));
        assert_eq!(switch.lines(Machine::A), ROLE_STANDBY);
        // Until it has asked, its orders reach nothing.
        assert!(!switch.reaches(Machine::B));
        let moved = ROLE_ACTIVE | IDENTITY | RELAYS_MOVED;
        assert_eq!(switch.ask(Machine::B), moved);
        assert!(switch.reaches(Machine::B) && !switch.reaches(Machine::A));
        assert_eq!(switch.lines(Machine::B), ROLE_ACTIVE | IDENTITY);
    }

    #[test]
    fn a_pulse_makes_the_alarm_fall() {
        let mut switch = switch();
        assert_eq!(switch.watchdog(Instant(500 * MS)), Some(Machine::A));
        assert!(switch.sees(Instant(501 * MS), Machine::A, HEARTBEAT));
        assert_eq!(switch.watchdog_due(), Some(Instant(1001 * MS)));
        // A cut heartbeat is silence.
        assert!(switch.cut_heartbeat(Machine::A));
        switch.sees(Instant(900 * MS), Machine::A, HEARTBEAT);
        assert_eq!(switch.watchdog(Instant(1001 * MS)), Some(Machine::A));
    }

    #[test]
    fn a_planned_switchover_waits_for_release_and_a_ready_standby() {
        let mut switch = switch();
        assert!(!switch.request());
        switch.sees(Instant(1), Machine::B, READY);
        assert!(switch.request());
        assert_eq!(
            switch.lines(Machine::A),
            ROLE_ACTIVE | SWITCHOVER_REQUESTED | OTHER_READY
        );
        assert_eq!(switch.decide(), None);
        switch.sees(Instant(2), Machine::A, HEARTBEAT | RELEASE);
        assert_eq!(
            switch.decide(),
            Some((Machine::B, Cause::PlannedSwitchover))
        );
    }

    #[test]
    fn welded_relays_stay_closed() {
        let planted = SwitchDescription {
            planted: vec![Planted::NoFencing],
            ..SwitchDescription::default()
        };
        let mut switch = Switch::new(&planted);
        let now = Instant(0);
        let opened = switch.begin(now, Machine::B, Cause::ManualSwitchover, true);
        assert_eq!(opened, None);
        switch.close(Instant(150 * MS));
        assert!(switch.closed(Machine::A) && switch.closed(Machine::B));
    }
}
