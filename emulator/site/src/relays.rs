//! The relays of a duplex switch: whose the shared equipment is, and the role on its way.
//!
//! Every site with two machines has them, whatever moves them (`switch` of a reservation centre,
//! `center::switch` of a direction center). At no instant are both machines' relays closed, because
//! one variable says whose they are: the old ones open at once, the new ones close later.
//!
//! Assumed: a machine that was switched out alive stands by. Planted `NoFencing` keeps the old
//! relays closed as well, to try the judges with.

use clock::{Instant, Span};
use serde::{Deserialize, Serialize};

use crate::machine::Machine;
use crate::record::Cause;

/// What a machine does for the site. Never its identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// The equipment is connected to it, or about to be.
    Active,
    /// Ready or getting ready to take over.
    Standby,
    /// Being loaded or repaired.
    Maintenance,
    /// Stopped or without power.
    Off,
}

/// The role is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moving {
    /// Who gets it.
    pub to: Machine,
    /// Why.
    pub cause: Cause,
    /// When its relays close.
    pub closes: Instant,
}

/// Roles and relays of a pair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Relays {
    roles: [Role; 2],
    /// Whose relays are closed.
    connected: Option<Machine>,
    /// Relays that should have opened and did not (planted).
    welded: [bool; 2],
    moving: Option<Moving>,
    delay: Span,
    no_fencing: bool,
}

impl Relays {
    /// A active, B standing by, A's relays closed. `delay`: from open to closed.
    pub fn new(delay: Span, no_fencing: bool) -> Relays {
        Relays {
            roles: [Role::Active, Role::Standby],
            connected: Some(Machine::A),
            welded: [false; 2],
            moving: None,
            delay,
            no_fencing,
        }
    }

    /// The role of a machine.
    pub fn role(&self, machine: Machine) -> Role {
        self.roles[machine.index()]
    }

    /// Gives a machine a role that moves no relays.
    pub fn set_role(&mut self, machine: Machine, role: Role) {
        debug_assert!(role != Role::Active, "the active role moves by decision");
        self.roles[machine.index()] = role;
    }

    /// The machine in the active role, or the one about to be.
    pub fn active(&self) -> Option<Machine> {
        let mut both = Machine::BOTH.into_iter();
        both.find(|machine| self.role(*machine) == Role::Active)
    }

    /// Whether the machine's relays are closed.
    pub fn closed(&self, machine: Machine) -> bool {
        self.connected == Some(machine) || self.is_welded(machine)
    }

    /// Whether its relays should have opened and did not.
    pub fn is_welded(&self, machine: Machine) -> bool {
        self.welded[machine.index()]
    }

    /// Whose relays the switch has closed; never two.
    pub fn connected(&self) -> Option<Machine> {
        self.connected
    }

    /// Whether the old relays open when the role moves (they do, unless planted otherwise).
    pub fn fences(&self) -> bool {
        !self.no_fencing
    }

    /// The role on its way.
    pub fn moving(&self) -> Option<Moving> {
        self.moving
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
        let old = self.active().filter(|old| *old != to);
        if let Some(old) = old {
            self.roles[old.index()] = if alive { Role::Standby } else { Role::Off };
        }
        let opened = self.connected.take();
        if let (Some(opened), true) = (opened, self.no_fencing) {
            self.welded[opened.index()] = true;
        }
        self.roles[to.index()] = Role::Active;
        self.moving = Some(Moving {
            to,
            cause,
            closes: now + self.delay,
        });
        opened.filter(|_| !self.no_fencing)
    }

    /// The new relays close, if they are due.
    pub fn close(&mut self, now: Instant) -> Option<Moving> {
        let moving = self.moving.filter(|moving| moving.closes <= now)?;
        self.moving = None;
        self.connected = Some(moving.to);
        Some(moving)
    }

    /// Power is gone: every relay drops out. Returns whose were closed.
    pub fn power_off(&mut self) -> Option<Machine> {
        self.roles = [Role::Off; 2];
        self.moving = None;
        self.welded = [false; 2];
        self.connected.take()
    }

    /// A machine is taken out to be loaded. True if its relays were closed; then nobody's are.
    pub fn take_out(&mut self, machine: Machine) -> bool {
        self.roles[machine.index()] = Role::Maintenance;
        self.welded[machine.index()] = false;
        if self.moving.is_some_and(|moving| moving.to == machine) {
            self.moving = None;
        }
        let closed = self.connected == Some(machine);
        if closed {
            self.connected = None;
        }
        closed
    }

    /// A machine stopped: it has no role any more, but keeps the active one until it moves.
    pub fn machine_stopped(&mut self, machine: Machine) {
        if self.role(machine) != Role::Active {
            self.roles[machine.index()] = Role::Off;
        }
    }
}
