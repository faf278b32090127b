//! The drum system: twelve drums that turn beside the computer and take in what comes by itself.
//!
//! A drum has six fields of 2,048 registers, each a word with its parity bit passing under fixed
//! heads, one every 10 us, a turn in 20.6 ms. The computer side (CD) reads and writes by transfers;
//! the other-device side (OD) takes in radar, keyboards and crosstell and gives out displays and
//! messages, at its own pace. The two meet only in the registers and in two marks beside each:
//!
//! | mark | set by | reset by | means |
//! |---|---|---|---|
//! | CD | an OD write | a CD read by status | a word waits for the computer |
//! | OD | a CD write | an OD read by identification | a word waits for the equipment |
//!
//! | mode | rule |
//! |---|---|
//! | address, CD | begins with the register of that address and goes round; marks are not looked at |
//! | status, CD read | from the next beginning of a message on, the registers with a CD mark, for one turn |
//! | status, CD write | the registers without an OD mark, for one turn |
//! | status, OD write | the first message place passing without CD marks; none: the message is lost, and counted |
//! | identification, OD read | the registers with an OD mark whose identity bits match, in order of passing |
//!
//! The angle is a function of time: register r passes in slot k, from k x 10,054 ns on, if k is r
//! modulo 2,048. Nothing steps a drum.
//!
//! Source: twelve drums and what they carry, two asynchronous sides: documented (Ulmann 2014, ch.
//! 7). Geometry, speed, status channels: recalled. Assumed, all assigned by us: all drums in step;
//! field numbers; messages stand on places of their length; RD is nine fields, one written and
//! eight shown; TD is two buffers of three fields, one written and one shown, and a transfer that
//! passes register 2047 goes on in the next field of the buffer.

use clock::{Instant, Span};
use device::store::{SYNDROME, Store};
use serde::{Deserialize, Serialize};
use word::twin::Twin;

use crate::codes::{self, FIELDS};

/// Registers of a field.
pub const REGISTERS: u16 = 2_048;
/// How long a register passes the heads.
pub const REGISTER: Span = Span(10_054);
/// A turn, 20.6 ms.
pub const TURN: Span = Span(REGISTER.0 * REGISTERS as u64);
/// Logical fields of radar display: one written, eight shown.
pub const RADAR_FIELDS: u8 = 9;
/// Fields of a track display buffer; one buffer is written, one shown.
pub const TRACK_FIELDS: u8 = 3;

/// Places of the display fields among all fields.
const RADAR_FIRST: u8 = codes::RD;
const TRACK_FIRST: u8 = RADAR_FIRST + RADAR_FIELDS;
const FIELD_COUNT: u8 = TRACK_FIRST + 2 * TRACK_FIELDS;
/// Registers on one track of the store.
const TRACK_WORDS: u16 = 410;
const TRACKS: u16 = 5;

/// A register: the word, and whether it disagrees with its parity bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// The word.
    pub word: Twin,
    /// Its parity bit is wrong.
    pub bad: bool,
}

impl From<Twin> for Register {
    fn from(word: Twin) -> Register {
        Register { word, bad: false }
    }
}

/// The slot that passes at an instant: register = slot modulo 2,048.
pub fn slot_at(at: Instant) -> u64 {
    at.0 / REGISTER.0
}

/// The first slot that begins at an instant or later.
pub fn slot_from(at: Instant) -> u64 {
    at.0.div_ceil(REGISTER.0)
}

/// When a slot has passed and its word has moved.
pub fn end_of(slot: u64) -> Instant {
    Instant((slot + 1) * REGISTER.0)
}

/// The register that passes in a slot.
pub fn register_of(slot: u64) -> u16 {
    (slot % u64::from(REGISTERS)) as u16
}

/// One status channel of a field: a mark a register.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks([u64; 32]);

impl Marks {
    /// Whether a register is marked.
    pub fn is_set(&self, register: u16) -> bool {
        self.0[usize::from(register / 64) % 32] >> (register % 64) & 1 != 0
    }

    /// Marks a register or not.
    pub fn set(&mut self, register: u16, mark: bool) {
        let bit = 1 << (register % 64);
        let word = &mut self.0[usize::from(register / 64) % 32];
        *word = *word & !bit | if mark { bit } else { 0 };
    }

    /// Whether any register is marked.
    pub fn any(&self) -> bool {
        self.0.iter().any(|word| *word != 0)
    }

