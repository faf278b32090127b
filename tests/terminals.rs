//! Visitors at telnet terminals, over real sockets: what they see, what they cannot break, and that
//! all they did stands in the journal.

mod command;

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use command::{duplex, errors, said, status};
use tests::{golden, repository};

/// So long anything may take on the slowest host before a test gives up.
const PATIENCE: Duration = Duration::from_secs(120);

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

    fn wait_for_log(&self, text: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.log().contains(text) {
            assert!(Instant::now() < end, "no `{text}` in {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends it as a service manager does. Gives exit status and report.
    fn stop(&mut self) -> (i32, serde_json::Value) {
        self.signalled("-TERM")
    }

    fn signalled(&mut self, signal: &str) -> (i32, serde_json::Value) {
        let pid = self.child.id().to_string();
        let killed = Command::new("kill").args([signal, &pid]).status();
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

    /// Makes the run of a journal again: the same. Gives what was said of it.
    fn verify(&self, journal: &str) -> String {
        let journal = self.path(journal).display().to_string();
        let output = duplex(&["replay", &journal, "--verify"]);
        assert_eq!(status(&output), 0, "{journal}: {}", errors(&output));
        said(&output)
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
        self.send(text.as_bytes());
    }

    fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("sent");
    }

    /// Everything shown up to and with `text`.
    fn until(&mut self, text: &str) -> String {
        String::from_utf8_lossy(&self.until_bytes(text.as_bytes())).into_owned()
    }

    fn until_bytes(&mut self, wanted: &[u8]) -> Vec<u8> {
        let end = Instant::now() + PATIENCE;
        loop {
            let mut windows = self.unread.windows(wanted.len());
            if let Some(place) = windows.position(|window| window == wanted) {
                let rest = self.unread.split_off(place + wanted.len());
                return std::mem::replace(&mut self.unread, rest);
            }
            let mut bytes = [0; 1024];
            let read = self.stream.read(&mut bytes);
            let seen = String::from_utf8_lossy(&self.unread);
            let wanted = String::from_utf8_lossy(wanted);
            match read {
                Ok(0) => panic!("closed before `{wanted}`: {seen}"),
                Ok(_) if Instant::now() > end => panic!("no `{wanted}`: {seen}"),
                Ok(read) => self.unread.extend_from_slice(&bytes[..read]),
                Err(error) => panic!("{error} before `{wanted}`: {seen}"),
            }
        }
    }

    /// Types an entry and waits for the keyboard. Gives what was shown between.
    fn enter(&mut self, entry: &str) -> String {
        self.say(&format!("{entry}\r\n"));
        self.until("[keyboard unlocked]\r\n")
    }

    /// Types an entry until it is taken and answered, whatever befalls the system meanwhile.
    fn ask(&mut self, entry: &str) -> String {
        self.say(&format!("{entry}\r\n"));
        let mut seen = String::new();
        loop {
            seen += &self.until("[keyboard unlocked]\r\n");
            if seen.contains("NOTHING ENTERED") {
                seen.clear();
                self.say(&format!("{entry}\r\n"));
            }
            let answered = |line: &str| !line.is_empty() && !line.starts_with(['[', '*']);
            if seen.lines().any(answered) {
                return seen;
            }
        }
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

/// One aircraft, up and down the sector for two hours.
const WATCH: &str = r#"(
    format: 1, name: "watch", duration: "2h", workload: Air,
    air: (flights: [(name: "F1", enters: "0s", altitude_ft: 21000, speed_kn: 280,
        path: [(at: Plane(-100, 30)), (at: Plane(100, 40)), (at: Plane(-100, 30)), (at: Plane(100, 40)),
               (at: Plane(-100, 30))])]),
)"#;

/// A manual-input position of a direction center: the situation as text, an action typed and obeyed.
#[test]
fn a_manual_input_position_tells_the_situation_and_is_obeyed() {
    let more = ["--speed", "x30"];
    let mut server = Server::start("sites/sage-boston", Some(WATCH), &more);
    let mut visitor = server.visitor();
    visitor.until("press RETURN to sit down\r\n");
    visitor.say("\r\n");
    visitor.until("[ready]\r\n");
    visitor.say("LAUNCH B001\r\n");
    visitor.until("`LAUNCH` is no action");
    visitor.say("SUMMARY\r\n");
    visitor.until("[machine A has it]\r\n");
    visitor.until("| SITUATION        FRAME");
    visitor.until("| HOSTILE                 0000\r\n");
    // Somebody is hostile: whoever is shown under one of these numbers.
    let told = |seen: &str| {
        let counts = seen
            .lines()
            .filter_map(|line| line.strip_prefix("| HOSTILE"));
        let mut counts = counts.filter_map(|count| count.trim().parse::<u32>().ok());
        counts.any(|count| count > 0)
    };
    let mut seen = String::new();
    for n in (1..=150).cycle().take(600) {
        visitor.say(&format!("IDENTITY B{n:03} HOSTILE\r\n"));
        let begin = seen.len();
        let answers = ["has it]", "no such track", "nothing was sent"];
        while !answers.iter().any(|answer| seen[begin..].contains(answer)) {
            seen += &visitor.until("\r\n");
        }
        if told(&seen) {
            break;
        }
    }
    assert!(told(&seen), "{seen}");
    visitor.say("BYE\r\n");
    let (status, report) = server.stop();
    assert!(status == 0 || status == 1, "{status}");
    assert!(report["actions"].as_u64() >= Some(2), "{report}");
    server.verify("journal");
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
    let seen = heading.to_owned() + &lasting(&seen);
    golden("telnet-visit.txt", &seen);
    let (status, report) = server.stop();
    assert_eq!(status, 0, "{}", server.log());
    assert_eq!(report["takeovers"][0]["to"], "B");
    let made_again = server.verify("journal");
    assert!(made_again.contains(report["digest"].as_str().expect("text")));
}

/// Telnet's own bytes as its documents name them, the rest as it is.
fn spelled(bytes: &[u8]) -> String {
    let name = |code: u8| match code {
        0 => "BINARY".to_owned(),
        1 => "ECHO".to_owned(),
        3 => "SUPPRESS-GO-AHEAD".to_owned(),
        24 => "TERMINAL-TYPE".to_owned(),
        31 => "NAWS".to_owned(),
        other => other.to_string(),
    };
    let (mut text, mut at) = (String::new(), 0);
    while at < bytes.len() {
        let (spelled, length) = match bytes[at..] {
            [255, verb @ 251..=254, option, ..] => {
                let verb = ["WILL", "WONT", "DO", "DONT"][usize::from(verb - 251)];
                (format!("<IAC {verb} {}>", name(option)), 3)
            }
            [255, 250, option, ref rest @ ..] => {
                let length = rest.windows(2).position(|w| w == [255, 240]);
                let length = length.expect("it ends");
                let content = format!("{:?}", &rest[..length]);
                (
                    format!("<IAC SB {} {content} IAC SE>", name(option)),
                    length + 5,
                )
            }
            [255, command, ..] => (format!("<IAC {command}>"), 2),
            [7, ..] => ("<BEL>".to_owned(), 1),
            [8, ..] => ("<BS>".to_owned(), 1),
            [b'\r', b'\n', ..] => ("\n".to_owned(), 2),
            [b'\r', 0, ..] => ("<CR NUL>\n".to_owned(), 2),
            [byte, ..] => (char::from(byte).to_string(), 1),
            [] => break,
        };
        text += &spelled;
        at += length;
    }
    text
}

/// The same set at a telnet client that agrees to everything: letter by letter, echoed.
#[test]
fn a_telnet_client_is_echoed_and_its_window_is_minded() {
    let mut server = Server::start("sites/tiny", Some(QUIET), &["--speed", "x20"]);
    let mut visitor = server.visitor();
    let mut seen = visitor.until_bytes(b"sit down\r\n");
    // DO ECHO, DO SGA, WILL TERMINAL-TYPE, WILL NAWS, 40 columns.
    visitor.send(&[255, 253, 1, 255, 253, 3, 255, 251, 24, 255, 251, 31]);
    visitor.send(&[255, 250, 31, 0, 40, 0, 24, 255, 240]);
    seen.extend(visitor.until_bytes(&[255, 240]));
    visitor.send(b"\xff\xfa\x18\0VT100\xff\xf0");
    visitor.send(b"\r\0");
    seen.extend(visitor.until_bytes(b"[keyboard unlocked]\r\n"));
    for (typed, shown) in [
        // A slip taken back; a key the set does not have.
        (
            &b"112julx\x7flga{lax\r\0"[..],
            &b"[keyboard unlocked]\r\n"[..],
        ),
        (b"02y2\r\0", b"unlocked]\r\n"),
        (b"-2smith/john mr/mary mrs\r\0", b"unlocked]\r\n"),
        (b"*a\r\0", b"unlocked]\r\n"),
        // Control-C: RESET does nothing on a free keyboard. Are you there?
        (b"\x03\xff\xf6", b"[yes]\r\n"),
        (b"i\r\0", b"unlocked]\r\n"),
    ] {
        visitor.send(typed);
        seen.extend(visitor.until_bytes(shown));
    }
    visitor.send(b"\x04");
    seen.extend(visitor.rest().into_bytes());
    let heading = "A visit by a telnet client that agrees to every option, its window 40 columns \
                   wide. What the site sends;\nwhat was typed is its echo.\n\n";
    golden(
        "telnet-options.txt",
        &(heading.to_owned() + &lasting(&spelled(&seen))),
    );
    let (status, _) = server.stop();
    assert_eq!(status, 0, "{}", server.log());
}

/// What brings a visitor back to the seat of which this was seen.
fn ticket(seen: &str) -> String {
    let (_, told) = seen.split_once("** BACK ").expect("a way back");
    let word = told.split(' ').next().unwrap_or_default();
    format!("BACK {word}")
}

/// Nobody calls and nothing fails.
const QUIET: &str = r#"(format: 1, name: "quiet", duration: "100h", workload: Quiet)"#;

#[test]
fn each_visitor_has_a_set_of_his_own_and_the_next_is_told_politely() {
    let options = ["--speed", "x20", "--visitors", "2"];
    let mut server = Server::start("sites/tiny", Some(QUIET), &options);
    let (mut first, seen) = server.seated();
    let place = "you sit at agent set 0, La Guardia counter\r\n";
    assert!(seen.contains(place), "{seen}");
    let ticket = ticket(&seen);
    let (second, seen) = server.seated();
    assert!(seen.contains("you sit at agent set 1,"), "{seen}");
    let mut third = server.visitor();
    third.say("\r\n");
    let told = third.rest();
    assert!(
        told.contains("all 2 sets for visitors are taken; please come back"),
        "{told}"
    );
    assert!(first.enter("-1DOE/JANE MISS").contains("OK"));
    // A lost connection: the seat waits for the same address, and so does what was begun there.
    drop(first);
    server.wait_for_log("connection has ended");
    let mut again = server.visitor();
    let told = again.enter(&ticket);
    assert!(told.contains("you are back at set 0"), "{told}");
    assert!(again.enter("*A").contains("-1DOE/JANE MISS"));
    // A connection that is broken, though nobody has noticed, ends when its visitor is back.
    let mut once_more = server.visitor();
    assert!(once_more.enter(&ticket).contains("you are back at set 0"));
    assert!(again.rest().contains("you went on at another terminal"));
    let mut again = once_more;
    assert!(again.enter("*A").contains("-1DOE/JANE MISS"));
    // Who says good-bye makes room.
    again.say("BYE\r\n");
    assert!(again.rest().ends_with("** good-bye\r\n"));
    let (mut next, seen) = server.seated();
    assert!(seen.contains("you sit at agent set 0"), "{seen}");
    next.say("help\r\nsite\r\n");
    let told = next.until("2 visitors\r\n");
    assert!(
        told.contains("112JULLGALAX") && told.contains("machine A active"),
        "{told}"
    );
    let (status, _) = server.stop();
    assert_eq!(status, 0);
    assert!(next.rest().ends_with("** the site closes; good-bye\r\n"));
    drop(second);
    server.verify("journal");
}

#[test]
fn who_does_not_type_gets_up_and_the_agent_comes_back() {
    let options = ["--speed", "x10", "--idle", "300ms"];
    let mut server = Server::start("sites/tiny", Some(QUIET), &options);
    let (mut idle, _) = server.seated();
    // Options are no typing.
    idle.send(&[255, 241, 255, 253, 1]);
    let told = idle.rest();
    assert!(told.contains("nobody types here"), "{told}");
    server.wait_for_log("has left set 0");
    let (_next, seen) = server.seated();
    assert!(seen.contains("you sit at agent set 0"), "{seen}");
    assert_eq!(server.stop().0, 0);
}

/// Both machines lose their power while an entry is on its way; long enough for whoever is slow to
/// see it.
const DARK: &str = r#"(
    format: 1, name: "dark", duration: "100h", workload: Quiet,
    faults: [(at: AfterEntries(2), fault: PowerOffBoth(lasting: "15m"))],
)"#;

#[test]
fn a_dark_house_locks_the_set_until_a_machine_has_started_over() {
    let mut server = Server::start("sites/tiny", Some(DARK), &["--speed", "x60"]);
    let (mut visitor, _) = server.seated();
    assert!(visitor.enter("112JULLGALAX").contains("LIGHTS 1 2 3 4"));
    visitor.say("02Y2\r\n");
    visitor.until("[SYSTEM NOT AVAILABLE: keyboard locked]\r\n");
    visitor.say("*A\r\n");
    visitor.until("THE KEYBOARD WAS LOCKED - NOTHING ENTERED");
    visitor.say("RESET\r\n");
    visitor.until("[no effect: ");
    // What was entered before is answered by the machine that started over.
    let seen = visitor.until("[keyboard unlocked]\r\n");
    assert!(seen.contains("SS2"), "{seen}");
    let (status, report) = server.stop();
    assert_eq!(status, 0, "{}", server.log());
    assert_eq!(report["entries"]["lost"], 0);
    server.verify("journal");
}

#[test]
fn a_script_that_ends_ends_the_visit_with_its_own_status() {
    let script = r#"(
        format: 1, name: "short", duration: "100s", workload: Quiet,
        expectations: [(name: "one takeover", condition: Takeovers(1))],
    )"#;
    let mut server = Server::start("sites/tiny", Some(script), &["--speed", "x10"]);
    let (mut visitor, _) = server.seated();
    let told = visitor.rest();
    assert!(told.contains("** the exercise is over; good-bye"), "{told}");
    let (status, report) = server.ended();
    assert_eq!(status, 4, "the expectation was not met");
    assert_eq!(report["virtual_seconds"], 100.0);
    server.verify("journal");
}

#[test]
fn a_host_too_slow_is_told_at_the_terminal_and_in_the_log() {
    let options = ["--speed", "x1000000"];
    let mut server = Server::start("sites/tiny", None, &options);
    let mut visitor = server.visitor();
    visitor.say("\r\n");
    visitor.until("** the host of this exhibit is too slow: site time lags by ");
    server.wait_for_log("the host is too slow: site time lags by ");
    // As by control-C.
    let (status, report) = server.signalled("-INT");
    assert_eq!(status, 0);
    assert!(report["virtual_seconds"].as_f64().expect("a number") > 0.0);
    server.verify("journal");
}

/// Agents' mornings at three sets, in files of a few minutes.
#[test]
fn journals_follow_one_another_and_each_verifies_alone() {
    let script = r#"(
        format: 1, name: "busy", duration: "100h",
        workload: Calls(calls_per_day: 20000, starts_at: "10:00"),
        faults: [(at: Fixed("100s"), fault: FailStop(machine: Active))],
    )"#;
    let options = ["--speed", "x60", "--journal-size", "4K", "--journals", "3"];
    let mut server = Server::start("sites/tiny", Some(script), &options);
    let (mut visitor, _) = server.seated();
    visitor.enter("112JULLGALAX");
    server.wait_for_log("journal.6 is full");
    let (status, report) = server.stop();
    assert_eq!(status, 0, "{}", server.log());
    let mut numbers: Vec<u32> = std::fs::read_dir(server.folder.path())
        .expect("a folder")
        .filter_map(|entry| {
            let name = entry.expect("a file").file_name();
            let number = name.to_str().expect("text").strip_prefix("journal.")?;
            Some(number.parse().expect("a number"))
        })
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers.len(), 3, "{numbers:?}");
    let last = *numbers.last().expect("three");
    assert_eq!(numbers, [last - 2, last - 1, last]);
    assert!(last > 4, "older ones were taken away");
    for number in numbers {
        let name = format!("journal.{number}");
        let size = std::fs::metadata(server.path(&name)).expect("a file").len();
        assert!(size < 2_000_000, "{name}: {size}");
        server.verify(&name);
    }
    let made_again = server.verify("journal");
    assert!(made_again.contains(report["digest"].as_str().expect("text")));
}

