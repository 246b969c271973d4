//! Signatures that cannot be checked, and what that shows.

use jiff::{SignedDuration, Timestamp};
use trailproof::Region;
use trailproof::cloudtrail::digest::Unverified;
use trailproof::proof::finding::{Finding, Severity};
use trailproof::proof::keys::{KeyLookup, KeyOrigin, KeyUnavailable, Keys, PublicKey};
use trailproof::proof::reason::Reason;
use trailproof::proof::signature::{
    SignatureCheck, SignatureTrouble, UncheckedCause, WrittenSignature, check,
};

use crate::support::case::{Case, REGION, hour};
use crate::support::forge::DigestRecord;

/// Keys that answer as they are told, by the fingerprint and the time of signing.
struct ToldKeys<F>(F);

impl<F: Fn(&str, (Timestamp, Timestamp)) -> KeyLookup + Sync> Keys for ToldKeys<F> {
    fn look_up(&self, _: &Region, fingerprint: &str, signed: (Timestamp, Timestamp)) -> KeyLookup {
        (self.0)(fingerprint, signed)
    }

    fn broken(&self) -> Vec<Finding> {
        Vec::new()
    }

    fn origin(&self) -> KeyOrigin {
        KeyOrigin::Aws
    }
}

/// Why a signature over a digest, which was signed within two hours after its end, cannot be checked.
fn trouble(
    digest: &DigestRecord,
    hex: &str,
    answer: impl Fn(&str, (Timestamp, Timestamp)) -> KeyLookup + Sync,
) -> SignatureTrouble {
    let read = Unverified::parse(&digest.json).expect("a digest");
    let region: Region = digest.region.parse().expect("a region");
    let algorithm = None;
    let signature = WrittenSignature { hex, algorithm };
    let signed = (digest.end, digest.end + SignedDuration::from_hours(2));
    match check(&read, signature, &region, &ToldKeys(answer), signed) {
        SignatureCheck::Unchecked(trouble) => trouble,
        checked => panic!("{checked:?}"),
    }
}

/// Nothing signs when a backfill digest was generated, so its key may be one of any later time.
#[test]
fn only_the_key_of_a_backfill_digest_may_be_one_of_a_later_time() {
    let mut case = Case::new("later-key", 0, "");
    let mut chain = case.chain(3);
    chain.backfill(&mut case.world, hour(2), hour(4), 1, false);
    let (hourly, backfill) = (chain.last(), &chain.backfills[0]);
    let (earlier, later) = ((hour(-480), hour(-240)), (hour(240), hour(480)));
    let outside = (UncheckedCause::KeyOutsideValidity, Severity::Unproven);
    let unknown = (UncheckedCause::KeyUnknown, Severity::Failed);
    for (what, digest, hex, valid, expected) in [
        ("later", backfill, &backfill.signature, later, outside),
        ("earlier", backfill, &backfill.signature, earlier, unknown),
        ("does not fit", backfill, &hourly.signature, later, unknown),
        ("hourly", hourly, &hourly.signature, later, unknown),
    ] {
        let der = case.world.keys.value_der(REGION, digest.key);
        let key = PublicKey::from_der(&der, valid, KeyOrigin::Aws).expect("a key");
        let trouble = trouble(digest, hex, |fingerprint, (from, to)| {
            if key.fingerprint == fingerprint && key.valid_during(from, to) {
                KeyLookup::Valid(vec![key.clone()])
            } else {
                KeyLookup::Unknown(KeyOrigin::Aws)
            }
        });
        assert_eq!((trouble.cause, trouble.severity), expected, "{what}");
    }
}

#[test]
fn a_key_that_only_a_file_lacks_is_no_evidence_of_a_forgery() {
    let mut case = Case::new("unknown-key", 0, "");
    let chain = case.chain(1);
    let digest = chain.last();
    for (origin, severity, words) in [
        (KeyOrigin::Aws, Severity::Failed, "not among those that AWS"),
        (
            KeyOrigin::Bundle,
            Severity::Failed,
            "not among those that AWS",
        ),
        (KeyOrigin::File, Severity::Unproven, "not in --keys"),
    ] {
        let trouble = trouble(digest, &digest.signature, |_, _| KeyLookup::Unknown(origin));
        let found = (trouble.cause, trouble.severity);
        assert_eq!(found, (UncheckedCause::KeyUnknown, severity), "{origin:?}");
        assert!(trouble.message.contains(words), "{}", trouble.message);
    }
}

#[test]
fn keys_that_were_not_given_are_told_from_keys_that_could_not_be_retrieved() {
    let mut case = Case::new("no-key", 0, "");
    let chain = case.chain(1);
    let digest = chain.last();
    let why = |reason| KeyUnavailable {
        reason,
        detail: "this happened".into(),
    };
    for (why, words) in [
        (
            Some(why(Reason::KeysNotGiven)),
            "this happened, so no signature",
        ),
        (Some(why(Reason::Denied)), "could not be retrieved"),
        (None, "--keys contains no public key"),
    ] {
        let trouble = trouble(digest, &digest.signature, |_, _| {
            KeyLookup::Unavailable(why.clone())
        });
        let found = (trouble.cause, trouble.severity, trouble.reason);
        let reason = why.as_ref().map(|why| why.reason);
        assert_eq!(
            found,
            (UncheckedCause::KeyUnavailable, Severity::Unproven, reason)
        );
        assert!(trouble.message.contains(words), "{}", trouble.message);
        let tells = trouble.message.contains("this happened");
        assert_eq!(tells, why.is_some(), "{}", trouble.message);
    }
}
