//! Inputs that the tests beside this code build by hand: times of one day, one trail, its digests
//! and the calls on it.

use jiff::Timestamp;

use crate::base::sha256::Sha256;
use crate::base::time::Window;
use crate::cloudtrail::digest::{Link, Unverified};
use crate::cloudtrail::event::{Call, Event, Evidence, TrailChange, TrailRef, Via};
use crate::cloudtrail::ids::{ChainId, TrailArn};
use crate::proof::coverage::Spans;
use crate::proof::keys::KeyOrigin;
use crate::proof::signature::{KeyUse, SignatureCheck};

pub const ACCOUNT: &str = "111122223333";
pub const HOME: &str = "eu-central-1";
pub const BUCKET: &str = "logs";

/// An instant of the day, from `HH:MM`.
pub fn at(time: &str) -> Timestamp {
    let text = format!("2026-03-01T{time}:00Z");
    text.parse().expect("a time of the day")
}

/// The time from one `HH:MM` to another.
pub fn span(from: &str, to: &str) -> Window {
    Window::new(at(from), at(to))
}

/// Several such times.
pub fn spans(times: &[(&str, &str)]) -> Spans {
    let mut spans = Spans::default();
    for (from, to) in times {
        spans.insert(span(from, to));
    }
    spans
}

/// The chain of the trail `main` in a region.
pub fn chain(region: &str) -> ChainId {
    ChainId {
        account: ACCOUNT.parse().expect("an account"),
        region: region.parse().expect("a region"),
        home_region: HOME.parse().expect("a region"),
        trail: "main".parse().expect("a trail"),
        organization: None,
    }
}

/// The key of the digest of a region that ends at `HH:MM`.
pub fn digest_key(region: &str, end: &str) -> String {
    let stamp = end.replace(':', "");
    format!(
        "AWSLogs/{ACCOUNT}/CloudTrail-Digest/{region}/2026/03/01/\
         {ACCOUNT}_CloudTrail-Digest_{region}_main_{HOME}_20260301T{stamp}00Z.json.gz"
    )
}

/// The key of a log of a region whose name carries the minute `HH:MM`.
pub fn log_key(region: &str, minute: &str) -> String {
    let stamp = minute.replace(':', "");
    format!(
        "AWSLogs/{ACCOUNT}/CloudTrail/{region}/2026/03/01/\
         {ACCOUNT}_CloudTrail_{region}_20260301T{stamp}Z_a1B2c3D4e5F6g7H8.json.gz"
    )
}

/// A digest of the home region that ends at `HH:MM` and covers an hour.
pub fn digest(from: &str, end: &str) -> Unverified {
    let json = format!(
        r#"{{"awsAccountId":"{ACCOUNT}","digestStartTime":"{}","digestEndTime":"{}",
            "digestS3Bucket":"{BUCKET}","digestS3Object":"{}","digestPublicKeyFingerprint":"00",
            "digestSignatureAlgorithm":"SHA256withRSA","previousDigestS3Bucket":null,
            "previousDigestS3Object":null,"previousDigestHashValue":null,
            "previousDigestHashAlgorithm":null,"previousDigestSignature":null,"logFiles":[]}}"#,
        at(from),
        at(end),
        digest_key(HOME, end),
    );
    Unverified::parse(json.as_bytes()).expect("a digest")
}

/// A link to the digest of the home region that ends at `HH:MM`.
pub fn link(end: &str, sha256: Option<Sha256>) -> Link {
    Link {
        bucket: BUCKET.into(),
        key: digest_key(HOME, end),
        sha256,
        signature: "5161".into(),
    }
}

/// The check of a signature that is valid under a key with this fingerprint.
pub fn valid(key: &str) -> SignatureCheck {
    SignatureCheck::Valid(KeyUse {
        region: HOME.parse().expect("a region"),
        fingerprint: key.into(),
        valid: (at("00:00"), at("23:00")),
        origin: KeyOrigin::File,
    })
}

/// A call that LookupEvents returned.
pub fn event(time: Timestamp, name: &str, call: Call) -> Evidence {
    Evidence {
        event: Event {
            time,
            name: name.into(),
            id: None,
            region: HOME.parse().ok(),
            account: ACCOUNT.parse().ok(),
            actor: None,
            source_ip: None,
            user_agent: None,
            error_code: None,
            parameters: None,
            call,
        },
        via: Via::LookupEvents,
    }
}

/// A call at `HH:MM` on the trail `main` of an account, as LookupEvents returns it.
pub fn trail_call(account: &str, time: &str, change: TrailChange) -> Evidence {
    let arn = TrailArn {
        partition: "aws".into(),
        home_region: HOME.parse().expect("a region"),
        account: account.parse().expect("an account"),
        trail: "main".parse().expect("a trail"),
    };
    let name = match change {
        TrailChange::Start => "StartLogging",
        TrailChange::Stop => "StopLogging",
        TrailChange::Create(_) => "CreateTrail",
        TrailChange::Update(_) => "UpdateTrail",
        TrailChange::Delete => "DeleteTrail",
        TrailChange::Selectors(_) => "PutEventSelectors",
        TrailChange::Insights(_) => "PutInsightSelectors",
    };
    event(at(time), name, Call::Trail(TrailRef::Arn(arn), change))
}

/// The same call, refused.
pub fn refused(mut call: Evidence) -> Evidence {
    call.event.error_code = Some("AccessDenied".into());
    call
}

/// The same event, from a log that only an unproven digest lists.
pub fn lead(evidence: Evidence) -> Evidence {
    Evidence {
        via: Via::UnprovenLog {
            log: (BUCKET.into(), "a log".into()),
            digest: "a digest".into(),
        },
        ..evidence
    }
}

/// The same event, from a log that the proven digest of a region that ends at `HH:MM` lists.
pub fn in_log_of(evidence: Evidence, region: &str, end: &str) -> Evidence {
    held_by(evidence, digest_key(region, end), end)
}

/// The same event, from a log that the proven digest with this key lists, which ends at `HH:MM`.
pub fn held_by(evidence: Evidence, digest: String, end: &str) -> Evidence {
    Evidence {
        via: Via::VerifiedLog {
            log: (BUCKET.into(), "a log".into()),
            digest,
            end: at(end),
        },
        ..evidence
    }
}