    /// Number of marked registers.
    pub fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// The next register from `from` on, in order of passing and at most `within` further, whose
    /// mark is `wanted`; as the distance from `from`.
    pub fn next(&self, from: u16, within: u64, wanted: bool) -> Option<u64> {
        let mut distance = 0;
        while distance < within {
            let register = register_of(u64::from(from) + distance);
            let word = self.0[usize::from(register / 64)];
            let word = (if wanted { word } else { !word }) >> (register % 64);
            if word != 0 {
                distance += u64::from(word.trailing_zeros());
                return (distance < within).then_some(distance);
            }
            distance += u64::from(64 - register % 64);
        }
        None
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Channels {
    cd: Marks,
    od: Marks,
}

/// The twelve drums of one machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drums {
    store: Store,
    channels: Vec<Channels>,
    /// The RD field now written, 0-8.
    radar: u8,
    /// The TD buffer now written, 0-1.
    track: u8,
    /// Registers of IC-own written since they were last taken.
    intercommunication: Marks,
    /// Messages lost because no empty place passed, by field number from 60 (octal).
    lost: [u32; 16],
}

impl Default for Drums {
    fn default() -> Drums {
        Drums::new()
    }
}

impl Drums {
    /// Blank drums.
    pub fn new() -> Drums {
        Drums {
            store: Store::new(),
            channels: vec![Channels::default(); usize::from(FIELD_COUNT)],
            radar: 0,
            track: 0,
            intercommunication: Marks::default(),
            lost: [0; 16],
        }
    }

    /// Where a field of SDR stands, `turn` turns into a transfer.
    fn place(&self, field: u8, turn: u64) -> u8 {
        match field {
            codes::RD => RADAR_FIRST + self.radar,
            codes::TD => {
                let next = (turn % u64::from(TRACK_FIELDS)) as u8;
                TRACK_FIRST + self.track * TRACK_FIELDS + next
            }
            _ => field,
        }
    }

    fn cell(&self, place: u8, register: u16) -> Register {
        let track = u16::from(place) * TRACKS + register / TRACK_WORDS;
        let cell = self.store.cell(track, usize::from(register % TRACK_WORDS));
        Register {
            word: Twin(cell as u32),
            bad: cell & SYNDROME != 0,
        }
    }

    fn set_cell(&mut self, place: u8, register: u16, content: Register) {
        let track = u16::from(place) * TRACKS + register / TRACK_WORDS;
        let syndrome = if content.bad { SYNDROME } else { 0 };
        let cell = u64::from(content.word.0) | syndrome;
        let within = usize::from(register % TRACK_WORDS);
        self.store.write(track, within, &[cell]);
    }

    /// A register of a field as SDR numbers it, looked at from outside.
    pub fn peek(&self, field: u8, register: u16) -> Register {
        self.cell(self.place(field & 0o77, 0), register % REGISTERS)
    }

    /// Puts a register in place from outside (loading a drum); marks stay.
    pub fn deposit(&mut self, field: u8, register: u16, content: Register) {
        let place = self.place(field & 0o77, 0);
        self.set_cell(place, register % REGISTERS, content);
    }

    /// Turns over one stored bit of a register, 0-31; its parity bit stays.
    pub fn flip(&mut self, field: u8, register: u16, bit: u8) {
        let mut content = self.peek(field, register);
        content.word.0 ^= 1 << (bit % 32);
        content.bad = !content.bad;
        self.deposit(field, register, content);
    }

    /// The CD marks of a field: registers that wait for the computer.
    pub fn waiting(&self, field: u8) -> &Marks {
        &self.channels[usize::from(self.place(field, 0))].cd
    }

    /// The OD marks of a field: registers that wait for the equipment.
    pub fn outgoing(&self, field: u8) -> &Marks {
        &self.channels[usize::from(self.place(field, 0))].od
    }

    /// Messages lost on a field for want of an empty place.
    pub fn lost(&self, field: u8) -> u32 {
        self.lost
            .get(usize::from(field.wrapping_sub(0o60)))
            .copied()
            .unwrap_or(0)
    }

    // The computer side: one register of a transfer.

    /// Reads a register in a transfer; by status its mark goes out.
    pub(crate) fn cd_read(
        &mut self,
        field: u8,
        turn: u64,
        register: u16,
        status: bool,
    ) -> Register {
        let place = self.place(field, turn);
        if status {
            self.channels[usize::from(place)].cd.set(register, false);
        }
        self.cell(place, register)
    }

    /// Writes a register in a transfer and marks it for the equipment. IC-other is the partner's
    /// and takes nothing.
    pub(crate) fn cd_write(&mut self, field: u8, turn: u64, register: u16, content: Register) {
        if field == codes::IC_OTHER {
            return;
        }
        let place = self.place(field, turn);
        self.set_cell(place, register, content);
        self.channels[usize::from(place)].od.set(register, true);
        if field == codes::IC_OWN {
            self.intercommunication.set(register, true);
        }
    }

