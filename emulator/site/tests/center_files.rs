//! What people write of a direction center: the center of this repository, and mistakes told with
//! their place.

use fsq7::assembler::{SourceFile, assemble};
use site::center::CenterDescription;
use site::fault::{Fault, Target, Unit};
use site::source::{Mistake, Mistakes, SourceMap, read, render};

const BOSTON: &str = include_str!("../../../sites/sage-boston/site.ron");

/// What is wrong with a site file, as a person reads it.
fn told(text: &str) -> String {
    let mut map = SourceMap::new();
    map.insert("site.ron", text);
    let mistakes = match read::<CenterDescription>(&map, "site.ron") {
        Err(mistakes) => mistakes,
        Ok(description) => {
            let found = description.validate().into_iter();
            let at = |(place, message): (Vec<String>, String)| {
                Mistake::at("site.ron", place.as_slice(), message)
            };
            Mistakes(found.map(at).collect())
        }
    };
    render(&mistakes, &map)
}

fn boston() -> CenterDescription {
    let mut map = SourceMap::new();
    map.insert("site.ron", BOSTON);
    read(&map, "site.ron").unwrap_or_else(|m| panic!("{}", render(&m, &map)))
}

#[test]
fn the_boston_center_is_right() {
    assert_eq!(told(BOSTON), "");
    let site = boston();
    assert_eq!(site.radars.len(), 5);
    // Every radar is within 200 n.mi of the plane's centre, the tower the farthest.
    let plane = site.plane();
    for radar in &site.radars {
        let (x, y) = plane.project(radar.place);
        assert!((x * x + y * y).sqrt() < 200.0, "{}", radar.site);
    }
    let lines = site.lines();
    assert_eq!(lines.len(), 9 + 3 + 3 + 3 + 1);
    assert_eq!(lines[0], "Z-10 main");
    assert_eq!(lines[8], "TT-2 main");
    assert_eq!(lines[18], "data link");
}

#[test]
fn mistakes_are_told_with_their_place() {
    let changed = |from: &str, to: &str| {
        assert_eq!(BOSTON.matches(from).count(), 1, "{from}");
        told(&BOSTON.replace(from, to))
    };
    let line_of = |text: &str| 1 + BOSTON[..BOSTON.find(text).unwrap()].matches('\n').count();
    let cases = [
        (
            "channel: 2, field: 1",
            "channel: 1, field: 1",
            "channel 1 is another's already",
        ),
        (
            "channel: 4, field: 2",
            "channel: 64, field: 2",
            "expected 1 to 63",
        ),
        (
            "channel: 5, field: 2",
            "channel: 5, field: 3",
            "expected 1 or 2",
        ),
        (
            "site: \"Z-50\"",
            "site: \"Z-10\"",
            "site Z-10 is another's already",
        ),
        (
            "(north: 41.75, west: 67.67)",
            "(north: 1.75, west: 67.67)",
            "within 511 n.mi",
        ),
        (
            "model: \"AN/FSQ-7\"",
            "model: \"AN/FSQ-8\"",
            "expected \"AN/FSQ-7\"",
        ),
        (
            "letter: \"E\"",
            "letter: \"EE\"",
            "expected one letter A to Z",
        ),
        (
            "letter: \"E\", sector: 5",
            "letter: \"E\", sector: 2",
            "sector 2 is another's already",
        ),
        (
            "letter: \"E\", sector: 5",
            "letter: \"C\", sector: 5",
            "letter C is another's already",
        ),
        (
            "channel: 1,",
            "channel: 1, height_ft: 150000,",
            "expected 0 to 15000 feet",
        ),
        (
            "name: \"Rockport, Massachusetts\"",
            "name: \"Rockport, Massachusetts\", height_ft: -150",
            "expected 0 to 15000 feet",
        ),
        ("count: 10)", "count: 0)", "expected at least 1"),
        (
            "weapons: \"F-106\"",
            "weapons: \"F-105\"",
            "no type of weapon has this name",
        ),
        ("relays_ms: 150", "relays_ms: 0", "expected 1 to 10000"),
        (
            "off_center: (0, -1)",
            "off_center: (0, -4)",
            "expected -3 to 3",
        ),
        (
            "number: 15, name",
            "number: 14, name",
            "number 14 is another's already",
        ),
        (
            "[\"Z-10 main\", \"FH main\"]",
            "[\"Z-10 mian\", \"FH main\"]",
            "did you mean \"Z-10 main\"?",
        ),
        ("turn_deg_s: 4", "turn_deg_s: 0", "expected 0.1 to 45"),
        (
            "automatic: true",
            "automatisch: true",
            "unknown field `automatisch`",
        ),
        (
            "count: 10)",
            "count: 60)",
            "expected at most 63, their channels",
        ),
    ];
    for (from, to, expected) in cases {
        let text = changed(from, to);
        assert!(text.contains(expected), "{to}: {text}");
        assert!(text.contains('^'), "{to}: {text}");
        if !to.contains("60") {
            let place = format!("site.ron:{}:", line_of(from));
            assert!(text.contains(&place), "{to}: {text}");
        }
    }
    let text = told(&BOSTON.replace("format: 1", "format: 7"));
    assert!(text.contains("format 7 is not known"), "{text}");
}

