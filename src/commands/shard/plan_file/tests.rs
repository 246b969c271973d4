use std::fs;

use super::{BEGIN, PlanFile, ZEROS};
use crate::base::limits::Limits;
use crate::base::sha256::Sha256;
use crate::commands::shard::plan::rates::DEFAULT;
use crate::report::plan::v1::{
    ListedBy, PlanHeader, PlannedChain, PlannedGroup, PlannedRequest, PlannedShard,
};
use crate::source::parts::LogShare;

fn header() -> PlanHeader {
    let at = "2026-03-01T12:00:00Z".parse().expect("a time");
    PlanHeader {
        schema: super::SCHEMA.into(),
        sha256: String::new(),
        trailproof: "0.1.0".into(),
        planned_at: at,
        as_of: Some(at),
        clock_ahead: None,
        request: PlannedRequest {
            arguments: vec!["--s3-bucket".into(), "logs".into()],
            ..PlannedRequest::default()
        },
        buckets: vec!["logs".into()],
        shards: 0,
        objects: 9,
        bytes: 900,
        requests: 18,
        hours: 0.25,
        price_usd: 0.02,
        rates: DEFAULT,
        listed_by: ListedBy::Listing,
    }
}

fn group(account: &str, share: Option<&str>) -> PlannedGroup {
    let at = "2026-03-01T01:00:00Z".parse().expect("a time");
    PlannedGroup {
        account: account.into(),
        region: "eu-west-1".into(),
        share: share.map(Into::into),
        chains: vec![PlannedChain {
            chain: format!("{account}/eu-west-1/us-east-1/main"),
            organization: None,
            first: at,
            last: at,
            digests: 1,
        }],
        logs: 2,
        objects: 3,
        bytes: 300,
    }
}

fn shard(shard: u32, groups: Vec<PlannedGroup>) -> PlannedShard {
    let objects = groups.iter().map(|group| group.objects).sum();
    let bytes = groups.iter().map(|group| group.bytes).sum();
    PlannedShard {
        shard,
        groups,
        objects,
        bytes,
        requests: 9,
        hours: 0.125,
        price_usd: 0.01,
    }
}

/// Two accounts, one of which is split.
fn shards() -> Vec<PlannedShard> {
    let first = vec![
        group("111111111111", None),
        group("222222222222", Some("1/2")),
    ];
    vec![
        shard(0, first),
        shard(1, vec![group("222222222222", Some("2/2"))]),
    ]
}

fn written() -> Vec<u8> {
    let mut bytes = Vec::new();
    let plan = PlanFile::new(header(), shards()).expect("a plan");
    plan.write(&mut bytes).expect("written");
    bytes
}

fn why(bytes: Vec<u8>) -> String {
    PlanFile::parse(bytes, &Limits::default()).expect_err("refused")
}

#[test]
fn a_plan_is_read_as_it_was_written() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("plan.jsonl");
    let made = PlanFile::new(header(), shards()).expect("a plan");
    fs::write(&path, written()).expect("a file");
    let read = PlanFile::read(&path, &Limits::default()).expect("a plan");
    assert_eq!(read.header, made.header);
    assert_eq!(read.header.sha256, made.sha256.to_string());
    assert_eq!((&read.shards, read.sha256), (&made.shards, made.sha256));
    let (accounts, share) = (|at| made.groups_of(at), |part, of| LogShare { part, of });
    let first: Vec<LogShare> = accounts(0).into_values().collect();
    assert_eq!(first, [share(1, 1), share(1, 2)]);
    let second: Vec<LogShare> = accounts(1).into_values().collect();
    assert_eq!(second, [share(2, 2)]);
    assert_eq!(made.groups().len(), 2);
}

