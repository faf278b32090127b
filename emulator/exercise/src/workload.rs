//! Where entries come from: calls taken by agents, a list of entries, or nobody.

use std::collections::{BTreeMap, BTreeSet};

use clock::{Instant, Span};
use serde::{Deserialize, Serialize};

use crate::agents::{Action, Agents, Key, Knowledge, SetEvent};
use crate::entries_csv::{Entry, RESET};

/// A source of actions at the sets; plain data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Workload {
    /// Agents taking calls.
    Calls(Box<Agents>),
    /// A list, played.
    List(Player),
    /// Nobody.
    Quiet,
}

/// Plays a list of entries: each set's in order, each when its time has come and the keyboard is
/// free.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Player {
    /// Entries left, by set, next one last.
    left: BTreeMap<u16, Vec<Entry>>,
    locked: BTreeSet<u16>,
    /// Typed and not yet accepted.
    typed: BTreeMap<u16, Entry>,
    /// Sets whose system is not available: nobody types there.
    away: BTreeSet<u16>,
    due: BTreeSet<(Instant, u16)>,
}

impl Player {
    /// Entries in order of time.
    pub fn new(entries: Vec<Entry>) -> Player {
        let mut player = Player::default();
        for entry in entries.into_iter().rev() {
            player.left.entry(entry.set).or_default().push(entry);
        }
        for (&set, entries) in &player.left {
            if let Some(first) = entries.last() {
                player.due.insert((first.at, set));
            }
        }
        player
    }

    fn actions(&mut self, until: Instant, into: &mut Vec<Action>) {
        while let Some(&(at, set)) = self.due.first().filter(|(at, _)| *at < until) {
            self.due.pop_first();
            let Some(entries) = self.left.get_mut(&set) else {
                continue;
            };
            let Some(next) = entries.last() else { continue };
            let reset = next.text == RESET;
            if (self.locked.contains(&set) || self.away.contains(&set)) && !reset {
                // Typed when the keyboard unlocks.
                continue;
            }
            let Some(entry) = entries.pop() else { continue };
            let key = if reset {
                self.locked.remove(&set);
                Key::Reset
            } else {
                self.locked.insert(set);
                self.typed.insert(set, entry.clone());
                Key::Enter(entry.text)
            };
            into.push(Action { at, set, key });
            if let Some(next) = entries.last() {
                self.due.insert((next.at.max(at), set));
            }
        }
    }

    fn show(&mut self, set: u16, event: &SetEvent, not_before: Instant) {
        match event {
            SetEvent::Accepted => {
                self.typed.remove(&set);
                return;
            }
            SetEvent::NotAvailable => {
                self.away.insert(set);
                return;
            }
            SetEvent::Available => {
                self.away.remove(&set);
                if let Some(refused) = self.typed.remove(&set) {
                    // The keyboard was dead already when it was typed.
                    self.locked.remove(&set);
                    self.left.entry(set).or_default().push(refused);
                }
            }
            SetEvent::Unlocked => {
                self.locked.remove(&set);
            }
            SetEvent::Answer { .. } => return,
        }
        if let Some(next) = self.left.get(&set).and_then(|entries| entries.last())
            && !self.locked.contains(&set)
        {
            self.due.insert((next.at.max(not_before), set));
        }
    }
}

impl Workload {
    /// The next instant at which somebody acts.
    pub fn due(&self) -> Instant {
        match self {
            Workload::Calls(agents) => agents.due(),
            Workload::List(player) => player.due.first().map_or(Instant::MAX, |d| d.0),
            Workload::Quiet => Instant::MAX,
        }
    }

    /// Everything done before `until`, in order of time.
    pub fn actions(&mut self, until: Instant, knowledge: &Knowledge, into: &mut Vec<Action>) {
        match self {
            Workload::Calls(agents) => agents.actions(until, knowledge, into),
            Workload::List(player) => player.actions(until, into),
            Workload::Quiet => {}
        }
    }

    /// Nobody of the exercise is at work at a set.
    pub fn is_at_rest(&self, set: u16) -> bool {
        match self {
            Workload::Calls(agents) => agents.is_free(set),
            Workload::List(player) => !player.left.contains_key(&set),
            Workload::Quiet => true,
        }
    }

    /// A person sits down at a set: nobody of the exercise types there any more.
    pub fn sit(&mut self, now: Instant, set: u16) {
        match self {
            Workload::Calls(agents) => agents.stand_up(now, set),
            Workload::List(player) => {
                player.left.remove(&set);
            }
            Workload::Quiet => {}
        }
    }

    /// The person leaves.
    pub fn leave(&mut self, set: u16) {
        if let Workload::Calls(agents) = self {
            agents.come_back(set);
        }
    }

    /// A set showed something; nobody acts on it before `not_before`.
    pub fn show(
        &mut self,
        at: Instant,
        set: u16,
        event: &SetEvent,
        not_before: Instant,
        knowledge: &Knowledge,
    ) {
        // A person needs time to see it.
        let not_before = not_before.max(at + Span::from_millis(10));
        match self {
            Workload::Calls(agents) => agents.show(at, set, event, not_before, knowledge),
            Workload::List(player) => player.show(set, event, not_before),
            Workload::Quiet => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(at: u64, set: u16, text: &str) -> Entry {
        Entry {
            at: Instant(at),
            set,
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_list_waits_for_locked_keyboards() {
        let mut player = Player::new(vec![
            entry(5, 0, "A"),
            entry(5, 1, "B"),
            entry(6, 0, "C"),
            entry(7, 1, RESET),
            entry(8, 1, "D"),
        ]);
        let mut done = Vec::new();
        player.actions(Instant(100), &mut done);
        let texts = |actions: &[Action]| -> Vec<(u64, u16, Key)> {
            actions
                .iter()
                .map(|a| (a.at.0, a.set, a.key.clone()))
                .collect()
        };
        let typed = |text: &str| Key::Enter(text.to_owned());
        assert_eq!(
            texts(&done),
            [
                (5, 0, typed("A")),
                (5, 1, typed("B")),
                (7, 1, Key::Reset),
                (8, 1, typed("D")),
            ]
        );
        done.clear();
        player.show(0, &SetEvent::Unlocked, Instant(120));
        player.actions(Instant(200), &mut done);
        assert_eq!(texts(&done), [(120, 0, typed("C"))]);
    }

    #[test]
    fn what_a_dead_keyboard_refused_is_typed_again() {
        let mut player = Player::new(vec![entry(5, 0, "A"), entry(50, 0, "B")]);
        let mut done = Vec::new();
        player.actions(Instant(10), &mut done);
        player.show(0, &SetEvent::NotAvailable, Instant(10));
        player.actions(Instant(100), &mut done);
        assert_eq!(done.len(), 1, "nobody types while the system is away");
        player.show(0, &SetEvent::Available, Instant(200));
        player.actions(Instant(300), &mut done);
        player.show(0, &SetEvent::Accepted, Instant(300));
        player.show(0, &SetEvent::NotAvailable, Instant(300));
        player.show(0, &SetEvent::Available, Instant(400));
        player.actions(Instant(500), &mut done);
        assert_eq!(done.len(), 2, "what was accepted is not typed again");
        assert_eq!((done[1].at, &done[1].key), (Instant(200), &done[0].key));
    }
}
