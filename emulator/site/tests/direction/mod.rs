//! The rig: a machine with the program on its drums, and what the test puts around it.

mod air;
mod deck;

use std::collections::BTreeMap;

use clock::Instant;
use fsq7::assembler::Assembly;
use fsq7::central::Stop;
use fsq7::codes;
use fsq7::machine::{Event, Machine};
use fsq7::memory::{Configuration, TEST_MEMORY};
use fsq7::unit::burst_number;
use word::twin::{Half, Twin};

use air::Noise;
pub use air::{Aircraft, Radar};
use deck::deck;

/// Registers of a drum field.
const FIELD: u32 = 2_048;
/// A burst, in seconds.
const BURST: f64 = 0.07;
/// How far the two machines may run apart, in seconds.
const STEP: f64 = 0.01;
/// A tick of the clock register.
const TICK_NS: u64 = 31_250_000;

fn instant(seconds: f64) -> Instant {
    Instant((seconds * 1e9) as u64)
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

/// What left on the output side: one message of one burst.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    pub at: f64,
    pub section: u16,
    pub channel: u16,
    pub words: Vec<u16>,
}

/// What a light gun saw.
#[derive(Clone, Copy, Debug)]
pub enum Gun {
    Return(u16),
    Track(usize),
}

/// A message on its way to a drum.
#[derive(Clone, Debug)]
pub struct Message {
    pub at: f64,
    pub look: f64,
    pub channel: u16,
    pub field: u8,
    pub words: Vec<Twin>,
}

