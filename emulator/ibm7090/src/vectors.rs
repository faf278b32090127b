//! Single-instruction vectors: a text of cases, run and compared.
//!
//! ```text
//!  mnemonic instruction AC MQ C(200) -> IC AC MQ C(200) C(0) AC-overflow divide-check
//! ```
//!
//! One instruction is executed at location 100, with HTR at 101, 102, 103, 110 and 10, the
//! operand at 200, location 0 clear, floating trap mode on, AC overflow and divide check off. IC
//! is the location of the HTR reached. All numbers are octal; AC has 13 digits (S is 2000000000000,
//! Q 1000000000000, P 0400000000000). Lines that are empty or begin with `#` are left out.

use std::fmt;

pub use ::console::vectors::{Report, VectorError};
use word::WORD;

use crate::cpu::{Cpu, Exit};
use crate::operation;

/// What a case leaves, in the order of the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Outcome {
    ic: u16,
    ac: u64,
    mq: u64,
    operand: u64,
    zero: u64,
    ac_overflow: bool,
    divide_check: bool,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outcome {
            ic,
            ac,
            mq,
            operand,
            zero,
            ac_overflow,
            divide_check,
        } = *self;
        let (overflow, check) = (u8::from(ac_overflow), u8::from(divide_check));
        write!(
            f,
            "{ic:05o} {ac:013o} {mq:012o} {operand:012o} {zero:012o} {overflow} {check}"
        )
    }
}

/// Runs every vector of a text. The first malformed line is an error.
pub fn run(text: &str) -> Result<Report, VectorError> {
    let mut report = Report::default();
    let mut cpu = Cpu::new();
    for (index, line) in text.lines().enumerate() {
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let (mnemonic, given, expected) = parse(index + 1, line)?;
        report.total += 1;
        match execute(&mut cpu, given) {
            Ok(found) if found == expected => report.agree += 1,
            Ok(found) => report.disagreements.push(format!(
                "line {}: {mnemonic} {}: expected {expected}, found {found}",
                index + 1,
                given.map(|word| format!("{word:012o}")).join(" ")
            )),
            Err(exit) => report.disagreements.push(format!(
                "line {}: {mnemonic} did not come to a stop: {exit:?}",
                index + 1
            )),
        }
    }
    Ok(report)
}

/// Instruction, AC, MQ and operand in; what the machine is left with out.
fn execute(cpu: &mut Cpu, given: [u64; 4]) -> Result<Outcome, Exit> {
    cpu.reset();
    for location in [0, 0o10, 0o101, 0o102, 0o103, 0o110] {
        cpu.core.write(location, 0);
    }
    cpu.core.write(0o100, given[0]);
    cpu.core.write(0o200, given[3]);
    (cpu.ac, cpu.mq, cpu.xr, cpu.si) = (given[1], given[2], [0; 3], 0);
    cpu.go(0o100);
    match cpu.run(cpu.cycles + 100) {
        Exit::Halted => Ok(Outcome {
            ic: cpu.ic,
            ac: cpu.ac,
            mq: cpu.mq,
            operand: cpu.core.peek(0o200),
            zero: cpu.core.peek(0),
            ac_overflow: cpu.indicators.ac_overflow,
            divide_check: cpu.indicators.divide_check,
        }),
        exit => Err(exit),
    }
}

const COLUMNS: [&str; 13] = [
    "a mnemonic",
    "the instruction, 12 octal digits",
    "AC, 13 octal digits",
    "MQ, 12 octal digits",
    "the operand, 12 octal digits",
    "`->`",
    "IC, 5 octal digits",
    "AC afterwards, 13 octal digits",
    "MQ afterwards, 12 octal digits",
    "C(200) afterwards, 12 octal digits",
    "C(0) afterwards, 12 octal digits",
    "AC overflow, 0 or 1",
    "divide check, 0 or 1",
];

