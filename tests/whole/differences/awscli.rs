//! The AWS CLI in one version, in its own environment.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Output, Stdio};
use std::sync::Mutex;

use serde_json::{Map, Value, json};

use crate::support::aws::Loopback;
use crate::support::program::root;
use crate::support::python::AWS_CLI;

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

/// A process that has loaded the AWS CLI, and runs it as often as it is asked.
struct LoadedCli {
    /// Ends with its standard input.
    _process: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl LoadedCli {
    fn start() -> LoadedCli {
        let mut process = AWS_CLI
            .command()
            .env_clear()
            .envs(AWS_CLI.path())
            .arg(root().join("tests/support/aws_cli.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the AWS CLI starts");
        let asks = process.stdin.take().expect("a pipe");
        let answers = process.stdout.take().expect("a pipe");
        LoadedCli {
            _process: process,
            asks,
            answers: BufReader::new(answers),
        }
    }

    /// One run. Returns its exit status and its two streams.
    fn run(&mut self, args: &[String], env: &[(String, String)]) -> (i32, Prints) {
        let home = tempfile::tempdir().expect("a folder");
        let path = |name: &str| home.path().join(name);
        let mut env: Map<String, Value> = env
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().into()))
            .collect();
        env.insert("HOME".to_owned(), json!(home.path()));
        let run = json!({"args": args, "env": env, "out": path("out"), "err": path("err")});
        writeln!(self.asks, "{run}").expect("it reads");
        let mut status = String::new();
        self.answers.read_line(&mut status).expect("it answers");
        let text = |name| fs::read_to_string(path(name)).expect("UTF-8");
        let prints = Prints {
            out: text("out"),
            err: text("err"),
        };
        let status = status.trim().parse();
        (status.expect("an exit status"), prints)
    }
}

/// Those that wait for a run.
static LOADED: Mutex<Vec<LoadedCli>> = Mutex::new(Vec::new());

/// `aws cloudtrail validate-logs` against AWS on loopback, with these settings only.
pub fn validate_logs(loopback: &Loopback, args: &[String]) -> CliResult {
    let idle = LOADED.lock().expect("no holder panics").pop();
    let mut cli = idle.unwrap_or_else(LoadedCli::start);
    let command = ["cloudtrail", "validate-logs"].map(str::to_owned);
    let (status, prints) = cli.run(&[&command, args].concat(), &loopback.env());
    LOADED.lock().expect("no holder panics").push(cli);
    let text = format!("{}\n{}", prints.out, prints.err);
    let end = match status {
        0 => End::Valid,
        1 => End::Invalid,
        _ => End::Aborted,
    };
    // Python itself exits with 1 if it fails before the AWS CLI starts.
    let summary = text.contains("Results requested for ");
    assert_eq!(end != End::Aborted, summary, "{args:?}:\n{text}");
    CliResult { end, prints, text }
}
