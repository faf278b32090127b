//! Who calls and what they want.
//!
//! The airline's demand was never even: most calls came between ten and noon and between two and
//! five, most seats were wanted within a fortnight, and a few flights of a few days were wanted by
//! everybody. All names here are put together from syllables and belong to nobody; all telephone
//! numbers lie in the range kept free for fiction (555-0100 to 555-0199).
//!
//! Assumed: all figures (DEF-12 gives the two peaks and 11 % in the busiest hour).

use clock::Stream;
use serde::{Deserialize, Serialize};

use super::Knowledge;
use crate::files::date_text;
use crate::schedule::Class;

/// Share of the day's calls by hour, in tenths of a per cent.
pub const HOURS: [u32; 24] = [
    3, 3, 3, 3, 3, 3, 10, 30, 70, 90, 110, 105, 75, 75, 95, 100, 90, 60, 30, 20, 12, 6, 3, 1,
];

/// Calls a second in an hour of the day.
pub fn rate_per_second(calls_per_day: u32, hour: usize) -> f64 {
    f64::from(calls_per_day) * f64::from(HOURS[hour % 24]) / 1000.0 / 3600.0
}

const FIRST: [&str; 24] = [
    "BAL", "BRE", "COR", "DAL", "DRU", "ELM", "FAR", "FEN", "GAR", "GRI", "HOL", "JAR", "KEL",
    "LOM", "MAR", "NEV", "OST", "PEL", "QUI", "RUD", "SAV", "TOR", "VAN", "WIL",
];
const MIDDLE: [&str; 16] = [
    "A", "BI", "DO", "E", "GA", "I", "KO", "LE", "MO", "NI", "O", "RA", "SU", "TI", "VO", "ZE",
];
const LAST: [&str; 20] = [
    "BECK", "BY", "DEN", "FORD", "GROVE", "HAM", "KIN", "LAND", "LEY", "MANN", "NER", "RICK",
    "SEN", "SKI", "SON", "STEIN", "TON", "VICH", "WELL", "WICK",
];
const GIVEN: [(&str, &str); 16] = [
    ("ADA", "MRS"),
    ("ALAN", "MR"),
    ("BETTY", "MISS"),
    ("CARL", "MR"),
    ("DORA", "MRS"),
    ("ED", "MR"),
    ("FAY", "MISS"),
    ("GUS", "MR"),
    ("HAZEL", "MRS"),
    ("IRA", "MR"),
    ("JOAN", "MISS"),
    ("KARL", "MR"),
    ("LUCY", "MRS"),
    ("MAX", "MR"),
    ("NORA", "MISS"),
    ("OTTO", "MR"),
];
/// An invented surname, 5 to 10 letters.
pub fn surname(stream: &mut Stream) -> String {
    let mut name = String::from(FIRST[stream.below(FIRST.len() as u64) as usize]);
    name.push_str(MIDDLE[stream.below(MIDDLE.len() as u64) as usize]);
    name.push_str(LAST[stream.below(LAST.len() as u64) as usize]);
    name.truncate(10);
    name
}

/// One trip somebody wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// Index of the pair of cities in the schedule.
    pub pair: u16,
    /// Day index from the first date on sale.
    pub day: u16,
    /// Hour of the day.
    pub hour: u16,
    /// Coach?
    pub coach: bool,
    /// Persons.
    pub seats: u8,
    /// A certain flight and no other.
    pub flight: Option<u16>,
}

/// The person on the telephone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Surname of the party.
    pub surname: String,
    /// Index into the list of given names, per person.
    pub given: Vec<u8>,
    /// Last four digits of a 555 number.
    pub telephone: u16,
}

impl Customer {
    /// A party of so many.
    pub fn draw(stream: &mut Stream, seats: u8) -> Customer {
        Customer {
            surname: surname(stream),
            given: (0..seats)
                .map(|_| stream.below(GIVEN.len() as u64) as u8)
                .collect(),
            telephone: 100 + stream.below(100) as u16,
        }
    }

    fn given_name(&self, person: usize) -> (&'static str, &'static str) {
        let index = self.given.get(person).copied().unwrap_or(0);
        GIVEN[usize::from(index) % GIVEN.len()]
    }

