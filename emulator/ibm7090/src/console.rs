//! A 7090 alone at its console: processor, channel A with a 7909, and a file control with two drums.
//!
//! | unit | medium, as text |
//! |---|---|
//! | `drum0`, `drum1` | `track word...`: the track's number in decimal, then its words in octal from the first on |
//!
//! A track is one record of 465 words; a drum has 400 tracks. `boot drum0` presses LOAD DRUM: the
//! first 80 words of track 0 come to location 77600 and are started there.
//!
//! Assumed: this set of units, and the LOAD DRUM key, are ours; see `channel` and the device room.

use std::collections::BTreeSet;
use std::fmt::Write;

use ::console::{Outcome, Program, wrong_line};
use clock::{Instant, Span, periodic};
use device::adapter::{Adapter, CoreAccess};
use device::file_control::{FileControl, Module, Unit, order};
use device::geometry::{Geometry, TrackFormat};
use serde::{Deserialize, Serialize};

use crate::assembler::{SourceFile, assemble};
use crate::channel::{Channel, Host, Port};
use crate::channel_command;
use crate::core_store::CORE_WORDS;
use crate::cpu::{CONDITION_COMMAND, CYCLE_NS, Cpu, Exit, IoOperation};
use crate::operation;

/// Where LOAD DRUM puts what it reads, and starts.
pub const BOOT: u16 = 0o77600;
/// Where LOAD DRUM puts its own command list.
pub const BOOT_LIST: u16 = 0o77760;
/// Words LOAD DRUM reads at most.
pub const BOOT_WORDS: usize = 80;

/// The command list and orders of the LOAD DRUM key for a record of `length` words, with their
/// locations. The channel is started at the first.
pub fn load_drum_list(length: usize) -> Vec<(u16, u64)> {
    let command = |mnemonic: &str, address: u16, count: usize| {
        let row = channel_command::find(mnemonic).expect("a channel command");
        row.bits() | (count as u64) << 18 | u64::from(address)
    };
    let orders = BOOT_LIST + 0o10;
    let list = [
        // Attention is not waited for: the order after the seek waits for the record.
        command("SMS", 4, 0),
        command("CTL", orders, 0),
        command("CTLR", orders + 2, 0),
        command("CPYD", BOOT, length.min(BOOT_WORDS)),
        command("SMS", 0, 0),
        command("WTR", 0, 0),
    ];
    let [seek, single] = [order(80, 0, 0, 0), order(82, 0, 0, 0)];
    let orders = (orders..).zip(seek.into_iter().chain(single));
    (BOOT_LIST..).zip(list).chain(orders).collect()
}

const TRACKS: u16 = 400;
const TRACK_WORDS: u16 = 465;
/// Attention rises this long before the record.
const LEAD: Span = Span(600_000);

/// The machine at the console: plain data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Console {
    /// Processor and core.
    pub cpu: Cpu,
    channel: Channel,
    control: FileControl,
    /// An input-output instruction executed whose effect is still to come.
    pending: Option<IoOperation>,
    /// Ticks of the interval clock.
    ticks: u64,
    /// LOAD DRUM was pressed: when the channel comes to rest, the program starts.
    loading: bool,
}

struct ChannelHost<'a>(&'a mut Cpu);

impl Host for ChannelHost<'_> {
    fn read(&mut self, address: u16) -> u64 {
        self.0.core.cell(address)
    }

    fn write(&mut self, address: u16, word: u64) {
        self.0.core.write(address, word);
    }

    fn steal(&mut self, cycles: u64) {
        self.0.steal(cycles);
    }

    fn raise(&mut self) {
        self.0.raise(0, CONDITION_COMMAND);
    }
}

impl CoreAccess for ChannelHost<'_> {
    fn fetch(&mut self, address: u16) -> Option<u64> {
        self.0.steal(1);
        self.0.core.read(address)
    }
}

impl Default for Console {
    fn default() -> Console {
        Console::new()
    }
}

