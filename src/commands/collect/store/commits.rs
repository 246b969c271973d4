//! Syncs files and gives them their names, many at once: one thread syncs all that are waiting, while the
//! others write the next ones. A file of a few kilobytes takes far less time to write than to sync.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};

use rustix::fs::renameat;
use rustix::io::Errno;

use super::{SharedStore, partial_name};
use crate::source::bundle::layout;

/// How many commits may wait to be synced: so many files are lost and collected again after a crash.
const WAITING: usize = 4_096;

/// Files that get their names together.
#[derive(Default)]
pub(super) struct Commit {
    /// Files to remove before.
    pub remove_first: Vec<String>,
    /// Files that are written to their ends, in the order in which they get their names.
    pub files: Vec<WrittenFile>,
    /// Where the last of these files lies instead, if a folder has its name.
    pub other_place: Option<String>,
    /// Files to remove after.
    pub remove: Vec<String>,
    /// Whom to say that everything up to here is done.
    pub done: Option<Sender<()>>,
}

/// A file that is written to its end, under its name for the time being.
pub(super) struct WrittenFile {
    /// Its folder.
    pub folder: Arc<OwnedFd>,
    /// Its final name there.
    pub name: String,
    /// Its path in the bundle.
    pub path: String,
}

/// The thread that syncs.
pub(super) struct Commits {
    sender: Option<SyncSender<Commit>>,
    thread: Option<JoinHandle<()>>,
}

impl Commits {
    pub fn start(shared: Arc<SharedStore>) -> io::Result<Self> {
        let (sender, receiver) = sync_channel(WAITING);
        let run = move || run(&shared, &receiver);
        let thread = thread::Builder::new().name("store".into()).spawn(run)?;
        Ok(Commits {
            sender: Some(sender),
            thread: Some(thread),
        })
    }

    /// Adds one; waits if too many are waiting.
    pub fn add(&self, commit: Commit) {
        if let Some(sender) = &self.sender {
            // The thread ends only with this sender.
            let _ = sender.send(commit);
        }
    }

    /// Waits until all that were added are done.
    pub fn flush(&self) {
        let (done, wait) = channel();
        self.add(Commit {
            done: Some(done),
            ..Commit::default()
        });
        let _ = wait.recv();
    }
}

impl Drop for Commits {
    fn drop(&mut self) {
        drop(self.sender.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(shared: &SharedStore, receiver: &Receiver<Commit>) {
    while let Ok(first) = receiver.recv() {
        let mut group = vec![first];
        group.extend(receiver.try_iter().take(WAITING));
        let files = group.iter().flat_map(|commit| &commit.files);
        if shared.failure.get().is_none()
            && let Err(error) = sync(shared, files)
        {
            shared.fail("sync", &error);
        }
        for commit in group {
            let paths: Vec<String> = commit.files.iter().map(|f| f.path.clone()).collect();
            if shared.failure.get().is_none()
                && let Err((path, error)) = carry_out(shared, &commit)
            {
                shared.fail(&path, &error);
            }
            paths.iter().for_each(|path| shared.free(path));
            if let Some(done) = commit.done {
                // Nobody waits any more if the run was ended.
                let _ = done.send(());
            }
        }
    }
}

/// Gives files their names.
fn carry_out(shared: &SharedStore, commit: &Commit) -> Result<(), (String, io::Error)> {
    for path in &commit.remove_first {
        shared.unlink(path).map_err(|e| (path.clone(), e))?;
    }
    for file in &commit.files {
        let WrittenFile { folder, name, path } = file;
        let renamed = match renameat(&**folder, partial_name(name), &**folder, name.as_str()) {
            Err(Errno::ISDIR) => rename_elsewhere(shared, commit),
            renamed => renamed.map_err(io::Error::from),
        };
        renamed.map_err(|e| (path.clone(), e))?;
    }
    for path in &commit.remove {
        shared.unlink(path).map_err(|e| (path.clone(), e))?;
    }
    Ok(())
}

/// Gives a file and the one that describes it names in another place: the key of an object may be the folder of
/// another key.
fn rename_elsewhere(shared: &SharedStore, commit: &Commit) -> io::Result<()> {
    let (Some(place), [described_by, file]) = (&commit.other_place, commit.files.as_slice()) else {
        return Err(Errno::ISDIR.into());
    };
    let (folder, name) = shared.folders.of(place, true)?;
    let (from, to) = (&*described_by.folder, &*folder);
    renameat(from, described_by.name.as_str(), to, layout::head(name))?;
    Ok(renameat(&*file.folder, partial_name(&file.name), to, name)?)
}

/// Syncs files, all at once with everything else in the file system.
#[cfg(target_os = "linux")]
fn sync<'f>(
    shared: &SharedStore,
    mut files: impl Iterator<Item = &'f WrittenFile>,
) -> io::Result<()> {
    match files.next() {
        // syncfs(2) reports writes that failed since the folder was opened.
        Some(_) => Ok(rustix::fs::syncfs(&**shared.folders.root())?),
        None => Ok(()),
    }
}

/// Syncs files, one after the other.
#[cfg(not(target_os = "linux"))]
fn sync<'f>(_: &SharedStore, files: impl Iterator<Item = &'f WrittenFile>) -> io::Result<()> {
    use rustix::fs::{Mode, OFlags, fsync, openat};
    for WrittenFile { folder, name, .. } in files {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&**folder, partial_name(name), flags, Mode::empty())?;
        fsync(&file)?;
    }
    Ok(())
}