#[test]
fn what_cannot_be_served_is_told_before_anybody_comes() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("an address").to_string();
    let any = "127.0.0.1:0";
    for (options, told) in [
        (vec!["--telnet", &taken], taken.as_str()),
        (vec!["--telnet", "somewhere"], "somewhere"),
        (vec![], "--telnet"),
        (
            vec!["--telnet", any, "--journal", "no/such/folder/journal"],
            "no/such/folder/journal",
        ),
        (
            vec!["--telnet", any, "--speed", "max"],
            "expected real or xN",
        ),
        (
            vec!["--telnet", any, "--journal-size", "64m"],
            "such as 64M",
        ),
        (vec!["--telnet", any, "--visitors", "0"], "--visitors"),
        (
            vec!["--telnet", any, "--script", "no/such.ron"],
            "no/such.ron:1:1",
        ),
    ] {
        let output = duplex(&[&["serve", "sites/tiny"], &options[..]].concat());
        let wrong = errors(&output);
        assert_eq!(status(&output), 2, "{options:?}: {wrong}");
        assert!(wrong.contains(told), "{options:?}: {wrong}");
    }
}

/// A morning with all its calls; a machine fails in the middle of it.
const MORNING: &str = r#"(
    format: 1, name: "morning", duration: "100h",
    workload: Calls(calls_per_day: 84000, starts_at: "10:00"),
    faults: [(at: Fixed("60s"), fault: FailStop(machine: Active))],
)"#;

