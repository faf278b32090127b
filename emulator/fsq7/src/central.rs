//! The central computer of the AN/FSQ-7: registers, alarms, and the loop that runs programs.
//!
//! A program controls two arithmetic elements at once, left and right, each with an accumulator,
//! an A register (operands, return addresses) and a B register (low half of products, masks).
//!
//! ```text
//!  AC, A, B    16 + 16 bits each; A has a link bit before its right half
//!  X1 X2 X4 X5 16 bits; index indicator 3 means the right accumulator
//!  PC          17 bits, counts 0.77777, 1.00000 ... 3.77777, 0.00000
//!  IOAC IOWC   17 and 16 bits: the transfer that runs beside the program
//!  clock       16 bits, one tick each 1/32 s, the last word of test memory
//! ```
//!
//! Time is counted in pulses of 0.5 us; a memory cycle has 12. What lies outside (I/O element,
//! drums, switch) speaks to the computer between calls of [`Central::run`]: it sets conditions,
//! takes break cycles and stores into memory. An instruction that acts outside ends the call.
//!
//! Chapters: `execute.rs` all operations, `arithmetic.rs` the arithmetic element, `wait.rs` loops
//! that only wait, `alarm.rs`, `memory.rs`, `codes.rs`.
//!
//! Source: Ulmann 2014, ch. 6 and 12, for the structure; otherwise the project's reference and its
//! evidence marks (`rules`). Assumed: the clock stands at 0 at power on and counts from there; an
//! instruction stopped by an alarm changes nothing, takes no time, and PC stays on it.

use serde::{Deserialize, Serialize};
use word::twin::{Half, Twin};

use crate::alarm::{Alarm, Alarms, Response};
use crate::codes::{self, Operate, Selection};
use crate::memory::{Configuration, Memory, TEST_MEMORY};
use crate::operation::{Decoded, decoding};
use crate::wait::Wait;

/// Length of a pulse in nanoseconds.
pub const PULSE_NS: u64 = 500;
/// Pulses of a memory cycle.
pub const CYCLE: u64 = 12;
/// Pulses between two ticks of the clock, 1/32 s.
pub const TICK: u64 = 62_500;
/// Pulses without BSN of condition light 4 after which the inactivity alarm is raised, 6 s.
pub const INACTIVITY: u64 = 12_000_000;

/// The central computer with its memories: plain data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Central {
    /// Core and test memory, and the clock register.
    pub memory: Memory,
    /// Accumulators.
    pub ac: Twin,
    /// A registers.
    pub a: Twin,
    /// Link bit of the right A register: bit 16 of a return address.
    pub link: bool,
    /// B registers.
    pub b: Twin,
    /// Index registers 1, 2, 4, 5 in these places; the others stay +0.
    pub index: [Half; 8],
    /// Program counter: location of the next instruction, 17 bits.
    pub pc: u32,
    /// What BSN can test: bit n is condition n (`codes`). Lights, switches, overflow, busy too.
    pub conditions: u64,
    /// This machine's intercommunication flip-flops: bit n-1 is flip-flop n.
    pub intercommunication: u8,
    /// PER 22 has forbidden switchover.
    pub standby_locked: bool,
    /// I/O address counter, 17 bits.
    pub ioac: u32,
    /// I/O word counter.
    pub iowc: u16,
    /// Unit or drum field selected.
    pub selection: Selection,
    /// Drum address and mode: R1 to R15 of the last SDR.
    pub drum_address: u16,
    /// Alarm latches and switches.
    pub alarms: Alarms,
    /// Why it does not run.
    pub stopped: Option<Stop>,
    /// Pulses of 0.5 us since power on.
    pub pulses: u64,
    /// Instructions executed since power on.
    pub instructions: u64,
    /// Those of them that belonged to passes of loops which only waited.
    pub waiting_instructions: u64,
    /// Pulses of those passes.
    pub waiting_pulses: u64,
    /// Stop before executing the instruction with this number (the first is 0).
    pub stop_before_instruction: Option<u64>,
    /// Add whole passes of waiting loops in one step. Changes speed, nothing else.
    pub skip_waits: bool,
    /// Turned over in every sum of the adders: broken adders. +0 are good ones.
    pub broken_adder: Twin,
    /// When the clock ticks next.
    next_tick: u64,
    /// How the clock ticks.
    ticking: Ticking,
    /// When the inactivity timer was last restarted.
    pub(crate) active_at: u64,
    pub(crate) wait: Wait,
}

/// How the clock ticks: so many ticks since a pulse count, so much faster than it should.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Ticking {
    since: u64,
    ticks: u64,
    parts_per_million: i32,
    /// A pulse takes so many times as long as it should, and the clock does not care; 0 is 1.
    slow: u8,
}

