//! Object keys of 1 KiB, which S3 allows: listed, bounded in messages, and never an accusation.

use crate::support::case::{BUCKET, REGION};
use crate::support::forge::{Object, Place, ts};
use crate::support::program::severity_codes;
use crate::support::short_trail::{ARN, WINDOW, serving, world};

use super::assert_ends;

/// The most bytes of a key in S3.
const LONGEST: usize = 1_024;

/// Where keys begin: among logs, among digests, above both, and beside everything.
const FOLDERS: [&str; 5] = [
    "AWSLogs/111111111111/CloudTrail/eu-west-1/2026/03/01/",
    "AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/01/",
    "AWSLogs/111111111111/CloudTrail/eu-west-1/",
    "AWSLogs/111111111111/",
    "",
];

/// Keys of exactly 1 KiB in a folder.
fn keys(folder: &str) -> Vec<String> {
    let day = "111111111111_CloudTrail_eu-west-1_20260301T0105Z_";
    let digest = "111111111111_CloudTrail-Digest_eu-west-1_";
    let fillings = ["x", "\u{1f600}", "a/", "/", " +", "\u{1}<&"];
    let starts = ["", day, digest];
    let mut keys = Vec::new();
    for start in starts {
        for filling in fillings {
            let mut key = format!("{folder}{start}");
            while key.len() + filling.len() <= LONGEST - 8 {
                key += filling;
            }
            key += &"y".repeat(LONGEST - 8 - key.len());
            keys.push(key + ".json.gz");
        }
    }
    keys
}

#[test]
fn keys_of_a_kibibyte_are_read_to_their_end_and_accuse_nobody() {
    let clean = serving(&world(6));
    let args = [&["--trail-arn", ARN][..], &WINDOW].concat();
    assert_eq!(clean.report(&args).0, 0);
    let mut planted = 0;
    for folder in FOLDERS {
        let stage = serving(&world(6));
        for key in keys(folder) {
            assert_eq!(key.len(), LONGEST);
            let object = Object::delivered(b"planted".to_vec(), ts("2026-03-01T01:05:00Z"));
            stage
                .loopback
                .change(|cloud| cloud.put(&Place::new(BUCKET, &key), &object));
            planted += 1;
        }
        let (code, report) = stage.report(&args);
        let found = severity_codes(&report);
        assert!(
            !found.iter().any(|f| f.starts_with("failed ")),
            "{folder}: {found:?}"
        );
        let is_among_logs = folder.contains("/CloudTrail/") && folder.contains(REGION);
        match is_among_logs {
            true => {
                assert_eq!(code, 4, "{folder}: {found:?}");
                let unreferenced = "unproven log-unreferenced".to_owned();
                assert!(found.contains(&unreferenced), "{folder}: {found:?}");
            }
            false => assert!([0, 4].contains(&code), "{folder}: {code} {found:?}"),
        }
        let formats: &[&str] = match is_among_logs {
            true => &["text", "html"],
            false => &[],
        };
        for format in formats {
            let run = stage.run(&[&["validate", "--format", format][..], &args].concat());
            assert_ends(&run, &[code], format);
        }
        let trails = stage.run(&["trails", "--s3-bucket", BUCKET]);
        assert_ends(&trails, &[0, 4], folder);
    }
    assert_eq!(planted, FOLDERS.len() * 18);
}
