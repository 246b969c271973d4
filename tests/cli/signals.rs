//! SIGINT and SIGTERM: a run that is told to stop says what it has, soon.

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use trailproof::base::cancel::CancelFlag;
use trailproof::proof::finding::{INTERRUPTED, ObjectFacts, Verdict};
use trailproof::source::cancellable::CancellableSource;
use trailproof::source::{Folders, GetError, Listed, Range, Root, RootId, Source, SourceObject};
use trailproof::validate::outcome::Outcome;

use crate::library::{prove, request, ring, source};
use crate::support::aws::{Answer, Fault, Service};
use crate::support::case::{BUCKET, REGION};
use crate::support::hours::{of_trail, serving, world};
use crate::support::program::{Run, reported};
use crate::support::stage::Stage;

/// How soon a run must end; it takes a small part of that where nothing else is at work.
const SOON: Duration = Duration::from_secs(2);

/// A run on its way, with standard error in a file so that it never waits for a reader.
pub struct Running<'a> {
    stage: &'a Stage,
    pub child: Child,
}

impl<'a> Running<'a> {
    /// Starts a run with standard output in a file, or in a pipe.
    pub fn start(stage: &'a Stage, args: &[&str], piped: bool) -> Self {
        Self::spawn(stage, stage.command(args), piped)
    }

    /// Starts a command, its output where [`Running::end_by`] finds it.
    pub fn spawn(stage: &'a Stage, mut command: Command, piped: bool) -> Self {
        let file = |name: &str| File::create(stage.dir.path().join(name)).expect("a file");
        command.stderr(file("stderr"));
        match piped {
            true => command.stdout(Stdio::piped()),
            false => command.stdout(file("stdout")),
        };
        let child = command.spawn().expect("the binary runs");
        Running { stage, child }
    }

    /// Waits until something is so, and not for ever.
    pub fn until(&mut self, what: &str, is_so: impl Fn(&Stage) -> bool) {
        let begun = Instant::now();
        while !is_so(self.stage) {
            if begun.elapsed() > Duration::from_secs(30) {
                let _ = self.child.kill();
                panic!("never came: {what}: {}", self.said());
            }
            sleep(Duration::from_millis(10));
        }
    }

    /// Waits until some calls of an operation have come.
    pub fn until_called(&mut self, operation: &str, times: usize) {
        let called = |stage: &Stage| stage.calls(operation).len() >= times;
        self.until(operation, called);
    }

    /// Sends a signal.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &id]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// What was written to standard error so far.
    fn said(&self) -> String {
        fs::read_to_string(self.stage.dir.path().join("stderr")).expect("standard error")
    }

    /// Asks for an end while nobody reads the report, for which it waits, and then for one at once.
    pub fn end_by_two(mut self) -> Run {
        self.signal("-INT");
        let stderr = self.stage.dir.path().join("stderr");
        self.until("the note", |_| {
            fs::read_to_string(&stderr).is_ok_and(|said| said.contains("interrupted"))
        });
        sleep(Duration::from_millis(300));
        let ended = self.child.try_wait().expect("a child");
        assert!(ended.is_none(), "it waits for who reads its report");
        self.end_by("-TERM")
    }

    /// Sends a signal, and waits for the end: it must come soon.
    pub fn end_by(mut self, name: &str) -> Run {
        let begun = Instant::now();
        self.signal(name);
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                assert_eq!(status.signal(), None, "it ends by itself");
                let stdout = fs::read_to_string(self.stage.dir.path().join("stdout"));
                return Run {
                    code: status.code().expect("an exit status"),
                    stdout: stdout.unwrap_or_default(),
                    stderr: self.said(),
                };
            }
            if begun.elapsed() > SOON {
                let _ = self.child.kill();
                panic!("{name} did not end it: {}", self.said());
            }
            sleep(Duration::from_millis(10));
        }
    }
}

/// Holds a run against what every interrupted one is, and gives its report.
pub fn interrupted(run: Run) -> Value {
    assert!(run.stderr.contains("interrupted: the report holds"));
    let (code, report) = reported(run);
    assert_eq!((code, &report["complete"]), (130, &Value::Bool(false)));
    assert_eq!(report["verdict"], "unproven", "{report}");
    assert_eq!(report["totals"]["findings"]["failed"], 0, "{report}");
    let findings = report["findings"].as_array().expect("findings");
    let mut stopped = findings.iter().filter(|f| f["reason"] == INTERRUPTED);
    let few = stopped.clone().count();
    assert!((1..=4).contains(&few), "{findings:#?}");
    assert!(stopped.all(|f| f["count"].as_u64().is_some_and(|n| n > 0)));
    report
}

