//! A case served by AWS on loopback, and the binary run against it.

use std::process::Command;

use serde_json::Value;

use crate::support::aws::{Answer, Call, Fault, Loopback, Service, TrailConfig, TrailStatus};
use crate::support::case::{BUCKET, Case, Keys, trail};
use crate::support::forge::{Trail, World, ts};
use crate::support::program::{Run, command, finish, reported};

/// AWS that serves a case, and a folder with the files beside it.
pub struct Stage {
    pub loopback: Loopback,
    pub dir: tempfile::TempDir,
}

impl Stage {
    /// Serves a world, and these trails.
    pub fn of(world: &World, trails: &[TrailConfig]) -> Stage {
        let loopback = Loopback::start();
        loopback.serve(world);
        loopback.change(|cloud| cloud.cloudtrail.trails = trails.to_vec());
        let dir = tempfile::tempdir().expect("a folder");
        Stage { loopback, dir }
    }

    /// Serves a case, without the metadata that its copy lost. The trails are those of the report's
    /// chains.
    pub fn case(case: &Case, chains: &[Value]) -> Stage {
        let mut world = case.world.clone();
        for (key, object) in world.buckets.values_mut().flatten() {
            if key.contains("/CloudTrail-Digest/") && !case.heads.wanted(key) {
                object.metadata.clear();
            }
        }
        let mut trails: Vec<TrailConfig> = Vec::new();
        for chain in chains {
            let described = trail_of(chain, case.owner);
            if !trails.iter().any(|t| t.arn == described.arn) {
                trails.push(described);
            }
        }
        if trails.is_empty() {
            trails.push(TrailConfig::from(&trail()));
        }
        for trail in &mut trails {
            trail.validation = case.says.validation;
            if case.sources != ["s3"] {
                // The trail writes elsewhere now, so no chain is expected in its home region.
                trail.bucket = "logs-since-then".into();
            }
        }
        let stage = Stage::of(&world, &trails);
        if case.sources == ["s3"] {
            // Trails of other regions are not expected either.
            stage
                .loopback
                .fault(Fault::new(Answer::access_denied()).operation("ListTrails"));
        }
        let status = TrailStatus {
            logging: case.says.logging,
            latest_digest_delivery: case.says.last_digest.map(ts),
            latest_digest_delivery_error: case.says.digest_error.map(Into::into),
            ..TrailStatus::default()
        };
        stage.loopback.change(|cloud| {
            let regions = case.regions.iter().map(|r| (*r).to_owned());
            for region in regions {
                for trail in &trails {
                    let place = (trail.arn.clone(), region.clone());
                    cloud.cloudtrail.status.insert(place, status.clone());
                }
            }
        });
        case.write_beside(stage.dir.path());
        stage
    }

    /// The binary, in this stage's folder and environment.
    pub fn command(&self, args: &[impl AsRef<str>]) -> Command {
        let mut command = command(self.dir.path(), args);
        command.env_clear().envs(self.loopback.env());
        command
    }

    /// Runs the binary.
    pub fn run(&self, args: &[impl AsRef<str>]) -> Run {
        finish(&mut self.command(args))
    }

    /// Runs `validate` and reads its JSON report.
    pub fn report(&self, args: &[impl AsRef<str>]) -> (i32, Value) {
        let mut all = vec!["validate", "--format", "json"];
        all.extend(args.iter().map(AsRef::as_ref));
        reported(self.run(&all))
    }

    /// The calls of one operation.
    pub fn calls(&self, operation: &str) -> Vec<Call> {
        let calls = self.loopback.calls().into_iter();
        calls.filter(|c| c.operation == operation).collect()
    }

    /// Asserts that every call only reads.
    pub fn assert_only_reads(&self) {
        for call in self.loopback.calls() {
            let reads = ["Get", "List", "Head", "Describe", "Lookup"];
            let sign_in = call.service == Service::Sts;
            assert!(
                sign_in || reads.iter().any(|r| call.operation.starts_with(r)),
                "{call:?}"
            );
        }
    }
}

/// The trail of a chain in a report.
fn trail_of(chain: &Value, owner: Option<&str>) -> TrailConfig {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let get = |name: &str| text(&chain[name]).expect("a text");
    let location = &chain["locations"][0];
    let bucket = text(&location["bucket"]).unwrap_or_else(|| BUCKET.to_owned());
    let account = owner.map_or_else(|| get("account"), str::to_owned);
    let mut trail = Trail::new(&account, &get("home_region"), &get("trail"), &bucket);
    trail.prefix = text(&location["prefix"]);
    trail.organization = text(&location["organization"]);
    TrailConfig::from(&trail)
}

/// A case's arguments for S3: buckets instead of copies, and ListPublicKeys instead of key files
/// with the same keys.
pub fn arguments(case: &Case) -> Vec<String> {
    let mut online: Vec<String> = Vec::new();
    let mut args = case.args.iter();
    while let Some(arg) = args.next() {
        let value = || args.clone().next().cloned();
        match arg.as_str() {
            "--path" => _ = args.next(),
            "--keys" if matches!(case.keys, Keys::Published(_)) => _ = args.next(),
            "--s3-bucket" if value().is_some() => _ = args.next(),
            _ => online.push(arg.clone()),
        }
    }
    for bucket in &case.buckets {
        online.extend(["--s3-bucket".to_owned(), (*bucket).to_owned()]);
    }
    online
}
