//! What a page says at each kind of site, besides what its signs are called ([`super::signs`]).
//!
//! The template gets these words filled in, the script gets [`Spoken`] with its data; neither has
//! words of a kind of site of its own. `{name}` stands for what the script fills in.

use serde::Serialize;

use crate::world::Kind;

/// The words of one kind of site.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// How the picture is read.
    pub means: &'static str,
    /// What is history, and what is ours.
    pub ours: &'static str,
    /// What leaves no record, as paragraphs; `{polls}` stands for how many.
    pub absent: &'static str,
    /// What there is so much of that only the columns' counts have all of it.
    pub counted: &'static str,
    /// Heading of the legend of lives of entries.
    pub lives: &'static str,
    /// Heading of the legend of bands.
    pub bands: &'static str,
    /// What marks of class `doubt` are, in a word and whole; none are drawn if it is empty.
    pub doubt: [&'static str; 2],
    /// What keys jump, to whom the picture is read aloud.
    pub jumps: &'static str,
    /// The same in the table of keys.
    pub jump_keys: &'static str,
    /// What Enter does, if anything can be looked at closely.
    pub closely: &'static str,
    /// Example and label of the search box.
    pub find: [&'static str; 2],
    /// What it finds.
    pub finds: &'static str,
    /// What the script says.
    pub spoken: Spoken,
}

/// What the script says. Where there are no entries, what is told of them is empty.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Spoken {
    /// Nothing is chosen: what the whole run is.
    pub nothing: &'static str,
    /// More arrows than can be drawn.
    pub shaded: &'static str,
    /// Nothing has this text.
    pub not_found: &'static str,
    /// After the name of a station: which of its lanes.
    pub lane: &'static str,
    /// After the name of a station: how many lanes it has.
    pub lanes: &'static str,
    /// An entry.
    pub entry: &'static str,
    /// After an entry: that it was given up.
    pub given_up: &'static str,
    /// After an entry: that it waited when a machine was lost.
    pub held: &'static str,
}

impl Words {
    /// Those of a kind.
    pub fn of(kind: Kind) -> &'static Words {
        match kind {
            Kind::Reservation => &RESERVATION,
            Kind::Direction => &DIRECTION,
        }
    }
}

const RESERVATION: Words = Words {
    means: "Time runs downwards. Every column is a station; the frames on the lines are arrows from the instant their first bit leaves to the instant their last bit arrives. The interchanges stand line by line, and in each of them every agent set has a lane. The tint runs from a fault to the first answer after it. A full line across is a fault, a broken one a move of the active role. Where frames are shaded, the left half of a column is entries, the right half answers.",
    ours: "The terms (machine, channel, drum, disk, interchange, agent set, go-ahead, push-buttons, lights) are those of the time. The takeover by heartbeat and relays, serials, block numbers, IN DOUBT and LAST ENTRY DONE, the check of a frame, and this picture are ours, and so is every instant in it: nothing here was measured in the 1960s. People and calls are made up.",
    absent: "<p>{polls} go-aheads (polls) and the replies \u{201c}nothing to send\u{201d}: they are counted, not recorded. When a frame arrives at the centre is computed; so is the arrival of a block that no set has shown. What goes on inside a machine leaves no record here.</p>",
    counted: "transfers between core and drums or disks",
    lives: "Bars at agent sets",
    bands: "Bars at other stations",
    doubt: ["doubtful", "lost or doubtful entry"],
    jumps: "f, t and d jump to the next fault, takeover, doubtful entry",
    jump_keys: "<kbd>f</kbd> <kbd>t</kbd> <kbd>d</kbd></td><td>next fault, takeover, lost or doubtful entry; with <kbd>Shift</kbd> the one before",
    closely: "look closely at the entry chosen",
    find: ["find: set 12, or text", "find an entry by set or text"],
    finds: "find a set or a text",
    spoken: Spoken {
        nothing: "{frames} frames, {entries} entries, {moves} of the active role in {span}.\n\
            Point at a sign to be told what it is, click to keep it; f, t and d go to the next fault, takeover, lost or doubtful entry; ? lists all keys.",
        shaded: "{frames} frames: shaded; zoom in for arrows",
        not_found: "no entry with {text}",
        lane: ", set {lane} of {lanes}",
        lanes: ", {lanes} agent sets",
        entry: "entry `{text}`, set {set}, serial {serial}, accepted {at}",
        given_up: "; given up after {span}",
        held: "; held at a fault",
    },
};

const DIRECTION: Words = Words {
    means: "Time runs downwards. Every column is a station. A report of a radar is an arrow from the look of its antenna to the instant it lies on the drum of the machine whose relays are closed; what leaves for neighbours, bases and pilots is an arrow from the machine that put it out. The tint runs from the loss of a machine to the first display of the other. A full line across is a fault, a broken one a move of the active role. Where messages are shaded, the left half of a column is what came from it, the right half what went to it.",
    ours: "The terms (direction center, active and standby, crosstell, situation display, light gun) are those of the time. How the role moves, every code and layout, and this picture are ours, and so is every instant in it: nothing here was measured in the 1960s. Aircraft and people are made up.",
    absent: "<p>Words shown on digital displays, returns of radars on the scopes, and what goes on inside a machine leave no arrow here. Between the machines themselves nothing is drawn: words of the intercommunication drums leave no record.</p>",
    counted: "reports of radars and hits of gap fillers",
    lives: "",
    bands: "Bars at the machines",
    doubt: ["", ""],
    jumps: "f and t jump to the next fault, takeover",
    jump_keys: "<kbd>f</kbd> <kbd>t</kbd></td><td>next fault, takeover; with <kbd>Shift</kbd> the one before",
    closely: "",
    find: [
        "find: a station, order, text",
        "find an arrow or a mark by station, name or text",
    ],
    finds: "find a station, a sign or a text",
    spoken: Spoken {
        nothing: "{frames} messages and displays, {others} radar reports and gap filler hits as arrows, {moves} of the active role in {span}.\n\
            Point at a sign to be told what it is, click to keep it; f and t go to the next fault, takeover; ? lists all keys.",
        shaded: "{frames} messages: shaded; zoom in for arrows",
        not_found: "no arrow or mark with {text}",
        lane: "",
        lanes: "",
        entry: "",
        given_up: "",
        held: "",
    },
};
