//! Magnetic core storage: 32,768 words of 36 bits.
//!
//! A plane of ferrite rings for each bit of the word; reading a word clears it and the machine
//! writes it back within the same cycle of 2.18 us. Each word carries a parity bit.
//!
//! ```text
//!  cell   bit 36      bits 35-0
//!         syndrome    the word (bit 35 is S)
//! ```
//!
//! Instead of the parity bit a cell keeps the *syndrome*: "the parity bit disagrees with the
//! word". That is the same information, and storing a word costs nothing.
//!
//! Source: A22-6528. Assumed: parity in core is assigned by us (the 7090 checked tape and file
//! transfers; its core had none); a read of a bad word stops the machine.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use word::WORD;

/// Words in the store.
pub const CORE_WORDS: usize = 32_768;

/// The bit of a cell that says that its word has bad parity.
pub const BAD_PARITY: u64 = 1 << 36;

/// Core storage with a count of the stores into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoreStore {
    #[serde(serialize_with = "write_cells", deserialize_with = "read_cells")]
    cells: Box<[u64; CORE_WORDS]>,
    stores: u64,
}

impl Default for CoreStore {
    fn default() -> CoreStore {
        CoreStore::new()
    }
}

impl CoreStore {
    /// A store of +0 words.
    pub fn new() -> CoreStore {
        let cells = vec![0; CORE_WORDS].into_boxed_slice();
        CoreStore {
            cells: cells.try_into().expect("CORE_WORDS cells"),
            stores: 0,
        }
    }

    /// The word at a location (modulo 32,768), `None` if its parity is wrong.
    #[inline(always)]
    pub fn read(&self, location: u16) -> Option<u64> {
        let cell = self.cells[usize::from(location) % CORE_WORDS];
        if cell & BAD_PARITY == 0 {
            Some(cell)
        } else {
            None
        }
    }

    /// The word at a location whatever its parity: for lamps, listings and dumps.
    #[inline(always)]
    pub fn peek(&self, location: u16) -> u64 {
        self.cells[usize::from(location) % CORE_WORDS] & WORD
    }

    /// The cell at a location: the word, and [`BAD_PARITY`] if its parity is wrong.
    #[inline(always)]
    pub fn cell(&self, location: u16) -> u64 {
        self.cells[usize::from(location) % CORE_WORDS]
    }

    /// Stores a word with good parity. Bits above the 36th are dropped.
    #[inline(always)]
    pub fn write(&mut self, location: u16, word: u64) {
        self.cells[usize::from(location) % CORE_WORDS] = word & WORD;
        self.stores = self.stores.wrapping_add(1);
    }

    /// Turns over one stored bit, 0-35 (0 is position 35); the parity bit stays, so one flip is
    /// seen by the next read and two in the same word are not.
    pub fn flip(&mut self, location: u16, bit: u8) {
        let cell = &mut self.cells[usize::from(location) % CORE_WORDS];
        *cell ^= 1 << (bit % 36) | BAD_PARITY;
        self.stores = self.stores.wrapping_add(1);
    }

    /// True if the next read of the location stops the machine.
    pub fn is_bad(&self, location: u16) -> bool {
        self.read(location).is_none()
    }

    /// Number of stores and flips since power on: equal counts mean equal contents.
    #[inline(always)]
    pub fn stores(&self) -> u64 {
        self.stores
    }

    /// Stores +0 everywhere (the Clear key).
    pub fn clear(&mut self) {
        self.cells.fill(0);
        self.stores = self.stores.wrapping_add(1);
    }
}

fn write_cells<S: Serializer>(cells: &[u64; CORE_WORDS], serializer: S) -> Result<S::Ok, S::Error> {
    cells.as_slice().serialize(serializer)
}

fn read_cells<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Box<[u64; CORE_WORDS]>, D::Error> {
    let cells = Vec::<u64>::deserialize(deserializer)?;
    let count = cells.len();
    if let Some(cell) = cells.iter().find(|&&cell| cell >= BAD_PARITY << 1) {
        return Err(serde::de::Error::custom(format!(
            "{cell:o} is wider than a core cell of 37 bits"
        )));
    }
    cells
        .into_boxed_slice()
        .try_into()
        .map_err(|_| serde::de::Error::custom(format!("{count} core cells, expected {CORE_WORDS}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_flip_is_seen_and_two_are_not() {
        let mut core = CoreStore::new();
        core.write(0o1234, 0o777);
        core.flip(0o1234, 0);
        assert_eq!((core.read(0o1234), core.peek(0o1234)), (None, 0o776));
        core.flip(0o1234, 35);
        assert_eq!(core.read(0o1234), Some(0o400000000776));
        core.flip(0o1234, 1);
        core.write(0o1234, 5);
        assert_eq!(core.read(0o1234), Some(5));
        assert_eq!(core.stores(), 5);
    }

    #[test]
    fn locations_wrap() {
        let mut core = CoreStore::new();
        core.write(0o100001, 3);
        assert_eq!(core.read(1), Some(3));
    }
}
