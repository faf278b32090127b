//! `duplex shrink SITE --script FILE --seed N -o FILE.ron`: a run that fails, reduced to the fewest
//! faults and entries that still fail in the same way.
//!
//! Written are an exercise, FILE.ron, and its list of entries beside it, FILE.csv. The exercise can
//! be run like any other.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::Args;
use exercise::campaign::shrink::{ShrinkError, Shrunk, shrink};
use exercise::entries_csv::{self, Answered};

use crate::campaign::{jobs, plan_of};
use crate::failure::Failure;
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
    let plan = plan_of(&options.site, &options.script)?.with_seed(options.seed);
    let list_path = options.output.with_extension("csv");
    let list_name = list_path.file_name().unwrap_or_default();
    let list_name = list_name.to_string_lossy().into_owned();
    if list_path == options.output {
        let text = "error: --output names the list of entries; expected a name such as less.ron";
        return Err(Failure::Input(text.to_owned()));
    }
    // What cannot be written is told before the work.
    for path in [&options.output, &list_path] {
        let file = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(path);
        file.map_err(|error| Failure::cannot_write(path, &error))?;
    }
    let shows = !options.quiet && std::io::stderr().is_terminal();
    let mut progress = |faults: usize, entries: usize| {
        if shows {
            eprintln!("{faults} faults, {entries} entries left");
        }
    };
    let shrunk = shrink(&plan, &list_name, jobs(options.jobs), &mut progress);
    let shrunk = shrunk.map_err(|error| match error {
        ShrinkError::Start(error) => {
            Failure::Input(format!("error: {}:1:1: {error}", plan.inputs.path))
        }
        error => Failure::Input(format!("error: {}: {error}", options.script.display())),
    })?;
    write(options, &shrunk, &list_path)?;
    if !options.quiet {
        let failure = &shrunk.failure;
        let (faults, entries) = shrunk.before;
        say(&format!(
            "{} of {faults} faults, {} of {entries} entries, after {} runs\n{}: {}\n{}\n",
            shrunk.plan.script.drawn.len(),
            shrunk.plan.list.len(),
            shrunk.runs,
            failure.name,
            failure.detail,
            command(options)
        ));
    }
    Ok(0)
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

fn write(options: &Options, shrunk: &Shrunk, list_path: &std::path::Path) -> Result<(), Failure> {
    let config = ron::ser::PrettyConfig::new()
        .struct_names(false)
        .extensions(ron::extensions::Extensions::IMPLICIT_SOME);
    let body = ron::ser::to_string_pretty(&shrunk.plan.script, config)
        .map_err(|error| Failure::Own(format!("the exercise cannot be written: {error}")))?;
    let (faults, entries) = shrunk.before;
    let text = format!(
        "// The least of {} with seed {} that still fails so:\n//\n//     {}: {}\n//\n// {} of \
         {faults} faults and {} of {entries} entries are left. Run it with\n//\n//     {}\n{body}\n",
        options.script.display(),
        options.seed,
        shrunk.failure.name,
        shrunk.failure.detail.replace('\n', " "),
        shrunk.plan.script.drawn.len(),
        shrunk.plan.list.len(),
        command(options)
    );
    std::fs::write(&options.output, text)
        .map_err(|error| Failure::cannot_write(&options.output, &error))?;
    let rows: Vec<Answered> = shrunk.plan.list.iter().cloned().map(unanswered).collect();
    std::fs::write(list_path, entries_csv::write(&rows))
        .map_err(|error| Failure::cannot_write(list_path, &error))
}

fn unanswered(entry: exercise::entries_csv::Entry) -> Answered {
    Answered {
        entry,
        answer: String::new(),
        answered_at: None,
    }
}
