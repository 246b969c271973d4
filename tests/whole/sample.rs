//! The sample, as README runs it: with its metadata, without, and repaired.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::program::{report, root, run, severity_codes};

/// The commands of README's first code block.
fn readme_commands() -> Vec<String> {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    let block = readme
        .split("```sh\n")
        .nth(1)
        .expect("a block")
        .split("```")
        .next()
        .expect("its end");
    block
        .lines()
        .filter(|l| !l.starts_with('#') && !l.trim().is_empty())
        .map(Into::into)
        .collect()
}

fn copy(from: &Path, to: &Path, wanted: &dyn Fn(&str) -> bool) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_str()
            .expect("UTF-8")
            .to_owned();
        if path.is_dir() {
            copy(&path, &to.join(name), wanted);
        } else if wanted(&name) {
            fs::copy(&path, to.join(name)).expect("a copy");
        }
    }
}

#[test]
fn the_command_in_readme_runs_on_the_sample_and_verifies_it() {
    let commands = readme_commands();
    assert_eq!(commands.len(), 2, "two commands: {commands:?}");
    assert!(commands[1].starts_with("cargo test"), "{}", commands[1]);
    let words: Vec<&str> = commands[0].split_whitespace().collect();
    let (cargo, args) = words.split_at(words.iter().position(|w| *w == "--").expect("--") + 1);
    assert_eq!(cargo, ["cargo", "run", "--no-default-features", "--"]);
    let run = run(&root(), args);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.starts_with("VERIFIED: "), "{}", run.stdout);
    assert!(
        run.stdout
            .contains("4 chains; digests 196 valid; logs 234 valid"),
        "{}",
        run.stdout
    );
}

#[test]
fn without_metadata_the_sample_is_unproven_and_the_commands_that_cure_it_are_printed() {
    let sample = root().join("testdata/sample");
    let dir = tempfile::tempdir().expect("a folder");
    copy(&sample, dir.path(), &|name| !name.ends_with(".head.json"));
    let args = ["--path", "bucket", "--keys", "keys"];
    let (code, bare) = report(dir.path(), &args);
    assert_eq!(code, 4);
    let absent = severity_codes(&bare)
        .into_iter()
        .filter(|c| c == "unproven digest-signature-absent")
        .count();
    // The newest digest of each of four chains, and two backfill digests, which no successor
    // records.
    assert_eq!(absent, 6);

    // A shell runs the commands as printed, with an `aws` that answers from the kept files.
    let bin = dir.path().join("bin");
    fs::create_dir(&bin).expect("a folder");
    let kept = sample.join("bucket");
    let aws = format!(
        "#!/bin/sh\n[ \"$1 $2 $3 $4 $5 $6 $7\" = \"s3api head-object --output json --bucket example-org-trail --key\" ] || exit 9\n\
         exec cat \"{}/$8.head.json\"\n",
        kept.display()
    );
    fs::write(bin.join("aws"), aws).expect("a script");
    let chmod = Command::new("chmod")
        .arg("+x")
        .arg(bin.join("aws"))
        .status()
        .expect("chmod");
    assert!(chmod.success());
    let args_with_script = [&["validate"], &args[..], &["--commands", "cure.sh"]].concat();
    let text = run(dir.path(), &args_with_script).stdout;
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").expect("PATH"));
    let sh = |args: &[&str], folder: &Path| {
        let mut shell = Command::new("sh");
        shell.args(args).env("PATH", &path).current_dir(folder);
        shell.output().expect("a shell")
    };
    let copy_path = dir.path().join("bucket");
    let cures: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("  [ -s "))
        .collect();
    assert_eq!(cures.len(), 6, "{text}");
    for cure in &cures {
        let cured = sh(&["-c", cure], &copy_path);
        assert!(cured.status.success(), "{cure}");
    }
    let (code, cured) = report(dir.path(), &args);
    assert_eq!((code, cured["verdict"].as_str()), (0, Some("verified")));

    // The script does the same, wherever it is started, and overwrites nothing.
    let again = sh(&["cure.sh", "bucket"], dir.path());
    assert_eq!(again.status.code(), Some(1));
    let said = String::from_utf8(again.stderr).expect("UTF-8");
    assert_eq!(
        said.matches("not saved, because it exists: ").count(),
        6,
        "{said}"
    );
    let fresh = tempfile::tempdir().expect("a folder");
    copy(&sample, fresh.path(), &|name| !name.ends_with(".head.json"));
    let script = dir.path().join("cure.sh");
    let script = script.to_str().expect("UTF-8");
    let cured = sh(&[script], &fresh.path().join("bucket"));
    assert!(cured.status.success(), "{cured:?}");
    let (code, cured) = report(fresh.path(), &args);
    assert_eq!((code, cured["verdict"].as_str()), (0, Some("verified")));
}

/// Buckets have no empty folders, so empty folders in a copy mean nothing.
#[test]
fn a_removed_chain_shows_by_one_log_and_not_by_empty_folders() {
    const GONE: &str = "222222222222/eu-central-1/us-east-1/org_trail.main";
    let missing = |keep: &dyn Fn(&str) -> bool, more: &[&str]| -> Vec<String> {
        let dir = tempfile::tempdir().expect("a folder");
        copy(&root().join("testdata/sample"), dir.path(), &|name| {
            let of_it = name.starts_with("222222222222_") && name.contains("_eu-central-1_");
            !of_it || keep(name)
        });
        fs::write(dir.path().join("expect"), GONE).expect("a file");
        let args = [&["--path", "bucket", "--keys", "keys"], more].concat();
        let (code, report) = report(dir.path(), &args);
        assert_eq!(report["chains"].as_array().map(Vec::len), Some(3));
        let missing = severity_codes(&report);
        let missing = missing.into_iter().filter(|c| c.ends_with("chain-missing"));
        let missing: Vec<String> = missing.collect();
        assert_eq!(code, if missing.is_empty() { 0 } else { 4 }, "{report:#}");
        missing
    };
    let nothing = |_: &str| false;
    let log = |name: &str| name.contains("_CloudTrail_");
    let head = |name: &str| name.ends_with(".head.json");
    assert!(missing(&nothing, &[]).is_empty());
    assert!(
        missing(&head, &[]).is_empty(),
        "what describes no object is none"
    );
    assert_eq!(missing(&log, &[]), ["unproven chain-missing"]);
    // A chain that is expected and also shown by its siblings is reported once.
    let expect = ["--expect", "expect"];
    assert_eq!(missing(&log, &expect), ["unproven chain-missing"]);
    assert_eq!(missing(&nothing, &expect), ["unproven chain-missing"]);
}
