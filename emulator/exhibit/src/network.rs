//! Connections: who comes in from the network, and what may be asked of us from there.
//!
//! Anything may come from a socket: nothing, noise, options without end, a reader that does not
//! read. A connection costs its task, a read buffer and [`SAID_MAX`] bytes of text and one text more,
//! whatever it does:
//!
//! | abuse | what happens |
//! |---|---|
//! | says nothing | no set is given before RETURN; closed after [`LOBBY_MAX`] |
//! | sits and does not type | closed after the idle time; options are no typing, waiting for the site is not idle |
//! | sends without end | [`BYTES_A_SECOND`] are read, the rest waits at the sender |
//! | does not read | closed when a write takes [`WRITE_MAX`], or the seat's queue is full |
//! | too many | told so and closed |
//! | goes away without a word | the seat is kept for a minute, for who comes with its ticket |

use std::io;
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crossbeam_channel::Sender;
use exercise::agents::Key;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};
use tracing::{debug, warn};

use crate::emulation::{Command, Visitor};
use crate::position::Keys;
use crate::seat::{BATCHES_MAX, Shown};
use crate::telnet::keyboard::Typed;
use crate::telnet::terminal::Terminal;

/// Longest time between connecting and the first RETURN.
pub const LOBBY_MAX: Duration = Duration::from_secs(60);
/// Longest time a write may take.
pub const WRITE_MAX: Duration = Duration::from_secs(5);
/// Bytes read from one connection in a second: more than anybody types or pastes.
pub const BYTES_A_SECOND: usize = 4096;
/// Bytes said to a connection before it must take them.
pub const SAID_MAX: usize = 4096;
/// Bytes the system keeps for a reader who does not read.
const SEND_BUFFER: u32 = 32 * 1024;
const READ: usize = 512;

/// What is asked of visitors.
#[derive(Clone, Debug)]
pub struct Manners {
    /// Most connections at one time.
    pub connections_max: usize,
    /// Who does not type for so long must get up.
    pub idle_max: Duration,
    /// First lines for everybody who comes.
    pub greeting: String,
    /// The keys of every set.
    pub keys: Keys,
}

/// Opens the door.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    // Connections inherit it.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(1024)
}

/// Lets visitors in, for ever. `present` counts them.
pub async fn admit(
    listener: TcpListener,
    manners: Arc<Manners>,
    commands: Sender<Command>,
    present: Arc<AtomicUsize>,
) {
    let mut next: Visitor = 1;
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors, or the peer has gone already: others may have more luck.
                warn!("a connection could not be accepted: {error}");
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let here = Here::enter(&present);
        if here.count > manners.connections_max {
            let _ = stream.try_write(b"** too many visitors; please come back later\r\n");
            continue;
        }
        let visit = Visit::new(next, stream, peer, &manners, &commands);
        next += 1;
        tokio::spawn(async move {
            let visitor = visit.visitor;
            let why = visit.run().await;
            debug!("connection {visitor} from {peer} has ended: {why}");
            drop(here);
        });
    }
}

/// Counts connections.
struct Here {
    present: Arc<AtomicUsize>,
    count: usize,
}

