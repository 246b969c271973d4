//! `trailproof generate schedule`: all that runs `validate` every hour, ready to install.

use crate::base::error::{Error, ErrorKind};
use crate::cli::args::generate::ScheduleArgs;

/// Prints a schedule.
///
/// # Errors
/// If the flags are not those of a validation, or the output cannot be written.
pub fn print(args: &ScheduleArgs) -> Result<u8, Error> {
    let _ = args;
    Err(Error::new(ErrorKind::Usage, "no schedule is available yet"))
}
