//! The orders still possible, carried along as operations begin and end.

use std::collections::BTreeSet;

use clock::Instant;
use serde::{Deserialize, Serialize};

use super::{Deed, Id, Outcome};

/// More orders than this are not followed: the flight is no longer judged.
const ORDERS_MAX: usize = 20_000;
/// Nor more unanswered operations: nearly everything could then be explained.
const UNANSWERED_MAX: u16 = 12;

/// Seats that may be left, least and most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// At least.
    pub least: i32,
    /// At most.
    pub most: i32,
}

impl Range {
    /// Exactly so many.
    pub fn exactly(seats: i32) -> Range {
        Range {
            least: seats,
            most: seats,
        }
    }

    /// Nothing is known.
    pub const ANY: Range = Range {
        least: 0,
        most: i32::MAX,
    };

    /// Both together.
    pub fn or(self, other: Range) -> Range {
        Range {
            least: self.least.min(other.least),
            most: self.most.max(other.most),
        }
    }
}

/// One way in which things may have gone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Order {
    /// Seats left.
    free: i32,
    /// Open operations that have happened, sorted.
    happened: Vec<Id>,
    /// Unanswered operations that have happened, as in [`Orders::unanswered`].
    unanswered: Vec<u16>,
}

/// An operation entered and not yet ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Open {
    pub id: Id,
    pub begun: Instant,
    pub deed: Deed,
    /// It was done, refused, or nobody is told.
    pub outcome: Outcome,
}

impl Open {
    /// For a refusal the seats that were left.
    fn refused(&self) -> Option<i32> {
        match self.outcome {
            Outcome::Refused { left } => Some(i32::from(left)),
            _ => None,
        }
    }
}

/// There is none any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stuck {
    /// No order explains the answers.
    NoOrder,
    /// There are too many orders to follow.
    TooMany,
}

/// All orders still possible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Orders {
    orders: Vec<Order>,
    pub open: Vec<Open>,
    /// Unanswered operations by their change: how many there are.
    unanswered: Vec<(i32, u16)>,
}

impl Orders {
    /// So many seats are left, and nothing is on its way.
    pub fn new(free: i32) -> Orders {
        Orders {
            orders: vec![Order {
                free,
                happened: Vec::new(),
                unanswered: Vec::new(),
            }],
            open: Vec::new(),
            unanswered: Vec::new(),
        }
    }

    /// Nothing is open.
    pub fn is_quiet(&self) -> bool {
        self.open.is_empty()
    }

    /// The seats left if that is all there is to know: nothing on its way, nothing unanswered.
    pub fn certain(&self) -> Option<i32> {
        match &self.orders[..] {
            [one] if self.open.is_empty() && self.unanswered.is_empty() => Some(one.free),
            _ => None,
        }
    }

    /// Seats that may be left now.
    pub fn range(&self) -> Range {
        let ranges = self.orders.iter().map(|order| self.reach(order));
        ranges.reduce(Range::or).unwrap_or(Range::ANY)
    }

    /// What an order may come to by what is still on its way.
    fn reach(&self, order: &Order) -> Range {
        let mut range = Range::exactly(order.free);
        let mut count = |change: i32, times: i32| match change < 0 {
            true => range.least += change * times,
            false => range.most += change * times,
        };
        for open in self.open.iter().filter(|open| open.refused().is_none()) {
            if order.happened.binary_search(&open.id).is_err() {
                count(open.deed.change(), 1);
            }
        }
        for (class, &(change, all)) in self.unanswered.iter().enumerate() {
            count(change, i32::from(all - order.used(class)));
        }
        range.least = range.least.max(0);
        range
    }

    /// An operation begins, of which the outcome is known.
    pub fn begin(&mut self, open: Open) -> Result<(), Stuck> {
        match open.outcome {
            Outcome::NotDone => return Ok(()),
            Outcome::Unanswered => return self.may_have_happened(open.deed.change()),
            Outcome::Done | Outcome::Refused { .. } | Outcome::Untold => self.open.push(open),
        }
        for order in &mut self.orders {
            order.look(&self.open);
        }
        Ok(())
    }

    fn may_have_happened(&mut self, change: i32) -> Result<(), Stuck> {
        match self.unanswered.iter_mut().find(|one| one.0 == change) {
            Some(class) => class.1 += 1,
            None => self.unanswered.push((change, 1)),
        }
        let all: u16 = self.unanswered.iter().map(|class| class.1).sum();
        match all > UNANSWERED_MAX {
            true => Err(Stuck::TooMany),
            false => Ok(()),
        }
    }

