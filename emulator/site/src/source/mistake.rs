//! A mistake in a file that a person wrote, and how it is shown to that person.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::SourceMap;
use super::locate::{Locator, Path};

/// At most this many mistakes are shown; the rest is counted.
const SHOWN_MAX: usize = 20;
/// A line is shown up to this many bytes around the place.
const LINE_BYTES_MAX: usize = 400;

/// Something wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The file, as in the [`SourceMap`].
    pub file: String,
    /// Where in the file.
    pub place: Place,
    /// What is wrong, in one line.
    pub message: String,
    /// What was expected instead; shown beside the caret after the word "expected".
    pub expected: Option<String>,
    /// A hint how to mend it.
    pub help: Option<String>,
    /// The way to the value, if `place` does not say it.
    pub path: Path,
}

/// Where in a file a mistake is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The file as a whole (it is missing, empty, too large).
    File,
    /// These bytes.
    Bytes(Range<usize>),
    /// The value at the end of a path.
    Value(Path),
    /// The field name or map key at the end of a path.
    Key(Path),
}

impl Mistake {
    fn new(file: &str, place: Place, message: impl Into<String>) -> Mistake {
        Mistake {
            file: file.to_owned(),
            place,
            message: message.into(),
            expected: None,
            help: None,
            path: Path::new(),
        }
    }

    /// A mistake in the value that `path` leads to (`["drums", "0", "name"]`).
    pub fn at(file: &str, path: impl Into<Path>, message: impl Into<String>) -> Mistake {
        Mistake::new(file, Place::Value(path.into()), message)
    }

    /// A mistake in the field name or map key at the end of `path`.
    pub fn at_key(file: &str, path: impl Into<Path>, message: impl Into<String>) -> Mistake {
        Mistake::new(file, Place::Key(path.into()), message)
    }

    /// A mistake at these bytes of the file.
    pub fn at_bytes(file: &str, bytes: Range<usize>, message: impl Into<String>) -> Mistake {
        Mistake::new(file, Place::Bytes(bytes), message)
    }

    /// A mistake of the file as a whole.
    pub fn in_file(file: &str, message: impl Into<String>) -> Mistake {
        Mistake::new(file, Place::File, message)
    }

    /// Says what was expected.
    pub fn expected(mut self, expected: impl Into<String>) -> Mistake {
        self.expected = Some(expected.into());
        self
    }

    /// Says how it might be mended.
    pub fn help(mut self, help: impl Into<String>) -> Mistake {
        self.help = Some(help.into());
        self
    }

    /// Says, where there is one, which of the `known` names is near to `name`.
    pub fn nearest(self, name: &str, known: &[impl AsRef<str>]) -> Mistake {
        match nearest(name, known) {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None => self,
        }
    }

    /// The bytes of the place in `text`, within it and on character boundaries.
    fn bytes(&self, text: &str) -> Range<usize> {
        let locator = Locator::new(text);
        let steps = |path: &Path| path.steps().map(str::to_owned).collect::<Vec<_>>();
        let found = match &self.place {
            Place::File => 0..0,
            Place::Bytes(bytes) => bytes.clone(),
            Place::Value(path) => locator.locate(&steps(path)),
            Place::Key(path) => locator.locate_key(&steps(path)),
        };
        let start = text.floor_char_boundary(found.start);
        let end = text.ceil_char_boundary(found.end.clamp(start, text.len()));
        start..end
    }

    /// Line and column of the place; line 1, column 1 if the file is not in the map.
    pub fn position(&self, map: &SourceMap) -> Position {
        let text = text_lossy(map, &self.file);
        Position::of(&text, self.bytes(&text).start)
    }

    fn path(&self) -> &Path {
        match &self.place {
            Place::Value(path) | Place::Key(path) => path,
            _ => &self.path,
        }
    }
}

/// The text of a file up to its first byte that is no UTF-8.
fn text_lossy<'a>(map: &'a SourceMap, file: &str) -> std::borrow::Cow<'a, str> {
    let bytes = map.get(file).unwrap_or_default();
    String::from_utf8_lossy(bytes)
}

