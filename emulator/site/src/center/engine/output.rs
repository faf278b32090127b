//! The output equipment: what the program put on the output fields leaves in its burst.
//!
//! Each 70 ms a burst begins on every output channel. The output control reads both fields by
//! identification, the number of the burst, from the machine whose relays are closed; words of one
//! section and channel go out together in the order of their registers.
//!
//! | section | channel | words | leaves by | as |
//! |---|---|---|---|---|
//! | 0 crosstell | line 1 to 8 | 5 | the neighbour's line | 91 bits |
//! | 1 height request | site channel | 2 | the radar's main line | 53 bits |
//! | 2 data link | weapon 1 to 63 | 3 | the ground-air site | 64 bits |
//! | 3 base | base from 1 | 3 | the base's line | 64 bits |
//! | 4 teletype | any | any | the machine room's printer | - |
//!
//! Source: sections and burst times recalled, formats assigned by us. Assumed: what is not taken in
//! its burst waits for the next of its number, nine seconds later; a group with a bad word is held
//! back whole, and OUTPUT PARITY told.

use clock::{Instant, Span};
use fsq7::codes;
use fsq7::unit::{BURST, burst_number};

use super::{
    Center, Event, Input, STATION_LINES, STATION_NEIGHBOURS, STATION_SWITCH, STATION_WEAPONS,
};
use crate::center::air::Kind;
use crate::center::air::weapon::{Ahead, Event as WeaponEvent, Order};
use crate::center::description::End;
use crate::center::message::{self, CROSSTELL_BITS, OutputWord};
use crate::center::neighbour;
use crate::center::radar::Request;
use crate::center::record::{self as center, OutputFate};
use crate::machine::Machine;
use crate::record::Direction;

/// Words and bits of a group of a section; none: any number, and no line.
const SECTIONS: [Option<(usize, u64)>; 5] = [
    Some((5, CROSSTELL_BITS)),
    Some((2, 53)),
    Some((3, 64)),
    Some((3, 64)),
    None,
];

/// A group of words as it was taken.
struct Group {
    section: u8,
    channel: u8,
    words: Vec<u16>,
    bad: bool,
}

impl Center {
    pub(super) fn burst(&mut self, now: Instant) {
        let fields = [codes::OB_1, codes::OB_2];
        for machine in Machine::BOTH {
            // With welded relays (planted) there are two.
            let closed = self.switch.relays.closed(machine);
            let computer = &self.computers[machine.index()];
            let drums = &computer.fsq7.drums;
            let marked = fields.iter().any(|field| drums.outgoing(*field).any());
            if closed && computer.has_power() && marked {
                self.catch_up(machine, now);
                for field in fields {
                    self.take(now, machine, field);
                }
            }
        }
        self.calendar
            .schedule(now + BURST, STATION_SWITCH, Event::Burst);
    }

    fn take(&mut self, now: Instant, machine: Machine, field: u8) {
        let burst = burst_number(now) as u8;
        let identity = (OutputWord::BURST_MASK, u32::from(burst) << 16);
        let drums = &mut self.computers[machine.index()].fsq7.drums;
        let mut groups: Vec<Group> = Vec::new();
        let mut taken = drums.od_take(field, now, identity, usize::MAX);
        // The order of passing may begin in the middle of a group.
        taken.sort_by_key(|(register, _)| *register);
        for (_, content) in taken {
            let word = OutputWord::of(content.word);
            let (section, channel) = (word.section, word.channel);
            let mut known = groups.iter_mut();
            let group = known.find(|g| (g.section, g.channel) == (section, channel));
            match group {
                Some(group) => {
                    group.words.push(word.data);
                    group.bad |= content.bad;
                }
                None => groups.push(Group {
                    section,
                    channel,
                    words: vec![word.data],
                    bad: content.bad,
                }),
            }
        }
        for group in groups {
            let fate = self.leave(now, &group);
            if fate == OutputFate::BadParity {
                let central = &mut self.computers[machine.index()].fsq7.central;
                central.set_condition(codes::OUTPUT_PARITY, true);
            }
            let record = center::Record::Output {
                machine,
                field: field - codes::OB_1 + 1,
                section: group.section,
                channel: group.channel,
                burst,
                words: group.words,
                fate,
            };
            self.note(now, record);
        }
    }

