//! Chains of every kind, forged, copied and walked by the real binary.

use serde_json::Value;

use crate::support::case::{ACCOUNT, BUCKET, Case, HOME, REGION, hour, spec};
use crate::support::forge::{
    Chain, ChainSpec, Encoding, Heads, KeyFileStyle, Trail, World, damage, ts,
};
use crate::support::program::{codes, report};

fn copied(
    world: &World,
    buckets: &[&str],
    regions: &[&str],
    heads: &Heads,
    style: KeyFileStyle,
) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for bucket in buckets {
        world.write_tree(bucket, &dir.path().join(bucket), heads.clone());
    }
    let (from, to) = (ts("2026-02-01T00:00:00Z"), ts("2026-05-01T00:00:00Z"));
    world.write_keys(&dir.path().join("keys"), style, regions, from, to);
    dir
}

/// A copy of the usual bucket with all metadata, and the keys of its region.
fn copy_of(world: &World) -> tempfile::TempDir {
    copied(
        world,
        &[BUCKET],
        &[REGION],
        &Heads::All,
        KeyFileStyle::V2Iso,
    )
}

fn running(world: &mut World, spec: ChainSpec, hours: i64) -> Chain {
    let mut chain = Chain::new(spec);
    chain.start(world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(world, hour(hours));
    chain
}

fn ids(report: &Value) -> Vec<String> {
    let chains = report["chains"].as_array().expect("chains");
    chains
        .iter()
        .map(|c| {
            format!(
                "{} {}",
                c["id"].as_str().expect("id"),
                c["verdict"].as_str().expect("verdict")
            )
        })
        .collect()
}

#[test]
fn both_key_encodings_and_all_three_key_files_prove_a_chain_over_a_rotation() {
    for (encoding, style) in [
        (Encoding::Pkcs1, KeyFileStyle::V1Epoch),
        (Encoding::Spki, KeyFileStyle::V2Iso),
        (Encoding::Pkcs1, KeyFileStyle::QuotedEpoch),
    ] {
        let mut world = World::new(11);
        world.keys.set_encoding(REGION, encoding);
        let chain = running(&mut world, spec().logs(0..=1).events(1..=1), 24 * 30);
        let keys: std::collections::BTreeSet<usize> = chain.digests.iter().map(|d| d.key).collect();
        assert!(keys.len() > 1, "the key was rotated");
        let dir = copied(&world, &[BUCKET], &[REGION], &Heads::All, style);
        let (code, report) = report(dir.path(), &["--path", BUCKET, "--keys", "keys"]);
        assert_eq!(
            (code, report["verdict"].as_str()),
            (0, Some("verified")),
            "{style:?}: {:#}",
            report["findings"]
        );
        assert_eq!(report["keys"].as_array().expect("keys").len(), keys.len());
    }
}

#[test]
fn trails_whose_names_extend_each_other_never_mix() {
    let mut world = World::new(12);
    for name in [
        "main",
        "main_us-east-1",
        "main_us-east-1_us-east-1",
        "us-east-1",
    ] {
        let trail = Trail::new(ACCOUNT, HOME, name, BUCKET);
        running(&mut world, ChainSpec { trail, ..spec() }, 3);
    }
    let dir = copy_of(&world);
    let (code, all) = report(dir.path(), &["--path", BUCKET, "--keys", "keys"]);
    assert_eq!((code, ids(&all).len()), (0, 4), "{:?}", ids(&all));
    let arn = "arn:aws:cloudtrail:us-east-1:111111111111:trail/main";
    let (code, one) = report(
        dir.path(),
        &["--path", BUCKET, "--keys", "keys", "--trail-arn", arn],
    );
    assert_eq!(
        (code, ids(&one)),
        (
            0,
            vec!["111111111111/eu-west-1/us-east-1/main verified".to_owned()]
        )
    );
}

#[test]
fn an_organization_trail_has_a_chain_for_each_account_and_its_arn_means_them_all() {
    let mut world = World::new(13);
    let trail = Trail::new(ACCOUNT, HOME, "org", BUCKET)
        .organization("o-a1b2c3d4e5")
        .prefix("p/q");
    for account in [ACCOUNT, "222222222222"] {
        running(
            &mut world,
            ChainSpec {
                trail: trail.clone(),
                ..spec()
            }
            .account(account),
            3,
        );
    }
    running(&mut world, spec(), 3);
    let dir = copy_of(&world);
    let base = ["--path", BUCKET, "--keys", "keys", "--s3-bucket", BUCKET];
    let with = |more: &[&str]| report(dir.path(), &[&base[..], more].concat());
    assert_eq!(
        with(&["--trail-arn", &trail.arn()]).1["chains"]
            .as_array()
            .expect("chains")
            .len(),
        2
    );
    let (code, member) = with(&[
        "--organization-id",
        "o-a1b2c3d4e5",
        "--account-id",
        "222222222222",
    ]);
    assert_eq!(
        (code, ids(&member)),
        (
            0,
            vec!["222222222222/eu-west-1/us-east-1/org verified".to_owned()]
        )
    );
    let place = &member["chains"][0]["locations"][0];
    assert_eq!(
        (&place["prefix"], &place["organization"]),
        (&"p/q".into(), &"o-a1b2c3d4e5".into())
    );
    assert_eq!(ids(&with(&["--s3-prefix", "p/q/"]).1).len(), 2);
    let (code, other) = with(&["--organization-id", "o-zzzzzzzzzz"]);
    assert_eq!(
        (code, codes(&other)),
        (4, vec!["unproven nothing-found".to_owned()])
    );
    let (code, one_of_two) = with(&["--region", REGION, "--region", "ap-south-1"]);
    assert_eq!(
        (code, codes(&one_of_two)),
        (4, vec!["unproven nothing-found".to_owned()])
    );
}

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
    let (code, whole) = report(dir.path(), &both);
    assert_eq!((code, ids(&whole).len()), (0, 1), "{:#}", whole["findings"]);
    let locations = whole["chains"][0]["locations"]
        .as_array()
        .expect("locations");
    let buckets: Vec<_> = locations
        .iter()
        .map(|l| l["bucket"].as_str().expect("a bucket"))
        .collect();
    assert_eq!(buckets, [BUCKET, "new-logs"]);
    assert_eq!(whole["chains"][0]["digests"]["valid"], 7);

    // Copied one over the other into a folder without a name, it is still one chain.
    world.write_tree("new-logs", &dir.path().join(BUCKET), Heads::All);
    let (code, merged) = report(dir.path(), &["--path", BUCKET, "--keys", "keys"]);
    assert_eq!(
        (code, merged["verdict"].as_str()),
        (0, Some("verified")),
        "{:#}",
        merged["findings"]
    );
    // Named after the new bucket alone, the old digests are known by the links of the new ones; the
    // logs of the old bucket are not looked for in another.
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
    assert!(
        codes(&named).iter().all(|c| c == "unproven log-unreadable"),
        "{:?}",
        codes(&named)
    );
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

#[test]
fn logs_named_by_backfill_digests_are_checked_and_a_missing_link_between_them_is_told() {
    let mut world = World::new(15);
    let mut chain = running(&mut world, spec(), 6);
    for (end, generated) in [(2, 5), (3, 6), (4, 7)] {
        chain.backfill(&mut world, hour(end), hour(generated), 1, true);
    }
    let log = chain.backfills[1].logs[0].place.clone();
    let dir = copy_of(&world);
    let args = ["--path", BUCKET, "--keys", "keys", "--s3-bucket", BUCKET];
    assert_eq!(report(dir.path(), &args).0, 0);
    damage::modify_log(&mut world, &log);
    let dir = copy_of(&world);
    let (code, modified) = report(dir.path(), &args);
    assert_eq!(
        (code, codes(&modified)),
        (1, vec!["failed log-modified".to_owned()])
    );
    damage::delete(&mut world, &chain.backfills[1].place);
    let dir = copy_of(&world);
    let (code, missing) = report(dir.path(), &args);
    assert_eq!(
        (code, codes(&missing)),
        (1, vec!["failed digest-missing".to_owned()])
    );
    assert_eq!(missing["chains"][0]["backfill_digests"]["missing"], 1);
}

#[test]
fn litter_beside_the_digests_is_named_and_does_no_harm() {
    let mut world = World::new(16);
    let chain = running(&mut world, spec(), 3);
    world.litter(&chain.spec.trail, ACCOUNT, REGION, hour(1));
    let dir = copy_of(&world);
    let (code, report) = report(dir.path(), &["--path", BUCKET, "--keys", "keys"]);
    assert_eq!(code, 0, "{:#}", report["findings"]);
    let said = report["not_proven"].to_string();
    assert!(
        said.contains("CloudTrail-Insight") && said.contains("CloudTrail-NetworkActivity"),
        "{said}"
    );
}

#[test]
fn a_folder_inside_the_copy_is_told_what_to_give_instead() {
    let mut world = World::new(17);
    running(&mut world, spec(), 2);
    let dir = copy_of(&world);
    let inside = format!("{BUCKET}/AWSLogs");
    let (code, report) = report(dir.path(), &["--path", &inside, "--keys", "keys"]);
    assert_eq!(
        (code, codes(&report)),
        (4, vec!["unproven nothing-found".to_owned()])
    );
    assert!(
        report["findings"][0]["hint"]
            .as_str()
            .expect("a hint")
            .contains("the folder, that holds AWSLogs")
    );
}

#[test]
fn logs_without_any_digest_are_no_success() {
    let mut case = Case::new("only-logs", 4, "");
    let chain = case.chain(3);
    for digest in &chain.digests {
        damage::delete(&mut case.world, &digest.place);
    }
    let dir = copy_of(&case.world);
    let (code, report) = report(dir.path(), &["--path", BUCKET, "--keys", "keys"]);
    assert_eq!(
        (code, codes(&report)),
        (4, vec!["unproven nothing-found".to_owned()])
    );
    assert!(
        report["findings"][0]["hint"]
            .as_str()
            .expect("a hint")
            .contains("logs are there without digests")
    );
}

#[test]
fn the_same_objects_in_two_folders_without_a_name_do_no_harm_and_one_folder_twice_is_refused() {
    let mut world = World::new(18);
    let chain = running(&mut world, spec(), 3);
    let dir = copy_of(&world);
    world.write_tree(BUCKET, &dir.path().join("again"), Heads::None);
    let two = ["--path", BUCKET, "--path", "again", "--keys", "keys"];
    let (code, twice) = report(dir.path(), &two);
    assert_eq!(
        (code, &twice["chains"][0]["digests"]["valid"]),
        (0, &4.into()),
        "{:#}",
        twice["findings"]
    );
    assert!(chain.digests.len() == 4 && twice["chains"][0]["gaps"] == serde_json::json!([]));
    let inside = format!("{BUCKET}/.");
    let same = [
        "validate",
        "--path",
        BUCKET,
        "--path",
        inside.as_str(),
        "--keys",
        "keys",
    ];
    let refused = crate::support::program::run(dir.path(), &same);
    assert!(
        refused.code == 2 && refused.stderr.contains("given twice"),
        "{}",
        refused.stderr
    );
}

#[test]
fn without_a_key_it_is_the_key_that_is_wanting_and_not_the_signature() {
    let mut world = World::new(19);
    running(&mut world, spec(), 3);
    let dir = copied(
        &world,
        &[BUCKET],
        &[REGION],
        &Heads::None,
        KeyFileStyle::V2Iso,
    );
    let (code, report) = report(dir.path(), &["--path", BUCKET]);
    let mut found = codes(&report);
    found.dedup();
    assert_eq!(
        (code, found),
        (
            4,
            vec![
                "unproven key-unavailable".into(),
                "unproven digest-signature-absent".to_owned()
            ]
        )
    );
}

#[test]
fn metadata_that_was_kept_and_is_of_no_use_is_told() {
    let mut world = World::new(20);
    let chain = running(&mut world, spec(), 2);
    let dir = copied(
        &world,
        &[BUCKET],
        &[REGION],
        &Heads::None,
        KeyFileStyle::V2Iso,
    );
    let head = dir
        .path()
        .join(format!("{BUCKET}/{}.head.json", chain.last().place.key));
    for (text, said) in [
        ("", "is not what"),
        ("{}", "holds no signature"),
        ("x", "is not what"),
    ] {
        std::fs::write(&head, text).expect("a file");
        let (code, report) = report(dir.path(), &["--path", BUCKET, "--keys", "keys"]);
        let finding = report["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .find(|f| f["code"] == "digest-signature-absent");
        let message = finding.expect("a finding")["message"]
            .as_str()
            .expect("a message");
        assert!(code == 4 && message.contains(said), "{text:?}: {message}");
    }
}

#[test]
fn digests_that_changed_places_are_not_those_of_their_names() {
    let mut world = World::new(21);
    let chain = running(&mut world, spec(), 5);
    damage::swap(&mut world, &chain.digests[2].place, &chain.digests[3].place);
    let dir = copy_of(&world);
    let (code, report) = report(
        dir.path(),
        &["--path", BUCKET, "--keys", "keys", "--s3-bucket", BUCKET],
    );
    assert_eq!(
        (code, codes(&report)),
        (1, vec!["failed digest-identity-mismatch".to_owned(); 2])
    );
}

#[test]
fn another_algorithm_beside_the_signature_is_not_known_unless_the_successor_proves() {
    let mut world = World::new(22);
    let chain = running(&mut world, spec(), 4);
    damage::wrong_algorithm(&mut world, &chain.digests[2].place, "SHA1withRSA");
    let args = ["--path", BUCKET, "--keys", "keys"];
    let dir = copy_of(&world);
    let (code, proven) = report(dir.path(), &args);
    assert_eq!(
        (code, codes(&proven)),
        (0, vec!["note digest-proven-by-successor".to_owned()])
    );
    damage::wrong_algorithm(&mut world, &chain.last().place, "SHA1withRSA");
    let dir = copy_of(&world);
    let (code, newest) = report(dir.path(), &args);
    assert!(code == 4 && codes(&newest).contains(&"unproven algorithm-unsupported".to_owned()));
}

#[test]
fn a_digest_that_is_no_json_is_malformed_even_if_somebody_signed_it() {
    let mut world = World::new(23);
    let chain = running(&mut world, spec(), 3);
    damage::broken_json_resigned(&mut world, chain.last());
    let dir = copy_of(&world);
    let (code, report) = report(dir.path(), &["--path", BUCKET, "--keys", "keys"]);
    assert_eq!(
        (code, codes(&report)),
        (1, vec!["failed digest-malformed".to_owned()])
    );
}

#[test]
fn logs_of_two_megabytes_and_of_five_hundred_events_are_proven() {
    let mut world = World::new(24);
    let chain = running(
        &mut world,
        spec()
            .logs(1..=1)
            .events(500..=500)
            .pad(2_000_000..=2_000_000),
        2,
    );
    let dir = copy_of(&world);
    let (code, report) = report(dir.path(), &["--path", BUCKET, "--keys", "keys"]);
    assert_eq!(
        (code, report["chains"][0]["logs"]["valid"].as_u64()),
        (0, Some(chain.all_logs().count() as u64))
    );
    assert!(report["totals"]["bytes_hashed"].as_u64() > Some(4_000_000));
}
