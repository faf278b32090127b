//! The rig: a machine with the program on its drums, and what the test puts around it.

use clock::Instant;
use fsq7::assembler::{Assembly, SourceFile, assemble};
use fsq7::central::Stop;
use fsq7::codes;
use fsq7::machine::{Event, Machine};
use fsq7::memory::{Configuration, TEST_MEMORY};
use word::twin::{Half, Twin};

/// The sources in order; the deck of the site stands second.
const PROGRAMS: &[&str] = &[
    "compool", "boot", "control", "input", "correl", "smooth", "initiat", "display", "duplex",
    "end",
];

/// A source file.
fn source(name: &str) -> String {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../sites/sage-boston/programs"
    );
    std::fs::read_to_string(format!("{folder}/{name}.fsq")).unwrap()
}

/// Registers of a drum field.
const FIELD: u32 = 2_048;
/// How far the two machines may run apart, in seconds.
const STEP: f64 = 0.01;
/// A tick of the clock register.
const TICK_NS: u64 = 31_250_000;

fn instant(seconds: f64) -> Instant {
    Instant((seconds * 1e9) as u64)
}

/// A small generator of our own: the rig needs noise, not quality.
pub struct Noise(u64);

impl Noise {
    pub fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// About normal, sigma 1.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// A radar site: channel, place in n.mi, and what it does.
#[derive(Clone, Debug)]
pub struct Radar {
    pub channel: u16,
    pub x: f64,
    pub y: f64,
    pub field: u8,
    pub turn: f64,
    pub range: f64,
    pub blip: f64,
    /// False alarms in a turn.
    pub false_alarms: f64,
}

impl Radar {
    pub fn new(channel: u16, x: f64, y: f64) -> Radar {
        Radar {
            channel,
            x,
            y,
            field: codes::LRI_1,
            turn: 12.0,
            range: 200.0,
            blip: 0.85,
            false_alarms: 0.0,
        }
    }

    /// When it looks along an azimuth (parts of a circle) in turn n.
    fn look(&self, turn: u64, azimuth: f64) -> f64 {
        let phase = f64::from(self.channel) * 0.37;
        (turn as f64 + (azimuth + phase).fract()) * self.turn
    }
}

/// An aircraft that flies straight on: n.mi, knots, degrees from north.
#[derive(Clone, Debug)]
pub struct Aircraft {
    at: (f64, f64),
    way: (f64, f64),
    pub height: f64,
}

impl Aircraft {
    pub fn new(at: (f64, f64), (speed, heading): (f64, f64)) -> Aircraft {
        let (sine, cosine) = f64::to_radians(heading).sin_cos();
        let speed = speed / 3600.0;
        Aircraft {
            at,
            way: (speed * sine, speed * cosine),
            height: 25_000.0,
        }
    }

    pub fn position(&self, time: f64) -> (f64, f64) {
        (self.at.0 + self.way.0 * time, self.at.1 + self.way.1 * time)
    }
}

/// A track as it stands on the display drum.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    pub slot: usize,
    pub number: u16,
    pub x: f64,
    pub y: f64,
    pub category: u16,
    pub text: String,
}

/// A message on its way to a drum.
#[derive(Clone, Debug)]
pub struct Message {
    pub at: f64,
    pub field: u8,
    pub words: Vec<Twin>,
}

pub struct Rig {
    pub assembly: Assembly,
    /// A, and B if there are two.
    pub machines: Vec<Machine>,
    /// Which is active.
    pub active: usize,
    /// Machines that do not run: switched off, broken.
    pub dead: [bool; 2],
    pub radars: Vec<Radar>,
    pub aircraft: Vec<Aircraft>,
    pub noise: Noise,
    /// Seconds.
    pub now: f64,
    /// To be written, in order of time.
    queue: Vec<Message>,
    /// Turns of each radar made up already.
    turns: Vec<u64>,
    /// Tracks of the latest display, and when it came.
    pub shown: Vec<Shown>,
    pub shown_at: f64,
    pub displays: Vec<f64>,
}

