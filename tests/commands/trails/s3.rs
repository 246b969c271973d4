//! Discovery and `trailproof trails` in S3 on loopback: in parallel, and without reading objects.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::aws::{Answer, Fault};
use crate::support::case::{BUCKET, hour};
use crate::support::forge::{Chain, ChainSpec, Object, Place, Trail, World, ts};
use crate::support::program::{Run, listed_chains};
use crate::support::stage::Stage;

const ACCOUNTS: usize = 40;

fn account(n: usize) -> String {
    format!("{:012}", n + 1)
}

/// Digests as names without content.
struct Names(World);

impl Names {
    fn new() -> Self {
        Names(World::new(1))
    }

    fn add(&mut self, trail: &Trail, account: &str, region: &str, hours: i64) {
        for at in 0..hours {
            let object = Object::delivered(Vec::new(), hour(at));
            let key = trail.digest_key(account, region, hour(at));
            self.0.put(&Place::new(&trail.bucket, &key), object);
        }
    }

    fn stage(&self) -> Stage {
        Stage::of(&self.0, &[])
    }
}

fn trail() -> Trail {
    Trail::new(&account(0), "us-east-1", "main", BUCKET)
}

/// Forty accounts with two regions each.
fn forty() -> Stage {
    let mut names = Names::new();
    for n in 0..ACCOUNTS {
        for region in ["eu-west-1", "us-east-1"] {
            names.add(&trail(), &account(n), region, 3);
        }
    }
    names.stage()
}

/// Delays every answer, so that parallel requests overlap. With one worker none overlap.
fn slow(stage: &Stage, jobs: &str) {
    let latency = Duration::from_millis(if jobs == "1" { 0 } else { 100 });
    stage.loopback.change(|cloud| cloud.latency = latency);
}

fn list(stage: &Stage, more: &[&str]) -> (i32, Value) {
    let args = ["trails", "--format", "json"];
    listed_chains(stage.run(&[&args[..], more].concat()))
}

fn without_run(mut list: Value) -> Value {
    list.as_object_mut().expect("an object").remove("run");
    list
}

#[test]
fn fifty_thousand_objects_are_listed_in_the_requests_a_listing_needs_and_none_is_read() {
    let mut names = Names::new();
    for n in 0..5 {
        names.add(&trail(), &account(n), "eu-west-1", 10_000);
    }
    let stage = names.stage();
    let (code, list) = list(&stage, &["--s3-bucket", BUCKET]);
    assert_eq!(code, 0, "{list:#}");
    assert_eq!(list["totals"]["digests"], 50_000);
    assert_eq!(list["totals"]["chains"], 5);
    // Fifty pages, plus the bucket, AWSLogs, and the kinds and regions of each account.
    let listings = stage.calls("ListObjectsV2").len();
    assert_eq!(listings, 50 + 2 + 5 * 2);
    assert_eq!(list["run"]["requests"]["list"], listings);
    assert_eq!(stage.loopback.calls().len(), listings, "and nothing else");
}

#[test]
fn folders_are_listed_in_parallel_up_to_the_given_number() {
    let stage = forty();
    let mut lists = Vec::new();
    for (jobs, least) in [("1", 1), ("16", 9), ("64", 17)] {
        slow(&stage, jobs);
        stage.loopback.clear_calls();
        let (code, list) = list(&stage, &["--s3-bucket", BUCKET, "--jobs", jobs]);
        assert_eq!((code, &list["totals"]["chains"]), (0, &json!(80)));
        let (peak, most) = (
            stage.loopback.peak_in_flight(),
            jobs.parse().expect("a number"),
        );
        assert!((least..=most).contains(&peak), "{peak} for --jobs {jobs}");
        let listings = stage.calls("ListObjectsV2").len();
        assert_eq!(listings, 2 + ACCOUNTS * (2 + 2));
        lists.push(without_run(list));
    }
    assert!(lists.iter().all(|list| *list == lists[0]));
}

#[test]
fn prefixes_are_listed_in_parallel() {
    let mut names = Names::new();
    for n in 0..ACCOUNTS {
        let trail = trail().prefix(&format!("team-{n}/{}", n % 2));
        names.add(&trail, &account(n), "eu-west-1", 1);
    }
    let stage = names.stage();
    slow(&stage, "16");
    // One account is listed; all other requests search for AWSLogs.
    let asked = [
        "--s3-bucket",
        BUCKET,
        "--account-id",
        &account(3),
        "--jobs",
        "16",
    ];
    let (code, list) = list(&stage, &asked);
    assert_eq!(
        (code, &list["totals"]["chains"]),
        (0, &json!(1)),
        "{list:#}"
    );
    let peak = stage.loopback.peak_in_flight();
    assert!((9..=16).contains(&peak), "{peak}");
}

