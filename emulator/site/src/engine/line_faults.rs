//! Troubles of the lines at work: each waits until it has hit something, and is over so long after.

use clock::{Instant, Stream};
use device::link::Hit;

use super::{Event, STATION_OUTSIDE, Site};
use crate::fault::Fault;
use crate::line_fault::{LineFault, hit_text};
use crate::machine::LINE_CHANNEL;
use crate::record::{Direction, Record};

impl Site {
    /// A trouble comes to a line. False if there is no such line.
    pub(super) fn trouble_line(&mut self, now: Instant, fault: LineFault) -> bool {
        if usize::from(fault.line) >= self.network.lines().len() {
            return false;
        }
        let number = self.line_faults.begin(fault);
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
        self.line_fault_fires(at, hit.trouble, hit_text(line, direction, &hit));
        let record = Record::LineHit {
            line,
            direction,
            hit,
        };
        self.record(at, record);
    }

    fn line_fault_fires(&mut self, at: Instant, number: u32, hit: String) {
        let Some(fault) = self.line_faults.fires(number) else {
            return;
        };
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
        let Some(fault) = self.line_faults.over(number) else {
            return;
        };
        self.healing -= 1;
        for &direction in fault.way.directions() {
            self.network.mend(fault.line, direction, number);
        }
        let fault = Fault::Line(fault);
        let mended = true;
        self.record(now, Record::Healed { fault, mended });
    }
}
