//! `duplex shrink SITE --script FILE --seed N -o FILE.ron`: a run that fails, reduced to the fewest
//! faults and entries that still fail in the same way.
//!
//! Written are an exercise, FILE.ron, and its list of entries beside it, FILE.csv. The exercise can
//! be run like any other.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::Args;
use exercise::campaign::shrink::{Reducible, ShrinkError, Shrunk, shrink};
use exercise::entries_csv::{self, Answered};

use crate::campaign::{jobs, plan_of};
use crate::failure::Failure;
use crate::files::AnyPlan;
use crate::run::say;

/// Options of `shrink`.
#[derive(Args)]
pub struct Options {
    /// Folder of a site, or its `.ron` file.
    site: PathBuf,
    /// The exercise.
    #[arg(long, value_name = "FILE")]
    script: PathBuf,
    /// Seed with which it fails.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The exercise to write; its entries go beside it, with the ending `.csv`.
    #[arg(short, long, value_name = "FILE.ron")]
    output: PathBuf,
    /// Runs at a time [default: cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// No progress and no report on standard output.
    #[arg(long)]
    quiet: bool,
}

/// Runs the command: 0 when something was written.
pub fn run(options: &Options) -> Result<u8, Failure> {
    match plan_of(&options.site, &options.script)? {
        AnyPlan::Reservation(plan) => {
            let list_path = options.output.with_extension("csv");
            if list_path == options.output {
                let text =
                    "error: --output names the list of entries; expected a name such as less.ron";
                return Err(Failure::Input(text.to_owned()));
            }
            let shrunk = reduce(options, &*plan, Some(&list_path))?;
            let rows: Vec<Answered> = shrunk.pieces.into_iter().map(unanswered).collect();
            std::fs::write(&list_path, entries_csv::write(&rows))
                .map_err(|error| Failure::cannot_write(&list_path, &error))?;
        }
        AnyPlan::Direction(mut plan) => {
            // The reduced exercise may lie elsewhere than the list it names.
            let air = plan.script.air.as_mut();
            if let Some(recorded) = air.and_then(|air| air.recorded.as_mut()) {
                let folder = options.script.parent().unwrap_or(Path::new("."));
                if let Ok(path) = std::path::absolute(folder.join(&*recorded)) {
                    *recorded = path.display().to_string();
                }
            }
            reduce(options, &*plan, None)?;
        }
    }
    Ok(0)
}

/// Reduces the run, writes the exercise, and says what was found.
fn reduce<P: Reducible>(
    options: &Options,
    plan: &P,
    list_path: Option<&Path>,
) -> Result<Shrunk<P>, Failure> {
    let plan = plan.with_seed(options.seed);
    // What cannot be written is told before the work.
    for path in [Some(&*options.output), list_path].into_iter().flatten() {
        let file = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(path);
        file.map_err(|error| Failure::cannot_write(path, &error))?;
    }
    let shows = !options.quiet && std::io::stderr().is_terminal();
    let pieces = P::PIECES;
    let mut progress = |faults: usize, left: usize| {
        if shows {
            eprintln!("{faults} faults, {left} {pieces} left");
        }
    };
    let list_name = list_path.and_then(Path::file_name).unwrap_or_default();
    let list_name = list_name.to_string_lossy().into_owned();
    let shrunk = shrink(&plan, &list_name, jobs(options.jobs), &mut progress);
    let shrunk = shrunk.map_err(|error| match error {
        ShrinkError::Start(error) => {
            Failure::Input(format!("error: {}:1:1: {error}", plan.site().0))
        }
        error => Failure::Input(format!("error: {}: {error}", options.script.display())),
    })?;
    write(options, &shrunk)?;
    if !options.quiet {
        let failure = &shrunk.failure;
        let (faults, before) = shrunk.before;
        say(&format!(
            "{} of {faults} faults, {} of {before} {pieces}, after {} runs\n{}: {}\n{}\n",
            shrunk.plan.script().drawn.len(),
            shrunk.pieces.len(),
            shrunk.runs,
            failure.name,
            failure.detail,
            command(options)
        ));
    }
    Ok(shrunk)
}

/// What runs the exercise that was written.
fn command(options: &Options) -> String {
    format!(
        "duplex run {} --script {} --seed {}",
        options.site.display(),
        options.output.display(),
        options.seed
    )
}

fn write<P: Reducible>(options: &Options, shrunk: &Shrunk<P>) -> Result<(), Failure> {
    let config = ron::ser::PrettyConfig::new()
        .struct_names(false)
        .extensions(ron::extensions::Extensions::IMPLICIT_SOME);
    let body = ron::ser::to_string_pretty(shrunk.plan.script(), config)
        .map_err(|error| Failure::Own(format!("the exercise cannot be written: {error}")))?;
    let (faults, before) = shrunk.before;
    let pieces = P::PIECES;
    let text = format!(
        "// The least of {} with seed {} that still fails so:\n//\n//     {}: {}\n//\n// {} of \
         {faults} faults and {} of {before} {pieces} are left. Run it with\n//\n//     {}\n{body}\n",
        options.script.display(),
        options.seed,
        shrunk.failure.name,
        shrunk.failure.detail.replace('\n', " "),
        shrunk.plan.script().drawn.len(),
        shrunk.pieces.len(),
        command(options)
    );
    std::fs::write(&options.output, text)
        .map_err(|error| Failure::cannot_write(&options.output, &error))
}

fn unanswered(entry: exercise::entries_csv::Entry) -> Answered {
    Answered {
        entry,
        answer: String::new(),
        answered_at: None,
    }
}
