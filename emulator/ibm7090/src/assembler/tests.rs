//! What decks become, feature by feature, and what is said of mistaken ones.

use super::*;

fn files<'a>(texts: &[&'a str]) -> Vec<SourceFile<'a>> {
    let names = ["one", "two", "three"];
    let pairs = names.iter().zip(texts);
    pairs
        .map(|(name, text)| SourceFile { name, text })
        .collect()
}

fn deck(text: &str) -> Assembly {
    assemble(&files(&[text]), &[]).unwrap_or_else(|mistakes| {
        panic!("{text}{}", lines_of(&mistakes));
    })
}

/// The words of a deck without END, in octal.
fn words(text: &str) -> Vec<String> {
    let assembly = deck(&format!("{text}\n       END\n"));
    let words = assembly.words.iter();
    words.map(|(_, word)| format!("{word:012o}")).collect()
}

fn lines_of(mistakes: &[Mistake]) -> String {
    let lines: Vec<String> = mistakes.iter().map(Mistake::to_string).collect();
    lines.join("\n")
}

/// What is said of a deck without END.
fn said(text: &str) -> String {
    let text = format!("{text}\n       END\n");
    match assemble(&files(&[&text]), &[]) {
        Ok(_) => String::new(),
        Err(mistakes) => lines_of(&mistakes),
    }
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
    assert_eq!(assembly.routine_of(0o143), None);
    assert_eq!(assembly.symbol("OUT"), Some(0o154));
    assert_eq!(assembly.lines[3].line, 6);
}

#[test]
fn card_columns() {
    // The operand may begin after one blank, or by column 16; else it is a comment.
    assert_eq!(words("       TRA 5"), ["002000000005"]);
    assert_eq!(
        words("       TRA    5  A COMMENT, lower case"),
        ["002000000005"]
    );
    assert_eq!(words("       XCA             A COMMENT"), ["013100000000"]);
    assert_eq!(
        words("       HTR\n\n* COMMENT\n       HTR"),
        ["000000000000"; 2]
    );
    assert_eq!(words("       CLA*   5"), ["050060000005"]);
    assert_eq!(words("   A   TRA    A"), ["002000000000"]);
}

#[test]
fn every_kind_of_operation() {
    assert_eq!(words("       TXI    *+1,4,-1"), ["177777400001"]);
    assert_eq!(words("       TXL    5,2,3"), ["700003200005"]);
    assert_eq!(words("       BRA    5"), ["700000000005"]);
    assert_eq!(words("       STR"), ["500000000000"]);
    assert_eq!(words("       PXD    ,1"), ["475400100000"]);
    assert_eq!(words("       VLM    8,1,17"), ["020421100010"]);
    assert_eq!(words("       CVR    8,1,6"), ["011406100010"]);
    assert_eq!(words("       CVR    8,0,192"), ["011700000010"]);
    assert_eq!(words("       SIL    777"), ["405500000777"]);
    assert_eq!(words("       SWT    3"), ["076000000163"]);
    assert_eq!(words("       SLN    2"), ["076000000142"]);
    assert_eq!(words("       RTBA   3"), ["076200001223"]);
    assert_eq!(words("       COM"), ["076000000006"]);
    assert_eq!(words("       TCOB   *"), ["006100000000"]);
    assert_eq!(words("       RSCC   5"), ["054100000005"]);
    assert_eq!(words("       IOCD   3,,25"), ["000031000003"]);
    assert_eq!(words("       IOSTN* 3,,1"), ["700001600003"]);
    assert_eq!(words("       CTLW   7"), ["240000000007"]);
    assert_eq!(words("       CPYP*  7,,2"), ["400002400007"]);
    assert_eq!(words("       TCM    7,0,10"), ["500010200007"]);
    assert_eq!(words("       TCMB   7,3,77"), ["530177200007"]);
    assert_eq!(words("       ICC    6"), ["760000200000"]);
    assert_eq!(words("       LCC    63"), ["640000200077"]);
    assert_eq!(words("       SMS    17"), ["700000000017"]);
    assert_eq!(words("       LIP"), ["600000200000"]);
    assert_eq!(
        words("       MZE    1,2,3\n       SVN    ,,1"),
        ["400003200001", "700001000000"]
    );
    assert_eq!(
        words("       ONE\n       FIVE   1"),
        ["100000000000", "500000000001"]
    );
}

