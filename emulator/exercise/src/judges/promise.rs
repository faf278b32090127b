//! Promise on two units: at the instant an answer to an update leaves the centre, what it promises
//! would outlive the loss of any one unit.
//!
//! When the last block of an answer leaves, the set record is recovered with each unit left out in
//! turn; so is every record named in the slot that commits the entry. What was found is kept until
//! the terminal shows the answer, and only then judged: a good answer to an update must find LAST
//! equal to its serial, and ANSWER equal to its text.
//!
//! In historical mode there are no slots: the set record, with LAST and ANSWER, is all that is looked at.
//!
//! While a unit is lost, or back and not yet rebuilt, there is no second unit to promise on: then
//! what remains must hold the promise, and how many answers left so is told. Of a unit that is damaged,
//! or back with what it had, nothing counts: the other units must hold the promise.

use clock::Instant;
use serde::{Deserialize, Serialize};
use site::description::Mode;

use super::ledger::Completed;
use super::{Verdict, Violations};
use crate::layout::{FileAddress, Kind, Layout, SLOTS};
use crate::recovered::{Found, Media, Recovered};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Left {
    at: Instant,
    serial: u16,
    /// One unit was hurt already: no further loss was asked for.
    remains: bool,
    /// LAST and ANSWER of the set record as any single loss would leave them.
    found: Option<(u16, String)>,
    /// A record of the slot that would be lost or old.
    weak: Option<String>,
}

/// The judge's state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    mode: Mode,
    left: Vec<Option<Left>>,
    checked: u64,
    violations: Violations,
    /// A unit is lost, or damaged, and not yet rebuilt; what is recovered is without it.
    pub one_is_hurt: bool,
    on_what_remained: u64,
}

/// Could the entry change anything that is filed?
pub fn may_update(text: &str) -> bool {
    match text.as_bytes().first() {
        Some(b'0' | b'-' | b'9' | b'7' | b'6' | b'5' | b'X' | b'I' | b'E') => true,
        // A display by locator brings the record into the set.
        Some(b'*') => crate::layout::locator_ordinal(&text[1..]).is_some(),
        _ => false,
    }
}

impl Promise {
    /// For so many sets.
    pub fn new(sets: u16, mode: Mode) -> Promise {
        Promise {
            mode,
            left: vec![None; usize::from(sets)],
            checked: 0,
            violations: Violations::default(),
            one_is_hurt: false,
            on_what_remained: 0,
        }
    }

    /// The last block of an answer leaves.
    pub fn leaves<M: Media>(
        &mut self,
        at: Instant,
        set: u16,
        serial: u16,
        recovered: &Recovered<'_, M>,
        layout: &Layout,
    ) {
        let Some(left) = self.left.get_mut(usize::from(set)) else {
            return;
        };
        let address = FileAddress::new(Kind::Set, u32::from(set));
        let remains = self.one_is_hurt;
        let found = kept(recovered, address, remains).map(|found| {
            let record = layout.read_set(found.words);
            (record.last, record.answer)
        });
        let weak = weak_record(address, serial, recovered, layout, remains);
        *left = Some(Left {
            at,
            serial,
            remains,
            found,
            weak,
        });
    }

    /// A good answer to an entry has been shown.
    pub fn acknowledged(&mut self, at: Instant, done: &Completed) {
        let Some(slot) = self.left.get_mut(usize::from(done.set)) else {
            return;
        };
        if done.told_later || !may_update(&done.entry.text) {
            return;
        }
        let Some(left) = slot.take_if(|left| left.serial == done.entry.serial) else {
            return;
        };
        self.checked += 1;
        self.on_what_remained += u64::from(left.remains);
        let lost = if left.remains {
            "what was lost already"
        } else {
            "the loss of one unit"
        };
        let said = format!(
            "set {}: the answer `{}` to `{}` (serial {}) left at {}",
            done.set, done.entry.answer, done.entry.text, done.entry.serial, left.at
        );
        match (&left.found, &left.weak) {
            (None, _) => self.violations.add(at, || {
                format!("{said} when {lost} would have taken the set record")
            }),
            (Some((last, answer)), _)
                if *last != left.serial
                    || !answer.trim_end().ends_with(done.entry.answer.trim()) =>
            {
                self.violations.add(at, || {
                    format!("{said}, but with {lost} LAST is {last} and ANSWER `{answer}`")
                });
            }
            (_, Some(weak)) => self.violations.add(at, || {
                format!("{said} when {lost} would have taken its {weak}")
            }),
            _ => {}
        }
    }

    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        let what = match self.mode {
            Mode::Hot => "each",
            Mode::Historical => "each with its set record (passenger records are single)",
        };
        let mut checked = format!(
            "{} answers to updates, {what} on two units when it left",
            self.checked
        );
        if self.on_what_remained > 0 {
            checked.push_str(&format!(
                "; {} of them on what remained when a unit was lost",
                self.on_what_remained
            ));
        }
        self.violations.verdict("promise-on-two-units", checked)
    }
}

