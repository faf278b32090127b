//! A direction center in time: two machines, switch, radars, lines, consoles and weapons, each
//! acting when its turn comes.
//!
//! As at a reservation centre everything that happens by itself is an appointment in one calendar,
//! in the order of instant, station and the station's own count; between appointments the machines
//! execute instructions.
//!
//! | station | |
//! |---|---|
//! | 0, 1 | machines A, B: what the partner sees of them |
//! | 2 | duplex switch, output equipment |
//! | 3 | radars and gap fillers |
//! | 4 | lines |
//! | 5 | weapons, height finders |
//! | 6 | neighbours |
//! | 7 | consoles |
//! | 8 | operators, power: what was ordered from outside |
//!
//! The machine with the earlier clock runs next and never passes the other by more than the 100 us
//! after which a flip-flop or a word of the intercommunication field is seen there. A machine that
//! only waits stays behind until its clock ticks, a transfer's word is due, or something concerns
//! it. What a machine does outside is looked at at its instant and in order.

mod events;
mod faults;
mod life;
mod output;

use clock::{Calendar, Instant, Span, Stream};
use device::link::{LinkCount, Passage};
use fsq7::assembler::Assembly;
use fsq7::codes;
use fsq7::drum::Register;
use fsq7::machine::Machine as Fsq7;
use serde::{Deserialize, Serialize};
use word::twin::Twin;

use super::air::weapon::Weapon;
use super::air::{Flight, Sky, Target};
use super::antenna::Antenna;
use super::computer::{Computer, Pending};
use super::console::{self, Aim, ConsoleSettings, Picture, ROUND};
use super::description::{CenterDescription, CommonCause, End, Planted};
use super::gap_filler::{self, GapFiller};
use super::line::{self, Line};
use super::message::{Report, Seen};
use super::neighbour::{self, Neighbour, Zone};
use super::plane::Plane;
use super::radar::Radar;
use super::record as center;
use super::switch::DuplexSwitch;
use crate::fault::{Fault, Order};
use crate::line_fault::LineFaults;
use crate::machine::{Machine, Mode};
use crate::record::{Record, Start, Stop, Watcher, show};
use crate::relays::Role;
use crate::statistics::{ActiveAccount, MachineStatistics};
use crate::storage::Storage;

/// When the partner sees a flip-flop or a word of the intercommunication field.
pub const PARTNER_DELAY: Span = Span(100_000);

const STATION_SWITCH: u32 = 2;
const STATION_RADARS: u32 = 3;
const STATION_LINES: u32 = 4;
const STATION_WEAPONS: u32 = 5;
const STATION_NEIGHBOURS: u32 = 6;
const STATION_CONSOLES: u32 = 7;
const STATION_OUTSIDE: u32 = 8;

/// Somebody does something at a console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// The console's number.
    pub console: u8,
    /// Action code, 7 bits.
    pub code: u8,
    /// What was keyed.
    pub data: u16,
    /// Where the light gun points, for actions that need it.
    pub gun: Option<Aim>,
}

/// Action codes whose gun looks at radar returns.
const GUN_AT_RETURNS: [u8; 1] = [1];

/// A message that comes to the center's input equipment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Input {
    Report {
        radar: u8,
        target: Option<u16>,
        /// What it said when it left.
        sent: Report,
        /// What came.
        came: Report,
        looked: Instant,
        /// The look as the equipment knows it.
        tagged: Instant,
    },
    GapHit {
        set: u8,
        target: Option<u16>,
        azimuth: u8,
        cell: u8,
    },
    Crosstell {
        line: u8,
        halves: [u16; 5],
    },
    Manual {
        action: Action,
        seen: Option<Seen>,
    },
}

