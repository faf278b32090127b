//! The thread on which the site runs, and its visitors' seats.
//!
//! A slice of ten virtual milliseconds at a time, when it is due by the wall. What visitors did
//! since the last slice is given to the run at the begin of the next one and so stands in the
//! journal with its instant; what their sets showed is handed out when the slice is done. The run
//! never waits for a visitor: every queue has an end, and who does not read loses the seat.
//!
//! | queue | holds at most | when full |
//! |---|---|---|
//! | from the connections | [`COMMANDS_MAX`] | the connection is closed |
//! | to a connection | [`BATCHES_MAX`](crate::seat::BATCHES_MAX) batches | kept at the seat |
//! | kept at a seat | [`KEPT_MAX`](crate::seat::KEPT_MAX) bytes | the seat is lost |

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::time::{Duration, Instant as WallInstant};

use clock::{Instant, Span};
use crossbeam_channel::{Receiver, RecvTimeoutError};
use device::agent_set::SetOutput;
use exercise::agents::Key;
use exercise::driver::{Live, Onlooker, Outcome, Plan, Run};
use site::{Machine, Record};
use tokio::sync::mpsc::Sender;
use tracing::{info, warn};

use crate::journals::Journals;
use crate::pace::Pace;
use crate::seat::{Connection, Seat, Shown};

/// What connections may have asked and not yet got.
pub const COMMANDS_MAX: usize = 4096;
/// Commands listened to before a slice that is late already.
const COMMANDS_A_SLICE: usize = 1024;
/// A seat whose connection was lost is kept for so long.
pub const AWAY_MAX: Duration = Duration::from_secs(60);

/// Number of a connection, never used twice.
pub type Visitor = u64;

/// What a connection asks for.
#[derive(Debug)]
pub enum Command {
    /// A set to sit at.
    Sit {
        /// Who.
        visitor: Visitor,
        /// From where.
        from: IpAddr,
        /// Where what the set shows is to go.
        out: Sender<Vec<Shown>>,
    },
    /// A key of the set.
    Press {
        /// Who.
        visitor: Visitor,
        /// Which.
        key: Key,
    },
    /// How things stand at the site.
    Ask {
        /// Who.
        visitor: Visitor,
    },
    /// Gets up.
    Leave {
        /// Who.
        visitor: Visitor,
    },
    /// The site is to end.
    Close,
}

/// How the run ended.
#[derive(Debug)]
pub struct Ended {
    /// Everything it showed.
    pub outcome: Outcome,
    /// Somebody ended it before its script did.
    pub by_hand: bool,
    /// Virtual time that the host lost.
    pub lost: Span,
}

/// The site at work, and who sits there.
pub struct Emulation {
    plan: Plan,
    run: Run,
    journals: Journals,
    pace: Pace,
    begun: WallInstant,
    commands: Receiver<Command>,
    /// Most visitors at one time.
    seats_max: usize,
    seats: BTreeMap<Visitor, Seat>,
    closing: bool,
}

/// Sees what the visitors' sets show.
struct Eyes<'a> {
    seats: BTreeMap<u16, &'a mut Seat>,
}

impl Onlooker for Eyes<'_> {
    fn observe(&mut self, _at: Instant, record: &Record) {
        let set = match record {
            Record::Set(SetOutput::Answer { set, .. } | SetOutput::Accepted { set, .. }) => set,
            Record::KeyRefused { set, .. } => set,
            _ => return,
        };
        if let Some(seat) = self.seats.get_mut(set) {
            seat.observe(record);
        }
    }
}

impl Emulation {
    /// A site that begins now, at `times` virtual seconds a second.
    pub fn new(
        plan: Plan,
        run: Run,
        journals: Journals,
        times: f64,
        seats_max: usize,
        commands: Receiver<Command>,
    ) -> Emulation {
        Emulation {
            pace: Pace::new(times, run.now()),
            begun: WallInstant::now(),
            seats: BTreeMap::new(),
            closing: false,
            plan,
            run,
            journals,
            commands,
            seats_max,
        }
    }

