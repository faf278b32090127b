//! The agent set: the desk of a reservation agent.
//!
//! A set was a printer-keyboard (a modified Selectric, about 15 characters a second), an air
//! information device with 16 lights for availability, and a panel of action buttons. It had one
//! discipline: ENTER locked the keyboard until the complete answer had arrived or the agent
//! pressed RESET. The lock was the system's flow control, and the agent's only sign of a fault.
//!
//! Source: reference Sabre 2.4, lock rules 1, 2 and 5. The serial of an entry, the entry held until
//! it is answered, and IN DOUBT are ours (they keep the promise that an entry is applied once or
//! not at all, however often it is sent).
//!
//! | the agent | the entry | then |
//! |---|---|---|
//! | ENTER | none held | serial n, held, queued |
//! | RESET | n held | keyboard unlocked, n still held |
//! | ENTER, the same text | n held | n queued again, with the block wanted that it had |
//! | ENTER, other text | n held | n + 1 IN DOUBT; n is never sent again |
//! | complete answer to n arrives | n held | n released; unlocked when it is printed |
//!
//! Where the site keeps no entries ([`SetOptions::keeps_entries`] is false) an entry is sent once:
//! the set only remembers which answer it waits for, and whatever is typed after RESET is n + 1 and
//! in no doubt. The next block of a long answer is still asked for.
//!
//! *Not emulated*: a bad character made in the set (rule 3), an error found by the interchange in
//! what the set sent (rule 4), unsolicited messages.
//! *Assumed*: RESET does nothing while the set prints or while the system is not available. Serials
//! go from 4095 to 0; the first is 1. An answer is released when its last block has arrived, not
//! when it has been printed. The first character is struck when printing starts.

use clock::{Instant, Span, periodic};
use serde::{Deserialize, Serialize};

use crate::contacts::Contacts;
use crate::frame::{AnswerFrame, BLOCKS_MAX, Ending, SERIALS, TEXT_MAX, is_text};

/// Figures of the sets and interchanges; all of them the site's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetOptions {
    /// Characters printed in a second.
    pub printer_characters_per_second: u32,
    /// Without a go-ahead for so long, the interchange locks its sets.
    pub not_available_after: Span,
    /// An entry sent and not completely answered for so long is sent again.
    pub resend_after: Span,
    /// A set waiting for an answer for longer than this counts as locked for want of the system.
    pub waiting_counts_after: Span,
    /// An entry is kept until it is completely answered, and sent again when it may be lost. If
    /// not, it is sent once; what comes to nothing the agent has to type anew.
    pub keeps_entries: bool,
}

impl Default for SetOptions {
    fn default() -> Self {
        SetOptions {
            printer_characters_per_second: 15,
            not_available_after: Span::from_secs(2),
            resend_after: Span::from_secs(10),
            waiting_counts_after: Span::from_secs(5),
            keeps_entries: true,
        }
    }
}

/// Why an entry is queued once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Again {
    /// The next go-ahead did not acknowledge it.
    NotAcknowledged,
    /// A REOPEN go-ahead.
    Reopen,
    /// Too long without an answer.
    TimeOut,
    /// The block wanted arrived with a bad check.
    Refused,
    /// The agent pressed RESET and typed the same text.
    SameTextAgain,
    /// The next block of the answer is asked for.
    NextBlock,
}

/// Why an answer block is thrown away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unwanted {
    /// Bad check character.
    BadCheck,
    /// No entry with this serial is held.
    OtherSerial,
    /// Another block is wanted, or this one is being printed.
    OtherBlock,
    /// There is no such terminal.
    NoTerminal,
}

