//! Everything a run of a direction center is made from, read and checked: the site, and its programs
//! with the site's own data, assembled.
//!
//! As with a reservation site the files come from a map that the command fills, and [`load`] tells
//! which it still needs.

use fsq7::assembler::{Assembly, SourceFile, assemble};
use site::center::CenterDescription;
use site::source::{Mistake, Mistakes, SourceMap, beside, read};

use crate::inputs::{Loading, bytes_at, need, text};
use crate::script::air::Duty;
use crate::script::{self, Script};

/// Name under which the site's data appear in listings and mistakes.
pub const SITE_DATA: &str = "site data (made from the site file)";

/// A direction center ready to run.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// Path of the site file.
    pub path: String,
    /// The site.
    pub description: CenterDescription,
    /// Program sources in order, the site's data among them: name and text.
    pub programs: Vec<(String, String)>,
    /// The program, assembled.
    pub assembly: Assembly,
}

impl Inputs {
    /// A center from what a journal or a snapshot kept of it. What is wrong, in words.
    pub fn again(
        path: String,
        description: CenterDescription,
        programs: Vec<(String, String)>,
    ) -> Result<Inputs, String> {
        if let Some((place, message)) = description.validate().first() {
            return Err(format!("{}: {message}", place.join(".")));
        }
        let map = SourceMap::new();
        let told = |mistakes: Mistakes| site::source::render(&mistakes, &map);
        let assembly = assembled(&map, &path, &programs, &description).map_err(told)?;
        Ok(Inputs {
            path,
            description,
            programs,
            assembly,
        })
    }
}

/// Reads a direction center. The site file itself must be in the map.
pub fn load(map: &SourceMap, path: &str) -> Result<Loading<Inputs>, Mistakes> {
    let description: CenterDescription = read(map, path)?;
    let mut mistakes = Mistakes::new();
    for (place, message) in description.validate() {
        mistakes.push(Mistake::at(path, place.as_slice(), message));
    }
    let description = mistakes.or(description)?;
    let mut needs = Vec::new();
    for (index, program) in description.machine.programs.iter().enumerate() {
        let at = ["machine", "programs", &index.to_string()];
        need(map, beside(path, program), path, &at, &mut needs);
    }
    if !needs.is_empty() {
        return Ok(Loading::Needs(needs));
    }
    let mut programs = Vec::new();
    for name in &description.machine.programs {
        let file = beside(path, name);
        let source = text(map, &file)?.to_owned();
        programs.push((file, source));
    }
    // What the others are assembled with comes first, the site's data right behind it.
    let place = programs.len().min(1);
    programs.insert(place, (SITE_DATA.to_owned(), description.data_deck()));
    let assembly = assembled(map, path, &programs, &description)?;
    Ok(Loading::Ready(Box::new(Inputs {
        path: path.to_owned(),
        description,
        programs,
        assembly,
    })))
}

fn assembled(
    map: &SourceMap,
    path: &str,
    programs: &[(String, String)],
    description: &CenterDescription,
) -> Result<Assembly, Mistakes> {
    let sources: Vec<SourceFile> = programs
        .iter()
        .map(|(name, text)| SourceFile { name, text })
        .collect();
    let parameters = description.machine.parameters.clone();
    let parameters: Vec<(String, i64)> = parameters.into_iter().collect();
    assemble(&sources, &parameters).map_err(|found| {
        let place = |m: &fsq7::assembler::Mistake| {
            if map.get(&m.file).is_none() {
                // The site's data are in no file.
                let message = format!("in {} line {}: {}", m.file, m.line, m.message);
                return Mistake::at(path, ["machine", "programs"].as_slice(), message);
            }
            let text = map.text(&m.file).unwrap_or("");
            let bytes = bytes_at(text, m.line, m.column, m.width);
            Mistake::at_bytes(&m.file, bytes, m.message.clone())
        };
        Mistakes(found.iter().map(place).collect())
    })
}

/// What an exercise wants of a center and the center has not.
pub fn validate(inputs: &Inputs, script: &Script) -> Vec<script::Mistake> {
    let mut found = Vec::new();
    let Some(air) = &script.air else {
        return found;
    };
    let description = &inputs.description;
    let mut add = |place: [&str; 4], message: String, help: String| {
        found.push(script::Mistake {
            path: place.map(str::to_owned).to_vec(),
            message,
            help,
        });
    };
    let numbers: Vec<u8> = description.consoles.iter().map(|c| c.number).collect();
    let players = air.players.iter().map(|player| player.console);
    let actions = air.actions.iter().map(|action| action.console);
    for (what, consoles) in [
        ("players", players.collect::<Vec<u8>>()),
        ("actions", actions.collect()),
    ] {
        for (index, number) in consoles.into_iter().enumerate() {
            if !numbers.contains(&number) {
                add(
                    ["air", what, &index.to_string(), "console"],
                    format!("the site has no console {number}"),
                    format!("one of {numbers:?}"),
                );
            }
        }
    }
    for (index, player) in air.players.iter().enumerate() {
        let (Duty::Weapons { base } | Duty::Bomarc { base }) = player.duty else {
            continue;
        };
        let bases = description.bases.len();
        if !(1..=bases).contains(&usize::from(base)) {
            add(
                ["air", "players", &index.to_string(), "duty"],
                format!("the site has no base {base}"),
                format!("1 to {bases}"),
            );
        }
    }
    let sites: Vec<&str> = description.radars.iter().map(|r| r.site.as_str()).collect();
    for (index, radar) in air.radars.iter().enumerate() {
        if !sites.contains(&radar.name.as_str()) {
            add(
                ["air", "radars", &index.to_string(), "name"],
                format!("the site has no radar {}", radar.name),
                sites.join(", "),
            );
        }
    }
    found
}
