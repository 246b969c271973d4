//! What a shard found in a log folder that no digest lists: left in its part, and taken by a merge.

use serde::{Deserialize, Serialize};

use super::scan::{ScannedFolder, Unlisted};
use super::tally::OtherObjects;
use crate::cloudtrail::object_key::{KeyTime, LogKeyParser};
use crate::source::disk::refused_word;
use crate::source::parts::PartAnswers;
use crate::source::{GetError, RootId};
use crate::validate::context::Context;
use crate::validate::shard::ShardJob;
use crate::validate::shard::question::ResultQuestion;

/// Objects in one block.
const BLOCK: usize = 4_096;

/// An object that no digest lists, and what it is if the source refuses to read it. Its time follows from its key.
type UnlistedKey = (String, Option<String>);

/// How a listing ended.
#[derive(Serialize, Deserialize)]
struct ScanEnd {
    others: OtherObjects,
    error: Option<GetError>,
    blocks: u32,
}

/// What tells one listing from others.
struct ScanName {
    bucket: String,
    folder: String,
    time: [i64; 2],
}

impl ScanName {
    fn of(context: &Context<'_>, scanned: &ScannedFolder<'_>) -> Self {
        let (root, key_root) = scanned.place;
        ScanName {
            bucket: label(context, *root),
            folder: key_root.folder(&scanned.id.account, scanned.kind, &scanned.id.region),
            time: [scanned.time.from.as_second(), scanned.time.to.as_second()],
        }
    }

    fn block(&self, number: u32) -> Vec<u8> {
        ResultQuestion::Scan(&self.bucket, &self.folder, self.time, number).bytes()
    }

    fn end(&self) -> Vec<u8> {
        ResultQuestion::ScanEnd(&self.bucket, &self.folder, self.time).bytes()
    }
}

/// The name of a root in every shard: its bucket, or its number where it has none.
fn label(context: &Context<'_>, root: RootId) -> String {
    let bucket = context.fetcher.places.bucket(root);
    bucket.map_or_else(|| format!("#{}", root.0), str::to_owned)
}

/// Objects on their way to the part.
struct ScanSink<'a> {
    job: &'a ShardJob<'a>,
    name: ScanName,
    block: Vec<UnlistedKey>,
    blocks: u32,
}

impl ScanSink<'_> {
    fn add(&mut self, unlisted: &Unlisted<'_>) {
        let (key, refused) = match unlisted {
            Unlisted::Log(key, _) => (key, None),
            Unlisted::Other(key, _, refused) => (key, refused.map(str::to_owned)),
        };
        self.block.push(((*key).to_owned(), refused));
        if self.block.len() == BLOCK {
            self.write();
        }
    }

    fn write(&mut self) {
        // Texts are written to memory, which cannot fail.
        let block = postcard::to_stdvec(&self.block).unwrap_or_default();
        self.job.sink.put(&self.name.block(self.blocks), &block);
        self.blocks += 1;
        self.block.clear();
    }
}

/// Lists a folder by `scan`, and leaves what it finds in the part of a shard. `scan` calls back with each object that
/// no digest lists.
pub(super) fn keep(
    context: &Context<'_>,
    job: &ShardJob<'_>,
    scanned: ScannedFolder<'_>,
    scan: impl FnOnce(&mut dyn FnMut(&Unlisted<'_>)) -> (OtherObjects, Result<(), GetError>),
) -> (OtherObjects, Result<(), GetError>) {
    let mut sink = ScanSink {
        job,
        name: ScanName::of(context, &scanned),
        block: Vec::new(),
        blocks: 0,
    };
    let (others, listed) = scan(&mut |unlisted| sink.add(unlisted));
    if !sink.block.is_empty() {
        sink.write();
    }
    let end = ScanEnd {
        others,
        error: listed.as_ref().err().cloned(),
        blocks: sink.blocks,
    };
    // An error that ended the run is no answer, and cannot be written.
    if let Ok(json) = serde_json::to_vec(&end) {
        job.sink.put(&sink.name.end(), &json);
    }
    (end.others, listed)
}

/// The same from the part of the shard that listed the folder.
pub(super) fn take(
    context: &Context<'_>,
    parts: &dyn PartAnswers,
    scanned: ScannedFolder<'_>,
    found: &mut dyn FnMut(Unlisted<'_>),
) -> (OtherObjects, Result<(), GetError>) {
    taken(context, parts, scanned, found)
        .unwrap_or_else(|error| (OtherObjects::default(), Err(error)))
}

fn taken(
    context: &Context<'_>,
    parts: &dyn PartAnswers,
    scanned: ScannedFolder<'_>,
    found: &mut dyn FnMut(Unlisted<'_>),
) -> Result<(OtherObjects, Result<(), GetError>), GetError> {
    let name = ScanName::of(context, &scanned);
    let shards = parts.shards_of(&scanned.id.account, &scanned.id.region);
    let (_, shard) = shards.first().ok_or(GetError::NotInParts(None))?;
    let lacks = || GetError::NotInParts(Some(*shard));
    let answer = |question: &[u8]| parts.of_shard(*shard, question)?.ok_or_else(lacks);
    let end = answer(&name.end())?;
    let end: ScanEnd = serde_json::from_slice(&end).map_err(|_| lacks())?;
    let mut keys = LogKeyParser::default();
    for number in 0..end.blocks {
        let block = answer(&name.block(number))?;
        let block: Vec<UnlistedKey> = postcard::from_bytes(&block).map_err(|_| lacks())?;
        for (key, refused) in &block {
            let refused = refused.as_deref().map(refused_word);
            match (keys.minute(key), refused) {
                (Some(minute), None) => found(Unlisted::Log(key, minute)),
                (Some(minute), _) => {
                    found(Unlisted::Other(key, KeyTime::Minute(minute), refused));
                }
                (None, _) => {
                    let path = key.strip_prefix(&name.folder).ok_or_else(lacks)?;
                    let time = KeyTime::of(path, &scanned.time).ok_or_else(lacks)?;
                    found(Unlisted::Other(key, time, refused));
                }
            }
        }
    }
    Ok((end.others, end.error.map_or(Ok(()), Err)))
}
