//! A chain that ends while a scheduled check goes on: the next runs see only the time after its end. The runs are
//! those of the binary, on copies of a bucket that grows.

use std::fs;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::case::{ACCOUNT, BUCKET, HOME, hour};
use crate::support::forge::{Chain, ChainSpec, Heads, KeyFileStyle, Trail, World};
use crate::support::program::{Run, reported, run};

/// The account that is closed after six hours.
const CLOSED: &str = "999999999999";

/// A bucket with two accounts, the folder of its copies, and the state of their checks.
struct Copies {
    world: World,
    dir: TempDir,
}

impl Copies {
    fn new(hours: i64) -> Self {
        let mut world = World::new(77);
        for (account, hours) in [(ACCOUNT, hours), (CLOSED, 6)] {
            let trail = Trail::new(account, HOME, "main", BUCKET);
            let mut chain = Chain::new(ChainSpec::new(trail, HOME).logs(1..=1).events(1..=1));
            chain.start(&mut world, hour(0));
            chain.run_until(&mut world, hour(hours));
        }
        let dir = tempfile::tempdir().expect("a folder");
        let (keys, style) = (dir.path().join("keys"), KeyFileStyle::V2Iso);
        world.write_keys(&keys, style, &[HOME], hour(-24), hour(hours + 24));
        Copies { world, dir }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }

    /// The check of an hour, some minutes after its digests were delivered.
    fn run(&self, at: i64, minutes: i64, more: &[&str]) -> Run {
        let now: Timestamp = hour(at) + SignedDuration::from_mins(minutes);
        let bucket = self.path("bucket");
        if bucket.exists() {
            fs::remove_dir_all(&bucket).expect("the old copy");
        }
        let then = self.world.as_of(now);
        then.write_tree(BUCKET, &bucket, Heads::All);
        let now = now.to_string();
        let args = [
            "validate",
            "--format",
            "json",
            "--path",
            "bucket",
            "--s3-bucket",
            BUCKET,
            "--keys",
            "keys",
            "--state",
            "state",
            "--as-of",
            &now,
        ];
        run(self.dir.path(), &[&args[..], more].concat())
    }

    /// The exit status of a check without what it leaves, and the codes that it reports apart from notes.
    fn tried(&self, at: i64, more: &[&str]) -> (i32, Vec<String>) {
        let before = fs::read(self.path("state")).expect("a state");
        let (code, report) = reported(self.run(at, 55, more));
        fs::write(self.path("state"), before).expect("the state as it was");
        (code, codes(&report))
    }
}

fn codes(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    let findings = findings.iter().filter(|f| f["severity"] != "note");
    let code = |f: &Value| f["code"].as_str().expect("a code").to_owned();
    findings.map(code).collect()
}

fn entry(dir: &Path, name: &str, chain: &str, until: &str) -> String {
    let text = format!(
        "[[accept]]\nchain = \"{chain}\"\n{until}\nreason = \"it was closed\"\nwho = \"me\"\n"
    );
    fs::write(dir.join(name), text).expect("a file");
    name.to_owned()
}

/// An entry that says that a chain ended with its last digest.
fn follows(dir: &Path, name: &str, chain: &str) -> String {
    let until = format!("from = \"{}\"\nfollows = true", hour(6));
    entry(dir, name, chain, &until)
}

#[test]
fn a_chain_that_ended_is_a_gap_of_every_later_run_until_an_entry_says_so() {
    let copies = Copies::new(40);
    let dir = copies.dir.path();
    let id = |account: &str| format!("{account}/{HOME}/{HOME}/main");
    fs::write(
        copies.path("expect"),
        format!("{}\n{}\n", id(ACCOUNT), id(CLOSED)),
    )
    .expect("a file");
    // Named in every way: none of them makes what an earlier run proved a finding of nothing.
    let named = [
        "--expect",
        "expect",
        "--account-id",
        ACCOUNT,
        "--account-id",
        CLOSED,
    ];
    for at in 5..=7 {
        let (code, report) = reported(copies.run(at, 50, &named));
        assert_eq!((code, codes(&report)), (0, vec![]), "{at}: {report:#}");
    }
    let one = follows(dir, "one.toml", &id(CLOSED));
    let all = follows(dir, "all.toml", &format!("{CLOSED}/*/*/*"));
    let other = follows(dir, "other.toml", &id(ACCOUNT));
    for at in [9, 10, 11, 38] {
        let (code, report) = reported(copies.run(at, 50, &named));
        assert_eq!(
            (code, codes(&report)),
            (3, vec!["coverage-tail".into()]),
            "{at}: {report:#}"
        );
        // Five minutes later nothing new has arrived, so no time of any chain is proven.
        for (file, code) in [(&one, 0), (&all, 0), (&other, 3)] {
            let tried = copies.tried(at, &[&named[..], &["--accept", file]].concat());
            assert_eq!(tried, (code, vec!["coverage-tail".into()]), "{at} {file}");
        }
    }
}

#[test]
fn digests_that_are_removed_behind_an_end_are_not_accepted_by_it() {
    let mut copies = Copies::new(14);
    let pattern = follows(copies.dir.path(), "all.toml", "*/*/*/*");
    let accept = ["--accept", &pattern];
    for at in 9..=11 {
        let (code, report) = reported(copies.run(at, 50, &accept));
        assert_eq!(code, 0, "{report:#}");
    }
    // All that the closed account had.
    let objects = copies.world.buckets.get_mut(BUCKET).expect("the bucket");
    objects.retain(|key, _| !key.contains(CLOSED));
    let (code, report) = reported(copies.run(12, 50, &accept));
    let codes = codes(&report);
    assert_eq!(code, 1, "{report:#}");
    for code in ["state-mismatch", "chain-missing"] {
        assert!(codes.contains(&code.to_owned()), "{report:#}");
    }
}

#[test]
fn an_entry_for_earlier_time_is_no_typing_error_in_a_run_that_continues() {
    let copies = Copies::new(14);
    let dir = copies.dir.path();
    let before = format!("from = \"{}\"\nto = \"{}\"", hour(0), hour(1));
    let known = entry(dir, "known.toml", &format!("{ACCOUNT}/*/*/*"), &before);
    let typo = entry(dir, "typo.toml", &format!("{ACCOUNT}/*/*/mian"), &before);
    let warning = "warning: entry 1 of --accept matches no finding";
    for (at, file, is_warned) in [(4, &known, true), (5, &known, false), (5, &typo, true)] {
        let run = copies.run(at, 50, &["--accept", file]);
        assert_eq!(
            run.stderr.contains(warning),
            is_warned,
            "{at}: {}",
            run.stderr
        );
    }
}
