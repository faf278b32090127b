//! `duplex campaign SITE --script FILE`: an exercise over many seeds, or, where it orders a sweep,
//! with a machine lost at every point of it.
//!
//! Runs go to as many threads as there are cores; results come in one order and do not depend on
//! how many. With `--resume FILE` each result is written there when it is known, and a campaign
//! that was killed goes on where its results end.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, IsTerminal, Write};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Instant as WallInstant;

use clap::Args;
use exercise::campaign::results::{self, Results};
use exercise::campaign::summary::{Summary, junit};
use exercise::campaign::sweep::{self, Strided, SweepError, Sweeping};
use exercise::campaign::{self, Unit, UnitResult};
use exercise::driver::{self, Plan};
use exercise::world::Planned;
use indicatif::{ProgressBar, ProgressStyle};

use crate::failure::Failure;
use crate::files::{self, AnyPlan};
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
    /// Of a sweep, only every K-th point.
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u64).range(1..))]
    stride: Option<u64>,
    /// The first of them, less than K.
    #[arg(long, value_name = "J")]
    offset: Option<u64>,
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
    match plan_of(&options.site, &options.script)? {
        AnyPlan::Reservation(plan) => {
            let taken = strided(options, &*plan)?;
            campaign(
                options,
                &*plan,
                taken,
                &|work, seeds, known| match plan.script.sweep {
                    None => work.seeds(&*plan, seeds, known),
                    Some(_) => {
                        for seed in seeds {
                            work.sweep(&plan.with_seed(seed), taken, known)?;
                        }
                        Ok(())
                    }
                },
            )
        }
        AnyPlan::Direction(plan) => {
            let taken = strided(options, &*plan)?;
            campaign(options, &*plan, taken, &|work, seeds, known| {
                work.seeds(&*plan, seeds, known)
            })
        }
    }
}

/// The work of a campaign: all its seeds, except what is known.
type Doing<'a> = &'a dyn Fn(&mut Work, RangeInclusive<u64>, &BTreeSet<Unit>) -> Result<(), Failure>;

fn campaign<P: Planned>(
    options: &Options,
    plan: &P,
    taken: Strided,
    doing: Doing,
) -> Result<u8, Failure> {
    // A report that cannot be written is told before the work, not after it.
    for path in [&options.report, &options.junit].into_iter().flatten() {
        File::create(path).map_err(|error| Failure::cannot_write(path, &error))?;
    }
    let (first, last) = options.seeds.or(plan.script().seeds).unwrap_or((1, 1));
    let mut kept = Kept::open(options.resume.as_deref(), &campaign::unit_of(plan))?;
    let known: BTreeSet<Unit> = kept.results.done.keys().cloned().collect();
    if !options.quiet {
        let (path, site) = plan.site();
        let script = &plan.script().name;
        let known = match known.len() {
            0 => String::new(),
            n => format!(", {n} results already known"),
        };
        say(&format!(
            "site {site} ({path}), exercise {script}, seeds {first} to {last}{known}\n"
        ));
    }
    let mut work = Work {
        options,
        summary: Summary::default(),
        bar: progress_bar(options.quiet),
        jobs: jobs(options.jobs),
        trouble: None,
        points: 0,
        kept: &mut kept,
    };
    let begun = WallInstant::now();
    doing(&mut work, first..=last, &known)?;
    work.bar.finish_and_clear();
    if let Some(failure) = work.trouble {
        return Err(failure);
    }
    let mut summary = work.summary;
    summary.wall_seconds = begun.elapsed().as_secs_f64();
    let asked = |unit: &Unit| {
        let point = match unit.point {
            None => plan.script().sweep.is_none(),
            Some(point) => taken.takes(point),
        };
        point && (first..=last).contains(&unit.seed)
    };
    write(options, plan, &summary, &kept.results, asked)?;
    if !options.quiet {
        say(&summary.text());
    }
    Ok(summary.exit_status)
}

/// Which points of a sweep; only a sweep has any.
fn strided<P: Planned>(options: &Options, plan: &P) -> Result<Strided, Failure> {
    let wrong = |text: String| Err(Failure::Input(format!("error: {text}\n")));
    let asked = options.stride.is_some() || options.offset.is_some();
    if asked && plan.script().sweep.is_none() {
        let script = options.script.display();
        return wrong(format!(
            "--stride and --offset choose points of a sweep, and {script} orders none; expected \
             a script with `sweep: (...)`"
        ));
    }
    let taken = Strided {
        stride: options.stride.unwrap_or(1),
        offset: options.offset.unwrap_or(0),
    };
    match taken.offset < taken.stride {
        true => Ok(taken),
        false => wrong(format!(
            "--offset {} is not less than --stride {}; expected 0 to {}",
            taken.offset,
            taken.stride,
            taken.stride - 1
        )),
    }
}

/// A campaign under way.
struct Work<'a> {
    options: &'a Options,
    kept: &'a mut Kept,
    summary: Summary,
    bar: ProgressBar,
    jobs: usize,
    trouble: Option<Failure>,
    /// Points of the sweep.
    points: u64,
}

