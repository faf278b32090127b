//! The agents of the airline and the telephone calls they take.
//!
//! In 1962 some eleven hundred agents sat at the sets, in reservation offices with rows of desks
//! and at airport counters with one or two. A call came in, the agent took a sheet from the card
//! well, asked for seats, sold, typed names and telephone numbers, read the booking back and ended
//! the transaction; about 84,000 calls a day, most of them between ten and noon and between two and
//! five.
//!
//! | module | what it is |
//! |---|---|
//! | [`customer`] | who calls and what they want: names, demand, the day's profile |
//! | [`agent`] | one agent at one set, as a state machine |
//! | this one | the calls arriving at free sets, and who has to do something next |
//!
//! An agent sees only what the set shows ([`SetEvent`]) and the printed schedule. Each agent draws
//! from a stream of its own, the telephone exchange from another.
//!
//! Source: calls a day and entries a call are documented, the profile is DEF-12, the mix of entries
//! DEF-9. Assumed: everything else here; people and telephone numbers are invented.

pub mod agent;
pub mod customer;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use clock::{Instant, Span, Stream};
use serde::{Deserialize, Serialize};

use crate::demand::Demand;
use crate::schedule::Schedule;
use agent::{Agent, Next};
use customer::rate_per_second;

/// What a set shows its agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SetEvent {
    /// The keyboard took the entry and locked.
    Accepted,
    /// A block of an answer begins to print, or lights come on.
    Answer {
        /// Printed text, empty for lights.
        text: String,
        /// The sixteen lights, line 1 in bit 15.
        lights: Option<u16>,
        /// The last block of the answer.
        complete: bool,
        /// When the printer has done.
        printed_at: Instant,
    },
    /// The keyboard is free again.
    Unlocked,
    /// "System not available": the keyboard is locked.
    NotAvailable,
    /// The system is available again.
    Available,
}

/// What an agent does at a set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Key {
    /// Types this and presses ENTER.
    Enter(String),
    /// Presses RESET.
    Reset,
}

/// An agent's action and its instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// When.
    pub at: Instant,
    /// Which set.
    pub set: u16,
    /// What.
    pub key: Key,
}

/// What everybody in the trade knows: the printed schedule, the dates on sale, what is in demand.
#[derive(Clone, Debug)]
pub struct Knowledge {
    /// The printed schedule.
    pub schedule: Schedule,
    /// Day of the year (0-based) of day 0, on which the run begins.
    pub first_day: u16,
    /// Minute of that day at which it begins.
    pub start_minute: u32,
    /// How many dates are on sale.
    pub days: u16,
    /// How much each flight and date is asked for.
    pub demand: Demand,
    /// Flights and days everybody wants, most wanted first.
    pub popular: Vec<(u16, u16)>,
    /// Locators and surnames of passengers booked before the run, as on their tickets.
    pub tickets: Vec<(String, String)>,
    /// The interchanges keep an entry until it is answered; if not, it may be lost.
    pub entries_kept: bool,
}

impl Knowledge {
    /// Number of the day it is at an instant.
    pub fn today(&self, at: Instant) -> u16 {
        let minutes = u64::from(self.start_minute) + at.0 / 60_000_000_000;
        (minutes / 1440) as u16
    }
}

/// What the agents did, for the report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentCounts {
    /// Calls that came in.
    pub calls: u64,
    /// Calls that ended one way or another.
    pub calls_ended: u64,
    /// Calls that waited because no set was free.
    pub calls_queued: u64,
    /// Bookings ended with a locator.
    pub bookings: u64,
    /// Calls given up in the middle.
    pub abandoned: u64,
    /// RESET pressed.
    pub resets: u64,
    /// The same text typed again after RESET.
    pub reentered_same: u64,
    /// Other text typed after RESET.
    pub reentered_other: u64,
    /// Entries by kind.
    pub entries: BTreeMap<String, u64>,
}

/// All agents and the telephone exchange; plain data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Agents {
    agents: Vec<Agent>,
    free: Vec<u16>,
    /// Calls waiting for a free set.
    waiting: VecDeque<Instant>,
    exchange: Stream,
    calls_per_day: u32,
    start_second: u64,
    next_call: Instant,
    due: BTreeSet<(Instant, u16)>,
    /// Sets at which somebody else sits.
    away: BTreeSet<u16>,
    /// Locators and surnames of bookings made in this run, newest last.
    recent: VecDeque<(String, String)>,
    /// What was done.
    pub counts: AgentCounts,
}

/// How many recent bookings callers may ask about.
const RECENT_MAX: usize = 4000;

impl Agents {
    /// `sets` agents; the run begins `start_minute` minutes after midnight.
    pub fn new(seed: u64, sets: u16, calls_per_day: u32, start_minute: u32) -> Agents {
        let mut agents = Agents {
            agents: (0..sets)
                .map(|set| Agent::new(set, Stream::new(seed, &format!("agents/{set}"))))
                .collect(),
            free: (0..sets).collect(),
            waiting: VecDeque::new(),
            exchange: Stream::new(seed, "exchange"),
            calls_per_day,
            start_second: u64::from(start_minute) * 60,
            next_call: Instant::ZERO,
            due: BTreeSet::new(),
            away: BTreeSet::new(),
            recent: VecDeque::new(),
            counts: AgentCounts::default(),
        };
        agents.next_call = agents.draw_call(Instant::ZERO);
        agents
    }

