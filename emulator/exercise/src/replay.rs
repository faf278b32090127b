//! Replay: a journal's run made again from its header, and held against its records.
//!
//! A journal says what happened; that it really follows from site, exercise and seed is shown by
//! doing it again. Nothing is taken from the records but what people did from outside
//! ([`Live`](crate::driver::Live)), each at its instant; every record made again must be the record
//! that stands there.
//!
//! What the records do not hold (registers, lamps, what stands in core) is found the same way: the
//! run is made again up to the instant.

use std::io::{self, Write};

use clock::Instant;
use clock::journal::{Ending, Journal, JournalWriter, Record};

use crate::driver::{Live, Onlooker, kind};
use crate::snapshot::{self, Unusable};
use crate::world::{Planned, World};

/// Where the run made again first differs from the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Number of the record, from 0.
    pub record: u64,
    /// Instant of the last record before it that is the same; none if there is none.
    pub last_good: Option<Instant>,
    /// The journal's record there, in words.
    pub stands: String,
}

/// A journal and its run, made again as far as one likes.
pub struct Replay<'a, P: Planned> {
    /// What the run is made from.
    pub plan: P,
    /// The run, as far as it was made again.
    pub run: P::Run,
    /// How the journal ends.
    pub ending: Ending,
    writer: JournalWriter<Held<'a>>,
    live: Vec<(Instant, Live)>,
    next_live: usize,
}

/// Takes the bytes of records made again and holds them against the journal's.
struct Held<'a> {
    stands: &'a [u8],
    place: usize,
    differs: Option<usize>,
}

impl Write for Held<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.differs.is_none() {
            let stands = self.stands.get(self.place..).unwrap_or_default();
            let same = bytes.iter().zip(stands).take_while(|(a, b)| a == b).count();
            if same < bytes.len() {
                self.differs = Some(self.place + same);
            }
        }
        self.place += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a, P: Planned> Replay<'a, P> {
    /// Opens a journal; its records are read once, to find its end and what came from outside.
    pub fn open(bytes: &'a [u8]) -> Result<Replay<'a, P>, Unusable> {
        let journal = Journal::open(bytes)?;
        let (plan, run) = snapshot::begin_of(&journal)?;
        let mut records = journal.records();
        let first = records.offset();
        let mut live = Vec::new();
        for record in records.by_ref().filter(|r| r.kind == kind::LIVE) {
            match record.read() {
                Ok(input) => live.push((record.at, input)),
                Err(_) => return Err(Unusable::Content("a live record is none".to_owned())),
            }
        }
        let state = journal.begins_from().cloned().unwrap_or_default();
        let held = Held {
            stands: &bytes[first..],
            place: 0,
            differs: None,
        };
        Ok(Replay {
            plan,
            run,
            ending: records.ending().clone(),
            writer: JournalWriter::headless(held, state),
            live,
            next_live: 0,
        })
    }

    /// Makes the next slice again.
    pub fn slice(&mut self, onlooker: &mut dyn Onlooker) {
        let now = self.run.now();
        let left = &self.live[self.next_live..];
        let due = left.iter().take_while(|(at, _)| *at <= now);
        let inputs: Vec<Live> = due.map(|(_, input)| input.clone()).collect();
        self.next_live += inputs.len();
        self.run
            .slice(&self.plan, &inputs, &mut self.writer, onlooker);
    }

    /// Makes everything again that the journal holds, up to `until` if that is given (to the end of
    /// the slice it lies in). `progress` is called after each slice.
    pub fn run_until(
        &mut self,
        until: Option<Instant>,
        onlooker: &mut dyn Onlooker,
        progress: &mut dyn FnMut(&P::Run, &P),
    ) {
        loop {
            let now = self.run.now();
            if until.is_some_and(|until| now >= until) {
                break;
            }
            let ended = match &self.ending {
                Ending::Whole { records, .. } if self.writer.records() >= *records => {
                    self.behind_the_records(until);
                    true
                }
                Ending::Whole { .. } => self.run.is_over(&self.plan),
                Ending::Cut { last_good, .. } => last_good.is_none_or(|last| now > last),
            };
            if ended {
                break;
            }
            self.slice(onlooker);
            progress(&self.run, &self.plan);
        }
    }

    /// After the last record the run went on to its end if no record comes of that; if one does,
    /// somebody stopped it here.
    fn behind_the_records(&mut self, until: Option<Instant>) {
        let mut rest = self.run.clone();
        let mut journal = JournalWriter::headless(io::sink(), self.writer.state().clone());
        let records = journal.records();
        while !rest.is_over(&self.plan) && until.is_none_or(|until| rest.now() < until) {
            rest.slice(&self.plan, &[], &mut journal, &mut ());
            if journal.records() > records {
                return;
            }
        }
        self.run = rest;
    }

    /// The first record made again that is another than the journal's, as far as both go.
    pub fn difference(&mut self, bytes: &'a [u8]) -> Option<Difference> {
        // Bytes still in the writer are compared too.
        let _ = self.writer.flush();
        let held = self.writer.out();
        let journal = Journal::open(bytes).ok()?;
        let mut records = journal.records();
        let first = records.offset();
        let differs = first + held.differs?;
        let (mut last_good, mut index) = (None, 0);
        while let Some(record) = records.next() {
            if records.offset() > differs {
                return Some(Difference {
                    record: record.index,
                    last_good,
                    stands: told::<P>(&record),
                });
            }
            (last_good, index) = (Some(record.at), record.index + 1);
        }
        Some(Difference {
            record: index,
            last_good,
            stands: "no record".to_owned(),
        })
    }

    /// Digest and count of what was made again.
    pub fn journal_state(&self) -> &clock::journal::State {
        self.writer.state()
    }

    /// Digest of what was made again.
    pub fn digest(&self) -> String {
        self.writer.digest()
    }
}

/// A record of a journal in words.
pub fn told<P: Planned>(record: &Record) -> String {
    let content = match record.kind {
        kind::SITE => record
            .read::<site::Record>()
            .map(|content| format!("{content:?}")),
        kind::ACTION => record
            .read::<<P::Run as World>::Action>()
            .map(|content| format!("{content:?}")),
        kind::LIVE => record.read::<Live>().map(|content| format!("{content:?}")),
        other => Ok(format!("a record of kind {other}")),
    };
    let content = content.unwrap_or_else(|_| "a record that cannot be read".to_owned());
    format!("{content} at {:#}", record.at)
}
