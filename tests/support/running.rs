//! A run of the program that gets a signal while it works.

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use trailproof::proof::reason::Reason;

use crate::support::program::{Run, reported};
use crate::support::short_trail::{of_trail, serving, world};
use crate::support::stage::Stage;

/// How soon a run must end. Without load it takes a small part of this.
pub const SOON: Duration = Duration::from_secs(2);

/// A run in progress, with standard error in a file so that it never waits for a reader.
pub struct Running<'a> {
    stage: &'a Stage,
    pub child: Child,
}

impl<'a> Running<'a> {
    /// Starts a run with standard output in a file or in a pipe.
    pub fn start(stage: &'a Stage, args: &[&str], piped: bool) -> Self {
        Self::spawn(stage, stage.command(args), piped)
    }

    /// Starts a command, with its output where [`Running::end_by`] reads it.
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

    /// Waits until a condition holds, with a time limit.
    pub fn until(&mut self, what: &str, is_so: impl Fn(&Stage) -> bool) {
        let begun = Instant::now();
        while !is_so(self.stage) {
            if begun.elapsed() > Duration::from_secs(30) {
                let _ = self.child.kill();
                panic!("never came: {what}: {}", self.standard_error());
            }
            sleep(Duration::from_millis(10));
        }
    }

    /// Waits until an operation was called this often.
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

    /// Standard error so far.
    fn standard_error(&self) -> String {
        fs::read_to_string(self.stage.dir.path().join("stderr")).expect("standard error")
    }

    /// Interrupts a run whose report nobody reads, asserts that it waits for the reader, and then
    /// ends it with a second signal.
    pub fn end_by_two(mut self) -> Run {
        self.signal("-INT");
        self.until_noted("interrupted");
        self.assert_waits();
        self.end_by("-TERM")
    }

    /// Waits until a note is on standard error.
    pub fn until_noted(&mut self, note: &str) {
        let stderr = self.stage.dir.path().join("stderr");
        self.until(note, |_| {
            fs::read_to_string(&stderr).is_ok_and(|standard_error| standard_error.contains(note))
        });
    }

    /// Asserts that a run whose report nobody reads waits for the reader.
    pub fn assert_waits(&mut self) {
        sleep(Duration::from_millis(300));
        let ended = self.child.try_wait().expect("a child");
        assert!(ended.is_none(), "it waits for who reads its report");
    }

    /// Sends a signal and waits for the end, which must come soon.
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
                    stderr: self.standard_error(),
                };
            }
            if begun.elapsed() > SOON {
                let _ = self.child.kill();
                panic!("{name} did not end it: {}", self.standard_error());
            }
            sleep(Duration::from_millis(10));
        }
    }
}

/// Asserts what holds for every interrupted run, and returns its report.
pub fn interrupted(run: Run) -> Value {
    assert!(run.stderr.contains("interrupted: the report is partial"));
    let (code, report) = reported(run);
    assert_eq!((code, &report["complete"]), (130, &Value::Bool(false)));
    assert_eq!(report["verdict"], "unproven", "{report}");
    assert_eq!(report["totals"]["findings"]["failed"], 0, "{report}");
    let findings = report["findings"].as_array().expect("findings");
    let mut stopped = findings
        .iter()
        .filter(|f| f["reason"] == Reason::Interrupted.as_str());
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
