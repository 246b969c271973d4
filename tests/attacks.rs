//! Attacks and accidents that once were answered wrongly, each with the answer it must have.

use jiff::SignedDuration;
use trailproof::base::limits::Limits;
use trailproof::proof::finding::{Code, Finding, ObjectFacts, Severity, Verdict};
use trailproof::source::disk::DiskSource;
use trailproof::source::memory::MemorySource;
use trailproof::source::{Folders, GetError, Listed, Range, Root, RootId, Source, SourceObject};
use trailproof::validate::request::Request;

use crate::library::{codes, prove, request, ring, source};
use crate::support::case::{ACCOUNT, BUCKET, Case, HOME, REGION, hour, spec};
use crate::support::forge::{Chain, ChainSpec, Heads, Trail, World, damage, ts};

/// A source whose buckets were given no names.
struct Unnamed(MemorySource);

impl Source for Unnamed {
    fn roots(&self) -> Vec<Root> {
        self.0
            .roots()
            .into_iter()
            .map(|root| Root {
                buckets: Vec::new(),
                ..root
            })
            .collect()
    }
    fn folders(
        &self,
        root: RootId,
        prefix: &str,
        refused: &mut dyn FnMut(&str, &'static str),
    ) -> Result<Folders, GetError> {
        self.0.folders(root, prefix, refused)
    }
    fn list(
        &self,
        root: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError> {
        self.0.list(root, prefix, range, visit)
    }
    fn get(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError> {
        self.0.get(root, key, with_metadata)
    }
    fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError> {
        self.0.stat(root, key)
    }
}

fn within(from: &str, to: &str) -> Request {
    Request {
        from: Some(ts(from)),
        to: Some(ts(to)),
        as_of: Some(hour(100)),
        ..request()
    }
}

fn on_disk(world: &World, limits: Limits) -> (tempfile::TempDir, DiskSource) {
    let dir = tempfile::tempdir().expect("a folder");
    world.write_tree(BUCKET, dir.path(), Heads::All);
    let mut source = DiskSource::new(limits);
    source
        .mount(dir.path(), vec![BUCKET.into()])
        .expect("a folder");
    (dir, source)
}

/// Moves a folder away and leaves a symbolic link to it.
fn link_away(dir: &std::path::Path, folder: &str) {
    let away = tempfile::tempdir().expect("a folder").keep();
    std::fs::rename(dir.join(folder), away.join("moved")).expect("moved");
    std::os::unix::fs::symlink(away.join("moved"), dir.join(folder)).expect("a link");
}

#[test]
fn a_day_that_cannot_be_listed_is_unproven_even_if_the_digest_after_it_is_missing() {
    let mut case = Case::new("hidden-day", 0, "");
    let chain = case.chain(60);
    let ring = ring(&case.world, &[REGION]);
    let day = format!("AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/2026/03/02");
    let (dir, source) = on_disk(&case.world, Limits::default());
    link_away(dir.path(), &day);
    let outcome = prove(&source, &ring, &request());
    assert_eq!(
        (outcome.verdict, outcome.chains[0].digests.missing_inferred),
        (Verdict::Unproven, 0)
    );
    assert!(
        codes(&outcome).iter().all(|c| *c == Code::DigestUnreadable),
        "{:?}",
        codes(&outcome)
    );

    let after = chain
        .digests
        .iter()
        .find(|d| d.end > ts("2026-03-03T00:00:00Z"))
        .expect("a digest");
    damage::delete(&mut case.world, &after.place);
    let (dir, source) = on_disk(&case.world, Limits::default());
    link_away(dir.path(), &day);
    let outcome = prove(&source, &ring, &request());
    let digests = outcome.chains[0].digests;
    assert_eq!(
        (digests.missing, digests.missing_inferred),
        (1, 0),
        "{:#?}",
        outcome.findings
    );
}

#[test]
fn an_unreadable_starting_digest_does_not_make_an_honest_stop_missing_digests() {
    let mut case = Case::new("unread-start", 0, "");
    let mut chain = case.chain(3);
    chain.stop(&mut case.world, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut case.world, ts("2026-03-01T09:45:10Z"));
    let starting = chain.last().place.clone();
    chain.run_until(&mut case.world, ts("2026-03-01T12:45:10Z"));
    let mut source = source(&case.world);
    source.fault(
        BUCKET,
        &starting.key,
        GetError::Denied("AccessDenied".into()),
    );
    let outcome = prove(&source, &ring(&case.world, &[REGION]), &request());
    assert_eq!(
        outcome.verdict,
        Verdict::Unproven,
        "{:#?}",
        outcome.findings
    );
}

#[test]
fn backfill_digests_linked_out_of_the_order_of_their_time_are_met_once() {
    let mut case = Case::new("backfill-order", 0, "");
    let mut chain = case.chain(8);
    for (end, made, logs) in [(4, 5, 2), (3, 6, 1), (2, 7, 1)] {
        chain.backfill(&mut case.world, hour(end), hour(made), logs, true);
    }
    let outcome = prove(
        &source(&case.world),
        &ring(&case.world, &[REGION]),
        &request(),
    );
    let logs: usize = chain
        .digests
        .iter()
        .chain(&chain.backfills)
        .map(|d| d.logs.len())
        .sum();
    let one = &outcome.chains[0];
    assert_eq!((one.backfill.valid, one.logs.valid), (3, logs as u64));
    assert_eq!(outcome.verdict, Verdict::Verified);
}

#[test]
fn a_deletion_is_one_whether_or_not_the_bucket_was_named() {
    let mut case = Case::new("unnamed", 0, "");
    let chain = case.chain(8);
    damage::delete(&mut case.world, &chain.digests[4].place);
    let ring = ring(&case.world, &[REGION]);
    // The window ends inside the missing digest; only what lies beyond it names it.
    let request = within("2026-03-01T01:12:34Z", "2026-03-01T04:00:00Z");
    for source in [
        &source(&case.world) as &dyn Source,
        &Unnamed(source(&case.world)),
    ] {
        let outcome = prove(source, &ring, &request);
        assert_eq!(
            (outcome.verdict, codes(&outcome)),
            (Verdict::Failed, vec![Code::DigestMissing])
        );
    }
}

#[test]
fn in_a_merged_copy_of_a_moved_chain_the_last_digests_of_the_old_bucket_are_missing() {
    let mut case = Case::new("merged", 0, "");
    let mut chain = case.chain(6);
    chain.move_to("new-logs", None);
    chain.run_until(&mut case.world, hour(9));
    for digest in &chain.digests[4..7] {
        damage::delete(&mut case.world, &digest.place);
    }
    let new = case
        .world
        .buckets
        .remove("new-logs")
        .expect("the new bucket");
    case.world
        .buckets
        .get_mut(BUCKET)
        .expect("the old one")
        .extend(new);
    let outcome = prove(
        &Unnamed(source(&case.world)),
        &ring(&case.world, &[REGION]),
        &request(),
    );
    assert_eq!(outcome.verdict, Verdict::Failed, "{:#?}", outcome.findings);
    let digests = outcome.chains[0].digests;
    assert_eq!((digests.missing, digests.missing_inferred), (1, 2));
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
fn a_link_in_the_place_of_an_account_a_region_or_the_digests_is_not_passed_over() {
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
        let told = |f: &Finding| f.code == Code::DigestUnreadable && f.reason == Some("refused");
        assert!(
            outcome.findings.iter().any(told),
            "{folder}: {:#?}",
            outcome.findings
        );
    }
}

#[test]
fn an_arn_is_not_answered_by_another_organizations_trail_of_the_same_name() {
    let mut case = Case::new("foreign-organization", 0, "");
    let trail = Trail::new("999999999999", HOME, "main", BUCKET).organization("o-a1b2c3d4e5");
    let mut member = Chain::new(ChainSpec { trail, ..spec() }.account("222222222222"));
    member.start(&mut case.world, ts("2026-03-01T00:12:34Z"));
    member.run_until(&mut case.world, hour(4));
    let ring = ring(&case.world, &[REGION]);
    let mut request = request();
    let arn = |account: &str| {
        format!("arn:aws:cloudtrail:{HOME}:{account}:trail/main")
            .parse()
            .expect("an arn")
    };
    request.filter.trail_arns = vec![arn(ACCOUNT)];
    let outcome = prove(&source(&case.world), &ring, &request);
    assert_eq!(
        (outcome.verdict, codes(&outcome)),
        (Verdict::Unproven, vec![Code::NothingFound])
    );
    // Who names the organization says whose trail it is.
    request.filter.organizations = vec!["o-a1b2c3d4e5".parse().expect("an organization")];
    assert_eq!(
        prove(&source(&case.world), &ring, &request).verdict,
        Verdict::Verified
    );
}

#[test]
fn a_backfill_digest_later_than_the_newest_digest_belongs_to_the_data() {
    let mut case = Case::new("late-backfill", 0, "");
    let mut chain = case.chain(8);
    chain.backfill(&mut case.world, hour(8), hour(10), 2, true);
    damage::modify_log(&mut case.world, &chain.backfills[0].logs[0].place);
    damage::delete(&mut case.world, &chain.digests[8].place);
    let outcome = prove(
        &source(&case.world),
        &ring(&case.world, &[REGION]),
        &request(),
    );
    assert_eq!(outcome.verdict, Verdict::Failed);
    assert!(
        codes(&outcome).contains(&Code::LogModified),
        "{:?}",
        codes(&outcome)
    );
}

#[test]
fn an_unproven_digest_does_not_reach_over_the_one_before_it() {
    let mut case = Case::new("short-final", 0, "");
    let mut chain = case.chain(5);
    chain.stop(&mut case.world, hour(5) + SignedDuration::from_mins(17));
    damage::tamper_digest(&mut case.world, &chain.digests[6].place);
    let mut source = source(&case.world);
    source.fault(
        BUCKET,
        &chain.digests[5].place.key,
        GetError::Denied("no".into()),
    );
    let request = within("2026-03-01T00:12:34Z", "2026-03-01T04:50:00Z");
    let outcome = prove(&source, &ring(&case.world, &[REGION]), &request);
    assert_eq!(
        outcome.verdict,
        Verdict::Unproven,
        "{:#?}",
        outcome.findings
    );
    let coverage = &outcome.chains[0].coverage;
    let last = coverage.last().map(|s| (s.time.from, s.state));
    let denied = chain.digests[5].start;
    assert_eq!(
        last,
        Some((denied, trailproof::proof::coverage::State::Unproven)),
        "{coverage:?}"
    );
}

#[test]
fn the_same_bucket_in_two_folders_is_counted_once_whatever_metadata_was_kept() {
    let mut case = Case::new("twice", 0, "");
    let chain = case.chain(5);
    for bare in [false, true] {
        for digest in chain.digests[..5].iter().filter(|_| bare) {
            case.world.object_mut(&digest.place).metadata.clear();
        }
        let (one, two) = (
            tempfile::tempdir().expect("one"),
            tempfile::tempdir().expect("two"),
        );
        let mut source = DiskSource::new(Limits::default());
        for dir in [&one, &two] {
            case.world
                .write_tree(BUCKET, dir.path(), Heads::Only(kept(&case.world)));
            source
                .mount(dir.path(), vec![BUCKET.into()])
                .expect("a folder");
        }
        let outcome = prove(&source, &ring(&case.world, &[REGION]), &request());
        let logs: usize = chain.digests.iter().map(|d| d.logs.len()).sum();
        let chain = &outcome.chains[0];
        assert_eq!(
            (outcome.verdict, chain.digests.valid),
            (Verdict::Verified, 6),
            "{:#?}",
            outcome.findings
        );
        assert_eq!(chain.logs.valid, logs as u64);
    }
}

/// The digests whose metadata is still there.
fn kept(world: &World) -> Vec<String> {
    let objects = world.buckets[BUCKET].iter();
    objects
        .filter(|(_, o)| o.metadata.contains_key("signature"))
        .map(|(key, _)| key.clone())
        .collect()
}

#[test]
fn a_fork_counts_each_of_its_digests_once() {
    let mut case = Case::new("rivals", 0, "");
    let chain = case.chain(6);
    chain.fork(&mut case.world, 3, 600);
    chain.fork(&mut case.world, 3, 1200);
    let outcome = prove(
        &source(&case.world),
        &ring(&case.world, &[REGION]),
        &request(),
    );
    let digests = outcome.chains[0].digests;
    assert_eq!(
        (digests.valid, digests.unproven),
        (6, 3),
        "{:#?}",
        outcome.findings
    );
    assert!(
        outcome
            .findings
            .iter()
            .all(|f| f.severity <= Severity::Unproven)
    );
}

#[test]
fn thousands_of_planted_digests_are_told_in_time_and_in_one_finding() {
    let mut case = Case::new("planted", 0, "");
    let chain = case.chain(3);
    let real = case.world.object(&chain.digests[1].place).clone();
    let limits = Limits {
        findings_per_code: 100,
        ..Limits::default()
    };
    let mut source = source(&case.world);
    for second in 0..5000 {
        let end = hour(10) + SignedDuration::from_secs(second);
        let key = chain.spec.trail.digest_key(ACCOUNT, REGION, end);
        let mut body = crate::support::forge::gunzip(&real.body);
        body.extend_from_slice(format!(" {}", " ".repeat(second as usize % 7)).as_bytes());
        let body = crate::support::forge::gzip(&body);
        source.put(
            BUCKET,
            &key,
            trailproof::source::memory::MemoryObject {
                body,
                ..Default::default()
            },
        );
    }
    let outcome = prove(
        &source,
        &ring(&case.world, &[REGION]),
        &Request {
            limits,
            ..request()
        },
    );
    assert_eq!(outcome.verdict, Verdict::Failed);
    let planted: Vec<&Finding> = outcome
        .findings
        .iter()
        .filter(|f| f.code == Code::DigestIdentityMismatch)
        .collect();
    assert_eq!((planted.len(), planted[0].count), (1, Some(5000)));
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
    let told = |f: &&Finding| f.reason == Some("limit") && f.count == Some(41);
    assert_eq!(
        outcome.findings.iter().filter(told).count(),
        1,
        "{:#?}",
        outcome.findings
    );
}
