//! A space-time diagram of a run, as one file for a browser.
//!
//! Stations are columns, time runs downwards, and every frame on a line is an arrow from the
//! instant its first bit leaves to the instant its last bit arrives. Such diagrams are as old as
//! railway time-tables; here one shows how a takeover looks from outside: who is connected, what
//! was on its way, what was sent again, which entries were in doubt.
//!
//! | part | what it is |
//! |---|---|
//! | [`stations`] | the columns |
//! | [`signs`] | what each sign means and how it is drawn |
//! | [`words`] | what else a page says, for each kind of site |
//! | [`CenterDiagram`] | the same for a direction center |
//! | [`Diagram`] | gathers arrows, lives of entries, bands and marks from the records |
//! | `data` | what it has gathered, as the page's script reads it |
//! | `still` | a picture of a minute for readers without a script, and for paper |
//! | `page` | the file |
//!
//! A diagram is made from records alone (and from who was connected when they begin, which a run
//! that goes on from a snapshot knows). What leaves no record is not in it: go-aheads and empty
//! replies are counted, not recorded; the arrival of a frame at the centre is computed from the
//! line's rate, as is that of a block which was never shown. The file says so itself.
//!
//! *Assumed*: transfers of drums and disks are kept as arrows only near faults and takeovers
//! ([`BEFORE`], [`AFTER`]) and at the begin; of the others there is a count for each unit and second.

mod center;
mod data;
mod page;
pub mod signs;
pub mod stations;
mod still;
pub mod words;

pub use center::CenterDiagram;
pub use page::{Cover, Moved, escaped};

use std::collections::{BTreeMap, VecDeque};

use clock::{Instant, Span};
use device::agent_set::{Again, SetOutput};
use device::line::{Direction, Line};
use site::description::Mode as SiteMode;
use site::machine::Mode;
use site::record::{Effect, FrameKind, FrameRecord, Hit};
use site::{Cause, Machine, Record};

use crate::agents::Key;
use crate::driver::{Onlooker, Outcome, Plan, Run};
use crate::judges::ledger::{Ledger, is_refusal};
use crate::judges::text_of;
use signs::{Arrow, Band, Ending, Fate, Mark};
use stations::Stations;

/// Transfers are kept as arrows from so long before something strikes.
pub const BEFORE: Span = Span::from_secs(2);
/// Transfers are kept as arrows until so long after something struck, and after the begin.
pub const AFTER: Span = Span::from_secs(10);

/// Characters of an answer block besides its text, and of lights.
const AROUND_ANSWER: u16 = 9;
const AROUND_LIGHTS: u16 = 10;
/// Characters of an entry besides its text; before the first of a transmission stand two more.
const AROUND_ENTRY: u16 = 7;
const SYNCHRONISING: u16 = 2;

/// One arrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight {
    /// What it is.
    pub kind: Arrow,
    /// First bit or word.
    pub leaves: Instant,
    /// Last bit or word.
    pub arrives: Instant,
    /// Column it leaves.
    pub from: u16,
    /// Column it goes to.
    pub to: u16,
    /// Lane of the set, or the record on the track.
    pub lane: u16,
    /// Number of the entry it belongs to.
    pub entry: Option<u32>,
    /// Block carried or wanted, or the track.
    pub block: u16,
    /// Characters of text, or words.
    pub size: u16,
    /// What became of it.
    pub fate: Fate,
}

/// The life of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    /// The set, numbered through the site.
    pub set: u16,
    /// Its serial.
    pub serial: u16,
    /// Accepted by the interchange.
    pub accepted: Instant,
    /// What was typed.
    pub text: String,
    /// Given up without an answer.
    pub given_up: Option<Instant>,
    /// First character or light.
    pub first_shown: Option<Instant>,
    /// Answered, told of, or never told: when its life ended. None: it had not ended.
    pub ended: Option<Instant>,
    /// How.
    pub ending: Ending,
    /// What was answered.
    pub answer: String,
}

impl Life {
    /// Was it waiting for its answer at that instant?
    pub fn held(&self, at: Instant) -> bool {
        self.accepted <= at && self.ended.is_none_or(|ended| ended > at)
    }
}

