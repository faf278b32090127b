//! The ledger of entries: what was typed at each set, when the interchange accepted it, and what
//! answer came. Every judge and the report read this one list of facts.
//!
//! | an entry is | when |
//! |---|---|
//! | open | accepted by the interchange, no complete answer yet |
//! | answered | its complete answer has reached the interchange, check good |
//! | refused | so too, but the answer is a refusal or an error reply |
//! | in doubt | the agent pressed RESET and typed other text; the next answer tells |
//!
//! An entry typed again after RESET with the same text keeps its serial and is the same entry. An
//! entry in doubt of which the next answer says DONE counts as answered with the stored answer, of
//! which it says NOT DONE as refused.
//!
//! In historical mode nobody keeps an entry: one given up for other text, and one that was with a
//! machine that lost the active role, is *lost*. It may have been done, in part or whole, and nobody is
//! told.
//!
//! Doubt may follow doubt: of an entry given up before the last one nobody is told any more, and
//! of one that was itself marked in doubt only that it was done. What such an entry did is
//! *undecided* where its text alone does not say it.

use std::collections::BTreeMap;

use clock::{Instant, Span};
use serde::{Deserialize, Serialize};

use crate::layout::locator_ordinal;
use crate::statistics::Responses;

/// An entry accepted by an interchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenEntry {
    /// What was typed.
    pub text: String,
    /// Its serial.
    pub serial: u16,
    /// When the interchange accepted it first.
    pub accepted_at: Instant,
    /// The answer so far.
    pub answer: String,
    /// When the first character or light showed.
    pub first_shown_at: Option<Instant>,
}

/// An entry and its whole answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completed {
    /// The agent set.
    pub set: u16,
    /// The entry; its `answer` is complete.
    pub entry: OpenEntry,
    /// The lights, if the answer was lights.
    pub lights: Option<u16>,
    /// When the answer was complete at the interchange.
    pub completed_at: Instant,
    /// An answer told by the next entry's (LAST ENTRY DONE), not shown for itself.
    pub told_later: bool,
}

/// What one event at a set means for the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The entry before, of which this answer tells that it was done (with its stored answer).
    pub before_done: Option<Completed>,
    /// The entry before, of which this answer tells that it was not done.
    pub before_not_done: Option<OpenEntry>,
    /// The entry before was done, and what it did nobody is told.
    pub undecided: Option<OpenEntry>,
    /// The entry now answered; a prefix about the entry before is taken off its answer.
    pub completed: Option<Completed>,
}

/// Figures over all entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traffic {
    /// Entries accepted (each serial once).
    pub sent: u64,
    /// Answered, not refused.
    pub answered: u64,
    /// Answered with a refusal or an error reply.
    pub refused: u64,
    /// Sells refused for want of seats.
    pub sells_refused: u64,
    /// Entries typed again with the same text after RESET.
    pub retyped: u64,
    /// Entries sent again under the same serial: not acknowledged, REOPEN, no answer in time, or the
    /// same text typed again.
    pub sent_again: u64,
    /// Entries given up for other text.
    pub given_up: u64,
    /// Entries lost (historical mode).
    pub lost: u64,
    /// Answers that began LAST ENTRY DONE.
    pub told_done: u64,
    /// Answers that began LAST ENTRY NOT DONE.
    pub told_not_done: u64,
    /// Characters of printed answers, for their mean.
    pub answer_characters: u64,
    /// Printed answers.
    pub printed_answers: u64,
    /// Answers by lights.
    pub light_answers: u64,
    /// Times from ENTER accepted to the first character or light.
    pub responses: Responses,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct SetLedger {
    typed: Option<(Instant, String)>,
    open: Option<OpenEntry>,
    /// The open entry is marked in doubt: an entry was given up for it.
    open_in_doubt: bool,
    doubtful: Option<OpenEntry>,
    /// So was the doubtful one.
    doubtful_in_doubt: bool,
    /// The open entry has left for the centre, and nothing of its answer has come.
    with_centre: bool,
}

