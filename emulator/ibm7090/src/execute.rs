//! Every operation of the processor, chapter by chapter.
//!
//! One `match` over the method of the table's row. What takes more than a line or two is in the
//! file of its chapter: arithmetic in pure functions, `indexing.rs`, `transfer.rs`, `convert.rs`,
//! `trap.rs`. The counts (cycles, instructions) are brought up to date first, so that a transfer
//! can tell how long a pass of a loop took.
//!
//! Source: A22-6528; single-instruction vectors, which have RND add a plus one algebraically (a
//! minus AC gets smaller) where the manual's words are "to the magnitude"; 704 compatibility
//! diagnostic 9COMB (copies outside copy trap mode turn input-output check on, sense addresses).
//!
//! Assumed: a divide-or-halt stops with IC at the next instruction; SPT is not
//! an input-output call but looks at `panel.printer_entries`; RTT is a no-operation outside
//! select trap mode.

use crate::arithmetic::{
    AC_LOGICAL, AC_MAGNITUDE, AC_P, AC_SIGN, ac_from_word, add, compare, divide, multiply,
    word_from_ac,
};
use crate::cpu::{CONDITION_END_OF_FILE, CONDITION_REDUNDANCY, Cpu, Exit, IoOperation};
use crate::operation::{Decoded, INDEXABLE, INDIRECTABLE, Method, within};
use crate::{floating_point, shift, timing};
use std::cmp::Ordering;
use word::{
    ADDRESS, DECREMENT, LEFT, MAGNITUDE, PREFIX, RIGHT, SIGN, TAG, WORD, with_address,
    with_decrement,
};

const FLAG: u64 = 0o000060000000;
/// The leading magnitude bit of a word, position 1.
const ONE: u64 = 1 << 34;

