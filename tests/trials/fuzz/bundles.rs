//! The files of a bundle, and the metadata beside an object: each is read, written and read again.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use trailproof::base::limits::Limits;
use trailproof::base::sha256::Sha256;
use trailproof::proof::digest_object::MetadataProblem;
use trailproof::source::bundle::custody::read_custody;
use trailproof::source::bundle::kind::StoredTally;
use trailproof::source::bundle::manifest::{ManifestItem, ManifestReader};
use trailproof::source::bundle::record::{
    Custody, HeadRecord, ListingHeader, ListingLine, RecordedOrigin, UnansweredQuestion,
    UncollectedObject,
};
use trailproof::source::disk::DiskSource;
use trailproof::source::{RootId, Source as _};

use super::outcome::Outcome;
use super::scratch::with_folder;
use super::seeds::files;
use super::targets::FuzzTarget;

pub const MANIFESTS: FuzzTarget = FuzzTarget::new(
    "manifests",
    manifests,
    || {
        let mut seeds = files(|path| path.ends_with("manifest.jsonl"));
        let hash = Sha256::of(b"");
        let line = |path: &str| format!("{{\"path\":\"{path}\",\"size\":0,\"sha256\":\"{hash}\",\"from\":null,\"at\":null}}\n");
        seeds.push(["a", "a/b", "custody.json", "s3/b/k"].map(line).concat().into_bytes());
        seeds
    },
    &[
        "{\"path\":\"", "\"size\":0,", "\"sha256\":\"", "\"from\":null", "\"at\":null}\n", "\"reason\":\"not-found\"",
        "../", "/", "\\u0000", "manifest.jsonl", ".collect/", "\"bucket\":", "\"service\":\"cloudtrail\"",
    ],
)
.longest(24 << 10);

pub const BUNDLE_FILES: FuzzTarget = FuzzTarget::new(
    "bundle-files",
    bundle_files,
    || {
        let mut seeds = files(|path| path.contains("bundle") && path.ends_with(".json"));
        seeds.extend(files(|path| path.ends_with(".jsonl")));
        seeds.extend(own_files());
        seeds
    },
    &[
        "\"schema\":\"trailproof.bundle/v1\"",
        "\"scope\":{",
        "\"runs\":[",
        "\"counts\":{",
        "\"kind\":\"keys\"",
        "\"bucket\":",
        "\"prefix\":",
        "\"after\":null",
        "\"complete\":true",
        "\"error\":",
        "\"key\":",
        "\"folder\":",
        "\"modified\":null",
        "\"Trailproof\":{",
        "\"Metadata\":{",
        "\"denied\"",
        "\"at\":\"2026-03-01T00:00:00Z\"",
    ],
);

pub const HEAD_FILES: FuzzTarget = FuzzTarget::new(
    "head-files",
    head_files,
    || {
        let mut seeds = files(|path| path.ends_with(".head.json"));
        let texts = [
            r#"[{"Path":"d/a.json.gz","Name":"a.json.gz","ModTime":"2020-01-01T00:00:00Z","Metadata":{"btime":"2026-03-01T05:00:00Z","signature":"ab"}}]"#,
            r#"{"name":"x/b.json.gz","metadata":null} {"name":"x/a.json.gz","metadata":{"X-Amz-Meta-Signature":"ab"}}"#,
        ];
        seeds.extend(texts.map(|text| text.as_bytes().to_vec()));
        seeds
    },
    &[
        "\"Metadata\":{",
        "\"signature\":\"",
        "\"X-Amz-Meta-Signature\":",
        "\"signature-algorithm\":",
        "\"ETag\":",
        "\"LastModified\":",
        "\"VersionId\":",
        "\"Name\":\"a.json.gz\"",
        "null",
        "[[[[",
        "\u{feff}",
        "\"backfill-generation-timestamp\":",
    ],
);

/// Bytes of one line of a manifest here.
const LINE: usize = 2 << 10;

fn manifests(input: &[u8]) -> u64 {
    let mut outcome = Outcome::default();
    let limits = Limits {
        manifest_line: LINE,
        ..Limits::default()
    };
    let mut reader = ManifestReader::new(input, &limits);
    let mut last = String::new();
    let (mut lines, mut tally) = (0, StoredTally::default());
    while let Some(item) = reader.item().expect("memory") {
        lines += 1;
        match item {
            ManifestItem::File(line, sha256) => {
                assert!(line.path > last, "{} does not come after {last}", line.path);
                let is_part = |part: &str| !matches!(part, "" | "." | "..") && !part.contains('\0');
                assert!(line.path.split('/').all(is_part), "{}", line.path);
                let first = line.path.split('/').next();
                assert!(line.path != "manifest.jsonl" && first != Some(".collect"));
                assert_eq!(sha256.to_string(), line.sha256.to_ascii_lowercase());
                tally.add(&line);
                same(&*line);
                last = line.path;
            }
            ManifestItem::Invalid(number, problem) => {
                assert_eq!(number, lines, "the number of a line");
                outcome.add(problem as u8);
            }
        }
    }
    let expected = input.split_inclusive(|byte| *byte == b'\n').count() as u64;
    assert_eq!(lines, expected, "each line is one item");
    assert_eq!(reader.sha256(), Sha256::of(input));
    assert!(tally.all().files <= lines);
    for (kind, count) in tally.kinds() {
        outcome.add(kind).size(count.files);
    }
    outcome.size(lines);
    outcome.number()
}

