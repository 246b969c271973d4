//! What is printed for Kubernetes, AWS Batch and Step Functions: their linters accept it, and it has the numbers of
//! the plan.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

use super::{ENGINES, hash, plan, printed};
use crate::cli::schedule::{HOSTILE, LINTERS, documents, texts};
use crate::support::program::{root, run};
use crate::support::python::{Python, output_of};

/// The linter of the Amazon States Language, and what evaluates the expressions in it.
static STATELINT: LazyLock<Python> =
    LazyLock::new(|| Python::with_others("statelint", "3.1.0", &["jsonata-python==0.7.1"]));

const BUCKET: [&str; 1] = ["--s3-bucket=my-logs"];
const FILES: [&str; 2] = ["--s3-bucket=my-logs", "--keys=/etc/trailproof/keys.json"];

/// Each engine's file for a signed plan, for a public bucket, and for one with files and flags.
fn all(engine: &str, folder: &Path) -> [String; 3] {
    let few = plan(folder, &BUCKET, 7);
    let first = printed(engine, &few, &[], &[]);
    let public = printed(engine, &few, &["--at-once=3"], &["--no-sign-request"]);
    let many = plan(folder, &FILES, 7);
    let own = match engine {
        "slurm" => &[][..],
        _ => &["--image=r.example.com/t:1"],
    };
    [first, public, printed(engine, &many, own, &["--jobs", "4"])]
}

/// Writes a text into a file, and runs a linter on it.
fn lint(linter: &str, options: &[&str], text: &str) {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("file.yaml");
    fs::write(&file, text).expect("written");
    output_of(LINTERS.script(linter).args(options).arg(file));
}

#[test]
fn each_begins_with_the_numbers_of_the_plan_and_with_numbered_steps() {
    for engine in ENGINES {
        let dir = tempfile::tempdir().expect("a folder");
        let plan = plan(dir.path(), &BUCKET, 1200);
        let text = printed(engine, &plan, &["--at-once=100"], &[]);
        let lines = text.lines();
        let comments: Vec<&str> = lines.take_while(|line| line.starts_with('#')).collect();
        let comments = comments.join("\n");
        for expected in [
            &format!("\n#   trailproof generate shards {engine} '--plan="),
            &format!(
                "\n# The plan {},\n# made 2026-11-29T12:00:00Z:",
                hash(&plan)
            ),
            "\n#   shards    1,200, 100 at the same time\n",
            "\n#   objects   1,200,000 (1,000 in the largest shard)\n",
            "\n#   requests  1,212,000\n",
            "\n#   hours     600.0 for one machine; 6.0 with 100 shards at the same time (0.5 for the longest)\n",
            "\n#   price     300.00 US dollars",
            "A shard is ended after 1h 30m: three times the estimate",
            "\n# To run it:\n# 1. ",
            "\n# 5. ",
            "\n# Exit status of the merge: 0 verified, 1 failed, 3 gaps, 4 unproven;",
        ] {
            assert!(
                comments.contains(expected),
                "{engine}: {expected}: {comments}"
            );
        }
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(160), "{engine}: {widest:?}");
        assert_eq!(comments.contains("MaxArraySize"), engine == "slurm");
        // By default not all run at the same time.
        let text = printed(engine, &plan, &[], &[]);
        assert!(
            text.contains("\n#   shards    1,200, 32 at the same time\n"),
            "{engine}"
        );
    }
}

