//! Everything a run is made from, read and checked: the site, its files description, its schedule,
//! its programs with the tables deck, and the record layout the programs define.
//!
//! The files come from a [`SourceMap`] that the command fills: [`load`] tells which files it still
//! needs, and where they are named, until all are there. So every mistake, a missing file too, has
//! a place in a file.

use ibm7090::assembler::{Assembly, SourceFile, assemble};
use site::SiteDescription;
use site::description::{MODE_SYMBOL, Mode};
use site::source::{Mistake, Mistakes, SourceMap, beside, read};

use crate::files::FilesDescription;
use crate::layout::Layout;
use crate::schedule::Schedule;
use crate::script::{Equipment, Script};
use crate::tables_deck::{InterchangePlace, tables_deck};

/// Name under which the tables deck appears in listings and mistakes.
pub const TABLES: &str = "tables (made from the schedule)";

/// A site ready to run.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// Path of the site file.
    pub path: String,
    /// The site.
    pub description: SiteDescription,
    /// What its files hold at first.
    pub files: FilesDescription,
    /// The day's departures.
    pub schedule: Schedule,
    /// The control program with its tables, assembled.
    pub assembly: Assembly,
    /// Where the program keeps what.
    pub layout: Layout,
    /// Program sources in order, the tables deck last: name and text.
    pub programs: Vec<(String, String)>,
    /// The schedule's file as it was read.
    pub schedule_text: String,
}

impl Inputs {
    /// A site from what a journal or a snapshot kept of it: the description, and the texts its
    /// files had, programs in order with the tables deck last. What is wrong, in words.
    pub fn again(
        path: String,
        description: SiteDescription,
        files: FilesDescription,
        schedule_text: String,
        programs: Vec<(String, String)>,
    ) -> Result<Inputs, String> {
        if let Some((place, message)) = description.validate().first() {
            return Err(format!("{}: {message}", place.join(".")));
        }
        if let Some((place, message)) = files.validate().first() {
            return Err(format!("{place}: {message}"));
        }
        let map = SourceMap::new();
        let told = |mistakes: Mistakes| site::source::render(&mistakes, &map);
        let schedule = Schedule::read(&files.schedule, &schedule_text)
            .map_err(|found| found.first().map_or(String::new(), |m| m.message.clone()))?;
        let assembly =
            assemble_programs(&map, &path, &programs, &description, &files).map_err(told)?;
        let layout = Layout::read(&assembly.symbols, &assembly.words).map_err(|e| e.to_string())?;
        Ok(Inputs {
            path,
            description,
            files,
            schedule,
            assembly,
            layout,
            programs,
            schedule_text,
        })
    }
}

/// A file that is named but not in the map.
#[derive(Clone, Debug)]
pub struct Need {
    /// Its path.
    pub path: String,
    /// The mistake if it cannot be had: at the place that names it.
    pub missing: Mistake,
}

/// How far reading has come.
pub enum Loading<T> {
    /// These files are needed.
    Needs(Vec<Need>),
    /// All is there.
    Ready(Box<T>),
}

pub(crate) fn need(
    map: &SourceMap,
    path: String,
    named_in: &str,
    at: &[&str],
    needs: &mut Vec<Need>,
) {
    if map.get(&path).is_none() && !needs.iter().any(|n| n.path == path) {
        let place: Vec<String> = at.iter().map(|s| (*s).to_owned()).collect();
        let missing = Mistake::at(
            named_in,
            place.as_slice(),
            format!("the file `{path}` cannot be read"),
        )
        .expected("the path of a file, relative to this one");
        needs.push(Need { path, missing });
    }
}

/// Reads a site. The site file itself must be in the map.
pub fn load(map: &SourceMap, path: &str) -> Result<Loading<Inputs>, Mistakes> {
    let description: SiteDescription = read(map, path)?;
    let mut mistakes = Mistakes::new();
    for (place, message) in description.validate() {
        mistakes.push(Mistake::at(path, place.as_slice(), message));
    }
    let description = mistakes.or(description)?;
    let Some(files_name) = &description.files else {
        let mistake = Mistake::in_file(path, "this site names no `files`")
            .expected("files: \"files.ron\", what the storage holds at first");
        return Err(Mistakes(vec![mistake]));
    };
    let mut needs = Vec::new();
    for (index, program) in description.machine.programs.iter().enumerate() {
        let at = ["machine", "programs", &index.to_string()];
        need(map, beside(path, program), path, &at, &mut needs);
    }
    let files_path = beside(path, files_name);
    need(map, files_path.clone(), path, &["files"], &mut needs);
    if !needs.is_empty() {
        return Ok(Loading::Needs(needs));
    }
    let files: FilesDescription = read(map, &files_path)?;
    let mut mistakes = Mistakes::new();
    for (field, message) in files.validate() {
        let place: Vec<String> = field.split('.').map(str::to_owned).collect();
        mistakes.push(Mistake::at(&files_path, place.as_slice(), message));
    }
    let files = mistakes.or(files)?;
    let schedule_path = beside(&files_path, &files.schedule);
    need(
        map,
        schedule_path.clone(),
        &files_path,
        &["schedule"],
        &mut needs,
    );
    if !needs.is_empty() {
        return Ok(Loading::Needs(needs));
    }
    let schedule = read_schedule(map, &schedule_path)?;
    let programs = program_texts(map, path, &description, &schedule)?;
    let assembly = assemble_programs(map, path, &programs, &description, &files)?;
    let layout = Layout::read(&assembly.symbols, &assembly.words).map_err(|error| {
        let place = ["machine".to_owned(), "programs".to_owned()];
        Mistakes(vec![Mistake::at(path, place.as_slice(), error.to_string())])
    })?;
    Ok(Loading::Ready(Box::new(Inputs {
        path: path.to_owned(),
        description,
        files,
        schedule,
        assembly,
        layout,
        programs,
        schedule_text: text(map, &schedule_path)?.to_owned(),
    })))
}

