//! The terminal interchange, IBM 1006.
//!
//! One stood in every reservation office, between up to about 30 agent sets and the high-speed
//! line. It gathered what the agents entered, sent it when the centre's go-ahead named its address,
//! and gave the answers out to the sets. When the line fell silent it locked the keyboards.
//!
//! Source: reference Sabre 2.4; polling, acknowledgement and REOPEN are ours.
//!
//! | on | the interchange |
//! |---|---|
//! | go-ahead with N | queues again the frames of its last transmission beyond the first N |
//! | go-ahead REOPEN | then queues every entry that has no complete answer |
//! | any go-ahead | then sends up to four queued frames, oldest first, or "nothing to send" |
//! | block wanted, check good | gives it to the set |
//! | block wanted, check bad | queues the entry again: a refusal |
//! | any other block | throws it away |
//! | 10 s after sending without the complete answer | queues the entry again |
//! | 2 s without a go-ahead for it | locks its sets until the next one |
//!
//! Where the site keeps no entries (`SetOptions::keeps_entries` is false) nothing is queued again but
//! the request for the next block of an answer.
//!
//! *Assumed*: a set that is printing a block is not queued again by REOPEN; it asks for the next
//! block when the printer has finished. Go-aheads for other addresses do not count as a sign of
//! life. The frames of a reply are chosen when the go-ahead has arrived, before the turn-round.

use std::collections::VecDeque;

use clock::Instant;
use serde::{Deserialize, Serialize};

use crate::agent_set::{
    Again, AgentSet, EnterError, Keyboard, Lock, SetCount, SetOptions, SetOutput, Unwanted,
};
use crate::frame::{
    AnswerFrame, CHAINED_MAX, EntryFrame, Poll, SYNC_1, SYNC_2, TEXT_MAX, nothing_to_send,
};
use crate::line_record::LineRecord;

/// One frame of the last transmission, until the next go-ahead settles it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Unsettled {
    terminal: u8,
    serial: u16,
    block: u8,
}

/// One interchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interchange {
    /// Its number in the site.
    pub number: u16,
    /// Number of its line.
    pub line: u8,
    /// Its address on the line.
    pub address: u8,
    /// Number of its first set in the site; terminal t is set `first_set + t`.
    pub first_set: u16,
    /// How many sets.
    pub sets: u8,
    /// Terminals with something to send, oldest first.
    queue: VecDeque<u8>,
    /// Frames sent in the last transmission.
    unsettled: Vec<Unsettled>,
    /// The last go-ahead for it.
    pub heard_at: Instant,
    /// Since when its sets are locked by rule 2.
    pub unavailable_since: Option<Instant>,
    /// When its timer in the site's list rings.
    pub timer: Option<Instant>,
}

/// Where outputs go: the site's list and counters.
pub struct Outputs<'a> {
    /// The present.
    pub now: Instant,
    /// The figures.
    pub options: &'a SetOptions,
    /// What happened.
    pub records: &'a mut Vec<(Instant, LineRecord)>,
    /// And how often.
    pub count: &'a mut SetCount,
}

impl Outputs<'_> {
    fn show(&mut self, output: SetOutput) {
        self.records.push((self.now, LineRecord::Set(output)));
    }
}

impl Interchange {
    /// An interchange at rest that has just heard the centre.
    pub fn new(number: u16, line: u8, address: u8, first_set: u16, sets: u8) -> Self {
        Interchange {
            number,
            line,
            address,
            first_set,
            sets,
            queue: VecDeque::new(),
            unsettled: Vec::new(),
            heard_at: Instant::ZERO,
            unavailable_since: None,
            timer: None,
        }
    }

    /// When it will lock its sets if no go-ahead comes.
    pub fn due(&self, options: &SetOptions) -> Option<Instant> {
        match self.unavailable_since {
            Some(_) => None,
            None => Some(self.heard_at.saturating_add(options.not_available_after)),
        }
    }

    /// Whether it hears the centre.
    pub fn available(&self) -> bool {
        self.unavailable_since.is_none()
    }

