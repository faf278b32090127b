//! What tests of the command share; each uses its part of it.

#![allow(dead_code)]

use std::process::{Command, Output, Stdio};

pub use tests::repository;

/// Runs the command to its end, with nothing on standard input.
pub fn duplex(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_duplex"))
        .args(arguments)
        .current_dir(repository())
        .stdin(Stdio::null())
        .output()
        .expect("the command starts")
}

/// Its exit status.
pub fn status(output: &Output) -> i32 {
    output.status.code().expect("no signal")
}

/// What it wrote to standard error.
pub fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What it wrote to standard output.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What it wrote to both.
pub fn told(output: &Output) -> String {
    said(output) + &errors(output)
}
