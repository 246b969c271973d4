//! A copy that changes while it is read.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;
use trailproof::base::limits::Limits;
use trailproof::source::disk::DiskSource;
use trailproof::source::{GetError, RootId, Source as _};

use crate::support::case::{BUCKET, Case, REGION};
use crate::support::program::{Run, command, reported, severity_codes};

/// The times that a file system writes may be behind by so much.
const TICK: Duration = Duration::from_millis(20);

/// Runs the program on a copy, and changes the copy after the run began: the program opens the copy first, and
/// then waits for its keys in a pipe.
fn run_while(case: &Case, change: impl FnOnce(&Path)) -> (i32, Value) {
    let dir = case.copied();
    let keys = fs::read(dir.path().join(format!("keys/{REGION}.json"))).expect("keys");
    let pipe = dir.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    let args = ["validate", "--format", "json", "--path", "bucket"];
    let mut run = command(dir.path(), &args);
    run.args(["--s3-bucket", BUCKET, "--keys", "pipe"]);
    run.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = run.spawn().expect("the binary runs");
    let mut pipe = File::options().write(true).open(&pipe).expect("a pipe");
    sleep(TICK);
    change(&dir.path().join("bucket"));
    pipe.write_all(&keys).expect("written");
    drop(pipe);
    let output = child.wait_with_output().expect("output");
    reported(Run {
        code: output.status.code().expect("an exit status"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    })
}

fn says_that_it_changed(report: &Value) -> bool {
    let sentences = report["not_proven"].as_array().expect("sentences");
    let mut texts = sentences.iter().filter_map(Value::as_str);
    texts.any(|text| text.contains("while the copy was read"))
}

fn halve(file: &Path) {
    let bytes = fs::read(file).expect("a file");
    fs::write(file, &bytes[..bytes.len() / 2]).expect("written");
}

#[test]
fn a_file_that_is_replaced_by_an_equal_one_is_proven_and_the_report_says_that_the_copy_changed() {
    let mut case = Case::new("replaced", 0, "");
    let chain = case.chain(4);
    let log = &chain.digests[2].logs[0].place.key;
    let (code, report) = run_while(&case, |bucket| {
        let temporary = bucket.join(format!("{log}.ab12CD34"));
        fs::copy(bucket.join(log), &temporary).expect("a copy");
        fs::rename(temporary, bucket.join(log)).expect("renamed");
    });
    assert_eq!(
        (code, says_that_it_changed(&report)),
        (0, true),
        "{report:#}"
    );
    let (code, report) = run_while(&case, |_| {});
    assert_eq!(
        (code, says_that_it_changed(&report)),
        (0, false),
        "{report:#}"
    );
}

#[test]
fn a_log_that_is_being_written_is_not_called_altered() {
    let mut case = Case::new("written", 0, "");
    let chain = case.chain(4);
    let log = &chain.digests[2].logs[0].place.key;
    let (code, report) = run_while(&case, |bucket| halve(&bucket.join(log)));
    let finding = &report["findings"][0];
    assert_eq!(
        (code, says_that_it_changed(&report)),
        (4, true),
        "{report:#}"
    );
    assert_eq!(severity_codes(&report), ["unproven log-unreadable"]);
    assert_eq!(
        (&finding["reason"], &finding["key"]),
        (&"changed".into(), &log.as_str().into())
    );
}

#[test]
fn a_digest_that_is_being_written_is_not_called_altered() {
    let mut case = Case::new("written-digest", 0, "");
    let chain = case.chain(4);
    let digest = &chain.digests[2].place.key;
    let (code, report) = run_while(&case, |bucket| halve(&bucket.join(digest)));
    assert_eq!(
        (code, says_that_it_changed(&report)),
        (4, true),
        "{report:#}"
    );
    let findings = report["findings"].as_array().expect("findings");
    assert!(
        findings.iter().all(|f| f["severity"] != "failed"),
        "{findings:#?}"
    );
    assert!(
        findings
            .iter()
            .any(|f| f["code"] == "digest-unreadable" && f["reason"] == "changed")
    );
}

#[test]
fn a_log_that_is_removed_for_good_stays_missing() {
    let mut case = Case::new("removed", 0, "");
    let chain = case.chain(4);
    let log = &chain.digests[2].logs[0].place.key;
    let (code, report) = run_while(&case, |bucket| {
        fs::remove_file(bucket.join(log)).expect("removed");
    });
    assert_eq!(
        (code, says_that_it_changed(&report)),
        (1, true),
        "{report:#}"
    );
    assert_eq!(severity_codes(&report), ["failed log-missing"]);
}

/// Tools that move a file away and back leave it out for a moment.
#[test]
fn an_object_that_vanished_is_looked_for_once_more_where_the_copy_changed() {
    let dir = tempfile::tempdir().expect("a folder");
    let (day, away) = (dir.path().join("a/day"), dir.path().join("away"));
    fs::create_dir_all(&day).expect("a folder");
    fs::write(day.join("one"), "1").expect("a file");
    fs::write(day.join("two"), "2").expect("a file");
    sleep(TICK);
    let mut source = DiskSource::new(Limits::default());
    source.mount(dir.path(), Vec::new()).expect("a folder");
    let key = "a/day/one";
    let found = source.get(RootId(0), key, false).map(|object| object.doubt);
    assert_eq!(found, Ok(None));
    // Nothing changed, so a second look would show the same.
    for unchanged in [key, "a/day/three", "b/c", "../one"] {
        assert!(
            source.get_again(RootId(0), unchanged, false).is_none(),
            "{unchanged}"
        );
    }
    assert_eq!(source.changed(), None);
    sleep(TICK);
    fs::rename(&day, &away).expect("moved");
    let missing = source.get(RootId(0), "a/day/three", false).map(|_| ());
    assert_eq!(missing, Err(GetError::NotFound));
    let missing = source
        .get_again(RootId(0), key, false)
        .expect("a second look");
    assert_eq!(missing.map(|_| ()), Err(GetError::NotFound));
    fs::rename(&away, &day).expect("moved back");
    fs::write(day.join("one"), "more").expect("a file");
    let found = source
        .get_again(RootId(0), key, false)
        .expect("a second look");
    assert_eq!(
        found.map(|object| object.doubt),
        Ok(Some(GetError::Changed))
    );
    assert_eq!(source.changed().as_deref(), Some(key));
}
