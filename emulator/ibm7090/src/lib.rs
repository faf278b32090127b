//! Room `ibm7090`: the IBM 7090, its processor, channels, operation table and assembler.
//!
//! The 7090 (1959) was the transistor version of the 709: 36-bit words, sign and magnitude,
//! 32,768 words of core with a cycle of 2.18 us, three index registers, and data channels that
//! ran programs of their own beside the processor's. Two of them stood in the Sabre centre.
//!
//! `operation` is the one table of operations; `cpu` runs programs and comes back at every
//! input-output instruction; `channel` is the 7909, driven by its own table `channel_command`;
//! `assembler` reads the same table as the processor; `vectors` compares single instructions with
//! known outcomes; `console` is one 7090 with a channel and two drums. Arithmetic is in pure functions: `arithmetic`, `shift`, `floating_point`.
//!
//! *To add an operation*: see `operation`. *To add a way the machine can suffer*: a field of
//! `cpu::Cpu` in the manual's words, set from outside, part of the state that `wait` compares.
//!
//! *Not emulated*: 7094 operations, the 7607 channel (a test has a small one), tape, cards and
//! printer, the extended-precision feature.

mod convert;
mod execute;
mod indexing;
mod transfer;
mod trap;
mod wait;

pub mod arithmetic;
pub mod assembler;
pub mod channel;
pub mod channel_command;
pub mod console;
pub mod core_store;
pub mod cpu;
pub mod floating_point;
pub mod operation;
pub mod shift;
pub mod timing;
pub mod vectors;
