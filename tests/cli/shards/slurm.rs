//! A real engine: Slurm runs the job array and the merge, as they are printed.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::program::{assert_matches_schema, root, run};
use crate::support::python::output_of;
use crate::support::slurm::Slurm;

/// Submits the jobs of a script, waits for the merge, and gives its exit status.
fn submitted(slurm: &Slurm, folder: &Path, shards: &[&str]) -> i32 {
    let program = Path::new(env!("CARGO_BIN_EXE_trailproof"));
    let bin = program.parent().expect("a folder").display();
    let path = format!("{bin}:{}", std::env::var("PATH").expect("a path"));
    let mut script = slurm.command("sh");
    script
        .arg("shards.sh")
        .args(shards)
        .current_dir(folder)
        .env("PATH", path);
    let said = output_of(&mut script);
    let merge = said
        .split(", and job ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next());
    let merge = merge.and_then(|job| job.parse().ok());
    slurm.ended(merge.unwrap_or_else(|| panic!("no job: {said}")))
}

/// A saved report without what is of its run alone.
fn kept(path: &Path) -> Value {
    let text = fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut report: Value = serde_json::from_slice(&text).expect("a report");
    assert_matches_schema(&report);
    report.as_object_mut().expect("an object").remove("run");
    report
}

/// The names of the files in a folder.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name().display().to_string());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn slurm_runs_the_shards_and_the_merge_gives_the_report_of_one_run() {
    let slurm = Slurm::start();
    let dir = tempfile::tempdir().expect("a folder");
    // Slurm replaces a % in the names of files, and a shell splits words.
    let folder = dir.path().join("a b 50%J");
    fs::create_dir(&folder).expect("a folder");
    let sample = folder.join("sample");
    output_of(
        Command::new("cp")
            .arg("-r")
            .arg(root().join("testdata/sample"))
            .arg(&sample),
    );
    // Two accounts, two regions, and a log that is missing.
    let path = |name: &str| sample.join(name).display().to_string();
    let (bucket, keys) = (path("bucket"), path("keys"));
    let scope = [
        "--path",
        &bucket,
        "--s3-bucket",
        "example-org-trail",
        "--keys",
        &keys,
    ];
    let logs = "bucket/audit/AWSLogs/o-a1b2c3d4e5/222222222222/CloudTrail/us-east-1/2026/03/02";
    let logs = sample.join(logs);
    let log = names_in(&logs)
        .into_iter()
        .find(|name| name.ends_with(".json.gz"));
    fs::remove_file(logs.join(log.expect("a log"))).expect("removed");
    let single = folder.join("single.json");
    let single_text = single.to_str().expect("UTF-8");
    let alone = run(
        &sample,
        &[
            &["validate"][..],
            &scope,
            &["--format=json", "--out", single_text],
        ]
        .concat(),
    );
    assert_eq!(alone.code, 1, "{}", alone.stderr);
    let plan = folder.join("plan.jsonl");
    let plan_text = plan.to_str().expect("UTF-8");
    let planned = run(
        &sample,
        &[
            &["shard", "plan"][..],
            &scope,
            &["--shards=5", "--out", plan_text],
        ]
        .concat(),
    );
    assert_eq!(planned.code, 0, "{}", planned.stderr);
    let out = folder.to_str().expect("UTF-8");
    let made = run(
        &root(),
        &[
            "generate", "shards", "slurm", "--plan", plan_text, "--out", out,
        ],
    );
    assert_eq!(made.code, 0, "{}", made.stderr);

    let code = submitted(&slurm, &folder, &[]);
    let work = folder.join("plan.jsonl.shards");
    let said = || {
        let outputs = names_in(&work.join("output")).into_iter();
        let read =
            |name: String| fs::read_to_string(work.join("output").join(name)).expect("a file");
        outputs.map(read).collect::<String>()
    };
    assert_eq!(code, alone.code, "{}", said());
    let expected = [
        "shard-00000.part",
        "shard-00001.part",
        "shard-00002.part",
        "shard-00003.part",
        "shard-00004.part",
    ];
    assert_eq!(names_in(&work.join("parts")), expected, "{}", said());
    assert!(
        kept(&work.join("report.json")) == kept(&single),
        "{}",
        said()
    );
    assert!(fs::read_to_string(work.join("report.txt")).is_ok_and(|text| !text.is_empty()));

    // A part that was lost is made again by its shard alone.
    let lost = work.join("parts").join(expected[3]);
    fs::remove_file(&lost).expect("removed");
    fs::remove_file(work.join("report.json")).expect("removed");
    let before =
        fs::metadata(work.join("parts").join(expected[0])).and_then(|part| part.modified());
    assert_eq!(submitted(&slurm, &folder, &["3"]), alone.code, "{}", said());
    assert!(lost.exists());
    let after = fs::metadata(work.join("parts").join(expected[0])).and_then(|part| part.modified());
    assert_eq!(before.expect("a time"), after.expect("a time"));
    assert!(
        kept(&work.join("report.json")) == kept(&single),
        "{}",
        said()
    );
}
