//! Audits of the whole storage through the recoverable state: does the inventory add up, and does
//! everything acknowledged stand there, once?
//!
//! An entry's changes are committed together in one slot, so the recoverable state is whole at any
//! instant; what is on its way (an entry accepted, not yet answered) is left out of the comparison
//! with what the terminals were told, never out of the sums. Bookings of before the run were told
//! too: as they stood on file when it began.
//!
//! | count | sum |
//! |---|---|
//! | authorised, opening | as they were when the run began |
//! | sold | opening + seats filed HK (PNRs) + seats open in set records (status 1) |
//! | wait-list | seats filed HL + seats waited for in set records (status 3) |
//!
//! In historical mode an entry's changes are filed one after the other, seats first when they are taken
//! and last when they are given back. So sold and wait-list may be *more* than their sums, by the seats of
//! entries lost or on their way, and never less; and a booking that a lost END was changing may be torn.

use clock::{Instant, Shared};
use serde::{Deserialize, Serialize};
use site::description::Mode;

use super::booking_model::{Model, Standing, ToldBooking};
use super::ledger::{Ledger, OpenEntry};
use super::{Verdict, Violations};
use crate::day::{PLACES, Today};
use crate::inputs::Inputs;
use crate::layout::{
    Booking, FileAddress, INVENTORIES_PER_FLIGHT, Kind, Layout, NAME_BUCKETS, SUMMARIES_PER_SHEET,
    SegmentStatus, StorageUnit,
};
use crate::recovered::{Media, Recovered};
use crate::schedule::Class;

/// What the passenger records were used for, when somebody looked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// A booking stands in them.
    pub on_file: u32,
    /// Free, and used before.
    pub free: u32,
    /// Records used or reserved so far, from the first; the others never were.
    pub reached: u32,
}

/// The judge's state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesAudit {
    mode: Mode,
    /// Seats that entries lost so far may have left over (historical mode).
    may_be_left_over: u64,
    /// Seats found left over by the last audit.
    pub left_over: u64,
    /// Bookings that a lost END was changing and that cannot be read, by the last audit.
    torn: u64,
    /// Authorised and opening count of each flight, day and class when the day was opened.
    opened: Shared<Vec<[u16; 2]>>,
    pub(super) audits: u64,
    bookings_compared: u64,
    sets_compared: u64,
    pub(super) counts_compared: u64,
    days_opened: u64,
    /// Passenger records, by the last audit.
    pub kept: Kept,
    pub(super) lost: Violations,
    pub(super) sums: Violations,
    order: Violations,
    /// More sold than authorised, by the inventory itself.
    pub oversold: Violations,
}

impl FilesAudit {
    /// With the files as they stand at the begin.
    pub fn new<M: Media>(inputs: &Inputs, recovered: &Recovered<'_, M>) -> FilesAudit {
        let mut opened = Vec::new();
        for flight in 0..inputs.schedule.flights.len() as u16 {
            for day in 0..PLACES {
                let found = recovered.newest(Layout::inventory_address(flight, day));
                opened.extend(Class::ALL.map(|class| {
                    found.map_or([0, 0], |found| {
                        let counts = inputs.layout.counts(found.words, day, class);
                        [counts.authorised, counts.opening]
                    })
                }));
            }
        }
        FilesAudit {
            mode: inputs.description.mode,
            opened: Shared::new(opened),
            lost: Violations::of_audits(),
            sums: Violations::of_audits(),
            oversold: Violations::of_audits(),
            ..FilesAudit::default()
        }
    }

    /// A day is opened in this place: nothing was sold before.
    pub fn open_day(&mut self, place: u16) {
        self.days_opened += 1;
        let flights = self
            .opened
            .make_mut()
            .chunks_exact_mut(2 * usize::from(PLACES));
        for flight in flights {
            for class in 0..2 {
                flight[2 * usize::from(place) + class][1] = 0;
            }
        }
    }

