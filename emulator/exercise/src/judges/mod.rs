//! The judges: they watch a run from outside and say whether anything promised was broken.
//!
//! | verdict | what must be so |
//! |---|---|
//! | no-double-sale | of every flight, date and class no more is sold than authorised, by what the terminals were told and by what stands in storage |
//! | nothing-acknowledged-lost | what an answer acknowledged stands in the recoverable files; no booking is on file that nobody was told of |
//! | inventory-adds-up | sold = opening count + filed + open segments, the wait-list likewise |
//! | files-in-order | the date moves at midnight, and when the files are in order nothing departed is left in them |
//! | promise-on-two-units | when the answer to an update leaves, what it promises would outlive the loss of any one unit |
//! | copies-in-turn | never are both copies of a record or slot written at the same time |
//! | fenced | no word on a drum, disk or line comes from a machine whose relays are open |
//! | takeover-bound | no automatic takeover is felt longer than its bound, what was held is answered in time |
//! | linearisable | what the terminals were told of seats can be put in an order, at each flight, date and class |
//! | availability-fresh | what the lights showed was so within the last 2 s, or while the entry was on its way |
//! | live-again | after the last fault and repair everything held is answered |
//!
//! In historical mode the promise is less, and the judges hold the site to that: an entry without an
//! answer may be lost, and is counted; seats may be left over in the inventory, at most as many as the
//! lost entries had to do with; passenger records stand on one unit, so the loss of a unit lies outside
//! the failure model. All else is as in hot mode.
//!
//! They see the records of the run, what was typed, and the surfaces of drums and disks; never a
//! machine, its core, or the role it plays.
//!
//! *To add a judge*: a file here with its state, a field of [`Judges`], calls in
//! [`Judges::observe`] and [`Judges::verdicts`].

pub mod booking_model;
pub mod fencing;
pub mod files_audit;
pub mod fork_audit;
pub mod ledger;
pub mod live;
pub mod promise;
pub mod sales;
pub mod seats;
pub mod takeovers;
pub mod turns;

use std::collections::BTreeSet;

use clock::{Instant, Span};
use device::agent_set::{Again, SetOutput};
use serde::{Deserialize, Serialize};
use site::description::Mode;
use site::fault::{Fault, Model as FailureModel};
use site::record::FrameKind;
use site::{Record, Storage, Unit, View};

use crate::inputs::Inputs;
use crate::layout::{Kind, StorageUnit};
use crate::media::{SiteMedia, place_of};
use crate::recovered::Recovered;
use crate::script::Bounds;
use booking_model::{Lapses, Model, ToldBooking};
use fencing::Fencing;
use files_audit::FilesAudit;
use ledger::{Completed, Ledger, OpenEntry, is_refusal};
use live::Live;
use promise::Promise;
use sales::Sales;
use seats::Seats;
use takeovers::Takeovers;
use turns::Turns;

/// What a judge says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Name of the promise.
    pub name: String,
    /// Kept.
    pub holds: bool,
    /// Broken, but after a fault outside the failure model.
    pub outside_model: bool,
    /// What was checked, or the first violation: instant, set, entry.
    pub detail: String,
    /// The violations one by one, the first ten thousand of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<String>,
}

/// Violations that are kept one by one.
const KEPT_MAX: usize = 10_000;

/// Violations, the first of them in words, and how many.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violations {
    /// Texts of the first.
    pub kept: Vec<String>,
    /// How many in all.
    pub count: u64,
    /// Of an audit, which finds the same again each time: what was told already.
    told: Option<BTreeSet<String>>,
}

impl Violations {
    /// Of an audit: what it finds again is told once.
    pub fn of_audits() -> Violations {
        Violations {
            told: Some(BTreeSet::new()),
            ..Violations::default()
        }
    }

    /// One more, at an instant.
    pub fn add(&mut self, at: Instant, text: impl FnOnce() -> String) {
        let text = text();
        if let Some(told) = &mut self.told
            && !told.insert(text.clone())
        {
            return;
        }
        self.count += 1;
        if self.kept.len() < KEPT_MAX {
            self.kept.push(format!("{at} {text}"));
        }
    }

    /// Those of another, too.
    pub fn join(&mut self, other: &Violations) {
        self.count += other.count;
        let room = KEPT_MAX - self.kept.len();
        self.kept.extend(other.kept.iter().take(room).cloned());
    }

