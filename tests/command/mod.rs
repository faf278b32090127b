//! What tests of the command share.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The project's folder: sites and scripts are named from here.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs the command to its end.
pub fn duplex(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_duplex"))
        .args(arguments)
        .current_dir(repository())
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
