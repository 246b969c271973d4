//! The least IAM policy that `validate` needs with some flags: the calls of `trailproof help in-s3`, on the buckets
//! that are given.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};

use crate::base::error::{Error, ErrorKind};
use crate::cli::args::shared::presentation::NamesFrom;
use crate::cli::args::validate::ValidateArgs;
use crate::source::access_point::{is_access_point, region_of_arn};

/// The version of the language of policies.
const LANGUAGE: &str = "2012-10-17";

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct IamPolicy {
    version: &'static str,
    statement: Vec<PolicyStatement>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyStatement {
    sid: &'static str,
    effect: &'static str,
    action: Vec<&'static str>,
    resource: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Value>,
}

impl PolicyStatement {
    fn allow(sid: &'static str, action: &[&'static str], resource: Vec<String>) -> Self {
        PolicyStatement {
            sid,
            effect: "Allow",
            action: action.to_vec(),
            resource,
            condition: None,
        }
    }
}

/// The policy in JSON; `None` if no request is signed.
///
/// # Errors
/// If a bucket is given by an alias, which no policy can refer to.
pub fn policy(args: &ValidateArgs) -> Result<Option<String>, Error> {
    if args.sign_in.no_sign_request {
        return Ok(None);
    }
    let policy = IamPolicy {
        version: LANGUAGE,
        statement: statements(args)?,
    };
    let json = serde_json::to_string_pretty(&policy);
    let error = |e| Error::new(ErrorKind::Internal, "cannot make the policy").because(e);
    json.map(Some).map_err(error)
}

fn statements(args: &ValidateArgs) -> Result<Vec<PolicyStatement>, Error> {
    let run = &args.run;
    let partition = partition(args);
    let (mut buckets, mut objects) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for bucket in run
        .source
        .s3_bucket
        .iter()
        .filter(|bucket| seen.insert(*bucket))
    {
        let (arn, of_objects) = match region_of_arn(bucket) {
            Some(_) => (bucket.clone(), format!("{bucket}/object/*")),
            None if is_access_point(bucket) => return Err(alias(bucket)),
            None => {
                let arn = format!("arn:{partition}:s3:::{bucket}");
                (arn.clone(), format!("{arn}/*"))
            }
        };
        buckets.push(arn);
        objects.push(of_objects);
    }
    let of_buckets = [
        "s3:ListBucket",
        "s3:ListBucketVersions",
        "s3:GetBucketVersioning",
        "s3:GetLifecycleConfiguration",
    ];
    let of_trails = [
        "cloudtrail:GetTrailStatus",
        "cloudtrail:GetEventSelectors",
        "cloudtrail:GetInsightSelectors",
    ];
    let mut of_cloudtrail = vec!["cloudtrail:DescribeTrails", "cloudtrail:LookupEvents"];
    if run.known.keys.is_empty() {
        of_cloudtrail.push("cloudtrail:ListPublicKeys");
    }
    if run.scope.trail_arn.is_empty() {
        of_cloudtrail.push("cloudtrail:ListTrails");
    }
    let keys = vec![format!("arn:{partition}:kms:*:*:key/*")];
    let trails = vec![format!("arn:{partition}:cloudtrail:*:*:trail/*")];
    let mut statements = vec![
        PolicyStatement::allow("ListObjects", &of_buckets, buckets),
        PolicyStatement::allow(
            "ReadObjects",
            &["s3:GetObject", "s3:GetObjectVersion"],
            objects,
        ),
        // Only S3 can use it, and only for the objects that may be read.
        PolicyStatement {
            condition: Some(json!({ "StringLike": { "kms:ViaService": "s3.*.amazonaws.com*" } })),
            ..PolicyStatement::allow("DecryptObjects", &["kms:Decrypt"], keys)
        },
        PolicyStatement::allow("ReadTrails", &of_trails, trails),
        // None of these calls has a resource of its own.
        PolicyStatement::allow("LookUpTrailsAndKeys", &of_cloudtrail, vec!["*".into()]),
    ];
    if args.report.presentation.names == Some(NamesFrom::Organizations) {
        let names = &["organizations:ListAccounts"];
        statements.push(PolicyStatement::allow(
            "NameAccounts",
            names,
            vec!["*".into()],
        ));
    }
    Ok(statements)
}

/// The partition of the trails or regions that are given.
pub fn partition(args: &ValidateArgs) -> &str {
    let scope = &args.run.scope;
    let of_trail = scope.trail_arn.first().map(|trail| &*trail.partition);
    let of_region = || scope.region.first().map(|region| region.partition());
    of_trail.or_else(of_region).unwrap_or("aws")
}

fn alias(bucket: &str) -> Error {
    let message = format!("--s3-bucket {bucket} is the alias of an access point");
    Error::new(ErrorKind::Usage, message).hint(
        "give the ARN of the access point: the policy refers to it, and cannot refer to an alias",
    )
}
