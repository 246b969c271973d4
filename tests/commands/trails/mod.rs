//! `trailproof trails` for copies on disk: chains known from object names alone.

#[cfg(feature = "aws")]
mod accounts;
#[cfg(feature = "aws")]
mod s3;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::case::{ACCOUNT, BUCKET, HOME, REGION, hour};
use crate::support::forge::{Heads, Object, Place, Trail, World};
use crate::support::program::{report, root, run, severity_codes, trails};

const SAMPLE: [&str; 2] = ["--path", "bucket"];

fn sample() -> std::path::PathBuf {
    root().join("testdata/sample")
}

/// A list without the fields that differ in each run.
fn without_run(mut list: Value) -> Value {
    list.as_object_mut().expect("an object").remove("run");
    list
}

/// Digests as names without content, in the folder `bucket`.
fn names_in(dir: &Path, keys: impl IntoIterator<Item = String>) {
    let mut world = World::new(1);
    for key in keys {
        let object = Object::delivered(Vec::new(), hour(0));
        world.put(&Place::new(BUCKET, &key), object);
    }
    world.write_tree(BUCKET, &dir.join("bucket"), Heads::None);
}

fn trail() -> Trail {
    Trail::new(ACCOUNT, HOME, "main", BUCKET)
}

#[test]
fn a_chain_is_listed_with_its_first_and_last_digest_their_number_and_missing_hours() {
    let dir = root().join("testdata/gap");
    let (code, list) = trails(&dir, &["--path", "bucket", "--s3-bucket", BUCKET]);
    assert_eq!((code, &list["complete"]), (0, &json!(true)), "{list:#}");
    let expected = json!([{
        "id": "111111111111/eu-west-1/eu-west-1/main",
        "organization": null,
        "partition": "aws",
        "account": "111111111111",
        "region": "eu-west-1",
        "home_region": "eu-west-1",
        "trail": "main",
        "locations": [{
            "bucket": BUCKET,
            "prefix": null,
            "organization": null,
            "digests": 9,
            "first": "2026-03-01T00:12:34Z",
            "last": "2026-03-01T10:45:10Z",
        }],
        "first": "2026-03-01T00:12:34Z",
        "last": "2026-03-01T10:45:10Z",
        "digests": 9,
        "backfill_digests": 0,
        "holes": {
            "count": 1,
            "seconds": 11_710,
            "longest": {"from": "2026-03-01T03:30:00Z", "to": "2026-03-01T06:45:10Z"},
        },
    }]);
    assert_eq!(list["chains"], expected, "{list:#}");
    assert_eq!(list["run"]["requests"]["get"], 0);

    let text = run(&dir, &["trails", "--path", "bucket"]);
    assert_eq!((text.code, text.stderr.as_str()), (0, ""));
    let line = "  111111111111/eu-west-1/eu-west-1/main  2026-03-01T00:12:34Z  \
                2026-03-01T10:45:10Z        9  3h 15m 10s missing from 2026-03-01T03:30:00Z\n";
    assert!(text.stdout.contains(line), "{}", text.stdout);
}

#[test]
fn the_list_is_the_same_for_any_number_of_workers() {
    let jobs = |n: &str| {
        let (code, list) = trails(&sample(), &["--path", "bucket", "--jobs", n]);
        assert_eq!(code, 0);
        without_run(list)
    };
    let one = jobs("1");
    assert_eq!(one, jobs("16"));
    let totals = json!({"chains": 4, "digests": 196, "backfill_digests": 2, "holes": 0});
    assert_eq!(one["totals"], totals);
    let place = &one["chains"][0]["locations"][0];
    assert_eq!(
        (&place["prefix"], &place["organization"]),
        (&json!("audit"), &json!("o-a1b2c3d4e5"))
    );
}

