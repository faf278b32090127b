//! The contacts between a set's keys and the code they send.
//!
//! Each key of the printer-keyboard closed the contacts of its character's code. With a cam that
//! comes too late a set lies: what its agent types and sees in print is not what the centre
//! receives, while every check on the line is good.
//!
//! *Assumed*: the lie. The last of the digits 1 to 9 in an entry is sent as the next one (9 as 1);
//! the first character, the action button, is spared.

use serde::{Deserialize, Serialize};

/// A set's contacts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contacts {
    /// Places by which the last digit is turned, 0 to 8.
    turn: u8,
}

impl Contacts {
    /// Contacts that turn the last digit into the next.
    pub fn late() -> Contacts {
        Contacts { turn: 1 }
    }

    /// What reaches the interchange of a text that was typed, core BCD.
    pub fn sent(self, typed: &[u8]) -> Vec<u8> {
        let mut sent = typed.to_vec();
        let mut after_action = sent.iter_mut().skip(1);
        if let Some(last) = after_action.rfind(|character| (1..=9).contains(*character)) {
            *last = (*last - 1 + self.turn) % 9 + 1;
        }
        sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_contacts_change_nothing_and_late_ones_the_last_digit() {
        let typed = [0, 2, 0o31, 9, 0o12];
        assert_eq!(Contacts::default().sent(&typed), typed);
        let late = Contacts::late();
        assert_eq!(late.sent(&typed), [0, 2, 0o31, 1, 0o12]);
        assert_eq!(late.sent(&[9, 0o31]), [9, 0o31]);
        assert_eq!(late.sent(&[]), [0; 0]);
    }
}
