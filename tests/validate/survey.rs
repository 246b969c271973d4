//! Discovery through the library: its bounds, and what must not depend on the number of workers.

use rayon::ThreadPoolBuilder;
use trailproof::base::limits::Limits;
use trailproof::source::Source as _;
use trailproof::source::memory::{MemoryObject, MemorySource};
use trailproof::source::places::Places;
use trailproof::validate::request::ChainFilter;
use trailproof::validate::survey::folders::{Survey, survey};

use crate::support::case::{ACCOUNT, BUCKET, HOME, REGION, hour};
use crate::support::forge::Trail;

fn look(source: &MemorySource, folders: usize, workers: usize) -> Survey {
    let pool = ThreadPoolBuilder::new().num_threads(workers).build();
    let atlas = Places::new(source.roots(), Vec::new());
    let limits = Limits {
        folders,
        ..Limits::default()
    };
    let filter = ChainFilter::default();
    survey(source, &atlas, &filter, &limits, &pool.expect("workers"))
}

/// Forty prefixes with ten accounts each, and logs without digests beside them.
fn prefixes() -> MemorySource {
    let mut source = MemorySource::default();
    for prefix in 0..40 {
        let trail = Trail::new(ACCOUNT, HOME, "main", BUCKET).prefix(&format!("team-{prefix}"));
        for account in 0..10 {
            let account = format!("{account:012}");
            let digest = trail.digest_key(&account, REGION, hour(1));
            let log = trail.log_key(&account, HOME, hour(1), "0123456789abcdef");
            source.put(BUCKET, &digest, MemoryObject::default());
            source.put(BUCKET, &log, MemoryObject::default());
        }
    }
    source
}

#[test]
fn where_a_bound_is_met_does_not_depend_on_the_number_of_workers() {
    let source = prefixes();
    for folders in [1, 30, 100, 500, 1_000, 100_000] {
        let one = look(&source, folders, 1);
        let many = look(&source, folders, 16);
        assert_eq!(format!("{one:?}"), format!("{many:?}"), "{folders}");
        // The bucket, forty prefixes, AWSLogs in each, and of each account three folders.
        let all = 1 + 40 * (1 + 1 + 10 * 3);
        assert_eq!(one.bounded, folders < all, "{folders}");
        assert!(one.listings <= folders as u64, "{folders}");
        if !one.bounded {
            assert_eq!((one.groups.len(), one.undigested.count), (10, 400));
            let places = one.groups.values().next().expect("places");
            assert_eq!(places.len(), 40);
            assert!(places.is_sorted());
        }
    }
}

#[test]
fn no_number_of_other_folders_hides_the_digests() {
    let mut source = MemorySource::default();
    for n in 0..500 {
        source.put(
            BUCKET,
            &format!("0-{n}/deep/er/object"),
            MemoryObject::default(),
        );
    }
    let trail = Trail::new(ACCOUNT, HOME, "main", BUCKET);
    let key = trail.digest_key(ACCOUNT, REGION, hour(1));
    source.put(BUCKET, &key, MemoryObject::default());
    let survey = look(&source, 50, 4);
    assert!(survey.bounded);
    assert_eq!(survey.groups.len(), 1, "{survey:?}");
}