/// Three days of a trail.
pub fn days() -> Stage {
    serving(&world(72))
}

/// `validate` of the trail over three days.
pub fn of_days<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let mut args = of_trail(&["--jobs", "2"]);
    let end = args.iter().position(|a| *a == "--end-time");
    args[end.expect("an end") + 1] = "2026-03-04T00:12:34Z";
    args.extend(more);
    args
}

#[test]
fn a_slow_run_ends_soon_with_all_that_was_found() {
    let stage = days();
    stage
        .loopback
        .change(|cloud| cloud.latency = Duration::from_millis(150));
    for signal in ["-INT", "-TERM"] {
        stage.loopback.clear_calls();
        let mut run = Running::start(&stage, &of_days(&[]), false);
        run.until_called("GetObject", 12);
        let report = interrupted(run.end_by(signal));
        let chain = &report["chains"][0];
        let digests = &chain["digests"];
        assert!(digests["unproven"].as_u64() > Some(10), "{digests}");
        assert_eq!(chain["verdict"], "unproven");
        let asked = stage.calls("GetObject").len();
        assert!(asked < 40, "nothing more is asked for: {asked}");
    }
}

#[test]
fn a_stop_ends_the_waiting_between_lookups_at_once() {
    let stage = crate::validate::causes::aws::stopped_outside_home();
    let mut args = vec!["validate", "--format", "json"];
    args.extend(crate::validate::causes::aws::ASKED);
    let mut run = Running::start(&stage, &args, false);
    run.until_called("LookupEvents", 2);
    let run = run.end_by("-INT");
    let (code, report) = reported(run);
    assert_eq!((code, &report["complete"]), (130, &Value::Bool(false)));
    assert_eq!(report["chains"][0]["gaps"][0]["cause"], "logging-stopped");
    assert!(stage.calls("LookupEvents").len() <= 3);
}

#[test]
fn what_was_proven_before_the_signal_stays_proven() {
    let stage = days();
    let logs = format!("AWSLogs/111111111111/CloudTrail/{REGION}/");
    let slow = Fault::new(Answer::Delay(Duration::from_millis(150)));
    stage.loopback.fault(slow.under(&logs));
    let mut run = Running::start(&stage, &of_days(&[]), false);
    let of_logs = |stage: &Stage| {
        let is_log = |key: &String| key.starts_with(&logs);
        let calls = stage.calls("GetObject").into_iter();
        calls.filter(|c| c.key.as_ref().is_some_and(is_log)).count()
    };
    run.until("logs", |stage| of_logs(stage) > 8);
    let report = interrupted(run.end_by("-INT"));
    let totals = &report["totals"];
    assert!(totals["digests"]["valid"].as_u64() > Some(0), "{totals}");
    assert!(totals["logs"]["valid"].as_u64() > Some(0), "{totals}");
    assert!(totals["logs"]["unproven"].as_u64() > Some(0), "{totals}");
    for missing in ["digests", "logs"] {
        assert_eq!(totals[missing]["missing"], 0, "{totals}");
    }
}

#[test]
fn a_body_that_stalls_does_not_hold_it_up() {
    let stage = days();
    let stall = Fault::new(Answer::Stall(100)).operation("GetObject");
    stage.loopback.fault(stall);
    let mut run = Running::start(&stage, &of_days(&[]), false);
    run.until_called("GetObject", 2);
    sleep(Duration::from_millis(300));
    interrupted(run.end_by("-TERM"));
}

#[test]
fn being_put_off_does_not_hold_it_up() {
    for (operation, service) in [
        ("GetObject", Service::S3),
        ("ListObjectsV2", Service::S3),
        ("ListPublicKeys", Service::CloudTrail),
        ("DescribeTrails", Service::CloudTrail),
    ] {
        let stage = days();
        let put_off = match service {
            Service::S3 => Answer::slow_down(),
            _ => Answer::error(400, "ThrottlingException", "Rate exceeded"),
        };
        stage
            .loopback
            .fault(Fault::new(put_off).operation(operation));
        let mut run = Running::start(&stage, &of_days(&[]), false);
        // By then it waits for longer than it may take to end.
        run.until_called(operation, 6);
        interrupted(run.end_by("-INT"));
    }
}

#[test]
fn a_connection_that_nobody_answers_does_not_hold_it_up() {
    for operation in ["DescribeTrails", "ListObjectsV2", "ListPublicKeys"] {
        let stage = days();
        let never = Fault::new(Answer::Delay(Duration::from_secs(60)));
        stage.loopback.fault(never.operation(operation));
        let mut run = Running::start(&stage, &of_days(&[]), false);
        run.until_called(operation, 1);
        interrupted(run.end_by("-INT"));
    }
}

