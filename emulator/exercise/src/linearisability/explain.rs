//! A failure in words: the smallest window that cannot be ordered.
//!
//! A window begins when nothing is on its way and ends with the answer that no order explains. What
//! is not needed for that is left out: an operation is needed when, if it may but need not have
//! happened (or, for a refusal, if it is forgotten), there is an order again.

use std::fmt;

use clock::Instant;

use super::checker::Known;
use super::orders::{Orders, Range, Stuck};
use super::{Deed, Id, Outcome};

/// An operation of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Which.
    pub id: Id,
    /// When it was entered; before the window if it was on its way then.
    pub begun: Instant,
    /// When it was answered, if it was before the window's end.
    pub ended: Option<Instant>,
    /// What was asked.
    pub deed: Deed,
    /// What came of it.
    pub outcome: Outcome,
}

/// Answers that no order explains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// When the window begins.
    pub from: Instant,
    /// When the last of them was answered.
    pub until: Instant,
    /// Seats that were left at its begin.
    pub left: Range,
    /// The operations that cannot be ordered, as they were entered.
    pub operations: Vec<Operation>,
    /// How many others there were meanwhile, which change nothing in this.
    pub others: usize,
}

impl Failure {
    /// What failed: `window` goes on from `orders`, and its last event has no order.
    pub(super) fn of(orders: &Orders, mut window: Vec<Known>) -> Failure {
        let all = operations(orders, &window);
        let last = window.last().map(|known| known.id);
        for operation in all.iter().filter(|one| Some(one.id) != last) {
            let without = loosened(&window, operation.id);
            if !can_be_ordered(orders, &without) {
                window = without;
            }
        }
        let mut needed = operations(orders, &window);
        needed.retain(|one| matches!(one.outcome, Outcome::Done | Outcome::Refused { .. }));
        let first = needed.first().map(|one| one.begun);
        Failure {
            from: first.unwrap_or(Instant::ZERO),
            until: window.last().map_or(Instant::ZERO, |known| known.at),
            left: orders.range(),
            others: all.len() - needed.len(),
            operations: needed,
        }
    }
}

/// The window if one operation need not have happened.
fn loosened(window: &[Known], id: Id) -> Vec<Known> {
    let loose = |known: &Known| {
        let mut known = *known;
        if let (true, Some((_, outcome))) = (known.id == id, &mut known.begins) {
            *outcome = match outcome {
                Outcome::Refused { .. } | Outcome::NotDone => Outcome::NotDone,
                Outcome::Done | Outcome::Unanswered | Outcome::Untold => Outcome::Unanswered,
            };
        }
        known
    };
    window.iter().map(loose).collect()
}

/// There is an order, or there are too many to know.
fn can_be_ordered(orders: &Orders, window: &[Known]) -> bool {
    let mut orders = orders.clone();
    let stuck = window
        .iter()
        .find_map(|known| known.go_on(&mut orders).err());
    stuck != Some(Stuck::NoOrder)
}

/// All operations of a window, those on their way at its begin first.
fn operations(orders: &Orders, window: &[Known]) -> Vec<Operation> {
    let on_their_way = orders.open.iter().map(|open| Operation {
        id: open.id,
        begun: open.begun,
        ended: None,
        deed: open.deed,
        outcome: open.outcome,
    });
    let mut all: Vec<Operation> = on_their_way.collect();
    for known in window {
        match known.begins {
            Some((deed, outcome)) => all.push(Operation {
                id: known.id,
                begun: known.at,
                ended: None,
                deed,
                outcome,
            }),
            None => {
                if let Some(one) = all.iter_mut().find(|one| one.id == known.id) {
                    one.ended = Some(known.at);
                }
            }
        }
    }
    all
}

fn seats(count: impl fmt::Display) -> String {
    let count = count.to_string();
    let plural = if count == "1" { "" } else { "s" };
    format!("{count} seat{plural}")
}

impl fmt::Display for Range {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (least, most) if least == most => to.write_str(&seats(least)),
            (least, i32::MAX) => write!(to, "{} or more", seats(least)),
            (least, most) => write!(to, "{least} to {most} seats"),
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Id { set, serial, .. } = self.id;
        let what = match (self.deed, self.outcome) {
            (Deed::Sell(n), Outcome::Refused { left }) => {
                format!("was refused {}, with {left} left", seats(n))
            }
            (Deed::Sell(n), _) => format!("sold {}", seats(n)),
            (Deed::Back(n), _) => format!("gave back {}", seats(n)),
        };
        write!(
            to,
            "set {set} (serial {serial}) {what}, entered {}",
            self.begun
        )?;
        match self.ended {
            Some(ended) => write!(to, ", answered {ended}"),
            None => write!(to, ", not yet answered"),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            to,
            "from {} to {}, {} left at first: ",
            self.from, self.until, self.left
        )?;
        let all: Vec<String> = self.operations.iter().map(Operation::to_string).collect();
        write!(to, "{}. There is no order", all.join("; "))?;
        match self.operations.len() {
            0 | 1 => write!(to, " in which this can be")?,
            _ => write!(to, " in which all of these can be")?,
        }
        match self.others {
            0 => Ok(()),
            1 => write!(to, ", whatever the one other at that time did"),
            others => write!(to, ", whatever the {others} others at that time did"),
        }
    }
}
