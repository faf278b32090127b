//! A run is its site, its exercise and its seed: the same three give the same journal, byte for
//! byte, on any host, in any build.
//!
//! `tests/golden/tiny-minute.digest` keeps the digest of a minute at the tiny site with a takeover,
//! seed 1. `cargo test` compares it in the test profile (overflow checks on), `cargo test --release
//! -p tests --test determinism` with everything optimised: so the two builds are compared with each
//! other. The digest changes whenever the control program, the sites or the emulation change what
//! happens; then, and only then, `UPDATE_GOLDEN=1` writes it anew, and the commit says what changed
//! it. A digest that differs between two builds of one source is always a fault.

use exercise::inputs::load_script;
use tests::evening::first_difference;
use tests::{Evening, Morning, fetch, golden, site_at};

fn exercise(name: &str, path: &str, seed: u64) -> Morning {
    let mut map = site::source::SourceMap::new();
    fetch(&mut map, path);
    let script = load_script(&map, path, None).expect("a script in order");
    let evening = Evening {
        script,
        entries: Vec::new(),
        seed,
    };
    evening.twice(&site_at(&format!("sites/{name}.ron")))
}

fn minute(seed: u64) -> Morning {
    exercise("tiny/site", "scripts/tiny-minute.ron", seed)
}

#[test]
fn a_minute_has_the_digest_it_had() {
    let morning = minute(1);
    morning.all_held();
    golden(
        "tiny-minute.digest",
        &format!("{}\n", morning.outcome.digest),
    );
}

#[test]
fn a_takeover_by_hand_has_the_digest_it_had() {
    let morning = exercise("tiny/site-historical", "scripts/tiny-by-hand.ron", 1);
    morning.kept_its_promise();
    assert_eq!(morning.report.takeovers.len(), 1);
    golden(
        "tiny-by-hand.digest",
        &format!("{}\n", morning.outcome.digest),
    );
}

#[test]
fn another_seed_is_another_run() {
    let [one, other] = [2, 3].map(minute);
    assert_ne!(one.outcome.digest, other.outcome.digest);
    let difference = first_difference(&one.journal, &other.journal);
    let difference = difference.expect("a first record that differs");
    assert!(difference.contains("differs"), "{difference}");
    assert!(difference.contains("the other "), "{difference}");
}

#[test]
fn two_minutes_at_the_large_site_are_the_same_twice() {
    let morning = exercise("sabre/site", "scripts/two-minutes.ron", 4);
    morning.all_held();
    assert!(morning.report.entries.sent > 1000);
    assert_eq!(morning.report.takeovers.len(), 1);
}
