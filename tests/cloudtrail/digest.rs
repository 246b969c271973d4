//! Digests: parsed from real ones, refused where they are malformed.

use std::fs;

use trailproof::cloudtrail::digest::Unverified;
use trailproof::cloudtrail::log_list::LogEntry;

use crate::support::case::{BUCKET, spec};
use crate::support::disk::{copy_of, running};
use crate::support::forge::{World, damage};
use crate::support::program::{report, root, severity_codes};

fn logs(digest: &Unverified) -> Vec<LogEntry> {
    let blocks = digest.claimed_log_files_unverified().blocks();
    blocks
        .flat_map(|block| block.expect("logs").into_owned())
        .collect()
}

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
    assert_eq!(digest.claimed_log_files_unverified().len(), 5);
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

#[test]
fn a_field_that_nobody_knows_may_be_odd_and_one_that_is_known_may_not() {
    let bytes =
        fs::read(root().join("tests/support/real/digest-2023-10-15.json")).expect("a digest");
    let text = String::from_utf8(bytes).expect("text");
    let text = text.trim_ascii_end();
    let plain = Unverified::parse(text.as_bytes()).expect("a digest");
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    for odd in ["1e999", "\"\\ud800\"", "{\"a\":1,\"a\":2}", &deep] {
        for (at, with) in [
            ("{", format!("{{\"new\":{odd},")),
            ("\"logFiles\":[{", format!("\"logFiles\":[{{\"new\":{odd},")),
        ] {
            let text = text.replacen(at, &with, 1);
            let digest = Unverified::parse(text.as_bytes()).expect("a digest");
            assert_eq!(
                digest.claimed_place_unverified(),
                plain.claimed_place_unverified()
            );
            assert_eq!(logs(&digest), logs(&plain));
            assert_ne!(digest.sha256(), plain.sha256());
        }
    }
    let twice = text.replacen(
        '{',
        "{\"new\":1e999,\"digestEndTime\":\"2023-10-15T22:04:04Z\",",
        1,
    );
    assert!(Unverified::parse(twice.as_bytes()).is_err());
    let known = text.replacen("\"hashValue\":\"", "\"hashValue\":\"\\ud800", 1);
    assert!(Unverified::parse(known.as_bytes()).is_err());
}
