//! Which file may use which: the `use` lines, and paths written out, are read.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::program::root;

/// Stages: they know no clock, environment, filesystem or network, and nothing of what joins them.
const STAGES: &[&str] = &[
    "cadence",
    "chain",
    "coverage",
    "digest",
    "escape",
    "finding",
    "gap",
    "gzip",
    "hash",
    "inflate",
    "keyname",
    "keys/mod",
    "ledger",
    "logfile",
    "placement",
    "proof",
    "reading",
    "record",
    "signature",
    "strict",
    "trail",
];

/// Pure as well; they speak of the roots of a source, of what was surveyed, or of the report.
const PURE: &[&str] = &[
    "accept",
    "atlas",
    "beside",
    "doctor/age",
    "doctor/check",
    "doctor/digest",
    "doctor/keeping",
    "doctor/newest",
    "doctor/session",
    "doctor/signed",
    "doctor/stored",
    "doctor/text",
    "doctor/trail",
    "doctor/v1",
    "explain/target",
    "explain/text",
    "explain/v1",
    "not_proven",
    "outcome",
    "scope",
    "trails/locate",
    "trails/mod",
    "trails/selectors",
    "unlisted",
];

/// Everything that knows the AWS SDK.
const AWS: &[&str] = &["aws", "keys/aws", "source/s3", "trails/aws"];

fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}

/// A file's name below `src`, without its ending, and its code without comments and unit tests.
fn code(path: &Path) -> (String, String) {
    let src = root().join("src");
    let name = path
        .strip_prefix(src)
        .expect("below src")
        .with_extension("");
    let text = fs::read_to_string(path).expect("a source");
    let text = text.split("#[cfg(test)]").next().expect("a part");
    let lines = text.lines().filter(|l| !l.trim_start().starts_with("//"));
    (
        name.to_str().expect("UTF-8").to_owned(),
        lines.collect::<Vec<_>>().join("\n"),
    )
}

fn is_one_of(list: &[&str], name: &str) -> bool {
    list.iter()
        .any(|p| name == *p || name.starts_with(&format!("{p}/")))
}

/// Modules of this crate that a file names, first parts only.
fn uses(code: &str) -> BTreeSet<String> {
    let word = |rest: &str| -> String {
        rest.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    code.match_indices("crate::")
        .map(|(at, found)| word(&code[at + found.len()..]))
        .collect()
}

#[test]
fn stages_know_no_clock_environment_filesystem_or_network() {
    let banned = [
        "std::env",
        "std::fs",
        "std::net",
        "std::process",
        "std::time",
        "std::thread",
        "Timestamp::now",
        "Zoned::now",
        "TimeZone::system",
        "rustix",
        "tempfile",
        "tokio",
        "aws_sdk",
        "aws_config",
        "rayon",
        "File::",
        "println!",
        "eprintln!",
        "print!",
    ];
    let mut seen = BTreeSet::new();
    for path in sources(&root().join("src")) {
        let (name, code) = code(&path);
        if !is_one_of(STAGES, &name) && !is_one_of(PURE, &name) {
            continue;
        }
        seen.insert(name.clone());
        for word in banned {
            assert!(!code.contains(word), "{name} uses {word}");
        }
    }
    for stage in STAGES.iter().chain(PURE) {
        let there = seen
            .iter()
            .any(|s| s == *stage || s.starts_with(&format!("{stage}/")));
        assert!(there, "the stage {stage} is gone: take it off the list");
    }
}

#[test]
fn stages_do_not_know_what_joins_them() {
    for path in sources(&root().join("src")) {
        let (name, code) = code(&path);
        let uses = uses(&code);
        if is_one_of(STAGES, &name) {
            for above in [
                "source", "atlas", "aws", "trails", "fetch", "discover", "listing", "validate",
                "event", "view", "report", "cli",
            ] {
                assert!(!uses.contains(above), "{name} uses {above}");
            }
        }
        if is_one_of(PURE, &name) {
            for above in ["aws", "fetch", "validate", "view", "cli"] {
                assert!(!uses.contains(above), "{name} uses {above}");
            }
        }
        if name.starts_with("report/") {
            let allowed = [
                "report", "coverage", "finding", "gap", "escape", "hash", "trail",
            ];
            let other: Vec<_> = uses
                .iter()
                .filter(|u| !allowed.contains(&u.as_str()))
                .collect();
            assert!(other.is_empty(), "{name} uses {other:?}");
        }
        if !name.starts_with("cli/") && name != "main" {
            assert!(!uses.contains("cli"), "{name} uses cli");
        }
    }
}

#[test]
fn the_sdk_and_its_runtime_are_private_to_what_asks_aws() {
    let mut found = 0;
    for path in sources(&root().join("src")) {
        let (name, code) = code(&path);
        let names = [
            "aws_config",
            "aws_sdk_",
            "aws_smithy_",
            "aws_types",
            "tokio::",
        ];
        let knows = names.iter().any(|word| code.contains(word));
        assert!(!knows || is_one_of(AWS, &name), "{name} knows the SDK");
        found += usize::from(knows);
    }
    assert!(found > AWS.len(), "{found}");
}

#[test]
fn only_the_command_line_prints_exits_or_reads_the_environment() {
    for path in sources(&root().join("src")) {
        let (name, code) = code(&path);
        if name.starts_with("cli/") || name == "main" {
            continue;
        }
        for word in [
            "println!",
            "eprintln!",
            "process::exit",
            "env::var",
            "stdout()",
            "stderr()",
        ] {
            assert!(!code.contains(word), "{name} uses {word}");
        }
    }
}
