//! The file: one page that needs nothing else, for a browser with or without a script, and for
//! paper. It is XML too, so that anything that reads XML can read it.

use std::fmt::Write;

use super::signs::{ARROWS, BANDS, ENDINGS, FATES, MARKS, Sign};
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

/// The whole page.
pub fn write(diagram: &Diagram, plan: &Plan, outcome: &Outcome) -> String {
    let site = &plan.inputs.description;
    fill(PAGE, &|name| match name {
        "style" => STYLE.to_owned(),
        "script" => SCRIPT.to_owned(),
        "site" => escaped(&site.name),
        "title" => escaped(&site.title),
        "exercise" => escaped(&plan.script.name),
        "seed" => plan.options.seed.to_string(),
        "digest" => outcome.digest.clone(),
        "takeovers" => takeovers(outcome),
        "still" => still::svg(diagram, outcome),
        "window" => still::window(diagram, outcome).told(),
        "legend" => legend(),
        "absent" => absent(diagram, outcome),
        "data" => data::json(diagram, outcome),
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

fn takeovers(outcome: &Outcome) -> String {
    let mut list = String::new();
    for takeover in &outcome.takeovers {
        let from = takeover
            .from
            .map_or(String::new(), |from| format!("{from} to "));
        let felt = takeover
            .felt()
            .map_or("nobody answered".to_owned(), |felt| {
                format!("felt {:.2} s", felt.as_seconds_f64())
            });
        let _ = write!(
            list,
            "<li>{}: {}{}, {}; decided after {:.0} ms, {}, {} entries held</li>",
            takeover.fault_at,
            from,
            takeover.to,
            escaped(&takeover.cause.to_string()),
            takeover.detected().as_millis_f64(),
            felt,
            takeover.held,
        );
    }
    if list.is_empty() {
        return "<p>The active role did not move.</p>".to_owned();
    }
    format!("<ul>{list}</ul>")
}

/// What each sign means, with its picture.
fn legend() -> String {
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
    part("Arrows", &ARROWS, &|sign| {
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
    part("Bars at agent sets", &ENDINGS, &band);
    part("Bars at other stations", &BANDS, &band);
    part("Marks", &MARKS, &glyph);
    text
}

/// What the diagram does not show.
fn absent(diagram: &Diagram, outcome: &Outcome) -> String {
    let lines = &outcome.statistics.lines;
    let polls: u64 = lines.iter().map(|line| line.polls).sum();
    let mut text = format!(
        "<p>{polls} go-aheads (polls) and the replies \u{201c}nothing to send\u{201d}: they are counted, \
         not recorded. When a frame arrives at the centre is computed; so is the arrival of a block \
         that no set has shown. What goes on inside a machine leaves no record here.</p>"
    );
    if diagram.only_counted > 0 {
        let _ = write!(
            text,
            "<p>{} transfers between core and drums or disks: as arrows there are those of the first {} \
             s, and from {} s before to {} s after each fault, stop and move of the active role. The others \
             are shaded, second by second, where their unit stands.</p>",
            diagram.only_counted,
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
