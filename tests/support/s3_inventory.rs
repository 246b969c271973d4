//! S3 Inventory reports, as S3 writes them.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use md5::{Digest as _, Md5};
use serde_json::json;

use super::forge::gzip;

/// A row of a report.
#[derive(Clone, Debug)]
pub struct Row {
    pub key: String,
    pub size: u64,
    pub modified: Timestamp,
    /// Whether it is the latest version of its key, and whether it is a delete marker; only a report of all versions
    /// says it.
    pub version: Option<(bool, bool)>,
}

/// A report: its files, and what its manifest says.
#[derive(Clone, Debug)]
pub struct Report {
    pub bucket: String,
    pub destination: String,
    pub created: Timestamp,
    pub format: &'static str,
    pub schema: String,
    /// Keys and contents.
    pub files: Vec<(String, Vec<u8>)>,
}

const CSV: &str = "Bucket, Key, Size, LastModifiedDate, ETag";
const CSV_OF_VERSIONS: &str =
    "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag";

impl Report {
    /// A report in CSV, with one file for each list of rows.
    pub fn csv(bucket: &str, created: Timestamp, files: &[Vec<Row>]) -> Self {
        let of_versions = files.iter().flatten().any(|row| row.version.is_some());
        let schema = if of_versions { CSV_OF_VERSIONS } else { CSV };
        let name = |at: usize| format!("inv/{bucket}/all/data/{at}.csv.gz");
        let file = |(at, rows): (usize, &Vec<Row>)| {
            let text: String = rows
                .iter()
                .map(|row| line(bucket, row, of_versions))
                .collect();
            (name(at), gzip(text.as_bytes()))
        };
        Report {
            bucket: bucket.to_owned(),
            destination: "inventories".to_owned(),
            created,
            format: "CSV",
            schema: schema.to_owned(),
            files: files.iter().enumerate().map(file).collect(),
        }
    }

    /// The same in Parquet.
    #[cfg(feature = "parquet")]
    pub fn parquet(bucket: &str, created: Timestamp, files: &[Vec<Row>]) -> Self {
        let name = |at: usize| format!("inv/{bucket}/all/data/{at}.parquet");
        let file = |(at, rows): (usize, &Vec<Row>)| {
            (name(at), super::s3_inventory_parquet::file(bucket, rows))
        };
        Report {
            format: "Parquet",
            schema: super::s3_inventory_parquet::SCHEMA.to_owned(),
            files: files.iter().enumerate().map(file).collect(),
            ..Report::csv(bucket, created, &[])
        }
    }

    /// The key of its manifest.
    pub fn manifest_key(&self) -> String {
        let at = self.created.strftime("%Y-%m-%dT%H-%MZ");
        format!("inv/{}/all/{at}/manifest.json", self.bucket)
    }

    /// Its manifest.
    pub fn manifest(&self) -> String {
        let file = |(key, body): &(String, Vec<u8>)| json!({"key": key, "size": body.len(), "MD5checksum": hex::encode(Md5::digest(body))});
        json!({
            "sourceBucket": self.bucket,
            "destinationBucket": format!("arn:aws:s3:::{}", self.destination),
            "version": "2016-11-30",
            "creationTimestamp": self.created.as_millisecond().to_string(),
            "fileFormat": self.format,
            "fileSchema": self.schema,
            "files": self.files.iter().map(file).collect::<Vec<_>>(),
        })
        .to_string()
    }

    /// Everything of it, by keys in the destination bucket.
    pub fn objects(&self) -> Vec<(String, Vec<u8>)> {
        let manifest = (self.manifest_key(), self.manifest().into_bytes());
        [vec![manifest], self.files.clone()].concat()
    }

    /// Writes it below a folder, as a copy of the destination bucket. Returns the path of the manifest.
    pub fn write_below(&self, dir: &Path) -> PathBuf {
        for (key, body) in self.objects() {
            let path = dir.join(key);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, body).expect("a file");
        }
        dir.join(self.manifest_key())
    }
}

fn line(bucket: &str, row: &Row, of_versions: bool) -> String {
    let key: String = row
        .key
        .bytes()
        .map(|byte| match byte {
            b' ' => "+".to_owned(),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' | b'/' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect();
    let (is_latest, is_marker) = row.version.unwrap_or((true, false));
    let version = match of_versions {
        true => format!(r#""v1","{is_latest}","{is_marker}","#),
        false => String::new(),
    };
    let size = if is_marker {
        String::new()
    } else {
        row.size.to_string()
    };
    let modified = row.modified.strftime("%Y-%m-%dT%H:%M:%S.000Z");
    format!("\"{bucket}\",\"{key}\",{version}\"{size}\",\"{modified}\",\"0123\"\n")
}
