//! The communication network: line adapter, lines, interchanges and agent sets together.
//!
//! ```text
//! channel E -- line adapter == line 0 ==+== interchange -- sets 0, 1, 2 ...
//!                           |           +== interchange -- sets ...
//!                           += line 1 ==+== ...
//! ```
//!
//! One struct owns them all, so that what passes between them needs no names but numbers. It is an
//! [`Adapter`] towards the channel, a keyboard for every agent ([`CommunicationNetwork::enter`],
//! [`CommunicationNetwork::reset_key`]) and a record of what left on the lines and what the sets
//! showed ([`CommunicationNetwork::take_records`]).
//!
//! An idle poll costs two events: its arrival at the interchange, and the reply's at the centre,
//! which sends the next poll at once.
//!
//! At one instant the lines come first, by number: arrivals at the interchanges, arrivals at the
//! centre, then what the adapter sends; after them the sets and interchanges whose own time has
//! come, by number.
//!
//! Source: reference Sabre 2.4-2.5, DEF-4. Assumed: a poll is sent when the reply to the last has
//! wholly arrived or is given up; what leaves on the down side leaves one frame at a time, polls
//! and blocks in turn when both are ready. A reset of the adapter cuts what is leaving; what has
//! left arrives. Replies to polls from before a reset are ignored, and polling waits until the line
//! is quiet.

use std::collections::BTreeSet;

use clock::{Instant, Span, Stream};
use serde::{Deserialize, Serialize};

use crate::adapter::{Adapter, Chunk, CoreAccess, Prepare, UnusualEnd};
use crate::agent_set::{AgentSet, EnterError, Lock, SetCount, SetOptions};
use crate::contacts::Contacts;
use crate::frame::{self, NOTHING_CHARACTERS};
use crate::interchange::{Interchange, Outputs};
use crate::line::{ADDRESSES, Direction, Line, LineOptions};
use crate::line_adapter::{LineAdapter, Sending};
use crate::line_record::LineRecord;
use crate::link::Trouble;

mod traffic;

#[cfg(test)]
mod tests;

/// One interchange of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterchangeOptions {
    /// Number of its line.
    pub line: u8,
    /// Its address on the line, 0-63.
    pub address: u8,
    /// How many sets, 1-64.
    pub sets: u8,
}

/// What a communication network is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommunicationOptions {
    /// The lines.
    pub lines: Vec<LineOptions>,
    /// The interchanges; sets are numbered through them in this order.
    pub interchanges: Vec<InterchangeOptions>,
    /// Figures of sets and interchanges.
    pub sets: SetOptions,
    /// A poll is given up when no reply has begun to arrive so long after its last bit and the
    /// propagation.
    pub reply_time_out: Span,
}

impl Default for CommunicationOptions {
    fn default() -> Self {
        CommunicationOptions {
            lines: Vec::new(),
            interchanges: Vec::new(),
            sets: SetOptions::default(),
            reply_time_out: Span::from_millis(150),
        }
    }
}

/// Why a communication network cannot be built. The number is that of the interchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// More than the order's two digits can name.
    #[error("at most 64 lines, not {0}")]
    TooManyLines(usize),
    /// A line that does not exist.
    #[error("interchange {0} hangs on line {1}, which does not exist")]
    NoSuchLine(usize, u8),
    /// An address beyond one character.
    #[error("interchange {0} has address {1}; addresses are 0-63")]
    Address(usize, u8),
    /// Two interchanges with one address.
    #[error("interchange {0} has the address of another one on its line")]
    AddressTaken(usize),
    /// None, or more sets than one character can name.
    #[error("interchange {0} has {1} sets; 1-64 are possible")]
    Sets(usize, u8),
    /// More than 16 bits can number.
    #[error("more than 65,535 sets or interchanges")]
    TooMany,
}

/// Lines, interchanges, sets, and the centre's adapter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommunicationNetwork {
    adapter: LineAdapter,
    lines: Vec<Line>,
    interchanges: Vec<Interchange>,
    sets: Vec<AgentSet>,
    options: SetOptions,
    reply_time_out: Span,
    /// Instants at which a set (its number) or an interchange (number of sets + its number) does
    /// something by itself.
    timers: BTreeSet<(Instant, u32)>,
    /// When each line next needs attention.
    line_due: Vec<Option<Instant>>,
    records: Vec<(Instant, LineRecord)>,
    count: SetCount,
}