    /// The name item, `-2KELVOBECK/ADA MRS/MAX MR`.
    pub fn name_item(&self) -> String {
        let mut text = String::from("-");
        if self.given.len() > 1 {
            text.push_str(&self.given.len().to_string());
        }
        text.push_str(&self.surname);
        for person in 0..self.given.len() {
            let (name, title) = self.given_name(person);
            if self.given.len() > 2 {
                text.push_str(&format!("/{} {title}", &name[..1]));
            } else {
                text.push_str(&format!("/{name} {title}"));
            }
        }
        text
    }

    /// The telephone item, `9212-555-0142-H`.
    pub fn phone_item(&self, business: bool) -> String {
        let kind = if business { 'B' } else { 'H' };
        format!("9212-555-{:04}-{kind}", self.telephone)
    }

    /// The received-from item, `6MRS KELVOBECK`.
    pub fn received_item(&self) -> String {
        format!("6{} {}", self.given_name(0).1, self.surname)
    }
}

/// Draws a wish: popular flights of soon dates are wanted by many.
pub fn draw_wish(stream: &mut Stream, knowledge: &Knowledge) -> Wish {
    let seats = 1 + stream.weighted(&[60, 28, 8, 4]) as u8;
    let coach = stream.chance(0.85);
    if !knowledge.popular.is_empty() && stream.chance(0.12) {
        // The most wanted first: the k-th with a weight of 1 / (k + 4).
        let weights: Vec<u32> = (0..knowledge.popular.len().min(64))
            .map(|k| 4000 / (k as u32 + 4))
            .collect();
        let (flight, day) = knowledge.popular[stream.weighted(&weights)];
        if let Some(wanted) = knowledge.schedule.flights.get(usize::from(flight)) {
            let pair = pair_index(knowledge, &wanted.cities());
            return Wish {
                pair,
                day,
                hour: wanted.departure_minute / 60,
                coach: true,
                seats,
                flight: Some(flight),
            };
        }
    }
    let pair = stream.weighted(&knowledge.pair_weights) as u16;
    let hour = match stream.weighted(&[45, 25, 30]) {
        0 => 6 + stream.below(4),
        1 => 10 + stream.below(6),
        _ => 16 + stream.below(4),
    } as u16;
    Wish {
        pair,
        day: draw_day(stream, knowledge.days),
        hour,
        coach,
        seats,
        flight: None,
    }
}

/// A day, soon ones far more often.
pub fn draw_day(stream: &mut Stream, days: u16) -> u16 {
    let drawn = stream.exponential(9.0) as u64;
    (drawn % u64::from(days.max(1))) as u16
}

/// The index of a pair; 0 if the schedule has none such.
pub fn pair_index(knowledge: &Knowledge, cities: &str) -> u16 {
    let pairs = &knowledge.schedule.pairs;
    pairs.iter().position(|p| p.cities == cities).unwrap_or(0) as u16
}

impl Wish {
    /// The way back, some days later; the same trip again when there is no such pair.
    pub fn back(&self, stream: &mut Stream, knowledge: &Knowledge) -> Wish {
        let cities = &knowledge.schedule.pairs[usize::from(self.pair)].cities;
        let returning = format!("{}{}", &cities[3..6], &cities[..3]);
        let pairs = &knowledge.schedule.pairs;
        let pair = pairs
            .iter()
            .position(|p| p.cities == returning)
            .map_or(self.pair, |index| index as u16);
        let last = knowledge.days.saturating_sub(1);
        Wish {
            pair,
            day: (self.day + 1 + stream.below(6) as u16).min(last),
            hour: 8 + stream.below(11) as u16,
            flight: None,
            ..self.clone()
        }
    }

    /// The availability entry: `112JULLGALAX5P/2`.
    pub fn look_text(&self, knowledge: &Knowledge, with_time: bool) -> String {
        let date = date_text(knowledge.first_day + self.day);
        let cities = &knowledge.schedule.pairs[usize::from(self.pair)].cities;
        let mut text = format!("1{date}{cities}");
        if with_time {
            let (hour, half) = (self.hour % 12, if self.hour < 12 { 'A' } else { 'P' });
            let hour = if hour == 0 { 12 } else { hour };
            text.push_str(&format!("{hour}{half}"));
        }
        if self.seats > 1 {
            text.push_str(&format!("/{}", self.seats));
        }
        text
    }

    /// The letter of the class wanted.
    pub fn class(&self) -> char {
        let class = if self.coach {
            Class::Coach
        } else {
            Class::First
        };
        class.letter()
    }
}
