//! The file: one page that needs nothing else, for a browser with or without a script, and for
//! paper. It is XML too, so that anything that reads XML can read it.

use std::fmt::Write;

use clock::Instant;
use site::{Cause, Machine};

use super::signs::{ARROWS, BANDS, ENDINGS, FATES, MARKS, OF_CENTERS, Sign};
use super::{AFTER, BEFORE, Diagram, data, still};
use crate::driver::{Outcome, Plan};

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
    /// The arrows this kind of site has: rows of [`ARROWS`].
    pub arrows: std::ops::Range<usize>,
    /// How the picture is read.
    pub means: &'static str,
    /// What is history, and what is ours.
    pub ours: &'static str,
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

const MEANS: &str = "Time runs downwards. Every column is a station; the frames on the lines are arrows from the instant their first bit leaves to the instant their last bit arrives. The interchanges stand line by line, and in each of them every agent set has a lane. The tint runs from a fault to the first answer after it. A full line across is a fault, a broken one a move of the active role. Where frames are shaded, the left half of a column is entries, the right half answers.";
const OURS: &str = "The terms (machine, channel, drum, disk, interchange, agent set, go-ahead, push-buttons, lights) are those of the time. The takeover by heartbeat and relays, serials, block numbers, IN DOUBT and LAST ENTRY DONE, the check of a frame, and this picture are ours, and so is every instant in it: nothing here was measured in the 1960s. People and calls are made up.";

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
                    format!("felt {:.2} s", felt.as_seconds_f64())
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
            arrows: 0..OF_CENTERS,
            means: MEANS,
            ours: OURS,
            absent: format!(
                "<p>{polls} go-aheads (polls) and the replies \u{201c}nothing to send\u{201d}: they are \
                 counted, not recorded. When a frame arrives at the centre is computed; so is the \
                 arrival of a block that no set has shown. What goes on inside a machine leaves no \
                 record here.</p>"
            ),
        }
    }
}

/// The whole page.
pub fn write(diagram: &Diagram, cover: &Cover) -> String {
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
        "means" => cover.means.to_owned(),
        "ours" => cover.ours.to_owned(),
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

fn takeovers(cover: &Cover) -> String {
    let mut list = String::new();
    for moved in &cover.moves {
        let from = moved
            .from
            .map_or(String::new(), |from| format!("{from} to "));
        let _ = write!(
            list,
            "<li>{}: {}{}, {}; decided after {:.0} ms, {}</li>",
            moved.fault_at,
            from,
            moved.to,
            escaped(&moved.cause.to_string()),
            moved
                .decided_at
                .saturating_since(moved.fault_at)
                .as_millis_f64(),
            moved.felt,
        );
    }
    if list.is_empty() {
        return "<p>The active role did not move.</p>".to_owned();
    }
    format!("<ul>{list}</ul>")
}

/// What each sign means, with its picture.
fn legend(cover: &Cover) -> String {
    let mut text = String::new();
    let mut part = |heading: &str, signs: &[Sign], picture: &dyn Fn(&Sign) -> String| {
        let _ = write!(text, "<section><h3>{heading}</h3><dl>");
        for sign in signs {
            let _ = write!(
                text,
                "<div><dt><svg viewBox=\"-18 -9 36 18\" width=\"36\" height=\"18\" \
                 class=\"c-{}\" aria-hidden=\"true\">{}</svg>{}</dt><dd>{}</dd></div>",
                sign.colour,
                picture(sign),
                escaped(sign.name),
                escaped(sign.means)
            );
        }
        text.push_str("</dl></section>");
    };
    part("Arrows", &ARROWS[cover.arrows.clone()], &|sign| {
        format!(
            "<path d=\"M-16 -4L14 4M8 5L14 4L9.6 -.4\" class=\"line\" stroke-dasharray=\"{}\"/>",
            sign.shape
        )
    });
    let glyph = |sign: &Sign| format!("<path d=\"{}\" class=\"line\"/>", sign.shape);
    part("How arrows end", &FATES, &glyph);
    let band = |sign: &Sign| match sign.shape {
        "edge" => "<path d=\"M-5 -8H5V8H-5Z\" class=\"line\"/>".to_owned(),
        "hatch" => "<path d=\"M-5 -8H5V8H-5ZM-5 -3L0 -8M-5 3L5 -7M-5 8L5 -2M0 8L5 3\" \
                    class=\"line\"/>"
            .to_owned(),
        _ => "<path d=\"M-5 -8H5V8H-5Z\" class=\"full\"/>".to_owned(),
    };
    if cover.arrows.start == 0 {
        part("Bars at agent sets", &ENDINGS, &band);
    }
    part("Bars at other stations", &BANDS, &band);
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
            match cover.arrows.start {
                0 => "transfers between core and drums or disks",
                _ => "reports of radars",
            },
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
