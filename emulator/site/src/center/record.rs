//! What is written down at a direction center beside what every site writes down.
//!
//! Variants are only ever added at the end: journals of earlier runs must stay readable.

use clock::Instant;
use serde::{Deserialize, Serialize};

use super::air::weapon;
use super::console::ConsoleSettings;
use super::engine::Action;
use super::message::{Report, Seen, TrackMessage};
use crate::machine::Machine;

/// What became of a message on its way to a drum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// It lies on the drum of this machine, from this register on.
    OnDrum {
        /// The machine whose relays were closed.
        machine: Machine,
        /// First register.
        register: u16,
    },
    /// Too many waited for the line.
    QueueFull,
    /// The line lost it, or nobody listened to that line.
    LineLost,
    /// Its parity was wrong.
    BadParity,
    /// No machine's relays were closed, and the next message of its channel came.
    Displaced,
    /// No empty place passed on the drum.
    DrumFull,
}

/// What became of a word group that a machine put out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OutputFate {
    /// It left on its line.
    Left,
    /// A word's parity was wrong: none of the group left.
    BadParity,
    /// No equipment has this section and channel.
    Nowhere,
    /// The group has not as many words as its section sends.
    WrongLength,
}

/// An alarm of a machine that the duplex switch hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Alarm {
    /// Its program has shown no life for six seconds.
    Inactivity,
    /// It stopped by an alarm.
    Stopped,
    /// It has no power.
    Power,
    /// It became too hot.
    Heat,
}

/// What a neighbouring center did with a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tell {
    /// It offers the track it has.
    Offers,
    /// It offers it once more, for want of an answer.
    OffersAgain,
    /// It accepts a track offered by us and owns it.
    Accepts,
    /// It refuses it.
    Refuses,
    /// It gave a track away: ours is the owner now.
    GaveAway,
    /// It keeps the track: refused, or no answer after the last offer.
    Keeps,
}

/// A track as it was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownTrack {
    /// Its place: the message stands at register 8 times this.
    pub slot: u16,
    /// What was shown.
    pub message: TrackMessage,
}

/// One thing that happened at a direction center.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant)]
pub enum Record {
    /// A report of a long-range radar came to its end.
    Report {
        /// The radar's place in the site file.
        radar: u8,
        /// Whose it is; none: a false alarm.
        target: Option<u16>,
        /// What it said when it left.
        report: Report,
        /// When the beam passed.
        looked: Instant,
        /// What became of it.
        fate: Fate,
    },
    /// A hit of a gap filler came to its end.
    GapHit {
        /// Its number in input words.
        number: u8,
        /// Whose it is.
        target: Option<u16>,
        /// 256 parts of a circle.
        azimuth: u8,
        /// Range cell.
        cell: u8,
        /// What became of it.
        fate: Fate,
    },
    /// The tracks shown changed (SWAPTD) at the machine whose relays are closed.
    TracksShown {
        /// The machine.
        machine: Machine,
        /// All that are shown, in order of their places.
        tracks: Vec<ShownTrack>,
    },
    /// The radar returns shown changed (SWAPRD) at the machine whose relays are closed.
    RadarShown {
        /// The machine.
        machine: Machine,
        /// Returns of the present scan.
        messages: u16,
    },
    /// A group of words of one section, channel and burst was taken from an output field.
    Output {
        /// The machine that put it there.
        machine: Machine,
        /// Output buffer, 1 or 2.
        field: u8,
        /// Section.
        section: u8,
        /// Channel.
        channel: u8,
        /// Burst number.
        burst: u8,
        /// Data in drum order.
        words: Vec<u16>,
        /// What became of it.
        fate: OutputFate,
    },
    /// A frame of crosstell came from a neighbour.
    CrosstellIn {
        /// Line 1 to 8.
        line: u8,
        /// As it came.
        halves: [u16; 5],
        /// What became of it.
        fate: Fate,
    },
    /// A frame of crosstell came to a neighbour.
    CrosstellOut {
        /// Line 1 to 8.
        line: u8,
        /// As it came.
        halves: [u16; 5],
        /// Its parity was good.
        good: bool,
    },
    /// What a neighbour did with a track.
    Neighbour {
        /// Line 1 to 8.
        line: u8,
        /// The track's number in crosstell.
        track: u16,
        /// The target the neighbour follows with it, if it is its own.
        target: Option<u16>,
        /// What.
        tell: Tell,
    },
    /// Somebody did something at a console.
    Action {
        /// What.
        action: Action,
        /// What the light gun saw.
        seen: Option<Seen>,
        /// What became of the words; none: the gun saw nothing, and nothing was sent.
        fate: Option<Fate>,
    },
    /// Somebody set a console's switches.
    Settings {
        /// The console.
        console: u8,
        /// How they stand now.
        settings: ConsoleSettings,
    },
    /// An order came to a pilot or a missile.
    Ordered {
        /// The weapon's channel.
        weapon: u8,
        /// Number of the order, modulo 128.
        serial: u8,
        /// What.
        order: weapon::Order,
        /// It could be done.
        obeyed: bool,
    },
    /// Something happened to a weapon.
    Weapon {
        /// Its channel.
        weapon: u8,
        /// Its number among all targets.
        target: u16,
        /// What.
        event: weapon::Event,
        /// The raider it concerns.
        raider: Option<u16>,
    },
    /// A machine raised an alarm that the switch hears.
    Alarm {
        /// The machine.
        machine: Machine,
        /// Which.
        alarm: Alarm,
    },
    /// The center listens to another line of a radar.
    Listens {
        /// The radar's place in the site file.
        radar: u8,
        /// To the alternate one.
        alternate: bool,
    },
    /// A program or an operator locked or unlocked the switch.
    Lock {
        /// Whose program.
        machine: Machine,
        /// Locked.
        locked: bool,
    },
    /// A height was asked for and the request was lost, too many waiting or the site out.
    HeightLost {
        /// The radar's place in the site file.
        radar: u8,
    },
    /// A machine rang its bell.
    Bell {
        /// The machine.
        machine: Machine,
    },
}