impl Rig {
    pub fn new(radars: Vec<Radar>, aircraft: Vec<Aircraft>, seed: u64) -> Rig {
        let assembly = deck(&radars);
        let mut machine = loaded(&assembly, Instant::ZERO);
        machine.central.set_condition(codes::ACTIVE, true);
        Rig {
            assembly,
            machines: vec![machine],
            active: 0,
            dead: [false; 2],
            turns: vec![0; radars.len()],
            radars,
            aircraft,
            noise: Noise(seed * 0x9e37_79b9 + 1),
            now: 0.0,
            queue: Vec::new(),
            shown: Vec::new(),
            shown_at: 0.0,
            displays: Vec::new(),
        }
    }

    /// Runs so many seconds more.
    pub fn run(&mut self, seconds: f64) {
        let end = self.now + seconds;
        while self.now < end {
            let next = (self.now + 1.0).min(end);
            self.look_around(next + 1.0);
            while !self.queue.is_empty() && self.queue[0].at <= next {
                let message = self.queue.remove(0);
                self.advance(message.at);
                self.put(message.field, &message.words);
            }
            self.advance(next);
        }
    }

    /// A message onto a drum of the active machine.
    pub fn put(&mut self, field: u8, words: &[Twin]) {
        let machine = &mut self.machines[self.active];
        let now = machine.now();
        machine.drums.od_write(field, now, words);
    }

    fn advance(&mut self, to: f64) {
        while self.now < to {
            let step = if self.machines.len() == 1 { 1.0 } else { STEP };
            self.now = to.min(self.now + step);
            for index in 0..self.machines.len() {
                self.advance_machine(index);
            }
            self.exchange();
        }
    }

    fn advance_machine(&mut self, index: usize) {
        while !self.dead[index] {
            match self.machines[index].run(instant(self.now)) {
                Event::Horizon => return,
                Event::Operate(codes::Operate::SwapTrackDisplay) if index == self.active => {
                    self.look_at_scope();
                }
                Event::Operate(_) => {}
                other => panic!("{other:?} at {:?}", self.machines[index].central.pc),
            }
        }
    }

    /// The intercommunication drums and flip-flops.
    fn exchange(&mut self) {
        let [a, b] = &mut self.machines[..] else {
            return;
        };
        pass_on(a, b);
        pass_on(b, a);
    }

    /// Puts a second machine beside the first.
    pub fn with_standby(mut self) -> Rig {
        self.machines.push(loaded(&self.assembly, Instant::ZERO));
        self
    }

    /// The duplex switch: the other machine becomes active.
    pub fn switch(&mut self) {
        let old = self.active;
        self.active = 1 - old;
        self.machines[old]
            .central
            .set_condition(codes::ACTIVE, false);
        self.machines[self.active]
            .central
            .set_condition(codes::ACTIVE, true);
    }

    /// Switches a machine on, with blank core.
    pub fn power_on(&mut self, index: usize) {
        let mut machine = loaded(&self.assembly, Instant::ZERO);
        machine.central.stopped = Some(Stop::Console);
        machine.run(instant(self.now));
        machine.start_over();
        self.machines[index] = machine;
        self.dead[index] = false;
    }

    /// Makes up the returns of each turn that ends before `until`.
    fn look_around(&mut self, until: f64) {
        for index in 0..self.radars.len() {
            let radar = self.radars[index].clone();
            while self.turns[index] as f64 * radar.turn < until {
                let turn = self.turns[index];
                self.turns[index] += 1;
                for number in 0..self.aircraft.len() {
                    self.see(&radar, turn, number);
                }
                let count = radar.false_alarms + self.noise.uniform();
                for _ in 0..count as usize {
                    let azimuth = self.noise.uniform();
                    let range = 10.0 + self.noise.uniform() * (radar.range - 10.0);
                    self.report(&radar, radar.look(turn, azimuth), azimuth, range);
                }
            }
        }
        self.queue.sort_by(|a, b| a.at.total_cmp(&b.at));
    }

