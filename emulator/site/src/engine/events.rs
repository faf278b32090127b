//! What appointments and input-output instructions do.

use clock::Instant;
use device::adapter::{Adapter, CoreAccess};
use device::line::Direction;
use device::line_record::LineRecord;
use ibm7090::channel::{Channel, Port};
use ibm7090::cpu::IoOperation;

use super::{Event, Site};
use crate::machine::{
    AdapterCore, CHANNELS, ChannelHost, LINE_CHANNEL, Machine, Mode, SENSE_CHANNEL,
};
use crate::record::{Cause, Record, Start, Stop};
use crate::switch::LINE_DELAY;

impl Site {
    pub(super) fn handle(&mut self, now: Instant, event: Event) {
        match event {
            Event::Channel { machine, channel } => {
                let channel = usize::from(channel);
                let computer = &mut self.computers[machine.index()];
                if computer.appointments[channel] == Some(now) {
                    computer.appointments[channel] = None;
                    self.with_channel(machine, channel, now, |channel, now, port| {
                        channel.advance(now, port);
                    });
                }
            }
            Event::Adapter(number) => {
                let number = usize::from(number);
                if self.adapter_appointments[number] == Some(now) {
                    self.adapter_appointments[number] = None;
                    self.advance_adapter(number, now);
                }
            }
            Event::Tick { machine, life } => self.tick(now, machine, life),
            Event::Presented { machine, word } => self.presented(now, machine, word),
            Event::Watchdog => {
                if self.watchdog_appointment.take_if(|at| *at == now).is_some() {
                    if let Some(machine) = self.switch.watchdog(now) {
                        self.record(now, Record::Alarm { machine, on: true });
                    }
                    self.decide(now);
                    self.appoint_watchdog();
                }
            }
            Event::Close => self.close_relays(now),
            Event::StallEnds { machine, life } => self.stall_ends(now, machine, life),
            Event::DeckRead { machine, life } => self.deck_read(now, machine, life),
            Event::PowerReturns => self.power_returns(now),
            Event::SidePowerReturns(machine) => self.side_power_returns(now, machine),
            Event::Enter { set, text } => {
                let result = self.network.enter(now, set, &text);
                self.key_pressed(now, set, result.err().map(|error| error.to_string()));
            }
            Event::ResetKey { set } => {
                let result = self.network.reset_key(now, set);
                self.key_pressed(now, set, result.err().map(|error| error.to_string()));
            }
            Event::Fault(order) => self.strike(now, order),
            Event::Heal(fault) => self.heal(now, fault),
            Event::Thrown => {
                if self.switch.alarm() {
                    self.turn_key(now, Cause::ManualTakeover, true);
                }
            }
            Event::LineMended(number) => self.mend_line(now, number),
        }
    }

    fn key_pressed(&mut self, now: Instant, set: u16, refused: Option<String>) {
        if let Some(why) = refused {
            self.record(now, Record::KeyRefused { set, why });
        }
        self.drain_lines();
        self.appoint_adapter(LINE_CHANNEL, now);
    }

    fn tick(&mut self, now: Instant, machine: Machine, life: u32) {
        let computer = &self.computers[machine.index()];
        if computer.life != life || computer.next_tick() != now {
            return;
        }
        self.catch_up(machine, now);
        let computer = &mut self.computers[machine.index()];
        computer.ticks += 1;
        if computer.at_work() {
            computer.cpu.tick();
            self.wake(machine, now);
        }
        if self.computers[machine.index()].channels_work() {
            self.appoint_tick(machine);
        }
    }

    /// A processor that stands at a HTR or waits for a channel looks whether it can go on.
    pub(super) fn wake(&mut self, machine: Machine, now: Instant) {
        let computer = &mut self.computers[machine.index()];
        let goes_on = match computer.mode {
            Mode::Halted => true,
            Mode::Waiting(channel) => computer.cpu.channel_busy >> channel & 1 == 0,
            _ => false,
        };
        if goes_on {
            computer.bring_forward(now);
            computer.mode = Mode::Running;
        }
    }

