//! Loops that only wait, found and skipped.
//!
//! A program that waits for a drum or the clock stands in a loop such as `BSN *,16B`. When the
//! whole state of the computer at a backward branch equals its state at an earlier one, and nothing
//! was stored, the instructions between did nothing but take time, and will do the same again
//! until something outside changes. Whole passes of such a loop can be added up in one step: time,
//! counts and all other state come out exactly as if they had been executed.
//!
//! An *anchor* holds the earlier state. It is renewed after 1, 2, 4 ... 64 backward branches
//! without a match, so that a loop with several backward branches (a subroutine) is found too.
//!
//! `waiting_instructions` counts every proved pass, whether skipped or executed.

use serde::{Deserialize, Serialize};
use word::twin::{Half, Twin};

use crate::alarm::Alarms;
use crate::central::{Break, Central};
use crate::codes::Selection;

/// Backward branches after which the anchor is renewed at the latest.
const ANCHOR_LIMIT: u32 = 64;

/// Everything a loop without stores can depend on or change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    pc: u32,
    ac: Twin,
    a: Twin,
    link: bool,
    b: Twin,
    index: [Half; 8],
    conditions: u64,
    intercommunication: u8,
    standby_locked: bool,
    ioac: u32,
    iowc: u16,
    selection: Selection,
    drum_address: u16,
    alarms: Alarms,
    clock: Half,
    broken_adder: Twin,
}

/// The detector's own state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wait {
    anchor: Option<State>,
    /// Count of stores at the anchor, or at the last backward branch if there is none.
    stores: u64,
    /// Counts at the anchor.
    pulses: u64,
    instructions: u64,
    /// Backward branches since the anchor was set, and when to renew it.
    steps: u32,
    patience: u32,
    /// The last pass proved: pulses and instructions; zero when there is none.
    pass: (u64, u64),
    /// The state when `run` last came back.
    seen: Option<State>,
}

impl Wait {
    /// Pulses that passed without being spent by the loop.
    pub fn stolen(&mut self, pulses: u64) {
        self.pulses = self.pulses.wrapping_add(pulses);
    }

    /// Forgets the anchor: something outside has changed, or an instruction acted outside.
    pub fn forget(&mut self) {
        self.anchor = None;
        self.steps = 0;
        self.pass = (0, 0);
    }
}

impl Central {
    fn state(&self) -> State {
        State {
            pc: self.pc,
            ac: self.ac,
            a: self.a,
            link: self.link,
            b: self.b,
            index: self.index,
            conditions: self.conditions,
            intercommunication: self.intercommunication,
            standby_locked: self.standby_locked,
            ioac: self.ioac,
            iowc: self.iowc,
            selection: self.selection,
            drum_address: self.drum_address,
            alarms: self.alarms,
            clock: self.memory.clock(),
            broken_adder: self.broken_adder,
        }
    }

    /// A branch backward or to itself was taken; PC and counts include it.
    #[inline(always)]
    pub(crate) fn backward(&mut self) -> Result<(), Break> {
        let stores = self.memory.stores();
        if self.wait.stores != stores {
            // A loop that stores is no wait.
            self.wait.stores = stores;
            self.wait.anchor = None;
            self.wait.pass = (0, 0);
            self.wait.patience = 1;
            return Ok(());
        }
        if let Some(anchor) = &self.wait.anchor
            && (anchor.pc != self.pc || anchor.index != self.index || anchor.ac != self.ac)
        {
            self.wait.steps += 1;
            if self.wait.steps < self.wait.patience {
                return Ok(());
            }
            self.anchor();
            return Ok(());
        }
        self.compare()
    }

    #[inline(never)]
    fn compare(&mut self) -> Result<(), Break> {
        if let Some(anchor) = &self.wait.anchor {
            if *anchor == self.state() {
                let pass = (
                    self.pulses.wrapping_sub(self.wait.pulses),
                    self.instructions.wrapping_sub(self.wait.instructions),
                );
                self.waiting_instructions += pass.1;
                self.waiting_pulses += pass.0;
                self.wait.pass = pass;
                self.wait.steps = 0;
                (self.wait.pulses, self.wait.instructions) = (self.pulses, self.instructions);
                return Err(Break::Proved);
            }
            self.wait.steps += 1;
            if self.wait.steps < self.wait.patience {
                return Ok(());
            }
        }
        self.anchor();
        Ok(())
    }

    #[inline(never)]
    fn anchor(&mut self) {
        self.wait.patience = (self.wait.patience * 2).clamp(1, ANCHOR_LIMIT);
        self.wait.anchor = Some(self.state());
        self.wait.pass = (0, 0);
        self.wait.steps = 0;
        (self.wait.pulses, self.wait.instructions) = (self.pulses, self.instructions);
    }

    /// Adds up whole passes, as many as begin before `bound` and before the counted stop.
    pub(crate) fn skip_passes(&mut self, bound: u64) {
        let (pulses, instructions) = self.wait.pass;
        let mut passes = bound.saturating_sub(self.pulses) / pulses.max(1);
        if let Some(stop) = self.stop_before_instruction {
            passes = passes.min(stop.saturating_sub(self.instructions) / instructions.max(1));
        }
        // A pass that restarts the inactivity timer does so in each repetition.
        if self.active_at + pulses > self.pulses {
            self.active_at += passes * pulses;
        }
        self.pulses += passes * pulses;
        self.instructions += passes * instructions;
        self.waiting_instructions += passes * instructions;
        self.waiting_pulses += passes * pulses;
        (self.wait.pulses, self.wait.instructions) = (self.pulses, self.instructions);
    }

    /// Entering `run`: what has changed since it last came back puts an end to what was proved.
    pub(crate) fn look_outside(&mut self) {
        if self.wait.seen != Some(self.state()) {
            self.wait.forget();
        }
    }

    /// Leaving `run`.
    pub(crate) fn remember_outside(&mut self) {
        self.wait.seen = Some(self.state());
    }

    /// Puts the detector into the state of a machine that has just been switched on.
    pub fn forget_waits(&mut self) {
        self.wait = Wait::default();
    }

    /// True if the last completed pass of a loop only waited and nothing has disturbed it since:
    /// until something outside changes, the program stores nothing and starts nothing.
    pub fn is_waiting(&self) -> bool {
        self.wait.pass.1 != 0
            && self.wait.stores == self.memory.stores()
            && self.stopped.is_none()
            && self.wait.seen == Some(self.state())
    }
}
