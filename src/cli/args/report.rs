//! The arguments of `report`, parsed only.

use std::path::PathBuf;

use super::shared::presentation::PresentationArgs;
use super::shared::values::format;
use crate::report::Format;

pub const EXAMPLES: &str = "\
Examples:
  # an HTML page for the files, from the report of a run that took hours
  trailproof report report.json --format html --out report.html

  # several at once, and one from a pipe
  trailproof report report.json \\
      --format junit --out junit.xml --format csv --out findings.csv
  xz --decompress --stdout report.json.xz |
      trailproof report - --format markdown

Nothing is checked again: the new report says what was found when the saved one was made.

Exit status: 0 written, whatever the verdict; 2 FILE is not a report, or the new report could not be written";

#[derive(clap::Args)]
pub struct ReportArgs {
    /// A report that `validate --format json` wrote; - reads standard input
    #[arg(value_name = "FILE")]
    pub saved: PathBuf,

    /// The format; by default text; repeatable, each with its own --out
    #[arg(long, value_name = "FORMAT", value_parser = format())]
    pub format: Vec<Format>,

    /// The file for the report of the --format before it; by default standard output
    #[arg(long, value_name = "FILE")]
    pub out: Vec<PathBuf>,

    #[command(flatten)]
    pub presentation: PresentationArgs,

    /// Write the commands that findings call for to this file, as a POSIX shell script; they only read from AWS
    #[arg(long, value_name = "FILE")]
    pub commands: Option<PathBuf>,
}
