//! How many instructions a second the two processors run on this host, in one run: an index loop, a
//! table search, mixed code with stores, and the arithmetic each was proud of (floating point on the
//! 7090; coordinates, two at a time, on the AN/FSQ-7).
//!
//! `cargo run --release -p tests --example processor_speed`. The same kind of loop stands in one row;
//! the ratio is AN/FSQ-7 to 7090. Each program runs five times, the machines by turns, and the best
//! of five counts. Seconds are those of the processor where the host tells them (Linux), so that
//! others who use it matter less; elsewhere those of the clock on the wall.

use std::time::Instant;

use fsq7::central::Central;
use ibm7090::cpu::{Cpu, Exit};

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

/// Millions of instructions in a second, of a program that never ends.
fn run_7090(program: &str) -> f64 {
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
    cpu.instructions as f64 / seconds / 1e6
}

fn run_fsq7(program: &str) -> f64 {
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
    machine.instructions as f64 / seconds / 1e6
}

fn main() {
    println!("million instructions/s   IBM 7090   AN/FSQ-7   ratio");
    for (name, first, second) in PROGRAMS {
        let (mut best_7090, mut best_fsq7) = (0f64, 0f64);
        for _ in 0..5 {
            best_7090 = best_7090.max(run_7090(first));
            best_fsq7 = best_fsq7.max(run_fsq7(second));
        }
        let ratio = best_fsq7 / best_7090;
        println!("{name:<22} {best_7090:>10.1} {best_fsq7:>10.1} {ratio:>7.2}");
    }
}
