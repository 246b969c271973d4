//! Which file may use which: the `use` lines, and paths written out, are read.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::program::root;

/// Stages: they know no clock, environment, filesystem or network, and nothing of what joins them.
const PURE: &[&str] = &[
    "accept",
    "atlas",
    "chain",
    "coverage",
    "digest",
    "escape",
    "finding",
    "gap",
    "hash",
    "inflate",
    "keyname",
    "keys/mod",
    "ledger",
    "logfile",
    "not_proven",
    "outcome",
    "placement",
    "proof",
    "reading",
    "scope",
    "signature",
    "strict",
    "trail",
];

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

fn is_pure(name: &str) -> bool {
    PURE.iter()
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
        if !is_pure(&name) {
            continue;
        }
        seen.insert(name.clone());
        for word in banned {
            assert!(!code.contains(word), "{name} uses {word}");
        }
    }
    for stage in PURE {
        let there = seen
            .iter()
            .any(|s| s == stage || s.starts_with(&format!("{stage}/")));
        assert!(there, "the stage {stage} is gone: take it off the list");
    }
}

#[test]
fn stages_do_not_know_what_joins_them() {
    for path in sources(&root().join("src")) {
        let (name, code) = code(&path);
        let uses = uses(&code);
        if is_pure(&name) {
            for above in ["validate", "cli", "view", "fetch", "discover", "event"] {
                // What is not proven is said of what was surveyed; it reads the survey's names.
                let said = name == "not_proven" && above == "discover";
                // An acceptance is shown as the report shows it.
                assert!(said || !uses.contains(above), "{name} uses {above}");
            }
            // The error of a source is data to the stages that judge it; no stage may reach into one.
            for line in code.lines().filter(|l| l.contains("crate::source")) {
                let data = line.contains("GetError") || line.contains("RootId");
                assert!(data && !line.contains("Source"), "{name}: {line}");
            }
            assert!(
                !uses.contains("report") || name == "accept",
                "{name} uses report"
            );
        }
        if name.starts_with("report/") {
            let allowed = ["report", "coverage", "finding", "gap", "escape", "trail"];
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
