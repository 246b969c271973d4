//! Temporary files that fail while the run goes on: no verdict gets better or worse by it, and the report says
//! why. A limit on the size of files stands for a disk that is full.

use std::process::Command;

use serde_json::Value;

use crate::support::case::{BUCKET, HOME, hour, wide_trail};
use crate::support::disk::copied;
use crate::support::forge::json::Json;
use crate::support::forge::{Chain, ChainSpec, Heads, KeyFileStyle, World, ts};
use crate::support::program::{finish, reported};

/// Why they fail, as reports say it.
const WHY: &str = " (TMPDIR): file too large";

/// Validates what a world holds after some lines for the shell.
fn validated(w: &World, first: &str) -> (i32, Value) {
    let dir = copied(w, &[BUCKET], &[HOME], &Heads::All, KeyFileStyle::V2Iso);
    let run = "exec \"$0\" validate --format json --path";
    let line = format!("{first} {run} {BUCKET} --keys keys");
    let mut bash = Command::new("bash");
    bash.args(["-c", &line, env!("CARGO_BIN_EXE_trailproof")]);
    reported(finish(bash.current_dir(dir.path())))
}

/// Validates what a world holds, where no file may have more than 100 KiB.
fn limited(w: &World) -> (i32, Value) {
    validated(w, "ulimit -f 100;")
}

#[test]
fn events_lost_without_temporary_files_are_reported() {
    let mut w = World::new(26);
    let spec = ChainSpec::new(wide_trail(), HOME).logs(1..=1).events(1..=1);
    let mut chain = Chain::new(spec.pad(600_000..=600_000));
    chain.start(&mut w, ts("2026-03-01T00:12:34Z"));
    chain.stop(&mut w, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut w, ts("2026-03-01T08:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T10:00:00Z"));
    let (exit, report) = limited(&w);
    assert_eq!(exit, 3, "{report:#}");
    assert_eq!(report["chains"][0]["gaps"][0]["certainty"], "none");
    let unknown = report["not_proven"].to_string();
    let words = ["could not all be read", "a temporary file in /", WHY];
    assert!(words.iter().all(|word| unknown.contains(word)), "{unknown}");
}

/// How many digests list many logs, and how many: each digest is held in memory until it is proven, and their
/// lists together are longer than what a spool keeps there.
const DIGESTS: u64 = 16;
const MANY: u64 = 2_500;

/// The lists of proven digests go to a temporary file. Without it, logs that are missing are not known to be.
#[test]
fn lists_of_logs_that_could_not_be_kept_prove_nothing() {
    let mut w = World::new(27);
    let spec = ChainSpec::new(wide_trail(), HOME).logs(1..=1).events(1..=1);
    let mut chain = Chain::new(spec);
    chain.start(&mut w, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut w, hour(2));
    for _ in 0..DIGESTS {
        chain.append_custom(&mut w, |digest| {
            let logs = digest.log_files_mut();
            let first = logs[0].as_object_mut().expect("an entry").clone();
            let key = first.text("s3Object").expect("a key").to_owned();
            logs.clear();
            logs.extend((0..MANY).map(|n| {
                // The end of its name is random, so these are names of other logs of the same minute.
                let end = key.len() - "00000.json.gz".len();
                let mut entry = first.clone();
                entry.set("s3Object", format!("{}{n:05}.json.gz", &key[..end]));
                entry.set("hashValue", format!("{n:064x}"));
                Json::Object(entry)
            }));
        });
    }
    chain.run_until(&mut w, hour(20));
    let (exit, report) = validated(&w, "");
    assert_eq!((exit, &report["verdict"]), (1, &"failed".into()));
    let counts = |report: &Value| {
        let logs = &report["chains"][0]["logs"];
        [&logs["missing"], &logs["unproven"]].map(|n| n.as_u64().expect("a count"))
    };
    assert_eq!(counts(&report), [DIGESTS * MANY, 0]);
    let (_, report) = limited(&w);
    let [missing, unproven] = counts(&report);
    assert_eq!(missing + unproven, DIGESTS * MANY);
    // A list is kept as a whole or not at all.
    assert!(unproven > 0 && unproven % MANY == 0, "{unproven}");
    let findings = report["findings"].as_array().expect("findings");
    let lost = findings.iter().find(|f| f["code"] == "log-unreadable");
    let message = lost.expect("a finding")["message"].to_string();
    let words = ["a temporary file in /", WHY];
    assert!(words.iter().all(|word| message.contains(word)), "{message}");
}
