//! What AWS puts in the way, and how it is told.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::aws::{Answer, Fault, Service, TrailConfig};
use crate::support::case::{ACCOUNT, BUCKET, Case, REGION, trail};
use crate::support::forge::{Chain, ChainSpec, Place, World, ts};
use crate::support::program::severity_codes;
use crate::support::stage::Stage;

const ARN: &str = "arn:aws:cloudtrail:us-east-1:111111111111:trail/main";

/// Ten hours of the usual chain, of which six are asked for; its trail logs in its region only.
struct Six {
    stage: Stage,
    chain: Chain,
}

fn six() -> Six {
    let mut case = Case::new("six", 0, "six hours");
    let chain = case.chain(10);
    let config = TrailConfig {
        // It writes elsewhere by now, so that nothing is expected of its home region here.
        bucket: "logs-since-then".into(),
        ..TrailConfig::from(&trail())
    };
    Six {
        stage: Stage::of(&case.world, &[config]),
        chain,
    }
}

const WINDOW: [&str; 8] = [
    "--s3-bucket",
    BUCKET,
    "--start-time",
    "2026-03-01T01:12:34Z",
    "--end-time",
    "2026-03-01T07:12:34Z",
    "--as-of",
    "2026-03-01T12:00:00Z",
];

impl Six {
    fn log(&self, digest: usize) -> Place {
        self.chain.digests[digest].logs[0].place.clone()
    }

    fn digest(&self, at: usize) -> Place {
        self.chain.digests[at].place.clone()
    }

    fn fault(&self, fault: Fault) -> &Self {
        self.stage.loopback.fault(fault);
        self
    }

    fn report(&self, more: &[&str]) -> (i32, Value) {
        self.stage.report(&[&WINDOW[..], more].concat())
    }
}

fn at(place: &Place, answer: Answer) -> Fault {
    Fault::new(answer).operation("GetObject").key(&place.key)
}

fn finding<'r>(report: &'r Value, code: &str) -> &'r Value {
    let findings = report["findings"].as_array().expect("findings");
    let found = findings.iter().find(|f| f["code"] == code);
    found.unwrap_or_else(|| panic!("no {code}: {report:#}"))
}

fn text<'r>(finding: &'r Value, field: &str) -> &'r str {
    finding[field]
        .as_str()
        .unwrap_or_else(|| panic!("no {field}: {finding:#}"))
}

#[test]
fn what_passes_does_not_reach_the_report() {
    let six = six();
    let (code, quiet) = six.report(&[]);
    assert_eq!((code, severity_codes(&quiet)), (0, Vec::new()), "{quiet:#}");
    six.fault(at(&six.log(3), Answer::slow_down()).times(12))
        .fault(at(&six.log(4), Answer::CutOff(100)).times(2))
        .fault(at(&six.digest(5), Answer::CutOff(0)).times(2))
        .fault(at(&six.log(5), Answer::Stall(50)).times(1))
        .fault(at(&six.digest(3), Answer::Close).times(2))
        .fault(
            at(
                &six.log(2),
                Answer::error(500, "InternalError", "We encountered an internal error."),
            )
            .times(3),
        )
        .fault(
            Fault::new(Answer::slow_down())
                .operation("ListObjectsV2")
                .times(3),
        )
        .fault(
            Fault::new(Answer::error(400, "ThrottlingException", "Rate exceeded"))
                .operation("ListPublicKeys")
                .times(4),
        );
    six.stage.loopback.clear_calls();
    let (code, report) = six.report(&["--cli-read-timeout", "1"]);
    let without_run = |mut report: Value| {
        report.as_object_mut().expect("an object").remove("run");
        report
    };
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(without_run(report), without_run(quiet));
    let tries = |place: &Place| {
        let gets = six.stage.calls("GetObject").into_iter();
        gets.filter(|c| c.key.as_ref() == Some(&place.key)).count()
    };
    assert_eq!(tries(&six.log(3)), 13);
    // What had come was kept: the rest alone was asked for.
    let rest = six.stage.calls("GetObject").into_iter();
    let rest: Vec<_> = rest
        .filter(|c| c.key.as_ref() == Some(&six.log(5).key))
        .collect();
    assert_eq!(rest.len(), 2);
    assert_eq!(rest[1].range.as_deref(), Some("bytes=50-"));
    assert_eq!(six.stage.calls("ListPublicKeys").len(), 5);
}