    /// The verdict; `checked` says what was looked at when all is well.
    pub fn verdict(&self, name: &str, checked: String) -> Verdict {
        let detail = match self.kept.first() {
            None => checked,
            Some(first) if self.count == 1 => first.clone(),
            Some(first) => format!("{first} (and {} more)", self.count - 1),
        };
        Verdict {
            name: name.to_owned(),
            holds: self.kept.is_empty(),
            outside_model: false,
            detail,
            violations: self.kept.clone(),
        }
    }
}

/// After a start a program may look at what it does not know little by little.
const LOOKS_ROUND: Span = Span::from_secs(20 * 60);

/// What no fault excuses, inside the failure model or outside it: the relays are no program's.
const ALWAYS: &str = "fenced";

/// What the program owes as long as its machine computes right.
const OF_SOUND_ARITHMETIC: &str = "copies-in-turn";

/// All judges of a run; plain data. The inputs they were made with are given again at each call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Judges {
    mode: Mode,
    bounds: Bounds,
    /// Entries and answers.
    pub ledger: Ledger,
    /// What the terminals were told.
    pub model: Model,
    sales: Sales,
    /// Seats as the terminals were told of them.
    pub seats: Seats,
    /// What stands in storage.
    pub files: FilesAudit,
    promise: Promise,
    turns: Turns,
    fencing: Fencing,
    /// Takeovers, second by second.
    pub takeovers: Takeovers,
    /// Repairs, and what was held then.
    pub live: Live,
    next_audit: Instant,
    /// Units that were lost, or of which a record was damaged, until they hold everything again.
    units_hurt: BTreeSet<Unit>,
    /// Minute of day 0 at which the run began.
    start_minute: u32,
    /// Since when the active machine has run; none while it stands still.
    served_since: Option<Instant>,
    /// Something happened that the failure model excludes.
    outside_model: bool,
    /// A machine may have computed anything.
    wrong_sums: bool,
    /// Entries completed since somebody last took them.
    pub completed: Vec<Completed>,
}

/// The unit as the file map names it.
fn storage_unit(unit: Unit) -> StorageUnit {
    match unit {
        Unit::Drum(n) => StorageUnit::Drum(n),
        Unit::Disk(n) => StorageUnit::Disk(n),
    }
}

/// Text of core BCD characters.
pub fn text_of(core: &[u8]) -> String {
    core.iter().map(|&c| word::bcd::to_char(c)).collect()
}

impl Judges {
    /// Judges of a site whose opening files stand in `storage`; the run begins in minute
    /// `start_minute` of day 0.
    pub fn new(inputs: &Inputs, bounds: &Bounds, storage: &Storage, start_minute: u32) -> Judges {
        let sets = inputs.description.sets() as u16;
        let media = SiteMedia(storage);
        let recovered = Recovered::new(&inputs.layout, &media).with_index();
        let mut model = Model::new(sets, inputs.files.today());
        for ordinal in 1..inputs.files.first_free_pnr() {
            if let Some(record) = recovered.passenger(ordinal) {
                let told = ToldBooking::of_file(&record.booking);
                model.before.make_mut().insert(ordinal, told);
            }
        }
        let interchanges = inputs.description.interchanges.iter();
        let line_of = interchanges
            .flat_map(|one| std::iter::repeat_n(one.line, one.sets.into()))
            .collect();
        Judges {
            mode: inputs.description.mode,
            bounds: bounds.clone(),
            ledger: match inputs.description.mode {
                Mode::Hot => Ledger::new(sets),
                Mode::Historical => Ledger::losing(sets),
            },
            model,
            sales: Sales::new(inputs, &recovered),
            seats: Seats::new(inputs, &recovered),
            files: FilesAudit::new(inputs, &recovered),
            promise: Promise::new(sets, inputs.description.mode),
            turns: Turns::default(),
            fencing: Fencing::default(),
            takeovers: Takeovers::new(line_of),
            live: Live::default(),
            next_audit: Instant::ZERO + bounds.audit_every,
            units_hurt: BTreeSet::new(),
            start_minute,
            served_since: Some(Instant::ZERO),
            outside_model: false,
            wrong_sums: false,
            completed: Vec::new(),
        }
    }

