//! A workload as a list of entries: what was typed, where and when, and what came back.
//!
//! ```csv
//! time,set,entry,answer,answered_at
//! 1.250000000,17,112JULLGALAX,lights 1011000000000000,2.104000000
//! ```
//!
//! `time` is in seconds since the run began, to the nanosecond when needed; `set` is the agent
//! set's number; the entry `<RESET>` is the RESET key. The columns `answer` and `answered_at` are
//! for people and other programs: a list that is played needs only the first three. A set whose
//! keyboard is locked at the entry's time types it when the keyboard unlocks.

use clock::Instant;
use serde::{Deserialize, Serialize};

/// The RESET key in the entry column.
pub const RESET: &str = "<RESET>";

/// First row of a written file.
pub const HEADER: &str = "time,set,entry,answer,answered_at";

/// One entry to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When it is entered.
    pub at: Instant,
    /// The agent set.
    pub set: u16,
    /// The text, or [`RESET`].
    pub text: String,
}

/// What is wrong in a list: line and column count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Line of the file.
    pub line: usize,
    /// Column of the line, in characters.
    pub column: usize,
    /// What was expected.
    pub message: String,
}

/// A row to write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// What was entered.
    pub entry: Entry,
    /// The whole answer (`lights` and sixteen digits for lights), empty when none came.
    pub answer: String,
    /// When the answer began to show.
    pub answered_at: Option<Instant>,
}

/// Seconds with nine decimals.
fn seconds(at: Instant) -> String {
    format!("{}.{:09}", at.0 / 1_000_000_000, at.0 % 1_000_000_000)
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// The file's text, header first, rows in the order given.
pub fn write(rows: &[Answered]) -> String {
    let mut text = String::from(HEADER);
    text.push('\n');
    for row in rows {
        text.push_str(&format!(
            "{},{},{},{},{}\n",
            seconds(row.entry.at),
            row.entry.set,
            quoted(&row.entry.text),
            quoted(&row.answer),
            row.answered_at.map(seconds).unwrap_or_default()
        ));
    }
    text
}

/// Reads a list. Entries come back in order of time (rows of one time in the file's order).
/// `sets` is the number of agent sets of the site.
pub fn read(text: &str, sets: u16) -> Result<Vec<Entry>, Vec<Mistake>> {
    let (mut entries, mut mistakes) = (Vec::new(), Vec::new());
    let mut header = true;
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if header {
            header = false;
            if line.starts_with("time,set,entry") {
                continue;
            }
            mistakes.push(Mistake {
                line: number + 1,
                column: 1,
                message: "the first row must name the columns: time,set,entry".to_owned(),
            });
        }
        match read_row(line, sets) {
            Ok(entry) => entries.push(entry),
            Err((column, message)) => mistakes.push(Mistake {
                line: number + 1,
                column,
                message,
            }),
        }
        if mistakes.len() >= 50 {
            break;
        }
    }
    if header {
        mistakes.push(Mistake {
            line: 1,
            column: 1,
            message: "the file is empty; expected the row time,set,entry".to_owned(),
        });
    }
    if mistakes.is_empty() {
        entries.sort_by_key(|entry| entry.at);
        Ok(entries)
    } else {
        Err(mistakes)
    }
}

fn read_row(line: &str, sets: u16) -> Result<Entry, (usize, String)> {
    let fields = fields(line)?;
    if fields.len() < 3 {
        let column = line.chars().count() + 1;
        return Err((column, "expected three columns: time,set,entry".to_owned()));
    }
    let at = parse_seconds(&fields[0].1).ok_or((
        fields[0].0,
        format!(
            "\"{}\" is no time in seconds, such as 12.5",
            fields[0].1.escape_default()
        ),
    ))?;
    let set = fields[1]
        .1
        .parse::<u16>()
        .ok()
        .filter(|&set| set < sets)
        .ok_or((
            fields[1].0,
            format!(
                "\"{}\" is no agent set; the site has 0 to {}",
                fields[1].1.escape_default(),
                sets.saturating_sub(1)
            ),
        ))?;
    let text = &fields[2].1;
    if text != RESET {
        if text.is_empty() || text.chars().count() > 100 {
            return Err((
                fields[2].0,
                "an entry has 1 to 100 characters; the RESET key is written <RESET>".to_owned(),
            ));
        }
        if let Some(wrong) = text.chars().find(|&c| !on_keyboard(c)) {
            return Err((
                fields[2].0,
                format!("the keyboard has no \"{}\"", wrong.escape_default()),
            ));
        }
    }
    Ok(Entry {
        at: Instant(at),
        set,
        text: text.clone(),
    })
}

