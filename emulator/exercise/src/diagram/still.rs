//! A picture that needs no script: the minute around the first move of the active role, or the
//! first minute.

use std::collections::BTreeMap;
use std::fmt::Write;

use clock::{Instant, Span};

use super::Diagram;
use super::page::{Cover, escaped};
use super::signs::{ARROWS, BANDS, Band, ENDINGS, FATES, Fate, MARKS};
use super::stations::Kind;

/// The minute shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its begin.
    pub from: Instant,
    /// Its end.
    pub to: Instant,
}

impl Window {
    /// In words.
    pub fn told(self) -> String {
        format!("{} to {}", self.from, self.to)
    }
}

const MINUTE: Span = Span::from_secs(60);
/// So long of it lies before the fault.
const LEAD: Span = Span::from_secs(12);

/// The minute around the first move of the active role, or the first minute; more where an outage
/// was longer.
pub fn window(diagram: &Diagram, cover: &Cover) -> Window {
    let first = cover.moves.first();
    let from = first.map_or(0, |takeover| takeover.fault_at.0.saturating_sub(LEAD.0));
    let outage = first.map_or(Span::ZERO, |takeover| {
        let until = takeover.first_at.unwrap_or(takeover.decided_at);
        until.saturating_since(takeover.fault_at)
    });
    let length = MINUTE.max((outage + LEAD) * 3 / 2);
    let last = cover.end.0.saturating_sub(length.0);
    let from = Instant(from.min(last)).max(diagram.begin);
    let to = from + length;
    Window { from, to }
}

/// With more frames than this arrows are thin and have no heads.
const MANY: usize = 800;

const WIDTH: f64 = 1400.0;
const HEIGHT: f64 = 1500.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 330.0;
const TOP: f64 = 96.0;
const BOTTOM: f64 = 16.0;

/// Where everything stands.
struct Frame {
    window: Window,
    /// Left edge and width of each column, and the lanes of it.
    columns: Vec<(f64, f64, u16)>,
}

impl Frame {
    fn new(diagram: &Diagram, window: Window) -> Frame {
        let groups = &diagram.stations.groups;
        let lines: usize = (groups.iter())
            .filter(|group| group.kind == Kind::Line)
            .map(|group| group.columns.len())
            .sum();
        let weight = |kind: Kind| match kind {
            Kind::Units => 0.8,
            Kind::Machine => 9.0,
            Kind::Switch => 6.0,
            Kind::Line => (90.0 / lines.max(1) as f64).clamp(1.1, 90.0),
        };
        let whole: f64 = groups
            .iter()
            .map(|g| weight(g.kind) * g.columns.len() as f64)
            .sum();
        let gaps = (groups.len().saturating_sub(1)) as f64 * 8.0;
        let unit = (WIDTH - LEFT - RIGHT - gaps) / whole.max(1.0);
        let mut x = LEFT;
        let mut columns = Vec::new();
        for group in groups {
            for (_, lanes) in &group.columns {
                let width = weight(group.kind) * unit;
                columns.push((x, width, *lanes));
                x += width;
            }
            x += 8.0;
        }
        Frame { window, columns }
    }

    fn y(&self, at: Instant) -> f64 {
        let span = (self.window.to - self.window.from).as_seconds_f64();
        let since = at.saturating_since(self.window.from).as_seconds_f64();
        TOP + (since / span).min(1.0) * (HEIGHT - TOP - BOTTOM)
    }

    fn x(&self, column: u16, lane: Option<u16>) -> f64 {
        let (x, width, lanes) = self.columns[usize::from(column)];
        match lane {
            Some(lane) if lanes > 0 => {
                x + width * (f64::from(lane.min(lanes - 1)) + 0.5) / f64::from(lanes)
            }
            _ => x + width / 2.0,
        }
    }

    fn shows(&self, from: Instant, to: Instant) -> bool {
        from < self.window.to && to >= self.window.from
    }
}

/// The picture, as an element of a page.
pub fn svg(diagram: &Diagram, cover: &Cover) -> String {
    let frame = Frame::new(diagram, window(diagram, cover));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-label=\"Space-time diagram, {}\">",
        frame.window.told()
    );
    axes(&mut svg, diagram, &frame);
    outages(&mut svg, cover, &frame);
    bands(&mut svg, diagram, cover.end, &frame);
    lives(&mut svg, diagram, cover, &frame);
    flights(&mut svg, diagram, &frame);
    notes(&mut svg, diagram, &frame);
    svg + "</svg>"
}

