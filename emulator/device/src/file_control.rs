//! File control, kin of the IBM 7631, with the drums or disk modules that hang on it.
//!
//! The file control took a ten-digit order from the channel, moved the access of one of up to ten
//! modules to a track, and later let one record pass between core and the surface. A seek order is
//! let go at once: the control is free for other modules until the record comes near the heads,
//! then it raises ATTENTION so that the program can give the order that reads or writes.
//!
//! ```text
//! order    op op acc mod t t | t t h h x x      six-bit digits, zero coded 12 (octal)
//! ```
//!
//! | order | code | effect |
//! |---|---|---|
//! | DNOP, DREL | 00, 04 | none |
//! | DEBM, DSBM | 08, 09 | eight-bit, six-bit mode (remembered only) |
//! | DSEK | 80 | access to track t; ATTENTION `lead` before record h, until 60 us before it |
//! | DVSR | 82 | under CTLR or CTLW: record h of track t when it next passes |
//!
//! | sense digit | 8 | 4 | 2 | 1 |
//! |---|---|---|---|---|
//! | 1 | program check | data check | exceptional condition | |
//! | 2 | invalid sequence | invalid code | format check | no record found |
//! | 3 | invalid address | response check | compare check | parity check |
//! | 4 | access inoperative | access not ready | disk circuit check | file circuit check |
//! | 5 | six-bit mode | | | |
//! | 6, 7 | attention of access 0, modules 0-3, 4-7 | | | |
//! | 8 | module 8 | module 9 | access 1, module 0 | module 1 |
//! | 9, 10 | attention of access 1, modules 2-5, 6-9 | | | |
//!
//! Source: reference IBM 7090, section 16. Assumed: the layout of the digits; the record number as
//! two decimal digits h; ATTENTION tied to the record's coming instead of to the arm's arrival
//! only; a missed record announces itself again one turn later; errors stand until the next order;
//! a seek given while the arm moves begins when the arm has arrived.
//! *Not emulated*: the orders of table `ORDERS` that end as invalid code, format writing, record
//! addresses, the eight-bit mode's packing.

use clock::{Instant, Span};
use serde::{Deserialize, Serialize};

use crate::adapter::{Adapter, Chunk, CoreAccess, ORDER_TIME, Prepare, UnusualEnd};
use crate::geometry::{Geometry, TOO_LATE};
use crate::store::{SYNDROME, Store, WORD};

/// A unit by the number painted on its frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// Drum 0-5.
    Drum(u8),
    /// Disk unit 0-15.
    Disk(u8),
}

impl std::fmt::Display for Unit {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unit::Drum(number) => write!(to, "drum {number}"),
            Unit::Disk(number) => write!(to, "disk {number}"),
        }
    }
}

/// A transfer between core and a unit that ended, for the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitTransfer {
    /// The unit.
    pub unit: Unit,
    /// Track of the unit; those of access 1 follow those of access 0.
    pub track: u16,
    /// Record on the track.
    pub record: u16,
    /// When its first word began to pass.
    pub started: Instant,
    /// Whole words that passed.
    pub words: u16,
    /// Core to unit.
    pub write: bool,
    /// Cut in the middle: on a write the word after `words` has bad parity.
    pub torn: bool,
}

/// What a unit did, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitCounts {
    /// Record transfers ended.
    pub operations: u64,
    /// Seek orders taken.
    pub seeks: u64,
    /// Time in which words passed.
    pub transfer: Span,
    /// Time in which the arm moved.
    pub seeking: Span,
}

/// Orders of the 7631: code, name, whether this control knows it.
pub const ORDERS: [(u8, &str, bool); 12] = [
    (0, "DNOP", true),
    (4, "DREL", true),
    (8, "DEBM", true),
    (9, "DSBM", true),
    (80, "DSEK", true),
    (82, "DVSR", true),
    (83, "DWRF", false),
    (84, "DVTN", false),
    (85, "DVCY", false),
    (86, "DWRC", false),
    (87, "DSAI", false),
    (88, "DVTA", false),
];

