//! How fast a direction center runs: `cargo run --release -p duplex-site --example center_speed --
//! SITE.ron AIRCRAFT SECONDS`.

use std::time::Instant as Watch;

use clock::{Instant, Span, Stream};
use fsq7::assembler::{SourceFile, assemble};
use site::center::air::{Flight, Kind, Leg};
use site::center::{Center, CenterDescription};
use site::record::Nobody;
use site::source::{SourceMap, beside, read, render};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, aircraft, seconds] = &arguments[..] else {
        panic!("SITE.ron AIRCRAFT SECONDS");
    };
    let text = std::fs::read(path).expect("the site file");
    let mut map = SourceMap::new();
    map.insert(path.as_str(), text);
    let description: CenterDescription =
        read(&map, path).unwrap_or_else(|m| panic!("{}", render(&m, &map)));
    let programs = description.machine.programs.iter();
    let mut texts: Vec<(String, String)> = programs
        .map(|name| {
            let text = std::fs::read_to_string(beside(path, name)).expect("a program");
            (name.clone(), text)
        })
        .collect();
    texts.insert(1, ("site data".into(), description.data_deck()));
    let files: Vec<SourceFile> = texts
        .iter()
        .map(|(name, text)| SourceFile { name, text })
        .collect();
    let deck = assemble(&files, &[]).unwrap_or_else(|m| panic!("{}", m[0]));
    let mut chance = Stream::new(1, "aircraft");
    let flights = (0..aircraft.parse::<u64>().expect("a number")).map(|n| {
        let mut leg = || Leg {
            x: -200.0 + 400.0 * chance.unit(),
            y: -150.0 + 300.0 * chance.unit(),
            altitude_ft: 5_000.0 + 30_000.0 * chance.unit(),
            speed_kn: 400.0,
        };
        Flight {
            name: format!("AIR {n}"),
            kind: Kind::Civil,
            enters: Instant::ZERO,
            legs: (0..40).map(|_| leg()).collect(),
            code: Some(0o2100),
            simulated: false,
            jams: vec![],
        }
    });
    let mut center = Center::new(&description, &deck, flights.collect(), 1);
    let seconds: u64 = seconds.parse().expect("a number");
    let watch = Watch::now();
    for second in 1..=seconds {
        center.run_until(Instant::ZERO + Span::from_secs(second), &mut Nobody);
    }
    let wall = watch.elapsed().as_secs_f64();
    println!(
        "{aircraft} aircraft, {seconds} s in {wall:.2} s: {:.0} times real time",
        seconds as f64 / wall
    );
    for machine in center.statistics().machines {
        println!(
            "machine {}: {} instructions, busy {:.1} %",
            machine.machine,
            machine.instructions,
            100.0 * machine.busy_share
        );
    }
}
