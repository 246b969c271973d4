//! Plans and flags that an engine cannot run, each with the reason.

use std::fs;
use std::path::Path;

use super::{ENGINES, plan};
use crate::support::program::{root, run};

const BUCKET: [&str; 1] = ["--s3-bucket=my-logs"];

/// What is said of a plan; nothing is printed.
fn refusal(engine: &str, plan: &Path, own: &[&str], flags: &[&str]) -> String {
    let plan = plan.to_str().expect("UTF-8");
    let args = [
        &["generate", "shards", engine, "--plan", plan],
        own,
        &["--"],
        flags,
    ]
    .concat();
    let run = run(&root(), &args);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (2, ""),
        "{engine} {own:?} {flags:?}"
    );
    assert!(!run.stderr.contains('\u{1b}'), "{:?}", run.stderr);
    run.stderr
}

#[test]
fn flags_that_no_shard_can_have_are_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let plan = plan(dir.path(), &BUCKET, 3);
    for engine in ENGINES {
        for (flags, why) in [
            (
                &["--shard", "1"][..],
                "the engine gives each task its number",
            ),
            (&["--plan", "other"], "cannot be used multiple times"),
            (&["--out", "other"], "cannot be used multiple times"),
            (&["--s3-bucket", "b"], "unexpected argument '--s3-bucket'"),
            (&["--profile=\u{1b}[31m"], "cannot hold the flag"),
        ] {
            let said = refusal(engine, &plan, &[], flags);
            assert!(said.contains(why), "{engine} {flags:?}: {said}");
        }
        let said = refusal(engine, &plan, &["--at-once=0"], &[]);
        assert!(said.contains("'--at-once <N>'"), "{engine}: {said}");
    }
    for engine in &ENGINES[..3] {
        let said = refusal(engine, &plan, &[], &["--s3-profile", "archive"]);
        assert!(said.contains("a role signs in"), "{engine}: {said}");
        let said = refusal(engine, &plan, &["--image=a b"], &[]);
        assert!(
            said.contains("not the name of an image"),
            "{engine}: {said}"
        );
        let said = refusal(engine, &plan, &[], &["--ca-bundle", "/tmp/ca.pem"]);
        assert!(
            said.contains("only the files in /etc/trailproof"),
            "{engine}: {said}"
        );
    }
    let said = refusal("slurm", &plan, &["--image=a"], &[]);
    assert!(said.contains("--image is for kubernetes"), "{said}");
    for engine in &ENGINES[1..3] {
        let said = refusal(engine, &plan, &[], &["--endpoint-url=http://a/$(X)"]);
        assert!(said.contains("a flag holds $("), "{engine}: {said}");
    }
}

#[test]
fn a_plan_that_an_engine_cannot_run_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let one = plan(dir.path(), &BUCKET, 1);
    let said = refusal("aws-batch", &one, &[], &[]);
    assert!(
        said.contains("shards of the plan: 1; this engine runs 2 to 10,000"),
        "{said}"
    );
    let copy = plan(
        dir.path(),
        &[
            "--path=/srv/copy",
            "--s3-bucket=my-logs",
            "--keys=/srv/keys",
        ],
        3,
    );
    for engine in &ENGINES[..3] {
        let said = refusal(engine, &copy, &[], &[]);
        assert!(
            said.contains("the plan is of a copy on disk"),
            "{engine}: {said}"
        );
    }
    let keys = plan(dir.path(), &["--s3-bucket=my-logs", "--keys=/srv/keys"], 3);
    for engine in &ENGINES[..3] {
        let said = refusal(engine, &keys, &[], &[]);
        assert!(
            said.contains("--keys /srv/keys: the shards cannot read it"),
            "{engine}: {said}"
        );
    }
    let odd = plan(dir.path(), &["--s3-bucket=my-logs", "--no-such-option"], 3);
    for engine in ENGINES {
        let said = refusal(engine, &odd, &[], &[]);
        assert!(
            said.contains("the arguments in the plan "),
            "{engine}: {said}"
        );
    }
    let changed = dir.path().join("changed.jsonl");
    let text = fs::read_to_string(plan(dir.path(), &BUCKET, 3)).expect("a plan");
    fs::write(
        &changed,
        text.replace("\"objects\":1000", "\"objects\":1001"),
    )
    .expect("written");
    for engine in ENGINES {
        let said = refusal(engine, &changed, &[], &[]);
        assert!(said.contains("is not a valid plan"), "{engine}: {said}");
        let said = refusal(engine, &dir.path().join("none"), &[], &[]);
        assert!(said.contains("none"), "{engine}: {said}");
    }
}
