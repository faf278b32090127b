//! The IBM 7909 data channel.
//!
//! A 7909 ran a program of its own, in the core of its machine, beside the processor's: it sent
//! orders to the adapter on its cable, copied words, tested, counted, and when the adapter wanted
//! attention or something went wrong it interrupted *itself* and went on at a routine of its own.
//! The processor only started it (RSC), sent it on after a wait (STC) and could ask whether it was
//! still at work (TCO).
//!
//! | register | bits | |
//! |---|---|---|
//! | location counter | 15 | the next command |
//! | address register | 15 | where the last word went or came from |
//! | assembly register | 36 | for LAR, SAR, TCM, ICC |
//! | control counter | 6 | for LCC, TDC, ICC |
//! | SMS register | 7 | 010 inhibits unusual end, 004 inhibits attention 1 |
//! | condition register | 6 | causes of the interrupt in progress |
//!
//! | condition | bit | masked by SMS |
//! |---|---|---|
//! | I/O check: no adapter answers | 040 | |
//! | sequence check: a command out of place | 020 | |
//! | unusual end | 010 | 010 |
//! | attention 1 (a level: seen again while it stands) | 004 | 004 |
//! | adapter check | 001 | |
//!
//! An interrupt stores at 42+2n (octal, channel n): location counter in the address, address
//! register in the decrement; and takes its next command from 43+2n. A waiting channel gives the
//! address of its WTR or TWT, so LIP waits again (and TWT traps again); LIPT goes elsewhere.
//!
//! Source: reference IBM 7090, section 15; the command table is `channel_command`. Assumed: a
//! command takes three core cycles; commands that concern only the channel and core are executed
//! together at the instant the first begins, up to 64, and their time added up; the adapter acts
//! on an order at the instant the command begins; conditions that arise in an interrupt wait for
//! its end and are not shown before; a word of bad parity from core stops the channel, and the site
//! its machine; on a write it goes out with its bad parity. *Not emulated*: BCD conversion, read backward, second
//! interface, attention 2, noncontinuous interrupts.

use clock::{Instant, Span};
use device::adapter::{Adapter, Chunk, ORDER_TIME, Prepare};
use serde::{Deserialize, Serialize};

use crate::channel_command::{self as table, Command};
use crate::core_store::BAD_PARITY;

/// Time of one command: three core cycles.
pub const COMMAND_TIME: Span = Span(6_540);

/// Commands executed together before the channel lets time pass.
const BATCH: usize = 64;

/// Condition: no adapter answered.
pub const IO_CHECK: u8 = 0o40;
/// Condition: a command out of place.
pub const SEQUENCE_CHECK: u8 = 0o20;
/// Condition: the adapter ended the order unusually.
pub const UNUSUAL_END: u8 = 0o10;
/// Condition: the adapter wants the program.
pub const ATTENTION: u8 = 0o04;
/// Condition: the adapter itself failed.
pub const ADAPTER_CHECK: u8 = 0o01;

/// What the channel can do to its machine.
pub trait Host {
    /// The cell at a core address: the word, and [`BAD_PARITY`] if its parity is wrong.
    fn read(&mut self, address: u16) -> u64;
    /// Stores a word of 36 bits.
    fn write(&mut self, address: u16, word: u64);
    /// The channel took this many core cycles from the processor.
    fn steal(&mut self, cycles: u64);
    /// Latches the command-trap condition of this channel.
    fn raise(&mut self);
}

/// Both ends of the channel for the length of one call: its machine, and the adapter on its cable
/// if the relays are closed.
pub struct Port<'a> {
    /// The machine.
    pub host: &'a mut dyn Host,
    /// The adapter.
    pub adapter: Option<&'a mut dyn Adapter>,
}

/// What COPY commands move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Prepared {
    Nothing,
    Read,
    Write,
    Sense { words: [u64; 2], next: usize },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    /// At WTR or TWT; STC goes on at `resume`.
    Idle { resume: u16 },
    /// The next command begins at this instant.
    Next { at: Instant },
    /// The adapter has an order; its answer is known at `at`.
    Ordering {
        at: Instant,
        refused: bool,
        prepare: Prepare,
    },
    /// Words pass until the chunk's end.
    Copying {
        address: u16,
        count: u16,
        last: bool,
        chunk: Chunk,
    },
}