impl Console {
    /// Switched on, with blank drums.
    pub fn new() -> Console {
        let module = |number| {
            let whole = TrackFormat {
                first_track: 0,
                records: 1,
                words: TRACK_WORDS,
            };
            let geometry = Geometry::drum(TRACKS, LEAD, vec![whole]);
            Module::new(Unit::Drum(number), geometry)
        };
        let mut cpu = Cpu::new();
        cpu.halted = Some(0);
        Console {
            cpu,
            channel: Channel::new(0),
            control: FileControl::new(vec![module(0), module(1)]),
            pending: None,
            ticks: 0,
            loading: false,
        }
    }

    fn now(&self) -> Instant {
        Instant(self.cpu.cycles * CYCLE_NS)
    }

    fn with_channel(&mut self, act: impl FnOnce(&mut Channel, Instant, &mut Port)) {
        let now = self.now();
        let mut host = ChannelHost(&mut self.cpu);
        let mut port = Port {
            host: &mut host,
            adapter: Some(&mut self.control),
        };
        act(&mut self.channel, now, &mut port);
        self.cpu.channel_busy = u8::from(self.channel.busy());
    }

    /// What channel, control and clock have to do by now.
    fn advance(&mut self) {
        while self.next_tick() <= self.now() {
            self.ticks += 1;
            self.cpu.tick();
        }
        let now = self.now();
        self.control
            .advance(now, Some(&mut ChannelHost(&mut self.cpu)));
        self.with_channel(|channel, now, port| channel.advance(now, port));
        self.control.take_ended();
        if self.loading && !self.channel.busy() {
            self.loading = false;
            self.cpu.go(BOOT);
        }
    }

    fn next_tick(&self) -> Instant {
        periodic(Instant::ZERO, self.ticks + 1, 60, 1)
    }

    /// The next instant at which something happens outside the processor.
    fn due(&self) -> Instant {
        let now = self.now();
        let units = [self.channel.due(), self.control.due(now)];
        units
            .into_iter()
            .flatten()
            .fold(self.next_tick(), Instant::min)
    }

    /// Runs to an instant, or `None` when the counted instructions are executed.
    fn run_until(&mut self, until: Instant) -> Option<Outcome> {
        loop {
            if let Some(operation) = self.pending.take() {
                self.effect(operation);
            }
            self.advance();
            if self.channel.take_parity() {
                return Some(Outcome::Stopped("core parity, met by channel A".to_owned()));
            }
            if self.now() >= until {
                return Some(Outcome::Done);
            }
            let bound = until.min(self.due()).0.div_ceil(CYCLE_NS);
            let bound = bound.max(self.cpu.cycles + 1);
            match self.cpu.run(bound) {
                Exit::Horizon => {}
                Exit::Io(operation) => self.pending = Some(operation),
                Exit::Stalled { channel: 0 } => self.cpu.cycles = bound,
                Exit::Stalled { channel } => {
                    let letter = char::from(b'A' + channel);
                    return Some(Outcome::Stopped(format!(
                        "waits for channel {letter}, which is not here"
                    )));
                }
                // A trap of the channel can start it again.
                Exit::Halted if self.channel.busy() => self.cpu.cycles = bound,
                Exit::Halted => return Some(Outcome::Stopped("HTR".to_owned())),
                Exit::Parity(location) => {
                    let why = format!("core parity at {location:05o}");
                    return Some(Outcome::Stopped(why));
                }
                Exit::StoppedByCount => return None,
            }
        }
    }

    /// The effect of an input-output instruction. Of channels only A is here.
    fn effect(&mut self, operation: IoOperation) {
        match operation {
            IoOperation::StartChannel {
                channel: 0,
                address,
            } => {
                self.with_channel(|channel, now, port| channel.start(now, address, port));
            }
            IoOperation::LoadChannel { channel: 0, .. } => {
                self.with_channel(|channel, now, port| channel.resume(now, port));
            }
            IoOperation::ResetChannel { channel: 0 } => {
                self.with_channel(|channel, now, port| channel.reset(now, port));
                self.control.reset();
            }
            IoOperation::StoreChannel {
                channel: 0,
                address,
            } => {
                self.cpu.core.write(address, self.channel.registers_word());
            }
            IoOperation::StoreDiagnostic {
                channel: 0,
                address,
            } => {
                self.cpu.core.write(address, self.channel.diagnostic_word());
            }
            _ => {}
        }
    }

    fn press_start(&mut self) {
        if !self.loading {
            self.cpu.start();
        }
    }
}

