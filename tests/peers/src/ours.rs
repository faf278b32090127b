//! The network on the calendar, the links and the journal that sites use.
//!
//! Every link has troubles of all kinds but a cut and jitter, rare but on: so a request
//! or its answer may be lost, late, doubled, overtaken or damaged, and the network copes: a client
//! asks again after a second, the primary answers a repeated request again and forwards it again,
//! and what is damaged is dropped. Every message delivered and every hit of a trouble is a record;
//! the digest of all records is kept.

use clock::journal::JournalWriter;
use clock::{Calendar, Instant, Span, Stream};
use device::link::{Link, LinkOptions, Trouble};
use serde::Serialize;

use crate::{LINK_DELAY, Outcome};

/// Bits of a message on the link.
const MESSAGE_BITS: u64 = 200;
/// A client without an answer asks again.
const ASK_AGAIN: Span = Span::from_secs(1);

/// Journal record kinds.
const DELIVERED: u8 = 1;
const HIT: u8 = 2;
const DROPPED: u8 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
enum Kind {
    Request,
    Copy,
    Stored,
    Reply,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct Message {
    kind: Kind,
    client: u16,
    serial: u32,
}

#[derive(Clone, Copy, Debug)]
enum Event {
    /// The last bit of a message has arrived.
    Arrives {
        link: u16,
        good: bool,
        message: Message,
    },
    /// A client looks whether it has waited too long. Rings early rather than being moved.
    Timer { client: u16 },
}

/// What a client waits for.
#[derive(Clone, Copy, Debug, Default)]
struct Client {
    serial: u32,
    asked: Instant,
}

/// Stations schedule: clients by number, then primary, then backup.
struct Network {
    calendar: Calendar<Event>,
    journal: JournalWriter<std::io::Sink>,
    /// To and from client c: 2c and 2c+1. Then to and from the backup.
    links: Vec<Link>,
    clients: Vec<Client>,
    /// Serial last answered, by client, at the primary; stored, at the backup.
    answered: Vec<u32>,
    stored: Vec<u32>,
    delivered: u64,
}

/// What can be wrong with each link.
fn troubles() -> [Trouble; 6] {
    let by = Span::from_millis(15);
    [
        Trouble::Loss { one_in: 20_000 },
        Trouble::Noise {
            one_bit_in: 10_000_000,
        },
        Trouble::Bursts {
            one_bit_in: 10_000_000,
            mean_bits: 8,
        },
        Trouble::Duplicate { one_in: 20_000 },
        Trouble::Reorder { one_in: 20_000, by },
        Trouble::Delay { one_in: 20_000, by },
    ]
}

impl Network {
    fn new(clients: u16) -> Network {
        let options = LinkOptions {
            bits_per_second: 10_000_000,
            character_bits: 8,
            frame_bits: 48,
            propagation: LINK_DELAY,
            turn_round: Span::ZERO,
            queue_bits_max: 1_000_000,
        };
        let links = 2 * usize::from(clients) + 2;
        let links = (0..links).map(|number| {
            let mut link = Link::new(options);
            for (kind, trouble) in troubles().into_iter().enumerate() {
                let path = format!("link/{number}/{kind}");
                link.trouble(kind as u32, trouble, Stream::new(1, &path));
            }
            link
        });
        Network {
            calendar: Calendar::new(),
            journal: JournalWriter::digest_only(),
            links: links.collect(),
            clients: vec![Client::default(); clients.into()],
            answered: vec![0; clients.into()],
            stored: vec![0; clients.into()],
            delivered: 0,
        }
    }

    fn primary(&self) -> u32 {
        self.clients.len() as u32
    }

    fn to_backup(&self) -> u16 {
        2 * self.clients.len() as u16
    }

    fn send(&mut self, now: Instant, station: u32, link: u16, message: Message) {
        let line = &mut self.links[usize::from(link)];
        let Some(passage) = line.send(now, MESSAGE_BITS) else {
            return;
        };
        let arrivals = passage.arrivals(&line.options);
        for hit in line.take_hits() {
            self.journal.append(now, HIT, &(link, hit));
        }
        let good = passage.wrong.is_empty();
        for at in arrivals.into_iter().flatten() {
            let event = Event::Arrives {
                link,
                good,
                message,
            };
            self.calendar.schedule(at, station, event);
        }
    }

    fn ask(&mut self, now: Instant, client: u16) {
        let state = &mut self.clients[usize::from(client)];
        state.asked = now;
        let message = Message {
            kind: Kind::Request,
            client,
            serial: state.serial,
        };
        self.send(now, client.into(), 2 * client, message);
    }

    fn receive(&mut self, now: Instant, message: Message) {
        let Message { client, serial, .. } = message;
        let place = usize::from(client);
        let (primary, to_backup) = (self.primary(), self.to_backup());
        match message.kind {
            Kind::Request if serial == self.answered[place] => {
                let kind = Kind::Reply;
                self.send(now, primary, 2 * client + 1, Message { kind, ..message });
            }
            Kind::Request if serial > self.answered[place] => {
                let kind = Kind::Copy;
                self.send(now, primary, to_backup, Message { kind, ..message });
            }
            Kind::Copy => {
                self.stored[place] = self.stored[place].max(serial);
                let kind = Kind::Stored;
                self.send(now, primary + 1, to_backup + 1, Message { kind, ..message });
            }
            Kind::Stored if serial > self.answered[place] => {
                self.answered[place] = serial;
                let kind = Kind::Reply;
                self.send(now, primary, 2 * client + 1, Message { kind, ..message });
            }
            Kind::Reply if serial == self.clients[place].serial => {
                assert!(
                    self.stored[place] >= serial,
                    "answered before it was stored twice"
                );
                self.clients[place].serial += 1;
                self.ask(now, client);
            }
            _ => {}
        }
    }

    fn run(&mut self, end: Instant) {
        for client in 0..self.clients.len() as u16 {
            self.clients[usize::from(client)].serial = 1;
            // Not all at one instant.
            let now = Instant(u64::from(client) * 40_000_000 / self.clients.len() as u64);
            let event = Event::Timer { client };
            self.calendar.schedule(now, client.into(), event);
        }
        while let Some((now, station, event)) = self.calendar.pop_until(end) {
            match event {
                Event::Arrives {
                    link,
                    good: true,
                    message,
                } => {
                    self.delivered += 1;
                    self.journal.append(now, DELIVERED, &(link, message));
                    self.receive(now, message);
                }
                Event::Arrives { link, .. } => self.journal.append(now, DROPPED, &link),
                Event::Timer { client } => {
                    let Client { serial, asked } = self.clients[usize::from(client)];
                    let mut due = asked + ASK_AGAIN;
                    if due <= now || (serial, asked) == (1, Instant::ZERO) {
                        self.ask(now, client);
                        due = now + ASK_AGAIN;
                    }
                    self.calendar.schedule(due, station, event);
                }
            }
        }
    }
}

/// Runs the network for so long.
pub fn run(clients: u16, virtual_time: Span) -> Outcome {
    let mut network = Network::new(clients);
    network.run(Instant::ZERO + virtual_time);
    let hits: u64 = network.links.iter().map(|link| link.count.hits).sum();
    Outcome {
        delivered: network.delivered,
        note: format!(
            "{hits} hits of troubles, {} records, digest {}",
            network.journal.records(),
            &network.journal.digest()[..8]
        ),
    }
}
