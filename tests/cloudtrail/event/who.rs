//! Who made a call, when, from where, and for which account.

use rand::SeedableRng as _;
use serde_json::{Value, json};
use trailproof::cloudtrail::event::KeyTerm;

use super::{one, record, start};
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

#[test]
fn the_session_says_who_issued_it_and_whether_a_second_factor_was_used() {
    let mut record = start();
    let issuer = "arn:aws:iam::111122223333:role/admin";
    let session = |mfa: Value| {
        json!({
            "sessionIssuer": {"type": "Role", "arn": issuer, "accountId": "111122223333"},
            "attributes": {"creationDate": "2026-01-01T09:00:00Z", "mfaAuthenticated": mfa},
        })
    };
    for (mfa, expected) in [
        (json!("true"), Some(true)),
        (json!("false"), Some(false)),
        (json!(true), Some(true)),
        (json!(null), None),
    ] {
        record["userIdentity"]["sessionContext"] = session(mfa);
        let actor = one(&record).unwrap().actor.unwrap();
        assert_eq!(actor.mfa, expected);
        assert_eq!(actor.issuer.as_deref(), Some(issuer));
    }
    record["userIdentity"]["sessionContext"] = json!({});
    let actor = one(&record).unwrap().actor.unwrap();
    assert_eq!((actor.mfa, actor.issuer), (None, None));
}

#[test]
fn an_access_key_shows_how_long_it_is_valid() {
    assert_eq!(KeyTerm::of("AKIAIOSFODNN7EXAMPLE"), Some(KeyTerm::LongTerm));
    assert_eq!(
        KeyTerm::of("ASIAIOSFODNN7EXAMPLE"),
        Some(KeyTerm::Temporary)
    );
    for other in ["", "AKI", "akiaIOSFODNN7EXAMPLE", "AIDA123", "ÄÖÜ"] {
        assert_eq!(KeyTerm::of(other), None, "{other:?}");
    }
}

#[test]
fn request_parameters_are_kept_as_json_and_cut() {
    let kept = |params: Value| {
        let mut record = start();
        record["requestParameters"] = params;
        one(&record).and_then(|event| event.parameters)
    };
    let params = json!({"name": "main", "note": "\u{1b}[31m<b>=1+1"});
    let expected = params.to_string();
    assert_eq!(kept(params), Some(expected));
    for (length, is_cut) in [(1_024, false), (1_025, true)] {
        let params =
            json!({"name": "main", "x": "x".repeat(length - r#"{"name":"main","x":""}"#.len())});
        let kept = kept(params).unwrap();
        assert_eq!(kept.ends_with('…'), is_cut);
        assert!(kept.starts_with(r#"{"name":"main","x":"xxx"#), "{kept}");
    }
    let huge = kept(json!({"name": "main", "x": "é".repeat(100_000)})).unwrap();
    assert!(huge.len() <= 1_024 + 3 && huge.ends_with("é…"), "{huge}");
    // The call itself is read from parameters of any size and order.
    let mut wide: serde_json::Map<String, Value> = (0..5_000)
        .map(|n| {
            (
                format!("a{n}"),
                json!([n, {"deep": [[[n]]]}, null, 1.5, true]),
            )
        })
        .collect();
    wide.insert("name".to_owned(), json!("main"));
    let wide = kept(wide.into()).unwrap();
    assert!(wide.len() <= 1_024 + 3 && wide.starts_with('{'), "{wide}");
}

#[test]
fn parameters_that_cloudtrail_withholds_are_kept_as_it_says_so() {
    let hidden = json!("HIDDEN_DUE_TO_SECURITY_REASONS");
    let object = json!([{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::logs/key"}]);
    let event = one(&record("s3", "DeleteObject", hidden, object)).unwrap();
    assert_eq!(
        event.parameters.as_deref(),
        Some("HIDDEN_DUE_TO_SECURITY_REASONS")
    );
}

#[test]
fn the_caller_is_told_in_words() {
    let mut event = one(&start()).unwrap();
    let alice = "arn:aws:iam::111122223333:user/Alice (access key AKIAEXAMPLE)";
    assert_eq!(event.who().as_deref(), Some(alice));
    assert_eq!(event.by(), format!(" by {alice}"));
    let actor = event.actor.as_mut().unwrap();
    assert_eq!(actor.key_term(), Some(KeyTerm::LongTerm));
    actor.session = Some("jo".into());
    actor.access_key_id = Some("ASIAEXAMPLE".into());
    assert_eq!(actor.key_term(), Some(KeyTerm::Temporary));
    assert!(
        event
            .by()
            .ends_with("user/Alice (session jo, access key ASIAEXAMPLE)")
    );
    // What is empty says nothing.
    let actor = event.actor.as_mut().unwrap();
    for said in [&mut actor.session, &mut actor.access_key_id, &mut actor.arn] {
        *said = Some(String::new());
    }
    assert_eq!(actor.key_term(), None);
    assert_eq!(event.who().as_deref(), Some("111122223333"));
    event.actor = None;
    assert_eq!((event.who(), event.by()), (None, String::new()));
}
