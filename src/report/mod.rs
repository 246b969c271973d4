//! Reports: frozen types, and the code that writes them in each format.
//!
//! A report is plain data. Each command turns its outcome into the frozen types of its folder here, and a
//! format is a function from these types to bytes:
//!
//! ```text
//! validate::Outcome ─▶ validate/view.rs ─▶ validation::v1::Report ─┬▶ json, jsonl       programs
//!                        a saved report ─▶ validation::saved ──────┤
//!                                                                  ├▶ text, html, markdown   people
//!                                                                  └▶ csv, junit, ocsf, prometheus, in-toto, aws-cli
//! ```
//!
//! - [`validation`] holds the report of `validate` and all its formats; [`trails`], [`explain`], [`doctor`], [`collect`],
//!   [`timeline`] and [`history`] hold those of the other commands; [`plan`] and [`state`] hold files that runs leave for others. Each has `v1` (the frozen types), `v1.schema.json` and `text`.
//! - [`json`], [`open_enum`], [`hex`], [`tone`] and `csv_table` serve all of them.
//!
//! Frozen means: fields may be added, but never removed or given another meaning. Scripts and saved reports
//! depend on them, and `v1.schema.json` shows any change in a diff.
//!
//! Nothing is judged here. Verdicts, severities, messages and hints arrive finished; a format only selects,
//! groups, counts and escapes. Nothing here reads a clock, an environment, a file or a network either. The only
//! I/O is to the given writer and, for the aws-cli format, to a temporary file of `base::spool`.
//! Text from outside (keys, messages of AWS, user agents) is escaped by every format, in its own way.
//!
//! To add a format for `validate`: write a file in `validation/` with a function
//! `write(&v1::Report, &mut dyn Write) -> io::Result<()>`, and add one row to `formats!` below. A format that shows
//! the title, the note and the names of an auditor takes a `&Presentation`, too. The command line,
//! its help and the error message for an unknown format follow from that row. Then add a golden file.

pub mod collect;
pub(crate) mod csv_table;
mod date_time;
pub mod doctor;
pub mod explain;
pub mod hex;
pub mod history;
pub mod json;
pub mod open_enum;
pub mod plan;
pub mod state;
pub mod timeline;
pub mod tone;
pub mod trails;
pub mod validation;

use std::fmt;
use std::io;
use std::str::FromStr;

use tone::TextWriter;
use validation::presentation::Presentation;
use validation::v1::Report;

/// Declares each format once: its variant, its name, and how it is written.
macro_rules! formats {
    (|$report:ident, $presentation:ident, $out:ident| $($(#[$doc:meta])* $variant:ident = $name:literal, $write:expr;)*) => {
        /// A report format.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Format {
            $($(#[$doc])* $variant,)*
        }

        impl Format {
            /// Every format.
            pub const ALL: &'static [Format] = &[$(Format::$variant),*];

            /// The value of `--format`.
            pub fn as_str(self) -> &'static str {
                match self { $(Format::$variant => $name),* }
            }
        }

        /// Writes a report. Formats for which [`Format::is_presented`] holds show the presentation, too.
        ///
        /// # Errors
        /// When writing fails.
        pub fn render($report: &Report, $presentation: &Presentation, format: Format, $out: &mut dyn TextWriter) -> io::Result<()> {
            match format { $(Format::$variant => $write),* }
        }
    };
}

formats! {
    |report, presentation, out|
    /// For people, in a terminal.
    Text = "text", validation::text::write(report, out);
    /// For programs: schema `trailproof.report/v1`.
    Json = "json", json::write(report, out);
    /// For programs that read while a run writes: the JSON report in lines.
    Jsonl = "jsonl", validation::jsonl::write(report, out);
    /// For people, to keep: one page that needs no other file.
    Html = "html", validation::html::write(report, presentation, out);
    /// For people, to paste into a ticket.
    Markdown = "markdown", validation::markdown::write(report, presentation, out);
    /// For a spreadsheet: the findings.
    Csv = "csv", validation::csv::write(report, out);
    /// For CI systems: JUnit XML, one suite per chain.
    Junit = "junit", validation::junit::write(report, out);
    /// For collectors of security findings: Open Cybersecurity Schema Framework, one event per line.
    Ocsf = "ocsf", validation::ocsf::write(report, out);
    /// For monitoring: metrics in a text file.
    Prometheus = "prometheus", validation::prometheus::write(report, out);
    /// For scripts written for `aws cloudtrail validate-logs`: the output of that command.
    AwsCli = "aws-cli", validation::aws_cli::write(report, out);
    /// For a shell: the commands that findings call for, as a script.
    Commands = "commands", validation::commands::write(report, out);
    /// For programs that sign and time-stamp: an in-toto Statement about the evidence and the report.
    InToto = "in-toto", validation::in_toto::write(report, validation::in_toto::sha256_of_json(report)?, out);
}

impl Format {
    /// Whether the format shows a [`Presentation`].
    pub fn is_presented(self) -> bool {
        matches!(self, Format::Html | Format::Markdown)
    }
}

/// A text that is not the name of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFormat;

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = Format::ALL.iter().map(|f| f.as_str()).collect();
        write!(f, "expected one of the formats {}", names.join(", "))
    }
}

impl std::error::Error for UnknownFormat {}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(s: &str) -> Result<Self, UnknownFormat> {
        let mut formats = Format::ALL.iter().copied();
        formats.find(|f| f.as_str() == s).ok_or(UnknownFormat)
    }
}
