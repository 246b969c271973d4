//! Parts of a sharded validation: the file, all files of a plan, and a validation whose answers come from them.

mod answers;
#[cfg(feature = "aws")]
mod api;
mod bodies;
mod damaged;
#[cfg(feature = "aws")]
mod replay;
mod set;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use trailproof::base::limits::Limits;
use trailproof::cloudtrail::ids::{AccountId, Region};
use trailproof::source::Source;
use trailproof::source::parts::{
    ExpectedParts, LogShare, PartCounts, PartHeader, PartSet, PartWriter, PlannedShare,
    RecordSource, ReplaySource, SkippedGroups,
};

use crate::support::case::{ACCOUNT, REGION};

const PLAN: &str = "plan";
const VERSION: &str = "0.1.0";

fn header(shard: u32) -> PartHeader {
    PartHeader {
        plan_sha256: PLAN.into(),
        trailproof: VERSION.into(),
        shard,
    }
}

fn writer(path: &Path, header: &PartHeader) -> PartWriter {
    let file = File::create_new(path).expect("a file");
    PartWriter::new(file, header, &Limits::default()).expect("a part")
}

/// Writes a part with what `put` puts into it.
fn write(path: &Path, shard: u32, put: impl FnOnce(&PartWriter)) -> PartCounts {
    let writer = writer(path, &header(shard));
    put(&writer);
    writer.finish().expect("a part")
}

/// A plan with as many shards, each of which has a share of the logs of the same group.
fn expected(shards: u32) -> ExpectedParts {
    let share = |shard| PlannedShare {
        account: ACCOUNT.parse().expect("an account"),
        region: REGION.parse().expect("a region"),
        share: LogShare {
            part: shard + 1,
            of: shards,
        },
        shard,
    };
    ExpectedParts {
        plan_sha256: PLAN.into(),
        trailproof: VERSION.into(),
        shards,
        // The order of shares is made here.
        groups: (0..shards).rev().map(share).collect(),
    }
}

fn open(shards: u32, paths: &[&Path]) -> PartSet {
    let paths: Vec<_> = paths.iter().map(|path| path.to_path_buf()).collect();
    PartSet::open(&expected(shards), &paths, &Limits::default()).expect("parts")
}

/// Records what happens to a source in a part.
fn recorded<T>(
    dir: &Path,
    shard: u32,
    source: &dyn Source,
    skip: &SkippedGroups<'_>,
    ask: impl FnOnce(&RecordSource<'_>) -> T,
) -> (PathBuf, T) {
    let path = dir.join(format!("part-{shard}"));
    let mut result = None;
    write(&path, shard, |part| {
        result = Some(ask(&RecordSource::new(source, part, skip)));
    });
    (path, result.expect("an answer"))
}

/// No group is another shard's.
fn nothing(_: &AccountId, _: &Region) -> bool {
    false
}

fn replay(shards: u32, paths: &[&Path]) -> ReplaySource {
    ReplaySource::new(Arc::new(open(shards, paths)))
}

/// A source that was recorded while it was asked, as it answers from the part.
fn again<T>(source: &dyn Source, ask: impl FnOnce(&RecordSource<'_>) -> T) -> (ReplaySource, T) {
    let dir = tempfile::tempdir().expect("a folder");
    let (path, result) = recorded(dir.path(), 0, source, &nothing, ask);
    (replay(1, &[&path]), result)
}
