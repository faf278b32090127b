//! From an error of the RON reader to a mistake with a place.
//!
//! The reader says little ("Expected integer") and its place is often one token early. What helps:
//! the path to the value being read, which finds the value in the text; for names, the last token
//! with that name before the reader's place; for the rest, the first token at or behind it.

use std::ops::Range;

use ron::error::{Error, SpannedError};
use serde_path_to_error::Segment;

use super::locate::{Locator, Path};
use super::mistake::{Mistake, Mistakes, Position, one_of};
use super::scan::{self, Kind, Token, Tokens, Unbalanced};

/// The path that the reader was on, as far as it is known.
pub(super) fn route(path: &serde_path_to_error::Path) -> Vec<String> {
    path.iter()
        .map_while(|segment| match segment {
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Map { key } => Some(key.clone()),
            Segment::Enum { variant } => Some(variant.clone()),
            Segment::Unknown => None,
        })
        .collect()
}

/// The mistakes behind an error of the reader.
pub(super) fn mistakes(file: &str, text: &str, error: &SpannedError, route: &[String]) -> Mistakes {
    let mut found = Mistakes::new();
    let unbalanced = scan::unbalanced(text);
    if let Some(unbalanced) = &unbalanced {
        found.push(explain_unbalanced(file, text, unbalanced));
    }
    if unbalanced.is_none() || !is_syntax(&error.code) {
        let mut mistake = explain(file, text, error, route);
        mistake.path = Path::from(route);
        found.push(mistake);
    }
    found
}

fn explain_unbalanced(file: &str, text: &str, what: &Unbalanced) -> Mistake {
    let said = |place: &Range<usize>| &text[place.clone()];
    match what {
        Unbalanced::NeverClosed(Token { kind, place }) => {
            let length = if *kind == Kind::OpenComment { 2 } else { 1 };
            let what = if *kind == Kind::OpenComment {
                "comment"
            } else {
                "text"
            };
            let message = format!("this {what} is never closed");
            Mistake::at_bytes(file, place.start..place.start + length, message)
        }
        Unbalanced::OpenBracket(place) => {
            let message = format!("this `{}` is never closed", said(place));
            let close = scan::closing(said(place));
            Mistake::at_bytes(file, place.clone(), message)
                .expected(format!("`{close}` before the end of the file"))
        }
        Unbalanced::WrongClose(close, open) => {
            let (closed, opened) = (said(close), said(open));
            let at = Position::of(text, open.start);
            let message = format!("`{closed}` does not close the `{opened}` of {at}");
            Mistake::at_bytes(file, close.clone(), message)
                .expected(format!("`{}`", scan::closing(opened)))
        }
        Unbalanced::NothingOpen(place) => {
            let message = format!("nothing is open that `{}` could close", said(place));
            Mistake::at_bytes(file, place.clone(), message)
        }
    }
}

/// Whether the reader stumbled over the form, not over a value.
fn is_syntax(code: &Error) -> bool {
    use Error::*;
    matches!(
        code,
        Eof | ExpectedArrayEnd
            | ExpectedAttribute
            | ExpectedAttributeEnd
            | ExpectedComma
            | ExpectedIdentifier
            | ExpectedMapColon
            | ExpectedMapEnd
            | ExpectedOptionEnd
            | ExpectedStringEnd
            | ExpectedStructLikeEnd
            | ExceededRecursionLimit
            | InvalidEscape(_)
            | InvalidIdentifier(_)
            | NoSuchExtension(_)
            | SuggestRawIdentifier(_)
            | TrailingCharacters
            | UnclosedBlockComment
            | UnclosedLineComment
            | UnexpectedChar(_)
    )
}