fn axes(svg: &mut String, diagram: &Diagram, frame: &Frame) {
    let right = WIDTH - RIGHT;
    let length = frame.window.to - frame.window.from;
    for twelfth in 0..=12 {
        let at = frame.window.from + length * twelfth / 12;
        let y = frame.y(at);
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{right:.1}\"/><text class=\"time\" x=\"{:.1}\" \
             y=\"{:.1}\">{at}</text>",
            LEFT - 6.0,
            y + 4.0
        );
    }
    let mut column = 0;
    for group in &diagram.stations.groups {
        let (x, ..) = frame.columns[column];
        let (last, width, _) = frame.columns[column + group.columns.len() - 1];
        let middle = (x + last + width) / 2.0;
        let narrow = last + width - x < 76.0;
        let turned = match narrow {
            true => format!(
                " transform=\"rotate(-50 {middle:.1} {:.1})\" text-anchor=\"start\"",
                TOP - 12.0
            ),
            false => " text-anchor=\"middle\"".to_owned(),
        };
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M{x:.1} {:.1}H{:.1}\"/><text class=\"heading\" x=\"{middle:.1}\" \
             y=\"{:.1}\"{turned}>{}</text>",
            TOP - 4.0,
            last + width,
            TOP - 12.0,
            escaped(&group.name)
        );
        column += group.columns.len();
    }
}

/// From each fault to the first answer after it.
fn outages(svg: &mut String, cover: &Cover, frame: &Frame) {
    for takeover in &cover.moves {
        let to = takeover.first_at.unwrap_or(takeover.decided_at);
        if frame.shows(takeover.fault_at, to) {
            let (from, to) = (frame.y(takeover.fault_at), frame.y(to));
            let _ = write!(
                svg,
                "<rect class=\"outage\" x=\"{LEFT}\" y=\"{from:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
                WIDTH - RIGHT - LEFT,
                (to - from).max(1.0)
            );
        }
    }
}

fn bands(svg: &mut String, diagram: &Diagram, end: Instant, frame: &Frame) {
    for band in &diagram.stretches {
        let to = band.to.unwrap_or(end).min(frame.window.to);
        if !frame.shows(band.from, to) {
            continue;
        }
        let (x, width, _) = frame.columns[usize::from(band.column)];
        let (from, to) = (frame.y(band.from), frame.y(to));
        let sign = &BANDS[band.kind as usize];
        // A machine's bar is a bar; what befalls an interchange or a unit covers its column.
        let (x, width) = match band.kind {
            Band::Locked | Band::UnitLost => (x, width),
            _ => (x + width / 2.0 - 5.0, 10.0),
        };
        let _ = write!(
            svg,
            "<rect class=\"band {} c-{}\" x=\"{x:.1}\" y=\"{from:.1}\" width=\"{width:.1}\" \
             height=\"{:.1}\"/>",
            sign.shape,
            colour(diagram, sign.colour, band.column),
            (to - from).max(0.5)
        );
    }
}

/// The colour of a sign; the maker's is that of the machine whose column this is.
fn colour<'a>(diagram: &Diagram, name: &'a str, column: u16) -> &'a str {
    let stations = &diagram.stations;
    match name {
        "maker" if column == stations.machine(site::Machine::A) => "machine-a",
        "maker" if column == stations.machine(site::Machine::B) => "machine-b",
        "maker" => "ink",
        name => name,
    }
}

fn lives(svg: &mut String, diagram: &Diagram, cover: &Cover, frame: &Frame) {
    let mut paths: BTreeMap<(&str, &str), String> = BTreeMap::new();
    for life in &diagram.lives {
        let ended = life.ended.unwrap_or(frame.window.to);
        if !frame.shows(life.accepted, ended) {
            continue;
        }
        let Some((column, lane)) = diagram.stations.set(life.set) else {
            continue;
        };
        let x = frame.x(column, Some(lane));
        let (from, to) = (frame.y(life.accepted), frame.y(ended));
        let sign = &ENDINGS[life.ending as usize];
        let held = cover.moves.iter().any(|t| life.held(t.fault_at));
        let colour = match held && life.given_up.is_none() {
            true => "again",
            false => sign.colour,
        };
        let path = paths.entry((colour, sign.shape)).or_default();
        let _ = write!(path, "M{x:.1} {from:.1}V{to:.1}");
    }
    for ((colour, shape), path) in paths {
        let _ = write!(
            svg,
            "<path class=\"life {shape} c-{colour}\" d=\"{path}\"/>"
        );
    }
}

