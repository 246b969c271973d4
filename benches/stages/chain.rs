//! From the digests of a chain to a proven chain: only linking them, and with reading them from memory.

use trailproof::base::limits::Limits;
use trailproof::cloudtrail::object_key::DigestObjectKey;
use trailproof::proof::chain::{Walk, WalkScope};
use trailproof::proof::coverage::Spans;
use trailproof::proof::finding::Verdict;
use trailproof::proof::look::Look;
use trailproof::source::places::Places;
use trailproof::source::{RootId, Source};
use trailproof::validate::fetch::Fetcher;
use trailproof::validate::observer::Silent;
use trailproof::validate::request::{LogSelection, Request};
use trailproof::validate::{Access, validate};

use super::case::{Amount, Case, Named, Size};
use super::data;

pub const CASES: &[Named] = &[("chain/link", link)];
/// With workers, so the number of instructions varies.
pub const THREADED: &[Named] = &[("chain/walk-in-memory", walk)];

fn link(size: Size) -> Case {
    let (world, chain) = data::chain(size.digests, 1);
    let source = Box::leak(Box::new(data::source(&world)));
    let ring = Box::leak(Box::new(data::ring(&world, &[data::REGION])));
    let limits = Box::leak(Box::new(Limits::default()));
    let places = Box::leak(Box::new(Places::new(source.roots(), Vec::new())));
    let fetcher = Fetcher::new(&*source, &*places, &*ring, &*limits, 7_200);
    let keys = chain.digests.iter().rev();
    let keys: Vec<DigestObjectKey> = keys
        .map(|digest| DigestObjectKey::parse(&digest.place.key).expect("a digest's key"))
        .collect();
    let scope = WalkScope {
        chain: keys[0].name.chain.clone(),
        backfill: false,
        from: None,
        to: chain.end(),
        keys: &*ring,
        hidden: Spans::default(),
        backfill_grace: 86_400,
        look: Look::default(),
    };
    let proven = keys.len() as u64;
    Case {
        amount: Amount::Items(keys.len()),
        prepare: Box::new(move || {
            let read = |key: &DigestObjectKey| {
                fetcher.digest(RootId(0), &key.to_string(), key.name.clone())
            };
            let readings: Vec<_> = keys.iter().map(read).collect();
            let mut walk = Walk::new(scope.clone());
            Box::new(move || {
                for reading in readings {
                    while walk.overdue(Some(reading.name.end)).is_some() {}
                    walk.place(reading, None);
                }
                assert_eq!(walk.finish().tally.valid, proven);
            })
        }),
    }
}

fn walk(size: Size) -> Case {
    let (world, chain) = data::chain(size.digests, 1);
    let source = data::source(&world);
    let ring = data::ring(&world, &[data::REGION]);
    let request = Request {
        logs: LogSelection::None,
        jobs: 2,
        ..Request::default()
    };
    Case::new(Amount::Items(chain.digests.len()), move || {
        let places = Places::new(source.roots(), Vec::new());
        let access = Access {
            source: &source,
            places: &places,
            keys: &ring,
            trails: None,
        };
        let outcome = validate(access, &request, &Silent);
        assert!(outcome.is_ok_and(|outcome| outcome.verdict == Verdict::Verified));
    })
}
