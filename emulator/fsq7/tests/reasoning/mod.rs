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

mod numbers;

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
    miscellaneous(&mut book);
    compares(&mut book);
    bits(&mut book);
    add(&mut book);
    multiply(&mut book);
    store(&mut book);
    shift(&mut book);
    branch(&mut book);
    input_output(&mut book);
    index(&mut book);
    book.text
}

const HEADER: &str = "\
# Single instructions of the AN/FSQ-7, worked out apart from the emulator (tests/reasoning says how).
# Columns as `fsq7::vectors` describes them; after the semicolon the rules that decide the outcome, each
# with its evidence mark: D documented, R recalled, R- shaky, I inferred, A assigned by us.
";

fn miscellaneous(book: &mut Book) {
    for n in 0..20 {
        let before = start(n);
        let mut end = before.clone();
        end.pc = after(before.pc, 1);
        // Index indicator and address are not looked at.
        let mut instruction = plain("HLT", [0, 0o177777, 0o200100, 0o012345][n % 4]);
        instruction.indicator = n as u32 % 6;
        book.write(instruction, &before, &end, (1, 12), &["halt", "pc"]);
    }
    for n in 0..20 {
        let mut rules = vec!["extract", "a-registers"];
        let mut before = start(n);
        let words = [
            0, 0o177777, 0o100000, 0o077777, 0o052525, 0o125252, 0o000001, 0o007070,
        ];
        before.ac = [words[n % 8], words[(n + 3) % 8]];
        let instruction = match n {
            19 => reach_by_accumulator("ETR", &mut before, &mut rules),
            _ => reach("ETR", n, &mut before, &mut rules),
        };
        before.operand = [words[(n + n / 8 + 1) % 8], words[(n + 5) % 8]];
        let mut end = fetched(&before);
        end.ac = both(|side| bitwise(before.ac[side], before.operand[side], |a, m| a && m));
        book.write(instruction, &before, &end, (0, 24), &rules);
    }
    // PER: lights set and cleared, flip-flops, no operations.
    let numbers = [
        1, 2, 3, 4, 5, 6, 7, 0o10, 0o15, 0o16, 0o17, 0o20, 0o21, 0o77, 0o55, 0o00, 0o60, 0o12,
    ];
    for (n, number) in numbers.into_iter().chain([1, 0o21, 0o10]).enumerate() {
        let before = start(n + usize::from(n > 17) * 5);
        let mut end = before.clone();
        end.pc = after(before.pc, 1);
        let bit = |light: u32| 1 << (light - 1);
        match number {
            1..=4 => end.lights |= bit(number),
            5..=8 => end.lights &= !bit(number - 4),
            0o15..=0o17 => end.flip_flops |= bit(number - 0o14),
            0o20 => end.flip_flops |= bit(4),
            0o21 => end.flip_flops = 0,
            _ => {}
        }
        let mut instruction = plain("PER", 0o001111);
        instruction.part = number;
        book.write(
            instruction,
            &before,
            &end,
            (0, 12),
            &["operate", "overflow-holds"],
        );
    }
    let counts = [
        0, 1, 0o177777, 0o177776, 0o100000, 0o077777, 0o24, 0o4000, 0o52525, 7,
    ];
    for n in 0..20 {
        let mut before = start(n);
        before.io[1] = counts[n % 10];
        let mut end = before.clone();
        end.pc = after(before.pc, 1);
        end.ac = [0, 65_535 - before.io[1]];
        let mut instruction = plain("CSW", 0o000300 * (n as u32 / 10));
        instruction.indicator = (n as u32 / 10) * 3;
        book.write(instruction, &before, &end, (0, 12), &["word-counter"]);
    }
    let words = [
        0, 0o177777, 0o100000, 0o077777, 0o012345, 0o165432, 1, 0o177776,
    ];
    for n in 0..20 {
        let mut rules = vec!["load-b", "a-registers"];
        let mut before = start(n);
        let instruction = match n {
            19 => reach_by_accumulator("LDB", &mut before, &mut rules),
            _ => reach("LDB", n, &mut before, &mut rules),
        };
        before.operand = [words[n % 8], words[(n + 3) % 8]];
        let mut end = fetched(&before);
        end.b = before.operand;
        book.write(instruction, &before, &end, (0, 24), &rules);
    }
}

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