/// All sets' entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// How many there are.
    count: u16,
    /// Those where anything was typed: what is asked of each instant must not cost by the size of the
    /// site.
    sets: BTreeMap<u16, SetLedger>,
    /// Nobody keeps an entry (historical mode).
    loses: bool,
    /// Figures.
    pub traffic: Traffic,
}

const DONE: &str = "LAST ENTRY DONE/";
const NOT_DONE: &str = "LAST ENTRY NOT DONE/";

/// Does an answer refuse? All good answers are known; everything else is a refusal.
pub fn is_refusal(entry: &str, answer: &str, lights: Option<u16>) -> bool {
    if lights.is_some() {
        return false;
    }
    let failed = [
        "FORMAT",
        "UNABLE",
        "NO ",
        "CLASS",
        "FULL",
        "DATE",
        "TOO LONG",
        "NEED ",
        "NAMES NOT",
        "CHANGED",
        "INDEX FULL",
        "FINISH OR",
        "NOT ",
        "BUSY",
    ];
    if entry.starts_with('0') {
        return !(answer.contains(" SS") || answer.contains(" LL"));
    }
    failed.iter().any(|start| answer.starts_with(start))
}

/// The only good answer an entry of this text can have, when there is only one.
fn good_answer(text: &str) -> Option<&'static str> {
    match text.chars().next() {
        Some('-' | '9' | '7' | '6' | '5' | 'X') => Some("OK"),
        Some('I') => Some("IGNORED"),
        Some('1') => Some(""),
        _ => None,
    }
}

/// The stored answer to an entry and the answer to the next one, told together as `rest`. The first is
/// `None` where they cannot be told apart.
fn parted<'a>(before: &str, entry: &str, rest: &'a str) -> (Option<&'a str>, &'a str) {
    if !before.starts_with('*') {
        // A stored answer holds no slash, except that of a display.
        let (stored, rest) = rest.split_once('/').unwrap_or((rest, ""));
        return (Some(stored), rest);
    }
    // A booking brought in is told by locator and names; a list, by locators.
    let mut words = rest.split([' ', '/']);
    let mut is_locator = || words.next().and_then(locator_ordinal).is_some();
    let is_list = is_locator() && is_locator();
    match entry.chars().next() {
        _ if is_list => (None, rest.split_once('/').map_or("", |(_, rest)| rest)),
        // Names are no segments: whoever reads the one or the other finds it.
        _ if matches!(entry, "*A" | "*I") => (Some(rest), rest),
        Some('*') => (None, rest.split_once('/').map_or("", |(_, rest)| rest)),
        Some('1') => (Some(rest), ""),
        _ => match rest.rsplit_once('/') {
            Some((stored, rest)) => (Some(stored), rest),
            None => (Some(rest), ""),
        },
    }
}

impl Ledger {
    /// An empty ledger for so many sets of a site where an entry can be lost.
    pub fn losing(sets: u16) -> Ledger {
        Ledger {
            loses: true,
            ..Ledger::new(sets)
        }
    }

    /// An empty ledger for so many sets.
    pub fn new(sets: u16) -> Ledger {
        Ledger {
            loses: false,
            count: sets,
            sets: BTreeMap::new(),
            traffic: Traffic::default(),
        }
    }

    /// ENTER was pressed; the interchange may accept it or not.
    pub fn typed(&mut self, at: Instant, set: u16, text: &str) {
        if set < self.count {
            self.sets.entry(set).or_default().typed = Some((at, text.to_owned()));
        }
    }

    /// The entry of a set leaves its interchange.
    pub fn left(&mut self, set: u16, serial: u16) {
        if let Some(ledger) = self.sets.get_mut(&set) {
            let open = ledger.open.as_ref();
            ledger.with_centre |= open.is_some_and(|open| open.serial == serial);
        }
    }

    /// A machine lost the active role: the entries that were with it, which are now lost if nobody
    /// keeps them.
    pub fn role_moved(&mut self) -> Vec<(u16, OpenEntry)> {
        let mut lost = Vec::new();
        if self.loses {
            for (&set, ledger) in &mut self.sets {
                if std::mem::take(&mut ledger.with_centre)
                    && let Some(open) = ledger.open.take()
                {
                    lost.push((set, open));
                }
            }
        }
        self.traffic.lost += lost.len() as u64;
        lost
    }