/// A state of a station that lasted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// What.
    pub kind: Band,
    /// Where.
    pub column: u16,
    /// From.
    pub from: Instant,
    /// To; none: to the end of the run.
    pub to: Option<Instant>,
}

/// Something at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What.
    pub kind: Mark,
    /// When.
    pub at: Instant,
    /// Where.
    pub column: u16,
    /// At which set of it.
    pub lane: Option<u16>,
    /// Number of the entry it concerns.
    pub entry: Option<u32>,
    /// In words.
    pub text: String,
}

/// A hit on a transmission whose frames have not left yet.
#[derive(Clone, Debug)]
struct Pending {
    on: (u8, Direction),
    hit: Hit,
    /// A frame of it has left.
    found: bool,
}

/// A hit on a transmission that carries no frame.
const NO_FRAME: &str = "line troubles that hit a go-ahead or an empty reply";

/// Gathers a diagram while a run goes on.
#[derive(Clone, Debug)]
pub struct Diagram {
    stations: Stations,
    begin: Instant,
    /// Arrows in the order of their records.
    pub flights: Vec<Flight>,
    /// Entries in the order of acceptance.
    pub lives: Vec<Life>,
    /// States.
    pub stretches: Vec<Stretch>,
    /// Marks in order.
    pub notes: Vec<Note>,
    /// Transfers in each second of each unit.
    transfers: Vec<Vec<u32>>,
    /// Transfers that are no arrows.
    only_counted: u64,
    /// Records that are not drawn, by name.
    not_drawn: BTreeMap<String, u64>,
    ledger: Ledger,
    mode: SiteMode,
    /// Of each set: the entry on its way, and the one before it that is in doubt.
    open: Vec<[Option<u32>; 2]>,
    lines: Vec<Line>,
    /// Of each line, up: when the last transmission began and its characters so far.
    chained: Vec<(Instant, u16)>,
    /// Hits on transmissions whose frames have not left yet.
    hits: Vec<Pending>,
    /// The arrows last begun on each line, down and up.
    recent: Vec<[VecDeque<usize>; 2]>,
    /// Entries sent: the blocks each has asked for so far, one bit each.
    asked: Vec<u32>,
    /// Transfers of the last moments, which may yet become arrows.
    waiting: VecDeque<Flight>,
    close_until: Instant,
    /// Connected and running, of each machine.
    machines: [(bool, bool); 2],
    /// Those at every change.
    changes: Vec<(Instant, [(bool, bool); 2])>,
    /// The machine that took over and has not answered yet.
    first_answer_of: Option<(Machine, Instant)>,
}

impl Diagram {
    /// For a run that begins, or goes on, now.
    pub fn new(plan: &Plan, run: &Run) -> Diagram {
        let description = &plan.inputs.description;
        let lines = description.communication().lines;
        let machines = Machine::BOTH.map(|machine| {
            let mode = run.site.computer(machine).mode;
            let runs = matches!(mode, Mode::Running | Mode::Halted | Mode::Waiting(_));
            (run.site.switch().closed(machine), runs)
        });
        let mut diagram = Diagram {
            ledger: run.judges.ledger.clone(),
            mode: description.mode,
            open: vec![[None; 2]; description.sets()],
            chained: vec![(Instant::ZERO, 0); lines.len()],
            recent: vec![Default::default(); lines.len()],
            lines: lines.iter().map(Line::new).collect(),
            ..Diagram::bare(Stations::new(description), run.now(), machines)
        };
        // Entries that were on their way when the run was saved.
        for set in 0..description.sets() as u16 {
            let open = diagram.ledger.open(set).cloned();
            for (place, entry) in [diagram.ledger.doubtful(set).cloned(), open]
                .into_iter()
                .enumerate()
            {
                if let Some(entry) = entry {
                    let life = diagram.life(set, entry.serial, entry.accepted_at, entry.text);
                    diagram.open[usize::from(set)][1 - place] = Some(life);
                }
            }
        }
        diagram
    }