    /// Runs the site until its script is over or somebody closes it.
    pub fn run(mut self) -> io::Result<Ended> {
        loop {
            let live = self.listen();
            if self.closing || self.run.is_over(&self.plan) {
                break;
            }
            let seats = self.seats.values_mut();
            let mut eyes = Eyes {
                seats: seats.map(|seat| (seat.set, seat)).collect(),
            };
            let journal = self.journals.writer();
            self.run.slice(&self.plan, &live, journal, &mut eyes);
            self.show();
            self.keep_journal()?;
        }
        let state = self.journals.finish()?;
        let text = match self.closing {
            true => "** the site closes; good-bye",
            false => "** the exercise is over; good-bye",
        };
        for seat in self.seats.values_mut() {
            seat.tell(Shown::Close(text.to_owned()));
            seat.send();
        }
        self.seats.clear();
        Ok(Ended {
            outcome: self.run.outcome(&self.plan, &state),
            by_hand: self.closing,
            lost: self.pace.lost(),
        })
    }

    /// Waits until the next slice is due, and gives what the visitors did.
    fn listen(&mut self) -> Vec<Live> {
        let mut live = Vec::new();
        let now = self.run.now();
        let due = self.begun + self.pace.due(now);
        for _ in 0..COMMANDS_A_SLICE {
            match self.commands.recv_deadline(due) {
                Ok(command) => self.obey(command, &mut live),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => self.closing = true,
            }
            if self.closing {
                return Vec::new();
            }
        }
        if let Some((since, lost)) = self.pace.reached(now, self.begun.elapsed()) {
            warn!("the host is too slow: {since} lost, {lost} altogether");
            let text = format!(
                "** the host of this exhibit is too slow: the site has lost {since} ({lost} so far)"
            );
            for seat in self.seats.values_mut() {
                seat.line(text.clone());
            }
        }
        if now.0.is_multiple_of(100_000_000) {
            self.miss(&mut live);
        }
        live
    }

    fn obey(&mut self, command: Command, live: &mut Vec<Live>) {
        match command {
            Command::Sit { visitor, from, out } => self.sit(visitor, from, out, live),
            Command::Press { visitor, key } => {
                if let Some(seat) = self.seats.get_mut(&visitor) {
                    live.push(Live::Key { set: seat.set, key });
                    seat.pressed = true;
                }
            }
            Command::Ask { visitor } => {
                let told = self.site_told();
                if let Some(seat) = self.seats.get_mut(&visitor) {
                    seat.line(told);
                    seat.tell_keyboard();
                }
            }
            Command::Leave { visitor } => self.leave(visitor, live),
            Command::Close => self.closing = true,
        }
    }

    /// A visitor comes: back to the seat, or to a set that is free.
    fn sit(
        &mut self,
        visitor: Visitor,
        from: IpAddr,
        out: Sender<Vec<Shown>>,
        live: &mut Vec<Live>,
    ) {
        let away = |seat: &Seat| seat.away_since;
        let own = self.seats.iter().filter(|(_, seat)| seat.from == from);
        if let Some((_, old)) = own.filter_map(|(id, seat)| Some((away(seat)?, *id))).max()
            && let Some(mut seat) = self.seats.remove(&old)
        {
            seat.come_back(out);
            seat.line(format!("** you are back at set {}", seat.set));
            seat.tell_lock();
            info!("visitor {visitor} is back at set {}", seat.set);
            self.seats.insert(visitor, seat);
            return;
        }
        if self.seats.len() >= self.seats_max {
            // Who is away longest gives way to who is here.
            let longest = self
                .seats
                .iter()
                .filter_map(|(id, seat)| Some((away(seat)?, *id)));
            match longest.min() {
                Some((_, old)) => self.leave(old, live),
                None => {
                    let taken = self.seats_max;
                    let text = format!(
                        "** all {taken} sets for visitors are taken; please come back a little later"
                    );
                    let _ = out.try_send(vec![Shown::Close(text)]);
                    info!("visitor {visitor} was sent away: all sets are taken");
                    return;
                }
            }
        }
        let taken: Vec<u16> = self.seats.values().map(|seat| seat.set).collect();
        let sets = 0..self.plan.inputs.description.sets() as u16;
        let mut left = sets.filter(|set| !taken.contains(set));
        let Some(first) = left.next() else { return };
        let at_rest = |set: &u16| self.run.is_at_rest(*set);
        let set = match at_rest(&first) {
            true => first,
            false => left.find(at_rest).unwrap_or(first),
        };
        live.push(Live::Sit { set });
        let mut seat = Seat::new(set, from, out, self.lock(set));
        let office = self.office(set);
        seat.line(format!(
            "** you sit at agent set {set}, {office}; HELP tells what to type"
        ));
        if !self.run.is_at_rest(set) {
            seat.line("** an agent was at work here: I (ignore) clears what was begun");
        }
        seat.tell_lock();
        info!("visitor {visitor} from {from} sits at set {set}, {office}");
        self.seats.insert(visitor, seat);
    }

