//! Several sites with the same exercise, side by side: what the loss of a machine cost at each.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::text::{grouped, heading, time};
use super::{Report, TakeoverReport};

/// Width of a column.
const COLUMN: usize = 26;

/// A row: its name, and what stands in a report's column.
type Row = (&'static str, fn(&Report) -> String);

const ROWS: [Row; 15] = [
    ("mode", |r| r.mode.clone()),
    ("the role moved by", |r| of_moves(r, |t| t.cause.clone())),
    ("decided after", |r| {
        of_moves(r, |t| time(t.detected_ms / 1000.0))
    }),
    ("outage felt", |r| of_moves(r, |t| span(t.felt_ms))),
    ("entries held at the loss", |r| {
        of_moves(r, |t| grouped(t.held))
    }),
    ("lost with the machine", |r| {
        of_moves(r, |t| grouped(t.lost))
    }),
    ("the others answered after", |r| {
        of_moves(r, |t| span(t.held_answered_ms))
    }),
    ("entries sent", |r| grouped(r.entries.sent)),
    ("answered (refused)", |r| {
        let (answered, refused) = (r.entries.answered, r.entries.refused);
        format!("{} ({})", grouped(answered), grouped(refused))
    }),
    ("lost, still on their way", |r| {
        format!("{}, {}", grouped(r.entries.lost), r.entries.pending)
    }),
    ("sent again by interchanges", |r| {
        grouped(r.traffic.sent_again)
    }),
    ("longest response", |r| time(r.response_ms.longest / 1000.0)),
    ("availability felt", |r| {
        format!("{:.3} %", r.availability.measured * 100.0)
    }),
    ("seats sold twice, left over", |r| {
        let twice = match r.verdicts.iter().find(|v| v.name == "no-double-sale") {
            Some(verdict) if !verdict.holds || verdict.outside_model => "SOME",
            _ => "none",
        };
        format!("{twice}, {}", r.seats_left_over)
    }),
    ("verdicts that hold", |r| {
        let holding = r.verdicts.iter().filter(|v| v.holds).count();
        format!("{holding} of {}", r.verdicts.len())
    }),
];

const PROMISES: [(&str, &str); 2] = [
    (
        "hot",
        "  hot         An entry that was answered is never lost; one without an answer is done once or not
              at all, sent again by itself, and answered. Every record outlives one storage unit.",
    ),
    (
        "historical",
        "  historical  What was answered stands on file; no seat is sold twice; the switch takes three
              minutes at most. Not promised: an entry without an answer (it is lost, perhaps half
              done, and the agent types it anew), a booking for every seat taken, a booking that was
              being changed at that instant, anything once a storage unit is lost.",
    ),
];

/// The runs of several sites.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Their reports, in order.
    pub runs: Vec<Report>,
    /// Exit status of the command.
    pub exit_status: u8,
}

impl Comparison {
    /// Of these runs.
    pub fn new(runs: Vec<Report>) -> Comparison {
        Comparison {
            exit_status: worst(runs.iter().map(|run| run.exit_status)),
            runs,
        }
    }

    /// A table, one column for each run, and what each mode promises.
    pub fn text(&self) -> String {
        table(&self.runs)
    }
}

fn table(reports: &[Report]) -> String {
    let mut to = String::new();
    heading(&mut to, "Side by side");
    let columns = |text: &mut dyn Iterator<Item = String>| -> String {
        text.map(|cell| format!("{cell:<COLUMN$}")).collect()
    };
    let names = columns(&mut reports.iter().map(|r| r.network.clone()));
    let _ = writeln!(to, "  {:<28}{}", "", names.trim_end());
    for (name, cell) in ROWS {
        let cells = columns(&mut reports.iter().map(cell));
        let _ = writeln!(to, "  {name:<28}{}", cells.trim_end());
    }
    heading(&mut to, "What each mode promises");
    for (mode, text) in PROMISES {
        if reports.iter().any(|report| report.mode == mode) {
            let _ = writeln!(to, "{text}");
        }
    }
    to
}

fn of_moves(report: &Report, cell: fn(&TakeoverReport) -> String) -> String {
    let cells: Vec<String> = report.takeovers.iter().map(cell).collect();
    if cells.is_empty() {
        "-".to_owned()
    } else {
        cells.join(", ")
    }
}

fn span(milliseconds: Option<f64>) -> String {
    milliseconds.map_or("never".to_owned(), |ms| time(ms / 1000.0))
}

/// The exit status of several runs together: the first of 3, 2, 1, 5, 4 that one of them has.
fn worst(statuses: impl IntoIterator<Item = u8>) -> u8 {
    let rank = |status: &u8| [0, 4, 5, 1, 2, 3].iter().position(|s| s == status);
    statuses.into_iter().max_by_key(rank).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_status_stands_for_all() {
        assert_eq!(worst([0, 0]), 0);
        assert_eq!(worst([0, 4, 5]), 5);
        assert_eq!(worst([1, 5, 4]), 1);
        assert_eq!(worst([]), 0);
    }
}
