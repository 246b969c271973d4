//! Bundles: collected from AWS on loopback, and read where there is no AWS.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use trailproof::base::sha256::Sha256;

use crate::support::program::{Run, command, finish, reported};
use crate::support::stage::Stage;
use crate::support::tree::{tree, write_tree};

/// The folder of a bundle, beside what else a stage has.
pub const BUNDLE: &str = "bundle";
/// The list of its files.
pub const MANIFEST: &str = "manifest.jsonl";

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:1";

/// `collect` into the usual folder, with more arguments.
pub fn collecting(more: &[impl AsRef<str>]) -> Vec<String> {
    let mut args = ["collect", "--out", BUNDLE].map(String::from).to_vec();
    args.extend(more.iter().map(|arg| arg.as_ref().to_owned()));
    args
}

/// A bundle, and a folder with what lies beside it.
pub struct Bundle {
    pub dir: tempfile::TempDir,
}

impl Bundle {
    /// Collects from AWS, whatever it says of what it read, and then stops AWS.
    pub fn collected(stage: Stage, scope: &[impl AsRef<str>]) -> Bundle {
        let run = stage.run(&collecting(scope));
        assert!(
            [0, 4].contains(&run.code),
            "{}: {}{}",
            run.code,
            run.stdout,
            run.stderr
        );
        stage.assert_only_reads();
        Bundle::left_by(stage)
    }

    /// What is left when AWS is gone.
    pub fn left_by(stage: Stage) -> Bundle {
        let Stage { loopback, dir } = stage;
        drop(loopback);
        Bundle { dir }
    }

    /// A bundle of these files, with copies of the files beside another one.
    pub fn of_files(files: &BTreeMap<String, Vec<u8>>) -> Bundle {
        let dir = tempfile::tempdir().expect("a folder");
        write_tree(&dir.path().join(BUNDLE), files);
        Bundle { dir }
    }

    /// Its folder.
    pub fn path(&self) -> PathBuf {
        self.dir.path().join(BUNDLE)
    }

    /// Its files.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        tree(&self.path())
    }

    /// The SHA-256 of its manifest.
    pub fn hash(&self) -> String {
        manifest_hash(&self.path())
    }

    /// The binary beside the bundle, without AWS.
    pub fn command(&self, args: &[impl AsRef<str>]) -> Command {
        let mut command = command(self.dir.path(), args);
        command.env_clear();
        for (name, value) in [
            ("AWS_ENDPOINT_URL", NOWHERE),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_MAX_ATTEMPTS", "1"),
        ] {
            command.env(name, value);
        }
        command
    }

    /// Runs the binary beside the bundle, without AWS.
    pub fn run(&self, args: &[impl AsRef<str>]) -> Run {
        finish(&mut self.command(args))
    }

    /// `collect --check`.
    pub fn check(&self) -> Run {
        self.run(&["collect", "--check", BUNDLE])
    }

    /// `collect --check` by the hash of the manifest.
    pub fn check_by(&self, hash: &str) -> Run {
        self.run(&["collect", "--check", BUNDLE, "--manifest-sha256", hash])
    }

    /// The run of `validate` with a JSON report.
    pub fn validate(&self, more: &[impl AsRef<str>]) -> Run {
        let mut args = ["validate", "--format", "json", "--path", BUNDLE]
            .map(String::from)
            .to_vec();
        args.extend(more.iter().map(|arg| arg.as_ref().to_owned()));
        self.run(&args)
    }

    /// `validate` with a JSON report, by the bundle's own manifest.
    pub fn pinned(&self, more: &[impl AsRef<str>]) -> (i32, Value) {
        let mut args = vec!["--manifest-sha256".to_owned(), self.hash()];
        args.extend(more.iter().map(|arg| arg.as_ref().to_owned()));
        reported(self.validate(&args))
    }

    /// `validate` with a JSON report, with these arguments alone.
    pub fn report(&self, more: &[impl AsRef<str>]) -> (i32, Value) {
        reported(self.validate(more))
    }
}

