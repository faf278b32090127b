//! What can be wrong with a high-speed line between the centre and its interchanges.
//!
//! A digger, a thunderstorm, a repeater in a loop of its own: for a while one or both directions of
//! one line have a [`Trouble`]. It begins to count when it hits its first transmission (a cut: at
//! once), and is over so long after; until then it waits on the line. What each does stands in
//! `device::link`.
//!
//! All kinds are inside the failure model. Of noise only what the check character tells is: a
//! transmission whose wrong bits pass the check is marked by a record of its own
//! (`LineUndetectedError`) and puts the run outside.

use clock::Span;
use clock::time::span_text;
use device::line::Direction;
pub use device::link::Trouble;
use device::link::{Effect, Hit};
use serde::{Deserialize, Serialize};

/// Which direction of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    /// Both.
    #[default]
    Both,
    /// From the centre.
    Down,
    /// To the centre.
    Up,
}

impl Way {
    /// The directions it names.
    pub fn directions(self) -> &'static [Direction] {
        match self {
            Way::Both => &[Direction::Down, Direction::Up],
            Way::Down => &[Direction::Down],
            Way::Up => &[Direction::Up],
        }
    }
}

/// A trouble on a line for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineFault {
    /// Number of the line.
    pub line: u8,
    /// One-way or two-way.
    pub way: Way,
    /// How long after its first hit it lasts.
    #[serde(with = "span_text")]
    pub r#for: Span,
    /// What is wrong.
    pub trouble: Trouble,
    /// Seed of its chances.
    pub seed: u64,
}

impl LineFault {
    /// Name of the kind.
    pub fn name(&self) -> &'static str {
        match self.trouble {
            Trouble::Cut => "Line(Cut)",
            Trouble::Loss { .. } => "Line(Loss)",
            Trouble::Noise { .. } => "Line(Noise)",
            Trouble::Bursts { .. } => "Line(Bursts)",
            Trouble::Duplicate { .. } => "Line(Duplicate)",
            Trouble::Reorder { .. } => "Line(Reorder)",
            Trouble::Delay { .. } => "Line(Delay)",
            Trouble::Jitter { .. } => "Line(Jitter)",
        }
    }
}

impl std::fmt::Display for LineFault {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let way = match self.way {
            Way::Both => "",
            Way::Down => " from the centre",
            Way::Up => " to the centre",
        };
        let line = format!("line {}{way}", self.line);
        match self.trouble {
            Trouble::Cut => write!(to, "{line} cut"),
            Trouble::Loss { one_in } => write!(to, "{line} loses one transmission in {one_in}"),
            Trouble::Noise { one_bit_in } => write!(to, "{line} noisy: one bit in {one_bit_in}"),
            Trouble::Bursts {
                one_bit_in,
                mean_bits,
            } => write!(
                to,
                "{line} noisy: a burst of {mean_bits} bits at one bit in {one_bit_in}"
            ),
            Trouble::Duplicate { one_in } => {
                write!(to, "{line} repeats one transmission in {one_in}")
            }
            Trouble::Reorder { one_in, by } => {
                write!(
                    to,
                    "{line} holds one transmission in {one_in} back for {}",
                    by.told()
                )
            }
            Trouble::Delay { one_in, by } => {
                write!(
                    to,
                    "{line} delays one transmission in {one_in} by {}",
                    by.told()
                )
            }
            Trouble::Jitter { up_to } => write!(to, "{line} late by up to {}", up_to.told()),
        }?;
        write!(to, ", for {}", self.r#for.told())
    }
}

/// A trouble on a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct AtWork {
    number: u32,
    fault: LineFault,
    /// It has hit something.
    fired: bool,
}

/// The troubles of a site's lines, by the numbers that hits name them with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineFaults {
    at_work: Vec<AtWork>,
    /// Number of the next.
    next: u32,
}

impl LineFaults {
    /// A trouble comes to a line; its number.
    pub fn begin(&mut self, fault: LineFault) -> u32 {
        let number = self.next;
        self.next += 1;
        self.at_work.push(AtWork {
            number,
            fault,
            fired: false,
        });
        number
    }

    /// A trouble has hit something: the fault, if it is the first time.
    pub fn fires(&mut self, number: u32) -> Option<LineFault> {
        let mut all = self.at_work.iter_mut();
        let one = all.find(|one| one.number == number && !one.fired)?;
        one.fired = true;
        Some(one.fault)
    }

    /// A trouble is over: the fault.
    pub fn over(&mut self, number: u32) -> Option<LineFault> {
        let place = self.at_work.iter().position(|one| one.number == number)?;
        Some(self.at_work.remove(place).fault)
    }
}

/// What a hit did, in words.
pub fn hit_text(line: u8, direction: Direction, hit: &Hit) -> String {
    let way = match direction {
        Direction::Down => "from the centre",
        Direction::Up => "to the centre",
    };
    let what = match hit.effect {
        Effect::Lost => "lost".to_string(),
        Effect::Torn => "torn".to_string(),
        Effect::Wrong { bits } => format!("{bits} bits wrong"),
        Effect::Repeated => "repeated".to_string(),
        Effect::Late { by } => format!("late by {}", by.told()),
        Effect::Overtaken => "overtaken".to_string(),
    };
    format!(
        "line {line}, a transmission {way} at {:#}: {what}",
        hit.start
    )
}
