//! One agent at one set.
//!
//! | phase | the agent | goes on |
//! |---|---|---|
//! | idle | waits for a call | a call comes |
//! | thinking | talks, reads, types | types the next entry and presses ENTER |
//! | waiting | looks at the locked keyboard | the answer comes, or patience ends: RESET |
//! | after RESET | wonders | the same text again, or a look at the booking |
//!
//! Where entries can be lost, a lost sell or cancel may have been done or not: the agent ignores the
//! booking and begins again. Anything else is typed again.
//!
//! A call is a list of steps; answers change it: a refused sell becomes another line, another day,
//! the wait-list or nothing; `NEED PHONE FIELD - USE 9` becomes a telephone item. What came after a
//! RESET with other text, `LAST ENTRY DONE/...`, is taken as the answer to the entry before.
//!
//! Assumed: all times and chances here.

use std::collections::VecDeque;

use clock::{Instant, Span, Stream};
use serde::{Deserialize, Serialize};

use super::customer::{Customer, Wish, draw_wish};
use super::{AgentCounts, Key, Knowledge, SetEvent};

/// What an agent wants next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// To be woken at `wake_at`.
    Wait,
    /// To do this now, and to be woken at `wake_at`.
    Do(Key),
    /// A free set.
    CallEnded,
}

