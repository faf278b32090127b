//! One card of a symbolic deck: location, operation and variable field.
//!
//! | columns | field |
//! |---|---|
//! | 1-6 | location: a symbol, or blank; `*` in column 1 makes the card a comment |
//! | 7 | blank |
//! | 8-15 | operation, with `*` after it for indirect addressing |
//! | from 16 at the latest | variable field, up to the first blank; then comments |
//!
//! The variable field begins at the first nonblank column after the operation if that is column 16
//! or earlier, or if exactly one blank stands between; otherwise the card has none and what
//! follows is a comment. Cards may be longer than 80 columns; nothing is cut off at column 72.
//!
//! Source: the project's reference on the 7090, section 20.1. *Assigned by us*: no limit at column
//! 72; a tab is a mistake, since it is no column of a card.

use crate::mistake::{Mistakes, Place};

/// A field as punched.
#[derive(Clone, Debug, Default)]
pub(crate) struct Field {
    pub text: String,
    /// First column, from 1.
    pub column: usize,
}

/// One card.
#[derive(Clone, Debug, Default)]
pub(crate) struct Card {
    pub file: usize,
    pub line: usize,
    /// The card as listed.
    pub image: String,
    pub location: Field,
    /// Without the `*`.
    pub operation: Field,
    pub indirect: bool,
    /// From the first column of the variable field to the end of the card, comments included.
    pub rest: Field,
    /// Comment or blank.
    pub is_comment: bool,
    /// Made by DUP, RMT or a macro, not read from a file here.
    pub generated: bool,
    /// The macro whose expansion made it.
    pub within: Option<String>,
}

impl Card {
    /// Reads one line. `None` if it cannot be a card at all (the mistake is recorded).
    pub fn read(file: usize, line: usize, text: &str, mistakes: &mut Mistakes) -> Option<Card> {
        let text = text.trim_end();
        let chars: Vec<char> = text.chars().collect();
        let place = |column: usize, width: usize| Place {
            file,
            line,
            column,
            width,
            within: None,
        };
        let mut card = Card {
            file,
            line,
            image: text.to_string(),
            ..Card::default()
        };
        if let Some(tab) = chars.iter().position(|c| *c == '\t') {
            let message = "a tab is not a column of a card; use blanks";
            mistakes.add(place(tab + 1, 1), message);
            return None;
        }
        if chars.is_empty() || chars[0] == '*' {
            card.is_comment = true;
            return Some(card);
        }
        let blank = |index: usize| chars.get(index).is_none_or(|c| *c == ' ');
        if !blank(6) {
            let start = (0..7).rev().take_while(|i| !blank(*i)).last().unwrap_or(6);
            let width = (start..chars.len()).take_while(|i| !blank(*i)).count();
            let message = if start == 0 {
                "a symbol has at most 6 characters, and column 7 is blank"
            } else {
                "columns 1-6 hold the location symbol, column 7 is blank, the operation begins in column 8"
            };
            mistakes.add(place(start + 1, width), message);
            return None;
        }
        let location = &chars[..chars.len().min(6)];
        if let Some(start) = location.iter().position(|c| *c != ' ') {
            let symbol: String = location[start..].iter().collect();
            let symbol = symbol.trim_end();
            if let Some(gap) = symbol.find(' ') {
                let message = "columns 1-6 hold one symbol; the operation begins in column 8";
                mistakes.add(place(start + gap + 1, 1), message);
                return None;
            }
            card.location = Field {
                text: symbol.to_string(),
                column: start + 1,
            };
        }
        let Some(start) = (7..chars.len()).find(|i| !blank(*i)) else {
            let message = "an operation is expected in columns 8-15";
            mistakes.add(place(8, 1), message);
            return None;
        };
        if start >= 15 {
            let message =
                "an operation is expected in columns 8-15; a comment card has * in column 1";
            mistakes.add(place(start + 1, 1), message);
            return None;
        }
        let end = (start..chars.len())
            .find(|i| blank(*i))
            .unwrap_or(chars.len());
        card.set_operation(chars[start..end].iter().collect(), start + 1);
        if card.operation.text.is_empty() {
            mistakes.add(place(start + 1, 1), "an operation is expected before the *");
            return None;
        }
        card.rest.column = (end + 2).max(16);
        if let Some(first) = (end..chars.len()).find(|i| !blank(*i))
            && (first < 16 || first == end + 1)
        {
            card.rest = Field {
                text: chars[first..].iter().collect(),
                column: first + 1,
            };
        }
        Some(card)
    }

