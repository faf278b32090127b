//! Virtual time in whole nanoseconds.
//!
//! The IBM 7090 counted time in cycles of 2.18 us, the AN/FSQ-7 in cycles of 6 us; both are whole
//! numbers of nanoseconds, as are the crystals of most equipment. What is not whole (a line of
//! 1,300 bit/s, mains of 60 Hz) is never added up step by step: its k-th instant is computed from
//! its start, so that no error gathers over a day.
//!
//! | text | meaning |
//! |---|---|
//! | `90s` `10m` `24h` `250ms` `6us` `2180ns` | a span: number and unit |
//! | `1h30m` | a span: units from large to small, each at most once |
//! | `2.18us` | a span with a fraction; it must be a whole number of nanoseconds |
//! | `00:01:30.250` | an instant: hours, minutes, seconds since the run began |
//!
//! An [`Instant`] and a [`Span`] are different types: two instants cannot be added.
//! Arithmetic that leaves 64 bits (584 years) is an error of ours and panics; text from outside is
//! limited to ten years and refused with a [`TimeError`] beyond.

use std::fmt;
use std::ops::{Add, AddAssign, Div, Mul, Sub, SubAssign};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Nanoseconds in a microsecond.
pub const NS_PER_US: u64 = 1_000;
/// Nanoseconds in a millisecond.
pub const NS_PER_MS: u64 = 1_000_000;
/// Nanoseconds in a second.
pub const NS_PER_SECOND: u64 = 1_000_000_000;

/// The longest span or latest instant accepted as text: ten years of 365 days, in nanoseconds.
const LONGEST_TEXT_NS: u64 = 10 * 365 * 86_400 * NS_PER_SECOND;

/// A point in virtual time: nanoseconds since the run began.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Instant(pub u64);

/// A length of virtual time in nanoseconds; never negative.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Span(pub u64);

/// Why a text is not a span or an instant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Nothing there.
    #[error("expected a duration such as `90s`, `10m` or `1h30m`, found nothing")]
    Empty,
    /// Something that is not a digit where a number must begin.
    #[error("expected a number at `{0}`, as in `90s` or `1h30m`")]
    NumberExpected(String),
    /// A minus in front.
    #[error("`{0}` is negative; expected a duration such as `90s`, `10m` or `1h30m`")]
    Negative(String),
    /// A number without unit.
    #[error("`{0}` needs a unit: one of h, m, s, ms, us, ns")]
    UnitExpected(String),
    /// A unit that does not exist.
    #[error("`{0}` is not a unit of time: one of h, m, s, ms, us, ns")]
    UnknownUnit(String),
    /// Units out of order or twice.
    #[error("`{0}` is out of order: units go from large to small, each once, as in `1h30m`")]
    UnitOrder(String),
    /// A fraction finer than a nanosecond.
    #[error("`{0}` is not a whole number of nanoseconds")]
    TooFine(String),
    /// Longer than ten years.
    #[error("`{0}` is longer than ten years")]
    TooLong(String),
    /// Not `hh:mm:ss` or `hh:mm:ss.mmm`.
    #[error("`{0}` is not an instant: `hh:mm:ss.mmm`, or a duration since the start such as `90s`")]
    NotAnInstant(String),
}

impl Instant {
    /// The instant at which every run begins.
    pub const ZERO: Instant = Instant(0);
    /// The last instant there is; nothing may happen then. Used as "never".
    pub const MAX: Instant = Instant(u64::MAX);

    /// Seconds since the run began, for reports and curves (not for arithmetic).
    pub fn as_seconds_f64(self) -> f64 {
        Span(self.0).as_seconds_f64()
    }

    /// The span from `earlier` to here, or nothing if `earlier` is later.
    pub fn checked_since(self, earlier: Instant) -> Option<Span> {
        self.0.checked_sub(earlier.0).map(Span)
    }

