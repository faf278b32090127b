//! Room `console`: one machine at its console, the same commands for every machine.
//!
//! An operator of these machines had switches, lamps and buttons; here they are words. A machine
//! brings its registers, its words and its units ([`Machine`]); commands, symbols, breakpoints,
//! assertions and files of commands are done once.
//!
//! | command | does |
//! |---|---|
//! | `load FILE` | octal text as `duplex asm` writes it; sets the start |
//! | `asm FILE...` | assembles and loads; its symbols are known from then on |
//! | `attach UNIT FILE`, `detach UNIT [FILE]` | puts a medium on a unit, takes it off (and writes it) |
//! | `boot UNIT` | presses the load button of a unit |
//! | `examine PLACE [COUNT]` | shows a register, `registers`, or words from a location on |
//! | `deposit PLACE VALUE...` | sets a register, or words from a location on |
//! | `go PLACE` | sets the program counter and leaves a stop |
//! | `step [COUNT]` | executes so many instructions |
//! | `run [DURATION]` | runs until it stops, comes to a breakpoint, or the time is over (60 s) |
//! | `break PLACE`, `unbreak PLACE` | sets and removes a breakpoint |
//! | `save FILE`, `restore FILE` | the whole machine with its media |
//! | `assert PLACE VALUE...` | fails unless a register or word has this value |
//! | `print TEXT` | |
//! | `help`, `quit` | |
//!
//! PLACE is a register, a location in octal as the console shows it, or a symbol, with `+N` (octal)
//! after it. A VALUE is octal; for a word also `= ` and a card of the assembler. `#` begins a comment.
//! A DURATION is `5us`, `20ms`, `3s` or `2m` of the machine's time.
//!
//! *Absent*: files and terminals (the caller brings [`Files`]), any machine.
//!
//! *To add a command*: its row above and in [`HELP`], its arm in [`Session::execute`].

pub mod vectors;

use std::collections::{BTreeMap, BTreeSet};

use clock::Span;
use serde::{Serialize, de::DeserializeOwned};

/// How a machine came to the end of what it was told to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The time is over, or the instructions are executed.
    Done,
    /// It comes to a breakpoint.
    Breakpoint,
    /// It stopped; why, in words.
    Stopped(String),
}

/// What an assembler or an octal text gave.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Locations and words.
    pub words: Vec<(u32, u64)>,
    /// Symbols that are locations or numbers.
    pub symbols: BTreeMap<String, i64>,
    /// Where it starts.
    pub start: Option<u32>,
}

/// One machine with its units, as its operator sees it. Messages say what was expected.
pub trait Machine: Sized {
    /// Names of the registers, in the order of the panel.
    fn registers(&self) -> Vec<&'static str>;
    /// A register in octal, grouped as on the panel.
    fn register(&self, name: &str) -> Option<String>;
    /// Sets a register from octal digits.
    fn set_register(&mut self, name: &str, text: &str) -> Result<(), String>;
    /// Program counter.
    fn pc(&self) -> u32;
    /// Goes to a location, leaving a stop.
    fn go(&mut self, location: u32);
    /// A location as it is written.
    fn show_location(location: u32) -> String;
    /// A location from how it is written.
    fn parse_location(text: &str) -> Option<u32>;
    /// The word at a location, if there is memory.
    fn word(&self, location: u32) -> Option<u64>;
    /// Puts a word there; false if there is no memory.
    fn deposit(&mut self, location: u32, word: u64) -> bool;
    /// A word in octal, as the console shows it.
    fn show_word(word: u64) -> String;
    /// A word from its octal digits (without blanks or commas).
    fn parse_word(digits: &str) -> Option<u64>;
    /// A word as an instruction.
    fn disassemble(word: u64) -> String;
    /// Assembles files (name, text) as one deck; mistakes as text for people.
    fn assemble(files: &[(String, String)], symbols: &[(String, i64)]) -> Result<Program, String>;
    /// Executes one instruction.
    fn step(&mut self) -> Outcome;
    /// Runs for so long, at most to a breakpoint.
    fn run(&mut self, span: Span, breakpoints: &BTreeSet<u32>) -> Outcome;
    /// Names of the units.
    fn units() -> Vec<String>;
    /// Puts a medium on a unit, from its text.
    fn attach(&mut self, unit: &str, text: &str) -> Result<(), String>;
    /// Takes it off: its text.
    fn detach(&mut self, unit: &str) -> Result<String, String>;
    /// Presses the load button of a unit.
    fn boot(&mut self, unit: &str) -> Result<(), String>;
    /// All of it, as bytes.
    fn save(&self) -> Vec<u8>;
    /// From bytes that `save` made.
    fn restore(bytes: &[u8]) -> Result<Self, String>;
    /// Instructions executed and time passed since power on.
    fn counts(&self) -> (u64, Span);
}

