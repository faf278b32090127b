//! What a campaign shows: a table for people, JSON and JUnit for graders.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::{Place, Unit, UnitResult};

/// Exit status of a void run.
const VOID: u8 = 5;

/// The worst comes first when several apply.
const WORST_FIRST: [u8; 5] = [3, 2, 1, 5, 4];

/// A run that failed, and how to see it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failing {
    /// Its seed.
    pub seed: u64,
    /// Its crash point, in a sweep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<u64>,
    /// The command that repeats it.
    pub command: String,
    /// Its exit status.
    pub status: u8,
    /// What was wrong.
    pub detail: String,
}

/// Runs of one place of a sweep.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Tally {
    pub runs: u64,
    pub failed: u64,
    pub void: u64,
}

/// The whole campaign. Keys of the JSON stay; more may be added.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// All of them: passed + failed + void.
    pub runs: u64,
    /// Exit 0.
    pub passed: u64,
    /// Neither passed nor void.
    pub failed: u64,
    /// A fault it orders never took effect.
    pub void: u64,
    /// Runs in which each verdict did not hold.
    pub by_verdict: BTreeMap<String, u64>,
    /// Those that failed or were void.
    pub failing: Vec<Failing>,
    /// Moves of the active role in all of them.
    pub takeovers: u64,
    /// Faults that came due in all of them.
    pub faults: u64,
    /// Of a sweep: by kind of point.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_sort: BTreeMap<String, Tally>,
    /// Of a sweep: by the entry held.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_entry: BTreeMap<String, Tally>,
    /// Of a sweep: by the routine in which the machine stopped.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_routine: BTreeMap<String, Tally>,
    /// Of a sweep: points, those included for which one of their stretch was tried.
    #[serde(default)]
    pub stands_for: u64,
    /// Of a sweep: what was shown after a crash in each stretch (of a seed) of which all was tried,
    /// and whether it was always the same.
    #[serde(skip)]
    endings: BTreeMap<(u64, u64), (String, bool)>,
    /// The worst exit status of all.
    pub exit_status: u8,
    /// Time it took; what was done before it was resumed not counted.
    pub wall_seconds: f64,
}

impl Summary {
    /// One more result; `command` repeats it.
    pub fn add(&mut self, result: &UnitResult, command: impl FnOnce(&Unit) -> String) {
        self.runs += 1;
        self.takeovers += result.takeovers;
        self.faults += result.faults.len() as u64;
        let (failed, void) = (!matches!(result.status, 0 | VOID), result.status == VOID);
        self.passed += u64::from(result.status == 0);
        self.failed += u64::from(failed);
        self.void += u64::from(void);
        for name in &result.broken {
            *self.by_verdict.entry(name.clone()).or_default() += 1;
        }
        if let Some(Place {
            sort,
            entry,
            routine,
            stretch,
            stands_for,
        }) = &result.place
        {
            self.stands_for += stands_for;
            if let Some(stretch) = stretch {
                let first = self.endings.entry((result.unit.seed, *stretch));
                let first = first.or_insert_with(|| (result.digest.clone(), true));
                first.1 &= first.0 == result.digest;
            }
            for (table, key) in [
                (&mut self.by_sort, sort),
                (&mut self.by_entry, entry),
                (&mut self.by_routine, routine),
            ] {
                let tally = table.entry(key.clone()).or_default();
                tally.runs += 1;
                tally.failed += u64::from(failed);
                tally.void += u64::from(void);
            }
        }
        if result.status != 0 {
            self.failing.push(Failing {
                seed: result.unit.seed,
                point: result.unit.point,
                command: command(&result.unit),
                status: result.status,
                detail: result.detail.clone(),
            });
        }
        let rank = |status: u8| {
            let known = WORST_FIRST.iter().position(|&s| s == status);
            known.unwrap_or(WORST_FIRST.len())
        };
        if rank(result.status) < rank(self.exit_status) {
            self.exit_status = result.status;
        }
    }

