//! What a deck becomes.

use super::*;

fn deck(text: &str) -> Assembly {
    let files = [SourceFile { name: "t", text }];
    assemble(&files, &[]).unwrap_or_else(|mistakes| panic!("{mistakes:#?}\n{text}"))
}

#[test]
fn a_small_program() {
    let assembly = deck(
        "* A COMMENT
       ORG    100
START  AXT    3,1
       CLA    =5
LOOP   ADD    ONE
       TIX    LOOP,1,1
       STO*   PTR
       HTR    START
ONE    DEC    1
PTR    PZE    OUT
OUT    BSS    1
       END    START
",
    );
    print!("{}", assembly.listing);
    let words: Vec<String> = assembly
        .words
        .iter()
        .map(|(location, word)| format!("{location:05o} {word:012o}"))
        .collect();
    assert_eq!(
        words,
        [
            "00144 077400100003",
            "00145 050000000155",
            "00146 040000000152",
            "00147 200001100146",
            "00150 060160000153",
            "00151 000000000144",
            "00152 000000000001",
            "00153 000000000154",
            "00155 000000000005",
        ]
    );
    assert_eq!(assembly.start, Some(0o144));
    assert_eq!(assembly.routine_of(0o147), Some("LOOP"));
    assert_eq!(assembly.symbol("OUT"), Some(0o154));
}
