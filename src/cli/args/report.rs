//! The arguments of `report`, parsed only.

use std::path::PathBuf;

use super::shared::values::format;
use crate::report::Format;

pub const EXAMPLES: &str = "\
Examples:
  # a page to file, from the report of a run that took hours
  trailproof report report.json --format html --out report.html

  # several at once, and one from a pipe
  trailproof report report.json \\
      --format junit --out junit.xml --format csv --out findings.csv
  xz --decompress --stdout report.json.xz |
      trailproof report - --format markdown

Nothing is looked at again: what the report says is what was found when it was made.

Exit status: 0 written, whatever the verdict; 2 it is not a report, or could not be written";

#[derive(clap::Args)]
pub struct ReportArgs {
    /// A report as `validate --format json` wrote it; - is standard input
    #[arg(value_name = "FILE")]
    pub saved: PathBuf,

    /// The format; repeatable, each with its own --out
    #[arg(long, value_name = "FORMAT", value_parser = format())]
    pub format: Vec<Format>,

    /// Where the report of the --format before it goes; by default standard output
    #[arg(long, value_name = "FILE")]
    pub out: Vec<PathBuf>,
}