fn compares(book: &mut Book) {
    for name in ["CMM", "CDM", "CMR", "CDR", "CML", "CDL", "CMF", "CDF"] {
        let (left, right) = match &name[2..] {
            "M" | "F" => (true, true),
            "R" => (false, true),
            _ => (true, false),
        };
        let masked = name.ends_with('M');
        let difference = name.starts_with("CD");
        for n in 0..22 {
            let mut rules = vec!["compare"];
            let mut before = start(n);
            // Differences of what PAIRS add: the operand is the complement.
            let (ac, addend) = pair(n);
            before.ac = ac;
            before.operand = addend.map(|half| 65_535 - half);
            match n {
                // Equal in one half, in the other, in both, in the masked places.
                12 => before.operand[0] = ac[0],
                13 => before.operand[1] = ac[1],
                14 | 15 => before.operand = ac,
                16 => before.operand = [ac[0] ^ 0o000017, ac[1] ^ 0o170000],
                // +0 is not -0 to a compare.
                17 => (before.ac, before.operand) = ([0, 0], [0o177777, 0]),
                18 => (before.ac, before.operand) = ([0o177777, 0], [0o177777, 0o177777]),
                _ => {}
            }
            before.b = match n % 5 {
                0 => [0o177777, 0o177777],
                1 => [0, 0],
                2 => [0o177760, 0o007777],
                3 => [0o100000, 0o000001],
                _ => [0, 0o177777],
            };
            let instruction = match n {
                21 => reach_by_accumulator(name, &mut before, &mut rules),
                _ => reach(name, n, &mut before, &mut rules),
            };
            let mut end = fetched(&before);
            let (ac, m) = (before.ac, before.operand);
            let equal = if masked {
                rules.push("compare-masked");
                let seen = |word: [u32; 2], side: usize| {
                    bitwise(word[side], before.b[side], |a, b| a && b)
                };
                (0..2).all(|side| seen(ac, side) == seen(m, side))
            } else {
                (!left || ac[0] == m[0]) && (!right || ac[1] == m[1])
            };
            if !equal {
                end.pc = after(before.pc, 2);
                rules.push("skip");
            }
            if difference {
                rules.push("compare-difference");
                for side in 0..2 {
                    if (side == 0 && !left) || (side == 1 && !right) {
                        continue;
                    }
                    let sum = difference_of(ac[side], m[side]);
                    rules.push(sum.rule);
                    end.ac[side] = sum.half;
                    if masked {
                        end.ac[side] = bitwise(sum.half, before.b[side], |a, b| a && b);
                    }
                    if sum.overflow {
                        end.overflow |= 2 - side as u32;
                    }
                }
            }
            book.write(instruction, &before, &end, (0, 24), &rules);
        }
    }
}

fn bits(book: &mut Book) {
    for n in 0..22 {
        let numbers = [0, 15, 16, 31, 1, 30, 32, 47, 48, 63, 7];
        let number = numbers[n % 11];
        let words = [
            [0o100000, 0],
            [1, 0],
            [0, 0o100000],
            [0, 1],
            [0o037777, 0o177777],
            [0o177777, 0o177775],
        ];
        for name in ["TOB", "TTB"] {
            let mut rules = vec![if name == "TOB" {
                "test-bit"
            } else {
                "test-bits"
            }];
            let mut before = start(n);
            let mut instruction = match n {
                20 => reach_by_accumulator(name, &mut before, &mut rules),
                _ => reach(name, n, &mut before, &mut rules),
            };
            instruction.part = number;
            before.operand = words[(n + n / 11) % 6];
            let row = [
                bits_of(before.operand[0], 16),
                bits_of(before.operand[1], 16),
            ]
            .concat();
            let bit = |number: u32| u32::from(row[number as usize % 32]);
            let steps = if name == "TOB" {
                bit(number)
            } else {
                2 * bit(number) + bit(number + 1)
            };
            let mut end = fetched(&before);
            end.pc = after(before.pc, 1 + steps);
            if steps > 0 {
                rules.push("skip");
            }
            book.write(instruction, &before, &end, (0, 24), &rules);
        }
    }
}

