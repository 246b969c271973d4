//! Every case of `testdata/` that makes sense in S3, before both programs: where they differ, and
//! why.

use std::collections::BTreeSet;
use std::fs;

use jiff::Timestamp;
use serde_json::Value;

use super::awscli::End::{Aborted, Invalid, Valid};
use super::awscli::{CliResult, validate_logs};
use super::stage::{Both, arguments, each, prints_differ, trailproof};
use super::why::Why::*;
use super::why::{Difference, agree, differ};
use crate::support::aws::{Answer, Fault, Loopback, Organization, TrailConfig, TrailStatus};
use crate::support::case::{BUCKET, Case, Keys, REGION, hour, trail};
use crate::support::cases::all;
use crate::support::forge::keys::{KEYS, KeySchedule};
use crate::support::forge::{PublishedKey, Trail};
use crate::support::program::root;

/// Cases with broken key files, which ListPublicKeys cannot return.
const NO_ANSWER: &[&str] = &["key-invalid", "key-invalid--fingerprint"];

/// The differences by case.
#[rustfmt::skip] // A line a case.
pub const DIFFERENCES: &[Difference] = &[
    differ("algorithm-unsupported", Valid, "unproven", NotCompared, "5/5 digest files valid"),
    differ("algorithm-unsupported--log-hash", Valid, "unproven", NotCompared, "5/5 log files valid"),
    differ("chain-fork", Valid, "unproven", NotVisited, "7/7 digest files valid"),
    differ("chain-fork--overlap", Valid, "unproven", NotCompared, "6/6 digest files valid"),
    differ("chain-fork--two-segments", Valid, "unproven", NotCompared, "7/7 digest files valid"),
    differ("chain-link-mismatch", Valid, "failed", NotCompared, "6/6 digest files valid"),
    differ("chain-missing", Valid, "unproven", OneChain, "4/4 digest files valid"),
    differ("chain-missing--beside-siblings", Valid, "unproven", OneChain, "3/3 digest files valid"),
    differ("chain-missing--ended-early", Valid, "unproven", OneChain, "3/3 digest files valid"),
    differ("chain-missing--home", Valid, "unproven", OneChain, "3/3 digest files valid"),
    differ("chain-missing--member", Valid, "unproven", OneChain, "4/4 digest files valid"),
    differ("coverage-head", Valid, "gaps", Edges, "Results found for 2026-02-28T23:12:34Z to"),
    differ("coverage-head--trail-created", Valid, "gaps", Edges, "4/4 digest files valid"),
    differ("coverage-tail", Valid, "gaps", Edges, "to 2026-03-01T04:12:34Z:"),
    differ("coverage-tail--logging-stopped", Valid, "gaps", Edges, "5/5 digest files valid"),
    differ("coverage-tail--pending-after-it", Valid, "gaps", Edges, "to 2026-03-01T05:12:34Z:"),
    differ("digest-identity-mismatch", Valid, "failed", Siblings, "6/6 digest files valid"),
    differ("digest-malformed--trailing-member", Valid, "failed", Container, "6/6 digest files valid"),
    differ("digest-missing--before-the-window", Invalid, "verified", BeforeTheWindow, "INVALID: not found"),
    differ("digest-missing--delivered-says-cloudtrail", Valid, "failed", Edges, "to 2026-03-01T04:12:34Z:"),
    differ("digest-missing--no-chain-left", Valid, "failed", NothingFound, "No digests found"),
    differ("digest-missing--no-longer-pending", Valid, "failed", Edges, "to 2026-03-01T05:12:34Z:"),
    differ("digest-proven-by-successor", Invalid, "verified", Copies, "5/6 digest files INVALID"),
    differ("digest-relocated", Invalid, "unproven", Copies, "INVALID: has been moved from its original location"),
    differ("digest-relocated--mapped", Invalid, "verified", Copies, "INVALID: has been moved from its original location"),
    differ("digest-signature-absent", Invalid, "unproven", Copies, "6/6 digest files INVALID"),
    differ("digest-signature-absent--each-segment", Invalid, "unproven", Copies, "9/9 digest files INVALID"),
    differ("gap", Valid, "gaps", Gaps, "between 2026-03-01T03:30:00Z and 2026-03-01T06:45:10Z"),
    differ("gap--accepted", Valid, "gaps", Gaps, "between 2026-03-01T03:30:00Z and 2026-03-01T06:45:10Z"),
    differ("gap--account-left-organization", Valid, "gaps", Gaps, "between 2026-03-01T04:12:34Z and 2026-03-01T06:45:10Z"),
    differ("gap--confined-to-its-home-region", Valid, "gaps", Gaps, "between 2026-03-01T04:12:34Z and 2026-03-01T05:31:00Z"),
    differ("gap--copy-of-the-trail-deleted", Valid, "gaps", Gaps, "between 2026-03-01T04:12:34Z and 2026-03-01T06:45:10Z"),
    differ("gap--created-anew-without-validation", Valid, "gaps", Gaps, "between 2026-03-01T03:30:00Z and 2026-03-01T06:45:10Z"),
    differ("gap--digests-removed", Valid, "gaps", Gaps, "between 2026-03-01T03:12:34Z and 2026-03-01T07:00:00Z"),
    differ("gap--digests-removed-after-the-restart", Valid, "gaps", Gaps, "between 2026-03-01T03:30:00Z and 2026-03-01T09:00:00Z"),
    differ("gap--digests-removed-by-one-call", Valid, "gaps", Gaps, "between 2026-03-01T03:12:34Z and 2026-03-01T07:00:00Z"),
    differ("gap--digests-removed-before-the-stop", Valid, "unproven", Gaps, "between 2026-03-01T03:12:34Z and 2026-03-01T09:00:00Z"),
    differ("gap--logging-stopped", Valid, "gaps", Gaps, "between 2026-03-01T03:30:00Z and 2026-03-01T06:45:10Z"),
    differ("gap--logging-stopped-for-twenty-minutes", Valid, "gaps", Gaps, "between 2026-03-01T03:30:00Z and 2026-03-01T02:50:00Z"),
    differ("gap--logging-stopped-outside-the-scope", Valid, "gaps", Gaps, "between 2026-03-01T03:30:00Z and 2026-03-01T06:45:10Z"),
    differ("gap--member-of-an-organization", Valid, "gaps", Gaps, "between 2026-03-01T03:30:00Z and 2026-03-01T06:45:10Z"),
    differ("gap--nothing-recorded", Valid, "gaps", Gaps, "between 2026-03-01T04:12:34Z and 2026-03-01T07:00:00Z"),
    differ("gap--organization-access-withdrawn", Valid, "gaps", Gaps, "between 2026-03-01T04:12:34Z and 2026-03-01T06:45:10Z"),
    differ("gap--overlapping-segments", Valid, "gaps", Gaps, "between 2026-03-01T02:12:34Z and 2026-03-01T01:50:00Z"),
    differ("gap--owner-presumed", Valid, "gaps", Gaps, "between 2026-03-01T03:30:00Z and 2026-03-01T06:45:10Z"),
    differ("gap--region-disabled", Valid, "gaps", Gaps, "between 2026-03-01T04:12:34Z and 2026-03-01T06:45:10Z"),
    differ("gap--sibling-of-a-data-only-trail", Valid, "gaps", Gaps, "between 2026-03-01T04:12:34Z and 2026-03-01T06:45:10Z"),
    differ("gap--starting-digest-with-logs", Valid, "gaps", Gaps, "between 2026-03-01T03:30:00Z and 2026-03-01T04:00:00Z"),
    differ("gap--stop-denied", Valid, "gaps", Gaps, "between 2026-03-01T04:12:34Z and 2026-03-01T07:00:00Z"),
    differ("gap--stop-that-the-home-chain-contradicts", Valid, "gaps", Gaps, "between 2026-03-01T04:12:34Z and 2026-03-01T06:45:10Z"),
    differ("gap--stopped-and-still-digested", Valid, "gaps", Gaps, "between 2026-03-01T05:12:34Z and 2026-03-01T07:00:00Z"),
    differ("gap--stopped-by-a-delegated-administrator", Valid, "gaps", Gaps, "between 2026-03-01T04:12:34Z and 2026-03-01T06:45:10Z"),
    differ("gap--trail-deleted", Valid, "gaps", Gaps, "between 2026-03-01T03:30:00Z and 2026-03-01T05:05:00Z"),
    differ("gap--twenty-minutes", Valid, "gaps", Gaps, "between 2026-03-01T03:30:00Z and 2026-03-01T02:50:00Z"),
    differ("gap--validation-disabled", Valid, "gaps", Gaps, "between 2026-03-01T04:12:34Z and 2026-03-01T06:00:00Z"),
    differ("gap--validation-off", Valid, "gaps", Gaps, "No log files were delivered by CloudTrail between"),
    differ("key-unavailable", Aborted, "unproven", CouldNotLook, "No public keys found between"),
    differ("key-unknown", Invalid, "unproven", CouldNotLook, "4/4 digest files INVALID"),
    differ("log-malformed--no-trailer", Valid, "failed", Container, "7/7 log files valid"),
    differ("log-unreferenced", Valid, "unproven", Unreferenced, "11/11 log files valid"),
    differ("log-unreferenced--in-a-gap", Valid, "gaps", Gaps, "9/9 log files valid"),
    differ("logging-reduced", Valid, "gaps", Gaps, "between 2026-03-01T03:30:00Z and 2026-03-01T06:45:10Z"),
    differ("nothing-found", Valid, "unproven", NothingFound, "No digests found"),
    differ("nothing-found--empty", Valid, "unproven", NothingFound, "No digests found"),
    differ("nothing-found--only-a-starting-digest", Valid, "unproven", Edges, "1/1 digest files valid"),
    differ("nothing-found--window", Valid, "unproven", NothingFound, "No digests found"),
    differ("sample", Invalid, "verified", Copies, "48/49 digest files INVALID"),
    differ("trail-changed", Valid, "gaps", Gaps, "between 2026-03-01T03:30:00Z and 2026-03-01T06:45:10Z"),
];

