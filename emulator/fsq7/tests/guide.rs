//! The programs of the guide are programs.

use fsq7::assembler::{SourceFile, assemble};

#[test]
fn every_program_of_the_guide_assembles() {
    let guide = include_str!("../PROGRAMMING.md");
    let programs: Vec<&str> = guide
        .split("```fsq7\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert_eq!(programs.len(), 3);
    for text in programs {
        let file = SourceFile {
            name: "PROGRAMMING.md",
            text,
        };
        if let Err(mistakes) = assemble(&[file], &[]) {
            panic!("{text}\n{mistakes:#?}");
        }
    }
}