impl Here {
    fn enter(present: &Arc<AtomicUsize>) -> Here {
        Here {
            count: present.fetch_add(1, Ordering::Relaxed) + 1,
            present: present.clone(),
        }
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        self.present.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One connection.
struct Visit {
    visitor: Visitor,
    peer: SocketAddr,
    manners: Arc<Manners>,
    commands: Sender<Command>,
    incoming: Incoming,
    to: OwnedWriteHalf,
    terminal: Terminal,
    /// Where the seat puts what it shows; given away when the visitor sits down.
    seat: Option<mpsc::Sender<Vec<Shown>>>,
    shown: mpsc::Receiver<Vec<Shown>>,
    /// Something was asked of the site and not answered yet.
    asked: bool,
}

/// The reading side, at a bounded rate.
struct Incoming {
    from: OwnedReadHalf,
    buffer: [u8; READ],
    /// Where in it the bytes stand that were not listened to yet.
    unheard: Range<usize>,
    /// What may still be read in the second that began then.
    left: usize,
    second: Instant,
}

impl Incoming {
    /// The next bytes into the buffer; false at the end. Can be given up at any await without losing
    /// any.
    async fn read(&mut self) -> io::Result<bool> {
        if self.left == 0 {
            sleep_until(self.second + Duration::from_secs(1)).await;
        }
        if self.second.elapsed() >= Duration::from_secs(1) {
            (self.left, self.second) = (BYTES_A_SECOND, Instant::now());
        }
        let most = self.left.min(READ);
        let read = self.from.read(&mut self.buffer[..most]).await?;
        self.left -= read;
        self.unheard = 0..read;
        Ok(read > 0)
    }
}

impl Visit {
    fn new(
        visitor: Visitor,
        stream: TcpStream,
        peer: SocketAddr,
        manners: &Arc<Manners>,
        commands: &Sender<Command>,
    ) -> Visit {
        let _ = stream.set_nodelay(true);
        let (from, to) = stream.into_split();
        let (seat, shown) = mpsc::channel(BATCHES_MAX);
        let mut terminal = Terminal::new(manners.keys);
        for line in manners.greeting.lines() {
            terminal.line(line);
        }
        terminal.line("** press RETURN to sit down");
        Visit {
            visitor,
            peer,
            manners: manners.clone(),
            commands: commands.clone(),
            incoming: Incoming {
                from,
                buffer: [0; READ],
                unheard: 0..0,
                left: BYTES_A_SECOND,
                second: Instant::now(),
            },
            to,
            terminal,
            seat: Some(seat),
            shown,
            asked: false,
        }
    }

    /// Lives until one of both sides ends it. Gives why, in words.
    async fn run(mut self) -> &'static str {
        let idle_max = self.manners.idle_max;
        let mut deadline = Instant::now() + LOBBY_MAX;
        let mut waited = false;
        loop {
            let (pressed, mut end) = self.hear();
            if self.seat.is_none() && (pressed || waited) {
                deadline = Instant::now() + idle_max;
            }
            if let Err(why) = self.write().await {
                return why;
            }
            if end.is_none() && !self.asked && !self.incoming.unheard.is_empty() {
                continue;
            }
            waited = self.asked;
            if end.is_none() {
                end = tokio::select! {
                    // Nobody is listened to before the site has answered.
                    read = self.incoming.read(), if !self.asked => match read {
                        Ok(true) => None,
                        Ok(false) | Err(_) => return "the peer has gone",
                    },
                    batch = self.shown.recv() => match batch {
                        Some(batch) => self.show(&batch).then_some("the site said good-bye"),
                        None => return "the seat was lost",
                    },
                    () = sleep_until(deadline), if !self.asked => {
                        self.terminal.line("** nobody types here; the agent comes back, good-bye");
                        self.tell(Command::Leave { visitor: self.visitor });
                        Some("nobody typed")
                    }
                };
            }
            if let Some(why) = end {
                let _ = self.write().await;
                let _ = timeout(WRITE_MAX, self.to.shutdown()).await;
                return why;
            }
        }
    }

    async fn write(&mut self) -> Result<(), &'static str> {
        let until = Instant::now() + WRITE_MAX;
        let written = timeout_at(until, self.to.write_all(&self.terminal.out)).await;
        self.terminal.out.clear();
        match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err("the peer has gone"),
            Err(_) => Err("the peer does not read"),
        }
    }

    /// True: it was the last.
    fn show(&mut self, batch: &[Shown]) -> bool {
        batch.iter().any(|shown| {
            self.asked &= *shown != Shown::Taken;
            !self.terminal.show(shown)
        })
    }

    /// Listens to the bytes that have come, until something is asked of the site or much is said:
    /// whether a key was among them, and why the visit ends if it does.
    fn hear(&mut self) -> (bool, Option<&'static str>) {
        let (mut pressed, mut typed) = (false, Vec::new());
        while !self.asked
            && self.terminal.out.len() < SAID_MAX
            && let Some(place) = self.incoming.unheard.next()
        {
            let byte = self.incoming.buffer[place];
            pressed |= self.terminal.receive(&[byte], &mut typed);
            for typed in typed.drain(..) {
                if let Some(why) = self.typed(typed) {
                    return (pressed, Some(why));
                }
            }
        }
        (pressed, None)
    }

    fn typed(&mut self, typed: Typed) -> Option<&'static str> {
        let visitor = self.visitor;
        if typed == Typed::Bye {
            self.terminal.line("** good-bye");
            self.tell(Command::Leave { visitor });
            return Some("the visitor left");
        }
        if let Some(out) = self.seat.take() {
            // Whatever was typed first: the visitor sits down.
            return self.ask(Command::Sit {
                visitor,
                from: self.peer.ip(),
                back: ticket(&typed),
                out,
            });
        }
        match typed {
            Typed::Nothing | Typed::Bye => None,
            Typed::Help => {
                let help = self.manners.keys.help;
                help.lines().for_each(|line| self.terminal.line(line));
                None
            }
            Typed::Refused(refusal) => {
                self.terminal.line(&format!("** {refusal}"));
                None
            }
            Typed::Site => self.ask(Command::Ask { visitor }),
            Typed::Enter(text) => self.press(Key::Enter(text)),
            Typed::Reset => self.press(Key::Reset),
        }
    }

    fn press(&mut self, key: Key) -> Option<&'static str> {
        let visitor = self.visitor;
        self.ask(Command::Press { visitor, key })
    }

    /// Asks something of the site; nobody is listened to until it has answered.
    fn ask(&mut self, command: Command) -> Option<&'static str> {
        self.asked = true;
        if self.tell(command) {
            return None;
        }
        self.terminal
            .line("** the site is too busy; please come back later");
        Some("the site is too busy")
    }

    fn tell(&self, command: Command) -> bool {
        self.commands.try_send(command).is_ok()
    }
}