    /// Nothing but machines, as they are at the begin: whether their relays are closed, whether they
    /// run.
    fn bare(stations: Stations, begin: Instant, machines: [(bool, bool); 2]) -> Diagram {
        let mut diagram = Diagram {
            begin,
            flights: Vec::new(),
            lives: Vec::new(),
            stretches: Vec::new(),
            notes: Vec::new(),
            transfers: vec![Vec::new(); usize::from(stations.units())],
            only_counted: 0,
            not_drawn: BTreeMap::new(),
            ledger: Ledger::new(0),
            mode: SiteMode::Hot,
            open: Vec::new(),
            chained: Vec::new(),
            hits: Vec::new(),
            recent: Vec::new(),
            lines: Vec::new(),
            asked: Vec::new(),
            waiting: VecDeque::new(),
            close_until: begin + AFTER,
            machines,
            changes: vec![(begin, machines)],
            first_answer_of: None,
            stations,
        };
        for machine in Machine::BOTH {
            diagram.machine_band(begin, machine);
        }
        diagram
    }

    /// The file. `outcome` is the run's own, for what its report says of takeovers.
    pub fn page(mut self, plan: &Plan, outcome: &Outcome) -> String {
        self.settle(outcome);
        page::write(&self, &Cover::new(plan, outcome))
    }

    /// The run is over: arrivals at the centre are given to whom was connected, entries without an
    /// answer are marked, arrows and marks are put in order of time.
    fn settle(&mut self, outcome: &Outcome) {
        for flight in &mut self.flights {
            // Entries go left, to the centre.
            if flight.kind >= Arrow::Read || flight.from < flight.to {
                continue;
            }
            let until = self
                .changes
                .partition_point(|(at, _)| *at <= flight.arrives);
            let (_, machines) = self.changes[until.saturating_sub(1)];
            let mut both = Machine::BOTH.into_iter();
            match both.find(|machine| machines[machine.index()] == (true, true)) {
                Some(machine) => flight.to = self.stations.machine(machine),
                None if flight.fate == Fate::Computed => flight.fate = Fate::Unheard,
                None => {}
            }
        }
        self.flights.sort_by_key(|flight| flight.leaves);
        let open: Vec<u32> = self.open.iter().flatten().flatten().copied().collect();
        for entry in open {
            let life = &self.lives[entry as usize];
            let at = life.given_up.unwrap_or(life.accepted);
            self.mark_life(
                Mark::NoAnswer,
                at,
                entry,
                "had no answer when the run ended",
            );
        }
        for takeover in &outcome.takeovers {
            if let (Some(at), Some(_), 1..) = (
                takeover.held_answered_at,
                takeover.held_answered(),
                takeover.held,
            ) {
                let lost = match takeover.lost {
                    0 => String::new(),
                    lost => format!(", {lost} entries are lost"),
                };
                let held = takeover.held;
                let text = format!("every one of the {held} entries held is answered{lost}");
                self.note(Mark::HeldAnswered, at, self.stations.switch(), text);
            }
        }
        for _ in self.hits.clone().iter().filter(|pending| !pending.found) {
            self.no_sign(NO_FRAME);
        }
        self.notes.sort_by_key(|note| note.at);
    }

    fn life(&mut self, set: u16, serial: u16, accepted: Instant, text: String) -> u32 {
        self.lives.push(Life {
            set,
            serial,
            accepted,
            text,
            given_up: None,
            first_shown: None,
            ended: None,
            ending: Ending::NoAnswer,
            answer: String::new(),
        });
        self.asked.push(0);
        self.lives.len() as u32 - 1
    }

    fn note(&mut self, kind: Mark, at: Instant, column: u16, text: String) {
        self.notes.push(Note {
            kind,
            at,
            column,
            lane: None,
            entry: None,
            text,
        });
    }

    fn note_at_set(&mut self, kind: Mark, at: Instant, set: u16, entry: Option<u32>, text: String) {
        if let Some((column, lane)) = self.stations.set(set) {
            self.notes.push(Note {
                kind,
                at,
                column,
                lane: Some(lane),
                entry,
                text,
            });
        }
    }

    fn mark_life(&mut self, kind: Mark, at: Instant, entry: u32, what: &str) {
        let Life { set, text, .. } = &self.lives[entry as usize];
        let text = format!("`{text}` {what}");
        self.note_at_set(kind, at, *set, Some(entry), text);
    }

    /// The state of a machine's column changes.
    fn machine_band(&mut self, at: Instant, machine: Machine) {
        let kind = match self.machines[machine.index()] {
            (true, true) => Band::Connected,
            (false, true) => Band::Apart,
            (true, false) => Band::DeadConnected,
            (false, false) => Band::Dead,
        };
        let column = self.stations.machine(machine);
        self.end(at, column, |_| true);
        self.begin_band(at, column, kind);
    }