fn explain(file: &str, text: &str, error: &SpannedError, route: &[String]) -> Mistake {
    let cursor = offset_of(text, error.span.end.line, error.span.end.col);
    let named = |name: &str| name_before(text, cursor, name);
    match &error.code {
        Error::NoSuchStructField {
            expected, found, ..
        } => Mistake::at_bytes(file, named(found), format!("unknown field `{found}`"))
            .expected(one_of(expected))
            .nearest(found, expected),
        Error::NoSuchEnumVariant {
            expected, found, ..
        } => Mistake::at_bytes(file, named(found), format!("unknown variant `{found}`"))
            .expected(one_of(expected))
            .nearest(found, expected),
        Error::DuplicateStructField { field, .. } => {
            let message = format!("the field `{field}` stands here a second time");
            Mistake::at_bytes(file, named(field), message)
        }
        Error::MissingStructField { field, .. } => {
            let message = format!("the field `{field}` is missing");
            let place = Locator::new(text).locate(route);
            Mistake::at_bytes(file, opening(text, place), message)
                .expected(format!("`{field}: ...` in here"))
        }
        code if is_syntax(code) => explain_syntax(file, text, cursor, code),
        code => explain_value(file, text, cursor, code, route),
    }
}

fn explain_syntax(file: &str, text: &str, cursor: usize, code: &Error) -> Mistake {
    let place = token_place(text, cursor);
    let said = shown(text, &place);
    let expected = match code {
        Error::ExpectedComma => {
            let token = scan::token_from(text, cursor);
            if token.is_some_and(|t| t.kind == Kind::Number && t.place.start < cursor) {
                let message = format!("expected a whole number, found `{said}`");
                return Mistake::at_bytes(file, place, message).expected("a whole number");
            }
            "a comma before this"
        }
        Error::ExpectedArrayEnd => "`]`",
        Error::ExpectedMapEnd => "`}`",
        Error::ExpectedMapColon => "a colon `:`",
        Error::ExpectedOptionEnd | Error::ExpectedStructLikeEnd => "`)`",
        Error::ExpectedIdentifier if said.starts_with('"') => "a name without quotes",
        Error::ExpectedIdentifier => "the name of a field",
        Error::ExpectedStringEnd => "the end of the text, `\"`",
        Error::Eof => {
            return Mistake::at_bytes(file, place, "the file ends too early")
                .expected("more behind this");
        }
        Error::TrailingCharacters => {
            return Mistake::at_bytes(file, place, format!("`{said}` follows the end"))
                .expected("nothing more");
        }
        Error::ExceededRecursionLimit => {
            return Mistake::at_bytes(file, place, "brackets are nested too deeply")
                .expected("at most 128 levels");
        }
        other => return Mistake::at_bytes(file, place, lower_first(&other.to_string())),
    };
    Mistake::at_bytes(file, place, format!("`{said}` does not fit here")).expected(expected)
}

/// A value of the wrong type, out of range, or refused by its own rules.
fn explain_value(file: &str, text: &str, cursor: usize, code: &Error, route: &[String]) -> Mistake {
    let located = Some(route).filter(|route| !route.is_empty());
    let located = located.and_then(|route| Locator::new(text).find(route));
    let place = match located {
        Some(mut place) => {
            // The reader may have stopped within `Some( )` or a variant, which are no steps.
            while let Some(inner) = Locator::new(text).wrapped(&place)
                && opening(text, place.clone()).end <= cursor
            {
                place = inner;
            }
            opening(text, place)
        }
        None => token_place(text, cursor),
    };
    let said = shown(text, &place);
    let expected = match code {
        Error::Message(message) => {
            return Mistake::at_bytes(file, place, lower_first(message));
        }
        Error::IntegerOutOfBounds => {
            let message = format!("the number `{said}` is out of range");
            let below = said.starts_with('-');
            let size = if below { "larger" } else { "smaller" };
            return Mistake::at_bytes(file, place, message).expected(format!("a {size} number"));
        }
        Error::ExpectedDifferentLength { expected, found } => {
            let expected = counted(expected);
            let message = format!("expected {expected}, found {found}");
            return Mistake::at_bytes(file, place, message).expected(expected);
        }
        Error::InvalidValueForType { expected, .. } => type_name(expected),
        Error::ExpectedBoolean => "`true` or `false`".to_owned(),
        Error::ExpectedInteger | Error::InvalidIntegerDigit { .. } => "a whole number".to_owned(),
        Error::ExpectedFloat | Error::FloatUnderscore => "a number".to_owned(),
        Error::ExpectedString => "text in double quotes".to_owned(),
        Error::ExpectedChar => "one character in single quotes".to_owned(),
        Error::ExpectedArray => "a list `[ ... ]`".to_owned(),
        Error::ExpectedMap => "a map `{ ... }`".to_owned(),
        Error::ExpectedOption => "`Some( ... )` or `None`".to_owned(),
        Error::ExpectedUnit => "`()`".to_owned(),
        Error::ExpectedStructLike => "fields in parentheses `( ... )`".to_owned(),
        Error::ExpectedNamedStructLike(name) => format!("`{name}( ... )` or `( ... )`"),
        Error::ExpectedDifferentStructName { expected, .. } => {
            format!("`{expected}( ... )` or `( ... )`")
        }
        other => return Mistake::at_bytes(file, place, lower_first(&other.to_string())),
    };
    Mistake::at_bytes(file, place, format!("expected {expected}, found `{said}`"))
        .expected(expected)
}