/// The ticket shown at the door: `BACK 12-K7QX`.
fn ticket(typed: &Typed) -> Option<String> {
    match typed {
        Typed::Enter(line) => Some(line.trim().strip_prefix("BACK ")?.trim().to_owned()),
        _ => None,
    }
}

/// Everything here happens in tokio's own time, which passes when nobody has anything to do: minutes
/// cost nothing, and no test hangs on the host's speed.
#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crossbeam_channel::Receiver;

    use super::*;

    const IDLE: Duration = Duration::from_secs(20);

    /// A door with nobody behind it yet.
    struct Door {
        address: SocketAddr,
        present: Arc<AtomicUsize>,
        commands: Receiver<Command>,
    }

    async fn door(connections_max: usize) -> Door {
        let listener = listen("127.0.0.1:0".parse().expect("an address")).expect("a port");
        let address = listener.local_addr().expect("an address");
        let manners = Arc::new(Manners {
            connections_max,
            idle_max: IDLE,
            greeting: "** a site".to_owned(),
            keys: crate::agent_set::KEYS,
        });
        let (told, commands) = crossbeam_channel::bounded(64);
        let present = Arc::new(AtomicUsize::new(0));
        tokio::spawn(admit(listener, manners, told, present.clone()));
        Door {
            address,
            present,
            commands,
        }
    }

    /// A site that takes every key and says nothing; tells how many keys it took.
    fn site(commands: Receiver<Command>) -> Arc<AtomicUsize> {
        let keys = Arc::new(AtomicUsize::new(0));
        let count = keys.clone();
        tokio::spawn(async move {
            let mut seats = BTreeMap::new();
            loop {
                for command in commands.try_iter() {
                    let who = match command {
                        Command::Sit { visitor, out, .. } => {
                            seats.insert(visitor, out);
                            visitor
                        }
                        Command::Press { visitor, .. } => {
                            count.fetch_add(1, Ordering::Relaxed);
                            visitor
                        }
                        Command::Leave { visitor } => {
                            seats.remove(&visitor);
                            continue;
                        }
                        other => panic!("{other:?}"),
                    };
                    let told = seats[&who].try_send(vec![Shown::Taken]);
                    told.expect("one batch at a time");
                }
                sleep(Duration::from_millis(1)).await;
            }
        });
        keys
    }

    async fn come(door: &Door) -> TcpStream {
        TcpStream::connect(door.address).await.expect("it is open")
    }

    async fn rest(stream: &mut TcpStream) -> String {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.expect("an end");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_has_had_no_set_and_is_let_go() {
        let door = door(1).await;
        let begun = Instant::now();
        let mut silent = come(&door).await;
        let told = rest(&mut silent).await;
        assert!(told.contains("nobody types here"), "{told}");
        assert!(begun.elapsed() >= LOBBY_MAX && begun.elapsed() < LOBBY_MAX + WRITE_MAX);
        let asked = door.commands.try_iter();
        assert_eq!(
            asked.filter(|c| matches!(c, Command::Sit { .. })).count(),
            0
        );
    }

    #[tokio::test(start_paused = true)]
    async fn options_are_no_typing_and_waiting_for_the_site_is_not_idle() {
        let door = door(1).await;
        let mut idle = come(&door).await;
        idle.write_all(b"\r\n").await.expect("sent");
        // No time passes before it has been heard; then the site takes its time.
        while door.commands.is_empty() {
            tokio::task::yield_now().await;
        }
        sleep(3 * IDLE).await;
        assert_eq!(door.present.load(Ordering::Relaxed), 1);
        site(door.commands.clone());
        let begun = Instant::now();
        let mut told = String::new();
        while !told.contains("nobody types here") {
            // WILL NAWS, WONT NAWS, NOP.
            let _ = idle
                .write_all(&[255, 251, 31, 255, 252, 31, 255, 241])
                .await;
            let mut bytes = [0; 512];
            let read = timeout(Duration::from_secs(1), idle.read(&mut bytes)).await;
            if let Ok(read) = read {
                let read = read.expect("not broken");
                assert!(read > 0, "closed without a word: {told}");
                told += &String::from_utf8_lossy(&bytes[..read]);
            }
        }
        let took = begun.elapsed();
        assert!(took >= IDLE && took < 2 * IDLE, "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_sends_without_end_is_heard_at_a_bounded_rate() {
        const SECONDS: usize = 10;
        let door = door(1).await;
        let keys = site(door.commands.clone());
        let mut flood = come(&door).await;
        let (mut from, mut to) = flood.split();
        let end = Instant::now() + Duration::from_secs(SECONDS as u64);
        while Instant::now() < end {
            let mut bytes = [0; 4096];
            tokio::select! {
                sent = to.write(b"E\r\n") => { sent.expect("not closed"); }
                read = from.read(&mut bytes) => assert!(read.expect("not closed") > 0),
                () = sleep_until(end) => {}
            }
        }
        let (keys, most) = (
            keys.load(Ordering::Relaxed),
            (SECONDS + 1) * BYTES_A_SECOND / 3,
        );
        assert!(keys > 0 && keys <= most, "{keys} keys, at most {most}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_read_is_let_go_and_makes_room() {
        let door = door(1).await;
        site(door.commands.clone());
        let stuck = come(&door).await;
        let present = || door.present.load(Ordering::Relaxed);
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(1) || present() > 0 {
            // Once both directions are full nothing goes out either.
            let _ = stuck.try_write(&b"HELP\r\n".repeat(64));
            sleep(Duration::from_millis(100)).await;
            assert!(
                begun.elapsed() < Duration::from_secs(300),
                "it is kept for ever"
            );
        }
        let mut next = come(&door).await;
        next.write_all(b"BYE\r\n").await.expect("sent");
        assert!(rest(&mut next).await.ends_with("** good-bye\r\n"));
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_one_too_many_is_told_so() {
        let door = door(1).await;
        let mut first = come(&door).await;
        first.read_exact(&mut [0; 8]).await.expect("a greeting");
        let mut second = come(&door).await;
        assert!(rest(&mut second).await.contains("too many visitors"));
        first.write_all(&[4]).await.expect("sent");
        assert!(rest(&mut first).await.ends_with("** good-bye\r\n"));
    }
}
