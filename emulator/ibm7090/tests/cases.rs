//! Hand-worked cases: `cases.txt`, a line each, with the rule it shows.
//!
//! Every row of the operation table must appear there. What a case does not mention must not
//! change: registers, indicators and all of core are compared.

use ibm7090::cpu::{Cpu, Exit, IoOperation};
use ibm7090::operation::{Format, Operation, decode, find, operations};
use std::collections::BTreeSet;

/// Where the instruction of a case stands.
const START: u16 = 0o100;
const NAMES: [&str; 27] = [
    "ic",
    "ac",
    "mq",
    "si",
    "a",
    "b",
    "c",
    "ov",
    "qov",
    "dc",
    "ioc",
    "ttm",
    "ftm",
    "stm",
    "ctm",
    "nul",
    "lights",
    "keys",
    "sw",
    "printer",
    "busy",
    "7607",
    "bot",
    "eot",
    "enabled",
    "inhibited",
    "clock",
];

fn value(cpu: &Cpu, name: &str) -> u64 {
    let i = &cpu.indicators;
    match name {
        "ic" => cpu.ic.into(),
        "ac" => cpu.ac,
        "mq" => cpu.mq,
        "si" => cpu.si,
        "a" => cpu.xr[0].into(),
        "b" => cpu.xr[1].into(),
        "c" => cpu.xr[2].into(),
        "ov" => i.ac_overflow.into(),
        "qov" => i.mq_overflow.into(),
        "dc" => i.divide_check.into(),
        "ioc" => i.io_check.into(),
        "ttm" => i.transfer_trap.into(),
        "ftm" => i.floating_trap.into(),
        "stm" => i.select_trap.into(),
        "ctm" => i.copy_trap.into(),
        "nul" => i.nullification.into(),
        "lights" => cpu.sense_lights.into(),
        "keys" => cpu.panel.keys,
        "sw" => cpu.panel.sense_switches.into(),
        "printer" => cpu.panel.printer_entries.into(),
        "busy" => cpu.channel_busy.into(),
        "7607" => cpu.data_channels.into(),
        "bot" => cpu.beginning_of_tape.into(),
        "eot" => cpu.end_of_tape.into(),
        "enabled" => cpu.enabled,
        "inhibited" => cpu.inhibited.into(),
        "clock" => cpu.clock_condition.into(),
        _ => panic!("no register {name}"),
    }
}

/// Applies `name=number`, `location=word`, `cond<n>=flags`, `halted=location`, `bad=location`.
fn set(cpu: &mut Cpu, name: &str, text: &str) {
    let number =
        u64::from_str_radix(text, 8).unwrap_or_else(|_| panic!("{name}={text}: expected octal"));
    let (small, byte, bit) = (number as u16, number as u8, number != 0);
    match name {
        "ic" => cpu.ic = small,
        "ac" => cpu.ac = number,
        "mq" => cpu.mq = number,
        "si" => cpu.si = number,
        "a" => cpu.xr[0] = small,
        "b" => cpu.xr[1] = small,
        "c" => cpu.xr[2] = small,
        "ov" => cpu.indicators.ac_overflow = bit,
        "qov" => cpu.indicators.mq_overflow = bit,
        "dc" => cpu.indicators.divide_check = bit,
        "ioc" => cpu.indicators.io_check = bit,
        "ttm" => cpu.indicators.transfer_trap = bit,
        "ftm" => cpu.indicators.floating_trap = bit,
        "stm" => cpu.indicators.select_trap = bit,
        "ctm" => cpu.indicators.copy_trap = bit,
        "nul" => cpu.indicators.nullification = bit,
        "lights" => cpu.sense_lights = byte,
        "keys" => cpu.panel.keys = number,
        "sw" => cpu.panel.sense_switches = byte,
        "printer" => cpu.panel.printer_entries = byte,
        "busy" => cpu.channel_busy = byte,
        "7607" => cpu.data_channels = byte,
        "bot" => cpu.beginning_of_tape = byte,
        "eot" => cpu.end_of_tape = byte,
        "enabled" => cpu.enabled = number,
        "inhibited" => cpu.inhibited = bit,
        "clock" => cpu.clock_condition = bit,
        "adder" => cpu.broken_adder = number,
        "halted" => cpu.halted = Some(small),
        "bad" => cpu.core.flip(small, 0),
        _ => match name.strip_prefix("cond") {
            Some(channel) => {
                cpu.conditions[channel.parse::<usize>().expect("cond0 to cond7")] = byte
            }
            None => cpu.core.write(
                u16::from_str_radix(name, 8).unwrap_or_else(|_| panic!("no register {name}")),
                number,
            ),
        },
    }
}

