//! The control program on the drums, for a machine with nothing in core.
//!
//! When both machines have lost their core the switch presses LOAD DRUM on the first that has power:
//! record 0 of track 0 of drum 0 comes into core and starts. That record is the program's own BOOT;
//! it reads the program and its tables, which the host puts here, as it puts every opening file:
//!
//! | where on drum 0 | what |
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

/// Puts boot record and program image on drum 0. False if the program has no BOOT, or the drum no
/// room in the shape that BOOT expects.
pub fn write(assembly: &Assembly, storage: &mut Storage) -> bool {
    let symbol = |name| usize::try_from(assembly.symbol(name)?).ok();
    let symbols = ["BOOT", "BTRACK", "BTWRDS", "B1TRKS", "B2TRKS", "PROGND"].map(symbol);
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
    let mut put = |track: usize, from: usize, words: usize| {
        let Some(words) = core.get(from..from + words) else {
            return false;
        };
        u16::try_from(track).is_ok_and(|track| storage.write_record(Unit::Drum(0), track, 0, words))
    };
    put(0, boot, BOOT_WORDS)
        && (0..low).all(|n| put(track + n, n * words, words))
        && (0..high).all(|n| put(track + low + n, tables + n * words, words))
}