#[test]
fn kubernetes_takes_the_jobs() {
    let dir = tempfile::tempdir().expect("a folder");
    let texts_of = all("kubernetes", dir.path());
    for (at, text) in texts_of.iter().enumerate() {
        lint("kubernetes-validate", &["--strict"], text);
        let documents = documents(text);
        let kinds = documents.iter().filter_map(|d| d["kind"].as_str());
        assert_eq!(
            kinds.collect::<Vec<_>>(),
            [
                "Namespace",
                "ServiceAccount",
                "ServiceAccount",
                "PersistentVolumeClaim",
                "Job",
                "Job"
            ]
        );
        let (shards, merge) = (&documents[4]["spec"], &documents[5]["spec"]);
        assert_eq!(
            (&shards["completionMode"], &shards["completions"]),
            (&"Indexed".into(), &7.into())
        );
        assert_eq!(shards["parallelism"], if at == 1 { 3 } else { 7 });
        assert_eq!(shards["backoffLimitPerIndex"], 3);
        // The merge waits, and has no role in AWS.
        assert_eq!(merge["suspend"], true);
        let pod = |job: &Value| job["template"]["spec"].clone();
        let (shards, merge) = (pod(shards), pod(merge));
        assert_eq!(
            (&shards["serviceAccountName"], &merge["serviceAccountName"]),
            (&"shards".into(), &"merge".into())
        );
        assert_eq!(shards["activeDeadlineSeconds"], 5400);
        let words = texts(&shards["containers"][0]["args"]);
        assert_eq!(words[..3], ["shard", "run", "--plan=/plan/plan.jsonl"]);
        assert!(
            words[3].starts_with("--out=/var/lib/trailproof/") && words[3].ends_with("/parts/")
        );
        let flags: &[&str] = [&[][..], &["--no-sign-request"], &["--jobs=4"]][at];
        assert_eq!(words[4..], *flags);
        let merge_words = texts(&merge["containers"][0]["args"]);
        assert_eq!(merge_words[..2], ["shard", "merge"]);
        let parts = words[3]
            .strip_prefix("--out=")
            .and_then(|parts| parts.strip_suffix('/'));
        assert_eq!(merge_words.last().map(String::as_str), parts);
        assert_eq!(text.contains("--from-file=keys.json"), at == 2);
        assert_eq!(text.contains("s3:ListBucket"), at != 1);
    }
    // A plan that does not fit into a ConfigMap is on the volume.
    let large = printed("kubernetes", &plan(dir.path(), &BUCKET, 6000), &[], &[]);
    lint("kubernetes-validate", &["--strict"], &large);
    let documents = documents(&large);
    let words = texts(&documents[4]["spec"]["template"]["spec"]["containers"][0]["args"]);
    assert_eq!(words[2], "--plan=/var/lib/trailproof/plan.jsonl");
    assert!(large.contains("too large for a ConfigMap"));
}

#[test]
fn cloudformation_takes_the_templates() {
    for engine in ["aws-batch", "step-functions"] {
        let dir = tempfile::tempdir().expect("a folder");
        for (at, text) in all(engine, dir.path()).iter().enumerate() {
            lint("cfn-lint", &[], text);
            let template = &documents(text)[0];
            let image = &template["Parameters"]["Image"]["Default"];
            assert_eq!(image.as_str(), (at == 2).then_some("r.example.com/t:1"));
            assert_eq!(text.contains(" Image=IMAGE\n"), at != 2);
            let policies = &template["Resources"]["ShardRole"]["Properties"]["Policies"];
            let is_signed = policies[0]["PolicyName"] == "shards";
            assert_eq!(is_signed, at != 1, "{policies}");
            // The merge reads nothing but the parts.
            let merge = template["Resources"]["MergeRole"]["Properties"]["Policies"].to_string();
            assert!(
                !merge.contains("my-logs") && !merge.contains("cloudtrail:"),
                "{merge}"
            );
        }
    }
}

