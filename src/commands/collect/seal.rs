//! The end of a collection: `custody.json`, then the manifest, last of all. From then on nothing is written any
//! more.

use std::io::{self, Write as _};
use std::path::Path;

use super::custody::CustodyLog;
use super::recorder::Recorder;
use super::store::{PartialFile, Store};
use crate::base::limits::Limits;
use crate::base::sha256::Sha256;
use crate::base::spool::Spool;
use crate::proof::reason::Reason;
use crate::source::bundle::describe::{self, CollectedEntry};
use crate::source::bundle::layout::{
    CUSTODY, HEAD, MANIFEST, UNFINISHED, UNFINISHED_ORIGINS, UNFINISHED_RUN,
};
use crate::source::bundle::record::{CollectionCounts, ManifestLine};

/// Bytes of lines that are gathered before they wait together.
const BLOCK: usize = 64 << 10;

/// A bundle that is finished.
#[derive(Debug, Clone, Copy)]
pub struct SealedBundle {
    /// SHA-256 of the manifest.
    pub manifest_sha256: Sha256,
    /// What it holds.
    pub counts: CollectionCounts,
    /// How many answers that a proof needs were not given: objects, listings and public keys.
    pub not_read: u64,
    /// Whether a digest of the window was found.
    pub has_digests: bool,
}

impl SealedBundle {
    /// Whether everything was read that a proof needs. Without a digest of the window, nothing is proven.
    pub fn is_complete(&self) -> bool {
        self.not_read == 0 && self.counts.objects > 0 && self.has_digests
    }
}

/// Finishes a collection whose files are all stored. Calls `each` with the line of every file.
///
/// # Errors
/// If a file cannot be read or stored. The collection is then not finished.
pub fn seal(
    dir: &Path,
    limits: &Limits,
    recorder: &Recorder,
    custody: &mut CustodyLog,
    each: &mut dyn FnMut(&ManifestLine),
) -> io::Result<SealedBundle> {
    let store = recorder.store();
    store.flush()?;
    let origins = recorder.origins().read()?;
    let mut manifest = ManifestWriter {
        file: store.replace(MANIFEST)?,
        later: Spool::default(),
        block: Vec::new(),
    };
    let mut tally = SealTally::default();
    describe::files(dir, limits, &origins, &mut |entry| {
        let line = match entry {
            CollectedEntry::Partial(path) => {
                store.remove(path);
                return Ok(());
            }
            // One of a run that was interrupted while it ended.
            CollectedEntry::File(line) if line.path == CUSTODY => return Ok(()),
            CollectedEntry::File(line) => line,
        };
        tally.add(&line);
        each(&line);
        manifest.add(&line)
    })?;
    let bytes = custody.finish(recorder, tally.counts)?;
    let own = ManifestLine {
        path: CUSTODY.to_owned(),
        size: bytes.len() as u64,
        sha256: Sha256::of(&bytes).to_string(),
        from: None,
        at: None,
        reason: None,
    };
    each(&own);
    let manifest_sha256 = manifest.finish(&own)?;
    store.flush()?;
    // From now on the bundle is finished, even if this machine crashes.
    store.sync()?;
    end(store)?;
    Ok(SealedBundle {
        manifest_sha256,
        counts: tally.counts,
        not_read: tally.not_read,
        has_digests: true,
    })
}

/// Removes what only an unfinished collection has.
fn end(store: &Store) -> io::Result<()> {
    store.remove(UNFINISHED_RUN);
    store.remove(UNFINISHED_ORIGINS);
    store.flush()?;
    store.remove_folder(UNFINISHED)?;
    store.sync()
}

/// The manifest on its way. The lines behind that of `custody.json`, which holds their counts, wait for it.
struct ManifestWriter<'a> {
    file: PartialFile<'a>,
    later: Spool,
    block: Vec<u8>,
}

impl ManifestWriter<'_> {
    /// Adds a line; they come in the order of their paths.
    fn add(&mut self, line: &ManifestLine) -> io::Result<()> {
        if line.path.as_str() < CUSTODY {
            return write_line(&mut self.file, line);
        }
        write_line(&mut self.block, line)?;
        if self.block.len() >= BLOCK {
            self.later.add(&self.block)?;
            self.block.clear();
        }
        Ok(())
    }

    /// Adds the line of `custody.json`, and stores the manifest.
    fn finish(mut self, custody: &ManifestLine) -> io::Result<Sha256> {
        write_line(&mut self.file, custody)?;
        let file = &mut self.file;
        self.later.for_each(|block| file.write_all(block))?;
        file.write_all(&self.block)?;
        let sha256 = file.sha256();
        self.file.finish()?;
        Ok(sha256)
    }
}

fn write_line(out: &mut impl io::Write, line: &ManifestLine) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

/// What was collected, counted.
#[derive(Default)]
struct SealTally {
    counts: CollectionCounts,
    not_read: u64,
}

impl SealTally {
    fn add(&mut self, line: &ManifestLine) {
        let (folder, name) = line.path.split_once('/').unwrap_or_default();
        let is_missing = line.reason.as_deref() == Some(Reason::NotFound.as_str());
        let failed = u64::from(line.reason.is_some() && !is_missing);
        let counts = &mut self.counts;
        match folder {
            _ if name.ends_with(HEAD) => {}
            "s3" | "other" => {
                counts.objects += 1;
                counts.bytes += line.size;
            }
            "recovered" => counts.versions += 1,
            "unread" => {
                counts.unread += failed;
                self.not_read += failed;
            }
            "listings" => {
                counts.listings += 1;
                self.not_read += failed;
            }
            "cloudtrail" if line.reason.is_none() => counts.answers += 1,
            "cloudtrail" if name.starts_with("ListPublicKeys") => self.not_read += failed,
            _ => {}
        }
    }
}
