//! What decks become, and what is said of mistaken ones.

use proptest::prelude::*;

use super::*;
use crate::operation::{disassemble, operation_source, operations};

fn deck(text: &str) -> Assembly {
    let file = SourceFile { name: "deck", text };
    assemble(&[file], &[]).unwrap_or_else(|mistakes| {
        let lines: Vec<String> = mistakes.iter().map(Mistake::to_string).collect();
        panic!("{text}{}", lines.join("\n"));
    })
}

/// The words of a deck without END, in octal.
fn words(text: &str) -> Vec<String> {
    let assembly = deck(&format!("{text}\n       END\n"));
    let words = assembly.words.iter();
    words.map(|(_, word)| word.to_string()).collect()
}

fn mistakes(text: &str) -> String {
    let file = SourceFile { name: "deck", text };
    let found = assemble(&[file], &[]).expect_err(text);
    let lines: Vec<String> = found.iter().map(Mistake::to_string).collect();
    lines.join("\n")
}

#[test]
fn instructions_of_every_form() {
    for (text, word) in [
        ("       CAD     104B", "001000 000104"),
        ("       CAD     2.00110,1", "111000 000110"),
        ("       CAD     1.00000", "001000 100000"),
        ("       CAD     -2,4", "041000 177775"),
        ("       HLT", "000000 000000"),
        ("       SLR     17B", "000240 000017"),
        ("       BPX     *", "005100 000000"),
        ("       BPX     102B,1,1", "015101 000102"),
        ("       BSN     0,LOVF", "005211 000000"),
        ("       BSN     *,IOBUSY", "005216 000000"),
        ("       PER     BELL", "000111 000000"),
        ("       TOB     5,2,31", "020537 000005"),
        ("       SEL     TAPE3", "006213 000000"),
        ("       SDR     LRI1,0,STATUS", "006160 004000"),
        ("       SDR     AMH5,2047", "006157 003777"),
        ("       RDS     2048", "006700 004000"),
        ("       XIN     -0,1", "017540 000000"),
        ("       XIN     177777B,1", "017540 177777"),
        ("       XIN     -1,5", "057540 177776"),
        ("       XAC     4", "047640 000000"),
        ("       CDF     0", "000470 000000"),
        ("       ADR     3.77740,2", "120000 177740"),
    ] {
        assert_eq!(words(text), [word], "{text}");
    }
}

#[test]
fn constants_of_every_form() {
    for (text, expected) in [
        ("       OCT     1,177776", "000001 177776"),
        ("       OCT     -0,-3", "177777 177774"),
        ("       DEC     5,-3", "000005 177774"),
        ("       DEC     -0,0", "177777 000000"),
        ("       HALF    .75,-.5", "060000 137777"),
        ("       HALF    1.5B3,-1B15", "014000 177776"),
        ("       HALF    17B+1,*", "000020 000000"),
        ("       VFD     16/5,O16/177", "000005 000177"),
        ("       VFD     3/-1,29/0", "140000 000000"),
        ("       VFD     1/1,15/0,16/-2", "100000 177775"),
        ("       BCI     1,A1", "010401 030060"),
        (
            "       CAD     =5\n       HLT",
            "001000 000002|000000 000000|000000 000005",
        ),
        ("       CAD     =-1/.5", "001000 000001|177776 040000"),
    ] {
        assert_eq!(words(text).join("|"), expected, "{text}");
    }
}

#[test]
fn the_compool_describes_tables_once() {
    let assembly = deck(
        "       ORG     0.01000
TRACKS TABLE   400
TKPOS  ITEM
TKST   ITEM
TKNUM  ITEM    6,15
TKTIM  ITEM    16,29
       ORG     0.00100
       CAD     TKST,1
       ETR     =MTKNUM
       ASR     .TKTIM
       LDB     =MTKTIM
       END     64
",
    );
    let words: Vec<String> = assembly.words.iter().map(|w| w.1.to_string()).collect();
    assert_eq!(
        words,
        [
            "011000 001620",
            "000040 000104",
            "004240 000002",
            "000300 000105",
            "001777 000000",
            "000000 177774"
        ]
    );
    let item = &assembly.compool.items["TKTIM"];
    assert_eq!((item.location, item.entries), (0o1000 + 400, 400));
    assert_eq!(item.of(0o25), 5);
    assert_eq!(assembly.start, Some(0o100));
    assert_eq!(assembly.routine_of(0o1000 + 401), Some("TKST"));
}

