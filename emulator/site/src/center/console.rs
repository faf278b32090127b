//! A situation-display console: its switches, and what its tube shows of the drums.
//!
//! The display generator reads the RD and TD drums round and round and sends every message to all
//! consoles at once; each console's switches decide which it lets through. The beam of the 19-inch
//! tube passes a stencil of 64 characters, so that it paints points, characters and vectors and
//! nothing else. A light gun sees the flash of the message its console paints at that instant, and
//! so the console knows the register it came from.
//!
//! ```text
//!       A1 A2 A3 A4          a message shows if the switch of its category is on, or its
//!       B1 B2 B3 B4          assignment bit is wired to the console, and it lies on the glass
//!       D1 D2 A5 A6
//!         E                  X1: the whole plane of 1,024 n.mi; X2, X4, X8 less of it, its centre
//!       C1 C2 C3 C4          moved by 7 + 7 buttons
//! ```
//!
//! | | |
//! |---|---|
//! | painting | 60 us a radar message, 1,040 us a track message, a round in 2.5 s |
//! | present scan | bright; seven older ones dim |
//! | categories | 0 to 30; switches of each console |
//! | assignment bits | 1 to 90, at most 27 on a console |
//!
//! Source: messages, times and selection documented at second hand (C702-416L-ST); 2.5 s recalled.
//! Assumed: radar returns come first in a round, then tracks, each in order of scans and registers
//! (all that the drums can hold takes 1.8 s); search returns are category 1, beacon 2; buttons move
//! the centre by 128 n.mi each; the block's other places are to the right, below and to the left;
//! an aperture of the gun of 1/40 of the glass.

use clock::{Instant, Span};
use fsq7::drum::{Drums, Register};
use serde::{Deserialize, Serialize};
use word::twin::Twin;

use super::message::{RadarMark, Seen, TRACK_WORDS, TrackMessage, UNITS};

/// A round of the display generator.
pub const ROUND: Span = Span::from_millis(2_500);
/// A radar message is painted in this time.
pub const RADAR_PAINT: Span = Span::from_micros(60);
/// A track message is painted in this time.
pub const TRACK_PAINT: Span = Span::from_micros(1_040);
/// Scans shown: the present one and seven older.
pub const SCANS: u8 = 8;
/// Half the plane, n.mi.
const PLANE: f64 = 512.0;
/// An off-centering button moves the centre so far, n.mi.
const BUTTON: f64 = 128.0;
/// The gun sees this part of the glass's radius around its place.
const APERTURE: f64 = 0.025;
/// Most assignment bits a console takes.
const ASSIGNMENTS: usize = 27;
/// Width and height of a character, parts of the glass's radius.
const CHARACTER: (f64, f64) = (0.018, 0.026);

/// A console.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsoleDescription {
    /// Its number in input words, 1 to 128.
    pub number: u8,
    /// Whose it is.
    pub name: String,
    /// The room it stands in.
    #[serde(default)]
    pub room: String,
    /// How its switches stand at first.
    #[serde(default)]
    pub settings: ConsoleSettings,
}

/// Parts of a message that can be suppressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Feature {
    /// Characters A1-A6.
    A,
    /// Characters B1-B4.
    B,
    /// Characters C1-C4.
    C,
    /// Characters D1-D2.
    D,
    /// The point.
    E,
    /// Vectors.
    Vectors,
    /// Older scans of radar returns.
    Trails,
}

/// How a console's switches stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConsoleSettings {
    /// Categories let through.
    pub categories: Vec<u8>,
    /// Assignment bits wired to it.
    pub assignments: Vec<u8>,
    /// Features suppressed.
    pub suppressed: Vec<Feature>,
    /// Features that are always dim.
    pub dim: Vec<Feature>,
    /// 1, 2, 4 or 8.
    pub expansion: u8,
    /// Off-centering buttons, -3 (west) to 3 and -3 (south) to 3.
    pub off_center: (i8, i8),
}

impl Default for ConsoleSettings {
    fn default() -> ConsoleSettings {
        ConsoleSettings {
            categories: (1..=22).collect(),
            assignments: Vec::new(),
            suppressed: Vec::new(),
            dim: Vec::new(),
            expansion: 2,
            off_center: (0, 0),
        }
    }
}

