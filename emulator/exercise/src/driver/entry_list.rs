//! The entries of a run with their answers and times, for `--entries`.

use std::collections::BTreeMap;

use clock::Instant;
use serde::{Deserialize, Serialize};

use crate::agents::Key;
use crate::entries_csv::{Answered, Entry, RESET};
use crate::judges::ledger::Completed;

/// Entries with their answers, in order of typing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryList {
    /// One for each time ENTER or RESET was pressed.
    pub rows: Vec<Answered>,
    /// Row of the entry on its way, by set.
    open: BTreeMap<u16, usize>,
}

impl EntryList {
    /// A key was pressed.
    pub fn typed(&mut self, at: Instant, set: u16, key: &Key) {
        let text = match key {
            Key::Enter(text) => text.clone(),
            Key::Reset => RESET.to_owned(),
        };
        if matches!(key, Key::Enter(_)) {
            self.open.insert(set, self.rows.len());
        }
        self.rows.push(Answered {
            entry: Entry { at, set, text },
            answer: String::new(),
            answered_at: None,
        });
    }

    /// Entries were answered completely.
    pub fn answered(&mut self, completed: &[Completed]) {
        for done in completed.iter().filter(|done| !done.told_later) {
            let Some(row) = self.open.remove(&done.set) else {
                continue;
            };
            let row = &mut self.rows[row];
            row.answer = match done.lights {
                Some(lights) => format!("lights {lights:016b}"),
                None => done.entry.answer.trim_end().to_owned(),
            };
            row.answered_at = done.entry.first_shown_at;
        }
    }
}