#[test]
fn expressions() {
    assert_eq!(words("       PZE    2+3*4-6/4"), ["000000000015"]);
    assert_eq!(words("       PZE    7/0"), ["000000000007"]);
    assert_eq!(words("       PZE    -1"), ["000000077777"]);
    assert_eq!(
        words("       ORG    3\n       PZE    ***\n       PZE    *,,**"),
        ["000000000011", "000000000004"]
    );
    assert_eq!(
        words("       PZE    **+1\n       PZE    **5"),
        ["000000000001", "000000000005"]
    );
    assert_eq!(
        words("M      BOOL   17\n       SIL    M*6+100"),
        ["405500000106"]
    );
    assert_eq!(
        words("M      BOOL   17\n       RIR    /M"),
        ["005700777760"]
    );
    assert_eq!(words("       IIL    7-5"), ["405100000002"]);
}

#[test]
fn literals_are_pooled_without_repetition() {
    let text = "       CLA    =5
       CLA    =5,1
       CLA    =O5
       CLA    =HAB
       CLA    =-3
       CLA    =1.5
       CLA    =25B17";
    let words = words(text);
    assert_eq!(words[0], "050000000007");
    assert_eq!(words[1], "050000100007");
    assert_eq!(words[2], "050000000007");
    let pool = &words[7..];
    assert_eq!(
        pool,
        [
            "000000000005",
            "212260606060",
            "400000000003",
            "201600000000",
            "000031000000"
        ]
    );
}

#[test]
fn a_literal_pool_stands_where_lorg_says() {
    let words = words("       CLA    =5\n       LORG\n       CLA    =5");
    assert_eq!(
        words,
        [
            "050000000001",
            "000000000005",
            "050000000003",
            "000000000005"
        ]
    );
}

#[test]
fn constants() {
    let octal = "       OCT    777777777777,-1,5";
    assert_eq!(
        words(octal),
        ["777777777777", "400000000001", "000000000005"]
    );
    assert_eq!(
        words("       BCI    2,AB1 =("),
        ["212201601374", "606060606060"]
    );
    assert_eq!(words("       BCD    1A     COMMENT"), ["216060606060"]);
    assert_eq!(words("       BCI    ,X").len(), 10);
    assert_eq!(words("       VFD    6/1,O12/7777,18/-1"), ["017777777777"]);
    assert_eq!(
        words("       VFD    36/-1,H12/AB,3/5"),
        ["400000000001", "212250000000"]
    );
    assert_eq!(
        words("       VFD    H36/ABCDEF,H18/XYZ"),
        ["212223242526", "677071000000"]
    );
}

#[test]
fn locations() {
    let assembly = deck(
        "A      BSS    2
B      BES    3
C      HTR
       LOC    100
D      TRA    *
       ORG    20
       EVEN
E      HTR
       EVEN
F      HTR
G      SYN    F+1
H      NULL
       TCD    E
       END
",
    );
    let value = |name| assembly.symbol(name).unwrap();
    assert_eq!(["A", "B", "C", "D"].map(value), [0, 5, 5, 100]);
    assert_eq!(["E", "F", "G", "H"].map(value), [20, 22, 23, 23]);
    assert_eq!(assembly.words[1], (6, 0o002000000144));
    assert_eq!(assembly.words[3], (21, 0o077400000000));
    assert_eq!(assembly.start, Some(20));
}

#[test]
fn set_and_dup() {
    let text = "N      SET    1
       DUP    2,3
L      PZE    N
N      SET    N*2
       PZE    N,,L";
    let expected = [
        "000000000001",
        "000000000002",
        "000000000004",
        "000000000010",
    ];
    assert_eq!(words(text), expected);
    assert_eq!(
        words("       DUP    1,0\n       HTR\n       HTR    5"),
        ["000000000005"]
    );
    let nested = "       DUP    2,2\n       DUP    1,2\n       HTR    1";
    assert_eq!(words(nested), ["000000000001"; 4]);
}

