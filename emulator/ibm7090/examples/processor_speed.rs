//! How many instructions a second the processor runs on this host: a table search, an index
//! loop, floating point, and mixed code with stores. `cargo run --release -p duplex-ibm7090 --example processor_speed`.

use ibm7090::cpu::{Cpu, Exit};
use ibm7090::operation::{Format, find};
use std::time::Instant;

fn op(mnemonic: &str, address: u64, tag: u64, decrement: u64) -> u64 {
    let row = find(mnemonic).expect("a mnemonic of the table");
    let base = match row.format {
        Format::E { address, .. } | Format::Select { address, .. } => u64::from(address),
        _ => 0,
    };
    u64::from(row.code) << 24 | decrement << 18 | tag << 15 | (address + base)
}

fn main() {
    let index = vec![
        op("AXT", 0o70000, 1, 0),
        op("TIX", 0o101, 1, 1),
        op("TRA", 0o100, 0, 0),
    ];
    let search = vec![
        op("AXT", 1000, 1, 0),
        op("CLA", 0o306, 0, 0),
        op("CAS", 0o3750, 1, 0),
        op("TRA", 0o105, 0, 0),
        op("TRA", 0o107, 0, 0),
        op("TIX", 0o102, 1, 1),
        op("TRA", 0o100, 0, 0),
        op("HTR", 0, 0, 0),
    ];
    let mixed = vec![
        op("AXT", 100, 1, 0),
        op("CLA", 0o1000, 1, 0),
        op("ADD", 0o300, 0, 0),
        op("ALS", 2, 0, 0),
        op("ANA", 0o301, 0, 0),
        op("SLW", 0o2000, 1, 0),
        op("LDQ", 0o302, 0, 0),
        op("TZE", 0o111, 0, 0),
        op("STA", 0o303, 0, 0),
        op("TSX", 0o120, 4, 0),
        op("TIX", 0o101, 1, 1),
        op("TRA", 0o100, 0, 0),
        0,
        0,
        0,
        0,
        op("PXA", 0, 1, 0),
        op("CAL", 0o303, 0, 0),
        op("ERA", 0o304, 0, 0),
        op("LGR", 7, 0, 0),
        op("TRA", 1, 4, 0),
    ];
    let float = vec![
        op("AXT", 1000, 1, 0),
        op("FAD", 0o305, 0, 0),
        op("LDQ", 0o305, 0, 0),
        op("FMP", 0o306, 0, 0),
        op("TIX", 0o101, 1, 1),
        op("TRA", 0o100, 0, 0),
    ];
    for (name, program) in [
        ("index loop", index),
        ("table search", search),
        ("mixed", mixed),
        ("floating", float),
    ] {
        let mut cpu = Cpu::new();
        for (offset, &word) in program.iter().enumerate() {
            cpu.core.write(0o100 + offset as u16, word);
        }
        for location in 0..2000 {
            cpu.core.write(0o2000 + location, 5 + u64::from(location));
        }
        for (location, word) in [
            (0o300, 7),
            (0o301, 0o777777),
            (0o302, 5),
            (0o304, 0o1234),
            (0o305, 0o201400000000),
            (0o306, 0o200777000000),
        ] {
            cpu.core.write(location, word);
        }
        cpu.go(0o100);
        let start = Instant::now();
        let exit = cpu.run(200_000_000);
        let seconds = start.elapsed().as_secs_f64();
        assert_eq!(exit, Exit::Horizon, "{name} stopped at {:05o}", cpu.ic);
        assert_eq!(cpu.waiting_instructions, 0, "{name} only waits");
        println!(
            "{name:14} {:6.1} million instructions/s",
            cpu.instructions as f64 / seconds / 1e6
        );
    }
}
