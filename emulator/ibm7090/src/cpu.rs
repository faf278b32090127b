//! The 7090 central processing unit: registers, indicators, and the loop that runs programs.
//!
//! One instruction at a time: take a trap if one is due, fetch, form the effective address,
//! execute. Time is counted in cycles of 2.18 us.
//!
//! ```text
//!  AC S,Q,P,1-35   accumulator          XR A,B,C  15 bits each, tags 1, 2, 4
//!  MQ S,1-35       multiplier-quotient  IC        location of the next instruction
//!  SI 0-35         sense indicators     keys, sense switches 1-6, sense lights 1-4
//! ```
//!
//! What lies outside (channels, devices, the clock) speaks to the processor between calls of
//! [`Cpu::run`]: it sets `channel_busy`, raises trap conditions, steals cycles and stores into
//! `core`. An input-output instruction ends the call, so that its effect happens at its instant.
//!
//! Chapters: `execute.rs` all operations, `indexing.rs`, `transfer.rs`, `trap.rs`, `wait.rs`
//! (loops that only wait), `timing.rs`; the arithmetic itself is in pure functions.
//!
//! Source: A22-6528. Assumed: an undefined operation is a no-operation of two cycles; HTR and HPR
//! leave IC at the HTR and after the HPR.

use crate::core_store::CoreStore;
use crate::operation::{Decoded, Method, decoding};
use crate::wait::Wait;
use serde::{Deserialize, Serialize};

/// Length of a cycle in nanoseconds.
pub const CYCLE_NS: u64 = 2_180;

/// Trap condition of a channel: a command asked for it (IOCT, IORT, IOST done; TWT on a 7909).
pub const CONDITION_COMMAND: u8 = 1;
/// Trap condition of a channel: redundancy (tape check).
pub const CONDITION_REDUNDANCY: u8 = 2;
/// Trap condition of a channel: end of file.
pub const CONDITION_END_OF_FILE: u8 = 4;

/// Latches and modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Indicators {
    /// AC overflow.
    pub ac_overflow: bool,
    /// MQ overflow; set only while the floating trap mode is off.
    pub mq_overflow: bool,
    /// Divide check.
    pub divide_check: bool,
    /// Input-output check.
    pub io_check: bool,
    /// Transfer trap mode (ETM, LTM).
    pub transfer_trap: bool,
    /// Floating-point trap mode, on after reset (EFTM, LFTM).
    pub floating_trap: bool,
    /// Select trap mode (ESTM).
    pub select_trap: bool,
    /// Copy trap mode (ECTM).
    pub copy_trap: bool,
    /// Storage nullification: addresses of 14 bits (ESNT, LSNM).
    pub nullification: bool,
}

impl Indicators {
    /// As the Reset key leaves them.
    pub fn reset() -> Indicators {
        Indicators {
            ac_overflow: false,
            mq_overflow: false,
            divide_check: false,
            io_check: false,
            transfer_trap: false,
            floating_trap: true,
            select_trap: false,
            copy_trap: false,
            nullification: false,
        }
    }
}

/// What the rest of the machine shows the processor. One record, so that the detection of waits
/// can tell whether anything outside has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Panel {
    /// Console entry keys, 36 bits.
    pub keys: u64,
    /// Sense switches: bit n-1 is switch n, on when down.
    pub sense_switches: u8,
    /// Printer sense entry of each channel: bit n is channel n, on while the impulse is present.
    pub printer_entries: u8,
}

