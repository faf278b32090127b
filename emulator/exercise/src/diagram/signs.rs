//! What each sign in a diagram is called, what it means, and how it is drawn: one table for each
//! sort of sign. The legend, the picture and the text under the pointer all read these rows.
//!
//! A row says where its sign is drawn: it has a name and a meaning for each such kind of site, and a
//! page knows those of its own kind only.
//!
//! Glyphs are paths in a square of 16 by 16 about (0, 0). Colours are names of the page's style:
//! `maker` is the colour of the machine that made a frame.

use serde::Serialize;

use crate::world::Kind;

/// A row of a table.
#[derive(Clone, Copy, Debug)]
pub struct Sign {
    /// Name and meaning at each [`Kind`] of site; none: it is not drawn there.
    words: [Option<[&'static str; 2]>; 2],
    /// Colour of the style.
    pub colour: &'static str,
    /// Marks: a path. Arrows: lengths of dashes and gaps. Bands: how they are filled.
    pub shape: &'static str,
    /// Marks: how loudly, and where one can jump to.
    pub class: &'static str,
    /// Arrows: what more there is to say of one.
    pub told: Option<&'static Told>,
}

/// What is said of an arrow besides its ends; `{name}` stands for a number or an instant of it.
#[derive(Debug, Serialize)]
pub struct Told {
    /// When.
    pub times: &'static str,
    /// How much.
    pub size: &'static str,
    /// There are so many that they are drawn thinly, without heads, and passed over.
    pub many: bool,
}

/// A row as a page of one kind of site has it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Row {
    /// What it is called.
    pub name: &'static str,
    /// What it means, for the legend.
    pub means: &'static str,
    /// As in [`Sign`].
    pub colour: &'static str,
    /// As in [`Sign`].
    pub shape: &'static str,
    /// As in [`Sign`].
    #[serde(skip_serializing_if = "str::is_empty")]
    pub class: &'static str,
    /// As in [`Sign`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<&'static Told>,
}

impl Sign {
    /// The row at such a site, if it is drawn there.
    pub fn at(&self, kind: Kind) -> Option<Row> {
        let [name, means] = self.words[kind as usize]?;
        Some(Row {
            name,
            means,
            colour: self.colour,
            shape: self.shape,
            class: self.class,
            told: self.told,
        })
    }

    /// At a direction center it is called and means the same.
    const fn at_both(mut self) -> Sign {
        self.words[Kind::Direction as usize] = self.words[Kind::Reservation as usize];
        self
    }

    /// At a direction center it is there too, and this is what it is.
    const fn at_center(mut self, name: &'static str, means: &'static str) -> Sign {
        self.words[Kind::Direction as usize] = Some([name, means]);
        self
    }

    const fn told(mut self, told: &'static Told) -> Sign {
        self.told = Some(told);
        self
    }
}

/// A sign of a reservation site.
const fn sign(
    name: &'static str,
    colour: &'static str,
    shape: &'static str,
    means: &'static str,
) -> Sign {
    mark(name, "", colour, shape, means)
}

const fn mark(
    name: &'static str,
    class: &'static str,
    colour: &'static str,
    shape: &'static str,
    means: &'static str,
) -> Sign {
    Sign {
        words: [Some([name, means]), None],
        colour,
        shape,
        class,
        told: None,
    }
}

/// A sign of direction centers alone.
const fn of_center(class: &'static str, colour: &'static str, shape: &'static str) -> Sign {
    let mut sign = mark("", class, colour, shape, "");
    sign.words[Kind::Reservation as usize] = None;
    sign
}

/// What an arrow is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Arrow {
    Entry,
    Again,
    InDoubt,
    NextBlock,
    Complete,
    Incomplete,
    Lights,
    Read,
    Write,
    Report,
    Crosstell,
    Action,
    Order,
    Display,
    GapHit,
}

const FRAME: Told = Told {
    times: "first bit leaves {from}, last bit {to} ({span})",
    size: "{size} characters, block {block}",
    many: false,
};