impl CommunicationNetwork {
    /// A network at rest at instant 0.
    pub fn new(options: &CommunicationOptions) -> Result<Self, LayoutError> {
        if options.lines.len() > 64 {
            return Err(LayoutError::TooManyLines(options.lines.len()));
        }
        let mut lines: Vec<Line> = options.lines.iter().map(Line::new).collect();
        let mut interchanges = Vec::new();
        let mut sets: Vec<AgentSet> = Vec::new();
        for (place, one) in options.interchanges.iter().enumerate() {
            let number = u16::try_from(place).map_err(|_| LayoutError::TooMany)?;
            let line = lines
                .get_mut(usize::from(one.line))
                .ok_or(LayoutError::NoSuchLine(place, one.line))?;
            let address = line
                .interchanges
                .get_mut(usize::from(one.address))
                .ok_or(LayoutError::Address(place, one.address))?;
            if address.is_some() {
                return Err(LayoutError::AddressTaken(place));
            }
            if one.sets == 0 || usize::from(one.sets) > ADDRESSES {
                return Err(LayoutError::Sets(place, one.sets));
            }
            *address = Some(number);
            let first = u16::try_from(sets.len()).map_err(|_| LayoutError::TooMany)?;
            interchanges.push(Interchange::new(
                number,
                one.line,
                one.address,
                first,
                one.sets,
            ));
            for terminal in 0..one.sets {
                let set = u16::try_from(sets.len()).map_err(|_| LayoutError::TooMany)?;
                sets.push(AgentSet::new(set, number, terminal));
            }
        }
        let mut network = CommunicationNetwork {
            adapter: LineAdapter::new(lines.len()),
            line_due: vec![None; lines.len()],
            lines,
            interchanges,
            sets,
            options: options.sets,
            reply_time_out: options.reply_time_out,
            timers: BTreeSet::new(),
            records: Vec::new(),
            count: SetCount::default(),
        };
        for number in 0..network.interchanges.len() {
            network.time_interchange(number);
        }
        Ok(network)
    }

    // --- agents ---

    /// ENTER at a set, with core BCD text. Refused if the keyboard is locked.
    pub fn enter(&mut self, now: Instant, set: u16, text: &[u8]) -> Result<(), EnterError> {
        let (number, terminal) = self.place(set)?;
        let (interchange, sets, mut out) = self.parts(number, now);
        interchange.enter(terminal, text, sets, &mut out)?;
        self.time_set(usize::from(set));
        Ok(())
    }

    /// The agent presses RESET. Without effect on an unlocked keyboard; refused while the set
    /// prints or the system is not available.
    pub fn reset_key(&mut self, now: Instant, set: u16) -> Result<(), EnterError> {
        let (number, terminal) = self.place(set)?;
        let (interchange, sets, mut out) = self.parts(number, now);
        interchange.reset(terminal, sets, &mut out)?;
        self.time_set(usize::from(set));
        Ok(())
    }

    /// An interchange with what it needs while it acts.
    fn parts(
        &mut self,
        number: usize,
        now: Instant,
    ) -> (&mut Interchange, &mut [AgentSet], Outputs<'_>) {
        let out = Outputs {
            now,
            options: &self.options,
            records: &mut self.records,
            count: &mut self.count,
        };
        (&mut self.interchanges[number], &mut self.sets, out)
    }

    fn place(&self, set: u16) -> Result<(usize, u8), EnterError> {
        let found = self.sets.get(usize::from(set));
        let found = found.ok_or(EnterError::NoSuchSet(set))?;
        Ok((usize::from(found.interchange), found.terminal))
    }

    /// Why the keyboard of a set is locked, if it is.
    pub fn lock(&self, set: u16) -> Result<Option<Lock>, EnterError> {
        let (number, _) = self.place(set)?;
        let available = self.interchanges[number].available();
        Ok(self.sets[usize::from(set)].lock(available))
    }

    // --- the outside ---

    /// Takes what left and what was shown since the last call, in order of time.
    pub fn take_records(&mut self, into: &mut Vec<(Instant, LineRecord)>) {
        into.append(&mut self.records);
    }

    /// Whether [`CommunicationNetwork::take_records`] would give anything.
    pub fn has_records(&self) -> bool {
        !self.records.is_empty()
    }

