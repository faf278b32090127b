//! Room `exercise`: what people do to a site, and who says whether it kept its promises.
//!
//! | part | what it is |
//! |---|---|
//! | [`script`] | the sheet of an exercise: workload, faults, expectations |
//! | [`inputs`] | everything a run is made from, read and checked |
//! | [`schedule`], [`files`], [`opening`], [`demand`], [`people`] | the airline: departures, what the files hold at first, who wants what |
//! | [`day`], [`layout`], [`tables_deck`], [`recovered`], [`media`] | the records on drum and disk as the control program lays them out |
//! | [`agents`], [`workload`], [`entries_csv`] | who types what |
//! | [`world`] | what runs of every kind of site have in common |
//! | [`driver`] | the run itself, in slices of ten milliseconds |
//! | [`air`] | the same for a direction center: what flies, consoles, judges, report |
//! | [`campaign`] | the same exercise many times: seeds, crash points |
//! | [`judges`] | who only watch, and their verdicts |
//! | [`diagram`] | what went when from where to where, for people's eyes |
//! | [`linearisability`], [`history`] | can a history be put in an order; histories for checkers of others |
//! | [`report`], [`statistics`] | figures and verdicts for people and for programs |
//!
//! The machines know nothing of this room, and the judges nothing of the machines: they see the
//! lines, the sets, and what is magnetised on drums and disks.
//!
//! *Deliberately absent*: files, the terminal and the wall clock (see the command), and any
//! knowledge of how the control program does its work, other than where it keeps its records.
//!
//! *To add a fault to scripts*: a variant of `script::FaultKind`, its arms in `validate_fault` and
//! `driver::site_fault`. *To add an expectation*: a variant of `script::Condition`, its arm in
//! `report::expectations`.

pub mod agents;
pub mod air;
pub mod campaign;
pub mod day;
pub mod demand;
pub mod diagram;
pub mod driver;
pub mod entries_csv;
pub mod files;
pub mod history;
pub mod inputs;
pub mod judges;
pub mod layout;
pub mod linearisability;
pub mod media;
pub mod opening;
pub mod people;
pub mod recovered;
pub mod reliability;
pub mod replay;
pub mod report;
pub mod schedule;
pub mod script;
pub mod snapshot;
pub mod startover_image;
pub mod statistics;
pub mod tables_deck;
pub mod workload;
pub mod world;
