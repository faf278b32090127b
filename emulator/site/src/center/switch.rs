//! The duplex switch of a direction center: roles, relays, and when the active role moves.
//!
//! Radar, gap-filler, crosstell and manual input, output equipment, consoles and displays existed
//! once (*simplex*) and were switched to one of the two machines. The switching console showed who
//! was active and let a supervisor change it.
//!
//! | moves the role | when |
//! |---|---|
//! | key | at once, if the other machine stands by and nobody has locked |
//! | the active program (PER 24) | the same |
//! | the daily hour | the same |
//! | an alarm of the active machine | with the switch at AUTOMATIC, if the other stands by |
//! | the key turned by force | at once, whatever the other does |
//!
//! ```text
//!  decision: old relays open, outputs stop behind the burst under way, inputs wait in their channels
//!     | 150 ms
//!  new relays close: ACTIVE is met at the new machine, what waited comes on its drums
//! ```
//!
//! An alarm that counts: the machine stopped, lost power, became too hot, or its program did not test
//! condition light 4 for six seconds. A lock forbids what is planned; a machine that has stopped is
//! taken over from in any case.
//!
//! Source: simplex equipment and daily exchange documented; the rest assigned by us.

use clock::{Instant, Span};
use serde::{Deserialize, Serialize};

use super::description::{Planted, SwitchDescription};
use crate::machine::Machine;
use crate::record::Cause;
use crate::relays::{Relays, Role};

/// The switch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DuplexSwitch {
    /// Roles and relays.
    pub relays: Relays,
    /// The role moves by itself at an alarm.
    pub automatic: bool,
    /// Machines whose programs forbid what is planned.
    pub locked: [bool; 2],
    /// Machines with an alarm that counts.
    pub alarmed: [bool; 2],
    /// Flip-flop that a standby has to show before anything planned is done.
    ready: Option<u8>,
    /// Flip-flops of both machines, as the switch sees them.
    pub flipflops: [u8; 2],
    /// Since when the life of a machine is not heard.
    pub deaf: [Option<Instant>; 2],
}

impl DuplexSwitch {
    /// A active, B standing by.
    pub fn new(description: &SwitchDescription) -> DuplexSwitch {
        let delay = Span::from_millis(description.relays_ms);
        let no_fencing = description.planted.contains(&Planted::NoFencing);
        DuplexSwitch {
            relays: Relays::new(delay, no_fencing),
            automatic: description.automatic,
            locked: [false; 2],
            alarmed: [false; 2],
            ready: description.ready,
            flipflops: [0; 2],
            deaf: [None; 2],
        }
    }

    /// Who can be given the role as planned: the other machine stands by without alarm, and shows
    /// that it has everything.
    pub fn planned(&self) -> Option<Machine> {
        let other = self.relays.active()?.other();
        let ready = self.relays.moving().is_none()
            && self.relays.role(other) == Role::Standby
            && !self.alarmed[other.index()]
            && self.locked == [false; 2]
            && (self.ready).is_none_or(|n| self.flipflops[other.index()] >> (n - 1) & 1 != 0);
        ready.then_some(other)
    }

    /// Whether the role has to move by itself, to whom and why.
    pub fn decide(&self) -> Option<(Machine, Cause)> {
        if self.relays.moving().is_some() {
            return None;
        }
        let able = |machine: &Machine| {
            self.relays.role(*machine) == Role::Standby && !self.alarmed[machine.index()]
        };
        match self.relays.active() {
            Some(active) => {
                let other = active.other();
                let due = self.automatic && self.alarmed[active.index()] && able(&other);
                due.then_some((other, Cause::Alarm))
            }
            None => {
                let first = Machine::BOTH.into_iter().find(able)?;
                Some((first, Cause::Startover))
            }
        }
    }

    /// The new relays close, if they are due.
    pub fn close(&mut self, now: Instant) -> Option<(Machine, Cause)> {
        let moving = self.relays.close(now)?;
        Some((moving.to, moving.cause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_moves_the_role_to_a_standby_that_has_none() {
        let mut switch = DuplexSwitch::new(&SwitchDescription::default());
        assert_eq!(switch.decide(), None);
        switch.alarmed[0] = true;
        assert_eq!(switch.decide(), Some((Machine::B, Cause::Alarm)));
        switch.alarmed[1] = true;
        assert_eq!(switch.decide(), None);
        switch.alarmed[1] = false;
        switch.automatic = false;
        assert_eq!(switch.decide(), None);
    }

    #[test]
    fn a_lock_forbids_what_is_planned_only() {
        let mut switch = DuplexSwitch::new(&SwitchDescription::default());
        assert_eq!(switch.planned(), Some(Machine::B));
        switch.locked[1] = true;
        assert_eq!(switch.planned(), None);
        switch.alarmed[0] = true;
        assert_eq!(switch.decide(), Some((Machine::B, Cause::Alarm)));
    }

    #[test]
    fn what_is_planned_waits_for_a_standby_that_is_ready() {
        let mut switch = DuplexSwitch::new(&SwitchDescription {
            ready: Some(3),
            ..SwitchDescription::default()
        });
        assert_eq!(switch.planned(), None);
        switch.flipflops[1] = 0o3;
        assert_eq!(switch.planned(), None);
        switch.flipflops[1] = 0o4;
        assert_eq!(switch.planned(), Some(Machine::B));
    }

    #[test]
    fn never_are_both_machines_connected() {
        let mut switch = DuplexSwitch::new(&SwitchDescription::default());
        let at = |ms: u64| Instant(ms * 1_000_000);
        switch.relays.begin(at(0), Machine::B, Cause::Daily, true);
        assert_eq!(switch.relays.connected(), None);
        assert_eq!(switch.close(at(149)), None);
        assert_eq!(switch.close(at(150)), Some((Machine::B, Cause::Daily)));
        assert!(switch.relays.closed(Machine::B) && !switch.relays.closed(Machine::A));
        assert_eq!(switch.relays.role(Machine::A), Role::Standby);
    }
}