    /// An END was answered with the locator of a record that another booking has.
    pub fn given_twice(&mut self, at: Instant, ordinal: u32, set: u16) {
        self.lost.add(at, || {
            format!(
                "set {set}: its booking was filed as {}, which is another booking's",
                crate::layout::locator(ordinal)
            )
        });
    }

    /// An entry of a set that held this booking (`None`: not known) is lost.
    pub fn lost(&mut self, text: &str, booking: Option<&ToldBooking>) {
        self.may_be_left_over += seats_concerned(text, booking);
    }

    /// One audit. `calendar`: the day's number by the calendar, and whether the system has had ten
    /// minutes since midnight.
    pub fn audit<M: Media>(
        &mut self,
        now: Instant,
        inputs: &Inputs,
        recovered: &Recovered<'_, M>,
        (model, ledger): (&Model, &Ledger),
        calendar: (u16, bool),
    ) {
        self.audits += 1;
        self.torn = 0;
        let today = model.today;
        let in_order = self.look_at_date(now, calendar, recovered);
        let days = usize::from(PLACES);
        let index = |flight: u16, day: u16, class: u8| {
            (usize::from(flight) * days + usize::from(day)) * 2 + usize::from(class)
        };
        let flights = inputs.schedule.flights.len();
        let mut sums = vec![[0u32; 2]; flights * days * 2];
        let mut add = |booking: &Booking, confirmed: SegmentStatus, waiting: SegmentStatus| {
            for segment in &booking.segments {
                let which = match segment.status() {
                    Some(s) if s == confirmed => 0,
                    Some(s) if s == waiting => 1,
                    _ => continue,
                };
                let at = index(segment.flight, segment.day, segment.class);
                if let Some(sum) = sums.get_mut(at) {
                    sum[which] += u32::from(segment.seats);
                }
            }
        };
        let sets = inputs.description.sets() as u16;
        for set in 0..sets {
            let Some(record) = recovered.set(u32::from(set)) else {
                self.lost.add(now, || {
                    format!("the record of set {set} cannot be recovered")
                });
                continue;
            };
            add(
                &record.booking,
                SegmentStatus::SoldOpen,
                SegmentStatus::WaitOpen,
            );
            self.compare_set(now, set, &record.booking, model, ledger);
        }
        // A keypoint that was never written must not hide what was told.
        let reserved = recovered.first_free_pnr().unwrap_or(0);
        let end = reserved.max(model.ordinals_end());
        self.kept = Kept {
            reached: end.saturating_sub(1),
            ..Kept::default()
        };
        let mut untold = Vec::new();
        for ordinal in 1..end {
            let told = model.told(ordinal);
            let Some(record) = recovered.passenger(ordinal) else {
                if told.is_none() && self.mode == Mode::Historical && model.heard_of(ordinal) {
                    self.torn += 1;
                } else if told.is_some() {
                    self.lost.add(now, || {
                        format!(
                            "booking {} was acknowledged and cannot be recovered",
                            crate::layout::locator(ordinal)
                        )
                    });
                }
                continue;
            };
            let stands = record.state == 1;
            self.kept.on_file += u32::from(stands);
            self.kept.free += u32::from(record.state == 0);
            if stands {
                add(
                    &record.booking,
                    SegmentStatus::FiledConfirmed,
                    SegmentStatus::FiledWait,
                );
            }
            let segments = &record.booking.segments;
            let departed = segments.iter().filter(|s| today.departed(s.day)).count();
            if stands && departed > 0 && in_order {
                self.order.add(now, || {
                    format!(
                        "booking {} has still {departed} departed segments",
                        record.locator
                    )
                });
            }
            if let Some(told) = told {
                let seen = (model, ledger);
                self.compare_filed(now, ordinal, record.state, &record.booking, told, seen);
            } else if stands && departed < segments.len() && !model.heard_of(ordinal) {
                untold.push(record.locator.clone());
            }
        }
        self.compare_untold(now, &untold, model, ledger);
        let may_be_left_over = match self.mode {
            Mode::Hot => 0,
            Mode::Historical => {
                let open = ledger.all_open();
                let concerned =
                    |(set, open): (u16, &OpenEntry)| seats_concerned(&open.text, model.of_set(set));
                self.may_be_left_over + open.map(concerned).sum::<u64>()
            }
        };
        self.compare_sums(now, inputs, recovered, model.today, &sums);
        if self.left_over > may_be_left_over {
            let found = self.left_over;
            self.sums.add(now, || {
                format!(
                    "{found} seats are sold or waited for by the inventory and in no booking; lost \
                     entries account for {may_be_left_over}"
                )
            });
        }
    }

