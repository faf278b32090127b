//! What a diagram has gathered, as the page's script reads it: JSON, arrows and entries as columns
//! of whole numbers, instants in microseconds since the begin of the run, each as the difference
//! from the one before. A hundred thousand frames are some three megabytes.

use std::collections::BTreeMap;

use clock::Instant;
use serde::Serialize;

use super::Diagram;
use super::page::Cover;
use super::signs::{ARROWS, BANDS, ENDINGS, FATES, MARKS, Row, Sign};
use super::stations::Group;
use super::words::{Spoken, Words};

/// Microseconds since the begin of the run.
fn micros(at: Instant) -> i64 {
    (at.0 / 1000) as i64
}

#[derive(Serialize)]
struct Data<'a> {
    begin: i64,
    end: i64,
    groups: &'a [Group],
    signs: Signs,
    words: &'static Spoken,
    arrows: Arrows,
    entries: Entries<'a>,
    /// What was typed and answered, each text once.
    texts: Vec<&'a str>,
    /// Kind, column, from, to.
    bands: Vec<(u8, u16, i64, i64)>,
    /// Kind, instant, column, lane, entry (-1: none), text.
    marks: Vec<(u8, i64, u16, i32, i64, &'a str)>,
    takeovers: Vec<Takeover>,
    /// Transfers of each unit in each second.
    transfers: &'a [Vec<u32>],
}

/// Of each table the rows of this kind of site; null where there is another's.
#[derive(Serialize)]
struct Signs {
    arrows: Vec<Option<Row>>,
    fates: Vec<Option<Row>>,
    bands: Vec<Option<Row>>,
    endings: Vec<Option<Row>>,
    marks: Vec<Option<Row>>,
}

/// Columns of equal length, one number for each arrow.
#[derive(Default, Serialize)]
struct Arrows {
    /// Leaves, from the one before.
    t: Vec<i64>,
    /// How long it travels.
    d: Vec<i64>,
    kind: Vec<u8>,
    from: Vec<u16>,
    to: Vec<u16>,
    lane: Vec<u16>,
    /// Entry, from the one before; -1 stands for none.
    entry: Vec<i64>,
    block: Vec<u16>,
    size: Vec<u16>,
    fate: Vec<u8>,
}

/// Columns of equal length, one number for each entry.
#[derive(Default, Serialize)]
struct Entries<'a> {
    /// Accepted, from the one before.
    t: Vec<i64>,
    /// How long until its end; -1: it had none.
    d: Vec<i64>,
    /// How long until it was given up; -1: never.
    given: Vec<i64>,
    set: Vec<u16>,
    serial: Vec<u16>,
    column: Vec<u16>,
    lane: Vec<u16>,
    ending: Vec<u8>,
    text: Vec<u32>,
    answer: Vec<u32>,
    #[serde(skip)]
    numbers: BTreeMap<&'a str, u32>,
}

#[derive(Serialize)]
struct Takeover {
    from: String,
    to: String,
    cause: String,
    fault: i64,
    decided: i64,
    first: Option<i64>,
    answered: Option<i64>,
    held: u64,
}

/// The JSON; no character of it can end a script or a section of one.
pub fn json(diagram: &Diagram, cover: &Cover) -> String {
    let end = cover.end;
    let mut texts = Vec::new();
    let rows = |signs: &[Sign]| signs.iter().map(|sign| sign.at(cover.kind)).collect();
    let data = Data {
        begin: micros(diagram.begin),
        end: micros(end),
        groups: &diagram.stations.groups,
        signs: Signs {
            arrows: rows(&ARROWS),
            fates: rows(&FATES),
            bands: rows(&BANDS),
            endings: rows(&ENDINGS),
            marks: rows(&MARKS),
        },
        words: &Words::of(cover.kind).spoken,
        arrows: arrows(diagram),
        entries: entries(diagram, &mut texts),
        texts,
        bands: (diagram.stretches.iter())
            .map(|band| {
                let to = micros(band.to.unwrap_or(end));
                (band.kind as u8, band.column, micros(band.from), to)
            })
            .collect(),
        marks: (diagram.notes.iter())
            .map(|note| {
                let lane = note.lane.map_or(-1, i32::from);
                let entry = note.entry.map_or(-1, i64::from);
                let text = note.text.as_str();
                (
                    note.kind as u8,
                    micros(note.at),
                    note.column,
                    lane,
                    entry,
                    text,
                )
            })
            .collect(),
        takeovers: (cover.moves.iter())
            .map(|takeover| Takeover {
                from: takeover.from.map_or(String::new(), |from| from.to_string()),
                to: takeover.to.to_string(),
                cause: takeover.cause.to_string(),
                fault: micros(takeover.fault_at),
                decided: micros(takeover.decided_at),
                first: takeover.first_at.map(micros),
                answered: takeover.settled_at.map(micros),
                held: takeover.held,
            })
            .collect(),
        transfers: &diagram.transfers,
    };
    let json = serde_json::to_string(&data).expect("numbers and texts are JSON");
    json.replace('&', "\\u0026")
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
}

fn arrows(diagram: &Diagram) -> Arrows {
    let mut arrows = Arrows::default();
    let (mut before, mut entry_before) = (0, 0);
    for flight in &diagram.flights {
        let leaves = micros(flight.leaves);
        let entry = flight.entry.map_or(-1, i64::from);
        arrows.t.push(leaves - before);
        arrows.d.push(micros(flight.arrives) - leaves);
        arrows.kind.push(flight.kind as u8);
        arrows.from.push(flight.from);
        arrows.to.push(flight.to);
        arrows.lane.push(flight.lane);
        arrows.entry.push(entry - entry_before);
        arrows.block.push(flight.block);
        arrows.size.push(flight.size);
        arrows.fate.push(flight.fate as u8);
        (before, entry_before) = (leaves, entry);
    }
    arrows
}

fn entries<'a>(diagram: &'a Diagram, texts: &mut Vec<&'a str>) -> Entries<'a> {
    let mut entries = Entries::default();
    let mut before = 0;
    for life in &diagram.lives {
        let accepted = micros(life.accepted);
        let since = |at: Option<Instant>| at.map_or(-1, |at| micros(at) - accepted);
        entries.t.push(accepted - before);
        entries.d.push(since(life.ended));
        entries.given.push(since(life.given_up));
        entries.set.push(life.set);
        entries.serial.push(life.serial);
        let (column, lane) = diagram.stations.set(life.set).unwrap_or_default();
        entries.column.push(column);
        entries.lane.push(lane);
        entries.ending.push(life.ending as u8);
        for (text, list) in [
            (&life.text, &mut entries.text),
            (&life.answer, &mut entries.answer),
        ] {
            let number = *entries.numbers.entry(text).or_insert_with(|| {
                texts.push(text);
                texts.len() as u32 - 1
            });
            list.push(number);
        }
        before = accepted;
    }
    entries
}
