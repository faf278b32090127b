//! The machine with its drums and units, running programs: what moves when, what it costs, and
//! that neither skipped waits nor the slices of a run make a difference.

use clock::{Instant, Span};
use fsq7::alarm::{Alarm, Response};
use fsq7::assembler::{SourceFile, assemble};
use fsq7::central::{CYCLE, Stop};
use fsq7::codes;
use fsq7::drum::{REGISTER, TURN};
use fsq7::machine::{Event, Machine};
use fsq7::memory::{Configuration, TEST_MEMORY};
use fsq7::unit::{Block, Tape, card_of, text_of};
use proptest::prelude::*;
use word::twin::Twin;

/// A machine with a program, about to run it.
fn machine(program: &str) -> Machine {
    let mut machine = Machine::new(Configuration::Standard, Instant::ZERO);
    let text = format!("       ORG     100B\n{program}       END     100B\n");
    let file = SourceFile {
        name: "program",
        text: &text,
    };
    let assembly = assemble(&[file], &[]).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    for (location, word) in &assembly.words {
        assert!(machine.central.memory.deposit(*location, *word));
    }
    machine.central.go(0o100);
    machine
}

fn seconds(seconds: u64) -> Instant {
    Instant(seconds * 1_000_000_000)
}

fn halts(machine: &mut Machine) {
    assert_eq!(machine.run(seconds(20)), Event::Stopped(Stop::Halt));
}

fn core(machine: &Machine, location: u32) -> Twin {
    machine.central.memory.peek(location).unwrap()
}

#[test]
fn a_drum_is_read_from_its_address_on_while_the_program_runs() {
    let mut machine = machine(
        "       LDC     0.01000
       SDR     AMA3,5
       RDS     3
       BSN     *,IOBUSY
       HLT
",
    );
    for register in 0..8 {
        let word = Twin::of(register, 0o177777);
        machine.drums.deposit(3, register, word.into());
    }
    halts(&mut machine);
    for word in 0..3 {
        assert_eq!(
            core(&machine, 0o1000 + word),
            Twin::of(5 + word as u16, 0o177777)
        );
    }
    assert_eq!((machine.central.ioac, machine.central.iowc), (0o1003, 0));
    // Register 7 has passed at the end of slot 7; the loop and three break cycles end it.
    let late = machine.now() - Instant(8 * REGISTER.0);
    assert!(late < Span(30_000), "{late:?}");
}

#[test]
fn a_transfer_to_the_same_place_takes_a_turn_and_the_interlock_waits_for_it() {
    let mut machine = machine(
        "       LDC     0.01000
       SDR     AMB0,0
       WRT     2
       LDC     0.02000
       RDS     2
       LDC     0
       HLT
       ORG     0.01000
       HALF    1,2,3,4
",
    );
    halts(&mut machine);
    assert_eq!(core(&machine, 0o2001), Twin::of(3, 4));
    assert_eq!(machine.drums.peek(6, 1).word, Twin::of(3, 4));
    assert!(machine.now() > Instant(2 * TURN.0) && machine.now() < Instant(2 * TURN.0 + 100_000));
    // Waiting at the interlock is no instruction and loses nothing to break cycles: after slot 1
    // of the third turn come LDC and HLT.
    let end = (2 * 2048 + 2) * REGISTER.0;
    assert_eq!(machine.central.pulses, end.div_ceil(500) + 2 * CYCLE);
    assert_eq!(machine.central.instructions, 7);
}

#[test]
fn status_takes_what_came_in_the_order_of_passing() {
    let mut machine = machine(
        "       LDC     0.01000
       SDR     LRI1,0,STATUS
       RDS     100
       BSN     *,IOBUSY
       CSW
       HLT
",
    );
    for message in 0..3u16 {
        let words = [Twin::of(message, 1), Twin::of(message, 2)];
        let at = Instant(TURN.0 - 5 * REGISTER.0);
        assert!(machine.drums.od_write(codes::LRI_1, at, &words).is_some());
    }
    halts(&mut machine);
    // Messages stand at 2044, 2046 and 0; the program begins shortly before register 4.
    assert_eq!(core(&machine, 0o1000), Twin::of(0, 1));
    assert_eq!(core(&machine, 0o1003), Twin::of(1, 2));
    assert_eq!(core(&machine, 0o1004), Twin::of(2, 1));
    assert_eq!(machine.central.iowc, 94);
    assert_eq!(machine.central.ac, Twin::of(0, !94));
    assert!(!machine.drums.waiting(codes::LRI_1).any());
    // One turn, since not enough came.
    assert!(machine.now() > Instant(TURN.0) && machine.now() < Instant(TURN.0 + 200_000));
}