/// The files of the caller.
pub trait Files {
    /// A text file.
    fn read(&mut self, name: &str) -> Result<String, String>;
    /// Any file.
    fn read_bytes(&mut self, name: &str) -> Result<Vec<u8>, String>;
    /// Writes a file.
    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), String>;
}

/// What a command came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Lines to show.
    Text(String),
    /// An assertion that does not hold.
    Failed(String),
    /// The session is over.
    Quit,
}

/// A command that cannot be done: the column of the word that is wrong, from 1, its width, and
/// what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Column, from 1.
    pub column: usize,
    /// Columns.
    pub width: usize,
    /// What was expected.
    pub message: String,
}

/// The commands in a few lines.
pub const HELP: &str = "\
load FILE               octal text of `duplex asm`      asm FILE...         assemble and load
attach UNIT FILE        put a medium on a unit          detach UNIT [FILE]  take it off, write it
boot UNIT               press its load button           go PLACE            set the program counter
examine PLACE [COUNT]   registers, a register, words    deposit PLACE VALUE...
step [COUNT]            instructions                    run [DURATION]      5us, 20ms, 3s, 2m
break PLACE             unbreak PLACE                   assert PLACE VALUE...
save FILE               restore FILE                    print TEXT   help   quit
PLACE: a register, a location in octal, or a symbol, with +N; VALUE: octal, or = and a card
";

/// `run` without a duration.
const RUN_DEFAULT: Span = Span(60_000_000_000);

/// One session at a console.
pub struct Session<M> {
    /// The machine.
    pub machine: M,
    symbols: BTreeMap<String, i64>,
    breakpoints: BTreeSet<u32>,
}

/// One word of a command with its column.
#[derive(Clone, Copy)]
struct Word<'a> {
    column: usize,
    text: &'a str,
}

impl Word<'_> {
    fn wrong(&self, message: impl Into<String>) -> Mistake {
        Mistake {
            column: self.column,
            width: self.text.chars().count().max(1),
            message: message.into(),
        }
    }
}

/// The words of a line after its command word, taken one by one.
struct Words<'a> {
    words: std::collections::VecDeque<Word<'a>>,
    /// Where a missing word should have stood.
    end: usize,
}

impl<'a> Words<'a> {
    fn next(&mut self, expected: &str) -> Result<Word<'a>, Mistake> {
        let end = Word {
            column: self.end,
            text: "",
        };
        let message = format!("expected {expected}, found the end of the line");
        self.words.pop_front().ok_or_else(|| end.wrong(message))
    }

    fn optional(&mut self) -> Option<Word<'a>> {
        self.words.pop_front()
    }

    fn end(&mut self) -> Result<(), Mistake> {
        match self.words.pop_front() {
            Some(word) => {
                Err(word.wrong(format!("expected the end of the line, found {}", word.text)))
            }
            None => Ok(()),
        }
    }
}

/// A register or a location.
enum Place {
    Register(String),
    Location(u32),
}

impl<M: Machine> Session<M> {
    /// A session with a machine.
    pub fn new(machine: M) -> Session<M> {
        Session {
            machine,
            symbols: BTreeMap::new(),
            breakpoints: BTreeSet::new(),
        }
    }

