//! Entries become operations: at a desk where everything is typed and told by hand.

use super::*;
use crate::judges::ledger::Ledger;
use crate::linearisability::{Deed, Event, Id, Step};
use crate::schedule::Schedule;

const TODAY: Today = Today {
    first_day: 181,
    number: 0,
};
const COACH: SeatKey = (0, 11, 1);
const FIRST: SeatKey = (0, 11, 0);
const SOLD: &str = "1 AA1    Y 12JUL LGALAX SS2 0900 1130";

fn schedule() -> Schedule {
    let mut text = "designator,origin,destination,departure,arrival,distance,aircraft_1962,first_seats,coach_seats\n\
         AA1,LGA,LAX,0900,1130,2475,Boeing 707-123,34,78\n"
        .to_owned();
    // A second sheet, from 17:00 on, and another pair of cities.
    for number in 2..=8 {
        text += &format!("AA{number},LGA,LAX,1{number}00,1{number}40,2475,Boeing 707-123,34,78\n");
    }
    text += "AA9,LGA,LAX,1900,2130,2475,Boeing 707-123,34,78\n";
    text += "AA20,LGA,ALB,0730,0840,136,Convair 240,8,32\n";
    Schedule::read("schedule.csv", &text).expect("a good schedule")
}

/// Two sets. One flight of it all is looked at: AA1, whose ordinal is 0.
struct Desk {
    schedule: Schedule,
    ledger: Ledger,
    model: Model,
    operations: Operations,
    seconds: u64,
}

impl Desk {
    fn new() -> Desk {
        Desk {
            schedule: schedule(),
            ledger: Ledger::new(2),
            model: Model::new(2, TODAY),
            operations: Operations::new(2),
            seconds: 0,
        }
    }

    fn now(&mut self) -> Instant {
        self.seconds += 1;
        Instant(self.seconds * 1_000_000_000)
    }

    fn types(&mut self, set: u16, serial: u16, text: &str) {
        let at = self.now();
        self.ledger.typed(at, set, text);
        if let Some(gone) = self.ledger.accepted(at, set, serial, false) {
            self.model.undecided(set, &gone.text);
            self.operations
                .undecided(set, &gone, &self.model, &self.schedule);
        }
        self.operations
            .begun(at, set, &self.ledger, &self.model, &self.schedule);
    }

    fn reads(&mut self, set: u16, serial: u16, text: &str, lights: Option<u16>) {
        let at = self.now();
        let outcome = self.ledger.answer(at, set, serial, text, lights, true);
        if let Some(before) = &outcome.undecided {
            self.model.undecided(set, &before.text);
            self.operations
                .undecided(set, before, &self.model, &self.schedule);
        }
        if let Some(before) = &outcome.before_not_done {
            self.operations
                .ended(at, set, before.serial, Outcome::NotDone);
        }
        self.operations.answered(at, set);
        for done in [outcome.before_done, outcome.completed]
            .into_iter()
            .flatten()
        {
            let sure = self.operations.completing(&done, &self.model);
            let (text, answer) = (&done.entry.text, done.entry.answer.trim_end());
            let changes = self.model.apply(set, text, answer, &self.schedule);
            let (model, schedule) = (&self.model, &self.schedule);
            self.operations
                .completed(at, &done, &changes, sure, model, schedule);
        }
    }

    /// What has begun and ended since, in words.
    fn heard(&mut self) -> Vec<String> {
        let told = |(key, event): (SeatKey, Event)| {
            let Id { set, serial, .. } = event.id;
            let class = if key.2 == 0 { "F" } else { "Y" };
            match event.step {
                Step::Begin(Deed::Sell(n)) => format!("{set}/{serial} sells {n} {class}"),
                Step::Begin(Deed::Back(n)) => format!("{set}/{serial} gives back {n} {class}"),
                Step::End(outcome) => format!("{set}/{serial} {outcome:?} {class}"),
            }
        };
        self.operations.events.drain(..).map(told).collect()
    }
}