#[test]
fn output_by_status_fills_what_is_empty_and_is_taken_by_identity() {
    let mut machine = machine(
        "       LDC     DATA
       SDR     OB1,0,STATUS
       WRT     2
       LDC     DATA
       WRT     2
       LDC     0
       HLT
DATA   HALF    17,1,18,2
",
    );
    halts(&mut machine);
    assert_eq!(machine.drums.outgoing(codes::OB_1).count(), 4);
    let identity = (0o177777 << 16, 17 << 16);
    let now = machine.now();
    let taken = machine.drums.od_take(codes::OB_1, now, identity, 10);
    assert_eq!(taken.len(), 2);
    assert!(
        taken
            .iter()
            .all(|(_, content)| content.word == Twin::of(17, 1))
    );
}

#[test]
fn track_display_goes_on_in_the_next_field_of_its_buffer() {
    let mut machine = machine(
        "       LDC     0.01000
       SDR     TD,2040
       WRT     10
       LDC     0
       PER     SWAPTD
       HLT
",
    );
    for word in 0..10 {
        let word_of = Twin::of(word as u16, 7);
        machine.central.memory.deposit(0o1000 + word, word_of);
    }
    assert_eq!(
        machine.run(seconds(1)),
        Event::Operate(codes::Operate::SwapTrackDisplay)
    );
    let shown = machine.drums.track_shown();
    let places: Vec<(u8, u16)> = shown.iter().map(|(f, r, _)| (*f, *r)).collect();
    assert_eq!(places[..3], [(0, 2040), (0, 2041), (0, 2042)]);
    assert_eq!(places[8..], [(1, 0), (1, 1)]);
}

#[test]
fn cards_are_read_and_lines_printed() {
    let mut machine = machine(
        "NEXT   LDC     0.01000
       SEL     READER
       RDS     24
       BSN     *,IOBUSY
       BSN     DONE,EOF
       LDC     0.01000
       SEL     PRINT
       WRT     24
       BPX     NEXT
DONE   SEL     PRINT
       PER     EJPAGE
       HLT
",
    );
    let cards = ["FIRST CARD", "AND THE SECOND"];
    machine.units.reader = cards.iter().map(|text| card_of(text).unwrap()).collect();
    halts(&mut machine);
    let printed: Vec<Option<String>> = machine
        .units
        .printed
        .iter()
        .map(|line| line.as_ref().map(text_of))
        .collect();
    let wanted = [Some(cards[0].to_owned()), Some(cards[1].to_owned()), None];
    assert_eq!(printed, wanted);
    assert!(!machine.central.condition(codes::END_OF_FILE));
}

#[test]
fn tapes_are_written_rewound_and_read() {
    let mut machine = machine(
        "       SEL     TAPE2
       LDC     DATA
       WRT     3
       PER     WEOF
       PER     REWIND
       LDC     0.01000
       RDS     100
       LDC     0.02000
       RDS     1
       BSN     *,IOBUSY
       BSN     GOOD,EOF
       HLT     1
GOOD   BSN     BAD,TAPPAR
       HLT     2
BAD    HLT     3
DATA   HALF    1,2,3,4,5,6
",
    );
    machine.units.tapes[1] = Some(Tape::default());
    halts(&mut machine);
    assert_eq!(core(&machine, 0o1002), Twin::of(5, 6));
    assert_eq!(core(&machine, machine.central.pc - 1), Twin::of(0, 2));
    assert_eq!(machine.units.tapes[1].as_ref().unwrap().position, 2);
    // The same record with a bad frame is read and noticed.
    let words = vec![Twin::of(1, 1)];
    let tape = machine.units.tapes[1].as_mut().unwrap();
    (tape.blocks, tape.position) = (vec![Block::Record { words, bad: true }, Block::Mark], 0);
    machine.central.go(0o105);
    halts(&mut machine);
    assert_eq!(core(&machine, machine.central.pc - 1), Twin::of(0, 3));
    assert!(machine.central.alarms.is_raised(Alarm::Tape));
}

