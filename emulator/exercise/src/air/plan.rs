//! What a run of a direction center is made from and never changes: site, exercise, seed, and what
//! flies.

use std::sync::Arc;

use clock::{Instant, Span};
use serde::{Deserialize, Serialize};
use site::center::{Center, CenterDescription};

use super::flights::{self, Aircraft};
use super::inputs::Inputs;
use super::recorded::{self, Row};
use super::run::{Counts, Locations, Run};
use crate::driver::{Options, StartError};
use crate::script::air::Air;
use crate::script::{DrawnFault, Equipment, Script};
use crate::world::{Kind, Planned};

/// Site, exercise and seed of a run, with what is drawn from them once.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The site, with the radars as the exercise has them.
    pub inputs: Arc<Inputs>,
    /// The exercise.
    pub script: Script,
    /// The rows of a recorded list.
    pub rows: Arc<Vec<Row>>,
    /// Seed and cut.
    pub options: Options,
    /// Everything that flies by itself, by number.
    pub aircraft: Arc<Vec<Aircraft>>,
    /// Where the program counts.
    pub(super) counts: Locations,
}

/// What stands in the header of a journal or a snapshot.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    kind: Kind,
    seed: u64,
    path: String,
    network: CenterDescription,
    programs: Vec<(String, String)>,
    script: Script,
    cut: Option<Span>,
    rows: Vec<Row>,
}

/// An exercise without aircraft.
static NOTHING_FLIES: std::sync::LazyLock<Air> = std::sync::LazyLock::new(Air::default);

impl Plan {
    /// A run of `script` at the site `inputs`; `rows` are those of a recorded list.
    pub fn new(
        inputs: Inputs,
        script: Script,
        rows: Vec<Row>,
        options: Options,
    ) -> Result<Plan, StartError> {
        let counts = Counts::locations(&inputs.assembly);
        let mut plan = Plan {
            inputs: Arc::new(inputs),
            script,
            rows: Arc::new(rows),
            options,
            aircraft: Arc::default(),
            counts,
        };
        plan.draw_aircraft();
        Ok(plan)
    }

    /// What the sheet says of the sky.
    pub fn air(&self) -> &Air {
        self.script.air.as_ref().unwrap_or(&NOTHING_FLIES)
    }

    /// Draws everything that flies anew.
    fn draw_aircraft(&mut self) {
        let plane = self.inputs.description.plane();
        let mut rows = self.rows.to_vec();
        recorded::centred(&mut rows, self.inputs.description.centre);
        let recorded = recorded::flights(&rows, &plane);
        let (seed, duration) = (self.options.seed, self.script.duration);
        let all = flights::draw(self.air(), &recorded, &plane, seed, duration);
        self.aircraft = Arc::new(all);
    }

    /// The same with only these aircraft.
    pub fn with_only(&self, names: Vec<String>) -> Plan {
        let mut plan = self.clone();
        plan.script.air.get_or_insert_default().only = Some(names);
        plan.draw_aircraft();
        plan
    }

    /// The script is cut short.
    pub fn is_cut(&self) -> bool {
        self.options.is_cut(&self.script)
    }

    /// The site as the exercise has it: radars as its sheet says.
    pub fn description(&self) -> CenterDescription {
        let mut description = self.inputs.description.clone();
        for setting in &self.air().radars {
            let radars = description.radars.iter_mut();
            for radar in radars.filter(|radar| radar.site == setting.name) {
                let p = &mut radar.performance;
                p.blip_percent = setting.blip_percent.unwrap_or(p.blip_percent);
                p.beacon_percent = setting.beacon_percent.unwrap_or(p.beacon_percent);
                p.false_alarms = setting.false_alarms.unwrap_or(p.false_alarms);
                p.rpm = setting.rpm.unwrap_or(p.rpm);
            }
        }
        description
    }

    /// Numbers of what is chaff.
    pub fn chaff(&self) -> Vec<u16> {
        let all = self.aircraft.iter().enumerate();
        all.filter(|(_, aircraft)| aircraft.chaff)
            .map(|(number, _)| number as u16)
            .collect()
    }
}

impl Planned for Plan {
    const KIND: Kind = Kind::Direction;
    type Run = Run;

    fn site(&self) -> (&str, &str) {
        (&self.inputs.path, &self.inputs.description.name)
    }

    fn script(&self) -> &Script {
        &self.script
    }

    fn options(&self) -> &Options {
        &self.options
    }

    fn with_seed(&self, seed: u64) -> Plan {
        let mut plan = self.clone();
        plan.options.seed = seed;
        plan.draw_aircraft();
        plan
    }

    fn draw_faults(&self) -> Vec<DrawnFault> {
        let equipment = Equipment::from(&self.inputs.description);
        self.script.draw_faults(self.options.seed, &equipment)
    }

    fn begin(&self) -> Result<Run, StartError> {
        let flights = self.aircraft.iter().map(|a| a.flight.clone()).collect();
        let seed = self.options.seed;
        let center = Center::new(&self.description(), &self.inputs.assembly, flights, seed);
        Ok(Run::new(self, center))
    }

    fn to_json(&self) -> Vec<u8> {
        let inputs = &self.inputs;
        let header = Header {
            kind: Self::KIND,
            seed: self.options.seed,
            path: inputs.path.clone(),
            network: inputs.description.clone(),
            programs: inputs.programs.clone(),
            script: self.script.clone(),
            cut: self.options.cut,
            rows: self.rows.to_vec(),
        };
        serde_json::to_vec(&header).expect("a plan is data that JSON can hold")
    }

    fn from_json(bytes: &[u8]) -> Result<Plan, String> {
        let header: Header = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let inputs = Inputs::again(header.path, header.network, header.programs)?;
        let options = Options {
            seed: header.seed,
            cut: header.cut,
            keep_entries: false,
        };
        Plan::new(inputs, header.script, header.rows, options).map_err(|e| e.to_string())
    }

    fn identity(&self) -> (Vec<u8>, Vec<u8>) {
        let network = (&self.inputs.description, &self.inputs.programs);
        let script = (&self.script, &*self.rows, self.options.cut);
        (
            serde_json::to_vec(&network).expect("a site is data that JSON can hold"),
            serde_json::to_vec(&script).expect("an exercise is data that JSON can hold"),
        )
    }
}

/// When a planned flight has left its last corner.
pub fn leaves(aircraft: &Aircraft) -> Instant {
    let legs = &aircraft.flight.legs;
    let takes: f64 = legs
        .windows(2)
        .map(|pair| {
            let (dx, dy) = (pair[1].x - pair[0].x, pair[1].y - pair[0].y);
            libm::sqrt(dx * dx + dy * dy) / (pair[0].speed_kn.max(1.0) / 3_600.0)
        })
        .sum();
    let takes = Span::from_seconds_f64(takes);
    aircraft.flight.enters.saturating_add(takes)
}
