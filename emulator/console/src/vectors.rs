//! Single-instruction vectors: what a text of cases came to. What a case is, each machine knows.

use std::fmt;

/// Outcome of a text of vectors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Cases run.
    pub total: usize,
    /// Cases whose outcome is the expected one.
    pub agree: usize,
    /// One line for each of the others: what was given, expected, found.
    pub disagreements: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for disagreement in &self.disagreements {
            writeln!(f, "{disagreement}")?;
        }
        write!(f, "{} of {} agree", self.agree, self.total)
    }
}

/// A line that is no vector.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} column {column}: {message}")]
pub struct VectorError {
    /// Line number from 1.
    pub line: usize,
    /// Column of the offending field, from 1.
    pub column: usize,
    /// What was expected and found.
    pub message: String,
}
