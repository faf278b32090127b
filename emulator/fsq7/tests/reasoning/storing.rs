//! Classes 3 and 4: stores and shifts.

use super::numbers::*;
use super::*;

pub(super) fn store(book: &mut Book) {
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

pub(super) fn shift(book: &mut Book) {
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
