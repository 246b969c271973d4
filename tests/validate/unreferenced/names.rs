//! Planted objects whose names are not those of logs: readers of the folder take in all that lies there.

use std::collections::BTreeSet;

use rand::{RngExt as _, SeedableRng as _};
use trailproof::proof::coverage::State;
use trailproof::proof::finding::{Code, Verdict};
use trailproof::validate::outcome::Outcome;

use super::{ACCOUNT_FOLDER, REGION_FOLDER, name, plant, plant_bytes, unreferenced};
use crate::library::{prove, request, ring, source};
use crate::support::case::{BUCKET, REGION, hour, spec};
use crate::support::disk::{copy_of, running};
use crate::support::forge::{Rng, World};
use crate::support::program::report;

/// Keys below the folder of the region, and above it in that of the account.
fn planted() -> Vec<String> {
    let day = "2026/03/01";
    let log = name("0320");
    let change =
        |from: &str, to: &str| format!("{REGION_FOLDER}{day}/{}", log.replacen(from, to, 1));
    let below = [
        format!("{day}/events.json.gz"),
        format!("{day}/sub/{log}"),
        format!("2026/03/02/{log}"),
        format!("2026/03/{log}"),
        "2026/03/events.json".to_owned(),
        format!("2026/3/1/{log}"),
        format!("2026/13/01/{log}"),
        format!("2026/+/{log}"),
        format!("2026/{log}"),
        format!("+/{log}"),
        format!("old/{day}/events.json"),
        log.clone(),
        "events.json.gz".to_owned(),
        "19990101T0000Z.json.gz".to_owned(),
    ];
    let mut keys: Vec<String> = below
        .iter()
        .map(|k| format!("{REGION_FOLDER}{k}"))
        .collect();
    keys.extend([
        change("0320Z", "032015Z"),
        change("111111111111", "222222222222"),
        change("eu-west-1", "eu-west-2"),
        change("_Injected00000001", ""),
        change(".json.gz", ".JSON.gz"),
        change(".json.gz", ".json"),
        change(".json.gz", ".json.gz.head.json"),
        change("CloudTrail", "Cl\u{43e}udTrail"),
        change("0320Z", "0320+Z"),
        change("20260301T0320Z", "19990101T0000Z"),
        format!("{ACCOUNT_FOLDER}CloudTrail/{log}"),
        format!("{ACCOUNT_FOLDER}CloudTrail/events.json.gz"),
        format!("{ACCOUNT_FOLDER}CloudTrail/Eu-west-1/{day}/{log}"),
        format!("{ACCOUNT_FOLDER}events.json.gz"),
    ]);
    keys
}

/// Keys that only a store of objects can hold.
fn planted_in_a_bucket() -> Vec<String> {
    let (day, log) = ("2026/03/01", name("0320"));
    [
        format!("{REGION_FOLDER}/{day}/{log}"),
        format!("{REGION_FOLDER}2026//03/01/{log}"),
        format!("{REGION_FOLDER}{day}//{log}"),
        format!("{REGION_FOLDER}{day}/{log}/"),
        format!("{REGION_FOLDER}{day}/"),
        format!("{ACCOUNT_FOLDER}CloudTrail//eu-west-1/{day}/{log}"),
        format!("{ACCOUNT_FOLDER}/CloudTrail/eu-west-1/{day}/{log}"),
        format!("{ACCOUNT_FOLDER}CloudTrail/"),
    ]
    .to_vec()
}

fn clean(seed: u64) -> World {
    let mut world = World::new(seed);
    running(&mut world, spec().logs(1..=1).events(1..=1), 8);
    world
}

fn validated(world: &World) -> Outcome {
    let mut request = request();
    request.as_of = Some(hour(100));
    prove(&source(world), &ring(world, &[REGION]), &request)
}

/// Asserts that an object is named, and that its hour is not verified.
fn assert_found(outcome: &Outcome, key: &str) {
    assert_eq!(
        outcome.verdict,
        Verdict::Unproven,
        "{key}: {:#?}",
        outcome.findings
    );
    let mut findings = outcome.findings.iter();
    let finding = findings.find(|f| f.key.as_deref() == Some(key));
    let finding = finding.unwrap_or_else(|| panic!("{key}: {:#?}", outcome.findings));
    assert_eq!(finding.code, Code::LogUnreferenced, "{key}");
    let chain = &outcome.chains[0];
    assert_eq!(chain.verdict, Verdict::Unproven, "{key}");
    let dark = chain.coverage.iter().any(|s| s.state == State::Unproven);
    assert!(dark, "{key}: {:?}", chain.coverage);
}

#[test]
fn each_planted_object_is_found_in_memory() {
    let clean = clean(1);
    assert_eq!(validated(&clean).verdict, Verdict::Verified);
    for key in planted().iter().chain(&planted_in_a_bucket()) {
        let mut world = clean.clone();
        plant(&mut world, key);
        assert_found(&validated(&world), key);
    }
}

