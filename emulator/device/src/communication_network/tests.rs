//! An evening at the lines. The logs are what a line monitor and a person at the set would have
//! seen: instants in milliseconds, empty polls left out.

use super::*;
use crate::line_adapter::EVENT_WORDS;
use rig::*;
use word::bcd;

mod noise;
mod rig;
mod troubles;

#[test]
fn an_entry_its_acknowledgement_and_its_answer() {
    let mut rig = Rig::polling();
    rig.until(100);
    rig.enter(1, "A12JULLGALAX").unwrap();
    assert_eq!(rig.enter(1, "X"), Err(EnterError::Locked(Lock::Waiting)));
    rig.until(300);
    assert!(rig.net.attention(rig.now));
    let event = rig.levt().unwrap();
    assert_eq!(event[..4], [fields(1, 0), fields(5, 1), fields(1, 0), 12]);
    assert_eq!(bcd::unpack(&event[4..6]), "A12JULLGALAX");
    assert_eq!(event[6..], [0; 18]);
    assert!(!rig.net.attention(rig.now));
    rig.lout(1, 1, 0, 0, "1 AA  1 F4Y7").unwrap();
    assert_eq!(rig.lout(1, 1, 0, 0, "TOO EARLY"), Err(UnusualEnd));
    rig.until(2_000);
    let event = rig.levt().unwrap();
    assert_eq!(event[..4], [fields(2, 0), fields(5, 1), fields(1, 0), 12]);
    assert!(rig.levt().is_none());
    same(
        &mut rig,
        &[
            "   100  set 1 entry 1",
            "   165    up  5/1 serial 1 wants 0 A12JULLGALAX;",
            "   282  down  go-ahead 5 ack 1",
            "   300  down  5/1 serial 1 block 0 Complete 1 AA  1 F4Y7",
            "   357  set 1 entry 1 block 0 prints 1 AA  1 F4Y7 (complete, until 1157)",
            "  1157  Unlocked { set: 1 }",
        ],
    );
}

#[test]
fn a_damaged_entry_is_not_acknowledged_and_is_sent_again() {
    let mut rig = Rig::polling();
    rig.until(100);
    rig.enter(1, "A").unwrap();
    rig.until(170);
    assert!(rig.net.disturb(rig.now, 0, Direction::Up, 7, 0o10));
    rig.until(250);
    let event = rig.levt().unwrap();
    assert_eq!(event[..2], [fields(4, 0), fields(5, 0)], "check error");
    assert!(rig.levt().is_none());
    rig.until(500);
    assert_eq!(rig.levt().unwrap()[0], fields(1, 0));
    same(
        &mut rig,
        &[
            "   100  set 1 entry 1",
            "   165    up  5/1 serial 1 wants 0 A;",
            "   195  CheckError { line: 0, direction: Up }",
            "   275  Requeued { set: 1, serial: 1, block: 0, why: NotAcknowledged }",
            "   300    up  5/1 serial 1 wants 0 A;",
            "   390  down  go-ahead 5 ack 1",
        ],
    );
    assert_eq!(rig.net.lines()[0].check_errors, 1);
}

#[test]
fn of_chained_frames_those_from_the_damaged_one_on_are_sent_again() {
    let mut rig = Rig::polling();
    rig.until(100);
    for (set, entry) in [(2, "C"), (0, "A"), (1, "B")] {
        rig.enter(set, entry).unwrap();
    }
    rig.until(166);
    // Frames of eight characters behind two: the second begins at 10.
    assert!(rig.net.disturb(rig.now, 0, Direction::Up, 12, 1));
    rig.until(600);
    let mut messages = Vec::new();
    while let Some(event) = rig.levt() {
        if event[0] == fields(1, 0) {
            messages.push(event[1] & 0o77);
        }
    }
    assert_eq!(messages, [2, 0, 1], "each once, oldest first");
    same(
        &mut rig,
        &[
            "   100  set 2 entry 1",
            "   100  set 0 entry 1",
            "   100  set 1 entry 1",
            "   165    up  5/2 serial 1 wants 0 C; 5/0 serial 1 wants 0 A; 5/1 serial 1 wants 0 B;",
            "   235  CheckError { line: 0, direction: Up }",
            "   295  down  go-ahead 5 ack 1",
            "   315  Requeued { set: 1, serial: 1, block: 0, why: NotAcknowledged }",
            "   315  Requeued { set: 0, serial: 1, block: 0, why: NotAcknowledged }",
            "   340    up  5/0 serial 1 wants 0 A; 5/1 serial 1 wants 0 B;",
            "   450  down  go-ahead 5 ack 2",
        ],
    );
}

