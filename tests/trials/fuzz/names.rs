//! Object keys, names and identifiers: what is parsed prints back to itself, and no name leads anywhere.

use trailproof::base::time::Window;
use trailproof::cloudtrail::chain_pattern::ChainPattern;
use trailproof::cloudtrail::ids::{
    AccountId, ChainId, OrganizationId, Region, TrailArn, TrailName,
};
use trailproof::cloudtrail::object_key::{
    DigestObjectKey, KeyRoot, KeyTime, LogKeyParser, LogObjectKey, account_and_region,
    from_aws_logs, minute_in, time_of_folder,
};
use trailproof::source::bundle::layout;
use trailproof::source::bundle_names::{CUSTODY, MANIFEST, hold_bundle};
use trailproof::source::places::MapRule;
use trailproof::validate::request::LogSelection;

use super::outcome::Outcome;
use super::seeds::paths;
use super::targets::FuzzTarget;
use crate::support::forge::ts;

pub const OBJECT_KEYS: FuzzTarget = FuzzTarget::new(
    "object-keys",
    object_keys,
    object_key_seeds,
    &[
        "AWSLogs/",
        "o-a1b2c3d4e5/",
        "/CloudTrail-Digest/",
        "/CloudTrail/",
        "/CloudTrail-Insight/",
        "111111111111",
        "_CloudTrail-Digest_",
        "_us-east-1_",
        "_backfill.json.gz",
        ".json.gz",
        "20260301T0320Z_",
        "20260301T032000Z",
        "/2026/03/01/",
        "99991231T2359Z",
        "manifest.jsonl",
        "custody.json",
    ],
);

pub const IDS: FuzzTarget = FuzzTarget::new(
    "ids",
    ids,
    id_seeds,
    &[
        "111111111111",
        "us-east-1",
        "us-gov-west-1",
        "cn-north-1",
        "o-a1b2c3d4e5",
        "arn:aws:cloudtrail:us-east-1:111111111111:trail/main",
        "arn:aws-cn:",
        "arn:aws:s3:us-east-1:111111111111:accesspoint/a",
        "/*/*/*",
        "bucket/prefix=",
        "//",
        "1/7",
        "0.5%",
        "1e1%",
        "NaN%",
    ],
);

fn object_key_seeds() -> Vec<Vec<u8>> {
    let keys = paths(|path| path.contains("/AWSLogs/"));
    let keys = keys
        .into_iter()
        .filter_map(|path| path.split_once("bucket/"));
    let mut seeds: Vec<Vec<u8>> = keys.map(|(_, key)| key.as_bytes().to_vec()).collect();
    let several: Vec<&[u8]> = seeds.iter().take(6).map(Vec::as_slice).collect();
    seeds.push(several.join(&b"\n"[..]));
    seeds
}

fn id_seeds() -> Vec<Vec<u8>> {
    let texts = [
        "111111111111/eu-west-1/us-east-1/main",
        "111111111111/*/us-east-1/*",
        "arn:aws:cloudtrail:us-east-1:111111111111:trail/my.trail_1",
        "arn:aws-us-gov:cloudtrail:us-gov-west-1:111111111111:trail/main",
        "o-a1b2c3d4e5\nus-isob-east-1\n222222222222",
        "copy/a/b=logs/audit\narn:aws:s3:eu-west-1:111111111111:accesspoint/x/p=logs",
        "all\nnone\n3/7\n5%\n0.25%",
    ];
    texts.map(|text| text.as_bytes().to_vec()).into()
}

/// The keys of an input, one per line.
fn lines(input: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(input);
    text.split('\n').take(64).map(str::to_owned).collect()
}

fn object_keys(input: &[u8]) -> u64 {
    let keys = lines(input);
    let mut outcome = Outcome::default();
    let mut one_after_another = LogKeyParser::default();
    for key in &keys {
        let digest = DigestObjectKey::parse(key);
        if let Some(digest) = &digest {
            assert_eq!(
                digest.to_string(),
                *key,
                "a digest's key is printed otherwise"
            );
        }
        let log = LogObjectKey::parse(key);
        if let Some(log) = &log {
            assert_eq!(log.to_string(), *key, "a log's key is printed otherwise");
        }
        assert!(digest.is_none() || log.is_none(), "both a digest and a log");
        let minute = one_after_another.minute(key);
        assert_eq!(
            minute,
            log.as_ref().map(|log| log.minute),
            "read after another key"
        );
        let rest = from_aws_logs(key);
        if let Some(rest) = rest {
            assert!(
                key.ends_with(rest) && rest.starts_with("AWSLogs/"),
                "{rest:?}"
            );
        }
        let file = key.rsplit('/').next().unwrap_or_default();
        let named = LogObjectKey::of_name(KeyRoot::default(), file);
        assert!(log.is_none() || named.is_some(), "a log without a name");
        let place = account_and_region(key);
        if let Some((account, region)) = &place {
            let parts: Vec<&str> = key.split('/').collect();
            let has = |text: &str| parts.contains(&text);
            assert!(has(account.as_str()) && has(region.as_str()), "{place:?}");
        }
        assert!(
            (digest.is_none() && log.is_none()) || place.is_some(),
            "no account and region"
        );
        outcome
            .add((
                digest.is_some(),
                log.is_some(),
                rest.is_some(),
                named.is_some(),
            ))
            .add(place.is_some());
        time(key, &mut outcome);
        stored_at(key, &mut outcome);
    }
    bundle_in(&keys, &mut outcome);
    outcome.number()
}

