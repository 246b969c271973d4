//! `--state`: how a run finds, checks, locks and leaves the state.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::fs::{FlockOperation, flock};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use trailproof::report::state::v1;

use crate::support::case::{BUCKET, hour};
use crate::support::disk::copy_of;
use crate::support::forge::World;
use crate::support::program::{Run, command, finish, report, run, validator};
use crate::support::short_trail::world;

/// A copy of a growing bucket, and a state beside it.
struct Hourly {
    world: World,
    dir: tempfile::TempDir,
}

/// The time of the copy of an hour: its digest has arrived.
fn time(of: i64) -> String {
    let minutes = jiff::SignedDuration::from_mins(50);
    (hour(of) + minutes).to_string()
}

impl Hourly {
    fn new() -> Self {
        Hourly {
            world: world(6),
            dir: tempfile::tempdir().expect("a folder"),
        }
    }

    fn state(&self) -> PathBuf {
        self.dir.path().join("state.json")
    }

    fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.bytes()))
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(self.state()).expect("a state")
    }

    /// The arguments of the run of an hour, without the command, and the folder of its copy.
    fn args(&self, of: i64, more: &[&str]) -> (tempfile::TempDir, Vec<String>) {
        let at = time(of);
        let copy = copy_of(&self.world.as_of(at.parse().expect("a time")));
        let state = self.state();
        let args = [
            "--path",
            BUCKET,
            "--keys",
            "keys",
            "--start-time",
            "2026-03-01T00:12:34Z",
        ];
        let args = args.into_iter().chain(["--as-of", &at, "--state"]);
        let args = args.chain([state.to_str().expect("UTF-8")]);
        let args = args
            .chain(more.iter().copied())
            .map(str::to_owned)
            .collect();
        (copy, args)
    }

    fn report(&self, of: i64, more: &[&str]) -> (i32, Value) {
        let (copy, args) = self.args(of, more);
        report(copy.path(), &args)
    }

    fn run(&self, of: i64, more: &[&str]) -> Run {
        let (copy, mut args) = self.args(of, more);
        args.insert(0, "validate".into());
        run(copy.path(), &args)
    }

    /// Changes the state, and gives it a right checksum.
    fn change(&self, change: impl FnOnce(&mut Value)) {
        let mut state: Value = serde_json::from_slice(&self.bytes()).expect("JSON");
        change(&mut state);
        state.as_object_mut().expect("fields").remove("checksum");
        let text = state.to_string();
        let before = text.strip_suffix('}').expect("an object");
        let hash = hex::encode(Sha256::digest(before));
        let text = format!("{before},\"checksum\":\"{hash}\"}}\n");
        fs::write(self.state(), text).expect("a file");
    }

    /// A run that is refused: nothing is validated, and the state stays. Returns what it printed.
    fn refused(&self, of: i64, more: &[&str]) -> String {
        let before = fs::read(self.state()).ok();
        let run = self.run(of, more);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert_eq!(fs::read(self.state()).ok(), before);
        run.stderr
    }
}

fn codes(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().expect("findings");
    findings.iter().filter_map(|f| f["code"].as_str()).collect()
}

#[test]
fn each_run_continues_the_one_before_it_and_says_so_by_hash() {
    let hourly = Hourly::new();
    let (code, first) = hourly.report(2, &[]);
    assert_eq!((code, codes(&first)), (0, vec!["state-begun"]));
    assert_eq!(first["requested"]["continues_from"], Value::Null);
    assert_eq!(first["run"]["state_sha256"], hourly.hash());

    for of in 3..=5 {
        let before = hourly.hash();
        let (code, next) = hourly.report(of, &["--state-sha256", &before]);
        assert_eq!((code, codes(&next)), (0, vec![]), "{next:#}");
        let requested = &next["requested"];
        assert_eq!(requested["start_origin"], "state");
        assert_eq!(requested["continues_from"]["sha256"], before);
        assert_eq!(requested["continues_from"]["given"], true);
        assert_eq!(requested["continues_from"]["as_of"], time(of - 1));
        assert_eq!(requested["continues_from"]["runs"], of - 2);
        assert_eq!(
            next["chains"][0]["window"]["from"],
            hour(of - 1).to_string()
        );
        assert_eq!(next["run"]["state_sha256"], hourly.hash());
    }
    let state: Value = serde_json::from_slice(&hourly.bytes()).expect("JSON");
    let schema = serde_json::to_string(&v1::schema()).expect("JSON");
    assert!(validator(&schema).is_valid(&state));
    assert_eq!(state["chains"][0]["head"]["end"], hour(5).to_string());
}

