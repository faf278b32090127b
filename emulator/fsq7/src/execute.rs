//! What each of the 59 instructions does.
//!
//! Time is added first, then the effective address is formed from the registers as they were, then
//! the operand is read. Nothing is changed before the last thing that an alarm can stop, so a
//! stopped instruction only has its count, time and PC put back.
//!
//! Operand words go to the A registers as they stood in memory; of the store class nothing does,
//! its read part uses the memory buffer. A taken branch leaves the location after it in the right
//! A register and its link bit.
//!
//! Source: the project's reference on the AN/FSQ-7, chapters 4, 6 and 7, with its evidence marks
//! (`rules`).

use word::twin::{Half, Overflow, Twin};

use crate::alarm::{Alarm, Response};
use crate::arithmetic::{self, parts, string};
use crate::central::{Break, Central, Direction, Exit, Stop};
use crate::codes::{self, Operate, Selection};
use crate::memory::{ADDRESS, BIG_WORDS, Trouble};
use crate::operation::{Decoded, Method, place};

/// Places of a shift are counted modulo 64.
const PLACES: u32 = 0o77;

impl Central {
    #[inline(always)]
    pub(crate) fn execute(
        &mut self,
        table: &[Decoded; 4096],
        location: u32,
        word: u32,
    ) -> Result<(), Break> {
        let Decoded {
            method,
            pulses,
            indexable,
        } = table[place(word)];
        let indicator = word >> 28 & 7;
        let bank = word >> 31 << 16;
        let right = Half(word as u16);
        let mut e = bank | u32::from(right.0);
        if indexable && indicator != 0 {
            e = bank | u32::from(self.indexed(right, indicator)?.0);
        }
        self.pc = (location + 1) & ADDRESS;
        self.pulses += u64::from(pulses);
        self.instructions += 1;
        match method {
            // Miscellaneous.
            Method::Hlt => {
                self.stopped = Some(Stop::Halt);
                return Err(Break::Exit(Exit::Stopped(Stop::Halt)));
            }
            Method::Etr => self.ac = Twin(self.ac.0 & self.operand(e)?.0),
            Method::Per => return self.operate(auxiliary(word)),
            Method::Csw => self.ac = Twin::of(0, !self.iowc),
            Method::Slr => {
                let (places, (left, right)) = (self.places(right), self.strings());
                let (left, over_left) = arithmetic::round(arithmetic::shift_left(left, places));
                let (right, over_right) = arithmetic::round(arithmetic::shift_left(right, places));
                (self.ac, self.b) = (Twin::new(left, right), Twin::ZERO);
                return self.overflow(u8::from(over_left) << 1 | u8::from(over_right));
            }
            Method::Ldb => self.b = self.operand(e)?,
            Method::Compare => return self.compare_words(e, word >> 19 & 7),
            Method::Tob => {
                let operand = self.operand(e)?;
                self.skip(u32::from(operand.bit(word >> 16)));
            }
            Method::Ttb => {
                let operand = self.operand(e)?;
                let bit = word >> 16 & 0o77;
                self.skip(u32::from(operand.bit(bit)) << 1 | u32::from(operand.bit(bit + 1)));
            }

            // Add.
            Method::Cad => self.ac = self.operand(e)?,
            Method::Csu => self.ac = self.operand(e)?.complement(),
            Method::Cam => self.ac = self.operand(e)?.magnitude(),
            Method::Add => {
                let operand = self.operand(e)?;
                return self.add(operand);
            }
            Method::Sub => {
                let operand = self.operand(e)?;
                return self.add(operand.complement());
            }
            Method::Tad => {
                let operand = self.twin_operand(e)?;
                return self.add(operand);
            }
            Method::Tsu => {
                let operand = self.twin_operand(e)?;
                return self.add(operand.complement());
            }
            Method::Adb => return self.add(self.b),
            Method::Dim => {
                let operand = self.operand(e)?;
                self.ac = self
                    .sum(self.ac.magnitude(), operand.magnitude().complement())
                    .0;
            }
            Method::Cac => self.ac = Twin::ZERO.with_right(self.memory.clock()),

            // Multiply.
            Method::Mul => {
                let operand = self.operand(e)?;
                self.multiply(operand);
            }
            Method::Tmu => {
                let operand = self.twin_operand(e)?;
                self.multiply(operand);
            }
            Method::Dvd => {
                let operand = self.operand(e)?;
                return self.divide(operand);
            }
            Method::Tdv => {
                let operand = self.twin_operand(e)?;
                return self.divide(operand);
            }

            // Store.
            Method::Fst => self.store(e, self.ac)?,
            Method::Lst => {
                let word = self.fetch(e)?.with_left(self.ac.left());
                self.store(e, word)?;
            }
            Method::Rst => {
                let word = self.fetch(e)?.with_right(self.ac.right());
                self.store(e, word)?;
            }
            Method::Sta => {
                let word = self.fetch(e)?.with_right(self.a.right());
                let link = u32::from(self.link) << 31;
                self.store(e, Twin(word.0 & !(1 << 31) | link))?;
            }
            Method::Aor => {
                let word = self.fetch(e)?;
                let (sum, overflow) = self.sum(word, Twin::of(0, 1));
                let word = word.with_right(sum.right());
                self.store(e, word)?;
                self.ac = word;
                return self.overflow(overflow & word::twin::RIGHT_OVERFLOW);
            }
            Method::Ech => {
                let word = self.fetch(e)?;
                self.store(e, self.ac)?;
                self.ac = word;
            }
            Method::Dep => {
                let word = self.fetch(e)?;
                self.store(e, Twin(word.0 & !self.b.0 | self.ac.0 & self.b.0))?;
            }

            // Shift.
            Method::Dsl | Method::Dsr => {
                let (places, (left, right)) = (self.places(right), self.strings());
                let shift = if method == Method::Dsl {
                    arithmetic::shift_left
                } else {
                    arithmetic::shift_right
                };
                self.set_strings(shift(left, places), shift(right, places));
            }
            Method::Asl => {
                let places = self.places(right);
                let shift = |half| arithmetic::shift_half_left(half, places);
                self.ac = Twin::new(shift(self.ac.left()), shift(self.ac.right()));
            }
            Method::Asr => {
                let places = self.places(right);
                let shift = |half| arithmetic::shift_half_right(half, places);
                self.ac = Twin::new(shift(self.ac.left()), shift(self.ac.right()));
            }
            Method::Lsr => {
                let (places, (left, unchanged)) = (self.places(right), self.strings());
                self.set_strings(arithmetic::shift_right(left, places), unchanged);
            }
            Method::Rsr => {
                let (places, (unchanged, right)) = (self.places(right), self.strings());
                self.set_strings(unchanged, arithmetic::shift_right(right, places));
            }
            Method::Dcl => {
                let (places, (left, right)) = (self.places(right), self.strings());
                self.set_strings(left.rotate_left(places), right.rotate_left(places));
            }
            Method::Fcl => {
                let places = self.places(right);
                self.ac = Twin(self.ac.0.rotate_left(places));
            }

            // Branch.
            Method::Bpx => return self.branch_on_index(location, e, indicator, auxiliary(word)),
            Method::Bsn => return self.branch_on_sense(location, e, auxiliary(word)),
            Method::Bfz => {
                let zero = self.ac.left().is_zero() && self.ac.right().is_zero();
                return self.branch(location, e, zero);
            }
            Method::Bfm => return self.branch(location, e, self.ac.0 & 0x8000_8000 == 0x8000_8000),
            Method::Blm => return self.branch(location, e, self.ac.left().is_minus()),
            Method::Brm => return self.branch(location, e, self.ac.right().is_minus()),

            // Input and output.
            Method::Ldc => {
                self.interlock()?;
                self.ioac = e;
            }
            Method::Sdr => {
                self.interlock()?;
                self.selection = Selection::field(auxiliary(word));
                self.drum_address = right.0 & 0o77777;
                return Err(Break::Exit(Exit::Selected));
            }
            Method::Sel => {
                self.interlock()?;
                self.selection = Selection::unit(auxiliary(word));
                return Err(Break::Exit(Exit::Selected));
            }
            Method::Rds => return self.begin_transfer(right, Direction::Read),
            Method::Wrt => return self.begin_transfer(right, Direction::Write),

            // Reset.
            Method::Xin => self.set_index(indicator, right)?,
            Method::Xac => self.set_index(indicator, self.ac.right())?,
            Method::Adx => {
                let sum = self.index_register(indicator)?.plus(right).0;
                self.set_index(indicator, sum)?;
            }

            // With the switch at ignore, no operation.
            Method::Undefined => {
                self.trouble(Alarm::IllegalInstruction)?;
            }
        }
        Ok(())
    }

