//! Notices that a copy changes while it is read. The time of the last change of a file or folder, which no tool
//! sets, is compared with the time at which the run began. That costs nothing where nothing changes.

use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{AtFlags, Stat, fstat, statat};

use super::open::{FolderUse, descend};

/// For so long after its last change, in seconds, a tool may still be writing a file.
const SETTLING: u64 = 60;
/// Pauses before something that changes is read once more. Most tools replace a file in less time.
const PAUSES: [Duration; 4] = [
    Duration::from_millis(20),
    Duration::from_millis(40),
    Duration::from_millis(80),
    Duration::from_millis(160),
];
/// Most pauses of one run, so that a copy of which everything changes does not hold it up: some 15 seconds.
const MOST_PAUSES: u32 = 200;

/// What changed in a copy since the run began.
pub(super) struct Changes {
    /// When the run began, since the epoch.
    began: Duration,
    /// The first key of what changed, in the order of their bytes.
    seen: Mutex<Option<String>>,
    pauses: AtomicU32,
}

impl Changes {
    pub(super) fn since_now() -> Self {
        Changes {
            began: now(),
            seen: Mutex::default(),
            pauses: AtomicU32::new(0),
        }
    }

    /// Notes a file or folder of this key, if it changed since the run began. Returns whether it did.
    pub(super) fn note(&self, key: &str, stat: &Stat) -> bool {
        let is_newer = changed_at(stat) >= self.began;
        if is_newer {
            let mut seen = self.seen.lock().unwrap_or_else(|e| e.into_inner());
            if seen.as_deref().is_none_or(|first| key < first) {
                *seen = Some(key.to_owned());
            }
        }
        is_newer
    }

    /// The key of something that changed.
    pub(super) fn seen(&self) -> Option<String> {
        let seen = self.seen.lock().unwrap_or_else(|e| e.into_inner());
        seen.clone()
    }

    /// Whether what was read of a path may have been about to change: the file, or if there is none the nearest
    /// folder above it, changed since the run began. That is noted.
    pub(super) fn changed(&self, root: BorrowedFd<'_>, path: &str) -> bool {
        let (folder, stat) = nearest(root, path);
        let folder = folder.map(|folder| fstat(&folder));
        let folder = folder.and_then(Result::ok);
        let mut newer = [stat, folder].into_iter().flatten();
        let newer = newer.find(|stat| changed_at(stat) >= self.began);
        if let Some(stat) = &newer {
            self.note(path, stat);
        }
        newer.is_some()
    }

    /// Waits until a file at a path exists and does not change, or some pauses have passed.
    pub(super) fn settle(&self, root: BorrowedFd<'_>, path: &str) {
        let mut before = None;
        for pause in PAUSES {
            let (_, stat) = nearest(root, path);
            let state = stat.map(|stat| (changed_at(&stat), stat.st_size, stat.st_ino));
            if state.is_some() && state == before {
                return;
            }
            before = state;
            if self.pauses.fetch_add(1, Ordering::Relaxed) >= MOST_PAUSES {
                return;
            }
            sleep(pause);
        }
    }

    /// Whether a tool may still be writing a file.
    pub(super) fn is_settling(&self, stat: &Stat) -> bool {
        let changed = changed_at(stat);
        changed >= self.began && now().saturating_sub(changed) < Duration::from_secs(SETTLING)
    }
}

/// The nearest folder above a path, and the state of the file.
fn nearest(root: BorrowedFd<'_>, path: &str) -> (Option<OwnedFd>, Option<Stat>) {
    let mut above = path.rsplit_once('/').map_or("", |(above, _)| above);
    let mut is_first = true;
    loop {
        if let Ok(folder) = descend(root, above, FolderUse::Search) {
            let name = path.rsplit('/').next().filter(|_| is_first);
            let stat = name.and_then(|n| statat(&folder, n, AtFlags::SYMLINK_NOFOLLOW).ok());
            return (Some(folder), stat);
        }
        if above.is_empty() {
            return (None, None);
        }
        is_first = false;
        above = above.rsplit_once('/').map_or("", |(above, _)| above);
    }
}

fn now() -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or_default()
}

/// The time of the last change of a file or its attributes.
fn changed_at(stat: &Stat) -> Duration {
    let seconds = u64::try_from(stat.st_ctime).unwrap_or_default();
    let nanoseconds = u32::try_from(stat.st_ctime_nsec).unwrap_or_default();
    Duration::new(seconds, nanoseconds)
}