#[test]
fn macros() {
    let text = "MOVE   MACRO  A,B,T
       CLA    A,T
       STO    B       A COMMENT ABOUT A
       END
X      MOVE   X,Y,1
Y      MOVE   (X),Y,";
    let expected = [
        "050000100000",
        "060100000002",
        "050000000000",
        "060100000002",
    ];
    assert_eq!(words(text), expected);
    // Operation and location as arguments, joining, ENDM, indirection.
    let text = "JUMP   MACRO  C,N,OP
L'N    T'C    L'N
       OP     L'N
       ENDM   JUMP
       JUMP   ZE,3,STO*";
    assert_eq!(words(text), ["010000000000", "060160000000"]);
    // The name in the variable field.
    assert_eq!(
        words("       MACRO  M,A\n       PZE    A\n       ENDM\n       M      3"),
        ["000000000003"]
    );
    // Text with blanks and commas.
    let text = "SAY    MACRO  N,TEXT\n       BCI    N,TEXT\n       END\n       SAY    1,(A, B)";
    assert_eq!(words(text), ["217360226060"]);
}

#[test]
fn macros_in_macros() {
    // A call within, with created symbols for the label of each.
    let text = "ZERO1  MACRO  X,L
L      STZ    X
       TRA    L
       END
TWICE  MACRO  A,B
       ZERO1  A
       ZERO1  B
       END
       TWICE  5,6";
    let expected = [
        "060000000005",
        "002000000000",
        "060000000006",
        "002000000002",
    ];
    assert_eq!(words(text), expected);
    // A definition within.
    let text = "MAKE   MACRO  NAME,V
NAME   MACRO  T
       PZE    V,T
       END
       END
       MAKE   FIRST,3
       FIRST  2";
    assert_eq!(words(text), ["000000200003"]);
    let text = "LIST   MACRO  X,T
       IRP    X
       PZE    X,T
       IRP
       PZE    X
       END
       LIST   (1,2,3),4\n       LIST   9,1";
    let each = ["000000400001", "000000400002", "000000400003"];
    let rest = ["000003200001", "000000100011", "000000000011"];
    assert_eq!(words(text), [each, rest].concat());
}

#[test]
fn conditions() {
    let text = "N      SET    2
       IFT    N=2
       HTR    1
       IFF    N=2
       HTR    2
       IFT    N=3
       HTR    3
       IFT    /AB/=/AB/
       HTR    4
       IFT    N=3,OR
       IFT    N=2
       HTR    5
       IFT    N=3,AND
       IFT    N=2
       HTR    6
       IFF    N=3
       GOTO   OUT
       HTR    7
OUT    HTR    8";
    let expected = [
        "000000000001",
        "000000000004",
        "000000000005",
        "000000000010",
    ];
    assert_eq!(words(text), expected);
    // A recursive macro that ends by a condition.
    let text = "COUNT  MACRO  N,DONE
K      SET    N
       IFT    K=0
       GOTO   DONE
       PZE    K
       COUNT  K-1
DONE   NULL
       END
       COUNT  3";
    let expected = ["000000000003", "000000000002", "000000000001"];
    assert_eq!(words(text), expected);
}

#[test]
fn remote_and_continued_cards() {
    let text = "       HTR    1
       RMT
A      HTR    2
       RMT
       HTR    3";
    assert_eq!(
        words(text),
        ["000000000001", "000000000003", "000000000002"]
    );
    let text = "       RMT\nA      HTR    2\n       RMT\n       RMT    *\n       HTR    3";
    assert_eq!(words(text), ["000000000002", "000000000003"]);
    let text = "       OCT    1,\n       ETC    2,3\n       ETC    4,5";
    assert_eq!(words(text).len(), 4);
    assert_eq!(words(text)[2], "000000000034");
}

#[test]
fn operations_of_ones_own() {
    let text = "GET    OPSYN  CLA\nMAC    MACRO\n       HTR    7\n       END\nM2     OPSYN  MAC\n       GET*   5\n       M2";
    assert_eq!(words(text), ["050060000005", "000000000007"]);
    let text = "OWN    OPD    076000000000\nTWO2   OPVFD  O12/0500,24/0\n       OWN    5,1,2\n       TWO2   5";
    assert_eq!(words(text), ["076002100005", "050000000005"]);
    assert_eq!(
        words("       CALL   5,6,7"),
        ["007400400005", "007400000006", "007400000007"]
    );
}

#[test]
fn several_files_are_one_deck() {
    let texts = [
        "       TRA    B\n       END    0\n",
        "B      PZE    N\n       END\n",
    ];
    let parameters = [("N".to_string(), 12)];
    let assembly = assemble(&files(&texts), &parameters).unwrap();
    assert_eq!(assembly.words, [(0, 0o002000000001), (1, 12)]);
    assert_eq!(assembly.start, Some(0));
    assert_eq!(assembly.lines[1].file, 1);
    assert_eq!(assembly.files, ["one", "two"]);
}

