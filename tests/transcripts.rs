//! Golden transcripts: what people at the sets see, from availability to END and when things go
//! wrong.
//!
//! Each is a text file in `tests/golden` that a person can read as the roll of paper in the set's
//! printer, with times. They are played at the tiny site (three sets on one line, four flights),
//! where flight AA205 to Albany has a single coach seat left on 1 and 2 July, so that people can
//! race for it. People type an entry each five seconds, or when the keyboard unlocks.
//!
//! Flights AA1, AA3 and AA9 fill lines 1-6 of the sheet LGALAX, first class on odd lines; 40
//! bookings are on file, so the first new one has the locator AAAAFB (octal 51).

use exercise::script::{FaultKind, Target};
use tests::transcript::transcript;
use tests::{Evening, Morning, golden, site};

/// Everything of an ordinary booking but its segment, in one entry.
const PARTICULARS: &str = "-SMITH/JOHN MR$9212-555-0100-H$7TAW5JUL$6MR SMITH";

/// Plays the evening twice, compares with the golden file, and has the judges' word.
fn judged(name: &str, heading: &str, evening: &Evening) -> Morning {
    let site = site("tiny");
    let morning = evening.twice(&site);
    golden(name, &transcript(heading, &morning));
    morning.all_held();
    morning
}

fn fail_stop() -> FaultKind {
    FaultKind::FailStop {
        machine: Target::Active,
    }
}

#[test]
fn a_whole_booking() {
    let evening = Evening::new(130.0)
        .enter_all(
            1.0,
            0,
            &[
                "112JULLGALAX",
                "02Y2",
                "-2SMITH/JOHN MR/MARY MRS",
                "9212-555-0100-H",
                "7TAW5JUL",
                "6MR SMITH",
                "5LIKES AISLE",
                "*A",
                "E",
            ],
        )
        .enter_all(90.0, 1, &["*AAAAFB", "*A", "*I", "I"])
        .enter_all(118.0, 2, &["*-SMITH", "I"]);
    let morning = judged(
        "booking.txt",
        "A whole booking, from availability to END: two seats on AA1, 12 July.\n\
         Afterwards set 1 displays it by its locator, and set 2 by the name.",
        &evening,
    );
    assert_eq!(morning.answer(0, 8), "OK AAAAFB");
}

#[test]
fn a_refusal() {
    let evening = Evening::new(80.0)
        .enter_all(
            1.0,
            0,
            &[
                "11JULLGAALB/2",
                "11JULLGAALB/1",
                "02Y2",
                "02Y2LL",
                "-2ROE/ANN MRS/TOM$9516-555-0142-B$7TAW$6MRS ROE",
                "*I",
                "E",
            ],
        )
        .enter_all(60.0, 2, &["*AAAAFB", "*A", "IG"]);
    let morning = judged(
        "refusal.txt",
        "A refusal: two coach seats are wanted on AA205 of 1 July, and one is left (line 2 is dark\n\
         for two seats and lit for one). The passengers go on the wait-list instead.",
        &evening,
    );
    assert!(morning.answer(0, 2).starts_with("UNABLE"));
}

#[test]
fn a_race_for_the_last_seat() {
    let evening = Evening::new(60.0)
        .enter(1.0, 0, "11JULLGAALB")
        .enter(1.0, 1, "11JULLGAALB")
        .enter(10.0, 0, "01Y2")
        .enter(10.0, 1, "01Y2")
        .enter(20.0, 2, "11JULLGAALB")
        .enter(25.0, 0, "I")
        .enter(25.0, 1, "I")
        .enter(35.0, 1, "0AA205Y1JULLGAALBNN1")
        .enter(35.0, 0, "0AA205Y1JULLGAALBNN1")
        .enter(50.0, 2, "11JULLGAALB");
    let morning = judged(
        "last-seat.txt",
        "A race for the last seat: sets 0 and 1 both see one coach seat on AA205 of 1 July and\n\
         sell it at the same instant. One of them gets it. Both ignore, and race once more by\n\
         flight number; set 2 looks at the lights in between.",
        &evening,
    );
    for round in [1, 3] {
        let answers = [morning.answer(0, round), morning.answer(1, round)];
        let refused = answers.iter().filter(|a| a.starts_with("UNABLE")).count();
        assert_eq!(refused, 1, "{answers:?}");
    }
}