/// What was read is written so that it is read as the same.
fn same<T: Serialize + DeserializeOwned + PartialEq + Debug>(read: &T) {
    let written = serde_json::to_vec(read).expect("JSON");
    let again: T = serde_json::from_slice(&written).expect("what was written is read");
    assert_eq!(*read, again);
}

/// Reads JSON as a type, and writes and reads it again. Whether it is one.
fn is_a<T: Serialize + DeserializeOwned + PartialEq + Debug>(json: &[u8]) -> bool {
    let read: Result<T, _> = serde_json::from_slice(json);
    read.inspect(same).is_ok()
}

fn own_files() -> Vec<Vec<u8>> {
    let at = "2026-03-01T00:00:00Z";
    let values = [
        json!({"schema": "trailproof.bundle/v1", "as_of": at, "scope": {"regions": ["eu-west-1"], "logs": "all"},
            "runs": [{"tool": "trailproof", "version": "0.1.0", "command": ["trailproof"], "caller": null,
                "clock_ahead": -1, "started": at, "ended": null}],
            "counts": {"objects": 3}}),
        json!({"kind": "keys", "bucket": "b", "prefix": "p/", "after": null, "before": "q", "at": at, "requests": 1,
            "complete": true}),
        json!({"key": "k", "modified": at, "size": 1}),
        json!({"folder": "f"}),
        json!({"bucket": "b", "key": "k", "at": at, "error": "not-found"}),
        json!({"path": "p", "from": {"bucket": "b", "key": "k", "version_id": null}, "at": at}),
        json!({"Bucket": "b", "Key": "k", "Metadata": {"signature": "ab"}, "Trailproof": {"sha256": "00", "size": 1,
            "at": at}}),
    ];
    values
        .iter()
        .map(|value| value.to_string().into_bytes())
        .collect()
}

fn bundle_files(input: &[u8]) -> u64 {
    let mut outcome = Outcome::default();
    let lines = input.split(|byte| *byte == b'\n').take(20);
    for json in [input].into_iter().chain(lines) {
        outcome.add([
            is_a::<Custody>(json),
            is_a::<ListingHeader>(json),
            is_a::<ListingLine>(json),
            is_a::<HeadRecord>(json),
            is_a::<UncollectedObject>(json),
            is_a::<UnansweredQuestion>(json),
            is_a::<RecordedOrigin>(json),
        ]);
    }
    let limits = Limits {
        side_file: 12 << 10,
        ..Limits::default()
    };
    match with_folder(&[("custody.json", input)], |folder| {
        read_custody(folder, &limits)
    }) {
        Ok(read) => {
            assert_eq!(read.sha256, Sha256::of(input));
            assert!(read.custody.first_run().is_some());
            assert!(
                input.len() as u64 <= limits.side_file,
                "a file beyond the limit"
            );
            outcome.size(read.custody.runs.len());
        }
        Err(error) => {
            for why in error.causes() {
                outcome.message(why);
            }
        }
    }
    outcome.number()
}

fn head_files(input: &[u8]) -> u64 {
    let limits = Limits {
        head_json: 12 << 10,
        ..Limits::default()
    };
    let files = [
        ("bucket/a.json.gz", &b"x"[..]),
        ("bucket/a.json.gz.head.json", input),
    ];
    let (metadata, facts) = with_folder(&files, |folder| {
        let mut disk = DiskSource::new(limits);
        disk.mount(&folder.join("bucket"), Vec::new())
            .expect("a folder");
        let object = disk.get(RootId(0), "a.json.gz", true).expect("an object");
        (object.metadata, object.facts)
    });
    let mut outcome = Outcome::default();
    let has = metadata.signature.is_some();
    assert_eq!(metadata.trouble.is_none(), has, "{metadata:?}");
    match metadata.trouble {
        Some(MetadataProblem::HeadEmpty) => assert!(input.is_empty()),
        Some(MetadataProblem::HeadUnreadable) => assert!(input.len() > 12 << 10),
        Some(MetadataProblem::Unsigned) => panic!("its own metadata, and not that of the file"),
        Some(MetadataProblem::HeadMalformed | MetadataProblem::HeadUnsigned) | None => {}
    }
    if let Some(signature) = &metadata.signature {
        let plain = String::from_utf8_lossy(input).to_ascii_lowercase();
        let is_utf_8 = std::str::from_utf8(input).is_ok() && !plain.contains(['\\', '\0']);
        let stands = plain.contains(&signature.to_ascii_lowercase()) && plain.contains("signature");
        assert!(
            stands || !is_utf_8 || plain.contains('-') || plain.contains('_'),
            "{signature}"
        );
    }
    let tag = facts.etag.as_deref();
    assert!(tag.is_none_or(|tag| tag.starts_with('"')), "{tag:?}");
    assert_eq!(facts.size, Some(1));
    outcome.add(metadata.trouble.map(|trouble| trouble as u8));
    outcome.add((
        tag.is_some(),
        facts.last_modified.is_some(),
        facts.version_id.is_some(),
    ));
    outcome.add(metadata.backfill_generated.is_some());
    outcome.number()
}