    fn set<'s>(&self, terminal: u8, sets: &'s mut [AgentSet]) -> Option<&'s mut AgentSet> {
        if terminal >= self.sets {
            return None;
        }
        sets.get_mut(usize::from(self.first_set) + usize::from(terminal))
    }

    /// ENTER at a terminal, with a text that fits.
    pub fn enter(
        &mut self,
        terminal: u8,
        text: &[u8],
        sets: &mut [AgentSet],
        out: &mut Outputs,
    ) -> Result<(), EnterError> {
        let available = self.available();
        let first_set = self.first_set;
        let Some(set) = self.set(terminal, sets) else {
            return Err(EnterError::NoSuchSet(first_set + u16::from(terminal)));
        };
        if let Some(lock) = set.lock(available) {
            return Err(EnterError::Locked(lock));
        }
        AgentSet::check_text(text)?;
        let (accepted, queue) = set.enter(out.now, text, out.options, out.count);
        if queue {
            self.queue.push_back(terminal);
        }
        let copy = match accepted {
            SetOutput::Accepted {
                set,
                serial,
                again: true,
                ..
            } if queue => Some((set, serial)),
            _ => None,
        };
        out.show(accepted);
        if let Some((number, serial)) = copy {
            let block = self.set(terminal, sets).map_or(0, block_wanted);
            out.show(SetOutput::Requeued {
                set: number,
                serial,
                block,
                why: Again::SameTextAgain,
            });
        }
        Ok(())
    }

    /// RESET at a terminal.
    pub fn reset(
        &mut self,
        terminal: u8,
        sets: &mut [AgentSet],
        out: &mut Outputs,
    ) -> Result<(), EnterError> {
        let available = self.available();
        let first_set = self.first_set;
        let Some(set) = self.set(terminal, sets) else {
            return Err(EnterError::NoSuchSet(first_set + u16::from(terminal)));
        };
        if let Some(lock) = set.lock(available)
            && lock != Lock::Waiting
        {
            return Err(EnterError::Locked(lock));
        }
        if let Some(output) = set.reset(out.count) {
            out.show(output);
        }
        Ok(())
    }

    /// Puts a terminal's entry into the queue again. Does nothing if it is there, or gone.
    fn requeue(&mut self, terminal: u8, why: Again, sets: &mut [AgentSet], out: &mut Outputs) {
        let Some(set) = self.set(terminal, sets) else {
            return;
        };
        if !out.options.keeps_entries && why != Again::NextBlock {
            return;
        }
        let number = set.number;
        let Some(held) = set.held.as_mut().filter(|held| !held.queued) else {
            return;
        };
        held.queued = true;
        let again = SetOutput::Requeued {
            set: number,
            serial: held.serial,
            block: held.block_wanted,
            why,
        };
        match why {
            // Frames of the last transmission are older than anything queued since.
            Again::NotAcknowledged => self.queue.push_front(terminal),
            _ => self.queue.push_back(terminal),
        }
        *match why {
            Again::NotAcknowledged => &mut out.count.not_acknowledged,
            Again::Reopen => &mut out.count.reopened,
            Again::TimeOut => &mut out.count.timed_out,
            Again::Refused => &mut out.count.refused,
            Again::NextBlock => &mut out.count.next_blocks,
            Again::SameTextAgain => &mut out.count.entered_again,
        } += 1;
        out.show(again);
    }

    /// A go-ahead has arrived. Gives the reply as it will go on the line.
    pub fn go_ahead(
        &mut self,
        poll: Poll,
        sets: &mut [AgentSet],
        reply_starts: Instant,
        out: &mut Outputs,
    ) -> Vec<u8> {
        self.heard_at = out.now;
        if self.unavailable_since.is_some() {
            self.become_available(sets, out);
        }
        self.settle(usize::from(poll.acknowledged), sets, out);
        if poll.reopen {
            self.reopen(sets, out);
        }
        if self.queue.is_empty() {
            return nothing_to_send(self.address);
        }
        self.reply(sets, reply_starts, out)
    }

    fn settle(&mut self, acknowledged: usize, sets: &mut [AgentSet], out: &mut Outputs) {
        if self.unsettled.is_empty() {
            return;
        }
        let unsettled = std::mem::take(&mut self.unsettled);
        // From the last to the first, since each goes to the front of the queue.
        for (place, frame) in unsettled.iter().enumerate().rev() {
            let Some(set) = self.set(frame.terminal, sets) else {
                continue;
            };
            let printing = matches!(set.keyboard, Keyboard::Printing { .. });
            let Some(held) = set.held.as_mut() else {
                continue;
            };
            if held.serial != frame.serial || held.block_wanted != frame.block || printing {
                continue;
            }
            if place < acknowledged {
                held.acknowledged = true;
            } else {
                self.requeue(frame.terminal, Again::NotAcknowledged, sets, out);
            }
        }
    }

    fn reopen(&mut self, sets: &mut [AgentSet], out: &mut Outputs) {
        for terminal in 0..self.sets {
            let printing = self
                .set(terminal, sets)
                .is_some_and(|set| matches!(set.keyboard, Keyboard::Printing { .. }));
            if !printing {
                self.requeue(terminal, Again::Reopen, sets, out);
            }
        }
    }

    fn reply(
        &mut self,
        sets: &mut [AgentSet],
        reply_starts: Instant,
        out: &mut Outputs,
    ) -> Vec<u8> {
        let mut line = Vec::with_capacity(2 + 64);
        line.extend([SYNC_1, SYNC_2]);
        while self.unsettled.len() < CHAINED_MAX
            && let Some(terminal) = self.queue.pop_front()
        {
            let address = self.address;
            let Some(set) = self.set(terminal, sets) else {
                continue;
            };
            let Some(held) = set.held.as_mut().filter(|held| held.queued) else {
                continue;
            };
            held.queued = false;
            held.acknowledged = false;
            held.sent_at = Some(reply_starts);
            held.copies += 1;
            out.count.frames_sent += 1;
            debug_assert!(held.text.len() <= TEXT_MAX);
            EntryFrame {
                interchange: address,
                terminal,
                serial: held.serial,
                block: held.block_wanted,
                in_doubt: held.in_doubt,
                text: held.text.clone(),
            }
            .append(&mut line);
            self.unsettled.push(Unsettled {
                terminal,
                serial: held.serial,
                block: held.block_wanted,
            });
        }
        if self.unsettled.is_empty() {
            return nothing_to_send(self.address);
        }
        line
    }

    /// An answer block addressed to this interchange has arrived. Returns whether it was shown.
    pub fn answer(
        &mut self,
        frame: AnswerFrame,
        good: bool,
        sets: &mut [AgentSet],
        out: &mut Outputs,
    ) -> bool {
        let unavailable_since = self.unavailable_since;
        let (terminal, serial, block) = (frame.terminal, frame.serial, frame.block);
        let (set, wanted) = match self.set(terminal, sets) {
            None => (None, Err(Unwanted::NoTerminal)),
            Some(set) => {
                let wanted = set.wants(&frame);
                (Some(set), wanted)
            }
        };
        let number = set.as_ref().map(|set| set.number);
        let why = match (wanted, set) {
            (Ok(()), Some(set)) if good => {
                let shown = set.show(out.now, frame, unavailable_since, out.options, out.count);
                out.show(shown);
                self.printed(terminal, sets, out);
                return true;
            }
            (Err(why), _) if good => why,
            _ => Unwanted::BadCheck,
        };
        out.count.blocks_discarded += 1;
        out.show(SetOutput::Discarded {
            set: number,
            serial,
            block,
            why,
        });
        if why == Unwanted::BadCheck && wanted.is_ok() {
            self.requeue(terminal, Again::Refused, sets, out);
        }
        false
    }

    /// Looks whether a set has finished printing, and lets it go on.
    fn printed(&mut self, terminal: u8, sets: &mut [AgentSet], out: &mut Outputs) {
        let Some(set) = self.set(terminal, sets) else {
            return;
        };
        let was_printing = matches!(set.keyboard, Keyboard::Printing { .. });
        match set.printed(out.now) {
            Some(output) => out.show(output),
            None if was_printing && set.keyboard == Keyboard::Waiting => {
                self.requeue(terminal, Again::NextBlock, sets, out);
            }
            None => {}
        }
    }

    /// A set's own time has come: printing ended, or too long without an answer.
    pub fn set_due(&mut self, terminal: u8, sets: &mut [AgentSet], out: &mut Outputs) {
        let Some(set) = self.set(terminal, sets) else {
            return;
        };
        if matches!(set.keyboard, Keyboard::Printing { .. }) {
            self.printed(terminal, sets, out);
        } else if set.due(out.options).is_some_and(|due| due <= out.now) {
            self.requeue(terminal, Again::TimeOut, sets, out);
        }
    }

    /// Its own time has come: no go-ahead for too long.
    pub fn silence(&mut self, out: &mut Outputs) {
        if self.due(out.options).is_some_and(|due| due <= out.now) {
            self.unavailable_since = Some(out.now);
            out.show(SetOutput::NotAvailable {
                interchange: self.number,
            });
        }
    }

    fn become_available(&mut self, sets: &mut [AgentSet], out: &mut Outputs) {
        let since = self.unavailable_since;
        for terminal in 0..self.sets {
            if let Some(set) = self.set(terminal, sets) {
                set.settle(out.now, since, out.options);
            }
        }
        self.unavailable_since = None;
        out.show(SetOutput::Available {
            interchange: self.number,
        });
    }
}

fn block_wanted(set: &mut AgentSet) -> u8 {
    set.held.as_ref().map_or(0, |held| held.block_wanted)
}
