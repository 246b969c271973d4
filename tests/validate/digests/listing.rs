//! Days of digests that cannot be listed.

use std::fs;

use trailproof::base::limits::Limits;
use trailproof::proof::finding::{Code, Verdict};

use crate::library::{codes, prove, request, ring};
use crate::support::case::{ACCOUNT, Case, REGION};
use crate::support::disk::{link_away, on_disk};
use crate::support::forge::{damage, ts};
use crate::support::program::{report, severity_codes};

#[test]
fn a_day_that_cannot_be_listed_is_unproven_even_if_the_digest_after_it_is_missing() {
    let mut case = Case::new("hidden-day", 0, "");
    let chain = case.chain(60);
    let ring = ring(&case.world, &[REGION]);
    let day = format!("AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/2026/03/02");
    let (dir, source) = on_disk(&case.world, Limits::default());
    link_away(dir.path(), &day);
    let outcome = prove(&source, &ring, &request());
    assert_eq!(
        (outcome.verdict, outcome.chains[0].digests.missing_inferred),
        (Verdict::Unproven, 0)
    );
    // The folder itself, and the time whose digests it holds.
    let codes = codes(&outcome);
    assert_eq!(codes[0], Code::SourceUnreadable);
    assert!(
        codes[1..].iter().all(|c| *c == Code::DigestUnreadable),
        "{codes:?}"
    );
    assert!(!outcome.complete);

    let after = chain
        .digests
        .iter()
        .find(|d| d.end > ts("2026-03-03T00:00:00Z"))
        .expect("a digest");
    damage::delete(&mut case.world, &after.place);
    let (dir, source) = on_disk(&case.world, Limits::default());
    link_away(dir.path(), &day);
    let outcome = prove(&source, &ring, &request());
    let digests = outcome.chains[0].digests;
    assert_eq!(
        (digests.missing, digests.missing_inferred),
        (1, 0),
        "{:#?}",
        outcome.findings
    );
}

#[test]
fn a_link_instead_of_a_day_does_not_hide_digests_known_from_links() {
    let mut case = Case::new("linked-day", 4, "");
    let chain = case.chain(30);
    let dir = case.copied();
    let day = dir.path().join(format!(
        "bucket/AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/2026/03/01"
    ));
    let outside = dir.path().join("outside");
    fs::rename(&day, &outside).expect("moved");
    std::os::unix::fs::symlink(&outside, &day).expect("a link");
    let (code, report) = report(dir.path(), &case.args);
    assert_eq!(code, 4, "{:#}", report["findings"]);
    assert!(
        !severity_codes(&report)
            .iter()
            .any(|c| c.starts_with("failed")),
        "{:?}",
        severity_codes(&report)
    );
    // The digests of the next day are proven, and the last one of the hidden day is known from a
    // link.
    let digests = &report["chains"][0]["digests"];
    let hidden = &chain.digests[..]
        .iter()
        .rfind(|d| d.place.key.contains("/2026/03/01/"))
        .expect("a digest");
    assert!(
        report["findings"].to_string().contains(&hidden.place.key),
        "{:#}",
        report["findings"]
    );
    assert_eq!(
        digests["valid"],
        chain.digests.iter().filter(|d| d.end > hidden.end).count()
    );
}
