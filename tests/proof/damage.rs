//! Who removed a digest, and who did not.

use crate::support::case::{ACCOUNT, HOME, deletion, hour, trail};
use crate::support::forge::{World, damage, ts};
use crate::support::gaps::{by_alice, chain_of, gap_messages, home_chain, outcome};

#[test]
fn removing_a_missing_object_again_is_not_blamed() {
    let mut w = World::new(14);
    let mut chain = home_chain(&mut w);
    chain.run_until(&mut w, hour(5));
    let place = chain.digests[3].place.clone();
    damage::delete(&mut w, &place);
    chain.record(deletion(&place.key, "2026-03-01T06:00:00Z"));
    chain.record(by_alice(deletion(&place.key, "2026-03-01T06:30:00Z")));
    chain.run_until(&mut w, hour(8));
    let outcome = outcome(&w);
    let missing = outcome
        .findings
        .iter()
        .find(|f| f.code.as_str() == "digest-missing");
    let words = &missing.expect("a finding").message;
    assert!(
        words.contains("access key ASIAEXAMPLEMALLORY01) deleted s3://"),
        "{words}"
    );
    assert!(!words.contains("user/alice deleted"), "{words}");
}

#[test]
fn removing_a_copy_elsewhere_is_not_removing_a_digest_of_the_chain() {
    let mut w = World::new(15);
    let mut chain = home_chain(&mut w);
    chain.stop(&mut w, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut w, ts("2026-03-01T08:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T09:00:00Z"));
    let copy = trail()
        .prefix("old/copy")
        .digest_key(ACCOUNT, HOME, ts("2026-03-01T04:12:34Z"));
    chain.record(by_alice(deletion(&copy, "2026-03-01T09:20:00Z")));
    chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    let outcome = outcome(&w);
    let gaps = &chain_of(&outcome, HOME, "main").gaps;
    assert!(
        !gap_messages(gaps).contains("removed"),
        "{}",
        gap_messages(gaps)
    );
}
