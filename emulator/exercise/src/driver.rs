//! The run itself: one site, one exercise, one seed, in slices of ten milliseconds.
//!
//! In each slice the agents' actions and the faults that are due are given to the site at their
//! instants, the site runs to the slice's end, and what the sets showed is shown to the agents,
//! who act in a later slice. Every record goes to the journal and to the judges, in one order.
//!
//! After the script's duration nobody types any more; the run goes on until every entry held is
//! answered, at most the script's settling time.

use std::collections::BTreeMap;
use std::io::Write;

use clock::journal::JournalWriter;
use clock::{Instant, Span};
use device::agent_set::SetOutput;
use serde::{Deserialize, Serialize};
use site::fault::Fault;
use site::{Machine, Record, Site, SiteStatistics, View, Watcher};

use crate::agents::{Action, AgentCounts, Agents, Key, Knowledge, SetEvent};
use crate::demand::Demand;
use crate::entries_csv::{Answered, Entry, RESET};
use crate::inputs::Inputs;
use crate::judges::ledger::Traffic;
use crate::judges::takeovers::{Fired, Takeover};
use crate::judges::{Judges, Verdict, text_of};
use crate::layout::locator;
use crate::media;
use crate::opening::Opening;
use crate::script::{self, Before, DrawnFault, FaultKind, Script, UnitTarget, When};
use crate::startover_image;
use crate::workload::{Player, Workload};

/// Length of a slice.
pub const SLICE: Span = Span::from_millis(10);

/// Journal record kinds.
pub mod kind {
    /// A record of the site.
    pub const SITE: u8 = 1;
    /// An agent's action, given to the site.
    pub const ACTION: u8 = 2;
}

/// Options of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Options {
    /// Seed of everything the exercise draws.
    pub seed: u64,
    /// Cuts the script short.
    pub cut: Option<Span>,
    /// Keep every entry with its answer (for `--entries`).
    pub keep_entries: bool,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Virtual time.
    pub now: Instant,
    /// Its end, without settling.
    pub end: Instant,
    /// Entries answered.
    pub answered: u64,
    /// Moves of the active role.
    pub takeovers: usize,
    /// The script is over; waiting for what is held.
    pub settling: bool,
}

/// Everything a run showed; the report is written from it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Digest of the journal's records.
    pub digest: String,
    /// Records in it.
    pub records: u64,
    /// Virtual time run.
    pub time: Span,
    /// The site's own counts.
    pub statistics: SiteStatistics,
    /// Entries.
    pub traffic: Traffic,
    /// Entries without an answer.
    pub pending: u64,
    /// Mean characters of printed answers.
    pub mean_answer: Option<f64>,
    /// What the agents did, if there were any.
    pub agents: Option<AgentCounts>,
    /// Moves of the active role.
    pub takeovers: Vec<Takeover>,
    /// Faults that came due.
    pub faults: Vec<Fired>,
    /// Faults the script orders that never came due, in words.
    pub not_reached: Vec<String>,
    /// What happened around faults and takeovers.
    pub log: Vec<(Instant, String)>,
    /// The program's own counters, by symbol, both machines together.
    pub counters: BTreeMap<String, u64>,
    /// What the judges say.
    pub verdicts: Vec<Verdict>,
    /// The script was cut short.
    pub cut: bool,
    /// Entries with answers, if asked for.
    pub entries: Vec<Answered>,
}

/// The site cannot be loaded with its opening files.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The opening files could not be drawn.
    #[error("{0}")]
    Opening(String),
    /// A record of the file map is on no track of the site.
    #[error(
        "the program's file map puts a record at module {0}, track {1}, record {2}; the site's \
         drums and disks have no such record of its length"
    )]
    NoSuchRecord(u8, u16, u8),
}

/// Counters of the control program, by symbol.
const COUNTERS: [&str; 7] = [
    "CNTENT", "CNTHLD", "CNTAGN", "CNTDUP", "CNTREF", "CNTFIL", "CNTTAK",
];

