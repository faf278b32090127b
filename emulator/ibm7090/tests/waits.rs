//! Skipping loops that only wait changes nothing but the host's time.
//!
//! Small random programs full of backward transfers run beside a random world outside (channels
//! going busy and idle, trap conditions, the clock, stolen cycles, switches, stores). The machine
//! that skips, the one that executes every pass, and one stopped after every instruction must end
//! in the same state, to the last counter.

use ibm7090::cpu::{Cpu, Exit};
use ibm7090::operation::{Format, find};
use proptest::prelude::*;

fn op(mnemonic: &str, address: u16, tag: u8, decrement: u16) -> u64 {
    let row = find(mnemonic).expect("a mnemonic of the table");
    let base = match row.format {
        Format::E { address, .. } | Format::Select { address, .. } => address,
        _ => 0,
    };
    u64::from(row.code) << 24
        | u64::from(decrement) << 18
        | u64::from(tag) << 15
        | u64::from(base + address)
}

const START: u16 = 0o100;
const LENGTH: u16 = 8;

/// One instruction: mostly polls, tests and transfers within the program.
fn instruction() -> impl Strategy<Value = u64> {
    let target = START..START + LENGTH;
    let data = 0o300..0o304u16;
    prop_oneof![
        6 => (prop::sample::select(vec!["TRA", "TZE", "TNZ", "TOV", "TQP", "TCOA", "TCNA", "TCOB", "TEFA", "TRCA", "TTR", "TMI"]), target.clone())
            .prop_map(|(name, y)| op(name, y, 0, 0)),
        2 => (prop::sample::select(vec!["TIX", "TXI", "TNX", "TXH", "TXL"]), target.clone(), 0..4u8, 0..3u16)
            .prop_map(|(name, y, tag, decrement)| op(name, y, tag, decrement)),
        1 => (target, 0..4u8).prop_map(|(y, tag)| op("TSX", y, tag, 0)),
        1 => (0..3u8).prop_map(|tag| op("TRA", 1, tag, 0)),
        3 => (prop::sample::select(vec!["CLA", "LDQ", "ADD", "CAS", "ZET", "NZT", "LDI", "OFT", "XEC", "ORA", "ANA"]), data.clone())
            .prop_map(|(name, y)| op(name, y, 0, 0)),
        2 => prop::sample::select(vec!["NOP", "CHS", "COM", "CLM", "LBT", "PBT", "DCT", "IOT", "RCT", "BTTA", "ETTA", "ENK", "SLF", "ETM", "LTM", "STR"])
            .prop_map(|name| op(name, 0, 0, 0)),
        2 => (prop::sample::select(vec!["SWT", "SLN", "SLT"]), 1..4u16).prop_map(|(name, n)| op(name, n, 0, 0)),
        1 => (1..40u16).prop_map(|n| op("ALS", n, 0, 0)),
        1 => (prop::sample::select(vec!["STO", "STZ", "SXA"]), data.clone()).prop_map(|(name, y)| op(name, y, 1, 0)),
        1 => data.prop_map(|y| op("ENB", y, 0, 0)),
        1 => prop::sample::select(vec!["RCHA", "RDCA", "RTBA"]).prop_map(|name| op(name, 2, 0, 0)),
    ]
}

/// Something from outside between two calls of `run`.
#[derive(Clone, Copy, Debug)]
enum Event {
    Nothing,
    Busy(u8),
    Raise(u8, u8),
    Tick,
    Steal(u64),
    Switches(u8),
    Store(u16, u64),
    TapeEnd(u8),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Event::Nothing),
        (0..2u8).prop_map(Event::Busy),
        (0..2u8, 1..8u8).prop_map(|(channel, flag)| Event::Raise(channel, flag)),
        Just(Event::Tick),
        (0..5u64).prop_map(Event::Steal),
        (0..8u8).prop_map(Event::Switches),
        (0o300..0o304u16, 0..4u64).prop_map(|(y, word)| Event::Store(y, word)),
        (0..2u8).prop_map(Event::TapeEnd),
    ]
}

fn apply(cpu: &mut Cpu, event: Event) {
    match event {
        Event::Nothing => {}
        Event::Busy(channels) => cpu.channel_busy = channels,
        Event::Raise(channel, flag) => cpu.raise(channel, flag),
        Event::Tick => cpu.tick(),
        Event::Steal(cycles) => cpu.steal(cycles),
        Event::Switches(switches) => cpu.panel.sense_switches = switches,
        Event::Store(y, word) => cpu.core.write(y, word),
        Event::TapeEnd(channels) => cpu.end_of_tape = channels,
    }
}

/// Runs to `until`, answering stops so that something always happens next.
fn advance(cpu: &mut Cpu, until: u64, slice: u64) {
    while cpu.cycles < until {
        match cpu.run(until.min(cpu.cycles.saturating_add(slice))) {
            Exit::Halted => {
                cpu.start();
                cpu.cycles += 2;
            }
            Exit::Stalled { channel } => cpu.channel_busy &= !(1 << channel),
            Exit::StoppedByCount => return,
            _ => {}
        }
    }
}

