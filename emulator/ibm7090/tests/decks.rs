//! IBM's own diagnostic decks, loaded and run as the customer engineer did.
//!
//! The decks (9M01, 9M02, 9M03, 9M05, 9COM, 9SW, 9S01-9S04) are card images of maintenance programs that lie beside the
//! repository. This file is just enough of a machine room for them: a 711 card reader and a 716
//! printer on channel A, with a 7607 channel that reads and writes.
//!
//! Source: A22-6528; the decks' operating notes. Assumed: device times in round milliseconds.
//! *Not emulated*: tape, punch, the printer's echo, a second stacked select.

use ibm7090::cpu::{CONDITION_COMMAND, CONDITION_END_OF_FILE, CYCLE_NS, Cpu, Exit, IoOperation};
use ibm7090::operation::Method;
use std::collections::VecDeque;
use std::io::Write;
use std::path::PathBuf;

/// Twelve rows, 9 first and 12 last, left then right half.
type Card = [u64; 24];

fn milliseconds(time: f64) -> u64 {
    (time * 1e6 / CYCLE_NS as f64) as u64
}

/// A card image file: 160 bytes a card, two a column, rows 12-3 and 4-9.
fn cards(bytes: &[u8]) -> VecDeque<Card> {
    let card = |image: &[u8]| {
        let mut card = [0; 24];
        for column in 0..72 {
            let rows =
                u64::from(image[2 * column] & 0o77) << 6 | u64::from(image[2 * column + 1] & 0o77);
            let (half, bit) = (column / 36, 35 - column % 36);
            for row in 0..12 {
                // Bit 0 of `rows` is row 9, which comes first.
                card[2 * row + half] |= (rows >> row & 1) << bit;
            }
        }
        card
    };
    bytes.chunks_exact(160).map(card).collect()
}

/// A printed line: columns decoded from their punches.
fn line(card: &Card) -> String {
    let column = |n: usize| {
        let (half, bit) = (n / 36, 35 - n % 36);
        // Twelve rows; in `word::card` row 9 is bit 0 and row 0 bit 9, then 11 and 12.
        let punches = (0..12).fold(0, |punches, row| {
            punches | ((card[2 * row + half] >> bit & 1) as u16) << row
        });
        word::card::to_core(punches).map_or('?', word::bcd::to_char)
    };
    (0..72).map(column).collect()
}

#[derive(Clone, Copy, PartialEq)]
enum Unit {
    Reader,
    Printer,
}

#[derive(Clone, Copy)]
struct Command {
    operation: u8,
    transmit: bool,
    count: u16,
    address: u16,
}

/// Processor, channel A, reader and printer.
struct Room {
    cpu: Cpu,
    hopper: VecDeque<Card>,
    printed: Vec<String>,
    unit: Option<Unit>,
    /// Cycle count at which the next word is due.
    due: u64,
    record: Card,
    position: usize,
    /// When each unit may begin its next record at the earliest.
    ready: u64,
    command: Option<Command>,
    location: u16,
    waiting_load: Option<u16>,
    same_line: bool,
}

impl Room {
    fn new(deck: &[u8]) -> Room {
        Room {
            cpu: Cpu::new(),
            hopper: cards(deck),
            printed: Vec::new(),
            unit: None,
            due: 0,
            record: [0; 24],
            position: 0,
            ready: 0,
            command: None,
            location: 0,
            waiting_load: None,
            same_line: false,
        }
    }

    /// LOAD CARDS: three words to 0, 1, 2; the channel goes on with the command in 0.
    fn load_cards(&mut self) {
        self.cpu.reset();
        self.cpu.data_channels = 1;
        self.select(Unit::Reader);
        self.location = 0;
        self.command = Some(Command {
            operation: 4,
            transmit: true,
            count: 3,
            address: 0,
        });
        while self.unit.is_some() && self.position < 3 {
            self.pass_time();
        }
        self.cpu.go(1);
    }

