//! The diagram of a direction center: radars to the left, consoles, neighbours and bases to the right
//! of the two machines.
//!
//! Machines, relays, moves of the role and faults are drawn as at a reservation site. Reports of
//! radars are many: as arrows they are kept near faults and moves, as transfers of drums and disks
//! are; of the others there is a count for each station and second.

use clock::{Instant, Span};
use site::center::description::End;
use site::center::record::{Fate as InputFate, OutputFate, Record as CenterRecord};
use site::machine::Mode;
use site::{Machine, Record};

use super::page::{self, Cover, Moved};
use super::signs::{Arrow, Fate, Mark};
use super::stations::Stations;
use super::words::Words;
use super::{Diagram, Flight, told};
use crate::air::judges::orders::section;
use crate::air::{Outcome, Plan, Run};
use crate::driver::Onlooker;
use crate::world::{Kind, World};

/// Gathers the diagram of a direction center while a run goes on.
#[derive(Clone, Debug)]
pub struct CenterDiagram {
    diagram: Diagram,
    radars: u16,
    /// Numbers of gap fillers in input words, in the order of their columns.
    gap_fillers: Vec<u8>,
    /// Numbers of consoles, in the order of their columns.
    consoles: Vec<u8>,
    neighbours: u16,
    bases: u16,
    /// What hangs on each line.
    ends: Vec<End>,
}

impl CenterDiagram {
    /// For a run that begins, or goes on, now.
    pub fn new(plan: &Plan, run: &Run) -> CenterDiagram {
        let description = &plan.inputs.description;
        let machines = Machine::BOTH.map(|machine| {
            let mode = run.center.mode(machine);
            let runs = matches!(mode, Mode::Running | Mode::Halted | Mode::Waiting(_));
            (run.center.switch().relays.closed(machine), runs)
        });
        let stations = Stations::of_center(description);
        CenterDiagram {
            diagram: Diagram::bare(stations, run.now(), machines),
            radars: description.radars.len() as u16,
            gap_fillers: description.gap_fillers.iter().map(|g| g.number).collect(),
            consoles: description.consoles.iter().map(|c| c.number).collect(),
            neighbours: description.neighbours.len() as u16,
            bases: description.bases.len() as u16,
            ends: description.ends(),
        }
    }

    /// The file. `outcome` is the run's own, for what its report says of moves of the role.
    pub fn page(mut self, plan: &Plan, outcome: &Outcome) -> String {
        self.diagram.flights.sort_by_key(|flight| flight.leaves);
        self.diagram.notes.sort_by_key(|note| note.at);
        let lasted = |span: Option<Span>| span.map_or("never".to_owned(), Span::told);
        let moves = outcome.moves.iter().map(|m| Moved {
            from: m.from,
            to: m.to,
            cause: m.cause,
            fault_at: m.lost_at,
            decided_at: m.decided_at,
            first_at: m.shown_at,
            settled_at: None,
            held: m.tracks,
            felt: format!(
                "the scopes stood still for {}; of {} tracks {} lost, {} exchanged",
                lasted(m.gap()),
                m.tracks,
                m.lost,
                m.exchanged
            ),
        });
        let site = &plan.inputs.description;
        let cover = Cover {
            site: site.name.clone(),
            title: site.title.clone(),
            exercise: plan.script.name.clone(),
            seed: plan.options.seed,
            digest: outcome.digest.clone(),
            end: Instant::ZERO + outcome.time,
            moves: moves.collect(),
            kind: Kind::Direction,
            absent: Words::of(Kind::Direction).absent.to_owned(),
        };
        page::write(&self.diagram, &cover)
    }

    /// First column to the right of the machines.
    fn right(&self) -> u16 {
        self.diagram.stations.machine(Machine::B) + 1
    }

    fn console(&self, number: u8) -> Option<u16> {
        let place = self.consoles.iter().position(|one| *one == number)?;
        Some(self.right() + place as u16)
    }

    /// Column of a neighbour by its line, from 1.
    fn neighbour(&self, line: u8) -> Option<u16> {
        let place = u16::from(line).checked_sub(1)?;
        let first = self.right() + self.consoles.len() as u16;
        (place < self.neighbours).then_some(first + place)
    }

    /// Column of a base by its number; then data link, height finders, teletypes.
    fn outside(&self, place: u16) -> u16 {
        self.right() + self.consoles.len() as u16 + self.neighbours + place
    }

    fn gap_filler(&self, number: u8) -> Option<u16> {
        let place = self.gap_fillers.iter().position(|one| *one == number)?;
        Some(self.radars + place as u16)
    }

