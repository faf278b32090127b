//! The report for people: a page of figures, the takeover second by second, the verdicts.

use std::fmt::Write;

use clock::Span;

use super::Report;
use crate::driver::Outcome;
use crate::script::Script;
use crate::world::Reported;

/// What is real and what is not; the same in every report.
const HONEST: &str = "\
The machines execute every instruction of the control program; words, drums, disks and lines are
emulated to the bit and the microsecond. The shape of the schedule is that of one day of New York
departures of 2013; seat counts are those of assumed aircraft of 1962; demand, callers and bookings
are synthetic, scaled to the documented totals of the historical system. The control program is ours,
in the spirit of its descendants. See SOURCES.md of the site.";

pub(crate) fn heading(to: &mut String, text: &str) {
    let _ = writeln!(to, "\n{text}\n{}", "-".repeat(text.len()));
}

pub(crate) fn row(to: &mut String, name: &str, value: impl std::fmt::Display) {
    let _ = writeln!(to, "  {name:<34} {value}");
}

pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

pub(crate) fn time(seconds: f64) -> String {
    Span::from_seconds_f64(seconds).told()
}

/// The whole text.
pub fn write(report: &Report, script: &Script, outcome: &Outcome) -> String {
    let mut to = String::new();
    let title = script
        .title
        .get("en")
        .or_else(|| script.title.values().next())
        .unwrap_or(&script.name);
    heading(
        &mut to,
        &format!("{title}: {} with seed {}", report.network, report.seed),
    );
    row(
        &mut to,
        "virtual time",
        format!(
            "{:.2} s in {:.2} s, {:.0} times as fast",
            report.virtual_seconds,
            report.wall_seconds,
            report.virtual_seconds / report.wall_seconds.max(1e-9)
        ),
    );
    row(&mut to, "digest of the run", &report.digest);
    row(&mut to, "records in the journal", grouped(outcome.records));
    traffic(&mut to, report, outcome);
    machines(&mut to, report, outcome);
    if !outcome.log.is_empty() {
        heading(&mut to, "What happened");
        for (at, text) in &outcome.log {
            let _ = writeln!(to, "  {at}  {text}");
        }
    }
    for t in &report.takeovers {
        let outage = t
            .outage_ms
            .map_or("no answer".to_owned(), |ms| time(ms / 1000.0));
        let held = t
            .held_answered_ms
            .map_or("not all answered".to_owned(), |ms| {
                let who = if t.lost > 0 { "the others" } else { "all" };
                format!("{who} answered after {}", time(ms / 1000.0))
            });
        let from = if t.from.is_empty() { "nobody" } else { &t.from };
        let _ = writeln!(
            to,
            "  {} from {from} to {}: decided after {}, outage felt {outage}, {} entries held, {held}{}",
            t.cause,
            t.to,
            time(t.detected_ms / 1000.0),
            t.held,
            match t.lost {
                0 => String::new(),
                lost => format!("; {lost} are lost"),
            }
        );
    }
    days(&mut to, report);
    verdicts(&mut to, report);
    heading(&mut to, "What is real and what is not");
    for line in HONEST.lines() {
        let _ = writeln!(to, "  {line}");
    }
    let _ = writeln!(to, "\n{}", conclusion(report));
    to
}

fn traffic(to: &mut String, report: &Report, outcome: &Outcome) {
    heading(to, "Traffic");
    let t = &report.traffic;
    let e = &report.entries;
    if let Some(agents) = &outcome.agents {
        let text = format!(
            "{} ({} bookings made, {} given up)",
            grouped(agents.calls),
            grouped(agents.bookings),
            grouped(agents.abandoned)
        );
        row(to, "telephone calls", text);
    }
    let sent = format!("{} ({:.1} a second)", grouped(e.sent), t.entries_a_second);
    row(to, "entries", sent);
    row(to, "answered", grouped(e.answered));
    let refused = format!("{} ({} %)", grouped(e.refused), report.refused_per_cent());
    row(to, "refused or in error", refused);
    row(
        to,
        "sells refused for want of seats",
        grouped(t.sells_refused),
    );
    row(
        to,
        "lost, still on their way",
        format!("{}, {}", e.lost, e.pending),
    );
    row(to, "waits on a hold", grouped(t.hold_waits));
    row(to, "sent again by interchanges", grouped(t.sent_again));
    let again = format!("{} ({} with other text)", t.reentered, t.given_up);
    row(to, "typed again after RESET", again);
    row(
        to,
        "stored answers given again",
        grouped(t.stored_answers_again),
    );
    row(to, "copies dropped", grouped(t.copies_dropped));
    let counter = |name: &str| grouped(report.counters.get(name).copied().unwrap_or(0));
    if report.counters.get("CNTDAY").is_some_and(|&days| days > 0) {
        let text = format!(
            "{}; passenger records freed {}, used again {}",
            counter("CNTDAY"),
            counter("CNTPRG"),
            counter("CNTREU")
        );
        row(to, "days opened", text);
    }
    row(to, "bookings ignored for nobody", counter("CNTEXP"));
    if let Some(mean) = t.mean_answer_characters {
        let text = format!(
            "{mean:.1} characters; {} by lights",
            grouped(t.light_answers)
        );
        row(to, "mean printed answer", text);
    }
    let r = &report.response_ms;
    let text = format!(
        "half under {}, 90 % under {}, 99 % under {}, longest {}",
        time(r.p50 / 1000.0),
        time(r.p90 / 1000.0),
        time(r.p99 / 1000.0),
        time(r.longest / 1000.0)
    );
    row(to, "response", text);
    if let Some(agents) = &outcome.agents {
        let kinds: Vec<String> = agents
            .entries
            .iter()
            .map(|(kind, n)| {
                let all: u64 = agents.entries.values().sum();
                format!("{kind} {:.0} %", crate::statistics::per_cent(*n, all))
            })
            .collect();
        row(to, "mix", kinds.join(", "));
    }
}

