//! A replica beside the original that no `--map` names: the same objects give the same answer from disk and S3.

use crate::support::aws::{Answer, Fault};
use crate::support::case::{BUCKET, Case, REGION};
use crate::support::compare::{comparable, difference};
use crate::support::forge::{Heads, KeyFileStyle, Place, damage, ts};
use crate::support::program::report;
use crate::support::stage::Stage;

const WINDOW: [&str; 6] = [
    "--start-time",
    "2026-03-01T00:12:34Z",
    "--end-time",
    "2026-03-01T05:12:34Z",
    "--as-of",
    "2026-05-20T00:00:00Z",
];

/// Copies every object under another prefix of the bucket, or to another bucket.
fn replicate(case: &mut Case, bucket: &str, prefix: &str) {
    let all = case.world.buckets[BUCKET].clone();
    for (key, object) in all {
        let place = Place::new(bucket, &format!("{prefix}{key}"));
        case.world.put(&place, object);
    }
}

#[test]
fn an_unmapped_replica_gives_the_same_report_from_disk_and_s3() {
    let mut wrong = Vec::new();
    for (bucket, prefix) in [(BUCKET, "replica/"), ("replica-logs", "")] {
        for is_damaged in [false, true] {
            let mut case = Case::new("replica", 0, "");
            let chain = case.chain(6);
            replicate(&mut case, bucket, prefix);
            if is_damaged {
                damage::delete(&mut case.world, &chain.digests[3].place);
            }
            let dir = tempfile::tempdir().expect("a folder");
            let (mut disk, mut s3) = (Vec::new(), Vec::new());
            let names: Vec<String> = case.world.buckets.keys().cloned().collect();
            for name in &names {
                case.world
                    .write_tree(name, &dir.path().join(name), Heads::Every);
                disk.extend(["--path".to_owned(), format!("{name}={name}")]);
                s3.extend(["--s3-bucket".to_owned(), name.clone()]);
            }
            let (from, to) = (ts("2026-03-01T00:00:00Z"), ts("2026-03-10T00:00:00Z"));
            let keys = dir.path().join("keys");
            case.world
                .write_keys(&keys, KeyFileStyle::V2Iso, &[REGION], from, to);
            disk.extend(["--keys", "keys"].map(str::to_owned));
            let window = WINDOW.map(str::to_owned);
            let (disk_code, disk) = report(dir.path(), &[&disk[..], &window].concat());
            let stage = Stage::of(&case.world, &[]);
            stage
                .loopback
                .fault(Fault::new(Answer::access_denied()).operation("DescribeTrails"));
            let (code, s3) = stage.report(&[&s3[..], &window].concat());
            let (disk, s3) = (comparable(disk), comparable(s3));
            let expected = if is_damaged { "failed" } else { "verified" };
            let is_same = disk["verdict"] == expected
                && disk["verdict"] == s3["verdict"]
                && disk["findings"] == s3["findings"]
                && code == disk_code;
            if !is_same {
                wrong.push(format!(
                    "{bucket} {prefix} {is_damaged}: {disk_code} {code} {}",
                    difference(&disk["findings"], &s3["findings"])
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