    /// The span from `earlier` to here, or zero if `earlier` is later.
    pub fn saturating_since(self, earlier: Instant) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// This instant plus `span`, or [`Instant::MAX`] if that is beyond 64 bits.
    pub fn saturating_add(self, span: Span) -> Instant {
        Instant(self.0.saturating_add(span.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);
    /// The longest span.
    pub const MAX: Span = Span(u64::MAX);

    /// `n` nanoseconds.
    pub const fn from_nanos(n: u64) -> Span {
        Span(n)
    }

    /// `n` microseconds.
    pub const fn from_micros(n: u64) -> Span {
        Span(n * NS_PER_US)
    }

    /// `n` milliseconds.
    pub const fn from_millis(n: u64) -> Span {
        Span(n * NS_PER_MS)
    }

    /// `n` seconds.
    pub const fn from_secs(n: u64) -> Span {
        Span(n * NS_PER_SECOND)
    }

    /// The nearest span to `seconds`; negative and not-a-number become zero, too long becomes
    /// [`Span::MAX`]. For values that chance or a description gave as a fraction.
    pub fn from_seconds_f64(seconds: f64) -> Span {
        // `as` saturates and sends NaN to 0; adding a half rounds without a std float function.
        Span((seconds * NS_PER_SECOND as f64 + 0.5) as u64)
    }

    /// Seconds, for reports and curves (not for arithmetic).
    pub fn as_seconds_f64(self) -> f64 {
        self.0 as f64 / NS_PER_SECOND as f64
    }

    /// Milliseconds, for reports and curves (not for arithmetic).
    pub fn as_millis_f64(self) -> f64 {
        self.0 as f64 / NS_PER_MS as f64
    }

    /// For people to read: `1 h 30 min`, `9 s`, `6.03 s`, `251 ms`, `2.2 us`. Rounded; what is to be
    /// read back is written by `Display`.
    pub fn told(self) -> String {
        let rounded = |unit: u64| self.0.saturating_add(unit / 2) / unit;
        // A minute and more in whole seconds, below in hundredths.
        if self.0 >= 60 * NS_PER_SECOND {
            let seconds = rounded(NS_PER_SECOND);
            let parts = [
                (seconds / 3600, "h"),
                (seconds / 60 % 60, "min"),
                (seconds % 60, "s"),
            ];
            let parts = parts.iter().filter(|(number, _)| *number > 0);
            let parts = parts.map(|(number, unit)| format!("{number} {unit}"));
            return parts.collect::<Vec<String>>().join(" ");
        }
        if self.0 == 0 || rounded(NS_PER_MS) >= 1000 {
            return match self.0 % NS_PER_SECOND {
                0 => format!("{} s", self.0 / NS_PER_SECOND),
                _ => format!("{:.2} s", self.as_seconds_f64()),
            };
        }
        // Below that two figures at least; nanoseconds are whole.
        let (unit, name) = [(NS_PER_MS, "ms"), (NS_PER_US, "us")]
            .into_iter()
            .find(|(unit, _)| rounded(unit / 1000) >= 1000)
            .unwrap_or((1, "ns"));
        match self.0 >= 10 * unit || self.0.is_multiple_of(unit) {
            true => format!("{} {name}", rounded(unit)),
            false => format!("{:.1} {name}", self.0 as f64 / unit as f64),
        }
    }

    /// Difference, or zero if `other` is longer.
    pub fn saturating_sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

/// The `k`-th instant of something periodic with `rate_num / rate_den` periods per second,
/// counted from `start`: `start + floor(k * 10^9 * rate_den / rate_num)`.
///
/// Panics if the rate is 0 or the result is beyond 64 bits.
pub fn periodic(start: Instant, k: u64, rate_num: u64, rate_den: u64) -> Instant {
    assert!(rate_num > 0, "a rate of 0 has no periods");
    // Most are small, and a division of 128 bits takes several times as long as one of 64.
    if let Some(product) = k
        .checked_mul(NS_PER_SECOND)
        .and_then(|product| product.checked_mul(rate_den))
    {
        return start + Span(product / rate_num);
    }
    let ns = (u128::from(k) * u128::from(NS_PER_SECOND))
        .checked_mul(u128::from(rate_den))
        .expect("a periodic instant within 128 bits")
        / u128::from(rate_num);
    start + Span(u64::try_from(ns).expect("a periodic instant within 64 bits"))
}

/// The largest `k` whose [`periodic`] instant is not after `now`; 0 if `now` is before `start`.
///
/// Panics if the rate or its divisor is 0.
pub fn periodic_count(start: Instant, now: Instant, rate_num: u64, rate_den: u64) -> u64 {
    assert!(rate_num > 0 && rate_den > 0, "a rate of 0 has no periods");
    let elapsed = u128::from(now.saturating_since(start).0);
    // floor(k P / num) <= e  <=>  k P < (e + 1) num, where P is the period's numerator.
    let period = u128::from(NS_PER_SECOND) * u128::from(rate_den);
    let k = ((elapsed + 1) * u128::from(rate_num) - 1) / period;
    u64::try_from(k).expect("a count of periods within 64 bits")
}

impl Add<Span> for Instant {
    type Output = Instant;
    fn add(self, span: Span) -> Instant {
        Instant(
            self.0
                .checked_add(span.0)
                .expect("an instant within 64 bits"),
        )
    }
}

impl AddAssign<Span> for Instant {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Sub<Span> for Instant {
    type Output = Instant;
    fn sub(self, span: Span) -> Instant {
        Instant(
            self.0
                .checked_sub(span.0)
                .expect("an instant not before the run began"),
        )
    }
}

impl Sub for Instant {
    type Output = Span;
    fn sub(self, earlier: Instant) -> Span {
        self.checked_since(earlier)
            .expect("a span from an earlier instant to a later one")
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.checked_add(other.0).expect("a span within 64 bits"))
    }
}

impl AddAssign for Span {
    fn add_assign(&mut self, other: Span) {
        *self = *self + other;
    }
}

impl Sub for Span {
    type Output = Span;
    fn sub(self, other: Span) -> Span {
        Span(self.0.checked_sub(other.0).expect("a span not negative"))
    }
}

impl SubAssign for Span {
    fn sub_assign(&mut self, other: Span) {
        *self = *self - other;
    }
}

impl Mul<u64> for Span {
    type Output = Span;
    fn mul(self, times: u64) -> Span {
        Span(self.0.checked_mul(times).expect("a span within 64 bits"))
    }
}

impl Div<u64> for Span {
    type Output = Span;
    fn div(self, parts: u64) -> Span {
        Span(self.0 / parts)
    }
}

/// `hh:mm:ss.mmm`, cut (not rounded) to the millisecond; `{:#}` adds micro- and nanoseconds.
/// Hours are not limited to two digits.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 / NS_PER_SECOND;
        let ns = self.0 % NS_PER_SECOND;
        let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let text = if f.alternate() {
            format!("{h:02}:{m:02}:{s:02}.{ns:09}")
        } else {
            format!("{h:02}:{m:02}:{s:02}.{:03}", ns / NS_PER_MS)
        };
        f.pad(&text)
    }
}

/// The units of a span, large to small: name and nanoseconds.
const UNITS: [(&str, u64); 6] = [
    ("h", 3600 * NS_PER_SECOND),
    ("m", 60 * NS_PER_SECOND),
    ("s", NS_PER_SECOND),
    ("ms", NS_PER_MS),
    ("us", NS_PER_US),
    ("ns", 1),
];

/// Exact, in the form that [`Span::from_str`] reads: `1h30m`, `250ms`, `2us180ns`, `0s`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.pad("0s");
        }
        let mut rest = self.0;
        let mut text = String::new();
        for (name, ns) in UNITS {
            if rest >= ns {
                text.push_str(&format!("{}{name}", rest / ns));
                rest %= ns;
            }
        }
        f.pad(&text)
    }
}