impl Ticking {
    /// The pulse count of the next tick.
    fn next(&self) -> u64 {
        let rate = u128::from((MILLION + i64::from(self.parts_per_million)).max(1) as u64);
        let rate = rate * u128::from(self.slow.max(1));
        let pulses = u128::from(self.ticks + 1) * u128::from(TICK) * MILLION as u128 / rate;
        self.since + pulses as u64
    }

    /// Pulses until the inactivity alarm.
    fn inactivity(&self) -> u64 {
        INACTIVITY / u64::from(self.slow.max(1))
    }
}

/// Parts.
const MILLION: i64 = 1_000_000;

/// Why a machine stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stop {
    /// HLT.
    Halt,
    /// An alarm whose switch stands at stop.
    Alarm(Alarm),
    /// It has not been started, or was stopped from outside.
    Console,
}

/// Which way a transfer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// Unit to memory, RDS.
    Read,
    /// Memory to unit, WRT.
    Write,
}

/// Why [`Central::run`] came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The pulse count asked for is reached.
    Horizon,
    /// RDS or WRT was executed: the caller's transfer begins. Condition `IO_BUSY` is on.
    Transfer(Direction),
    /// SDR or SEL was executed.
    Selected,
    /// PER of something outside was executed.
    Operate(Operate),
    /// The machine has started over; a transfer under way is to be broken off.
    StartedOver,
    /// The next instruction waits for the running transfer; it was not executed.
    Interlock,
    /// The machine stands still.
    Stopped(Stop),
    /// `stop_before_instruction` instructions have been executed.
    StoppedByCount,
}

/// Why an instruction does not simply lead to the next.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Break {
    /// It is done; the caller outside has to hear of it.
    Exit(Exit),
    /// It is done, and a loop around it is proved to wait.
    Proved,
    /// It cannot begin while a transfer runs.
    Interlock,
    /// An alarm stops the machine before it.
    Alarm(Alarm),
    /// An alarm starts the machine over in its place.
    StartOver,
}

impl Default for Central {
    fn default() -> Central {
        Central::new(Configuration::Standard)
    }
}

impl Central {
    /// Power on: everything zero, PC at the start of test memory, standing still.
    pub fn new(configuration: Configuration) -> Central {
        Central {
            memory: Memory::new(configuration),
            ac: Twin::ZERO,
            a: Twin::ZERO,
            link: false,
            b: Twin::ZERO,
            index: [Half::ZERO; 8],
            pc: TEST_MEMORY,
            conditions: 1 << codes::ALWAYS,
            intercommunication: 0,
            standby_locked: false,
            ioac: 0,
            iowc: 0,
            selection: Selection::default(),
            drum_address: 0,
            alarms: Alarms::default(),
            stopped: Some(Stop::Console),
            pulses: 0,
            instructions: 0,
            waiting_instructions: 0,
            waiting_pulses: 0,
            stop_before_instruction: None,
            skip_waits: true,
            broken_adder: Twin::ZERO,
            next_tick: TICK,
            ticking: Ticking::default(),
            active_at: 0,
            wait: Wait::default(),
        }
    }

    /// Whether a condition is met.
    #[inline(always)]
    pub fn condition(&self, number: u8) -> bool {
        self.conditions >> (number & 0o77) & 1 != 0
    }

    /// Sets or resets a condition.
    pub fn set_condition(&mut self, number: u8, met: bool) {
        let bit = 1 << (number & 0o77);
        self.conditions = self.conditions & !bit | if met { bit } else { 0 };
    }

    /// Goes to a location and runs, leaving a stop.
    pub fn go(&mut self, location: u32) {
        self.pc = location & crate::memory::ADDRESS;
        self.stopped = None;
    }

    /// Registers to +0, PC to the start of test memory, running. Core, lights, alarms and the
    /// selection stay; the caller breaks off a transfer.
    pub fn start_over(&mut self) {
        (self.ac, self.a, self.b) = (Twin::ZERO, Twin::ZERO, Twin::ZERO);
        self.link = false;
        self.index = [Half::ZERO; 8];
        self.set_condition(codes::IO_BUSY, false);
        self.go(TEST_MEMORY);
    }

    /// Raises an alarm that comes from outside: a latch, and what its switch says.
    pub fn alarm(&mut self, alarm: Alarm) -> Response {
        let response = self.alarms.raise(alarm);
        match response {
            Response::Ignore => {}
            Response::Stop => self.stopped = Some(Stop::Alarm(alarm)),
            Response::Branch => self.start_over(),
        }
        response
    }

    /// A transfer took so many memory cycles; the program waited that long.
    pub fn steal(&mut self, cycles: u64) {
        self.pulses += cycles * CYCLE;
        self.wait.stolen(cycles * CYCLE);
    }

    /// Power came on when the count would have stood there, had it been on from the beginning: the
    /// clock shows that time.
    pub fn begin_at(&mut self, pulses: u64) {
        self.pulses = pulses;
        self.active_at = pulses;
        self.ticking = Ticking {
            ticks: pulses / TICK,
            ..Ticking::default()
        };
        self.next_tick = self.ticking.next();
        self.memory.set_clock(self.ticking.ticks as u16);
    }