/// `CLA* 200,1`, all numbers octal, by the row of the mnemonic.
fn instruction(mnemonic: &str, operands: &str) -> u64 {
    let (name, indirect) = mnemonic
        .strip_suffix('*')
        .map_or((mnemonic, false), |name| (name, true));
    let row = find(name).unwrap_or_else(|| panic!("no operation {name}"));
    let mut fields = [0; 3];
    for (field, text) in fields
        .iter_mut()
        .zip(operands.split(',').filter(|text| !text.is_empty()))
    {
        *field = u64::from_str_radix(text, 8)
            .unwrap_or_else(|_| panic!("{mnemonic} {operands}: expected octal"));
    }
    if let Format::E { address, .. } | Format::Select { address, .. } = row.format {
        fields[0] += u64::from(address);
    }
    let flag = if indirect { 0o60 << 18 } else { 0 };
    let word = u64::from(row.code) << 24 | flag | fields[2] << 18 | fields[1] << 15 | fields[0];
    assert_eq!(
        decode(word).map(|row| row.code),
        Some(row.code),
        "{mnemonic} {operands}"
    );
    word
}

fn letter(channel: u8) -> char {
    char::from(b'A' + channel)
}

fn exit_text(exit: Exit) -> String {
    match exit {
        Exit::StoppedByCount => "next".into(),
        Exit::Horizon => "horizon".into(),
        Exit::Halted => "halted".into(),
        Exit::Stalled { channel } => format!("stalled {}", letter(channel)),
        Exit::Parity(location) => format!("parity {location:o}"),
        Exit::Io(operation) => match operation {
            IoOperation::StartChannel { channel, address } => {
                format!("start {} {address:o}", letter(channel))
            }
            IoOperation::LoadChannel { channel, address } => {
                format!("load {} {address:o}", letter(channel))
            }
            IoOperation::StoreChannel { channel, address } => {
                format!("store {} {address:o}", letter(channel))
            }
            IoOperation::StoreDiagnostic { channel, address } => {
                format!("diagnose {} {address:o}", letter(channel))
            }
            IoOperation::ResetChannel { channel } => format!("reset {}", letter(channel)),
            IoOperation::StoreSenseLines { channel, address } => {
                format!("lines {} {address:o}", letter(channel))
            }
            IoOperation::PresentSenseLines { channel, word } => {
                format!("present {} {word:o}", letter(channel))
            }
            IoOperation::Select {
                operation,
                channel,
                address,
            } => {
                format!(
                    "select {} {} {address:o}",
                    format!("{operation:?}").to_uppercase(),
                    letter(channel)
                )
            }
        },
    }
}

/// The lines of the table with `?` expanded for channels A to H: name, setup, result, rule.
fn cases() -> Vec<[String; 4]> {
    let mut cases = Vec::new();
    for line in include_str!("cases.txt")
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
    {
        let mut columns: Vec<&str> = line.split('|').map(str::trim).collect();
        assert_eq!(
            columns.len(),
            4,
            "expected `name | setup | result | rule`: {line}"
        );
        let columns: [&str; 4] = std::array::from_fn(|n| std::mem::take(&mut columns[n]));
        if !columns[0].contains('?') {
            cases.push(columns.map(String::from));
            continue;
        }
        for n in 0..8u8 {
            cases.push(columns.map(|text| {
                text.replace('?', &letter(n).to_string())
                    .replace("{n}", &n.to_string())
                    .replace("{bit}", &format!("{:o}", 1 << n))
                    .replace("{others}", &format!("{:o}", 0o377 & !(1 << n)))
                    .replace("{redundancy}", &format!("{:o}", 1u64 << (18 + n)))
                    .replace("{k}", &format!("{:o}", n + 1))
            }));
        }
    }
    cases
}