/// The central processing unit with its core storage: plain data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cpu {
    /// Core storage.
    pub core: CoreStore,
    /// Accumulator: S in bit 37, Q 36, P 35, 1-35 in bits 34-0.
    pub ac: u64,
    /// Multiplier-quotient register, 36 bits.
    pub mq: u64,
    /// Sense indicators, 36 bits.
    pub si: u64,
    /// Index registers A, B, C (tags 1, 2, 4).
    pub xr: [u16; 3],
    /// Instruction counter: location of the next instruction.
    pub ic: u16,
    /// Latches and modes.
    pub indicators: Indicators,
    /// Sense lights: bit n-1 is light n.
    pub sense_lights: u8,
    /// Keys, sense switches, printer entries: set from outside.
    pub panel: Panel,
    /// Bit n: channel n is in operation. Set from outside.
    pub channel_busy: u8,
    /// Bit n: channel n is a 7607, which takes RCH and LCH in while it is in operation. (A 7909
    /// in operation makes the processor wait.)
    pub data_channels: u8,
    /// Latched trap conditions of each channel (`CONDITION_...` flags). Set with [`Cpu::raise`].
    pub conditions: [u8; 8],
    /// Beginning-of-tape indicators, bit n for channel n. Set from outside.
    pub beginning_of_tape: u8,
    /// End-of-tape indicators, bit n for channel n. Set from outside.
    pub end_of_tape: u8,
    /// Channel trap enable word (ENB): bits 0-7 command and end of file of A-H, bits 18-25
    /// redundancy of A-H, bit 17 clock.
    pub enabled: u64,
    /// Traps are inhibited, from a trap to the next ENB or RCT.
    pub inhibited: bool,
    /// The interval clock has overflowed and its trap was not taken yet.
    pub clock_condition: bool,
    /// Stopped by HTR, HPR or a divide-or-halt: where START goes on.
    pub halted: Option<u16>,
    /// Cycles since power on.
    pub cycles: u64,
    /// Instructions executed since power on; XEC and its object are two.
    pub instructions: u64,
    /// Those of them that belonged to passes of loops which only waited.
    pub waiting_instructions: u64,
    /// And the cycles of those passes.
    pub waiting_cycles: u64,
    /// Stop before executing the instruction with this number (the first is 0).
    pub stop_before_instruction: Option<u64>,
    /// Add whole passes of waiting loops in one step. Changes speed, nothing else.
    pub skip_waits: bool,
    /// Where they are to be written down: number and location of each instruction executed. Passes
    /// added in one step leave a hole in the numbers. Costs time; changes nothing; not saved.
    #[serde(skip)]
    pub trace: Option<Vec<(u64, u16)>>,
    /// Turned over in every sum of the fixed-point adder (add class, ACL): a broken adder. 0 is a
    /// good one.
    pub broken_adder: u64,
    /// The instruction to execute next instead of a fetched one: object of XEC or of a trap.
    pub(crate) object: Option<u64>,
    /// No trap before the next instruction (after ENB, RCT and selects).
    pub(crate) hold: bool,
    /// Something but the next instruction may be due; derived, checked once an instruction.
    pub(crate) attention: bool,
    pub(crate) wait: Wait,
}

/// Why [`Cpu::run`] came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The cycle count asked for is reached.
    Horizon,
    /// An input-output instruction was executed; its effect is the caller's.
    Io(IoOperation),
    /// The next instruction waits for this channel; it was not executed and no cycle passed.
    Stalled {
        /// 0-7 for A-H.
        channel: u8,
    },
    /// Stopped by the program; see [`Cpu::start`].
    Halted,
    /// A word of wrong parity was read at this location; the instruction was not executed.
    Parity(u16),
    /// `stop_before_instruction` instructions have been executed.
    StoppedByCount,
}

/// What an input-output instruction asks of the world outside. Channels are 0-7 for A-H.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum IoOperation {
    /// RCH (RSC): start the channel with the command at the address.
    StartChannel { channel: u8, address: u16 },
    /// LCH (STC): load the waiting channel, or resume a 7909.
    LoadChannel { channel: u8, address: u16 },
    /// SCH: store the channel's registers at the address.
    StoreChannel { channel: u8, address: u16 },
    /// SCD: store its diagnostic word.
    StoreDiagnostic { channel: u8, address: u16 },
    /// RIC, RDC: reset the channel.
    ResetChannel { channel: u8 },
    /// SSL: store the sense lines of direct data.
    StoreSenseLines { channel: u8, address: u16 },
    /// PSL: present a word on the sense lines.
    PresentSenseLines { channel: u8, word: u64 },
    /// RDS WRS BSR BSF WEF REW RUN SDN, SPU SPR: `address` has channel (thousands) and unit.
    Select {
        operation: Method,
        channel: u8,
        address: u16,
    },
}

impl Default for Cpu {
    fn default() -> Cpu {
        Cpu::new()
    }
}

impl Cpu {
    /// Power on: everything zero, reset, running from location 0.
    pub fn new() -> Cpu {
        Cpu {
            core: CoreStore::new(),
            ac: 0,
            mq: 0,
            si: 0,
            xr: [0; 3],
            ic: 0,
            indicators: Indicators::reset(),
            sense_lights: 0,
            panel: Panel {
                keys: 0,
                sense_switches: 0,
                printer_entries: 0,
            },
            channel_busy: 0,
            data_channels: 0,
            conditions: [0; 8],
            beginning_of_tape: 0,
            end_of_tape: 0,
            enabled: 0,
            inhibited: false,
            clock_condition: false,
            halted: None,
            cycles: 0,
            instructions: 0,
            waiting_instructions: 0,
            waiting_cycles: 0,
            stop_before_instruction: None,
            skip_waits: true,
            trace: None,
            broken_adder: 0,
            object: None,
            hold: false,
            attention: false,
            wait: Wait::default(),
        }
    }

