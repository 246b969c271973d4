//! S3 Inventory: its manifest, and the rows of its files.

use std::io::Read;

use serde_json::{Value, json};
use trailproof::base::limits::Limits;
use trailproof::source::GetError;
use trailproof::source::inventory::{
    FolderFiles, InventoryError, InventoryFiles, InventoryManifest, for_each_row,
};

use super::outcome::Outcome;
use super::scratch::with_folder;
use super::targets::FuzzTarget;
use crate::support::forge::gzip;
use crate::support::forge::text::md5_hex;

pub const INVENTORY_MANIFESTS: FuzzTarget = FuzzTarget::new(
    "inventory-manifests",
    manifests,
    || {
        let file =
            json!({"key": "inv/logs/all/data/0.csv.gz", "size": 1, "MD5checksum": "0".repeat(32)});
        vec![
            manifest("CSV", CSV, std::slice::from_ref(&file)),
            manifest("Parquet", "message", &[file]),
        ]
    },
    &[
        "\"sourceBucket\":",
        "\"destinationBucket\":\"arn:aws:s3:::inv\"",
        "\"creationTimestamp\":\"1\"",
        "\"fileFormat\":\"CSV\"",
        "\"Parquet\"",
        "\"ORC\"",
        "\"fileSchema\":\"Bucket, Key\"",
        "\"files\":[",
        "\"MD5checksum\":",
        "\"key\":\"../../etc/passwd\"",
        "\"size\":-1",
        "..",
    ],
);

pub const INVENTORY_ROWS: FuzzTarget = FuzzTarget::new(
    "inventory-rows",
    rows,
    || {
        let texts = [
            "\"logs\",\"AWSLogs/1/a.json.gz\",\"7\",\"2026-03-05T01:00:00.000Z\",\"true\",\"false\"\n",
            "logs,a%2Fb+c%C3%A9,,,,\n\"logs\",\"k,1\",\"7\",\"x\",\"False\",\"\"\n\n\"logs\",\"a\"\"b\",1,2,TRUE,false",
        ];
        texts.map(|text| text.as_bytes().to_vec()).into()
    },
    &["\"logs\",\"", "\",\"", "\"\"", "%2F", "+", "true", "false", "\n", "\r\n", "2026-03-05T01:00:00.000Z", ",,"],
)
.longest(80 << 10);

/// The columns of the rows.
const CSV: &str = "Bucket, Key, Size, LastModifiedDate, IsLatest, IsDeleteMarker";

/// The bytes that the file of an inventory may inflate to here.
const MOST: u64 = 64 << 10;

fn manifest(format: &str, schema: &str, files: &[Value]) -> Vec<u8> {
    let manifest = json!({
        "sourceBucket": "logs", "destinationBucket": "arn:aws:s3:::inventories", "version": "2016-11-30",
        "creationTimestamp": "1772672400000", "fileFormat": format, "fileSchema": schema, "files": files,
    });
    manifest.to_string().into_bytes()
}

fn manifests(input: &[u8]) -> u64 {
    let mut outcome = Outcome::default();
    match InventoryManifest::parse(input) {
        Ok(read) => {
            // What is not read may be no text.
            if let Ok(written) = serde_json::from_slice::<Value>(input) {
                assert_eq!(written["sourceBucket"], *read.bucket);
                let destination = written["destinationBucket"].as_str().unwrap_or_default();
                assert!(destination.ends_with(&read.destination));
                let listed = written["files"].as_array().expect("a list");
                assert_eq!(listed.len(), read.files.len());
            }
            assert!(!read.destination.contains(':'));
            // Whatever its key, only a file beside the manifest or in its folder of data is opened.
            with_folder(
                &[("m/at/manifest.json", input), ("m/outside", b"x")],
                |folder| {
                    let files = FolderFiles::of(&folder.join("m/at/manifest.json"));
                    for file in &read.files {
                        let name = file.key.rsplit('/').next().unwrap_or_default();
                        let is_own = name == "manifest.json";
                        assert_eq!(files.open(&file.key).is_ok(), is_own, "{}", file.key);
                    }
                },
            );
            outcome.size(read.files.len()).add(read.format as u8);
        }
        Err(error) => drop(outcome.message(&error.to_string())),
    }
    outcome.number()
}

