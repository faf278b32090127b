//! How fast the calendar and the journal are on this host.
//!
//! `cargo run --release -p duplex-clock --example calendar_speed`

use clock::journal::JournalWriter;
use clock::{Calendar, Instant, Span, Stream};

fn main() {
    let mut draw = Stream::new(1, "speed");
    let delays: Vec<Span> = (0..4096).map(|_| Span(draw.below(1_000_000))).collect();
    let mut calendar = Calendar::new();
    for n in 0..1000u32 {
        calendar.schedule(Instant(draw.below(1_000_000)), n % 40, [n; 4]);
    }
    let rounds = 20_000_000u32;
    let begin = std::time::Instant::now();
    for n in 0..rounds {
        let (at, station, event) = calendar.pop().expect("an event is pending");
        calendar.schedule(at + delays[n as usize % 4096], station, event);
    }
    let seconds = begin.elapsed().as_secs_f64();
    println!(
        "calendar, 1,000 pending: {:.1} M schedule+pop/s",
        f64::from(rounds) / seconds / 1e6
    );

    let begin = std::time::Instant::now();
    let mut journal = JournalWriter::new(Vec::new(), b"").expect("memory takes all");
    for n in 0..10_000_000u64 {
        journal.append(Instant(n * 1000), (n % 7) as u8, &(n as u32, "A12"));
    }
    let (digest, bytes) = journal.finish().expect("memory takes all");
    println!(
        "journal, 10 M records of {} bytes: {:.2} s ({})",
        bytes.len() / 10_000_000,
        begin.elapsed().as_secs_f64(),
        &digest[..8]
    );
}
