//! The assembler from outside: a listing to look at, round trips through the tables, and sources
//! that no one would write.
//!
//! The listing is `golden/weights.lst`; to accept a changed one, run with `UPDATE_GOLDEN=1` and
//! read the difference.

use ibm7090::assembler::{Mistake, SourceFile, assemble};
use ibm7090::{channel_command, operation};
use proptest::prelude::*;

fn words(text: &str) -> Result<Vec<u64>, Vec<Mistake>> {
    let name = "test";
    let assembly = assemble(&[SourceFile { name, text }], &[])?;
    Ok(assembly.words.iter().map(|(_, word)| *word).collect())
}

/// Assembles one card.
fn word(card: &str) -> u64 {
    let text = format!("       {card}\n       END\n");
    match words(&text).as_deref() {
        Ok([word]) => *word,
        other => panic!("{card}: {other:?}"),
    }
}

#[test]
fn the_listing_is_as_a_programmer_expects() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");
    let path = format!("{folder}/weights.lst");
    let text = std::fs::read_to_string(format!("{folder}/weights.fap")).unwrap();
    let source = SourceFile {
        name: "weights.fap",
        text: &text,
    };
    let listing = assemble(&[source], &[]).unwrap().listing;
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &listing).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    for (number, (found, expected)) in listing.lines().zip(expected.lines()).enumerate() {
        assert_eq!(found, expected, "line {} of the listing", number + 1);
    }
    assert_eq!(listing, expected);
}

/// Operands that fit an operation of each format, one for each way of writing them.
fn operands(row: &operation::Operation, name: &str) -> Vec<String> {
    use operation::Format::*;
    let written: Vec<&str> = match row.format {
        A if name != row.mnemonic => vec!["5", "32767"],
        A => vec!["5,1,1", "32767,7,32767", "0,0,0"],
        B if row.indexable => vec!["5", "32767,7"],
        B => vec!["5,1", "32767,7"],
        C { bits: 6 } => vec!["5,1,1", "32767,7,63"],
        C { .. } => vec!["5,1,1", "32767,7,255"],
        D => vec!["1", "777777"],
        E {
            numbers: (0, 0), ..
        }
        | Select {
            numbers: (0, 0), ..
        } => vec!["", "0,7"],
        E { numbers, .. } | Select { numbers, .. } => {
            return vec![format!("{}", numbers.0), format!("{},7", numbers.1)];
        }
    };
    written.into_iter().map(str::to_string).collect()
}

#[test]
fn every_operation_comes_back_from_its_word() {
    let mut rows = 0;
    for (name, row) in operation::names() {
        for operand in operands(row, name) {
            let stars: &[&str] = if row.indirectable { &["", "*"] } else { &[""] };
            for star in stars {
                let first = word(&format!("{name}{star} {operand}"));
                let source = operation::disassemble_source(first);
                assert!(!source.starts_with("OCT"), "{name} {operand}: {source}");
                assert_eq!(word(&source), first, "{name}{star} {operand} as {source}");
                // By code: MSE 5 is also called ESTM.
                let decoded = operation::decode(first).map(|found| found.code);
                assert_eq!(decoded, Some(row.code), "{name}{star} {operand}");
                rows += 1;
            }
        }
    }
    assert!(rows > 600, "only {rows} cards tried");
}

#[test]
fn every_channel_command_comes_back_from_its_word() {
    use channel_command::Layout::*;
    for row in channel_command::channel_commands() {
        let operands: &[&str] = match row.layout {
            Nothing => &[""],
            Address => &["0", "32767"],
            AddressCount => &["5,,1", "32767,,32767"],
            Condition => &["5,1,1", "32767,7,77"],
            Count => &["0", "63"],
            SystemMask => &["0", "177"],
            Character => &["0", "7"],
        };
        for operand in operands {
            let stars: &[&str] = if row.indirectable { &["", "*"] } else { &[""] };
            for star in stars {
                let name = row.mnemonic;
                let first = word(&format!("{name}{star} {operand}"));
                let source = channel_command::disassemble(first);
                assert_eq!(word(&source), first, "{name}{star} {operand} as {source}");
                let decoded = channel_command::decode(first).map(|found| found.mnemonic);
                assert_eq!(decoded, Some(name));
            }
        }
    }
}

#[test]
fn a_large_deck_is_assembled() {
    let mut text =
        String::from("ADDTO  MACRO  X,L\n       TPL    L\nL      ADD    X\n       END\n");
    for number in 0..1_000 {
        text += &format!("L{number:04}  AXT    {number},1\n       CLA*   L{number:04},1\n");
        text += "       ADDTO  =5\n       TIX    *-1,1,1\n       VFD    6/1,O12/77,H18/ABC\n";
        text += "* A COMMENT ON THE CARDS BEFORE\n";
    }
    text += "       END\n";
    assert_eq!(words(&text).unwrap().len(), 6_001);
}

/// A deck with most features, to be spoilt.
const DECK: &str = include_str!("golden/weights.fap");

fn piece() -> impl Strategy<Value = String> {
    let known = [
        "DUP",
        "MACRO",
        "END",
        "ENDM",
        "IRP",
        "RMT",
        "ETC",
        "GOTO",
        "IFT",
        "OPD",
        "VFD",
        "BCI",
        "A=B",
        "3,2",
        "=HAB",
        "=1.5B17",
        "**",
        "*",
        "(A,B",
        "A'B",
        "/7",
        "32767",
        "-1",
        ",",
        "ORG",
        "BSS",
        "SET",
        "CALL",
        "LORG",
        "EVEN",
        "\t",
        "é",
        "'",
        "TIX",
        "SIL",
        "CLA*",
        "TCM",
        "1E30",
        "9999999999999999999",
        "OPSYN",
        "OPVFD",
        "O12/7",
        "H6/A",
        "\n",
        "\n       ",
        "       ",
    ];
    prop_oneof![
        prop::sample::select(known.to_vec()).prop_map(str::to_string),
        "[ -~]{0,6}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_word_comes_back_from_its_source(any in 0u64..1 << 36) {
        let source = operation::disassemble_source(any);
        prop_assert_eq!(word(&source), any, "{}", source);
        let source = channel_command::disassemble(any);
        let again = word(&source);
        prop_assert_eq!(channel_command::disassemble(again), source);
    }

    #[test]
    fn garbage_is_refused_and_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = words(&text);
    }

    #[test]
    fn a_spoilt_deck_is_refused_or_assembled(
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0usize..8, piece()), 1..12)
    ) {
        let mut text: Vec<char> = DECK.chars().collect();
        for (place, length, piece) in changes {
            let start = place.index(text.len());
            let end = (start + length).min(text.len());
            text.splice(start..end, piece.chars());
        }
        let text: String = text.into_iter().collect();
        match words(&text) {
            Ok(words) => prop_assert!(words.iter().all(|word| *word < 1 << 36)),
            Err(mistakes) => {
                prop_assert!(!mistakes.is_empty());
                for mistake in mistakes {
                    let lines = text.lines().count().max(1);
                    prop_assert!((1..=lines).contains(&mistake.line), "{}", mistake);
                    prop_assert!(mistake.column > 0 && mistake.width > 0);
                }
            }
        }
    }

    #[test]
    fn cards_of_random_pieces_are_no_danger(
        pieces in prop::collection::vec((piece(), piece(), piece(), piece()), 1..30)
    ) {
        let mut text = String::new();
        for (location, operation, first, second) in pieces {
            text += &format!("{location:<6} {operation:<7} {first},{second}\n");
        }
        text += "       END\n";
        let _ = words(&text);
    }
}