/// How many connections the abuse takes at one time.
const ABUSERS: usize = 500;
/// The abuse lasts at least so many seconds of the site's time.
const ABUSE_SECONDS: f64 = 150.0;
/// So much more memory than before may the command need for them, in KiB.
const GROWTH_MAX: u64 = 128 * 1024;

/// What an abuser does for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Abuse {
    /// Connects, and that is all.
    Silent,
    /// Sits down and says that nothing more will come, but goes on listening.
    HalfOpen,
    /// Sits down, begins a line, is gone without a word, and comes again.
    Vanishes,
    /// Any bytes but the one that says good-bye.
    Noise,
    /// Lines of letters, entered as fast as the set takes them.
    Letters,
    /// Options on and off, asked and refused, and subnegotiations that do not end.
    Options,
    /// The same, and reads no answer.
    OptionsUnread,
    /// Asks for long texts and reads them a few bytes at a time.
    ReadsSlowly,
    /// Asks for long texts and reads none.
    NeverReads,
}

const ABUSES: [Abuse; 10] = {
    use Abuse::*;
    [
        Silent,
        HalfOpen,
        Vanishes,
        Noise,
        Noise,
        Letters,
        Options,
        OptionsUnread,
        ReadsSlowly,
        NeverReads,
    ]
};

