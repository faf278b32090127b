//! Midnight: the date moves, a day is opened, and nothing that was promised is lost by it.

use tests::transcript::transcript;
use tests::{Evening, golden, site};

#[test]
fn the_date_moves_and_a_day_is_opened() {
    let evening = Evening::new(180.0)
        .at("23:59")
        .enter_all(
            1.0,
            0,
            &["11JULLGALAX", "131AUGLGALAX", "11SEPLGALAX", "11JULLGALAX"],
        )
        .enter_all(
            90.0,
            0,
            &[
                "01Y2",
                "11JULLGALAX",
                "12JULLGALAX",
                "11SEPLGALAX",
                "01Y2",
                "*I",
                "I",
            ],
        );
    let morning = evening.twice(&site("tiny"));
    golden(
        "midnight.txt",
        &transcript(
            "Midnight, a minute after the beginning. Before it 1 July to 31 August are for sale, after it\n\
             2 July to 1 September; lines of a display of 1 July cannot be sold from any more.",
            &morning,
        ),
    );
    morning.all_held();
}
