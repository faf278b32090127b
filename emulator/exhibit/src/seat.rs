//! A visitor's seat: what the set shows, as somebody in front of it sees it.
//!
//! The printer strikes 15 characters a second, and here they come as they are struck. Lights and
//! the keyboard's lock are told in words, each on a line of its own:
//!
//! ```text
//! [keyboard locked]
//! LIGHTS 1 2 3 4 5 6 - - - - - - - - - -
//! [keyboard unlocked]
//! 1 AA1    Y 12JUL LGALAX SS2 0900 1130
//! ```
//!
//! | line | is |
//! |---|---|
//! | plain | what the set prints; `LIGHTS` and the numbers of the lit lines: the air information device |
//! | `[...]` | what else can be seen or felt at the set |
//! | `** ...` | the exhibit speaks: nothing of it was there in 1962 |

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

use clock::Instant;
use device::agent_set::{Lock, SetOutput};
use site::Record;
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

/// Bytes kept for a visitor who does not read, or is away for a moment.
pub const KEPT_MAX: usize = 32 * 1024;
/// Batches on their way to a visitor's connection.
pub const BATCHES_MAX: usize = 4;

/// What a visitor's terminal is to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Characters struck by the printer.
    Struck(String),
    /// A line of its own.
    Line(String),
    /// Whether keys go down; also says that what was pressed last has been taken.
    Keyboard {
        /// They do not.
        locked: bool,
    },
    /// The visit is over; a last line says why.
    Close(String),
}

impl Shown {
    fn bytes(&self) -> usize {
        match self {
            Shown::Struck(text) | Shown::Line(text) | Shown::Close(text) => 16 + text.len(),
            Shown::Keyboard { .. } => 16,
        }
    }
}

/// The sixteen lights, line 1 first; a dark one is a dash.
pub fn lights_text(lights: u16) -> String {
    let light = |line: u16| match lights >> (16 - line) & 1 {
        1 => line.to_string(),
        _ => "-".to_owned(),
    };
    let lines: Vec<String> = (1..=16).map(light).collect();
    format!("LIGHTS {}", lines.join(" "))
}

/// A text being printed.
#[derive(Clone, Debug)]
struct Printing {
    text: Vec<char>,
    struck: usize,
    /// The first and the last character's instant.
    first: Instant,
    last: Instant,
}

impl Printing {
    /// Characters whose instant has come.
    fn due(&self, now: Instant) -> usize {
        if now >= self.last {
            return self.text.len();
        }
        let (passed, whole) = ((now - self.first).0, (self.last - self.first).0.max(1));
        let count = self.text.len() as u128 * u128::from(passed) / u128::from(whole);
        (count as usize + 1).min(self.text.len())
    }
}

/// One visitor at one set.
#[derive(Debug)]
pub struct Seat {
    /// The set.
    pub set: u16,
    /// Where the visitor came from.
    pub from: IpAddr,
    /// Since when, by the wall, nobody is connected.
    pub away_since: Option<Duration>,
    /// A key was given to the run in this slice; the terminal waits to hear that it was taken.
    pub pressed: bool,
    paper: VecDeque<Printing>,
    lock: Option<Lock>,
    out: Option<Sender<Vec<Shown>>>,
    kept: Vec<Shown>,
    kept_bytes: usize,
}

/// How a seat's connection fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// It takes what it is given, or nobody is there.
    Well,
    /// It has ended.
    Ended,
    /// Its reader does not read.
    Stuck,
}

impl Seat {
    /// A visitor sits down at a set whose keyboard is locked, or not.
    pub fn new(set: u16, from: IpAddr, out: Sender<Vec<Shown>>, lock: Option<Lock>) -> Seat {
        Seat {
            set,
            from,
            away_since: None,
            pressed: false,
            paper: VecDeque::new(),
            lock,
            out: Some(out),
            kept: Vec::new(),
            kept_bytes: 0,
        }
    }

    /// The visitor has come back on another connection; what was shown meanwhile follows.
    pub fn come_back(&mut self, out: Sender<Vec<Shown>>) {
        self.away_since = None;
        self.out = Some(out);
    }

