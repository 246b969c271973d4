//! Writing `testdata/` again, and running every case in it.

#[cfg(feature = "aws")]
mod s3;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::case::Case;
use crate::support::cases::all;
use crate::support::program::{Run, reported, root, run};
use crate::support::tree::tree;

/// Set this variable to write `testdata/` again instead of comparing it.
const BLESS: &str = "TRAILPROOF_BLESS";

fn testdata() -> PathBuf {
    root().join("testdata")
}

/// The folder of inputs that were findings of a fuzzer: no case.
const FUZZ: &str = "fuzz";

/// The folders of cases in `testdata/`.
fn kept() -> Vec<String> {
    let kept = fs::read_dir(testdata()).expect("testdata");
    let name = |entry: std::io::Result<fs::DirEntry>| {
        let name = entry.expect("an entry").file_name();
        name.into_string().expect("UTF-8")
    };
    let mut kept: Vec<String> = kept.map(name).filter(|name| name != FUZZ).collect();
    kept.sort();
    kept
}

/// Writes `testdata/` again, once, if the variable is set.
fn bless() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    if std::env::var_os(BLESS).is_none() {
        return;
    }
    ONCE.call_once(|| {
        for name in kept() {
            let _ = fs::remove_dir_all(testdata().join(name));
        }
        for case in all() {
            let dir = testdata().join(case.name);
            fs::create_dir_all(&dir).expect("a folder");
            case.write(&dir);
            let (_, report) = reported(run_case(&case, &dir, &with_json(&case.args)));
            fs::write(dir.join("expected.json"), without_run(report)).expect("expected.json");
        }
    });
}

/// `validate` as JSON, with these arguments.
fn with_json(args: &[String]) -> Vec<String> {
    let mut all = ["validate", "--format", "json"].map(String::from).to_vec();
    all.extend_from_slice(args);
    all
}

/// Runs a case over its folder or, if only S3 can show it, over S3.
fn run_case(case: &Case, dir: &Path, args: &[String]) -> Run {
    #[cfg(feature = "aws")]
    if case.sources == ["s3"] {
        return crate::support::stage::Stage::case(case, &[]).run(args);
    }
    run(dir, args)
}

/// The cases that this build can run.
fn to_run() -> Vec<Case> {
    let mut cases = all();
    cases.retain(|case| cfg!(feature = "aws") || case.sources != ["s3"]);
    cases
}

/// A report as it is kept, without its run.
fn without_run(mut report: Value) -> String {
    report
        .as_object_mut()
        .expect("an object")
        .remove("run")
        .expect("how it was run");
    serde_json::to_string_pretty(&report).expect("JSON") + "\n"
}

/// The part of a file that must be equal: the content of a gzip file, because compressors differ,
/// a `head.json` without the fields that depend on the compressor, and the paths of a manifest.
fn essence(name: &str, bytes: &[u8]) -> Vec<u8> {
    use std::io::Read as _;
    if name.ends_with(".head.json") {
        let mut head: Value = serde_json::from_slice(bytes).expect("a head");
        for field in ["ETag", "ContentLength"] {
            head.as_object_mut().expect("an object").remove(field);
        }
        return serde_json::to_vec(&head).expect("JSON");
    }
    if name.ends_with("manifest.jsonl") {
        let lines: Result<Vec<Value>, _> = serde_json::Deserializer::from_slice(bytes)
            .into_iter()
            .collect();
        let lines = lines.expect("lines of JSON");
        let paths = lines.iter().map(|line| line["path"].to_string());
        return paths.collect::<String>().into_bytes();
    }
    let mut content = Vec::new();
    match flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut content) {
        Ok(_) => content,
        Err(_) => bytes.to_vec(),
    }
}

#[test]
fn testdata_is_what_the_forge_makes() {
    bless();
    let fresh = tempfile::tempdir().expect("a folder");
    let mut names = Vec::new();
    for case in all() {
        let dir = fresh.path().join(case.name);
        fs::create_dir_all(&dir).expect("a folder");
        case.write(&dir);
        names.push(case.name.to_owned());
        let kept = testdata().join(case.name);
        let (mut made, mut kept) = (tree(&dir), tree(&kept));
        kept.remove("expected.json");
        assert_eq!(
            made.keys().collect::<Vec<_>>(),
            kept.keys().collect::<Vec<_>>(),
            "the files of {}",
            case.name
        );
        for (name, bytes) in &mut made {
            let kept = kept.get_mut(name).expect("compared above");
            assert!(
                essence(name, bytes) == essence(name, kept),
                "{}: {name} differs",
                case.name
            );
        }
    }
    assert_eq!(
        names,
        kept(),
        "the folders of testdata are the cases of the forge"
    );
}

/// A case as described by its `case.toml`.
#[derive(serde::Deserialize)]
struct CaseFile {
    shows: String,
    exit: i32,
    args: Vec<String>,
    sources: Vec<String>,
}

#[test]
fn every_case_gives_its_exit_code_and_its_report_with_any_number_of_workers() {
    bless();
    let mut ran = 0;
    for case in to_run() {
        let dir = testdata().join(case.name);
        let case_file: CaseFile =
            toml::from_str(&fs::read_to_string(dir.join("case.toml")).expect("case.toml"))
                .expect("TOML");
        assert!(
            !case_file.shows.is_empty() && case_file.sources == case.sources,
            "{}",
            case.name
        );
        let expected = dir.join("expected.json");
        for jobs in ["1", "8"] {
            let mut args = case_file.args.clone();
            args.extend(["--jobs", jobs].map(String::from));
            let (code, report) = reported(run_case(&case, &dir, &with_json(&args)));
            let text = without_run(report);
            let kept = fs::read_to_string(&expected).expect("expected.json");
            assert!(
                text == kept,
                "{} with {jobs} workers: the report differs from expected.json:\n{text}",
                case.name
            );
            assert_eq!(code, case_file.exit, "{} with {jobs} workers", case.name);
        }
        text_says_the_same(&case, &dir, &case_file);
        ran += 1;
    }
    assert!(ran > 40, "only {ran} cases ran");
}

/// The text report has the same verdict, contains every code, and has no escape codes.
fn text_says_the_same(case: &Case, dir: &Path, case_file: &CaseFile) {
    let mut args = vec!["validate".to_owned(), "--verbose".to_owned()];
    args.extend(case_file.args.iter().cloned());
    let text = run_case(case, dir, &args);
    assert_eq!(text.code, case_file.exit, "{}", dir.display());
    // Only the note about the exit status is printed there.
    let held = case_file.args.contains(&"--fail-on".to_owned());
    assert_eq!(
        text.stderr.contains("whatever --accept and --fail-on say"),
        held,
        "{}",
        text.stderr
    );
    let accepted = case_file.args.contains(&"--accept".to_owned());
    assert_eq!(
        text.stderr.contains("the exit status is 0"),
        accepted,
        "{}",
        text.stderr
    );
    assert!(
        accepted || held || text.stderr.is_empty(),
        "{}",
        text.stderr
    );
    let expected: Value = serde_json::from_str(
        &fs::read_to_string(dir.join("expected.json")).expect("expected.json"),
    )
    .expect("JSON");
    let verdict = expected["verdict"]
        .as_str()
        .expect("a verdict")
        .to_uppercase();
    assert!(
        text.stdout.starts_with(&format!("{verdict}: ")),
        "{}",
        text.stdout
    );
    for finding in expected["findings"].as_array().expect("findings") {
        assert!(
            text.stdout
                .contains(finding["code"].as_str().expect("a code")),
            "{}",
            text.stdout
        );
    }
    assert!(!text.stdout.contains('\u{1b}'));
}