const PROGRAM_CHECK: u8 = 8;
const DATA_CHECK: u8 = 4;
const EXCEPTIONAL: u8 = 2;

/// An error: bit of digit 1, and one more bit as (digit, bit).
type Error = (u8, (usize, u8));
const INVALID_SEQUENCE: Error = (PROGRAM_CHECK, (2, 8));
const INVALID_CODE: Error = (PROGRAM_CHECK, (2, 4));
const FORMAT_CHECK: Error = (PROGRAM_CHECK, (2, 2));
const NO_RECORD_FOUND: Error = (PROGRAM_CHECK, (2, 1));
const INVALID_ADDRESS: Error = (PROGRAM_CHECK, (3, 8));
const RESPONSE_CHECK: Error = (DATA_CHECK, (3, 4));
const PARITY_CHECK: Error = (DATA_CHECK, (3, 1));
const ACCESS_INOPERATIVE: Error = (EXCEPTIONAL, (4, 8));
const FILE_CIRCUIT_CHECK: Error = (DATA_CHECK, (4, 1));

/// One drum or disk module with its access.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Module {
    /// Its name.
    pub unit: Unit,
    /// Size, speed, layout.
    pub geometry: Geometry,
    /// How far its motor runs ahead of time 0.
    pub phase: Span,
    /// What is magnetised on it.
    pub store: Store,
    /// False when the unit is lost.
    pub available: bool,
    /// What it did.
    pub counts: UnitCounts,
    accesses: Vec<Access>,
}

/// One access of a unit: the comb of arms, or the drum's heads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Access {
    /// Track (of this access) it is at, or moves to.
    at: u16,
    /// When it is on `at`.
    on_track: Instant,
    /// It was sent to `at` by an order since the last reset.
    sought: bool,
    /// Record whose coming is to be announced.
    awaited: Option<u16>,
    /// ATTENTION because the unit was lost with a seek pending.
    raised: bool,
}

impl Module {
    /// A blank unit, its accesses at track 0.
    pub fn new(unit: Unit, geometry: Geometry) -> Self {
        let number = match unit {
            Unit::Drum(n) => n,
            Unit::Disk(n) => n.wrapping_add(16),
        };
        let phase = geometry.phase(number);
        Module {
            unit,
            phase,
            store: Store::new(),
            available: true,
            counts: UnitCounts::default(),
            accesses: vec![Access::default(); usize::from(geometry.accesses)],
            geometry,
        }
    }

    fn next_pass(&self, access: &Access, from: Instant, record: u16) -> Instant {
        let from = from.max(access.on_track);
        self.geometry.next_pass(from, self.phase, access.at, record)
    }

    /// When the next record that can still be caught at `now` begins, and when its announcement
    /// rises: at or before `now` if it stands.
    fn announcement(&self, access: &Access, now: Instant, record: u16) -> (Instant, Instant) {
        let from = now.max(access.on_track) + TOO_LATE;
        let start = self.next_pass(access, from, record);
        let rise = Instant(start.0.saturating_sub(self.geometry.lead.0));
        (start, rise.max(access.on_track))
    }

    fn attention(&self, now: Instant, access: &Access) -> bool {
        let stands = |record| self.announcement(access, now, record).1 <= now;
        access.raised || access.awaited.is_some_and(stands)
    }

    fn any_attention(&self, now: Instant) -> bool {
        self.accesses.iter().any(|a| self.attention(now, a))
    }

    fn due(&self, now: Instant) -> Option<Instant> {
        let due = |access: &Access| {
            let (start, rise) = self.announcement(access, now, access.awaited?);
            if rise > now {
                return Some(rise);
            }
            // It stands; the next one comes a turn later.
            let turn = self.geometry.rotation.0;
            Some(Instant(start.0 + turn - self.geometry.lead.0.min(turn - 1)))
        };
        self.accesses.iter().filter_map(due).min()
    }
}