    /// Sets the operation, taking off the `*` of indirect addressing.
    pub fn set_operation(&mut self, text: String, column: usize) {
        self.indirect = text.ends_with('*');
        let text = match text.strip_suffix('*') {
            Some(name) => name.to_string(),
            None => text,
        };
        self.operation = Field { text, column };
    }

    /// Draws the card anew from its fields, for the listing of an expansion.
    pub fn redraw(&mut self) {
        let star = if self.indirect { "*" } else { "" };
        let operation = format!("{}{star}", self.operation.text);
        let (location, rest) = (&self.location.text, &self.rest.text);
        self.image = format!("{location:<6} {operation:<7} {rest}");
        self.image.truncate(self.image.trim_end().len());
    }

    /// As `redraw`; a comment stays as it is.
    pub fn redraw_unless_comment(&mut self) {
        if !self.is_comment {
            self.redraw();
        }
    }

    /// The place of `width` columns from `column`; in an expansion, that of the calling card.
    pub fn place(&self, column: usize, width: usize) -> Place {
        Place {
            file: self.file,
            line: self.line,
            column,
            width,
            within: self.within.as_ref().map(|name| {
                let fields: Vec<&str> = self.image.split_whitespace().take(3).collect();
                format!("{name}: {}", fields.join(" "))
            }),
        }
    }

    pub fn place_of_operation(&self) -> Place {
        let star = usize::from(self.indirect);
        let width = self.operation.text.chars().count() + star;
        self.place(self.operation.column, width)
    }

    pub fn place_of_location(&self) -> Place {
        let width = self.location.text.chars().count();
        self.place(self.location.column.max(1), width)
    }
}

/// How far a variable field reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// To the first blank.
    Blank,
    /// To the first blank outside parentheses (macro arguments).
    BlankOutsideParentheses,
    /// To the end of the card (text).
    Card,
}

impl Extent {
    /// Number of characters of the variable field at the start of `text`.
    pub(crate) fn measure(self, text: &[char]) -> usize {
        let to_blank = || text.iter().position(|c| *c == ' ').unwrap_or(text.len());
        match self {
            Extent::Blank => to_blank(),
            Extent::Card => text.len(),
            Extent::BlankOutsideParentheses => {
                let mut depth = 0usize;
                for (index, c) in text.iter().enumerate() {
                    match c {
                        '(' => depth += 1,
                        ')' => depth = depth.saturating_sub(1),
                        ' ' if depth == 0 => return index,
                        _ => {}
                    }
                }
                if depth == 0 { text.len() } else { to_blank() }
            }
        }
    }
}

/// A variable field with the ETC cards that continue it.
#[derive(Clone, Debug, Default)]
pub struct Variable {
    /// Its characters.
    pub chars: Vec<char>,
    /// First character of each piece, and where it was punched: file, line, column.
    pieces: Vec<(usize, usize, usize, usize)>,
    within: Option<String>,
}

impl Variable {
    pub(crate) fn of(card: &Card, extent: Extent) -> Variable {
        let mut variable = Variable {
            within: card.place(1, 1).within,
            ..Variable::default()
        };
        variable.add(card, extent);
        variable
    }

    /// Appends the variable field of a card (an ETC card).
    pub(crate) fn add(&mut self, card: &Card, extent: Extent) {
        let rest: Vec<char> = card.rest.text.chars().collect();
        let start = self.chars.len();
        self.pieces
            .push((start, card.file, card.line, card.rest.column));
        self.chars.extend(&rest[..extent.measure(&rest)]);
    }

    /// Whether the card has none.
    pub fn is_empty(&self) -> bool {
        self.chars.is_empty()
    }

    /// All of it.
    pub fn text(&self) -> String {
        self.chars.iter().collect()
    }

    /// The subfields between commas; none if the field is empty.
    pub fn subfields(&self) -> Vec<std::ops::Range<usize>> {
        if self.is_empty() {
            return Vec::new();
        }
        let mut subfields = Vec::new();
        let mut start = 0;
        for (index, c) in self.chars.iter().enumerate() {
            if *c == ',' {
                subfields.push(start..index);
                start = index + 1;
            }
        }
        subfields.push(start..self.chars.len());
        subfields
    }

    /// The place of `width` characters from the `start`-th.
    pub(crate) fn place(&self, start: usize, width: usize) -> Place {
        let piece = self.pieces.iter().rev().find(|piece| piece.0 <= start);
        let (first, file, line, column) = piece.copied().unwrap_or((0, 0, 1, 16));
        Place {
            file,
            line,
            column: column + (start - first),
            width,
            within: self.within.clone(),
        }
    }

    /// The place of the whole field.
    pub(crate) fn place_of_all(&self) -> Place {
        self.place(0, self.chars.len())
    }
}