struct Abuser {
    address: SocketAddr,
    stream: TcpStream,
    abuse: Abuse,
    random: u64,
    /// Somebody has ended the connection; it comes again after a while.
    over: bool,
    /// How often it was shown out.
    shown_out: u32,
}

impl Abuser {
    fn new(address: SocketAddr, number: usize) -> Abuser {
        Abuser {
            stream: Abuser::connect(address),
            address,
            abuse: ABUSES[number % ABUSES.len()],
            random: number as u64 + 1,
            over: false,
            shown_out: 0,
        }
    }

    fn connect(address: SocketAddr) -> TcpStream {
        let stream = TcpStream::connect(address).expect("the door is open");
        stream.set_nonblocking(true).expect("a socket");
        stream
    }

    fn next(&mut self) -> u8 {
        // xorshift64: any noise will do, the same on every evening.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 24) as u8
    }

    fn options(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..40 {
            let option = [0, 1, 3, 24, 31, self.next()][usize::from(self.next() % 6)];
            bytes.extend([255, 250 + self.next() % 5, option]);
        }
        bytes
    }

    fn bytes(&mut self) -> Vec<u8> {
        match self.abuse {
            Abuse::Silent => Vec::new(),
            Abuse::HalfOpen => b"\r\n".to_vec(),
            Abuse::Vanishes => b"\r\n112JUL".to_vec(),
            Abuse::Noise => {
                let bytes = (0..200).map(|_| self.next());
                bytes.filter(|byte| *byte != 4).collect()
            }
            Abuse::Letters => {
                let letters =
                    (0..30).map(|_| b"0123456789-*EIX$ABC/"[usize::from(self.next() % 20)]);
                letters.chain(*b"\r\n").collect()
            }
            Abuse::Options | Abuse::OptionsUnread => self.options(),
            Abuse::ReadsSlowly => b"HELP\r\n".to_vec(),
            Abuse::NeverReads => b"HELP\r\nSITE\r\n".repeat(10),
        }
    }

