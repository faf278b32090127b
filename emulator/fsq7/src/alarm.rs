//! Alarms: what the machine notices of its own trouble.
//!
//! Each alarm has a lamp and a latch (the same bit here) and a switch with three positions. *Stop*
//! stops the machine, *branch* starts it over, *ignore* lets it go on; the latch is set in all
//! three, and PER 12 clears it.
//!
//! | alarm | when | switch as delivered |
//! |---|---|---|
//! | memory parity 1, 2 | a word read from that memory disagrees with its parity bit | stop |
//! | drum parity, I/O parity, tape | the same of a word from a drum, a unit, a tape | ignore |
//! | left, right overflow | a sum sets the flip-flop | ignore |
//! | illegal instruction | no operation has this code | stop |
//! | illegal index | index indicator 6 or 7 where one is used; it counts as 0 | ignore |
//! | memory address | no memory has this address | stop |
//! | I/O interlock | an instruction waited 5 s for a transfer | ignore |
//! | inactivity | no BSN of condition light 4 for 6 s | ignore |
//! | power, air | set from outside | ignore |
//!
//! Source: the concept is recalled; list, switches and times are assigned by us. Assumed: at
//! *ignore* an illegal instruction is no operation, a word from nowhere reads as +0, and a word of
//! wrong parity is used as it stands.

use serde::{Deserialize, Serialize};

/// An alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Alarm {
    MemoryParity1,
    MemoryParity2,
    DrumParity,
    IoParity,
    Tape,
    LeftOverflow,
    RightOverflow,
    IllegalInstruction,
    IllegalIndex,
    Address,
    Interlock,
    Inactivity,
    Power,
    Air,
}

/// What follows an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Response {
    /// The lamp only.
    Ignore,
    /// The machine stops.
    Stop,
    /// The machine starts over.
    Branch,
}

impl Alarm {
    /// Every alarm with the name on its lamp.
    pub const ALL: [(Alarm, &'static str); 14] = [
        (Alarm::MemoryParity1, "MEMORY PARITY 1"),
        (Alarm::MemoryParity2, "MEMORY PARITY 2"),
        (Alarm::DrumParity, "DRUM PARITY"),
        (Alarm::IoParity, "I/O PARITY"),
        (Alarm::Tape, "TAPE"),
        (Alarm::LeftOverflow, "LEFT OVERFLOW"),
        (Alarm::RightOverflow, "RIGHT OVERFLOW"),
        (Alarm::IllegalInstruction, "ILLEGAL INSTRUCTION"),
        (Alarm::IllegalIndex, "ILLEGAL INDEX"),
        (Alarm::Address, "MEMORY ADDRESS"),
        (Alarm::Interlock, "I/O INTERLOCK"),
        (Alarm::Inactivity, "INACTIVITY"),
        (Alarm::Power, "POWER"),
        (Alarm::Air, "AIR"),
    ];

    /// The name on its lamp.
    pub fn name(self) -> &'static str {
        Alarm::ALL[self as usize].1
    }
}

/// Latches and switches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarms {
    latches: u16,
    switches: [Response; Alarm::ALL.len()],
}

impl Default for Alarms {
    fn default() -> Alarms {
        let mut alarms = Alarms {
            latches: 0,
            switches: [Response::Ignore; Alarm::ALL.len()],
        };
        for alarm in [
            Alarm::MemoryParity1,
            Alarm::MemoryParity2,
            Alarm::IllegalInstruction,
            Alarm::Address,
        ] {
            alarms.set_switch(alarm, Response::Stop);
        }
        alarms
    }
}

impl Alarms {
    /// Sets the latch; what is to follow.
    pub fn raise(&mut self, alarm: Alarm) -> Response {
        self.latches |= 1 << alarm as u8;
        self.switches[alarm as usize]
    }

    /// Whether the latch is set.
    pub fn is_raised(&self, alarm: Alarm) -> bool {
        self.latches & 1 << alarm as u8 != 0
    }

    /// Whether any latch is set.
    pub fn any(&self) -> bool {
        self.latches != 0
    }

    /// The alarms whose latch is set.
    pub fn raised(&self) -> impl Iterator<Item = Alarm> + '_ {
        let all = Alarm::ALL.into_iter().map(|(alarm, _)| alarm);
        all.filter(|alarm| self.is_raised(*alarm))
    }

    /// Clears one latch.
    pub fn clear_one(&mut self, alarm: Alarm) {
        self.latches &= !(1 << alarm as u8);
    }

    /// Clears every latch.
    pub fn clear(&mut self) {
        self.latches = 0;
    }

    /// Turns a switch.
    pub fn set_switch(&mut self, alarm: Alarm, response: Response) {
        self.switches[alarm as usize] = response;
    }

    /// Where a switch stands.
    pub fn switch(&self, alarm: Alarm) -> Response {
        self.switches[alarm as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_stands_in_order() {
        for (number, (alarm, name)) in Alarm::ALL.into_iter().enumerate() {
            assert_eq!(alarm as usize, number, "{name}");
        }
        let mut alarms = Alarms::default();
        assert_eq!(alarms.raise(Alarm::Address), Response::Stop);
        assert_eq!(alarms.raise(Alarm::Air), Response::Ignore);
        assert_eq!(
            alarms.raised().collect::<Vec<_>>(),
            [Alarm::Address, Alarm::Air]
        );
        alarms.clear();
        assert!(!alarms.any());
    }
}