impl Cpu {
    /// Executes `word` as the instruction at `location`. `Parity` and `Stalled` come back before
    /// anything but IC and the two counts has changed (except that in transfer trap mode a bad
    /// location 0 is met after the side effect of the transfer).
    #[inline(always)]
    pub(crate) fn execute(
        &mut self,
        table: &[Decoded; 4096],
        location: u16,
        word: u64,
    ) -> Result<(), Exit> {
        let decoded = table[(word >> 24) as usize & 0o7777];
        self.ic = location.wrapping_add(1) & 0o77777;
        self.cycles += u64::from(decoded.cycles);
        self.instructions += 1;
        let mut y = word as u16;
        if decoded.flags & INDEXABLE != 0 {
            y = y.wrapping_sub(self.index(word::tag(word)));
        }
        y = self.masked(y);
        if decoded.flags & INDIRECTABLE != 0 && word & FLAG == FLAG {
            let indirect = self.fetch(y)?;
            y = self.masked((indirect as u16).wrapping_sub(self.index(word::tag(indirect))));
            self.cycles += 1;
        }
        let tag = word::tag(word);
        let method = decoded.method;
        match method {
            // Load and store.
            Method::Cla => self.ac = ac_from_word(self.fetch(y)?),
            Method::Cal => self.ac = self.fetch(y)?,
            Method::Cls => self.ac = ac_from_word(self.fetch(y)? ^ SIGN),
            Method::Ldq => self.mq = self.fetch(y)?,
            Method::Sto => self.core.write(y, word_from_ac(self.ac)),
            Method::Slw => self.core.write(y, self.ac),
            Method::Stq => self.core.write(y, self.mq),
            Method::Stz => self.core.write(y, 0),
            Method::Slq => self.store_part(y, LEFT, self.mq)?,
            Method::Sta => self.store_part(y, ADDRESS, self.ac)?,
            Method::Std => self.store_part(y, DECREMENT, self.ac)?,
            Method::Stt => self.store_part(y, TAG, self.ac)?,
            Method::Stp => self.store_part(y, PREFIX, self.ac)?,
            Method::Stl => self.store_part(y, ADDRESS, u64::from(self.ic))?,
            Method::Sti => self.core.write(y, self.si),
            Method::Ldi => self.si = self.fetch(y)?,
            Method::Xca => (self.ac, self.mq) = (ac_from_word(self.mq), word_from_ac(self.ac)),
            Method::Xcl => (self.ac, self.mq) = (self.mq, self.ac & AC_LOGICAL),

            // Fixed point.
            Method::Add => self.add(self.fetch(y)?),
            Method::Adm => self.add(self.fetch(y)? & MAGNITUDE),
            Method::Sub => self.add(self.fetch(y)? ^ SIGN),
            Method::Sbm => self.add(self.fetch(y)? | SIGN),
            Method::Acl => {
                let sum = word::end_around_add(self.ac & AC_LOGICAL, self.fetch(y)?)
                    ^ self.broken_adder & WORD;
                self.ac = self.ac & !AC_LOGICAL | sum;
            }
            Method::Mpy => self.multiply(self.fetch(y)?, 35),
            Method::Mpr => {
                self.multiply(self.fetch(y)?, 35);
                if self.mq & ONE != 0 {
                    self.ac += 1;
                }
            }
            Method::Vlm => self.multiply(self.fetch(y)?, variable_count(word)),
            Method::Dvp => {
                self.divide(self.fetch(y)?, 35);
            }
            Method::Dvh => {
                if !self.divide(self.fetch(y)?, 35) {
                    return self.halt(self.ic);
                }
            }
            Method::Vdp => {
                self.divide(self.fetch(y)?, variable_count(word));
            }
            Method::Vdh => {
                if !self.divide(self.fetch(y)?, variable_count(word)) {
                    return self.halt(self.ic);
                }
            }

            // Logic.
            Method::Ana => self.ac = self.ac & AC_LOGICAL & self.fetch(y)?,
            Method::Ans => {
                let result = self.ac & self.fetch(y)?;
                self.core.write(y, result);
            }
            Method::Ora => self.ac |= self.fetch(y)?,
            Method::Ors => {
                let result = self.ac | self.fetch(y)?;
                self.core.write(y, result);
            }
            Method::Era => self.ac = self.ac & AC_LOGICAL ^ self.fetch(y)?,

            // Shift.
            Method::Als => {
                let (ac, overflow) = shift::accumulator_left(self.ac, self.shift_count(y));
                self.ac = ac;
                self.indicators.ac_overflow |= overflow;
            }
            Method::Ars => self.ac = shift::accumulator_right(self.ac, self.shift_count(y)),
            Method::Lls | Method::Lgl => {
                let count = self.shift_count(y);
                let overflow;
                (self.ac, self.mq, overflow) = if method == Method::Lls {
                    shift::long_left(self.ac, self.mq, count)
                } else {
                    shift::logical_left(self.ac, self.mq, count)
                };
                self.indicators.ac_overflow |= overflow;
            }
            Method::Lrs => {
                (self.ac, self.mq) = shift::long_right(self.ac, self.mq, self.shift_count(y))
            }
            Method::Lgr => {
                (self.ac, self.mq) = shift::logical_right(self.ac, self.mq, self.shift_count(y))
            }
            Method::Rql => self.mq = shift::rotate_left(self.mq, self.shift_count(y)),

            // Floating point.
            Method::Fad => self.floating_add(self.fetch(y)?, true)?,
            Method::Fsb => self.floating_add(self.fetch(y)? ^ SIGN, true)?,
            Method::Fam => self.floating_add(self.fetch(y)? & MAGNITUDE, true)?,
            Method::Fsm => self.floating_add(self.fetch(y)? | SIGN, true)?,
            Method::Ufa => self.floating_add(self.fetch(y)?, false)?,
            Method::Ufs => self.floating_add(self.fetch(y)? ^ SIGN, false)?,
            Method::Uam => self.floating_add(self.fetch(y)? & MAGNITUDE, false)?,
            Method::Usm => self.floating_add(self.fetch(y)? | SIGN, false)?,
            Method::Fmp | Method::Ufm => {
                let result =
                    floating_point::multiply(self.mq, self.fetch(y)?, method == Method::Fmp);
                self.cycles += timing::floating_multiply(self.mq, result.shifts);
                self.floated(result)?;
            }
            Method::Fdh | Method::Fdp => match floating_point::divide(self.ac, self.fetch(y)?) {
                Ok(result) => {
                    self.cycles += timing::floating_divide(result.shifts);
                    self.floated(result)?;
                }
                Err(mq) => {
                    self.mq = mq;
                    self.indicators.divide_check = true;
                    if method == Method::Fdh {
                        return self.halt(self.ic);
                    }
                }
            },

            // Indexing.
            Method::Lxa => self.set_index(tag, word::address(self.fetch(y)?)),
            Method::Lxd => self.set_index(tag, word::decrement(self.fetch(y)?)),
            Method::Lac => self.set_index(tag, word::address(self.fetch(y)?).wrapping_neg()),
            Method::Ldc => self.set_index(tag, word::decrement(self.fetch(y)?).wrapping_neg()),
            Method::Axt => self.set_index(tag, word::address(word)),
            Method::Axc => self.set_index(tag, word::address(word).wrapping_neg()),
            Method::Pax => self.set_index(tag, word::address(self.ac)),
            Method::Pdx => self.set_index(tag, word::decrement(self.ac)),
            Method::Pac => self.set_index(tag, word::address(self.ac).wrapping_neg()),
            Method::Pdc => self.set_index(tag, word::decrement(self.ac).wrapping_neg()),
            Method::Pxa => self.ac = u64::from(self.operated_index(tag)),
            Method::Pxd => self.ac = u64::from(self.operated_index(tag)) << 18,
            Method::Sxa | Method::Sxd => {
                let old = self.fetch(y)?;
                let quantity = self.operated_index(tag);
                let new = if method == Method::Sxa {
                    with_address(old, quantity)
                } else {
                    with_decrement(old, quantity)
                };
                self.core.write(y, new);
            }
            Method::Txi => self.index_transfer(Method::Txi, location, word)?,
            Method::Tix => self.index_transfer(Method::Tix, location, word)?,
            Method::Tnx => self.index_transfer(Method::Tnx, location, word)?,
            Method::Txh => self.index_transfer(Method::Txh, location, word)?,
            Method::Txl => self.index_transfer(Method::Txl, location, word)?,
            Method::Str => {
                self.store_part(0, ADDRESS, u64::from(self.ic))?;
                self.ic = 2;
            }

            // Transfer.
            Method::Tra => self.transfer(location, y, true)?,
            Method::Ttr => self.go_to(location, y),
            Method::Tze => self.transfer(location, y, self.ac & AC_MAGNITUDE == 0)?,
            Method::Tnz => self.transfer(location, y, self.ac & AC_MAGNITUDE != 0)?,
            Method::Tpl => self.transfer(location, y, self.ac & AC_SIGN == 0)?,
            Method::Tmi => self.transfer(location, y, self.ac & AC_SIGN != 0)?,
            Method::Tov | Method::Tno => {
                let overflow = self.indicators.ac_overflow;
                self.indicators.ac_overflow = false;
                self.transfer(location, y, overflow == (method == Method::Tov))?;
            }
            Method::Tqo => {
                if !self.indicators.floating_trap {
                    let overflow = std::mem::take(&mut self.indicators.mq_overflow);
                    self.transfer(location, y, overflow)?;
                }
            }
            Method::Tqp => self.transfer(location, y, self.mq & SIGN == 0)?,
            Method::Tlq => self.transfer(location, y, low_mq(self.ac, self.mq))?,
            Method::Tsx => {
                self.set_index(tag, location.wrapping_neg());
                self.transfer(location, y, true)?;
            }
            Method::Tio => self.transfer(location, y, !self.si & self.ac & AC_LOGICAL == 0)?,
            Method::Tif => self.transfer(location, y, self.si & self.ac & AC_LOGICAL == 0)?,
            Method::Xec => {
                self.object = Some(self.fetch(y)?);
                self.attention = true;
            }
            Method::Nop | Method::Undefined => {}
            Method::Htr => {
                self.ic = location;
                return self.halt(y);
            }
            Method::Hpr => return self.halt(self.ic),
            Method::Tco => self.transfer(location, y, self.busy(decoded.channel))?,
            Method::Tcn => self.transfer(location, y, !self.busy(decoded.channel))?,
            Method::Trc => {
                self.condition_transfer(location, y, decoded.channel, CONDITION_REDUNDANCY)?
            }
            Method::Tef => {
                self.condition_transfer(location, y, decoded.channel, CONDITION_END_OF_FILE)?
            }

            // Skip.
            Method::Cas => match compare(self.ac, self.fetch(y)?) {
                Ordering::Greater => {}
                Ordering::Equal => self.skip(1),
                Ordering::Less => self.skip(2),
            },
            Method::Las => match (self.ac & AC_MAGNITUDE).cmp(&self.fetch(y)?) {
                Ordering::Greater => {}
                Ordering::Equal => self.skip(1),
                Ordering::Less => self.skip(2),
            },
            Method::Zet => self.skip_if(self.fetch(y)? & MAGNITUDE == 0),
            Method::Nzt => self.skip_if(self.fetch(y)? & MAGNITUDE != 0),

            // Sense indicators.
            Method::Pai => self.si = self.ac & AC_LOGICAL,
            Method::Pia => self.ac = self.si,
            Method::Oai => self.si |= self.ac & AC_LOGICAL,
            Method::Osi => self.si |= self.fetch(y)?,
            Method::Ria => self.si &= !self.ac,
            Method::Ris => self.si &= !self.fetch(y)?,
            Method::Iia => self.si ^= self.ac & AC_LOGICAL,
            Method::Iis => self.si ^= self.fetch(y)?,
            Method::Sil => self.si |= (word & RIGHT) << 18,
            Method::Ril => self.si &= !((word & RIGHT) << 18),
            Method::Iil => self.si ^= (word & RIGHT) << 18,
            Method::Sir => self.si |= word & RIGHT,
            Method::Rir => self.si &= !(word & RIGHT),
            Method::Iir => self.si ^= word & RIGHT,
            Method::Lft => self.skip_if((word & RIGHT) << 18 & self.si == 0),
            Method::Rft => self.skip_if(word & RIGHT & self.si == 0),
            Method::Lnt => self.skip_if((word & RIGHT) << 18 & !self.si == 0),
            Method::Rnt => self.skip_if(word & RIGHT & !self.si == 0),
            Method::Oft => self.skip_if(self.fetch(y)? & self.si == 0),
            Method::Ont => self.skip_if(self.fetch(y)? & !self.si == 0),

            // Convert.
            Method::Cvr | Method::Crq | Method::Caq => self.convert(method, word)?,

            // Traps.
            Method::Esnt => {
                self.indicators.nullification = true;
                self.go_to(location, self.masked(y));
            }
            Method::Enb => {
                self.enabled = self.fetch(y)?;
                self.inhibited = false;
                self.hold_traps();
            }

            // Channels.
            Method::Rch | Method::Lch => {
                let channel = decoded.channel;
                if self.busy(channel) && self.data_channels >> channel & 1 == 0 {
                    return Err(Exit::Stalled { channel });
                }
                return self.io(match method {
                    Method::Rch => IoOperation::StartChannel {
                        channel,
                        address: y,
                    },
                    _ => IoOperation::LoadChannel {
                        channel,
                        address: y,
                    },
                });
            }
            Method::Sch => {
                return self.io(IoOperation::StoreChannel {
                    channel: decoded.channel,
                    address: y,
                });
            }
            Method::Scd => {
                return self.io(IoOperation::StoreDiagnostic {
                    channel: decoded.channel,
                    address: y,
                });
            }
            Method::Ssl => {
                return self.io(IoOperation::StoreSenseLines {
                    channel: decoded.channel,
                    address: y,
                });
            }
            Method::Psl => {
                let word = self.fetch(y)?;
                return self.io(IoOperation::PresentSenseLines {
                    channel: decoded.channel,
                    word,
                });
            }
            Method::Rds
            | Method::Wrs
            | Method::Bsr
            | Method::Bsf
            | Method::Wef
            | Method::Rew
            | Method::Run
            | Method::Sdn => return self.select(method, y),

            // 704 copies: nothing is selected that could answer.
            Method::Cpy | Method::Cad | Method::Lda => {
                if self.indicators.copy_trap {
                    self.compatibility_trap(2).ok_or(Exit::Parity(0o40000))?;
                } else {
                    self.indicators.io_check = true;
                }
            }

            // Groups.
            _ => return self.sense(method, y),
        }
        Ok(())
    }

