//! A run ends while the network is away: what does not answer is given up, and what refuses is not asked
//! again. Neither is ever damage.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::aws::{Answer, Fault, Service};
use crate::support::case::BUCKET;
use crate::support::program::{Run, finish, reported, severity_codes};
use crate::support::short_trail::{ARN, serving, world};
use crate::support::six_hours::{field, finding, six_hours};
use crate::support::stage::Stage;

/// Far longer than any run here takes, and far shorter than one without bounds.
const GENEROUS: Duration = Duration::from_secs(60);

const LOGS: &str = "AWSLogs/111111111111/CloudTrail/";

/// Thirty hours with one or two logs each.
fn thirty_hours() -> Stage {
    serving(&world(30))
}

fn validated(stage: &Stage, more: &[&str]) -> (i32, Value) {
    let window = [
        "--start-time",
        "2026-03-01T01:12:34Z",
        "--end-time",
        "2026-03-02T06:12:34Z",
    ];
    let began = Instant::now();
    let report = stage.report(&[&["--trail-arn", ARN], &window[..], more].concat());
    assert!(began.elapsed() < GENEROUS, "{:?}", began.elapsed());
    report
}

fn of_logs(answer: Answer) -> Fault {
    Fault::new(answer).operation("GetObject").under(LOGS)
}

/// How often logs were asked for.
fn log_calls(stage: &Stage) -> usize {
    let calls = stage.calls("GetObject").into_iter();
    calls
        .filter(|c| c.key.as_deref().is_some_and(|k| k.starts_with(LOGS)))
        .count()
}

fn assert_not_failed(report: &Value) {
    let codes = severity_codes(report);
    assert!(!codes.iter().any(|c| c.starts_with("failed")), "{codes:?}");
    assert_eq!(
        (&report["complete"], &report["verdict"]),
        (&json!(false), &json!("unproven"))
    );
}

#[test]
fn a_source_that_hangs_is_given_up_and_what_was_read_counts() {
    let stage = thirty_hours();
    stage
        .loopback
        .fault(of_logs(Answer::Delay(Duration::from_secs(600))));
    let impatient = ["--cli-read-timeout", "1", "--jobs", "4"];
    let args = [&["--trail-arn", ARN, "--fail-on", "failed"], &impatient[..]].concat();
    let mut command = stage.command(&[&["validate", "--format", "json"], &args[..]].concat());
    let began = Instant::now();
    let (code, report) = reported(finish(command.env("AWS_MAX_ATTEMPTS", "1")));
    assert!(began.elapsed() < GENEROUS);
    assert_eq!(code, 4, "{report:#}");
    assert_not_failed(&report);
    let found = finding(&report, "source-unreadable");
    assert_eq!(
        (&found["reason"], &found["bucket"]),
        (&json!("unreachable"), &json!(BUCKET))
    );
    assert_eq!(report["findings"][0]["code"], "source-unreadable");
    let reasons: Vec<&str> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter(|f| f["code"] == "log-unreadable")
        .map(|f| field(f, "reason"))
        .collect();
    assert!(
        reasons.contains(&"io") && reasons.contains(&"unreachable"),
        "{reasons:?}"
    );
    assert!(log_calls(&stage) < reasons.len(), "{}", log_calls(&stage));
    assert_eq!(report["chains"][0]["digests"]["unproven"], 0);
}

#[test]
fn one_object_that_hangs_costs_three_time_outs_and_nothing_else() {
    let six = six_hours();
    let log = six.log(3);
    let hang = Answer::Delay(Duration::from_secs(600));
    six.fault(Fault::new(hang).operation("GetObject").key(&log.key));
    let began = Instant::now();
    let (code, report) = six.report(&["--cli-read-timeout", "1"]);
    assert!(began.elapsed() < GENEROUS);
    assert_eq!((code, &report["complete"]), (4, &json!(true)), "{report:#}");
    assert_eq!(severity_codes(&report), ["unproven log-unreadable"]);
    let calls = six.stage.calls("GetObject").into_iter();
    let calls = calls.filter(|c| c.key.as_ref() == Some(&log.key)).count();
    assert_eq!(calls, 3);
}

#[test]
fn after_expired_credentials_nothing_is_asked_of_anybody() {
    let stage = thirty_hours();
    stage.loopback.fault(of_logs(Answer::expired_token()));
    let (code, report) = validated(&stage, &["--jobs", "4"]);
    assert_eq!(code, 4, "{report:#}");
    assert_not_failed(&report);
    assert_eq!(finding(&report, "log-unreadable")["reason"], "credentials");
    assert!(log_calls(&stage) <= 4, "{}", log_calls(&stage));
    let calls = stage.loopback.calls();
    let refused = calls
        .iter()
        .position(|c| c.status == Some(400))
        .expect("a refusal");
    let after = calls[refused..]
        .iter()
        .filter(|c| c.operation != "GetCallerIdentity");
    assert!(
        after.clone().count() <= 8,
        "{:?}",
        after.map(|c| &c.operation).collect::<Vec<_>>()
    );
}

