//! Several sites in parallel windows of virtual time.
//!
//! A centre in one city and its terminals or neighbour centres in others touch only through
//! leased lines, and nothing crosses a line faster than its propagation and the time of its
//! shortest frame: the *look-ahead*. So every site can be computed for that long without knowing
//! what the others do. This is conservative simulation in windows (Chandy and Misra 1979;
//! Fujimoto 1990, synchronous form):
//!
//! ```text
//! start  = the earliest thing due anywhere (an event of a site, a frame under way)
//! until  = start + the least look-ahead of all links, at most 100 ms, at most the end
//! every site with something due before `until` runs up to it, in parallel;
//! frames they sent arrive at `until` or later and are given out before the next window
//! ```
//!
//! Frames are given to a site sorted by arrival, then sender, then link, then the sender's own
//! order; records of sites are merged by instant and site. So the journal is byte-identical for
//! 1, 2 or N threads. Between scheduler and site pass only frames and window bounds, all of them
//! data that can be serialised: another transport can take the place of the channels.
//!
//! A link with look-ahead 0 is refused.

use crossbeam_channel::{Receiver, Sender, unbounded};
use serde::{Deserialize, Serialize};

use crate::journal::RecordBuffer;
use crate::time::{Instant, Span};

/// The longest window: it bounds how many records wait for the journal.
pub const WINDOW_LONGEST: Span = Span::from_millis(100);

/// A frame between two sites.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// When its last bit arrives.
    pub arrives: Instant,
    /// Number of the sending site.
    pub from: u32,
    /// Number of the receiving site.
    pub to: u32,
    /// Number of the link that carries it.
    pub link: u32,
    /// What it carries; the rooms above know the meaning.
    pub content: Vec<u8>,
}

/// A site: a logical process with its own calendar.
pub trait Process: Send {
    /// The earliest instant at which something happens here without a frame from outside; none
    /// if only a frame can bring something about.
    fn next(&self) -> Option<Instant>;

    /// Takes the frames of `inbox` (which arrive then or later, sorted) into its calendar, and does
    /// everything that happens before `until`. Frames sent and records written go to `out`.
    ///
    /// Frames come early, as soon as they are sent. They are to be put under a station number
    /// that schedules nothing else (one per link), so that the order in the calendar does not
    /// depend on when they were given out.
    fn run_window(&mut self, until: Instant, inbox: Vec<Frame>, out: &mut Output);
}

/// What a site brings forth in a window.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// Frames sent, each arriving no earlier than its link's look-ahead after it was sent.
    pub frames: Vec<Frame>,
    /// Records for the journal.
    pub records: RecordBuffer,
}

/// A one-way link between two sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Number of the sending site.
    pub from: u32,
    /// Number of the receiving site.
    pub to: u32,
    /// Least span from sending to arrival: propagation and the shortest frame.
    pub look_ahead: Span,
}

/// Why links cannot be scheduled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Such a link would let two sites touch at once.
    #[error(
        "link {0} has look-ahead 0: it needs a propagation delay, or a bit rate at which a frame \
         takes time"
    )]
    NoLookAhead(usize),
    /// A link to a site that does not exist.
    #[error("link {0} names a site that does not exist")]
    UnknownSite(usize),
}

/// The state between windows: how far the run is, and frames under way. Plain data, saved with
/// the run; the sites themselves are the caller's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduler {
    links: Vec<Link>,
    window: Span,
    now: Instant,
    /// Frames not yet given out, by receiving site.
    mail: Vec<Vec<Frame>>,
    /// Records not yet due for the journal, by site.
    records: Vec<RecordBuffer>,
}

impl Scheduler {
    /// A scheduler for `sites` sites joined by `links` (one entry for each direction).
    pub fn new(sites: usize, links: &[Link]) -> Result<Scheduler, LinkError> {
        let mut window = WINDOW_LONGEST;
        for (number, link) in links.iter().enumerate() {
            if link.look_ahead == Span::ZERO {
                return Err(LinkError::NoLookAhead(number));
            }
            if link.from as usize >= sites || link.to as usize >= sites {
                return Err(LinkError::UnknownSite(number));
            }
            window = window.min(link.look_ahead);
        }
        Ok(Scheduler {
            links: links.to_vec(),
            window,
            now: Instant::ZERO,
            mail: vec![Vec::new(); sites],
            records: vec![RecordBuffer::new(); sites],
        })
    }

