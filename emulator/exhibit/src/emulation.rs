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
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::IpAddr;
use std::time::{Duration, Instant as WallInstant};

use clock::{Instant, Span};
use crossbeam_channel::{Receiver, RecvTimeoutError, TryRecvError};
use exercise::agents::Key;
use exercise::driver::{Live, Onlooker};
use exercise::world::{Outcome, Planned, World};
use serde::Serialize;
use site::Record;
use tokio::sync::mpsc::Sender;
use tracing::{info, warn};

use crate::journals::Journals;
use crate::pace::Pace;
use crate::position::Positions;
use crate::seat::{Connection, Seat, Shown};

/// What connections may have asked and not yet got.
pub const COMMANDS_MAX: usize = 4096;
/// Commands listened to before a slice that is late already.
const COMMANDS_A_SLICE: usize = 1024;
/// Tubes are read so often.
const PAGE: Span = Span::from_secs(1);
/// A seat whose connection was lost is kept for so long.
pub const AWAY_MAX: Duration = Duration::from_secs(60);

/// Letters of tickets: none that is taken for another.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

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
        /// The ticket of the seat that is to be taken again.
        back: Option<String>,
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
pub struct Ended<P: Planned> {
    /// Everything it showed.
    pub outcome: Outcome<P>,
    /// Somebody ended it before its script did.
    pub by_hand: bool,
    /// Virtual time that the host lost.
    pub lost: Span,
    /// Who sat there.
    pub attendance: Attendance,
}

/// What visitors cost, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Attendance {
    /// How often somebody sat down at a free set.
    pub seated: u64,
    /// How often somebody came back to a set.
    pub came_back: u64,
    /// Seats at one time, at most.
    pub seats_most: usize,
    /// Sent away because all sets were taken.
    pub sent_away: u64,
    /// Connections cut because nobody read what they were sent.
    pub not_reading: u64,
    /// Bytes kept for all seats at the end of a slice, at most.
    pub kept_bytes_most: usize,
    /// What connections had asked and not yet got at the begin of a slice, at most.
    pub asked_most: usize,
}

/// The site at work, and who sits there.
pub struct Emulation<P: Planned> {
    plan: P,
    run: P::Run,
    journals: Journals,
    pace: Pace,
    begun: WallInstant,
    commands: Receiver<Command>,
    /// Most visitors at one time.
    seats_max: usize,
    seats: BTreeMap<Visitor, Seat>,
    tickets: RandomState,
    attendance: Attendance,
    /// When the doors were closed.
    closed: Option<Instant>,
}

/// Sees what the visitors' sets show.
struct Eyes<'a, P> {
    seats: BTreeMap<u16, &'a mut Seat>,
    plan: &'a P,
}

impl<P: Planned<Run: Positions>> Onlooker for Eyes<'_, P> {
    fn observe(&mut self, _at: Instant, record: &Record) {
        if let Some((set, heard)) = P::Run::heard(self.plan, record)
            && let Some(seat) = self.seats.get_mut(&set)
        {
            seat.hear(heard);
        }
    }
}