/// The window of such a run is verified, and an alarm that nobody settled would end with exit status 0.
#[test]
fn each_run_says_how_much_failed_time_was_given_up() {
    let hourly = Hourly::new();
    let of = |report: &Value| {
        let sentences = report["not_proven"].as_array().expect("sentences").clone();
        let sentences = sentences
            .into_iter()
            .filter_map(|s| s.as_str().map(str::to_owned));
        Vec::from_iter(sentences.filter(|s| s.contains("trailproof history")))
    };
    let (_, first) = hourly.report(2, &[]);
    assert_eq!(of(&first), Vec::<String>::new());
    hourly.change(|state| state["chains"][0]["seen"][0]["state"] = "failed".into());
    for of_hour in 3..=4 {
        let (code, report) = hourly.report(of_hour, &[]);
        assert_eq!(code, 0, "{report:#}");
        assert!(report["requested"]["continues_from"]["failed_given_up"].as_i64() > Some(0));
        let said = of(&report);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains("as failed"), "{said:?}");
        assert!(!said[0].contains("as unproven"), "{said:?}");
    }
    let run = hourly.run(5, &[]);
    let first = run.stdout.lines().next().expect("a line");
    assert!(first.contains("earlier runs found"), "{first}");
}

/// Whoever reads the file must know that no run wrote it anew.
#[test]
fn a_run_that_is_refused_says_that_the_report_is_an_earlier_one() {
    let hourly = Hourly::new();
    let out = hourly.dir.path().join("report.txt");
    let out = out.to_str().expect("UTF-8");
    assert_eq!(hourly.run(2, &["--out", out]).code, 0);
    let words = format!("{out} is the report of an earlier run");
    let stderr = hourly.refused(3, &["--out", out, "--region", "eu-west-1"]);
    assert!(stderr.contains(&words), "{stderr}");
    let stderr = hourly.refused(3, &["--out", "none.txt", "--region", "eu-west-1"]);
    assert!(!stderr.contains("the report of an earlier run"), "{stderr}");
    let run = hourly.run(3, &["--out", out]);
    assert!(
        !run.stderr.contains("the report of an earlier run"),
        "{}",
        run.stderr
    );
}

#[test]
fn an_accepted_entry_of_an_excluded_chain_is_to_be_removed() {
    let hourly = Hourly::new();
    let file = hourly.dir.path().join("accept.toml");
    let entry = |account: &str| {
        let chain = format!("chain = \"{account}/eu-west-1/us-east-1/main\"");
        let time = "from = \"2026-03-01T00:00:00Z\"\nfollows = true";
        format!("[[accept]]\n{chain}\n{time}\nreason = \"closed\"\nwho = \"audit\"\n")
    };
    let entries = [entry("444455556666"), entry("777788889999")].concat();
    fs::write(&file, entries).expect("a file");
    let file = file.to_str().expect("UTF-8");
    let run = hourly.run(2, &["--accept", file, "--exclude", "444455556666/*/*/*"]);
    let words = "entry 1 of --accept is about chains that --exclude leaves out";
    assert!(run.stderr.contains(words), "{}", run.stderr);
    assert!(
        run.stderr
            .contains("entry 2 of --accept matches no finding"),
        "{}",
        run.stderr
    );
}

