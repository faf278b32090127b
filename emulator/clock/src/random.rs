//! Chance: named random streams derived from the seed of the run.
//!
//! A line is noisy, an agent hesitates, a tube fails after some thousand hours. Each component
//! draws from a stream of its own, named by its path in the network (`briarcliff/drum/3/faults`),
//! so that a draw added in one component moves no draw of another, and a run with the same seed
//! is the same run.
//!
//! Derivation: BLAKE3 in key-derivation mode over seed (8 bytes, least significant first) and path
//! gives the 32 bytes that seed a PCG64 (XSL RR 128/64; O'Neill 2014, HMC-CS-2014-0905). The
//! samplers are our own, because those of libraries change their values between versions; they
//! use only the four operations, which IEEE 754 fixes, and crate `libm`, which is the same on
//! every host. The values are held by a golden test below.
//!
//! Every sampler uses a fixed number of draws except [`Stream::below`] (and what is built on it),
//! which repeats a draw with a probability below `n / 2^64`.

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64;
use serde::{Deserialize, Serialize};

use crate::time::Span;

/// Names the derivation; a change to it changes every run.
const CONTEXT: &str = "duplex 2026 random stream, format 1";

/// A stream of random numbers; plain data, saved with the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream {
    generator: Pcg64,
}

impl Stream {
    /// The stream named `path` of the run with `seed`.
    pub fn new(seed: u64, path: &str) -> Stream {
        let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
        hasher.update(&seed.to_le_bytes());
        hasher.update(path.as_bytes());
        Stream {
            generator: Pcg64::from_seed(*hasher.finalize().as_bytes()),
        }
    }

    /// 64 random bits. (Not called `next`: a stream is no iterator.)
    pub fn next_u64(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// A whole number in `0..n`, each equally likely (Lemire 2019). Panics if `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        assert!(n > 0, "nothing lies below 0");
        let mut product = u128::from(self.next_u64()) * u128::from(n);
        if (product as u64) < n {
            let threshold = n.wrapping_neg() % n;
            while (product as u64) < threshold {
                product = u128::from(self.next_u64()) * u128::from(n);
            }
        }
        (product >> 64) as u64
    }

    /// A number in `[0, 1)`, a multiple of 2^-53.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// True with probability `p`; one draw whatever `p` is. Not-a-number counts as 0.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Exponentially distributed with the given mean (time between independent events).
    pub fn exponential(&mut self, mean: f64) -> f64 {
        mean * self.unit_exponential()
    }

    /// An exponentially distributed span with the given mean.
    pub fn exponential_span(&mut self, mean: Span) -> Span {
        Span::from_seconds_f64(self.exponential(mean.as_seconds_f64()))
    }

    /// How many trials fail before one succeeds, when each does with the chance of one in `one_in`
    /// (geometric; mean `one_in - 1`; one draw). Panics if `one_in` is 0.
    pub fn failures(&mut self, one_in: u32) -> u64 {
        assert!(one_in > 0, "a chance of one in 0");
        let survives = 1.0 - 1.0 / f64::from(one_in);
        // A division by minus infinity when every trial succeeds: 0.
        (self.unit_exponential() / -libm::log(survives)) as u64
    }

    /// Normally distributed with mean and standard deviation (Box and Muller 1958; two draws).
    pub fn normal(&mut self, mean: f64, sd: f64) -> f64 {
        let radius = libm::sqrt(2.0 * self.unit_exponential());
        let angle = 2.0 * std::f64::consts::PI * self.unit();
        mean + sd * radius * libm::cos(angle)
    }

    /// Weibull distributed: `scale` is the characteristic life, `shape` below 1 is early failure,
    /// 1 is exponential, above 1 is wear.
    pub fn weibull(&mut self, scale: f64, shape: f64) -> f64 {
        scale * libm::pow(self.unit_exponential(), 1.0 / shape)
    }

    /// An index, chosen with probability proportional to its weight. Panics if the weights are
    /// all 0 or there are none; `check` refuses such files before.
    pub fn weighted(&mut self, weights: &[u32]) -> usize {
        let total: u64 = weights.iter().map(|&w| u64::from(w)).sum();
        assert!(total > 0, "a choice needs a weight above 0");
        let mut left = self.below(total);
        for (index, &weight) in weights.iter().enumerate() {
            if left < u64::from(weight) {
                return index;
            }
            left -= u64::from(weight);
        }
        unreachable!("a draw below the total lies in one of the weights")
    }

