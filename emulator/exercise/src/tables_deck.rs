//! The tables deck: the airline's tables as cards of assembly, put behind the control program.
//!
//! A reservation system's tables (flights, sheets, lines and their interchanges) change more often
//! than its programs, so they were punched and assembled apart. Here the host punches the deck
//! from the schedule and from the description of the site, in the same FAP columns as the
//! programs: location field in columns 1-6, operation from 8, variable field from 16.
//!
//! | table | content |
//! |---|---|
//! | FLTTAB, NFLTS | designators in ascending order as 36-bit words; a flight's ordinal is its index |
//! | PAIRTB, NPAIRS | two words a pair of cities in ascending order: the cities; first sheet in the decrement, number of sheets in the address |
//! | SHTTIM, NSHTS | minute of the first departure on each sheet |
//! | ICBASE, NLINES | sixteen words a line, one for each interchange address 1-16: number of sets in the decrement, first set in the address |
//! | PLTAB | where each line's poll list begins |
//! | NSETS | agent sets |
//!
//! The deck ends with END alone, so that the start stays the program's. A poll list has one word an interchange (`PZE` address) and ends with `PON` back to its start.
//!
//! Assumed: all of it.

use std::fmt::Write;

use crate::schedule::Schedule;

/// Interchange addresses on one line.
pub const INTERCHANGES_PER_LINE: u8 = 16;
/// Lines the line adapter can serve.
pub const LINES_MAX: u8 = 64;
/// Most agent sets: the program has a word for each (`TOUCH`), in hot mode in its slot buffers.
pub const SETS_MAX: u32 = 1500;

/// Where one interchange stands, as far as the control program must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterchangePlace {
    /// Line, from 0.
    pub line: u8,
    /// Address on the line, 1-16.
    pub address: u8,
    /// Agent sets; sets are numbered through all interchanges in the order given.
    pub sets: u16,
}

/// An interchange that cannot be put into the tables.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TablesError {
    /// Its line or address is out of range.
    #[error(
        "interchange {0}: line {1}, address {2}; expected a line below {3} and an address from 1 to 16"
    )]
    OutOfRange(usize, u8, u8, u8),
    /// Another interchange has the same line and address.
    #[error("interchange {0}: line {1}, address {2} is taken")]
    Taken(usize, u8, u8),
    /// More sets than the program has room for.
    #[error("{0} agent sets; at most {SETS_MAX}")]
    TooManySets(u32),
}

/// Number of the first set of each interchange, in the order given, and of all sets.
pub fn first_sets(interchanges: &[InterchangePlace]) -> (Vec<u32>, u32) {
    let mut next = 0;
    let first = |place: &InterchangePlace| {
        let first = next;
        next += u32::from(place.sets);
        first
    };
    let firsts = interchanges.iter().map(first).collect();
    (firsts, next)
}

/// The cards of the deck, to be assembled after the programs.
pub fn tables_deck(
    schedule: &Schedule,
    lines: u8,
    interchanges: &[InterchangePlace],
) -> Result<String, TablesError> {
    let (firsts, sets) = first_sets(interchanges);
    if sets > SETS_MAX {
        return Err(TablesError::TooManySets(sets));
    }
    let per_line = usize::from(INTERCHANGES_PER_LINE);
    let mut base = vec![(0u16, 0u32); usize::from(lines) * per_line];
    for (index, place) in interchanges.iter().enumerate() {
        let (line, address) = (place.line, place.address);
        if line >= lines || lines > LINES_MAX || !(1..=INTERCHANGES_PER_LINE).contains(&address) {
            return Err(TablesError::OutOfRange(
                index,
                line,
                address,
                lines.min(LINES_MAX),
            ));
        }
        let entry = &mut base[usize::from(line) * per_line + usize::from(address) - 1];
        if entry.0 != 0 {
            return Err(TablesError::Taken(index, line, address));
        }
        *entry = (place.sets, firsts[index]);
    }

    let mut deck = Deck::default();
    deck.remark("TABLES OF THE AIRLINE, PUNCHED FROM ITS SCHEDULE AND ITS LINES.");
    deck.remark("FLIGHTS, ASCENDING. THE ORDINAL OF A FLIGHT IS ITS INDEX HERE.");
    deck.card("NFLTS", "EQU", schedule.flights.len(), "");
    for (index, flight) in schedule.flights.iter().enumerate() {
        let label = if index == 0 { "FLTTAB" } else { "" };
        deck.card(label, "BCI", format_args!("1,{:<6}", flight.designator), "");
    }
    deck.remark("PAIRS OF CITIES, ASCENDING. FIRST SHEET, NUMBER OF SHEETS.");
    deck.card("NPAIRS", "EQU", schedule.pairs.len(), "");
    for (index, pair) in schedule.pairs.iter().enumerate() {
        let label = if index == 0 { "PAIRTB" } else { "" };
        deck.card(label, "BCI", format_args!("1,{:<6}", pair.cities), "");
        deck.card(
            "",
            "PZE",
            format_args!("{},,{}", pair.sheets, pair.first_sheet),
            "",
        );
    }
    deck.remark("SHEETS. MINUTE OF THE FIRST DEPARTURE.");
    deck.card("NSHTS", "EQU", schedule.sheets.len(), "");
    for (index, sheet) in schedule.sheets.iter().enumerate() {
        let label = if index == 0 { "SHTTIM" } else { "" };
        let first = &schedule.flights[usize::from(sheet.flights[0])];
        deck.card(label, "PZE", first.departure_minute, &first.cities());
    }
    deck.remark("SETS BY LINE AND INTERCHANGE. NUMBER OF SETS, FIRST SET.");
    deck.card("NLINES", "EQU", lines, "");
    deck.card("NSETS", "EQU", sets, "");
    for (index, (sets, first)) in base.iter().enumerate() {
        let label = if index == 0 { "ICBASE" } else { "" };
        let (line, address) = (index / per_line, index % per_line + 1);
        let remark = format!("LINE {line} INTERCHANGE {address}");
        deck.card(label, "PZE", format_args!("{first},,{sets}"), &remark);
    }
    deck.remark("POLL LISTS.");
    for line in 0..lines {
        let label = if line == 0 { "PLTAB" } else { "" };
        deck.card(label, "PZE", format_args!("POLL{line:02}"), "");
    }
    for line in 0..lines {
        let mut addresses: Vec<u8> = interchanges
            .iter()
            .filter(|place| place.line == line)
            .map(|p| p.address)
            .collect();
        addresses.sort_unstable();
        let list = format!("POLL{line:02}");
        for (index, address) in addresses.iter().enumerate() {
            deck.card(if index == 0 { &list } else { "" }, "PZE", address, "");
        }
        deck.card(
            if addresses.is_empty() { &list } else { "" },
            "PON",
            &list,
            "",
        );
    }
    deck.card("", "END", "", "");
    Ok(deck.text)
}

