//! Which calls concern trails and stored objects, and what they request.

use rand::SeedableRng as _;
use serde_json::{Value, json};
use trailproof::cloudtrail::event::record::Records;
use trailproof::cloudtrail::event::{
    AccountChange, BucketChange, Call, KeyChange, ManagementEvents, RemovedObject, TrailChange,
    TrailRef, TrailSettings, Turn,
};

use crate::cloudtrail::event::{ARN, KEY, call, object, one, record};
use crate::support::forge::{Rng, log_json, ts};
use crate::support::records::read_events;

#[test]
fn calls_on_trails() {
    let by_arn = || TrailRef::Arn(ARN.parse().unwrap());
    let by_name = || TrailRef::Name("main".parse().unwrap());
    let of = |name, params| call("cloudtrail", name, params, json!(null));
    for (name, change) in [
        ("StartLogging", TrailChange::Start),
        ("StopLogging", TrailChange::Stop),
        ("DeleteTrail", TrailChange::Delete),
    ] {
        let expected = Some(Call::Trail(by_arn(), change));
        assert_eq!(of(name, json!({"name": ARN})), expected);
    }
    let selectors = json!({"trailName": "main", "eventSelectors": [{"readWriteType": "All"}]});
    let expected = Some(Call::Trail(
        by_name(),
        TrailChange::Selectors(ManagementEvents::All),
    ));
    assert_eq!(of("PutEventSelectors", selectors), expected);
    let params = json!({
        "name": "main",
        "s3BucketName": "logs",
        "includeGlobalServiceEvents": true,
        "isMultiRegionTrail": true,
        "enableLogFileValidation": "TRUE",
        "isOrganizationTrail": false,
    });
    let settings = TrailSettings {
        organization: Some(false),
        global_events: Some(true),
        prefix: None,
        kms_key: None,
        sns_topic: None,
        log_group: None,
        validation: Some(true),
        bucket: Some("logs".to_owned()),
        multi_region: Some(true),
    };
    let expected = Some(Call::Trail(by_name(), TrailChange::Create(settings)));
    assert_eq!(of("CreateTrail", params), expected);
    let params = json!({"name": ARN, "s3BucketName": null, "isMultiRegionTrail": false});
    let settings = TrailSettings {
        multi_region: Some(false),
        ..TrailSettings::default()
    };
    let expected = Some(Call::Trail(by_arn(), TrailChange::Update(settings)));
    assert_eq!(of("UpdateTrail", params), expected);
}

#[test]
fn insights_topics_and_keys_of_trails() {
    let of = |name, params| match call("cloudtrail", name, params, json!(null)) {
        Some(Call::Trail(_, change)) => change,
        other => panic!("{other:?}"),
    };
    let insights = |selectors: Value| {
        let params = json!({"trailName": "main", "insightSelectors": selectors});
        of("PutInsightSelectors", params)
    };
    let rate = json!([{"insightType": "ApiCallRateInsight"}]);
    let kinds = Some(vec!["ApiCallRateInsight".to_owned()]);
    assert_eq!(insights(rate), TrailChange::Insights(kinds));
    assert_eq!(insights(json!([])), TrailChange::Insights(Some(vec![])));
    // Only so many are kept.
    let many: Vec<Value> = (0..9)
        .map(|n| json!({"insightType": n.to_string()}))
        .collect();
    let kept = (0..8).map(|n| n.to_string()).collect();
    assert_eq!(insights(many.into()), TrailChange::Insights(Some(kept)));
    assert_eq!(insights(json!(null)), TrailChange::Insights(None));
    let params = json!({"name": "main", "snsTopicName": "t", "kmsKeyId": "", "cloudWatchLogsLogGroupArn": ""});
    let settings = TrailSettings {
        sns_topic: Some("t".to_owned()),
        kms_key: Some(String::new()),
        log_group: Some(String::new()),
        ..TrailSettings::default()
    };
    assert_eq!(of("UpdateTrail", params), TrailChange::Update(settings));
}