/// A record between the order that named it and its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Transfer {
    module: usize,
    access: usize,
    track: u16,
    record: u16,
    /// Place of the record's first word on the track, and its length.
    first: usize,
    length: usize,
    write: bool,
    /// When its first word began to pass, once known.
    start: Option<Instant>,
    /// Words that have passed.
    done: usize,
    /// Chunk under way: words, times, whether the order ends with it, whether the program asked
    /// for more words than the record has.
    chunk: Option<(usize, Chunk, bool, bool)>,
}

/// The file control and its modules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileControl {
    /// Modules 0 to 9.
    pub modules: Vec<Module>,
    errors: [u8; 5],
    six_bit: bool,
    transfer: Option<Transfer>,
    ended: Vec<UnitTransfer>,
}

impl FileControl {
    /// A control with these modules (at most ten).
    pub fn new(modules: Vec<Module>) -> Self {
        assert!(modules.len() <= 10, "a file control has ten module numbers");
        FileControl {
            modules,
            errors: [0; 5],
            six_bit: true,
            transfer: None,
            ended: Vec::new(),
        }
    }

    /// Everything a relay's opening or a stopped machine makes it forget: seeks, errors, the order
    /// under way (cut it first). The arms stay where they are.
    pub fn reset(&mut self) {
        self.transfer = None;
        self.errors = [0; 5];
        for module in &mut self.modules {
            for access in &mut module.accesses {
                access.sought = false;
                access.awaited = None;
                access.raised = false;
            }
        }
    }

    /// Takes out the transfers that ended since the last call.
    pub fn take_ended(&mut self) -> Vec<UnitTransfer> {
        std::mem::take(&mut self.ended)
    }

    /// Whether transfers have ended since [`FileControl::take_ended`].
    pub fn has_ended(&self) -> bool {
        !self.ended.is_empty()
    }

    /// The module whose words pass, or are awaited by an accepted order.
    pub fn transferring(&self) -> Option<usize> {
        self.transfer.map(|t| t.module)
    }

    /// Takes the unit away: what is magnetised on it stays. Cut its transfer first. False if it
    /// was lost already.
    pub fn lose(&mut self, module: usize) -> bool {
        let Some(unit) = self.modules.get_mut(module) else {
            return false;
        };
        let changed = unit.available;
        unit.available = false;
        for access in &mut unit.accesses {
            access.raised |= access.awaited.take().is_some();
        }
        changed
    }

    /// Whether words of a write on this module are passing at `now`.
    pub fn is_writing(&self, now: Instant, module: usize) -> bool {
        self.transfer.is_some_and(|transfer| {
            let passing = |chunk: Chunk| chunk.start < now && now < chunk.end;
            let chunk = transfer.chunk.map(|(_, chunk, ..)| chunk);
            transfer.module == module && transfer.write && chunk.is_some_and(passing)
        })
    }

    /// Says in the sense words that a write was torn and not by the program.
    pub fn note_circuit_check(&mut self) {
        self.error(FILE_CIRCUIT_CHECK);
    }

    /// Says in the sense words that the access of a transfer under way went away.
    pub fn note_inoperative(&mut self) {
        self.error(ACCESS_INOPERATIVE);
    }

    /// Brings a lost unit back, with what it had or blank. False if it was not lost.
    pub fn restore(&mut self, module: usize, blank: bool) -> bool {
        let Some(unit) = self.modules.get_mut(module) else {
            return false;
        };
        let changed = !unit.available;
        unit.available = true;
        for access in &mut unit.accesses {
            access.sought = false;
        }
        if changed && blank {
            unit.store.erase();
        }
        changed
    }

    fn error(&mut self, (summary, (digit, bit)): Error) {
        self.errors[0] |= summary;
        self.errors[digit - 1] |= bit;
    }

    fn refuse<T>(&mut self, error: Error) -> Result<T, UnusualEnd> {
        self.error(error);
        Err(UnusualEnd)
    }

