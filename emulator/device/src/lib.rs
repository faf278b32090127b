//! Room `device`: the equipment both machines of a site share, and what a channel says to it.
//!
//! | file | thing |
//! |---|---|
//! | `adapter` | the seam between a 7909 channel and what hangs on it |
//! | `file_control` | the 7631-like control of up to ten drums or disk modules |
//! | `geometry` | tracks, records, rotation, seek times |
//! | `store` | what is magnetised: paged, copied on write |
//!
//! *To add a device:* write its file here, implement [`adapter::Adapter`] for its control, and
//! give it a channel in `site`.

pub mod adapter;
pub mod file_control;
pub mod geometry;
pub mod store;
