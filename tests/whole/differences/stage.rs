//! AWS on loopback, and both programs over it.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;

use super::awscli::{CliResult, Prints, validate_logs};
use crate::support::aws::Loopback;
use crate::support::program::assert_matches_schema;

/// The number of threads: one waits while another works.
const WORKERS: usize = 4;

/// The results of both programs over the same scene.
pub struct Both {
    pub cli: CliResult,
    pub ours: Value,
    /// Our output in the AWS CLI's format.
    pub prints: Prints,
}

impl Both {
    /// Our verdict.
    pub fn verdict(&self) -> &str {
        self.ours["verdict"].as_str().expect("a verdict")
    }

    /// Where the two outputs differ.
    pub fn printed_otherwise(&self) -> Option<String> {
        let (cli, ours) = (&self.cli.prints, &self.prints);
        (cli != ours).then(|| {
            format!(
                "it prints\n{}--\n{}\nand we\n{}--\n{}",
                cli.out, cli.err, ours.out, ours.err
            )
        })
    }

    /// Both results in short, for messages.
    pub fn summary(&self) -> String {
        let findings = self.ours["findings"].as_array().expect("findings");
        let line = |f: &Value| format!("\n  {}: {}", f["code"], f["message"]);
        let findings: String = findings.iter().map(line).collect();
        format!("{}\n{}{findings}", self.cli.text, self.verdict())
    }
}

/// Runs our program in a folder against AWS on loopback. Returns its report and its output in the
/// AWS CLI's format, without the lines that only we print.
pub fn trailproof(loopback: &Loopback, dir: &Path, args: &[String]) -> (Value, Prints) {
    let path = dir.join("report.json");
    let output = Command::new(env!("CARGO_BIN_EXE_trailproof"))
        .current_dir(dir)
        .env_clear()
        .envs(loopback.env())
        .args(["validate", "--format", "json", "--out"])
        .arg(&path)
        .args(["--format", "aws-cli"])
        .args(args)
        .output()
        .expect("the binary runs");
    let mut prints = Prints::of(&output);
    prints.leave_out_ours(output.status.code() != Some(0));
    let report = fs::read(&path).unwrap_or_default();
    let report = serde_json::from_slice(&report)
        .unwrap_or_else(|e| panic!("{args:?}: no report ({e}): {}", prints.err));
    assert_matches_schema(&report);
    (report, prints)
}

/// Gives both programs the same command line, which ours accepts as it is. Only our program gets
/// `besides`.
pub fn both(loopback: &Loopback, args: &[String], besides: &[&str]) -> Both {
    let dir = tempfile::tempdir().expect("a folder");
    let besides = besides.iter().map(|arg| (*arg).to_owned());
    let ours: Vec<String> = args.iter().cloned().chain(besides).collect();
    let cli = validate_logs(loopback, args);
    let (ours, prints) = trailproof(loopback, dir.path(), &ours);
    Both { cli, ours, prints }
}

/// The arguments of both programs.
pub fn arguments(arn: &str, region: &str, from: &str, to: &str) -> Vec<String> {
    let named = [
        ("--trail-arn", arn),
        ("--region", region),
        ("--start-time", from),
        ("--end-time", to),
    ];
    let pairs = named.iter().flat_map(|(name, value)| [*name, *value]);
    pairs.map(str::to_owned).collect()
}

/// Runs `work` for each item on a few threads, and returns the results in order.
pub fn each<T: Sync, R: Send>(list: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some((at, item)) = next_of(list, &next) {
                    let result = work(item);
                    done.lock().expect("no holder panics").push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no holder panics");
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

fn next_of<'a, T>(list: &'a [T], next: &AtomicUsize) -> Option<(usize, &'a T)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    Some((at, list.get(at)?))
}

/// Asserts that both outputs are equal, except where a difference is declared.
pub fn prints_differ(looked: &[(&str, &Both)], declared: &[&str]) {
    let differing = looked
        .iter()
        .filter_map(|(name, both)| Some((*name, both.printed_otherwise()?)));
    let differing: Vec<(&str, String)> = differing.collect();
    let undeclared = differing
        .iter()
        .filter(|(name, _)| !declared.contains(name));
    let undeclared: Vec<String> = undeclared
        .map(|(name, what)| format!("{name}: {what}"))
        .collect();
    assert!(undeclared.is_empty(), "{}", undeclared.join("\n----\n"));
    let differing: Vec<&str> = differing.iter().map(|(name, _)| *name).collect();
    assert_eq!(differing, declared, "printed otherwise, and told");
}
