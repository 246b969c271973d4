use super::OwnSignature::{self, Absent};
use super::{JudgedDigest, RecordedProof, SIGNATURE_ALGORITHM, judge};
use crate::base::sha256::Sha256;
use crate::cloudtrail::digest::Link;
use crate::proof::finding::Detail;
use crate::proof::finding::{Code, Severity};
use crate::proof::fixtures::{digest, link, valid};
use crate::proof::reason::Reason;
use crate::proof::signature::SignatureCheck::{self, Invalid};
use crate::proof::signature::SignatureTrouble;
use crate::proof::signature::UncheckedCause::{self, AlgorithmUnsupported, KeyUnavailable};

use Hash::{Other, Same, Unknown};

fn unchecked(cause: UncheckedCause) -> SignatureCheck {
    SignatureCheck::Unchecked(SignatureTrouble {
        cause,
        message: "no key".into(),
        severity: Severity::Unproven,
        reason: Some(Reason::Denied),
        named: "a key".into(),
    })
}

fn own(checked: SignatureCheck) -> OwnSignature {
    OwnSignature::Present("aa".into(), checked)
}

/// The hash that a successor recorded.
#[derive(Clone, Copy)]
enum Hash {
    Same,
    Other,
    /// It is given in another algorithm.
    Unknown,
}

fn links() -> [Link; 3] {
    let same = digest("09:00", "10:00").sha256();
    let other = Sha256::of(b"other");
    [Some(same), Some(other), None].map(|hash| link("10:00", hash))
}

struct JudgeRow {
    name: &'static str,
    own: OwnSignature,
    recorded: Vec<(bool, Hash, SignatureCheck)>,
}

fn row(
    name: &'static str,
    own: OwnSignature,
    recorded: Vec<(bool, Hash, SignatureCheck)>,
) -> JudgeRow {
    JudgeRow {
        name,
        own,
        recorded,
    }
}

fn judged(row: &JudgeRow) -> JudgedDigest {
    let links = links();
    let recorded: Vec<RecordedProof> = row
        .recorded
        .iter()
        .map(|(by_proven, hash, signature)| RecordedProof {
            link: &links[*hash as usize],
            by_proven: *by_proven,
            signature: signature.clone(),
        })
        .collect();
    judge(digest("09:00", "10:00"), &row.own, &recorded)
}

const PROVEN: bool = true;
const UNPROVEN: bool = false;

#[test]
fn any_proof_is_enough_and_contradictions_are_found() {
    let no_key = || unchecked(KeyUnavailable);
    let absent = Some(Reason::SignatureAbsent);
    let (link, wrong) = (
        Some(Code::ChainLinkMismatch),
        Some(Code::DigestSignatureInvalid),
    );
    // Per row: the finding, why the own signature was of no use, and the number of keys.
    let rows = vec![
        (row("own signature", own(valid("a")), vec![]), None, None, 1),
        (
            row(
                "both signatures, one key",
                own(valid("a")),
                vec![(PROVEN, Same, valid("a"))],
            ),
            None,
            None,
            1,
        ),
        (
            row(
                "both signatures, two keys",
                own(valid("a")),
                vec![(PROVEN, Same, valid("b"))],
            ),
            None,
            None,
            2,
        ),
        (
            row(
                "own signature, another hash recorded",
                own(valid("a")),
                vec![(PROVEN, Other, valid("a"))],
            ),
            link,
            None,
            1,
        ),
        (
            row(
                "own signature, another signature recorded",
                own(valid("a")),
                vec![(PROVEN, Same, Invalid)],
            ),
            link,
            None,
            1,
        ),
        (
            row(
                "own signature, an unproven successor differs",
                own(valid("a")),
                vec![(UNPROVEN, Other, Invalid)],
            ),
            None,
            None,
            1,
        ),
        (
            row(
                "signature carried by a proven successor",
                Absent,
                vec![(PROVEN, Same, valid("a"))],
            ),
            None,
            absent,
            1,
        ),
        (
            row(
                "signature carried by an unproven successor",
                Absent,
                vec![(UNPROVEN, Other, valid("a"))],
            ),
            None,
            absent,
            1,
        ),
        (
            row("hash alone, no key", Absent, vec![(PROVEN, Same, no_key())]),
            None,
            absent,
            0,
        ),
        (
            row(
                "hash alone, own signature unchecked",
                own(no_key()),
                vec![(PROVEN, Same, no_key())],
            ),
            None,
            Some(Reason::KeyUnavailable),
            0,
        ),
        (
            row(
                "own signature wrong, successor right",
                own(Invalid),
                vec![(PROVEN, Same, valid("a"))],
            ),
            wrong,
            None,
            1,
        ),
        (
            row(
                "own signature wrong, hash right",
                own(Invalid),
                vec![(PROVEN, Same, no_key())],
            ),
            wrong,
            None,
            0,
        ),
        (
            row(
                "two successors, one contradicts",
                Absent,
                vec![(UNPROVEN, Same, valid("a")), (PROVEN, Other, Invalid)],
            ),
            link,
            absent,
            1,
        ),
    ];
    for (row, finding, by_successor, keys) in rows {
        let JudgedDigest::Proven {
            digest: proven,
            finding: found,
            by_successor: why,
            keys: used,
        } = judged(&row)
        else {
            panic!("{}: not proven", row.name);
        };
        assert_eq!(proven.sha256(), digest("09:00", "10:00").sha256());
        let actual = (found.map(|f| f.code), why, used.len());
        assert_eq!(actual, (finding, by_successor, keys), "{}", row.name);
    }
}