#[test]
fn selectors_admit_all_some_or_no_management_events() {
    let admitted = |params: Value| {
        let params = json!({"trailName": "main", "eventSelectors": params["basic"], "advancedEventSelectors": params["advanced"]});
        match call("cloudtrail", "PutEventSelectors", params, json!(null)) {
            Some(Call::Trail(_, TrailChange::Selectors(admitted))) => admitted,
            other => panic!("{other:?}"),
        }
    };
    let category = |name: &str| json!({"field": "eventCategory", "equals": [name]});
    let source = json!({"field": "eventSource", "notEquals": ["kms.amazonaws.com"]});
    let management = category("Management");
    let read_only = |values: &[&str]| json!({"field": "readOnly", "equals": values});
    let not_read_only = json!({"field": "readOnly", "notEquals": ["true"]});
    let advanced = |fields: Value| json!([{"name": "one", "fieldSelectors": fields}]);
    for (params, expected) in [
        (json!({}), ManagementEvents::Unknown),
        (
            json!({"basic": [{"includeManagementEvents": false}]}),
            ManagementEvents::None,
        ),
        (
            json!({"basic": [{"readWriteType": "WriteOnly"}]}),
            ManagementEvents::Some,
        ),
        (
            json!({"basic": [{"excludeManagementEventSources": ["kms.amazonaws.com"]}]}),
            ManagementEvents::Some,
        ),
        (
            json!({"basic": [{"readWriteType": "ReadOnly"}, {"includeManagementEvents": true}]}),
            ManagementEvents::All,
        ),
        (
            json!({"advanced": advanced(json!([category("Data")]))}),
            ManagementEvents::None,
        ),
        (
            json!({"advanced": advanced(json!([management]))}),
            ManagementEvents::All,
        ),
        (
            json!({"advanced": advanced(json!([management, source]))}),
            ManagementEvents::Some,
        ),
        (
            json!({"basic": [{"readWriteType": "ReadOnly"}, {"readWriteType": "WriteOnly"}]}),
            ManagementEvents::All,
        ),
        (
            json!({"basic": [{"readWriteType": "ReadOnly"}, {"readWriteType": "ReadOnly"}]}),
            ManagementEvents::Some,
        ),
        (
            json!({"advanced": [
                {"fieldSelectors": [management, read_only(&["true"])]},
                {"fieldSelectors": [management, read_only(&["false"])]},
            ]}),
            ManagementEvents::All,
        ),
        (
            json!({"advanced": advanced(json!([management, read_only(&["true", "false"])]))}),
            ManagementEvents::All,
        ),
        (
            json!({"advanced": advanced(json!([management, read_only(&["false"])]))}),
            ManagementEvents::Some,
        ),
        (
            json!({"advanced": advanced(json!([management, read_only(&["true"])]))}),
            ManagementEvents::Some,
        ),
        (
            json!({"advanced": advanced(json!([management, not_read_only]))}),
            ManagementEvents::Some,
        ),
    ] {
        assert_eq!(admitted(params.clone()), expected, "{params}");
    }
}

#[test]
fn changes_of_accounts_and_organizations() {
    let account = || "111122223333".parse().unwrap();
    let region = || "eu-south-1".parse().unwrap();
    for (source, name, params, expected) in [
        (
            "organizations",
            "DisableAWSServiceAccess",
            json!({"servicePrincipal": "cloudtrail.amazonaws.com"}),
            AccountChange::AccessWithdrawn("cloudtrail.amazonaws.com".into()),
        ),
        (
            "organizations",
            "LeaveOrganization",
            json!(null),
            AccountChange::Left,
        ),
        (
            "organizations",
            "RemoveAccountFromOrganization",
            json!({"accountId": "111122223333"}),
            AccountChange::Removed(account()),
        ),
        (
            "organizations",
            "CloseAccount",
            json!({"accountId": "111122223333"}),
            AccountChange::Closed(Some(account())),
        ),
        (
            "account",
            "CloseAccount",
            json!(null),
            AccountChange::Closed(None),
        ),
        (
            "account",
            "DisableRegion",
            json!({"RegionName": "eu-south-1"}),
            AccountChange::RegionDisabled(region(), None),
        ),
        (
            "account",
            "EnableRegion",
            json!({"regionName": "eu-south-1", "accountId": "111122223333"}),
            AccountChange::RegionEnabled(region(), Some(account())),
        ),
    ] {
        let made = call(source, name, params, json!(null));
        assert_eq!(made, Some(Call::Account(expected)), "{name}");
    }
}

