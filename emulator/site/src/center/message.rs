//! What lies on the drums: bit layouts of the messages between equipment and program.
//!
//! No layout of the real center was found: every bit here is assigned by us, in the manner of what
//! is known of contents and precision. One place packs and unpacks them; the control program has
//! the same layouts in its compool.
//!
//! | field | words | what |
//! |---|---|---|
//! | LRI 1, 2 | 2 | a report of a long-range radar: [`Report`] |
//! | GFI | 1 | a hit of a gap filler |
//! | XTL | 3 | a frame of crosstell: line number, five half-words |
//! | MI | 2 | an action at a console, and what its light gun saw |
//! | RD | 1 | a radar return shown: [`RadarMark`] |
//! | TD | 8 | a track shown: [`TrackMessage`] |
//! | DD | 1 | two characters of a digital display: [`DigitalWord`] |
//! | OB 1, 2 | 1 | a word that goes out: [`OutputWord`] |
//!
//! Positions are in the sector plane, x east and y north, 1/64 n.mi a unit, ones' complement.

use serde::{Deserialize, Serialize};
use word::twin::{Half, Twin};

/// Units of a position in a nautical mile.
pub const UNITS: f64 = 64.0;
/// Parts of a circle in an azimuth.
pub const AZIMUTHS: u16 = 4096;
/// Units of a range in a nautical mile.
pub const RANGE_UNITS: f64 = 4.0;

/// A position in miles as a half-word; beyond the plane's edge, the edge.
pub fn position(miles: f64) -> Half {
    let units = libm::round(miles * UNITS).clamp(-32_767.0, 32_767.0);
    Half::from_value(units as i32).unwrap_or(Half::ZERO)
}

/// A half-word as a position in miles.
pub fn miles(half: Half) -> f64 {
    f64::from(half.value()) / UNITS
}

/// What a report of a radar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Label {
    /// The search radar saw it.
    Search,
    /// Its transponder answered.
    Beacon,
    /// The height finder measured it.
    Height,
    /// The direction of a jammer.
    Jam,
    /// The site's own state.
    Status,
    /// Nothing; keeps the line alive.
    Idle,
}

impl Label {
    /// Its three bits.
    pub fn code(self) -> u8 {
        match self {
            Label::Search => 0,
            Label::Beacon => 1,
            Label::Height => 2,
            Label::Jam => 3,
            Label::Status => 4,
            Label::Idle => 7,
        }
    }
}

/// A report of a long-range radar, as the AN/FST-2 sends it: 52 bits and one of odd parity.
///
/// ```text
///  label 3 | range 12 | azimuth 12 | run length 4 | code 12 | simulated 1 | delay 8
/// ```
/// The delay is how long it waited at the site, in 1/32 s: so the center can set the time tag back
/// to the instant of the look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What it is, 3 bits.
    pub label: u8,
    /// 1/4 n.mi.
    pub range: u16,
    /// 4096 parts of a circle from true north, clockwise.
    pub azimuth: u16,
    /// Pulses that hit, 4 bits.
    pub run_length: u8,
    /// Beacon code, or height in 100 ft; 12 bits.
    pub code: u16,
    /// It is not there: put in for an exercise.
    pub simulated: bool,
}

/// Bits of a report on its line.
pub const REPORT_BITS: u64 = 53;

impl Report {
    /// Its bits on the line without parity, and how long it waited in 1/32 s.
    pub fn to_line(self, delay: u8) -> u64 {
        let fields = [
            (u64::from(self.label), 3),
            (u64::from(self.range), 12),
            (u64::from(self.azimuth), 12),
            (u64::from(self.run_length), 4),
            (u64::from(self.code), 12),
            (u64::from(self.simulated), 1),
            (u64::from(delay), 8),
        ];
        let pack =
            |bits: u64, (value, width): (u64, u32)| bits << width | value & ((1 << width) - 1);
        fields.into_iter().fold(0, pack)
    }

