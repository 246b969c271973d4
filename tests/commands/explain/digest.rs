//! What `explain` answers for a digest.

use std::fs;

use super::{as_validated, case, explain_key, finding, key_of};
use serde_json::{Value, json};

use crate::support::case::{BUCKET, Case};

#[test]
fn the_answer_for_a_digest_reports_nothing_about_neighbouring_time() {
    let mut case = Case::new("beside", 1, "");
    let chain = case.chain(6);
    let dir = case.copied();
    let keys = [&chain.digests[1], chain.digests.last().expect("a digest")];
    for digest in keys {
        let (code, report) = explain_key(dir.path(), &digest.place.key, &["--s3-bucket", BUCKET]);
        assert_eq!(code, 0, "{report:#}");
        assert_eq!(report["findings"], json!([]), "{report:#}");
        assert_eq!(report["searched"]["unverified"], json!([]), "{report:#}");
    }
}

#[test]
fn a_digest_is_explained_by_its_signature_or_by_what_its_successor_recorded() {
    let mut steady = Case::new("digests", 1, "");
    let chain = steady.chain(6);
    let dir = steady.copied();
    let digest = &chain.digests[3];
    let key = digest.place.key.as_str();
    let (code, report) = explain_key(dir.path(), key, &[]);
    assert_eq!(
        (code, &report["path"][0]["by"]),
        (0, &json!("own-signature")),
        "{report:#}"
    );
    assert_eq!(report["object"]["kind"], "digest");
    assert_eq!(
        report["previous"]["key"],
        chain.digests[2].place.key.as_str()
    );
    assert_eq!(report["next"]["key"], chain.digests[4].place.key.as_str());

    // The copy has no metadata: the next digest recorded the signature.
    let dir = case("digest-proven-by-successor");
    let text = fs::read_to_string(dir.join("expected.json")).expect("a report");
    let kept: Value = serde_json::from_str(&text).expect("JSON");
    let first = kept["chains"][0]["first_digest"]["key"]
        .as_str()
        .expect("a key");
    let (code, report) = explain_key(&dir, first, &[]);
    assert_eq!(
        (code, &report["path"][0]["by"]),
        (0, &json!("recorded-signature")),
        "{report:#}"
    );
    assert_eq!(report["path"][0]["recorded_in"], report["next"]["key"]);

    for (name, code, status) in [
        ("digest-signature-invalid", "digest-signature-invalid", 1),
        ("digest-missing", "digest-missing", 1),
        ("digest-malformed", "digest-malformed", 1),
        ("chain-link-mismatch", "chain-link-mismatch", 1),
        ("digest-signature-absent", "digest-signature-absent", 4),
        ("chain-fork", "chain-fork", 4),
    ] {
        let found = finding(name, code);
        let (exit, report) = explain_key(&case(name), &key_of(&found), &["--s3-bucket", BUCKET]);
        assert_eq!(exit, status, "{name}: {report:#}");
        assert!(as_validated(&report).contains(&found), "{name}: {report:#}");
    }
}