    /// Runs until the machine stops and its channel has come to rest; where it stopped.
    fn run(&mut self) -> u16 {
        let limit = self.cpu.cycles + 600_000_000;
        loop {
            assert!(
                self.cpu.cycles < limit,
                "still running at {:05o}, printed {:#?}",
                self.cpu.ic,
                self.printed
            );
            if self.waiting_load.is_some() {
                self.pass_time();
                continue;
            }
            let until = if self.unit.is_some() { self.due } else { limit };
            match self.cpu.run(until) {
                Exit::Horizon if self.unit.is_some() => self.word(),
                Exit::Horizon => {}
                Exit::Halted if self.unit.is_some() => self.pass_time(),
                Exit::Halted => return self.cpu.ic,
                Exit::Stalled { .. } => self.pass_time(),
                Exit::Io(operation) => self.io(operation),
                exit => panic!("{exit:?} at {:05o}", self.cpu.ic),
            }
        }
    }

    fn start(&mut self) -> u16 {
        self.cpu.start();
        self.run()
    }

    /// The processor waits for the channel's next word.
    fn pass_time(&mut self) {
        self.cpu.steal(self.due.saturating_sub(self.cpu.cycles));
        self.word();
    }

    fn io(&mut self, operation: IoOperation) {
        match operation {
            IoOperation::Select {
                operation: Method::Rds,
                address: 0o1321,
                ..
            } => self.select(Unit::Reader),
            IoOperation::Select {
                operation: Method::Wrs,
                address: 0o1361,
                ..
            } => self.select(Unit::Printer),
            IoOperation::Select {
                operation: Method::Spr,
                address,
                ..
            } => self.same_line |= address == 0o1371,
            IoOperation::StartChannel {
                channel: 0,
                address,
            } => {
                self.cpu.drop_conditions(0, 3);
                self.location = address;
                match self.unit {
                    Some(_) => self.next_command(),
                    None => self.cpu.indicators.io_check = true,
                }
            }
            IoOperation::LoadChannel {
                channel: 0,
                address,
            } => match self.unit {
                Some(_) => {
                    self.waiting_load = Some(address);
                    if self.command.is_none() {
                        self.take_load();
                    }
                }
                None => self.cpu.indicators.io_check = true,
            },
            IoOperation::StoreChannel {
                channel: 0,
                address,
            } => {
                let command = self.command.unwrap_or(Command {
                    operation: 0,
                    transmit: true,
                    count: 0,
                    address: 0,
                });
                let word = word::from_fields(command.operation, self.location, 0, command.address);
                self.cpu.core.write(address, word);
            }
            IoOperation::ResetChannel { channel: 0 } => {
                self.cpu.drop_conditions(0, 7);
                self.disconnect();
            }
            // No other unit is cabled.
            _ => {}
        }
    }

    fn select(&mut self, unit: Unit) {
        let lead = if unit == Unit::Reader { 75.0 } else { 60.0 };
        self.unit = Some(unit);
        self.cpu.channel_busy |= 1;
        self.command = None;
        self.due = (self.cpu.cycles + milliseconds(lead)).max(self.ready);
        self.position = 0;
        self.record = [0; 24];
    }

    /// The unit passes its next word.
    fn word(&mut self) {
        let Some(unit) = self.unit else { return };
        let (cycle, row) = if unit == Unit::Reader {
            (240.0, 8.0)
        } else {
            (400.0, 16.5)
        };
        if self.position == 0 {
            self.ready = self.due + milliseconds(cycle);
            if unit == Unit::Reader {
                let Some(card) = self.hopper.pop_front() else {
                    self.cpu.raise(0, CONDITION_END_OF_FILE);
                    return self.disconnect();
                };
                self.record = card;
            }
        }
        let Some(mut command) = self.command else {
            return self.disconnect();
        };
        self.due += milliseconds(if self.position.is_multiple_of(2) {
            0.4
        } else {
            row - 0.4
        });
        if command.count > 0 {
            let place = &mut self.record[self.position];
            match unit {
                Unit::Reader if command.transmit => self.cpu.core.write(command.address, *place),
                Unit::Reader => {}
                Unit::Printer => *place = self.cpu.core.peek(command.address),
            }
            self.cpu.steal(1);
            command.address = (command.address + 1) & 0o77777;
            command.count -= 1;
            self.command = Some(command);
        }
        self.position += 1;
        let ended = self.position == 24;
        if command.count == 0 {
            self.exhausted();
        }
        if ended && self.unit.is_some() {
            self.end_of_record(command);
            (self.position, self.due) = (0, self.ready);
        }
    }