/// Characters of the agent set's keyboard.
pub fn on_keyboard(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit() || " /-*$.,()+='".contains(c)
}

/// The fields of one row with the column each begins at (from 1).
fn fields(line: &str) -> Result<Vec<(usize, String)>, (usize, String)> {
    let characters: Vec<char> = line.chars().collect();
    let (mut fields, mut place) = (Vec::new(), 0);
    loop {
        let start = place + 1;
        let mut field = String::new();
        if characters.get(place) == Some(&'"') {
            place += 1;
            loop {
                match characters.get(place) {
                    None => return Err((start, "the quote is not closed".to_owned())),
                    Some('"') if characters.get(place + 1) == Some(&'"') => {
                        field.push('"');
                        place += 2;
                    }
                    Some('"') => {
                        place += 1;
                        break;
                    }
                    Some(&c) => {
                        field.push(c);
                        place += 1;
                    }
                }
            }
            if !matches!(characters.get(place), None | Some(',')) {
                return Err((place + 1, "expected a comma after the quote".to_owned()));
            }
        } else {
            while let Some(&c) = characters.get(place).filter(|&&c| c != ',') {
                field.push(c);
                place += 1;
            }
        }
        fields.push((start, field));
        if characters.get(place) != Some(&',') {
            return Ok(fields);
        }
        place += 1;
    }
}

/// Nanoseconds of a decimal number of seconds, at most nine decimals, at most a year.
fn parse_seconds(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 8 || part.len() > 9 || !digits(whole) || !digits(part) {
        return None;
    }
    let seconds: u64 = whole.parse().ok().filter(|&s| s <= 31_536_000)?;
    let nanos: u64 = format!("{part:0<9}").parse().ok()?;
    Some(seconds * 1_000_000_000 + nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let rows: Vec<Answered> = [
            (
                1_250_000_000,
                3,
                "112JULLGALAX5P/2",
                "lights 1000000000000000",
            ),
            (1_250_000_001, 2, RESET, ""),
            (
                2_000_000_000,
                0,
                "-2SMIVO/ADA MRS,X",
                "a \"quoted\", answer",
            ),
        ]
        .map(|(at, set, text, answer)| Answered {
            entry: Entry {
                at: Instant(at),
                set,
                text: text.to_owned(),
            },
            answer: answer.to_owned(),
            answered_at: Some(Instant(at + 5)),
        })
        .into();
        let text = write(&rows);
        let entries: Vec<Entry> = rows.into_iter().map(|r| r.entry).collect();
        assert_eq!(read(&text, 4), Ok(entries));
        assert!(text.lines().nth(1).unwrap().starts_with("1.250000000,3,"));
    }

    #[test]
    fn mistakes_have_a_place() {
        let wrong = "time,set,entry\n1.5,0,E\nsoon,0,E\n2,9,E\n3,1\n4,1,a\n5,1,\"E\n";
        let found: Vec<(usize, usize)> = read(wrong, 4)
            .unwrap_err()
            .iter()
            .map(|m| (m.line, m.column))
            .collect();
        assert_eq!(found, [(3, 1), (4, 3), (5, 4), (6, 5), (7, 5)]);
        assert_eq!(read("", 4).unwrap_err().len(), 1);
        assert_eq!(read("1,0,E\n", 4).unwrap_err()[0].line, 1);
    }
}
