//! Exercises of a direction center: what flies, who sits at the consoles, and who judges.
//!
//! | part | what it is |
//! |---|---|
//! | [`inputs`] | everything a run is made from, read and checked |
//! | [`flights`], [`recorded`] | what flies: drawn from the sheet, or as it was recorded |
//! | [`players`], [`situation`] | who does what at the consoles; what is typed there |
//! | [`plan`], [`run`] | the run itself, in slices of ten milliseconds |
//! | [`judges`] | who only watch, and their verdicts |
//! | [`report`], [`text`] | figures and verdicts for programs and for people |
//! | [`scope`] | a tube's picture on paper |
//!
//! The sheet itself is [`crate::script::air::Air`]; faults, expectations, seeds and whatever else
//! every exercise has are those of [`crate::script`].
//!
//! *Deliberately absent*: any knowledge of how the program follows tracks; it is judged by what it
//! shows.

pub mod flights;
pub mod inputs;
pub mod judges;
pub mod plan;
pub mod players;
pub mod recorded;
pub mod report;
pub mod run;
pub mod scope;
pub mod situation;
pub mod text;

pub use inputs::Inputs;
pub use plan::Plan;
pub use run::{Outcome, Run};