    /// By the keypoint, are the files in order for today? The date is never ahead of the calendar's
    /// (`day`), and not behind it unless something is in the way: ten minutes of service since
    /// midnight (`served`) are enough when the files were in order for the day before.
    fn look_at_date<M: Media>(
        &mut self,
        now: Instant,
        (day, served): (u16, bool),
        recovered: &Recovered<'_, M>,
    ) -> bool {
        let Some((number, in_order)) = recovered.today() else {
            return false;
        };
        let ready = number == in_order;
        if number > day || number < day && ready && served {
            self.order.add(now, || {
                format!("it is day {day}, and by the keypoint day {number}")
            });
        }
        ready
    }

    /// Bookings nobody was told of: at most as many as ENDs are on their way or undecided.
    pub(super) fn compare_untold(
        &mut self,
        now: Instant,
        untold: &[String],
        model: &Model,
        ledger: &Ledger,
    ) {
        let is_end = |text: &str| matches!(text, "E" | "ET");
        let on_their_way = ledger
            .all_open()
            .map(|(set, open)| {
                let before = ledger.doubtful(set);
                usize::from(is_end(&open.text))
                    + usize::from(before.is_some_and(|b| is_end(&b.text)))
            })
            .sum::<usize>()
            + model.undecided_ends;
        if untold.len() > on_their_way {
            self.lost.add(now, || {
                format!(
                    "{} bookings on file were told to nobody, {on_their_way} ENDs are on their \
                     way: {}",
                    untold.len(),
                    untold.iter().take(5).cloned().collect::<Vec<_>>().join(" ")
                )
            });
        }
    }

    pub(super) fn compare_set(
        &mut self,
        now: Instant,
        set: u16,
        stands: &Booking,
        model: &Model,
        ledger: &Ledger,
    ) {
        if ledger.open(set).is_some() || ledger.doubtful(set).is_some() {
            return;
        }
        let Some(told) = model.of_set(set) else {
            return;
        };
        self.sets_compared += 1;
        if let Some(difference) = difference(told, stands, false, model.today) {
            self.lost.add(now, || {
                format!(
                    "set {set}: its open booking differs from what was acknowledged: {difference}"
                )
            });
        }
    }

    pub(super) fn compare_filed(
        &mut self,
        now: Instant,
        ordinal: u32,
        state: u8,
        stands: &Booking,
        told: &ToldBooking,
        (model, ledger): (&Model, &Ledger),
    ) {
        // Somebody may be changing it: an END on its way may have been done already.
        let may_concern = |set: u16| {
            let booking = model.of_set(set);
            booking.is_none_or(|booking| booking.of == Some(ordinal))
        };
        let changing = || {
            ledger.all_open().any(|(set, open)| {
                let before = ledger.doubtful(set);
                let ends = open.text.starts_with('E')
                    || before.is_some_and(|before| before.text.starts_with('E'));
                ends && may_concern(set)
            })
        };
        let difference = if state == 1 {
            difference(told, stands, true, model.today)
        } else {
            Some("it is cancelled".to_owned())
        };
        self.bookings_compared += 1;
        if let Some(difference) = difference
            && !changing()
        {
            self.lost.add(now, || {
                format!(
                    "booking {} differs from what was acknowledged: {difference}",
                    crate::layout::locator(ordinal)
                )
            });
        }
    }

