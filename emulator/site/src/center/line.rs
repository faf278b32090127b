//! The telephone lines of a direction center: each a link either way.
//!
//! Radar data came over leased lines of voice grade at 1,300 bits a second, each site on two by
//! different ways. Source: rate documented, alternates recalled. Assumed: the modems take 10 ms, a
//! hundred miles 1 ms; what comes the other way (requests, orders) uses the same pair.

use clock::Span;
use device::link::{Link, LinkOptions};
use serde::{Deserialize, Serialize};

use super::description::{CenterDescription, End};
use super::gap_filler;
use super::message::REPORT_BITS;
use crate::record::Direction;

/// Bits a second of a data line.
pub const BIT_RATE: u32 = 1_300;

/// A line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// What hangs on it.
    pub end: End,
    /// To the center.
    pub up: Link,
    /// From the center.
    pub down: Link,
}

impl Line {
    /// One direction of it.
    pub fn link(&mut self, direction: Direction) -> &mut Link {
        match direction {
            Direction::Up => &mut self.up,
            Direction::Down => &mut self.down,
        }
    }

    /// Whether nothing passes to the center.
    pub fn is_silent(&self) -> bool {
        self.up.is_cut()
    }
}

/// The lines of a center.
pub fn lines(description: &CenterDescription) -> Vec<Line> {
    let plane = description.plane();
    let (bx, by) = plane.project(description.building);
    let ends = description.ends().into_iter();
    let line = |end: End| {
        let (place, rate, queue) = match end {
            End::Radar { radar, alternate } => {
                let radar = &description.radars[usize::from(radar)];
                let queue = u64::from(radar.performance.queue) * REPORT_BITS;
                (Some((radar.place, alternate)), BIT_RATE, queue)
            }
            End::GapFiller(n) => {
                let place = description.gap_fillers[usize::from(n)].place;
                (Some((place, false)), gap_filler::BIT_RATE, 8_000)
            }
            End::Neighbour(n) => {
                let place = description.neighbours[usize::from(n)].building;
                (Some((place, false)), BIT_RATE, 13_000)
            }
            End::Base(n) => {
                let place = description.bases[usize::from(n)].place;
                (Some((place, false)), BIT_RATE, 13_000)
            }
            End::DataLink => (None, BIT_RATE, 13_000),
        };
        let miles = place.map_or(0.0, |(place, other_way)| {
            let (x, y) = plane.project(place);
            let straight = libm::sqrt((x - bx) * (x - bx) + (y - by) * (y - by));
            // The other way is half as long again.
            straight * if other_way { 1.5 } else { 1.0 }
        });
        let options = LinkOptions {
            bits_per_second: rate,
            character_bits: 1,
            frame_bits: 0,
            propagation: Span::from_micros(10_000 + (miles * 10.0) as u64),
            turn_round: Span::ZERO,
            queue_bits_max: queue,
        };
        Line {
            end,
            up: Link::new(options),
            down: Link::new(LinkOptions {
                bits_per_second: BIT_RATE,
                queue_bits_max: 13_000,
                ..options
            }),
        }
    };
    ends.map(line).collect()
}
