//! Virtual time: the room that decides what happens next, and what chance decides.
//!
//! A machine room of 1960 had many clocks: the processor's cycle, the drum's turn, the bit timing
//! of a line, the electric clock on the wall. Here all of them are computed from one integer, the
//! nanoseconds since the run began, so that a run can be repeated to the last bit.
//!
//! | module | what it is |
//! |---|---|
//! | [`time`] | instants and spans in whole nanoseconds, periodic instants, `90s` and `1h30m` |
//! | [`calendar`] | pending events of one site in a total order |
//! | [`random`] | named random streams derived from the seed of the run |
//! | [`journal`] | the append-only record of a run and its digest |
//! | [`sealed`] | a packed and checked block: a journal's header, a snapshot |
//! | [`scheduler`] | several sites in parallel windows of virtual time |
//! | [`shared`] | a large value that forks share until one of them changes it |
//! | [`pool`] | independent jobs over worker threads, results in job order |
//!
//! *Deliberately absent*: the wall clock, files, sockets and the environment. Threads exist only in
//! `scheduler` and `pool`, and what they compute does not depend on how many there are.

pub mod calendar;
pub mod journal;
pub mod pace;
pub mod pool;
pub mod random;
pub mod scheduler;
pub mod sealed;
pub mod shared;
pub mod time;

pub use calendar::Calendar;
pub use pace::Pace;
pub use random::Stream;
pub use shared::Shared;
pub use time::{Instant, Span, periodic, periodic_count};
