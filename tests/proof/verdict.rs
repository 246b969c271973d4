//! Verdicts, severities and reasons: what scripts rely on.

use trailproof::proof::finding::{Code, Detail, Finding, Severity, UnreadObject, Verdict};
use trailproof::proof::reason::Reason;

#[test]
fn a_verdict_has_its_word_and_its_exit_status() {
    for (verdict, word, exit) in [
        (Verdict::Verified, "verified", 0),
        (Verdict::Failed, "failed", 1),
        (Verdict::Gaps, "gaps", 3),
        (Verdict::Unproven, "unproven", 4),
    ] {
        assert_eq!((verdict.as_str(), verdict.exit_code()), (word, exit));
    }
    assert!(Verdict::Verified < Verdict::Gaps && Verdict::Gaps < Verdict::Unproven);
    assert!(Verdict::Unproven < Verdict::Failed);
}

#[test]
fn a_severity_is_a_verdict() {
    for (severity, word, verdict) in [
        (Severity::Note, "note", Verdict::Verified),
        (Severity::Gap, "gap", Verdict::Gaps),
        (Severity::Unproven, "unproven", Verdict::Unproven),
        (Severity::Failed, "failed", Verdict::Failed),
    ] {
        assert_eq!((severity.as_str(), severity.verdict()), (word, verdict));
    }
}

#[test]
fn what_a_finding_found_is_read_back_from_its_message() {
    let answer = || "AccessDenied".into();
    let of = |object| Detail::Unread {
        object,
        answer: answer(),
    };
    for (detail, code) in [
        (Detail::DigestNotAsRecorded, Code::ChainLinkMismatch),
        (Detail::SuccessorDoesNotFit, Code::DigestSignatureAbsent),
        (Detail::LogCutOff, Code::LogMalformed),
        (Detail::LogModifiedAndFollowed, Code::LogModified),
        (of(UnreadObject::Digest), Code::DigestUnreadable),
        (of(UnreadObject::LinkedDigest), Code::DigestUnreadable),
        (of(UnreadObject::Log), Code::LogUnreadable),
    ] {
        let finding = Finding::detailed(detail.clone());
        assert_eq!(
            (finding.code, &finding.detail),
            (code, &Some(detail.clone()))
        );
        assert_eq!(Detail::of_message(code, &finding.message), Some(detail));
        assert_eq!(Detail::of_message(Code::Gap, &finding.message), None);
    }
    let unread = of(UnreadObject::Log).message();
    assert_eq!(
        unread,
        "a log that its digest lists could not be read: AccessDenied"
    );
    assert_eq!(
        Detail::of_message(Code::LogModified, "something else"),
        None
    );
}

#[test]
fn few_reasons_end_a_run_and_each_has_advice() {
    let ending = [
        Reason::ClockSkewed,
        Reason::Credentials,
        Reason::Deadline,
        Reason::Interrupted,
    ];
    for reason in ending {
        assert!(reason.ends_run() && reason.is_reported_once(), "{reason:?}");
    }
    assert!(!Reason::KeysNotGiven.ends_run() && Reason::KeysNotGiven.is_reported_once());
    for reason in [Reason::Denied, Reason::Io, Reason::Limit, Reason::Refused] {
        assert!(
            !reason.ends_run() && !reason.is_reported_once(),
            "{reason:?}"
        );
        assert!(reason.hint().len() > 20, "{reason:?}");
    }
}
