//! How fast a small site runs: virtual seconds and instructions for each second of waiting.
//!
//! Run it under `time`: nothing below the outer rooms reads the wall clock.

use clock::Instant;
use ibm7090::assembler::{SourceFile, assemble};
use site::record::Nobody;
use site::{Site, SiteDescription};

const SITE: &str = r#"(format: 1, name: "echo", machine: (programs: ["echo.fap"]),
    interchanges: [(name: "Elm Street", line: 0, address: 1, sets: 3)])"#;

fn main() {
    let seconds: u64 = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(600);
    let description: SiteDescription = ron::from_str(SITE).expect("a site");
    let (name, text) = ("echo.fap", include_str!("../tests/echo.fap"));
    let assembly = assemble(&[SourceFile { name, text }], &[]).expect("a program");
    let mut site = Site::new(&description, &assembly);
    for n in 0..seconds {
        let at = Instant((n * 1_000 + 17) * 1_000_000);
        site.enter(at, (n % 3) as u16, "HOW FAST");
    }
    site.run_until(Instant(seconds * 1_000_000_000), &mut Nobody);
    let statistics = site.statistics();
    for machine in &statistics.machines {
        println!(
            "{}: {} instructions, {} of them waiting",
            machine.machine, machine.instructions, machine.waiting_instructions
        );
    }
    println!("{} entries answered", statistics.sets.answered);
}
