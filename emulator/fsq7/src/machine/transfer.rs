//! One transfer of the I/O element: when its next word moves, and the moving.

use clock::{Instant, Span};
use serde::{Deserialize, Serialize};
use word::twin::Twin;

use super::Machine;
use crate::alarm::Alarm;
use crate::central::Direction;
use crate::codes;
use crate::drum::{
    Drums, REGISTER, REGISTERS, Register, end_of, message_length, register_of, slot_at, slot_from,
};
use crate::memory::{ADDRESS, BIG_WORDS, Trouble};
use crate::unit::{Answer, Units};

/// A transfer under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Transfer {
    direction: Direction,
    /// Words moved.
    index: u64,
    with: With,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum With {
    /// A unit that is not free, or not ready: nothing moves yet.
    Awaited { unit: u8 },
    Unit {
        unit: u8,
        next: Instant,
        word: Span,
        /// It ends after so many words.
        most: u64,
    },
    /// From the first register on, round and round.
    Address { field: u8, first: u16, slot: u64 },
    /// Registers by their marks, from `slot` to before `end`.
    Status { field: u8, slot: u64, end: u64 },
}

impl Transfer {
    /// When something happens next; never, if a unit waits for people.
    pub fn due(&self, drums: &Drums, units: &Units) -> Option<Instant> {
        match self.with {
            With::Awaited { unit } => units.is_mounted(unit).then(|| units.free_at(unit)),
            With::Unit { next, .. } => Some(next),
            With::Address { slot, .. } => Some(end_of(slot)),
            With::Status { field, slot, end } => Some(match self.marked(drums, field, slot, end) {
                Some(slot) => end_of(slot),
                None => Instant(end * REGISTER.0),
            }),
        }
    }

    /// The next slot whose register a transfer by status takes.
    fn marked(&self, drums: &Drums, field: u8, slot: u64, end: u64) -> Option<u64> {
        let (marks, wanted) = match self.direction {
            Direction::Read => (drums.waiting(field), true),
            Direction::Write => (drums.outgoing(field), false),
        };
        let distance = marks.next(register_of(slot), end.saturating_sub(slot), wanted)?;
        Some(slot + distance)
    }
}

/// The first slot from an instant on that a transfer of this kind can use.
fn first_message_slot(at: Instant, length: u16) -> u64 {
    let slot = slot_from(at);
    let register = register_of(slot);
    let place = register.div_ceil(length) * length;
    let place = if place + length > REGISTERS {
        REGISTERS
    } else {
        place
    };
    slot + u64::from(place - register)
}

impl Machine {
    /// RDS or WRT was executed.
    pub(super) fn begin_transfer(&mut self, direction: Direction) {
        let now = self.now();
        let with = match self.central.selection.as_field() {
            None => With::Awaited {
                unit: self.central.selection.0,
            },
            Some(field) => {
                let first = self.central.drum_address % REGISTERS;
                if self.central.drum_address / REGISTERS == u16::from(codes::MODE_STATUS) {
                    let length = match direction {
                        Direction::Read => message_length(field),
                        Direction::Write => 1,
                    };
                    let slot = first_message_slot(now, length);
                    let end = slot + u64::from(REGISTERS);
                    With::Status { field, slot, end }
                } else {
                    let slot = slot_from(now);
                    let turns = u64::from(REGISTERS);
                    let angle = (u64::from(first) + turns - slot % turns) % turns;
                    let slot = slot + angle;
                    With::Address { field, first, slot }
                }
            }
        };
        self.transfer = Some(Transfer {
            direction,
            index: 0,
            with,
        });
    }

    /// Moves every word due by now. `idle`: the computer does not work, break cycles are free.
    pub(super) fn advance_transfer(&mut self, idle: bool) {
        // A word takes a cycle of the computer's time: so now may move on.
        while let Some(transfer) = self.transfer {
            let now = self.now();
            let due = transfer.due(&self.drums, &self.units);
            if due.is_none_or(|due| due > now) {
                self.pass(now);
                return;
            }
            self.next_word(transfer, now, idle);
        }
    }

    /// Registers have passed a transfer by status without being taken.
    fn pass(&mut self, now: Instant) {
        if let Some(Transfer {
            with: With::Status { slot, .. },
            ..
        }) = &mut self.transfer
        {
            *slot = (*slot).max(slot_at(now));
        }
    }