    /// One round of it.
    fn go_on(&mut self) {
        if self.over {
            if self.next().is_multiple_of(64) {
                self.stream = Abuser::connect(self.address);
                self.over = false;
            }
            return;
        }
        let bytes = self.bytes();
        let refused = match self.stream.write(&bytes) {
            Ok(_) => false,
            Err(error) => error.kind() != ErrorKind::WouldBlock,
        };
        let most = match self.abuse {
            Abuse::OptionsUnread | Abuse::NeverReads => 0,
            Abuse::ReadsSlowly => 3,
            _ => 4096,
        };
        let ended = most > 0 && matches!(self.stream.read(&mut vec![0; most]), Ok(0));
        self.over = refused || ended;
        self.shown_out += u32::from(self.over);
        match self.abuse {
            Abuse::HalfOpen => {
                let _ = self.stream.shutdown(Shutdown::Write);
            }
            // What it was sent and has not read makes of its end a reset.
            Abuse::Vanishes => self.over |= self.next().is_multiple_of(64),
            _ => {}
        }
    }
}

/// Resident memory of a process in KiB; where the system does not tell, none.
fn resident(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// The site's own time, as told by SITE.
fn site_seconds(visitor: &mut Visitor) -> f64 {
    visitor.say("SITE\r\n");
    let told = visitor.until(" visitors\r\n");
    let (before, _) = told.rsplit_once(": machine A").expect("roles");
    let (_, time) = before.rsplit_once("** ").expect("a time");
    let parts = time
        .split(':')
        .map(|part| part.parse::<f64>().expect("a number"));
    parts.fold(0.0, |sum, part| sum * 60.0 + part)
}

struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A whole booking, displayed again by its locator.
fn books(visitor: &mut Visitor, surname: &str) {
    // Somebody may have sat here before.
    visitor.ask("I");
    let lights = visitor.ask("120JULIDLLAX");
    assert!(lights.contains("LIGHTS"), "{lights}");
    let lit = lights
        .split_whitespace()
        .filter_map(|word| word.parse::<u8>().ok());
    let sold = lit.flat_map(|line| [format!("01Y{line}"), format!("01F{line}")]);
    let sold = sold
        .map(|entry| visitor.ask(&entry))
        .find(|told| told.contains(" SS1 "));
    assert!(sold.is_some(), "no seat on any of {lights}");
    for item in [
        &format!("-1{surname}/JANE MISS"),
        "9212-555-0100-H",
        "7TAW19JUL",
        "6MISS",
    ] {
        let told = visitor.ask(item);
        assert!(told.contains("OK"), "{item}: {told}");
    }
    let ended = visitor.ask("E");
    let locator = ended
        .split_whitespace()
        .skip_while(|word| *word != "OK")
        .nth(1);
    let locator = locator.unwrap_or_else(|| panic!("{ended}"));
    let shown = visitor.ask(&format!("*{locator}"));
    assert!(shown.contains(&format!("1{surname}/JANE MISS")), "{shown}");
    visitor.ask("I");
}

/// Five hundred connections that want no good; a machine fails meanwhile; two people book.
#[test]
fn terminals_under_abuse() {
    let options = [
        "--speed",
        "x20",
        "--visitors",
        "600",
        "--connections",
        "700",
    ];
    let mut server = Server::start("sites/sabre", Some(MORNING), &options);
    let (mut first, _) = server.seated();
    let before = resident(server.child.id());
    let begun = site_seconds(&mut first);
    let address = server.address;
    let over = AtomicBool::new(false);
    // Kinds of abuse of which somebody was shown out, a bit for each.
    let shown_out = AtomicU32::new(0);
    let seen = |abuse: Abuse| shown_out.load(Ordering::Relaxed) >> abuse as u32 & 1 == 1;
    let most = std::thread::scope(|scope| {
        let (over, shown_out) = (&over, &shown_out);
        scope.spawn(move || {
            let abusers = (0..ABUSERS).map(|number| Abuser::new(address, number));
            let mut abusers: Vec<Abuser> = abusers.collect();
            while !over.load(Ordering::Relaxed) {
                for abuser in &mut abusers {
                    abuser.go_on();
                    if abuser.shown_out > 0 {
                        shown_out.fetch_or(1 << abuser.abuse as u32, Ordering::Relaxed);
                    }
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        let pid = server.child.id();
        let memory = scope.spawn(move || {
            let mut most = None;
            while !over.load(Ordering::Relaxed) {
                most = most.max(resident(pid));
                std::thread::sleep(Duration::from_millis(50));
            }
            most
        });
        // However this ends, the others end too.
        let done = Done(over);
        books(&mut first, "DOE");
        let (mut second, _) = server.seated();
        books(&mut second, "ROE");
        let cut = || seen(Abuse::NeverReads) && seen(Abuse::HalfOpen);
        // The site's time goes on however slow the host is.
        let passed = |first: &mut Visitor| site_seconds(first) - begun;
        let mut seconds = passed(&mut first);
        while seconds < ABUSE_SECONDS || !cut() {
            let out = shown_out.load(Ordering::Relaxed);
            assert!(seconds < 20.0 * ABUSE_SECONDS, "shown out: {out:b}");
            first.ask("112JULIDLLAX");
            seconds = passed(&mut first);
        }
        books(&mut first, "POE");
        drop(done);
        memory.join().expect("no panic")
    });
    let (status, report) = server.stop();
    let verdicts = report["verdicts"].as_array().expect("a list");
    let broken = verdicts.iter().filter(|verdict| verdict["holds"] != true);
    let broken: Vec<String> = broken.map(serde_json::Value::to_string).collect();
    assert_eq!((status, broken), (0, Vec::new()));
    assert_eq!(report["takeovers"].as_array().map(Vec::len), Some(1));
    // The agents among them went on booking.
    assert!(
        report["traffic"]["bookings"].as_u64() > Some(0),
        "{report:#}"
    );
    assert!(!seen(Abuse::Letters), "letters are no offence");
    let visitors = &report["visitors"];
    let count = |name: &str| visitors[name].as_u64().expect("a number");
    assert!(count("seats_most") > 300, "{visitors}");
    assert!(count("asked_most") < 4096, "nobody was refused: {visitors}");
    // The bound of one seat is 32 KiB and what it is told in a slice.
    assert!(count("kept_bytes_most") < 600 * 33 * 1024, "{visitors}");
    server.verify("journal");
    if let (Some(before), Some(most)) = (before, most) {
        println!("resident: {before} KiB before, at most {most} KiB; {visitors}");
        assert!(most < before + GROWTH_MAX, "{before} KiB, then {most} KiB");
    }
}

/// What was seen, but for what is another on every evening: the host's own weakness, which takes whole
/// lines, and the letters of a ticket.
fn lasting(seen: &str) -> String {
    let seen = seen.replace("\r\n", "\n");
    let mut pieces = seen.split("** the host of this exhibit");
    let first = pieces.next().unwrap_or_default().to_owned();
    let seen = pieces.fold(first, |seen, piece| {
        // A narrow window breaks the line anywhere.
        let mut end = piece.match_indices('r').filter(|(place, _)| {
            let told: Vec<&str> = piece[..=*place].split('\n').collect();
            told.concat().ends_with("so far")
        });
        let (end, _) = end.next().expect("a notice ends");
        seen + piece[end + 1..].trim_start_matches('\n')
    });
    let mut pieces = seen.split("** BACK ");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |seen, piece| {
        let (ticket, rest) = piece.split_at(piece.find(' ').unwrap_or(piece.len()));
        let (number, letters) = ticket.split_once('-').expect("a ticket");
        assert_eq!(letters.len(), 4, "{ticket}");
        format!("{seen}** BACK {number}-....{rest}")
    })
}