fn add(book: &mut Book) {
    let halves = [
        0, 0o177777, 0o100000, 0o077777, 1, 0o177776, 0o012345, 0o165432, 0o052525, 0o125252,
    ];
    for name in ["CAD", "CSU", "CAM"] {
        for n in 0..22 {
            let mut rules = vec![if name == "CAM" {
                "magnitude"
            } else {
                "clear-add"
            }];
            let mut before = start(n);
            let instruction = match n {
                20 => reach_by_accumulator(name, &mut before, &mut rules),
                _ => reach(name, n, &mut before, &mut rules),
            };
            before.operand = [halves[n % 10], halves[(n + 3) % 10]];
            let mut end = fetched(&before);
            end.ac = before.operand.map(|half| match name {
                "CAD" => half,
                "CSU" => 65_535 - half,
                _ => magnitude(half),
            });
            rules.push("a-registers");
            book.write(instruction, &before, &end, (0, 24), &rules);
        }
    }
    for name in ["ADD", "SUB", "TAD", "TSU", "ADB", "DIM"] {
        for n in 0..26 {
            let mut rules = Vec::new();
            let mut before = start(n);
            let (ac, other) = pair(n);
            before.ac = ac;
            let twin = name == "TAD" || name == "TSU";
            let subtracts = matches!(name, "SUB" | "TSU" | "DIM");
            // Subtraction of the complement meets the same sums.
            let other = if subtracts {
                other.map(|half| 65_535 - half)
            } else {
                other
            };
            let (mut end, instruction) = if name == "ADB" {
                before.b = other;
                let mut end = before.clone();
                end.pc = after(before.pc, 1);
                (end, plain("ADB", 0o000300))
            } else {
                let instruction = match n {
                    25 => reach_by_accumulator(name, &mut before, &mut rules),
                    _ => reach(name, n, &mut before, &mut rules),
                };
                before.operand = other;
                (
                    if twin {
                        fetched_twin(&before)
                    } else {
                        fetched(&before)
                    },
                    instruction,
                )
            };
            let mut sums = Vec::new();
            for side in 0..2 {
                let (mut augend, mut addend) =
                    (before.ac[side], other[if twin { 0 } else { side }]);
                if name == "DIM" {
                    (augend, addend) = (magnitude(augend), magnitude(addend));
                }
                let sum = if subtracts {
                    difference_of(augend, addend)
                } else {
                    sum_of(augend, addend)
                };
                end.ac[side] = sum.half;
                if sum.overflow && name != "DIM" {
                    end.overflow |= 2 - side as u32;
                }
                sums.push(sum.rule);
            }
            if name == "DIM" {
                sums.insert(0, "difference-magnitudes");
            }
            if twin {
                sums.push("twin");
            }
            if before.overflow != 0 {
                sums.push("overflow-holds");
            }
            sums.extend(rules);
            let time = if name == "ADB" { 12 } else { 24 };
            book.write(instruction, &before, &end, (0, time), &sums);
        }
    }
    for n in 0..20 {
        let mut before = start(n);
        before.clock = [
            0, 1, 0o177777, 0o100000, 0o077777, 0o54321, 0o1000, 0o177776, 7, 0o125252,
        ][n % 10];
        let mut end = before.clone();
        end.pc = after(before.pc, 1);
        end.ac = [0, before.clock];
        let mut instruction = plain("CAC", 0o000300);
        instruction.indicator = (n as u32 / 10) * 3;
        book.write(instruction, &before, &end, (0, 12), &["clock"]);
    }
}