    /// Does one command; an empty line does nothing.
    pub fn execute(&mut self, line: &str, files: &mut dyn Files) -> Result<Reply, Mistake> {
        let line = line.split('#').next().unwrap_or("");
        let mut words = Words {
            words: words_of(line),
            end: line.trim_end().chars().count() + 2,
        };
        let Some(command) = words.optional() else {
            return Ok(Reply::Text(String::new()));
        };
        let file_fault = |name: Word, message: String| name.wrong(message);
        let text = match command.text {
            "load" => {
                let name = words.next("a file of octal text")?;
                words.end()?;
                let text = files.read(name.text).map_err(|m| file_fault(name, m))?;
                let program = octal_program::<M>(&text).map_err(|(line, message)| {
                    name.wrong(format!("{}:{line}: {message}", name.text))
                })?;
                self.take(program, name)?
            }
            "asm" => {
                let first = words.next("a source file")?;
                let mut sources = Vec::new();
                for name in std::iter::once(first).chain(std::mem::take(&mut words.words)) {
                    let text = files.read(name.text).map_err(|m| file_fault(name, m))?;
                    sources.push((name.text.to_owned(), text));
                }
                let program = M::assemble(&sources, &[]).map_err(|message| first.wrong(message))?;
                self.take(program, first)?
            }
            "attach" => {
                let unit = unit_of::<M>(&mut words)?;
                let name = words.next("a file with what is on the medium")?;
                words.end()?;
                let text = files.read(name.text).map_err(|m| file_fault(name, m))?;
                let done = self.machine.attach(unit.text, &text);
                done.map_err(|m| name.wrong(format!("{}: {m}", name.text)))?;
                String::new()
            }
            "detach" => {
                let unit = unit_of::<M>(&mut words)?;
                let name = words.optional();
                words.end()?;
                let medium = self.machine.detach(unit.text).map_err(|m| unit.wrong(m))?;
                if let Some(name) = name {
                    let written = files.write(name.text, medium.as_bytes());
                    written.map_err(|m| file_fault(name, m))?;
                }
                String::new()
            }
            "boot" => {
                let unit = unit_of::<M>(&mut words)?;
                words.end()?;
                self.machine.boot(unit.text).map_err(|m| unit.wrong(m))?;
                String::new()
            }
            "examine" => {
                let word = words.next("`registers`, a register, a location or a symbol")?;
                let count = self.count(&mut words, 1)?;
                match word.text {
                    "registers" => self.all_registers(),
                    _ => self.examine(word, count)?,
                }
            }
            "deposit" => {
                let place = words.next("a register, a location or a symbol")?;
                let value = words.next("a value in octal")?;
                self.deposit(place, value, words)?;
                String::new()
            }
            "assert" => {
                let place = words.next("a register, a location or a symbol")?;
                let value = words.next("a value in octal")?;
                return self.assert(place, value, words);
            }
            "go" => {
                let place = words.next("a location or a symbol")?;
                words.end()?;
                let location = self.location(place)?;
                self.machine.go(location);
                String::new()
            }
            "step" => {
                let count = self.count(&mut words, 1)?;
                self.step(count)
            }
            "run" => {
                let span = match words.optional() {
                    Some(word) => duration(word)?,
                    None => RUN_DEFAULT,
                };
                words.end()?;
                let outcome = self.machine.run(span, &self.breakpoints);
                self.tell(&outcome)
            }
            "break" | "unbreak" => {
                let place = words.next("a location or a symbol")?;
                words.end()?;
                let location = self.location(place)?;
                if command.text == "break" {
                    self.breakpoints.insert(location);
                } else if !self.breakpoints.remove(&location) {
                    return Err(place.wrong("there is no breakpoint here"));
                }
                String::new()
            }
            "save" => {
                let name = words.next("a file to write")?;
                words.end()?;
                let written = files.write(name.text, &self.machine.save());
                written.map_err(|m| file_fault(name, m))?;
                String::new()
            }
            "restore" => {
                let name = words.next("a file that `save` has written")?;
                words.end()?;
                let bytes = files
                    .read_bytes(name.text)
                    .map_err(|m| file_fault(name, m))?;
                let machine = M::restore(&bytes);
                self.machine = machine.map_err(|m| name.wrong(format!("{}: {m}", name.text)))?;
                String::new()
            }
            "print" => {
                let after = line.trim_start().strip_prefix("print").unwrap_or("");
                format!("{}\n", after.trim())
            }
            "help" => HELP.to_owned(),
            "quit" => return Ok(Reply::Quit),
            other => {
                return Err(command.wrong(format!("{other} is no command; `help` lists them")));
            }
        };
        Ok(Reply::Text(text))
    }