    /// Report and delay of the bits of a line.
    pub fn from_line(bits: u64) -> (Report, u8) {
        let field = |place: u32, width: u32| bits >> place & ((1 << width) - 1);
        let report = Report {
            label: field(49, 3) as u8,
            range: field(37, 12) as u16,
            azimuth: field(25, 12) as u16,
            run_length: field(21, 4) as u8,
            code: field(9, 12) as u16,
            simulated: field(8, 1) != 0,
        };
        (report, field(0, 8) as u8)
    }

    /// Its two drum words for a site channel and the clock register at the look.
    ///
    /// ```text
    ///  word 1  L: LS search | L1-L6 channel | L7-L9 label | L10-L15 clock / 4
    ///          R: range
    ///  word 2  L: LS-L11 azimuth | L12-L15 run length
    ///          R: R3-R14 code | R15 simulated
    /// ```
    pub fn to_drum(self, channel: u8, clock: u16) -> [Twin; 2] {
        let search = u16::from(self.label == Label::Search.code());
        let first = search << 15
            | u16::from(channel & 0o77) << 9
            | u16::from(self.label & 7) << 6
            | clock >> 2 & 0o77;
        let second = (self.azimuth % AZIMUTHS) << 4 | u16::from(self.run_length & 0o17);
        let third = (self.code & 0o7777) << 1 | u16::from(self.simulated);
        [
            Twin::of(first, self.range & 0o7777),
            Twin::of(second, third),
        ]
    }
}

/// A hit of a gap filler: L: LS-L7 site, L8-L15 azimuth; R: range cell.
pub fn gap_hit(site: u8, azimuth: u8, cell: u8) -> Twin {
    let left = u16::from(site) << 8 | u16::from(azimuth);
    Twin::of(left, u16::from(cell & 0o77))
}

/// What a light gun has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// A track message; else a radar return.
    pub track: bool,
    /// Register of its first word (of a track: 2,048 for each field of the buffer before).
    pub register: u16,
}

/// An action at a console: L: LS-L7 console, L9-L15 action; R: data. Second word: what the gun saw
/// (1 radar return, 2 track, 0 nothing), its register.
pub fn manual_input(console: u8, code: u8, data: u16, seen: Option<Seen>) -> [Twin; 2] {
    let left = u16::from(console) << 8 | u16::from(code & 0o177);
    let gun = match seen {
        None => Twin::ZERO,
        Some(seen) => Twin::of(1 + u16::from(seen.track), seen.register),
    };
    [Twin::of(left, data), gun]
}

/// A frame of crosstell on the drum: the line's number, five half-words.
pub fn crosstell(line: u8, halves: [u16; 5]) -> [Twin; 3] {
    let [a, b, c, d, e] = halves;
    [Twin::of(line.into(), a), Twin::of(b, c), Twin::of(d, e)]
}

/// Bits of a frame of crosstell on its line: 6 of synchronising, five half-words with a bit of odd
/// parity each.
pub const CROSSTELL_BITS: u64 = 91;

/// What a frame of crosstell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Told {
    /// Where a track is.
    Position,
    /// Who it is, how high.
    Identity,
    /// It is offered to the receiver.
    Offer,
    /// The receiver of an offer takes it.
    Accept,
    /// And does not.
    Refuse,
    /// It is no longer told.
    Drop,
}

impl Told {
    const CODES: [(Told, u8); 6] = [
        (Told::Position, 1),
        (Told::Identity, 2),
        (Told::Offer, 3),
        (Told::Accept, 4),
        (Told::Refuse, 5),
        (Told::Drop, 6),
    ];
}