#[test]
fn a_plan_that_was_cut_off_or_changed_is_refused() {
    let bytes = written();
    for cut in 0..bytes.len() {
        why(bytes[..cut].to_vec());
    }
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        why(changed);
    }
    let other = String::from_utf8(bytes).expect("UTF-8");
    let changed = other.replacen("\"objects\":3", "\"objects\":4", 1);
    assert!(why(changed.into_bytes()).contains("it was changed"));
    let later = other.replacen("plan/v1", "plan/v2", 1);
    assert!(why(later.into_bytes()).contains("plan/v2"));
}

#[test]
fn shares_that_do_not_add_up_are_refused() {
    let refused = |shards| PlanFile::new(header(), shards).expect_err("refused");
    let account = "111111111111";
    let of = |share: &str| group(account, Some(share));
    for (shards, expected) in [
        (vec![shard(1, vec![])], "where 0 is expected"),
        (vec![shard(0, vec![of("1/2")])], "do not add up"),
        (
            vec![shard(0, vec![of("2/2")]), shard(1, vec![of("2/2")])],
            "do not add up",
        ),
        (vec![shard(0, vec![of("1/2"), of("2/2")])], "twice"),
        (vec![shard(0, vec![of("5%")])], "not one such as 1/7"),
        (vec![shard(0, vec![of("0/2")])], "not one such as 1/7"),
        (vec![shard(0, vec![group("1", None)])], "twelve digits"),
    ] {
        let why = refused(shards);
        assert!(why.contains(expected), "{why}");
    }
    let mut foreign = group(account, None);
    foreign.chains = group("222222222222", None).chains;
    assert!(refused(vec![shard(0, vec![foreign])]).contains("is not of"));
}

#[test]
fn sums_that_are_not_those_of_the_shards_are_refused() {
    type Change = fn(&mut PlanHeader, &mut PlannedShard);
    let changes: [(Change, &str); 7] = [
        (
            |header, _| header.objects += 1,
            "its header says 10 objects, and the sum is 9",
        ),
        (|header, _| header.bytes = 0, "its header says 0 bytes"),
        (
            |header, _| header.requests -= 1,
            "its header says 17 requests",
        ),
        (
            |header, _| header.hours += 0.001,
            "its header says 0.251 hours",
        ),
        (
            |header, _| header.price_usd = 0.0,
            "its header says 0 US dollars",
        ),
        (
            |_, shard| shard.objects = 7,
            "shard 0 says 7 objects, and the sum is 6",
        ),
        (|_, shard| shard.bytes = 7, "shard 0 says 7 bytes"),
    ];
    for (change, expected) in changes {
        let (mut header, mut shards) = (header(), shards());
        change(&mut header, &mut shards[0]);
        let why = PlanFile::new(header, shards).expect_err("refused");
        assert!(why.contains(expected), "{why}");
    }
    let written = String::from_utf8(written()).expect("UTF-8");
    let changed = written.replacen("\"requests\":18", "\"requests\":19", 1);
    let zeros = |text: &str| text.replacen(&text[BEGIN.len()..][..ZEROS.len()], ZEROS, 1);
    let hash = Sha256::of(zeros(&changed).as_bytes()).to_string();
    let signed = zeros(&changed).replacen(ZEROS, &hash, 1);
    assert!(why(signed.into_bytes()).contains("its header says 19 requests, and the sum is 18"));
}

#[test]
fn only_a_plan_begins_as_one() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("file");
    let later = String::from_utf8(written()).expect("UTF-8");
    let later = later.replacen("plan/v1", "plan/v2", 1).into_bytes();
    for (text, is_plan) in [
        (written(), true),
        (later, true),
        (b"{\"schema\":\"trailproof.report/v1\"}".to_vec(), false),
        (b"{".to_vec(), false),
    ] {
        fs::write(&path, text).expect("a file");
        assert_eq!(PlanFile::is_claimed(&path), is_plan);
    }
}

#[test]
fn a_plan_of_too_many_entries_is_refused() {
    let limits = Limits {
        plan_entries: 6,
        ..Limits::default()
    };
    let why = PlanFile::parse(written(), &limits).expect_err("refused");
    assert!(why.contains("more than 6 entries"), "{why}");
}
