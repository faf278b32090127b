//! Visitors at telnet terminals, over real sockets: what they see, what they cannot break, and that
//! all they did stands in the journal.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// So long anything may take on the slowest host before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The command, serving.
struct Server {
    child: Child,
    address: SocketAddr,
    folder: tempfile::TempDir,
}

impl Server {
    /// Serves `site` with `script` (text), a journal and a report in a folder of its own.
    fn start(site: &str, script: Option<&str>, more: &[&str]) -> Server {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_duplex"));
        command.args(["serve", site, "--telnet", "127.0.0.1:0", "--journal"]);
        command.arg(folder.path().join("journal"));
        command
            .arg("--report")
            .arg(folder.path().join("report.json"));
        if let Some(script) = script {
            let path = folder.path().join("script.ron");
            std::fs::write(&path, script).expect("a file");
            command.arg("--script").arg(path);
        }
        let log = std::fs::File::create(folder.path().join("log")).expect("a file");
        let mut child = command
            .args(more)
            .current_dir(repository())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the command starts");
        let mut lines = BufReader::new(child.stdout.as_mut().expect("piped"));
        let mut line = String::new();
        let address = loop {
            line.clear();
            let read = lines.read_line(&mut line).expect("text");
            let log = || std::fs::read_to_string(folder.path().join("log"));
            assert!(read > 0, "it ended at once: {:?}", log());
            if let Some(address) = line.strip_prefix("telnet at ") {
                break address.trim().parse().expect("an address");
            }
        };
        Server {
            child,
            address,
            folder,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).expect("a log")
    }

    /// Ends it as a service manager does. Gives exit status and report.
    fn stop(&mut self) -> (i32, serde_json::Value) {
        let pid = self.child.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(killed.expect("kill starts").success());
        self.ended()
    }

    fn ended(&mut self) -> (i32, serde_json::Value) {
        let mut said = String::new();
        let out = self.child.stdout.as_mut().expect("piped");
        out.read_to_string(&mut said).expect("text");
        let status = self.child.wait().expect("it ends").code();
        let report = std::fs::read_to_string(self.path("report.json"));
        let report = report.unwrap_or_else(|_| panic!("no report: {said} {}", self.log()));
        let report = serde_json::from_str(&report).expect("JSON");
        (status.expect("no signal"), report)
    }

    fn verify(&self, journal: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_duplex"))
            .arg("replay")
            .arg(self.path(journal))
            .arg("--verify")
            .output()
            .expect("the command starts")
    }

    fn visitor(&self) -> Visitor {
        let stream = TcpStream::connect(self.address).expect("the door is open");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        stream.set_nodelay(true).expect("a socket");
        Visitor {
            stream,
            unread: Vec::new(),
        }
    }

    /// A visitor who sits at a set.
    fn seated(&self) -> (Visitor, String) {
        let mut visitor = self.visitor();
        visitor.until("press RETURN to sit down\r\n");
        visitor.say("\r\n");
        let seen = visitor.until("[keyboard unlocked]\r\n");
        (visitor, seen)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Somebody at the other end of a socket.
struct Visitor {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Visitor {
    fn say(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).expect("sent");
    }

    /// Everything shown up to and with `text`.
    fn until(&mut self, text: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let place = self
                .unread
                .windows(text.len())
                .position(|w| w == text.as_bytes());
            if let Some(place) = place {
                let rest = self.unread.split_off(place + text.len());
                let seen = std::mem::replace(&mut self.unread, rest);
                return String::from_utf8_lossy(&seen).into_owned();
            }
            let mut bytes = [0; 1024];
            let read = self.stream.read(&mut bytes);
            let seen = String::from_utf8_lossy(&self.unread);
            match read {
                Ok(0) => panic!("closed before `{text}`: {seen}"),
                Ok(_) if Instant::now() > end => panic!("no `{text}`: {seen}"),
                Ok(read) => self.unread.extend_from_slice(&bytes[..read]),
                Err(error) => panic!("{error} before `{text}`: {seen}"),
            }
        }
    }

    /// Types an entry and waits for the keyboard. Gives what was shown between.
    fn enter(&mut self, entry: &str) -> String {
        self.say(&format!("{entry}\r\n"));
        self.until("[keyboard unlocked]\r\n")
    }

    /// Reads until the other side closes.
    fn rest(&mut self) -> String {
        let mut bytes = std::mem::take(&mut self.unread);
        match self.stream.read_to_end(&mut bytes) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            Err(error) => panic!("{error}"),
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Nobody calls; machine A fails while the fourth entry is under way.
const VISIT: &str = r#"(
    format: 1, name: "visit", duration: "2h", workload: Quiet,
    faults: [(at: AfterEntries(4), fault: FailStop(machine: Active))],
    expectations: [(name: "one takeover", condition: Takeovers(1))],
)"#;

/// The booking of the museum's sheet, as a visitor with a plain connection sees it.
#[test]
fn a_visitor_books_two_seats_while_a_machine_fails() {
    let mut server = Server::start("sites/tiny", Some(VISIT), &["--speed", "x10"]);
    let (mut visitor, mut seen) = server.seated();
    for entry in [
        "112julLGALAX",
        "02Y2",
        "-2SMITH/JOHN MR/MARY MRS",
        "9212-555-0100-H",
        "7TAW5JUL",
        "6MR SMITH",
        "*A",
        "E",
        "*-SMITH",
        "I",
    ] {
        seen += &format!("> {entry}\n{}", visitor.enter(entry));
    }
    visitor.say("BYE\r\n");
    seen += &visitor.rest();
    let heading = "A visit over a plain connection: what the visitor typed stands behind `>`, what \
                   came back below it.\nMachine A fails while the fourth entry is under way; \
                   nothing is seen of it but a longer wait.\n\n";
    let seen = heading.to_owned() + &seen.replace("\r\n", "\n");
    golden("telnet-visit.txt", &seen);
    let (status, report) = server.stop();
    assert_eq!(status, 0, "{}", server.log());
    assert_eq!(report["takeovers"][0]["to"], "B");
    let verified = server.verify("journal");
    assert!(verified.status.success(), "{verified:?}");
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(
        said.contains(report["digest"].as_str().expect("text")),
        "{said}"
    );
}

/// Compares with `tests/golden/NAME`; with UPDATE_GOLDEN=1 in the environment writes it.
fn golden(name: &str, made: &str) {
    let path = repository().join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        std::fs::write(&path, made).expect("written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(made, kept, "UPDATE_GOLDEN=1 writes {}", path.display());
}