    fn compare_sums<M: Media>(
        &mut self,
        now: Instant,
        inputs: &Inputs,
        recovered: &Recovered<'_, M>,
        today: Today,
        sums: &[[u32; 2]],
    ) {
        self.left_over = 0;
        let opened = self.opened.clone();
        let mut sums = sums.iter().zip(opened.iter());
        for (flight, described) in inputs.schedule.flights.iter().enumerate() {
            for day in 0..PLACES {
                let address = Layout::inventory_address(flight as u16, day);
                let found = recovered.newest(address);
                for class in Class::ALL {
                    let (sum, opened) = sums.next().map_or(([0; 2], [0; 2]), |(s, o)| (*s, *o));
                    if today.departed(day) {
                        continue;
                    }
                    let what = || {
                        format!(
                            "{} {} class {}",
                            described.designator,
                            today.date(day),
                            class.letter()
                        )
                    };
                    let Some(found) = found else {
                        self.sums
                            .add(now, || format!("{}: no inventory can be recovered", what()));
                        continue;
                    };
                    self.counts_compared += 1;
                    let counts = inputs.layout.counts(found.words, day, class);
                    if [counts.authorised, counts.opening] != opened {
                        self.sums.add(now, || {
                            format!(
                                "{}: {} authorised and {} sold at the opening stand there, {} and \
                                 {} stood there then",
                                what(),
                                counts.authorised,
                                counts.opening,
                                opened[0],
                                opened[1]
                            )
                        });
                    }
                    let sold = u32::from(counts.opening) + sum[0];
                    let more = [
                        i64::from(counts.sold) - i64::from(sold),
                        i64::from(counts.waiting) - i64::from(sum[1]),
                    ];
                    let adds_up = match self.mode {
                        Mode::Hot => more == [0, 0],
                        Mode::Historical => more.iter().all(|&n| n >= 0),
                    };
                    self.left_over += more.iter().map(|&n| n.max(0) as u64).sum::<u64>();
                    if !adds_up {
                        self.sums.add(now, || {
                            format!(
                                "{}: {} sold and {} waiting by the inventory, {} + {} and {} by \
                                 the bookings",
                                what(),
                                counts.sold,
                                counts.waiting,
                                counts.opening,
                                sum[0],
                                sum[1]
                            )
                        });
                    }
                    if counts.sold > counts.authorised {
                        self.oversold.add(now, || {
                            format!("{}: {} sold of {}", what(), counts.sold, counts.authorised)
                        });
                    }
                }
            }
        }
    }

    /// Verdicts `nothing-acknowledged-lost`, `inventory-adds-up`, `files-in-order`.
    pub fn verdicts(&self) -> Vec<Verdict> {
        let mut lost = format!(
            "audits: {}; {} bookings and {} open bookings stand as acknowledged",
            self.audits, self.bookings_compared, self.sets_compared
        );
        let mut sums = format!("audits: {}; {} counts", self.audits, self.counts_compared);
        if self.mode == Mode::Historical {
            lost += &format!("; {} torn by an END that is lost", self.torn);
            sums += &format!(
                "; {} seats left over, {} concerned by lost entries",
                self.left_over, self.may_be_left_over
            );
        }
        let order = format!(
            "audits: {}; {} days opened, nothing that departed is left over",
            self.audits, self.days_opened
        );
        vec![
            self.lost.verdict("nothing-acknowledged-lost", lost),
            self.sums.verdict("inventory-adds-up", sums),
            self.order.verdict("files-in-order", order),
        ]
    }
}