/// What a channel did, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelCounts {
    /// Commands executed.
    pub commands: u64,
    /// Interrupts taken.
    pub interrupts: u64,
    /// Words copied to and from the adapter.
    pub words: u64,
    /// Time spent in orders and copies.
    pub held: Span,
}

/// One 7909.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    /// 0 (A) to 7 (H).
    pub number: u8,
    /// What it did.
    pub counts: ChannelCounts,
    location: u16,
    address: u16,
    assembly: u64,
    counter: u8,
    sms: u8,
    conditions: u8,
    pending: u8,
    interrupt: bool,
    saved: u16,
    prepared: Prepared,
    state: State,
    /// A word of bad parity came from core.
    parity: bool,
}

impl Channel {
    /// Channel `number`, idle, all registers zero.
    pub fn new(number: u8) -> Self {
        Channel {
            number,
            counts: ChannelCounts::default(),
            location: 0,
            address: 0,
            assembly: 0,
            counter: 0,
            sms: 0,
            conditions: 0,
            pending: 0,
            interrupt: false,
            saved: 0,
            prepared: Prepared::Nothing,
            state: State::Idle { resume: 0 },
            parity: false,
        }
    }

    /// Whether TCO finds it in operation.
    pub fn busy(&self) -> bool {
        !matches!(self.state, State::Idle { .. })
    }

    /// Whether an order or transfer of this channel occupies the adapter.
    pub fn holds_adapter(&self) -> bool {
        matches!(self.prepared, Prepared::Read | Prepared::Write)
            || matches!(self.state, State::Ordering { .. } | State::Copying { .. })
    }

    /// The instant at which something happens here by itself.
    pub fn due(&self) -> Option<Instant> {
        match self.state {
            State::Idle { .. } => None,
            State::Next { at } | State::Ordering { at, .. } => Some(at),
            State::Copying { chunk, .. } => Some(chunk.end),
        }
    }

    /// RSC: starts an idle channel at `address`; all conditions are forgotten.
    pub fn start(&mut self, now: Instant, address: u16, port: &mut Port) {
        self.conditions = 0;
        self.pending = 0;
        self.interrupt = false;
        self.prepared = Prepared::Nothing;
        self.location = address & 0o77777;
        self.state = State::Next { at: now };
        self.run(now, port);
    }

    /// STC: an idle channel goes on at the address of its WTR or TWT.
    pub fn resume(&mut self, now: Instant, port: &mut Port) {
        if let State::Idle { resume } = self.state {
            self.location = resume;
            self.state = State::Next { at: now };
            self.run(now, port);
        }
    }

    /// RIC, RDC: a transfer under way is cut off, every register cleared.
    pub fn reset(&mut self, now: Instant, port: &mut Port) {
        self.cut(now, port);
        let counts = self.counts;
        *self = Channel::new(self.number);
        self.counts = counts;
    }

    /// The relays opened: what was under way is cut off and gets no answer. Returns whether a
    /// transfer was cut.
    pub fn fence(&mut self, now: Instant, port: &mut Port) -> bool {
        self.break_off(now, IO_CHECK, port)
    }

    /// The unit in use went away, or its circuits gave out: the order ends unusually. Returns
    /// whether a transfer was cut.
    pub fn lose_unit(&mut self, now: Instant, port: &mut Port) -> bool {
        self.break_off(now, UNUSUAL_END, port)
    }

    fn break_off(&mut self, now: Instant, condition: u8, port: &mut Port) -> bool {
        let held = self.holds_adapter();
        let cut = self.cut(now, port);
        self.prepared = Prepared::Nothing;
        if held {
            self.pending |= condition;
        }
        if let State::Ordering { .. } | State::Copying { .. } = self.state {
            self.state = State::Next { at: now };
        }
        cut
    }

    /// SCH: location counter in the address, address register in the decrement.
    pub fn registers_word(&self) -> u64 {
        u64::from(self.address) << 18 | u64::from(self.location)
    }

    /// SCD: control counter in the first six bits, then the conditions standing, then (ours) busy
    /// and interrupt in progress.
    pub fn diagnostic_word(&self) -> u64 {
        u64::from(self.counter) << 30
            | u64::from(self.conditions | self.pending) << 24
            | u64::from(self.busy()) << 23
            | u64::from(self.interrupt) << 22
    }

