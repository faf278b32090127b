//! How many instructions a second the two processors run on this host, in one run: an index loop, a
//! table search, mixed code with stores, and the arithmetic each was proud of (floating point on the
//! 7090; coordinates, two at a time, on the AN/FSQ-7).
//!
//! `cargo run --release -p tests --example processor_speed`. The same kind of loop stands in one row;
//! the ratio is AN/FSQ-7 to 7090. Each program runs five times, the machines by turns, and the best
//! of five counts. Seconds are those of the processor where the host tells them (Linux), so that
//! others who use it matter less; elsewhere those of the clock on the wall. Behind them
//! how many times as fast as the real machine that is.
//!
//! Then whole exercises on one core, in times of real time: `run` without its report.

use std::time::Instant;

use clock::journal::JournalWriter;
use exercise::driver::Options;
use exercise::inputs::load_script;
use exercise::script::Equipment;
use exercise::world::{self, Planned, World};
use exercise::{air, driver};
use fsq7::central::{Central, PULSE_NS};
use ibm7090::cpu::{CYCLE_NS, Cpu, Exit};
use site::source::{SourceMap, render};
use tests::planting;

/// Name, program of the 7090, program of the AN/FSQ-7.
const PROGRAMS: [(&str, &str, &str); 4] = [
    (
        "index loop",
        "\
START  AXT     28672,1
       TIX     *,1,1
       TRA     START",
        "\
START  XIN     28672,1
       BPX     *,1,1
       BPX     START",
    ),
    (
        "table search",
        "\
START  AXT     1000,1
LOOP   CLA     KEY
       CAS     TABLE+1000,1
       TRA     *+2
       TRA     *+2
       TIX     LOOP,1,1
       TRA     START",
        "\
START  XIN     999,1
LOOP   CAD     KEY
       CMF     TABLE,1
       BPX     *+2
       BPX     LOOP,1,1
       BPX     START",
    ),
    (
        "mixed",
        "\
START  AXT     100,1
LOOP   CLA     TABLE,1
       ADD     KEY
       ALS     2
       ANA     MASK
       SLW     RESULT,1
       LDQ     KEY
       TZE     *+1
       STA     WORD
       TSX     SUB,4
       TIX     LOOP,1,1
       TRA     START
SUB    PXA     0,1
       CAL     WORD
       ERA     MASK
       LGR     7
       TRA     1,4",
        "\
START  XIN     100,1
LOOP   CAD     TABLE,1
       ADD     KEY
       DSL     2
       ETR     MASK
       FST     RESULT,1
       LDB     KEY
       BFZ     *+1
       RST     WORD
       BPX     SUB
       BPX     LOOP,1,1
       BPX     START
SUB    STA     EXIT
       CAD     WORD
       DEP     MASK
       DCL     7
EXIT   BPX     0",
    ),
    (
        "arithmetic",
        "\
START  AXT     1000,1
LOOP   FAD     ONE
       LDQ     ONE
       FMP     ONE
       TIX     LOOP,1,1
       TRA     START",
        "\
START  XIN     1000,1
LOOP   ADD     KEY
       TMU     ONE
       SLR     1
       BPX     LOOP,1,1
       BPX     START",
    ),
];

const DATA_7090: &str = "
KEY    DEC     7
MASK   OCT     777777
WORD   BSS     1
ONE    OCT     200777000000
       DUP     1,1101
TABLE  DEC     5
RESULT BSS     200
       END     START
";

const DATA_FSQ7: &str = "
KEY    HALF    7,-7
MASK   OCT     077777,077777
WORD   BSS     1
ONE    HALF    .5,0
       DUP     1,1101
TABLE  HALF    5,-5
RESULT BSS     200
       END     START
";

/// A moment from which seconds are counted.
struct Watch {
    wall: Instant,
    processor: Option<u64>,
}

impl Watch {
    fn start() -> Watch {
        Watch {
            wall: Instant::now(),
            processor: processor_ns(),
        }
    }

    fn seconds(&self) -> f64 {
        match (self.processor, processor_ns()) {
            (Some(begin), Some(end)) => (end - begin) as f64 / 1e9,
            _ => self.wall.elapsed().as_secs_f64(),
        }
    }
}