#[derive(Clone)]
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
    /// Messages a line takes in a second.
    pub line_rate: f64,
    /// When the line of each channel can take another.
    line_free: BTreeMap<u16, f64>,
    /// Turns of each radar made up already.
    turns: Vec<u64>,
    /// Tracks of the latest display, and when it came.
    pub shown: Vec<Shown>,
    pub shown_at: f64,
    pub displays: Vec<f64>,
    /// Number of the next burst.
    bursts: u64,
    /// What has left.
    pub outputs: Vec<Output>,
    /// While instructions are counted: whose each is, and how many.
    profile: Option<(BTreeMap<u32, String>, BTreeMap<String, u64>)>,
    /// Texts of the digital displays, 16 rows of 32 characters a console.
    pub texts: BTreeMap<u8, Vec<char>>,
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
            line_rate: 24.0,
            line_free: BTreeMap::new(),
            shown: Vec::new(),
            shown_at: 0.0,
            displays: Vec::new(),
            bursts: 1,
            outputs: Vec::new(),
            texts: BTreeMap::new(),
            profile: None,
        }
    }

    /// Runs so many seconds more.
    pub fn run(&mut self, seconds: f64) {
        let end = self.now + seconds;
        while self.now < end {
            let next = (self.now + 1.0).min(end);
            self.look_around(next + 1.0);
            while !self.queue.is_empty() && self.queue[0].at <= next {
                let mut message = self.queue.remove(0);
                let free = self.line_free.entry(message.channel).or_insert(0.0);
                if *free > message.at {
                    // Who waits longer than 3 s for the line is dropped.
                    message.at = *free;
                    if message.at < message.look + 3.0 {
                        let place = self.queue.partition_point(|m| m.at <= message.at);
                        self.queue.insert(place, message);
                    }
                    continue;
                }
                *free = message.at + 1.0 / self.line_rate;
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
            let step = if self.machines.len() == 1 {
                BURST
            } else {
                STEP
            };
            let burst = self.bursts as f64 * BURST;
            self.now = to.min(self.now + step).min(burst);
            for index in 0..self.machines.len() {
                self.advance_machine(index);
            }
            self.exchange();
            if self.now == burst {
                self.bursts += 1;
                self.take_outputs();
            }
        }
    }

    /// The output equipment takes the words of this burst, the displays theirs.
    fn take_outputs(&mut self) {
        let at = instant(self.now + 1e-4);
        let number = u32::from(burst_number(at));
        let drums = &mut self.machines[self.active].drums;
        for field in [codes::OB_1, codes::OB_2] {
            let mut taken = drums.od_take(field, at, (0x7f << 16, number << 16), 2048);
            taken.sort_by_key(|(register, _)| *register);
            for (_, content) in taken {
                let (left, data) = (content.word.left().0, content.word.right().0);
                let (section, channel) = (left >> 13, left >> 7 & 0o77);
                match self
                    .outputs
                    .iter_mut()
                    .rev()
                    .find(|o| o.at == self.now && (o.section, o.channel) == (section, channel))
                {
                    Some(output) => output.words.push(data),
                    None => self.outputs.push(Output {
                        at: self.now,
                        section,
                        channel,
                        words: vec![data],
                    }),
                }
            }
        }
        for (_, content) in drums.od_take(codes::DD, at, (0, 0), 2048) {
            let (left, data) = (content.word.left().0, content.word.right().0);
            let text = self
                .texts
                .entry((left >> 8) as u8)
                .or_insert(vec![' '; 512]);
            for (place, code) in [data >> 6, data].into_iter().enumerate() {
                text[usize::from(left & 0o377) * 2 + place] = word::bcd::to_char(code as u8);
            }
        }
    }

    /// What stands on a digital display, row by row.
    pub fn text(&self, console: u8) -> Vec<String> {
        let text = &self.texts[&console];
        text.chunks(32)
            .map(|row| row.iter().collect::<String>().trim_end().to_owned())
            .collect()
    }

    /// An action at a console.
    pub fn act(&mut self, console: u16, code: u16, data: u16, gun: Option<Gun>) {
        let seen = match gun {
            None => Twin::ZERO,
            Some(Gun::Return(register)) => Twin::of(1, register),
            Some(Gun::Track(slot)) => Twin::of(2, slot as u16 * 8),
        };
        self.put(codes::MI, &[Twin::of(console << 8 | code, data), seen]);
    }

    /// The track shown that is nearest to an aircraft.
    pub fn track_of(&self, aircraft: usize) -> Shown {
        let (x, y) = self.aircraft[aircraft].position(self.shown_at);
        let distance = |track: &&Shown| (track.x - x).hypot(track.y - y);
        let nearest = self
            .shown
            .iter()
            .min_by(|a, b| distance(a).total_cmp(&distance(b)));
        nearest.expect("a track is shown").clone()
    }

    /// Runs the active machine so many seconds, instruction by instruction: how many each source
    /// file had, with those of the waiting loops under `waiting`.
    pub fn profile(&mut self, seconds: f64) -> BTreeMap<String, u64> {
        let mut owners = BTreeMap::new();
        for line in &self.assembly.lines {
            owners.insert(line.location, self.assembly.files[line.file].clone());
        }
        let place = |symbol: &str| self.assembly.symbol(symbol).unwrap() as u32;
        for location in place("TMWAIT")..place("TMTICK") {
            owners.insert(location, "waiting".to_owned());
        }
        self.profile = Some((owners, BTreeMap::new()));
        self.run(seconds);
        self.profile.take().unwrap().1
    }

    /// One instruction of the active machine, counted.
    fn step(&mut self) -> Event {
        let machine = &mut self.machines[self.active];
        let (owners, counts) = self.profile.as_mut().unwrap();
        let central = &mut machine.central;
        let (pc, executed) = (central.pc, central.instructions);
        central.stop_before_instruction = Some(executed + 1);
        let event = machine.run(instant(self.now));
        if machine.central.instructions > executed {
            // A branch to itself waits for a drum.
            let waits = machine.central.pc == pc;
            let owner = if waits { "waiting" } else { &owners[&pc] };
            *counts.entry(owner.to_owned()).or_insert(0) += 1;
        }
        machine.central.stop_before_instruction = None;
        event
    }

    /// The register of the nearest return of the present scan, within three miles.
    pub fn return_near(&self, x: f64, y: f64) -> Option<u16> {
        let shown = self.machines[self.active].drums.radar_shown(1).into_iter();
        let places = shown.map(|(register, content)| {
            let left = Half(content.word.left().0 & !3);
            let distance = (miles(left) - x).hypot(miles(content.word.right()) - y);
            (register, distance)
        });
        let nearest = places.min_by(|a, b| a.1.total_cmp(&b.1))?;
        (nearest.1 < 3.0).then_some(nearest.0)
    }

    /// A light gun on the track of an aircraft.
    pub fn gun(&self, aircraft: usize) -> Option<Gun> {
        Some(Gun::Track(self.track_of(aircraft).slot))
    }

    /// Messages of a section and channel.
    pub fn sent(&self, section: u16, channel: u16) -> Vec<&Output> {
        let outputs = self.outputs.iter();
        outputs
            .filter(|o| (o.section, o.channel) == (section, channel))
            .collect()
    }

    fn advance_machine(&mut self, index: usize) {
        while !self.dead[index] {
            let event = match self.profile {
                Some(_) if index == self.active => self.step(),
                _ => self.machines[index].run(instant(self.now)),
            };
            match event {
                Event::Horizon => return,
                Event::Operate(codes::Operate::SwapTrackDisplay) if index == self.active => {
                    self.look_at_scope();
                }
                Event::Operate(_) | Event::StoppedByCount | Event::Telling => {}
                other => {
                    let central = &self.machines[index].central;
                    let routine = self.assembly.routine_of(central.pc.wrapping_sub(1));
                    panic!("machine {index} at {}: {other:?} in {routine:?}", self.now)
                }
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
                    self.report(&radar, radar.look(turn, azimuth), (azimuth, range), 0);
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
        let Aircraft {
            height, code, from, ..
        } = self.aircraft[number];
        let height = height / 6_076.0;
        let slant = (place.0.hypot(place.1)).hypot(height);
        if time < from || slant > radar.range || self.noise.uniform() > radar.blip {
            return;
        }
        let azimuth =
            place.0.atan2(place.1) / std::f64::consts::TAU + self.noise.normal() * 0.25 / 360.0;
        let range = slant + self.noise.normal() * 0.25;
        self.report(radar, time, (azimuth.rem_euclid(1.0), range), code);
    }

    fn report(&mut self, radar: &Radar, time: f64, (azimuth, range): (f64, f64), code: u16) {
        let tag = ((instant(time).0 / TICK_NS) >> 2) as u16 & 0o77;
        let range = (range * 4.0).round().clamp(1.0, 2047.0) as u16;
        let azimuth = (azimuth * 4096.0).round() as u16 & 0o7777;
        let label = if code == 0 { 1 << 15 } else { 1 << 6 };
        let words = vec![
            Twin::of(label | radar.channel << 9 | tag, range),
            Twin::of(azimuth << 4 | 3, code << 1),
        ];
        self.queue.push(Message {
            at: time + 0.1,
            look: time,
            channel: radar.channel,
            field: radar.field,
            words,
        });
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
