//! Core memory and test memory of the central computer.
//!
//! Ferrite cores, 33 bits a word (32 and parity), read and restored in a cycle of 6 us. Two units
//! on one address of 17 bits, and 32 words that are no cores at all: a plugboard, switches, a
//! register and the clock.
//!
//! | octal | words | what |
//! |---|---|---|
//! | 0.00000 - 1.77777 | 65,536 | Memory 1 ("big memory") |
//! | 2.00000 - 2.07777 | 4,096 | Memory 2 ("little memory") |
//! | 2.10000 - 3.77737 | | nothing: memory-address alarm |
//! | 3.77740 - 3.77757 | 16 | plugboard |
//! | 3.77760 - 3.77775 | 14 | toggle switches |
//! | 3.77776 | 1 | live register |
//! | 3.77777 | 1 | clock register in the right half |
//!
//! The prefix digit is 2 x LS + RS. The parity bit of a word is kept as the knowledge which words
//! disagree with theirs: the same information, and storing a good word costs nothing.
//!
//! Source: sizes documented, places of the units recalled, all of test memory but its size
//! assigned by us. Assumed: a store into a read-only word changes nothing; test memory has no
//! parity; the early configuration (two units of 4,096 words) is inferred.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use word::twin::{Half, Twin};

/// Words of Memory 1.
pub const BIG_WORDS: u32 = 0o200000;
/// Words of Memory 2, and of either unit of the early machine.
pub const LITTLE_WORDS: u32 = 0o10000;
/// Words of both.
pub const CORE_WORDS: usize = (BIG_WORDS + LITTLE_WORDS) as usize;
/// First word of test memory, and where a start-over begins.
pub const TEST_MEMORY: u32 = 0o377740;
/// The live register.
pub const LIVE_REGISTER: u32 = 0o377776;
/// The clock register.
pub const CLOCK_REGISTER: u32 = 0o377777;
/// All bits of an address.
pub const ADDRESS: u32 = 0o377777;

/// An address as the console writes it: prefix digit and five octal digits.
pub fn written(address: u32) -> String {
    format!("{:o}.{:05o}", address >> 15, address & 0o77777)
}

/// Why a word could not be read or stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No memory has this address.
    Address,
    /// The word disagrees with its parity bit.
    Parity,
}

/// Which core memories the machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Configuration {
    /// 65,536 and 4,096 words.
    Standard,
    /// 4,096 words at 0.00000 and at 2.00000.
    Early,
}

/// Both core memories and test memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    #[serde(serialize_with = "write_cells", deserialize_with = "read_cells")]
    cells: Box<[u32; CORE_WORDS]>,
    /// Locations whose word disagrees with its parity bit.
    bad: BTreeSet<u32>,
    test: [Twin; 32],
    configuration: Configuration,
    /// No bad word and the standard configuration: reads need no second look.
    plain: bool,
    stores: u64,
}

impl Default for Memory {
    fn default() -> Memory {
        Memory::new(Configuration::Standard)
    }
}

impl Memory {
    /// Memory full of +0.
    pub fn new(configuration: Configuration) -> Memory {
        let cells = vec![0; CORE_WORDS].into_boxed_slice();
        Memory {
            cells: cells.try_into().expect("CORE_WORDS cells"),
            bad: BTreeSet::new(),
            test: [Twin::ZERO; 32],
            configuration,
            plain: configuration == Configuration::Standard,
            stores: 0,
        }
    }

    /// The word at an address of 17 bits, as an instruction reads it.
    #[inline(always)]
    pub fn read(&self, address: u32) -> Result<Twin, Trouble> {
        match self.cells.get(address as usize) {
            Some(cell) if self.plain => Ok(Twin(*cell)),
            _ => self.read_with_care(address),
        }
    }

    #[cold]
    #[inline(never)]
    fn read_with_care(&self, address: u32) -> Result<Twin, Trouble> {
        if self.bad.contains(&address) {
            return Err(Trouble::Parity);
        }
        self.peek(address).ok_or(Trouble::Address)
    }

    /// The word at an address whatever its parity; `None` where there is no memory.
    #[inline(always)]
    pub fn peek(&self, address: u32) -> Option<Twin> {
        match self.cells.get(address as usize) {
            Some(cell) if self.plain => Some(Twin(*cell)),
            _ => self.peek_with_care(address),
        }
    }

    #[cold]
    #[inline(never)]
    fn peek_with_care(&self, address: u32) -> Option<Twin> {
        if self.has_core(address) {
            return Some(Twin(self.cells[address as usize]));
        }
        let place = address.checked_sub(TEST_MEMORY)?;
        self.test.get(place as usize).copied()
    }

    fn has_core(&self, address: u32) -> bool {
        let big = match self.configuration {
            Configuration::Standard => BIG_WORDS,
            Configuration::Early => LITTLE_WORDS,
        };
        address < big || (BIG_WORDS..CORE_WORDS as u32).contains(&address)
    }

    /// Stores a word with good parity, as an instruction does: into core or the live register;
    /// other words of test memory stay as they are.
    #[inline(always)]
    pub fn write(&mut self, address: u32, word: Twin) -> Result<(), Trouble> {
        if self.plain
            && let Some(cell) = self.cells.get_mut(address as usize)
        {
            *cell = word.0;
            self.stores = self.stores.wrapping_add(1);
            return Ok(());
        }
        self.write_with_care(address, word)
    }