impl ConsoleSettings {
    /// What is impossible about it: field and message.
    pub fn mistakes(&self) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        if self.categories.iter().any(|category| *category > 30) {
            found.push(("categories", "expected 0 to 30".to_string()));
        }
        if self.assignments.iter().any(|bit| !(1..=90).contains(bit)) {
            found.push(("assignments", "expected 1 to 90".to_string()));
        }
        if self.assignments.len() > ASSIGNMENTS {
            let message = format!("expected at most {ASSIGNMENTS} of them");
            found.push(("assignments", message));
        }
        if ![1, 2, 4, 8].contains(&self.expansion) {
            found.push(("expansion", "expected 1, 2, 4 or 8".to_string()));
        }
        let (x, y) = self.off_center;
        if !(-3..=3).contains(&x) || !(-3..=3).contains(&y) {
            found.push(("off_center", "expected -3 to 3, each way".to_string()));
        }
        found
    }

    fn shows(&self, feature: Feature) -> bool {
        !self.suppressed.contains(&feature)
    }

    fn selects(&self, category: u8, assignment: u8) -> bool {
        self.categories.contains(&category) || self.assignments.contains(&assignment)
    }

    /// The middle of the glass on the plane and half its width, n.mi.
    pub fn window(&self) -> (f64, f64, f64) {
        let (x, y) = self.off_center;
        let half = PLANE / f64::from(self.expansion.max(1));
        (f64::from(x) * BUTTON, f64::from(y) * BUTTON, half)
    }

    /// Where a place of the plane, in units, lies on the glass; none beside it.
    fn on_glass(&self, x: i32, y: i32) -> Option<(f64, f64)> {
        let (cx, cy, half) = self.window();
        let gx = (f64::from(x) / UNITS - cx) / half;
        let gy = (f64::from(y) / UNITS - cy) / half;
        (gx * gx + gy * gy <= 1.0).then_some((gx, gy))
    }
}

/// What a tube paints, with its place on the glass: -1 to 1 each way, north up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Painted {
    /// East.
    pub x: f64,
    /// North.
    pub y: f64,
    /// What.
    pub mark: Mark,
    /// Bright or dim.
    pub bright: bool,
    /// Scans ago, 0 the present one; tracks are of the present.
    pub age: u8,
    /// Category of its message.
    pub category: u8,
}

/// What the beam can draw.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Mark {
    /// A point.
    Point,
    /// A character.
    Character(char),
    /// A line from there, east and north.
    Vector(f64, f64),
}

/// A picture on a tube.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// Middle of the glass on the plane, n.mi.
    pub centre: (f64, f64),
    /// Half the width of the glass, n.mi.
    pub half_width: f64,
    /// What is painted in a round, in order.
    pub items: Vec<Painted>,
}

/// A message as the generator meets it in its round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Met {
    /// How long after the round's beginning its painting begins.
    pub after: Span,
    /// Where it comes from.
    pub seen: Seen,
    /// What it says.
    pub message: Message,
}

/// A message of a display drum.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(clippy::large_enum_variant)]
pub enum Message {
    /// A radar return, so many scans old.
    Radar(RadarMark, u8),
    /// A track.
    Track(TrackMessage),
}

/// Every message in the order of a round.
pub fn round(drums: &Drums) -> Vec<Met> {
    let mut met = Vec::new();
    let mut at = Span::ZERO;
    let mut push = |seen, message, takes: Span| {
        met.push(Met {
            after: at,
            seen,
            message,
        });
        at += takes;
    };
    for age in 1..=SCANS {
        for (register, content) in drums.radar_shown(age) {
            let seen = Seen {
                track: false,
                register,
            };
            let message = Message::Radar(RadarMark::of(content.word), age - 1);
            push(seen, message, RADAR_PAINT);
        }
    }
    for (register, message) in tracks(drums) {
        let seen = Seen {
            track: true,
            register,
        };
        push(seen, Message::Track(message), TRACK_PAINT);
    }
    debug_assert!(at <= ROUND, "the drums hold no more than a round paints");
    met
}

