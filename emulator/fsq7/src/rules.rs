//! The rules this emulation follows, each with its evidence mark; and the table of what is ours.
//!
//! Codes of operations carry their marks in `operation/table.rs`, the numbers of `codes` are all
//! assigned by us. What is left is behaviour, and stands here. The cases worked by hand
//! (`tests/cases.txt`) each name the rule that decides them, with its mark.

use std::fmt::Write;

use crate::alarm::{Alarm, Alarms, Response};
use crate::central::INACTIVITY;
use crate::codes::{AUXILIARY_DRUMS, CONDITIONS, FIELDS, OPERATES, UNITS};
use crate::evidence::Mark::{self, *};
use crate::operation::operations;

/// One rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its name in cases and tables.
    pub name: &'static str,
    /// How well it is known.
    pub mark: Mark,
    /// What it says.
    pub text: &'static str,
}

/// Every rule, by subject.
#[rustfmt::skip] // One rule a row.
pub const RULES: &[Rule] = &[
    // Words and arithmetic.
    rule("word", Documented, "32 bits and parity; two halves of sign and 15 bits in ones' complement, worked on by two arithmetic elements"),
    rule("bit-names", Recalled, "bits are LS L1-L15 RS R1-R15"),
    rule("parity", Assigned, "word and parity bit together have an odd number of ones"),
    rule("add", Documented, "a sum is in ones' complement, each half for itself"),
    rule("end-around", Recalled, "a carry out of the sign position is added in at the right"),
    rule("minus-zero", Inferred, "+0 + +0 = +0, +0 + -0 = -0, -0 + -0 = -0, x + ~x = -0"),
    rule("difference", Recalled, "a difference is the sum with the complement, so equal numbers give -0 and +0 - -0 is +0"),
    rule("overflow", Recalled, "equal signs with a sum of the other sign set the overflow flip-flop of that side; the sum stays wrapped"),
    rule("overflow-holds", Assigned, "the flip-flops hold until BSN 11 or 12; ADD SUB TAD TSU ADB, the differences of the compares, the rounding of SLR, AOR (right) and divide overflow set them, nothing else"),
    rule("overflow-stop", Assigned, "an operator's switch makes overflow stop the machine; delivered off"),
    rule("magnitude", Inferred, "the magnitude of a negative half is its complement; that of -0 is +0"),
    rule("difference-magnitudes", Recalled, "DIM subtracts magnitudes; equal ones give -0; it never sets overflow"),
    rule("halves-apart", Recalled, "halves never carry into each other"),
    rule("zero-test", Assigned, "zero tests accept both zeros; sign tests look at the sign bit, so -0 is minus"),
    rule("twin", Recalled, "the twin instructions use the left half of the operand for both sides"),
    rule("product", Inferred, "AC:B is one string: sign, 15 high and 15 low bits, and a copy of the sign; not rounded"),
    rule("product-sign", Assigned, "the sign of a product or quotient is the signs' exclusive or, zeros included; a negative result is complemented as a whole"),
    rule("quotient", Inferred, "a division leaves 16 quotient bits in B and a zero of the quotient's sign in AC; the remainder is lost"),
    rule("dividend", Assigned, "the dividend is AC and all 16 bits of B, read with the sign of AC"),
    rule("divide-overflow", Assigned, "a magnitude of AC not below the divisor's is a divide overflow: that side's AC and B stay, its flip-flop is set, the time is the same"),
    rule("round", Recalled, "SLR adds a unit in magnitude if the bit at B's sign differs from AC's sign, and clears B"),
    rule("round-overflow", Assigned, "the rounding sum follows the overflow rule"),
    // Addresses.
    rule("address", Documented, "an address has 17 bits: LS and the right half"),
    rule("index-numbers", Recalled, "index registers are 1, 2, 4, 5; indicator 3 is the right accumulator, 0 none"),
    rule("index-add", Inferred, "address and index are added in 16 bits with end-around carry"),
    rule("index-bank", Assigned, "LS is passed unchanged"),
    rule("index-zero", Assigned, "an index of either zero leaves the address as it is"),
    rule("index-before", Assigned, "the address is formed before anything else: with indicator 3 the old accumulator counts"),
    rule("index-which", Assigned, "instructions with an operand in memory, TOB, TTB and LDC are indexed; no others"),
    rule("index-unused", Assigned, "indicators 6 and 7 count as 0 and raise the illegal-index alarm where an index is used"),
    rule("pc", Inferred, "the program counter is a binary counter of 17 bits"),
    rule("skip", Assigned, "a skip adds to the program counter after the usual step"),
    rule("illegal", Assigned, "codes without operation, and bits beside a code that are not 0, are illegal: alarm and stop, nothing changes; with the switch at ignore, no operation"),
    // Miscellaneous class.
    rule("halt", Recalled, "HLT stops with the program counter at the next instruction"),
    rule("extract", Recalled, "ETR is the logical and of 32 bits"),
    rule("operate", Assigned, "the numbers of PER and what they do"),
    rule("word-counter", Recalled, "CSW puts the complement of IOWC in the right accumulator and +0 in the left"),
    rule("load-b", Recalled, "LDB loads both B registers"),
    rule("compare", Assigned, "equal: the next instruction; unequal: skip one; bit for bit, AC as before a difference"),
    rule("compare-masked", RecalledWeakly, "CMM and CDM compare only where B has ones"),
    rule("compare-difference", Assigned, "whole halves are subtracted; CDM masks the result; other halves stay"),
    rule("test-bit", Assigned, "TOB skips one if the bit is 1"),
    rule("test-bits", Assigned, "TTB skips as many as two bits say; after R15 comes LS"),
    rule("clear-add", Recalled, "CAD and CSU bring the operand or its complement"),
    rule("clock", Recalled, "the clock register has 16 bits and counts 1/32 s"),
    // Store.
    rule("store", Recalled, "FST stores AC, LST and RST one half and keep the other"),
    rule("store-address", Recalled, "STA stores the right A register in the right half"),
    rule("store-link", Assigned, "STA stores the link bit in LS; L1-L15 stay"),
    rule("add-one", Assigned, "AOR adds 1 in ones' complement to the right half and leaves the new word in AC too"),
    rule("exchange", Recalled, "ECH exchanges AC and memory"),
    rule("deposit", Recalled, "DEP stores AC where B has ones"),
    rule("read-only", Assigned, "a store into a word that cannot be written takes its time and changes nothing"),
    // Shift.
    rule("shift-left", Assigned, "the first bit stays, the others move, vacated places take the sign, what leaves is lost without overflow"),
    rule("shift-right", Assigned, "all bits move, the sign is copied in, what leaves is lost, no rounding"),
    rule("cycle", Recalled, "cycles rotate 32 bits: AC:B of each side, or AC left and right"),
    rule("places", Assigned, "places are counted modulo 64; a place takes 0.5 us"),
    // Branch.
    rule("return-address", Documented, "a taken branch leaves the address after it in a register"),
    rule("return-register", Recalled, "that register is the right A register"),
    rule("link", Assigned, "its link bit has bit 16 of the address"),
    rule("branch-not-taken", Assigned, "a branch that is not taken changes nothing"),
    rule("branch-index", Recalled, "BPX branches if the index is plus and subtracts the part; without index register always"),
    rule("index-minus-zero", Inferred, "the subtraction adds the complement, so 1 - 1 = -0, which is minus and indexes like 0"),
    rule("branch-index-accumulator", Assigned, "BPX with indicator 3 tests and counts the right accumulator"),
    rule("sense", Assigned, "the numbers of BSN, and which conditions a success resets"),
    rule("branch-sign", Recalled, "BFM BLM BRM look at the signs, BFZ at zeros"),
    // Input and output.
    rule("io-address", Recalled, "LDC puts the effective address in IOAC"),
    rule("select", Assigned, "SDR and SEL share one selection; SEL leaves the drum address; numbers of fields and units"),
    rule("nothing-selected", Assigned, "RDS and WRT of no words, or with nothing selected, set IOWC and end at once"),
    rule("word-count", Recalled, "RDS and WRT set IOWC"),
    rule("interlock", Recalled, "an instruction of the class waits while a transfer runs"),
    rule("break-cycle", Recalled, "a word moved costs the program one cycle"),
    rule("drum-geometry", Recalled, "six fields of 2,048 registers, about 2,914 turns a minute"),
    rule("drum-time", Assigned, "10,054 ns a register, all drums in step"),
    rule("drum-status", Recalled, "two status channels, one a side: inputs are read, outputs filled by marks in order of passing"),
    rule("drum-message", Assigned, "other devices write whole messages to places of their length; a reading by status begins at one"),
    rule("drum-identification", Recalled, "output and display sections take registers whose identity bits match"),
    rule("drum-display", Assigned, "RD has nine fields, one written; TD two buffers of three"),
    rule("units", Assigned, "card images, speeds, and what ends a transfer of a unit"),
    // Index class.
    rule("load-index", Recalled, "XIN loads an index register from the instruction, XAC from the right accumulator"),
    rule("add-index", Assigned, "ADX uses the plain adder and never sets overflow"),
    rule("index-accumulator", Assigned, "with indicator 3 XIN, XAC and ADX act on the right accumulator, with 0 they do nothing"),
    // A registers and time.
    rule("a-registers", Assigned, "operands of classes 0 to 2 stand in A as in memory, the link bit is their LS; twin: the left half twice"),
    rule("time", Recalled, "one cycle without operand, two with, three to change a word"),
    rule("time-arithmetic", RecalledWeakly, "16.5 us to multiply, 51 us to divide"),
    rule("time-add-b", Assigned, "ADB takes one cycle"),
    // Around it.
    rule("test-memory", Assigned, "place and layout of the 32 words of test memory"),
    rule("early-memory", Inferred, "the early machine had two units of 4,096 words"),
    rule("alarms", Assigned, "the list of alarms and their switches"),
    rule("start-over", Assigned, "a start-over clears AC, A, B and the index registers, breaks off a transfer and goes to test memory"),
    rule("inactivity", Assigned, "six seconds without a test of condition light 4 raise the alarm"),
    rule("load-buttons", Assigned, "a card or a drum field to location 0, then its program starts"),
    rule("power-on", Assigned, "power on leaves zeros everywhere"),
];