    fn presented(&mut self, now: Instant, machine: Machine, word: u16) {
        if !self.computers[machine.index()].channels_work() {
            return;
        }
        if self.switch.sees(now, machine, word) {
            self.record(now, Record::Alarm { machine, on: false });
        }
        self.decide(now);
        self.appoint_watchdog();
    }

    /// The machine that holds the adapter of a channel number for an order, if any.
    pub(super) fn holder(&self, number: usize) -> Option<Machine> {
        Machine::BOTH.into_iter().find(|machine| {
            let computer = &self.computers[machine.index()];
            self.switch.closed(*machine)
                && computer.channels_work()
                && computer.channels[number].holds_adapter()
        })
    }

    /// The machine whose channels reach the adapters. With welded relays (planted) there can be
    /// two; then the one the switch gave the role.
    pub(super) fn connected(&self) -> Option<Machine> {
        let mut closed = Machine::BOTH.into_iter().filter(|machine| {
            self.switch.closed(*machine) && self.computers[machine.index()].channels_work()
        });
        let first = closed.next()?;
        match closed.next() {
            Some(second) if self.switch.active() == Some(second) => Some(second),
            _ => Some(first),
        }
    }

    /// Lets a channel do something with both its ends, and what follows from it.
    pub(super) fn with_channel<T>(
        &mut self,
        machine: Machine,
        number: usize,
        now: Instant,
        act: impl FnOnce(&mut Channel, Instant, &mut Port) -> T,
    ) -> T {
        self.catch_up(machine, now);
        let reaches = self.switch.reaches(machine)
            && self.holder(number).is_none_or(|holder| holder == machine);
        let computer = &mut self.computers[machine.index()];
        let adapter: Option<&mut dyn Adapter> = if reaches {
            Some(match self.storage.controls.get_mut(number) {
                Some(control) => control,
                None => &mut self.network,
            })
        } else {
            None
        };
        let mut host = ChannelHost {
            cpu: &mut computer.cpu,
            channel: number as u8,
        };
        let mut port = Port {
            host: &mut host,
            adapter,
        };
        let result = act(&mut computer.channels[number], now, &mut port);
        let bit = 1 << number;
        if computer.channels[number].busy() {
            computer.cpu.channel_busy |= bit;
        } else {
            computer.cpu.channel_busy &= !bit;
        }
        let parity = computer.channels[number].take_parity();
        self.after_channel(machine, number, now);
        if parity {
            self.fail_stop(machine, now, Stop::Parity);
        }
        result
    }

    fn after_channel(&mut self, machine: Machine, number: usize, now: Instant) {
        self.appoint_channel(machine, number, now);
        self.appoint_adapter(number, now);
        if number == LINE_CHANNEL {
            self.drain_lines();
        } else if self.storage.controls[number].has_ended() {
            for ended in self.storage.controls[number].take_ended() {
                let record = Record::Transfer {
                    machine,
                    unit: ended.unit,
                    track: ended.track,
                    record: ended.record,
                    words: ended.words,
                    write: ended.write,
                    torn: ended.torn,
                    started: ended.started,
                };
                self.record(now, record);
            }
        }
        self.wake(machine, now);
        let computer = &mut self.computers[machine.index()];
        let loaded = !computer.channels[number].busy();
        if computer.mode == Mode::LoadingDrum && number == self.storage.load_channel() && loaded {
            computer.bring_forward(now);
            computer.cpu.go(super::life::BOOT);
            computer.mode = Mode::Running;
            self.record_start(machine, now, Start::Drum);
        }
    }

    /// The connected machine's channel looks at its adapter again.
    pub(super) fn look(&mut self, number: usize, now: Instant) {
        for machine in Machine::BOTH {
            let computer = &self.computers[machine.index()];
            let idle = !computer.channels[number].busy();
            if idle && computer.channels_work() && self.switch.closed(machine) {
                self.with_channel(machine, number, now, |channel, now, port| {
                    channel.advance(now, port);
                });
            }
        }
    }

