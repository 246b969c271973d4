//! Bundles that somebody made to lead us out of them, to stop us, or to fill our memory.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::network::scenes::Scene;
use crate::support::bundle::{line, seal};
use crate::support::collected::{BUNDLE, Bundle, MANIFEST};
use crate::support::orderly::{note, orderly};
use crate::support::program::{Run, peak_of, severity_codes};

/// How long a run may take: far longer than it takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

fn bundle() -> Bundle {
    Bundle::collected(Scene::Intact.stage(), &Scene::Intact.args()[3..])
}

/// Runs the binary, which must end and must not write to a terminal what the bundle wrote.
fn ended(bundle: &Bundle, args: &[&str], what: &str) -> Run {
    let file = |name: &str| File::create(bundle.dir.path().join(name)).expect("a file");
    let mut command: Command = bundle.command(args);
    command.stdin(Stdio::null());
    command.stdout(file("stdout")).stderr(file("stderr"));
    let mut child = command.spawn().expect("the binary runs");
    let begun = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status.code().expect("an exit status");
        }
        if begun.elapsed() > LIMIT {
            child.kill().expect("it can be killed");
            panic!("{what}: {args:?} does not end");
        }
        sleep(Duration::from_millis(5));
    };
    let read = |name: &str| fs::read(bundle.dir.path().join(name)).expect("a file");
    let text = |name: &str| String::from_utf8(read(name)).expect("UTF-8");
    let run = Run {
        code,
        stdout: text("stdout"),
        stderr: text("stderr"),
    };
    assert!(!run.stderr.contains("panicked"), "{what}: {}", run.stderr);
    for out in [&run.stdout, &run.stderr] {
        let unsafe_characters = out.chars().any(|c| c.is_control() && c != '\n');
        assert!(!unsafe_characters, "{what}: {out:?}");
    }
    run
}

/// Asserts that `--check` finds something, and that `validate` proves no more than before and accuses nobody.
fn assert_found(bundle: &Bundle, hash: &str, what: &str) {
    let check = ended(bundle, &["collect", "--check", BUNDLE], what);
    assert!(
        matches!(check.code, 1 | 2),
        "{what}: {}: {}",
        check.code,
        check.stdout
    );
    let pinned = [
        "validate",
        "--format",
        "json",
        "--path",
        BUNDLE,
        "--manifest-sha256",
        hash,
    ];
    let run = ended(bundle, &pinned, what);
    if run.code == 2 {
        return;
    }
    orderly(&run, what);
    let report: Value = serde_json::from_str(&run.stdout).expect("a report");
    let codes = severity_codes(&report);
    assert!(
        !codes.iter().any(|code| code.starts_with("failed")),
        "{what}: {codes:?}"
    );
    assert_eq!(
        (run.code, &report["verdict"]),
        (4, &json!("unproven")),
        "{what}: {codes:?}"
    );
}

#[test]
fn links_and_pipes_in_the_place_of_files_are_never_followed() {
    let whole = bundle();
    let (files, hash) = (whole.files(), whole.hash());
    let is = |path: &&String, end: &str| path.ends_with(end) && !path.ends_with(".head.json");
    let digest = files
        .keys()
        .find(|p| p.contains("CloudTrail-Digest") && is(p, ".gz"));
    let listing = files.keys().find(|path| path.starts_with("listings/"));
    let keys = files.keys().find(|path| path.starts_with("keys/"));
    let custody = "custody.json".to_owned();
    let manifest = MANIFEST.to_owned();
    let paths = [
        digest.expect("a digest"),
        listing.expect("a listing"),
        keys.expect("keys"),
        &custody,
        &manifest,
    ];
    for path in paths {
        for kind in [
            "a link to the same",
            "a link to nothing",
            "a link to /dev/zero",
            "a pipe",
            "a folder",
        ] {
            let what = format!("{kind} at {path}");
            let harmed = Bundle::of_files(&files);
            let at = harmed.path().join(path);
            let outside = harmed.dir.path().join("outside");
            fs::rename(&at, &outside).expect("moved");
            match kind {
                "a link to the same" => symlink(&outside, &at).expect("a link"),
                "a link to nothing" => symlink("/nonexistent", &at).expect("a link"),
                "a link to /dev/zero" => symlink("/dev/zero", &at).expect("a link"),
                "a folder" => fs::create_dir(&at).expect("a folder"),
                _ => {
                    let made = Command::new("mkfifo")
                        .arg(&at)
                        .status()
                        .expect("mkfifo is needed");
                    assert!(made.success());
                }
            }
            assert_found(&harmed, &hash, &what);
        }
    }
    // A folder that lies elsewhere.
    for folder in ["s3", "listings", "keys", "cloudtrail"] {
        let harmed = Bundle::of_files(&files);
        let outside = harmed.dir.path().join("outside");
        fs::rename(harmed.path().join(folder), &outside).expect("moved");
        symlink(&outside, harmed.path().join(folder)).expect("a link");
        assert_found(&harmed, &hash, &format!("a link to the folder {folder}"));
    }
}