/// A frame of crosstell.
///
/// ```text
///  1  type 4 | sender's sector 5 | sequence 7     2  track 10 | identity 3 | raid size 3
///  3  x     4  y, in the receiver's plane
///  5  heading 6 | speed / 25 knots 6 | altitude / 5,000 ft 4
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crosstell {
    /// What it is.
    pub told: Told,
    /// Number of the sender's sector.
    pub sector: u8,
    /// Counts frames, modulo 128.
    pub sequence: u8,
    /// The track's number.
    pub track: u16,
    /// 0 pending, 1 friendly, 2 hostile, 3 special, 4 faker, 5 interceptor.
    pub identity: u8,
    /// Aircraft in it, 7 or more.
    pub raid: u8,
    /// Position.
    pub x: Half,
    /// Position.
    pub y: Half,
    /// 64 parts of a circle from the plane's north.
    pub heading: u8,
    /// 25 knots, 63 or more.
    pub speed: u8,
    /// 5,000 feet.
    pub altitude: u8,
}

impl Crosstell {
    /// Its half-words.
    pub fn halves(&self) -> [u16; 5] {
        let code = Told::CODES.iter().find(|(told, _)| *told == self.told);
        let code = code.map_or(0, |(_, code)| u16::from(*code));
        let low = |value: u8, bits: u32| u16::from(value) & ((1 << bits) - 1);
        [
            code << 12 | low(self.sector, 5) << 7 | low(self.sequence, 7),
            (self.track & 0o1777) << 6 | low(self.identity, 3) << 3 | low(self.raid, 3),
            self.x.0,
            self.y.0,
            low(self.heading, 6) << 10 | low(self.speed, 6) << 4 | low(self.altitude, 4),
        ]
    }

    /// That of half-words; none if no frame is of this type.
    pub fn of(halves: [u16; 5]) -> Option<Crosstell> {
        let [first, second, x, y, last] = halves;
        let mut known = Told::CODES.iter();
        let (told, _) = known.find(|(_, code)| u16::from(*code) == first >> 12)?;
        Some(Crosstell {
            told: *told,
            sector: (first >> 7 & 0o37) as u8,
            sequence: (first & 0o177) as u8,
            track: second >> 6,
            identity: (second >> 3 & 7) as u8,
            raid: (second & 7) as u8,
            x: Half(x),
            y: Half(y),
            heading: (last >> 10) as u8,
            speed: (last >> 4 & 0o77) as u8,
            altitude: (last & 0o17) as u8,
        })
    }
}

/// What comes of half-words when these bits of their frame are wrong, and whether it is noticed: a
/// synchronising bit, or an odd number within one half-word and its parity bit.
pub fn crosstell_errors(mut halves: [u16; 5], wrong: &[u64]) -> ([u16; 5], bool) {
    let mut odd = [false; 5];
    let mut noticed = false;
    for bit in wrong {
        let Some(bit) = bit.checked_sub(6) else {
            noticed = true;
            continue;
        };
        let (half, place) = ((bit / 17) as usize % 5, bit % 17);
        odd[half] = !odd[half];
        if place < 16 {
            halves[half] ^= 1 << (15 - place);
        }
    }
    (halves, noticed || odd.contains(&true))
}

/// A radar return shown: L: LS-L13 x, L14-L15 type; R: y.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RadarMark {
    /// In units, the last two bits 0.
    pub x: i32,
    /// In units.
    pub y: i32,
    /// 0 search, 1 the same and correlated, 2 beacon, 3 the same and correlated.
    pub kind: u8,
}

impl RadarMark {
    /// That of a word.
    pub fn of(word: Twin) -> RadarMark {
        let left = word.left().0;
        // What the type took of x is filled with its sign.
        let fill = if word.left().is_minus() { 3 } else { 0 };
        RadarMark {
            x: Half(left & !3 | fill).value(),
            y: word.right().value(),
            kind: (left & 3) as u8,
        }
    }
}

/// Words of a track message.
pub const TRACK_WORDS: u16 = 8;