fn flights(svg: &mut String, diagram: &Diagram, frame: &Frame) {
    let mut paths: BTreeMap<(&str, &str, bool), String> = BTreeMap::new();
    let mut heads: BTreeMap<&str, String> = BTreeMap::new();
    let mut ends: BTreeMap<&str, String> = BTreeMap::new();
    let mut frames = 0;
    for flight in &diagram.flights {
        if !frame.shows(flight.leaves, flight.arrives) || flight.leaves < frame.window.from {
            continue;
        }
        let sign = &ARROWS[flight.kind as usize];
        let many = sign.told.is_some_and(|told| told.many);
        let lane = (!many).then_some(flight.lane);
        let (from, to) = (frame.x(flight.from, lane), frame.x(flight.to, lane));
        // What was cut does not arrive.
        let to = match flight.fate {
            Fate::Cut => from + (to - from) * 0.6,
            _ => to,
        };
        let (leaves, arrives) = (frame.y(flight.leaves), frame.y(flight.arrives));
        let name = colour(diagram, sign.colour, flight.from);
        let path = paths.entry((name, sign.shape, many)).or_default();
        let _ = write!(path, "M{from:.1} {leaves:.1}L{to:.1} {arrives:.1}");
        if !many {
            let back = if from < to { -6.0 } else { 6.0 };
            let head = heads.entry(name).or_default();
            let _ = write!(head, "M{to:.1} {arrives:.1}l{back} -2.5v5z");
            frames += 1;
        }
        let end = &FATES[flight.fate as usize];
        if !end.shape.is_empty() {
            let glyph = ends.entry(end.colour).or_default();
            let _ = write!(
                glyph,
                "<path transform=\"translate({to:.1} {arrives:.1})\" d=\"{}\"/>",
                end.shape
            );
        }
    }
    for ((colour, dashes, many), path) in paths {
        let class = match many {
            true => "transfer",
            false if frames > MANY => "flight many",
            false => "flight",
        };
        let _ = write!(
            svg,
            "<path class=\"{class} c-{colour}\" stroke-dasharray=\"{dashes}\" d=\"{path}\"/>"
        );
    }
    for (colour, heads) in heads.into_iter().filter(|_| frames <= MANY) {
        let _ = write!(svg, "<path class=\"head c-{colour}\" d=\"{heads}\"/>");
    }
    for (colour, glyphs) in ends {
        let _ = write!(svg, "<g class=\"glyph c-{colour}\">{glyphs}</g>");
    }
}

fn notes(svg: &mut String, diagram: &Diagram, frame: &Frame) {
    let right = WIDTH - RIGHT + 14.0;
    let mut free = TOP;
    for note in &diagram.notes {
        let sign = &MARKS[note.kind as usize];
        if !frame.shows(note.at, note.at) || sign.class.starts_with("quiet") {
            continue;
        }
        let (x, y) = (frame.x(note.column, note.lane), frame.y(note.at));
        let _ = write!(
            svg,
            "<path class=\"glyph c-{}\" transform=\"translate({x:.1} {y:.1})\" d=\"{}\"/>",
            sign.colour, sign.shape
        );
        if sign.class.ends_with("fault") || sign.class.ends_with("takeover") {
            let _ = write!(
                svg,
                "<path class=\"across c-{}\" d=\"M{LEFT} {y:.1}H{:.1}\"/>",
                sign.colour,
                WIDTH - RIGHT
            );
        }
        if !sign.class.starts_with("loud") {
            continue;
        }
        let text = y.max(free);
        let _ = write!(
            svg,
            "<path class=\"leader c-{}\" d=\"M{x:.1} {y:.1}H{:.1}L{:.1} {text:.1}\"/><text class=\"note \
             c-{}\">",
            sign.colour,
            WIDTH - RIGHT,
            right - 3.0,
            sign.colour
        );
        for (n, row) in rows(&note.text).iter().enumerate() {
            let indent = if n == 0 { 0.0 } else { 9.0 };
            free = text + 15.0 * (n as f64 + 1.0);
            let _ = write!(
                svg,
                "<tspan x=\"{:.1}\" y=\"{:.1}\">{}</tspan>",
                right + indent,
                free - 11.0,
                escaped(row)
            );
        }
        svg.push_str("</text>");
    }
}

/// A text in rows that have room in the margin.
fn rows(text: &str) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match rows.last_mut() {
            Some(row) if row.chars().count() + word.chars().count() < 48 => {
                row.push(' ');
                row.push_str(word);
            }
            _ => rows.push(word.to_owned()),
        }
    }
    rows
}