/// Lines of a manifest with a path that is not one of a bundle.
fn hostile_lines() -> Vec<String> {
    let long = "x/".repeat(100_000);
    let paths = [
        "../outside",
        "s3/../../outside",
        "/etc/passwd",
        "s3//x",
        "./x",
        "",
        ".",
        "s3/",
        "a\u{1b}[31m\u{7}b",
        "nul\0",
        "new\nline",
        "C:\\windows",
        "manifest.jsonl",
        ".collect/run.json",
        &long,
    ];
    let mut lines: Vec<String> = paths.iter().map(|path| line(path, b"outside")).collect();
    let deep = "[".repeat(200_000) + "\n";
    let wide = format!(
        "{{\"path\":\"x\",\"size\":1,\"sha256\":\"{}\"}}\n",
        "0".repeat(5_000_000)
    );
    let negative = "{\"path\":\"x\",\"size\":-1,\"sha256\":\"00\",\"from\":null,\"at\":null}\n";
    let more = [
        "\n",
        "{}\n",
        "null\n",
        "\u{feff}{}\n",
        negative,
        &deep,
        &wide,
        "no newline",
    ];
    lines.extend(more.map(String::from));
    lines
}

#[test]
fn hostile_lines_of_a_manifest_lead_nowhere() {
    let whole = bundle();
    let files = whole.files();
    for (n, hostile) in hostile_lines().iter().enumerate() {
        let start: String = hostile.chars().take(60).collect();
        for first in [true, false] {
            let what = format!("line {n}, {start:?}, first: {first}");
            let harmed = Bundle::of_files(&files);
            fs::write(harmed.dir.path().join("outside"), "outside").expect("a file");
            let manifest = String::from_utf8(files[MANIFEST].clone()).expect("UTF-8");
            let changed = match first {
                true => hostile.clone() + &manifest,
                false => manifest + hostile,
            };
            fs::write(harmed.path().join(MANIFEST), changed).expect("written");
            // Whoever wrote it also gave its hash.
            assert_found(&harmed, &harmed.hash(), &what);
        }
    }
    // Twice the same, and not in order.
    let manifest = String::from_utf8(files[MANIFEST].clone()).expect("UTF-8");
    let lines: Vec<&str> = manifest.split_inclusive('\n').collect();
    let twice: String = lines.iter().chain(&lines).copied().collect();
    let backwards: String = lines.iter().rev().copied().collect();
    for (what, changed) in [
        ("twice", twice),
        ("backwards", backwards),
        ("nothing", String::new()),
    ] {
        let harmed = Bundle::of_files(&files);
        fs::write(harmed.path().join(MANIFEST), changed).expect("written");
        assert_found(&harmed, &harmed.hash(), what);
    }
}

#[test]
fn files_of_a_sealed_bundle_that_are_not_what_they_should_be_are_answers_of_nobody() {
    // Whoever seals a bundle may write anything into it; no file of it stops or crashes a validation.
    let whole = bundle();
    let files = whole.files();
    let kinds = [
        "custody.json",
        "listings/",
        "keys/",
        "cloudtrail/",
        "bucket/",
        ".head.json",
    ];
    let deep = "[".repeat(100_000);
    let contents: [&[u8]; 6] = [
        b"",
        b"{}",
        b"null",
        b"\xff\xfe\0",
        deep.as_bytes(),
        b"{\"a\":1e999}",
    ];
    for kind in kinds {
        let Some(path) = files
            .keys()
            .find(|path| path.starts_with(kind) || path.ends_with(kind))
        else {
            panic!("no file of the kind {kind}");
        };
        for content in contents {
            let start = String::from_utf8_lossy(&content[..content.len().min(12)]).into_owned();
            let what = format!("{path}: {start:?}");
            let mut changed = files.clone();
            changed.insert(path.clone(), content.to_vec());
            changed.remove(MANIFEST);
            let harmed = Bundle::of_files(&changed);
            let hash = seal(&harmed.path());
            let args = [
                "validate",
                "--format",
                "json",
                "--path",
                BUNDLE,
                "--manifest-sha256",
                &hash,
            ];
            let run = ended(&harmed, &args, &what);
            orderly(&run, &what);
            if run.code == 2 {
                continue;
            }
            let report: Value = serde_json::from_str(&run.stdout).expect("a report");
            let codes = severity_codes(&report);
            let accuses = codes.iter().any(|code| code.starts_with("failed"));
            // Of the head of a digest nothing but its signature is needed, and the next digest has it too.
            assert!(!accuses || kind == ".head.json", "{what}: {codes:?}");
        }
    }
}

#[test]
fn a_manifest_of_a_million_lines_takes_bounded_memory() {
    let harmed = bundle();
    let hash = "0".repeat(64);
    let mut manifest = BufWriter::new(File::create(harmed.path().join(MANIFEST)).expect("a file"));
    for n in 0..1_000_000 {
        let path = format!("s3/trail-logs/AWSLogs/{n:012}");
        let line = format!(
            "{{\"path\":\"{path}\",\"size\":{n},\"sha256\":\"{hash}\",\"from\":null,\"at\":null}}\n"
        );
        manifest.write_all(line.as_bytes()).expect("written");
    }
    drop(manifest);
    let (code, check) = peak_of(harmed.dir.path(), &["collect", "--check", BUNDLE], "out");
    assert_eq!(code, 1);
    let pin = harmed.hash();
    let args = [
        "validate",
        "--format",
        "json",
        "--path",
        BUNDLE,
        "--manifest-sha256",
        &pin,
    ];
    let (code, validate) = peak_of(harmed.dir.path(), &args, "report.json");
    // It lists no custody.json, so it is not a bundle that says what it is of.
    assert!(matches!(code, 2 | 4), "{code}");
    note(&format!(
        "peak of --check: {check} KiB, of validate: {validate} KiB"
    ));
    // The manifest has 157 MB.
    assert!(
        check < 64 * 1024 && validate < 64 * 1024,
        "{check} and {validate}"
    );
    for out in ["out", "report.json"] {
        let size = fs::metadata(harmed.dir.path().join(out))
            .expect("a file")
            .len();
        assert!(size < 1 << 20, "{out}: {size} bytes");
    }
}
