//! How progress is shown on standard error: the same for every command that may take long.

use clap::ValueEnum;

/// How progress is shown.
#[derive(clap::Args)]
#[command(next_help_heading = "Report")]
pub struct ProgressArgs {
    /// How progress is shown on standard error: auto draws a bar if it is a terminal, plain writes one line
    /// per minute, none shows nothing
    #[arg(long, value_name = "HOW", value_enum, default_value_t = ProgressMode::Auto, hide_possible_values = true)]
    progress: ProgressMode,

    /// Show no progress, as --progress none
    #[arg(long)]
    quiet: bool,
}

/// Where and how progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProgressMode {
    /// A bar, if standard error is a terminal.
    Auto,
    /// One line per minute.
    Plain,
    /// Nothing.
    None,
}

impl ProgressArgs {
    /// How progress is shown: `--quiet` wins.
    pub fn mode(&self) -> ProgressMode {
        match self.quiet {
            true => ProgressMode::None,
            false => self.progress,
        }
    }
}