    fn leave(&mut self, now: Instant, group: &Group) -> OutputFate {
        if group.bad {
            return OutputFate::BadParity;
        }
        let Some(form) = SECTIONS.get(usize::from(group.section)) else {
            return OutputFate::Nowhere;
        };
        let Some((words, bits)) = *form else {
            return OutputFate::Left;
        };
        let Some(line) = self.line_of(group.section, group.channel) else {
            return OutputFate::Nowhere;
        };
        if group.words.len() != words {
            return OutputFate::WrongLength;
        }
        let Some(passage) = self.send(line, Direction::Down, now, bits) else {
            return OutputFate::Left;
        };
        let mut sent = group.words.clone();
        let mut bad = passage.wrong.len() % 2 == 1;
        if let (0, &[a, b, c, d, e]) = (group.section, sent.as_slice()) {
            let (halves, noticed) = message::crosstell_errors([a, b, c, d, e], &passage.wrong);
            (sent, bad) = (halves.to_vec(), noticed);
        } else {
            for wrong in &passage.wrong {
                let word = (*wrong as usize / 16).min(sent.len() - 1);
                sent[word] ^= 1 << (15 - wrong % 16);
            }
        }
        if group.section == 2 {
            // The radio names the aircraft it speaks to.
            sent.insert(0, group.channel.into());
        }
        let options = self.lines[usize::from(line)].down.options;
        for at in passage.arrivals(&options).into_iter().flatten() {
            let event = Event::Far {
                line,
                words: sent.clone(),
                bad,
            };
            self.calendar.schedule(at.max(now), STATION_LINES, event);
        }
        OutputFate::Left
    }

    /// The line of a section's channel.
    fn line_of(&self, section: u8, channel: u8) -> Option<u8> {
        let number = channel.checked_sub(1)?;
        let end = match section {
            0 => End::Neighbour(number),
            1 => {
                let mut radars = self.channels.iter();
                let radar = radars.position(|c| c.number == channel)? as u8;
                let alternate = self.channels[usize::from(radar)].switched;
                End::Radar { radar, alternate }
            }
            2 => {
                self.weapons.get(usize::from(number))?;
                End::DataLink
            }
            3 => End::Base(number),
            _ => return None,
        };
        let line = self.lines.iter().position(|line| line.end == end)?;
        Some(line as u8)
    }

    /// A frame has come to the far end of a line.
    pub(super) fn far(&mut self, now: Instant, line: u8, words: Vec<u16>, bad: bool) {
        let end = self.lines[usize::from(line)].end;
        match (end, words.as_slice()) {
            (End::Neighbour(n), &[a, b, c, d, e]) => self.told(now, n, [a, b, c, d, e], !bad),
            _ if bad => {}
            (End::Radar { radar, .. }, &[azimuth, range]) => {
                let site = &mut self.radars[usize::from(radar)];
                match site.request_height(now, azimuth, range) {
                    Request::Waits => {}
                    Request::ReadAt(at) => {
                        let event = Event::Height(radar);
                        self.calendar.schedule(at, STATION_WEAPONS, event);
                    }
                    Request::Lost => self.note(now, center::Record::HeightLost { radar }),
                }
            }
            (End::DataLink, &[channel, first, heading, level]) => {
                let order = match first & 0o777 {
                    code @ (1 | 2) => Order::Vector {
                        heading,
                        altitude: (level >> 8) as u8,
                        speed: (level & 0o377) as u8,
                        attack: code == 2,
                    },
                    _ => Order::Home,
                };
                self.ordered(now, channel as u8, (first >> 9) as u8, order);
            }
            (End::Base(base), &[first, _, place]) => {
                let (channel, code) = ((first >> 3 & 0o77) as u8, first & 7);
                let order = match code {
                    1 | 2 => Order::Go {
                        x: (place >> 8) as u8,
                        y: (place & 0o377) as u8,
                    },
                    _ => Order::Home,
                };
                let channel = match channel {
                    0 => self.first_ready(base),
                    channel => Some(channel),
                };
                let channel = channel.unwrap_or(0);
                self.ordered(now, channel, (first >> 9) as u8, order);
            }
            _ => {}
        }
    }