#[test]
fn an_availability_lights_the_sheet_that_the_program_lights() {
    let schedule = schedule();
    let asked = |text| operations::asked(text, TODAY, &schedule);
    let display = |text| asked(text).map(|asked| (asked.display, asked.seats));
    let first = asked("112JULLGALAX").expect("a sheet").display.0;
    for (text, sheet, seats) in [
        ("112JULLGALAX", 0, 1),
        ("112JULLGALAX/3", 0, 3),
        ("112JULLGALAX6P", 0, 1),
        ("112JULLGALAX7P", 1, 1),
        ("112JULLGALAX1900/2", 1, 2),
        ("112JULLGALAX1859", 0, 1),
        ("112JULLGALAX11A", 0, 1),
        ("112JULLGALAX12P", 0, 1),
    ] {
        assert_eq!(display(text), Some(((first + sheet, 11), seats)), "{text}");
    }
    for text in [
        "1",
        "112",
        "112JUX",
        "112JULLGA",
        "112JULLGASFO",
        "131AUGLGALAX/X",
        "11SEPLGALAX",
    ] {
        assert_eq!(asked(text), None, "{text}");
    }
}

#[test]
fn a_sell_is_known_from_its_text_or_from_the_line_lit() {
    let mut desk = Desk::new();
    desk.types(0, 1, "02Y2");
    desk.reads(0, 1, "NO DISPLAY", None);
    assert_eq!(desk.heard(), [""; 0], "nothing was lit");
    desk.types(0, 2, "112JULLGALAX");
    desk.reads(0, 2, "", Some(0x8000));
    desk.types(0, 3, "02Y2");
    desk.types(1, 1, "0AA1F12JULLGALAXNN1");
    desk.reads(1, 1, "UNABLE 0 LEFT", None);
    desk.reads(0, 3, SOLD, None);
    let sells = [
        "0/3 sells 2 Y",
        "1/1 sells 1 F",
        "1/1 Refused { left: 0 } F",
        "0/3 Done Y",
    ];
    assert_eq!(desk.heard(), sells);
    desk.types(0, 4, "02Y2LL");
    desk.reads(0, 4, "2 AA1    Y 12JUL LGALAX LL2 0900 1130", None);
    desk.types(1, 2, "0AA1F12JULLGALAXLL1");
    desk.reads(1, 2, "1 AA1    F 12JUL LGALAX LL1 0900 1130", None);
    assert_eq!(desk.heard(), [""; 0], "nobody's seat");
    desk.types(0, 5, "01Y17");
    desk.reads(0, 5, "NO LINE", None);
    desk.types(0, 6, "I");
    desk.reads(0, 6, "IGNORED", None);
    assert_eq!(desk.heard(), ["0/6 gives back 2 Y", "0/6 Done Y"]);
    let functions = desk.operations.entries.iter().map(|entry| entry.function);
    let waits = functions
        .filter(|&one| one == history::Function::WaitList)
        .count();
    assert_eq!((waits, &desk.operations.not_asked[..]), (4, &[][..]));
}

#[test]
fn a_seat_of_another_flight_than_asked_for_is_noticed() {
    let mut desk = Desk::new();
    desk.types(0, 1, "0AA1F12JULLGALAXNN2");
    desk.reads(0, 1, SOLD, None);
    assert_eq!(
        desk.operations.out_of_sight,
        [(COACH, 2)],
        "sold, and never asked for"
    );
    assert_eq!(
        desk.operations.not_asked,
        [format!(
            "set 0: `0AA1F12JULLGALAXNN2` was answered `{SOLD}`: that was not asked for"
        )]
    );
    assert_eq!(desk.heard(), ["0/1 sells 2 F", "0/1 NotDone F"]);
    assert_ne!(FIRST, COACH);
}

#[test]
fn the_next_answer_tells_what_became_of_an_entry_given_up() {
    for (done, expected) in [
        (true, ["0/1 Done Y", "0/2 Done Y"]),
        (false, ["0/1 NotDone Y", "0/2 NotDone Y"]),
    ] {
        let mut desk = Desk::new();
        desk.types(0, 1, "0AA1Y12JULLGALAXNN2");
        desk.types(0, 2, "I");
        assert_eq!(desk.heard(), ["0/1 sells 2 Y", "0/2 gives back 2 Y"]);
        let answer = match done {
            true => format!("LAST ENTRY DONE/{SOLD}/IGNORED"),
            false => "LAST ENTRY NOT DONE/IGNORED".to_owned(),
        };
        desk.reads(0, 2, &answer, None);
        assert_eq!(desk.heard(), expected);
        assert!(desk.operations.is_sure(0, &desk.model));
    }
}