fn multiply(book: &mut Book) {
    let factors = [
        (0, 0),
        (0, 0o177777),
        (0o177777, 0o177777),
        (0o177777, 0o012345),
        (0, 0o100000),
        (0o077777, 0o077777),
        (0o100000, 0o100000),
        (0o100000, 0o077777),
        (0o000001, 0o000001),
        (0o177776, 0o000001),
        (0o060000, 0o020001),
        (0o117777, 0o020001),
        (0o040000, 0o040000),
        (0o052525, 0o125252),
        (0o012345, 0o054321),
        (0o165432, 0o023456),
        (0o040000, 0o000001),
    ];
    for name in ["MUL", "TMU"] {
        for n in 0..22 {
            let mut rules = vec!["product", "product-sign", "time-arithmetic"];
            let mut before = start(n);
            let (left, right) = (factors[n % 17], factors[(n + 5) % 17]);
            before.ac = [left.0, right.0];
            let instruction = match n {
                20 => reach_by_accumulator(name, &mut before, &mut rules),
                _ => reach(name, n, &mut before, &mut rules),
            };
            before.operand = [left.1, right.1];
            let twin = name == "TMU";
            let mut end = if twin {
                fetched_twin(&before)
            } else {
                fetched(&before)
            };
            for side in 0..2 {
                let factor = before.operand[if twin { 0 } else { side }];
                let (high, low) = product_of(before.ac[side], factor);
                (end.ac[side], end.b[side]) = (high, low);
            }
            if twin {
                rules.push("twin");
            }
            book.write(instruction, &before, &end, (0, 33), &rules);
        }
    }
    // AC, B, divisor.
    let quotients = [
        (0o020000, 0, 0o060000),
        (0o157777, 0o177777, 0o050000),
        (0, 0, 0),
        (0o177777, 0, 0o177777),
        (0o012345, 0, 0o012345),
        (0o012345, 0o177777, 0o012346),
        (0o165432, 0, 0o012345),
        (0o165432, 0, 0o012346),
        (0, 0, 0o000001),
        (0, 0o177777, 0o000001),
        (0o177777, 0o177777, 0o077777),
        (0o077776, 0o177777, 0o077777),
        (0o100001, 0, 0o100000),
        (0o000001, 0o100000, 0o177775),
        (0o037777, 0o177777, 0o137777),
        (0o040000, 0, 0o077777),
        (0, 0o000001, 0o100000),
    ];
    for name in ["DVD", "TDV"] {
        for n in 0..22 {
            let mut rules = Vec::new();
            let mut before = start(n);
            let (left, right) = (quotients[n % 17], quotients[(n + 4) % 17]);
            before.ac = [left.0, right.0];
            before.b = [left.1, right.1];
            let mut reached = Vec::new();
            let instruction = match n {
                20 => reach_by_accumulator(name, &mut before, &mut reached),
                _ => reach(name, n, &mut before, &mut reached),
            };
            before.operand = [left.2, right.2];
            let twin = name == "TDV";
            let mut end = if twin {
                fetched_twin(&before)
            } else {
                fetched(&before)
            };
            for side in 0..2 {
                let divisor = before.operand[if twin { 0 } else { side }];
                match quotient_of(before.ac[side], before.b[side], divisor) {
                    Some((zero, quotient)) => {
                        (end.ac[side], end.b[side]) = (zero, quotient);
                        rules.extend(["quotient", "dividend", "product-sign"]);
                    }
                    None => {
                        end.overflow |= 2 - side as u32;
                        rules.push("divide-overflow");
                    }
                }
            }
            if twin {
                rules.push("twin");
            }
            rules.push("time-arithmetic");
            rules.extend(reached);
            book.write(instruction, &before, &end, (0, 102), &rules);
        }
    }
}

fn store(book: &mut Book) {
    let halves = [
        0, 0o177777, 0o100000, 0o077777, 1, 0o177776, 0o012345, 0o165432, 0o052525, 0o125252,
    ];
    for name in ["FST", "LST", "RST", "STA", "AOR", "ECH", "DEP"] {
        for n in 0..22 {
            let mut rules = Vec::new();
            let mut before = start(n);
            before.ac = [halves[(n + 1) % 10], halves[(n + 4) % 10]];
            before.a = [
                halves[(n + 2) % 10],
                halves[(n + 6) % 10] + (n as u32 % 2) * 65_536,
            ];
            before.b = [halves[(n + 8) % 10], halves[(n + 3 + n / 10) % 10]];
            let mut reached = Vec::new();
            let instruction = match n {
                20 => reach_by_accumulator(name, &mut before, &mut reached),
                _ => reach(name, n, &mut before, &mut reached),
            };
            before.operand = [halves[n % 10], halves[(n + 7) % 10]];
            let mut end = before.clone();
            end.pc = after(before.pc, 1);
            match name {
                "FST" => {
                    end.operand = before.ac;
                    rules.push("store");
                }
                "LST" => {
                    end.operand[0] = before.ac[0];
                    rules.push("store");
                }
                "RST" => {
                    end.operand[1] = before.ac[1];
                    rules.push("store");
                }
                "STA" => {
                    let (link, low) = (before.a[1] / 65_536, before.a[1] % 65_536);
                    end.operand = [link * 32_768 + before.operand[0] % 32_768, low];
                    rules.extend(["store-address", "store-link"]);
                }
                "AOR" => {
                    let sum = sum_of(before.operand[1], 1);
                    end.operand[1] = sum.half;
                    end.ac = end.operand;
                    if sum.overflow {
                        end.overflow |= 1;
                    }
                    rules.extend(["add-one", sum.rule]);
                }
                "ECH" => {
                    (end.ac, end.operand) = (before.operand, before.ac);
                    rules.push("exchange");
                }
                _ => {
                    end.operand = both(|side| {
                        let kept = bitwise(before.operand[side], before.b[side], |m, b| m && !b);
                        let put = bitwise(before.ac[side], before.b[side], |a, b| a && b);
                        kept + put
                    });
                    rules.push("deposit");
                }
            }
            rules.push("time");
            rules.extend(reached);
            let time = if name == "FST" { 24 } else { 36 };
            book.write(instruction, &before, &end, (0, time), &rules);
        }
    }
}