/// Cases in which the two programs print different text, in order. In all others the text is equal,
/// byte for byte. Most differ because the findings differ ([`DIFFERENCES`]). A report over several
/// trails has one more block, and one without a trail cannot know an organization's owner.
const PRINTED_OTHERWISE: &[&str] = &[
    "algorithm-unsupported",
    "algorithm-unsupported--log-hash",
    "chain-fork",
    "chain-fork--overlap",
    "chain-fork--two-segments",
    "chain-link-mismatch",
    "chain-link-mismatch--foreign",
    "chain-missing",
    "chain-missing--beside-siblings",
    "chain-missing--ended-early",
    "chain-missing--home",
    "chain-missing--member",
    "digest-identity-mismatch",
    "digest-identity-mismatch--misfiled",
    "digest-malformed--duplicate-name",
    "digest-malformed--trailing-member",
    "digest-missing--a-copy-remains",
    "digest-missing--before-the-window",
    "digest-missing--beside-an-organizations",
    "digest-missing--beside-damaged",
    "digest-missing--delivered-says-cloudtrail",
    "digest-missing--no-chain-left",
    "digest-missing--no-longer-pending",
    "digest-missing--removed-by-somebody",
    "digest-missing--restart-among",
    "digest-missing--several",
    "digest-proven-by-successor",
    "digest-relocated--mapped",
    "digest-signature-absent",
    "digest-signature-absent--each-segment",
    "gap--accepted",
    "gap--account-left-organization",
    "gap--copy-of-the-trail-deleted",
    "gap--digests-removed-before-the-stop",
    "gap--member-of-an-organization",
    "gap--organization-access-withdrawn",
    "gap--overlapping-segments",
    "gap--owner-presumed",
    "gap--stopped-by-a-delegated-administrator",
    "key-unavailable",
    "key-unknown",
    "log-malformed--no-trailer",
    "log-unreferenced",
    "nothing-found",
    "nothing-found--empty",
    "sample",
];

