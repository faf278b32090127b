//! What the journal promises: it gives back what was put in, says where it is cut or damaged, and
//! never panics on a file from outside.

use proptest::prelude::*;

use super::*;

fn sample(records: u64) -> Vec<u8> {
    let mut writer = JournalWriter::new(Vec::new(), b"seed 7, briarcliff, briarcliff").unwrap();
    for n in 0..records {
        writer.append(Instant(n * 1000), (n % 5) as u8, &(n, "entry"));
    }
    writer.finish().unwrap().1
}

fn cut_of(bytes: &[u8]) -> (usize, u64, Option<Instant>) {
    match Journal::open(bytes).unwrap().ending() {
        Ending::Cut {
            offset,
            records,
            last_good,
            ..
        } => (offset, records, last_good),
        whole => panic!("{whole}"),
    }
}

#[test]
fn what_was_written_is_read() {
    let bytes = sample(1000);
    let journal = Journal::open(&bytes).unwrap();
    assert_eq!(journal.header(), b"seed 7, briarcliff, briarcliff");
    let mut records = journal.records();
    for n in 0..1000 {
        let record = records.next().unwrap();
        assert_eq!(record.at, Instant(n * 1000));
        assert_eq!((record.index, record.kind), (n, (n % 5) as u8));
        assert_eq!(record.read::<(u64, String)>().unwrap(), (n, "entry".into()));
        assert!(record.read::<u64>().is_err(), "bytes left over");
    }
    assert_eq!(records.next(), None);
    assert!(matches!(
        records.ending(),
        Ending::Whole { records: 1000, .. }
    ));
}

#[test]
fn the_digest_is_that_of_the_records_alone() {
    let mut only = JournalWriter::digest_only();
    let mut file = JournalWriter::new(Vec::new(), b"another header").unwrap();
    for n in 0..5000u64 {
        only.append(Instant(n), 1, &n);
        let payload = postcard::to_allocvec(&n).unwrap();
        file.append_encoded(Instant(n), 1, &payload);
    }
    assert_eq!(only.digest(), file.digest());
    let before = only.digest();
    let (digest, bytes) = file.finish().unwrap();
    assert_eq!(digest, before);
    let ending = Journal::open(&bytes).unwrap().ending();
    assert_eq!(
        ending,
        Ending::Whole {
            records: 5000,
            digest
        }
    );
    only.append(Instant(5000), 1, &0u64);
    assert_ne!(only.digest(), before);
}

#[test]
fn the_first_difference_is_named() {
    let mut writer = JournalWriter::new(Vec::new(), b"").unwrap();
    for n in 0..10u64 {
        writer.append(Instant(n * 1000), (n % 5) as u8, &(n, "entry"));
    }
    writer.append(Instant(10_500), 9, &());
    let longer = writer.finish().unwrap().1;
    let ten = sample(10);
    let (ten, longer) = (
        Journal::open(&ten).unwrap(),
        Journal::open(&longer).unwrap(),
    );
    assert_eq!(compare(&ten, &ten), None);
    let first = compare(&ten, &longer).unwrap();
    assert_eq!((first.index, first.at), (10, Instant(10_500)));
    assert_eq!((first.kind_a, first.kind_b), (None, Some(9)));
    assert_eq!(
        first.to_string(),
        "record 10 differs: no record against kind 9 at 00:00:00.000010500"
    );
    let eleven = sample(11);
    let first = compare(&Journal::open(&eleven).unwrap(), &longer).unwrap();
    assert_eq!((first.index, first.at), (10, Instant(10_000)));
}

#[test]
fn buffers_are_merged_in_the_order_of_time_and_site() {
    let mut buffers = vec![RecordBuffer::new(), RecordBuffer::new()];
    buffers[1].append(Instant(5), 1, "1 at 5");
    buffers[1].append(Instant(3), 1, "1 at 3");
    buffers[0].append(Instant(5), 1, "0 at 5");
    buffers[0].append(Instant(12), 1, "0 at 12, beyond the window");
    buffers[0].append(Instant(5), 1, "0 at 5 again");
    let mut writer = JournalWriter::new(Vec::new(), b"").unwrap();
    writer.append_merged(&mut buffers, Instant(10));
    assert_eq!((buffers[0].len(), buffers[1].len()), (1, 0));
    buffers[1].append(Instant(11), 1, "1 at 11");
    writer.append_merged(&mut buffers, Instant::MAX);
    let bytes = writer.finish().unwrap().1;
    let journal = Journal::open(&bytes).unwrap();
    let texts: Vec<String> = journal.records().map(|r| r.read().unwrap()).collect();
    assert_eq!(
        texts,
        [
            "1 at 3",
            "0 at 5",
            "0 at 5 again",
            "1 at 5",
            "1 at 11",
            "0 at 12, beyond the window"
        ]
    );
}

#[test]
fn another_file_and_another_format_are_refused_by_name() {
    let open = |bytes: &[u8]| Journal::open(bytes).map(|_| ()).unwrap_err();
    assert_eq!(open(b""), SealError::NotOne("journal"));
    assert_eq!(open(b"(format: 1)"), SealError::NotOne("journal"));
    assert_eq!(open(&[0; 100]), SealError::NotOne("journal"));
    let mut bytes = sample(1);
    bytes[8] = 7;
    assert_eq!(
        open(&bytes).to_string(),
        "journal format 7 is not known; this duplex reads format 2; there is no good instant"
    );
}

