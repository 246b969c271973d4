//! How much is tried: a part of all cases in each run of the tests, and more where it is asked for.

/// How much more than usual is tried: `TRAILPROOF_TRIALS=N` says so.
pub fn times_more() -> usize {
    let more = std::env::var("TRAILPROOF_TRIALS").ok();
    more.and_then(|n| n.parse().ok()).unwrap_or(1)
}
