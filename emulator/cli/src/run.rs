//! `duplex run SITE`: a site, an exercise, a seed.
//!
//! Site, exercise and seed are printed first. Progress goes to the terminal when there is one, the
//! report to standard output, and with `--report` as JSON to a file, whatever the exit status.

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant as WallInstant};

use clap::Args;
use clock::Span;
use clock::journal::JournalWriter;
use exercise::driver::{self, Outcome, Progress, StartError};
use exercise::entries_csv;
use exercise::report::{Report, text};
use exercise::script::Script;
use indicatif::{ProgressBar, ProgressStyle};
use site::source::SourceMap;

use crate::failure::Failure;
use crate::files;

/// Options of `run`.
#[derive(Args)]
pub struct Options {
    /// Folder of a site, or its `.ron` file.
    site: PathBuf,
    /// The exercise; without one ten quiet minutes.
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Seed of everything drawn.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Cuts the exercise short: 90s, 10m, 24h.
    #[arg(long = "for", value_name = "DURATION")]
    cut: Option<Span>,
    /// Worker threads; the journal is the same for any number [default: cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// As fast as possible, as fast as it was, or so many times that.
    #[arg(long, value_name = "max|real|xN", default_value = "max", value_parser = parse_speed)]
    speed: Speed,
    /// Writes the journal.
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Writes the report as JSON.
    #[arg(long, value_name = "FILE.json")]
    report: Option<PathBuf>,
    /// Writes every entry with its answer and times.
    #[arg(long, value_name = "FILE.csv")]
    entries: Option<PathBuf>,
    /// No progress and no report on standard output.
    #[arg(long)]
    quiet: bool,
}

/// How fast virtual time may go.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Speed {
    Max,
    /// Virtual seconds a second.
    Times(f64),
}

fn parse_speed(text: &str) -> Result<Speed, String> {
    match text {
        "max" => Ok(Speed::Max),
        "real" => Ok(Speed::Times(1.0)),
        _ => text
            .strip_prefix('x')
            .and_then(|n| n.parse::<f64>().ok())
            .filter(|n| (1e-3..=1e6).contains(n))
            .map(Speed::Times)
            .ok_or_else(|| {
                "expected max, real or xN from x0.001 to x1000000, such as x10".to_owned()
            }),
    }
}

/// Writes to standard output. A reader who has gone away (`| head`) has seen enough.
fn say(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// Runs the command.
pub fn run(options: &Options) -> Result<u8, Failure> {
    let mut map = SourceMap::new();
    let site_path = files::site_path(&options.site);
    let inputs = files::site(&mut map, &site_path)?;
    let units = (
        inputs.description.drums.units,
        inputs.description.disks.units,
    );
    let sets = inputs.description.sets() as u16;
    let (script, list) = match &options.script {
        Some(path) => {
            let path = path.display().to_string();
            files::script(&mut map, &path, Some(units), Some(sets))?
        }
        None => (Script::quiet(), Vec::new()),
    };
    // One site runs on one worker whatever is asked for: the journal cannot depend on it.
    let _ = options.threads;
    if !options.quiet {
        say(&format!(
            "site {} ({site_path}), exercise {}, seed {}\n",
            inputs.description.name, script.name, options.seed
        ));
    }
    let run_options = driver::Options {
        seed: options.seed,
        cut: options.cut,
        keep_entries: options.entries.is_some(),
    };
    let out: Box<dyn Write> = match &options.journal {
        Some(path) => {
            let file = File::create(path).map_err(|e| Failure::cannot_write(path, &e))?;
            Box::new(BufWriter::new(file))
        }
        None => Box::new(std::io::sink()),
    };
    let header = inputs.journal_header(&script, &list, &run_options);
    let journal_path = options.journal.clone().unwrap_or_default();
    let cannot = |error: std::io::Error| Failure::cannot_write(&journal_path, &error);
    let journal = JournalWriter::new(out, &header).map_err(cannot)?;
    let begun = WallInstant::now();
    let bar = progress_bar(options.quiet);
    let mut pace = Pace::new(options.speed, begun);
    let outcome = driver::run(
        &inputs,
        &script,
        list,
        &run_options,
        journal,
        &mut |progress| {
            pace.keep(progress);
            show(&bar, progress, begun);
        },
    );
    bar.finish_and_clear();
    let (outcome, journal) = outcome.map_err(|error| start_failure(&error, &site_path))?;
    let (_, mut out) = journal.finish().map_err(cannot)?;
    out.flush().map_err(cannot)?;
    let wall = begun.elapsed().as_secs_f64();
    let report = Report::new(&inputs, &script, options.seed, &outcome, wall);
    write_files(options, &report, &outcome)?;
    if !options.quiet {
        say(&text::write(&report, &script, &outcome));
    }
    Ok(report.exit_status)
}

fn start_failure(error: &StartError, site: &str) -> Failure {
    Failure::Input(format!("error: {site}:1:1: {error}"))
}

fn write_files(options: &Options, report: &Report, outcome: &Outcome) -> Result<(), Failure> {
    if let Some(path) = &options.report {
        let json = serde_json::to_string_pretty(report)
            .map_err(|error| Failure::Own(format!("the report cannot be written: {error}")))?;
        std::fs::write(path, json + "\n").map_err(|e| Failure::cannot_write(path, &e))?;
    }
    if let Some(path) = &options.entries {
        let text = entries_csv::write(&outcome.entries);
        std::fs::write(path, text).map_err(|e| Failure::cannot_write(path, &e))?;
    }
    Ok(())
}

/// Holds virtual time back to the speed asked for.
struct Pace {
    speed: Speed,
    begun: WallInstant,
}

impl Pace {
    fn new(speed: Speed, begun: WallInstant) -> Pace {
        Pace { speed, begun }
    }

    fn keep(&mut self, progress: &Progress) {
        if let Speed::Times(times) = self.speed {
            let due = Duration::from_secs_f64(progress.now.as_seconds_f64() / times);
            if let Some(early) = due.checked_sub(self.begun.elapsed()) {
                std::thread::sleep(early);
            }
        }
    }
}

fn progress_bar(quiet: bool) -> ProgressBar {
    if quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(1000);
    let style = ProgressStyle::with_template("{wide_bar} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// Once a virtual second: time, speed, entries, takeovers.
fn show(bar: &ProgressBar, progress: &Progress, begun: WallInstant) {
    if bar.is_hidden() || !progress.now.0.is_multiple_of(1_000_000_000) {
        return;
    }
    let share = progress.now.0.min(progress.end.0) * 1000 / progress.end.0.max(1);
    bar.set_position(share);
    let rate = progress.now.as_seconds_f64() / begun.elapsed().as_secs_f64().max(0.001);
    let settling = if progress.settling { ", settling" } else { "" };
    bar.set_message(format!(
        "{} x{rate:.0}, {} answered, {} takeovers{settling}",
        progress.now, progress.answered, progress.takeovers
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds() {
        assert_eq!(parse_speed("max"), Ok(Speed::Max));
        assert_eq!(parse_speed("real"), Ok(Speed::Times(1.0)));
        assert_eq!(parse_speed("x12.5"), Ok(Speed::Times(12.5)));
        for wrong in ["", "x", "x0", "x-1", "xNaN", "fast", "10"] {
            assert!(parse_speed(wrong).is_err(), "{wrong}");
        }
    }
}
