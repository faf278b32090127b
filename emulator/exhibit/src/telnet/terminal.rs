//! A visitor's terminal: the network virtual terminal, the keyboard, and the paper between them.
//!
//! It knows in which column it stands, so that a line begins at the left whatever was being typed,
//! and so that long answers are broken at the window's width where the terminal has told one.

use super::keyboard::{Keyboard, Typed};
use super::nvt::{Event, Nvt};
use super::option::{Opt, SERVER};
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
    events: Vec<Event>,
}

impl Default for Terminal {
    fn default() -> Terminal {
        Terminal::new()
    }
}

impl Terminal {
    /// A terminal just connected, its keyboard locked; the options are offered at once.
    pub fn new() -> Terminal {
        let (nvt, mut out) = Nvt::new(&SERVER);
        // Whatever a terminal that knows no options made of them is written over.
        out.push(b'\r');
        out.push(0);
        let mut keyboard = Keyboard::default();
        keyboard.lock(true);
        Terminal {
            out,
            kind: None,
            nvt,
            keyboard,
            column: 0,
            columns: None,
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
        pressed
    }

    /// The keyboard is locked until the site says otherwise.
    pub fn lock(&mut self) {
        self.keyboard.lock(true);
    }

    /// Something is to be shown. False: it was the last.
    pub fn show(&mut self, shown: &Shown) -> bool {
        match shown {
            Shown::Struck(text) => self.write(text),
            Shown::Line(text) => self.line(text),
            Shown::Keyboard { locked } => {
                self.keyboard.lock(*locked);
                if !locked {
                    self.nvt.go_ahead(&mut self.out);
                }
            }
            Shown::Close(text) => {
                self.line(text);
                return false;
            }
        }
        true
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