fn shift(book: &mut Book) {
    let places = [
        0, 1, 2, 3, 0o17, 0o20, 0o21, 0o36, 0o37, 0o40, 0o41, 0o77, 0o100, 0o101, 0o1234, 5,
    ];
    let strings = [
        ([0o012345, 0o154321], [0o177777, 0o000001]),
        ([0, 0o177777], [0, 0o177777]),
        ([0o077777, 0o100000], [0o100000, 0o077777]),
        ([0o077777, 0o100000], [0o177777, 0]),
        ([0o177776, 0o000001], [0o100000, 0o100000]),
        ([0o040000, 0o137777], [0o052525, 0o125252]),
        ([0o000003, 0o177774], [0, 0o177777]),
    ];
    for name in [
        "SLR", "DSL", "DSR", "ASL", "ASR", "LSR", "RSR", "DCL", "FCL",
    ] {
        for n in 0..24 {
            let mut rules = Vec::new();
            let mut before = start(n);
            (before.ac, before.b) = strings[n % 7];
            let address = places[(n + n / 16) % 16];
            let count = address % 64;
            let mut end = before.clone();
            end.pc = after(before.pc, 1);
            for side in 0..2 {
                let row = [bits_of(before.ac[side], 16), bits_of(before.b[side], 16)].concat();
                let short = bits_of(before.ac[side], 16);
                match name {
                    "SLR" => {
                        let moved = left(row, count);
                        let (mut ac, low) = (number_of(&moved[..16]), &moved[16..]);
                        if low[0] != moved[0] {
                            let unit = if moved[0] { 65_534 } else { 1 };
                            let sum = sum_of(ac, unit);
                            ac = sum.half;
                            if sum.overflow {
                                end.overflow |= 2 - side as u32;
                                rules.push("round-overflow");
                            }
                        }
                        (end.ac[side], end.b[side]) = (ac, 0);
                        rules.extend(["round", "shift-left"]);
                    }
                    "DSL" | "DSR" | "DCL" => {
                        let moved = match name {
                            "DSL" => left(row, count),
                            "DSR" => right(row, count),
                            _ => cycle(row, count),
                        };
                        end.ac[side] = number_of(&moved[..16]);
                        end.b[side] = number_of(&moved[16..]);
                        rules.push(match name {
                            "DSL" => "shift-left",
                            "DSR" => "shift-right",
                            _ => "cycle",
                        });
                    }
                    "ASL" => {
                        end.ac[side] = number_of(&left(short, count));
                        rules.push("shift-left");
                    }
                    "ASR" => {
                        end.ac[side] = number_of(&right(short, count));
                        rules.push("shift-right");
                    }
                    "LSR" | "RSR" => {
                        if (name == "LSR") == (side == 0) {
                            let moved = right(row, count);
                            end.ac[side] = number_of(&moved[..16]);
                            end.b[side] = number_of(&moved[16..]);
                            rules.push("shift-right");
                        }
                    }
                    _ => {
                        if side == 0 {
                            let whole = [short, bits_of(before.ac[1], 16)].concat();
                            let moved = cycle(whole, count);
                            end.ac = [number_of(&moved[..16]), number_of(&moved[16..])];
                            rules.push("cycle");
                        }
                    }
                }
            }
            rules.push("places");
            let mut instruction = plain(name, address);
            // The index indicator is not looked at.
            instruction.indicator = n as u32 % 6;
            rules.push("index-which");
            book.write(instruction, &before, &end, (0, 12 + count), &rules);
        }
    }
}

/// A branch that is taken.
fn branched(before: &State, end: &mut State, target: u32) {
    end.a[1] = after(before.pc, 1);
    end.pc = target;
}

