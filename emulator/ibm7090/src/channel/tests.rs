//! The channel with a file control on its cable, driven by short command lists.

use clock::{Instant, Span};
use device::adapter::Adapter;
use device::file_control::{FileControl, Module, Unit, order};
use device::geometry::{Geometry, TrackFormat};

use super::*;
use crate::channel_command::{INDIRECT, find};

/// A machine that is only a core.
struct Machine {
    core: Vec<u64>,
    stolen: u64,
    traps: u32,
}

impl Host for Machine {
    fn read(&mut self, address: u16) -> u64 {
        self.core[usize::from(address)]
    }
    fn write(&mut self, address: u16, word: u64) {
        self.core[usize::from(address)] = word;
    }
    fn steal(&mut self, cycles: u64) {
        self.stolen += cycles;
    }
    fn raise(&mut self) {
        self.traps += 1;
    }
}

/// Channel C with one drum, five records of 80 words a track.
struct Bench {
    machine: Machine,
    control: FileControl,
    connected: bool,
    channel: Channel,
    now: Instant,
}

fn command(mnemonic: &str, address: u64, decrement: u64) -> u64 {
    find(mnemonic).expect("a command").bits() | decrement << 18 | address
}

/// A TCM: selector and mask in the decrement.
fn condition(mnemonic: &str, address: u64, character: u64, mask: u64) -> u64 {
    command(mnemonic, address, character << 12 | mask)
}

impl Bench {
    fn new() -> Self {
        let formats = vec![TrackFormat {
            first_track: 0,
            records: 5,
            words: 80,
        }];
        let drum = Geometry::drum(400, Span(600_000), formats);
        Bench {
            machine: Machine {
                core: vec![0; 32_768],
                stolen: 0,
                traps: 0,
            },
            control: FileControl::new(vec![Module::new(Unit::Drum(0), drum)]),
            connected: true,
            channel: Channel::new(2),
            now: Instant(1_000),
        }
    }

    fn put(&mut self, at: usize, words: &[u64]) {
        self.machine.core[at..at + words.len()].copy_from_slice(words);
    }

    fn with_port<T>(&mut self, act: impl FnOnce(&mut Channel, Instant, &mut Port) -> T) -> T {
        let adapter: Option<&mut dyn Adapter> = if self.connected {
            Some(&mut self.control)
        } else {
            None
        };
        let mut port = Port {
            host: &mut self.machine,
            adapter,
        };
        act(&mut self.channel, self.now, &mut port)
    }

    fn start(&mut self, address: u16) {
        self.with_port(|channel, now, port| channel.start(now, address, port));
    }

    /// Lets time pass until the channel waits and nothing is due, or `limit` has come.
    fn run(&mut self, limit: Instant) {
        loop {
            let adapter = self.control.due(self.now).filter(|_| self.connected);
            let due = [self.channel.due(), adapter].into_iter().flatten().min();
            match due {
                Some(at) if at <= limit => self.now = at.max(self.now),
                _ => break,
            }
            self.with_port(|channel, now, port| channel.advance(now, port));
            if !self.channel.busy() && self.machine.traps > 0 {
                break;
            }
        }
    }
}

const LIST: usize = 0o1000;
const ROUTINE: u64 = 0o2000;
const ORDERS: usize = 0o3000;
const SENSE: u64 = 0o3100;
const DATA: u64 = 0o4000;

/// Seek, wait; the interrupt senses and leaves to the list that reads or writes, then traps.
fn drum_program(bench: &mut Bench, verify: &str, copy: u64) {
    let seek = order(80, 0, 17, 3);
    let single = order(82, 0, 17, 3);
    bench.put(ORDERS, &seek);
    bench.put(ORDERS + 2, &single);
    bench.put(
        LIST,
        &[command("CTL", ORDERS as u64, 0), command("WTR", 0, 0)],
    );
    bench.put(0o47, &[command("TCH", ROUTINE, 0)]);
    bench.put(
        ROUTINE as usize,
        &[
            command("SNS", 0, 0),
            command("CPYD", SENSE, 2),
            // The attention still stands: masked, or it would interrupt again at once.
            command("SMS", 4, 0),
            command("LIPT", ROUTINE + 4, 0),
            command(verify, ORDERS as u64 + 2, 0),
            copy,
            command("TWT", 0, 0),
        ],
    );
}

