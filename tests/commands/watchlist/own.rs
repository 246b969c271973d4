//! Rules of one's own, in TOML, from files and folders.

use std::fs;
use std::path::{Path, PathBuf};

use trailproof::base::limits::Limits;
use trailproof::commands::watchlist::{KnownAccounts, SkippedRule, WatchRisk, Watchlist};

use crate::manual::documents::block;

const RULE: &str = r#"
[[rule]]
id = "night-shift"
title = "Somebody deletes buckets"
risk = "critical"
reason = "Nobody here does."
reference = "https://example.com/runbook"
event = ["DeleteBucket", "DeleteObject*"]
when = { "requestParameters.bucketName" = "prod-*" }
unless = { "userIdentity.arn" = "arn:aws:iam::*:role/janitor" }
"#;

const SIGMA: &str = "
title: A bucket is deleted
id: 6c0a2a52-0000-4000-8000-000000000001
logsource: { product: aws, service: cloudtrail }
detection:
  selection: { eventName: DeleteBucket }
  condition: selection
";

fn load(paths: &[&Path]) -> Result<(Watchlist, Vec<SkippedRule>), trailproof::base::error::Error> {
    let paths: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
    Watchlist::load(&paths, &Limits::default())
}

fn ids<'l>(list: &'l Watchlist, record: &str) -> Vec<&'l str> {
    let found = list.matches(record.as_bytes(), &KnownAccounts::default());
    found.into_iter().map(|rule| rule.id.as_str()).collect()
}

#[test]
fn a_rule_of_ones_own_matches_beside_the_shipped_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("own.toml");
    fs::write(&path, RULE).expect("written");
    let (list, skipped) = load(&[Path::new("shipped"), &path]).expect("a watchlist");
    assert!(skipped.is_empty());
    let rule = list.rules().last().expect("a rule");
    assert_eq!(rule.risk, WatchRisk::Critical);
    assert_eq!(rule.references, ["https://example.com/runbook"]);
    let record = |name: &str, bucket: &str, arn: &str| {
        format!(
            r#"{{"eventSource":"s3.amazonaws.com","eventName":"{name}","userIdentity":{{"arn":"{arn}"}},"requestParameters":{{"bucketName":"{bucket}"}}}}"#
        )
    };
    let janitor = "arn:aws:iam::111111111111:role/janitor";
    for (name, bucket, arn, expected) in [
        (
            "DeleteBucket",
            "prod-a",
            "x",
            &["bucket-deleted", "night-shift"][..],
        ),
        ("DeleteObjects", "prod-a", "x", &["night-shift"]),
        ("DeleteBucket", "test-a", "x", &["bucket-deleted"]),
        ("DeleteBucket", "prod-a", janitor, &["bucket-deleted"]),
    ] {
        assert_eq!(ids(&list, &record(name, bucket, arn)), expected);
    }
}

#[test]
fn a_folder_holds_rules_of_both_kinds_and_links_are_not_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let elsewhere = tempfile::tempdir().expect("a folder");
    let below = folder.path().join("a/b");
    fs::create_dir_all(&below).expect("a folder");
    fs::write(below.join("own.toml"), RULE).expect("written");
    fs::write(folder.path().join("rule.yml"), SIGMA).expect("written");
    fs::write(folder.path().join("README.md"), "no rule").expect("written");
    fs::write(
        folder.path().join("windows.yaml"),
        SIGMA.replace("aws,", "windows,"),
    )
    .expect("written");
    fs::write(folder.path().join("z-again.yaml"), SIGMA).expect("written");
    fs::write(
        elsewhere.path().join("other.yml"),
        SIGMA.replace("0001", "0002"),
    )
    .expect("written");
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("link")).expect("a link");
    let (list, skipped) = load(&[folder.path()]).expect("a watchlist");
    let rules: Vec<&str> = list.rules().iter().map(|rule| &*rule.title).collect();
    assert_eq!(rules, ["Somebody deletes buckets", "A bucket is deleted"]);
    let files: Vec<_> = skipped
        .iter()
        .filter_map(|s| Path::new(&s.file).file_name())
        .collect();
    assert_eq!(files, ["windows.yaml", "z-again.yaml"]);
    assert!(
        skipped.iter().all(|skipped| skipped.rule.is_some()),
        "{skipped:?}"
    );
}