/// A chain to validate, and its trail.
struct Target {
    trail: Trail,
    account: String,
    region: String,
}

/// The arguments of both programs.
struct Ask {
    targets: Vec<Target>,
    from: String,
    to: String,
}

/// The value of an option in a case's arguments.
fn given<'a>(case: &'a Case, name: &str) -> Option<&'a str> {
    let at = case.args.iter().position(|arg| arg == name)?;
    Some(&case.args[at + 1])
}

/// The chains of a case, or its usual trail if it shows none, and its window. Window edges that are
/// not given come from the data.
fn ask(case: &Case) -> Ask {
    let expected = root()
        .join("testdata")
        .join(case.name)
        .join("expected.json");
    let expected = fs::read_to_string(expected).unwrap_or_default();
    let expected: Value = serde_json::from_str(&expected).unwrap_or_default();
    let chains = expected["chains"].as_array().cloned().unwrap_or_default();
    let mut targets: Vec<Target> = chains.iter().map(target).collect();
    if targets.is_empty() {
        targets.push(Target {
            account: trail().account,
            region: given(case, "--region").unwrap_or(REGION).to_owned(),
            trail: trail(),
        });
    }
    // A starting digest alone covers no time.
    let windows = chains.iter().map(|chain| &chain["window"]);
    let windows = windows.filter(|window| window["from"] != window["to"]);
    let text = |value: &Value| Some(value.as_str()?.to_owned());
    let edge = |name: &str| windows.clone().filter_map(|w| text(&w[name])).collect();
    let (from, to): (BTreeSet<String>, BTreeSet<String>) = (edge("from"), edge("to"));
    let window = |name, found: Option<&String>, usual: Timestamp| {
        let found = found.cloned().unwrap_or_else(|| usual.to_string());
        given(case, name).map_or(found, str::to_owned)
    };
    Ask {
        targets,
        from: window("--start-time", from.first(), hour(0)),
        to: window("--end-time", to.last(), hour(6)),
    }
}