fn branch(book: &mut Book) {
    let targets = [0o000400, 0o177776, 0o200000, 0o207777, 0o377740, 0o000000];
    let values = [0, 1, 2, 0o77777, 0o177777, 0o177776, 0o100000, 5, 0o50];
    for n in 0..30 {
        let mut before = start(n);
        let indicator = [0, 1, 2, 4, 5, 3][n % 6];
        let part = [1, 0, 63, 5, 2][n % 5];
        let value = values[n % 9];
        match indicator {
            1 => before.x[0] = value,
            2 => before.x[1] = value,
            4 => before.x[2] = value,
            5 => before.x[3] = value,
            3 => before.ac[1] = value,
            _ => {}
        }
        let target = targets[n % 6];
        let mut end = before.clone();
        end.pc = after(before.pc, 1);
        let mut rules = vec!["branch-index"];
        let plus = indicator == 0 || value < 32_768;
        if plus {
            branched(&before, &mut end, target);
            rules.extend(["return-address", "return-register", "link"]);
            let left = difference_of(value, part);
            match indicator {
                1 => end.x[0] = left.half,
                2 => end.x[1] = left.half,
                4 => end.x[2] = left.half,
                5 => end.x[3] = left.half,
                3 => end.ac[1] = left.half,
                _ => {}
            }
            if indicator != 0 && left.half == 65_535 {
                rules.push("index-minus-zero");
            }
        } else {
            rules.push("branch-not-taken");
        }
        if indicator == 3 {
            rules.push("branch-index-accumulator");
        }
        let instruction = Instruction {
            name: "BPX",
            indicator,
            part,
            address: target,
        };
        book.write(instruction, &before, &end, (0, 12), &rules);
    }
    // Conditions a single instruction can have: never, always, lights, switches, overflow.
    let numbers = [
        0, 0o77, 1, 2, 3, 4, 5, 6, 7, 0o10, 0o11, 0o12, 0o13, 0o60, 0o16, 0o32,
    ];
    for n in 0..32 {
        let mut before = start(n);
        let number = numbers[n % 16];
        // Once with everything set, once with everything clear.
        let all = n < 16;
        before.lights = if all { 0o17 } else { 0 };
        before.switches = before.lights;
        before.overflow = if all { 3 } else { 0 };
        let mut end = before.clone();
        end.pc = after(before.pc, 1);
        let met = match number {
            0o77 => true,
            1..=0o12 => all,
            _ => false,
        };
        let mut rules = vec!["sense"];
        let target = targets[(n + 2) % 6];
        if met {
            branched(&before, &mut end, target);
            rules.extend(["return-address", "return-register", "link"]);
            match number {
                1..=4 => end.lights -= 1 << (number - 1),
                0o11 => end.overflow -= 2,
                0o12 => end.overflow -= 1,
                _ => {}
            }
        } else {
            rules.push("branch-not-taken");
        }
        let instruction = Instruction {
            name: "BSN",
            indicator: n as u32 % 6,
            part: number,
            address: target,
        };
        book.write(instruction, &before, &end, (0, 12), &rules);
    }
    let signs = [
        [0, 0],
        [0o177777, 0o177777],
        [0, 0o177777],
        [0o177777, 0],
        [1, 0],
        [0, 1],
        [0o177776, 0o177777],
        [0o100000, 0o100000],
        [0o077777, 0o100000],
        [0o100000, 0o077777],
        [0o012345, 0o054321],
    ];
    for name in ["BFZ", "BFM", "BLM", "BRM"] {
        for n in 0..22 {
            let mut before = start(n);
            before.ac = signs[n % 11];
            let minus = before.ac.map(|half| half >= 32_768);
            let taken = match name {
                "BFZ" => before.ac.iter().all(|half| is_zero(*half)),
                "BFM" => minus[0] && minus[1],
                "BLM" => minus[0],
                _ => minus[1],
            };
            let mut end = before.clone();
            end.pc = after(before.pc, 1);
            let mut rules = vec!["branch-sign", "zero-test"];
            let target = targets[n % 6];
            if taken {
                branched(&before, &mut end, target);
                rules.extend(["return-address", "return-register", "link"]);
            } else {
                rules.push("branch-not-taken");
            }
            let mut instruction = plain(name, target);
            instruction.indicator = n as u32 % 6;
            book.write(instruction, &before, &end, (0, 12), &rules);
        }
    }
}

