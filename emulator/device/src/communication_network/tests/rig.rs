//! A centre played by hand through the channel's seam, a line monitor and a person at the sets.

use clock::{Instant, Span};
use word::bcd;

use super::super::*;
use crate::agent_set::SetOutput;
use crate::frame::{Down, Up};
use crate::line::Transmission;
use crate::line_adapter::EVENT_WORDS;
use crate::link::Effect;

pub const MS: u64 = 1_000_000;

#[derive(Clone)]
pub struct Core {
    pub words: Vec<u64>,
    pub fetches: u64,
}

impl CoreAccess for Core {
    fn fetch(&mut self, address: u16) -> Option<u64> {
        self.fetches += 1;
        Some(self.words.get(usize::from(address)).copied().unwrap_or(0))
    }
}

/// One line; interchanges 5 (sets 0, 1, 2) and 6 (sets 3, 4); poll list at 100 octal.
pub struct Rig {
    pub net: CommunicationNetwork,
    pub core: Core,
    pub core_answers: bool,
    pub now: Instant,
    /// What troubles did to transmissions.
    pub hits: Vec<(Direction, Effect)>,
    log: Vec<(Instant, String)>,
    seen: [Instant; 2],
}

pub fn options() -> CommunicationOptions {
    CommunicationOptions {
        lines: vec![LineOptions::default()],
        interchanges: vec![
            InterchangeOptions {
                line: 0,
                address: 5,
                sets: 3,
            },
            InterchangeOptions {
                line: 0,
                address: 6,
                sets: 2,
            },
        ],
        ..CommunicationOptions::default()
    }
}

pub fn text(text: &str) -> Vec<u8> {
    text.chars().map(|c| bcd::from_char(c).unwrap()).collect()
}

fn readable(core: &[u8]) -> String {
    core.iter().map(|&c| bcd::to_char(c)).collect()
}

pub fn order(op: u64, line: u64) -> u64 {
    let digit = |digit: u64| if digit == 0 { 0o12 } else { digit };
    let digits = [op / 10, op % 10, line / 10, line % 10, 0, 0];
    digits
        .iter()
        .fold(0, |word, &value| word << 6 | digit(value))
}

pub fn fields(decrement: u64, address: u64) -> u64 {
    decrement << 18 | address
}

impl Rig {
    pub fn new() -> Self {
        let mut words = vec![0; 0o200];
        words[0o100] = 5;
        words[0o101] = 0o400000000007; // skipped
        words[0o102] = 6;
        words[0o103] = 0o100000000100; // go on at 100
        Rig {
            net: CommunicationNetwork::new(&options()).unwrap(),
            core: Core { words, fetches: 0 },
            core_answers: true,
            now: Instant::ZERO,
            hits: Vec::new(),
            log: Vec::new(),
            seen: [Instant::ZERO; 2],
        }
    }

    /// A rig whose line is being polled.
    pub fn polling() -> Self {
        let mut rig = Rig::new();
        rig.lpol(false);
        rig
    }

    pub fn until_ns(&mut self, until: Instant) {
        while let Some(due) = self.net.next_due().filter(|&due| due <= until) {
            assert!(
                due >= self.now,
                "due in the past: {due} before {}",
                self.now
            );
            self.now = due;
            let core = self
                .core_answers
                .then_some(&mut self.core as &mut dyn CoreAccess);
            self.net.advance(due, core);
            self.monitor();
        }
        self.now = until;
    }

    pub fn until(&mut self, ms: u64) {
        self.until_ns(Instant(ms * MS));
    }

    pub fn pass(&mut self, ms: u64) {
        self.until_ns(self.now + Span::from_millis(ms));
    }

    /// Writes down what has left since the last look, empty polls left out, and what sets show.
    pub fn monitor(&mut self) {
        let line = &self.net.lines()[0];
        for (place, wire) in [&line.down, &line.up].into_iter().enumerate() {
            let new: Vec<Transmission> = wire
                .in_flight()
                .filter(|one| one.start >= self.seen[place])
                .cloned()
                .collect();
            for one in new {
                self.seen[place] = one.start + Span(1);
                let said = if place == 0 {
                    down(&one.characters)
                } else {
                    up(&one.characters)
                };
                if let Some(said) = said {
                    self.log.push((one.start, said));
                }
            }
        }
        let mut records = Vec::new();
        self.net.take_records(&mut records);
        for (at, record) in records {
            let said = match record {
                LineRecord::Left(_) => continue,
                LineRecord::Hit { direction, hit, .. } => {
                    self.hits.push((direction, hit.effect));
                    continue;
                }
                LineRecord::Set(output) => shown(&output),
                other => format!("{other:?}"),
            };
            self.log.push((at, said));
        }
    }

