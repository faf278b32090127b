//! An evening at a site: what is typed and what fails, and what came of it.
//!
//! Written like the log of a shift: at each time somebody types, presses RESET, or something
//! breaks. A set whose keyboard is locked at the time types when it unlocks.

use clock::journal::{self, Journal, JournalWriter};
use clock::{Instant, Span};
use device::agent_set::SetOutput;
use exercise::agents::Action;
use exercise::driver::{self, Options, Outcome, Plan, kind};
use exercise::entries_csv::{Entry, RESET};
use exercise::inputs::Inputs;
use exercise::judges::takeovers::Takeover;
use exercise::judges::text_of;
use exercise::report::Report;
use exercise::script::{FaultKind, OrderedFault, Script, When, Workload};
use site::{Cause, Machine, Record};

/// What is to happen.
#[derive(Clone, Debug)]
pub struct Evening {
    /// The exercise; its workload is the list of entries unless calls come in.
    pub script: Script,
    /// What is typed.
    pub entries: Vec<Entry>,
    /// Seed of what is drawn.
    pub seed: u64,
}

/// One thing that happened, from the journal.
#[derive(Clone, Debug)]
pub enum Happened {
    /// At the site.
    Site(Record),
    /// Somebody did something at a set.
    Action(Action),
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Morning {
    /// Figures, verdicts, log.
    pub outcome: Outcome,
    /// The report.
    pub report: Report,
    /// The whole journal.
    pub journal: Vec<u8>,
}

/// Seconds as an instant of the run.
pub fn at(seconds: f64) -> Instant {
    Instant((seconds * 1e9).round() as u64)
}

impl Evening {
    /// So many seconds in which nothing happens yet.
    pub fn new(seconds: f64) -> Evening {
        let script = Script {
            name: "evening".to_owned(),
            duration: at(seconds) - Instant::ZERO,
            workload: Workload::File("entries.csv".to_owned()),
            ..Script::quiet()
        };
        Evening {
            script,
            entries: Vec::new(),
            seed: 1,
        }
    }

    /// Calls come in from ten o'clock on, so many in a whole day.
    pub fn calls(seconds: f64, calls_per_day: u32) -> Evening {
        let mut evening = Evening::new(seconds);
        evening.script.workload = Workload::Calls {
            calls_per_day,
            starts_at: "10:00".to_owned(),
        };
        evening
    }

    /// It begins at this time of day.
    pub fn at(mut self, starts_at: &str) -> Evening {
        self.script.starts_at = starts_at.to_owned();
        self
    }

    /// Somebody types at a set and presses ENTER.
    pub fn enter(mut self, seconds: f64, set: u16, text: &str) -> Evening {
        self.entries.push(Entry {
            at: at(seconds),
            set,
            text: text.to_owned(),
        });
        self
    }

    /// Several entries at one set from a time on, one each five seconds.
    pub fn enter_all(self, seconds: f64, set: u16, texts: &[&str]) -> Evening {
        let timed = texts.iter().enumerate();
        timed.fold(self, |evening, (n, text)| {
            evening.enter(seconds + 5.0 * n as f64, set, text)
        })
    }

    /// Somebody presses RESET.
    pub fn reset(self, seconds: f64, set: u16) -> Evening {
        self.enter(seconds, set, RESET)
    }

    /// Something breaks, or somebody turns a key.
    pub fn fault(mut self, seconds: f64, fault: FaultKind) -> Evening {
        self.script.faults.push(OrderedFault {
            at: When::Fixed(at(seconds) - Instant::ZERO),
            fault,
        });
        self
    }

    /// Lets it happen, once.
    ///
    /// # Panics
    /// If the site cannot be loaded.
    pub fn once(&self, site: &Inputs) -> Morning {
        let options = Options {
            seed: self.seed,
            cut: None,
            keep_entries: true,
        };
        let mut entries = self.entries.clone();
        entries.sort_by_key(|entry| entry.at);
        let mut journal = JournalWriter::new(Vec::new(), b"evening").expect("a journal in core");
        let plan = Plan::new(site.clone(), self.script.clone(), entries, options)
            .expect("the opening files can be drawn");
        let mut run = plan.begin().expect("the site can be loaded");
        let outcome = driver::finish(&plan, &mut run, &mut journal, &mut (), &mut |_| {});
        let (digest, journal) = journal.finish().expect("a journal in core");
        assert_eq!(digest, outcome.digest, "the journal's digest is the run's");
        let report = Report::new(site, &self.script, self.seed, &outcome, 1.0);
        Morning {
            outcome,
            report,
            journal,
        }
    }

