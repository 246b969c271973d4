//! `shard run` and `shard merge`: which shard, which files, and what is refused.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use trailproof::base::limits::Limits;
use trailproof::commands::shard::plan_file::PlanFile;

use crate::support::program::{Run, command, finish, reported, run};
use crate::support::testdata::case;

/// A case with two regions, damage, and a gap that a call explains.
const CASE: &str = "incident";

/// A plan of a case for a number of shards, and room for its parts.
struct Planned(TempDir);

impl Planned {
    fn new(shards: &str) -> Self {
        let planned = Planned(tempfile::tempdir().expect("a folder"));
        let mut args = vec!["shard", "plan", "--shards", shards, "--out", "plan.jsonl"];
        let [copy, keys] = ["bucket", "keys"].map(|name| case(CASE).join(name));
        let [copy, keys] = [copy, keys].map(|path| path.display().to_string());
        args.extend([
            "--path",
            &copy,
            "--s3-bucket",
            "trail-logs",
            "--keys",
            &keys,
        ]);
        let Run { code, stderr, .. } = run(planned.dir(), &args);
        assert_eq!(code, 0, "{stderr}");
        planned
    }

    fn dir(&self) -> &Path {
        self.0.path()
    }

    fn shards(&self) -> u32 {
        self.plan().header.shards
    }

    fn plan(&self) -> PlanFile {
        let path = self.dir().join("plan.jsonl");
        PlanFile::read(&path, &Limits::default()).expect("a plan")
    }

    fn shard(&self, more: &[&str]) -> Run {
        let mut args = vec!["shard", "run", "--plan", "plan.jsonl"];
        args.extend(more);
        run(self.dir(), &args)
    }

    fn part(&self, shard: u32) -> PathBuf {
        self.dir().join(format!("parts/shard-{shard:05}.part"))
    }

    fn all_parts(&self) {
        for shard in 0..self.shards() {
            let Run { code, stderr, .. } =
                self.shard(&["--shard", &shard.to_string(), "--out", "parts/"]);
            assert_eq!((code, stderr.as_str()), (0, ""));
            assert!(self.part(shard).is_file());
        }
    }

    fn merge(&self, more: &[&str]) -> Run {
        let mut args = vec!["shard", "merge", "--plan", "plan.jsonl"];
        args.extend(more);
        run(self.dir(), &args)
    }
}

fn without_run(mut report: Value) -> Value {
    report["run"] = Value::Null;
    report
}

/// The report of a single run over the same copy and keys.
fn single() -> (i32, Value) {
    let [copy, keys] = ["bucket", "keys"].map(|name| case(CASE).join(name).display().to_string());
    let args = [
        "--path",
        &copy,
        "--s3-bucket",
        "trail-logs",
        "--keys",
        &keys,
    ];
    let args = ["validate", "--format", "json"].into_iter().chain(args);
    let args: Vec<&str> = args.collect();
    let (code, report) = reported(run(&case(CASE), &args));
    (code, without_run(report))
}

#[test]
fn merged_parts_give_the_report_of_a_single_run() {
    let planned = Planned::new("2");
    planned.all_parts();
    let (code, report) = reported(planned.merge(&["parts", "--format", "json"]));
    assert_eq!((code, without_run(report)), single());
    // Files in any order, and a part that was written twice.
    fs::copy(planned.part(1), planned.dir().join("again.part")).expect("a copy");
    let files = [
        "parts/shard-00001.part",
        "again.part",
        "parts/shard-00000.part",
    ];
    let (code, report) = reported(planned.merge(&[&files[..], &["--format", "json"]].concat()));
    assert_eq!((code, without_run(report)), single());
}

#[test]
fn the_engine_says_which_shard_a_task_is() {
    let planned = Planned::new("2");
    for variable in [
        "JOB_COMPLETION_INDEX",
        "AWS_BATCH_JOB_ARRAY_INDEX",
        "SLURM_ARRAY_TASK_ID",
    ] {
        let args = ["shard", "run", "--plan", "plan.jsonl", "--out", "parts/"];
        let Run { code, stdout, .. } = finish(command(planned.dir(), &args).env(variable, "1"));
        assert_eq!(code, 0);
        assert!(
            stdout.starts_with("shard 1 of 2: parts/shard-00001.part ("),
            "{stdout}"
        );
        fs::remove_file(planned.part(1)).expect("a part");
    }
    let args = ["shard", "run", "--plan", "plan.jsonl", "--out", "parts/"];
    let mut differing = command(planned.dir(), &args);
    differing
        .env("SLURM_ARRAY_TASK_ID", "0")
        .env("JOB_COMPLETION_INDEX", "1");
    let Run { code, stderr, .. } = finish(&mut differing);
    assert_eq!(code, 2);
    assert!(
        stderr.contains("two variables give different shards"),
        "{stderr}"
    );
    let Run { code, stderr, .. } = planned.shard(&["--shard", "2", "--out", "parts/"]);
    assert_eq!(code, 2);
    assert!(
        stderr.contains("the last shard of this plan is 1"),
        "{stderr}"
    );
}