/// A chain of a report. An organization's trail belongs to the usual account.
fn target(chain: &Value) -> Target {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let [account, region, home, name] =
        ["account", "region", "home_region", "trail"].map(|field| text(&chain[field]));
    let place = &chain["locations"][0];
    let organization = place["organization"].as_str().map(str::to_owned);
    let owner = organization
        .as_ref()
        .map_or(account.clone(), |_| trail().account);
    let bucket = place["bucket"].as_str().unwrap_or(BUCKET);
    let trail = Trail {
        prefix: place["prefix"].as_str().map(str::to_owned),
        organization,
        ..Trail::new(&owner, &home, &name, bucket)
    };
    Target {
        trail,
        account,
        region,
    }
}

/// Serves a case as far as possible: without lost metadata, with refusals for unreadable objects,
/// and with its keys.
fn serve(case: &Case, targets: &[Target]) -> Option<Loopback> {
    let loopback = Loopback::start();
    let mut world = case.world.clone();
    for (key, object) in world.buckets.values_mut().flatten() {
        if !case.heads.wanted(key) {
            object.metadata.clear();
        }
    }
    world
        .buckets
        .retain(|name, _| case.buckets.contains(&name.as_str()));
    loopback.serve(&world);
    for place in &case.links {
        let fault = Fault::new(Answer::access_denied()).bucket(&place.bucket);
        loopback.fault(fault.key(&place.key));
    }
    let published = published(&case.keys, &case.world.keys)?;
    loopback.change(|cloud| {
        if let Some(keys) = published {
            cloud.published.insert(REGION.to_owned(), keys);
        }
        for target in targets {
            let mut config = TrailConfig::from(&target.trail);
            config.validation = case.says.validation;
            let place = (config.arn.clone(), target.region.clone());
            if !cloud.cloudtrail.trails.contains(&config) {
                cloud.cloudtrail.trails.push(config);
            }
            cloud.cloudtrail.status.insert(place, status(case));
            cloud.organization = target.trail.organization.clone().map(|id| Organization {
                id,
                management_account: target.trail.account.clone(),
            });
        }
    });
    Some(loopback)
}

fn status(case: &Case) -> TrailStatus {
    let says = &case.says;
    TrailStatus {
        logging: says.logging,
        latest_digest_delivery: says.last_digest.map(crate::support::forge::ts),
        latest_digest_delivery_error: says.digest_error.map(str::to_owned),
        ..TrailStatus::default()
    }
}

/// The keys of a case's region, if they differ from the signing keys. `None` if its key file holds
/// something that is not a key of the forge.
fn published(keys: &Keys, schedule: &KeySchedule) -> Option<Option<Vec<PublishedKey>>> {
    let Keys::Files(files) = keys else {
        return Some(None);
    };
    let Some((_, text)) = files.first() else {
        return Some(None);
    };
    let file: Value = serde_json::from_str(text).expect("JSON");
    let keys = file["PublicKeyList"].as_array().expect("keys");
    keys.iter()
        .map(|key| known(key, schedule))
        .collect::<Option<_>>()
        .map(Some)
}

