//! A bundle of a world, written with the types of the program: what a collection of its buckets would hold.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};
use trailproof::base::time::Window;
use trailproof::source::Range;
use trailproof::source::bundle::layout;
use trailproof::source::bundle::question::{ApiQuestion, ListingQuestion};
use trailproof::source::bundle::record::{
    Collection, CollectionCounts, CollectionRun, CollectionScope, Custody, ListingHeader,
    ListingLine, SCHEMA,
};

use crate::support::bundle::{put, seal};
use crate::support::forge::head::head_json;
use crate::support::forge::key_file::key_file;
use crate::support::forge::{KeyFileStyle, Object, World, ts};

/// The scope of a collection of some buckets.
pub fn scope(buckets: &[&str]) -> CollectionScope {
    let buckets: Vec<String> = buckets.iter().map(|name| (*name).to_owned()).collect();
    CollectionScope {
        opened: buckets.clone(),
        buckets,
        logs: "all".into(),
        delivery_lag: 7_200,
        backfill_grace: 86_400,
        max_digest_size: 256 << 20,
        ..CollectionScope::default()
    }
}

/// Writes a bundle of the opened buckets, as they were at `as_of`, with the keys of these regions. Gives the hash
/// of its manifest.
pub fn write(
    world: &World,
    dir: &Path,
    scope: &CollectionScope,
    regions: &[&str],
    as_of: Timestamp,
) -> String {
    for bucket in &scope.opened {
        let objects = world.buckets.get(bucket.as_str());
        let objects: Vec<(&String, &Object)> = objects.into_iter().flatten().collect();
        for (key, object) in &objects {
            let path = &layout::object(bucket, key)[0];
            put(dir, path, &object.body);
            put(
                dir,
                &layout::head(path),
                head(bucket, key, object).as_bytes(),
            );
        }
        list(dir, bucket, &objects, as_of);
    }
    for region in regions {
        let window = Window::new(ts("2025-01-01T00:00:00Z"), as_of);
        let keys = key_file(
            &world.keys,
            KeyFileStyle::V1Epoch,
            region,
            window.from,
            window.to,
        );
        let region = region.parse().expect("a region");
        for again in [false, true] {
            let path = ApiQuestion::keys(&region, window, again).path();
            put(dir, &path, keys.as_bytes());
        }
    }
    let custody = custody(scope.clone(), as_of);
    let custody = serde_json::to_vec(&custody).expect("JSON");
    put(dir, layout::CUSTODY, &custody);
    seal(dir)
}

fn custody(scope: CollectionScope, as_of: Timestamp) -> Custody {
    Custody {
        collection: Collection {
            schema: SCHEMA.into(),
            as_of,
            scope,
        },
        runs: vec![CollectionRun {
            tool: "trailproof".into(),
            version: "1".into(),
            command: vec!["trailproof".into(), "collect".into()],
            caller: None,
            clock_ahead: Some(0),
            started: as_of,
            ended: Some(as_of),
        }],
        counts: CollectionCounts::default(),
    }
}

/// What S3 says of an object.
fn head(bucket: &str, key: &str, object: &Object) -> String {
    let mut head: Value = serde_json::from_str(&head_json(object)).expect("JSON");
    head["Bucket"] = json!(bucket);
    head["Key"] = json!(key);
    head["ResponseMetadata"] = json!({"RequestId": "4442587FB7D0A2F9"});
    serde_json::to_string_pretty(&head).expect("JSON")
}

/// Writes the listing of every key, and of each folder.
fn list(dir: &Path, bucket: &str, objects: &[(&String, &Object)], at: Timestamp) {
    let object = |(key, object): &(&String, &Object)| ListingLine::Object {
        key: (*key).clone(),
        modified: Some(object.last_modified),
        // Compressors differ, and a listing need not show it.
        size: None,
    };
    let all = ListingQuestion::keys(bucket, "", &Range::default());
    put_listing(dir, all, at, objects.iter().map(object).collect());
    let ends = |key: &String| {
        let slashes = key.match_indices('/').map(|(at, _)| key[..=at].to_owned());
        slashes.collect::<Vec<_>>()
    };
    let mut prefixes: BTreeSet<String> = objects.iter().flat_map(|(key, _)| ends(key)).collect();
    prefixes.insert(String::new());
    for prefix in prefixes {
        let below = objects.iter().filter(|(key, _)| key.starts_with(&prefix));
        let mut lines = Vec::new();
        let mut folders = BTreeSet::new();
        for found in below {
            match found.0[prefix.len()..].split_once('/') {
                Some((folder, _)) => _ = folders.insert(folder.to_owned()),
                None => lines.push(object(found)),
            }
        }
        let folders = folders
            .into_iter()
            .map(|folder| ListingLine::Folder { folder });
        lines.extend(folders);
        put_listing(dir, ListingQuestion::folders(bucket, &prefix), at, lines);
    }
}

fn put_listing(dir: &Path, question: ListingQuestion, at: Timestamp, lines: Vec<ListingLine>) {
    let path = question.path();
    let header = ListingHeader {
        question,
        at,
        requests: 1,
        complete: true,
        error: None,
    };
    let mut text = serde_json::to_string(&header).expect("JSON") + "\n";
    for line in &lines {
        text += &(serde_json::to_string(line).expect("JSON") + "\n");
    }
    put(dir, &path, text.as_bytes());
}
