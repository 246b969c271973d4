//! Cases about changes to a trail after which its digests went on.

use serde_json::{Value, json};

use super::causes::home_chain;
use crate::support::case::{ACCOUNT, BUCKET, Case, HOME, hour, wide_trail};
use crate::support::forge::deeds::{cloudtrail_event_by, s3_event};
use crate::support::forge::{Chain, ts};

pub fn cases() -> Vec<Case> {
    vec![reduced_without_a_gap(), bucket_changed()]
}

/// Records a call on the trail.
fn call(chain: &mut Chain, name: &str, at: &str, error: Option<&str>, params: Value) {
    let arn = wide_trail().arn();
    chain.record(cloudtrail_event_by(
        ACCOUNT,
        name,
        &arn,
        ts(at),
        error,
        params,
    ));
}

fn reduced_without_a_gap() -> Case {
    let mut case = Case::new(
        "logging-reduced--without-a-gap",
        0,
        "for two hours the trail logged no calls that only read, and every digest verifies",
    );
    let mut chain = home_chain(&mut case, 2);
    let selectors = |kind| json!([{"readWriteType": kind, "includeManagementEvents": true}]);
    for (at, kind) in [
        ("2026-03-01T02:20:00Z", "WriteOnly"),
        ("2026-03-01T04:40:00Z", "All"),
    ] {
        let params = json!({"trailName": "main", "eventSelectors": selectors(kind)});
        call(&mut chain, "PutEventSelectors", at, None, params);
    }
    let on = json!({"name": wide_trail().arn()});
    call(
        &mut chain,
        "StopLogging",
        "2026-03-01T03:20:00Z",
        Some("AccessDenied"),
        on,
    );
    chain.run_until(&mut case.world, hour(6));
    case
}

fn bucket_changed() -> Case {
    let mut case = Case::new(
        "trail-changed--only-its-bucket",
        0,
        "the policy of the bucket was changed, and its versioning was to be suspended, which was refused",
    );
    let mut chain = home_chain(&mut case, 2);
    let on_bucket = |name: &str, at: &str, error: Option<&str>| {
        s3_event((ACCOUNT, HOME), name, BUCKET, None, ts(at), error)
    };
    chain.record(on_bucket("PutBucketPolicy", "2026-03-01T02:20:00Z", None));
    chain.record(on_bucket(
        "PutBucketVersioning",
        "2026-03-01T02:25:00Z",
        Some("AccessDenied"),
    ));
    chain.run_until(&mut case.world, hour(5));
    case
}
