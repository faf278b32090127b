//! One of the two machines: processor, channels A to E, and the state of its power.
//!
//! A machine's clock is its cycle count: 2.18 us each since it was switched on, or as long as its
//! [`Pace`] says. While the processor stands still (stopped, stalled, halted) its clock stands too
//! and is brought forward when it goes on. The interval clock ticks sixty times a second whatever the
//! pace, unless it drifts.
//!
//! `Machine` is the identity painted on the frame, A or B. What a machine *does* is a
//! [`crate::relays::Role`], and belongs to the switch.

use clock::{Instant, Pace, Span, periodic};
use device::adapter::CoreAccess;
use ibm7090::channel::{Channel, Host};
use ibm7090::cpu::{CONDITION_COMMAND, CYCLE_NS, Cpu, IoOperation};
use serde::{Deserialize, Serialize};

/// Identity of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Machine {
    /// The left one.
    A,
    /// The right one.
    B,
}

impl Machine {
    /// Both, in order.
    pub const BOTH: [Machine; 2] = [Machine::A, Machine::B];

    /// 0 for A, 1 for B.
    pub fn index(self) -> usize {
        match self {
            Machine::A => 0,
            Machine::B => 1,
        }
    }

    /// The other one of the pair.
    pub fn other(self) -> Machine {
        match self {
            Machine::A => Machine::B,
            Machine::B => Machine::A,
        }
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(match self {
            Machine::A => "A",
            Machine::B => "B",
        })
    }
}

/// Parts.
const MILLION: i64 = 1_000_000;

/// Channels with a 7909: A to E.
pub const CHANNELS: usize = 5;

/// The channel of the lines.
pub const LINE_CHANNEL: usize = 4;

/// The channel whose only purpose is its direct-data sense lines.
pub const SENSE_CHANNEL: u8 = 5;

/// What the processor is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// Executing.
    Running,
    /// Its program stopped itself; a trap starts it again.
    Halted,
    /// Waits for a channel to become idle.
    Waiting(u8),
    /// Stands still, channels go on.
    Hung,
    /// Stands still for a time, channels go on.
    Stalled,
    /// The LOAD DRUM key's list runs; then it starts.
    LoadingDrum,
    /// Processor and channels stopped.
    Stopped,
    /// Being loaded from its deck.
    Loading,
    /// No power.
    Off,
}

/// A machine's state.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Computer {
    /// Which one.
    pub machine: Machine,
    /// Processor and core.
    pub cpu: Cpu,
    /// Channels A to E.
    pub channels: Vec<Channel>,
    /// What the processor is doing.
    pub mode: Mode,
    /// Instants of its cycles.
    pub pace: Pace,
    /// When its interval clock began to count `ticks`.
    pub ticking_since: Instant,
    /// How much faster (slower) than sixty times a second it ticks, in parts per million.
    pub drift: i32,
    /// Counts starts and stops, so that appointments of an earlier life are recognised.
    pub life: u32,
    /// Ticks of the interval clock in this life.
    pub ticks: u64,
    /// An input-output instruction executed whose effect is still to come.
    pub pending: Option<IoOperation>,
    /// It has come to the instruction before which it is to stop.
    pub stop_due: bool,
    /// It stopped by itself and has not been repaired: power alone does not bring it back.
    pub broken: bool,
    /// Its power is away until then.
    pub dark_until: Instant,
    /// Instruction count when HTR was last recorded.
    pub halted_at: Option<u64>,
    /// When each channel's next appointment is.
    pub appointments: [Option<Instant>; CHANNELS],
    /// Instructions, cycles, and how many of both only waited, in earlier lives.
    pub earlier: [u64; 4],
}

impl Computer {
    /// Without power, its core zeros.
    pub fn new(machine: Machine) -> Self {
        Computer {
            machine,
            cpu: Cpu::new(),
            channels: (0..CHANNELS as u8).map(Channel::new).collect(),
            mode: Mode::Off,
            pace: Pace::new(Instant::ZERO, Span(CYCLE_NS)),
            ticking_since: Instant::ZERO,
            drift: 0,
            life: 0,
            ticks: 0,
            pending: None,
            stop_due: false,
            broken: false,
            dark_until: Instant::ZERO,
            halted_at: None,
            appointments: [None; CHANNELS],
            earlier: [0; 4],
        }
    }

    /// The instant its clock shows: its cycles at their pace.
    pub fn clock(&self) -> Instant {
        self.pace.at(self.cpu.cycles)
    }

