//! Every command of README and of the manual runs, and prints what they show.
//!
//! `TRAILPROOF_BLESS=1` writes what is shown anew.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::documents::{self, CodeBlock, blocks};
use super::scene::{Scene, mapped};
use crate::support::program::{Run, root, run};

/// The lines of an output that are shown if none are yet.
const SHOWN: usize = 12;
/// The width to which a message is wrapped.
const WIDTH: usize = 100;

macro_rules! tests {
    ($($test:ident $file:literal)*) => {
        const FILES: &[&str] = &[$($file),*];
        $(#[test]
        fn $test() {
            assert_runs($file);
        })*
    };
}

tests! {
    of_readme "README.md"
    of_alerts "alerts.md"
    of_changes "changes.md"
    of_gaps "gaps.md"
    of_doctor "doctor.md"
    of_events "events.md"
    of_evidence "evidence.md"
    of_explain "explain.md"
    of_formats "formats.md"
    of_history "history.md"
    of_in_s3 "in-s3.md"
    of_install "install.md"
    of_json "json.md"
    of_lookup "lookup.md"
    of_on_disk "on-disk.md"
    of_scheduling "scheduling.md"
    of_shards "shards.md"
    of_state "state.md"
    of_terminal "terminal.md"
    of_timeline "timeline.md"
    of_trails "trails.md"
    of_validate_logs "validate-logs.md"
    of_watchlist "watchlist.md"
}

#[test]
fn every_document_with_an_example_is_tried() {
    for (file, block) in documents::all_blocks() {
        let is_tried = ["sh", "text output", "text message", "json sample"];
        if is_tried.iter().any(|kind| block.info.starts_with(kind)) {
            assert!(FILES.contains(&file.as_str()), "{file}: {}", block.info);
        }
    }
}

/// Runs the examples of a document. What it shows of their output must be the output, or becomes it.
fn assert_runs(file: &str) {
    let path = match file {
        "README.md" => root().join(file),
        _ => root().join("src/manual").join(file),
    };
    let text = fs::read_to_string(&path).expect("a document");
    let is_blessed = std::env::var_os("TRAILPROOF_BLESS").is_some();
    let (mut scene, mut printed) = (None, String::new());
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    // From the end, so that lines before a block that becomes longer stay where they are.
    let mut changes: Vec<(CodeBlock, String)> = Vec::new();
    for block in blocks(&text) {
        let shown = match block.info.split(' ').next() {
            Some("sh") => {
                printed = ran(file, &block, &mut scene);
                continue;
            }
            Some("text") if block.info == "text output" => Some(excerpt(&block.text, &printed)),
            Some("text") => block.value("message").map(message),
            Some("json") => block.value("sample").map(|at| of_sample(at, &block)),
            _ => None,
        };
        let Some(shown) = shown.filter(|shown| *shown != block.text) else {
            continue;
        };
        assert!(
            is_blessed,
            "{file}, {}: shown:\n{}\nprinted:\n{shown}\nTRAILPROOF_BLESS=1 writes it anew",
            block.info, block.text
        );
        changes.push((block, shown));
    }
    for (block, shown) in changes.into_iter().rev() {
        let (start, len) = (block.line + 1, block.text.lines().count());
        lines.splice(start..start + len, shown.lines().map(str::to_owned));
    }
    if is_blessed {
        fs::write(path, lines.join("\n") + "\n").expect("the document");
    }
}

/// Runs a block of commands, and gives what they print.
fn ran(file: &str, block: &CodeBlock, scene: &mut Option<Scene>) -> String {
    let is_missing = |program: &str| {
        let found = Command::new("which").arg(program).output();
        !found.is_ok_and(|found| found.status.success())
    };
    if block.value("not-run").is_some() || block.value("needs").is_some_and(is_missing) {
        return String::new();
    }
    // README's first block: built elsewhere, and the tests are running.
    if let Some(args) = block
        .text
        .strip_prefix("cargo run --no-default-features -- ")
    {
        let (args, rest) = args.split_once('\n').expect("a line");
        assert_eq!(rest.trim(), "cargo test", "{file}");
        let Run {
            code,
            stdout,
            stderr,
        } = run(&root(), &args.split(' ').collect::<Vec<_>>());
        assert_eq!((code, stderr.as_str()), (0, ""));
        return stdout;
    }
    let output = scene.get_or_insert_with(Scene::new).run(&block.text);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let expected: i32 = block
        .value("exit")
        .map_or(0, |code| code.parse().expect("a code"));
    assert_eq!(
        output.status.code(),
        Some(expected),
        "{file}:{}\n{}\n{}\n{}",
        block.line + 1,
        mapped(&block.text),
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}

/// As much of an output as was shown of it before.
fn excerpt(shown: &str, printed: &str) -> String {
    if shown.lines().last() != Some("…") {
        return printed.to_owned();
    }
    let lines = match shown.lines().count() - 1 {
        0 => SHOWN,
        lines => lines,
    };
    let lines = printed.lines().take(lines);
    lines.chain(["…"]).map(|line| format!("{line}\n")).collect()
}

/// The message of the gap in the expected report of a case, in lines.
fn message(case: &str) -> String {
    let path = root().join("testdata").join(case).join("expected.json");
    let report: Value = serde_json::from_slice(&fs::read(path).expect("a report")).expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    let gap = findings.iter().find(|finding| finding["code"] == "gap");
    let message = gap.expect("a gap")["message"].as_str().expect("a message");
    let options = textwrap::Options::new(WIDTH)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::fill(message, options) + "\n"
}

/// Some fields of a part of the sample's report.
fn of_sample(pointer: &str, block: &CodeBlock) -> String {
    let sample = Path::new("testdata/sample");
    let [path, keys] = ["bucket", "keys"].map(|name| sample.join(name).display().to_string());
    let args = [
        "validate", "--path", &path, "--keys", &keys, "--format", "json",
    ];
    let report: Value = serde_json::from_str(&run(&root(), &args).stdout).expect("JSON");
    let part = report
        .pointer(pointer)
        .unwrap_or_else(|| panic!("no {pointer}"));
    let fields = block.value("fields").expect("fields").split(',');
    let field = |name: &str| {
        let value = serde_json::to_string_pretty(&part[name]).expect("JSON");
        format!("  \"{name}\": {}", value.replace('\n', "\n  "))
    };
    let fields: Vec<String> = fields.map(field).collect();
    format!("{{\n{}\n}}\n", fields.join(",\n"))
}
