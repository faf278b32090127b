//! A direction center: two AN/FSQ-7s, the radars that look for them, the consoles that show what
//! they make of it, and the weapons they send.
//!
//! From 1958 on each of some twenty blockhouses watched a sector of about 100,000 square miles.
//! Radar sites sent what they saw over telephone lines to the drums of the computer; its program
//! made tracks of it; officers at consoles decided with light guns; orders went to pilots by radio.
//! The second computer followed and took over.
//!
//! | file | thing |
//! |---|---|
//! | `description` | what a site file says |
//! | `deck` | the site as cards for the program |
//! | `plane` | the sector plane |
//! | `air` | what really flies; `air/weapon` interceptors and missiles |
//! | `antenna`, `radar`, `gap_filler` | who sees it |
//! | `line` | telephone lines |
//! | `message` | bit layouts on the drums |
//! | `neighbour` | the centers beside this one |
//! | `console` | situation displays and light guns |
//! | `computer` | one of the pair: AN/FSQ-7, power |
//! | `switch` | the duplex switch |
//! | `engine` | time: who acts next, in one total order |
//! | `record` | what is written down |
//!
//! Nothing here knows what the program does. Source, with evidence marks: `sites/sage-boston/SOURCES.md`.

pub mod air;
pub mod antenna;
pub mod computer;
pub mod console;
mod deck;
pub mod description;
pub mod engine;
pub mod gap_filler;
pub mod line;
pub mod message;
pub mod neighbour;
pub mod plane;
pub mod radar;
pub mod record;
pub mod switch;

pub use description::CenterDescription;
pub use engine::{Action, Center};
