//! Golden transcripts: what people at the sets see, from availability to END and when things go
//! wrong.
//!
//! Each is a text file in `tests/golden` that a person can read as the roll of paper in the set's
//! printer, with times. They are played at the tiny site (three sets on one line, four flights),
//! where flight AA1 has a single coach seat left on 1 and 2 July, so that people can race for it.
//! People type at their own pace: six seconds an entry, or when the keyboard unlocks.
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
                "11JULLGALAX/2",
                "11JULLGALAX/1",
                "02Y2",
                "02Y2LL",
                "-2ROE/ANN MRS/TOM$9516-555-0142-B$7TAW$6MRS ROE",
                "*I",
                "E",
            ],
        )
        .enter_all(60.0, 2, &["*AAAAFB", "*A", "IG"]);
    judged(
        "refusal.txt",
        "A refusal: two coach seats are wanted on AA1 of 1 July, and one is left (line 2 is dark\n\
         for two seats and lit for one). The passengers go on the wait-list instead.",
        &evening,
    );
}

#[test]
fn a_race_for_the_last_seat() {
    let evening = Evening::new(60.0)
        .enter(1.0, 0, "11JULLGALAX")
        .enter(1.0, 1, "11JULLGALAX")
        .enter(10.0, 0, "01Y2")
        .enter(10.0, 1, "01Y2")
        .enter(20.0, 2, "11JULLGALAX")
        .enter(25.0, 0, "I")
        .enter(25.0, 1, "I")
        .enter(35.0, 1, "0AA1Y1JULLGALAXNN1")
        .enter(35.0, 0, "0AA1Y1JULLGALAXNN1")
        .enter(50.0, 2, "11JULLGALAX");
    let morning = judged(
        "last-seat.txt",
        "A race for the last seat: sets 0 and 1 both see one coach seat on AA1 of 1 July and sell\n\
         it at the same instant. One of them gets it. Both ignore, and race once more; set 2 looks\n\
         at the lights in between.",
        &evening,
    );
    for round in [1, 3] {
        let answers = [morning.answer(0, round), morning.answer(1, round)];
        let refused = answers.iter().filter(|a| a.starts_with("UNABLE")).count();
        assert_eq!(refused, 1, "{answers:?}");
    }
}

#[test]
fn reset_during_a_takeover() {
    // Set 0 types the same again; set 1 gives its entry up for another, which was done; set 2 gives
    // its entry up too, and it was not done.
    let evening = Evening::new(60.0)
        .enter_all(1.0, 0, &["112JULLGALAX"])
        .enter_all(2.0, 1, &["112JULLGALAX"])
        .enter_all(3.0, 2, &["112JULLGALAX"])
        .enter(29.6, 1, "01Y4")
        .enter(29.95, 0, "01Y2")
        .enter(30.02, 2, "01Y6")
        .fault(30.0, fail_stop())
        .reset(30.2, 0)
        .enter(30.3, 0, "01Y2")
        .reset(30.2, 1)
        .enter(30.3, 1, "*I")
        .reset(30.2, 2)
        .enter(30.3, 2, "*I")
        .enter(45.0, 0, "*I")
        .enter(45.0, 1, "*I")
        .enter(45.0, 2, "*I");
    judged(
        "reset-during-takeover.txt",
        "RESET during a takeover.",
        &evening,
    );
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
        .enter_all(380.0, 1, &["0AA1Y1JULLGALAXNN1"])
        .enter_all(385.0, 2, &["0AA1Y1JULLGALAXNN1"]);
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
    let mut evening = Evening::new(60.0);
    for (n, text) in [
        "0AA1Y12JULLGALAXNN1",
        "0AA3Y13JULLGALAXNN1",
        "0AA9Y14JULLGALAXNN1",
        "*I",
    ]
    .into_iter()
    .enumerate()
    {
        let start = 1.0 + n as f64;
        evening = evening.enter(start, 0, text).reset(start + 0.13, 0);
    }
    judged(
        "reset-again.txt",
        "An agent who presses RESET before every answer: each entry is told what became of the one\n\
         before.",
        &evening,
    );
}
