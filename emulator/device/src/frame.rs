//! Frames on the high-speed line between the centre and the terminal interchanges.
//!
//! A message to or from an agent set went over the telephone line as a string of six-bit
//! characters: two synchronising characters, the address of the interchange, the address of the
//! terminal, the text, an end-of-message character that also said *which* end, and a check
//! character. The centre kept the line moving with *go-aheads* (polls); an interchange with
//! nothing to say passed.
//!
//! Source: reference Sabre 2.4 (IBM 9000 Series manual): order of the parts, at most 100
//! characters of text, the codes marked D below.
//!
//! | frame | characters |
//! |---|---|
//! | poll, down | SYN SYN IA GA N CHK |
//! | answer block, down | SYN SYN IA TA B S1 S2 text EOM CHK |
//! | nothing to send, up | SYN SYN IA NTM |
//! | entries, up | SYN SYN, then up to four of: IA TA F S1 S2 text EOM CHK |
//!
//! N: frames of the interchange's last transmission received good. B: block number. S1 S2: the
//! 12-bit serial. F: block wanted (0-31), plus 32 when the entry is IN DOUBT.
//!
//! | code | octal | |
//! |---|---|---|
//! | first, second synchronising character | 77, 76 | D |
//! | end of message, incomplete / complete | 15 / 35 | D |
//! | end of message, push-buttons and AID (here: lights) | 75 | D |
//! | lights start | 52 | D |
//! | go-ahead, go-ahead REOPEN, nothing to send | 17, 37, 57 | assigned by us (illegible) |
//!
//! Text travels in the line's BA8421 code and is core BCD at both ends. A lights block is LIGHTS
//! START and exactly three characters, whose 18 bits may have any value; no other text may contain
//! an end-of-message code.
//!
//! *Assumed*: serials, block numbers and N are ours. The check character is ours: the remainder of
//! a division by x^6 + x + 1, begun with all ones over every character after the synchronising
//! group; it finds every error confined to six neighbouring bits. Each transmission begins with
//! its own synchronising group and the line falls idle after it, so the receiver knows its length.

use serde::{Deserialize, Serialize};
use word::bcd::{BLANK, core_to_line, line_to_core};

/// First synchronising character.
pub const SYNC_1: u8 = 0o77;
/// Second synchronising character.
pub const SYNC_2: u8 = 0o76;
/// Poll: send what you have.
pub const GO_AHEAD: u8 = 0o17;
/// Poll after a takeover: queue every entry that has no complete answer, then send.
pub const GO_AHEAD_REOPEN: u8 = 0o37;
/// Reply to a poll: nothing to send.
pub const NOTHING_TO_SEND: u8 = 0o57;
/// More blocks of this answer can be asked for.
pub const EOM_INCOMPLETE: u8 = 0o15;
/// The message is complete.
pub const EOM_COMPLETE: u8 = 0o35;
/// End of a block for the lights of the air information device.
pub const EOM_LIGHTS: u8 = 0o75;
/// Begins the text of a lights block.
pub const LIGHTS_START: u8 = 0o52;

/// Characters of text in one frame, at most.
pub const TEXT_MAX: usize = 100;
/// Characters of a poll, synchronising group included.
pub const POLL_CHARACTERS: usize = 6;
/// Characters of the reply "nothing to send".
pub const NOTHING_CHARACTERS: usize = 4;
/// Frames chained in one upward transmission, at most.
pub const CHAINED_MAX: usize = 4;
/// Serials are 12 bits.
pub const SERIALS: u16 = 4096;
/// Blocks of one answer, at most: the field in the entry frame has five bits.
pub const BLOCKS_MAX: u8 = 32;

/// How an answer block ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// Last block of the answer.
    Complete,
    /// The set may ask for the next block.
    Incomplete,
    /// Complete, and for the lights: three characters, 16 lights, line 1 leftmost.
    Lights,
}

/// A go-ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    /// Address of the interchange on its line, 0-63.
    pub interchange: u8,
    /// REOPEN: queue everything unanswered again.
    pub reopen: bool,
    /// Frames of the interchange's last transmission that arrived good.
    pub acknowledged: u8,
}

