//! One honest world, and its reports from disk and from S3, with one worker and with many.

use serde_json::Value;

use crate::support::aws::{Organization, TrailConfig, TrailStatus};
use crate::support::compare::{comparable, difference};
use crate::support::forge::{Chain, Heads, KeyFileStyle, Trail, World, ts};
use crate::support::program::report;
use crate::support::stage::Stage;

/// An honest world, and how it is validated.
pub struct Honest {
    pub name: &'static str,
    pub world: World,
    pub chains: Vec<Chain>,
    pub trails: Vec<TrailConfig>,
    /// The window and further arguments, for disk and S3 alike.
    pub args: Vec<String>,
    /// The codes above `note` that the world itself owes.
    pub owed: &'static [&'static str],
    pub verdict: &'static str,
    /// How sentences begin that may differ: they are about objects that a copy cannot have.
    pub only_in_s3: &'static [&'static str],
}

/// The reports of one world; those from disk and from S3 are without what must differ.
pub struct Reports {
    /// How each was made, and the report.
    pub all: Vec<(&'static str, Value)>,
}

impl Honest {
    /// A world of a seed, in which nothing happened yet.
    pub fn new(name: &'static str) -> Honest {
        let seed = name.bytes().fold(7, |h: u64, b| {
            h.wrapping_mul(131).wrapping_add(u64::from(b))
        });
        Honest {
            name,
            world: World::new(seed),
            chains: Vec::new(),
            trails: Vec::new(),
            args: Vec::new(),
            owed: &[],
            verdict: "verified",
            only_in_s3: &[],
        }
    }

    /// Describes a trail.
    pub fn describe(&mut self, trail: &Trail) {
        self.trails.push(TrailConfig::from(trail));
    }

    /// The window, looked at much later.
    pub fn window(mut self, from: &str, to: &str) -> Honest {
        let given = ["--start-time", from, "--end-time", to];
        self.args.extend(given.map(str::to_owned));
        let as_of = ["--as-of", "2026-05-20T00:00:00Z"];
        self.args.extend(as_of.map(str::to_owned));
        self
    }

    /// The gaps that the world has.
    pub fn with_gaps(mut self, owed: &'static [&'static str]) -> Honest {
        (self.owed, self.verdict) = (owed, "gaps");
        self
    }

    /// The regions in which keys sign.
    pub fn regions(&self) -> Vec<&str> {
        let mut regions: Vec<&str> = self.chains.iter().map(|c| c.spec.region.as_str()).collect();
        regions.sort_unstable();
        regions.dedup();
        regions
    }

