//! `duplex machine 7090|fsq7 --vectors FILE`: single instructions, run and compared.
//!
//! Each line of the file is one instruction with the registers before and after; every
//! disagreement is printed, and last `N of M agree`. Exit status 0 only if all do.

use std::path::{Path, PathBuf};

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
    vectors(options.machine, &options.vectors)
}

/// Cases run and agreeing, a line for each other, or a malformed line: place and message.
type Outcome = Result<(usize, usize, Vec<String>), (usize, usize, String)>;

fn vectors(machine: MachineType, path: &Path) -> Result<u8, Failure> {
    let text = read_text(path)?;
    let outcome: Outcome = match machine {
        MachineType::Ibm7090 => ibm7090::vectors::run(&text)
            .map(|report| (report.total, report.agree, report.disagreements))
            .map_err(|error| (error.line, error.column, error.message)),
        MachineType::Fsq7 => fsq7::vectors::run(&text)
            .map(|report| (report.total, report.agree, report.disagreements))
            .map_err(|error| (error.line, error.column, error.message)),
    };
    let file = path.display();
    let (total, agree, disagreements) = outcome.map_err(|(line, column, message)| {
        Failure::Input(caret(&file.to_string(), &text, line, column, 1, &message))
    })?;
    if total == 0 {
        return Err(Failure::Input(format!(
            "{file}:1:1: there is no vector in this file; expected a line such as `ADD  040000000200 ...`"
        )));
    }
    for line in &disagreements {
        println!("{line}");
    }
    println!("{agree} of {total} agree");
    Ok(u8::from(agree != total))
}
