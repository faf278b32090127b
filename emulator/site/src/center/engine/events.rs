//! What appointments do: beams, lines, inputs, consoles.

use clock::{Instant, Span};
use device::link::Passage;
use fsq7::codes::{self, Operate};

use super::{
    Action, Center, Event, GUN_AT_RETURNS, Input, STATION_CONSOLES, STATION_LINES, STATION_RADARS,
    STATION_SWITCH, STATION_WEAPONS, round_after, tagged, way,
};
use crate::center::console::{self, ConsoleSettings};
use crate::center::description::End;
use crate::center::gap_filler;
use crate::center::message::{self, DigitalWord, REPORT_BITS, Report, Seen, TRACK_WORDS};
use crate::center::radar::Echo;
use crate::center::record::{self as center, Fate, ShownTrack};
use crate::machine::Machine;
use crate::record::{Cause, Direction};

/// The digital display generator looks so often for new words.
const DIGITAL: Span = Span::from_millis(500);

impl Center {
    pub(super) fn handle(&mut self, now: Instant, event: Event) {
        match event {
            Event::Sweep(radar) => self.sweep(now, radar),
            Event::GapSweep(set) => self.gap_sweep(set),
            Event::Comes { line, input, bad } => self.comes(now, line, input, bad),
            Event::Burst => self.burst(now),
            Event::PartnerSees { machine, flipflops } => self.partner_sees(now, machine, flipflops),
            Event::Intercommunication { machine, words } => {
                let other = machine.other();
                self.catch_up(other, now);
                let drums = &mut self.computers[other.index()].fsq7.drums;
                drums.put_intercommunication(&words);
            }
            Event::Close => self.close_relays(now),
            Event::Action(action) => self.act(now, action),
            Event::Gun {
                action,
                expected,
                until,
            } => self.aim(now, action, expected, until),
            Event::Settings { console, settings } => self.set_switches(now, console, settings),
            Event::Digital => self.write_digital(now),
            Event::Fly => self.fly(now),
            Event::Height(radar) => self.read_height(now, radar),
            Event::Beat(neighbour) => self.beat(now, neighbour),
            Event::Far { line, words, bad } => self.far(now, line, words, bad),
            Event::Fault(order) => self.strike(now, order),
            Event::Heal(fault) => self.heal(now, fault),
            Event::LineMended(number) => self.mend_line(now, number),
            Event::StallEnds { machine, life } => self.stall_ends(now, machine, life),
            Event::PowerReturns(machine) => self.power_returns(now, machine),
            Event::Loaded { machine, life } => self.loaded(now, machine, life),
            Event::StartOver { machine, life } => self.start_over_button(now, machine, life),
            Event::Daily => {
                self.planned_switchover(now, Cause::Daily);
                let again = now + Span::from_secs(86_400);
                self.order(again, Event::Daily);
            }
            Event::Deaf { machine, since } => self.not_heard(now, machine, since),
        }
    }

    // Radars and their lines.

    fn sweep(&mut self, now: Instant, radar: u8) {
        self.listen_better(now, radar);
        let echoes = self.radars[usize::from(radar)].sweep(&self.sky);
        for echo in echoes {
            self.send_report(radar, echo);
        }
        self.appoint_sweep(radar.into());
    }

    /// A channel listens to the line that is not silent, when it has been so for a while.
    fn listen_better(&mut self, now: Instant, radar: u8) {
        let mut channel = self.channels[usize::from(radar)];
        let Some(alternate) = channel.alternate else {
            return;
        };
        let silent = |line: u8| self.lines[usize::from(line)].is_silent();
        let better = match channel.switched {
            false => silent(channel.main) && !silent(alternate),
            true => !silent(channel.main),
        };
        channel.better = better.then(|| channel.better.unwrap_or(now));
        let due = channel
            .better
            .is_some_and(|since| now >= since + self.alternate);
        if due {
            channel.switched = !channel.switched;
            channel.better = None;
            let alternate = channel.switched;
            self.note(now, center::Record::Listens { radar, alternate });
        }
        self.channels[usize::from(radar)] = channel;
    }