    fn begin_band(&mut self, from: Instant, column: u16, kind: Band) {
        self.stretches.push(Stretch {
            kind,
            column,
            from,
            to: None,
        });
    }

    /// Ends what lasts at a column.
    fn end(&mut self, at: Instant, column: u16, which: impl Fn(Band) -> bool) {
        for stretch in self.stretches.iter_mut().rev() {
            if stretch.column == column && stretch.to.is_none() && which(stretch.kind) {
                stretch.to = Some(at);
                break;
            }
        }
    }

    fn machine_changes(
        &mut self,
        at: Instant,
        machine: Machine,
        change: impl Fn(&mut (bool, bool)),
    ) {
        let state = &mut self.machines[machine.index()];
        let before = *state;
        change(state);
        if *state != before {
            self.machine_band(at, machine);
            self.changes.push((at, self.machines));
        }
    }

    /// Something struck: transfers near it are kept.
    fn look_closer(&mut self, at: Instant) {
        self.close_until = at + AFTER;
        let since = at.0.saturating_sub(BEFORE.0);
        let kept = self.waiting.drain(..).filter(|t| t.leaves.0 >= since);
        let before = self.flights.len();
        self.flights.extend(kept);
        self.only_counted -= (self.flights.len() - before) as u64;
    }

    fn frame(&mut self, at: Instant, frame: &FrameRecord) {
        let Some(column) = self.stations.address(frame.line, frame.interchange) else {
            return;
        };
        let line = usize::from(frame.line);
        let lane = frame.set.and_then(|set| self.stations.set(set));
        let entry = frame.set.and_then(|set| self.entry_of(set, frame.serial));
        if let (Some(set), Direction::Up) = (frame.set, frame.direction) {
            self.ledger.left(set, frame.serial);
        }
        let switch = self.stations.switch();
        let wires = &self.lines[line];
        let (kind, arrives, from, to) = match (frame.direction, frame.kind) {
            (Direction::Up, kind) => {
                let (began, characters) = &mut self.chained[line];
                if (*began, *characters) == (Instant::ZERO, 0) || *began != at {
                    (*began, *characters) = (at, SYNCHRONISING);
                }
                *characters += AROUND_ENTRY + frame.characters;
                let arrives = wires.up.arrived(at, usize::from(*characters));
                let wanted = 1 << (frame.block & 0o37);
                let asked = entry.map(|entry| &mut self.asked[entry as usize]);
                let again = asked.is_some_and(|asked| {
                    let before = *asked & wanted != 0;
                    *asked |= wanted;
                    before
                });
                let kind = match kind {
                    _ if again => Arrow::Again,
                    _ if frame.block > 0 => Arrow::NextBlock,
                    FrameKind::Entry { in_doubt: true } => Arrow::InDoubt,
                    _ => Arrow::Entry,
                };
                (kind, arrives, column, switch)
            }
            (Direction::Down, kind) => {
                let (kind, around) = match kind {
                    FrameKind::Lights => (Arrow::Lights, AROUND_LIGHTS),
                    FrameKind::Incomplete => (Arrow::Incomplete, AROUND_ANSWER),
                    _ => (Arrow::Complete, AROUND_ANSWER),
                };
                let characters = usize::from(around + frame.characters);
                let maker = Machine::BOTH
                    .into_iter()
                    .find(|m| frame.maker == Some(m.index() as u8));
                let from = maker.map_or(switch, |maker| self.stations.machine(maker));
                (kind, wires.down.arrived(at, characters), from, column)
            }
        };
        let recent = &mut self.recent[line][frame.direction as usize];
        recent.push_back(self.flights.len());
        if recent.len() > 16 {
            recent.pop_front();
        }
        self.flights.push(Flight {
            kind,
            leaves: at,
            arrives,
            from,
            to,
            lane: lane.map_or(u16::from(frame.terminal), |place| place.1),
            entry,
            block: u16::from(frame.block),
            size: frame.characters,
            fate: Fate::Computed,
        });
        let index = self.flights.len() - 1;
        let wire = (frame.line, frame.direction);
        for pending in std::mem::take(&mut self.hits) {
            let Pending { on, hit, found } = pending;
            if on == wire && hit.start == at {
                self.hit(at, index, &hit);
            }
            if on != wire || hit.start >= at {
                let found = found || hit.start == at;
                self.hits.push(Pending { on, hit, found });
            } else if !found {
                self.no_sign(NO_FRAME);
            }
        }
    }