#[test]
fn an_object_that_may_not_be_read_is_unreadable_for_a_reason_and_nothing_worse() {
    let table: [(Answer, &str, &str); 3] = [
        (
            Answer::access_denied(),
            "denied",
            "s3:GetObject on arn:aws:s3:::trail-logs/AWSLogs/",
        ),
        (Answer::kms_denied(), "denied", "kms:Decrypt"),
        (Answer::archived(), "archived", "aws s3api restore-object"),
    ];
    for (answer, reason, words) in table {
        let six = six();
        six.fault(at(&six.log(3), answer.clone()));
        let (code, report) = six.report(&[]);
        assert_eq!(
            (code, &report["verdict"]),
            (4, &json!("unproven")),
            "{report:#}"
        );
        let found = finding(&report, "log-unreadable");
        assert_eq!(found["reason"], reason);
        let said = format!("{} {}", text(found, "message"), text(found, "hint"));
        assert!(said.contains(words), "{said}");
        assert_eq!(severity_codes(&report).len(), 1, "{report:#}");
        assert_eq!(report["complete"], true);
    }
}

#[test]
fn a_digest_that_may_not_be_read_leaves_its_hour_unproven() {
    let six = six();
    six.fault(at(&six.digest(4), Answer::access_denied()));
    let (code, report) = six.report(&[]);
    assert_eq!(code, 4, "{report:#}");
    let found = finding(&report, "digest-unreadable");
    assert_eq!(found["reason"], "denied");
    assert_eq!(found["from"], json!(six.chain.digests[4].start.to_string()));
    assert_eq!(report["chains"][0]["digests"]["unproven"], 1);
}

#[test]
fn an_object_that_is_put_off_for_ever_is_unreadable_in_bounded_time() {
    let six = six();
    six.fault(at(&six.log(3), Answer::slow_down()));
    let began = std::time::Instant::now();
    let (code, report) = six.report(&[]);
    assert!(began.elapsed() < Duration::from_secs(120));
    assert_eq!(code, 4, "{report:#}");
    assert_eq!(finding(&report, "log-unreadable")["reason"], "throttled");
}

#[test]
fn an_object_that_is_changed_while_it_is_read_is_not_judged() {
    let six = six();
    let (one, other) = (six.log(3), six.log(4));
    six.fault(at(&one, Answer::CutOff(20)).times(1));
    // Between the first part and the second somebody puts another object there.
    six.fault(at(
        &one,
        Answer::error(
            412,
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold",
        ),
    ));
    let (code, report) = six.report(&[]);
    assert_eq!(code, 4, "{report:#}");
    let found = finding(&report, "log-unreadable");
    assert!(
        text(found, "message").contains("changed while it was read"),
        "{found:#}"
    );
    assert_eq!(severity_codes(&report).len(), 1, "{} {report:#}", other.key);
}

#[test]
fn a_bucket_that_may_not_be_listed_names_the_permission() {
    let six = six();
    six.fault(Fault::new(Answer::access_denied()).operation("ListObjectsV2"));
    let (code, report) = six.report(&[]);
    assert_eq!(code, 4, "{report:#}");
    assert_eq!(report["complete"], false);
    let found = finding(&report, "digest-unreadable");
    assert_eq!(found["reason"], "denied");
    let message = text(found, "message");
    assert!(
        message.contains("s3:ListBucket on arn:aws:s3:::trail-logs "),
        "{message}"
    );
}

#[test]
fn keys_that_may_not_be_asked_for_are_unavailable_and_asked_for_once() {
    let six = six();
    let refusal = Answer::error(
        400,
        "AccessDeniedException",
        "User is not authorized to perform: cloudtrail:ListPublicKeys",
    );
    six.fault(Fault::new(refusal).operation("ListPublicKeys"));
    let (code, report) = six.report(&[]);
    assert_eq!(code, 4, "{report:#}");
    let found = finding(&report, "key-unavailable");
    assert_eq!(found["reason"], "denied");
    assert!(
        text(found, "message").contains("cloudtrail:ListPublicKeys"),
        "{found:#}"
    );
    assert_eq!(six.stage.calls("ListPublicKeys").len(), 1);
    assert_eq!(report["chains"][0]["digests"]["failed"], 0);
}