    /// The table for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |line: String| {
            text.push_str(line.trim_end());
            text.push('\n');
        };
        line(format!(
            "{} runs: {} passed, {} failed, {} void; {} takeovers, {} faults",
            self.runs, self.passed, self.failed, self.void, self.takeovers, self.faults
        ));
        for (name, count) in &self.by_verdict {
            line(format!("  {name}: broken in {count}"));
        }
        if !self.endings.is_empty() {
            let unlike = self.endings.values().filter(|(_, alike)| !alike).count();
            line(format!(
                "the points stand for {}; of {} stretches tried whole {unlike} ended differently \
                 from point to point",
                self.stands_for,
                self.endings.len()
            ));
        }
        for (title, table) in [
            ("points", &self.by_sort),
            ("by entry", &self.by_entry),
            ("by routine", &self.by_routine),
        ] {
            if table.is_empty() {
                continue;
            }
            line(String::new());
            let width = table.keys().map(|key| key.chars().count()).max();
            let width = width.unwrap_or(0).max(title.len());
            line(format!("{title:width$}       runs  failed    void"));
            for (key, tally) in table {
                line(format!(
                    "{key:width$} {:>10} {:>7} {:>7}",
                    tally.runs, tally.failed, tally.void
                ));
            }
        }
        if !self.failing.is_empty() {
            line(String::new());
            line("to see them again:".to_owned());
        }
        for failing in self.failing.iter().take(20) {
            line(format!("  {}", failing.command));
            line(format!("    exit {}: {}", failing.status, failing.detail));
        }
        if self.failing.len() > 20 {
            line(format!("  and {} more (--report)", self.failing.len() - 20));
        }
        text
    }
}

/// The results as JUnit XML: a test suite of one test case a run.
pub fn junit<'a>(
    network: &str,
    script: &str,
    results: impl Iterator<Item = &'a UnitResult> + Clone,
) -> String {
    let escape = |text: &str| -> String {
        text.chars()
            .map(|c| match c {
                '&' => "&amp;".to_owned(),
                '<' => "&lt;".to_owned(),
                '>' => "&gt;".to_owned(),
                '"' => "&quot;".to_owned(),
                '\n' | '\t' => " ".to_owned(),
                c if c.is_control() => "\u{fffd}".to_owned(),
                c => c.to_string(),
            })
            .collect()
    };
    let failures = results.clone().filter(|r| !matches!(r.status, 0 | VOID));
    let void = results.clone().filter(|r| r.status == VOID);
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        xml,
        "<testsuites>\n<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">",
        escape(script),
        results.clone().count(),
        failures.count(),
        void.count()
    );
    for result in results {
        let point = result.unit.point.map(|p| format!(" point {p}"));
        let _ = write!(
            xml,
            "<testcase classname=\"{}\" name=\"seed {}{}\"",
            escape(network),
            result.unit.seed,
            point.unwrap_or_default()
        );
        let detail = escape(&result.detail);
        let _ = match result.status {
            0 => writeln!(xml, "/>"),
            VOID => writeln!(xml, "><skipped message=\"void: {detail}\"/></testcase>"),
            status => writeln!(
                xml,
                "><failure message=\"exit {status}\">{detail}</failure></testcase>"
            ),
        };
    }
    xml.push_str("</testsuite>\n</testsuites>\n");
    xml
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(seed: u64, status: u8) -> UnitResult {
        UnitResult {
            unit: Unit {
                network: "n".into(),
                script: "s".into(),
                seed,
                point: None,
            },
            status,
            digest: String::new(),
            broken: match status {
                1 => vec!["fenced".into()],
                _ => vec![],
            },
            detail: "a < b & \"c\"".into(),
            takeovers: 2,
            outages_ms: vec![],
            faults: vec!["fail-stop".into()],
            place: None,
        }
    }

    #[test]
    fn the_worst_run_decides() {
        let mut summary = Summary::default();
        for (seed, status) in [(1, 0), (2, 4), (3, 5), (4, 0)] {
            summary.add(&result(seed, status), |unit| format!("seed {}", unit.seed));
        }
        assert_eq!(summary.exit_status, 5);
        summary.add(&result(5, 1), |_| "again".into());
        assert_eq!(summary.exit_status, 1);
        let counts = (summary.runs, summary.passed, summary.failed, summary.void);
        assert_eq!(counts, (5, 2, 2, 1));
        assert_eq!(summary.by_verdict["fenced"], 1);
        assert_eq!(summary.failing[1].command, "seed 3");
        assert!(
            summary
                .text()
                .starts_with("5 runs: 2 passed, 2 failed, 1 void")
        );
    }

    #[test]
    fn junit_has_a_case_a_run() {
        let xml = junit(
            "site",
            "x<y",
            [result(1, 0), result(2, 1), result(3, 5)].iter(),
        );
        assert_eq!(xml.matches("<testcase").count(), 3);
        assert!(xml.contains("tests=\"3\" failures=\"1\" skipped=\"1\""));
        assert!(xml.contains("a &lt; b &amp; &quot;c&quot;"));
        assert!(xml.contains("name=\"x&lt;y\""));
    }
}
