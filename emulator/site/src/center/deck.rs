//! The site's data for the program: cards made from the site file, one table an item.
//!
//! The historical program was one for all centers; what told them apart were tables of adaptation,
//! punched for each site. Here they are cards of the assembler that fill the tables which the
//! program's compool describes; a deck of them stands right after the compool.
//!
//! | item | entry | word |
//! |---|---|---|
//! | `SECLET` | 0 | right: letter of the sector, character code |
//! | `RADCH` | radar | right: channel |
//! | `RADPOS` | radar | position |
//! | `RADNOR` | radar | both: north correction, 2^-15 of half a circle |
//! | `RADHT2` | radar | left: 256 h^2, h the usual height above the radar, n.mi |

use std::fmt::Write;

use word::twin::Half;

use super::description::CenterDescription;
use super::message::position;
use super::plane::FEET;

/// Left and right half of an entry.
type Entry = (i32, i32);

impl CenterDescription {
    /// The cards.
    pub fn data_deck(&self) -> String {
        let plane = self.plane();
        let letter = self.letter.chars().next().and_then(word::bcd::from_char);
        let mut deck = format!(
            "*      SITE DATA of {}, made from its description\n",
            self.name
        );
        table(&mut deck, "SECLET", &[(0, i32::from(letter.unwrap_or(0)))]);
        let radars = self.radars.iter();
        let channels = radars.clone().map(|radar| (0, i32::from(radar.channel)));
        table(&mut deck, "RADCH", &channels.collect::<Vec<_>>());
        let places = radars.clone().map(|radar| {
            let (x, y) = plane.project(radar.place);
            (position(x).value(), position(y).value())
        });
        table(&mut deck, "RADPOS", &places.collect::<Vec<_>>());
        let norths = radars.clone().map(|radar| {
            let north = plane.north_correction(radar.place) / std::f64::consts::PI;
            let units = libm::round(north * 32_768.0) as i32;
            (units, units)
        });
        table(&mut deck, "RADNOR", &norths.collect::<Vec<_>>());
        let heights = radars.map(|radar| {
            let above = (self.default_height_ft - radar.height_ft).max(0.0) / FEET;
            (libm::round(256.0 * above * above).min(32_767.0) as i32, 0)
        });
        table(&mut deck, "RADHT2", &heights.collect::<Vec<_>>());
        deck
    }
}

/// The cards of an item, from its first entry on.
fn table(deck: &mut String, item: &str, entries: &[Entry]) {
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(deck, "       ORG     {item}");
    for (left, right) in entries {
        let fits = |value: &i32| Half::from_value(*value).is_some();
        debug_assert!(fits(left) && fits(right), "{item} of {left}, {right}");
        let _ = writeln!(deck, "       HALF    {left},{right}");
    }
}
