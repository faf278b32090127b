//! Finds the place of a value in a RON text by the way one would say it: `drums[0].name`.
//!
//! Mistakes that only show when the whole file is known ("the link names a site that does not
//! exist") are found in plain structures that keep no places. They are told with a [`Path`], and
//! the [`Locator`] walks the text along it. It reads only as much as it must and builds nothing,
//! so a correct file costs nothing.

use std::fmt;
use std::ops::Range;

use super::scan::{Kind, Token, Tokens};

/// Brackets without a step of their own, one within the other, that are looked through.
const WRAPPERS_MAX: usize = 4;

/// The way to a value: fields, keys and indices from the outside in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(Vec<String>);

impl Path {
    /// The whole file.
    pub fn new() -> Path {
        Path::default()
    }

    /// The field, key or variant called `name` of the value so far.
    pub fn field(&self, name: impl Into<String>) -> Path {
        let mut path = self.clone();
        path.0.push(name.into());
        path
    }

    /// Element `index` (from 0) of the list so far.
    pub fn index(&self, index: usize) -> Path {
        self.field(index.to_string())
    }

    /// The steps from the outside in.
    pub fn steps(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether this is the whole file.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<S: AsRef<str>> From<&[S]> for Path {
    fn from(steps: &[S]) -> Path {
        Path(steps.iter().map(|step| step.as_ref().to_owned()).collect())
    }
}

impl<S: AsRef<str>, const N: usize> From<[S; N]> for Path {
    fn from(steps: [S; N]) -> Path {
        Path::from(&steps[..])
    }
}

impl<S: AsRef<str>, const N: usize> From<&[S; N]> for Path {
    fn from(steps: &[S; N]) -> Path {
        Path::from(&steps[..])
    }
}

impl From<&Path> for Path {
    fn from(path: &Path) -> Path {
        path.clone()
    }
}

/// `drums[0].name`
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, step) in self.0.iter().enumerate() {
            if step.bytes().all(|b| b.is_ascii_digit()) && !step.is_empty() {
                write!(f, "[{step}]")?;
            } else {
                write!(f, "{}{step}", if n > 0 { "." } else { "" })?;
            }
        }
        Ok(())
    }
}

/// Finds values in one text. It never fails and never panics, whatever the text is.
#[derive(Clone, Copy, Debug)]
pub struct Locator<'a> {
    text: &'a str,
}

/// One entry between the commas of a bracket.
struct Entry {
    key: Option<Range<usize>>,
    value: Range<usize>,
}

impl<'a> Locator<'a> {
    /// A locator for `text`.
    pub fn new(text: &'a str) -> Locator<'a> {
        Locator { text }
    }

    /// The bytes of the value that `path` leads to, or nothing if the path ends on the way.
    ///
    /// Brackets of `Some( )`, of one-field wrappers and of enum variants may be on the way
    /// without a step of their own, or with the variant's name as a step.
    pub fn find(&self, path: &[impl AsRef<str>]) -> Option<Range<usize>> {
        self.walk(path).ok().map(|entry| entry.value)
    }

    /// The bytes of the value that `path` leads to, or of the innermost one around it that exists
    /// (a missing field is shown at its structure).
    pub fn locate(&self, path: &[impl AsRef<str>]) -> Range<usize> {
        self.walk(path).unwrap_or_else(|reached| reached).value
    }

    /// The bytes of the field name or map key at the end of `path`; of the value if it has no
    /// key, or as [`Locator::locate`].
    pub fn locate_key(&self, path: &[impl AsRef<str>]) -> Range<usize> {
        let entry = self.walk(path).unwrap_or_else(|reached| reached);
        entry.key.unwrap_or(entry.value)
    }

    /// What `Some( )`, a one-field wrapper or a variant of one field holds, if `value` is one.
    pub(super) fn wrapped(&self, value: &Range<usize>) -> Option<Range<usize>> {
        self.entries(value).1?.wrapped()
    }

    /// The entry at the end of the path, or the last one reached.
    fn walk(&self, path: &[impl AsRef<str>]) -> Result<Entry, Entry> {
        let mut reached = self.whole();
        for step in path {
            match self.step(&reached.value, step.as_ref()) {
                Some(entry) => reached = entry,
                None => return Err(reached),
            }
        }
        Ok(reached)
    }

    /// The value of the file: from its first token that is no attribute to its last.
    fn whole(&self) -> Entry {
        let mut value = 0..0;
        let tokens = Tokens::new(self.text).filter(|token| token.kind != Kind::Attribute);
        for (n, token) in tokens.enumerate() {
            if n == 0 {
                value.start = token.place.start;
            }
            value.end = token.place.end;
        }
        Entry { key: None, value }
    }

    fn step(&self, value: &Range<usize>, step: &str) -> Option<Entry> {
        let mut value = value.clone();
        for _ in 0..WRAPPERS_MAX {
            let (name, entries) = self.entries(&value);
            let is_name = name.is_some_and(|name| key_is(&self.text[name], step));
            let mut entries = entries?;
            if let Some(inner) = entries.wrapped() {
                // Some(x), Wrapper(x), Variant(x): the bracket is no step of its own.
                if is_name {
                    return Some(Entry { key: None, value });
                }
                if step == "0" && self.entries(&inner).1.is_none() {
                    let value = inner;
                    return Some(Entry { key: None, value });
                }
                value = inner;
                continue;
            }
            let index = step.parse::<usize>().ok();
            let found = entries
                .by_ref()
                .enumerate()
                .find(|(n, entry)| match &entry.key {
                    Some(key) => key_is(&self.text[key.clone()], step),
                    None => index == Some(*n),
                });
            return match found {
                Some((_, entry)) => Some(entry),
                None => is_name.then_some(Entry { key: None, value }),
            };
        }
        None
    }

    /// The name before the bracket of a value, and what is between its commas; no entries if the
    /// value has no bracket.
    fn entries(&self, value: &Range<usize>) -> (Option<Range<usize>>, Option<Entries<'a>>) {
        let mut tokens = Tokens::within(self.text, value.clone()).peekable();
        let name = tokens.next_if(|token| token.kind == Kind::Name);
        let name = name.map(|token| token.place);
        let Some(Token { place, .. }) = tokens.next_if(|token| token.kind == Kind::Open) else {
            return (name, None);
        };
        let round = self.text[place.clone()].starts_with('(');
        let tokens = Tokens::within(self.text, place.end..value.end);
        (name, Some(Entries { tokens, round }))
    }
}

/// Iterates over the entries of a bracket that has been opened.
#[derive(Clone)]
struct Entries<'a> {
    tokens: Tokens<'a>,
    /// Opened by `(`.
    round: bool,
}

