//! Conversion by table: CVR, CRQ, CAQ.
//!
//! Each step uses six bits of a register as the index into a table; the word found there gives
//! six bits or an addend for the result, and the address of the table for the next step. Number
//! bases, editing and zero suppression were done this way.
//!
//! ```text
//!  operation S,1-9 | count 10-17 | - | 20: load XR A | address of the first table
//! ```
//!
//! Source: A22-6528, convert operations. Assumed: CAQ keeps Q out of the end-around, its carries
//! beyond Q are lost.

use crate::arithmetic::{AC_LOGICAL, AC_MAGNITUDE, AC_SIGN};
use crate::cpu::{Cpu, Exit};
use crate::operation::Method;
use word::WORD;

impl Cpu {
    /// Executes a convert instruction; nothing changes if a table word has bad parity.
    pub(crate) fn convert(&mut self, method: Method, word: u64) -> Result<(), Exit> {
        let count = word >> 18 & 0o377;
        let mut table = self.direct(word);
        let (mut ac, mut mq) = (self.ac, self.mq);
        for _ in 0..count {
            let entry = match method {
                Method::Cvr => ac & 0o77,
                _ => mq >> 30,
            };
            let found = self.fetch(self.masked(table.wrapping_add(entry as u16)))?;
            match method {
                Method::Cvr => ac = ac & AC_SIGN | (ac & AC_LOGICAL) >> 6 | found >> 30 << 30,
                Method::Crq => mq = (mq << 6) & WORD | found >> 30,
                _ => {
                    mq = (mq << 6) & WORD | mq >> 30;
                    ac = ac & AC_SIGN | ((ac & AC_MAGNITUDE) + found) & AC_MAGNITUDE;
                }
            }
            table = word::address(found);
        }
        (self.ac, self.mq) = (ac, mq);
        if word::tag(word) & 1 == 1 {
            self.set_index(1, table);
        }
        self.cycles += count;
        Ok(())
    }
}