/// An appointment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Event {
    /// A radar's beam comes to its next sector.
    Sweep(u8),
    /// A gap filler's.
    GapSweep(u8),
    /// Something has come over a line. Bad: its parity is wrong.
    Comes { line: u8, input: Input, bad: bool },
    /// A burst begins.
    Burst,
    /// Flip-flops and role of a machine are seen by its partner.
    PartnerSees { machine: Machine, flipflops: u8 },
    /// Words of a machine's intercommunication field are seen by its partner.
    Intercommunication {
        machine: Machine,
        words: Vec<(u16, Register)>,
    },
    /// Relays close.
    Close,
    /// Somebody acts at a console.
    Action(Action),
    /// The gun of a console may see something now.
    Gun {
        action: Action,
        expected: Option<Seen>,
        until: Instant,
    },
    /// Somebody sets a console's switches.
    Settings {
        console: u8,
        settings: ConsoleSettings,
    },
    /// The digital display generator looks for words.
    Digital,
    /// Weapons fly on.
    Fly,
    /// A height is read.
    Height(u8),
    /// A neighbour acts.
    Beat(u8),
    /// A frame has come to the far end of a line.
    Far {
        line: u8,
        words: Vec<u16>,
        bad: bool,
    },
    /// A fault strikes.
    Fault(Order),
    /// What a fault broke is mended; machines are named by identity.
    Heal(Fault),
    /// A trouble of a line is over.
    LineMended(u32),
    /// A stall ends.
    StallEnds { machine: Machine, life: u32 },
    /// Power of a machine comes back.
    PowerReturns(Machine),
    /// A machine's drums have been loaded.
    Loaded { machine: Machine, life: u32 },
    /// The operators start a stopped machine over, if nobody has taken over.
    StartOver { machine: Machine, life: u32 },
    /// The daily hour.
    Daily,
    /// A machine's life has not been heard for six seconds.
    Deaf { machine: Machine, since: Instant },
}

/// A console at work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Console {
    number: u8,
    settings: ConsoleSettings,
    /// 16 rows of 32 characters, codes of six bits.
    digital: Vec<u8>,
    /// Its gun tells another message than it saw.
    lies: bool,
}

/// How a radar's channel listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Channel {
    number: u8,
    field: u8,
    main: u8,
    alternate: Option<u8>,
    /// To the alternate line.
    switched: bool,
    /// Since when the other line would be the better one.
    better: Option<Instant>,
}

/// Counts of one line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineCount {
    /// Its number.
    pub line: u8,
    /// Its name.
    pub name: String,
    /// To the center.
    pub up: LinkCount,
    /// From the center.
    pub down: LinkCount,
}

/// Counts of one radar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RadarCount {
    /// Its site.
    pub site: String,
    /// Times its beam passed a target it could have seen.
    pub looks: u64,
    /// Reports it made, false alarms among them.
    pub reports: u64,
}

/// Counts of a center.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CenterStatistics {
    /// Virtual time since the run began.
    pub time: Span,
    /// Machine A, machine B.
    pub machines: Vec<MachineStatistics>,
    /// Every line.
    pub lines: Vec<LineCount>,
    /// Every long-range radar.
    pub radars: Vec<RadarCount>,
}

/// A direction center: plain data, to be cloned, saved and restored at any instant between two runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Center {
    now: Instant,
    calendar: Calendar<Event>,
    computers: [Computer; 2],
    switch: DuplexSwitch,
    plane: Plane,
    sky: Sky,
    radars: Vec<Radar>,
    channels: Vec<Channel>,
    gap_fillers: Vec<GapFiller>,
    lines: Vec<Line>,
    zone: Zone,
    neighbours: Vec<Neighbour>,
    /// Guns tell what is not painted (planted).
    sees_dark: bool,
    /// Where each weapon stands among the bodies, by channel from 1.
    weapons: Vec<usize>,
    consoles: Vec<Console>,
    accounts: [ActiveAccount; 2],
    /// Inputs that wait in their channels while nobody is connected.
    held: Vec<Input>,
    deck: Vec<(u32, Twin)>,
    start_over: Span,
    reload: Span,
    alternate: Span,
    daily: Option<Span>,
    power_buses: Vec<CommonCause>,
    cooling: Vec<CommonCause>,
    trenches: Vec<Vec<u8>>,
    sites: Vec<String>,
    line_names: Vec<String>,
    /// A step of the weapons is appointed.
    flying: bool,
    waiting: Vec<Fault>,
    healing: u32,
    line_faults: LineFaults,
    /// No machine shares drums or disks with the other: what watchers see of them.
    storage: Storage,
    fresh: Vec<(Instant, Record)>,
}

