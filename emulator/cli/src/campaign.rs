//! `duplex campaign SITE --script FILE`: an exercise over many seeds.
//!
//! Runs go to as many threads as there are cores; results come in one order and do not depend on
//! how many. With `--resume FILE` each result is written there when it is known, and a campaign
//! that was killed goes on where its results end.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Instant as WallInstant;

use clap::Args;
use exercise::campaign::results::{self, Results};
use exercise::campaign::summary::{Summary, junit};
use exercise::campaign::{self, Unit, UnitResult};
use exercise::driver::{self, Plan, StartError};
use exercise::script::Equipment;
use indicatif::{ProgressBar, ProgressStyle};
use site::source::SourceMap;

use crate::failure::Failure;
use crate::files;
use crate::run::say;

/// Options of `campaign`.
#[derive(Args)]
pub struct Options {
    /// Folder of a site, or its `.ron` file.
    site: PathBuf,
    /// The exercise.
    #[arg(long, value_name = "FILE")]
    script: PathBuf,
    /// First and last seed [default: the script's own, else 1..1].
    #[arg(long, value_name = "A..B", value_parser = parse_seeds)]
    seeds: Option<(u64, u64)>,
    /// Runs at a time [default: cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Keeps the results in FILE; those already there are not run again.
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// Writes the table as JSON.
    #[arg(long, value_name = "FILE.json")]
    report: Option<PathBuf>,
    /// Writes every run as a test case.
    #[arg(long, value_name = "FILE.xml")]
    junit: Option<PathBuf>,
    /// No progress and no table on standard output.
    #[arg(long)]
    quiet: bool,
}

fn parse_seeds(text: &str) -> Result<(u64, u64), String> {
    let expected = "expected the first seed and the last, such as 1..50";
    let (first, last) = text.split_once("..").ok_or(expected)?;
    let number = |text: &str| text.trim().parse::<u64>().map_err(|_| expected.to_owned());
    let (first, last) = (number(first)?, number(last.trim_start_matches('='))?);
    match first <= last {
        true => Ok((first, last)),
        false => Err(format!(
            "there is no seed from {first} to {last}; {expected}"
        )),
    }
}

/// Results known so far, and where further ones are kept.
struct Kept {
    results: Results,
    file: Option<(PathBuf, BufWriter<File>)>,
}

impl Kept {
    /// Reads what is there and goes on behind it.
    fn open(path: Option<&Path>, unit: &Unit) -> Result<Kept, Failure> {
        let Some(path) = path else {
            return Ok(Kept {
                results: Results::default(),
                file: None,
            });
        };
        let cannot = |error: std::io::Error| Failure::cannot_write(path, &error);
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                let name = path.display();
                let text = format!("error: {name}: cannot be read: {error}");
                return Err(Failure::Input(text));
            }
        };
        let results = results::read(&text, unit).map_err(|wrong| {
            let (name, line, column) = (path.display(), wrong.line, wrong.column);
            Failure::Input(format!("error: {name}:{line}:{column}: {}", wrong.message))
        })?;
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .map_err(cannot)?;
        file.set_len(results.whole as u64).map_err(cannot)?;
        Ok(Kept {
            results,
            file: Some((path.to_owned(), BufWriter::new(file))),
        })
    }

    fn add(&mut self, result: UnitResult) -> Result<(), Failure> {
        if let Some((path, file)) = &mut self.file {
            let written = file.write_all(results::line(&result).as_bytes());
            let written = written.and_then(|()| file.flush());
            written.map_err(|error| Failure::cannot_write(path, &error))?;
        }
        self.results.done.insert(result.unit.clone(), result);
        Ok(())
    }
}

