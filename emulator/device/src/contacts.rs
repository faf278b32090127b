//! The contacts between a set's keys and the code they send, and between code and type.
//!
//! Each key of the printer-keyboard closed the contacts of its character's code; the printer turned
//! the code back into a character. Normally the two agree. With crossed contacts a set lies: what
//! its agent types is not what the centre receives, and what the agent reads is not what the centre
//! said, while every check on the line is good.
//!
//! *Assumed*: the lie is one of the digits 1 to 9, each of which sends the next (9 sends 1) and is
//! printed back as the one before, so that the agent sees nothing strange. The first character of
//! an entry, the action button, is spared.

use serde::{Deserialize, Serialize};

/// A set's contacts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contacts {
    /// Places by which the digits 1 to 9 are turned, 0 to 8.
    turn: u8,
}

/// The digits 1 to 9 in core BCD, turned by so many places.
fn turned(character: u8, turn: u8) -> u8 {
    match character {
        1..=9 => (character - 1 + turn) % 9 + 1,
        other => other,
    }
}

impl Contacts {
    /// Contacts that turn each digit into the next.
    pub fn crossed() -> Contacts {
        Contacts { turn: 1 }
    }

    /// What reaches the interchange of a text that was typed, core BCD.
    pub fn sent(self, typed: &[u8]) -> Vec<u8> {
        let spared = usize::from(!typed.is_empty());
        let rest = typed[spared..].iter().map(|c| turned(*c, self.turn));
        typed[..spared].iter().copied().chain(rest).collect()
    }

    /// What is printed of a text that was received, core BCD.
    pub fn printed(self, received: &[u8]) -> Vec<u8> {
        let back = (9 - self.turn % 9) % 9;
        received.iter().map(|c| turned(*c, back)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_contacts_change_nothing_and_crossed_ones_hide_it() {
        let typed = [0, 2, 0o31, 9, 0o12];
        let good = Contacts::default();
        assert_eq!(good.sent(&typed), typed);
        assert_eq!(good.printed(&typed), typed);
        let crossed = Contacts::crossed();
        assert_eq!(crossed.sent(&typed), [0, 3, 0o31, 1, 0o12]);
        assert_eq!(crossed.printed(&crossed.sent(&typed)), typed);
        assert_eq!(crossed.sent(&[]), [0; 0]);
    }
}
