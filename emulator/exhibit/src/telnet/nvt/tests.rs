//! What RFC 854, 855 and 1143 promise, by example and for any bytes.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::option::{SERVER, State, Wish};
use super::*;

const NOBODY: Wishes = [(Wish::Never, Wish::Never); Opt::ALL.len()];

fn server() -> Nvt {
    Nvt::new(&SERVER).0
}

/// Events and answer to bytes.
fn hear(nvt: &mut Nvt, bytes: &[u8]) -> (Vec<Event>, Vec<u8>) {
    let (mut events, mut reply) = (Vec::new(), Vec::new());
    nvt.receive(bytes, &mut events, &mut reply);
    (events, reply)
}

fn letters(text: &str) -> Vec<Event> {
    text.bytes().map(Event::Character).collect()
}

#[test]
fn the_server_offers_echo_and_asks_for_type_and_window() {
    let (_, first) = Nvt::new(&SERVER);
    let asked = [[IAC, WILL, 1], [IAC, WILL, 3], [IAC, DO, 24], [IAC, DO, 31]];
    assert_eq!(first, asked.concat());
}

#[test]
fn every_end_of_line_is_one_return() {
    for line in [&b"E\r\n"[..], b"E\r\0", b"E\r", b"E\n"] {
        let (events, reply) = hear(&mut server(), line);
        assert_eq!(events, [Event::Character(b'E'), Event::Return], "{line:?}");
        assert!(reply.is_empty());
    }
    let (events, _) = hear(&mut server(), b"\r\n\r\nA\r\r\nB");
    assert_eq!(events.iter().filter(|e| **e == Event::Return).count(), 4);
}

#[test]
fn commands_are_no_characters() {
    let bytes = [b'A', IAC, EC, b'B', IAC, EL, IAC, IP, IAC, BRK, IAC, EOF];
    let (events, reply) = hear(&mut server(), &bytes);
    let told = [
        Event::Character(b'A'),
        Event::Erase,
        Event::Character(b'B'),
        Event::EraseLine,
        Event::Interrupt,
        Event::Interrupt,
        Event::EndOfFile,
    ];
    assert_eq!((events.as_slice(), reply.as_slice()), (&told[..], &[][..]));
    let (events, reply) = hear(
        &mut server(),
        &[IAC, AYT, IAC, 241, IAC, 242, IAC, GA, IAC, SE],
    );
    assert_eq!(events, [Event::AreYouThere]);
    assert_eq!(reply, b"[yes]\r\n");
    let (events, _) = hear(&mut server(), &[IAC, IAC]);
    assert_eq!(events, [Event::Character(IAC)]);
}

#[test]
fn a_terminal_tells_type_and_window() {
    let mut nvt = server();
    let (events, reply) = hear(&mut nvt, &[IAC, WILL, 24]);
    let option = |option, ours, on| Event::Option { option, ours, on };
    assert_eq!(events, [option(Opt::TerminalType, false, true)]);
    assert_eq!(reply, [IAC, SB, 24, TYPE_SEND, IAC, SE]);
    let (events, _) = hear(&mut nvt, b"\xff\xfa\x18\x00xterm-256color\xff\xf0A");
    let name = "XTERM-256COLOR".to_owned();
    assert_eq!(events, [Event::TerminalType(name), Event::Character(b'A')]);
    // A window 255 columns wide: its byte is doubled.
    let bytes = [IAC, WILL, 31, IAC, SB, 31, 0, IAC, IAC, 0, 50, IAC, SE];
    let (events, reply) = hear(&mut nvt, &bytes);
    let (columns, rows) = (255, 50);
    let window = Event::Window { columns, rows };
    assert_eq!(events, [option(Opt::WindowSize, false, true), window]);
    assert!(reply.is_empty(), "it was asked for");
    // Of the wrong size, or of an option that is off: passed over.
    let (events, _) = hear(&mut nvt, &[IAC, SB, 31, 0, 80, IAC, SE]);
    assert!(events.is_empty());
    let (events, _) = hear(&mut server(), &[IAC, SB, 31, 0, 80, 0, 24, IAC, SE]);
    assert!(events.is_empty());
}