    /// PSE and MSE: what the effective address names.
    fn sense(&mut self, group: Method, y: u16) -> Result<(), Exit> {
        let (method, channel, number) = within(group, y);
        match method {
            Method::Clm => self.ac &= AC_SIGN,
            Method::Chs => self.ac ^= AC_SIGN,
            Method::Ssp => self.ac &= !AC_SIGN,
            Method::Ssm => self.ac |= AC_SIGN,
            Method::Com => self.ac ^= AC_MAGNITUDE,
            Method::Rnd if self.mq & ONE != 0 => self.add(1),
            Method::Frn => {
                let (ac, spill) = floating_point::round(self.ac, self.mq);
                self.spill(spill).ok_or(Exit::Parity(0))?;
                self.ac = ac;
            }
            Method::Enk => self.mq = self.panel.keys & WORD,
            Method::Lbt => self.skip_if(self.ac & 1 != 0),
            Method::Pbt => self.skip_if(self.ac & AC_P != 0),
            Method::Dct => {
                let check = std::mem::take(&mut self.indicators.divide_check);
                self.skip_if(!check);
            }
            Method::Iot => {
                let check = std::mem::take(&mut self.indicators.io_check);
                self.skip_if(!check);
            }
            Method::Swt => self.skip_if(self.panel.sense_switches >> (number - 1) & 1 == 1),
            Method::Slf => self.sense_lights = 0,
            Method::Sln => self.sense_lights |= 1 << (number - 1),
            Method::Slt => {
                let light = 1 << (number - 1);
                self.skip_if(self.sense_lights & light != 0);
                self.sense_lights &= !light;
            }
            Method::Etm => self.indicators.transfer_trap = true,
            Method::Ltm => self.indicators.transfer_trap = false,
            Method::Eftm => {
                self.indicators.floating_trap = true;
                self.indicators.mq_overflow = false;
            }
            Method::Lftm => self.indicators.floating_trap = false,
            Method::Estm => self.indicators.select_trap = true,
            Method::Ectm => self.indicators.copy_trap = true,
            Method::Lsnm => self.indicators.nullification = false,
            Method::Rct => {
                self.inhibited = false;
                self.hold_traps();
            }
            Method::Rdc | Method::Ric => return self.io(IoOperation::ResetChannel { channel }),
            Method::Rtt | Method::Btt | Method::Ett | Method::Spt | Method::Spu | Method::Spr
                if self.indicators.select_trap =>
            {
                self.compatibility_trap(1).ok_or(Exit::Parity(0o40000))?;
            }
            Method::Btt => {
                self.skip_if(self.beginning_of_tape >> channel & 1 == 0);
                self.beginning_of_tape &= !(1 << channel);
            }
            Method::Ett => {
                self.skip_if(self.end_of_tape >> channel & 1 == 0);
                self.end_of_tape &= !(1 << channel);
            }
            Method::Spt => self.skip_if(self.panel.printer_entries >> channel & 1 == 1),
            Method::Spu | Method::Spr => {
                return self.io(IoOperation::Select {
                    operation: method,
                    channel,
                    address: y,
                });
            }
            // The sense addresses of a 704, which had no channels: -0760 0011 end of tape,
            // +0760 0341 punch, +0760 0360 printer.
            Method::Nop
                if self.indicators.select_trap
                    && matches!((group, y), (Method::Mse, 0o11) | (Method::Pse, 0o341..=0o342 | 0o360..=0o372)) =>
            {
                self.compatibility_trap(1).ok_or(Exit::Parity(0o40000))?;
            }
            _ => {}
        }
        Ok(())
    }

