use rayon::ThreadPoolBuilder;
use trailproof::base::limits::Limits;
use trailproof::proof::finding::{Code, Finding, Verdict};
use trailproof::proof::reason::Reason;
use trailproof::source::Source;
use trailproof::source::memory::{MemoryObject, MemorySource};
use trailproof::source::places::Places;
use trailproof::validate::request::{ChainFilter, Request};
use trailproof::validate::survey::{Survey, survey};

use crate::library::{prove, request, ring, source};
use crate::support::case::{ACCOUNT, BUCKET, Case, HOME, REGION, hour};
use crate::support::disk::{link_away, on_disk};
use crate::support::forge::{Chain, ChainSpec, Trail, damage, ts};

fn survey_with(source: &MemorySource, folders: usize, workers: usize) -> Survey {
    let pool = ThreadPoolBuilder::new().num_threads(workers).build();
    let places = Places::new(source.roots(), Vec::new());
    let limits = Limits {
        folders,
        ..Limits::default()
    };
    let filter = ChainFilter::default();
    survey(source, &places, &filter, &limits, &pool.expect("workers"))
}

/// Forty prefixes with ten accounts each, and logs without digests beside them.
fn prefixes() -> MemorySource {
    let mut source = MemorySource::default();
    for prefix in 0..40 {
        let trail = Trail::new(ACCOUNT, HOME, "main", BUCKET).prefix(&format!("team-{prefix}"));
        for account in 0..10 {
            let account = format!("{account:012}");
            let digest = trail.digest_key(&account, REGION, hour(1));
            let log = trail.log_key(&account, HOME, hour(1), "0123456789abcdef");
            source.put(BUCKET, &digest, MemoryObject::default());
            source.put(BUCKET, &log, MemoryObject::default());
        }
    }
    source
}

#[test]
fn the_place_of_a_limit_does_not_depend_on_the_number_of_workers() {
    let source = prefixes();
    for folders in [1, 30, 100, 500, 1_000, 100_000] {
        let one = survey_with(&source, folders, 1);
        let many = survey_with(&source, folders, 16);
        assert_eq!(format!("{one:?}"), format!("{many:?}"), "{folders}");
        // The bucket and forty prefixes; AWSLogs in each, and three folders per account.
        let (outside, inside) = (1 + 40, 40 * (1 + 10 * 3));
        let is_bounded = folders < inside.max(outside);
        assert_eq!(!one.beyond.is_empty(), is_bounded, "{folders}");
        assert!(one.listings <= 2 * folders as u64, "{folders}");
        if !is_bounded {
            assert_eq!((one.groups.len(), one.undigested.count), (10, 400));
            let places = one.groups.values().next().expect("places");
            assert_eq!(places.len(), 40);
            assert!(places.is_sorted());
        }
    }
}

#[test]
fn other_folders_never_hide_the_digests() {
    let mut source = MemorySource::default();
    for n in 0..500 {
        source.put(
            BUCKET,
            &format!("0-{n}/deep/er/object"),
            MemoryObject::default(),
        );
    }
    let trail = Trail::new(ACCOUNT, HOME, "main", BUCKET);
    let key = trail.digest_key(ACCOUNT, REGION, hour(1));
    source.put(BUCKET, &key, MemoryObject::default());
    let survey = survey_with(&source, 50, 4);
    assert_eq!(survey.beyond.len(), 1, "{survey:?}");
    assert_eq!(survey.groups.len(), 1, "{survey:?}");
}

#[test]
fn a_folder_with_too_many_names_makes_the_report_incomplete() {
    let mut case = Case::new("junk", 0, "");
    case.chain(4);
    let trail = Trail::new("999999999999", HOME, "main", BUCKET);
    let mut other = Chain::new(ChainSpec::new(trail, REGION).logs(1..=1));
    other.start(&mut case.world, ts("2026-03-01T00:12:34Z"));
    other.run_until(&mut case.world, hour(4));
    damage::modify_log(&mut case.world, &other.digests[2].logs[0].place);
    let limits = Limits {
        folders: 20,
        names_at_once: 10,
        ..Limits::default()
    };
    let (dir, source) = on_disk(&case.world, limits.clone());
    for i in 0..30 {
        std::fs::create_dir(dir.path().join(format!("AWSLogs/5junk{i:06}"))).expect("a folder");
    }
    let outcome = prove(
        &source,
        &ring(&case.world, &[REGION]),
        &Request {
            limits,
            ..request()
        },
    );
    assert!(!outcome.complete && outcome.verdict >= Verdict::Unproven);
}

#[test]
fn a_link_in_place_of_an_account_a_region_or_the_digests_is_reported() {
    let mut case = Case::new("linked-folders", 0, "");
    case.chain(3);
    let trail = Trail::new("999999999999", HOME, "main", BUCKET);
    let mut other = Chain::new(ChainSpec::new(trail, REGION).logs(1..=1));
    other.start(&mut case.world, ts("2026-03-01T00:12:34Z"));
    other.run_until(&mut case.world, hour(3));
    let ring = ring(&case.world, &[REGION]);
    let digests = "AWSLogs/999999999999/CloudTrail-Digest";
    for folder in [
        "AWSLogs/999999999999",
        digests,
        &format!("{digests}/{REGION}"),
        "AWSLogs",
    ] {
        let (dir, source) = on_disk(&case.world, Limits::default());
        link_away(dir.path(), folder);
        let outcome = prove(&source, &ring, &request());
        assert!(
            outcome.verdict == Verdict::Unproven && !outcome.complete,
            "{folder}"
        );
        let reported =
            |f: &Finding| f.code == Code::SourceUnreadable && f.reason == Some(Reason::Refused);
        assert!(
            outcome.findings.iter().any(reported),
            "{folder}: {:#?}",
            outcome.findings
        );
    }
}

#[test]
fn a_folder_with_digests_of_too_many_trails_makes_the_report_incomplete() {
    let mut case = Case::new("trails", 0, "");
    case.chain(2);
    let mut source = source(&case.world);
    for i in 0..50 {
        let trail = Trail::new(ACCOUNT, HOME, &format!("z{i}"), BUCKET);
        let key = trail.digest_key(ACCOUNT, REGION, hour(1));
        source.put(
            BUCKET,
            &key,
            trailproof::source::memory::MemoryObject::default(),
        );
    }
    let limits = Limits {
        chains_in_folder: 10,
        ..Limits::default()
    };
    let request = Request {
        limits,
        ..request()
    };
    let outcome = prove(&source, &ring(&case.world, &[REGION]), &request);
    assert!(!outcome.complete && outcome.chains.len() == 10);
    let reported = |f: &&Finding| f.reason == Some(Reason::Limit) && f.count == Some(41);
    assert_eq!(
        outcome.findings.iter().filter(reported).count(),
        1,
        "{:#?}",
        outcome.findings
    );
}
