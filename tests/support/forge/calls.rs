//! API calls for the logs: what was called, with which parameters and outcome.

use rand::RngExt;
use serde_json::{Value, json};

use super::identity::{PEOPLE, access_key, unique_id};
use super::text::{pick, random, uuid};
use super::world::Rng;

/// One call, without what depends on its caller and time.
#[derive(Clone, Debug)]
pub struct Call {
    /// `eventSource`.
    pub source: &'static str,
    /// `eventName`.
    pub name: &'static str,
    /// `requestParameters`; null for calls without any.
    pub params: Value,
    /// `responseElements`; null for calls that change nothing.
    pub response: Value,
    /// `resources`, for calls that list them.
    pub resources: Option<Value>,
    /// `additionalEventData`.
    pub additional: Option<Value>,
    /// `readOnly`.
    pub read_only: bool,
    /// A data event; otherwise a management event.
    pub data: bool,
    /// `eventType`.
    pub kind: &'static str,
}

impl Call {
    fn read(source: &'static str, name: &'static str, params: Value) -> Self {
        Self {
            source,
            name,
            params,
            response: Value::Null,
            resources: None,
            additional: None,
            read_only: true,
            data: false,
            kind: "AwsApiCall",
        }
    }

    fn write(source: &'static str, name: &'static str, params: Value, response: Value) -> Self {
        Self {
            response,
            read_only: false,
            ..Self::read(source, name, params)
        }
    }
}

/// Errors CloudTrail records, with messages as services word them.
pub const ERRORS: [(&str, &str); 4] = [
    (
        "AccessDenied",
        "User: arn:aws:iam::111122223333:user/bob is not authorized to perform: s3:ListBucket",
    ),
    (
        "Client.UnauthorizedOperation",
        "You are not authorized to perform this operation.",
    ),
    ("ThrottlingException", "Rate exceeded"),
    (
        "NoSuchEntityException",
        "The user with name \"Zoë\" cannot be found.",
    ),
];

/// A call of an everyday mix: mostly reads, some writes, data events and sign-ins.
pub fn call(rng: &mut Rng, account: &str, region: &str) -> Call {
    match rng.random_range(0..15_u32) {
        0..3 => describe_instances(rng),
        3 => assume_role(rng, account),
        4 => run_instances(rng, region),
        5 => get_object(rng, account),
        6 => decrypt(rng, account, region),
        7 => create_user(rng, account),
        8 => console_login(),
        9 => put_log_events(rng, account, region),
        10 => Call::read("sts.amazonaws.com", "GetCallerIdentity", Value::Null),
        11 => list_objects(rng),
        12 => tag_resource(rng, account, region),
        13 => Call::read(
            "s3.amazonaws.com",
            "ListBuckets",
            json!({"Host": format!("s3.{region}.amazonaws.com")}),
        ),
        _ => Call::read(
            "cloudtrail.amazonaws.com",
            "GetTrailStatus",
            json!({"name": format!("arn:aws:cloudtrail:{region}:{account}:trail/main")}),
        ),
    }
}

/// A call with parameters of several kilobytes, as policies have.
pub fn long_call(rng: &mut Rng) -> Call {
    let statements: Vec<Value> = (0..rng.random_range(10..60))
        .map(|n| {
            let bucket = random(rng, b"abcdefghijklmnopqrstuvwxyz", 12);
            json!({
                "Sid": format!("Statement{n}"),
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject"],
                "Resource": format!("arn:aws:s3:::{bucket}/*"),
            })
        })
        .collect();
    let document = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    Call::write(
        "iam.amazonaws.com",
        "PutRolePolicy",
        json!({"roleName": "deploy", "policyName": "inline", "policyDocument": document}),
        Value::Null,
    )
}

fn describe_instances(rng: &mut Rng) -> Call {
    let filters = if rng.random_bool(0.5) {
        json!({"items": [{"name": "tag:Owner", "valueSet": {"items": [{"value": pick(rng, &PEOPLE)}]}}]})
    } else {
        json!({})
    };
    Call::read(
        "ec2.amazonaws.com",
        "DescribeInstances",
        json!({"instancesSet": {}, "filterSet": filters, "nextToken": null}),
    )
}

fn assume_role(rng: &mut Rng, account: &str) -> Call {
    let session = pick(rng, &PEOPLE[..3]);
    let key = access_key(rng, "ASIA");
    let role = unique_id(rng, "AROA");
    let mut call = Call::write(
        "sts.amazonaws.com",
        "AssumeRole",
        json!({
            "roleArn": format!("arn:aws:iam::{account}:role/admin"),
            "roleSessionName": session,
            "durationSeconds": 3600,
        }),
        json!({
            "credentials": {"accessKeyId": key, "expiration": "Jan 1, 2026, 1:00:00 AM", "sessionToken": random(rng, b"ABCDEFGHIJKLMNOPabcdefghijklmnop0123456789+/", 320)},
            "assumedRoleUser": {"assumedRoleId": format!("{role}:{session}"), "arn": format!("arn:aws:sts::{account}:assumed-role/admin/{session}")},
        }),
    );
    call.read_only = true;
    call.resources = Some(json!([{
        "accountId": account,
        "type": "AWS::IAM::Role",
        "ARN": format!("arn:aws:iam::{account}:role/admin"),
    }]));
    call
}

