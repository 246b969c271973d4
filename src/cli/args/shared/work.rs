//! How long a run may take, and how much it reads of one object: the same for every command that does so.

use jiff::SignedDuration;

use super::values::{deadline, size};
use crate::base::limits::Limits;

/// How long a run may take.
#[derive(clap::Args)]
#[command(next_help_heading = "Work")]
pub struct DeadlineArgs {
    /// End the run after this time, such as 45m, with a report of what was found until then and exit
    /// status 4, or 1 if something failed; by default there is no deadline
    #[arg(long, value_name = "DURATION", value_parser = deadline)]
    pub deadline: Option<SignedDuration>,
}

impl DeadlineArgs {
    /// The deadline in seconds, as a report repeats it.
    pub fn seconds(&self) -> Option<i64> {
        self.deadline.map(|after| after.as_secs())
    }
}

/// How much is read of one object.
#[derive(clap::Args)]
#[command(next_help_heading = "Work")]
pub struct BoundArgs {
    /// The largest digest that is read, uncompressed; a digest of 100,000 logs has about 37 MiB
    #[arg(long, value_name = "SIZE", default_value = "256MiB", value_parser = size)]
    pub max_digest_size: u64,
}

impl BoundArgs {
    /// The bounds of a run.
    pub fn limits(&self) -> Limits {
        Limits {
            digest_inflated: self.max_digest_size,
            ..Limits::default()
        }
    }
}