const fn rule(name: &'static str, mark: Mark, text: &'static str) -> Rule {
    Rule { name, mark, text }
}

/// The rule of a name.
pub fn find(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name)
}

/// What of this machine is assigned by us, as a document: rules, codes, numbers, alarms. Made from
/// the tables of the code.
pub fn assigned() -> String {
    let mut text = String::from(
        "# What of this AN/FSQ-7 is ours\n\nMade from the tables of the code by `duplex machine fsq7 \
         --assigned`; a test holds this file to them.\nNo manual of the machine could be read. Only \
         what is marked *documented* may be told as history.\n\n## Rules\n\n| mark | rules |\n|---|---|\n",
    );
    for mark in Mark::ALL {
        let count = RULES.iter().filter(|rule| rule.mark == mark).count();
        let _ = writeln!(text, "| {mark} | {count} |");
    }
    let _ = write!(text, "\n### Assigned by us\n\n| rule | |\n|---|---|\n");
    for rule in RULES.iter().filter(|rule| rule.mark == Assigned) {
        let _ = writeln!(text, "| {} | {} |", rule.name, rule.text);
    }
    let _ = write!(
        text,
        "\n### The others\n\n| rule | mark | |\n|---|---|---|\n"
    );
    for rule in RULES.iter().filter(|rule| rule.mark != Assigned) {
        let _ = writeln!(text, "| {} | {} | {} |", rule.name, rule.mark, rule.text);
    }
    let _ = write!(
        text,
        "\n## Codes of operations\n\n| code | name | | mark of the code |\n|---|---|---|---|\n"
    );
    for row in operations() {
        let (code, name) = (row.written_code(), row.mnemonic);
        let _ = writeln!(text, "| {code} | {name} | {} | {} |", row.title, row.mark);
    }
    let _ = write!(
        text,
        "\n## Numbers of PER, BSN, SEL and SDR\n\nAll assigned by us, with their names in the \
         assembler.\n\n| PER 01- | name | |\n|---|---|---|\n"
    );
    for (number, symbol, _, meaning) in OPERATES {
        let _ = writeln!(text, "| {number:02o} | {symbol} | {meaning} |");
    }
    let _ = write!(
        text,
        "\n| BSN 52- | name | | reset by a success |\n|---|---|---|---|\n"
    );
    for row in CONDITIONS {
        let resets = if row.resets { "yes" } else { "" };
        let (number, symbol, name) = (row.number, row.symbol, row.name);
        let _ = writeln!(text, "| {number:02o} | {symbol} | {name} | {resets} |");
    }
    let _ = write!(text, "\n| SEL 62- | name | |\n|---|---|---|\n");
    for (number, symbol, name) in UNITS {
        let _ = writeln!(text, "| {number:02o} | {symbol} | {name} |");
    }
    let _ = write!(
        text,
        "\n| SDR 61- | name | | words of a message |\n|---|---|---|---|\n"
    );
    for (drum, letter) in (0u8..).zip(AUXILIARY_DRUMS.chars()) {
        let (first, last) = (drum * 6, drum * 6 + 5);
        let _ = writeln!(
            text,
            "| {first:02o}-{last:02o} | AM{letter}0-AM{letter}5 | auxiliary-memory drum {letter} | |"
        );
    }
    for row in FIELDS {
        let (number, symbol, name) = (row.number, row.symbol, row.name);
        let _ = writeln!(
            text,
            "| {number:02o} | {symbol} | {name} | {} |",
            row.message
        );
    }
    let _ = write!(
        text,
        "\n## Alarms and times\n\nAll assigned by us.\n\n| alarm | switch as delivered |\n|---|---|\n"
    );
    let delivered = Alarms::default();
    for (alarm, name) in Alarm::ALL {
        let switch = match delivered.switch(alarm) {
            Response::Ignore => "ignore",
            Response::Stop => "stop",
            Response::Branch => "branch",
        };
        let _ = writeln!(text, "| {name} | {switch} |");
    }
    let silence = INACTIVITY / 2_000_000;
    let register = crate::drum::REGISTER.0;
    let _ = write!(
        text,
        "\n| time | |\n|---|---|\n| silence before the inactivity \
         alarm | {silence} s |\n| a drum register | {register} ns |\n| interlock before its alarm | {} s |\n",
        crate::machine::INTERLOCK.0 / 1_000_000_000,
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_rule_stands_twice() {
        for (number, rule) in RULES.iter().enumerate() {
            let before = RULES[..number].iter().any(|other| other.name == rule.name);
            assert!(!before, "{}", rule.name);
        }
    }

    #[test]
    fn the_document_is_that_of_the_code() {
        let document = include_str!("../ASSIGNED.md");
        if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1") {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/ASSIGNED.md");
            std::fs::write(path, assigned()).unwrap();
            return;
        }
        assert!(
            document == assigned(),
            "ASSIGNED.md is old: make it again with UPDATE_GOLDEN=1"
        );
    }
}
