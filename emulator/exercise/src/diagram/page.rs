//! The file: one page that needs nothing else, for a browser with or without a script, and for
//! paper. It is XML too, so that anything that reads XML can read it.

use std::fmt::Write;

use clock::Instant;
use site::{Cause, Machine};

use super::signs::{ARROWS, BANDS, ENDINGS, FATES, MARKS, Row, Sign};
use super::words::Words;
use super::{AFTER, BEFORE, Diagram, data, still};
use crate::driver::{Outcome, Plan};
use crate::world::Kind;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Text as it stands in the page.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // XML knows no other control characters.
            c if c.is_control() && !matches!(c, '\n' | '\t') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// What the page says besides the picture.
#[derive(Clone, Debug)]
pub struct Cover {
    /// Name of the site.
    pub site: String,
    /// Its title.
    pub title: String,
    /// Name of the exercise.
    pub exercise: String,
    /// Seed.
    pub seed: u64,
    /// The run's identity.
    pub digest: String,
    /// The run's end.
    pub end: Instant,
    /// Moves of the active role.
    pub moves: Vec<Moved>,
    /// What kind of site it is.
    pub kind: Kind,
    /// What leaves no record, as paragraphs.
    pub absent: String,
}

/// A move of the active role.
#[derive(Clone, Debug)]
pub struct Moved {
    /// Who had the role.
    pub from: Option<Machine>,
    /// Who got it.
    pub to: Machine,
    /// Why.
    pub cause: Cause,
    /// The fault.
    pub fault_at: Instant,
    /// The decision.
    pub decided_at: Instant,
    /// The first answer, or display, of the new machine.
    pub first_at: Option<Instant>,
    /// What waited was answered.
    pub settled_at: Option<Instant>,
    /// How many waited.
    pub held: u64,
    /// What was felt of it, in words.
    pub felt: String,
}

impl Cover {
    /// That of a reservation site's run.
    pub fn new(plan: &Plan, outcome: &Outcome) -> Cover {
        let site = &plan.inputs.description;
        let polls: u64 = outcome.statistics.lines.iter().map(|line| line.polls).sum();
        let moves = outcome.takeovers.iter().map(|takeover| Moved {
            from: takeover.from,
            to: takeover.to,
            cause: takeover.cause,
            fault_at: takeover.fault_at,
            decided_at: takeover.decided_at,
            first_at: takeover.first_answer_at,
            settled_at: takeover.held_answered_at,
            held: takeover.held,
            felt: takeover
                .felt()
                .map_or("nobody answered".to_owned(), |felt| {
                    format!("felt {}", felt.told())
                })
                + &format!(", {} entries held", takeover.held),
        });
        Cover {
            site: site.name.clone(),
            title: site.title.clone(),
            exercise: plan.script.name.clone(),
            seed: plan.options.seed,
            digest: outcome.digest.clone(),
            end: Instant::ZERO + outcome.time,
            moves: moves.collect(),
            kind: Kind::Reservation,
            absent: Words::of(Kind::Reservation)
                .absent
                .replace("{polls}", &polls.to_string()),
        }
    }
}

/// The whole page.
pub fn write(diagram: &Diagram, cover: &Cover) -> String {
    let words = Words::of(cover.kind);
    fill(PAGE, &|name| match name {
        "style" => STYLE.to_owned(),
        "script" => SCRIPT.to_owned(),
        "site" => escaped(&cover.site),
        "title" => escaped(&cover.title),
        "exercise" => escaped(&cover.exercise),
        "seed" => cover.seed.to_string(),
        "digest" => cover.digest.clone(),
        "takeovers" => takeovers(cover),
        "still" => still::svg(diagram, cover),
        "window" => still::window(diagram, cover).told(),
        "legend" => legend(cover),
        "means" => words.means.to_owned(),
        "ours" => words.ours.to_owned(),
        "doubt" => doubt(words),
        "find" => words.find[0].to_owned(),
        "find_label" => words.find[1].to_owned(),
        "finds" => words.finds.to_owned(),
        "jumps" => words.jumps.to_owned(),
        "jump_keys" => words.jump_keys.to_owned(),
        "closely" => closely(words),
        "absent" => absent(diagram, cover),
        "data" => data::json(diagram, cover),
        other => unreachable!("the page asks for {other}"),
    })
}

/// The template with each `{{name}}` filled in once; what is filled in is not looked at again.
fn fill(template: &str, part: &dyn Fn(&str) -> String) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").expect("the template is ours");
        filled.push_str(before);
        filled.push_str(&part(name));
        rest = after;
    }
    filled + rest
}