    /// The interchange accepted what was typed. Gives the entry of which nobody will be told now:
    /// the one given up before the last one, which counts as refused; where entries can be lost the
    /// last one.
    pub fn accepted(
        &mut self,
        at: Instant,
        set: u16,
        serial: u16,
        again: bool,
    ) -> Option<OpenEntry> {
        if set >= self.count {
            return None;
        }
        if again {
            self.traffic.retyped += 1;
            return None;
        }
        let ledger = self.sets.entry(set).or_default();
        let mut undecided = None;
        ledger.with_centre = false;
        let text = ledger.typed.take().map(|t| t.1).unwrap_or_default();
        if let Some(before) = ledger.open.take() {
            self.traffic.given_up += 1;
            if self.loses {
                self.traffic.lost += 1;
                // It may be on its way already, though its frame has not begun to leave.
                undecided = Some(before);
            } else {
                undecided = ledger.doubtful.replace(before);
                self.traffic.refused += u64::from(undecided.is_some());
                ledger.doubtful_in_doubt = std::mem::replace(&mut ledger.open_in_doubt, true);
            }
        } else {
            ledger.open_in_doubt = false;
        }
        self.traffic.sent += 1;
        ledger.open = Some(OpenEntry {
            text,
            serial,
            accepted_at: at,
            answer: String::new(),
            first_shown_at: None,
        });
        undecided
    }

    /// A block of an answer was shown.
    pub fn answer(
        &mut self,
        at: Instant,
        set: u16,
        serial: u16,
        text: &str,
        lights: Option<u16>,
        complete: bool,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        let Some(ledger) = self.sets.get_mut(&set) else {
            return outcome;
        };
        let Some(open) = ledger.open.as_mut().filter(|open| open.serial == serial) else {
            return outcome;
        };
        if open.first_shown_at.is_none() {
            open.first_shown_at = Some(at);
            let span = at.saturating_since(open.accepted_at);
            self.traffic.responses.add(span);
        }
        open.answer.push_str(text);
        self.traffic.answer_characters += text.chars().count() as u64;
        ledger.with_centre = false;
        if !complete {
            return outcome;
        }
        if lights.is_some() {
            self.traffic.light_answers += 1;
        } else {
            self.traffic.printed_answers += 1;
        }
        let Some(mut entry) = ledger.open.take() else {
            return outcome;
        };
        if let Some(before) = ledger.doubtful.take() {
            let in_doubt = ledger.doubtful_in_doubt;
            self.settle(at, set, (before, in_doubt), &mut entry, &mut outcome);
        }
        let refused = is_refusal(&entry.text, &entry.answer, lights);
        self.count(&entry, refused);
        outcome.completed = Some(Completed {
            set,
            entry,
            lights,
            completed_at: at,
            told_later: false,
        });
        outcome
    }

    /// What the answer to an entry marked IN DOUBT tells of the entry before, which may have been
    /// marked so itself.
    fn settle(
        &mut self,
        at: Instant,
        set: u16,
        (mut before, in_doubt): (OpenEntry, bool),
        entry: &mut OpenEntry,
        outcome: &mut Outcome,
    ) {
        if let Some(rest) = entry.answer.strip_prefix(DONE) {
            self.traffic.told_done += 1;
            // Lights are not told again, nor is an answer that itself began so.
            let unsaid = in_doubt || before.text.starts_with('1');
            let (stored, rest) = match unsaid {
                true => (good_answer(&before.text), rest),
                false => parted(&before.text, &entry.text, rest),
            };
            let stored = stored.map(str::to_owned);
            entry.answer = rest.to_owned();
            let Some(stored) = stored else {
                self.traffic.answered += 1;
                outcome.undecided = Some(before);
                return;
            };
            before.answer = stored;
            let refused = is_refusal(&before.text, &before.answer, None);
            self.count(&before, refused);
            outcome.before_done = Some(Completed {
                set,
                entry: before,
                lights: None,
                completed_at: at,
                told_later: true,
            });
        } else {
            if let Some(rest) = entry.answer.strip_prefix(NOT_DONE) {
                self.traffic.told_not_done += 1;
                entry.answer = rest.to_owned();
            }
            self.traffic.refused += 1;
            outcome.before_not_done = Some(before);
        }
    }

