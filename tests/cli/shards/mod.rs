//! `trailproof generate shards`: what it prints is read by the programs that will read it, and run on a real engine.

#[cfg(feature = "aws")]
mod containers;
mod files;
mod refused;
mod slurm;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::program::{root, run};

/// The engines.
const ENGINES: [&str; 4] = ["kubernetes", "aws-batch", "step-functions", "slurm"];

/// The account of the shards of a plan that only its numbers matter of.
const ACCOUNT: &str = "111111111111";

/// Writes a plan of so many shards, each of one share of the same account and region.
fn plan(folder: &Path, arguments: &[&str], shards: u32) -> PathBuf {
    let zeros = "0".repeat(64);
    let header = json!({
        "trailproof": env!("CARGO_PKG_VERSION"),
        "planned_at": "2026-11-29T12:00:00Z",
        "as_of": null,
        "clock_ahead": null,
        "request": {"arguments": arguments, "folder": "/srv", "relative_paths": []},
        "buckets": ["my-logs"],
        "shards": shards,
        "objects": 1000 * shards,
        "bytes": 20_000_000 * u64::from(shards),
        "requests": 1010 * shards,
        "hours": 0.5 * f64::from(shards),
        "price_usd": 0.25 * f64::from(shards),
        "rates": {
            "logs_per_second": 1.0, "mib_per_second": 1.0, "price_get": 0.1,
            "price_list": 0.1, "price_gb": 0.0, "price_hour": 0.0,
        },
        "listed_by": "listing",
    });
    let header = header.to_string();
    let header = header.strip_prefix('{').expect("an object");
    let mut lines =
        format!("{{\"schema\":\"trailproof.plan/v1\",\"sha256\":\"{zeros}\",{header}\n");
    for shard in 0..shards {
        let share = (shards > 1).then(|| format!("{}/{shards}", shard + 1));
        let group = json!({
            "account": ACCOUNT, "region": "us-east-1", "share": share, "chains": [], "logs": 900,
            "objects": 1000, "bytes": 20_000_000,
        });
        let line = json!({
            "shard": shard, "groups": [group], "objects": 1000, "bytes": 20_000_000, "requests": 1010,
            "hours": 0.5, "price_usd": 0.25,
        });
        lines += &format!("{line}\n");
    }
    let hash = Sha256::digest(lines.as_bytes());
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let path = folder.join("plan.jsonl");
    fs::write(&path, lines.replacen(&zeros, &hash, 1)).expect("written");
    path
}

/// The hash of a plan.
fn hash(plan: &Path) -> String {
    let text = fs::read_to_string(plan).expect("a plan");
    let header: Value = serde_json::from_str(text.lines().next().expect("a line")).expect("JSON");
    header["sha256"].as_str().expect("a text").to_owned()
}

/// What an engine gets for a plan.
fn printed(engine: &str, plan: &Path, own: &[&str], flags: &[&str]) -> String {
    let plan = plan.to_str().expect("UTF-8");
    let args = [
        &["generate", "shards", engine, "--plan", plan],
        own,
        &["--"],
        flags,
    ]
    .concat();
    let run = run(&root(), &args);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{engine}");
    run.stdout
}