    /// Lets it happen twice and compares the journals.
    ///
    /// # Panics
    /// If they differ, naming the first record that does.
    pub fn twice(&self, site: &Inputs) -> Morning {
        let morning = self.once(site);
        let again = self.once(site);
        if let Some(difference) = first_difference(&morning.journal, &again.journal) {
            panic!("seed {}: two runs differ: {difference}", self.seed);
        }
        assert_eq!(morning.outcome.digest, again.outcome.digest);
        morning
    }
}

/// The first record in which two journals differ, in words, with what stands on either side.
///
/// # Panics
/// If one of them is no journal.
pub fn first_difference(one: &[u8], other: &[u8]) -> Option<String> {
    let [a, b] = [one, other].map(|bytes| Journal::open(bytes).expect("a journal"));
    let difference = journal::compare(&a, &b)?;
    let side = |journal: &Journal| {
        let record = journal.records().nth(difference.index as usize);
        record.map_or("nothing".to_owned(), |r| format!("{:?}", decode(&r)))
    };
    Some(format!(
        "{difference}\n  one run   {}\n  the other {}",
        side(&a),
        side(&b)
    ))
}

fn decode(record: &journal::Record) -> Option<Happened> {
    match record.kind {
        kind::SITE => record.read().ok().map(Happened::Site),
        kind::ACTION => record.read().ok().map(Happened::Action),
        _ => None,
    }
}

impl Morning {
    /// Everything in the journal, in order.
    ///
    /// # Panics
    /// If a record cannot be read.
    pub fn happened(&self) -> Vec<(Instant, Happened)> {
        let journal = Journal::open(&self.journal).expect("a journal");
        let read = |r: journal::Record| (r.at, decode(&r).expect("a record of a known kind"));
        journal.records().map(read).collect()
    }

    /// Records of the site.
    pub fn records(&self) -> Vec<(Instant, Record)> {
        let site = |(at, happened)| match happened {
            Happened::Site(record) => Some((at, record)),
            Happened::Action(_) => None,
        };
        self.happened().into_iter().filter_map(site).collect()
    }

    /// Every fault took effect, every judge says the promise was kept, everything is answered and
    /// nothing is lost.
    ///
    /// # Panics
    /// If not, with the log of the evening.
    pub fn all_held(&self) {
        self.kept_its_promise();
        let entries = &self.report.entries;
        assert_eq!((entries.lost, entries.pending), (0, 0), "{}", self.log());
    }

    /// Every fault took effect, every judge says the promise was kept.
    ///
    /// # Panics
    /// If not, with the log of the evening.
    pub fn kept_its_promise(&self) {
        let log = self.log();
        for fault in &self.outcome.faults {
            assert!(fault.took_effect, "no effect: {fault:?}\n{log}");
        }
        assert_eq!(self.outcome.not_reached, Vec::<String>::new());
        for verdict in &self.outcome.verdicts {
            let (name, detail) = (&verdict.name, &verdict.detail);
            assert!(verdict.holds, "{name}: {detail}\n{log}");
            assert!(!verdict.outside_model, "{name}: {detail}\n{log}");
        }
    }

    /// The log of the evening.
    pub fn log(&self) -> String {
        let line = |(at, text): &(Instant, String)| format!("{at} {text}\n");
        self.outcome.log.iter().map(line).collect()
    }

    /// The answer to the n-th entry of a set, from 0; empty if there was none.
    pub fn answer(&self, set: u16, n: usize) -> &str {
        let mut rows = self.outcome.entries.iter();
        rows.by_ref()
            .filter(|row| row.entry.set == set && row.entry.text != RESET)
            .nth(n)
            .map_or("", |row| row.answer.as_str())
    }

    /// Everything a set printed, each block a line.
    pub fn printed(&self, set: u16) -> String {
        let block = |(_, record)| match record {
            Record::Set(SetOutput::Answer { set: s, text, .. }) if s == set => {
                Some(text_of(&text) + "\n")
            }
            _ => None,
        };
        self.records().into_iter().filter_map(block).collect()
    }

    /// Moves of the active role: from, to, why.
    pub fn moves(&self) -> Vec<(Option<Machine>, Machine, Cause)> {
        let moves = self.outcome.takeovers.iter();
        moves.map(|m| (m.from, m.to, m.cause)).collect()
    }

    /// The longest time anybody felt a move of the role; nothing if somebody is still waiting.
    pub fn longest_outage(&self) -> Option<Span> {
        let moves = self.outcome.takeovers.iter();
        let felt: Option<Vec<Span>> = moves.map(Takeover::felt).collect();
        felt.map(|felt| felt.into_iter().max().unwrap_or(Span::ZERO))
    }
}
