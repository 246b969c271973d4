//! What the containers in AWS do, run as it is printed: a shell, the program, and the real AWS CLI, which copies the
//! plan and the parts from and to an S3 that nobody here wrote.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{hash, printed};
use crate::cli::schedule::{documents, texts};
use crate::support::aws::{ACCESS_KEY, SECRET_KEY};
use crate::support::moto::MotoServer;
use crate::support::org::{arguments, org};
use crate::support::program::{Run, assert_matches_schema, finish};
use crate::support::python::{AWS_CLI, output_of};
use crate::support::stage::Stage;

const FILES: &str = "trailproof-shards-files";

/// The AWS CLI in a folder, as `aws`, which asks moto.
fn install_aws(folder: &Path, moto: &MotoServer) {
    let python = AWS_CLI.command();
    let packages = AWS_CLI
        .path()
        .map(|(name, value)| format!("export {name}='{}'\n", value.display()));
    let script = format!(
        "#!/bin/sh\n{}export AWS_ENDPOINT_URL_S3={} AWS_ACCESS_KEY_ID={ACCESS_KEY} AWS_SECRET_ACCESS_KEY={SECRET_KEY} \
         AWS_DEFAULT_REGION=us-east-1\nexec '{}' -m awscli \"$@\"\n",
        packages.unwrap_or_default(),
        moto.url(),
        python.get_program().display()
    );
    let path = folder.join("aws");
    fs::write(&path, script).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("permissions");
}

/// What a container runs, in a folder of its own.
fn container(words: &[String], stage: &Stage, bin: &Path, files: &str) -> Command {
    assert_eq!(words[..2], ["sh", "-c"]);
    let own = tempfile::tempdir_in(stage.dir.path())
        .expect("a folder")
        .keep();
    let script = words[2].replace("cd /tmp", &format!("cd {}", own.display()));
    assert_ne!(script, words[2]);
    let program = Path::new(env!("CARGO_BIN_EXE_trailproof"))
        .parent()
        .expect("a folder");
    let path = std::env::var("PATH").expect("a path");
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(script)
        .env_clear()
        .envs(stage.loopback.env());
    command.env(
        "PATH",
        format!("{}:{}:{path}", bin.display(), program.display()),
    );
    command.env("FILES", files).env("HOME", own);
    command
}

/// A report without what is of its run alone.
fn without_run(mut report: Value) -> Value {
    assert_matches_schema(&report);
    report.as_object_mut().expect("an object").remove("run");
    report
}

#[test]
fn the_containers_of_aws_copy_their_parts_and_the_merge_gives_the_report_of_one_run() {
    let org = org();
    let stage = &org.stage;
    let arn = org.trail.arn();
    let scope = arguments(&arn, &["--s3-bucket=archive-logs"]);
    let (code, single) = stage.report(&scope);
    let plan = stage.dir.path().join("plan.jsonl");
    let words = ["shard", "plan", "--shards=3", "--out=plan.jsonl"].map(String::from);
    let planned = stage.run(&[&words[..], &scope].concat());
    assert_eq!(planned.code, 0, "{}", planned.stderr);

    let moto = MotoServer::start();
    moto.create(FILES, false);
    let bin = tempfile::tempdir().expect("a folder");
    install_aws(bin.path(), &moto);
    let id = &hash(&plan)[..8];
    let files = format!("s3://{FILES}/{id}");
    let aws = |words: &[&str]| output_of(Command::new(bin.path().join("aws")).args(words));
    let plan_text = plan.to_str().expect("UTF-8");
    aws(&["s3", "cp", plan_text, &format!("{files}/plan.jsonl")]);

    let batch = printed("aws-batch", &plan, &[], &[]);
    let resources = &documents(&batch)[0]["Resources"];
    let run_container = |name: &str, index: Option<(&str, &str)>| -> Run {
        let words = texts(&resources[name]["Properties"]["ContainerProperties"]["Command"]);
        finish(container(&words, stage, bin.path(), &files).envs(index))
    };
    for index in ["0", "2"] {
        let shard = run_container("Shard", Some(("AWS_BATCH_JOB_ARRAY_INDEX", index)));
        assert_eq!(shard.code, 0, "{}", shard.stderr);
    }
    // A shard that failed for good: its chains are not proven, and the report is saved all the same.
    let partial = run_container("Merge", None);
    assert_eq!(partial.code, 4, "{}", partial.stderr);
    let saved = || -> Value {
        let report = stage.dir.path().join("saved.json");
        aws(&[
            "s3",
            "cp",
            &format!("{files}/report.json"),
            report.to_str().expect("UTF-8"),
        ]);
        serde_json::from_slice(&fs::read(report).expect("a report")).expect("JSON")
    };
    assert_eq!(saved()["complete"], false);

    // Run again by its number alone, as Step Functions does it.
    let shard = run_container("Shard", Some(("SHARD", "1")));
    assert_eq!(shard.code, 0, "{}", shard.stderr);
    let merge = run_container("Merge", None);
    assert_eq!(merge.code, code, "{}", merge.stderr);
    assert!(without_run(saved()) == without_run(single));
    stage.assert_only_reads();

    // Step Functions runs the same.
    let machine = printed("step-functions", &plan, &[], &[]);
    let of_machine = &documents(&machine)[0]["Resources"];
    for name in ["Shard", "Merge"] {
        let of_task = &of_machine[name]["Properties"]["ContainerDefinitions"][0]["Command"];
        assert_eq!(
            of_task,
            &resources[name]["Properties"]["ContainerProperties"]["Command"]
        );
    }
}
