//! In however many shards, by however many processes at once: the report of a single run.

use std::time::Duration;

use trailproof::report::Format;

use super::organization::assert_every_kind;
use super::same::assert_same_report;
use super::site::Site;
use crate::support::kill::Moment;
use crate::support::orderly::note;
use crate::support::program::finish;
use crate::support::random_org::RandomOrg;
use crate::support::thorough::times_more;

/// How many shards there are. With `TRAILPROOF_TRIALS=2` all of them are tried.
const SHARDS: [usize; 4] = [2, 50, 1, 7];

/// The first so many of them, or all.
fn some(usually: usize) -> &'static [usize] {
    match times_more() {
        1 => &SHARDS[..usually],
        _ => &SHARDS,
    }
}

fn is_the_same(site: &Site, numbers: &[usize]) {
    let code = site.single("single", Format::ALL);
    assert_eq!(code, 1);
    assert_every_kind(&site.report("single"));
    for &shards in numbers {
        let planned = site.plan(shards);
        assert_eq!(planned.shards.len(), shards);
        if shards == 50 {
            assert!(planned.has_shares(), "a group is split");
        }
        site.run_all(&planned);
        let merged = format!("merged-{shards}");
        assert_eq!(
            site.merge(&planned, &merged, Format::ALL),
            code,
            "{shards} shards"
        );
        assert_same_report(site, "single", &merged);
    }
}

#[test]
fn a_copy_has_the_same_report_in_any_number_of_shards() {
    is_the_same(&Site::of_copy(&RandomOrg::new(1)), some(2));
}

#[test]
fn buckets_have_the_same_report_in_shards() {
    let site = Site::of_s3(&RandomOrg::new(1));
    is_the_same(&site, some(1));
    a_shard_that_was_killed_is_repeated(&site);
    site.aws.as_ref().expect("AWS").assert_only_reads();
}

#[test]
fn other_organizations_have_the_same_report_in_shards() {
    for seed in 2..2 + times_more() as u64 {
        let site = Site::of_copy(&RandomOrg::new(seed));
        let code = site.single("single", Format::ALL);
        let planned = site.plan(5);
        site.run_all(&planned);
        assert_eq!(
            site.merge(&planned, "merged", Format::ALL),
            code,
            "seed {seed}"
        );
        note(&format!("seed {seed}"));
        assert_same_report(&site, "single", "merged");
    }
}

fn a_shard_that_was_killed_is_repeated(site: &Site) {
    let planned = site.plan(6);
    site.run_all(&planned);
    let aws = &site.aws.as_ref().expect("AWS").loopback;
    for (shard, answers) in [(2, 5), (4, 40)] {
        let part = site.part(&planned, shard);
        std::fs::remove_file(&part).expect("removed");
        aws.clear_calls();
        let moment = Moment {
            seed: 0,
            answers,
            then: Duration::from_millis(1),
        };
        assert!(moment.kill(&mut site.shard(&planned, shard), aws));
        assert!(!part.exists(), "a part is complete, or there is none");
        let run = finish(&mut site.shard(&planned, shard));
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    }
    site.merge(&planned, "merged", Format::ALL);
    assert_same_report(site, "single", "merged");
}
