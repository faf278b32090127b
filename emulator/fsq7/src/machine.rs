//! One AN/FSQ-7: central computer, drums and units, and the I/O element between them.
//!
//! The I/O element moves words between memory and one drum field or unit while the program goes
//! on. LDC sets its address counter, SDR or SEL selects, RDS or WRT set its word counter and start
//! it; each word takes one memory cycle from the program (a *break* cycle) at the end of an
//! instruction. There are no interrupts: the program asks with BSN whether the transfer runs, or is
//! made to wait at the interlock when it begins another.
//!
//! ```text
//!  BSN busy ----- on from RDS or WRT to the end -------------------------
//!  drum    | until the register passes | word | word | ... | IOWC 0, or a turn by status
//!  unit    | until it is free          | word | word | ... | IOWC 0, or end of card or record
//! ```
//!
//! Time: the computer counts pulses since power on, drums turn by virtual time; [`Machine::now`] is
//! the one as the other. `run` goes to an instant and comes back earlier when something concerns
//! the world outside. A change from outside (a device writes to a drum, a tape is mounted) is made
//! between two calls, at the instant the machine has reached.
//!
//! Source: the I/O element's registers documented, their use and break cycles recalled. Assumed: a
//! computer that stands still or waits at the interlock loses no time to break cycles; a transfer
//! that meets an address without memory raises the address alarm and ends; a drum word of wrong
//! parity goes to memory as it is, parity and all; the load buttons as in the project's reference.

mod transfer;

use clock::{Instant, Pace, Span};
use serde::{Deserialize, Serialize};

use crate::alarm::{Alarm, Response};
use crate::central::{Central, Direction, Exit, PULSE_NS, Stop};
use crate::codes::{self, Operate, Selection};
use crate::drum::{Drums, REGISTERS};
use crate::memory::Configuration;
use crate::unit::{CARD_WORDS, Units};
use transfer::Transfer;

/// An instruction that waits longer than this at the interlock raises the alarm, and again each
/// time as much has passed.
pub const INTERLOCK: Span = Span(5_000_000_000);

/// The machine: plain data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Registers and memories.
    pub central: Central,
    /// The drum system.
    pub drums: Drums,
    /// Cards, printer, tapes, single units.
    pub units: Units,
    /// Instants of its pulses.
    pace: Pace,
    transfer: Option<Transfer>,
    /// Since when an instruction waits at the interlock.
    interlocked: Option<Instant>,
    /// A load button was pressed: when the transfer ends, the program starts at 0.
    loading: bool,
}

/// Why [`Machine::run`] came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The instant asked for is reached.
    Horizon,
    /// It stands still.
    Stopped(Stop),
    /// A PER that concerns the world outside: bell, displays, switch.
    Operate(Operate),
    /// A transfer to the field that the partner reads has begun: its words are heard outside.
    Telling,
    /// It has started over by itself.
    StartedOver,
    /// `stop_before_instruction` instructions have been executed.
    StoppedByCount,
}

impl Machine {
    /// Switched on at an instant, standing still.
    pub fn new(configuration: Configuration, power_on: Instant) -> Machine {
        Machine {
            central: Central::new(configuration),
            drums: Drums::new(),
            units: Units::new(),
            pace: Pace::new(power_on, Span(PULSE_NS)),
            transfer: None,
            interlocked: None,
            loading: false,
        }
    }

    /// The instant it has reached.
    pub fn now(&self) -> Instant {
        self.pace.at(self.central.pulses)
    }

    /// The first pulse that begins at an instant or later.
    fn pulse(&self, at: Instant) -> u64 {
        self.pace.count_at(at)
    }

    /// From now on a pulse takes `times` as long as in a good machine; clock, inactivity timer, drums
    /// and units keep their time. False if it did before.
    pub fn set_pace(&mut self, times: u8) -> bool {
        let unit = Span(PULSE_NS * u64::from(times));
        let changed = self.pace.set(self.central.pulses, unit);
        if changed {
            self.central.set_slow(times);
        }
        changed
    }

    /// When the clock register ticks next.
    pub fn next_tick(&self) -> Instant {
        self.pace.at(self.central.next_tick())
    }

    /// When the inactivity alarm is raised if the program shows no life before.
    pub fn inactivity_due(&self) -> Instant {
        self.pace.at(self.central.inactivity_due())
    }

    /// Stops it from outside, the transfer under way broken off.
    pub fn stop(&mut self) {
        self.transfer = None;
        self.interlocked = None;
        self.loading = false;
        self.central.set_condition(codes::IO_BUSY, false);
        self.central.stopped = Some(Stop::Console);
    }

    /// Whether a load button's transfer runs.
    pub fn is_loading(&self) -> bool {
        self.loading
    }

    /// Whether a transfer runs.
    pub fn is_transferring(&self) -> bool {
        self.transfer.is_some()
    }

