//! Toy sites that chatter over links of different delays: the journal must not depend on threads.

use super::*;
use crate::journal::{Journal, JournalWriter, compare};
use crate::{Calendar, Stream};

const OWN: u32 = 0;

/// Wakes now and then, tells a neighbour a number, and answers some of what it hears.
#[derive(Clone, Serialize, Deserialize)]
struct Chatter {
    number: u32,
    calendar: Calendar<Event>,
    chance: Stream,
    outgoing: Vec<(u32, Link)>,
    sum: u64,
}

#[derive(Clone, Serialize, Deserialize)]
enum Event {
    Wake,
    Heard { from: u32, value: u64 },
}

impl Chatter {
    fn send(&mut self, now: Instant, value: u64, out: &mut Output) {
        let (number, link) = *self.chance.choose(&self.outgoing);
        let jitter = Span(self.chance.below(300_000));
        out.frames.push(Frame {
            arrives: now + link.look_ahead + jitter,
            from: self.number,
            to: link.to,
            link: number,
            content: postcard::to_allocvec(&value).unwrap(),
        });
    }
}

impl Process for Chatter {
    fn next(&self) -> Option<Instant> {
        self.calendar.peek()
    }

    fn run_window(&mut self, until: Instant, inbox: Vec<Frame>, out: &mut Output) {
        for frame in inbox {
            let value = postcard::from_bytes(&frame.content).unwrap();
            let from = frame.from;
            let event = Event::Heard { from, value };
            self.calendar.schedule(frame.arrives, 1 + frame.link, event);
        }
        while self.calendar.peek().is_some_and(|at| at < until) {
            let (now, _, event) = self.calendar.pop().unwrap();
            match event {
                Event::Wake => {
                    let value = self.chance.below(1_000_000);
                    out.records.append(now, 1, &(self.number, value));
                    self.send(now, value, out);
                    let pause = self.chance.exponential_span(Span::from_micros(700));
                    self.calendar.schedule(now + pause, OWN, Event::Wake);
                }
                Event::Heard { from, value } => {
                    self.sum = self.sum.wrapping_mul(31).wrapping_add(value);
                    let record = (self.number, from, self.sum);
                    out.records.append(now, 2, &record);
                    if self.chance.chance(0.3) {
                        self.send(now, self.sum, out);
                    }
                }
            }
        }
        self.calendar.advance(until);
    }
}

fn ring(sites: u32) -> (Scheduler, Vec<Chatter>) {
    let mut links = Vec::new();
    for from in 0..sites {
        for step in [1, 3] {
            links.push(Link {
                from,
                to: (from + step) % sites,
                look_ahead: Span::from_micros(u64::from(90 + 170 * from * step)),
            });
        }
    }
    let chatters = (0..sites).map(|number| {
        let mut calendar = Calendar::new();
        calendar.schedule(Instant(u64::from(number % 2)), OWN, Event::Wake);
        let outgoing = links.iter().enumerate().map(|(n, link)| (n as u32, *link));
        Chatter {
            number,
            calendar,
            chance: Stream::new(7, &format!("chatter/{number}")),
            outgoing: outgoing.filter(|(_, link)| link.from == number).collect(),
            sum: 0,
        }
    });
    let chatters = chatters.collect();
    (Scheduler::new(sites as usize, &links).unwrap(), chatters)
}

fn journal_of(threads: usize, stops: &[Instant]) -> Vec<u8> {
    let (mut scheduler, mut sites) = ring(8);
    let mut writer = JournalWriter::new(Vec::new(), b"ring").unwrap();
    for &stop in stops {
        scheduler.run(&mut sites, stop, threads, |until, records| {
            writer.append_merged(records, until);
        });
        assert_eq!(scheduler.now(), stop);
    }
    writer.finish().unwrap().1
}

#[test]
fn the_journal_is_the_same_for_any_number_of_threads() {
    let end = Instant(300_000_000);
    let one = journal_of(1, &[end]);
    let journal = Journal::open(&one).unwrap();
    let heard = journal.records().filter(|r| r.kind == 2).count();
    assert!(heard > 1000, "only {heard} frames were heard");
    let times: Vec<_> = journal.records().map(|r| r.at).collect();
    assert!(times.is_sorted());
    for threads in [2, 3, 4, 20] {
        let other = journal_of(threads, &[end]);
        let difference = compare(&journal, &Journal::open(&other).unwrap());
        assert_eq!(difference, None, "{threads} threads");
        assert_eq!(other, one);
    }
}

#[test]
fn stopping_in_between_changes_nothing() {
    let end = Instant(100_000_000);
    let stops: Vec<_> = (1..=40).map(|n| Instant(n * 2_500_000)).collect();
    assert_eq!(journal_of(2, &stops), journal_of(1, &[end]));
}

#[test]
fn a_restored_run_goes_on_as_the_first() {
    let (mut scheduler, mut sites) = ring(5);
    scheduler.run(&mut sites, Instant(20_000_000), 2, |_, _| {});
    let bytes = postcard::to_allocvec(&(&scheduler, &sites)).unwrap();
    let finish = |scheduler: &mut Scheduler, sites: &mut [Chatter]| {
        let mut writer = JournalWriter::digest_only();
        scheduler.run(sites, Instant(50_000_000), 2, |until, records| {
            writer.append_merged(records, until);
        });
        writer.digest()
    };
    let (mut scheduler2, mut sites2): (Scheduler, Vec<Chatter>) =
        postcard::from_bytes(&bytes).unwrap();
    assert_eq!(
        finish(&mut scheduler, &mut sites),
        finish(&mut scheduler2, &mut sites2)
    );
}

#[test]
fn a_site_without_links_runs_in_long_windows_to_the_end() {
    struct Alone(Instant);
    impl Process for Alone {
        fn next(&self) -> Option<Instant> {
            Some(self.0)
        }
        fn run_window(&mut self, until: Instant, _: Vec<Frame>, _: &mut Output) {
            self.0 = until;
        }
    }
    let mut scheduler = Scheduler::new(1, &[]).unwrap();
    let mut sites = [Alone(Instant::ZERO)];
    let mut windows = 0;
    scheduler.run(&mut sites, Instant(1_050_000_000), 4, |_, _| windows += 1);
    assert_eq!((windows, sites[0].0), (11, Instant(1_050_000_000)));
}

#[test]
fn a_link_that_takes_no_time_is_refused() {
    let link = |from, to, ns| Link {
        from,
        to,
        look_ahead: Span(ns),
    };
    let error = Scheduler::new(2, &[link(0, 1, 5), link(1, 0, 0)]).unwrap_err();
    assert_eq!(error, LinkError::NoLookAhead(1));
    assert!(error.to_string().contains("needs a propagation delay"));
    let error = Scheduler::new(2, &[link(0, 2, 5)]).unwrap_err();
    assert_eq!(error, LinkError::UnknownSite(0));
}

#[test]
#[should_panic(expected = "before its look-ahead ends")]
fn a_frame_that_is_too_fast_is_our_own_fault() {
    struct Fast;
    impl Process for Fast {
        fn next(&self) -> Option<Instant> {
            Some(Instant(0))
        }
        fn run_window(&mut self, _: Instant, _: Vec<Frame>, out: &mut Output) {
            out.frames.push(Frame {
                arrives: Instant(9),
                from: 0,
                to: 0,
                link: 0,
                content: Vec::new(),
            });
        }
    }
    let link = Link {
        from: 0,
        to: 0,
        look_ahead: Span(10),
    };
    let mut scheduler = Scheduler::new(1, &[link]).unwrap();
    scheduler.run(&mut [Fast], Instant(100), 1, |_, _| {});
}
