//! The object key of a digest must match its own fields.

use crate::support::case::{BUCKET, spec};
use crate::support::disk::{copy_of, running};
use crate::support::forge::{World, damage};
use crate::support::program::{report, severity_codes};

#[test]
fn swapped_digests_do_not_match_their_keys() {
    let mut world = World::new(21);
    let chain = running(&mut world, spec(), 5);
    damage::swap(&mut world, &chain.digests[2].place, &chain.digests[3].place);
    let dir = copy_of(&world);
    let (code, report) = report(
        dir.path(),
        &["--path", BUCKET, "--keys", "keys", "--s3-bucket", BUCKET],
    );
    assert_eq!(
        (code, severity_codes(&report)),
        (1, vec!["failed digest-identity-mismatch".to_owned(); 2])
    );
}
