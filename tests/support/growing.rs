//! A world that grows: what CloudTrail delivers over days appears in S3 when it is delivered, and the real binary
//! checks it as of any hour, with the state that the hour before left.
//!
//! Everything is signed once. Then a clock goes on, and each object appears at the time of its delivery, which is
//! also its `LastModified`. The servers and the binary have the same time.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use jiff::Timestamp;
use serde_json::Value;

use crate::support::aws::cloud::{Cloud, Stored};
use crate::support::aws::{Call, TrailConfig, TrailStatus};
use crate::support::forge::{Object, Place, Trail, World};
use crate::support::frozen_clock::freeze;
use crate::support::program::{Run, finish, reported};
use crate::support::stage::Stage;

/// The file of the state, in the folder of the stage.
pub const STATE: &str = "state.json";

/// What the servers serve, the time, and what is still to be delivered.
pub struct Growing {
    pub stage: Stage,
    /// The time.
    pub now: Timestamp,
    /// Options of every run beside those of the state and the format.
    pub scope: Vec<String>,
    trails: Vec<TrailConfig>,
    /// By time of delivery.
    later: BTreeMap<(Timestamp, Place), Object>,
}

/// One run of an hour: its exit status, its report, and what it asked of AWS.
pub struct Hour {
    pub code: i32,
    pub report: Value,
    pub calls: Vec<Call>,
}

impl Growing {
    /// A world of which nothing has been delivered yet. Its trails deliver in these regions.
    pub fn new(world: &World, trails: &[&Trail], start: Timestamp) -> Growing {
        let trails: Vec<TrailConfig> = trails.iter().map(|t| TrailConfig::from(*t)).collect();
        let stage = Stage::of(&World::new(0), &trails);
        stage.loopback.change(|cloud| {
            cloud.keys = world.keys.clone();
            world.buckets.keys().for_each(|name| _ = cloud.bucket(name));
        });
        let scope = trails
            .iter()
            .map(|t| ["--trail-arn".to_owned(), t.arn.clone()]);
        let mut growing = Growing {
            stage,
            now: start,
            scope: scope.flatten().collect(),
            trails,
            later: BTreeMap::new(),
        };
        growing.expect(world);
        growing.advance(start);
        growing
    }

    /// From now on, what is delivered is what this world holds.
    pub fn expect(&mut self, world: &World) {
        let mut later = BTreeMap::new();
        for (bucket, objects) in &world.buckets {
            for (key, object) in objects {
                let at = (object.last_modified, Place::new(bucket, key));
                later.insert(at, object.clone());
            }
        }
        self.later = later;
    }

    /// Somebody replaces what was delivered by what another world holds, now. From now on, that world delivers.
    pub fn rewrite(&mut self, world: &World) {
        let now = self.now;
        self.expect(world);
        self.later.retain(|(at, _), _| *at > now);
        self.stage.loopback.change(|cloud| {
            for (name, objects) in &world.buckets {
                let bucket = cloud.bucket(name);
                bucket.objects.retain(|key, _| objects.contains_key(key));
                for (key, object) in objects {
                    let old = bucket.objects.get(key);
                    let differs = old.is_none_or(|old| old.body != object.body);
                    if object.last_modified <= now && differs {
                        let mut object = object.clone();
                        object.last_modified = now;
                        bucket.put(key, Stored::from(&object));
                    }
                }
            }
        });
    }

    /// Lets the time go on. What was delivered by then appears.
    pub fn advance(&mut self, to: Timestamp) {
        self.now = to;
        let mut newest: BTreeMap<(String, String), Timestamp> = BTreeMap::new();
        while let Some(next) = self.later.first_entry().filter(|e| e.key().0 <= to) {
            let ((at, place), object) = next.remove_entry();
            self.stage
                .loopback
                .change(|cloud| cloud.put(&place, &object));
            for trail in &self.trails {
                if let Some(region) = digest_region(trail, &place) {
                    newest.insert((trail.arn.clone(), region), at);
                }
            }
        }
        self.stage.loopback.change(|cloud| {
            cloud.frozen_at = Some(to);
            for (chain, at) in newest {
                let status = cloud.cloudtrail.status.entry(chain).or_default();
                status.latest_digest_delivery = Some(at);
            }
        });
    }