impl Center {
    /// The center at instant 0: both machines loaded, started over and about to execute the first
    /// instruction, A active, B standing by.
    ///
    /// # Panics
    /// If the description does not pass [`CenterDescription::validate`].
    pub fn new(
        description: &CenterDescription,
        assembly: &Assembly,
        flights: Vec<Flight>,
        seed: u64,
    ) -> Center {
        let mistakes = description.validate();
        assert!(mistakes.is_empty(), "a center of {mistakes:?}");
        let plane = description.plane();
        let antenna = |name: &str, place, height_ft, rpm, reach| {
            let station = plane.station(place, height_ft);
            let mut chance = Stream::new(seed, &format!("antenna/{name}"));
            let north = plane.north_correction(place);
            Antenna::new(station, north, (rpm, reach), &mut chance)
        };
        let radars = description.radars.iter().map(|radar| {
            let p = &radar.performance;
            let turning = antenna(&radar.site, radar.place, radar.height_ft, p.rpm, p.none_nmi);
            Radar::new(radar, turning, seed)
        });
        let gap_fillers = description.gap_fillers.iter().map(|set| {
            let turning = antenna(
                &set.name,
                set.place,
                set.height_ft,
                set.rpm,
                gap_filler::REACH,
            );
            GapFiller::new(set, turning, seed)
        });
        let ends = description.ends();
        let line_of = |end: End| ends.iter().position(|e| *e == end).map(|n| n as u8);
        let channels = (0..).zip(&description.radars).map(|(radar, described)| {
            let line = |alternate| line_of(End::Radar { radar, alternate });
            Channel {
                number: described.channel,
                field: match described.field {
                    1 => codes::LRI_1,
                    _ => codes::LRI_2,
                },
                main: line(false).expect("every radar has a main line"),
                alternate: line(true),
                switched: false,
                better: None,
            }
        });
        let channels = channels.collect();
        let weapons = weapons(description, &plane, seed);
        let first = flights.len();
        let weapon_numbers = (first..first + weapons.len()).collect();
        let names = description.lines();
        let number = |name: &String| names.iter().position(|n| n == name).map(|n| n as u8);
        let trench = |names: &Vec<String>| names.iter().filter_map(number).collect();
        let consoles = description.consoles.iter().map(|console| Console {
            number: console.number,
            settings: console.settings.clone(),
            digital: vec![word::bcd::BLANK; 16 * 32],
            lies: false,
        });
        let neighbours = description.neighbours.iter().enumerate();
        let neighbours = neighbours.map(|(number, neighbour)| {
            let chance = Stream::new(seed, &format!("neighbour/{}", neighbour.name));
            let planes = [Plane::at(neighbour.centre), plane];
            Neighbour::new(number, neighbour.sector, planes, chance)
        });
        let neighbours = neighbours.collect();
        let switch = &description.switch;
        let mut center = Center {
            now: Instant::ZERO,
            calendar: Calendar::new(),
            computers: Machine::BOTH.map(Computer::new),
            switch: DuplexSwitch::new(switch),
            plane,
            sky: Sky::new(flights, weapons),
            radars: radars.collect(),
            channels,
            gap_fillers: gap_fillers.collect(),
            lines: line::lines(description),
            zone: description.zone(),
            neighbours,
            sees_dark: switch.planted.contains(&Planted::GunSeesDark),
            weapons: weapon_numbers,
            consoles: consoles.collect(),
            accounts: [ActiveAccount::default(); 2],
            held: Vec::new(),
            deck: assembly.words.clone(),
            start_over: Span::from_secs(switch.start_over_s),
            reload: Span::from_secs(switch.reload_s),
            alternate: Span::from_secs(switch.alternate_s),
            daily: switch.daily,
            power_buses: description.buses(),
            cooling: description.cooling(),
            trenches: description.trenches.iter().map(trench).collect(),
            sites: description.radars.iter().map(|r| r.site.clone()).collect(),
            line_names: names,
            flying: false,
            waiting: Vec::new(),
            healing: 0,
            line_faults: LineFaults::default(),
            storage: Storage::none(),
            fresh: Vec::new(),
        };
        center.begin();
        center
    }

    fn begin(&mut self) {
        let now = Instant::ZERO;
        for machine in Machine::BOTH {
            self.load_and_start(machine, now);
        }
        self.open_account(Machine::A, now);
        self.tell_roles();
        for radar in 0..self.radars.len() {
            self.appoint_sweep(radar);
        }
        for set in 0..self.gap_fillers.len() {
            let at = self.gap_fillers[set].antenna.due();
            self.calendar
                .schedule(at, STATION_RADARS, Event::GapSweep(set as u8));
        }
        let neighbours = self.neighbours.len() as u64;
        for number in 0..neighbours {
            // Not all at the same instant.
            let at = now + Span(neighbour::BEAT.0 * (number + 1) / (neighbours + 1));
            self.calendar
                .schedule(at, STATION_NEIGHBOURS, Event::Beat(number as u8));
        }
        self.calendar.schedule(now, STATION_SWITCH, Event::Burst);
        self.calendar
            .schedule(now, STATION_CONSOLES, Event::Digital);
        if let Some(daily) = self.daily {
            self.calendar
                .schedule(now + daily, STATION_OUTSIDE, Event::Daily);
        }
    }

