//! Calls that concern trails and stored objects, made by `mallory`, an administrator. Their
//! identifiers are derived from their content, not from the random sequence.

use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::events::AGENTS;
use super::json::Fields;
use super::text::{after, iso, uuid_text};

/// A call, and the account and region whose logs hold it.
struct Deed<'a> {
    source: &'a str,
    name: &'a str,
    account: &'a str,
    region: &'a str,
    at: Timestamp,
    error_code: Option<&'a str>,
    params: Value,
    response: Value,
    resources: Option<Value>,
    data: bool,
    /// The text from which its identifiers are derived.
    seed: String,
}

/// A management event on a trail, such as `StopLogging`, by an administrator of the trail's
/// account. Its identifiers are derived from its arguments; `params` are its `requestParameters`.
pub fn cloudtrail_event(
    name: &str,
    trail_arn: &str,
    at: Timestamp,
    error_code: Option<&str>,
    params: Value,
) -> Fields {
    let owner = trail_arn.split(':').nth(4).expect("an ARN has an account");
    cloudtrail_event_by(owner, name, trail_arn, at, error_code, params)
}

/// The same by an administrator of another account, whose logs then hold it: a member of the
/// organization, or a delegated administrator.
pub fn cloudtrail_event_by(
    caller: &str,
    name: &str,
    trail_arn: &str,
    at: Timestamp,
    error_code: Option<&str>,
    params: Value,
) -> Fields {
    let parts: Vec<&str> = trail_arn.split(':').collect();
    let (region, owner) = (parts[3], parts[4]);
    let other = if caller == owner { "" } else { caller };
    let response = match name {
        "CreateTrail" | "UpdateTrail" => params.clone(),
        _ => Value::Null,
    };
    let deed = Deed {
        source: "cloudtrail",
        name,
        account: caller,
        region,
        at,
        error_code,
        seed: format!("{name}\n{trail_arn}\n{at}\n{error_code:?}\n{params}{other}"),
        params,
        response,
        resources: None,
        data: false,
    };
    deed.fields()
}

/// A call on a bucket or object, in the logs of an account and a region: DeleteObject,
/// DeleteObjects, PutObject, CopyObject, or a call that sets or deletes a lifecycle, a policy or
/// versioning. For DeleteObjects, S3 records no keys; give one to record it nevertheless.
pub fn s3_event(
    (account, region): (&str, &str),
    name: &str,
    bucket: &str,
    key: Option<&str>,
    at: Timestamp,
    error_code: Option<&str>,
) -> Fields {
    let mut params = json!({
        "bucketName": bucket,
        "Host": format!("{bucket}.s3.{region}.amazonaws.com"),
    });
    let data = name.contains("Object");
    match name {
        "DeleteObjects" => params["delete"] = json!(""),
        "CopyObject" => params["x-amz-copy-source"] = json!("elsewhere/object"),
        "PutBucketLifecycle" => {
            let rule = json!({"ID": "tidy", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}, "Status": "Enabled"});
            params["LifecycleConfiguration"] = json!({"Rule": rule});
            params["lifecycle"] = json!("");
        }
        "PutBucketPolicy" => {
            params["bucketPolicy"] = json!({"Version": "2012-10-17", "Statement": []});
            params["policy"] = json!("");
        }
        "PutBucketVersioning" => {
            params["VersioningConfiguration"] = json!({"Status": "Suspended"});
            params["versioning"] = json!("");
        }
        "DeleteObject" | "PutObject" | "DeleteBucketLifecycle" | "DeleteBucketPolicy" => {}
        other => panic!("no {other} is forged"),
    }
    if data {
        params["x-id"] = json!(name);
    }
    if let Some(key) = key.filter(|_| name != "DeleteObjects") {
        params["key"] = json!(key);
    }
    let bucket_arn = format!("arn:{}:s3:::{bucket}", super::trail::partition(region));
    let object = match key {
        Some(key) => json!({"type": "AWS::S3::Object", "ARN": format!("{bucket_arn}/{key}")}),
        None => json!({"type": "AWS::S3::Object", "ARNPrefix": format!("{bucket_arn}/")}),
    };
    let of = json!({"accountId": account, "type": "AWS::S3::Bucket", "ARN": bucket_arn});
    let deed = Deed {
        source: "s3",
        name,
        account,
        region,
        at,
        error_code,
        seed: format!("{name}\n{bucket}\n{key:?}\n{at}\n{error_code:?}\n{account}\n{region}"),
        params,
        response: Value::Null,
        resources: Some(if data {
            json!([object, of])
        } else {
            json!([of])
        }),
        data,
    };
    deed.fields()
}

/// CloudTrail's own delivery of an object, as data events of the bucket's account show it.
pub fn delivery_event(whose: (&str, &str), bucket: &str, key: &str, at: Timestamp) -> Fields {
    let service = "cloudtrail.amazonaws.com";
    let mut event = s3_event(whose, "PutObject", bucket, Some(key), at, None);
    event.set(
        "userIdentity",
        json!({"type": "AWSService", "invokedBy": service}),
    );
    event.set("sourceIPAddress", service);
    event.set("userAgent", service);
    event
}