#[test]
fn a_file_without_a_rule_that_can_be_used_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rules");
    for text in [
        "",
        "# nothing\n",
        "[[rule]]\nid = 3\n",
        &RULE.replace("when", "wenn"),
        &RULE.repeat(2),
        "\u{0}\u{1}\u{2}",
        "- a\n- b\n",
        &SIGMA.replace("aws", "azure"),
        &"[".repeat(1 << 20),
        &format!("a: {}", "[".repeat(1 << 20)),
        &format!("a: &a [x,x]\n{}", "b: *a\n".repeat(10_000)),
    ] {
        fs::write(&path, text).expect("written");
        assert!(load(&[&path]).is_err(), "{}", &text[..text.len().min(50)]);
    }
    fs::write(&path, [0xff, 0xfe, 0x00]).expect("written");
    assert!(load(&[&path]).is_err());
    fs::write(&path, vec![b'#'; 5 << 20]).expect("written");
    assert!(load(&[&path]).is_err());
    assert!(load(&[&folder.path().join("absent")]).is_err());
    let empty = tempfile::tempdir().expect("a folder");
    assert!(load(&[empty.path()]).is_err());
}

#[test]
fn a_second_rule_of_an_id_is_an_error_also_in_another_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("written");
        path
    };
    let one = file("one.toml", RULE);
    let two = file("two.toml", &RULE.replace("prod-*", "test-*"));
    let shipped = file("three.toml", &RULE.replace("night-shift", "trail-stopped"));
    let sigma = file("four.yml", SIGMA);
    for paths in [
        [&*one, &*two],
        [&*one, &*one],
        [Path::new("shipped"), &*shipped],
        [&*shipped, Path::new("shipped")],
        [folder.path(), &*two],
        [&*sigma, &*sigma],
    ] {
        let error = load(&paths).err().expect("an error").causes().join(": ");
        assert!(error.contains("has the id of another rule"), "{error}");
    }
    assert!(load(&[&one, &sigma]).is_ok());
}

#[test]
fn a_sigma_rule_with_a_member_that_no_event_has_is_not_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rules.yml");
    let wrong = SIGMA.replace("eventName", "eventname");
    fs::write(
        &path,
        format!("{SIGMA}---\n{}", wrong.replace("0001", "0002")),
    )
    .expect("written");
    let (list, skipped) = load(&[&path]).expect("a watchlist");
    assert_eq!((list.rules().len(), skipped.len()), (1, 1));
    assert!(skipped[0].why.contains("`eventName`"), "{skipped:?}");
    fs::write(&path, wrong).expect("written");
    assert!(load(&[&path]).is_err());
}

#[test]
fn the_rules_of_the_manual_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, info) in [("own.toml", "toml watchlist"), ("rule.yml", "yaml sigma")] {
        let text = block("watchlist.md", info);
        fs::write(folder.path().join(name), text).expect("written");
    }
    let (list, skipped) = load(&[folder.path()]).expect("a watchlist");
    assert!(skipped.is_empty(), "{skipped:?}");
    let record = |name: &str, more: &str| format!(r#"{{"eventName":"{name}",{more}}}"#);
    let payslip = |role: &str| {
        let issuer = format!("arn:aws:iam::111111111111:role/{role}");
        let session = format!(r#"{{"sessionContext":{{"sessionIssuer":{{"arn":"{issuer}"}}}}}}"#);
        let bucket = r#""requestParameters":{"bucketName":"payroll-2026"}"#;
        let source = r#""eventSource":"s3.amazonaws.com""#;
        record(
            "GetObject",
            &format!(r#"{source},{bucket},"userIdentity":{session}"#),
        )
    };
    assert_eq!(ids(&list, &payslip("intern")), ["payroll-bucket-read"]);
    assert!(ids(&list, &payslip("payroll")).is_empty());
    let stop = |agent: &str| {
        let source = "cloudtrail.amazonaws.com";
        record(
            "StopLogging",
            &format!(r#""eventSource":"{source}","userAgent":"{agent}""#),
        )
    };
    assert_eq!(ids(&list, &stop("Boto3")).len(), 1);
    assert!(ids(&list, &stop("APN/1.0 Terraform/1.9")).is_empty());
}