/// Runs a case; what went wrong.
fn run(case: &[String; 4]) -> Result<(), String> {
    let [name, setup, result, _] = case;
    let mut cpu = Cpu::new();
    cpu.ic = START;
    let mut steps = 1;
    let mut named = false;
    for item in setup
        .split(';')
        .map(str::trim)
        .filter(|item| !item.is_empty())
    {
        if let Some((register, number)) = item.split_once('=') {
            match register {
                "steps" => steps = number.parse().expect("a count"),
                _ => set(&mut cpu, register, number),
            }
            continue;
        }
        let mut parts = item.split(' ');
        let location = parts.next().expect("a location");
        let mnemonic = parts
            .next()
            .unwrap_or_else(|| panic!("{item}: expected an instruction"));
        named |= find(mnemonic.trim_end_matches('*')).map(|row| row.mnemonic)
            == find(name).map(|row| row.mnemonic);
        let word = instruction(mnemonic, parts.next().unwrap_or(""));
        cpu.core.write(
            u16::from_str_radix(location, 8).expect("an octal location"),
            word,
        );
    }
    assert!(named, "the case of {name} does not contain it: {setup}");
    let mut expected = cpu.clone();
    expected.ic = START + 1;
    let (mut exit, mut cycles) = ("next".to_string(), None);
    for item in result
        .split(';')
        .map(str::trim)
        .filter(|item| !item.is_empty())
    {
        let (register, number) = item
            .split_once('=')
            .unwrap_or_else(|| panic!("{item}: expected name=value"));
        match register {
            "exit" => exit = number.to_string(),
            "cycles" => cycles = Some(u64::from_str_radix(number, 8).expect("octal")),
            _ => set(&mut expected, register, number),
        }
    }
    cpu.stop_before_instruction = Some(steps);
    let found = exit_text(cpu.run(1000));
    if found != exit {
        return Err(format!("exit {found}, expected {exit}"));
    }
    if let Some(cycles) = cycles.filter(|&cycles| cycles != cpu.cycles) {
        return Err(format!("{:o} cycles, expected {cycles:o}", cpu.cycles));
    }
    for name in NAMES {
        let (found, expected) = (value(&cpu, name), value(&expected, name));
        if found != expected {
            return Err(format!("{name}={found:o}, expected {expected:o}"));
        }
    }
    if (cpu.conditions, cpu.halted) != (expected.conditions, expected.halted) {
        return Err(format!(
            "conditions {:?} halted {:?}",
            cpu.conditions, cpu.halted
        ));
    }
    for location in 0..0o77777 {
        let (found, expected) = (cpu.core.peek(location), expected.core.peek(location));
        if found != expected {
            return Err(format!(
                "{location:o}={found:012o}, expected {expected:012o}"
            ));
        }
    }
    Ok(())
}

#[test]
fn every_case_holds() {
    let mut failures = Vec::new();
    for case in cases() {
        if let Err(what) = run(&case) {
            failures.push(format!("{} | {} ({}): {what}", case[0], case[1], case[3]));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_row_of_the_table_has_a_case() {
    let cases = cases();
    let covered: BTreeSet<&str> = cases
        .iter()
        .map(|case| find(&case[0]).map_or("", |row| row.mnemonic))
        .collect();
    let missing = |row: &&Operation| !covered.contains(row.mnemonic);
    let missing: Vec<&str> = operations()
        .iter()
        .filter(missing)
        .map(|row| row.mnemonic)
        .collect();
    assert!(
        missing.is_empty(),
        "no hand-worked case for {}",
        missing.join(" ")
    );
}
