//! People who never lived: names made of syllables, telephone numbers that reach nobody.
//!
//! No record of real passengers survives in the open, and none is wanted here. Surnames are put
//! together from 176 syllables two by two, so that some thirty thousand different ones share the
//! bookings: asking for a name finds one booking or a few. Telephone numbers are 555-0100 to
//! 555-0199, kept free in North America for stories.

use clock::random::Stream;

const ONSETS: [&str; 11] = ["B", "G", "K", "L", "M", "N", "R", "S", "T", "V", "Z"];
const VOWELS: [&str; 4] = ["A", "E", "I", "O"];
const CODAS: [&str; 4] = ["L", "N", "R", "V"];
const ENDINGS: [&str; 3] = ["IA", "OS", "AN"];
const AREAS: [&str; 5] = ["212", "516", "914", "201", "203"];
/// Titles of grown people in 1962.
pub const TITLES: [&str; 3] = ["MR", "MRS", "MISS"];

fn syllable(stream: &mut Stream) -> String {
    let parts: [&[&str]; 3] = [&ONSETS, &VOWELS, &CODAS];
    parts.map(|part| *stream.choose(part)).concat()
}

/// A surname of six letters, or eight with an ending.
pub fn surname(stream: &mut Stream) -> String {
    let mut name = syllable(stream) + &syllable(stream);
    if stream.chance(0.3) {
        let ending = *stream.choose(&ENDINGS);
        name.push_str(ending);
    }
    name
}

/// A given name of four letters.
pub fn given_name(stream: &mut Stream) -> String {
    let mut letter = |letters: &[&'static str]| *stream.choose(letters);
    [
        letter(&ONSETS),
        letter(&VOWELS),
        letter(&ONSETS),
        letter(&VOWELS),
    ]
    .concat()
}

/// A party as typed in a name entry after its mark: `2KALBOR/MENA MRS/TILO MR`. At most 47
/// characters for four persons.
pub fn party(stream: &mut Stream, surname: &str, persons: u16) -> String {
    let surname = if persons > 3 {
        surname.get(..6).unwrap_or(surname)
    } else {
        surname
    };
    let mut text = if persons > 1 {
        format!("{persons}{surname}")
    } else {
        surname.to_string()
    };
    for _ in 0..persons {
        let given = given_name(stream);
        let title = stream.choose(&TITLES);
        text.push_str(&format!("/{given} {title}"));
    }
    text
}

/// A telephone number as typed in a phone entry after its mark: `212-555-0142-H`.
pub fn phone(stream: &mut Stream) -> String {
    let area = stream.choose(&AREAS);
    let number = 100 + stream.below(100);
    let kind = stream.choose(&["H", "H", "B"]);
    format!("{area}-555-0{number}-{kind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_party_fits_the_name_field() {
        let mut stream = Stream::new(1, "test/people");
        for persons in 1..=4 {
            for _ in 0..200 {
                let surname = surname(&mut stream);
                let text = party(&mut stream, &surname, persons);
                assert!(text.len() <= 48, "{text}");
                assert_eq!(text.matches('/').count(), usize::from(persons));
                let letters = text.trim_start_matches(|c: char| c.is_ascii_digit());
                assert!(letters.starts_with(&surname[..6]), "{text}");
            }
        }
        assert!(phone(&mut stream).contains("-555-01"));
    }
}