    /// Column of what hangs on a line.
    fn line(&self, line: u8) -> u16 {
        match self.ends.get(usize::from(line)) {
            Some(End::Radar { radar, .. }) => u16::from(*radar),
            Some(End::GapFiller(n)) => self.radars + u16::from(*n),
            Some(End::Neighbour(n)) => self.neighbour(n + 1).unwrap_or_default(),
            Some(End::Base(n)) => self.outside((*n).into()),
            Some(End::DataLink) => self.outside(self.bases),
            None => self.diagram.stations.switch(),
        }
    }

    /// Where a message went and how it ended.
    fn ended(&self, fate: &InputFate) -> (u16, Fate) {
        let switch = self.diagram.stations.switch();
        match fate {
            InputFate::OnDrum { machine, .. } => {
                (self.diagram.stations.machine(*machine), Fate::Recorded)
            }
            InputFate::QueueFull | InputFate::LineLost => (switch, Fate::Lost),
            InputFate::BadParity => (switch, Fate::BadCheck),
            InputFate::Displaced | InputFate::DrumFull => (switch, Fate::Unheard),
        }
    }

    fn center(&mut self, at: Instant, record: &CenterRecord) {
        let flight = |kind, leaves, (from, to): (u16, u16), size: usize, fate| Flight {
            kind,
            leaves,
            arrives: at,
            from,
            to,
            lane: 0,
            entry: None,
            block: 0,
            size: size as u16,
            fate,
        };
        match record {
            CenterRecord::Report {
                radar,
                looked,
                fate,
                ..
            } => {
                let (to, fate) = self.ended(fate);
                let way = (u16::from(*radar), to);
                self.diagram
                    .transfer(at, flight(Arrow::Report, *looked, way, 2, fate));
            }
            CenterRecord::GapHit { number, fate, .. } => {
                let (to, fate) = self.ended(fate);
                if let Some(from) = self.gap_filler(*number) {
                    let hit = flight(Arrow::GapHit, at, (from, to), 1, fate);
                    self.diagram.transfer(at, hit);
                }
            }
            CenterRecord::TracksShown { machine, tracks } => {
                let way = (self.diagram.stations.machine(*machine), self.right());
                let shown = flight(Arrow::Display, at, way, tracks.len(), Fate::Recorded);
                self.diagram.flights.push(shown);
            }
            CenterRecord::CrosstellIn { line, fate, .. } => {
                let (to, fate) = self.ended(fate);
                if let Some(from) = self.neighbour(*line) {
                    let told = flight(Arrow::Crosstell, at, (from, to), 5, fate);
                    self.diagram.flights.push(told);
                }
            }
            CenterRecord::Action { action, fate, .. } => {
                let Some(from) = self.console(action.console) else {
                    return;
                };
                match fate {
                    Some(fate) => {
                        let (to, fate) = self.ended(fate);
                        let done = flight(Arrow::Action, at, (from, to), 2, fate);
                        self.diagram.flights.push(done);
                    }
                    None => {
                        let text = format!("action {:o}: the gun saw dark glass", action.code);
                        self.diagram.note(Mark::DarkGlass, at, from, text);
                    }
                }
            }
            CenterRecord::Output {
                machine,
                section,
                channel,
                words,
                fate,
                ..
            } => {
                let to = match *section {
                    section::CROSSTELL => self.neighbour(*channel),
                    section::HEIGHT => Some(self.outside(self.bases + 1)),
                    section::DATA_LINK => Some(self.outside(self.bases)),
                    section::WEAPONS => u16::from(*channel)
                        .checked_sub(1)
                        .filter(|base| *base < self.bases)
                        .map(|base| self.outside(base)),
                    _ => Some(self.outside(self.bases + 2)),
                };
                let to = to.unwrap_or(self.diagram.stations.switch());
                let kind = match *section {
                    section::CROSSTELL => Arrow::Crosstell,
                    _ => Arrow::Order,
                };
                let fate = match fate {
                    OutputFate::Left => Fate::Recorded,
                    OutputFate::BadParity => Fate::BadCheck,
                    OutputFate::Nowhere | OutputFate::WrongLength => Fate::Lost,
                };
                let from = self.diagram.stations.machine(*machine);
                let left = flight(kind, at, (from, to), words.len(), fate);
                self.diagram.flights.push(left);
            }
            CenterRecord::Alarm { machine, alarm } => {
                let column = self.diagram.stations.machine(*machine);
                let text = format!("machine {machine}: alarm, {alarm:?}");
                self.diagram.note(Mark::Alarm, at, column, text);
            }
            other => self.diagram.no_sign(&format!("{other:?}")),
        }
    }
}

impl Onlooker for CenterDiagram {
    fn observe(&mut self, at: Instant, record: &Record) {
        match record {
            Record::Center(record) => self.center(at, record),
            Record::LineHit { line, hit, .. } => {
                let text = format!("line {line}: {}", told(hit.effect));
                let column = self.line(*line);
                self.diagram.note(Mark::LineHit, at, column, text);
            }
            other => self.diagram.observe(at, other),
        }
    }
}
