//! Who made a call, when, from where, and for which account.

use rand::SeedableRng as _;
use serde_json::{Value, json};

use super::{one, start};
use crate::support::forge::{Rng, identity, ts};

#[test]
fn the_caller_the_time_and_the_source_are_read() {
    let mut full = start();
    full["errorCode"] = json!("AccessDenied");
    full["errorMessage"] = json!("not authorized");
    let event = one(&full).unwrap();
    assert_eq!(event.time, ts("2026-01-01T10:00:00Z"));
    assert_eq!(
        event.id.as_deref(),
        Some("2cd59e23-5d86-42b9-b3ab-6e1ba5e6a7a9")
    );
    assert_eq!(event.region.unwrap().as_str(), "us-east-2");
    assert_eq!(event.source_ip.as_deref(), Some("192.0.2.0"));
    assert_eq!(event.user_agent.as_deref(), Some("aws-cli/2.13.5"));
    assert_eq!(event.error_code.as_deref(), Some("AccessDenied"));
    let actor = event.actor.unwrap();
    assert_eq!(actor.kind.as_deref(), Some("IAMUser"));
    assert_eq!(
        actor.arn.as_deref(),
        Some("arn:aws:iam::111122223333:user/Alice")
    );
    assert_eq!(actor.access_key_id.as_deref(), Some("AKIAEXAMPLE"));
    assert_eq!((actor.session, actor.invoked_by), (None, None));
    // The least that a record must hold.
    let least = json!({
        "eventTime": "2026-01-01T10:00:00Z",
        "eventSource": "cloudtrail.amazonaws.com",
        "eventName": "StopLogging",
        "requestParameters": {"name": "main"},
    });
    let event = one(&least).unwrap();
    assert!(event.actor.is_none() && event.id.is_none() && event.account.is_none());
}

#[test]
fn the_recipient_wins_for_the_account() {
    let account = |record: &Value| one(record).unwrap().account.map(|a| a.as_str().to_owned());
    let mut record = start();
    record["recipientAccountId"] = json!("444455556666");
    assert_eq!(account(&record).as_deref(), Some("444455556666"));
    record["recipientAccountId"] = json!(null);
    assert_eq!(account(&record).as_deref(), Some("111122223333"));
    record["recipientAccountId"] = json!("anonymous");
    assert_eq!(account(&record).as_deref(), Some("111122223333"));
    record["userIdentity"] = json!({"type": "AWSService", "invokedBy": "s3.amazonaws.com"});
    assert_eq!(account(&record), None);
}

#[test]
fn every_type_of_identity() {
    let mut rng = Rng::seed_from_u64(11);
    for kind in identity::TYPES {
        for _ in 0..20 {
            let who =
                identity::identity(&mut rng, kind, "111122223333", ts("2026-01-01T10:00:00Z"));
            let json: Value = serde_json::from_str(&who.compact()).unwrap();
            let mut record = start();
            record["userIdentity"] = json.clone();
            let actor = one(&record).unwrap().actor.unwrap();
            let text = |name: &str| json[name].as_str().filter(|t| !t.is_empty());
            assert_eq!(actor.kind.as_deref(), Some(kind));
            assert_eq!(actor.arn.as_deref(), text("arn"));
            assert_eq!(actor.account.as_deref(), text("accountId"));
            assert_eq!(actor.access_key_id.as_deref(), text("accessKeyId"));
            assert_eq!(actor.invoked_by.as_deref(), text("invokedBy"));
            let session = match kind {
                "AssumedRole" => text("arn").unwrap().split('/').nth(2),
                "FederatedUser" => text("arn")
                    .unwrap()
                    .split_once("federated-user/")
                    .map(|p| p.1),
                "AWSAccount" => Some("session"),
                _ => None,
            };
            assert_eq!(actor.session.as_deref(), session, "{kind}");
        }
    }
}