#[test]
fn seek_attention_and_write_as_a_control_program_does_it() {
    let mut bench = Bench::new();
    drum_program(&mut bench, "CTLW", command("CPYD", DATA, 80));
    let words: Vec<u64> = (1..=80).collect();
    bench.put(DATA as usize, &words);
    bench.start(LIST as u16);
    assert!(bench.channel.busy());
    bench.run(Instant(1_000_000_000));
    assert_eq!(bench.machine.traps, 1);
    assert!(!bench.channel.busy());
    let mut stored = [0; 80];
    bench.control.modules[0].store.read(17, 240, &mut stored);
    assert_eq!(stored.to_vec(), words);
    // The interrupt told where it waited, and its sense words named module 0.
    assert_eq!(bench.machine.core[0o46] & 0o77777, LIST as u64 + 1);
    assert_eq!(bench.machine.core[SENSE as usize] & 0o77, 8);
    // It ended exactly when the last word of record 3 had passed.
    let phase = bench.control.modules[0].phase.0;
    let angle = (bench.now.0 + phase) % 17_200_000;
    assert_eq!(angle, 3 * 3_440_000 + 80 * 29_586);
    assert!(bench.machine.stolen >= 80);
}

#[test]
fn a_read_proceeds_from_chunk_to_chunk() {
    let mut bench = Bench::new();
    drum_program(&mut bench, "CTLR", command("CPYP", DATA, 2));
    bench.put(
        ROUTINE as usize + 6,
        &[command("CPYD", DATA + 0o100, 3), command("TWT", 0, 0)],
    );
    let store = &mut bench.control.modules[0].store;
    store.write(17, 240, &[11, 12, 13, 14, 15, 16]);
    bench.start(LIST as u16);
    bench.run(Instant(1_000_000_000));
    assert_eq!(bench.machine.traps, 1);
    let core = &bench.machine.core;
    assert_eq!(core[DATA as usize..][..3], [11, 12, 0]);
    assert_eq!(core[DATA as usize + 0o100..][..4], [13, 14, 15, 0]);
    let ended = bench.control.take_ended();
    assert_eq!((ended[0].words, ended[0].torn), (5, false));
}

#[test]
fn an_order_on_an_open_relay_is_an_io_check() {
    let mut bench = Bench::new();
    bench.connected = false;
    drum_program(&mut bench, "CTLR", command("CPYD", DATA, 80));
    bench.put(
        ROUTINE as usize,
        &[
            condition("TCM", ROUTINE + 2, 0, 0o40),
            command("WTR", 0, 0),
            command("TWT", 0, 0),
        ],
    );
    bench.start(LIST as u16);
    bench.run(Instant(1_000_000));
    assert_eq!(bench.machine.traps, 1);
    assert_eq!(bench.machine.core[0o46] & 0o77777, LIST as u64 + 1);
}

#[test]
fn a_refused_order_is_known_after_its_time_and_interrupts() {
    let mut bench = Bench::new();
    drum_program(&mut bench, "CTLR", command("CPYD", DATA, 80));
    bench.put(ORDERS, &order(80, 5, 0, 0));
    bench.put(
        ROUTINE as usize,
        &[
            condition("TCM", ROUTINE + 2, 0, 0o10),
            command("WTR", 0, 0),
            command("TWT", 0, 0),
        ],
    );
    bench.start(LIST as u16);
    let known = bench.channel.due().unwrap();
    assert_eq!(known - bench.now, COMMAND_TIME * 3 + ORDER_TIME);
    bench.run(Instant(1_000_000));
    assert_eq!(bench.machine.traps, 1);
}

#[test]
fn a_copy_without_an_order_is_a_sequence_check() {
    let mut bench = Bench::new();
    drum_program(&mut bench, "CTLR", command("CPYD", DATA, 80));
    bench.put(LIST, &[command("CPYD", DATA, 1), command("WTR", 0, 0)]);
    bench.put(
        ROUTINE as usize,
        &[
            condition("TCMB", ROUTINE + 2, 0, 0o20),
            command("WTR", 0, 0),
            command("TWT", 0, 0),
        ],
    );
    bench.start(LIST as u16);
    bench.run(Instant(1_000_000));
    assert_eq!(bench.machine.traps, 1);
}

