//! Reading the RON files that people write: site descriptions, their parts, exercises.
//!
//! A centre was described on paper: floor plans, cable lists, line orders. Here it is a file, and
//! a person will mistype it. What this module promises is that every mistake is answered with the
//! file, line and column, a caret under the place, what was expected, and the nearest name:
//!
//! ```text
//! error: unknown field `wrods`
//!  --> briarcliff/site.ron:12:9
//!    |
//! 12 |         wrods: 16384,
//!    |         ^^^^^ expected one of `name`, `words`
//!    = help: did you mean `words`?
//! ```
//!
//! | part | what it does |
//! |---|---|
//! | [`SourceMap`] | path -> bytes, filled from outside: nothing here opens a file |
//! | [`read`] | bytes -> value, or [`Mistakes`] |
//! | [`Locator`] | finds `drums[0].name` in the text, for mistakes across the file |
//! | [`Mistake`], [`render`] | one mistake; mistakes as a person reads them |
//!
//! Every file says `format: 1`; another number is refused by name before anything else is read.
//! The RON of these files lets `Some( )` and the names of one-field wrappers be left out. Limits:
//! 16 MiB for a file, 128 levels of nesting.
//!
//! Structures read with this module use `deny_unknown_fields`, and neither `flatten` nor tagged or
//! untagged enums, because these lose the place of a mistake.

use std::collections::BTreeMap;

use ron::extensions::Extensions;
use serde::de::DeserializeOwned;

mod explain;
mod locate;
mod mistake;
mod scan;

pub use locate::{Locator, Path};
pub use mistake::{Mistake, Mistakes, Position, nearest, one_of, render};

/// The format number that files carry.
pub const FORMAT: u32 = 1;
/// Files above this many bytes are refused unread.
pub const FILE_BYTES_MAX: usize = 16 << 20;

/// The files of a network or an exercise: path as the person gave it -> bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    files: BTreeMap<String, Vec<u8>>,
}

impl SourceMap {
    /// A map without files.
    pub fn new() -> SourceMap {
        SourceMap::default()
    }

    /// Puts a file into the map. A byte order mark at its begin is dropped.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        let mut bytes = bytes.into();
        if bytes.starts_with("\u{feff}".as_bytes()) {
            bytes.drain(..3);
        }
        self.files.insert(path.into(), bytes);
    }

    /// The bytes of a file.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// The text of a file, if it is there and is text.
    pub fn text(&self, path: &str) -> Option<&str> {
        std::str::from_utf8(self.get(path)?).ok()
    }

    /// The paths in the map, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }
}

/// The path of a file that the file at `path` names as `name`: relative to its folder, with `.`
/// and `..` resolved by text alone. A `name` that begins with `/` stays as it is.
pub fn beside(path: &str, name: &str) -> String {
    if name.starts_with('/') {
        return name.to_owned();
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(name.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|&last| last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if absolute {
        format!("/{joined}")
    } else {
        joined
    }
}

/// Reads the file at `path` as a `T`. `T` has a field `format`, whose number has been checked
/// when `T` is read.
pub fn read<T: DeserializeOwned>(map: &SourceMap, path: &str) -> Result<T, Mistakes> {
    let text = text_of(map, path)?;
    check_format(path, text)?;
    let options = ron::Options::default()
        .with_default_extension(Extensions::IMPLICIT_SOME | Extensions::UNWRAP_NEWTYPES);
    let mut reader = ron::Deserializer::from_str_with_options(text, &options)
        .map_err(|error| explain::mistakes(path, text, &error, &[]))?;
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let route = explain::route(error.path());
        let error = reader.span_error(error.into_inner());
        explain::mistakes(path, text, &error, &route)
    })?;
    if let Err(error) = reader.end() {
        return Err(explain::mistakes(
            path,
            text,
            &reader.span_error(error),
            &[],
        ));
    }
    let repeated = scan::repeated_keys(text);
    if repeated.is_empty() {
        return Ok(value);
    }
    let tell = |(key, first): (std::ops::Range<usize>, usize)| {
        let line = Position::of(text, first).line;
        let message = format!("`{}` stands in this map already", &text[key.clone()]);
        Mistake::at_bytes(path, key, message).help(format!("the first is in line {line}"))
    };
    Err(Mistakes(repeated.into_iter().map(tell).collect()))
}

/// The text of the file, if it is there, not absurdly large, text, and not empty.
fn text_of<'a>(map: &'a SourceMap, path: &str) -> Result<&'a str, Mistakes> {
    let bytes = map
        .get(path)
        .ok_or_else(|| Mistake::in_file(path, "there is no such file"))?;
    if bytes.len() > FILE_BYTES_MAX {
        let message = format!("the file has {} bytes", bytes.len());
        return Err(Mistake::in_file(path, message)
            .expected(format!("at most {FILE_BYTES_MAX} bytes"))
            .into());
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let message = format!("the file is not text: byte {at} is no UTF-8");
        Mistake::at_bytes(path, at..at, message).expected("a RON file")
    })?;
    if let Some(at) = text.find('\0') {
        let message = format!("the file is not text: byte {at} is 0");
        return Err(Mistake::at_bytes(path, at..at + 1, message)
            .expected("a RON file")
            .into());
    }
    if scan::is_blank(text) {
        return Err(Mistake::in_file(path, "the file is empty")
            .expected("a RON file that begins with `(format: 1,`")
            .into());
    }
    Ok(text)
}

/// Refuses an unknown format by name, before unknown fields of that format are complained about.
fn check_format(path: &str, text: &str) -> Result<(), Mistakes> {
    let locator = Locator::new(text);
    let Some(place) = locator.find(&["format"]) else {
        return Ok(()); // the reader will miss the field, or stop at something worse before
    };
    let number = match ron::from_str::<u64>(&text[place.clone()]) {
        Ok(number) if number != u64::from(FORMAT) => number,
        _ => return Ok(()), // the right one, or no number: the reader says what was expected
    };
    let message = format!("format {number} is not known; this duplex reads format {FORMAT}");
    Err(Mistake::at_bytes(path, place, message)
        .expected(format!("`{FORMAT}`"))
        .into())
}
