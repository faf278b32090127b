//! The site's data for the program: cards made from the site file, one table an item.
//!
//! The historical program was one for all centers; what told them apart were tables of adaptation,
//! punched for each site. Here they are cards of the assembler that fill the tables which the
//! program's compool describes; a deck of them stands right after the compool.
//!
//! | item | an entry for each | left | right |
//! |---|---|---|---|
//! | `SECLET` | - | | letter of the sector, character code |
//! | `SECNUM` | - | | its number |
//! | `RADCH` | radar | | channel |
//! | `RADPOS` | radar | x | y |
//! | `RADNOR` | radar | north correction | the same; 2^-15 of half a circle |
//! | `RADHT2` | radar | 256 h^2, h the usual height above it, n.mi | |
//! | `BAPOS` | base | x | y |
//! | `BASPD` | base | highest speed of its weapons, way in 40 s | the same |
//! | `BARNG` | base | how far they fly | ticks from order to take-off |
//! | `BAFST` | base | how many weapons | channel of the first |
//! | `BATYP` | base | | 0 interceptors, 1 missiles |
//! | `NBLET` | neighbour | number of its sector | letter |
//! | `NBOFF` | neighbour | x of its centre | y |
//! | `NBCOS` | neighbour | cosine of the turn of its north, clockwise | the same |
//! | `NBSIN` | neighbour | sine | minus sine |
//! | `EDNRM` | edge of the sector | outward normal, x | y |
//! | `EDDIS` | edge | its distance from the centre | half its length and 40 n.mi |
//! | `EDMID` | edge | place of its middle along it | |
//! | `EDLIN` | edge | | line of the neighbour beyond it, 0 none |
//! | `GFNO` | gap filler | | number |
//! | `GFPOS`, `GFNOR` | gap filler | as of a radar | |
//!
//! Lengths in 1/64 n.mi, sines in 2^-15, time in 1/32 s. An interceptor flies half as far as its
//! fuel lasts, for it has to come home.

use std::fmt::Write;

use word::twin::Half;

use super::description::CenterDescription;
use super::message::position;
use super::plane::{FEET, Place, Plane};

/// Left and right half of an entry.
type Entry = (i32, i32);

impl CenterDescription {
    /// The cards.
    pub fn data_deck(&self) -> String {
        let plane = self.plane();
        let mut deck = format!(
            "*      SITE DATA of {}, made from its description\n",
            self.name
        );
        let mut table = |item: &str, entries: Vec<Entry>| put(&mut deck, item, &entries);
        table("SECLET", vec![(0, letter(&self.letter))]);
        table("SECNUM", vec![(0, self.sector.into())]);

        let radars = self.radars.iter();
        let entries = radars.clone().map(|radar| (0, radar.channel.into()));
        table("RADCH", entries.collect());
        table(
            "RADPOS",
            radars.clone().map(|r| place(&plane, r.place)).collect(),
        );
        table(
            "RADNOR",
            radars.clone().map(|r| north(&plane, r.place)).collect(),
        );
        let height = radars.map(|radar| {
            let above = (self.default_height_ft - radar.height_ft).max(0.0) / FEET;
            (most(256.0 * above * above), 0)
        });
        table("RADHT2", height.collect());

        let bases = self.bases.iter().zip(self.first_channels());
        let bases: Vec<_> = bases
            .filter_map(|(base, first)| Some((base, first, self.weapons_of(base)?)))
            .collect();
        let each = |entry: &dyn Fn(&_) -> Entry| bases.iter().map(entry).collect::<Vec<_>>();
        table("BAPOS", each(&|(base, _, _)| place(&plane, base.place)));
        table(
            "BASPD",
            each(&|(_, _, kind)| {
                let way = most(kind.dash_kn / 90.0 * 64.0);
                (way, way)
            }),
        );
        table(
            "BARNG",
            each(&|(_, _, kind)| {
                let whole = kind.cruise_kn * kind.endurance_s as f64 / 3_600.0;
                let there = if kind.missile { whole } else { whole / 2.0 };
                (most(there * 64.0), most(kind.delay_s as f64 * 32.0))
            }),
        );
        table(
            "BAFST",
            each(&|(base, first, _)| (base.count.into(), i32::from(*first))),
        );
        table("BATYP", each(&|(_, _, kind)| (0, kind.missile.into())));

        let neighbours = self.neighbours.iter();
        let entries = neighbours
            .clone()
            .map(|n| (n.sector.into(), letter(&n.letter)));
        table("NBLET", entries.collect());
        table(
            "NBOFF",
            neighbours
                .clone()
                .map(|n| place(&plane, n.centre))
                .collect(),
        );
        let turns = neighbours.map(|n| plane.north_correction(n.centre));
        let turns: Vec<f64> = turns.collect();
        let cosines = turns.iter().map(|turn| fraction(libm::cos(*turn)));
        table("NBCOS", cosines.map(|cosine| (cosine, cosine)).collect());
        let sines = turns.iter().map(|turn| fraction(libm::sin(*turn)));
        table("NBSIN", sines.map(|sine| (sine, -sine)).collect());

        let edges = self.edges();
        let each = |entry: &dyn Fn(&Edge) -> Entry| edges.iter().map(entry).collect::<Vec<_>>();
        table(
            "EDNRM",
            each(&|e| (fraction(e.normal.0), fraction(e.normal.1))),
        );
        table(
            "EDDIS",
            each(&|e| (length(e.distance), length(e.half + 40.0))),
        );
        table("EDMID", each(&|e| (length(e.middle), 0)));
        table("EDLIN", each(&|e| (0, e.line)));

        let gaps = self.gap_fillers.iter();
        table("GFNO", gaps.clone().map(|g| (0, g.number.into())).collect());
        table(
            "GFPOS",
            gaps.clone().map(|g| place(&plane, g.place)).collect(),
        );
        table("GFNOR", gaps.map(|g| north(&plane, g.place)).collect());
        deck
    }