#[test]
fn a_damaged_answer_is_refused_and_sent_again() {
    let mut rig = Rig::polling();
    rig.until(100);
    rig.enter(1, "A").unwrap();
    rig.until(250);
    rig.drain();
    rig.lout(1, 1, 0, 0, "OK").unwrap();
    rig.until(260);
    assert!(rig.net.disturb(rig.now, 0, Direction::Down, 8, 0o40));
    rig.until(500);
    rig.drain();
    rig.lout(1, 1, 0, 0, "OK").unwrap();
    rig.until(700);
    same(
        &mut rig,
        &[
            "   100  set 1 entry 1",
            "   165    up  5/1 serial 1 wants 0 A;",
            "   250  down  5/1 serial 1 block 0 Complete OK",
            "   277  down  go-ahead 5 ack 1",
            "   282  CheckError { line: 0, direction: Down }",
            "   282  Discarded { set: Some(1), serial: 1, block: 0, why: BadCheck }",
            "   282  Requeued { set: 1, serial: 1, block: 0, why: Refused }",
            "   322    up  5/1 serial 1 wants 0 A;",
            "   412  down  go-ahead 5 ack 1",
            "   500  down  5/1 serial 1 block 0 Complete OK",
            "   533  set 1 entry 1 block 0 prints OK (complete, until 666)",
            "   666  Unlocked { set: 1 }",
        ],
    );
}

#[test]
fn after_a_takeover_reopen_brings_every_unanswered_entry_back() {
    let mut rig = Rig::polling();
    rig.until(100);
    rig.enter(0, "A").unwrap();
    rig.enter(1, "B").unwrap();
    rig.enter(4, "E").unwrap();
    rig.until(450);
    rig.drain();
    rig.lout(0, 1, 0, 0, "ANSWER TO A THAT IS STILL LEAVING")
        .unwrap();
    rig.until(500);
    rig.net.reset(rig.now);
    rig.net.connect(1);
    rig.until(1_000);
    rig.lpol(true);
    rig.until(1_500);
    rig.drain();
    rig.lout(0, 1, 0, 0, "ONE").unwrap();
    rig.until(1_700);
    same(
        &mut rig,
        &[
            "   100  set 0 entry 1",
            "   100  set 1 entry 1",
            "   100  set 4 entry 1",
            "   165    up  5/0 serial 1 wants 0 A; 5/1 serial 1 wants 0 B;",
            "   260    up  6/1 serial 1 wants 0 E;",
            "   290  down  go-ahead 5 ack 2",
            "   350  down  go-ahead 6 ack 1",
            "   451  down  5/0 serial 1 block 0 Complete ANSWER TO A THAT IS STILL LEAVING",
            "   500  Cut(FrameRecord { line: 0, direction: Down, kind: Complete, interchange: 5, terminal: 0, set: Some(0), serial: 1, block: 0, characters: 33, maker: Some(0) })",
            "  1000  down  go-ahead REOPEN 5 ack 0",
            "  1020  Requeued { set: 0, serial: 1, block: 0, why: Reopen }",
            "  1020  Requeued { set: 1, serial: 1, block: 0, why: Reopen }",
            "  1045    up  5/0 serial 1 wants 0 A; 5/1 serial 1 wants 0 B;",
            "  1095  down  go-ahead REOPEN 6 ack 0",
            "  1115  Requeued { set: 4, serial: 1, block: 0, why: Reopen }",
            "  1140    up  6/1 serial 1 wants 0 E;",
            "  1170  down  go-ahead 5 ack 2",
            "  1230  down  go-ahead 6 ack 1",
            "  1501  down  5/0 serial 1 block 0 Complete ONE",
            "  1536  set 0 entry 1 block 0 prints ONE (complete, until 1736)",
        ],
    );
}

