//! The agents against a system that answers everything after one second.

use super::*;
use crate::entries_csv::on_keyboard;
use crate::files::{FilesDescription, PopularDescription};

fn knowledge() -> Knowledge {
    let mut text = String::from(
        "designator,origin,destination,departure,arrival,distance,aircraft_1962,first_seats,coach_seats\n",
    );
    for n in 0..12 {
        text.push_str(&format!(
            "AA{n},LGA,LAX,{:02}00,{:02}30,2475,Boeing 707-123,34,78\n",
            7 + n,
            10 + n
        ));
        text.push_str(&format!(
            "AA1{n:02},LAX,LGA,{:02}15,{:02}45,2475,Boeing 707-123,34,78\n",
            7 + n,
            10 + n
        ));
    }
    let schedule = Schedule::read("schedule.csv", &text).expect("a good schedule");
    let files = FilesDescription {
        format: 1,
        schedule: "schedule.csv".to_owned(),
        first_date: "1JUL".to_owned(),
        days: 62,
        load_factor: 0.55,
        passenger_records: 0,
        passenger_pool: 1000,
        popular: PopularDescription::default(),
        seed: 1962,
    };
    Knowledge {
        demand: Demand::new(&schedule, &files),
        schedule,
        first_day: files.day0(),
        start_minute: 600,
        days: 62,
        popular: vec![(0, 0), (3, 1)],
        tickets: vec![("ABACDH".to_owned(), "SMIVO".to_owned())],
        entries_kept: true,
    }
}

/// A stand-in for the centre: good answers, one sell in twenty refused.
fn reply(text: &str, n: u64) -> (String, Option<u16>) {
    let text = match text.as_bytes()[0] {
        b'1' => return (String::new(), Some(0xFFFF)),
        b'0' if n.is_multiple_of(20) => "UNABLE 0 LEFT",
        b'0' => "1 AA1    Y 12JUL LGALAX SS1  0900 1130",
        b'-' | b'9' | b'7' | b'6' | b'5' | b'X' => "OK",
        b'*' => "1 AA1    Y 12JUL LGALAX HK1  0900 1130/SMIVO/ADA MRS",
        b'E' => "OK ABACDH",
        b'I' => "IGNORED",
        _ => "FORMAT",
    };
    (text.to_owned(), None)
}

fn an_hour(seed: u64, dead: std::ops::Range<u64>) -> (Agents, Vec<Action>) {
    let knowledge = knowledge();
    let mut agents = Agents::new(seed, 1100, 84_000, 600);
    let mut all: Vec<Action> = Vec::new();
    let mut answers: BTreeMap<(Instant, u16), SetEvent> = BTreeMap::new();
    let mut now = Instant::ZERO;
    while now < Instant(3_600_000_000_000) {
        let until = now + Span::from_millis(10);
        let mut actions = Vec::new();
        agents.actions(until, &knowledge, &mut actions);
        for action in actions {
            assert!(action.at >= now && action.at < until, "{action:?} at {now}");
            if let Key::Enter(text) = &action.key {
                agents.show(
                    action.at,
                    action.set,
                    &SetEvent::Accepted,
                    until,
                    &knowledge,
                );
                let (text, lights) = reply(text, all.len() as u64);
                let at = action.at + Span::from_secs(1);
                if !dead.contains(&(at.0 / 1_000_000_000)) {
                    let printed_at = at + Span::from_millis(66 * text.len() as u64);
                    let answer = SetEvent::Answer {
                        text,
                        lights,
                        complete: true,
                        printed_at,
                    };
                    answers.insert((at, action.set), answer);
                }
            }
            all.push(action);
        }
        while let Some((&(at, set), _)) = answers.first_key_value().filter(|(k, _)| k.0 < until) {
            let (_, event) = answers.pop_first().expect("just seen");
            agents.show(at, set, &event, until, &knowledge);
        }
        now = until;
    }
    (agents, all)
}

#[test]
fn a_rush_hour_has_the_mix_of_the_definition() {
    let (agents, all) = an_hour(1, 0..0);
    let counts = &agents.counts;
    let calls_expected = 84_000.0 * 0.11;
    assert!(
        (counts.calls as f64 - calls_expected).abs() < 400.0,
        "{counts:?}"
    );
    assert_eq!(counts.calls_queued, 0);
    let entries: u64 = counts.entries.values().sum();
    let per_second = entries as f64 / 3600.0;
    assert!(
        (23.0..28.0).contains(&per_second),
        "{per_second} a second: {counts:?}"
    );
    let share = |kind: &str| 100 * counts.entries.get(kind).copied().unwrap_or(0) / entries;
    for (kind, low, high) in [
        ("availability", 27, 42),
        ("sell", 9, 16),
        ("item", 18, 32),
        ("display", 6, 14),
        ("end", 5, 11),
        ("ignore", 1, 5),
        ("cancel", 1, 6),
    ] {
        assert!((low..=high).contains(&share(kind)), "{kind}: {counts:?}");
    }
    assert!(
        agents.busy() > 100 && agents.busy() < 900,
        "{}",
        agents.busy()
    );
    for action in &all {
        if let Key::Enter(text) = &action.key {
            assert!(!text.is_empty() && text.len() <= 100 && text.chars().all(on_keyboard));
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_hour_and_another_does_not() {
    let (_, one) = an_hour(7, 0..0);
    assert_eq!(one, an_hour(7, 0..0).1);
    assert_ne!(one[..100], an_hour(8, 0..0).1[..100]);
}

#[test]
fn without_answers_agents_press_reset_and_type_again() {
    let (agents, all) = an_hour(1, 600..640);
    let counts = &agents.counts;
    assert!(counts.resets > 100, "an outage of 40 s is felt: {counts:?}");
    assert!(counts.reentered_same > 0 && counts.reentered_other > 0);
    // Nobody is stuck: work goes on afterwards.
    let late = all.iter().filter(|a| a.at > Instant(3_500_000_000_000));
    assert!(late.count() > 1500);
}

#[test]
fn names_dates_and_items_are_as_the_program_reads_them() {
    let wish = customer::Wish {
        pair: 0,
        today: 0,
        day: 12,
        hour: 17,
        coach: true,
        seats: 2,
        flight: None,
    };
    let knowledge = knowledge();
    let first = &knowledge.schedule.pairs[0].cities;
    assert_eq!(
        wish.look_text(&knowledge, true),
        format!("113JUL{first}5P/2")
    );
}
