//! Rendering: the frozen view of an outcome, and one file a format.

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

/// Declares the formats once: the variant, its name, and what writes it.
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

            /// The name it is asked for by.
            pub fn as_str(self) -> &'static str {
                match self { $(Format::$variant => $name),* }
            }
        }

        /// Writes a report.
        ///
        /// # Errors
        /// Where writing fails.
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
    /// For programs that read line by line: the JSON report in pieces.
    Jsonl = "jsonl", crate::report::validation::jsonl::write;
    /// For people, to file: one page that needs nothing else.
    Html = "html", crate::report::validation::html::write;
    /// For people, to paste into a ticket.
    Markdown = "markdown", crate::report::validation::markdown::write;
    /// The findings, for a spreadsheet.
    Csv = "csv", crate::report::validation::csv::write;
    /// For what runs tests: a suite a chain.
    Junit = "junit", crate::report::validation::junit::write;
    /// For what collects security findings: Open Cybersecurity Schema Framework, an event a line.
    Ocsf = "ocsf", crate::report::validation::ocsf::write;
    /// For what watches: a text file of metrics.
    Prometheus = "prometheus", crate::report::validation::prometheus::write;
    /// For scripts written for `aws cloudtrail validate-logs`: what that prints.
    AwsCli = "aws-cli", crate::report::validation::aws_cli::write;
}

/// A text is not the name of a format.
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
        let named = Format::ALL.iter().find(|format| format.as_str() == s);
        named.copied().ok_or(UnknownFormat)
    }
}
