//! Reading what a command names: the site's files, an exercise, a list of entries.
//!
//! The inner rooms never open a file; they are given a map from path to bytes. Here the map is
//! filled: the site file first, then whatever it turns out to name.

use std::path::Path;

use exercise::entries_csv::{self, Entry};
use exercise::inputs::{Inputs, Loading, load, load_script};
use exercise::script::{Equipment, Script, Workload};
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

/// Reads a site with all its files.
pub fn site(map: &mut SourceMap, path: &str) -> Result<Inputs, Failure> {
    fetch(map, path)?;
    loop {
        match load(map, path).map_err(|found| mistakes(&found, map))? {
            Loading::Ready(inputs) => return Ok(*inputs),
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

/// Reads an exercise and, if it names one, its list of entries.
pub fn script(
    map: &mut SourceMap,
    path: &str,
    equipment: Option<&Equipment>,
) -> Result<(Script, Vec<Entry>), Failure> {
    fetch(map, path)?;
    let script = load_script(map, path, equipment).map_err(|found| mistakes(&found, map))?;
    let mut entries = Vec::new();
    if let Workload::File(name) = &script.workload {
        let list = beside(path, name);
        if let Err(failure) = fetch(map, &list) {
            let mistake = Mistake::at(path, ["workload"], failure.to_string().trim().to_owned())
                .expected("the path of a CSV file, relative to this one");
            return Err(mistakes(&Mistakes(vec![mistake]), map));
        }
        let sets = equipment.map_or(u16::MAX, |equipment| equipment.sets);
        let text = map.text(&list).ok_or_else(|| {
            Failure::Input(format!("error: {list}:1:1: this is not text (UTF-8)"))
        })?;
        entries = entries_csv::read(text, sets).map_err(|found| {
            let shown: Vec<String> = found
                .iter()
                .map(|m| caret(&list, text, m.line, m.column, 1, &m.message))
                .collect();
            Failure::Input(shown.join("\n"))
        })?;
    }
    Ok((script, entries))
}
