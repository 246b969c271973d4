//! Reports: frozen types, and the code that writes them in each format.
//!
//! A report is plain data. Each command turns its outcome into the frozen types of its folder here, and a
//! format is a function from these types to bytes:
//!
//! ```text
//! validate::Outcome ─▶ validate/view.rs ─▶ validation::v1::Report ─┬▶ json, jsonl       programs
//!                        a saved report ─▶ validation::saved ──────┤
//!                                                                  ├▶ text, html, markdown   people
//!                                                                  └▶ csv, junit, ocsf, prometheus, aws-cli
//! ```
//!
//! - [`validation`] holds the report of `validate` and all its formats; [`trails`], [`explain`] and [`doctor`]
//!   hold those of the other commands. Each has `v1` (the frozen types), `v1.schema.json` and `text`.
//! - [`json`], [`open_enum`], [`hex`] and [`tone`] serve all of them.
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
//! `write(&v1::Report, &mut dyn Write) -> io::Result<()>`, and add one row to `formats!` below. The command line,
//! its help and the error message for an unknown format follow from that row. Then add a golden file.

mod date_time;
pub mod doctor;
pub mod explain;
pub mod hex;
pub mod json;
pub mod open_enum;
pub mod tone;
pub mod trails;
pub mod validation;

use std::fmt;
use std::io;
use std::str::FromStr;

/// Declares each format once: its variant, its name, and the function that writes it.
macro_rules! formats {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $write:path;)*) => {
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

        /// Writes a report.
        ///
        /// # Errors
        /// When writing fails.
        pub fn render(report: &crate::report::validation::v1::Report, format: Format, out: &mut dyn $crate::report::tone::TextWriter) -> io::Result<()> {
            match format { $(Format::$variant => $write(report, out)),* }
        }
    };
}

formats! {
    /// For people, in a terminal.
    Text = "text", crate::report::validation::text::write;
    /// For programs: schema `trailproof.report/v1`.
    Json = "json", json::write;
    /// For programs that read while a run writes: the JSON report in lines.
    Jsonl = "jsonl", crate::report::validation::jsonl::write;
    /// For people, to keep: one page that needs no other file.
    Html = "html", crate::report::validation::html::write;
    /// For people, to paste into a ticket.
    Markdown = "markdown", crate::report::validation::markdown::write;
    /// For a spreadsheet: the findings.
    Csv = "csv", crate::report::validation::csv::write;
    /// For CI systems: JUnit XML, one suite per chain.
    Junit = "junit", crate::report::validation::junit::write;
    /// For collectors of security findings: Open Cybersecurity Schema Framework, one event per line.
    Ocsf = "ocsf", crate::report::validation::ocsf::write;
    /// For monitoring: metrics in a text file.
    Prometheus = "prometheus", crate::report::validation::prometheus::write;
    /// For scripts written for `aws cloudtrail validate-logs`: the output of that command.
    AwsCli = "aws-cli", crate::report::validation::aws_cli::write;
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
