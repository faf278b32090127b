//! Room `ibm7090`.

pub mod channel_command;
