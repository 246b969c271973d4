//! Bounds of the search for `AWSLogs`: what lies beyond one is named, and hides nothing else.

use serde_json::Value;
use trailproof::base::limits::Limits;
use trailproof::proof::finding::{Code, Verdict};
use trailproof::proof::reason::Reason;
use trailproof::validate::request::Request;

use crate::library::{prove, request, ring, source};
use crate::support::case::{ACCOUNT, BUCKET, Case, REGION, hour};
use crate::support::disk::running;
use crate::support::forge::{ChainSpec, Object, Trail};
use crate::support::program::report;
use crate::support::stage::Stage;

fn junk() -> Object {
    Object::delivered(b"junk".to_vec(), hour(1))
}

/// A bucket with a chain at its top, one that lies too deep to be found, and a hostile key.
fn deep() -> (Case, String) {
    let mut case = Case::new("deep", 4, "");
    case.chain(4);
    let prefix = vec!["deep"; 65].join("/");
    let trail = Trail::new(ACCOUNT, REGION, "below", BUCKET).prefix(&prefix);
    running(
        &mut case.world,
        ChainSpec::new(trail, REGION).logs(1..=1),
        4,
    );
    let bucket = case.world.buckets.get_mut(BUCKET).expect("the bucket");
    let hostile = format!("{}/object", vec!["z"; 400].join("/"));
    bucket.insert(hostile, junk());
    (case, prefix)
}

fn assert_names_the_folder((code, report): (i32, Value), prefix: &str) {
    assert_eq!(
        (code, &report["complete"]),
        (4, &false.into()),
        "{report:#}"
    );
    let findings = report["findings"].as_array().expect("findings");
    let found: Vec<&Value> = findings.iter().filter(|f| f["reason"] == "limit").collect();
    assert_eq!(found.len(), 1, "{findings:#?}");
    assert_eq!(found[0]["code"], "source-unreadable");
    assert_eq!(found[0]["key"], format!("{prefix}/"));
    let message = found[0]["message"].as_str().expect("a message");
    assert!(
        message.contains("more than 64 folders deep; the same applies to 1 other folder"),
        "{message}"
    );
    let hint = found[0]["hint"].as_str().expect("a hint");
    assert!(hint.contains("--s3-prefix"), "{hint}");
    // The rest was validated.
    let chains = report["chains"].as_array().expect("chains");
    assert_eq!((chains.len(), &chains[0]["trail"]), (1, &"main".into()));
    assert_ne!(chains[0]["digests"]["valid"], 0);
}

#[test]
fn a_folder_that_lies_too_deep_is_named_and_the_rest_is_validated() {
    let (case, prefix) = deep();
    let dir = case.copied();
    assert_names_the_folder(report(dir.path(), &case.args), &prefix);
    let stage = Stage::of(&case.world, &[]);
    let of_bucket = ["--s3-bucket", BUCKET];
    assert_names_the_folder(stage.report(&of_bucket), &prefix);
    let listings = stage.calls("ListObjectsV2").len();
    assert!(listings < 200, "{listings}");
    // Under its prefix it is found, as the hint says.
    let below = ["--s3-prefix", &prefix].map(str::to_owned);
    for (code, report) in [
        report(dir.path(), &[&case.args[..], &below].concat()),
        stage.report(&[&of_bucket.map(str::to_owned)[..], &below].concat()),
    ] {
        assert_eq!(report["complete"], true, "{report:#}");
        assert_eq!(report["chains"][0]["trail"], "below");
        assert!(code == 0 || code == 3, "{report:#}");
    }
}

#[test]
fn a_prefix_beyond_the_number_that_is_searched_is_named() {
    let mut case = Case::new("many-prefixes", 4, "");
    case.chain(3);
    let bucket = case.world.buckets.get_mut(BUCKET).expect("the bucket");
    for at in 0..50 {
        bucket.insert(format!("a-{at:02}/object"), junk());
    }
    let limits = Limits {
        folders: 30,
        ..Limits::default()
    };
    let request = Request {
        limits,
        ..request()
    };
    let keys = ring(&case.world, &[REGION]);
    let outcome = prove(&source(&case.world), &keys, &request);
    assert_eq!(
        (outcome.verdict, outcome.complete),
        (Verdict::Unproven, false)
    );
    let finding = &outcome.findings[0];
    assert_eq!(
        (finding.code, finding.reason),
        (Code::SourceUnreadable, Some(Reason::Limit))
    );
    // The top is one of those that are listed.
    assert_eq!(finding.key.as_deref(), Some("a-29/"));
    assert!(
        finding
            .message
            .contains("30 others were listed already; the same applies to 20 other folders"),
        "{}",
        finding.message
    );
    assert_eq!(outcome.chains[0].verdict, Verdict::Verified);
}