const TRANSFER: Told = Told {
    times: "first word {from}, last word {to} ({span})",
    size: "{size} words, track {block}, record {lane}",
    many: true,
};

/// Something on a line or a drum of a center, of which the end is recorded.
const MESSAGE: Told = Told {
    times: "at {from}",
    size: "{size} words",
    many: false,
};

/// The rows of [`Arrow`].
pub const ARROWS: [Sign; 15] = [
    sign(
        "entry",
        "entry",
        "",
        "a frame up: an entry of an agent set, sent for the first time",
    )
    .told(&FRAME),
    sign(
        "entry sent again",
        "again",
        "",
        "a frame up: the same entry with the same serial once more (not acknowledged, no answer in \
         time, or asked for after a takeover)",
    )
    .told(&FRAME),
    sign(
        "entry in doubt",
        "doubt",
        "",
        "a frame up: an entry marked IN DOUBT, because the agent gave up the entry before it",
    )
    .told(&FRAME),
    sign(
        "next block wanted",
        "entry",
        "1.5 3",
        "a frame up: the entry again, for the next block of its answer",
    )
    .told(&FRAME),
    sign(
        "answer",
        "maker",
        "",
        "a frame down: the answer to an entry, or its last block, in the colour of the machine that \
         made it",
    )
    .told(&FRAME),
    sign(
        "answer block",
        "maker",
        "5 3",
        "a frame down: a block of an answer that others follow",
    )
    .told(&FRAME),
    sign(
        "answer in lights",
        "maker",
        "1.5 2.5",
        "a frame down: the sixteen lights of an availability display",
    )
    .told(&FRAME),
    sign(
        "read",
        "storage",
        "",
        "a transfer from a drum or disk unit into core",
    )
    .told(&TRANSFER),
    sign(
        "write",
        "written",
        "",
        "a transfer from core to a drum or disk unit",
    )
    .told(&TRANSFER),
    of_center("", "storage", "")
        .at_center(
            "radar report",
            "a report of a radar site: from the look of its antenna to the drum of the machine whose \
             relays are closed",
        )
        .told(&Told {
            times: "antenna looks {from}, its report ends {to} ({span})",
            size: "{size} words",
            many: true,
        }),
    of_center("", "entry", "")
        .at_center(
            "crosstell",
            "a frame of track data from or to a neighbouring center",
        )
        .told(&MESSAGE),
    of_center("", "again", "")
        .at_center(
            "action",
            "an action at a console, with what its light gun saw, onto the drum",
        )
        .told(&MESSAGE),
    of_center("", "maker", "")
        .at_center(
            "order",
            "words that left for a base, a pilot, a height finder or a teletype, in the colour of the \
             machine that put them out",
        )
        .told(&MESSAGE),
    of_center("", "maker", "1.5 3")
        .at_center(
            "tracks shown",
            "the tracks on the scopes are those of this instant from now on",
        )
        .told(&Told {
            size: "{size} tracks",
            ..MESSAGE
        }),
    of_center("", "storage", "2 2")
        .at_center(
            "gap filler hit",
            "a hit of a gap filler, at the instant it lies on the drum of the machine whose relays are \
             closed",
        )
        .told(&Told {
            size: "1 word",
            many: true,
            ..MESSAGE
        }),
];

/// What became of what an arrow carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Fate {
    Computed,
    Recorded,
    Cut,
    BadCheck,
    NotWanted,
    Unheard,
    Torn,
    Lost,
}

