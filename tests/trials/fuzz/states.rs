//! The state of a scheduled check: one whose bytes were changed is never read, and one that is valid is written as it
//! was read.

use serde_json::json;
use trailproof::base::limits::Limits;
use trailproof::base::sha256::Sha256;
use trailproof::commands::state::{load, store};
use trailproof::report::state::v1::State;

use super::outcome::Outcome;
use super::scratch::with_file;
use super::targets::FuzzTarget;
use crate::support::forge::text::sha256_hex;

pub const STATE_FILES: FuzzTarget = FuzzTarget::new(
    "state-files",
    state_files,
    seeds,
    &[
        "\"chains\":[",
        "\"history\":[",
        "\"next_from\":",
        "\"since\":",
        "\"looked_at\":",
        "\"waiting_since\":null",
        "\"head\":null",
        "\"open\":[]",
        "\"seen\":[]",
        "\"state\":\"pending\"",
        "\"gaps\":[]",
        "\"findings\":[]",
        "\"2026-03-01T00:00:00Z\"",
        "\"deferred\":[",
        "\"scope\":{",
        "\"runs\":",
        "null",
        "\"keep_history\":-1",
        "\"continues\":",
        "\"organization\":\"o-a1b2c3d4e5\"",
    ],
);

/// What stands before the checksum at the end of a state.
const BEFORE: &[u8] = b",\"checksum\":\"";
/// What stands after it.
const AFTER: &[u8] = b"\"}\n";

fn seeds() -> Vec<Vec<u8>> {
    let key = "AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/01/\
               111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260301T100000Z.json.gz";
    let stretch =
        |from: &str, to: &str, state: &str| json!({"from": from, "to": to, "state": state});
    let chain = json!({
        "id": "111111111111/eu-west-1/us-east-1/main",
        "organization": null,
        "since": "2026-03-01T00:00:00Z",
        "next_from": "2026-03-01T10:00:00Z",
        "looked_at": "2026-03-01T12:00:00Z",
        "head": {"bucket": "logs", "key": key, "sha256": "5f".repeat(32), "signature": "0a".repeat(8),
            "start": "2026-03-01T09:00:00Z", "end": "2026-03-01T10:00:00Z"},
        "open": [stretch("2026-03-01T10:00:00Z", "2026-03-01T12:00:00Z", "pending")],
        "waiting_since": "2026-03-01T11:00:00Z",
        "seen": [stretch("2026-03-01T00:00:00Z", "2026-03-01T08:00:00Z", "verified"),
            stretch("2026-03-01T08:00:00Z", "2026-03-01T09:00:00Z", "gap"),
            stretch("2026-03-01T09:00:00Z", "2026-03-01T12:00:00Z", "verified")],
        "gaps": [{"from": "2026-03-01T08:00:00Z", "to": "2026-03-01T09:00:00Z", "cause": "logging-stopped",
            "certainty": "signed"}],
        "findings": [{"code": "backfill-late", "severity": "note", "runs": 1, "first": "2026-03-01T12:00:00Z",
            "last": "2026-03-01T12:00:00Z", "count": 1}],
    });
    let state = json!({
        "schema": "trailproof.state/v1", "tool": "trailproof", "version": "0.1.0", "begun": "2026-03-01T11:00:00Z",
        "runs": 2, "continues": "c0".repeat(32),
        "scope": {"source": "s3", "start": "2026-03-01T00:00:00Z", "regions": ["eu-west-1"], "account_ids": [],
            "organization_ids": [], "trail_arns": ["arn:aws:cloudtrail:us-east-1:111111111111:trail/main"],
            "buckets": ["logs"], "prefixes": [], "map": ["copy/a=logs"], "logs": "all"},
        "keep_history": 3600,
        "history": [{"first": "2026-03-01T11:00:00Z", "last": "2026-03-01T12:00:00Z", "runs": 2,
            "longest_pause": 3600, "verdict": "gaps", "complete": true, "exit_status": 3}],
        "chains": [chain],
        "checksum": "",
    });
    let mut state: State = serde_json::from_value(state).expect("a state");
    let one = store::bytes(state.clone()).expect("bytes");
    state.chains.clear();
    vec![one, store::bytes(state).expect("bytes")]
}

/// The same bytes with the checksum that they must end with.
fn with_checksum(input: &[u8]) -> Option<Vec<u8>> {
    let at = input
        .windows(BEFORE.len())
        .rposition(|part| part == BEFORE)?;
    let before = &input[..at];
    Some([before, BEFORE, sha256_hex(before).as_bytes(), AFTER].concat())
}

fn loaded(bytes: &[u8]) -> Result<load::Loaded, String> {
    let limits = Limits::default();
    let loaded = with_file(bytes, |path| load::load(path, None, &limits));
    loaded.map_err(|error| format!("{error} {}", error.causes().join(" ")))
}

fn state_files(input: &[u8]) -> u64 {
    let mut outcome = Outcome::default();
    let as_it_is = loaded(input);
    let mended = with_checksum(input);
    if as_it_is.is_ok() {
        assert_eq!(
            mended.as_deref(),
            Some(input),
            "a state with another checksum is read"
        );
    }
    match mended.as_deref().map(loaded) {
        Some(Ok(read)) => {
            let mended = mended.unwrap_or_default();
            assert_eq!(read.sha256, Sha256::of(&mended));
            assert_eq!(read.continues.chains.len(), read.state.chains.len());
            let written = store::bytes(read.state.clone()).expect("bytes");
            let again =
                loaded(&written).expect("a state that was read is written so that it can be read");
            assert_eq!(again.state.chains, read.state.chains);
            assert_eq!(again.state.history, read.state.history);
            for (chain, continuation) in
                read.state.chains.iter().zip(read.continues.chains.values())
            {
                assert_eq!(chain.next_from, continuation.from);
            }
            outcome
                .size(read.state.chains.len())
                .size(read.state.history.len());
        }
        Some(Err(why)) => drop(outcome.message(&why)),
        None => drop(outcome.add(0)),
    }
    outcome.number()
}