    /// Puts a program into memory.
    fn take(&mut self, program: Program, name: Word) -> Result<String, Mistake> {
        for (location, word) in &program.words {
            if !self.machine.deposit(*location, *word) {
                let location = M::show_location(*location);
                return Err(name.wrong(format!("there is no memory at {location}")));
            }
        }
        self.symbols.extend(program.symbols);
        let mut text = format!("{} words", program.words.len());
        if let Some(start) = program.start {
            self.machine.go(start);
            text += &format!(", start {}", M::show_location(start));
        }
        Ok(text + "\n")
    }

    /// A register of this name, else a location.
    fn place(&self, word: Word) -> Result<Place, Mistake> {
        if self.machine.register(word.text).is_some() {
            return Ok(Place::Register(word.text.to_owned()));
        }
        self.location(word).map(Place::Location)
    }

    fn location(&self, word: Word) -> Result<u32, Mistake> {
        let (base, offset) = match word.text.split_once('+') {
            Some((base, offset)) => (base, u32::from_str_radix(offset, 8).ok()),
            None => (word.text, Some(0)),
        };
        let symbol = self
            .symbols
            .get(base)
            .and_then(|value| u32::try_from(*value).ok());
        let base = symbol.or_else(|| M::parse_location(base));
        match (base, offset) {
            (Some(base), Some(offset)) => Ok(base.wrapping_add(offset)),
            _ => Err(word.wrong(format!(
                "expected a register, a location in octal or a symbol of an assembled program, found {}",
                word.text
            ))),
        }
    }

    fn count(&self, words: &mut Words, default: u64) -> Result<u64, Mistake> {
        let Some(word) = words.optional() else {
            return Ok(default);
        };
        words.end()?;
        let count = word
            .text
            .parse()
            .ok()
            .filter(|count| (1..=1_000_000).contains(count));
        count.ok_or_else(|| {
            word.wrong(format!(
                "expected a count from 1 to 1000000, found {}",
                word.text
            ))
        })
    }

    fn all_registers(&self) -> String {
        let mut text = String::new();
        for name in self.machine.registers() {
            let value = self.machine.register(name).unwrap_or_default();
            text += &format!("{name:<8} {value}\n");
        }
        let (instructions, time) = self.machine.counts();
        text += &format!(
            "{instructions} instructions, {:.6} s\n",
            time.as_seconds_f64()
        );
        text
    }

    fn examine(&self, word: Word, count: u64) -> Result<String, Mistake> {
        let location = match self.place(word)? {
            Place::Register(name) => {
                let value = self.machine.register(&name).unwrap_or_default();
                return Ok(format!("{name} {value}\n"));
            }
            Place::Location(location) => location,
        };
        let mut text = String::new();
        for location in (location..).take(count as usize) {
            let Some(content) = self.machine.word(location) else {
                let location = M::show_location(location);
                return Err(word.wrong(format!("there is no memory at {location}")));
            };
            text += &self.line_of(location, content);
        }
        Ok(text)
    }

    /// A location with its word in octal and as an instruction.
    fn line_of(&self, location: u32, word: u64) -> String {
        let place = M::show_location(location);
        let instruction = M::disassemble(word);
        format!("{place}  {}  {instruction}\n", M::show_word(word))
    }

