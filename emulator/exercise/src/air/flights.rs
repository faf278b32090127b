//! From the sheet of an exercise to what flies: every aircraft with its corners, drawn once.
//!
//! Whatever the sheet leaves to the seed is drawn here, each flight with a stream of its own: one
//! more raid moves nobody else. Aircraft are numbered in the order of the sheet: flights, raids,
//! civil traffic, recorded flights, chaff.
//!
//! Civil traffic of about 1960, all assigned by us: a route between two places, bent a little in its
//! middle, flown by one of [`TYPES`]; the climb out of an airport and the approach to it, eight to
//! twenty miles, are left out. As many are in the air all the time as the sheet says: where
//! one flight ends the next begins after a while.

use std::collections::BTreeSet;

use clock::{Instant, Span, Stream};
use serde::{Deserialize, Serialize};
use site::center::air::{Flight, Kind, Leg};
use site::center::plane::{Place, Plane};

use crate::script::air::{Air, Civil, Corner, Jam, PlannedFlight, Raid, Spot};

/// An aircraft of the exercise, and what people know of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aircraft {
    /// What flies.
    pub flight: Flight,
    /// The flight, raid or traffic of the sheet it belongs to.
    pub of: String,
    /// It filed a flight plan.
    pub plan: bool,
    /// It is a cloud of chaff, not an aircraft.
    pub chaff: bool,
}

/// Airports and ends of ocean routes: name, degrees north and west, how much is flown there.
/// Positions are those of the fields, rounded; how much is flown there is ours.
const PLACES: [(&str, f64, f64, u32); 20] = [
    ("Boston", 42.36, 71.01, 10),
    ("New York", 40.64, 73.78, 12),
    ("Newark", 40.69, 74.17, 6),
    ("Philadelphia", 39.87, 75.24, 4),
    ("Hartford", 41.94, 72.68, 4),
    ("Providence", 41.72, 71.43, 3),
    ("Albany", 42.75, 73.80, 3),
    ("Portland", 43.65, 70.31, 3),
    ("Manchester", 42.93, 71.44, 2),
    ("Burlington", 44.47, 73.15, 2),
    ("Bangor", 44.81, 68.83, 2),
    ("Montreal", 45.47, 73.74, 5),
    ("Ottawa", 45.32, 75.67, 2),
    ("Syracuse", 43.11, 76.11, 2),
    ("Nantucket", 41.25, 70.06, 2),
    ("Saint John", 45.32, 65.89, 1),
    ("Halifax", 44.88, 63.51, 2),
    ("ocean north-east", 43.60, 65.50, 4),
    ("ocean east", 42.00, 66.00, 4),
    ("ocean south", 39.60, 69.50, 2),
];

