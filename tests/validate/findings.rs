//! Findings: those of one code and chain become one with a count, and each says what to do.

use jiff::SignedDuration;
use trailproof::base::limits::Limits;
use trailproof::proof::digest_object::MetadataProblem;
use trailproof::proof::finding::{Code, Finding, Hint, Verdict};
use trailproof::source::memory::MemoryObject;
use trailproof::validate::request::Request;

use crate::library::{prove, request, ring, source, stored};
use crate::support::case::{ACCOUNT, BUCKET, Case, REGION, hour};

#[test]
fn thousands_of_planted_digests_become_one_finding_in_bounded_time() {
    let mut case = Case::new("planted", 0, "");
    let chain = case.chain(3);
    let real = case.world.object(&chain.digests[1].place).clone();
    let limits = Limits {
        findings_per_code: 100,
        ..Limits::default()
    };
    let mut source = source(&case.world);
    for second in 0..5000 {
        let end = hour(10) + SignedDuration::from_secs(second);
        let key = chain.spec.trail.digest_key(ACCOUNT, REGION, end);
        let mut body = crate::support::forge::gunzip(&real.body);
        body.extend_from_slice(format!(" {}", " ".repeat(second as usize % 7)).as_bytes());
        let body = crate::support::forge::gzip(&body);
        source.put(
            BUCKET,
            &key,
            MemoryObject {
                body,
                ..Default::default()
            },
        );
    }
    let outcome = prove(
        &source,
        &ring(&case.world, &[REGION]),
        &Request {
            limits,
            ..request()
        },
    );
    assert_eq!(outcome.verdict, Verdict::Failed);
    let planted: Vec<&Finding> = outcome
        .findings
        .iter()
        .filter(|f| f.code == Code::DigestIdentityMismatch)
        .collect();
    assert_eq!((planted.len(), planted[0].count), (1, Some(5000)));
}

#[test]
fn metadata_without_a_signature_sends_to_older_versions_and_no_metadata_to_the_metadata() {
    let mut case = Case::new("unsigned", 0, "");
    let last = case.chain(3).last().place.clone();
    case.world.object_mut(&last).metadata.clear();
    let hint_with = |trouble| {
        let mut object = stored(case.world.object(&last));
        object.metadata.trouble = trouble;
        let mut source = source(&case.world);
        source.put(BUCKET, &last.key, object);
        let outcome = prove(&source, &ring(&case.world, &[REGION]), &request());
        let [finding] = &outcome.findings[..] else {
            panic!("{:#?}", outcome.findings)
        };
        assert_eq!(finding.code, Code::DigestSignatureAbsent);
        finding.hint.clone()
    };
    let unsigned = hint_with(Some(MetadataProblem::Unsigned));
    assert_eq!(unsigned, Some(Hint::OlderVersion));
    for other in [None, Some(MetadataProblem::HeadEmpty)] {
        assert_ne!(hint_with(other), Some(Hint::OlderVersion));
    }
}