#[test]
fn reset_and_the_same_text_is_the_same_entry_and_other_text_is_in_doubt() {
    let mut rig = Rig::polling();
    rig.until(100);
    rig.enter(1, "SELL 1").unwrap();
    rig.until(1_000);
    rig.drain();
    rig.reset_key(1).unwrap();
    rig.enter(1, "SELL 1").unwrap();
    rig.until(2_000);
    rig.drain();
    rig.reset_key(1).unwrap();
    rig.reset_key(1).unwrap();
    rig.enter(1, "DISPLAY").unwrap();
    rig.until(3_000);
    let event = rig.levt().unwrap();
    assert_eq!(event[2], 4 << 33 | fields(2, 0), "the sign says IN DOUBT");
    rig.lout(1, 1, 0, 0, "SOLD").unwrap();
    rig.until(3_200);
    rig.drain();
    rig.lout(1, 2, 0, 0, "LAST ENTRY DONE").unwrap();
    rig.until(5_000);
    rig.enter(1, "DISPLAY").unwrap();
    same(
        &mut rig,
        &[
            "   100  set 1 entry 1",
            "   165    up  5/1 serial 1 wants 0 SELL 1;",
            "   267  down  go-ahead 5 ack 1",
            "  1000  Reset { set: 1 }",
            "  1000  set 1 entry 1 again",
            "  1000  Requeued { set: 1, serial: 1, block: 0, why: SameTextAgain }",
            "  1032    up  5/1 serial 1 wants 0 SELL 1;",
            "  1135  down  go-ahead 5 ack 1",
            "  2000  Reset { set: 1 }",
            "  2000  set 1 entry 2 IN DOUBT",
            "  2140    up  5/1 serial 2 wants 0 IN DOUBT DISPLAY;",
            "  2245  down  go-ahead 5 ack 1",
            "  3000  down  5/1 serial 1 block 0 Complete SOLD",
            "  3037  Discarded { set: Some(1), serial: 1, block: 0, why: OtherSerial }",
            "  3200  down  5/1 serial 2 block 0 Complete LAST ENTRY DONE",
            "  3265  set 1 entry 2 block 0 prints LAST ENTRY DONE (complete, until 4265)",
            "  4265  Unlocked { set: 1 }",
            "  5000  set 1 entry 3",
        ],
    );
    let count = rig.net.count();
    assert_eq!(
        (count.entries, count.entered_again, count.resets),
        (3, 1, 2)
    );
    assert_eq!((count.in_doubt, count.blocks_discarded), (1, 1));
}