/// The rows of [`Fate`]; the shape stands at the arrow's end.
pub const FATES: [Sign; 8] = [
    sign(
        "arrives",
        "",
        "",
        "the instant of arrival is computed from the line's rate and propagation; the records do not \
         hold it",
    ),
    sign(
        "arrived",
        "",
        "",
        "the instant of arrival is in the records",
    )
    .at_both(),
    sign(
        "cut",
        "fault",
        "M-4 -4L4 4M4 -4L-4 4",
        "the machine let go of the line while the frame was leaving: it never arrives",
    ),
    sign(
        "dropped",
        "fault",
        "M-3 -3H3V3H-3Z",
        "its check character was wrong at the other end",
    )
    .at_center(
        "bad parity",
        "the parity of a word was wrong, and nobody got it",
    ),
    sign(
        "not wanted",
        "faint",
        "M-3 0H3",
        "it arrived and was not shown: another serial or another block was wanted",
    ),
    sign(
        "unheard",
        "fault",
        "M-4 -3L0 3L4 -3",
        "no running machine was connected when it arrived: nobody heard it, and it will be sent again",
    )
    .at_center(
        "on no drum",
        "no machine's relays were closed and the next message of its channel came, or no empty place \
         passed on the drum",
    ),
    sign(
        "torn",
        "fault",
        "M-5 3L-2 -3L1 3L4 -3",
        "the transfer was cut in the middle: the record on the unit is torn",
    ),
    sign(
        "lost on the line",
        "fault",
        "M-4 -4L4 4M4 -4L-4 4M-6 0H6",
        "a trouble of the line took it: it never arrives, or only in part",
    )
    .at_center(
        "lost",
        "too many waited for the line, the line lost it or nobody listened to that line; of what a \
         machine put out: no equipment has that address, or the group has not as many words as it must",
    ),
];

/// A state of a station that lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Band {
    Connected,
    Apart,
    DeadConnected,
    Dead,
    Silent,
    Locked,
    UnitLost,
}

/// The rows of [`Band`].
pub const BANDS: [Sign; 7] = [
    sign(
        "running, relays closed",
        "maker",
        "full",
        "the machine runs, and its relays connect it to drums, disks and lines",
    )
    .at_center(
        "running, relays closed",
        "the machine runs, and its relays connect it to lines, consoles and displays",
    ),
    sign(
        "running, relays open",
        "maker",
        "edge",
        "the machine runs and stands by: nothing it does reaches drums, disks or lines",
    )
    .at_center(
        "running, relays open",
        "the machine runs and stands by: nothing it does reaches lines, consoles or displays",
    ),
    sign(
        "stopped, relays closed",
        "fault",
        "full",
        "the machine has stopped and nobody has taken its place yet",
    )
    .at_both(),
    sign(
        "stopped, relays open",
        "fault",
        "edge",
        "the machine has stopped and is fenced off",
    )
    .at_both(),
    sign(
        "alarm stands",
        "fault",
        "full",
        "the switch has heard no heartbeat of the active machine for the time set, and the role has not \
         moved yet",
    ),
    sign(
        "keyboards locked",
        "fault",
        "hatch",
        "the interchange has heard no go-ahead for too long and locks its sets",
    ),
    sign(
        "unit lost",
        "fault",
        "hatch",
        "the drum or disk unit cannot be used",
    ),
];

/// How the life of an entry ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Ending {
    Answered,
    Refused,
    ToldDone,
    ToldNotDone,
    NeverTold,
    NoAnswer,
    Lost,
}

/// The rows of [`Ending`]: the bars at the agent sets; and last, what lies over the first two.
pub const ENDINGS: [Sign; 8] = [
    sign(
        "answered",
        "life",
        "full",
        "an entry from its acceptance by the interchange to the first character or light of the \
         last block of its answer",
    ),
    sign(
        "refused",
        "life",
        "edge",
        "the same, answered with a refusal or an error reply",
    ),
    sign(
        "in doubt, then told done",
        "doubt",
        "full",
        "the agent gave it up; the next answer said LAST ENTRY DONE",
    ),
    sign(
        "in doubt, then told not done",
        "doubt",
        "edge",
        "the agent gave it up; the next answer said LAST ENTRY NOT DONE",
    ),
    sign(
        "in doubt, never told",
        "doubt",
        "hatch",
        "the agent gave it up, and the next entry too: of this one nobody is told any more",
    ),
    sign(
        "no answer",
        "fault",
        "full",
        "still without its answer when the run ended",
    ),
    sign(
        "lost",
        "fault",
        "hatch",
        "historical mode, where nobody keeps an entry: it was with a machine that lost the active \
         role, or its agent gave it up; it may have been done, and nobody is told",
    ),
    sign(
        "held at a fault",
        "again",
        "full",
        "an entry that waited for its answer when a machine was lost, and got it later",
    ),
];

