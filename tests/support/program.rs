//! Running the real binary.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;

/// The result of a run.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// The binary in a folder, with arguments.
pub fn command<S: AsRef<str>>(dir: &Path, args: &[S]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailproof"));
    command
        .current_dir(dir)
        .args(args.iter().map(AsRef::as_ref));
    command
}

/// Runs the binary in a folder.
pub fn run<S: AsRef<str>>(dir: &Path, args: &[S]) -> Run {
    finish(&mut command(dir, args))
}

/// Runs a command to its end.
pub fn finish(command: &mut Command) -> Run {
    let output = command.output().expect("the binary runs");
    Run {
        code: output.status.code().expect("an exit status"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// Runs the binary in a folder with standard output in a file there. Returns its exit status and
/// its peak resident memory in KiB.
pub fn peak_of(dir: &Path, args: &[&str], out: &str) -> (i32, u64) {
    let script = "
import resource, subprocess, sys
code = subprocess.run(sys.argv[2:], stdout=open(sys.argv[1], 'wb')).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
";
    let mut python = Command::new("python3");
    python.args(["-c", script, out, env!("CARGO_BIN_EXE_trailproof")]);
    let Run { stdout, stderr, .. } = finish(python.args(args).current_dir(dir));
    let measured = stdout.trim().split_once(' ');
    let (code, peak) = measured.unwrap_or_else(|| panic!("{stdout}{stderr}"));
    (code.parse().expect("a code"), peak.parse().expect("KiB"))
}

/// Runs `validate` and reads its JSON report, which must match the schema.
pub fn report<S: AsRef<str>>(dir: &Path, args: &[S]) -> (i32, Value) {
    let mut all = vec!["validate", "--format", "json"];
    all.extend(args.iter().map(AsRef::as_ref));
    reported(run(dir, &all))
}

/// The exit status and the JSON report of a run; the report must match the schema.
pub fn reported(run: Run) -> (i32, Value) {
    let report: Value = serde_json::from_str(&run.stdout)
        .unwrap_or_else(|e| panic!("no report ({e}): {}{}", run.stdout, run.stderr));
    assert_matches_schema(&report);
    (run.code, report)
}

/// Runs `trails` and reads its JSON list, which must match the schema.
pub fn trails<S: AsRef<str>>(dir: &Path, args: &[S]) -> (i32, Value) {
    let mut all = vec!["trails", "--format", "json"];
    all.extend(args.iter().map(AsRef::as_ref));
    listed_chains(run(dir, &all))
}

/// The exit status and the JSON list of a run of `trails`; the list must match the schema.
pub fn listed_chains(run: Run) -> (i32, Value) {
    let list: Value = serde_json::from_str(&run.stdout)
        .unwrap_or_else(|e| panic!("no list ({e}): {}{}", run.stdout, run.stderr));
    static VALIDATOR: LazyLock<Validator> =
        LazyLock::new(|| validator(include_str!("../../src/report/trails/v1.schema.json")));
    assert_matches(&VALIDATOR, &list);
    (run.code, list)
}

/// Asserts that a report matches the published schema.
pub fn assert_matches_schema(report: &Value) {
    static VALIDATOR: LazyLock<Validator> =
        LazyLock::new(|| validator(include_str!("../../src/report/validation/v1.schema.json")));
    assert_matches(&VALIDATOR, report);
}

/// A validator for a schema.
pub fn validator(schema: &str) -> Validator {
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("the schema is a schema")
}

/// Asserts that a report matches a schema.
pub fn assert_matches(validator: &Validator, report: &Value) {
    let errors: Vec<String> = validator
        .iter_errors(report)
        .map(|e| e.to_string())
        .collect();
    assert!(
        errors.is_empty(),
        "the report does not match its schema: {errors:#?}"
    );
}

/// The codes of the findings with their severities, in order.
pub fn severity_codes(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    let code = |f: &Value| {
        format!(
            "{} {}",
            f["severity"].as_str().expect("severity"),
            f["code"].as_str().expect("code")
        )
    };
    findings.iter().map(code).collect()
}

/// How many reports a process has begun in a folder: files without a name, or hidden ones where the file
/// system has no such files.
pub fn begun(process: u32, folder: &Path) -> usize {
    let open = std::fs::read_dir(format!("/proc/{process}/fd"));
    let open = open.into_iter().flatten().flatten();
    let files = open.filter_map(|entry| std::fs::read_link(entry.path()).ok());
    let below = files.filter_map(|file| file.strip_prefix(folder).ok().map(Path::to_path_buf));
    let unfinished = |name: &PathBuf| {
        let name = name.to_string_lossy();
        name.ends_with(" (deleted)") || name.starts_with(".trailproof-")
    };
    below.filter(unfinished).count()
}

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).into()
}
