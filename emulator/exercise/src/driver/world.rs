//! A reservation site as one kind of site among others.

use std::io::Write;

use clock::Instant;
use clock::journal::{self, JournalWriter};
use site::Machine;

use super::{Live, Onlooker, Options, Outcome, Plan, Progress, Run, StartError};
use crate::agents::Action;
use crate::report::{Report, text};
use crate::script::{DrawnFault, Script};
use crate::world::{Kind, Planned, World, reported};

impl Planned for Plan {
    const KIND: Kind = Kind::Reservation;
    type Run = Run;

    fn site(&self) -> (&str, &str) {
        (&self.inputs.path, &self.inputs.description.name)
    }

    fn script(&self) -> &Script {
        &self.script
    }

    fn options(&self) -> &Options {
        &self.options
    }

    fn with_seed(&self, seed: u64) -> Plan {
        self.with_seed(seed)
    }

    fn draw_faults(&self) -> Vec<DrawnFault> {
        self.draw_faults()
    }

    fn begin(&self) -> Result<Run, StartError> {
        self.begin()
    }

    fn to_json(&self) -> Vec<u8> {
        self.to_json()
    }

    fn from_json(bytes: &[u8]) -> Result<Plan, String> {
        Plan::from_json(bytes)
    }

    fn identity(&self) -> (Vec<u8>, Vec<u8>) {
        self.identity()
    }
}

impl World for Run {
    type Plan = Plan;
    type Outcome = Outcome;
    type Report = Report;
    type Action = Action;

    fn now(&self) -> Instant {
        self.now()
    }

    fn is_over(&self, plan: &Plan) -> bool {
        self.is_over(plan)
    }

    fn progress(&self, plan: &Plan) -> Progress {
        self.progress(plan)
    }

    fn slice<W: Write>(
        &mut self,
        plan: &Plan,
        live: &[Live],
        journal: &mut JournalWriter<W>,
        onlooker: &mut dyn Onlooker,
    ) {
        self.slice(plan, live, journal, onlooker);
    }

    fn reseeded(&self, plan: &Plan) -> Run {
        self.reseeded(plan)
    }

    fn fork(&mut self, plan: &Plan) {
        self.fork(plan);
    }

    fn outcome(&mut self, plan: &Plan, journal: &journal::State) -> Outcome {
        self.outcome(plan, journal)
    }

    fn report(plan: &Plan, outcome: &Outcome, wall_seconds: f64) -> Report {
        let seed = plan.options.seed;
        Report::new(&plan.inputs, &plan.script, seed, outcome, wall_seconds)
    }

    fn told(plan: &Plan, report: &Report, outcome: &Outcome) -> String {
        text::write(report, &plan.script, outcome)
    }

    fn state(&self, plan: &Plan) -> String {
        let mut text = format!(
            "site {}, exercise {}, seed {}: {}\n\n",
            plan.inputs.description.name, plan.script.name, plan.options.seed, self.now
        );
        for machine in Machine::BOTH {
            let cpu = self.site.cpu(machine);
            let routine = plan.inputs.assembly.routine_of(cpu.ic);
            let routine = routine.map_or(String::new(), |name| format!(" ({name})"));
            text += &format!(
                "  machine {machine}  {:<12} {} instructions\n      IC {:05o}{routine}  AC {:013o}  \
                 MQ {:012o}  XRA {:05o} XRB {:05o} XRC {:05o}\n",
                format!("{:?}", self.site.role(machine)).to_lowercase(),
                cpu.instructions,
                cpu.ic,
                cpu.ac,
                cpu.mq,
                cpu.xr[0],
                cpu.xr[1],
                cpu.xr[2],
            );
        }
        let traffic = &self.judges.ledger.traffic;
        text += &format!(
            "\n  {} entries sent, {} answered, {} refused, {} on their way\n",
            traffic.sent,
            traffic.answered,
            traffic.refused,
            self.judges.ledger.pending()
        );
        for (set, open) in self.judges.ledger.all_open() {
            text += &format!(
                "  set {set}: `{}`, serial {}, entered at {}\n",
                open.text, open.serial, open.accepted_at
            );
        }
        text += "\n";
        for (at, line) in &self.judges.takeovers.log {
            text += &format!("  {at}  {line}\n");
        }
        text
    }
}

reported!(Report);
