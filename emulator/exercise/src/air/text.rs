//! The report of a direction center for people, and what stands there at an instant.

use std::fmt::Write;

use site::Machine;

use super::plan::Plan;
use super::report::Report;
use super::run::{Outcome, Run};
use crate::report::text::{conclusion, grouped, heading, row, time, verdicts};
use crate::world::World;

/// What is real and what is not; the same in every report.
const HONEST: &str = "\
The machines execute every instruction of the direction-center program; words, drums and lines are
emulated to the bit and the microsecond. Where no document was found, and that is so of most codes,
bit layouts, gains and table sizes, they are assigned by us; the program is ours. Radar sites and
bases stand about where they stood; how their radars see, aircraft, raids, people and weapons are
models. See SOURCES.md of the site.";

/// The whole text.
pub fn write(plan: &Plan, report: &Report, outcome: &Outcome) -> String {
    let mut to = String::new();
    let script = &plan.script;
    let title = script.title.get("en").or(script.title.values().next());
    let title = title.unwrap_or(&script.name);
    let of = format!("{title}: {} with seed {}", report.network, report.seed);
    heading(&mut to, &of);
    let virtual_time = format!(
        "{:.2} s in {:.2} s, {:.0} times real time",
        report.virtual_seconds, report.wall_seconds, report.times_real
    );
    row(&mut to, "virtual time", virtual_time);
    row(&mut to, "digest of the run", &report.digest);
    row(&mut to, "records in the journal", grouped(outcome.records));
    sky(&mut to, report);
    program(&mut to, report);
    weapons(&mut to, report);
    if !outcome.log.is_empty() {
        heading(&mut to, "What happened");
        for (at, text) in &outcome.log {
            let _ = writeln!(to, "  {at}  {text}");
        }
    }
    for m in &report.takeovers {
        let spent = |ms: Option<f64>| ms.map_or("never".to_owned(), |ms| time(ms / 1000.0));
        let from = if m.from.is_empty() { "nobody" } else { &m.from };
        let _ = writeln!(
            to,
            "  {} from {from} to {}: decided after {}, relays closed after {}, the scopes stood \
             still for {}; of {} tracks {} lost, {} exchanged ({} more were doubtful before)",
            m.cause,
            m.to,
            time(m.detected_ms / 1000.0),
            spent(m.switched_ms),
            spent(m.gap_ms),
            m.tracks,
            m.lost,
            m.exchanged,
            m.doubtful
        );
    }
    verdicts(&mut to, report);
    heading(&mut to, "What is real and what is not");
    for line in HONEST.lines() {
        let _ = writeln!(to, "  {line}");
    }
    let _ = writeln!(to, "\n{}", conclusion(report));
    to
}

fn sky(to: &mut String, report: &Report) {
    heading(to, "Sky and scopes");
    let t = &report.tracks;
    let per_cent = |share: Option<f64>| share.map_or("-".to_owned(), |s| format!("{s:.1} %"));
    let aircraft = format!(
        "{} in the air, {} of them in good cover for long enough",
        t.aircraft, t.in_cover
    );
    row(to, "aircraft", aircraft);
    row(
        to,
        "of them with a track, over all",
        per_cent(t.held_percent),
    );
    let followed = format!(
        "{}; {} never had one",
        per_cent(t.followed_percent),
        t.never
    );
    row(to, "with a track 95 % of their time", followed);
    let times = |[half, most, longest]: [f64; 3]| {
        format!("half within {half:.1} s, 90 % within {most:.1} s, longest {longest:.1} s")
    };
    row(
        to,
        "from good cover to the first report",
        times(t.detection_s),
    );
    row(to, "from good cover to a track", times(t.initiation_s));
    let error = t.mean_error.map_or("-".to_owned(), |mean| {
        format!("{mean:.2} n.mi in the mean, the worst {:.1}", t.worst_error)
    });
    row(to, "error of position after ten looks", error);
    let numbers = format!(
        "{} renumbered, {} went over to another aircraft",
        t.renumbered, t.exchanged
    );
    row(to, "tracks", numbers);
    row(to, "most tracks on the scopes", t.most);
    row(
        to,
        "displays of tracks that were nobody's",
        grouped(t.ghosts),
    );
    let told = format!("{}, {} of them wrong", t.told, t.told_wrong);
    row(to, "tracks told for what they are", told);
}