    /// Cycles its clock shows at `at` or, between two, the next.
    pub fn cycles_at(&self, at: Instant) -> u64 {
        self.pace.count_at(at)
    }

    /// From `now` on a cycle takes `times` as long as that of a good machine. False if it did
    /// before. Catch up first.
    pub fn set_pace(&mut self, now: Instant, times: u8) -> bool {
        let unit = Span(CYCLE_NS * u64::from(times));
        if self.pace.unit() == unit {
            return false;
        }
        self.bring_forward(now);
        self.pace.set(self.cpu.cycles, unit)
    }

    /// The clock of a processor that stood still is brought to `now`.
    pub fn bring_forward(&mut self, now: Instant) {
        self.cpu.cycles = self.cpu.cycles.max(self.cycles_at(now));
    }

    /// Whether it runs, waits, hangs or stalls: in any case its channels work.
    pub fn channels_work(&self) -> bool {
        !matches!(self.mode, Mode::Stopped | Mode::Loading | Mode::Off)
    }

    /// Whether its processor is at work in the eyes of its operator.
    pub fn at_work(&self) -> bool {
        matches!(self.mode, Mode::Running | Mode::Halted | Mode::Waiting(_))
    }

    /// Whether it only waits for something outside and need not be advanced till then.
    pub fn is_lazy(&self) -> bool {
        self.cpu.stop_before_instruction.is_none() && self.cpu.is_waiting()
    }

    /// Instant of the next tick of its interval clock.
    pub fn next_tick(&self) -> Instant {
        let rate = 60 * (MILLION + i64::from(self.drift)).max(1) as u64;
        periodic(self.ticking_since, self.ticks + 1, rate, MILLION as u64)
    }

    /// From `now` on its interval clock ticks so much faster. False if it did before. The tick
    /// appointed is overtaken.
    pub fn set_drift(&mut self, now: Instant, parts_per_million: i32) -> bool {
        let changed = self.drift != parts_per_million;
        if changed {
            (self.ticking_since, self.ticks) = (now, 0);
            self.drift = parts_per_million;
        }
        changed
    }

    /// Instructions, cycles, and how many of both only waited, since the run began.
    pub fn totals(&self) -> [u64; 4] {
        let now = [
            self.cpu.instructions,
            self.cpu.cycles,
            self.cpu.waiting_instructions,
            self.cpu.waiting_cycles,
        ];
        std::array::from_fn(|n| self.earlier[n] + now[n])
    }

    /// Power on at `now`: a new life with empty core. What it counted before is kept.
    pub fn power_up(&mut self, now: Instant) {
        self.earlier = self.totals();
        let skip_waits = self.cpu.skip_waits;
        let trace = self.cpu.trace.take();
        self.cpu = Cpu::new();
        self.cpu.skip_waits = skip_waits;
        self.cpu.trace = trace;
        self.pace = Pace::new(now, Span(CYCLE_NS));
        (self.ticking_since, self.drift) = (now, 0);
        self.new_life();
    }

    /// Ends everything that was under way, without touching core.
    pub fn new_life(&mut self) {
        self.life += 1;
        self.ticks = 0;
        self.pending = None;
        self.stop_due = false;
        self.halted_at = None;
        self.appointments = [None; CHANNELS];
        self.cpu.stop_before_instruction = None;
        self.cpu.channel_busy = 0;
        for channel in &mut self.channels {
            let counts = channel.counts;
            *channel = Channel::new(channel.number);
            channel.counts = counts;
        }
    }
}

/// The machine as its channel sees it.
pub struct ChannelHost<'a> {
    /// The processor with its core.
    pub cpu: &'a mut Cpu,
    /// Number of the channel.
    pub channel: u8,
}

impl Host for ChannelHost<'_> {
    fn read(&mut self, address: u16) -> u64 {
        self.cpu.core.cell(address)
    }

    fn write(&mut self, address: u16, word: u64) {
        self.cpu.core.write(address, word);
    }

    fn steal(&mut self, cycles: u64) {
        self.cpu.steal(cycles);
    }

    fn raise(&mut self) {
        self.cpu.raise(self.channel, CONDITION_COMMAND);
    }
}

/// The machine's core as an adapter sees it through the channel.
pub struct AdapterCore<'a> {
    /// The processor with its core.
    pub cpu: &'a mut Cpu,
    /// A word of bad parity was fetched.
    pub parity: bool,
}

impl CoreAccess for AdapterCore<'_> {
    fn fetch(&mut self, address: u16) -> Option<u64> {
        self.cpu.steal(1);
        let word = self.cpu.core.read(address);
        self.parity |= word.is_none();
        word
    }
}