impl FromStr for Span {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Span, TimeError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TimeError::Empty);
        }
        if text.starts_with('-') {
            return Err(TimeError::Negative(text.to_owned()));
        }
        let mut rest = text;
        let mut total: u64 = 0;
        let mut smaller_than = usize::MAX; // index of the unit before, in UNITS
        while !rest.is_empty() {
            let (whole, after) = split_while(rest, |c| c.is_ascii_digit());
            if whole.is_empty() {
                return Err(TimeError::NumberExpected(rest.to_owned()));
            }
            let (fraction, after) = match after.strip_prefix('.') {
                Some(after) => split_while(after, |c| c.is_ascii_digit()),
                None => ("", after),
            };
            let (unit, after) = split_while(after, |c| !c.is_ascii_digit());
            let piece = &rest[..rest.len() - after.len()];
            if unit.is_empty() || unit == "." {
                return Err(TimeError::UnitExpected(piece.to_owned()));
            }
            let index = UNITS
                .iter()
                .position(|(name, _)| *name == unit)
                .ok_or_else(|| TimeError::UnknownUnit(unit.to_owned()))?;
            if smaller_than != usize::MAX && index <= smaller_than {
                return Err(TimeError::UnitOrder(piece.to_owned()));
            }
            smaller_than = index;
            total = nanoseconds(whole, fraction, UNITS[index].1, piece)?
                .checked_add(total)
                .filter(|&ns| ns <= LONGEST_TEXT_NS)
                .ok_or_else(|| TimeError::TooLong(text.to_owned()))?;
            rest = after;
        }
        Ok(Span(total))
    }
}