    /// The order is over: writes zeros to the end of a record begun, keeps the account.
    fn finish(&mut self, torn: bool) {
        let Some(transfer) = self.transfer.take() else {
            return;
        };
        let Some(started) = transfer.start else {
            return;
        };
        let module = &mut self.modules[transfer.module];
        if transfer.write && !torn && transfer.done < transfer.length {
            let zeros = vec![0; transfer.length - transfer.done];
            let place = transfer.first + transfer.done;
            module.store.write(transfer.track, place, &zeros);
        }
        module.counts.operations += 1;
        self.ended.push(UnitTransfer {
            unit: module.unit,
            track: transfer.track,
            record: transfer.record,
            started,
            words: transfer.done as u16,
            write: transfer.write,
            torn,
        });
    }

    fn seek(&mut self, now: Instant, order: &Order) -> Result<(), UnusualEnd> {
        let unit = &mut self.modules[order.module];
        let access = &mut unit.accesses[order.access];
        access.raised = false;
        if !unit.available {
            return self.refuse(ACCESS_INOPERATIVE);
        }
        let time = unit.geometry.seek(access.at, order.track);
        *access = Access {
            at: order.track,
            on_track: access.on_track.max(now) + time,
            sought: true,
            awaited: Some(order.record),
            raised: false,
        };
        unit.counts.seeks += 1;
        unit.counts.seeking += time;
        Ok(())
    }

    fn verify(&mut self, order: &Order, write: bool) -> Result<(), UnusualEnd> {
        let unit = &mut self.modules[order.module];
        let access = &mut unit.accesses[order.access];
        access.raised = false;
        if !unit.available {
            return self.refuse(ACCESS_INOPERATIVE);
        }
        if !access.sought || access.at != order.track {
            return self.refuse(NO_RECORD_FOUND);
        }
        access.awaited = None;
        let track = unit.geometry.track(order.access as u8, order.track);
        let place = track.and_then(|track| unit.geometry.record(track, order.record));
        let (Some(track), Some((first, length))) = (track, place) else {
            return self.refuse(NO_RECORD_FOUND);
        };
        self.transfer = Some(Transfer {
            module: order.module,
            access: order.access,
            track,
            record: order.record,
            first,
            length,
            write,
            start: None,
            done: 0,
            chunk: None,
        });
        Ok(())
    }

    /// Takes the chunk under way out of the transfer.
    fn take_chunk(&mut self, write: bool) -> Option<(Transfer, usize, Chunk, bool, bool)> {
        let transfer = self.transfer.as_mut()?;
        if transfer.write != write {
            return None;
        }
        let (words, chunk, last, beyond) = transfer.chunk.take()?;
        Some((*transfer, words, chunk, last, beyond))
    }

    fn words_passed(&mut self, transfer: &Transfer, words: usize, span: Span) {
        self.modules[transfer.module].counts.transfer += span;
        if let Some(transfer) = &mut self.transfer {
            transfer.done += words;
        }
    }

    fn end_chunk(&mut self, last: bool, error: Option<Error>) -> Result<(), UnusualEnd> {
        if last || error.is_some() {
            self.finish(false);
        }
        match error {
            Some(error) => self.refuse(error),
            None => Ok(()),
        }
    }
}

/// The fields of an order.
struct Order {
    code: u8,
    access: usize,
    module: usize,
    track: u16,
    record: u16,
}

fn parse(words: [u64; 2]) -> Option<Order> {
    let mut digits = [0u16; 10];
    for (n, digit) in digits.iter_mut().enumerate() {
        let code = words[n / 6] >> (30 - 6 * (n % 6)) & 0o77;
        *digit = match code {
            0 | 0o12 => 0,
            1..=9 => code as u16,
            _ => return None,
        };
    }
    let [a, b, access, module, t1, t2, t3, t4, h1, h2] = digits;
    Some(Order {
        code: (a * 10 + b) as u8,
        access: usize::from(access),
        module: usize::from(module),
        track: t1 * 1000 + t2 * 100 + t3 * 10 + t4,
        record: h1 * 10 + h2,
    })
}