    /// A trouble of a line hit a transmission: the frames that left with it, or will.
    fn line_hit(&mut self, at: Instant, line: u8, direction: Direction, hit: &Hit) {
        let recent = self.recent.get(usize::from(line));
        let recent = recent.map(|both| &both[direction as usize]);
        let left: Vec<usize> = (recent.into_iter().flatten().copied())
            .filter(|&index| self.flights[index].leaves == hit.start)
            .collect();
        for &index in &left {
            self.hit(at, index, hit);
        }
        if left.is_empty() {
            let on = (line, direction);
            let (hit, found) = (*hit, false);
            self.hits.push(Pending { on, hit, found });
        }
    }

    fn hit(&mut self, at: Instant, index: usize, hit: &Hit) {
        let flight = &mut self.flights[index];
        let column = flight.from.max(flight.to);
        let text = told(hit.effect);
        match hit.effect {
            Effect::Lost | Effect::Torn => flight.fate = Fate::Lost,
            Effect::Late { by } => flight.arrives += by,
            _ => {}
        }
        let (lane, entry) = (Some(flight.lane), flight.entry);
        self.notes.push(Note {
            kind: Mark::LineHit,
            at,
            column,
            lane,
            entry,
            text,
        });
    }

    fn entry_of(&self, set: u16, serial: u16) -> Option<u32> {
        let open = self.open.get(usize::from(set))?;
        let mut entries = open.iter().flatten().copied();
        entries.find(|entry| self.lives[*entry as usize].serial == serial)
    }

    /// The arrow last begun on a line that is this.
    fn latest(
        &mut self,
        line: u8,
        direction: Direction,
        is: impl Fn(&Flight) -> bool,
    ) -> Option<&mut Flight> {
        let recent = self.recent.get(usize::from(line))?;
        let mut recent = recent[direction as usize].iter().rev();
        let found = *recent.find(|&&index| is(&self.flights[index]))?;
        self.flights.get_mut(found)
    }

    /// What a set's answer or its throwing away says of the arrow that brought it.
    fn arrived(&mut self, at: Instant, set: u16, block: u8, fate: Fate) {
        let Some((column, lane)) = self.stations.set(set) else {
            return;
        };
        let is = |flight: &Flight| {
            (flight.to, flight.lane, flight.block) == (column, lane, u16::from(block))
                && flight.fate == Fate::Computed
        };
        let line = self.stations.line(column);
        if let Some(flight) = line.and_then(|line| self.latest(line, Direction::Down, is)) {
            (flight.arrives, flight.fate) = (at, fate);
        }
    }

    fn set_output(&mut self, at: Instant, output: &SetOutput) {
        match output {
            SetOutput::Accepted {
                set, serial, again, ..
            } => self.accepted(at, *set, *serial, *again),
            SetOutput::Reset { set } => {
                let entry = self.open.get(usize::from(*set)).and_then(|open| open[0]);
                self.note_at_set(Mark::Reset, at, *set, entry, "RESET".to_owned());
            }
            SetOutput::Answer {
                set,
                serial,
                block,
                lights,
                text,
                complete,
                first_character_at,
                ..
            } => {
                self.arrived(at, *set, *block, Fate::Recorded);
                let text = text_of(text);
                let shown = *first_character_at;
                self.answered(shown, *set, *serial, &text, *lights, *complete);
            }
            SetOutput::Requeued {
                set, serial, why, ..
            } => {
                let entry = self.entry_of(*set, *serial);
                let why = match why {
                    Again::NotAcknowledged => "the next go-ahead did not acknowledge it",
                    Again::Reopen => "the new active machine asked for everything unanswered",
                    Again::TimeOut => "too long without an answer",
                    Again::Refused => "the block wanted arrived with a bad check",
                    Again::SameTextAgain => "the agent typed the same text again",
                    // The frame that asks for it is drawn.
                    Again::NextBlock => return,
                };
                self.note_at_set(Mark::Queued, at, *set, entry, why.to_owned());
            }
            SetOutput::Discarded {
                set: Some(set),
                block,
                ..
            } => self.arrived(at, *set, *block, Fate::NotWanted),
            SetOutput::NotAvailable { interchange } => {
                if let Some(column) = self.stations.interchange(*interchange) {
                    self.begin_band(at, column, Band::Locked);
                }
            }
            SetOutput::Available { interchange } => {
                if let Some(column) = self.stations.interchange(*interchange) {
                    self.end(at, column, |band| band == Band::Locked);
                }
            }
            // Its answer is drawn.
            SetOutput::Unlocked { .. } => {}
            other => self.no_sign(&format!("{other:?}")),
        }
    }

