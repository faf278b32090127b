//! What the table of cases cannot say: conditions that arise between two instructions, stops that
//! traps end, the clock, and a processor saved and restored in the middle of it all.

use ibm7090::cpu::{CONDITION_COMMAND, Cpu, Exit};
use ibm7090::operation::find;

fn op(mnemonic: &str, address: u64) -> u64 {
    u64::from(find(mnemonic).expect("a mnemonic of the table").code) << 24 | address
}

/// A processor at 100 with channel A's traps enabled and a handler at 300.
fn enabled(program: &[u64]) -> Cpu {
    let mut cpu = Cpu::new();
    for (offset, &word) in program.iter().enumerate() {
        cpu.core.write(0o100 + offset as u16, word);
    }
    cpu.core.write(0o13, op("TTR", 0o300));
    cpu.enabled = 1;
    cpu.go(0o100);
    cpu
}

fn step(cpu: &mut Cpu) -> Exit {
    cpu.stop_before_instruction = Some(cpu.instructions + 1);
    let exit = cpu.run(cpu.cycles + 100);
    cpu.stop_before_instruction = None;
    exit
}

#[test]
fn no_trap_between_xec_and_its_object() {
    let mut cpu = enabled(&[op("XEC", 0o200), 0]);
    cpu.core.write(0o200, op("NOP", 0));
    step(&mut cpu);
    cpu.raise(0, CONDITION_COMMAND);
    step(&mut cpu);
    assert_eq!((cpu.ic, cpu.core.peek(0o12)), (0o101, 0));
    step(&mut cpu);
    assert_eq!((cpu.ic, cpu.core.peek(0o12)), (0o300, 0o000001000101));
}

#[test]
fn no_trap_between_a_select_and_the_next_instruction() {
    let mut cpu = enabled(&[op("RDS", 0o1221), op("RCHA", 0o200), op("NOP", 0)]);
    assert!(matches!(step(&mut cpu), Exit::Io(_)));
    cpu.raise(0, CONDITION_COMMAND);
    assert!(matches!(step(&mut cpu), Exit::Io(_)));
    assert_eq!((cpu.ic, cpu.core.peek(0o12)), (0o102, 0));
    step(&mut cpu);
    assert_eq!((cpu.ic, cpu.core.peek(0o12)), (0o300, 0o000001000102));
}

#[test]
fn a_trap_ends_a_stop() {
    // HTR: its own location is saved, so that going back stops again. HPR: the next.
    for (stop, saved) in [("HTR", 0o100), ("HPR", 0o101)] {
        let mut cpu = enabled(&[op(stop, 0o110)]);
        assert_eq!(cpu.run(1000), Exit::Halted);
        let stopped_at = cpu.cycles;
        assert_eq!((cpu.run(1000), cpu.cycles), (Exit::Halted, stopped_at));
        cpu.raise(0, CONDITION_COMMAND);
        step(&mut cpu);
        assert_eq!(
            (cpu.ic, cpu.core.peek(0o12), cpu.halted),
            (0o300, 1 << 18 | saved, None)
        );
    }
    let mut cpu = enabled(&[op("HTR", 0o110)]);
    cpu.run(1000);
    cpu.start();
    assert_eq!((cpu.ic, cpu.halted), (0o110, None));
}

#[test]
fn the_clock_counts_and_runs_over() {
    let mut cpu = Cpu::new();
    cpu.core.write(5, 0o777777777776);
    cpu.tick();
    assert_eq!(
        (cpu.core.peek(5), cpu.clock_condition),
        (0o777777777777, false)
    );
    cpu.tick();
    assert_eq!(
        (cpu.core.peek(5), cpu.clock_condition),
        (0o400000000000, true)
    );
}

#[test]
fn bad_parity_leaves_everything_before_the_instruction() {
    let mut cpu = enabled(&[op("CLA", 0o200) | 0o60 << 18, op("NOP", 0)]);
    cpu.core.write(0o200, 0o201);
    cpu.core.flip(0o201, 4);
    let before = (cpu.ic, cpu.cycles, cpu.instructions, cpu.ac);
    assert_eq!(step(&mut cpu), Exit::Parity(0o201));
    assert_eq!((cpu.ic, cpu.cycles, cpu.instructions, cpu.ac), before);
    cpu.core.write(0o201, 7);
    assert_eq!((step(&mut cpu), cpu.ac), (Exit::StoppedByCount, 7));
    cpu.core.flip(0o101, 0);
    assert_eq!(step(&mut cpu), Exit::Parity(0o101));
}

#[test]
fn horizons_do_not_change_a_run() {
    // Whole instructions only: one that begins before the horizon is finished.
    let mut cpu = enabled(&[
        op("CAS", 0o200),
        op("TRA", 0o100),
        op("TRA", 0o100),
        op("TRA", 0o100),
    ]);
    assert_eq!(
        (cpu.run(1), cpu.cycles, cpu.instructions),
        (Exit::Horizon, 3, 1)
    );
    assert_eq!((cpu.run(3), cpu.cycles), (Exit::Horizon, 3));
}

#[test]
fn a_processor_is_plain_data() {
    let mut cpu = enabled(&[op("ENB", 0o200), op("XEC", 0o201), op("TRA", 0o101)]);
    cpu.core.write(0o200, 0o000377400377);
    cpu.core.write(0o201, op("NOP", 0));
    cpu.core.flip(0o203, 3);
    for until in 1..40 {
        cpu.run(until);
        let bytes = postcard::to_stdvec(&cpu).unwrap();
        let mut restored: Cpu = postcard::from_bytes(&bytes).unwrap();
        assert!(restored == cpu, "at {until} cycles");
        assert!(restored.core.is_bad(0o203));
        // And it goes on alike.
        let mut original = cpu.clone();
        assert_eq!(restored.run(until + 50), original.run(until + 50));
        assert!(restored == original, "after {until} cycles");
    }
}

#[test]
fn a_damaged_snapshot_is_refused() {
    let cpu = Cpu::new();
    let bytes = postcard::to_stdvec(&cpu).unwrap();
    assert!(postcard::from_bytes::<Cpu>(&bytes[..100]).is_err());
}
