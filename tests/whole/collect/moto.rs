//! An S3 that nobody here wrote: a collection of it has the original of what was deleted or overwritten, and its
//! bundle gives the report that it gave.

use std::fs;

use serde_json::{Value, json};

use crate::support::case::{BUCKET, REGION, hour};
use crate::support::collected::{BUNDLE, Bundle, apart_from_source, collecting};
use crate::support::compare::difference;
use crate::support::forge::{Chain, ChainSpec, KeyFileStyle, Object, Place, World, gzip, ts};
use crate::support::moto::MotoServer;
use crate::support::program::{Run, command, finish, reported, severity_codes};
use crate::support::short_trail::trail;

const SCOPE: [&str; 10] = [
    "--s3-bucket",
    BUCKET,
    "--keys",
    "keys",
    "--start-time",
    "2026-03-01T00:12:34Z",
    "--end-time",
    "2026-03-01T03:12:34Z",
    "--as-of",
    "2026-03-02T00:00:00Z",
];

/// What happens to a log or a digest in a bucket that keeps versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Deleted,
    Overwritten,
    /// All its versions are deleted.
    Purged,
}

impl Deed {
    /// The outcome of the search for the original.
    fn outcome(self) -> &'static str {
        match self {
            Deed::Deleted | Deed::Overwritten => "survives",
            Deed::Purged => "lost",
        }
    }
}

/// moto with a trail, and a folder with its keys.
struct Served {
    moto: MotoServer,
    dir: tempfile::TempDir,
    world: World,
    log: Place,
    digest: Place,
}

fn served() -> Served {
    let mut world = World::new(61);
    let mut chain = Chain::new(ChainSpec::new(trail(), REGION).logs(1..=1).events(1..=1));
    chain.start(&mut world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut world, hour(4));
    let (log, digest) = (
        chain.digests[1].logs[0].place.clone(),
        chain.digests[2].place.clone(),
    );
    let dir = tempfile::tempdir().expect("a folder");
    let (from, to) = (ts("2026-02-01T00:00:00Z"), ts("2026-04-01T00:00:00Z"));
    let keys = dir.path().join("keys");
    world.write_keys(&keys, KeyFileStyle::V2Iso, &[REGION], from, to);
    let moto = MotoServer::start();
    moto.serve(&world);
    Served {
        moto,
        dir,
        world,
        log,
        digest,
    }
}

impl Served {
    fn harm(&self, deed: Deed, place: &Place) {
        match deed {
            Deed::Deleted => self.moto.delete(BUCKET, &place.key, None),
            Deed::Overwritten => {
                let other =
                    Object::delivered(gzip(br#"{"Records":[]}"#), ts("2026-03-01T09:00:00Z"));
                self.moto.put(BUCKET, &place.key, &other);
            }
            Deed::Purged => {
                for version in self.moto.version_ids(BUCKET, &place.key) {
                    self.moto.delete(BUCKET, &place.key, Some(&version));
                }
            }
        }
    }

    fn run(&self, args: &[impl AsRef<str>]) -> Run {
        let mut command = command(self.dir.path(), args);
        command.env_clear();
        for (name, value) in [
            ("AWS_ENDPOINT_URL", self.moto.url()),
            ("AWS_ACCESS_KEY_ID", "moto"),
            ("AWS_SECRET_ACCESS_KEY", "moto"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_CONFIG_FILE", "/nonexistent/aws"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/aws"),
            ("NO_PROXY", "127.0.0.1"),
        ] {
            command.env(name, value);
        }
        finish(&mut command)
    }
}

/// The bundle collected from moto after these deeds, which gives the report that moto gave. Returns it and the report.
fn proven(served: Served, wanted: i32) -> (Bundle, Value) {
    let args: Vec<&str> = [&["validate", "--format", "json"][..], &SCOPE].concat();
    let (exit, online) = reported(served.run(&args));
    assert_eq!(exit, wanted, "{:?}", severity_codes(&online));
    let run = served.run(&collecting(&SCOPE));
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let Served { moto, dir, .. } = served;
    drop(moto);
    let bundle = Bundle { dir };
    let check = bundle.check();
    assert_eq!(check.code, 0, "{}{}", check.stdout, check.stderr);
    let (code, offline) = bundle.pinned(&["--keys", "keys"]);
    assert_originals_are_in(&bundle, &offline);
    let (one, other) = (
        apart_from_source(online.clone()),
        apart_from_source(offline),
    );
    assert!(one == other, "\n  {}", difference(&one, &other));
    assert_eq!(code, wanted);
    (bundle, online)
}

/// Each finding says where in the bundle the surviving original lies, and calls for no command on the bucket.
fn assert_originals_are_in(bundle: &Bundle, report: &Value) {
    let findings = report["findings"].as_array().expect("findings").iter();
    for finding in findings.filter(|f| f["recovery"]["outcome"] == "survives") {
        let path = finding["recovery"]["original"]["bundle_path"].as_str();
        let path = path.expect("a path");
        assert!(bundle.path().join(path).is_file(), "{path}");
        let hint = finding["hint"].as_str().expect("a hint");
        assert!(
            hint.contains(path) && !hint.contains("get-object"),
            "{hint}"
        );
        assert_eq!(finding["command"], Value::Null);
    }
}

#[test]
fn a_bundle_of_another_s3_gives_the_report_that_it_gave() {
    let served = served();
    let path = format!("s3/{BUCKET}/{}.head.json", served.digest.key);
    let (bundle, _) = proven(served, 0);
    let head = fs::read(bundle.dir.path().join(BUNDLE).join(path)).expect("a head");
    let head: Value = serde_json::from_slice(&head).expect("JSON");
    assert!(head["Metadata"]["signature"].is_string(), "{head:#}");
    assert!(head["VersionId"].is_string(), "{head:#}");
}

#[test]
fn the_original_that_survives_in_another_s3_is_in_the_bundle() {
    for deed in [Deed::Deleted, Deed::Overwritten, Deed::Purged] {
        let served = served();
        let places = [served.log.clone(), served.digest.clone()];
        let originals = places
            .clone()
            .map(|place| served.world.object(&place).body.clone());
        for place in &places {
            served.harm(deed, place);
        }
        let (bundle, online) = proven(served, 1);
        let files = bundle.files();
        for (place, original) in places.iter().zip(&originals) {
            let findings = online["findings"].as_array().expect("findings").iter();
            let found = findings.filter(|f| f["key"] == place.key && f["severity"] == "failed");
            let outcomes: Vec<&Value> = found.map(|f| &f["recovery"]["outcome"]).collect();
            assert!(
                !outcomes.is_empty(),
                "{deed:?}: {:?}",
                severity_codes(&online)
            );
            let as_wanted = outcomes
                .iter()
                .all(|outcome| **outcome == json!(deed.outcome()));
            assert!(as_wanted, "{deed:?}: {}: {outcomes:?}", place.key);
            let mut kept = files
                .iter()
                .filter(|(path, _)| path.starts_with("recovered/"));
            let survives = kept.any(|(_, bytes)| bytes == original);
            assert_eq!(
                survives,
                deed.outcome() == "survives",
                "{deed:?}: {}",
                place.key
            );
        }
    }
}