impl<P> Emulation<P>
where
    P: Planned<Run: Positions>,
{
    /// A site that begins now, at `times` virtual seconds a second.
    pub fn new(
        plan: P,
        run: P::Run,
        journals: Journals,
        times: f64,
        seats_max: usize,
        commands: Receiver<Command>,
    ) -> Emulation<P> {
        Emulation {
            pace: Pace::new(times, run.now()),
            begun: WallInstant::now(),
            seats: BTreeMap::new(),
            tickets: RandomState::new(),
            attendance: Attendance::default(),
            closed: None,
            plan,
            run,
            journals,
            commands,
            seats_max,
        }
    }

    /// Runs the site until its script is over or somebody closes it. Then everybody is sent home,
    /// and what is still on its way is answered, as fast as the host can.
    pub fn run(mut self) -> io::Result<Ended<P>> {
        while !self.is_done() {
            let live = self.listen();
            let seats = self.seats.values_mut();
            let mut eyes = Eyes {
                seats: seats.map(|seat| (seat.set, seat)).collect(),
                plan: &self.plan,
            };
            let journal = self.journals.writer();
            self.run.slice(&self.plan, &live, journal, &mut eyes);
            self.show();
            self.keep_journal()?;
        }
        if self.closed.is_none() {
            self.say_goodbye("** the exercise is over; good-bye");
        }
        let state = self.journals.finish()?;
        Ok(Ended {
            outcome: self.run.outcome(&self.plan, &state),
            by_hand: self.closed.is_some(),
            lost: self.pace.lost(),
            attendance: self.attendance,
        })
    }

    /// Nothing is left to be done; or the doors are closed, and what is not answered by now never
    /// will be.
    fn is_done(&self) -> bool {
        let script = self.plan.script();
        let patience = script.settle + script.bounds.live;
        let late = |closed: Instant| self.run.now() >= closed + patience;
        self.run.is_over(&self.plan) || self.closed.is_some_and(late)
    }

    fn say_goodbye(&mut self, text: &str) {
        for seat in self.seats.values_mut() {
            seat.tell(Shown::Close(text.to_owned()));
            seat.send();
        }
        self.seats.clear();
    }

    /// Waits until the next slice is due, and gives what the visitors did.
    fn listen(&mut self) -> Vec<Live> {
        let mut live = Vec::new();
        let now = self.run.now();
        let due = self.begun + self.pace.due(now);
        let asked = self.commands.len();
        self.attendance.asked_most = self.attendance.asked_most.max(asked);
        for _ in 0..COMMANDS_A_SLICE {
            // Nobody is waited for when the doors are closed.
            if self.closed.is_some() {
                return Vec::new();
            }
            match self.next_command(due) {
                Ok(Command::Close) | Err(RecvTimeoutError::Disconnected) => {
                    self.closed = Some(now);
                    self.say_goodbye("** the site closes; good-bye");
                    live.push(Live::Close);
                    return live;
                }
                Ok(command) => self.obey(command, &mut live),
                Err(RecvTimeoutError::Timeout) => break,
            }
        }
        if let Some((since, lost)) = self.pace.reached(now, self.begun.elapsed()) {
            let lost = format!(
                "site time lags by {:.1} s more, {:.1} s so far",
                since.as_seconds_f64(),
                lost.as_seconds_f64()
            );
            warn!("the host is too slow: {lost}");
            let text = format!("** the host of this exhibit is too slow: {lost}");
            for seat in self.seats.values_mut() {
                seat.tell(Shown::Notice(text.clone()));
            }
        }
        if now.0.is_multiple_of(100_000_000) {
            self.miss(&mut live);
        }
        live
    }

    /// What is asked before the next slice is due. Who waits gives its turn at the host's processor
    /// away first, and a thread that is late on a busy host would never catch up: it only looks.
    fn next_command(&self, due: WallInstant) -> Result<Command, RecvTimeoutError> {
        if WallInstant::now() < due {
            return self.commands.recv_deadline(due);
        }
        self.commands.try_recv().map_err(|error| match error {
            TryRecvError::Empty => RecvTimeoutError::Timeout,
            TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
        })
    }

    fn obey(&mut self, command: Command, live: &mut Vec<Live>) {
        match command {
            Command::Sit {
                visitor,
                from,
                back,
                out,
            } => {
                let kept = back.as_deref().and_then(|ticket| self.seat_kept(ticket));
                match kept {
                    Some(seat) => self.come_back(visitor, from, seat, out),
                    None => self.sit(visitor, from, back.is_some(), out, live),
                }
            }
            Command::Press { visitor, key } => {
                if let Some(seat) = self.seats.get_mut(&visitor) {
                    match self.run.refuses(&self.plan, seat.set, &key) {
                        Some(why) => seat.line(format!("[no effect: {why}]")),
                        None => {
                            if let Key::Enter(_) = key {
                                seat.ask_for_page();
                            }
                            live.push(Live::Key { set: seat.set, key });
                        }
                    }
                    seat.asked = true;
                }
            }
            Command::Ask { visitor } => {
                let (now, stands) = (self.run.now(), self.run.stands());
                let told = format!("** {now}: {stands}; {} visitors", self.seats.len());
                if let Some(seat) = self.seats.get_mut(&visitor) {
                    seat.line(told);
                    seat.asked = true;
                }
            }
            Command::Leave { visitor } => self.leave(visitor, live),
            // Heard by who waits for commands.
            Command::Close => {}
        }
    }

    /// The seat of a ticket. Its connection may be lost without anybody having noticed.
    fn seat_kept(&mut self, ticket: &str) -> Option<Seat> {
        let mut seats = self.seats.iter();
        let (&visitor, _) = seats.find(|(_, seat)| seat.ticket == ticket)?;
        self.seats.remove(&visitor)
    }

    fn come_back(
        &mut self,
        visitor: Visitor,
        from: IpAddr,
        mut seat: Seat,
        out: Sender<Vec<Shown>>,
    ) {
        seat.come_back(out);
        seat.line(format!("** you are back at set {}", seat.set));
        self.attendance.came_back += 1;
        self.welcome(visitor, from, seat);
    }

    /// A visitor sits: how the keyboard is, and how to find the seat again.
    fn welcome(&mut self, visitor: Visitor, from: IpAddr, mut seat: Seat) {
        seat.line("** HELP tells what to type");
        seat.line(format!(
            "** BACK {} brings you back should the connection break",
            seat.ticket
        ));
        seat.tell_keyboard();
        info!("visitor {visitor} from {from} sits at set {}", seat.set);
        self.seats.insert(visitor, seat);
        let attendance = &mut self.attendance;
        attendance.seats_most = attendance.seats_most.max(self.seats.len());
    }

    /// A word that nobody guesses: the visitor's number and twenty bits of the host's own chance.
    fn ticket(&self, visitor: Visitor) -> String {
        let chance = self.tickets.hash_one(visitor);
        let letters = (0..4).map(|place| LETTERS[(chance >> (5 * place)) as usize % 32]);
        let letters: String = letters.map(char::from).collect();
        format!("{visitor}-{letters}")
    }

    /// A visitor comes: to a set that is free, perhaps too late for another.
    fn sit(
        &mut self,
        visitor: Visitor,
        from: IpAddr,
        too_late: bool,
        out: Sender<Vec<Shown>>,
        live: &mut Vec<Live>,
    ) {
        if self.seats.len() >= self.seats_max {
            // Who is away longest gives way to who is here.
            let longest = self
                .seats
                .iter()
                .filter_map(|(id, seat)| Some((seat.away_since?, *id)));
            match longest.min() {
                Some((_, old)) => self.leave(old, live),
                None => {
                    let taken = self.seats_max;
                    let text = format!(
                        "** all {taken} sets for visitors are taken; please come back a little later"
                    );
                    let _ = out.try_send(vec![Shown::Close(text)]);
                    info!("visitor {visitor} was sent away: all sets are taken");
                    self.attendance.sent_away += 1;
                    return;
                }
            }
        }
        let taken: Vec<u16> = self.seats.values().map(|seat| seat.set).collect();
        let sets = 0..P::Run::count(&self.plan);
        let mut left = sets.filter(|set| !taken.contains(set));
        let Some(first) = left.next() else { return };
        let at_rest = |set: &u16| self.run.is_at_rest(&self.plan, *set);
        let set = match at_rest(&first) {
            true => first,
            false => left.find(at_rest).unwrap_or(first),
        };
        live.push(Live::Sit { set });
        let keyboard = self.run.keyboard(set);
        let mut seat = Seat::new(set, self.ticket(visitor), out, keyboard);
        if too_late {
            seat.line("** that seat is kept no longer");
        }
        self.attendance.seated += 1;
        let place = P::Run::place(&self.plan, set);
        seat.line(format!("** you sit at {place}"));
        if !self.run.is_at_rest(&self.plan, set) {
            seat.line(P::Run::LEFT_BEHIND);
        }
        self.welcome(visitor, from, seat);
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

    /// What the sets showed goes to the visitors.
    fn show(&mut self) {
        let (now, wall) = (self.run.now(), self.begun.elapsed());
        let mut kept_bytes = 0;
        for (visitor, seat) in &mut self.seats {
            if now.0.is_multiple_of(PAGE.0) {
                seat.read(self.run.page(&self.plan, seat.set));
            }
            seat.advance(now, self.run.keyboard(seat.set));
            match seat.send() {
                Connection::Well => {}
                Connection::Ended => {
                    info!("visitor {visitor}'s connection has ended");
                    seat.lose(wall);
                }
                Connection::Stuck => {
                    let set = seat.set;
                    warn!("visitor {visitor} does not read what set {set} shows");
                    self.attendance.not_reading += 1;
                    seat.lose(wall);
                }
            }
            kept_bytes += seat.kept_bytes();
        }
        let attendance = &mut self.attendance;
        attendance.kept_bytes_most = attendance.kept_bytes_most.max(kept_bytes);
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
