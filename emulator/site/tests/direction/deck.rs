//! The deck: the program's sources, and the data of a small site.

use fsq7::assembler::{Assembly, SourceFile, assemble};

use super::air::Radar;

/// The sources in order; the deck of the site stands second.
const PROGRAMS: &[&str] = &[
    "compool", "boot", "control", "math", "input", "correl", "gapfill", "smooth", "initiat",
    "manual", "height", "identif", "xtell", "weapons", "display", "summary", "tape", "output",
    "duplex", "end",
];

/// A source file.
fn source(name: &str) -> String {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../sites/sage-boston/programs"
    );
    std::fs::read_to_string(format!("{folder}/{name}.fsq")).unwrap()
}

/// Sector B, number 2. Base 1 has three interceptors of 950 knots at (20, -30), base 2 two missiles
/// at (0, 0). Beyond x = 80 n.mi lies sector A, number 1, whose centre is at (150, 0) and whose
/// north is turned by two degrees. A gap filler at (10, 10).
const SITE: &str = "       ORG     SECLET
       OCT     0,22
       ORG     SECNUM
       HALF    0,2
       ORG     BAPOS
       HALF    1280,-1920,0,0
       ORG     BASPD
       HALF    675,675,1223,1223
       ORG     BARNG
       HALF    16000,1920,25600,960
       ORG     BAFST
       HALF    3,1,2,4
       ORG     BATYP
       HALF    0,0,0,1
       ORG     NBLET
       OCT     1,21
       ORG     NBOFF
       HALF    9600,0
       ORG     NBCOS
       HALF    .99939,.99939
       ORG     NBSIN
       HALF    .0349,-.0349
       ORG     EDNRM
       HALF    32767,0
       ORG     EDDIS
       HALF    5120,15360
       ORG     EDMID
       HALF    0,0
       ORG     EDLIN
       HALF    0,1
       ORG     GFNO
       HALF    0,7
       ORG     GFPOS
       HALF    640,640
";

/// The deck: programs, and the data of the site as cards.
pub fn deck(radars: &[Radar]) -> Assembly {
    let mut site = SITE.to_owned();
    for (index, radar) in radars.iter().enumerate() {
        let (x, y) = ((radar.x * 64.0).round(), (radar.y * 64.0).round());
        let height: f64 = 25_000.0 / 6_076.0;
        let correction = (256.0 * height * height).round();
        for (item, left, right) in [
            ("RADCH", 0.0, f64::from(radar.channel)),
            ("RADPOS", x, y),
            ("RADNOR", 0.0, 0.0),
            ("RADHT2", correction, 0.0),
        ] {
            site += &format!("       ORG     {item}+{index}\n       HALF    {left},{right}\n");
        }
    }
    let sources: Vec<String> = PROGRAMS.iter().map(|name| source(name)).collect();
    let mut files: Vec<SourceFile> = PROGRAMS
        .iter()
        .zip(&sources)
        .map(|(name, text)| SourceFile { name, text })
        .collect();
    files.insert(
        1,
        SourceFile {
            name: "site",
            text: &site,
        },
    );
    assemble(&files, &[]).unwrap_or_else(|mistakes| {
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"))
    })
}