/// AWS answers, and the key is not among those valid then: nobody but AWS could have told that.
#[test]
fn a_key_that_aws_does_not_know_is_a_forgery() {
    let six = six();
    six.stage.loopback.change(|c| {
        let known = c
            .keys
            .published(REGION, six.chain.digests[0].end, six.chain.digests[9].end);
        let others = known.into_iter().map(|mut key| {
            // The forge has four; two are valid at a time.
            key.index = (key.index + 2) % 4;
            key
        });
        let others = others.collect();
        c.published.insert(REGION.into(), others);
    });
    let (code, report) = six.report(&[]);
    assert_eq!(code, 1, "{report:#}");
    let found = finding(&report, "key-unknown");
    assert_eq!(found["severity"], "failed");
    assert!(
        text(found, "message").contains("not among those AWS answers with"),
        "{found:#}"
    );
    // The window, and once a wider one.
    assert_eq!(six.stage.calls("ListPublicKeys").len(), 2);
}

#[test]
fn an_answer_without_keys_leaves_them_unavailable() {
    let six = six();
    six.stage
        .loopback
        .change(|c| _ = c.published.insert(REGION.into(), Vec::new()));
    let (code, report) = six.report(&[]);
    assert_eq!(
        (
            code,
            severity_codes(&report).contains(&"unproven key-unavailable".into())
        ),
        (4, true)
    );
    assert_eq!(six.stage.calls("ListPublicKeys").len(), 2);
}

/// A key comes round again months later. That it was known then says nothing of an answer without keys now.
#[test]
fn a_key_known_of_another_time_makes_no_answer_of_none() {
    let mut world = World::new(61);
    let trail = trail();
    let mut chain = Chain::new(
        ChainSpec::new(trail.clone(), REGION)
            .logs(1..=1)
            .events(1..=1),
    );
    let begin = ts("2026-03-01T00:12:34Z");
    let keys = &world.keys;
    let same = (100..1_000)
        .map(|days| begin + SignedDuration::from_hours(24 * days))
        .find(|later| keys.signing_index(REGION, *later) == keys.signing_index(REGION, begin));
    let later = same.expect("a key that comes round");
    let hours = SignedDuration::from_hours(3);
    let known = keys.published(REGION, begin, begin + hours);
    chain.start(&mut world, begin);
    chain.stop(&mut world, begin + hours);
    chain.start(&mut world, later);
    chain.run_until(&mut world, later + hours);
    let config = TrailConfig {
        bucket: "logs-since-then".into(),
        ..TrailConfig::from(&trail)
    };
    let stage = Stage::of(&world, &[config]);
    stage
        .loopback
        .change(|c| _ = c.published.insert(REGION.into(), known));
    let (from, to) = (begin.to_string(), (later + hours).to_string());
    let window = ["--start-time", &from, "--end-time", &to, "--as-of", &to];
    let args = [&["--s3-bucket", BUCKET][..], &window].concat();
    let (code, report) = stage.report(&args);
    assert_eq!(code, 4, "{report:#}");
    let found = severity_codes(&report);
    assert!(
        found.contains(&"unproven key-unavailable".into()),
        "{found:?}"
    );
    assert!(
        !found.iter().any(|f| f.contains("key-unknown")),
        "{found:?}"
    );
    assert_eq!(report["chains"][0]["digests"]["valid"], 3, "{report:#}");
}

#[test]
fn what_cannot_be_asked_of_a_trail_is_said_and_costs_nothing_else() {
    for operation in ["DescribeTrails", "GetTrailStatus"] {
        let six = six();
        let refusal = Answer::error(400, "AccessDeniedException", "not authorized");
        six.fault(Fault::new(refusal).operation(operation));
        let (code, report) = six.report(&["--trail-arn", ARN]);
        // Nothing but DescribeTrails says that the home region should have digests.
        let expected = if operation == "DescribeTrails" { 0 } else { 4 };
        assert_eq!(code, expected, "{operation}: {report:#}");
        let said = report["not_proven"].as_array().expect("sentences").iter();
        let permission = format!("cloudtrail:{operation}");
        let told = |s: &Value| s.as_str().is_some_and(|s| s.contains(&permission));
        assert_eq!(
            said.filter(|s| told(s)).count(),
            1,
            "{operation}: {report:#}"
        );
    }
}

