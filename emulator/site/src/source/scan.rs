//! The tokens of a RON text, with their places.
//!
//! The RON reader keeps no places, so this module cuts the text again, only when a mistake has to
//! be shown or a name found. It knows just enough of RON: comments (nested too), strings, raw
//! strings, bytes, characters, numbers, identifiers and punctuation. It never fails: what is not
//! closed becomes a token that says so and reaches to the end.

use std::collections::BTreeMap;
use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Identifier or keyword, raw (`r#type`) or not.
    Name,
    /// Anything that begins like a number.
    Number,
    /// String, raw string, byte string or character.
    Text,
    /// `(`, `[` or `{`.
    Open,
    /// `)`, `]` or `}`.
    Close,
    Comma,
    Colon,
    /// `#![...]` at the begin of a file.
    Attribute,
    /// Another character.
    Other,
    /// A string or character that is never closed.
    OpenText,
    /// A comment that is never closed.
    OpenComment,
}

/// A token: what it is and which bytes it covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    pub place: Range<usize>,
}

/// Iterates over the tokens of `text`, white space and comments left out.
#[derive(Clone, Debug)]
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    pub fn new(text: &'a str) -> Tokens<'a> {
        Tokens { text, at: 0 }
    }

    /// The tokens of `text` within `place`; places still count from the begin of `text`.
    pub fn within(text: &'a str, place: Range<usize>) -> Tokens<'a> {
        Tokens {
            text: &text[..place.end],
            at: place.start,
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Skips white space and comments; false at a comment that is never closed.
    fn skip_blank(&mut self) -> bool {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("//") {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if trimmed.starts_with("/*") {
                match comment_length(trimmed) {
                    Some(length) => self.at += length,
                    None => return false,
                }
            } else {
                return true;
            }
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let closed = self.skip_blank();
        let rest = self.rest();
        let first = rest.chars().next()?;
        let (kind, length) = if closed {
            token(rest, first)
        } else {
            (Kind::OpenComment, rest.len())
        };
        let start = self.at;
        self.at += length;
        Some(Token {
            kind,
            place: start..self.at,
        })
    }
}

/// Kind and length of the token at the begin of `rest`, whose first character is `first`.
fn token(rest: &str, first: char) -> (Kind, usize) {
    match first {
        '(' | '[' | '{' => (Kind::Open, 1),
        ')' | ']' | '}' => (Kind::Close, 1),
        ',' => (Kind::Comma, 1),
        ':' => (Kind::Colon, 1),
        '"' => closed_by(rest, 1, '"'),
        '\'' => character(rest, 1),
        '#' if rest.starts_with("#!") => match rest.find(']') {
            Some(end) => (Kind::Attribute, end + 1),
            None => (Kind::Attribute, rest.len()),
        },
        '0'..='9' => (Kind::Number, number_length(rest)),
        '+' | '-' | '.' if rest[1..].starts_with(|c: char| c.is_alphanumeric() || c == '.') => {
            (Kind::Number, number_length(rest))
        }
        _ if is_name(first) => name_or_text(rest),
        _ => (Kind::Other, first.len_utf8()),
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn name_length(rest: &str) -> usize {
    rest.find(|c| !is_name(c)).unwrap_or(rest.len())
}

/// A name, or what begins with the letters of a raw or byte string.
fn name_or_text(rest: &str) -> (Kind, usize) {
    for prefix in ["br", "r"] {
        let Some(after) = rest.strip_prefix(prefix) else {
            continue;
        };
        let hashes = after.bytes().take_while(|&b| b == b'#').count();
        if after[hashes..].starts_with('"') {
            let begin = prefix.len() + hashes + 1;
            let close = format!("\"{}", "#".repeat(hashes));
            return match rest[begin..].find(&close) {
                Some(end) => (Kind::Text, begin + end + close.len()),
                None => (Kind::OpenText, rest.len()),
            };
        }
        if hashes == 1 && prefix == "r" && after[1..].starts_with(is_name) {
            return (Kind::Name, 2 + name_length(&after[1..]));
        }
    }
    if rest.starts_with("b\"") {
        return closed_by(rest, 2, '"');
    }
    if rest.starts_with("b'") {
        return character(rest, 2);
    }
    (Kind::Name, name_length(rest))
}

/// Text that begins `begin` bytes in and runs to an unescaped `close`.
fn closed_by(rest: &str, begin: usize, close: char) -> (Kind, usize) {
    let mut escaped = false;
    for (at, c) in rest[begin..].char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == close {
            return (Kind::Text, begin + at + 1);
        }
    }
    (Kind::OpenText, rest.len())
}

/// A character in single quotes; one that is not closed ends with its line.
fn character(rest: &str, begin: usize) -> (Kind, usize) {
    if rest[begin..].starts_with("''") {
        return (Kind::Text, begin + 2);
    }
    let line = rest.find(['\n', '\r']).unwrap_or(rest.len());
    closed_by(&rest[..line], begin, '\'')
}

/// Digits, letters, `_` and `.`, and a sign at the begin or behind the `e` of an exponent.
fn number_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let hexadecimal = rest.trim_start_matches(['+', '-']).starts_with("0x");
    let mut length = 1;
    for (at, c) in rest.char_indices().skip(1) {
        let exponent = matches!(c, '+' | '-') && matches!(bytes[at - 1], b'e' | b'E');
        if !(is_name(c) || c == '.' || exponent && !hexadecimal) {
            break;
        }
        length = at + c.len_utf8();
    }
    length
}

/// Length of the comment `/* ... */` at the begin of `rest`, which may hold others.
fn comment_length(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let (mut depth, mut at) = (0, 0);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// Whether the text holds nothing but white space and comments.
pub(super) fn is_blank(text: &str) -> bool {
    Tokens::new(text).next().is_none()
}

/// The first token that ends behind `offset`: the one there, or the next.
pub(super) fn token_from(text: &str, offset: usize) -> Option<Token> {
    Tokens::new(text).find(|token| token.place.end > offset)
}

/// What closes an opening bracket.
pub(super) fn closing(open: &str) -> &'static str {
    match open {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}

/// A text whose brackets, strings or comments do not fit together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unbalanced {
    /// A string, character or comment that is never closed.
    NeverClosed(Token),
    /// An opening bracket that is never closed.
    OpenBracket(Range<usize>),
    /// A closing bracket (first) that does not fit the last opening one (second).
    WrongClose(Range<usize>, Range<usize>),
    /// A closing bracket where nothing is open.
    NothingOpen(Range<usize>),
}

/// The first place where brackets, strings or comments do not fit together.
pub(super) fn unbalanced(text: &str) -> Option<Unbalanced> {
    let mut open: Vec<Range<usize>> = Vec::new();
    for token in Tokens::new(text) {
        match token.kind {
            Kind::OpenText | Kind::OpenComment => return Some(Unbalanced::NeverClosed(token)),
            Kind::Open => open.push(token.place),
            Kind::Close => match open.pop() {
                None => return Some(Unbalanced::NothingOpen(token.place)),
                Some(last) if closing(&text[last.clone()]) != &text[token.place.clone()] => {
                    return Some(Unbalanced::WrongClose(token.place, last));
                }
                Some(_) => {}
            },
            _ => {}
        }
    }
    open.pop().map(Unbalanced::OpenBracket)
}

/// Keys that stand twice in one map `{ }`: the place of the later one and the begin of the first.
/// A reader of maps would silently keep the last.
pub(super) fn repeated_keys(text: &str) -> Vec<(Range<usize>, usize)> {
    struct Level<'a> {
        keys: Option<BTreeMap<&'a str, usize>>, // of a map; nothing for ( ) and [ ]
        entry: Option<usize>,                   // begin of the entry, until its colon
    }
    let mut levels: Vec<Level<'_>> = Vec::new();
    let mut repeated = Vec::new();
    let mut before = 0; // end of the token before
    for token in Tokens::new(text) {
        let start = token.place.start;
        if let Some(level) = levels.last_mut() {
            match token.kind {
                Kind::Comma => level.entry = Some(token.place.end),
                Kind::Colon => {
                    if let (Some(keys), Some(entry)) = (&mut level.keys, level.entry.take()) {
                        let first = Tokens::within(text, entry..before).next();
                        let key = first.map_or(start, |first| first.place.start)..before;
                        if key.start < key.end
                            && let Some(first) = keys.insert(&text[key.clone()], key.start)
                        {
                            repeated.push((key, first));
                        }
                    }
                }
                _ => {}
            }
        }
        match token.kind {
            Kind::Open => levels.push(Level {
                keys: text[start..].starts_with('{').then(BTreeMap::new),
                entry: Some(token.place.end),
            }),
            Kind::Close => {
                levels.pop();
            }
            _ => {}
        }
        before = token.place.end;
    }
    repeated
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<(Kind, &str)> {
        Tokens::new(text)
            .map(|token| (token.kind, &text[token.place]))
            .collect()
    }

    #[test]
    fn every_kind_of_token_is_cut_where_it_ends() {
        use Kind::*;
        assert_eq!(
            cut("#![enable(x)] (a: -1.5e+3, r#b: 'x') // , ( \n /* ( /* \" */ */ B"),
            [
                (Attribute, "#![enable(x)]"),
                (Open, "("),
                (Name, "a"),
                (Colon, ":"),
                (Number, "-1.5e+3"),
                (Comma, ","),
                (Name, "r#b"),
                (Colon, ":"),
                (Text, "'x'"),
                (Close, ")"),
                (Name, "B"),
            ]
        );
        assert_eq!(
            cut(r###""a\"b" r#"a"b"# b"x" b'"' '\'' ''' brief 0xFe-1 0o17 é"###),
            [
                (Text, r#""a\"b""#),
                (Text, r##"r#"a"b"#"##),
                (Text, r#"b"x""#),
                (Text, "b'\"'"),
                (Text, r"'\''"),
                (Text, "'''"),
                (Name, "brief"),
                (Number, "0xFe"),
                (Number, "-1"),
                (Number, "0o17"),
                (Name, "é"),
            ]
        );
        assert_eq!(cut("a \"b"), [(Name, "a"), (OpenText, "\"b")]);
        assert_eq!(
            cut("a /* /* */ b"),
            [(Name, "a"), (OpenComment, "/* /* */ b")]
        );
        assert_eq!(cut("r##\"x\"#"), [(OpenText, "r##\"x\"#")]);
        assert_eq!(cut("'a\n1"), [(OpenText, "'a"), (Number, "1")]);
    }

    #[test]
    fn brackets_are_matched() {
        assert_eq!(unbalanced("([{}], \")\", /* ) */)"), None);
        assert_eq!(
            unbalanced("([1, 2)"),
            Some(Unbalanced::WrongClose(6..7, 1..2))
        );
        assert_eq!(unbalanced("(a: [1]"), Some(Unbalanced::OpenBracket(0..1)));
        assert_eq!(unbalanced("())"), Some(Unbalanced::NothingOpen(2..3)));
    }

    #[test]
    fn keys_are_compared_within_one_map() {
        let text = r#"(a: {"x": {"x": 1}, "y": (x: 1, x: 2), "x" : 3}, b: {"x": 1})"#;
        let repeated = repeated_keys(text);
        assert_eq!(repeated.len(), 1);
        let (key, first) = repeated[0].clone();
        assert_eq!(
            (&text[key.clone()], key.start > 30, first),
            ("\"x\"", true, 5)
        );
    }
}
