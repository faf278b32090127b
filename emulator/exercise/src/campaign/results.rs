//! The results of a campaign as lines of JSON, one a unit, so that a campaign that was killed goes
//! on where it ended.
//!
//! A line is written when its unit is done. What a kill leaves of the last line is cut off when the
//! file is read again; its unit is simply run again.

use std::collections::BTreeMap;

use super::{Unit, UnitResult};

/// What a file of results holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    /// By unit.
    pub done: BTreeMap<Unit, UnitResult>,
    /// Bytes of the whole lines: what follows is torn.
    pub whole: usize,
}

/// A line that is none of this campaign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct NoResult {
    /// From 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong and what was expected.
    pub message: String,
}

/// One result as its line.
pub fn line(result: &UnitResult) -> String {
    let mut line = serde_json::to_string(result).expect("a result is data that JSON can hold");
    line.push('\n');
    line
}

/// The result in a line, the first being 0.
fn parse(number: usize, line: &[u8]) -> Result<UnitResult, NoResult> {
    serde_json::from_slice(line).map_err(|error| NoResult {
        line: number + 1,
        column: error.column().max(1),
        message: format!("{error}; expected a result of a campaign, one a line"),
    })
}

/// Reads all whole lines, whatever campaign they are of.
pub fn every(text: &[u8]) -> Result<Vec<UnitResult>, NoResult> {
    let lines = text.split_inclusive(|&b| b == b'\n').enumerate();
    let whole = lines.filter(|(_, line)| line.last() == Some(&b'\n'));
    whole.map(|(number, line)| parse(number, line)).collect()
}

/// Reads the results of the campaign whose units are like `unit`: same site, same exercise.
pub fn read(text: &[u8], unit: &Unit) -> Result<Results, NoResult> {
    let mut results = Results::default();
    for (number, line) in text.split_inclusive(|&b| b == b'\n').enumerate() {
        if line.last() != Some(&b'\n') {
            // Torn by a kill.
            break;
        }
        let result = parse(number, line)?;
        for (what, found, expected) in [
            ("site", &result.unit.network, &unit.network),
            ("exercise", &result.unit.script, &unit.script),
        ] {
            if found != expected {
                let message = format!(
                    "a result of another {what} ({found}); expected results of {expected}: the \
                     {what} or its files were changed since, or this is the file of another \
                     campaign"
                );
                return Err(NoResult {
                    line: number + 1,
                    column: 1,
                    message,
                });
            }
        }
        results.done.insert(result.unit.clone(), result);
        results.whole += line.len();
    }
    Ok(results)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(seed: u64) -> UnitResult {
        let unit = Unit {
            network: "0123456789abcdef".into(),
            script: "fedcba9876543210".into(),
            seed,
            point: None,
        };
        UnitResult {
            unit,
            status: 0,
            digest: "d".into(),
            broken: vec![],
            detail: String::new(),
            takeovers: 1,
            outages_ms: vec![],
            faults: vec![],
            place: None,
        }
    }

    #[test]
    fn a_file_cut_anywhere_keeps_its_whole_lines() {
        let whole: String = (1..=3).map(|seed| line(&result(seed))).collect();
        let unit = result(9).unit;
        for cut in 0..=whole.len() {
            let read = read(&whole.as_bytes()[..cut], &unit).expect("a torn tail is no mistake");
            let lines = whole[..cut].matches('\n').count();
            assert_eq!(read.done.len(), lines);
            assert_eq!(read.whole, whole[..cut].rfind('\n').map_or(0, |at| at + 1));
        }
    }

    #[test]
    fn what_is_no_result_is_told_with_its_place() {
        let mut text = line(&result(1));
        text.push_str("{\"unit\": 3}\n");
        let error = read(text.as_bytes(), &result(1).unit).unwrap_err();
        assert_eq!((error.line, error.column), (2, 10));
        let mut other = result(1).unit;
        other.network = "x".into();
        let error = read(line(&result(1)).as_bytes(), &other).unwrap_err();
        assert!(error.message.contains("another site"), "{error}");
    }
}