/// `whole.fraction` times a unit, exactly.
fn nanoseconds(whole: &str, fraction: &str, unit: u64, piece: &str) -> Result<u64, TimeError> {
    let too_long = || TimeError::TooLong(piece.to_owned());
    let whole: u64 = whole.parse().map_err(|_| too_long())?;
    let mut ns = whole.checked_mul(unit).ok_or_else(too_long)?;
    let fraction = fraction.trim_end_matches('0');
    if !fraction.is_empty() {
        let too_fine = || TimeError::TooFine(piece.to_owned());
        // An hour has 3.6 * 10^12 ns; nothing with more than 13 decimals can be whole.
        if fraction.len() > 13 {
            return Err(too_fine());
        }
        let scale = 10u128.pow(fraction.len() as u32);
        let digits: u128 = fraction.parse().map_err(|_| too_fine())?;
        let product = digits * u128::from(unit);
        if !product.is_multiple_of(scale) {
            return Err(too_fine());
        }
        let part = u64::try_from(product / scale).map_err(|_| too_long())?;
        ns = ns.checked_add(part).ok_or_else(too_long)?;
    }
    Ok(ns)
}

fn split_while(text: &str, keep: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !keep(c)).unwrap_or(text.len());
    text.split_at(end)
}

/// `hh:mm:ss`, with up to nine decimals of a second, or a duration since the run began.
impl FromStr for Instant {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Instant, TimeError> {
        let text = text.trim();
        if !text.contains(':') {
            return text.parse::<Span>().map(|span| Instant(span.0));
        }
        let wrong = || TimeError::NotAnInstant(text.to_owned());
        let mut parts = text.split(':');
        let (Some(h), Some(m), Some(s), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong());
        };
        let (s, fraction) = s.split_once('.').unwrap_or((s, ""));
        let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        let two = |t: &str| t.len() == 2 && digits(t) && t < "60";
        if h.is_empty() || !digits(h) || !two(m) || !two(s) || !digits(fraction) {
            return Err(wrong());
        }
        let ns = nanoseconds(h, "", UNITS[0].1, text)?
            .checked_add(nanoseconds(m, "", UNITS[1].1, text)?)
            .and_then(|ns| ns.checked_add(nanoseconds(s, fraction, UNITS[2].1, text).ok()?))
            .ok_or_else(wrong)?;
        if ns > LONGEST_TEXT_NS {
            return Err(TimeError::TooLong(text.to_owned()));
        }
        Ok(Instant(ns))
    }
}

/// A span as text (`"250ms"`) in files that people write:
/// `#[serde(with = "clock::time::span_text")]`.
pub mod span_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::Span;

    /// Writes the span as in its `Display`.
    pub fn serialize<S: Serializer>(span: &Span, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(span)
    }

    /// Reads text such as `1h30m`; the error says what was expected.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Span, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// A span that need not be there, as text: `#[serde(with = "clock::time::optional_span_text")]`.
pub mod optional_span_text {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use super::Span;

    /// Writes the span as in its `Display`.
    pub fn serialize<S: Serializer>(span: &Option<Span>, to: S) -> Result<S::Ok, S::Error> {
        span.map(|span| span.to_string()).serialize(to)
    }

    /// Reads text such as `1h30m`; the error says what was expected.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Span>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        let span = text.map(|text| text.parse().map_err(D::Error::custom));
        span.transpose()
    }
}