/// What is left of a record: whichever single unit is lost, or of what remains of it.
fn kept<'m, M: Media>(
    recovered: &Recovered<'m, M>,
    address: FileAddress,
    remains: bool,
) -> Option<Found<'m>> {
    if remains {
        recovered.newest(address)
    } else {
        recovered.newest_without_any_one(address)
    }
}

/// A record that the entry's slot names and that one loss would take back to an older version.
fn weak_record<M: Media>(
    set: FileAddress,
    serial: u16,
    recovered: &Recovered<'_, M>,
    layout: &Layout,
    remains: bool,
) -> Option<String> {
    for slot in 0..SLOTS {
        let Some((_, images)) = recovered.slot(slot) else {
            continue;
        };
        let of_entry = images
            .iter()
            .any(|(address, words)| *address == set && layout.read_set(words).last == serial);
        if !of_entry {
            continue;
        }
        for (address, words) in images {
            let kept =
                kept(recovered, address, remains).is_some_and(|found| found.version >= words[0]);
            if !kept {
                return Some(address.to_string());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::judges::ledger::OpenEntry;
    use crate::layout::{Copy, Place, SetRecord, Slot, StorageUnit, seal, test_layout};

    const SET: FileAddress = FileAddress {
        kind: Kind::Set,
        ordinal: 3,
    };

    fn image(layout: &Layout, version: u64, answer: &str) -> Vec<u64> {
        let mut record = SetRecord::new(3);
        (record.last, record.answer) = (version as u16, answer.to_owned());
        let mut words = layout.write_set(&record);
        seal(&mut words, version);
        words
    }

    /// The verdict on an answer `OK` to serial 1 that leaves with these copies in storage.
    fn judge(slots: &[Copy], records: &[Copy], answer: &str) -> Verdict {
        judge_with(slots, records, answer, None)
    }

    /// The same when a unit is lost already.
    fn judge_with(
        slots: &[Copy],
        records: &[Copy],
        answer: &str,
        lost: Option<StorageUnit>,
    ) -> Verdict {
        let layout = test_layout();
        let mut store: BTreeMap<Place, Vec<u64>> = BTreeMap::new();
        for copy in Copy::BOTH {
            let version = u64::from(records.contains(&copy));
            let words = image(&layout, version, if version == 1 { answer } else { "" });
            store.insert(layout.place(SET, copy), words);
        }
        for &copy in slots {
            let slot = Slot {
                ordinal: 4,
                q: 9,
                set: SET,
                serial: 1,
                images: vec![(SET, image(&layout, 1, answer))],
            };
            let place = layout.place(FileAddress::new(Kind::Slot, 4), copy);
            store.insert(place, layout.write_slot(&slot).expect("it fits"));
        }
        let mut judge = Promise::new(8, Mode::Hot);
        judge.one_is_hurt = lost.is_some();
        store.retain(|place, _| Some(StorageUnit::of_module(place.module)) != lost);
        let recovered = Recovered::new(&layout, &store);
        judge.leaves(Instant(1), 3, 1, &recovered, &layout);
        let entry = OpenEntry {
            text: "9212-555-0100-H".to_owned(),
            serial: 1,
            accepted_at: Instant(0),
            answer: "OK".to_owned(),
            first_shown_at: None,
        };
        let done = Completed {
            set: 3,
            entry,
            lights: None,
            completed_at: Instant(2),
            told_later: false,
        };
        judge.acknowledged(Instant(2), &done);
        judge.verdict()
    }

    #[test]
    fn an_answer_may_leave_when_both_copies_of_the_slot_or_of_the_record_stand() {
        use Copy::{C1, C2};
        assert!(judge(&[C1, C2], &[], "OK").holds);
        assert!(judge(&[], &[C1, C2], "OK").holds);
        for (slots, records) in [(&[C1][..], &[][..]), (&[C2], &[]), (&[], &[C1]), (&[], &[])] {
            let verdict = judge(slots, records, "OK");
            assert!(!verdict.holds, "{slots:?} {records:?}");
            assert!(verdict.detail.contains("set 3"), "{}", verdict.detail);
        }
        let other = judge(&[C1, C2], &[], "UNABLE 0 LEFT");
        assert!(!other.holds, "the stored answer is not the one given");
    }

    #[test]
    fn when_a_unit_is_lost_what_remains_must_hold_the_promise() {
        use Copy::{C1, C2};
        let layout = test_layout();
        let unit = |copy| {
            let slot = layout.place(FileAddress::new(Kind::Slot, 4), copy);
            Some(StorageUnit::of_module(slot.module))
        };
        let verdict = judge_with(&[C1, C2], &[], "OK", unit(C1));
        assert!(verdict.holds, "{}", verdict.detail);
        assert!(verdict.detail.contains("1 of them on what remained"));
        assert!(judge_with(&[C2], &[], "OK", unit(C1)).holds);
        let gone = judge_with(&[C2], &[], "OK", unit(C2));
        assert!(!gone.holds, "{}", gone.detail);
    }
}