    /// The edges of the sector as lines with a middle and a length.
    fn edges(&self) -> Vec<Edge> {
        let zone = self.zone();
        let edge = |((ax, ay), (bx, by)): ((f64, f64), (f64, f64))| {
            let (dx, dy) = (bx - ax, by - ay);
            let size = libm::sqrt(dx * dx + dy * dy);
            let middle = ((ax + bx) / 2.0, (ay + by) / 2.0);
            let beside =
                |(nx, ny): (f64, f64), miles: f64| (middle.0 + nx * miles, middle.1 + ny * miles);
            let mut normal = (dy / size, -dx / size);
            let (px, py) = beside(normal, 1.0);
            if zone.contains(px, py) {
                normal = (-normal.0, -normal.1);
            }
            let (px, py) = beside(normal, 20.0);
            Edge {
                normal,
                distance: normal.0 * middle.0 + normal.1 * middle.1,
                half: size / 2.0,
                middle: -normal.1 * middle.0 + normal.0 * middle.1,
                line: zone.owner(px, py).map_or(0, |n| n as i32 + 1),
            }
        };
        zone.edges().map(edge).collect()
    }
}

struct Edge {
    /// Outward, of length 1.
    normal: (f64, f64),
    /// From the centre of the plane along the normal, n.mi.
    distance: f64,
    /// Half its length, n.mi.
    half: f64,
    /// Its middle along the edge, the normal turned left, n.mi.
    middle: f64,
    /// Line of the neighbour beyond it, 0 none.
    line: i32,
}

/// The cards of an item, from its first entry on.
fn put(deck: &mut String, item: &str, entries: &[Entry]) {
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(deck, "       ORG     {item}");
    for (left, right) in entries {
        let _ = writeln!(deck, "       HALF    {left},{right}");
    }
}

fn letter(text: &str) -> i32 {
    let code = text.chars().next().and_then(word::bcd::from_char);
    code.map_or(0, i32::from)
}

fn place(plane: &Plane, at: Place) -> Entry {
    let (x, y) = plane.project(at);
    (length(x), length(y))
}

fn north(plane: &Plane, at: Place) -> Entry {
    let turn = fraction(plane.north_correction(at) / std::f64::consts::PI);
    (turn, turn)
}

fn length(miles: f64) -> i32 {
    position(miles).value()
}

/// A part of full scale.
fn fraction(part: f64) -> i32 {
    most(part.abs() * 32_768.0) * if part < 0.0 { -1 } else { 1 }
}

/// A whole number of 0 to full scale.
fn most(value: f64) -> i32 {
    let value = libm::round(value).clamp(0.0, 32_767.0) as i32;
    debug_assert!(Half::from_value(value).is_some());
    value
}