    /// The word count of the command has run out.
    fn exhausted(&mut self) {
        match self.command.map_or(0, |command| command.operation) {
            0 => self.disconnect(),
            4 | 6 => self.next_command(),
            5 | 7 => self.take_load(),
            _ => {} // IORP, IORT: on to the end of the record.
        }
    }

    fn end_of_record(&mut self, command: Command) {
        self.print();
        match command.operation {
            2 => self.next_command(),
            3 => self.take_load(),
            6 if command.count > 0 => self.next_command(),
            7 if command.count > 0 => self.take_load(),
            _ => {}
        }
    }

    fn print(&mut self) {
        if self.unit == Some(Unit::Printer) {
            let text = line(&self.record);
            match self.printed.last_mut() {
                Some(last) if self.same_line => last.push_str(&text),
                _ => self.printed.push(text),
            }
            self.same_line = false;
            self.record = [0; 24];
        }
    }

    fn next_command(&mut self) {
        for _ in 0..1000 {
            let word = self.cpu.core.peek(self.location);
            self.location = (self.location + 1) & 0o77777;
            let mut command = Command {
                operation: word::prefix(word),
                transmit: word >> 16 & 1 == 0,
                count: word::decrement(word),
                address: word::address(word),
            };
            if word >> 17 & 1 == 1 {
                command.address = word::address(self.cpu.core.peek(command.address));
            }
            self.command = Some(command);
            match (command.operation, command.count) {
                (1, _) => self.location = command.address,
                (4 | 6, 0) => {}
                (0 | 5 | 7, 0) => return self.exhausted(),
                _ => return,
            }
        }
        panic!("the channel goes round in circles at {:05o}", self.location);
    }

    /// IOxT is done: on with the waiting LCH, or disconnect and say so.
    fn take_load(&mut self) {
        match self.waiting_load.take() {
            Some(location) => {
                self.location = location;
                self.next_command();
            }
            None => {
                self.cpu.raise(0, CONDITION_COMMAND);
                self.disconnect();
            }
        }
    }

    fn disconnect(&mut self) {
        if self.position > 0 {
            self.print();
        }
        self.unit = None;
        self.command = None;
        self.cpu.channel_busy &= !1;
        if self.waiting_load.take().is_some() {
            self.cpu.indicators.io_check = true;
        }
    }