type Type = (&'static str, (f64, f64), (f64, f64), f64, u32);

/// A type of aircraft of the traffic: name, knots, feet (least and most), shortest route in n.mi, how
/// many fly.
const TYPES: [Type; 4] = [
    ("two engines", (150.0, 210.0), (5_000.0, 11_000.0), 0.0, 4),
    ("four engines", (230.0, 290.0), (9_000.0, 21_000.0), 60.0, 6),
    ("turboprop", (300.0, 350.0), (15_000.0, 25_000.0), 80.0, 2),
    ("jet", (440.0, 490.0), (25_000.0, 37_000.0), 150.0, 3),
];

/// So far from a place a flight comes into being or is gone, n.mi: nearer it climbs or sinks below the
/// radars, and no two are in one spot because they fly to one airport.
const CLIMB_NMI: (f64, f64) = (8.0, 20.0);

/// Longest time between two flights that follow each other.
const TURN_AROUND: f64 = 240.0;

/// Chaff falls and drifts: a cloud for each so many n.mi, which is seen for so long.
const CLOUD_EVERY: f64 = 2.0;
const CLOUD_LASTS: Span = Span::from_secs(900);
const CLOUD_KNOTS: f64 = 20.0;

/// Draws everything that flies in an exercise of this length.
pub fn draw(
    air: &Air,
    recorded: &[Aircraft],
    plane: &Plane,
    seed: u64,
    duration: Span,
) -> Vec<Aircraft> {
    let mut all = Vec::new();
    for flight in &air.flights {
        all.push(planned(flight, plane, seed));
    }
    let mut clouds = Vec::new();
    for raid in &air.raids {
        all.extend(raiders(raid, plane));
        clouds.extend(chaff(raid, plane, seed));
    }
    for civil in &air.civil {
        traffic(civil, plane, seed, duration, &mut all);
    }
    own_codes(air, &mut all);
    all.extend(recorded.iter().cloned());
    all.extend(clouds);
    if let Some(only) = &air.only {
        all.retain(|aircraft| only.contains(&aircraft.flight.name));
    }
    all
}

/// Codes that weapons answer: 7000 and their channel.
const WEAPON_CODES: std::ops::RangeInclusive<u16> = 0o7000..=0o7077;

/// Whoever gave out the codes gave none of them twice: one that is taken moves on to the next.
/// Those the sheet names stay.
fn own_codes(air: &Air, all: &mut [Aircraft]) {
    let named = air.flights.iter().filter_map(|flight| flight.code);
    let mut taken: BTreeSet<u16> = named.chain(WEAPON_CODES).collect();
    let drawn = all.iter_mut().filter(|aircraft| {
        let sheet = air.flights.iter();
        let mut sheet = sheet.filter(|flight| flight.code.is_some());
        !sheet.any(|flight| flight.name == aircraft.flight.name)
    });
    for aircraft in drawn {
        if let Some(code) = &mut aircraft.flight.code {
            while !taken.insert(*code) && taken.len() < 0o7777 {
                *code = *code % 0o7777 + 1;
            }
        }
    }
}

fn spot(spot: Spot, plane: &Plane) -> (f64, f64) {
    match spot {
        Spot::Earth(north, west) => plane.project(Place { north, west }),
        Spot::Plane(x, y) => (x, y),
    }
}

fn legs(corners: &[Corner], altitude_ft: f64, speed_kn: f64, plane: &Plane) -> Vec<Leg> {
    let (mut altitude_ft, mut speed_kn) = (altitude_ft, speed_kn);
    let corners = corners.iter().map(|corner| {
        altitude_ft = corner.altitude_ft.unwrap_or(altitude_ft);
        speed_kn = corner.speed_kn.unwrap_or(speed_kn);
        let (x, y) = spot(corner.at, plane);
        Leg {
            x,
            y,
            altitude_ft,
            speed_kn,
        }
    });
    corners.collect()
}

fn jams(jams: &[Jam]) -> Vec<(Instant, Instant)> {
    let at = |span: Span| Instant::ZERO + span;
    jams.iter().map(|jam| (at(jam.0), at(jam.1))).collect()
}

/// A code of four octal digits that is not 0.
fn drawn_code(stream: &mut Stream) -> u16 {
    1 + stream.below(0o7777) as u16
}

fn planned(flight: &PlannedFlight, plane: &Plane, seed: u64) -> Aircraft {
    let mut stream = Stream::new(seed, &format!("air/flight/{}", flight.name));
    let drawn = drawn_code(&mut stream);
    let friend = matches!(flight.kind, Kind::Civil | Kind::Friendly);
    Aircraft {
        flight: Flight {
            name: flight.name.clone(),
            kind: flight.kind,
            enters: Instant::ZERO + flight.enters,
            legs: legs(&flight.path, flight.altitude_ft, flight.speed_kn, plane),
            code: flight.code.or(friend.then_some(drawn)),
            simulated: flight.simulated,
            jams: jams(&flight.jams),
        },
        of: flight.name.clone(),
        plan: flight.plan,
        chaff: false,
    }
}

/// Every aircraft of a raid: cell after cell, abreast in the cell, across the first leg.
fn raiders(raid: &Raid, plane: &Plane) -> Vec<Aircraft> {
    let lead = legs(&raid.path, raid.altitude_ft, raid.speed_kn, plane);
    let (ax, ay) = abreast(&lead);
    let one = |n: u16| {
        let (cell, place) = (n / raid.cell, n % raid.cell);
        let middle = f64::from(raid.cell - 1) / 2.0;
        let aside = (f64::from(place) - middle) * raid.spacing;
        let mut legs = lead.clone();
        for leg in &mut legs {
            leg.x += aside * ax;
            leg.y += aside * ay;
        }
        let later = Span(raid.cells_apart.0.saturating_mul(cell.into()));
        Aircraft {
            flight: Flight {
                name: format!("{}-{}", raid.name, n + 1),
                kind: Kind::Hostile,
                enters: (Instant::ZERO + raid.enters).saturating_add(later),
                legs,
                code: None,
                simulated: raid.simulated,
                jams: jams(&raid.jams),
            },
            of: raid.name.clone(),
            plan: false,
            chaff: false,
        }
    };
    (0..raid.aircraft).map(one).collect()
}

/// The direction across the first leg, to the right of it.
fn abreast(legs: &[Leg]) -> (f64, f64) {
    let [first, second, ..] = legs else {
        return (1.0, 0.0);
    };
    let (dx, dy) = (second.x - first.x, second.y - first.y);
    let way = libm::sqrt(dx * dx + dy * dy);
    match way > 0.0 {
        true => (dy / way, -dx / way),
        false => (1.0, 0.0),
    }
}

/// Where a flight of these legs is, so long after it entered: a place on the plane and a height.
pub fn along(legs: &[Leg], after: f64) -> Option<(f64, f64, f64)> {
    let mut left = after;
    for pair in legs.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let takes = libm::sqrt(dx * dx + dy * dy) / (from.speed_kn / 3_600.0);
        if left < takes {
            let share = left / takes;
            let height = from.altitude_ft + share * (to.altitude_ft - from.altitude_ft);
            return Some((from.x + share * dx, from.y + share * dy, height));
        }
        left -= takes;
    }
    None
}

