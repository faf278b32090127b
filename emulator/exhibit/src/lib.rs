//! People at the emulated machines: terminals for visitors.
//!
//! In a museum the machine is silent and nobody may touch it. Here a visitor sits down at an agent
//! set among the simulated agents, makes a booking, and feels it when a machine fails. The site
//! runs on a thread of its own, at the speed of 1962 or a multiple of it; the network is another's
//! business (tokio); between them are queues that have an end.
//!
//! | part | what it is |
//! |---|---|
//! | [`telnet`] | bytes of a terminal to keys, and what a set shows to bytes; pure |
//! | [`seat`] | what a visitor's set shows |
//! | [`position`] | what a set is to a visitor, whatever is done at the site |
//! | [`agent_set`] | the agent set of a reservation site |
//! | [`manual_input`] | a manual-input position of a direction center |
//! | [`emulation`] | the site's thread |
//! | [`network`] | connections, and what they may not do to us |
//! | [`journals`] | the journal over months, file after file |
//! | [`pace`] | virtual time and the wall's |
//!
//! This room reads the wall clock and writes journals; the rooms below it do neither. *Absent*: any
//! knowledge of what an entry means (help texts apart).

pub mod agent_set;
pub mod emulation;
pub mod journals;
pub mod manual_input;
pub mod network;
pub mod pace;
pub mod position;
pub mod seat;
pub mod telnet;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use exercise::world::{Outcome, Planned};
use tokio::sync::oneshot;
use tracing::info;

use emulation::{Command, Emulation, Ended};
use journals::{Journals, Rotation};
use network::Manners;
use position::Positions;

/// How long connections may take to get their last words.
const LAST_WORDS: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(10);

/// How a site is shown.
#[derive(Clone, Debug)]
pub struct Exhibition {
    /// Where telnet listens.
    pub telnet: SocketAddr,
    /// Virtual seconds a second.
    pub times: f64,
    /// Most visitors at one time; at most as many as there are sets.
    pub visitors_max: usize,
    /// Most connections at one time.
    pub connections_max: usize,
    /// Who does not type for so long must get up.
    pub idle_max: Duration,
    /// The journal's files, if one is kept.
    pub journal: Option<Rotation>,
}

/// Why a site cannot be shown any longer.
#[derive(Debug, thiserror::Error)]
pub enum ExhibitError {
    /// The address cannot be listened at.
    #[error("--telnet {0}: {1}")]
    Address(SocketAddr, io::Error),
    /// The journal cannot be written.
    #[error("the journal cannot be written: {0}")]
    Journal(io::Error),
    /// The host gives no thread, or no way to hear a signal.
    #[error("the host gives no means to serve: {0}")]
    Host(io::Error),
}

/// Shows a run to visitors until its script is over or the process is told to end (SIGINT,
/// SIGTERM). `ready` hears the address when visitors may come.
pub fn exhibit<P>(
    plan: P,
    run: P::Run,
    exhibition: Exhibition,
    ready: impl FnOnce(SocketAddr),
) -> Result<Ended<P>, ExhibitError>
where
    P: Planned<Run: Positions> + 'static,
    Outcome<P>: Send,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(ExhibitError::Host)?;
    runtime.block_on(serve(plan, run, exhibition, ready))
}

async fn serve<P>(
    plan: P,
    run: P::Run,
    exhibition: Exhibition,
    ready: impl FnOnce(SocketAddr),
) -> Result<Ended<P>, ExhibitError>
where
    P: Planned<Run: Positions> + 'static,
    Outcome<P>: Send,
{
    let address = exhibition.telnet;
    let cannot = |error| ExhibitError::Address(address, error);
    let listener = network::listen(address).map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    let manners = Manners {
        connections_max: exhibition.connections_max,
        idle_max: exhibition.idle_max,
        greeting: format!(
            "** {}\n** exercise {}",
            P::Run::title(&plan),
            plan.script().name
        ),
        keys: P::Run::KEYS,
    };
    let seats_max = exhibition.visitors_max.min(P::Run::count(&plan).into());
    let journals = Journals::begin(exhibition.journal, &plan).map_err(ExhibitError::Journal)?;
    let (commands, heard) = crossbeam_channel::bounded(emulation::COMMANDS_MAX);
    let (over, ended) = oneshot::channel();
    let site = Emulation::new(plan, run, journals, exhibition.times, seats_max, heard);
    let thread = thread::Builder::new()
        .name("site".to_owned())
        .spawn(move || {
            let ended = site.run();
            let _ = over.send(());
            ended
        })
        .map_err(ExhibitError::Host)?;
    let present = Arc::new(AtomicUsize::new(0));
    let door = network::admit(
        listener,
        Arc::new(manners),
        commands.clone(),
        present.clone(),
    );
    let door = tokio::spawn(door);
    ready(address);
    tokio::select! {
        _ = ended => {}
        told = told_to_end() => {
            told.map_err(ExhibitError::Host)?;
            info!("told to end");
            // A full queue empties with every slice.
            while commands.try_send(Command::Close).is_err_and(|error| error.is_full()) {
                tokio::time::sleep(TICK).await;
            }
        }
    }
    door.abort();
    // Last words are on their way while the site is audited, and a little longer.
    let mut patience = LAST_WORDS;
    while !thread.is_finished() || (present.load(Ordering::Relaxed) > 0 && !patience.is_zero()) {
        tokio::time::sleep(TICK).await;
        patience = patience.saturating_sub(TICK);
    }
    match thread.join() {
        Ok(ended) => ended.map_err(ExhibitError::Journal),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// Waits for SIGINT or SIGTERM.
async fn told_to_end() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut term = signal(SignalKind::terminate())?;
        tokio::select! {
            told = tokio::signal::ctrl_c() => told,
            _ = term.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
