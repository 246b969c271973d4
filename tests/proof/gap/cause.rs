//! Regions whose digests end at different minutes, or that stop some seconds apart.

use trailproof::proof::gap::{Cause, Certainty};

use crate::support::case::{HOME, REGION, wide_trail};
use crate::support::forge::{World, ts};
use crate::support::gaps::{chain, chain_of, gap_messages, outcome, summaries, summary};

#[test]
fn a_region_whose_digests_end_at_another_minute_has_one_cause() {
    let mut w = World::new(7);
    let mut home = chain(&mut w, wide_trail(), HOME, "2026-03-01T00:12:34Z");
    let mut other = chain(&mut w, wide_trail(), REGION, "2026-03-01T00:55:00Z");
    home.disable_validation(&mut w, ts("2026-03-01T03:40:00Z"));
    other.run_until(&mut w, ts("2026-03-01T03:55:00Z"));
    other.cut();
    for chain in [&mut home, &mut other] {
        chain.start(&mut w, ts("2026-03-01T08:00:00Z"));
        chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    }
    let outcome = outcome(&w);
    let gaps = &chain_of(&outcome, REGION, "main").gaps;
    // The call came before the gap; the interval of this chain that contains the call ends at the
    // gap.
    let expected = summary(
        "2026-03-01T03:55:00Z",
        "2026-03-01T08:00:00Z",
        Cause::ValidationDisabled,
        Certainty::Signed,
        "2026-03-01T03:40:00Z",
    );
    assert_eq!(summaries(gaps), expected, "{}", gap_messages(gaps));
}

#[test]
fn regions_that_stop_some_seconds_apart_have_one_cause() {
    let mut w = World::new(8);
    let mut home = chain(&mut w, wide_trail(), HOME, "2026-03-01T00:12:34Z");
    let mut other = chain(&mut w, wide_trail(), REGION, "2026-03-01T00:12:34Z");
    home.stop(&mut w, ts("2026-03-01T03:30:20Z"));
    other.stop(&mut w, ts("2026-03-01T03:30:19Z"));
    for chain in [&mut home, &mut other] {
        chain.start(&mut w, ts("2026-03-01T08:00:00Z"));
        chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    }
    let outcome = outcome(&w);
    let gaps = &chain_of(&outcome, REGION, "main").gaps;
    let expected = summary(
        "2026-03-01T03:30:19Z",
        "2026-03-01T08:00:00Z",
        Cause::LoggingStopped,
        Certainty::Signed,
        "2026-03-01T03:30:18Z",
    );
    assert_eq!(summaries(gaps), expected, "{}", gap_messages(gaps));
}
