//! `duplex replay JOURNAL`: a journal's run made again.
//!
//! Without options: the report, as the run itself printed it. `--at T`: what stood there at that
//! instant, by making the run again up to it: roles, registers, entries on their way, what had
//! happened. `--verify`: proof that the run made again has the journal's records, every one.
//!
//! | what is found | exit status |
//! |---|---|
//! | a whole journal | the report's; with `--verify` 0 when the digest is the same |
//! | cut or damaged, header included | 2, naming the last good instant |
//! | whole, but the run made again is another | 2 with `--verify`: the first record that differs |

use std::path::{Path, PathBuf};
use std::time::Instant as WallInstant;

use clap::Args;
use clock::journal::{Ending, Journal};
use clock::{Instant, Span};
use exercise::diagram::{CenterDiagram, Diagram};
use exercise::driver::Onlooker;
use exercise::replay::Replay;
use exercise::snapshot::{self, Unusable};
use exercise::world::{self, Kind, Planned, World};

use crate::failure::Failure;
use crate::run::{Sheet, say};

/// Options of `replay`.
#[derive(Args)]
pub struct Options {
    /// The journal.
    journal: PathBuf,
    /// Shows what stood there at this instant: 90s, 10m.
    #[arg(long, value_name = "T")]
    at: Option<Span>,
    /// Draws a space-time diagram of it, one page for a browser; with `--at` up to that instant.
    #[arg(long, value_name = "FILE.html", conflicts_with = "verify")]
    diagram: Option<PathBuf>,
    /// Holds every record made again against the journal's.
    #[arg(long)]
    verify: bool,
}

/// Runs the command.
pub fn run(options: &Options) -> Result<u8, Failure> {
    let path = &options.journal;
    let wrong = |text: String| Failure::Input(format!("error: {}: {text}", path.display()));
    let bytes = std::fs::read(path).map_err(|e| wrong(format!("cannot be read: {e}")))?;
    let unusable = |error: Unusable| wrong(error.to_string());
    let journal = Journal::open(&bytes).map_err(|error| unusable(error.into()))?;
    match snapshot::kind_of(&journal).map_err(unusable)? {
        Kind::Reservation => again(options, &bytes, Diagram::new, Diagram::page),
        Kind::Direction => {
            let (begin, page) = (CenterDiagram::new, CenterDiagram::page);
            again(options, &bytes, begin, page)
        }
    }
}

/// What is asked for, of a journal of this kind of site; `begin` begins a diagram and `page` ends it.
fn again<P: Planned, D: Onlooker>(
    options: &Options,
    bytes: &[u8],
    begin: impl FnOnce(&P, &P::Run) -> D,
    page: impl FnOnce(D, &P, &world::Outcome<P>) -> String,
) -> Result<u8, Failure> {
    let path = &options.journal;
    let unusable = |e: Unusable| Failure::Input(format!("error: {}: {e}", path.display()));
    let mut replay: Replay<P> = Replay::open(bytes).map_err(unusable)?;
    if options.verify {
        return verify(path, bytes, replay);
    }
    let begun = WallInstant::now();
    let Some(sheet) = &options.diagram else {
        shown(options, &mut replay, &mut (), begun)?;
        return ended(options, &replay);
    };
    let mut sheet = Sheet::new(sheet)?;
    let mut diagram = begin(&replay.plan, &replay.run);
    let outcome = shown(options, &mut replay, &mut diagram, begun)?;
    sheet.write(&page(diagram, &replay.plan, &outcome))?;
    ended(options, &replay)
}

/// Makes a run again as far as asked, and says what it showed.
fn shown<P: Planned>(
    options: &Options,
    replay: &mut Replay<P>,
    onlooker: &mut dyn Onlooker,
    begun: WallInstant,
) -> Result<world::Outcome<P>, Failure> {
    let path = options.journal.display();
    let wrong = |text: String| Failure::Input(format!("error: {path}: {text}"));
    let until = options.at.map(|at| Instant::ZERO + at);
    if let Some(at) = until
        && at < replay.run.now()
    {
        let begin = replay.run.now();
        return Err(wrong(format!(
            "it begins at {begin}, behind {at}; expected a later instant"
        )));
    }
    replay.run_until(until, onlooker, &mut |_, _| {});
    let (plan, reached) = (&replay.plan, replay.run.now());
    let digest = replay.journal_state().clone();
    // What stands at an instant is told before the run's own outcome closes its books.
    let state = until.filter(|&at| reached >= at);
    let state = state.map(|_| replay.run.state(plan));
    let outcome = replay.run.outcome(plan, &digest);
    say(&state.unwrap_or_else(|| {
        let wall = begun.elapsed().as_secs_f64();
        let report = P::Run::report(plan, &outcome, wall);
        P::Run::told(plan, &report, &outcome)
    }));
    Ok(outcome)
}

/// What is to be said of where the journal ended.
fn ended<P: Planned>(options: &Options, replay: &Replay<P>) -> Result<u8, Failure> {
    let path = options.journal.display();
    let wrong = |text: String| Failure::Input(format!("error: {path}: {text}"));
    let reached = replay.run.now();
    if let Some(at) = options.at.map(|at| Instant::ZERO + at)
        && reached < at
    {
        return Err(wrong(format!(
            "it ends at {reached}, before {at}; expected an earlier instant"
        )));
    }
    match &replay.ending {
        Ending::Whole { .. } => Ok(0),
        cut => Err(wrong(cut.to_string())),
    }
}

fn verify<'a, P: Planned>(
    path: &Path,
    bytes: &'a [u8],
    mut replay: Replay<'a, P>,
) -> Result<u8, Failure> {
    let wrong = |text: String| Failure::Input(format!("error: {}: {text}", path.display()));
    let (records, digest) = match &replay.ending {
        Ending::Whole { records, digest } => (*records, digest.clone()),
        cut => return Err(wrong(cut.to_string())),
    };
    replay.run_until(None, &mut (), &mut |_, _| {});
    if replay.digest() == digest {
        say(&format!(
            "{records} records made again, every one the same; digest {digest}\n"
        ));
        return Ok(0);
    }
    let told = replay.difference(bytes).map_or(
        "the run made again ends before the journal does".to_owned(),
        |found| {
            let last = found
                .last_good
                .map_or("there is no good instant".to_owned(), |at| {
                    format!("the last good instant is {at:#}")
                });
            format!(
                "record {} differs from the run made again: the journal has {}; {last}",
                found.record, found.stands
            )
        },
    );
    Err(wrong(told))
}
