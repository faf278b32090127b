//! Ones' complement with pencil and paper: halves are 0 to 65535, rows of bits are rows of bits.

/// The value of a half.
fn value(half: u32) -> i64 {
    if half < 32_768 {
        i64::from(half)
    } else {
        i64::from(half) - 65_535
    }
}

/// +0 or -0.
pub fn is_zero(half: u32) -> bool {
    value(half) == 0
}

/// The half without its sign.
pub fn magnitude(half: u32) -> u32 {
    value(half).unsigned_abs() as u32
}

/// A sum, whether it overflowed, and the rule that decided it.
pub struct Sum {
    pub half: u32,
    pub overflow: bool,
    pub rule: &'static str,
}

/// A sum: what is above 65535 has carried out, and the carry comes in at the right.
pub fn sum_of(augend: u32, addend: u32) -> Sum {
    let raw = augend + addend;
    let half = if raw > 65_535 { raw - 65_535 } else { raw };
    let overflow = (value(augend) + value(addend)).abs() > 32_767;
    let rule = if overflow {
        "overflow"
    } else if raw > 65_535 {
        "end-around"
    } else if half == 0 || half == 65_535 {
        "minus-zero"
    } else {
        "add"
    };
    Sum {
        half,
        overflow,
        rule,
    }
}

/// A difference: the sum with the complement.
pub fn difference_of(minuend: u32, subtrahend: u32) -> Sum {
    let sum = sum_of(minuend, 65_535 - subtrahend);
    let rule = match sum.rule {
        "add" => "difference",
        other => other,
    };
    Sum { rule, ..sum }
}

/// Address and index: either zero leaves the address, else the plain sum.
pub fn indexed(address: u32, index: u32) -> u32 {
    if is_zero(index) {
        address
    } else {
        sum_of(address, index).half
    }
}

/// The bits of a number, the first first.
pub fn bits_of(number: u32, length: u32) -> Vec<bool> {
    (0..length)
        .map(|place| number / 2u32.pow(length - 1 - place) % 2 == 1)
        .collect()
}

/// The number of a row of bits.
pub fn number_of(row: &[bool]) -> u32 {
    row.iter()
        .fold(0, |number, bit| number * 2 + u32::from(*bit))
}

/// Bit by bit.
pub fn bitwise(a: u32, b: u32, of: impl Fn(bool, bool) -> bool) -> u32 {
    let pairs = bits_of(a, 16).into_iter().zip(bits_of(b, 16));
    number_of(&pairs.map(|(a, b)| of(a, b)).collect::<Vec<bool>>())
}

/// Left by so many places, one after the other: the first bit stays, the second is lost.
pub fn left(mut row: Vec<bool>, places: u32) -> Vec<bool> {
    for _ in 0..places {
        let sign = row[0];
        row.remove(1);
        row.push(sign);
    }
    row
}

/// Right: the last is lost, the sign comes in behind the sign.
pub fn right(mut row: Vec<bool>, places: u32) -> Vec<bool> {
    for _ in 0..places {
        row.pop();
        row.insert(0, row[0]);
    }
    row
}

/// What leaves at the left comes in at the right.
pub fn cycle(mut row: Vec<bool>, places: u32) -> Vec<bool> {
    for _ in 0..places {
        let first = row.remove(0);
        row.push(first);
    }
    row
}

/// AC and B of a product: the magnitudes multiplied, a 0 behind them, all turned over if the signs
/// differ.
pub fn product_of(ac: u32, operand: u32) -> (u32, u32) {
    let product = magnitude(ac) * magnitude(operand);
    let mut row = bits_of(product, 31);
    row.push(false);
    if (ac >= 32_768) != (operand >= 32_768) {
        row = row.into_iter().map(|bit| !bit).collect();
    }
    (number_of(&row[..16]), number_of(&row[16..]))
}

/// Long division: AC and B afterwards, or a divide overflow.
pub fn quotient_of(ac: u32, b: u32, divisor: u32) -> Option<(u32, u32)> {
    let by = magnitude(divisor);
    let mut rest = magnitude(ac);
    if rest >= by {
        return None;
    }
    let negative_dividend = ac >= 32_768;
    let mut quotient = Vec::new();
    for bit in bits_of(b, 16) {
        // The low half is read with the sign of AC.
        rest = 2 * rest + u32::from(bit != negative_dividend);
        quotient.push(rest >= by);
        if rest >= by {
            rest -= by;
        }
    }
    let quotient = number_of(&quotient);
    Some(if negative_dividend != (divisor >= 32_768) {
        (65_535, 65_535 - quotient)
    } else {
        (0, quotient)
    })
}
