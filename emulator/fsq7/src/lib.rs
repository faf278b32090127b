//! Room `fsq7`: the AN/FSQ-7, IBM's computer for SAGE.
//!
//! Each direction center had two of them (1958-1983), 49,000 tubes together: words of two halves
//! worked on by two arithmetic elements, 69,632 words of core with a cycle of 6 us, no interrupts,
//! and twelve drums that took in the radar lines by themselves and gave the program its input when
//! it asked for it.
//!
//! `operation` is the one table of instructions; `central` runs programs and comes back at every
//! instruction that acts outside; `codes` has the numbers of operates, conditions, units and drum
//! fields; `machine` puts `drum` and `unit` beside the computer, with the I/O element between;
//! `assembler` makes words of cards; `evidence` says how well each of these is known. `vectors` compares single instructions
//! with known outcomes. Arithmetic is in pure functions: `arithmetic`, and `word::twin`.
//!
//! *No manual of the machine could be read*: much of it is recalled, inferred or assigned by us,
//! row by row, and only what is marked documented may be told as history.
//!
//! *To add an operation*: see `operation`. *To correct a code*: its row in `operation/table.rs` or
//! `codes.rs`.

mod execute;
mod wait;

pub mod alarm;
pub mod arithmetic;
pub mod assembler;
pub mod central;
pub mod codes;
pub mod console;
pub mod drum;
pub mod evidence;
pub mod machine;
pub mod memory;
pub mod operation;
pub mod rules;
pub mod unit;
pub mod vectors;
