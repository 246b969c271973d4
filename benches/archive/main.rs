//! Validates an archive of any size that is made up while it is read, and prints how long that takes and how much
//! memory. Only the hash and the signature of each digest are kept, in one file, which is made first: a digest
//! refers to the one before it. Every log has the same small content.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a tool of the benches"
)]

#[path = "../support/mod.rs"]
mod support;

mod made_up;

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use jiff::{SignedDuration, Timestamp};
use made_up::{Archive, Shape};
use serde_json::json;
use trailproof::{
    Access, KeyOrigin, KeyRing, Places, PublicKey, Request, Silent, Source, validate,
};

/// Validates an archive that is made up while it is read
#[derive(Parser)]
struct Args {
    /// The file of the hashes and signatures of its digests; it is made unless it exists
    #[arg(long)]
    file: PathBuf,
    #[command(flatten)]
    shape: Shape,
    /// The logs that are read: all or none
    #[arg(long, default_value = "all")]
    logs: String,
    /// Objects that are processed at the same time
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Only make the file
    #[arg(long)]
    only_make: bool,
    /// `cargo bench` gives it
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let args = Args::parse();
    if !args.file.exists() {
        let part = args.file.with_extension("part");
        Archive::make(&args.shape, &part);
        fs::rename(&part, &args.file).expect("a file");
    }
    if args.only_make {
        return;
    }
    let archive = Archive::open(&args.shape, &args.file);
    let places = Places::new(archive.roots(), Vec::new());
    let mut keys = KeyRing::default();
    let (from, to) = archive.time();
    let year = SignedDuration::from_hours(366 * 24);
    let key = &support::keys::signing_key(0).pkcs1_der;
    let key = PublicKey::from_der(key, (from - year, to + year), KeyOrigin::File);
    keys.add(None, key.expect("a key"));
    let request = Request {
        from: Some(from),
        to: Some(to),
        as_of: Some(to + SignedDuration::from_hours(48)),
        logs: args.logs.parse().expect("all or none"),
        jobs: args.jobs,
        chains_at_once: 8,
        ..Request::default()
    };
    let access = Access {
        source: &archive,
        places: &places,
        keys: &keys,
        trails: None,
    };
    let before = peak_mib();
    let began = Instant::now();
    let outcome = validate(access, &request, &Silent).expect("an outcome");
    let seconds = began.elapsed().as_secs_f64();
    let chains = outcome.chains.iter();
    let digests: u64 = chains.clone().map(|c| c.digests.valid).sum();
    let logs: u64 = chains.map(|c| c.logs.valid + c.logs.not_read).sum();
    println!(
        "{}",
        json!({
            "verdict": outcome.verdict.as_str(), "chains": outcome.chains.len(), "digests": digests, "logs": logs,
            "findings": outcome.findings.len(), "seconds": seconds, "peak_mib": peak_mib(), "before_mib": before,
            "jobs": args.jobs, "read": args.logs, "at": Timestamp::now().to_string(),
        })
    );
}

/// The most memory that this process took so far.
fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    number.unwrap_or(0) / 1024
}
