//! `duplex serve SITE --telnet ADDRESS`: a site shown to visitors.
//!
//! Site, exercise, seed and the address are printed first; what happens (visitors, time lost,
//! journals ended) goes to standard error as a log. Without `--script` it is an open day that does
//! not end. SIGINT (control-C) or SIGTERM ends it: the journal is closed and the report written.
//!
//! | ended by | exit status |
//! |---|---|
//! | its script | as `run` |
//! | a signal | 0; 1 or 4 when a verdict does not hold. What the script still had to do is not asked for |

use std::io::stderr;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::{Duration, Instant as WallInstant};

use clap::Args;
use clock::Span;
use exercise::driver;
use exercise::script::Script;
use exercise::world::{Planned, Reported, World};
use exhibit::emulation::Attendance;
use exhibit::journals::Rotation;
use exhibit::position::Positions;
use exhibit::{ExhibitError, Exhibition, exhibit};
use serde::Serialize;

use crate::failure::Failure;
use crate::files::{self, AnyPlan, Site};
use crate::run::{begin, say};

/// Options of `serve`.
#[derive(Args)]
pub struct Options {
    /// Folder of a site, or its `.ron` file.
    site: PathBuf,
    /// Where visitors come in: 127.0.0.1:2300.
    #[arg(long, value_name = "ADDR")]
    telnet: SocketAddr,
    /// The exercise; without one an open day without faults or end.
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Seed of everything drawn.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// As fast as it was, or so many times that.
    #[arg(long, value_name = "real|xN", default_value = "real", value_parser = parse_speed)]
    speed: f64,
    /// Writes the journal; full files become FILE.1, FILE.2 and so on.
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Bytes of records after which a journal file is full: 64M.
    #[arg(long, value_name = "SIZE", default_value = "64M", value_parser = parse_size)]
    journal_size: u64,
    /// How many full journal files are kept.
    #[arg(long, value_name = "N", default_value_t = 16)]
    journals: usize,
    /// Writes the report as JSON, at the end.
    #[arg(long, value_name = "FILE.json")]
    report: Option<PathBuf>,
    /// Most visitors at one time; never more than there are agent sets or consoles.
    #[arg(long, value_name = "N", default_value = "64")]
    visitors: NonZeroUsize,
    /// Most connections at one time, those not seated included.
    #[arg(long, value_name = "N", default_value = "600")]
    connections: NonZeroUsize,
    /// A visitor who does not type for so long must get up.
    #[arg(long, value_name = "DURATION", default_value = "10m")]
    idle: Span,
    /// No report on standard output.
    #[arg(long)]
    quiet: bool,
}

fn parse_speed(text: &str) -> Result<f64, String> {
    match crate::run::parse_speed(text) {
        Ok(crate::run::Speed::Times(times)) => Ok(times),
        _ => Err("expected real or xN from x0.001 to x1000000, such as x10".to_owned()),
    }
}

fn parse_size(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.strip_suffix(['K', 'M', 'G']) {
        Some(digits) => (digits, &text[digits.len()..]),
        None => (text, ""),
    };
    let times = match unit {
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        _ => 1,
    };
    digits
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(times))
        .filter(|size| (1 << 10..=1 << 40).contains(size))
        .ok_or_else(|| "expected a number of bytes from 1K to 1024G, such as 64M".to_owned())
}

/// Runs the command.
pub fn run(options: &Options) -> Result<u8, Failure> {
    tracing_subscriber::fmt()
        .with_writer(stderr)
        .with_target(false)
        .with_ansi(false)
        .init();
    let run_options = driver::Options {
        seed: options.seed,
        cut: None,
        keep_entries: false,
    };
    let open_day = |site: &Site| match site {
        Site::Reservation(inputs) => Script::open_day(inputs.description.sets()),
        Site::Direction(_) => Script::open_watch(),
    };
    let script = options.script.as_deref();
    match files::plan(&options.site, script, open_day, run_options)? {
        AnyPlan::Reservation(plan) => shown(options, *plan),
        AnyPlan::Direction(plan) => shown(options, *plan),
    }
}

/// Shows a site of any kind whose positions visitors can sit at.
fn shown<P>(options: &Options, plan: P) -> Result<u8, Failure>
where
    P: Planned<Run: Positions<Outcome: Send>> + 'static,
{
    let (plan, run, _) = begin(plan)?;
    let exhibition = Exhibition {
        telnet: options.telnet,
        times: options.speed,
        visitors_max: options.visitors.get(),
        connections_max: options.connections.get(),
        idle_max: Duration::from_nanos(options.idle.0),
        journal: options.journal.clone().map(|path| Rotation {
            path,
            bytes_max: options.journal_size,
            keep: options.journals,
        }),
    };
    let (path, site) = plan.site();
    let (name, seed) = (&plan.script().name, options.seed);
    say(&format!(
        "site {site} ({path}), exercise {name}, seed {seed}\n"
    ));
    let kept = plan.clone();
    let begun = WallInstant::now();
    let ready = |address| say(&format!("telnet at {address}\n"));
    let journal = options.journal.clone().unwrap_or_default();
    let ended = exhibit(plan, run, exhibition, ready).map_err(|error| match &error {
        ExhibitError::Journal(error) => Failure::cannot_write(&journal, error),
        ExhibitError::Address(..) => Failure::Input(format!("error: {error}")),
        ExhibitError::Host(_) => Failure::Own(error.to_string()),
    })?;
    let wall = begun.elapsed().as_secs_f64();
    let report = P::Run::report(&kept, &ended.outcome, wall);
    report_to(options, &report, &ended.attendance)?;
    if !options.quiet {
        say(&P::Run::told(&kept, &report, &ended.outcome));
        let visitors = &ended.attendance;
        say(&format!(
            "Visitors: {} sat down, {} at one time at most, {} came back to their set, {} were sent \
             away.\n",
            visitors.seated, visitors.seats_most, visitors.came_back, visitors.sent_away
        ));
        if ended.lost > Span::ZERO {
            say(&format!(
                "The host was too slow: {} were lost.\n",
                ended.lost.told()
            ));
        }
    }
    let unkept = report
        .verdicts()
        .iter()
        .any(|verdict| !verdict.holds && !verdict.outside_model);
    Ok(match report.exit_status() {
        1 => 1,
        // What the script still had to do is not asked for.
        _ if ended.by_hand => 4 * u8::from(unkept),
        status => status,
    })
}

/// The report of a run, and who visited it.
#[derive(Serialize)]
struct Served<'a, R> {
    #[serde(flatten)]
    report: &'a R,
    visitors: &'a Attendance,
}

fn report_to(
    options: &Options,
    report: &impl Reported,
    visitors: &Attendance,
) -> Result<(), Failure> {
    let Some(path) = &options.report else {
        return Ok(());
    };
    let json = serde_json::to_string_pretty(&Served { report, visitors })
        .map_err(|error| Failure::Own(format!("the report cannot be written: {error}")))?;
    std::fs::write(path, json + "\n").map_err(|e| Failure::cannot_write(path, &e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(parse_size("1024"), Ok(1024));
        assert_eq!(parse_size("64M"), Ok(64 << 20));
        for wrong in [
            "",
            "M",
            "64m",
            "1",
            "-1K",
            "1T",
            "99999999G",
            "1.5M",
            "6４M",
        ] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_visitor_cannot_type_at_the_greatest_speed() {
        assert_eq!(parse_speed("x2"), Ok(2.0));
        assert!(parse_speed("max").is_err());
    }
}