#[test]
fn faults_that_hit_nothing_here_are_refused() {
    let site = boston();
    let loss = Fault::UnitLoss {
        unit: Unit::Drum(0),
    };
    let text = site.refuses(&loss).unwrap();
    assert_eq!(
        text,
        "UnitLoss can hit only a reservation centre, and this is none"
    );
    let text = site.refuses(&Fault::RadarOut { radar: 5 }).unwrap();
    assert_eq!(text, "there is no radar 5; expected 0 to 4");
    assert!(
        site.refuses(&Fault::LyingLightGun { console: 99 })
            .is_some()
    );
    assert_eq!(site.refuses(&Fault::RadarOut { radar: 4 }), None);
    assert_eq!(
        site.refuses(&Fault::Hang {
            machine: Target::Active
        }),
        None
    );
}

#[test]
fn the_data_deck_fills_the_tables_of_a_compool() {
    let compool = "
       ORG     0.40000
RADAR  TABLE   32
RADCH  ITEM
RADPOS ITEM
RADNOR ITEM
RADHT2 ITEM
SITE   TABLE   1
SECLET ITEM
SECNUM ITEM
BASES  TABLE   24
BAPOS  ITEM
BASPD  ITEM
BARNG  ITEM
BAFST  ITEM
BATYP  ITEM
NEIGHB TABLE   8
NBLET  ITEM
NBOFF  ITEM
NBCOS  ITEM
NBSIN  ITEM
EDGES  TABLE   16
EDNRM  ITEM
EDDIS  ITEM
EDMID  ITEM
EDLIN  ITEM
GAPS   TABLE   16
GFNO   ITEM
GFPOS  ITEM
GFNOR  ITEM
";
    let site = boston();
    let deck = site.data_deck();
    let file = |name, text| SourceFile { name, text };
    let end = file("end", "       END     0.00100\n");
    let files = [file("compool", compool), file("site", deck.as_str()), end];
    let assembly = assemble(&files, &[]).unwrap_or_else(|m| panic!("{m:?}\n{deck}"));
    let word = |symbol: &str, entry: u32| {
        let at = assembly.symbol(symbol).unwrap() as u32 + entry;
        let found = assembly.words.iter().find(|(location, _)| *location == at);
        let word = found.unwrap_or_else(|| panic!("{symbol} {entry}")).1;
        (word.left().value(), word.right().value())
    };
    assert_eq!(word("SECLET", 0), (0, 0o22));
    assert_eq!(word("RADCH", 4), (0, 5));
    // North Truro: 1.35 degrees east of the centre are 60 n.mi, 0.57 south 34.
    let (x, y) = word("RADPOS", 0);
    assert!(
        (x - 60 * 64).abs() < 40 && (y + 34 * 64).abs() < 40,
        "{x} {y}"
    );
    // Its north is turned by -1.35 sin 42.3, of half a circle.
    let (left, right) = word("RADNOR", 0);
    assert_eq!(left, right);
    assert!(
        (f64::from(left) + 1.35 * 0.673 / 180.0 * 32_768.0).abs() < 4.0,
        "{left}"
    );
    // 19,800 ft are 3.26 n.mi: 256 x 10.62.
    assert_eq!(word("RADHT2", 0), (2_718, 0));
    // Otis: 950 knots are 10.56 n.mi in 40 s; there and back in an hour and a half; five minutes.
    assert_eq!(word("BASPD", 0), (676, 676));
    assert_eq!(word("BARNG", 0), (550 * 64 * 3 / 4, 300 * 32));
    assert_eq!((word("BAFST", 0), word("BATYP", 0)), ((12, 1), (0, 0)));
    // The missiles' channels follow all interceptors'.
    assert_eq!((word("BAFST", 2), word("BATYP", 2)), ((14, 23), (0, 1)));
    assert_eq!(word("NBLET", 2), (5, 0o25));
    // Bangor's north: 3.4 degrees east of the centre, turned by -3.4 sin 44.
    let (cosine, _) = word("NBCOS", 2);
    let (sine, minus) = word("NBSIN", 2);
    assert!((32_730..32_767).contains(&cosine) && sine == -minus);
    assert!((sine + 1_350).abs() < 40, "{sine}");
    // The first edge looks north, to Syracuse; its normal has length 1.
    let (nx, ny) = word("EDNRM", 0);
    let length = f64::from(nx * nx + ny * ny).sqrt();
    assert!((length - 32_768.0).abs() < 2.0 && ny > 32_000, "{nx} {ny}");
    let (distance, half) = word("EDDIS", 0);
    assert!((140..156).contains(&(distance / 64)), "{distance}");
    assert!((104..112).contains(&(half / 64)), "{half}");
    // The middle lies west of the centre; t is the normal turned left, and so looks west.
    assert!(
        (48..53).contains(&(word("EDMID", 0).0 / 64)),
        "{:?}",
        word("EDMID", 0)
    );
    let lines: Vec<i32> = (0..9).map(|n| word("EDLIN", n).1).collect();
    assert_eq!(lines, [2, 3, 3, 3, 1, 1, 1, 2, 2]);
    assert_eq!(word("GFNO", 2), (0, 3));
}