fn chaff(raid: &Raid, plane: &Plane, seed: u64) -> Vec<Aircraft> {
    let lead = legs(&raid.path, raid.altitude_ft, raid.speed_kn, plane);
    let mut clouds = Vec::new();
    for (number, dropped) in raid.chaff.iter().enumerate() {
        let path = format!("air/chaff/{}/{number}", raid.name);
        let mut stream = Stream::new(seed, &path);
        let every = CLOUD_EVERY / (raid.speed_kn / 3_600.0);
        for n in 0..(dropped.miles / CLOUD_EVERY) as u32 {
            let later = f64::from(n) * every;
            let enters = dropped.at + Span::from_seconds_f64(later);
            let since = enters.saturating_sub(raid.enters).as_seconds_f64();
            // The wind of the day blows from one side.
            let drift = CLOUD_KNOTS / 3_600.0 * CLOUD_LASTS.as_seconds_f64();
            let (north, east) = (stream.normal(0.0, 0.5), 1.0 + stream.unit());
            let Some((x, y, altitude_ft)) = along(&lead, since) else {
                break;
            };
            let corner = |x, y| Leg {
                x,
                y,
                altitude_ft,
                speed_kn: CLOUD_KNOTS,
            };
            clouds.push(Aircraft {
                flight: Flight {
                    name: format!("{}-chaff{number}-{n}", raid.name),
                    kind: Kind::Hostile,
                    enters: Instant::ZERO + enters,
                    legs: vec![corner(x, y), corner(x + drift * east, y + drift * north)],
                    code: None,
                    simulated: raid.simulated,
                    jams: Vec::new(),
                },
                of: raid.name.clone(),
                plan: false,
                chaff: true,
            });
        }
    }
    clouds
}