/// What a set or an interchange shows the outside world. Sets are numbered through the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SetOutput {
    /// ENTER was accepted by the interchange.
    Accepted {
        /// The set.
        set: u16,
        /// Serial given.
        serial: u16,
        /// The entry before it was given up without an answer.
        in_doubt: bool,
        /// The same text as the entry held: no new serial.
        again: bool,
    },
    /// RESET unlocked the keyboard; the entry stays held.
    Reset {
        /// The set.
        set: u16,
    },
    /// A wanted block has arrived: lights are on, or printing starts.
    Answer {
        /// The set.
        set: u16,
        /// Serial of the entry.
        serial: u16,
        /// Number of the block, from 0.
        block: u8,
        /// The 16 lights, line 1 leftmost; nothing printed then.
        lights: Option<u16>,
        /// What is printed, core BCD.
        text: Vec<u8>,
        /// No block follows: the entry is answered.
        complete: bool,
        /// The first character is struck, or the lights come on: the instant of response.
        first_character_at: Instant,
        /// The last character has been struck.
        printed_at: Instant,
    },
    /// The keyboard can be used again after an answer.
    Unlocked {
        /// The set.
        set: u16,
    },
    /// The entry is queued again.
    Requeued {
        /// The set.
        set: u16,
        /// Serial of the entry.
        serial: u16,
        /// Block of the answer wanted.
        block: u8,
        /// Why.
        why: Again,
    },
    /// A block arrived that is not shown.
    Discarded {
        /// The set, if there is such a terminal.
        set: Option<u16>,
        /// Serial in the block.
        serial: u16,
        /// Number of the block.
        block: u8,
        /// Why.
        why: Unwanted,
    },
    /// The interchange heard no go-ahead for too long: its sets are locked.
    NotAvailable {
        /// Number of the interchange in the site.
        interchange: u16,
    },
    /// A go-ahead came again.
    Available {
        /// Number of the interchange in the site.
        interchange: u16,
    },
}

/// An entry kept until it is completely answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Its serial, 12 bits.
    pub serial: u16,
    /// Core BCD.
    pub text: Vec<u8>,
    /// Marked IN DOUBT.
    pub in_doubt: bool,
    /// Block of the answer wanted next.
    pub block_wanted: u8,
    /// Waiting in the interchange's queue.
    pub queued: bool,
    /// The centre has said that it got the last copy.
    pub acknowledged: bool,
    /// First accepted.
    pub entered_at: Instant,
    /// Last sent, if it was.
    pub sent_at: Option<Instant>,
    /// Times sent.
    pub copies: u32,
    /// Something of its answer has been shown.
    pub response: bool,
}

/// The keyboard, apart from the interchange's own lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Keyboard {
    /// Free for the next entry.
    Unlocked,
    /// Locked until the answer comes (rule 1).
    Waiting,
    /// Locked while a block is printed (rule 5).
    Printing {
        /// The last character has been struck.
        until: Instant,
        /// No block follows.
        complete: bool,
    },
}

/// Why a keyboard is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Lock {
    /// Rule 1.
    #[error("the set waits for an answer")]
    Waiting,
    /// Rule 2.
    #[error("the system is not available")]
    NotAvailable,
    /// Rule 5.
    #[error("the set is printing")]
    Printing,
}

/// Why ENTER or RESET did nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum EnterError {
    /// Fewer sets than that.
    #[error("there is no set {0}")]
    NoSuchSet(u16),
    /// The agent should have looked first.
    #[error("the keyboard is locked: {0}")]
    Locked(Lock),
    /// More than a frame holds.
    #[error("an entry has at most 100 characters, this one has {0}")]
    TooLong(usize),
    /// Not a key of this keyboard.
    #[error("character {1:02o} (octal) at place {0} of the entry is not on the keyboard")]
    Character(usize, u8),
}

/// What happened at all sets, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetCount {
    /// Entries given a serial.
    pub entries: u64,
    /// Of these, IN DOUBT.
    pub in_doubt: u64,
    /// The same text typed again after RESET.
    pub entered_again: u64,
    /// RESET pressed with effect.
    pub resets: u64,
    /// Entry frames sent, next-block requests included.
    pub frames_sent: u64,
    /// Frames that asked for the next block of an answer.
    pub next_blocks: u64,
    /// Queued again for want of an acknowledgement.
    pub not_acknowledged: u64,
    /// Queued again by REOPEN.
    pub reopened: u64,
    /// Queued again after too long without an answer.
    pub timed_out: u64,
    /// Queued again because the answer's check was bad.
    pub refused: u64,
    /// Entries completely answered.
    pub answered: u64,
    /// Blocks shown.
    pub blocks_shown: u64,
    /// Blocks thrown away.
    pub blocks_discarded: u64,
}