/// The SHA-256 of the manifest of a bundle.
pub fn manifest_hash(bundle: &Path) -> String {
    let manifest = fs::read(bundle.join(MANIFEST)).expect("a manifest");
    Sha256::of(&manifest).to_string()
}

/// A report without what must differ between a bucket and its bundle: how it was run, where objects and keys
/// came from, and the sentence about that.
pub fn apart_from_source(mut report: Value) -> Value {
    let fields = report.as_object_mut().expect("an object");
    fields.remove("run");
    let requested = fields["requested"].as_object_mut().expect("an object");
    for of_source in [
        "source",
        "manifest_sha256",
        "manifest_given",
        "keys",
        "collected",
        "start_origin",
        "end_origin",
    ] {
        requested.remove(of_source);
    }
    // Where the surviving original lies, and what to do with it.
    for finding in fields["findings"].as_array_mut().expect("findings") {
        if finding["recovery"]["outcome"] == "survives" {
            let finding = finding.as_object_mut().expect("an object");
            finding.remove("hint");
            finding.remove("command");
            let original = finding["recovery"]["original"].as_object_mut();
            original.expect("a version").remove("bundle_path");
        }
    }
    for key in fields["keys"].as_array_mut().expect("keys") {
        key.as_object_mut().expect("an object").remove("origin");
    }
    let not_proven = fields["not_proven"].as_array_mut().expect("sentences");
    not_proven.retain(|sentence| {
        let sentence = sentence.as_str().expect("a text");
        !sentence.starts_with("that the public keys are those of AWS")
    });
    for sentence in not_proven {
        let text = sentence.as_str().expect("a text");
        let then = "those who collected the bundle had no access";
        *sentence = text
            .replace(then, "these credentials have no access")
            .into();
    }
    report
}

/// The fields that differ between two collections of the same: times, and ids of requests.
const OF_ONE_RUN: [&str; 8] = [
    "at",
    "request_id",
    "started",
    "ended",
    "runs",
    "RequestId",
    "HostId",
    "Date",
];

/// The files of a bundle without what differs between two collections of the same evidence.
pub fn lasting(bundle: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = tree(bundle);
    for (path, bytes) in &mut files {
        if is_described(path) {
            *bytes = without_run(path, bytes);
        }
    }
    files
}

/// Whether a file is a description that this program wrote, and not what AWS stored.
fn is_described(path: &str) -> bool {
    let is_object = ["s3/", "other/", "recovered/"]
        .iter()
        .any(|folder| path.starts_with(folder));
    path.ends_with(".head.json") || !is_object
}

fn without_run(path: &str, bytes: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    for value in serde_json::Deserializer::from_slice(bytes).into_iter::<Value>() {
        let mut value = value.unwrap_or_else(|e| panic!("{path}: {e}"));
        strip(&mut value);
        let lists = path == MANIFEST;
        if lists && value["path"].as_str().is_some_and(is_described) {
            // These have other times in them.
            for of_bytes in ["size", "sha256"] {
                value.as_object_mut().expect("a line").remove(of_bytes);
            }
        }
        kept.extend(serde_json::to_vec(&value).expect("JSON"));
        kept.push(b'\n');
    }
    kept
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !OF_ONE_RUN.contains(&name.as_str()));
            fields.values_mut().for_each(strip);
        }
        Value::Array(list) => list.iter_mut().for_each(strip),
        _ => {}
    }
}

/// Asserts that two collections of the same evidence are the same bundle.
pub fn assert_same_bundle(
    one: &BTreeMap<String, Vec<u8>>,
    other: &BTreeMap<String, Vec<u8>>,
    what: &str,
) {
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(one), names(other), "{what}: other files");
    for (path, bytes) in one {
        let there = &other[path];
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(
            bytes == there,
            "{what}: {path}:\n{}\n{}",
            shown(bytes),
            shown(there)
        );
    }
}