#[test]
fn a_part_replaces_a_part_and_nothing_else() {
    let planned = Planned::new("1");
    let before = fs::read(planned.dir().join("plan.jsonl")).expect("a plan");
    let Run { code, stderr, .. } = planned.shard(&["--out", "plan.jsonl"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("it is not a part"), "{stderr}");
    assert_eq!(
        fs::read(planned.dir().join("plan.jsonl")).expect("a plan"),
        before
    );
    for _ in 0..2 {
        assert_eq!(planned.shard(&["--out", "one.part"]).code, 0);
    }
    for name in ["new.part", "new/"] {
        let among = case(CASE).join("bucket/AWSLogs").join(name);
        let Run { code, stderr, .. } = planned.shard(&["--out", &among.display().to_string()]);
        assert_eq!(code, 2);
        assert!(stderr.contains("among the objects"), "{stderr}");
    }
    let Run { code, stderr, .. } = planned.merge(&["one.part", "--out", "one.part"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("would replace an input"), "{stderr}");
}

#[test]
fn a_plan_replaces_a_plan_and_nothing_else() {
    let planned = Planned::new("1");
    let copy = case(CASE).join("bucket").display().to_string();
    let again = |out: &str| {
        let args = ["shard", "plan", "--shards", "2", "--path", &copy];
        run(
            planned.dir(),
            &[&args[..], &["--s3-bucket", "trail-logs", "--out", out]].concat(),
        )
    };
    let notes = planned.dir().join("notes.txt");
    fs::write(&notes, "mine").expect("a file");
    let Run { code, stderr, .. } = again("notes.txt");
    assert_eq!(code, 2);
    assert!(
        stderr.contains("the file exists, and it is not a plan"),
        "{stderr}"
    );
    assert_eq!(fs::read_to_string(&notes).expect("a file"), "mine");
    fs::write(&notes, "").expect("a file");
    for out in ["plan.jsonl", "notes.txt", "new.jsonl"] {
        assert_eq!(again(out).code, 0, "{out}");
    }
    assert_eq!(planned.shards(), 2);
}

#[test]
fn a_lost_part_makes_its_chains_unproven_by_name() {
    let planned = Planned::new("2");
    planned.all_parts();
    let lost: Vec<String> = planned.plan().shards[1]
        .groups
        .iter()
        .flat_map(|group| group.chains.iter().map(|chain| chain.chain.clone()))
        .collect();
    assert!(!lost.is_empty());
    let part = fs::read(planned.part(1)).expect("a part");
    let mut flipped = part.clone();
    flipped[part.len() / 2] ^= 1;
    for content in [None, Some(&part[..part.len() - 1]), Some(&flipped[..])] {
        match content {
            None => fs::remove_file(planned.part(1)).expect("removed"),
            Some(content) => fs::write(planned.part(1), content).expect("a file"),
        }
        let merged = planned.merge(&["parts", "--format", "json"]);
        assert!(
            merged.stderr.contains("1 of 2 shards have no part"),
            "{}",
            merged.stderr
        );
        let (code, report) = reported(merged);
        assert_eq!(report["complete"], false);
        assert!([1, 4].contains(&code), "{code}");
        for chain in &lost {
            let findings = report["findings"].as_array().expect("findings");
            let named = |finding: &&Value| {
                finding["reason"] == "not-in-parts" && finding["chain"] == chain.as_str()
            };
            assert!(
                findings.iter().any(|finding| named(&finding)),
                "{chain}: {report:#}"
            );
        }
    }
    fs::remove_file(planned.part(0)).expect("removed");
    let Run { code, stderr, .. } = planned.merge(&["parts"]);
    assert_eq!(code, 2);
    assert!(
        stderr.contains("no part of the plan can be read"),
        "{stderr}"
    );
    fs::remove_file(planned.part(1)).expect("removed");
    let Run { code, stderr, .. } = planned.merge(&["parts"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("holds no part"), "{stderr}");
}

#[test]
fn a_part_of_another_plan_is_refused() {
    let [planned, other] = ["2", "1"].map(Planned::new);
    planned.all_parts();
    other.all_parts();
    fs::copy(other.part(0), planned.part(0)).expect("a copy");
    let Run { code, stderr, .. } = planned.merge(&["parts"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("is a part of another plan"), "{stderr}");
}

#[test]
fn a_plan_says_only_what_to_validate() {
    for (more, why) in [
        (&["--out", "report"][..], "--out is not an option of a plan"),
        (
            &["--profile", "prod"],
            "--profile is not an option of a plan",
        ),
        (&["--jobs", "2"], "--jobs is not an option of a plan"),
        (
            &["--no-such-option"],
            "unexpected argument '--no-such-option'",
        ),
        (&["--help"], "are not valid"),
    ] {
        let planned = Planned::new("1");
        let mut plan = planned.plan();
        let arguments = &mut plan.header.request.arguments;
        arguments.extend(more.iter().map(|word| (*word).to_owned()));
        let plan = PlanFile::new(plan.header, plan.shards).expect("a plan");
        let mut text = Vec::new();
        plan.write(&mut text).expect("a plan");
        fs::write(planned.dir().join("plan.jsonl"), text).expect("a file");
        let Run { code, stderr, .. } = planned.shard(&["--out", "parts/"]);
        assert_eq!(code, 2, "{more:?}");
        assert!(stderr.contains(why), "{stderr}");
    }
}

#[test]
fn a_plan_of_another_version_is_refused() {
    let planned = Planned::new("1");
    let mut plan = planned.plan();
    plan.header.trailproof = "0.0.9".into();
    let plan = PlanFile::new(plan.header, plan.shards).expect("a plan");
    let mut text = Vec::new();
    plan.write(&mut text).expect("a plan");
    fs::write(planned.dir().join("plan.jsonl"), text).expect("a file");
    let Run { code, stderr, .. } = planned.shard(&["--out", "parts/"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("is of trailproof 0.0.9"), "{stderr}");
}