/// The registers with their width in bits.
const REGISTERS: [(&str, u32); 11] = [
    ("ic", 15),
    ("ac", 38),
    ("mq", 36),
    ("si", 36),
    ("xr1", 15),
    ("xr2", 15),
    ("xr4", 15),
    ("keys", 36),
    ("switches", 6),
    ("lights", 4),
    ("overflow", 3),
];

fn module_of(unit: &str) -> Option<usize> {
    ["drum0", "drum1"].iter().position(|name| *name == unit)
}

impl ::console::Machine for Console {
    fn registers(&self) -> Vec<&'static str> {
        REGISTERS.iter().map(|row| row.0).collect()
    }

    fn register(&self, name: &str) -> Option<String> {
        let cpu = &self.cpu;
        let value = match name {
            "ic" => self.pc().into(),
            "ac" => cpu.ac,
            "mq" => cpu.mq,
            "si" => cpu.si,
            "xr1" => cpu.xr[0].into(),
            "xr2" => cpu.xr[1].into(),
            "xr4" => cpu.xr[2].into(),
            "keys" => cpu.panel.keys,
            "switches" => cpu.panel.sense_switches.into(),
            "lights" => cpu.sense_lights.into(),
            "overflow" => {
                let indicators = &cpu.indicators;
                u64::from(indicators.ac_overflow) << 2
                    | u64::from(indicators.mq_overflow) << 1
                    | u64::from(indicators.divide_check)
            }
            _ => return None,
        };
        let (_, bits) = REGISTERS.iter().find(|row| row.0 == name)?;
        Some(format!(
            "{value:0width$o}",
            width = bits.div_ceil(3) as usize
        ))
    }

    fn set_register(&mut self, name: &str, text: &str) -> Result<(), String> {
        let bits = REGISTERS.iter().find(|row| row.0 == name);
        let limit = bits.map_or(0, |row| 1u64 << row.1);
        let value = u64::from_str_radix(text, 8).ok();
        let Some(value) = value.filter(|value| *value < limit) else {
            let example = self.register(name).unwrap_or_default();
            return Err(format!(
                "expected an octal value such as {example}, found {text}"
            ));
        };
        let cpu = &mut self.cpu;
        match name {
            "ic" => cpu.go(value as u16),
            "ac" => cpu.ac = value,
            "mq" => cpu.mq = value,
            "si" => cpu.si = value,
            "xr1" => cpu.xr[0] = value as u16,
            "xr2" => cpu.xr[1] = value as u16,
            "xr4" => cpu.xr[2] = value as u16,
            "keys" => cpu.panel.keys = value,
            "switches" => cpu.panel.sense_switches = value as u8,
            "lights" => cpu.sense_lights = value as u8,
            _ => {
                cpu.indicators.ac_overflow = value & 4 != 0;
                cpu.indicators.mq_overflow = value & 2 != 0;
                cpu.indicators.divide_check = value & 1 != 0;
            }
        }
        cpu.disturb();
        Ok(())
    }

    fn pc(&self) -> u32 {
        self.cpu.halted.unwrap_or(self.cpu.ic).into()
    }

    fn go(&mut self, location: u32) {
        self.cpu.go(location as u16);
    }

    fn show_location(location: u32) -> String {
        format!("{location:05o}")
    }

    fn parse_location(text: &str) -> Option<u32> {
        let all = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let location = u32::from_str_radix(text, 8).ok();
        location.filter(|location| all && (*location as usize) < CORE_WORDS)
    }

    fn word(&self, location: u32) -> Option<u64> {
        let exists = (location as usize) < CORE_WORDS;
        exists.then(|| self.cpu.core.peek(location as u16))
    }

    fn deposit(&mut self, location: u32, word: u64) -> bool {
        let exists = (location as usize) < CORE_WORDS;
        if exists {
            self.cpu.core.write(location as u16, word);
        }
        exists
    }

    fn show_word(word: u64) -> String {
        word::octal::word(word)
    }

    fn parse_word(digits: &str) -> Option<u64> {
        let all = digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_digit());
        u64::from_str_radix(digits, 8).ok().filter(|_| all)
    }

    fn disassemble(word: u64) -> String {
        operation::disassemble(word)
    }

    fn assemble(files: &[(String, String)], symbols: &[(String, i64)]) -> Result<Program, String> {
        let files: Vec<SourceFile> = files
            .iter()
            .map(|(name, text)| SourceFile { name, text })
            .collect();
        match assemble(&files, symbols) {
            Ok(assembly) => Ok(Program {
                words: assembly
                    .words
                    .iter()
                    .map(|(at, word)| ((*at).into(), *word))
                    .collect(),
                symbols: assembly.symbols,
                start: assembly.start.map(u32::from),
            }),
            Err(mistakes) => {
                let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
                Err(lines.join("\n"))
            }
        }
    }

    fn step(&mut self) -> Outcome {
        self.press_start();
        self.cpu.stop_before_instruction = Some(self.cpu.instructions + 1);
        let outcome = self.run_until(self.now() + Span(10_000_000_000));
        self.cpu.stop_before_instruction = None;
        outcome.unwrap_or(Outcome::Done)
    }

    fn run(&mut self, span: Span, breakpoints: &BTreeSet<u32>) -> Outcome {
        self.press_start();
        let until = self.now().saturating_add(span);
        if breakpoints.is_empty() {
            return self.run_until(until).unwrap_or(Outcome::Done);
        }
        let outcome = loop {
            self.cpu.stop_before_instruction = Some(self.cpu.instructions + 1);
            match self.run_until(until) {
                Some(outcome) => break outcome,
                None if breakpoints.contains(&self.pc()) => break Outcome::Breakpoint,
                None => {}
            }
        };
        self.cpu.stop_before_instruction = None;
        outcome
    }

    fn units() -> Vec<String> {
        vec!["drum0".to_owned(), "drum1".to_owned()]
    }

    fn attach(&mut self, unit: &str, text: &str) -> Result<(), String> {
        let module = module_of(unit).ok_or_else(|| format!("there is no {unit}"))?;
        let store = &mut self.control.modules[module].store;
        store.erase();
        for (number, line) in text.lines().enumerate() {
            let mut fields = line.split_whitespace();
            let Some(track) = fields.next() else {
                continue;
            };
            let wrong = || {
                let expected = "a track, 0 to 399, and at most 465 words of 12 octal digits";
                wrong_line(number + 1, expected)
            };
            let track = track
                .parse()
                .ok()
                .filter(|track| *track < TRACKS)
                .ok_or_else(wrong)?;
            let words: Option<Vec<u64>> = fields.map(Self::parse_word).collect();
            let words = words.filter(|words| words.len() <= usize::from(TRACK_WORDS));
            store.write(track, 0, &words.ok_or_else(wrong)?);
        }
        Ok(())
    }

    fn detach(&mut self, unit: &str) -> Result<String, String> {
        let module = module_of(unit).ok_or_else(|| format!("there is no {unit}"))?;
        let store = &mut self.control.modules[module].store;
        let mut text = String::new();
        for track in store.written().collect::<Vec<_>>() {
            let mut words = vec![0; usize::from(TRACK_WORDS)];
            store.read(track, 0, &mut words);
            let _ = write!(text, "{track}");
            for word in words {
                let _ = write!(text, " {:012o}", word & word::WORD);
            }
            text.push('\n');
        }
        store.erase();
        Ok(text)
    }

    fn boot(&mut self, unit: &str) -> Result<(), String> {
        if unit != "drum0" {
            return Err("LOAD DRUM reads `drum0`".to_owned());
        }
        self.cpu.reset();
        self.cpu.halted = Some(BOOT);
        for (location, word) in load_drum_list(usize::from(TRACK_WORDS)) {
            self.cpu.core.write(location, word);
        }
        self.loading = true;
        self.with_channel(|channel, now, port| channel.start(now, BOOT_LIST, port));
        Ok(())
    }

    fn save(&self) -> Vec<u8> {
        ::console::pack("7090", self)
    }

    fn restore(bytes: &[u8]) -> Result<Self, String> {
        ::console::unpack("7090", bytes)
    }

    fn counts(&self) -> (u64, Span) {
        (self.cpu.instructions, Span(self.cpu.cycles * CYCLE_NS))
    }
}
