//! A run saved in the middle goes on as if it had never stopped, a journal replays, and damage of
//! either is told and never followed.

use std::sync::OnceLock;

use clock::journal::{Ending, Journal, JournalWriter, State};
use clock::{Instant, Span};
use exercise::driver::{self, Live, Options, Plan, Run};
use exercise::inputs::load_script;
use exercise::replay::Replay;
use exercise::script::{FaultKind, OrderedFault, Target, When};
use exercise::snapshot::{Snapshot, Unusable};
use exercise::{agents::Key, snapshot};
use proptest::prelude::*;
use site::source::{SourceMap, render};
use tests::{fetch, site};

/// A minute at three sets in which the active machine is lost.
fn plan() -> Plan {
    let options = Options {
        seed: 5,
        cut: None,
        keep_entries: false,
    };
    let mut map = SourceMap::new();
    let path = "scripts/tiny-minute.ron";
    fetch(&mut map, path);
    let script = load_script(&map, path, None);
    let script = script.unwrap_or_else(|found| panic!("{}", render(&found, &map)));
    Plan::new(site("tiny"), script, Vec::new(), options).expect("the opening files can be drawn")
}

fn restored(bytes: &[u8]) -> Result<(Plan, Run, State), Unusable> {
    Snapshot::open(bytes)?.restore()
}

fn to_the_end(plan: &Plan, run: &mut Run, journal: JournalWriter<Vec<u8>>) -> (String, Vec<u8>) {
    let mut journal = journal;
    driver::finish(plan, run, &mut journal, &mut (), &mut |_| {});
    journal.finish().expect("memory takes all")
}

/// The journal of the whole minute, a set taken by a person for some seconds.
fn journal() -> &'static (String, Vec<u8>) {
    static JOURNAL: OnceLock<(String, Vec<u8>)> = OnceLock::new();
    JOURNAL.get_or_init(|| {
        let plan = plan();
        let mut run = plan.begin().expect("the files fit the site");
        let header = snapshot::journal_header(&plan, None);
        let mut journal = JournalWriter::new(Vec::new(), &header).expect("memory takes all");
        let text = Key::Enter("112JULLGALAX".to_owned());
        let press = Live::Key { set: 1, key: text };
        let mut visit = vec![
            (Instant(5_000_000_000), Live::Sit { set: 1 }),
            (Instant(7_000_000_000), press.clone()),
            (Instant(9_010_000_000), press),
            (Instant(20_000_000_000), Live::Leave { set: 1 }),
        ];
        while run.now() < Instant(30_000_000_000) {
            let now = run.now();
            let due: Vec<Live> = visit
                .extract_if(.., |(at, _)| *at <= now)
                .map(|(_, live)| live)
                .collect();
            run.slice(&plan, &due, &mut journal, &mut ());
        }
        to_the_end(&plan, &mut run, journal)
    })
}

#[test]
fn a_run_saved_at_any_instant_goes_on_to_the_same_digest() {
    let plan = plan();
    let mut whole = plan.begin().expect("the files fit the site");
    let (digest, _) = to_the_end(&plan, &mut whole, headless());
    let mut run = plan.begin().expect("the files fit the site");
    let mut writer = headless();
    // Before, during and after the takeover.
    for seconds in [0u64, 10, 28, 29, 30, 45, 59] {
        while run.now() < Instant::ZERO + Span::from_secs(seconds) {
            run.slice(&plan, &[], &mut writer, &mut ());
        }
        let bytes = snapshot::save(&plan, &run, writer.state()).expect("memory takes all");
        let (again, mut restored, state) = restored(&bytes).expect("a whole snapshot");
        let (ended, journal) = {
            let header = snapshot::journal_header(&again, Some(&restored));
            let journal = JournalWriter::resume(Vec::new(), &header, state).expect("memory");
            to_the_end(&again, &mut restored, journal)
        };
        assert_eq!(ended, digest, "saved at {seconds} s");
        // The journal of the rest replays alone.
        let mut replay = Replay::<Plan>::open(&journal).expect("a whole journal");
        replay.run_until(None, &mut (), &mut |_, _| {});
        assert_eq!(replay.digest(), digest, "replayed from {seconds} s");
    }
}

fn headless() -> JournalWriter<Vec<u8>> {
    JournalWriter::headless(Vec::new(), State::new())
}

