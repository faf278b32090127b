//! Friend or foe: what the scopes say an aircraft is, against what it is.
//!
//! Pending is no answer. A raider shown as friendly and an airliner shown as hostile are wrong; each
//! aircraft with its track counts once, wrong if it ever was. Special and faker tracks are the
//! exercise's own and count for nobody. The verdict is over the share that was told wrong: people
//! err, and so does correlation with flight plans.

use std::collections::BTreeMap;

use clock::Instant;
use serde::{Deserialize, Serialize};
use site::center::air::{Kind, Target};

use super::sky::{Number, Point, Sky, category};
use crate::judges::{Verdict, Violations};
use crate::script::air::AirBounds;

/// The judge's state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Told, by track and aircraft: right?
    told: BTreeMap<(Number, u16), bool>,
    first: Violations,
}

fn right(kind: Kind, shown: u8) -> Option<bool> {
    let hostile = kind == Kind::Hostile;
    match shown {
        category::FRIENDLY | category::INTERCEPTOR => Some(!hostile),
        category::HOSTILE => Some(hostile),
        _ => None,
    }
}

impl Identity {
    /// What the scopes show; `sky` has looked at it already.
    pub fn display(&mut self, at: Instant, points: &[Point], truth: &[Target], sky: &Sky) {
        let kinds: BTreeMap<u16, &Target> = truth.iter().map(|t| (t.number, t)).collect();
        for point in points {
            let Some(target) = sky
                .owner(&point.number)
                .and_then(|owner| kinds.get(&owner.aircraft))
            else {
                continue;
            };
            let Some(right) = right(target.kind, point.category) else {
                continue;
            };
            let place = (point.number, target.number);
            let before = self.told.entry(place).or_insert(true);
            if *before && !right {
                *before = false;
                self.first.add(at, || {
                    format!(
                        "{} ({:?}) is shown as {}",
                        target.name,
                        target.kind,
                        match point.category {
                            category::HOSTILE => "hostile",
                            category::INTERCEPTOR => "an interceptor",
                            _ => "friendly",
                        }
                    )
                });
            }
        }
    }

    /// Tracks told, and told wrong.
    pub fn counts(&self) -> (u64, u64) {
        let wrong = self.told.values().filter(|right| !**right).count();
        (self.told.len() as u64, wrong as u64)
    }

    /// The verdict.
    pub fn verdict(&self, bounds: &AirBounds) -> Verdict {
        let (told, wrong) = self.counts();
        let share = wrong as f64 * 100.0 / told.max(1) as f64;
        let text = format!(
            "{told} tracks were told for what they are, {wrong} of them wrong (at most {} %)",
            bounds.identity
        );
        let mut verdict = Violations::default().verdict("identity", text.clone());
        if share > bounds.identity {
            verdict.holds = false;
            let first = self.first.kept.first().cloned().unwrap_or_default();
            verdict.detail = format!("{text}; the first: {first}");
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::super::sky::tests::{at, point, target};
    use super::*;

    fn shown(category_of_raider: u8) -> Identity {
        let (mut sky, mut judge) = (Sky::default(), Identity::default());
        let mut raider = target(1, 30.0, 0.0);
        raider.kind = Kind::Hostile;
        let truth = [target(0, 0.0, 0.0), raider];
        for n in 0..3 {
            let t = at(2.5 * f64::from(n));
            let points = [
                point(1, 0.0, 0.0, category::FRIENDLY),
                point(2, 30.0, 0.0, category_of_raider),
            ];
            sky.display(t, &points, &truth, &AirBounds::default());
            judge.display(t, &points, &truth, &sky);
        }
        judge
    }

    #[test]
    fn a_raider_among_friends() {
        let judge = shown(category::HOSTILE);
        assert_eq!(judge.counts(), (2, 0));
        assert!(judge.verdict(&AirBounds::default()).holds);
        let judge = shown(category::FRIENDLY);
        assert_eq!(judge.counts(), (2, 1));
        let verdict = judge.verdict(&AirBounds::default());
        assert!(!verdict.holds && verdict.detail.contains("F1 (Hostile) is shown as friendly"));
    }

    #[test]
    fn pending_is_no_answer() {
        assert_eq!(shown(category::PENDING).counts(), (1, 0));
    }
}
