//! The AWS CLI in one version, in its own environment.

use std::process::Output;

use crate::support::aws::Loopback;
use crate::support::python::{AWS_CLI, both_streams};

/// How one run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Exit status 0: no fault found.
    Valid,
    /// Exit status 1: something is INVALID.
    Invalid,
    /// It gave up without a summary.
    Aborted,
}

/// What a program prints on its two streams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prints {
    pub out: String,
    pub err: String,
}

impl Prints {
    pub fn of(output: &Output) -> Prints {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Prints {
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }
}

impl Prints {
    /// Leaves out the lines that the AWS CLI does not print: that about the exit status, which is the last, and
    /// the labels of chains.
    pub fn leave_out_ours(&mut self, has_failed: bool) {
        let last = self
            .err
            .trim_end_matches('\n')
            .rfind('\n')
            .map_or(0, |at| at + 1);
        let is_status = self.err[last..].starts_with("trailproof: exit status ");
        assert_eq!(is_status, has_failed, "{}", self.err);
        if is_status {
            self.err.truncate(last);
        }
        for text in [&mut self.out, &mut self.err] {
            let is_label = |line: &&str| line.starts_with("trailproof: --trail-arn ");
            let lines = text.split_inclusive('\n').filter(|line| !is_label(line));
            *text = lines.collect();
        }
    }
}

/// The result of one run.
pub struct CliResult {
    pub end: End,
    pub prints: Prints,
    /// Standard output, then standard error.
    pub text: String,
}

impl CliResult {
    /// The results of several runs as one: a fault in one of them is enough.
    pub fn together(runs: Vec<CliResult>) -> CliResult {
        let ended = |end| runs.iter().any(|run| run.end == end);
        let worst = [End::Invalid, End::Aborted].into_iter().find(|e| ended(*e));
        CliResult {
            end: worst.unwrap_or(End::Valid),
            prints: Prints {
                out: runs.iter().map(|run| run.prints.out.as_str()).collect(),
                err: runs.iter().map(|run| run.prints.err.as_str()).collect(),
            },
            text: runs.into_iter().map(|run| run.text).collect(),
        }
    }
}

/// `aws cloudtrail validate-logs` against AWS on loopback, with these settings only.
pub fn validate_logs(loopback: &Loopback, args: &[String]) -> CliResult {
    let home = tempfile::tempdir().expect("a folder");
    let output = AWS_CLI
        .command()
        .env_clear()
        .envs(loopback.env())
        .envs(AWS_CLI.path())
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home.path())
        .args(["-m", "awscli", "cloudtrail", "validate-logs"])
        .args(args)
        .output()
        .expect("the AWS CLI runs");
    let text = both_streams(&output);
    let end = match output.status.code() {
        Some(0) => End::Valid,
        Some(1) => End::Invalid,
        _ => End::Aborted,
    };
    // Python itself exits with 1 if it fails before the AWS CLI starts.
    let summary = text.contains("Results requested for ");
    assert_eq!(end != End::Aborted, summary, "{args:?}:\n{text}");
    CliResult {
        end,
        prints: Prints::of(&output),
        text,
    }
}