    /// Printed text, lines trimmed.
    fn text(&self) -> String {
        self.printed
            .iter()
            .map(|line| line.trim_end())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// A deck by name; `None`, said aloud, where the decks are not.
fn deck(name: &str) -> Option<Room> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/diagnostics/ibm-7090")
        .join(name);
    match std::fs::read(&path) {
        Ok(bytes) => {
            let mut room = Room::new(&bytes);
            room.load_cards();
            Some(room)
        }
        Err(error) => {
            let required =
                std::env::var_os("DUPLEX_REQUIRE_SHARED").is_some_and(|value| value == "1");
            assert!(!required, "{}: {error}", path.display());
            let _ = writeln!(std::io::stderr(), "skipped: deck {name}: {error}");
            None
        }
    }
}

/// Runs a deck, pressing START at every stop but the last; the stops and what was printed.
fn perform(name: &str, starts: usize) -> Option<(Vec<u16>, String, Room)> {
    let mut room = deck(name)?;
    let mut stops = vec![room.run()];
    for _ in 0..starts {
        stops.push(room.start());
    }
    let text = room.text();
    Some((stops, text, room))
}

/// The end of a deck: it has loaded the blank trailer cards, and the machine stopped on a zero.
fn assert_at_the_trailer(room: &Room) {
    assert!(
        room.cpu.ic <= 1,
        "stopped at {:05o}, printed\n{}",
        room.cpu.ic,
        room.text()
    );
    assert_eq!(
        (room.cpu.core.peek(room.cpu.ic), room.cpu.halted),
        (0, Some(0))
    );
}

#[test]
fn main_frame_1() {
    let Some((_, text, room)) = perform("9m01b.dck", 0) else {
        return;
    };
    assert_eq!(text.trim(), "NOW PERFORMING DIAGNOSTIC 9M01");
    assert_at_the_trailer(&room);
}

#[test]
fn main_frame_2() {
    let Some((stops, text, room)) = perform("9m02a.dck", 0) else {
        return;
    };
    assert_eq!(text.trim(), "NOW PERFORMING DIAGNOSTIC 9M02");
    // It ends on HTR 2, from the numbered trailer card.
    assert_eq!((stops, room.cpu.halted), (vec![1], Some(2)));
}

#[test]
fn index_registers() {
    let Some((_, text, room)) = perform("9m03a.dck", 1) else {
        return;
    };
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "NOW RUNNING 9M03A -INDEXING TEST",
            "SETTING CONSTANTS FOR 32K CAPACITY STORAGE"
        ]
    );
    assert_at_the_trailer(&room);
}

#[test]
fn floating_point() {
    let Some((stops, text, room)) = perform("9m05b.dck", 1) else {
        return;
    };
    // The loader stops on the END card.
    assert_eq!(stops[0], 0o77772);
    assert_eq!(
        text.lines().next().map(str::trim),
        Some("NOW PERFORMING DIAGNOSTIC 9M05")
    );
    let reports: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("TEST LOC"))
        .collect();
    // The one report is of the trailer cards, when all tests are done.
    assert!(
        reports.len() == 1 && reports[0].contains("TEST LOC 06174, OPN SPACE"),
        "{text}"
    );
    assert_at_the_trailer(&room);
}

#[test]
fn compatibility_with_the_704() {
    let Some((stops, text, room)) = perform("9comb.dck", 1) else {
        return;
    };
    assert_eq!(stops[0], 0o17);
    assert_eq!(
        text.lines().next().map(str::trim),
        Some("NOW PERFORMING DIAGNOSTIC 9COM")
    );
    // The section at 02200 executes tape operations; there is no tape in this room.
    let reports: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("TEST LOC"))
        .collect();
    assert!(
        reports
            .iter()
            .all(|report| report.contains("TEST LOC 02200"))
            && reports.len() == 3,
        "{text}"
    );
    assert_at_the_trailer(&room);
}

#[test]
fn sense_switches_and_lights() {
    let Some((stops, _, _)) = perform("9swa.dck", 1) else {
        return;
    };
    assert_eq!(stops, [0o31, 0o115]);
}

#[test]
fn storage() {
    for (name, starts, expected) in [
        ("9s01la.dck", 1, vec!["NOW PERFORMING-9S01L-STORAGE TEST"]),
        ("9s02ha.dck", 1, vec!["NOW PERFORMING-9S02H-STORAGE TEST"]),
        ("9s03la.dck", 0, vec!["NOW PERFORMING-9S03L-STORAGE TEST"]),
        (
            "9s04la.dck",
            0,
            vec![
                "NOW PERFORMING-9S04L-STORAGE TEST",
                "PASS COMPLETE-9S04L-STORAGE TEST",
            ],
        ),
    ] {
        let Some((_, text, room)) = perform(name, starts) else {
            return;
        };
        assert_eq!(text.lines().map(str::trim).collect::<Vec<_>>(), expected);
        assert_at_the_trailer(&room);
    }
}