/// An instant as text (`"00:01:30.250"` or `"90s"`) in files that people write:
/// `#[serde(with = "clock::time::instant_text")]`.
pub mod instant_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::Instant;

    /// Writes the instant exactly, with nine decimals.
    pub fn serialize<S: Serializer>(at: &Instant, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{at:#}"))
    }

    /// Reads `hh:mm:ss.mmm` or a duration since the run began.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Instant, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_told_to_people_are_short() {
        for (ns, told) in [
            (0, "0 s"),
            (180, "180 ns"),
            (2_180, "2.2 us"),
            (6_000, "6 us"),
            (29_586, "30 us"),
            (999_999, "1.0 ms"),
            (1_040_000, "1.0 ms"),
            (9_000_000, "9 ms"),
            (250_400_000, "250 ms"),
            (999_400_000, "999 ms"),
            (999_600_000, "1.00 s"),
            (9_000_000_000, "9 s"),
            (6_032_437_093, "6.03 s"),
            (59_999_000_000, "60.00 s"),
            (60_000_000_000, "1 min"),
            (93_520_000_000, "1 min 34 s"),
            (5_400_000_000_000, "1 h 30 min"),
            (7_205_000_000_000, "2 h 5 s"),
            (u64::MAX, "5124095 h 34 min 33 s"),
        ] {
            assert_eq!(Span(ns).told(), told);
        }
    }

    #[test]
    fn a_duration_is_read_and_written_exactly() {
        for (text, ns, written) in [
            ("90s", 90_000_000_000, "1m30s"),
            ("10m", 600_000_000_000, "10m"),
            ("24h", 86_400_000_000_000, "24h"),
            ("250ms", 250_000_000, "250ms"),
            ("1h30m", 5_400_000_000_000, "1h30m"),
            ("2.18us", 2_180, "2us180ns"),
            ("0.5s", 500_000_000, "500ms"),
            ("0s", 0, "0s"),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span, Span(ns), "{text}");
            assert_eq!(span.to_string(), written);
            assert_eq!(written.parse::<Span>().unwrap(), span);
        }
    }

    #[test]
    fn a_wrong_duration_says_what_is_wrong() {
        let error = |text: &str| text.parse::<Span>().unwrap_err();
        assert_eq!(error("  "), TimeError::Empty);
        assert_eq!(error("90"), TimeError::UnitExpected("90".into()));
        assert_eq!(error("s"), TimeError::NumberExpected("s".into()));
        assert_eq!(error("-5s"), TimeError::Negative("-5s".into()));
        assert_eq!(
            error("5 fortnights"),
            TimeError::UnknownUnit(" fortnights".into())
        );
        assert_eq!(error("30m1h"), TimeError::UnitOrder("1h".into()));
        assert_eq!(error("1s1s"), TimeError::UnitOrder("1s".into()));
        assert_eq!(error("1.5ns"), TimeError::TooFine("1.5ns".into()));
        assert_eq!(error("1."), TimeError::UnitExpected("1.".into()));
        assert!(matches!(
            error("99999999999999999999h"),
            TimeError::TooLong(_)
        ));
        assert!(matches!(error("100000h"), TimeError::TooLong(_)));
        assert!(error("5é").to_string().contains("`é` is not a unit"));
    }

    #[test]
    fn an_instant_is_shown_and_read_as_a_clock() {
        let at = Instant(3_723_004_005_006);
        assert_eq!(at.to_string(), "01:02:03.004");
        assert_eq!(format!("{at:#}"), "01:02:03.004005006");
        assert_eq!("01:02:03.004005006".parse::<Instant>().unwrap(), at);
        assert_eq!(
            "90s".parse::<Instant>().unwrap(),
            Instant(90 * NS_PER_SECOND)
        );
        for wrong in [
            "1:2:3",
            "00:60:00",
            "00:00",
            "00:00:00:00",
            ":00:00",
            "00:00:0x",
        ] {
            assert!(
                matches!(wrong.parse::<Instant>(), Err(TimeError::NotAnInstant(_))),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_periodic_thing_does_not_drift() {
        // A line of 1,300 bit/s: bit 1,300 is exactly at one second, bit 1 is cut down.
        assert_eq!(periodic(Instant(5), 1, 1300, 1), Instant(5 + 769_230));
        let day = 1300 * 86_400;
        assert_eq!(
            periodic(Instant::ZERO, day, 1300, 1),
            Instant(86_400 * NS_PER_SECOND)
        );
        // Mains of 60 Hz given as 59.94 Hz: 60,000 / 1,001.
        assert_eq!(
            periodic(Instant::ZERO, 60_000, 60_000, 1_001),
            Instant(1_001 * NS_PER_SECOND)
        );
    }

    #[test]
    fn the_count_of_periods_is_the_inverse() {
        for (num, den) in [(1300, 1), (60, 1), (60_000, 1_001), (3, 7)] {
            for k in [0, 1, 2, 3, 59, 60, 61, 1299, 1300, 1301, 999_999] {
                let at = periodic(Instant(17), k, num, den);
                assert_eq!(periodic_count(Instant(17), at, num, den), k);
                if k > 0 {
                    let before = Instant(at.0 - 1);
                    assert_eq!(periodic_count(Instant(17), before, num, den), k - 1);
                }
            }
        }
        assert_eq!(periodic_count(Instant(17), Instant(3), 60, 1), 0);
    }

    #[test]
    #[should_panic(expected = "earlier instant to a later")]
    fn a_negative_span_is_our_own_fault() {
        let _ = Instant(1) - Instant(2);
    }

    #[test]
    fn fractions_of_seconds_are_rounded_and_never_wrap() {
        assert_eq!(Span::from_seconds_f64(0.25), Span::from_millis(250));
        assert_eq!(Span::from_seconds_f64(-1.0), Span::ZERO);
        assert_eq!(Span::from_seconds_f64(f64::NAN), Span::ZERO);
        assert_eq!(Span::from_seconds_f64(f64::INFINITY), Span::MAX);
    }
}
