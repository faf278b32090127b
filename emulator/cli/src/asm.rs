//! `duplex asm 7090 SOURCE... [-o FILE] [--listing FILE]`: one deck from one or several sources.
//!
//! Without `-o` and `--listing` the octal text goes to standard output. The octal text has one
//! word a line: location, word in the console's twelve digits; last the start.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use ibm7090::assembler::{Assembly, SourceFile, assemble};

use crate::MachineType;
use crate::failure::{Failure, caret, read_text};

/// Options of `asm`.
#[derive(Args)]
pub struct Options {
    /// Type of machine.
    machine: MachineType,
    /// Sources in FAP columns, assembled in this order as one deck.
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
    if options.machine != MachineType::Ibm7090 {
        return Err(Failure::Input(
            "asm: there is no assembler for this machine yet".to_owned(),
        ));
    }
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
    let assembly = assemble_texts(&texts, &parameters)?;
    if let Some(path) = &options.listing {
        std::fs::write(path, &assembly.listing).map_err(|e| Failure::cannot_write(path, &e))?;
    }
    let octal = octal_text(&assembly);
    match &options.output {
        Some(path) => {
            std::fs::write(path, octal).map_err(|e| Failure::cannot_write(path, &e))?;
            eprintln!(
                "{} words, {} symbols",
                assembly.words.len(),
                assembly.symbols.len()
            );
        }
        None if options.listing.is_none() => print!("{octal}"),
        None => {}
    }
    Ok(0)
}

/// Assembles texts (name, content) as one deck; mistakes come with their lines and carets.
pub fn assemble_texts(
    texts: &[(String, String)],
    parameters: &[(String, i64)],
) -> Result<Assembly, Failure> {
    let sources: Vec<SourceFile> = texts
        .iter()
        .map(|(name, text)| SourceFile { name, text })
        .collect();
    assemble(&sources, parameters).map_err(|mistakes| {
        let mut shown = String::new();
        for m in &mistakes {
            let source = texts.iter().find(|t| t.0 == m.file);
            let text = source.map_or("", |t| t.1.as_str());
            shown.push_str(&caret(&m.file, text, m.line, m.column, m.width, &m.message));
            shown.push('\n');
        }
        let _ = write!(
            shown,
            "{} mistake{} in the program",
            mistakes.len(),
            if mistakes.len() == 1 { "" } else { "s" }
        );
        Failure::Input(shown)
    })
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