#[test]
fn a_bucket_that_does_not_exist_is_not_asked_again() {
    let stage = thirty_hours();
    let gone = Answer::error(404, "NoSuchBucket", "The specified bucket does not exist");
    stage.loopback.fault(of_logs(gone));
    let (code, report) = validated(&stage, &["--jobs", "4"]);
    assert_eq!(code, 4, "{report:#}");
    let codes = severity_codes(&report);
    assert!(!codes.iter().any(|c| c.starts_with("failed")), "{codes:?}");
    assert_eq!(
        finding(&report, "log-unreadable")["reason"],
        "no-such-bucket"
    );
    assert!(log_calls(&stage) <= 4, "{}", log_calls(&stage));
}

#[test]
fn a_wrong_signature_of_one_key_stops_nothing_else() {
    let stage = thirty_hours();
    let wrong = Answer::error(403, "SignatureDoesNotMatch", "It does not match");
    stage.loopback.fault(of_logs(wrong).times(1));
    let (code, report) = validated(&stage, &["--jobs", "1"]);
    assert_eq!(code, 4, "{report:#}");
    assert_eq!(report["chains"][0]["logs"]["unproven"], 1);
    // If no key is accepted, it stops all the same.
    let stage = thirty_hours();
    let wrong = Answer::error(403, "SignatureDoesNotMatch", "It does not match");
    stage.loopback.fault(of_logs(wrong));
    let (code, _) = validated(&stage, &["--jobs", "1"]);
    // Answers to other requests come in between.
    assert!(code == 4 && log_calls(&stage) < 15, "{}", log_calls(&stage));
}

#[test]
fn too_many_requests_is_waited_for_as_slow_down_is() {
    let six = six_hours();
    let busy = || Answer::error(429, "", "");
    six.fault(Fault::new(busy()).service(Service::S3).times(4))
        .fault(Fault::new(busy()).service(Service::CloudTrail).times(4));
    let (code, report) = six.report(&[]);
    assert_eq!(
        (code, &report["verdict"]),
        (0, &json!("verified")),
        "{report:#}"
    );
}

/// The commands that reach AWS.
fn commands() -> [Vec<&'static str>; 5] {
    let key = "AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/01/111111111111_CloudTrail-Digest\
               _eu-west-1_main_eu-west-1_20260301T041234Z.json.gz";
    [
        vec!["validate", "--trail-arn", ARN, "--s3-bucket", BUCKET],
        vec!["validate", "--s3-bucket", BUCKET],
        vec!["trails", "--s3-bucket", BUCKET],
        vec!["doctor", "--trail-arn", ARN, "--s3-bucket", BUCKET],
        vec!["explain", key, "--s3-bucket", BUCKET],
    ]
}

/// Runs every command against services that are not there, and returns how long the slowest took.
fn slowest_against(dead: SocketAddr) -> Duration {
    let stage = thirty_hours();
    let run = |args: Vec<&str>| {
        let mut command = stage.command(&args);
        let services = ["S3", "CLOUDTRAIL", "STS"];
        let dead = format!("http://{dead}");
        command.envs(services.map(|s| (format!("AWS_ENDPOINT_URL_{s}"), &dead)));
        let began = Instant::now();
        let Run {
            code,
            stdout,
            stderr,
        } = finish(&mut command);
        let took = began.elapsed();
        assert!(
            matches!(code, 1 | 2 | 4),
            "{args:?}: {code} {stdout}{stderr}"
        );
        took
    };
    std::thread::scope(|scope| {
        let run = &run;
        let runs = commands().map(|args| scope.spawn(move || run(args)));
        let took = runs.map(|run| run.join().expect("a run"));
        took.into_iter().max().expect("commands")
    })
}

#[test]
fn an_endpoint_that_refuses_is_known_soon_in_every_command() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let dead = listener.local_addr().expect("an address");
    drop(listener);
    let took = slowest_against(dead);
    assert!(took < Duration::from_secs(20), "{took:?}");
}

#[test]
fn an_endpoint_that_never_answers_is_known_soon_in_every_command() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let took = slowest_against(silent.local_addr().expect("an address"));
    assert!(took < Duration::from_secs(20), "{took:?}");
}

/// A full queue of connections stands for a firewall that drops packets.
#[test]
fn an_endpoint_that_swallows_packets_is_known_soon_in_every_command() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let _entered = runtime.enter();
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    let any = "127.0.0.1:0".parse().expect("an address");
    socket.bind(any).expect("a port");
    let listener = socket.listen(1).expect("a queue");
    let dead = listener.local_addr().expect("an address");
    let connect = || TcpStream::connect_timeout(&dead, Duration::from_millis(300));
    let waiting: Vec<TcpStream> = std::iter::from_fn(|| connect().ok()).take(100).collect();
    assert!(waiting.len() < 100, "the queue is never full");
    let took = slowest_against(dead);
    assert!(took < Duration::from_secs(12), "{took:?}");
}
