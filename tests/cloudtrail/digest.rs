//! Digests: parsed from real ones, refused where they are malformed.

use std::fs;

use trailproof::cloudtrail::digest::Unverified;

use crate::support::case::{BUCKET, spec};
use crate::support::disk::{copy_of, running};
use crate::support::forge::{World, damage};
use crate::support::program::{report, root, severity_codes};

#[test]
fn the_bytes_of_a_real_digest_are_read_as_they_are() {
    let bytes =
        fs::read(root().join("tests/support/real/digest-2023-10-15.json")).expect("a digest");
    let digest = Unverified::parse(bytes.trim_ascii_end()).expect("a digest");
    let (bucket, key) = digest.claimed_place_unverified();
    assert_eq!(bucket, "llm-guard-trail");
    assert!(
        key.ends_with("_llm-guard-trail_us-west-2_20231015T230404Z.json.gz"),
        "{key}"
    );
    assert_eq!(digest.claimed_logs_unverified(), 5);
    let previous = digest.claimed_previous_unverified().expect("a predecessor");
    assert!(previous.key.ends_with("20231015T220404Z.json.gz"));
    assert_eq!(previous.signature.len(), 512);
}

#[test]
fn a_digest_that_is_not_json_is_malformed_even_if_signed() {
    let mut world = World::new(23);
    let chain = running(&mut world, spec(), 3);
    damage::broken_json_resigned(&mut world, chain.last());
    let dir = copy_of(&world);
    let (code, report) = report(dir.path(), &["--path", BUCKET, "--keys", "keys"]);
    assert_eq!(
        (code, severity_codes(&report)),
        (1, vec!["failed digest-malformed".to_owned()])
    );
}
