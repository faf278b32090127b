//! Classes 1 and 2: sums, products, quotients.

use super::numbers::*;
use super::*;

pub(super) fn add(book: &mut Book) {
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

pub(super) fn multiply(book: &mut Book) {
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
