//! What a run is made from and never changes: site, exercise, seed, and what follows from them.

use std::sync::Arc;

use clock::{Instant, Span};
use serde::{Deserialize, Serialize};
use site::description::Mode;
use site::{CentreClock, Site, SiteDescription};

use super::counters::{self, Locations};
use super::{Options, Run};
use crate::agents::Knowledge;
use crate::demand::Demand;
use crate::entries_csv::Entry;
use crate::files::FilesDescription;
use crate::inputs::Inputs;
use crate::layout::locator;
use crate::media;
use crate::opening::Opening;
use crate::script::{DrawnFault, Equipment, Script};
use crate::startover_image;

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

/// Site, exercise and seed of a run, with what is derived from them once. Runs and their forks share
/// it (a clone copies little); everything that changes is in [`Run`].
#[derive(Clone, Debug)]
pub struct Plan {
    /// The site.
    pub inputs: Arc<Inputs>,
    /// The exercise.
    pub script: Script,
    /// The entries of a list workload.
    pub list: Vec<Entry>,
    /// Seed and cut.
    pub options: Options,
    pub(super) knowledge: Arc<Knowledge>,
    /// First set and number of sets of each interchange.
    pub(super) first_sets: Vec<(u16, u16)>,
    pub(super) counters: Locations,
    opening: Arc<Opening>,
}

/// What stands in the header of a journal or a snapshot: everything the run was made from.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    seed: u64,
    path: String,
    network: SiteDescription,
    files: FilesDescription,
    schedule: String,
    programs: Vec<(String, String)>,
    script: Script,
    cut: Option<Span>,
    entries: Vec<Entry>,
    keep_entries: bool,
}

impl Plan {
    /// A run of `script` at the site `inputs`; `list` are the entries of a list workload.
    pub fn new(
        inputs: Inputs,
        script: Script,
        list: Vec<Entry>,
        options: Options,
    ) -> Result<Plan, StartError> {
        let opening = Opening::draw(&inputs.schedule, &inputs.files)
            .map_err(|error| StartError::Opening(error.to_string()))?;
        Ok(Plan {
            knowledge: Arc::new(knowledge(&inputs, &script, &opening)),
            first_sets: first_sets(&inputs),
            counters: counters::locations(&inputs.assembly),
            opening: Arc::new(opening),
            inputs: Arc::new(inputs),
            script,
            list,
            options,
        })
    }

    /// The same with another seed.
    pub fn with_seed(&self, seed: u64) -> Plan {
        let mut plan = self.clone();
        plan.options.seed = seed;
        plan
    }

    /// The faults of the exercise, with everything drawn from the seed.
    pub fn draw_faults(&self) -> Vec<DrawnFault> {
        let equipment = Equipment::from(&self.inputs.description);
        self.script.draw_faults(self.options.seed, &equipment)
    }

    /// When nobody types any more.
    pub fn end(&self) -> Instant {
        self.options.end(&self.script)
    }

    /// The script is cut short.
    pub fn is_cut(&self) -> bool {
        self.options.is_cut(&self.script)
    }

    /// The run at instant 0, its opening files on drums and disks.
    pub fn begin(&self) -> Result<Run, StartError> {
        let mut site = Site::new(&self.inputs.description, &self.inputs.assembly);
        let (first_day, minute) = (self.inputs.files.day0(), self.script.start_minute());
        site.set_centre_clock(CentreClock::new(first_day, minute));
        self.open_files(&mut site)?;
        Ok(Run::new(self, site))
    }

    fn open_files(&self, site: &mut Site) -> Result<(), StartError> {
        let inputs = &self.inputs;
        let sets = inputs.description.sets() as u32;
        let storage = site.media_mut();
        let mut refused = None;
        let write = &mut |place, words: &[u64]| {
            if !media::write(storage, place, words) && refused.is_none() {
                refused = Some(place);
            }
        };
        self.opening
            .write(&inputs.layout, &inputs.schedule, sets, write)
            .map_err(|error| StartError::Opening(error.to_string()))?;
        startover_image::write(&inputs.assembly, storage);
        match refused {
            None => Ok(()),
            Some(place) => Err(StartError::NoSuchRecord(
                place.module,
                place.track,
                place.record,
            )),
        }
    }

    /// Everything the run is made from, as JSON, so that it can be made again after the files were
    /// edited.
    pub fn to_json(&self) -> Vec<u8> {
        let inputs = &self.inputs;
        let header = Header {
            seed: self.options.seed,
            path: inputs.path.clone(),
            network: inputs.description.clone(),
            files: inputs.files.clone(),
            schedule: inputs.schedule_text.clone(),
            programs: inputs.programs.clone(),
            script: self.script.clone(),
            cut: self.options.cut,
            entries: self.list.clone(),
            keep_entries: self.options.keep_entries,
        };
        serde_json::to_vec(&header).expect("a plan is data that JSON can hold")
    }

    /// What tells this site from others, and this exercise from others whatever its seed: two texts
    /// to be digested.
    pub(crate) fn identity(&self) -> (Vec<u8>, Vec<u8>) {
        let inputs = &self.inputs;
        let (schedule, programs) = (&inputs.schedule_text, &inputs.programs);
        let network = (&inputs.description, &inputs.files, schedule, programs);
        let script = (&self.script, &self.list, self.options.cut);
        (
            serde_json::to_vec(&network).expect("a site is data that JSON can hold"),
            serde_json::to_vec(&script).expect("an exercise is data that JSON can hold"),
        )
    }

    /// The plan that [`Plan::to_json`] wrote; what is wrong with it, in words.
    pub fn from_json(bytes: &[u8]) -> Result<Plan, String> {
        let header: Header = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let inputs = Inputs::again(
            header.path,
            header.network,
            header.files,
            header.schedule,
            header.programs,
        )?;
        let options = Options {
            seed: header.seed,
            cut: header.cut,
            keep_entries: header.keep_entries,
        };
        Plan::new(inputs, header.script, header.entries, options).map_err(|e| e.to_string())
    }
}

/// What the trade knows.
fn knowledge(inputs: &Inputs, script: &Script, opening: &Opening) -> Knowledge {
    let surname = |names: &str| -> String {
        let letters = names.trim_start_matches(|c: char| c.is_ascii_digit());
        letters.split('/').next().unwrap_or("").to_owned()
    };
    Knowledge {
        entries_kept: inputs.description.mode == Mode::Hot,
        demand: Demand::new(&inputs.schedule, &inputs.files),
        schedule: inputs.schedule.clone(),
        first_day: inputs.files.day0(),
        start_minute: script.start_minute(),
        days: inputs.files.days,
        popular: opening.popular.iter().map(|p| (p.flight, p.day)).collect(),
        tickets: opening
            .passengers
            .iter()
            .map(|p| (locator(p.ordinal), surname(&p.booking.names)))
            .collect(),
    }
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