/// Line and column, both from 1; a column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Position {
    /// The position of byte `offset` (or the character it lies in) of `text`.
    pub fn of(text: &str, offset: usize) -> Position {
        let before = &text[..text.floor_char_boundary(offset)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Position {
            line: 1 + before.bytes().filter(|&b| b == b'\n').count(),
            column: 1 + before[line_start..].chars().count(),
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// One or more mistakes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl Mistakes {
    /// No mistakes, to collect them in.
    pub fn new() -> Mistakes {
        Mistakes::default()
    }

    /// Adds a mistake.
    pub fn push(&mut self, mistake: Mistake) {
        self.0.push(mistake);
    }

    /// Adds all of `others`.
    pub fn extend(&mut self, others: Mistakes) {
        self.0.extend(others.0);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value if there is no mistake, else the mistakes.
    pub fn or<T>(self, value: T) -> Result<T, Mistakes> {
        if self.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

impl From<Mistake> for Mistakes {
    fn from(mistake: Mistake) -> Mistakes {
        Mistakes(vec![mistake])
    }
}

/// File and message without the text of the file; [`render`] shows more.
impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, mistake) in self.0.iter().enumerate() {
            let line = if n > 0 { "\n" } else { "" };
            write!(f, "{line}{}: {}", mistake.file, mistake.message)?;
            if !mistake.path().is_empty() {
                write!(f, " (in {})", mistake.path())?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// The mistakes as a person reads them: message, `file:line:column`, the line, a caret under the
/// place, what was expected, and a hint. Plain characters, no colours, ends with a line end.
pub fn render(mistakes: &Mistakes, map: &SourceMap) -> String {
    let mut out = String::new();
    for mistake in mistakes.0.iter().take(SHOWN_MAX) {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&render_one(mistake, map));
        out.push('\n');
    }
    if mistakes.0.len() > SHOWN_MAX {
        let more = mistakes.0.len() - SHOWN_MAX;
        out.push_str(&format!("\nand {more} more mistakes\n"));
    }
    out
}

fn render_one(mistake: &Mistake, map: &SourceMap) -> String {
    let text = text_lossy(map, &mistake.file);
    let place = mistake.bytes(&text);
    let position = Position::of(&text, place.start);
    // The caret stays in the first line of the place.
    let line_start = text[..place.start].rfind('\n').map_or(0, |at| at + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    let caret =
        (place.start - line_start).min(line.len())..(place.end - line_start).min(line.len());
    let (line, caret) = window(line, caret);

    let label = mistake
        .expected
        .as_ref()
        .map(|e| printable(&format!("expected {e}")));
    let caret_start = caret.start;
    let annotation = AnnotationKind::Primary.span(caret).label(label);
    let file = printable(&mistake.file);
    // The column that the renderer counts, in what is left of the line.
    let counted = Position::of(line, caret_start).column;
    let snippet = Snippet::source(line)
        .line_start(position.line)
        .path(file.as_str())
        .fold(false)
        .annotation(annotation);
    let mut group = Level::ERROR
        .primary_title(printable(&mistake.message))
        .element(snippet);
    if !mistake.path().is_empty() {
        let path = printable(&mistake.path().to_string());
        group = group.element(Level::NOTE.message(format!("in {path}")));
    }
    if let Some(help) = &mistake.help {
        group = group.element(Level::HELP.message(printable(help)));
    }
    let rendered = Renderer::plain().render(&[group]);
    let at = |column: usize| format!("--> {file}:{}:{column}\n", position.line);
    rendered.replacen(&at(counted), &at(position.column), 1)
}

/// A line and the caret in it, shortened to what can be shown.
fn window(line: &str, caret: Range<usize>) -> (&str, Range<usize>) {
    if line.len() <= LINE_BYTES_MAX {
        return (line, caret);
    }
    let start = line.floor_char_boundary(caret.start.saturating_sub(LINE_BYTES_MAX / 2));
    let end = line.ceil_char_boundary((start + LINE_BYTES_MAX).min(line.len()));
    let caret = caret.start - start..caret.end.min(end) - start;
    (&line[start..end], caret)
}

/// One line without control characters.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// The one of `known` that is nearest to `name`, if it is near enough to be meant.
pub fn nearest<'a, S: AsRef<str>>(name: &str, known: &'a [S]) -> Option<&'a str> {
    let allowed = (name.chars().count() / 3).max(1);
    known
        .iter()
        .map(|known| (distance(name, known.as_ref(), allowed), known.as_ref()))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// Number of characters to insert, delete, replace or exchange (Damerau, optimal alignment);
/// names whose lengths alone differ by more than `allowed` are not compared.
fn distance(a: &str, b: &str, allowed: usize) -> usize {
    let lower = |s: &str| s.to_lowercase().chars().collect::<Vec<_>>();
    let (a, b) = (lower(a), lower(b));
    if a.len().abs_diff(b.len()) > allowed {
        return usize::MAX;
    }
    let mut rows = [Vec::new(), (0..=b.len()).collect::<Vec<_>>(), Vec::new()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replace = rows[1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replace.min(rows[1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[0][j - 2] + 1);
            }
            row.push(least);
        }
        rows.swap(0, 1);
        rows[1] = row;
    }
    rows[1][b.len()]
}

/// The names as text: "one of `a`, `b`"; "`a`"; or "nothing".
pub fn one_of(names: &[impl AsRef<str>]) -> String {
    let quoted: Vec<String> = names.iter().map(|n| format!("`{}`", n.as_ref())).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        many => format!("one of {}", many.join(", ")),
    }
}
