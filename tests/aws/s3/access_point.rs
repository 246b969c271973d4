//! A bucket read through an access point: digests state another name than was given.

use crate::support::case::BUCKET;
use crate::support::program::{finish, reported, severity_codes};
use crate::support::short_trail::{WINDOW, stage};

const ALIAS: &str = "reader-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias";

#[test]
fn an_access_point_is_read_as_the_bucket_that_map_names() {
    let stage = stage();
    stage.loopback.change(|cloud| {
        let bucket = cloud.buckets.remove(BUCKET).expect("a bucket");
        cloud.buckets.insert(ALIAS.to_owned(), bucket);
    });
    let validate = |more: &[&str]| {
        let args = ["validate", "--format", "json", "--s3-bucket", ALIAS];
        reported(finish(
            &mut stage.command(&[&args[..], &WINDOW, more].concat()),
        ))
    };
    // Nothing says which bucket it is: the digests may have been written to any.
    let (code, report) = validate(&[]);
    let codes = severity_codes(&report);
    assert!(
        code == 4 && codes.iter().all(|c| c == "unproven digest-relocated"),
        "{codes:?}"
    );
    let hint = report["findings"][0]["hint"].as_str().expect("a hint");
    let rule = format!("{ALIAS}={BUCKET}");
    assert!(hint.contains("--map") && hint.contains(&rule), "{hint}");
    let (code, report) = validate(&["--map", &rule]);
    assert_eq!(
        (code, &report["verdict"]),
        (0, &"verified".into()),
        "{report:#}"
    );
    assert_eq!(report["chains"][0]["locations"][0]["bucket"], BUCKET);
    let open = report["not_proven"].to_string();
    assert!(
        open.contains(&rule) && !open.contains("the originals"),
        "{open}"
    );
    // The name that was signed is held against the one that was given.
    let (code, report) = validate(&["--map", &format!("{ALIAS}=another-bucket")]);
    assert!(code == 4, "{report:#}");
    assert!(severity_codes(&report).contains(&"unproven digest-relocated".to_owned()));
}