/// One block of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerFrame {
    /// Address of the interchange on its line, 0-63.
    pub interchange: u8,
    /// Terminal at that interchange, 0-63.
    pub terminal: u8,
    /// Serial of the entry answered, 12 bits.
    pub serial: u16,
    /// Number of this block, from 0.
    pub block: u8,
    /// How it ends.
    pub ending: Ending,
    /// Core BCD, at most 100 characters; three when the ending is lights.
    pub text: Vec<u8>,
}

/// One entry of an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryFrame {
    /// Address of the interchange on its line, 0-63.
    pub interchange: u8,
    /// Terminal at that interchange, 0-63.
    pub terminal: u8,
    /// Serial of the entry, 12 bits.
    pub serial: u16,
    /// Block of the answer wanted, 0-31.
    pub block: u8,
    /// The agent gave up the entry before this one without an answer.
    pub in_doubt: bool,
    /// Core BCD, at most 100 characters.
    pub text: Vec<u8>,
}

/// What arrived at the interchanges, as far as it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Down {
    /// A go-ahead with a good check.
    Poll(Poll),
    /// An answer block; `good` tells the check.
    Answer {
        /// The fields as they arrived.
        frame: AnswerFrame,
        /// Check character agrees.
        good: bool,
    },
    /// Nothing that can be made out.
    Unreadable,
}

/// What arrived at the centre, as far as it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Up {
    /// The interchange has nothing to send.
    Nothing {
        /// Address it gave.
        interchange: u8,
    },
    /// An entry frame.
    Entry {
        /// The fields as they arrived.
        frame: EntryFrame,
        /// Check character agrees.
        good: bool,
    },
    /// Nothing that can be made out.
    Unreadable,
}

const CHECK_TABLE: [u8; 64] = check_table();
const CHECK_BEGIN: u8 = 0o77;

const fn check_table() -> [u8; 64] {
    let mut table = [0; 64];
    let mut value = 0;
    while value < 64 {
        let mut rest = value as u8;
        let mut bit = 0;
        while bit < 6 {
            let carry = rest & 0o40 != 0;
            rest = (rest << 1) & 0o77;
            if carry {
                rest ^= 0o03;
            }
            bit += 1;
        }
        table[value] = rest;
        value += 1;
    }
    table
}

/// The check character over `characters`.
pub fn check(characters: &[u8]) -> u8 {
    characters.iter().fold(CHECK_BEGIN, |check, &character| {
        CHECK_TABLE[usize::from((check ^ character) & 0o77)]
    })
}

/// Whether `character` may stand in a printed text or an entry: any but the end-of-message codes
/// and LIGHTS START, in line code and (the same set) in core BCD.
pub fn is_text(character: u8) -> bool {
    character < 0o100 && character & 0o17 != 0o15 && character != LIGHTS_START
}

fn is_end_of_message(character: u8) -> bool {
    character & 0o17 == 0o15
}

impl Poll {
    /// The whole transmission.
    pub fn to_line(self) -> Vec<u8> {
        let code = if self.reopen {
            GO_AHEAD_REOPEN
        } else {
            GO_AHEAD
        };
        let mut line = Vec::with_capacity(POLL_CHARACTERS);
        line.extend([
            SYNC_1,
            SYNC_2,
            self.interchange & 0o77,
            code,
            self.acknowledged & 0o77,
        ]);
        line.push(check(&line[2..]));
        line
    }
}

impl AnswerFrame {
    /// The whole transmission. What cannot stand in a text is sent as a blank, text beyond 100
    /// characters is not sent.
    pub fn to_line(&self) -> Vec<u8> {
        let mut line = Vec::with_capacity(2 + 5 + self.text.len() + 3);
        line.extend([
            SYNC_1,
            SYNC_2,
            self.interchange & 0o77,
            self.terminal & 0o77,
            self.block & 0o77,
            (self.serial >> 6 & 0o77) as u8,
            (self.serial & 0o77) as u8,
        ]);
        match self.ending {
            Ending::Lights => {
                line.push(LIGHTS_START);
                for place in 0..3 {
                    let lights = self.text.get(place).copied().unwrap_or(0);
                    line.push(lights & 0o77);
                }
                line.push(EOM_LIGHTS);
            }
            Ending::Complete | Ending::Incomplete => {
                push_text(&self.text, &mut line);
                line.push(match self.ending {
                    Ending::Incomplete => EOM_INCOMPLETE,
                    _ => EOM_COMPLETE,
                });
            }
        }
        line.push(check(&line[2..]));
        line
    }
}

