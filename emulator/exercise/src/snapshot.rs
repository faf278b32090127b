//! A whole run in a file: plan, state, and the digest so far.
//!
//! The operators of a centre could dump a machine's core on tape and read it back. Here everything
//! is dumped at once, both machines, drums, disks, lines, agents and judges, so that a run can be
//! stopped, carried elsewhere and gone on with, or gone on with twice, differently.
//!
//! A snapshot is one sealed block (see [`clock::sealed`]); what it holds is versioned with it. A
//! journal that goes on from a snapshot has the run's state in its header, and so replays alone.

use clock::journal::{self, Journal};
use clock::sealed::{self, SealError};
use serde::{Deserialize, Serialize};

use crate::world::{Kind, Planned};

/// What a snapshot file begins with.
const SNAPSHOT: sealed::Kind = sealed::Kind {
    magic: b"DUPLEXS\n",
    format: 1,
    name: "snapshot",
};

/// Why a snapshot or the header of a journal cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It is no whole block.
    #[error(transparent)]
    Sealed(#[from] SealError),
    /// It holds something this program cannot run.
    #[error("what it holds cannot be run by this duplex: {0}; there is no good instant")]
    Content(String),
}

#[derive(Serialize, Deserialize)]
struct Content<'a> {
    plan: &'a [u8],
    journal: journal::State,
    run: &'a [u8],
}

fn encoded<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_allocvec(value).expect("the state of a run is plain data")
}

fn decoded<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Unusable> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        _ => Err(Unusable::Content("it has another layout".to_owned())),
    }
}

fn plan_of<P: Planned>(json: &[u8]) -> Result<P, Unusable> {
    P::from_json(json).map_err(Unusable::Content)
}

/// The bytes of a snapshot.
pub fn save<P: Planned>(
    plan: &P,
    run: &P::Run,
    journal: &journal::State,
) -> std::io::Result<Vec<u8>> {
    let content = Content {
        plan: &plan.to_json(),
        journal: journal.clone(),
        run: &encoded(run),
    };
    sealed::seal(SNAPSHOT, &encoded(&content))
}

/// A snapshot read from a file: whole, and of a known kind of site.
pub struct Snapshot {
    payload: Vec<u8>,
    /// The kind of site.
    pub kind: Kind,
}

impl Snapshot {
    /// Reads a snapshot.
    pub fn open(bytes: &[u8]) -> Result<Snapshot, Unusable> {
        let (payload, end) = sealed::open(SNAPSHOT, bytes)?;
        if end != bytes.len() {
            return Err(Unusable::Content("something follows its end".to_owned()));
        }
        let content: Content = decoded(&payload)?;
        let kind = Kind::of(content.plan).map_err(Unusable::Content)?;
        Ok(Snapshot { payload, kind })
    }

    /// What it holds.
    pub fn restore<P: Planned>(&self) -> Result<(P, P::Run, journal::State), Unusable> {
        let content: Content = decoded(&self.payload)?;
        Ok((
            plan_of(content.plan)?,
            decoded(content.run)?,
            content.journal,
        ))
    }
}

/// The header payload of a run's journal: the plan, and with `from` the state it goes on from.
pub fn journal_header<P: Planned>(plan: &P, from: Option<&P::Run>) -> Vec<u8> {
    encoded(&(plan.to_json(), from.map(encoded)))
}

/// The kind of site a journal is of.
pub fn kind_of(journal: &Journal<'_>) -> Result<Kind, Unusable> {
    let (plan, _): (&[u8], Option<&[u8]>) = decoded(journal.header())?;
    Kind::of(plan).map_err(Unusable::Content)
}

/// The plan of a journal and the run at its begin.
pub fn begin_of<P: Planned>(journal: &Journal<'_>) -> Result<(P, P::Run), Unusable> {
    let (plan, run): (&[u8], Option<&[u8]>) = decoded(journal.header())?;
    let plan: P = plan_of(plan)?;
    let run = match run {
        Some(bytes) => decoded(bytes)?,
        None => plan
            .begin()
            .map_err(|error| Unusable::Content(error.to_string()))?,
    };
    Ok((plan, run))
}
