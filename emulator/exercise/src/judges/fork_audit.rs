//! The audit of a fork: only what its storage no longer shares with its parent's.
//!
//! The parent was audited whole and found right, so what a fork has not touched is right too. What
//! it has touched is every record of a page it no longer shares, and every record that a slot of
//! either names; of these the same is asked as in the audit of the whole storage. A count of seats
//! has changed by as much as the bookings that hold them.

use std::collections::{BTreeMap, BTreeSet};

use clock::Instant;
use site::Storage;
use site::description::Mode;

use super::booking_model::{Model, SeatKey};
use super::{FilesAudit, Judges};
use crate::day::Today;
use crate::inputs::Inputs;
use crate::layout::{
    Booking, DAYS_PER_INVENTORY, FileAddress, INVENTORIES_PER_FLIGHT, Kind, SegmentStatus, locator,
};
use crate::media::{SiteMedia, place_of};
use crate::recovered::Recovered;
use crate::schedule::Class;

/// A state that was audited whole and found right, nothing being on its way.
#[derive(Clone, Debug)]
pub struct Parent {
    storage: Storage,
    model: Model,
}

/// Seats sold and waited for that changed, by flight, day and class.
type Changes = BTreeMap<SeatKey, [i64; 2]>;

impl Judges {
    /// The state now as the parent of forks, `None` if it is not whole and quiet.
    pub fn parent(&mut self, inputs: &Inputs, now: Instant, storage: &Storage) -> Option<Parent> {
        self.audit(inputs, now, storage);
        let quiet = self.ledger.pending() == 0 && self.units_hurt.is_empty();
        let whole = self
            .verdicts(inputs, now)
            .iter()
            .all(|verdict| verdict.holds);
        (quiet && whole).then(|| Parent {
            storage: storage.clone(),
            model: self.model.clone(),
        })
    }

    /// Checks what of storage may differ from the parent's.
    pub fn audit_fork(
        &mut self,
        inputs: &Inputs,
        now: Instant,
        storage: &Storage,
        parent: &Parent,
    ) {
        if self.mode == Mode::Historical || self.model.today != parent.model.today {
            // What may be left over is a sum over all records; midnight touches them all.
            return self.audit(inputs, now, storage);
        }
        let (media, before) = (SiteMedia(storage), SiteMedia(&parent.storage));
        let now_there = Recovered::new(&inputs.layout, &media).with_index();
        let before_there = Recovered::new(&inputs.layout, &before).with_index();
        let mut touched = touched(inputs, storage, &parent.storage);
        touched.extend(now_there.named());
        touched.extend(before_there.named());
        for set in self.model.sets_at_work().chain(parent.model.sets_at_work()) {
            touched.insert(FileAddress::new(Kind::Set, set.into()));
        }
        for ordinal in self.model.ordinals_filed() {
            touched.insert(FileAddress::new(Kind::Passenger, ordinal));
        }
        let Judges {
            files,
            model,
            ledger,
            ..
        } = self;
        // A page has room for more sets than there are.
        let sets = inputs.description.sets() as u32;
        touched.retain(|address| address.kind != Kind::Set || address.ordinal < sets);
        files.audits += 1;
        let mut changes = Changes::new();
        let mut untold = Vec::new();
        for &address in &touched {
            match address.kind {
                Kind::Set => {
                    let Some(record) = now_there.set(address.ordinal) else {
                        files.lost.add(now, || {
                            format!("the record of set {} cannot be recovered", address.ordinal)
                        });
                        continue;
                    };
                    let old = before_there.set(address.ordinal);
                    let statuses = [SegmentStatus::SoldOpen, SegmentStatus::WaitOpen];
                    add(&mut changes, &record.booking, statuses, 1);
                    if let Some(old) = old {
                        add(&mut changes, &old.booking, statuses, -1);
                    }
                    let set = address.ordinal as u16;
                    files.compare_set(now, set, &record.booking, model, ledger);
                }
                Kind::Passenger => {
                    let ordinal = address.ordinal;
                    let statuses = [SegmentStatus::FiledConfirmed, SegmentStatus::FiledWait];
                    let old = before_there.passenger(ordinal).filter(|old| old.state == 1);
                    if let Some(old) = old {
                        add(&mut changes, &old.booking, statuses, -1);
                    }
                    let Some(record) = now_there.passenger(ordinal) else {
                        if model.told(ordinal).is_some() {
                            files.lost.add(now, || {
                                let locator = locator(ordinal);
                                format!(
                                    "booking {locator} was acknowledged and cannot be recovered"
                                )
                            });
                        }
                        continue;
                    };
                    if record.state == 1 {
                        add(&mut changes, &record.booking, statuses, 1);
                    }
                    if let Some(told) = model.told(ordinal) {
                        let seen = (&*model, &*ledger);
                        let (state, booking) = (record.state, &record.booking);
                        files.compare_filed(now, ordinal, state, booking, told, seen);
                    } else if record.state == 1 && !model.heard_of(ordinal) {
                        untold.push(record.locator.clone());
                    }
                }
                _ => {}
            }
        }
        files.compare_untold(now, &untold, model, ledger);
        compare_counts(
            (files, model.today),
            now,
            inputs,
            (&now_there, &before_there),
            &touched,
            &changes,
        );
    }
}

