//! Loops that only wait, found and skipped.
//!
//! A program that waits for a channel stands in a loop such as `TCOA *`. When the whole state of
//! the processor at a backward transfer equals its state at an earlier one, and nothing was
//! stored and nothing outside has changed, the instructions between did nothing but take time,
//! and will do the same again until something outside changes. Whole passes of such a loop can be
//! added up in one step: cycles, instructions and all other state come out exactly as if they had
//! been executed.
//!
//! An *anchor* holds the earlier state. It is renewed after 1, 2, 4 ... 64 backward transfers
//! without a match, so that a loop with several backward transfers (a subroutine) is found too.
//!
//! `waiting_instructions` and `waiting_cycles` count every proved pass, whether skipped or executed.

use crate::cpu::{Cpu, Indicators, Panel};
use serde::{Deserialize, Serialize};

/// Backward transfers after which the anchor is renewed at the latest.
const ANCHOR_LIMIT: u32 = 64;

/// What the world outside sets between two calls of `run`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Inputs {
    channel_busy: u8,
    data_channels: u8,
    beginning_of_tape: u8,
    end_of_tape: u8,
    conditions: [u8; 8],
    clock_condition: bool,
    panel: Panel,
    broken_adder: u64,
}

/// Everything a loop without stores can depend on or change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    target: u16,
    xr: [u16; 3],
    ac: u64,
    mq: u64,
    si: u64,
    sense_lights: u8,
    indicators: Indicators,
    inhibited: bool,
    enabled: u64,
    inputs: Inputs,
}

/// The detector's own state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wait {
    /// A pass was proved at the last backward transfer; skipping may follow.
    pub proved: bool,
    anchor: Option<State>,
    /// Count of stores at the anchor, or at the last backward transfer if there is none.
    stores: u64,
    /// Counts at the anchor.
    cycles: u64,
    instructions: u64,
    /// Backward transfers since the anchor was set, and when to renew it.
    steps: u32,
    patience: u32,
    /// The last pass proved: cycles and instructions; zero when there is none.
    pass: (u64, u64),
    /// The inputs when `run` last came back.
    seen: Option<Inputs>,
}

impl Wait {
    /// Cycles that passed without being spent by the loop.
    pub fn stolen(&mut self, cycles: u64) {
        self.cycles = self.cycles.wrapping_add(cycles);
    }

    /// Forgets the anchor: an instruction acted on the world outside.
    pub fn forget(&mut self) {
        self.proved = false;
        self.anchor = None;
        self.steps = 0;
        self.pass = (0, 0);
    }
}

impl Cpu {
    fn inputs(&self) -> Inputs {
        Inputs {
            channel_busy: self.channel_busy,
            data_channels: self.data_channels,
            beginning_of_tape: self.beginning_of_tape,
            end_of_tape: self.end_of_tape,
            conditions: self.conditions,
            clock_condition: self.clock_condition,
            panel: self.panel,
            broken_adder: self.broken_adder,
        }
    }

    fn state_at(&self, target: u16) -> State {
        State {
            target,
            xr: self.xr,
            ac: self.ac,
            mq: self.mq,
            si: self.si,
            sense_lights: self.sense_lights,
            indicators: self.indicators,
            inhibited: self.inhibited,
            enabled: self.enabled,
            inputs: self.inputs(),
        }
    }

    /// A transfer backward or to itself was taken; the counts include it.
    #[inline(always)]
    pub(crate) fn backward(&mut self, target: u16) {
        let stores = self.core.stores();
        if self.wait.stores != stores {
            // A loop that stores is no wait.
            self.wait.stores = stores;
            self.wait.anchor = None;
            self.wait.pass = (0, 0);
            self.wait.patience = 1;
            return;
        }
        self.compare(target);
    }

    #[inline(never)]
    fn compare(&mut self, target: u16) {
        if let Some(anchor) = &self.wait.anchor {
            let near = anchor.target == target && anchor.xr == self.xr && anchor.ac == self.ac;
            if near && *anchor == self.state_at(target) {
                let pass = (
                    self.cycles.wrapping_sub(self.wait.cycles),
                    self.instructions.wrapping_sub(self.wait.instructions),
                );
                self.waiting_cycles += pass.0;
                self.waiting_instructions += pass.1;
                self.wait.pass = pass;
                self.wait.steps = 0;
                (self.wait.cycles, self.wait.instructions) = (self.cycles, self.instructions);
                self.wait.proved = true;
                self.attention = true;
                return;
            }
            self.wait.steps += 1;
            if self.wait.steps < self.wait.patience {
                return;
            }
        }
        self.wait.patience = (self.wait.patience * 2).clamp(1, ANCHOR_LIMIT);
        self.wait.anchor = Some(self.state_at(target));
        self.wait.pass = (0, 0);
        self.wait.steps = 0;
        (self.wait.cycles, self.wait.instructions) = (self.cycles, self.instructions);
    }

    /// Adds up whole passes, as many as begin before `until` and before the counted stop.
    pub(crate) fn skip_passes(&mut self, until: u64) {
        let (cycles, instructions) = self.wait.pass;
        // The next instruction is the target; anything changed by hand since is noticed here.
        if cycles == 0 || instructions == 0 || self.wait.anchor != Some(self.state_at(self.ic)) {
            return;
        }
        let mut passes = until.saturating_sub(self.cycles) / cycles;
        if let Some(stop) = self.stop_before_instruction {
            passes = passes.min(stop.saturating_sub(self.instructions) / instructions);
        }
        self.cycles += passes * cycles;
        self.instructions += passes * instructions;
        self.waiting_cycles += passes * cycles;
        self.waiting_instructions += passes * instructions;
        (self.wait.cycles, self.wait.instructions) = (self.cycles, self.instructions);
    }

    /// Entering `run`: inputs changed since it last came back put an end to what was proved.
    pub(crate) fn look_outside(&mut self) {
        if self.wait.seen != Some(self.inputs()) {
            self.wait.forget();
        }
    }

    /// Leaving `run`: a pass proved by the very last instruction is not skipped from any more, so
    /// that both ways of running leave the same state.
    pub(crate) fn remember_outside(&mut self) {
        self.wait.proved = false;
        self.notice();
        self.wait.seen = Some(self.inputs());
    }

    /// True if the last completed pass of a loop only waited and nothing has disturbed it since:
    /// until something outside changes, the processor stores nothing and starts nothing.
    pub fn is_waiting(&self) -> bool {
        self.wait.pass.1 != 0
            && self.wait.stores == self.core.stores()
            && self.halted.is_none()
            && self.wait.seen == Some(self.inputs())
            && !self.trap_due()
    }

    /// Registers were changed by hand: what was proved of a loop holds no longer. (Stores into
    /// core and the inputs of this record are noticed without it.)
    pub fn disturb(&mut self) {
        self.wait.forget();
    }
}