/// The track messages shown: register of the first word (2,048 for each field before) and content.
pub fn tracks(drums: &Drums) -> Vec<(u16, TrackMessage)> {
    let shown = drums.track_shown();
    let place = |(field, register, _): &(u8, u16, Register)| u16::from(*field) * 2_048 + register;
    let mut messages = Vec::new();
    let mut at = 0;
    while at < shown.len() {
        let first = place(&shown[at]);
        let whole = first.is_multiple_of(TRACK_WORDS)
            && shown.len() - at >= 8
            && place(&shown[at + 7]) == first + 7;
        if !whole {
            at += 1;
            continue;
        }
        let words: [Twin; 8] = std::array::from_fn(|n| shown[at + n].2.word);
        if let Some(message) = TrackMessage::of(&words) {
            messages.push((first, message));
        }
        at += 8;
    }
    messages
}

impl Message {
    fn place(&self) -> (i32, i32) {
        match self {
            Message::Radar(mark, _) => (mark.x, mark.y),
            Message::Track(track) => (track.x, track.y),
        }
    }

    /// Its category and assignment bit.
    fn category(&self) -> (u8, u8) {
        match self {
            Message::Radar(mark, _) => (1 + mark.kind / 2, 0),
            Message::Track(track) => (track.category, track.assignment),
        }
    }

    /// Where the console paints it, if it does.
    fn painted(&self, settings: &ConsoleSettings) -> Option<(f64, f64)> {
        let (category, assignment) = self.category();
        if !settings.selects(category, assignment) {
            return None;
        }
        if matches!(self, Message::Radar(_, age) if *age > 0) && !settings.shows(Feature::Trails) {
            return None;
        }
        let (x, y) = self.place();
        settings.on_glass(x, y)
    }
}

/// What a console with these switches paints of the drums.
pub fn picture(drums: &Drums, settings: &ConsoleSettings) -> Picture {
    let (cx, cy, half_width) = settings.window();
    let met = round(drums);
    let mut items = Vec::new();
    for one in met {
        let Some((x, y)) = one.message.painted(settings) else {
            continue;
        };
        let (category, _) = one.message.category();
        match one.message {
            Message::Radar(_, age) => items.push(Painted {
                x,
                y,
                mark: Mark::Point,
                bright: age == 0,
                age,
                category,
            }),
            Message::Track(track) => paint(&track, (x, y), half_width, settings, &mut items),
        }
    }
    Picture {
        centre: (cx, cy),
        half_width,
        items,
    }
}

/// Row (from the top, the point between 2 and 3) and column of each character of a message.
#[rustfmt::skip]
const LAYOUT: [(Feature, i8, i8); 16] = [
    (Feature::A, 0, 0), (Feature::A, 0, 1), (Feature::A, 0, 2), (Feature::A, 0, 3),
    (Feature::A, 2, 2), (Feature::A, 2, 3),
    (Feature::B, 1, 0), (Feature::B, 1, 1), (Feature::B, 1, 2), (Feature::B, 1, 3),
    (Feature::C, 4, 0), (Feature::C, 4, 1), (Feature::C, 4, 2), (Feature::C, 4, 3),
    (Feature::D, 2, 0), (Feature::D, 2, 1),
];
/// Where the block's corner stands from the point, in characters east and rows north, by place.
const BLOCKS: [(f64, f64); 4] = [(-1.5, 3.0), (1.5, 2.0), (-1.5, -1.0), (-5.5, 2.0)];

fn paint(
    track: &TrackMessage,
    (x, y): (f64, f64),
    half_width: f64,
    settings: &ConsoleSettings,
    items: &mut Vec<Painted>,
) {
    let mut put = |feature: Feature, x: f64, y: f64, mark: Mark| {
        if settings.shows(feature) {
            items.push(Painted {
                x,
                y,
                mark,
                bright: track.bright && !settings.dim.contains(&feature),
                age: 0,
                category: track.category,
            });
        }
    };
    put(Feature::E, x, y, Mark::Point);
    let (bx, by) = BLOCKS[usize::from(track.place) % 4];
    for ((feature, row, column), code) in LAYOUT.into_iter().zip(track.characters) {
        if code == word::bcd::BLANK {
            continue;
        }
        let cx = x + (bx + f64::from(column)) * CHARACTER.0;
        let cy = y + (by - f64::from(row)) * CHARACTER.1;
        put(feature, cx, cy, Mark::Character(word::bcd::to_char(code)));
    }
    for (vx, vy) in track.vectors.into_iter().flatten() {
        let scale = UNITS * half_width;
        let mark = Mark::Vector(f64::from(vx) / scale, f64::from(vy) / scale);
        put(Feature::Vectors, x, y, mark);
    }
}