/// One agent set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentSet {
    /// Its number in the site.
    pub number: u16,
    /// Number of its interchange in the site.
    pub interchange: u16,
    /// Its address at the interchange.
    pub terminal: u8,
    /// Serial given last; 0 before the first entry.
    pub last_serial: u16,
    /// The entry outstanding.
    pub held: Option<Held>,
    /// The keyboard.
    pub keyboard: Keyboard,
    /// What its keys send.
    pub contacts: Contacts,
    /// When its timer in the site's list rings.
    pub timer: Option<Instant>,
    /// Time locked for want of the system, up to `counted_until`.
    locked: Span,
    counted_until: Instant,
}

impl AgentSet {
    /// A set at rest.
    pub fn new(number: u16, interchange: u16, terminal: u8) -> Self {
        AgentSet {
            number,
            interchange,
            terminal,
            last_serial: 0,
            held: None,
            keyboard: Keyboard::Unlocked,
            contacts: Contacts::default(),
            timer: None,
            locked: Span::ZERO,
            counted_until: Instant::ZERO,
        }
    }

    /// When the set next does something by itself.
    pub fn due(&self, options: &SetOptions) -> Option<Instant> {
        if let Keyboard::Printing { until, .. } = self.keyboard {
            return Some(until);
        }
        if !options.keeps_entries {
            return None;
        }
        let held = self.held.as_ref()?;
        if held.queued {
            return None;
        }
        held.sent_at
            .map(|sent| sent.saturating_add(options.resend_after))
    }

    /// Why the keyboard cannot be used, if it cannot. `available`: the interchange hears the
    /// centre.
    pub fn lock(&self, available: bool) -> Option<Lock> {
        match self.keyboard {
            Keyboard::Printing { .. } => Some(Lock::Printing),
            _ if !available => Some(Lock::NotAvailable),
            Keyboard::Waiting => Some(Lock::Waiting),
            Keyboard::Unlocked => None,
        }
    }

    /// Whether this text can be entered.
    pub fn check_text(text: &[u8]) -> Result<(), EnterError> {
        if text.len() > TEXT_MAX {
            return Err(EnterError::TooLong(text.len()));
        }
        match text.iter().position(|&character| !is_text(character)) {
            Some(place) => Err(EnterError::Character(place, text[place])),
            None => Ok(()),
        }
    }

    /// ENTER on an unlocked keyboard with a text that passed [`AgentSet::check_text`]. Gives the
    /// output, and whether the entry is to be put into the queue.
    pub fn enter(
        &mut self,
        now: Instant,
        text: &[u8],
        options: &SetOptions,
        count: &mut SetCount,
    ) -> (SetOutput, bool) {
        self.keyboard = Keyboard::Waiting;
        let set = self.number;
        let text = self.contacts.sent(text);
        if let Some(held) = &mut self.held
            && held.text == text
            && options.keeps_entries
        {
            count.entered_again += 1;
            let accepted = SetOutput::Accepted {
                set,
                serial: held.serial,
                in_doubt: held.in_doubt,
                again: true,
            };
            let queue = !held.queued;
            held.queued = true;
            return (accepted, queue);
        }
        self.settle(now, None, options);
        let in_doubt = self.held.is_some() && options.keeps_entries;
        let queued_already = self.held.as_ref().is_some_and(|held| held.queued);
        self.last_serial = (self.last_serial + 1) % SERIALS;
        self.held = Some(Held {
            serial: self.last_serial,
            text,
            in_doubt,
            block_wanted: 0,
            queued: true,
            acknowledged: false,
            entered_at: now,
            sent_at: None,
            copies: 0,
            response: false,
        });
        count.entries += 1;
        count.in_doubt += u64::from(in_doubt);
        let accepted = SetOutput::Accepted {
            set,
            serial: self.last_serial,
            in_doubt,
            again: false,
        };
        // The queue holds terminals, not texts: a place there serves the new entry.
        (accepted, !queued_already)
    }

