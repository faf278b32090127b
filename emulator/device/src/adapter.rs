//! What a 7909 data channel says to an adapter, and what the adapter answers.
//!
//! The 7909 did not know drums, disks or telephone lines. Behind its interface cable stood an
//! *adapter* (the 7631 file control, the 7640 hypertape control, the 7750, here also our line
//! adapter) that took ten-digit orders, said when they were accepted, moved words one after the
//! other while the program's COPY commands lasted, raised ATTENTION when it wanted the program,
//! and answered SENSE with ten digits of status.
//!
//! Source: reference IBM 7090, sections 15 and 16. Assumed: the split of a transfer into chunks,
//! one for each COPY command, moved at the chunk's end.

use clock::{Instant, Span};

/// What CTL, CTLR and CTLW prepare besides sending the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Prepare {
    /// CTL: the order stands alone.
    Nothing,
    /// CTLR: COPY commands will read.
    Read,
    /// CTLW: COPY commands will write.
    Write,
}

/// The adapter ended an order with an error; its sense words say which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the adapter ended the order unusually")]
pub struct UnusualEnd;

/// One COPY command's share of a transfer: when its first word begins to pass and when its last
/// word has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Chunk {
    /// The first word begins.
    pub start: Instant,
    /// The last word has passed.
    pub end: Instant,
}

/// Access of an adapter to the core of the machine it is connected to, for lists kept there. Each
/// fetch steals one core cycle.
pub trait CoreAccess {
    /// The word at `address` (15 bits are used); `None` if its parity is wrong.
    fn fetch(&mut self, address: u16) -> Option<u64>;
}

/// What a channel can ask of the equipment at the other end of its cable. All methods are told
/// the present; it never decreases.
pub trait Adapter {
    /// Takes the two words of an order (ten six-bit digits). `Ok`: the time until the channel may
    /// go on. `Err`: refused, known after [`ORDER_TIME`].
    fn control(
        &mut self,
        now: Instant,
        order: [u64; 2],
        prepare: Prepare,
    ) -> Result<Span, UnusualEnd>;

    /// The two sense words as they stand.
    fn sense(&mut self, now: Instant) -> [u64; 2];

    /// Begins the next chunk of the prepared transfer, `words` long. `last`: given by CPYD, so
    /// that the order ends with it. Errors known only at the end are given there.
    fn begin_copy(&mut self, now: Instant, words: usize, last: bool) -> Result<Chunk, UnusualEnd>;

    /// The chunk of a read has passed: fills `into`. `Ok(n)`: n words were there (the others are
    /// left alone). `Err`: the words are given all the same, the order has ended.
    fn end_read(&mut self, now: Instant, into: &mut [u64]) -> Result<usize, UnusualEnd>;

    /// The chunk of a write has passed.
    fn end_write(&mut self, now: Instant, words: &[u64]) -> Result<(), UnusualEnd>;

    /// The chunk is cut off in the middle (the machine stopped, was fenced, or the unit was lost).
    /// On a read, fills `words` with those that had passed; on a write, `words` is the whole
    /// chunk, of which those that had passed are stored and the one under way is torn. Returns
    /// the number of words that had wholly passed. The order has ended.
    fn cut(&mut self, now: Instant, words: &mut [u64]) -> usize;

    /// Whether ATTENTION 1 stands now.
    fn attention(&self, now: Instant) -> bool;

    /// The next instant after `now` at which something happens here by itself (attention rises, a
    /// bit has passed).
    fn due(&self, now: Instant) -> Option<Instant>;

    /// Time is now `now`; `core` is the connected machine's, if any.
    fn advance(&mut self, now: Instant, core: Option<&mut dyn CoreAccess>);
}

/// Time an adapter takes over an order, besides the two words sent to it (assigned by us).
pub const ORDER_TIME: Span = Span(30_000);
