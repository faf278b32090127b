//! Room `device`: the equipment both machines of a site share, and what a channel says to it.
//!
//! | file | thing |
//! |---|---|
//! | `adapter` | the seam between a 7909 channel and what hangs on it |
//! | `file_control` | the 7631-like control of up to ten drums or disk modules |
//! | `geometry` | tracks, records, rotation, seek times |
//! | `store` | what is magnetised: paged, copied on write |
//! | `communication_network` | line adapter, lines, interchanges and sets together |
//! | `line_adapter` | the centre's end of the lines: orders, poll lists, events, blocks |
//! | `link` | any line as time and trouble: when a frame arrives, whether, how often, with which bits |
//! | `line`, `frame` | bits on their way; messages as six-bit characters with a check |
//! | `interchange` | the IBM 1006 of an office |
//! | `agent_set` | keyboard, printer and lights of one agent |
//! | `contacts` | what the keys of a set send |
//! | `line_record` | what lines and sets leave in the record of a run |
//!
//! *To add a device:* write its file here, implement [`adapter::Adapter`] for its control, and
//! give it a channel in `site`.

pub mod adapter;
pub mod agent_set;
pub mod communication_network;
pub mod contacts;
pub mod file_control;
pub mod frame;
pub mod geometry;
pub mod interchange;
pub mod line;
pub mod line_adapter;
pub mod line_record;
pub mod link;
pub mod store;
