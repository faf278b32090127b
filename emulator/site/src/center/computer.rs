//! One of the two machines of a direction center: the AN/FSQ-7 and the state of its power.
//!
//! The same modes as at any site (`machine::Mode`), by what they mean here:
//!
//! | mode | program | transfer | drums |
//! |---|---|---|---|
//! | running | goes on | goes on | turn |
//! | halted (HLT), hung, stalled | stands | goes on | turn |
//! | stopped | stands | broken off | turn |
//! | loading | stands | none | are loaded |
//! | off | core lost | none | keep what they have |
//!
//! Power off leaves the drums as they are; start-over reads the program from there. The clock
//! register shows the site's time whenever the machine has power, unless its clock is wrong.

use clock::Instant;
use fsq7::central::{CYCLE, PULSE_NS};
use fsq7::machine::{Event, Machine as Fsq7};
use fsq7::memory::{Configuration, TEST_MEMORY};
use serde::{Deserialize, Serialize};
use word::twin::Twin;

use crate::machine::{Machine, Mode};

/// Words of a drum field.
const FIELD: u32 = 2_048;
/// First location above core.
const ABOVE_CORE: u32 = 0o210000;

/// What a machine did that has not been looked at yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pending {
    /// PER of something outside; number as in `codes::OPERATES`.
    Operate(u8),
    /// It stands still.
    Stopped,
    /// Its program started over.
    StartedOver,
    /// It has come to the instruction before which it is to stop.
    StopDue,
}

/// A machine's state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Computer {
    /// Which one.
    pub machine: Machine,
    /// Computer, drums and units.
    pub fsq7: Fsq7,
    /// What it is doing.
    pub mode: Mode,
    /// Counts starts and stops, so that appointments of an earlier life are recognised.
    pub life: u32,
    /// What it did last.
    pub pending: Option<Pending>,
    /// Its inactivity alarm has been told.
    pub inactive: bool,
    /// It stopped by itself and has not been repaired.
    pub broken: bool,
    /// Its power is away until then.
    pub dark_until: Instant,
    /// Instructions, waiting instructions and waiting cycles of earlier lives.
    pub earlier: [u64; 3],
}

impl Computer {
    /// Without power, core and drums blank.
    pub fn new(machine: Machine) -> Computer {
        Computer {
            machine,
            fsq7: Fsq7::new(Configuration::Standard, Instant::ZERO),
            mode: Mode::Off,
            life: 0,
            pending: None,
            inactive: false,
            broken: false,
            dark_until: Instant::ZERO,
            earlier: [0; 3],
        }
    }

    /// The instant its clock shows.
    pub fn clock(&self) -> Instant {
        self.fsq7.now()
    }

    /// It has power and its drums are its own.
    pub fn has_power(&self) -> bool {
        !matches!(self.mode, Mode::Off | Mode::Loading)
    }

    /// Its program is at work in the eyes of its operator.
    pub fn at_work(&self) -> bool {
        self.mode == Mode::Running
    }

    /// Its transfers go on.
    pub fn transfers(&self) -> bool {
        self.has_power() && self.mode != Mode::Stopped
    }

    /// When it next has something to do by itself; never: it only stands.
    pub fn ready(&self) -> Option<Instant> {
        if !self.has_power() {
            return None;
        }
        if self.pending.is_some() {
            return Some(self.clock());
        }
        let fsq7 = &self.fsq7;
        let inactive = (!self.inactive).then(|| fsq7.inactivity_due());
        let due = fsq7.due().filter(|_| self.transfers());
        let alone = [inactive, due].into_iter().flatten().min();
        if self.mode != Mode::Running {
            return alone.map(|at| at.max(self.clock()));
        }
        let waits = fsq7.is_waiting() && fsq7.central.stop_before_instruction.is_none();
        if !waits {
            return Some(self.clock());
        }
        let tick = fsq7.next_tick();
        Some(alone.map_or(tick, |at| at.min(tick)).max(self.clock()))
    }

    /// Puts the deck on the auxiliary-memory drums and the plugboard.
    pub fn load(&mut self, deck: &[(u32, Twin)]) {
        for (location, word) in deck {
            if *location < ABOVE_CORE {
                let (field, register) = (location / FIELD, location % FIELD);
                let content = (*word).into();
                self.fsq7
                    .drums
                    .deposit(field as u8, register as u16, content);
            }
        }
    }

    /// Power on at an instant: core zeros, drums as they were, the clock at the site's time, the
    /// plugboard as the deck says. It stands still.
    pub fn power_up(&mut self, now: Instant, deck: &[(u32, Twin)]) {
        let [instructions, _, waiting, waiting_cycles] = self.totals();
        let old = std::mem::replace(
            &mut self.fsq7,
            Fsq7::new(Configuration::Standard, Instant::ZERO),
        );
        self.earlier = [instructions, waiting, waiting_cycles];
        self.fsq7.drums = old.drums;
        self.fsq7.units = old.units;
        self.fsq7.central.skip_waits = old.central.skip_waits;
        self.fsq7.central.begin_at(now.0.div_ceil(PULSE_NS));
        for (location, word) in deck {
            if *location >= TEST_MEMORY {
                self.fsq7.central.memory.deposit(*location, *word);
            }
        }
        self.new_life();
    }

    /// The START OVER button.
    pub fn start_over(&mut self) {
        self.fsq7.central.alarms.clear();
        self.fsq7.start_over();
        self.fsq7.central.restart_inactivity();
        self.mode = Mode::Running;
        self.broken = false;
    }

    /// Ends everything that was under way, without touching core.
    pub fn new_life(&mut self) {
        self.life += 1;
        self.pending = None;
        self.inactive = false;
        self.fsq7.central.stop_before_instruction = None;
    }

    /// Instructions, cycles, and those of both that only waited, since the run began.
    pub fn totals(&self) -> [u64; 4] {
        let central = &self.fsq7.central;
        [
            self.earlier[0] + central.instructions,
            central.pulses / CYCLE,
            self.earlier[1] + central.waiting_instructions,
            self.earlier[2] + central.waiting_pulses / CYCLE,
        ]
    }

    /// Runs to an instant, at most to where something concerns others.
    pub fn run(&mut self, until: Instant) {
        let event = self.fsq7.run(until);
        if self.mode != Mode::Running {
            return;
        }
        self.pending = match event {
            Event::Horizon | Event::Telling => None,
            Event::Operate(operate) => Some(Pending::Operate(number_of(operate))),
            Event::Stopped(_) => Some(Pending::Stopped),
            Event::StartedOver => Some(Pending::StartedOver),
            Event::StoppedByCount => Some(Pending::StopDue),
        };
    }
}

fn number_of(operate: fsq7::codes::Operate) -> u8 {
    let mut rows = fsq7::codes::OPERATES.iter();
    rows.find(|row| row.2 == operate).map_or(0o77, |row| row.0)
}
