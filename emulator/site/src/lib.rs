//! Room `site`: one building with its duplex pair and everything the two machines share.
//!
//! | file | thing |
//! |---|---|
//! | `description` | what a site file says |
//! | `engine` | time: who acts next, in one total order |
//! | `machine` | one of the pair: processor, channels, power |
//! | `relays` | whose the shared equipment is, at any site |
//! | `switch` | the duplex switch and its sense lines |
//! | `centre_clock` | date and time of day |
//! | `storage` | file controls with drums and disks |
//! | `fault`, `line_fault` | what can be made to fail |
//! | `record` | what is written down, and who may look |
//! | `statistics` | counts for reports |
//!
//! *To add a fault:* a variant in `fault`, its arm in `engine/faults.rs`. *To add a record:* a
//! variant at the end of `record::Record`.

pub mod center;
pub mod centre_clock;
pub mod description;
pub mod engine;
pub mod fault;
pub mod line_fault;
pub mod machine;
pub mod record;
pub mod relays;
pub mod source;
pub mod statistics;
pub mod storage;
pub mod switch;

pub use centre_clock::CentreClock;
pub use description::SiteDescription;
pub use engine::Site;
pub use fault::{Fault, Target, Unit};
pub use machine::Machine;
pub use record::{Cause, Record, View, Watcher};
pub use relays::Role;
pub use statistics::SiteStatistics;
pub use storage::Storage;
