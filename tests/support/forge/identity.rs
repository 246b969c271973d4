//! `userIdentity` in each of the shapes the CloudTrail record reference describes.

use jiff::Timestamp;
use rand::RngExt;
use serde_json::{Value, json};

use super::json::Fields;
use super::text::{after, iso, pick, random};
use super::world::Rng;

/// Every value of `userIdentity.type`.
pub const TYPES: [&str; 12] = [
    "Root",
    "IAMUser",
    "AssumedRole",
    "Role",
    "FederatedUser",
    "Directory",
    "AWSAccount",
    "AWSService",
    "IdentityCenterUser",
    "SAMLUser",
    "WebIdentityUser",
    "Unknown",
];

/// Names of real people; those outside ASCII reach CloudTrail from directories and tags.
pub const PEOPLE: [&str; 9] = [
    "alice",
    "bob.smith",
    "ci-deploy",
    "Zoë Müller",
    "李雷",
    "Иван",
    "María-José",
    "👩\u{200d}💻 dev",
    "o'brien \"ob\"",
];

const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SERVICES: [&str; 4] = [
    "ec2.amazonaws.com",
    "lambda.amazonaws.com",
    "autoscaling.amazonaws.com",
    "cloudtrail.amazonaws.com",
];

/// An identifier such as `AIDA…`: a prefix for its kind, and seventeen characters.
pub fn unique_id(rng: &mut Rng, prefix: &str) -> String {
    format!("{prefix}{}", random(rng, BASE32, 17))
}

/// An access key: `AKIA…` of a user, `ASIA…` of a session, twenty characters in all.
pub fn access_key(rng: &mut Rng, prefix: &str) -> String {
    format!("{prefix}{}", random(rng, BASE32, 16))
}

/// A `userIdentity` of a given type; unknown types get the shape of `Unknown`.
pub fn identity(rng: &mut Rng, kind: &str, account: &str, at: Timestamp) -> Fields {
    let base = Fields::new().with("type", kind);
    match kind {
        "Root" => base
            .with("principalId", account)
            .with("arn", format!("arn:aws:iam::{account}:root"))
            .with("accountId", account)
            .with("accessKeyId", "")
            .with("sessionContext", session(rng, at, None)),
        "IAMUser" => iam_user(rng, base, account, at),
        "AssumedRole" => assumed_role(rng, base, account, at),
        "Role" => base
            .with("principalId", unique_id(rng, "AROA"))
            .with("arn", format!("arn:aws:iam::{account}:role/deploy"))
            .with("accountId", account)
            .with("sessionContext", session(rng, at, Some(account))),
        "FederatedUser" => {
            let name = pick(rng, &PEOPLE);
            base.with("principalId", format!("{account}:{name}"))
                .with(
                    "arn",
                    format!("arn:aws:sts::{account}:federated-user/{name}"),
                )
                .with("accountId", account)
                .with("accessKeyId", access_key(rng, "ASIA"))
                .with("sessionContext", session(rng, at, Some(account)))
        }
        "Directory" => base
            .with("principalId", format!("{account}:d-92670a1b2c"))
            .with("accountId", account)
            .with("userName", pick(rng, &PEOPLE)),
        "AWSAccount" => base
            .with(
                "principalId",
                format!("{}:session", unique_id(rng, "AROA")),
            )
            .with("accountId", random(rng, b"123456789", 12)),
        "AWSService" => base.with("invokedBy", pick(rng, &SERVICES)),
        "IdentityCenterUser" => base
            .with("accountId", account)
            .with(
                "onBehalfOf",
                json!({
                    "userId": "94482488-3041-7056-1a2b-0123456789ab",
                    "identityStoreArn": format!("arn:aws:identitystore::{account}:identitystore/d-90677a0c0d"),
                }),
            )
            .with("credentialId", "EXAMPLEVHULjJdTUdPJfofVa1sufHDoj7aYcOYcxFVllWR_Whr1fEXAMPLE"),
        "SAMLUser" => base
            .with(
                "principalId",
                "8bJy1DZ6RcNqcdS4DlKC0X0pWgA=:carlossalazar@example.com",
            )
            .with("userName", pick(rng, &PEOPLE))
            .with("identityProvider", "8bJy1DZ6RcNqcdS4DlKC0X0pWgA="),
        "WebIdentityUser" => base
            .with("principalId", "accounts.google.com:project.apps.googleusercontent.com:1234567890")
            .with("userName", "1234567890")
            .with("identityProvider", "accounts.google.com"),
        _ => base
            .with("principalId", "")
            .with("accountId", "")
            .with("userName", "HIDDEN_DUE_TO_SECURITY_REASONS"),
    }
}

fn iam_user(rng: &mut Rng, base: Fields, account: &str, at: Timestamp) -> Fields {
    let name = pick(rng, &PEOPLE[..3]);
    let from_console = rng.random_bool(0.3);
    let invoked_by = rng
        .random_bool(0.1)
        .then_some("cloudformation.amazonaws.com");
    base.with("principalId", unique_id(rng, "AIDA"))
        .with("arn", format!("arn:aws:iam::{account}:user/{name}"))
        .with("accountId", account)
        .with("accessKeyId", access_key(rng, "AKIA"))
        .with("userName", name)
        .with_some(
            "sessionContext",
            from_console.then(|| session(rng, at, None)),
        )
        .with_some("invokedBy", invoked_by)
}

fn assumed_role(rng: &mut Rng, base: Fields, account: &str, at: Timestamp) -> Fields {
    let id = unique_id(rng, "AROA");
    let name = pick(rng, &PEOPLE[..3]);
    let web = rng.random_bool(0.2).then(|| {
        json!({
            "federatedProvider": "cognito-identity.amazonaws.com",
            "attributes": {"cognito-identity.amazonaws.com:aud": "us-east-1:1a2b", "amr": "authenticated"},
        })
    });
    let mut context = session(rng, at, Some(account));
    if let Some(web) = web {
        context.set("webIdFederationData", web);
    }
    base.with("principalId", format!("{id}:{name}"))
        .with(
            "arn",
            format!("arn:aws:sts::{account}:assumed-role/admin/{name}"),
        )
        .with("accountId", account)
        .with("accessKeyId", access_key(rng, "ASIA"))
        .with("sessionContext", context)
}

/// A `sessionContext`; `issuer` is the account of the role.
fn session(rng: &mut Rng, at: Timestamp, issuer: Option<&str>) -> Fields {
    let created = after(at, -rng.random_range(30..3_600));
    let issued = issuer.map(|account| {
        json!({
            "type": "Role",
            "principalId": unique_id(rng, "AROA"),
            "arn": format!("arn:aws:iam::{account}:role/admin"),
            "accountId": account,
            "userName": "admin",
        })
    });
    Fields::new()
        .with("sessionIssuer", issued.unwrap_or_else(|| json!({})))
        .with("webIdFederationData", Value::Object(Default::default()))
        .with(
            "attributes",
            json!({
                "creationDate": iso(created),
                "mfaAuthenticated": if rng.random_bool(0.5) { "true" } else { "false" },
            }),
        )
}