    /// The next call after `from`: a Poisson process whose rate changes with the hour (a call
    /// drawn beyond the hour's end is drawn again from there).
    fn draw_call(&mut self, from: Instant) -> Instant {
        let mut from = from;
        for _ in 0..100_000 {
            let second = self.start_second + from.0 / 1_000_000_000;
            let hour = (second / 3600) % 24;
            let rate = rate_per_second(self.calls_per_day, hour as usize);
            let hour_ends =
                Instant(((second / 3600 + 1) * 3600 - self.start_second) * 1_000_000_000);
            if rate > 0.0 {
                let gap = Span::from_seconds_f64(self.exchange.exponential(1.0 / rate));
                let at = from.saturating_add(gap);
                if at < hour_ends {
                    return at;
                }
            }
            if self.calls_per_day == 0 {
                return Instant::MAX;
            }
            from = hour_ends;
        }
        Instant::MAX
    }

    /// The instant of the next thing an agent does or a caller begins.
    pub fn due(&self) -> Instant {
        let first = self.due.first().map_or(Instant::MAX, |&(at, _)| at);
        first.min(self.next_call)
    }

    /// Everything done before `until`, in order of time.
    pub fn actions(&mut self, until: Instant, knowledge: &Knowledge, into: &mut Vec<Action>) {
        while self.due() < until {
            if self.next_call <= self.due.first().map_or(Instant::MAX, |&(at, _)| at) {
                let at = self.next_call;
                self.counts.calls += 1;
                if self.free.is_empty() {
                    self.counts.calls_queued += 1;
                    self.waiting.push_back(at);
                } else {
                    self.take_call(at, knowledge);
                }
                self.next_call = self.draw_call(at);
                continue;
            }
            let Some((at, set)) = self.due.pop_first() else {
                return;
            };
            let agent = &mut self.agents[usize::from(set)];
            let next = agent.wake(at, knowledge, &self.recent, &mut self.counts);
            self.follow(at, set, next, knowledge, into);
        }
    }

    fn take_call(&mut self, at: Instant, knowledge: &Knowledge) {
        let index = self.exchange.below(self.free.len() as u64) as usize;
        let set = self.free.swap_remove(index);
        let agent = &mut self.agents[usize::from(set)];
        agent.take_call(at, knowledge);
        self.due.insert((agent.wake_at, set));
    }

    fn follow(
        &mut self,
        at: Instant,
        set: u16,
        next: Next,
        knowledge: &Knowledge,
        into: &mut Vec<Action>,
    ) {
        let agent = &self.agents[usize::from(set)];
        match next {
            Next::Wait => {
                self.due.insert((agent.wake_at.max(at), set));
            }
            Next::Do(key) => {
                into.push(Action { at, set, key });
                self.due.insert((agent.wake_at.max(at), set));
            }
            Next::CallEnded => {
                self.counts.calls_ended += 1;
                self.free.push(set);
                if self.waiting.pop_front().is_some() {
                    self.take_call(at, knowledge);
                }
            }
        }
    }

    /// Shows an agent what its set showed; the agent acts at `not_before` or later.
    pub fn show(
        &mut self,
        at: Instant,
        set: u16,
        event: &SetEvent,
        not_before: Instant,
        knowledge: &Knowledge,
    ) {
        let Some(agent) = self.agents.get_mut(usize::from(set)) else {
            return;
        };
        if self.away.contains(&set) {
            agent.watch_from_afar(event);
            return;
        }
        let before = agent.wake_at;
        let filed = agent.see(at, event, knowledge, &mut self.counts);
        if let Some(filed) = filed {
            self.counts.bookings += 1;
            self.recent.push_back(filed);
            if self.recent.len() > RECENT_MAX {
                self.recent.pop_front();
            }
        }
        if agent.wake_at != before {
            agent.wake_at = agent.wake_at.max(not_before);
            if self.due.remove(&(before, set)) {
                self.due.insert((agent.wake_at, set));
            }
        }
    }

    /// An agent stands up for a person; a call in hand goes to a colleague, from its begin.
    pub fn stand_up(&mut self, now: Instant, set: u16) {
        if usize::from(set) >= self.agents.len() || !self.away.insert(set) {
            return;
        }
        let before = self.free.len();
        self.free.retain(|&free| free != set);
        let wake_at = self.agents[usize::from(set)].wake_at;
        self.due.remove(&(wake_at, set));
        if self.free.len() == before {
            self.waiting.push_back(now);
            self.agents[usize::from(set)].drop_call();
        }
    }

    /// The agent comes back to the set.
    pub fn come_back(&mut self, set: u16) {
        if self.away.remove(&set) {
            // Whatever the person left there is cleared before the next call.
            self.agents[usize::from(set)].drop_call();
            self.free.push(set);
        }
    }

    /// The agent at this set waits for a call.
    pub fn is_free(&self, set: u16) -> bool {
        self.free.contains(&set)
    }

    /// Agents busy with a call now.
    pub fn busy(&self) -> usize {
        self.agents.len() - self.free.len()
    }
}

#[cfg(test)]
mod tests;
