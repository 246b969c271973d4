//! How long a run may take: the same for every command that reads or asks anything.

use jiff::SignedDuration;

use super::values::deadline;

/// How long a run may take.
#[derive(clap::Args)]
#[command(next_help_heading = "Work")]
pub struct DeadlineArgs {
    /// End the run so long after its start, such as 45m, with a report of what was found until then
    /// and exit status 4, or 1 if something failed; by default there is no deadline
    #[arg(long, value_name = "DURATION", value_parser = deadline)]
    pub deadline: Option<SignedDuration>,
}

impl DeadlineArgs {
    /// The deadline in seconds, as a report repeats it.
    pub fn seconds(&self) -> Option<i64> {
        self.deadline.map(|after| after.as_secs())
    }
}