    /// The relays have closed: orders now come from machine `maker` (0 = A, 1 = B).
    pub fn connect(&mut self, maker: u8) {
        self.adapter.maker = maker;
    }

    /// The relays have opened: polling ends, events and blocks are forgotten, what is leaving is
    /// cut.
    pub fn reset(&mut self, now: Instant) {
        for line in 0..self.lines.len() {
            self.lines[line].down.cut(now);
            let sending = self.adapter.ports[line].sending.take();
            if let Some(Sending {
                until,
                block: Some(block),
            }) = sending
                && until > now
            {
                let cut = self.answer_record(line, &block);
                self.records.push((now, LineRecord::Cut(cut)));
            }
        }
        self.adapter.reset();
        for line in 0..self.lines.len() {
            self.time_line(line);
        }
    }

    /// Noise on a line: changes the bits of `mask` in the character at `place` (0 is the first
    /// synchronising character) of the transmission that left last. False if it hit nothing.
    pub fn disturb(
        &mut self,
        now: Instant,
        line: u8,
        direction: Direction,
        place: usize,
        mask: u8,
    ) -> bool {
        let line = usize::from(line);
        let Some(wire) = self.lines.get_mut(line).map(|line| line.wire(direction)) else {
            return false;
        };
        if !wire.disturb(now, place, mask) {
            return false;
        }
        if direction == Direction::Up
            && let Some(last) = wire.back_mut()
            && last.characters.len() > NOTHING_CHARACTERS
        {
            // An end of message may have come or gone.
            last.next = frame::entry_end(&last.characters, last.received.max(2));
        }
        self.time_line(line);
        true
    }

    /// Puts a trouble on one direction of a line. `number` names it in the record of hits and is
    /// its alone, `chance` is its stream. True if that changed something at once: a line was cut.
    pub fn trouble(
        &mut self,
        now: Instant,
        (line, direction): (u8, Direction),
        number: u32,
        trouble: Trouble,
        chance: Stream,
    ) -> bool {
        let line = usize::from(line);
        let Some(wires) = self.lines.get_mut(line) else {
            return false;
        };
        let changed = wires.wire(direction).trouble(now, number, trouble, chance);
        self.note_hits(line, now);
        self.time_line(line);
        changed
    }

    /// Takes a trouble away.
    pub fn mend(&mut self, line: u8, direction: Direction, number: u32) {
        if let Some(wires) = self.lines.get_mut(usize::from(line)) {
            wires.wire(direction).mend(number);
        }
    }

    // --- what the site looks at ---

    /// The lines with their counters.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The interchanges.
    pub fn interchanges(&self) -> &[Interchange] {
        &self.interchanges
    }

    /// Gives a set other contacts. False if it has these already, or there is no such set.
    pub fn set_contacts(&mut self, set: u16, contacts: Contacts) -> bool {
        let set = self.sets.get_mut(usize::from(set));
        set.is_some_and(|set| std::mem::replace(&mut set.contacts, contacts) != contacts)
    }

    /// The sets.
    pub fn sets(&self) -> &[AgentSet] {
        &self.sets
    }

    /// What happened at all sets, counted.
    pub fn count(&self) -> &SetCount {
        &self.count
    }

    /// The adapter.
    pub fn adapter(&self) -> &LineAdapter {
        &self.adapter
    }

    /// The set at a terminal of an address on a line.
    pub fn set_at(&self, line: u8, address: u8, terminal: u8) -> Option<u16> {
        let line = self.lines.get(usize::from(line))?;
        let number = (*line.interchanges.get(usize::from(address))?)?;
        let interchange = &self.interchanges[usize::from(number)];
        (terminal < interchange.sets).then(|| interchange.first_set + u16::from(terminal))
    }

    /// Time of one set locked for want of the system, from 0 until now.
    pub fn locked_time(&self, now: Instant, set: u16) -> Result<Span, EnterError> {
        let (number, _) = self.place(set)?;
        let since = self.interchanges[number].unavailable_since;
        Ok(self.sets[usize::from(set)].locked_time(now, since, &self.options))
    }

    /// The same, summed over all sets. All set-seconds until now are the number of sets times now.
    pub fn locked_time_of_all(&self, now: Instant) -> Span {
        self.sets.iter().fold(Span::ZERO, |sum, set| {
            let since = self.interchanges[usize::from(set.interchange)].unavailable_since;
            sum + set.locked_time(now, since, &self.options)
        })
    }

