//! `duplex machine 7090 --vectors FILE`: single instructions, run and compared.
//!
//! Each line of the file is one instruction with the registers before and after; every
//! disagreement is printed, and last `N of M agree`. Exit status 0 only if all do.

use std::path::PathBuf;

use clap::Args;

use crate::MachineType;
use crate::failure::{Failure, read_text};

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
    let _ = text;
    Err(Failure::Own("the processor is not there yet".to_owned()))
}
