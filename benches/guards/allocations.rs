//! Guards how much memory a validation on disk allocates: a bounded number of allocations for each log
//! and each digest, however many there are. Validates two corpora and divides the difference by the
//! difference of their sizes.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a guard fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

use std::alloc::System;
use std::path::Path;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use support::corpus::{self, BUCKET, KEYS};
use support::spec::Spec;
use trailproof::base::limits::Limits;
use trailproof::proof::finding::Verdict;
use trailproof::proof::keys::KeyRing;
use trailproof::source::Source;
use trailproof::source::disk::DiskSource;
use trailproof::source::key_files;
use trailproof::source::places::Places;
use trailproof::validate::observer::Silent;
use trailproof::validate::request::Request;
use trailproof::validate::{Access, validate};

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The most allocations per log.
const PER_LOG: f64 = 26.0;
/// The most allocations per digest without logs.
const PER_DIGEST: f64 = 193.0;
/// The most bytes allocated per log of 143 KB: a log is kept as stored, and never inflated completely.
const BYTES_PER_LOG: f64 = 22_000.0;

fn main() {
    let few = spent(10, 10, 106);
    let many = spent(10, 30, 106);
    let log = few.per(&many, 200.0);
    let quiet = spent(10, 0, 1).per(&spent(60, 0, 1), 50.0);
    println!("a log: {log:?}\na digest without logs: {quiet:?}");
    assert!(log.allocations <= PER_LOG, "{log:?}: more than {PER_LOG}");
    assert!(
        log.bytes <= BYTES_PER_LOG,
        "{log:?}: more than {BYTES_PER_LOG}"
    );
    assert!(
        quiet.allocations <= PER_DIGEST,
        "{quiet:?}: more than {PER_DIGEST}"
    );
}

/// Memory that was allocated.
#[derive(Debug)]
struct Spent {
    allocations: f64,
    bytes: f64,
}

impl Spent {
    /// The cost of each object, of the `number` of objects by which another corpus is larger.
    fn per(&self, larger: &Spent, number: f64) -> Spent {
        Spent {
            allocations: (larger.allocations - self.allocations) / number,
            bytes: (larger.bytes - self.bytes) / number,
        }
    }
}

fn spent(digests: u32, logs: u32, records: u32) -> Spent {
    let spec = Spec {
        seed: 1,
        chains: 1,
        regions: 1,
        digests,
        logs,
        busy: 0,
        records,
        altered: 0,
        huge: 0,
    };
    let dir = tempfile::tempdir().expect("a folder");
    corpus::make(&spec, dir.path());
    let region = Region::new(COUNTED);
    prove(dir.path());
    let change = region.change();
    let allocations = change.allocations + change.reallocations;
    Spent {
        allocations: allocations as f64,
        bytes: change.bytes_allocated as f64,
    }
}

fn prove(dir: &Path) {
    let limits = Limits::default();
    let mut source = DiskSource::new(limits.clone());
    let bucket = vec![BUCKET.to_owned()];
    source.mount(&dir.join(BUCKET), bucket).expect("the corpus");
    let mut ring = KeyRing::default();
    key_files::load(&dir.join(KEYS), &limits, &mut ring).expect("keys");
    let places = Places::new(source.roots(), Vec::new());
    let access = Access {
        source: &source,
        places: &places,
        keys: &ring,
        trails: None,
    };
    // One worker: with more, the number of buffers varies.
    let outcome = validate(access, &Request::default(), &Silent).expect("workers");
    assert_eq!(
        outcome.verdict,
        Verdict::Verified,
        "{:#?}",
        outcome.findings
    );
}
