//! What is printed for Kubernetes, ECS and GitHub: their linters accept it, and each flag means there what it means
//! to `validate`.

use std::fs;

use serde_json::{Value, json};

use super::{HOSTILE, KINDS, LINTERS, documents, printed, read, texts, written};
use crate::support::program::{root, run};
use crate::support::promtool::promtool;
use crate::support::python::output_of;

/// Flags with files, and with values that must be quoted everywhere.
fn flags(accept: &str) -> Vec<String> {
    let trail = "--trail-arn=arn:aws:cloudtrail:eu-west-1:111111111111:trail/main";
    let bucket = [
        "--s3-bucket=my-logs",
        "--s3-bucket=other",
        "--logs=5%",
        "--deadline=40m",
    ];
    let files = [format!("--accept={accept}"), format!("--seed={HOSTILE}")];
    let plain = bucket.into_iter().chain([trail]).map(str::to_owned);
    plain.chain(files).collect()
}

fn all(kind: &str) -> Vec<(String, Vec<String>)> {
    let accept = match kind {
        "github-actions" => "trailproof/accept.toml",
        _ => "/etc/trailproof/accept.toml",
    };
    let few = vec!["--s3-bucket=my-logs".to_owned()];
    let public = vec![
        "--s3-bucket=my-logs".to_owned(),
        "--no-sign-request".to_owned(),
    ];
    [few, public, flags(accept)]
        .into_iter()
        .map(|flags| {
            let words: Vec<&str> = flags.iter().map(String::as_str).collect();
            (printed(kind, &words), flags)
        })
        .collect()
}

/// The flags that were given, then the deadline unless one was.
fn expected(flags: &[String]) -> Vec<String> {
    let mut flags = flags.to_vec();
    if !flags.iter().any(|flag| flag.starts_with("--deadline")) {
        flags.push("--deadline=50m".into());
    }
    flags
}

/// The words between `validate` and the state.
fn between(words: &[String]) -> Vec<String> {
    assert_eq!(words[0], "validate");
    let state = words.iter().position(|word| word.starts_with("--state="));
    words[1..state.expect("a state")].to_vec()
}

#[test]
fn each_begins_with_numbered_steps_and_with_what_raises_an_alarm() {
    for kind in KINDS {
        let text = printed(kind, &["--s3-bucket", "my-logs"]);
        let comments: Vec<&str> = text
            .lines()
            .take_while(|line| line.starts_with('#'))
            .collect();
        let comments = comments.join("\n");
        for expected in [
            "\n#   trailproof generate schedule ",
            "\n# To install it:\n# 1. ",
            "\n# 2. ",
            "\n# 3. ",
            "\n# What raises an alarm: ",
            "\n#   1  failed",
            "\n#   3  gaps",
            "\n#   4  unproven",
            "\n#   2  nothing was checked",
            "\n#   130, 70  ",
            "Make the page of a month",
            "--state-sha256",
        ] {
            assert!(
                comments.contains(expected),
                "{kind}: {expected}: {comments}"
            );
        }
        assert!(!comments.contains(" Nothing: "), "{kind}: {comments}");
        let lowered = "--fail-on that is given";
        assert!(!comments.contains(lowered), "{kind}");
        let failed = printed(kind, &["--s3-bucket", "my-logs", "--fail-on", "failed"]);
        assert!(failed.contains(lowered), "{kind}");
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(160), "{kind}: {widest:?}");
    }
}

#[test]
fn kubernetes_takes_the_cron_job() {
    for (text, flags) in all("kubernetes") {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("schedule.yaml");
        fs::write(&file, &text).expect("written");
        output_of(
            LINTERS
                .script("kubernetes-validate")
                .arg("--strict")
                .arg(&file),
        );
        let documents = documents(&text);
        let kinds: Vec<&str> = documents
            .iter()
            .filter_map(|d| d["kind"].as_str())
            .collect();
        assert_eq!(
            kinds,
            [
                "Namespace",
                "ServiceAccount",
                "PersistentVolumeClaim",
                "CronJob"
            ]
        );
        // The first run comes before the schedule.
        assert_eq!(documents[3]["spec"]["suspend"], true);
        let job = &documents[3]["spec"]["jobTemplate"]["spec"]["template"]["spec"];
        let container = &job["containers"][0];
        // The kubelet replaces $(NAME), and $$ by $.
        let words = texts(&container["args"]);
        let words: Vec<String> = words.iter().map(|word| word.replace("$$", "$")).collect();
        assert_eq!(between(&words), expected(&flags));
        let has_files = flags.len() > 2;
        let mounts = container["volumeMounts"].as_array().expect("mounts");
        assert_eq!(mounts.len(), if has_files { 3 } else { 2 });
        assert_eq!(text.contains("--from-file=accept.toml"), has_files);
    }
}

