//! Room `exercise`.
pub mod entries_csv;
pub mod script;
pub mod statistics;
