//! The columns of a diagram: whatever has events of its own at a site.
//!
//! Left to right: drums, disks, machine A, the duplex switch, machine B, and the interchanges, line
//! by line; each interchange has a lane for every agent set at it. What is active stands between
//! what it stores in and whom it answers.

use device::file_control::Unit;
use serde::Serialize;
use site::center::CenterDescription;
use site::{Machine, SiteDescription};

/// What a group of columns is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Drum or disk units.
    Units,
    /// One machine.
    Machine,
    /// The duplex switch.
    Switch,
    /// The interchanges of a line.
    Line,
}

/// Columns that stand together under one heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Heading.
    pub name: String,
    /// What they are.
    pub kind: Kind,
    /// Its columns: name and number of lanes, 0 if there are none.
    pub columns: Vec<(String, u16)>,
}

/// All columns of a site, numbered from the left.
#[derive(Clone, Debug)]
pub struct Stations {
    /// In order.
    pub groups: Vec<Group>,
    /// Columns left of machine A: drums and disks, or radars.
    left: u16,
    /// How many of them are drums.
    drums: u16,
    /// Of each interchange, by its number in the site: column, first set, sets.
    interchanges: Vec<(u16, u16, u16)>,
    /// Interchange by line and address.
    addresses: Vec<(u8, u8, u16)>,
}

impl Stations {
    /// The columns of a site.
    pub fn new(site: &SiteDescription) -> Stations {
        let (drums, disks) = (u16::from(site.drums.units), u16::from(site.disks.units));
        let units = |name: &str, count: u16| Group {
            name: format!("{count} {name}s"),
            kind: Kind::Units,
            columns: (0..count).map(|n| (format!("{name} {n}"), 0)).collect(),
        };
        let one = |heading: &str, name: &str, kind| Group {
            name: heading.to_owned(),
            kind,
            columns: vec![(name.to_owned(), 0)],
        };
        let mut stations = Stations {
            groups: vec![
                units("drum", drums),
                units("disk", disks),
                one("machine A", "machine A", Kind::Machine),
                one("switch", "duplex switch", Kind::Switch),
                one("machine B", "machine B", Kind::Machine),
            ],
            left: drums + disks,
            drums,
            interchanges: vec![(0, 0, 0); site.interchanges.len()],
            addresses: Vec::new(),
        };
        let mut column = drums + disks + 3;
        for line in 0..site.lines.count {
            let mut columns = Vec::new();
            let mut first = 0;
            for (number, interchange) in site.interchanges.iter().enumerate() {
                let sets = u16::from(interchange.sets);
                if interchange.line == line {
                    columns.push((interchange.name.clone(), sets));
                    stations.interchanges[number] = (column, first, sets);
                    let place = (line, interchange.address, number as u16);
                    stations.addresses.push(place);
                    column += 1;
                }
                first += sets;
            }
            stations.groups.push(Group {
                name: format!("line {line}"),
                kind: Kind::Line,
                columns,
            });
        }
        stations.groups.retain(|group| !group.columns.is_empty());
        stations
    }

    /// The columns of a direction center: radars and gap fillers, machine A, the switch, machine B,
    /// consoles, neighbours, bases and what else hangs on output lines.
    pub fn of_center(site: &CenterDescription) -> Stations {
        let group = |name: &str, kind, columns: Vec<String>| Group {
            name: name.to_owned(),
            kind,
            columns: columns.into_iter().map(|name| (name, 0)).collect(),
        };
        let one = |name: &str, kind| group(name, kind, vec![name.to_owned()]);
        let radars: Vec<String> = site.radars.iter().map(|r| r.site.clone()).collect();
        let gaps: Vec<String> = site.gap_fillers.iter().map(|g| g.name.clone()).collect();
        let consoles = site.consoles.iter();
        let consoles = consoles
            .map(|c| format!("{} {}", c.number, c.name))
            .collect();
        let neighbours = site.neighbours.iter().map(|n| n.name.clone()).collect();
        let mut outside: Vec<String> = site.bases.iter().map(|b| b.name.clone()).collect();
        outside.extend(["data link", "height finders", "teletypes"].map(str::to_owned));
        let mut stations = Stations {
            left: (radars.len() + gaps.len()) as u16,
            drums: 0,
            interchanges: Vec::new(),
            addresses: Vec::new(),
            groups: vec![
                group("radars", Kind::Units, radars),
                group("gap fillers", Kind::Units, gaps),
                one("machine A", Kind::Machine),
                one("duplex switch", Kind::Switch),
                one("machine B", Kind::Machine),
                group("consoles", Kind::Line, consoles),
                group("neighbours", Kind::Line, neighbours),
                group("bases and others", Kind::Line, outside),
            ],
        };
        stations.groups.retain(|group| !group.columns.is_empty());
        stations
    }

    /// How many columns.
    pub fn count(&self) -> usize {
        self.groups.iter().map(|group| group.columns.len()).sum()
    }

    /// Column of a drum or disk unit.
    pub fn unit(&self, unit: Unit) -> u16 {
        match unit {
            Unit::Drum(n) => u16::from(n),
            Unit::Disk(n) => self.drums + u16::from(n),
        }
    }

    /// Columns left of machine A, of which each has its counts: drums and disks, or radars.
    pub fn units(&self) -> u16 {
        self.left
    }

    /// Column of a machine.
    pub fn machine(&self, machine: Machine) -> u16 {
        self.units() + 2 * machine.index() as u16
    }

    /// Column of the duplex switch.
    pub fn switch(&self) -> u16 {
        self.units() + 1
    }

    /// Column of an interchange by its number in the site.
    pub fn interchange(&self, number: u16) -> Option<u16> {
        Some(self.interchanges.get(usize::from(number))?.0)
    }

    /// Column of the interchange with this address on a line.
    pub fn address(&self, line: u8, address: u8) -> Option<u16> {
        let found = self.addresses.iter();
        let mut found = found.filter(|place| (place.0, place.1) == (line, address));
        self.interchange(found.next()?.2)
    }

    /// Line of the interchange whose column this is.
    pub fn line(&self, column: u16) -> Option<u8> {
        let mut places = self.addresses.iter();
        let found = places.find(|place| self.interchange(place.2) == Some(column));
        found.map(|place| place.0)
    }

    /// Column and lane of an agent set.
    pub fn set(&self, set: u16) -> Option<(u16, u16)> {
        let places = self.interchanges.iter();
        let mut at = places.filter(|(_, first, sets)| (*first..first + sets).contains(&set));
        at.next().map(|(column, first, _)| (*column, set - first))
    }
}