/// Follows counters in core that start again when a machine is loaded again.
#[derive(Clone, Debug, Default)]
struct CounterWatch {
    last: [[u64; COUNTERS.len()]; 2],
    gone: [u64; COUNTERS.len()],
}

impl CounterWatch {
    fn sample(&mut self, site: &Site, locations: &[Option<u16>; COUNTERS.len()]) {
        for machine in Machine::BOTH {
            let cpu = site.cpu(machine);
            for (n, location) in locations.iter().enumerate() {
                let Some(location) = location else { continue };
                let value = cpu.core.read(*location).unwrap_or(0) & 0o377777777777;
                let last = &mut self.last[machine.index()][n];
                if value < *last {
                    self.gone[n] += *last;
                }
                *last = value;
            }
        }
    }

    fn sums(&self) -> BTreeMap<String, u64> {
        let sum = |n: usize| self.gone[n] + self.last[0][n] + self.last[1][n];
        let named = COUNTERS.iter().enumerate();
        named
            .map(|(n, name)| ((*name).to_owned(), sum(n)))
            .collect()
    }
}

/// Hears every record of a slice.
struct Ears<'a, 'i, W: Write> {
    judges: &'a mut Judges<'i>,
    journal: &'a mut JournalWriter<W>,
    shown: &'a mut Vec<(Instant, SetOutput)>,
    refused: &'a mut u64,
    lost: &'a mut Option<Machine>,
}

impl<W: Write> Watcher for Ears<'_, '_, W> {
    fn observe(&mut self, at: Instant, record: &Record, view: &View) {
        self.journal.append(at, kind::SITE, record);
        self.judges.observe(at, record, view);
        match record {
            Record::Set(output) => self.shown.push((at, output.clone())),
            Record::KeyRefused { .. } => *self.refused += 1,
            Record::MachineStopped { machine, .. } => *self.lost = Some(*machine),
            Record::Decision {
                from: Some(from), ..
            } => *self.lost = Some(*from),
            _ => {}
        }
    }
}