/// The buttons to what is in doubt.
fn doubt(words: &Words) -> String {
    let [name, what] = words.doubt;
    if what.is_empty() {
        return String::new();
    }
    let button = |way, order, key, arrow| {
        format!(
            "<button data-jump=\"doubt\" data-way=\"{way}\" title=\"{order} {what} ({key})\" \
             aria-label=\"{order} {what}\">{arrow}</button>"
        )
    };
    format!(
        "<span class=\"jump\">{}<span>{name}</span>{}</span>\n",
        button(-1, "previous", 'D', '\u{2039}'),
        button(1, "next", 'd', '\u{203a}')
    )
}

/// The row of keys that look closely.
fn closely(words: &Words) -> String {
    match words.closely {
        "" => String::new(),
        what => format!("<tr><td><kbd>Enter</kbd>, double click</td><td>{what}</td></tr>\n"),
    }
}

fn takeovers(cover: &Cover) -> String {
    let mut list = String::new();
    for moved in &cover.moves {
        let from = moved
            .from
            .map_or(String::new(), |from| format!("{from} to "));
        let _ = write!(
            list,
            "<li>{}: {}{}, {}; decided after {}, {}</li>",
            moved.fault_at,
            from,
            moved.to,
            escaped(&moved.cause.to_string()),
            moved.decided_at.saturating_since(moved.fault_at).told(),
            moved.felt,
        );
    }
    if list.is_empty() {
        return "<p>The active role did not move.</p>".to_owned();
    }
    format!("<ul>{list}</ul>")
}

/// What each sign of this kind of site means, with its picture.
fn legend(cover: &Cover) -> String {
    let mut text = String::new();
    let mut part = |heading: &str, signs: &[Sign], picture: &dyn Fn(&Row) -> String| {
        let signs: Vec<Row> = signs
            .iter()
            .filter_map(|sign| sign.at(cover.kind))
            .collect();
        if signs.is_empty() {
            return;
        }
        let _ = write!(text, "<section><h3>{heading}</h3><dl>");
        for sign in signs {
            let _ = write!(
                text,
                "<div><dt><svg viewBox=\"-18 -9 36 18\" width=\"36\" height=\"18\" \
                 class=\"c-{}\" aria-hidden=\"true\">{}</svg>{}</dt><dd>{}</dd></div>",
                sign.colour,
                picture(&sign),
                escaped(sign.name),
                escaped(sign.means)
            );
        }
        text.push_str("</dl></section>");
    };
    part("Arrows", &ARROWS, &|sign| {
        format!(
            "<path d=\"M-16 -4L14 4M8 5L14 4L9.6 -.4\" class=\"line\" stroke-dasharray=\"{}\"/>",
            sign.shape
        )
    });
    let glyph = |sign: &Row| format!("<path d=\"{}\" class=\"line\"/>", sign.shape);
    part("How arrows end", &FATES, &glyph);
    let band = |sign: &Row| match sign.shape {
        "edge" => "<path d=\"M-5 -8H5V8H-5Z\" class=\"line\"/>".to_owned(),
        "hatch" => "<path d=\"M-5 -8H5V8H-5ZM-5 -3L0 -8M-5 3L5 -7M-5 8L5 -2M0 8L5 3\" \
                    class=\"line\"/>"
            .to_owned(),
        _ => "<path d=\"M-5 -8H5V8H-5Z\" class=\"full\"/>".to_owned(),
    };
    let words = Words::of(cover.kind);
    part(words.lives, &ENDINGS, &band);
    part(words.bands, &BANDS, &band);
    part("Marks", &MARKS, &glyph);
    text
}

/// What the diagram does not show.
fn absent(diagram: &Diagram, cover: &Cover) -> String {
    let mut text = cover.absent.clone();
    if diagram.only_counted > 0 {
        let _ = write!(
            text,
            "<p>{} {}: as arrows there are those of the first {} \
             s, and from {} s before to {} s after each fault, stop and move of the active role. The others \
             are shaded, second by second, where their station is.</p>",
            diagram.only_counted,
            Words::of(cover.kind).counted,
            AFTER.as_seconds_f64(),
            BEFORE.as_seconds_f64(),
            AFTER.as_seconds_f64()
        );
    }
    if !diagram.not_drawn.is_empty() {
        let counts = diagram.not_drawn.iter();
        let counts: Vec<String> = counts.map(|(name, n)| format!("{n} of {name}")).collect();
        let _ = write!(
            text,
            "<p>Records without a sign of their own: {}.</p>",
            escaped(&counts.join(", "))
        );
    }
    text
}