#[test]
fn a_long_answer_comes_block_by_block_at_the_printers_pace() {
    let mut rig = Rig::polling();
    rig.until(100);
    rig.enter(1, "LIST").unwrap();
    for (block, prefix, answer) in [
        (0, 1, "FIRST LINE OF 30 CHARACTERS..."),
        (1, 1, "SECOND"),
        (2, 0, "LAST"),
    ] {
        loop {
            rig.pass(10);
            if let Some(event) = rig.levt()
                && event[0] == fields(1, 0)
            {
                assert_eq!(event[2], fields(1, block), "block wanted");
                break;
            }
        }
        rig.lout(1, 1, block, prefix, answer).unwrap();
        // The same block once more, as after a takeover: thrown away while it is printed.
        rig.pass(400);
        rig.drain();
        rig.lout(1, 1, block, prefix, answer).unwrap();
    }
    rig.pass(1_000);
    same(
        &mut rig,
        &[
            "   100  set 1 entry 1",
            "   165    up  5/1 serial 1 wants 0 LIST;",
            "   217  down  5/1 serial 1 block 0 Incomplete FIRST LINE OF 30 CHARACTERS...",
            "   315  down  go-ahead 5 ack 1",
            "   320  set 1 entry 1 block 0 prints FIRST LINE OF 30 CHARACTERS... (more, until 2320)",
            "   610  down  5/1 serial 1 block 0 Incomplete FIRST LINE OF 30 CHARACTERS...",
            "   713  Discarded { set: Some(1), serial: 1, block: 0, why: OtherBlock }",
            "  2320  Requeued { set: 1, serial: 1, block: 1, why: NextBlock }",
            "  2373    up  5/1 serial 1 wants 1 LIST;",
            "  2425  down  5/1 serial 1 block 1 Incomplete SECOND",
            "  2468  set 1 entry 1 block 1 prints SECOND (more, until 2868)",
            "  2470  down  go-ahead 5 ack 1",
            "  2812  down  5/1 serial 1 block 1 Incomplete SECOND",
            "  2854  Discarded { set: Some(1), serial: 1, block: 1, why: OtherBlock }",
            "  2868  Requeued { set: 1, serial: 1, block: 2, why: NextBlock }",
            "  2894    up  5/1 serial 1 wants 2 LIST;",
            "  2947  down  5/1 serial 1 block 2 Complete LAST",
            "  2984  set 1 entry 1 block 2 prints LAST (complete, until 3251)",
            "  2992  down  go-ahead 5 ack 1",
            "  3251  Unlocked { set: 1 }",
            "  3333  down  5/1 serial 1 block 2 Complete LAST",
            "  3370  Discarded { set: Some(1), serial: 1, block: 2, why: OtherSerial }",
        ],
    );
}

#[test]
fn lights_come_on_at_once() {
    let mut rig = Rig::polling();
    rig.enter(2, "AVAIL").unwrap();
    rig.until(300);
    rig.drain();
    // Lines 1, 3 and 16: the first sixteen of eighteen bits.
    rig.lout(2, 1, 0, 2, "-0D").unwrap();
    rig.until(500);
    rig.enter(2, "NEED").unwrap();
    same(
        &mut rig,
        &[
            "     0  set 2 entry 1",
            "    45    up  5/2 serial 1 wants 0 AVAIL;",
            "   145  down  go-ahead 5 ack 1",
            "   300  down  5/2 serial 1 block 0 Lights -0D",
            "   337  set 2 entry 1 block 0 lights 1000000000000101 (complete, until 337)",
            "   337  Unlocked { set: 2 }",
            "   500  set 2 entry 2",
        ],
    );
}

#[test]
fn without_go_aheads_the_sets_are_locked_until_one_comes() {
    let mut rig = Rig::polling();
    rig.until(1_000);
    let stop = [order(11, 0), 0];
    rig.net.control(rig.now, stop, Prepare::Nothing).unwrap();
    rig.enter(3, "X").unwrap();
    rig.until(3_500);
    assert_eq!(
        rig.enter(0, "A"),
        Err(EnterError::Locked(Lock::NotAvailable))
    );
    assert_eq!(
        rig.reset_key(3),
        Err(EnterError::Locked(Lock::NotAvailable))
    );
    rig.until(10_000);
    rig.lpol(true);
    rig.until(11_000);
    same(
        &mut rig,
        &[
            "  1000  set 3 entry 1",
            "  2920  NotAvailable { interchange: 1 }",
            "  2980  NotAvailable { interchange: 0 }",
            " 10000  down  go-ahead REOPEN 5 ack 0",
            " 10020  Available { interchange: 0 }",
            " 10060  down  go-ahead REOPEN 6 ack 0",
            " 10080  Available { interchange: 1 }",
            " 10105    up  6/0 serial 1 wants 0 X;",
            " 10195  down  go-ahead 6 ack 1",
        ],
    );
    let locked = |set| rig.net.locked_time(Instant(30_000 * MS), set).unwrap();
    assert_eq!((locked(0).0 / MS, locked(1).0 / MS), (7_040, 7_040));
    assert_eq!(locked(3).0 / MS, 27_079, "not available, then waiting");
    assert_eq!(
        rig.net.locked_time_of_all(Instant(30_000 * MS)).0 / MS,
        55_359
    );
    assert_eq!(rig.net.lock(0), Ok(None));
    assert_eq!(rig.net.lock(3), Ok(Some(Lock::Waiting)));
}