    /// Reads memory, as an instruction does.
    #[inline(always)]
    pub(crate) fn fetch(&mut self, address: u32) -> Result<Twin, Break> {
        match self.memory.read(address) {
            Ok(word) => Ok(word),
            Err(trouble) => self.memory_trouble(trouble, address),
        }
    }

    #[inline(always)]
    fn store(&mut self, address: u32, word: Twin) -> Result<(), Break> {
        match self.memory.write(address, word) {
            Ok(()) => Ok(()),
            Err(trouble) => self.memory_trouble(trouble, address).map(|_| ()),
        }
    }

    /// The word that stands in for one that cannot be read, if the alarm is ignored.
    #[cold]
    #[inline(never)]
    fn memory_trouble(&mut self, trouble: Trouble, address: u32) -> Result<Twin, Break> {
        let alarm = match trouble {
            Trouble::Address => Alarm::Address,
            Trouble::Parity if address < BIG_WORDS => Alarm::MemoryParity1,
            Trouble::Parity => Alarm::MemoryParity2,
        };
        if trouble == Trouble::Parity {
            self.set_condition(codes::MEMORY_PARITY, true);
        }
        self.trouble(alarm)?;
        Ok(self.memory.peek(address).unwrap_or_default())
    }

    #[cold]
    #[inline(never)]
    fn trouble(&mut self, alarm: Alarm) -> Result<(), Break> {
        match self.alarms.raise(alarm) {
            Response::Ignore => Ok(()),
            Response::Stop => Err(Break::Alarm(alarm)),
            Response::Branch => Err(Break::StartOver),
        }
    }

