//! The single-instruction vectors of both machines that lie beside the repository: all must agree.

use std::io::Write;

use console::vectors::{Report, VectorError};

type Run = fn(&str) -> Result<Report, VectorError>;

#[test]
fn every_vector_agrees() {
    let machines: [(&str, Run, usize); 2] = [
        ("diagnostics/ibm-7090", ibm7090::vectors::run, 2873),
        ("vectors/an-fsq-7", fsq7::vectors::run, 2360),
    ];
    for (folder, run, total) in machines {
        let path = tests::repository().join(format!("../shared/{folder}/vectors.txt"));
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                let skipped = format!("{}: {error}", path.display());
                let required = std::env::var_os("DUPLEX_REQUIRE_SHARED");
                assert!(required.is_none_or(|value| value != "1"), "{skipped}");
                // Not eprintln: the test harness would swallow it.
                let _ = writeln!(std::io::stderr(), "skipped: {skipped}");
                continue;
            }
        };
        let report = run(&text).unwrap();
        assert!(report.disagreements.is_empty(), "{folder}: {report}");
        assert_eq!(report.total, total, "{folder}");
    }
}
