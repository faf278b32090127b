//! The cases, worked out apart from the emulator.
//!
//! This is not the emulator run backwards: nothing here uses the room's code. Each outcome follows
//! from the words of the reference by the plainest means that could be checked with pencil and
//! paper: sums as decimal numbers with the carry taken off and added, overflow from the true values,
//! shifts one place at a time on rows of bits, quotients by long division. Operands are chosen by
//! hand: both zeros, the greatest and the least, neighbours of a carry and of an overflow, addresses
//! at the ends of memory. What each case shows is said by the rules named at its end.
//!
//! *Honestly*: the same person read the reference for this and for the emulator. A misreading common
//! to both would not be seen here; `vectors.txt`, made by others, is the check against that.

mod arithmetic;
mod control;
mod miscellaneous;
mod numbers;
mod storing;

use numbers::*;

/// A case before or after. Halves are 0 to 177777 (octal), addresses 17 bits.
#[derive(Clone)]
struct State {
    pc: u32,
    ac: [u32; 2],
    /// The right one with its link bit.
    a: [u32; 2],
    b: [u32; 2],
    x: [u32; 4],
    e: u32,
    operand: [u32; 2],
    overflow: u32,
    lights: u32,
    flip_flops: u32,
    switches: u32,
    io: [u32; 2],
    clock: u32,
    selection: [u32; 2],
}

/// Codes as the reference prints them: three digits, or two before an auxiliary part.
#[rustfmt::skip]
const CODES: [(&str, u32); 59] = [
    ("HLT", 0o000), ("ETR", 0o004), ("PER", 0o01), ("CSW", 0o020), ("SLR", 0o024), ("LDB", 0o030),
    ("CMM", 0o040), ("CDM", 0o041), ("CMR", 0o042), ("CDR", 0o043), ("CML", 0o044), ("CDL", 0o045),
    ("CMF", 0o046), ("CDF", 0o047), ("TOB", 0o05), ("TTB", 0o06),
    ("CAD", 0o100), ("ADD", 0o104), ("TAD", 0o110), ("ADB", 0o114), ("CSU", 0o130), ("SUB", 0o134),
    ("TSU", 0o140), ("CAM", 0o160), ("DIM", 0o164), ("CAC", 0o170),
    ("MUL", 0o250), ("TMU", 0o254), ("DVD", 0o260), ("TDV", 0o264),
    ("FST", 0o324), ("LST", 0o330), ("RST", 0o334), ("STA", 0o340), ("AOR", 0o344), ("ECH", 0o350),
    ("DEP", 0o360),
    ("DSL", 0o400), ("DSR", 0o404), ("ASL", 0o420), ("ASR", 0o424), ("LSR", 0o440), ("RSR", 0o444),
    ("DCL", 0o460), ("FCL", 0o470),
    ("BPX", 0o51), ("BSN", 0o52), ("BFZ", 0o540), ("BFM", 0o544), ("BLM", 0o550), ("BRM", 0o554),
    ("LDC", 0o600), ("SDR", 0o61), ("SEL", 0o62), ("RDS", 0o670), ("WRT", 0o674),
    ("XIN", 0o754), ("XAC", 0o764), ("ADX", 0o770),
];

/// Operations whose code has two digits and an auxiliary part.
const WITH_PART: [&str; 8] = ["PER", "TOB", "TTB", "BPX", "BSN", "SDR", "SEL", "-"];

/// Where a case stands, and what its registers hold that it does not speak of.
fn start(number: usize) -> State {
    let places = [
        0o000100, 0o077777, 0o177777, 0o207777, 0o001234, 0o200000, 0o123456,
    ];
    State {
        pc: places[number % places.len()],
        ac: [0o012345, 0o154321],
        a: [0o111111, 0o222222],
        b: [0o070707, 0o107070],
        x: [0o000005, 0o177777, 0o177775, 0o000000],
        e: 0,
        operand: [0, 0],
        overflow: [0, 0, 1, 0, 2, 0, 3][number % 7],
        lights: number as u32 % 16,
        flip_flops: (number as u32 * 5) % 16,
        switches: (number as u32 * 3) % 16,
        io: [0o123456, 0o000017],
        clock: 0o054321,
        selection: [[0, 0o177][number % 2], 0o004321],
    }
}

/// One line after the other.
struct Book {
    text: String,
}

/// An instruction: name, L1-L3, auxiliary part, address of 17 bits or a right half.
#[derive(Clone, Copy)]
struct Instruction<'a> {
    name: &'a str,
    indicator: u32,
    part: u32,
    address: u32,
}

