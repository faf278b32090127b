//! The deck as the first pass reads it: files, and the cards that macros, DUP and RMT put before
//! the next card of the file.

use crate::card::Card;
use crate::mistake::Place;
use std::collections::VecDeque;

/// Where cards come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    File,
    Macro,
    Dup,
    Remote,
}

#[derive(Debug)]
struct Stream {
    source: Source,
    cards: VecDeque<Card>,
    /// DUP: the cards to read again, and how often.
    again: Vec<Card>,
    times: usize,
}

/// The stack of streams; the file at the bottom.
#[derive(Debug, Default)]
pub(crate) struct Deck {
    streams: Vec<Stream>,
    files: VecDeque<VecDeque<Card>>,
    read: usize,
    /// A GOTO under way: the wanted location symbol and where the GOTO stands.
    pub goto: Option<(String, Place)>,
    /// GOTOs whose symbol was not found.
    pub lost: Vec<(String, Place)>,
}

/// Deeper nesting of macros and DUPs than this is taken for a macro that calls itself for ever.
const DEPTH_MAX: usize = 60;

/// More cards than this are taken for a deck without end.
const CARDS_MAX: usize = 200_000;

/// Why reading cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Excess {
    Depth,
    Cards,
}

impl Deck {
    pub fn new(files: Vec<Vec<Card>>) -> Deck {
        Deck {
            files: files.into_iter().map(VecDeque::from).collect(),
            ..Deck::default()
        }
    }

    /// The next card, or `None` at the end of the last file.
    pub fn next_card(&mut self) -> Result<Option<Card>, Excess> {
        self.read += 1;
        if self.read > CARDS_MAX {
            return Err(Excess::Cards);
        }
        loop {
            let Some(stream) = self.streams.last_mut() else {
                let Some(cards) = self.files.pop_front() else {
                    self.give_up_goto();
                    return Ok(None);
                };
                self.push(Source::File, cards.into(), 1)?;
                continue;
            };
            if let Some(card) = stream.cards.pop_front() {
                return Ok(Some(card));
            }
            if stream.times > 1 {
                stream.times -= 1;
                stream.cards = repeated(&stream.again).into();
                if !stream.cards.is_empty() {
                    continue;
                }
            }
            let source = stream.source.clone();
            self.streams.pop();
            if source != Source::Dup {
                self.give_up_goto();
            }
        }
    }

    fn give_up_goto(&mut self) {
        self.lost.extend(self.goto.take());
    }

    /// The next card of the same stream, unread.
    pub fn peek(&self) -> Option<&Card> {
        self.streams.last()?.cards.front()
    }

    /// The next card of the same stream.
    pub fn next_here(&mut self) -> Option<Card> {
        self.read += 1;
        self.streams.last_mut()?.cards.pop_front()
    }

    /// Puts cards before the next one, to be read `times` times.
    pub fn push(&mut self, source: Source, cards: Vec<Card>, times: usize) -> Result<(), Excess> {
        if self.streams.len() >= DEPTH_MAX {
            return Err(Excess::Depth);
        }
        if times > 0 {
            let again = if times > 1 { cards.clone() } else { Vec::new() };
            self.streams.push(Stream {
                source,
                cards: cards.into(),
                again,
                times,
            });
        }
        Ok(())
    }

    /// Leaves everything but the current file.
    pub fn drop_to_file(&mut self) {
        self.streams.retain(|stream| stream.source == Source::File);
    }

    /// Ends the current file; its remaining cards.
    pub fn end_file(&mut self) -> Vec<Card> {
        let streams = std::mem::take(&mut self.streams);
        streams
            .into_iter()
            .flat_map(|stream| stream.cards)
            .collect()
    }

    /// Whether the current file is the last.
    pub fn in_last_file(&self) -> bool {
        self.files.is_empty()
    }
}

/// The cards of a DUP from the second time on: location symbols are not defined again, except
/// those that SET may redefine.
fn repeated(cards: &[Card]) -> Vec<Card> {
    let mut cards = cards.to_vec();
    for card in &mut cards {
        card.generated = true;
        if card.operation.text != "SET" {
            card.location.text.clear();
            card.redraw_unless_comment();
        }
    }
    cards
}