#[test]
fn a_fork_loses_the_other_machine_instead() {
    let plan = plan();
    let mut run = plan.begin().expect("the files fit the site");
    let mut writer = headless();
    while run.now() < Instant(20_000_000_000) {
        run.slice(&plan, &[], &mut writer, &mut ());
    }
    let mut fork = run.clone();
    let mut other = plan.clone();
    other.script.faults = vec![OrderedFault {
        at: When::Fixed(Span::from_secs(40)),
        fault: FaultKind::FailStop { machine: Target::B },
    }];
    fork.fork(&other);
    let mut journal = JournalWriter::headless(Vec::new(), writer.state().clone());
    let forked = driver::finish(&other, &mut fork, &mut journal, &mut (), &mut |_| {});
    assert_eq!((forked.takeovers.len(), forked.faults.len()), (0, 1));
    let first = driver::finish(&plan, &mut run, &mut writer, &mut (), &mut |_| {});
    assert_eq!(first.takeovers.len(), 1);
    assert_ne!(first.digest, forked.digest);
    assert!(forked.verdicts.iter().all(|verdict| verdict.holds));
}

#[test]
fn what_a_person_did_at_a_set_replays_by_its_instant() {
    let (digest, bytes) = journal();
    let mut replay = Replay::<Plan>::open(bytes).expect("a whole journal");
    replay.run_until(None, &mut (), &mut |_, _| {});
    assert_eq!(&replay.digest(), digest);
    assert_eq!(replay.difference(bytes), None);
    // Without the person it is another run.
    let plan = plan();
    let mut run = plan.begin().expect("the files fit the site");
    assert_ne!(&to_the_end(&plan, &mut run, headless()).0, digest);
}

#[test]
fn a_journal_whose_header_says_another_seed_is_told_at_its_first_false_record() {
    let (_, bytes) = journal();
    let journal = Journal::open(bytes).expect("a whole journal");
    let (mut plan, _) = snapshot::begin_of::<Plan>(&journal).expect("a plan");
    plan.options.seed += 1;
    let header = snapshot::journal_header(&plan, None);
    let mut forged = JournalWriter::new(Vec::new(), &header).expect("memory takes all");
    for record in journal.records() {
        forged.append_encoded(record.at, record.kind, record.payload);
    }
    let (digest, forged) = forged.finish().expect("memory takes all");
    let mut replay = Replay::<Plan>::open(&forged).expect("well formed");
    replay.run_until(None, &mut (), &mut |_, _| {});
    assert_ne!(replay.digest(), digest);
    let found = replay.difference(&forged).expect("a difference");
    assert!(found.record > 0, "both machines start: {found:?}");
    assert!(found.last_good.is_some(), "{found:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_journal_cut_anywhere_is_never_followed_too_far(part in 0.0..1.0f64) {
        let (_, bytes) = journal();
        let cut = &bytes[..(bytes.len() as f64 * part) as usize];
        if let Ok(mut replay) = Replay::<Plan>::open(cut) {
            let Ending::Cut { last_good, .. } = replay.ending.clone() else {
                panic!("a cut journal is not whole");
            };
            replay.run_until(None, &mut (), &mut |_, _| {});
            let reached = replay.run.now();
            let last = last_good.unwrap_or(Instant::ZERO);
            prop_assert!(reached <= last + driver::SLICE + driver::SLICE);
            let found = replay.difference(cut);
            prop_assert!(found.is_none_or(|f| f.last_good == last_good), "up to its end");
        }
    }

    #[test]
    fn a_flipped_bit_anywhere_is_noticed_and_never_a_panic(part in 0.0..1.0f64, bit in 0..8u32) {
        let (_, bytes) = journal();
        let mut wrong = bytes.clone();
        wrong[(bytes.len() as f64 * part) as usize] ^= 1 << bit;
        if let Ok(replay) = Replay::<Plan>::open(&wrong) {
            let cut = matches!(replay.ending, Ending::Cut { .. });
            prop_assert!(cut);
        }
    }

    #[test]
    fn a_snapshot_with_a_flipped_bit_is_refused(part in 0.0..1.0f64, bit in 0..8u32) {
        static SAVED: OnceLock<Vec<u8>> = OnceLock::new();
        let bytes = SAVED.get_or_init(|| {
            let plan = plan();
            let run = plan.begin().expect("the files fit the site");
            snapshot::save(&plan, &run, &State::new()).expect("memory takes all")
        });
        let mut wrong = bytes.clone();
        wrong[(bytes.len() as f64 * part) as usize] ^= 1 << bit;
        prop_assert!(restored(&wrong).is_err());
        prop_assert!(restored(&bytes[..(bytes.len() as f64 * part) as usize]).is_err());
    }
}