/// A call on an organization or account, such as DisableAWSServiceAccess, in the logs of the caller's account
/// and of the region where such calls are recorded.
pub fn account_event(
    source: &str,
    name: &str,
    caller: &str,
    at: Timestamp,
    params: Value,
) -> Fields {
    let deed = Deed {
        source,
        name,
        account: caller,
        region: "us-east-1",
        at,
        error_code: None,
        seed: format!("{name}\n{caller}\n{at}\n{params}"),
        params,
        response: Value::Null,
        resources: None,
        data: false,
    };
    deed.fields()
}

/// Makes a call one that CloudTrail made by its service-linked role in an account.
pub fn by_service_role(mut event: Fields, account: &str) -> Fields {
    let path = "aws-service-role/cloudtrail.amazonaws.com/AWSServiceRoleForCloudTrail";
    let issuer = json!({"type": "Role", "arn": format!("arn:aws:iam::{account}:role/{path}"), "accountId": account});
    let identity = json!({
        "type": "AssumedRole",
        "arn": format!("arn:aws:sts::{account}:assumed-role/AWSServiceRoleForCloudTrail/mgmt"),
        "accountId": account,
        "sessionContext": {"sessionIssuer": issuer},
        "invokedBy": "cloudtrail.amazonaws.com",
    });
    event.set("userIdentity", identity);
    event
}

/// DisableKey or ScheduleKeyDeletion, in the logs of the key's account and region.
pub fn kms_event(name: &str, key_arn: &str, at: Timestamp, error_code: Option<&str>) -> Fields {
    let parts: Vec<&str> = key_arn.split(':').collect();
    let (region, account) = (parts[3], parts[4]);
    let (_, id) = key_arn.split_once("key/").expect("a key's ARN");
    let (params, response) = match name {
        "DisableKey" => (json!({"keyId": id}), Value::Null),
        "ScheduleKeyDeletion" => (
            json!({"keyId": id, "pendingWindowInDays": 7}),
            json!({"keyId": key_arn, "keyState": "PendingDeletion"}),
        ),
        other => panic!("no {other} is forged"),
    };
    let deed = Deed {
        source: "kms",
        name,
        account,
        region,
        at,
        error_code,
        seed: format!("{name}\n{key_arn}\n{at}\n{error_code:?}"),
        params,
        response,
        resources: Some(json!([
            {"accountId": account, "type": "AWS::KMS::Key", "ARN": key_arn},
        ])),
        data: false,
    };
    deed.fields()
}

impl Deed<'_> {
    fn fields(self) -> Fields {
        let Deed { source, name, .. } = self;
        let hash: [u8; 32] = Sha256::digest(self.seed.as_bytes()).into();
        let (first, second) = hash.split_at(16);
        let id = |half: &[u8]| uuid_text(half.try_into().expect("sixteen bytes"));
        let denied = self.error_code;
        let message = denied.map(|_| format!("not authorized to perform: {source}:{name}"));
        let category = if self.data { "Data" } else { "Management" };
        Fields::new()
            .with("eventVersion", "1.11")
            .with("userIdentity", mallory(self.account, self.at))
            .with("eventTime", iso(self.at))
            .with("eventSource", format!("{source}.amazonaws.com"))
            .with("eventName", name)
            .with("awsRegion", self.region)
            .with("sourceIPAddress", "203.0.113.7")
            .with("userAgent", AGENTS[0])
            .with_some("errorCode", denied)
            .with_some("errorMessage", message)
            .with("requestParameters", self.params)
            .with(
                "responseElements",
                denied.map_or(self.response, |_| Value::Null),
            )
            .with("requestID", id(first))
            .with("eventID", id(second))
            .with("readOnly", false)
            .with_some("resources", self.resources)
            .with("eventType", "AwsApiCall")
            .with("managementEvent", !self.data)
            .with("recipientAccountId", self.account)
            .with("eventCategory", category)
    }
}

/// An administrator of an account, in a session of some minutes.
fn mallory(account: &str, at: Timestamp) -> Fields {
    let role = format!("arn:aws:iam::{account}:role/admin");
    let session = Fields::new()
        .with(
            "sessionIssuer",
            json!({"type": "Role", "principalId": "AROAEXAMPLEADMINROLE1", "arn": role, "accountId": account, "userName": "admin"}),
        )
        .with(
            "attributes",
            json!({"creationDate": iso(after(at, -600)), "mfaAuthenticated": "true"}),
        );
    Fields::new()
        .with("type", "AssumedRole")
        .with("principalId", "AROAEXAMPLEADMINROLE1:mallory")
        .with(
            "arn",
            format!("arn:aws:sts::{account}:assumed-role/admin/mallory"),
        )
        .with("accountId", account)
        .with("accessKeyId", "ASIAEXAMPLEMALLORY01")
        .with("sessionContext", session)
}
