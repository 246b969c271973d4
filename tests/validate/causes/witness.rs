//! Reading events around gaps: no object is read twice.

use jiff::SignedDuration;

use crate::support::case::{BUCKET, HOME, REGION, wide_trail};
use crate::support::forge::{World, ts};
use crate::support::gaps::chain;

/// The trail is stopped twice, some hours apart; the window covers only a region that is not its
/// home.
#[test]
fn objects_of_the_home_region_between_two_gaps_are_read_once() {
    use std::collections::BTreeMap;

    use crate::support::aws::TrailConfig;
    use crate::support::stage::Stage;

    for apart in 6..11 {
        let mut w = World::new(20);
        for region in [HOME, REGION] {
            let mut chain = chain(&mut w, wide_trail(), region, "2026-03-01T00:12:34Z");
            let mut stop = ts("2026-03-01T03:30:00Z");
            for _ in 0..2 {
                chain.stop(&mut w, stop);
                let start = stop + SignedDuration::from_mins(30);
                chain.start(&mut w, start);
                stop = start + SignedDuration::from_hours(apart) + SignedDuration::from_mins(30);
            }
            let end = chain.end();
            chain.run_until(&mut w, end + SignedDuration::from_hours(4));
        }
        let stage = Stage::of(&w, &[TrailConfig::from(&wide_trail())]);
        let window = ["--start-time", "2026-03-01T00:12:34Z", "--region", REGION];
        let given = ["--s3-bucket", BUCKET, "--as-of", "2026-03-03T00:00:00Z"];
        let args: Vec<&str> = window.into_iter().chain(given).collect();
        stage.report(&args);
        let mut read: BTreeMap<String, usize> = BTreeMap::new();
        for call in stage.calls("GetObject") {
            *read.entry(call.key.expect("a key")).or_default() += 1;
        }
        let twice: Vec<_> = read.iter().filter(|(_, n)| **n > 1).collect();
        assert!(twice.is_empty(), "{apart} hours apart: {twice:#?}");
    }
}
