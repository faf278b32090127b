//! The control program on the drums, for a machine with nothing in core.
//!
//! When both machines have lost their core the switch presses LOAD DRUM on the first that has power:
//! record 0 of track 0 of drum 0 comes into core and starts. That record is the program's own BOOT;
//! it reads the program and its tables, which the host puts here, as it puts every opening file.
//! Drum 3 has the same for the day drum 0 is lost; its record starts channel B in place of A.
//!
//! | where on drums 0 and 3 | what |
//! |---|---|
//! | track 0, record 0 | the words from BOOT on, 80 at most |
//! | from track BTRACK, one record a track | core below TABLES, BTWRDS words a track |
//! | then | core from PROGND on: the tables deck |
//!
//! Assumed: all of it; how the historical machines were restarted is not known.

use ibm7090::assembler::Assembly;
use site::{Storage, Unit};

/// Words of the record that LOAD DRUM reads.
const BOOT_WORDS: usize = 80;

/// Puts boot record and program image on drums 0 and 3. False if the program has no BOOT, or the drum no
/// room in the shape that BOOT expects.
pub fn write(assembly: &Assembly, storage: &mut Storage) -> bool {
    let symbol = |name| usize::try_from(assembly.symbol(name)?).ok();
    let symbols = ["BOOT", "BTRACK", "BTWRDS", "B1TRKS", "B2TRKS", "PROGND"].map(symbol);
    let swaps = [["BREAD1", "BRSCB"], ["BWAIT", "BTCOB"]].map(|pair| pair.map(symbol));
    let [
        Some(boot),
        Some(track),
        Some(words),
        Some(low),
        Some(high),
        Some(tables),
    ] = symbols
    else {
        return false;
    };
    let mut core = vec![0; 1 << 15];
    for (location, word) in &assembly.words {
        core[usize::from(*location)] = *word;
    }
    let mut write = |core: &[u64], drum: Unit| {
        let mut put = |track: usize, from: usize, words: usize| {
            let place = (u16::try_from(track), core.get(from..from + words));
            match place {
                (Ok(track), Some(words)) => storage.write_record(drum, track, 0, words),
                _ => false,
            }
        };
        put(0, boot, BOOT_WORDS)
            && (0..low).all(|n| put(track + n, n * words, words))
            && (0..high).all(|n| put(track + low + n, tables + n * words, words))
    };
    if !write(&core, Unit::Drum(0)) {
        return false;
    }
    for swap in swaps {
        let [Some(to), Some(from)] = swap else {
            return false;
        };
        core[to] = core[from];
    }
    write(&core, Unit::Drum(3))
}