    fn leave(&mut self, visitor: Visitor, live: &mut Vec<Live>) {
        if let Some(seat) = self.seats.remove(&visitor) {
            live.push(Live::Leave { set: seat.set });
            info!("visitor {visitor} has left set {}", seat.set);
        }
    }

    /// Seats of visitors who are away too long are given up.
    fn miss(&mut self, live: &mut Vec<Live>) {
        let wall = self.begun.elapsed();
        let missed: Vec<Visitor> = self
            .seats
            .iter()
            .filter(|(_, seat)| seat.away_since.is_some_and(|since| wall - since > AWAY_MAX))
            .map(|(visitor, _)| *visitor)
            .collect();
        for visitor in missed {
            self.leave(visitor, live);
        }
    }

    fn lock(&self, set: u16) -> Option<device::agent_set::Lock> {
        self.run.site.network().lock(set).unwrap_or_default()
    }

    fn office(&self, set: u16) -> String {
        let mut first = 0;
        for interchange in &self.plan.inputs.description.interchanges {
            first += u16::from(interchange.sets);
            if set < first {
                return interchange.name.clone();
            }
        }
        String::new()
    }

    /// How things stand, in a line.
    fn site_told(&self) -> String {
        let site = &self.run.site;
        let roles = Machine::BOTH.map(|machine| {
            format!(
                "machine {machine} {}",
                format!("{:?}", site.role(machine)).to_lowercase()
            )
        });
        let traffic = &self.run.judges.ledger.traffic;
        let takeovers = self.run.judges.takeovers.moves.len();
        format!(
            "** {}: {}; {takeovers} moves of the active role so far; {} entries answered, {} under \
             way; {} visitors",
            self.run.now(),
            roles.join(", "),
            traffic.answered + traffic.refused,
            self.run.judges.ledger.pending(),
            self.seats.len()
        )
    }

    /// What the sets showed goes to the visitors.
    fn show(&mut self) {
        let (now, wall) = (self.run.now(), self.begun.elapsed());
        let network = self.run.site.network();
        for (visitor, seat) in &mut self.seats {
            seat.advance(now, network.lock(seat.set).unwrap_or_default());
            match seat.send() {
                Connection::Well => {}
                Connection::Ended => {
                    info!("visitor {visitor}'s connection has ended");
                    seat.lose(wall);
                }
                Connection::Stuck => {
                    warn!(
                        "visitor {visitor} does not read what set {} shows",
                        seat.set
                    );
                    seat.lose(wall);
                }
            }
        }
    }

    fn keep_journal(&mut self) -> io::Result<()> {
        if let Some(ended) = self.journals.rotate_if_full(&self.plan, &self.run)? {
            info!("journal {} is full and ended", ended.display());
        }
        if self.run.now().0.is_multiple_of(1_000_000_000) {
            self.journals.flush()?;
        }
        Ok(())
    }
}