/// Three entries under way when A stops, so many milliseconds after 30 seconds.
fn three_resets(milliseconds: u32) -> Evening {
    Evening::new(60.0)
        .enter(1.0, 0, "112JULLGALAX")
        .enter(2.0, 1, "112JULLGALAX")
        .enter(3.0, 2, "112JULLGALAX")
        .enter(29.88, 1, "01Y4")
        .enter(29.98, 0, "01Y2")
        .enter(30.02, 2, "01Y6")
        .fault(30.0 + f64::from(milliseconds) / 1000.0, fail_stop())
        .reset(30.5, 0)
        .reset(30.5, 1)
        .reset(30.5, 2)
        .enter(31.0, 0, "01Y2")
        .enter(31.0, 1, "*I")
        .enter(31.0, 2, "*I")
        .enter(45.0, 0, "*I")
        .enter(45.0, 1, "*I")
        .enter(45.0, 2, "*I")
}

#[test]
fn reset_during_a_takeover() {
    // For some tens of milliseconds the entry of set 1 is done and its answer has not left.
    let site = site("tiny");
    let evening = (0..300)
        .step_by(5)
        .map(three_resets)
        .find(|evening| {
            let printed = evening.once(&site).printed(1);
            printed.contains("LAST ENTRY DONE/1 AA3 ")
        })
        .expect("an instant between the commit and the answer");
    let morning = judged(
        "reset-during-takeover.txt",
        "RESET during a takeover. Machine A stops with three entries under way; all three agents\n\
         lose patience and press RESET. Set 0 types the same again: its entry is done once. Sets 1\n\
         and 2 type something else, and are told what became of the entry before: that of set 1\n\
         had been done when A stopped, that of set 2 had not.",
        &evening,
    );
    assert!(morning.printed(2).contains("LAST ENTRY NOT DONE/"));
    assert_eq!(morning.answer(0, 3), "1 AA1    Y 12JUL LGALAX SS1/");
}

#[test]
fn every_error_reply() {
    let long = "5THIS REMARK IS LONGER THAN THE FIELD FOR IT";
    let evening = Evening::new(400.0)
        .enter_all(
            1.0,
            0,
            &[
                "HELLO",
                "*",
                "0",
                "1",
                "112JUL",
                "131JUNLGALAX",
                "11DECLGALAX",
                "112JULLGASFO",
                "112JULLGALAX/",
                "*A",
                "*I",
                "X1",
                "-SMITH/JOHN MR$9",
                "9212-555-0100-H$4X",
                "*A",
                "01Y2",
                "112JULLGALAX",
                "01Y9",
                "01Y17",
                "01Y1",
                "0AA77Y12JULLGALAXNN1",
                "0AA1Y32JULLGALAXNN1",
                "0AA1Y12JULLGALAXNN0",
                "0AA1Z12JULLGALAXNN1",
                "E",
                "01Y2",
                "X2",
                "E",
                long,
                "-2SMITH/JOHN MR/MARY MRS",
                "E",
                "-SMITH/JOHN MR",
                "E",
                "9212-555-0100-H",
                "E",
                "7TAW5JUL",
                "E",
                "6MR SMITH",
                "01Y4",
                "01Y6",
                "01Y2",
                "*AAAAAB",
                "E",
                "*-NOBODY",
                "*AAAHHH",
                "*ZZZZZZ",
            ],
        )
        .enter(380.0, 1, "0AA205Y1JULLGAALBNN2")
        .enter(385.0, 2, "0AA205Y1JULLGAALBNN1")
        .enter(390.0, 1, "0AA205Y1JULLGAALBNN1");
    judged(
        "error-replies.txt",
        "What an agent reads who does things wrong: every error reply.",
        &evening,
    );
}