    /// A record that has no sign here: counted by its name, the first word of it.
    fn no_sign(&mut self, told: &str) {
        let name = told.split(['{', '(']).next().unwrap_or(told).trim();
        *self.not_drawn.entry(name.to_owned()).or_default() += 1;
    }

    fn accepted(&mut self, at: Instant, set: u16, serial: u16, again: bool) {
        let gone = self.ledger.accepted(at, set, serial, again);
        if again || usize::from(set) >= self.open.len() {
            return;
        }
        let [open, mut doubtful] = self.open[usize::from(set)];
        if let (Some(before), SiteMode::Historical) = (open, self.mode) {
            self.lost(at, before, "was given up for other text");
        } else if let Some(before) = open {
            if let (Some(doubtful), Some(_)) = (doubtful, gone) {
                self.life_ends(at, doubtful, Ending::NeverTold, String::new());
                self.mark_life(Mark::NeverTold, at, doubtful, "is never told of");
            }
            self.lives[before as usize].given_up = Some(at);
            self.mark_life(Mark::GivenUp, at, before, "was given up for other text");
            doubtful = open;
        }
        let text = self.ledger.open(set);
        let text = text.map_or(String::new(), |open| open.text.clone());
        let life = self.life(set, serial, at, text);
        self.open[usize::from(set)] = [Some(life), doubtful];
    }

    /// Nobody keeps this entry any more.
    fn lost(&mut self, at: Instant, entry: u32, why: &str) {
        self.life_ends(at, entry, Ending::Lost, String::new());
        self.mark_life(Mark::Lost, at, entry, why);
    }

    /// The active role has moved: what was with the old machine is lost where nobody keeps it.
    fn role_moved(&mut self, at: Instant) {
        for (set, entry) in self.ledger.role_moved() {
            if let Some(entry) = self.entry_of(set, entry.serial) {
                self.open[usize::from(set)][0] = None;
                self.lost(at, entry, "was with the machine that lost the role");
            }
        }
    }

    fn life_ends(&mut self, at: Instant, entry: u32, ending: Ending, answer: String) {
        let life = &mut self.lives[entry as usize];
        life.ended = Some(at);
        life.ending = ending;
        life.answer = answer;
    }

    fn answered(
        &mut self,
        at: Instant,
        set: u16,
        serial: u16,
        text: &str,
        lights: Option<u16>,
        complete: bool,
    ) {
        let Some(entry) = self.entry_of(set, serial) else {
            return;
        };
        let outcome = self.ledger.answer(at, set, serial, text, lights, complete);
        self.lives[entry as usize].first_shown.get_or_insert(at);
        self.first_answer(at, set);
        let Some(completed) = outcome.completed else {
            return;
        };
        let [_, doubtful] = std::mem::take(&mut self.open[usize::from(set)]);
        if let Some(before) = doubtful {
            let (ending, mark, answer) = match (&outcome.before_done, &outcome.undecided) {
                (Some(done), _) => (
                    Ending::ToldDone,
                    Mark::ToldDone,
                    done.entry.answer.trim_end().to_owned(),
                ),
                (_, Some(_)) => (Ending::ToldDone, Mark::ToldDone, String::new()),
                _ => (Ending::ToldNotDone, Mark::ToldNotDone, String::new()),
            };
            self.life_ends(at, before, ending, answer);
            let told = match ending {
                Ending::ToldDone => "was done",
                _ => "was not done",
            };
            self.mark_life(mark, at, before, told);
        }
        let answer = &completed.entry.answer;
        let ending = match is_refusal(&completed.entry.text, answer, lights) {
            true => Ending::Refused,
            false => Ending::Answered,
        };
        let answer = match lights {
            Some(lights) => format!("lights {lights:016b}"),
            None => answer.trim_end().to_owned(),
        };
        self.life_ends(at, entry, ending, answer);
    }