    fn see(&mut self, radar: &Radar, turn: u64, number: usize) {
        // The beam passes at an instant that depends on where the aircraft is then.
        let mut time = turn as f64 * radar.turn;
        let mut place = (0.0, 0.0);
        for _ in 0..3 {
            let (x, y) = self.aircraft[number].position(time);
            place = (x - radar.x, y - radar.y);
            let azimuth = place.0.atan2(place.1) / std::f64::consts::TAU;
            time = radar.look(turn, azimuth.rem_euclid(1.0));
        }
        let height = self.aircraft[number].height / 6_076.0;
        let slant = (place.0.hypot(place.1)).hypot(height);
        if slant > radar.range || self.noise.uniform() > radar.blip {
            return;
        }
        let azimuth =
            place.0.atan2(place.1) / std::f64::consts::TAU + self.noise.normal() * 0.25 / 360.0;
        let range = slant + self.noise.normal() * 0.25;
        self.report(radar, time, azimuth.rem_euclid(1.0), range);
    }

    fn report(&mut self, radar: &Radar, time: f64, azimuth: f64, range: f64) {
        let tag = ((instant(time).0 / TICK_NS) >> 2) as u16 & 0o77;
        let range = (range * 4.0).round().clamp(1.0, 2047.0) as u16;
        let azimuth = (azimuth * 4096.0).round() as u16 & 0o7777;
        let words = vec![
            Twin::of(1 << 15 | radar.channel << 9 | tag, range),
            Twin::of(azimuth << 4 | 3, 0),
        ];
        let at = time + 0.1 + self.noise.uniform() * 0.3;
        let field = radar.field;
        self.queue.push(Message { at, field, words });
    }

    fn look_at_scope(&mut self) {
        let mut messages = vec![[Twin::ZERO; 8]; 768];
        let machine = &self.machines[self.active];
        for (field, register, content) in machine.drums.track_shown() {
            let place = usize::from(field) * 2048 + usize::from(register);
            messages[place / 8][place % 8] = content.word;
        }
        let is_shown = |(_, message): &(usize, &[Twin; 8])| message[1] != Twin::ZERO;
        let messages = messages.iter().enumerate().filter(is_shown);
        self.shown = messages
            .map(|(slot, message)| {
                let characters = message[2..6].iter().flat_map(|word| {
                    [
                        word.left().0 >> 6,
                        word.left().0,
                        word.right().0 >> 6,
                        word.right().0,
                    ]
                });
                let text: String = characters
                    .map(|code| word::bcd::to_char(code as u8))
                    .collect();
                Shown {
                    slot,
                    number: text[1..4].parse().unwrap_or(0),
                    x: miles(message[0].left()),
                    y: miles(message[0].right()),
                    category: message[1].left().0 >> 10 & 0o37,
                    text,
                }
            })
            .collect();
        self.shown_at = machine.now().0 as f64 / 1e9;
        self.displays.push(self.shown_at);
    }

    /// Tracks on the scope that are more than tentative.
    pub fn tracks(&self) -> Vec<&Shown> {
        self.shown
            .iter()
            .filter(|track| track.category != 15)
            .collect()
    }

    /// Number of each track shown as established, with the aircraft it follows: the nearest, if it
    /// is within three miles.
    pub fn followed(&self) -> Vec<(u16, usize)> {
        let mut followed = Vec::new();
        for track in self.tracks() {
            let distance = |aircraft: &Aircraft| {
                let (x, y) = aircraft.position(self.shown_at);
                (track.x - x).hypot(track.y - y)
            };
            let distances = self.aircraft.iter().map(distance).enumerate();
            let nearest = distances.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
            if nearest.1 < 3.0 {
                followed.push((track.number, nearest.0));
            }
        }
        followed
    }

