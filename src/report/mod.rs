//! Rendering: the frozen view of an outcome, and one file a format.

pub mod aws_cli;
mod csv;
pub(crate) mod groups;
mod head;
mod held;
pub mod hex;
pub mod html;
pub mod json;
pub mod jsonl;
mod junit;
mod markdown;
mod matrix;
mod ocsf;
mod prometheus;
pub mod saved;
mod scope;
pub mod text;
pub mod trails;
pub mod v1;
pub mod word;
pub(crate) mod words;

use std::fmt;
use std::io::{self, Write};
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
        pub fn render(report: &v1::Report, format: Format, out: &mut dyn Write) -> io::Result<()> {
            match format { $(Format::$variant => $write(report, out)),* }
        }
    };
}

formats! {
    /// For people, in a terminal.
    Text = "text", text::write;
    /// For programs: schema `trailproof.report/v1`.
    Json = "json", json::write;
    /// For programs that read line by line: the JSON report in pieces.
    Jsonl = "jsonl", jsonl::write;
    /// For people, to file: one page that needs nothing else.
    Html = "html", html::write;
    /// For people, to paste into a ticket.
    Markdown = "markdown", markdown::write;
    /// The findings, for a spreadsheet.
    Csv = "csv", csv::write;
    /// For what runs tests: a suite a chain.
    Junit = "junit", junit::write;
    /// For what collects security findings: Open Cybersecurity Schema Framework, an event a line.
    Ocsf = "ocsf", ocsf::write;
    /// For what watches: a text file of metrics.
    Prometheus = "prometheus", prometheus::write;
    /// For scripts written for `aws cloudtrail validate-logs`: what that prints.
    AwsCli = "aws-cli", aws_cli::write;
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
