//! Keys of digests: which trail one belongs to.

use crate::support::case::{ACCOUNT, BUCKET, REGION, spec};
use crate::support::disk::{copy_of, ids, running};
use crate::support::forge::{ChainSpec, Trail, World};
use crate::support::program::report;

#[test]
fn trails_with_names_that_extend_each_other_never_mix() {
    let mut world = World::new(12);
    for name in [
        "main",
        "main_eu-west-1",
        "main_eu-west-1_eu-west-1",
        "eu-west-1",
    ] {
        let trail = Trail::new(ACCOUNT, REGION, name, BUCKET);
        running(&mut world, ChainSpec { trail, ..spec() }, 3);
    }
    let dir = copy_of(&world);
    let (code, all) = report(dir.path(), &["--path", BUCKET, "--keys", "keys"]);
    assert_eq!((code, ids(&all).len()), (0, 4), "{:?}", ids(&all));
    let arn = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/main";
    let (code, one) = report(
        dir.path(),
        &["--path", BUCKET, "--keys", "keys", "--trail-arn", arn],
    );
    assert_eq!(
        (code, ids(&one)),
        (
            0,
            vec!["111111111111/eu-west-1/eu-west-1/main verified".to_owned()]
        )
    );
}