/// How many seats an entry of a set takes or gives back at most; the set holds this booking (`None`: not
/// known).
fn seats_concerned(text: &str, booking: Option<&ToldBooking>) -> u64 {
    let digit = |c: Option<char>| c.and_then(|c| c.to_digit(10)).map(u64::from);
    match text.chars().next() {
        // `01Y2`, or `0AA1Y12JULLGALAXNN1`.
        Some('0') => digit(text.chars().nth(1))
            .or(digit(text.chars().last()))
            .unwrap_or(0),
        Some('X' | 'I' | 'E') => match booking {
            Some(booking) => booking.segments.iter().map(|s| u64::from(s.seats)).sum(),
            None => SEGMENTS_MAX * SEATS_MAX,
        },
        _ => 0,
    }
}

/// No record of a pool directory has this ordinal or a greater one.
const DIRECTORY_END: u32 = 8192;
/// Segments of a booking at most.
const SEGMENTS_MAX: u64 = 3;
/// Seats of a segment at most.
const SEATS_MAX: u64 = 9;

/// Does a unit that came back hold every record again that belongs there, in its newest version?
pub fn rebuilt<M: Media>(unit: StorageUnit, inputs: &Inputs, recovered: &Recovered<'_, M>) -> bool {
    let flights = inputs.schedule.flights.len() as u32;
    let passengers = recovered.first_free_pnr().unwrap_or(0);
    let counts = [
        (Kind::Set, inputs.description.sets() as u32),
        (Kind::Inventory, flights * INVENTORIES_PER_FLIGHT),
        (
            Kind::Summary,
            inputs.schedule.sheets.len() as u32 * SUMMARIES_PER_SHEET,
        ),
        (Kind::Passenger, passengers),
        (Kind::Name, NAME_BUCKETS),
        (Kind::Keypoint, 1),
        (Kind::Directory, DIRECTORY_END),
    ];
    let whole = |address| {
        let Some(newest) = recovered.newest(address) else {
            return true;
        };
        inputs.layout.copies(address.kind).iter().all(|&copy| {
            let place = inputs.layout.place(address, copy);
            StorageUnit::of_module(place.module) != unit
                || recovered
                    .copy(address, copy)
                    .is_ok_and(|found| found.version == newest.version)
        })
    };
    counts
        .into_iter()
        .all(|(kind, count)| (0..count).all(|n| whole(FileAddress::new(kind, n))))
}

/// What differs between a booking as told and as it stands; `None` if nothing does.
/// What has departed is left out.
fn difference(told: &ToldBooking, stands: &Booking, filed: bool, today: Today) -> Option<String> {
    let code = |standing: Standing| match standing {
        Standing::Sold => SegmentStatus::SoldOpen,
        Standing::Wait => SegmentStatus::WaitOpen,
        Standing::Filed => SegmentStatus::FiledConfirmed,
        Standing::FiledWait => SegmentStatus::FiledWait,
        Standing::Leaving => SegmentStatus::CancelConfirmed,
        Standing::LeavingWait => SegmentStatus::CancelWait,
    };
    let expected: Vec<_> = told
        .segments
        .iter()
        .filter(|s| !today.departed(s.key.1))
        .map(|s| (s.key, s.seats, Some(code(s.standing))))
        .collect();
    let found: Vec<_> = stands
        .segments
        .iter()
        .filter(|s| !today.departed(s.day))
        .map(|s| ((s.flight, s.day, s.class), s.seats, s.status()))
        .collect();
    if expected != found {
        return Some(format!(
            "segments {found:?} instead of {expected:?} (flight, day, class; seats; status)"
        ));
    }
    if filed && told.persons != stands.persons {
        return Some(format!(
            "{} persons instead of {}",
            stands.persons, told.persons
        ));
    }
    let fields = [
        ('-', &stands.names),
        ('9', &stands.phone),
        ('7', &stands.ticketing),
        ('6', &stands.received),
        ('5', &stands.remark),
    ];
    for (mark, text) in fields {
        let expected = told.items.get(&mark).map_or("", |t| t.trim_end());
        if expected != text.trim_end() {
            return Some(format!("item `{mark}` is `{text}` instead of `{expected}`"));
        }
    }
    None
}

#[cfg(test)]
mod tests;
