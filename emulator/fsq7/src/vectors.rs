//! Single-instruction vectors: a text of cases, run and compared.
//!
//! ```text
//! NAME  instruction | PC | AC | A | B | X1 X2 X4 X5 | E C(E) | OV | LT IC SW | IOAC IOWC CLOCK | SR DA
//!  -> PC | AC | A | B | X1 X2 X4 X5 | C(E) | OV | LT IC | IOAC IOWC | SR DA | STOP TIME
//! ```
//!
//! All numbers are octal but TIME (pulses of 0.5 us). Words are two halves; the right half of A has
//! its link bit in front. OV: 2 left, 1 right. Lights, flip-flops and switches n in bit n-1. SR:
//! the selection, a drum field with 100 added. Core is clear but for the instruction at PC and the
//! operand at E; an instruction without operand has E and C(E) 0. What stands behind a semicolon is
//! a remark; lines that are empty or begin with `#` are left out.

pub use ::console::vectors::{Report, VectorError};
use word::twin::{Half, Twin};

use crate::alarm::{Alarm, Response};
use crate::central::{Central, Exit, Stop};
use crate::codes::{self, Selection};
use crate::operation;

/// One column: what it is, and the greatest number in it.
struct Column(&'static str, u64);

const HALF: u64 = 0o177777;
const ADDRESS: u64 = 0o377777;

/// The columns before the arrow, after the mnemonic. A bar stands before the first of each group.
#[rustfmt::skip]
const BEFORE: &[&[Column]] = &[
    &[Column("the left half of the instruction", HALF), Column("its right half", HALF)],
    &[Column("PC", ADDRESS)],
    &[Column("AC left", HALF), Column("AC right", HALF)],
    &[Column("A left", HALF), Column("A right with its link bit", ADDRESS)],
    &[Column("B left", HALF), Column("B right", HALF)],
    &[Column("X1", HALF), Column("X2", HALF), Column("X4", HALF), Column("X5", HALF)],
    &[Column("E", ADDRESS), Column("C(E) left", HALF), Column("C(E) right", HALF)],
    &[Column("OV", 3)],
    &[Column("LT", 0o17), Column("IC", 0o17), Column("SW", 0o17)],
    &[Column("IOAC", ADDRESS), Column("IOWC", HALF), Column("CLOCK", HALF)],
    &[Column("SR", 0o177), Column("DA", 0o77777)],
];

/// The columns after the arrow.
#[rustfmt::skip]
const AFTER: &[&[Column]] = &[
    &[Column("PC afterwards", ADDRESS)],
    &[Column("AC left afterwards", HALF), Column("AC right afterwards", HALF)],
    &[Column("A left afterwards", HALF), Column("A right afterwards", ADDRESS)],
    &[Column("B left afterwards", HALF), Column("B right afterwards", HALF)],
    &[Column("X1 afterwards", HALF), Column("X2 afterwards", HALF), Column("X4 afterwards", HALF), Column("X5 afterwards", HALF)],
    &[Column("C(E) left afterwards", HALF), Column("C(E) right afterwards", HALF)],
    &[Column("OV afterwards", 3)],
    &[Column("LT afterwards", 0o17), Column("IC afterwards", 0o17)],
    &[Column("IOAC afterwards", ADDRESS), Column("IOWC afterwards", HALF)],
    &[Column("SR afterwards", 0o177), Column("DA afterwards", 0o77777)],
    &[Column("STOP, 0 or 1", 1), Column("TIME, decimal", u32::MAX as u64)],
];

/// Runs every vector of a text. The first malformed line is an error.
pub fn run(text: &str) -> Result<Report, VectorError> {
    let mut report = Report::default();
    let mut machine = Central::default();
    for (alarm, _) in Alarm::ALL {
        machine.alarms.set_switch(alarm, Response::Ignore);
    }
    for (index, line) in text.lines().enumerate() {
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let (mnemonic, given, expected) = parse(index + 1, line)?;
        report.total += 1;
        let found = execute(&mut machine, &given);
        if found == expected {
            report.agree += 1;
        } else {
            let differing = differences(&expected, &found);
            let line = index + 1;
            report
                .disagreements
                .push(format!("line {line}: {mnemonic}: {differing}"));
        }
    }
    Ok(report)
}

/// The columns that differ.
fn differences(expected: &[u64], found: &[u64]) -> String {
    let columns = AFTER.iter().flat_map(|group| group.iter());
    let pairs = columns.zip(expected.iter().zip(found));
    let differing = pairs.filter(|(_, (expected, found))| expected != found);
    let texts: Vec<String> = differing
        .map(|(Column(name, _), (expected, found))| {
            if name.starts_with("TIME") {
                format!("{name}: expected {expected}, found {found}")
            } else {
                format!("{name}: expected {expected:o}, found {found:o}")
            }
        })
        .collect();
    texts.join("; ")
}

/// The state before in, the state after out, in the order of the columns.
fn execute(machine: &mut Central, given: &[u64]) -> Vec<u64> {
    let mut given = given.iter().copied();
    let mut next = || given.next().unwrap_or(0);
    let mut half = || Half(next() as u16);
    let instruction = Twin::new(half(), half());
    let pc = next() as u32;
    let mut half = || Half(next() as u16);
    machine.ac = Twin::new(half(), half());
    let a_left = half();
    let a_right = next();
    machine.a = Twin::new(a_left, Half(a_right as u16));
    machine.link = a_right >> 16 != 0;
    let mut half = || Half(next() as u16);
    machine.b = Twin::new(half(), half());
    for register in [1, 2, 4, 5] {
        machine.index[register] = half();
    }
    let e = next() as u32;
    let operand = Twin::of(next() as u16, next() as u16);
    machine.conditions = 1 << codes::ALWAYS;
    let overflow = next();
    machine.conditions |= (overflow >> 1 & 1) << codes::LEFT_OVERFLOW;
    machine.conditions |= (overflow & 1) << codes::RIGHT_OVERFLOW;
    machine.conditions |= next() << codes::LIGHT_1;
    machine.intercommunication = next() as u8;
    machine.conditions |= next() << codes::SWITCH_1;
    machine.ioac = next() as u32;
    machine.iowc = next() as u16;
    let clock = Twin::of(0, next() as u16);
    machine.selection = Selection(next() as u8);
    machine.drum_address = next() as u16;

    machine.memory.deposit(crate::memory::CLOCK_REGISTER, clock);
    machine.memory.deposit(e, operand);
    machine.memory.deposit(pc, instruction);
    machine.go(pc);
    let begin = machine.pulses;
    let exit = machine.run(begin + 1);
    let after = machine.memory.peek(e).unwrap_or_default();
    for address in [e, pc] {
        machine.memory.deposit(address, Twin::ZERO);
    }

    let mut found = vec![u64::from(machine.pc)];
    let halves = |word: Twin| [u64::from(word.left().0), u64::from(word.right().0)];
    found.extend(halves(machine.ac));
    let [a_left, a_right] = halves(machine.a);
    found.extend([a_left, a_right | u64::from(machine.link) << 16]);
    found.extend(halves(machine.b));
    found.extend([1, 2, 4, 5].map(|register| u64::from(machine.index[register].0)));
    found.extend(halves(after));
    let met = |condition: u8| u64::from(machine.condition(condition));
    found.push(met(codes::LEFT_OVERFLOW) << 1 | met(codes::RIGHT_OVERFLOW));
    found.push(machine.conditions >> codes::LIGHT_1 & 0o17);
    found.push(u64::from(machine.intercommunication));
    found.extend([u64::from(machine.ioac), u64::from(machine.iowc)]);
    found.extend([
        u64::from(machine.selection.0),
        u64::from(machine.drum_address),
    ]);
    found.push(u64::from(exit == Exit::Stopped(Stop::Halt)));
    found.push(machine.pulses - begin);
    // So that no tick falls into a case.
    machine.pulses = 0;
    machine.active_at = 0;
    found
}

type Case = (&'static str, Vec<u64>, Vec<u64>);

/// The fields of a line, with their columns, taken one by one.
struct Fields<'a> {
    line: usize,
    end: usize,
    fields: std::vec::IntoIter<(usize, &'a str)>,
}

impl Fields<'_> {
    fn mistake(&self, column: usize, message: String) -> VectorError {
        VectorError {
            line: self.line,
            column,
            message,
        }
    }

    fn take(&mut self, expected: &str) -> Result<(usize, &str), VectorError> {
        match self.fields.next() {
            Some(field) => Ok(field),
            None => {
                let message = format!("expected {expected}, found the end of the line");
                Err(self.mistake(self.end, message))
            }
        }
    }

    fn mark(&mut self, mark: &str) -> Result<(), VectorError> {
        let line = self.line;
        let (column, field) = self.take(&format!("`{mark}`"))?;
        if field == mark {
            return Ok(());
        }
        let message = format!("expected `{mark}`, found `{field}`");
        Err(VectorError {
            line,
            column,
            message,
        })
    }

    fn number(&mut self, Column(name, limit): &Column) -> Result<u64, VectorError> {
        let line = self.line;
        let radix = if name.starts_with("TIME") { 10 } else { 8 };
        let (column, field) = self.take(name)?;
        let digits = field.bytes().all(|b| b.is_ascii_digit());
        let number = u64::from_str_radix(field, radix).ok();
        match number.filter(|number| digits && number <= limit) {
            Some(number) => Ok(number),
            None => {
                let kind = if radix == 8 { "octal" } else { "decimal" };
                let message = format!("expected {name}, a number in {kind}, found `{field}`");
                Err(VectorError {
                    line,
                    column,
                    message,
                })
            }
        }
    }

    fn groups(&mut self, groups: &[&[Column]]) -> Result<Vec<u64>, VectorError> {
        let mut numbers = Vec::new();
        for (index, group) in groups.iter().enumerate() {
            if index > 0 {
                self.mark("|")?;
            }
            for column in group.iter() {
                numbers.push(self.number(column)?);
            }
        }
        Ok(numbers)
    }
}

fn parse(line: usize, text: &str) -> Result<Case, VectorError> {
    let text = text.split(';').next().unwrap_or("");
    let mut places = Vec::new();
    let mut rest = 0;
    for field in text.split_ascii_whitespace() {
        let start = rest + text[rest..].find(field).unwrap_or(0);
        rest = start + field.len();
        places.push((text[..start].chars().count() + 1, field));
    }
    let instruction_at = places.get(1).map_or(0, |place| place.0);
    let mut fields = Fields {
        line,
        end: text.trim_end().chars().count() + 1,
        fields: places.into_iter(),
    };
    let (column, mnemonic) = fields.take("a mnemonic")?;
    let Some(row) = operation::find(mnemonic) else {
        let message = format!("expected the mnemonic of an AN/FSQ-7 operation, found `{mnemonic}`");
        return Err(VectorError {
            line,
            column,
            message,
        });
    };
    let given = fields.groups(BEFORE)?;
    let word = (given[0] << 16 | given[1]) as u32;
    let decoded = operation::decode(word).map_or("nothing", |row| row.mnemonic);
    if decoded != row.mnemonic {
        let message = format!(
            "expected an instruction word of {}, found {}, which is {decoded}",
            row.mnemonic,
            Twin(word)
        );
        return Err(fields.mistake(instruction_at, message));
    }
    fields.mark("->")?;
    let expected = fields.groups(AFTER)?;
    if let Some((column, field)) = fields.fields.next() {
        let message = format!("expected the end of the line, found `{field}`");
        return Err(fields.mistake(column, message));
    }
    Ok((row.mnemonic, given, expected))
}