/// Something that happened at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Mark {
    Fault,
    NoFault,
    Stopped,
    Halted,
    Started,
    Alarm,
    Takeover,
    Switchover,
    Startover,
    RelaysOpened,
    RelaysClosed,
    RoleTaken,
    FirstAnswer,
    HeldAnswered,
    UnitLost,
    UnitBack,
    GivenUp,
    ToldDone,
    ToldNotDone,
    NeverTold,
    NoAnswer,
    TimeOut,
    BadCheck,
    Undetected,
    Queued,
    Reset,
    KeyRefused,
    LineHit,
    Lost,
    DarkGlass,
}

const BOLT: &str = "M2 -7L-4 1H0L-2 7L4 -1H0Z";
const RING: &str = "M5 0A5 5 0 1 1 -5 0A5 5 0 1 1 5 0Z";
const DOUBT: &str =
    "M6 0A6 6 0 1 1 -6 0A6 6 0 1 1 6 0ZM-2 -1.5A2 2 0 1 1 1 .2Q0 .8 0 1.8M0 3.4V4.2";
const DONE: &str = "M6 0A6 6 0 1 1 -6 0A6 6 0 1 1 6 0ZM-3 0L-1 2.5L3 -2.5";
const NOT_DONE: &str = "M6 0A6 6 0 1 1 -6 0A6 6 0 1 1 6 0ZM-3 0H3";
const LOST: &str = "M6 0A6 6 0 1 1 -6 0A6 6 0 1 1 6 0ZM-2.5 -2.5L2.5 2.5M2.5 -2.5L-2.5 2.5";
const CROSS: &str = "M-5 -5L5 5M5 -5L-5 5";
const MOVE: &str = "M-7 -2.5H4L1 -6M7 2.5H-4L-1 6";

