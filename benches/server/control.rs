//! CloudTrail, Organizations and STS: the operations that validations need.

use hyper::HeaderMap;
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::percent::pairs;

/// Answers a request with the name of the operation, the content type and the body; `None` if the operation
/// is not supported.
pub fn answer(
    cloud: &Cloud,
    headers: &HeaderMap,
    body: &[u8],
) -> Option<(&'static str, &'static str, String)> {
    const JSON: &str = "application/x-amz-json-1.1";
    let Some(target) = text(headers, "x-amz-target") else {
        let form = pairs(std::str::from_utf8(body).ok()?);
        let asked =
            |(name, value): &(String, String)| name == "Action" && value == "GetCallerIdentity";
        let found = form.iter().any(asked);
        return found.then(|| ("GetCallerIdentity", "text/xml", identity(cloud)));
    };
    let input: Value = serde_json::from_slice(body).unwrap_or_default();
    let (operation, answer) = match target.rsplit('.').next()? {
        "ListPublicKeys" => ("ListPublicKeys", keys(cloud, region(headers)?, &input)),
        "DescribeTrails" => ("DescribeTrails", json!({"trailList": [trail(cloud)]})),
        "GetTrail" => ("GetTrail", json!({"Trail": trail(cloud)})),
        "GetTrailStatus" => ("GetTrailStatus", json!({"IsLogging": true})),
        "GetEventSelectors" => ("GetEventSelectors", selectors(cloud)),
        "GetInsightSelectors" => ("GetInsightSelectors", json!({"InsightSelectors": []})),
        "ListTrails" => ("ListTrails", json!({"Trails": [short(cloud)]})),
        "LookupEvents" => ("LookupEvents", json!({"Events": []})),
        "DescribeOrganization" => (
            "DescribeOrganization",
            json!({"Organization": {"Id": cloud.organization, "MasterAccountId": account(cloud)}}),
        ),
        _ => return None,
    };
    Some((operation, JSON, answer.to_string()))
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// The region that a request is signed for. The signature is not checked.
fn region(headers: &HeaderMap) -> Option<&str> {
    let (_, scope) = text(headers, "authorization")?.split_once("Credential=")?;
    scope.split('/').nth(2)
}

fn part(cloud: &Cloud, at: usize) -> &str {
    cloud
        .trail_arn
        .split([':', '/'])
        .nth(at)
        .unwrap_or_default()
}

fn home(cloud: &Cloud) -> &str {
    part(cloud, 3)
}

fn account(cloud: &Cloud) -> &str {
    part(cloud, 4)
}

fn short(cloud: &Cloud) -> Value {
    json!({"TrailARN": cloud.trail_arn, "Name": part(cloud, 6), "HomeRegion": home(cloud)})
}

fn trail(cloud: &Cloud) -> Value {
    json!({
        "Name": part(cloud, 6),
        "S3BucketName": cloud.bucket,
        "IncludeGlobalServiceEvents": true,
        "IsMultiRegionTrail": true,
        "HomeRegion": home(cloud),
        "TrailARN": cloud.trail_arn,
        "LogFileValidationEnabled": true,
        "HasCustomEventSelectors": false,
        "HasInsightSelectors": false,
        "IsOrganizationTrail": cloud.organization.is_some(),
    })
}

fn selectors(cloud: &Cloud) -> Value {
    let all = json!({
        "ReadWriteType": "All",
        "IncludeManagementEvents": true,
        "DataResources": [],
        "ExcludeManagementEventSources": [],
    });
    json!({"TrailARN": cloud.trail_arn, "EventSelectors": [all]})
}

/// The keys of a region whose validity overlaps the requested range.
fn keys(cloud: &Cloud, region: &str, input: &Value) -> Value {
    let from = input["StartTime"].as_f64().unwrap_or(f64::MIN);
    let to = input["EndTime"].as_f64().unwrap_or(f64::MAX);
    let meets = |key: &&Value| {
        let time = |name: &str| key[name].as_f64();
        let begins = time("ValidityStartTime").is_some_and(|at| at <= to);
        begins && time("ValidityEndTime").is_some_and(|at| at >= from)
    };
    let list = cloud.keys.get(region).into_iter().flatten();
    json!({"PublicKeyList": list.filter(meets).collect::<Vec<_>>()})
}

fn identity(cloud: &Cloud) -> String {
    let account = account(cloud);
    format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <GetCallerIdentityResult><Arn>arn:aws:iam::{account}:user/bench</Arn>\
         <UserId>AIDABENCH</UserId><Account>{account}</Account></GetCallerIdentityResult>\
         <ResponseMetadata><RequestId>bench</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    )
}