/// No digest of the window is due yet: no other window would help.
#[test]
fn the_first_run_of_a_young_trail_says_when_to_run_again() {
    let hourly = Hourly::new();
    let start = hour(0).to_string();
    let (code, report) = hourly.report(0, &[]);
    let hint = |report: &Value| {
        let found = report["findings"].as_array().expect("findings").clone();
        let of = found.into_iter().find(|f| f["code"] == "nothing-found");
        of.and_then(|f| Some(f["hint"].as_str()?.to_owned()))
    };
    assert_eq!(code, 4, "{start}: {report:#}");
    let hint = hint(&report).expect("a hint");
    assert!(hint.contains("run again"), "{hint}");
    assert!(!hint.contains("choose a window"), "{hint}");
}

#[test]
fn the_formats_say_which_state_was_continued() {
    let hourly = Hourly::new();
    hourly.report(2, &[]);
    let before = hourly.hash();
    let (copy, mut args) = hourly.args(3, &[]);
    args.insert(0, "validate".into());
    for format in [
        "text",
        "markdown",
        "html",
        "csv",
        "junit",
        "ocsf",
        "jsonl",
        "in-toto",
        "prometheus",
    ] {
        args.extend(["--format", format, "--out", format].map(str::to_owned));
    }
    assert_eq!(run(copy.path(), &args).code, 0);
    for format in [
        "text",
        "markdown",
        "html",
        "csv",
        "junit",
        "ocsf",
        "jsonl",
        "in-toto",
        "prometheus",
    ] {
        let text = fs::read_to_string(copy.path().join(format)).expect("a report");
        assert!(text.contains(&before), "{format}");
        assert!(text.contains(&hourly.hash()), "{format}");
    }
    let text = fs::read_to_string(copy.path().join("text")).expect("a report");
    assert!(
        text.contains("(from the state: where earlier runs left off)"),
        "{text}"
    );
}

#[test]
fn a_state_that_cannot_be_continued_is_an_error_that_says_what_to_do_and_never_a_fresh_start() {
    let hourly = Hourly::new();
    let none = "0".repeat(64);
    let stderr = hourly.refused(2, &["--state-sha256", &none]);
    assert!(stderr.contains("does not exist"), "{stderr}");
    hourly.report(2, &[]);
    let stderr = hourly.refused(3, &["--state-sha256", &none]);
    assert!(stderr.contains(&hourly.hash()), "{stderr}");

    let stderr = hourly.refused(3, &["--region", "eu-west-1"]);
    assert!(
        stderr.contains("this run is narrower: --region eu-west-1"),
        "{stderr}"
    );
    assert!(stderr.contains("hint:"), "{stderr}");
    let stderr = hourly.refused(3, &["--logs", "none"]);
    assert!(
        stderr.contains("--logs was all, and is none now"),
        "{stderr}"
    );
    let stderr = hourly.refused(1, &[]);
    assert!(stderr.contains(&time(2)), "{stderr}");
    let stderr = hourly.refused(3, &["--end-time", "2026-03-01T01:00:00Z"]);
    assert!(
        stderr.contains("--end-time is 2026-03-01T01:00:00Z"),
        "{stderr}"
    );
    assert_eq!(hourly.report(3, &["--exclude", "*/us-east-1/*/*"]).0, 0);

    let good = hourly.bytes();
    let other = [&good[..1], b"x", &good[2..]].concat();
    for bad in [
        &b""[..],
        b"{}\n",
        &good[..good.len() - 1],
        &good[..500],
        &other,
    ] {
        fs::write(hourly.state(), bad).expect("a file");
        let stderr = hourly.refused(4, &[]);
        assert!(stderr.contains("is not a valid state"), "{stderr}");
        assert!(stderr.contains("begins a new state"), "{stderr}");
    }
    fs::write(hourly.state(), &good[..500]).expect("a file");
    let stderr = hourly.refused(4, &[]);
    assert!(stderr.contains("it was cut off"), "{stderr}");
    let stderr = hourly.refused(4, &["--keep-history", "forever"]);
    assert!(
        stderr.contains("expected always, or a duration of 7 days"),
        "{stderr}"
    );
}