fn parse(line: usize, text: &str) -> Result<(&'static str, [u64; 4], Outcome), VectorError> {
    let mut fields = Vec::new();
    let mut rest = 0;
    for field in text.split_ascii_whitespace() {
        let start = rest + text[rest..].find(field).unwrap_or(0);
        rest = start + field.len();
        fields.push((start + 1, field));
    }
    let mistake = |column: usize, message: String| VectorError {
        line,
        column,
        message,
    };
    if let Some(&(column, field)) = fields.get(COLUMNS.len()) {
        return Err(mistake(
            column,
            format!(
                "expected the end of the line after {} columns, found `{field}`",
                COLUMNS.len()
            ),
        ));
    }
    if fields.len() < COLUMNS.len() {
        return Err(mistake(
            text.len() + 1,
            format!(
                "expected {}, found the end of the line",
                COLUMNS[fields.len()]
            ),
        ));
    }
    let octal = |index: usize, limit: u64| {
        let (column, field) = fields[index];
        let number = u64::from_str_radix(field, 8)
            .ok()
            .filter(|&number| number <= limit && !field.starts_with('+'));
        number.ok_or_else(|| {
            mistake(
                column,
                format!("expected {}, found `{field}`", COLUMNS[index]),
            )
        })
    };
    let (column, mnemonic) = fields[0];
    let row = operation::find(mnemonic).ok_or_else(|| {
        mistake(
            column,
            format!("expected the mnemonic of a 7090 operation, found `{mnemonic}`"),
        )
    })?;
    if fields[5].1 != "->" {
        return Err(mistake(
            fields[5].0,
            format!("expected {}, found `{}`", COLUMNS[5], fields[5].1),
        ));
    }
    const AC: u64 = (1 << 38) - 1;
    let given = [
        octal(1, WORD)?,
        octal(2, AC)?,
        octal(3, WORD)?,
        octal(4, WORD)?,
    ];
    let decoded = operation::decode(given[0]).map_or("nothing", |row| row.mnemonic);
    if decoded != row.mnemonic {
        return Err(mistake(
            fields[1].0,
            format!(
                "expected an instruction word of {}, found `{}`, which is {decoded}",
                row.mnemonic, fields[1].1
            ),
        ));
    }
    let outcome = Outcome {
        ic: octal(6, 0o77777)? as u16,
        ac: octal(7, AC)?,
        mq: octal(8, WORD)?,
        operand: octal(9, WORD)?,
        zero: octal(10, WORD)?,
        ac_overflow: octal(11, 1)? == 1,
        divide_check: octal(12, 1)? == 1,
    };
    Ok((row.mnemonic, given, outcome))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "CLA  050000000200 0000000000000 000000000000 400000000005 -> 00101 2000000000005 000000000000 400000000005 000000000000 0 0";

    #[test]
    fn agreement_and_disagreement() {
        let report = run(&format!("# header\n\n{GOOD}\n")).unwrap();
        assert_eq!(report.to_string(), "1 of 1 agree");
        let report = run(&GOOD.replace("2000000000005", "2000000000006")).unwrap();
        assert!(report.to_string().ends_with("\n0 of 1 agree"), "{report}");
    }

    #[test]
    fn mistakes_have_a_place() {
        for (from, to, column, expected) in [
            ("CLA ", "CLX ", 1, "mnemonic"),
            ("CLA ", "CAL ", 6, "instruction word of CAL"),
            ("-> ", "=> ", 59, "`->`"),
            (" 00101", " 00109", 62, "IC"),
            (" 0 0", " 0", 122, "divide check"),
            (" 0 0", " 0 0 0", 125, "end of the line"),
            (" 0 0", " 0 2", 123, "divide check"),
        ] {
            let error = run(&format!("#\n{}", GOOD.replace(from, to))).unwrap_err();
            assert_eq!((error.line, error.column), (2, column), "{error}");
            assert!(error.message.contains(expected), "{error}");
        }
    }
}
