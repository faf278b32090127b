//! Room `ibm7090`: the IBM 7090, its processor, channels, operation table and assembler.

pub mod assembler;
pub mod channel;
pub mod channel_command;
pub mod operation;