impl Entries<'_> {
    /// The one value between round brackets, if there is just one and it has no key.
    fn wrapped(&self) -> Option<Range<usize>> {
        let mut entries = self.clone();
        match (entries.next(), entries.next()) {
            (Some(Entry { key: None, value }), None) if self.round => Some(value),
            _ => None,
        }
    }
}

impl Iterator for Entries<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let mut depth = 0u32;
        let mut part: Option<Range<usize>> = None; // of the key, then of the value
        let mut key = None;
        for token in self.tokens.by_ref() {
            match token.kind {
                Kind::Open => depth += 1,
                Kind::Close if depth == 0 => break,
                Kind::Close => depth -= 1,
                Kind::Comma if depth == 0 => break,
                Kind::Colon if depth == 0 && key.is_none() => {
                    key = part.take();
                    continue;
                }
                _ => {}
            }
            match &mut part {
                Some(part) => part.end = token.place.end,
                None => part = Some(token.place),
            }
        }
        let value = part.or_else(|| key.clone())?;
        Some(Entry { key, value })
    }
}

/// Whether a key as written (`name`, `r#name`, `"name"`, `5`) is the step `step`.
fn key_is(written: &str, step: &str) -> bool {
    if written.strip_prefix("r#").unwrap_or(written) == step {
        return true;
    }
    match written.strip_prefix('"').and_then(|w| w.strip_suffix('"')) {
        Some(plain) if !plain.contains('\\') => plain == step,
        Some(_) => ron::from_str::<String>(written).is_ok_and(|key| key == step),
        None => written.starts_with('r') && ron::from_str::<String>(written).as_deref() == Ok(step),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r##"#![enable(implicit_some)]
// the (first, site)
Site(
    format: 1,
    drums: [
        (name: "D,1", words: 16384), /* between */
        Drum(name: "D2", words: Some(8192),),
    ],
    limits: { "a b": 1, "c\"d": (2, 3), 5: [6] },
    faults: [Stop(machine: "A"), Cut((line: "L1", both: true)), Quiet],
    r#type: Some((speed: 1.5)),
)"##;

    fn at(path: &[&str]) -> Option<&'static str> {
        Locator::new(TEXT).find(path).map(|place| &TEXT[place])
    }

    #[test]
    fn a_value_is_found_along_its_path() {
        assert_eq!(at(&["format"]), Some("1"));
        assert_eq!(at(&["drums", "0", "name"]), Some("\"D,1\""));
        assert_eq!(at(&["drums", "1", "words"]), Some("Some(8192)"));
        assert_eq!(at(&["drums", "1", "words", "0"]), Some("8192"));
        assert_eq!(at(&["limits", "a b"]), Some("1"));
        assert_eq!(at(&["limits", "c\"d", "1"]), Some("3"));
        assert_eq!(at(&["limits", "5", "0"]), Some("6"));
        assert_eq!(at(&["faults", "0", "Stop", "machine"]), Some("\"A\""));
        assert_eq!(at(&["faults", "0", "machine"]), Some("\"A\""));
        assert_eq!(at(&["faults", "1", "Cut", "both"]), Some("true"));
        assert_eq!(at(&["faults", "2"]), Some("Quiet"));
        assert_eq!(at(&["type", "speed"]), Some("1.5"));
        assert_eq!(at(&["drums", "2"]), None);
        assert_eq!(at(&["drums", "0", "speed"]), None);
        assert!(at(&[]).unwrap().starts_with("Site("));
    }

    #[test]
    fn what_is_missing_is_shown_around_it_and_keys_have_places() {
        let locator = Locator::new(TEXT);
        let around = &TEXT[locator.locate(&["drums", "0", "speed"])];
        assert_eq!(around, "(name: \"D,1\", words: 16384)");
        let key = &TEXT[locator.locate_key(&["limits", "c\"d"])];
        assert_eq!(key, r#""c\"d""#);
        let element = &TEXT[locator.locate_key(&["faults", "2"])];
        assert_eq!(element, "Quiet");
    }

    #[test]
    fn a_path_is_written_as_one_says_it() {
        let path = Path::from(["drums", "0"]).field("name");
        assert_eq!(path.to_string(), "drums[0].name");
        assert_eq!(path, Path::new().field("drums").index(0).field("name"));
    }

    #[test]
    fn deep_nesting_needs_no_stack() {
        let text = "(".repeat(200_000);
        let locator = Locator::new(&text);
        assert_eq!(locator.find(&["1"]), None);
    }
}