    /// The first answer made by a machine that took over.
    fn first_answer(&mut self, at: Instant, set: u16) {
        let Some((machine, since)) = self.first_answer_of else {
            return;
        };
        let place = self.stations.set(set);
        let maker = self.stations.machine(machine);
        let by_it = self.flights.iter().rev().take(4096).find(|flight| {
            flight.fate == Fate::Recorded && Some((flight.to, flight.lane)) == place
        });
        if by_it.is_some_and(|flight| flight.from == maker && flight.leaves >= since) {
            self.first_answer_of = None;
            let text = format!("first answer of machine {machine}, at set {set}");
            self.note_at_set(Mark::FirstAnswer, at, set, None, text);
        }
    }

    fn transfer(&mut self, at: Instant, flight: Flight) {
        let unit = usize::from(flight.from.min(flight.to));
        let second = (at.0.saturating_sub(self.begin.0) / 1_000_000_000) as usize;
        let counts = &mut self.transfers[unit];
        if counts.len() <= second {
            counts.resize(second + 1, 0);
        }
        counts[second] += 1;
        if at <= self.close_until || flight.fate == Fate::Torn {
            self.flights.push(flight);
            return;
        }
        self.only_counted += 1;
        let since = at.0.saturating_sub(BEFORE.0);
        while self
            .waiting
            .front()
            .is_some_and(|first| first.leaves.0 < since)
        {
            self.waiting.pop_front();
        }
        self.waiting.push_back(flight);
    }
}

/// What a trouble of a line did to a transmission.
fn told(effect: Effect) -> String {
    match effect {
        Effect::Lost => "lost".to_owned(),
        Effect::Torn => "on the way when the line was cut".to_owned(),
        Effect::Wrong { bits } => format!("{bits} of its bits are wrong"),
        Effect::Repeated => "a copy of it follows".to_owned(),
        Effect::Late { by } => format!("late by {}", by.told()),
        Effect::Overtaken => "a later one arrives before it".to_owned(),
    }
}

impl Onlooker for Diagram {
    fn typed(&mut self, at: Instant, set: u16, key: &Key) {
        if let Key::Enter(text) = key {
            self.ledger.typed(at, set, text);
        }
    }