    // The other-device side.

    /// OD write by status: a message goes to the first place passing that is empty. The register
    /// of its first word, or `None` if it is lost.
    pub fn od_write(&mut self, field: u8, at: Instant, message: &[Twin]) -> Option<u16> {
        let length = message_length(field);
        let places = REGISTERS / length;
        let next = slot_from(at) % u64::from(REGISTERS);
        let first = (next as u16).div_ceil(length);
        let place = self.place(field, 0);
        let marks = &self.channels[usize::from(place)].cd;
        let empty = (0..places)
            .map(|n| (first + n) % places * length)
            .find(|register| {
                (*register..register + length).all(|register| !marks.is_set(register))
            });
        let Some(register) = empty else {
            if let Some(lost) = self.lost.get_mut(usize::from(field.wrapping_sub(0o60))) {
                *lost += 1;
            }
            return None;
        };
        for (register, word) in (register..register + length).zip(message) {
            self.set_cell(place, register, (*word).into());
            self.channels[usize::from(place)].cd.set(register, true);
        }
        Some(register)
    }

    /// OD read by identification: the registers marked for the equipment with `word & mask ==
    /// identity`, in order of passing from `at`, at most `most`. Their marks go out.
    pub fn od_take(
        &mut self,
        field: u8,
        at: Instant,
        (mask, identity): (u32, u32),
        most: usize,
    ) -> Vec<(u16, Register)> {
        let place = self.place(field, 0);
        let first = register_of(slot_from(at));
        let mut taken = Vec::new();
        let mut distance = 0;
        while taken.len() < most {
            let rest = u64::from(REGISTERS) - distance;
            let from = register_of(u64::from(first) + distance);
            let marks = &mut self.channels[usize::from(place)].od;
            let Some(further) = marks.next(from, rest, true) else {
                break;
            };
            let register = register_of(u64::from(from) + further);
            let content = self.cell(place, register);
            if content.word.0 & mask == identity {
                self.channels[usize::from(place)].od.set(register, false);
                taken.push((register, content));
            }
            distance += further + 1;
            if distance >= u64::from(REGISTERS) {
                break;
            }
        }
        taken
    }

    /// The registers shown of radar display `age` swaps ago, 1 (the present scan) to 8: those
    /// written since, in order.
    pub fn radar_shown(&self, age: u8) -> Vec<(u16, Register)> {
        let back = age.clamp(1, RADAR_FIELDS - 1);
        let field = (self.radar + RADAR_FIELDS - back) % RADAR_FIELDS;
        self.marked(RADAR_FIRST + field)
    }

    /// The registers shown of track display: field (0-2) and register.
    pub fn track_shown(&self) -> Vec<(u8, u16, Register)> {
        let first = TRACK_FIRST + (1 - self.track) * TRACK_FIELDS;
        let fields = (0..TRACK_FIELDS).flat_map(|field| {
            let marked = self.marked(first + field).into_iter();
            marked.map(move |(register, content)| (field, register, content))
        });
        fields.collect()
    }

    fn marked(&self, place: u8) -> Vec<(u16, Register)> {
        let marks = &self.channels[usize::from(place)].od;
        let marked = (0..REGISTERS).filter(|register| marks.is_set(*register));
        marked
            .map(|register| (register, self.cell(place, register)))
            .collect()
    }

    /// PER 40: the field written is the present scan, the oldest is written next.
    pub(crate) fn swap_radar(&mut self) {
        self.radar = (self.radar + 1) % RADAR_FIELDS;
        let place = usize::from(RADAR_FIRST + self.radar);
        self.channels[place] = Channels::default();
    }

    /// PER 41: the buffer written is shown, the other is written next.
    pub(crate) fn swap_track(&mut self) {
        self.track = 1 - self.track;
        for field in 0..TRACK_FIELDS {
            let place = usize::from(TRACK_FIRST + self.track * TRACK_FIELDS + field);
            self.channels[place] = Channels::default();
        }
    }

    /// What was written to IC-own since it was last taken.
    pub fn take_intercommunication(&mut self) -> Vec<(u16, Register)> {
        if !self.intercommunication.any() {
            return Vec::new();
        }
        let written = std::mem::take(&mut self.intercommunication);
        let registers = (0..REGISTERS).filter(|register| written.is_set(*register));
        registers
            .map(|register| (register, self.cell(codes::IC_OWN, register)))
            .collect()
    }

