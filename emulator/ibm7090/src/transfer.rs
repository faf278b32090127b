//! Transfers of control, stops, and addresses.
//!
//! In transfer trap mode every transfer leaves its own location in location 0 and, if it would
//! transfer, goes to location 1 instead: how a program could be traced instruction by instruction.
//!
//! Source: A22-6528, control operations, trapping mode.

use crate::cpu::{Cpu, Exit};
use word::with_address;

/// Modulus of addresses.
const ADDRESSES: u16 = 0o77777;
/// Modulus of addresses during storage nullification: position 21 is ignored.
const NULLIFIED: u16 = 0o37777;

impl Cpu {
    /// Keeps the positions of an address that reach storage.
    #[inline(always)]
    pub(crate) fn masked(&self, address: u16) -> u16 {
        address
            & if self.indicators.nullification {
                NULLIFIED
            } else {
                ADDRESSES
            }
    }

    /// Address field of an instruction that takes no modification.
    #[inline(always)]
    pub(crate) fn direct(&self, word: u64) -> u16 {
        self.masked(word::address(word))
    }

    /// Operand at a location.
    #[inline(always)]
    pub(crate) fn fetch(&self, location: u16) -> Result<u64, Exit> {
        match self.core.read(location) {
            Some(word) => Ok(word),
            None => Err(Exit::Parity(location)),
        }
    }

    /// A transfer instruction at `location` whose condition is `taken`.
    #[inline(always)]
    pub(crate) fn transfer(&mut self, location: u16, target: u16, taken: bool) -> Result<(), Exit> {
        if self.indicators.transfer_trap {
            return self.trapped_transfer(location, taken);
        }
        if taken {
            self.go_to(location, target);
        }
        Ok(())
    }

    /// A transfer that is never trapped.
    #[inline(always)]
    pub(crate) fn go_to(&mut self, location: u16, target: u16) {
        self.ic = target;
        if target <= location {
            self.backward(target);
        }
    }

    #[cold]
    fn trapped_transfer(&mut self, location: u16, taken: bool) -> Result<(), Exit> {
        let old = self.fetch(0)?;
        self.core.write(0, with_address(old, location));
        if taken {
            self.ic = 1;
        }
        Ok(())
    }

    /// Skips `count` instructions.
    #[inline(always)]
    pub(crate) fn skip(&mut self, count: u16) {
        self.ic = self.ic.wrapping_add(count) & ADDRESSES;
    }

    /// Stops; START goes on at `start`.
    #[cold]
    pub(crate) fn halt(&mut self, start: u16) -> Result<(), Exit> {
        self.halted = Some(start);
        self.attention = true;
        self.wait.forget();
        Err(Exit::Halted)
    }
}