    fn observe(&mut self, at: Instant, record: &Record) {
        let switch = self.stations.switch();
        match record {
            Record::FrameDown(frame) | Record::FrameUp(frame) => self.frame(at, frame),
            Record::FrameCut(frame) => {
                let column = self.stations.address(frame.line, frame.interchange);
                let is = |flight: &Flight| {
                    Some(flight.to) == column && flight.block == u16::from(frame.block)
                };
                if let Some(flight) = self.latest(frame.line, frame.direction, is) {
                    (flight.arrives, flight.fate) = (at, Fate::Cut);
                }
            }
            Record::Transfer {
                machine,
                unit,
                track,
                record,
                words,
                write,
                torn,
                started,
            } => {
                let ends = [self.stations.unit(*unit), self.stations.machine(*machine)];
                let (kind, [from, to]) = match write {
                    false => (Arrow::Read, ends),
                    true => (Arrow::Write, [ends[1], ends[0]]),
                };
                let flight = Flight {
                    kind,
                    leaves: *started,
                    arrives: at,
                    from,
                    to,
                    lane: *record,
                    entry: None,
                    block: *track,
                    size: *words,
                    fate: if *torn { Fate::Torn } else { Fate::Recorded },
                };
                self.transfer(at, flight);
            }
            Record::Relays { machine, closed } => {
                let (mark, done) = match closed {
                    true => (Mark::RelaysClosed, "closed"),
                    false => (Mark::RelaysOpened, "opened"),
                };
                self.note(
                    mark,
                    at,
                    switch,
                    format!("relays of machine {machine} {done}"),
                );
                self.machine_changes(at, *machine, |state| state.0 = *closed);
            }
            Record::Alarm { machine, on } => {
                if *on {
                    let text = format!("the switch hears no heartbeat of machine {machine}: alarm");
                    self.note(Mark::Alarm, at, switch, text);
                    self.begin_band(at, switch, Band::Silent);
                } else {
                    self.end(at, switch, |_| true);
                }
            }
            Record::Decision { from, to, cause } => {
                self.look_closer(at);
                let mark = match cause {
                    Cause::HeartbeatSilent | Cause::ManualTakeover | Cause::Alarm => Mark::Takeover,
                    Cause::PlannedSwitchover
                    | Cause::ManualSwitchover
                    | Cause::Requested
                    | Cause::Daily => Mark::Switchover,
                    Cause::Startover => Mark::Startover,
                };
                let from = from.map_or(String::new(), |from| format!(" from machine {from}"));
                let text = format!("the active role goes{from} to machine {to}: {cause}");
                self.note(mark, at, switch, text);
                self.first_answer_of = Some((*to, at));
            }
            Record::RoleTaken { machine, cause } => {
                let column = self.stations.machine(*machine);
                let text = format!("machine {machine} is active ({cause})");
                self.note(Mark::RoleTaken, at, column, text);
                self.role_moved(at);
                // The silence that raised the alarm was that of the machine before.
                self.end(at, switch, |_| true);
            }
            Record::Set(output) => self.set_output(at, output),
            Record::Fault {
                fault,
                took_effect,
                hit,
            } => {
                self.look_closer(at);
                let (mark, effect) = match took_effect {
                    true => (Mark::Fault, ""),
                    false => (Mark::NoFault, " (no effect)"),
                };
                let text = format!("{fault}: {hit}{effect}");
                self.note(mark, at, switch, text);
            }
            Record::MachineStopped {
                machine,
                why,
                location,
                ..
            } => {
                self.look_closer(at);
                let column = self.stations.machine(*machine);
                let text = format!("machine {machine} stopped ({why}) at {location:05o}");
                self.note(Mark::Stopped, at, column, text);
                self.machine_changes(at, *machine, |state| state.1 = false);
            }
            Record::MachineStarted { machine, how } => {
                let column = self.stations.machine(*machine);
                let text = format!("machine {machine} started ({how})");
                self.note(Mark::Started, at, column, text);
                self.machine_changes(at, *machine, |state| state.1 = true);
            }
            Record::MachineHalted { machine, location } => {
                let column = self.stations.machine(*machine);
                let text = format!("machine {machine} halted by its program at {location:05o}");
                self.note(Mark::Halted, at, column, text);
            }
            Record::LineTimeOut { line, interchange } => {
                if let Some(column) = self.stations.address(*line, *interchange) {
                    let text = format!("no reply to a go-ahead on line {line}");
                    self.note(Mark::TimeOut, at, column, text);
                }
            }
            Record::LineCheckError { line, direction } => {
                let is = |flight: &Flight| flight.arrives == at;
                if let Some(flight) = self.latest(*line, *direction, is) {
                    flight.fate = Fate::BadCheck;
                    let column = flight.from.max(flight.to);
                    let text = format!("a frame on line {line} was dropped for its check");
                    self.note(Mark::BadCheck, at, column, text);
                } else {
                    let text = format!("something on line {line} was dropped for its check");
                    self.note(Mark::BadCheck, at, switch, text);
                }
            }
            Record::LineUndetectedError { line, .. } => {
                let text = format!("noise on line {line} changed a frame, its check did not tell");
                self.note(Mark::Undetected, at, switch, text);
            }
            Record::KeyRefused { set, why } => {
                self.note_at_set(Mark::KeyRefused, at, *set, None, why.clone());
            }
            Record::Unit { unit, available } => {
                let column = self.stations.unit(*unit);
                if *available {
                    self.note(Mark::UnitBack, at, column, format!("{unit} is back"));
                    self.end(at, column, |_| true);
                } else {
                    self.note(Mark::UnitLost, at, column, format!("{unit} is lost"));
                    self.begin_band(at, column, Band::UnitLost);
                }
            }
            Record::LineHit {
                line,
                direction,
                hit,
            } => self.line_hit(at, *line, *direction, hit),
            // Kinds of record younger than this file.
            #[allow(unreachable_patterns)]
            other => self.no_sign(&format!("{other:?}")),
        }
    }
}
