//! `duplex run SITE`: a site, an exercise, a seed.
//!
//! Site, exercise and seed are printed first. Progress goes to the terminal when there is one, the
//! report to standard output, and with `--report` as JSON to a file, whatever the exit status.
//!
//! Several sites are run one after the other with the same exercise and seed, and set side by side at
//! the end.

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as WallInstant};

use clap::Args;
use clock::journal::{JournalWriter, State};
use clock::{Instant, Span};
use exercise::air;
use exercise::diagram::{CenterDiagram, Diagram};
use exercise::driver::{self, Onlooker, Plan, Progress, Run};
use exercise::entries_csv;
use exercise::history::{Format, Writer};
use exercise::report::Report;
use exercise::report::comparison::Comparison;
use exercise::script::{Equipment, Script};
use exercise::snapshot::{self, Snapshot, Unusable};
use exercise::world::{self, Kind, Planned, Reported, World};
use indicatif::{ProgressBar, ProgressStyle};
use site::source::SourceMap;

use crate::failure::Failure;
use crate::files::{self, AnyPlan, Site};

/// Options of `run`.
#[derive(Args)]
pub struct Options {
    /// Folder of a site, or its `.ron` file; with `--from` the snapshot's. Several are run in turn
    /// and compared.
    #[arg(required_unless_present = "from", conflicts_with = "from")]
    site: Vec<PathBuf>,
    /// Goes on from a snapshot; with `--script` its faults due later strike instead.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seed", "cut"])]
    from: Option<PathBuf>,
    /// Saves the whole state at the instant `--at`, and goes on.
    #[arg(long, value_name = "FILE", requires = "at")]
    save: Option<PathBuf>,
    /// The instant, from the begin of the run: 90s, 10m.
    #[arg(long, value_name = "T")]
    at: Option<Span>,
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
    /// Draws a situation display, as its tube is at `--at` or at the end.
    #[arg(long, value_name = "FILE.svg")]
    scope: Option<PathBuf>,
    /// Number of the console whose display it is [default: the site's first].
    #[arg(long, value_name = "N", requires = "scope")]
    console: Option<u8>,
    /// Draws a space-time diagram, one page for a browser.
    #[arg(long, value_name = "FILE.html")]
    diagram: Option<PathBuf>,
    /// Writes what the terminals were told of seats, for other checkers: Jepsen's EDN, or JSON.
    #[arg(long, value_name = "FILE.edn|.json", value_parser = parse_history, conflicts_with = "from")]
    history: Option<(PathBuf, Format)>,
    /// No progress and no report on standard output.
    #[arg(long)]
    quiet: bool,
}

/// How fast virtual time may go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// As fast as possible.
    Max,
    /// Virtual seconds a second.
    Times(f64),
}

/// `max`, `real` or `xN`.
pub fn parse_speed(text: &str) -> Result<Speed, String> {
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

fn parse_history(path: &str) -> Result<(PathBuf, Format), String> {
    let path = PathBuf::from(path);
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("edn") => Ok((path, Format::Edn)),
        Some("json") => Ok((path, Format::Json)),
        _ => Err("expected a name that ends in .edn or .json".to_owned()),
    }
}