    /// All sites have done everything before this instant.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Runs all sites up to `end` (what happens at `end` itself is not done) on `threads`
    /// threads. After each window `after(until, records)` is called on the calling thread with
    /// one buffer per site, to be emptied by
    /// [`append_merged`](crate::journal::JournalWriter::append_merged); what is left in them is
    /// given again. At `end` every site has been told to run up to it.
    ///
    /// Panics if a site breaks the look-ahead of a link: that is our own fault.
    pub fn run<P: Process>(
        &mut self,
        sites: &mut [P],
        end: Instant,
        threads: usize,
        mut after: impl FnMut(Instant, &mut [RecordBuffer]),
    ) {
        assert_eq!(sites.len(), self.mail.len(), "the sites of this scheduler");
        let nexts: Vec<_> = sites.iter().map(Process::next).collect();
        let threads = threads.min(sites.len());
        if threads <= 1 {
            self.windows(end, nexts, &mut after, |orders| {
                let answer = |order: Order| perform(&mut sites[order.site], order);
                orders.into_iter().map(answer).collect()
            });
            return;
        }
        std::thread::scope(|scope| {
            // Site n belongs to worker n mod threads for the whole run.
            let mut groups: Vec<Vec<&mut P>> = (0..threads).map(|_| Vec::new()).collect();
            for (number, site) in sites.iter_mut().enumerate() {
                groups[number % threads].push(site);
            }
            let workers: Vec<Worker> = groups
                .into_iter()
                .map(|mut group| {
                    let (to_worker, orders) = unbounded::<Vec<Order>>();
                    let (to_scheduler, answers) = unbounded();
                    scope.spawn(move || {
                        for orders in orders {
                            let answers = orders
                                .into_iter()
                                .map(|order| perform(&mut *group[order.site / threads], order))
                                .collect();
                            if to_scheduler.send(answers).is_err() {
                                break;
                            }
                        }
                    });
                    (to_worker, answers)
                })
                .collect();
            self.windows(end, nexts, &mut after, |orders| {
                let mut shares: Vec<Vec<Order>> = (0..threads).map(|_| Vec::new()).collect();
                for order in orders {
                    shares[order.site % threads].push(order);
                }
                let busy: Vec<bool> = shares.iter().map(|share| !share.is_empty()).collect();
                for ((to_worker, _), share) in workers.iter().zip(shares) {
                    if !share.is_empty() {
                        to_worker.send(share).expect("a worker that is alive");
                    }
                }
                let mut answers = Vec::new();
                for ((_, from_worker), _) in workers.iter().zip(busy).filter(|(_, busy)| *busy) {
                    answers.extend(from_worker.recv().expect("a worker that did not panic"));
                }
                answers.sort_by_key(|answer: &Answer| answer.site);
                answers
            });
        });
    }

    /// The windows up to `end`; `perform_all` lets the sites run and answers in their order.
    fn windows(
        &mut self,
        end: Instant,
        mut nexts: Vec<Option<Instant>>,
        after: &mut impl FnMut(Instant, &mut [RecordBuffer]),
        mut perform_all: impl FnMut(Vec<Order>) -> Vec<Answer>,
    ) {
        while self.now < end {
            let due: Vec<Option<Instant>> = nexts
                .iter()
                .zip(&self.mail)
                .map(|(&next, mail)| next.into_iter().chain(mail.iter().map(|f| f.arrives)).min())
                .collect();
            let start = due.iter().flatten().min().copied().unwrap_or(end);
            let until = start.max(self.now).saturating_add(self.window).min(end);
            let orders = (0..due.len())
                .filter(|&site| until == end || due[site].is_some_and(|due| due < until))
                .map(|site| {
                    let mut inbox = std::mem::take(&mut self.mail[site]);
                    // Stable: the sender's own order stays.
                    inbox.sort_by_key(|frame| (frame.arrives, frame.from, frame.link));
                    Order { site, until, inbox }
                })
                .collect();
            for answer in perform_all(orders) {
                nexts[answer.site] = answer.next;
                let mut output = answer.output;
                self.records[answer.site].take_from(&mut output.records);
                for frame in output.frames {
                    self.check(&frame, answer.site, until);
                    self.mail[frame.to as usize].push(frame);
                }
            }
            self.now = until;
            after(until, &mut self.records);
        }
    }

    fn check(&self, frame: &Frame, site: usize, until: Instant) {
        let link = self.links.get(frame.link as usize);
        assert!(
            frame.from as usize == site
                && link.is_some_and(|link| (link.from, link.to) == (frame.from, frame.to)),
            "site {site} sent a frame from {} to {} on link {}, which does not lead there",
            frame.from,
            frame.to,
            frame.link
        );
        assert!(
            frame.arrives >= until,
            "a frame on link {} arrives at {:#}, before its look-ahead ends at {until:#}",
            frame.link,
            frame.arrives
        );
    }
}

/// A worker thread as the scheduler sees it: orders go in, answers come out.
type Worker = (Sender<Vec<Order>>, Receiver<Vec<Answer>>);

/// What one site is told to do in a window.
struct Order {
    site: usize,
    until: Instant,
    inbox: Vec<Frame>,
}

/// What one site did in a window.
struct Answer {
    site: usize,
    next: Option<Instant>,
    output: Output,
}

fn perform<P: Process>(site: &mut P, order: Order) -> Answer {
    let mut output = Output::default();
    site.run_window(order.until, order.inbox, &mut output);
    Answer {
        site: order.site,
        next: site.next(),
        output,
    }
}

#[cfg(test)]
mod tests;
