//! `duplex check PATH...`: reads site files and exercises and says what is wrong with them.
//!
//! A folder is a site; of a `.ron` file the first field that only one kind has decides what it is.

use std::path::PathBuf;

use clap::Args;
use site::source::SourceMap;

use crate::failure::{Failure, read_text};
use crate::files::{self, Site};

/// Options of `check`.
#[derive(Args)]
pub struct Options {
    /// Site folders, site files, exercises, parts.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
}

/// What a file is.
enum Kind {
    Site,
    Files,
    Script,
    Reliability,
}

fn kind_of(text: &str) -> Kind {
    let has = |field: &str| {
        text.lines().any(|line| {
            let line = line.trim_start();
            let rest = line.strip_prefix('(').unwrap_or(line).trim_start();
            rest.strip_prefix(field)
                .is_some_and(|rest| rest.trim_start().starts_with(':'))
        })
    };
    if has("mean_time_between_failures_h") || has("history_years") {
        Kind::Reliability
    } else if has("workload") || has("duration") || has("expectations") || has("faults") {
        Kind::Script
    } else if has("schedule") || has("first_date") || has("passenger_records") {
        Kind::Files
    } else {
        Kind::Site
    }
}

/// Runs the command.
pub fn run(options: &Options) -> Result<u8, Failure> {
    let mut wrong = String::new();
    for path in &options.paths {
        if let Err(failure) = check(path) {
            wrong.push_str(&failure.to_string());
            wrong.push('\n');
        }
    }
    if wrong.is_empty() {
        Ok(0)
    } else {
        Err(Failure::Input(wrong))
    }
}

fn check(path: &std::path::Path) -> Result<(), Failure> {
    let mut map = SourceMap::new();
    let name = files::site_path(path);
    if path.is_dir() {
        return site(&mut map, &name);
    }
    files::fetch(&mut map, &name)?;
    // Binary garbage is told by the reader of sites as well as by any other.
    let text = read_text(path).unwrap_or_default();
    match kind_of(&text) {
        Kind::Site => site(&mut map, &name),
        Kind::Script => {
            let (script, lists) = files::script(&mut map, &name, None)?;
            let work = match &script.air {
                None => format!("{} listed entries", lists.entries.len()),
                Some(air) => format!(
                    "{} flights, {} raids, {} civil in the air, {} recorded positions, {} players",
                    air.flights.len(),
                    air.raids.len(),
                    air.civil
                        .iter()
                        .map(|c| u32::from(c.in_the_air))
                        .sum::<u32>(),
                    lists.rows.len(),
                    air.players.len()
                ),
            };
            println!(
                "{name}: exercise \"{}\", {}, {} faults, {} expectations, {work}",
                script.name,
                script.duration,
                script.faults.len(),
                script.expectations.len(),
            );
            Ok(())
        }
        Kind::Reliability => {
            let file = crate::reliability::file(&mut map, &name)?;
            println!(
                "{name}: reliability \"{}\", {} years",
                file.name, file.years
            );
            Ok(())
        }
        Kind::Files => {
            let files: exercise::files::FilesDescription =
                site::source::read(&map, &name).map_err(|found| files::mistakes(&found, &map))?;
            let mut found = site::source::Mistakes::new();
            for (field, message) in files.validate() {
                let place: Vec<&str> = field.split('.').collect();
                found.push(site::source::Mistake::at(&name, place.as_slice(), message));
            }
            if !found.is_empty() {
                return Err(files::mistakes(&found, &map));
            }
            println!(
                "{name}: files for {} days from {}, {} bookings",
                files.days, files.first_date, files.passenger_records
            );
            Ok(())
        }
    }
}

fn site(map: &mut SourceMap, name: &str) -> Result<(), Failure> {
    match files::site(map, name)? {
        Site::Reservation(inputs) => println!(
            "{name}: site \"{}\", {} interchanges, {} sets, {} departures, program of {} words",
            inputs.description.name,
            inputs.description.interchanges.len(),
            inputs.description.sets(),
            inputs.schedule.flights.len(),
            inputs.assembly.words.len()
        ),
        Site::Direction(inputs) => println!(
            "{name}: direction center \"{}\", {} radars, {} consoles, {} bases, {} neighbours, \
             program of {} words",
            inputs.description.name,
            inputs.description.radars.len(),
            inputs.description.consoles.len(),
            inputs.description.bases.len(),
            inputs.description.neighbours.len(),
            inputs.assembly.words.len()
        ),
    }
    Ok(())
}
