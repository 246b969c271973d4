//! Plans of shards: one whose bytes were changed is never read, and one that is valid is written as it was read.

use serde_json::json;
use trailproof::base::limits::Limits;
use trailproof::base::sha256::Sha256;
use trailproof::commands::shard::plan_file::PlanFile;

use super::outcome::Outcome;
use super::scratch::with_file;
use super::targets::FuzzTarget;
use crate::support::forge::text::sha256_hex;

pub const PLAN_FILES: FuzzTarget = FuzzTarget::new(
    "plan-files",
    plan_files,
    || vec![seed(2, 2), seed(1, 1)],
    &[
        "{\"shard\":0,",
        "\"groups\":[",
        "\"share\":\"1/2\"",
        "\"share\":null",
        "\"chains\":[",
        "\"shards\":",
        "\"account\":\"111111111111\"",
        "\"region\":\"eu-west-1\"",
        "\"hours\":1e308",
        "\n",
        "null",
        "\"objects\":-1",
    ],
);

/// How a plan begins, up to its hash.
const BEGIN: &[u8] = b"{\"schema\":\"trailproof.plan/v1\",\"sha256\":\"";

/// The entries that a plan may have here.
const ENTRIES: usize = 40;

fn seed(shards: u32, of: u32) -> Vec<u8> {
    let at = "2026-03-01T12:00:00Z";
    let header = json!({
        "schema": "trailproof.plan/v1", "sha256": "0".repeat(64), "trailproof": "0.1.0", "planned_at": at,
        "as_of": at, "clock_ahead": null,
        "request": {"arguments": ["--s3-bucket", "logs"], "folder": "/", "relative_paths": []},
        "buckets": ["logs"], "shards": shards, "objects": 3, "bytes": 300, "requests": 9, "hours": 0.25,
        "price_usd": 0.02,
        "rates": {"logs_per_second": 1.0, "mib_per_second": 1.0, "price_get": 0.1, "price_list": 0.1, "price_gb": 0.1,
            "price_hour": 0.1},
        "listed_by": "listing",
    });
    let chain = json!({"chain": "111111111111/eu-west-1/us-east-1/main", "organization": null, "first": at,
        "last": at, "digests": 1});
    let group = |shard: u32| {
        json!({"account": "111111111111", "region": "eu-west-1",
        "share": if of == 1 { json!(null) } else { json!(format!("{}/{of}", shard + 1)) },
        "chains": [chain], "logs": 2, "objects": 3, "bytes": 300})
    };
    let shard = |number: u32| {
        json!({"shard": number, "groups": [group(number)], "objects": 3, "bytes": 300,
        "requests": 9, "hours": 0.25, "price_usd": 0.02})
    };
    // The schema comes first, then the hash: `json!` sorts its members.
    let rest = header.as_object().expect("an object").iter();
    let rest = rest.filter(|(name, _)| !matches!(name.as_str(), "schema" | "sha256"));
    let rest: Vec<String> = rest
        .map(|(name, value)| format!("\"{name}\":{value}"))
        .collect();
    let mut text = String::from_utf8_lossy(BEGIN).into_owned();
    text += &format!("{}\",{}}}\n", "0".repeat(64), rest.join(","));
    (0..shards).for_each(|number| text += &format!("{}\n", shard(number)));
    with_hash(text.as_bytes()).expect("a plan")
}

/// The same bytes with the hash that they must hold.
fn with_hash(input: &[u8]) -> Option<Vec<u8>> {
    let digits = BEGIN.len()..BEGIN.len() + 64;
    if !input.starts_with(BEGIN) || input.len() < digits.end {
        return None;
    }
    let mut bytes = input.to_vec();
    bytes[digits.clone()].fill(b'0');
    let hash = sha256_hex(&bytes);
    bytes[digits].copy_from_slice(hash.as_bytes());
    Some(bytes)
}

fn read(bytes: &[u8]) -> Result<PlanFile, String> {
    let limits = Limits {
        plan_entries: ENTRIES,
        ..Limits::default()
    };
    with_file(bytes, |path| PlanFile::read(path, &limits)).map_err(|error| error.to_string())
}

fn plan_files(input: &[u8]) -> u64 {
    let mut outcome = Outcome::default();
    let as_it_is = read(input);
    let mended = with_hash(input);
    if as_it_is.is_ok() {
        let lower = |bytes: &[u8]| bytes.to_ascii_lowercase();
        let is_same = mended
            .as_deref()
            .is_some_and(|mended| lower(mended) == lower(input));
        assert!(is_same, "a plan with another hash is read");
    }
    match mended.as_deref().map(read) {
        Some(Ok(plan)) => {
            assert_eq!(plan.shards.len(), plan.header.shards as usize);
            let entries = plan.shards.iter().flat_map(|shard| &shard.groups);
            let entries: usize = entries.map(|group| 1 + group.chains.len()).sum();
            assert!(entries + plan.shards.len() <= ENTRIES, "too many entries");
            shares(&plan);
            let mut written = Vec::new();
            plan.write(&mut written).expect("memory");
            let (header, shards) = (plan.header.clone(), plan.shards.clone());
            let again = PlanFile::new(header, shards).expect("the same plan");
            let mut again_written = Vec::new();
            again.write(&mut again_written).expect("memory");
            let again = read(&again_written).expect("a plan that was written is read");
            assert_eq!(again.shards, plan.shards);
            // Only blanks, escapes and the form of numbers may differ: otherwise it is the same plan.
            let is_same = mended.as_deref() == Some(&written);
            assert!(
                !is_same || again.sha256 == plan.sha256,
                "another hash of the same plan"
            );
            assert_eq!(
                plan.sha256,
                Sha256::from_hex(&plan.header.sha256).expect("a hash")
            );
            outcome
                .size(plan.shards.len())
                .add(is_same)
                .size(plan.groups().len());
        }
        Some(Err(why)) => drop(outcome.message(&why)),
        None => drop(outcome.add(0)),
    }
    outcome.number()
}

/// The shares of each account and region are all of it, each once.
fn shares(plan: &PlanFile) {
    for shares in plan.groups().values() {
        for (at, (share, shard)) in shares.iter().enumerate() {
            assert_eq!(
                (share.part as usize, share.of as usize),
                (at + 1, shares.len())
            );
            assert!((*shard as usize) < plan.shards.len());
        }
    }
}