/// The rows of [`Mark`]. Class: `loud` is written beside the diagram, `seen` always has its glyph,
/// `quiet` has it when there is room; then where one can jump to.
pub const MARKS: [Sign; 30] = [
    mark(
        "fault",
        "loud fault",
        "fault",
        BOLT,
        "a fault of the script struck and changed something",
    )
    .at_both(),
    mark(
        "fault without effect",
        "loud fault",
        "faint",
        BOLT,
        "a fault of the script came due and changed nothing: the exercise is void",
    )
    .at_both(),
    mark(
        "machine stopped",
        "loud",
        "fault",
        CROSS,
        "a machine stopped, at the location shown",
    )
    .at_both(),
    mark(
        "machine halted",
        "loud",
        "fault",
        "M-5 -5H5V5H-5Z",
        "a program stopped its machine itself",
    )
    .at_both(),
    mark(
        "machine started",
        "loud",
        "ink",
        "M-4 -5L5 0L-4 5Z",
        "a machine began to execute",
    )
    .at_both(),
    mark(
        "alarm",
        "loud",
        "fault",
        "M0 -6L6 5H-6ZM0 -2V2M0 3.2V3.8",
        "the switch hears no heartbeat",
    )
    .at_center(
        "alarm",
        "a machine raised an alarm that the switch hears: its program shows no life, it has stopped, it \
         has no power, or it is too hot",
    ),
    mark(
        "takeover",
        "loud takeover",
        "ink",
        MOVE,
        "the switch decided that the active role moves, because the active machine failed",
    )
    .at_both(),
    mark(
        "switchover",
        "loud takeover",
        "ink",
        MOVE,
        "the active role moves because somebody asked",
    )
    .at_both(),
    mark(
        "startover",
        "loud takeover",
        "ink",
        MOVE,
        "no machine was active: one is given the role from nothing",
    )
    .at_both(),
    mark(
        "relays opened",
        "loud",
        "ink",
        "M-6 0H-2L3 -4M3 0H6",
        "a machine is fenced off from drums, disks and lines",
    )
    .at_center(
        "relays opened",
        "a machine is cut off from lines, consoles and displays",
    ),
    mark(
        "relays closed",
        "loud",
        "ink",
        "M-6 0H6",
        "a machine is connected",
    )
    .at_both(),
    mark(
        "role taken",
        "loud",
        "ink",
        "M0 -6L6 0L0 6L-6 0Z",
        "a machine is active",
    )
    .at_both(),
    mark(
        "first answer",
        "loud",
        "ink",
        "M0 -5V4M-3 1L0 5L3 1",
        "the first answer made by the new active machine: the outage is over",
    ),
    mark(
        "all held entries answered",
        "loud",
        "ink",
        "M-5 0L-1 4L5 -5",
        "every entry that waited when the fault struck has its answer",
    ),
    mark(
        "unit lost",
        "loud",
        "fault",
        CROSS,
        "a drum or disk unit went away",
    ),
    mark(
        "unit back",
        "loud",
        "ink",
        RING,
        "a drum or disk unit can be used again",
    ),
    mark(
        "given up, in doubt",
        "seen doubt",
        "doubt",
        DOUBT,
        "an agent pressed RESET and typed another entry: whether this one was done is in doubt",
    ),
    mark(
        "told done",
        "seen doubt",
        "doubt",
        DONE,
        "the next answer said that the entry in doubt was done",
    ),
    mark(
        "told not done",
        "seen doubt",
        "doubt",
        NOT_DONE,
        "the next answer said that the entry in doubt was not done",
    ),
    mark(
        "never told",
        "seen doubt",
        "doubt",
        LOST,
        "the agent gave up the entry after it too: of this one nobody is told any more",
    ),
    mark(
        "no answer",
        "seen doubt",
        "fault",
        LOST,
        "an entry that had no answer when the run ended",
    ),
    mark(
        "poll without reply",
        "quiet",
        "fault",
        "M-4 0H-1M1 0H4",
        "an interchange did not reply to a go-ahead (recorded once until it replies again)",
    ),
    mark(
        "bad check",
        "quiet",
        "fault",
        "M-3 -3H3V3H-3Z",
        "something on the line was dropped for its check character",
    ),
    mark(
        "undetected error",
        "loud",
        "fault",
        "M-3 -3H3V3H-3ZM-3 -3L3 3",
        "noise changed a frame and its check did not tell: outside the failure model",
    ),
    mark(
        "queued again",
        "quiet",
        "again",
        "M-4 0A4 4 0 1 0 0 -4M0 -6.5V-1.5L3 -4Z",
        "the interchange puts an entry into its queue once more",
    ),
    mark(
        "RESET",
        "quiet",
        "doubt",
        "M-4 -4V4M-4 -4H1A2 2 0 1 1 1 0H-4M0 0L4 4",
        "the agent unlocked the keyboard while an entry was held",
    ),
    mark(
        "key refused",
        "quiet",
        "faint",
        "M-4 -4L4 4",
        "the keyboard was locked, or the text was impossible",
    ),
    mark(
        "line trouble",
        "quiet",
        "fault",
        "M-6 0L-3 -4L0 4L3 -4L6 0",
        "a trouble of the line hit this frame: lost, late, repeated, overtaken, or bits of it wrong",
    )
    .at_center(
        "line trouble",
        "a trouble of the line hit this message: lost, late, repeated, overtaken, or bits of it wrong",
    ),
    mark(
        "lost",
        "seen doubt",
        "fault",
        LOST,
        "an entry is lost (historical mode): nobody keeps it, and nobody is told whether it was done",
    ),
    of_center("quiet", "faint", "M-4 -4L4 4").at_center(
        "dark glass",
        "an action at a console whose light gun saw nothing: no message was made of it",
    ),
];
