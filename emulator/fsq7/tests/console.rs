//! Whatever is typed at the console, or lies on a medium, the answer is text or a mistake.

use ::console::{Files, Machine as _, Session};
use fsq7::machine::Machine;
use fsq7::memory::Configuration;
use proptest::prelude::*;

/// One text for every file.
struct Same(String);

impl Files for Same {
    fn read(&mut self, _: &str) -> Result<String, String> {
        Ok(self.0.clone())
    }

    fn read_bytes(&mut self, _: &str) -> Result<Vec<u8>, String> {
        Ok(self.0.clone().into_bytes())
    }

    fn write(&mut self, _: &str, _: &[u8]) -> Result<(), String> {
        Ok(())
    }
}

fn word() -> impl Strategy<Value = String> {
    let known = vec![
        "load",
        "asm",
        "attach",
        "detach",
        "boot",
        "examine",
        "deposit",
        "go",
        "step",
        "run 1ms",
        "break",
        "unbreak",
        "save",
        "restore",
        "assert",
        "print",
        "registers",
        "reader",
        "tape1",
        "ama0",
        "printer",
        "ac",
        "pc",
        "x1",
        "on-tape",
        "alarms",
        "0.00100",
        "3.77740",
        "377777",
        "000000 177777",
        "= CAD 5",
        "=",
        "+1",
        "100+7",
        "99999999999999999999",
        "1us",
        "#",
    ];
    prop_oneof![
        3 => prop::sample::select(known).prop_map(String::from),
        1 => "[ -~é]{0,8}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_commands_are_done_or_refused(
        lines in prop::collection::vec(prop::collection::vec(word(), 1..5), 1..6),
        text in "(0000 000001 177776\n|record 000001 177776\n|mark\n|BINARY 000001 000002\n|[ -~\n]{0,40})",
    ) {
        let mut session = Session::new(fsq7::console::new(Configuration::Standard));
        let mut files = Same(text);
        for line in lines {
            let line = line.join(" ");
            if let Err(mistake) = session.execute(&line, &mut files) {
                prop_assert!(mistake.column >= 1 && mistake.width >= 1, "{line}");
                prop_assert!(mistake.column <= line.chars().count() + 3, "{line}: {mistake:?}");
            }
        }
    }
}

#[test]
fn media_come_off_as_they_went_on() {
    let mut machine = fsq7::console::new(Configuration::Standard);
    for (unit, text) in [
        (
            "tape3",
            "record 000001 177776 000002 000003\nmark\nrecord\n",
        ),
        ("amh5", "0017 000001 177776\n3777 100000 000000\n"),
        ("lri1", "0000 000005 000006\n"),
        ("reader", "A CARD\nBINARY"),
    ] {
        machine.attach(unit, text).unwrap();
        let off = machine.detach(unit).unwrap();
        let expected = match unit {
            "reader" => format!("A CARD\n{}\n", ""),
            _ => text.to_owned(),
        };
        assert_eq!(off, expected, "{unit}");
    }
}

#[test]
fn a_saved_machine_is_the_machine() {
    let mut machine = fsq7::console::new(Configuration::Standard);
    machine.attach("tape1", "record 000001 000002\n").unwrap();
    machine.attach("ama0", "0005 000001 000002\n").unwrap();
    machine.central.memory.flip(0o100, 3);
    let restored = Machine::restore(&machine.save()).unwrap();
    assert!(restored == machine);
}
