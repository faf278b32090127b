//! Assembles a deck and prints its listing, or its mistakes with the cards they stand on.
//!
//! ```text
//! cargo run -p duplex-ibm7090 --example assemble -- [NAME=VALUE]... FILE...
//! ```

use ibm7090::assembler::{SourceFile, assemble};

fn main() {
    let mut parameters = Vec::new();
    let mut files = Vec::new();
    for argument in std::env::args().skip(1) {
        if let Some((name, value)) = argument.split_once('=')
            && let Ok(value) = value.parse()
        {
            parameters.push((name.to_string(), value));
            continue;
        }
        match std::fs::read_to_string(&argument) {
            Ok(text) => files.push((argument, text)),
            Err(error) => {
                eprintln!("{argument}: {error}");
                std::process::exit(2);
            }
        }
    }
    let sources: Vec<SourceFile> = files
        .iter()
        .map(|(name, text)| SourceFile { name, text })
        .collect();
    match assemble(&sources, &parameters) {
        Ok(assembly) => print!("{}", assembly.listing),
        Err(mistakes) => {
            for mistake in &mistakes {
                eprintln!("{mistake}");
                let source = files.iter().find(|(name, _)| *name == mistake.file);
                let line = source.and_then(|(_, text)| text.lines().nth(mistake.line - 1));
                if let Some(line) = line {
                    let blanks = " ".repeat(mistake.column.saturating_sub(1));
                    eprintln!("    {line}\n    {blanks}{}", "^".repeat(mistake.width));
                }
            }
            eprintln!("{} mistakes", mistakes.len());
            std::process::exit(2);
        }
    }
}