    /// An operand as it stands in memory, also to the A registers.
    #[inline(always)]
    fn operand(&mut self, address: u32) -> Result<Twin, Break> {
        let word = self.fetch(address)?;
        self.a = word;
        self.link = word.0 >> 31 != 0;
        Ok(word)
    }

    /// The left half of an operand for both elements.
    #[inline(always)]
    fn twin_operand(&mut self, address: u32) -> Result<Twin, Break> {
        let word = self.fetch(address)?.left_twice();
        self.a = word;
        self.link = word.0 >> 31 != 0;
        Ok(word)
    }

    /// The index adder: right half and register. Either zero leaves the address as it is.
    #[inline(always)]
    fn indexed(&mut self, address: Half, indicator: u32) -> Result<Half, Break> {
        let index = self.index_register(indicator)?;
        Ok(if index.is_zero() {
            address
        } else {
            address.plus(index).0
        })
    }

    /// The register an index indicator names; +0 for none.
    #[inline(always)]
    fn index_register(&mut self, indicator: u32) -> Result<Half, Break> {
        match indicator {
            3 => Ok(self.ac.right()),
            6 | 7 => self.trouble(Alarm::IllegalIndex).map(|()| Half::ZERO),
            _ => Ok(self.index[indicator as usize]),
        }
    }

    #[inline(always)]
    fn set_index(&mut self, indicator: u32, value: Half) -> Result<(), Break> {
        match indicator {
            0 => {}
            3 => self.ac = self.ac.with_right(value),
            6 | 7 => self.trouble(Alarm::IllegalIndex)?,
            _ => self.index[indicator as usize] = value,
        }
        Ok(())
    }