/// A track shown.
///
/// ```text
///  word 0  L: x | R: y
///  word 1  L: L1-L5 category | L6-L7 place of the block | L8-L15 display-assignment bit
///          R: R12 bright | R13-R15 number of vectors
///  word 2  A1 A2 | A3 A4      word 3  A5 A6 | B1 B2       a half: two characters of six bits,
///  word 4  B3 B4 | C1 C2      word 5  C3 C4 | D1 D2       in bits 4-9 and 10-15
///  word 6  first vector       word 7  second vector, x | y from the point
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackMessage {
    /// In units.
    pub x: i32,
    /// In units.
    pub y: i32,
    /// 0 to 31.
    pub category: u8,
    /// Where the characters stand about the point, 0 to 3.
    pub place: u8,
    /// Display-assignment bit, 0 none.
    pub assignment: u8,
    /// Bright.
    pub bright: bool,
    /// A1-A6, B1-B4, C1-C4, D1-D2: codes of six bits.
    pub characters: [u8; 16],
    /// As many as it has, at most two.
    pub vectors: [Option<(i32, i32)>; 2],
}

impl TrackMessage {
    /// That of eight words; `None` if the second is 0: there is no message.
    pub fn of(words: &[Twin; 8]) -> Option<TrackMessage> {
        if words[1].0 == 0 {
            return None;
        }
        let (left, right) = (words[1].left().0, words[1].right().0);
        let character = |n: usize| {
            let word = words[2 + n / 4];
            let half = if n % 4 < 2 { word.left() } else { word.right() };
            let place = if n.is_multiple_of(2) { 6 } else { 0 };
            (half.0 >> place & 0o77) as u8
        };
        let number = usize::from(right & 7);
        let vector = |n: usize| {
            let word = words[6 + n];
            (n < number).then(|| (word.left().value(), word.right().value()))
        };
        Some(TrackMessage {
            x: words[0].left().value(),
            y: words[0].right().value(),
            category: (left >> 10 & 0o37) as u8,
            place: (left >> 8 & 3) as u8,
            assignment: (left & 0o377) as u8,
            bright: right >> 3 & 1 != 0,
            characters: std::array::from_fn(character),
            vectors: [vector(0), vector(1)],
        })
    }

    /// Characters as text, blanks for codes 0.
    pub fn text(&self) -> String {
        let codes = self.characters.iter();
        codes.map(|code| word::bcd::to_char(*code)).collect()
    }
}

/// Two characters of a digital display: L: LS-L7 console, 0 all; L8-L11 row, L12-L15 pair of
/// columns; R: the characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DigitalWord {
    /// Console, 0 all.
    pub console: u8,
    /// 0 to 15.
    pub row: u8,
    /// 0 to 15: columns twice this and the next.
    pub pair: u8,
    /// Codes of six bits.
    pub characters: [u8; 2],
}

impl DigitalWord {
    /// That of a word.
    pub fn of(word: Twin) -> DigitalWord {
        let (left, right) = (word.left().0, word.right().0);
        DigitalWord {
            console: (left >> 8) as u8,
            row: (left >> 4 & 0o17) as u8,
            pair: (left & 0o17) as u8,
            characters: [(right >> 6 & 0o77) as u8, (right & 0o77) as u8],
        }
    }
}

/// Where a word goes out: L: LS-L2 section, L3-L8 channel, L9-L15 burst number; R: data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputWord {
    /// Output section.
    pub section: u8,
    /// Channel of the section.
    pub channel: u8,
    /// The burst it goes out in, modulo 128.
    pub burst: u8,
    /// What goes out.
    pub data: u16,
}

impl OutputWord {
    /// Bits of the left half that tell the burst.
    pub const BURST_MASK: u32 = 0o177 << 16;