    /// Holds the site to other bounds from now on.
    pub fn set_bounds(&mut self, bounds: &Bounds) {
        self.bounds = bounds.clone();
    }

    /// ENTER is about to be pressed.
    pub fn typed(&mut self, at: Instant, set: u16, text: &str) {
        self.ledger.typed(at, set, text);
    }

    /// A record of the run.
    pub fn observe(&mut self, inputs: &Inputs, at: Instant, record: &Record, view: &View) {
        self.fencing.observe(at, record);
        match record {
            Record::Set(output) => self.set_output(inputs, at, output),
            Record::FrameUp(frame) => {
                if let Some(set) = frame.set {
                    self.ledger.left(set, frame.serial);
                }
            }
            Record::FrameDown(frame) => {
                self.takeovers.frame_down(at, frame);
                let last = matches!(frame.kind, FrameKind::Complete | FrameKind::Lights);
                if let (true, Some(set)) = (last, frame.set) {
                    self.promise_leaves(inputs, at, set, frame.serial, view.storage);
                }
            }
            Record::Transfer {
                unit,
                track,
                record,
                write: true,
                started,
                ..
            } => {
                let place = place_of(view.storage, *unit, *track, *record);
                let kept = place.and_then(|place| inputs.layout.kept_at(place));
                if let Some((address, copy)) = kept {
                    self.turns.wrote(*started, at, address, copy);
                    if address.kind == Kind::Keypoint {
                        self.look_at_date(inputs, at, view.storage);
                    }
                }
            }
            other => {
                self.service(at, other);
                self.failure_model(other);
                self.live.observe(at, other, &self.ledger);
                let assembly = &inputs.assembly;
                let routine = |location| match assembly.routine_of(location) {
                    Some(name) => format!(" ({name})"),
                    None => String::new(),
                };
                self.takeovers.observe(at, other, &self.ledger, &routine);
                if let Record::RoleTaken { .. } = other {
                    self.role_moved(inputs, at);
                }
            }
        }
    }

    /// Whether somebody does the work.
    fn service(&mut self, at: Instant, record: &Record) {
        let active = |machine: &site::Machine| self.takeovers.active() == Some(*machine);
        match record {
            Record::RoleTaken { .. } => self.served_since = Some(at),
            Record::MachineStarted { machine, .. } if active(machine) => {
                self.served_since = Some(at);
            }
            Record::MachineStopped { machine, .. } | Record::MachineHalted { machine, .. }
                if active(machine) =>
            {
                self.served_since = None;
            }
            _ => {}
        }
    }

    /// What the old machine had in work is lost, where nobody keeps it.
    fn role_moved(&mut self, inputs: &Inputs, at: Instant) {
        let lost = self.ledger.role_moved();
        self.takeovers.lost(at, lost.len() as u64);
        for (set, entry) in lost {
            self.takeovers.given_up(at, set, entry.serial);
            self.live.over(at, set, entry.serial);
            self.untold(inputs, set, &entry);
        }
    }

    /// Nobody will be told of an entry: it may have been done; if it is lost, in part or whole.
    fn untold(&mut self, inputs: &Inputs, set: u16, entry: &OpenEntry) {
        if self.mode == Mode::Historical {
            self.files.lost(&entry.text, self.model.of_set(set));
        }
        self.model.undecided(set, &entry.text);
        self.seats.undecided(inputs, set, entry, &self.model);
    }

    /// Keeps account of what the failure model allows: one storage unit lost at a time (one that
    /// came back counts until it holds everything again), no line error that its check does not
    /// tell, no kind of fault that the table of kinds says is outside.
    fn failure_model(&mut self, record: &Record) {
        match record {
            Record::Unit {
                unit,
                available: false,
            } => {
                self.unit_hurt(*unit);
            }
            Record::LineUndetectedError { .. } => self.outside_model = true,
            Record::Fault {
                fault,
                took_effect: true,
                ..
            } => {
                self.outside_model |= fault.kind().model == FailureModel::Outside;
                self.wrong_sums |= matches!(fault, Fault::BrokenAdder { .. });
                if let Fault::UnitParity { unit, .. } = fault {
                    self.unit_hurt(*unit);
                }
            }
            _ => {}
        }
    }

