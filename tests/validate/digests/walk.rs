//! Which digests are read for a window.

use jiff::SignedDuration;
use trailproof::proof::finding::{Code, Verdict};

use crate::library::{codes, prove, ring, source};
use crate::support::case::{Case, REGION, hour};
use crate::support::forge::damage;
use crate::support::requests::{minutes, within};

#[test]
fn a_starting_digest_that_reaches_back_into_the_window_is_read() {
    let mut case = Case::new("reach", 1, "");
    let mut chain = case.chain(4);
    chain.stop(&mut case.world, hour(4) + minutes(14));
    chain.start_listing_logs(&mut case.world, hour(4) + minutes(29));
    let end = chain.end() + SignedDuration::from_hours(3);
    chain.run_until(&mut case.world, end);
    let starting = chain
        .digests
        .iter()
        .rfind(|d| d.starting)
        .expect("a starting digest");
    damage::modify_log(&mut case.world, &starting.logs[0].place);
    let request = within(minutes(60), minutes(230));
    let outcome = prove(
        &source(&case.world),
        &ring(&case.world, &[REGION]),
        &request,
    );
    assert_eq!(
        (outcome.verdict, codes(&outcome)),
        (Verdict::Failed, vec![Code::LogModified])
    );
}