#[test]
fn cloudformation_takes_the_template() {
    for (text, flags) in all("ecs") {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("template.yaml");
        fs::write(&file, &text).expect("written");
        output_of(LINTERS.script("cfn-lint").arg(&file));
        let template = &documents(&text)[0];
        let container = &template["Resources"]["Task"]["Properties"]["ContainerDefinitions"][0];
        assert_eq!(between(&texts(&container["Command"])), expected(&flags));
        let policies = &template["Resources"]["TaskRole"]["Properties"]["Policies"];
        let is_signed = !flags.contains(&"--no-sign-request".to_owned());
        let first = &policies[0];
        assert_eq!(first["PolicyName"] == "validate", is_signed, "{first}");
        // The first run comes before the schedule.
        assert_eq!(template["Parameters"]["Schedule"]["Default"], "DISABLED");
        assert!(text.contains(" Image=IMAGE\n"), "{text}");
        assert!(template["Parameters"]["Image"]["Default"].is_null());
    }
    let own = [
        "generate",
        "schedule",
        "ecs",
        "--image",
        "r.example.com/t:1",
    ];
    let run = run(&root(), &[&own[..], &["--", "--s3-bucket=b"]].concat());
    let template = &documents(&run.stdout)[0];
    assert_eq!(
        template["Parameters"]["Image"]["Default"],
        "r.example.com/t:1"
    );
    assert!(!run.stdout.contains("Image=IMAGE"), "{}", run.stdout);
}

/// The lines of a comment that begins after some words.
fn comment<'a>(text: &'a str, after: &str) -> String {
    let (_, rest) = text
        .split_once(after)
        .unwrap_or_else(|| panic!("no {after}"));
    let lines = rest.lines().skip(1);
    let lines: Vec<&'a str> = lines.map_while(|line| line.strip_prefix("#   ")).collect();
    lines.join("\n")
}