    /// The same world at this time with the same state, which from then on goes its own way.
    pub fn fork(&self) -> Growing {
        let cloud: Cloud = self.stage.loopback.change(|cloud| cloud.clone());
        let stage = Stage::of(&World::new(0), &[]);
        stage.loopback.change(|forked| *forked = cloud);
        if self.state().exists() {
            fs::copy(self.state(), stage.dir.path().join(STATE)).expect("the state is copied");
        }
        Growing {
            stage,
            now: self.now,
            scope: self.scope.clone(),
            trails: self.trails.clone(),
            later: self.later.clone(),
        }
    }

    /// The file of the state.
    pub fn state(&self) -> PathBuf {
        self.stage.dir.path().join(STATE)
    }

    /// The bytes of the state.
    pub fn state_bytes(&self) -> Vec<u8> {
        fs::read(self.state()).expect("a state")
    }

    /// The binary at this time, with these arguments.
    pub fn command(&self, args: &[impl AsRef<str>]) -> Command {
        let mut command = self.stage.command(args);
        freeze(&mut command, self.now);
        command
    }

    /// The arguments of a run of the schedule.
    pub fn args(&self, more: &[&str]) -> Vec<String> {
        let fixed = ["validate", "--format", "json", "--state", STATE];
        let mut args: Vec<String> = fixed.iter().chain(more).map(|a| (*a).to_owned()).collect();
        args.extend(self.scope.iter().cloned());
        args
    }

    /// A run of the schedule at this time.
    pub fn run(&self, more: &[&str]) -> Run {
        finish(&mut self.command(&self.args(more)))
    }

    /// A run of the schedule at this time, which leaves a report.
    pub fn check(&self, more: &[&str]) -> Hour {
        self.stage.loopback.clear_calls();
        let (code, report) = reported(self.run(more));
        let calls = self.stage.loopback.calls();
        Hour {
            code,
            report,
            calls,
        }
    }

    /// What a validation of all time so far says, without a state.
    pub fn check_all(&self) -> Hour {
        let mut args = ["validate", "--format", "json"].map(String::from).to_vec();
        args.extend(self.scope.iter().cloned());
        self.stage.loopback.clear_calls();
        let (code, report) = reported(finish(&mut self.command(&args)));
        let calls = self.stage.loopback.calls();
        Hour {
            code,
            report,
            calls,
        }
    }

    /// Sets what CloudTrail says of a trail in a region.
    pub fn status(&self, trail: &Trail, region: &str, set: impl FnOnce(&mut TrailStatus)) {
        let chain = (trail.arn(), region.to_owned());
        self.stage
            .loopback
            .change(|cloud| set(cloud.cloudtrail.status.entry(chain).or_default()));
    }
}

/// The region of a digest of a trail; `None` for other objects.
fn digest_region(trail: &TrailConfig, place: &Place) -> Option<String> {
    let (_, below) = place.key.split_once("/CloudTrail-Digest/")?;
    let (region, name) = (below.split('/').next()?, below.rsplit('/').next()?);
    let is_of_trail = place.bucket == trail.bucket
        && name.contains(&format!("_{}_{}_", trail.name, trail.home_region));
    is_of_trail.then(|| region.to_owned())
}

impl Hour {
    /// The verdict.
    pub fn verdict(&self) -> &str {
        self.report["verdict"].as_str().expect("a verdict")
    }

    /// The codes of the findings apart from notes, each once, in order of the alphabet.
    pub fn codes(&self) -> Vec<&str> {
        self.codes_of(|severity| severity != "note")
    }

    /// The codes of the notes, each once, in order of the alphabet.
    pub fn notes(&self) -> Vec<&str> {
        self.codes_of(|severity| severity == "note")
    }

    fn codes_of(&self, meant: impl Fn(&str) -> bool) -> Vec<&str> {
        let findings = self.report["findings"].as_array().expect("findings");
        let meant = |f: &&Value| meant(f["severity"].as_str().expect("a severity"));
        let mut codes: Vec<&str> = findings
            .iter()
            .filter(meant)
            .map(|f| f["code"].as_str().expect("a code"))
            .collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }
}
