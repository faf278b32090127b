//! Crash at every instruction: the same booking again and again, with a machine lost at another
//! point each time.
//!
//! The exercise plays its entries undisturbed once, traced; every point of its window gets a number
//! ([`points`]). Then each point is tried: a fork of the undisturbed run a few milliseconds before
//! the point, the machine stopped just there, and on until everything held is answered ([`forks`]).
//! Forks are judged like runs; of storage only what a fork changed is looked at.
//!
//! | sort of point | what is struck |
//! |---|---|
//! | instruction | either machine, before each instruction it executes outside the passes of a wait that are added up in one step; the first and the last pass of each wait are among them |
//! | appointment | the machine concerned (the active one if none is) just before and just after each change of phase of a device, channel, line, clock or relay |
//! | word | the machine that transfers, at every word of every transfer of a drum or disk: the record is torn there |
//! | second crash | the survivor in the takeover that follows a first crash, one point in each stretch between two effects outside the processor; the first machine then returns |
//! | standby first | the standby is lost, then the active machine, one point a stretch; each of the two returns first in turn |
//!
//! Between two effects outside itself a machine changes only its own core and registers, which a
//! crash takes with it: to strike in one *stretch* is to strike anywhere in it. For single crashes
//! every instruction is tried all the same, and [`Summary`](super::summary::Summary) counts the
//! stretches whose instructions did not all end alike. A script may order second crashes before every
//! instruction too (`second_crashes: BeforeEveryInstruction`).

mod forks;
mod points;

use clock::pool;

use crate::driver::{Plan, StartError};
use crate::script::Sweep;

use super::{Unit, UnitResult, unit_of};
pub use points::{Crash, Group, Point, Sort, Stage, Sweeping};

/// Why a sweep cannot begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SweepError {
    /// The site does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The script orders no sweep.
    #[error("the exercise orders no sweep; expected `sweep: (from: ..., to: ...)` in it")]
    NoSweep,
    /// At the window's begin something is on its way or broken.
    #[error(
        "at {0} the exercise is not quiet; expected a window that begins while nothing is held and \
         every verdict holds"
    )]
    NotQuiet(clock::Instant),
}

/// Which points of a sweep: `offset`, `offset + stride`, ... of their fixed order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strided {
    /// From 1.
    pub stride: u64,
    /// Less than `stride`.
    pub offset: u64,
}

impl Strided {
    /// Whether a point is one of them.
    pub fn takes(&self, number: u64) -> bool {
        number % self.stride == self.offset
    }
}

/// Tries every point taken on `jobs` threads; `each` gets the results in the order of the work.
pub fn run(
    plan: &Plan,
    sweeping: &Sweeping,
    taken: Strided,
    skip: impl Fn(&Unit) -> bool + Sync,
    jobs: usize,
    mut each: impl FnMut(UnitResult),
) {
    let unit = unit_of(plan);
    let wanted = |point: &Point| {
        let unit = Unit {
            point: Some(point.number),
            ..unit.clone()
        };
        taken.takes(point.number) && !skip(&unit)
    };
    let work = forks::jobs(plan, sweeping, &wanted);
    pool::for_each(
        jobs,
        work,
        |_, job| forks::work(plan, sweeping, &unit, job),
        |_, results| results.into_iter().for_each(&mut each),
    );
}

/// What the plan's script orders.
fn ordered(plan: &Plan) -> Result<&Sweep, SweepError> {
    plan.script.sweep.as_ref().ok_or(SweepError::NoSweep)
}
