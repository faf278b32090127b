//! A link: one direction of any line, as time and trouble.
//!
//! A telephone line of 1960 gave each bit its time, each mile its delay, and its subscribers much
//! else: clicks of the exchange's relays a few bits long, crosstalk, a repeater that went back to
//! the spare and repeated what it had sent, a digger. This is the arithmetic of it, the same for the
//! high-speed lines of a site and for any other link. What a frame says and who waits for it is its
//! owner's; a link only tells when it arrives, whether, how often, and which bits are wrong.
//!
//! ```text
//! handed over   first bit leaves      last bit leaves        last bit arrives
//!     |-- queue ------|------ bits / rate ----|-- propagation (+ late) ---|
//! ```
//!
//! | trouble | what it does to a frame | hits |
//! |---|---|---|
//! | `Cut` | it never arrives (one link: one-way partition; both of a line: two-way) | every frame |
//! | `Loss` | it never arrives | one frame in N |
//! | `Noise` | single bits are wrong, each independently | one bit in N |
//! | `Bursts` | a run of bits, every other one wrong on average, the first always | a run begins at one bit in N |
//! | `Duplicate` | a second copy arrives behind it | one frame in N |
//! | `Reorder` | it is held back; those sent meanwhile pass it | one frame in N |
//! | `Delay` | it is late | one frame in N |
//! | `Jitter` | it is late by chance; none passes another | every frame |
//!
//! Jitter and delay only add: a frame never arrives before its last bit has had its time and the
//! propagation (the look-ahead of a scheduler). Instead of a draw for each frame or bit the number
//! of those spared until the next hit is drawn (geometric): the same chances, and a quiet link costs
//! nothing. Each trouble draws from a stream of its own.
//!
//! *Assumed*: noise strikes only bits that are there, a burst going on in the next frame; a copy
//! begins to arrive when the first has wholly arrived, and neither takes the line from another.

use clock::time::span_text;
use clock::{Instant, Span, Stream, periodic};
use serde::{Deserialize, Serialize};

/// What a link is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkOptions {
    /// Bits per second, at least 1.
    pub bits_per_second: u32,
    /// Bits of one character on the link, start and stop bits included.
    pub character_bits: u32,
    /// Further bits of each frame: flags, synchronising group, check.
    pub frame_bits: u32,
    /// From one end to the other.
    pub propagation: Span,
    /// From the last bit heard to the first bit of a reply.
    pub turn_round: Span,
    /// Bits that may wait for those before them; a frame above it is refused.
    pub queue_bits_max: u64,
}

impl LinkOptions {
    /// Bits of a frame of so many characters.
    pub fn bits(&self, characters: usize) -> u64 {
        characters as u64 * u64::from(self.character_bits) + u64::from(self.frame_bits)
    }

    /// When the last of `bits` that begin at `start` has left.
    pub fn left(&self, start: Instant, bits: u64) -> Instant {
        periodic(start, bits, u64::from(self.bits_per_second), 1)
    }
}

/// What can be wrong with a link. Chances are "one in N", N at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Trouble {
    /// Nothing passes.
    Cut,
    /// Frames vanish.
    Loss {
        /// One frame in so many.
        one_in: u32,
    },
    /// Independent bit errors.
    Noise {
        /// One bit in so many.
        one_bit_in: u32,
    },
    /// Bit errors in bursts.
    Bursts {
        /// A burst begins at one bit in so many.
        one_bit_in: u32,
        /// Mean length of a burst, at least 1.
        mean_bits: u32,
    },
    /// Frames arrive twice.
    Duplicate {
        /// One frame in so many.
        one_in: u32,
    },
    /// Frames are passed by later ones.
    Reorder {
        /// One frame in so many.
        one_in: u32,
        /// So long it is held back.
        #[serde(with = "span_text")]
        by: Span,
    },
    /// Frames are late.
    Delay {
        /// One frame in so many.
        one_in: u32,
        /// By so much.
        #[serde(with = "span_text")]
        by: Span,
    },
    /// Every frame is late by chance, in order.
    Jitter {
        /// Each span up to this is equally likely.
        #[serde(with = "span_text")]
        up_to: Span,
    },
}

/// The longest a frame can be held back.
const LATE_MAX: Span = Span::from_secs(600);

impl Trouble {
    /// What is impossible about it: message and what was expected.
    pub fn mistake(&self) -> Option<(String, &'static str)> {
        let (chances, by) = match *self {
            Trouble::Cut => (vec![], None),
            Trouble::Loss { one_in } | Trouble::Duplicate { one_in } => (vec![one_in], None),
            Trouble::Noise { one_bit_in } => (vec![one_bit_in], None),
            Trouble::Bursts {
                one_bit_in,
                mean_bits,
            } => (vec![one_bit_in, mean_bits], None),
            Trouble::Reorder { one_in, by } | Trouble::Delay { one_in, by } => {
                (vec![one_in], Some(by))
            }
            Trouble::Jitter { up_to } => (vec![], Some(up_to)),
        };
        if chances.contains(&0) {
            return Some((
                "one in 0 is no chance, and no burst has 0 bits".to_owned(),
                "1 (always) or more",
            ));
        }
        let by = by.filter(|by| *by == Span::ZERO || *by > LATE_MAX)?;
        Some((
            format!("a frame cannot be late by {by}"),
            "more than 0 and at most 10m",
        ))
    }

