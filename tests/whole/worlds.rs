//! Random worlds with random damage, in memory; and what a witness in plain Python says of them, against the report of
//! the binary. `TRAILPROOF_TRIALS=N` asks the witness about N times as many.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;

use crate::support::forge::key_file::render;
use crate::support::forge::{KeyFileStyle, PublishedKey, Rng};
use crate::support::program::{report, root};
use crate::support::python::output_of;
use crate::support::thorough::times_more;
use crate::trials::worlds::damage::Damaged;
use crate::trials::worlds::scene::Scene;
use crate::trials::worlds::{self, Unseen};
use crate::whole::damaged_copies::{copied, tried, window_of};

/// Worlds that the witness is asked about.
const WITNESSED: usize = 12;

#[test]
fn random_damage_is_found_and_more_of_it_never_improves_a_verdict() {
    let trial = worlds::run(4, 48 * times_more() as u64);
    trial.tally.assert_clean(130);
    assert!(trial.seen > 300, "only {} found", trial.seen);
    assert!(trial.reordered > 0, "none reordered");
    // What cannot be seen happens.
    for unseen in [Unseen::ChainWithoutOthers, Unseen::AfterTheLast] {
        assert!(trial.unseen.contains_key(&unseen), "never {unseen:?}");
    }
    // So does deleting what was damaged, and blinding who was a witness.
    assert!(trial.softened > 0, "no failed became gaps");
    assert!(trial.blinded > 0, "no failed became unproven");
}

/// The keys that are left of a damaged world, in files.
fn keys_left(scene: &Scene, damaged: &Damaged, dir: &Path) {
    let folder = dir.join("keys");
    std::fs::create_dir(&folder).expect("a folder for the keys");
    for region in scene.regions() {
        let is_left =
            |key: &PublishedKey| !damaged.without.contains(&(region.to_owned(), key.index));
        let published: Vec<PublishedKey> = scene
            .published(region)
            .into_iter()
            .filter(is_left)
            .collect();
        let text = render(&scene.world.keys, KeyFileStyle::V2Iso, region, &published);
        std::fs::write(folder.join(format!("{region}.json")), text)
            .expect("the keys can be written");
    }
}

/// The severities of the findings of an object above a note, by its place.
fn accused(report: &Value) -> BTreeMap<String, Vec<String>> {
    let mut accused: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in report["findings"].as_array().expect("findings") {
        if let (Some(bucket), Some(key)) = (finding["bucket"].as_str(), finding["key"].as_str())
            && ["failed", "unproven"].contains(&finding["severity"].as_str().expect("a severity"))
        {
            let code = finding["code"].as_str().expect("a code").to_owned();
            accused
                .entry(format!("{bucket}/{key}"))
                .or_default()
                .push(code);
        }
    }
    accused
}

/// Where the witness and the report differ.
fn disagreements(said: &Value, report: &Value) -> Vec<String> {
    let accused = accused(report);
    let codes = |place: &str| accused.get(place).cloned().unwrap_or_default();
    let mut wrong = Vec::new();
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for (place, digest) in said["digests"].as_object().expect("digests") {
        let is_proven = digest["proven"] == true;
        let is_well = is_proven && digest["whole"] == true && digest["own"] != "wrong";
        let codes = codes(place);
        if is_well != codes.is_empty() {
            wrong.push(format!("{digest}, and {codes:?}: {place}"));
        }
    }
    for (place, state) in said["logs"].as_object().expect("logs") {
        let state = state.as_str().expect("a state");
        *counts.entry(state).or_default() += 1;
        let codes = codes(place);
        let agrees = match state {
            "valid" => codes.is_empty(),
            "missing" => codes == ["log-missing"],
            _ => codes.iter().any(|code| code.starts_with("log-")),
        };
        if !agrees {
            wrong.push(format!("{state}, and {codes:?}: {place}"));
        }
    }
    for (theirs, ours) in [
        ("valid", "valid"),
        ("altered", "failed"),
        ("missing", "missing"),
    ] {
        let chains = report["chains"].as_array().expect("chains").iter();
        let count: u64 = chains.filter_map(|c| c["logs"][ours].as_u64()).sum();
        let said = counts.get(theirs).copied().unwrap_or_default();
        if said != count {
            wrong.push(format!("{said} logs {theirs}, and {count} {ours}"));
        }
    }
    wrong
}

/// Asks the witness and the binary about a world.
fn asked(seed: u64) -> Vec<String> {
    let scene = Scene::new(seed);
    let mut rng = Rng::seed_from_u64(!seed);
    let mut damaged = Damaged::of(&scene);
    for _ in 0..rng.random_range(0..=6) {
        damaged.harm(&scene, &mut rng, |_, _| true);
    }
    let dir = tempfile::tempdir().expect("a folder");
    let mut args = copied(&damaged, dir.path());
    keys_left(&scene, &damaged, dir.path());
    args.extend(["--keys", "keys"].map(str::to_owned));
    args.extend(window_of(&scene));
    let mut python = Command::new("python3");
    python
        .arg(root().join("tests/support/oracle.py"))
        .arg(dir.path());
    if let Some(window) = scene.window {
        python.args([window.from, window.to].map(|at| at.to_string()));
    }
    let said: Value = serde_json::from_str(&output_of(&mut python)).expect("JSON");
    let (_, report) = report(dir.path(), &args);
    let wrong = disagreements(&said, &report);
    let what = |text: String| format!("world {seed}, {:?}: {text}", damaged.done);
    wrong.into_iter().map(what).collect()
}

#[test]
fn a_witness_in_plain_python_says_the_same_of_every_digest_and_log() {
    let tally = tried("witness", WITNESSED, |seed| Some(asked(seed)));
    tally.assert_clean(WITNESSED as u64);
}
