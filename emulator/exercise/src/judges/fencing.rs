//! Fenced: no word on a shared drum, disk or line comes from a machine whose relays are open.
//!
//! Only the relays' own records count: a machine may touch what is shared from the instant its
//! relays have closed until the instant the switch decides against it. What a machine believes of
//! its role is not looked at. At the begin of a run machine A's relays are closed.

use clock::Instant;
use serde::{Deserialize, Serialize};
use site::center::record::{Fate, Record as CenterRecord};
use site::{Machine, Record};

use super::{Verdict, Violations};

/// The judge's state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fencing {
    /// Relays of A and B.
    closed: [bool; 2],
    /// The switch has decided against this machine.
    banned: [bool; 2],
    transfers: u64,
    frames: u64,
    /// Of a center: inputs, outputs, displays.
    messages: u64,
    violations: Violations,
}

impl Default for Fencing {
    fn default() -> Fencing {
        Fencing {
            closed: [true, false],
            banned: [false, true],
            transfers: 0,
            frames: 0,
            messages: 0,
            violations: Violations::default(),
        }
    }
}

impl Fencing {
    /// A record of the run.
    pub fn observe(&mut self, at: Instant, record: &Record) {
        match record {
            Record::Transfer {
                machine,
                unit,
                track,
                record,
                torn,
                ..
            } => {
                self.transfers += 1;
                // A transfer cut by the fence itself ends at the very instant of the fence.
                if !self.may(*machine) && !torn {
                    self.violations.add(at, || {
                        format!(
                            "machine {machine:?}, relays open, moved words at {unit}, track \
                             {track}, record {record}"
                        )
                    });
                }
            }
            Record::FrameDown(frame) => {
                self.frames += 1;
                let maker = frame
                    .maker
                    .and_then(|m| Machine::BOTH.get(usize::from(m)).copied());
                if let Some(machine) = maker.filter(|&m| !self.may(m)) {
                    self.violations.add(at, || {
                        format!(
                            "a frame of machine {machine:?}, relays open, left on line {}",
                            frame.line
                        )
                    });
                }
            }
            Record::Relays { machine, closed } => {
                self.closed[machine.index()] = *closed;
                if *closed {
                    self.banned[machine.index()] = false;
                    if self.closed[machine.other().index()] {
                        self.violations.add(at, || {
                            format!("the relays of both machines are closed, {machine:?}'s last")
                        });
                    }
                }
            }
            Record::Decision { to, .. } => self.banned[to.other().index()] = true,
            Record::Center(record) => self.center(at, record),
            _ => {}
        }
    }

    /// What a center's machine put out, showed or was given.
    fn center(&mut self, at: Instant, record: &CenterRecord) {
        let (machine, did) = match record {
            CenterRecord::Output {
                machine,
                section,
                channel,
                ..
            } => {
                let place = format!("section {section}, channel {channel}");
                (
                    machine,
                    format!("words for {place} were taken from its drum"),
                )
            }
            CenterRecord::TracksShown { machine, .. } => (machine, "it showed tracks".to_owned()),
            CenterRecord::RadarShown { machine, .. } => (machine, "it showed returns".to_owned()),
            CenterRecord::Report {
                fate: Fate::OnDrum { machine, .. },
                ..
            }
            | CenterRecord::GapHit {
                fate: Fate::OnDrum { machine, .. },
                ..
            }
            | CenterRecord::CrosstellIn {
                fate: Fate::OnDrum { machine, .. },
                ..
            }
            | CenterRecord::Action {
                fate: Some(Fate::OnDrum { machine, .. }),
                ..
            } => (machine, "an input came onto its drum".to_owned()),
            _ => return,
        };
        self.messages += 1;
        if !self.may(*machine) {
            self.violations
                .add(at, || format!("machine {machine:?}, relays open: {did}"));
        }
    }

    fn may(&self, machine: Machine) -> bool {
        self.closed[machine.index()] && !self.banned[machine.index()]
    }

    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        let what = match self.messages {
            0 => format!("{} transfers and {} frames", self.transfers, self.frames),
            n => format!("{n} inputs, outputs and displays"),
        };
        let checked = format!("{what}, each from the machine whose relays were closed");
        self.violations.verdict("fenced", checked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use site::{Cause, Unit};

    fn transfer(machine: Machine) -> Record {
        Record::Transfer {
            machine,
            unit: Unit::Drum(1),
            track: 3,
            record: 0,
            words: 80,
            write: true,
            torn: false,
            started: Instant(0),
        }
    }

    #[test]
    fn a_center_puts_nothing_out_with_its_relays_open() {
        let output = |machine| {
            Record::Center(CenterRecord::Output {
                machine,
                field: 2,
                section: 3,
                channel: 1,
                burst: 5,
                words: vec![1, 2, 3],
                fate: site::center::record::OutputFate::Left,
            })
        };
        let mut judge = Fencing::default();
        judge.observe(Instant(1), &output(Machine::A));
        assert!(judge.verdict().holds);
        judge.observe(Instant(2), &output(Machine::B));
        assert!(!judge.verdict().holds);
    }

    #[test]
    fn after_the_decision_only_the_new_machine_may_and_only_with_its_relays_closed() {
        let decision = Record::Decision {
            from: Some(Machine::A),
            to: Machine::B,
            cause: Cause::HeartbeatSilent,
        };
        let relays = |machine, closed| Record::Relays { machine, closed };
        let steps: [(Record, u64); 9] = [
            (transfer(Machine::A), 0),
            (transfer(Machine::B), 1),
            (decision, 1),
            (transfer(Machine::A), 2),
            (relays(Machine::A, false), 2),
            (transfer(Machine::B), 3),
            (relays(Machine::B, true), 3),
            (transfer(Machine::B), 3),
            (relays(Machine::A, true), 4),
        ];
        let mut judge = Fencing::default();
        for (n, (record, expected)) in steps.iter().enumerate() {
            judge.observe(Instant(n as u64), record);
            assert_eq!(judge.violations.count, *expected, "step {n}: {record:?}");
        }
        assert!(!judge.verdict().holds);
    }
}
