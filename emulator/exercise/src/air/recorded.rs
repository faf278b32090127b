//! Flights as they were recorded: positions that aircraft told, one in a row.
//!
//! ```csv
//! time,flight,north,west,altitude_ft
//! 12.5,SWR12,47.4581,-8.5480,11200
//! ```
//!
//! `time` is in seconds since the exercise began, `north` and `west` in degrees (south and east are
//! less than 0). An aircraft flies from each of its positions to the next, straight on the plane and
//! as fast as it must. Rows of one aircraft come in order of time; where it was not heard for
//! [`SILENCE`], another flight of the same name begins (`SWR12/2`).
//!
//! What is recorded today is told by transponders (ADS-B); to the radars of the exercise it is an
//! aircraft like any other. Where it flew does not matter to them either: `centred` moves a whole
//! list so that its middle lies over a place.
//!
//! Assumed: a recorded aircraft is civil, has filed a plan, and answers with a code made from its
//! name.

use std::collections::BTreeMap;

use clock::{Instant, Span};
use serde::{Deserialize, Serialize};
use site::center::air::{Flight, Kind, Leg};
use site::center::plane::{Place, Plane};

use super::flights::Aircraft;
use crate::entries_csv::Mistake;

/// First row.
pub const HEADER: &str = "time,flight,north,west,altitude_ft";

/// A flight ends where nothing was heard for so long.
pub const SILENCE: Span = Span::from_secs(600);

/// Faster is a mistake of the recording; the row is left out.
const FASTEST: f64 = 1_500.0;

/// Latest time in a list: a day.
const LATEST: f64 = 86_400.0;

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// When.
    pub at: Instant,
    /// Who.
    pub flight: String,
    /// Where.
    pub place: Place,
    /// Height, feet.
    pub altitude_ft: f64,
}

/// Reads a list; every mistake with its place, up to 50.
pub fn read(text: &str) -> Result<Vec<Row>, Vec<Mistake>> {
    let (mut rows, mut mistakes) = (Vec::new(), Vec::new());
    let mut lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    let mistake = |line: usize, column: usize, message: String| Mistake {
        line: line + 1,
        column,
        message,
    };
    match lines.next() {
        Some((_, line)) if line.trim() == HEADER => {}
        Some((number, _)) => {
            let message = format!("the first row must name the columns: {HEADER}");
            mistakes.push(mistake(number, 1, message));
        }
        None => {
            let message = format!("the file is empty; expected the row {HEADER}");
            mistakes.push(mistake(0, 1, message));
        }
    }
    for (number, line) in lines {
        match row(line) {
            Ok(row) => rows.push(row),
            Err((column, message)) => mistakes.push(mistake(number, column, message)),
        }
        if mistakes.len() >= 50 {
            break;
        }
    }
    match mistakes.is_empty() {
        true => Ok(rows),
        false => Err(mistakes),
    }
}

fn row(line: &str) -> Result<Row, (usize, String)> {
    let fields: Vec<&str> = line.split(',').map(str::trim).collect();
    let [time, flight, north, west, altitude] = fields[..] else {
        let column = line.chars().count() + 1;
        return Err((column, format!("expected five columns: {HEADER}")));
    };
    // Column of a field: those before it and their commas.
    let column = |n: usize| {
        let before = line
            .split(',')
            .take(n)
            .map(|field| field.chars().count() + 1);
        before.sum::<usize>() + 1
    };
    let number = |n: usize, text: &str, range: std::ops::RangeInclusive<f64>, what: &str| {
        let value = text
            .parse::<f64>()
            .ok()
            .filter(|value| range.contains(value));
        value.ok_or_else(|| (column(n), format!("`{text}` is not {what}")))
    };
    if !(1..=14).contains(&flight.len()) || !flight.bytes().all(|b| b.is_ascii_graphic()) {
        let message = format!("`{flight}` is no name; expected 1 to 14 printing characters");
        return Err((column(1), message));
    }
    let seconds = number(0, time, 0.0..=LATEST, "a time, 0 to 86400 seconds")?;
    Ok(Row {
        at: Instant::ZERO + Span::from_seconds_f64(seconds),
        flight: flight.to_owned(),
        place: Place {
            north: number(2, north, -90.0..=90.0, "degrees north, -90 to 90")?,
            west: number(3, west, -180.0..=180.0, "degrees west, -180 to 180")?,
        },
        altitude_ft: number(
            4,
            altitude,
            -2_000.0..=100_000.0,
            "a height, -2000 to 100000 feet",
        )?,
    })
}

/// The list moved over another place: its middle lies there, its shape stays (a mile is a mile).
pub fn centred(rows: &mut [Row], over: Place) {
    if rows.is_empty() {
        return;
    }
    let count = rows.len() as f64;
    let sum = rows.iter().fold((0.0, 0.0), |sum, row| {
        (sum.0 + row.place.north, sum.1 + row.place.west)
    });
    let middle = Place {
        north: sum.0 / count,
        west: sum.1 / count,
    };
    let (there, here) = (Plane::at(middle), Plane::at(over));
    for row in rows {
        let (x, y) = there.project(row.place);
        row.place = here.place(x, y);
    }
}

