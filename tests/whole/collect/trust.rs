//! A bundle brings its own keys: they count only where somebody says so.

use std::fs;

use serde_json::Value;

use crate::support::bundle::seal;
use crate::support::case::{BUCKET, REGION, hour};
use crate::support::collected::{BUNDLE, Bundle};
use crate::support::forge::key_file::render;
use crate::support::forge::{KeyFileStyle, World, ts};
use crate::support::program::severity_codes;
use crate::support::short_trail::{ARN, serving, world};
use crate::support::stopped::{ASKED_ONE, gaps_of, stopped_outside_home};
use crate::support::tree::write_tree;

const NONE: [&str; 0] = [];

/// The trail over its first hours.
fn scope(end: &'static str) -> Vec<&'static str> {
    let window = ["--start-time", "2026-03-01T00:12:34Z", "--end-time", end];
    [&["--trail-arn", ARN][..], &window].concat()
}

fn collected(world: &World) -> Bundle {
    Bundle::collected(serving(world), &scope("2026-03-01T03:12:34Z"))
}

fn write_keys(bundle: &Bundle, world: &World, folder: &str, regions: &[&str]) {
    let (from, to) = (ts("2026-02-01T00:00:00Z"), ts("2026-04-01T00:00:00Z"));
    let folder = bundle.dir.path().join(folder);
    world.write_keys(&folder, KeyFileStyle::V2Iso, regions, from, to);
}

fn reasons(report: &Value, code: &str) -> Vec<Value> {
    let findings = report["findings"].as_array().expect("findings").iter();
    let of_code = findings.filter(|finding| finding["code"] == code);
    of_code.map(|finding| finding["reason"].clone()).collect()
}

fn origins(report: &Value) -> Vec<&str> {
    let keys = report["keys"].as_array().expect("keys").iter();
    keys.map(|key| key["origin"].as_str().expect("an origin"))
        .collect()
}

#[test]
fn without_keys_and_without_the_hash_nothing_of_a_bundle_is_verified() {
    let bundle = collected(&world(4));
    let (code, report) = bundle.report(&NONE);
    assert_eq!((code, &report["verdict"]), (4, &Value::from("unproven")));
    let reasons = reasons(&report, "key-unavailable");
    assert!(!reasons.is_empty(), "{:?}", severity_codes(&report));
    assert!(
        reasons.iter().all(|reason| reason == "keys-not-given"),
        "{reasons:?}"
    );
    assert_eq!(report["totals"]["digests"]["valid"], 0);
    assert_eq!(report["totals"]["logs"]["valid"], 0);
    assert!(origins(&report).is_empty(), "{}", report["keys"]);
    let failed = severity_codes(&report)
        .iter()
        .any(|c| c.starts_with("failed"));
    assert!(!failed, "{:?}", severity_codes(&report));
    // The hint gives both ways.
    let text = report.to_string();
    assert!(
        text.contains("--manifest-sha256") && text.contains("--keys"),
        "{text}"
    );
    assert_eq!(report["requested"]["manifest_sha256"], bundle.hash());
    assert_eq!(report["requested"]["manifest_given"], false);
}

#[test]
fn the_first_step_for_a_bundle_without_keys_that_count_is_to_give_them() {
    let bundle = collected(&world(4));
    let (_, mut report) = bundle.report(&NONE);
    // A doubt that comes first where there are keys.
    let findings = report["findings"].as_array_mut().expect("findings");
    let mut unsigned = findings[0].clone();
    unsigned["code"] = "digest-signature-absent".into();
    findings.insert(0, unsigned);
    let saved = bundle.dir.path().join("report.json");
    let shown = |report: &Value| {
        fs::write(&saved, report.to_string()).expect("a file");
        let run = bundle.run(&["report", "report.json", "--format", "markdown"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        run.stdout
    };
    assert!(shown(&report).contains("`--manifest-sha256`, or the public keys of that time"));
    report["requested"]["manifest_given"] = true.into();
    assert!(shown(&report).contains("because the bundle does not hold them"));
}

#[test]
fn a_report_of_a_bundle_says_who_collected_it_and_whose_window_it_has() {
    let bundle = collected(&world(4));
    let (_, report) = bundle.pinned(&NONE);
    let custody = fs::read(bundle.path().join("custody.json")).expect("a file");
    let custody: Value = serde_json::from_slice(&custody).expect("JSON");
    let requested = &report["requested"];
    for field in ["caller", "tool", "version", "started", "ended"] {
        assert_eq!(
            requested["collected"][field], custody["runs"][0][field],
            "{field}"
        );
    }
    assert_eq!(requested["start_origin"], "bundle");
    assert_eq!(requested["end_origin"], "bundle");
    let (_, given) = bundle.pinned(&["--end-time", "2026-03-01T02:12:34Z"]);
    assert_eq!(given["requested"]["start_origin"], "bundle");
    assert_eq!(given["requested"]["end_origin"], "given");
    let text = bundle.run(&["validate", "--path", BUNDLE]).stdout;
    for words in [
        "(from the bundle)",
        "collected by ",
        "only the bundle says so",
        "none: a bundle was read",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn no_report_is_written_into_a_bundle() {
    let bundle = collected(&world(4));
    let before = bundle.files();
    for out in ["bundle/report.json", "bundle/s3/report.json"] {
        let run = bundle.validate(&["--out", out]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(run.stderr.contains("outside the bundle"), "{}", run.stderr);
    }
    assert_eq!(bundle.files(), before);
    // Another program may do so.
    fs::write(bundle.path().join(".DS_Store"), "x").expect("a file");
    let hint_of = |report: &Value| {
        let findings = report["findings"].as_array().expect("findings").iter();
        let mut altered = findings.filter(|finding| finding["code"] == "bundle-altered");
        altered.next().expect("a finding")["hint"].to_string()
    };
    let (code, report) = bundle.pinned(&NONE);
    assert_eq!(code, 4);
    assert!(hint_of(&report).contains("remove the added files"));
    let listings = fs::read_dir(bundle.path().join("listings")).expect("a folder");
    let listing = listings.map(|file| file.expect("a file").path()).next();
    fs::remove_file(listing.expect("a listing")).expect("removed");
    let (_, report) = bundle.pinned(&NONE);
    assert!(hint_of(&report).contains("get the bundle again"));
}

#[test]
fn the_hash_of_the_manifest_makes_the_keys_of_a_bundle_count() {
    let bundle = collected(&world(4));
    let (code, report) = bundle.pinned(&NONE);
    assert_eq!(
        (code, &report["verdict"]),
        (0, &Value::from("verified")),
        "{report:#}"
    );
    assert!(!origins(&report).is_empty());
    assert!(origins(&report).iter().all(|origin| *origin == "bundle"));
    assert_eq!(report["requested"]["manifest_sha256"], bundle.hash());
    assert_eq!(report["requested"]["manifest_given"], true);
    let other = "0".repeat(64);
    for hash in [&other[..], "abc", ""] {
        let run = bundle.validate(&["--manifest-sha256", hash]);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (2, ""),
            "{hash}: {}",
            run.stderr
        );
    }
}

#[test]
fn given_keys_count_and_the_answers_of_cloudtrail_in_the_bundle_do_not() {
    let (world, _) = crate::support::stopped::stopped(&[REGION]);
    let bundle = Bundle::collected(stopped_outside_home(), &ASKED_ONE);
    write_keys(&bundle, &world, "keys-of-aws", &[REGION]);
    let (_, pinned) = bundle.pinned(&NONE);
    let causes = |report: &Value| -> Vec<String> {
        gaps_of(report)
            .into_iter()
            .map(|(_, _, cause, _)| cause)
            .collect()
    };
    assert_eq!(causes(&pinned), ["logging-stopped"], "{pinned:#}");
    let (code, report) = bundle.report(&["--keys", "keys-of-aws"]);
    assert_eq!(code, 3, "{report:#}");
    assert!(origins(&report).iter().all(|origin| *origin == "file"));
    assert!(report["totals"]["digests"]["valid"].as_u64() > Some(0));
    assert_ne!(causes(&report), ["logging-stopped"], "{report:#}");
    let text = report["not_proven"].to_string();
    assert!(text.contains("bundle"), "{text}");
}

#[test]
fn keys_inside_a_bundle_count_when_they_are_named() {
    let bundle = collected(&world(4));
    let keys = format!("{BUNDLE}/keys");
    let (code, report) = bundle.report(&["--keys", &keys]);
    assert_eq!(code, 0, "{report:#}");
    assert!(origins(&report).iter().all(|origin| *origin == "file"));
}

#[test]
fn a_bundle_that_somebody_made_with_own_keys_is_proven_by_those_alone() {
    let forged = world(4);
    let bundle = collected(&forged);
    let (code, report) = bundle.report(&NONE);
    assert_eq!(code, 4, "{report:#}");
    assert_eq!(report["totals"]["digests"]["valid"], 0);
    // The keys of AWS are others.
    let mut keys = forged.keys.published(REGION, hour(0), hour(1));
    let signed = forged.keys.signing_index(REGION, hour(1));
    let other = (0..4).find(|index| *index != signed).expect("another key");
    keys.iter_mut().for_each(|key| key.index = other);
    let keys = render(&forged.keys, KeyFileStyle::V2Iso, REGION, &keys);
    fs::write(bundle.dir.path().join("keys-of-aws.json"), keys).expect("a file");
    let (code, report) = bundle.report(&["--keys", "keys-of-aws.json"]);
    assert_eq!(code, 4, "{report:#}");
    assert_eq!(report["totals"]["digests"]["valid"], 0);
    assert_eq!(report["totals"]["logs"]["valid"], 0);
    // Whoever gives its hash trusts it; the report says whose keys these are.
    let (_, report) = bundle.pinned(&NONE);
    assert!(origins(&report).iter().all(|origin| *origin == "bundle"));
    let said = report["not_proven"].to_string();
    assert!(said.contains("bundle"), "{said}");
    let text = [
        "validate",
        "--path",
        BUNDLE,
        "--manifest-sha256",
        &bundle.hash(),
    ];
    let text = bundle.run(&text);
    assert!(text.stdout.contains("bundle"), "{}", text.stdout);
}

#[test]
fn keys_that_were_given_to_collect_are_needed_again() {
    let world = world(4);
    let stage = serving(&world);
    let (from, to) = (ts("2026-02-01T00:00:00Z"), ts("2026-04-01T00:00:00Z"));
    let keys = stage.dir.path().join("keys-of-aws");
    world.write_keys(&keys, KeyFileStyle::V2Iso, &[REGION], from, to);
    let scope = [
        &scope("2026-03-01T03:12:34Z")[..],
        &["--keys", "keys-of-aws"],
    ]
    .concat();
    let bundle = Bundle::collected(stage, &scope);
    let (code, report) = bundle.pinned(&NONE);
    assert_eq!(code, 4, "{report:#}");
    let findings = report["findings"].as_array().expect("findings").iter();
    let mut of_keys = findings.filter(|finding| finding["code"] == "key-unavailable");
    let finding = of_keys.next().expect("a finding on keys");
    assert_eq!(finding["reason"], "not-collected");
    for words in ["message", "hint"] {
        let words = finding[words].as_str().expect("words");
        assert!(words.contains("--keys"), "{words}");
    }
    let (code, report) = bundle.pinned(&["--keys", "keys-of-aws"]);
    assert_eq!(code, 0, "{report:#}");
}

#[test]
fn two_bundles_in_one_folder_are_not_one_bundle() {
    let world = world(8);
    let early = Bundle::collected(serving(&world), &scope("2026-03-01T03:12:34Z"));
    let late = {
        let window = [
            "--start-time",
            "2026-03-01T05:12:34Z",
            "--end-time",
            "2026-03-01T07:12:34Z",
        ];
        Bundle::collected(
            serving(&world),
            &[&["--trail-arn", ARN][..], &window].concat(),
        )
    };
    let hashes = [early.hash(), late.hash()];
    // One over the other: the manifest is that of the second.
    write_tree(&early.path(), &late.files());
    assert_eq!(early.check().code, 1);
    let args = ["--manifest-sha256", hashes[1].as_str()];
    let (code, report) = early.report(&args);
    let codes = severity_codes(&report);
    assert_eq!(code, 4, "{codes:?}");
    assert!(
        codes.iter().any(|c| c == "unproven bundle-altered"),
        "{codes:?}"
    );
    assert!(!codes.iter().any(|c| c.starts_with("failed")), "{codes:?}");
    let run = early.validate(&["--manifest-sha256", &hashes[0]]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    // Somebody writes a manifest of both.
    let sealed = seal(&early.path());
    assert_eq!(early.check().code, 0);
    for hash in &hashes {
        let run = early.validate(&["--manifest-sha256", hash]);
        assert_eq!(run.code, 2, "{}", run.stderr);
    }
    let (code, report) = early.report(&NONE);
    assert_eq!(code, 4, "{report:#}");
    assert_eq!(report["totals"]["digests"]["valid"], 0);
    // The scope is that of the second, and so are the objects judged.
    let (code, report) = early.report(&["--manifest-sha256", &sealed]);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["requested"]["start"], "2026-03-01T05:12:34Z");
}

#[test]
fn what_was_not_collected_is_never_called_missing() {
    let world = world(8);
    let bundle = Bundle::collected(serving(&world), &scope("2026-03-01T03:12:34Z"));
    // A longer window, other logs and another bucket than were collected.
    for more in [
        vec!["--end-time", "2026-03-01T07:12:34Z"],
        vec!["--start-time", "2026-02-28T00:00:00Z"],
        vec!["--s3-bucket", "another-bucket"],
        vec!["--region", "us-west-2"],
    ] {
        let hash = bundle.hash();
        let args = [&["--manifest-sha256", hash.as_str()][..], &more].concat();
        let run = bundle.validate(&args);
        if more[0].ends_with("-time") {
            // Nothing could be said of that time.
            assert_eq!(run.code, 2, "{more:?}: {}", run.stdout);
            let covered = "this bundle covers 2026-03-01T00:12:34Z to 2026-03-01T03:12:34Z";
            assert!(run.stderr.contains(covered), "{}", run.stderr);
            continue;
        }
        if run.code == 2 {
            continue;
        }
        let report: Value = serde_json::from_str(&run.stdout).expect("a report");
        let codes = severity_codes(&report);
        assert!(
            !codes.iter().any(|c| c.starts_with("failed")),
            "{more:?}: {codes:?}"
        );
        assert_ne!(report["verdict"], "verified", "{more:?}: {codes:?}");
    }
    // A shorter one is a part of it.
    let (code, report) = bundle.pinned(&["--end-time", "2026-03-01T02:12:34Z"]);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(hour(2).to_string(), report["requested"]["end"]);
    assert_eq!(report["chains"][0]["locations"][0]["bucket"], BUCKET);
}
