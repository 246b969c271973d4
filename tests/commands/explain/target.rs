//! What `explain` accepts as a key, and what it refuses.

use super::explained;

use crate::support::case::{BUCKET, Case, REGION, hour, trail};
use crate::support::forge::{Chain, ChainSpec, damage};
use crate::support::program::{root, run};

#[test]
fn an_invalid_key_is_refused_and_hostile_names_are_shown_as_text() {
    let nasty = "\u{1b}[31mred\u{202e}\t\n";
    let key = "AWSLogs/111111111111/CloudTrail/eu-west-1/2026/03/01/111111111111_CloudTrail_eu-west-1_20260301T0320Z_Abcdefgh12345678.json.gz";
    let dir = root().join("testdata/log-modified");
    for refused in [
        nasty,
        "",
        "AWSLogs/x.json.gz",
        "s3://bucket",
        "s3:///",
        &key.replace("0320Z", "9920Z"),
    ] {
        let run = run(
            &dir,
            &["explain", refused, "--path", "bucket", "--keys", "keys"],
        );
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{refused:?}");
        assert!(
            run.stderr.starts_with("error: ") && !run.stderr.contains(['\u{1b}', '\u{202e}', '\t']),
            "{:?}",
            run.stderr
        );
    }
    // A trail's prefix may be any text.
    let hostile = format!("{nasty}/{key}");
    let args = ["explain", &hostile, "--path", "bucket", "--keys", "keys"];
    let text = run(&dir, &args);
    assert_eq!(
        (text.code, text.stderr.as_str()),
        (4, ""),
        "{}",
        text.stdout
    );
    let safe = |c: char| c == '\n' || !trailproof::base::text::is_unsafe(c);
    assert!(text.stdout.chars().all(safe), "{:?}", text.stdout);
    assert!(
        text.stdout
            .contains("\\u{1b}[31mred\\u{202e}\\u{9}\\u{a}/AWSLogs/"),
        "{}",
        text.stdout
    );
    let (_, report) = explained(run(&dir, &[&args[..], &["--format", "json"]].concat()));
    assert_eq!(
        report["object"]["key"], hostile,
        "JSON readers get the key as it is"
    );

    // The same for a log that exists and was altered.
    let mut case = Case::new("escapes", 1, "");
    let spec = ChainSpec::new(trail().prefix(nasty), REGION);
    let mut chain = Chain::new(spec);
    chain.start(&mut case.world, hour(0));
    chain.run_until(&mut case.world, hour(3));
    let log = &chain.digests[2].logs[0].place;
    damage::modify_log(&mut case.world, log);
    let dir = case.copied();
    let args = ["explain", &log.key, "--path", "bucket", "--keys", "keys"];
    let text = run(dir.path(), &args);
    assert_eq!(text.code, 1, "{}{}", text.stdout, text.stderr);
    assert!(text.stdout.chars().all(safe), "{:?}", text.stdout);
}

/// A file of a copy may be given by its path, as `find` and tab completion write it.
#[test]
fn the_path_of_a_file_in_a_copy_stands_for_its_key() {
    let mut case = Case::new("paths", 1, "");
    let chain = case.chain(4);
    let dir = case.copied();
    let key = chain.digests[2].logs[0].place.key.as_str();
    let absolute = dir.path().join("bucket").join(key);
    let absolute = absolute.to_str().expect("UTF-8");
    for given in [
        &format!("./{key}"),
        &format!("bucket/{key}"),
        &format!("./bucket/{key}"),
        &format!("bucket/../bucket/./{key}"),
        absolute,
    ] {
        for folder in ["bucket", "./bucket/"] {
            let args = [
                "explain", given, "--path", folder, "--keys", "keys", "--format", "json",
            ];
            let (code, report) = explained(run(dir.path(), &args));
            assert_eq!(code, 0, "{given}: {report:#}");
            assert_eq!(report["object"]["key"], key, "{given}");
        }
    }
    // A file that is missing has a path, too.
    let missing = absolute.replace(".json.gz", "") + "0000.json.gz";
    let args = ["explain", &missing, "--path", "bucket", "--format", "json"];
    let (code, report) = explained(run(dir.path(), &args));
    assert_eq!(code, 4, "{report:#}");
    let expected = key.replace(".json.gz", "") + "0000.json.gz";
    assert_eq!(report["object"]["key"], expected);
    // A path to another folder is no key, with --path or without.
    let elsewhere = format!("/nowhere/{key}");
    let up = format!("../{key}");
    for args in [
        &["explain", &elsewhere, "--path", "bucket"][..],
        &["explain", &up, "--path", "bucket"],
        &["explain", &elsewhere],
        &["explain", absolute, "--s3-bucket", "my-logs"],
    ] {
        let run = run(dir.path(), args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(run.stderr.contains("s3://BUCKET/KEY"), "{}", run.stderr);
    }
}

#[test]
fn a_key_in_another_bucket_than_the_digests_list_is_not_called_present() {
    let mut case = Case::new("buckets", 1, "");
    let chain = case.chain(4);
    let dir = case.copied();
    let key = chain.digests[2].logs[0].place.key.as_str();
    let answer = |more: &[&str]| {
        let given = format!("s3://wrong-logs/{key}");
        let args = ["explain", &given, "--path", "bucket", "--keys", "keys"];
        let args = [&args[..], &["--format", "json"], more].concat();
        let (code, report) = explained(run(dir.path(), &args));
        assert_eq!(code, 4, "{report:#}");
        report["answer"].as_str().expect("words").to_owned()
    };
    // The folder is taken for that bucket, and its digests say otherwise.
    let mistaken = answer(&[]);
    let written = format!("That digest was written to s3://{BUCKET}/");
    assert!(mistaken.contains(&written), "{mistaken}");
    let outside = answer(&["--s3-bucket", BUCKET]);
    let unknown =
        "it could not be checked whether the object exists (bucket wrong-logs was not read)";
    assert!(outside.starts_with(unknown), "{outside}");
    let other = format!("A proven digest lists s3://{BUCKET}/{key}");
    assert!(outside.contains(&other), "{outside}");
}