    /// Does what is due at `now`, and takes an interrupt that can be taken.
    pub fn advance(&mut self, now: Instant, port: &mut Port) {
        match self.state {
            State::Idle { .. } if self.causes(now, port) != 0 => self.run(now, port),
            State::Next { at } if at <= now => self.run(now, port),
            State::Ordering {
                at,
                refused,
                prepare,
            } if at <= now => {
                if refused {
                    self.unusual_end();
                } else {
                    self.prepared = match prepare {
                        Prepare::Nothing => Prepared::Nothing,
                        Prepare::Read => Prepared::Read,
                        Prepare::Write => Prepared::Write,
                    };
                }
                self.run(now, port);
            }
            State::Copying { chunk, .. } if chunk.end <= now => {
                self.end_copy(now, port);
                self.run(now, port);
            }
            _ => {}
        }
    }

    fn unusual_end(&mut self) {
        self.pending |= UNUSUAL_END;
        self.prepared = Prepared::Nothing;
    }

    /// Conditions for which an interrupt can be taken at `now`.
    fn causes(&self, now: Instant, port: &Port) -> u8 {
        if self.interrupt {
            return 0;
        }
        let attention = port.adapter.as_ref().is_some_and(|a| a.attention(now));
        let standing = self.pending | if attention { ATTENTION } else { 0 };
        standing & !(self.sms & (UNUSUAL_END | ATTENTION))
    }

    fn begin_interrupt(&mut self, causes: u8, port: &mut Port) {
        let place = 0o42 + 2 * u16::from(self.number);
        port.host.write(place, self.registers_word());
        port.host.steal(1);
        self.saved = self.location;
        self.location = place + 1;
        self.conditions = causes;
        self.pending &= !causes;
        self.interrupt = true;
        self.counts.interrupts += 1;
    }

    /// Executes commands from `now` until the channel waits for something.
    fn run(&mut self, now: Instant, port: &mut Port) {
        if self.parity {
            return;
        }
        let mut at = now;
        if self.busy() {
            self.state = State::Next { at };
        }
        for _ in 0..BATCH {
            let causes = self.causes(at, port);
            if causes != 0 {
                self.begin_interrupt(causes, port);
                at += COMMAND_TIME;
                self.state = State::Next { at };
            } else if !self.busy() {
                return;
            }
            let Some(word) = self.fetch(self.location, port.host) else {
                return;
            };
            let row = table::decode(word);
            let timed = row.is_none_or(|row| waits_for_time(row.command));
            if timed && at > now {
                break;
            }
            port.host.steal(1);
            self.counts.commands += 1;
            let Some(row) = row else {
                self.location = next(self.location);
                self.pending |= SEQUENCE_CHECK;
                at += COMMAND_TIME;
                continue;
            };
            let Some(operand) = self.operand(word, row, port.host) else {
                return;
            };
            let command = row.command;
            match command {
                Command::Wtr | Command::Twt => {
                    if command == Command::Twt {
                        port.host.raise();
                    }
                    self.state = State::Idle { resume: operand };
                    continue;
                }
                Command::Ctl | Command::Ctlr | Command::Ctlw => {
                    if self.control(at, operand, row, port) {
                        return;
                    }
                }
                Command::Cpyp | Command::Cpyd => {
                    let count = table::count(word);
                    if self.begin_copy(at, operand, count, command == Command::Cpyd, port) {
                        return;
                    }
                }
                Command::Sns => self.sense(at, port),
                Command::Xmt => at += self.transmit(operand, table::count(word), port),
                _ => self.internal(command, word, operand, port),
            }
            if self.parity {
                return;
            }
            at += COMMAND_TIME;
        }
        self.state = State::Next { at };
    }

    /// Commands that concern only the channel and core.
    fn internal(&mut self, command: Command, word: u64, operand: u16, port: &mut Port) {
        let following = next(self.location);
        let mut location = following;
        match command {
            Command::Tch => location = operand,
            Command::Lipt | Command::Lip => {
                location = if command == Command::Lip {
                    self.saved
                } else {
                    operand
                };
                self.interrupt = false;
                self.conditions = 0;
            }
            Command::Lar => {
                if let Some(word) = self.fetch(operand, port.host) {
                    self.assembly = word;
                }
                port.host.steal(1);
            }
            Command::Sar => {
                port.host.write(operand, self.assembly);
                port.host.steal(1);
            }
            Command::Tcm | Command::Tcmb => {
                let mask = table::condition_mask(word);
                let met = match table::character(word) {
                    7 => mask == 0,
                    c => {
                        let tested = self.character(c);
                        if command == Command::Tcm {
                            tested == mask
                        } else {
                            tested & mask == mask
                        }
                    }
                };
                if met {
                    location = operand;
                }
            }
            Command::Tdc => {
                if self.counter != 0 {
                    self.counter -= 1;
                    location = operand;
                }
            }
            Command::Lcc => self.counter = (word & 0o77) as u8,
            Command::Sms => self.sms = (word & 0o177) as u8,
            Command::Icc => match table::character(word) {
                0 => self.assembly = self.assembly & !0o177 | u64::from(self.sms),
                c @ 1..=6 => {
                    let shift = 36 - 6 * u32::from(c);
                    self.assembly &= !(0o77 << shift);
                    self.assembly |= u64::from(self.counter) << shift;
                }
                _ => {}
            },
            _ => unreachable!("{command:?} is executed by the run loop"),
        }
        self.location = location;
    }