#[test]
fn removed_objects() {
    let of = |name, params, resources| call("s3", name, params, resources);
    let removed = |keys: &[&str]| {
        let keys = keys
            .iter()
            .map(|&key| RemovedObject::current(key))
            .collect();
        Some(Call::Remove("logs".to_owned(), keys))
    };
    let params = json!({"bucketName": "logs", "Host": "logs.s3.amazonaws.com", "key": KEY, "x-id": "DeleteObject"});
    assert_eq!(
        of("DeleteObject", params.clone(), object(KEY)),
        removed(&[KEY])
    );
    assert_eq!(of("DeleteObject", params, json!(null)), removed(&[KEY]));
    let hidden = json!("HIDDEN_DUE_TO_SECURITY_REASONS");
    assert_eq!(of("DeleteObject", hidden, object(KEY)), removed(&[KEY]));
    // As S3 really records it: without the keys.
    let all = json!([
        {"type": "AWS::S3::Object", "ARNPrefix": "arn:aws:s3:::logs/"},
        {"accountId": "111122223333", "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::logs"},
    ]);
    for delete in [json!(""), json!([""]), json!(null), json!({"quiet": true})] {
        let params = json!({"bucketName": "logs", "delete": delete});
        assert_eq!(of("DeleteObjects", params, all.clone()), removed(&[]));
    }
    for delete in [
        json!({"quiet": false, "objects": [{"key": "b"}, {"key": "a"}, {"key": "b"}]}),
        json!({"Objects": [{"Key": "b"}, {"Key": "a"}]}),
        json!([{"key": "a"}, {"key": "b"}]),
    ] {
        let params = json!({"bucketName": "logs", "delete": delete});
        assert_eq!(of("DeleteObjects", params, json!([])), removed(&["a", "b"]));
    }
    let params = json!({"bucketName": "logs", "Delete": {"Object": {"Key": "a"}}});
    assert_eq!(
        of("DeleteObjects", params, object("b:c/d")),
        removed(&["a", "b:c/d"])
    );
    // Through an access point, and in another partition.
    for bucket in [
        "arn:aws-cn:s3:cn-north-1:111122223333:accesspoint/a",
        "a-x1y2-s3alias",
    ] {
        let params = json!({"bucketName": bucket, "key": KEY});
        let resources = json!([
            {"type": "AWS::S3::AccessPoint", "ARN": "arn:aws-cn:s3:cn-north-1:111122223333:accesspoint/a"},
            {"type": "AWS::S3::Object", "ARN": format!("arn:aws-cn:s3:::logs/{KEY}")},
        ]);
        assert_eq!(of("DeleteObject", params, resources), removed(&[KEY]));
    }
}

#[test]
fn removed_versions() {
    let of = |name, params, resources| call("s3", name, params, resources);
    let version = |key: &str, version: &str| RemovedObject {
        key: key.into(),
        version: Some(version.into()),
    };
    let removed = |objects| Some(Call::Remove("logs".to_owned(), objects));
    let params = json!({"bucketName": "logs", "key": KEY, "versionId": "3/L4kqtJlcpXroDTDmJ"});
    assert_eq!(
        of("DeleteObject", params, object(KEY)),
        removed(vec![version(KEY, "3/L4kqtJlcpXroDTDmJ")]),
        "the resource names the same object"
    );
    let params = json!({"bucketName": "logs", "key": KEY, "versionId": ""});
    assert_eq!(
        of("DeleteObject", params, object(KEY)),
        removed(vec![RemovedObject::current(KEY)]),
        "an empty version is none"
    );
    let delete = json!({"Object": [{"Key": "a", "VersionId": "1"}, {"Key": "a", "VersionId": "2"}, {"Key": "b"}]});
    let params = json!({"bucketName": "logs", "delete": delete});
    assert_eq!(
        of("DeleteObjects", params, object("a")),
        removed(vec![
            version("a", "1"),
            version("a", "2"),
            RemovedObject::current("b")
        ])
    );
}