    /// The words of a command as values of memory words.
    fn values(&self, first: Word, rest: Words) -> Result<Vec<(u64, usize)>, Mistake> {
        if first.text == "=" {
            let card: Vec<&str> = rest.words.iter().map(|word| word.text).collect();
            let text = format!("       {}\n       END\n", card.join(" "));
            let symbols: Vec<(String, i64)> = self.symbols.clone().into_iter().collect();
            let program = M::assemble(&[("card".to_owned(), text)], &symbols);
            let program = program.map_err(|message| first.wrong(message))?;
            return Ok(program
                .words
                .iter()
                .map(|(_, word)| (*word, first.column))
                .collect());
        }
        let mut values = Vec::new();
        // Octal digits of one word may be set apart by blanks.
        let (mut digits, mut begin) = (String::new(), first);
        for word in std::iter::once(first).chain(rest.words) {
            if digits.is_empty() {
                begin = word;
            }
            digits.push_str(word.text);
            let parsed = M::parse_word(&digits);
            if let Some(value) = parsed {
                values.push((value, begin.column));
                digits.clear();
            }
        }
        if digits.is_empty() {
            return Ok(values);
        }
        let example = M::show_word(0);
        Err(begin.wrong(format!(
            "expected words in octal such as {example}, found {digits}"
        )))
    }

    fn deposit(&mut self, place: Word, value: Word, mut rest: Words) -> Result<(), Mistake> {
        match self.place(place)? {
            Place::Register(name) => {
                let mut digits = value.text.to_owned();
                while let Some(word) = rest.optional() {
                    digits.push_str(word.text);
                }
                let set = self.machine.set_register(&name, &digits);
                set.map_err(|message| value.wrong(message))
            }
            Place::Location(location) => {
                let values = self.values(value, rest)?;
                for (location, (word, _)) in (location..).zip(values) {
                    if !self.machine.deposit(location, word) {
                        let location = M::show_location(location);
                        return Err(place.wrong(format!("there is no memory at {location}")));
                    }
                }
                Ok(())
            }
        }
    }

    fn assert(&mut self, place: Word, value: Word, mut rest: Words) -> Result<Reply, Mistake> {
        let location = match self.place(place)? {
            Place::Register(name) => {
                let mut digits = value.text.to_owned();
                while let Some(word) = rest.optional() {
                    digits.push_str(word.text);
                }
                if !digits.chars().all(|c| c.is_digit(8) || c == '.') {
                    return Err(value.wrong(format!("expected octal digits, found {digits}")));
                }
                let found = self.machine.register(&name).unwrap_or_default();
                // Grouping and leading zeros do not count.
                let plain = |text: &str| {
                    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                    digits.trim_start_matches('0').to_owned()
                };
                return Ok(if plain(&found) == plain(&digits) {
                    Reply::Text(String::new())
                } else {
                    Reply::Failed(format!("{name} is {found}, not {digits}"))
                });
            }
            Place::Location(location) => location,
        };
        for (location, (expected, _)) in (location..).zip(self.values(value, rest)?) {
            let place_text = M::show_location(location);
            match self.machine.word(location) {
                None => return Err(place.wrong(format!("there is no memory at {place_text}"))),
                Some(found) if found != expected => {
                    let (found, expected) = (M::show_word(found), M::show_word(expected));
                    let message = format!("{place_text} is {found}, not {expected}");
                    return Ok(Reply::Failed(message));
                }
                Some(_) => {}
            }
        }
        Ok(Reply::Text(String::new()))
    }

    fn step(&mut self, count: u64) -> String {
        let mut text = String::new();
        for number in 0..count {
            let pc = self.machine.pc();
            let word = self.machine.word(pc).unwrap_or_default();
            // A long way is not told step by step.
            if number < 20 {
                text += &self.line_of(pc, word);
            }
            let outcome = self.machine.step();
            if let Outcome::Stopped(_) = outcome {
                return text + &self.tell(&outcome);
            }
        }
        text
    }

    fn tell(&self, outcome: &Outcome) -> String {
        let pc = M::show_location(self.machine.pc());
        match outcome {
            Outcome::Done => format!("running, next {pc}\n"),
            Outcome::Breakpoint => format!("breakpoint {pc}\n"),
            Outcome::Stopped(why) => format!("stopped: {why}, next {pc}\n"),
        }
    }
}

