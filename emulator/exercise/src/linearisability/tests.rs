//! Histories made by hand: what can be ordered, and what cannot.

use clock::Instant;

use super::{Checker, Deed, Event, Failure, Id, Outcome, Range, Step};

const S: u64 = 1_000_000_000;

fn id(set: u16) -> Id {
    Id {
        set,
        serial: 1,
        part: 0,
    }
}

/// An operation: set, deed, outcome, from and to in seconds. With `to` 0 it never ends.
type Line = (u16, Deed, Option<Outcome>, u64, u64);

/// The events of a few operations in order of time; at one instant what begins comes first.
fn events(lines: &[Line]) -> Vec<Event> {
    let mut events = Vec::new();
    for &(set, deed, outcome, from, to) in lines {
        let (at, id) = (Instant(from * S), id(set));
        let step = Step::Begin(deed);
        events.push(Event { at, id, step });
        if let Some(outcome) = outcome {
            let at = Instant(to * S);
            let step = Step::End(outcome);
            events.push(Event { at, id, step });
        }
    }
    events.sort_by_key(|event| (event.at, matches!(event.step, Step::End(_))));
    events
}

fn judged(free: i32, lines: &[Line]) -> Result<Checker, Box<Failure>> {
    let mut checker = Checker::new(free);
    for event in events(lines) {
        checker.hear(event)?;
    }
    Ok(checker)
}

fn sold(set: u16, seats: u16, from: u64, to: u64) -> Line {
    (set, Deed::Sell(seats), Some(Outcome::Done), from, to)
}

fn refused(set: u16, seats: u16, left: u16, from: u64, to: u64) -> Line {
    let outcome = Some(Outcome::Refused { left });
    (set, Deed::Sell(seats), outcome, from, to)
}

fn back(set: u16, seats: u16, from: u64, to: u64) -> Line {
    (set, Deed::Back(seats), Some(Outcome::Done), from, to)
}

fn holds(free: i32, lines: &[Line]) {
    if let Err(failure) = judged(free, lines) {
        panic!("it can be ordered, but: {failure}");
    }
}

fn broken(free: i32, lines: &[Line]) -> String {
    match judged(free, lines) {
        Ok(checker) => panic!("it cannot be ordered: {checker:?}"),
        Err(failure) => failure.to_string(),
    }
}

#[test]
fn the_last_seat_is_sold_once() {
    holds(1, &[sold(1, 1, 1, 3), refused(2, 1, 0, 2, 4)]);
    let said = broken(1, &[sold(1, 1, 1, 3), sold(2, 1, 2, 4)]);
    assert_eq!(
        said,
        "from 00:00:01.000 to 00:00:04.000, 1 seat left at first: \
         set 1 (serial 1) sold 1 seat, entered 00:00:01.000, answered 00:00:03.000; \
         set 2 (serial 1) sold 1 seat, entered 00:00:02.000, answered 00:00:04.000. \
         There is no order in which all of these can be"
    );
}

#[test]
fn a_refusal_happens_while_it_is_on_its_way() {
    // Two left, two sold by somebody while the other's entry was on its way: either first.
    holds(2, &[sold(1, 2, 1, 5), refused(2, 2, 0, 2, 4)]);
    // The sale was answered before the refused entry began, or began after it was answered.
    holds(2, &[sold(1, 2, 1, 2), refused(2, 2, 0, 3, 4)]);
    broken(2, &[refused(2, 2, 0, 1, 2), sold(1, 2, 3, 4)]);
    // A refusal that says another number of seats than were ever left.
    broken(2, &[sold(1, 2, 1, 5), refused(2, 2, 1, 2, 4)]);
    // A refusal with the seats there.
    let said = broken(3, &[refused(2, 2, 2, 1, 2)]);
    assert!(said.contains("3 seats left at first: set 2"), "{said}");
    broken(2, &[refused(2, 2, 2, 1, 2)]);
}

#[test]
fn a_sale_that_was_lost_shows_only_when_somebody_looks() {
    // Nobody is refused and nobody oversold: this can be ordered, whatever stands in the files.
    holds(9, &[sold(1, 4, 1, 2), sold(2, 4, 3, 4)]);
    // But after five were sold not six can be left.
    let said = broken(
        9,
        &[sold(1, 4, 1, 2), sold(2, 1, 3, 4), refused(3, 9, 8, 5, 6)],
    );
    assert!(said.contains("set 3 (serial 1) was refused 9 seats, with 8 left"));
}

#[test]
fn two_refusals_must_agree_on_an_order() {
    // 2, then 1, then 0: the one who saw 0 was answered before the one who saw 1 began.
    let lines = [
        sold(1, 1, 1, 9),
        sold(2, 1, 1, 9),
        refused(3, 3, 0, 2, 3),
        refused(4, 3, 1, 4, 5),
    ];
    let said = broken(2, &lines);
    assert!(said.contains("2 seats left at first"), "{said}");
    let lines = [
        sold(1, 1, 1, 9),
        sold(2, 1, 1, 9),
        refused(3, 3, 1, 2, 3),
        refused(4, 3, 0, 4, 5),
    ];
    holds(2, &lines);
    // Both at once, in any order.
    let lines = [
        sold(1, 1, 1, 9),
        sold(2, 1, 1, 9),
        refused(3, 3, 0, 2, 5),
        refused(4, 3, 1, 4, 5),
    ];
    holds(2, &lines);
}

