//! Cases about who removed or replaced an object.

use super::causes::{home_chain, two_regions};

use serde_json::json;

use crate::support::case::{ACCOUNT, BUCKET, Case, HOME, deletion, hour};
use crate::support::forge::deeds::s3_event;
use crate::support::forge::{damage, ts};

pub fn cases() -> Vec<Case> {
    vec![
        digests_removed_at_a_gap(),
        digests_removed_by_one_call(),
        digest_removed(),
        log_removed(),
        log_version_removed(),
        log_written_over(),
        expired(),
    ]
}

fn digests_removed_at_a_gap() -> Case {
    let mut case = Case::new(
        "gap--digests-removed",
        3,
        "the last digests of a segment were removed, and the calls that removed them stand in proven logs",
    );
    let mut chain = home_chain(&mut case, 6);
    let removed: Vec<_> = chain.digests[4..].iter().map(|d| d.place.clone()).collect();
    for place in &removed {
        damage::delete(&mut case.world, place);
    }
    chain.cut();
    chain.start(&mut case.world, ts("2026-03-01T08:00:00Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T09:00:00Z"));
    for (place, at) in removed.iter().zip([
        "2026-03-01T09:20:00Z",
        "2026-03-01T09:20:05Z",
        "2026-03-01T09:20:09Z",
    ]) {
        chain.record(deletion(&place.key, at));
    }
    chain.run_until(&mut case.world, ts("2026-03-01T11:00:00Z"));
    case
}

fn digests_removed_by_one_call() -> Case {
    let mut case = Case::new(
        "gap--digests-removed-by-one-call",
        3,
        "one call by a user without MFA removed versions of the last digests of a segment, and the bucket's \
         lifecycle and versioning were changed; a call that lists no keys may have removed more",
    );
    let mut chain = home_chain(&mut case, 6);
    let removed: Vec<_> = chain.digests[4..].iter().map(|d| d.place.clone()).collect();
    for place in &removed {
        damage::delete(&mut case.world, place);
    }
    chain.cut();
    chain.start(&mut case.world, ts("2026-03-01T08:00:00Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T09:00:00Z"));
    let whose = (ACCOUNT, HOME);
    let on_bucket = |name: &str, at: &str| s3_event(whose, name, BUCKET, None, ts(at), None);
    let objects: Vec<_> = removed
        .iter()
        .enumerate()
        .map(|(n, place)| json!({"Key": place.key, "VersionId": format!("version{n}")}))
        .collect();
    let mut call = on_bucket("DeleteObjects", "2026-03-01T09:20:00Z");
    call.set(
        "requestParameters",
        json!({"bucketName": BUCKET, "delete": {"Objects": objects}}),
    );
    call.set(
        "userIdentity",
        json!({
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLEUSER",
            "arn": format!("arn:aws:iam::{ACCOUNT}:user/ops"),
            "accountId": ACCOUNT,
            "accessKeyId": "AKIAEXAMPLEOPS000001",
            "userName": "ops",
            "sessionContext": {"attributes": {
                "creationDate": "2026-03-01T09:00:00Z",
                "mfaAuthenticated": "false",
            }},
        }),
    );
    chain.record(call);
    chain.record(on_bucket("DeleteObjects", "2026-03-01T09:21:00Z"));
    chain.record(on_bucket("PutBucketLifecycle", "2026-03-01T09:22:00Z"));
    chain.record(on_bucket("PutBucketVersioning", "2026-03-01T09:23:00Z"));
    // A policy that was set after the gap did not keep CloudTrail from writing in it.
    chain.record(on_bucket("PutBucketPolicy", "2026-03-01T09:24:00Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T11:00:00Z"));
    case
}

fn digest_removed() -> Case {
    let mut case = Case::new(
        "digest-missing--removed-by-somebody",
        1,
        "two digests are missing, and the calls that removed them stand in a proven log",
    );
    let mut chain = home_chain(&mut case, 5);
    for index in [2, 3] {
        let place = chain.digests[index].place.clone();
        damage::delete(&mut case.world, &place);
        chain.record(deletion(&place.key, "2026-03-01T06:00:00Z"));
    }
    chain.run_until(&mut case.world, hour(8));
    case
}

fn log_removed() -> Case {
    let mut case = Case::new(
        "log-missing--removed-by-somebody",
        1,
        "a log is missing, and the call that removed it stands in a later proven log of another region",
    );
    let [mut home, other] = two_regions(&mut case);
    let place = other.digests[2].logs[0].place.clone();
    damage::delete(&mut case.world, &place);
    home.record(deletion(&place.key, "2026-03-01T03:30:00Z"));
    home.run_until(&mut case.world, hour(5));
    let mut other = other;
    other.run_until(&mut case.world, hour(5));
    case
}

fn log_version_removed() -> Case {
    let mut case = Case::new(
        "log-missing--version-removed",
        1,
        "a log is missing, and a later proven log records that a version of it was deleted: whether that was \
         the version CloudTrail wrote is not known",
    );
    let mut chain = home_chain(&mut case, 3);
    let place = chain.digests[2].logs[0].place.clone();
    damage::delete(&mut case.world, &place);
    let mut call = deletion(&place.key, "2026-03-01T03:30:00Z");
    let params = json!({"bucketName": BUCKET, "key": place.key, "versionId": "Yd0iSxS1OCsBB8c6GuoKnWHVLzsGNjdX"});
    call.set("requestParameters", params);
    chain.record(call);
    chain.run_until(&mut case.world, hour(5));
    case
}

fn log_written_over() -> Case {
    let mut case = Case::new(
        "log-modified--written-by-somebody",
        1,
        "a log was written over, and the call that did it stands in a later proven log",
    );
    let mut chain = home_chain(&mut case, 3);
    let place = chain.digests[2].logs[0].place.clone();
    damage::modify_log(&mut case.world, &place);
    let whose = (ACCOUNT, HOME);
    let at = ts("2026-03-01T03:40:00Z");
    chain.record(s3_event(
        whose,
        "PutObject",
        BUCKET,
        Some(&place.key),
        at,
        None,
    ));
    chain.run_until(&mut case.world, hour(5));
    case
}

fn expired() -> Case {
    let mut case = Case::new(
        "log-missing--lifecycle-set-before",
        1,
        "a log is missing, and a lifecycle rule was set on its bucket after it was delivered",
    );
    let mut chain = home_chain(&mut case, 3);
    let place = chain.digests[2].logs[0].place.clone();
    damage::delete(&mut case.world, &place);
    let whose = (ACCOUNT, HOME);
    let at = ts("2026-03-01T03:40:00Z");
    let name = "PutBucketLifecycle";
    chain.record(s3_event(whose, name, BUCKET, None, at, None));
    chain.run_until(&mut case.world, hour(5));
    case
}
