//! Where a file must be for a scheduled check to read it.

use std::path::{Component, Path};

use crate::cli::args::generate::ScheduleKind;

/// The folder of files that the check reads.
pub const FILES: &str = "/etc/trailproof";

/// Folders, below the root, that the sandbox of the service hides or replaces (systemd.exec(5), ProtectHome and
/// PrivateTmp).
const HIDDEN: &[&str] = &["home", "root", "run/user", "tmp", "var/tmp"];

/// Whether the sandbox of the service hides an absolute path.
fn is_hidden(path: &Path) -> bool {
    let below = path.strip_prefix("/").unwrap_or(path);
    HIDDEN.iter().any(|folder| below.starts_with(folder))
}

/// Why a check could not read a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unseen {
    /// A service has another working folder.
    Relative,
    /// The sandbox hides its folder.
    Hidden,
    /// A container has only the files of one folder.
    OutsideFolder,
    /// A ConfigMap has files alone.
    InSubfolder,
    /// The name cannot be a key of a ConfigMap.
    OddName,
    /// A workflow has only the files of its repository.
    OutsideRepository,
}

impl Unseen {
    pub fn what(self) -> &'static str {
        match self {
            Unseen::Relative => "the path is not absolute",
            Unseen::Hidden => "the service cannot see home folders and temporary ones",
            Unseen::OutsideFolder => "the container has only the files in /etc/trailproof",
            Unseen::InSubfolder => "a ConfigMap has no folders below /etc/trailproof",
            Unseen::OddName => {
                "the name of a file in a ConfigMap has only letters, digits, -, _ and ."
            }
            Unseen::OutsideRepository => "a workflow has only the files of its repository",
        }
    }

    pub fn cure(self) -> &'static str {
        match self {
            Unseen::Relative | Unseen::Hidden => {
                "give the path that the file has on the machine of the schedule, such as /etc/trailproof/accept.toml"
            }
            Unseen::OutsideFolder => {
                "give the path that the file has in the container, such as /etc/trailproof/accept.toml; the output \
                 says how it gets there"
            }
            Unseen::InSubfolder => {
                "give one file beside the others, such as /etc/trailproof/keys.json"
            }
            Unseen::OddName => "rename it, such as to /etc/trailproof/accept.toml",
            Unseen::OutsideRepository => {
                "commit it, and give its path from the top of the repository, such as trailproof/accept.toml"
            }
        }
    }
}

/// Checks that a schedule of some kind can read a file.
///
/// # Errors
/// Why it could not.
pub fn seen(path: &str, kind: ScheduleKind) -> Result<(), Unseen> {
    let path = Path::new(path);
    let climbs = path.components().any(|part| part == Component::ParentDir);
    match kind {
        ScheduleKind::Systemd if !path.is_absolute() || climbs => Err(Unseen::Relative),
        ScheduleKind::Systemd if is_hidden(path) => Err(Unseen::Hidden),
        ScheduleKind::Systemd => Ok(()),
        ScheduleKind::Kubernetes => in_config_map(path, climbs),
        ScheduleKind::Ecs if path.starts_with(FILES) && !climbs && path != Path::new(FILES) => {
            Ok(())
        }
        ScheduleKind::Ecs => Err(Unseen::OutsideFolder),
        ScheduleKind::GithubActions if path.is_absolute() || climbs => {
            Err(Unseen::OutsideRepository)
        }
        ScheduleKind::GithubActions => Ok(()),
    }
}

/// Checks that a file can be one of the ConfigMap.
fn in_config_map(path: &Path, climbs: bool) -> Result<(), Unseen> {
    if !path.starts_with(FILES) || climbs || path == Path::new(FILES) {
        return Err(Unseen::OutsideFolder);
    }
    if path.parent() != Some(Path::new(FILES)) {
        return Err(Unseen::InSubfolder);
    }
    if is_key(path) {
        Ok(())
    } else {
        Err(Unseen::OddName)
    }
}

/// Whether the name of a file can be a key of a ConfigMap.
fn is_key(path: &Path) -> bool {
    let is_key = |b: &u8| b.is_ascii_alphanumeric() || b"-_.".contains(b);
    // The path of a folder above has no name.
    path.file_name()
        .is_some_and(|name| name.as_encoded_bytes().iter().all(is_key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_reads_only_the_files_that_it_has() {
        use ScheduleKind::{Ecs, GithubActions, Kubernetes, Systemd};
        for (path, kind, expected) in [
            ("/etc/trailproof/accept.toml", Systemd, Ok(())),
            ("/srv/keys", Systemd, Ok(())),
            ("accept.toml", Systemd, Err(Unseen::Relative)),
            (
                "/etc/../home/me/accept.toml",
                Systemd,
                Err(Unseen::Relative),
            ),
            ("/home/me/accept.toml", Systemd, Err(Unseen::Hidden)),
            ("/etc/trailproof/accept.toml", Kubernetes, Ok(())),
            ("/etc/trailproof/..", Kubernetes, Err(Unseen::OutsideFolder)),
            ("/etc/trailproof/a b", Kubernetes, Err(Unseen::OddName)),
            (
                "/etc/trailproof/keys/a",
                Kubernetes,
                Err(Unseen::InSubfolder),
            ),
            ("/etc/trailproof/keys/a", Ecs, Ok(())),
            ("/etc/trailproof/../a", Ecs, Err(Unseen::OutsideFolder)),
            ("/etc/passwd", Ecs, Err(Unseen::OutsideFolder)),
            ("trailproof/accept.toml", GithubActions, Ok(())),
            (
                "../accept.toml",
                GithubActions,
                Err(Unseen::OutsideRepository),
            ),
            (
                "/accept.toml",
                GithubActions,
                Err(Unseen::OutsideRepository),
            ),
        ] {
            assert_eq!(seen(path, kind), expected, "{path}");
        }
    }
}