#[test]
fn an_instruction_that_waits_for_a_missing_tape_raises_the_interlock_alarm() {
    let mut machine = machine(
        "       SEL     TAPE1
       LDC     0.01000
       RDS     1
       LDC     0
       HLT
",
    );
    machine
        .central
        .alarms
        .set_switch(Alarm::Interlock, Response::Stop);
    assert_eq!(
        machine.run(seconds(20)),
        Event::Stopped(Stop::Alarm(Alarm::Interlock))
    );
    assert!(machine.now() >= seconds(5) && machine.now() < seconds(5) + Span(100_000));
    assert!(machine.central.condition(codes::NOT_READY));
    // Somebody mounts it.
    let words = vec![Twin::of(6, 7)];
    machine.units.tapes[0] = Some(Tape {
        blocks: vec![Block::Record { words, bad: false }],
        ..Tape::default()
    });
    machine.central.stopped = None;
    halts(&mut machine);
    assert_eq!(core(&machine, 0o1000), Twin::of(6, 7));
}

#[test]
fn parity_comes_along_from_drum_to_memory_to_drum() {
    let mut machine = machine(
        "       LDC     0.01000
       SDR     AMA0,0
       RDS     1
       LDC     0.01000
       BSN     SEEN,DRMPAR
       HLT     1
SEEN   SDR     AMA1,0
       WRT     1
       LDC     0
       CAD     0.01000
       HLT     2
",
    );
    machine.drums.flip(0, 0, 3);
    assert_eq!(
        machine.run(seconds(1)),
        Event::Stopped(Stop::Alarm(Alarm::MemoryParity1))
    );
    assert!(machine.drums.peek(1, 0).bad);
    assert!(machine.central.alarms.is_raised(Alarm::DrumParity));
}

#[test]
fn a_start_over_breaks_off_a_transfer_and_begins_in_test_memory() {
    let mut machine = machine(
        "       LDC     0.01000
       SDR     AMA0,0
       RDS     2048
       CAD     =1/1
       PER     STARTO
       HLT
",
    );
    machine.central.memory.deposit(TEST_MEMORY, Twin::ZERO);
    assert_eq!(machine.run(seconds(1)), Event::StartedOver);
    assert!(!machine.is_transferring() && machine.central.ac == Twin::ZERO);
    assert!(!machine.central.condition(codes::IO_BUSY));
    halts(&mut machine);
    assert_eq!(machine.central.pc, TEST_MEMORY + 1);
}

#[test]
fn the_load_buttons_bring_a_program_and_start_it() {
    let mut machine = Machine::new(Configuration::Standard, Instant::ZERO);
    // XIN 5,1 and HLT.
    machine.drums.deposit(7, 0, Twin::of(0o017540, 5).into());
    machine.load_from_drum(7);
    halts(&mut machine);
    assert_eq!((machine.central.pc, machine.central.index[1].0), (2, 5));
    let mut card = [Twin::ZERO; 24];
    card[0] = Twin::of(0o017540, 9);
    machine.units.reader.push_back(card);
    machine.load_from_cards();
    halts(&mut machine);
    assert_eq!(machine.central.index[1].0, 9);
}

#[test]
fn clock_and_inactivity_go_on_while_the_program_waits() {
    let mut machine = machine(
        "LOOP   BSN     SEEN,TICK
       BPX     LOOP
SEEN   AOR     COUNT
       BPX     LOOP
COUNT  HALF    0,0
",
    );
    assert_eq!(machine.run(seconds(7)), Event::Horizon);
    // The tick of the last instant is still to be noticed.
    assert_eq!(core(&machine, 0o104), Twin::of(0, 7 * 32 - 1));
    assert_eq!(machine.central.memory.clock().0, 7 * 32);
    assert!(machine.central.alarms.is_raised(Alarm::Inactivity));
    let share = machine.central.waiting_instructions as f64 / machine.central.instructions as f64;
    assert!(share > 0.99, "{share}");
    // A program that tests light 4 is not silent.
    let mut machine = self::machine("LOOP   BSN     LOOP,LIGHT4\n       BPX     LOOP\n");
    assert_eq!(machine.run(seconds(13)), Event::Horizon);
    assert!(!machine.central.alarms.any());
}