/// The flights of a list.
pub fn flights(rows: &[Row], plane: &Plane) -> Vec<Aircraft> {
    let mut open: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    let mut parts: BTreeMap<&str, u32> = BTreeMap::new();
    let mut all = Vec::new();
    for row in rows {
        let heard = open.entry(&row.flight).or_default();
        let Some(last) = heard.last() else {
            heard.push(row);
            continue;
        };
        let Some(since) = row.at.checked_since(last.at).filter(|s| *s > Span::ZERO) else {
            continue;
        };
        if since > SILENCE {
            let ended = std::mem::replace(heard, vec![row]);
            close(&row.flight, &ended, plane, &mut parts, &mut all);
            continue;
        }
        let (from, to) = (plane.project(last.place), plane.project(row.place));
        if knots(from, to, since) <= FASTEST {
            heard.push(row);
        }
    }
    for (name, heard) in open {
        close(name, &heard, plane, &mut parts, &mut all);
    }
    all.sort_by_key(|aircraft| aircraft.flight.enters);
    all
}

fn knots(from: (f64, f64), to: (f64, f64), in_span: Span) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    libm::sqrt(dx * dx + dy * dy) / in_span.as_seconds_f64() * 3_600.0
}

fn close<'a>(
    name: &'a str,
    heard: &[&Row],
    plane: &Plane,
    parts: &mut BTreeMap<&'a str, u32>,
    all: &mut Vec<Aircraft>,
) {
    if heard.len() < 2 {
        return;
    }
    let part = parts.entry(name).or_default();
    *part += 1;
    let name = match *part {
        1 => name.to_owned(),
        n => format!("{name}/{n}"),
    };
    let mut legs: Vec<Leg> = Vec::new();
    for (n, row) in heard.iter().enumerate() {
        let (x, y) = plane.project(row.place);
        let speed_kn = match heard.get(n + 1) {
            Some(next) => knots((x, y), plane.project(next.place), next.at - row.at),
            None => legs.last().map_or(0.0, |leg| leg.speed_kn),
        };
        legs.push(Leg {
            x,
            y,
            altitude_ft: row.altitude_ft.max(0.0),
            // On the ground nothing moves; a flight must.
            speed_kn: speed_kn.max(1.0),
        });
    }
    let letters = name.bytes().fold(0u16, |code, byte| {
        code.wrapping_mul(31).wrapping_add(byte.into())
    });
    all.push(Aircraft {
        flight: Flight {
            name: name.clone(),
            kind: Kind::Civil,
            enters: heard[0].at,
            legs,
            code: Some(1 + letters % 0o7777),
            simulated: false,
            jams: Vec::new(),
        },
        of: name,
        plan: true,
        chaff: false,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane() -> Plane {
        Plane::at(Place {
            north: 42.6,
            west: 71.0,
        })
    }

    #[test]
    fn positions_become_flights() {
        let text = format!(
            "# made by hand\n{HEADER}\n0,AB1,42.6,71.0,10000\n5,CD2,42.0,70.0,2000\n\
             60,AB1,42.7,71.0,11000\n65,CD2,42.0,69.9,2000\n61,AB1,50.0,71.0,11000\n\
             900,AB1,43.0,71.0,12000\n960,AB1,43.1,71.0,12000\n"
        );
        let rows = read(&text).unwrap();
        let all = flights(&rows, &plane());
        let names: Vec<&str> = all.iter().map(|a| a.flight.name.as_str()).collect();
        assert_eq!(names, ["AB1", "CD2", "AB1/2"], "silent for 14 minutes");
        let first = &all[0].flight;
        // A tenth of a degree in a minute: 6 n.mi, 360 knots; the row at 61 s cannot be true.
        assert_eq!(first.legs.len(), 2);
        assert!((first.legs[0].speed_kn - 360.2).abs() < 0.5);
        assert!((first.legs[1].y - 6.0).abs() < 0.01);
        assert!(all.iter().all(|a| a.plan && a.flight.code.is_some()));
    }

    #[test]
    fn a_list_moved_keeps_its_shape() {
        let text = format!("{HEADER}\n0,AB1,47.0,-8.0,10000\n60,AB1,47.2,-8.0,10000\n");
        let mut rows = read(&text).unwrap();
        centred(
            &mut rows,
            Place {
                north: 42.6,
                west: 71.0,
            },
        );
        let legs = flights(&rows, &plane())[0].flight.legs.clone();
        assert!((legs[0].y + 6.0).abs() < 0.02 && (legs[1].y - 6.0).abs() < 0.02);
        assert!(legs[0].x.abs() < 0.01);
    }

    #[test]
    fn mistakes_have_a_place() {
        let wrong = |text: &str| {
            let found = read(text).unwrap_err();
            (found[0].line, found[0].column, found[0].message.clone())
        };
        assert_eq!(
            wrong("").2,
            format!("the file is empty; expected the row {HEADER}")
        );
        assert_eq!(wrong("a,b\n").0, 1);
        let row = |row: &str| wrong(&format!("{HEADER}\n{row}\n"));
        assert_eq!(row("1,AB1,42.6,71").1, 14);
        let told = row("1,AB1,97.5,71.0,100");
        assert_eq!((told.0, told.1), (2, 7));
        assert_eq!(told.2, "`97.5` is not degrees north, -90 to 90");
        assert_eq!(row("-1,AB1,42.6,71.0,100").1, 1);
        assert_eq!(row("1,,42.6,71.0,100").1, 3);
        assert_eq!(row("1,AB1,42.6,71.0,NaN").1, 17);
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_bad_to_read(text in "(time,flight,north,west,altitude_ft\n)?[-0-9.,A-Z\n ]{0,200}") {
            if let Ok(rows) = read(&text) {
                flights(&rows, &plane());
            }
        }
    }
}
