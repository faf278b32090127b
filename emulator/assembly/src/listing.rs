//! The listing: locations and words in octal beside the cards, then the symbols with their uses.
//!
//! ```text
//! LOC    WORD              CARD   SOURCE
//! 00144  0774 00 1 00012     12   START  AXT     10,1
//! 00145  2 00001 1 00145     13          TIX     *,1,1
//! 00146  000000000005        14          DEC     5
//! ```
//!
//! How a location and a word are written is the dialect's. Cards made by DUP, RMT or a macro carry a
//! `+` and the line of the card that made them.

use crate::ListingLine;
use crate::card::Card;
use crate::symbols::{Origin, Symbols};
use std::fmt::Write as _;

/// A value of a symbol: five octal digits when it could be an address, more if it needs them.
pub(crate) fn octal_value(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{:05o}", value.unsigned_abs())
}

/// The listing as it grows.
pub(crate) struct Listing<'a> {
    pub text: String,
    pub on: bool,
    names: &'a [String],
    /// How a location is written.
    location: fn(i64) -> String,
    file: Option<usize>,
}

impl Listing<'_> {
    pub fn new(names: &[String], location: fn(i64) -> String) -> Listing<'_> {
        Listing {
            text: String::new(),
            on: true,
            names,
            location,
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
        let location = location.map_or(String::new(), self.location);
        let mark = if card.generated { '+' } else { ' ' };
        let (line, image) = (card.line, &card.image);
        self.push(&format!(
            "{location:<5}  {word:<15} {line:>6}{mark}  {image}"
        ));
    }

    /// A further word of the same card.
    pub fn word(&mut self, location: i64, word: &str) {
        let location = (self.location)(location);
        self.push(&format!("{location}  {word}"));
    }

    /// A literal of the pool.
    pub fn literal(&mut self, location: i64, word: &str, text: &str) {
        let location = (self.location)(location);
        self.push(&format!("{location}  {word:<15}          {text}"));
    }

    pub fn blank(&mut self) {
        self.push("");
    }

    /// How many words there are, the blocks they stand in, and the start.
    pub fn summary(&mut self, lines: &[ListingLine], start: Option<u32>) {
        self.on = true;
        let start = start.map_or(String::new(), |start| {
            format!(", START {}", (self.location)(start.into()))
        });
        self.push(&format!("\nWORDS {}{start}", lines.len()));
        for block in lines.chunk_by(|line, next| next.location == line.location + 1) {
            if let (Some(first), Some(last)) = (block.first(), block.last()) {
                let ends = [first, last].map(|line| (self.location)(line.location.into()));
                self.push(&ends.join(" TO "));
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
            if symbol.origin == Origin::Standard && symbol.uses.is_empty() {
                continue;
            }
            let mut text = String::new();
            let defined = match symbol.origin {
                Origin::Parameter | Origin::Standard => "given".to_string(),
                _ => place(symbol.defined),
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
