//! Index registers and the transfers that test them.
//!
//! Three registers A, B, C of 15 bits are named by the tag bits 1, 2, 4. A tag with several bits
//! reads the inclusive OR of the registers; an operation on it leaves its result, or else that
//! OR, in each of them. The quantity is subtracted from the address, so a loop counts down.
//!
//! Source: A22-6528, indexing; multiple tags: index diagnostic 9M03; nullification: 9COMB.

use crate::cpu::{Cpu, Exit};
use crate::operation::Method;

impl Cpu {
    /// Quantity a tag reads: 0 for no tag.
    #[inline(always)]
    pub(crate) fn index(&self, tag: u8) -> u16 {
        let selected = |bit: u8| u16::from(tag >> bit & 1).wrapping_neg();
        self.xr[0] & selected(0) | self.xr[1] & selected(1) | self.xr[2] & selected(2)
    }

    /// Stores a quantity, modulo 32,768, in every register of a tag.
    #[inline(always)]
    pub(crate) fn set_index(&mut self, tag: u8, quantity: u16) {
        for bit in 0..3 {
            if tag >> bit & 1 == 1 {
                self.xr[bit] = quantity & 0o77777;
            }
        }
    }

    /// Quantity of a tag operated on; several registers all get their OR. Storage nullification
    /// hides its leading position.
    #[inline(always)]
    pub(crate) fn operated_index(&mut self, tag: u8) -> u16 {
        let quantity = self.masked(self.index(tag));
        if !tag.is_power_of_two() {
            self.set_index(tag, quantity);
        }
        quantity
    }

    /// TXI TIX TNX TXH TXL.
    #[inline(always)]
    pub(crate) fn index_transfer(
        &mut self,
        method: Method,
        location: u16,
        word: u64,
    ) -> Result<(), Exit> {
        let tag = word::tag(word);
        let decrement = word::decrement(word);
        let quantity = self.operated_index(tag);
        let greater = quantity > decrement;
        let taken = match method {
            Method::Txi => {
                self.set_index(tag, quantity.wrapping_add(decrement));
                true
            }
            Method::Txh => greater,
            Method::Txl => !greater,
            _ => {
                if greater {
                    self.set_index(tag, quantity - decrement);
                }
                greater == (method == Method::Tix)
            }
        };
        let target = self.direct(word);
        self.transfer(location, target, taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_read_the_or_and_write_all() {
        let mut cpu = Cpu::new();
        cpu.xr = [0o1, 0o20, 0o400];
        assert_eq!(
            [0, 1, 2, 3, 4, 5, 6, 7].map(|tag| cpu.index(tag)),
            [0, 1, 0o20, 0o21, 0o400, 0o401, 0o420, 0o421]
        );
        cpu.set_index(5, 0o100003);
        assert_eq!(cpu.xr, [3, 0o20, 3]);
        assert_eq!(cpu.operated_index(3), 0o23);
        assert_eq!(cpu.xr, [0o23, 0o23, 3]);
    }
}