    /// An operation ends: in every order it must have happened by now, unless nobody is told.
    pub fn end(&mut self, id: Id) -> Result<(), Stuck> {
        let Some(at) = self.open.iter().position(|open| open.id == id) else {
            return Ok(());
        };
        let ended = self.open[at];
        let mut tried = BTreeSet::new();
        let mut to_try = std::mem::take(&mut self.orders);
        let mut reached: Vec<Order> = Vec::new();
        while let Some(order) = to_try.pop() {
            if order.happened.binary_search(&id).is_ok() {
                reached.push(order);
                continue;
            }
            if ended.outcome == Outcome::Untold && !tried.contains(&order) {
                reached.push(order.clone());
            }
            if ended.refused().is_none()
                && let Some(after) = order.after(&ended, &self.open)
            {
                reached.push(after);
                if !self.may_show(&order) {
                    continue;
                }
            }
            for next in self.continued(&order, id) {
                if tried.insert(next.clone()) {
                    to_try.push(next);
                }
            }
            if tried.len() + reached.len() > ORDERS_MAX {
                return Err(Stuck::TooMany);
            }
        }
        self.open.remove(at);
        for order in &mut reached {
            order.happened.retain(|&other| other != id);
        }
        self.orders = self.least(reached);
        match self.orders.is_empty() {
            true => Err(Stuck::NoOrder),
            false => Ok(()),
        }
    }

    /// May some refusal find its count only if more happens than must?
    fn may_show(&self, order: &Order) -> bool {
        let mut refusals = self.open.iter().filter_map(|o| Some((o.id, o.refused()?)));
        refusals.any(|(id, left)| {
            let range = self.reach(order);
            (range.least..=range.most).contains(&left) && order.happened.binary_search(&id).is_err()
        })
    }

    /// The order continued by one more operation, in every way there is.
    fn continued(&self, order: &Order, but: Id) -> Vec<Order> {
        let open = self.open.iter().filter(|open| open.id != but);
        let open = open.filter(|open| open.refused().is_none());
        let open = open.filter(|open| order.happened.binary_search(&open.id).is_err());
        let mut all: Vec<Order> = open.filter_map(|o| order.after(o, &self.open)).collect();
        for (class, &(change, count)) in self.unanswered.iter().enumerate() {
            if order.used(class) < count && order.free + change >= 0 {
                let mut next = order.clone();
                next.free += change;
                if next.unanswered.len() <= class {
                    next.unanswered.resize(class + 1, 0);
                }
                next.unanswered[class] += 1;
                next.look(&self.open);
                all.push(next);
            }
        }
        all
    }

    /// Without the orders that can do nothing which another cannot.
    fn least(&self, mut orders: Vec<Order>) -> Vec<Order> {
        orders.sort_by_key(|order| order.happened.len());
        let mut kept: Vec<Order> = Vec::new();
        for order in orders {
            if !kept.iter().any(|least| self.serves_for(least, &order)) {
                kept.retain(|other| !self.serves_for(&order, other));
                kept.push(order);
            }
        }
        kept
    }

    /// From `a` one comes to `b`: what happened only in `b` is still to come, the seats given back
    /// before those sold, and every refusal that `b` has explained `a` has explained.
    fn serves_for(&self, a: &Order, b: &Order) -> bool {
        let happened = |order: &Order, id| i32::from(order.happened.binary_search(&id).is_ok());
        let of_open = |open: &Open| match open.refused() {
            None => open.deed.change() * (happened(b, open.id) - happened(a, open.id)),
            Some(_) => 0,
        };
        let of_unanswered = |(class, &(change, _)): (usize, &(i32, u16))| {
            change * (i32::from(b.used(class)) - i32::from(a.used(class)))
        };
        let open: i32 = self.open.iter().map(of_open).sum();
        let unanswered: i32 = self.unanswered.iter().enumerate().map(of_unanswered).sum();
        if a.free + open + unanswered != b.free {
            return false;
        }
        let classes = 0..self.unanswered.len();
        classes
            .into_iter()
            .all(|class| a.used(class) <= b.used(class))
            && self.open.iter().all(|open| {
                let in_a = a.happened.binary_search(&open.id).is_ok();
                let in_b = b.happened.binary_search(&open.id).is_ok();
                match open.refused().is_some() {
                    true => in_a || !in_b,
                    false => in_b || !in_a,
                }
            })
    }
}

impl Order {
    fn used(&self, class: usize) -> u16 {
        self.unanswered.get(class).copied().unwrap_or(0)
    }

    /// The order with an operation added; `None` if seats are wanting.
    fn after(&self, operation: &Open, open: &[Open]) -> Option<Order> {
        let free = self.free + operation.deed.change();
        if free < 0 {
            return None;
        }
        let mut next = self.clone();
        next.free = free;
        next.happens(operation.id);
        next.look(open);
        Some(next)
    }

    fn happens(&mut self, id: Id) {
        if let Err(place) = self.happened.binary_search(&id) {
            self.happened.insert(place, id);
        }
    }

    /// Refusals that find their count happen now.
    fn look(&mut self, open: &[Open]) {
        for one in open {
            let asked = -one.deed.change();
            if one.refused() == Some(self.free) && self.free < asked {
                self.happens(one.id);
            }
        }
    }
}