#[test]
fn an_entry_without_an_answer_is_sent_again_after_ten_seconds() {
    let mut rig = Rig::polling();
    rig.enter(0, "A").unwrap();
    for _ in 0..25 {
        rig.pass(1_000);
        rig.drain();
    }
    same(
        &mut rig,
        &[
            "     0  set 0 entry 1",
            "    45    up  5/0 serial 1 wants 0 A;",
            "   135  down  go-ahead 5 ack 1",
            " 10045  Requeued { set: 0, serial: 1, block: 0, why: TimeOut }",
            " 10140    up  5/0 serial 1 wants 0 A;",
            " 10230  down  go-ahead 5 ack 1",
            " 20140  Requeued { set: 0, serial: 1, block: 0, why: TimeOut }",
            " 20235    up  5/0 serial 1 wants 0 A;",
            " 20325  down  go-ahead 5 ack 1",
        ],
    );
}

#[test]
fn an_interchange_that_does_not_answer_is_reported_once() {
    let mut rig = Rig::new();
    rig.core.words[0o101] = 9;
    rig.lpol(false);
    rig.until(3_000);
    let event = rig.levt().unwrap();
    assert_eq!(event[..2], [fields(3, 0), fields(9, 0)]);
    assert!(rig.levt().is_none());
    assert!(rig.net.lines()[0].time_outs > 5);
    same(&mut rig, &["   230  TimeOut { line: 0, interchange: 9 }"]);
}

#[test]
fn unread_messages_stall_the_polling_of_their_line() {
    let mut rig = Rig::polling();
    for set in 0..5 {
        rig.enter(set, "A").unwrap();
    }
    rig.until(1_000);
    let polls = rig.net.lines()[0].polls;
    rig.until(1_900);
    assert_eq!(rig.net.lines()[0].polls, polls, "stalled");
    rig.levt().unwrap();
    rig.until(1_950);
    assert_eq!(rig.net.lines()[0].polls, polls, "still four waiting");
    rig.levt().unwrap();
    rig.until(2_200);
    assert!(rig.net.lines()[0].polls > polls + 2, "going on");
}

#[test]
fn polls_and_blocks_take_turns() {
    let mut rig = Rig::polling();
    rig.until(100);
    let before = rig.net.lines()[0].polls;
    let mut blocks = 0;
    while rig.now < Instant(5_100 * MS) {
        if rig.lout(0, 9, 0, 0, "AN ANSWER NOBODY WAITS FOR").is_ok() {
            blocks += 1;
        }
        rig.pass(1);
        rig.drain();
    }
    let polls = rig.net.lines()[0].polls - before;
    // A block takes 90 ms, a poll 15 ms: 47 or 48 of each in five seconds.
    assert!((45..=49).contains(&blocks), "{blocks} blocks");
    assert!(
        polls.abs_diff(blocks) <= 1,
        "{polls} polls, {blocks} blocks"
    );
}

#[test]
fn orders_that_cannot_be_done_say_why() {
    let mut rig = Rig::new();
    let sense = |op: u64, line: u64, prepare| {
        let mut net = rig.net.clone();
        assert_eq!(
            net.control(Instant(0), [order(op, line), 0], prepare),
            Err(UnusualEnd)
        );
        word::octal::word(net.sense(Instant(0))[0])
    };
    assert_eq!(sense(10, 1, Prepare::Nothing), "100010000000", "no line 1");
    assert_eq!(
        sense(99, 0, Prepare::Nothing),
        "100400000000",
        "no order 99"
    );
    assert_eq!(sense(20, 0, Prepare::Read), "100100000000", "no event");
    assert_eq!(sense(20, 0, Prepare::Nothing), "101000000000", "not CTLR");
    assert_eq!(sense(30, 0, Prepare::Read), "101000000000", "not CTLW");
    assert_eq!(rig.lout(0, 1, 0, 3, "PREFIX 3"), Err(UnusualEnd));
    assert_eq!(rig.net.begin_copy(rig.now, 1, true), Err(UnusualEnd));
    rig.lout(0, 1, 0, 0, "A").unwrap();
    assert_eq!(rig.net.sense(rig.now), [0, 0]);
}

