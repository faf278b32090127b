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
use clock::journal::Ending;
use clock::{Instant, Span};
use exercise::diagram::Diagram;
use exercise::driver::{Outcome, Plan, Run};
use exercise::replay::Replay;
use exercise::report::{Report, text};
use exercise::snapshot::Unusable;
use site::Machine;

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
    let mut replay = Replay::open(&bytes).map_err(|e: Unusable| wrong(e.to_string()))?;
    if options.verify {
        return verify(path, &bytes, replay);
    }
    let until = options.at.map(|at| Instant::ZERO + at);
    if let Some(at) = until
        && at < replay.run.now()
    {
        let begin = replay.run.now();
        return Err(wrong(format!(
            "it begins at {begin}, behind {at}; expected a later instant"
        )));
    }
    let begun = WallInstant::now();
    let mut sheet = options.diagram.as_deref().map(Sheet::new).transpose()?;
    let mut diagram = sheet
        .as_ref()
        .map(|_| Diagram::new(&replay.plan, &replay.run));
    match &mut diagram {
        Some(diagram) => replay.run_until(until, diagram, &mut |_, _| {}),
        None => replay.run_until(until, &mut (), &mut |_, _| {}),
    }
    let reached = replay.run.now();
    let digest = replay.journal_state().clone();
    // What stands at an instant is told before the run's own outcome closes its books.
    let shown = until.filter(|&at| reached >= at);
    let shown = shown.map(|_| state(&replay.plan, &replay.run));
    let outcome = replay.run.outcome(&replay.plan, &digest);
    say(&shown.unwrap_or_else(|| report(&replay.plan, &outcome, begun)));
    if let (Some(sheet), Some(diagram)) = (&mut sheet, diagram) {
        sheet.draw(diagram, &replay.plan, &outcome)?;
    }
    if let Some(at) = until.filter(|&at| reached < at) {
        return Err(wrong(format!(
            "it ends at {reached}, before {at}; expected an earlier instant"
        )));
    }
    match &replay.ending {
        Ending::Whole { .. } => Ok(0),
        cut => Err(wrong(cut.to_string())),
    }
}

fn report(plan: &Plan, outcome: &Outcome, begun: WallInstant) -> String {
    let wall = begun.elapsed().as_secs_f64();
    let report = Report::new(&plan.inputs, &plan.script, plan.options.seed, outcome, wall);
    text::write(&report, &plan.script, outcome)
}

fn verify<'a>(path: &Path, bytes: &'a [u8], mut replay: Replay<'a>) -> Result<u8, Failure> {
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

/// What stands at an instant: machines, entries on their way, what happened.
fn state(plan: &Plan, run: &Run) -> String {
    let mut text = format!(
        "site {}, exercise {}, seed {}: {}\n\n",
        plan.inputs.description.name,
        plan.script.name,
        plan.options.seed,
        run.now()
    );
    for machine in Machine::BOTH {
        let cpu = run.site.cpu(machine);
        let routine = plan.inputs.assembly.routine_of(cpu.ic);
        let routine = routine.map_or(String::new(), |name| format!(" ({name})"));
        text += &format!(
            "  machine {machine}  {:<12} {} instructions\n      IC {:05o}{routine}  AC {:013o}  \
             MQ {:012o}  XRA {:05o} XRB {:05o} XRC {:05o}\n",
            format!("{:?}", run.site.role(machine)).to_lowercase(),
            cpu.instructions,
            cpu.ic,
            cpu.ac,
            cpu.mq,
            cpu.xr[0],
            cpu.xr[1],
            cpu.xr[2],
        );
    }
    let traffic = &run.judges.ledger.traffic;
    text += &format!(
        "\n  {} entries sent, {} answered, {} refused, {} on their way\n",
        traffic.sent,
        traffic.answered,
        traffic.refused,
        run.judges.ledger.pending()
    );
    for (set, open) in run.judges.ledger.all_open() {
        text += &format!(
            "  set {set}: `{}`, serial {}, entered at {}\n",
            open.text, open.serial, open.accepted_at
        );
    }
    text += "\n";
    for (at, line) in &run.judges.takeovers.log {
        text += &format!("  {at}  {line}\n");
    }
    text
}