fn program(to: &mut String, report: &Report) {
    heading(to, "Machines");
    for (name, m) in &report.machines {
        let of = format!("/{name}");
        let instructions = report.instructions.iter();
        let mut instructions = instructions.filter(|(key, _)| key.ends_with(&of));
        let text = format!(
            "active {:.1} s, then {:.1} % busy; {} instructions",
            m.active_s,
            m.busy * 100.0,
            grouped(instructions.next().map_or(0, |(_, n)| *n))
        );
        row(to, &format!("machine {name}"), text);
    }
    let l = &report.load;
    let a_frame = format!(
        "{}, {:.1} % of what 75,000 a second would be",
        grouped(l.instructions_a_frame as u64),
        l.of_capacity_percent
    );
    row(to, "instructions a frame, waiting apart", a_frame);
    row(
        to,
        "of the time it waited",
        format!("{:.1} %", l.waiting_percent),
    );
    let late = format!(
        "{} as the program counts; of {} displays {} late",
        l.overload,
        grouped(l.displays),
        l.late_displays
    );
    row(to, "late or left out", late);
    let counts = |name: &str| report.counters.get(name).copied().unwrap_or(0);
    let reports = format!(
        "{} taken in, {} used for tracks, {} not looked at",
        grouped(counts("CREPOR")),
        grouped(counts("CSMOTH")),
        grouped(counts("CUNCOR"))
    );
    row(to, "radar reports", reports);
}

fn weapons(to: &mut String, report: &Report) {
    let actions = format!("{}, {} saw dark glass", report.actions, report.dark_actions);
    row(to, "actions at consoles", actions);
    let orders = format!(
        "{}, {} of them twice",
        report.orders, report.orders_repeated
    );
    row(to, "orders to bases and pilots", orders);
    row(to, "raiders shot down", report.splashes);
}

/// What stands there at an instant: machines, what is on the scopes, what happened.
pub fn state(run: &Run, plan: &Plan) -> String {
    let mut text = format!(
        "site {}, exercise {}, seed {}: {}\n\n",
        plan.inputs.description.name,
        plan.script.name,
        plan.options.seed,
        run.now()
    );
    for machine in Machine::BOTH {
        let central = &run.center.machine(machine).central;
        let routine = plan.inputs.assembly.routine_of(central.pc);
        let routine = routine.map_or(String::new(), |name| format!(" ({name})"));
        let _ = writeln!(
            text,
            "  machine {machine}  {:<12} {} instructions\n      program counter {}{routine}",
            format!("{:?}", run.center.role(machine)).to_lowercase(),
            central.instructions,
            fsq7::memory::written(central.pc),
        );
    }
    let tracks: Vec<_> = run.judges.shown.iter().filter(|p| p.is_track()).collect();
    let _ = writeln!(text, "\n  {} tracks on the scopes", tracks.len());
    for point in tracks {
        let owner = run.judges.sky.owner(&point.number);
        let owner = owner.and_then(|owner| plan.aircraft.get(usize::from(owner.aircraft)));
        let whose = owner.map_or("", |aircraft| &aircraft.flight.name);
        let _ = writeln!(
            text,
            "  {:<4} category {:>2} at {:>7.1} {:>7.1}  {whose}",
            point.name(),
            point.category,
            point.x,
            point.y
        );
    }
    text.push('\n');
    for (at, line) in &run.judges.log {
        let _ = writeln!(text, "  {at}  {line}");
    }
    text
}
