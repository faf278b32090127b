//! Classes 5 to 7: branches, input and output, index registers.

use super::numbers::*;
use super::*;

/// A branch that is taken.
fn branched(before: &State, end: &mut State, target: u32) {
    end.a[1] = after(before.pc, 1);
    end.pc = target;
}

pub(super) fn branch(book: &mut Book) {
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

pub(super) fn input_output(book: &mut Book) {
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

pub(super) fn index(book: &mut Book) {
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
