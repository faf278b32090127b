//! Takeovers in a log of a few records, and what the judge says of them.

use super::*;
use device::line::Direction;
use site::record::FrameKind;

/// An evening of one set, told in tenths of a second.
struct Evening {
    judge: Takeovers,
    ledger: Ledger,
}

fn at(tenths: u64) -> Instant {
    Instant(tenths * 100_000_000)
}

impl Evening {
    fn new() -> Evening {
        Evening {
            judge: Takeovers::new(vec![0, 1]),
            ledger: Ledger::new(2),
        }
    }

    fn record(&mut self, tenths: u64, record: Record) {
        let nowhere = |_| String::new();
        self.judge
            .observe(at(tenths), &record, &self.ledger, &nowhere);
    }

    fn fault(&mut self, tenths: u64, fault: Fault) {
        let hit = "machine".to_owned();
        let took_effect = true;
        self.record(
            tenths,
            Record::Fault {
                fault,
                took_effect,
                hit,
            },
        );
    }

    fn entered(&mut self, tenths: u64, set: u16) {
        self.ledger.typed(at(tenths), set, "01Y1");
        self.ledger.accepted(at(tenths), set, 1, false);
        self.judge.accepted(at(tenths), set, 1);
    }

    /// Machine B takes over.
    fn decided(&mut self, tenths: u64, from: Machine) {
        let to = from.other();
        let cause = Cause::HeartbeatSilent;
        let from = Some(from);
        self.record(tenths, Record::Decision { from, to, cause });
        let machine = to;
        self.record(tenths + 1, Record::RoleTaken { machine, cause });
    }

    /// The answer of a machine is shown at a set.
    fn answered(&mut self, tenths: u64, set: u16, machine: Machine) {
        self.judge.frame_down(
            at(tenths),
            &FrameRecord {
                direction: Direction::Down,
                line: 0,
                kind: FrameKind::Complete,
                interchange: 1,
                terminal: set as u8,
                set: Some(set),
                serial: 1,
                block: 0,
                characters: 13,
                maker: Some(machine.index() as u8),
            },
        );
        let text = "UNABLE 0 LEFT";
        self.ledger.answer(at(tenths), set, 1, text, None, true);
        self.judge.answer(at(tenths), set, 1, true);
    }

    fn verdict(&self) -> Verdict {
        self.judge.verdict(&Bounds::default())
    }
}

const STOP: Fault = Fault::FailStop {
    machine: Target::Active,
};

#[test]
fn an_outage_is_felt_from_the_fault_to_the_first_answer_of_the_new_machine() {
    // Bound 5 s: the answer after 4.9 s holds, after 5.1 s it does not.
    for (answer, holds) in [(149, true), (151, false)] {
        let mut evening = Evening::new();
        evening.entered(99, 0);
        evening.fault(100, STOP);
        evening.decided(105, Machine::A);
        evening.answered(answer, 0, Machine::B);
        let verdict = evening.verdict();
        assert_eq!(verdict.holds, holds, "{}", verdict.detail);
        let takeover = &evening.judge.moves[0];
        assert_eq!(takeover.detected(), Span::from_millis(500));
        assert_eq!((takeover.held, takeover.fault_at), (1, at(100)));
    }
}

#[test]
fn an_answer_the_old_machine_had_sent_ends_no_outage() {
    let mut evening = Evening::new();
    evening.entered(98, 0);
    evening.entered(99, 1);
    evening.fault(100, STOP);
    evening.decided(105, Machine::A);
    evening.answered(106, 0, Machine::A);
    let verdict = evening.verdict();
    assert!(verdict.detail.contains("never answered"), "{verdict:?}");
    evening.answered(120, 1, Machine::B);
    assert!(evening.verdict().holds, "{:?}", evening.verdict());
    let outage = evening.judge.moves[0].outage();
    assert_eq!(outage, Some(Span::from_secs(2)));
}

#[test]
fn everything_held_at_the_fault_is_answered_in_time() {
    // Bound 20 s, for the last of them.
    for (last, holds) in [(299, true), (301, false)] {
        let mut evening = Evening::new();
        evening.entered(98, 0);
        evening.entered(99, 1);
        evening.fault(100, STOP);
        evening.decided(105, Machine::A);
        evening.answered(120, 0, Machine::B);
        assert!(!evening.verdict().holds, "one still waits");
        evening.answered(last, 1, Machine::B);
        assert_eq!(evening.verdict().holds, holds, "{:?}", evening.verdict());
    }
}

#[test]
fn nobody_is_taken_for_dead_who_is_not() {
    let mut evening = Evening::new();
    evening.decided(100, Machine::A);
    let verdict = evening.verdict();
    assert!(verdict.detail.contains("taken for dead"), "{verdict:?}");

    // The loss of a drum is no reason.
    let mut evening = Evening::new();
    let unit = site::Unit::Drum(1);
    evening.fault(99, Fault::UnitLoss { unit });
    evening.decided(100, Machine::A);
    assert!(!evening.verdict().holds);

    // A machine whose heartbeat is cut stays unheard, also when it gets the role back.
    let mut evening = Evening::new();
    let machine = Target::Active;
    evening.fault(100, Fault::HeartbeatCut { machine });
    evening.decided(105, Machine::A);
    evening.fault(1_000, STOP);
    evening.decided(1_005, Machine::B);
    evening.decided(1_200, Machine::A);
    assert!(evening.verdict().holds, "{:?}", evening.verdict());
    evening.decided(1_400, Machine::B);
    assert!(!evening.verdict().holds, "B was well");
}