#[test]
fn a_command_inside_a_subnegotiation_ends_it_and_stands() {
    let mut nvt = server();
    hear(&mut nvt, &[IAC, WILL, 31]);
    let (events, reply) = hear(&mut nvt, &[IAC, SB, 31, 0, 80, IAC, DO, 1, b'A']);
    let (option, ours, on) = (Opt::Echo, true, true);
    let echo = Event::Option { option, ours, on };
    assert_eq!(events, [echo, Event::Character(b'A')]);
    assert!(reply.is_empty(), "it was offered");
}

#[test]
fn unknown_options_are_refused_and_refusals_not_answered() {
    let mut nvt = server();
    let (events, reply) = hear(
        &mut nvt,
        &[IAC, DO, 34, IAC, WILL, 39, IAC, DONT, 34, IAC, WONT, 39],
    );
    assert!(events.is_empty());
    assert_eq!(reply, [IAC, WONT, 34, IAC, DONT, 39]);
    // The peer must not echo: we would see our own letters.
    assert_eq!(hear(&mut nvt, &[IAC, WILL, 1]).1, [IAC, DONT, 1]);
}

#[test]
fn binary_both_ways_is_agreed_to_and_changes_the_lone_cr() {
    let mut nvt = server();
    let mut sent = Vec::new();
    nvt.encode(b"A\rB\n\xff", &mut sent);
    assert_eq!(sent, b"A\r\0B\r\n\xff\xff");
    let (events, reply) = hear(&mut nvt, &[IAC, DO, 0, IAC, WILL, 0]);
    assert_eq!(events.len(), 2);
    assert_eq!(reply, [IAC, WILL, 0, IAC, DO, 0]);
    sent.clear();
    nvt.encode(b"A\rB\n\xff", &mut sent);
    assert_eq!(sent, b"A\rB\r\n\xff\xff");
}

#[test]
fn go_ahead_is_sent_to_who_refused_to_do_without() {
    let mut nvt = server();
    let mut sent = Vec::new();
    nvt.go_ahead(&mut sent);
    assert!(sent.is_empty(), "a plain connection answers nothing");
    hear(&mut nvt, &[IAC, DONT, 3]);
    nvt.go_ahead(&mut sent);
    assert_eq!(sent, [IAC, GA]);
    hear(&mut nvt, &[IAC, DO, 3]);
    sent.clear();
    nvt.go_ahead(&mut sent);
    assert!(sent.is_empty());
}

#[test]
fn a_change_of_mind_waits_for_the_answer() {
    let mut side = Side::new(Wish::Ask);
    assert_eq!(side.want(true), Some(true));
    assert_eq!((side.want(false), side.state), (None, State::WantYesThenNo));
    assert_eq!((side.want(true), side.state), (None, State::WantYes));
    assert_eq!(side.want(false), None);
    assert_eq!((side.hear(true), side.state), (Some(false), State::WantNo));
    assert_eq!((side.want(true), side.state), (None, State::WantNoThenYes));
    assert_eq!((side.hear(false), side.state), (Some(true), State::WantYes));
    assert_eq!((side.hear(true), side.is_on()), (None, true));
    assert_eq!((side.hear(true), side.is_on()), (None, true));
}

/// Bytes in which commands are frequent.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let command = prop_oneof![
        3 => any::<u8>(),
        3 => Just(IAC),
        2 => prop::sample::select(vec![SB, SE, WILL, WONT, DO, DONT, AYT]),
        2 => prop::sample::select(vec![0u8, 1, 3, 24, 31, b'\r', b'\n', 8]),
    ];
    vec(command, 0..600)
}

