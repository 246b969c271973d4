//! The report of `validate`: its frozen types, and one file or folder per format.
//!
//! ```text
//! v1              the frozen types, trailproof.report/v1; validate/view.rs makes them from an outcome
//! saved/          reads a report.json back and bounds its memory
//!
//! for people      text, html/, markdown/, junit (read by CI systems, but shown to people)
//! for programs    jsonl, csv, ocsf, prometheus, commands, in_toto, aws_cli/   (json itself is report/json.rs)
//!
//! shared by them
//!   custody       what an auditor compares and files: the evidence hash, who ran what, when
//!   absent        chains with findings and without a digest
//!   headline      the verdict in words, the window, the keys, the filters, which chains are shown
//!   summary/      the report in numbers and in three sentences
//!   wording       phrases about one chain or gap
//!   events        phrases about one event, and which events belong to a finding
//!   changes       phrases about changes to trails, and which of them are shown
//!   groups        findings that say the same, as one
//!   over_chains   gaps that many chains have in common, and in which chains
//!   label         the names of values
//!   matrix        accounts by regions
//!   presentation/ the title, the note and the names of accounts that an auditor adds
//!   proven        what a report proves, in sentences
//!   recovery      what survives of a missing or altered object
//!   scope_label   a name for what a report is about, the same in every run
//! ```
//!
//! Formats for people are bounded: each has constants at its head for how much it shows, and says how much it
//! leaves out. Formats for programs are complete. A format decides on the types of `v1` and on enums, never on
//! the text of a message; a saved report of a later version may hold codes and words that this version does
//! not know ([`Word::Other`](crate::report::open_enum::Word)), and these are shown as they are.

pub(crate) mod absent;
pub mod aws_cli;
pub(crate) mod changes;
pub(crate) mod commands;
pub(crate) mod csv;
pub(crate) mod custody;
pub(crate) mod events;
pub(crate) mod groups;
pub(crate) mod headline;
pub mod html;
pub(crate) mod in_toto;
pub mod jsonl;
pub(crate) mod junit;
pub(crate) mod label;
pub(crate) mod markdown;
pub(crate) mod matrix;
pub(crate) mod ocsf;
pub(crate) mod over_chains;
pub mod presentation;
pub(crate) mod prometheus;
pub(crate) mod proven;
pub(crate) mod recovery;
pub mod saved;
pub(crate) mod scope_label;
pub(crate) mod summary;
pub mod text;
pub mod v1;
pub(crate) mod wording;