/// Writes to standard output. A reader who has gone away (`| head`) has seen enough.
pub fn say(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// Runs the command.
pub fn run(options: &Options) -> Result<u8, Failure> {
    // One site runs on one worker whatever is asked for: the journal cannot depend on it.
    let _ = options.threads;
    if let Some(path) = &options.from {
        return resume(options, path);
    }
    if let [site] = &options.site[..] {
        return match plan(options, site)? {
            AnyPlan::Reservation(plan) => {
                let begun = begin(*plan)?;
                write_report(options, &reservation(options, begun)?)
            }
            AnyPlan::Direction(plan) => {
                let begun = begin(*plan)?;
                write_report(options, &direction(options, begun)?)
            }
        };
    }
    side_by_side(options)
}

/// The same exercise at several sites.
fn side_by_side(options: &Options) -> Result<u8, Failure> {
    let of_one_run = [
        ("--journal", options.journal.is_some()),
        ("--entries", options.entries.is_some()),
        ("--diagram", options.diagram.is_some()),
        ("--save", options.save.is_some()),
        ("--diagram", options.diagram.is_some()),
        ("--scope", options.scope.is_some()),
    ];
    if let Some((name, _)) = of_one_run.iter().find(|(_, given)| *given) {
        return Err(Failure::Input(format!(
            "error: {name} writes one run and {} sites are given; expected one site",
            options.site.len()
        )));
    }
    // All are read before the first is run.
    let sites = options.site.iter();
    let begun: Vec<Begun<Plan>> = sites
        .map(|site| match plan(options, site)? {
            AnyPlan::Reservation(plan) => begin(*plan),
            AnyPlan::Direction(_) => Err(Failure::Input(format!(
                "error: {}: a direction center is not compared with others; expected \
                 reservation sites, or one site",
                site.display()
            ))),
        })
        .collect::<Result<_, _>>()?;
    let runs = begun.into_iter().map(|begun| reservation(options, begun));
    let runs: Vec<Report> = runs.collect::<Result<_, _>>()?;
    let compared = Comparison::new(runs);
    if !options.quiet {
        say(&compared.text());
    }
    write_json(options, serde_json::to_string_pretty(&compared))?;
    Ok(compared.exit_status)
}

/// One run of a reservation site to its end, its report said and its files written.
fn reservation(options: &Options, (plan, mut run, state): Begun<Plan>) -> Result<Report, Failure> {
    if options.scope.is_some() {
        return Err(Failure::Input(format!(
            "error: --scope draws a situation display, and {} has none; expected a direction center",
            plan.inputs.path
        )));
    }
    greet(options, &plan, &run)?;
    let mut sheet = options.diagram.as_deref().map(Sheet::new).transpose()?;
    let mut diagram = sheet.as_ref().map(|_| Diagram::new(&plan, &run));
    let mut history = match &options.history {
        Some((path, format)) => {
            let file = File::create(path).map_err(|e| Failure::cannot_write(path, &e))?;
            Some(Writer::new(&plan, &run, *format, BufWriter::new(file)))
        }
        None => None,
    };
    let mut onlookers: Vec<&mut dyn Onlooker> = Vec::new();
    onlookers.extend(diagram.as_mut().map(|one| one as &mut dyn Onlooker));
    onlookers.extend(history.as_mut().map(|one| one as &mut dyn Onlooker));
    let passed = &mut |_: &Run| Ok(());
    let (outcome, report) = to_the_end(options, &plan, &mut run, state, &mut onlookers, passed)?;
    if let (Some(history), Some((path, _))) = (history, &options.history) {
        let written = history.finish(run.now());
        written.map_err(|e| Failure::cannot_write(path, &e))?;
    }
    if let Some(path) = &options.entries {
        let text = entries_csv::write(&outcome.entries);
        std::fs::write(path, text).map_err(|e| Failure::cannot_write(path, &e))?;
    }
    if let (Some(sheet), Some(diagram)) = (&mut sheet, diagram) {
        sheet.write(&diagram.page(&plan, &outcome))?;
    }
    Ok(report)
}

/// One run of a direction center to its end, its report said and its files written.
fn direction(
    options: &Options,
    (plan, mut run, state): Begun<air::Plan>,
) -> Result<air::report::Report, Failure> {
    let of_sets = [
        ("--entries", options.entries.is_some()),
        ("--history", options.history.is_some()),
    ];
    if let Some((name, _)) = of_sets.iter().find(|(_, given)| *given) {
        return Err(Failure::Input(format!(
            "error: {name} writes what was typed at agent sets, and {} has none; expected a \
             reservation site",
            plan.inputs.path
        )));
    }
    let console = console(options, &plan)?;
    greet(options, &plan, &run)?;
    let mut sheet = options.diagram.as_deref().map(Sheet::new).transpose()?;
    let mut scope = options.scope.as_deref().map(Sheet::new).transpose()?;
    let mut diagram = sheet.as_ref().map(|_| CenterDiagram::new(&plan, &run));
    let mut nobody = ();
    let onlooker: &mut dyn Onlooker = match &mut diagram {
        Some(diagram) => diagram,
        None => &mut nobody,
    };
    let mut draw = |run: &air::Run| match &mut scope {
        Some(sheet) => sheet.write(&air::scope::of_run(&plan, run, console)),
        None => Ok(()),
    };
    let (outcome, report) = to_the_end(options, &plan, &mut run, state, onlooker, &mut draw)?;
    if options.at.is_none() {
        draw(&run)?;
    }
    if let (Some(sheet), Some(diagram)) = (&mut sheet, diagram) {
        sheet.write(&diagram.page(&plan, &outcome))?;
    }
    Ok(report)
}

/// The console whose tube is drawn: the first of the site if none is named.
fn console(options: &Options, plan: &air::Plan) -> Result<u8, Failure> {
    let consoles = &plan.inputs.description.consoles;
    let numbers: Vec<u8> = consoles.iter().map(|console| console.number).collect();
    match (options.console, numbers.first()) {
        (Some(number), _) if numbers.contains(&number) => Ok(number),
        (None, Some(&first)) => Ok(first),
        // No picture was asked for.
        (None, None) if options.scope.is_none() => Ok(0),
        (None, None) => Err(Failure::Input(format!(
            "error: --scope: {} has no console; expected a site with one",
            plan.inputs.path
        ))),
        (asked, _) => Err(Failure::Input(format!(
            "error: --console {}: the site has no such console; expected one of {numbers:?}",
            asked.unwrap_or_default()
        ))),
    }
}

/// Says what is going to be run, and whether the instant asked for lies in it.
fn greet<P: Planned>(options: &Options, plan: &P, run: &P::Run) -> Result<(), Failure> {
    if !options.quiet {
        let (path, site) = plan.site();
        let (script, seed) = (&plan.script().name, plan.options().seed);
        say(&format!(
            "site {site} ({path}), exercise {script}, seed {seed}\n"
        ));
        if run.now() > Instant::ZERO {
            say(&format!("going on at {}\n", run.now()));
        }
    }
    let (from, to) = (run.now(), plan.end());
    match options.at.map(|at| Instant::ZERO + at) {
        Some(at) if !(from..=to).contains(&at) => Err(Failure::Input(format!(
            "error: --at {at}: there is no such instant in this run; expected {from} to {to}"
        ))),
        _ => Ok(()),
    }
}

/// Runs to the end: journal, snapshot, progress, and the report said. `passed` sees the run at the
/// instant `--at`.
fn to_the_end<P: Planned>(
    options: &Options,
    plan: &P,
    run: &mut P::Run,
    state: Option<State>,
    onlooker: &mut dyn Onlooker,
    passed: &mut dyn FnMut(&P::Run) -> Result<(), Failure>,
) -> Result<(world::Outcome<P>, world::Report<P>), Failure> {
    let out: Box<dyn Write> = match &options.journal {
        Some(path) => {
            let file = File::create(path).map_err(|e| Failure::cannot_write(path, &e))?;
            Box::new(BufWriter::new(file))
        }
        None => Box::new(std::io::sink()),
    };
    let journal_path = options.journal.clone().unwrap_or_default();
    let cannot = |error: std::io::Error| Failure::cannot_write(&journal_path, &error);
    let mut journal = match state {
        None => JournalWriter::new(out, &snapshot::journal_header(plan, None)),
        Some(state) => {
            JournalWriter::resume(out, &snapshot::journal_header(plan, Some(run)), state)
        }
    }
    .map_err(cannot)?;
    let begun = WallInstant::now();
    let first = run.now();
    let bar = progress_bar(options.quiet);
    let mut pace = Pace::new(options.speed, begun, first);
    let mut shown = |progress: &Progress| {
        pace.keep(progress);
        show(&bar, progress, first, begun);
    };
    if let Some(at) = options.at {
        // The state between two slices: the first that does not begin before the instant.
        while run.now() < Instant::ZERO + at {
            run.slice(plan, &[], &mut journal, onlooker);
            shown(&run.progress(plan));
        }
        if let Some(path) = &options.save {
            let bytes = snapshot::save(plan, run, journal.state());
            let written = bytes.and_then(|bytes| std::fs::write(path, bytes));
            written.map_err(|e| Failure::cannot_write(path, &e))?;
        }
        passed(run)?;
    }
    let outcome = world::finish(plan, run, &mut journal, onlooker, &mut shown);
    bar.finish_and_clear();
    let (_, mut out) = journal.finish().map_err(cannot)?;
    out.flush().map_err(cannot)?;
    let report = P::Run::report(plan, &outcome, begun.elapsed().as_secs_f64());
    if !options.quiet {
        say(&P::Run::told(plan, &report, &outcome));
    }
    Ok((outcome, report))
}

/// The file of a diagram or a picture: opened before the run, written when it is over.
pub struct Sheet {
    path: PathBuf,
    file: File,
}

impl Sheet {
    /// Opens it; that it can be written is known before anything runs.
    pub fn new(path: &Path) -> Result<Sheet, Failure> {
        let file = File::create(path).map_err(|e| Failure::cannot_write(path, &e))?;
        let path = path.to_owned();
        Ok(Sheet { path, file })
    }

    /// Writes it.
    pub fn write(&mut self, page: &str) -> Result<(), Failure> {
        let written = self.file.write_all(page.as_bytes());
        written.map_err(|e| Failure::cannot_write(&self.path, &e))
    }
}

/// A run from its begin, and what it is made from.
pub type Begun<P> = (P, <P as Planned>::Run, Option<State>);

/// The run of a plan at its begin.
pub fn begin<P: Planned>(plan: P) -> Result<Begun<P>, Failure> {
    let cannot = |error| Failure::Input(format!("error: {}:1:1: {error}", plan.site().0));
    let run = plan.begin().map_err(cannot)?;
    Ok((plan, run, None))
}

/// A site and the exercise asked for, or a quiet one.
fn plan(options: &Options, site: &Path) -> Result<AnyPlan, Failure> {
    let run_options = driver::Options {
        seed: options.seed,
        cut: options.cut,
        keep_entries: options.entries.is_some(),
    };
    let quiet = |site: &Site| match site {
        Site::Reservation(_) => Script::quiet(),
        Site::Direction(_) => Script::quiet_watch(),
    };
    files::plan(site, options.script.as_deref(), quiet, run_options)
}

/// A run that goes on from a snapshot, with other faults if a script is given.
fn resume(options: &Options, path: &Path) -> Result<u8, Failure> {
    let name = path.display();
    let wrong = |text: String| Failure::Input(format!("error: {name}: {text}"));
    let bytes = std::fs::read(path).map_err(|e| wrong(format!("cannot be read: {e}")))?;
    let unusable = |error: Unusable| wrong(error.to_string());
    let snapshot = Snapshot::open(&bytes).map_err(unusable)?;
    match snapshot.kind {
        Kind::Reservation => {
            let (mut plan, mut run, state) = snapshot.restore::<Plan>().map_err(unusable)?;
            let equipment = Equipment::from(&plan.inputs.description);
            if let Some(script) = other_script(options, &equipment, &plan.script)? {
                plan.script = script;
                run.fork(&plan);
            }
            write_report(options, &reservation(options, (plan, run, Some(state)))?)
        }
        Kind::Direction => {
            let (mut plan, mut run, state) = snapshot.restore::<air::Plan>().map_err(unusable)?;
            let equipment = Equipment::from(&plan.inputs.description);
            if let Some(script) = other_script(options, &equipment, &plan.script)? {
                plan.script = script;
                run.fork(&plan);
            }
            write_report(options, &direction(options, (plan, run, Some(state)))?)
        }
    }
}

/// The script of a fork, if one is named.
fn other_script(
    options: &Options,
    equipment: &Equipment,
    before: &Script,
) -> Result<Option<Script>, Failure> {
    let Some(path) = &options.script else {
        return Ok(None);
    };
    let name = path.display().to_string();
    let (script, _) = files::script(&mut SourceMap::new(), &name, Some(equipment))?;
    same_workload(path, &script, before)?;
    Ok(Some(script))
}

/// What flies, whatever the judges' bounds are.
fn sky(script: &Script) -> Option<exercise::script::air::Air> {
    let air = script.air.clone()?;
    Some(exercise::script::air::Air {
        bounds: Default::default(),
        ..air
    })
}

/// A fork changes what fails.
fn same_workload(path: &Path, script: &Script, before: &Script) -> Result<(), Failure> {
    if script.workload == before.workload && sky(script) == sky(before) {
        return Ok(());
    }
    Err(Failure::Input(format!(
        "error: {}: the snapshot's run has another workload; expected `workload: {:?}`: a fork \
         changes what fails, not who calls",
        path.display(),
        before.workload
    )))
}

/// Writes the report if asked to, and gives its exit status.
fn write_report<R: Reported>(options: &Options, report: &R) -> Result<u8, Failure> {
    write_json(options, serde_json::to_string_pretty(report))?;
    Ok(report.exit_status())
}

fn write_json(options: &Options, json: serde_json::Result<String>) -> Result<(), Failure> {
    if let Some(path) = &options.report {
        let json =
            json.map_err(|error| Failure::Own(format!("the report cannot be written: {error}")))?;
        std::fs::write(path, json + "\n").map_err(|e| Failure::cannot_write(path, &e))?;
    }
    Ok(())
}

/// Holds virtual time back to the speed asked for.
struct Pace {
    speed: Speed,
    begun: WallInstant,
    first: Instant,
}

impl Pace {
    fn new(speed: Speed, begun: WallInstant, first: Instant) -> Pace {
        Pace {
            speed,
            begun,
            first,
        }
    }

    fn keep(&mut self, progress: &Progress) {
        if let Speed::Times(times) = self.speed {
            let passed = (progress.now - self.first).as_seconds_f64();
            let due = Duration::from_secs_f64(passed / times);
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
fn show(bar: &ProgressBar, progress: &Progress, first: Instant, begun: WallInstant) {
    if bar.is_hidden() || !progress.now.0.is_multiple_of(1_000_000_000) {
        return;
    }
    let share = progress.now.0.min(progress.end.0) * 1000 / progress.end.0.max(1);
    bar.set_position(share);
    let rate = (progress.now - first).as_seconds_f64() / begun.elapsed().as_secs_f64().max(0.001);
    let settling = if progress.settling { ", settling" } else { "" };
    let (count, what) = progress.counted;
    bar.set_message(format!(
        "{} x{rate:.0}, {count} {what}, {} takeovers{settling}",
        progress.now, progress.takeovers
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