    /// For each aircraft, how far the nearest track shown is, in n.mi.
    pub fn errors(&self) -> Vec<f64> {
        let of = |aircraft: &Aircraft| {
            let (x, y) = aircraft.position(self.shown_at);
            let distances = self.shown.iter().map(|t| (t.x - x).hypot(t.y - y));
            distances.fold(f64::INFINITY, f64::min)
        };
        self.aircraft.iter().map(of).collect()
    }

    /// Instructions executed: at work, and in loops that waited.
    pub fn instructions(&self) -> (u64, u64) {
        let central = &self.machines[self.active].central;
        let waiting = central.waiting_instructions;
        (central.instructions - waiting, waiting)
    }

    /// All counters that are not zero.
    pub fn counts(&self) -> Vec<(String, i32)> {
        let first = self.assembly.symbol("COUNT").unwrap();
        let symbols = self.assembly.symbols.iter();
        let named = symbols.filter(|(name, value)| {
            (first..first + 64).contains(*value)
                && name.starts_with('C')
                && *name != "COUNT"
                && *name != "COUNTS"
        });
        named
            .map(|(name, _)| (name.clone(), self.count(name)))
            .filter(|(_, count)| *count != 0)
            .collect()
    }

    /// The right half of a counter.
    pub fn count(&self, symbol: &str) -> i32 {
        self.core(symbol, 0).right().value()
    }

    /// A word by symbol and entry.
    pub fn core(&self, symbol: &str, entry: u32) -> Twin {
        self.core_of(self.active, symbol, entry)
    }

    /// A word of one of the machines.
    pub fn core_of(&self, machine: usize, symbol: &str, entry: u32) -> Twin {
        let location = self.assembly.symbol(symbol).expect(symbol) as u32;
        self.machines[machine]
            .central
            .memory
            .peek(location + entry)
            .unwrap()
    }
}

/// What one machine has written for the other.
fn pass_on(from: &mut Machine, to: &mut Machine) {
    let written = from.drums.take_intercommunication();
    to.drums.put_intercommunication(&written);
    for bit in 0..4 {
        let is_set = from.central.intercommunication >> bit & 1 != 0;
        to.central.set_condition(codes::PARTNER_1 + bit, is_set);
    }
}

fn miles(half: Half) -> f64 {
    f64::from(half.value()) / 64.0
}

/// The deck: programs, and the data of the site as cards.
pub fn deck(radars: &[Radar]) -> Assembly {
    let mut site = String::from("       ORG     SECLET\n       OCT     0,22\n");
    for (index, radar) in radars.iter().enumerate() {
        let (x, y) = ((radar.x * 64.0).round(), (radar.y * 64.0).round());
        let height: f64 = 25_000.0 / 6_076.0;
        let correction = (256.0 * height * height).round();
        for (item, left, right) in [
            ("RADCH", 0.0, f64::from(radar.channel)),
            ("RADPOS", x, y),
            ("RADNOR", 8.0, 8.0),
            ("RADHT2", correction, 0.0),
        ] {
            site += &format!("       ORG     {item}+{index}\n       HALF    {left},{right}\n");
        }
    }
    let sources: Vec<String> = PROGRAMS.iter().map(|name| source(name)).collect();
    let mut files: Vec<SourceFile> = PROGRAMS
        .iter()
        .zip(&sources)
        .map(|(name, text)| SourceFile { name, text })
        .collect();
    files.insert(
        1,
        SourceFile {
            name: "site",
            text: &site,
        },
    );
    assemble(&files, &[]).unwrap_or_else(|mistakes| {
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"))
    })
}

/// A machine with the deck on its drums and plugboard, just switched on.
pub fn loaded(assembly: &Assembly, power_on: Instant) -> Machine {
    let mut machine = Machine::new(Configuration::Standard, power_on);
    for (location, word) in &assembly.words {
        if *location >= TEST_MEMORY {
            assert!(machine.central.memory.deposit(*location, *word));
        } else {
            let (field, register) = ((location / FIELD) as u8, (location % FIELD) as u16);
            machine.drums.deposit(field, register, (*word).into());
        }
    }
    machine.start_over();
    machine
}
