//! The network virtual terminal: what bytes from the network mean at a keyboard.
//!
//! RFC 854 imagines one terminal between all real ones: a keyboard and a printer, seven-bit
//! characters, CR LF at the end of a line, and one byte, 255 (IAC), that begins a command. This part
//! takes bytes in and gives events out, and the bytes to be sent back; it knows no socket. What it
//! answers is bounded by what it hears ([`REPLY_MAX`] bytes a byte), and the same bytes give the
//! same events however the network cut them.
//!
//! | bytes | event |
//! |---|---|
//! | CR LF, CR NUL, CR, LF | [`Event::Return`] |
//! | BS, DEL, IAC EC | [`Event::Erase`] |
//! | NAK (control-U), IAC EL | [`Event::EraseLine`] |
//! | ETX (control-C), IAC IP, IAC BRK | [`Event::Interrupt`] |
//! | EOT (control-D), IAC EOF | [`Event::EndOfFile`] |
//! | IAC AYT | [`Event::AreYouThere`], answered `[yes]` |
//! | IAC WILL, WONT, DO, DONT | [`super::option`] |
//! | IAC SB NAWS w w h h IAC SE | [`Event::Window`] |
//! | IAC SB TERMINAL-TYPE IS name IAC SE | [`Event::TerminalType`] |
//! | any other byte | [`Event::Character`] |
//!
//! *Assumed*: control characters mean what a terminal's driver makes of them (RFC 854 leaves that
//! open), in BINARY too, where only the sending of a lone CR differs. A subnegotiation keeps
//! [`SUBNEGOTIATION_MAX`] bytes; one with a command inside it is given up.
//! *Not emulated*: Synch (urgent data; DATA MARK alone is passed over, as RFC 854 has it), ABORT
//! OUTPUT (nothing is kept that could be thrown away).

use super::option::{Opt, Side, Wishes};

/// Most bytes sent back for one byte received, on the average of any input.
pub const REPLY_MAX: usize = 4;
/// Most bytes kept of one subnegotiation.
pub const SUBNEGOTIATION_MAX: usize = 64;

const IAC: u8 = 255;
const DONT: u8 = 254;
const DO: u8 = 253;
const WONT: u8 = 252;
const WILL: u8 = 251;
const SB: u8 = 250;
const GA: u8 = 249;
const EL: u8 = 248;
const EC: u8 = 247;
const AYT: u8 = 246;
const IP: u8 = 244;
const BRK: u8 = 243;
const SE: u8 = 240;
const EOF: u8 = 236;

/// TERMINAL-TYPE subnegotiation.
const TYPE_IS: u8 = 0;
const TYPE_SEND: u8 = 1;

/// Something that happened at the keyboard, or that the terminal told of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A key with this character, never IAC's doubling nor an end of line.
    Character(u8),
    /// The end of a line.
    Return,
    /// Takes back the last character.
    Erase,
    /// Takes back the line.
    EraseLine,
    /// Break, attention.
    Interrupt,
    /// No more will come.
    EndOfFile,
    /// The peer asks for a sign of life; it has got one.
    AreYouThere,
    /// Size of the window in characters; 0 is not known.
    Window {
        /// Characters a line.
        columns: u16,
        /// Lines.
        rows: u16,
    },
    /// Name of the terminal's type, in capitals.
    TerminalType(String),
    /// An option has been agreed on, or given up.
    Option {
        /// Which.
        option: Opt,
        /// Our side of it.
        ours: bool,
        /// It is on.
        on: bool,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reading {
    Data,
    /// A CR was the last byte; LF or NUL behind it belongs to it.
    Cr,
    /// IAC was the last byte.
    Iac,
    /// WILL, WONT, DO or DONT was the last byte.
    Verb(u8),
    /// SB was the last byte.
    Sb,
    /// In a subnegotiation of this option.
    SbData(u8),
    /// IAC in a subnegotiation.
    SbIac(u8),
}

/// One end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nvt {
    reading: Reading,
    kept: Vec<u8>,
    /// In the order of [`Opt::ALL`]: ours, the peer's.
    sides: [(Side, Side); Opt::ALL.len()],
}

impl Nvt {
    /// A connection at its begin, and what is to be sent first.
    pub fn new(wishes: &Wishes) -> (Nvt, Vec<u8>) {
        use super::option::Wish::Ask;
        let mut nvt = Nvt {
            reading: Reading::Data,
            kept: Vec::new(),
            sides: wishes.map(|(ours, peers)| (Side::new(ours), Side::new(peers))),
        };
        let mut first = Vec::new();
        for (index, &(ours, peers)) in wishes.iter().enumerate() {
            for side in [(ours, true), (peers, false)] {
                if side.0 == Ask {
                    nvt.want(Opt::ALL[index], side.1, true, &mut first);
                }
            }
        }
        (nvt, first)
    }

    /// One side of an option.
    pub fn side(&self, option: Opt, ours: bool) -> &Side {
        let (our, peers) = &self.sides[index(option)];
        if ours { our } else { peers }
    }

    /// We want one side of an option on or off from now on.
    pub fn want(&mut self, option: Opt, ours: bool, on: bool, reply: &mut Vec<u8>) {
        if let Some(yes) = self.side_mut(option, ours).want(on) {
            say(option as u8, ours, yes, reply);
        }
    }

    fn side_mut(&mut self, option: Opt, ours: bool) -> &mut Side {
        let (our, peers) = &mut self.sides[index(option)];
        if ours { our } else { peers }
    }