fn known(key: &Value, schedule: &KeySchedule) -> Option<PublishedKey> {
    let print = key["Fingerprint"].as_str()?;
    let index = (0..KEYS).find(|index| schedule.fingerprint(REGION, *index) == print)?;
    Some(PublishedKey {
        index,
        valid_from: instant(&key["ValidityStartTime"])?,
        valid_to: instant(&key["ValidityEndTime"])?,
    })
}

/// A time as the AWS CLI prints it: a number, a number in quotes, or ISO 8601.
fn instant(time: &Value) -> Option<Timestamp> {
    let seconds = |number: f64| Timestamp::from_second(number as i64).ok();
    match time.as_str() {
        None => seconds(time.as_f64()?),
        Some(text) => match text.parse::<f64>() {
            Ok(number) => seconds(number),
            Err(_) => text.parse().ok(),
        },
    }
}

/// Runs both programs over a case: ours once, the AWS CLI once for each chain.
fn look(case: &Case) -> Option<Both> {
    let Ask { targets, from, to } = ask(case);
    let loopback = serve(case, &targets)?;
    let runs = targets.iter().map(|target| {
        let mut args = arguments(&target.trail.arn(), &target.region, &from, &to);
        if target.trail.organization.is_some() {
            args.extend(["--account-id".to_owned(), target.account.clone()]);
        }
        let elsewhere = case
            .buckets
            .iter()
            .find(|bucket| target.trail.bucket != **bucket);
        if let Some(bucket) = elsewhere {
            args.extend(["--s3-bucket", bucket].map(str::to_owned));
        }
        args.push("--verbose".to_owned());
        validate_logs(&loopback, &args)
    });
    let cli = CliResult::together(runs.collect());
    let dir = tempfile::tempdir().expect("a folder");
    for (name, text) in &case.files {
        fs::write(dir.path().join(name), text).expect("a file");
    }
    // The trails come from the case's own chains, so nothing is expected in other regions.
    loopback.fault(Fault::new(Answer::access_denied()).operation("ListTrails"));
    let mut args = online(case, &from, &to);
    args.push("--verbose".to_owned());
    let (ours, prints) = trailproof(&loopback, dir.path(), &args);
    Some(Both { cli, ours, prints })
}

/// The arguments of a case with its buckets in AWS.
fn online(case: &Case, from: &str, to: &str) -> Vec<String> {
    let mut args: Vec<String> = Vec::new();
    for pair in case.args.chunks(2) {
        let [name, value] = pair else {
            panic!("{}: {pair:?} is no option with a value", case.name)
        };
        let replaced = [
            "--path",
            "--keys",
            "--s3-bucket",
            "--start-time",
            "--end-time",
        ];
        if !replaced.contains(&name.as_str()) {
            args.extend([name.clone(), value.clone()]);
        }
    }
    let buckets = case.buckets.iter().map(|bucket| ("--s3-bucket", *bucket));
    let window = [("--start-time", from), ("--end-time", to)];
    for (name, value) in buckets.chain(window) {
        args.extend([name, value].map(str::to_owned));
    }
    args
}

#[test]
fn over_the_cases_both_programs_differ_only_where_declared() {
    let mut cases = all();
    cases.retain(|case| case.sources.contains(&"s3"));
    let results = each(&cases, look);
    let (mut left_out, mut wrong) = (Vec::new(), Vec::new());
    let mut otherwise = Vec::new();
    let mut differing = BTreeSet::new();
    for (case, both) in cases.iter().zip(&results) {
        let Some(both) = both else {
            left_out.push(case.name);
            continue;
        };
        otherwise.push((case.name, both));
        let (cli, ours) = (both.cli.end, both.verdict());
        if agree(cli, ours) {
            continue;
        }
        differing.insert(case.name);
        let declared = DIFFERENCES
            .iter()
            .find(|declared| declared.name == case.name);
        if !declared
            .is_some_and(|t| (t.cli, t.ours) == (cli, ours) && both.cli.text.contains(t.words))
        {
            wrong.push(format!("{}: {cli:?}, {}", case.name, both.summary()));
        }
    }
    let declared: BTreeSet<&str> = DIFFERENCES.iter().map(|declared| declared.name).collect();
    let no_more: Vec<_> = declared.difference(&differing).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n----\n"));
    assert!(no_more.is_empty(), "no longer different: {no_more:?}");
    assert_eq!(left_out, NO_ANSWER);
    prints_differ(&otherwise, PRINTED_OTHERWISE);
}
