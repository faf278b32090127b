//! A visitor's terminal: the network virtual terminal, the keyboard, and the paper between them.
//!
//! It knows in which column it stands, so that a line begins at the left whatever was being typed,
//! and so that long answers are broken at the window's width where the terminal has told one.

use super::keyboard::{Keyboard, Typed};
use super::nvt::{Event, Nvt};
use super::option::{Opt, SERVER};
use crate::position::Keys;
use crate::seat::Shown;

/// Narrowest window that is believed.
const COLUMNS_MIN: usize = 20;

/// One terminal; what is to be sent to it gathers in [`Terminal::out`].
#[derive(Clone, Debug)]
pub struct Terminal {
    /// Bytes to be sent.
    pub out: Vec<u8>,
    /// Name of its type, if it told one.
    pub kind: Option<String>,
    nvt: Nvt,
    keyboard: Keyboard,
    column: usize,
    columns: Option<usize>,
    /// What is told when the line under way is finished; the last one counts.
    notice: Option<String>,
    events: Vec<Event>,
}

impl Terminal {
    /// A terminal just connected; the options are offered at once.
    pub fn new(keys: Keys) -> Terminal {
        let (nvt, mut out) = Nvt::new(&SERVER);
        // Whatever a terminal that knows no options made of them is written over.
        out.push(b'\r');
        out.push(0);
        Terminal {
            out,
            kind: None,
            nvt,
            keyboard: Keyboard::new(keys),
            column: 0,
            columns: None,
            notice: None,
            events: Vec::new(),
        }
    }

    /// Bytes have come from it. What was typed goes to `typed`; whether anything was pressed at all
    /// is given back (options and signs of life are no keys).
    pub fn receive(&mut self, bytes: &[u8], typed: &mut Vec<Typed>) -> bool {
        let mut events = std::mem::take(&mut self.events);
        self.nvt.receive(bytes, &mut events, &mut self.out);
        let mut pressed = false;
        for event in events.drain(..) {
            match &event {
                Event::Option {
                    option: Opt::Echo,
                    ours: true,
                    on,
                } => self.keyboard.echoes = *on,
                Event::Window { columns, .. } => {
                    let columns = usize::from(*columns);
                    self.columns = (columns > 0).then_some(columns.max(COLUMNS_MIN));
                }
                Event::TerminalType(name) => self.kind = Some(name.clone()),
                Event::Option { .. } | Event::AreYouThere => {}
                key => {
                    pressed = true;
                    let mut echo = Vec::new();
                    let line = self.keyboard.press(key, &mut echo);
                    self.echo(&echo);
                    if !self.keyboard.echoes && *key == Event::Return {
                        self.column = 0;
                    }
                    typed.extend(line);
                }
            }
        }
        self.events = events;
        self.tell_notice();
        pressed
    }

    /// Something is to be shown. False: it was the last.
    pub fn show(&mut self, shown: &Shown) -> bool {
        match shown {
            Shown::Struck(text) => self.write(text),
            Shown::Line(text) => self.line(text),
            Shown::Notice(text) => self.notice = Some(text.clone()),
            Shown::Keyboard { locked } => {
                self.keyboard.lock(*locked);
                if !locked {
                    self.nvt.go_ahead(&mut self.out);
                }
            }
            Shown::Taken => {}
            Shown::Close(text) => {
                self.line(text);
                return false;
            }
        }
        self.tell_notice();
        true
    }

    fn tell_notice(&mut self) {
        if self.column == 0
            && let Some(text) = self.notice.take()
        {
            self.line(&text);
        }
    }

    /// A line of its own; what was being typed stands behind it again.
    pub fn line(&mut self, text: &str) {
        if self.column > 0 {
            self.write("\n");
        }
        self.write(text);
        self.write("\n");
        let typed = self.keyboard.line().to_owned();
        self.write(&typed);
    }

    fn echo(&mut self, echo: &[u8]) {
        for &byte in echo {
            match byte {
                b'\n' => self.column = 0,
                8 => self.column = self.column.saturating_sub(1),
                7 => {}
                // A rubbed character is a blank between two backspaces.
                _ => self.column += 1,
            }
        }
        self.nvt.encode(echo, &mut self.out);
    }

    fn write(&mut self, text: &str) {
        for character in text.bytes() {
            if character == b'\n' {
                self.column = 0;
            } else {
                if self.columns.is_some_and(|columns| self.column >= columns) {
                    self.nvt.encode(b"\n", &mut self.out);
                    self.column = 0;
                }
                self.column += 1;
            }
            self.nvt.encode(&[character], &mut self.out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent_set::KEYS;

    /// A terminal that has agreed to our echo, and has a window so wide.
    fn telnet(columns: u8) -> Terminal {
        let mut terminal = Terminal::new(KEYS);
        let bytes = [
            &[255, 253, 1, 255, 253, 3][..],
            &[255, 251, 31, 255, 250, 31, 0, columns, 0, 24, 255, 240],
        ];
        assert!(!terminal.receive(&bytes.concat(), &mut Vec::new()));
        terminal.out.clear();
        terminal
    }

    fn said(terminal: &mut Terminal) -> String {
        String::from_utf8(std::mem::take(&mut terminal.out)).expect("ASCII")
    }

    #[test]
    fn a_line_gives_back_what_was_typed_and_a_notice_waits_for_its_end() {
        let mut terminal = telnet(80);
        assert!(terminal.receive(b"112jul", &mut Vec::new()));
        for late in ["** late", "** later"] {
            terminal.show(&Shown::Notice(late.to_owned()));
        }
        terminal.show(&Shown::Line("[locked]".to_owned()));
        assert_eq!(said(&mut terminal), "112JUL\r\n[locked]\r\n112JUL");
        let mut typed = Vec::new();
        terminal.receive(b"\r\0", &mut typed);
        assert_eq!(typed, [Typed::Enter("112JUL".to_owned())]);
        assert_eq!(said(&mut terminal), "\r\n** later\r\n");
    }

    #[test]
    fn a_long_answer_is_broken_at_the_windows_width() {
        let mut terminal = telnet(20);
        for text in ["ABCDEFGHIJKLMNO", "PQRSTUVWXYZ", "\n"] {
            terminal.show(&Shown::Struck(text.to_owned()));
        }
        let broken = "ABCDEFGHIJKLMNOPQRST\r\nUVWXYZ\r\n";
        assert_eq!(said(&mut terminal), broken);
        // One character wide is not believed.
        let mut narrow = telnet(1);
        narrow.line("ABCDEFGHIJKLMNOPQRST");
        assert_eq!(said(&mut narrow), "ABCDEFGHIJKLMNOPQRST\r\n");
    }

    #[test]
    fn options_and_signs_of_life_are_no_keys() {
        let mut terminal = Terminal::new(KEYS);
        terminal.out.clear();
        let mut typed = Vec::new();
        assert!(!terminal.receive(&[255, 246, 255, 251, 24], &mut typed));
        assert!(typed.is_empty());
        assert!(terminal.receive(b"\n", &mut typed));
    }
}