    /// A frame of crosstell has come to a neighbour.
    fn told(&mut self, now: Instant, neighbour: u8, halves: [u16; 5], good: bool) {
        let line = neighbour + 1;
        self.note(now, center::Record::CrosstellOut { line, halves, good });
        if good {
            let station = &mut self.neighbours[usize::from(neighbour)];
            let notes = station.hears(now, halves, &self.sky);
            self.note_tells(now, neighbour, notes);
        }
    }

    fn note_tells(&mut self, now: Instant, neighbour: u8, notes: Vec<neighbour::Note>) {
        let line = neighbour + 1;
        for (track, target, tell) in notes {
            let record = center::Record::Neighbour {
                line,
                track,
                target,
                tell,
            };
            self.note(now, record);
        }
    }

    /// A neighbour acts: its frames go out on its line.
    pub(super) fn beat(&mut self, now: Instant, neighbour: u8) {
        let station = &mut self.neighbours[usize::from(neighbour)];
        let (frames, notes) = station.beat(now, &self.sky, &self.zone);
        self.note_tells(now, neighbour, notes);
        let mut lines = self.lines.iter();
        let line = lines.position(|line| line.end == End::Neighbour(neighbour));
        let line = line.expect("every neighbour has a line") as u8;
        for halves in frames {
            let Some(passage) = self.send(line, Direction::Up, now, CROSSTELL_BITS) else {
                continue;
            };
            let (halves, bad) = message::crosstell_errors(halves, &passage.wrong);
            let input = Input::Crosstell {
                line: neighbour + 1,
                halves,
            };
            let options = self.lines[usize::from(line)].up.options;
            for at in passage.arrivals(&options).into_iter().flatten() {
                let event = Event::Comes { line, input, bad };
                self.calendar.schedule(at.max(now), STATION_LINES, event);
            }
        }
        self.calendar.schedule(
            now + neighbour::BEAT,
            STATION_NEIGHBOURS,
            Event::Beat(neighbour),
        );
    }

    /// The first weapon of a base that stands ready.
    fn first_ready(&self, base: u8) -> Option<u8> {
        let mut weapons = self.sky.weapons();
        let found = weapons.find(|(_, w)| w.base == base && w.is_ready());
        found.map(|(_, weapon)| weapon.channel)
    }

    fn ordered(&mut self, now: Instant, channel: u8, serial: u8, order: Order) {
        let number = channel
            .checked_sub(1)
            .and_then(|n| self.weapons.get(usize::from(n)));
        let weapon = number.and_then(|number| self.sky.weapon_mut(*number));
        let obeyed = weapon.is_some_and(|weapon| weapon.order(now, order));
        let record = center::Record::Ordered {
            weapon: channel,
            serial,
            order,
            obeyed,
        };
        self.note(now, record);
        if obeyed && matches!(order, Order::Go { .. }) {
            let target = self.weapons[usize::from(channel) - 1] as u16;
            let record = center::Record::Weapon {
                weapon: channel,
                target,
                event: WeaponEvent::Ordered,
                raider: None,
            };
            self.note(now, record);
        }
        if obeyed && !self.flying {
            self.flying = true;
            self.calendar
                .schedule(now + Span::from_secs(1), STATION_WEAPONS, Event::Fly);
        }
    }

    /// A second of all weapons that are not at rest.
    pub(super) fn fly(&mut self, now: Instant) {
        let raider = |number: usize| {
            let fix = self.sky.fix(number, now)?;
            let hostile = self.sky.kind(number) == Kind::Hostile;
            hostile.then_some(Ahead {
                number: number as u16,
                fix,
            })
        };
        let mut raiders: Vec<Ahead> = (0..self.sky.len()).filter_map(raider).collect();
        let mut busy = false;
        for (n, number) in self.weapons.clone().into_iter().enumerate() {
            let Some(weapon) = self.sky.weapon_mut(number) else {
                continue;
            };
            let events = weapon.step(now, &raiders);
            busy |= weapon.is_busy();
            for (event, raider) in events {
                if let (WeaponEvent::Splash, Some(raider)) = (event, raider) {
                    self.sky.destroy(raider.into(), now);
                    raiders.retain(|one| one.number != raider);
                }
                let record = center::Record::Weapon {
                    weapon: n as u8 + 1,
                    target: number as u16,
                    event,
                    raider,
                };
                self.note(now, record);
            }
        }
        self.flying = busy;
        if busy {
            self.calendar
                .schedule(now + Span::from_secs(1), STATION_WEAPONS, Event::Fly);
        }
    }
}