/// The two words of an order for access 0, digits coded as the 7631 wants them; for lists made by
/// hand.
pub fn order(code: u8, module: u8, track: u16, record: u16) -> [u64; 2] {
    order_of_access(code, 0, module, track, record)
}

/// The same for any access.
pub fn order_of_access(code: u8, access: u8, module: u8, track: u16, record: u16) -> [u64; 2] {
    let text = format!("{code:02}{access:01}{module:01}{track:04}{record:02}00");
    let mut words = [0; 2];
    for (n, digit) in text.bytes().take(12).enumerate() {
        let code = match digit {
            b'0' => 0o12,
            other => u64::from(other - b'0'),
        };
        words[n / 6] |= code << (30 - 6 * (n % 6));
    }
    words
}

impl Adapter for FileControl {
    fn control(
        &mut self,
        now: Instant,
        words: [u64; 2],
        prepare: Prepare,
    ) -> Result<Span, UnusualEnd> {
        self.finish(false);
        self.errors = [0; 5];
        let Some(order) = parse(words) else {
            return self.refuse(INVALID_CODE);
        };
        match order.code {
            0 | 4 => {}
            8 => self.six_bit = false,
            9 => self.six_bit = true,
            80 | 82 => {
                let Some(unit) = self.modules.get(order.module) else {
                    return self.refuse(INVALID_ADDRESS);
                };
                let Some(track) = unit.geometry.track(order.access as u8, order.track) else {
                    return self.refuse(INVALID_ADDRESS);
                };
                if unit.geometry.record(track, order.record).is_none() {
                    return self.refuse(NO_RECORD_FOUND);
                }
                match (order.code, prepare) {
                    (80, Prepare::Nothing) => self.seek(now, &order)?,
                    (82, Prepare::Read) => self.verify(&order, false)?,
                    (82, Prepare::Write) => self.verify(&order, true)?,
                    _ => return self.refuse(INVALID_SEQUENCE),
                }
            }
            _ => return self.refuse(INVALID_CODE),
        }
        Ok(ORDER_TIME)
    }

    fn sense(&mut self, now: Instant) -> [u64; 2] {
        let mut digits = [0u64; 12];
        for (digit, error) in digits.iter_mut().zip(self.errors) {
            *digit = u64::from(error);
        }
        if self.six_bit {
            digits[4] |= 8;
        }
        for (number, module) in self.modules.iter().enumerate() {
            for (access, state) in module.accesses.iter().enumerate() {
                if module.attention(now, state) {
                    let place = access * 10 + number;
                    digits[5 + place / 4] |= 8 >> (place % 4);
                }
            }
        }
        let word = |half: &[u64]| half.iter().fold(0, |word, digit| word << 6 | digit);
        [word(&digits[..6]), word(&digits[6..])]
    }

    fn begin_copy(&mut self, now: Instant, words: usize, last: bool) -> Result<Chunk, UnusualEnd> {
        let Some(mut transfer) = self.transfer.filter(|t| t.chunk.is_none()) else {
            return self.refuse(INVALID_SEQUENCE);
        };
        let module = &self.modules[transfer.module];
        if !module.available {
            self.finish(true);
            return self.refuse(ACCESS_INOPERATIVE);
        }
        let word = module.geometry.word;
        let begin = match transfer.start {
            None => {
                let access = &module.accesses[transfer.access];
                module.next_pass(access, now, transfer.record)
            }
            Some(start) => start + word * transfer.done as u64,
        };
        let left = transfer.length - transfer.done;
        if now > begin + word || (left == 0 && words > 0) {
            let late = left > 0;
            self.finish(false);
            return self.refuse(if late { RESPONSE_CHECK } else { FORMAT_CHECK });
        }
        let passing = words.min(left);
        let chunk = Chunk {
            start: begin,
            end: (begin + word * passing as u64).max(now),
        };
        transfer.start.get_or_insert(begin);
        transfer.chunk = Some((passing, chunk, last, words > left));
        self.transfer = Some(transfer);
        Ok(chunk)
    }