#[test]
fn written_objects() {
    let of = |name, params, resources| call("s3", name, params, resources);
    let written = |key: &str| Some(Call::Write("logs".to_owned(), key.to_owned()));
    for name in ["PutObject", "CompleteMultipartUpload"] {
        let params =
            json!({"bucketName": "logs", "key": KEY, "uploadId": "x", "x-amz-acl": ["private"]});
        assert_eq!(of(name, params, object(KEY)), written(KEY));
    }
    // The source of a copy is listed too, and may come first.
    let params = json!({"bucketName": "logs", "key": "to", "x-amz-copy-source": "logs/from"});
    assert_eq!(of("CopyObject", params, object("from")), written("to"));
    assert_eq!(
        of("PutObject", json!({"bucketName": "logs"}), object(KEY)),
        written(KEY)
    );
}

#[test]
fn deliveries_of_cloudtrail_itself_are_ignored() {
    let params =
        json!({"bucketName": "logs", "key": KEY, "x-amz-acl": "bucket-owner-full-control"});
    let mut delivery = record("s3", "PutObject", params, object(KEY));
    delivery["userIdentity"] =
        json!({"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"});
    delivery["sourceIPAddress"] = json!("cloudtrail.amazonaws.com");
    assert_eq!(one(&delivery), None);
    delivery["userIdentity"] = json!({"type": "AWSService"});
    assert_eq!(one(&delivery), None);
    // No other caller passes for CloudTrail, and CloudTrail does not delete.
    delivery["eventName"] = json!("DeleteObject");
    assert!(one(&delivery).is_some());
    delivery["eventName"] = json!("PutObject");
    delivery["userIdentity"] =
        json!({"type": "AssumedRole", "invokedBy": "cloudtrail.amazonaws.com"});
    assert!(one(&delivery).is_some());
    delivery["userIdentity"] = json!({"type": "AWSService", "invokedBy": "config.amazonaws.com"});
    delivery["sourceIPAddress"] = json!("config.amazonaws.com");
    let event = one(&delivery).unwrap();
    let by = event.actor.unwrap().invoked_by;
    assert_eq!(by.as_deref(), Some("config.amazonaws.com"));
}