    /// That of a word.
    pub fn of(word: Twin) -> OutputWord {
        let left = word.left().0;
        OutputWord {
            section: (left >> 13) as u8,
            channel: (left >> 7 & 0o77) as u8,
            burst: (left & 0o177) as u8,
            data: word.right().0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_keeps_its_parts_on_line_and_drum() {
        let report = Report {
            label: Label::Beacon.code(),
            range: 803,
            azimuth: 4095,
            run_length: 9,
            code: 0o7531,
            simulated: true,
        };
        let bits = report.to_line(200);
        assert!(bits < 1 << 52);
        assert_eq!(Report::from_line(bits), (report, 200));
        let [first, second] = report.to_drum(0o25, 0o400 + 0o177);
        assert_eq!(first, Twin::of(0o025137, 803));
        assert_eq!(second, Twin::of(0o177771, 0o17263));
        let search = Report { label: 0, ..report };
        assert_eq!(search.to_drum(1, 0)[0].left().0, 0o101000);
    }

    #[test]
    fn positions_are_64ths_of_a_mile_in_ones_complement() {
        assert_eq!(position(1.5), Half(96));
        assert_eq!(position(-1.5), Half(!96));
        assert_eq!(position(1e9), Half(0o77777));
        assert_eq!(miles(position(-100.25)), -100.25);
    }

    #[test]
    fn a_radar_mark_is_read_from_its_word() {
        let mark = RadarMark::of(Twin::of(100 & !3 | 2, !5u16));
        assert_eq!((mark.x, mark.y, mark.kind), (100, -5, 2));
        // -100 is 177633; its last two bits are the type's.
        let mark = RadarMark::of(Twin::of(!100u16 & !3 | 1, 7));
        assert_eq!((mark.x, mark.kind), (-100, 1));
    }

    #[test]
    fn a_track_message_is_read_from_its_words() {
        let mut words = [Twin::ZERO; 8];
        assert_eq!(TrackMessage::of(&words), None);
        words[0] = Twin::of(640, !64u16);
        words[1] = Twin::of(5 << 10 | 2 << 8 | 17, 0o11);
        words[2] = Twin::of(0o2112, 0o0304);
        words[6] = Twin::of(10, !20u16);
        let message = TrackMessage::of(&words).unwrap();
        assert_eq!((message.x, message.y), (640, -64));
        assert_eq!((message.category, message.place), (5, 2));
        assert_eq!((message.assignment, message.bright), (17, true));
        assert_eq!(message.characters[..4], [0o21, 0o12, 0o03, 0o04]);
        assert_eq!(message.vectors, [Some((10, -20)), None]);
    }

    #[test]
    fn a_frame_of_crosstell_keeps_its_parts() {
        let frame = Crosstell {
            told: Told::Offer,
            sector: 31,
            sequence: 127,
            track: 999,
            identity: 2,
            raid: 4,
            x: position(-12.5),
            y: position(100.0),
            heading: 63,
            speed: 19,
            altitude: 7,
        };
        assert_eq!(Crosstell::of(frame.halves()), Some(frame));
        assert_eq!(Crosstell::of([0o17 << 12, 0, 0, 0, 0]), None);
    }

    #[test]
    fn odd_parity_of_each_half_word_tells_one_wrong_bit_and_not_two() {
        let halves = [1, 2, 3, 4, 5];
        assert_eq!(crosstell_errors(halves, &[]), (halves, false));
        assert!(crosstell_errors(halves, &[3]).1);
        assert_eq!(
            crosstell_errors(halves, &[6 + 17 + 15]),
            ([1, 3, 3, 4, 5], true)
        );
        assert_eq!(crosstell_errors(halves, &[6 + 17 + 16]), (halves, true));
        assert_eq!(
            crosstell_errors(halves, &[6, 7]),
            ([0o140001, 2, 3, 4, 5], false)
        );
        assert!(crosstell_errors(halves, &[6, 6 + 17]).1);
    }

    #[test]
    fn an_output_word_names_section_channel_and_burst() {
        let word = Twin::of(3 << 13 | 5 << 7 | 0o125, 77);
        let output = OutputWord::of(word);
        assert_eq!((output.section, output.channel), (3, 5));
        assert_eq!((output.burst, output.data), (0o125, 77));
        assert_eq!(word.0 & OutputWord::BURST_MASK, 0o125 << 16);
    }
}