#[test]
fn a_wider_scope_goes_on_and_is_that_of_the_state_from_then_on() {
    let hourly = Hourly::new();
    let one = ["--region", "us-east-1"];
    let two = ["--region", "eu-west-1", "--region", "us-east-1"];
    hourly.report(2, &one);
    hourly.report(3, &two);
    let stderr = hourly.refused(4, &one);
    assert!(stderr.contains("lacks --region eu-west-1"), "{stderr}");
    assert_eq!(hourly.report(4, &[]).0, 0);
    let state: Value = serde_json::from_slice(&hourly.bytes()).expect("JSON");
    assert_eq!(state["scope"]["regions"], serde_json::json!([]));
    let stderr = hourly.refused(5, &two);
    assert!(stderr.contains("narrower"), "{stderr}");
    assert_eq!(hourly.report(5, &[]).0, 0);
}

/// Else reports would name a state that is never written.
#[test]
fn a_state_that_cannot_be_written_stops_the_run_before_it_reports() {
    let hourly = Hourly::new();
    let new = hourly.dir.path().join("state.json.new");
    fs::create_dir(&new).expect("a folder");
    for _ in 0..2 {
        let stderr = hourly.refused(2, &["--out", "report.txt"]);
        assert!(stderr.contains("cannot write the state"), "{stderr}");
        assert!(stderr.contains("state.json.new"), "{stderr}");
        fs::remove_dir(&new).expect("a folder");
        hourly.report(2, &[]);
        fs::create_dir(&new).expect("a folder");
    }
}

#[test]
fn no_run_leaves_a_state_that_the_next_one_refuses() {
    let hourly = Hourly::new();
    let long = "p".repeat(5000);
    for prefix in ["a\u{200b}b", "a\u{202e}b", &long] {
        let stderr = hourly.refused(2, &["--s3-prefix", prefix]);
        assert!(stderr.contains("cannot keep"), "{stderr}");
    }
    let stderr = hourly.refused(2, &["--backfill-grace", "145h"]);
    assert!(stderr.contains("--backfill-grace 6d"), "{stderr}");
    // One wrong time would stop every later run.
    let copy = copy_of(&hourly.world);
    let (_, mut args) = hourly.args(2, &[]);
    args.insert(0, "validate".into());
    let at = args
        .iter()
        .position(|arg| *arg == time(2))
        .expect("--as-of");
    args[at] = "2126-03-01T00:00:00Z".into();
    let run = run(copy.path(), &args);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("correct --as-of"), "{}", run.stderr);
    assert!(!hourly.state().exists());
}

#[test]
fn a_state_is_not_among_the_objects_of_a_copy_and_not_a_device() {
    let hourly = Hourly::new();
    let (copy, mut args) = hourly.args(2, &[]);
    args.insert(0, "validate".into());
    let at = args.iter().position(|arg| arg == "--state");
    let at = at.expect("--state") + 1;
    let inside = copy.path().join(BUCKET).join("AWSLogs/state");
    args[at] = inside.to_str().expect("UTF-8").into();
    let refused = run(copy.path(), &args);
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("among the objects"),
        "{}",
        refused.stderr
    );
    assert!(!inside.with_extension("lock").exists());
    args[at] = "/dev/null".into();
    let refused = run(copy.path(), &args);
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("not a regular file"),
        "{}",
        refused.stderr
    );
    assert!(!Path::new("/dev/null.lock").exists());
}

#[test]
fn only_one_run_uses_a_state_at_a_time() {
    let hourly = Hourly::new();
    hourly.report(2, &[]);
    let lock = File::open(hourly.dir.path().join("state.json.lock")).expect("a lock");
    flock(&lock, FlockOperation::LockExclusive).expect("a lock");
    let stderr = hourly.refused(3, &[]);
    assert!(stderr.contains("another run uses the state"), "{stderr}");
    drop(lock);
    assert_eq!(hourly.report(3, &[]).0, 0);
}