impl EntryFrame {
    /// Appends the frame to a transmission that already has its synchronising group.
    pub fn append(&self, line: &mut Vec<u8>) {
        let begin = line.len();
        let doubt = if self.in_doubt { 0o40 } else { 0 };
        line.extend([
            self.interchange & 0o77,
            self.terminal & 0o77,
            self.block & 0o37 | doubt,
            (self.serial >> 6 & 0o77) as u8,
            (self.serial & 0o77) as u8,
        ]);
        push_text(&self.text, line);
        line.push(EOM_COMPLETE);
        line.push(check(&line[begin..]));
    }
}

fn push_text(text: &[u8], line: &mut Vec<u8>) {
    line.extend(
        text.iter()
            .take(TEXT_MAX)
            .map(|&character| core_to_line(if is_text(character) { character } else { BLANK })),
    );
}

/// The reply of an interchange that has nothing to send.
pub fn nothing_to_send(interchange: u8) -> Vec<u8> {
    vec![SYNC_1, SYNC_2, interchange & 0o77, NOTHING_TO_SEND]
}

/// Reads a whole downward transmission.
pub fn read_down(line: &[u8]) -> Down {
    let [SYNC_1, SYNC_2, body @ ..] = line else {
        return Down::Unreadable;
    };
    let Some((&last, checked)) = body.split_last() else {
        return Down::Unreadable;
    };
    let good = check(checked) == last;
    if line.len() == POLL_CHARACTERS {
        let code = checked[1];
        if !good || (code != GO_AHEAD && code != GO_AHEAD_REOPEN) {
            return Down::Unreadable;
        }
        return Down::Poll(Poll {
            interchange: checked[0],
            reopen: code == GO_AHEAD_REOPEN,
            acknowledged: checked[2],
        });
    }
    let [interchange, terminal, block, s1, s2, text @ .., end] = checked else {
        return Down::Unreadable;
    };
    let (ending, text) = match (*end, text) {
        (EOM_LIGHTS, [LIGHTS_START, lights @ ..]) if lights.len() == 3 => {
            (Ending::Lights, lights.to_vec())
        }
        (EOM_COMPLETE, text) => (Ending::Complete, from_line(text)),
        (EOM_INCOMPLETE, text) => (Ending::Incomplete, from_line(text)),
        _ => return Down::Unreadable,
    };
    if text.len() > TEXT_MAX {
        return Down::Unreadable;
    }
    Down::Answer {
        frame: AnswerFrame {
            interchange: *interchange,
            terminal: *terminal,
            serial: serial(*s1, *s2),
            block: *block,
            ending,
            text,
        },
        good,
    }
}

/// Where the frame that begins at `from` ends in an upward transmission: the place after its
/// check character, or the end of the transmission if no end of message is found.
pub fn entry_end(line: &[u8], from: usize) -> usize {
    const HEADER: usize = 5;
    line.iter()
        .enumerate()
        .skip(from + HEADER)
        .find(|&(_, &character)| is_end_of_message(character))
        .map_or(line.len(), |(place, _)| (place + 2).min(line.len()))
}

/// Reads the upward frame that stands at `from..to` of `line`; `from` is 2 for the first.
pub fn read_up(line: &[u8], from: usize, to: usize) -> Up {
    if line.len() < 2 || line[0] != SYNC_1 || line[1] != SYNC_2 {
        return Up::Unreadable;
    }
    let Some(body) = line.get(from..to) else {
        return Up::Unreadable;
    };
    if let [interchange, NOTHING_TO_SEND] = *body
        && line.len() == NOTHING_CHARACTERS
    {
        return Up::Nothing { interchange };
    }
    let [interchange, terminal, wanted, s1, s2, text @ .., end, last] = body else {
        return Up::Unreadable;
    };
    if text.len() > TEXT_MAX {
        return Up::Unreadable;
    }
    Up::Entry {
        frame: EntryFrame {
            interchange: *interchange,
            terminal: *terminal,
            serial: serial(*s1, *s2),
            block: *wanted & 0o37,
            in_doubt: *wanted & 0o40 != 0,
            text: from_line(text),
        },
        good: *end == EOM_COMPLETE && check(&body[..body.len() - 1]) == *last,
    }
}