/// Flights that follow each other, for each that is in the air at a time.
fn traffic(civil: &Civil, plane: &Plane, seed: u64, duration: Span, all: &mut Vec<Aircraft>) {
    let near = |(_, north, west, _): &&(&str, f64, f64, u32)| {
        let (north, west) = (*north, *west);
        let (x, y) = plane.project(Place { north, west });
        libm::sqrt(x * x + y * y) <= civil.within
    };
    let mut places: Vec<_> = PLACES.iter().filter(near).collect();
    if places.len() < 2 {
        places = PLACES.iter().collect();
    }
    let end = duration.as_seconds_f64();
    for place in 0..civil.in_the_air {
        let path = format!("air/civil/{}/{place}", civil.prefix);
        let mut stream = Stream::new(seed, &path);
        // The first is on its way already.
        let mut part = stream.unit();
        let mut at = 0.0;
        let mut count = 0;
        while at < end {
            let (legs, takes) = route(&places, plane, &mut stream, part);
            let code = drawn_code(&mut stream);
            count += 1;
            all.push(Aircraft {
                flight: Flight {
                    name: match count {
                        1 => format!("{}{}", civil.prefix, place + 1),
                        _ => format!("{}{}/{count}", civil.prefix, place + 1),
                    },
                    kind: Kind::Civil,
                    enters: Instant::ZERO + Span::from_seconds_f64(at),
                    legs,
                    code: Some(code),
                    simulated: false,
                    jams: Vec::new(),
                },
                of: civil.prefix.clone(),
                plan: stream.below(100) < u64::from(civil.plans),
                chaff: false,
            });
            at += takes + stream.unit() * TURN_AROUND;
            part = 0.0;
        }
    }
}