fn wishes() -> impl Strategy<Value = Wishes> {
    let wish = || prop::sample::select(vec![Wish::Never, Wish::IfAsked, Wish::Ask]);
    let pair = move || (wish(), wish());
    [pair(), pair(), pair(), pair(), pair()]
}

proptest! {
    #[test]
    fn any_bytes_are_answered_with_a_bounded_number(bytes in noise(), wishes in wishes()) {
        let (mut nvt, _) = Nvt::new(&wishes);
        let (events, reply) = hear(&mut nvt, &bytes);
        prop_assert!(reply.len() <= REPLY_MAX * bytes.len(), "{} for {}", reply.len(), bytes.len());
        prop_assert!(events.len() <= bytes.len());
        prop_assert!(nvt.kept.len() <= SUBNEGOTIATION_MAX);
    }

    #[test]
    fn however_the_network_cuts_it_is_the_same(
        bytes in noise(),
        cuts in vec(0usize..600, 0..40),
    ) {
        let mut whole = server();
        let (events, reply) = hear(&mut whole, &bytes);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let mut pieces = server();
        let (mut in_pieces, mut answered) = (Vec::new(), Vec::new());
        for piece in cuts.windows(2) {
            let bytes = &bytes[piece[0]..piece[1]];
            pieces.receive(bytes, &mut in_pieces, &mut answered);
        }
        prop_assert_eq!(in_pieces, events);
        prop_assert_eq!(answered, reply);
        prop_assert_eq!(pieces, whole);
    }

    /// Two ends that want anything and change their minds at any time stop talking soon, and then
    /// are of one opinion.
    #[test]
    fn two_ends_never_argue_for_ever(
        ones in wishes(),
        others in wishes(),
        minds in vec((any::<bool>(), 0usize..5, any::<bool>(), any::<bool>()), 0..30),
    ) {
        let (mut one, mut to_other) = Nvt::new(&ones);
        let (mut other, mut to_one) = Nvt::new(&others);
        for (first, option, ours, on) in minds {
            let option = Opt::ALL[option];
            if first {
                one.want(option, ours, on, &mut to_other);
            } else {
                other.want(option, ours, on, &mut to_one);
            }
            // One end is heard, the other's words are still on their way.
            let heard = std::mem::take(&mut to_other);
            other.receive(&heard, &mut Vec::new(), &mut to_one);
        }
        let mut rounds = 0;
        while !to_one.is_empty() || !to_other.is_empty() {
            let heard = std::mem::take(&mut to_other);
            other.receive(&heard, &mut Vec::new(), &mut to_one);
            let heard = std::mem::take(&mut to_one);
            one.receive(&heard, &mut Vec::new(), &mut to_other);
            rounds += 1;
            prop_assert!(rounds < 10, "{one:?} {other:?}");
        }
        for option in Opt::ALL {
            for ours in [true, false] {
                let (mine, yours) = (one.side(option, ours), other.side(option, !ours));
                prop_assert_eq!(mine.is_on(), yours.is_on(), "{:?}", option);
                prop_assert!(matches!(mine.state, State::Yes | State::No));
            }
        }
    }

    #[test]
    fn what_is_sent_is_what_is_received(text in "[ -~\u{80}-\u{ff}]{0,80}") {
        let bytes: Vec<u8> = text.chars().map(|c| c as u8).filter(|&b| b != 0x7f).collect();
        let mut sent = Vec::new();
        server().encode(&bytes, &mut sent);
        let (mut nvt, _) = Nvt::new(&NOBODY);
        let (events, reply) = hear(&mut nvt, &sent);
        let letters: Vec<Event> = bytes.iter().map(|&byte| Event::Character(byte)).collect();
        prop_assert_eq!(events, letters);
        prop_assert!(reply.is_empty());
    }
}

#[test]
fn printable_text_is_letters() {
    assert_eq!(hear(&mut server(), b"112JUL").0, letters("112JUL"));
}