    /// The Reset key: indicators, modes, lights, trap conditions and enables cleared, floating
    /// trap mode on, IC 0, running. Core, registers, keys and counts stay.
    pub fn reset(&mut self) {
        self.indicators = Indicators::reset();
        self.sense_lights = 0;
        self.conditions = [0; 8];
        self.beginning_of_tape = 0;
        self.end_of_tape = 0;
        self.enabled = 0;
        self.inhibited = false;
        self.clock_condition = false;
        self.halted = None;
        self.object = None;
        self.hold = false;
        self.ic = 0;
        self.disturb();
        self.notice();
    }

    /// The Clear key: reset, and core, AC, MQ, SI and index registers to zero.
    pub fn clear(&mut self) {
        self.reset();
        self.core.clear();
        (self.ac, self.mq, self.si, self.xr) = (0, 0, 0, [0; 3]);
    }

    /// The Start key: a stopped machine goes on, after HTR at its address.
    pub fn start(&mut self) {
        if let Some(location) = self.halted.take() {
            self.ic = location;
            self.disturb();
            self.notice();
        }
    }

    /// Goes to a location as a console transfer does, leaving a stop.
    pub fn go(&mut self, location: u16) {
        self.halted = Some(location & 0o77777);
        self.object = None;
        self.start();
    }

    /// Executes whole instructions while fewer than `until` cycles have passed since power on.
    /// An instruction in progress is finished, so the count may end a little beyond.
    pub fn run(&mut self, until: u64) -> Exit {
        self.look_outside();
        self.notice();
        let exit = self.run_until(until);
        self.remember_outside();
        exit
    }

    fn run_until(&mut self, until: u64) -> Exit {
        loop {
            let mut bound = until;
            if let Some(stop) = self.stop_before_instruction {
                if self.instructions >= stop {
                    return Exit::StoppedByCount;
                }
                // So many more instructions take at least as many cycles.
                bound = bound.min(self.cycles.saturating_add(stop - self.instructions));
            }
            if self.cycles >= until {
                return Exit::Horizon;
            }
            if let Some(exit) = self.run_to(bound, until) {
                return exit;
            }
        }
    }

    fn run_to(&mut self, bound: u64, until: u64) -> Option<Exit> {
        let table = decoding();
        while self.cycles < bound {
            if self.attention {
                if let Some(exit) = self.attend(table, until) {
                    return Some(exit);
                }
                continue;
            }
            let location = self.ic;
            let Some(word) = self.core.read(location) else {
                return Some(Exit::Parity(location));
            };
            let counts = (self.cycles, self.instructions);
            if let Err(exit) = self.execute(table, location, word) {
                if let Exit::Parity(_) | Exit::Stalled { .. } = exit {
                    self.ic = location;
                    (self.cycles, self.instructions) = counts;
                }
                return Some(exit);
            }
        }
        None
    }

    /// The slow way round the loop: waits proved, stops, traps, objects of XEC.
    #[cold]
    fn attend(&mut self, table: &[Decoded; 4096], until: u64) -> Option<Exit> {
        if self.wait.proved {
            self.wait.proved = false;
            self.notice();
            if self.skip_waits {
                self.skip_passes(until);
            }
            return None;
        }
        if self.object.is_none() && !self.hold && self.trap_due() {
            self.take_trap();
            return None;
        }
        if self.halted.is_some() {
            return Some(Exit::Halted);
        }
        let object = self.object.take();
        let held = std::mem::take(&mut self.hold);
        self.notice();
        let (location, word) = match object {
            Some(word) => (self.ic.wrapping_sub(1) & 0o77777, word),
            None => match self.core.read(self.ic) {
                Some(word) => (self.ic, word),
                None => {
                    self.hold = held;
                    return Some(Exit::Parity(self.ic));
                }
            },
        };
        let ic = self.ic;
        let counts = (self.cycles, self.instructions);
        if let Some(trace) = &mut self.trace {
            trace.push((self.instructions, location));
        }
        match self.execute(table, location, word) {
            Ok(()) => None,
            Err(exit) => {
                if let Exit::Parity(_) | Exit::Stalled { .. } = exit {
                    (self.ic, self.object, self.hold) = (ic, object, held);
                    (self.cycles, self.instructions) = counts;
                    self.notice();
                    if let Some(trace) = &mut self.trace {
                        trace.pop();
                    }
                }
                Some(exit)
            }
        }
    }

    /// Works out `attention` anew.
    pub(crate) fn notice(&mut self) {
        self.attention = self.wait.proved
            || self.object.is_some()
            || self.hold
            || self.halted.is_some()
            || self.trace.is_some()
            || self.trap_due();
    }

    /// A channel took this many cycles of core storage; the processor waited that long.
    pub fn steal(&mut self, cycles: u64) {
        self.cycles += cycles;
        self.wait.stolen(cycles);
    }
}