    /// One of `items`, each equally likely. Panics if there are none.
    pub fn choose<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len() as u64) as usize]
    }

    /// Puts `items` in a random order, each order equally likely (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u64 + 1) as usize;
            items.swap(last, other);
        }
    }

    fn unit_exponential(&mut self) -> f64 {
        // 1 - unit is in (0, 1], so the logarithm is finite.
        -libm::log(1.0 - self.unit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_same_for_ever() {
        let mut s = Stream::new(1, "briarcliff/drum/3/faults");
        let drawn = [s.next_u64(), s.next_u64(), s.below(1000), s.below(7)];
        assert_eq!(
            drawn,
            [
                12_459_298_673_783_349_427,
                3_120_381_091_390_643_904,
                297,
                2
            ]
        );
        let floats = [
            s.unit(),
            s.exponential(2.0),
            s.normal(10.0, 3.0),
            s.weibull(100.0, 1.5),
        ];
        let bits = [
            4_606_421_183_726_602_158,
            4_612_271_994_085_245_163,
            4_625_493_130_557_082_334,
            4_633_668_558_308_142_167,
        ];
        assert_eq!(floats.map(f64::to_bits), bits, "{floats:?}");
        let mut order = [0, 1, 2, 3, 4, 5, 6, 7];
        s.shuffle(&mut order);
        assert_eq!(order, [7, 6, 3, 0, 5, 1, 4, 2]);
        assert_eq!(s.weighted(&[0, 3, 0, 5]), 1);
    }

    #[test]
    fn streams_do_not_move_each_other() {
        let alone: Vec<u64> = {
            let mut line = Stream::new(7, "line");
            (0..10).map(|_| line.next_u64()).collect()
        };
        let mut line = Stream::new(7, "line");
        let mut drum = Stream::new(7, "drum");
        let beside: Vec<u64> = (0..10)
            .map(|_| {
                drum.next_u64();
                line.next_u64()
            })
            .collect();
        assert_eq!(alone, beside);
        assert_ne!(alone[0], Stream::new(8, "line").next_u64());
        assert_ne!(alone[0], Stream::new(7, "drum").next_u64());
    }

    #[test]
    fn samplers_have_their_means_and_limits() {
        let mut s = Stream::new(3, "means");
        let n = 200_000;
        let mean =
            |values: &mut dyn FnMut() -> f64| (0..n).map(|_| values()).sum::<f64>() / f64::from(n);
        let near = |value: f64, expected: f64, tolerance: f64| {
            assert!(
                (value - expected).abs() < tolerance,
                "{value} is not {expected}"
            );
        };
        near(mean(&mut || s.unit()), 0.5, 0.005);
        near(mean(&mut || s.exponential(4.0)), 4.0, 0.05);
        near(mean(&mut || s.normal(10.0, 3.0)), 10.0, 0.04);
        let square = |x: f64| x * x;
        near(mean(&mut || square(s.normal(0.0, 3.0))), 9.0, 0.15);
        // Weibull of shape 2 has the mean scale * gamma(1.5) = scale * 0.886227.
        near(mean(&mut || s.weibull(100.0, 2.0)), 88.6227, 0.6);
        near(mean(&mut || s.below(6) as f64), 2.5, 0.02);
        near(mean(&mut || s.failures(5) as f64), 4.0, 0.06);
        near(mean(&mut || s.failures(1) as f64), 0.0, 0.0001);
        near(mean(&mut || s.weighted(&[1, 0, 3]) as f64), 1.5, 0.01);
        near(mean(&mut || f64::from(u8::from(s.chance(0.3)))), 0.3, 0.005);
        assert!(!s.chance(0.0) && !s.chance(-1.0) && !s.chance(f64::NAN) && s.chance(1.0));
    }

    #[test]
    fn below_is_unbiased_where_a_remainder_would_not_be() {
        // With n = 3/4 of 2^64, a remainder would give the lowest third twice as often.
        let n = 3 << 62;
        let mut s = Stream::new(5, "bias");
        let low = (0..60_000).filter(|_| s.below(n) < n / 3).count();
        assert!((19_400..20_600).contains(&low), "{low} of 60,000");
    }

    #[test]
    fn a_shuffle_keeps_every_item_and_reaches_every_place() {
        let mut s = Stream::new(9, "shuffle");
        let mut seen = [[0u32; 4]; 4];
        for _ in 0..24_000 {
            let mut items = [0usize, 1, 2, 3];
            s.shuffle(&mut items);
            for (place, &item) in items.iter().enumerate() {
                seen[item][place] += 1;
            }
        }
        for count in seen.iter().flatten() {
            assert!((5_700..6_300).contains(count), "{seen:?}");
        }
    }

    #[test]
    fn a_restored_stream_goes_on() {
        let mut s = Stream::new(1, "x");
        s.next_u64();
        let bytes = postcard::to_allocvec(&s).unwrap();
        let mut restored: Stream = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(restored.next_u64(), s.next_u64());
    }
}