fn plain(name: &str, address: u32) -> Instruction<'_> {
    Instruction {
        name,
        indicator: 0,
        part: 0,
        address,
    }
}

impl Instruction<'_> {
    fn halves(&self) -> [u32; 2] {
        let (_, code) = CODES.iter().find(|row| row.0 == self.name).expect("a name");
        let operation = if WITH_PART.contains(&self.name) {
            code * 64 + self.part
        } else {
            code * 8
        };
        let left = self.address / 65_536 * 32_768 + self.indicator * 4_096 + operation;
        [left, self.address % 65_536]
    }
}

impl Book {
    /// A line. `rules` decide the outcome, the first most.
    fn write(
        &mut self,
        instruction: Instruction,
        before: &State,
        after: &State,
        end: (u32, u32),
        rules: &[&str],
    ) {
        let halves = |pair: [u32; 2]| format!("{:06o} {:06o}", pair[0], pair[1]);
        let index = |x: [u32; 4]| x.map(|half| format!("{half:06o}")).join(" ");
        let (b, a) = (before, after);
        let mut named = Vec::new();
        for rule in rules {
            if !named.contains(rule) {
                named.push(*rule);
            }
        }
        let marked: Vec<String> = named
            .iter()
            .map(|rule| format!("{rule} {}", mark_of(rule)))
            .collect();
        self.text += &format!(
            "{} {} | {:06o} | {} | {} | {} | {} | {:06o} {} | {:o} | {:02o} {:02o} {:02o} | {:06o} {:06o} {:06o} | {:03o} {:06o} \
             -> {:06o} | {} | {} | {} | {} | {} | {:o} | {:02o} {:02o} | {:06o} {:06o} | {:03o} {:06o} | {} {} ; {}\n",
            instruction.name,
            halves(instruction.halves()),
            b.pc,
            halves(b.ac),
            halves(b.a),
            halves(b.b),
            index(b.x),
            b.e,
            halves(b.operand),
            b.overflow,
            b.lights,
            b.flip_flops,
            b.switches,
            b.io[0],
            b.io[1],
            b.clock,
            b.selection[0],
            b.selection[1],
            a.pc,
            halves(a.ac),
            halves(a.a),
            halves(a.b),
            index(a.x),
            halves(a.operand),
            a.overflow,
            a.lights,
            a.flip_flops,
            a.io[0],
            a.io[1],
            a.selection[0],
            a.selection[1],
            end.0,
            end.1,
            marked.join(", "),
        );
    }
}

/// The mark that the reference gives each rule used here.
fn mark_of(rule: &str) -> &'static str {
    match rule {
        "add" | "word" | "address" | "return-address" => "D",
        "end-around"
        | "difference"
        | "overflow"
        | "difference-magnitudes"
        | "halves-apart"
        | "twin"
        | "round"
        | "index-numbers"
        | "halt"
        | "extract"
        | "word-counter"
        | "load-b"
        | "clear-add"
        | "clock"
        | "store"
        | "store-address"
        | "exchange"
        | "deposit"
        | "cycle"
        | "return-register"
        | "branch-index"
        | "branch-sign"
        | "io-address"
        | "word-count"
        | "load-index"
        | "time" => "R",
        "compare-masked" | "time-arithmetic" => "R-",
        "minus-zero" | "magnitude" | "product" | "quotient" | "index-add" | "pc"
        | "index-minus-zero" => "I",
        "overflow-holds"
        | "zero-test"
        | "product-sign"
        | "dividend"
        | "divide-overflow"
        | "round-overflow"
        | "index-bank"
        | "index-zero"
        | "index-before"
        | "index-which"
        | "skip"
        | "operate"
        | "compare"
        | "compare-difference"
        | "test-bit"
        | "test-bits"
        | "store-link"
        | "add-one"
        | "shift-left"
        | "shift-right"
        | "places"
        | "link"
        | "branch-not-taken"
        | "branch-index-accumulator"
        | "sense"
        | "select"
        | "nothing-selected"
        | "add-index"
        | "index-accumulator"
        | "a-registers"
        | "time-add-b" => "A",
        _ => panic!("{rule} has no mark here"),
    }
}

/// The next location: a counter of 17 bits.
fn after(pc: u32, steps: u32) -> u32 {
    (pc + steps) % 131_072
}

