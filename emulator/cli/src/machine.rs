//! `duplex machine 7090|fsq7`: one machine, at its console or by single instructions.
//!
//! | option | does |
//! |---|---|
//! | none | a console: commands from standard input, with a prompt if that is a terminal |
//! | `--do FILE` | the commands of a file; may be repeated |
//! | `--vectors FILE` | single instructions run and compared; last line `N of M agree` |
//! | `--assigned` | what of the AN/FSQ-7 is assigned by us, from the tables of the code |
//!
//! Exit status: 0; 1 if a vector disagrees; 2 for a command that cannot be done, with its place; 4
//! if an assertion does not hold. A person at a terminal is told of a mistake and goes on.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use console::{Files, Machine, Mistake, Reply, Session};
use fsq7::alarm::{Alarm, Response};
use fsq7::memory::Configuration;

use crate::MachineType;
use crate::failure::{Failure, caret, read_text};

/// Options of `machine`.
#[derive(Args)]
pub struct Options {
    /// Type of machine.
    machine: MachineType,
    /// File of single-instruction vectors.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["commands", "assigned"])]
    vectors: Option<PathBuf>,
    /// File of console commands; may be repeated.
    #[arg(long = "do", value_name = "FILE", conflicts_with = "assigned")]
    commands: Vec<PathBuf>,
    /// Write what of the AN/FSQ-7 is assigned by us.
    #[arg(long)]
    assigned: bool,
    /// AN/FSQ-7: which core memories it has.
    #[arg(long, value_enum, default_value_t = MemoryOption::Standard)]
    memory: MemoryOption,
    /// AN/FSQ-7: what an illegal instruction does.
    #[arg(long, value_enum, default_value_t = IllegalOption::Stop)]
    illegal: IllegalOption,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum MemoryOption {
    /// 65,536 and 4,096 words.
    Standard,
    /// Twice 4,096 words.
    Early,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum IllegalOption {
    /// The machine stops on it.
    Stop,
    /// It is no operation.
    Nop,
}

/// Runs the command.
pub fn run(options: &Options) -> Result<u8, Failure> {
    if let Some(path) = &options.vectors {
        return vectors(options.machine, path);
    }
    if options.assigned {
        if options.machine != MachineType::Fsq7 {
            let message = "--assigned: the table is made for the AN/FSQ-7 only: machine fsq7";
            return Err(Failure::Input(message.to_owned()));
        }
        print!("{}", fsq7::rules::assigned());
        return Ok(0);
    }
    match options.machine {
        MachineType::Ibm7090 => operate(options, ibm7090::console::Console::new()),
        MachineType::Fsq7 => {
            let mut machine = fsq7::console::new(match options.memory {
                MemoryOption::Standard => Configuration::Standard,
                MemoryOption::Early => Configuration::Early,
            });
            if options.illegal == IllegalOption::Nop {
                let alarms = &mut machine.central.alarms;
                alarms.set_switch(Alarm::IllegalInstruction, Response::Ignore);
            }
            operate(options, machine)
        }
    }
}

/// The file system, as the console reaches it.
struct Disk;

impl Files for Disk {
    fn read(&mut self, name: &str) -> Result<String, String> {
        let bytes = self.read_bytes(name)?;
        String::from_utf8(bytes).map_err(|_| format!("{name}: expected a text file (UTF-8)"))
    }

    fn read_bytes(&mut self, name: &str) -> Result<Vec<u8>, String> {
        std::fs::read(name).map_err(|error| format!("{name}: cannot be read: {error}"))
    }

    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        std::fs::write(name, bytes).map_err(|error| format!("{name}: cannot be written: {error}"))
    }
}

/// What became of a line.
enum Done {
    Next,
    Quit,
    /// An assertion does not hold.
    Failed,
}

fn operate<M: Machine>(options: &Options, machine: M) -> Result<u8, Failure> {
    let mut session = Session::new(machine);
    for path in &options.commands {
        let text = read_text(path)?;
        let name = path.display().to_string();
        for (number, line) in text.lines().enumerate() {
            match one_line(&mut session, &name, &text, number + 1, line)? {
                Done::Next => {}
                Done::Quit => return Ok(0),
                Done::Failed => return Ok(4),
            }
        }
    }
    if !options.commands.is_empty() {
        return Ok(0);
    }
    let person = std::io::stdin().is_terminal();
    let mut so_far = String::new();
    let mut number = 0;
    loop {
        if person {
            print!("> ");
            let _ = std::io::stdout().flush();
        }
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line);
        let read = read.map_err(|error| Failure::Input(format!("standard input: {error}")))?;
        if read == 0 {
            return Ok(0);
        }
        number += 1;
        so_far.push_str(&line);
        let line = line.trim_end_matches(['\n', '\r']);
        match one_line(&mut session, "stdin", &so_far, number, line) {
            Ok(Done::Next) => {}
            Ok(Done::Quit) => return Ok(0),
            Ok(Done::Failed) if !person => return Ok(4),
            Ok(Done::Failed) => {}
            Err(failure) if person => eprint!("{failure}"),
            Err(failure) => return Err(failure),
        }
    }
}

fn one_line<M: Machine>(
    session: &mut Session<M>,
    name: &str,
    text: &str,
    number: usize,
    line: &str,
) -> Result<Done, Failure> {
    match session.execute(line, &mut Disk) {
        Ok(Reply::Text(text)) => {
            print!("{text}");
            Ok(Done::Next)
        }
        Ok(Reply::Quit) => Ok(Done::Quit),
        Ok(Reply::Failed(message)) => {
            println!("{name}:{number}: {message}");
            Ok(Done::Failed)
        }
        Err(Mistake {
            column,
            width,
            message,
        }) => {
            let shown = caret(name, text, number, column, width, &message);
            Err(Failure::Input(shown))
        }
    }
}

fn vectors(machine: MachineType, path: &Path) -> Result<u8, Failure> {
    let text = read_text(path)?;
    let outcome = match machine {
        MachineType::Ibm7090 => ibm7090::vectors::run(&text),
        MachineType::Fsq7 => fsq7::vectors::run(&text),
    };
    let file = path.display();
    let report = outcome.map_err(|error| {
        let (line, column, message) = (error.line, error.column, &error.message);
        Failure::Input(caret(&file.to_string(), &text, line, column, 1, message))
    })?;
    if report.total == 0 {
        return Err(Failure::Input(format!(
            "{file}:1:1: there is no vector in this file; expected a line such as `ADD  040000000200 ...`"
        )));
    }
    println!("{report}");
    Ok(u8::from(report.agree != report.total))
}