/// Runs the command.
pub fn run(options: &Options) -> Result<u8, Failure> {
    let plan = plan(options)?;
    // A report that cannot be written is told before the work, not after it.
    for path in [&options.report, &options.junit].into_iter().flatten() {
        File::create(path).map_err(|error| Failure::cannot_write(path, &error))?;
    }
    let (first, last) = options.seeds.or(plan.script.seeds).unwrap_or((1, 1));
    let unit = plan.unit();
    let mut kept = Kept::open(options.resume.as_deref(), &unit)?;
    let units: Vec<Unit> = (first..=last)
        .map(|seed| Unit {
            seed,
            ..unit.clone()
        })
        .collect();
    let known = kept.results.done.clone();
    let there = units.iter().filter(|unit| known.contains_key(unit)).count();
    if !options.quiet {
        let (site, path) = (&plan.inputs.description.name, &plan.inputs.path);
        let script = &plan.script.name;
        let known = match there {
            0 => String::new(),
            n => format!(", {n} of them already known"),
        };
        say(&format!(
            "site {site} ({path}), exercise {script}, seeds {first} to {last}{known}\n"
        ));
    }
    let begun = WallInstant::now();
    let bar = progress_bar(options.quiet, units.len() as u64);
    bar.set_position(there as u64);
    let mut failed = 0;
    let mut trouble = None;
    let cannot =
        |error: StartError| Failure::Input(format!("error: {}:1:1: {error}", plan.inputs.path));
    campaign::seeds(
        &plan,
        first..=last,
        |unit| known.contains_key(unit),
        jobs(options.jobs),
        |result| {
            failed += u64::from(result.status != 0);
            bar.set_message(format!("seed {}, {failed} not passed", result.unit.seed));
            bar.inc(1);
            if let Err(failure) = kept.add(result) {
                trouble.get_or_insert(failure);
            }
        },
    )
    .map_err(cannot)?;
    bar.finish_and_clear();
    if let Some(failure) = trouble {
        return Err(failure);
    }
    let done = units.iter().filter_map(|unit| kept.results.done.get(unit));
    let done: Vec<UnitResult> = done.cloned().collect();
    let mut summary = Summary {
        wall_seconds: begun.elapsed().as_secs_f64(),
        ..Summary::default()
    };
    for result in &done {
        summary.add(result, |unit| command(options, unit));
    }
    write(options, &plan, &summary, &done)?;
    if !options.quiet {
        say(&summary.text());
    }
    Ok(summary.exit_status)
}

/// Threads to use.
fn jobs(asked: Option<u16>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    asked.map_or_else(cores, usize::from)
}

fn plan(options: &Options) -> Result<Plan, Failure> {
    let mut map = SourceMap::new();
    let site_path = files::site_path(&options.site);
    let inputs = files::site(&mut map, &site_path)?;
    let equipment = Equipment::from(&inputs.description);
    let path = options.script.display().to_string();
    let (script, list) = files::script(&mut map, &path, Some(&equipment))?;
    let run_options = driver::Options {
        seed: 1,
        cut: None,
        keep_entries: false,
    };
    Plan::new(inputs, script, list, run_options)
        .map_err(|error| Failure::Input(format!("error: {site_path}:1:1: {error}")))
}

/// The command that repeats a unit's run alone.
fn command(options: &Options, unit: &Unit) -> String {
    let (site, script) = (options.site.display(), options.script.display());
    format!("duplex run {site} --script {script} --seed {}", unit.seed)
}

fn write(
    options: &Options,
    plan: &Plan,
    summary: &Summary,
    done: &[UnitResult],
) -> Result<(), Failure> {
    if let Some(path) = &options.report {
        let json = serde_json::to_string_pretty(summary)
            .map_err(|error| Failure::Own(format!("the report cannot be written: {error}")))?;
        std::fs::write(path, json + "\n").map_err(|e| Failure::cannot_write(path, &e))?;
    }
    if let Some(path) = &options.junit {
        let xml = junit(&plan.inputs.description.name, &plan.script.name, done);
        std::fs::write(path, xml).map_err(|e| Failure::cannot_write(path, &e))?;
    }
    Ok(())
}

fn progress_bar(quiet: bool, runs: u64) -> ProgressBar {
    if quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(runs);
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len}, {eta} left, {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_include_both_ends() {
        assert_eq!(parse_seeds("1..50"), Ok((1, 50)));
        assert_eq!(parse_seeds("7..7"), Ok((7, 7)));
        for wrong in ["", "5", "..", "5..3", "a..b", "1..-1"] {
            assert!(parse_seeds(wrong).is_err(), "{wrong}");
        }
    }
}