fn serial(s1: u8, s2: u8) -> u16 {
    u16::from(s1 & 0o77) << 6 | u16::from(s2 & 0o77)
}

fn from_line(text: &[u8]) -> Vec<u8> {
    text.iter()
        .map(|&character| line_to_core(character))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> EntryFrame {
        EntryFrame {
            interchange: 5,
            terminal: 0o17,
            serial: 0o1234,
            block: 3,
            in_doubt: true,
            text: (0..0o100).filter(|&c| is_text(c)).collect(),
        }
    }

    #[test]
    fn the_line_code_keeps_the_control_codes_apart() {
        for character in 0..0o100 {
            assert_eq!(line_to_core(core_to_line(character)), character);
            assert_eq!(is_text(core_to_line(character)), is_text(character));
        }
    }

    #[test]
    fn frames_come_back_as_they_were_sent() {
        let mut line = vec![SYNC_1, SYNC_2];
        let mut second = entry();
        second.text.truncate(2);
        second.in_doubt = false;
        entry().append(&mut line);
        second.append(&mut line);
        let middle = entry_end(&line, 2);
        let end = entry_end(&line, middle);
        assert_eq!(end, line.len());
        let frame = |from, to| match read_up(&line, from, to) {
            Up::Entry { frame, good: true } => frame,
            other => panic!("{other:?}"),
        };
        assert_eq!(frame(2, middle), entry());
        assert_eq!(frame(middle, end), second);

        for ending in [Ending::Complete, Ending::Incomplete] {
            let frame = AnswerFrame {
                interchange: 63,
                terminal: 0,
                serial: 4095,
                block: 31,
                ending,
                text: entry().text,
            };
            let good = true;
            assert_eq!(read_down(&frame.to_line()), Down::Answer { frame, good });
        }
        for reopen in [false, true] {
            let poll = Poll {
                interchange: 9,
                reopen,
                acknowledged: 4,
            };
            assert_eq!(poll.to_line().len(), POLL_CHARACTERS);
            assert_eq!(read_down(&poll.to_line()), Down::Poll(poll));
        }
        assert_eq!(
            read_up(&nothing_to_send(7), 2, 4),
            Up::Nothing { interchange: 7 }
        );
    }

    #[test]
    fn lights_may_have_any_bits() {
        for lights in [[0o15, 0o35, 0o75], [0, 0, 0], [0o52, 0o77, 0o74]] {
            let frame = AnswerFrame {
                interchange: 1,
                terminal: 2,
                serial: 3,
                block: 0,
                ending: Ending::Lights,
                text: lights.to_vec(),
            };
            let good = true;
            assert_eq!(read_down(&frame.to_line()), Down::Answer { frame, good });
        }
    }

    #[test]
    fn an_unsendable_character_becomes_a_blank_and_the_rest_is_cut() {
        let frame = AnswerFrame {
            interchange: 1,
            terminal: 2,
            serial: 3,
            block: 0,
            ending: Ending::Complete,
            text: [&[0o21, 0o35, 0o52, 0o100][..], &[0o22; 100]].concat(),
        };
        let Down::Answer { frame, good: true } = read_down(&frame.to_line()) else {
            panic!("not read");
        };
        assert_eq!(frame.text[..5], [0o21, BLANK, BLANK, BLANK, 0o22]);
        assert_eq!(frame.text.len(), TEXT_MAX);
    }

    #[test]
    fn the_check_finds_every_error_within_six_neighbouring_bits() {
        let body: Vec<u8> = (0..30).map(|n| (n * 7) & 0o77).collect();
        let good = check(&body);
        for first in 0..body.len() * 6 - 5 {
            for pattern in 1..0o100u8 {
                let mut bad = body.clone();
                for bit in 0..6 {
                    if pattern >> bit & 1 != 0 {
                        let place = first + bit;
                        bad[place / 6] ^= 0o40 >> (place % 6);
                    }
                }
                assert_ne!(check(&bad), good, "pattern {pattern:o} at bit {first}");
            }
        }
    }
}
