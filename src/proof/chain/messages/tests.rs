use super::{container_altered_too, no_key_fits};
use crate::base::sha256::Sha256;
use crate::proof::chain::fixtures::{hourly, linked, met, proven, scope, unsigned};
use crate::proof::digest_object::{Content, NotDigest, Reading};
use crate::proof::finding::Code::{DigestMalformed, DigestUnreadable, KeyUnavailable, KeyUnknown};
use crate::proof::finding::{Detail, Finding, Severity};
use crate::proof::fixtures::{BUCKET, link};
use crate::proof::reason::Reason;

/// The finding on this content under the name of a digest. Its proven successor recorded the hash of `recorded`.
fn finding_on(content: NotDigest) -> Finding {
    let recorded = link("10:00", Some(Sha256::of(b"recorded")));
    let successor = linked(recorded, hourly(11, None));
    let object = Reading {
        content: Content::Other(content),
        ..unsigned(hourly(10, None))
    };
    let placed = met(scope(), vec![proven(successor)]).place(object, None);
    placed.finding.expect("a finding")
}

#[test]
fn a_container_that_was_altered_too_makes_any_finding_a_failure() {
    let unproven = Finding::detailed(Detail::SuccessorDoesNotFit).at(Some(BUCKET), "a key");
    let message = unproven.message.clone();
    let finding = container_altered_too(unproven);
    assert_eq!(finding.code, DigestMalformed);
    assert_eq!(finding.severity, Severity::Failed);
    assert_eq!(finding.detail, None);
    assert_eq!(finding.key.as_deref(), Some("a key"));
    let said = format!("this digest is not exactly one complete gzip member; also, {message}");
    assert_eq!(finding.message, said);
}

#[test]
fn only_content_that_is_not_what_a_proven_successor_recorded_was_altered() {
    let too_large = |content: Option<&str>| NotDigest::TooLarge {
        sha256: content.map(|content| Sha256::of(content.as_bytes())),
        limit: 1_000,
    };
    let bytes = |content: &str| NotDigest::Bytes {
        why: "a field is missing".into(),
        sha256: Sha256::of(content.as_bytes()),
    };
    let rows = [
        (
            too_large(Some("recorded")),
            DigestUnreadable,
            Some(Reason::TooLarge),
        ),
        (too_large(Some("other")), DigestMalformed, None),
        (too_large(None), DigestUnreadable, Some(Reason::TooLarge)),
        (bytes("recorded"), DigestUnreadable, Some(Reason::Format)),
        (bytes("other"), DigestMalformed, None),
    ];
    for (content, code, reason) in rows {
        let name = format!("{content:?}");
        let finding = finding_on(content);
        assert_eq!((finding.code, finding.reason), (code, reason), "{name}");
        let is_altered = code == DigestMalformed;
        assert_eq!(finding.expected.is_some(), is_altered, "{name}");
    }
}

#[test]
fn where_no_key_fits_any_digest_the_keys_are_doubted_and_not_the_digests() {
    let forged = Finding::new(KeyUnknown, "AWS does not know this key").severity(Severity::Failed);
    let finding = no_key_fits(forged.at(Some(BUCKET), "a key"));
    let doubted = (finding.code, finding.severity, finding.reason);
    let expected = (KeyUnavailable, Severity::Unproven, Some(Reason::KeyUnknown));
    assert_eq!(doubted, expected);
    assert_eq!(finding.key.as_deref(), Some("a key"));
    let message = finding.message;
    assert!(
        message.contains("may be those of another region"),
        "{message}"
    );
}
