//! Garbage and noise: nothing panics, nothing is lost for good, and what is shown was sent.

use proptest::prelude::*;

use super::rig::*;
use super::*;
use crate::frame;

/// A centre that answers each entry with its own text.
fn echo(rig: &mut Rig, answers: &mut Vec<(u64, u64, u64, String)>) {
    while let Some(event) = rig.levt() {
        if event[0] != fields(1, 0) || event[1] >> 18 != 5 {
            continue;
        }
        let characters = event[3] as usize;
        let text: String = bcd::unpack(&event[4..]).chars().take(characters).collect();
        let (terminal, serial) = (event[1] & 0o77777, event[2] >> 18 & 0o7777);
        answers.push((terminal, serial, event[2] & 0o77777, text));
    }
    if let Some((terminal, serial, block, text)) = answers.first().cloned()
        && rig.lout(terminal, serial, block, 0, &text).is_ok()
    {
        answers.remove(0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_characters_can_be_read(line in prop::collection::vec(0u8..=255, 0..600), sync: bool) {
        let mut line = line;
        if sync && line.len() > 2 {
            line[0] = frame::SYNC_1;
            line[1] = frame::SYNC_2;
        }
        let _ = frame::read_down(&line);
        let mut from = 2;
        while from < line.len() {
            let to = frame::entry_end(&line, from);
            prop_assert!(to > from && to <= line.len());
            let _ = frame::read_up(&line, from, to);
            from = to;
        }
    }

    #[test]
    fn any_order_and_any_block_can_be_given(
        steps in prop::collection::vec((any::<u64>(), any::<u64>(), 0usize..40, 0u8..6), 1..60),
    ) {
        let mut rig = Rig::polling();
        for (first, second, words, what) in steps {
            let op = [10, 11, 20, 30, 30, first % 100][usize::from(what)];
            let prepare = [Prepare::Nothing, Prepare::Read, Prepare::Write][(second % 3) as usize];
            let prepare = match op { 20 => Prepare::Read, 30 => Prepare::Write, _ => prepare };
            let word = if what == 5 { first & word::WORD } else { order(op, 0) };
            let _ = rig.net.control(rig.now, [word, second & word::WORD], prepare);
            if let Ok(chunk) = rig.net.begin_copy(rig.now, words, second & 4 != 0) {
                let mut moved = vec![second.rotate_left(words as u32) & 0o070077770077; words];
                rig.until_ns(chunk.end);
                let _ = match prepare {
                    Prepare::Read => rig.net.end_read(rig.now, &mut moved).map(|_| ()),
                    _ => rig.net.end_write(rig.now, &moved),
                };
            }
            let _ = rig.enter((first % 7) as u16, "X");
            let _ = rig.reset_key((second % 7) as u16);
            rig.pass(first % 90);
        }
    }

    #[test]
    fn every_entry_is_answered_when_the_noise_ends(
        noise in prop::collection::vec((any::<bool>(), 0usize..40, 1u8..0o100), 1..200),
    ) {
        let mut rig = Rig::polling();
        let mut answers = Vec::new();
        let mut noise = noise.into_iter();
        let texts = ["ABC", "SOMETHING LONGER TO SAY", "X"];
        let mut entered = 0;
        let mut shown = 0;
        while rig.now < Instant(60_000 * MS) {
            rig.pass(20);
            if let Some((down, place, mask)) = noise.next() {
                let direction = if down { Direction::Down } else { Direction::Up };
                rig.net.disturb(rig.now, 0, direction, place, mask);
            }
            if rig.now < Instant(20_000 * MS) {
                for (set, text) in texts.iter().enumerate() {
                    entered += usize::from(rig.enter(set as u16, text).is_ok());
                }
            }
            echo(&mut rig, &mut answers);
            for said in rig.lines() {
                if let Some((_, prints)) = said.split_once("prints ") {
                    shown += 1;
                    let undetected = rig.net.lines()[0].undetected_errors > 0;
                    let said = texts.iter().any(|text| prints.starts_with(text));
                    prop_assert!(said || undetected, "{}", prints);
                }
            }
        }
        prop_assert_eq!(entered, shown);
        for set in 0..3 {
            prop_assert_eq!(rig.net.lock(set), Ok(None));
        }
    }
}
