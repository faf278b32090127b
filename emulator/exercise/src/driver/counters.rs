//! The control program's own counters in core, over the lives of both machines.

use std::collections::BTreeMap;

use ibm7090::assembler::Assembly;
use serde::{Deserialize, Serialize};
use site::{Machine, Site};

/// Counters of the control program, by symbol.
const COUNTERS: [&str; 12] = [
    "CNTENT", "CNTHLD", "CNTAGN", "CNTDUP", "CNTREF", "CNTFIL", "CNTTAK", "CNTDAY", "CNTDRP",
    "CNTPRG", "CNTREU", "CNTEXP",
];

/// Where the counters stand in core, if the program has them.
pub type Locations = [Option<u16>; COUNTERS.len()];

/// The locations in an assembled program.
pub fn locations(assembly: &Assembly) -> Locations {
    COUNTERS.map(|name| u16::try_from(assembly.symbol(name)?).ok())
}

/// Follows counters in core that start again when a machine is loaded again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CounterWatch {
    last: [[u64; COUNTERS.len()]; 2],
    gone: [u64; COUNTERS.len()],
}

impl CounterWatch {
    /// Looks at the counters now.
    pub fn sample(&mut self, site: &Site, locations: &Locations) {
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

    /// Totals by symbol.
    pub fn sums(&self) -> BTreeMap<String, u64> {
        let sum = |n: usize| self.gone[n] + self.last[0][n] + self.last[1][n];
        let named = COUNTERS.iter().enumerate();
        named
            .map(|(n, name)| ((*name).to_owned(), sum(n)))
            .collect()
    }
}
