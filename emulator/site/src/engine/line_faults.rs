//! Troubles of the lines at work: each waits until it has hit something, and is over so long after.

use clock::{Instant, Stream};
use device::link::{Effect, Hit};
use serde::{Deserialize, Serialize};

use super::{Event, STATION_OUTSIDE, Site};
use crate::fault::Fault;
use crate::line_fault::LineFault;
use crate::machine::LINE_CHANNEL;
use crate::record::{Direction, Record};

/// A trouble on a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct AtWork {
    number: u32,
    fault: LineFault,
    /// It has hit something.
    fired: bool,
}

/// Those of a site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LineFaults {
    at_work: Vec<AtWork>,
    /// Number of the next.
    next: u32,
}

impl Site {
    /// A trouble comes to a line. False if there is no such line.
    pub(super) fn trouble_line(&mut self, now: Instant, fault: LineFault) -> bool {
        let number = self.line_faults.next;
        if usize::from(fault.line) >= self.network.lines().len() {
            return false;
        }
        self.line_faults.next += 1;
        self.line_faults.at_work.push(AtWork {
            number,
            fault,
            fired: false,
        });
        self.waiting.push(Fault::Line(fault));
        let mut at_once = false;
        for &direction in fault.way.directions() {
            let place = (fault.line, direction);
            let chance = Stream::new(fault.seed, &format!("line/{direction:?}"));
            let network = &mut self.network;
            at_once |= network.trouble(now, place, number, fault.trouble, chance);
        }
        if at_once {
            self.line_fault_fires(now, number, "the line, whole until then".to_string());
        }
        self.drain_lines();
        self.appoint_adapter(LINE_CHANNEL, now);
        true
    }

    /// A transmission was hit.
    pub(super) fn line_hit(&mut self, at: Instant, line: u8, direction: Direction, hit: Hit) {
        let way = match direction {
            Direction::Down => "from the centre",
            Direction::Up => "to the centre",
        };
        let what = match hit.effect {
            Effect::Lost => "lost".to_string(),
            Effect::Torn => "torn".to_string(),
            Effect::Wrong { bits } => format!("{bits} bits wrong"),
            Effect::Repeated => "repeated".to_string(),
            Effect::Late { by } => format!("late by {by}"),
            Effect::Overtaken => "overtaken".to_string(),
        };
        let hits = format!(
            "line {line}, a transmission {way} at {:#}: {what}",
            hit.start
        );
        self.line_fault_fires(at, hit.trouble, hits);
        let record = Record::LineHit {
            line,
            direction,
            hit,
        };
        self.record(at, record);
    }

    fn line_fault_fires(&mut self, at: Instant, number: u32, hit: String) {
        let mut all = self.line_faults.at_work.iter_mut();
        let Some(one) = all.find(|one| one.number == number && !one.fired) else {
            return;
        };
        one.fired = true;
        let fault = one.fault;
        let mut waiting = self.waiting.iter();
        if let Some(place) = waiting.position(|f| *f == Fault::Line(fault)) {
            self.waiting.remove(place);
        }
        self.healing += 1;
        let over = (at + fault.r#for).max(self.calendar.now());
        let event = Event::LineMended(number);
        self.calendar.schedule(over, STATION_OUTSIDE, event);
        let record = Record::Fault {
            fault: Fault::Line(fault),
            took_effect: true,
            hit,
        };
        self.record(at, record);
    }

    /// A trouble is over.
    pub(super) fn mend_line(&mut self, now: Instant, number: u32) {
        let at_work = &mut self.line_faults.at_work;
        let Some(place) = at_work.iter().position(|one| one.number == number) else {
            return;
        };
        let fault = at_work.remove(place).fault;
        self.healing -= 1;
        for &direction in fault.way.directions() {
            self.network.mend(fault.line, direction, number);
        }
        let fault = Fault::Line(fault);
        let mended = true;
        self.record(now, Record::Healed { fault, mended });
    }
}
