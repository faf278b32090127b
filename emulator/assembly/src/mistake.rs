//! Mistakes in a program: where they stand on the card and what was expected there.
//!
//! The old assemblers printed a letter in the margin (U undefined, M multiply defined, O operation,
//! P phase) and left the programmer to think. This one names the place and, where it can, the cure.

use std::collections::BTreeMap;
use std::fmt;

/// One mistake in a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Name of the source file, as given.
    pub file: String,
    /// Line in that file, from 1.
    pub line: usize,
    /// Card column, from 1.
    pub column: usize,
    /// Columns concerned, at least 1.
    pub width: usize,
    /// What is wrong and what was expected.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, line, column) = (&self.file, self.line, self.column);
        write!(f, "{file}:{line}:{column}: {}", self.message)
    }
}

impl std::error::Error for Mistake {}

/// Where something stands; `within` names the macro expansion it came from, if any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub file: usize,
    pub line: usize,
    pub column: usize,
    pub width: usize,
    pub within: Option<String>,
}

/// At most this many mistakes are reported.
pub const MISTAKES_MAX: usize = 50;

/// The mistakes found so far.
#[derive(Debug, Default)]
pub(crate) struct Mistakes {
    found: Vec<(Place, String)>,
    /// For each undefined symbol the entry above that names it, and how many uses follow.
    undefined: BTreeMap<String, (usize, usize)>,
}

impl Mistakes {
    pub fn add(&mut self, place: Place, message: impl Into<String>) {
        // A loop of DUP or macros can repeat one mistake without end: keep a bounded number.
        if self.found.len() < 20 * MISTAKES_MAX {
            self.found.push((place, message.into()));
        }
    }

    /// A use of a symbol without value: the first is reported, the others are counted.
    pub fn add_undefined(&mut self, place: Place, name: &str, message: String) {
        if let Some((_, more)) = self.undefined.get_mut(name) {
            *more += 1;
            return;
        }
        let entry = (self.found.len(), 0);
        self.undefined.insert(name.to_string(), entry);
        self.add(place, message);
    }

    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// In order of the deck, without repetitions, the first fifty.
    pub fn finish(mut self, files: &[String]) -> Vec<Mistake> {
        for (entry, more) in self.undefined.values() {
            if let Some((_, message)) = self.found.get_mut(*entry).filter(|_| *more > 0) {
                let places = if *more == 1 { "place" } else { "places" };
                message.push_str(&format!(" (and at {more} more {places})"));
            }
        }
        self.found
            .sort_by_key(|(place, _)| (place.file, place.line, place.column));
        let mut mistakes: Vec<Mistake> = Vec::new();
        for (place, message) in self.found {
            let message = match place.within {
                Some(within) => format!("{message} (in the expansion of {within})"),
                None => message,
            };
            let mistake = Mistake {
                file: files.get(place.file).cloned().unwrap_or_default(),
                line: place.line,
                column: place.column,
                width: place.width.max(1),
                message,
            };
            if !mistakes.contains(&mistake) {
                mistakes.push(mistake);
            }
            if mistakes.len() == MISTAKES_MAX {
                break;
            }
        }
        mistakes
    }
}

/// The known name nearest to a wrong one: at most two letters changed, added, lost or exchanged,
/// and fewer than half of them.
pub fn nearest<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = match wrong.chars().count() {
        0 | 1 => return None,
        2..=4 => 1,
        _ => 2,
    };
    known
        .filter(|name| *name != wrong)
        .map(|name| (distance(wrong, name), name))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, name)| name)
}

/// Letters to change, add, drop or exchange with their neighbour to get from one name to the other.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 2 {
        return 3;
    }
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let changed = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = changed.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered() {
        let known = ["LOOP", "START", "TABLE"];
        let near = |wrong| nearest(wrong, known.into_iter());
        assert_eq!(near("LOPO"), Some("LOOP"));
        assert_eq!(near("STRT"), Some("START"));
        assert_eq!(near("ZEBRA"), None);
        assert_eq!(near("L"), None);
    }
}
