//! A manual-input position of a direction center, as a visitor has it before him.
//!
//! What came to a center by telephone and teletype was keyed in by people, and what they wanted to
//! know stood on the small tube of the digital display: a table of letters, written by the program
//! and renewed every five seconds. A visitor types a line, and reads that tube; afterwards the rows
//! come again that have changed on it.
//!
//! The light gun is not in a visitor's hand: who names a track is taken to point at it, and if the
//! console does not paint it the gun sees dark glass.

use exercise::agents::Key;
use exercise::air::{Plan, Run, players, situation};
use site::center::record::{Fate, Record as CenterRecord};
use site::{Machine, Record};

use crate::position::{Heard, KeyState, Keys, Positions};

/// The keyboard of the position.
pub const KEYS: Keys = Keys {
    letter,
    line_max: 40,
    help: HELP,
};

const HELP: &str = "\
** Type a line and press RETURN; what the program answers stands on the digital display.
** The rows that change there come again by themselves.
**   SUMMARY                    the situation; also WEAPONS and EQUIPMENT
**   TRACK B012                 everything of one track
**   IDENTITY B012 HOSTILE      PENDING, FRIENDLY, HOSTILE, SPECIAL, FAKER or INTERCEPTOR
**   HEIGHT B012                a height finder looks
**   INITIATE 20 -35            begins a track at the return nearest to that place (n.mi east, north)
**   DROP B012                  drops a track
**   HANDOVER B012 3, ACCEPT 45 gives a track to a neighbour, takes one that is offered
**   ASSIGN B012 1, CANCEL B012 an interceptor of a base goes, comes home
**   AUTO OFF 32 -16            no automatic initiation about that place
**   AUTO ON 32 -16             automatic initiation there again
** SITE tells how things stand. BYE (or control-D) ends your visit.
";

fn letter(key: u8) -> Option<char> {
    let key = char::from(key).to_ascii_uppercase();
    (key.is_ascii_alphanumeric() || " .-".contains(key)).then_some(key)
}

impl Positions for Run {
    const KEYS: Keys = KEYS;
    const LEFT_BEHIND: &str = "** somebody was at work here, and watches while you do it";

    fn title(plan: &Plan) -> String {
        plan.inputs.description.title.clone()
    }

    fn count(plan: &Plan) -> u16 {
        plan.inputs.description.consoles.len() as u16
    }

    fn place(plan: &Plan, set: u16) -> String {
        let consoles = &plan.inputs.description.consoles;
        match consoles.get(usize::from(set)) {
            Some(console) => format!("console {}, {}", console.number, console.name),
            None => format!("position {set}"),
        }
    }

    fn heard(plan: &Plan, record: &Record) -> Option<(u16, Heard)> {
        let Record::Center(CenterRecord::Action { action, fate, .. }) = record else {
            return None;
        };
        let mut consoles = plan.inputs.description.consoles.iter();
        let set = consoles.position(|console| console.number == action.console)? as u16;
        let told = match fate {
            Some(Fate::OnDrum { machine, .. }) => format!("[machine {machine} has it]"),
            Some(_) => "[it was lost on its way]".to_owned(),
            None => "[the light gun sees nothing there: nothing was sent]".to_owned(),
        };
        Some((set, Heard::Line(told)))
    }

    fn keyboard(&self, _set: u16) -> KeyState {
        KeyState {
            locked: false,
            told: "[ready]",
        }
    }

    fn is_at_rest(&self, plan: &Plan, set: u16) -> bool {
        let consoles = &plan.inputs.description.consoles;
        let console = consoles.get(usize::from(set));
        console.is_none_or(|console| Run::is_at_rest(self, console.number))
    }

    fn refuses(&self, _plan: &Plan, _set: u16, key: &Key) -> Option<String> {
        let Key::Enter(line) = key else {
            return Some("there is no RESET here".to_owned());
        };
        match situation::parse(line) {
            Err(error) => Some(format!("{error}; HELP tells what to type")),
            Ok(typed) => {
                let aimed = players::aimed(&typed, 0, &self.judges.shown);
                let unseen = aimed.is_none();
                unseen.then(|| "no such track is shown".to_owned())
            }
        }
    }

    fn page(&self, plan: &Plan, set: u16) -> Vec<String> {
        let consoles = &plan.inputs.description.consoles;
        let Some(console) = consoles.get(usize::from(set)) else {
            return Vec::new();
        };
        let mut rows = self.center.digital_display(console.number);
        while rows.last().is_some_and(|row| row.trim().is_empty()) {
            rows.pop();
        }
        rows.into_iter()
            .map(|row| row.trim_end().to_owned())
            .collect()
    }

    fn stands(&self) -> String {
        let roles = Machine::BOTH.map(|machine| {
            let role = format!("{:?}", self.center.role(machine)).to_lowercase();
            format!("machine {machine} {role}")
        });
        let tracks = self.judges.shown.iter().filter(|p| p.is_track()).count();
        format!(
            "{}; {} moves of the active role so far; {tracks} tracks on the scopes",
            roles.join(", "),
            self.judges.switchovers.moves.len(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_capitals_figures_and_a_few_signs() {
        assert_eq!(letter(b'b'), Some('B'));
        assert_eq!(letter(b'-'), Some('-'));
        assert_eq!(letter(b'$'), None);
        assert_eq!(letter(7), None);
    }

    #[test]
    fn every_line_of_the_help_can_be_typed() {
        let lines = HELP.lines().filter_map(|line| line.strip_prefix("**   "));
        let mut tried = 0;
        for line in lines {
            let typed = line.get(..27).unwrap_or(line);
            for one in typed
                .split(", ")
                .map(str::trim)
                .filter(|one| !one.is_empty())
            {
                assert!(situation::parse(one).is_ok(), "{one}");
                assert!(one.bytes().all(|key| letter(key).is_some()), "{one}");
                tried += 1;
            }
        }
        assert!(tried >= 11, "{tried}");
    }
}