fn machine(program: &[u64], data: &[u64]) -> Cpu {
    let mut cpu = Cpu::new();
    for (words, start) in [(program, START), (data, 0o300)] {
        for (offset, &word) in words.iter().enumerate() {
            cpu.core.write(start + offset as u16, word);
        }
    }
    // Traps come back where they left; the program's end goes to its beginning.
    cpu.core.write(0o13, op("TTR", 0o70, 0, 0));
    cpu.core.write(0o15, op("TTR", 0o72, 0, 0));
    cpu.core.write(0o7, op("TTR", 0o74, 0, 0));
    for (location, save) in [(0o70, 0o12), (0o72, 0o14), (0o74, 0o6)] {
        cpu.core.write(location, op("RCT", 0, 0, 0));
        cpu.core
            .write(location + 1, op("TRA", save, 0, 0) | 0o60 << 18);
    }
    for offset in 0..4 {
        cpu.core
            .write(START + LENGTH + offset, op("TRA", START, 0, 0));
    }
    cpu.go(START);
    cpu
}

/// A machine without its core, for messages.
fn shown(cpu: &Cpu) -> String {
    let text = format!("{cpu:?}");
    let cells = text.find('[').unwrap_or(0)..text.find(']').unwrap_or(0);
    format!("{}{}", &text[..cells.start], &text[cells.end..])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn skipping_changes_nothing(
        program in prop::collection::vec(instruction(), LENGTH as usize),
        data in prop::collection::vec(prop_oneof![0..4u64, Just(0o400000000001u64), Just(0o000001000001)], 4),
        world in prop::collection::vec((prop_oneof![1..6u64, 1..400u64], event()), 1..24),
        stop in prop::option::of(1..1500u64),
    ) {
        let mut skipping = machine(&program, &data);
        skipping.stop_before_instruction = stop;
        let mut executing = skipping.clone();
        executing.skip_waits = false;
        let mut stepping = executing.clone();
        let mut until = 0;
        for &(span, event) in &world {
            until += span;
            advance(&mut skipping, until, u64::MAX);
            advance(&mut executing, until, u64::MAX);
            advance(&mut stepping, until, 1);
            executing.skip_waits = true;
            prop_assert!(skipping == executing, "{}\n{}", shown(&skipping), shown(&executing));
            executing.skip_waits = false;
            prop_assert_eq!(skipping.cycles, stepping.cycles);
            prop_assert_eq!(skipping.instructions, stepping.instructions);
            prop_assert_eq!(skipping.waiting_instructions, stepping.waiting_instructions);
            prop_assert_eq!(skipping.waiting_cycles, stepping.waiting_cycles);
            prop_assert_eq!(
                (skipping.ac, skipping.mq, skipping.xr, skipping.ic, skipping.core.stores()),
                (stepping.ac, stepping.mq, stepping.xr, stepping.ic, stepping.core.stores())
            );
            if skipping.is_waiting() && stop.is_none() {
                // What the claim means: left alone, it stores nothing and asks for nothing.
                let mut alone = skipping.clone();
                alone.skip_waits = false;
                prop_assert_eq!(alone.run(until + 3000), Exit::Horizon);
                prop_assert_eq!(alone.core.stores(), skipping.core.stores());
            }
            for cpu in [&mut skipping, &mut executing, &mut stepping] {
                apply(cpu, event);
            }
        }
    }
}

/// A loop on one instruction, one with a subroutine, and one that counts and so is no wait.
#[test]
fn what_is_a_wait() {
    let mut cpu = machine(&[op("TCOA", START, 0, 0)], &[]);
    cpu.channel_busy = 1;
    assert_eq!(cpu.run(1_000_000), Exit::Horizon);
    assert!(cpu.is_waiting());
    assert_eq!((cpu.cycles, cpu.instructions), (1_000_000, 1_000_000));
    assert!(cpu.waiting_instructions > 999_990);
    cpu.channel_busy = 0;
    assert!(!cpu.is_waiting());

    let subroutine = [
        op("CLA", 0o300, 0, 0),
        op("TSX", 0o104, 2, 0),
        op("TNZ", 0o100, 0, 0),
        0,
        op("CLA", 0o301, 0, 0),
        op("TRA", 1, 2, 0),
    ];
    let mut cpu = machine(&subroutine, &[5, 6]);
    assert_eq!(cpu.run(100_000), Exit::Horizon);
    assert!(cpu.is_waiting() && cpu.waiting_instructions > 40_000);

    let mut cpu = machine(&[op("AXT", 0o77777, 1, 0), op("TIX", 0o101, 1, 1)], &[]);
    assert_eq!(cpu.run(10_000), Exit::Horizon);
    assert!(!cpu.is_waiting());
    assert_eq!(cpu.waiting_instructions, 0);
}