/// The words of a line with their columns.
fn words_of(line: &str) -> std::collections::VecDeque<Word<'_>> {
    let mut words = std::collections::VecDeque::new();
    let mut rest = 0;
    for text in line.split_whitespace() {
        let start = rest + line[rest..].find(text).unwrap_or(0);
        rest = start + text.len();
        let column = line[..start].chars().count() + 1;
        words.push_back(Word { column, text });
    }
    words
}

fn unit_of<'a, M: Machine>(words: &mut Words<'a>) -> Result<Word<'a>, Mistake> {
    let word = words.next("a unit")?;
    let units = M::units();
    if units.iter().any(|name| name == word.text) {
        return Ok(word);
    }
    let names = units.join(", ");
    Err(word.wrong(format!("expected a unit ({names}), found {}", word.text)))
}

fn duration(word: Word) -> Result<Span, Mistake> {
    let units = [
        ("us", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("m", 60_000_000_000),
    ];
    let found = units.iter().find_map(|(name, ns)| {
        let number: u64 = word.text.strip_suffix(name)?.parse().ok()?;
        Some(Span(
            number.checked_mul(*ns).filter(|span| *span <= 1 << 60)?,
        ))
    });
    found.ok_or_else(|| {
        let message = format!(
            "expected a duration such as 5us, 20ms, 3s or 2m, found {}",
            word.text
        );
        word.wrong(message)
    })
}

/// The text that `duplex asm` writes: `location word` lines, last `start location`. A mistake is a
/// line number and a message.
fn octal_program<M: Machine>(text: &str) -> Result<Program, (usize, String)> {
    let mut program = Program::default();
    for (number, line) in text.lines().enumerate() {
        let wrong = || {
            let example = M::show_word(0);
            let message = format!(
                "expected `location word`, such as {} {example}",
                M::show_location(0o100)
            );
            (number + 1, message)
        };
        let line = line.split('#').next().unwrap_or("").trim();
        let Some((first, rest)) = line.split_once(char::is_whitespace) else {
            if line.is_empty() {
                continue;
            }
            return Err(wrong());
        };
        let digits: String = rest.split_whitespace().collect();
        if first == "start" {
            program.start = Some(M::parse_location(&digits).ok_or_else(wrong)?);
            continue;
        }
        let location = M::parse_location(first).ok_or_else(wrong)?;
        let word = M::parse_word(&digits).ok_or_else(wrong)?;
        program.words.push((location, word));
    }
    Ok(program)
}

/// What `save` writes: a line that names the machine, a check sum, the state.
pub fn pack<T: Serialize>(machine: &str, state: &T) -> Vec<u8> {
    let state = postcard::to_allocvec(state).expect("plain data");
    let mut bytes = header(machine);
    bytes.extend(crc32fast::hash(&state).to_le_bytes());
    bytes.extend(state);
    bytes
}

/// The state of bytes that [`pack`] made for the same machine.
pub fn unpack<T: DeserializeOwned>(machine: &str, bytes: &[u8]) -> Result<T, String> {
    let header = header(machine);
    let name = String::from_utf8_lossy(&header).trim_end().to_owned();
    let Some(rest) = bytes.strip_prefix(header.as_slice()) else {
        return Err(format!(
            "expected a file that begins with {name:?}, as `save` writes it"
        ));
    };
    let state = rest
        .split_first_chunk()
        .filter(|(sum, state)| crc32fast::hash(state).to_le_bytes() == **sum)
        .and_then(|(_, state)| postcard::from_bytes(state).ok());
    state.ok_or_else(|| "the file is damaged: its check sum does not agree".to_owned())
}

/// The format number stands last.
fn header(machine: &str) -> Vec<u8> {
    format!("duplex console {machine} 1\n").into_bytes()
}

/// Where a medium's text is wrong, and what was expected there.
pub fn wrong_line(line: usize, expected: &str) -> String {
    format!("line {line}: expected {expected}")
}