#[test]
fn changing_a_filed_booking() {
    let evening = Evening::new(160.0)
        .enter_all(1.0, 0, &["112JULLGALAX", "01Y2", PARTICULARS, "E"])
        .enter_all(
            30.0,
            1,
            &[
                "*-SMITH",
                "*I",
                "X1",
                "*I",
                "0AA3Y13JULLGALAXNN1",
                "*I",
                "E",
            ],
        )
        .enter_all(80.0, 0, &["*AAAAFB", "*I"])
        .enter_all(80.0, 2, &["*AAAAFB", "*I"])
        .enter(100.0, 0, "0AA9Y14JULLGALAXNN1")
        .enter(100.0, 2, "5WINDOW")
        .enter(110.0, 0, "E")
        .enter(112.0, 2, "E")
        .enter(118.0, 2, "I")
        .enter_all(130.0, 2, &["*AAAAFB", "*A", "XI", "E", "*AAAAFB"]);
    judged(
        "changing-a-booking.txt",
        "Changing a booking on file: displayed by name, a segment cancelled, another sold, END.\n\
         Then sets 0 and 2 change it at the same time, and the later END is refused. At last the\n\
         whole booking is cancelled.",
        &evening,
    );
}

#[test]
fn many_items_and_a_long_answer() {
    let evening = Evening::new(120.0)
        .enter_all(
            1.0,
            0,
            &[
                "0AA1Y12JULLGALAXNN4",
                "0AA3F13JULLGALAXNN4",
                "0AA205Y14JULLGAALBLL4",
                "-4WHITE/PETER MR/ELIZABETH MRS/THOMAS/CATHERINE",
                "9212-555-0123-HOME NIGHT$7TAW10JUL$6MR WHITES OFFICE LADY",
                "5VEGETARIAN MEAL FOR MRS WHITE",
                "*A",
                "E",
            ],
        )
        .enter_all(80.0, 1, &["*AAAAFB", "*A"]);
    judged(
        "long-answer.txt",
        "Several items in one entry, parted by $, and an answer of several blocks: the next one is\n\
         asked for when the one before has been printed, at 15 characters a second.",
        &evening,
    );
}

#[test]
fn reset_again_and_again() {
    let evening = Evening::new(60.0)
        .enter(1.0, 0, "0AA1Y12JULLGALAXNN1")
        .reset(1.215, 0)
        .enter(1.23, 0, "0AA3Y13JULLGALAXNN1")
        .reset(1.445, 0)
        .enter(1.46, 0, "0AA9Y14JULLGALAXNN1")
        .reset(1.675, 0)
        .enter(1.69, 0, "*I")
        .enter(20.0, 1, "0AA1Y12JULLGALAXNN2")
        .reset(20.215, 1)
        .enter(20.23, 1, "112JULLGALAX")
        .enter(40.0, 0, "*I")
        .enter(40.0, 1, "*I");
    let morning = judged(
        "reset-again.txt",
        "An agent who presses RESET before every answer: each entry is told what became of the one\n\
         before, and everything was done once. Set 1 asks for lights after a RESET: it gets words,\n\
         and is to ask again.",
        &evening,
    );
    let segments = morning.answer(0, 4).matches("SS1").count();
    assert_eq!(segments, 3, "each sell was done once");
}

/// Seventy-four bookings in one name fill its place in the index and the one behind it.
#[test]
fn the_name_index_can_be_full() {
    let mut evening = Evening::new(900.0);
    for n in 0..75u16 {
        let start = 1.0 + 10.0 * f64::from(n / 3);
        let (flight, day) = (["AA1", "AA3", "AA9"][usize::from(n % 3)], 3 + n / 9);
        let sell = format!("0{flight}Y{day}JULLGALAXNN1");
        let set = n % 3;
        for (later, text) in [(0.0, sell.as_str()), (3.0, PARTICULARS), (6.0, "E")] {
            evening = evening.enter(start + later, set, text);
        }
    }
    let evening = evening.enter(600.0, 0, "*-SMITH").enter(620.0, 0, "I");
    let morning = evening.twice(&site("tiny"));
    let answers = morning
        .outcome
        .entries
        .iter()
        .filter(|row| row.entry.text == "E");
    let answers: Vec<&str> = answers.map(|row| row.answer.as_str()).collect();
    assert_eq!(answers.len(), 75);
    let filed = answers.iter().filter(|answer| answer.starts_with("OK "));
    assert_eq!(filed.count(), 74, "{answers:?}");
    assert_eq!(answers.iter().filter(|a| **a == "INDEX FULL").count(), 1);
    let found = morning.answer(0, 75);
    assert_eq!(found.split_whitespace().count(), 8, "{found}");
    morning.all_held();
}