/// Failed jobs stay, for their logs. The alarm is on from a failed run until the next one that succeeds.
#[test]
fn the_alarm_of_kubernetes_ends_with_the_next_success() {
    let text = printed("kubernetes", &["--s3-bucket", "my-logs"]);
    let expression = comment(&text, "With kube-state-metrics:");
    let silent = comment(&text, "and on a check that does not run:");
    let rule = |alert: &str, expr: &str| json!({"alert": alert, "expr": expr});
    let rules = [rule("Failed", &expression), rule("Silent", &silent)];
    let rules = json!({"groups": [{"name": "kubernetes", "rules": rules}]});
    let job = |metric: &str, name: &str, more: &str, values: &str| {
        let labels = format!("namespace=\"trailproof\", job_name=\"{name}\"{more}");
        json!({"series": format!("{metric}{{{labels}}}"), "values": values})
    };
    let cron_job = |metric: &str, values: &str| {
        let labels = "namespace=\"trailproof\", cronjob=\"trailproof\"";
        json!({"series": format!("{metric}{{{labels}}}"), "values": values})
    };
    // Each value is of ten minutes. The job of the first hour succeeds, that of the second fails, and that of the
    // third succeeds. Then none is started.
    let (failed, is_true) = ("kube_job_failed", ", condition=\"true\"");
    let start = "kube_job_status_start_time";
    let series = [
        job(start, "trailproof-1", "", "0x36"),
        job(start, "trailproof-2", "", "_x6 3600x30"),
        job(failed, "trailproof-1", is_true, "0x36"),
        job(failed, "trailproof-2", is_true, "_x6 1x30"),
        job(start, "trailproof-3", "", "_x12 7200x24"),
        job(failed, "trailproof-3", is_true, "_x12 0x24"),
        cron_job(
            "kube_cronjob_status_last_successful_time",
            "_ 300x11 7500x36",
        ),
        cron_job(
            "kube_cronjob_status_last_schedule_time",
            "0x5 3600x5 7200x36",
        ),
    ];
    let on = |alert: &str| {
        json!([{"exp_labels": match alert {
            "Silent" => json!({"namespace": "trailproof", "cronjob": "trailproof"}),
            _ => json!({}),
        }}])
    };
    let at = |time: &str, alert: &str, is_on: bool| {
        let alerts = if is_on { on(alert) } else { json!([]) };
        json!({"eval_time": time, "alertname": alert, "exp_alerts": alerts})
    };
    let tests = [
        at("50m", "Failed", false),
        at("70m", "Failed", true),
        at("110m", "Failed", true),
        at("130m", "Failed", false),
        at("290m", "Silent", false),
        at("310m", "Silent", true),
    ];
    let test = json!({"interval": "10m", "input_series": series, "alert_rule_test": tests});
    let tests = json!({"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [test]});
    let dir = tempfile::tempdir().expect("a folder");
    for (name, content) in [("rules.yml", &rules), ("tests.yml", &tests)] {
        // JSON is YAML.
        fs::write(dir.path().join(name), content.to_string()).expect("written");
    }
    promtool(dir.path(), &["test", "rules", "tests.yml"], "");
}

#[test]
fn github_takes_the_workflow() {
    for (text, flags) in all("github-actions") {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("trailproof.yml");
        fs::write(&file, &text).expect("written");
        output_of(LINTERS.script("actionlint").arg(&file));
        let workflow = &documents(&text)[0];
        let steps = workflow["jobs"]["check"]["steps"]
            .as_array()
            .expect("steps");
        let step = steps
            .iter()
            .find(|step| step["id"] == "check")
            .expect("a step");
        let args = step["with"]["args"].as_str().expect("arguments");
        // GitHub evaluates expressions, and then the action takes one argument per line.
        let args = args.replace("${{ '${{' }}", "\u{0}");
        assert!(!args.contains("${{"), "{args}");
        let mut words: Vec<String> = args
            .lines()
            .map(|line| line.replace('\u{0}', "${{"))
            .collect();
        assert_eq!(
            words.pop().as_deref(),
            Some("--state=trailproof-state/state.json")
        );
        assert_eq!(words, expected(&flags));
        let uses = |name: &str| {
            let of = |step: &Value| {
                step["uses"]
                    .as_str()
                    .is_some_and(|uses| uses.starts_with(name))
            };
            steps.iter().any(of)
        };
        assert_eq!(uses("actions/checkout@"), flags.len() > 2);
        assert_eq!(
            uses("aws-actions/"),
            !flags.contains(&"--no-sign-request".to_owned())
        );
    }
}

/// With a folder each part is a file, and the one with the comments is what standard output gets.
#[test]
fn parts_are_written_into_files() {
    for (kind, names) in [
        (
            "systemd",
            &[
                "policy.json",
                "trailproof-failed.service",
                "trailproof.service",
                "trailproof.timer",
            ][..],
        ),
        (
            "kubernetes",
            &["policy.json", "schedule.yaml", "trust.json"],
        ),
        ("ecs", &["template.yaml"]),
        (
            "github-actions",
            &["policy.json", "trailproof.yml", "trust.json"],
        ),
    ] {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = dir.path().join("made/of/parts");
        written(&folder, kind, &[], &["--s3-bucket", "my-logs"]);
        let entries = fs::read_dir(&folder).expect("a folder");
        let mut found: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().display().to_string())
            .collect();
        found.sort();
        assert_eq!(found, names, "{kind}");
        let text = printed(kind, &["--s3-bucket", "my-logs"]);
        for name in names.iter().filter(|_| kind == "systemd") {
            let part = format!("# ---- {name} ----\n{}", read(&folder, name));
            assert!(text.contains(&part), "{name}");
        }
        let yaml = names
            .iter()
            .find(|name| name.ends_with(".yaml") || name.ends_with(".yml"));
        if let Some(name) = yaml {
            assert_eq!(text, read(&folder, name), "{kind}");
        }
    }
}