    /// What decides which frame or bit is hit next: one in so many.
    fn one_in(&self) -> u32 {
        match *self {
            Trouble::Cut | Trouble::Jitter { .. } => 1,
            Trouble::Loss { one_in }
            | Trouble::Duplicate { one_in }
            | Trouble::Reorder { one_in, .. }
            | Trouble::Delay { one_in, .. } => one_in,
            Trouble::Noise { one_bit_in } | Trouble::Bursts { one_bit_in, .. } => one_bit_in,
        }
    }
}

/// What a trouble did to a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// It never arrives.
    Lost,
    /// It was on the way when the line was cut, and arrives in part or not at all.
    Torn,
    /// So many of its bits are wrong.
    Wrong {
        /// How many.
        bits: u32,
    },
    /// A copy of it follows.
    Repeated,
    /// It is late.
    Late {
        /// By so much.
        by: Span,
    },
    /// A later one arrives before it.
    Overtaken,
}

/// A frame was hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// Number of the trouble, as it was given.
    pub trouble: u32,
    /// When the frame's first bit leaves.
    pub start: Instant,
    /// What happened to it.
    pub effect: Effect,
}

/// A trouble at work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Active {
    number: u32,
    trouble: Trouble,
    chance: Stream,
    /// Frames or bits spared until the next hit.
    spared: u64,
    /// Bits left of the burst under way.
    burst: u64,
    /// Frames held back and not yet overtaken: when they leave and arrive.
    held: Vec<(Instant, Instant)>,
}

/// What a link has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkCount {
    /// Time in which bits were leaving.
    pub busy: Span,
    /// Frames begun.
    pub frames: u64,
    /// Bits sent.
    pub bits: u64,
    /// Frames refused for want of room in the queue.
    pub refused: u64,
    /// Times a trouble hit a frame.
    pub hits: u64,
}

/// What becomes of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Its first bit leaves.
    pub start: Instant,
    /// Its last bit has left.
    pub left: Instant,
    /// It never arrives.
    pub lost: bool,
    /// Beyond its time and the propagation.
    pub late: Span,
    /// A copy follows.
    pub repeated: bool,
    /// Which of its bits are wrong, from 0, rising.
    pub wrong: Vec<u64>,
}

impl Passage {
    /// When its last bit arrives, and that of its copy.
    pub fn arrivals(&self, options: &LinkOptions) -> [Option<Instant>; 2] {
        if self.lost {
            return [None, None];
        }
        let first = self.left + options.propagation + self.late;
        let copy = self.repeated.then(|| first + (self.left - self.start));
        [Some(first), copy]
    }
}

/// One direction of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What it is made of.
    pub options: LinkOptions,
    /// What it has done.
    pub count: LinkCount,
    /// The last bit of everything so far has left.
    free_at: Instant,
    /// The latest arrival of a frame that was not held back.
    in_order: Instant,
    troubles: Vec<Active>,
    hits: Vec<Hit>,
}

impl Link {
    /// A link at rest in good order.
    pub fn new(options: LinkOptions) -> Link {
        Link {
            options: LinkOptions {
                bits_per_second: options.bits_per_second.max(1),
                ..options
            },
            count: LinkCount::default(),
            free_at: Instant::ZERO,
            in_order: Instant::ZERO,
            troubles: Vec::new(),
            hits: Vec::new(),
        }
    }

    /// Puts a trouble on the link; `number` names it in hits, `chance` is its stream.
    pub fn trouble(&mut self, number: u32, trouble: Trouble, mut chance: Stream) {
        let spared = chance.failures(trouble.one_in());
        self.troubles.push(Active {
            number,
            trouble,
            chance,
            spared,
            burst: 0,
            held: Vec::new(),
        });
    }

    /// Takes a trouble away; frames sent before keep what it did to them.
    pub fn mend(&mut self, number: u32) {
        self.troubles.retain(|one| one.number != number);
    }

    /// Whether it is cut.
    pub fn is_cut(&self) -> bool {
        self.troubles.iter().any(|one| one.trouble == Trouble::Cut)
    }

