//! The listing: locations and words in octal beside the cards, then the symbols with their uses.
//!
//! ```text
//! LOC    WORD              CARD   SOURCE
//! 00144  0774 00 1 00012     12   START  AXT     10,1
//! 00145  2 00001 1 00145     13          TIX     *,1,1
//! 00146  000000000005        14          DEC     5
//! ```
//!
//! Instructions are grouped as on the console: operation, flag, tag, address; words with a
//! decrement as prefix, decrement, tag, address; data stays in one piece. Cards made by DUP, RMT
//! or a macro carry a `+` and the line of the card that made them.

use super::ListingLine;
use super::card::Card;
use super::symbols::Symbols;
use std::fmt::Write as _;

/// How twelve octal digits are set apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grouping {
    /// Operation, flag, tag, address.
    Operation,
    /// Prefix, decrement, tag, address.
    Prefix,
    /// All in one.
    Data,
}

impl Grouping {
    pub fn show(self, word: u64) -> String {
        match self {
            Grouping::Operation => word::octal::instruction(word),
            Grouping::Prefix => word::octal::fields(word),
            Grouping::Data => word::octal::word(word),
        }
    }
}

/// A value of a symbol: five octal digits when it could be an address, more if it needs them.
pub(super) fn octal_value(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{:05o}", value.unsigned_abs())
}

/// The listing as it grows.
pub(super) struct Listing<'a> {
    pub text: String,
    pub on: bool,
    names: &'a [String],
    file: Option<usize>,
}

impl Listing<'_> {
    pub fn new(names: &[String]) -> Listing<'_> {
        Listing {
            text: String::new(),
            on: true,
            names,
            file: None,
        }
    }

    fn push(&mut self, text: &str) {
        if self.on {
            self.text.push_str(text.trim_end());
            self.text.push('\n');
        }
    }

    /// One card with its first word.
    pub fn card(&mut self, card: &Card, location: Option<i64>, word: &str) {
        if self.file != Some(card.file) {
            self.file = Some(card.file);
            let name = self.names.get(card.file).map_or("", String::as_str);
            let blank = if self.text.is_empty() { "" } else { "\n" };
            let number = card.file + 1;
            self.push(&format!("{blank}FILE {number}  {name}\n"));
            self.push("LOC    WORD              CARD   SOURCE");
        }
        let location = location.map_or(String::new(), |location| format!("{location:05o}"));
        let mark = if card.generated { '+' } else { ' ' };
        let (line, image) = (card.line, &card.image);
        self.push(&format!(
            "{location:<5}  {word:<15} {line:>6}{mark}  {image}"
        ));
    }

    /// A further word of the same card.
    pub fn word(&mut self, location: i64, word: &str) {
        self.push(&format!("{location:05o}  {word}"));
    }

    /// A literal of the pool.
    pub fn literal(&mut self, location: i64, word: &str, text: &str) {
        self.push(&format!("{location:05o}  {word:<15}          {text}"));
    }

    pub fn blank(&mut self) {
        self.push("");
    }

    /// How many words there are, the blocks they stand in, and the start.
    pub fn summary(&mut self, lines: &[ListingLine], start: Option<u16>) {
        self.on = true;
        let start = start.map_or(String::new(), |start| format!(", START {start:05o}"));
        self.push(&format!("\nWORDS {}{start}", lines.len()));
        for block in lines.chunk_by(|line, next| next.location == line.location + 1) {
            if let (Some(first), Some(last)) = (block.first(), block.last()) {
                let (first, last) = (first.location, last.location);
                self.push(&format!("{first:05o} TO {last:05o}"));
            }
        }
    }

    /// The symbol table with cross-references.
    pub fn symbols(&mut self, symbols: &Symbols) {
        let several = self.names.len() > 1;
        let place = |(file, line): (usize, usize)| {
            if several {
                format!("{}/{line}", file + 1)
            } else {
                line.to_string()
            }
        };
        let mark = if several { " (file/card)" } else { "" };
        self.push(&format!("\nSYMBOL  VALUE         DEFINED  USED{mark}"));
        for (name, symbol) in &symbols.table {
            let mut text = String::new();
            let defined = if symbol.origin == super::symbols::Origin::Parameter {
                "given".to_string()
            } else {
                place(symbol.defined)
            };
            let value = octal_value(symbol.value);
            let _ = write!(text, "{name:<6}  {value:<12}  {defined:>7} ");
            let margin = text.len();
            let mut width = margin;
            for used in &symbol.uses {
                let used = place(*used);
                if width + used.len() > 96 {
                    text.push('\n');
                    text.push_str(&" ".repeat(margin));
                    width = margin;
                }
                let _ = write!(text, " {used}");
                width += used.len() + 1;
            }
            self.push(&text);
        }
    }
}
