//! Random chains with random damage: each event stands in an intact log that an intact digest lists, and no event of
//! a verified hour is lost.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use rand::SeedableRng as _;
use trailproof::{OwnedAccess, Places, ProvenEvents, Source as _, State};

use crate::library::{request, ring, source};
use crate::support::case::REGION;
use crate::support::events::records_of;
use crate::support::forge::{Rng, ts};
use crate::whole::random::{build, damage_some};

#[test]
fn events_are_those_of_intact_logs_and_all_of_verified_hours() {
    let (mut given, mut held_back) = (0, 0);
    for seed in 3000..3060 {
        let mut rng = Rng::seed_from_u64(seed);
        let (mut world, chain) = build(&mut rng, seed);
        let before = world.clone();
        damage_some(&mut rng, &mut world, &chain);
        let mut request = request();
        request.from = Some(ts("2026-03-01T00:12:34Z"));
        request.to = Some(chain.end());
        request.as_of = Some(chain.end() + SignedDuration::from_hours(24));
        let source = source(&world);
        let access = OwnedAccess {
            places: Places::new(source.roots(), Vec::new()),
            source: Box::new(source),
            keys: Box::new(ring(&world, &[REGION])),
            trails: None,
        };
        let mut run = ProvenEvents::start(access, request).expect("a thread");
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for event in &mut run {
            let event = event.expect("an event");
            let text = String::from_utf8(event.bytes().to_vec()).expect("UTF-8");
            let (_, key) = event.log();
            found.entry(key.to_owned()).or_default().push(text);
        }
        let outcome = run.finish().expect("an outcome");
        let stretches = outcome.chains.iter().flat_map(|chain| &chain.coverage);
        let verified: Vec<_> = stretches.filter(|s| s.state == State::Verified).collect();
        for digest in &chain.digests {
            let is_intact = |place| {
                world
                    .get(place)
                    .is_some_and(|o| o.body == before.object(place).body)
            };
            let is_verified = !digest.starting
                && verified
                    .iter()
                    .any(|s| s.time.from <= digest.start && digest.end <= s.time.to);
            for log in &digest.logs {
                match found.remove(&log.place.key) {
                    Some(events) => {
                        assert!(
                            is_intact(&digest.place) && is_intact(&log.place),
                            "seed {seed}: {log:?}"
                        );
                        assert_eq!(events, records_of(log), "seed {seed}");
                        given += 1;
                    }
                    None => {
                        assert!(!is_verified, "seed {seed}: the events of {log:?} are lost");
                        held_back += 1;
                    }
                }
            }
        }
        assert!(
            found.is_empty(),
            "seed {seed}: events of unknown logs: {found:?}"
        );
    }
    assert!(
        given > 100 && held_back > 20,
        "{given} logs with events, {held_back} without"
    );
}