    pub fn lines(&mut self) -> Vec<String> {
        self.monitor();
        let mut log = std::mem::take(&mut self.log);
        log.sort_by_key(|(at, _)| *at);
        log.iter()
            .map(|(at, said)| format!("{:>6}  {said}", at.0 / MS))
            .collect()
    }

    pub fn lpol(&mut self, reopen: bool) {
        let sign = if reopen { 1 << 35 } else { 0 };
        let words = [order(10, 0), sign | 0o100];
        self.net.control(self.now, words, Prepare::Nothing).unwrap();
    }

    /// Reads the oldest event, 24 words.
    pub fn levt(&mut self) -> Option<Vec<u64>> {
        let taken = self.net.control(self.now, [order(20, 0), 0], Prepare::Read);
        taken.ok()?;
        let chunk = self.net.begin_copy(self.now, EVENT_WORDS, true).unwrap();
        assert_eq!(chunk.end, chunk.start + Span::from_micros(15 * 24));
        self.until_ns(chunk.end);
        let mut words = vec![0; EVENT_WORDS];
        assert_eq!(self.net.end_read(self.now, &mut words), Ok(EVENT_WORDS));
        Some(words)
    }

    /// Reads events, forgetting them.
    pub fn drain(&mut self) {
        while self.levt().is_some() {}
    }

    /// Gives a block for interchange 5. Prefix 0 complete, 1 incomplete, 2 lights.
    pub fn lout(
        &mut self,
        terminal: u64,
        serial: u64,
        block: u64,
        prefix: u64,
        answer: &str,
    ) -> Result<(), UnusualEnd> {
        let words = [order(30, 0), 0];
        self.net.control(self.now, words, Prepare::Write)?;
        let mut words = vec![
            fields(5, terminal),
            prefix << 33 | fields(serial, block),
            answer.len() as u64,
        ];
        words.extend(bcd::pack(answer));
        let chunk = self.net.begin_copy(self.now, words.len(), true)?;
        self.until_ns(chunk.end);
        self.net.end_write(self.now, &words)
    }

    pub fn enter(&mut self, set: u16, entry: &str) -> Result<(), EnterError> {
        self.net.enter(self.now, set, &text(entry))
    }

    pub fn reset_key(&mut self, set: u16) -> Result<(), EnterError> {
        self.net.reset_key(self.now, set)
    }
}

fn down(characters: &[u8]) -> Option<String> {
    match frame::read_down(characters) {
        Down::Poll(poll) if poll.reopen => Some(format!(
            "down  go-ahead REOPEN {} ack {}",
            poll.interchange, poll.acknowledged
        )),
        Down::Poll(poll) if poll.acknowledged > 0 => Some(format!(
            "down  go-ahead {} ack {}",
            poll.interchange, poll.acknowledged
        )),
        Down::Poll(_) => None,
        Down::Answer { frame, .. } => Some(format!(
            "down  {}/{} serial {} block {} {:?} {}",
            frame.interchange,
            frame.terminal,
            frame.serial,
            frame.block,
            frame.ending,
            readable(&frame.text)
        )),
        Down::Unreadable => Some("down  ?".into()),
    }
}

fn up(characters: &[u8]) -> Option<String> {
    if characters.len() == NOTHING_CHARACTERS {
        return None;
    }
    let mut from = 2;
    let mut said = String::from("  up ");
    while from < characters.len() {
        let to = frame::entry_end(characters, from);
        match frame::read_up(characters, from, to) {
            Up::Entry { frame, .. } => {
                let doubt = if frame.in_doubt { " IN DOUBT" } else { "" };
                said += &format!(
                    " {}/{} serial {} wants {}{doubt} {};",
                    frame.interchange,
                    frame.terminal,
                    frame.serial,
                    frame.block,
                    readable(&frame.text)
                );
            }
            _ => said += " ?;",
        }
        from = to;
    }
    Some(said)
}

fn shown(output: &SetOutput) -> String {
    match output {
        SetOutput::Accepted {
            set,
            serial,
            in_doubt,
            again,
        } => {
            let doubt = if *in_doubt { " IN DOUBT" } else { "" };
            let again = if *again { " again" } else { "" };
            format!("set {set} entry {serial}{doubt}{again}")
        }
        SetOutput::Answer {
            set,
            serial,
            block,
            lights,
            text,
            complete,
            printed_at,
            ..
        } => {
            let what = match lights {
                Some(lights) => format!("lights {lights:016b}"),
                None => format!("prints {}", readable(text)),
            };
            let end = if *complete { "complete" } else { "more" };
            let until = printed_at.0 / MS;
            format!("set {set} entry {serial} block {block} {what} ({end}, until {until})")
        }
        other => format!("{other:?}"),
    }
}

pub fn same(rig: &mut Rig, expected: &[&str]) {
    let log = rig.lines();
    assert_eq!(log, expected, "\n{}\n", log.join("\n"));
}
