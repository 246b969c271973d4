//! Nothing found: the report says what exists instead.

use crate::support::case::{BUCKET, Case, HOME, REGION, spec};
use crate::support::disk::{copy_of, ids, running};
use crate::support::forge::{ChainSpec, Trail, World, damage};
use crate::support::missing_chains::id;
use crate::support::program::{report, severity_codes};

#[test]
fn a_folder_inside_the_copy_is_placed_by_what_its_digests_state() {
    let mut world = World::new(17);
    running(&mut world, spec(), 2);
    let dir = copy_of(&world);
    let inside = format!("{BUCKET}/AWSLogs");
    let of = |path: &str| report(dir.path(), &["--path", path, "--keys", "keys"]);
    let ((code, inner), (_, whole)) = (of(&inside), of(BUCKET));
    assert_eq!((code, severity_codes(&inner)), (0, Vec::new()), "{inner:#}");
    assert_eq!(inner["chains"], whole["chains"]);
}

#[test]
fn logs_without_any_digest_are_unproven() {
    let mut case = Case::new("only-logs", 4, "");
    let chain = case.chain(3);
    for digest in &chain.digests {
        damage::delete(&mut case.world, &digest.place);
    }
    let dir = copy_of(&case.world);
    let (code, report) = report(dir.path(), &["--path", BUCKET, "--keys", "keys"]);
    assert_eq!(
        (code, severity_codes(&report)),
        (4, vec!["unproven nothing-found".to_owned()])
    );
    assert!(
        report["findings"][0]["hint"]
            .as_str()
            .expect("a hint")
            .contains("logs exist without digests")
    );
}

#[test]
fn logs_are_said_to_have_no_digests_where_only_the_folder_of_digests_is_left() {
    let mut world = World::new(24);
    let chain = running(&mut world, spec(), 3);
    let trail = Trail::new("999999999999", HOME, "other", BUCKET);
    let other = running(&mut world, ChainSpec::new(trail, REGION).logs(1..=1), 3);
    let dir = copy_of(&world);
    for digest in &other.digests {
        let file = dir.path().join(BUCKET).join(&digest.place.key);
        std::fs::remove_file(&file).expect("a digest");
        std::fs::remove_file(format!("{}.head.json", file.display())).expect("its metadata");
    }
    let (code, report) = report(dir.path(), &["--path", BUCKET, "--keys", "keys"]);
    assert_eq!((code, severity_codes(&report)), (0, Vec::new()));
    assert_eq!(ids(&report), [format!("{} verified", id(&chain))]);
    let said = report["not_proven"].to_string();
    let folder = format!("AWSLogs/999999999999/CloudTrail/{REGION}/");
    assert!(
        said.contains(&format!("the logs in {folder}: no digests exist")),
        "{said}"
    );
}