    /// Character 1-6 of the assembly register; 0 is the condition register.
    fn character(&self, c: u8) -> u8 {
        match c {
            0 => self.conditions,
            c => (self.assembly >> (36 - 6 * u32::from(c)) & 0o77) as u8,
        }
    }

    fn transmit(&mut self, to: u16, count: u16, port: &mut Port) -> Span {
        for n in 0..count {
            let from = next(self.location.wrapping_add(n));
            let Some(word) = self.fetch(from, port.host) else {
                break;
            };
            port.host.write(to.wrapping_add(n) & 0o77777, word);
        }
        port.host.steal(2 * u64::from(count));
        self.location = next(self.location.wrapping_add(count));
        self.address = to.wrapping_add(count) & 0o77777;
        Span(2 * 2_180 * u64::from(count))
    }

    /// Sends an order; true if the channel now waits for the adapter.
    fn control(
        &mut self,
        now: Instant,
        from: u16,
        row: &table::ChannelCommand,
        port: &mut Port,
    ) -> bool {
        self.location = next(self.location);
        self.prepared = Prepared::Nothing;
        let prepare = match row.command {
            Command::Ctlr => Prepare::Read,
            Command::Ctlw => Prepare::Write,
            _ => Prepare::Nothing,
        };
        let Some(adapter) = port.adapter.as_deref_mut() else {
            self.pending |= IO_CHECK;
            return false;
        };
        if !row.sends_orders() {
            self.prepared = match prepare {
                Prepare::Nothing => Prepared::Nothing,
                Prepare::Read => Prepared::Read,
                Prepare::Write => Prepared::Write,
            };
            return false;
        }
        let words = [from, next(from)].map(|place| self.fetch(place, port.host));
        let [Some(first), Some(second)] = words else {
            return true;
        };
        let order = [first, second];
        port.host.steal(2);
        self.address = next(next(from));
        let answer = adapter.control(now, order, prepare);
        let time = COMMAND_TIME * 3 + answer.unwrap_or(ORDER_TIME);
        self.counts.held += time;
        self.state = State::Ordering {
            at: now + time,
            refused: answer.is_err(),
            prepare,
        };
        true
    }

    /// A word from core; with bad parity the channel stands still, and so shall its machine.
    fn fetch(&mut self, address: u16, host: &mut dyn Host) -> Option<u64> {
        let cell = host.read(address);
        if cell & BAD_PARITY == 0 {
            return Some(cell);
        }
        self.parity = true;
        self.state = State::Idle {
            resume: self.location,
        };
        None
    }

    /// Whether a word of bad parity came from core since this was last asked.
    pub fn take_parity(&mut self) -> bool {
        std::mem::take(&mut self.parity)
    }

    fn operand(
        &mut self,
        word: u64,
        row: &table::ChannelCommand,
        host: &mut dyn Host,
    ) -> Option<u16> {
        let address = table::address(word);
        if row.indirectable && table::is_indirect(word) {
            host.steal(1);
            return self.fetch(address, host).map(table::address);
        }
        Some(address)
    }

    fn sense(&mut self, now: Instant, port: &mut Port) {
        self.location = next(self.location);
        match port.adapter.as_deref_mut() {
            Some(adapter) => {
                let words = adapter.sense(now);
                self.prepared = Prepared::Sense { words, next: 0 };
            }
            None => self.pending |= IO_CHECK,
        }
    }