    /// Frames hit since the last call.
    pub fn take_hits(&mut self) -> std::vec::Drain<'_, Hit> {
        self.hits.drain(..)
    }

    /// A frame was hit by what is not the link's own doing.
    pub fn hit(&mut self, trouble: u32, start: Instant, effect: Effect) {
        self.count.hits += 1;
        self.hits.push(Hit {
            trouble,
            start,
            effect,
        });
    }

    /// When the first bit of something handed over at `now` can leave.
    pub fn free_from(&self, now: Instant) -> Instant {
        self.free_at.max(now)
    }

    /// When the first bit of a reply to something heard at `now` can leave.
    pub fn reply_from(&self, now: Instant) -> Instant {
        self.free_from(now + self.options.turn_round)
    }

    /// The sender falls silent in the middle of a frame that began at `start`.
    pub fn silent(&mut self, start: Instant, now: Instant) {
        let rest = self.free_at.saturating_since(start.max(now));
        self.count.busy = self.count.busy.saturating_sub(rest);
        self.free_at = self.free_at.min(now);
    }

    /// Hands over a frame of so many bits. `None`: there is no room for it to wait.
    pub fn send(&mut self, now: Instant, bits: u64) -> Option<Passage> {
        let start = self.free_from(now);
        if start > now {
            let waiting = u128::from((start - now).0) * u128::from(self.options.bits_per_second);
            if waiting > u128::from(self.options.queue_bits_max) * 1_000_000_000 {
                self.count.refused += 1;
                return None;
            }
        }
        let left = self.options.left(start, bits);
        self.free_at = left;
        self.count.busy += left - start;
        self.count.frames += 1;
        self.count.bits += bits;
        let mut passage = Passage {
            start,
            left,
            lost: false,
            late: Span::ZERO,
            repeated: false,
            wrong: Vec::new(),
        };
        if !self.troubles.is_empty() {
            self.suffer(&mut passage, bits);
        }
        Some(passage)
    }

    fn suffer(&mut self, passage: &mut Passage, bits: u64) {
        let on_time = passage.left + self.options.propagation;
        let mut in_order = true;
        let before = self.hits.len();
        for one in &mut self.troubles {
            if passage.lost {
                break;
            }
            let trouble = one.trouble;
            let what = match trouble {
                Trouble::Noise { .. } => one.wrong(bits, 1, &mut passage.wrong),
                Trouble::Bursts { mean_bits, .. } => one.wrong(bits, mean_bits, &mut passage.wrong),
                _ if one.strikes() => match trouble {
                    Trouble::Cut | Trouble::Loss { .. } => {
                        passage.lost = true;
                        Some(Effect::Lost)
                    }
                    Trouble::Duplicate { .. } => {
                        passage.repeated = true;
                        Some(Effect::Repeated)
                    }
                    Trouble::Reorder { by, .. } => {
                        passage.late += by;
                        in_order = false;
                        one.held.push((passage.start, on_time + passage.late));
                        None
                    }
                    Trouble::Delay { by, .. } => {
                        passage.late += by;
                        in_order = false;
                        Some(Effect::Late { by })
                    }
                    Trouble::Jitter { up_to } => {
                        let by = Span(one.chance.below(up_to.0.max(1)) + 1);
                        let behind = self.in_order.saturating_since(on_time + passage.late);
                        passage.late += by.max(behind);
                        Some(Effect::Late { by })
                    }
                    Trouble::Noise { .. } | Trouble::Bursts { .. } => None,
                },
                _ => None,
            };
            if let Some(effect) = what {
                self.hits.push(Hit {
                    trouble: one.number,
                    start: passage.start,
                    effect,
                });
            }
        }
        let arrives = on_time + passage.late;
        if !passage.lost {
            if in_order {
                self.in_order = self.in_order.max(arrives);
            }
            for one in &mut self.troubles {
                let hits = &mut self.hits;
                one.held.retain(|&(start, held_until)| {
                    let overtaken = start < passage.start && arrives < held_until;
                    if overtaken {
                        hits.push(Hit {
                            trouble: one.number,
                            start,
                            effect: Effect::Overtaken,
                        });
                    }
                    !overtaken && held_until > passage.start
                });
            }
        }
        self.count.hits += (self.hits.len() - before) as u64;
    }
}

impl Active {
    /// Whether this frame is hit.
    fn strikes(&mut self) -> bool {
        let now = self.spared == 0;
        self.spared = match now {
            true => self.chance.failures(self.trouble.one_in()),
            false => self.spared - 1,
        };
        now
    }

    /// Adds the wrong ones among the next `bits` to `wrong`.
    fn wrong(&mut self, bits: u64, mean_bits: u32, wrong: &mut Vec<u64>) -> Option<Effect> {
        let (mut at, before) = (0, wrong.len());
        while at < bits {
            if self.burst == 0 {
                let quiet = self.spared.min(bits - at);
                self.spared -= quiet;
                at += quiet;
                if at == bits {
                    break;
                }
                wrong.push(at);
                at += 1;
                self.burst = self.chance.failures(mean_bits);
                self.spared = self.chance.failures(self.trouble.one_in());
            } else {
                if self.chance.next_u64() & 1 != 0 {
                    wrong.push(at);
                }
                at += 1;
                self.burst -= 1;
            }
        }
        let found = (wrong.len() - before) as u32;
        // Two troubles may hit one bit, which then is right again.
        wrong.sort_unstable();
        (found > 0).then_some(Effect::Wrong { bits: found })
    }
}

#[cfg(test)]
mod tests;