/// The time of an object never takes it out of the time that is searched, unless its folder does.
fn time(key: &str, outcome: &mut Outcome) {
    let searched = Window::new(ts("2026-02-28T12:00:00Z"), ts("2026-03-02T00:00:00Z"));
    let inner = key.strip_suffix('/').unwrap_or(key);
    let (folder, name) = inner.rsplit_once('/').unwrap_or(("", inner));
    let folder = time_of_folder(folder);
    let minute = minute_in(name);
    let time = KeyTime::of(key, &searched);
    match &time {
        Some(KeyTime::Minute(at)) => {
            assert_eq!(Some(*at), minute);
            assert!(searched.from <= *at && *at < searched.to, "{at}");
        }
        Some(KeyTime::Span(span)) => {
            assert!(
                !span.is_empty() && span.clip(&searched) == *span,
                "{span:?}"
            );
        }
        None => {
            let folder = folder.expect("only a dated folder takes an object out");
            let agrees = minute.is_some_and(|at| folder.from <= at && at < folder.to);
            assert!(folder.clip(&searched).is_empty() || agrees, "{folder:?}");
        }
    }
    outcome
        .add((folder.is_some(), minute.is_some()))
        .add(match time {
            None => 0,
            Some(KeyTime::Minute(_)) => 1,
            Some(KeyTime::Span(_)) => 2,
        });
}

/// No key and no bucket leads out of a bundle.
fn stored_at(key: &str, outcome: &mut Outcome) {
    let (bucket, rest) = key.split_once('/').unwrap_or((key, ""));
    let objects = layout::object(bucket, rest);
    let versions = layout::version(bucket, rest, "v.1");
    outcome.add(objects.len());
    let (name, head) = (layout::bucket(key), layout::head(&objects[0]));
    let others = [layout::keys(key), layout::unread(bucket, rest), name, head];
    for path in objects.iter().chain(&versions).chain(&others) {
        let is_part = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\0', '\\']);
        assert!(path.split('/').all(is_part), "{path:?}");
        assert!(path.split('/').all(|part| part.len() <= 255), "{path:?}");
    }
    assert_eq!(others[0].matches('/').count(), 1, "{}", others[0]);
}

/// A bundle is a folder with both of its files.
fn bundle_in(paths: &[String], outcome: &mut Outcome) {
    let found = hold_bundle(paths.iter().map(String::as_str));
    let has = |name: &str| -> Vec<&str> {
        let folder = |path: &'_ String| {
            path.rsplit_once('/')
                .map_or(path == name, |(_, n)| n == name)
        };
        let named = paths.iter().filter(|path| folder(path));
        named.map(|path| &path[..path.len() - name.len()]).collect()
    };
    let custody = has(CUSTODY);
    assert_eq!(
        found,
        has(MANIFEST).iter().any(|folder| custody.contains(folder))
    );
    outcome.add(found);
}

fn ids(input: &[u8]) -> u64 {
    let mut outcome = Outcome::default();
    for text in &lines(input) {
        let account = text.parse::<AccountId>().map(|id| id.to_string());
        let region = text.parse::<Region>().map(|id| id.to_string());
        let organization = text.parse::<OrganizationId>().map(|id| id.to_string());
        let name = text.parse::<TrailName>().map(|id| id.to_string());
        let chain = text.parse::<ChainId>().map(|id| id.to_string());
        let pattern = text.parse::<ChainPattern>().map(|id| id.to_string());
        let arn = text.parse::<TrailArn>().map(|id| id.to_string());
        assert!(chain.is_err() || pattern.is_ok(), "a chain is a pattern");
        let all = [account, region, organization, name, chain, pattern, arn];
        for printed in all.iter().flatten() {
            assert_eq!(printed, text);
        }
        outcome.add(all.map(|one| one.is_ok()));
        if let Ok(rule) = text.parse::<MapRule>() {
            let printed = rule.to_string();
            assert_eq!(printed.parse::<MapRule>(), Ok(rule), "{printed}");
            outcome.add(printed == *text);
        }
        if let Ok(logs) = text.parse::<LogSelection>() {
            let printed = logs.to_string();
            assert_eq!(printed.parse::<LogSelection>(), Ok(logs), "{printed}");
            outcome.add(std::mem::discriminant(&logs));
        }
    }
    outcome.number()
}
