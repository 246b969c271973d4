//! Nothing found: the report says what exists instead.

use crate::support::case::{BUCKET, Case, spec};
use crate::support::disk::{copy_of, running};
use crate::support::forge::{World, damage};
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