#[test]
fn the_scope_narrows_the_list_and_unmatched_filters_are_reported() {
    let ids = |more: &[&str]| -> (i32, Vec<String>, Value) {
        let (code, list) = trails(&sample(), &[&SAMPLE[..], more].concat());
        let chains = list["chains"].as_array().expect("chains").iter();
        let ids = chains.map(|c| c["id"].as_str().expect("an id").to_owned());
        (code, ids.collect(), list["trouble"].clone())
    };
    let one = ["--region", "us-east-1", "--account-id", "222222222222"];
    let (code, found, _) = ids(&one);
    assert_eq!(code, 0);
    assert_eq!(found, ["222222222222/us-east-1/us-east-1/org_trail.main"]);

    let (code, found, trouble) = ids(&[&one[..], &["--region", "eu-west-9"]].concat());
    assert_eq!((code, found.len()), (4, 1));
    let said = "no digest was found for the given region eu-west-9";
    assert_eq!(trouble[0]["message"], said, "{trouble:#}");
    assert_eq!(trouble[0]["code"], "nothing-found");

    let (code, found, trouble) = ids(&["--account-id", "999999999999"]);
    assert_eq!((code, found.len()), (4, 0));
    let hint = trouble[0]["hint"].as_str().expect("a hint");
    assert!(
        hint.contains("audit/AWSLogs/o-a1b2c3d4e5/111111111111/"),
        "{hint}"
    );
}

/// Copies a folder, except for paths that contain this part.
fn copy_without(from: &Path, to: &Path, part: &str) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let to = to.join(path.file_name().expect("a name"));
        if path.to_str().expect("UTF-8").contains(part) {
            continue;
        }
        if path.is_dir() {
            copy_without(&path, &to, part);
        } else {
            fs::copy(&path, &to).expect("a copy");
        }
    }
}

#[test]
fn the_list_for_expect_is_read_back_and_a_chain_that_went_is_missed() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("chains");
    let path = path.to_str().expect("UTF-8");
    let args = [
        "trails", "--path", "bucket", "--format", "expect", "--out", path,
    ];
    let listed = run(&sample(), &args);
    assert_eq!((listed.code, listed.stdout.as_str()), (0, ""));
    let text = fs::read_to_string(path).expect("a list");
    let (remarks, chains): (Vec<&str>, Vec<&str>) = text.lines().partition(|l| l.starts_with('#'));
    assert_eq!((remarks.len(), chains.len()), (1, 4), "{text}");
    assert!(chains.is_sorted(), "{text}");

    let keys = ["--keys", "keys", "--expect", path];
    let (code, whole) = report(&sample(), &[&SAMPLE[..], &keys].concat());
    let missed = |report: &Value| {
        let codes = severity_codes(report).into_iter();
        codes.filter(|c| c == "unproven chain-missing").count()
    };
    assert_eq!((code, missed(&whole)), (0, 0), "{whole:#}");

    // The whole account is gone, logs included: only the list shows that it existed.
    copy_without(&sample(), dir.path(), "222222222222");
    let (code, without) = report(dir.path(), &[&SAMPLE[..], &keys].concat());
    assert_eq!(code, 4);
    assert_eq!(missed(&without), 2, "{without:#}");
    let findings = without["findings"].as_array().expect("findings").iter();
    let missing = findings.filter(|f| f["code"] == "chain-missing");
    let missing: Vec<&Value> = missing.map(|f| &f["chain"]).collect();
    assert_eq!(missing, [chains[2], chains[3]]);
    let text = run(dir.path(), &[&["validate"], &SAMPLE[..], &keys].concat()).stdout;
    let row = "\n  222222222222  UNPROVEN      UNPROVEN\n  111111111111  ok            ok\n";
    assert!(text.contains(row), "{text}");
}

#[test]
fn a_refused_folder_is_reported_and_does_not_stop_the_list() {
    let dir = tempfile::tempdir().expect("a folder");
    let key = |account: &str| trail().digest_key(account, REGION, hour(1));
    names_in(dir.path(), [key("111111111111"), key("333333333333")]);
    let account = dir.path().join("bucket/AWSLogs/222222222222");
    fs::create_dir_all(&account).expect("a folder");
    std::os::unix::fs::symlink("..", account.join("CloudTrail-Digest")).expect("a link");
    let (code, list) = trails(dir.path(), &SAMPLE);
    assert_eq!((code, &list["complete"]), (4, &json!(false)), "{list:#}");
    assert_eq!(list["totals"]["chains"], 2);
    assert_eq!(list["trouble"].as_array().map(Vec::len), Some(1));
    let trouble = &list["trouble"][0];
    assert_eq!(trouble["reason"], "refused");
    assert_eq!(trouble["key"], "AWSLogs/222222222222/CloudTrail-Digest");

    let expect = run(
        dir.path(),
        &["trails", "--path", "bucket", "--format", "expect"],
    );
    assert_eq!(expect.code, 4);
    assert!(
        expect.stdout.contains("\n# not complete"),
        "{}",
        expect.stdout
    );
}