/// The text of a file in the map, or a mistake of the file.
pub(crate) fn text<'a>(map: &'a SourceMap, path: &str) -> Result<&'a str, Mistakes> {
    let bytes = map.get(path).unwrap_or_default();
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let mistake =
            Mistake::at_bytes(path, at..at + 1, "this is not text (UTF-8)").expected("a text file");
        Mistakes(vec![mistake])
    })
}

/// Byte range of a place given by line, column and width in characters, all from 1.
pub(crate) fn bytes_at(
    text: &str,
    line: usize,
    column: usize,
    width: usize,
) -> std::ops::Range<usize> {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let rest = text.get(start..).unwrap_or("");
    let this = rest.lines().next().unwrap_or("");
    let offset = |n: usize| {
        this.char_indices()
            .nth(n)
            .map_or(this.len(), |(index, _)| index)
    };
    let column = column.saturating_sub(1);
    start + offset(column)..start + offset(column + width.max(1))
}

fn read_schedule(map: &SourceMap, path: &str) -> Result<Schedule, Mistakes> {
    let text = text(map, path)?;
    Schedule::read(path, text).map_err(|found| {
        let place = |m: &crate::schedule::ScheduleMistake| {
            let bytes = bytes_at(text, m.line, m.column, m.width);
            Mistake::at_bytes(path, bytes, m.message.clone())
        };
        Mistakes(found.iter().map(place).collect())
    })
}

fn program_texts(
    map: &SourceMap,
    path: &str,
    description: &SiteDescription,
    schedule: &Schedule,
) -> Result<Vec<(String, String)>, Mistakes> {
    let mut programs = Vec::new();
    for name in &description.machine.programs {
        let program = beside(path, name);
        programs.push((program.clone(), text(map, &program)?.to_owned()));
    }
    let places: Vec<InterchangePlace> = description
        .interchanges
        .iter()
        .map(|i| InterchangePlace {
            line: i.line,
            address: i.address,
            sets: u16::from(i.sets),
        })
        .collect();
    let deck = tables_deck(schedule, description.lines.count, &places).map_err(|error| {
        let place = ["interchanges".to_owned()];
        Mistakes(vec![Mistake::at(path, place.as_slice(), error.to_string())])
    })?;
    programs.push((TABLES.to_owned(), deck));
    Ok(programs)
}

fn assemble_programs(
    map: &SourceMap,
    path: &str,
    programs: &[(String, String)],
    description: &SiteDescription,
    files: &FilesDescription,
) -> Result<Assembly, Mistakes> {
    let sources: Vec<SourceFile> = programs
        .iter()
        .map(|(name, text)| SourceFile { name, text })
        .collect();
    let mut parameters = files.parameters();
    let historical = description.mode == Mode::Historical;
    parameters.push((MODE_SYMBOL.to_owned(), historical.into()));
    for (name, &value) in &description.machine.parameters {
        parameters.push((name.clone(), value));
    }
    assemble(&sources, &parameters).map_err(|found| {
        let place = |m: &ibm7090::assembler::Mistake| {
            if map.get(&m.file).is_none() {
                // The tables deck is in no file.
                let message = format!("in {} line {}: {}", m.file, m.line, m.message);
                let at = ["machine".to_owned(), "programs".to_owned()];
                return Mistake::at(path, at.as_slice(), message);
            }
            let text = map.text(&m.file).unwrap_or("");
            let bytes = bytes_at(text, m.line, m.column, m.width);
            Mistake::at_bytes(&m.file, bytes, m.message.clone())
        };
        Mistakes(found.iter().map(place).collect())
    })
}

/// Reads an exercise and checks its meaning; `equipment` is the site's when known.
pub fn load_script(
    map: &SourceMap,
    path: &str,
    equipment: Option<&Equipment>,
) -> Result<Script, Mistakes> {
    let script: Script = read(map, path)?;
    let mut mistakes = Mistakes::new();
    for found in script.validate(equipment) {
        mistakes.push(Mistake::at(path, found.path.as_slice(), found.message).expected(found.help));
    }
    mistakes.or(script)
}