    fn count(&mut self, entry: &OpenEntry, refused: bool) {
        if refused {
            self.traffic.refused += 1;
            if entry.text.starts_with('0') && entry.answer.starts_with("UNABLE") {
                self.traffic.sells_refused += 1;
            }
        } else {
            self.traffic.answered += 1;
        }
    }

    /// The entry a set waits for.
    pub fn open(&self, set: u16) -> Option<&OpenEntry> {
        self.sets.get(&set)?.open.as_ref()
    }

    /// The entry before it, given up and not yet told of.
    pub fn doubtful(&self, set: u16) -> Option<&OpenEntry> {
        self.sets.get(&set)?.doubtful.as_ref()
    }

    /// All open entries with their sets.
    pub fn all_open(&self) -> impl Iterator<Item = (u16, &OpenEntry)> {
        let sets = self.sets.iter();
        sets.filter_map(|(&set, ledger)| Some((set, ledger.open.as_ref()?)))
    }

    /// Entries without an answer yet, those in doubt included.
    pub fn unanswered(&self) -> impl Iterator<Item = (u16, &OpenEntry)> {
        self.sets.iter().flat_map(|(&set, ledger)| {
            let entries = ledger.doubtful.iter().chain(&ledger.open);
            entries.map(move |entry| (set, entry))
        })
    }

    /// How many they are.
    pub fn pending(&self) -> u64 {
        self.unanswered().count() as u64
    }

    /// Mean characters of a printed answer.
    pub fn mean_answer(&self) -> Option<f64> {
        let answers = self.traffic.printed_answers;
        (answers > 0).then(|| self.traffic.answer_characters as f64 / answers as f64)
    }

