//! Finds the files of a folder that is not laid out as a bucket.

use std::os::fd::{AsFd as _, BorrowedFd};

use rustix::fs::{AtFlags, statat};

use crate::base::limits::Limits;
use crate::cloudtrail::ids::{AccountId, OrganizationId};
use crate::cloudtrail::object_key::AWS_LOGS;
use crate::source::GetError;
use crate::source::disk::entry::{EntryKind, TOO_DEEP};
use crate::source::disk::found::{FoundContent, FoundFile};
use crate::source::disk::listing::FolderReader;
use crate::source::disk::open::{folder_at, size_of};

/// The files of a folder, in the order of their paths; `None` if it is laid out as a bucket, with an account's
/// folder below `AWSLogs`, or holds nothing. What cannot be read may be such a folder, so it counts as one.
///
/// # Errors
/// If there are more files than the bound, as a part of a message.
pub(in crate::source::disk) fn files_of(
    root: BorrowedFd<'_>,
    limits: &Limits,
) -> Result<Option<Vec<FoundFile>>, String> {
    let mut search = Search {
        limits,
        files: Vec::new(),
        too_many: false,
    };
    match search.folder(root, "", 0) {
        Ok(Layout::Loose) => {}
        Ok(Layout::Bucket) | Err(_) => return Ok(None),
    }
    if search.too_many {
        return Err(format!(
            "it is not laid out as a bucket, and has more than {} files; give the folder that holds AWSLogs",
            limits.loose_files
        ));
    }
    search.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Some(search.files).filter(|files| !files.is_empty()))
}

/// Whether a folder leads to that of an account below `AWSLogs`.
#[derive(PartialEq, Eq)]
enum Layout {
    Bucket,
    Loose,
}

struct Search<'l> {
    limits: &'l Limits,
    files: Vec<FoundFile>,
    too_many: bool,
}

impl Search<'_> {
    /// Adds the files of a folder whose path ends with a slash, or is empty.
    fn folder(
        &mut self,
        folder: BorrowedFd<'_>,
        path: &str,
        depth: usize,
    ) -> Result<Layout, GetError> {
        let reader = FolderReader {
            limits: self.limits,
            changes: None,
        };
        let mut found = Ok(Layout::Loose);
        reader.pages(folder, |page, _| {
            for entry in page {
                let name = entry.name();
                match entry.kind {
                    EntryKind::Folder if is_account(path, name) => {
                        found = Ok(Layout::Bucket);
                    }
                    EntryKind::Folder if depth >= self.limits.depth => {
                        self.add(path, name, 0, FoundContent::Refused(TOO_DEEP));
                    }
                    EntryKind::Folder => {
                        let inner = folder_at(folder, name);
                        let path = format!("{path}{name}/");
                        found = inner.and_then(|f| self.folder(f.as_fd(), &path, depth + 1));
                    }
                    EntryKind::File => {
                        let stat = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
                        let size = stat.ok().and_then(|stat| size_of(&stat));
                        self.add(path, name, size.unwrap_or_default(), FoundContent::OnDisk);
                    }
                    EntryKind::Refused(what) => {
                        self.add(path, name, 0, FoundContent::Refused(what));
                    }
                }
                if found != Ok(Layout::Loose) {
                    return false;
                }
            }
            true
        })?;
        found
    }

    fn add(&mut self, path: &str, name: &str, size: u64, content: FoundContent) {
        // The search goes on: a folder laid out as a bucket may follow.
        if self.files.len() >= self.limits.loose_files {
            self.too_many = true;
            return;
        }
        let path = format!("{path}{name}");
        self.files.push(FoundFile {
            path,
            size,
            content,
        });
    }
}

/// Whether a folder in the folder `path` is that of an account in `AWSLogs/` or `AWSLogs/ORGANIZATION/`.
fn is_account(path: &str, name: &str) -> bool {
    if name.parse::<AccountId>().is_err() {
        return false;
    }
    let mut above = path.trim_end_matches('/').rsplit('/');
    match above.next() {
        Some(AWS_LOGS) => true,
        Some(last) => last.parse::<OrganizationId>().is_ok() && above.next() == Some(AWS_LOGS),
        None => false,
    }
}
