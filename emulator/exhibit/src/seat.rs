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
use std::time::Duration;

use clock::Instant;
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

use crate::position::{Heard, KeyState};

/// Bytes kept for a visitor who does not read, or is away for a moment.
pub const KEPT_MAX: usize = 32 * 1024;
/// Who asked reads the tube after so many readings even if nothing has changed on it: it is written
/// anew within them.
const PAGE_WITHIN: u8 = 6;
/// Batches on their way to a visitor's connection.
pub const BATCHES_MAX: usize = 4;

/// What a visitor's terminal is to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Characters struck by the printer.
    Struck(String),
    /// A line of its own.
    Line(String),
    /// A line that nobody waits for: told when no other line is under way.
    Notice(String),
    /// Whether keys go down.
    Keyboard {
        /// They do not.
        locked: bool,
    },
    /// What the connection asked for has been done, and all that came of it at once was told.
    Taken,
    /// The visit is over; a last line says why.
    Close(String),
}

impl Shown {
    fn bytes(&self) -> usize {
        match self {
            Shown::Struck(text) | Shown::Line(text) | Shown::Notice(text) | Shown::Close(text) => {
                16 + text.len()
            }
            Shown::Keyboard { .. } | Shown::Taken => 16,
        }
    }
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
    /// What the visitor says to come back to this seat.
    pub ticket: String,
    /// Since when, by the wall, nobody is connected.
    pub away_since: Option<Duration>,
    /// The connection waits to hear that what it asked for is done.
    pub asked: bool,
    paper: VecDeque<Printing>,
    /// What stood on its tube when it was last read.
    page: Vec<String>,
    /// The whole tube is told within so many readings, or as soon as it changes; 0: nobody asked.
    page_within: u8,
    keyboard: KeyState,
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
    /// A visitor sits down at a set.
    pub fn new(set: u16, ticket: String, out: Sender<Vec<Shown>>, keyboard: KeyState) -> Seat {
        Seat {
            set,
            ticket,
            away_since: None,
            asked: true,
            paper: VecDeque::new(),
            page: Vec::new(),
            page_within: 0,
            keyboard,
            out: Some(out),
            kept: Vec::new(),
            kept_bytes: 0,
        }
    }

    /// The visitor has come back on another connection; what was shown meanwhile follows. The old
    /// one ends, if it does not know yet that it has.
    pub fn come_back(&mut self, out: Sender<Vec<Shown>>) {
        self.away_since = None;
        self.asked = true;
        self.kept.retain(|shown| *shown != Shown::Taken);
        if let Some(old) = self.out.replace(out) {
            let text = "** you went on at another terminal; good-bye";
            let _ = old.try_send(vec![Shown::Close(text.to_owned())]);
        }
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

    /// Bytes kept here because the connection has not taken them yet.
    pub fn kept_bytes(&self) -> usize {
        self.kept_bytes
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

    /// How the keyboard is, in words and for the terminal's own use.
    pub fn tell_keyboard(&mut self) {
        let KeyState { locked, told } = self.keyboard;
        self.line(told);
        self.tell(Shown::Keyboard { locked });
    }

    /// Something is seen at this set.
    pub fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Line(text) => self.line(text),
            Heard::Print { text, first, last } => self.paper.push_back(Printing {
                text: text.chars().collect(),
                struck: 0,
                first,
                last,
            }),
        }
    }

    /// It is `now`: characters are struck, and the keyboard is as it is now.
    pub fn advance(&mut self, now: Instant, keyboard: KeyState) {
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
        let before = std::mem::replace(&mut self.keyboard, keyboard);
        if before != keyboard {
            self.tell_keyboard();
        }
        if std::mem::take(&mut self.asked) {
            self.tell(Shown::Taken);
        }
    }

    /// The visitor has typed something, and wants to read the tube.
    pub fn ask_for_page(&mut self) {
        self.page_within = PAGE_WITHIN;
    }