#[test]
fn a_core_that_does_not_answer_stops_the_polling_until_it_does() {
    let mut rig = Rig::polling();
    rig.until(1_000);
    rig.core_answers = false;
    rig.until(1_100);
    let (polls, fetches) = (rig.net.lines()[0].polls, rig.core.fetches);
    rig.until(5_000);
    assert_eq!(rig.net.lines()[0].polls, polls);
    assert_eq!(rig.core.fetches, fetches);
    rig.core_answers = true;
    rig.until(6_000);
    assert!(rig.net.lines()[0].polls > polls + 10);
}

#[test]
fn a_poll_list_that_names_nobody_does_not_hang() {
    let mut rig = Rig::polling();
    rig.core.words[0o100] = 0o100000000100;
    rig.until(1_000);
    assert_eq!(rig.net.lines()[0].polls, 0);
    assert!(rig.core.fetches <= 32 * 101);
}

#[test]
fn a_write_cut_off_gives_no_block_and_an_event_cut_off_gives_what_had_passed() {
    let mut rig = Rig::polling();
    rig.enter(0, "ABCDEF").unwrap();
    rig.until(500);
    rig.net
        .control(rig.now, [order(20, 0), 0], Prepare::Read)
        .unwrap();
    rig.net.begin_copy(rig.now, EVENT_WORDS, true).unwrap();
    let mut words = [0o777; EVENT_WORDS];
    let cut_at = rig.now + Span::from_micros(35);
    assert_eq!(rig.net.cut(cut_at, &mut words), 2);
    assert_eq!(words[..3], [fields(1, 0), fields(5, 0), 0o777]);
    rig.net
        .control(cut_at, [order(30, 0), 0], Prepare::Write)
        .unwrap();
    rig.net.begin_copy(cut_at, 4, true).unwrap();
    rig.net.cut(
        cut_at + Span::from_micros(50),
        &mut [fields(5, 0), fields(1, 0), 1, 0],
    );
    rig.until(2_000);
    assert_eq!(
        rig.net.lines()[0].down.count().characters % 6,
        0,
        "polls only"
    );
}

#[test]
fn a_network_saved_in_the_middle_of_a_frame_goes_on_the_same() {
    let mut rig = Rig::polling();
    rig.enter(0, "ABCDEF").unwrap();
    rig.enter(3, "GHI").unwrap();
    rig.until(60);
    let saved = postcard::to_stdvec(&rig.net).unwrap();
    let restored: CommunicationNetwork = postcard::from_bytes(&saved).unwrap();
    assert_eq!(restored, rig.net);
    let mut other = Rig::new();
    other.net = restored;
    other.now = rig.now;
    rig.lines();
    rig.until(30_000);
    other.until(30_000);
    assert_eq!(other.net.count(), rig.net.count());
    let strip = |rig: &mut Rig| {
        let mut log = rig.lines();
        log.retain(|said| said[..6].trim().parse::<u64>().unwrap() > 60);
        log
    };
    assert_eq!(strip(&mut other), strip(&mut rig));
}

#[test]
fn a_layout_that_cannot_be_is_refused() {
    let with = |line, address, sets| {
        let mut options = options();
        let one = InterchangeOptions {
            line,
            address,
            sets,
        };
        options.interchanges.push(one);
        CommunicationNetwork::new(&options).map(|_| ())
    };
    assert_eq!(with(0, 7, 30), Ok(()));
    assert_eq!(with(1, 7, 30), Err(LayoutError::NoSuchLine(2, 1)));
    assert_eq!(with(0, 64, 30), Err(LayoutError::Address(2, 64)));
    assert_eq!(with(0, 5, 30), Err(LayoutError::AddressTaken(2)));
    assert_eq!(with(0, 7, 0), Err(LayoutError::Sets(2, 0)));
    assert_eq!(with(0, 7, 65), Err(LayoutError::Sets(2, 65)));
}