    /// The partner wrote these registers: IC-other holds them, marked.
    pub fn put_intercommunication(&mut self, written: &[(u16, Register)]) {
        for (register, content) in written {
            let register = register % REGISTERS;
            self.set_cell(codes::IC_OTHER, register, *content);
            self.channels[usize::from(codes::IC_OTHER)]
                .cd
                .set(register, true);
        }
    }
}

/// Registers of one message on a field.
pub fn message_length(field: u8) -> u16 {
    let row = FIELDS.iter().find(|row| row.number == field);
    row.map_or(1, |row| row.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_take_whole_places_in_order_of_passing() {
        let mut drums = Drums::new();
        let message = [Twin::of(1, 2), Twin::of(3, 4)];
        // At slot 3 the next whole place of two registers begins at 4.
        let at = Instant(3 * REGISTER.0 - 5);
        assert_eq!(drums.od_write(codes::LRI_1, at, &message), Some(4));
        assert_eq!(drums.od_write(codes::LRI_1, at, &message), Some(6));
        let late = Instant(2047 * REGISTER.0);
        assert_eq!(drums.od_write(codes::LRI_1, late, &message), Some(0));
        assert_eq!(drums.waiting(codes::LRI_1).count(), 6);
        assert_eq!(drums.peek(codes::LRI_1, 5).word, message[1]);
    }

    #[test]
    fn a_full_field_loses_and_counts() {
        let mut drums = Drums::new();
        let message = [Twin::ZERO; 3];
        for _ in 0..682 {
            assert!(
                drums
                    .od_write(codes::XTL, Instant::ZERO, &message)
                    .is_some()
            );
        }
        assert_eq!(drums.od_write(codes::XTL, Instant::ZERO, &message), None);
        assert_eq!(drums.lost(codes::XTL), 1);
    }

    #[test]
    fn identification_takes_what_matches_once() {
        let mut drums = Drums::new();
        for register in 0..10 {
            let word = Twin::of(register % 3, register);
            drums.cd_write(codes::OB_1, 0, register, word.into());
        }
        let identity = (0o177777 << 16, 1 << 16);
        let at = Instant(5 * REGISTER.0);
        let taken = drums.od_take(codes::OB_1, at, identity, 2);
        assert_eq!(taken.iter().map(|t| t.0).collect::<Vec<_>>(), [7, 1]);
        let taken = drums.od_take(codes::OB_1, at, identity, 9);
        assert_eq!(taken.iter().map(|t| t.0).collect::<Vec<_>>(), [4]);
        assert_eq!(drums.outgoing(codes::OB_1).count(), 7);
    }

    #[test]
    fn displays_change_hands_at_a_swap() {
        let mut drums = Drums::new();
        drums.cd_write(codes::RD, 0, 7, Twin::of(1, 1).into());
        drums.cd_write(codes::TD, 1, 3, Twin::of(2, 2).into());
        assert!(drums.radar_shown(1).is_empty() && drums.track_shown().is_empty());
        drums.swap_radar();
        drums.swap_track();
        assert_eq!(drums.radar_shown(1), [(7, Twin::of(1, 1).into())]);
        assert_eq!(drums.track_shown(), [(1, 3, Twin::of(2, 2).into())]);
        for _ in 0..8 {
            drums.swap_radar();
        }
        assert!((1..9).all(|age| drums.radar_shown(age).is_empty()));
        drums.swap_track();
        assert!(drums.track_shown().is_empty());
    }

    #[test]
    fn the_partner_sees_what_was_written() {
        let (mut own, mut other) = (Drums::new(), Drums::new());
        own.cd_write(codes::IC_OWN, 0, 9, Twin::of(5, 6).into());
        let written = own.take_intercommunication();
        other.put_intercommunication(&written);
        assert_eq!(other.peek(codes::IC_OTHER, 9).word, Twin::of(5, 6));
        assert_eq!(other.waiting(codes::IC_OTHER).count(), 1);
        assert!(own.take_intercommunication().is_empty());
        other.cd_write(codes::IC_OTHER, 0, 9, Twin::ZERO.into());
        assert_eq!(other.peek(codes::IC_OTHER, 9).word, Twin::of(5, 6));
    }

    #[test]
    fn marks_are_found_in_order_of_passing() {
        let mut marks = Marks::default();
        marks.set(100, true);
        marks.set(2047, true);
        assert_eq!(marks.next(0, 2048, true), Some(100));
        assert_eq!(marks.next(101, 2048, true), Some(1946));
        assert_eq!(marks.next(101, 1946, true), None);
        assert_eq!(marks.next(2047, 1, true), Some(0));
        assert_eq!(marks.next(100, 2048, false), Some(1));
    }
}