/// The schema of the language, and its own linter, which evaluates the expressions.
#[test]
fn step_functions_takes_the_state_machine() {
    let dir = tempfile::tempdir().expect("a folder");
    for text in all("step-functions", dir.path()) {
        let template = &documents(&text)[0];
        let machine = &template["Resources"]["Machine"]["Properties"]["Definition"];
        let said = {
            let file = dir.path().join("machine.json");
            fs::write(&file, machine.to_string()).expect("written");
            output_of(
                STATELINT
                    .script("statelint")
                    .arg("--eval-jsonata")
                    .arg(file),
            )
        };
        assert_eq!(said.trim(), "", "{machine:#}");
        let map = &machine["States"]["Shards"];
        assert_eq!(
            map["ItemProcessor"]["ProcessorConfig"]["Mode"],
            "DISTRIBUTED"
        );
        assert_eq!(map["ToleratedFailurePercentage"], 100);
        assert_eq!(map["Next"], "Merge");
        // All shards, or those of the input.
        for (input, expected) in [
            ("{}", "[0, 1, 2, 3, 4, 5, 6]"),
            (r#"{"shards": [3]}"#, "[3]"),
        ] {
            let script = "
import json, sys, jsonata
text = sys.argv[1].strip()[2:-2]
expression = jsonata.Jsonata(text)
expression.assign('states', {'input': json.loads(sys.argv[2])})
found = expression.evaluate(None)
print(json.dumps(found if isinstance(found, list) else list(found)))
";
            let items = map["Items"].as_str().expect("an expression");
            let mut python: Command = STATELINT.command();
            let found = output_of(python.args(["-c", script, items, input]));
            assert_eq!(found.trim(), expected);
        }
    }
}

/// A flag means in a shell, and in each file, what it means on the command line.
#[test]
fn hostile_words_are_quoted() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("a b 50% '$HOME'");
    fs::create_dir(&folder).expect("a folder");
    let plan = plan(&folder, &BUCKET, 2);
    let profile = format!("--profile={HOSTILE}");
    let text = printed("slurm", &plan, &[], &[&profile]);
    let script = dir.path().join("shards.sh");
    fs::write(&script, text).expect("written");
    // A program in place of sbatch shows its script, and runs it with one in place of ours.
    let stand_in = |name: &str, text: &str| {
        use std::os::unix::fs::PermissionsExt as _;
        let path = dir.path().join(name);
        fs::write(&path, text).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("permissions");
    };
    stand_in("sbatch", "#!/bin/sh\nsh /dev/stdin >&2\necho 12\n");
    stand_in(
        "trailproof",
        "#!/bin/sh\nfor word; do printf '%s\\n' \"$word\"; done\n",
    );
    let path = format!(
        "{}:{}",
        dir.path().display(),
        std::env::var("PATH").expect("a path")
    );
    let ran = Command::new("sh")
        .arg(&script)
        .env("PATH", path)
        .output()
        .expect("sh");
    let said = String::from_utf8(ran.stderr).expect("UTF-8");
    let plan = plan.display();
    let expected = [
        "shard",
        "run",
        &format!("--plan={plan}"),
        &format!("--out={plan}.shards/parts/"),
        &profile,
        "shard",
        "merge",
        &format!("--plan={plan}"),
        "--format=text",
        &format!("--out={plan}.shards/report.txt"),
        "--format=json",
        &format!("--out={plan}.shards/report.json"),
        &format!("{plan}.shards/parts"),
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
    assert_eq!(
        ran.stdout,
        b"job 12 runs the shards, and job 12 merges them\n"
    );
}

/// With a folder each part is a file, and the one with the comments is what standard output gets.
#[test]
fn parts_of_the_jobs_are_written_into_files() {
    let dir = tempfile::tempdir().expect("a folder");
    let plan = plan(dir.path(), &BUCKET, 2);
    for (engine, names) in [
        (
            "kubernetes",
            &["policy.json", "shards.yaml", "trust.json"][..],
        ),
        ("aws-batch", &["template.yaml"]),
        ("step-functions", &["template.yaml"]),
        ("slurm", &["policy.json", "shards.sh"]),
    ] {
        let folder = dir.path().join("made").join(engine);
        let (plan_path, out) = (
            plan.to_str().expect("UTF-8"),
            folder.to_str().expect("UTF-8"),
        );
        let args = [
            "generate", "shards", engine, "--plan", plan_path, "--out", out,
        ];
        let run = run(&root(), &args);
        assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
        let entries = fs::read_dir(&folder).expect("a folder");
        let mut found: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().display().to_string())
            .collect();
        found.sort();
        assert_eq!(found, names, "{engine}");
        let name = names
            .iter()
            .find(|name| !name.ends_with(".json"))
            .expect("a name");
        let text = fs::read_to_string(folder.join(name)).expect("a file");
        assert_eq!(text, printed(engine, &plan, &[], &[]), "{engine}");
    }
}
