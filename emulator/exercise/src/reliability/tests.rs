use super::*;
use crate::campaign::Unit;

fn pair() -> Reliability {
    Reliability {
        format: FORMAT,
        name: "pair".to_owned(),
        years: 400,
        history_years: 20,
        mean_time_between_failures_h: 30.0,
        mean_repair_min: 25.0,
        maintenance: Maintenance {
            hours: 2.0,
            recall_min: 5.0,
        },
        takeovers: Takeovers {
            coverage: 1.0,
            gaps_ms: vec![2_000.0],
            uncovered_min: 5.0,
        },
        remembered: None,
    }
}

/// Standard errors between what was played and what arithmetic says.
fn errors(reliability: &Reliability, seed: u64) -> f64 {
    let down = reliability.play(seed).down();
    let error = (down.high - down.mean) / NORMAL_95;
    (down.mean - reliability.predicted()).abs() / error
}

#[test]
fn what_is_played_is_what_arithmetic_predicts() {
    let usual = pair();
    assert!(errors(&usual, 1) < 4.0, "{:?}", usual.play(1).down());
    let no_maintenance = Reliability {
        maintenance: Maintenance {
            hours: 0.0,
            recall_min: 5.0,
        },
        ..pair()
    };
    assert!(errors(&no_maintenance, 1) < 4.0);
    // Another pair than the predicted one is told from it.
    let slow = Reliability {
        mean_repair_min: 40.0,
        ..pair()
    };
    let down = slow.play(1).down();
    assert!(down.low > usual.predicted() * 1.5, "{down:?}");
}

#[test]
fn a_machine_fails_as_often_as_its_mean_time_says() {
    let history = pair().play(2);
    let hours = 400.0 * 365.0 * 24.0 * 2.0;
    // Less the repairs, and the daily maintenance of one of the two.
    let running = hours * (1.0 - 25.0 / 60.0 / 30.0) - hours / 2.0 * 2.0 / 24.0;
    let ratio = history.failures as f64 / (running / 30.0);
    assert!((ratio - 1.0).abs() < 0.02, "{ratio}");
    assert!(history.takeovers > history.failures * 4 / 10 && history.uncovered == 0);
}

#[test]
fn uncovered_takeovers_are_time_without_service() {
    let mut half = pair();
    half.takeovers.coverage = 0.5;
    let (all, half) = (pair().play(3), half.play(3));
    let share = half.uncovered as f64 / half.takeovers as f64;
    assert!((share - 0.5).abs() < 0.02, "{share}");
    let expected = half.uncovered as f64 * 300.0 / (400.0 * YEAR.as_seconds_f64());
    let more = half.silent().mean - half.down().mean;
    assert!(
        more > expected && more < expected * 1.2,
        "{more} {expected}"
    );
    assert!(half.silent().mean > all.silent().mean + expected * 0.9);
}

#[test]
fn the_same_seed_is_the_same_history() {
    assert_eq!(pair().play(7), pair().play(7));
    assert_ne!(pair().play(7), pair().play(8));
    let spread = pair().play(7).spread();
    let ordered = [
        spread.least,
        spread.p5,
        spread.median,
        spread.p95,
        spread.most,
    ];
    assert!(ordered.is_sorted() && spread.least < spread.most);
}

#[test]
fn takeovers_are_taken_from_runs() {
    let run = |status: u8, outages_ms: &[f64], faults: usize| UnitResult {
        unit: Unit {
            network: String::new(),
            script: String::new(),
            seed: 1,
            point: None,
        },
        status,
        digest: String::new(),
        broken: Vec::new(),
        detail: String::new(),
        takeovers: outages_ms.len() as u64,
        outages_ms: outages_ms.to_vec(),
        faults: vec!["fail-stop".to_owned(); faults],
        place: None,
    };
    let runs = [
        run(0, &[1_500.0], 1),
        run(0, &[2_500.0], 1),
        run(4, &[9_000.0], 1),
        run(5, &[], 1),
        run(0, &[], 0),
    ];
    let measured = pair().takeovers.measured(runs.iter()).unwrap();
    assert_eq!(measured.gaps_ms, [1_500.0, 2_500.0]);
    assert!((measured.coverage - 2.0 / 3.0).abs() < 1e-12);
    assert_eq!(pair().takeovers.measured(runs[3..].iter()), Err(NoTakeover));
}

#[test]
fn every_figure_has_its_limits() {
    assert!(pair().validate("x.ron").is_empty());
    let mut wrong = pair();
    wrong.format = 2;
    wrong.years = 30;
    wrong.mean_time_between_failures_h = 0.0;
    wrong.mean_repair_min = f64::NAN;
    wrong.maintenance = Maintenance {
        hours: 24.0,
        recall_min: -1.0,
    };
    wrong.takeovers = Takeovers {
        coverage: 1.5,
        gaps_ms: vec![],
        uncovered_min: f64::INFINITY,
    };
    wrong.remembered = Some(43.0);
    assert_eq!(wrong.validate("x.ron").len(), 10);
    wrong.history_years = 0;
    assert_eq!(wrong.validate("x.ron").len(), 10);
}