/// Time this thread has had on a processor, where the host tells it.
fn processor_ns() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// Millions of instructions in a second of a program that never ends, and times real time.
fn run_7090(program: &str) -> (f64, f64) {
    let text = format!("       ORG     64\n{program}{DATA_7090}");
    let file = ibm7090::assembler::SourceFile {
        name: "program",
        text: &text,
    };
    let deck = ibm7090::assembler::assemble(&[file], &[]).expect("a program");
    let mut cpu = Cpu::new();
    for (location, word) in &deck.words {
        cpu.core.write(*location, *word);
    }
    cpu.go(deck.start.expect("a start"));
    let watch = Watch::start();
    let exit = cpu.run(200_000_000);
    let seconds = watch.seconds();
    assert_eq!(exit, Exit::Horizon, "stopped at {:05o}", cpu.ic);
    assert_eq!(cpu.waiting_instructions, 0, "it only waits");
    let real = (cpu.cycles * CYCLE_NS) as f64 / 1e9;
    (cpu.instructions as f64 / seconds / 1e6, real / seconds)
}

fn run_fsq7(program: &str) -> (f64, f64) {
    let text = format!("       ORG     64\n{program}{DATA_FSQ7}");
    let file = fsq7::assembler::SourceFile {
        name: "program",
        text: &text,
    };
    let deck = fsq7::assembler::assemble(&[file], &[]).expect("a program");
    let mut machine = Central::default();
    for (location, word) in &deck.words {
        machine.memory.deposit(*location, *word);
    }
    machine.go(deck.start.expect("a start"));
    let watch = Watch::start();
    let exit = machine.run(1_200_000_000);
    let seconds = watch.seconds();
    assert_eq!(exit, fsq7::central::Exit::Horizon, "{:06o}", machine.pc);
    assert_eq!(machine.waiting_instructions, 0, "it only waits");
    let real = (machine.pulses * PULSE_NS) as f64 / 1e9;
    (machine.instructions as f64 / seconds / 1e6, real / seconds)
}

/// Exercises, with their sites.
const EXERCISES: [(&str, &str); 2] = [
    ("sites/sabre/site.ron", "scripts/both-modes.ron"),
    ("sites/sage-boston/site.ron", "scripts/sky-shield-hour.ron"),
];

/// Runs a plan; virtual seconds, and seconds of the processor.
fn run<P: Planned>(plan: &P) -> (f64, f64) {
    let mut run = plan.begin().expect("it begins");
    let mut journal = JournalWriter::digest_only();
    let watch = Watch::start();
    world::finish(plan, &mut run, &mut journal, &mut (), &mut |_| {});
    (run.now().as_seconds_f64(), watch.seconds())
}

fn exercise(site: &str, path: &str) -> (f64, f64) {
    let mut map = SourceMap::new();
    map.insert(
        path,
        planting::read(&planting::folder().join("../..").join(path)),
    );
    let options = Options {
        seed: 1,
        cut: None,
        keep_entries: false,
    };
    let script = |equipment: Equipment| {
        let script = load_script(&map, path, Some(&equipment));
        script.unwrap_or_else(|found| panic!("{}", render(&found, &map)))
    };
    match site.contains("sage") {
        true => {
            let inputs = planting::center(site, None);
            let script = script(Equipment::from(&inputs.description));
            run(&air::Plan::new(inputs, script, Vec::new(), options).expect("a plan"))
        }
        false => {
            let inputs = planting::site(site, None);
            let script = script(Equipment::from(&inputs.description));
            run(&driver::Plan::new(inputs, script, Vec::new(), options).expect("a plan"))
        }
    }
}

fn main() {
    println!("million instructions/s   IBM 7090   AN/FSQ-7   ratio");
    for (name, first, second) in PROGRAMS {
        let (mut best_7090, mut best_fsq7) = ((0f64, 0f64), (0f64, 0f64));
        let better = |a: (f64, f64), b: (f64, f64)| if b.0 > a.0 { b } else { a };
        for _ in 0..5 {
            best_7090 = better(best_7090, run_7090(first));
            best_fsq7 = better(best_fsq7, run_fsq7(second));
        }
        println!(
            "{name:<22} {:>10.1} {:>10.1} {:>7.2}   {:.0} and {:.0} times real time",
            best_7090.0,
            best_fsq7.0,
            best_fsq7.0 / best_7090.0,
            best_7090.1,
            best_fsq7.1
        );
    }
    for (site, script) in EXERCISES {
        let (virtual_s, processor_s) = exercise(site, script);
        println!(
            "{script}: {virtual_s:.0} s in {processor_s:.2} s of one core, {:.0} times real time",
            virtual_s / processor_s
        );
    }
}