/// Runs an exercise. `list` are the entries of a list workload; the journal goes to `out` with
/// `header`; `progress` is called after every slice.
pub fn run<W: Write>(
    inputs: &Inputs,
    script: &Script,
    list: Vec<Entry>,
    options: &Options,
    mut journal: JournalWriter<W>,
    progress: &mut dyn FnMut(&Progress),
) -> Result<(Outcome, JournalWriter<W>), StartError> {
    let mut site = Site::new(&inputs.description, &inputs.assembly);
    let knowledge = open_files(inputs, &mut site)?;
    let sets = inputs.description.sets() as u16;
    let mut workload = match &script.workload {
        script::Workload::Calls {
            calls_per_day,
            starts_at,
        } => {
            let start = script::minute_of_day(starts_at).unwrap_or(600);
            Workload::Calls(Box::new(Agents::new(
                options.seed,
                sets,
                *calls_per_day,
                start,
            )))
        }
        script::Workload::File(_) => Workload::List(Player::new(list)),
        script::Workload::Quiet => Workload::Quiet,
    };
    let mut judges = Judges::new(inputs, &script.bounds, site.media());
    let units = (
        inputs.description.drums.units,
        inputs.description.disks.units,
    );
    let mut faults = Faults::new(script.draw_faults(options.seed, units.0, units.1));
    let first_sets = first_sets(inputs);
    let locations = COUNTERS.map(|name| u16::try_from(inputs.assembly.symbol(name)?).ok());
    let mut counters = CounterWatch::default();
    let length = options
        .cut
        .map_or(script.duration, |cut| cut.min(script.duration));
    let end = Instant::ZERO + length;
    let (mut actions, mut shown) = (Vec::new(), Vec::new());
    let mut entries = EntryList::default();
    let mut refused = 0;
    let mut lost = None;
    let mut now = Instant::ZERO;
    loop {
        let typing = now < end;
        if !typing && (judges.ledger.pending() == 0 || now >= end + script.settle) {
            break;
        }
        let until = if typing {
            (now + SLICE).min(end)
        } else {
            now + SLICE
        };
        actions.clear();
        if typing {
            workload.actions(until, &knowledge, &mut actions);
        }
        for action in &actions {
            let at = action.at.max(now);
            journal.append(at, kind::ACTION, action);
            match &action.key {
                Key::Enter(text) => site.enter(at, action.set, text),
                Key::Reset => site.reset(at, action.set),
            }
            if options.keep_entries {
                entries.typed(at, action);
            }
        }
        if now < end {
            faults.give(now, until, judges.ledger.traffic.sent, lost, &mut site);
        }
        for action in &actions {
            if let Key::Enter(text) = &action.key {
                judges.typed(action.at.max(now), action.set, text);
            }
        }
        let mut ears = Ears {
            judges: &mut judges,
            journal: &mut journal,
            shown: &mut shown,
            refused: &mut refused,
            lost: &mut lost,
        };
        site.run_until(until, &mut ears);
        for (at, output) in shown.drain(..) {
            for (set, event) in events(&output, &first_sets) {
                workload.show(at, set, &event, until, &knowledge);
            }
        }
        if options.keep_entries {
            entries.answered(&judges.completed);
        }
        judges.completed.clear();
        now = until;
        if now.0.is_multiple_of(1_000_000_000) {
            counters.sample(&site, &locations);
        }
        judges.audit_if_due(now, site.media());
        progress(&Progress {
            now,
            end,
            answered: judges.ledger.traffic.answered + judges.ledger.traffic.refused,
            takeovers: judges.takeovers.moves.len(),
            settling: now >= end,
        });
    }
    counters.sample(&site, &locations);
    judges.audit(now, site.media());
    let cut = options.cut.is_some_and(|cut| cut < script.duration);
    let outcome = Outcome {
        digest: journal.digest(),
        records: journal.records(),
        time: now - Instant::ZERO,
        statistics: site.statistics(),
        pending: judges.ledger.pending(),
        mean_answer: judges.ledger.mean_answer(),
        traffic: judges.ledger.traffic.clone(),
        agents: match &workload {
            Workload::Calls(agents) => Some(agents.counts.clone()),
            _ => None,
        },
        takeovers: judges.takeovers.moves.clone(),
        faults: judges.takeovers.faults.clone(),
        not_reached: faults.not_given(),
        log: judges.takeovers.log.clone(),
        counters: counters.sums(),
        verdicts: judges.verdicts(),
        cut,
        entries: entries.rows,
    };
    Ok((outcome, journal))
}

/// Puts the opening files on drums and disks; gives what the trade knows.
fn open_files(inputs: &Inputs, site: &mut Site) -> Result<Knowledge, StartError> {
    let opening = Opening::draw(&inputs.schedule, &inputs.files)
        .map_err(|error| StartError::Opening(error.to_string()))?;
    let mut refused = None;
    let sets = inputs.description.sets() as u32;
    let storage = site.media_mut();
    opening
        .write(
            &inputs.layout,
            &inputs.schedule,
            sets,
            &mut |place, words| {
                if !media::write(storage, place, words) && refused.is_none() {
                    refused = Some(place);
                }
            },
        )
        .map_err(|error| StartError::Opening(error.to_string()))?;
    startover_image::write(&inputs.assembly, storage);
    if let Some(place) = refused {
        return Err(StartError::NoSuchRecord(
            place.module,
            place.track,
            place.record,
        ));
    }
    let surname = |names: &str| -> String {
        let letters = names.trim_start_matches(|c: char| c.is_ascii_digit());
        letters.split('/').next().unwrap_or("").to_owned()
    };
    Ok(Knowledge {
        demand: Demand::new(&inputs.schedule, &inputs.files),
        schedule: inputs.schedule.clone(),
        first_day: inputs.files.day0(),
        days: inputs.files.days,
        popular: opening.popular.iter().map(|p| (p.flight, p.day)).collect(),
        tickets: opening
            .passengers
            .iter()
            .map(|p| (locator(p.ordinal), surname(&p.booking.names)))
            .collect(),
    })
}