    fn select(&mut self, operation: Method, y: u16) -> Result<(), Exit> {
        if self.indicators.select_trap {
            return self.compatibility_trap(1).ok_or(Exit::Parity(0o40000));
        }
        // Channel A is 1000. Anything else than A-H selects nothing.
        let Some(channel @ 0..=7) = (y >> 9).checked_sub(1).map(|channel| channel as u8) else {
            return Ok(());
        };
        if self.busy(channel) {
            return Err(Exit::Stalled { channel });
        }
        self.hold_traps();
        self.io(IoOperation::Select {
            operation,
            channel,
            address: y,
        })
    }

    fn io(&mut self, operation: IoOperation) -> Result<(), Exit> {
        self.wait.forget();
        Err(Exit::Io(operation))
    }

    /// No trap before the next instruction is done.
    fn hold_traps(&mut self) {
        self.hold = true;
        self.attention = true;
    }

    fn busy(&self, channel: u8) -> bool {
        self.channel_busy >> channel & 1 == 1
    }

    /// TRC and TEF: nothing at all while the condition is left to a trap.
    fn condition_transfer(
        &mut self,
        location: u16,
        y: u16,
        channel: u8,
        flag: u8,
    ) -> Result<(), Exit> {
        if self.trap_enabled(channel, flag) {
            return Ok(());
        }
        let old = self.conditions[usize::from(channel)];
        self.conditions[usize::from(channel)] &= !flag;
        self.transfer(location, y, old & flag != 0)
    }