impl Work<'_> {
    /// A result that was known before or has just been found.
    fn count(&mut self, result: &UnitResult) {
        let (options, points) = (self.options, self.points);
        let again = |unit: &Unit| command(options, unit, points);
        self.summary.add(result, again);
        let summary = &self.summary;
        let bad = summary.failed + summary.void;
        self.bar.set_message(format!("{bad} not passed"));
        self.bar.inc(1);
    }

    fn found(&mut self, result: UnitResult) {
        self.count(&result);
        if let Err(failure) = self.kept.add(result) {
            self.trouble.get_or_insert(failure);
        }
    }

    fn count_known(&mut self, of: impl Fn(&Unit) -> bool) {
        let known = self.kept.results.done.values().filter(|r| of(&r.unit));
        for result in known.cloned().collect::<Vec<_>>() {
            self.count(&result);
        }
    }

    fn seeds<P: Planned>(
        &mut self,
        plan: &P,
        seeds: RangeInclusive<u64>,
        known: &BTreeSet<Unit>,
    ) -> Result<(), Failure> {
        self.bar.set_length(seeds.end() - seeds.start() + 1);
        self.count_known(|unit| seeds.contains(&unit.seed) && unit.point.is_none());
        let skip = |unit: &Unit| known.contains(unit);
        campaign::seeds(plan, seeds, skip, self.jobs, |result| self.found(result))
            .map_err(|error| wrong_site(plan, &error.to_string()))
    }

    fn sweep(
        &mut self,
        plan: &Plan,
        taken: Strided,
        known: &BTreeSet<Unit>,
    ) -> Result<(), Failure> {
        let script = self.options.script.display();
        let sweeping = Sweeping::new(plan).map_err(|error| match error {
            SweepError::Start(error) => wrong_site(plan, &error.to_string()),
            error => Failure::Input(format!("error: {script}:1:1: {error}\n")),
        })?;
        self.points = sweeping.count;
        let count = sweeping.count.saturating_sub(taken.offset);
        self.bar.set_length(count.div_ceil(taken.stride));
        if !self.options.quiet {
            say(&sweeping_text(&sweeping, taken));
        }
        let seed = plan.options.seed;
        self.count_known(|unit| {
            let point = unit.point.filter(|point| taken.takes(*point));
            unit.seed == seed && point.is_some()
        });
        let skip = |unit: &Unit| known.contains(unit);
        sweep::run(plan, &sweeping, taken, skip, self.jobs, |result| {
            self.found(result)
        });
        Ok(())
    }
}

fn wrong_site<P: Planned>(plan: &P, error: &str) -> Failure {
    Failure::Input(format!("error: {}:1:1: {error}\n", plan.site().0))
}

/// What a sweep is going to do.
fn sweeping_text(sweeping: &Sweeping, taken: Strided) -> String {
    let firsts = sweeping.first_stretches;
    let least = sweeping.first_crashes.values().min().copied();
    let routines = sweeping.first_crashes.len();
    let mut text = format!(
        "{} points, which stand for {}",
        sweeping.count, sweeping.stands_for
    );
    if let Some(least) = least {
        text.push_str(&format!(
            "; of double faults {firsts} first crashes, at least {least} of each of {routines} \
             routines"
        ));
    }
    if taken.stride > 1 {
        text.push_str(&format!(
            "; every {}th from point {}",
            taken.stride, taken.offset
        ));
    }
    text.push('\n');
    text
}

/// Threads to use.
pub fn jobs(asked: Option<u16>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    asked.map_or_else(cores, usize::from)
}

/// The plan of a site and an exercise, seed 1.
pub fn plan_of(site: &Path, script: &Path) -> Result<AnyPlan, Failure> {
    let run_options = driver::Options {
        seed: 1,
        cut: None,
        keep_entries: false,
    };
    files::plan(
        site,
        Some(script),
        |_| unreachable!("a script is named"),
        run_options,
    )
}

/// The command that repeats a unit's run alone; of a sweep with so many points.
fn command(options: &Options, unit: &Unit, points: u64) -> String {
    let (site, script) = (options.site.display(), options.script.display());
    let seed = unit.seed;
    match unit.point {
        None => format!("duplex run {site} --script {script} --seed {seed}"),
        Some(point) => format!(
            "duplex campaign {site} --script {script} --seeds {seed}..{seed} --stride {points} \
             --offset {point}"
        ),
    }
}

fn write<P: Planned>(
    options: &Options,
    plan: &P,
    summary: &Summary,
    results: &Results,
    asked: impl Fn(&Unit) -> bool,
) -> Result<(), Failure> {
    if let Some(path) = &options.report {
        let json = serde_json::to_string_pretty(summary)
            .map_err(|error| Failure::Own(format!("the report cannot be written: {error}")))?;
        std::fs::write(path, json + "\n").map_err(|e| Failure::cannot_write(path, &e))?;
    }
    if let Some(path) = &options.junit {
        let (network, script) = (plan.site().1, &plan.script().name);
        // A file of results may know of more than was asked for this time.
        let asked: Vec<_> = results.done.values().filter(|r| asked(&r.unit)).collect();
        let xml = junit(network, script, asked.into_iter());
        std::fs::write(path, xml).map_err(|e| Failure::cannot_write(path, &e))?;
    }
    Ok(())
}

fn progress_bar(quiet: bool) -> ProgressBar {
    if quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(1);
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
