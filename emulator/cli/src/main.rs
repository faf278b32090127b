//! The command `duplex`: the only program of the project, and the only place that reads files,
//! the terminal and the wall clock.
//!
//! | command | what it does |
//! |---|---|
//! | `check PATH...` | reads site files and exercises, reports mistakes with place and caret |
//! | `run SITE` | runs a site with an exercise and a seed; report, journal, entries |
//! | `replay JOURNAL` | makes a journal's run again: report, state at an instant, proof |
//! | `campaign SITE` | an exercise over many seeds |
//! | `serve SITE` | shows a site to visitors at telnet terminals |
//! | `reliability FILE` | thousands of years of a pair that fails and is repaired |
//! | `shrink SITE` | a run that fails, reduced to the fewest faults and entries |
//! | `machine 7090|fsq7 [--do FILE]` | one machine at its console |
//! | `machine 7090|fsq7 --vectors FILE` | single instructions run and compared |
//! | `asm 7090|fsq7 SOURCE...` | assembles a deck: octal text and listing |
//!
//! | exit status | means |
//! |---|---|
//! | 0 | all verdicts hold |
//! | 1 | a judge found a promise broken inside the failure model |
//! | 2 | the input was wrong |
//! | 3 | our own fault |
//! | 4 | an expectation was not met, or the system did not become live again |
//! | 5 | the exercise is void: a fault it orders never took effect |
//!
//! If several apply: 3, 2, 1, 5, 4.
//!
//! *To add a command*: a file here with its options and `pub fn`, a row in [`Command`] and in
//! `run_command`.

mod asm;
mod campaign;
mod check;
mod failure;
mod files;
mod machine;
mod reliability;
mod replay;
mod run;
mod serve;
mod shrink;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use failure::Failure;

/// The duplexed real-time systems of 1955-1965, two machines a site.
#[derive(Parser)]
#[command(name = "duplex", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Read site files and exercises and say what is wrong with them.
    Check(check::Options),
    /// Run a site with an exercise and a seed.
    Run(Box<run::Options>),
    /// Make a journal's run again, and hold it against its records.
    Replay(replay::Options),
    /// Run an exercise with many seeds and put the results in one table.
    Campaign(campaign::Options),
    /// Show a site to visitors: they sit at its agent sets or consoles by telnet.
    Serve(serve::Options),
    /// Reduce a run that fails to the fewest faults and entries that still fail in the same way.
    Shrink(shrink::Options),
    /// Thousands of years of a pair of machines that fail and are repaired.
    Reliability(reliability::Options),
    /// One machine at its console, or single-instruction vectors.
    Machine(machine::Options),
    /// Assemble a program.
    Asm(asm::Options),
}

/// An emulated type of machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum MachineType {
    /// The IBM 7090.
    #[value(name = "7090")]
    Ibm7090,
    /// The AN/FSQ-7.
    Fsq7,
}

fn main() -> ExitCode {
    let outcome = std::panic::catch_unwind(|| {
        let arguments = Arguments::parse();
        run_command(arguments.command)
    });
    match outcome {
        Ok(Ok(status)) => ExitCode::from(status),
        Ok(Err(failure)) => {
            eprint!("{failure}");
            ExitCode::from(failure.status())
        }
        Err(_) => {
            eprintln!(
                "duplex: an assertion of our own failed (see above). This is a fault of duplex, \
                 not of your input; please report it with the command and its files."
            );
            ExitCode::from(3)
        }
    }
}

fn run_command(command: Command) -> Result<u8, Failure> {
    match command {
        Command::Check(options) => check::run(&options),
        Command::Run(options) => run::run(&options),
        Command::Replay(options) => replay::run(&options),
        Command::Campaign(options) => campaign::run(&options),
        Command::Serve(options) => serve::run(&options),
        Command::Shrink(options) => shrink::run(&options),
        Command::Reliability(options) => reliability::run(&options),
        Command::Machine(options) => machine::run(&options),
        Command::Asm(options) => asm::run(&options),
    }
}