    fn skip_if(&mut self, condition: bool) {
        if condition {
            self.skip(1);
        }
    }

    /// Replaces the positions in `part` of a stored word.
    #[inline(always)]
    fn store_part(&mut self, y: u16, part: u64, from: u64) -> Result<(), Exit> {
        let old = self.fetch(y)?;
        self.core.write(y, old & !part | from & part);
        Ok(())
    }

    /// AC sign as a word's sign.
    fn ac_sign(&self) -> u64 {
        (self.ac & AC_SIGN) >> 2
    }

    #[inline(always)]
    fn add(&mut self, operand: u64) {
        let (sum, overflow) = add(self.ac, operand);
        self.ac = sum ^ self.broken_adder & AC_MAGNITUDE;
        self.indicators.ac_overflow |= overflow;
    }

    fn multiply(&mut self, operand: u64, count: u32) {
        if count == 0 {
            return;
        }
        let sign = (self.mq ^ operand) & SIGN;
        let zero = self.mq & MAGNITUDE == 0 || operand & MAGNITUDE == 0;
        if !zero {
            self.cycles += timing::multiply(self.mq & MAGNITUDE, count);
        }
        let (ac, mq) = if zero {
            (0, 0)
        } else {
            multiply(self.mq, operand, count)
        };
        (self.ac, self.mq) = (sign << 2 | ac, sign | mq);
    }