#[test]
fn planted_objects_are_found_on_disk() {
    let mut world = clean(2);
    for key in planted() {
        plant(&mut world, &key);
    }
    let dir = copy_of(&world);
    let (code, report) = report(dir.path(), &["--path", BUCKET, "--keys", "keys"]);
    assert_eq!(code, 4, "{:#}", report["findings"]);
    let found: BTreeSet<&str> = unreferenced(&report).into_iter().collect();
    let wanted = planted();
    assert_eq!(found, wanted.iter().map(String::as_str).collect());
}

#[cfg(feature = "aws")]
#[test]
fn planted_objects_are_found_in_s3_for_three_more_requests() {
    use crate::support::aws::TrailConfig;
    use crate::support::case::trail;
    use crate::support::stage::Stage;

    let clean = clean(3);
    let config = TrailConfig {
        // The trail writes elsewhere now, so no chain is expected in its home region.
        bucket: "logs-since-then".into(),
        ..TrailConfig::from(&trail())
    };
    let end = hour(8).to_string();
    let args = [
        "--s3-bucket",
        BUCKET,
        "--end-time",
        &end,
        "--as-of",
        "2026-03-05T00:00:00Z",
    ];
    let stage = Stage::of(&clean, std::slice::from_ref(&config));
    let (code, report) = stage.report(&args);
    assert_eq!(code, 0, "{:#}", report["findings"]);
    let listings = stage.calls("ListObjectsV2").into_iter();
    let prefixes = listings.filter_map(|call| call.prefix);
    let mut below: Vec<String> = prefixes.filter(|p| p.starts_with(REGION_FOLDER)).collect();
    below.sort_unstable();
    let levels = ["", "", "2026/", "2026/03/"].map(|level| format!("{REGION_FOLDER}{level}"));
    assert_eq!(below, levels, "the days, and the levels above them");

    let mut world = clean;
    let wanted: Vec<String> = planted().into_iter().chain(planted_in_a_bucket()).collect();
    for key in &wanted {
        plant(&mut world, key);
    }
    let stage = Stage::of(&world, &[config]);
    for jobs in ["1", "64"] {
        let (code, report) = stage.report(&[&args[..], &["--jobs", jobs]].concat());
        assert_eq!(code, 4, "{:#}", report["findings"]);
        let found: BTreeSet<&str> = unreferenced(&report).into_iter().collect();
        assert_eq!(found, wanted.iter().map(String::as_str).collect());
    }
}

/// A random name: that of a log with some letters changed, or any letters.
fn random_name(rng: &mut Rng) -> String {
    const LETTERS: [char; 24] = [
        'a',
        'Z',
        '0',
        '9',
        'T',
        'Z',
        '_',
        '-',
        '.',
        '+',
        ' ',
        '=',
        '%',
        '*',
        '\'',
        '(',
        ')',
        '\u{e9}',
        '\u{43e}',
        '\u{202e}',
        '\u{ff10}',
        '~',
        '&',
        '\u{1f525}',
    ];
    let mut letters: Vec<char> = match rng.random_range(0..3) {
        0 => Vec::new(),
        1 => "events.json.gz".chars().collect(),
        _ => name(&format!(
            "0{}{}0",
            rng.random_range(1..8),
            rng.random_range(2..6)
        ))
        .chars()
        .collect(),
    };
    for _ in 0..rng.random_range(1..6) {
        let letter = LETTERS[rng.random_range(0..LETTERS.len())];
        let at = rng.random_range(0..=letters.len());
        match rng.random_range(0..3) {
            0 if at < letters.len() => letters[at] = letter,
            1 if at < letters.len() && letters.len() > 3 => drop(letters.remove(at)),
            _ => letters.insert(at, letter),
        }
    }
    let name: String = letters.into_iter().collect();
    // Readers leave out hidden names.
    match name.starts_with(['.', '_']) {
        true => format!("x{name}"),
        false => name,
    }
}

#[test]
fn an_object_of_a_random_name_is_never_passed_over_in_a_verified_hour() {
    const FOLDERS: [&str; 16] = [
        "CloudTrail/eu-west-1/2026/03/01/",
        "CloudTrail/eu-west-1/2026/03/01/",
        "CloudTrail/eu-west-1/2026/03/01/sub/folder/",
        "CloudTrail/eu-west-1/2026/03/01//",
        "CloudTrail/eu-west-1/2026/03/1/",
        "CloudTrail/eu-west-1/2026/03/",
        "CloudTrail/eu-west-1/2026/03/32/",
        "CloudTrail/eu-west-1/2026/",
        "CloudTrail/eu-west-1/2026/3/1/",
        "CloudTrail/eu-west-1/",
        "CloudTrail/eu-west-1//2026/03/01/",
        "CloudTrail/eu-west-1/x y/2026/03/01/",
        "CloudTrail/",
        "CloudTrail/eu-west-\u{ff11}/2026/03/01/",
        "CloudTrail//",
        "",
    ];
    let mut rng = Rng::seed_from_u64(16);
    let clean = clean(4);
    for _ in 0..300 {
        let folder = FOLDERS[rng.random_range(0..FOLDERS.len())];
        let end = if rng.random_bool(0.1) { "/" } else { "" };
        let key = format!("{ACCOUNT_FOLDER}{folder}{}{end}", random_name(&mut rng));
        let mut world = clean.clone();
        plant_bytes(&mut world, &key, br#"{"Records":[]}"#);
        assert_found(&validated(&world), &key);
    }
}
