//! `trailproof doctor` against AWS on loopback: a healthy trail, and a fault for each row of
//! the manual's table.

mod newest;
mod rows;
mod scene;
mod session;

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rows::bucket::in_the_bucket;
use rows::digest::with_the_digest;
use rows::trail::with_the_trail;
use rows::{OF_BUCKET, OF_TRAIL, Trouble, all_troubles, of_the_network, signing};
use scene::{Scene, ago, all_names, healthy, names, row, statuses};
use serde_json::Value;
use trailproof::commands::doctor::Check;

use crate::support::aws::{Answer, Fault, Service, TrailConfig};
use crate::support::case::{BUCKET, REGION};
use crate::support::forge::{Chain, ChainSpec, World};
use crate::support::program::root;
use crate::support::short_trail::{ARN, trail};
use crate::support::stage::Stage;

fn assert_reported(troubles: Vec<Trouble>) {
    for trouble in troubles {
        let scene = (trouble.scene)();
        let (code, report) = scene.doctor(trouble.args, trouble.env);
        let row = row(&report, trouble.check);
        let row_text = format!("{} {}", row["found"], row["advice"]);
        assert_eq!(
            row["status"], trouble.status,
            "{}: {report:#}",
            trouble.words
        );
        assert!(
            row_text.contains(trouble.words),
            "{}: {row:#}",
            trouble.words
        );
        assert_eq!(code, trouble.exit, "{}: {report:#}", trouble.words);
        assert_eq!(names(&report), all_names(), "every check is reported");
        if trouble.status == "failed" {
            assert!(row["advice"].is_string(), "{row:#}");
        }
    }
}

#[test]
fn every_check_of_a_healthy_trail_is_ok() {
    let scene = healthy();
    for args in [
        OF_TRAIL,
        OF_BUCKET,
        &["--trail-arn", ARN, "--s3-bucket", BUCKET],
    ] {
        let (code, report) = scene.doctor(args, &[]);
        assert_eq!((code, &report["status"]), (0, &"ok".into()), "{report:#}");
        let rows = report["checks"].as_array().expect("checks");
        assert!(rows.iter().all(|r| r["status"] == "ok"), "{report:#}");
        // S3 and CloudTrail each have a row of their own for the network.
        assert_eq!(
            rows.len(),
            Check::ALL.len() + 1,
            "each is reported once: {report:#}"
        );
        assert_eq!(names(&report), all_names());
    }
    let message = row(&scene.doctor(OF_TRAIL, &[]).1, "credentials")["found"].clone();
    assert_eq!(
        message,
        "arn:aws:iam::111111111111:user/auditor in account 111111111111"
    );
}

#[test]
fn doctor_makes_few_requests_however_many_objects_exist() {
    let scene = healthy();
    let old = scene.newest();
    let stored = |scene: &Scene| {
        scene
            .stage
            .loopback
            .change(|c| c.bucket(BUCKET).objects[&old.key].clone())
    };
    let object = stored(&scene);
    scene.stage.loopback.change(|cloud| {
        let objects = &mut cloud.bucket(BUCKET).objects;
        for day in 0..300 {
            let end = ago(60 * 24 * (day + 2));
            let key = trail().digest_key(&trail().account, REGION, end);
            objects.insert(key, object.clone());
        }
    });
    let (code, report) = scene.doctor(OF_TRAIL, &[]);
    assert_eq!(code, 0, "{report:#}");
    let message = row(&report, "digests-found")["found"]
        .as_str()
        .expect("words")
        .to_owned();
    assert!(message.contains(&old.key), "{message}");
    let calls = scene.stage.loopback.calls();
    assert!(calls.len() < 30, "{}", calls.len());
}

#[test]
fn a_dead_network_is_reported_soon_and_first() {
    let begun = Instant::now();
    assert_reported(of_the_network());
    assert!(begun.elapsed() < Duration::from_secs(120), "four runs");
}