/// First set and number of sets of each interchange.
fn first_sets(inputs: &Inputs) -> Vec<(u16, u16)> {
    let mut next = 0;
    let interchanges = inputs.description.interchanges.iter();
    interchanges
        .map(|interchange| {
            let first = next;
            next += u16::from(interchange.sets);
            (first, u16::from(interchange.sets))
        })
        .collect()
}

/// What an output means for the agents: a lock of an interchange concerns all its sets.
fn events(output: &SetOutput, first_sets: &[(u16, u16)]) -> Vec<(u16, SetEvent)> {
    let all = |interchange: u16, event: SetEvent| -> Vec<(u16, SetEvent)> {
        let (first, count) = first_sets
            .get(usize::from(interchange))
            .copied()
            .unwrap_or_default();
        (first..first + count)
            .map(|set| (set, event.clone()))
            .collect()
    };
    match output {
        SetOutput::Accepted { set, .. } => vec![(*set, SetEvent::Accepted)],
        SetOutput::Answer {
            set,
            lights,
            text,
            complete,
            printed_at,
            ..
        } => {
            let answer = SetEvent::Answer {
                text: text_of(text),
                lights: *lights,
                complete: *complete,
                printed_at: *printed_at,
            };
            vec![(*set, answer)]
        }
        SetOutput::Unlocked { set } => vec![(*set, SetEvent::Unlocked)],
        SetOutput::NotAvailable { interchange } => all(*interchange, SetEvent::NotAvailable),
        SetOutput::Available { interchange } => all(*interchange, SetEvent::Available),
        _ => Vec::new(),
    }
}

/// Faults still to be given.
struct Faults {
    left: Vec<DrawnFault>,
    /// The unit lost last.
    lost_unit: Option<site::Unit>,
}

impl Faults {
    fn new(drawn: Vec<DrawnFault>) -> Faults {
        Faults {
            left: drawn,
            lost_unit: None,
        }
    }

    /// Gives the site every fault due before `until`.
    fn give(
        &mut self,
        now: Instant,
        until: Instant,
        sent: u64,
        lost: Option<Machine>,
        site: &mut Site,
    ) {
        for fault in &mut self.left {
            // After so many entries means from now on.
            if matches!(fault.at, When::AfterEntries(n) if sent >= n) {
                fault.at = When::Fixed(now - Instant::ZERO);
            }
        }
        let mut due: Vec<(Instant, DrawnFault)> = Vec::new();
        self.left.retain(|fault| match fault.at {
            When::Fixed(at) if Instant::ZERO + at + fault.after < until => {
                due.push((Instant::ZERO + at + fault.after, fault.clone()));
                false
            }
            _ => true,
        });
        due.sort_by_key(|d| d.0);
        for (at, drawn) in due {
            let fault = site_fault(&drawn, lost, self.lost_unit, site);
            if let Fault::UnitLoss { unit } = fault {
                self.lost_unit = Some(unit);
            }
            site.fault(at.max(now), fault);
        }
    }

    fn not_given(&self) -> Vec<String> {
        self.left
            .iter()
            .map(|f| match &f.at {
                When::Fixed(at) => format!("{:?}, due {} into the run", f.fault, *at + f.after),
                at => format!("{:?}, due {at:?}", f.fault),
            })
            .collect()
    }
}

fn target(machine: script::Target, lost: Option<Machine>) -> site::Target {
    match machine {
        script::Target::A => site::Target::A,
        script::Target::B => site::Target::B,
        script::Target::Active => site::Target::Active,
        script::Target::Standby => site::Target::Standby,
        // When nothing was lost the fault will not take effect on the standby, and the run is void.
        script::Target::Lost => lost.map_or(site::Target::Standby, site::Target::from),
    }
}