#[test]
fn mistakes_stand_in_their_place() {
    for (text, expected) in [
        (
            "       CLA    LOPO\nLOOP   HTR",
            "one:1:15: undefined symbol LOPO; did you mean LOOP?",
        ),
        (
            "       CLA    X\n       CLA    X\n       STO    X",
            "one:1:15: undefined symbol X (and at 2 more places)",
        ),
        (
            "       M\nM      MACRO\n       HTR\n       END",
            "one:1:8: M is defined only later, at line 2; move the definition up",
        ),
        (
            "       CLB    0",
            "one:1:8: unknown operation CLB; did you mean CLA?",
        ),
        (
            "A      HTR\nB      HTR\nA      HTR",
            "one:3:1: A is defined before, at line 1",
        ),
        (
            "       CLA    1,2,3",
            "one:1:18: CLA is written CLA address,tag",
        ),
        (
            "       CLA    1,8",
            "one:1:17: the tag is 8; 0 to 7 is expected",
        ),
        (
            "       CLA    32768",
            "one:1:15: the address is 32768; 0 to 32767 is expected",
        ),
        (
            "       VLM    1,,64",
            "one:1:18: the count is 64; 0 to 63 is expected",
        ),
        (
            "       CLA            5",
            "one:1:8: CLA needs an address; the variable field begins in column 16 at the latest",
        ),
        (
            "       CLA",
            "one:1:8: CLA needs an address; the variable field begins in column 16 at the latest",
        ),
        (
            "       AXT    5",
            "one:1:8: AXT needs an index register as second subfield, or 0",
        ),
        (
            "       TIX    5,1",
            "one:1:8: TIX needs a decrement as third subfield",
        ),
        ("       AXT*   5,1", "one:1:8: AXT cannot be indirect"),
        ("       XCA    LOOP", "one:1:15: XCA has no address"),
        (
            "       SWT    7",
            "one:1:15: the number is 7; 1 to 6 is expected",
        ),
        ("       LIP    0", "one:1:15: LIP has no variable field"),
        (
            "       SIL    8",
            "one:1:15: 8 is not an octal number of at most 12 digits",
        ),
        (
            "       SIL    1000000",
            "one:1:15: 1000000 (octal) does not fit in 18 bits",
        ),
        (
            "\tCLA 5",
            "one:1:1: a tab is not a column of a card; use blanks",
        ),
        (
            "LONGNAME HTR",
            "one:1:1: a symbol has at most 6 characters, and column 7 is blank",
        ),
        (
            "    CLA  5",
            "one:1:5: columns 1-6 hold the location symbol, column 7 is blank, the operation begins in column 8",
        ),
        ("A", "one:1:8: an operation is expected in columns 8-15"),
        (
            "A B    HTR",
            "one:1:2: columns 1-6 hold one symbol; the operation begins in column 8",
        ),
        (
            "A      EQU    B\nB      EQU    1",
            "one:1:15: EQU needs the value of B at once, but B is defined later, at line 2",
        ),
        ("       BSS    NO", "one:1:15: undefined symbol NO"),
        ("       BSS    -1", "one:1:15: -1 words cannot be reserved"),
        (
            "       ORG    32768",
            "one:1:15: 32768 is no location of core, 0 to 32767",
        ),
        (
            "       ORG    32767\n       OCT    1,2",
            "one:2:8: this goes beyond the last location of core, 77777 (octal)",
        ),
        (
            "       HTR\n       ORG    0\n       HTR",
            "one:3:8: location 00000 (octal) is filled before, by line 1",
        ),
        (
            "       CLA    (5)",
            "one:1:15: expressions have no parentheses",
        ),
        (
            "       CLA    5+",
            "one:1:17: a symbol or a number is expected",
        ),
        (
            "       CLA    5&6",
            "one:1:16: + - * / or the end is expected, not &",
        ),
        (
            "       cla    5",
            "one:1:8: operation cla: operations are written in capitals",
        ),
        (
            "       CLA    loop",
            "one:1:15: loop: symbols are written in capitals",
        ),
        (
            "       OCT    9",
            "one:1:15: an octal number of at most 12 digits is expected",
        ),
        (
            "       DEC    1,2X",
            "one:1:18: X does not belong to a decimal number",
        ),
        (
            "       BCI    1,abc",
            "one:1:17: a has no punch and no code on this machine",
        ),
        ("       VFD    6/64", "one:1:17: 64 does not fit in 6 bits"),
        (
            "       VFD    37/1",
            "one:1:15: 37 bits: a field has 1 to 36 bits",
        ),
        ("       IRP    X", "one:1:8: IRP belongs inside a macro"),
        (
            "       GOTO   X",
            "one:1:15: no later card here has X in its location field",
        ),
        (
            "       DUP    2,2",
            "one:1:15: DUP wants 2 cards, but only 1 follow",
        ),
        (
            "       QUAL   X",
            "one:1:8: QUAL is not done here: the deck is assembled as one, absolute",
        ),
        (
            "M      MACRO  A\n       PZE    A\n       END\n       M      1,2",
            "one:4:8: M has 1 arguments, not 2",
        ),
        (
            "M      MACRO  A\n       CLA    A\n       END\n       M      ZZZZ",
            "one:4:8: undefined symbol ZZZZ (in the expansion of M: CLA ZZZZ)",
        ),
        (
            "       OCT    1,\n       ETC    9",
            "one:2:15: an octal number of at most 12 digits is expected",
        ),
        (
            "       CLA    =HABCDEFG",
            "one:1:15: a text literal has at most six characters, without blank or comma",
        ),
        (
            "       CLA    5,=3",
            "one:1:17: a literal can only be the whole address subfield",
        ),
        (
            "       IFT    5",
            "one:1:15: IFT compares two values: e1=e2 or /text/=/text/",
        ),
        (
            "       EQU    5",
            "one:1:8: EQU needs a symbol in columns 1-6",
        ),
    ] {
        let said = said(text);
        let first = said.lines().next().unwrap_or("no mistake");
        assert_eq!(first, expected, "{text}");
    }
}

