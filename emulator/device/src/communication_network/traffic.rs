//! What happens on one line at one instant: arrivals at its interchanges, arrivals at the centre,
//! and what the adapter sends next.

use clock::Instant;

use super::CommunicationNetwork;
use crate::adapter::CoreAccess;
use crate::frame::{self, AnswerFrame, Down, Ending, NOTHING_CHARACTERS, Poll, Up};
use crate::line::{Direction, Transmission};
use crate::line_adapter::{Awaiting, Block, Sending};
use crate::line_record::{FrameKind, FrameRecord, LineRecord};

impl CommunicationNetwork {
    /// Lets everything happen that is due on a line.
    pub(super) fn step_line(
        &mut self,
        line: usize,
        now: Instant,
        core: Option<&mut (dyn CoreAccess + '_)>,
    ) {
        while let Some(place) = self.lines[line].down.next_due(now) {
            let arrived = self.lines[line].down.take(place);
            if !arrived.lost {
                self.interchange_hears(line, &arrived, now);
            }
        }
        while let Some(place) = self.lines[line].up.next_due(now) {
            self.centre_hears(line, place, now);
        }
        self.look_at_port(line, now);
        self.send(line, now, core);
        self.time_line(line);
    }

    // --- at the interchanges ---

    fn interchange_hears(&mut self, line: usize, arrived: &Transmission, now: Instant) {
        let at = |network: &Self, address: u8| {
            let number = network.lines[line].interchanges.get(usize::from(address));
            number.copied().flatten().map(usize::from)
        };
        let heard = match arrived.torn {
            true => Down::Unreadable,
            false => frame::read_down(&arrived.characters),
        };
        match heard {
            Down::Poll(poll) => {
                self.note_undetected(line, Direction::Down, arrived, 0, now);
                if let Some(number) = at(self, poll.interchange) {
                    self.go_ahead(line, number, poll, now);
                }
            }
            Down::Answer { frame, good } => {
                if good {
                    self.note_undetected(line, Direction::Down, arrived, 0, now);
                } else {
                    self.note_check_error(line, Direction::Down, now);
                }
                if let Some(number) = at(self, frame.interchange) {
                    let set = self.interchanges[number].first_set + u16::from(frame.terminal);
                    let exists = frame.terminal < self.interchanges[number].sets;
                    let (interchange, sets, mut out) = self.parts(number, now);
                    interchange.answer(frame, good, sets, &mut out);
                    if exists {
                        self.time_set(usize::from(set));
                    }
                }
            }
            Down::Unreadable => self.note_check_error(line, Direction::Down, now),
        }
    }

    fn go_ahead(&mut self, line: usize, number: usize, poll: Poll, now: Instant) {
        let start = self.lines[line].up.reply_from(now);
        let (interchange, sets, mut out) = self.parts(number, now);
        let reply = interchange.go_ahead(poll, sets, start, &mut out);
        let nothing = reply.len() == NOTHING_CHARACTERS;
        if !nothing || poll.reopen {
            let first = usize::from(interchange.first_set);
            let sets = usize::from(interchange.sets);
            for set in first..first + sets {
                self.time_set(set);
            }
        }
        self.time_interchange(number);
        let next = if nothing {
            reply.len()
        } else {
            frame::entry_end(&reply, 2)
        };
        self.lines[line].up.send(start, reply, nothing, next);
        self.note_hits(line, now);
    }

    // --- at the centre ---

    /// A transmission of the up side is due: it leaves (and is recorded), or a frame of it has
    /// arrived.
    fn centre_hears(&mut self, line: usize, place: usize, now: Instant) {
        let one = self.lines[line].up.at(place);
        if !one.announced {
            one.announced = true;
            let characters = one.as_sent().to_vec();
            self.record_entries(line, &characters, now);
            return;
        }
        if one.lost {
            self.lines[line].up.take(place);
            return;
        }
        let (from, to) = (one.received.max(2), one.next);
        one.received = to;
        let whole = to >= one.characters.len();
        if !whole {
            one.next = frame::entry_end(&one.characters, to);
        }
        let up = match whole && one.torn {
            true => Up::Unreadable,
            false => frame::read_up(&one.characters, from, to),
        };
        // A false end of message before this frame makes it a piece of another.
        let disturbed = one.disturbed(2, to);
        self.receive(line, up, disturbed, now);
        if whole {
            self.lines[line].up.take(place);
            self.reply_ended(line, now);
        }
    }

    fn record_entries(&mut self, line: usize, characters: &[u8], now: Instant) {
        let mut from = 2;
        while from < characters.len() {
            let to = frame::entry_end(characters, from);
            if let Up::Entry { frame, .. } = frame::read_up(characters, from, to) {
                let record = FrameRecord {
                    line: line as u8,
                    direction: Direction::Up,
                    kind: FrameKind::Entry {
                        in_doubt: frame.in_doubt,
                    },
                    interchange: frame.interchange,
                    terminal: frame.terminal,
                    set: self.set_at(line as u8, frame.interchange, frame.terminal),
                    serial: frame.serial,
                    block: frame.block,
                    characters: frame.text.len() as u16,
                    maker: None,
                };
                self.records.push((now, LineRecord::Left(record)));
            }
            from = to;
        }
    }

    fn receive(&mut self, line: usize, up: Up, disturbed: bool, now: Instant) {
        let Some(mut awaiting) = self.adapter.ports[line].awaiting else {
            return; // a reply to a poll from before a reset
        };
        match up {
            Up::Nothing { interchange } if interchange == awaiting.interchange => {
                self.lines[line].empty_replies += 1;
            }
            Up::Entry { frame, good: true }
                if frame.interchange == awaiting.interchange && !awaiting.spoiled =>
            {
                if disturbed {
                    self.lines[line].undetected_errors += 1;
                    let error = LineRecord::UndetectedError {
                        line: line as u8,
                        direction: Direction::Up,
                    };
                    self.records.push((now, error));
                }
                awaiting.good += 1;
                self.adapter.message(line as u8, &frame);
            }
            _ => awaiting.spoiled = true,
        }
        self.adapter.ports[line].awaiting = Some(awaiting);
    }

    fn reply_ended(&mut self, line: usize, now: Instant) {
        let Some(awaiting) = self.adapter.ports[line].awaiting else {
            return;
        };
        if awaiting.spoiled {
            self.note_check_error(line, Direction::Up, now);
            self.adapter.check_error(line as u8, awaiting.interchange);
        }
        self.adapter.ports[line].reply_ended(awaiting);
    }

    // --- the adapter's side of a line ---

    fn look_at_port(&mut self, line: usize, now: Instant) {
        let port = &mut self.adapter.ports[line];
        if port.wake.is_some_and(|wake| wake <= now) {
            port.wake = None;
        }
        if let Some(awaiting) = &mut port.awaiting
            && awaiting.time_out.is_some_and(|at| at <= now)
        {
            if self.lines[line].up.arriving(now) {
                awaiting.time_out = None;
            } else {
                let interchange = awaiting.interchange;
                self.lines[line].time_outs += 1;
                if port.reply_missing(interchange) {
                    self.adapter.time_out(line as u8, interchange);
                    let record = LineRecord::TimeOut {
                        line: line as u8,
                        interchange,
                    };
                    self.records.push((now, record));
                }
            }
        }
        let port = &mut self.adapter.ports[line];
        if port.sending.as_ref().is_some_and(|one| one.until <= now)
            && let Some(sent) = port.sending.take()
            && let Some(block) = sent.block
        {
            self.adapter.block_sent(line as u8, &block);
        }
    }

    fn send(&mut self, line: usize, now: Instant, core: Option<&mut (dyn CoreAccess + '_)>) {
        let port = &mut self.adapter.ports[line];
        if port.sending.is_some() {
            return;
        }
        let wires = &mut self.lines[line];
        let may_poll = port.may_poll() && wires.up.is_quiet(now) && port.wake.is_none();
        if may_poll
            && !(port.block.is_some() && port.polled_last)
            && let Some(interchange) = port.search(now, core)
        {
            let poll = Poll {
                interchange,
                reopen: port.reopens(interchange),
                acknowledged: port.acknowledged(interchange),
            };
            let characters = poll.to_line();
            let whole = characters.len();
            let until = wires.down.send(now, characters, true, whole);
            wires.polls += 1;
            let heard = wires.down.arrived(now, whole);
            port.awaiting = Some(Awaiting {
                interchange,
                time_out: Some(heard + self.reply_time_out),
                good: 0,
                spoiled: false,
            });
            port.polled_last = true;
            port.sending = Some(Sending { until, block: None });
            self.note_hits(line, now);
            return;
        }
        if let Some(block) = port.block.take() {
            let characters = block.frame.to_line();
            let whole = characters.len();
            let until = wires.down.send(now, characters, true, whole);
            port.polled_last = false;
            let record = self.answer_record(line, &block);
            self.records.push((now, LineRecord::Left(record)));
            let block = Some(block);
            self.adapter.ports[line].sending = Some(Sending { until, block });
            self.note_hits(line, now);
        }
    }

    /// The record of a block.
    pub(super) fn answer_record(&self, line: usize, block: &Block) -> FrameRecord {
        let AnswerFrame {
            interchange,
            terminal,
            serial,
            block: number,
            ending,
            ref text,
        } = block.frame;
        FrameRecord {
            line: line as u8,
            direction: Direction::Down,
            kind: match ending {
                Ending::Complete => FrameKind::Complete,
                Ending::Incomplete => FrameKind::Incomplete,
                Ending::Lights => FrameKind::Lights,
            },
            interchange,
            terminal,
            set: self.set_at(line as u8, interchange, terminal),
            serial,
            block: number,
            characters: text.len() as u16,
            maker: Some(block.maker),
        }
    }

    // --- noise ---

    /// Writes down what troubles have done to transmissions since the last call.
    pub(super) fn note_hits(&mut self, line: usize, now: Instant) {
        for direction in [Direction::Down, Direction::Up] {
            for hit in self.lines[line].wire(direction).take_hits() {
                let line = line as u8;
                self.records.push((
                    now,
                    LineRecord::Hit {
                        line,
                        direction,
                        hit,
                    },
                ));
            }
        }
    }

    fn note_check_error(&mut self, line: usize, direction: Direction, now: Instant) {
        self.lines[line].check_errors += 1;
        let line = line as u8;
        self.records
            .push((now, LineRecord::CheckError { line, direction }));
    }

    fn note_undetected(
        &mut self,
        line: usize,
        direction: Direction,
        arrived: &Transmission,
        from: usize,
        now: Instant,
    ) {
        if arrived.disturbed(from, arrived.characters.len()) {
            self.lines[line].undetected_errors += 1;
            let line = line as u8;
            self.records
                .push((now, LineRecord::UndetectedError { line, direction }));
        }
    }
}
