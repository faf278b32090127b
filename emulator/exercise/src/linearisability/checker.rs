//! Hears what begins and ends at one flight, date and class.

use std::collections::VecDeque;

use clock::Instant;
use serde::{Deserialize, Serialize};

use super::orders::{Open, Orders, Range, Stuck};
use super::{Deed, Failure, Id, Outcome};

/// So many events are kept to explain a failure with; then the window begins anew.
const WINDOW_MAX: usize = 400;

/// An operation begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// It was entered.
    Begin(Deed),
    /// It was answered, or it is known that it never will be.
    End(Outcome),
}

/// Something that happened at the terminals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When. Never before the event before.
    pub at: Instant,
    /// Which operation.
    pub id: Id,
    /// What.
    pub step: Step,
}

/// An event whose operation's outcome is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    pub at: Instant,
    pub id: Id,
    /// What begins; nothing: it ends.
    pub begins: Option<(Deed, Outcome)>,
}

/// An event that waits until what begins before it is known to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Waiting {
    event: Event,
    outcome: Option<Outcome>,
}

/// The seats of one flight, date and class: hears [`Event`]s in order of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checker {
    orders: Orders,
    waiting: VecDeque<Waiting>,
    /// Where the window began, and what happened since.
    window_orders: Orders,
    window: Vec<Known>,
    /// Too many orders: nothing is said any more.
    given_up: bool,
}

impl Checker {
    /// So many seats are left, and nothing is on its way.
    pub fn new(free: i32) -> Checker {
        Checker {
            orders: Orders::new(free),
            waiting: VecDeque::new(),
            window_orders: Orders::new(free),
            window: Vec::new(),
            given_up: false,
        }
    }

    /// The seats left if nothing else has to be remembered: the checker can be thrown away.
    pub fn certain(&self) -> Option<i32> {
        let quiet = self.waiting.is_empty() && !self.given_up;
        quiet.then(|| self.orders.certain()).flatten()
    }

    /// It could not be followed: nothing is said of it any more.
    pub fn given_up(&self) -> bool {
        self.given_up
    }

    /// Seats that may be left now.
    pub fn range(&self) -> Range {
        if self.given_up {
            return Range::ANY;
        }
        let mut range = self.orders.range();
        for waiting in &self.waiting {
            let Step::Begin(deed) = waiting.event.step else {
                continue;
            };
            match deed {
                Deed::Sell(seats) => range.least = (range.least - i32::from(seats)).max(0),
                Deed::Back(seats) => range.most += i32::from(seats),
            }
        }
        range
    }

    /// Something begins or ends. The first failure is told; after it nothing is said any more.
    pub fn hear(&mut self, event: Event) -> Result<(), Box<Failure>> {
        if self.given_up {
            return Ok(());
        }
        if let Step::End(outcome) = event.step {
            let mut begun = self.waiting.iter_mut();
            let begun =
                begun.find(|w| w.event.id == event.id && matches!(w.event.step, Step::Begin(_)));
            match begun {
                Some(begun) if begun.outcome.is_none() => begun.outcome = Some(outcome),
                _ => return Ok(()),
            }
        }
        self.waiting.push_back(Waiting {
            event,
            outcome: None,
        });
        while let Some(known) = self.next_known() {
            self.waiting.pop_front();
            self.go_on(known)?;
        }
        Ok(())
    }

    /// Nobody looks on any more: what is open has not been answered.
    pub fn close(&mut self, at: Instant) -> Result<(), Box<Failure>> {
        let open = |w: &Waiting| w.outcome.is_none() && matches!(w.event.step, Step::Begin(_));
        while let Some(waiting) = self.waiting.iter().find(|w| open(w)) {
            let id = waiting.event.id;
            let step = Step::End(Outcome::Unanswered);
            self.hear(Event { at, id, step })?;
        }
        Ok(())
    }

    /// The oldest event, if it can be judged now.
    fn next_known(&self) -> Option<Known> {
        let waiting = self.waiting.front()?;
        let begins = match waiting.event.step {
            Step::Begin(deed) => Some((deed, waiting.outcome?)),
            Step::End(_) => None,
        };
        let Event { at, id, .. } = waiting.event;
        Some(Known { at, id, begins })
    }

    fn go_on(&mut self, known: Known) -> Result<(), Box<Failure>> {
        if self.orders.is_quiet() || self.window.len() >= WINDOW_MAX {
            self.window_orders.clone_from(&self.orders);
            self.window.clear();
        }
        self.window.push(known);
        match known.go_on(&mut self.orders) {
            Ok(()) => Ok(()),
            Err(stuck) => {
                self.given_up = true;
                self.waiting.clear();
                let window = std::mem::take(&mut self.window);
                match stuck {
                    Stuck::TooMany => Ok(()),
                    Stuck::NoOrder => Err(Box::new(Failure::of(&self.window_orders, window))),
                }
            }
        }
    }
}

impl Known {
    pub fn go_on(self, orders: &mut Orders) -> Result<(), Stuck> {
        match self.begins {
            Some((deed, outcome)) => orders.begin(Open {
                id: self.id,
                begun: self.at,
                deed,
                outcome,
            }),
            None => orders.end(self.id),
        }
    }
}