fn add(changes: &mut Changes, booking: &Booking, statuses: [SegmentStatus; 2], sign: i64) {
    for segment in &booking.segments {
        let which = statuses.iter().position(|&s| segment.status() == Some(s));
        if let Some(which) = which {
            let key = (segment.flight, segment.day, segment.class);
            changes.entry(key).or_default()[which] += sign * i64::from(segment.seats);
        }
    }
}

/// Every record kept on a page that is not shared with the parent's.
fn touched(inputs: &Inputs, storage: &Storage, parent: &Storage) -> BTreeSet<FileAddress> {
    let mut touched = BTreeSet::new();
    for (module, before) in storage.units().zip(parent.units()) {
        for track in module.store.unshared(&before.store) {
            let records = (0..).take_while(|&r| module.geometry.record(track, r).is_some());
            for record in records {
                let place = place_of(storage, module.unit, track, record);
                let kept = place.and_then(|place| inputs.layout.kept_at(place));
                touched.extend(kept.map(|(address, _)| address));
            }
        }
    }
    touched
}

/// What inventories show has changed as the bookings have.
fn compare_counts(
    (files, today): (&mut FilesAudit, Today),
    now: Instant,
    inputs: &Inputs,
    (now_there, before_there): (&Recovered<'_, SiteMedia<'_>>, &Recovered<'_, SiteMedia<'_>>),
    touched: &BTreeSet<FileAddress>,
    changes: &Changes,
) {
    let of_changes = changes
        .keys()
        .map(|&(flight, day, _)| crate::layout::Layout::inventory_address(flight, day));
    let inventories: BTreeSet<FileAddress> = touched
        .iter()
        .copied()
        .filter(|address| address.kind == Kind::Inventory)
        .chain(of_changes)
        .collect();
    for address in inventories {
        let flight = (address.ordinal / INVENTORIES_PER_FLIGHT) as u16;
        let first = (address.ordinal % INVENTORIES_PER_FLIGHT) as u16 * DAYS_PER_INVENTORY;
        let Some(described) = inputs.schedule.flights.get(usize::from(flight)) else {
            continue;
        };
        let found = (now_there.newest(address), before_there.newest(address));
        for day in (first..first + DAYS_PER_INVENTORY).filter(|&d| !today.departed(d)) {
            for class in Class::ALL {
                let what = || {
                    let (date, letter) = (today.date(day), class.letter());
                    format!("{} {date} class {letter}", described.designator)
                };
                let (Some(found), Some(before)) = found else {
                    let text = || format!("{}: no inventory can be recovered", what());
                    files.sums.add(now, text);
                    continue;
                };
                files.counts_compared += 1;
                let counts = inputs.layout.counts(found.words, day, class);
                let before = inputs.layout.counts(before.words, day, class);
                if (counts.authorised, counts.opening) != (before.authorised, before.opening) {
                    files.sums.add(now, || {
                        format!("{}: authorised seats or the opening count changed", what())
                    });
                }
                let change = changes.get(&(flight, day, class as u8));
                let change = change.copied().unwrap_or_default();
                let sold = i64::from(before.sold) + change[0];
                let waiting = i64::from(before.waiting) + change[1];
                if (i64::from(counts.sold), i64::from(counts.waiting)) != (sold, waiting) {
                    files.sums.add(now, || {
                        format!(
                            "{}: {} sold and {} waiting by the inventory, {sold} and {waiting} by \
                             the bookings",
                            what(),
                            counts.sold,
                            counts.waiting
                        )
                    });
                }
                if counts.sold > counts.authorised {
                    files.oversold.add(now, || {
                        format!("{}: {} sold of {}", what(), counts.sold, counts.authorised)
                    });
                }
            }
        }
    }
}