    fn end_read(&mut self, _now: Instant, into: &mut [u64]) -> Result<usize, UnusualEnd> {
        let Some((transfer, words, chunk, last, beyond)) = self.take_chunk(false) else {
            return self.refuse(INVALID_SEQUENCE);
        };
        let words = words.min(into.len());
        let store = &self.modules[transfer.module].store;
        let bad = read(store, &transfer, &mut into[..words]);
        self.words_passed(&transfer, words, chunk.end - chunk.start);
        let error = match (bad, beyond) {
            (true, _) => Some(PARITY_CHECK),
            (false, true) => Some(FORMAT_CHECK),
            (false, false) => None,
        };
        self.end_chunk(last, error).map(|()| words)
    }

    fn end_write(&mut self, _now: Instant, words: &[u64]) -> Result<(), UnusualEnd> {
        let Some((transfer, count, chunk, last, beyond)) = self.take_chunk(true) else {
            return self.refuse(INVALID_SEQUENCE);
        };
        let count = count.min(words.len());
        let cells = &words[..count];
        let store = &mut self.modules[transfer.module].store;
        store.write(transfer.track, transfer.first + transfer.done, cells);
        self.words_passed(&transfer, count, chunk.end - chunk.start);
        self.end_chunk(last, beyond.then_some(FORMAT_CHECK))
    }

    fn cut(&mut self, now: Instant, words: &mut [u64]) -> usize {
        let write = self.transfer.is_some_and(|t| t.write);
        let Some((transfer, count, chunk, ..)) = self.take_chunk(write) else {
            self.finish(true);
            return 0;
        };
        if now <= chunk.start {
            // The record had not come yet: nothing passed, nothing was touched.
            if transfer.done == 0 {
                self.transfer = None;
            } else {
                self.finish(true);
            }
            return 0;
        }
        let module = &mut self.modules[transfer.module];
        let span = now.min(chunk.end) - chunk.start;
        let passed = (span.0 / module.geometry.word.0) as usize;
        let passed = passed.min(count).min(words.len());
        let place = transfer.first + transfer.done;
        if write {
            let mut cells = words[..passed].to_vec();
            if passed < count.min(words.len()) {
                cells.push(words[passed] & WORD | SYNDROME);
            }
            module.store.write(transfer.track, place, &cells);
        } else {
            read(&module.store, &transfer, &mut words[..passed]);
        }
        self.words_passed(&transfer, passed, span);
        self.finish(true);
        passed
    }

    fn attention(&self, now: Instant) -> bool {
        self.modules.iter().any(|m| m.any_attention(now))
    }

    fn due(&self, now: Instant) -> Option<Instant> {
        self.modules.iter().filter_map(|m| m.due(now)).min()
    }

    fn advance(&mut self, _now: Instant, _core: Option<&mut dyn CoreAccess>) {}
}