/// One entry to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Step {
    Look,
    SellLine(u8),
    SellDirect,
    WaitLine(u8),
    WaitDirect,
    Item(Vec<Item>),
    ShowBooking,
    ShowItinerary,
    ByLocator(String),
    ByName(String),
    Cancel(u8),
    CancelAll,
    End,
    Ignore,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Item {
    Name,
    Phone,
    Ticketing,
    Received,
    Remark,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Purpose {
    /// Wants to know, perhaps tries.
    Inquiry,
    Booking,
    /// Has a booking and wants to hear it or to change it.
    Change,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Call {
    purpose: Purpose,
    wish: Wish,
    customer: Customer,
    todo: VecDeque<Step>,
    /// Looks the customer still asks for before deciding.
    looks_left: u8,
    /// Segments wanted still, this one included.
    segments_left: u8,
    /// Segments held, wait-listed ones included.
    segments: u8,
    /// Refusals and dark sheets met.
    setbacks: u8,
    /// Entries that made no sense to the system.
    mistakes: u8,
    /// A booking of before is shown.
    retrieved: bool,
    /// The items are in the list of steps.
    closing: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Phase {
    Idle,
    Thinking,
    Waiting { patience_ends: Instant },
    AfterReset,
}

/// The entry on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Pending {
    step: Step,
    text: String,
    accepted: bool,
    /// The text so far of the answer.
    answer: String,
    /// The entry typed before a RESET, to which this one's answer also speaks.
    doubtful: Option<(Step, String)>,
}

/// An agent; plain data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Agent {
    set: u16,
    stream: Stream,
    phase: Phase,
    call: Option<Call>,
    pending: Option<Pending>,
    /// The set may still hold somebody's open booking.
    dirty: bool,
    available: bool,
    /// When the agent does something next.
    pub wake_at: Instant,
}

fn seconds(low: f64, mean_more: f64, stream: &mut Stream) -> Span {
    Span::from_seconds_f64((low + stream.exponential(mean_more)).min(180.0))
}

impl Agent {
    /// An idle agent.
    pub fn new(set: u16, stream: Stream) -> Agent {
        Agent {
            set,
            stream,
            phase: Phase::Idle,
            call: None,
            pending: None,
            dirty: false,
            available: true,
            wake_at: Instant::MAX,
        }
    }

    /// A call comes in.
    pub fn take_call(&mut self, at: Instant, knowledge: &Knowledge) {
        let stream = &mut self.stream;
        let purpose =
            [Purpose::Booking, Purpose::Inquiry, Purpose::Change][stream.weighted(&[71, 10, 19])];
        let wish = draw_wish(stream, knowledge, knowledge.today(at));
        let customer = Customer::draw(stream, wish.seats);
        let mut todo = VecDeque::new();
        if self.dirty {
            todo.push_back(Step::Ignore);
        }
        let mut looks_left = 0;
        match purpose {
            Purpose::Change => {}
            _ if wish.flight.is_some() && stream.chance(0.35) => {
                todo.push_back(Step::SellDirect);
            }
            _ => {
                looks_left = stream.weighted(&[2, 9, 18, 25, 24, 22]) as u8;
                todo.push_back(Step::Look);
            }
        }
        let segments_left = match purpose {
            Purpose::Inquiry => u8::from(stream.chance(0.35)),
            _ => 1 + stream.weighted(&[56, 38, 6]) as u8,
        };
        self.call = Some(Call {
            purpose,
            wish,
            customer,
            todo,
            looks_left,
            segments_left,
            segments: 0,
            setbacks: 0,
            mistakes: 0,
            retrieved: false,
            closing: false,
        });
        self.phase = Phase::Thinking;
        self.wake_at = at + seconds(2.0, 4.0, &mut self.stream);
    }

    /// Gives up the call in hand, whatever the set holds.
    pub fn drop_call(&mut self) {
        self.call = None;
        self.pending = None;
        self.phase = Phase::Idle;
        self.dirty = true;
        self.wake_at = Instant::MAX;
    }

    /// Sees only whether the set can be used, while somebody else sits there.
    pub fn watch_from_afar(&mut self, event: &SetEvent) {
        match event {
            SetEvent::NotAvailable => self.available = false,
            SetEvent::Available => self.available = true,
            _ => {}
        }
    }

    /// It is time: do the next thing.
    pub fn wake(
        &mut self,
        at: Instant,
        knowledge: &Knowledge,
        recent: &VecDeque<(String, String)>,
        counts: &mut AgentCounts,
    ) -> Next {
        match self.phase.clone() {
            Phase::Idle => Next::CallEnded,
            Phase::Thinking => {
                if !self.available {
                    self.wake_at = at + Span::from_millis(700);
                    return Next::Wait;
                }
                self.next_entry(at, knowledge, recent, counts)
            }
            Phase::Waiting { patience_ends } => {
                let accepted = self.pending.as_ref().is_some_and(|p| p.accepted);
                if !accepted {
                    // The keyboard was locked after all: try the same again.
                    let Some(pending) = &self.pending else {
                        return self.end_call(at);
                    };
                    let key = Key::Enter(pending.text.clone());
                    self.wait(at);
                    return Next::Do(key);
                }
                if at < patience_ends {
                    self.wake_at = patience_ends;
                    return Next::Wait;
                }
                if !self.available {
                    // RESET does nothing while the system is not available; when it is again, the
                    // answer gets some time.
                    let patience_ends = at + seconds(6.0, 2.0, &mut self.stream);
                    self.phase = Phase::Waiting { patience_ends };
                    self.wake_at = patience_ends;
                    return Next::Wait;
                }
                counts.resets += 1;
                self.phase = Phase::AfterReset;
                self.wake_at = at + seconds(0.2, 0.4, &mut self.stream);
                Next::Do(Key::Reset)
            }
            Phase::AfterReset => self.reenter(at, knowledge, counts),
        }
    }

    /// After RESET: the same text, or a look at what is in the booking.
    fn reenter(&mut self, at: Instant, knowledge: &Knowledge, counts: &mut AgentCounts) -> Next {
        if !self.available {
            self.wake_at = at + Span::from_millis(700);
            return Next::Wait;
        }
        let Some(mut pending) = self.pending.take() else {
            return self.end_call(at);
        };
        pending.accepted = false;
        pending.answer.clear();
        let other = knowledge.entries_kept
            && pending.doubtful.is_none()
            && !matches!(pending.step, Step::ShowItinerary)
            && self.stream.chance(0.3);
        if other {
            counts.reentered_other += 1;
            pending = Pending {
                step: Step::ShowItinerary,
                text: "*I".to_owned(),
                accepted: false,
                answer: String::new(),
                doubtful: Some((pending.step, pending.text)),
            };
        } else if !knowledge.entries_kept && self.begin_again(&pending.step) {
            counts.reentered_other += 1;
            (pending.step, pending.text) = (Step::Ignore, "I".to_owned());
        } else {
            counts.reentered_same += 1;
        }
        let key = Key::Enter(pending.text.clone());
        self.pending = Some(pending);
        self.wait(at);
        Next::Do(key)
    }

    /// After an entry that may be lost: true if the booking is to be ignored and the call begun
    /// again, because the entry must not be done twice.
    fn begin_again(&mut self, lost: &Step) -> bool {
        let twice_is_wrong = match lost {
            Step::SellLine(_) | Step::SellDirect | Step::WaitLine(_) | Step::WaitDirect => true,
            Step::Cancel(_) | Step::CancelAll => true,
            Step::Look | Step::Item(_) | Step::End | Step::Ignore => false,
            Step::ShowBooking | Step::ShowItinerary => false,
            Step::ByLocator(_) | Step::ByName(_) => false,
        };
        if let (true, Some(call)) = (twice_is_wrong, &mut self.call) {
            call.todo.clear();
            if call.purpose != Purpose::Change {
                call.todo.push_back(Step::Look);
            }
            call.segments_left = call.segments_left.saturating_add(call.segments).max(1);
            (call.segments, call.retrieved, call.closing) = (0, false, false);
        }
        twice_is_wrong
    }

    fn wait(&mut self, at: Instant) {
        let patience = if self.stream.chance(0.005) {
            // In a hurry, or bored.
            seconds(0.3, 0.6, &mut self.stream)
        } else {
            seconds(18.0, 20.0, &mut self.stream)
        };
        self.phase = Phase::Waiting {
            patience_ends: at + patience,
        };
        // A first look after a second: did the keyboard take it?
        self.wake_at = at + patience.min(Span::from_secs(1));
    }

    fn end_call(&mut self, _at: Instant) -> Next {
        self.call = None;
        self.pending = None;
        self.phase = Phase::Idle;
        self.wake_at = Instant::MAX;
        Next::CallEnded
    }

    fn next_entry(
        &mut self,
        at: Instant,
        knowledge: &Knowledge,
        recent: &VecDeque<(String, String)>,
        counts: &mut AgentCounts,
    ) -> Next {
        let Some(call) = self.call.as_mut() else {
            return self.end_call(at);
        };
        let stream = &mut self.stream;
        // Now and then somebody hangs up in the middle.
        if call.segments > 0 && !call.retrieved && stream.chance(0.012) {
            counts.abandoned += 1;
            if stream.chance(0.5) {
                self.dirty = true;
                return self.end_call(at);
            }
            call.todo.clear();
            call.todo.push_back(Step::Ignore);
        }
        if call.purpose == Purpose::Change && !call.retrieved && call.todo.is_empty() {
            if call.setbacks > 2 || call.mistakes > 3 {
                return self.end_call(at);
            }
            call.setbacks += 1;
            call.todo
                .push_back(draw_retrieval(stream, knowledge, recent));
        }
        let Some(step) = call.todo.pop_front() else {
            return self.end_call(at);
        };
        let right = text_of(&step, call, knowledge, stream);
        let mut text = right.clone();
        if stream.chance(0.012) {
            // A slip of the finger on the first key.
            let slip = ["Q", "W", "Z", "B"][stream.below(4) as usize];
            text.replace_range(0..1, slip);
        }
        *counts.entries.entry(kind(&step).to_owned()).or_insert(0) += 1;
        self.pending = Some(Pending {
            step,
            text: text.clone(),
            accepted: false,
            answer: String::new(),
            doubtful: None,
        });
        self.wait(at);
        Next::Do(Key::Enter(text))
    }

    /// Something shows at the set. Gives the locator and surname of a booking just ended.
    pub fn see(
        &mut self,
        at: Instant,
        event: &SetEvent,
        knowledge: &Knowledge,
        counts: &mut AgentCounts,
    ) -> Option<(String, String)> {
        match event {
            SetEvent::Accepted => {
                if let Some(pending) = self.pending.as_mut() {
                    pending.accepted = true;
                }
                None
            }
            SetEvent::NotAvailable => {
                self.available = false;
                None
            }
            SetEvent::Available => {
                self.available = true;
                None
            }
            SetEvent::Unlocked => None,
            SetEvent::Answer {
                text,
                lights,
                complete,
                printed_at,
            } => {
                let pending = self.pending.as_mut()?;
                pending.answer.push_str(text);
                if !complete {
                    // The next block follows when this one is printed; patience begins anew.
                    let patience = seconds(18.0, 20.0, &mut self.stream);
                    if matches!(self.phase, Phase::Waiting { .. }) {
                        self.phase = Phase::Waiting {
                            patience_ends: *printed_at + patience,
                        };
                        self.wake_at = *printed_at + patience;
                    }
                    return None;
                }
                let pending = self.pending.take()?;
                let filed = self.answered(&pending, *lights, knowledge, counts);
                self.phase = Phase::Thinking;
                let think = self.think(&pending.step);
                self.wake_at = (*printed_at).max(at) + think;
                filed
            }
        }
    }

    /// Time before the next entry: talk with the customer and typing.
    fn think(&mut self, answered: &Step) -> Span {
        let next = self.call.as_ref().and_then(|call| call.todo.front());
        let typing = match next {
            Some(Step::Item(items)) => 3.0 * items.len() as f64,
            Some(Step::SellDirect | Step::WaitDirect) => 4.0,
            Some(_) => 1.0,
            None => 0.5,
        };
        let talk = match answered {
            Step::Look => 4.0,
            Step::ShowBooking | Step::ByLocator(_) | Step::ByName(_) => 5.0,
            _ => 2.0,
        };
        seconds(0.6 + typing, talk, &mut self.stream)
    }

    fn answered(
        &mut self,
        pending: &Pending,
        lights: Option<u16>,
        knowledge: &Knowledge,
        counts: &mut AgentCounts,
    ) -> Option<(String, String)> {
        let answer = pending.answer.as_str();
        if let Some((step, text)) = &pending.doubtful {
            if let Some(stored) = answer.strip_prefix("LAST ENTRY DONE/") {
                let stored = stored.split('/').next().unwrap_or("");
                return self.react(step, stored, None, knowledge, counts);
            }
            // Not done: the entry is made again.
            let _ = text;
            if let Some(call) = self.call.as_mut() {
                call.todo.push_front(step.clone());
            }
            return None;
        }
        let answer = answer
            .strip_prefix("LAST ENTRY NOT DONE/")
            .unwrap_or(answer);
        self.react(&pending.step, answer, lights, knowledge, counts)
    }

    /// What an answer changes in the plan.
    fn react(
        &mut self,
        step: &Step,
        answer: &str,
        lights: Option<u16>,
        knowledge: &Knowledge,
        counts: &mut AgentCounts,
    ) -> Option<(String, String)> {
        let stream = &mut self.stream;
        let call = self.call.as_mut()?;
        if answer.starts_with("FORMAT") {
            call.mistakes += 1;
            if call.mistakes <= 3 {
                call.todo.push_front(step.clone());
            } else {
                call.todo.clear();
                if step != &Step::Ignore {
                    call.todo.push_back(Step::Ignore);
                }
                call.purpose = Purpose::Inquiry;
                call.segments_left = 0;
            }
            return None;
        }
        match step {
            Step::Look => look_answered(call, lights, knowledge, stream),
            Step::SellLine(line) | Step::WaitLine(line) => {
                sell_answered(call, answer, Some(*line), knowledge, stream);
            }
            Step::SellDirect | Step::WaitDirect => {
                sell_answered(call, answer, None, knowledge, stream);
            }
            Step::Item(_) | Step::ShowBooking | Step::ShowItinerary => {}
            Step::ByLocator(_) | Step::ByName(_) => retrieved(call, answer, step, stream),
            Step::Cancel(_) | Step::CancelAll => {
                if !call.retrieved && answer.starts_with("OK") {
                    call.segments = if matches!(step, Step::CancelAll) {
                        0
                    } else {
                        call.segments.saturating_sub(1)
                    };
                }
            }
            Step::Ignore => {
                self.dirty = false;
            }
            Step::End => {
                if let Some(locator) = answer.strip_prefix("OK ") {
                    self.dirty = false;
                    call.todo.clear();
                    let locator = locator.trim().chars().take(6).collect();
                    let filed = (locator, call.customer.surname.clone());
                    return (!call.retrieved).then_some(filed);
                }
                self.end_refused(answer, counts);
            }
        }
        None
    }

    fn end_refused(&mut self, answer: &str, counts: &mut AgentCounts) {
        let Some(call) = self.call.as_mut() else {
            return;
        };
        call.mistakes += 1;
        let missing = if answer.contains("USE -") {
            Some(Item::Name)
        } else if answer.contains("USE 9") {
            Some(Item::Phone)
        } else if answer.contains("USE 7") {
            Some(Item::Ticketing)
        } else if answer.contains("USE 6") {
            Some(Item::Received)
        } else {
            None
        };
        call.todo.clear();
        match missing {
            Some(item) if call.mistakes <= 4 => {
                call.todo.push_back(Step::Item(vec![item]));
                call.todo.push_back(Step::End);
            }
            _ => {
                counts.abandoned += 1;
                call.todo.push_back(Step::Ignore);
            }
        }
    }
}

fn draw_retrieval(
    stream: &mut Stream,
    knowledge: &Knowledge,
    recent: &VecDeque<(String, String)>,
) -> Step {
    let (locator, surname) = if !recent.is_empty() && stream.chance(0.4) {
        &recent[stream.below(recent.len() as u64) as usize]
    } else if knowledge.tickets.is_empty() {
        return Step::ByName(crate::people::surname(stream));
    } else {
        stream.choose(&knowledge.tickets)
    };
    if stream.chance(0.35) {
        Step::ByName(surname.clone())
    } else {
        Step::ByLocator(locator.clone())
    }
}

/// The lights are on: decide.
fn look_answered(call: &mut Call, lights: Option<u16>, knowledge: &Knowledge, stream: &mut Stream) {
    let lines = knowledge.schedule.pairs.get(usize::from(call.wish.pair));
    if lines.is_none() {
        return;
    }
    if call.looks_left > 0 {
        call.looks_left -= 1;
        if stream.chance(0.5) {
            call.wish.day = knowledge.demand.day(stream);
        } else {
            call.wish.hour = 6 + stream.below(15) as u16;
        }
        call.todo.push_back(Step::Look);
        return;
    }
    if call.segments_left == 0 {
        return;
    }
    // Odd lines are first class, even lines coach; bit 15 is line 1.
    let parity = u8::from(call.wish.coach);
    let lit: Vec<u8> = (1..=16u8)
        .filter(|line| line % 2 != parity)
        .filter(|line| lights.unwrap_or(0) >> (16 - line) & 1 == 1)
        .collect();
    if let (Some(_), true) = (call.wish.flight, stream.chance(0.6)) {
        call.todo.push_back(Step::SellDirect);
    } else if !lit.is_empty() {
        call.todo.push_back(Step::SellLine(*stream.choose(&lit)));
    } else {
        setback(call, None, knowledge, stream);
    }
}

/// Another try, the wait-list, or giving up.
fn setback(call: &mut Call, line: Option<u8>, knowledge: &Knowledge, stream: &mut Stream) {
    call.setbacks += 1;
    if call.setbacks > 4 {
        return close(call, stream);
    }
    match stream.weighted(&[50, 20, 30]) {
        0 => {
            let last = knowledge.days.saturating_sub(1);
            call.wish.day = (call.wish.day + 1 + stream.below(3) as u16).min(last);
            call.wish.flight = None;
            call.todo.push_back(Step::Look);
        }
        1 if call.wish.flight.is_some() => call.todo.push_back(Step::WaitDirect),
        1 if line.is_some() => call.todo.push_back(Step::WaitLine(line.unwrap_or(1))),
        _ => {
            call.wish.hour = 6 + stream.below(15) as u16;
            call.wish.flight = None;
            call.todo.push_back(Step::Look);
        }
    }
}

fn sell_answered(
    call: &mut Call,
    answer: &str,
    line: Option<u8>,
    knowledge: &Knowledge,
    stream: &mut Stream,
) {
    if answer.contains(" SS") || answer.contains(" LL") {
        call.segments += 1;
        call.segments_left = call.segments_left.saturating_sub(1);
        if call.purpose == Purpose::Inquiry && stream.chance(0.8) {
            // Only asked: the seats go back.
            call.todo.push_back(if stream.chance(0.4) {
                Step::CancelAll
            } else {
                Step::Ignore
            });
            if call.todo.back() == Some(&Step::CancelAll) {
                call.todo.push_back(Step::Ignore);
            }
            return;
        }
        if call.segments_left > 0 && call.segments < 3 {
            call.wish = call.wish.back(stream, knowledge);
            call.todo.push_back(Step::Look);
            return;
        }
        if stream.chance(0.16) {
            // A change of mind: the last segment goes, another day is wanted.
            call.todo.push_back(Step::Cancel(call.segments));
            call.segments_left = 1;
            call.wish.day = knowledge.demand.day(stream);
            call.wish.flight = None;
            call.todo.push_back(Step::Look);
            return;
        }
        close(call, stream);
    } else if answer.starts_with("FULL") {
        close(call, stream);
    } else if answer.starts_with("UNABLE") {
        setback(call, line, knowledge, stream);
    } else {
        call.setbacks += 1;
        call.wish.flight = None;
        if call.setbacks > 4 {
            close(call, stream);
        } else {
            call.todo.push_back(Step::Look);
        }
    }
}

/// No more segments: items and the end, or nothing.
fn close(call: &mut Call, stream: &mut Stream) {
    if call.closing {
        return;
    }
    call.segments_left = 0;
    if call.segments == 0 {
        return;
    }
    call.closing = true;
    let mut items = vec![Item::Name, Item::Phone, Item::Ticketing, Item::Received];
    if stream.chance(0.5) {
        items.push(Item::Remark);
    }
    // Practised agents join two or three items in one entry.
    let mut at = 0;
    while at < items.len() {
        let size = (1 + stream.weighted(&[66, 27, 7])).min(items.len() - at);
        call.todo
            .push_back(Step::Item(items[at..at + size].to_vec()));
        at += size;
        if at == items.len() && stream.chance(0.5) {
            call.todo.push_back(Step::ShowItinerary);
        }
    }
    if stream.chance(0.85) {
        call.todo.push_back(Step::ShowBooking);
    }
    call.todo.push_back(Step::End);
}

/// A booking of before is shown, or not.
fn retrieved(call: &mut Call, answer: &str, step: &Step, stream: &mut Stream) {
    if answer.starts_with("FINISH OR IGNORE") {
        call.todo.push_back(Step::Ignore);
        call.todo.push_back(step.clone());
        call.setbacks += 1;
        return;
    }
    let failed = ["NO RECORD", "NO NAME", "NO BOOKING", "LAST ENTRY"];
    if failed.iter().any(|start| answer.starts_with(start)) {
        return;
    }
    if matches!(step, Step::ByName(_)) && !answer.contains('/') {
        // Several of that name: the customer knows which.
        let locators: Vec<&str> = answer.split_whitespace().collect();
        if !locators.is_empty() {
            let locator = locators[stream.below(locators.len() as u64) as usize];
            call.todo.push_back(Step::ByLocator(locator.to_owned()));
        }
        return;
    }
    call.retrieved = true;
    match stream.weighted(&[45, 20, 20, 15]) {
        0 => call.todo.push_back(Step::Ignore),
        1 => {
            call.todo.push_back(Step::CancelAll);
            call.todo.push_back(Step::Item(vec![Item::Received]));
            call.todo.push_back(Step::End);
        }
        2 => {
            call.todo.push_back(Step::Cancel(1));
            call.todo.push_back(Step::Item(vec![Item::Received]));
            call.todo.push_back(Step::End);
        }
        _ => {
            call.todo
                .push_back(Step::Item(vec![Item::Remark, Item::Received]));
            call.todo.push_back(Step::End);
        }
    }
}

fn text_of(step: &Step, call: &Call, knowledge: &Knowledge, stream: &mut Stream) -> String {
    let wish = &call.wish;
    match step {
        Step::Look => wish.look_text(knowledge, stream.chance(0.8)),
        Step::SellLine(line) => format!("0{}{}{line}", wish.seats, wish.class()),
        Step::WaitLine(line) => format!("0{}{}{line}LL", wish.seats, wish.class()),
        Step::SellDirect | Step::WaitDirect => {
            let action = if step == &Step::SellDirect {
                "NN"
            } else {
                "LL"
            };
            let flights = &knowledge.schedule.flights;
            let flight = &flights[usize::from(wish.flight.unwrap_or(0)).min(flights.len() - 1)];
            let date = wish.date(knowledge);
            format!(
                "0{}{}{date}{}{action}{}",
                flight.designator,
                wish.class(),
                flight.cities(),
                wish.seats
            )
        }
        Step::Item(items) => {
            let texts: Vec<String> = items.iter().map(|&i| item_text(i, call, stream)).collect();
            texts.join("$")
        }
        Step::ShowBooking => "*A".to_owned(),
        Step::ShowItinerary => "*I".to_owned(),
        Step::ByLocator(locator) => format!("*{locator}"),
        Step::ByName(name) => format!("*-{name}"),
        Step::Cancel(segment) => format!("X{segment}"),
        Step::CancelAll => "XI".to_owned(),
        Step::End => if stream.chance(0.8) { "E" } else { "ET" }.to_owned(),
        Step::Ignore => if stream.chance(0.8) { "I" } else { "IG" }.to_owned(),
    }
}

fn item_text(item: Item, call: &Call, stream: &mut Stream) -> String {
    match item {
        Item::Name => call.customer.name_item(),
        Item::Phone => call.customer.phone_item(),
        Item::Ticketing => ["7T-", "7TAW/"][stream.weighted(&[60, 40])].to_owned(),
        Item::Received => call.customer.received_item(),
        Item::Remark => [
            "5CALL BEFORE 6P",
            "5WINDOW SEAT PLEASE",
            "5WILL PAY AT AIRPORT",
        ][stream.below(3) as usize]
            .to_owned(),
    }
}

fn kind(step: &Step) -> &'static str {
    match step {
        Step::Look => "availability",
        Step::SellLine(_) | Step::SellDirect => "sell",
        Step::WaitLine(_) | Step::WaitDirect => "wait-list",
        Step::Item(_) => "item",
        Step::ShowBooking | Step::ShowItinerary | Step::ByLocator(_) | Step::ByName(_) => "display",
        Step::Cancel(_) | Step::CancelAll => "cancel",
        Step::End => "end",
        Step::Ignore => "ignore",
    }
}