/// An endpoint that takes connections and never answers.
#[test]
fn a_silent_endpoint_is_dead_and_nothing_else_is_tried() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", silent.local_addr().expect("an address"));
    let scene = healthy();
    let begun = Instant::now();
    let (code, report) = scene.doctor(
        OF_BUCKET,
        &[
            ("AWS_ENDPOINT_URL_S3", &url),
            ("AWS_ENDPOINT_URL_CLOUDTRAIL", &url),
        ],
    );
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(60), "{took:?}");
    assert_eq!((code, &report["status"]), (1, &"failed".into()));
    assert_eq!(names(&report), all_names());
    let rows = report["checks"].as_array().expect("checks").iter();
    for row in rows.filter(|row| row["check"] != "network") {
        assert_eq!(row["status"], "unknown", "{row:#}");
        assert_eq!(row["found"], "could not be checked: no network");
    }
    assert!(scene.stage.loopback.calls().is_empty());
    let text = report["checks"][0]["found"].as_str().expect("words");
    assert_eq!(text, "it cannot be reached: no answer within 6 s");
}

/// A server that is not AWS answers every request with 404 and without a request id.
#[test]
fn an_answer_without_a_request_id_may_not_be_of_aws() {
    let foreign = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", foreign.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in foreign.incoming() {
            let mut stream = stream.expect("a connection");
            std::thread::spawn(move || {
                let mut request = [0; 16 * 1024];
                let _ = stream.read(&mut request);
                let answer =
                    "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
                let _ = stream.write_all(answer.as_bytes());
            });
        }
    });
    let scene = healthy();
    let (code, report) = scene.doctor(
        OF_BUCKET,
        &[
            ("AWS_ENDPOINT_URL_S3", &url),
            ("AWS_ENDPOINT_URL_CLOUDTRAIL", &url),
        ],
    );
    assert_eq!(code, 4, "{report:#}");
    let rows = report["checks"].as_array().expect("checks").iter();
    let network: Vec<_> = rows.filter(|row| row["check"] == "network").collect();
    assert_eq!(network.len(), 2, "{report:#}");
    for row in network {
        assert_eq!(row["status"], "warning", "{row:#}");
        let found = row["found"].as_str().expect("words");
        assert!(found.contains("it may not be AWS"), "{found}");
    }
}

#[test]
fn what_can_be_reached_is_checked_where_the_rest_cannot() {
    let dead = "http://127.0.0.1:1";
    let scene = healthy();
    let (code, report) = scene.doctor(OF_BUCKET, &[("AWS_ENDPOINT_URL_CLOUDTRAIL", dead)]);
    assert_eq!(code, 1, "{report:#}");
    for (check, status) in [("read-permission", "ok"), ("key-permission", "unknown")] {
        assert_eq!(row(&report, check)["status"], status, "{report:#}");
    }
    let (code, report) = scene.doctor(OF_TRAIL, &[("AWS_ENDPOINT_URL_S3", dead)]);
    assert_eq!(code, 1, "{report:#}");
    for (check, status) in [
        ("list-permission", "unknown"),
        ("describe-permission", "ok"),
    ] {
        assert_eq!(row(&report, check)["status"], status, "{report:#}");
    }
}

#[test]
fn faults_of_the_credentials_and_the_clock_are_reported() {
    assert_reported(signing());
}

#[test]
fn faults_of_the_bucket_are_reported() {
    assert_reported(in_the_bucket());
}

#[test]
fn faults_of_the_newest_digest_are_reported() {
    assert_reported(with_the_digest());
}

#[test]
fn faults_of_the_trail_are_reported() {
    assert_reported(with_the_trail());
}

#[test]
fn the_trail_of_a_bucket_is_found_from_its_newest_digest() {
    let scene = healthy();
    let (code, report) = scene.doctor(OF_BUCKET, &[]);
    assert_eq!(code, 0, "{report:#}");
    let found = row(&report, "trail-found");
    assert_eq!(found["found"], format!("{ARN} writes to s3://{BUCKET}"));
    assert_eq!(found["subject"], "main in eu-west-1");
}

#[test]
fn each_given_trail_has_its_own_rows() {
    let scene = healthy();
    let gone = ARN.replace("main", "gone");
    let (code, report) = scene.doctor(&["--trail-arn", ARN, "--trail-arn", &gone], &[]);
    assert_eq!(code, 1, "{report:#}");
    assert_eq!(
        statuses(&report, "trail-found"),
        [(gone.as_str(), "failed"), (ARN, "ok")]
    );
    assert_eq!(
        statuses(&report, "digests-found"),
        [(gone.as_str(), "unknown"), ("trail-logs, trail main", "ok")]
    );
}