    /// Every bucket copied with all heads, and the keys.
    pub fn copied(&self) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a folder");
        for bucket in self.world.buckets.keys() {
            let tree = dir.path().join(bucket);
            self.world.write_tree(bucket, &tree, Heads::Every);
        }
        let (from, to) = (ts("2025-11-01T00:00:00Z"), ts("2027-03-01T00:00:00Z"));
        let (keys, style) = (dir.path().join("keys"), KeyFileStyle::V2Iso);
        self.world
            .write_keys(&keys, style, &self.regions(), from, to);
        dir
    }

    /// AWS that serves the world and says of its trails what is so.
    pub fn stage(&self) -> Stage {
        let mut trails = self.trails.clone();
        for trail in &mut trails {
            let mut chains = self.chains.iter().map(|c| &c.spec);
            trail.multi_region =
                chains.any(|s| s.trail.arn() == trail.arn && s.region != s.trail.home_region);
        }
        let stage = Stage::of(&self.world, &trails);
        stage.loopback.change(|cloud| {
            for chain in &self.chains {
                let trail = &chain.spec.trail;
                let status = TrailStatus {
                    latest_digest_delivery: chain.digests.iter().map(|d| d.delivered).max(),
                    ..TrailStatus::default()
                };
                let place = (trail.arn(), chain.spec.region.clone());
                if chain.spec.account == trail.account {
                    cloud.cloudtrail.status.insert(place, status);
                }
                if let Some(id) = &trail.organization {
                    let (id, management_account) = (id.clone(), trail.account.clone());
                    cloud.organization = Some(Organization {
                        id,
                        management_account,
                    });
                }
            }
        });
        stage
    }

    fn disk_arguments(&self) -> Vec<String> {
        let buckets = self.world.buckets.keys();
        let paths = buckets.flat_map(|b| ["--path".to_owned(), format!("{b}={b}")]);
        let keys = ["--keys", "keys"].map(str::to_owned);
        paths.chain(keys).chain(self.args.clone()).collect()
    }

    fn s3_arguments(&self) -> Vec<String> {
        let buckets = self.world.buckets.keys();
        let names = buckets.flat_map(|b| ["--s3-bucket".to_owned(), b.clone()]);
        names.chain(self.args.clone()).collect()
    }

    /// Validates the copy and the buckets with one worker and with 64.
    pub fn reports(&self) -> Reports {
        let (dir, stage) = (self.copied(), self.stage());
        let with = |args: &[String], jobs: &str| -> Vec<String> {
            let jobs = ["--jobs", jobs].map(str::to_owned);
            args.iter().cloned().chain(jobs).collect()
        };
        let (disk, s3) = (self.disk_arguments(), self.s3_arguments());
        let copy = |jobs| report(dir.path(), &with(&disk, jobs)).1;
        let served = |jobs| stage.report(&with(&s3, jobs)).1;
        let (copies, buckets) = std::thread::scope(|scope| {
            let copies = scope.spawn(|| [("disk, 1", copy("1")), ("disk, 64", copy("64"))]);
            let buckets = [("S3, 1", served("1")), ("S3, 64", served("64"))];
            (copies.join().expect("reports"), buckets)
        });
        let all = copies.into_iter().chain(buckets).collect();
        stage.assert_only_reads();
        Reports { all }
    }
}

impl Reports {
    /// What is wrong with the reports of an honest world.
    pub fn complaints(self, honest: &Honest) -> Vec<String> {
        let mut wrong = Vec::new();
        for (how, report) in &self.all {
            let findings = report["findings"].as_array().expect("findings").iter();
            let alarms: Vec<String> = findings
                .filter(|f| f["severity"] != "note")
                .filter(|f| !honest.owed.iter().any(|code| f["code"] == *code))
                .map(|f| format!("{} {} {}", f["code"], f["key"], f["message"]))
                .collect();
            if !alarms.is_empty() || report["verdict"] != honest.verdict {
                let verdict = &report["verdict"];
                wrong.push(format!("{}, {how}: {verdict} {alarms:#?}", honest.name));
            }
        }
        let differing = self.disagreements(honest).into_iter();
        wrong.extend(differing.map(|d| format!("{}, {d}", honest.name)));
        wrong
    }

    /// The differences of reports from one source, and between disk and S3 but for hints: those say where to
    /// look next, which is another place beside a copy.
    pub fn disagreements(self, honest: &Honest) -> Vec<String> {
        let all: Vec<_> = self
            .all
            .into_iter()
            .map(|(how, report)| {
                let mut report = comparable(report);
                let sentences = report["not_proven"].as_array_mut().expect("sentences");
                sentences.retain(|s| {
                    let of_s3 = |start: &&str| s.as_str().expect("a text").starts_with(*start);
                    !honest.only_in_s3.iter().any(of_s3)
                });
                (how, report)
            })
            .collect();
        let mut wrong = Vec::new();
        let mut compare = |one: &Value, how: &str, other: &Value| {
            if one != other {
                wrong.push(format!("{how}, differs: {}", difference(one, other)));
            }
        };
        compare(&all[0].1, all[1].0, &all[1].1);
        compare(&all[2].1, all[3].0, &all[3].1);
        let [disk, s3] = [&all[0], &all[2]].map(|(_, report)| without_hints(report.clone()));
        compare(&disk, all[2].0, &s3);
        wrong
    }

    /// The verdicts.
    pub fn verdicts(&self) -> Vec<&str> {
        let verdicts = self.all.iter();
        verdicts
            .map(|(_, r)| r["verdict"].as_str().expect("a verdict"))
            .collect()
    }
}

fn without_hints(mut report: Value) -> Value {
    for finding in report["findings"].as_array_mut().expect("findings") {
        finding["hint"].take();
    }
    report
}