#[test]
fn a_stall_that_ended_before_anybody_took_over_is_no_fault_of_the_next_takeover() {
    let mut evening = Evening::new();
    let stall = Fault::Stall {
        machine: Target::A,
        r#for: Span::from_millis(200),
    };
    evening.fault(100, stall);
    let (machine, how) = (Machine::A, Start::StallEnded);
    evening.record(102, Record::MachineStarted { machine, how });
    evening.entered(399, 0);
    evening.fault(400, STOP);
    evening.decided(405, Machine::A);
    evening.answered(420, 0, Machine::B);
    assert!(evening.verdict().holds, "{:?}", evening.verdict());
    assert_eq!(evening.judge.moves[0].fault_at, at(400));
}

#[test]
fn an_entry_the_old_machine_still_answered_waited_for_nobody() {
    // A works on unheard, and answers set 0 after the cut; set 1 asks B five seconds later.
    let mut evening = Evening::new();
    let machine = Target::Active;
    evening.fault(100, Fault::HeartbeatCut { machine });
    evening.entered(101, 0);
    evening.answered(103, 0, Machine::A);
    evening.decided(105, Machine::A);
    evening.entered(155, 1);
    assert!(!evening.verdict().holds, "B has not answered yet");
    evening.answered(158, 1, Machine::B);
    assert!(evening.verdict().holds, "{:?}", evening.verdict());
    let felt = evening.judge.moves[0].felt();
    assert_eq!(felt, Some(Span::from_millis(300)));
}

/// Line 0 is cut; set 0 hangs on it, set 1 does not.
fn cut() -> Fault {
    Fault::Line(site::fault::LineFault {
        line: 0,
        way: site::fault::Way::Both,
        r#for: Span::from_secs(40),
        trouble: site::fault::Trouble::Cut,
        seed: 1,
    })
}

#[test]
fn no_bound_counts_those_whose_line_is_in_trouble_and_the_others_stay_bound() {
    // Before the fault, between it and the decision, after the decision.
    for begins in [90, 102, 110] {
        let mut evening = Evening::new();
        if begins == 90 {
            evening.fault(begins, cut());
        }
        evening.entered(98, 0);
        evening.entered(99, 1);
        evening.fault(100, STOP);
        if begins == 102 {
            evening.fault(begins, cut());
        }
        evening.decided(105, Machine::A);
        if begins == 110 {
            evening.fault(begins, cut());
        }
        assert!(!evening.verdict().holds, "set 1 waits");
        evening.answered(120, 1, Machine::B);
        // Set 0 still waits, and nobody can say how long.
        assert!(evening.verdict().holds, "{begins}: {:?}", evening.verdict());
        assert_eq!(evening.judge.moves[0].held, 1, "{begins}");
    }
    // With the other line in good order its set stays bound.
    let mut evening = Evening::new();
    evening.fault(90, cut());
    evening.entered(99, 1);
    evening.fault(100, STOP);
    evening.decided(105, Machine::A);
    evening.answered(160, 1, Machine::B);
    assert!(!evening.verdict().holds);
}

#[test]
fn a_mended_line_binds_again_and_a_cut_line_is_no_reason_to_take_over() {
    let mut evening = Evening::new();
    evening.fault(50, cut());
    let mended = Record::Healed {
        fault: cut(),
        mended: true,
    };
    evening.record(80, mended);
    evening.entered(98, 0);
    evening.fault(100, STOP);
    evening.decided(105, Machine::A);
    assert!(!evening.verdict().holds, "set 0 waits");

    let mut evening = Evening::new();
    evening.fault(99, cut());
    evening.decided(100, Machine::A);
    let verdict = evening.verdict();
    assert!(verdict.detail.contains("taken for dead"), "{verdict:?}");
}

#[test]
fn what_a_second_failure_interrupts_counts_until_then() {
    // The crew has A back after 35 seconds; what it answers then is no matter of the first takeover.
    for (second, holds) in [(150, true), (301, false)] {
        let mut evening = Evening::new();
        evening.entered(98, 0);
        evening.entered(99, 1);
        evening.fault(100, STOP);
        evening.decided(105, Machine::A);
        evening.answered(120, 0, Machine::B);
        evening.fault(second, STOP);
        let (machine, how) = (Machine::A, Start::Deck);
        evening.record(second + 350, Record::MachineStarted { machine, how });
        evening.decided(second + 350, Machine::B);
        evening.answered(second + 360, 1, Machine::A);
        assert_eq!(evening.verdict().holds, holds, "{:?}", evening.verdict());
    }
}

/// Machine B, with something wrong, takes over two entries and answers the first after ten seconds.
fn late_takeover(wrong: Fault) -> Evening {
    let mut evening = Evening::new();
    evening.fault(50, wrong);
    evening.entered(98, 0);
    evening.entered(99, 1);
    evening.fault(100, STOP);
    evening.decided(105, Machine::A);
    evening.answered(200, 0, Machine::B);
    evening
}

#[test]
fn a_slow_machine_is_bound_from_when_it_is_mended() {
    let machine = Target::B;
    let slow = Fault::SlowMachine { machine, times: 10 };
    assert!(late_takeover(slow).verdict().holds);
    for (last, holds) in [(449, true), (451, false)] {
        let mut evening = late_takeover(slow);
        let mended = Record::Healed {
            fault: slow,
            mended: true,
        };
        evening.record(250, mended);
        assert!(!evening.verdict().holds, "set 1 still waits");
        evening.answered(last, 1, Machine::B);
        assert_eq!(evening.verdict().holds, holds, "{:?}", evening.verdict());
    }
    // Whatever else is wrong with it is no excuse.
    let cut = late_takeover(Fault::HeartbeatCut { machine });
    assert!(!cut.verdict().holds);
    let drift = late_takeover(Fault::ClockDrift {
        machine,
        parts_per_million: -900_000,
    });
    assert!(!drift.verdict().holds);
}