/// The file of an inventory in memory.
struct OneFile<'f>(&'f [u8]);

impl InventoryFiles for OneFile<'_> {
    fn open(&self, _key: &str) -> Result<Box<dyn Read + Send + '_>, GetError> {
        Ok(Box::new(self.0))
    }
}

/// The keys and sizes of the rows of a file.
fn read(
    body: &[u8],
    (format, schema): (&str, &str),
    limits: &Limits,
) -> Result<Vec<(String, Option<u64>)>, String> {
    let file = json!({"key": "data/0", "size": body.len(), "MD5checksum": md5_hex(body)});
    let manifest = manifest(format, schema, &[file]);
    let manifest = InventoryManifest::parse(&manifest).map_err(|error| error.to_string())?;
    let mut rows = Vec::new();
    let files = OneFile(body);
    let mut each = |row: trailproof::source::inventory::InventoryRow<'_>| {
        assert!(
            (1..=1024).contains(&row.key.len()),
            "{} bytes",
            row.key.len()
        );
        rows.push((row.key.to_owned(), row.facts.size));
        Ok::<(), InventoryError>(())
    };
    let result = for_each_row(&manifest, &manifest.files[0], &files, limits, &mut each);
    result.map_err(|error| error.to_string())?;
    Ok(rows)
}

/// A key as an inventory encodes it.
fn encoded(key: &str) -> String {
    let byte = |byte: u8| match byte {
        b' ' => "+".to_owned(),
        b if b.is_ascii_alphanumeric() || b"-_./".contains(&b) => char::from(b).to_string(),
        other => format!("%{other:02X}"),
    };
    key.bytes().map(byte).collect()
}

fn rows(input: &[u8]) -> u64 {
    let mut outcome = Outcome::default();
    let limits = Limits {
        inventory_file: MOST,
        ..Limits::default()
    };
    match read(&gzip(input), ("CSV", CSV), &limits) {
        Ok(found) => {
            assert!(input.len() as u64 <= MOST, "a file beyond the limit");
            let lines = input.split(|byte| *byte == b'\n');
            assert!(found.len() <= lines.count(), "more rows than lines");
            let line = |(key, size): &(String, Option<u64>)| {
                let size = size.map_or(String::new(), |size| size.to_string());
                format!(
                    "\"logs\",\"{}\",\"{size}\",\"\",\"true\",\"false\"\n",
                    encoded(key)
                )
            };
            let written: String = found.iter().map(line).collect();
            let more = Limits {
                inventory_file: 16 * MOST,
                ..limits
            };
            let again = read(&gzip(written.as_bytes()), ("CSV", CSV), &more);
            assert_eq!(again.as_ref(), Ok(&found), "{written}");
            outcome.size(found.len());
        }
        Err(why) => drop(outcome.message(&why)),
    }
    // The bytes as they are: gzip that may be damaged, and that may be several members.
    outcome.add(read(input, ("CSV", CSV), &limits).is_ok());
    outcome.number()
}

#[cfg(feature = "parquet")]
pub const INVENTORY_PARQUET: FuzzTarget = FuzzTarget::new(
    "inventory-parquet",
    |input| {
        let limits = Limits {
            inventory_file: MOST,
            ..Limits::default()
        };
        let mut outcome = Outcome::default();
        match read(input, ("Parquet", "message"), &limits) {
            Ok(found) => drop(outcome.size(found.len())),
            Err(why) => drop(outcome.message(&why)),
        }
        outcome.number()
    },
    // A small report is among its former findings.
    Vec::new,
    &["PAR1", "bucket", "key", "size", "is_latest"],
)
.room(1 << 30);
