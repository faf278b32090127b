//! `duplex reliability FILE`: thousands of years of a pair of machines that are only up or down.

use std::path::PathBuf;

use clap::Args;
use exercise::campaign::results;
use exercise::reliability::{Histories, Reliability, Share, Spread};
use serde::Serialize;
use site::source::{Mistakes, SourceMap, read};

use crate::failure::Failure;
use crate::files;
use crate::run::say;

/// Options of `reliability`.
#[derive(Args)]
pub struct Options {
    /// What fails, how often, and for how long.
    file: PathBuf,
    /// Coverage and gaps of takeovers from the results of a campaign (`campaign --resume FILE`).
    #[arg(long, value_name = "FILE")]
    takeovers: Option<PathBuf>,
    /// Seed of everything drawn.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Writes the figures as JSON.
    #[arg(long, value_name = "FILE.json")]
    report: Option<PathBuf>,
    /// Nothing on standard output.
    #[arg(long)]
    quiet: bool,
}

/// The figures. Keys stay; more may be added.
#[derive(Serialize)]
struct Figures<'a> {
    name: &'a str,
    seed: u64,
    years: u32,
    history_years: u32,
    /// Machines are only up or down here.
    abstracted: bool,
    takeovers_measured: bool,
    coverage: f64,
    mean_gap_ms: f64,
    failures: u64,
    takeovers: u64,
    uncovered: u64,
    times_both_down: u64,
    both_down: Share,
    no_service: Share,
    histories: Spread,
    predicted: f64,
    remembered: Option<f64>,
}

/// Reads one of these files.
pub fn file(map: &mut SourceMap, path: &str) -> Result<Reliability, Failure> {
    files::fetch(map, path)?;
    let reliability: Reliability = read(map, path).map_err(|found| files::mistakes(&found, map))?;
    match reliability.validate(path) {
        found if found.is_empty() => Ok(reliability),
        found => Err(files::mistakes(&Mistakes(found), map)),
    }
}

/// Runs the command.
pub fn run(options: &Options) -> Result<u8, Failure> {
    let mut map = SourceMap::new();
    let path = options.file.display().to_string();
    let mut reliability = file(&mut map, &path)?;
    if let Some(from) = &options.takeovers {
        let name = from.display().to_string();
        files::fetch(&mut map, &name)?;
        let wrong = |at: String, text: String| Failure::Input(format!("error: {name}{at}: {text}"));
        let results = results::every(map.get(&name).unwrap_or_default())
            .map_err(|e| wrong(format!(":{}:{}", e.line, e.column), e.message))?;
        let measured = reliability.takeovers.measured(results.iter());
        reliability.takeovers = measured.map_err(|e| wrong(":1:1".to_owned(), e.to_string()))?;
    }
    let played = reliability.play(options.seed);
    let figures = figures(&reliability, options, &played);
    if !options.quiet {
        say(&text(&figures));
    }
    if let Some(path) = &options.report {
        let json = serde_json::to_string_pretty(&figures)
            .map_err(|error| Failure::Own(format!("the report cannot be written: {error}")))?;
        std::fs::write(path, json + "\n").map_err(|e| Failure::cannot_write(path, &e))?;
    }
    Ok(0)
}

fn figures<'a>(reliability: &'a Reliability, options: &Options, played: &Histories) -> Figures<'a> {
    let gaps = &reliability.takeovers.gaps_ms;
    Figures {
        name: &reliability.name,
        seed: options.seed,
        years: reliability.years,
        history_years: reliability.history_years,
        abstracted: true,
        takeovers_measured: options.takeovers.is_some(),
        coverage: reliability.takeovers.coverage,
        mean_gap_ms: gaps.iter().sum::<f64>() / gaps.len() as f64,
        failures: played.failures,
        takeovers: played.takeovers,
        uncovered: played.uncovered,
        times_both_down: played.both_down,
        both_down: played.down(),
        no_service: played.silent(),
        histories: played.spread(),
        predicted: reliability.predicted(),
        remembered: reliability.remembered,
    }
}

fn text(figures: &Figures) -> String {
    let per_cent = |share: f64| format!("{:.4} %", share * 100.0);
    let share = |share: Share| {
        let (mean, low, high) = (share.mean, share.low, share.high);
        let [mean, low, high] = [mean, low, high].map(per_cent);
        format!("{mean} of the time (95 %: {low} to {high})")
    };
    let Spread {
        least,
        p5,
        median,
        p95,
        most,
    } = figures.histories;
    let [least, p5, median, p95, most] = [least, p5, median, p95, most].map(per_cent);
    let measured = match figures.takeovers_measured {
        true => "measured in runs of the emulated programs",
        false => "assumed: nothing was measured",
    };
    let mut text = format!(
        "{}, seed {}: {} years in histories of {}; machines are only up or down here\n\
         takeovers   {}: {:.2} % succeed, mean gap {:.2} s\n\
         failures    {}, takeovers {}, of which {} helped by people; {} times both down\n\
         both down   {}\n\
         no service  {}\n\
         histories   both down {least} in the best, {p5} (5 %), {median} (half), {p95} (95 %), \
         {most} in the worst\n\
         arithmetic  {}\n",
        figures.name,
        figures.seed,
        figures.years,
        figures.history_years,
        measured,
        figures.coverage * 100.0,
        figures.mean_gap_ms / 1_000.0,
        figures.failures,
        figures.takeovers,
        figures.uncovered,
        figures.times_both_down,
        share(figures.both_down),
        share(figures.no_service),
        per_cent(figures.predicted),
    );
    if let Some(remembered) = figures.remembered {
        text.push_str(&format!("remembered  {}\n", per_cent(remembered)));
    }
    text
}