#[test]
fn an_idle_hour_on_nine_lines_costs_few_events() {
    let mut options = CommunicationOptions {
        lines: vec![LineOptions::default(); 9],
        ..CommunicationOptions::default()
    };
    for line in 0..9 {
        for address in 0..12 {
            options.interchanges.push(InterchangeOptions {
                line,
                address,
                sets: 10,
            });
        }
    }
    let mut rig = Rig::new();
    rig.net = CommunicationNetwork::new(&options).unwrap();
    for address in 0..12 {
        rig.core.words[0o100 + address] = address as u64;
    }
    rig.core.words[0o114] = 0o100000000100;
    for line in 0..9 {
        let words = [order(10, line), 0o100];
        rig.net.control(rig.now, words, Prepare::Nothing).unwrap();
    }
    let end = Instant(3_600_000 * MS);
    let mut steps = 0u64;
    while let Some(due) = rig.net.next_due().filter(|&due| due < end) {
        rig.net.advance(due, Some(&mut rig.core));
        steps += 1;
    }
    // 60 ms a poll: 16.7 polls a second on each line.
    for line in rig.net.lines() {
        assert_eq!(line.polls, 60_000);
        assert_eq!(line.empty_replies, 59_999);
    }
    assert!(!rig.net.has_records());
    // All lines in step here: two events a poll (heard, answered), and the timer of each
    // interchange every other time it is polled.
    assert!(steps <= 60_000 * 5 / 2, "{steps} steps");
    assert_eq!(rig.net.lines()[0].down.count().busy.0 / MS, 60_000 * 15);
}

#[test]
fn a_set_that_prints_is_left_in_peace_by_reopen_and_by_damaged_copies() {
    let mut rig = Rig::polling();
    rig.enter(1, "LIST").unwrap();
    rig.until(300);
    rig.drain();
    let block = "A BLOCK OF FORTY CHARACTERS, PRINTED SLOW";
    rig.lout(1, 1, 0, 1, block).unwrap();
    rig.until(500);
    rig.drain();
    rig.lout(1, 1, 0, 1, block).unwrap();
    rig.until(540);
    assert!(rig.net.disturb(rig.now, 0, Direction::Down, 20, 3));
    rig.until(700);
    rig.net.reset(rig.now);
    rig.lpol(true);
    rig.until(4_000);
    same(
        &mut rig,
        &[
            "     0  set 1 entry 1",
            "    45    up  5/1 serial 1 wants 0 LIST;",
            "   142  down  go-ahead 5 ack 1",
            "   300  down  5/1 serial 1 block 0 Incomplete A BLOCK OF FORTY CHARACTERS, PRINTED SLOW",
            "   430  set 1 entry 1 block 0 prints A BLOCK OF FORTY CHARACTERS, PRINTED SLOW (more, until 3163)",
            "   500  down  5/1 serial 1 block 0 Incomplete A BLOCK OF FORTY CHARACTERS, PRINTED SLOW",
            "   630  CheckError { line: 0, direction: Down }",
            "   630  Discarded { set: Some(1), serial: 1, block: 0, why: BadCheck }",
            "   700  down  go-ahead REOPEN 5 ack 0",
            "   760  down  go-ahead REOPEN 6 ack 0",
            "  3163  Requeued { set: 1, serial: 1, block: 1, why: NextBlock }",
            "  3265    up  5/1 serial 1 wants 1 LIST;",
            "  3362  down  go-ahead 5 ack 1",
        ],
    );
}