/// A route, of which a part has been flown; and how long the rest takes, seconds.
fn route(
    places: &[&(&str, f64, f64, u32)],
    plane: &Plane,
    stream: &mut Stream,
    part: f64,
) -> (Vec<Leg>, f64) {
    let weights: Vec<u32> = places.iter().map(|place| place.3).collect();
    let from = stream.weighted(&weights);
    let mut others = weights.clone();
    others[from] = 0;
    let to = stream.weighted(&others);
    let at = |n: usize| {
        let (_, north, west, _) = *places[n];
        plane.project(Place { north, west })
    };
    let ((fx, fy), (tx, ty)) = (at(from), at(to));
    let (dx, dy) = (tx - fx, ty - fy);
    let way = libm::sqrt(dx * dx + dy * dy);
    let fits: Vec<u32> = TYPES
        .iter()
        .map(|kind| if kind.3 <= way { kind.4 } else { 0 })
        .collect();
    let (_, speeds, heights, ..) = TYPES[stream.weighted(&fits)];
    let between = |(least, most): (f64, f64), unit: f64| least + (most - least) * unit;
    let speed_kn = libm::round(between(speeds, stream.unit()));
    let altitude_ft = libm::round(between(heights, stream.unit()) / 1_000.0) * 1_000.0;
    // It comes into being, and is gone, some miles from the places themselves.
    let near = |unit: f64| (CLIMB_NMI.0 + (CLIMB_NMI.1 - CLIMB_NMI.0) * unit).min(way / 4.0) / way;
    let (out, down) = (near(stream.unit()), near(stream.unit()));
    let (fx, fy, tx, ty) = (fx + dx * out, fy + dy * out, tx - dx * down, ty - dy * down);
    let (dx, dy) = (tx - fx, ty - fy);
    let bend = stream.normal(0.0, 0.08);
    let middle = (fx + dx / 2.0 - bend * dy, fy + dy / 2.0 + bend * dx);
    let corner = |(x, y): (f64, f64)| Leg {
        x,
        y,
        altitude_ft,
        speed_kn,
    };
    let whole = [corner((fx, fy)), corner(middle), corner((tx, ty))];
    let takes = |legs: &[Leg]| -> f64 {
        let pairs = legs.windows(2);
        let miles = pairs.map(|pair| {
            let (dx, dy) = (pair[1].x - pair[0].x, pair[1].y - pair[0].y);
            libm::sqrt(dx * dx + dy * dy)
        });
        miles.sum::<f64>() / (speed_kn / 3_600.0)
    };
    let flown = takes(&whole) * part;
    let Some((x, y, _)) = along(&whole, flown).filter(|_| part > 0.0) else {
        return (whole.to_vec(), takes(&whole));
    };
    let first = takes(&whole[..2]);
    let left = if flown < first {
        &whole[1..]
    } else {
        &whole[2..]
    };
    let mut legs = vec![corner((x, y))];
    legs.extend(left);
    let rest = takes(&legs);
    (legs, rest)
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

    fn sheet() -> Air {
        let corner = |x: f64, y: f64| Corner {
            at: Spot::Plane(x, y),
            altitude_ft: None,
            speed_kn: None,
        };
        Air {
            raids: vec![Raid {
                name: "R1".into(),
                aircraft: 4,
                cell: 2,
                spacing: 3.0,
                cells_apart: Span::from_secs(60),
                enters: Span::from_secs(100),
                altitude_ft: 35_000.0,
                speed_kn: 360.0,
                path: vec![
                    corner(0.0, 200.0),
                    Corner {
                        altitude_ft: Some(500.0),
                        ..corner(0.0, 100.0)
                    },
                    corner(0.0, 0.0),
                ],
                jams: vec![Jam(Span::from_secs(200), Span::from_secs(300))],
                chaff: vec![crate::script::air::Chaff {
                    at: Span::from_secs(200),
                    miles: 10.0,
                }],
                simulated: false,
            }],
            civil: vec![Civil {
                prefix: "CIV".into(),
                in_the_air: 60,
                plans: 90,
                within: 220.0,
            }],
            ..Air::default()
        }
    }

    #[test]
    fn raids_fly_in_cells_abreast_and_one_after_the_other() {
        let all = draw(&sheet(), &[], &plane(), 1, Span::from_secs(3600));
        let at = |n: usize| {
            (
                all[n].flight.legs[0].x,
                all[n].flight.enters.0 / 1_000_000_000,
            )
        };
        assert_eq!(all[0].flight.name, "R1-1");
        // Flying south, right of the course is west.
        assert_eq!([at(0), at(1)], [(1.5, 100), (-1.5, 100)]);
        assert_eq!([at(2), at(3)], [(1.5, 160), (-1.5, 160)]);
        assert_eq!(all[0].flight.legs[1].altitude_ft, 500.0);
        assert_eq!(all[0].flight.legs[2].altitude_ft, 500.0);
        let clouds: Vec<_> = all.iter().filter(|a| a.chaff).collect();
        assert_eq!(clouds.len(), 5);
        // At 200 s the lead is 100 s on its way: 10 n.mi.
        let first = clouds[0].flight.legs[0];
        assert!((first.y - 190.0).abs() < 1e-9 && first.x == 0.0);
    }

    #[test]
    fn so_many_are_in_the_air_all_the_time() {
        let all = draw(&sheet(), &[], &plane(), 7, Span::from_secs(3600));
        assert_eq!(all, draw(&sheet(), &[], &plane(), 7, Span::from_secs(3600)));
        assert_ne!(all, draw(&sheet(), &[], &plane(), 8, Span::from_secs(3600)));
        let civil: Vec<_> = all.iter().filter(|a| a.of == "CIV").collect();
        for second in [0u64, 900, 1800, 3599] {
            let now = Instant(second * 1_000_000_000);
            let flying = civil.iter().filter(|a| {
                let after = now.checked_since(a.flight.enters);
                after.is_some_and(|t| along(&a.flight.legs, t.as_seconds_f64()).is_some())
            });
            let flying = flying.count();
            assert!((50..=60).contains(&flying), "{flying} at {second} s");
        }
        let plans = civil.iter().filter(|a| a.plan).count();
        assert!(plans * 100 / civil.len() > 75);
        for aircraft in &civil {
            let legs = &aircraft.flight.legs;
            assert!(legs.len() >= 2 && legs.iter().all(|leg| leg.speed_kn > 100.0));
        }
    }

    #[test]
    fn one_raid_more_moves_nobody_else() {
        let mut more = sheet();
        let mut second = more.raids[0].clone();
        second.name = "R2".into();
        more.raids.push(second);
        let seconds = Span::from_secs(3600);
        let (few, many) = (
            draw(&sheet(), &[], &plane(), 3, seconds),
            draw(&more, &[], &plane(), 3, seconds),
        );
        let others = many.into_iter().filter(|a| a.of != "R2");
        assert_eq!(few, others.collect::<Vec<_>>());
    }

    #[test]
    fn a_reduced_exercise_keeps_who_it_names() {
        let mut less = sheet();
        less.only = Some(vec!["R1-2".into(), "CIV9".into()]);
        let all = draw(&less, &[], &plane(), 3, Span::from_secs(3600));
        let names: Vec<&str> = all.iter().map(|a| a.flight.name.as_str()).collect();
        assert_eq!(names, ["R1-2", "CIV9"]);
    }
}
