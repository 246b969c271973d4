//! Gaps and the calls around them: the usual trail stopped, started and changed, and how a gap is
//! reported.

use serde_json::{Value, json};
use trailproof::proof::gap::{Cause, Certainty, Gap};
use trailproof::validate::outcome::{ChainOutcome, Outcome};

use crate::library::{prove, request, ring, source};
use crate::support::case::{ACCOUNT, BUCKET, HOME, REGION, hour, wide_trail};
use crate::support::forge::deeds::cloudtrail_event;
use crate::support::forge::json::Fields;
use crate::support::forge::{Chain, ChainSpec, Trail, World, ts};

pub const ALICE: &str = "arn:aws:iam::111111111111:user/alice";

/// A chain of a trail, started at this instant.
pub fn chain(w: &mut World, trail: Trail, region: &str, from: &str) -> Chain {
    let mut chain = Chain::new(ChainSpec::new(trail, region).logs(1..=1).events(1..=1));
    chain.start(w, ts(from));
    chain
}

/// The usual trail in its home region, for three hours.
pub fn home_chain(w: &mut World) -> Chain {
    let mut chain = chain(w, wide_trail(), HOME, "2026-03-01T00:12:34Z");
    chain.run_until(w, hour(3));
    chain
}

/// Another trail of the account and region, which keeps logging and records calls on the first.
pub fn audit_trail(w: &mut World, calls: Vec<Fields>) -> Chain {
    let other = Trail::new(ACCOUNT, HOME, "audit", BUCKET);
    let mut chain = chain(w, other, HOME, "2026-03-01T00:12:34Z");
    calls.into_iter().for_each(|call| chain.record(call));
    chain.run_until(w, hour(12));
    chain
}

pub fn call(name: &str, at: &str, mut params: Value) -> Fields {
    let arn = wide_trail().arn();
    params["name"] = json!(arn);
    cloudtrail_event(name, &arn, ts(at), None, params)
}

/// The same call by another user.
pub fn by_alice(mut event: Fields) -> Fields {
    let alice = json!({"type": "IAMUser", "arn": ALICE, "accountId": ACCOUNT, "userName": "alice"});
    event.set("userIdentity", alice);
    event
}

pub fn outcome(w: &World) -> Outcome {
    prove(&source(w), &ring(w, &[HOME, REGION]), &request())
}

pub fn chain_of<'o>(outcome: &'o Outcome, region: &str, trail: &str) -> &'o ChainOutcome {
    let mut chains = outcome.chains.iter().map(Box::as_ref);
    let own = |c: &&ChainOutcome| c.id.region.as_str() == region && c.id.trail.as_str() == trail;
    chains.find(own).expect("the chain")
}

/// From, to, cause, certainty, and the time of the call that explains the gap.
pub type GapSummary = (String, String, Cause, Certainty, Option<String>);

pub fn summaries(gaps: &[Gap]) -> Vec<GapSummary> {
    let summarize = |gap: &Gap| {
        (
            gap.time.from.to_string(),
            gap.time.to.to_string(),
            gap.cause,
            gap.certainty,
            gap.caused_by.as_ref().map(|e| e.event.time.to_string()),
        )
    };
    gaps.iter().map(summarize).collect()
}

pub fn summary(
    from: &str,
    to: &str,
    cause: Cause,
    certainty: Certainty,
    at: &str,
) -> Vec<GapSummary> {
    vec![(from.into(), to.into(), cause, certainty, Some(at.into()))]
}

pub fn gap_messages(gaps: &[Gap]) -> String {
    let all = gaps.iter().map(|gap| gap.finding().message);
    all.collect::<Vec<_>>().join("\n")
}

/// The usual trail, stopped at 03:30 and started at 08:00, with calls that another trail records.
pub fn stopped_beside(seed: u64, calls: Vec<Fields>) -> (World, Outcome) {
    let mut w = World::new(seed);
    let mut chain = home_chain(&mut w);
    chain.stop(&mut w, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut w, ts("2026-03-01T08:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    audit_trail(&mut w, calls);
    let outcome = outcome(&w);
    (w, outcome)
}

pub fn stop_alone() -> Vec<GapSummary> {
    summary(
        "2026-03-01T03:30:00Z",
        "2026-03-01T08:00:00Z",
        Cause::LoggingStopped,
        Certainty::Signed,
        "2026-03-01T03:29:58Z",
    )
}
