//! One chain in several places.

use crate::support::case::{BUCKET, REGION, hour, spec};
use crate::support::disk::{copied, ids, running};
use crate::support::forge::{Heads, KeyFileStyle, World};
use crate::support::program::{report, severity_codes};

#[test]
fn a_chain_that_moved_to_another_bucket_is_one_chain_in_two_places() {
    let mut world = World::new(14);
    let mut chain = running(&mut world, spec(), 3);
    chain.move_to("new-logs", Some("audit"));
    chain.run_until(&mut world, hour(6));
    let dir = copied(
        &world,
        &[BUCKET, "new-logs"],
        &[REGION],
        &Heads::All,
        KeyFileStyle::V2Iso,
    );
    let old = format!("{BUCKET}={BUCKET}");
    let both = [
        "--path",
        old.as_str(),
        "--path",
        "new-logs=new-logs",
        "--keys",
        "keys",
    ];
    let (code, both_places) = report(dir.path(), &both);
    assert_eq!(
        (code, ids(&both_places).len()),
        (0, 1),
        "{:#}",
        both_places["findings"]
    );
    let locations = both_places["chains"][0]["locations"]
        .as_array()
        .expect("locations");
    let buckets: Vec<_> = locations
        .iter()
        .map(|l| l["bucket"].as_str().expect("a bucket"))
        .collect();
    assert_eq!(buckets, [BUCKET, "new-logs"]);
    assert_eq!(both_places["chains"][0]["digests"]["valid"], 7);

    // Copied over each other into a folder without a name, it is still one chain.
    world.write_tree("new-logs", &dir.path().join(BUCKET), Heads::All);
    let (code, merged) = report(dir.path(), &["--path", BUCKET, "--keys", "keys"]);
    assert_eq!(
        (code, merged["verdict"].as_str()),
        (0, Some("verified")),
        "{:#}",
        merged["findings"]
    );
    // If only the new bucket is given, the old digests are known from links; the logs of the old
    // bucket are not read from the new one.
    let named = [
        "--path",
        BUCKET,
        "--keys",
        "keys",
        "--s3-bucket",
        "new-logs",
    ];
    let (code, named) = report(dir.path(), &named);
    assert_eq!(
        (code, &named["chains"][0]["digests"]["valid"]),
        (4, &7.into()),
        "{:#}",
        named["findings"]
    );
    let mut codes = severity_codes(&named);
    codes.dedup();
    // The first note is on the other bucket, the last on the call that changed it.
    let expected = [
        "note trail-changed",
        "unproven log-unreadable",
        "note trail-changed",
    ];
    assert_eq!(codes, expected);
    let both = [
        "--path",
        BUCKET,
        "--keys",
        "keys",
        "--s3-bucket",
        "new-logs",
        "--s3-bucket",
        BUCKET,
    ];
    assert_eq!(report(dir.path(), &both).0, 0);
}
