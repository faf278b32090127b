//! How many messages a second: a primary with a backup, and clients that ask and wait.
//!
//! ```text
//! client --request--> primary --copy--> backup
//!        <---reply---         <-stored-
//! ```
//!
//! Four messages a round, each on a link of 10 ms. Ours and nexosim's run in turn, several rounds;
//! what is told is the median of each, in messages delivered for each second of processor time of
//! this process, and the median of the rounds' ratios.
//!
//! `cargo run --release -- [ROUNDS] [MILLIONS OF MESSAGES A ROUND]`

mod ours;
mod theirs;

use clock::Span;
use cpu_time::ProcessTime;

/// Of every link.
pub const LINK_DELAY: Span = Span::from_millis(10);

/// What a run did.
pub struct Outcome {
    /// Messages delivered.
    pub delivered: u64,
    /// What else can be said.
    pub note: String,
}

/// Messages a second of processor time.
fn measure(run: fn(u16, Span) -> Outcome, clients: u16, time: Span) -> (f64, String) {
    let begin = ProcessTime::now();
    let outcome = run(clients, time);
    let seconds = begin.elapsed().as_secs_f64();
    (outcome.delivered as f64 / seconds, outcome.note)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| {
        let number = text.parse::<u64>();
        number.unwrap_or_else(|_| panic!("`{text}` is no number: [ROUNDS] [MILLIONS OF MESSAGES]"))
    });
    let rounds = arguments.next().unwrap_or(9);
    let millions = arguments.next().unwrap_or(5);
    for clients in [16u16, 256] {
        // Each client has four messages delivered in 40 ms.
        let time = Span(millions * 1_000_000 * 10_000_000 / u64::from(clients));
        println!("{clients} clients, {time} of virtual time, {rounds} rounds in turn:");
        let (mut our, mut their, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..rounds {
            let (ours, note) = measure(ours::run, clients, time);
            let (theirs, _) = measure(theirs::run, clients, time);
            if round == 0 {
                println!("  ours: {note}");
            }
            println!(
                "  round {}: {:.2} M/s, nexosim {:.2} M/s",
                round + 1,
                ours / 1e6,
                theirs / 1e6
            );
            ratios.push(ours / theirs);
            our.push(ours);
            their.push(theirs);
        }
        println!(
            "  median: {:.2} M messages per CPU second, nexosim 1.0 {:.2} M, ratio {:.2}",
            median(our) / 1e6,
            median(their) / 1e6,
            median(ratios)
        );
    }
}
