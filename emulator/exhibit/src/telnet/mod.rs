//! The pure part of a telnet terminal: bytes in, events out, and what they mean at a keyboard.
//! Sockets are the business of [`crate::network`].

pub mod keyboard;
pub mod nvt;
pub mod option;
pub mod terminal;
