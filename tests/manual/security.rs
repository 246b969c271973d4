//! SECURITY.md: each claim is followed by the tests that show it, and these tests exist.

use std::fs;
use std::path::PathBuf;

use crate::support::program::root;

/// The paths of tests that a text refers to: what stands between backquotes and has parts.
fn tests_of(text: &str) -> Vec<Vec<&str>> {
    let quoted = text.split('`').skip(1).step_by(2);
    let paths = quoted.map(|words| words.split("::").collect::<Vec<_>>());
    paths.filter(|parts| parts.len() >= 2).collect()
}

/// The file of a module of the tests, or of the library.
fn file_of(module: &[&str]) -> Option<PathBuf> {
    let paths = ["tests", "src"].map(|folder| root().join(folder).join(module.join("/")));
    paths
        .into_iter()
        .flat_map(|path| [path.with_extension("rs"), path.join("mod.rs")])
        .find(|file| file.exists())
}

/// Whether a file has a test of this name.
fn has_test(text: &str, name: &str) -> bool {
    let Some(at) = text.find(&format!("fn {name}(")) else {
        return false;
    };
    let before = text[..at].rsplit("\n\n").next().unwrap_or_default();
    before.contains("#[test]") || before.contains("#[tokio::test")
}

#[test]
fn each_test_that_security_refers_to_exists() {
    let text = fs::read_to_string(root().join("SECURITY.md")).expect("SECURITY.md");
    let tests = tests_of(&text);
    assert!(tests.len() > 40, "only {} tests", tests.len());
    let is_missing = |parts: &&Vec<&str>| {
        let (name, module) = parts.split_last().expect("parts");
        let file = file_of(module).and_then(|path| fs::read_to_string(path).ok());
        !file.is_some_and(|text| has_test(&text, name))
    };
    let missing = tests
        .iter()
        .filter(is_missing)
        .map(|parts| parts.join("::"));
    let missing: Vec<String> = missing.collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn each_claim_of_security_has_a_test() {
    let text = fs::read_to_string(root().join("SECURITY.md")).expect("SECURITY.md");
    let mut claims = 0;
    for row in text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| ---"))
    {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        if cells.last().is_some_and(|last| last.trim() == "shown by") {
            continue;
        }
        let last = cells.last().copied().unwrap_or_default();
        assert!(!tests_of(last).is_empty(), "no test: {row}");
        claims += 1;
    }
    assert!(claims > 25, "only {claims} claims");
}