#[test]
fn settings_of_buckets_and_keys() {
    let bucket = json!([{"accountId": "111122223333", "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::logs"}]);
    let lifecycle = json!({
        "bucketName": "logs",
        "lifecycle": "",
        "LifecycleConfiguration": {"Rule": {"Expiration": {"Days": 1}, "Status": "Enabled"}},
    });
    let policy = json!({"bucketName": "logs", "policy": [""], "bucketPolicy": {"Statement": []}});
    let versioning =
        json!({"bucketName": "logs", "VersioningConfiguration": {"Status": "Suspended"}});
    let blocks = |all: bool| {
        let part =
            json!({"BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": all});
        let mut block = json!({"PublicAccessBlockConfiguration": part});
        block["PublicAccessBlockConfiguration"]["RestrictPublicBuckets"] = json!("true");
        block
    };
    let kept = json!({"VersioningConfiguration": {"Status": "Enabled"}});
    let named = || json!({"bucketName": "logs"});
    use BucketChange::{
        Acl, Deleted, Encryption, Lifecycle, ObjectLock, Ownership, Policy, PublicAccess,
        Replication, Versioning,
    };
    for (name, params, setting, turn) in [
        (
            "PutBucketLifecycle",
            lifecycle.clone(),
            Lifecycle,
            Turn::Set,
        ),
        (
            "PutBucketLifecycleConfiguration",
            lifecycle,
            Lifecycle,
            Turn::Set,
        ),
        ("DeleteBucketLifecycle", named(), Lifecycle, Turn::Removed),
        ("PutBucketPolicy", policy, Policy, Turn::Set),
        ("DeleteBucketPolicy", json!(null), Policy, Turn::Removed),
        ("PutBucketVersioning", versioning, Versioning, Turn::Removed),
        ("PutBucketVersioning", kept, Versioning, Turn::Set),
        ("DeleteBucket", named(), Deleted, Turn::Removed),
        (
            "PutBucketObjectLockConfiguration",
            named(),
            ObjectLock,
            Turn::Set,
        ),
        ("PutObjectLockConfiguration", named(), ObjectLock, Turn::Set),
        ("PutBucketReplication", named(), Replication, Turn::Set),
        (
            "DeleteBucketReplication",
            named(),
            Replication,
            Turn::Removed,
        ),
        ("PutBucketEncryption", named(), Encryption, Turn::Set),
        ("DeleteBucketEncryption", named(), Encryption, Turn::Removed),
        (
            "PutBucketPublicAccessBlock",
            blocks(true),
            PublicAccess,
            Turn::Set,
        ),
        (
            "PutBucketPublicAccessBlock",
            blocks(false),
            PublicAccess,
            Turn::Removed,
        ),
        ("PutPublicAccessBlock", named(), PublicAccess, Turn::Removed),
        (
            "DeleteBucketPublicAccessBlock",
            named(),
            PublicAccess,
            Turn::Removed,
        ),
        (
            "DeletePublicAccessBlock",
            named(),
            PublicAccess,
            Turn::Removed,
        ),
        ("PutBucketAcl", named(), Acl, Turn::Set),
        ("PutBucketOwnershipControls", named(), Ownership, Turn::Set),
        (
            "DeleteBucketOwnershipControls",
            named(),
            Ownership,
            Turn::Removed,
        ),
    ] {
        let expected = Some(Call::Bucket("logs".to_owned(), setting, turn));
        assert_eq!(call("s3", name, params, bucket.clone()), expected, "{name}");
    }
    let id = "1234abcd-12ab-34cd-56ef-1234567890ab";
    let arn = format!("arn:aws:kms:us-east-2:111122223333:key/{id}");
    let resources = json!([{"accountId": "111122223333", "type": "AWS::KMS::Key", "ARN": arn}]);
    for (name, change) in [
        ("DisableKey", KeyChange::Disabled),
        ("ScheduleKeyDeletion", KeyChange::DeletionScheduled),
        ("PutKeyPolicy", KeyChange::Policy),
        ("EnableKey", KeyChange::Enabled),
        ("CancelKeyDeletion", KeyChange::DeletionCancelled),
    ] {
        let by_id = json!({"keyId": id, "pendingWindowInDays": 7});
        let full = Some(Call::Key(arn.clone(), change));
        assert_eq!(call("kms", name, by_id.clone(), resources.clone()), full);
        assert_eq!(call("kms", name, json!({"keyId": arn}), json!(null)), full);
        assert_eq!(call("kms", name, json!(null), resources.clone()), full);
        let bare = Some(Call::Key(id.to_owned(), change));
        assert_eq!(call("kms", name, by_id, json!(null)), bare);
    }
}

#[test]
fn everything_else_is_passed_over() {
    let mut rng = Rng::seed_from_u64(7);
    let (from, to) = (ts("2026-01-01T00:00:00Z"), ts("2026-01-01T01:00:00Z"));
    let json = log_json(
        &mut rng,
        "111122223333",
        "eu-west-1",
        300,
        from,
        to,
        Some(2_000_000),
    );
    let (records, events) = read_events(&json);
    let expected = Records {
        seen: 300,
        ..Records::default()
    };
    assert_eq!((records, events), (expected, vec![]));
    // Event sources and names are matched exactly.
    for (source, name) in [
        ("s3", "GetObject"),
        ("s3", "deleteObject"),
        ("s3", "StopLogging"),
        ("S3", "DeleteObject"),
        ("cloudtrail", "StopLogging "),
        ("cloudtrail", "GetTrailStatus"),
        ("xcloudtrail", "StopLogging"),
        ("kms", "Decrypt"),
        ("dynamodb", "DeleteTrail"),
    ] {
        let params = json!({"name": ARN, "bucketName": "logs", "key": KEY, "keyId": "k"});
        assert_eq!(call(source, name, params, object(KEY)), None);
    }
}