/// Where an operator points the gun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Aim {
    /// At a place of the plane, in units of 1/64 n.mi.
    Place {
        /// East.
        x: i32,
        /// North.
        y: i32,
    },
    /// At the point of the track message in this place of the buffer: register 8 n.
    Track(u16),
}

/// The next message that the console paints under the gun from an instant on, and when its
/// painting begins. `tracks`: at track messages, else at radar returns of the present scan.
pub fn gun(
    drums: &Drums,
    settings: &ConsoleSettings,
    aim: Aim,
    tracks: bool,
    from: Instant,
) -> Option<(Instant, Met)> {
    let met = round(drums);
    let target = match aim {
        Aim::Place { x, y } => settings.on_glass(x, y)?,
        Aim::Track(slot) => {
            let aimed = Seen {
                track: true,
                register: slot.wrapping_mul(TRACK_WORDS),
            };
            let one = met.iter().find(|one| one.seen == aimed)?;
            one.message.painted(settings)?
        }
    };
    let begin = Instant(from.0 / ROUND.0 * ROUND.0);
    let under = |one: &&Met| {
        let right = match one.message {
            Message::Radar(_, age) => !tracks && age == 0,
            Message::Track(_) => tracks,
        };
        let Some((x, y)) = one.message.painted(settings).filter(|_| right) else {
            return false;
        };
        let (dx, dy) = (x - target.0, y - target.1);
        let aimed = match aim {
            Aim::Track(slot) => one.seen.register == slot.wrapping_mul(TRACK_WORDS),
            Aim::Place { .. } => dx * dx + dy * dy <= APERTURE * APERTURE,
        };
        // A message of which every feature is suppressed gives no light.
        let lit = match one.message {
            Message::Radar(..) => true,
            Message::Track(_) => [Feature::A, Feature::B, Feature::C, Feature::D, Feature::E]
                .into_iter()
                .any(|feature| settings.shows(feature)),
        };
        aimed && lit
    };
    let next = |one: &Met| match begin + one.after {
        at if at >= from => at,
        at => at + ROUND,
    };
    let found = met.iter().filter(under).min_by_key(|one| next(one))?;
    Some((next(found), *found))
}

/// What a gun tells that sees in the dark (planted): the message nearest to its place, painted or
/// not.
pub fn in_the_dark(drums: &Drums, aim: Aim, tracks: bool) -> Option<Seen> {
    let (x, y) = match aim {
        Aim::Track(slot) => {
            return Some(Seen {
                track: true,
                register: slot.wrapping_mul(TRACK_WORDS),
            });
        }
        Aim::Place { x, y } => (x, y),
    };
    let distance = |one: &Met| {
        let (mx, my) = one.message.place();
        let (dx, dy) = (i64::from(mx - x), i64::from(my - y));
        dx * dx + dy * dy
    };
    let met = round(drums).into_iter();
    let nearest = met
        .filter(|one| one.seen.track == tracks)
        .min_by_key(distance);
    nearest.map(|one| one.seen)
}

#[cfg(test)]
mod tests {
    use fsq7::assembler::{SourceFile, assemble};
    use fsq7::machine::{Event, Machine};
    use fsq7::memory::Configuration;

    use super::*;