    /// The keypoint was written: perhaps it has another date, and one more day is open.
    fn look_at_date(&mut self, inputs: &Inputs, at: Instant, storage: &Storage) {
        let media = SiteMedia(storage);
        let found = Recovered::new(&inputs.layout, &media).today();
        self.model.being_swept = found.is_some_and(|(number, in_order)| number != in_order);
        while found.is_some_and(|(number, _)| self.model.today.number < number) {
            let lapses = self.model.next_day();
            self.lapse(inputs, at, &lapses);
            let place = self.model.today.last_place();
            self.sales.open_day(place);
            self.files.open_day(place);
            self.seats.open_day(place);
        }
    }

    fn unit_hurt(&mut self, unit: Unit) {
        self.units_hurt.insert(unit);
        // Historical: a single record is gone with its unit.
        let most = usize::from(self.mode == Mode::Hot);
        self.outside_model |= self.units_hurt.len() > most;
        self.promise.one_is_hurt = true;
    }

    fn promise_leaves(
        &mut self,
        inputs: &Inputs,
        at: Instant,
        set: u16,
        serial: u16,
        storage: &Storage,
    ) {
        let open = self.ledger.open(set).filter(|open| open.serial == serial);
        if open.is_some_and(|open| promise::may_update(&open.text)) {
            let media = SiteMedia(storage);
            let recovered = self.known(inputs, &media);
            self.promise
                .leaves(at, set, serial, &recovered, &inputs.layout);
        }
    }

    fn set_output(&mut self, inputs: &Inputs, at: Instant, output: &SetOutput) {
        match output {
            SetOutput::Accepted {
                set, serial, again, ..
            } => {
                if !again && let Some(before) = self.ledger.open(*set) {
                    let before = before.serial;
                    self.takeovers.given_up(at, *set, before);
                    self.live.over(at, *set, before);
                }
                if let Some(gone) = self.ledger.accepted(at, *set, *serial, *again) {
                    self.untold(inputs, *set, &gone);
                }
                if !again {
                    self.takeovers.accepted(at, *set, *serial);
                    self.model.used(at, *set);
                }
                if !again {
                    self.seats
                        .begun(inputs, at, *set, &self.ledger, &self.model);
                    let freed = self.seats.operations.may_free(*set, *serial);
                    self.sales.may_free(*set, *serial, freed);
                }
            }
            SetOutput::Answer {
                set,
                serial,
                lights,
                text,
                complete,
                first_character_at,
                ..
            } => {
                self.takeovers
                    .answer(*first_character_at, *set, *serial, *complete);
                if *complete {
                    self.live.over(at, *set, *serial);
                }
                let text = text_of(text);
                let shown_at = *first_character_at;
                let outcome = self
                    .ledger
                    .answer(shown_at, *set, *serial, &text, *lights, *complete);
                if let Some(before) = &outcome.before_not_done {
                    self.sales.resolve(*set, before.serial);
                }
                if let Some(before) = &outcome.undecided {
                    self.model.undecided(*set, &before.text);
                    self.seats.undecided(inputs, *set, before, &self.model);
                }
                if outcome.completed.is_some() {
                    let not_done = outcome.before_not_done.as_ref();
                    self.seats.answered(at, *set, not_done);
                }
                for done in [outcome.before_done, outcome.completed]
                    .into_iter()
                    .flatten()
                {
                    self.acknowledged(inputs, at, done);
                }
            }
            // A block asked for is no entry sent again.
            SetOutput::Requeued { why, .. }
                if !matches!(why, Again::NextBlock | Again::Refused) =>
            {
                self.ledger.traffic.sent_again += 1;
            }
            _ => {}
        }
    }

    fn acknowledged(&mut self, inputs: &Inputs, at: Instant, done: Completed) {
        let (set, entry) = (done.set, &done.entry);
        self.model.used(at, set);
        if !is_refusal(&entry.text, &entry.answer, done.lights) {
            self.promise.acknowledged(at, &done);
            self.model.changed(entry.accepted_at, set, &entry.text);
        }
        let what = self.seats.completed(inputs, at, &done, &mut self.model);
        for (ordinal, set) in self.model.given_twice.drain(..) {
            self.files.given_twice(at, ordinal, set);
        }
        match what.untold {
            true => self.sales.keep(set, entry.serial),
            false => self.sales.resolve(set, entry.serial),
        }
        self.sales.may_have_freed(&what.besides);
        self.sales.acknowledged(at, &done, &what.changes);
        self.completed.push(done);
    }