    /// What stands on its tube. The rows that have changed are told; all of them when another table
    /// stands there or it has lost a row, and when the visitor asked.
    pub fn read(&mut self, page: Vec<String>) {
        let before = std::mem::replace(&mut self.page, page.clone());
        let changed = |row: usize| before.get(row) != page.get(row);
        let changes = (0..page.len()).filter(|row| changed(*row)).count();
        let another = before.len() > page.len() || changes > page.len() / 2;
        let asked = self.page_within > 0 && (changes > 0 || self.page_within == 1);
        self.page_within = self.page_within.saturating_sub(1);
        if another || asked {
            self.page_within = 0;
        }
        for (number, row) in page.iter().enumerate() {
            if another || asked || changed(number) {
                self.line(format!("| {row}"));
            }
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

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::{Receiver, channel};

    use super::*;

    const FREE: KeyState = KeyState {
        locked: false,
        told: "[free]",
    };
    const LOCKED: KeyState = KeyState {
        locked: true,
        told: "[locked]",
    };

    fn seat() -> (Seat, Receiver<Vec<Shown>>) {
        let (out, shown) = channel(BATCHES_MAX);
        (Seat::new(7, "1-BACK".to_owned(), out, FREE), shown)
    }

    fn ms(ms: u64) -> Instant {
        Instant(ms * 1_000_000)
    }

    #[test]
    fn characters_come_as_they_are_struck() {
        let (mut seat, mut shown) = seat();
        seat.advance(ms(0), LOCKED);
        seat.hear(Heard::Print {
            text: "OKAY".to_owned(),
            first: ms(100),
            last: ms(400),
        });
        let mut seen = Vec::new();
        for now in [100, 150, 200, 390, 400, 410] {
            seat.advance(ms(now), if now < 400 { LOCKED } else { FREE });
            assert_eq!(seat.send(), Connection::Well);
            while let Ok(batch) = shown.try_recv() {
                seen.extend(batch.into_iter().map(|one| (now, one)));
            }
        }
        let struck = |text: &str| Shown::Struck(text.to_owned());
        let line = |text: &str| Shown::Line(text.to_owned());
        let locked = |locked| Shown::Keyboard { locked };
        let expected = [
            (100, line("[locked]")),
            (100, locked(true)),
            (100, Shown::Taken),
            (100, struck("O")),
            (200, struck("K")),
            (390, struck("AY\n")),
            (400, line("[free]")),
            (400, locked(false)),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn what_was_asked_is_told_to_be_done_once_and_last() {
        let (mut seat, mut shown) = seat();
        seat.advance(ms(0), FREE);
        seat.send();
        assert_eq!(shown.try_recv(), Ok(vec![Shown::Taken]), "sat down");
        seat.asked = true;
        seat.hear(Heard::Line("[no effect: the set is printing]".to_owned()));
        seat.advance(ms(10), FREE);
        // How the keyboard is may change at any time; that answers nothing.
        seat.advance(ms(20), LOCKED);
        seat.send();
        let batch = shown.try_recv().expect("a batch");
        let taken = batch.iter().map(|one| *one == Shown::Taken);
        assert_eq!(taken.collect::<Vec<bool>>(), [false, true, false, false]);
    }

    #[test]
    fn of_a_tube_what_changed_is_told_and_all_of_it_to_who_asked() {
        let (mut seat, mut shown) = seat();
        let mut told = |seat: &mut Seat, page: &[&str]| -> Vec<String> {
            seat.read(page.iter().map(|row| (*row).to_owned()).collect());
            seat.send();
            let lines = shown.try_recv().unwrap_or_default().into_iter();
            let lines = lines.filter_map(|one| match one {
                Shown::Line(line) => Some(line),
                _ => None,
            });
            lines.collect()
        };
        let first = ["TRACKS 12", "HOSTILE 3", "LATE 0", "LOAD 40"];
        let whole =
            |page: &[&str]| -> Vec<String> { page.iter().map(|row| format!("| {row}")).collect() };
        let nothing = Vec::<String>::new();
        assert_eq!(told(&mut seat, &first), whole(&first), "another table");
        assert_eq!(told(&mut seat, &first), nothing);
        let second = ["TRACKS 13", "HOSTILE 3", "LATE 0", "LOAD 40"];
        assert_eq!(told(&mut seat, &second), ["| TRACKS 13"]);
        // Who asked is told all of it at its next change, once.
        seat.ask_for_page();
        assert_eq!(told(&mut seat, &second), nothing);
        assert_eq!(told(&mut seat, &first), whole(&first));
        assert_eq!(told(&mut seat, &second), ["| TRACKS 13"]);
        // Or after a while, if it does not change.
        seat.ask_for_page();
        for _ in 1..PAGE_WITHIN {
            assert_eq!(told(&mut seat, &second), nothing);
        }
        assert_eq!(told(&mut seat, &second), whole(&second));
        assert_eq!(told(&mut seat, &second), nothing);
        // A row more is one that changed.
        let longer = ["TRACKS 13", "HOSTILE 3", "LATE 0", "LOAD 40", "LOST 1"];
        assert_eq!(told(&mut seat, &longer), ["| LOST 1"]);
        assert_eq!(told(&mut seat, &second), whole(&second), "a row less");
        // Most of it is other than before.
        let other = ["WEAPONS 2", "OUT 1", "HOME 1", "LOAD 40"];
        assert_eq!(told(&mut seat, &other), whole(&other));
    }

    #[test]
    fn who_does_not_read_loses_the_seat_and_nothing_grows() {
        let (mut seat, shown) = seat();
        let mut rounds = 0;
        let connection = loop {
            seat.line("x".repeat(100));
            match seat.send() {
                Connection::Well => rounds += 1,
                other => break other,
            }
            assert!(seat.kept_bytes <= KEPT_MAX + 200);
        };
        assert_eq!(connection, Connection::Stuck);
        assert_eq!(rounds, BATCHES_MAX + KEPT_MAX / 116);
        seat.lose(Duration::ZERO);
        // Away, it keeps what the set shows, but not for ever.
        for _ in 0..10 * KEPT_MAX / 116 {
            seat.line("y".repeat(100));
            assert_eq!(seat.send(), Connection::Well);
            assert!(seat.kept_bytes <= KEPT_MAX + 200);
        }
        drop(shown);
    }

    #[test]
    fn who_comes_back_sees_what_was_shown_meanwhile() {
        let (mut seat, shown) = seat();
        drop(shown);
        assert_eq!(seat.send(), Connection::Ended);
        seat.lose(Duration::from_secs(1));
        seat.line("OK");
        let (out, mut shown) = channel(BATCHES_MAX);
        seat.come_back(out);
        seat.send();
        assert_eq!(shown.try_recv(), Ok(vec![Shown::Line("OK".to_owned())]));
        assert_eq!(seat.away_since, None);
    }
}