    #[inline(always)]
    fn skip(&mut self, instructions: u32) {
        self.pc = (self.pc + instructions) & ADDRESS;
    }

    /// The adders of both elements.
    #[inline(always)]
    fn sum(&self, augend: Twin, addend: Twin) -> (Twin, Overflow) {
        let (sum, overflow) = augend.plus(addend);
        (Twin(sum.0 ^ self.broken_adder.0), overflow)
    }

    #[inline(always)]
    fn add(&mut self, addend: Twin) -> Result<(), Break> {
        let (sum, overflow) = self.sum(self.ac, addend);
        self.ac = sum;
        self.overflow(overflow)
    }

    /// Sets overflow flip-flops; they hold until BSN resets them.
    #[inline(always)]
    fn overflow(&mut self, overflow: Overflow) -> Result<(), Break> {
        if overflow == 0 {
            return Ok(());
        }
        self.overflowed(overflow)
    }

    #[inline(never)]
    fn overflowed(&mut self, overflow: Overflow) -> Result<(), Break> {
        let mut exit = Ok(());
        for (flag, condition, alarm) in [
            (
                word::twin::LEFT_OVERFLOW,
                codes::LEFT_OVERFLOW,
                Alarm::LeftOverflow,
            ),
            (
                word::twin::RIGHT_OVERFLOW,
                codes::RIGHT_OVERFLOW,
                Alarm::RightOverflow,
            ),
        ] {
            if overflow & flag == 0 {
                continue;
            }
            self.set_condition(condition, true);
            // The instruction is done: a stop comes after it.
            match self.alarm(alarm) {
                Response::Ignore => {}
                Response::Stop => exit = Err(Break::Exit(Exit::Stopped(Stop::Alarm(alarm)))),
                Response::Branch => exit = Err(Break::Exit(Exit::StartedOver)),
            }
        }
        exit
    }

    /// The eight compares. `variation`: 4 left, 2 right, neither masked by B; 1 leaves the
    /// difference.
    fn compare_words(&mut self, e: u32, variation: u32) -> Result<(), Break> {
        let operand = self.operand(e)?;
        let half = |flag: u32, bits: u32| if variation & flag != 0 { bits } else { 0 };
        let mask = match variation & 6 {
            0 => self.b.0,
            _ => half(4, 0o177777 << 16) | half(2, 0o177777),
        };
        self.skip(u32::from((self.ac.0 ^ operand.0) & mask != 0));
        if variation & 1 == 0 {
            return Ok(());
        }
        let (difference, overflow) = self.sum(self.ac, operand.complement());
        if variation & 6 == 0 {
            self.ac = Twin(difference.0 & mask);
            return self.overflow(overflow);
        }
        // Whole halves are subtracted, the others stay.
        self.ac = Twin(self.ac.0 & !mask | difference.0 & mask);
        self.overflow(overflow & (variation >> 1) as u8)
    }

    fn multiply(&mut self, operand: Twin) {
        let left = arithmetic::multiply(self.ac.left(), operand.left());
        let right = arithmetic::multiply(self.ac.right(), operand.right());
        self.set_strings(left, right);
    }

    fn divide(&mut self, divisor: Twin) -> Result<(), Break> {
        let mut overflow = 0;
        match arithmetic::divide(self.ac.left(), self.b.left(), divisor.left()) {
            Some((ac, b)) => {
                self.ac = self.ac.with_left(ac);
                self.b = self.b.with_left(b);
            }
            None => overflow |= word::twin::LEFT_OVERFLOW,
        }
        match arithmetic::divide(self.ac.right(), self.b.right(), divisor.right()) {
            Some((ac, b)) => {
                self.ac = self.ac.with_right(ac);
                self.b = self.b.with_right(b);
            }
            None => overflow |= word::twin::RIGHT_OVERFLOW,
        }
        self.overflow(overflow)
    }