    /// RESET. `None`: the keyboard was free already.
    pub fn reset(&mut self, count: &mut SetCount) -> Option<SetOutput> {
        if self.keyboard != Keyboard::Waiting {
            return None;
        }
        self.keyboard = Keyboard::Unlocked;
        count.resets += 1;
        Some(SetOutput::Reset { set: self.number })
    }

    /// Whether a block is the one the set waits for.
    pub fn wants(&self, frame: &AnswerFrame) -> Result<(), Unwanted> {
        let Some(held) = &self.held else {
            return Err(Unwanted::OtherSerial);
        };
        if held.serial != frame.serial {
            return Err(Unwanted::OtherSerial);
        }
        let printing = matches!(self.keyboard, Keyboard::Printing { .. });
        if held.block_wanted != frame.block || printing {
            return Err(Unwanted::OtherBlock);
        }
        Ok(())
    }

    /// A wanted block with a good check: lights on, or printing starts.
    pub fn show(
        &mut self,
        now: Instant,
        frame: AnswerFrame,
        unavailable_since: Option<Instant>,
        options: &SetOptions,
        count: &mut SetCount,
    ) -> SetOutput {
        self.settle(now, unavailable_since, options);
        let lights = (frame.ending == Ending::Lights).then(|| {
            let bits = |place: usize| u32::from(frame.text.get(place).copied().unwrap_or(0));
            ((bits(0) << 12 | bits(1) << 6 | bits(2)) >> 2) as u16
        });
        let complete = frame.ending != Ending::Incomplete || frame.block >= BLOCKS_MAX - 1;
        let printed = if lights.is_some() {
            0
        } else {
            frame.text.len()
        };
        let rate = u64::from(options.printer_characters_per_second.max(1));
        let printed_at = periodic(now, printed as u64, rate, 1);
        count.blocks_shown += 1;
        if complete {
            count.answered += 1;
            self.held = None;
        } else if let Some(held) = &mut self.held {
            held.response = true;
        }
        self.keyboard = Keyboard::Printing {
            until: printed_at,
            complete,
        };
        SetOutput::Answer {
            set: self.number,
            serial: frame.serial,
            block: frame.block,
            text: if lights.is_some() {
                Vec::new()
            } else {
                frame.text
            },
            lights,
            complete,
            first_character_at: now,
            printed_at,
        }
    }

    /// The last character of a block has been struck. `Some(Unlocked)` after the last block;
    /// otherwise the next one is wanted.
    pub fn printed(&mut self, now: Instant) -> Option<SetOutput> {
        let Keyboard::Printing { until, complete } = self.keyboard else {
            return None;
        };
        if until > now {
            return None;
        }
        if complete {
            self.keyboard = Keyboard::Unlocked;
            return Some(SetOutput::Unlocked { set: self.number });
        }
        self.keyboard = Keyboard::Waiting;
        if let Some(held) = &mut self.held {
            held.block_wanted = (held.block_wanted + 1).min(BLOCKS_MAX - 1);
            held.acknowledged = false;
        }
        None
    }

    /// The instant from which the set waits too long for the answer to its entry.
    fn overdue_from(&self, options: &SetOptions) -> Option<Instant> {
        let held = self.held.as_ref().filter(|held| !held.response)?;
        Some(held.entered_at.saturating_add(options.waiting_counts_after))
    }

    fn open_lock(
        &self,
        now: Instant,
        unavailable_since: Option<Instant>,
        options: &SetOptions,
    ) -> Span {
        // Both reasons last until now, so together they cover one stretch from the earlier one.
        [unavailable_since, self.overdue_from(options)]
            .into_iter()
            .flatten()
            .min()
            .map_or(Span::ZERO, |from| {
                now.saturating_since(from.max(self.counted_until))
            })
    }