#[test]
fn macros_and_conditions_are_the_shared_ones() {
    let text = "\
COUNT. MACRO   N,X
       XIN     N-1,X
       ENDM
       COUNT.  400,2
       IFT     1=2
       HLT
       DUP     1,2
       ADB";
    assert_eq!(
        words(text),
        ["027540 000617", "001140 000000", "001140 000000"]
    );
}

#[test]
fn mistakes_are_named_with_their_place() {
    for (card, message) in [
        ("       CAD", "deck:1:8: CAD needs an address"),
        (
            "       CAD     5,6",
            "deck:1:18: the index register is 6; 0 to 5 is expected",
        ),
        (
            "       CAD     131072",
            "the address is 131072; 0 to 131071 is expected",
        ),
        (
            "       CAX     5",
            "unknown operation CAX; did you mean CAC?",
        ),
        (
            "       BSN     *",
            "BSN needs a condition as second subfield",
        ),
        (
            "       BPX     *,1",
            "BPX needs a decrement as third subfield",
        ),
        (
            "       SLR     64",
            "the number of places is 64; 0 to 63 is expected",
        ),
        ("       CAD     19B", "19B is no number"),
        ("       CAD     0.123", "0.123 is no number"),
        ("       OCT     1", "OCT needs halves in pairs"),
        (
            "       OCT     1,200000",
            "deck:1:18: 200000 is not an octal half",
        ),
        (
            "       HALF    1.5B0,0",
            "does not fit left of its binary point",
        ),
        ("       HALF    70000,0", "70000 does not fit in a half"),
        (
            "       CAD     =MXX",
            "no ITEM called XX stands before this card",
        ),
        ("X      ITEM", "ITEM belongs after a TABLE"),
        ("T      TABLE   0", "a table of 0 entries"),
        ("1A     CAD     5", "1A: a symbol begins with a letter"),
        ("       CAD*    5", "CAD cannot be indirect"),
        (
            "       ORG     2.10000\n       HLT",
            "there is no memory at 2.10000 (octal)",
        ),
        ("       CAD     XYZ", "undefined symbol XYZ"),
        ("       VFD     33/1", "33 bits: a field has 1 to 32 bits"),
        ("       BCI     TEXT", "BCI is written n,text"),
    ] {
        let text = format!("{card}\n       END\n");
        let found = mistakes(&text);
        assert!(found.contains(message), "{card}: {found}");
    }
    let two = "T      TABLE   5\nA      ITEM\nB      ITEM    10,20\n       END\n";
    assert!(
        mistakes(two).contains("deck:3:16: bits 10 to 20"),
        "{}",
        mistakes(two)
    );
}

/// Every row, with fields a source can set, goes through text and comes back.
#[test]
fn what_is_disassembled_assembles_again() {
    for row in operations() {
        for fields in [
            0,
            0o052_0001u32,
            1 << 31 | 0o177777,
            0o041_0012 << 16 >> 3,
            0x5003_0041,
        ] {
            let word = row.bits() | fields;
            let Some(text) = operation_source(word) else {
                continue;
            };
            assert_eq!(
                words(&format!("       {text}")),
                [Twin(word).to_string()],
                "{text}"
            );
        }
    }
}

proptest! {
    #[test]
    fn any_word_that_has_a_text_has_it_back(
        word: u32,
        row in prop::sample::select(operations().iter().map(|row| row.code).collect::<Vec<_>>()),
        any: bool,
    ) {
        // Few words are instructions by chance.
        let word = if any { word } else { word & !(0o777 << 19) | u32::from(row) << 19 };
        let text = disassemble(word);
        prop_assert_eq!(words(&format!("       {text}")), [Twin(word).to_string()]);
    }

    #[test]
    fn any_text_is_assembled_or_refused(text in "[ -~\n]{0,200}") {
        let file = SourceFile { name: "deck", text: &text };
        let _ = assemble(&[file], &[]);
    }

    #[test]
    fn any_card_of_our_words_is_assembled_or_refused(
        label in "[A-Z.][A-Z0-9.]{0,6}",
        operation in prop::sample::select(vec!["CAD", "BPX", "SDR", "VFD", "HALF", "OCT", "BCI", "TABLE", "ITEM", "ADR", "XIN", "EQU", "ORG", "BSS", "DUP"]),
        field in "[A-Z0-9.,=/*+B-]{0,24}",
    ) {
        let text = format!("{label:<6} {operation:<7} {field}\n       END\n");
        let file = SourceFile { name: "deck", text: &text };
        let _ = assemble(&[file], &[]);
    }
}
