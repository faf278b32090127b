//! The single-instruction vectors that lie beside the repository: all must agree.

use std::io::Write;

#[test]
fn every_vector_agrees() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/vectors/an-fsq-7/vectors.txt"
    );
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            assert!(
                std::env::var_os("DUPLEX_REQUIRE_SHARED").is_none_or(|value| value != "1"),
                "{path}: {error}"
            );
            // Not eprintln: the test harness would swallow it.
            let _ = writeln!(
                std::io::stderr(),
                "skipped: AN/FSQ-7 vectors, {path}: {error}"
            );
            return;
        }
    };
    let report = fsq7::vectors::run(&text).unwrap();
    assert!(report.disagreements.is_empty(), "{report}");
    assert_eq!(report.total, 2360);
}
