//! `trailproof generate schedule`: all that runs `validate` every hour, ready to install.
//!
//! ```text
//! flags ──> parsed as validate does ──> refused, or CheckFlags ──> parts ──> standard output, or files
//!                                       place: files it can see    quoting, policy (beside this folder), templates
//! ```
//!
//! The templates are beside this file. Each begins with comments: how to install it, and what raises an alarm.

pub(super) mod flags;
mod parts;
pub(super) mod place;

use self::flags::CheckFlags;
use self::place::Unseen;
use crate::base::error::{Error, ErrorKind};
use crate::cli::args::generate::{ScheduleArgs, ScheduleKind};
use crate::cli::generate::part::{Part, check_image, write_all};
use crate::cli::{output, refused};

/// Prints a schedule, or writes its parts into files.
///
/// # Errors
/// If the flags are not those of a scheduled check, or the output cannot be written.
pub fn print(args: &ScheduleArgs) -> Result<u8, Error> {
    let matches = match flags::parsed(&args.flags) {
        Ok(matches) => matches,
        Err(e) if e.use_stderr() => return Ok(refused(e)),
        Err(help) => return output::print_help(&help),
    };
    let check = CheckFlags::of(&args.flags, &matches, args.kind)?;
    check_own(args)?;
    let parts = parts::parts(args, &check)?;
    match &args.out {
        Some(folder) => write_all(folder, &parts).map(|()| 0),
        None => output::print("the schedule", printed(&parts, args.kind).as_bytes()),
    }
}

/// Checks the options of the schedule itself.
fn check_own(args: &ScheduleArgs) -> Result<(), Error> {
    let in_container = matches!(args.kind, ScheduleKind::Kubernetes | ScheduleKind::Ecs);
    let usage = |message: &str| Error::new(ErrorKind::Usage, message);
    if let Some(image) = &args.image {
        if !in_container {
            return Err(usage("--image is for kubernetes and ecs"));
        }
        check_image(image)?;
    }
    let Some(folder) = &args.textfile else {
        return Ok(());
    };
    if args.kind != ScheduleKind::Systemd {
        return Err(usage("--textfile is for systemd"));
    }
    let folder = flags::text(folder.as_os_str())?;
    place::seen(&folder, args.kind).map_err(|why: Unseen| {
        usage(&format!("--textfile {folder}: {}", why.what()))
            .hint("give the folder of the node exporter, such as /var/lib/prometheus/node-exporter")
    })
}

/// What standard output gets: of several files of systemd each with its name, else the file itself. The policy is
/// in its comments.
fn printed(parts: &[Part], kind: ScheduleKind) -> String {
    if kind != ScheduleKind::Systemd {
        return parts
            .first()
            .map(|part| part.text.clone())
            .unwrap_or_default();
    }
    let with_name = |part: &Part| format!("# ---- {} ----\n{}", part.name, part.text);
    parts.iter().map(with_name).collect::<Vec<_>>().join("\n")
}
