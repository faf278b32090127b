//! Traps: from channels, from the interval clock, from floating point, from old 704 habits.
//!
//! A channel that finishes, finds an error or meets a file mark raises a condition. If the
//! program enabled it, the processor saves where it was and executes an instruction from a fixed
//! place, between two instructions of the program.
//!
//! ```text
//!  location   12,13  14,15 ... 30,31   channel A, B ... H: save word, instruction
//!              6, 7                    interval clock
//!              0, 10                   floating point: save word, entry
//!          40000, 40001, 40002         704 compatibility: save word, select entry, copy entry
//!
//!  save word   decrement: flags 1 command, 2 redundancy, 4 end of file;  address: IC
//! ```
//!
//! All conditions of a channel come in one trap, channel A first. No trap is taken between ENB
//! or RCT, a select, or XEC and the instruction that follows it.
//!
//! Source: A22-6528; expectations printed by the channel trap diagnostic 9IOT. Assumed: prefix
//! and tag of the save word are cleared; the clock comes after the channels; a trap takes two
//! cycles.

use crate::cpu::{CONDITION_COMMAND, CONDITION_END_OF_FILE, CONDITION_REDUNDANCY, Cpu};
use word::{MAGNITUDE, SIGN, WORD, with_address};

const CLOCK: u64 = 1 << 17;
/// Location counted up by the interval clock.
pub const CLOCK_LOCATION: u16 = 5;

impl Cpu {
    /// A channel (0-7) raises a trap condition, `CONDITION_...`; it stays until a trap reports it
    /// or TRC, TEF finds it.
    pub fn raise(&mut self, channel: u8, flag: u8) {
        self.conditions[usize::from(channel & 7)] |= flag & 7;
        self.notice();
    }

    /// A channel starts afresh: conditions given by flag are dropped.
    pub fn drop_conditions(&mut self, channel: u8, flags: u8) {
        self.conditions[usize::from(channel & 7)] &= !flags;
        self.notice();
    }

    /// One sixtieth of a second has passed: location 5 counts up in positions 1-35, and running
    /// over to zero raises the clock condition. A count of bad parity stands still.
    pub fn tick(&mut self) {
        let Some(old) = self.core.read(CLOCK_LOCATION) else {
            return;
        };
        let count = (old + 1) & MAGNITUDE;
        self.core.write(CLOCK_LOCATION, old & SIGN | count);
        if count == 0 {
            self.clock_condition = true;
            self.notice();
        }
    }

    /// Location 5 jumps by so many sixtieths of a second, forward (over zero raises the clock
    /// condition) or back.
    pub fn set_clock(&mut self, ticks: i32) {
        let Some(old) = self.core.read(CLOCK_LOCATION) else {
            return;
        };
        let sum = (old & MAGNITUDE) as i64 + i64::from(ticks);
        self.core
            .write(CLOCK_LOCATION, old & SIGN | sum as u64 & MAGNITUDE);
        if sum > MAGNITUDE as i64 {
            self.clock_condition = true;
            self.notice();
        }
    }

    /// Conditions of a channel that are present and enabled.
    fn due(&self, channel: usize) -> u8 {
        let mut mask = 0;
        if self.enabled >> channel & 1 == 1 {
            mask |= CONDITION_COMMAND | CONDITION_END_OF_FILE;
        }
        if self.enabled >> (18 + channel) & 1 == 1 {
            mask |= CONDITION_REDUNDANCY;
        }
        self.conditions[channel] & mask
    }

    fn clock_due(&self) -> bool {
        self.clock_condition && self.enabled & CLOCK != 0
    }

    /// True if a trap would be taken before the next instruction, were it not held off.
    pub(crate) fn trap_due(&self) -> bool {
        if self.inhibited || self.enabled == 0 {
            return false;
        }
        (0..8).any(|channel| self.due(channel) != 0) || self.clock_due()
    }

    /// True if ENB enabled the trap that reports `flag` of a channel.
    pub(crate) fn trap_enabled(&self, channel: u8, flag: u8) -> bool {
        let bit = if flag == CONDITION_REDUNDANCY {
            18 + channel
        } else {
            channel
        };
        self.enabled >> bit & 1 == 1
    }

    pub(crate) fn take_trap(&mut self) {
        let channel = (0..8).find(|&channel| self.due(channel) != 0);
        let (save, flags) = match channel {
            Some(channel) => {
                let flags = self.due(channel);
                self.conditions[channel] &= !flags;
                (0o12 + 2 * channel as u16, flags)
            }
            None => {
                self.clock_condition = false;
                (0o6, 0)
            }
        };
        let object = self.core.read(save + 1);
        self.core
            .write(save, u64::from(flags) << 18 | u64::from(self.ic));
        // A bad word stops the machine when it is read: here the trap instruction is fetched
        // again from its place by an ordinary instruction cycle, which finds it.
        match object {
            Some(word) => self.object = Some(word),
            None => self.ic = save + 1,
        }
        self.halted = None;
        self.inhibited = true;
        self.leave_compatibility();
        self.cycles += 2;
        self.notice();
    }

    fn leave_compatibility(&mut self) {
        self.indicators.select_trap = false;
        self.indicators.copy_trap = false;
        self.indicators.nullification = false;
    }

    /// Traps a 704 select (`entry` 1) or copy (`entry` 2). `None`: the save word has bad parity.
    pub(crate) fn compatibility_trap(&mut self, entry: u16) -> Option<()> {
        const SAVE: u16 = 0o40000;
        let old = self.core.read(SAVE)?;
        self.core.write(SAVE, with_address(old, self.ic));
        self.leave_compatibility();
        self.ic = SAVE + entry;
        Some(())
    }

    /// Reports a floating-point spill: by trap, or in the 704 manner by overflow indicators.
    /// `None`: location 0 has bad parity.
    pub(crate) fn spill(&mut self, code: u8) -> Option<()> {
        if code == 0 {
            return Some(());
        }
        if self.indicators.floating_trap {
            let old = self.core.read(0)?;
            let kept = old & WORD & !(word::DECREMENT | word::ADDRESS);
            self.core
                .write(0, kept | u64::from(code) << 18 | u64::from(self.ic));
            self.ic = 0o10;
        } else {
            self.indicators.ac_overflow |= code & 2 != 0;
            self.indicators.mq_overflow |= code & 1 != 0;
        }
        Some(())
    }
}