fn run_instances(rng: &mut Rng, region: &str) -> Call {
    let id = format!("i-{}", random(rng, b"0123456789abcdef", 17));
    Call::write(
        "ec2.amazonaws.com",
        "RunInstances",
        json!({
            "instancesSet": {"items": [{"imageId": "ami-0abcdef1234567890", "minCount": 1, "maxCount": 1}]},
            "instanceType": "t3.micro",
            "blockDeviceMapping": {},
            "monitoring": {"enabled": false},
            "clientToken": uuid(rng),
        }),
        json!({
            "requestId": uuid(rng),
            "instancesSet": {"items": [{
                "instanceId": id,
                "instanceState": {"code": 0, "name": "pending"},
                "placement": {"availabilityZone": format!("{region}a"), "tenancy": "default"},
                "tagSet": {"items": [{"key": "Name", "value": pick(rng, &PEOPLE)}]},
            }]},
        }),
    )
}

fn get_object(rng: &mut Rng, account: &str) -> Call {
    let key = format!("data/{}.parquet", uuid(rng));
    let mut call = Call::read(
        "s3.amazonaws.com",
        "GetObject",
        json!({"bucketName": "data-lake", "Host": "data-lake.s3.amazonaws.com", "key": key}),
    );
    call.additional = Some(json!({
        "SignatureVersion": "SigV4",
        "CipherSuite": "TLS_AES_128_GCM_SHA256",
        "bytesTransferredIn": 0,
        "bytesTransferredOut": rng.random_range(1_000..50_000_000_u64),
        "AuthenticationMethod": "AuthHeader",
        "x-amz-id-2": random(rng, b"ABCDEFabcdef0123456789+/", 76),
    }));
    call.resources = Some(json!([
        {"type": "AWS::S3::Object", "ARN": format!("arn:aws:s3:::data-lake/{key}")},
        {"accountId": account, "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::data-lake"},
    ]));
    call.data = true;
    call
}

fn decrypt(rng: &mut Rng, account: &str, region: &str) -> Call {
    let mut call = Call::read(
        "kms.amazonaws.com",
        "Decrypt",
        json!({
            "encryptionContext": {"aws:s3:arn": "arn:aws:s3:::data-lake"},
            "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
        }),
    );
    call.resources = Some(json!([{
        "accountId": account,
        "type": "AWS::KMS::Key",
        "ARN": format!("arn:aws:kms:{region}:{account}:key/{}", uuid(rng)),
    }]));
    call
}

fn create_user(rng: &mut Rng, account: &str) -> Call {
    let name = pick(rng, &PEOPLE[..3]);
    Call::write(
        "iam.amazonaws.com",
        "CreateUser",
        json!({"userName": name, "tags": [{"key": "Name", "value": pick(rng, &PEOPLE)}]}),
        json!({"user": {
            "path": "/",
            "userName": name,
            "userId": unique_id(rng, "AIDA"),
            "arn": format!("arn:aws:iam::{account}:user/{name}"),
            "createDate": "Jan 1, 2026 12:00:00 AM",
        }}),
    )
}

fn console_login() -> Call {
    let mut call = Call::write(
        "signin.amazonaws.com",
        "ConsoleLogin",
        Value::Null,
        json!({"ConsoleLogin": "Success"}),
    );
    call.additional = Some(json!({
        "LoginTo": "https://console.aws.amazon.com/console/home?state=hashArgs%23&isauthcode=true",
        "MobileVersion": "No",
        "MFAUsed": "Yes",
    }));
    call.kind = "AwsConsoleSignIn";
    call
}

fn put_log_events(rng: &mut Rng, account: &str, region: &str) -> Call {
    let function = random(rng, b"abcdefghijklmnopqrstuvwxyz", 10);
    Call::write(
        "logs.amazonaws.com",
        "CreateLogStream",
        json!({
            "logGroupName": format!("/aws/lambda/{function}"),
            "logStreamName": format!("2026/01/01/[$LATEST]{}", random(rng, b"0123456789abcdef", 32)),
            "logGroupArn": format!("arn:aws:logs:{region}:{account}:log-group:/aws/lambda/{function}"),
        }),
        Value::Null,
    )
}

fn list_objects(rng: &mut Rng) -> Call {
    Call::read(
        "s3.amazonaws.com",
        "ListObjects",
        json!({
            "bucketName": "data-lake",
            "prefix": format!("{}/", pick(rng, &PEOPLE)),
            "delimiter": "/",
            "max-keys": "1000",
            "marker": null,
        }),
    )
}

fn tag_resource(rng: &mut Rng, account: &str, region: &str) -> Call {
    Call::write(
        "dynamodb.amazonaws.com",
        "TagResource",
        json!({
            "resourceArn": format!("arn:aws:dynamodb:{region}:{account}:table/orders"),
            "tags": [{"key": "Besitzer/Owner", "value": pick(rng, &PEOPLE)}, {"key": "empty", "value": ""}],
        }),
        Value::Null,
    )
}
