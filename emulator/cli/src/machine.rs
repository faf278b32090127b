//! `duplex machine 7090 --vectors FILE`: single instructions, run and compared.
//!
//! Each line of the file is one instruction with the registers before and after; every
//! disagreement is printed, and last `N of M agree`. Exit status 0 only if all do.

use std::path::PathBuf;

use clap::Args;

use crate::MachineType;
use crate::failure::{Failure, caret, read_text};

/// Options of `machine`.
#[derive(Args)]
pub struct Options {
    /// Type of machine.
    machine: MachineType,
    /// File of single-instruction vectors.
    #[arg(long, value_name = "FILE")]
    vectors: PathBuf,
}

/// Runs the command.
pub fn run(options: &Options) -> Result<u8, Failure> {
    let MachineType::Ibm7090 = options.machine;
    let text = read_text(&options.vectors)?;
    let report = ibm7090::vectors::run(&text).map_err(|error| {
        let file = options.vectors.display().to_string();
        Failure::Input(caret(
            &file,
            &text,
            error.line,
            error.column,
            1,
            &error.message,
        ))
    })?;
    if report.total == 0 {
        return Err(Failure::Input(format!(
            "{}:1:1: there is no vector in this file; expected a line such as `ADD  040000000200 ...`",
            options.vectors.display()
        )));
    }
    for line in &report.disagreements {
        println!("{line}");
    }
    println!("{} of {} agree", report.agree, report.total);
    Ok(u8::from(report.agree != report.total))
}