/// How the `number`-th case of an operation reaches its operand: the instruction, and E. Index
/// registers 1, 2, 4, 5 hold 5, -0, -2, +0 as `start` leaves them; modes beyond set their own.
fn reach<'a>(
    name: &'a str,
    number: usize,
    state: &mut State,
    rules: &mut Vec<&'a str>,
) -> Instruction<'a> {
    // Indicator, index, base: the table of the reference's section 6 and neighbours of it.
    let ways: [(u32, u32, u32); 12] = [
        (0, 0, 0o000300),
        (1, 0o000005, 0o000300),
        (2, 0o177777, 0o000301),
        (4, 0o177775, 0o000010),
        (5, 0o000000, 0o200100),
        (1, 0o000010, 0o077770),
        (2, 0o000005, 0o177774),
        (5, 0o177772, 0o000005),
        (4, 0o177776, 0o200002),
        (0, 0, 0o207776),
        (1, 0o177777, 0o000000),
        (4, 0o077777, 0o100001),
    ];
    let (indicator, index, base) = ways[number % ways.len()];
    match indicator {
        0 => {}
        1 => state.x[0] = index,
        2 => state.x[1] = index,
        4 => state.x[2] = index,
        _ => state.x[3] = index,
    }
    let (bank, low) = (base / 65_536, base % 65_536);
    let reached = if indicator == 0 {
        low
    } else {
        indexed(low, index)
    };
    state.e = bank * 65_536 + reached;
    if indicator != 0 {
        rules.push(if is_zero(index) {
            "index-zero"
        } else {
            "index-add"
        });
    }
    if bank == 1 && indicator != 0 {
        rules.push("index-bank");
    }
    Instruction {
        name,
        indicator,
        part: 0,
        address: base,
    }
}

/// Indicator 3: the right accumulator is the index.
fn reach_by_accumulator<'a>(
    name: &'a str,
    state: &mut State,
    rules: &mut Vec<&'a str>,
) -> Instruction<'a> {
    state.e = indexed(0o000400, state.ac[1]);
    rules.extend(["index-before", "index-numbers"]);
    Instruction {
        name,
        indicator: 3,
        part: 0,
        address: 0o000400,
    }
}

/// Pairs for adders: augend, addend.
const PAIRS: [(u32, u32); 24] = [
    (0, 0),
    (0, 0o177777),
    (0o177777, 0),
    (0o177777, 0o177777),
    (0o000001, 0o177776),
    (0o012345, 0o165432),
    (0o077777, 0o000001),
    (0o000001, 0o077777),
    (0o077777, 0o077777),
    (0o100000, 0o177776),
    (0o100000, 0o100000),
    (0o177776, 0o177776),
    (0o000005, 0o177775),
    (0o177775, 0o000005),
    (0o040000, 0o040000),
    (0o137777, 0o137776),
    (0o037777, 0o040000),
    (0o052525, 0o125252),
    (0o070000, 0o007777),
    (0o177777, 0o100000),
    (0o100000, 0o177777),
    (0o020000, 0o157777),
    (0o077776, 0o000001),
    (0o100001, 0o177776),
];

/// The left and the right pair of a case: not the same, so that the sides are told apart.
fn pair(number: usize) -> ([u32; 2], [u32; 2]) {
    let (left, right) = (PAIRS[number % 24], PAIRS[(number + 7) % 24]);
    ([left.0, right.0], [left.1, right.1])
}

/// All cases.
pub fn cases() -> String {
    let mut book = Book {
        text: HEADER.to_owned(),
    };
    miscellaneous::miscellaneous(&mut book);
    miscellaneous::compares(&mut book);
    miscellaneous::bits(&mut book);
    arithmetic::add(&mut book);
    arithmetic::multiply(&mut book);
    storing::store(&mut book);
    storing::shift(&mut book);
    control::branch(&mut book);
    control::input_output(&mut book);
    control::index(&mut book);
    book.text
}

const HEADER: &str = "\
# Single instructions of the AN/FSQ-7, worked out apart from the emulator (tests/reasoning says how).
# Columns as `fsq7::vectors` describes them; after the semicolon the rules that decide the outcome, each
# with its evidence mark: D documented, R recalled, R- shaky, I inferred, A assigned by us.
";

/// The state after an operand was fetched and nothing else happened.
fn fetched(before: &State) -> State {
    let mut end = before.clone();
    end.pc = after(before.pc, 1);
    let link = before.operand[0] / 32_768;
    end.a = [before.operand[0], link * 65_536 + before.operand[1]];
    end
}

/// The same for the left half twice.
fn fetched_twin(before: &State) -> State {
    let mut end = fetched(before);
    let left = before.operand[0];
    end.a = [left, left / 32_768 * 65_536 + left];
    end
}

/// Both halves by a function of the side, 0 left and 1 right.
fn both(mut of: impl FnMut(usize) -> u32) -> [u32; 2] {
    [of(0), of(1)]
}