#[test]
fn no_report_replaces_the_state_and_no_copy_without_a_time_or_bundle_has_one() {
    let hourly = Hourly::new();
    let state = hourly.state();
    let state = state.to_str().expect("UTF-8");
    for _ in 0..2 {
        for file in [
            state.to_owned(),
            format!("{state}.lock"),
            format!("{state}.new"),
        ] {
            let stderr = hourly.refused(2, &["--out", &file]);
            assert!(stderr.contains("would replace an input"), "{stderr}");
            let stderr = hourly.refused(2, &["--commands", &file]);
            assert!(stderr.contains("would replace an input"), "{stderr}");
        }
        hourly.report(2, &[]);
    }
    let copy = copy_of(&hourly.world);
    let run = run(
        copy.path(),
        &[
            "validate", "--path", BUCKET, "--keys", "keys", "--state", state,
        ],
    );
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("--as-of"), "{}", run.stderr);
    let logs = ["validate-logs", "--path", BUCKET, "--state", state];
    assert_eq!(crate::support::program::run(copy.path(), &logs).code, 2);
}

/// Whatever only this report says would be lost with it.
#[test]
fn a_report_that_nobody_reads_to_its_end_keeps_the_state() {
    let hourly = Hourly::new();
    hourly.report(2, &[]);
    let before = hourly.bytes();
    for format in ["json", "jsonl", "text"] {
        let (copy, mut args) = hourly.args(3, &["--format", format]);
        args.insert(0, "validate".into());
        let mut command = command(copy.path(), &args);
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let run = finish_with(command.stdout(Stdio::from(writer)));
        assert_eq!(run.0, 0, "{}", run.1);
        assert!(run.1.contains("stays as it was"), "{}", run.1);
        assert_eq!(hourly.bytes(), before, "{format}");
    }
    let (copy, mut args) = hourly.args(3, &["--out", "no/folder/report"]);
    args.insert(0, "validate".into());
    assert_eq!(finish(&mut command(copy.path(), &args)).code, 2);
    assert_eq!(hourly.bytes(), before);
    assert!(!Path::new(&format!("{}.new", hourly.state().display())).exists());
}

/// Runs a command whose standard output goes elsewhere: its exit status and what it said.
fn finish_with(command: &mut std::process::Command) -> (i32, String) {
    let child = command
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let output = child.wait_with_output().expect("an end");
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    (output.status.code().expect("a status"), said)
}

/// The text and the HTML report of the run of an hour.
fn pages(hourly: &Hourly, of: i64, more: &[&str]) -> (i32, [String; 2]) {
    let (copy, mut args) = hourly.args(of, more);
    args.insert(0, "validate".into());
    for format in ["text", "html"] {
        args.extend(["--format", format, "--out", format].map(str::to_owned));
    }
    let code = run(copy.path(), &args).code;
    let page = |name| fs::read_to_string(copy.path().join(name)).expect("a report");
    (code, ["text", "html"].map(page))
}

/// The windows of a state end with the last check, so no share of them says anything of the evidence.
#[test]
fn a_run_says_until_when_all_that_was_due_is_proven_and_no_share_of_its_window() {
    let hourly = Hourly::new();
    hourly.report(2, &[]);
    let (code, [text, html]) = pages(&hourly, 3, &[]);
    assert_eq!(code, 0);
    let until = format!("until {}", hour(3));
    let first = format!("VERIFIED: all that was due is proven, {until}; ");
    assert!(text.starts_with(&first), "{text}");
    assert!(
        text.contains(&format!("\n  Proven: all that was due, {until}; ")),
        "{text}"
    );
    assert!(!text.contains('%'), "{text}");
    assert!(
        html.contains(&format!("All that was due is proven, {until}; ")),
        "{html}"
    );

    let (code, [text, html]) = pages(&hourly, 3, &[]);
    assert_eq!(code, 0);
    let first = "VERIFIED: no new digest was due yet; ";
    assert!(text.starts_with(first), "{text}");
    for page in [&text, &html] {
        assert!(!page.contains("Nothing is proven"), "{page}");
        assert!(!page.contains("written to no bucket"), "{page}");
        assert!(page.contains("othing new was due"), "{page}");
    }
    let line = ": verified: nothing new was due; the last proven digest is unchanged\n";
    assert!(text.contains(line), "{text}");
}