/// `tuple variant Delay::Drawn with 2 elements` in a person's words.
fn counted(expected: &str) -> String {
    let number = expected.rsplit_once(" with ");
    let number = number.and_then(|(_, rest)| rest.strip_suffix(" elements"));
    number.map_or(expected.to_owned(), |n| {
        format!("{n} values in parentheses")
    })
}

/// What a person calls a type of Rust.
fn type_name(rust: &str) -> String {
    let range = match rust {
        "u8" => "0 to 255",
        "u16" => "0 to 65535",
        "u32" => "0 to 4294967295",
        "u64" | "usize" => "0 to 18446744073709551615",
        "i8" => "-128 to 127",
        "i16" => "-32768 to 32767",
        "i32" => "-2147483648 to 2147483647",
        "f32" | "f64" => return "a number".to_owned(),
        "bool" | "a boolean" => return "`true` or `false`".to_owned(),
        "a string" => return "text in double quotes".to_owned(),
        "a sequence" => return "a list `[ ... ]`".to_owned(),
        "a map" => return "a map `{ ... }`".to_owned(),
        other => return other.to_owned(),
    };
    format!("a whole number from {range}")
}

/// Byte offset of a line and column of the reader (both from 1, columns in characters).
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let mut start = 0;
    for _ in 1..line {
        match text[start..].find('\n') {
            Some(at) => start += at + 1,
            None => break,
        }
    }
    let mut characters = text[start..].char_indices();
    let at = characters.nth(column.saturating_sub(1));
    at.map_or(text.len(), |(at, _)| start + at)
}

/// The last token called `name` that begins before `cursor`; else the first one behind it; else
/// the token at the cursor.
fn name_before(text: &str, cursor: usize, name: &str) -> Range<usize> {
    let is_it = |token: &Token| {
        let said = &text[token.place.clone()];
        said.strip_prefix("r#").unwrap_or(said).trim_matches('"') == name
    };
    let mut last = None;
    for token in Tokens::new(text).filter(is_it) {
        if last.is_some() && token.place.start >= cursor {
            break;
        }
        last = Some(token.place);
    }
    last.unwrap_or_else(|| token_place(text, cursor))
}

/// The token at or behind `cursor`; at the end of the file, the last token.
fn token_place(text: &str, cursor: usize) -> Range<usize> {
    let token = scan::token_from(text, cursor).or_else(|| Tokens::new(text).last());
    token.map_or(cursor..cursor, |token| token.place)
}

/// Of a value in brackets, what comes before its first entry; any other value whole.
fn opening(text: &str, place: Range<usize>) -> Range<usize> {
    let mut end = place.start;
    for token in Tokens::within(text, place.clone()).take(2) {
        end = token.place.end;
        match token.kind {
            Kind::Name => {}
            Kind::Open => return place.start..end,
            _ => return place,
        }
    }
    place.start..end.max(place.start)
}

/// The text of a place, short enough for a message.
fn shown(text: &str, place: &Range<usize>) -> String {
    let said = &text[place.clone()];
    let line = said.lines().next().unwrap_or_default();
    let short: String = line.chars().take(40).collect();
    if short.len() < said.len() {
        format!("{short}...")
    } else {
        short
    }
}

fn lower_first(message: &str) -> String {
    let mut characters = message.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => "this is not accepted".to_owned(),
    }
}
