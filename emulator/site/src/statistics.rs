//! What a site did, counted; for reports.

use clock::{Instant, Span};
use device::agent_set::SetCount;
use device::file_control::{Unit, UnitCounts};
use ibm7090::channel::ChannelCounts;
use serde::{Deserialize, Serialize};

use crate::machine::Machine;

/// Counts of one machine, over all its lives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MachineStatistics {
    /// Which.
    pub machine: Machine,
    /// Instructions executed.
    pub instructions: u64,
    /// Those of them that only waited.
    pub waiting_instructions: u64,
    /// Cycles its clock showed.
    pub cycles: u64,
    /// Those of them that passed in waits: skipped, but for the first pass of each.
    pub waiting_cycles: u64,
    /// Time its relays were closed.
    pub active_time: Span,
    /// Instructions executed meanwhile.
    pub active_instructions: u64,
    /// Those of them that only waited.
    pub active_waiting_instructions: u64,
    /// Share of the active time in which it did not wait, by instructions, 0 to 1.
    pub busy_share: f64,
    /// Its channels A to E; an AN/FSQ-7 has none.
    pub channels: Vec<ChannelCounts>,
}

/// Account of a machine's time in the active role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveAccount {
    /// When its relays closed, and its totals then.
    since: Option<(Instant, [u64; 4])>,
    time: Span,
    instructions: u64,
    waiting: u64,
}

impl ActiveAccount {
    /// Its relays close; `totals`: instructions, cycles, and those of both that only waited.
    pub fn open(&mut self, now: Instant, totals: [u64; 4]) {
        self.since.get_or_insert((now, totals));
    }

    /// They open.
    pub fn close(&mut self, now: Instant, totals: [u64; 4]) {
        *self = self.until(now, totals);
        self.since = None;
    }

    /// The account as it would be closed now.
    fn until(&self, now: Instant, totals: [u64; 4]) -> ActiveAccount {
        let mut account = *self;
        if let Some((since, before)) = account.since {
            account.time += now.max(since) - since;
            account.instructions += totals[0] - before[0];
            account.waiting += totals[2] - before[2];
        }
        account
    }

    /// What the machine did until now.
    pub fn statistics(
        &self,
        machine: Machine,
        now: Instant,
        totals: [u64; 4],
        channels: Vec<ChannelCounts>,
    ) -> MachineStatistics {
        let [instructions, cycles, waiting_instructions, waiting_cycles] = totals;
        let account = self.until(now, totals);
        // Below 2^53: exact enough for a share.
        let (all, waiting) = (account.instructions as f64, account.waiting as f64);
        MachineStatistics {
            machine,
            instructions,
            waiting_instructions,
            cycles,
            waiting_cycles,
            active_time: account.time,
            active_instructions: account.instructions,
            active_waiting_instructions: account.waiting,
            busy_share: if all > 0.0 { 1.0 - waiting / all } else { 0.0 },
            channels,
        }
    }
}

/// Counts of one line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineStatistics {
    /// Its number.
    pub line: u8,
    /// Time bits left the centre.
    pub down_busy: Span,
    /// Time bits left the interchanges.
    pub up_busy: Span,
    /// Transmissions from the centre.
    pub down_transmissions: u64,
    /// Transmissions from the interchanges.
    pub up_transmissions: u64,
    /// Go-aheads sent.
    pub polls: u64,
    /// Replies without a message.
    pub empty_replies: u64,
    /// Go-aheads without reply.
    pub time_outs: u64,
    /// Things dropped for their check.
    pub check_errors: u64,
    /// Frames changed by noise whose check did not tell.
    pub undetected_errors: u64,
    /// Times a trouble of the line hit a transmission.
    pub hits: u64,
}

/// Counts of one drum or disk unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnitStatistics {
    /// Which.
    pub unit: Unit,
    /// What it did.
    pub counts: UnitCounts,
}

/// Counts of a site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SiteStatistics {
    /// Virtual time since the run began.
    pub time: Span,
    /// Machine A, machine B.
    pub machines: Vec<MachineStatistics>,
    /// Every line.
    pub lines: Vec<LineStatistics>,
    /// Every unit, drums first.
    pub units: Vec<UnitStatistics>,
    /// What happened at the sets.
    pub sets: SetCount,
    /// Number of sets.
    pub set_number: u64,
    /// Set-time locked for want of the system, all sets together.
    pub sets_locked: Span,
}

impl SiteStatistics {
    /// Share of set-time not locked for want of the system, 0 to 1; 1 without sets or time.
    pub fn availability(&self) -> f64 {
        let all = self.time.as_seconds_f64() * self.set_number as f64;
        if all > 0.0 {
            1.0 - self.sets_locked.as_seconds_f64() / all
        } else {
            1.0
        }
    }
}