    /// Counts the time locked for want of the system up to now. To be called before one of the
    /// reasons ends.
    pub fn settle(
        &mut self,
        now: Instant,
        unavailable_since: Option<Instant>,
        options: &SetOptions,
    ) {
        self.locked += self.open_lock(now, unavailable_since, options);
        self.counted_until = now;
    }

    /// Time locked for want of the system until now: no go-ahead (rule 2), or waiting for an answer
    /// beyond the time that counts.
    pub fn locked_time(
        &self,
        now: Instant,
        unavailable_since: Option<Instant>,
        options: &SetOptions,
    ) -> Span {
        self.locked + self.open_lock(now, unavailable_since, options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: fn() -> SetOptions = SetOptions::default;

    fn at(ms: u64) -> Instant {
        Instant(ms * 1_000_000)
    }

    fn entered(text: &[u8]) -> (AgentSet, SetCount) {
        let mut set = AgentSet::new(0, 0, 0);
        let mut count = SetCount::default();
        set.enter(at(0), text, &OPTIONS(), &mut count);
        (set, count)
    }

    #[test]
    fn lights_are_the_leftmost_sixteen_bits() {
        let (mut set, mut count) = entered(&[0o21]);
        let frame = AnswerFrame {
            interchange: 0,
            terminal: 0,
            serial: 1,
            block: 0,
            ending: Ending::Lights,
            text: vec![0o40, 0o00, 0o04],
        };
        assert_eq!(set.wants(&frame), Ok(()));
        let shown = set.show(at(9), frame, None, &OPTIONS(), &mut count);
        let SetOutput::Answer {
            lights, printed_at, ..
        } = shown
        else {
            panic!("{shown:?}");
        };
        assert_eq!(lights, Some(0x8001), "lines 1 and 16");
        assert_eq!(printed_at, at(9));
        assert_eq!(set.held, None);
    }

    #[test]
    fn serials_begin_at_one_and_come_round_to_zero() {
        let mut set = AgentSet::new(0, 0, 0);
        let mut count = SetCount::default();
        let mut serial = |set: &mut AgentSet| {
            set.held = None;
            match set.enter(at(0), &[0o21], &OPTIONS(), &mut count).0 {
                SetOutput::Accepted {
                    serial, in_doubt, ..
                } => {
                    assert!(!in_doubt);
                    serial
                }
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(serial(&mut set), 1);
        set.last_serial = 4095;
        assert_eq!(serial(&mut set), 0);
        assert_eq!(serial(&mut set), 1);
    }

    #[test]
    fn locked_time_is_the_union_of_its_reasons() {
        let options = OPTIONS();
        let (mut set, mut count) = entered(&[0o21]);
        // Waiting counts from 5 s; not available from 3 s to 7 s; answered at 9 s.
        assert_eq!(
            set.locked_time(at(4_000), Some(at(3_000)), &options),
            Span::from_secs(1)
        );
        set.settle(at(7_000), Some(at(3_000)), &options);
        assert_eq!(
            set.locked_time(at(7_000), None, &options),
            Span::from_secs(4)
        );
        let frame = AnswerFrame {
            interchange: 0,
            terminal: 0,
            serial: 1,
            block: 0,
            ending: Ending::Complete,
            text: vec![],
        };
        set.show(at(9_000), frame, None, &options, &mut count);
        assert_eq!(
            set.locked_time(at(60_000), None, &options),
            Span::from_secs(6)
        );
    }

    #[test]
    fn an_entry_must_fit_the_frame_and_the_keyboard() {
        assert_eq!(
            AgentSet::check_text(&[0; 101]),
            Err(EnterError::TooLong(101))
        );
        assert_eq!(
            AgentSet::check_text(&[0o21, 0o35]),
            Err(EnterError::Character(1, 0o35))
        );
        assert_eq!(AgentSet::check_text(&[0o60; 100]), Ok(()));
    }
}