#[test]
fn many_mistakes_are_reported_at_once() {
    let text = "       CLB    0\n".repeat(60) + "       END\n";
    let mistakes = assemble(&files(&[&text]), &[]).unwrap_err();
    assert_eq!(mistakes.len(), MISTAKES_MAX);
    assert_eq!(mistakes[49].line, 50);
}

#[test]
fn a_deck_needs_its_end() {
    let mistakes = assemble(&files(&["       HTR\n"]), &[]).unwrap_err();
    assert_eq!(lines_of(&mistakes), "one:1:1: the END card is missing");
    let text = "M      MACRO\n       HTR\n       END    5\n";
    let mistakes = assemble(&files(&[text]), &[]).unwrap_err();
    assert!(lines_of(&mistakes).starts_with("one:1:8: macro M has no END or ENDM"));
    let text = "       END\n       HTR\n";
    let mistakes = assemble(&files(&[text]), &[]).unwrap_err();
    assert_eq!(
        lines_of(&mistakes),
        "one:2:8: this card stands after the END of its file"
    );
    assert!(assemble(&[], &[]).is_err());
}

#[test]
fn parameters_are_checked() {
    let parameters = [("A", 1), ("A", 2), ("TOOLONGNAME", 3), ("B", i64::MIN)];
    let parameters = parameters.map(|(name, value)| (name.to_string(), value));
    let mistakes = assemble(&files(&["A      EQU    1\n       END\n"]), &parameters).unwrap_err();
    assert_eq!(
        lines_of(&mistakes),
        "one:1:1: A is given from outside, as a parameter
parameters:2:1: parameter A is given twice
parameters:3:1: parameter \"TOOLONGNAME\": a symbol has at most 6 characters
parameters:4:1: parameter B is -9223372036854775808: that is no word of 36 bits"
    );
}

#[test]
fn decks_without_end_are_stopped() {
    let endless = "M      MACRO  A\n       M      A'A\n       END\n       M      XXXXXXXX";
    assert!(said(endless).contains("grows beyond") || said(endless).contains("nested too deep"));
    let twice = "M      MACRO\n       M\n       M\n       END\n       M";
    assert!(said(twice).contains("nested too deep"));
    let wide = "       DUP    3,32000\n       DUP    2,32000\n       DUP    1,32000\n       REM";
    assert!(said(wide).contains("too many cards"));
}