fn site_fault(
    drawn: &DrawnFault,
    lost: Option<Machine>,
    lost_unit: Option<site::Unit>,
    site: &Site,
) -> Fault {
    let target = |machine| target(machine, lost);
    let unit = |unit: UnitTarget| match unit {
        UnitTarget::Drum(n) => site::Unit::Drum(n),
        UnitTarget::Disk(n) => site::Unit::Disk(n),
        // Those of any kind were drawn before; when nothing was lost nothing comes back, and the
        // run is void.
        UnitTarget::AnyDrum | UnitTarget::Any => site::Unit::Drum(0),
        UnitTarget::AnyDisk => site::Unit::Disk(0),
        UnitTarget::Lost => lost_unit.unwrap_or(site::Unit::Drum(0)),
    };
    match &drawn.fault {
        FaultKind::FailStop { machine } => Fault::FailStop {
            machine: target(*machine),
        },
        FaultKind::FailStopAtInstruction { machine, before } => {
            let machine = target(*machine);
            let executed = |m: Machine| site.cpu(m).instructions;
            let n = match before {
                Before::Nth(n) => n - 1,
                Before::Within(_) => {
                    let active = Machine::BOTH
                        .into_iter()
                        .find(|&m| site.role(m) == site::Role::Active)
                        .unwrap_or(Machine::A);
                    let of = match machine {
                        site::Target::A => Machine::A,
                        site::Target::B => Machine::B,
                        site::Target::Active => active,
                        site::Target::Standby => active.other(),
                    };
                    // Some thousand instructions may pass before the fault is ordered.
                    executed(of) + 10_000 + drawn.instructions_later
                }
            };
            Fault::FailStopAtInstruction { machine, n }
        }
        FaultKind::Hang { machine } => Fault::Hang {
            machine: target(*machine),
        },
        FaultKind::Stall { machine, lasting } => Fault::Stall {
            machine: target(*machine),
            r#for: *lasting,
        },
        FaultKind::HeartbeatCut { machine } => Fault::HeartbeatCut {
            machine: target(*machine),
        },
        FaultKind::UnitLoss { unit: target } => Fault::UnitLoss {
            unit: unit(*target),
        },
        FaultKind::UnitReturn {
            unit: target,
            blank,
        } => Fault::UnitReturn {
            unit: unit(*target),
            blank: *blank,
        },
        FaultKind::PowerOffBoth { lasting } => Fault::PowerOffBoth { r#for: *lasting },
        FaultKind::ReturnToService { machine } => Fault::ReturnToService {
            machine: target(*machine),
        },
        FaultKind::PlannedSwitchover => Fault::PlannedSwitchover,
        FaultKind::ManualSwitchover | FaultKind::Choose(_) | FaultKind::Sequence(_) => {
            Fault::ManualSwitchover
        }
    }
}

/// Entries with their answers, in order of typing.
#[derive(Default)]
struct EntryList {
    rows: Vec<Answered>,
    /// Row of the entry on its way, by set.
    open: BTreeMap<u16, usize>,
}

impl EntryList {
    fn typed(&mut self, at: Instant, action: &Action) {
        let text = match &action.key {
            Key::Enter(text) => text.clone(),
            Key::Reset => RESET.to_owned(),
        };
        if matches!(action.key, Key::Enter(_)) {
            self.open.insert(action.set, self.rows.len());
        }
        self.rows.push(Answered {
            entry: Entry {
                at,
                set: action.set,
                text,
            },
            answer: String::new(),
            answered_at: None,
        });
    }

    fn answered(&mut self, completed: &[crate::judges::ledger::Completed]) {
        for done in completed.iter().filter(|done| !done.told_later) {
            let Some(row) = self.open.remove(&done.set) else {
                continue;
            };
            let row = &mut self.rows[row];
            row.answer = match done.lights {
                Some(lights) => format!("lights {lights:016b}"),
                None => done.entry.answer.trim_end().to_owned(),
            };
            row.answered_at = done.entry.first_shown_at;
        }
    }
}