    /// A report goes out on both lines of its site; the center listens to one.
    pub(super) fn send_report(&mut self, radar: u8, echo: Echo) {
        let channel = self.channels[usize::from(radar)];
        let mut fate = Some(Fate::LineLost);
        for line in [Some(channel.main), channel.alternate]
            .into_iter()
            .flatten()
        {
            let listened = match channel.switched {
                false => line == channel.main,
                true => line != channel.main,
            };
            let passage = self.send(line, Direction::Up, echo.at, REPORT_BITS);
            if !listened {
                continue;
            }
            let Some(passage) = passage else {
                fate = Some(Fate::QueueFull);
                continue;
            };
            let delay = ((passage.start - echo.at).0 / 31_250_000).min(255) as u8;
            let mut bits = echo.report.to_line(delay);
            for wrong in passage.wrong.iter().filter(|bit| **bit < 52) {
                bits ^= 1 << (51 - wrong);
            }
            let options = self.lines[usize::from(line)].up.options;
            let took = way(&passage, options.propagation);
            for at in passage.arrivals(&options).into_iter().flatten() {
                fate = None;
                let (came, delay) = Report::from_line(bits);
                let input = Input::Report {
                    radar,
                    target: echo.target,
                    sent: echo.report,
                    came,
                    looked: echo.at,
                    tagged: tagged(at, delay, took),
                };
                self.schedule_comes(line, at, input, &passage);
            }
        }
        if let Some(fate) = fate {
            self.note_report(echo.at, radar, &echo, fate);
        }
    }

    fn note_report(&mut self, at: Instant, radar: u8, echo: &Echo, fate: Fate) {
        let record = center::Record::Report {
            radar,
            target: echo.target,
            report: echo.report,
            looked: echo.at,
            fate,
        };
        self.note(at.max(self.now), record);
    }

    pub(super) fn schedule_comes(&mut self, line: u8, at: Instant, input: Input, by: &Passage) {
        let bad = by.wrong.len() % 2 == 1;
        let event = Event::Comes { line, input, bad };
        self.calendar
            .schedule(at.max(self.now), STATION_LINES, event);
    }

    fn gap_sweep(&mut self, set: u8) {
        let hits = self.gap_fillers[usize::from(set)].sweep(&self.sky);
        let number = self.gap_fillers[usize::from(set)].number;
        let mut ends = self.lines.iter();
        let line = ends.position(|line| line.end == End::GapFiller(set));
        let line = line.expect("every gap filler has a line") as u8;
        for hit in hits {
            let passage = self.send(line, Direction::Up, hit.at, gap_filler::HIT_BITS);
            let input = Input::GapHit {
                set: number,
                target: hit.target,
                azimuth: hit.azimuth,
                cell: hit.cell,
            };
            let options = self.lines[usize::from(line)].up.options;
            match passage {
                None => self.note_input(hit.at.max(self.now), &input, Fate::QueueFull),
                Some(passage) if passage.lost => {
                    self.note_input(hit.at.max(self.now), &input, Fate::LineLost);
                }
                Some(passage) => {
                    for at in passage.arrivals(&options).into_iter().flatten() {
                        self.schedule_comes(line, at, input, &passage);
                    }
                }
            }
        }
        let at = self.gap_fillers[usize::from(set)].antenna.due();
        self.calendar
            .schedule(at, STATION_RADARS, Event::GapSweep(set));
    }

    /// Hands a frame to a line and looks what its troubles did.
    pub(super) fn send(
        &mut self,
        line: u8,
        direction: Direction,
        at: Instant,
        bits: u64,
    ) -> Option<Passage> {
        let link = self.lines[usize::from(line)].link(direction);
        let passage = link.send(at, bits);
        let hits: Vec<_> = link.take_hits().collect();
        for hit in hits {
            self.line_hit(at.max(self.now), line, direction, hit);
        }
        passage
    }

    // The input equipment.

    fn comes(&mut self, now: Instant, line: u8, input: Input, bad: bool) {
        // What was under way when the channel went to its other line is not heard.
        if let Input::Report { radar, .. } = input {
            let channel = self.channels[usize::from(radar)];
            if (line == channel.main) == channel.switched {
                self.note_input(now, &input, Fate::LineLost);
                return;
            }
        }
        if bad {
            self.note_input(now, &input, Fate::BadParity);
            return;
        }
        self.put_in(now, input);
    }