    fn advance_adapter(&mut self, number: usize, now: Instant) {
        if number == LINE_CHANNEL {
            match self.connected() {
                Some(machine) => {
                    self.catch_up(machine, now);
                    let mut core = AdapterCore {
                        cpu: &mut self.computers[machine.index()].cpu,
                        parity: false,
                    };
                    let access: &mut dyn CoreAccess = &mut core;
                    self.network.advance_to(now, Some(access));
                    if core.parity {
                        self.fail_stop(machine, now, Stop::Parity);
                    }
                }
                None => self.network.advance_to(now, None),
            }
            self.drain_lines();
        }
        if self.attention(number, now) {
            self.look(number, now);
        }
        self.appoint_adapter(number, now);
    }

    fn attention(&self, number: usize, now: Instant) -> bool {
        match self.storage.controls.get(number) {
            Some(control) => control.attention(now),
            None => self.network.attention(now),
        }
    }

    /// Takes over what lines and sets recorded.
    pub(super) fn drain_lines(&mut self) {
        if !self.network.has_records() {
            return;
        }
        let mut records = Vec::new();
        self.network.take_records(&mut records);
        for (at, record) in records {
            let record = match record {
                LineRecord::Left(frame) if frame.direction == Direction::Down => {
                    Record::FrameDown(frame)
                }
                LineRecord::Left(frame) => Record::FrameUp(frame),
                LineRecord::Cut(frame) => Record::FrameCut(frame),
                LineRecord::TimeOut { line, interchange } => {
                    Record::LineTimeOut { line, interchange }
                }
                LineRecord::CheckError { line, direction } => {
                    Record::LineCheckError { line, direction }
                }
                LineRecord::UndetectedError { line, direction } => {
                    Record::LineUndetectedError { line, direction }
                }
                LineRecord::Set(output) => Record::Set(output),
                LineRecord::Hit {
                    line,
                    direction,
                    hit,
                } => {
                    self.line_hit(at, line, direction, hit);
                    continue;
                }
            };
            self.record(at, record);
        }
    }

    /// The effect of an input-output instruction that ended at `now`.
    pub(super) fn input_output(&mut self, machine: Machine, now: Instant, what: IoOperation) {
        let has_7909 = |channel: u8| usize::from(channel) < CHANNELS;
        // An attention may have set the channel to work while the instruction that starts it was
        // in progress: then the processor waits for it after all.
        if let IoOperation::StartChannel { channel, .. }
        | IoOperation::LoadChannel { channel, .. } = what
        {
            let computer = &mut self.computers[machine.index()];
            if has_7909(channel) && computer.channels[usize::from(channel)].busy() {
                computer.pending = Some(what);
                computer.mode = Mode::Waiting(channel);
                return;
            }
        }
        match what {
            IoOperation::StartChannel { channel, address } if has_7909(channel) => {
                self.with_channel(machine, channel.into(), now, |channel, now, port| {
                    channel.start(now, address, port);
                });
            }
            IoOperation::LoadChannel { channel, .. } if has_7909(channel) => {
                self.with_channel(machine, channel.into(), now, |channel, now, port| {
                    channel.resume(now, port);
                });
            }
            IoOperation::ResetChannel { channel } if has_7909(channel) => {
                self.with_channel(machine, channel.into(), now, |channel, now, port| {
                    channel.reset(now, port);
                });
            }
            IoOperation::StoreChannel { channel, address } if has_7909(channel) => {
                let computer = &mut self.computers[machine.index()];
                let word = computer.channels[usize::from(channel)].registers_word();
                computer.cpu.core.write(address, word);
            }
            IoOperation::StoreDiagnostic { channel, address } if has_7909(channel) => {
                let computer = &mut self.computers[machine.index()];
                let word = computer.channels[usize::from(channel)].diagnostic_word();
                computer.cpu.core.write(address, word);
            }
            IoOperation::StoreSenseLines { channel, address } => {
                let lines = match channel {
                    SENSE_CHANNEL => self.switch.ask(machine),
                    _ => self.centre_clock.lines(channel, now),
                };
                let core = &mut self.computers[machine.index()].cpu.core;
                core.write(address, lines.into());
            }
            IoOperation::PresentSenseLines {
                channel: SENSE_CHANNEL,
                word,
            } => {
                let word = (word & 0o1777) as u16;
                let event = Event::Presented { machine, word };
                let station = machine.index() as u32;
                self.calendar.schedule(now + LINE_DELAY, station, event);
            }
            // Nothing hangs there.
            _ => {}
        }
    }
}
