//! What is typed at a manual-input position, and what it means.
//!
//! A manual-input position had a keyboard and punched cards for what came by telephone and
//! teletype: flight plans, weather, the state of bases, what a neighbour without a computer saw.
//! Here it has a line of text too, so that somebody at a terminal can do what the others do with
//! light gun and switches. Every line becomes one action at the console, no more: what it means is
//! the program's business.
//!
//! | line | action |
//! |---|---|
//! | `SUMMARY` | the situation, on this console's digital display |
//! | `WEAPONS`, `EQUIPMENT` | weapons; equipment |
//! | `TRACK B012` | everything of one track |
//! | `INITIATE 20 -35` | begins a track at the return nearest to that place, n.mi east and north |
//! | `DROP B012`, `DROP 20 -35` | drops a track: that one, or the one at that place |
//! | `IDENTITY B012 HOSTILE` | PENDING, FRIENDLY, HOSTILE, SPECIAL, FAKER or INTERCEPTOR |
//! | `HEIGHT B012` | asks a height finder |
//! | `HANDOVER B012 3`, `ACCEPT 45` | offers a track on a line; takes one that is offered |
//! | `ASSIGN B012 2`, `FIRE B012 1`, `CANCEL B012` | a weapon of a base against a track |
//! | `AUTO OFF 32 -16`, `AUTO ON 32 -16` | automatic initiation in the box of that place |
//!
//! Assumed: words and their order are ours, as are the codes (SAGE manual inputs were not found).

/// Whom an action is about.
#[derive(Clone, Debug, PartialEq)]
pub enum About {
    /// Nobody.
    Nothing,
    /// The track with these characters on the scope.
    Track(String),
    /// The place, n.mi east and north.
    Place(f64, f64),
}

/// One action, before the light gun is aimed.
#[derive(Clone, Debug, PartialEq)]
pub struct Typed {
    /// Action code, 7 bits.
    pub code: u8,
    /// Keyed data, 16 bits.
    pub data: u16,
    /// What the light gun is to see.
    pub about: About,
}

/// Identities in the order of their codes.
pub const IDENTITIES: [&str; 6] = [
    "PENDING",
    "FRIENDLY",
    "HOSTILE",
    "SPECIAL",
    "FAKER",
    "INTERCEPTOR",
];

/// Action codes (assigned by us).
pub mod code {
    #![allow(missing_docs)]
    pub const INITIATE: u8 = 0o1;
    pub const DROP: u8 = 0o2;
    pub const IDENTITY: u8 = 0o3;
    pub const HEIGHT: u8 = 0o4;
    pub const HAND_OVER: u8 = 0o5;
    pub const ACCEPT: u8 = 0o6;
    pub const ASSIGN: u8 = 0o7;
    pub const FIRE: u8 = 0o10;
    pub const CANCEL: u8 = 0o11;
    pub const AUTOMATIC_OFF: u8 = 0o12;
    pub const AUTOMATIC_ON: u8 = 0o13;
    pub const SUMMARY: u8 = 0o14;
    pub const ONE_TRACK: u8 = 0o15;
    pub const PLAN: u8 = 0o16;
    pub const PLAN_ENTRY: u8 = 0o17;
    pub const PLAN_COURSE: u8 = 0o20;
    pub const PLAN_TIME: u8 = 0o21;
    pub const PLAN_FILED: u8 = 0o22;
}

/// What can be typed, in a line.
pub const GRAMMAR: &str = "SUMMARY, WEAPONS, EQUIPMENT, TRACK t, INITIATE x y, DROP t, \
    DROP x y, \
    IDENTITY t HOSTILE, HEIGHT t, HANDOVER t line, ACCEPT n, ASSIGN t base, FIRE t base, CANCEL t, \
    AUTO ON x y, AUTO OFF x y";

/// A line that is no action.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAction {
    /// Nothing typed.
    #[error("nothing is typed")]
    Empty,
    /// An unknown first word.
    #[error("`{0}` is no action")]
    Unknown(String),
    /// Too few or too many words.
    #[error("`{0}` takes {1}")]
    Words(&'static str, &'static str),
    /// A word that is no number, or too great.
    #[error("`{0}` is not {1}")]
    Number(String, &'static str),
}