    /// An input goes to its drum field, or waits in its channel until somebody is connected.
    pub(super) fn put_in(&mut self, now: Instant, input: Input) {
        let Some(machine) = self.connected() else {
            let same = |other: &Input| source(other) == source(&input);
            if let Some(place) = self.held.iter().position(same) {
                let old = std::mem::replace(&mut self.held[place], input);
                self.note_input(now, &old, Fate::Displaced);
            } else {
                self.held.push(input);
            }
            return;
        };
        self.catch_up(machine, now);
        let fsq7 = &mut self.computers[machine.index()].fsq7;
        let clock = fsq7.central.memory.clock().0;
        let drums = &mut fsq7.drums;
        let register = match input {
            Input::Report {
                radar,
                came,
                tagged,
                ..
            } => {
                let channel = self.channels[usize::from(radar)];
                // The register as it stood at the look.
                let ticks = |at: Instant| at.0 / 31_250_000;
                let back = (ticks(now) - ticks(tagged)) as u16;
                let words = came.to_drum(channel.number, clock.wrapping_sub(back));
                drums.od_write(channel.field, now, &words)
            }
            Input::GapHit {
                set, azimuth, cell, ..
            } => drums.od_write(codes::GFI, now, &[message::gap_hit(set, azimuth, cell)]),
            Input::Crosstell { line, halves } => {
                drums.od_write(codes::XTL, now, &message::crosstell(line, halves))
            }
            Input::Manual { action, seen } => {
                let words = message::manual_input(action.console, action.code, action.data, seen);
                drums.od_write(codes::MI, now, &words)
            }
        };
        let fate = match register {
            Some(register) => Fate::OnDrum { machine, register },
            None => Fate::DrumFull,
        };
        self.note_input(now, &input, fate);
    }

    fn note_input(&mut self, at: Instant, input: &Input, fate: Fate) {
        let record = match *input {
            Input::Report {
                radar,
                target,
                sent,
                looked,
                ..
            } => center::Record::Report {
                radar,
                target,
                report: sent,
                looked,
                fate,
            },
            Input::GapHit {
                set,
                target,
                azimuth,
                cell,
            } => center::Record::GapHit {
                number: set,
                target,
                azimuth,
                cell,
                fate,
            },
            Input::Crosstell { line, halves } => center::Record::CrosstellIn { line, halves, fate },
            Input::Manual { action, seen } => center::Record::Action {
                action,
                seen,
                fate: Some(fate),
            },
        };
        self.note(at, record);
    }

    // What a machine does outside.

    pub(super) fn operate(&mut self, machine: Machine, now: Instant, operate: Operate) {
        let closed = self.switch.relays.closed(machine);
        match operate {
            Operate::SetIntercommunication(_) | Operate::ClearIntercommunication => {
                let computer = &self.computers[machine.index()];
                let flipflops = computer.fsq7.central.intercommunication;
                let event = Event::PartnerSees { machine, flipflops };
                self.calendar
                    .schedule(now + super::PARTNER_DELAY, machine.index() as u32, event);
            }
            Operate::ClearAlarms => {
                self.computers[machine.index()].inactive = false;
                let heard = self.switch.deaf[machine.index()].is_none();
                if heard && self.computers[machine.index()].at_work() {
                    self.switch.alarmed[machine.index()] = false;
                }
                self.tell_roles();
            }
            Operate::LockStandby | Operate::UnlockStandby => {
                let locked = operate == Operate::LockStandby;
                let before = std::mem::replace(&mut self.switch.locked[machine.index()], locked);
                if before != locked {
                    self.note(now, center::Record::Lock { machine, locked });
                }
            }
            Operate::RequestSwitchover if closed => {
                self.planned_switchover(now, Cause::Requested);
            }
            Operate::SwapTrackDisplay if self.connected() == Some(machine) => {
                let shown = console::tracks(&self.computers[machine.index()].fsq7.drums);
                let tracks = shown.into_iter().map(|(register, message)| ShownTrack {
                    slot: register / TRACK_WORDS,
                    message,
                });
                let tracks = tracks.collect();
                self.note(now, center::Record::TracksShown { machine, tracks });
            }
            Operate::SwapRadarDisplay if self.connected() == Some(machine) => {
                let drums = &self.computers[machine.index()].fsq7.drums;
                let messages = drums.radar_shown(1).len() as u16;
                self.note(now, center::Record::RadarShown { machine, messages });
            }
            Operate::Bell => self.note(now, center::Record::Bell { machine }),
            _ => {}
        }
    }

    fn partner_sees(&mut self, now: Instant, machine: Machine, flipflops: u8) {
        let other = machine.other();
        self.switch.flipflops[machine.index()] = flipflops;
        self.catch_up(other, now);
        let central = &mut self.computers[other.index()].fsq7.central;
        for n in 0..4 {
            central.set_condition(codes::PARTNER_1 + n, flipflops >> n & 1 != 0);
        }
    }

    // Consoles.