    /// AC:B of each element.
    #[inline(always)]
    fn strings(&self) -> (u32, u32) {
        (
            string(self.ac.left(), self.b.left()),
            string(self.ac.right(), self.b.right()),
        )
    }

    #[inline(always)]
    fn set_strings(&mut self, left: u32, right: u32) {
        let ((ac_left, b_left), (ac_right, b_right)) = (parts(left), parts(right));
        self.ac = Twin::new(ac_left, ac_right);
        self.b = Twin::new(b_left, b_right);
    }

    /// The places of a shift; each takes a pulse.
    #[inline(always)]
    fn places(&mut self, address: Half) -> u32 {
        let places = u32::from(address.0) & PLACES;
        self.pulses += u64::from(places);
        places
    }

    /// A branch that is taken or not.
    #[inline(always)]
    fn branch(&mut self, location: u32, target: u32, taken: bool) -> Result<(), Break> {
        if !taken {
            return Ok(());
        }
        self.a = self.a.with_right(Half(self.pc as u16));
        self.link = self.pc >> 16 != 0;
        self.pc = target;
        if target <= location {
            return self.backward();
        }
        Ok(())
    }

    #[inline(always)]
    fn branch_on_index(
        &mut self,
        location: u32,
        target: u32,
        indicator: u32,
        decrement: u8,
    ) -> Result<(), Break> {
        if matches!(indicator, 0 | 6 | 7) {
            self.index_register(indicator)?;
            return self.branch(location, target, true);
        }
        let index = self.index_register(indicator)?;
        if index.is_minus() {
            return Ok(());
        }
        let left = index.minus(Half(u16::from(decrement))).0;
        self.set_index(indicator, left)?;
        self.branch(location, target, true)
    }

    #[inline(always)]
    fn branch_on_sense(&mut self, location: u32, target: u32, condition: u8) -> Result<(), Break> {
        if condition == codes::LIGHT_4 {
            self.active_at = self.pulses;
        }
        let met = self.condition(condition);
        if met {
            self.conditions &= !(1 << condition & codes::RESETTABLE);
        }
        self.branch(location, target, met)
    }

    #[inline(always)]
    fn interlock(&self) -> Result<(), Break> {
        if self.condition(codes::IO_BUSY) {
            return Err(Break::Interlock);
        }
        Ok(())
    }

    fn begin_transfer(&mut self, words: Half, direction: Direction) -> Result<(), Break> {
        self.interlock()?;
        self.iowc = words.0;
        if words == Half::ZERO || self.selection.is_nothing() {
            return Ok(());
        }
        self.set_condition(codes::IO_BUSY, true);
        self.wait.forget();
        Err(Break::Exit(Exit::Transfer(direction)))
    }

    fn operate(&mut self, number: u8) -> Result<(), Break> {
        let operate = codes::operate(number);
        if operate.waits() {
            self.interlock()?;
        }
        match operate {
            Operate::SetLight(light) => {
                self.set_condition(codes::LIGHT_1 + light - 1, true);
                return Ok(());
            }
            Operate::ClearLight(light) => {
                self.set_condition(codes::LIGHT_1 + light - 1, false);
                return Ok(());
            }
            Operate::Nothing => return Ok(()),
            Operate::StartOver => {
                self.start_over();
                return Err(Break::Exit(Exit::StartedOver));
            }
            // The others are heard outside: the partner sees the flip-flops, the switch the lock.
            Operate::SetIntercommunication(number) => self.intercommunication |= 1 << (number - 1),
            Operate::ClearIntercommunication => self.intercommunication = 0,
            Operate::ClearAlarms => self.alarms.clear(),
            Operate::LockStandby => self.standby_locked = true,
            Operate::UnlockStandby => self.standby_locked = false,
            _ => {}
        }
        self.wait.forget();
        Err(Break::Exit(Exit::Operate(operate)))
    }
}

/// L10 to L15.
#[inline(always)]
fn auxiliary(word: u32) -> u8 {
    (word >> 16 & 0o77) as u8
}