    /// Whether its program only waits for something outside it: it does nothing new before the
    /// clock ticks, [`Machine::due`] comes, or somebody changes a condition or a drum.
    pub fn is_waiting(&self) -> bool {
        self.central.is_waiting()
    }

    /// When the I/O element has to do something next.
    pub fn due(&self) -> Option<Instant> {
        let transfer = self.transfer.as_ref()?;
        transfer.due(&self.drums, &self.units)
    }

    /// Runs to an instant. A machine that stands still when it is called has its clock and its
    /// transfer brought forward; one that stops comes back at once.
    pub fn run(&mut self, until: Instant) -> Event {
        let mut stood_still = self.central.stopped.is_some();
        loop {
            if let Some(since) = self.interlocked
                && self.now() >= since + INTERLOCK
            {
                self.interlocked = Some(self.now());
                self.raise(Alarm::Interlock);
            }
            let idle = self.interlocked.is_some() || self.central.stopped.is_some();
            self.advance_transfer(idle);
            self.refresh_conditions();
            let now = self.now();
            let mut horizon = until;
            if let Some(due) = self.due() {
                horizon = horizon.min(due);
            }
            if let Some(since) = self.interlocked {
                horizon = horizon.min(since + INTERLOCK);
            }
            let pulse = self.pulse(horizon);
            let executed = self.central.instructions;
            stood_still &= self.central.stopped.is_some();
            let exit = self.central.run(pulse);
            if self.central.instructions != executed {
                self.interlocked = None;
            }
            match exit {
                Exit::Horizon if self.now() >= until => return Event::Horizon,
                Exit::Horizon | Exit::Selected => {}
                Exit::Transfer(direction) => {
                    self.begin_transfer(direction);
                    if self.central.selection == Selection::field(codes::IC_OWN) {
                        return Event::Telling;
                    }
                }
                Exit::Operate(operate) => {
                    if self.operate(operate) {
                        return Event::Operate(operate);
                    }
                }
                Exit::Interlock => {
                    let since = *self.interlocked.get_or_insert(now);
                    let pulse = self.pulse(horizon.min(since + INTERLOCK));
                    self.central.stand_until(pulse);
                }
                Exit::StartedOver => {
                    self.transfer = None;
                    return Event::StartedOver;
                }
                Exit::StoppedByCount => return Event::StoppedByCount,
                Exit::Stopped(stop) => {
                    if !(stood_still || self.loading) || now >= until {
                        return Event::Stopped(stop);
                    }
                    self.central.stand_until(pulse);
                }
            }
        }
    }

    /// What a PER moves here; true if the world outside has to hear of it.
    fn operate(&mut self, operate: Operate) -> bool {
        match operate {
            Operate::SwapRadarDisplay => self.drums.swap_radar(),
            Operate::SwapTrackDisplay => self.drums.swap_track(),
            Operate::ReleaseLightGun => self.central.set_condition(codes::LIGHT_GUN, false),
            _ if operate.waits() => {
                let now = self.now();
                if self.central.selection.as_field().is_none() {
                    let unit = self.central.selection.0;
                    self.units.operate(unit, operate, now);
                }
                return false;
            }
            _ => {}
        }
        true
    }

    /// Levels that follow from drums and units.
    fn refresh_conditions(&mut self) {
        let now = self.now();
        let not_ready = match self.central.selection.as_field() {
            Some(_) => false,
            None => !self.units.is_ready(self.central.selection.0, now),
        };
        let manual = self.drums.waiting(codes::MI).any();
        let crosstell = self.drums.waiting(codes::XTL).any();
        self.central.set_condition(codes::NOT_READY, not_ready);
        self.central.set_condition(codes::MANUAL_INPUT, manual);
        self.central.set_condition(codes::CROSSTELL, crosstell);
    }

    /// Raises an alarm; a start-over breaks off the transfer.
    pub fn raise(&mut self, alarm: Alarm) {
        if self.central.alarm(alarm) == Response::Branch {
            self.transfer = None;
            self.interlocked = None;
        }
    }

    /// The START OVER button.
    pub fn start_over(&mut self) {
        self.transfer = None;
        self.interlocked = None;
        self.loading = false;
        self.central.start_over();
    }

    /// The LOAD FROM CARD READER button: a card to location 0, then its program starts.
    pub fn load_from_cards(&mut self) {
        self.load(Selection::unit(codes::CARD_READER), CARD_WORDS as u16);
    }

    /// The LOAD FROM DRUM button: a field to location 0, then its program starts.
    pub fn load_from_drum(&mut self, field: u8) {
        self.load(Selection::field(field), REGISTERS);
    }

    fn load(&mut self, selection: Selection, words: u16) {
        self.start_over();
        self.central.stopped = Some(Stop::Console);
        self.central.selection = selection;
        (self.central.drum_address, self.central.ioac) = (0, 0);
        self.central.iowc = words;
        if !selection.is_nothing() {
            self.central.set_condition(codes::IO_BUSY, true);
            self.loading = true;
            self.begin_transfer(Direction::Read);
        }
    }
}