    fn act(&mut self, now: Instant, action: Action) {
        let known = self.consoles.iter().any(|c| c.number == action.console);
        if !known {
            let record = center::Record::Action {
                action,
                seen: None,
                fate: None,
            };
            self.note(now, record);
        } else if action.gun.is_some() {
            self.aim(now, action, None, round_after(now));
        } else {
            self.put_in(now, Input::Manual { action, seen: None });
        }
    }

    /// The gun looks at its place until the end of a round; `expected` is what should be painted
    /// now.
    fn aim(&mut self, now: Instant, action: Action, expected: Option<Seen>, until: Instant) {
        let at_tracks = !GUN_AT_RETURNS.contains(&action.code);
        let found = self.consoles.iter().find(|c| c.number == action.console);
        let found = found.cloned();
        let next = match (self.connected(), &found, action.gun) {
            (Some(machine), Some(console), Some(aim)) => {
                self.catch_up(machine, now);
                let drums = &self.computers[machine.index()].fsq7.drums;
                console::gun(drums, &console.settings, aim, at_tracks, now)
            }
            _ => None,
        };
        match next {
            Some((at, met)) if at == now && expected == Some(met.seen) => {
                let lies = found.is_some_and(|console| console.lies);
                let seen = Some(Seen {
                    // A lying gun tells the place of the message after.
                    register: match lies {
                        true => met.seen.register + if at_tracks { TRACK_WORDS } else { 1 },
                        false => met.seen.register,
                    },
                    ..met.seen
                });
                self.put_in(now, Input::Manual { action, seen });
            }
            Some((at, met)) if at <= until => {
                let expected = Some(met.seen);
                let event = Event::Gun {
                    action,
                    expected,
                    until,
                };
                self.calendar.schedule(at, STATION_CONSOLES, event);
            }
            _ if self.sees_dark => {
                let connected = self.connected().zip(action.gun);
                let seen = connected.and_then(|(machine, aim)| {
                    let drums = &self.computers[machine.index()].fsq7.drums;
                    console::in_the_dark(drums, aim, at_tracks)
                });
                self.put_in(now, Input::Manual { action, seen });
            }
            _ => {
                // Dark glass.
                let record = center::Record::Action {
                    action,
                    seen: None,
                    fate: None,
                };
                self.note(now, record);
            }
        }
    }

    fn set_switches(&mut self, now: Instant, console: u8, settings: ConsoleSettings) {
        let mut consoles = self.consoles.iter_mut();
        let Some(found) = consoles.find(|c| c.number == console) else {
            return;
        };
        if !settings.mistakes().is_empty() {
            return;
        }
        found.settings = settings.clone();
        self.note(now, center::Record::Settings { console, settings });
    }

    /// The digital displays take what was written for them.
    fn write_digital(&mut self, now: Instant) {
        if let Some(machine) = self.connected() {
            let drums = &self.computers[machine.index()].fsq7.drums;
            if drums.outgoing(codes::DD).any() {
                self.catch_up(machine, now);
                let drums = &mut self.computers[machine.index()].fsq7.drums;
                let taken = drums.od_take(codes::DD, now, (0, 0), usize::MAX);
                for (_, content) in taken.iter().filter(|(_, content)| !content.bad) {
                    let word = DigitalWord::of(content.word);
                    let all = word.console == 0;
                    let place = usize::from(word.row) * 32 + usize::from(word.pair) * 2;
                    for console in &mut self.consoles {
                        if all || console.number == word.console {
                            console.digital[place..place + 2].copy_from_slice(&word.characters);
                        }
                    }
                }
            }
        }
        self.calendar
            .schedule(now + DIGITAL, STATION_CONSOLES, Event::Digital);
    }

    // Weapons and heights.

    fn read_height(&mut self, now: Instant, radar: u8) {
        let (echo, next) = self.radars[usize::from(radar)].read_height(now, &self.sky);
        if let Some(echo) = echo {
            self.send_report(radar, echo);
        }
        if let Some(next) = next {
            self.calendar
                .schedule(next, STATION_WEAPONS, Event::Height(radar));
        }
    }

    pub(super) fn appoint_close(&mut self, at: Instant) {
        self.calendar.schedule(at, STATION_SWITCH, Event::Close);
    }
}

/// The channel an input comes through: one message can wait in each.
fn source(input: &Input) -> (u8, u8) {
    match input {
        Input::Report { radar, .. } => (0, *radar),
        Input::GapHit { set, .. } => (1, *set),
        Input::Crosstell { line, .. } => (2, *line),
        Input::Manual { action, .. } => (3, action.console),
    }
}
