//! How the command fails: wrong input (2) or our own fault (3), each with its text.

use std::fmt;
use std::path::Path;

/// Why a command ends without having done its work.
#[derive(Debug)]
pub enum Failure {
    /// The input was wrong: text for people, with places where there are any.
    Input(String),
    /// Our own fault, or the host's (a disk full).
    Own(String),
}

impl Failure {
    /// Exit status.
    pub fn status(&self) -> u8 {
        match self {
            Failure::Input(_) => 2,
            Failure::Own(_) => 3,
        }
    }

    /// A file that cannot be written.
    pub fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
        Failure::Input(format!("{}: cannot be written: {error}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Failure::Input(text) | Failure::Own(text)) = self;
        f.write_str(text.trim_end())?;
        f.write_str("\n")
    }
}

/// The text of a file; what is wrong is told as `file:line:column`.
pub fn read_text(path: &Path) -> Result<String, Failure> {
    let name = path.display();
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::Input(format!("{name}:1:1: cannot be read: {error}")))?;
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + good.iter().filter(|&&b| b == b'\n').count();
        let column = 1 + good.iter().rev().take_while(|&&b| b != b'\n').count();
        Failure::Input(format!(
            "{name}:{line}:{column}: this is not text (UTF-8); expected a text file"
        ))
    })
}

/// A mistake in a text file as people read it: place, line, caret, message.
pub fn caret(
    file: &str,
    text: &str,
    line: usize,
    column: usize,
    width: usize,
    message: &str,
) -> String {
    let source = text.lines().nth(line.saturating_sub(1)).unwrap_or("");
    // The caret stands under its character also behind tabs.
    let before: String = source
        .chars()
        .take(column.saturating_sub(1))
        .map(|c| if c == '\t' { '\t' } else { ' ' })
        .collect();
    let missing = column
        .saturating_sub(1)
        .saturating_sub(source.chars().count());
    let number = line.to_string();
    let margin = " ".repeat(number.len());
    format!(
        "error: {message}\n{margin}--> {file}:{line}:{column}\n{margin} |\n{number} | {source}\n{margin} | {before}{}{}\n",
        " ".repeat(missing),
        "^".repeat(width.clamp(1, 200))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_its_character() {
        let shown = caret(
            "a.fap",
            "ONE\n       CLA X\n",
            2,
            12,
            1,
            "undefined symbol X",
        );
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[1], " --> a.fap:2:12");
        assert_eq!(lines[3].find('X'), lines[4].find('^'));
    }
}
