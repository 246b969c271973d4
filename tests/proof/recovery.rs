//! For which findings an original is searched, and where.

use trailproof::base::sha256::Sha256;
use trailproof::proof::finding::{Code, ExpectedDigests, Finding, Original, Severity};
use trailproof::proof::reason::Reason;
use trailproof::{KeyRoot, Timestamp};

const OF_OBJECTS: [Code; 11] = [
    Code::DigestMissing,
    Code::DigestSignatureInvalid,
    Code::DigestMalformed,
    Code::DigestIdentityMismatch,
    Code::ChainLinkMismatch,
    Code::KeyUnknown,
    Code::StateMismatch,
    Code::LogMissing,
    Code::LogModified,
    Code::LogMalformed,
    Code::LogTrailingData,
];

#[test]
fn an_original_is_searched_for_what_is_missing_or_altered_and_known() {
    for code in Code::ALL {
        let is_of_objects = OF_OBJECTS.contains(code);
        assert_eq!(code.is_of_objects(), is_of_objects, "{code:?}");
        for severity in [
            Severity::Note,
            Severity::Gap,
            Severity::Unproven,
            Severity::Failed,
        ] {
            let finding = Finding::new(*code, "").severity(severity);
            assert_eq!(finding.searched_original(), None);
            let original = Original::Log(Sha256::of(b"a"));
            let finding = finding.original(original.clone());
            let is_searched = match severity {
                Severity::Failed => is_of_objects,
                Severity::Unproven => *code == Code::DigestSignatureAbsent,
                Severity::Note | Severity::Gap => false,
            };
            let expected = is_searched.then_some(&original);
            assert_eq!(
                finding.searched_original(),
                expected,
                "{code:?} {severity:?}"
            );
        }
    }
}

#[test]
fn only_an_object_that_could_not_be_read_is_archived() {
    for (code, reason, has_key, is_archived) in [
        (Code::LogUnreadable, Reason::Archived, true, true),
        (Code::DigestUnreadable, Reason::Archived, true, true),
        (Code::LogUnreadable, Reason::Archived, false, false),
        (Code::LogUnreadable, Reason::Denied, true, false),
        (Code::LogMissing, Reason::Archived, true, false),
    ] {
        let mut finding = Finding::new(code, "").reason(reason);
        if has_key {
            finding = finding.at(Some("logs"), "key");
        }
        assert_eq!(
            finding.is_archived(),
            is_archived,
            "{code:?} {reason:?} {has_key}"
        );
    }
}

#[test]
fn expected_digests_are_listed_newest_first_in_each_place() {
    let root = |prefix: &str| KeyRoot {
        prefix: prefix.into(),
        organization: None,
    };
    let newest: Timestamp = "2026-03-01T01:12:34Z".parse().expect("a time");
    let expected = ExpectedDigests {
        chain: "111111111111/eu-west-1/eu-west-1/main"
            .parse()
            .expect("a chain"),
        places: vec![("a".into(), root("")), ("b".into(), root("p"))],
        newest,
        most: 2,
        each: true,
    };
    let places = expected.places();
    let places: Vec<String> = places
        .map(|(bucket, key)| format!("{bucket} {key}"))
        .collect();
    let name = |time: &str| {
        format!(
            "AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/01/111111111111_CloudTrail-Digest_eu-west-1_main_eu-west-1_20260301T{time}Z.json.gz"
        )
    };
    let (later, sooner) = (name("011234"), name("001234"));
    assert_eq!(
        places,
        [
            format!("a {later}"),
            format!("b p/{later}"),
            format!("a {sooner}"),
            format!("b p/{sooner}"),
        ]
    );
}