#[test]
fn a_trail_that_cannot_be_asked_about_and_has_no_bucket_is_a_report_all_the_same() {
    let six = six();
    let refusal = Answer::error(400, "AccessDeniedException", "not authorized");
    six.fault(Fault::new(refusal).operation("DescribeTrails"));
    let (code, report) = six.stage.report(&["--trail-arn", ARN]);
    assert_eq!(
        (code, &report["complete"]),
        (4, &json!(false)),
        "{report:#}"
    );
    let found = finding(&report, "nothing-found");
    assert_eq!(found["reason"], "denied");
    assert!(text(found, "hint").contains("--s3-bucket"), "{found:#}");
    assert!(six.stage.calls("GetObject").is_empty());
}

/// Wrong name, region, account, bucket or range: nothing is found, and what is there is named.
#[test]
fn nothing_found_names_what_is_there() {
    let six = six();
    let table: [(&[&str], &str, &str); 5] = [
        (
            &[
                "--trail-arn",
                "arn:aws:cloudtrail:us-east-1:111111111111:trail/mian",
            ],
            "knows no trail",
            ARN,
        ),
        (
            &["--s3-bucket", BUCKET, "--region", "us-west-2"],
            "for the region us-west-2",
            "CloudTrail-Digest/eu-west-1/",
        ),
        (
            &["--s3-bucket", BUCKET, "--account-id", "999999999999"],
            "for the account 999999999999",
            ACCOUNT,
        ),
        (
            &["--s3-bucket", "trail-lgos"],
            "there is no bucket trail-lgos",
            "who has its name",
        ),
        (
            &[
                "--s3-bucket",
                BUCKET,
                "--start-time",
                "2025-01-01",
                "--end-time",
                "2025-01-02",
            ],
            "no digest of this chain meets the window",
            "2026-03-01T00:12:34Z",
        ),
    ];
    for (args, message, hint) in table {
        let (code, report) = six.stage.report(args);
        assert_eq!(code, 4, "{args:?}: {report:#}");
        let findings = report["findings"].as_array().expect("findings");
        let told = findings.iter().any(|f| {
            let says =
                |field: &str, words: &str| f[field].as_str().is_some_and(|t| t.contains(words));
            says("message", message) && says("hint", hint)
        });
        assert!(told, "{args:?}: {findings:#?}");
        assert_ne!(report["verdict"], "failed", "{args:?}");
        six.stage.assert_only_reads();
    }
}

#[test]
fn credentials_that_expire_on_the_way_leave_a_report_that_is_not_complete() {
    let six = six();
    // Newest first: from the middle of the window on nothing more is given.
    for at in 0..5 {
        let key = six.digest(at).key;
        six.fault(
            Fault::new(Answer::expired_token())
                .operation("GetObject")
                .key(&key),
        );
    }
    for log in six.chain.digests[..5].iter().flat_map(|d| &d.logs) {
        six.fault(at(&log.place, Answer::expired_token()));
    }
    let (code, report) = six.report(&[]);
    assert_eq!(
        (code, &report["complete"]),
        (4, &json!(false)),
        "{report:#}"
    );
    let found = finding(&report, "digest-unreadable");
    assert_eq!(found["reason"], "credentials");
    assert!(text(found, "hint").contains("sign in again"), "{found:#}");
    assert_eq!(report["chains"][0]["digests"]["valid"], 3);
    let coverage = report["chains"][0]["coverage"]
        .as_array()
        .expect("coverage");
    let states: Vec<&str> = coverage.iter().map(|s| text(s, "state")).collect();
    assert_eq!(states, ["unproven", "verified"]);
}

/// Nobody is asked for anything but reading, whatever goes wrong.
#[test]
fn nothing_but_reading_is_ever_asked_for() {
    let six = six();
    six.fault(
        Fault::new(Answer::error(400, "ThrottlingException", "Rate exceeded"))
            .service(Service::CloudTrail)
            .times(2),
    );
    let (code, _) = six.report(&["--logs", "none", "--trail-arn", ARN]);
    assert_eq!(code, 4);
    // Whether logs are there the listing of their day shows.
    assert!(six.stage.calls("HeadObject").is_empty());
    assert!(six.stage.calls("GetObject").iter().all(|c| {
        let key = c.key.as_deref().expect("a key");
        key.contains("/CloudTrail-Digest/")
    }));
    six.stage.assert_only_reads();
}