fn input_output(book: &mut Book) {
    for n in 0..22 {
        let mut rules = vec!["io-address"];
        let mut before = start(n);
        let instruction = match n {
            20 => reach_by_accumulator("LDC", &mut before, &mut rules),
            _ => reach("LDC", n, &mut before, &mut rules),
        };
        let mut end = before.clone();
        end.pc = after(before.pc, 1);
        end.io[0] = before.e;
        // It fetches nothing: the columns of the operand speak of location 0.
        let (mut before, mut end) = (before, end);
        (before.e, end.e) = (0, 0);
        book.write(instruction, &before, &end, (0, 12), &rules);
    }
    for n in 0..22 {
        let number = [
            0, 0o57, 0o60, 0o62, 0o66, 0o67, 0o70, 0o71, 0o75, 0o76, 0o77,
        ][n % 11];
        let address = [0, 0o3777, 0o4005, 0o177777, 0o77777, 0o100001, 0o1234][n % 7];
        let before = start(n);
        let mut end = before.clone();
        end.pc = after(before.pc, 1);
        // R1 to R15 are kept, RS is not looked at.
        end.selection = [64 + number, address % 32_768];
        let instruction = Instruction {
            name: "SDR",
            indicator: n as u32 % 6,
            part: number,
            address,
        };
        book.write(
            instruction,
            &before,
            &end,
            (0, 12),
            &["select", "index-which"],
        );
    }
    for n in 0..22 {
        let number = [0, 1, 2, 3, 4, 0o10, 0o11, 0o16, 0o20, 0o21, 0o77][n % 11];
        let before = start(n);
        let mut end = before.clone();
        end.pc = after(before.pc, 1);
        end.selection[0] = number;
        let instruction = Instruction {
            name: "SEL",
            indicator: n as u32 % 6,
            part: number,
            address: [0, 0o177777, 0o1234][n % 3],
        };
        book.write(
            instruction,
            &before,
            &end,
            (0, 12),
            &["select", "index-which"],
        );
    }
    for name in ["RDS", "WRT"] {
        for n in 0..20 {
            let count = [
                0, 1, 0o30, 0o4000, 0o177777, 0o100000, 0o77777, 2, 0o1750, 0o52525,
            ][n % 10];
            let mut before = start(n);
            // No selection since power on, SEL 00, SDR 77.
            before.selection[0] = if n < 10 { 0 } else { 0o177 };
            let mut end = before.clone();
            end.pc = after(before.pc, 1);
            end.io[1] = count;
            let mut instruction = plain(name, count);
            instruction.indicator = n as u32 % 6;
            book.write(
                instruction,
                &before,
                &end,
                (0, 12),
                &["word-count", "nothing-selected"],
            );
        }
    }
}

fn index(book: &mut Book) {
    let values = [
        0, 0o177777, 1, 0o177776, 0o77777, 0o100000, 5, 0o177772, 0o12345, 0o165432,
    ];
    for name in ["XIN", "XAC", "ADX"] {
        for n in 0..24 {
            let indicator = [1, 2, 4, 5, 3, 0][n % 6];
            let value = values[n % 10];
            let mut before = start(n);
            before.x = [
                values[(n + 3) % 10],
                values[(n + 5) % 10],
                values[(n + 7) % 10],
                values[(n + 9) % 10],
            ];
            before.ac[1] = values[(n + 2) % 10];
            let place = match indicator {
                1 => Some(0),
                2 => Some(1),
                4 => Some(2),
                5 => Some(3),
                _ => None,
            };
            let old = match (indicator, place) {
                (3, _) => before.ac[1],
                (_, Some(place)) => before.x[place],
                _ => 0,
            };
            let mut rules = Vec::new();
            let new = match name {
                "XIN" => {
                    rules.push("load-index");
                    value
                }
                "XAC" => {
                    rules.push("load-index");
                    before.ac[1]
                }
                _ => {
                    let sum = sum_of(old, value);
                    // Never an overflow of the flip-flops.
                    rules.push("add-index");
                    if sum.rule != "overflow" && sum.rule != "add" {
                        rules.push(sum.rule);
                    }
                    sum.half
                }
            };
            let mut end = before.clone();
            end.pc = after(before.pc, 1);
            match (indicator, place) {
                (3, _) => end.ac[1] = new,
                (_, Some(place)) => end.x[place] = new,
                _ => {}
            }
            if place.is_none() {
                rules.push("index-accumulator");
            }
            let instruction = Instruction {
                name,
                indicator,
                part: 0,
                address: value,
            };
            book.write(instruction, &before, &end, (0, 12), &rules);
        }
    }
}
