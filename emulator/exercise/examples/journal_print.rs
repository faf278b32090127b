//! Prints the records of a site in a journal between two instants, one a line: to see what a failing
//! run did. `cargo run --release -p duplex-exercise --example journal_print -- FILE [FROM [TO]]`

use std::io::Write;

use clock::Instant;
use clock::journal::Journal;
use exercise::driver::kind;
use site::Record;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().expect("the path of a journal");
    let mut instant = |otherwise| {
        let given = arguments.next();
        given.map_or(otherwise, |text| text.parse().expect("an instant: 90s"))
    };
    let (from, to) = (instant(Instant::ZERO), instant(Instant::MAX));
    let bytes = std::fs::read(&path).expect("the journal can be read");
    let journal = Journal::open(&bytes).expect("a journal");
    let mut out = std::io::stdout().lock();
    for record in journal.records() {
        if record.kind != kind::SITE || record.at < from || record.at > to {
            continue;
        }
        let site: Record = record.read().expect("a record of a site");
        if writeln!(out, "{} {site:?}", record.at).is_err() {
            return; // The reader has gone.
        }
    }
}