#[test]
fn validation_discovers_chains_in_parallel_and_finds_the_same() {
    let stage = forty();
    let mut reports = Vec::new();
    for (jobs, least) in [("1", 1), ("16", 9)] {
        slow(&stage, jobs);
        stage.loopback.clear_calls();
        let args = [
            "--s3-bucket",
            BUCKET,
            "--jobs",
            jobs,
            "--as-of",
            "2026-03-02",
        ];
        let (code, mut report) = stage.report(&args);
        assert_eq!((code, &report["totals"]["chains"]), (1, &json!(80)));
        let (peak, most) = (
            stage.loopback.peak_in_flight(),
            jobs.parse().expect("a number"),
        );
        assert!((least..=most).contains(&peak), "{peak} for --jobs {jobs}");
        report.as_object_mut().expect("an object").remove("run");
        reports.push(report);
    }
    assert_eq!(reports[0], reports[1]);
}

#[test]
fn an_account_that_may_not_be_listed_is_reported_and_stops_no_other() {
    let stage = forty();
    let denied = format!("AWSLogs/{}/", account(7));
    let fault = Fault::new(Answer::access_denied()).under(&denied);
    stage.loopback.fault(fault.operation("ListObjectsV2"));
    let (code, list) = list(&stage, &["--s3-bucket", BUCKET]);
    assert_eq!((code, &list["complete"]), (4, &json!(false)), "{list:#}");
    assert_eq!(list["totals"]["chains"], 2 * (ACCOUNTS - 1));
    assert_eq!(list["trouble"].as_array().map(Vec::len), Some(1));
    let trouble = &list["trouble"][0];
    assert_eq!(trouble["reason"], "denied");
    assert_eq!(trouble["bucket"], BUCKET);
    assert_eq!(trouble["key"], *denied);
    let message = trouble["message"].as_str().expect("a message");
    assert!(
        message.contains("s3:ListBucket on arn:aws:s3:::trail-logs"),
        "{message}"
    );

    let (code, report) = stage.report(&["--s3-bucket", BUCKET, "--as-of", "2026-03-02"]);
    assert_eq!((code, &report["complete"]), (1, &json!(false)));
    assert_eq!(report["totals"]["chains"], 2 * (ACCOUNTS - 1));
    let findings = report["findings"].as_array().expect("findings");
    let told = findings.iter().filter(|f| f["key"] == *denied);
    assert_eq!(told.count(), 1);
}

/// Two trails under prefixes: one of an organization, the other copied to a second bucket.
#[test]
fn prefixes_organizations_trails_and_buckets_are_found() {
    let mut names = Names::new();
    let org = Trail::new(&account(0), "us-east-1", "org_trail.main", BUCKET)
        .prefix("audit/trails")
        .organization("o-a1b2c3d4e5");
    names.add(&org, &account(0), "us-east-1", 4);
    names.add(&org, &account(1), "ap-south-1", 5);
    let own = trail().prefix("AWSLogs");
    names.add(&own, &account(0), "us-east-1", 6);
    let copy = Trail::new(&account(0), "us-east-1", "main", "other-logs");
    names.add(&copy, &account(0), "us-east-1", 3);
    let stage = names.stage();
    let (code, list) = list(
        &stage,
        &["--s3-bucket", BUCKET, "--s3-bucket", "other-logs"],
    );
    assert_eq!(code, 0, "{list:#}");
    let chains = list["chains"].as_array().expect("chains").iter();
    let told: Vec<Value> = chains
        .map(|c| json!([c["id"], c["digests"], c["holes"]["count"], c["locations"]]))
        .collect();
    let end = |at| hour(at).to_string();
    let place = |bucket: &str, prefix: Option<&str>, organization: Option<&str>, digests: i64| {
        json!({
            "bucket": bucket,
            "prefix": prefix,
            "organization": organization,
            "digests": digests,
            "first": end(0),
            "last": end(digests - 1),
        })
    };
    let of_org = |digests| place(BUCKET, Some("audit/trails"), Some("o-a1b2c3d4e5"), digests);
    let expected = json!([
        [
            "000000000001/us-east-1/us-east-1/main",
            9,
            0,
            [
                place("other-logs", None, None, 3),
                place(BUCKET, Some("AWSLogs"), None, 6)
            ]
        ],
        [
            "000000000001/us-east-1/us-east-1/org_trail.main",
            4,
            0,
            [of_org(4)]
        ],
        [
            "000000000002/ap-south-1/us-east-1/org_trail.main",
            5,
            0,
            [of_org(5)]
        ],
    ]);
    assert_eq!(json!(told), expected, "{list:#}");
    stage.assert_only_reads();
}