fn machines(to: &mut String, report: &Report, outcome: &Outcome) {
    heading(to, "Machines, lines, storage");
    for (name, m) in &report.machines {
        let instructions = report
            .instructions
            .iter()
            .find(|(key, _)| key.ends_with(&format!("/{name}")))
            .map_or(0, |(_, n)| *n);
        let text = format!(
            "active {:.1} s, then {:.1} % busy; {} instructions; {:.2} % of its time skipped as waiting",
            m.active_s,
            m.busy * 100.0,
            grouped(instructions),
            m.skipped * 100.0
        );
        row(to, &format!("machine {name}"), text);
    }
    if let Some(path) = report.mean_path {
        row(
            to,
            "mean path, all included",
            format!("{path:.0} instructions an entry"),
        );
    }
    let loads = |pick: fn(&super::LineReport) -> f64| {
        let all: Vec<String> = report
            .lines
            .iter()
            .map(|l| format!("{:.0}", pick(l) * 100.0))
            .collect();
        format!("{} %", all.join(" "))
    };
    if !report.lines.is_empty() {
        row(to, "line load, from the centre", loads(|l| l.down));
        row(to, "line load, to the centre", loads(|l| l.up));
    }
    let sum = |pick: fn(&super::LineReport) -> u64| report.lines.iter().map(pick).sum::<u64>();
    let (hits, undetected) = (sum(|l| l.hits), sum(|l| l.undetected_errors));
    if hits > 0 {
        let dropped = sum(|l| l.check_errors);
        row(
            to,
            "hits on transmissions",
            format!(
                "{hits}; {dropped} dropped for their check, {undetected} accepted though wrong"
            ),
        );
    }
    let available = format!("{:.3} %", report.availability.measured * 100.0);
    row(to, "availability felt at the sets", available);
    let _ = outcome;
}

/// What is on file, a line for each twenty-four hours.
fn days(to: &mut String, report: &Report) {
    if report.days.is_empty() {
        return;
    }
    heading(to, "Files and journal, every twenty-four hours");
    let _ = writeln!(
        to,
        "  {:>6} {:>10} {:>10} {:>10} {:>16}",
        "after", "on file", "free", "in all", "journal, bytes"
    );
    for day in &report.days {
        let _ = writeln!(
            to,
            "  {:>4} h {:>10} {:>10} {:>10} {:>16}",
            (day.at_s / 3600.0).round(),
            grouped(day.on_file.into()),
            grouped(day.free.into()),
            grouped(day.reached.into()),
            grouped(day.journal_bytes)
        );
    }
}

/// Verdicts and expectations of any report.
pub(crate) fn verdicts(to: &mut String, report: &impl Reported) {
    heading(to, "Verdicts");
    for v in report.verdicts() {
        let mark = match (v.holds, v.outside_model) {
            (_, true) => "outside",
            (true, _) => "holds",
            (false, _) => "BROKEN",
        };
        let _ = writeln!(to, "  {mark:<8} {:<26} {}", v.name, v.detail);
    }
    for fault in report.faults().iter().filter(|f| !f.took_effect) {
        let _ = writeln!(
            to,
            "  void     {} at {:.3} s: no effect",
            fault.fault, fault.at_s
        );
    }
    for fault in report.not_reached() {
        let _ = writeln!(to, "  void     not reached: {fault}");
    }
    if report.expectations().is_empty() {
        return;
    }
    let (reached, possible) = report.points();
    heading(to, &format!("Expectations: {reached} of {possible} points"));
    for m in report.expectations() {
        let mark = if m.met { "met" } else { "NOT MET" };
        let text = m.text.get("en").or_else(|| m.text.values().next());
        let text = text.unwrap_or(&m.name);
        let _ = writeln!(to, "  {mark:<8} {text}: {} ({} points)", m.found, m.points);
    }
}

/// The last line of any report.
pub(crate) fn conclusion(report: &impl Reported) -> String {
    match report.exit_status() {
        0 => "All verdicts hold.".to_owned(),
        1 => "A promise was broken.".to_owned(),
        5 => "The exercise is void: a fault it orders never took effect.".to_owned(),
        _ => "No promise was broken, but an expectation was not met.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(time(0.25), "250 ms");
    }
}