#[test]
fn before_anything_was_asked_for_there_is_no_report() {
    let stage = days();
    let write = |name: &str, text: &str| {
        fs::write(stage.dir.path().join(name), text).expect("a file");
    };
    write("slow.sh", ": > begun\nsleep 5\n");
    write(
        "config",
        "[profile slow]\ncredential_process = /bin/sh slow.sh\n",
    );
    let mut command = stage.command(&of_days(&["--profile", "slow"]));
    command.env("AWS_CONFIG_FILE", "config");
    let mut run = Running::spawn(&stage, command, false);
    run.until("signing in", |stage| {
        stage.dir.path().join("begun").exists()
    });
    let Run {
        code,
        stdout,
        stderr,
    } = run.end_by("-INT");
    assert_eq!((code, stdout.as_str()), (130, ""), "{stderr}");
    assert!(stderr.contains("error: the validation was interrupted"));
    assert!(stage.loopback.calls().is_empty());
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let stage = days();
    stage
        .loopback
        .change(|cloud| cloud.latency = Duration::from_millis(150));
    // So much is said of chains that are not there that a pipe nobody reads cannot take it.
    let absent = |n: usize| format!("999999999999/{REGION}/{REGION}/trail-{n}\n");
    let expected: String = (0..1_000).map(absent).collect();
    fs::write(stage.dir.path().join("expected"), expected).expect("a file");
    let mut args = vec!["validate", "--format", "json", "--s3-bucket", BUCKET];
    args.extend(["--expect", "expected", "--jobs", "2"]);
    let mut run = Running::start(&stage, &args, true);
    run.until_called("GetObject", 2);
    assert_eq!(run.end_by_two().code, 130);
}

/// A source that asks for a stop once it has opened so many objects.
struct StopsAfter<'a> {
    source: &'a dyn Source,
    left: AtomicUsize,
    stop: CancelFlag,
}

impl Source for StopsAfter<'_> {
    fn roots(&self) -> Vec<Root> {
        self.source.roots()
    }

    fn folders(
        &self,
        root: RootId,
        prefix: &str,
        refused: &mut dyn FnMut(&str, &'static str),
    ) -> Result<Folders, GetError> {
        self.source.folders(root, prefix, refused)
    }

    fn list(
        &self,
        root: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError> {
        self.source.list(root, prefix, range, visit)
    }

    fn get(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError> {
        let object = self.source.get(root, key, with_metadata);
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.stop.set();
        }
        object
    }

    fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError> {
        self.source.stat(root, key)
    }
}

/// Holds an outcome against what every interrupted one is.
fn assert_stopped(outcome: &Outcome, when: &str) {
    assert!(!outcome.complete, "{when}");
    assert_eq!(outcome.verdict, Verdict::Unproven, "{when}");
    let mut stopped = outcome.findings.iter();
    assert!(
        stopped.any(|f| f.reason == Some(INTERRUPTED)),
        "{when}: {:#?}",
        outcome.findings
    );
    for chain in &outcome.chains {
        let (digests, logs) = (&chain.digests, &chain.logs);
        let accused = digests.failed + digests.missing + logs.failed + logs.missing;
        assert_eq!(accused, 0, "{when}: {:#?}", outcome.findings);
    }
}

#[test]
fn a_source_that_is_stopped_from_the_beginning_proves_and_accuses_nothing() {
    let world = world(6);
    let (memory, keys) = (source(&world), ring(&world, &[REGION]));
    let stop = CancelFlag::default();
    stop.set();
    let halting = CancellableSource::new(&memory, stop);
    let root = halting.roots()[0].id;
    let range = Range::default();
    let answers = [
        halting.folders(root, "", &mut |_, _| ()).err(),
        halting.list(root, "", &range, &mut |_| ()).err(),
        halting.get(root, "any", true).err(),
        halting.stat(root, "any").err(),
    ];
    assert!(answers.iter().all(|a| *a == Some(GetError::Interrupted)));
    let outcome = prove(&halting, &keys, &request());
    assert!(outcome.chains.is_empty());
    assert_stopped(&outcome, "from the beginning");
}

#[test]
fn wherever_it_is_stopped_nothing_is_accused() {
    let world = world(6);
    let (memory, keys) = (source(&world), ring(&world, &[REGION]));
    let objects = world.buckets[BUCKET].len();
    for opened in 1..objects {
        let stop = CancelFlag::default();
        let after = StopsAfter {
            source: &memory,
            left: AtomicUsize::new(opened),
            stop: stop.clone(),
        };
        let outcome = prove(&CancellableSource::new(&after, stop), &keys, &request());
        assert_stopped(&outcome, &format!("after {opened} of {objects}"));
    }
}