    // --- time ---

    fn time_set(&mut self, set: usize) {
        let one = &mut self.sets[set];
        let due = one.due(&self.options);
        if due != one.timer {
            if let Some(before) = one.timer {
                self.timers.remove(&(before, set as u32));
            }
            if let Some(due) = due {
                self.timers.insert((due, set as u32));
            }
            one.timer = due;
        }
    }

    /// A go-ahead only moves the interchange's time on: the timer may ring early and is then set
    /// again, which is cheaper than moving it at each poll.
    fn time_interchange(&mut self, number: usize) {
        let one = &mut self.interchanges[number];
        if one.timer.is_none()
            && let Some(due) = one.due(&self.options)
        {
            one.timer = Some(due);
            self.timers.insert((due, (self.sets.len() + number) as u32));
        }
    }

    fn time_line(&mut self, line: usize) {
        let port = self.adapter.ports[line].due();
        let wires = self.lines[line].due();
        self.line_due[line] = [port, wires].into_iter().flatten().min();
    }

    fn time_lines(&mut self) {
        for line in 0..self.lines.len() {
            self.time_line(line);
        }
    }

    /// When something next happens here by itself.
    pub fn next_due(&self) -> Option<Instant> {
        let lines = self.line_due.iter().flatten().min();
        let timers = self.timers.first().map(|(at, _)| at);
        lines.into_iter().chain(timers).min().copied()
    }

    /// Lets everything happen that is due by `now`. `core` is that of the connected machine; none
    /// while no channel answers.
    pub fn advance_to(&mut self, now: Instant, mut core: Option<&mut (dyn CoreAccess + '_)>) {
        while self.next_due().is_some_and(|due| due <= now) {
            for line in 0..self.lines.len() {
                if self.line_due[line].is_some_and(|due| due <= now) {
                    match &mut core {
                        Some(core) => self.step_line(line, now, Some(&mut **core)),
                        None => self.step_line(line, now, None),
                    }
                }
            }
            while let Some(&(at, number)) = self.timers.first()
                && at <= now
            {
                self.timers.pop_first();
                self.step_timer(number as usize, now);
            }
        }
    }

    fn step_timer(&mut self, number: usize, now: Instant) {
        if let Some(set) = self.sets.get_mut(number) {
            set.timer = None;
            let (interchange, terminal) = (usize::from(set.interchange), set.terminal);
            let (interchange, sets, mut out) = self.parts(interchange, now);
            interchange.set_due(terminal, sets, &mut out);
            self.time_set(number);
        } else {
            let number = number - self.sets.len();
            self.interchanges[number].timer = None;
            let (interchange, _, mut out) = self.parts(number, now);
            interchange.silence(&mut out);
            self.time_interchange(number);
        }
    }
}

impl Adapter for CommunicationNetwork {
    fn control(
        &mut self,
        now: Instant,
        order: [u64; 2],
        prepare: Prepare,
    ) -> Result<Span, UnusualEnd> {
        let taken = self.adapter.control(now, order, prepare);
        self.time_lines();
        taken
    }

    fn sense(&mut self, _now: Instant) -> [u64; 2] {
        self.adapter.sense()
    }

    fn begin_copy(&mut self, now: Instant, words: usize, last: bool) -> Result<Chunk, UnusualEnd> {
        self.adapter.begin_copy(now, words, last)
    }

    fn end_read(&mut self, _now: Instant, into: &mut [u64]) -> Result<usize, UnusualEnd> {
        self.adapter.end_read(into)
    }

    fn end_write(&mut self, now: Instant, words: &[u64]) -> Result<(), UnusualEnd> {
        let taken = self.adapter.end_write(now, words);
        self.time_lines();
        taken
    }

    fn cut(&mut self, now: Instant, words: &mut [u64]) -> usize {
        self.adapter.cut(now, words)
    }

    fn attention(&self, _now: Instant) -> bool {
        self.adapter.attention()
    }

    /// May be `now` itself, when an order or a block has just made something possible.
    fn due(&self, _now: Instant) -> Option<Instant> {
        self.next_due()
    }

    fn advance(&mut self, now: Instant, core: Option<&mut dyn CoreAccess>) {
        match core {
            Some(core) => self.advance_to(now, Some(core)),
            None => self.advance_to(now, None),
        }
    }
}