    /// Begins a COPY; true if the channel now waits for the words.
    fn begin_copy(
        &mut self,
        now: Instant,
        address: u16,
        count: u16,
        last: bool,
        port: &mut Port,
    ) -> bool {
        self.location = next(self.location);
        self.address = address;
        let chunk = match self.prepared {
            Prepared::Nothing => {
                self.pending |= SEQUENCE_CHECK;
                return false;
            }
            Prepared::Sense { .. } => Ok(Chunk {
                start: now,
                end: now + COMMAND_TIME * (1 + u64::from(count)),
            }),
            Prepared::Read | Prepared::Write => {
                let Some(adapter) = port.adapter.as_deref_mut() else {
                    self.pending |= IO_CHECK;
                    self.prepared = Prepared::Nothing;
                    return false;
                };
                adapter.begin_copy(now, usize::from(count), last)
            }
        };
        let Ok(chunk) = chunk else {
            self.unusual_end();
            return false;
        };
        self.counts.held += chunk.end - now;
        self.state = State::Copying {
            address,
            count,
            last,
            chunk,
        };
        true
    }

    fn end_copy(&mut self, now: Instant, port: &mut Port) {
        let State::Copying {
            address,
            count,
            last,
            ..
        } = self.state
        else {
            return;
        };
        let mut words = match self.prepared {
            Prepared::Write => cells(address, count, port.host),
            _ => vec![0; usize::from(count)],
        };
        let mut given = words.len();
        let mut ended = last;
        match (self.prepared, port.adapter.as_deref_mut()) {
            (Prepared::Sense { words: sense, next }, _) => {
                for (place, word) in words.iter_mut().enumerate() {
                    *word = sense.get(next + place).copied().unwrap_or(0);
                }
                self.prepared = Prepared::Sense {
                    words: sense,
                    next: next + given,
                };
                store(address, &words, port.host);
            }
            (Prepared::Read, Some(adapter)) => {
                match adapter.end_read(now, &mut words) {
                    Ok(n) => given = n.min(words.len()),
                    Err(_) => {
                        self.unusual_end();
                        ended = true;
                    }
                }
                store(address, &words[..given], port.host);
            }
            (Prepared::Write, Some(adapter)) => {
                // Bad parity goes along with its word, and stops the machine.
                if adapter.end_write(now, &words).is_err() {
                    self.unusual_end();
                    ended = true;
                }
                self.parity |= words.iter().any(|cell| cell & BAD_PARITY != 0);
            }
            (_, _) => {
                self.pending |= IO_CHECK;
                ended = true;
            }
        }
        port.host.steal(given as u64);
        self.counts.words += given as u64;
        self.address = address.wrapping_add(given as u16) & 0o77777;
        if ended {
            self.prepared = Prepared::Nothing;
        }
    }

    /// Cuts off the chunk under way. Returns whether there was one with the adapter.
    fn cut(&mut self, now: Instant, port: &mut Port) -> bool {
        let State::Copying { address, count, .. } = self.state else {
            return false;
        };
        if !matches!(self.prepared, Prepared::Read | Prepared::Write) {
            return false;
        }
        let Some(adapter) = port.adapter.as_deref_mut() else {
            return false;
        };
        let mut words = match self.prepared {
            Prepared::Write => cells(address, count, port.host),
            _ => vec![0; usize::from(count)],
        };
        let passed = adapter.cut(now, &mut words).min(words.len());
        if self.prepared == Prepared::Read {
            store(address, &words[..passed], port.host);
        }
        port.host.steal(passed as u64);
        self.counts.words += passed as u64;
        self.address = address.wrapping_add(passed as u16) & 0o77777;
        true
    }
}

/// Commands that must begin at their exact instant because something outside sees them.
fn waits_for_time(command: Command) -> bool {
    use Command::{Cpyd, Cpyp, Ctl, Ctlr, Ctlw, Sns, Twt, Wtr};
    matches!(command, Ctl | Ctlr | Ctlw | Sns | Cpyp | Cpyd | Wtr | Twt)
}

fn next(location: u16) -> u16 {
    location.wrapping_add(1) & 0o77777
}

fn cells(address: u16, count: u16, host: &mut dyn Host) -> Vec<u64> {
    (0..count)
        .map(|n| host.read(address.wrapping_add(n) & 0o77777))
        .collect()
}

fn store(address: u16, words: &[u64], host: &mut dyn Host) {
    for (n, word) in words.iter().enumerate() {
        host.write(address.wrapping_add(n as u16) & 0o77777, *word);
    }
}

#[cfg(test)]
mod tests;
