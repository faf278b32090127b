//! A failing run shrinks to exactly the fewest faults, and to a handful of entries.

use clock::journal::JournalWriter;
use exercise::campaign::shrink::{ShrinkError, shrink};
use exercise::driver::{Options, Plan, finish};
use exercise::entries_csv::Entry;
use exercise::inputs::load_script;
use exercise::script::{DrawnFault, Script, Workload};
use site::source::{SourceMap, render};
use tests::planting;

fn script(name: &str) -> Script {
    let path = format!("tests/planted/{name}.ron");
    let mut map = SourceMap::new();
    tests::fetch(&mut map, &path);
    load_script(&map, &path, None).unwrap_or_else(|found| panic!("{}", render(&found, &map)))
}

fn plan(patch: Option<&str>, script: Script, list: Vec<Entry>) -> Plan {
    let inputs = planting::site("tests/planted/site.ron", patch);
    let options = Options {
        seed: 1,
        cut: None,
        keep_entries: true,
    };
    Plan::new(inputs, script, list, options).expect("the opening files can be drawn")
}

/// Names of the broken verdicts, and what was typed.
fn broken(plan: &Plan) -> (Vec<String>, Vec<Entry>) {
    let mut run = plan.begin().expect("the files fit the site");
    let mut journal = JournalWriter::digest_only();
    let outcome = finish(plan, &mut run, &mut journal, &mut (), &mut |_| {});
    let broken = outcome.verdicts.iter().filter(|v| !v.holds);
    let names = broken.map(|v| v.name.clone()).collect();
    (
        names,
        outcome.entries.into_iter().map(|e| e.entry).collect(),
    )
}

/// The size of the smallest set of these faults with which the same judge says broken, found by
/// trying every set, the smallest first, with everything that was typed.
fn fewest_faults(whole: &Plan, judge: &str) -> usize {
    let faults = whole.draw_faults();
    let (_, list) = broken(whole);
    let mut sets: Vec<Vec<DrawnFault>> = (0..1u32 << faults.len())
        .map(|bits| {
            let there = faults
                .iter()
                .enumerate()
                .filter(|(n, _)| bits >> n & 1 == 1);
            there.map(|(_, fault)| fault.clone()).collect()
        })
        .collect();
    sets.sort_by_key(Vec::len);
    let found = sets.iter().find(|set| {
        let mut plan = whole.clone();
        plan.script.faults.clear();
        plan.script.drawn = (*set).clone();
        plan.script.workload = Workload::File("typed.csv".into());
        plan.list = list.clone();
        broken(&plan).0.iter().any(|name| name == judge)
    });
    found.expect("with all of them it fails").len()
}

fn shrinks(patch: &str, exercise: &str, judge: &str) {
    let whole = plan(Some(patch), script(exercise), Vec::new());
    // The first seed with which it fails in the eyes of this judge before all others.
    let mut seeds = (1..=50).map(|seed| whole.with_seed(seed));
    let found = seeds.find_map(|whole| {
        let shrunk = shrink(&whole, "less.csv", 2, &mut |_, _| {}).ok()?;
        (shrunk.failure.name == judge).then_some((whole, shrunk))
    });
    let (whole, shrunk) = found.unwrap_or_else(|| panic!("{patch}: it fails with no seed"));
    println!(
        "{patch}: {} of {} faults, {} of {} entries, {} runs: {}",
        shrunk.plan.script.drawn.len(),
        shrunk.before.0,
        shrunk.plan.list.len(),
        shrunk.before.1,
        shrunk.runs,
        shrunk.failure.detail
    );
    assert!(broken(&shrunk.plan).0.iter().any(|name| name == judge));
    assert_eq!(shrunk.plan.script.drawn.len(), fewest_faults(&whole, judge));
    assert!(shrunk.plan.list.len() <= 10, "{:#?}", shrunk.plan.list);
}

#[test]
fn an_entry_done_twice_needs_one_crash() {
    shrinks("serial-not-checked", "crash", "nothing-acknowledged-lost");
}

#[test]
fn an_answer_before_its_commit_needs_no_fault_at_all() {
    shrinks("answer-before-commit", "crash", "promise-on-two-units");
}

#[test]
fn a_fence_that_does_not_hold_needs_one_stall() {
    shrinks("no-fencing", "stall", "fenced");
}

#[test]
fn a_run_that_passes_is_not_shrunk() {
    let whole = plan(None, script("no-fault"), Vec::new());
    let error = shrink(&whole, "less.csv", 1, &mut |_, _| {}).expect_err("it passes");
    assert_eq!(error, ShrinkError::Passes);
}