    /// The clock register jumps by so many ticks.
    pub fn set_clock_forward(&mut self, ticks: i32) {
        let clock = i32::from(self.memory.clock().0) + ticks % 65_536;
        self.memory.set_clock(clock as u16);
        self.wait.forget();
    }

    /// Pulse count at which the clock ticks next.
    pub fn next_tick(&self) -> u64 {
        self.next_tick
    }

    /// From now on the clock ticks so much faster (less than 0: slower) than 32 times a second.
    /// False if it did before.
    pub fn set_clock_drift(&mut self, parts_per_million: i32) -> bool {
        let changed = self.ticking.parts_per_million != parts_per_million;
        if changed {
            self.ticking = Ticking {
                since: self.pulses,
                ticks: 0,
                parts_per_million,
                ..self.ticking
            };
            self.next_tick = self.ticking.next();
            self.wait.forget();
        }
        changed
    }

    /// From now on a pulse takes so many times as long; clock and inactivity timer keep their time.
    pub fn set_slow(&mut self, times: u8) {
        let waited = self.pulses.saturating_sub(self.active_at);
        let before = u64::from(self.ticking.slow.max(1));
        self.active_at = self.pulses - (waited * before / u64::from(times.max(1))).min(self.pulses);
        self.ticking = Ticking {
            since: self.pulses,
            ticks: 0,
            slow: times,
            ..self.ticking
        };
        self.next_tick = self.ticking.next();
        self.wait.forget();
    }

    /// Pulse count at which the inactivity alarm is raised if BSN does not test light 4 before.
    pub fn inactivity_due(&self) -> u64 {
        self.active_at + self.ticking.inactivity()
    }

    /// Puts the inactivity timer back, as a test of light 4 does.
    pub fn restart_inactivity(&mut self) {
        self.active_at = self.pulses;
        self.wait.forget();
    }

    /// The clock goes on while the machine stands still or waits at the interlock.
    pub fn stand_until(&mut self, pulses: u64) {
        let passed = pulses.saturating_sub(self.pulses);
        self.pulses += passed;
        self.wait.stolen(passed);
        self.keep_time();
    }

    /// Executes whole instructions while fewer than `until` pulses have passed since power on. An
    /// instruction in progress is finished, so the count may end a little beyond.
    pub fn run(&mut self, until: u64) -> Exit {
        self.look_outside();
        let exit = self.run_until(until);
        self.remember_outside();
        exit
    }

    fn run_until(&mut self, until: u64) -> Exit {
        loop {
            self.keep_time();
            if let Some(stop) = self.stopped {
                return Exit::Stopped(stop);
            }
            if self.pulses >= until {
                return Exit::Horizon;
            }
            let mut bound = until.min(self.next_tick);
            bound = bound.min(self.inactivity_due());
            if let Some(stop) = self.stop_before_instruction {
                if self.instructions >= stop {
                    return Exit::StoppedByCount;
                }
                // So many more instructions take at least as many pulses.
                bound = bound.min(self.pulses.saturating_add(stop - self.instructions));
            }
            if let Some(exit) = self.run_to(bound) {
                return exit;
            }
        }
    }

    fn run_to(&mut self, bound: u64) -> Option<Exit> {
        let table = decoding();
        while self.pulses < bound {
            let (location, pulses, instructions) = (self.pc, self.pulses, self.instructions);
            let Err(reason) = self.step(table, location) else {
                continue;
            };
            match reason {
                Break::Exit(exit) => return Some(exit),
                Break::Proved => {
                    if self.skip_waits {
                        self.skip_passes(bound);
                    }
                    continue;
                }
                _ => {
                    self.pc = location;
                    (self.pulses, self.instructions) = (pulses, instructions);
                }
            }
            return Some(match reason {
                Break::Interlock => Exit::Interlock,
                Break::Alarm(alarm) => {
                    self.stopped = Some(Stop::Alarm(alarm));
                    Exit::Stopped(Stop::Alarm(alarm))
                }
                _ => {
                    self.start_over();
                    Exit::StartedOver
                }
            });
        }
        None
    }

    #[inline(always)]
    fn step(&mut self, table: &[Decoded; 4096], location: u32) -> Result<(), Break> {
        let word = self.fetch(location)?;
        self.execute(table, location, word.0)
    }

    /// Ticks and timers due by now.
    fn keep_time(&mut self) {
        while self.next_tick <= self.pulses {
            self.ticking.ticks += 1;
            self.next_tick = self.ticking.next();
            self.memory.tick();
            self.set_condition(codes::CLOCK_TICKED, true);
            self.wait.forget();
        }
        while self.inactivity_due() <= self.pulses {
            self.active_at = self.inactivity_due();
            self.alarm(Alarm::Inactivity);
            self.wait.forget();
        }
    }
}
