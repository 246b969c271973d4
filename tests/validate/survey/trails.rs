//! Which chains a trail or a bucket must have.

use serde_json::Value;

use crate::support::org::{DAY, MEMBERS, arguments, org};

/// The home region of a trail must have digests, whatever other regions have.
#[test]
fn a_trail_without_digests_at_home_lacks_a_chain() {
    let org = org();
    org.stage.loopback.change(|c| {
        let bucket = c.bucket("archive-logs");
        bucket
            .objects
            .retain(|key, _| !key.contains("111111111111/CloudTrail-Digest/us-east-1"));
    });
    let (code, report) = org.stage.report(&arguments(&org.trail.arn(), &[]));
    assert_eq!(code, 4, "{report:#}");
    let finding = &report["findings"][0];
    assert_eq!(finding["code"], "chain-missing");
    assert_eq!(
        finding["chain"],
        "111111111111/us-east-1/us-east-1/org_trail.main"
    );
}

#[test]
fn every_chain_of_a_bucket_is_found_without_a_trail() {
    let org = org();
    let mut args: Vec<String> = ["--s3-bucket", "archive-logs"].map(String::from).to_vec();
    args.extend(DAY.map(String::from));
    let (code, report) = org.stage.report(&args);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["chains"].as_array().map(Vec::len), Some(4));
}

#[test]
fn regions_and_accounts_narrow() {
    let org = org();
    let ids = |more: &[&str]| -> Vec<String> {
        let (code, report) = org.stage.report(&arguments(&org.trail.arn(), more));
        assert_eq!(code, 0, "{report:#}");
        let chains = report["chains"].as_array().expect("chains").iter();
        chains
            .map(|c| c["id"].as_str().expect("an id").to_owned())
            .collect()
    };
    assert_eq!(ids(&["--region", "eu-central-1"]).len(), 2);
    let both = ["--region", "eu-central-1", "--account-id", MEMBERS[1]];
    assert_eq!(
        ids(&both),
        ["222222222222/eu-central-1/us-east-1/org_trail.main"]
    );
}

#[test]
fn a_bucket_given_with_an_organization_trail_is_searched_where_the_trail_writes() {
    let org = org();
    let args = arguments(&org.trail.arn(), &["--s3-bucket", "archive-logs"]);
    let (code, report) = org.stage.report(&args);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["chains"].as_array().map(Vec::len), Some(4));

    // Without an answer of CloudTrail, the listing alone shows it.
    org.stage.loopback.change(|c| c.cloudtrail.trails.clear());
    let (code, report) = org.stage.report(&args);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["chains"].as_array().map(Vec::len), Some(4));
    let sentences = report["not_proven"].as_array().expect("sentences");
    let mentioned = |s: &Value| {
        s.as_str()
            .is_some_and(|s| s.contains("these credentials have no access to its trail"))
    };
    assert!(sentences.iter().any(mentioned), "{sentences:#?}");
}