    /// The connection is lost; what the set shows is kept for a while.
    pub fn lose(&mut self, wall: Duration) {
        self.away_since = Some(wall);
        self.out = None;
        self.forget();
    }

    fn forget(&mut self) {
        self.kept.clear();
        self.kept_bytes = 0;
    }

    /// Something for the visitor's terminal.
    pub fn tell(&mut self, shown: Shown) {
        if self.out.is_none() && self.kept_bytes > KEPT_MAX {
            self.forget();
        }
        self.kept_bytes += shown.bytes();
        self.kept.push(shown);
    }

    /// A line for the visitor's terminal.
    pub fn line(&mut self, text: impl Into<String>) {
        self.tell(Shown::Line(text.into()));
    }

    /// The keyboard's state in words, and for the terminal's own use.
    pub fn tell_lock(&mut self) {
        self.line(lock_text(self.lock));
        self.tell_keyboard();
    }

    /// What was pressed has been taken: the keyboard's state for the terminal's own use.
    pub fn tell_keyboard(&mut self) {
        let locked = self.lock.is_some();
        self.tell(Shown::Keyboard { locked });
    }

    /// A record that concerns this set.
    pub fn observe(&mut self, record: &Record) {
        match record {
            Record::Set(SetOutput::Answer {
                lights,
                text,
                first_character_at,
                printed_at,
                ..
            }) => {
                if let Some(lights) = lights {
                    self.line(lights_text(*lights));
                }
                if !text.is_empty() && lights.is_none() {
                    self.paper.push_back(Printing {
                        text: text.iter().map(|&code| word::bcd::to_char(code)).collect(),
                        struck: 0,
                        first: *first_character_at,
                        last: *printed_at,
                    });
                }
            }
            Record::Set(SetOutput::Accepted { in_doubt: true, .. }) => {
                self.line("[the entry before is in doubt]");
            }
            Record::Set(SetOutput::Accepted { again: true, .. }) => {
                self.line("[the entry before stands]");
            }
            Record::KeyRefused { why, .. } => self.line(format!("[no effect: {why}]")),
            _ => {}
        }
    }

    /// It is `now`: characters are struck, and the keyboard is locked by `lock`.
    pub fn advance(&mut self, now: Instant, lock: Option<Lock>) {
        while let Some(printing) = self.paper.front_mut() {
            let due = printing.due(now);
            let mut struck: String = printing.text[printing.struck..due].iter().collect();
            printing.struck = due;
            let ended = due == printing.text.len();
            if ended {
                self.paper.pop_front();
                struck.push('\n');
            }
            if !struck.is_empty() {
                self.tell(Shown::Struck(struck));
            }
            if !ended {
                break;
            }
        }
        let before = std::mem::replace(&mut self.lock, lock);
        let pressed = std::mem::take(&mut self.pressed);
        if lock_text(before) != lock_text(lock) {
            self.tell_lock();
        } else if pressed {
            self.tell_keyboard();
        }
    }

    /// Hands what there is to the connection.
    pub fn send(&mut self) -> Connection {
        let Some(out) = &self.out else {
            return Connection::Well;
        };
        if out.is_closed() {
            return Connection::Ended;
        }
        if self.kept.is_empty() {
            return Connection::Well;
        }
        match out.try_send(std::mem::take(&mut self.kept)) {
            Ok(()) => {
                self.kept_bytes = 0;
                Connection::Well
            }
            Err(TrySendError::Full(kept)) => {
                self.kept = kept;
                match self.kept_bytes > KEPT_MAX {
                    true => Connection::Stuck,
                    false => Connection::Well,
                }
            }
            Err(TrySendError::Closed(_)) => Connection::Ended,
        }
    }
}

/// The lock as a visitor sees it: a set that prints is a set locked.
fn lock_text(lock: Option<Lock>) -> &'static str {
    match lock {
        None => "[keyboard unlocked]",
        Some(Lock::Waiting | Lock::Printing) => "[keyboard locked]",
        Some(Lock::NotAvailable) => "[SYSTEM NOT AVAILABLE: keyboard locked]",
    }
}