#[test]
fn an_organizations_trail_is_found_from_a_members_digests() {
    let mut world = World::new(71);
    let mut trail = trail().organization("o-a1b2c3d4e5");
    trail.prefix = Some("deep/prefix".to_owned());
    let spec = ChainSpec::new(trail.clone(), "us-west-2").account("222222222222");
    let mut chain = Chain::new(spec);
    chain.start(&mut world, ago(200));
    chain.run_until(&mut world, ago(30));
    let stage = Stage::of(&world, &[TrailConfig::from(&trail)]);
    let scene = Scene { stage, chain };
    for args in [OF_TRAIL, OF_BUCKET] {
        let (code, report) = scene.doctor(args, &[]);
        assert_eq!(code, 0, "{report:#}");
        let found = row(&report, "digests-found")["found"]
            .as_str()
            .expect("words");
        assert!(found.ends_with(&scene.newest().key), "{found}");
        let found = row(&report, "trail-found")["found"]
            .as_str()
            .expect("words");
        assert!(
            found.ends_with("writes to s3://trail-logs/deep/prefix"),
            "{found}"
        );
        // Keys and status are those of the digest's region.
        assert_eq!(statuses(&report, "key-permission"), [("us-west-2", "ok")]);
        assert_eq!(
            row(&report, "logging")["found"],
            "it is logging in us-west-2"
        );
    }
}

#[test]
fn a_bucket_of_another_owner_shows_in_denied_checks() {
    let scene = healthy();
    scene.fault(Fault::new(Answer::access_denied()).service(Service::S3));
    let (code, report) = scene.doctor(OF_BUCKET, &[]);
    assert_eq!(code, 1, "{report:#}");
    assert_eq!(row(&report, "bucket-exists")["status"], "unknown");
    assert_eq!(row(&report, "list-permission")["status"], "failed");
    assert_eq!(row(&report, "versioning")["status"], "unknown");
}

#[test]
fn an_interrupted_doctor_reports_what_it_has() {
    let scene = healthy();
    scene.fault(Fault::new(Answer::Stall(10)).operation("GetObject"));
    let args = ["doctor", "--format", "json", "--trail-arn", ARN];
    let mut command = scene.stage.command(&args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("the binary runs");
    let begun = Instant::now();
    while scene.stage.calls("GetObject").is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(30), "it never read");
        sleep(Duration::from_millis(10));
    }
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(sent.expect("kill runs").success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(row(&report, "digests-found")["status"], "ok");
    assert_eq!(row(&report, "read-permission")["status"], "unknown");
    let message = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(message.contains("interrupted"), "{message}");
}

#[test]
fn the_text_begins_with_the_answer_and_is_safe_to_print() {
    let scene = healthy();
    let run = scene.stage.run(&["doctor", "--trail-arn", ARN]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let first = run.stdout.lines().next().expect("a line");
    assert_eq!(first, "ok: no obstacle to a validation was found");
    let evil = Some("\u{1b}[31mAccessDenied\u{202e}".to_owned());
    scene.status(|status| status.latest_digest_delivery_error = evil);
    let run = scene.stage.run(&["doctor", "--trail-arn", ARN]);
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.starts_with("failed: delivery\n"),
        "{}",
        run.stdout
    );
    assert!(
        !run.stdout.contains(['\u{1b}', '\u{202e}']),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("\\u{1b}[31mAccessDenied"),
        "{}",
        run.stdout
    );
    let (_, report) = scene.doctor(OF_TRAIL, &[]);
    assert!(
        row(&report, "delivery")["found"]
            .as_str()
            .expect("words")
            .contains('\u{1b}')
    );
}

#[test]
fn rows_of_the_manual_check_names_and_tested_checks_are_one_set() {
    let page = fs::read_to_string(root().join("src/manual/doctor.md")).expect("the topic");
    let check = |line: &str| -> Option<String> {
        let name = line.strip_prefix("| ")?.split(" | ").nth(1)?;
        Some(name.strip_prefix('`')?.strip_suffix('`')?.to_owned())
    };
    let rows: Vec<String> = page.lines().filter_map(check).collect();
    let set: BTreeSet<String> = rows.iter().cloned().collect();
    assert_eq!(set, all_names(), "rows against checks");
    let tested = all_troubles().iter().map(|t| t.check.to_owned()).collect();
    assert_eq!(set, tested, "rows against what is tested");
    for check in Check::ALL {
        let json = serde_json::to_string(check).expect("JSON");
        assert_eq!(json, format!("\"{}\"", check.as_str()));
    }
}