    /// The longest time any open entry has waited.
    pub fn longest_wait(&self, now: Instant) -> Span {
        let waits = self.all_open();
        waits
            .map(|(_, open)| now.saturating_since(open.accepted_at))
            .max()
            .unwrap_or(Span::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: Instant = Instant(1_000_000_000);

    #[test]
    fn every_entry_sent_is_answered_refused_or_pending() {
        let mut ledger = Ledger::new(3);
        for (set, text) in [(0, "01Y2"), (1, "E"), (2, "112JULLGALAX")] {
            ledger.typed(T, set, text);
            ledger.accepted(T, set, 1, false);
        }
        let later = Instant(3_000_000_000);
        let sold = ledger.answer(
            later,
            0,
            1,
            "1 AA1    Y 12JUL LGALAX SS1  0900 1130",
            None,
            true,
        );
        assert_eq!(sold.completed.unwrap().entry.text, "01Y2");
        ledger.answer(later, 1, 1, "NEED NAME - USE -", None, true);
        let stale = ledger.answer(later, 2, 7, "", Some(0), true);
        assert_eq!(stale, Outcome::default(), "another serial tells nothing");
        let t = &ledger.traffic;
        assert_eq!(
            (t.sent, t.answered, t.refused, ledger.pending()),
            (3, 1, 1, 1)
        );
        assert_eq!(t.responses.percentile(50), Span::from_secs(2));
        ledger.answer(later, 2, 1, "", Some(0x8000), true);
        assert_eq!((ledger.traffic.answered, ledger.pending()), (2, 0));
    }

    #[test]
    fn reset_with_other_text_is_settled_by_the_next_answer() {
        for (answer, done) in [
            (
                "LAST ENTRY DONE/1 AA1    Y 12JUL LGALAX SS1  0900 1130/1 AA1",
                true,
            ),
            ("LAST ENTRY NOT DONE/NO BOOKING", false),
        ] {
            let mut ledger = Ledger::new(1);
            ledger.typed(T, 0, "01Y2");
            ledger.accepted(T, 0, 4095, false);
            ledger.typed(T, 0, "01Y2");
            ledger.accepted(T, 0, 4095, true);
            ledger.typed(T, 0, "*I");
            ledger.accepted(T, 0, 0, false);
            assert_eq!(
                ledger.pending(),
                2,
                "one in doubt, one open, the copy is the same"
            );
            let outcome = ledger.answer(T, 0, 0, answer, None, true);
            assert_eq!(outcome.before_done.is_some(), done);
            assert_eq!(outcome.before_not_done.is_some(), !done);
            if let Some(before) = outcome.before_done {
                assert!(before.entry.answer.ends_with("1130"));
            }
            let t = &ledger.traffic;
            assert_eq!(t.sent, t.answered + t.refused, "{t:?}");
            assert_eq!((t.retyped, t.given_up), (1, 1));
        }
    }

    /// One set, entries given up one after another; each answer that comes is the last one's.
    fn given_up(texts: &[&str], answer: &str) -> (Ledger, Vec<String>, Outcome) {
        let mut ledger = Ledger::new(1);
        let mut undecided = Vec::new();
        for (serial, text) in texts.iter().enumerate() {
            ledger.typed(T, 0, text);
            let gone = ledger.accepted(T, 0, serial as u16, false);
            undecided.extend(gone.map(|entry| entry.text));
        }
        let last = texts.len() as u16 - 1;
        let outcome = ledger.answer(T, 0, last, answer, None, true);
        let t = &ledger.traffic;
        assert_eq!(t.sent, t.answered + t.refused, "{t:?}");
        (ledger, undecided, outcome)
    }

    #[test]
    fn of_entries_given_up_one_after_another_only_the_last_is_told() {
        let answer = "LAST ENTRY DONE/1 AA1    Y 12JUL LGALAX SS1/2 AA3    Y 13JUL LGALAX SS1/";
        let (_, undecided, outcome) = given_up(&["0AA1Y", "0AA3Y", "*I"], answer);
        assert_eq!(undecided, ["0AA1Y"]);
        let before = outcome.undecided.expect("done, and which seat is not said");
        assert_eq!((before.text.as_str(), outcome.before_done), ("0AA3Y", None));
        let shown = outcome.completed.expect("answered").entry.answer;
        assert!(shown.starts_with("1 AA1 "), "nothing cut off: {shown}");

        // What an entry did may be plain from its text.
        let (_, undecided, outcome) = given_up(&["0AA1Y", "9212", "*I"], answer);
        assert_eq!((undecided.len(), outcome.undecided), (1, None));
        assert_eq!(outcome.before_done.expect("done").entry.answer, "OK");
    }

    #[test]
    fn lights_are_not_told_again() {
        let sold = "LAST ENTRY DONE/1 AA1    Y 12JUL LGALAX SS1  0900 1130";
        let (_, _, outcome) = given_up(&["112JULLGALAX", "01Y1"], sold);
        assert!(outcome.before_done.is_some());
        let entry = outcome.completed.expect("answered").entry;
        assert!(entry.answer.starts_with("1 AA1 "), "{}", entry.answer);
    }

    #[test]
    fn a_display_told_again_may_hold_slashes() {
        let booking = "ABACDH 2ARDO/MO/BEA";
        let shown = format!("{booking}/1 AA1    Y 12JUL LGALAX HK2/");
        for (entry, rest, stored, answer) in [
            ("9212", "ABACDH 2ARDO/MO/BEA/OK", Some(booking), "OK"),
            ("112JULLGALAX", booking, Some(booking), ""),
            ("*I", shown.as_str(), Some(&*shown), shown.as_str()),
            // Which of them is the last of the first is not said.
            (
                "*ABACDG",
                "ABACDH ARDO/MO/FINISH OR IGNORE",
                None,
                "MO/FINISH OR IGNORE",
            ),
            ("*I", "ABACDH ABACDG/NO BOOKING", None, "NO BOOKING"),
            ("9212", "NO RECORD/OK", Some("NO RECORD"), "OK"),
        ] {
            let (_, _, outcome) = given_up(&["*ABACDH", entry], &format!("{DONE}{rest}"));
            let done = outcome.before_done.map(|done| done.entry.answer);
            assert_eq!(done.as_deref(), stored, "{rest}");
            assert_eq!(outcome.undecided.is_some(), stored.is_none(), "{rest}");
            let completed = outcome.completed.expect("answered");
            assert_eq!(completed.entry.answer, answer, "{rest}");
        }
    }
}