/// One instruction: polls, branches, index counts, transfers, stores now and then.
fn instruction() -> impl Strategy<Value = String> {
    let target = (0..12u32).prop_map(|n| format!("{:o}B", 0o100 + n));
    let conditions = vec![
        "IOBUSY", "TICK", "LIGHT1", "LIGHT4", "LOVF", "ALWAYS", "EOF", "XTWAIT",
    ];
    prop_oneof![
        6 => (target.clone(), prop::sample::select(conditions))
            .prop_map(|(target, condition)| format!("BSN {target},{condition}")),
        3 => (prop::sample::select(vec!["BFZ", "BLM", "BRM", "BPX"]), target.clone())
            .prop_map(|(name, target)| format!("{name} {target}")),
        2 => (target, 1..3u8).prop_map(|(target, ix)| format!("BPX {target},{ix},1")),
        2 => (0..4u16, 1..3u8).prop_map(|(n, ix)| format!("XIN {n},{ix}")),
        3 => prop::sample::select(vec!["CAC", "CSW", "ADB", "SLR 3", "FCL 20B", "XAC 1"])
            .prop_map(String::from),
        2 => prop::sample::select(vec!["CAD", "ADD", "CMF", "LDB", "TOB"]).prop_map(|name| match name {
            "TOB" => "TOB 200B,0,31".to_owned(),
            _ => format!("{name} 200B,1"),
        }),
        1 => prop::sample::select(vec!["FST 201B", "AOR 200B"]).prop_map(String::from),
        2 => prop::sample::select(vec!["SETLT1", "CLRLT1", "SETFF1", "SWAPRD", "REWIND"])
            .prop_map(|name| format!("PER {name}")),
        2 => prop::sample::select(vec![
            "SDR AMA0,100", "SDR XTL,0,STATUS", "SDR OB1,0,STATUS", "SEL IOREG", "SEL BURST", "LDC 300B",
        ]).prop_map(String::from),
        2 => (prop::sample::select(vec!["RDS", "WRT"]), 0..9u8).prop_map(|(name, n)| format!("{name} {n}")),
    ]
}

/// The same end by every way of getting there: waits skipped or not, in one slice or in many,
/// with a device writing to a drum in between.
fn ends(program: &str, slices: &[u64], skip: bool) -> Machine {
    let mut machine = machine(program);
    machine.central.skip_waits = skip;
    machine.central.memory.deposit(0o200, Twin::of(3, 0o177770));
    let end = Instant(150_000_000);
    let message_at = Instant(60_000_000);
    let mut stops: Vec<Instant> = slices.iter().map(|at| Instant(*at)).collect();
    stops.extend([message_at, end]);
    stops.sort();
    for until in stops {
        while machine.now() < until {
            machine.run(until);
        }
        if until == message_at {
            let message = [Twin::of(1, 2), Twin::of(3, 4), Twin::of(5, 6)];
            machine.drums.od_write(codes::XTL, until, &message);
        }
    }
    machine
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn waits_and_slices_change_nothing(
        instructions in prop::collection::vec(instruction(), 12),
        slices in prop::collection::vec(0..150_000_000u64, 0..6),
    ) {
        let mut program: String = instructions.iter().map(|text| format!("       {text}\n")).collect();
        program.push_str("       BPX     100B\n       ORG     300B\n       HALF    1,2,3,4,5,6\n");
        let mut fast = ends(&program, &[], true);
        let mut slow = ends(&program, &[], false);
        fast.central.skip_waits = false;
        prop_assert!(fast == slow, "skipping: {program}");
        let mut sliced = ends(&program, &slices, false);
        // How the detector anchors depends on where a run was interrupted; nothing else may.
        forget(&mut slow);
        forget(&mut sliced);
        prop_assert_eq!(slow.central, sliced.central, "slices: {}", program);
        prop_assert!(slow.drums == sliced.drums && slow.units == sliced.units);
    }
}

/// Puts the detector of waits, and what it counted, into one state.
fn forget(machine: &mut Machine) {
    let json = postcard::to_allocvec(&machine.central).unwrap();
    let mut central: fsq7::central::Central = postcard::from_bytes(&json).unwrap();
    central.waiting_instructions = 0;
    central.waiting_pulses = 0;
    central.forget_waits();
    machine.central = central;
}

#[test]
fn a_slow_machine_is_late_and_its_clock_is_not() {
    let alive = "       BSN     *+1,LIGHT4\n       BPX     *-1\n";
    let mut good = machine(alive);
    let mut slow = machine(alive);
    for machine in [&mut good, &mut slow] {
        machine.run(seconds(4));
    }
    assert!(slow.set_pace(8) && !slow.set_pace(8));
    for machine in [&mut good, &mut slow] {
        machine.run(seconds(10));
    }
    let clocks = [&good, &slow].map(|machine| machine.central.memory.clock().0);
    assert_eq!(clocks[0], 320);
    // A tick begins anew where the pace changes.
    assert!((319..=320).contains(&clocks[1]), "{clocks:?}");
    let executed = [&good, &slow].map(|machine| machine.central.instructions);
    assert!(executed[1] < executed[0] * 5 / 10, "{executed:?}");
    // One that shows no life is silent for six seconds and not for 48.
    let mut dead = machine("       BPX     *\n");
    dead.set_pace(8);
    assert_eq!(dead.inactivity_due(), seconds(6));
}