    #[cold]
    #[inline(never)]
    fn write_with_care(&mut self, address: u32, word: Twin) -> Result<(), Trouble> {
        if self.has_core(address) {
            self.cells[address as usize] = word.0;
            self.bad.remove(&address);
            self.plain = self.bad.is_empty() && self.configuration == Configuration::Standard;
        } else if address == LIVE_REGISTER {
            self.test[(LIVE_REGISTER - TEST_MEMORY) as usize] = word;
        } else if address < TEST_MEMORY {
            return Err(Trouble::Address);
        }
        self.stores = self.stores.wrapping_add(1);
        Ok(())
    }

    /// Puts a word anywhere, as a person does: core, plugboard, switches, live register, clock.
    /// False where there is no memory.
    pub fn deposit(&mut self, address: u32, word: Twin) -> bool {
        match address.checked_sub(TEST_MEMORY) {
            Some(place) if (place as usize) < self.test.len() => {
                self.test[place as usize] = match address {
                    CLOCK_REGISTER => Twin::ZERO.with_right(word.right()),
                    _ => word,
                };
                self.stores = self.stores.wrapping_add(1);
                true
            }
            _ => self.write(address, word).is_ok(),
        }
    }

    /// Turns over one stored bit, 0-31 (0 is R15), 32 the parity bit itself. One flip is seen by
    /// the next read and two in the same word are not. False where there are no cores.
    pub fn flip(&mut self, address: u32, bit: u8) -> bool {
        if !self.has_core(address) {
            return false;
        }
        if bit < 32 {
            self.cells[address as usize] ^= 1 << bit;
        }
        if !self.bad.insert(address) {
            self.bad.remove(&address);
        }
        self.plain = self.bad.is_empty() && self.configuration == Configuration::Standard;
        self.stores = self.stores.wrapping_add(1);
        true
    }

    /// The parity bit stored with the word at an address in core.
    pub fn parity_bit(&self, address: u32) -> Option<bool> {
        let word = self
            .has_core(address)
            .then(|| self.cells[address as usize])?;
        Some(Twin(word).parity() != self.bad.contains(&address))
    }

    /// The clock register.
    #[inline(always)]
    pub fn clock(&self) -> Half {
        self.test[31].right()
    }

    /// Advances the clock register by one.
    pub(crate) fn tick(&mut self) {
        self.set_clock(self.clock().0.wrapping_add(1));
    }

    /// Sets the clock register.
    pub(crate) fn set_clock(&mut self, clock: u16) {
        self.test[31] = Twin::of(0, clock);
    }

    /// Number of stores since power on: equal counts mean equal contents, clock apart.
    #[inline(always)]
    pub fn stores(&self) -> u64 {
        self.stores
    }

    /// Which memories there are.
    pub fn configuration(&self) -> Configuration {
        self.configuration
    }

    /// +0 with good parity in all of core.
    pub fn clear_core(&mut self) {
        self.cells.fill(0);
        self.bad.clear();
        self.plain = self.configuration == Configuration::Standard;
        self.stores = self.stores.wrapping_add(1);
    }
}

fn write_cells<S: Serializer>(cells: &[u32; CORE_WORDS], to: S) -> Result<S::Ok, S::Error> {
    cells.as_slice().serialize(to)
}

fn read_cells<'de, D: Deserializer<'de>>(from: D) -> Result<Box<[u32; CORE_WORDS]>, D::Error> {
    let cells = Vec::<u32>::deserialize(from)?;
    let count = cells.len();
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
        let mut memory = Memory::default();
        memory.write(0o1234, Twin::of(0, 0o7)).unwrap();
        assert_eq!(memory.parity_bit(0o1234), Some(false));
        memory.flip(0o1234, 0);
        assert_eq!(memory.read(0o1234), Err(Trouble::Parity));
        assert_eq!(memory.peek(0o1234), Some(Twin::of(0, 0o6)));
        assert_eq!(memory.parity_bit(0o1234), Some(false));
        memory.flip(0o1234, 31);
        assert_eq!(memory.read(0o1234), Ok(Twin::of(0o100000, 0o6)));
        memory.flip(0o1234, 32);
        memory.write(0o1234, Twin::ZERO).unwrap();
        assert_eq!(memory.read(0o1234), Ok(Twin::ZERO));
    }

    #[test]
    fn the_map_of_addresses() {
        let mut memory = Memory::default();
        let word = Twin::of(1, 2);
        for (address, stored) in [
            (0, Ok(word)),
            (0o177777, Ok(word)),
            (0o207777, Ok(word)),
            (0o210000, Err(Trouble::Address)),
            (0o377737, Err(Trouble::Address)),
            (0o377740, Ok(Twin::ZERO)),
            (0o377775, Ok(Twin::ZERO)),
            (LIVE_REGISTER, Ok(word)),
            (CLOCK_REGISTER, Ok(Twin::ZERO)),
        ] {
            assert_eq!(memory.write(address, word).is_ok(), stored.is_ok());
            assert_eq!(memory.read(address), stored, "{}", written(address));
        }
        assert!(memory.deposit(0o377740, word) && memory.deposit(CLOCK_REGISTER, word));
        assert_eq!(memory.read(0o377740), Ok(word));
        assert_eq!(memory.clock(), Half(2));
        let early = Memory::new(Configuration::Early);
        assert_eq!(early.read(0o10000), Err(Trouble::Address));
        assert_eq!(early.read(0o207777), Ok(Twin::ZERO));
    }
}