#[test]
fn of_an_entry_given_up_twice_nobody_is_told() {
    let mut desk = Desk::new();
    desk.types(0, 1, "0AA1Y12JULLGALAXNN2");
    desk.types(0, 2, "9212");
    desk.types(0, 3, "5SEA");
    desk.reads(0, 3, "LAST ENTRY NOT DONE/OK", None);
    assert_eq!(desk.heard(), ["0/1 sells 2 Y", "0/1 Untold Y"]);
    assert!(
        !desk.operations.is_sure(0, &desk.model),
        "it may hold two seats"
    );
    desk.types(0, 4, "XI");
    desk.reads(0, 4, "OK", None);
    desk.types(0, 5, "I");
    desk.reads(0, 5, "IGNORED", None);
    let untold = [
        "0/4 gives back 2 Y",
        "0/4 Untold Y",
        "0/5 gives back 2 Y",
        "0/5 Untold Y",
    ];
    assert_eq!(desk.heard(), untold);
    assert!(desk.operations.is_sure(0, &desk.model), "empty");
}

#[test]
fn what_may_be_in_a_booking_of_doubt_follows_it_into_another_set() {
    let mut desk = Desk::new();
    desk.types(0, 1, "0AA1Y12JULLGALAXNN2");
    desk.types(0, 2, "9212");
    desk.types(0, 3, "5SEA");
    desk.reads(0, 3, "LAST ENTRY NOT DONE/OK", None);
    desk.types(0, 4, "E");
    desk.reads(0, 4, "OK AAAABC", None);
    desk.heard();
    desk.types(1, 1, "*AAAABC");
    desk.reads(1, 1, "AAAABC SMITH/JOHN MR", None);
    desk.types(1, 2, "X1");
    desk.reads(1, 2, "OK", None);
    assert_eq!(desk.heard(), [""; 0], "it goes back at the END");
    desk.types(1, 3, "E");
    desk.reads(1, 3, "OK AAAABC", None);
    assert_eq!(desk.heard(), ["1/3 gives back 2 Y", "1/3 Untold Y"]);
}

#[test]
fn a_set_that_may_have_brought_in_anything_is_blind_until_it_is_empty() {
    let mut desk = Desk::new();
    desk.types(1, 1, "0AA1Y12JULLGALAXNN2");
    desk.reads(1, 1, SOLD, None);
    desk.types(1, 2, "E");
    desk.reads(1, 2, "OK AAAABC", None);
    desk.types(0, 1, "*-SMITH");
    desk.types(0, 2, "9212");
    desk.types(0, 3, "X1");
    desk.reads(0, 3, "LAST ENTRY NOT DONE/OK", None);
    assert_eq!(desk.operations.out_of_sight, []);
    desk.types(0, 4, "E");
    desk.reads(0, 4, "OK AAAABC", None);
    assert_eq!(
        desk.operations.out_of_sight,
        [(COACH, -2)],
        "two may be free again"
    );
    desk.types(0, 5, "I");
    desk.reads(0, 5, "IGNORED", None);
    assert!(desk.operations.is_sure(0, &desk.model));
}

#[test]
fn a_display_given_up_is_told_with_the_next_answer_and_what_it_brought_is_known() {
    let mut desk = Desk::new();
    desk.types(1, 1, "0AA1Y12JULLGALAXNN2");
    desk.reads(1, 1, SOLD, None);
    desk.types(1, 2, "E");
    desk.reads(1, 2, "OK AAAABC", None);
    desk.heard();
    desk.types(0, 1, "*AAAABC");
    desk.types(0, 2, "*I");
    let told = "LAST ENTRY DONE/AAAABC SMITH/JOHN MR/1 AA1    Y 12JUL LGALAX HK2/";
    desk.reads(0, 2, told, None);
    assert!(desk.operations.is_sure(0, &desk.model));
    desk.types(0, 3, "X1");
    desk.reads(0, 3, "OK", None);
    desk.types(0, 4, "E");
    desk.reads(0, 4, "OK AAAABC", None);
    assert_eq!(desk.heard(), ["0/4 gives back 2 Y", "0/4 Done Y"]);
}