    /// The present: what lies before it has happened.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// A machine with its drums.
    pub fn machine(&self, machine: Machine) -> &Fsq7 {
        &self.computers[machine.index()].fsq7
    }

    /// What a machine is doing.
    pub fn mode(&self, machine: Machine) -> Mode {
        self.computers[machine.index()].mode
    }

    /// The role of a machine.
    pub fn role(&self, machine: Machine) -> Role {
        self.switch.relays.role(machine)
    }

    /// The duplex switch.
    pub fn switch(&self) -> &DuplexSwitch {
        &self.switch
    }

    /// The sector plane.
    pub fn plane(&self) -> &Plane {
        &self.plane
    }

    /// Whether waiting loops are skipped in one step; changes speed, nothing else.
    pub fn set_skip_waits(&mut self, on: bool) {
        for computer in &mut self.computers {
            computer.fsq7.central.skip_waits = on;
        }
    }

    /// Somebody acts at a console at `at` (not before now).
    pub fn action(&mut self, at: Instant, action: Action) {
        self.order(at, Event::Action(action));
    }

    /// Somebody sets a console's switches at `at` (not before now).
    pub fn set_console(&mut self, at: Instant, console: u8, settings: ConsoleSettings) {
        self.order(at, Event::Settings { console, settings });
    }

    /// Orders a fault for `at` (not before now).
    pub fn fault(&mut self, at: Instant, order: impl Into<Order>) {
        self.order(at, Event::Fault(order.into()));
    }

    /// Faults that have come due and wait for something they can change.
    pub fn waiting_faults(&self) -> &[Fault] {
        &self.waiting
    }

    /// Whether something broken is still to be mended, or a machine is on its way back.
    pub fn is_healing(&self) -> bool {
        let comes_back = |computer: &Computer| {
            matches!(computer.mode, Mode::Loading | Mode::Stalled) || computer.dark_until > self.now
        };
        self.healing > 0 || self.computers.iter().any(comes_back)
    }

    fn open_account(&mut self, machine: Machine, now: Instant) {
        let totals = self.computers[machine.index()].totals();
        self.accounts[machine.index()].open(now, totals);
    }

    fn close_account(&mut self, machine: Machine, now: Instant) {
        let totals = self.computers[machine.index()].totals();
        self.accounts[machine.index()].close(now, totals);
    }

    /// What the center did until now.
    pub fn statistics(&self) -> CenterStatistics {
        let machines = Machine::BOTH.map(|machine| {
            let totals = self.computers[machine.index()].totals();
            let account = &self.accounts[machine.index()];
            account.statistics(machine, self.now, totals, Vec::new())
        });
        let lines = (0..).zip(&self.lines).zip(&self.line_names);
        let lines = lines.map(|((number, line), name)| LineCount {
            line: number,
            name: name.clone(),
            up: line.up.count,
            down: line.down.count,
        });
        let radars = self.sites.iter().zip(&self.radars);
        let radars = radars.map(|(site, radar)| RadarCount {
            site: site.clone(),
            looks: radar.looked,
            reports: radar.reported,
        });
        CenterStatistics {
            time: self.now - Instant::ZERO,
            machines: machines.into(),
            lines: lines.collect(),
            radars: radars.collect(),
        }
    }

    /// What flies at an instant, not before now for weapons.
    pub fn truth(&self, at: Instant) -> Vec<Target> {
        let target = |number: usize| {
            let fix = self.sky.fix(number, at)?;
            let covers = |radar: &&Radar| radar.covers(fix.x, fix.y, fix.altitude_ft);
            Some(Target {
                number: number as u16,
                name: self.sky.name(number),
                kind: self.sky.kind(number),
                x: fix.x,
                y: fix.y,
                altitude_ft: fix.altitude_ft,
                cover: self.radars.iter().filter(covers).count() as u8,
            })
        };
        (0..self.sky.len()).filter_map(target).collect()
    }