    /// Drums on which a program wrote so many returns a scan, eight scans, and so many tracks: of
    /// category 5 and assignment bit 17, one mile apart eastward from the centre.
    fn drums(returns: u16, tracks: u16) -> Drums {
        let program = format!(
            "
       ORG     0.00100
START  XIN     7,1
SCAN   LDC     RETURN
       SDR     RD,0
       RDX     {returns}
       BSN     *,IOBUSY
       PER     SWAPRD
       BPX     SCAN,1,1
       LDC     TRACK
       SDR     TD,0
       RDX     {}
       BSN     *,IOBUSY
       PER     SWAPTD
       HLT
       ORG     0.10000
RETURN BSS     2048
TRACK  BSS     6144
       END     START
",
            8 * tracks
        );
        // A transfer of no words is none.
        let program = program
            .replace("RDX     0\n", "NOP\n")
            .replace("RDX", "WRT");
        let program = program.replace("NOP", "PER     NOOP");
        let file = SourceFile {
            name: "test",
            text: &program,
        };
        let deck = assemble(&[file], &[]).unwrap_or_else(|m| panic!("{m:?}"));
        let mut machine = Machine::new(Configuration::Standard, Instant::ZERO);
        for (location, word) in &deck.words {
            machine.central.memory.deposit(*location, *word);
        }
        let at = |symbol: &str| deck.symbol(symbol).unwrap() as u32;
        for n in 0..u32::from(returns) {
            // Northward, four units apart, search.
            let word = Twin::of(0, 4 * n as u16);
            machine.central.memory.deposit(at("RETURN") + n, word);
        }
        for n in 0..u32::from(tracks) {
            let mut words = [Twin::ZERO; 8];
            words[0] = Twin::of(64 * n as u16, 0);
            words[1] = Twin::of(5 << 10 | 17, 0o11);
            words[2] = Twin::of(0o2212, 0o0003);
            words[6] = Twin::of(640, 0);
            for (k, word) in (0..).zip(words) {
                machine
                    .central
                    .memory
                    .deposit(at("TRACK") + 8 * n + k, word);
            }
        }
        machine.central.go(at("START"));
        let until = Instant(10_000_000_000);
        while let Event::Operate(_) = machine.run(until) {}
        assert!(machine.central.stopped.is_some());
        machine.drums
    }

    fn wide() -> ConsoleSettings {
        ConsoleSettings {
            expansion: 1,
            ..ConsoleSettings::default()
        }
    }

    #[test]
    fn a_round_is_as_long_as_its_messages() {
        // 400 tracks and 14,000 returns: 0.416 s and 0.84 s, of 2.5 s.
        let met = round(&drums(1_750, 400));
        assert_eq!(met.len(), 14_400);
        assert_eq!(met[1].after, RADAR_PAINT);
        assert_eq!(met[14_000].after, Span::from_millis(840));
        let last = met.last().unwrap().after + TRACK_PAINT;
        assert_eq!(last, Span::from_micros(1_256_000));
        // All that the drums hold: 8 x 2,048 returns and 768 tracks, 0.983 s and 0.799 s.
        let met = round(&drums(2_048, 768));
        assert_eq!(met.len(), 8 * 2_048 + 768);
        let last = met.last().unwrap().after + TRACK_PAINT;
        assert_eq!(last, Span::from_micros(1_781_760));
    }

    #[test]
    fn switches_choose_by_category_assignment_and_feature() {
        let drums = drums(3, 2);
        let count = |change: &dyn Fn(&mut ConsoleSettings)| {
            let mut settings = wide();
            change(&mut settings);
            let picture = picture(&drums, &settings);
            let points = picture
                .items
                .iter()
                .filter(|i| i.mark == Mark::Point)
                .count();
            (points, picture.items.len())
        };
        // Eight scans of 3 returns; two tracks of a point, 16 characters and a vector.
        assert_eq!(count(&|_| {}), (26, 24 + 2 * 18));
        assert_eq!(count(&|s| s.categories = vec![1]), (24, 24));
        assert_eq!(count(&|s| s.categories = vec![2, 3]), (0, 0));
        let assigned = |s: &mut ConsoleSettings| {
            s.categories.clear();
            s.assignments = vec![16, 17];
        };
        assert_eq!(count(&assigned).0, 2);
        assert_eq!(count(&|s| s.suppressed = vec![Feature::Trails]).0, 3 + 2);
        let plain = |s: &mut ConsoleSettings| {
            s.categories = vec![5];
            s.suppressed = vec![Feature::B, Feature::C, Feature::D, Feature::Vectors];
        };
        assert_eq!(count(&plain), (2, 2 * 7));
    }

