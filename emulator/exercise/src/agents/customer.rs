//! Who calls and what they want.
//!
//! The airline's demand was never even: most calls came between ten and noon and between two and
//! five, most seats were wanted within a fortnight, and a few flights of a few days were wanted by
//! everybody ([`crate::demand`]). Names and telephone numbers are invented ([`crate::people`]).
//!
//! Assumed: all figures (DEF-12 gives the two peaks and 11 % in the busiest hour).

use clock::Stream;
use serde::{Deserialize, Serialize};

use super::Knowledge;
use crate::files::date_text;
use crate::people;
use crate::schedule::Class;

/// Share of the day's calls by hour, in tenths of a per cent.
pub const HOURS: [u32; 24] = [
    3, 3, 3, 3, 3, 3, 10, 30, 70, 90, 110, 105, 75, 75, 95, 100, 90, 60, 30, 20, 12, 6, 3, 1,
];

/// Calls a second in an hour of the day.
pub fn rate_per_second(calls_per_day: u32, hour: usize) -> f64 {
    f64::from(calls_per_day) * f64::from(HOURS[hour % 24]) / 1000.0 / 3600.0
}

/// One trip somebody wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// Index of the pair of cities in the schedule.
    pub pair: u16,
    /// Day number of the date on which it is asked for.
    pub today: u16,
    /// Days from then.
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
    /// The party as typed after the `-`.
    party: String,
    /// Telephone as typed after the `9`.
    phone: String,
    /// Title of the one who calls.
    title: String,
}

impl Customer {
    /// A party of so many.
    pub fn draw(stream: &mut Stream, seats: u8) -> Customer {
        let surname = people::surname(stream);
        Customer {
            party: people::party(stream, &surname, u16::from(seats)),
            phone: people::phone(stream),
            title: people::TITLES[stream.below(people::TITLES.len() as u64) as usize].to_owned(),
            surname,
        }
    }

    /// The name item, `-2KALBOR/MENA MRS/TILO MR`.
    pub fn name_item(&self) -> String {
        format!("-{}", self.party)
    }

    /// The telephone item, `9212-555-0142-H`.
    pub fn phone_item(&self) -> String {
        format!("9{}", self.phone)
    }

    /// The received-from item, `6MRS KALBOR`.
    pub fn received_item(&self) -> String {
        format!("6{} {}", self.title, self.surname)
    }
}

/// Draws a wish of day `today`: now and then one of the flights and dates that everybody wants.
pub fn draw_wish(stream: &mut Stream, knowledge: &Knowledge, today: u16) -> Wish {
    let seats = 1 + stream.weighted(&[60, 28, 8, 4]) as u8;
    let mut coach = stream.chance(0.85);
    let mut flight = knowledge.demand.flight(stream);
    let mut day = knowledge.demand.day(stream);
    let mut certain = stream.chance(0.15);
    if !knowledge.popular.is_empty() && stream.chance(0.12) {
        // The first of the list most, the k-th with a weight of 1 / (k + 4).
        let weights: Vec<u32> = (0..knowledge.popular.len().min(64))
            .map(|k| 4000 / (k as u32 + 4))
            .collect();
        let (wanted, date) = knowledge.popular[stream.weighted(&weights)];
        if let Some(ahead) = date.checked_sub(today) {
            (flight, day) = (wanted, ahead);
            (coach, certain) = (true, true);
        }
    }
    let (cities, minute) = knowledge
        .schedule
        .flights
        .get(usize::from(flight))
        .map_or((String::new(), 600), |f| (f.cities(), f.departure_minute));
    Wish {
        pair: pair_index(knowledge, &cities),
        today,
        day,
        hour: minute / 60,
        coach,
        seats,
        flight: certain.then_some(flight),
    }
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

    /// The date as typed: `12JUL`.
    pub fn date(&self, knowledge: &Knowledge) -> String {
        date_text(knowledge.first_day + self.today + self.day)
    }

    /// The availability entry: `112JULLGALAX5P/2`.
    pub fn look_text(&self, knowledge: &Knowledge, with_time: bool) -> String {
        let date = self.date(knowledge);
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