    /// What a console's tube paints now; nothing while no machine is connected, or for a console
    /// that is not there.
    pub fn painted(&self, console: u8) -> Picture {
        let connected = self.switch.relays.connected();
        let found = self.consoles.iter().find(|c| c.number == console);
        match (connected, found) {
            (Some(machine), Some(found)) => {
                let drums = &self.machine(machine).drums;
                console::picture(drums, &found.settings)
            }
            _ => Picture::default(),
        }
    }

    /// A console's digital display: 16 rows of 32 characters.
    pub fn digital_display(&self, console: u8) -> Vec<String> {
        let found = self.consoles.iter().find(|c| c.number == console);
        let rows = found.map_or(&[][..], |found| &found.digital).chunks(32);
        let text = |row: &[u8]| row.iter().map(|code| word::bcd::to_char(*code)).collect();
        rows.map(text).collect()
    }

    /// How a console's switches stand.
    pub fn settings(&self, console: u8) -> Option<&ConsoleSettings> {
        let found = self.consoles.iter().find(|c| c.number == console);
        found.map(|found| &found.settings)
    }

    fn order(&mut self, at: Instant, event: Event) {
        self.calendar
            .schedule(at.max(self.now), STATION_OUTSIDE, event);
    }

    /// Lets time pass until `until`: every appointment up to and at it, every instruction that
    /// starts before it.
    pub fn run_until(&mut self, until: Instant, watcher: &mut dyn Watcher) {
        self.show(watcher);
        while self.step(until) {
            self.show(watcher);
        }
        for machine in Machine::BOTH {
            self.catch_up(machine, until);
            self.hear_inactivity(machine);
        }
        self.show(watcher);
        self.now = self.now.max(until);
    }

    fn show(&mut self, watcher: &mut dyn Watcher) {
        show(&mut self.fresh, &self.storage, watcher);
    }

    fn record(&mut self, at: Instant, record: Record) {
        self.fresh.push((at, record));
    }

    fn note(&mut self, at: Instant, record: center::Record) {
        self.record(at, Record::Center(record));
    }

    /// One appointment, one act of a machine outside, or one stretch of instructions. False when
    /// there is nothing left to do up to `until`.
    fn step(&mut self, until: Instant) -> bool {
        let event = self.calendar.peek().filter(|at| *at <= until);
        let limit = event.unwrap_or(until);
        let [a, b] = [0, 1].map(|n| self.computers[n].ready());
        let (machine, ready, other) = match (a, b) {
            (Some(a), Some(b)) if b < a => (Machine::B, b, Some(a)),
            (Some(a), b) => (Machine::A, a, b),
            (None, Some(b)) => (Machine::B, b, None),
            (None, None) => return self.next_event(event),
        };
        if self.computers[machine.index()].pending.is_some() {
            if ready > limit {
                return self.next_event(event);
            }
            self.now = self.now.max(ready);
            self.look_at(machine, ready);
            return true;
        }
        if ready >= limit {
            return self.next_event(event);
        }
        let horizon = other.map_or(limit, |other| limit.min(other + PARTNER_DELAY));
        self.execute(machine, horizon);
        true
    }

    fn next_event(&mut self, at: Option<Instant>) -> bool {
        if at.is_none() {
            return false;
        }
        let (at, _, event) = self.calendar.pop().expect("an appointment was seen");
        self.now = at;
        self.handle(at, event);
        // It may have come to its alarm at this very instant.
        for machine in Machine::BOTH {
            self.hear_inactivity(machine);
        }
        true
    }

    /// Executes instructions that start before `horizon`, at most to the next thing that the switch
    /// or the partner hears of.
    fn execute(&mut self, machine: Machine, horizon: Instant) {
        let computer = &mut self.computers[machine.index()];
        let fsq7 = &computer.fsq7;
        let mut horizon = horizon;
        if !computer.inactive {
            horizon = horizon.min(fsq7.inactivity_due());
        }
        // Words for the partner are looked at one by one.
        let own = codes::Selection::field(codes::IC_OWN);
        let telling = fsq7.central.selection == own && computer.transfers();
        let due = fsq7.due().filter(|_| telling);
        if let Some(due) = due {
            horizon = horizon.min(due + Span(1));
        }
        computer.run(horizon);
        let clock = computer.clock();
        if let Some(due) = due.filter(|due| *due < clock) {
            let words = computer.fsq7.drums.take_intercommunication();
            if !words.is_empty() {
                let event = Event::Intercommunication { machine, words };
                let at = (due + PARTNER_DELAY).max(self.calendar.now());
                self.calendar.schedule(at, machine.index() as u32, event);
            }
        }
        self.hear_inactivity(machine);
    }