    #[test]
    fn expansion_and_buttons_choose_the_part_of_the_plane() {
        let drums = drums(0, 200);
        let seen = |expansion, off_center| {
            let settings = ConsoleSettings {
                expansion,
                off_center,
                ..wide()
            };
            let picture = picture(&drums, &settings);
            let points = picture.items.iter().filter(|i| i.mark == Mark::Point);
            points.map(|i| i.x).collect::<Vec<f64>>()
        };
        // Tracks stand from 0 to 199 miles.
        assert_eq!(seen(1, (0, 0)).len(), 200);
        assert_eq!(seen(4, (0, 0)).len(), 129);
        assert_eq!(seen(8, (0, 0)).len(), 65);
        let moved = seen(8, (1, 0));
        assert_eq!(moved.len(), 129);
        assert_eq!((moved[0], moved[64], moved[128]), (-1.0, 0.0, 1.0));
        assert_eq!(seen(8, (0, 1)).len(), 0);
        assert_eq!(seen(2, (0, 0))[128], 0.5);
    }

    #[test]
    fn the_gun_sees_a_message_when_it_is_painted() {
        let drums = drums(100, 10);
        let settings = ConsoleSettings {
            expansion: 8,
            ..wide()
        };
        let look = |aim, tracks, from| gun(&drums, &settings, aim, tracks, from);
        // 800 returns take 48 ms; the third track is painted from 50.08 ms on.
        let (at, met) = look(Aim::Track(2), true, Instant::ZERO).unwrap();
        assert_eq!(at, Instant(50_080_000));
        assert_eq!((met.seen.register, met.seen.track), (16, true));
        // It has just begun: the next round.
        let (at, _) = look(Aim::Track(2), true, Instant(50_080_001)).unwrap();
        assert_eq!(at, Instant(2_550_080_000));
        // A place: the first painted within the aperture of 1.6 miles, and only of its kind.
        let place = Aim::Place { x: 200, y: 0 };
        let (_, met) = look(place, true, Instant::ZERO).unwrap();
        assert_eq!(met.seen.register, 16);
        let north = Aim::Place { x: 0, y: 390 };
        assert_eq!(look(north, true, Instant::ZERO), None);
        let (at, met) = look(north, false, Instant::ZERO).unwrap();
        assert_eq!((met.seen.track, met.seen.register), (false, 72));
        assert_eq!(at, Instant(72 * 60_000));
    }

    #[test]
    fn the_gun_sees_nothing_on_dark_glass() {
        let drums = drums(3, 2);
        let dark = |change: &dyn Fn(&mut ConsoleSettings), aim| {
            let mut settings = wide();
            change(&mut settings);
            gun(&drums, &settings, aim, true, Instant::ZERO).is_none()
        };
        assert!(!dark(&|_| {}, Aim::Track(1)));
        // No message there; not let through; beside the glass; nothing of it painted.
        assert!(dark(&|_| {}, Aim::Track(2)));
        assert!(dark(&|s| s.categories = vec![1, 2], Aim::Track(1)));
        assert!(dark(
            &|s| (s.expansion, s.off_center) = (8, (-3, 0)),
            Aim::Track(1)
        ));
        let all = [Feature::A, Feature::B, Feature::C, Feature::D, Feature::E];
        assert!(dark(&|s| s.suppressed = all.to_vec(), Aim::Track(1)));
        assert!(dark(&|_| {}, Aim::Place { x: 0, y: 9_000 }));
    }

    #[test]
    fn a_planted_gun_sees_in_the_dark() {
        let drums = drums(3, 2);
        let place = |aim, tracks| in_the_dark(&drums, aim, tracks).map(|seen| seen.register);
        assert_eq!(place(Aim::Track(5), true), Some(40));
        assert_eq!(place(Aim::Place { x: 60, y: 9_000 }, true), Some(8));
        assert_eq!(place(Aim::Place { x: 0, y: 9_000 }, false), Some(2));
    }

    #[test]
    fn impossible_switches_are_told() {
        let settings = ConsoleSettings {
            categories: vec![31],
            assignments: (1..=28).collect(),
            expansion: 3,
            off_center: (0, 4),
            ..ConsoleSettings::default()
        };
        let fields: Vec<&str> = settings.mistakes().iter().map(|m| m.0).collect();
        assert_eq!(
            fields,
            ["categories", "assignments", "expansion", "off_center"]
        );
    }
}