#[test]
fn masked_attention_waits_until_the_mask_is_lifted() {
    let mut bench = Bench::new();
    drum_program(&mut bench, "CTLR", command("CPYD", DATA, 80));
    bench.put(
        LIST,
        &[
            command("SMS", 4, 0),
            command("CTL", ORDERS as u64, 0),
            command("WTR", 0o1010, 0),
        ],
    );
    bench.put(0o1010, &[command("SMS", 0, 0), command("WTR", 0, 0)]);
    bench.start(LIST as u16);
    bench.run(Instant(100_000_000));
    assert_eq!(bench.channel.counts.interrupts, 0);
    bench.with_port(|channel, now, port| channel.resume(now, port));
    bench.run(Instant(200_000_000));
    assert_eq!(bench.machine.traps, 1);
    assert_eq!(bench.machine.core[0o46] & 0o77777, 0o1011);
}

#[test]
fn internal_commands_count_test_and_transmit() {
    let mut bench = Bench::new();
    let list = LIST as u64;
    bench.put(
        LIST,
        &[
            command("LCC", 2, 0),
            // Twice round: the assembly register counts its passes in character 2.
            command("ICC", 0, 2 << 12),
            command("TDC", list + 1, 0),
            command("SAR", 0o3200, 0),
            command("XMT", 0o3300, 2),
            0o123,
            0o456,
            command("LAR", 0o3201, 0) | INDIRECT,
            condition("TCM", list + 10, 6, 0o56),
            command("WTR", 0, 0),
            command("TWT", 0, 0),
        ],
    );
    bench.put(0o3201, &[0o3301]);
    bench.start(LIST as u16);
    bench.run(Instant(1_000_000));
    assert_eq!(bench.machine.traps, 1);
    assert_eq!(bench.machine.core[0o3200], 0);
    assert_eq!(bench.machine.core[0o3300..0o3302], [0o123, 0o456]);
    // 13 commands before the TWT, two words transmitted.
    assert_eq!(bench.now.0, 1_000 + 11 * 6_540 + 2 * 4_360);
}

#[test]
fn an_endless_transfer_lets_time_pass() {
    let mut bench = Bench::new();
    bench.put(LIST, &[command("TCH", LIST as u64, 0)]);
    bench.start(LIST as u16);
    assert_eq!(bench.channel.due(), Some(Instant(1_000 + 64 * 6_540)));
    bench.run(Instant(10_000_000));
    assert!(bench.channel.busy());
    assert!(bench.now.0 > 9_000_000);
}

#[test]
fn a_fenced_write_is_torn_and_the_channel_told() {
    let mut bench = Bench::new();
    drum_program(&mut bench, "CTLW", command("CPYD", DATA, 80));
    bench.put(DATA as usize, &[5; 80]);
    bench.start(LIST as u16);
    // Step until the copy has begun to pass.
    while !matches!(bench.channel.state, State::Copying { .. })
        || bench.channel.prepared != Prepared::Write
    {
        let due = [bench.channel.due(), bench.control.due(bench.now)];
        bench.now = due.into_iter().flatten().min().unwrap();
        bench.with_port(|channel, now, port| channel.advance(now, port));
    }
    let State::Copying { chunk, .. } = bench.channel.state else {
        unreachable!()
    };
    bench.now = chunk.start + Span(29_586 * 10 + 1);
    assert!(bench.with_port(|channel, now, port| channel.fence(now, port)));
    bench.control.reset();
    bench.connected = false;
    let ended = bench.control.take_ended();
    assert_eq!((ended[0].words, ended[0].torn), (10, true));
    bench.put(
        ROUTINE as usize,
        &[
            condition("TCM", ROUTINE + 2, 0, IO_CHECK.into()),
            command("WTR", 0, 0),
            command("TWT", 0, 0),
        ],
    );
    bench.run(Instant(1_000_000_000));
    assert_eq!(bench.machine.traps, 1);
}
