//! `duplex asm 7090|fsq7 SOURCE... [-o FILE] [--listing FILE]`: one deck from one or several sources.
//!
//! Without `-o` and `--listing` the octal text goes to standard output. The octal text has one
//! word a line: location, word as the machine's console shows it (`00144 050000000200`, `0.00144
//! 001000 000104`); last the start.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use ibm7090::assembler::{Assembly, Mistake, SourceFile, assemble};

use crate::MachineType;
use crate::failure::{Failure, caret, read_text};

/// Options of `asm`.
#[derive(Args)]
pub struct Options {
    /// Type of machine.
    machine: MachineType,
    /// Sources in card columns, assembled in this order as one deck.
    #[arg(required = true)]
    sources: Vec<PathBuf>,
    /// Octal text, one word a line.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Listing with symbols and cross references.
    #[arg(long, value_name = "FILE")]
    listing: Option<PathBuf>,
    /// A symbol known before the first card, `NAME=NUMBER`; may be repeated.
    #[arg(short = 'D', long = "define", value_name = "NAME=NUMBER")]
    define: Vec<String>,
}

/// Runs the command.
pub fn run(options: &Options) -> Result<u8, Failure> {
    let mut texts = Vec::new();
    for path in &options.sources {
        texts.push((path.display().to_string(), read_text(path)?));
    }
    let mut parameters = Vec::new();
    for text in &options.define {
        let parsed = text
            .split_once('=')
            .and_then(|(name, value)| Some((name.to_owned(), value.parse::<i64>().ok()?)));
        parameters.push(parsed.ok_or_else(|| {
            Failure::Input(format!(
                "--define {text}: expected a symbol and a decimal number, such as WATCH=30"
            ))
        })?);
    }
    let deck = match options.machine {
        MachineType::Ibm7090 => {
            let assembly = assemble_texts(&texts, &parameters)?;
            Deck {
                octal: octal_text(&assembly),
                words: assembly.words.len(),
                symbols: assembly.symbols.len(),
                listing: assembly.listing,
            }
        }
        MachineType::Fsq7 => {
            let assembly = assemble_fsq7(&texts, &parameters)?;
            Deck {
                octal: fsq7_text(&assembly),
                words: assembly.words.len(),
                symbols: assembly.symbols.len(),
                listing: assembly.listing,
            }
        }
    };
    if let Some(path) = &options.listing {
        std::fs::write(path, &deck.listing).map_err(|e| Failure::cannot_write(path, &e))?;
    }
    match &options.output {
        Some(path) => {
            std::fs::write(path, deck.octal).map_err(|e| Failure::cannot_write(path, &e))?;
            eprintln!("{} words, {} symbols", deck.words, deck.symbols);
        }
        None if options.listing.is_none() => print!("{}", deck.octal),
        None => {}
    }
    Ok(0)
}

/// What the command writes of an assembled deck.
struct Deck {
    octal: String,
    listing: String,
    words: usize,
    symbols: usize,
}

/// Assembles 7090 texts (name, content) as one deck; mistakes come with their lines and carets.
pub fn assemble_texts(
    texts: &[(String, String)],
    parameters: &[(String, i64)],
) -> Result<Assembly, Failure> {
    assemble(&sources(texts), parameters).map_err(|mistakes| shown(&mistakes, texts))
}

/// The same for the AN/FSQ-7.
pub fn assemble_fsq7(
    texts: &[(String, String)],
    parameters: &[(String, i64)],
) -> Result<fsq7::assembler::Assembly, Failure> {
    fsq7::assembler::assemble(&sources(texts), parameters)
        .map_err(|mistakes| shown(&mistakes, texts))
}

fn sources(texts: &[(String, String)]) -> Vec<SourceFile<'_>> {
    let texts = texts.iter();
    texts
        .map(|(name, text)| SourceFile { name, text })
        .collect()
}

fn shown(mistakes: &[Mistake], texts: &[(String, String)]) -> Failure {
    let mut shown = String::new();
    for m in mistakes {
        let source = texts.iter().find(|t| t.0 == m.file);
        let text = source.map_or("", |t| t.1.as_str());
        shown.push_str(&caret(&m.file, text, m.line, m.column, m.width, &m.message));
        shown.push('\n');
    }
    let plural = if mistakes.len() == 1 { "" } else { "s" };
    let _ = write!(shown, "{} mistake{plural} in the program", mistakes.len());
    Failure::Input(shown)
}

/// One word a line, `location word`, then the start.
fn octal_text(assembly: &Assembly) -> String {
    let mut text = String::new();
    for (location, word) in &assembly.words {
        let _ = writeln!(text, "{location:05o} {word:012o}");
    }
    if let Some(start) = assembly.start {
        let _ = writeln!(text, "start {start:05o}");
    }
    text
}

/// The same with the AN/FSQ-7's addresses and halves.
fn fsq7_text(assembly: &fsq7::assembler::Assembly) -> String {
    let mut text = String::new();
    for (location, word) in &assembly.words {
        let _ = writeln!(text, "{} {word}", fsq7::memory::written(*location));
    }
    if let Some(start) = assembly.start {
        let _ = writeln!(text, "start {}", fsq7::memory::written(start));
    }
    text
}
