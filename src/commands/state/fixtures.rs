//! States for the tests of this room.

use jiff::Timestamp;

use super::store::bytes;
use crate::proof::coverage::State as CoverageState;
use crate::proof::finding::Verdict;
use crate::report::state::v1::{Chain, Head, Runs, SCHEMA, Scope, State, Stretch};
use crate::report::validation::v1::SourceKind;

/// The chain of [`quiet`].
pub const CHAIN: &str = "111111111111/eu-west-1/eu-west-1/main";

/// A time.
pub fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// The digest of the chain of [`quiet`] that ends at an hour of 1 March 2026.
pub fn head(hour: i8) -> Head {
    let end = at(&format!("2026-03-01T{hour:02}:00:00Z"));
    Head {
        bucket: "logs".into(),
        key: format!(
            "AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/01/\
             111111111111_CloudTrail-Digest_eu-west-1_main_eu-west-1_20260301T{hour:02}0000Z.json.gz"
        ),
        sha256: "ab".repeat(32),
        signature: Some("cd".repeat(32)),
        start: at(&format!("2026-03-01T{:02}:00:00Z", hour - 1)),
        end,
    }
}

/// A state of two runs that found one chain verified until 10:00.
pub fn quiet() -> State {
    let (begun, last) = (at("2026-03-01T09:40:00Z"), at("2026-03-01T10:40:00Z"));
    let since = at("2026-02-28T00:00:00Z");
    let stretch = |from, to, state| Stretch { from, to, state };
    let end = at("2026-03-01T10:00:00Z");
    State {
        schema: SCHEMA.into(),
        tool: "trailproof".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        begun,
        runs: 2,
        continues: Some("ef".repeat(32)),
        scope: scope(),
        keep_history: Some(400 * 86_400),
        history: vec![Runs {
            first: begun,
            last,
            runs: 2,
            longest_pause: 3600,
            verdict: Verdict::Verified,
            complete: true,
            exit_status: Some(0),
        }],
        chains: vec![Chain {
            id: CHAIN.into(),
            organization: None,
            since,
            next_from: end,
            looked_at: last,
            head: Some(head(10)),
            open: vec![stretch(end, last, CoverageState::Pending)],
            deferred: Vec::new(),
            waiting_since: None,
            seen: vec![
                stretch(since, end, CoverageState::Verified),
                stretch(end, last, CoverageState::Pending),
            ],
            gaps: Vec::new(),
            findings: Vec::new(),
        }],
        checksum: String::new(),
    }
}

/// The scope of [`quiet`].
pub fn scope() -> Scope {
    Scope {
        source: SourceKind::S3,
        start: Some(at("2026-02-28T00:00:00Z")),
        regions: Vec::new(),
        account_ids: Vec::new(),
        organization_ids: Vec::new(),
        trail_arns: Vec::new(),
        buckets: vec!["logs".into()],
        prefixes: Vec::new(),
        map: Vec::new(),
        logs: "all".into(),
    }
}

/// The bytes of a state.
pub fn written(state: &State) -> Vec<u8> {
    bytes(state.clone()).expect("JSON")
}
