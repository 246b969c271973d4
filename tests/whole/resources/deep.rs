//! Text of ten thousand levels is refused by every reader, and in the record of a log it harms no other record.

use std::fs;

use serde_json::Value;
use trailproof::source::inventory::InventoryManifest;

use crate::support::case::{ACCOUNT, Case, REGION, hour, trail};
use crate::support::forge::digest::LogRecord;
use crate::support::forge::{Chain, ChainSpec, Place, gzip, ts};
use crate::support::program::finish;

use super::{COPY, Site, WINDOW, assert_ends, shell};

/// How many levels.
const LEVELS: usize = 10_000;

/// Lists, objects, and lists without an end.
fn nests() -> [String; 3] {
    let lists = "[".repeat(LEVELS) + &"]".repeat(LEVELS);
    let objects = r#"{"a":"#.repeat(LEVELS) + "1" + &"}".repeat(LEVELS);
    [lists, objects, "[".repeat(LEVELS)]
}

/// Each file, what holds the nest in it, and the command that reads it.
const READERS: [(&str, &str, &str); 15] = [
    ("keys/eu-west-1.json", "NEST", "validate COPY"),
    (
        "keys/eu-west-1.json",
        "{\"PublicKeyList\":NEST}",
        "validate COPY",
    ),
    ("state.json", "NEST", "history state.json"),
    (
        "state.json",
        "{\"schema\":\"trailproof.state/v1\",\"scope\":NEST}",
        "validate COPY WINDOW --state state.json",
    ),
    ("report.json", "NEST", "report report.json --format html"),
    (
        "report.json",
        "{\"schema\":\"trailproof.report/v1\",\"chains\":NEST}",
        "report report.json --format html",
    ),
    (
        "plan.jsonl",
        "NEST\n",
        "shard run --plan plan.jsonl --out parts/",
    ),
    (
        "plan.jsonl",
        "{\"schema\":\"trailproof.plan/v1\",\"request\":NEST}\n",
        "shard merge --plan plan.jsonl parts",
    ),
    (
        "parts/shard-00000.part",
        "NEST",
        "shard merge --plan plan.jsonl parts",
    ),
    ("expect", "NEST\n", "validate COPY --expect expect"),
    (
        "accept.toml",
        "accept = NEST\n",
        "validate COPY --accept accept.toml",
    ),
    (
        "rules.yml",
        "title: x\ndetection: NEST\n",
        "events COPY --watchlist rules.yml",
    ),
    (
        "names.json",
        "NEST",
        "report report.json --format html --names names.json",
    ),
    (
        "names.json",
        "{\"Accounts\":NEST}",
        "report report.json --format html --names names.json",
    ),
    ("bucket/manifest.jsonl", "NEST\n", "collect --check bucket"),
];

#[test]
fn ten_thousand_levels_are_refused_by_every_reader() {
    let site = Site::new();
    for (place, holder, line) in READERS {
        let path = site.path(place);
        let before = fs::read(&path).ok();
        for nest in nests() {
            fs::write(&path, holder.replace("NEST", &nest)).expect("a file");
            let line = line.replace("COPY", COPY).replace("WINDOW", WINDOW);
            let what = format!("{line}: {holder}: {}", &nest[..10]);
            let run = site.line(&format!("exec \"$0\" {line}"));
            assert_ends(&run, &[2], &what);
            assert!(run.stderr.len() < 4_000, "{what}: {}", run.stderr);
        }
        match before {
            Some(bytes) => fs::write(&path, bytes).expect("a file"),
            None => fs::remove_file(&path).expect("a file"),
        }
    }
    for nest in nests() {
        let files = format!("{{\"sourceBucket\":\"b\",\"files\":{nest}}}");
        assert!(InventoryManifest::parse(nest.as_bytes()).is_err());
        assert!(InventoryManifest::parse(files.as_bytes()).is_err());
    }
}

/// The stored metadata of the newest digest: without it its signature is not known.
#[test]
fn metadata_of_ten_thousand_levels_proves_nothing_and_accuses_nobody() {
    let site = Site::new();
    let newest = &site.chain.last().place.key;
    let head = site.path("bucket").join(format!("{newest}.head.json"));
    for nest in nests() {
        for text in [nest.clone(), format!("{{\"Metadata\":{nest}}}")] {
            fs::write(&head, text).expect("a file");
            let run = site.line(&format!("exec \"$0\" validate {COPY} --format json"));
            assert_ends(&run, &[4], "metadata");
            let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
            assert_eq!(report["totals"]["findings"]["failed"], 0, "{report:#}");
        }
    }
}

/// CloudTrail signs what an account calls with: a log that is proven may hold such a record.
#[test]
fn a_record_of_ten_thousand_levels_in_a_proven_log_hides_no_other_record() {
    for nest in &nests()[..2] {
        let mut case = Case::new("deep-record", 0, "");
        let mut chain = Chain::new(ChainSpec::new(trail(), REGION).logs(1..=1).events(1..=1));
        chain.start(&mut case.world, ts("2026-03-01T00:12:34Z"));
        let at = "2026-03-01T00:40:00Z";
        let record = |name: &str, parameters: &str| {
            format!(
                "{{\"eventVersion\":\"1.08\",\"userIdentity\":{{\"type\":\"IAMUser\",\"accountId\":\"{ACCOUNT}\"}},\
                 \"eventTime\":\"{at}\",\"eventSource\":\"cloudtrail.amazonaws.com\",\"eventName\":\"{name}\",\
                 \"awsRegion\":\"{REGION}\",\"sourceIPAddress\":\"192.0.2.1\",\"requestParameters\":{parameters},\
                 \"eventID\":\"8d7dea8c-0000-4000-8000-00000000000{}\",\"eventType\":\"AwsApiCall\",\
                 \"recipientAccountId\":\"{ACCOUNT}\"}}",
                name.len() % 10
            )
        };
        let records = ["Before", "DescribeTrails", "AfterThat"];
        let parameters = ["null", nest, "null"];
        let records = records
            .iter()
            .zip(parameters)
            .map(|(name, p)| record(name, p));
        let json = format!(
            "{{\"Records\":[{}]}}",
            records.collect::<Vec<_>>().join(",")
        );
        let key = trail().log_key(ACCOUNT, REGION, ts(at), "DeepDeepDeepDeep");
        let place = Place::new("trail-logs", &key);
        let log = LogRecord::new(place, json.clone().into_bytes(), (ts(at), ts(at)));
        chain.deliver_logs(&mut case.world, hour(1), vec![(log, gzip(json.as_bytes()))]);
        chain.run_until(&mut case.world, hour(3));
        let dir = case.copied();
        let line = |line: &str| {
            let line = line.replace("COPY", COPY);
            let run = finish(&mut shell(dir.path(), &format!("exec \"$0\" {line}")));
            assert_ends(&run, &[0, 4], &line);
            run
        };
        assert_eq!(line("validate COPY").code, 0);
        let events = line("events COPY");
        for name in ["\"Before\"", "\"AfterThat\""] {
            assert!(events.stdout.contains(name), "{}", events.stderr);
        }
        let is_there = events.stdout.contains("\"DescribeTrails\"");
        assert!(
            is_there || events.code == 4,
            "it is there, or said to be lacking"
        );
        line("events COPY --include-unproven");
        line("timeline COPY --account-id 111111111111");
    }
}