    /// False for a divide check.
    fn divide(&mut self, operand: u64, count: u32) -> bool {
        let Some((remainder, quotient)) = divide(self.ac, self.mq, operand, count) else {
            self.indicators.divide_check = true;
            return false;
        };
        self.cycles += timing::divide(count);
        self.mq = self.ac_sign() ^ operand & SIGN | quotient;
        self.ac = self.ac & AC_SIGN | remainder;
        true
    }

    #[inline(always)]
    fn shift_count(&mut self, y: u16) -> u32 {
        let count = u32::from(y & 0o377);
        self.cycles += timing::shift(count);
        count
    }

    fn floating_add(&mut self, operand: u64, normalize: bool) -> Result<(), Exit> {
        let result = floating_point::add(self.ac, operand, normalize);
        self.cycles += timing::floating_add(result.shifts);
        self.floated(result)
    }

    fn floated(&mut self, result: floating_point::Floated) -> Result<(), Exit> {
        if result.spill != 0 {
            self.spill(result.spill).ok_or(Exit::Parity(0))?;
        }
        (self.ac, self.mq) = (result.ac, result.mq);
        Ok(())
    }
}

fn variable_count(word: u64) -> u32 {
    (word >> 18 & 0o77) as u32
}

/// TLQ: AC is algebraically greater than MQ (+0 greater than -0); Q and P count.
fn low_mq(ac: u64, mq: u64) -> bool {
    let (ac_minus, mq_minus) = (ac & AC_SIGN != 0, mq & SIGN != 0);
    let (ac, mq) = (ac & AC_MAGNITUDE, mq & MAGNITUDE);
    match (ac_minus, mq_minus) {
        (false, false) => ac > mq,
        (true, true) => ac < mq,
        _ => mq_minus,
    }
}
