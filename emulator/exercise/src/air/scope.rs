//! A situation display on paper: what one console's tube paints, as a picture (SVG).
//!
//! The 19-inch tube was round, its room dim and blue; its phosphor flashed purple and glowed orange
//! for seconds. What the beam could draw were points, characters and short lines, and nothing else
//! is here: no sweep, no map, no colour for friend and foe. Older scans are dimmer, and so a flight
//! draws a trail behind it.
//!
//! Under the glass stands what a card on the console would have said: which one it is, when, and
//! how much of the plane it shows.
//!
//! Source: phosphor P14 documented at second hand. Assumed: brightness of older scans.

use std::fmt::Write;

use clock::Instant;
use site::center::console::{Mark, Painted, Picture};

use super::plan::Plan;
use super::run::Run;
use crate::diagram::escaped;
use crate::world::World;

/// Half the width of the picture, in its own units.
const GLASS: f64 = 480.0;
/// A margin around the glass.
const RIM: f64 = 24.0;
/// Room for the card.
const CARD: f64 = 44.0;
/// Height of a character of the stencil; expanded pictures have the same.
const CHARACTER: f64 = 12.5;

/// What stands on the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Name of the site.
    pub site: String,
    /// Number of the console.
    pub console: u8,
    /// Whose it is.
    pub name: String,
    /// When.
    pub at: Instant,
}

/// How strongly something of this age glows.
fn glow(painted: &Painted) -> f64 {
    let age = 0.75 - 0.08 * f64::from(painted.age.min(7));
    if painted.bright { 1.0 } else { age }
}

/// What a console's tube paints now.
pub fn of_run(plan: &Plan, run: &Run, console: u8) -> String {
    let description = &plan.inputs.description;
    let mut consoles = description.consoles.iter();
    let name = consoles.find(|one| one.number == console);
    let card = Card {
        site: description.title.clone(),
        console,
        name: name.map_or(String::new(), |one| one.name.clone()),
        at: run.now(),
    };
    svg(&run.center.painted(console), &card)
}

/// The picture.
pub fn svg(picture: &Picture, card: &Card) -> String {
    let (width, height) = (2.0 * (GLASS + RIM), 2.0 * (GLASS + RIM) + CARD);
    let mut to = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\">\n\
         <title>{} console {} at {}</title>\n\
         <style>svg{{background:#10131c}}.glass{{fill:#0a0704;stroke:#3a3f4c;stroke-width:10}}\
         .p{{fill:#ff9a3c}}.v{{stroke:#ff9a3c;stroke-width:1.2}}\
         .c{{fill:#ff9a3c;font:{CHARACTER}px monospace;text-anchor:middle}}\
         .card{{fill:#aab0bd;font:15px monospace}}</style>\n",
        escaped(&card.site),
        card.console,
        card.at
    );
    let middle = GLASS + RIM;
    let _ = writeln!(
        to,
        "<clipPath id=\"tube\"><circle cx=\"{middle}\" cy=\"{middle}\" r=\"{GLASS}\"/></clipPath>\n\
         <circle class=\"glass\" cx=\"{middle}\" cy=\"{middle}\" r=\"{}\"/>\n\
         <g clip-path=\"url(#tube)\">",
        GLASS + 5.0
    );
    for painted in &picture.items {
        let (x, y) = (middle + painted.x * GLASS, middle - painted.y * GLASS);
        let opacity = glow(painted);
        let _ = match painted.mark {
            Mark::Point => writeln!(
                to,
                "<circle class=\"p\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"1.6\" opacity=\"{opacity:.2}\"/>"
            ),
            Mark::Vector(dx, dy) => writeln!(
                to,
                "<line class=\"v\" x1=\"{x:.1}\" y1=\"{y:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" \
                 opacity=\"{opacity:.2}\"/>",
                x + dx * GLASS,
                y - dy * GLASS
            ),
            Mark::Character(' ') => Ok(()),
            Mark::Character(character) => writeln!(
                to,
                "<text class=\"c\" x=\"{x:.1}\" y=\"{:.1}\" opacity=\"{opacity:.2}\">{}</text>",
                y + CHARACTER / 3.0,
                escaped(&character.to_string())
            ),
        };
    }
    let (cx, cy) = picture.centre;
    let _ = write!(
        to,
        "</g>\n<text class=\"card\" x=\"{RIM}\" y=\"{}\">{}: console {} ({}), {}</text>\n\
         <text class=\"card\" x=\"{RIM}\" y=\"{}\">{:.0} n.mi across, about {cx:.0} east and {cy:.0} \
         north of the sector's centre</text>\n</svg>\n",
        2.0 * middle + 8.0,
        escaped(&card.site),
        card.console,
        escaped(&card.name),
        card.at,
        2.0 * middle + 30.0,
        2.0 * picture.half_width,
    );
    to
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(mark: Mark, age: u8, bright: bool) -> Painted {
        Painted {
            x: 0.5,
            y: 0.25,
            mark,
            bright,
            age,
            category: 4,
        }
    }

    fn card() -> Card {
        Card {
            site: "test & try".into(),
            console: 3,
            name: "identification".into(),
            at: Instant(90_000_000_000),
        }
    }

    #[test]
    fn a_picture_holds_what_is_painted_and_nothing_else() {
        let picture = Picture {
            centre: (0.0, 0.0),
            half_width: 256.0,
            items: vec![
                painted(Mark::Point, 7, false),
                painted(Mark::Character('<'), 0, true),
                painted(Mark::Character(' '), 0, true),
                painted(Mark::Vector(0.1, 0.0), 0, false),
            ],
        };
        let svg = svg(&picture, &card());
        assert_eq!(svg.matches("class=\"p\"").count(), 1);
        assert_eq!(svg.matches("class=\"c\"").count(), 1);
        assert_eq!(svg.matches("class=\"v\"").count(), 1);
        // East is right and north is up.
        assert!(svg.contains("cx=\"744.0\" cy=\"384.0\""), "{svg}");
        assert!(svg.contains(">&lt;</text>") && svg.contains("test &amp; try: console 3"));
        assert!(svg.contains("512 n.mi across"));
    }

    #[test]
    fn older_scans_are_dimmer() {
        let of = |age, bright| glow(&painted(Mark::Point, age, bright));
        assert!(of(0, true) > of(0, false) && of(0, false) > of(3, false));
        assert!(of(7, false) > 0.1);
    }
}