    /// Open bookings may be ignored, told to nobody.
    fn lapse(&mut self, inputs: &Inputs, at: Instant, lapses: &Lapses) {
        let freed = self.seats.lapse(inputs, at, lapses, self.model.today);
        self.sales.may_have_freed(&freed);
    }

    /// The active machine has run for long enough to have looked at everything.
    fn served(&self, now: Instant) -> bool {
        let since = self.served_since;
        since.is_some_and(|since| now.saturating_since(since) >= LOOKS_ROUND)
    }

    /// Time has passed: open bookings grow old, and now and then the whole of storage is checked.
    pub fn time_passes(&mut self, inputs: &Inputs, now: Instant, storage: &Storage) {
        if now.0.is_multiple_of(1_000_000_000) {
            let served = self.served(now);
            let idle = |set| served && self.ledger.open(set).is_none();
            let lapses = self.model.time_passes(now, idle);
            self.lapse(inputs, now, &lapses);
        }
        if now >= self.next_audit {
            self.next_audit = now + self.bounds.audit_every;
            self.audit(inputs, now, storage);
        }
    }

    /// Checks the whole of storage.
    pub fn audit(&mut self, inputs: &Inputs, now: Instant, storage: &Storage) {
        let media = SiteMedia(storage);
        let known = self.known(inputs, &media).with_index();
        let minutes = u64::from(self.start_minute) + now.0 / 60_000_000_000;
        let served = self.served(now) && minutes % 1440 >= 10;
        let calendar = ((minutes / 1440) as u16, served);
        let seen = (&self.model, &self.ledger);
        self.files.audit(now, inputs, &known, seen, calendar);
        if self.units_hurt.is_empty() {
            return;
        }
        let all = Recovered::new(&inputs.layout, &media).with_index();
        self.units_hurt.retain(|unit| {
            let back = storage.module(*unit).is_some_and(|module| module.available);
            !(back && files_audit::rebuilt(storage_unit(*unit), inputs, &all))
        });
        self.promise.one_is_hurt = !self.units_hurt.is_empty();
    }

    /// What the storage still knows without the one unit that is hurt. One that came back may hold
    /// what is not true any more, until everything has been written there again.
    fn known<'m>(
        &self,
        inputs: &'m Inputs,
        media: &'m SiteMedia<'m>,
    ) -> Recovered<'m, SiteMedia<'m>> {
        match self.units_hurt.first() {
            Some(unit) if self.units_hurt.len() == 1 && self.mode == Mode::Hot => {
                Recovered::without(&inputs.layout, media, storage_unit(*unit))
            }
            _ => Recovered::new(&inputs.layout, media),
        }
    }

    /// All verdicts, after the settling time.
    pub fn verdicts(&self, inputs: &Inputs, now: Instant) -> Vec<Verdict> {
        let mut verdicts = vec![self.sales.verdict(&self.files)];
        verdicts.extend(self.files.verdicts());
        verdicts.push(self.promise.verdict());
        verdicts.push(self.turns.verdict());
        verdicts.push(self.fencing.verdict());
        verdicts.push(self.takeovers.verdict(&self.bounds));
        verdicts.extend(self.seats.verdicts(inputs, now, self.model.today));
        verdicts.push(self.live.verdict(self.bounds.live, &self.ledger));
        if self.outside_model {
            // Judged for what was lost, never as a broken promise.
            let excused = |v: &&mut Verdict| {
                let owed = v.name == OF_SOUND_ARITHMETIC && !self.wrong_sums;
                !v.holds && v.name != ALWAYS && !owed
            };
            for verdict in verdicts.iter_mut().filter(excused) {
                (verdict.holds, verdict.outside_model) = (true, true);
            }
        }
        verdicts
    }

    /// Seats that the inventory counts and no booking has, at the last audit.
    pub fn seats_left_over(&self) -> u64 {
        self.files.left_over
    }

    /// The longest any open entry has waited.
    pub fn longest_wait(&self, now: Instant) -> Span {
        self.ledger.longest_wait(now)
    }
}
