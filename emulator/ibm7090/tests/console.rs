//! The 7090 alone at its console: the session of the repository.

use console::{Files, Session};

/// Files of the repository; what is written stays here.
#[derive(Default)]
struct Repository(std::collections::BTreeMap<String, Vec<u8>>);

impl Files for Repository {
    fn read(&mut self, name: &str) -> Result<String, String> {
        String::from_utf8(self.read_bytes(name)?).map_err(|error| error.to_string())
    }

    fn read_bytes(&mut self, name: &str) -> Result<Vec<u8>, String> {
        if let Some(bytes) = self.0.get(name) {
            return Ok(bytes.clone());
        }
        let path = format!("{}/../../{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(path).map_err(|error| error.to_string())
    }

    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        self.0.insert(name.to_owned(), bytes.to_vec());
        Ok(())
    }
}

#[test]
fn the_session_of_the_repository_is_done() {
    let mut session = Session::new(ibm7090::console::Console::new());
    let mut files = Repository::default();
    let text = files.read("tests/console/7090.do").unwrap();
    for (number, line) in text.lines().enumerate() {
        match session.execute(line, &mut files) {
            Ok(console::Reply::Text(_)) => {}
            other => panic!("line {}: {line}: {other:?}", number + 1),
        }
    }
}