#[test]
fn names_from_a_bucket_are_escaped() {
    let dir = tempfile::tempdir().expect("a folder");
    let trail = trail().prefix("red\u{1b}[31m\u{202e}");
    names_in(dir.path(), [trail.digest_key(ACCOUNT, REGION, hour(1))]);
    for format in ["text", "json", "expect"] {
        let list = run(
            dir.path(),
            &["trails", "--path", "bucket", "--format", format],
        );
        assert_eq!(list.code, 0);
        assert!(
            !list.stdout.contains(['\u{1b}', '\u{202e}']),
            "{}",
            list.stdout
        );
    }
    let text = run(dir.path(), &["trails", "--path", "bucket"]).stdout;
    assert!(text.contains("red\\u{1b}[31m\\u{202e}/AWSLogs/"), "{text}");
}

#[test]
fn invalid_arguments_are_refused_with_exit_2() {
    let refused: [(&[&str], &str); 5] = [
        (&["trails"], "--path"),
        (&["trails", "--path", "nowhere"], "cannot open the folder"),
        (&["trails", "--path", "bucket", "--format", "xml"], "expect"),
        (
            &[
                "trails", "--path", "bucket", "--format", "text", "--format", "json",
            ],
            "two reports",
        ),
        (&["schema", "keys"], "trails"),
    ];
    for (args, said) in refused {
        let run = run(&sample(), args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(run.stderr.contains(said), "{args:?}: {}", run.stderr);
    }
    let help = run(&sample(), &["trails", "--help"]);
    assert_eq!(help.code, 0);
    assert!(help.stdout.contains("--format expect --out chains"));
}

/// 125 accounts in twenty regions, with empty digests.
fn many(dir: &Path) {
    let mut keys = Vec::new();
    let trail = Trail::new(ACCOUNT, "ap-southeast-0", "main", BUCKET);
    for account in 0..125 {
        for region in 0..20 {
            let (account, region) = (format!("{account:012}"), format!("ap-southeast-{region}"));
            let key = |at| trail.digest_key(&account, &region, hour(at));
            keys.push(key(1));
            // One chain with a gap, and one that ended early.
            match (account.as_str(), region.as_str()) {
                ("000000000100", "ap-southeast-7") => keys.push(key(9)),
                ("000000000110", "ap-southeast-9") => {}
                _ => keys.extend((2..10).map(key)),
            }
        }
    }
    names_in(dir, keys);
}

#[test]
fn thousands_of_chains_stay_readable() {
    let dir = tempfile::tempdir().expect("a folder");
    many(dir.path());
    let list = run(dir.path(), &["trails", "--path", "bucket"]);
    assert_eq!(list.code, 0, "{}", list.stderr);
    let lines: Vec<&str> = list.stdout.lines().collect();
    assert!(lines.len() < 220, "{}", lines.len());
    assert!(
        lines[0].starts_with("2,500 chains: 22,485 digests"),
        "{}",
        lines[0]
    );
    assert!(lines[4].contains("/ap-southeast-7/") && lines[4].contains("7h missing from"));
    assert!(lines[5].contains("/ap-southeast-9/") && lines[5].contains("ends 8h before"));
    let more = "  and 2,300 further chains: 0 with missing hours, 0 that end early;";
    assert!(list.stdout.contains(more), "{}", lines[204]);

    let keys = sample().join("keys");
    let keys = keys.to_str().expect("UTF-8");
    let text = run(
        dir.path(),
        &["validate", "--path", "bucket", "--keys", keys],
    );
    assert_eq!(text.code, 1, "{}", text.stderr);
    let lines: Vec<&str> = text.stdout.lines().collect();
    assert!(lines.len() < 5_000, "{}", lines.len());
    let matrix = lines
        .iter()
        .position(|l| l.starts_with("Worst verdict per account and region"))
        .expect("a matrix");
    assert!(lines[matrix + 2].starts_with("  000000000000  FAILED"));
    let block = lines[matrix..].iter().take_while(|l| !l.is_empty()).count();
    assert!(block < 160, "{block}");
    assert!(
        text.stdout
            .contains("\n  and 75 more accounts: 75 failed\n")
    );
    assert!(text.stdout.contains("\n  and 8 more regions: 8 failed\n"));
}
