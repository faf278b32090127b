//! Reading what a command names: the site's files, an exercise, a list of entries.
//!
//! The inner rooms never open a file; they are given a map from path to bytes. Here the map is
//! filled: the site file first, then whatever it turns out to name.

use std::path::Path;

use exercise::air;
use exercise::air::recorded::{self, Row};
use exercise::driver::{self, Plan, StartError};
use exercise::entries_csv::{self, Entry};
use exercise::inputs::{Inputs, Loading, load, load_script};
use exercise::script::{Equipment, Script, Workload};
use exercise::world::Kind;
use site::source::{FILE_BYTES_MAX, Mistake, Mistakes, SourceMap, beside, render};

use crate::failure::{Failure, caret};

/// A failure with its places and carets.
pub fn mistakes(found: &Mistakes, map: &SourceMap) -> Failure {
    Failure::Input(render(found, map))
}

/// The site file of a folder, or the file itself.
pub fn site_path(path: &Path) -> String {
    if path.is_dir() {
        path.join("site.ron").display().to_string()
    } else {
        path.display().to_string()
    }
}

/// Reads one file into the map.
pub fn fetch(map: &mut SourceMap, path: &str) -> Result<(), Failure> {
    let wrong = |text: String| Failure::Input(format!("error: {path}:1:1: {text}"));
    let size = std::fs::metadata(path)
        .map_err(|e| wrong(format!("cannot be read: {e}; expected a file")))?
        .len();
    if size > FILE_BYTES_MAX as u64 {
        return Err(wrong(format!(
            "the file has {size} bytes; expected at most {FILE_BYTES_MAX}"
        )));
    }
    let bytes =
        std::fs::read(path).map_err(|e| wrong(format!("cannot be read: {e}; expected a file")))?;
    map.insert(path, bytes);
    Ok(())
}

/// A site of either kind.
pub enum Site {
    /// Seats are sold.
    Reservation(Box<Inputs>),
    /// Aircraft are followed.
    Direction(Box<air::Inputs>),
}

impl Site {
    /// What a script can be aimed at there.
    pub fn equipment(&self) -> Equipment {
        match self {
            Site::Reservation(inputs) => Equipment::from(&inputs.description),
            Site::Direction(inputs) => Equipment::from(&inputs.description),
        }
    }
}

/// Reads a site with all its files.
pub fn site(map: &mut SourceMap, path: &str) -> Result<Site, Failure> {
    fetch(map, path)?;
    match Kind::of_site(map.text(path).unwrap_or_default()) {
        Kind::Reservation => all(map, path, load).map(Site::Reservation),
        Kind::Direction => all(map, path, air::inputs::load).map(Site::Direction),
    }
}

/// Reads what is missing until `load` has everything.
fn all<T>(
    map: &mut SourceMap,
    path: &str,
    load: fn(&SourceMap, &str) -> Result<Loading<T>, Mistakes>,
) -> Result<Box<T>, Failure> {
    loop {
        match load(map, path).map_err(|found| mistakes(&found, map))? {
            Loading::Ready(inputs) => return Ok(inputs),
            Loading::Needs(needs) => {
                let mut missing = Mistakes::new();
                for need in needs {
                    if let Err(failure) = fetch(map, &need.path) {
                        let text = failure.to_string();
                        let why = text.rsplit(": ").next().unwrap_or("").trim().to_owned();
                        let mistake: Mistake = need.missing;
                        missing.push(mistake.help(why));
                    }
                }
                if !missing.is_empty() {
                    return Err(mistakes(&missing, map));
                }
            }
        }
    }
}

/// A plan of either kind.
pub enum AnyPlan {
    /// Of a reservation site.
    Reservation(Box<Plan>),
    /// Of a direction center.
    Direction(Box<air::Plan>),
}

/// A site and an exercise, read and put together; `otherwise` is the exercise if none is named.
pub fn plan(
    site_path: &Path,
    script_path: Option<&Path>,
    otherwise: impl FnOnce(&Site) -> Script,
    options: driver::Options,
) -> Result<AnyPlan, Failure> {
    let mut map = SourceMap::new();
    let path = self::site_path(site_path);
    let site = self::site(&mut map, &path)?;
    let (script, lists) = match script_path {
        Some(script) => {
            let (name, equipment) = (script.display().to_string(), site.equipment());
            self::script(&mut map, &name, Some(&equipment))?
        }
        None => (otherwise(&site), Lists::default()),
    };
    let cannot = |error: StartError| Failure::Input(format!("error: {path}:1:1: {error}"));
    match site {
        Site::Reservation(inputs) => Plan::new(*inputs, script, lists.entries, options)
            .map(|plan| AnyPlan::Reservation(Box::new(plan))),
        Site::Direction(inputs) => {
            if let Some(script_path) = script_path {
                let found = air::inputs::validate(&inputs, &script);
                let name = script_path.display().to_string();
                let found = found.into_iter().map(|found| {
                    let mistake = Mistake::at(&name, found.path.as_slice(), found.message);
                    mistake.expected(found.help)
                });
                let found = Mistakes(found.collect());
                if !found.is_empty() {
                    return Err(mistakes(&found, &map));
                }
            }
            air::Plan::new(*inputs, script, lists.rows, options)
                .map(|plan| AnyPlan::Direction(Box::new(plan)))
        }
    }
    .map_err(cannot)
}

/// Lists that an exercise names.
#[derive(Default)]
pub struct Lists {
    /// Entries at agent sets.
    pub entries: Vec<Entry>,
    /// Recorded flights.
    pub rows: Vec<Row>,
}

/// Reads an exercise and, if it names one, its list of entries or flights.
pub fn script(
    map: &mut SourceMap,
    path: &str,
    equipment: Option<&Equipment>,
) -> Result<(Script, Lists), Failure> {
    fetch(map, path)?;
    let script = load_script(map, path, equipment).map_err(|found| mistakes(&found, map))?;
    let mut lists = Lists::default();
    if let Workload::File(name) = &script.workload {
        let sets = equipment.map_or(u16::MAX, |equipment| equipment.sets);
        let read = |text: &str| entries_csv::read(text, sets);
        lists.entries = list(map, (path, &["workload"]), name, read)?;
    }
    if let Some(name) = script.air.as_ref().and_then(|air| air.recorded.as_ref()) {
        lists.rows = list(map, (path, &["air", "recorded"]), name, recorded::read)?;
    }
    Ok((script, lists))
}

/// Reads a list that is named in a file, at a place.
fn list<T>(
    map: &mut SourceMap,
    (path, place): (&str, &[&str]),
    name: &str,
    read: impl FnOnce(&str) -> Result<T, Vec<entries_csv::Mistake>>,
) -> Result<T, Failure> {
    let list = beside(path, name);
    if let Err(failure) = fetch(map, &list) {
        let text = failure.to_string();
        let text = text.trim().trim_start_matches("error: ").to_owned();
        let mistake =
            Mistake::at(path, place, text).expected("the path of a CSV file, relative to this one");
        return Err(mistakes(&Mistakes(vec![mistake]), map));
    }
    let text = map
        .text(&list)
        .ok_or_else(|| Failure::Input(format!("error: {list}:1:1: this is not text (UTF-8)")))?;
    read(text).map_err(|found| {
        let shown: Vec<String> = found
            .iter()
            .map(|m| caret(&list, text, m.line, m.column, 1, &m.message))
            .collect();
        Failure::Input(shown.join("\n"))
    })
}