#[derive(Default)]
struct Deck {
    text: String,
}

impl Deck {
    fn remark(&mut self, text: &str) {
        let _ = writeln!(self.text, "*      {text}");
    }

    /// One card; a remark stands from column 40.
    fn card(
        &mut self,
        label: &str,
        operation: &str,
        operand: impl std::fmt::Display,
        remark: &str,
    ) {
        let start = self.text.len();
        let _ = write!(self.text, "{label:<6} {operation:<7} {operand}");
        if !remark.is_empty() {
            let column = self.text.len() - start;
            let blanks = 39usize.saturating_sub(column).max(1);
            let _ = write!(self.text, "{:blanks$}{remark}", "");
        }
        self.text.truncate(self.text.trim_end().len());
        self.text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use ibm7090::assembler::{SourceFile, assemble};

    use super::*;
    use crate::layout::bcd;

    const SCHEDULE: &str = include_str!("../../../sites/sabre/schedule.csv");

    #[test]
    fn the_whole_deck_assembles_and_its_tables_are_in_order() {
        let schedule = Schedule::read("schedule.csv", SCHEDULE).expect("the site's schedule");
        let places: Vec<InterchangePlace> = (0..110)
            .map(|n| InterchangePlace {
                line: n % 9,
                address: n / 9 + 1,
                sets: 10,
            })
            .collect();
        let deck = tables_deck(&schedule, 9, &places).expect("a deck");
        let program = SourceFile {
            name: "program",
            text: "       ORG    64\n       END    64\n",
        };
        let tables = SourceFile {
            name: "tables",
            text: &deck,
        };
        let assembly = assemble(&[program, tables], &[]).expect("the deck assembles");
        let symbol = |name: &str| assembly.symbols[name];
        let word = |table: &str, index: usize| {
            let location = symbol(table) + index as i64;
            let found = assembly
                .words
                .binary_search_by_key(&location, |w| i64::from(w.0));
            assembly.words[found.expect("a word of the table")].1
        };
        assert_eq!(assembly.start, Some(64));
        assert_eq!(
            (symbol("NFLTS"), symbol("NPAIRS"), symbol("NSHTS")),
            (923, 180, 222)
        );
        assert_eq!((symbol("NSETS"), symbol("NLINES")), (1_100, 9));
        for index in 1..923 {
            assert!(word("FLTTAB", index - 1) < word("FLTTAB", index));
        }
        let flight = schedule.flight("AA1").expect("AA1 flies");
        assert_eq!(word("FLTTAB", usize::from(flight)), bcd("AA1"));
        for index in 1..180 {
            assert!(word("PAIRTB", 2 * index - 2) < word("PAIRTB", 2 * index));
        }
        let pair = schedule
            .pairs
            .iter()
            .position(|p| p.cities == "IDLLAX")
            .expect("a pair");
        let sheets = word("PAIRTB", 2 * pair + 1);
        assert_eq!(word::decrement(sheets), schedule.pairs[pair].first_sheet);
        assert_eq!(word::address(sheets), 4, "32 departures");
        // Line 1, address 2 is interchange 10, the eleventh.
        assert_eq!(word("ICBASE", 17), word::from_fields(0, 10, 0, 100));
        let list = word::address(word("PLTAB", 8));
        let at = |n: u16| {
            let found = assembly.words.binary_search_by_key(&(list + n), |w| w.0);
            assembly.words[found.expect("a poll list")].1
        };
        assert_eq!((at(0), at(11)), (1, 12));
        assert_eq!(at(12), word::from_fields(1, 0, 0, list));
    }

    #[test]
    fn places_that_cannot_be_are_refused() {
        let text = format!(
            "{}\nAA1,LGA,LAX,0900,1130,2475,Boeing 707-123,44,68\n",
            SCHEDULE.lines().nth(3).expect("names")
        );
        let schedule = Schedule::read("tiny.csv", &text).expect("one flight");
        let place = |line, address| InterchangePlace {
            line,
            address,
            sets: 1,
        };
        let deck = |places: &[InterchangePlace]| tables_deck(&schedule, 1, places);
        assert!(deck(&[place(0, 16)]).is_ok());
        assert_eq!(
            deck(&[place(1, 1)]),
            Err(TablesError::OutOfRange(0, 1, 1, 1))
        );
        assert_eq!(
            deck(&[place(0, 17)]),
            Err(TablesError::OutOfRange(0, 0, 17, 1))
        );
        assert_eq!(
            deck(&[place(0, 2), place(0, 2)]),
            Err(TablesError::Taken(1, 0, 2))
        );
    }
}
