//! `trailproof generate schedule`: all that runs `validate` every hour, ready to install.
//!
//! ```text
//! flags ──> parsed as validate does ──> refused, or CheckFlags ──> parts ──> standard output, or files
//!                                       place: files it can see    quoting, policy, templates
//! ```
//!
//! The templates are beside this file. Each begins with comments: how to install it, and what raises an alarm.

mod flags;
mod parts;
mod place;
mod policy;
mod quoting;

use std::fs;
use std::path::Path;

use self::flags::CheckFlags;
use self::parts::Part;
use self::place::Unseen;
use crate::base::error::{Error, ErrorKind};
use crate::cli::args::generate::{ScheduleArgs, ScheduleKind};
use crate::cli::diagnose::note;
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
        let is_name = |b: u8| b.is_ascii_alphanumeric() || b"-_./:@".contains(&b);
        if !in_container {
            return Err(usage("--image is for kubernetes and ecs"));
        }
        if image.is_empty() || !image.bytes().all(is_name) {
            return Err(usage("--image is not the name of an image")
                .hint("give one such as registry.example.com/trailproof:0.1.0"));
        }
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

/// Writes each part into a file of its own.
fn write_all(folder: &Path, parts: &[Part]) -> Result<(), Error> {
    for part in parts {
        let path = folder.join(part.name);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, &part.text))
            .map_err(|e| {
                let message = format!("cannot write {}", path.display());
                Error::new(ErrorKind::Output, message).because(e)
            })?;
        note(&format!("wrote {}", path.display()));
    }
    Ok(())
}