#[test]
fn without_a_proof_the_finding_says_what_is_known() {
    let no_key = || unchecked(KeyUnavailable);
    let (wrong, absent) = (Code::DigestSignatureInvalid, Code::DigestSignatureAbsent);
    let not_recorded = Some(Detail::DigestNotAsRecorded);
    // Per row: the code, the detail, and whether the expected hash is given.
    let rows = vec![
        (row("nothing", Absent, vec![]), absent, None, false),
        (
            row("own signature wrong", own(Invalid), vec![]),
            wrong,
            None,
            false,
        ),
        (
            row(
                "own signature wrong, another hash recorded",
                own(Invalid),
                vec![(PROVEN, Other, Invalid)],
            ),
            wrong,
            None,
            true,
        ),
        (
            row(
                "a hash by an unproven successor proves nothing",
                Absent,
                vec![(UNPROVEN, Same, Invalid)],
            ),
            absent,
            Some(Detail::SuccessorDoesNotFit),
            false,
        ),
        (
            row(
                "another hash recorded",
                Absent,
                vec![(PROVEN, Other, Invalid)],
            ),
            Code::ChainLinkMismatch,
            not_recorded.clone(),
            true,
        ),
        (
            row(
                "another hash recorded, own signature unchecked",
                own(no_key()),
                vec![(PROVEN, Other, no_key())],
            ),
            Code::ChainLinkMismatch,
            not_recorded,
            true,
        ),
        (
            row("own signature unchecked", own(no_key()), vec![]),
            Code::KeyUnavailable,
            None,
            false,
        ),
        (
            row(
                "own algorithm unknown",
                own(unchecked(AlgorithmUnsupported)),
                vec![],
            ),
            Code::AlgorithmUnsupported,
            None,
            true,
        ),
        (
            row(
                "recorded signature unchecked",
                Absent,
                vec![(PROVEN, Unknown, no_key())],
            ),
            Code::KeyUnavailable,
            None,
            false,
        ),
        (
            row(
                "recorded hash of another algorithm",
                Absent,
                vec![(PROVEN, Unknown, Invalid)],
            ),
            absent,
            Some(Detail::SuccessorDoesNotFit),
            false,
        ),
    ];
    for (row, code, detail, compared) in rows {
        let JudgedDigest::Unproven(_, finding) = judged(&row) else {
            panic!("{}: proven", row.name);
        };
        let actual = (finding.code, finding.detail, finding.expected.is_some());
        assert_eq!(actual, (code, detail, compared), "{}", row.name);
    }
}

#[test]
fn a_contradicting_signature_is_compared_with_the_one_stored_with_the_digest() {
    for (stored, actual) in [(own(valid("a")), "aa"), (Absent, "none")] {
        let row = row("another signature", stored, vec![(PROVEN, Same, Invalid)]);
        let JudgedDigest::Proven {
            finding: Some(finding),
            ..
        } = judged(&row)
        else {
            panic!("{actual}: no finding");
        };
        let compared = (finding.expected, finding.actual);
        let recorded = links()[Same as usize].signature.clone();
        assert_eq!(compared, (Some(recorded), Some(actual.to_owned())));
    }
}

#[test]
fn a_signature_that_cannot_be_checked_says_which_key_it_needs_and_why_that_is_not_known() {
    for (cause, expected) in [
        (KeyUnavailable, None),
        (AlgorithmUnsupported, Some(SIGNATURE_ALGORITHM)),
    ] {
        let row = row("not checked", own(unchecked(cause)), vec![]);
        let JudgedDigest::Unproven(_, finding) = judged(&row) else {
            panic!("{cause:?}: proven");
        };
        assert_eq!(finding.actual.as_deref(), Some("a key"), "{cause:?}");
        assert_eq!(finding.expected.as_deref(), expected, "{cause:?}");
        assert_eq!(finding.reason, Some(Reason::Denied), "{cause:?}");
        assert_eq!(finding.message, "no key", "{cause:?}");
    }
}