fn number(word: &str, most: u16, what: &'static str) -> Result<u16, NoAction> {
    let wrong = || NoAction::Number(word.to_owned(), what);
    let digits = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    let value: u16 = digits
        .then(|| word.parse().ok())
        .flatten()
        .ok_or_else(wrong)?;
    if value > most {
        Err(wrong())
    } else {
        Ok(value)
    }
}

fn miles(word: &str) -> Result<f64, NoAction> {
    let value = word.parse::<f64>().ok();
    let value = value.filter(|miles| miles.is_finite() && miles.abs() < 512.0);
    value.ok_or_else(|| NoAction::Number(word.to_owned(), "a place of the plane, -511 to 511 n.mi"))
}

fn track(word: &str) -> Result<About, NoAction> {
    let fine = (1..=4).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric());
    match fine {
        true => Ok(About::Track(word.to_owned())),
        false => Err(NoAction::Number(
            word.to_owned(),
            "the number of a track, such as B012",
        )),
    }
}

/// Box of 16 n.mi of a place: x and y with 8 bits each.
fn area(x: f64, y: f64) -> u16 {
    let part = |miles: f64| (libm::floor(miles / 16.0) as i32 & 0xff) as u16;
    part(x) << 8 | part(y)
}

/// The action of a line.
pub fn parse(line: &str) -> Result<Typed, NoAction> {
    let line = line.to_ascii_uppercase();
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let (&verb, rest) = words.split_first().ok_or(NoAction::Empty)?;
    let plain = |code, data| match rest {
        [] => Ok(Typed {
            code,
            data,
            about: About::Nothing,
        }),
        _ => Err(NoAction::Words(
            "SUMMARY, WEAPONS, EQUIPMENT",
            "nothing more",
        )),
    };
    let about = |code: u8, what: &str| -> Result<Typed, NoAction> {
        Ok(Typed {
            code,
            data: 0,
            about: track(what)?,
        })
    };
    match verb {
        "SUMMARY" => plain(code::SUMMARY, 0),
        "WEAPONS" => plain(code::SUMMARY, 1),
        "EQUIPMENT" => plain(code::SUMMARY, 2),
        "TRACK" => {
            let [word] = rest else {
                return Err(NoAction::Words("TRACK", "the number of a track"));
            };
            track(word)?;
            let digits = word.trim_start_matches(|c: char| c.is_ascii_alphabetic());
            let data = number(digits, 999, "the number of a track, such as B012")?;
            Ok(Typed {
                code: code::ONE_TRACK,
                data,
                about: About::Nothing,
            })
        }
        "INITIATE" => match rest {
            [x, y] => Ok(Typed {
                code: code::INITIATE,
                data: 0,
                about: About::Place(miles(x)?, miles(y)?),
            }),
            _ => Err(NoAction::Words("INITIATE", "a place: n.mi east and north")),
        },
        "DROP" | "HEIGHT" | "CANCEL" => {
            let (name, code) = match verb {
                "DROP" => ("DROP", code::DROP),
                "HEIGHT" => ("HEIGHT", code::HEIGHT),
                _ => ("CANCEL", code::CANCEL),
            };
            match rest {
                [word] => about(code, word),
                [x, y] if code == code::DROP => Ok(Typed {
                    code,
                    data: 0,
                    about: About::Place(miles(x)?, miles(y)?),
                }),
                _ => Err(NoAction::Words(name, "the number of a track")),
            }
        }
        "IDENTITY" => {
            let [word, identity] = rest else {
                return Err(NoAction::Words("IDENTITY", "a track and what it is"));
            };
            let known = IDENTITIES.iter().position(|one| one == identity);
            let wrong = || {
                let what = "PENDING, FRIENDLY, HOSTILE, SPECIAL, FAKER or INTERCEPTOR";
                NoAction::Number((*identity).to_owned(), what)
            };
            let data = known.ok_or_else(wrong)? as u16;
            Ok(Typed {
                data,
                ..about(code::IDENTITY, word)?
            })
        }
        "HANDOVER" | "ASSIGN" | "FIRE" => {
            let (name, code, most) = match verb {
                "HANDOVER" => ("HANDOVER", code::HAND_OVER, 8),
                "ASSIGN" => ("ASSIGN", code::ASSIGN, 63),
                _ => ("FIRE", code::FIRE, 63),
            };
            let [word, n] = rest else {
                return Err(NoAction::Words(name, "a track and a number"));
            };
            Ok(Typed {
                data: number(n, most, "a number of a line or base")?,
                ..about(code, word)?
            })
        }
        "ACCEPT" => match rest {
            [n] => Ok(Typed {
                code: code::ACCEPT,
                data: number(n, 999, "the number of a track that was told")?,
                about: About::Nothing,
            }),
            _ => Err(NoAction::Words("ACCEPT", "the number of a track")),
        },
        "AUTO" => {
            let code = match rest.first() {
                Some(&"ON") => code::AUTOMATIC_ON,
                Some(&"OFF") => code::AUTOMATIC_OFF,
                _ => return Err(NoAction::Words("AUTO", "ON or OFF, and a place")),
            };
            let [_, x, y] = rest else {
                return Err(NoAction::Words("AUTO", "ON or OFF, and a place"));
            };
            Ok(Typed {
                code,
                data: area(miles(x)?, miles(y)?),
                about: About::Nothing,
            })
        }
        other => Err(NoAction::Unknown(other.chars().take(20).collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_line_of_the_table() {
        let to = |line: &str| parse(line).unwrap();
        let typed = |code, data, about| Typed { code, data, about };
        let b012 = || About::Track("B012".to_owned());
        assert_eq!(to("summary"), typed(0o14, 0, About::Nothing));
        assert_eq!(to("EQUIPMENT"), typed(0o14, 2, About::Nothing));
        assert_eq!(to("TRACK B012"), typed(0o15, 12, About::Nothing));
        assert_eq!(
            to("INITIATE 20 -35.5"),
            typed(1, 0, About::Place(20.0, -35.5))
        );
        assert_eq!(to("DROP B012"), typed(2, 0, b012()));
        assert_eq!(to("DROP 20 -35.5"), typed(2, 0, About::Place(20.0, -35.5)));
        assert_eq!(to("IDENTITY B012 HOSTILE"), typed(3, 2, b012()));
        assert_eq!(to("HEIGHT B012"), typed(4, 0, b012()));
        assert_eq!(to("HANDOVER B012 3"), typed(5, 3, b012()));
        assert_eq!(to("ACCEPT 45"), typed(6, 45, About::Nothing));
        assert_eq!(to("ASSIGN B012 2"), typed(7, 2, b012()));
        assert_eq!(to("FIRE B012 1"), typed(0o10, 1, b012()));
        assert_eq!(to("CANCEL B012"), typed(0o11, 0, b012()));
        // Boxes: 32 east is box 2, 16 south box -1.
        assert_eq!(to("AUTO OFF 32 -16"), typed(0o12, 0x02ff, About::Nothing));
        assert_eq!(to("AUTO ON 0 0"), typed(0o13, 0, About::Nothing));
    }

    #[test]
    fn what_is_no_action_is_told() {
        for (line, expected) in [
            ("", "nothing is typed"),
            ("LAUNCH B012", "`LAUNCH` is no action"),
            ("DROP", "`DROP` takes the number of a track"),
            ("CANCEL B012 3", "`CANCEL` takes the number of a track"),
            (
                "DROP B012 B013",
                "`B012` is not a place of the plane, -511 to 511 n.mi",
            ),
            (
                "DROP B-12",
                "`B-12` is not the number of a track, such as B012",
            ),
            ("FIRE B012 99", "`99` is not a number of a line or base"),
            (
                "INITIATE NORTH 3",
                "`NORTH` is not a place of the plane, -511 to 511 n.mi",
            ),
            (
                "INITIATE 3",
                "`INITIATE` takes a place: n.mi east and north",
            ),
        ] {
            assert_eq!(parse(line).unwrap_err().to_string(), expected, "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_an_action_or_told(line in ".{0,60}") {
            if let Ok(typed) = parse(&line) {
                prop_assert!(typed.code < 0o200);
            }
        }
    }
}
