//! The operators at the duplex switch of a site that is switched by hand.
//!
//! They hear the alarm, find out what is the matter, and throw the switch: how long that takes the
//! site says. When the switch did not move (nobody stood by) they try again. Nothing is drawn and
//! nothing happens at a site without operators.
//!
//! Source: a manual switch is inferred for SABRE, as is everything about its operators; SAGE's
//! allowed three minutes for a switch by hand.

use clock::{Instant, Stream};
use serde::{Deserialize, Serialize};
use site::description::OperatorsDescription;
use site::record::Stop;
use site::{Record, Site};

/// The crew; plain data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Operators {
    description: Option<OperatorsDescription>,
    stream: Stream,
    /// When they will have thrown the switch.
    throw_at: Option<Instant>,
}

impl Operators {
    /// Those of a site, if it has any.
    pub fn new(description: Option<OperatorsDescription>, seed: u64) -> Operators {
        Operators {
            description,
            stream: Stream::new(seed, "operators"),
            throw_at: None,
        }
    }

    /// What they hear and see.
    pub fn observe(&mut self, at: Instant, record: &Record) {
        match record {
            Record::Alarm { on: true, .. } => self.set_out(at),
            Record::Alarm { on: false, .. }
            | Record::RoleTaken { .. }
            | Record::MachineStopped {
                why: Stop::Power, ..
            } => self.throw_at = None,
            _ => {}
        }
    }

    fn set_out(&mut self, at: Instant) {
        let stream = &mut self.stream;
        self.throw_at = (self.description).map(|crew| at + crew.throw_after.draw(stream));
    }

    /// They throw the switch if it is time before `until`.
    pub fn act(&mut self, until: Instant, site: &mut Site) {
        if let Some(at) = self.throw_at.filter(|at| *at < until) {
            site.throw_switch(at);
            self.set_out(at);
        }
    }
}