/// Reads the words of a transfer from where it stands; true if the parity of one was bad.
fn read(store: &Store, transfer: &Transfer, into: &mut [u64]) -> bool {
    store.read(transfer.track, transfer.first + transfer.done, into);
    let bad = into.iter().any(|cell| cell & SYNDROME != 0);
    for cell in into {
        *cell &= WORD;
    }
    bad
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::TrackFormat;

    fn control() -> FileControl {
        let formats = vec![TrackFormat {
            first_track: 0,
            records: 5,
            words: 80,
        }];
        let drum = Geometry::drum(400, Span(600_000), formats.clone());
        let disk = Geometry::disk(2, 10_000, Span(900_000), formats);
        FileControl::new(vec![
            Module::new(Unit::Drum(0), drum),
            Module::new(Unit::Disk(0), disk),
        ])
    }

    fn seek(control: &mut FileControl, now: Instant, module: u8, track: u16, record: u16) {
        let order = order(80, module, track, record);
        control.control(now, order, Prepare::Nothing).unwrap();
    }

    fn write(control: &mut FileControl, now: Instant, words: &[u64]) -> Chunk {
        seek(control, now, 0, 3, 4);
        let order = order(82, 0, 3, 4);
        control.control(now, order, Prepare::Write).unwrap();
        control.begin_copy(now, words.len(), true).unwrap()
    }

    #[test]
    fn attention_rises_before_the_record_and_falls_when_it_is_too_late() {
        let mut control = control();
        seek(&mut control, Instant(0), 0, 3, 4);
        let rise = control.due(Instant(0)).unwrap();
        let drum = &control.modules[0];
        let start = drum.next_pass(&drum.accesses[0], Instant(0), 4);
        assert_eq!(start - rise, Span(600_000));
        assert!(!control.attention(rise - Span(1)));
        assert!(control.attention(rise));
        assert_eq!(control.sense(rise)[0] & 0o77, 8);
        assert!(control.attention(start - Span(60_000)));
        assert!(!control.attention(start - Span(59_999)));
        let again = control.due(rise).unwrap();
        assert_eq!(again - rise, Span(17_200_000));
        assert_eq!(control.due(start), Some(again));
        assert!(control.attention(again));
    }

    #[test]
    fn a_disk_announces_after_its_arm_has_arrived() {
        let mut control = control();
        seek(&mut control, Instant(0), 1, 9_999, 0);
        let rise = control.due(Instant(0)).unwrap();
        assert!(rise.0 >= 180_000_000 - 900_000 && rise.0 < 180_000_000 + 33_400_000);
        assert_eq!(control.sense(rise)[0] & 0o77, 4);
    }

    #[test]
    fn the_two_accesses_of_a_disk_unit_have_tracks_of_their_own() {
        let mut control = control();
        let now = Instant(0);
        let seek = order_of_access(80, 1, 1, 3, 4);
        control.control(now, seek, Prepare::Nothing).unwrap();
        let rise = control.due(now).unwrap();
        // Access 1, module 1: digit 8, its last bit.
        assert_eq!(control.sense(rise), [8 << 6, 1 << 24]);
        let single = order_of_access(82, 1, 1, 3, 4);
        control.control(rise, single, Prepare::Write).unwrap();
        let chunk = control.begin_copy(rise, 1, true).unwrap();
        control.end_write(chunk.end, &[7]).unwrap();
        assert_eq!(control.modules[1].store.cell(10_003, 320), 7);
        assert_eq!(control.take_ended()[0].track, 10_003);
        // Access 0 was never sent there.
        let other = order(82, 1, 3, 4);
        assert!(control.control(chunk.end, other, Prepare::Read).is_err());
    }

    #[test]
    fn a_record_written_is_read_again_and_filled_with_zeros() {
        let mut control = control();
        control.modules[0].store.write(3, 320, &[9; 80]);
        let chunk = write(&mut control, Instant(0), &[1, 2, 3]);
        assert_eq!(chunk.end - chunk.start, Span(3 * 29_586));
        control.end_write(chunk.end, &[1, 2, 3]).unwrap();
        let order = order(82, 0, 3, 4);
        control.control(chunk.end, order, Prepare::Read).unwrap();
        let first = control.begin_copy(chunk.end, 2, false).unwrap();
        let mut words = [7; 2];
        assert_eq!(control.end_read(first.end, &mut words), Ok(2));
        assert_eq!(words, [1, 2]);
        let second = control.begin_copy(first.end, 78, true).unwrap();
        assert_eq!(second.start, first.end);
        let mut words = [7; 78];
        assert_eq!(control.end_read(second.end, &mut words), Ok(78));
        assert_eq!(words[..2], [3, 0]);
        let ended: Vec<_> = control.take_ended();
        assert_eq!(ended.len(), 2);
        assert_eq!((ended[0].words, ended[0].write), (3, true));
        assert_eq!((ended[1].words, ended[1].write), (80, false));
    }

    #[test]
    fn a_write_cut_off_tears_one_word_and_leaves_the_rest() {
        let mut control = control();
        control.modules[0].store.write(3, 320, &[9; 80]);
        let chunk = write(&mut control, Instant(0), &[1, 2, 3]);
        let passed = control.cut(chunk.start + Span(29_586 + 5), &mut [1, 2, 3]);
        assert_eq!(passed, 1);
        let store = &control.modules[0].store;
        let cells: Vec<u64> = (320..323).map(|place| store.cell(3, place)).collect();
        assert_eq!(cells, [1, 2 | SYNDROME, 9]);
        assert!(control.take_ended()[0].torn);
        // Reading it: parity check.
        seek(&mut control, chunk.end, 0, 3, 4);
        let order = order(82, 0, 3, 4);
        control.control(chunk.end, order, Prepare::Read).unwrap();
        let chunk = control.begin_copy(chunk.end, 80, true).unwrap();
        assert_eq!(control.end_read(chunk.end, &mut [0; 80]), Err(UnusualEnd));
        let sense = control.sense(chunk.end)[0];
        assert_eq!(sense >> 30, 4);
        assert_eq!(sense >> 18 & 0o77, 1);
    }

    #[test]
    fn a_cut_before_the_record_came_touches_nothing() {
        let mut control = control();
        let chunk = write(&mut control, Instant(0), &[1, 2, 3]);
        assert_eq!(control.cut(chunk.start, &mut [1, 2, 3]), 0);
        assert!(control.take_ended().is_empty());
        assert_eq!(control.modules[0].store.track(3), None);
    }

    #[test]
    fn orders_that_cannot_be_done_say_why() {
        let mut control = control();
        let mut sense = |order: [u64; 2], prepare| {
            assert_eq!(control.control(Instant(0), order, prepare), Err(UnusualEnd));
            control.sense(Instant(0))[0] >> 18
        };
        assert_eq!(sense(order(83, 0, 0, 0), Prepare::Write), 0o100400);
        assert_eq!(sense(order(80, 2, 0, 0), Prepare::Nothing), 0o100010);
        assert_eq!(sense(order(80, 0, 400, 0), Prepare::Nothing), 0o100010);
        assert_eq!(sense(order(80, 0, 0, 5), Prepare::Nothing), 0o100100);
        assert_eq!(sense(order(82, 0, 0, 0), Prepare::Read), 0o100100);
        assert_eq!(sense(order(82, 0, 0, 0), Prepare::Nothing), 0o101000);
    }

    #[test]
    fn a_lost_unit_raises_attention_for_a_pending_seek_and_comes_back_whole() {
        let mut control = control();
        control.modules[0].store.write(3, 320, &[9; 80]);
        seek(&mut control, Instant(0), 0, 3, 4);
        assert!(control.lose(0));
        assert!(!control.lose(0));
        assert!(control.attention(Instant(1)));
        let order = order(82, 0, 3, 4);
        let refused = control.control(Instant(1), order, Prepare::Read);
        assert_eq!(refused, Err(UnusualEnd));
        assert_eq!(control.sense(Instant(1))[0] >> 12, 0o02000010);
        assert!(!control.attention(Instant(1)));
        assert!(control.restore(0, false));
        assert_eq!(control.modules[0].store.cell(3, 320), 9);
    }

    #[test]
    fn a_copy_longer_than_the_record_is_a_format_check() {
        let mut control = control();
        seek(&mut control, Instant(0), 0, 3, 4);
        let order = order(82, 0, 3, 4);
        control.control(Instant(0), order, Prepare::Read).unwrap();
        let chunk = control.begin_copy(Instant(0), 81, true).unwrap();
        assert!(control.end_read(chunk.end, &mut [0; 81]).is_err());
        assert_eq!(control.sense(chunk.end)[0] >> 24 & 0o77, 2);
    }
}
