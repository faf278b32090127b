//! Room `ibm7090`: the IBM 7090, its processor, channels, operation table and assembler.

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
pub mod core_store;
pub mod cpu;
pub mod floating_point;
pub mod operation;
pub mod shift;
pub mod timing;
pub mod vectors;
