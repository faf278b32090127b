//! Connections: who comes in from the network, and what may be asked of us from there.
//!
//! Anything may come from a socket: nothing, noise, options without end, a reader that does not
//! read. A connection costs its task, a read buffer and one batch of text, whatever it does:
//!
//! | abuse | what happens |
//! |---|---|
//! | says nothing | no set is given before RETURN; closed after [`LOBBY_MAX`] |
//! | sits and does not type | closed after the idle time; options are no typing |
//! | sends without end | [`BYTES_A_SECOND`] are read, the rest waits at the sender |
//! | does not read | closed when a write takes [`WRITE_MAX`], or the seat's queue is full |
//! | too many | told so and closed |
//! | goes away without a word | the seat is kept for a minute for the same address |

use std::io;
use std::net::SocketAddr;
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
use crate::seat::{BATCHES_MAX, Shown};
use crate::telnet::keyboard::Typed;
use crate::telnet::terminal::Terminal;

/// Longest time between connecting and the first RETURN.
pub const LOBBY_MAX: Duration = Duration::from_secs(60);
/// Longest time a write may take.
pub const WRITE_MAX: Duration = Duration::from_secs(10);
/// Bytes read from one connection in a second: more than anybody types or pastes.
pub const BYTES_A_SECOND: usize = 4096;
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
    /// What may still be read in the second that began then.
    left: usize,
    second: Instant,
}

impl Incoming {
    /// The next bytes; 0 at the end. Can be given up at any await without losing any.
    async fn read(&mut self) -> io::Result<usize> {
        if self.left == 0 {
            sleep_until(self.second + Duration::from_secs(1)).await;
        }
        if self.second.elapsed() >= Duration::from_secs(1) {
            (self.left, self.second) = (BYTES_A_SECOND, Instant::now());
        }
        let most = self.left.min(READ);
        let read = self.from.read(&mut self.buffer[..most]).await?;
        self.left -= read;
        Ok(read)
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
        let mut terminal = Terminal::new();
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
        let mut deadline = Instant::now() + LOBBY_MAX;
        loop {
            if let Err(why) = self.write().await {
                return why;
            }
            let end = tokio::select! {
                read = self.incoming.read() => match read {
                    Ok(0) | Err(_) => return "the peer has gone",
                    Ok(read) => {
                        let (pressed, end) = self.received(read);
                        if pressed && self.seat.is_none() {
                            deadline = Instant::now() + self.manners.idle_max;
                        }
                        end
                    }
                },
                batch = self.shown.recv() => match batch {
                    Some(batch) => self.show(&batch).then_some("the site said good-bye"),
                    None => return "the seat was lost",
                },
                () = sleep_until(deadline) => {
                    self.terminal.line("** nobody types here; the agent comes back, good-bye");
                    self.tell(Command::Leave { visitor: self.visitor });
                    Some("nobody typed")
                }
            };
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
            self.asked &= !matches!(shown, Shown::Keyboard { .. });
            !self.terminal.show(shown)
        })
    }

    /// Bytes have come: whether a key was among them, and why the visit ends if it does.
    fn received(&mut self, read: usize) -> (bool, Option<&'static str>) {
        let mut typed = Vec::new();
        let bytes = &self.incoming.buffer[..read];
        let pressed = self.terminal.receive(bytes, &mut typed);
        for typed in typed {
            if let Some(why) = self.typed(typed) {
                return (pressed, Some(why));
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
            let from = self.peer.ip();
            return self.ask(Command::Sit { visitor, from, out });
        }
        let command = match typed {
            Typed::Nothing | Typed::Bye => return None,
            Typed::Help => {
                HELP.lines().for_each(|line| self.terminal.line(line));
                return None;
            }
            Typed::Refused(refusal) => {
                self.terminal.line(&format!("** {refusal}"));
                return None;
            }
            Typed::Site => Command::Ask { visitor },
            Typed::Enter(text) => {
                let key = Key::Enter(text);
                Command::Press { visitor, key }
            }
            Typed::Reset => {
                let key = Key::Reset;
                Command::Press { visitor, key }
            }
        };
        match self.asked {
            true => None,
            false => self.ask(command),
        }
    }

    /// Asks something of the site; nothing more can be asked until it has answered.
    fn ask(&mut self, command: Command) -> Option<&'static str> {
        self.asked = true;
        if matches!(
            &command,
            Command::Press {
                key: Key::Enter(_),
                ..
            }
        ) {
            self.terminal.lock();
        }
        match self.tell(command) {
            true => None,
            false => {
                self.terminal
                    .line("** the site is too busy; please come back later");
                Some("the site is too busy")
            }
        }
    }

    fn tell(&self, command: Command) -> bool {
        self.commands.try_send(command).is_ok()
    }
}

const HELP: &str = "\
** Type an entry and press RETURN, which is ENTER on the set. The keyboard locks until the
** answer is complete. An example:
**   112JULLGALAX               12 July, LaGuardia to Los Angeles: the lights say which flights have seats
**   02Y2                       sell two seats in class Y, line 2
**   -2SMITH/JOHN MR/MARY MRS   the names; the number is how many
**   9212-555-0100-H            a telephone
**   7TAW5JUL                   tickets to be written on 5 July
**   6MR SMITH                  received from
**   E                          end: the booking is filed and its locator printed
** *A shows all, *I the itinerary, X1 cancels line 1, I ignores what was begun.
** *AAAAFB finds a booking by its locator, *-SMITH by name.
** RESET (or control-C) unlocks a keyboard that waits too long; the same entry typed again is
** done once. SITE tells how things stand. BYE (or control-D) ends your visit.
";
