//! Class 0: extract, operate, compares, tests of bits.

use super::numbers::*;
use super::*;

pub(super) fn miscellaneous(book: &mut Book) {
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

pub(super) fn compares(book: &mut Book) {
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

pub(super) fn bits(book: &mut Book) {
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