    /// Bytes have come. What they mean goes to `events`, what is to be sent back to `reply`.
    pub fn receive(&mut self, bytes: &[u8], events: &mut Vec<Event>, reply: &mut Vec<u8>) {
        for &byte in bytes {
            self.reading = match std::mem::replace(&mut self.reading, Reading::Data) {
                Reading::Cr if byte == b'\n' || byte == 0 => Reading::Data,
                Reading::Data | Reading::Cr => data(byte, events),
                Reading::Iac => self.command(byte, events, reply),
                Reading::Verb(verb) => {
                    self.negotiate(verb, byte, events, reply);
                    Reading::Data
                }
                Reading::Sb => {
                    self.kept.clear();
                    Reading::SbData(byte)
                }
                Reading::SbData(option) if byte == IAC => Reading::SbIac(option),
                Reading::SbData(option) => self.keep(option, byte),
                Reading::SbIac(option) if byte == IAC => self.keep(option, byte),
                Reading::SbIac(option) if byte == SE => {
                    self.subnegotiated(option, events);
                    Reading::Data
                }
                // No command belongs here: the subnegotiation is given up, the command stands.
                Reading::SbIac(_) => self.command(byte, events, reply),
            };
        }
    }

    fn keep(&mut self, option: u8, byte: u8) -> Reading {
        if self.kept.len() < SUBNEGOTIATION_MAX {
            self.kept.push(byte);
        }
        Reading::SbData(option)
    }

    fn command(&mut self, byte: u8, events: &mut Vec<Event>, reply: &mut Vec<u8>) -> Reading {
        match byte {
            WILL | WONT | DO | DONT => return Reading::Verb(byte),
            SB => return Reading::Sb,
            IAC => events.push(Event::Character(IAC)),
            EC => events.push(Event::Erase),
            EL => events.push(Event::EraseLine),
            IP | BRK => events.push(Event::Interrupt),
            EOF => events.push(Event::EndOfFile),
            AYT => {
                events.push(Event::AreYouThere);
                reply.extend_from_slice(b"[yes]\r\n");
            }
            // NOP, DATA MARK, ABORT OUTPUT, GO AHEAD, a lost SE, what is no command.
            _ => {}
        }
        Reading::Data
    }

    fn negotiate(&mut self, verb: u8, code: u8, events: &mut Vec<Event>, reply: &mut Vec<u8>) {
        let (ours, yes) = (verb == DO || verb == DONT, verb == DO || verb == WILL);
        let Some(option) = Opt::of_code(code) else {
            if yes {
                say(code, ours, false, reply);
            }
            return;
        };
        let side = self.side_mut(option, ours);
        let before = side.is_on();
        let answer = side.hear(yes);
        let on = side.is_on();
        if let Some(yes) = answer {
            say(code, ours, yes, reply);
        }
        if on != before {
            events.push(Event::Option { option, ours, on });
            if on && !ours && option == Opt::TerminalType {
                reply.extend_from_slice(&[IAC, SB, code, TYPE_SEND, IAC, SE]);
            }
        }
    }

    fn subnegotiated(&mut self, code: u8, events: &mut Vec<Event>) {
        let on = Opt::of_code(code).filter(|&option| self.side(option, false).is_on());
        match (on, self.kept.as_slice()) {
            (Some(Opt::WindowSize), &[w1, w0, h1, h0]) => events.push(Event::Window {
                columns: u16::from_be_bytes([w1, w0]),
                rows: u16::from_be_bytes([h1, h0]),
            }),
            (Some(Opt::TerminalType), [TYPE_IS, name @ ..])
                if name.iter().all(u8::is_ascii_graphic) =>
            {
                let name = String::from_utf8_lossy(name).to_ascii_uppercase();
                events.push(Event::TerminalType(name));
            }
            _ => {}
        }
    }

    /// `text` as it must be sent: LF as CR LF, a lone CR as CR NUL unless BINARY is on, IAC
    /// doubled.
    pub fn encode(&self, text: &[u8], into: &mut Vec<u8>) {
        let binary = self.side(Opt::Binary, true).is_on();
        for &byte in text {
            match byte {
                b'\n' => into.extend_from_slice(b"\r\n"),
                b'\r' if !binary => into.extend_from_slice(b"\r\0"),
                IAC => into.extend_from_slice(&[IAC, IAC]),
                byte => into.push(byte),
            }
        }
    }

    /// The peer may type now: GO AHEAD, where it wants to be told (it refused its suppression).
    pub fn go_ahead(&self, into: &mut Vec<u8>) {
        if self.side(Opt::SuppressGoAhead, true).refused {
            into.extend_from_slice(&[IAC, GA]);
        }
    }
}

fn index(option: Opt) -> usize {
    let place = Opt::ALL.iter().position(|&known| known == option);
    place.expect("every option is in the table")
}

fn say(code: u8, ours: bool, yes: bool, reply: &mut Vec<u8>) {
    let verb = match (ours, yes) {
        (true, true) => WILL,
        (true, false) => WONT,
        (false, true) => DO,
        (false, false) => DONT,
    };
    reply.extend_from_slice(&[IAC, verb, code]);
}

fn data(byte: u8, events: &mut Vec<Event>) -> Reading {
    events.push(match byte {
        IAC => return Reading::Iac,
        b'\r' => {
            events.push(Event::Return);
            return Reading::Cr;
        }
        b'\n' => Event::Return,
        0x08 | 0x7f => Event::Erase,
        0x15 => Event::EraseLine,
        0x03 => Event::Interrupt,
        0x04 => Event::EndOfFile,
        byte => Event::Character(byte),
    });
    Reading::Data
}

#[cfg(test)]
mod tests;