#[test]
fn the_list_for_a_trail_matches_what_validation_expects() {
    let trail = trail().prefix("audit");
    let mut world = World::new(5);
    for region in ["eu-west-1", "us-east-1"] {
        let spec = ChainSpec::new(trail.clone(), region)
            .logs(1..=1)
            .events(1..=1);
        let mut chain = Chain::new(spec);
        chain.start(&mut world, ts("2026-03-01T00:07:21Z"));
        chain.run_until(&mut world, ts("2026-03-01T04:07:21Z"));
    }
    let stage = Stage::of(&world, &[(&trail).into()]);
    let arn = trail.arn();
    let args = [
        "trails",
        "--trail-arn",
        &arn,
        "--format",
        "expect",
        "--out",
        "chains",
    ];
    let listed = stage.run(&args);
    assert_eq!(listed.code, 0, "{}", listed.stderr);
    assert!(stage.calls("GetObject").is_empty());
    assert!(stage.calls("ListPublicKeys").is_empty());
    let text = std::fs::read_to_string(stage.dir.path().join("chains")).expect("a list");
    let chains: Vec<&str> = text.lines().filter(|l| !l.starts_with('#')).collect();
    let [lost, kept] =
        ["eu-west-1", "us-east-1"].map(|r| format!("{}/{r}/us-east-1/main", account(0)));
    assert_eq!(chains, [&lost, &kept]);

    let validate = [
        "--trail-arn",
        &arn,
        "--expect",
        "chains",
        "--end-time",
        "2026-03-01T04:07:21Z",
    ];
    let (code, report) = stage.report(&validate);
    assert_eq!(code, 0, "{report:#}");
    stage.loopback.change(|cloud| {
        let objects = &mut cloud.bucket(BUCKET).objects;
        objects.retain(|key, _| !key.contains("/eu-west-1/"));
    });
    let (code, report) = stage.report(&validate);
    assert_eq!(code, 4, "{report:#}");
    let findings = report["findings"].as_array().expect("findings");
    assert_eq!(findings[0]["code"], "chain-missing", "{findings:#?}");
    assert_eq!(findings[0]["chain"], lost);
}

#[test]
fn an_interrupted_list_holds_the_chains_found_so_far() {
    let stage = forty();
    stage
        .loopback
        .change(|cloud| cloud.latency = Duration::from_millis(50));
    let args = [
        "trails",
        "--s3-bucket",
        BUCKET,
        "--format",
        "json",
        "--jobs",
        "1",
    ];
    let mut command = stage.command(&args);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = child.spawn().expect("the binary runs");
    while stage.loopback.calls().len() < 3 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.expect("kill is there").success());
    let output = child.wait_with_output().expect("output");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let (code, list) = listed_chains(Run {
        code: output.status.code().expect("an exit status"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    });
    assert_eq!((code, &list["complete"]), (130, &json!(false)), "{list:#}");
    assert_eq!(list["trouble"][0]["reason"], "interrupted");
    assert!(stage.loopback.calls().len() < 20);
}

/// Nothing that could be listed is no list.
#[test]
fn where_nothing_could_be_listed_the_exit_status_is_2() {
    let stage = forty();
    std::fs::write(stage.dir.path().join("chains"), "an older list").expect("a file");
    let list = |args: &[&str]| {
        let to_file = ["--format", "expect", "--out", "chains", "--format", "json"];
        let run = stage.run(&[&["trails"], args, &to_file[..]].concat());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        let older = std::fs::read_to_string(stage.dir.path().join("chains"));
        assert_eq!(older.expect("a file"), "an older list");
        assert!(
            run.stderr.starts_with("error: nothing could be listed\n"),
            "{}",
            run.stderr
        );
        // What could not be listed may hold digests.
        assert!(!run.stderr.contains("no digest"), "{}", run.stderr);
        run.stderr
    };
    let error = list(&["--s3-bucket", "nowhere", "--s3-bucket", "neither"]);
    for bucket in ["nowhere", "neither"] {
        let cause = format!("  caused by: bucket {bucket}: this bucket could not be listed: ");
        assert!(error.contains(&cause), "{error}");
    }
    let denied = Fault::new(Answer::access_denied()).operation("ListObjectsV2");
    stage.loopback.fault(denied);
    let error = list(&["--s3-bucket", BUCKET]);
    assert!(error.contains("access was denied"), "{error}");
    assert!(
        error.contains("  hint: grant the missing permission"),
        "{error}"
    );
    let refused = Answer::error(400, "AccessDeniedException", "not authorized");
    stage
        .loopback
        .fault(Fault::new(refused).operation("DescribeTrails"));
    let error = list(&["--trail-arn", &trail().arn()]);
    assert!(error.contains("could not be looked up in AWS"), "{error}");

    // One of two buckets can be listed, so there is a list, and it is not complete.
    let stage = forty();
    let buckets = ["--s3-bucket", "nowhere", "--s3-bucket", BUCKET];
    let run = stage.run(&[&["trails", "--format", "json"], &buckets[..]].concat());
    let (code, list) = listed_chains(run);
    assert_eq!((code, &list["complete"]), (4, &json!(false)));
    assert_eq!(list["totals"]["chains"], 2 * ACCOUNTS);
}