#[test]
fn a_go_ahead_that_is_not_heard_acknowledges_nothing() {
    let mut rig = Rig::polling();
    rig.enter(0, "A").unwrap();
    rig.until(145);
    // The go-ahead that acknowledges the entry is spoiled; the one after it starts from nothing.
    assert!(rig.net.disturb(rig.now, 0, Direction::Down, 4, 1));
    rig.until(900);
    same(
        &mut rig,
        &[
            "     0  set 0 entry 1",
            "    45    up  5/0 serial 1 wants 0 A;",
            "   135  down  go-ahead 5 ack 1",
            "   155  CheckError { line: 0, direction: Down }",
            "   305  TimeOut { line: 0, interchange: 5 }",
            "   385  Requeued { set: 0, serial: 1, block: 0, why: NotAcknowledged }",
            "   410    up  5/0 serial 1 wants 0 A;",
            "   500  down  go-ahead 5 ack 1",
        ],
    );
}

#[test]
fn reopen_is_repeated_until_its_reply_has_come_through() {
    let mut rig = Rig::new();
    rig.lpol(true);
    rig.until(5);
    assert!(rig.net.disturb(rig.now, 0, Direction::Down, 2, 1));
    rig.until(240);
    rig.enter(0, "A").unwrap();
    rig.until(280);
    assert!(rig.net.disturb(rig.now, 0, Direction::Up, 3, 1));
    rig.until(600);
    same(
        &mut rig,
        &[
            "     0  down  go-ahead REOPEN 5 ack 0",
            "    20  CheckError { line: 0, direction: Down }",
            "   170  down  go-ahead REOPEN 6 ack 0",
            "   170  TimeOut { line: 0, interchange: 5 }",
            "   230  down  go-ahead REOPEN 5 ack 0",
            "   240  set 0 entry 1",
            "   275    up  5/0 serial 1 wants 0 A;",
            "   305  CheckError { line: 0, direction: Up }",
            "   365  down  go-ahead REOPEN 5 ack 0",
            "   385  Requeued { set: 0, serial: 1, block: 0, why: NotAcknowledged }",
            "   410    up  5/0 serial 1 wants 0 A;",
            "   500  down  go-ahead 5 ack 1",
        ],
    );
}

#[test]
fn after_a_reset_polling_waits_until_the_line_is_quiet() {
    let mut rig = Rig::polling();
    rig.enter(0, "A LONG ENTRY OF FORTY CHARACTERS OR MORE")
        .unwrap();
    rig.until(100);
    rig.net.reset(rig.now);
    rig.lpol(true);
    rig.until(400);
    assert!(rig.net.attention(rig.now), "the copy sent again");
    assert_eq!(rig.levt().unwrap()[0], fields(1, 0));
    assert!(
        rig.levt().is_none(),
        "what came before the reset is not told"
    );
    same(
        &mut rig,
        &[
            "     0  set 0 entry 1",
            "    45    up  5/0 serial 1 wants 0 A LONG ENTRY OF FORTY CHARACTERS OR MORE;",
            "   172  down  go-ahead REOPEN 5 ack 0",
            "   192  Requeued { set: 0, serial: 1, block: 0, why: NotAcknowledged }",
            "   217    up  5/0 serial 1 wants 0 A LONG ENTRY OF FORTY CHARACTERS OR MORE;",
            "   345  down  go-ahead REOPEN 6 ack 0",
        ],
    );
}

#[test]
fn an_answer_that_has_come_acknowledges_the_entry() {
    let mut rig = Rig::polling();
    rig.enter(1, "LIST").unwrap();
    rig.until(60);
    let stop = [order(11, 0), 0];
    rig.net.control(rig.now, stop, Prepare::Nothing).unwrap();
    rig.until(110);
    rig.lout(1, 1, 0, 1, "THE FIRST BLOCK").unwrap();
    rig.until(300);
    rig.net.reset(rig.now);
    rig.lpol(false);
    rig.until(1_400);
    same(
        &mut rig,
        &[
            "     0  set 1 entry 1",
            "    45    up  5/1 serial 1 wants 0 LIST;",
            "   110  down  5/1 serial 1 block 0 Incomplete THE FIRST BLOCK",
            "   175  set 1 entry 1 block 0 prints THE FIRST BLOCK (more, until 1175)",
            "  1175  Requeued { set: 1, serial: 1, block: 1, why: NextBlock }",
            "  1305    up  5/1 serial 1 wants 1 LIST;",
        ],
    );
}
