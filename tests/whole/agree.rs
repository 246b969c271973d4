//! Disk, S3, memory and a bundle agree on the verdict, the findings and the states of random damaged worlds.

use jiff::SignedDuration;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;
use trailproof::Window;
use trailproof::proof::finding::Severity;
use trailproof::validate::outcome::Outcome;

use crate::library::{prove, ring, source};
use crate::support::collected::{Bundle, collecting};
use crate::support::forge::{KeyFileStyle, Object, Place, Rng};
use crate::support::program::report;
use crate::support::stage::Stage;
use crate::support::thorough::times_more;
use crate::trials::worlds::damage::{Damaged, Forger, Kind};
use crate::trials::worlds::scene::Scene;
use crate::whole::damaged_copies::{copied, tried, window_of};

const WORLDS: usize = 3;

/// What all sources must agree on: the verdict, each finding above a note, and the states of each chain.
type Said = Vec<String>;

fn of_report(report: &Value) -> Said {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let mut said = vec![text(&report["verdict"])];
    let findings = report["findings"].as_array().expect("findings").iter();
    let findings = findings.filter(|f| f["severity"] != "note");
    let fields = ["severity", "code", "bucket", "key", "from", "to"];
    said.extend(findings.map(|f| fields.map(|name| text(&f[name])).join(" ")));
    for chain in report["chains"].as_array().expect("chains") {
        said.push(format!(
            "{} {}",
            text(&chain["id"]),
            text(&chain["verdict"])
        ));
        let states = chain["coverage"].as_array().expect("states").iter();
        said.extend(states.map(|s| ["state", "from", "to"].map(|name| text(&s[name])).join(" ")));
    }
    said
}

fn of_outcome(outcome: &Outcome) -> Said {
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
    let times = |time: Option<Window>| match time {
        Some(Window { from, to }) => format!("{from} {to}"),
        None => "- -".into(),
    };
    let mut said = vec![outcome.verdict.as_str().to_owned()];
    for finding in outcome
        .findings
        .iter()
        .filter(|f| f.severity > Severity::Note)
    {
        let severity = format!("{:?}", finding.severity).to_lowercase();
        let (code, key) = (finding.code.as_str(), text(&finding.key));
        let (bucket, time) = (text(&finding.bucket), times(finding.interval));
        said.push(format!("{severity} {code} {bucket} {key} {time}"));
    }
    for chain in &outcome.chains {
        said.push(format!("{} {}", chain.id, chain.verdict.as_str()));
        let state =
            |s: &trailproof::Stretch| format!("{} {}", s.state.as_str(), times(Some(s.time)));
        said.extend(chain.coverage.iter().map(state));
    }
    said
}

/// A damaged world whose damage every source can show. Keys are left alone, because ListPublicKeys gives a finding
/// more weight than a file does.
fn world(seed: u64) -> (Scene, Damaged) {
    let mut scene = Scene::new(seed);
    // Without a given end, a copy ends with its digests and a bucket now.
    let last = scene.time.to - SignedDuration::from_hours(1);
    scene
        .window
        .get_or_insert(Window::new(scene.time.from, last));
    // No copy lacks a folder of logs: it would not be looked at.
    for chain in &scene.chains {
        let root = chain.spec.trail.root(&chain.spec.account);
        for digest in chain.digests.iter().chain(&chain.backfills) {
            let root = digest
                .place
                .key
                .split_once("CloudTrail-Digest/")
                .map_or(root.as_str(), |(r, _)| r);
            let key = format!("{root}CloudTrail/{}/.keep", chain.spec.region);
            let object = Object::delivered(Vec::new(), scene.time.from);
            scene
                .world
                .put(&Place::new(&digest.place.bucket, &key), object);
        }
    }
    let by_keys = [
        Kind::KeyRemoved,
        Kind::DigestPlanted(Forger::Unknown),
        Kind::DigestForged(Forger::Unknown),
    ];
    let mut damaged = Damaged::of(&scene);
    let mut rng = Rng::seed_from_u64(!seed);
    for _ in 0..rng.random_range(1..=6) {
        damaged.harm(&scene, &mut rng, |kind, _| !by_keys.contains(&kind));
    }
    (scene, damaged)
}

fn on_disk(scene: &Scene, damaged: &Damaged) -> Said {
    let dir = tempfile::tempdir().expect("a folder");
    let mut args = window_of(scene);
    args.extend(copied(damaged, dir.path()));
    let regions: Vec<&str> = scene.regions().into_iter().collect();
    let (keys, style) = (dir.path().join("keys"), KeyFileStyle::V2Iso);
    damaged
        .world
        .write_keys(&keys, style, &regions, scene.time.from, scene.as_of());
    args.extend(["--keys", "keys"].map(str::to_owned));
    of_report(&report(dir.path(), &args).1)
}

/// What S3 shows, and then a bundle of it.
fn in_s3(scene: &Scene, damaged: &Damaged) -> (Said, Said) {
    let stage = Stage::of(&damaged.world, &[]);
    let mut args = window_of(scene);
    let buckets = damaged.world.buckets.keys();
    args.extend(buckets.flat_map(|b| ["--s3-bucket".to_owned(), b.clone()]));
    let online = of_report(&stage.report(&args).1);
    let run = stage.run(&collecting(&args));
    assert!([0, 4].contains(&run.code), "{}: {}", run.code, run.stderr);
    let bundle = Bundle::left_by(stage);
    (online, of_report(&bundle.pinned(&[] as &[&str]).1))
}

fn in_memory(scene: &Scene, damaged: &Damaged) -> Said {
    let regions: Vec<&str> = scene.regions().into_iter().collect();
    let mut request = scene.request(2);
    request.expect.clear();
    of_outcome(&prove(
        &source(&damaged.world),
        &ring(&damaged.world, &regions),
        &request,
    ))
}

/// Where the sources say something else of a world. `None` if a digest states a key that is not known: with keys of
/// ListPublicKeys that is `failed`, and with keys of a file `unproven` (contract, "key-unknown").
fn disagreements(seed: u64) -> Option<Vec<String>> {
    let (scene, damaged) = world(seed);
    let memory = in_memory(&scene, &damaged);
    if memory.iter().any(|said| said.contains(" key-unknown ")) {
        return None;
    }
    let (s3, bundle) = in_s3(&scene, &damaged);
    let others = [
        ("disk", on_disk(&scene, &damaged)),
        ("S3", s3),
        ("a bundle", bundle),
    ];
    let mut wrong = Vec::new();
    for (name, said) in others {
        let only = |a: &Said, b: &Said| {
            a.iter()
                .filter(|line| !b.contains(line))
                .cloned()
                .collect::<Vec<_>>()
        };
        let (here, there) = (only(&memory, &said), only(&said, &memory));
        if memory != said {
            let done = &damaged.done;
            wrong.push(format!(
                "world {seed}, {done:#?}: memory {here:#?}, {name} {there:#?}"
            ));
        }
    }
    Some(wrong)
}

#[test]
fn disk_s3_memory_and_a_bundle_agree_on_random_damaged_worlds() {
    let tally = tried("agree", WORLDS, disagreements);
    // Few are left out.
    tally.assert_clean((WORLDS * times_more() * 3 / 4) as u64);
}