#[test]
fn seats_given_back_can_be_sold_from_when_the_cancellation_was_entered() {
    holds(0, &[back(1, 2, 1, 9), sold(2, 2, 2, 3)]);
    broken(0, &[sold(2, 2, 1, 2), back(1, 2, 3, 4)]);
    // Sold, refused and sold again around one cancellation.
    let lines = [
        refused(2, 1, 0, 1, 3),
        back(1, 1, 2, 6),
        sold(3, 1, 4, 5),
        refused(4, 1, 0, 5, 7),
    ];
    holds(0, &lines);
    let lines = [sold(3, 1, 4, 5), back(1, 1, 2, 6), refused(2, 1, 0, 3, 3)];
    holds(0, &lines);
}

#[test]
fn an_unanswered_entry_may_have_happened_once_or_not_at_all() {
    let lost: Line = (1, Deed::Sell(1), Some(Outcome::Unanswered), 1, 2);
    holds(1, &[lost, sold(2, 1, 3, 4)]);
    holds(1, &[lost, refused(2, 1, 0, 3, 4)]);
    // Not twice; not before it was entered; not undone again.
    broken(2, &[lost, refused(2, 1, 0, 3, 4)]);
    let late: Line = (1, Deed::Sell(1), Some(Outcome::Unanswered), 5, 6);
    broken(1, &[late, refused(2, 1, 0, 3, 4)]);
    let seen = refused(2, 1, 0, 3, 4);
    broken(1, &[lost, seen, sold(3, 1, 5, 6)]);
    // Long after, too.
    holds(
        1,
        &[
            lost,
            sold(2, 1, 3, 4),
            back(2, 1, 5, 6),
            refused(3, 1, 0, 90, 91),
        ],
    );
}

#[test]
fn an_untold_entry_has_happened_by_its_end_or_never_will() {
    let untold: Line = (1, Deed::Sell(1), Some(Outcome::Untold), 1, 4);
    holds(1, &[untold, sold(2, 1, 5, 6)]);
    holds(1, &[untold, refused(2, 1, 0, 5, 6)]);
    holds(1, &[untold, refused(2, 1, 0, 2, 3), refused(3, 1, 0, 5, 6)]);
    broken(2, &[untold, refused(2, 1, 0, 5, 6)]);
    broken(2, &[untold, refused(2, 2, 1, 2, 3), sold(3, 2, 5, 6)]);
    // Somebody saw both seats after it was over: it cannot happen any more.
    let lines = [untold, refused(2, 3, 2, 5, 6), refused(3, 3, 1, 7, 8)];
    broken(2, &lines);
    let unanswered: Line = (1, Deed::Sell(1), Some(Outcome::Unanswered), 1, 4);
    holds(
        2,
        &[unanswered, refused(2, 3, 2, 5, 6), refused(3, 3, 1, 7, 8)],
    );
}

#[test]
fn what_was_told_not_done_did_nothing() {
    let not: Line = (1, Deed::Sell(1), Some(Outcome::NotDone), 1, 5);
    holds(1, &[not, sold(2, 1, 2, 3)]);
    broken(1, &[not, refused(2, 1, 0, 2, 3)]);
}

#[test]
fn an_entry_without_end_keeps_the_others_waiting_and_the_range_wide() {
    let mut checker = judged(5, &[(1, Deed::Sell(2), None, 1, 0), sold(2, 9, 2, 3)]);
    let checker = checker.as_mut().expect("nothing can be said yet");
    assert_eq!(checker.range(), Range { least: 0, most: 5 });
    assert_eq!(checker.certain(), None);
    let end = Event {
        at: Instant(4 * S),
        id: id(1),
        step: Step::End(Outcome::Done),
    };
    assert!(checker.hear(end).is_err(), "nine of five");
    assert_eq!(checker.range(), Range::ANY, "and nothing is said any more");
    assert!(checker.given_up());
}

#[test]
fn when_all_is_answered_only_the_count_is_left() {
    let lines = [sold(1, 2, 1, 3), back(3, 1, 2, 4), refused(2, 9, 4, 3, 5)];
    let checker = judged(5, &lines).expect("it can be ordered");
    assert_eq!(
        (checker.certain(), checker.range()),
        (Some(4), Range::exactly(4))
    );
}

#[test]
fn only_what_matters_is_told() {
    let lines = [
        sold(9, 1, 1, 2),
        back(8, 1, 3, 20),
        sold(7, 1, 4, 30),
        refused(6, 9, 1, 5, 31),
        refused(2, 2, 5, 6, 7),
    ];
    let said = broken(3, &lines);
    assert!(!said.contains("set 9"), "before the window: {said}");
    assert!(said.contains("2 seats left at first: set 2"), "{said}");
    assert!(
        said.ends_with("whatever the 3 others at that time did"),
        "{said}"
    );
}

#[test]
fn what_ends_without_having_begun_is_not_heard() {
    holds(1, &[]);
    let mut checker = Checker::new(1);
    let end = Event {
        at: Instant(S),
        id: id(1),
        step: Step::End(Outcome::Done),
    };
    assert!(checker.hear(end).is_ok());
    assert_eq!(checker.certain(), Some(1));
}