    fn next_word(&mut self, mut transfer: Transfer, now: Instant, idle: bool) {
        let reads = transfer.direction == Direction::Read;
        let index = transfer.index;
        let goes_on = match &mut transfer.with {
            With::Awaited { unit } => {
                let unit = *unit;
                match self.units.begin(unit, reads, now) {
                    Answer::Moves(pace) => {
                        transfer.with = With::Unit {
                            unit,
                            next: pace.first,
                            word: pace.word,
                            most: pace.most as u64,
                        };
                        self.transfer = Some(transfer);
                        if pace.most == 0 {
                            self.end_transfer();
                        }
                        return;
                    }
                    Answer::NotReady => return,
                    Answer::EndOfFile => {
                        self.central.set_condition(codes::END_OF_FILE, true);
                        self.finish();
                        return;
                    }
                    Answer::Refuses => {
                        self.finish();
                        return;
                    }
                }
            }
            With::Unit {
                unit,
                next,
                word,
                most,
            } => {
                let (unit, at) = (*unit, *next);
                *next += *word;
                let more = index + 1 < *most;
                let moved = if reads {
                    let word = self.units.read(unit, index as usize, at);
                    self.break_in(word.into(), idle)
                } else {
                    let word = self.break_out(idle);
                    if let Some(word) = word {
                        self.units.write(unit, index as usize, word.word);
                    }
                    word.is_some()
                };
                moved && more
            }
            With::Address { field, first, slot } => {
                let turn = (u64::from(*first) + index) / u64::from(REGISTERS);
                let register = register_of(*slot);
                *slot += 1;
                let field = *field;
                self.exchange(field, turn, register, reads, false, idle)
            }
            With::Status { field, slot, end } => {
                let field = *field;
                let (from, before) = (*slot, *end);
                let Some(taken) = transfer.marked(&self.drums, field, from, before) else {
                    self.finish();
                    return;
                };
                transfer.with = With::Status {
                    field,
                    slot: taken + 1,
                    end: before,
                };
                self.exchange(field, 0, register_of(taken), reads, true, idle)
            }
        };
        // An alarm that started the machine over has broken it off.
        if self.transfer.is_none() {
            return;
        }
        transfer.index += 1;
        self.transfer = Some(transfer);
        if !goes_on || self.central.iowc == 0 {
            self.end_transfer();
        }
    }

    /// One word between memory and a drum.
    fn exchange(
        &mut self,
        field: u8,
        turn: u64,
        register: u16,
        reads: bool,
        status: bool,
        idle: bool,
    ) -> bool {
        if reads {
            let content = self.drums.cd_read(field, turn, register, status);
            if content.bad {
                self.central.set_condition(codes::DRUM_PARITY, true);
                self.raise(Alarm::DrumParity);
            }
            return self.break_in(content, idle);
        }
        match self.break_out(idle) {
            Some(content) => {
                self.drums.cd_write(field, turn, register, content);
                true
            }
            None => false,
        }
    }

    /// Counts a word and takes its cycle.
    fn count(&mut self, idle: bool) -> u32 {
        let address = self.central.ioac;
        self.central.ioac = (address + 1) & ADDRESS;
        self.central.iowc = self.central.iowc.wrapping_sub(1);
        if !idle {
            self.central.steal(1);
        }
        address
    }

    /// Unit to memory; false if there is no memory there.
    fn break_in(&mut self, content: Register, idle: bool) -> bool {
        let address = self.central.ioac;
        if self.central.memory.write(address, content.word).is_err() {
            self.raise(Alarm::Address);
            return false;
        }
        if content.bad {
            // The parity bit comes along as it is.
            self.central.memory.flip(address, 32);
        }
        self.count(idle);
        true
    }

    /// Memory to unit; `None` if there is no memory there.
    fn break_out(&mut self, idle: bool) -> Option<Register> {
        let address = self.central.ioac;
        let content = match self.central.memory.read(address) {
            Ok(word) => word.into(),
            Err(Trouble::Parity) => {
                let first = address < BIG_WORDS;
                self.central.set_condition(codes::MEMORY_PARITY, true);
                self.raise(if first {
                    Alarm::MemoryParity1
                } else {
                    Alarm::MemoryParity2
                });
                let word = self.central.memory.peek(address).unwrap_or(Twin::ZERO);
                Register { word, bad: true }
            }
            Err(Trouble::Address) => {
                self.raise(Alarm::Address);
                return None;
            }
        };
        self.count(idle);
        Some(content)
    }

    /// The unit does what it does at the end of a card or record.
    fn end_transfer(&mut self) {
        if let Some(Transfer {
            direction,
            with: With::Unit { unit, .. },
            ..
        }) = self.transfer
            && self.units.end(unit, direction == Direction::Read)
        {
            self.central.set_condition(codes::TAPE_PARITY, true);
            self.raise(Alarm::Tape);
        }
        self.finish();
    }

    fn finish(&mut self) {
        self.transfer = None;
        self.central.set_condition(codes::IO_BUSY, false);
        if std::mem::take(&mut self.loading) {
            self.central.go(0);
        }
    }
}