    /// The switch hears the inactivity alarm of a machine, once.
    fn hear_inactivity(&mut self, machine: Machine) {
        let computer = &mut self.computers[machine.index()];
        let alarms = &computer.fsq7.central.alarms;
        let raised = alarms.is_raised(fsq7::alarm::Alarm::Inactivity);
        if raised && !computer.inactive {
            computer.inactive = true;
            if computer.has_power() {
                let at = computer.clock().max(self.now);
                self.alarm(machine, at, center::Alarm::Inactivity);
            }
        }
    }

    /// Brings a machine that was left waiting or stands still to `now`.
    fn catch_up(&mut self, machine: Machine, now: Instant) {
        let computer = &mut self.computers[machine.index()];
        if computer.has_power() && computer.pending.is_none() && computer.clock() < now {
            computer.run(now);
            debug_assert!(computer.pending.is_none(), "only who waits is left behind");
        }
    }

    /// What a machine has just done outside.
    fn look_at(&mut self, machine: Machine, now: Instant) {
        let computer = &mut self.computers[machine.index()];
        match computer.pending.take() {
            Some(Pending::Operate(number)) => self.operate(machine, now, codes::operate(number)),
            Some(Pending::Stopped) => self.stopped_itself(machine, now),
            Some(Pending::StartedOver) => {
                self.record_start(machine, now, Start::StartOver);
            }
            Some(Pending::StopDue) => self.fail_stop(machine, now, Stop::FailStop),
            None => {}
        }
    }

    fn record_stop(&mut self, machine: Machine, at: Instant, why: Stop) {
        let central = &self.computers[machine.index()].fsq7.central;
        let record = Record::MachineStopped {
            machine,
            why,
            location: central.pc,
            instructions: central.instructions,
        };
        self.record(at, record);
    }

    fn record_start(&mut self, machine: Machine, at: Instant, how: Start) {
        self.record(at, Record::MachineStarted { machine, how });
    }

    fn appoint_sweep(&mut self, radar: usize) {
        let at = self.radars[radar].antenna.due();
        self.calendar
            .schedule(at, STATION_RADARS, Event::Sweep(radar as u8));
    }

    /// The machine on whose drums inputs come and whose drums are shown. With welded relays
    /// (planted) there can be two; then the one the switch gave the role.
    fn connected(&self) -> Option<Machine> {
        let relays = &self.switch.relays;
        let whole = |machine: &Machine| {
            relays.closed(*machine) && self.computers[machine.index()].has_power()
        };
        let own = relays.connected().filter(whole);
        own.or_else(|| Machine::BOTH.into_iter().find(whole))
    }
}

/// Weapons of all bases in the order of their channels.
fn weapons(description: &CenterDescription, plane: &Plane, seed: u64) -> Vec<Weapon> {
    let mut weapons = Vec::new();
    let firsts = description.first_channels();
    for ((number, base), first) in (0u8..).zip(&description.bases).zip(firsts) {
        let Some(kind) = description.weapons_of(base) else {
            continue;
        };
        for n in 0..base.count {
            let name = format!("{} {} {}", base.name, kind.name, n + 1);
            let chance = Stream::new(seed, &format!("weapon/{name}"));
            let home = plane.project(base.place);
            let place = (first + n, number);
            weapons.push(Weapon::new(name, place, kind.clone(), home, chance));
        }
    }
    weapons.sort_by_key(|weapon| weapon.channel);
    weapons
}

/// The input equipment knows how long a report took from its look: what it waited, and the line.
fn tagged(now: Instant, delay: u8, took: Span) -> Instant {
    let waited = Span(u64::from(delay) * 31_250_000);
    Instant(now.0.saturating_sub(waited.0 + took.0))
}

/// How long a frame takes that does not wait.
fn way(passage: &Passage, propagation: Span) -> Span {
    (passage.left - passage.start) + propagation
}

/// The round of the display generator that an instant lies in ends then.
fn round_after(at: Instant) -> Instant {
    at + ROUND
}