#[test]
fn a_cut_between_two_records_and_junk_behind_the_end_are_noticed() {
    let bytes = sample(20);
    let journal = Journal::open(&bytes).unwrap();
    let tenth = journal.records().nth(10).unwrap().offset;
    assert_eq!(cut_of(&bytes[..tenth]), (tenth, 10, Some(Instant(9000))));
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(cut_of(&longer), (bytes.len(), 20, Some(Instant(19_000))));
    // A record taken out whole, so that every checksum is right.
    let eleventh = journal.records().nth(11).unwrap().offset;
    let mut shorter = bytes.clone();
    shorter.drain(tenth..eleventh);
    assert_eq!(cut_of(&shorter).1, 19);
}

#[test]
fn a_journal_that_goes_on_elsewhere_ends_with_the_same_digest() {
    for stop in [0u64, 1, 70, 9_000, 19_999] {
        let mut whole = JournalWriter::new(Vec::new(), b"whole").unwrap();
        let mut first = JournalWriter::new(Vec::new(), b"first").unwrap();
        for n in 0..stop {
            whole.append(Instant(n), 1, &n);
            first.append(Instant(n), 1, &n);
            if n % 777 == 0 {
                // When bytes are handed on must not matter to the digest.
                first.flush().unwrap();
            }
        }
        let state = first.state().clone();
        let mut second = JournalWriter::resume(Vec::new(), b"second", state.clone()).unwrap();
        let mut only = JournalWriter::digest_from(state.clone());
        for n in stop..20_000 {
            whole.append(Instant(n), 1, &n);
            second.append(Instant(n), 1, &n);
            only.append(Instant(n), 1, &n);
        }
        assert_eq!(only.digest(), second.digest());
        let (digest, bytes) = second.finish().unwrap();
        assert_eq!(whole.finish().unwrap().0, digest, "stopped after {stop}");
        let journal = Journal::open(&bytes).unwrap();
        assert_eq!(journal.begins_from(), Some(&state));
        assert_eq!(journal.records().count() as u64, 20_000 - stop);
        let records = 20_000;
        assert_eq!(journal.ending(), Ending::Whole { records, digest });
        let (_, bytes) = first.finish().unwrap();
        let journal = Journal::open(&bytes).unwrap();
        assert!(matches!(journal.ending(), Ending::Whole { records, .. } if records == stop));
    }
}

#[test]
fn a_write_error_is_told_at_the_end_and_does_not_stop_the_digest() {
    #[derive(Debug)]
    struct Full;
    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if bytes.len() > 1000 {
                return Err(std::io::Error::other("the disk is full"));
            }
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut writer = JournalWriter::new(Full, b"").unwrap();
    let mut only = JournalWriter::digest_only();
    for n in 0..100_000u64 {
        writer.append(Instant(n), 1, &n);
        only.append(Instant(n), 1, &n);
    }
    assert_eq!(writer.digest(), only.digest());
    let error = writer.flush().unwrap_err().to_string();
    assert_eq!(error, "the disk is full");
    assert!(writer.finish().is_err());
}

proptest! {
    #[test]
    fn a_journal_cut_anywhere_tells_its_last_good_instant(part in 0.0..1.0f64) {
        let bytes = sample(50);
        let cut = (bytes.len() as f64 * part) as usize;
        match Journal::open(&bytes[..cut]) {
            Err(error) => {
                let unknown = matches!(error, SealError::UnknownFormat { .. });
                prop_assert!(!unknown);
            }
            Ok(journal) => {
                let whole = Journal::open(&bytes).unwrap();
                let good = whole.records().zip(whole.records().skip(1));
                let good = good.take_while(|(_, next)| next.offset <= cut).count();
                // The last record has no successor; it is good if the end begins before the cut.
                let (offset, records, last_good) = cut_of(&bytes[..cut]);
                prop_assert!(records as usize == good || records == 50);
                prop_assert!(offset <= cut);
                prop_assert_eq!(last_good, records.checked_sub(1).map(|n| Instant(n * 1000)));
                prop_assert_eq!(journal.records().count() as u64, records);
            }
        }
    }

    #[test]
    fn a_flipped_bit_anywhere_is_noticed(part in 0.0..1.0f64, bit in 0..8u32) {
        let bytes = sample(50);
        let place = (bytes.len() as f64 * part) as usize;
        let mut bad = bytes.clone();
        bad[place] ^= 1 << bit;
        if let Ok(journal) = Journal::open(&bad) {
            let Ending::Cut { offset, records, .. } = journal.ending() else {
                panic!("a flipped bit in byte {place} was not noticed");
            };
            prop_assert!(offset <= place, "{} is after {}", offset, place);
            let whole = Journal::open(&bytes).unwrap();
            let before: Vec<_> = whole.records().take(records as usize).collect();
            prop_assert_eq!(journal.records().collect::<Vec<_>>(), before);
            prop_assert!(compare(&whole, &journal).is_none() == (records == 50));
        }
    }

    #[test]
    fn any_bytes_are_read_without_panic(tail in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Journal::open(&tail).map(|journal| journal.ending());
        let mut bytes = sample(3);
        bytes.truncate(bytes.len() - 40);
        bytes.extend(tail);
        let _ = Journal::open(&bytes).map(|journal| journal.ending());
    }
}
